r"""Decay mu -> e a gamma through a lepton-flavor-violating ALP, in the invariants of a missing-mass search.

Reduced variables in the rest frame of the muon: x = 2 E_e / m_mu, y = 2 E_gamma / m_mu, r = (m_e / m_mu)^2,
eta = (m_a / m_mu)^2 and z = 2 p_e.k / m_mu^2. For an ALP of mass m_a, z = x + y - 1 - r + eta. Spin terms are written
for mu^-; for mu^+ every term linear in the spin changes sign.
"""

from __future__ import annotations

from typing import Any

from darkfactory.amplitudes.alp_photon import invariant_form_factors, invariant_spin_factors
from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, M_E, M_MU, MUON_WIDTH
from darkfactory.errors import positive, require
from darkfactory.units import gev_to_mev

__all__ = [
    "ELECTRON_TO_MUON",
    "coupling_weights",
    "invariant_density",
    "invariant_spin_terms",
    "massless_electron_prefactor",
    "reference_branching_ratio",
    "reference_scale_gev",
]

ELECTRON_TO_MUON = (M_E / M_MU) ** 2
"""r = (m_e / m_mu)^2."""


def reference_branching_ratio(F_gev: float) -> float:
    r"""Branching ratio BR0 = m_mu^3 tau_mu / (16 pi F^2 hbar) of mu -> e a for massless electron and ALP.

    A massive ALP has BR(mu -> e a) = BR0 (1 - eta)^2. Not included: m_e (relative size 1e-4).

    Parameters
    ----------
    F_gev : float
        LFV scale [GeV], > 0.

    Returns
    -------
    float
        BR0, over hbar/tau.

    Raises
    ------
    InvalidInput
        For F <= 0.

    Examples
    --------
    >>> f"{reference_branching_ratio(1e9):.5e}"
    '7.83254e-05'
    """
    require(positive("F_gev", F_gev, unit="GeV"))
    return float(M_MU**3 / (16 * namespace().pi * gev_to_mev(1.0) ** 2 * MUON_WIDTH) / F_gev / F_gev)


def reference_scale_gev(branching_ratio: float) -> float:
    """LFV scale F [GeV] of a reference branching ratio BR0 > 0; inverse of :func:`reference_branching_ratio`.

    Examples
    --------
    >>> f"{reference_scale_gev(2.6e-6):.3e}"
    '5.489e+09'
    """
    require(positive("branching_ratio", branching_ratio))
    return float((reference_branching_ratio(1.0) / branching_ratio) ** 0.5)


def massless_electron_prefactor() -> float:
    """Factor alpha / (2 pi) in front of :func:`~darkfactory.amplitudes.alp_photon.massless_electron_density`.

    Examples
    --------
    >>> round(massless_electron_prefactor(), 9)
    0.00116141
    """
    return float(ALPHA / (2 * namespace().pi))


def coupling_weights(C_V: complex, C_A: complex) -> tuple[float, float, float]:
    """Weights w_V, w_A of :func:`invariant_density` and h of its spin terms, for any complex couplings.

    Parameters
    ----------
    C_V, C_A : complex
        Couplings, not both 0; only their ratio matters.

    Returns
    -------
    w_V, w_A, h : float
        Dimensionless; h = +1/2 for V-A and -1/2 for V+A up to m_e^2/m_mu^2.

    Raises
    ------
    InvalidInput
        If both couplings are 0: the scale F would be infinite.

    Examples
    --------
    >>> [round(w, 4) for w in coupling_weights(1, -1)]
    [0.4952, 0.5048, 0.5]
    """
    norm = abs(C_V) ** 2 + abs(C_A) ** 2
    require(positive("|C_V|^2 + |C_A|^2", norm, remedy="C_V and C_A must be finite and not both 0"))
    root = ELECTRON_TO_MUON**0.5
    interference = (complex(C_V) * complex(C_A).conjugate()).real
    return (
        abs(C_V) ** 2 * (1 - root) ** 2 / norm,
        abs(C_A) ** 2 * (1 + root) ** 2 / norm,
        -interference * (1 - ELECTRON_TO_MUON) / norm,
    )


def invariant_density(x: Any, y: Any, z: Any, w_V: Any, w_A: Any, r: float = ELECTRON_TO_MUON) -> Any:
    r"""Spectrum U of mu -> e a gamma with exact electron mass: dBR/(dx dy) = BR0 (alpha / 4 pi) U.

    Parameters
    ----------
    x, y : array_like
        Reduced energies of electron and photon.
    z : array_like
        2 p_e.k / m_mu^2, = x + y - 1 - r + eta.
    w_V, w_A : array_like
        Weights of the couplings (:func:`coupling_weights`).
    r : float
        (m_e / m_mu)^2; at r = 0, w_V + w_A = 1, it is twice :func:`~darkfactory.amplitudes.alp_photon.massless_electron_density`.

    Returns
    -------
    array
        U, broadcast. Unpolarised; tree level.

    Examples
    --------
    >>> round(float(invariant_density(0.9, 0.3, 0.2 - ELECTRON_TO_MUON, (1 - ELECTRON_TO_MUON**0.5) ** 2, 0.0)), 6)
    15.889816
    """
    F_S, F_P = invariant_form_factors(x, y, z, z - x - y + 1 + r, r**0.5)
    return w_V * F_S + w_A * F_P


def invariant_spin_terms(x: Any, y: Any, z: Any, r: float = ELECTRON_TO_MUON) -> tuple[Any, Any]:
    r"""Spin coefficients c_E, c_K: U becomes U + h [c_E (s.p_e) + c_K (s.k)] for a polarised mu^-.

    With angles to the spin, s.p_e = -(x/2) beta P cos(theta_e) and s.k = -(y/2) P cos(theta_gamma). There is no term
    odd under time reversal at tree level, also for complex couplings.

    Parameters
    ----------
    x, y, z, r
        As for :func:`invariant_density`.

    Returns
    -------
    c_E, c_K : arrays
        Dimensionless.

    Examples
    --------
    >>> [round(float(c), 5) for c in invariant_spin_terms(0.9, 0.3, 0.2 - ELECTRON_TO_MUON)]
    [75.57895, 44.45796]
    """
    along_electron, along_photon = invariant_spin_factors(x, y, z, r**0.5)
    return 2 * along_electron, 4 * along_photon / y
