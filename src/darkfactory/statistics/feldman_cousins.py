"""Unified (Feldman-Cousins) confidence intervals of a Poisson signal over a known background.

No search quotes them: limits of searches are CLs, expected and observed alike, so that data like the expected ones give the
expected limit. They are for whoever compares with an experiment that publishes unified intervals.
"""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, pdtr, xlogy

from darkfactory.errors import in_range, require
from darkfactory.statistics.counting import poisson_quantile
from darkfactory.statistics.limits import z_value

__all__ = ["feldman_cousins", "feldman_cousins_sensitivity"]

Array = NDArray[np.float64]


def feldman_cousins(n: ArrayLike, background: float, cl: float = 0.90) -> tuple[Array, Array]:
    r"""Unified interval [low, high] on a Poisson signal for ``n`` observed events over a known background.

    Neyman construction that orders counts by :math:`P(n|s+b)/P(n|\max(0, n-b)+b)`. The interval is the hull of all s
    whose acceptance region contains n. As in the paper, an upper end that would rise with the background (counts are
    discrete) is lengthened to the largest one at any higher background. Not included: an uncertain background.

    Parameters
    ----------
    n : array_like of int
        Observed events, >= 0.
    background : float
        Expected background events, >= 0.
    cl : float
        Confidence level, in (0.5, 1).

    Returns
    -------
    low, high : ndarray
        Ends of the intervals [events], shape of ``n``, found to 1e-6.

    Raises
    ------
    InvalidInput
        If a number is outside its domain or ``n`` is not an integer.

    References
    ----------
    :cite:`Feldman:1997qc`, Tables II-V

    Examples
    --------
    >>> low, high = feldman_cousins([0, 1], 0.0, 0.90)
    >>> np.round(low, 2), np.round(high, 2)
    (array([0.  , 0.11]), array([2.44, 4.36]))
    """
    z_value(cl, "cls")
    require(
        in_range("n", n, 0.0, unit="events"),
        in_range("background", background, 0.0, unit="events"),
        None if np.all(np.mod(np.asarray(n, dtype=float), 1) == 0) else "n: an observed number of events is an integer",
    )
    counts = np.asarray(n, dtype=int)
    low, high = _belt(int(counts.max(initial=0)), float(background), float(cl))
    return low[counts], high[counts]


def feldman_cousins_sensitivity(background: float, cl: float = 0.90) -> float:
    """Mean upper end of the unified interval over the Poisson counts of the background alone.

    Parameters
    ----------
    background : float
        Expected background events, >= 0.
    cl : float
        Confidence level, in (0.5, 1).

    Returns
    -------
    float
        Sensitivity [events].

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    References
    ----------
    :cite:`Feldman:1997qc`, Table XII

    Examples
    --------
    >>> round(feldman_cousins_sensitivity(0.0, 0.90), 2)
    2.44
    """
    require(in_range("background", background, 0.0, unit="events"))
    counts = np.arange(int(poisson_quantile(1.0 - 1e-9, background)) + 1)
    high = feldman_cousins(counts, background, cl)[1]
    probability = np.diff(pdtr(counts, background), prepend=0.0)
    return float(np.sum(probability * high))


@functools.lru_cache(maxsize=64)
def _belt(n_max: int, background: float, cl: float) -> tuple[Array, Array]:
    """Lower and upper ends for n = 0 ... n_max: a grid in s, then bisection of each end between grid points."""
    top = max(n_max - background, 0.0) + 6.0 * np.sqrt(n_max + background + 1.0) + 6.0
    columns = int(poisson_quantile(1.0 - 1e-12, top + background)) + 2
    # acceptance regions change over a distance of about 1 in s; edges of one n are never closer than the grid
    grid = np.linspace(0.0, top, int(50 * top) + 2)
    inside = np.concatenate(
        [_accepted(part, columns, background, cl) for part in np.array_split(grid, len(grid) // 256 + 1)]
    )
    wanted = inside[:, : n_max + 1]
    first, last = np.argmax(wanted, axis=0), len(grid) - 1 - np.argmax(wanted[::-1], axis=0)
    rows = np.arange(n_max + 1)
    low = _edge(grid[np.maximum(first - 1, 0)], grid[first], rows, columns, background, cl)
    high = _edge(grid[np.minimum(last + 1, len(grid) - 1)], grid[last], rows, columns, background, cl)
    for k in range(min(int(background), n_max) + 1 if background > 0 else 0):
        high[k] = _lengthened(k, high[k], columns, background, cl)
    low = np.where(first == 0, 0.0, low)
    for array in (low, high):
        array.flags.writeable = False
    return low, high


def _lengthened(n: int, high: float, columns: int, background: float, cl: float) -> float:
    """Largest upper end of n at any background >= ``background``: it falls but for jumps, where a count drops out."""
    scan = background + np.linspace(0.0, 1.5, 16)
    ends = [high]
    for b in scan[1:]:
        ends.append(_upper_end(n, ends[-1], columns + 2, b, cl))
    best = high
    for i in range(len(scan) - 1):
        if ends[i + 1] <= ends[i]:
            continue
        before, after, end = scan[i], scan[i + 1], ends[i + 1]
        for _ in range(9):
            middle = 0.5 * (before + after)
            found = _upper_end(n, ends[i], columns + 2, middle, cl)
            jumped = found > ends[i]
            before, after, end = (before, middle, found) if jumped else (middle, after, end)
        best = max(best, end)
    return best


def _upper_end(n: int, near: float, columns: int, background: float, cl: float) -> float:
    """Upper end of n at a background slightly above one where it was ``near``."""
    grid = np.linspace(max(near - 0.4, 0.0), near + 0.6, 81)
    accepted = _accepted(grid, columns, background, cl)[:, n]
    last = len(grid) - 1 - int(np.argmax(accepted[::-1]))
    ends = grid[min(last + 1, len(grid) - 1)], grid[last]
    return float(_edge(np.array([ends[0]]), np.array([ends[1]]), np.array([n]), columns, background, cl)[0])


def _edge(outside: Array, inside: Array, rows: NDArray[np.intp], columns: int, background: float, cl: float) -> Array:
    """Bisect between a signal that rejects n = rows[i] and one that accepts it."""
    for _ in range(16):
        middle = 0.5 * (outside + inside)
        accepted = _accepted(middle, columns, background, cl)[np.arange(len(rows)), rows]
        outside, inside = np.where(accepted, outside, middle), np.where(accepted, middle, inside)
    return inside


def _accepted(signal: Array, columns: int, background: float, cl: float) -> NDArray[np.bool_]:
    """Whether n = 0 ... columns - 1 lies in the acceptance region of each signal, shape (len(signal), columns)."""
    n = np.arange(columns, dtype=float)
    mean = signal[:, None] + background
    best = np.maximum(n, background)
    with np.errstate(divide="ignore", invalid="ignore"):
        log_p = xlogy(n, mean) - mean - gammaln(n + 1.0)
        # n = b = 0 has likelihood 1 at its best fit; rounding makes equal ranks stable, so that n grows outwards
        rank = log_p - (xlogy(n, best) - best - gammaln(n + 1.0))
    order = np.argsort(-np.round(rank, 12), axis=1, kind="stable")
    probability = np.take_along_axis(np.exp(log_p), order, axis=1)
    before = np.cumsum(probability, axis=1) - probability
    accepted = np.zeros((len(mean), columns), dtype=bool)
    np.put_along_axis(accepted, order, before < cl - 1e-12, axis=1)
    return accepted
