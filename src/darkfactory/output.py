"""What a command prints and writes: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from darkfactory.errors import InvalidInput

__all__ = ["heading", "print_table", "to_csv", "to_json", "write_file"]


def heading(name: str) -> str:
    """Heading of a column: the unit at the end of a key in brackets.

    Examples
    --------
    >>> heading("F_gev"), heading("epsilon2")
    ('F [GeV]', 'epsilon2')
    """
    for ending, unit in (("_gev", "GeV"), ("_mev", "MeV")):
        if name.endswith(ending):
            return f"{name.removesuffix(ending)} [{unit}]"
    return name


def to_json(data: Any) -> str:
    """JSON text of ``data``; refuses NaN and infinity, which JSON does not have."""
    return json.dumps(data, indent=2, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def to_csv(rows: Sequence[Mapping[str, Any]]) -> str:
    """CSV text of ``rows`` with a header; nested mappings become columns ``outer.inner``, None an empty cell."""
    flat = [_flatten(row) for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in flat)
    return text.getvalue()


def _flatten(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= _flatten(value, f"{name}.")
        elif isinstance(value, (list, tuple)):
            flat[name] = "; ".join(map(str, value))
        else:
            flat[name] = value
    return flat


def write_file(path: Path, data: Any, rows: Sequence[Mapping[str, Any]]) -> None:
    """Write ``data`` as JSON or ``rows`` as CSV, by the ending of ``path``.

    Parameters
    ----------
    path : Path
        File; folders on the way are made.
    data : object
        What JSON gets.
    rows : sequence of dict
        What CSV gets.

    Raises
    ------
    InvalidInput
        For another ending, or a folder that does not exist.
    """
    if path.suffix not in (".json", ".csv"):
        raise InvalidInput(f"--out {path}: allowed endings .json, .csv")
    save_text(path, to_json(data) + "\n" if path.suffix == ".json" else to_csv(rows))


def save_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``; an error of the file system becomes one that says what to do."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise InvalidInput(f"--out {path}: {error.strerror}; give a file that can be written") from None


def _cell(value: Any) -> str:
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or ((value == int(value) if math.isfinite(value) else False) and abs(value) < 1e5):
        return f"{value:g}"
    return f"{value:.4g}"


def print_table(title: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> None:
    """Print ``rows`` as a table on standard output.

    Parameters
    ----------
    title : str
        Line above.
    rows : sequence of dict
        Columns are their keys; None is shown as a dash.
    notes : sequence of str
        Lines below.
    """
    from rich import box
    from rich.console import Console
    from rich.table import Table

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=1000)  # a pipe has no width: lines are as long as they need to be
    flat = [_flatten(row) for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    console.print(title, style="italic", markup=False)
    table = Table(header_style="bold", box=box.SIMPLE_HEAD)
    for column in columns:
        numeric = all(isinstance(row.get(column), (int, float, type(None))) for row in flat)
        table.add_column(column, justify="right" if numeric else "left", no_wrap=numeric, overflow="fold")
    for row in flat:
        table.add_row(*(_cell(row.get(column)) for column in columns))
    console.print(table)
    for note in notes:
        console.print(f"  {note}", markup=False)
