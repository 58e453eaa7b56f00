r"""One-loop shift of the anomalous magnetic moment of a lepton by a light boson that couples to it.

Vector and pseudoscalar couplings X_mu lbar g^mu g_V l and X lbar i g_P g5 l; no other loop, no second order.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["pseudoscalar_moment", "vector_moment"]

NODES = 200


def _loop(shape: Callable[[Any, Any], Any], mass: Any, lepton_mass: float) -> Any:
    """Integral of a shape(z, y) over y = 1 - z in (0, 1), nodes drawn to the peaks at y of order m / m_l and m_l / m."""
    r2 = (np.asarray(mass, dtype=float) / lepton_mass)[..., None] ** 2
    node, weight = unit_legendre(NODES)
    # y = sin^2 of an angle that is a cubic in the node: dense at both ends
    angle = node**2 * (3 - 2 * node) * math.pi / 2
    jacobian = 6 * node * (1 - node) * math.pi / 2 * np.sin(2 * angle)
    y, z = np.sin(angle) ** 2, np.cos(angle) ** 2
    return np.sum(weight * jacobian * shape(z, y) / (y * y + z * r2), axis=-1)[()]


def pseudoscalar_moment(mass: Any, coupling: Any, lepton_mass: float) -> Any:
    """Shift of a_l by a pseudoscalar, negative: -(g^2/8 pi^2) times the integral of (1-z)^3 / ((1-z)^2 + z m^2/m_l^2).

    Parameters
    ----------
    mass : array_like
        Mass of X [MeV], >= 0.
    coupling : array_like
        g_P.
    lepton_mass : float
        Mass of the lepton [MeV].

    Returns
    -------
    array
        Delta a_l; -g^2/16 pi^2 for a massless X.

    Examples
    --------
    >>> f"{pseudoscalar_moment(20.0, 1.0, 105.6583755):.6e}"
    '-5.869341e-03'
    """
    return -(np.asarray(coupling) ** 2) / (8 * math.pi**2) * _loop(lambda z, y: y**3, mass, lepton_mass)


def vector_moment(mass: Any, coupling: Any, lepton_mass: float) -> Any:
    """Shift of a_l by a vector coupling, positive: (g^2/8 pi^2) times the integral of 2 z (1-z)^2 / ((1-z)^2 + z m^2/m_l^2).

    Parameters
    ----------
    mass, coupling, lepton_mass : array_like
        As for :func:`pseudoscalar_moment`; a dark photon has g_V = epsilon e.

    Returns
    -------
    array
        Delta a_l; g^2/8 pi^2 for a massless X.

    Examples
    --------
    >>> round(float(vector_moment(0.0, 1.0, 0.5)) * 8 * math.pi**2, 12)
    1.0
    """
    return np.asarray(coupling) ** 2 / (8 * math.pi**2) * _loop(lambda z, y: 2 * z * y**2, mass, lepton_mass)
