"""Where a function on a logarithmic scale falls below 1 for the last time."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

__all__ = ["last_crossing"]

Array = NDArray[np.float64]


def last_crossing(excess: Callable[[Array], Array], scan: Array, found: Array | None = None) -> float:
    """Largest argument at which a function falls below 1; 0 if it is below 1 everywhere, inf if it never falls.

    Parameters
    ----------
    excess : callable
        Arguments, shape (n,) -> values.
    scan : ndarray, shape (N,)
        Where to look, rising, > 0.
    found : ndarray, shape (N,), optional
        The values there, if they are known.

    Examples
    --------
    >>> round(last_crossing(lambda x: 40 / x, np.geomspace(1.0, 1e3, 20)), 9)
    40.0
    """
    from scipy.optimize import brentq

    above = np.flatnonzero((excess(scan) if found is None else found) > 1)
    if not len(above) or above[-1] == len(scan) - 1:
        return math.inf if len(above) else 0.0
    low, high = np.log(scan[above[-1] : above[-1] + 2]).tolist()
    return math.exp(brentq(lambda u: float(excess(np.exp([u]))[0]) - 1, low, high, xtol=1e-13))
