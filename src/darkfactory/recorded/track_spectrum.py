"""Three tracks at an experiment: expected counts of a decay and of its backgrounds, and the response to events.

Weighted events of the decay are streamed through acceptance and resolution into the bins. A signal is generated for
itself, so that it needs no more events when it is narrow or rare; the backgrounds come in the same bins.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU
from darkfactory.errors import in_range, one_of, require
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.kinematics.observables import Observable
from darkfactory.kinematics.particles import FinalState
from darkfactory.kinematics.vertex_observables import find_with_vertices
from darkfactory.processes import Decay, find_process, spin_vector
from darkfactory.processes.muon_decay.accidentals import MASS_RANGE, accidental_density
from darkfactory.processes.requests import parameters
from darkfactory.recorded.accidentals import ACCIDENTAL_KEYS, accidentals_per_muon
from darkfactory.recorded.base import Binning, histogram_of_measured
from darkfactory.recorded.displaced import FiducialVertices, Flyer
from darkfactory.recorded.events import DecayRecord
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.recorded.tracks import TrackResponse
from darkfactory.settings import Setting

__all__ = ["ThreeTracks"]

Array = NDArray[np.float64]
BACKGROUND = "mu -> e e e nu nu"
BELOW_ZERO = 0.1
"""Part of the range of missing mass and energy that is shown below zero, where the resolution carries events."""

VERTEX_KEYS = (
    Setting(
        "vertex",
        "prompt",
        "where X decays: promptly, away from the target in the fiducial volume, or anywhere",
        "choice",
        choices=("prompt", "displaced", "any"),
    ),
    Setting("d_min", 2.0, "least distance of a displaced vertex from the wall of the target", unit="mm", low=0.0),
)


def _limits(observable: Observable, response: TrackResponse) -> tuple[float, float]:
    """Range of a measured observable by default."""
    low, high = observable.limits(response.state)
    if observable.name in ("m_miss2", "m_miss", "E_miss"):
        high = max(M_MU - 3 * float(np.hypot(response.detector.least_momentum, M_E)), 0.1 * M_MU)
        low = -(BELOW_ZERO if observable.name == "E_miss" else BELOW_ZERO**0.5) * high
        if observable.name == "m_miss2":
            low, high = -(low**2), high**2
    elif observable.name in ("E_e", "p_e", "p_T", "x"):
        high *= 1.05
    return low, high


@dataclass(frozen=True)
class _Drawn:
    """Events of a spectrum: cut on what is measured, spin vector or degree, charge, number and seed."""

    polarization: Any
    cut: str | None = None
    charge: int = 1
    events: int = 2**20
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            in_range("events", self.events, 1, 1e10),
            in_range("seed", self.seed, 0),
            one_of("charge", self.charge, (1, -1)),
        )

    def counts(
        self, seen: TrackResponse, process: Decay, model: Any, known: Observable, edges: Array, scale: float
    ) -> tuple[Array, Array]:
        """Expected counts per bin of one decay, and their statistical errors."""
        values, errors = histogram_of_measured(
            seen,
            process,
            model,
            lambda tracks: np.asarray(known.of(tracks, seen.state)),
            edges,
            events=self.events,
            seed=self.seed,
            polarization=spin_vector(self.polarization),
            charge=self.charge,
        )
        per_width = scale / process.denominator("exp")
        return per_width * values, per_width * errors

    def settings(self) -> dict[str, Any]:
        """What was used, to be written down."""
        used = {"polarization": list(spin_vector(self.polarization)), "charge": self.charge, "cut": self.cut or ""}
        return used | {"seed": self.seed, "events": self.events}


class ThreeTracks(DecayRecord):
    """Three charged leptons of a muon at rest, with the backgrounds of a signal."""

    seen = "three tracks"
    detector = "detector.profile"
    section = "ee-resonance"
    keys = (*ACCIDENTAL_KEYS, *VERTEX_KEYS)

    @staticmethod
    def sees(state: FinalState) -> bool:
        """Whether there are three charged leptons and no photon."""
        return len(state.tracks) == 3 and not state.photons

    @property
    def options(self) -> frozenset[str]:
        """Everything but the norm: counts are not divided by a width."""
        return frozenset(("cut", "polarization", "charge", "events", "seed"))

    def response(self, model: Any, *, cut: str | None, seed: int, charge: int) -> TrackResponse:
        """Acceptance and resolution for events (see :meth:`Record.response`)."""
        detector = TrackDetector.from_card(self.card)
        made = TrackResponse.of(detector, self.process, model, cut=cut, seed=seed, charge=charge)
        if made.resonance is not None and self.settings["vertex"] != "prompt":
            displaced = self.settings["vertex"] == "displaced"
            made = replace(made, resonance=None, vertices=self._vertices(model, seed) if displaced else None)
        if made.resonance is None:
            self.card.ignores("detector.prompt_distance")
        return made

    def _vertices(self, model: Any, seed: int) -> FiducialVertices:
        """Where the X of a model, or the N before it, decays."""
        volume = DecayVolume.from_card(self.card, wall_distance=self.settings["d_min"])
        state = self.process.state(model)
        flying = [(state.before, "ctau_N_mm"), (state.resonance, "ctau_mm")]
        flyers = [Flyer(of[0].mass or 0.0, getattr(model, ctau), of[1]) for of, ctau in flying if of is not None]
        return FiducialVertices(volume, tuple(flyers), self.process.name, seed)

    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Expected counts per bin of an observable of the measured tracks (see :meth:`Record.spectrum`).

        Observables of several tracks or pairs have one entry for each. Components are ``internal_conversion`` for a
        signal, and ``accidentals`` for m_ee.
        """
        drawn = _Drawn(**{"polarization": self.polarization, **options})
        scale = TrackSetup.from_card(self.card).scale
        response = self.response(model, cut=drawn.cut, seed=drawn.seed, charge=drawn.charge)
        known = find_with_vertices(observable, response.state, response.vertices is not None)
        bins, low, high = binning
        limits = _limits(known, response)
        start, stop = limits[0] if low is None else low, limits[1] if high is None else high
        require(in_range("low", start, unit=known.unit), in_range("high", stop, unit=known.unit))
        require(in_range("low", start, high=stop, open_high=True, unit=known.unit))
        edges = np.linspace(start, stop, bins + 1)
        components: dict[str, Array] = {}
        component_errors: dict[str, Array] = {}
        # what the target makes is prompt
        prompt = response.vertices is None
        if known.name == "m_ee" and prompt:
            components["accidentals"] = scale * self._accidentals(edges)
        if self.process.name != BACKGROUND and prompt:
            process, detector = find_process(BACKGROUND), response.detector
            conversion = TrackResponse.of(detector, process, None, cut=drawn.cut, seed=drawn.seed, charge=drawn.charge)
            found = drawn.counts(conversion, process, None, known, edges, scale)
            components["internal_conversion"], component_errors["internal_conversion"] = found
        values, errors = drawn.counts(response, self.process, model, known, edges, scale)
        if response.resonance is None:
            self.card.ignores("detector.prompt_distance")
        return {
            "process": self.process.name,
            "observable": known.name,
            "unit": known.unit,
            "edges": edges,
            "values": values,
            "errors": errors,
            "components": components,
            "component_errors": component_errors,
            "experiment": self.card.name,
            "settings": {**drawn.settings(), **self.card.values(), **parameters(model)},
            "references": self.references(),
        }

    def _accidentals(self, edges: Array) -> Array:
        """Accidental entries per stopped muon and bin of m_ee."""
        probability = accidentals_per_muon(self.card, self.settings)
        inside = np.diff(np.clip(edges, *MASS_RANGE))
        return np.asarray(accidental_density(sum(MASS_RANGE) / 2, probability) * inside)
