"""Les Houches events, version 3.0, in GeV: written here with all digits of a double, read through pylhe."""

from __future__ import annotations

import gzip
import json
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np

from darkfactory.constants import ALPHA, GEV
from darkfactory.errors import InvalidInput
from darkfactory.eventfiles.record import DECAYED, FINAL, INCOMING, EventRecord

STOKES = ("S0", "Sx", "Sy", "Sz")
GENERATED = "generated"
ACCEPTED, MEASURED = "#accepted", "#measured"
"""Comments of an event: whether it is selected; place of a particle (from 1) and its measured px py pz E [GeV]."""
_STATUS = {INCOMING: -1, DECAYED: 2, FINAL: 1}
_CHUNK = 4096


def _weight_names(record: EventRecord) -> list[str]:
    generated = [GENERATED] if record.recorded is not None else []
    return [*(STOKES if len(record.stokes) else ()), *record.piece_names, *generated]


def _named_weights(record: EventRecord) -> Any:
    parts = ([record.stokes] if len(record.stokes) else []) + [record.pieces]
    parts += [record.recorded.generated[:, None]] if record.recorded is not None else []
    return np.concatenate(parts, axis=1)


def _head(record: EventRecord) -> str:
    weights = "".join(f"<weight id={quoteattr(name)}> {escape(name)} </weight>\n" for name in _weight_names(record))
    error = float(np.sqrt(np.sum(record.weights**2)))
    beam, scale = record.particles[0], float(np.max(record.momenta[:, 0, 0], initial=0.0)) / GEV
    strategy = 4 if np.all(record.weights >= 0) else -4
    return (
        '<LesHouchesEvents version="3.0">\n<header>\n'
        f"<darkfactory>{escape(json.dumps(record.metadata(), allow_nan=False))}</darkfactory>\n"
        f"<initrwgt>\n<weightgroup name='darkfactory'>\n{weights}</weightgroup>\n</initrwgt>\n</header>\n<init>\n"
        f"{beam.pdg_id} 0 {scale:.17g} 0 0 0 0 0 {strategy} 1\n"
        f"{record.rate:.17g} {error:.17g} {np.max(np.abs(record.weights), initial=0.0) * len(record):.17g} 1\n"
        f'<generator name="darkfactory" version={quoteattr(record.version)}>{escape(record.process)}</generator>\n'
        "</init>\n"
    )


def _event_template(record: EventRecord) -> str:
    lines = [f"<event>\n{len(record.particles)} 1 %.17g %.17g {ALPHA:.10g} 0"]
    for particle in record.particles:
        mother = 0 if particle.mother is None else particle.mother + 1
        lines.append(f"{particle.pdg_id} {_STATUS[particle.status]} {mother} {mother} 0 0 " + "%.17g " * 5 + "0 9")
    if record.recorded is not None:
        lines.append(f"{ACCEPTED} %d")
        for name in record.recorded.names:
            lines.append(f"{MEASURED} {record.names.index(name) + 1}" + " %.17g" * 4)
    weights = [f"<wgt id={quoteattr(name).replace('%', '%%')}> %.17g </wgt>" for name in _weight_names(record)]
    if weights:
        lines += ["<rwgt>", *weights, "</rwgt>"]
    return "\n".join([*lines, "</event>\n"])


def _events(record: EventRecord) -> Iterator[str]:
    template, extra, n = _event_template(record), _named_weights(record), len(record)
    for start in range(0, n, _CHUNK):
        part = slice(start, start + _CHUNK)
        p = record.momenta[part]
        masses = np.sqrt(np.maximum(p[..., 0] ** 2 - np.sum(p[..., 1:] ** 2, axis=-1), 0))
        for i, particle in enumerate(record.particles):
            if particle.mass is not None:
                masses[:, i] = particle.mass
        rows = np.concatenate([p[..., 1:], p[..., :1], masses[..., None]], axis=-1).reshape(len(p), -1) / GEV
        head = np.stack([record.weights[part] * n, p[:, 0, 0] / GEV], axis=-1)
        table = np.concatenate([head, rows, *_seen(record, part), extra[part]], axis=1)
        yield "".join(template % tuple(row) for row in table.tolist())


def _seen(record: EventRecord, part: slice) -> list[Any]:
    """Flag and measured momenta (px, py, pz, E) [GeV] of some events, where a detector recorded them."""
    if record.recorded is None:
        return []
    p = record.recorded.momenta[part] / GEV
    return [record.recorded.accepted[part, None], np.roll(p, -1, axis=-1).reshape(len(p), -1)]


def write_lhe(record: EventRecord, path: Path) -> None:
    """Write a record."""
    opener: Any = gzip.open if path.suffix == ".gz" else open
    with opener(path, "wt", encoding="utf-8") as file:
        file.write(_head(record))
        for text in _events(record):
            file.write(text)
        file.write("</LesHouchesEvents>\n")


def read_lhe(path: Path) -> EventRecord:
    """Read a record."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)  # pylhe warns of broken XML; the number of events tells it here
        return _read(path)


def _read(path: Path) -> EventRecord:
    import pylhe

    try:
        source = pylhe.LHEFile.fromfile(str(path))
    except ValueError as error:
        raise InvalidInput(f"{path}: not a Les Houches file ({error})") from None
    elements = [e for e in (source.header.extra_elements if source.header else []) if e.tag == "darkfactory"]
    if not elements:
        raise InvalidInput(f"{path}: has no darkfactory metadata; read it with pylhe")
    metadata = json.loads(elements[0].text or "")
    detected = [GENERATED] if "recorded" in metadata else []
    names = [*(STOKES if metadata["stokes"]["present"] else ()), *metadata["pieces"]["names"], *detected]
    comments: list[list[str]] = []
    weights: list[float] = []
    momenta: list[list[tuple[float, ...]]] = []
    extra: list[list[float]] = []
    for event in source.events:
        weights.append(event.eventinfo.weight)
        momenta.append([(p.e, p.px, p.py, p.pz) for p in event.particles])
        extra.append([event.weights[name] for name in names])
        comments.append(event.optional)
    n = metadata["events"]
    if len(weights) != n:
        raise InvalidInput(f"{path}: {len(weights)} events of {n}; the file is not complete")
    table = np.array(extra).reshape(n, len(names))
    last_piece = len(names) - len(detected)
    first_piece = last_piece - len(metadata["pieces"]["names"])
    seen = _read_seen(comments) | {"generated": table[:, -1]} if detected else {}
    return EventRecord.from_parts(
        metadata,
        momenta=np.array(momenta).reshape(n, len(metadata["particles"]), 4) * GEV,
        weights=np.array(weights) / max(n, 1),
        stokes=table[:, :first_piece] if first_piece else np.zeros((0, 4)),
        pieces=table[:, first_piece:last_piece],
        **seen,
    )


def _read_seen(comments: list[list[str]]) -> dict[str, Any]:
    """Flags and measured momenta (n, tracks, 4) [MeV] from the comments of events."""
    words = [[line.split() for line in lines] for lines in comments]
    accepted = [int(word[1]) for event in words for word in event if word[0] == ACCEPTED]
    measured = [[[float(text) for text in word[2:]] for word in event if word[0] == MEASURED] for event in words]
    return {"accepted": np.array(accepted), "measured": np.roll(np.array(measured), 1, axis=-1) * GEV}
