"""Excluded couplings: every interval in which a signal exceeds the limit on its events, with both edges."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import in_range, require

__all__ = ["Exclusion", "excluded", "scanned"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
NOTHING = -700.0
"""Logarithm of signal over limit where there is no signal."""
MOST_STEPS = 100
"""Steps towards an edge at most; a dozen is usual."""
GOLDEN = 0.5 * (5**0.5 - 1)


@dataclass(frozen=True, eq=False)
class Exclusion:
    """Excluded intervals of a coupling at H hypotheses.

    Attributes
    ----------
    intervals : tuple of ndarray, shape (k, 2)
        Lower and upper edges, rising, one array per hypothesis; k = 0 where nothing is excluded. An edge that was not found
        within the couplings that were looked at is 0 below and inf above, never the end of that range.
    """

    intervals: tuple[Array, ...]

    @property
    def status(self) -> NDArray[np.str_]:
        """``none`` where nothing is excluded, ``unbracketed`` where an edge was not found, ``ok`` else."""
        words = ("ok", "unbracketed")
        return np.array(
            [words[int(bool(np.any((e == 0) | np.isinf(e))))] if len(e) else "none" for e in self.intervals]
        )

    @property
    def upper_limit(self) -> Array:
        """Smallest lower edge: the upper limit on a coupling. inf if nothing is excluded, 0 if all from 0 on is."""
        found = []
        for edges in self.intervals:
            lower = edges[edges[:, 0] > 0, 0]
            found.append(lower[0] if len(lower) else 0.0 if len(edges) else np.inf)
        return np.array(found)

    @property
    def lower_limit(self) -> Array:
        """Largest upper edge: the lower limit on a scale, above which all is allowed. 0 if nothing is excluded, inf if
        no upper edge was found.
        """
        return np.array([edges[-1, 1] if len(edges) else 0.0 for edges in self.intervals])


def excluded(
    signal: Callable[[Array, Rows], ArrayLike], limit: ArrayLike, couplings: ArrayLike, known: ArrayLike | None = None
) -> Exclusion:
    r"""All couplings at which the signal exceeds the limit, at all hypotheses.

    A scan in the logarithm of the coupling; between its points a maximum below the limit is followed up (two edges may lie
    close together there), and so is a minimum above it; then Chandrupatla's method for all edges together.

    Parameters
    ----------
    signal : callable
        (couplings, hypotheses), arrays of one shape (K,) -> expected events >= 0, shape (K,).
    limit : array_like, shape (H,)
        Allowed events, > 0; inf where nothing can be excluded.
    couplings : array_like, shape (N,)
        Where to look: rising, > 0, at least three. Of several structures between two of them one is found.
    known : array_like, shape (H, N), optional
        The signal there, if it was computed before.

    Returns
    -------
    Exclusion
        Edges to 1e-12 of their value (1e-8 where two edges meet).

    Raises
    ------
    InvalidInput
        If limits or couplings are outside their domain.

    Examples
    --------
    >>> decays_in_time = lambda x, rows: 100 * x**2 * np.exp(-(x**2))
    >>> found = excluded(decays_in_time, [3.0], np.geomspace(1e-3, 1e3, 61))
    >>> np.round(found.intervals[0], 6), found.status
    (array([[0.175906, 2.268145]]), array(['ok'], dtype='<U2'))
    """
    allowed = np.atleast_1d(np.asarray(limit, dtype=float))
    points = np.asarray(couplings, dtype=float)
    require(
        None
        if not np.isnan(allowed).any() and np.all(allowed > 0)
        else f"limit = {allowed.min():g}: must be > 0 events",
        in_range("couplings", points, 0.0, open_low=True),
        None
        if points.ndim == 1 and len(points) > 2 and np.all(np.diff(points) > 0)
        else "couplings: must rise, three at least",
    )

    def over(events: Any, limits: Array) -> Array:
        return np.asarray(np.log(np.maximum(np.asarray(events, dtype=float) / limits, np.exp(NOTHING))))

    def excess(u: Array, rows: Rows) -> Array:
        return over(signal(np.exp(u), rows), allowed[rows])

    u = np.log(points)
    values = over(scanned(signal, len(allowed), points) if known is None else known, allowed[:, None])
    more = _followed(excess, u, values)
    return Exclusion(_intervals(excess, u, values, more))


def scanned(signal: Callable[[Array, Rows], ArrayLike], hypotheses: int, couplings: ArrayLike) -> Array:
    """Signal of all hypotheses at all couplings of a scan, for limits that are asked for more than once.

    Parameters
    ----------
    signal : callable
        As of :func:`excluded`.
    hypotheses : int
        How many, H.
    couplings : array_like, shape (N,)
        Where.

    Returns
    -------
    ndarray, shape (H, N)
        Expected events.
    """
    u = np.log(np.asarray(couplings, dtype=float))
    every = np.repeat(np.arange(hypotheses), len(u))
    found = signal(np.exp(np.tile(u, hypotheses)), every)
    return np.asarray(found, dtype=float).reshape(hypotheses, len(u))


def _followed(excess: Callable[[Array, Rows], Array], u: Array, values: Array) -> list[list[tuple[float, float]]]:
    """Points (u, excess) between those of the scan on the other side of the limit, where an extremum reaches there."""
    found: list[list[tuple[float, float]]] = [[] for _ in values]
    for sign in (1.0, -1.0):
        f = sign * values
        left, right = f[:, 1:-1] - f[:, :-2], f[:, 1:-1] - f[:, 2:]
        peak = (f[:, 1:-1] < 0) & (left >= 0) & (right >= 0) & (np.maximum(left, right) > 1e-9)
        rows, middle = np.nonzero(peak)
        ends = np.stack([f[rows, middle], f[rows, middle + 2]])
        for h, (at, value) in zip(rows, _highest(excess, u[middle], u[middle + 2], ends, rows, sign), strict=True):
            if sign * value > 0:
                found[h].append((at, value))
    return found


def _highest(
    excess: Callable[[Array, Rows], Array], low: Array, high: Array, ends: Array, rows: Rows, sign: float
) -> list[tuple[float, float]]:
    """Highest (``sign`` 1) or lowest (-1) points (u, excess) in brackets, by golden sections until it is known whether one
    crosses 0; ``ends`` are the heights at both ends, (2, K).
    """
    if not len(rows):
        return []
    a, b = high - GOLDEN * (high - low), low + GOLDEN * (high - low)
    fa, fb = sign * excess(a, rows), sign * excess(b, rows)
    for _ in range(48):
        top = np.maximum(fa, fb)
        # a concave peak rises above the best of its points by less than twice what the lowest lies below it; a dip may be
        # as deep and narrow as interference makes it
        depth = top - np.minimum(np.minimum(fa, fb), ends.min(axis=0))
        if np.all((top > 0) | ((sign > 0) & (top + 2 * depth < 0))):
            break
        lower = fa >= fb  # the highest point lies below b
        low, high = np.where(lower, low, a), np.where(lower, b, high)
        ends = np.where(lower, [ends[0], fb], [fa, ends[1]])
        new = np.where(lower, high - GOLDEN * (high - low), low + GOLDEN * (high - low))
        value = sign * excess(new, rows)
        # a point that has crossed stays: it is the best so far
        a, b = np.where(lower, new, b), np.where(lower, a, new)
        fa, fb = np.where(lower, value, fb), np.where(lower, fa, value)
    best = fa >= fb
    return list(zip(np.where(best, a, b).tolist(), (sign * np.where(best, fa, fb)).tolist(), strict=True))


def _intervals(
    excess: Callable[[Array, Rows], Array], u: Array, values: Array, more: list[list[tuple[float, float]]]
) -> tuple[Array, ...]:
    """Edges at each hypothesis from the points of the scan and those that were added; all edges are found together."""
    starts: list[tuple[bool, bool]] = []
    low: list[tuple[float, float]] = []
    high: list[tuple[float, float]] = []
    rows: list[int] = []
    for h, (row, added) in enumerate(zip(values, more, strict=True)):
        place = np.concatenate([u, [at for at, _ in added]])
        height = np.concatenate([row, [value for _, value in added]])
        order = np.argsort(place, kind="stable")
        place, height = place[order], height[order]
        changes = np.flatnonzero((height[1:] > 0) != (height[:-1] > 0))
        starts.append((bool(height[0] > 0), bool(height[-1] > 0)))
        low += zip(place[changes], height[changes], strict=True)
        high += zip(place[changes + 1], height[changes + 1], strict=True)
        rows += [h] * len(changes)
    where = np.array(rows, dtype=np.intp)
    edges = np.exp(_roots(excess, np.array(low).reshape(-1, 2), np.array(high).reshape(-1, 2), where))
    found = []
    for h, (from_zero, to_infinity) in enumerate(starts):
        own = [0.0] * from_zero + edges[where == h].tolist() + [np.inf] * to_infinity
        found.append(np.array(own, dtype=float).reshape(-1, 2))
    return tuple(found)


def _roots(excess: Callable[[Array, Rows], Array], one: Array, other: Array, rows: Rows) -> Array:
    """Roots between points (u, excess) of opposite sign, (K, 2) each: Chandrupatla's method for all of them at once."""
    (a, fa), (b, fb) = one.T, other.T
    c, fc = a, fa
    t = np.full(len(rows), 0.5)
    for _ in range(MOST_STEPS):
        if not len(rows):
            break
        x = a + t * (b - a)
        fx = excess(x, rows)
        same = np.sign(fx) == np.sign(fa)
        c, fc = np.where(same, a, b), np.where(same, fa, fb)
        b, fb = np.where(same, b, a), np.where(same, fb, fa)
        a, fa = x, fx
        best = np.abs(fa) < np.abs(fb)
        tolerance = np.minimum(1e-13 / np.maximum(np.abs(b - a), 1e-300), 0.5)
        if np.all((fa == 0) | (tolerance >= 0.5)):
            break
        xi, phi = (a - b) / (c - b), (fa - fb) / (fc - fb)
        with np.errstate(divide="ignore", invalid="ignore"):
            step = fa / (fb - fa) * fc / (fb - fc) + (c - a) / (b - a) * fa / (fc - fa) * fb / (fc - fb)
        inverse = (phi**2 < xi) & ((1 - phi) ** 2 < 1 - xi) & np.isfinite(step)
        t = np.clip(np.where(inverse, step, 0.5), tolerance, 1 - tolerance)
        # what is found stays where it is
        t = np.where(fa == 0, 0.0, t)
    return np.where(best, a, b) if len(rows) else np.zeros(0)
