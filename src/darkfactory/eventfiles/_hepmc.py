"""HepMC3 ASCII through pyhepmc, written in MeV and mm, read in the units that the file states."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.constants import GEV
from darkfactory.errors import InvalidInput, require
from darkfactory.eventfiles._checks import REMEDY, TOLERANCE, flying, metadata_of, pdg_ids_of, require_numbers, sealed
from darkfactory.eventfiles._text import binary_file, open_text, split_weights, weight_names, weight_table
from darkfactory.eventfiles.particles import DECAYED, FINAL, INCOMING, PRODUCTS, together
from darkfactory.eventfiles.record import EventRecord
from darkfactory.kinematics.flight import MM_PER_NS

KEY = "darkfactory"
END = b"HepMC::Asciiv3-END_EVENT_LISTING"
MEASURED, PROPER = "measured", "ctau"
"""Attributes of particles: what a detector measures; proper decay length [mm] of one whose products are not told."""
_CHUNK = 500
_MM_PER_CM = 10.0


def _weights(record: EventRecord) -> Any:
    return np.concatenate([record.weights[:, None], weight_table(record)], axis=1)


def _vertices(record: EventRecord) -> dict[int, Any]:
    """Positions (x, y, z, ct) [mm], shape (n, 4), of decays that the record tells and that are not at the mother's, by place."""
    parent = (record.names[0],) if len(record.origin) else ()
    told = [name for name in record.flights if record.particles[record.names.index(name)].status != FINAL]
    return {record.names.index(name): record.decay(name, time_in="mm") for name in (*parent, *told)}


def _untold(record: EventRecord) -> dict[int, Any]:
    """Proper decay lengths (n,) [mm] of the particles of which the record does not say what they become."""
    places = {record.names.index(name): ctau for name, ctau in record.flights.items()}
    return {place: ctau for place, ctau in places.items() if record.particles[place].status == FINAL}


def _numbers(record: EventRecord) -> list[Any]:
    found = [_weights(record), record.momenta, *_vertices(record).values(), *_untold(record).values()]
    found += record.pdg_ids.values()
    return found if record.recorded is None else [*found, record.recorded.accepted, record.recorded.momenta]


def _run(record: EventRecord) -> Any:
    import pyhepmc

    run = pyhepmc.GenRunInfo()
    run.tools = [("darkfactory", record.version, record.process)]
    # names are separated by blanks in the file
    run.weight_names = ["weight", *("_".join(name.split()) for name in weight_names(record))]
    norm = f", normalization {record.normalization}" if record.normalization else ""
    run.attributes = {
        KEY: sealed(record, _numbers(record)),
        "cross_section_unit": f"{record.unit} (a rate{norm}), not pb",
    }
    return run


def write_hepmc(record: EventRecord, path: Path, compressed: bool) -> None:
    """Write a record."""
    import pyhepmc

    run, events = _run(record), _Events(record)
    # the library does not always say that a disk is full: it writes to memory, and Python to the disk
    memory = io.BytesIO()
    stream = pyhepmc.io.pyiostream(memory)
    with binary_file(path, compressed) as file:

        def empty_memory() -> None:
            stream.flush()
            file.write(memory.getvalue())
            memory.seek(0)
            memory.truncate()

        with pyhepmc.io.WriterAscii(stream, run) as writer:
            writer.precision = 16  # digits behind the point: all of a double
            for number in range(len(record)):
                writer.write_event(events.made(run, number))
                if number % _CHUNK == 0:
                    empty_memory()
            if writer.failed():
                raise OSError("pyhepmc could not write all events")
        empty_memory()


