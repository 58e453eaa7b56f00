"""Files of text, compressed or not, and what both text formats share."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import numpy as np

from darkfactory.errors import InvalidInput
from darkfactory.eventfiles.record import EventRecord

STOKES = ("S0", "Sx", "Sy", "Sz")
GENERATED = "generated"
_BLOCK = 1 << 20


@contextmanager
def binary_file(path: Path, compressed: bool) -> Iterator[IO[bytes]]:
    """File to write bytes to; compressed ones hold neither a time nor a name, so that equal events give equal files."""
    with path.open("wb") as file:
        if not compressed:
            yield file
            return
        with gzip.GzipFile(filename="", mode="wb", fileobj=file, mtime=0, compresslevel=6) as packed:
            yield packed  # type: ignore[misc]


@contextmanager
def open_text(path: Path, end: bytes) -> Iterator[IO[bytes]]:
    """File to read bytes from, unpacked if it is compressed, whatever its name, once it is known to be complete.

    Parameters
    ----------
    path : Path
        File.
    end : bytes
        What its last line ends with.
    """
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    opener: Any = gzip.open if packed else open
    with opener(path, "rb") as file:
        tail = b""
        while block := file.read(_BLOCK):  # errors of the compression show here
            tail = (tail + block)[-4096:]
        if not tail.rstrip().endswith(end):
            raise InvalidInput(f"does not end with {end.decode()}; the file is not complete, or not of this format")
        file.seek(0)
        yield file


def weight_names(record: EventRecord) -> list[str]:
    """Names of the weights besides the first."""
    generated = [GENERATED] if record.recorded is not None else []
    return [*(STOKES if len(record.stokes) else ()), *record.piece_names, *generated]


def weight_table(record: EventRecord) -> Any:
    """Weights (n, names) besides the first, in the norm of the record."""
    parts = ([record.stokes] if len(record.stokes) else []) + [record.pieces]
    parts += [record.recorded.generated[:, None]] if record.recorded is not None else []
    return np.concatenate(parts, axis=1)


def split_weights(metadata: dict[str, Any], table: Any) -> dict[str, Any]:
    """Arrays of a record from the weights besides the first; inverse of :func:`weight_table`."""
    first = 4 if metadata["stokes"]["present"] else 0
    last = first + len(metadata["pieces"]["names"])
    found = {"stokes": table[:, :first] if first else np.zeros((0, 4)), "pieces": table[:, first:last]}
    return found | ({"generated": table[:, last]} if "recorded" in metadata else {})
