"""Records of events: all particles of a sample, and what an experiment measures of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from darkfactory.constants import LEPTON_MASS
from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.eventfiles import EventRecord, Particle, Recorded
from darkfactory.kinematics.observables import FinalState
from darkfactory.models import Model
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes import Process, Sample, find_process
from darkfactory.processes.inputs import NORMS
from darkfactory.processes.muon_decay.neutrinos import two_neutrinos
from darkfactory.processes.requests import name_of, parameters
from darkfactory.recorded.base import Record

__all__ = ["NEUTRINOS", "recorded_events", "to_record"]

_PDG = {"e": 11, "mu": 13, "tau": 15, "gamma": 22, "a": 54, "nunu": 81}
NEUTRINOS = ("pair", "two")
_PDG_OF_SPIN = {0: 54, 1: 55}
"""Number of an X by its spin."""
TOTAL_PRECISION = 2e-3
"""Relative error of the rate before the response, where rejected events are not generated."""


def _pdg(name: str, model: Model | None) -> int:
    """Number of a particle; an X of spin 1 has another than one of spin 0."""
    if name == "X":
        return 54 if model is None else _PDG_OF_SPIN[model.spin]
    return _PDG[name]


def _charged(name: str, kind: str, charge: int, mother: int, **more: Any) -> Particle:
    sign = "+" if charge > 0 else "-"
    number = name.removeprefix("e")
    return Particle(f"{kind}{sign}{'_' + number if number else ''}", -charge * _PDG[kind], mother=mother, **more)


def _neutrino(flavor: str, anti: bool) -> Particle:
    number = _PDG[flavor] + 1
    return Particle(f"nu{'bar' if anti else ''}_{flavor}", -number if anti else number, mass=0.0)


def _particles(
    state: FinalState, sample: Sample, process: Process, model: Model | None, resonant: bool, neutrinos: str
) -> tuple[tuple[Particle, ...], list[Any]]:
    """Particles of the record and their momenta."""
    n, charge = len(sample), sample.charge
    mass = 0.0 if model is None else float(model.mass)
    rest = np.broadcast_to([state.parent_mass, 0.0, 0.0, 0.0], (n, 4))
    if state.parent == "X":
        parent = Particle("X", _pdg("X", model), status=4, mother=None, mass=state.parent_mass)
    else:
        sign = "+" if charge > 0 else "-"
        parent = Particle(f"{state.parent}{sign}", -charge * _PDG[state.parent], 4, None, LEPTON_MASS[state.parent])
    particles, momenta = [parent], [rest]
    if resonant:
        name = "X" if "nunu" in state.invisible else "a"
        particles.append(Particle(name, _pdg(name, model), status=2, mother=0, mass=mass))
        momenta.append(sample.momenta["e2"] + sample.momenta["e3"])
    for name in state.tracks:
        opposite = len(state.tracks) > 1 and name == state.tracks[-1]
        mother = 1 if resonant and name in ("e2", "e3") else 0
        own = -charge if opposite else charge
        particles.append(_charged(name, process.daughter, own, mother, mass=state.track_mass))
        momenta.append(sample.momenta[name])
    for name in state.photons + state.invisible:
        if name == "nunu" and neutrinos == "two":
            particles += [_neutrino(process.parent, charge > 0), _neutrino(process.daughter, charge < 0)]
            momenta += two_neutrinos(sample, process, model)
            continue
        own_mass = {"gamma": 0.0, "nunu": None}.get(name, mass)
        particles.append(Particle(name, _pdg(name, model), mass=own_mass))
        momenta.append(sample.momenta[name])
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
    sample: Sample, model: Model | None = None, *, norm: str = "exp", neutrinos: str = "pair", prompt: Any = 1.0
) -> EventRecord:
    """Record of a sample: weights that add up to the branching ratio, all particles, spin and coupling pieces.

    Parameters
    ----------
    sample : Sample
        From :meth:`darkfactory.processes.Process.sample`.
    model : object, optional
        Its model.
    norm : {"exp", "lo"}
        What the weights are divided by.
    neutrinos : {"pair", "two"}
        Whether a neutrino pair is one pseudo-particle (PDG 81) or two neutrinos.
    prompt : array_like
        Probability that an X decays within the distance at which the events are recorded; 1 for any distance.

    Returns
    -------
    EventRecord
        Ready for :func:`darkfactory.write_events`.
    """
    require(one_of("norm", norm, NORMS), one_of("neutrinos", neutrinos, NEUTRINOS))
    process = find_process(sample.process)
    state = process.state(model)
    if neutrinos == "two" and "nunu" not in state.invisible:
        raise InvalidInput(f"neutrinos = two: {process.name} has no neutrino pair; leave the option out")
    resonant = sample.process.endswith((", X -> e e", ", a -> e e"))
    particles, momenta = _particles(state, sample, process, model, resonant, neutrinos)
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
        unit="1" if process.total_width is not None else "MeV",
        normalization=norm if process.total_width is not None else "",
        stokes=sample.stokes,
        pieces=np.stack(pieces, axis=1),
        piece_names=tuple(sample.pieces),
        polarization=sample.polarization,
        charge=sample.charge if process.parent != "X" else 0,
        seed=sample.seed,
        model=info,
        references=process.references,
        flights=_flights(sample, model, particles[1].name, prompt) if resonant else {},
    )


def recorded_events(
    record: Record,
    model: Model | None,
    n: int,
    *,
    cut: str | None = None,
    keep_rejected: bool = False,
    options: Mapping[str, Any],
    **form: str,
) -> EventRecord:
    """Record of events as an experiment measures them.

    Parameters
    ----------
    record : Record
        Process and experiment.
    model : object
        Model of the process, or None.
    n : int
        Number of events.
    cut : str, optional
        Condition on observables of what is measured.
    keep_rejected : bool
        Whether events that are not accepted stay in the record, with weight 0.
    options : mapping
        ``polarization``, ``charge``, ``seed`` and ``weighted`` of :meth:`darkfactory.processes.Process.sample`.
    **form : str
        ``norm`` and ``neutrinos`` of :func:`to_record`.

    Returns
    -------
    EventRecord
        Its weights add up to the recorded rate.
    """
    process, card = record.process, record.card
    seed, charge = options["seed"], options["charge"]
    response = record.response(model, cut=cut, seed=seed, charge=charge)
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
    made = to_record(sample, model, prompt=response.prompt(sample.momenta), **form)
    kept = response.efficiency * (share if keep_rejected else np.ones(len(sample)))
    seen = response.measured(sample.numbers, sample.momenta)
    names = [p.name for p in made.particles if p.status == 1][: len(seen)]
    # rejected events were not drawn, the accepted ones have their share in the weight already
    generated = made.weights if keep_rejected else made.weights / share
    recorded = Recorded(
        experiment=card.name,
        names=tuple(names),
        momenta=np.stack(list(seen.values()), axis=1),
        accepted=share > 0,
        generated=generated,
        efficiency=response.efficiency,
        generated_rate=total / process.denominator(form["norm"]),
        settings={"cut": cut or "", **card.values()},
    )
    weights, pieces = made.weights * kept, made.pieces * kept[:, None]
    # the error of the trials is that of what they keep; of events that are only flagged it is that of the flagged ones
    error = float(np.sqrt(weights @ weights)) if keep_rejected else made.model["rate_error"] * response.efficiency
    info = {**made.model, "rate_error": error}
    references = tuple(dict.fromkeys((*made.references, *card.references)))
    return replace(made, weights=weights, pieces=pieces, model=info, references=references, recorded=recorded)
