"""Squared amplitude of l -> l' nu nu X, X of spin 0, with contact amplitude.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 cefb08a4970a6f2cca5c8981cc6098ac138cbb4d6fc51584ca59e9c03e17b81e

from __future__ import annotations

from typing import Any

__all__ = ["polarised", "unpolarised"]

Pieces = dict[str, dict[str, Any]]


def unpolarised(*, m: Any, D: Any, E: Any, q2: Any, r2: Any, kr: Any, kq: Any, rq: Any) -> Pieces:
    """Spin average.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    D : array_like
        1/((k+q)^2 - 1), propagator of the decaying lepton.
    E : array_like
        Propagator of the final lepton, 1/((P-q)^2 - m^2).
    q2 : array_like
        Mass squared of the heavy system.
    r2 : array_like
        Mass squared of the emitted boson.
    kr : array_like
        k.r, final lepton and emission.
    kq : array_like
        k.q, final lepton and heavy system.
    rq : array_like
        r.q, emission and heavy system.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = 3 * q2
    z2 = 2 * kq
    z3 = z1 + z2
    z4 = 2 * rq
    z5 = z3 + z4
    z6 = z5 * kq
    z7 = m * m
    z8 = z7 * q2
    z9 = kr * q2
    z8 = z8 + z9
    z10 = z6 + z8
    z11 = z2 * rq
    z11 = z11 + z9
    z12 = 2 * D
    z13 = -z11 * z12
    z14 = z4 + 4 * z9
    z15 = 4 * rq
    z16 = z15 + z1
    z17 = -3 + z16
    z17 = q2 * z17
    z18 = 4 * q2
    z19 = z2 + z18 + 2 * kr
    z20 = -1 + z19
    z20 = z20 * z2
    z17 = z20 + z17 + z14
    z17 = kq * z17
    z20 = z2 - z4 + 5 * q2
    z20 = z20 * kq
    z8 = z20 + z8
    z20 = q2 - 1
    z21 = z4 + z20
    z21 = q2 * z21
    z21 = z21 + z8
    z21 = z21 * z7
    z20 = z20 * z9
    z17 = z21 - z20 + z17
    z21 = D * D
    z17 = z17 * z21
    z16 = 9 + z16
    z16 = q2 * z16
    z19 = 3 + z19
    z19 = z19 * z2
    z14 = z19 + z16 + z14
    z14 = kq * z14
    z4 = q2 + 3 + z4
    z4 = q2 * z4
    z4 = z4 + z8
    z4 = z4 * z7
    z4 = z4 - z20 + z14
    z4 = z4 * z21
    z8 = rq * rq
    z14 = 2 * z8
    z16 = z1 * rq
    z19 = z14 + z16
    z11 = z19 + z11
    z20 = r2 * q2
    z21 = -z20 - z11
    z22 = E * m
    z21 = 2 * z21 * z22
    z12 = z12 * z22
    z14 = z14 + z20
    z14 = z14 * z12
    z11 = z11 * kr
    z6 = z6 - z9
    z6 = z6 * r2
    z6 = -z6 + 2 * z11
    z11 = -z7 * z20
    z11 = z11 + z6
    z22 = E * E
    z11 = z11 * z22
    z2 = z5 * z2
    z5 = 2 * z9
    z2 = z2 + z5 + z8 + z16
    z8 = z18 * z7
    z2 = z8 + 2 * z2 + z20
    z2 = z2 * z12
    z3 = z15 + z3
    z3 = kq * z3
    z3 = z3 + z5 + z19
    z1 = r2 * z1
    z1 = z8 + 4 * z3 + z1
    z1 = z1 * z7
    z1 = z1 + z6
    z1 = z1 * z22
    return {
        "C C": {"S0": z10},
        "Pe C": {"S0": z21},
        "Pe Pe": {"S0": z11},
        "Pe Pm": {"S0": z14},
        "Pm C": {"S0": z13},
        "Pm Pm": {"S0": z17},
        "Se Se": {"S0": z1},
        "Se Sm": {"S0": z2},
        "Sm Sm": {"S0": z4},
    }


