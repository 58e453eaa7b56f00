r"""Prompt e+e- resonance in mu -> e nu nu X, X -> e e at Mu3e: a bump in m_ee over internal conversion, with angles.

The electron of the background likes to fly with the *other* positron, because a soft virtual photon makes the wrong pair; the
signal has no such region. A histogram of two angles in the mass window, (electron, other positron) and (positron of X, other
positron), uses that. Everything comes from one slice of phase space per mass; couplings scale analytically.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from darkfactory.constants import M_E, M_MU
from darkfactory.experiments import Card
from darkfactory.kinematics.decay_length import prompt_probability
from darkfactory.models import Mediator
from darkfactory.processes.accidentals import accidental_density, accidental_probability
from darkfactory.processes.montecarlo import remembered
from darkfactory.processes.slice_rates import resonance_total
from darkfactory.processes.slices import Slice, resonance_slice
from darkfactory.searches.base import Search, SearchResult
from darkfactory.searches.coupling_scan import COUPLINGS, CouplingScan, coupling_scan, reported
from darkfactory.searches.discrimination import Counts, by_bins, by_cut, by_likelihood, by_total
from darkfactory.searches.line_search import LINE_KEYS, LineEvents, Point, line_events, run_points
from darkfactory.searches.settings import STATISTICS_KEYS, SearchKey
from darkfactory.searches.track_events import TrackSetup, cosine, line_width, pair_mass

__all__ = ["KEYS", "SEARCH", "Resonance", "angle_counts"]

Array = NDArray[np.float64]
ANGLES = ("none", "cut", "1d", "2d", "lr")
ANGLE_BINS = 15

KEYS = (
    *STATISTICS_KEYS,
    SearchKey(
        "angles",
        "2d",
        "none, a cut on c13, histogram in c13, in c13 and c12, or likelihood ratio",
        "choice",
        choices=ANGLES,
    ),
    SearchKey("cos_max", None, "largest c13 of angles=cut; the best one by default", low=-1.0, high=1.0, open_low=True),
    SearchKey("coupling", None, "coupling that is scanned", "choice", choices=COUPLINGS),
    SearchKey(
        "lifetime", "model", "from the couplings, or decaying at once into e e", "choice", choices=("model", "prompt")
    ),
    SearchKey("accidentals.rate", 0.0, "muons stopped per second; 0 is no accidental background [1/s]", low=0.0),
    SearchKey("accidentals.time_window", 1e-9, "coincidence of tracks [s]", low=0.0, open_low=True),
    SearchKey("accidentals.acceptance", 0.7, "of the unrelated positron", low=0.0, high=1.0, open_low=True),
    SearchKey("accidentals.vertex", 2e-4, "chance of a common vertex", low=0.0, high=1.0),
    SearchKey("accidentals.pair_acceptance", 0.3, "of the Bhabha pair", low=0.0, high=1.0),
    *LINE_KEYS,
)


def angle_counts(made: Slice, signal: Array, background: Array, angles: str, cos_max: float | None = None) -> Counts:
    """Signal, background and gain of a choice of angles.

    Parameters
    ----------
    made : Slice
        Events of one pair mass.
    signal, background : ndarray, shape (n,)
        Of each event.
    angles : {"none", "cut", "1d", "2d", "lr"}
        c13 is the cosine of electron and other positron, c12 that of the two positrons, in the muon's rest frame.
    cos_max : float, optional
        Largest c13 of the cut; the best one by default.

    Returns
    -------
    Counts
    """
    if angles == "none":
        return by_total(signal, background, made.part)
    if angles == "lr":
        return by_likelihood(signal, background, made.part)
    e1, e2, e3 = (p[:, 1:] for p in made.momenta)
    c13 = cosine(e3, e1)
    if angles == "cut":
        return by_cut(signal, background, made.part, c13, cos_max)
    bins = _bins(c13)
    if angles == "1d":
        return by_bins(signal, background, made.part, bins, ANGLE_BINS)
    bins = bins * ANGLE_BINS + _bins(cosine(e2, e1))
    return by_bins(signal, background, made.part, bins, ANGLE_BINS**2)


def _bins(c: Array) -> NDArray[np.int64]:
    return np.minimum(((c + 1) / 2 * ANGLE_BINS).astype(np.int64), ANGLE_BINS - 1)


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

    @functools.cached_property
    def made(self) -> Slice:
        """Events on the slice."""
        return resonance_slice(self.scan.start.mass, self.setup.detector, precision=self.settings["precision"])

    @functools.cached_property
    def _background(self) -> Array:
        return self.setup.along_spin(self.made.background)

    @functools.cached_property
    def _monomials(self) -> dict[str, Array]:
        found = self.made.resonance(self.scan.start)
        return {name: self.setup.along_spin(density) for name, density in found.items()}

    @functools.cached_property
    def _momentum(self) -> Array:
        """Momentum of X [MeV] of each event."""
        return np.asarray(np.linalg.norm(self.made.momenta[1][:, 1:] + self.made.momenta[2][:, 1:], axis=1))

    def signal(self, x: float) -> Array:
        """Signal of each event that decays promptly, at a coupling."""
        return np.asarray(self._density(x) * self._prompt(x))

    def _density(self, x: float) -> Array:
        """Signal of each event, whenever and however it decays."""
        return np.asarray(sum(value * self._monomials[name] for name, value in self.scan.monomials(x).items()))

    def _prompt(self, x: float) -> Any:
        """Probability to decay promptly into e e: 1, or by event."""
        if self.settings["lifetime"] == "prompt":
            return 1.0
        ctau, branching = self.scan.decay(x)
        distance, mass = self.setup.detector.prompt_distance, self.scan.start.mass
        if not float(prompt_probability(distance, ctau, self._momentum.max(), mass)) < 1 - 1e-9:
            return branching
        return branching * prompt_probability(distance, ctau, self._momentum, mass)

    @functools.cached_property
    def sigma(self) -> float:
        """Resolution of m_ee [MeV] for this signal."""
        return line_width(self.made, self._density(self.scan.typical), self.setup.detector, pair_mass)

    def limit(self, x: float) -> tuple[LineEvents, Counts]:
        """Limit on the events of a signal with the shape that it has at a coupling, and its counts."""
        signal, s = self.signal(x), self.settings
        counts = angle_counts(self.made, signal, self._background, s["angles"], s["cos_max"])
        found = line_events(counts, self.sigma, self.setup.scale, s, self.cl, self.method, extra=self.accidentals)
        assert found is not None  # without an edge nothing is degenerate
        return found, counts

    def _excess(self, log_x: float) -> float:
        """Logarithm of expected over allowed signal events."""
        found, counts = self.limit(math.exp(log_x))
        events = self.setup.scale * float(counts.signal[0])
        return math.log(max(events, 1e-300) / float(found.events[0]))

    def solve(self) -> float:
        """Coupling parameter at which the expected signal is the limit; 0 if the fixed couplings exceed it already."""
        start = math.log(self.scan.typical)
        excess = self._excess(start)
        guess = start - excess / 2
        if abs(self._excess(guess)) < 1e-9:
            return math.exp(guess)
        low = high = guess
        while self._excess(high) < 0 and high < start + 60:
            high += 1.0
        while self._excess(low) > 0 and low > start - 60:
            low -= 2.0
        if low <= start - 60 or high >= start + 60:
            return 0.0 if low <= start - 60 else math.inf
        return math.exp(float(brentq(self._excess, low, high, xtol=1e-7)))

    def point(self) -> Point:
        """Limit at this mass."""
        mass = self.scan.start.mass
        if not 2 * M_E < mass < M_MU - M_E:
            return Point("closed")
        if not len(self.made):
            return Point("no-acceptance")
        x = self.solve()
        if not 0 < x < math.inf:
            return Point("ok", x=x)
        found, counts = self.limit(x)
        total = self._total(x)
        ctau, _ = self.scan.decay(x) if self.settings["lifetime"] == "model" else (0.0, 1.0)
        prompt = float(counts.signal[0]) / float(self._density(x).sum())
        extra = {
            "sigma_m_ee": self.sigma,
            "gain": float(counts.gain[0]),
            "signal_events": float(found.events[0]),
            "limit_over_background": float(found.events[0]) / max(found.background, 1e-300),
            "ctau_mm": ctau,
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
            extra=extra,
            model=found.model,
        )

    def _total(self, x: float) -> float:
        """Branching ratio of mu -> e nu nu X, X -> e e at a coupling, without acceptance."""
        model = self.scan.at(x)
        branching = 1.0 if self.settings["lifetime"] == "prompt" else self.scan.decay(x)[1]
        if len(self._monomials) > 1:
            return resonance_total(model) * branching
        unit = self.scan.at(1.0)
        (value,), (one,) = self.scan.monomials(x).values(), self.scan.monomials(1.0).values()
        return remembered(("total", unit), lambda: resonance_total(unit)) * value / one * branching


def _run(
    card: Card, settings: Mapping[str, Any], model: Mediator, masses: Array, cl: float, method: str
) -> SearchResult:
    setup, s = TrackSetup.from_card(card), settings
    accidentals = 0.0
    if s["accidentals.rate"] > 0 and card.value("detector.target_path_um", 0.0) > 0:
        accidentals = accidental_probability(
            card.value("detector.target_path_um"),
            *(s[f"accidentals.{name}"] for name in ("rate", "time_window", "acceptance", "vertex", "pair_acceptance")),
        )

    def at(mass: float) -> Point:
        scan = coupling_scan(replace(model, mass=mass), s["coupling"], s["lifetime"])
        density = float(accidental_density(mass, accidentals))
        return Resonance(setup, s, scan, density, cl, method).point()

    found = run_points(at, masses)
    x, notes = found.pop("x"), found.pop("notes")
    scan = coupling_scan(model, s["coupling"], s["lifetime"])
    return SearchResult(
        masses=masses,
        nuisances={"shape": s["systematics.shape"]} if s["systematics.shape"] > 0 else {},
        process="mu -> e nu nu X, X -> e e",
        couplings=reported(scan, x),
        settings={**s, "polarization_used": setup.polarization, "accidental_probability": accidentals, **card.values()},
        references=("Echenard:2014lma", "Perrevoort:2018ttp", "Cowan:2010js", *card.references),
        notes=(*_notes(s, found), *notes, *setup.notes),
        seed=0,
        **found,
    )


def _notes(settings: Mapping[str, Any], found: Mapping[str, Any]) -> list[str]:
    notes = []
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
    models=("dark-photon", "pseudoscalar", "scalar", "derivative-alp", "vector"),
    methods=("cls", "profile", "fisher"),
    cl=0.95,
    method="cls",
    couplings=COUPLINGS,
    run=_run,
    references=("Echenard:2014lma", "Perrevoort:2018ttp"),
)
