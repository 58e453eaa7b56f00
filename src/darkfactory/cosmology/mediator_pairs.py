r"""Dark matter into two mediators: tree-level cross sections from t, u and (complex scalar) contact diagrams.

With t' = m^2 - t and u' = m^2 - u every squared amplitude, summed over spins and in units of the dark coupling to the
fourth power, is a (1/t'^2 + 1/u'^2) + b / (t' u') + c with a, b, c free of the angle. Above m_mediator = m_chi the
channel is closed at rest and open to the tail of the thermal distribution ("forbidden"); mediators are taken to be in
equilibrium with the bath, self-couplings of mediators to be absent. The axial current of Majorana dark matter is not
conserved: the amplitude for longitudinal dark photons grows as m^2 s / M^4 and a dark Higgs boson, which is no part of
the model, has to tame it. That cross section serves to tell where the model is incomplete, and for nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.numerics.quadrature import panels

__all__ = ["KINDS", "pair_cross_section", "pair_thermal_average"]

Array = NDArray[np.float64]


def _vector(s: Any, m: float, M: float) -> tuple[Any, Any, Any]:
    """Dirac dark matter, vector coupling."""
    b = 8 * s**2 + 32 * m * s + 32 * M**2 - 64 * m * M - 64 * m**2
    return -8 * (M + 2 * m) ** 2, b, -16.0


def _complex_scalar(s: Any, m: float, M: float) -> tuple[Any, Any, Any]:
    """Complex scalar, contact term included."""
    b = 8 * M * s + 2 * M**2 - 16 * m * s - 16 * m * M + 32 * m**2
    return (M - 4 * m) ** 2, b, 8.0


def _axial(s: Any, m: float, M: float) -> tuple[Any, Any, Any]:
    """Majorana dark matter, axial coupling, longitudinal polarisations included, no dark Higgs boson."""
    b = 8 * s**2 + 32 * M**2 - 96 * m * s - 128 * m * M + 32 * m * s**2 / M + 128 * m**2 * s / M
    b = b - 32 * m**2 * s**2 / M**2
    return -8 * (M - 4 * m) ** 2, b, -16 + 32 * m * s / M**2 - 128 * m / M


def _scalar(s: Any, m: float, M: float) -> tuple[Any, Any, Any]:
    """Dirac dark matter, scalar mediator."""
    b = 2 * s**2 - 8 * M * s + 12 * M**2 + 32 * m * s - 32 * m * M - 64 * m**2
    return -2 * (M - 4 * m) ** 2, b, -8.0


def _pseudoscalar(s: Any, m: float, M: float) -> tuple[Any, Any, Any]:
    """Dirac dark matter, pseudoscalar mediator."""
    return -2 * M**2, 2 * s**2 - 8 * M * s + 12 * M**2, -8.0


_Terms = Callable[[Any, float, float], tuple[Any, Any, Any]]
KINDS: dict[str, tuple[_Terms, int]] = {
    "pseudo-dirac": (_vector, 4),
    "scalar": (_complex_scalar, 1),
    "majorana": (_axial, 4),
    "scalar mediator": (_scalar, 4),
    "pseudoscalar mediator": (_pseudoscalar, 4),
}
"""Terms a, b, c of (s, m^2, M^2), and spin states of a pair: dark photons of three kinds of dark matter, spin-0 pairs."""


def pair_cross_section(kind: str, s: Any, ratio: float) -> Any:
    r"""Cross section of two dark-matter particles into two mediators, averaged over spins.

    Parameters
    ----------
    kind : str
        A key of :data:`KINDS`.
    s : array_like
        Centre-of-mass energy squared over m_chi^2, above 4 and 4 ratio^2.
    ratio : float
        Mediator mass over dark-matter mass.

    Returns
    -------
    ndarray or float
        sigma m_chi^2 / g^4 with g the dark coupling (g^2 = 4 pi alpha_D).

    Examples
    --------
    >>> from math import pi
    >>> light = pair_cross_section("pseudo-dirac", 4.0001, 1e-3)  # sigma v = pi alpha_D^2 / m^2 at rest
    >>> round(float(light * 2 * (1 - 4 / 4.0001) ** 0.5 * (4 * pi) ** 2 / pi), 3)
    1.0
    """
    s = np.asarray(s, dtype=float)
    terms, spins = KINDS[kind]
    M = ratio**2
    a, b, c = terms(s, 1.0, M)
    initial, final = np.sqrt(1 - 4 / s), np.sqrt(1 - 4 * M / s)
    D, B = s - 2 * M, s * initial * final
    # 1 / t'^2 + 1 / u'^2, 1 / (t' u') and 1 over the cosine; D^2 - B^2 = 4 (M^2 + m^2 s - 4 m^2 M) without cancellation
    double = 4 / (M**2 + s - 4 * M)
    crossed = 8 * np.arctanh(B / D) / (B * D)
    total = a * double + b * crossed + 2 * c
    # half for two identical mediators, flux 2 s beta, phase space beta' / (16 pi) d cos
    return (final * total / (64 * np.pi * s * initial * spins))[()]


def pair_thermal_average(kind: str, ratio: float, x: Array) -> Array:
    r"""Thermal average of :func:`pair_cross_section` times exp(2 (ratio - 1) x), the price of the threshold taken out.

    Parameters
    ----------
    kind, ratio
        See :func:`pair_cross_section`; ratio >= 1.
    x : ndarray, shape (N,)
        m_chi / T.

    Returns
    -------
    ndarray, shape (N,)
        <sigma v> m_chi^2 / g^4 exp(2 (ratio - 1) x).

    Examples
    --------
    >>> found = pair_thermal_average("pseudo-dirac", 1.5, np.array([20.0]))
    >>> f"{found[0]:.3f}"
    '0.116'
    """
    from scipy.special import kve

    u, w = panels(6)
    x = np.asarray(x, dtype=float)[:, None]
    root = 2 * ratio + 45 / x * u**2
    sigma = pair_cross_section(kind, root**2, ratio)
    bessel = kve(1, root * x) / kve(2, x) ** 2 * np.exp(-45 * u**2)
    integrand = sigma * (root**2 - 4) * root**2 * bessel * (90 / x) * u * w
    found: Array = (x[:, 0] / 4) * integrand.sum(axis=1)
    return found
