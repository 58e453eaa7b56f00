"""Gauss-Legendre quadrature on the unit interval; nodes are computed once per number of nodes."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

__all__ = ["panels", "unit_legendre"]

Array = NDArray[np.float64]


@functools.cache
def unit_legendre(n: int) -> tuple[Array, Array]:
    """Nodes and weights of n-point Gauss-Legendre quadrature on [0, 1]; exact for polynomials of degree 2 n - 1.

    Examples
    --------
    >>> t, w = unit_legendre(2)
    >>> round(float(w @ t**3), 12)
    0.25
    """
    node, weight = np.polynomial.legendre.leggauss(n)
    t, w = (node + 1) / 2, weight / 2
    t.flags.writeable = w.flags.writeable = False
    return t, w


def panels(count: int) -> tuple[Array, Array]:
    """Sixteen nodes and weights on each of ``count`` equal panels of [0, 1]."""
    node, weight = unit_legendre(16)
    start = np.arange(count)[:, None]
    return ((start + node) / count).ravel(), np.tile(weight / count, count)
