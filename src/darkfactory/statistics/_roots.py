"""One vectorised root finder: Newton steps inside a bracket that closes from both sides."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["rising_root"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


def rising_root(
    function: Callable[[Array], tuple[Array, Array, Flags]], x: Array, low: Array, *, tolerance: float = 1e-9
) -> tuple[Array, Flags]:
    """Find the zeros above ``low`` of rising functions, all entries at once.

    Parameters
    ----------
    function : callable
        x -> (value, slope, valid), arrays of the shape of x. Entries that are not valid are given up.
    x : ndarray
        Start, above ``low``.
    low : ndarray
        Where the function is known to be negative.
    tolerance : float
        Largest |value| of a solution.

    Returns
    -------
    x : ndarray
        Zeros; ``function`` was last called at exactly these.
    solved : ndarray of bool
        Whether valid and within the tolerance.

    Examples
    --------
    >>> square = lambda x: (x**2 - 2.0, 2.0 * x, np.ones_like(x, dtype=bool))
    >>> float(rising_root(square, np.array([1.0]), np.array([0.0]))[0][0]) - 2**0.5 < 1e-9
    True
    """
    start = low.copy()
    low, high = low.copy(), np.full(x.shape, np.inf)
    solved = np.zeros(x.shape, dtype=bool)
    for _ in range(60):
        value, slope, valid = function(x)
        met = np.abs(value) < tolerance
        # a bracket that has closed around a jump holds no zero
        valid = valid & (met | (high - low > 1e-13 * np.abs(x)))
        solved = valid & met
        if np.all(solved | ~valid):
            break
        low = np.where(value < 0, np.maximum(low, x), low)
        high = np.where(value >= 0, np.minimum(high, x), high)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            step = x - value / slope
        # while nothing bounds the zero from above, a flat start must not throw x away
        step = np.where(np.isfinite(high), step, np.minimum(step, start + 10.0 * (x - start)))
        usable = np.isfinite(step) & (step > low) & (step < high) & (slope > 0)
        with np.errstate(invalid="ignore"):
            middle = np.where(np.isfinite(high), 0.5 * (low + high), 2.0 * x - start)
        x = np.where(met | ~valid, x, np.where(usable, step, middle))
    return x, solved
