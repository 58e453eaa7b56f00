r"""Photons from positrons in matter: annihilation in flight and bremsstrahlung, per electron and per radiation length.

Annihilation at rest electrons, e+ e- -> gamma gamma, at tree level (Heitler), with both photons counted.
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.backend import namespace
from darkfactory.constants import CLASSICAL_ELECTRON_RADIUS_CM, M_E

__all__ = [
    "bremsstrahlung_per_radiation_length",
    "highest_photon",
    "lowest_positron_energy",
    "photon_cross_section_above_cm2",
    "photon_cross_section_cm2_per_mev",
    "total_cross_section_cm2",
]

_AREA = math.pi * CLASSICAL_ELECTRON_RADIUS_CM**2


def total_cross_section_cm2(energy: Any) -> Any:
    """Cross section of e+ e- -> gamma gamma per electron at rest [cm^2].

    Parameters
    ----------
    energy : array_like
        Total positron energy [MeV], > m_e.

    Returns
    -------
    array
        [cm^2].

    Examples
    --------
    >>> f"{total_cross_section_cm2(20.0):.5e}"
    '2.32114e-26'
    """
    xp = namespace(energy)
    g = xp.asarray(energy, dtype=float) / M_E
    root = xp.sqrt(g * g - 1)
    return (_AREA / (g + 1) * ((g * g + 4 * g + 1) / (g * g - 1) * xp.log(g + root) - (g + 3) / root))[()]


def _support(g: Any) -> Any:
    """Smallest share eps = k / (E + m_e) of a photon; the largest is 1 minus it."""
    xp = namespace(g)
    return 1 / ((g + 1) * (1 + xp.sqrt((g - 1) / (g + 1))))


def photon_cross_section_cm2_per_mev(k: Any, energy: Any) -> Any:
    """Photon spectrum d sigma / dk of annihilation in flight, both photons counted: its integral is 2 sigma.

    Parameters
    ----------
    k : array_like
        Photon energy [MeV].
    energy : array_like
        Total positron energy [MeV], > m_e.

    Returns
    -------
    array
        [cm^2 / MeV]; 0 outside the kinematic range.

    Examples
    --------
    >>> bool(photon_cross_section_cm2_per_mev(50.2, 50.0) > photon_cross_section_cm2_per_mev(25.0, 50.0))
    True
    """
    xp = namespace(k, energy)
    g = xp.asarray(energy, dtype=float) / M_E
    share = k / (energy + M_E)
    low = _support(g)
    inside = (share >= low) & (share <= 1 - low)
    share = xp.where(inside, share, 0.5)
    one, other = _shape(share, g), _shape(1 - share, g)
    return xp.where(inside, _AREA / ((g - 1) * (energy + M_E)) * (one + other), 0.0)[()]


def _shape(share: Any, g: Any) -> Any:
    return (1 + 2 * g / (g + 1) ** 2 - share - 1 / ((g + 1) ** 2 * share)) / share


def photon_cross_section_above_cm2(k: Any, energy: Any) -> Any:
    """Integral of :func:`photon_cross_section_cm2_per_mev` over photon energies above ``k``, in closed form.

    Parameters
    ----------
    k : array_like
        Photon energy [MeV].
    energy : array_like
        Total positron energy [MeV], > m_e.

    Returns
    -------
    array
        [cm^2]; from 2 sigma at k = 0 down to 0.

    Examples
    --------
    >>> float(photon_cross_section_above_cm2(0.0, 20.0) / total_cross_section_cm2(20.0)).__round__(9)
    2.0
    """
    xp = namespace(k, energy)
    g = xp.asarray(energy, dtype=float) / M_E
    low = _support(g)
    share = xp.clip(k / (energy + M_E), low, 1 - low)

    def primitive(e: Any) -> Any:
        return (1 + 2 * g / (g + 1) ** 2) * xp.log(e) - e + 1 / ((g + 1) ** 2 * e)

    total = primitive(1 - low) - primitive(share) + primitive(1 - share) - primitive(low)
    return (_AREA / (g - 1) * total)[()]


def lowest_positron_energy(k: Any) -> Any:
    """Lowest total positron energy [MeV] that gives a photon of energy ``k`` [MeV] > m_e.

    Examples
    --------
    >>> 50.0 - lowest_positron_energy(50.0) < M_E / 2
    True
    """
    return 2 * k * k / (2 * k - M_E) - M_E


def highest_photon(energy: Any) -> Any:
    """Highest photon energy [MeV] of a positron of total ``energy`` [MeV]; inverse of :func:`lowest_positron_energy`.

    Examples
    --------
    >>> round(float(lowest_positron_energy(highest_photon(50.0))), 9)
    50.0
    """
    g = energy / M_E
    return (1 - _support(g)) * (energy + M_E)


def bremsstrahlung_per_radiation_length(k: Any, energy: Any) -> Any:
    """Photons per MeV and radiation length of a positron, (1/k) (4/3 - 4u/3 + u^2) with u = k/E.

    Parameters
    ----------
    k, energy : array_like
        Photon energy and total positron energy [MeV].

    Returns
    -------
    array
        [1/MeV]; 0 for k >= E. Complete screening; thin matter.

    Examples
    --------
    >>> round(float(bremsstrahlung_per_radiation_length(10.0, 40.0)), 5)
    0.10625
    """
    xp = namespace(k, energy)
    u = k / energy
    return xp.where(u < 1, (4 / 3 - 4 * u / 3 + u * u) / k, 0.0)[()]
