"""What a command says and writes: tables for people, JSON and CSV for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkfactory.cli.options import FULL, asked, say, with_run, written

if TYPE_CHECKING:
    from darkfactory.result import Result

__all__ = ["both_edges", "emit", "emit_result", "intervals_in_words", "print_table"]


def emit(
    data: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    title: str,
    as_json: bool,
    out: Path | None,
    *,
    shown: Sequence[Mapping[str, Any]] | None = None,
    notes: Sequence[str] = (),
) -> None:
    """Print a table or JSON, and write the file if one is asked for.

    Parameters
    ----------
    data : mapping
        What JSON gets, and how it was made under ``run``.
    rows : sequence of dict
        What CSV, and ``--full`` or without ``shown`` the table, gets.
    title : str
        Line above the table.
    as_json : bool
        JSON on standard output instead of a table.
    out : Path, optional
        File to write as well.
    shown : sequence of dict, optional
        The essential columns, for the table.
    notes : sequence of str
        Lines below the table.
    """
    from darkfactory import output

    data = with_run(data)
    output.refuse_not_finite(data, rows, shown)
    if out is not None:
        output.write_file(out, data, rows)
    if as_json:
        say(output.to_json(data))
    else:
        complete = shown is None or asked(FULL)
        print_table(title, rows if complete else shown or (), notes)
    if out is not None:
        written(out)


def emit_result(
    result: Result,
    as_json: bool,
    out: Path | None,
    *,
    shown: Sequence[Mapping[str, Any]] | None = None,
    notes: Sequence[str] | None = None,
) -> None:
    """Print and write a result, see :func:`emit`.

    Parameters
    ----------
    result : Result
        Of a verb.
    as_json, out, shown
        As for :func:`emit`.
    notes : sequence of str, optional
        Lines below the table; those of the result by default.
    """
    lines = result.notes if notes is None else notes
    emit(result.to_dict(), result.rows, result.title, as_json, out, shown=shown, notes=lines)


def print_table(title: str, rows: Sequence[Mapping[str, Any]], notes: Sequence[str] = ()) -> None:
    """Print ``rows`` as a table on standard output, with units in the headings.

    Parameters
    ----------
    title : str
        Line above.
    rows : sequence of dict
        Columns are their keys.
    notes : sequence of str
        Lines below.
    """
    from rich.console import Console

    from darkfactory.output import table_text

    console = Console()
    # a pipe has no width: lines are as long as they need to be
    width = console.width if console.is_terminal else 1000
    say(table_text(title, rows, notes, width=width, color=console.is_terminal))


def both_edges(points: Sequence[Mapping[str, Any]]) -> bool:
    """Whether what is excluded ends on the side of strong couplings too: then the intervals are shown, and no band."""
    if any("excluded" not in point for point in points):
        return False
    intervals = [pair for point in points for found in point["excluded"].values() for pair in found]
    return not intervals or any(None not in pair for pair in intervals)


def intervals_in_words(excluded: Mapping[str, list[list[float | None]]]) -> dict[str, str]:
    """Excluded intervals in words."""
    ends = {
        name: [" to ".join("?" if edge is None else f"{edge:.4g}" for edge in pair) for pair in intervals]
        for name, intervals in excluded.items()
    }
    return {f"excluded {name}": ", ".join(texts) or "none" for name, texts in ends.items()}
