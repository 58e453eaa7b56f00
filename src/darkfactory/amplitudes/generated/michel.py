"""Squared amplitude of l -> l' nu nu.

In units of the mass of l. Written by FORM, not to be edited: ``make amplitudes`` regenerates it from
``amplitudes/form/lepton_line.frm``, where the notation stands.
"""
# source lepton_line.frm sha256 b0924f5772d371d32dfe4603deb32421bd7b1710d1a44a5cefdfea2d4ef6f5e2
# code sha256 c7c3952d8276a318d11153d5d162bf9405cb86b1f1ec6e03097e3facf15b64dd

from __future__ import annotations

from typing import Any

__all__ = ["polarised"]

Pieces = dict[str, dict[str, Any]]


def polarised(*, m: Any, q2: Any, kq: Any) -> Pieces:
    """With the spin.

    Parameters
    ----------
    m : array_like
        Mass of the final leptons.
    q2 : array_like
        Mass squared of the heavy system.
    kq : array_like
        k.q, final lepton and heavy system.

    Returns
    -------
    dict
        For each monomial of couplings, the Stokes components as named in the FORM source.
    """
    z1 = 2 * kq
    z2 = q2 - z1
    z3 = q2 * m * m
    z1 = 3 * q2 + z1
    z1 = kq * z1
    z1 = z3 + z1
    return {
        "": {"S0": z1, "ck": z2},
    }
