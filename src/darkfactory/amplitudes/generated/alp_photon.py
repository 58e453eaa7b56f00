"""Squared amplitude of l -> l' a gamma through an LFV ALP.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 db46f22744e58059150614b5c30cf79e37be557da8ab32b749c2cc4df0f33ada

from __future__ import annotations

from typing import Any

__all__ = ["polarised"]

Pieces = dict[str, dict[str, Any]]


def polarised(*, m: Any, D: Any, E: Any, q2: Any, kr: Any, kq: Any, rq: Any) -> Pieces:
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
    z1 = rq - 1
    z2 = 2 * kr
    z3 = z1 + z2
    z4 = z3 + kq
    z5 = 2 * kq
    z6 = z4 * z5
    z3 = -q2 + z6 - z3
    z3 = z3 * D
    z6 = kr + rq
    z7 = z6 * kr
    z8 = kq + rq
    z7 = z7 - z8
    z7 = z7 * E
    z3 = z3 - z7
    z7 = 2 * E
    z3 = z3 * z7
    z9 = 2 * rq
    z10 = z9 + z2
    z11 = z8 * z5
    z12 = kq - kr
    z13 = z12 + 1
    z13 = z13 * q2
    z11 = z13 + z11 + 1 - z10
    z13 = D * D
    z11 = z11 * z13
    z3 = z3 - z11
    z11 = rq - 2
    z14 = 3 * kr
    z15 = z11 + z14 + z5 - q2
    z15 = z15 * D
    z4 = z4 * E
    z4 = z15 + z4
    z4 = z4 * z7
    z15 = q2 + 3 * kq
    z16 = kr + z15 + 2 * z1
    z16 = z16 * z13
    z4 = z4 - z16
    z16 = E + D
    z16 = z16 * z7
    z16 = z16 - z13
    z16 = z16 * m
    z17 = E * E
    z17 = z17 - z13
    z17 = 2 * z17
    z18 = -z17 - z16
    z18 = m * z18
    z18 = z18 - z4
    z18 = m * z18
    z19 = 4 * kr
    z20 = z19 + rq
    z21 = -z5 - z20 + 2 * q2
    z21 = z21 * D
    z9 = z9 + z5
    z22 = z9 - 1
    z14 = z22 + z14
    z14 = z14 * E
    z14 = z21 - z14
    z14 = z14 * E
    z11 = z15 + z11
    z11 = z11 * z13
    z11 = z14 + z11
    z11 = 2 * z11
    z14 = z11 + z18
    z14 = m * z14
    z14 = z14 - z3
    z14 = m * z14
    z15 = z22 + z19
    z15 = z15 * z5
    z15 = z15 - z20
    z15 = z15 * D
    z10 = 1 + z10
    z18 = E * kr
    z10 = z10 * z18
    z10 = z15 - z10
    z10 = z10 * E
    z9 = z9 - 3
    z9 = z9 * kq
    z15 = z12 * q2
    z9 = z9 + z15
    z1 = z9 - z1
    z1 = z1 * z13
    z1 = z10 - z1
    z1 = 2 * z1
    z10 = -z1 + z14
    z10 = m * z10
    z2 = z8 + z2
    z2 = z2 * z5
    z2 = z2 - kr
    z2 = z2 * D
    z8 = z18 * z6
    z2 = z2 - z8
    z2 = z2 * z7
    z8 = z9 + kr
    z8 = z8 * z13
    z2 = z2 - z8
    z8 = z10 - z2
    z8 = 4 * z8
    z9 = -1 + kq
    z9 = z9 * z13
    z10 = -2 + z12
    z10 = D * z10
    z14 = -1 - kr
    z14 = E * z14
    z10 = z10 + z14
    z10 = E * z10
    z14 = E + 2 * D
    z15 = E * z14
    z15 = z13 + z15
    z19 = m * m
    z15 = z15 * z19
    z9 = z15 + z9 + z10
    z9 = z9 * z19
    z10 = -D * z12
    z10 = z10 + z18
    z10 = E * z10
    z12 = -kq * z13
    z9 = z9 + z12 + z10
    z9 = 16 * z9
    z10 = z5 + q2
    z12 = z10 * z13
    z5 = z6 + z5
    z6 = -2 + z5
    z6 = D * z6
    z6 = z6 - E
    z6 = z6 * z7
    z14 = z14 * z7
    z14 = z13 + z14
    z14 = z14 * z19
    z6 = z14 + z12 + z6
    z6 = z6 * z19
    z10 = -1 - z10
    z10 = z10 * z13
    z5 = -D * z5 * z7
    z5 = z6 + z10 + z5
    z5 = 8 * z5
    z6 = z17 - z16
    z6 = m * z6
    z4 = z6 - z4
    z4 = m * z4
    z4 = -z11 + z4
    z4 = m * z4
    z3 = z4 - z3
    z3 = m * z3
    z1 = z1 + z3
    z1 = m * z1
    z1 = z1 - z2
    z1 = 4 * z1
    return {
        "CA CA": {"S0": z8},
        "CV CA": {"ck": z5, "cr": z9},
        "CV CV": {"S0": z1},
    }
