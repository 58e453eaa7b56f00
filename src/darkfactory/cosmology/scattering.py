r"""Freeze-in through flavor-diagonal couplings: l lbar -> gamma a and l gamma -> l a, spin-averaged, massless ALP."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np

from darkfactory.constants import ALPHA, LEPTON_MASS
from darkfactory.cosmology.thermodynamics import TABLES, bath, omega_h2
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.numerics.quadrature import panels
from darkfactory.units import gev_to_mev

__all__ = [
    "REFERENCE_MASS",
    "REFERENCE_SCALE_GEV",
    "annihilation_cross_section",
    "compton_cross_section",
    "diagonal_omega",
]

REFERENCE_MASS, REFERENCE_SCALE_GEV = 0.05, 5e9
"""ALP mass [MeV] and f_a / C [GeV] of abundances that scale to all others."""


def annihilation_cross_section(s: Any, mass: float, C_over_f_a: float, alpha: float = ALPHA) -> Any:
    r"""Cross section of l lbar -> gamma a [MeV^-2], spin-averaged, m_a = 0.

    Parameters
    ----------
    s : array_like
        Squared energy [MeV^2], > 4 m^2.
    mass : float
        Lepton mass [MeV], > 0.
    C_over_f_a : float
        C_ll / f_a [1/MeV].
    alpha : float
        Fine-structure constant.

    Returns
    -------
    ndarray or float
        alpha m^2 C^2 / f_a^2 artanh(beta) / (s - 4 m^2).

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> from math import pi
    >>> f"{annihilation_cross_section(6.0, 1.0, 1.0, alpha=0.302822**2 / (4 * pi)):.8e}"
    '2.40257461e-03'
    """
    require(positive("mass", mass, unit="MeV"), in_range("s", s, 4 * mass**2, open_low=True, unit="MeV^2"))
    beta = np.sqrt(1 - 4 * mass**2 / np.asarray(s, dtype=float))
    return alpha * (mass * C_over_f_a) ** 2 * np.arctanh(beta) / (s - 4 * mass**2)


def compton_cross_section(s: Any, mass: float, C_over_f_a: float, alpha: float = ALPHA) -> Any:
    r"""Cross section of l gamma -> l a [MeV^-2], spin-averaged, m_a = 0, of one charge.

    Parameters
    ----------
    s : array_like
        Squared energy [MeV^2], > m^2.
    mass, C_over_f_a, alpha
        As for :func:`annihilation_cross_section`.

    Returns
    -------
    ndarray or float
        Cross section [MeV^-2].

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> from math import pi
    >>> f"{compton_cross_section(3.0, 1.0, 1.0, alpha=0.302822**2 / (4 * pi)):.8e}"
    '1.91303046e-04'
    """
    require(positive("mass", mass, unit="MeV"), in_range("s", s, mass**2, open_low=True, unit="MeV^2"))
    s, m2 = np.asarray(s, dtype=float), mass**2
    shape = (2 * s**2 * np.log(s / m2) - 3 * s**2 + 4 * m2 * s - m2**2) / (s**2 * (s - m2))
    return alpha * m2 * C_over_f_a**2 / 8 * shape


@functools.cache
def diagonal_omega(lepton: str, table: str = "fit") -> float:
    """Omega h^2 from 2 -> 2 with a flavor-diagonal coupling, at 50 keV and f_a / C_ll = 5e9 GeV.

    Parameters
    ----------
    lepton : str
        ``e``, ``mu`` or ``tau``.
    table : str
        Degrees of freedom, ``fit`` or ``lattice``.

    Returns
    -------
    float
        Omega h^2; scales as m_a (C_ll / f_a)^2. Temperatures from m/60 to 100 m.

    Raises
    ------
    InvalidInput
        For unknown names.

    Examples
    --------
    >>> f"{diagonal_omega('mu'):.3e}"
    '7.245e-04'
    """
    from scipy.special import kve

    require(one_of("lepton", lepton, LEPTON_MASS), one_of("table", table, TABLES))
    m, coupling = LEPTON_MASS[lepton], 1 / gev_to_mev(REFERENCE_SCALE_GEV)
    t, w_t = panels(20)
    span = math.log(6000.0)
    T = m / 60 * np.exp(span * t)
    u, w_u = panels(13)
    rate = np.zeros_like(T)
    # spin weights 2 * 2, and two lepton charges for Compton
    for threshold, sigma, weight in ((2 * m, annihilation_cross_section, 4), (m, compton_cross_section, 8)):
        root = threshold + 60 * T[:, None] * u**2
        s = root**2
        flux = s * (s - 4 * m**2) if weight == 4 else (s - m**2) ** 2
        bessel = kve(1, root / T[:, None]) * np.exp(-root / T[:, None])
        jacobian = 2 * root * 120 * T[:, None] * u * w_u
        rate += weight * (jacobian * flux / root * bessel * sigma(s, m, coupling)).sum(axis=1)
    state = bath(T, table)
    rate *= T / (32 * np.pi**4)
    abundance = float((span * w_t * state.clock * rate / (state.hubble * state.entropy)).sum())
    return float(omega_h2(REFERENCE_MASS, abundance))
