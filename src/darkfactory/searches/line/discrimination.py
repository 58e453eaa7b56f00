"""What variables beside the mass gain: event samples of signal and background on a slice, counted, cut, binned, or by likelihood.

The gain R divides the limit on signal events: with signal s and background b per event (both with the weight of the
slice), R^2 = sum over bins of S_k^2/b_k times b / S^2. Bins of one event are the likelihood ratio, the upper bound.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from darkfactory.processes.muon_decay.slices import PARTS

__all__ = ["Counts", "SplitCounts", "by_bins", "by_cut", "by_likelihood", "by_total", "information", "jackknife_error"]

Array = NDArray[np.float64]
CUT_BINS = 400
"""Steps of the scan for the best cut."""


@dataclass(frozen=True, eq=False)
class Counts:
    """Signal, background and gain, of the whole sample and with each subsample left out.

    Attributes
    ----------
    signal, background : ndarray, shape (1 + PARTS,)
        Accepted signal rate, and background per unit of the mass variable.
    gain : ndarray, shape (1 + PARTS,)
        R >= 1 up to fluctuations.
    signal_bins, background_bins : ndarray, shape (K,)
        The whole sample by bins; one bin where there are none, the events kept by a cut; empty for the likelihood ratio.
    cut : float, optional
        Position of the cut, where there is one.
    """

    signal: Array
    background: Array
    gain: Array
    signal_bins: Array
    background_bins: Array
    cut: float | None = None

    @staticmethod
    def fields() -> tuple[str, ...]:
        """Names of the arrays."""
        return ("signal", "background", "gain", "signal_bins", "background_bins", "cut")

    def arrays(self) -> dict[str, Array]:
        """Everything as arrays by name, to be stored; no cut is an empty one."""
        found = {name: getattr(self, name) for name in self.fields()[:-1]}
        return found | {"cut": np.array([] if self.cut is None else [self.cut])}

    @classmethod
    def from_arrays(cls, arrays: Mapping[str, Array]) -> Counts:
        """Inverse of :meth:`arrays`."""
        cut = float(arrays["cut"][0]) if len(arrays["cut"]) else None
        found = {name: arrays[name] for name in cls.fields()[:-1]}
        return cls(**found, cut=cut)

    def scaled(self, factor: float) -> Counts:
        """The same with another size of the signal."""
        return replace(self, signal=factor * self.signal, signal_bins=factor * self.signal_bins)


def _left_out(per_part: Array) -> Array:
    """Totals (1 + PARTS, ...) from sums per part (PARTS, ...): all, and each part left out, scaled to all."""
    whole = per_part.sum(axis=0)
    return np.concatenate([whole[None], (whole - per_part) * (PARTS / (PARTS - 1))])


def _per_part(values: Array, part: NDArray[np.int64], bins: NDArray[np.int64] | None = None, count: int = 1) -> Array:
    """Sums of values per part and bin, (PARTS, count)."""
    index = part if bins is None else part * count + bins
    return np.asarray(np.bincount(index, weights=values, minlength=PARTS * count), dtype=float).reshape(PARTS, count)


def by_total(signal: Array, background: Array, part: NDArray[np.int64]) -> Counts:
    """Counting alone: no gain.

    Parameters
    ----------
    signal, background : ndarray, shape (n,)
        Signal and background of each event.
    part : ndarray of int, shape (n,)
        Its subsample.
    """
    S, b = (_left_out(_per_part(values, part)[:, 0]) for values in (signal, background))
    return Counts(S, b, np.ones(len(S)), S[:1], b[:1])


def information(signal: Array, background: Array) -> Array:
    """Information s^2/b of bins or events.

    Parameters
    ----------
    signal, background : ndarray
        Of each bin or event, of the same shape.

    Returns
    -------
    ndarray
        0 where there is no background: such a bin is left out.
    """
    used = background > 0
    return np.where(used, signal**2 / np.where(used, background, 1.0), 0.0)


def _gain(signal: Array, background: Array) -> Array:
    """R from sums per bin (..., K)."""
    total = signal.sum(axis=-1)
    square = (
        information(signal, background).sum(axis=-1) * background.sum(axis=-1) / np.where(total != 0, total, 1.0) ** 2
    )
    return np.asarray(np.sqrt(np.where(total != 0, square, 1.0)))


def by_bins(signal: Array, background: Array, part: NDArray[np.int64], bins: NDArray[np.int64], count: int) -> Counts:
    """Counts in bins of further variables.

    Parameters
    ----------
    signal, background : ndarray, shape (n,)
        Signal and background of each event.
    part, bins : ndarray of int, shape (n,)
        Its subsample and its bin.
    count : int
        Number of bins.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> c, part = rng.random(160000), np.arange(160000) % PARTS
    >>> found = by_bins(c, np.ones(160000), part, (c * 50).astype(int), 50)
    >>> abs(found.gain[0] / np.sqrt(4 / 3) - 1) < 0.01  # sqrt(<s^2>) / <s> of s ~ c over a flat background
    np.True_
    """
    S, b = (_left_out(_per_part(values, part, bins, count)) for values in (signal, background))
    return Counts(S.sum(axis=1), b.sum(axis=1), _gain(S, b), S[0], b[0])


def by_cut(
    signal: Array, background: Array, part: NDArray[np.int64], variable: Array, cut: float | None = None
) -> Counts:
    """Counts below a cut on one variable in [-1, 1]; the best cut if none is given.

    Parameters
    ----------
    signal, background : ndarray, shape (n,)
        Signal and background of each event.
    part : ndarray of int, shape (n,)
        Its subsample.
    variable : ndarray, shape (n,)
        What is cut on.
    cut : float, optional
        Events below are kept.
    """
    bins = np.clip(((variable + 1) / 2 * CUT_BINS).astype(np.int64), 0, CUT_BINS - 1)
    S, b = (_left_out(_per_part(values, part, bins, CUT_BINS)) for values in (signal, background))
    kept_S, kept_b = np.cumsum(S, axis=1), np.cumsum(b, axis=1)
    total_S, total_b = kept_S[:, -1:], kept_b[:, -1:]
    used = kept_b > 1e-4 * total_b
    ratio = kept_S / np.where(total_S != 0, total_S, 1.0) * np.sqrt(total_b / np.where(used, kept_b, 1.0))
    gains = np.where(used, ratio, 0.0)
    best = (
        int(np.argmax(gains[0])) if cut is None else int(np.clip(round((cut + 1) / 2 * CUT_BINS) - 1, 0, CUT_BINS - 1))
    )
    kept = kept_S[0, best : best + 1], kept_b[0, best : best + 1]
    return Counts(total_S[:, 0], total_b[:, 0], gains[:, best], *kept, (best + 1) / CUT_BINS * 2 - 1)


def by_likelihood(signal: Array, background: Array, part: NDArray[np.int64]) -> Counts:
    """Likelihood ratio of every event: the bound on any analysis of the visible momenta.

    Parameters
    ----------
    signal, background : ndarray, shape (n,)
        Signal and background of each event.
    part : ndarray of int, shape (n,)
        Its subsample.
    """
    samples = (information(signal, background), signal, background)
    info, S, b = (_left_out(_per_part(values, part)[:, 0]) for values in samples)
    return Counts(S, b, np.sqrt(info * b / np.where(S != 0, S, 1.0) ** 2), np.zeros(0), np.zeros(0))


@dataclass(frozen=True, eq=False)
class SplitCounts:
    """Counts whose signal is kept apart by a further variable on which an efficiency of the signal depends.

    Attributes
    ----------
    counts : Counts
        All of the signal.
    signal : ndarray, shape (V, K)
        Signal by bins of that variable, and by those of the counts; two columns, kept and dropped, for a cut.
    information : ndarray, shape (V,)
        Sum of s^2/b for the likelihood ratio; empty else.
    """

    counts: Counts
    signal: Array
    information: Array

    def weighted(self, weight: Array) -> Counts:
        """Counts of the signal with an efficiency for each bin of the variable, shape (V,).

        Errors keep their relative size; a cut stays where it is.
        """
        c, S = self.counts, weight @ self.signal
        total = float(S.sum())
        if not total > 0:
            return c.scaled(0.0)
        bins = c.signal_bins
        if len(self.information):
            gain = float(np.sqrt(weight**2 @ self.information * c.background[0])) / total
        elif c.cut is not None:
            bins = S[:1]
            gain = float(S[0] / total * np.sqrt(c.background[0] / c.background_bins[0]))
        else:
            bins, gain = S, float(_gain(S, c.background_bins))
        return Counts(
            c.signal * (total / c.signal[0]), c.background, c.gain * (gain / c.gain[0]), bins, c.background_bins, c.cut
        )


def jackknife_error(values: Array) -> float:
    """Statistical error of a result from its values with each subsample left out.

    Parameters
    ----------
    values : ndarray, shape (PARTS,)
        Result with each part left out.
    """
    return float(np.sqrt((PARTS - 1) * np.var(values)))
