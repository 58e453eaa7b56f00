"""What every command has: options for output and settings, printing, and a sign of life."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Any, TypeVar

import click

__all__ = ["decay_options", "emit", "given_options", "output_options", "set_option", "spin_of", "working"]

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


def decay_options(command: Command) -> Command:
    """``--cut``, ``--polarization``, ``--charge`` and ``--seed`` of decays at rest."""
    for option in (
        click.option("--seed", type=int, default=0, show_default=True, help="Seed of the Monte Carlo."),
        click.option(
            "--charge", type=click.Choice(["+1", "1", "-1"]), default="+1", show_default=True, help="Of the parent."
        ),
        click.option("--polarization", metavar="P | X,Y,Z", help="Degree against the beam, or the spin vector."),
        click.option("--cut", metavar="EXPR", help='Condition on observables, e.g. "E_gamma > 10 and min(p_T) > 10".'),
    ):
        command = option(command)
    return command


def spin_of(text: str | None) -> Any:
    """Degree or spin vector from the text of ``--polarization``."""
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
    except ValueError:
        raise click.UsageError(f"--polarization {text}: must be a number in [0, 1] or three numbers X,Y,Z") from None
    return numbers[0] if len(numbers) == 1 else numbers


def given_options(options: Mapping[str, Any]) -> dict[str, Any]:
    """Options that stand on the command line: a default must not count as asked for."""
    context = click.get_current_context()
    default = click.core.ParameterSource.DEFAULT
    return {name: value for name, value in options.items() if context.get_parameter_source(name) is not default}


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
