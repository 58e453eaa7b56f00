"""HepMC3 ASCII through pyhepmc, in MeV and mm."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput
from darkfactory.eventfiles.record import EventRecord

KEY = "darkfactory"
MEASURED = "measured"
STOKES = ("S0", "Sx", "Sy", "Sz")


def write_hepmc(record: EventRecord, path: Path) -> None:
    """Write a record."""
    import pyhepmc

    stokes = STOKES if len(record.stokes) else ()
    run = pyhepmc.GenRunInfo()
    run.tools = [("darkfactory", record.version, record.process)]
    # names are separated by blanks in the file
    seen = record.recorded
    generated = ["generated"] if seen is not None else []
    run.weight_names = ["weight", *stokes, *("_".join(name.split()) for name in record.piece_names), *generated]
    run.attributes = {KEY: json.dumps(record.metadata(), allow_nan=False)}
    parts = [record.weights[:, None], *([record.stokes] if stokes else []), record.pieces]
    parts += [seen.generated[:, None]] if seen is not None else []
    weights = np.concatenate(parts, axis=1).tolist()
    order = [(p.pdg_id, p.status, p.mother, p.mass) for p in record.particles]
    with pyhepmc.io.WriterAscii(str(path), run) as writer:
        if writer.failed():
            raise OSError(f"cannot be written: {path}")
        writer.precision = 16  # digits behind the point: all of a double
        for number, (event_weights, momenta) in enumerate(zip(weights, record.momenta.tolist(), strict=True)):
            event = pyhepmc.GenEvent(run, pyhepmc.Units.MEV, pyhepmc.Units.MM)
            event.event_number = number
            event.weights = event_weights
            made, vertices = [], {}
            for (pdg_id, status, mother, mass), (E, px, py, pz) in zip(order, momenta, strict=True):
                particle = pyhepmc.GenParticle((px, py, pz, E), pdg_id, status)
                if mass is not None:
                    particle.generated_mass = mass
                made.append(particle)
                if mother is not None:
                    if mother not in vertices:
                        vertices[mother] = pyhepmc.GenVertex()
                        vertices[mother].add_particle_in(made[mother])
                    vertices[mother].add_particle_out(particle)
            for vertex in vertices.values():
                event.add_vertex(vertex)
            if seen is not None:
                event.attributes = {"accepted": int(seen.accepted[number])}
                for name, p in zip(seen.names, seen.momenta[number].tolist(), strict=True):
                    # as text, which keeps all digits
                    made[record.names.index(name)].attributes = {MEASURED: "{1!r} {2!r} {3!r} {0!r}".format(*p)}
            writer.write_event(event)


def read_hepmc(path: Path) -> EventRecord:
    """Read a record."""
    import pyhepmc

    weights, momenta, accepted, measured = [], [], [], []
    run = None
    try:
        with pyhepmc.open(str(path)) as file:
            for event in file:
                run = event.run_info
                weights.append(np.array(event.weights))
                p = event.numpy.particles
                momenta.append(np.stack([p.e, p.px, p.py, p.pz], axis=-1))
                if "accepted" in event.attributes:
                    accepted.append(int(str(event.attributes["accepted"])))
                    measured.append(
                        {i: _measured(p) for i, p in enumerate(event.particles) if MEASURED in p.attributes}
                    )
    except RuntimeError as error:  # of the parser
        raise InvalidInput(f"{path}: not a HepMC3 file ({error})") from None
    attributes = run.attributes if run is not None else {}
    if KEY not in attributes:
        raise InvalidInput(f"{path}: has no darkfactory metadata, or no events; read it with pyhepmc")
    metadata = json.loads(str(attributes[KEY]))
    n = metadata["events"]
    if len(weights) != n:
        raise InvalidInput(f"{path}: {len(weights)} events of {n}; the file is not complete")
    table = np.array(weights)
    first_piece = 5 if metadata["stokes"]["present"] else 1
    # HepMC numbers the particles by vertices: put them back in the order of the record
    places = _places(metadata["particles"])
    last_piece = first_piece + len(metadata["pieces"]["names"])
    seen = {}
    if "recorded" in metadata:
        names = [p["name"] for p in metadata["particles"]]
        tracks = [places[names.index(name)] for name in metadata["recorded"]["measured"]["names"]]
        seen["measured"] = np.array([[event_measured[i] for i in tracks] for event_measured in measured])
        seen["accepted"] = np.array(accepted, dtype=bool)
        seen["generated"] = table[:, last_piece]
    return EventRecord.from_parts(
        metadata,
        momenta=np.array(momenta)[:, places],
        weights=table[:, 0],
        stokes=table[:, 1:5] if first_piece == 5 else np.zeros((0, 4)),
        pieces=table[:, first_piece:last_piece],
        **seen,
    )


def _measured(particle: Any) -> list[float]:
    """Measured (E, px, py, pz) of a particle."""
    px, py, pz, E = (float(text) for text in str(particle.attributes[MEASURED]).split())
    return [E, px, py, pz]


def _places(particles: list[dict[str, int | None]]) -> list[int]:
    """Place in a HepMC file of every particle of the record: incoming first, then vertex by vertex."""
    written: list[int] = []
    mothers = list(dict.fromkeys(p["mother"] for p in particles if p["mother"] is not None))
    for mother in mothers:
        if mother is not None and mother not in written:
            written.append(mother)
        written += [i for i, p in enumerate(particles) if p["mother"] == mother]
    return [written.index(i) for i in range(len(particles))]
