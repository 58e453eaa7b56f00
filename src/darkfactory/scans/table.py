"""The verb ``scan``: every point of another verb on a grid, as one table."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darkfactory.conversions import gridded
from darkfactory.errors import InvalidInput
from darkfactory.experiments.keys import KEYS
from darkfactory.glossary import GLOSSARY, Column
from darkfactory.models import MODELS
from darkfactory.parsing import canonical
from darkfactory.processes.registry import find_process
from darkfactory.result import Result, plain, run_block
from darkfactory.scans.call import FAILED, Call, Piece
from darkfactory.scans.grid import Axis, axes_of
from darkfactory.scans.runner import compute
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import Setting
from darkfactory.targets import TARGETS

__all__ = ["Scan", "scan"]

NOTES = 12
"""Most notes that hold at some of the points only."""


@dataclass(frozen=True, eq=False, repr=False)
class Scan(Result):
    """Rows of a verb at every point of a grid.

    Attributes
    ----------
    verb : str
        What was scanned.
    arguments : dict
        What it was called with at all points.
    axes : tuple of Axis
        The grid.
    rows : list of dict
        The axes' values, all columns of the verb, ``status`` and, where a point failed, ``message``; in the order of the grid.
    meanings : dict
        Columns of the verb with unit and meaning.
    notes, references : tuple of str
        Of all results.
    """

    kind = "scan"

    verb: str
    arguments: Mapping[str, Any]
    axes: tuple[Axis, ...]
    rows: list[dict[str, Any]]
    meanings: Mapping[str, Column]
    notes: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def axis(self) -> str:  # type: ignore[override]
        """Column that the others depend on, where there is one axis."""
        return self.axes[0].key if len(self.axes) == 1 else ""

    @property
    def title(self) -> str:
        """Line above the table."""
        size = " x ".join(str(len(axis.values)) for axis in self.axes)
        return f"scan of {self.verb} over {', '.join(axis.key for axis in self.axes)}: {size} points"

    @property
    def settings(self) -> Mapping[str, Any]:
        """What is the same at all points."""
        return {name: plain(value) for name, value in self.arguments.items()}

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        axes = {axis.key: list(axis.values) for axis in self.axes}
        return {"verb": self.verb, "arguments": plain(self.arguments), "axes": axes}

    def own_columns(self) -> Mapping[str, Column]:
        """Columns of the verb, and the axes as the settings that they are."""
        call = Call(self.verb, self.arguments, self.axes)
        return {axis.key: _meaning(axis, call) for axis in self.axes} | dict(self.meanings)

    def to_xarray(self) -> Any:
        """Data set (package xarray) with the axes of the grid where each point has one row, else against the row."""
        axes = {axis.key: axis.values for axis in self.axes}
        return gridded(self.rows, self.columns, self._about(), axes)


def _meaning(axis: Axis, call: Call) -> Column:
    """Unit and meaning of an axis: those of the setting."""
    found = next((setting for key, setting in _settings(call) if canonical(key) == canonical(axis.key)), None)
    known = found or GLOSSARY.get(axis.key)
    word = any(isinstance(value, str) for value in axis.values)
    unit = "" if word else known.unit if known else "1"
    return Column(axis.key, unit, known.doc if known else "axis of the scan")


def _settings(call: Call) -> Iterator[tuple[str, Setting]]:
    """Settings by their keys, first those of what is asked for: two searches may have the same key with another unit."""
    verb, given = call.verb, call.arguments
    if "process" in given:
        yield from ((key.name, key) for key in find_process(given["process"]).settings(verb))
    yield from KEYS.items()
    without: Mapping[str, Any] = TARGETS if verb == "target" else MODELS if verb == "model" else {}
    tables: tuple[tuple[str, Mapping[str, Any], Any], ...] = (
        ("search.", SEARCHES, given.get("search")),
        ("model.", MODELS, given.get("model", given.get("name"))),
        ("", without, given.get("name")),
    )
    for prefix, table, name in tables:
        for _, entry in sorted(table.items(), key=lambda item: canonical(item[0]) != canonical(str(name))):
            yield from ((prefix + key.name, key) for key in entry.keys)


def scan(
    verb: str,
    *arguments: Any,
    grid: Mapping[str, Any],
    out: str | os.PathLike[str] | None = None,
    resume: bool = False,
    workers: int = 1,
    scheduler: str | None = None,
    progress: Callable[[int, int], None] | None = None,
    **options: Any,
) -> Scan:
    """Rows of a verb at every point of a grid.

    Parameters
    ----------
    verb : str
        ``rate``, ``spectrum``, ``reach``, ``trigger``, ``target``, ``model``, ``bounds recast`` or ``bounds verdict``.
    *arguments, **options
        What the verb is called with at all points, as in Python: ``"neutral-current", experiment="nutev"``.
    grid : mapping
        Values by key, a setting (``model.dimension``) or an option of the verb (``mass``): a sequence, or a text
        ``START:STOP:N``, ``START:STOP:N:log`` or ``a,b,c``. Several axes: their product.
    out : path, optional
        Folder where rows are kept as they are found, as Parquet files (package pyarrow); a scan that stands there already is
        gone on with, if it is the same one.
    resume : bool
        Go on with the scan in ``out`` also where the code or the data of the package have changed since; it must be there.
    workers : int
        Processes on this machine; several need the package distributed, and a script that is started by name must keep its
        call under ``if __name__ == "__main__"``.
    scheduler : str, optional
        Address of a scheduler of Dask, e.g. ``tcp://host:8786``, whose workers compute instead.
    progress : callable, optional
        Called with the number of points that are there and of all points, as they come.

    Returns
    -------
    Scan
        A point that fails is a row with status ``failed`` and a message. Numbers do not depend on workers or interruptions.
        A reach over masses is one with all masses of the axis, if their limits depend on each other (``forward-positron``,
        whose fit begins where the heaviest mass says).

    Raises
    ------
    DarkfactoryError
        For keys that do not exist, another scan in the folder, or if every point fails.

    Examples
    --------
    >>> found = scan("rate", "mu -> e a", grid={"model.mass": "0:90:4", "model.chirality": "V+A,V"})
    >>> [f"{row['value']:.3e}" for row in found.rows[:3]]
    ['7.832e-07', '7.832e-07', '6.620e-07']
    """
    axes = axes_of(grid)
    call = Call.bound(verb, arguments, options, axes)
    pieces, states = compute(call, None if out is None else Path(out), resume, workers, scheduler, progress)
    rows = _table(pieces)
    failed = sum(row["status"] == FAILED for row in rows)
    if failed == len(rows):
        raise InvalidInput(f"every point of the scan failed, the first one with: {rows[0]['message']}")
    asked = {"verb": verb, **call.arguments, "grid": {key: plain(values) for key, values in grid.items()}}
    mixed = [f"rows are of {states} states of the package"] if states > 1 else []
    # the first chunk says how it was made; where all of it failed, the first point that did not
    good = next(int(row["point"]) for piece in pieces for row in piece.rows if row["status"] != FAILED)
    first = next((piece.run for piece in pieces if piece.run), None) or call.result_at(good).run
    settings = {key: entry for key, entry in first.get("settings", {}).items() if key not in grid}
    run = run_block("scan", asked, given=asked, settings=settings, records=first.get("records", ()))
    card = None if "experiment" in grid else first.get("card")
    return Scan(
        verb=verb,
        arguments=call.arguments,
        axes=axes,
        rows=rows,
        meanings={column.name: column for piece in pieces for column in piece.columns},
        notes=(*_notes(pieces, failed, len(rows)), *mixed),
        references=tuple(dict.fromkeys(key for piece in pieces for key in piece.references)),
        run={**run, "card": card},
    )


def _table(pieces: Sequence[Piece]) -> list[dict[str, Any]]:
    """Rows in the order of the grid, all with the same columns; where a column has words, its numbers are words too."""
    rows = sorted((row for piece in pieces for row in piece.rows), key=lambda row: int(row["point"]))
    names = dict.fromkeys(name for row in rows for name in row if name not in ("point", "status", "message"))
    words = {name for row in rows for name, value in row.items() if isinstance(value, str)}
    ordered = [*names, "status", "message"]
    return [{name: _worded(row.get(name), name in words) for name in ordered} for row in rows]


def _worded(value: Any, word: bool) -> Any:
    return value if value is None or not word else str(value)


def _notes(pieces: Sequence[Piece], failed: int, rows: int) -> tuple[str, ...]:
    """What holds at all points, and what at some."""
    counted = Counter(note for piece in pieces for note in piece.notes)
    made = sum(bool(piece.columns) for piece in pieces)
    everywhere = [note for note, count in counted.items() if count == made]
    some = [note for note in counted if note not in everywhere]
    told = [f"{failed} of {rows} points failed: column message"] if failed else []
    told += [*everywhere, *(f"at some points: {note}" for note in some[:NOTES])]
    return (*told, *((f"{len(some) - NOTES} more notes at some points",) if len(some) > NOTES else ()))
