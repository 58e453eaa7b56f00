r"""Inclusive pions of protons on beryllium, in the parametrisation of BMPT, and dark photons of neutral pions.

Energies in GeV. The neutral pion is the average of pi+ and pi-; both hemispheres; the dependence on the nucleus cancels to a few
percent in a yield per interaction.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from darkfactory.constants import GEV, M_NEUTRAL_PION, M_PION, M_PROTON
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["NEUTRAL_PION_GEV", "dark_photon_share", "pion_density", "pions_per_interaction"]

M_PION_GEV = M_PION / GEV
NEUTRAL_PION_GEV = M_NEUTRAL_PION / GEV
"""Mass of the neutral pion [GeV]."""
PROTON_GEV = M_PROTON / GEV
INELASTIC_MB = 180.0
BR_TWO_PHOTONS = 0.98823


def pion_density(beam_gev: float, momentum_gev: Any, cosine: Any) -> Any:
    """Neutral pions per interaction and per d^3p / E: E d^3 sigma / dp^3 over the cross section of interactions.

    Parameters
    ----------
    beam_gev : float
        Energy of the protons [GeV].
    momentum_gev : array_like
        Momentum of the pion [GeV], > 0.
    cosine : array_like
        Of its angle to the beam.

    Returns
    -------
    array
        [GeV^-2]; 0 outside the phase space.

    Examples
    --------
    >>> round(float(pion_density(70.0, 10.0, 1.0)), 4)
    0.552
    """
    energy = np.hypot(momentum_gev, M_PION_GEV)
    s = 2 * PROTON_GEV * (PROTON_GEV + beam_gev)
    gamma = (beam_gev + PROTON_GEV) / np.sqrt(s)
    slow = np.sqrt(gamma * gamma - 1)
    highest = (s - 4 * PROTON_GEV**2 + M_PION_GEV**2) / (2 * np.sqrt(s))
    x = (gamma * energy - slow * momentum_gev * cosine) / highest
    inside = x < 1
    x = np.where(inside, x, 0.5)
    pt = momentum_gev * np.sqrt(np.maximum((1 - cosine) * (1 + cosine), 0.0))
    a = 6.10 / x**0.153
    b = 6.10**2 / (2 * x**0.478)
    positive = 62.3 * (1 - x) ** 3.45 * (1 + 1.57 * x) * x**-0.517 * (1 + a * pt + b * pt**2) * np.exp(-a * pt)
    ratio = 1.05 * (1 + x) ** 2.65
    return np.where(inside, positive * (1 + 1 / ratio) / (2 * INELASTIC_MB), 0.0)[()]


@functools.cache
def pions_per_interaction(beam_gev: float, nodes: int = 200) -> float:
    """Neutral pions per interaction, over all momenta.

    Examples
    --------
    >>> round(pions_per_interaction(70.0), 2), round(pions_per_interaction(400.0), 2)
    (2.23, 4.38)
    """
    # in the centre of mass, where the density depends on x_R and p_T only: momentum and the angle by p_T
    s = 2 * PROTON_GEV * (PROTON_GEV + beam_gev)
    gamma = (beam_gev + PROTON_GEV) / np.sqrt(s)
    slow = np.sqrt(gamma * gamma - 1)
    highest = (s - 4 * PROTON_GEV**2 + M_PION_GEV**2) / (2 * np.sqrt(s))
    top = np.sqrt(highest**2 - M_PION_GEV**2)
    node, weight = unit_legendre(nodes)
    star, angle = (top * node**2)[:, None], np.pi * node  # p*, theta*
    energy = np.hypot(star, M_PION_GEV)
    along = gamma * star * np.cos(angle) + slow * energy
    across = star * np.sin(angle)
    momentum = np.hypot(along, across)
    density = pion_density(beam_gev, momentum, along / momentum)
    measure = 2 * np.pi * star**2 / energy * np.sin(angle) * np.pi * (2 * top * node)[:, None]
    return float(weight @ (density * measure) @ weight)


def dark_photon_share(mass_gev: Any) -> Any:
    """Branching ratio of pi0 -> gamma A' over epsilon^2, 2 (1 - m^2/m_pi^2)^3 B(gamma gamma); 0 from the mass of the pion on.

    Examples
    --------
    >>> float(dark_photon_share(0.0)), float(dark_photon_share(0.14))
    (1.97646, 0.0)
    """
    return 2 * BR_TWO_PHOTONS * np.maximum(1 - (np.asarray(mass_gev) / NEUTRAL_PION_GEV) ** 2, 0.0) ** 3
