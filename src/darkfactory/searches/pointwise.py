"""What a search expects one mass at a time: points, and how they become the limits of all masses."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.numerics.parallel import ordered
from darkfactory.searches.base import Anew, Expectation, Limits, closed_notes, intervals_by_coupling, listed
from darkfactory.searches.bins import ONE_COUNT, Bins, ExpectedCounts, shared_bins
from darkfactory.searches.data import counts_in
from darkfactory.searches.signal_curve import SignalCurve
from darkfactory.statistics.look_elsewhere import Upcrossings, line_length, rice

__all__ = ["Point", "Pointwise"]

Array = NDArray[np.float64]
OPTIMISTIC = 1e-4
"""Limit over background below which the smooth shape would have to be known implausibly well."""


@dataclass(frozen=True, eq=False)
class Point:
    """Result at one mass.

    Attributes
    ----------
    status : str
        ``ok``, ``closed``, ``no-acceptance``, ``degenerate`` or ``excluded-by-fixed``.
    x : float
        Upper limit on the coupling parameter in which the rate is quadratic; inf where there is none.
    branching_ratio : float
        Limit on the branching ratio; inf where there is none.
    band : ndarray, shape (5,)
        The same for fluctuations of the background.
    relative_error : float
        Monte Carlo error of the branching ratio, relative.
    efficiency, background : float
        Signal efficiency; background events in the equivalent window.
    limited_by : str
        What limits.
    poisson : bool
        Whether the exact Poisson limit was used.
    extra : dict
        Further numbers by name.
    model : object
        Likelihood of a binned analysis.
    bins : Bins
        Those of the likelihood.
    at_bound : str
        Nuisances at an end of their range.
    backgrounds : dict
        Fraction of the background by its source.
    excluded : ndarray, shape (k, 2)
        Excluded intervals of x, of a search that looks for both edges.
    """

    status: str
    x: float = math.inf
    branching_ratio: float = math.inf
    band: Array = field(default_factory=lambda: np.full(5, np.inf))
    relative_error: float = 0.0
    efficiency: float = 0.0
    background: float = 0.0
    limited_by: str = ""
    poisson: bool = False
    extra: Mapping[str, float] = field(default_factory=dict)
    model: Any = None
    bins: Bins = ONE_COUNT
    at_bound: str = ""
    backgrounds: Mapping[str, float] = field(default_factory=dict)
    excluded: Array = field(default_factory=lambda: np.zeros((0, 2)))


@dataclass(frozen=True, eq=False, kw_only=True)
class Pointwise(Expectation):
    """One mass at a time, on as many threads as there are cores.

    Attributes
    ----------
    at : callable
        (mass [MeV], CL, method) -> `Point`.
    at_counts : callable, optional
        (mass [MeV], counts in the bins of that mass) -> `Point` of the observed limit.
    couplings : callable
        Limits on x, any shape -> limits on couplings by name.
    sources : tuple of str
        Names of the backgrounds.
    nuisances : dict
        Prior widths.
    both_edges : bool
        Whether the points know their excluded intervals.
    line : tuple of str and int, optional
        Of a line: in which number of ``extra`` its resolution is, of which power of the mass; None if all masses count the same
        events.
    quadratic : bool
        Whether the signal has one shape, whose size goes with x^2 at all x: what a likelihood of a point needs to be combined.
    counted : callable, optional
        Mass [MeV] -> signal that is counted over no background; None where nothing is made.
    weighed : callable, optional
        Mass [MeV] -> `Point` whose likelihood counts are compared with, where that is not the one of the limit.
    """

    at: Callable[[float, float, str], Point]
    couplings: Callable[[Array], Mapping[str, Array]]
    sources: tuple[str, ...]
    nuisances: Mapping[str, float] = field(default_factory=dict)
    both_edges: bool = False
    line: tuple[str, int] | None = None
    quadratic: bool = False
    counted: Callable[[float], SignalCurve | None] | None = None

    at_counts: Callable[[float, Array], Point] | None = None
    weighed: Callable[[float], Point] | None = None

    def upcrossings(self, masses: Array, found: Limits, how: str, anew: Anew, seed: int) -> Upcrossings:
        """Of a narrow line of known resolution over a smooth background, in closed form."""
        require(one_of("look-elsewhere of a search in a window around each mass", how, ("none", "gross-vitells")))
        if self.line is None:
            return rice(0.0)
        name, power = self.line
        sigma = found.extra.get(name, np.full(len(masses), np.inf))
        rows = np.flatnonzero(np.isfinite(sigma))
        return rice(line_length(masses[rows] ** power, sigma[rows]))

    def curve(self, h: int, mass: float) -> SignalCurve | None:
        """See :meth:`Expectation.curve`."""
        return self.counted(mass) if self.counted else None

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses; ``observed`` are counts in the bins of a single mass, or a file of those of all masses."""
        points = list(ordered(lambda h: self.at(float(masses[h]), cl, method), range(len(masses))))

        @functools.cache
        def expected() -> tuple[ExpectedCounts | None, ...]:
            at = self.weighed
            weighed = points if at is None else ordered(lambda h: at(float(masses[h])), range(len(masses)))
            return tuple(
                None
                if p.model is None
                else ExpectedCounts(p.bins, p.model, at is None, self.curve(h, float(masses[h])))
                for h, p in enumerate(weighed)
            )

        seen = None if observed is None else self._observed(observed, expected(), masses)
        limit = np.array([p.branching_ratio for p in points])
        relative = np.array([p.relative_error for p in points])
        names = list(dict.fromkeys(name for p in points for name in p.extra))
        return Limits(
            branching_ratio=limit,
            band=np.stack([p.band for p in points]),
            status=np.array([p.status for p in points]).astype("<U20"),
            poisson=np.array([p.poisson for p in points]),
            at_bound=np.array([p.at_bound for p in points]),
            limited_by=np.array([p.limited_by for p in points]),
            error=np.where(np.isfinite(limit), relative * np.where(np.isfinite(limit), limit, 0.0), 0.0),
            signal_efficiency=np.array([p.efficiency for p in points]),
            background=np.array([p.background for p in points]),
            backgrounds={s: np.array([p.background * p.backgrounds.get(s, 0.0) for p in points]) for s in self.sources},
            couplings=self.couplings(np.array([p.x for p in points])),
            nuisances=self.nuisances,
            excluded=intervals_by_coupling(self.couplings, [p.excluded for p in points]) if self.both_edges else None,
            observed=seen,
            counts=expected,
            extra={"relative_error": relative}
            | {name: np.array([p.extra.get(name, math.inf) for p in points]) for name in names},
            notes=_point_notes(points, masses),
        )

    def _observed(self, counts: Any, expected: Sequence[ExpectedCounts | None], masses: Array) -> Mapping[str, Array]:
        """Observed limits on the branching ratio and on couplings."""
        at = self.at_counts
        rows = [h for h, one in enumerate(expected) if one is not None]
        if at is None or not rows:
            raise InvalidInput(
                "data: allowed in searches whose bins are the same at all masses, or that bin at each mass; this one does not as "
                "it is set, or nothing is open; take search.analysis=binned where it has that, or leave them out"
            )
        found = counts_in(counts, lambda: expected, masses)
        if not isinstance(found, list):
            shared = shared_bins(expected)
            if shared is None or found.size != len(shared):
                raise InvalidInput(
                    f"observed counts have shape {found.shape}: allowed a single mass, around which the bins lie, and as many "
                    "counts as it has bins; a table with edges (--template FILE) may have several masses"
                )
            found = [found.ravel()] * len(masses)
        points = dict(
            zip(rows, ordered(lambda k: at(float(masses[rows[k]]), found[rows[k]]), range(len(rows))), strict=True)
        )
        limit, x = np.full(len(masses), np.inf), np.full(len(masses), np.inf)
        for h, point in points.items():
            limit[h], x[h] = point.branching_ratio, point.x
        return {"branching_ratio": limit, **self.couplings(x)}


def _point_notes(points: Sequence[Point], masses: Array) -> tuple[str, ...]:
    at = {
        word: [m for p, m in zip(points, masses, strict=True) if p.status == word]
        for word in {p.status for p in points}
    }
    notes = []
    if "no-acceptance" in at:
        notes.append(f"no acceptance at {listed(at['no-acceptance'])} MeV: the tracks cannot all pass the thresholds")
    notes += closed_notes(at.get("closed", []))
    if "degenerate" in at:
        notes.append(
            f"no limit at {listed(at['degenerate'])} MeV: what the systematics leave free is the same as the signal"
        )
    tight = [p.extra["limit_over_background"] for p in points if p.extra.get("limit_over_background", 1.0) < OPTIMISTIC]
    if tight:
        notes.append(
            f"limits down to {min(tight):.1e} of the background under the line: its smooth shape must be known that well; "
            "search.systematics.shape=1e-3 shows what an error does"
        )
    return tuple(notes)
