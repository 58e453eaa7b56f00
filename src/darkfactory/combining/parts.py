"""What a result brings into a combination: bins or counts, as a function of the strength of a common coupling.

The strength y is the coupling itself, or one over it for a scale: the signal grows with y.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import InvalidInput
from darkfactory.searches.base import is_scale
from darkfactory.searches.expectations import Binned, Counting
from darkfactory.searches.pointwise import Pointwise
from darkfactory.statistics import BinnedModel
from darkfactory.verbs.reach import Reach

__all__ = ["Bins", "Part", "ReachPart", "Window", "strength_of"]

Array = NDArray[np.float64]
FRACTIONS = np.geomspace(1e-18, 1.0, 109)
"""Branching ratios at which to look for what counts in a window exclude."""


def strength_of(coupling: str, values: ArrayLike) -> Array:
    """Strengths of values of a coupling, or the reverse; inf where there is no limit."""
    found = np.asarray(values, dtype=float)
    if not is_scale(coupling):
        return found
    with np.errstate(divide="ignore"):
        return np.asarray(1.0 / found)


@dataclass(frozen=True, eq=False)
class Bins:
    """A binned likelihood at R masses, whose signal goes with a power of the strength.

    Attributes
    ----------
    model : BinnedModel
        R hypotheses; its parameter of interest is a branching ratio.
    unit : ndarray, shape (R,)
        Strength at which the branching ratio is 1; inf where it is closed.
    power : float
        Of the strength, with which the branching ratio goes.
    data : ndarray, shape (R, B), optional
        Observed counts.
    """

    model: BinnedModel
    unit: Array
    power: float
    data: Array | None = None


@dataclass(frozen=True, eq=False)
class Window:
    """Counts at one mass.

    Attributes
    ----------
    signal : callable
        Strengths, shape (N,) -> expected events.
    background, kappa : float
        Expected events, and their relative uncertainty.
    scan : ndarray
        Strengths at which to look, rising.
    data : float, optional
        Observed events.
    """

    signal: Callable[[Array], Array]
    background: float
    kappa: float
    scan: Array
    data: float | None = None


class Part:
    """One of the results or measurements that are combined.

    Attributes
    ----------
    label : str
        Name in the combination.
    references : tuple of str
        Citation keys.
    counts : bool
        Whether it gives a `Window` and no `Bins`.
    together : bool
        Whether it gives the bins of all masses at once.
    nuisances : tuple of str
        Names that can be shared.
    """

    label: str
    references: tuple[str, ...]
    nuisances: tuple[str, ...] = ()
    counts: bool = False
    together: bool = True

    def usable(self, mass: float) -> bool:
        """Whether it says anything at a mass [MeV]."""
        raise NotImplementedError

    def bins(self, masses: Sequence[float] | Array) -> Bins:
        """Its likelihood at masses; at one, unless it is ``together``."""
        raise NotImplementedError

    def window(self, mass: float) -> Window:
        """Its counts at a mass."""
        raise NotImplementedError

    def own_limits(self, masses: Sequence[float] | Array, cl: float, method: str) -> Array:
        """Its own expected limit on the coupling at masses; 0 or inf where there is none."""
        raise NotImplementedError

    @property
    def has_data(self) -> bool:
        """Whether there are observed counts."""
        return False


class ReachPart(Part):
    """A reach of a search at an experiment.

    Parameters
    ----------
    label : str
        Name in the combination.
    reach : Reach
        At the confidence level and with the method of the combination.
    coupling : str
        Common coupling.

    Raises
    ------
    InvalidInput
        If there is no likelihood behind its limits that can be combined.
    """

    def __init__(self, label: str, reach: Reach, coupling: str) -> None:
        self.label, self.reach, self.coupling = label, reach, coupling
        self.references = reach.references
        self.expectation: Any = reach.result.expectation
        self.observed = reach.observation.counts
        made: Any = self.expectation
        binned = isinstance(made, Binned)
        counted = isinstance(made, Pointwise) and made.counted is not None and reach.settings.get("events") == "poisson"
        window = isinstance(made, Binned) and made.kappa is not None
        self.counts = isinstance(made, Counting) or counted or window
        self.together = binned
        problem = self._refusal()
        if problem:
            raise InvalidInput(f"{label}: {problem}")
        model = None if self.counts else made.model if binned else self._first_model
        self.nuisances = model.names if model else ()

    @functools.cached_property
    def _point(self) -> Callable[[float], Any]:
        """Points of a search that takes one mass at a time, each made once."""
        made, cl, method = self.expectation, self.reach.cl, self.reach.method
        return functools.cache(lambda mass: made.at(mass, cl, method))

    @functools.cached_property
    def _first_model(self) -> BinnedModel | None:
        """Likelihood at the first mass that has a limit; None if it has none."""
        ok = np.flatnonzero(self.reach.result.status == "ok")
        return self._point(float(self.reach.masses[ok[0]])).model if len(ok) else None

    def _row(self, mass: float) -> int:
        return int(np.argmin(np.abs(self.reach.masses - mass)))

    def usable(self, mass: float) -> bool:
        """As of :class:`Part`: not where it is closed, or says nothing for another reason than how much is fitted."""
        made, h = self.expectation, self._row(mass)
        if isinstance(made, Binned):
            return not made.model.closed[h] and not any(where[h] for where in made.unquoted.values())
        if isinstance(made, Counting):
            return bool(self.reach.result.status[h] not in ("closed", "no-acceptance"))
        if self.counts:
            return made.curve(h, float(self.reach.masses[h])) is not None
        return bool(self.reach.result.status[h] == "ok")

    def _strengths(self, couplings: Callable[[Array], Any], values: ArrayLike) -> Array:
        return strength_of(self.coupling, couplings(np.asarray(values, dtype=float))[self.coupling])

    def _scale(self, rows: Sequence[int]) -> tuple[Array, float]:
        """Strengths of unit branching ratios, and the power, of a binned likelihood of all masses."""
        ones = np.ones(len(self.reach.masses))
        unit, less = (self._strengths(self.expectation.couplings, ones * ratio)[list(rows)] for ratio in (1.0, 0.25))
        some = int(np.flatnonzero(np.isfinite(unit))[0])
        return unit, math.log(0.25) / math.log(less[some] / unit[some])

    def bins(self, masses: Sequence[float] | Array) -> Bins:
        """As of :class:`Part`."""
        made, rows = self.expectation, [self._row(mass) for mass in masses]
        data = np.stack([seen for row in rows if (seen := self.observed[row]) is not None]) if self.observed else None
        if isinstance(made, Binned):
            return Bins(made.model.select(rows), *self._scale(rows), data)
        point = self._point(float(self.reach.masses[rows[0]]))
        x = point.x / math.sqrt(point.branching_ratio)
        unit, twice = self._strengths(made.couplings, [x, 2 * x])
        return Bins(point.model, np.array([unit]), 2 * math.log(2) / math.log(twice / unit), data)

    def window(self, mass: float) -> Window:
        """As of :class:`Part`."""
        made, h = self.expectation, self._row(mass)
        counts = self.observed[h] if self.observed else None
        seen = None if counts is None else float(counts.sum())
        if isinstance(made, Binned):
            unit, power = self._scale([h])
            per_branching_ratio = float(made.window_signal[h])

            def quadratic(y: Array) -> Array:
                return np.asarray(per_branching_ratio * (y / unit[0]) ** power)

            return Window(
                quadratic, float(made.background[h]), float(made.kappa or 0.0), unit[0] * FRACTIONS ** (1 / power)
            )
        curve, background, kappa = made.curve(h, float(self.reach.masses[h])), 0.0, 0.0
        if isinstance(made, Counting):
            every = (float(np.broadcast_to(events, made.is_open.shape)[h]) for events in made.backgrounds.values())
            background, kappa = sum(every), made.kappa

        def signal(y: Array) -> Array:
            return np.asarray(curve.found(curve.x_of(self.coupling, strength_of(self.coupling, y))))

        return Window(signal, background, kappa, self._strengths(curve.couplings, curve.scan), seen)

    def own_limits(self, masses: Sequence[float] | Array, cl: float, method: str) -> Array:
        """As of :class:`Part`: what the reach itself says."""
        return np.asarray(self.reach.couplings[self.coupling])[[self._row(mass) for mass in masses]]

    @property
    def has_data(self) -> bool:
        """As of :class:`Part`."""
        return bool(self.observed)

    def _refusal(self) -> str:
        """Why there is no likelihood that can be combined; empty if there is one."""
        made, start = self.expectation, "no likelihood that can be combined"
        if self.counts or isinstance(made, Binned):
            return ""
        if not isinstance(made, Pointwise):
            return f"{start}: limits of {self.reach.search} are on a ratio of rates, or on jets that are counted as a whole"
        if "events" in self.reach.settings:
            events = self.reach.settings["events"]
            return (
                f"{start}: its limit is search.events = {events}, a number of allowed events of the card; "
                "search.events=poisson makes it a count, none seen and none expected"
            )
        if not made.quadratic:
            return f"{start}: the shape of its signal changes with the coupling; search.lifetime=prompt keeps it"
        if np.any(self.reach.result.status == "ok") and self._first_model is None:
            return f"{start}: its limits are closed forms; search.analysis=binned makes it a fit of bins"
        return ""
