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

from darkfactory.constants import M_E, M_MU
from darkfactory.experiments import Card
from darkfactory.experiments.beams.stopped_muons import StoppedMuons
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.models import COUPLINGS, CouplingScan, Mediator
from darkfactory.processes.muon_decay.accidentals import MASS_RANGE, accidental_density
from darkfactory.processes.muon_decay.on_slices import resonance_total
from darkfactory.recorded.accidentals import ACCIDENTAL_KEYS, accidentals_per_muon
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.base import Example, Limits, Search
from darkfactory.searches.line.discrimination import Counts
from darkfactory.searches.line.limits import LINE_KEYS, LineEvents, Variable, line_events
from darkfactory.searches.line.pairs import ANGLES, angle_axes, coefficients, resonance_events
from darkfactory.searches.pointwise import Point, Pointwise
from darkfactory.searches.settings import STATISTICS_KEYS
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.exclusion import excluded

__all__ = ["KEYS", "SEARCH", "Resonance"]

Array = NDArray[np.float64]
SCAN = np.exp(np.concatenate([np.arange(-60, -12, 4.0), np.arange(-12, 12, 1.0), np.arange(12, 61, 4.0)]))
"""Couplings, over their usual size, at which the search for the edges of what is excluded looks."""
SOURCES = ("mu -> e e e nu nu", "accidentals")

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
    data : ndarray, shape (B,), optional
        Observed counts in the bins; limits are the observed ones then.
    """

    setup: TrackSetup
    settings: Mapping[str, Any]
    scan: CouplingScan
    accidentals: float
    cl: float
    method: str
    data: Array | None = None

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
        if not 0 < limit.events[0] < math.inf:  # no counts allow that
            return Point("ok", x=float(limit.events[0]), branching_ratio=float(limit.events[0]))
        x = math.sqrt(float(limit.events[0]) / (self.setup.scale * float(whole.signal[0])))
        if float(self._prompt(x, found.momentum.max())) > 1 - 1e-6:
            # how large the signal is does not change how many events of it are allowed
            edges = np.array([[x, math.inf]])
            return self._at(x, edges, limit, whole.scaled(x * x), found.sigma, found.total * x * x, 1.0)

        def counts(at: float) -> Counts:
            return found.split.weighted(self._prompt(at, found.momentum)).scaled(at * at)

        edges, x = self._solve(counts, found.sigma, x)
        if not 0 < x < math.inf:
            return Point("excluded-by-fixed" if x == 0 else "ok", x=x, excluded=edges)
        late = counts(x)
        branching = scan.decay(x)[1] if self.settings["lifetime"] == "model" else 1.0
        prompt = float(late.signal[0] / (whole.signal[0] * x * x))
        limit = self._events(late, found.sigma)
        return self._at(x, edges, limit, late, found.sigma, found.total * x * x * branching, prompt)

    def _events(self, counts: Counts, sigma: Array) -> LineEvents:
        """Limit on signal events."""
        found = line_events(
            counts,
            sigma,
            self.setup.scale,
            self.settings,
            self.cl,
            self.method,
            variable=Variable("m_ee", "MeV", self.scan.start.mass, angle_axes(self.settings["angles"], counts.cut)),
            extra=self.accidentals,
            data=self.data,
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

        edges, x = self._solve(counts, sigma, scan.typical)
        if not 0 < x < math.inf:
            return Point("excluded-by-fixed" if x == 0 else "ok", x=x, excluded=edges)
        late, signal = counts(x), events.signal(scan.monomials(x))
        branching = scan.decay(x)[1] if self.settings["lifetime"] == "model" else 1.0
        total, prompt = resonance_total(scan.at(x)) * branching, float(late.signal[0] / signal.sum())
        return self._at(x, edges, self._events(late, sigma), late, sigma, total, prompt)

    def _solve(self, counts: Callable[[float], Counts], sigma: Array, typical: float) -> tuple[Array, float]:
        """Excluded couplings, and the upper limit: 0 if fixed couplings exceed it, inf if nothing reaches it."""

        def over_limit(x: Array, rows: Any) -> list[float]:
            """Expected over allowed signal events."""
            found = [counts(float(at)) for at in x]
            events = [self.setup.scale * float(made.signal[0]) for made in found]
            return [
                n / max(float(self._events(made, sigma).events[0]), 1e-300) if n > 0 else 0.0
                for n, made in zip(events, found, strict=True)
            ]

        found = excluded(over_limit, 1.0, typical * SCAN)
        return found.intervals[0], float(found.upper_limit[0])

    def _at(
        self, x: float, edges: Array, found: LineEvents, counts: Counts, sigma: Array, total: float, prompt: float
    ) -> Point:
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
        accidental = self.accidentals / (float(counts.background[0]) + self.accidentals)
        return Point(
            "ok",
            x=x,
            branching_ratio=total,
            band=total * found.band / float(found.events[0]),
            relative_error=found.error(counts.signal),
            efficiency=self.setup.detector.efficiency * float(counts.signal[0]) / total,
            background=found.background,
            backgrounds=dict(zip(SOURCES, (1 - accidental, accidental), strict=True)),
            limited_by=found.limited_by,
            poisson=found.poisson,
            at_bound=found.at_bound,
            extra=extra,
            model=found.likelihood(total),
            bins=found.bins,
            excluded=edges,
        )


def _set_up(card: Card, settings: Settings, model: Mediator, masses: Array, cl: float, method: str) -> Pointwise:
    setup, s = TrackSetup.from_card(card), settings
    accidentals = accidentals_per_muon(card, s)

    def at(mass: float, cl: float, method: str, data: Array | None = None) -> Point:
        scan = replace(model, mass=mass).scan(s["coupling"], s["lifetime"])
        density = float(accidental_density(mass, accidentals))
        return Resonance(setup, s, scan, density, cl, method, data).point()

    scan = model.scan(s["coupling"], s["lifetime"])
    return Pointwise(
        settings={**s.echo(), "polarization_used": setup.polarization, "accidental_probability": accidentals},
        at=at,
        at_counts=lambda mass, counts: at(mass, cl, method, counts),
        couplings=scan.reported,
        sources=SOURCES,
        nuisances={"shape": s["systematics.shape"]} if s["systematics.shape"] > 0 else {},
        both_edges=True,
        line=("sigma_m_ee", 1),
        quadratic=s["lifetime"] == "prompt" and scan.one_shape,
        notes=lambda found: (*_notes(s, found, masses), *found.notes, *setup.notes),
        scanned=scan.scanned,
        seed=0,
    )


def _notes(settings: Mapping[str, Any], found: Limits, masses: Array) -> list[str]:
    notes = []
    low, high = MASS_RANGE
    if settings["accidentals.rate"] > 0 and np.any((found.status == "ok") & ((masses < low) | (masses > high))):
        notes.append(f"accidentals are taken as flat from {low:g} to {high:g} MeV [assumed]; there are none outside")
    if settings["angles"] == "lr":
        notes.append("angles=lr: likelihood ratio of every event, an upper bound on what angles can gain")
    if settings["lifetime"] == "prompt":
        notes.append("search.lifetime=prompt: X is taken to decay at once, and into e e only")
    late = np.isfinite(found.branching_ratio) & (found.extra.get("prompt_efficiency", np.ones(1)) < 0.5)
    if late.any():
        notes.append(
            "less than half of the signal decays within detector.prompt_distance at some masses: a search for displaced "
            "vertices fits better there"
        )
    return notes


SEARCH = Search(
    name="ee-resonance",
    title="prompt e+e- resonance in mu -> e nu nu X, a bump in m_ee with angular correlations",
    process="mu -> e nu nu X, X -> e e",
    bins="m_ee and angles",
    cards=("mu3e-phase1", "mu3e-phase2"),
    backgrounds=SOURCES,
    keys=KEYS,
    takes="mediator",
    methods=("cls", "profile", "fisher"),
    cl=0.95,
    method="cls",
    couplings=COUPLINGS,
    set_up=_set_up,
    example=Example(20.0, {"search.precision": 0.1}, plain={"search.lifetime": "prompt"}),
    references=("Echenard:2014lma", "Perrevoort:2018ttp", "Cowan:2010js"),
    needs=(StoppedMuons, TrackDetector),
)
