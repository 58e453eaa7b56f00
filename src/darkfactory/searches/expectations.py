"""What a search with all masses at once expects: a binned likelihood, or events in one window as a function of a coupling."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.searches.base import Anew, Expectation, Limits, closed_notes, is_scale
from darkfactory.searches.bins import ONE_COUNT, Axis, Bins, ExpectedCounts, counted_once
from darkfactory.searches.data import counts_in
from darkfactory.searches.signal_curve import SignalCurve
from darkfactory.statistics.counting import counting_limit, counting_observed
from darkfactory.statistics.exclusion import excluded, scanned
from darkfactory.statistics.expected import expected_limit, few_observed
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import DISCOVERY
from darkfactory.statistics.look_elsewhere import (
    Upcrossings,
    correlations,
    count_in_window,
    rice,
    score_toys,
    steps,
    toy_upcrossings,
)
from darkfactory.statistics.observed import observed_limit

__all__ = ["Binned", "Counting", "binned_limits", "binned_observed"]

Array = NDArray[np.float64]
Rows = NDArray[np.intp]
LEAST_CORRELATION = {"gross-vitells": 0.3, "toys": 0.9}
"""Of neighbouring masses: between them, significances are followed in closed form, or must not cross a level twice."""
MOST_MASSES, TOYS = 20000, 2000
"""Masses of a scan at most; toys that are drawn."""
UNQUOTED = ("nonlinear", "degenerate", "not-converged")
"""Status of limits that are not shown."""


def binned_limits(model: BinnedModel, cl: float, method: str) -> dict[str, Any]:
    """Limits of a binned likelihood as fields of `Limits`.

    Parameters
    ----------
    model : BinnedModel
        One hypothesis per mass; its parameter of interest is the branching ratio.
    cl, method : float, str
        Confidence level and method, as for `statistics.expected_limit`.

    Returns
    -------
    dict
        ``branching_ratio``, ``band``, ``status``, ``poisson``, ``at_bound``, ``limited_by``, ``nuisances``, ``models``.
    """
    found = expected_limit(model, cl, method)
    unquoted = np.isin(found.status, UNQUOTED)
    ends = [", ".join(np.array(found.nuisances)[row]) if np.any(row) else "" for row in found.at_bound]
    return {
        "branching_ratio": np.where(unquoted, np.inf, found.limit),
        "band": np.where(unquoted[:, None], np.inf, found.band),
        "status": found.status.astype("<U20"),
        "poisson": found.poisson,
        "at_bound": np.where(np.isfinite(found.limit), ends, ""),
        "limited_by": found.limited_by,
        "nuisances": {nuisance.name: nuisance.prior for nuisance in model.nuisances},
        "models": model,
    }


def binned_observed(model: BinnedModel, data: Array, cl: float, method: str, few: NDArray[np.bool_]) -> Array:
    """Observed limits of a binned likelihood: exact Poisson CLs for few events, as expected ones are.

    Parameters
    ----------
    model : BinnedModel
        One hypothesis per mass.
    data : ndarray, shape (B,) or (H, B)
        Observed counts.
    cl, method : float, str
        Confidence level, and ``profile`` or ``cls``.
    few : ndarray of bool, shape (H,)
        Where there are few events (``poisson`` of the expected limits).

    Returns
    -------
    ndarray, shape (H,)
        On the parameter of interest; inf where none is quoted.
    """
    counts = np.broadcast_to(data, (len(few), model.n_bins))
    limit, many = np.full(len(few), np.inf), np.flatnonzero(~few)
    if many.size:
        found = observed_limit(model.select(many), counts[many], cl, method)
        limit[many] = np.where(np.isin(found.status, UNQUOTED), np.inf, found.limit)
    if few.any():
        limit[few] = few_observed(model.select(np.flatnonzero(few)), counts[few], cl)
    return limit


@dataclass(frozen=True, eq=False, kw_only=True)
class Binned(Expectation):
    """A binned likelihood with one hypothesis per mass; its parameter of interest is the branching ratio.

    Attributes
    ----------
    model : BinnedModel
        Signal of unit branching ratio, backgrounds and nuisances.
    signal_efficiency : ndarray, shape (H,)
        Fraction of the signal decays in the bins.
    window_signal, background : ndarray, shape (H,)
        Events in a counting window around the line: signal of unit branching ratio, all backgrounds.
    backgrounds : dict
        Background in that window by its source.
    couplings : callable
        Limits on the branching ratio, shape (H,) -> limits on couplings by name.
    bins : tuple of Bins
        Those of the model: one for all masses, or one for each.
    kappa : float, optional
        Relative error of the background if events are counted in the window, and not fitted; None fits.
    unquoted : dict
        Further masses without a limit: status -> whether, shape (H,).
    extra : dict
        Further arrays by name.
    """

    model: BinnedModel
    signal_efficiency: Array
    window_signal: Array
    background: Array
    backgrounds: Mapping[str, Array]
    couplings: Callable[[Array], Mapping[str, Array]]
    bins: tuple[Bins, ...]
    kappa: float | None = None
    unquoted: Mapping[str, NDArray[np.bool_]] = field(default_factory=dict)
    extra: Mapping[str, Array] = field(default_factory=dict)

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses; ``observed`` are counts in the bins of the model, (B,) or (H, B), or a file of them."""
        observed = counts_in(observed, lambda: self.counts, masses)
        found = binned_limits(self.model, cl, method) if self.kappa is None else self._counted(cl, method)
        limit = None if observed is None else self._observed(observed, cl, method, found["poisson"])
        for word, where in self.unquoted.items():
            found["status"][where], found["poisson"][where], found["at_bound"][where] = word, False, ""
            found["branching_ratio"][where], found["band"][where] = np.inf, np.inf
            if limit is not None:
                limit[where] = np.inf
        return Limits(
            **found,
            error=np.zeros(len(masses)),
            signal_efficiency=self.signal_efficiency,
            background=self.background,
            backgrounds=self.backgrounds,
            couplings=self.couplings(found["branching_ratio"]),
            observed=None if limit is None else {"branching_ratio": limit, **self.couplings(limit)},
            extra=self.extra,
            counts=lambda: self.counts,
        )

    def branching_ratios(self, coupling: str, value: float) -> Array:
        """Branching ratios at a coupling, shape (H,); 0 where closed. See :meth:`Expectation.branching_ratios`."""
        one, four = (self.couplings(np.full(self.model.n_hypotheses, size)) for size in (1.0, 4.0))
        require(one_of("coupling", coupling, ("branching_ratio", *one)))
        known = one[coupling] > 0
        unit, other = np.where(known, one[coupling], 1.0), np.where(known, four[coupling], 4.0)
        return np.where(known, (value / unit) ** (np.log(4.0) / np.log(other / unit)), 0.0)

    @functools.cached_property
    def counts(self) -> tuple[ExpectedCounts | None, ...]:
        """What is expected in the bins of each mass, closed ones too, without signal; nothing where they are not fitted."""
        if self.kappa is not None:
            return (None,) * self.model.n_hypotheses
        bins = self.bins * (self.model.n_hypotheses if len(self.bins) == 1 else 1)
        return tuple(ExpectedCounts(of_mass, self.model.select(h)) for h, of_mass in enumerate(bins))

    def upcrossings(self, masses: Array, found: Limits, how: str, anew: Anew, seed: int) -> Upcrossings:
        """From the correlations of the scores at neighbouring masses, with more masses in between where these are low."""
        quoted = np.isfinite(found.branching_ratio)
        masses, model = masses[quoted], self.model.select(quoted) if quoted.any() else self.model
        while np.any(far := (correlation := correlations(model)) < LEAST_CORRELATION[how]):
            between = masses[:-1][far] + np.outer([0.25, 0.5, 0.75], np.diff(masses)[far])
            masses = np.sort(np.concatenate([masses, between.ravel()]))
            require(
                None
                if len(masses) <= MOST_MASSES
                else f"look-elsewhere: the lines are so narrow that more than {MOST_MASSES} masses are different tests; scan less"
            )
            again = anew(masses)
            assert isinstance(again, Binned)
            model = again.model
        if how == "toys":
            return toy_upcrossings(score_toys(model, TOYS, seed))
        return rice(float(steps(correlation).sum()))

    def _counted(self, cl: float, method: str) -> dict[str, Any]:
        """Limits of counting in the window; nuisances are not fitted."""
        kappa = self.kappa or 0.0
        counted = counting_limit(self.background, cl, method, kappa=kappa)
        seen = self.window_signal > 0
        band = np.where(seen[:, None], counted.band / np.where(seen, self.window_signal, 1.0)[:, None], np.inf)
        # signal in bins that are not in the window leaves a mass open, without a limit
        about = _about_counting(seen | ~self.model.closed, counted.poisson, self.background, kappa)
        return {"branching_ratio": band[:, 2].copy(), "band": band, "models": self.model} | about

    def _observed(self, counts: Any, cl: float, method: str, few: NDArray[np.bool_]) -> Array:
        """Observed limit on the branching ratio, shape (H,); exact Poisson CLs for few events, as expected ones are."""
        require(one_of("method of a limit from observed counts", method, ("profile", "cls")))
        if self.kappa is not None:
            raise InvalidInput(
                "search.analysis = counting: observed counts are those of bins; take search.analysis=binned"
            )
        shape, bins = np.shape(counts), self.model.n_bins
        require(
            None
            if shape in ((bins,), (self.model.n_hypotheses, bins))
            else f"observed counts have shape {shape}: allowed ({bins},), or one row of {bins} for each of the "
            f"{self.model.n_hypotheses} masses; --template FILE lists the bins"
        )
        return binned_observed(self.model, np.asarray(counts, dtype=float), cl, method, few)


