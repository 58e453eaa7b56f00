"""Minima of functions of a few bounded numbers, without derivatives: a coarse grid, then a finer search around its best point."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Interval", "Minimum", "bounded_minimum", "minimum", "within"]

Array = NDArray[np.float64]
POINTS = {1: 21, 2: 7, 3: 5}
"""Points of the coarse grid on each axis, by the number of axes."""
VALLEYS = 4
"""Valleys of a grid of several numbers, the lowest ones, that are searched."""
CLIFF = 3.0
"""Height above a valley from which on its walls are flat, as they are where a function is not finite."""
TOLERANCE = 1e-3
"""Of a coordinate, over the length of its interval."""
END = 1e-3
"""Distance from an end, over the length of the interval, at which a number counts as being there."""


@dataclass(frozen=True)
class Interval:
    """Allowed values of a number, evenly spaced in themselves or in their logarithm.

    Attributes
    ----------
    low, high : float
        Ends.
    log : bool
        Whether the coordinate is the logarithm.

    Examples
    --------
    >>> decades = Interval(1.0, 100.0, log=True)
    >>> decades.points(3).tolist(), decades.end(99.9)
    ([1.0, 10.0, 100.0], 'high')
    """

    low: float
    high: float
    log: bool = False

    def points(self, count: int) -> Array:
        """Points with both ends."""
        return np.geomspace(self.low, self.high, count) if self.log else np.linspace(self.low, self.high, count)

    def coordinate(self, value: float) -> float:
        """Place of a value, 0 at the low end and 1 at the high one."""
        if self.log:
            return math.log(value / self.low) / math.log(self.high / self.low)
        return (value - self.low) / (self.high - self.low)

    def value(self, coordinate: float) -> float:
        """Value at a place."""
        u = min(max(coordinate, 0.0), 1.0)
        if self.log:
            return float(min(max(self.low * (self.high / self.low) ** u, self.low), self.high))
        return self.low + u * (self.high - self.low)

    def end(self, value: float) -> str:
        """Which end a value is at: ``low``, ``high`` or none."""
        u = self.coordinate(value)
        return "low" if u < END else "high" if u > 1 - END else ""


@dataclass(frozen=True, eq=False)
class Minimum:
    """Where a function is smallest.

    Attributes
    ----------
    at : tuple of float
        Numbers there.
    value : float
        Function there; inf if it is nowhere finite.
    """

    at: tuple[float, ...]
    value: float


def bounded_minimum(
    function: Callable[[float], float], low: float, high: float, tolerance: float
) -> tuple[float, float]:
    """Place and value of the minimum of a function of one number in [low, high], by Brent's method.

    Parameters
    ----------
    function : callable
        With one minimum there.
    low, high : float
        Interval.
    tolerance : float
        Of the place.
    """
    from scipy.optimize import minimize_scalar

    found = minimize_scalar(function, bounds=(low, high), method="bounded", options={"xatol": tolerance})
    return float(found.x), float(found.fun)


def minimum(function: Callable[..., float], intervals: Sequence[Interval]) -> Minimum:
    """Smallest value of a function of some bounded numbers.

    A grid of :data:`POINTS`, whose points without a lower neighbour are its valleys. Of one number each of them is searched by
    Brent's method; of several the lowest :data:`VALLEYS` by quadratic models in a region of trust, and the best by a simplex.

    Parameters
    ----------
    function : callable
        Of as many numbers as there are intervals; inf where it is not allowed.
    intervals : sequence of Interval
        Where to look; without any the function is called once.

    Examples
    --------
    >>> found = minimum(lambda x, y: (x - 0.3) ** 2 + (math.log10(y) - 1.6) ** 2, [Interval(0, 1), Interval(1, 100, True)])
    >>> round(found.at[0], 2), round(math.log10(found.at[1]), 2)
    (0.3, 1.6)
    """
    if not intervals:
        return Minimum((), function())
    count, axes = POINTS.get(len(intervals), 3), range(len(intervals))
    ticks = [axis.points(count) for axis in intervals]
    places = list(itertools.product(range(count), repeat=len(intervals)))
    found = {place: Minimum(tuple(float(ticks[k][place[k]]) for k in axes), math.inf) for place in places}
    found = {place: Minimum(one.at, function(*one.at)) for place, one in found.items()}

    def lowest_around(place: tuple[int, ...]) -> bool:
        around = itertools.product(*(range(max(k - 1, 0), min(k + 2, count)) for k in place))
        # on a plain the first point is the lowest
        order = (found[place].value, place)
        return math.isfinite(order[0]) and all(order <= (found[other].value, other) for other in around)

    valleys = sorted((found[place] for place in places if lowest_around(place)), key=lambda one: one.value)
    step = 1 / (count - 1)
    searched = valleys if len(intervals) == 1 else valleys[:VALLEYS]
    refined = [_refined(function, intervals, one, step) for one in searched]
    best = min([*valleys, *refined], key=lambda one: one.value, default=found[places[0]])
    if len(intervals) > 1 and refined:  # whose quadratic models an edge of what is allowed may have bent
        best = min(best, _refined(function, intervals, best, step / 4, simplex=True), key=lambda one: one.value)
    return best


def _refined(
    function: Callable[..., float], intervals: Sequence[Interval], begin: Minimum, step: float, simplex: bool = False
) -> Minimum:
    """Minimum within a step of a place (of several numbers: from there on), in coordinates from 0 to 1."""
    place = np.array([axis.coordinate(x) for axis, x in zip(intervals, begin.at, strict=True)])
    lowest = [begin]

    def of_place(coordinates: Sequence[float] | Array) -> float:
        at = tuple(axis.value(float(u)) for axis, u in zip(intervals, coordinates, strict=True))
        value = function(*at)
        if value < lowest[0].value:
            lowest[0] = Minimum(at, value)
        return min(value, begin.value + CLIFF)

    if len(intervals) == 1:
        low, high = max(place[0] - step, 0.0), min(place[0] + step, 1.0)
        bounded_minimum(lambda u: of_place([u]), low, high, TOLERANCE)
        return lowest[0]
    from scipy.optimize import minimize

    options: Any = {"maxfev": 60 * len(place)}
    if simplex:
        inward = np.diag(np.where(place <= 0.5, step / 2, -step / 2))
        options |= {"initial_simplex": np.vstack([place, place + inward]), "xatol": TOLERANCE, "fatol": 1e-6}
    else:
        options |= {"initial_tr_radius": step / 2, "final_tr_radius": TOLERANCE}
    bounds: Any = [(0.0, 1.0)] * len(place)
    minimize(of_place, place, method="Nelder-Mead" if simplex else "COBYQA", bounds=bounds, options=options)
    return lowest[0]


def within(function: Callable[[float], float], interval: Interval, best: float, level: float) -> tuple[float, float]:
    """Ends of the range around a minimum in which a function of one number stays below a level.

    Parameters
    ----------
    function : callable
        Of the number.
    interval : Interval
        Where to look.
    best : float
        Where the function is below the level.
    level : float
        Level.

    Examples
    --------
    >>> low, high = within(lambda x: (x - 0.5) ** 2, Interval(0.0, 0.6), 0.5, 0.01)
    >>> round(low, 2), high
    (0.4, 0.6)
    """
    ends = []
    for end in (0.0, 1.0):
        inside, outside = interval.coordinate(best), end
        if abs(outside - inside) < TOLERANCE or function(interval.value(end)) <= level:
            ends.append(interval.value(end))
            continue
        for _ in range(20):
            if abs(outside - inside) < max(TOLERANCE, 0.05 * abs(inside - interval.coordinate(best))):
                break
            middle = (inside + outside) / 2
            if function(interval.value(middle)) <= level:
                inside = middle
            else:
                outside = middle
        ends.append(interval.value(inside))
    return ends[0], ends[1]