class _Events:
    """Events of a record as pyhepmc has them."""

    def __init__(self, record: EventRecord):
        self.record = record
        table = _weights(record)
        self.weights, self.momenta = table.tolist(), record.momenta.tolist()
        self.positions = {place: vertex.tolist() for place, vertex in _vertices(record).items()}
        self.pdg_ids = record.pdg_table.tolist()
        self.counts = record.present.sum(axis=1).tolist()
        self.proper = {place: ctau.tolist() for place, ctau in _untold(record).items()}
        self.ends = {place: record.decay(record.names[place], time_in="mm").tolist() for place in self.proper}
        # of each weight: what its sum is, and the same relative error for all
        self.rates = table.sum(axis=0).tolist()
        self.relative_error = record.rate_error / abs(record.rate) if record.rate else 0.0
        self.trials = int(record.model.get("trials", len(record)))

    def made(self, run: Any, number: int) -> Any:
        import pyhepmc

        record = self.record
        event = pyhepmc.GenEvent(run, pyhepmc.Units.MEV, pyhepmc.Units.MM)
        event.event_number = number
        event.weights = self.weights[number]
        made: list[Any] = []
        vertices: dict[int, Any] = {}
        count = self.counts[number]
        told = zip(record.particles[:count], self.pdg_ids[number], self.momenta[number], strict=False)
        for particle, pdg_id, (E, px, py, pz) in told:
            own = pyhepmc.GenParticle((px, py, pz, E), pdg_id, particle.status)
            if particle.mass is not None:
                own.generated_mass = particle.mass
            made.append(own)
            mother = particle.mother
            if mother is not None:
                if mother not in vertices:
                    place = self.positions.get(mother)
                    vertices[mother] = pyhepmc.GenVertex() if place is None else pyhepmc.GenVertex(tuple(place[number]))
                    for place_in in together(record.particles, mother):
                        vertices[mother].add_particle_in(made[place_in])
                vertices[mother].add_particle_out(own)
        for vertex in vertices.values():
            event.add_vertex(vertex)
        for place, proper in self.proper.items():
            if place < count:
                made[place].attributes, made[place].status = {PROPER: repr(proper[number])}, DECAYED
                # behind all other vertices, so that readers find those where they are without it
                end = pyhepmc.GenVertex(tuple(self.ends[place][number]))
                end.add_particle_in(made[place])
                end.add_particle_out(pyhepmc.GenParticle(made[place].momentum, PRODUCTS, FINAL))
                event.add_vertex(end)
        section = pyhepmc.GenCrossSection()
        event.cross_section = section
        section.set_cross_section(self.rates[0], self.relative_error * abs(self.rates[0]), len(record), self.trials)
        for i, rate in enumerate(self.rates[1:], start=1):
            section.set_xsec(i, rate)
            section.set_xsec_err(i, self.relative_error * abs(rate))
        seen = record.recorded
        if seen is not None:
            event.attributes["accepted"] = int(seen.accepted[number])
            for name, p in zip(seen.names, seen.momenta[number].tolist(), strict=True):
                # as text, which keeps all digits
                made[record.names.index(name)].attributes = {MEASURED: "{1!r} {2!r} {3!r} {0!r}".format(*p)}
        return event


