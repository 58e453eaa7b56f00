"""Spectrum that an experiment with three tracks records: expected counts of a decay, and of its backgrounds.

Weighted events of the decay are streamed through acceptance and resolution into the bins. A signal is generated for
itself, so that it needs no more events when it is narrow or rare; the backgrounds come in the same bins.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU
from darkfactory.errors import ClosedChannel, in_range, one_of, require
from darkfactory.experiments import Card
from darkfactory.kinematics.observables import OBSERVABLES, Observable, find_observable
from darkfactory.models import Model
from darkfactory.processes import Decay, find_process, spin_vector
from darkfactory.processes.generator.histograms import Histogram
from darkfactory.processes.muon_decay.accidentals import MASS_RANGE, accidental_density
from darkfactory.recorded.track_setup import TrackSetup, accidentals_per_muon
from darkfactory.recorded.tracks import TrackResponse, require_track_process
from darkfactory.searches import ee_resonance
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Settings, refuse_unread

__all__ = ["TrackSpectrum", "recorded_counts", "track_spectrum"]

Array = NDArray[np.float64]
BACKGROUND = "mu -> e e e nu nu"
BELOW_ZERO = 0.1
"""Part of the range of missing mass and energy that is shown below zero, where the resolution carries events."""


@dataclass(frozen=True)
class TrackSpectrum:
    """What to make a spectrum of.

    Attributes
    ----------
    observable : str
        Name of an observable of the measured tracks.
    card : Card
        Experiment.
    cut : str, optional
        Condition on observables of the measured tracks.
    polarization : float or sequence, optional
        Spin vector, or degree against the beam; ``beam.polarization`` of the card by default.
    charge : {1, -1}
        Charge of the parent.
    events, seed : int
        Weighted events of each decay, and the seed.
    """

    observable: str
    card: Card
    cut: str | None = None
    polarization: Any = None
    charge: int = 1
    events: int = 2**20
    seed: int = 0

    def __post_init__(self) -> None:
        require(
            in_range("events", self.events, 1, 1e10),
            in_range("seed", self.seed, 0),
            one_of("charge", self.charge, (1, -1)),
        )

    @property
    def spin(self) -> tuple[float, float, float]:
        """Spin vector of the muon."""
        given = self.polarization
        return spin_vector(self.card.value("beam.polarization") if given is None else given)

    def response(self, process: Decay, model: Model | None) -> TrackResponse:
        """Detector, with the random numbers of a process."""
        detector = TrackSetup.from_card(self.card).detector
        return TrackResponse.of(detector, process, model, cut=self.cut, seed=self.seed, charge=self.charge)


def recorded_counts(what: TrackSpectrum, process: Decay, model: Model | None, edges: Array) -> tuple[Array, Array]:
    """Expected counts per bin of one decay, and their statistical errors.

    Parameters
    ----------
    what : TrackSpectrum
        Observable, experiment and sample.
    process : Decay
        A decay with three tracks.
    model : object
        Its model, or None.
    edges : ndarray, shape (B + 1,)
        Bin edges.

    Returns
    -------
    counts, errors : ndarray, shape (B,)
        Exposure times efficiency times recorded branching ratio; exactly 0 for a closed channel.
    """
    response, made = what.response(process, model), Histogram(edges)
    scale = TrackSetup.from_card(what.card).scale / process.denominator("exp")
    observable = OBSERVABLES[what.observable]
    try:
        run = process.run(model, cut=response.preselection, polarization=what.spin, charge=what.charge)
    except ClosedChannel:
        return made.mean(1)
    first = 0
    for weight, _, momenta, *_ in run.weighted(int(what.events), int(what.seed), full=True):
        some = np.flatnonzero(weight > 0)
        numbers = (first + some).astype(np.uint64)
        first += len(weight)
        true = {name: p[some] for name, p in momenta.items()}
        tracks = response.measured(numbers, true)
        share = response.accepts(numbers, tracks) * response.prompt(true)
        made.fill(weight[some] * share, observable.of(tracks, response.state))
    counts, errors = made.mean(first)
    return scale * counts, scale * errors


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


def _accidentals(card: Card, settings: Settings, observable: str, edges: Array) -> dict[str, Array]:
    """Accidental entries per bin of m_ee; nothing for other observables."""
    if observable != "m_ee":
        return {}
    probability = accidentals_per_muon(card, settings)
    inside = np.diff(np.clip(edges, *MASS_RANGE))
    density = accidental_density(sum(MASS_RANGE) / 2, probability)
    return {"accidentals": TrackSetup.from_card(card).scale * density * inside}


def track_spectrum(
    what: TrackSpectrum, process: Decay, model: Model | None, binning: tuple[int, float | None, float | None]
) -> dict[str, Any]:
    """Spectrum of a decay with three tracks at an experiment: the fields of a spectrum by name.

    Parameters
    ----------
    what : TrackSpectrum
        Observable, experiment and sample.
    process : Decay
        One of :data:`darkfactory.recorded.tracks.TRACK_PROCESSES`.
    model : object
        Its model, or None.
    binning : tuple
        Number of bins, lower and upper end or None.

    Returns
    -------
    dict
        process, observable, unit, edges, values, errors, components, component_errors, experiment, settings, references.
        Observables of several tracks or pairs have one entry for each. Components are ``internal_conversion`` for a
        signal, and ``accidentals`` for m_ee.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain.
    """
    require_track_process(process.name, "spectra")
    response = what.response(process, model)
    observable = find_observable(what.observable, response.state)
    bins, low, high = binning
    limits = _limits(observable, response)
    start, stop = limits[0] if low is None else low, limits[1] if high is None else high
    require(in_range("low", start, unit=observable.unit), in_range("high", stop, unit=observable.unit))
    require(in_range("low", start, high=stop, open_high=True, unit=observable.unit))
    edges = np.linspace(start, stop, bins + 1)
    settings = card_settings(what.card, ee_resonance.SEARCH.keys, ee_resonance.SEARCH.name)
    accidentals = _accidentals(what.card, settings, observable.name, edges)
    values, errors = recorded_counts(what, process, model, edges)
    components: dict[str, Array] = {}
    component_errors: dict[str, Array] = {}
    if process.name != BACKGROUND:
        counts = recorded_counts(what, find_process(BACKGROUND), None, edges)
        components["internal_conversion"], component_errors["internal_conversion"] = counts
    used: Mapping[str, Any] = {
        "polarization": list(what.spin),
        "charge": what.charge,
        "cut": what.cut or "",
        "seed": what.seed,
        "events": what.events,
        **what.card.values(),
    }
    refuse_unread(f"a spectrum of {observable.name} at {what.card.name}", what.card, settings)
    return {
        "process": process.name,
        "observable": observable.name,
        "unit": observable.unit,
        "edges": edges,
        "values": values,
        "errors": errors,
        "components": components | accidentals,
        "component_errors": component_errors,
        "experiment": what.card.name,
        "settings": dict(used),
        "references": tuple(dict.fromkeys((*process.references, *what.card.references))),
    }
