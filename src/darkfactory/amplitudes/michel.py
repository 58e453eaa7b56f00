r"""Spectrum of l_i -> l_j nu nu with polarisation: Born with exact m_j, O(alpha), and exponentiated endpoint.

With x = E/W, W = (m_i^2 + m_j^2) / (2 m_i), and c measured from minus the spin of l_i^+ (the beam axis of a surface
mu+), the spectrum is d2Gamma/dx dc = K [n0(x) - P c n1(x)]. This file is n0 and n1 and their normalisation.

The O(alpha) terms keep the electron mass in logarithms only; they hold for x > 0.05 (they grow as 1/x^2 below) and are
inclusive in photons. The exponentiated order multiplies by (1-x)^beta, which makes the endpoint finite.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from darkfactory.backend import namespace, special
from darkfactory.constants import ALPHA, FERMI_CONSTANT, M_E, M_MU
from darkfactory.errors import in_range, one_of, require
from darkfactory.numerics.quadrature import unit_legendre

__all__ = [
    "ORDERS",
    "density",
    "endpoint_energy",
    "endpoint_exponent",
    "kinoshita_sirlin",
    "normalization",
    "spectrum_functions",
    "total_width",
]

ORDERS = ("born", "oalpha", "exp")
"""Orders of the spectrum: tree level, O(alpha), O(alpha) with exponentiated soft photons at the endpoint."""

_SMALLEST_Y = 1e-15  # 1 - x closer to the endpoint than this is rounding


def endpoint_energy(m_i: float = M_MU, m_j: float = M_E) -> float:
    """Largest energy W [MeV] of the charged lepton, (m_i^2 + m_j^2) / (2 m_i)."""
    return (m_i**2 + m_j**2) / (2 * m_i)


def endpoint_exponent(m_i: float = M_MU, m_j: float = M_E) -> float:
    """Soft-photon exponent beta = (2 alpha / pi) (ln(m_i/m_j) - 1) of the endpoint.

    Examples
    --------
    >>> round(endpoint_exponent(), 8)
    0.02012304
    """
    return float(2 * ALPHA / np.pi * (np.log(m_i / m_j) - 1))


def kinoshita_sirlin(x: Any, y: Any = None, *, omega: float | None = None) -> tuple[Any, Any]:
    r"""O(alpha) functions f and g of the isotropic and polarised Michel spectrum.

    Parameters
    ----------
    x : array_like
        Reduced energy in (0, 1).
    y : array_like, optional
        1 - x, where it is known better than by subtraction.
    omega : float, optional
        ln(m_i/m_j); the muon's by default.

    Returns
    -------
    f, g : arrays
        Such that n0 -> n0 + (alpha/2pi) x^2 f and n1 -> n1 - (alpha/2pi) x^2 g.

    Notes
    -----
    :cite:`Kinoshita:1958ru`; checked by the known rate correction 25/4 - pi^2 and by the collinear logarithms.
    """
    xp, sp = namespace(x, y), special(x, y)
    omega = float(np.log(M_MU / M_E)) if omega is None else omega
    y = 1 - x if y is None else y
    log_x, log_y = xp.log(x), xp.log(y)
    dilog = sp.spence(y)  # Li2(x) = spence(1 - x)
    R = (
        2 * dilog
        - np.pi**2 / 3
        - 2
        + omega * (1.5 + 2 * (log_y - log_x))
        - log_x * (2 * log_x - 1)
        + (3 * log_x - 1 - 1 / x) * log_y
    )
    edge = y / (3 * x**2)
    logs = omega + log_x
    f = (6 - 4 * x) * R + (6 - 6 * x) * log_x + edge * ((5 + 17 * x - 34 * x**2) * logs - 22 * x + 34 * x**2)
    g = (
        (2 - 4 * x) * R
        + (2 - 6 * x) * log_x
        - edge * ((1 + x + 34 * x**2) * logs + 3 - 7 * x - 32 * x**2 + 4 * y**2 / x * log_y)
    )
    return f, g


def spectrum_functions(
    x: Any, *, order: str = "exp", y: Any = None, m_i: float = M_MU, m_j: float = M_E
) -> tuple[Any, Any]:
    r"""Isotropic and polarised parts n0(x), n1(x) of the spectrum; zero outside [x0, 1].

    Parameters
    ----------
    x : array_like
        Reduced energy E/W.
    order : {"born", "oalpha", "exp"}
        Order in alpha; see the module.
    y : array_like, optional
        1 - x, where it is known better than by subtraction (quadrature graded to the endpoint).
    m_i, m_j : float
        Masses of the decaying and the charged final lepton [MeV].

    Returns
    -------
    n0, n1 : arrays
        In units in which int n0 dx = 1/2 for m_j = 0 at Born level.

    Raises
    ------
    InvalidInput
        For an unknown order.

    Examples
    --------
    >>> n0, n1 = spectrum_functions(0.9, order="born")
    >>> round(float(n0), 8), round(float(n1), 8)
    (0.97185967, 0.64788727)
    """
    require(one_of("order", order, ORDERS))
    xp = namespace(x, y)
    x = xp.asarray(x)
    y = 1 - x if y is None else y
    x0 = m_j / endpoint_energy(m_i, m_j)
    inside = (x >= x0) & (y >= 0)
    x = xp.where(inside, x, 0.5)
    y = xp.where(inside, xp.maximum(y, _SMALLEST_Y), 0.5)
    s2 = (x - x0) * (x + x0)
    n0 = xp.sqrt(s2) * (3 * x - 2 * x**2 - x0**2)
    # sqrt(1 - x0^2) - 1, without cancellation
    n1 = s2 * (2 * x - 1 - x0**2 / (1 + np.sqrt(1 - x0**2)))
    if order != "born":
        f, g = kinoshita_sirlin(x, y, omega=float(np.log(m_i / m_j)))
        n0 = n0 + ALPHA / (2 * np.pi) * x**2 * f
        n1 = n1 - ALPHA / (2 * np.pi) * x**2 * g
    if order == "exp":
        beta = endpoint_exponent(m_i, m_j)
        log_y = xp.log(y)
        soft = xp.exp(beta * log_y)
        n0 = soft * (n0 - beta * log_y * x**2 * (3 - 2 * x))
        n1 = soft * (n1 - beta * log_y * x**2 * (2 * x - 1))
    return xp.where(inside, n0, 0.0), xp.where(inside, n1, 0.0)


@functools.cache
def normalization(order: str = "exp", m_i: float = M_MU, m_j: float = M_E) -> float:
    """2 int n0 dx over the whole spectrum, of the same order: the integral of n0 - P c n1 over x and c.

    Parameters
    ----------
    order : {"born", "oalpha", "exp"}
        Order in alpha.
    m_i, m_j : float
        Masses of the decaying and the charged final lepton [MeV].

    Returns
    -------
    float
        By Gauss-Legendre quadrature graded to both ends, good to 1e-9.

    Examples
    --------
    >>> round(normalization("born"), 7), round(normalization("oalpha"), 7), round(normalization("exp"), 7)
    (0.9997194, 0.9955278, 0.99565)
    """
    x0 = m_j / endpoint_energy(m_i, m_j)
    t, weight = unit_legendre(400)
    # the powers grade the nodes to the endpoint (logarithm, (1-x)^beta) and to the threshold (square root)
    y = (1 - x0) * t**8 / (t**8 + (1 - t) ** 4)
    x_over = (1 - x0) * (1 - t) ** 4 / (t**8 + (1 - t) ** 4)
    jacobian = (1 - x0) * t**7 * (1 - t) ** 3 * (8 * (1 - t) + 4 * t) / (t**8 + (1 - t) ** 4) ** 2
    n0, _ = spectrum_functions(x0 + x_over, y=y, order=order, m_i=m_i, m_j=m_j)
    return float(2 * np.sum(weight * jacobian * n0))


def density(
    x: Any, cos_theta: Any, *, polarization: float = 0.0, order: str = "exp", m_i: float = M_MU, m_j: float = M_E
) -> Any:
    """Probability density of the charged lepton, d2N / (N dx dcos(theta)), for l^+.

    Parameters
    ----------
    x : array_like
        Reduced energy E/W.
    cos_theta : array_like
        Cosine to minus the spin (the beam axis of a surface mu+), broadcast with ``x``.
    polarization : float
        Degree of polarisation; negative for a reversed spin, in [-1, 1].
    order : {"born", "oalpha", "exp"}
        Order in alpha.
    m_i, m_j : float
        Masses of the decaying and the final lepton [MeV].

    Returns
    -------
    array
        Density with unit integral over x in [x0, 1] and cos_theta in [-1, 1].

    Raises
    ------
    InvalidInput
        If |polarization| > 1, |cos_theta| > 1, or the order is unknown.

    Examples
    --------
    >>> round(float(density(0.99, 0.999, polarization=0.99, order="exp")), 7)
    0.0455319
    """
    require(in_range("polarization", polarization, -1, 1), in_range("cos_theta", cos_theta, -1, 1))
    n0, n1 = spectrum_functions(x, order=order, m_i=m_i, m_j=m_j)
    return (n0 - polarization * cos_theta * n1) / normalization(order, m_i, m_j)


def total_width(order: str = "born", m_i: float = M_MU, m_j: float = M_E) -> float:
    """Width of l_i -> l_j nu nu [MeV] from G_F alone, at the given order.

    Parameters
    ----------
    order : {"born", "oalpha", "exp"}
        Order in alpha; the O(alpha) change is 25/4 - pi^2 in units of alpha/2pi.
    m_i, m_j : float
        Masses of the decaying and the charged final lepton [MeV].

    Returns
    -------
    float
        Width [MeV]; one charge, massless neutrinos, no W propagator.

    Examples
    --------
    >>> from darkfactory.constants import MUON_WIDTH
    >>> round(total_width() / MUON_WIDTH, 7)  # tree level exceeds the measured width by the O(alpha) correction
    1.0042165
    """
    W = endpoint_energy(m_i, m_j)
    return FERMI_CONSTANT**2 * m_i * W**4 / (12 * np.pi**3) * normalization(order, m_i, m_j)