@dataclass(frozen=True, eq=False, kw_only=True)
class Counting(Expectation):
    """Events in one window: backgrounds by name, and the signal as a function of the coupling.

    Attributes
    ----------
    signal, branching_ratio : callable
        (couplings, numbers of the masses), arrays of one shape -> expected events; branching ratio.
    backgrounds : dict
        Expected events by source, shape (H,).
    is_open : ndarray of bool, shape (H,)
        Whether the decay is allowed.
    signal_efficiency : ndarray, shape (H,)
        Fraction of the signal decays that is counted.
    coupling : str
        Name with its unit; ``..._gev`` is a scale, whose limit is the largest edge.
    scan : ndarray, shape (N,)
        Couplings at which to look, rising; edges beyond are not bracketed.
    kappa : float
        Relative error of the background.
    half_width : float
        That of the window [MeV], which goes with the mass; inf if all masses count the same events.
    observable : str
        What the window is of, as the mass in MeV; empty if there is none.
    reported : callable, optional
        Values of what is scanned -> couplings by name; by default it is the coupling itself.
    """

    signal: Callable[[Array, Rows], Array]
    branching_ratio: Callable[[Array, Rows], Array]
    backgrounds: Mapping[str, Array]
    is_open: NDArray[np.bool_]
    signal_efficiency: Array
    coupling: str
    scan: Array
    kappa: float = 0.0
    half_width: float = math.inf
    observable: str = ""
    reported: Callable[[Array], Mapping[str, Array]] | None = None

    def upcrossings(self, masses: Array, found: Limits, how: str, anew: Anew, seed: int) -> Upcrossings:
        """Of the count in a window that slides over the masses, in closed form."""
        require(one_of("look-elsewhere of a counting search", how, ("none", "gross-vitells")))
        rows = np.flatnonzero(self.is_open)
        return count_in_window(masses[rows], found.background[rows], self.half_width, self.kappa)

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses; ``observed`` are counts in the window, one number or shape (H,), or a file of them."""
        # nobody counts where there is no signal to look for
        backgrounds = {name: np.where(self.is_open, events, 0.0) for name, events in self.backgrounds.items()}
        background = np.asarray(sum(backgrounds.values(), np.zeros(len(masses))))
        counted = counting_limit(background, cl, method, kappa=self.kappa)
        levels = counted.band.shape[1]
        if method == DISCOVERY:  # without a band
            found = [self._at(counted.events)] * levels
        else:
            found = [self._at(counted.band[:, level]) for level in range(levels)]
        intervals, x, limit = found[levels // 2]
        # an edge that the scan does not reach, on the side of weak coupling, is no limit
        unreached = np.array([len(edges) > 0 for edges in intervals]) & ~np.isfinite(limit)
        about = _about_counting(self.is_open, counted.poisson, background, self.kappa)
        about["status"][unreached] = "unbracketed" if is_scale(self.coupling) else "excluded-by-fixed"

        def expected() -> tuple[ExpectedCounts | None, ...]:
            return self._expected(masses, x, limit, background)

        observed = counts_in(observed, expected, masses)
        return Limits(
            **about,
            branching_ratio=limit,
            band=np.stack([at_level for _, _, at_level in found], axis=1),
            error=np.zeros(len(masses)),
            signal_efficiency=np.where(self.is_open, self.signal_efficiency, 0.0),
            background=background,
            backgrounds=backgrounds,
            couplings={self.coupling: x},
            excluded={self.coupling: intervals},
            observed=None if observed is None else self._observed(observed, background, cl),
            counts=expected,
            notes=closed_notes(masses[~self.is_open]),
        )

    def _expected(self, masses: Array, x: Array, limit: Array, background: Array) -> tuple[ExpectedCounts | None, ...]:
        """The count of each open mass; its signal of unit branching ratio is that at the limit x."""
        rows = np.flatnonzero((x > 0) & np.isfinite(x))
        signal = np.zeros(len(x))
        signal[rows] = self.signal(x[rows], rows) / limit[rows]
        windows = [ONE_COUNT] * len(x)
        if self.observable:
            ends = np.stack([masses - self.half_width, masses + self.half_width], axis=1)
            windows = [Bins((Axis.of_edges(self.observable, "MeV", pair),)) for pair in ends]
        return tuple(
            replace(
                counted_once(signal[h], background[h], self.kappa, windows[h]), curve=self.curve(h, float(masses[h]))
            )
            if self.is_open[h]
            else None
            for h in range(len(x))
        )

    def curve(self, h: int, mass: float) -> SignalCurve | None:
        """See :meth:`Expectation.curve`."""

        def at(call: Callable[[Array, Rows], Array]) -> Callable[[Array], Array]:
            return lambda x: call(x, np.full(len(x), h, dtype=np.intp))

        reported = self.reported or (lambda x: {self.coupling: x})
        return SignalCurve(at(self.signal), at(self.branching_ratio), reported, self.scan)

    @functools.cached_property
    def _scanned(self) -> Array:
        """Signal along the scan (H, N), the same for every number of allowed events."""
        return scanned(self.signal, len(self.is_open), self.scan)

    def _at(self, events: Array) -> tuple[tuple[Array, ...], Array, Array]:
        """Excluded intervals, limits on the coupling and on the branching ratio (inf if none) for allowed events (H,)."""
        found = excluded(self.signal, np.where(self.is_open, events, np.inf), self.scan, self._scanned)
        scale = is_scale(self.coupling)
        x = found.lower_limit if scale else found.upper_limit
        limit, rows = np.full(len(x), np.inf), np.flatnonzero((x > 0) & np.isfinite(x))
        limit[rows] = self.branching_ratio(x[rows], rows)
        return found.intervals, np.where(np.isfinite(x), x, 0.0) if scale else x, limit

    def _observed(self, counts: Any, background: Array, cl: float) -> Mapping[str, Array]:
        # of a file there is one count for each mass, none at closed ones
        n = np.array([np.sum(row) for row in counts]) if isinstance(counts, list) else np.asarray(counts, dtype=float)
        require(
            None
            if n.shape in ((), background.shape)
            else f"observed counts have shape {n.shape}: allowed one number, or one of each of the {len(background)} masses"
        )
        _, x, limit = self._at(counting_observed(n, background, cl, self.kappa))
        return {"branching_ratio": limit, self.coupling: x}


def _about_counting(
    is_open: NDArray[np.bool_], few: NDArray[np.bool_], background: Array, kappa: float
) -> dict[str, Any]:
    """Fields of `Limits` that say how events were counted, shape (H,) each."""
    return {
        "status": np.where(is_open, "ok", "closed").astype("<U20"),
        "poisson": few & is_open,
        "at_bound": np.full(len(is_open), "", dtype="<U1"),
        "limited_by": np.where(kappa**2 * background > 1, "background systematic", "statistics"),
        "nuisances": {},
    }
