"""Signal of a single count that is no multiple of itself: a stronger coupling also decays before it is seen."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import one_of, require
from darkfactory.statistics.exclusion import excluded

__all__ = ["SignalCurve"]

Array = NDArray[np.float64]
WEAKER = np.geomspace(1e-6, 0.5, 24)
"""Parts of the weakest coupling that was looked at, at which to look for fewer events than are allowed."""


@dataclass(frozen=True, eq=False)
class SignalCurve:
    """Expected events at one mass, as a function of a parameter x of the couplings.

    Attributes
    ----------
    events, branching_ratio : callable
        x, shape (N,) -> expected events; branching ratio, which rises with x.
    couplings : callable
        x -> couplings by name, powers of x.
    scan : ndarray
        x at which to look, rising.

    Examples
    --------
    >>> curve = SignalCurve(
    ...     lambda x: 100 * x**4 * np.exp(-(x**2)), lambda x: x**2, lambda x: {"epsilon": 1e-3 * x}, np.geomspace(0.1, 10, 41)
    ... )
    >>> curve.at("epsilon", 2e-4)  # events, branching ratio
    (0.15372631..., 0.04...)
    >>> curve.weak_branching_ratio([0.15372631026, -0.15372631026, 1e3]).round(9)
    array([ 0.04, -0.04,   inf])
    """

    events: Callable[[Array], Array]
    branching_ratio: Callable[[Array], Array]
    couplings: Callable[[Array], Mapping[str, Array]]
    scan: Array

    def at(self, name: str, value: float) -> tuple[float, float]:
        """Expected events, and branching ratio, at a coupling or branching ratio.

        Parameters
        ----------
        name : str
            ``branching_ratio``, or a coupling with its unit.
        value : float
            Its size, > 0.

        Raises
        ------
        InvalidInput
            For a name that is not there.
        """
        require(one_of("coupling", name, ("branching_ratio", *self.couplings(np.ones(1)))))
        x = np.array([self._of_ratio(value) if name == "branching_ratio" else float(self.x_of(name, value))])
        return float(self.found(x)[0]), float(self.branching_ratio(x)[0])

    def x_of(self, name: str, value: ArrayLike) -> Array:
        """Values of x at which a coupling has some values."""
        one, two = self.couplings(np.array([1.0, 2.0]))[name]
        return np.asarray((np.asarray(value, dtype=float) / one) ** (math.log(2) / math.log(two / one)))

    def weak_branching_ratio(self, events: ArrayLike) -> Array:
        """Branching ratio of the weakest coupling that gives as many events.

        Parameters
        ----------
        events : array_like
            Signal events of either sign, any shape; of a deficit it is that of the excess, with its sign.

        Returns
        -------
        ndarray
            Of that shape; inf where no coupling gives as many.
        """
        given = np.asarray(events, dtype=float)
        sizes, place = np.unique(np.abs(given), return_inverse=True)
        some = (sizes > 0) & np.isfinite(sizes)
        ratios = np.where(sizes > 0, np.inf, sizes)
        if some.any():
            wide, known = self._wide
            found = excluded(lambda x, rows: self.found(x), sizes[some], wide, np.tile(known, (int(some.sum()), 1)))
            x = found.upper_limit
            ratios[some] = np.where(np.isfinite(x), self.branching_ratio(np.where(np.isfinite(x), x, 1.0)), np.inf)
        return np.asarray(np.sign(given) * ratios[place].reshape(given.shape))

    def found(self, x: Array) -> Array:
        """Expected events at x, shape (N,); 0 where there is no such coupling."""
        return np.nan_to_num(self.events(x), posinf=0.0)

    @functools.cached_property
    def _wide(self) -> tuple[Array, Array]:
        """The scan with weaker couplings before it, and events there."""
        wide = np.concatenate([self.scan[0] * WEAKER, self.scan])
        return wide, self.found(wide)

    def _of_ratio(self, ratio: float) -> float:
        """The x of a branching ratio."""
        from scipy.optimize import brentq

        def excess(log_x: float) -> float:
            return math.log(max(float(self.branching_ratio(np.array([math.exp(log_x)]))[0]), 5e-324)) - math.log(ratio)

        low = high = math.log(self.scan[0])
        while excess(low) > 0:
            low -= 1.0
        while excess(high) < 0:
            high += 1.0
        return math.exp(brentq(excess, low - 1e-9, high + 1e-9, xtol=1e-14, rtol=1e-15))
