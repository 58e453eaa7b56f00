"""Histograms of observables over streams of weighted events: memory does not grow with their number."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from darkfactory.processes.generator.run import Run

__all__ = ["Histogram", "histogram"]

Array = NDArray[np.float64]


class Histogram:
    """Sums of weights per bin, filled block by block.

    Parameters
    ----------
    edges : ndarray, shape (B + 1,)
        Bin edges, rising; the last bin holds its upper edge.
    """

    def __init__(self, edges: Array) -> None:
        self.edges = edges
        bins = len(edges) - 1
        self.total, self.squares = np.zeros(bins), np.zeros(bins)
        self._uniform = np.allclose(np.diff(edges), (edges[-1] - edges[0]) / bins, rtol=1e-9, atol=0)

    def fill(self, weight: Array, values: Array) -> None:
        """Add events of some weights (n,) with one value (n,) or several (n, k) each."""
        edges, bins = self.edges, len(self.total)
        values = np.asarray(values)
        found = values[:, None] if values.ndim == 1 else values
        found = np.where(found == edges[-1], np.nextafter(edges[-1], -np.inf), found)
        if self._uniform:
            place = np.floor((found - edges[0]) * (bins / (edges[-1] - edges[0]))).astype(np.int64)
        else:
            place = np.searchsorted(edges, found, side="right") - 1
        place = np.where((found >= edges[0]) & (found < edges[-1]), np.clip(place, 0, bins - 1), bins)
        place = np.sort(place, axis=1)
        for column in range(place.shape[1]):
            self.total += np.bincount(place[:, column], weights=weight, minlength=bins + 1)[:bins]
            # w^2 (2 k - 1) for the k-th entry of an event in a bin adds up to (k w)^2
            same = np.sum(place[:, : column + 1] == place[:, column : column + 1], axis=1)
            self.squares += np.bincount(place[:, column], weights=weight**2 * (2 * same - 1), minlength=bins + 1)[:bins]

    def mean(self, events: int) -> tuple[Array, Array]:
        """Sums per bin over the number of events tried, and their statistical errors."""
        mean = self.total / events
        return mean, np.sqrt(np.maximum(self.squares / events - mean**2, 0.0) / events)


def histogram(run: Run, observable: str, edges: Array, events: int, seed: int) -> tuple[Array, Array]:
    """Width per bin of an observable, and its statistical error [MeV].

    Parameters
    ----------
    run : Run
        Prepared process.
    observable : str
        Its name; one entry per track (or pair) where it has several values.
    edges : ndarray, shape (B + 1,)
        Bin edges, rising; the last bin holds its upper edge.
    events, seed : int
        Weighted events, and the seed.

    Returns
    -------
    values, errors : ndarray, shape (B,)
        Entries of one event in the same bin are counted as correlated.
    """
    made = Histogram(edges)
    for weight, values, *_ in run.weighted(events, seed, (observable,)):
        made.fill(weight, values[observable])
    return made.mean(events)
