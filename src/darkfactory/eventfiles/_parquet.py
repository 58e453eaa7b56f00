"""Parquet through pyarrow: flat columns, one row per event, MeV."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput
from darkfactory.eventfiles.record import EventRecord

KEY = b"darkfactory"
COMPONENTS = ("E", "px", "py", "pz")
STOKES = ("S0", "Sx", "Sy", "Sz")


def write_parquet(record: EventRecord, path: Path) -> None:
    """Write a record."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    columns: dict[str, Any] = {"weight": record.weights}
    units = {"weight": record.unit}
    if len(record.stokes):
        columns |= {name: record.stokes[:, i] for i, name in enumerate(STOKES)}
    for i, name in enumerate(record.piece_names):
        columns[f"piece:{name}"] = record.pieces[:, i]
    for i, particle in enumerate(record.particles):
        for j, component in enumerate(COMPONENTS):
            columns[f"{particle.name}.{component}"] = record.momenta[:, i, j]
            units[f"{particle.name}.{component}"] = "MeV"
    if record.recorded is not None:
        columns |= {"accepted": record.recorded.accepted, "generated_weight": record.recorded.generated}
        units["generated_weight"] = record.unit
        for i, name in enumerate(record.recorded.names):
            for j, component in enumerate(COMPONENTS):
                columns[f"{name}.measured.{component}"] = record.recorded.momenta[:, i, j]
                units[f"{name}.measured.{component}"] = "MeV"
    arrays = [pa.array(np.ascontiguousarray(column)) for column in columns.values()]
    fields = [
        pa.field(name, array.type, False, {"unit": units.get(name, "")})
        for name, array in zip(columns, arrays, strict=True)
    ]
    schema = pa.schema(fields, metadata={KEY: json.dumps(record.metadata(), allow_nan=False)})
    table = pa.Table.from_arrays(arrays, schema=schema)
    pq.write_table(table, path, compression="zstd")


def read_parquet(path: Path) -> EventRecord:
    """Read a record."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        table = pq.read_table(path)
    except pa.ArrowInvalid:
        raise InvalidInput(f"{path}: not a Parquet file") from None
    raw = (table.schema.metadata or {}).get(KEY)
    if raw is None:
        raise InvalidInput(f"{path}: has no darkfactory metadata; read it with pyarrow")
    metadata = json.loads(raw)

    def stack(names: list[str]) -> Any:
        return np.stack([table.column(name).to_numpy() for name in names], axis=-1)

    names = [entry["name"] for entry in metadata["particles"]]
    momenta = np.stack([stack([f"{name}.{c}" for c in COMPONENTS]) for name in names], axis=1)
    pieces = [f"piece:{name}" for name in metadata["pieces"]["names"]]
    seen = {}
    if "recorded" in metadata:
        tracks = metadata["recorded"]["measured"]["names"]
        seen["measured"] = np.stack([stack([f"{name}.measured.{c}" for c in COMPONENTS]) for name in tracks], axis=1)
        seen["accepted"] = table.column("accepted").to_numpy()
        seen["generated"] = table.column("generated_weight").to_numpy()
    return EventRecord.from_parts(
        metadata,
        momenta=momenta,
        weights=table.column("weight").to_numpy(),
        stokes=stack(list(STOKES)) if metadata["stokes"]["present"] else np.zeros((0, 4)),
        pieces=stack(pieces) if pieces else np.zeros((table.num_rows, 0)),
        **seen,
    )
