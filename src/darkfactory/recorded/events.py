"""Records of events: all particles of a sample, and what an experiment measures of them."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from string import ascii_letters
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.eventfiles import EventRecord, Particle, Recorded
from darkfactory.eventfiles.particles import DECAYED, FINAL, INCOMING, JETS
from darkfactory.experiments import Card
from darkfactory.experiments.detectors.base import TARGET_HALF_LENGTH, TARGET_RADIUS
from darkfactory.experiments.detectors.helix import double_cone_vertex
from darkfactory.kinematics.particles import PARTICLES, FinalState, conjugate
from darkfactory.kinematics.particles import Particle as Kind
from darkfactory.models import Model
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes import Decay, Sample, find_process, spin_vector
from darkfactory.processes.inputs import NORMS
from darkfactory.processes.muon_decay.neutrinos import two_neutrinos
from darkfactory.processes.requests import name_of, parameters
from darkfactory.recorded.base import Record, Response
from darkfactory.recorded.jet_states import add_states, numbers_of_states, states_of
from darkfactory.settings import Settings

__all__ = ["NEUTRINOS", "DecayRecord", "as_recorded", "first_final", "to_record"]

Array = NDArray[np.float64]
NEUTRINOS = ("pair", "two")
TOTAL_PRECISION = 2e-3
"""Relative error of the rate before the response, where rejected events are not generated."""


def _row(label: str, kind: Kind, mother: int | None = 0, status: int = FINAL) -> Particle:
    """Particle of a record; tracks are called by kind, with the number of their label: ``e+_1``."""
    number = label.lstrip(ascii_letters + "+-") if kind.charge else ""
    name = f"{kind.name}{'_' + number if number else ''}" if kind.charge or kind.neutrino else label
    return Particle(name, kind.pdg, status, mother, kind.mass)


def _turned(state: FinalState, sample: Sample) -> Callable[[Kind], Kind]:
    """From the particles of a positive parent to those of the parent of the sample."""
    return conjugate if state.initial[0].charge and sample.charge < 0 else (lambda kind: kind)


def _particles(
    state: FinalState, sample: Sample, process: Any, model: Model | None, neutrinos: str
) -> tuple[tuple[Particle, ...], list[Any]]:
    """Particles of the record and their momenta; states are those of a positive parent."""
    n = len(sample)
    turned = _turned(state, sample)
    particles = [_row(kind.name, turned(kind), None, INCOMING) for kind in state.initial]
    if not state.decays:
        particles = [replace(particle, name=f"{particle.name}_in") for particle in particles]
    momenta = [np.broadcast_to(p, (n, 4)) for p in state.p_initial]
    if "beam" in sample.momenta:
        momenta[0] = sample.momenta["beam"]
    mothers: dict[str, int] = {}
    for decaying in (state.before, state.resonance):
        if decaying is not None:
            kind, daughters = decaying
            kind = turned(kind)
            particles.append(_row(kind.name, kind, mothers.get(daughters[-1], 0), DECAYED))
            momenta.append(np.sum([sample.momenta[name] for name in daughters], axis=0))
            mothers |= dict.fromkeys(daughters, len(particles) - 1)
    for label, kind in state.final:
        if label == "nunu" and neutrinos == "two":
            pair = (PARTICLES[f"nubar_{process.parent}"], PARTICLES[f"nu_{process.daughter}"])
            particles += [_row(kind.name, turned(kind)) for kind in pair]
            momenta += two_neutrinos(sample, process, model)
            continue
        particles.append(_row(label, turned(kind), mother=mothers.get(label, 0)))
        momenta.append(sample.momenta[label])
    return tuple(particles), momenta


def _flights(sample: Sample, model: Any, state: FinalState, prompt: Any = 1.0) -> dict[str, Any]:
    """Proper decay lengths [mm] of an X that decays, and of an N before it, drawn with the numbers of the events.

    ``prompt`` is the probability of each event that X decays as near as a detector asks; lengths are drawn under that
    condition, since the weights have the probability already.
    """
    key = np.uint64(stream_key(sample.seed, f"flight {sample.process}"))
    names = _flying(state, sample)
    if not names:
        return {}
    u = uniforms_of(key, sample.numbers, len(names))
    # the last one is X
    lengths = [-np.log1p(-u[1]) * model.ctau_N_mm] if len(names) > 1 else []
    return dict(zip(names, [*lengths, -np.log1p(-u[0] * prompt) * model.ctau_mm], strict=True))


def _flying(state: FinalState, sample: Sample) -> list[str]:
    """Names of what flies before it decays, one after the other."""
    turned = _turned(state, sample)
    return [turned(decaying[0]).name for decaying in (state.before, state.resonance) if decaying is not None]


def _origin(card: Card, stop: Any, sample: Sample) -> Array:
    """Where the parents of a sample decay: on the target of the card, if it has one; at time 0."""
    radius, half_length = (card.value(key.name, 0.0) for key in (TARGET_RADIUS, TARGET_HALF_LENGTH))
    if not (radius or half_length):
        return np.zeros((0, 4))
    if stop is None:
        stop = uniforms_of(np.uint64(stream_key(sample.seed, f"stop {sample.process}")), sample.numbers, 2)
    u_z, u_phi = stop
    return _at_zero(np.stack(double_cone_vertex(u_z, u_phi, radius, half_length), axis=-1))


def _placed(
    card: Card, response: Response, sample: Sample, model: Any, state: FinalState
) -> tuple[dict[str, Array], Array]:
    """Flights and origin of events, under the condition that a detector records them."""
    drawn = response.displaced(sample.numbers, sample.momenta)
    if drawn is None:
        flights = _flights(sample, model, state, response.prompt(sample.momenta))
        return flights, _origin(card, response.stop(sample.numbers), sample)
    return dict(zip(_flying(state, sample), drawn.lengths, strict=True)), _at_zero(drawn.start)


def _at_zero(position: Array) -> Array:
    return np.concatenate([position, np.zeros((len(position), 1))], axis=1)


def to_record(
    sample: Sample,
    model: Model | None = None,
    *,
    norm: str = "exp",
    neutrinos: str = "pair",
    settings: Settings | None = None,
    states: bool = True,
) -> EventRecord:
    """Record of a sample: weights that add up to the branching ratio, all particles, spin and coupling pieces.

    Parameters
    ----------
    sample : Sample
        From :meth:`darkfactory.processes.Decay.sample`.
    model : object, optional
        Its model.
    norm : {"exp", "lo"}
        What the weights are divided by.
    neutrinos : {"pair", "two"}
        Whether a neutrino pair is one pseudo-particle (PDG 81) or two neutrinos.
    settings : Settings, optional
        Those of the process with which the events were made.
    states : bool
        Whether a dark jet is written with the states that it becomes.

    Returns
    -------
    EventRecord
        Ready for :func:`darkfactory.write_events`.
    """
    require(one_of("norm", norm, NORMS), one_of("neutrinos", neutrinos, NEUTRINOS))
    process = find_process(sample.process)
    state = process.state(model, settings)
    if neutrinos == "two" and "nunu" not in state.invisible:
        raise InvalidInput(f"neutrinos = two: {process.name} has no neutrino pair; leave the option out")
    particles, listed = _particles(state, sample, process, model, neutrinos)
    jets = [(i, numbers_of_states(listed[i], model)) for i, p in enumerate(particles) if p.pdg_id in JETS and states]
    for jet, counts in jets:
        particles = (*particles[:jet], replace(particles[jet], status=DECAYED), *particles[jet + 1 :])
        particles += tuple(states_of(int(counts.max()), jet))
    momenta = np.zeros((len(sample), len(particles), 4))
    for i, p in enumerate(listed):
        momenta[:, i] = p
    flights = _flights(sample, model, state)
    for jet, counts in jets:
        flights |= add_states(momenta, len(listed), jet, counts, sample, model)
    weights = sample.weights / process.denominator(norm)
    spin = np.array(sample.polarization)
    density = sample.stokes[:, 0] + sample.stokes[:, 1:] @ spin
    share = weights / np.where(density > 0, density, np.inf)
    pieces = [share * (piece[:, 0] + piece[:, 1:] @ spin) for piece in sample.pieces.values()]
    info = {} if model is None else {"name": name_of(model), **parameters(model)}
    info |= {f"value of {name}": value for name, value in sample.monomials.items()}
    info |= {
        "efficiency": sample.efficiency,
        "overweight": sample.overweight,
        "trials": sample.trials,
        "rate_error": sample.error / process.denominator(norm),
    }
    return EventRecord(
        process=sample.process,
        particles=particles,
        momenta=momenta,
        weights=weights,
        unit=process.unit,
        normalization=norm if process.unit == "1" else "",
        stokes=sample.stokes,
        pieces=np.stack(pieces, axis=1),
        piece_names=tuple(sample.pieces),
        polarization=sample.polarization,
        charge=sample.charge if state.initial[0].charge else 0,
        seed=sample.seed,
        model=info,
        references=process.references,
        flights=flights,
    )


@dataclass(frozen=True)
class DecayRecord(Record):
    """Record of a decay at rest, whose events a detector measures one by one.

    Attributes
    ----------
    process : Decay
        The decay.
    """

    process: Decay

    @property
    def polarization(self) -> Any:
        """Degree of polarization of the parents, or their spin vector."""
        return self.card.beam.polarization

    @abstractmethod
    def response(self, model: Any, *, cut: str | None, seed: int, charge: int) -> Response:
        """What the detector makes of events.

        Parameters
        ----------
        model : object
            Model of the process, or None.
        cut : str, optional
            Condition on observables of what is measured.
        seed, charge : int
            Seed of the random numbers, charge of the parent.
        """

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
        """Record of events, whose weights add up to the recorded rate (see :meth:`Record.events`)."""
        spin = self.polarization if options["polarization"] is None else options["polarization"]
        options = {**options, "polarization": spin_vector(spin)}
        process, card = self.process, self.card
        seed, charge = options["seed"], options["charge"]
        response = self.response(model, cut=cut, seed=seed, charge=charge)
        # without a threshold there are infinitely many photons: those that cannot be accepted are not generated
        always = response.preselection if process.state(model).photons else None
        if keep_rejected:
            sample = process.sample(n, model, cut=always, **options)
            share = response.share(sample.numbers, sample.momenta)
            total = float(sample.weights.sum())
        else:
            sample = process.sample(n, model, cut=response.preselection, select=response.share, **options)
            # accepted events have no other share than these
            share = response.share(sample.numbers, sample.momenta)
            spin = {"polarization": options["polarization"], "charge": charge}
            total = process.rate(model, cut=always, precision=TOTAL_PRECISION, seed=seed, **spin).value
        made, seen = to_record(sample, model, **form), response.measured(sample.numbers, sample.momenta)
        made = as_recorded(
            made,
            card,
            dict(zip(first_final(made), seen.values(), strict=False)),
            share,
            cut=cut,
            keep_rejected=keep_rejected,
            efficiency=response.efficiency,
            generated_rate=total / process.denominator(form["norm"]),
        )
        flights, origin = _placed(card, response, sample, model, process.state(model))
        return replace(made, flights={**made.flights, **flights}, origin=origin)


def first_final(made: EventRecord) -> list[str]:
    """Names of the particles that leave: those that a detector sees stand first."""
    return [p.name for p in made.particles if p.status == FINAL]


def as_recorded(
    made: EventRecord,
    card: Card,
    seen: Mapping[str, Array],
    share: Array,
    *,
    cut: str | None,
    keep_rejected: bool,
    efficiency: float,
    generated_rate: float,
) -> EventRecord:
    """Record of events with what an experiment measures of them.

    Parameters
    ----------
    made : EventRecord
        Events that were accepted by their share, or all of them.
    card : Card
        The experiment.
    seen : mapping
        Measured four-momenta (n, 4) [MeV] by name of the particle.
    share : ndarray, shape (n,)
        Part of each event that is recorded, without the flat efficiency.
    cut : str, optional
        Condition that it contains.
    keep_rejected : bool
        Whether events that are not accepted are among them.
    efficiency, generated_rate : float
        Flat efficiency of accepted events, and rate before the response.

    Returns
    -------
    EventRecord
        Its weights add up to the recorded rate.
    """
    kept = efficiency * (share if keep_rejected else np.ones(len(made)))
    weights = made.weights * kept
    recorded = Recorded(
        experiment=card.name,
        names=tuple(seen),
        momenta=np.stack(list(seen.values()), axis=1),
        accepted=share > 0,
        # rejected events were not drawn, the accepted ones have their share in the weight already
        generated=made.weights if keep_rejected else made.weights / share,
        efficiency=efficiency,
        generated_rate=generated_rate,
        settings={"cut": cut or "", **card.values()},
    )
    # the error of the trials is that of what they keep; of events that are only flagged it is that of the flagged ones
    error = float(np.sqrt(weights @ weights)) if keep_rejected else made.model["rate_error"] * efficiency
    return replace(
        made,
        weights=weights,
        pieces=made.pieces * kept[:, None],
        model={**made.model, "rate_error": error},
        references=tuple(dict.fromkeys((*made.references, *card.references))),
        recorded=recorded,
    )
