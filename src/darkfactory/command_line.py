"""What every command has: options for output and settings, printing, and a sign of life."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["emit", "output_options", "set_option", "working"]

Command = TypeVar("Command", bound=Callable[..., Any])


def output_options(command: Command) -> Command:
    """``--json`` and ``--out FILE``, which every verb has."""
    command = click.option("--json", "as_json", is_flag=True, help="Print JSON on standard output.")(command)
    out = click.option(
        "--out", type=click.Path(dir_okay=False, path_type=Path), help="Also write FILE (.json or .csv)."
    )
    return out(command)


def set_option(command: Command) -> Command:
    """``--set key=value``, which may be given again and again."""
    text = "Override a setting: model.*, beam.*, detector.*, trigger.*, search.*"
    return click.option("--set", "assignments", multiple=True, metavar="KEY=VALUE", help=text)(command)


def emit(
    data: Any, rows: Sequence[Mapping[str, Any]], title: str, as_json: bool, out: Path | None, **table: Any
) -> None:
    """Print a table or JSON, and write the file if one is asked for.

    Parameters
    ----------
    data : object
        What JSON gets.
    rows : sequence of dict
        What CSV, and without ``shown`` the table, gets.
    title : str
        Line above the table.
    as_json : bool
        JSON on standard output instead of a table.
    out : Path, optional
        File to write as well.
    **table
        ``shown``: other rows for the table; ``notes``: lines below it.
    """
    from darkfactory import output

    if out is not None:
        output.write_file(out, data, rows)
    if as_json:
        click.echo(output.to_json(data))
    else:
        output.print_table(title, table.pop("shown", rows), **table)


def working(text: str) -> AbstractContextManager[Any]:
    """Show on standard error that something takes its time; nothing where that is not a terminal."""
    if not sys.stderr.isatty():
        return nullcontext()
    from rich.console import Console

    return Console(stderr=True).status(text)
