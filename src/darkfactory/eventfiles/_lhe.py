"""Les Houches events, version 3.0, in GeV: written here with all digits of a double, read through pylhe."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from darkfactory.constants import ALPHA, GEV
from darkfactory.errors import InvalidInput
from darkfactory.eventfiles._checks import flying, metadata_of, pdg_ids_of, require_numbers, sealed
from darkfactory.eventfiles._text import (
    GENERATED,
    STOKES,
    binary_file,
    open_text,
    split_weights,
    weight_names,
    weight_table,
)
from darkfactory.eventfiles.particles import DECAYED, FINAL, INCOMING, together
from darkfactory.eventfiles.record import EventRecord

END = "</LesHouchesEvents>"
ORIGIN, ACCEPTED, MEASURED = "#origin", "#accepted", "#measured"
"""Comments of an event: x y z [mm] t [ns] of the decay; whether it is selected; place of a particle (from 1) and its
measured px py pz E [GeV]."""
_STATUS = {INCOMING: -1, DECAYED: 2, FINAL: 1}
_CHUNK = 4096


def _rows(record: EventRecord, part: slice) -> Any:
    """Numbers of some events in the order in which they are written."""
    p, n = record.momenta[part], len(record)
    masses = np.sqrt(np.maximum(p[..., 0] ** 2 - np.sum(p[..., 1:] ** 2, axis=-1), 0))
    ctau = np.zeros(masses.shape)
    for i, particle in enumerate(record.particles):
        if particle.mass is not None:
            masses[:, i] = particle.mass
        if particle.name in record.flights:
            ctau[:, i] = record.flights[particle.name][part]
    energies = np.concatenate([p[..., 1:], p[..., :1], masses[..., None]], axis=-1) / GEV
    particles = np.concatenate([energies, ctau[..., None]], axis=-1).reshape(len(p), -1)
    head = np.stack([record.weights[part] * n, p[:, 0, 0] / GEV], axis=-1)
    columns = [head, particles, record.origin[part]] if len(record.origin) else [head, particles]
    if record.recorded is not None:
        measured = np.roll(record.recorded.momenta[part] / GEV, -1, axis=-1).reshape(len(p), -1)
        columns += [record.recorded.accepted[part, None], measured]
    return np.concatenate([*columns, weight_table(record)[part] * n], axis=1)


def _head(record: EventRecord, numbers: Any) -> str:
    weights = "".join(f"<weight id={quoteattr(name)}> {escape(name)} </weight>\n" for name in weight_names(record))
    # beam and target, or what decays and nothing
    incoming = together(record.particles, 0)
    ids = [record.particles[i].pdg_id for i in incoming] + [0]
    energies = [float(np.max(record.momenta[:, i, 0], initial=0.0)) / GEV for i in incoming] + [0.0]
    strategy = 4 if np.all(record.weights >= 0) else -4
    return (
        '<LesHouchesEvents version="3.0">\n<header>\n'
        f"<darkfactory>{escape(sealed(record, [numbers, *record.pdg_ids.values()]))}</darkfactory>\n"
        f"<initrwgt>\n<weightgroup name='darkfactory'>\n{weights}</weightgroup>\n</initrwgt>\n</header>\n<init>\n"
        f"{ids[0]} {ids[1]} {energies[0]:.17g} {energies[1]:.17g} 0 0 0 0 {strategy} 1\n"
        f"{record.rate:.17g} {record.rate_error:.17g} "
        f"{np.max(np.abs(record.weights), initial=0.0) * len(record):.17g} 1\n"
        f'<generator name="darkfactory" version={quoteattr(record.version)}>{escape(record.process)}</generator>\n'
        "</init>\n"
    )


def _event_template(record: EventRecord, count: int, ids: Sequence[int]) -> str:
    """Event that has the first ``count`` particles, with these numbers."""
    lines = [f"<event>\n{count} 1 %.17g %.17g {ALPHA:.10g} 0"]
    for particle, pdg_id in zip(record.particles[:count], ids, strict=False):
        mothers = [-1] if particle.mother is None else together(record.particles, particle.mother)
        lines.append(
            f"{pdg_id} {_STATUS[particle.status]} {mothers[0] + 1} {mothers[-1] + 1} 0 0 " + "%.17g " * 6 + "9"
        )
    if len(record.origin):
        lines.append(ORIGIN + " %.17g" * 4)
    if record.recorded is not None:
        lines.append(f"{ACCEPTED} %d")
        for name in record.recorded.names:
            lines.append(f"{MEASURED} {record.names.index(name) + 1}" + " %.17g" * 4)
    weights = [f"<wgt id={quoteattr(name).replace('%', '%%')}> %.17g </wgt>" for name in weight_names(record)]
    if weights:
        lines += ["<rwgt>", *weights, "</rwgt>"]
    return "\n".join([*lines, "</event>\n"])


def _events(record: EventRecord, numbers: Any) -> Iterator[str]:
    counts = record.present.sum(axis=1)
    kinds, kind = np.unique(record.pdg_table, axis=0, return_inverse=True)
    shapes, shape = np.unique(np.stack([counts, kind.ravel()]), axis=1, return_inverse=True)
    templates = [_event_template(record, count, kinds[ids].tolist()) for count, ids in shapes.T.tolist()]
    whole = 2 + 6 * len(record.particles)
    for start in range(0, len(record), _CHUNK):
        part = slice(start, start + _CHUNK)
        rows = zip(shape.ravel()[part].tolist(), counts[part].tolist(), numbers[part].tolist(), strict=True)
        yield "".join(templates[at] % (*row[: 2 + 6 * count], *row[whole:]) for at, count, row in rows)


def write_lhe(record: EventRecord, path: Path, compressed: bool) -> None:
    """Write a record."""
    numbers = _rows(record, slice(None))
    with binary_file(path, compressed) as file:
        file.write(_head(record, numbers).encode())
        for text in _events(record, numbers):
            file.write(text.encode())
        file.write(f"{END}\n".encode())


def read_lhe(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata and arrays of a record."""
    with warnings.catch_warnings(), open_text(path, END.encode()) as file:
        warnings.simplefilter("ignore", RuntimeWarning)  # pylhe warns of broken XML; the number of events tells it here
        return _read(file)


