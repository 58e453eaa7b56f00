"""Decays behind a shield, where what is seen depends on the point of decay: sums that do not underflow."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["log_decays_seen"]

Array = NDArray[np.float64]
ROWS = 4
"""Sets of decay lengths that are summed at a time: few, so that all numbers stay in the cache of the processor."""


def log_decays_seen(seen: Any, position: Any, shield: float, length: Any) -> Any:
    """Logarithm of the number of decays that are seen behind a shield.

    The number is the sum over k of exp(-shield/l_k) times the integral of exp(-z/l_k)/l_k K_k(z) over z, exact for K_k linear
    between the nodes in z.

    Parameters
    ----------
    seen : array_like, shape (k, z)
        K: how many particles with decay length l_k there are, times the probability that a decay at z is seen; >= 0.
    position : array_like, shape (z,)
        Distances z from the end of the shield, rising.
    shield : float
        Length of the shield.
    length : array_like, shape (..., k)
        Mean decay lengths l_k > 0, in the same unit.

    Returns
    -------
    array, shape (...)
        Natural logarithm; -inf where nothing is seen. All digits are kept for short and for long decay lengths.

    Examples
    --------
    >>> [round(float(log_decays_seen([[1.0, 1.0]], [0.0, 2.0], 1.0, [l])), 6) for l in (1e-3, 2.0)]
    [-1000.0, -0.958675]
    """
    seen, position = np.asarray(seen, dtype=float), np.asarray(position, dtype=float)
    length = np.asarray(length, dtype=float)
    rows = length.reshape(-1, length.shape[-1])
    found = [_log_sum(seen, position, shield, rows[at : at + ROWS]) for at in range(0, len(rows), ROWS)]
    return np.concatenate(found).reshape(length.shape[:-1])[()]


def _log_sum(seen: Array, position: Array, shield: float, length: Array) -> Array:
    """Answer of :func:`log_decays_seen` for lengths of shape (n, k)."""
    inverse = (1 / length)[..., None]
    step = inverse * np.diff(position)
    fade = -np.expm1(-step)
    stay = 1 - fade
    # [1 - e^-y - y e^-y] / y, of which the difference loses digits for small y
    slope = fade / step
    slope -= stay
    np.copyto(slope, step * (1 / 2 - step * (1 / 3 - step * (1 / 8 - step / 30))), where=step < 1e-2)
    left = np.exp(-inverse * position[:-1])
    total = np.einsum("nkz,kz->nk", left * fade, seen[:, :-1])
    total += np.einsum("nkz,kz->nk", left * slope, np.diff(seen, axis=-1))
    with np.errstate(divide="ignore"):
        terms = np.log(np.maximum(total, 0.0)) - shield / length
        highest = np.maximum(np.max(terms, axis=-1), -1e300)
        return np.asarray(highest + np.log(np.sum(np.exp(terms - highest[..., None]), axis=-1)))