def read_hepmc(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata and arrays of a record."""
    import pyhepmc

    run, rows = None, []
    with open_text(path, END) as file, _silence():
        try:
            with pyhepmc.open(file, format="hepmc3") as events:
                for event in events:
                    run = event.run_info
                    rows.append(_row(event))
        except RuntimeError as error:  # of the parser
            raise InvalidInput(f"not a HepMC3 file ({error})") from None
    attributes = run.attributes if run is not None else {}
    if KEY not in attributes:
        raise InvalidInput("has no darkfactory metadata, or no events; read it with pyhepmc")
    metadata = metadata_of(str(attributes[KEY]))
    n = len(rows)
    require_numbers(metadata, n)
    particles = metadata["particles"]
    names = [p["name"] for p in particles]
    orders: dict[int, list[int]] = {}
    mothers: list[int] = []
    for row in rows:
        count = len(row["pdg_id"])
        if count not in orders:
            # HepMC numbers the particles by vertices: put them back in the order of the record
            orders[count], mothers = _places(particles[:count])
        _put_back(row, orders[count], len(particles))
    _require_masses(particles, rows)
    pdg_ids = pdg_ids_of(metadata, [row["pdg_id"].tolist() for row in rows])
    table, momenta = (np.array([row[name] for row in rows]) for name in ("weights", "momenta"))
    positions = np.array([row["vertices"] for row in rows])
    parent = [0] if "origin" in metadata else []
    flights = [names.index(name) for name in flying(metadata)]
    told = [i for i in flights if particles[i]["status"] != FINAL]
    decays = {i: positions[:, mothers.index(i)] for i in (*parent, *told)}
    untold = {i: np.array([row["proper"][i] for row in rows]) for i in flights if i not in told}
    found: dict[str, Any] = {"momenta": momenta, "weights": table[:, 0], **split_weights(metadata, table[:, 1:])}
    numbers = [table, momenta, *decays.values(), *untold.values(), *pdg_ids.values()]
    found["pdg_ids"] = pdg_ids
    if "recorded" in metadata:
        tracks = [names.index(name) for name in metadata["recorded"]["measured"]["names"]]
        found["measured"] = np.array([[row["measured"][i] for i in tracks] for row in rows])
        found["accepted"] = np.array([row["accepted"] for row in rows], dtype=bool)
        numbers += [found["accepted"], found["measured"]]
    # with other units the last digits differ
    require_numbers(metadata, n, numbers if all(row["as_written"] for row in rows) else None)
    if parent:
        found["origin"] = decays.pop(0) / [1.0, 1.0, 1.0, MM_PER_NS]
    found["flights"] = {names[i]: ctau for i, ctau in untold.items()}
    for i, decay in decays.items():
        flown = decay[:, 3] - positions[:, mothers.index(particles[i]["mother"]), 3]
        found["flights"][names[i]] = particles[i]["mass"] * flown / momenta[:, i, 0]
    return metadata, found


def _put_back(row: dict[str, Any], order: list[int], count: int) -> None:
    """Particles of an event in the order of the record, with 0 for those that it lacks."""
    lacking = count - len(order)
    row["momenta"] = np.concatenate([row["momenta"][order], np.zeros((lacking, 4))])
    row["pdg_id"], row["masses"] = row["pdg_id"][order], row["masses"][order]
    for name in ("measured", "proper"):
        row[name] = {place: row[name].get(at, 0.0) for place, at in enumerate([*order, *[-1] * lacking])}


@contextmanager
def _silence() -> Iterator[None]:
    """The library prints what it thinks of damaged files, partly on standard output; errors are told here."""
    from pyhepmc import Setup

    before = Setup.print_errors, Setup.print_warnings, Setup.debug_level
    Setup.print_errors, Setup.print_warnings, Setup.debug_level = False, False, -1
    try:
        yield
    finally:
        Setup.print_errors, Setup.print_warnings, Setup.debug_level = before


def _row(event: Any) -> dict[str, Any]:
    """What is read of one event, in MeV and mm, in the order of the file."""
    import pyhepmc

    energy = GEV if event.momentum_unit == pyhepmc.Units.GEV else 1.0
    length = _MM_PER_CM if event.length_unit == pyhepmc.Units.CM else 1.0
    p, v = event.numpy.particles, event.numpy.vertices
    pid = np.array(p.pid)
    own = pid != PRODUCTS  # these and the vertices that they leave come last
    row = {
        "weights": np.array(event.weights),
        "momenta": energy * np.stack([p.e, p.px, p.py, p.pz], axis=-1)[own],
        "vertices": length * np.stack([v.x, v.y, v.z, v.t], axis=-1)[: len(v.x) - np.sum(~own)],
        "masses": energy * p.generated_mass[own],
        "pdg_id": pid[own],
        "as_written": energy == length == 1.0,
    }
    if "accepted" in event.attributes:
        row["accepted"] = int(str(event.attributes["accepted"]))
    row["measured"] = {i: _measured(q) for i, q in enumerate(event.particles) if MEASURED in q.attributes}
    row["proper"] = {
        i: float(str(q.attributes[PROPER])) for i, q in enumerate(event.particles) if PROPER in q.attributes
    }
    return row


def _require_masses(particles: list[dict[str, Any]], rows: list[dict[str, Any]]) -> None:
    """Raise unless the particles of every event have the masses of the metadata."""
    for number, row in enumerate(rows):
        same = all(
            abs(mass - p["mass"]) <= TOLERANCE * max(p["mass"], 1.0)
            for p, mass in zip(particles, row["masses"], strict=False)
            if p["mass"] is not None
        )
        require(None if same else f"event {number}: its particles are not those of the metadata; {REMEDY}")


def _measured(particle: Any) -> list[float]:
    """Measured (E, px, py, pz) of a particle."""
    px, py, pz, E = (float(text) for text in str(particle.attributes[MEASURED]).split())
    return [E, px, py, pz]


def _places(particles: list[dict[str, Any]]) -> tuple[list[int], list[int]]:
    """Place in a HepMC file of every particle: incoming first, then vertex by vertex; and the mothers by vertex."""
    written: list[int] = []
    mothers = list(dict.fromkeys(p["mother"] for p in particles if p["mother"] is not None))
    for mother in mothers:
        if particles[mother]["status"] == INCOMING:
            written += [i for i, p in enumerate(particles) if p["status"] == INCOMING]
        elif mother not in written:
            written.append(mother)
        written += [i for i, p in enumerate(particles) if p["mother"] == mother]
    return [written.index(i) for i in range(len(particles))], mothers
