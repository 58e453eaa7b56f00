"""Conversion of a photon into a pair of given mass in the field of an atom, gamma Z -> e+ e- Z.

The photon meets the quasi-real photons of the atom: their flux times the cross section of gamma gamma -> e+ e-, exact in
m_e. Good to about 30%; not included: the deflection of the pair, coherence over several atoms, the Landau-Pomeranchuk effect.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darkfactory.amplitudes.dark_bremsstrahlung import effective_flux
from darkfactory.constants import ALPHA, GEV, HBAR_C_MEV_MM, M_E
from darkfactory.errors import in_range, positive, require

__all__ = ["cross_section_cm2_per_mev", "two_photon_cross_section_cm2"]

MEV_MINUS_2_CM2 = HBAR_C_MEV_MM**2 * 1e-2
"""One MeV^-2 in cm^2."""


def two_photon_cross_section_cm2(mass: Any) -> Any:
    """Cross section of gamma gamma -> e+ e- for unpolarized real photons.

    Parameters
    ----------
    mass : array_like
        Invariant mass of the pair [MeV], > 0.

    Returns
    -------
    array
        [cm^2]; 0 below threshold.

    Raises
    ------
    InvalidInput
        For a mass that is not positive.

    Examples
    --------
    >>> f"{two_photon_cross_section_cm2(20.0):.3e}", float(two_photon_cross_section_cm2(1.0))
    ('4.137e-27', 0.0)
    """
    require(positive("mass", mass, unit="MeV"))
    mass = np.asarray(mass, dtype=float)
    r = (M_E / mass) ** 2
    velocity = np.sqrt(np.maximum((1 - 2 * M_E / mass) * (1 + 2 * M_E / mass), 0.0))
    logarithm = 2 * np.arctanh(velocity)
    bracket = (1 + 4 * r - 8 * r * r) * logarithm - velocity * (1 + 4 * r)
    return (4 * math.pi * ALPHA**2 / mass**2 * bracket * MEV_MINUS_2_CM2)[()]


def cross_section_cm2_per_mev(mass: Any, photon_energy: Any, charge: float, mass_number: float) -> Any:
    r"""Cross section d sigma / dm of gamma Z -> e+ e- Z per atom, (2 alpha / pi m) chi sigma(gamma gamma -> e e).

    Parameters
    ----------
    mass : array_like
        Invariant mass m of the pair [MeV], > 0.
    photon_energy : array_like
        Energy of the photon [MeV], > 0; broadcast with ``mass``.
    charge, mass_number : float
        Z and A of the atom.

    Returns
    -------
    array
        [cm^2/MeV]; 0 outside 2 m_e < m < photon energy.

    Raises
    ------
    InvalidInput
        For numbers outside their range.

    Examples
    --------
    >>> f"{cross_section_cm2_per_mev(20.0, 40.0, 2, 4.0026):.2e}"
    '1.05e-29'
    """
    require(
        positive("photon_energy", photon_energy, unit="MeV"), in_range("charge", charge, 1), positive("A", mass_number)
    )
    mass, energy = np.broadcast_arrays(np.asarray(mass, dtype=float), np.asarray(photon_energy, dtype=float))
    flux = effective_flux(energy / GEV, mass / GEV, charge, mass_number)
    value = 2 * ALPHA / (math.pi * mass) * flux * two_photon_cross_section_cm2(mass)
    return np.where(mass < energy, value, 0.0)[()]
