r"""Radiative muon decay mu -> e nu nu gamma at tree level, exact in m_e, with muon polarisation.

Two forms: the functions F, G, H of Kuno and Okada (Rev. Mod. Phys. 73 (2001) 151, hep-ph/9909265) in reduced energies,
and the Stokes components from four-momenta, whose traces FORM took from the one source of the lepton line
(``form/lepton_line.frm``). The neutrino pair is integrated. No loops, no W propagator (relative size m_mu^2/m_W^2).
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.amplitudes import stokes as _stokes
from darkfactory.amplitudes.generated import radiative_michel as generated
from darkfactory.amplitudes.neutrino_pair import PAIR_COUPLING
from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, M_E, M_MU

__all__ = [
    "density",
    "kuno_okada",
    "neutrino_mass_squared",
    "spin_functions",
    "stokes",
    "unpolarised",
    "unpolarised_function",
]


def kuno_okada(x: Any, y: Any, d: Any, m_i: float = M_MU, m_j: float = M_E) -> tuple[Any, Any, Any]:
    r"""Functions F, G, H of the spectrum of l_i -> l_j nu nu gamma, with all terms in m_j.

    Parameters
    ----------
    x, y : array_like
        Reduced energies 2 E_e / m_i and 2 E_gamma / m_i of the charged lepton and the photon.
    d : array_like
        1 - beta cos(theta_e_gamma), beta the velocity of the charged lepton in the rest frame of l_i. Better given
        without cancellation where they are collinear: d = (1-beta) + beta (1-cos).
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    F, G, H : arrays
        Dimensionless, for use in :func:`density`. Polynomials in x, y, d and 1/d, 1/x: valid inside the domain
        only (see :func:`neutrino_mass_squared`), not clipped outside it.

    Notes
    -----
    Tree level; the neutrinos are integrated. Checked pointwise against traces and against spinors.

    Examples
    --------
    >>> F, G, H = kuno_okada(0.6, 0.5, 1.5)
    >>> round(float(F), 6), round(float(G), 6), round(float(H), 6)
    (2.553593, -1.379621, -0.662239)
    """
    t = (m_j / m_i) ** 2
    return unpolarised_function(x, y, d, t), *spin_functions(x, y, d, t)


def unpolarised_function(x: Any, y: Any, d: Any, t: Any) -> Any:
    """Function F of :func:`kuno_okada` alone, for t = (m_j / m_i)^2; see :func:`kuno_okada`."""
    s = 1 / d
    F0 = (
        8 * s * (y**2 * (3 - 2 * y) + 6 * x * y * (1 - y) + 2 * x**2 * (3 - 4 * y) - 4 * x**3)
        + 8 * (-x * y * (3 - y - y**2) - x**2 * (3 - y - 4 * y**2) + 2 * x**3 * (1 + 2 * y))
        + 2 * d * (x**2 * y * (6 - 5 * y - 2 * y**2) - 2 * x**3 * y * (4 + 3 * y))
        + 2 * d**2 * x**3 * y**2 * (2 + y)
    )
    F1 = (
        32 * s**2 * (-y * (3 - 2 * y) / x - (3 - 4 * y) + 2 * x)
        + 8 * s * (y * (6 - 5 * y) - 2 * x * (4 + y) + 6 * x**2)
        + 8 * (x * (4 - 3 * y + y**2) - 3 * x**2 * (1 + y))
        + 6 * d * x**2 * y * (2 + y)
    )
    F2 = 32 * s**2 * ((4 - 3 * y) / x - 3) + 48 * y * s
    return F0 + t * (F1 + t * F2)


def spin_functions(x: Any, y: Any, d: Any, t: Any) -> tuple[Any, Any]:
    """Functions G and H of :func:`kuno_okada` alone, for t = (m_j / m_i)^2; see :func:`kuno_okada`."""
    s = 1 / d
    G0 = (
        8 * s * (x * y * (1 - 2 * y) + 2 * x**2 * (1 - 3 * y) - 4 * x**3)
        + 4 * (-(x**2) * (2 - 3 * y - 4 * y**2) + 2 * x**3 * (2 + 3 * y))
        - 4 * d * x**3 * y * (2 + y)
    )
    G1 = 32 * s**2 * (-1 + 2 * y + 2 * x) + 8 * s * (-x * y + 6 * x**2) - 12 * x**2 * (2 + y)
    G2 = -96 * s**2
    H0 = (
        8 * s * (y**2 * (1 - 2 * y) + x * y * (1 - 4 * y) - 2 * x**2 * y)
        + 4 * (2 * x * y**2 * (1 + y) - x**2 * y * (1 - 4 * y) + 2 * x**3 * y)
        + 2 * d * (x**2 * y**2 * (1 - 2 * y) - 4 * x**3 * y**2)
        + 2 * d**2 * x**3 * y**3
    )
    H1 = (
        32 * s**2 * (-y * (1 - 2 * y) / x + 2 * y)
        + 8 * s * (y * (2 - 5 * y) - x * y)
        + 4 * x * y * (2 * y - 3 * x)
        + 6 * d * x**2 * y**2
    )
    H2 = -96 * y * s**2 / x + 48 * y * s
    return G0 + t * (G1 + t * G2), H0 + t * (H1 + t * H2)


def neutrino_mass_squared(x: Any, y: Any, d: Any, m_i: float = M_MU, m_j: float = M_E) -> Any:
    """Mass squared of the neutrino pair in units of m_i^2, 1 + t - x - y + x y d / 2; negative outside the domain.

    Parameters
    ----------
    x, y, d : array_like
        As in :func:`kuno_okada`.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        Dimensionless.

    Examples
    --------
    >>> round(float(neutrino_mass_squared(1.0, 1.0, 2.0)), 7)  # back to back, all the energy
    2.34e-05
    """
    return 1 + (m_j / m_i) ** 2 - x - y + x * y * d / 2


def density(
    x: Any,
    y: Any,
    d: Any,
    *,
    spin_electron: Any = 0.0,
    spin_photon: Any = 0.0,
    charge: int = 1,
    m_i: float = M_MU,
    m_j: float = M_E,
) -> Any:
    r"""Differential branching ratio d^6B / (dx dy dOmega_e dOmega_gamma) over the width G_F^2 m_i^5 / 192 pi^3.

    Parameters
    ----------
    x, y, d : array_like
        As in :func:`kuno_okada`; :math:`x \ge 2 m_j/m_i`.
    spin_electron, spin_photon : array_like
        Products of the polarisation vector (length in [0, 1]) with the directions of charged lepton and photon.
    charge : {1, -1}
        Charge of the muon.
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        1/sr^2; 0 outside the domain. Multiply by 1.0044044 (G_F^2 m_mu^5 tau / 192 pi^3 hbar) for a branching
        ratio over hbar/tau of the muon. Over both full solid angles with fixed d the factor is 8 pi^2 dd / beta.

    Examples
    --------
    >>> round(float(density(0.8, 0.75, 1.9, spin_electron=0.85, spin_photon=-0.85)) * 1e6, 5)
    4.21647
    """
    xp = namespace(x, y, d, spin_electron, spin_photon)
    x, y, d = xp.asarray(x), xp.asarray(y), xp.asarray(d)
    x0 = 2 * m_j / m_i
    inside = (x >= x0) & (y > 0) & (d > 0) & (neutrino_mass_squared(x, y, d, m_i, m_j) >= 0)
    x, y, d = xp.where(inside, x, 1.0), xp.where(inside, y, 0.5), xp.where(inside, d, 1.0)
    beta = xp.sqrt((x - x0) * (x + x0)) / x
    inside = inside & (xp.abs(d - 1) <= beta * (1 + 1e-12))
    F, G, H = kuno_okada(x, y, d, m_i, m_j)
    bracket = F - charge * (beta * spin_electron * G + spin_photon * H)
    return xp.where(inside, ALPHA / (64 * xp.pi**3) * beta / y * bracket, 0.0)[()]


def _scale(m_i: float) -> float:
    return PAIR_COUPLING * 4 * math.pi * ALPHA * m_i**2


def stokes(k: Any, r: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    r"""Stokes components of l_i^- -> l_j^- nu nu gamma; the neutrinos are integrated.

    Parameters
    ----------
    k, r : array_like
        Momenta [MeV] of the charged lepton and the photon in the rest frame of l_i, shape (..., 4).
    m_i, m_j : float
        Masses of the decaying and the final charged lepton [MeV].

    Returns
    -------
    array
        (S_0, S_x, S_y, S_z), shape (..., 4), [MeV^-2]; with dGamma = S/(2 m_i) d^3k/((2 pi)^3 2E) d^3r/((2 pi)^3 2E).

    Examples
    --------
    >>> from darkfactory.kinematics.lorentz import four_vector
    >>> k, r = four_vector(M_E, [10.0, 5.0, -20.0]), four_vector(0.0, [-6.0, 7.0, 11.0])
    >>> [float(f"{s:.6e}") for s in stokes(k, r)]
    [2.276455e-19, -2.188682e-20, 6.387037e-21, 4.204059e-20]
    """
    k, r = _stokes.components(k), _stokes.components(r)
    arguments = _stokes.one_emission(k, r, m_i=m_i, m_j=m_j)
    del arguments["r2"]
    pieces = generated.polarised(**arguments)[""]
    return _scale(m_i) * _stokes.vector(pieces, {"ck": k, "cr": r}, m_i)


def unpolarised(k: Any, r: Any, *, m_i: float = M_MU, m_j: float = M_E) -> Any:
    """First component S_0 of :func:`stokes` alone; see :func:`stokes`."""
    arguments = _stokes.one_emission(k, r, m_i=m_i, m_j=m_j)
    del arguments["r2"]
    return _scale(m_i) * generated.unpolarised(**arguments)[""]["S0"]
