"""Decays behind a shield, where what is seen depends on the point of decay: sums that do not underflow."""

from __future__ import annotations

from typing import Any

import numpy as np

__all__ = ["log_decays_seen"]


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
    inverse = (1 / length)[..., None]
    step = inverse * np.diff(position)
    fade = -np.expm1(-step)
    stay = 1 - fade
    # [1 - e^-y - y e^-y] / y, of which the difference loses digits for small y
    small = step < 1e-2
    slope = (fade - step * stay) / np.where(small, 1.0, step)
    if small.any():
        y = step[small]
        slope[small] = y * (1 / 2 - y * (1 / 3 - y * (1 / 8 - y / 30)))
    left = np.exp(-inverse * position[0]) * np.ones_like(stay)
    left[..., 1:] *= np.cumprod(stay[..., :-1], axis=-1)
    total = np.sum(left * (seen[:, :-1] * fade + np.diff(seen, axis=-1) * slope), axis=-1)
    with np.errstate(divide="ignore"):
        terms = np.log(np.maximum(total, 0.0)) - shield / length
    highest = np.maximum(np.max(terms, axis=-1), -1e300)
    with np.errstate(divide="ignore"):
        return highest + np.log(np.sum(np.exp(terms - highest[..., None]), axis=-1))
