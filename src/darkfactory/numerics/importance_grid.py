"""Importance grid: one piecewise-constant density per dimension on top of a phase-space map, as in VEGAS.

A grid is an array (dims, bins + 1) of edges in [0, 1]; every bin is hit equally often, so narrow bins are important.
Training is deterministic and happens on the host; a kernel only looks up.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.backend import namespace

__all__ = ["BINS", "apply_grid", "flat_grid", "refine"]

BINS = 64
Array = NDArray[np.float64]


def flat_grid(dims: int) -> Array:
    """Grid that changes nothing."""
    return np.tile(np.linspace(0.0, 1.0, BINS + 1), (max(dims, 1), 1))


def apply_grid(u: Sequence[Any], grid: Any) -> tuple[list[Any], Any]:
    """Adapted numbers and the Jacobian of the grid.

    Parameters
    ----------
    u : sequence of arrays
        Uniform numbers, one array per dimension.
    grid : array, shape (dims, bins + 1)
        Edges.

    Returns
    -------
    adapted : list of arrays
        In [0, 1].
    jacobian : array
        Product over the dimensions of bins times the width of the bin.
    """
    if not u:
        return [], 1.0
    xp = namespace(grid, *u)
    bins = grid.shape[1] - 1
    adapted, jacobian = [], 1.0
    for number, edges in zip(u, grid, strict=False):
        place = number * bins
        index = xp.minimum(place.astype(xp.int32), bins - 1)
        low = edges[index]
        width = edges[index + 1] - low
        adapted.append(low + (place - index) * width)
        jacobian = jacobian * (width * bins)
    return adapted, jacobian


def refine(grid: Array, u: Sequence[Array], squares: Array, damping: float = 0.75) -> Array:
    """Grid with the squared weights spread more evenly over its bins.

    Parameters
    ----------
    grid : ndarray, shape (dims, bins + 1)
        Edges used.
    u : sequence of ndarray
        Uniform numbers of the trial events before the grid.
    squares : ndarray
        Their squared weights.
    damping : float
        0 changes nothing, 1 is the undamped step.

    Returns
    -------
    ndarray
        New edges.
    """
    bins = grid.shape[1] - 1
    refined = grid.copy()
    if not squares.sum() > 0:
        return refined
    for d, number in enumerate(u):
        index = np.minimum((number * bins).astype(int), bins - 1)
        share = np.bincount(index, weights=squares, minlength=bins)
        smooth = np.convolve(np.pad(share, 1, mode="edge"), [1 / 6, 2 / 3, 1 / 6], mode="valid")
        smooth = smooth / smooth.sum()
        # bins without a hit keep a little, so that nothing is ever excluded
        smooth = np.maximum(smooth, 1e-4 / bins)
        smooth = smooth / smooth.sum()
        importance = ((1 - smooth) / -np.log(smooth)) ** damping
        cumulative = np.concatenate([[0.0], np.cumsum(importance)])
        wanted = np.linspace(0.0, cumulative[-1], bins + 1)
        refined[d] = np.interp(wanted, cumulative, grid[d])
        refined[d, 0], refined[d, -1] = 0.0, 1.0
    return refined
