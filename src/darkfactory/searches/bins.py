"""Bins of a search: what is counted where, with units and in which order, and what is expected there.

The bins of several axes are flattened with the last axis, that of the line, fastest (C order); those in which nothing is
expected may be left out.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.searches.signal_curve import SignalCurve
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.systematics import Norm, Nuisance

__all__ = ["ONE_COUNT", "Axis", "Bins", "ExpectedCounts", "counted_once", "shared_bins"]

Array = NDArray[np.float64]
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Axis:
    """One observable and its bins: intervals of a number, or words.

    Attributes
    ----------
    name, unit : str
        The observable; unit ``1`` for pure numbers.
    intervals : ndarray, shape (B, 2)
        Lower and upper ends, rising; they need not touch. Empty for words.
    labels : tuple of str
        Words; empty for numbers.
    """

    name: str
    unit: str = "1"
    intervals: Array = field(default_factory=lambda: np.zeros((0, 2)))
    labels: tuple[str, ...] = ()

    @classmethod
    def of_edges(cls, name: str, unit: str, edges: ArrayLike) -> Axis:
        """Axis of bins that touch, from their B + 1 edges."""
        rising = np.asarray(edges, dtype=float)
        return cls(name, unit, np.stack([rising[:-1], rising[1:]], axis=1))

    def __len__(self) -> int:
        return len(self.labels) or len(self.intervals)

    @property
    def edges(self) -> Array | None:
        """The B + 1 edges of bins that touch; None for words and for bins with gaps."""
        if self.labels or np.any(self.intervals[1:, 0] != self.intervals[:-1, 1]):
            return None
        return np.append(self.intervals[:, 0], self.intervals[-1, 1])

    @property
    def headings(self) -> tuple[str, ...]:
        """Columns of a table that say the bin, with the unit in brackets where there is one."""
        if self.labels:
            return (self.name,)
        unit = "" if self.unit == "1" else f" [{self.unit}]"
        return f"{self.name}_low{unit}", f"{self.name}_high{unit}"

    @property
    def label(self) -> str:
        """Name and unit, for a drawing and for other packages."""
        return self.name if self.unit == "1" else f"{self.name} [{self.unit}]"

    def words(self) -> list[str]:
        """Every bin in words."""
        return list(self.labels) or [f"{low:.8g} to {high:.8g}" for low, high in self.intervals]


@dataclass(frozen=True, eq=False)
class Bins:
    """Bins of several axes; without any axis a single count.

    Attributes
    ----------
    axes : tuple of Axis
        The last one is fastest; by convention that along which a line stands.
    kept : ndarray of bool, optional
        Which of all combinations there are, flattened; all by default.
    """

    axes: tuple[Axis, ...] = ()
    kept: NDArray[np.bool_] | None = None

    @property
    def shape(self) -> tuple[int, ...]:
        """Bins of each axis."""
        return tuple(len(axis) for axis in self.axes)

    def __len__(self) -> int:
        return len(self.numbers)

    @functools.cached_property
    def numbers(self) -> Places:
        """Place of each bin among all combinations of the axes, flattened."""
        every = np.arange(int(np.prod(self.shape, dtype=int)))
        return every if self.kept is None else every[self.kept]

    @functools.cached_property
    def places(self) -> tuple[Places, ...]:
        """Bin of each axis, shape (B,) each."""
        return tuple(np.unravel_index(self.numbers, self.shape)) if self.axes else ()

    def columns(self) -> dict[str, list[Any]]:
        """The bins as columns of a table, by heading."""
        found: dict[str, list[Any]] = {}
        for axis, place in zip(self.axes, self.places, strict=True):
            if axis.labels:
                found[axis.name] = [axis.labels[k] for k in place]
            else:
                found |= zip(axis.headings, axis.intervals[place].T.tolist(), strict=True)
        return found

    def full(self, values: ArrayLike) -> Array:
        """Values of the bins, shape (B,), on the grid of all axes; 0 in those that are left out."""
        grid = np.zeros(int(np.prod(self.shape, dtype=int)))
        grid[self.numbers] = values
        return grid.reshape(self.shape)

    def along_line(self, values: ArrayLike) -> Array:
        """Values of the bins, shape (B,), summed over all axes but the last one."""
        grid = self.full(values)
        return np.asarray(grid.sum(axis=tuple(range(grid.ndim - 1))))


ONE_COUNT = Bins()
"""A single count without any observable."""


@dataclass(frozen=True, eq=False)
class ExpectedCounts:
    """What a search expects in its bins at one mass.

    Attributes
    ----------
    bins : Bins
        Where.
    model : BinnedModel
        One hypothesis; its parameter of interest is the branching ratio.
    at_limit : bool
        Whether its signal at the expected limit is what the search counts there.
    curve : SignalCurve, optional
        Of a single count whose signal is no multiple of itself: the model has the signal of one coupling.
    """

    bins: Bins
    model: BinnedModel
    at_limit: bool = True
    curve: SignalCurve | None = None

    @property
    def signal(self) -> Array:
        """Signal per unit of the branching ratio, shape (B,)."""
        return np.asarray(self.model._signal[0])

    @property
    def background(self) -> Array:
        """Background at nominal nuisances, shape (B,)."""
        return np.asarray(self.model.background[0])

    def branching_ratio(self, size: ArrayLike) -> Array:
        """Branching ratios of sizes of the signal in the model; inf where no coupling gives as many events."""
        if self.curve is None:
            return np.asarray(size, dtype=float)
        return self.curve.weak_branching_ratio(np.asarray(size) * self.signal[0])


def counted_once(
    signal: float | Array, background: float, kappa: float = 0.0, bins: Bins = ONE_COUNT
) -> ExpectedCounts:
    """What is expected of a single count.

    Parameters
    ----------
    signal : float or ndarray, shape (H,)
        Events of unit branching ratio, one hypothesis each.
    background : float
        Events.
    kappa : float
        Relative error of the background: a Gaussian one of its size, as :func:`~darkfactory.statistics.counting_limit` has it.
    bins : Bins
        Of one bin, e.g. the window; by default it has no axis.
    """
    nuisances = (Nuisance("background", kappa, lower=-0.99),) if kappa > 0 and background > 0 else ()
    basis = Norm("background") if nuisances else None
    return ExpectedCounts(bins, BinnedModel(np.atleast_1d(signal)[:, None], [[background]], basis, nuisances))


def shared_bins(expected: Sequence[ExpectedCounts | None]) -> Bins | None:
    """Bins that all masses have in common; None if they differ or there are none."""
    known = [one.bins for one in expected if one is not None]
    return known[0] if known and all(bins is known[0] for bins in known) else None
