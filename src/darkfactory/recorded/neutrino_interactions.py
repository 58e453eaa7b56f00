"""Neutrinos at an experiment: what its target records of the hadrons or of the electron, averaged over its flux.

The calorimeter measures energy and direction of the shower, of hadrons and of an electron alike [assumed], and its momentum scales
with its energy. Missing masses need the energy of the neutrino: known for each of them, or taken to be that of the beam.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar, cast

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from darkfactory.constants import ATOMIC_MASS_UNIT, GEV
from darkfactory.errors import ClosedChannel, UnknownName, in_range, one_of, require
from darkfactory.eventfiles import EventRecord
from darkfactory.experiments.beams.neutrinos import Neutrinos
from darkfactory.experiments.detectors.neutrino_target import NeutrinoTarget
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import OBSERVABLES, Observable, observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.partons import PDF
from darkfactory.processes import Process
from darkfactory.processes.generator.collisions import BeamEnergies, Collision, CollisionRun
from darkfactory.processes.generator.sample import draw
from darkfactory.processes.neutrino_nucleon import MIXING_ANGLE
from darkfactory.processes.sampled import JET_STATES
from darkfactory.processes.scattering import Scattering
from darkfactory.recorded.base import Binning, Momenta, Numbers, Record, Response, as_seen
from darkfactory.recorded.events import as_recorded, to_record
from darkfactory.recorded.neutrino_currents import Currents, currents
from darkfactory.recorded.neutrino_mixture import KIND, Mixture, chosen
from darkfactory.settings import Setting, Settings, read_settings

__all__ = ["NeutrinoInteractions", "NeutrinoResponse"]

Array = NDArray[np.float64]
KEYS = (
    replace(PDF, name="pdf"),
    Setting("flavor", "mu", "neutrinos of a process without a model", "choice", choices=("e", "mu", "tau")),
    Setting(
        "reference_energy_gev",
        None,
        "energy of the neutrinos that missing masses are calculated with; the mean of charged currents by default",
        unit="GeV",
        low=0.0,
        open_low=True,
        instead_of=("energy_error",),
    ),
    Setting(
        "energy_error",
        None,
        "relative error with which the energy of each neutrino is known; by default it is not",
        low=0.0,
        high=1.0,
        instead_of=("reference_energy_gev",),
    ),
)
OF_REACHES = NeutrinoTarget.keys("signal_efficiency", "target_path_m", "decay_volume_m")
"""Keys of the detector that say what of a signal is tagged: all interactions are recorded here."""
LEAST = 0.05
"""Smallest ratio of the measured to the true energy of a shower."""
POWERS = {"E_h": 1, "y": 1, "p_T_h": 1, "Q2": 2}
"""How observables of hadrons go with that ratio."""


@dataclass(frozen=True, kw_only=True)
class NeutrinoResponse(Response):
    """What a calorimeter makes of interactions.

    Attributes
    ----------
    detector : NeutrinoTarget
        The calorimeter.
    reference_mev : float
        Energy [MeV] with which missing masses are calculated.
    energy_error : float or None
        Relative error of the energy of each neutrino, if that is known instead.
    """

    detector: NeutrinoTarget
    reference_mev: float
    energy_error: float | None = None

    @property
    def efficiency(self) -> float:
        """Flat efficiency of accepted events."""
        return self.detector.efficiency

    @property
    def preselection(self) -> str | None:
        """Range of the true hadronic energy."""
        low, high = self.detector.hadrons_gev
        if not self.state.hadrons or (low, high) == (0.0, np.inf):
            return None
        return f"E_h > {GEV * low!r}" + ("" if np.isinf(high) else f" and E_h < {GEV * high!r}")

    def measured(self, numbers: Numbers, momenta: Momenta) -> dict[str, Array]:
        """Measured four-momenta (n, 4) [MeV] of the shower, and of the ``beam`` as missing masses take it."""
        (label,) = (*self.state.hadrons, *self.state.tracks)
        p, m = momenta[label], self.state.initial[1].mass or 0.0
        normal = [ndtri(u) for u in self.uniforms(numbers, 3)]
        nu = p[:, 0] - m
        angle = np.arctan2(np.hypot(p[:, 1], p[:, 2]), p[:, 3])
        ratio, away = np.ones_like(nu), np.zeros_like(nu)
        if self.detector.energy_resolution is not None:
            ratio = np.maximum(1 + self.detector.energy_resolution * normal[0] / np.sqrt(nu / GEV), LEAST)
        for part, power in ((self.detector.angle_constant, 0), (self.detector.angle_stochastic, 1)):
            away = away + (part or 0.0) / (nu / GEV) ** power
        theta, phi = np.abs(angle + away * normal[1]), np.arctan2(p[:, 2], p[:, 1])
        size = ratio * np.sqrt(np.sum(p[:, 1:] ** 2, axis=-1))
        turned = [np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi), np.cos(theta)]
        shower = np.column_stack([m + nu * ratio, *(size * part for part in turned)])
        E = np.full_like(nu, self.reference_mev)
        if self.energy_error is not None:
            true = momenta["beam"][:, 0] if "beam" in momenta else self.state.p_initial[0][0]
            E = true * (1 + self.energy_error * normal[2])
        return {label: shower, "beam": np.column_stack([E, 0 * E, 0 * E, E])}

    def value(self, observable: str, measured: Momenta) -> Array:
        """Observable (n,) of what is measured."""
        rest = np.array([self.state.initial[1].mass or 0.0, 0.0, 0.0, 0.0])
        state = replace(self.state, p_in=tuple((measured["beam"] + rest).T))
        with np.errstate(all="ignore"):
            return np.asarray(OBSERVABLES[observable].of(measured, state))

    def share(self, numbers: Numbers, momenta: Momenta, measured: Momenta | None = None) -> Array:
        """Whether each event (n,) passes the cut on what is measured, 1 or 0."""
        if self.cut.tree is None:
            return np.ones(len(numbers))
        passed = self.passes(self.measured(numbers, momenta) if measured is None else measured)
        return np.broadcast_to(np.asarray(passed, dtype=float), len(numbers))


@dataclass(frozen=True)
class NeutrinoInteractions(Record):
    """Collisions of neutrinos at an experiment in their beam."""

    seen: ClassVar[str] = "hadrons or a recoil"
    detector: ClassVar[str] = "detector.mass_t"
    section: ClassVar[str] = "neutral-current"
    keys: ClassVar[tuple[Setting, ...]] = KEYS
    of_process: ClassVar[tuple[str, ...]] = (JET_STATES.name, MIXING_ANGLE.name)

    @staticmethod
    def takes(process: Process) -> bool:
        """Whether it is a scattering whose events can be drawn for a beam of any energies (see :meth:`Record.takes`)."""
        return isinstance(process, Scattering) and process.collides

    @staticmethod
    def sees(state: FinalState) -> bool:
        """Whether a neutrino meets something at rest of which one particle or shower is seen."""
        return not state.decays and state.initial[0].neutrino and len(state.hadrons + state.tracks) == 1

    @property
    def options(self) -> frozenset[str]:
        """Options of a spectrum that have a meaning."""
        return frozenset(("cut", "events", "seed"))

    @property
    def observable(self) -> str:  # type: ignore[override]
        """Of spectra by default."""
        return str(self.process.default_observable)

    @property
    def beam(self) -> Neutrinos:
        """The beam."""
        return cast(Neutrinos, self.card.beam)

    @functools.cached_property
    def target(self) -> NeutrinoTarget:
        """The detector."""
        found = NeutrinoTarget.from_card(self.card)
        self.card.ignores(*OF_REACHES)
        return found

    def sources(self, model: Any) -> tuple[Currents, ...]:
        """Charged currents of each kind of neutrino: what interactions are counted relative to."""
        flavor = self.settings["flavor"] if model is None else model.flavor
        found = currents(self.card, flavor, self.settings["pdf"])
        self.card.ignores(*OF_REACHES)
        return found

    def process_settings(self, source: Currents) -> Settings:
        """Settings of the process for one kind of neutrino, on the target of the experiment."""
        table = self.process.settings("rate")
        names = {setting.name for setting in table}
        known: dict[str, Any] = {
            "beam.antineutrino": source.flux.antineutrino,
            "beam.flavor": source.flux.species.removeprefix("nu").removesuffix("bar"),
            PDF.name: self.settings["pdf"],
        }
        if "target.nucleon" in names:  # protons of any mean nucleon
            known |= {"target.Z": 100 * source.target.protons, "target.A": 100.0}
        elif "target.Z" in names and self.card.has("target.Z"):
            known |= {name: round(self.card.value(name)) for name in ("target.Z", "target.A")}
        given = {name: value for name, value in known.items() if name in names}
        asked = {name: self.own[name] for name in self.own.origins if name in names}
        return read_settings(table, self.process.name, ("card", given), ("user", asked))

    def collision(self, model: Any, source: Currents) -> Collision:
        """Collisions of one kind of neutrino, with cross sections averaged over its flux."""
        settings = self.process_settings(source)
        E, parts = source.flux.energies_gev, source.flux.weights
        spread = not self.beam.flux(source.flux.species).interactions
        beam = BeamEnergies(E, parts / parts.sum(), spread)
        found: Collision = self.process.collide(model, settings, beam, self.target.hadrons_gev)
        return found

    def events_per_cm2(self, source: Currents, state: FinalState) -> float:
        """Interactions of one kind of neutrino per cross section [1/cm^2]; per charged current, if their number is not known."""
        average = source.charged / source.kept / float(source.flux.weights.sum())
        number = self.beam.interactions(source.flux.species, self.target.mass_t) if self._counted(source) else 1.0
        protons, hit = source.target.protons, state.initial[1]
        per_nucleon = {"e-": protons, "p": protons, "n": 1 - protons, "nucleon": 1.0}
        return number / average * per_nucleon.get(hit.name, ATOMIC_MASS_UNIT / (hit.mass or ATOMIC_MASS_UNIT))

    def _counted(self, source: Currents) -> bool:
        """Whether the card, or the table of its flux, tells how many charged currents there are."""
        return self.card.has("beam.cc_interactions") or self.beam.flux(source.flux.species).interactions

    def respond(self, source: Currents, state: FinalState, cut: str | None, seed: int) -> NeutrinoResponse:
        """What the detector makes of the interactions of one kind of neutrino."""
        seen = as_seen(state)
        reference = self.settings["reference_energy_gev"]
        error = self.settings["energy_error"]
        return NeutrinoResponse(
            process=self.process.name,
            state=seen,
            seed=seed,
            cut=parse_cut(cut, dict.fromkeys(observables_of(seen), 1)),
            detector=self.target,
            reference_mev=GEV * (source.mean_energy_gev if reference is None else reference),
            energy_error=error,
        )

    def doubts(self, model: Any, state: FinalState) -> tuple[str, ...]:
        """Where the theory of a model ends, for the neutrinos of most energy; nothing of the Standard Model."""
        if model is None:
            return ()
        m = (state.initial[1].mass or 0.0) / GEV
        E = max(float(source.flux.energies_gev.max()) for source in self.sources(model))
        return tuple(model.notes_to((m**2 + 2 * m * E) ** 0.5, "sqrt(s)"))

    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Counts per bin of an observable as it is measured, of all kinds of neutrino together (see :class:`Record`)."""
        cut, events, seed = options.get("cut"), options.get("events", 2**20), options.get("seed", 0)
        require(in_range("events", events, 1, 1e10), in_range("seed", seed, 0))
        values, squares, notes, edges = np.zeros(binning[0]), np.zeros(binning[0]), [], np.zeros(0)
        for number, source in enumerate(self.sources(model)):
            collision = self.collision(model, source)
            response = self.respond(source, collision.state, cut, seed)
            known = observables_of(response.state)
            require(one_of(f"observable of {self.process.name}", observable, known), error=UnknownName)
            if number == 0:
                edges = _edges(known[observable], response, binning)
            notes.append(source.flux.note)
            if number == 0:
                notes += self.doubts(model, collision.state)
            if not collision.cross_section()[0] > 0:
                continue
            made = response.histogram(
                self._run(collision, response),
                functools.partial(response.value, observable),
                edges,
                events=events,
                seed=seed,
            )
            scale = self.events_per_cm2(source, response.state) * response.efficiency
            values, squares = values + scale * made[0], squares + (scale * made[1]) ** 2
        if not all(self._counted(source) for source in self.sources(model)):
            notes.append("counts per charged current of each kind of neutrino: the card does not tell their number")
        asked = {name.split(".")[-1]: self.own[name] for name in self.own.origins}
        return {
            "process": self.process.name,
            "observable": observable,
            "unit": OBSERVABLES[observable].unit,
            "edges": edges,
            "values": values,
            "errors": np.sqrt(squares),
            "experiment": self.card.name,
            "settings": {
                "cut": cut or "",
                "events": int(events),
                "seed": int(seed),
                **self.settings.echo(),
                **asked,
            },
            "references": self.references(),
            "notes": tuple(dict.fromkeys(notes)),
        }

    def _run(self, collision: Collision, response: NeutrinoResponse) -> CollisionRun:
        known = dict.fromkeys(observables_of(collision.state), 1)
        return CollisionRun.of(self.process.name, collision, parse_cut(response.preselection, known))

    def events(
        self,
        model: Any,
        n: int,
        *,
        cut: str | None = None,
        keep_rejected: bool = False,
        options: Mapping[str, Any],
        **form: Any,
    ) -> EventRecord:
        """Record of events of all kinds of neutrino, in proportion to their rates (see :meth:`Record.events`).

        Weights add up to the cross section of what is recorded [cm^2], averaged over the flux; times ``events per cm2``
        of ``model`` that is the number of events.
        """
        self.require_no_more(options, form)
        seed, weighted = int(options["seed"]), bool(options["weighted"])
        require(in_range("n", n, 1, 2**26), in_range("seed", seed, 0))
        made = [(source, self.collision(model, source)) for source in self.sources(model)]
        made = [pair for pair in made if pair[1].cross_section()[0] > 0]
        if not made:
            raise ClosedChannel(f"{self.process.name}: closed channel")
        responses = [self.respond(source, collision.state, cut, seed) for source, collision in made]
        counts = np.array([self.events_per_cm2(source, collision.state) for source, collision in made])
        values, errors = np.array([collision.cross_section()[:2] for _, collision in made]).T
        runs = [self._run(collision, response) for (_, collision), response in zip(made, responses, strict=True)]
        trials = Mixture(tuple(runs), values, counts / counts.sum())

        def share(numbers: Numbers, momenta: Momenta) -> Array:
            found = [response.share(numbers, momenta) for response in responses]
            return np.asarray(chosen(momenta[KIND], found))

        sample = draw(trials, int(n), seed, weighted, None if keep_rejected else share)
        if keep_rejected and not weighted:
            sample = sample.normalized(trials.cross_section, float(np.linalg.norm(trials.parts * errors)))
        kind = np.asarray(sample.momenta[KIND], dtype=int)
        states = bool(self.own.get(JET_STATES.name, True))
        record = to_record(sample, model, settings=self.process_settings(made[0][0]), states=states)
        record = _mixed(record, kind, [collision.state for _, collision in made])
        seen = [response.measured(sample.numbers, sample.momenta) for response in responses]
        record = as_recorded(
            record,
            self.card,
            {
                record.names[0 if label == "beam" else 2]: chosen(kind, [one[label] for one in seen])
                for label in seen[0]
            },
            share(sample.numbers, sample.momenta),
            cut=cut,
            keep_rejected=keep_rejected,
            efficiency=responses[0].efficiency,
            generated_rate=trials.cross_section,
        )
        sources = [source for source, _ in made]
        parts = zip(np.bincount(kind, minlength=len(made)), sources, strict=True)
        about: dict[str, Any] = {
            "neutrinos": ", ".join(f"{number} {source.flux.species}" for number, source in parts),
            "events per cm2": float(counts.sum()),
            "flux": "; ".join(dict.fromkeys(source.flux.note for source in sources)),
        }
        if doubts := self.doubts(model, made[0][1].state):
            about["doubts"] = "; ".join(doubts)
        if len(made) > 1 and not all(map(self._counted, sources)):
            about["neutrinos"] += ", for as many charged currents of each: the card does not tell their numbers"
        return replace(record, model={**record.model, **about})


