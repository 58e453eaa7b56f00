"""Events of processes: the verb ``events``, whose record goes to files and to the next tool."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from string import ascii_letters
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.eventfiles import EventRecord, Particle, Recorded
from darkfactory.eventfiles.record import DECAYED, FINAL, INCOMING
from darkfactory.experiments import Card
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.kinematics.particles import PARTICLES, FinalState, conjugate
from darkfactory.kinematics.particles import Particle as Kind
from darkfactory.models import Model
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes import Decay, Sample, find_process, spin_vector
from darkfactory.processes.muon_decay.neutrinos import two_neutrinos
from darkfactory.recorded.tracks import TrackResponse, require_track_process
from darkfactory.result import card_entries, entries, run_block
from darkfactory.searches.cards import load_experiment
from darkfactory.settings import Settings, refuse_unread, split_settings
from darkfactory.verbs.rate import NORMS, model_of, name_of, parameters

__all__ = ["events", "to_record"]

NEUTRINOS = ("pair", "two")
TOTAL_PRECISION = 2e-3
"""Relative error of the rate before the response, where rejected events are not generated."""


def _row(label: str, kind: Kind, mother: int | None = 0, status: int = FINAL) -> Particle:
    """Particle of a record; tracks are called by kind, with the number of their label: ``e+_1``."""
    number = label.lstrip(ascii_letters + "+-") if kind.charge else ""
    name = f"{kind.name}{'_' + number if number else ''}" if kind.charge or kind.neutrino else label
    return Particle(name, kind.pdg, status, mother, kind.mass)


def _particles(
    state: FinalState, sample: Sample, process: Any, model: Model | None, neutrinos: str
) -> tuple[tuple[Particle, ...], list[Any]]:
    """Particles of the record and their momenta; states are those of a positive parent."""
    n = len(sample)
    turned = conjugate if state.initial[0].charge and sample.charge < 0 else (lambda kind: kind)
    particles = [_row(kind.name, turned(kind), None, INCOMING) for kind in state.initial]
    if not state.decays:
        particles = [replace(particle, name=f"{particle.name}_in") for particle in particles]
    momenta = [np.broadcast_to(p, (n, 4)) for p in state.p_initial]
    daughters: tuple[str, ...] = ()
    if state.resonance is not None:
        kind, daughters = state.resonance
        particles.append(_row(kind.name, kind, status=DECAYED))
        momenta.append(np.sum([sample.momenta[name] for name in daughters], axis=0))
    for label, kind in state.final:
        if label == "nunu" and neutrinos == "two":
            pair = (PARTICLES[f"nubar_{process.parent}"], PARTICLES[f"nu_{process.daughter}"])
            particles += [_row(kind.name, turned(kind)) for kind in pair]
            momenta += two_neutrinos(sample, process, model)
            continue
        particles.append(_row(label, turned(kind), mother=len(state.initial) if label in daughters else 0))
        momenta.append(sample.momenta[label])
    return tuple(particles), momenta


def _flights(sample: Sample, model: Any, name: str, prompt: Any) -> dict[str, Any]:
    """Proper decay lengths [mm] of an X that decays, drawn with the numbers of the events.

    ``prompt`` is the probability of each event that X decays as near as a detector asks; lengths are drawn under that
    condition, since the weights have the probability already.
    """
    key = np.uint64(stream_key(sample.seed, f"flight {sample.process}"))
    (u,) = uniforms_of(key, sample.numbers, 1)
    return {name: -np.log1p(-u * prompt) * model.ctau_mm}


def to_record(
    sample: Sample,
    model: Model | None = None,
    *,
    norm: str = "exp",
    neutrinos: str = "pair",
    prompt: Any = 1.0,
    settings: Settings | None = None,
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
    prompt : array_like
        Probability that an X decays within the distance at which the events are recorded; 1 for any distance.
    settings : Settings, optional
        Those of the process with which the events were made.

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
    particles, momenta = _particles(state, sample, process, model, neutrinos)
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
        momenta=np.stack(momenta, axis=1),
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
        flights=_flights(sample, model, state.resonance[0].name, prompt) if state.resonance else {},
    )


def events(
    process: str,
    *,
    n: int = 10000,
    model: str | Model | None = None,
    settings: Mapping[str, Any] | None = None,
    cut: str | None = None,
    polarization: Any = None,
    charge: int = 1,
    seed: int = 0,
    weighted: bool = False,
    norm: str = "exp",
    experiment: str | None = None,
    keep_rejected: bool = False,
    neutrinos: str = "pair",
) -> EventRecord:
    """Events of a process, or as an experiment records them.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e e e a"``.
    n : int
        Number of events in the record; of trials if ``weighted``.
    model : str or model object, optional
        The process's own model with its defaults otherwise.
    settings : mapping, optional
        ``model.*`` keys; with an experiment ``beam.*`` and ``detector.*`` too.
    cut : str, optional
        Condition on named observables that every event passes; with an experiment on those of the measured tracks.
    polarization : float or sequence, optional
        Spin vector of the parent, e.g. (0, 0, -0.85), or its degree against the beam; by default 0, or the
        ``beam.polarization`` of the experiment.
    charge : {1, -1}
        Charge of the parent.
    seed : int
        Seed; events depend on it alone, not on chunks or threads.
    weighted : bool
        Keep every trial with its weight instead of accepting events of equal weight.
    norm : {"exp", "lo"}
        What the rate is divided by.
    experiment : str, optional
        Card of a detector of tracks; for decays with three tracks. The record then holds what is measured next to the
        true momenta, see :class:`darkfactory.eventfiles.Recorded`.
    keep_rejected : bool
        Whether events that the experiment does not accept stay in the record, with weight 0 and their flag.
    neutrinos : {"pair", "two"}
        Whether a neutrino pair is one particle (PDG 81), or two neutrinos, drawn from the exact amplitude at the
        momenta of the other particles: then every particle is one that a detector simulation knows.

    Returns
    -------
    EventRecord
        The sum of its weights is the rate; at an experiment the recorded one: branching ratio times acceptance (with the
        probability that an X decays promptly) times ``detector.efficiency``. Over all experiment's stopped muons that
        gives the expected number of events. Unweighted events have equal weights but for a few overweights, whose part
        in the sum is ``model["overweight"]``. An X or a that decays into e e flies as its width says, see
        :attr:`EventRecord.flights`; at an experiment to where it still counts as prompt.

    Raises
    ------
    DarkfactoryError
        For unknown names, values outside their domain, infrared divergences and closed channels.

    Examples
    --------
    >>> record = events("mu -> e a", n=100, seed=1, polarization=(0, 0, -0.85))
    >>> len(record), record.imbalance() < 1e-12
    (100, True)
    >>> record = events("mu -> e e e a", n=100, experiment="mu3e-phase1", seed=1)
    >>> len(record), bool(record.recorded.accepted.all()), record.recorded.names
    (100, True, ('e+_1', 'e+_2', 'e-_3'))
    """
    asked = dict(locals())
    found = find_process(process)
    model_settings, rest = split_settings(settings)
    require(one_of("norm", norm, NORMS), one_of("neutrinos", neutrinos, NEUTRINOS))
    options: dict[str, Any] = {"charge": charge, "seed": seed, "weighted": weighted}
    if experiment is not None:
        require_track_process(found.name, "events")
        require(*(f"{key}: unknown key of events; model.*, beam.*, detector.*" for key in rest if key[:7] == "search."))
        card, built = load_experiment(experiment, rest), model_of(found, model, model_settings)
        options["polarization"] = spin_vector(card.value("beam.polarization") if polarization is None else polarization)
        record = _at_experiment(found, built, card, n, cut, keep_rejected, options, norm=norm, neutrinos=neutrinos)
        if not record.flights:
            card.ignores("detector.prompt_distance")
        refuse_unread(f"events of {found.name} at {card.name}", card)
        used = card_entries(card) | entries(parameters(built), model_settings, "model.")
        return replace(record, run=run_block(events, asked, settings=used, card=card, seed=seed))
    require("keep_rejected = True: allowed with an experiment, which rejects" if keep_rejected else None)
    asked_for = {**options, "cut": cut, "polarization": polarization, "norm": norm, "neutrinos": neutrinos}
    unset = {"charge": 1, "seed": 0, "weighted": False, "norm": "exp", "neutrinos": "pair"}
    given = {name: None if value == unset.get(name) else value for name, value in asked_for.items()}
    given, model_settings, own = found.request("events", given, settings)
    built = model_of(found, model, model_settings)
    form = {name: given.pop(name) for name in ("norm", "neutrinos") if name in given}
    record = to_record(found.sample(n, built, own, **given), built, settings=own, **form)
    used = entries(own.echo(), settings or {}) | entries(parameters(built), model_settings, "model.")
    return replace(record, run=run_block(events, asked, settings=used, seed=seed))


def _at_experiment(
    process: Decay,
    model: Model | None,
    card: Card,
    n: int,
    cut: str | None,
    keep_rejected: bool,
    options: Mapping[str, Any],
    **form: Any,
) -> EventRecord:
    """Record of events as an experiment measures them."""
    detector = TrackDetector.from_card(card)
    seed, charge = options["seed"], options["charge"]
    response = TrackResponse.of(detector, process, model, cut=cut, seed=seed, charge=charge)
    if keep_rejected:
        sample = process.sample(n, model, **options)
        share = response.share(sample.numbers, sample.momenta)
        total = float(sample.weights.sum())
    else:
        sample = process.sample(n, model, cut=response.preselection, select=response.share, **options)
        share = response.prompt(sample.momenta)
        spin = {"polarization": options["polarization"], "charge": charge}
        total = process.rate(model, precision=TOTAL_PRECISION, seed=seed, **spin).value
    record = to_record(sample, model, prompt=response.prompt(sample.momenta), **form)
    kept = detector.efficiency * (share if keep_rejected else np.ones(len(sample)))
    tracks = response.measured(sample.numbers, sample.momenta)
    names = [p.name for p in record.particles if p.status == 1][: len(tracks)]
    # rejected events were not drawn, the accepted ones have their share in the weight already
    generated = record.weights if keep_rejected else record.weights / share
    recorded = Recorded(
        experiment=card.name,
        names=tuple(names),
        momenta=np.stack([tracks[name] for name in response.state.tracks], axis=1),
        accepted=share > 0,
        generated=generated,
        efficiency=detector.efficiency,
        generated_rate=total / process.denominator(form["norm"]),
        settings={"cut": cut or "", **card.values()},
    )
    weights, pieces = record.weights * kept, record.pieces * kept[:, None]
    # the error of the trials is that of what they keep; of events that are only flagged it is that of the flagged ones
    error = float(np.sqrt(weights @ weights)) if keep_rejected else record.model["rate_error"] * detector.efficiency
    info = {**record.model, "rate_error": error}
    references = tuple(dict.fromkeys((*record.references, *card.references)))
    return replace(record, weights=weights, pieces=pieces, model=info, references=references, recorded=recorded)
