"""Squared amplitude of l -> l' a through an LFV ALP.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 fa0506dd0b7cafd7d24bc6bdcc787202ea0e6076ee417eac495d528cd9909eea

from __future__ import annotations

from typing import Any

__all__ = ["polarised"]

Pieces = dict[str, dict[str, Any]]


def polarised(*, m: Any, kq: Any) -> Pieces:
    """With the spin.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    kq : array_like
        k.q, final lepton and heavy system.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = kq - 1
    z2 = 1 + m
    z2 = m * z2
    z2 = z2 + z1
    z2 = m * z2
    z3 = -1 + 2 * kq
    z2 = z2 + z3
    z2 = m * z2
    z2 = kq + z2
    z2 = 2 * z2
    z4 = m * m
    z4 = 1 - z4
    z4 = 4 * z4
    z5 = -1 + m
    z5 = m * z5
    z1 = z5 + z1
    z1 = m * z1
    z1 = z1 - z3
    z1 = m * z1
    z1 = kq + z1
    z1 = 2 * z1
    return {
        "CA CA": {"S0": z2},
        "CV CA": {"ck": z4},
        "CV CV": {"S0": z1},
    }