def _read(file: IO[bytes]) -> tuple[dict[str, Any], dict[str, Any]]:
    import pylhe

    try:
        source = pylhe.LHEFile.frombuffer(file)
    except ValueError as error:
        raise InvalidInput(f"not a Les Houches file ({error})") from None
    elements = [e for e in (source.header.extra_elements if source.header else []) if e.tag == "darkfactory"]
    if not elements:
        raise InvalidInput("has no darkfactory metadata; read it with pylhe")
    metadata = metadata_of(elements[0].text or "")
    detected, placed = "recorded" in metadata, "origin" in metadata
    names = [*(STOKES if metadata["stokes"]["present"] else ()), *metadata["pieces"]["names"]]
    names += [GENERATED] if detected else []
    rows, ids = [], []
    for event in source.events:
        ids.append([p.id for p in event.particles])
        row = [event.eventinfo.weight, event.eventinfo.scale]
        for p in event.particles:
            row += [p.px, p.py, p.pz, p.e, p.m, p.lifetime]
        row += [0.0] * (6 * (len(metadata["particles"]) - len(event.particles)))
        row += _commented(event.optional) if detected or placed else []
        rows.append(row + [event.weights[name] for name in names])
    n, pdg_ids = len(rows), pdg_ids_of(metadata, ids)
    require_numbers(metadata, n)
    numbers = np.array(rows)
    require_numbers(metadata, n, [numbers, *pdg_ids.values()])
    return metadata, _arrays(metadata, numbers, len(names)) | {"pdg_ids": pdg_ids}


def _arrays(metadata: dict[str, Any], numbers: Any, extra: int) -> dict[str, Any]:
    """Arrays of a record from the numbers of :func:`_rows`; named weights had another norm in version 0.1."""
    n, particles = len(numbers), metadata["particles"]
    flat = numbers[:, 2 : 2 + 6 * len(particles)].reshape(n, len(particles), 6)
    names = [p["name"] for p in particles]
    table = numbers[:, numbers.shape[1] - extra :] / (1 if EventRecord.is_old(metadata) else n)
    found = {
        "momenta": np.roll(flat[..., :4], 1, axis=-1) * GEV,
        "weights": numbers[:, 0] / n,
        "flights": {name: flat[:, names.index(name), 5] for name in flying(metadata)},
        **split_weights(metadata, table),
    }
    seen = numbers[:, 2 + 6 * len(particles) : numbers.shape[1] - extra]
    if "origin" in metadata:
        found["origin"], seen = seen[:, :4], seen[:, 4:]
    if "recorded" in metadata:
        found["accepted"] = seen[:, 0]
        found["measured"] = np.roll(seen[:, 1:].reshape(n, -1, 4), 1, axis=-1) * GEV
    return found


def _commented(comments: list[str]) -> list[float]:
    """Origin, flag and measured momenta (px, py, pz, E) [GeV] from the comments of an event."""
    words = [line.split() for line in comments]
    found = [float(text) for word in words if word[0] == ORIGIN for text in word[1:]]
    found += [float(word[1]) for word in words if word[0] == ACCEPTED]
    return found + [float(text) for word in words if word[0] == MEASURED for text in word[2:]]
