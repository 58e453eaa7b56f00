"""What a command prints and writes: tables for people, JSON and CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from darkfactory.errors import InvalidInput
from darkfactory.glossary import heading
from darkfactory.writing import atomic

__all__ = ["flattened", "refuse_not_finite", "save_text", "table_text", "to_csv", "to_json", "write_file"]

TEXT = 16
"""Width to which a column of text may shrink before a table is written row by row."""


def _not_finite(data: Any, path: str = "") -> Iterator[str]:
    if hasattr(data, "tolist"):
        data = data.tolist()
    if isinstance(data, float) and not math.isfinite(data):
        yield f"{path or 'result'} = {data}"
    elif isinstance(data, Mapping):
        for key, value in data.items():
            yield from _not_finite(value, f"{path}.{key}" if path else str(key))
    elif isinstance(data, (list, tuple)):
        for number, value in enumerate(data):
            yield from _not_finite(value, f"{path}[{number}]")


def refuse_not_finite(*results: Any) -> None:
    """Refuse a result with NaN or infinity in it, before any of it is printed or written.

    Parameters
    ----------
    *results : object
        Mappings, sequences and arrays, as deep as they go.

    Raises
    ------
    InvalidInput
        That names the first such numbers.
    """
    found = list(dict.fromkeys(text for result in results for text in _not_finite(result)))
    if found:
        more = f" and {len(found) - 3} more" if len(found) > 3 else ""
        raise InvalidInput(
            f"{', '.join(found[:3])}{more}: no finite number for these settings, nothing is written; "
            "take values further from the ends of their ranges"
        )


def to_json(data: Any) -> str:
    """JSON text of ``data``; refuses NaN and infinity, which JSON does not have (see :func:`refuse_not_finite`)."""
    refuse_not_finite(data)
    return json.dumps(data, indent=2, allow_nan=False, default=_plain)


def _plain(value: Any) -> Any:
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"cannot write {type(value).__name__} as JSON")


def to_csv(rows: Sequence[Mapping[str, Any]], run: Mapping[str, Any] | None = None) -> str:
    """CSV text of ``rows`` with a header; nested mappings become columns ``outer.inner``, None an empty cell.

    Parameters
    ----------
    rows : sequence of dict
        The rows.
    run : mapping, optional
        How they were made: a line ``# key: JSON`` for each of its entries, before the header.
    """
    refuse_not_finite(rows)
    flat = [flattened(row) for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    text = io.StringIO()
    for key, value in (run or {}).items():
        text.write(f"# {key}: {json.dumps(value, allow_nan=False, default=_plain)}\n")
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows({key: "" if value is None else value for key, value in row.items()} for row in flat)
    return text.getvalue()


def flattened(row: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Return a row without nesting: mappings become ``outer.inner``, lists one text."""
    flat: dict[str, Any] = {}
    for key, value in row.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping):
            flat |= flattened(value, f"{name}.")
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
        What JSON gets; its ``run`` also heads the CSV.
    rows : sequence of dict
        What CSV gets.

    Raises
    ------
    InvalidInput
        For another ending, a folder that cannot be made, or a number that is not finite.
    """
    if path.suffix not in (".json", ".csv"):
        raise InvalidInput(f"--out {path}: allowed endings .json, .csv")
    run = data.get("run") if isinstance(data, Mapping) else None
    save_text(path, to_json(data) + "\n" if path.suffix == ".json" else to_csv(rows, run))


def save_text(path: Path, text: str) -> None:
    """Write ``text`` to ``path``, whole or not at all; an error of the file system becomes one that says what to do."""
    make_folder(path)
    with atomic(path) as file:
        file.write_text(text, encoding="utf-8")


def make_folder(path: Path) -> None:
    """Make the folder of ``path``."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise InvalidInput(f"{path}: {error.strerror}; give a folder that can be written") from None


