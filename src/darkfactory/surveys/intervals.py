"""Excluded and reachable intervals of a coupling: unions, what is left, and how much that is."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence

__all__ = ["Interval", "Intervals", "factor", "holds", "joined", "left"]

Interval = tuple[float, float]
"""Ends of an open interval, 0 and inf where it has none."""
Intervals = tuple[Interval, ...]


def joined(intervals: Iterable[Interval]) -> Intervals:
    """Union, rising.

    Examples
    --------
    >>> joined([(3.0, 4.0), (1.0, 2.0), (1.5, 3.0)])
    ((1.0, 4.0),)
    """
    found: list[Interval] = []
    for low, high in sorted(interval for interval in intervals if interval[0] < interval[1]):
        if found and low <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], high))
        else:
            found.append((low, high))
    return tuple(found)


def left(intervals: Iterable[Interval], gone: Iterable[Interval]) -> Intervals:
    """Parts of intervals that lie in none of some others.

    Examples
    --------
    >>> left([(1.0, 10.0)], [(0.0, 2.0), (3.0, 4.0)])
    ((2.0, 3.0), (4.0, 10.0))
    """
    found = joined(intervals)
    for a, b in joined(gone):
        found = tuple(
            part for low, high in found for part in ((low, min(high, a)), (max(low, b), high)) if part[0] < part[1]
        )
    return found


def holds(intervals: Iterable[Interval], value: float) -> bool:
    """Whether a value lies inside one of the intervals."""
    return any(low < value < high for low, high in intervals)


def factor(intervals: Sequence[Interval]) -> float:
    """Product of the ratios of their ends: by how much a coupling may change in them; inf if one has an end of 0 or inf.

    Examples
    --------
    >>> factor([(1.0, 10.0), (20.0, 40.0)])
    20.0
    """
    return math.prod(high / low if low > 0 else math.inf for low, high in intervals)
