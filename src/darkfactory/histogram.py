"""Histograms as the packages of the field know them: the protocol PlottableHistogram of UHI.

A :class:`Histogram` is a view of a spectrum and not the spectrum itself: in the protocol ``values`` and ``kind`` mean a
method and ``COUNT``, in a result an array and ``spectrum``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.conversions import optional

__all__ = ["Histogram", "HistogramAxis"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Traits:
    """What kind of an axis it is: neither periodic nor of categories."""

    circular: bool = False
    discrete: bool = False


@dataclass(frozen=True, eq=False)
class HistogramAxis:
    """Bins of a histogram, a sequence of (low, high).

    Attributes
    ----------
    edges : ndarray, shape (B + 1,)
        Ends of the bins.
    name, unit : str
        The observable.
    """

    edges: Array
    name: str
    unit: str = "1"

    traits = Traits()

    @property
    def label(self) -> str:
        """Name and unit, for a plot."""
        return self.name if self.unit == "1" else f"{self.name} [{self.unit}]"

    def __getitem__(self, index: int) -> tuple[float, float]:
        number = range(len(self))[index]
        return float(self.edges[number]), float(self.edges[number + 1])

    def __len__(self) -> int:
        return len(self.edges) - 1

    def __iter__(self) -> Iterator[tuple[float, float]]:
        return (self[number] for number in range(len(self)))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, HistogramAxis) and list(self) == list(other)

    __hash__ = None  # type: ignore[assignment]


@dataclass(frozen=True, eq=False)
class Histogram:
    """A histogram that plotting packages take (``mplhep.histplot``, ``hist``).

    Attributes
    ----------
    axes : tuple of HistogramAxis
        One axis.
    content : ndarray, shape (B,)
        Values.
    errors : ndarray or None
        Their statistical errors; None where they were integrated, not counted.
    title : str
        What it shows.
    """

    axes: tuple[HistogramAxis, ...]
    content: Array
    errors: Array | None = None
    title: str = ""

    kind = "COUNT"

    def values(self) -> Array:
        """Value of each bin."""
        return self.content

    def variances(self) -> Array | None:
        """Squared statistical errors, or None."""
        return None if self.errors is None else self.errors**2

    def counts(self) -> Array | None:
        """Effective number of Monte Carlo events in each bin, or None."""
        if self.errors is None:
            return None
        variances = self.errors**2
        return np.divide(self.content**2, variances, out=np.zeros_like(self.content), where=variances > 0)

    def to_hist(self) -> Any:
        """Histogram of the package hist, with weights; errors that are none become 0."""
        hist = optional("hist", "hep", "to_hist")
        (axis,) = self.axes
        found = hist.Hist(hist.axis.Variable(axis.edges, name="x", label=axis.label), storage=hist.storage.Weight())
        found.view()["value"] = self.content
        found.view()["variance"] = 0.0 if self.errors is None else self.errors**2
        return found