def cell(value: Any) -> str:
    """A value as a table shows it: four significant digits, a dash for None.

    Examples
    --------
    >>> cell(6.3491e-11), cell(30000000.0), cell(0.5), cell(None)
    ('6.349e-11', '3e+07', '0.5', '-')
    """
    if value is None:
        return "-"
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return str(value)
    if isinstance(value, int) or (value == int(value) and abs(value) < 1e5):
        return f"{value:g}" if abs(value) < 1e5 or isinstance(value, float) else str(value)
    return f"{value:.4g}"


def table_text(
    title: str,
    rows: Sequence[Mapping[str, Any]],
    notes: Sequence[str] = (),
    *,
    width: int = 1000,
    color: bool = False,
) -> str:
    """Table of ``rows`` in which no number is ever cut.

    One row is written as keys and values, and so is every row where the columns do not fit. Text is never read as markup.

    Parameters
    ----------
    title : str
        Line above.
    rows : sequence of dict
        Columns are their keys; None is shown as a dash.
    notes : sequence of str
        Lines below.
    width : int
        Of the terminal; text is broken to fit.
    color : bool
        Whether to write bold and italic type, for a terminal.

    Raises
    ------
    InvalidInput
        If a number is not finite.
    """
    from rich.console import Console
    from rich.text import Text

    refuse_not_finite(rows)
    console = Console(file=io.StringIO(), width=width, force_terminal=color, highlight=False, soft_wrap=False)
    flat = [{heading(key): value for key, value in flattened(row).items()} for row in rows]
    columns = list(dict.fromkeys(key for row in flat for key in row))
    texts = [[cell(row.get(column)) for column in columns] for row in flat]
    numeric = [all(isinstance(row.get(c), (int, float, type(None))) for row in flat) for c in columns]
    widths = None if len(rows) == 1 else _widths(columns, texts, numeric, width)
    console.print(Text(title, style="italic"))
    if not rows:
        console.print(Text("\n  none"))
    elif widths is None:
        _print_records(console, columns, texts)
    else:
        _print_columns(console, columns, texts, numeric, widths)
    for note in notes:
        console.print(Text(f"  {note}", overflow="fold"))
    found: str = console.file.getvalue()  # type: ignore[attr-defined]
    return "\n".join(line.rstrip() for line in found.splitlines())


def _widths(columns: list[str], texts: list[list[str]], numeric: list[bool], width: int) -> list[int] | None:
    """Widths of the columns of a table, or None if its numbers and words do not fit."""
    natural, least = [], []
    for number, column in enumerate(columns):
        cells = [row[number] for row in texts]
        widest = max(map(len, cells))
        words = max(len(word) for text in (column, *(cells if not numeric[number] else ())) for word in text.split(" "))
        natural.append(max(len(column), widest))
        least.append(max(words, widest if numeric[number] else min(widest, TEXT)))
    room = width - 2 * (len(columns) - 1)
    while sum(natural) > room:
        shrinkable = [(w, i) for i, w in enumerate(natural) if w > least[i]]
        if not shrinkable:
            return None
        natural[max(shrinkable)[1]] -= 1
    return natural


def _print_columns(
    console: Any, columns: list[str], texts: list[list[str]], numeric: list[bool], widths: list[int]
) -> None:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", box=box.SIMPLE_HEAD, show_edge=False, pad_edge=False, padding=(0, 1, 0, 0))
    for column, is_number, width in zip(columns, numeric, widths, strict=True):
        justify: Any = "right" if is_number else "left"
        table.add_column(Text(column, overflow="fold"), justify=justify, width=width, overflow="fold")
    for row in texts:
        table.add_row(*(Text(text, overflow="fold") for text in row))
    console.print()
    console.print(table)
    console.print()


def _print_records(console: Any, columns: list[str], texts: list[list[str]]) -> None:
    from rich.table import Table
    from rich.text import Text

    for row in texts:
        table = Table(box=None, show_header=False, show_edge=False, pad_edge=False, padding=(0, 2, 0, 0))
        table.add_column(style="bold", no_wrap=True, width=max(map(len, columns)))
        table.add_column(overflow="fold")
        for column, text in zip(columns, row, strict=True):
            table.add_row(Text(column), Text(text, overflow="fold"))
        console.print()
        console.print(table)
    console.print()
