"""Events of processes: the verb ``events``, whose record goes to files and to the next tool."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.constants import LEPTON_MASS
from darkfactory.errors import one_of, require
from darkfactory.eventfiles import EventRecord, Particle
from darkfactory.kinematics.observables import FinalState
from darkfactory.models import Model
from darkfactory.processes import Sample, find_process
from darkfactory.rates import NORMS, model_of, name_of, parameters
from darkfactory.settings import split_settings

__all__ = ["events", "to_record"]

_PDG = {"e": 11, "mu": 13, "tau": 15, "gamma": 22, "a": 54, "nunu": 81}
_PDG_OF_X = {"vector": 55}
"""By spin: 55 is a mediator of spin 1, 54 one of spin 0."""


def _charged(name: str, kind: str, charge: int, mother: int, **more: Any) -> Particle:
    sign = "+" if charge > 0 else "-"
    number = name.removeprefix("e")
    return Particle(f"{kind}{sign}{'_' + number if number else ''}", -charge * _PDG[kind], mother=mother, **more)


def _particles(state: FinalState, sample: Sample, daughter: str, mass: float, resonant: bool) -> tuple[
    tuple[Particle, ...], list[Any]
]:  # fmt: skip
    """Particles of the record and their momenta."""
    n, charge = len(sample), sample.charge
    rest = np.broadcast_to([state.parent_mass, 0.0, 0.0, 0.0], (n, 4))
    if state.parent == "X":
        parent = Particle("X", _PDG["X"], status=4, mother=None, mass=state.parent_mass)
    else:
        sign = "+" if charge > 0 else "-"
        parent = Particle(f"{state.parent}{sign}", -charge * _PDG[state.parent], 4, None, LEPTON_MASS[state.parent])
    particles, momenta = [parent], [rest]
    if resonant:
        name = "X" if "nunu" in state.invisible else "a"
        particles.append(Particle(name, _PDG[name], status=2, mother=0, mass=mass))
        momenta.append(sample.momenta["e2"] + sample.momenta["e3"])
    for name in state.tracks:
        opposite = len(state.tracks) > 1 and name == state.tracks[-1]
        mother = 1 if resonant and name in ("e2", "e3") else 0
        own = -charge if opposite else charge
        particles.append(_charged(name, daughter, own, mother, mass=state.track_mass))
        momenta.append(sample.momenta[name])
    for name in state.photons + state.invisible:
        own_mass = {"gamma": 0.0, "nunu": None}.get(name, mass)
        particles.append(Particle(name, _PDG[name], mass=own_mass))
        momenta.append(sample.momenta[name])
    return tuple(particles), momenta


def to_record(sample: Sample, model: Model | None = None, *, norm: str = "exp") -> EventRecord:
    """Record of a sample: weights that add up to the branching ratio, all particles, spin and coupling pieces.

    Parameters
    ----------
    sample : Sample
        From :meth:`darkfactory.processes.Process.sample`.
    model : object, optional
        Its model.
    norm : {"exp", "lo"}
        What the weights are divided by.

    Returns
    -------
    EventRecord
        Ready for :func:`darkfactory.write_events`. The neutrino pair is one pseudo-particle (PDG 81).
    """
    require(one_of("norm", norm, NORMS))
    process = find_process(sample.process)
    state = process.state(model)
    resonant = sample.process.endswith((", X -> e e", ", a -> e e"))
    mass = 0.0 if model is None else float(model.mass)
    particles, momenta = _particles(state, sample, process.daughter, mass, resonant)
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
    )


def events(
    process: str,
    *,
    n: int = 10000,
    model: str | Model | None = None,
    settings: Mapping[str, Any] | None = None,
    cut: str | None = None,
    polarization: Any = (0.0, 0.0, 0.0),
    charge: int = 1,
    seed: int = 0,
    weighted: bool = False,
    norm: str = "exp",
) -> EventRecord:
    """Events of a decay at rest.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e e e a"``.
    n : int
        Number of events; of trials if ``weighted``.
    model : str or model object, optional
        The process's own model with its defaults otherwise.
    settings : mapping, optional
        ``model.*`` keys.
    cut : str, optional
        Condition on named observables that every event passes.
    polarization : float or sequence
        Spin vector of the parent, e.g. (0, 0, -0.85), or its degree against the beam.
    charge : {1, -1}
        Charge of the parent.
    seed : int
        Seed; events depend on it alone, not on chunks or threads.
    weighted : bool
        Keep every trial with its weight instead of accepting events of equal weight.
    norm : {"exp", "lo"}
        What the rate is divided by.

    Returns
    -------
    EventRecord
        The sum of its weights is the rate. Unweighted events have equal weights but for a few overweights, whose part
        in the sum is ``model["overweight"]``.

    Raises
    ------
    DarkfactoryError
        For unknown names, values outside their domain, infrared divergences and closed channels.

    Examples
    --------
    >>> record = events("mu -> e a", n=100, seed=1, polarization=(0, 0, -0.85))
    >>> len(record), record.imbalance() < 1e-12
    (100, True)
    """
    found = find_process(process)
    model_settings, rest = split_settings(settings)
    require(*(f"{key}: unknown key of events; keys are model.*" for key in rest))
    built = model_of(found, model, model_settings)
    sample = found.sample(
        n, built, cut=cut, polarization=polarization, charge=charge, seed=seed, weighted=weighted
    )  # fmt: skip
    return to_record(sample, built, norm=norm)
