"""Other views of a record: its named observables, and nested arrays of the package awkward."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.eventfiles.columns import column_names
from darkfactory.eventfiles.particles import FINAL, INCOMING, JETS
from darkfactory.kinematics.observables import find_observable
from darkfactory.kinematics.particles import FinalState, numbered

if TYPE_CHECKING:
    from darkfactory.eventfiles.record import EventRecord

__all__ = ["observables", "to_awkward"]


def _final_state(record: EventRecord) -> tuple[FinalState, dict[str, list[int]]]:
    """Final state as observables know it, and the places of the particles that each of its names stands for."""
    known = [replace(numbered(p.pdg_id), mass=p.mass) for p in record.particles]
    # a dark jet is seen as a whole, whatever it becomes
    jets = [i for i, particle in enumerate(record.particles) if particle.pdg_id in JETS]
    final = [i for i, p in enumerate(record.particles) if i in jets or (p.status == FINAL and p.mother not in jets)]
    hadrons = [i for i in final if known[i].hadronic]
    charged = [i for i in final if known[i].charge and i not in hadrons]
    # two tracks are those of an X, of opposite charge
    labels = {0: () if hadrons else None, 1: ("e",), 2: ("e1", "e3"), 3: ("e1", "e2", "e3")}.get(len(charged))
    if labels is None:
        raise InvalidInput(f"{record.process}: {len(charged)} charged leptons; observables are known for one to three")
    places = {label: [i] for label, i in zip(labels, charged, strict=True)}
    photons = [i for i in final if known[i].seen and not known[i].charge and i not in hadrons]
    neutrinos = [i for i in final if known[i].neutrino]
    others = [i for i in final if i not in charged + photons + neutrinos + hadrons]
    places |= {"h": hadrons} if hadrons else {}
    places |= {"gamma": photons} if photons else {}
    places |= {"nunu": neutrinos} if neutrinos else {}
    places |= {record.particles[i].name: [i] for i in others}
    incoming = [i for i, p in enumerate(record.particles) if p.status == INCOMING]
    p_in: tuple[Any, ...] = (float(record.particles[0].mass or 0.0), 0.0, 0.0, 0.0)
    if len(incoming) > 1:
        p_in = tuple(record.momenta[:, incoming].sum(axis=1).T)
    state = FinalState(
        initial=tuple(known[i] for i in incoming),
        final=tuple((label, known[at[0]]) for label, at in places.items()),
        p_in=p_in,
    )
    return state, places


def observables(record: EventRecord, names: Sequence[str], measured: bool = False) -> dict[str, Any]:
    """Named observables of every event; see :meth:`EventRecord.observables`."""
    state, places = _final_state(record)
    momenta = {label: record.momenta[:, at].sum(axis=1) for label, at in places.items()}
    if measured:
        if record.recorded is None:
            raise InvalidInput("measured = True: allowed for records of an experiment; give experiment to events")
        seen = {record.names.index(name): record.recorded.momentum(name) for name in record.recorded.names}
        momenta |= {label: seen[at[0]] for label, at in places.items() if at[0] in seen}
        if 0 in seen:  # the energy of a beam as it is taken to be
            target = record.momenta[:, 1]
            state = replace(state, p_in=tuple((seen[0] + target).T))
        # what could be seen but is not measured, such as a photon in a shield, is missing
        lost = {label for label, kind in state.final if kind.seen and places[label][0] not in seen}
        final = tuple((label, kind) for label, kind in state.final if label not in lost)
        state = replace(state, final=final, missing=bool(lost))
    return {name: np.asarray(find_observable(name, state).of(momenta, state)) for name in names}


def to_awkward(record: EventRecord) -> Any:
    """Nested arrays of a record; see :meth:`EventRecord.to_awkward`."""
    try:
        import awkward as ak
    except ImportError:
        raise DarkfactoryError(
            "to_awkward needs the package awkward, which is not installed: pip install awkward"
        ) from None

    def momentum(p: Any, **more: Any) -> Any:
        fields = {name: p[:, i] for i, name in enumerate(("E", "px", "py", "pz"))}
        return ak.zip(fields | more, with_name="Momentum4D", depth_limit=1)

    def point(position: Any) -> Any:
        return ak.zip({name: position[:, i] for i, name in enumerate(("x", "y", "z", "t"))}, depth_limit=1)

    labels, pieces = column_names(record.names), column_names(record.piece_names)
    found: dict[str, Any] = {"weight": record.weights}
    if len(record.stokes):
        found["stokes"] = ak.zip({f"S{c}": record.stokes[:, i] for i, c in enumerate("0xyz")}, depth_limit=1)
    if record.piece_names:
        columns = {f"piece_{pieces[name]}": record.pieces[:, i] for i, name in enumerate(record.piece_names)}
        found["pieces"] = ak.zip(columns, depth_limit=1)
    if len(record.origin):
        found["origin"] = point(record.origin)
    for name in record.names:
        flight = {}
        if name in record.flights:
            flight = {"ctau": record.flights[name], "production": point(record.production(name))}
            flight |= {"decay": point(record.decay(name))}
        flight |= {"pdg_id": record.pdg_ids[name]} if name in record.pdg_ids else {}
        found[labels[name]] = momentum(record.momentum(name), **flight)
    if record.recorded is not None:
        found |= {"accepted": record.recorded.accepted, "generated_weight": record.recorded.generated}
        for name in record.recorded.names:
            found[f"{labels[name]}_measured"] = momentum(record.recorded.momentum(name))
    return ak.zip(found, depth_limit=1)