def polarised(*, m: Any, D: Any, E: Any, q2: Any, r2: Any, kr: Any, kq: Any, rq: Any) -> Pieces:
    """With the spin of the decaying lepton.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    D : array_like
        1/((k+q)^2 - 1), propagator of the decaying lepton.
    E : array_like
        Propagator of the final lepton, 1/((P-q)^2 - m^2).
    q2 : array_like
        Mass squared of the heavy system.
    r2 : array_like
        Mass squared of the emitted boson.
    kr : array_like
        k.r, final lepton and emission.
    kq : array_like
        k.q, final lepton and heavy system.
    rq : array_like
        r.q, emission and heavy system.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = 2 * kq
    z2 = z1 - q2
    z3 = m * m
    z4 = z3 * q2
    z5 = kr * q2
    z6 = z4 + z5
    z7 = 3 * q2
    z8 = z7 + z1
    z9 = z8 * kq
    z10 = z1 * rq
    z11 = z9 + z10
    z12 = z11 + z6
    z13 = z2 * z3
    z14 = z2 * kr
    z15 = 2 - z2
    z15 = kq * z15
    z15 = -z13 + z15 - z14
    z16 = 2 * D
    z15 = z15 * z16
    z17 = z1 - 1
    z18 = z17 * z1
    z19 = q2 - 1
    z20 = z19 * q2
    z18 = -z20 + z18 + z13
    z21 = -rq * z2
    z21 = -z14 + z21 - z18
    z21 = z21 * z16
    z22 = -z10 - z5
    z22 = z22 * z16
    z23 = z19 + z1
    z24 = z3 + z23
    z24 = kq * z24
    z24 = z14 + z24
    z25 = D * D
    z26 = 2 * z25
    z24 = z24 * z26
    z27 = 2 * kr
    z28 = 2 * rq
    z29 = z27 + z28
    z29 = z29 * z2
    z18 = z29 + z18
    z18 = z18 * z25
    z30 = kq + q2
    z31 = 4 * kq
    z30 = z30 * z31
    z30 = z30 - z20
    z30 = z30 * kr
    z32 = 2 * q2
    z33 = z32 + 1
    z10 = z33 * z10
    z10 = z30 + z10
    z30 = z19 * z7
    z33 = 4 * q2
    z17 = z33 + z17
    z17 = z17 * z1
    z17 = z30 + z17
    z17 = kq * z17
    z30 = kq - q2
    z34 = z30 * z28
    z35 = z1 + 5 * q2
    z35 = z35 * kq
    z6 = z35 - z34 + z6
    z34 = z20 + z6
    z34 = z34 * z3
    z17 = z34 + z17 + z10
    z17 = z17 * z25
    z34 = -z2 * z16
    z35 = 4 * z2 * z25
    z36 = z1 + 1
    z37 = z7 - z36
    z37 = kq * z37
    z32 = z32 - 3 * kq
    z32 = z32 * z3
    z14 = z32 + z37 - z14
    z14 = z14 * z26
    z26 = -1 - 6 * kq
    z26 = z26 * z1
    z32 = 1 + z7
    z32 = q2 * z32
    z13 = -3 * z13 + z32 + z26 - z29
    z13 = z13 * z25
    z26 = q2 + 3
    z29 = z26 * z7
    z32 = z1 + 3 + z33
    z32 = z32 * z1
    z29 = z29 + z32
    z29 = kq * z29
    z26 = q2 * z26
    z6 = z26 + z6
    z6 = z6 * z3
    z6 = z6 + z29 + z10
    z6 = z6 * z25
    z10 = E * m
    z25 = 2 * z10
    z26 = z28 - q2
    z29 = z26 * z25
    z32 = 4 * z10
    z33 = rq * z32
    z37 = z8 + z28
    z37 = z37 * rq
    z37 = z37 + z5
    z38 = r2 * q2
    z39 = -z38 - z37
    z25 = z39 * z25
    z39 = -1 + z30
    z39 = z39 * z28
    z40 = -q2 + rq
    z40 = z40 * z27
    z41 = z26 * z3
    z42 = -q2 * z1
    z20 = z41 - z38 + z40 + z39 - z20 + z42
    z10 = z16 * z10
    z16 = z20 * z10
    z20 = z3 + kr
    z23 = z20 + rq + z23
    z32 = z32 * D
    z39 = z32 * rq
    z23 = z23 * z39
    z40 = rq * rq
    z40 = 2 * z40 + z38
    z40 = z40 * z10
    z41 = r2 * kq
    z26 = z26 * kr
    z26 = z41 - z26
    z41 = E * E
    z42 = 2 * z41
    z43 = z26 * z42
    z44 = z2 * r2
    z45 = 4 * rq
    z45 = z45 * kr
    z44 = z44 - z45
    z45 = z44 * z41
    z37 = z37 * z27
    z11 = z11 - z5
    z46 = -z4 - z11
    z46 = r2 * z46
    z46 = z37 + z46
    z46 = z46 * z41
    z47 = z2 + rq
    z48 = z47 * z32
    z49 = z31 + z28
    z19 = z19 - kq
    z19 = z19 * z49
    z30 = -2 * z30 - rq
    z27 = z30 * z27
    z30 = z7 - z49
    z30 = z30 * z3
    z49 = q2 + 1
    z49 = z49 * q2
    z19 = z30 + z38 + z27 + z49 + z19
    z19 = z19 * z10
    z20 = -z47 * z20
    z27 = -z36 * z1
    z30 = -1 - z31 - rq
    z30 = rq * z30
    z20 = z30 + z49 + z27 + z20
    z20 = z20 * z32
    z8 = z8 * z1
    z27 = z31 + z7
    z30 = rq + z27
    z30 = rq * z30
    z5 = 2 * z5
    z8 = z5 + z8 + z30
    z4 = 4 * z4
    z8 = z4 + 2 * z8 + z38
    z8 = z8 * z10
    z10 = z2 + z28
    z10 = z10 * z3
    z26 = -2 * z10 + z26
    z26 = z26 * z42
    z10 = -4 * z10 + z44
    z10 = z10 * z41
    z27 = z28 + z27
    z27 = rq * z27
    z5 = z5 + z9 + z27
    z7 = r2 * z7
    z4 = z4 + 4 * z5 + z7
    z3 = z4 * z3
    z4 = -r2 * z11
    z3 = z3 + z37 + z4
    z3 = z3 * z41
    return {
        "C C": {"S0": z12, "ck": -z2, "cr": -z1},
        "Pe C": {"S0": z25, "ck": z33, "cr": z29},
        "Pe Pe": {"S0": z46, "ck": z45, "cr": z43},
        "Pe Pm": {"S0": z40, "ck": z23, "cr": z16},
        "Pe Sm": {"ct": z39},
        "Pm C": {"S0": z22, "ck": z21, "cr": z15},
        "Pm Pm": {"S0": z17, "ck": z18, "cr": z24},
        "Se Pm": {"ct": z48},
        "Se Se": {"S0": z3, "ck": z10, "cr": z26},
        "Se Sm": {"S0": z8, "ck": z20, "cr": z19},
        "Sm C": {"ct": z34},
        "Sm Pm": {"ct": z35},
        "Sm Sm": {"S0": z6, "ck": z13, "cr": z14},
    }
