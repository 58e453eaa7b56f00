"""Squared amplitude of l -> l' nu nu X, X a vector; polarisation sum -g only.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 e32d755313321d4ecb05ca600aba001223269bb1a943bee47b0ab78aa4f2d130

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
    z4 = z3 * kq
    z5 = z2 * rq
    z5 = z4 + z5
    z6 = m * m
    z7 = z6 * q2
    z8 = kr * q2
    z9 = z7 + z8
    z10 = z5 + z9
    z11 = D * D
    z12 = 2 * z11
    z13 = z10 * z12
    z4 = z4 + z7
    z11 = -8 * z4 * z11
    z14 = 2 * rq
    z15 = q2 - kq
    z15 = z15 * z14
    z16 = q2 * q2
    z17 = 5 * q2 + z2
    z17 = kq * z17
    z15 = z15 + z16 + z17 + z9
    z15 = z15 * z6
    z17 = 4 * kq
    z18 = 2 * q2 + kq
    z18 = z18 * z17
    z18 = 3 * z16 + z18
    z18 = kq * z18
    z19 = kq + q2
    z20 = z19 * z17
    z20 = -z16 + z20
    z20 = kr * z20
    z21 = rq * kq
    z22 = z21 * q2
    z15 = z15 + z20 + z18 + 4 * z22
    z12 = z15 * z12
    z15 = E * D
    z7 = -12 * z15 * z7
    z18 = kq * kq
    z9 = -z21 + z9 - z18
    z9 = 8 * z9
    z9 = z9 * z15
    z20 = z6 * z9
    z21 = E * E
    z23 = z21 * z6
    z10 = 2 * z10 * z23
    z24 = kq * q2
    z16 = -z16 + 6 * z24
    z24 = z1 + z14
    z25 = -rq * z24
    z26 = -z6 * z1
    z27 = r2 * q2
    z25 = z26 - 6 * z8 + z27 + z25 - z16
    z25 = z25 * z6
    z26 = -q2 + z2
    z26 = z26 * z14
    z16 = -4 * z8 + z26 - z16
    z16 = kr * z16
    z18 = -q2 * z18
    z18 = z18 - z22
    z2 = -q2 - z2
    z2 = r2 * kq * z2
    z2 = z25 + z16 + 4 * z18 + z2
    z2 = 4 * z2 * z15
    z8 = z27 + 2 * z8
    z15 = -z17 - z24
    z15 = rq * z15
    z15 = z15 - z4 - z8
    z15 = 8 * z15 * z23
    z16 = 3 * z19 + z14
    z16 = z16 * z14
    z1 = kr * z1
    z1 = z1 + z27 + z16 + z4
    z1 = z1 * z6
    z3 = z14 + z3
    z3 = z3 * z14
    z3 = z3 + z8
    z3 = kr * z3
    z4 = -r2 * z5
    z1 = z1 + z4 + z3
    z3 = 2 * z21
    z1 = z1 * z3
    return {
        "Le Le": {"S0": z1},
        "Le Lm": {"S0": z2},
        "Le Re": {"S0": z15},
        "Le Rm": {"S0": z9},
        "Lm Lm": {"S0": z12},
        "Lm Rm": {"S0": z11},
        "Re Lm": {"S0": z20},
        "Re Re": {"S0": z10},
        "Re Rm": {"S0": z7},
        "Rm Rm": {"S0": z13},
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
    z1 = 4 * kq
    z2 = D * D
    z3 = z2 * z1
    z4 = 2 * z2
    z5 = 2 * kq
    z6 = z5 - q2
    z7 = z6 * z4
    z8 = m * m
    z9 = z8 * q2
    z10 = kr * q2
    z11 = z9 + z10
    z12 = 3 * q2
    z13 = z12 + z5
    z14 = z13 * kq
    z15 = z5 * rq
    z16 = z15 + z11 + z14
    z17 = z16 * z4
    z14 = z14 + z9
    z18 = -8 * z14 * z2
    z19 = kq - q2
    z19 = z19 * z8
    z20 = z5 * q2
    z21 = z19 - z20
    z2 = 4 * z21 * z2
    z22 = z6 * z8
    z23 = kq * kq
    z24 = 4 * z23
    z25 = q2 * q2
    z26 = z22 - z25 + z24
    z26 = z26 * z4
    z27 = z5 + 5 * q2
    z28 = kq * z27
    z28 = z25 + z28 + z11
    z28 = z28 * z8
    z29 = 2 * q2 + kq
    z29 = z29 * z1
    z29 = 3 * z25 + z29
    z29 = kq * z29
    z30 = kq + q2
    z31 = z30 * z1
    z31 = -z25 + z31
    z31 = kr * z31
    z32 = 2 * rq
    z21 = -z21 * z32
    z21 = z21 + z28 + z29 + z31
    z4 = z21 * z4
    z21 = D * E
    z28 = -12 * z21 * z9
    z29 = z8 * kq
    z31 = 8 * z21
    z33 = z31 * z29
    z34 = z30 * z8
    z35 = z31 * z34
    z11 = z11 - z23
    z36 = z11 * z8
    z37 = -rq * z29
    z36 = z36 + z37
    z36 = z36 * z31
    z37 = E * E
    z38 = -z8 * z37 * z1
    z39 = 2 * z37
    z40 = -z22 * z39
    z16 = z39 * z8 * z16
    z41 = z6 * kr
    z42 = r2 * kq
    z15 = z15 + z19 + z41 + 2 * z23 + z42
    z15 = z15 * z31
    z23 = kr + kq
    z43 = rq + z23
    z44 = z5 + q2
    z43 = z44 * z43
    z30 = r2 * z30
    z29 = z29 + z30 + z43
    z29 = z29 * z31
    z30 = -rq * kq
    z11 = z30 + z11
    z11 = z11 * z31
    z23 = -z44 * z23
    z30 = z32 * z8
    z23 = z30 + z23
    z21 = 4 * z21
    z23 = z23 * z21
    z5 = 2 * z8 - z12 + z5
    z5 = rq * z5
    z31 = kq * q2
    z9 = z9 + z31
    z27 = -kr * z27
    z5 = z5 + z27 - 4 * z9
    z5 = z5 * z21
    z9 = -z25 + 6 * z31
    z25 = z12 * z8
    z27 = r2 * q2
    z31 = -z25 - 6 * z10 + z27 - z9
    z31 = z31 * z8
    z20 = -z20 + z41
    z20 = -z30 + 2 * z20 - z25
    z20 = rq * z20
    z25 = -z44 * z42
    z9 = -4 * z10 - z9
    z9 = kr * z9
    z24 = -q2 * z24
    z9 = z20 + z31 + z9 + z24 + z25
    z9 = z9 * z21
    z20 = z22 + z30
    z21 = 8 * z37
    z20 = z20 * z21
    z1 = -z12 - z1
    z1 = z1 * z8
    z1 = z1 - z30
    z1 = rq * z1
    z14 = z14 + z27
    z24 = 2 * z10
    z25 = -z24 - z14
    z25 = z25 * z8
    z1 = z25 + z1
    z1 = z1 * z21
    z21 = z8 + kr
    z25 = z21 * z32
    z25 = z25 - z42
    z10 = -z19 + z10 - z25
    z10 = 4 * z10 * z37
    z6 = r2 * z6
    z19 = rq * z21
    z6 = -4 * z19 + z6 - z22
    z6 = z6 * z39
    z19 = kr * z13
    z19 = 3 * z34 + z19 + z25
    z19 = z19 * z32
    z13 = -z13 * z42
    z21 = z27 + z24
    z21 = kr * z21
    z12 = kr * z12
    z12 = z12 + z14
    z8 = z12 * z8
    z8 = z19 + z8 + z13 + z21
    z8 = z8 * z39
    return {
        "Le Le": {"S0": z8, "ck": z6, "cr": z10},
        "Le Lm": {"S0": z9, "ck": z5, "cr": z23},
        "Le Re": {"S0": z1, "ck": z20, "cr": z20},
        "Le Rm": {"S0": z11, "ck": z29, "cr": z15},
        "Lm Lm": {"S0": z4, "ck": z26, "cr": z2},
        "Lm Rm": {"S0": z18},
        "Re Lm": {"S0": z36, "ck": z35, "cr": z33},
        "Re Re": {"S0": z16, "ck": z40, "cr": z38},
        "Re Rm": {"S0": z28},
        "Rm Rm": {"S0": z17, "ck": z7, "cr": z3},
    }
