"""Unit conversions at the public border; inside, everything is MeV, mm, s, rad.

A name that carries another unit says so (``f_a_gev``), and is converted once, here.
"""

from __future__ import annotations

from darkfactory.constants import GEV

__all__ = ["GEV2_TO_CM2", "MM2_TO_CM2", "SECONDS_PER_DAY", "gev_to_mev", "mev_to_gev"]

SECONDS_PER_DAY = 86400.0
GEV2_TO_CM2 = 3.893793721e-28
"""Cross section of GeV^-2 in cm^2."""
MM2_TO_CM2 = 1e-2
"""Area of mm^2 in cm^2."""


def gev_to_mev(value: float) -> float:
    """Energy, mass or decay constant from GeV to MeV.

    Examples
    --------
    >>> gev_to_mev(5.0)
    5000.0
    """
    return value * GEV


def mev_to_gev(value: float) -> float:
    """Energy, mass or decay constant from MeV to GeV; inverse of :func:`gev_to_mev`."""
    return value / GEV
