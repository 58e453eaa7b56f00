r"""Boltzmann equations of yields, stepped exactly over short intervals and for many masses at once.

Every equation here is Y' = -c (Y - a)(Y + b) (pairs) or Y' = -c (Y - a) (single production); with c, a, b constant over
a step both have closed solutions, so that a step is stable however stiff, and the error is that of the midpoint rule.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["relax_pairs", "relax_singles"]

Array = NDArray[np.float64]
FEW = 10
"""Masses that are stepped one by one: numbers are faster than arrays of so few."""


def relax_pairs(start: Array, rate: Array, equilibrium: Array, step: float, excess: Any = 0.0) -> tuple[Array, Array]:
    r"""Solve Y' = -c [Y (Y + eta) - Y_eq^2] over equal steps of ln x.

    Parameters
    ----------
    start : ndarray, shape (M,)
        Y at the beginning.
    rate, equilibrium : ndarray, shape (N, M)
        c and Y_eq in the middle of each step.
    step : float
        Length of a step in ln x.
    excess : array_like, shape (M,)
        eta = Y_+ - Y_- of particles over antiparticles; 0 for a symmetric relic.

    Returns
    -------
    final : ndarray, shape (M,)
        Y at the end.
    history : ndarray, shape (N, M)
        Y at the end of each step.

    Examples
    --------
    >>> Y, _ = relax_pairs(np.array([1.0]), np.full((10, 1), 2.0), np.zeros((10, 1)), 0.1)
    >>> round(float(Y[0]), 9)  # 1 / (1 / Y + c t)
    0.333333333
    """
    excess = np.broadcast_to(np.asarray(excess, dtype=float), start.shape)
    total = np.sqrt(excess**2 + 4 * equilibrium**2)  # a + b
    safe = np.where(total > 0, total, 1.0)
    target = np.where(total > 0, 2 * equilibrium**2 / np.where(total > 0, excess + total, 1.0), 0.0)
    decay = np.exp(-rate * total * step)
    gain = np.where(rate * total * step > 1e-12, -np.expm1(-rate * total * step) / safe, rate * step)
    first = np.array(start, dtype=float)
    if len(first) <= FEW:
        columns = (column.T.tolist() for column in (target, decay, gain))
        history = np.array([_stepped(*one) for one in zip(first.tolist(), *columns, strict=True)]).T
    else:
        history = np.array(_stepped(first, target, decay, gain))
    return history[-1], history


def _stepped(Y: Any, target: Any, decay: Any, gain: Any) -> list[Any]:
    """Y at the end of each step."""
    found = []
    for end, kept, more in zip(target, decay, gain, strict=True):
        distance = Y - end
        Y = end + distance * kept / (1 + distance * more)
        found.append(Y)
    return found


def relax_singles(start: Array, rate: Array, target: Array, step: float) -> Array:
    r"""Solve Y' = -c (Y - a) over equal steps.

    Parameters
    ----------
    start : ndarray, shape (M,)
        Y at the beginning.
    rate, target : ndarray, shape (N, M)
        c and a in the middle of each step.
    step : float
        Length of a step.

    Returns
    -------
    ndarray, shape (M,)
        Y at the end.

    Examples
    --------
    >>> Y = relax_singles(np.array([0.0]), np.ones((10, 1)), np.ones((10, 1)), 0.1)
    >>> bool(abs(Y[0] - (1 - np.exp(-1))) < 1e-12)
    True
    """
    Y = np.array(start, dtype=float)
    keep = np.exp(-rate * step)
    for n in range(len(rate)):
        Y = target[n] + (Y - target[n]) * keep[n]
    return Y
