"""Squared amplitude of l -> l' nu nu gamma.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 2a61b4e20c97a3751a7d68c89fcf4c9589141e50779dc158aeed0672d0032e43

from __future__ import annotations

from typing import Any

__all__ = ["polarised", "unpolarised"]

Pieces = dict[str, dict[str, Any]]


def unpolarised(*, m: Any, D: Any, E: Any, q2: Any, kr: Any, kq: Any, rq: Any) -> Pieces:
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
    z1 = m * m
    z2 = z1 + kr
    z3 = 2 * rq
    z4 = 2 * kq
    z5 = -z4 - 3 * z2 - z3
    z5 = z5 * z4
    z6 = z1 + 1
    z7 = -z6 * z1
    z8 = 2 * z1
    z9 = 2 * kr
    z10 = -z8 - z9 + 1
    z10 = z10 * z9
    z11 = -3 * z1 - z9
    z11 = rq * z11
    z2 = q2 * z2
    z2 = z2 + z5 + z11 + z7 + z10
    z2 = q2 * z2
    z5 = rq * rq
    z7 = -z1 * z5
    z10 = z9 - z6
    z10 = rq * z10
    z11 = -kq * z6
    z10 = z10 + z11
    z10 = kq * z10
    z7 = z7 + z10
    z2 = 2 * z7 + z2
    z2 = D * z2
    z7 = 3 * kq
    z10 = -z1 * z7
    z11 = m * m * m * m
    z8 = z8 - kr
    z12 = -kr * z8
    z13 = z1 - kr
    z14 = rq * z13
    z10 = z10 - 3 * z14 - z11 + z12
    z10 = q2 * z10
    z5 = -z13 * z5
    z8 = -rq * z8
    z11 = -kq * z1
    z8 = z8 + z11
    z8 = kq * z8
    z5 = z5 + z8
    z5 = 2 * z5 + z10
    z5 = E * z5
    z2 = z2 + z5
    z2 = E * z2
    z5 = z1 - 3
    z3 = z3 + z5
    z3 = z1 * z3
    z8 = rq + kr
    z8 = 8 * kq - 9 + 5 * z1 + 4 * z8
    z8 = kq * z8
    z7 = z7 + z13
    z7 = q2 * z7
    z6 = kr * z6
    z3 = z7 + z8 + z6 + z3
    z3 = q2 * z3
    z5 = z4 + z9 + z5
    z5 = kq * z5
    z1 = 1 - z1
    z1 = rq * z1
    z1 = z1 + z5
    z1 = z1 * z4
    z1 = z1 + z3
    z1 = z1 * D * D
    z1 = z1 + 2 * z2
    z1 = 2 * z1
    return {
        "": {"S0": z1},
    }


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
    z1 = 2 * kq
    z2 = z1 - q2
    z3 = z2 + rq
    z4 = m * m
    z5 = 2 * z4
    z3 = z3 * z5
    z5 = 3 * q2
    z6 = z5 - z1
    z6 = z6 * kr
    z3 = z3 - z6
    z6 = rq * kq
    z7 = kq * z2
    z7 = z7 + 4 * z6 + z3
    z7 = D * z7
    z8 = 2 * rq
    z9 = z2 + z8
    z9 = z9 * z4
    z10 = z8 - q2
    z10 = -kr * z10
    z10 = z10 + z9
    z10 = E * z10
    z7 = z7 + z10
    z7 = E * z7
    z10 = kq - q2
    z11 = z10 * z4
    z12 = 2 * q2
    z13 = 1 - z12
    z13 = kq * z13
    z11 = z13 + z11
    z13 = D * D
    z11 = z11 * z13
    z7 = z11 + z7
    z7 = 4 * z7
    z11 = 1 + z1
    z11 = z11 * z1
    z14 = z2 * z4
    z15 = -1 - q2
    z15 = q2 * z15
    z11 = z14 + z15 + z11
    z11 = z11 * z13
    z14 = z2 * z1
    z15 = -q2 + 6 * kq
    z16 = rq * z15
    z3 = z14 + z16 + z3
    z3 = D * z3
    z14 = -kr * z8
    z9 = z14 + z9
    z9 = E * z9
    z3 = z3 + z9
    z9 = 2 * E
    z3 = z3 * z9
    z3 = z11 + z3
    z3 = 2 * z3
    z10 = -z10 * z8
    z11 = z4 * q2
    z14 = kr * q2
    z16 = q2 - 3
    z17 = q2 * z16
    z18 = 5 * q2 + z1
    z18 = kq * z18
    z10 = z11 + z14 + z10 + z17 + z18
    z10 = z10 * z4
    z16 = z16 * z5
    z17 = z1 - 3 + 4 * q2
    z17 = z17 * z1
    z16 = z16 + z17
    z16 = kq * z16
    z12 = z12 + 1
    z17 = rq * z12 * z1
    z18 = 4 * kq
    z19 = q2 + kq
    z19 = z19 * z18
    z20 = q2 - 1
    z20 = z20 * q2
    z19 = -z20 + z19
    z19 = kr * z19
    z10 = z10 + z19 + z16 + z17
    z10 = z10 * z13
    z13 = z5 + z8
    z16 = z1 + z13
    z16 = z16 * rq
    z17 = -z5 - kq
    z17 = z17 * z1
    z19 = 4 * z14
    z17 = -z11 - z19 - z16 + z20 + z17
    z17 = z17 * z4
    z2 = z2 * z8
    z8 = 2 - z15
    z8 = q2 * z8
    z2 = -z19 + z2 + z8
    z2 = kr * z2
    z8 = -kq * kq
    z6 = z8 - z6
    z6 = z12 * z6
    z2 = z17 + 2 * z6 + z2
    z2 = D * z2
    z1 = z5 + z1
    z1 = -kq * z1
    z5 = -z18 - z13
    z5 = rq * z5
    z1 = -z11 - 2 * z14 + z1 + z5
    z1 = z1 * z4
    z4 = z16 + z14
    z4 = kr * z4
    z1 = z4 + z1
    z1 = E * z1
    z1 = z2 + z1
    z1 = z1 * z9
    z1 = z10 + z1
    z1 = 2 * z1
    return {
        "": {"S0": z1, "ck": z3, "cr": z7},
    }
