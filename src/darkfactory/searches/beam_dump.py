r"""X -> e+ e- behind a beam dump: made by electrons in a thick target or by neutral pions, for any model that couples to electrons.

Too weak a coupling makes too few X, too strong a one lets them decay in the shield: excluded are intervals of the coupling. The
allowed number of events is that of the card, for its confidence level; no background is fitted. What the dump makes and sees is
computed once per mass for all couplings.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import HBAR_C_MEV_MM, M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.experiments.beams.electrons_on_target import ElectronsOnTarget
from darkfactory.experiments.beams.protons_on_target import ProtonsOnTarget
from darkfactory.experiments.detectors.behind_shield import DumpDetector
from darkfactory.recorded.beam_dump import DUMP_KEYS, BeamDump
from darkfactory.recorded.electron_dump import DumpYield
from darkfactory.searches.base import Example, Limits, Search
from darkfactory.searches.bins import counted_once
from darkfactory.searches.pointwise import Point, Pointwise
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.searches.signal_curve import SignalCurve
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.counting import poisson_upper_limit
from darkfactory.statistics.exclusion import excluded
from darkfactory.statistics.limits import DISCOVERY, z_value
from darkfactory.statistics.poisson_significance import counting_discovery

__all__ = ["SEARCH", "Region", "region_of"]

Array = NDArray[np.float64]
MM_PER_M = 1e3
SCAN_POINTS = 20
SHOWER = "shower in approximation A, followed to its end, no ionisation"
ALONG = "secondary e+- along the beam (an upper bound)"
PRODUCED = {
    "iww": "improved Weizsaecker-Williams bremsstrahlung of the primary electrons: no secondary e+ e-, no annihilation",
    "iww+secondaries": f"improved Weizsaecker-Williams bremsstrahlung of the primary electrons, and of {ALONG}; {SHOWER}; "
    "no annihilation",
    "iww+annihilation": "improved Weizsaecker-Williams bremsstrahlung of the primary electrons, and e+ e- -> X of secondary "
    f"positrons on electrons at rest, scattered in one radiation length; {SHOWER}; no bremsstrahlung of secondaries",
    "all": "improved Weizsaecker-Williams bremsstrahlung of the primary electrons, and of "
    f"{ALONG}; e+ e- -> X of secondary positrons on electrons at rest, scattered in one radiation length; {SHOWER}",
}
"""What is in the numbers, by production."""
STRONGEST = 4 * math.pi
"""Coupling beyond which nobody looks."""
MANY = 10.0
"""Allowed events with which X may be seen at couplings at which a few are not."""
KEYS = (
    *STATISTICS_KEYS,
    *DUMP_KEYS,
    Setting(
        "events",
        "poisson",
        "allowed signal events at the confidence level; poisson: -ln(1 - cl), none seen and none expected",
        low=0.0,
        open_low=True,
        choices=("poisson",),
    ),
)


@dataclass(frozen=True)
class Region:
    """The couplings that a beam dump excludes, mass by mass.

    Attributes
    ----------
    dump : BeamDump
        The experiment.
    model : Model
        It offers ``electrons``; its mass does not matter, its couplings only by their ratios.
    allowed : float
        Allowed signal events.
    """

    dump: BeamDump
    model: Any
    allowed: float

    @functools.cached_property
    def _unit(self) -> Any:
        """Model of x = 1, at a mass at which X decays into electrons: without a coupling to them it is refused."""
        return _scan(self.model.at_mass(3 * M_E)).at(1.0)

    def at(self, mass: float) -> _Signal | None:
        """Signal at a mass [MeV]; None where nothing is made, or seen."""
        if not self.dump.is_open(mass):
            return None
        unit = self._unit.at_mass(mass)
        made = self.dump.yield_at(unit)
        if made.boost.size == 0 or not made.seen.any():
            return None
        limit = self.allowed / self.dump.detector.efficiency
        return _Signal(made, unit.width_ee, self.model.total_width or 0.0, limit, max(map(abs, unit.electron_vertices)))

    def excluded(self, mass: float) -> Array:
        """Excluded intervals of the scale x of all couplings (of epsilon, of a dark photon) at a mass [MeV], shape (k, 2)."""
        signal = self.at(mass)
        return np.zeros((0, 2)) if signal is None else signal.excluded()

    def largest_mass(self, low: float, high: float) -> float:
        """Largest excluded mass [MeV] between one that is excluded and one that is not: the tip of the region, to 1e-4.

        Parameters
        ----------
        low, high : float
            Masses [MeV].
        """
        from scipy.optimize import brentq

        def excess(log_mass: float) -> float:
            signal = self.at(math.exp(log_mass))
            return signal.highest if signal else -50.0

        return float(math.exp(brentq(excess, math.log(low), math.log(high), xtol=1e-4)))


@dataclass(frozen=True, eq=False)
class _Signal:
    """Events at one mass as a function of the scale x of all couplings.

    Attributes
    ----------
    made : DumpYield
        Of x = 1.
    width_ee, total_width : float
        Width into e+ e- at x = 1, and the total width that is given, or 0 [MeV].
    limit : float
        Allowed events before the efficiency.
    vertex : float
        Largest vertex to electrons at x = 1.
    """

    made: DumpYield
    width_ee: float
    total_width: float
    limit: float
    vertex: float

    def excess(self, log_x: Any) -> Array:
        """Logarithm of events over those allowed."""
        square = np.exp(2 * np.asarray(log_x, dtype=float))
        width, branching = self._decay(square)
        events = self.made.log_events(square, HBAR_C_MEV_MM / MM_PER_M / width, branching)
        return np.asarray(events - math.log(self.limit))

    def decays(self, x: Any) -> Array:
        """X that decay into e+ e-, wherever."""
        square = np.square(np.asarray(x, dtype=float))
        return np.asarray(self.made.made * square * self._decay(square)[1])

    def _decay(self, square: Array) -> tuple[Array, Array]:
        """Total width [MeV] and branching ratio into e+ e- at squares of x; the width is that given, or more if needed."""
        width_ee = self.width_ee * square
        width = np.maximum(width_ee, self.total_width)
        return width, width_ee / width

    @property
    def range(self) -> tuple[float, float]:
        """Logarithms of x between which all lies that can be excluded: there are enough X, and they outlive the shield."""
        made = self.made
        meters = HBAR_C_MEV_MM / MM_PER_M / self.width_ee  # c tau at x = 1
        # of long-lived X at most decay_m / (boost c tau) decay, whatever else they decay into
        rate = float(np.sum(made.seen.max(axis=1) / made.boost)) * float(made.position_m[-1]) / meters
        enough = math.log(self.limit / rate) / 4
        longest = float(made.boost.max()) * meters
        highest = math.log(STRONGEST / self.vertex)
        if made.shield_m > 0:
            square = 200.0 * longest / made.shield_m
            for _ in range(4):  # events < made x^2 exp(-shield / longest x^2)
                lost = max(math.log(square * made.made / self.limit), 1.0)
                square = 1.02 * lost * longest / made.shield_m
            highest = min(highest, math.log(square) / 2)
        return enough - 0.01, highest + 0.01

    @functools.cached_property
    def scan(self) -> tuple[Array, Array]:
        """Logarithms of x at which to look, and the excess there."""
        low, high = self.range
        u = np.linspace(min(low, high - 3.0), high, SCAN_POINTS)
        return u, self.excess(u)

    @property
    def highest(self) -> float:
        """Largest excess."""
        from scipy.optimize import minimize_scalar

        u, excess = self.scan
        best = int(np.clip(np.argmax(excess), 1, SCAN_POINTS - 2))
        found = minimize_scalar(lambda v: -float(self.excess(v)), bounds=(u[best - 1], u[best + 1]), method="bounded")
        return -float(found.fun)

    def excluded(self) -> Array:
        """Excluded intervals of x, shape (k, 2)."""
        low, high = self.range
        if low >= high:
            return np.zeros((0, 2))
        u, excess = self.scan
        known = np.exp(excess)[None]
        return excluded(lambda x, rows: np.exp(self.excess(np.log(x))), 1.0, np.exp(u), known).intervals[0]


def _scan(model: Any) -> Any:
    """Scan along what electrons see of a model."""
    return model.scan(next((name for name in ("epsilon", "g_ee") if name in model.scannable), None))


def _point(region: Region, mass: float) -> Point:
    dump = region.dump
    if not dump.is_open(mass):
        return Point("closed")
    signal = region.at(mass)
    if signal is None:
        return Point("no-acceptance")
    edges = signal.excluded()
    if not len(edges):
        return Point("ok", extra={"most_events": region.allowed * math.exp(signal.highest)})
    x = float(edges[0, 0])
    events = math.exp(signal.excess(math.log(x))) * signal.limit * dump.detector.efficiency
    branching = float(signal.decays(x)) / dump.exposure
    return Point(
        "ok",
        x=x,
        branching_ratio=branching,
        efficiency=events / (branching * dump.exposure),
        limited_by="statistics",
        excluded=edges,
        model=counted_once(events / branching, 0.0).model,
    )


def _counted(region: Region, mass: float, couplings: Callable[[Array], Any]) -> SignalCurve | None:
    """Expected events as a function of x; None where nothing is made or seen."""
    signal = region.at(mass)
    if signal is None:
        return None

    def events(x: Array) -> Array:
        return region.allowed * np.exp(signal.excess(np.log(x)))

    return SignalCurve(events, lambda x: signal.decays(x) / region.dump.exposure, couplings, np.exp(signal.scan[0]))


def region_of(card: Card, settings: Settings, model: Any, cl: float) -> Region:
    """What the beam dump of a card excludes of a model.

    Parameters
    ----------
    card, settings : Card, Settings
        Experiment and typed settings of the search.
    model : Model
        It offers ``electrons``.
    cl : float
        Confidence level.

    Raises
    ------
    InvalidInput
        If the dump cannot make such an X, or the number of events of the card is for another confidence level.
    """
    dump = BeamDump(card, settings["acceptance"], settings["production"])
    dump.require_model(model)
    return Region(dump, model, _allowed(card, settings, cl, "cls"))


def _set_up(card: Card, settings: Settings, model: Any, masses: Array, cl: float, method: str) -> Pointwise:
    region = region_of(card, settings, model, cl)
    dump = region.dump
    dump.require_effect(masses)
    scan = _scan(model)

    def at(mass: float, cl: float, method: str) -> Point:
        found = _point(replace(region, allowed=_allowed(card, settings, cl, method)), mass)
        return replace(found, poisson=method == DISCOVERY and found.status == "ok")

    muon = tuple(key for key in ("g_mu",) if key in {setting.name for setting in model.keys})

    def of_counts(mass: float, counts: Array) -> Point:
        allowed = float(poisson_upper_limit(counts.sum(), 0.0, cl))
        return _point(replace(region, allowed=allowed), mass)

    return Pointwise(
        settings={**settings.echo(), "allowed_events": region.allowed},
        at=at,
        at_counts=of_counts,
        # a count is compared with no background also where the card allows many events: its signal is then that of few
        weighed=(lambda mass: of_counts(mass, np.zeros(1))) if region.allowed > MANY else None,
        couplings=scan.reported,
        sources=(),
        both_edges=True,
        counted=lambda mass: _counted(region, mass, scan.reported),
        notes=lambda found: (*_notes(region, found, masses), *found.notes),
        process="e Z -> e Z X, X -> e e" if dump.electrons else "pi0 -> gamma X, X -> e e",
        scanned=(*scan.scanned, *muon),
        tip=region.largest_mass,
    )


def _allowed(card: Card, settings: Settings, cl: float, method: str) -> float:
    """Allowed events: those of the card belong to its confidence level. None are expected without X."""
    if settings["events"] == "poisson":
        return float(counting_discovery(0.0, z_value(cl, method))) if method == DISCOVERY else -math.log1p(-cl)
    if method == DISCOVERY:
        raise InvalidInput(
            f"search.events = {settings['events']:g}: is a limit, which says nothing of the background; a discovery takes "
            "search.events=poisson, for an experiment without any"
        )
    own = card.section("beam-dump")
    if settings.origins.get("events") == "card" and "cl" in own and own["cl"].value != cl:
        raise InvalidInput(
            f"cl = {cl:g}: allowed {own['cl'].value:g}, for which {card.name} has its search.events = {settings['events']:g}; "
            "set search.events too, to a number or to poisson"
        )
    return float(settings["events"])


def _notes(region: Region, found: Limits, masses: Array) -> list[str]:
    dump = region.dump
    notes = [
        "branching_ratio is the number of X per particle on target, into e e; signal_efficiency the share of them that counts"
    ]
    if dump.electrons:
        notes.append(PRODUCED[dump.production])
    else:
        notes.append("neutral pions alone make X: masses up to theirs; no eta, no bremsstrahlung of protons")
    heavy = masses[np.isfinite(found.branching_ratio)] > 2 * M_MU
    if heavy.any() and region.model.total_width is None:
        notes.append("above 2 m_mu X is taken to decay into e e alone; give model.total_width")
    return notes


SEARCH = Search(
    name="beam-dump",
    title="X -> e+ e- behind a beam dump: closed regions of the coupling",
    process="e Z -> e Z X, X -> e e",
    bins="counts",
    cards=("e137", "e141", "e774", "orsay", "kek", "nucal", "charm", "na64"),
    backgrounds=(),
    keys=KEYS,
    takes="electrons",
    methods=("cls",),
    cl=0.95,
    method="cls",
    couplings=("epsilon", "epsilon2", "g_ee"),
    set_up=_set_up,
    usual="dark-photon",
    example=Example(5.0, plain={"search.events": "poisson"}, closed=1.0),
    references=("Tsai:1986tx", "Bjorken:2009mm", "Andreas:2012mt"),
    needs=(ElectronsOnTarget, ProtonsOnTarget, DumpDetector),
)