def _mixed(record: EventRecord, kind: NDArray[np.int_], states: Sequence[FinalState]) -> EventRecord:
    """Record of events of several kinds, each with the particles of its state."""
    if len(states) == 1:
        return record
    table = np.array([[p.pdg for p in (*state.initial, *dict(state.final).values())] for state in states])
    labels = ("nu_in", "target", *states[0].particles)
    names = {at: labels[at] for at in np.flatnonzero(np.ptp(table, axis=0)).tolist()}
    particles = [replace(p, name=names.get(at, p.name)) for at, p in enumerate(record.particles)]
    return replace(record, particles=tuple(particles), pdg_ids={name: table[kind, at] for at, name in names.items()})


def _edges(observable: Observable, response: NeutrinoResponse, binning: Binning) -> Array:
    """Edges of bins; below zero too, where the resolution carries missing masses, and beyond the softest recoils."""
    bins, *ends = binning
    low, high = observable.limits(response.state)
    if observable.name in ("m_miss2", "m_miss"):
        low = -high / 2
    if not np.isinf(response.state.recoil_mev):
        error = (response.detector.energy_resolution or 0.0) / np.sqrt(response.state.recoil_mev / GEV)
        high *= (1 + 3 * error) ** POWERS.get(observable.name, 0)
        if observable.name == "y":  # of the energy that the beam is taken to have
            high = min(high * response.state.p_initial[0][0] / response.reference_mev, 1.0)
    low, high = (default if end is None else float(end) for end, default in zip(ends, (low, high), strict=True))
    require(in_range("low", low, high=high, open_high=True, unit=observable.unit))
    return np.linspace(low, high, bins + 1)
