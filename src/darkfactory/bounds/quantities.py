"""Quantities that records limit other than LFV branching ratios: couplings, mixings, scales, lifetimes."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.constants import ALPHA, LEPTON_MASS
from darkfactory.errors import positive, require
from darkfactory.units import mev_to_gev

__all__ = [
    "FORMULAS",
    "MOMENTS",
    "QUANTITIES",
    "ROOTS",
    "Quantity",
    "magnetic_moment_coupling",
    "magnetic_moment_epsilon",
]


@dataclass(frozen=True)
class Quantity:
    """Something that a record limits.

    Attributes
    ----------
    name, title, unit : str
        Name in a record, words, unit (``1`` if dimensionless).
    sense : str
        ``upper`` or ``lower``: which side of the limit is allowed.
    conversions : dict
        Other quantities and how to get them from a value and a coupling C.
    """

    name: str
    title: str
    unit: str
    sense: str
    conversions: Mapping[str, Callable[[float, float], float]]


def _from_yukawa(lepton: str) -> dict[str, Callable[[float, float], float]]:
    """G = C m / f_a: the decay constant for a coupling C, and F = 2 f_a / C."""
    m = mev_to_gev(LEPTON_MASS[lepton])
    return {"f_a_gev": lambda g, C: C * m / g, "F_gev": lambda g, C: 2 * m / g}


_SCALE: dict[str, Callable[[float, float], float]] = {"f_a_gev": lambda F, C: C * F / 2}
_MIXING: dict[str, Callable[[float, float], float]] = {"epsilon2": lambda e, C: e**2}
QUANTITIES: dict[str, Quantity] = {
    q.name: q
    for q in (
        Quantity("g_aee", "pseudoscalar coupling to electrons", "1", "upper", _from_yukawa("e")),
        Quantity("g_amumu", "pseudoscalar coupling to muons", "1", "upper", _from_yukawa("mu")),
        Quantity("g_aemu", "pseudoscalar coupling of muons to electrons", "1", "upper", {}),
        Quantity("F_gev", "scale F = 2 f_a / C of the channel", "GeV", "lower", _SCALE),
        Quantity("lifetime_s", "lifetime of dark matter into photons", "s", "lower", {}),
        Quantity("epsilon", "kinetic mixing of a dark photon", "1", "upper", _MIXING),
        Quantity("U2_e", "mixing squared of a heavy neutrino with nu_e", "1", "upper", {}),
        Quantity("U2_mu", "mixing squared of a heavy neutrino with nu_mu", "1", "upper", {}),
        Quantity("U2_tau", "mixing squared of a heavy neutrino with nu_tau", "1", "upper", {}),
        Quantity("g_agamma", "ALP coupling to photons", "1/GeV", "upper", {}),
        Quantity("g_mu_tau", "gauge coupling of L_mu - L_tau", "1", "upper", {}),
        Quantity("eta_emu", "flavor-violating mixing of heavy neutrinos", "1", "upper", {}),
    )
}
"""Quantities by their name in a record."""
ROOTS = {"epsilon2": "epsilon"}
"""What a file may hold instead: squares, and the quantity of the record that is their root."""


def magnetic_moment_epsilon(mass: float, deviation: float, lepton: str = "e") -> float:
    r"""Kinetic mixing for which a dark photon shifts the lepton's anomalous magnetic moment by ``deviation``.

    Delta a = alpha epsilon^2 / (2 pi) int_0^1 2 m^2 z (1 - z)^2 / (m^2 (1 - z)^2 + m_A'^2 z) dz.

    Parameters
    ----------
    mass : float
        Dark-photon mass [MeV], > 0.
    deviation : float
        Largest Delta a, > 0.
    lepton : str
        ``e``, ``mu`` or ``tau``.

    Returns
    -------
    float
        epsilon.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{magnetic_moment_epsilon(10.0, 6.6e-13):.2e}"
    '5.80e-04'
    """
    from darkfactory.amplitudes.magnetic_moment import vector_moment

    require(positive("mass", mass, unit="MeV"), positive("deviation", deviation))
    charge = math.sqrt(4 * math.pi * ALPHA)
    return math.sqrt(deviation / float(vector_moment(mass, charge, LEPTON_MASS[lepton])))


def magnetic_moment_coupling(mass: float, deviation: float, lepton: str = "e") -> float:
    r"""Coupling for which a pseudoscalar shifts the lepton's anomalous magnetic moment by ``-deviation``.

    Delta a = -g^2 / (8 pi^2) int_0^1 (1 - x)^3 / ((1 - x)^2 + x m_a^2 / m^2) dx.

    Parameters
    ----------
    mass : float
        Mass of the pseudoscalar [MeV], > 0.
    deviation : float
        Largest -Delta a, > 0.
    lepton : str
        ``e``, ``mu`` or ``tau``.

    Returns
    -------
    float
        g.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{magnetic_moment_coupling(20.0, 8.8e-10, 'mu'):.2e}"
    '3.87e-04'
    """
    from darkfactory.amplitudes.magnetic_moment import pseudoscalar_moment

    require(positive("mass", mass, unit="MeV"), positive("deviation", deviation))
    return math.sqrt(deviation / -float(pseudoscalar_moment(mass, 1.0, LEPTON_MASS[lepton])))


MOMENTS = {"g_aee": ("e", 1e-12), "g_amumu": ("mu", 8.8e-10)}
"""Lepton and largest -Delta a, recalled, by the coupling of a pseudoscalar, which lowers magnetic moments."""
FORMULAS: dict[str, Callable[[float, Mapping[str, Any]], float]] = {
    "electron-magnetic-moment": lambda mass, given: magnetic_moment_epsilon(mass, given["deviation"], "e"),
    "muon-magnetic-moment": lambda mass, given: magnetic_moment_epsilon(mass, given["deviation"], "mu"),
}
"""Limits that are a formula of the mass [MeV] and of the parameters of the record."""
