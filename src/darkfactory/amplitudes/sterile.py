r"""Muon decay into a sterile neutrino N that mixes with the muon or the electron neutrino: l_i -> l_j nu N at tree level.

N takes the place of the neutrino of the decaying lepton (``"mu"``, mixing U_muN) or of the antineutrino of the final one
(``"e"``, U_eN). All is per \|U\|^2 and exact in m_e and m_N; the neutrino that is left is massless. Not included: radiative
corrections, the W propagator, and what N does afterwards (its spin is summed).
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.stokes import components, invisible, product
from darkfactory.backend import namespace
from darkfactory.constants import FERMI_CONSTANT, M_E, M_MU
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["FLAVORS", "energy_spectrum", "highest_energy", "mean_energy", "stokes", "width"]

Array = NDArray[np.float64]
FLAVORS = ("e", "mu")
"""Flavors that N mixes with."""
COUPLING = 64 * FERMI_CONSTANT**2
"""Factor 64 G_F^2 [MeV^-4] of the spin-averaged squared amplitude."""


def stokes(k: Any, r: Any, flavor: str, *, m_i: float = M_MU) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu N, per \|U\|^2.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the final charged lepton and of N in the rest frame of l_i, shape (..., 4); what is left is the
        massless neutrino.
    flavor : {"mu", "e"}
        Which neutrino N takes the place of.
    m_i : float
        Mass of the decaying lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), dimensionless: 64 G_F^2 (p - m_i s).n (k.m), where n is the antineutrino
        of the final lepton and m the neutrino of the decaying one.

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k, r = four_vector(M_E, [11.21825643, 0.0, 6.96009539]), four_vector(60.0, [0.0, 0.0, 20.0])
    >>> [float(f"{s:.4e}") for s in stokes(k, r, "mu")[[0, 3]]]
    [1.8707e-14, -1.7272e-14]
    """
    k, r = components(k), components(r)
    nu = invisible(m_i, k, r)
    n, other = (nu, r) if flavor == "mu" else (r, nu)
    xp = namespace(*k, *r)
    return xp.stack([COUPLING * m_i * part * product(k, other) for part in n], axis=-1)


def highest_energy(mass_N: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    """Highest energy of N [MeV] in the rest frame of the decaying lepton; masses [MeV], see :func:`energy_spectrum`."""
    return (m_i**2 + np.asarray(mass_N, dtype=float) ** 2 - m_j**2) / (2 * m_i)


def energy_spectrum(E_N: Any, mass_N: float, flavor: str, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Spectrum dGamma/dE_N of N, per \|U\|^2; the charged lepton and the neutrino are integrated.

    Parameters
    ----------
    E_N : array_like
        Energy of N [MeV].
    mass_N : float
        Mass of N [MeV].
    flavor : {"mu", "e"}
        As in :func:`stokes`.
    m_i, m_j : float
        Masses of the decaying and of the final charged lepton [MeV].

    Returns
    -------
    array
        Dimensionless (MeV per MeV), the shape of ``E_N``; 0 outside m_N <= E_N <= :func:`highest_energy`.

    Raises
    ------
    InvalidInput
        For a flavor that is neither and for a negative mass.

    Examples
    --------
    >>> f"{energy_spectrum(65.0, 60.0, 'mu'):.4e}"
    '3.0394e-18'
    """
    require(one_of("flavor", flavor, FLAVORS), in_range("mass_N", mass_N, 0, unit="MeV"))
    E = np.asarray(E_N, dtype=float)
    inside = (mass_N <= E) & (highest_energy(mass_N, m_i=m_i, m_j=m_j) >= E)
    E = np.where(inside, E, mass_N)
    q2 = np.maximum(m_i**2 + mass_N**2 - 2 * m_i * E, m_j**2)
    share = m_j**2 / np.where(inside, q2, 1.0)
    p_N, q_p, q_N = m_i * E, m_i * (m_i - E), m_i * E - mass_N**2
    of_mu, of_e = ((1 - share) * q2 * p_N + 2 * (1 + 2 * share) * q_p * q_N) / 12, q2 * p_N / 2
    momentum = np.sqrt(np.maximum((E - mass_N) * (E + mass_N), 0.0))
    rate = COUPLING * (1 - share) ** 2 * (of_mu if flavor == "mu" else of_e) * momentum / (64 * math.pi**3 * m_i)
    return np.where(inside, rate, 0.0)[()]


def _moments(mass_N: float, flavor: str, m_i: float, m_j: float) -> tuple[float, float]:
    """Integral of the spectrum and of E_N times it."""
    high = float(highest_energy(mass_N, m_i=m_i, m_j=m_j))
    if not mass_N + m_j < m_i:
        return 0.0, 0.0
    node, weight = unit_legendre(96)
    # the spectrum starts as the momentum and ends as a power of the distance to the end: flat in t^2 (3 - 2t)
    E = mass_N + (high - mass_N) * node**2 * (3 - 2 * node)
    density = energy_spectrum(E, mass_N, flavor, m_i=m_i, m_j=m_j) * weight * 6 * node * (1 - node)
    return float(density.sum()) * (high - mass_N), float(density @ E) * (high - mass_N)


def width(mass_N: float, flavor: str, *, m_i: float = M_MU, m_j: float = M_E) -> float:
    r"""Width of l_i -> l_j nu N [MeV], per \|U\|^2; exactly 0 where closed.

    Parameters
    ----------
    mass_N : float
        Mass of N [MeV].
    flavor : {"mu", "e"}
        As in :func:`stokes`; without m_e both are the same.
    m_i, m_j : float
        Masses of the decaying and of the final charged lepton [MeV].

    Returns
    -------
    float
        Width [MeV]; for a branching ratio that keeps the radiative corrections of the Michel decay, divide by that of
        a massless N.

    Examples
    --------
    >>> round(width(60.0, "mu") / width(0.0, "mu"), 5), width(106.0, "e")
    (0.08988, 0.0)
    """
    return _moments(mass_N, flavor, m_i, m_j)[0]


def mean_energy(mass_N: float, flavor: str, *, m_i: float = M_MU, m_j: float = M_E) -> float:
    """Mean energy of N [MeV].

    Parameters
    ----------
    mass_N : float
        Mass of N [MeV], below m_i - m_j.
    flavor : {"mu", "e"}
        As in :func:`stokes`.
    m_i, m_j : float
        Masses of the decaying and of the final charged lepton [MeV].

    Returns
    -------
    float
        Mean energy in the rest frame of the decaying lepton.

    Raises
    ------
    InvalidInput
        For an N that is too heavy.

    Examples
    --------
    >>> round(mean_energy(60.0, "mu"), 3)
    65.713
    """
    remedy = "the decay is closed above"
    require(in_range("mass_N", mass_N, 0, m_i - m_j, unit="MeV", open_high=True, remedy=remedy), positive("m_i", m_i))
    total, first = _moments(mass_N, flavor, m_i, m_j)
    return first / total
