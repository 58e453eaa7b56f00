r"""Freeze-in of a lepton-flavor-violating ALP: l_i -> l_j a in the hot bath, from zero initial abundance.

Included: both charges and spins, Fermi statistics and Pauli blocking (mode ``quantum``), running g(T), lepton masses.
Not included: l_i gamma -> l_j a and l_i lbar_j -> gamma a (at most 2%), thermal masses, production above the
electroweak scale (needs a reheating temperature below about 10 TeV for the tau), Primakoff production.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.two_body_alp import width
from darkfactory.constants import (
    CMB_TEMPERATURE,
    DARK_MATTER_OMEGA_H2,
    ENTROPY_DOF_TODAY,
    LEPTON_MASS,
    M_TAU,
    RELIC_NEUTRINO_EV,
)
from darkfactory.cosmology.scattering import REFERENCE_MASS, REFERENCE_SCALE_GEV, diagonal_omega
from darkfactory.cosmology.thermodynamics import TABLES, Bath, bath, omega_h2
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.numerics.quadrature import panels, unit_legendre
from darkfactory.processes.muon_decay.scales import leptons
from darkfactory.units import gev_to_mev

__all__ = [
    "MODES",
    "WARM_DARK_MATTER_KEV",
    "FreezeIn",
    "freeze_in",
    "mass_limit",
    "minimum_mass",
    "momentum_distribution",
    "reaction_density",
    "relic_density",
    "target_scale",
]

Array = NDArray[np.float64]
MODES = ("quantum", "mb", "paper")
"""``quantum``: Fermi statistics and blocking; ``mb``: Maxwell-Boltzmann; ``paper``: also g = g_rho(m_i) and m_j = 0."""
WARM_DARK_MATTER_KEV = {"conservative": 3.5, "lyman-alpha": 5.3, "satellites": 6.5}
"""Lower limits on the mass of a thermal relic [keV] (3.5: cautious; 5.3: 1702.01764, default; 6.5: 2008.00022)."""
_N_P, _N_ANGLE, _PANELS_T, _PARTS = 80, 24, 25, 4
_LOWEST, _HIGHEST = 1 / 60, 100.0
"""Temperatures that contribute, in units of m_i."""
_HEAVIEST = 0.05
"""Largest m_a / (m_i - m_j) for which m_a << m_i holds to 0.3%."""


@dataclass(frozen=True)
class FreezeIn:
    """What freeze-in of one channel gives, at the reference point 50 keV and f_a / C = 5e9 GeV.

    Attributes
    ----------
    channel, mode, table : str
        Channel, statistics, table of g(T).
    omega_1 : float
        Omega h^2 at the reference point; it scales as m_a (C / f_a)^2.
    mean, rms : float
        Mean and root mean square of the ALP momentum today over T_0.
    """

    channel: str
    mode: str
    table: str
    omega_1: float
    mean: float
    rms: float


def _masses(channel: str) -> tuple[float, float]:
    parent, daughter = leptons(channel)
    return LEPTON_MASS[parent], LEPTON_MASS[daughter]


def _unit_width(m_i: float, m_j: float) -> float:
    """Width [MeV] at the reference scale, for a massless ALP with C_V = C_A (mean of V and A)."""
    f_a = gev_to_mev(REFERENCE_SCALE_GEV)
    return float(width(m_i, m_j, 0.0, math.sqrt(0.5), math.sqrt(0.5), f_a))


def _momenta(T: Array, m_i: float, m_j: float, quantum: bool) -> tuple[Array, Array, Array]:
    """Weights and ALP energies [MeV] of shape (T, p, angle): the sum of weights is gamma / Gamma [MeV^3]."""
    t, w = unit_legendre(_N_P)
    t, w = 2 * t - 1, 2 * w
    c, w_c = unit_legendre(_N_ANGLE)
    c = 2 * c - 1  # the weights w_c are those of dx / 2
    p = 10 * T[:, None] * (1 + t) ** 2
    jacobian = 20 * T[:, None] * (1 + t) * w
    E = np.sqrt(p**2 + m_i**2)
    e_star, p_star = (m_i**2 + m_j**2) / (2 * m_i), (m_i**2 - m_j**2) / (2 * m_i)
    E_j = (E[..., None] * e_star + p[..., None] * p_star * c) / m_i
    x = E / T[:, None]
    filling = np.exp(-x) / (1 + np.exp(-x)) if quantum else np.exp(-x)
    weight = (4 / (2 * np.pi**2) * jacobian * p**2 * m_i / E * filling)[..., None] * w_c
    if quantum:
        weight = weight / (1 + np.exp(-E_j / T[:, None, None]))
    return weight, E[..., None] - E_j, x


def reaction_density(channel: str, T: Any, f_a_over_C_gev: float = REFERENCE_SCALE_GEV, mode: str = "quantum") -> Any:
    r"""Reaction density of l_i -> l_j a [MeV^4]: two spins and two charges, m_a << T.

    Parameters
    ----------
    channel : str
        ``mu -> e a``, ``tau -> e a``, ``tau -> mu a`` (or ``mu-e``, ...).
    T : array_like
        Temperature [MeV], > 0.
    f_a_over_C_gev : float
        f_a / C_ij [GeV], C = sqrt(|C_V|^2 + |C_A|^2).
    mode : str
        ``quantum`` or ``mb``; ``mb`` is 4 m_i^2 T K_1(m_i / T) Gamma / (2 pi^2).

    Returns
    -------
    ndarray or float
        gamma(T) [MeV^4].

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain, an unknown channel or mode.

    Examples
    --------
    >>> ratio = reaction_density("mu-e", 10.0) / reaction_density("mu-e", 10.0, mode="mb")
    >>> round(float(ratio), 4)  # cold muons are dilute: no blocking
    0.9928
    """
    m_i, m_j = _masses(channel)
    require(
        positive("T", T, unit="MeV"),
        positive("f_a_over_C_gev", f_a_over_C_gev, unit="GeV"),
        one_of("mode", mode, ("quantum", "mb")),
    )
    scale = (REFERENCE_SCALE_GEV / f_a_over_C_gev) ** 2 * _unit_width(m_i, m_j)
    temperature = np.atleast_1d(np.asarray(T, dtype=float))
    weight, _, _ = _momenta(temperature, m_i, m_j, mode == "quantum")
    return (scale * weight.sum(axis=(1, 2))).reshape(np.shape(T))[()]


def _production(channel: str, mode: str, table: str) -> tuple[Bath, Array, Array]:
    """Bath at the temperatures that contribute, dY per node of shape (T, p, angle), and momentum today over T_0."""
    m_i, m_j = _masses(channel)
    u, w = panels(_PANELS_T)
    span = math.log(_HIGHEST / _LOWEST)
    T = m_i * _LOWEST * np.exp(span * u)
    state = bath(T, table)
    weight, energy, _ = _momenta(T, m_i, m_j, mode == "quantum")
    per_T = span * w * state.clock / (state.hubble * state.entropy) * _unit_width(m_i, m_j)
    q = energy * (state.redshifted() / (CMB_TEMPERATURE * T))[:, None, None]
    return state, weight * per_T[:, None, None], q


@functools.cache
def freeze_in(channel: str, mode: str = "quantum", table: str = "fit") -> FreezeIn:
    r"""Yield and momenta of the ALPs from l_i -> l_j a, computed once per channel, mode and table.

    Parameters
    ----------
    channel : str
        ``mu -> e a``, ``tau -> e a``, ``tau -> mu a`` (or ``mu-e``, ...).
    mode : str
        ``quantum`` (default), ``mb`` or ``paper`` (constant g, the closed form with prefactor 0.12 that papers use).
    table : str
        Degrees of freedom, ``fit`` or ``lattice``.

    Returns
    -------
    FreezeIn
        Omega_1 and the momenta today.

    Raises
    ------
    InvalidInput, UnknownName
        For an unknown channel, mode or table.

    Examples
    --------
    >>> [f"{freeze_in('mu-e', mode).omega_1:.4f}" for mode in MODES]
    ['0.0915', '0.1060', '0.0596']
    """
    m_i, _ = _masses(channel)
    require(one_of("mode", mode, MODES), one_of("table", table, TABLES))
    if mode == "paper":
        state = bath(m_i, table)
        cooling = (ENTROPY_DOF_TODAY / float(state.g_s)) ** (1 / 3)
        omega_1 = 0.12 * (m_i / M_TAU) * (75 / float(state.g_rho)) ** 1.5
        return FreezeIn(channel, mode, table, omega_1, 2.5 * cooling, math.sqrt(35 / 4) * cooling)
    _, weight, q = _production(channel, mode, table)
    total = float(weight.sum())
    mean, square = float((weight * q).sum()) / total, float((weight * q**2).sum()) / total
    return FreezeIn(channel, mode, table, float(omega_h2(REFERENCE_MASS, total)), mean, math.sqrt(square))


def momentum_distribution(
    channel: str, mode: str = "quantum", table: str = "fit", edges: Any = None
) -> tuple[Array, Array]:
    """Distribution of the ALP momentum today, dN/dq per N with q = p / T_0.

    Parameters
    ----------
    channel, mode, table
        See :func:`freeze_in`; ``quantum`` or ``mb``.
    edges : array_like, optional
        Edges of the bins in q, increasing, >= 0; 0 to 12 in 60 bins by default.

    Returns
    -------
    edges, density : ndarray
        Bins and the density in each; what lies beyond the last edge is missing from the integral.

    Raises
    ------
    InvalidInput, UnknownName
        For edges that do not increase, an unknown channel, mode or table.

    Examples
    --------
    >>> edges, density = momentum_distribution("mu-e")
    >>> bool(abs(density @ np.diff(edges) - 1) < 1e-4)
    True
    """
    bins = np.linspace(0, 12, 61) if edges is None else np.asarray(edges, dtype=float)
    require(
        one_of("mode", mode, ("quantum", "mb")),
        one_of("table", table, TABLES),
        in_range("edges", bins, 0),
        in_range("steps of edges", np.diff(bins), 0, open_low=True),
    )
    _, weight, q = _production(channel, mode, table)
    # q is linear in the cosine: every node stands for a stretch of it, or the nodes would be seen in narrow bins
    cosine, cell = unit_legendre(_N_ANGLE)
    stretch = (q[..., -1:] - q[..., :1]) / (cosine[-1] - cosine[0]) * cell
    density = np.zeros(len(bins) - 1)
    for part in (np.arange(_PARTS) + 0.5) / _PARTS - 0.5:
        density += np.histogram((q + part * stretch).ravel(), bins, weights=weight.ravel())[0] / _PARTS
    return bins, density / weight.sum() / np.diff(bins)


def mass_limit(channel: str) -> float:
    """Largest ALP mass [MeV] for which m_a << m_i holds well enough (0.3%) for these formulas."""
    m_i, m_j = _masses(channel)
    return _HEAVIEST * (m_i - m_j)


def _check(channel: str, mass: Any, tan_alpha: float, omega: float = DARK_MATTER_OMEGA_H2) -> None:
    require(
        in_range(
            "mass",
            mass,
            0,
            mass_limit(channel),
            open_low=True,
            unit="MeV",
            remedy="the ALP is taken to be light against the lepton",
        ),
        in_range("tan_alpha", tan_alpha, 0),
        positive("omega_h2", omega),
    )


def relic_density(
    channel: str,
    mass: Any,
    f_a_over_C_gev: Any,
    *,
    mode: str = "quantum",
    table: str = "fit",
    tan_alpha: float = 0.0,
    diagonal: str | None = None,
) -> Any:
    r"""Omega h^2 of the ALP from freeze-in, proportional to m_a C^2 / f_a^2.

    Parameters
    ----------
    channel, mode, table
        See :func:`freeze_in`.
    mass : array_like
        ALP mass [MeV], in (0, :func:`mass_limit`].
    f_a_over_C_gev : array_like
        f_a / C_ij [GeV], > 0.
    tan_alpha : float
        C_ll / C_ij, >= 0: adds 2 -> 2 production with the flavor-diagonal coupling of lepton ``diagonal``.
    diagonal : str, optional
        ``e``, ``mu`` or ``tau``; the daughter lepton by default.

    Returns
    -------
    ndarray or float
        Omega h^2 today, if the ALP is stable.

    Raises
    ------
    InvalidInput, UnknownName
        For numbers outside their domain and unknown names.

    Examples
    --------
    >>> round(float(relic_density("tau-e", 0.05, 5e9, mode="mb")), 4)
    0.189
    """
    _check(channel, mass, tan_alpha)
    require(positive("f_a_over_C_gev", f_a_over_C_gev, unit="GeV"))
    per_unit = freeze_in(channel, mode, table).omega_1 + _diagonal(channel, tan_alpha, diagonal, table)
    scaling = np.asarray(mass) / REFERENCE_MASS * (REFERENCE_SCALE_GEV / np.asarray(f_a_over_C_gev)) ** 2
    return (per_unit * scaling)[()]


def _diagonal(channel: str, tan_alpha: float, diagonal: str | None, table: str) -> float:
    lepton = leptons(channel)[1] if diagonal is None else diagonal
    require(one_of("diagonal", lepton, LEPTON_MASS))
    return tan_alpha**2 * diagonal_omega(lepton, table) if tan_alpha else 0.0


def target_scale(
    channel: str,
    mass: Any,
    *,
    mode: str = "quantum",
    table: str = "fit",
    tan_alpha: float = 0.0,
    diagonal: str | None = None,
    omega: float = DARK_MATTER_OMEGA_H2,
) -> Any:
    """Scale f_a / C_ij [GeV] at which the ALP is all of dark matter; inverse of :func:`relic_density`.

    Examples
    --------
    >>> f"{target_scale('mu-e', 0.035):.3e}"
    '3.654e+09'
    """
    _check(channel, mass, tan_alpha, omega)
    reference = relic_density(
        channel, mass, REFERENCE_SCALE_GEV, mode=mode, table=table, tan_alpha=tan_alpha, diagonal=diagonal
    )
    return REFERENCE_SCALE_GEV * np.sqrt(reference / omega)


def minimum_mass(
    channel: str,
    thermal_relic_kev: float = WARM_DARK_MATTER_KEV["lyman-alpha"],
    mode: str = "quantum",
    table: str = "fit",
) -> float:
    r"""Smallest ALP mass [MeV] that structure formation allows: the rms velocity of a thermal relic is matched.

    Parameters
    ----------
    channel, mode, table
        See :func:`freeze_in`.
    thermal_relic_kev : float
        Lower limit on the mass of a thermal relic [keV], > 0; see :data:`WARM_DARK_MATTER_KEV`.

    Returns
    -------
    float
        Mass [MeV].

    Raises
    ------
    InvalidInput, UnknownName
        For a mass that is not positive, unknown names.

    Examples
    --------
    >>> round(1e3 * minimum_mass("mu-e"), 1)  # keV
    34.9
    """
    require(positive("thermal_relic_kev", thermal_relic_kev, unit="keV"))
    return thermal_relic_kev * 1e-3 * freeze_in(channel, mode, table).rms / _relic_rms(thermal_relic_kev)


def _relic_rms(thermal_relic_kev: float) -> float:
    """Root mean square momentum over T_0 of a thermal fermion of this mass that is all of dark matter."""
    from scipy.special import gamma, zeta

    eta = {n: (1 - 2.0 ** (1 - n)) * zeta(n) for n in (3, 5)}
    rms = math.sqrt(gamma(5) * eta[5] / (gamma(3) * eta[3]))  # 3.597 T for a Fermi-Dirac distribution
    abundance = DARK_MATTER_OMEGA_H2 * RELIC_NEUTRINO_EV / (thermal_relic_kev * 1e3)
    return rms * math.cbrt(4 / 11 * abundance)
