"""Excluded parts of the plane of mass and coupling, from the curves that publications draw round them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Region"]

Array = NDArray[np.float64]
Curves = tuple[Array, ...]


@dataclass(frozen=True, eq=False)
class Region:
    """What is excluded at each mass; curves are straight lines in the plane of the logarithms, and never extrapolated.

    Attributes
    ----------
    lower, upper : tuple of ndarray, shape (n, 2)
        Edges (mass, coupling) with rising masses, in pieces where masses between them have no limit. Excluded is what lies
        above a lower edge, and below an upper edge where there is one; without lower edges, all below an upper one.
    outlines : tuple of ndarray, shape (n, 2)
        Closed paths; excluded is what lies inside an odd number of them, so that islands and holes are paths too.
    """

    lower: Curves = ()
    upper: Curves = ()
    outlines: Curves = ()

    @property
    def _curves(self) -> Curves:
        return (*(self.lower or self.upper), *self.outlines)

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest mass [MeV] with a limit."""
        masses = np.concatenate([curve[:, 0] for curve in self._curves])
        return float(masses.min()), float(masses.max())

    def intervals(self, mass: float) -> Array:
        """Excluded couplings at a mass.

        Parameters
        ----------
        mass : float
            Mass [MeV].

        Returns
        -------
        ndarray, shape (k, 2)
            Rising pairs; inf above where no upper edge is published, 0 below where no lower one is; none off the masses of
            the region.

        Examples
        --------
        A square with a hole:

        >>> square, hole = (np.array([(1, a), (9, a), (9, b), (1, b)]) for a, b in ((1e-6, 1e-3), (1e-5, 1e-4)))
        >>> Region(outlines=(square, hole)).intervals(3.0)
        array([[1.e-06, 1.e-05],
               [1.e-04, 1.e-03]])
        """
        crossed = [_crossings(path, mass) for path in self.outlines]
        pairs = np.sort(np.concatenate([*crossed, np.empty(0)])).reshape(-1, 2)
        near = [value for curve in self.lower if (value := _at(curve, mass, max)) is not None]
        far = [value for curve in self.upper if (value := _at(curve, mass, min)) is not None]
        edge = [(value, min(far, default=np.inf)) for value in near] if self.lower else [(0.0, value) for value in far]
        found = [*map(tuple, pairs), *((low, high) for low, high in edge if low < high)]
        return np.array(sorted(found)).reshape(-1, 2)

    @property
    def strongest(self) -> float:
        """Smallest coupling that is excluded anywhere."""
        return float(min(curve[:, 1].min() for curve in self._curves))

    @property
    def weakest(self) -> float:
        """Largest coupling of the edges towards small couplings; of outlines, of what they enclose."""
        return float(max(curve[:, 1].max() for curve in self._curves))


def _at(curve: Array, mass: float, weaker: Any) -> float | None:
    """Value of an edge at a mass, None off it; where it is upright, the end that excludes less."""
    x, y = curve.T
    first, last = np.searchsorted(x, mass, "left"), np.searchsorted(x, mass, "right")
    if first < last:
        return float(weaker(y[first:last]))
    if first in (0, len(x)):
        return None
    return _between(curve[first - 1], curve[first], mass)


def _between(one: Array, other: Array, mass: float) -> float:
    part = np.log(mass / one[0]) / np.log(other[0] / one[0])
    return float(np.exp(np.log(one[1]) + part * np.log(other[1] / one[1])))


def _crossings(path: Array, mass: float) -> Array:
    """Couplings at which a closed path passes a mass: an even number, none where it only touches."""
    after = np.roll(path, -1, axis=0)
    before = np.less if mass == path[:, 0].max() else np.less_equal  # both ends of the masses belong to it
    passed = np.flatnonzero(before(path[:, 0], mass) != before(after[:, 0], mass))
    return np.array([_between(path[i], after[i], mass) for i in passed])
