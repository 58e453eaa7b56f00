"""Records of the user's own: where they stand, and which are in force while something is computed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from pathlib import Path

from darkfactory.bounds.records import Record
from darkfactory.errors import CardError, InvalidInput
from darkfactory.result import sha256_of

__all__ = ["VARIABLE", "OwnRecords", "in_force", "load", "own_records", "record_files"]

VARIABLE = "DARKFACTORY_BOUNDS"
"""Environment variable with folders of records, separated as in PATH."""


@dataclass
class OwnRecords:
    """Records of the user's own that are in force.

    Attributes
    ----------
    records : mapping
        By name.
    files : mapping
        File of each, by name.
    asked : bool
        Whether the registry was read while they were in force.
    """

    records: Mapping[str, Record] = field(default_factory=dict)
    files: Mapping[str, Path] = field(default_factory=dict)
    asked: bool = False

    @property
    def told(self) -> list[dict[str, str]]:
        """Name, path and checksum of each, as a run block says it; none if nobody read the registry."""
        if not self.asked:
            return []
        return [{"name": name, "path": str(path), "sha256": sha256_of(path)} for name, path in self.files.items()]

    def with_places(self, text: str | Path | None, origin: str) -> OwnRecords:
        """These and those of more places; of two with one name the later counts."""
        if text is None:
            return self
        records, files = dict(self.records), dict(self.files)
        for place in _places(text, origin):
            found = load(record_files(place) if place.is_dir() else [place], in_folder=place.is_dir())
            records |= {record.name: record for record in found.values()}
            files |= {record.name: path for path, record in found.items()}
        return OwnRecords(records, files)


_IN_FORCE: ContextVar[OwnRecords | None] = ContextVar("own records", default=None)


def _places(text: str | Path, origin: str) -> list[Path]:
    """Files and folders of a path, or of several that are separated as in PATH."""
    whole = Path(text).expanduser()
    parts = [whole] if whole.exists() else [Path(part).expanduser() for part in str(text).split(os.pathsep) if part]
    missing = [part for part in parts if not part.exists()]
    if missing or not parts:
        shown = str(missing[0] if missing else text)
        raise InvalidInput(
            f"{origin} = {shown!r}: no such file or folder; give a record (YAML) or a folder of them, several with"
            f" {os.pathsep!r} in between"
        )
    return parts


def record_files(folder: Path) -> Iterable[Path]:
    """Files of a folder that may be records."""
    return (path for path in folder.iterdir() if path.suffix in (".yaml", ".yml"))


def load(files: Iterable[Path], in_folder: bool = True) -> dict[Path, Record]:
    """Records of files.

    Parameters
    ----------
    files : iterable of Path
        YAML files.
    in_folder : bool
        Whether other kinds of files (experiment cards, tables of HEPData) may stand among them.

    Raises
    ------
    CardError
        Listing all problems of all files.
    """
    from darkfactory.bounds.reading import parse

    records: dict[Path, Record] = {}
    problems = []
    for path in sorted(files):
        record, found = parse(path, in_folder=in_folder)
        problems += found
        if record:
            if any(record.name == other.name for other in records.values()):
                problems.append(f"{path}: name = {record.name!r}: another file of this folder has this name")
            records[path] = record
    if problems:
        raise CardError("\n".join(problems))
    return records


def in_force(extra: str | Path | None = None) -> OwnRecords:
    """The user's records in force here: those of :func:`own_records`, else of the environment; and those of ``extra``.

    Parameters
    ----------
    extra : path, optional
        A record or a folder of them, or several places separated as in PATH.

    Raises
    ------
    CardError
        Listing all problems of all files.
    InvalidInput
        If a place does not exist.
    """
    found = _IN_FORCE.get()
    if found is None:
        found = OwnRecords().with_places(os.environ.get(VARIABLE) or None, VARIABLE)
    return found.with_places(extra, "extra")


@contextmanager
def own_records(extra: str | Path | None = None, *, environment: bool = True) -> Iterator[OwnRecords]:
    """Put the user's records in force: those of the variable ``DARKFACTORY_BOUNDS``, and those of ``extra``.

    Within, everything that reads the registry sees them, and they are read once.

    Parameters
    ----------
    extra : path, optional
        A record or a folder of them, or several places separated as in PATH.
    environment : bool
        False for those of ``extra`` alone.

    Yields
    ------
    OwnRecords
        What they are; ``told`` afterwards, whether they were asked for.

    Examples
    --------
    >>> with own_records() as own:
    ...     own.told
    []
    """
    found = in_force(extra) if environment else OwnRecords().with_places(extra, "extra")
    token = _IN_FORCE.set(found)
    try:
        yield found
    finally:
        _IN_FORCE.reset(token)
