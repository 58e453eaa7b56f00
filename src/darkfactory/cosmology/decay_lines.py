r"""Decays of an ALP: photons with the full lepton loop, leptons, neutrinos; and the X-ray lines of ALP dark matter.

The photon coupling is g / 4 a F Ftilde with g = alpha / (pi f_a) |E + sum_i C_ii B_1(4 m_i^2 / m_a^2)|, where E is the
anomaly coefficient in the basis of derivative couplings: with E = 0 heavy leptons decouple as m_a^2 / (12 m_i^2).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import ALPHA, DARK_MATTER_OMEGA_H2, HBAR_MEV_S, LEPTON_MASS
from darkfactory.cosmology import freeze_in
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.units import gev_to_mev

__all__ = [
    "lepton_width",
    "loop_function",
    "maximal_diagonal",
    "neutrino_width",
    "photon_coupling",
    "photon_lifetime",
    "photon_width",
    "visible_lifetime",
]

Array = NDArray[np.float64]
_SERIES_BELOW = 0.2


@functools.cache
def _coefficients() -> Array:
    """arcsin(x)^2 = sum_n c_n x^(2n): c_n = 2^(2n-1) / (n^2 binomial(2n, n)), n = 2, 3, ..."""
    return np.array([2 ** (2 * n - 1) / (n**2 * math.comb(2 * n, n)) for n in range(2, 26)])


def loop_function(tau: Any) -> Any:
    r"""Loop function B_1(tau) = 1 - tau h(tau)^2 of a lepton in a -> gamma gamma, tau = 4 m^2 / m_a^2.

    Parameters
    ----------
    tau : array_like
        4 m_l^2 / m_a^2, > 0.

    Returns
    -------
    complex or ndarray of complex
        Real for tau >= 1; 1 for a massless lepton, -1 / (3 tau) for a heavy one. A series below 1 / tau = 0.2, where
        the closed form cancels.

    Raises
    ------
    InvalidInput
        For tau <= 0 or NaN.

    Examples
    --------
    >>> print(f"{loop_function(4.0).real:.7f} {loop_function(0.5):.7f}")  # below and above threshold
    -0.0966227 0.1547091-1.3844584j
    """
    require(positive("tau", tau))
    tau = np.asarray(tau, dtype=float)
    u = 1 / tau
    c = _coefficients()
    small = np.minimum(u, _SERIES_BELOW)
    series = -((small[..., None] ** np.arange(1, len(c) + 1)) @ c)
    heavy = 1 - tau * np.arcsin(np.sqrt(np.minimum(u, 1.0))) ** 2
    root = np.sqrt(1 - np.minimum(tau, 1.0))
    # (1 + r) / (1 - r) = (1 + r)^2 / tau, without cancellation
    light_h = np.pi / 2 + 0.5j * np.log((1 + root) ** 2 / np.minimum(tau, 1.0))
    light = 1 - tau * light_h**2
    return np.where(u < _SERIES_BELOW, series, np.where(tau >= 1, heavy, light))[()]


def _check_couplings(couplings: Mapping[str, float], mass: Any, f_a_gev: Any) -> None:
    require(
        positive("mass", mass, unit="MeV"),
        positive("f_a_gev", f_a_gev, unit="GeV"),
        *(one_of("lepton of a coupling", lepton, LEPTON_MASS) for lepton in couplings),
        *(in_range(f"C_{lepton}", value) for lepton, value in couplings.items()),
    )


def photon_coupling(mass: Any, f_a_gev: Any, couplings: Mapping[str, float], E: float = 0.0) -> Any:
    r"""Coupling g of g / 4 a F Ftilde [1/GeV], with its lepton loops.

    Parameters
    ----------
    mass : array_like
        ALP mass [MeV], > 0.
    f_a_gev : array_like
        Decay constant [GeV], > 0.
    couplings : mapping
        Diagonal axial couplings C_ll by lepton (``e``, ``mu``, ``tau``); missing ones are 0.
    E : float
        Anomaly coefficient in the derivative basis, E alpha / (4 pi f_a) a F Ftilde; (E_PQ / N - 1.92) / 2 of a QCD
        axion.

    Returns
    -------
    ndarray or float
        |g| [1/GeV].

    Raises
    ------
    InvalidInput
        For numbers outside their domain, unknown leptons.

    Examples
    --------
    >>> g = photon_coupling(0.01, 4e9, {"e": 1.0})
    >>> leading = 0.01**2 / (12 * 0.51099895**2) / (137.035999 * 3.14159265 * 4e9)
    >>> round(float(g / leading), 3)
    1.0
    """
    _check_couplings(couplings, mass, f_a_gev)
    mass = np.asarray(mass, dtype=float)
    amplitude = np.full(mass.shape, E, dtype=complex)
    for lepton, value in couplings.items():
        amplitude = amplitude + value * loop_function(4 * LEPTON_MASS[lepton] ** 2 / mass**2)
    return (ALPHA / (np.pi * np.asarray(f_a_gev)) * np.abs(amplitude))[()]


def photon_width(mass: Any, f_a_gev: Any, couplings: Mapping[str, float], E: float = 0.0) -> Any:
    """Width of a -> gamma gamma [MeV]: g^2 m_a^3 / (64 pi) (see :func:`photon_coupling`)."""
    g = photon_coupling(mass, f_a_gev, couplings, E) / gev_to_mev(1.0)
    return g**2 * np.asarray(mass) ** 3 / (64 * np.pi)


def photon_lifetime(mass: Any, f_a_gev: Any, couplings: Mapping[str, float], E: float = 0.0) -> Any:
    """Lifetime of a -> gamma gamma [s], inf without any coupling (see :func:`photon_coupling`).

    Examples
    --------
    >>> f"{photon_lifetime(0.01, 4e9, {'e': 1.0}):.3e}"
    '3.853e+26'
    """
    found = np.asarray(photon_width(mass, f_a_gev, couplings, E))
    return np.where(found > 0, HBAR_MEV_S / np.where(found > 0, found, 1.0), np.inf)[()]


def lepton_width(mass: Any, f_a_gev: Any, C_ll: float, lepton: str) -> Any:
    """Width of a -> l+ l- [MeV] for the diagonal axial coupling C_ll; exactly 0 below threshold.

    Parameters
    ----------
    mass, f_a_gev : array_like
        ALP mass [MeV] and decay constant [GeV], > 0.
    C_ll : float
        Coupling to ``lepton`` (``e``, ``mu``, ``tau``).
    lepton : str
        Name of the lepton.

    Returns
    -------
    ndarray or float
        Width [MeV].

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    """
    _check_couplings({lepton: C_ll}, mass, f_a_gev)
    mass, m = np.asarray(mass, dtype=float), LEPTON_MASS[lepton]
    beta = np.sqrt(np.maximum(1 - 4 * m**2 / mass**2, 0.0))
    return (C_ll**2 * m**2 * mass * beta / (8 * np.pi * gev_to_mev(1.0) ** 2 * np.asarray(f_a_gev) ** 2))[()]


def neutrino_width(mass: Any, f_a_gev: Any, C_nu: float = 1.0, neutrino_mass_ev: float = 0.05) -> Any:
    """Width of a -> nu nubar [MeV] per Dirac mass state, negligible for dark matter.

    Parameters
    ----------
    mass, f_a_gev : array_like
        ALP mass [MeV] and decay constant [GeV], > 0.
    C_nu : float
        Diagonal coupling.
    neutrino_mass_ev : float
        Neutrino mass [eV], >= 0.

    Returns
    -------
    ndarray or float
        Width [MeV].

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    """
    require(in_range("neutrino_mass_ev", neutrino_mass_ev, 0, unit="eV"), in_range("C_nu", C_nu))
    _check_couplings({}, mass, f_a_gev)
    m = neutrino_mass_ev * 1e-6
    return (C_nu**2 * m**2 * np.asarray(mass) / (8 * np.pi * gev_to_mev(1.0) ** 2 * np.asarray(f_a_gev) ** 2))[()]


def visible_lifetime(mass: Any, f_a_gev: Any, couplings: Mapping[str, float], E: float = 0.0) -> Any:
    """Lifetime into photons and pairs of charged leptons [s], inf without any (see :func:`photon_coupling`).

    Examples
    --------
    >>> tau = visible_lifetime([0.9, 1.1], 1e10, {"e": 1e-3})
    >>> bool(tau[1] < 1e-4 * tau[0])  # a -> e+ e- opens
    True
    """
    total = np.asarray(photon_width(mass, f_a_gev, couplings, E))
    for lepton, value in couplings.items():
        total = total + lepton_width(mass, f_a_gev, value, lepton)
    return np.where(total > 0, HBAR_MEV_S / np.where(total > 0, total, 1.0), np.inf)[()]


def maximal_diagonal(
    channel: str,
    mass: Any,
    lifetime_s: Any = 1e28,
    *,
    lepton: str | None = None,
    mode: str = "quantum",
    table: str = "fit",
    omega: float = DARK_MATTER_OMEGA_H2,
) -> Any:
    r"""Largest C_ll / C_ij = tan(alpha) on the freeze-in line for which dark matter outlives ``lifetime_s``.

    Parameters
    ----------
    channel, mode, table
        See :func:`darkfactory.cosmology.freeze_in.freeze_in`.
    mass : array_like
        ALP mass [MeV], > 0.
    lifetime_s : array_like
        Lower limit on the lifetime into photons [s], > 0.
    lepton : str, optional
        Lepton of the diagonal coupling; the daughter by default.
    omega : float
        Omega h^2 on the line; production by the diagonal coupling is included.

    Returns
    -------
    ndarray or float
        tan(alpha) with E = 0; inf where X-rays never exclude the line.

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain and unknown names.

    Examples
    --------
    >>> f"{maximal_diagonal('mu-e', 0.02):.2e}"
    '1.20e-02'
    """
    from darkfactory.cosmology.scattering import diagonal_omega
    from darkfactory.processes.muon_decay.scales import leptons

    name = leptons(channel)[1] if lepton is None else lepton
    require(positive("lifetime_s", lifetime_s, unit="s"), one_of("lepton", name, LEPTON_MASS))
    line = freeze_in.target_scale(channel, mass, mode=mode, table=table, omega=omega)
    # lifetime = unit (f/C)^2 / tan^2 and (f/C)^2 = line^2 (1 + tan^2 / equal)
    unit = photon_lifetime(mass, 1.0, {name: 1.0}) * line**2
    equal = freeze_in.freeze_in(channel, mode, table).omega_1 / diagonal_omega(name, table)
    inverse = np.asarray(lifetime_s / unit - 1 / equal)
    return np.where(inverse > 0, 1 / np.sqrt(np.where(inverse > 0, inverse, 1.0)), np.inf)[()]
