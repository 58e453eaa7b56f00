r"""Energy loss of a supernova core through mu -> e a, one zone of constant density and temperature."""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darkfactory.amplitudes.two_body_alp import width
from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S, M_E, M_MU
from darkfactory.errors import positive, require
from darkfactory.numerics.quadrature import panels
from darkfactory.units import gev_to_mev

__all__ = ["core_emissivity", "scale_from_cooling"]

ERG_MEV = 624150.907446
"""One erg [MeV]."""


def core_emissivity(F_gev: float, T: float = 30.0, mu_e: float = 150.0, mu_mu: float = 120.0) -> float:
    r"""Energy that ALPs from mu -> e a carry away [MeV^5], m_a = 0, free streaming.

    Parameters
    ----------
    F_gev : float
        Scale F [GeV], > 0.
    T : float
        Temperature [MeV], > 0.
    mu_e, mu_mu : float
        Chemical potentials of electrons and muons [MeV], rest mass included.

    Returns
    -------
    float
        Emissivity Q [MeV^5 = MeV^4 per 1/MeV], mu^- only, with Pauli blocking of the electron.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> round(core_emissivity(1e9) / core_emissivity(2e9), 9)
    4.0
    """
    require(positive("F_gev", F_gev, unit="GeV"), positive("T", T, unit="MeV"))
    require(positive("mu_e", mu_e, unit="MeV"), positive("mu_mu", mu_mu, unit="MeV"))
    t, w = panels(10)
    c, w_c = panels(3)
    p, dp = 40 * T * t**2, 80 * T * t * w
    E = np.sqrt(p**2 + M_MU**2)
    e_star, p_star = (M_MU**2 + M_E**2) / (2 * M_MU), (M_MU**2 - M_E**2) / (2 * M_MU)
    E_e = (E[:, None] * e_star + p[:, None] * p_star * (2 * c - 1)) / M_MU
    from scipy.special import expit

    filling, free = expit((mu_mu - E) / T), expit((E_e - mu_e) / T)
    unit = float(width(M_MU, M_E, 0.0, 1.0, 1.0, gev_to_mev(F_gev) / math.sqrt(2)))
    inner = ((E[:, None] - E_e) * free * w_c).sum(axis=1)
    return float(2 / (2 * np.pi**2) * (dp * p**2 * filling * M_MU / E * unit * inner).sum())


def scale_from_cooling(
    T: float = 30.0, mu_e: float = 150.0, mu_mu: float = 120.0, density: float = 3e14, emission: float = 1e19
) -> Any:
    r"""Lower limit on F [GeV] of mu -> e a from the neutrino signal of SN 1987A, one zone, uncertain by a factor 2.

    Parameters
    ----------
    T, mu_e, mu_mu
        See :func:`core_emissivity`.
    density : float
        Mass density [g/cm^3].
    emission : float
        Largest energy loss [erg/(g s)].

    Returns
    -------
    float
        F [GeV] above which the core does not cool too fast.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{scale_from_cooling():.1e}"
    '7.8e+08'
    """
    require(positive("density", density, unit="g/cm^3"), positive("emission", emission, unit="erg/(g s)"))
    per_second = core_emissivity(1e9, T, mu_e, mu_mu) / HBAR_MEV_S / HBAR_C_MEV_MM**3 * 1e3  # MeV / (cm^3 s)
    loss = per_second / ERG_MEV / density
    return 1e9 * math.sqrt(loss / emission)
