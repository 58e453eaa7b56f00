r"""Several counting experiments as one: exact CLs of their joint likelihood ratio, for few events.

Outcomes :math:`(n_1, n_2, \dots)` are ordered by :math:`\sum_i \ln P(n_i | s_i + b_i) / P(n_i | b_i)`, and
:math:`CL_s = P(\le | s + b) / P(\le | b)` is summed over them. A single experiment is ordered by its count, so that its limit is
that of :mod:`darkfactory.statistics.counting`; identical ones are ordered by the sum of their counts, as one of their exposure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaln, logsumexp, ndtr

from darkfactory.errors import in_range, require
from darkfactory.statistics.counting import _SPREADS, POISSON_BELOW, poisson_quantile, poisson_upper_limit
from darkfactory.statistics.limits import BANDS, band_values, values_at, z_value

__all__ = ["JointCounts"]

Array = NDArray[np.float64]
TAIL = 1e-12
"""Probability of the counts on either side that are left out."""
MOST = 3_000
"""Outcomes that are kept apart; of more, neighbours in the order are added up to this part of all probability."""
SAME = 1e-9
"""Relative difference of two likelihood ratios that are one."""
EMPTY = 1e-12
"""Background of a window without any: events there then count more than anything else, but are ordered by their number."""
FAR = 1e3
"""Largest number that says how far a signal is beyond what is allowed."""


@dataclass(frozen=True, eq=False)
class JointCounts:
    """Counts in K windows with one coupling.

    Parts that would make the median limit worse (counts are discrete: a little more background may move the median by a whole
    event) are left out; which, the background alone says, not what was observed. From `POISSON_BELOW` effective background
    events on (under the signal, as `few_events` has it) the Gaussian form takes the place of all this.

    Parameters
    ----------
    background : array_like, shape (K,)
        Expected background events, >= 0.
    kappa : array_like, shape (K,)
        Their relative uncertainties, independent of each other; averaged over as in `counting_limit`.
    cl, method : float, str
        Confidence level and method of many events.

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    Examples
    --------
    >>> two = JointCounts([0.0, 0.0], [0.0, 0.0], 0.90, "cls")
    >>> np.round(two.excess([[1.151, 1.151], [1.152, 1.152]])[:, 2] - 1, 4)  # half of -ln(0.1) = 2.3026 each
    array([-0.0003,  0.0006])
    """

    background: ArrayLike
    kappa: ArrayLike
    cl: float
    method: str = "cls"

    def __post_init__(self) -> None:
        background, kappa = np.broadcast_arrays(np.atleast_1d(self.background), np.atleast_1d(self.kappa))
        require(in_range("background", background, 0.0, unit="events"), in_range("kappa", kappa, 0.0))
        z_value(self.cl, self.method)
        object.__setattr__(self, "background", background.astype(float))
        object.__setattr__(self, "kappa", kappa.astype(float))

    def few(self, signal: ArrayLike) -> bool:
        """Whether there are few background events under a ``signal``, shape (K,), so that they are counted exactly."""
        return self._few(np.asarray(signal, dtype=float), range(len(self._numbers[0])))

    def excess(self, signal: ArrayLike) -> Array:
        """How far signals are beyond what is allowed in the median experiment, and in its band.

        Parameters
        ----------
        signal : array_like, shape (N, K)
            Expected events in all windows at N couplings.

        Returns
        -------
        ndarray, shape (N, 5)
            Above 1 they are excluded if the background fluctuates by -2, -1, 0, +1, +2 standard deviations.
        """
        rows = np.asarray(signal, dtype=float)
        return np.array([self._expected(row, self._taken(row)) for row in rows]).reshape(len(rows), len(BANDS))

    def observed_excess(self, signal: ArrayLike, counts: ArrayLike) -> Array:
        """The same for observed ``counts``, shape (K,), integers: shape (N,); of one window that of `counting_observed`."""
        seen = np.asarray(counts, dtype=float)
        whole = bool(np.all(np.mod(seen, 1) == 0))
        require(
            in_range("observed counts", seen, 0.0, unit="events"),
            None if whole else "observed counts: allowed whole numbers where several counts are combined",
        )
        out = []
        for row in np.asarray(signal, dtype=float):
            taken = self._taken(row)
            if not taken:
                out.append(0.0)
                continue
            without = row[taken].sum() / float(poisson_upper_limit(seen[taken].sum(), 0.0, self.cl))
            gaussian = max(float(self._gaussian(row, taken, seen)), without)
            if not self._few(row, taken):
                out.append(gaussian)
                continue
            parts = [self._outcomes(row, k, seen[k]) for k in taken]
            at = sum(_ratio_at(*part[:2], seen[k]) for part, k in zip(parts, taken, strict=True))
            ratio, both, background, _ = _ordered([part[1:] for part in parts])
            place = min(int(np.searchsorted(ratio, at + SAME * (1 + abs(at)))), len(ratio)) - 1
            out.append(min(self._beyond(both[place] - background[place]), gaussian) if place >= 0 else 0.0)
        return np.array(out)

    @property
    def _numbers(self) -> tuple[Array, Array]:
        return self.background, self.kappa  # type: ignore[return-value]

    def _beyond(self, log_cls: float) -> float:
        return float(min(max(log_cls / np.log1p(-self.cl), 0.0), FAR))

    def _taken(self, signal: Array) -> list[int]:
        """Numbers of the windows that are used: the best, and all that better the median, in their order."""
        live = [int(k) for k in np.flatnonzero(signal > 0)]
        if len(live) < 2:
            return live
        median = len(BANDS) // 2
        alone = {k: self._expected(signal, [k])[median] for k in live}
        order = sorted(live, key=lambda k: -alone[k])
        found = [alone[order[0]], *(self._expected(signal, order[:n])[median] for n in range(2, len(order) + 1))]
        return order[: int(np.argmax(np.array(found))) + 1]

    def _expected(self, signal: Array, taken: Sequence[int]) -> Array:
        """Excess in the band, of some windows."""
        if not taken:
            return np.zeros(len(BANDS))
        gaussian = self._gaussian(signal, taken)
        if not self._few(signal, taken):
            return gaussian
        _, both, background, nominal = _ordered([self._outcomes(signal, k)[1:] for k in taken])
        levels = ndtr(np.array(BANDS, dtype=float))
        places = np.minimum(np.searchsorted(nominal, levels - 1e-12), len(nominal) - 1)
        exact = [self._beyond(both[place] - background[place]) for place in places]
        return np.asarray(np.minimum(exact, gaussian))

    def _gaussian(self, signal: Array, taken: Sequence[int], seen: Array | None = None) -> Array:
        """Excess of the Gaussian form, in the band or for counts that were ``seen``."""
        used, few = list(taken), self._few(signal, taken)
        s, (b, kappa) = signal[used], (numbers[used] for numbers in self._numbers)
        n, method = b if seen is None else seen[used], "cls" if few else self.method
        with np.errstate(divide="ignore", over="ignore"):
            # beside many events, a window without any says no more than exp(-s)
            share = np.minimum(s / (np.maximum(n, b) + (kappa * b) ** 2), np.inf if few else 2.0)
            size = np.sqrt(np.sum(s * share))
            allowed = band_values(self.cl, method)
            if seen is not None:
                moved = np.multiply(n - b, share, out=np.zeros_like(s), where=n != b).sum()
                allowed = values_at(moved / size if size > 0 else 0.0, self.cl, method)
            return np.asarray(np.minimum(size / allowed, FAR))

    def _few(self, signal: Array, taken: Sequence[int]) -> bool:
        used = [k for k in taken if signal[k] > 0]
        share = signal[used] / signal[used].sum()
        return bool(1.0 / np.sum(share**2 / (self._numbers[0][used] + share)) - 1.0 < POISSON_BELOW)

    def _outcomes(self, signal: Array, k: int, seen: float | None = None) -> tuple[Array, Array, Array, Array, Array]:
        """Counts of a window; their likelihood ratio, log probabilities with and without signal, nominal probability."""
        s, (b, kappa) = float(signal[k]), (float(numbers[k]) for numbers in self._numbers)
        wide = (1.0 + kappa) ** 4.0
        high = b * wide + min(s, 60.0 + 10.0 * np.sqrt(b * wide))
        low, top = float(poisson_quantile(TAIL, b / wide)), float(poisson_quantile(1 - TAIL, high))
        if seen is not None:
            low, top = (0.0 if seen <= low else low), max(top, seen)
        n = np.arange(low, top + 1)
        spread = np.zeros(1)
        if kappa > 0 and b > 0:
            spread = _SPREADS[1 if kappa * np.sqrt(b) <= _SPREADS[1][0] else 2][2]
        weight = -0.5 * spread**2
        weight = weight - logsumexp(weight)
        b = max(b, EMPTY)
        means = b * (1.0 + kappa) ** spread

        def log_probability(mean: Array) -> Array:
            terms = n[:, None] * np.log(mean) - mean - gammaln(n + 1.0)[:, None] + weight
            return np.asarray(logsumexp(terms, axis=1))

        both, background = log_probability(s + means), log_probability(means)
        nominal = np.exp(n * np.log(b) - b - gammaln(n + 1.0))
        return n, both - background, both, background, nominal


def _ratio_at(n: Array, ratio: Array, seen: float) -> float:
    return float(ratio[int(np.searchsorted(n, seen))])


def _ordered(parts: list[tuple[Array, ...]]) -> tuple[Array, Array, Array, Array]:
    """Joint outcomes in the order of their likelihood ratio, with cumulative probabilities (two of them as logarithms)."""
    ratio, both, background, nominal = parts[0]
    for more in parts[1:]:
        ratio, both, background = (
            np.add.outer(x, y).ravel() for x, y in zip((ratio, both, background), more[:3], strict=True)
        )
        nominal = np.multiply.outer(nominal, more[3]).ravel()
        ratio, both, background, nominal = _merged(ratio, both, background, nominal)
    ratio, both, background, nominal = _merged(ratio, both, background, nominal)
    return ratio, np.logaddexp.accumulate(both), np.logaddexp.accumulate(background), np.cumsum(nominal)


def _merged(ratio: Array, both: Array, background: Array, nominal: Array) -> tuple[Array, Array, Array, Array]:
    """Outcomes in their order, with equal ones added, and neighbours beyond :data:`MOST`; impossible ones are gone."""
    likely = np.maximum(np.maximum(both, background), np.log(np.maximum(nominal, 1e-300))) > np.log(TAIL) - 12
    order = np.flatnonzero(likely)[np.argsort(ratio[likely], kind="stable")]
    ratio, both, background, nominal = ratio[order], both[order], background[order], nominal[order]
    new = np.append(True, np.diff(ratio) > SAME * (1 + np.abs(ratio[1:])))
    starts = np.flatnonzero(new)
    if len(starts) > MOST:
        passed = np.cumsum(np.exp(both) + np.exp(background) + nominal)[starts]
        steps = np.floor(passed / passed[-1] * MOST)
        starts = starts[np.append(True, np.diff(steps) > 0)]
    ends = np.append(starts[1:], len(ratio)) - 1
    return (
        ratio[ends],
        np.logaddexp.reduceat(both, starts),
        np.logaddexp.reduceat(background, starts),
        np.add.reduceat(nominal, starts),
    )
