"""Elasticities d ln(y) / d ln(p) by controlled differences, and how far a power law holds."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import DarkfactoryError, InvalidInput

__all__ = ["DEVIATION", "MOST", "Change", "Elasticity", "elasticity", "power_law_end"]

Array = NDArray[np.float64]
Change = Callable[[float], tuple[float, Array]]
"""What happens if a number is multiplied by a factor: change of its logarithm (a whole number does not follow every factor), and
of the logarithms of what depends on it. It raises a :class:`DarkfactoryError` where there is nothing."""

STEPS = (1e-2, 1e-3, 1e-1)
"""Relative shifts of a number, up and down. The second where both ways differ by more than :data:`STRAIGHT` of their mean; the
third where those of the second agree no better."""
STRAIGHT = 0.05
SMALL = 1e-3
"""Difference of both ways that is always small enough."""
DEVIATION = math.log(1.1)
"""Change of a logarithm at which a power law no longer holds."""
MOST = math.log(10.0)
"""Farthest that is looked for the end of a power law."""


@dataclass(frozen=True, eq=False)
class Elasticity:
    """Logarithmic derivatives of some quantities in one number.

    Attributes
    ----------
    value : ndarray, shape (Q,)
        Mean of a shift up and one down, or the one there is.
    error : ndarray, shape (Q,), or None
        Half the difference of both: curvature, noise of a sample, or a step. None where only one way is allowed.
    up, down : ndarray, shape (Q,), or None
        Of a shift up, and of one down.
    step : float
        Relative size of the shifts.
    smooth : bool
        Whether smaller shifts agree better: they do not where a sample or a number of events shows its grain.
    refused : str
        Why one of the two ways is not allowed.
    """

    value: Array
    error: Array | None
    up: Array | None
    down: Array | None
    step: float
    smooth: bool = True
    refused: str = ""

    @property
    def straight(self) -> bool:
        """Whether both ways agree, in the first quantity."""
        if self.error is None:
            return True
        return bool(self.error[0] <= max(STRAIGHT * abs(self.value[0]), SMALL / 2))


def elasticity(change: Change) -> Elasticity:
    """Logarithmic derivatives by differences up and down, with the step that both ways agree upon best.

    Parameters
    ----------
    change : callable
        See :data:`Change`; the first of its quantities chooses the step.

    Raises
    ------
    DarkfactoryError
        If neither way is allowed, or a factor of 1 changes something.

    Examples
    --------
    >>> found = elasticity(lambda factor: (math.log(factor), -0.5 * np.log([factor])))
    >>> round(float(found.value[0]), 12), found.step, found.smooth
    (-0.5, 0.01, True)
    """
    first = _both_ways(change, STEPS[0])
    if first.straight:
        return first
    if float(np.max(np.abs(change(1.0)[1]))) > SMALL * STEPS[0]:
        raise InvalidInput("given as it is it changes the limit: other numbers depend on who gives it")
    finer = _both_ways(change, STEPS[1])
    if first.error is not None and finer.error is not None:
        # of a smooth function both means differ by less than either way does; agreement by chance is none
        smooth = finer.error[0] < first.error[0] and abs(finer.value[0] - first.value[0]) <= first.error[0]
        if smooth:
            return finer
    best = min(first, _both_ways(change, STEPS[2]), key=lambda one: math.inf if one.error is None else one.error[0])
    return replace(best, smooth=False)


def _both_ways(change: Change, size: float) -> Elasticity:
    found: list[Array | None] = []
    refused = ""
    for step in (size, -size):
        try:
            x, y = change(1 + step)
            found.append(y / x)
        except DarkfactoryError as problem:
            refused = str(problem).splitlines()[0]
            found.append(None)
    allowed = [slope for slope in found if slope is not None]
    if not allowed:
        raise InvalidInput(refused)
    half = abs(allowed[0] - allowed[1]) / 2 if len(allowed) == 2 else None
    return Elasticity(np.mean(allowed, axis=0), half, found[0], found[1], size, refused=refused)


def power_law_end(change: Change, slope: float, sign: int, most: float = MOST) -> float:
    """Factor up to which the first quantity follows a power law to :data:`DEVIATION`.

    Parameters
    ----------
    change : callable
        See :data:`Change`; where nothing is, no power law holds.
    slope : float
        Exponent.
    sign : int
        1 for factors above 1, -1 for those below.
    most : float
        Logarithm of the largest factor to look at.

    Returns
    -------
    float
        Factor, good to some percent; that of ``most`` where the power law holds as far as was looked.

    Examples
    --------
    >>> bent = lambda factor: (math.log(factor), np.log([factor]) + 0.1 * np.log([factor]) ** 2)
    >>> round(math.log(power_law_end(bent, 1.0, 1)) / (DEVIATION / 0.1) ** 0.5, 1)
    1.0
    """
    low, high, x = 0.0, math.inf, min(math.log(2.0), most)
    for _ in range(6):
        try:
            moved, y = change(math.exp(sign * x))
            off = abs(float(y[0]) - slope * moved) / DEVIATION
        except DarkfactoryError:
            off = 4.0
        if off <= 1.0:
            low = x
        else:
            high = x
        if low >= most or 0.9 < off <= 1.0 or high - low < 0.05 * high:
            break
        # what is left of a smooth function goes with the square of the distance
        guess = x * min(max((0.95 / max(off, 1e-6)) ** 0.5, 0.2), 5.0)
        x = min(guess, most) if high == math.inf else guess if low < guess < high else (low + high) / 2
    return float(f"{math.exp(sign * min(low, most)):.6g}")
