"""Gauss-Legendre quadrature on the unit interval; nodes are computed once per number of nodes."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

__all__ = ["UnitPoints", "panels", "random_points", "tensor_points", "unit_legendre"]

Array = NDArray[np.float64]


DENSE = 128
"""Nodes up to which NumPy's matrix is quick; it is full: 400 take a second, and their weights are right to 6e-10 only."""


def _many(n: int) -> tuple[Array, Array]:
    """Nodes from a tridiagonal matrix, weights from the slope of the polynomial, which rounds best."""
    from numpy.polynomial.legendre import legder, legval
    from scipy.special import roots_legendre

    node = roots_legendre(n)[0]
    slope = legval(node, legder([0.0] * n + [1.0]))
    return node, 2 / ((1 - node) * (1 + node) * slope**2)


@functools.cache
def unit_legendre(n: int) -> tuple[Array, Array]:
    """Nodes and weights of n-point Gauss-Legendre quadrature on [0, 1]; exact for polynomials of degree 2 n - 1.

    Examples
    --------
    >>> t, w = unit_legendre(2)
    >>> round(float(w @ t**3), 12)
    0.25
    """
    node, weight = np.polynomial.legendre.leggauss(n) if n <= DENSE else _many(n)
    t, w = (node + 1) / 2, weight / 2
    t.flags.writeable = w.flags.writeable = False
    return t, w


def panels(count: int) -> tuple[Array, Array]:
    """Sixteen nodes and weights on each of ``count`` equal panels of [0, 1]."""
    node, weight = unit_legendre(16)
    start = np.arange(count)[:, None]
    return ((start + node) / count).ravel(), np.tile(weight / count, count)


@dataclass(frozen=True, eq=False)
class UnitPoints:
    """Points of the unit cube with weights that add up to 1: a tensor of quadratures, or random numbers.

    Attributes
    ----------
    axes : tuple of ndarray
        Coordinates, to be broadcast together.
    weight : ndarray
        Weights, of the broadcast shape.
    """

    axes: tuple[Array, ...]
    weight: Array


def tensor_points(counts: Sequence[int], breaks: Sequence[float | None]) -> UnitPoints:
    """Tensor product of Gauss-Legendre quadratures; an axis with a break has half its nodes on either side.

    Parameters
    ----------
    counts : sequence of int
        Nodes per axis.
    breaks : sequence of float or None
        Where the integrand of an axis has a kink, in (0, 1).

    Returns
    -------
    UnitPoints
        Coordinate k has length counts[k] along dimension k.

    Examples
    --------
    >>> points = tensor_points((4, 6), (None, 0.5))
    >>> round(float(np.sum(points.weight * points.axes[0] ** 2 * abs(points.axes[1] - 0.5))), 12)
    0.083333333333
    """
    axes, weight = [], np.ones((1,) * len(counts))
    for k, (count, at) in enumerate(zip(counts, breaks, strict=True)):
        if at is None:
            t, w = unit_legendre(count)
        else:
            t, w = unit_legendre(max(count // 2, 1))
            t, w = np.concatenate([at * t, at + (1 - at) * t]), np.concatenate([at * w, (1 - at) * w])
        shape = tuple(-1 if j == k else 1 for j in range(len(counts)))
        axes.append(t.reshape(shape))
        weight = weight * w.reshape(shape)
    return UnitPoints(tuple(axes), weight)


def random_points(n: int, dimension: int, rng: np.random.Generator) -> UnitPoints:
    """Random points of equal weight.

    Parameters
    ----------
    n, dimension : int
        Number of points and of coordinates.
    rng : numpy.random.Generator
        A stream of :mod:`darkfactory.numerics.streams`.

    Returns
    -------
    UnitPoints
        Coordinates of shape (n,).
    """
    return UnitPoints(tuple(rng.random((dimension, n))), np.full(n, 1.0 / n))
