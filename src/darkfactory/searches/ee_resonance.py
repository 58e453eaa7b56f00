r"""Prompt e+e- resonance in mu -> e nu nu X, X -> e e at Mu3e: a bump in m_ee over internal conversion, with angles.

The electron of the background likes to fly with the *other* positron, because a soft virtual photon makes the wrong pair; the
signal has no such region. A histogram of two angles in the mass window, (electron, other positron) and (positron of X, other
positron), uses that. Everything comes from one slice of phase space per mass; couplings scale analytically.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from darkfactory.constants import M_E, M_MU
from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.models import COUPLINGS, CouplingScan, Mediator
from darkfactory.processes.muon_decay.accidentals import MASS_RANGE, accidental_density
from darkfactory.processes.muon_decay.on_slices import resonance_total
from darkfactory.recorded.track_setup import ACCIDENTAL_KEYS, TrackSetup, accidentals_per_muon
from darkfactory.searches.base import Search, SearchResult
from darkfactory.searches.line.discrimination import Counts
from darkfactory.searches.line.limits import LINE_KEYS, LineEvents, Point, line_events, run_points
from darkfactory.searches.line.pairs import ANGLES, coefficients, resonance_events
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings

__all__ = ["KEYS", "SEARCH", "Resonance"]

Array = NDArray[np.float64]
RANGE = 60.0
"""Logarithm of the coupling over its usual size at which the search for a limit ends."""

KEYS = (
    *STATISTICS_KEYS,
    Setting(
        "angles",
        "2d",
        "none, a cut on c13, histogram in c13, in c13 and c12, or likelihood ratio",
        "choice",
        choices=ANGLES,
    ),
    Setting("cos_max", None, "largest c13 of angles=cut; the best one by default", low=-1.0, high=1.0, open_low=True),
    Setting("coupling", None, "coupling that is scanned", "choice", choices=COUPLINGS),
    Setting(
        "lifetime", "model", "from the couplings, or decaying at once into e e", "choice", choices=("model", "prompt")
    ),
    *ACCIDENTAL_KEYS,
    *LINE_KEYS,
)


@dataclass(frozen=True)
class Resonance:
    """The search at one experiment and one mass.

    Attributes
    ----------
    setup : TrackSetup
        Detector and exposure.
    settings : dict
        Typed settings of the search.
    scan : CouplingScan
        Couplings, at the mass.
    accidentals : float
        Accidental background per muon and MeV.
    cl, method : float, str
        Confidence level and method.
    """

    setup: TrackSetup
    settings: Mapping[str, Any]
    scan: CouplingScan
    accidentals: float
    cl: float
    method: str

    def point(self) -> Point:
        """Limit at this mass."""
        if not 2 * M_E < self.scan.start.mass < M_MU - M_E:
            return Point("closed")
        return self._by_coefficients() if self.scan.one_shape else self._by_events()

    def _by_coefficients(self) -> Point:
        """Limit for a signal of one shape."""
        scan = self.scan
        values = scan.monomials(1.0)
        found = coefficients(scan.kind, scan.at(1.0), values, self.setup, self.settings)
        if found is None:
            return Point("no-acceptance")
        whole = found.split.counts
        limit = self._events(whole, found.sigma)
        x = math.sqrt(float(limit.events[0]) / (self.setup.scale * float(whole.signal[0])))
        if float(self._prompt(x, found.momentum.max())) > 1 - 1e-6:
            # how large the signal is does not change how many events of it are allowed
            return self._at(x, limit, whole.scaled(x * x), found.sigma, found.total * x * x, 1.0)

        def counts(at: float) -> Counts:
            return found.split.weighted(self._prompt(at, found.momentum)).scaled(at * at)

        x = self._solve(counts, found.sigma, math.log(x))
        if not 0 < x < math.inf:
            return Point("excluded-by-fixed" if x == 0 else "ok", x=x)
        late = counts(x)
        branching = scan.decay(x)[1] if self.settings["lifetime"] == "model" else 1.0
        prompt = float(late.signal[0] / (whole.signal[0] * x * x))
        limit = self._events(late, found.sigma)
        return self._at(x, limit, late, found.sigma, found.total * x * x * branching, prompt)

    def _events(self, counts: Counts, sigma: Array) -> LineEvents:
        """Limit on signal events."""
        found = line_events(
            counts, sigma, self.setup.scale, self.settings, self.cl, self.method, extra=self.accidentals
        )
        assert found is not None  # without an edge nothing is degenerate
        return found

    def _prompt(self, x: float, momentum: Any) -> Any:
        """Probability to decay promptly into e e at a coupling and momenta [MeV] of X."""
        if self.settings["lifetime"] == "prompt":
            return 1.0
        ctau, branching = self.scan.decay(x)
        return branching * self.setup.detector.prompt_weight(ctau, momentum, self.scan.start.mass)

    def _by_events(self) -> Point:
        """Limit where the shape of the signal depends on the coupling."""
        scan = self.scan
        events = resonance_events(scan.kind, self.setup, self.settings["precision"])
        if not len(events.made):
            return Point("no-acceptance")
        sigma = events.sigma(events.signal(scan.monomials(scan.typical)))

        def counts(at: float) -> Counts:
            signal = events.signal(scan.monomials(at)) * self._prompt(at, events.momentum)
            return events.counts(signal, self.settings["angles"], self.settings["cos_max"])

        x = self._solve(counts, sigma, math.log(scan.typical))
        if not 0 < x < math.inf:
            return Point("excluded-by-fixed" if x == 0 else "ok", x=x)
        late, signal = counts(x), events.signal(scan.monomials(x))
        branching = scan.decay(x)[1] if self.settings["lifetime"] == "model" else 1.0
        total, prompt = resonance_total(scan.at(x)) * branching, float(late.signal[0] / signal.sum())
        return self._at(x, self._events(late, sigma), late, sigma, total, prompt)

    def _solve(self, counts: Callable[[float], Counts], sigma: Array, start: float) -> float:
        """Coupling at which the expected signal is the limit; 0 if fixed couplings exceed it, inf if nothing reaches it."""

        def excess(log_x: float) -> float:
            """Logarithm of expected over allowed signal events."""
            found = counts(math.exp(log_x))
            events = self.setup.scale * float(found.signal[0])
            if not events > 0:
                return -RANGE
            return math.log(events / float(self._events(found, sigma).events[0]))

        low = high = start - min(excess(start) / 2, RANGE / 2)
        while excess(high) < 0:
            high += 1.0
            if high > start + RANGE:
                return math.inf
        while excess(low) > 0:
            low -= 1.0
            if low < start - RANGE:
                return 0.0
        return math.exp(low if low == high else float(brentq(excess, low, high, xtol=1e-6)))

    def _at(self, x: float, found: LineEvents, counts: Counts, sigma: Array, total: float, prompt: float) -> Point:
        """Point at a coupling."""
        extra = {
            "sigma_m_ee": float(sigma[0]),
            "gain": float(counts.gain[0]),
            "signal_events": float(found.events[0]),
            "limit_over_background": float(found.events[0]) / max(found.background, 1e-300),
            "ctau_mm": self.scan.decay(x)[0] if self.settings["lifetime"] == "model" else 0.0,
            "prompt_efficiency": prompt,
        }
        if counts.cut is not None:
            extra["cos_max"] = counts.cut
        return Point(
            "ok",
            x=x,
            branching_ratio=total,
            band=total * found.band / float(found.events[0]),
            relative_error=found.error(counts.signal),
            efficiency=self.setup.detector.efficiency * float(counts.signal[0]) / total,
            background=found.background,
            limited_by=found.limited_by,
            poisson=found.poisson,
            at_bound=found.at_bound,
            extra=extra,
            model=found.likelihood(total),
        )


def _run(card: Card, settings: Settings, model: Mediator, masses: Array, cl: float, method: str) -> SearchResult:
    setup, s = TrackSetup.from_card(card), settings
    accidentals = accidentals_per_muon(card, s)

    def at(mass: float) -> Point:
        scan = replace(model, mass=mass).scan(s["coupling"], s["lifetime"])
        density = float(accidental_density(mass, accidentals))
        return Resonance(setup, s, scan, density, cl, method).point()

    found = run_points(at, masses)
    x, notes = found.pop("x"), found.pop("notes")
    scan = model.scan(s["coupling"], s["lifetime"])
    return SearchResult(
        masses=masses,
        nuisances={"shape": s["systematics.shape"]} if s["systematics.shape"] > 0 else {},
        process="mu -> e nu nu X, X -> e e",
        couplings=scan.reported(x),
        settings={
            **s.echo(),
            "polarization_used": setup.polarization,
            "accidental_probability": accidentals,
            **card.values(),
        },
        scanned=scan.scanned,
        references=("Echenard:2014lma", "Perrevoort:2018ttp", "Cowan:2010js", *card.references),
        notes=(*_notes(s, found, masses), *notes, *setup.notes),
        seed=0,
        **found,
    )


def _notes(settings: Mapping[str, Any], found: Mapping[str, Any], masses: Array) -> list[str]:
    notes = []
    low, high = MASS_RANGE
    if settings["accidentals.rate"] > 0 and np.any((found["status"] == "ok") & ((masses < low) | (masses > high))):
        notes.append(f"accidentals are taken as flat from {low:g} to {high:g} MeV [assumed]; there are none outside")
    if settings["angles"] == "lr":
        notes.append("angles=lr: likelihood ratio of every event, an upper bound on what angles can gain")
    if settings["lifetime"] == "prompt":
        notes.append("search.lifetime=prompt: X is taken to decay at once, and into e e only")
    late = np.isfinite(found["branching_ratio"]) & (found["extra"].get("prompt_efficiency", np.ones(1)) < 0.5)
    if late.any():
        notes.append(
            "less than half of the signal decays within detector.prompt_distance at some masses: a search for displaced "
            "vertices fits better there"
        )
    return notes


SEARCH = Search(
    name="ee-resonance",
    title="prompt e+e- resonance in mu -> e nu nu X, a bump in m_ee with angular correlations",
    bins="m_ee and angles",
    cards=("mu3e-phase1", "mu3e-phase2"),
    keys=KEYS,
    takes="mediator",
    methods=("cls", "profile", "fisher"),
    cl=0.95,
    method="cls",
    couplings=COUPLINGS,
    run=_run,
    references=("Echenard:2014lma", "Perrevoort:2018ttp"),
    needs=(StoppedMuons, TrackDetector),
)
