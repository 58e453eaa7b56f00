"""Parquet through pyarrow: flat columns, one row per event, MeV, mm, ns."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput
from darkfactory.eventfiles._checks import flying, metadata_of, require_numbers, sealed, several
from darkfactory.eventfiles._text import STOKES
from darkfactory.eventfiles.columns import column_names
from darkfactory.eventfiles.record import EventRecord

KEY = b"darkfactory"
COMPONENTS = ("E", "px", "py", "pz")
UNITS = {"x": "mm", "y": "mm", "z": "mm", "t": "ns"}
POSITION = tuple(UNITS)


def _columns(record: EventRecord) -> list[tuple[str, str, str, Any]]:
    """Name, unit, full name and numbers of every column."""
    found: list[tuple[str, str, str, Any]] = [("weight", record.unit, "weight", record.weights)]
    if len(record.stokes):
        found += [(name, "", name, record.stokes[:, i]) for i, name in enumerate(STOKES)]
    pieces = column_names(record.piece_names)
    found += [(f"piece_{pieces[name]}", "", name, record.pieces[:, i]) for i, name in enumerate(record.piece_names)]
    found += (
        [(f"origin_{c}", UNITS[c], "origin", column) for c, column in zip(POSITION, record.origin.T, strict=True)]
        if len(record.origin)
        else []
    )
    names = column_names(record.names)
    for i, name in enumerate(record.names):
        found += [(f"{names[name]}_{c}", "MeV", name, record.momenta[:, i, j]) for j, c in enumerate(COMPONENTS)]
    found += [(f"{names[name]}_pdg_id", "", name, ids) for name, ids in record.pdg_ids.items()]
    for name, ctau in record.flights.items():
        found.append((f"{names[name]}_ctau", "mm", name, ctau))
        for what, vertex in (("production", record.production(name)), ("decay", record.decay(name))):
            found += [(f"{names[name]}_{what}_{c}", UNITS[c], name, vertex[:, j]) for j, c in enumerate(POSITION)]
    seen = record.recorded
    if seen is not None:
        found += [("accepted", "", "accepted", seen.accepted)]
        found += [("generated_weight", record.unit, "generated_weight", seen.generated)]
        for i, name in enumerate(seen.names):
            label = f"{names[name]}_measured"
            found += [(f"{label}_{c}", "MeV", name, seen.momenta[:, i, j]) for j, c in enumerate(COMPONENTS)]
    return found


def write_parquet(record: EventRecord, path: Path, compressed: bool) -> None:
    """Write a record; ``compressed`` does not matter, columns always are."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns = _columns(record)
    arrays = [pa.array(np.ascontiguousarray(column)) for *_, column in columns]
    fields = [
        pa.field(name, array.type, False, {"unit": unit, "name": full})
        for (name, unit, full, _), array in zip(columns, arrays, strict=True)
    ]
    text = sealed(record, [column for *_, column in columns])
    table = pa.Table.from_arrays(arrays, schema=pa.schema(fields, metadata={KEY: text}))
    pq.write_table(table, path, compression="zstd")


def read_parquet(path: Path) -> tuple[dict[str, Any], dict[str, Any]]:
    """Metadata and arrays of a record."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            table = file.read()
    except pa.ArrowInvalid:
        raise InvalidInput("not a Parquet file, or not complete") from None
    raw = (table.schema.metadata or {}).get(KEY)
    if raw is None:
        raise InvalidInput("has no darkfactory metadata; read it with pyarrow")
    metadata = metadata_of(raw)
    require_numbers(metadata, table.num_rows, [column.to_numpy() for column in table.columns])
    return metadata, _arrays(metadata, table, EventRecord.is_old(metadata))


def _arrays(metadata: dict[str, Any], table: Any, old: bool) -> dict[str, Any]:
    """Arrays of a record; in files of version 0.1 the names of columns were those of the particles, with dots."""
    dot, colon = (".", ":") if old else ("_", "_")

    def stack(names: Iterable[str]) -> Any:
        columns = [table.column(name).to_numpy() for name in names]
        return np.stack(columns, axis=-1) if columns else np.zeros((table.num_rows, 0))

    def labels(names: list[str]) -> list[str]:
        columns = column_names(names)
        return names if old else [columns[name] for name in names]

    def momenta(labels: list[str]) -> Any:
        return np.stack([stack(f"{label}{dot}{c}" for c in COMPONENTS) for label in labels], axis=1)

    names = [entry["name"] for entry in metadata["particles"]]
    shown = dict(zip(names, labels(names), strict=True))
    found = {
        "momenta": momenta(list(shown.values())),
        "weights": table.column("weight").to_numpy(),
        "stokes": stack(STOKES) if metadata["stokes"]["present"] else np.zeros((0, 4)),
        "pieces": stack(f"piece{colon}{label}" for label in labels(metadata["pieces"]["names"])),
        "flights": {name: table.column(f"{shown[name]}_ctau").to_numpy() for name in flying(metadata)},
        "pdg_ids": {name: table.column(f"{shown[name]}_pdg_id").to_numpy() for name in several(metadata)},
    }
    if "origin" in metadata:
        found["origin"] = stack(f"origin_{c}" for c in POSITION)
    if "recorded" in metadata:
        tracks = metadata["recorded"]["measured"]["names"]
        found["measured"] = momenta([f"{shown[name]}{dot}measured" for name in tracks])
        found["accepted"] = table.column("accepted").to_numpy()
        found["generated"] = table.column("generated_weight").to_numpy()
    return found
