"""What a reader asks of a file before it believes it: that its numbers are those that were written, and make sense."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.errors import DarkfactoryError, InvalidInput, require
from darkfactory.eventfiles.record import EventRecord

SEAL = "checksum"
REMEDY = "the file is damaged, or was changed since; generate the events again"
TOLERANCE = 1e-5
"""Relative to the largest energy: leaves room for files that another tool rewrote with fewer digits."""


def _digest(metadata: Mapping[str, Any]) -> str:
    text = json.dumps({key: value for key, value in metadata.items() if key != SEAL}, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _digest_numbers(columns: Sequence[Any]) -> str:
    found = hashlib.sha256()
    for column in columns:
        # adding 0 turns -0 into 0, which not every format tells apart
        found.update(np.ascontiguousarray(np.asarray(column, dtype="<f8") + 0.0).tobytes())
    return found.hexdigest()


def sealed(record: EventRecord, columns: Sequence[Any]) -> str:
    """Metadata as JSON with checksums of themselves and of the numbers as the file holds them."""
    metadata = record.metadata()
    seal = {"numbers": _digest_numbers(columns), "metadata": _digest(metadata)}
    return json.dumps(metadata | {SEAL: seal}, allow_nan=False)


def metadata_of(text: str | bytes) -> dict[str, Any]:
    """Metadata from JSON; refused if their checksum tells of a change (files of before 0.2 have none)."""
    metadata = json.loads(text)
    if not isinstance(metadata, dict):
        raise ValueError("its metadata are no mapping")
    EventRecord.require_layout(metadata)
    if SEAL in metadata:
        require(None if metadata[SEAL]["metadata"] == _digest(metadata) else f"its metadata were altered; {REMEDY}")
    elif not EventRecord.is_old(metadata):
        raise InvalidInput(f"the checksum of its metadata is missing; {REMEDY}")
    return metadata


def flying(metadata: Mapping[str, Any]) -> list[str]:
    """Names of the particles that fly before they decay."""
    return list(metadata["flights"]["names"]) if "flights" in metadata else []


def several(metadata: Mapping[str, Any]) -> list[str]:
    """Names of the particles that are not the same in every event."""
    return list(metadata["pdg_ids"]["names"]) if "pdg_ids" in metadata else []


def pdg_ids_of(metadata: Mapping[str, Any], rows: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Numbers (n,) of those particles by name, from the numbers of the particles that each event has; others must agree.

    Raises
    ------
    InvalidInput
        If the particles of an event are not those of the metadata, or the first of them.
    """
    particles, mixed = metadata["particles"], several(metadata)
    for number, row in enumerate(rows):
        pairs = zip(particles, row, strict=False)
        same = all(p["name"] in mixed or p["pdg_id"] == found for p, found in pairs) and len(row) <= len(particles)
        require(None if same else f"event {number}: its particles are not those of the metadata; {REMEDY}")
    places = {p["name"]: at for at, p in enumerate(particles) if p["name"] in mixed}
    return {name: np.array([row[places[name]] for row in rows], dtype=np.int64) for name in mixed}


def require_numbers(metadata: Mapping[str, Any], count: int, columns: Sequence[Any] | None = None) -> None:
    """Raise unless there are as many events as the metadata say, with the numbers that were written.

    Parameters
    ----------
    metadata : mapping
        Of the file.
    count : int
        Events found.
    columns : sequence of arrays, optional
        What the writer gave to :func:`sealed`; None if another tool rewrote the file, so that the digits may differ.
    """
    n = metadata["events"]
    require(None if count == n else f"{count} events of {n}; the file is not complete")
    if columns is not None and SEAL in metadata:
        same = metadata[SEAL]["numbers"] == _digest_numbers(columns)
        require(None if same else f"its numbers are not those that were written; {REMEDY}")


def require_sense(record: EventRecord, metadata: Mapping[str, Any]) -> None:
    """Raise unless masses, conservation of momentum and the sum of weights agree with the metadata.

    Finds files in another unit, and much damage in files without a checksum.
    """
    energy = float(np.max(np.abs(record.momenta[..., 0]), initial=0.0))
    squared = record.momenta[..., 0] ** 2 - np.sum(record.momenta[..., 1:] ** 2, axis=-1)
    problems: list[str | None] = []
    for i, particle in enumerate(record.particles):
        if particle.mass is None:
            continue
        worst = float(np.max(np.abs(squared[:, i] - particle.mass**2), initial=0.0))
        if worst > TOLERANCE * max(energy, particle.mass) ** 2:
            least = np.sqrt(max(float(squared[:, i].min()), 0.0))
            problems.append(
                f"mass of {particle.name} = {least:.7g} MeV by its momentum, {particle.mass:.7g} MeV by the metadata; "
                "is the file in another unit? give it in the unit that it was written in, or generate the events again"
            )
    if record.imbalance() > TOLERANCE * energy:
        problems.append(f"momentum is not conserved, by {record.imbalance():.4g} MeV; {REMEDY}")
    if abs(record.rate - metadata["rate"]) > TOLERANCE * float(np.sum(np.abs(record.weights))):
        problems.append(f"sum of the weights = {record.rate:.10g}, must be {metadata['rate']:.10g}; {REMEDY}")
    require(*problems)


@contextmanager
def guarded(path: Path, file_format: str) -> Iterator[None]:
    """Border around a reader: whatever goes wrong inside is an :class:`InvalidInput` that names the file."""
    try:
        yield
    except DarkfactoryError as error:
        raise InvalidInput(f"{path}: {error}") from None
    except OSError as error:
        raise InvalidInput(
            f"{path}: not a readable {file_format} file ({error.strerror or error}); if it was one, {REMEDY}"
        ) from error
    except Exception as error:  # parsers of damaged files raise anything: EOFError, zlib.error, KeyError ...
        reason = " ".join(str(error).split())[:200] or type(error).__name__
        raise InvalidInput(f"{path}: not a readable {file_format} file ({reason}); if it was one, {REMEDY}") from error
