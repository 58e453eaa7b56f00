r"""Radiative muon decay mu -> e nu nu gamma with the neutrinos integrated, in the invariants of a missing-mass search.

Reduced variables in the rest frame of the muon: x = 2 E_e / m_mu, y = 2 E_gamma / m_mu, z = 2 p_e.k / m_mu^2,
r = (m_e / m_mu)^2, and the missing mass squared over m_mu^2, Q2 = 1 + r - x - y + z. Tree level; spin terms are
written for mu^-, for mu^+ every term linear in the spin changes sign.
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.amplitudes.radiative_michel import spin_functions, unpolarised_function
from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, FERMI_CONSTANT, M_E, M_MU, MUON_WIDTH

__all__ = [
    "REFERENCE_RATIO",
    "inclusive_photon_spectrum",
    "missing_mass_density",
    "missing_mass_prefactor",
    "missing_mass_spin_terms",
]

REFERENCE_RATIO = FERMI_CONSTANT**2 * M_MU**5 / (192 * math.pi**3) / MUON_WIDTH
"""K_N: massless tree-level width G_F^2 m_mu^5 / (192 pi^3) over hbar/tau."""
_R = (M_E / M_MU) ** 2


def missing_mass_prefactor() -> float:
    """K_N alpha / pi: what turns :func:`missing_mass_density` into a branching ratio over hbar/tau.

    Examples
    --------
    >>> round(missing_mass_prefactor() * math.pi / ALPHA, 7)
    1.0044044
    """
    return REFERENCE_RATIO * ALPHA / math.pi


def missing_mass_density(x: Any, y: Any, z: Any, r: float = _R) -> Any:
    r"""Spectrum W of mu -> e nu nu gamma: dB/(dx dy dQ2) = K_N (alpha / pi) W, with exact electron mass.

    Parameters
    ----------
    x, y : array_like
        Reduced energies of electron and photon.
    z : array_like
        2 p_e.k / m_mu^2 = (x y / 2)(1 - beta cos).
    r : float
        (m_e / m_mu)^2.

    Returns
    -------
    array
        W, broadcast; unpolarised, not cut at the border of phase space Q2 >= 0. At Q2 = 0 and r = 0 it has the shape
        of a massless V-A ALP: (alpha/pi) W = (alpha/2 pi) U.

    Notes
    -----
    Function F of :cite:`Kuno:1999jp` over 4 x y^2 (see :func:`darkfactory.amplitudes.radiative_michel.kuno_okada`).

    Examples
    --------
    >>> x, y, beta = 0.7, 0.5, (1 - 4 * _R / 0.7**2) ** 0.5
    >>> round(float(missing_mass_density(x, y, x * y / 2 * (1 + 0.5 * beta))), 7)
    3.5456659
    """
    return unpolarised_function(x, y, 2 * z / (x * y), r) / (4 * x * y**2)


def missing_mass_spin_terms(x: Any, y: Any, z: Any, r: float = _R) -> tuple[Any, Any]:
    r"""Spin coefficients d_E, d_K: W becomes W + d_E (s.p_e) + d_K (s.k) for a polarised mu^-.

    With angles to the spin, s.p_e = -(x/2) beta P cos(theta_e) and s.k = -(y/2) P cos(theta_gamma).

    Parameters
    ----------
    x, y, z, r
        As for :func:`missing_mass_density`.

    Returns
    -------
    d_E, d_K : arrays
        Dimensionless. Windows that are symmetric under reflection at the plane normal to the spin never see them.

    Examples
    --------
    >>> x, y, beta = 0.9, 0.3, (1 - 4 * _R / 0.9**2) ** 0.5
    >>> [round(float(d), 7) for d in missing_mass_spin_terms(x, y, x * y / 2 * (1 + 0.9 * beta))]
    [3.0775681, 1.6470834]
    """
    G, H = spin_functions(x, y, 2 * z / (x * y), r)
    return -G / (2 * (x * y) ** 2), -H / (2 * x * y**3)


def inclusive_photon_spectrum(y: Any) -> Any:
    r"""Photon spectrum dB/dy of mu -> e nu nu gamma, all electron energies and angles, over hbar/tau.

    Parameters
    ----------
    y : array_like
        Reduced photon energy 2 E_gamma / m_mu, > 0.

    Returns
    -------
    array
        dB/dy; 0 for y >= 1 - r. Terms of order r are left out: below 1e-3 up to y = 0.85, 2.4e-3 at 0.95.

    Examples
    --------
    >>> f"{float(inclusive_photon_spectrum(0.5)):.3e}"
    '1.501e-02'
    """
    xp = namespace(y)
    y = xp.asarray(y, dtype=float)
    inside = (y > 0) & (y < 1 - _R)
    y = xp.where(inside, y, 0.5)
    logarithm = math.log(1 / _R) + xp.log1p(-y)
    bracket = 12 * (3 - 2 * y + 4 * y**2 - 2 * y**3) * logarithm - 102 + 46 * y - 101 * y**2 + 55 * y**3
    density = missing_mass_prefactor() * (1 - y) / (36 * y) * bracket
    return xp.where(inside, xp.maximum(density, 0.0), 0.0)[()]
