"""What a search expects one mass at a time: points, and how they become the limits of all masses."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.numerics.parallel import ordered
from darkfactory.searches.base import Anew, Expectation, Limits, closed_notes, intervals_by_coupling, listed
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
        Mass [MeV] -> events that are counted over no background, as a function of x, and the x at which to look; None where
        nothing is made.
    """

    at: Callable[[float, float, str], Point]
    couplings: Callable[[Array], Mapping[str, Array]]
    sources: tuple[str, ...]
    nuisances: Mapping[str, float] = field(default_factory=dict)
    both_edges: bool = False
    line: tuple[str, int] | None = None
    quadratic: bool = False
    counted: Callable[[float], tuple[Callable[[Array], Array], Array] | None] | None = None

    def upcrossings(self, masses: Array, found: Limits, how: str, anew: Anew, seed: int) -> Upcrossings:
        """Of a narrow line of known resolution over a smooth background, in closed form."""
        require(one_of("look-elsewhere of a search in a window around each mass", how, ("none", "gross-vitells")))
        if self.line is None:
            return rice(0.0)
        name, power = self.line
        sigma = found.extra.get(name, np.full(len(masses), np.inf))
        rows = np.flatnonzero(np.isfinite(sigma))
        return rice(line_length(masses[rows] ** power, sigma[rows]))

    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses; there are no fixed bins in which counts could be given."""
        if observed is not None:
            raise InvalidInput(
                "observed counts: allowed in searches whose bins are the same at all masses; this one looks in a window around "
                "each mass, so leave them out"
            )
        points = list(ordered(lambda h: self.at(float(masses[h]), cl, method), range(len(masses))))
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
            models=points[0].model if len(points) == 1 else None,
            extra={"relative_error": relative}
            | {name: np.array([p.extra.get(name, math.inf) for p in points]) for name in names},
            notes=_point_notes(points, masses),
        )


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
