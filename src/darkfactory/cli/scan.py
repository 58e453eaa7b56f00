"""The verb ``scan`` of the command line: the other verbs with their own options, at every point of a grid."""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import click

from darkfactory.cli.names import SettingName
from darkfactory.cli.options import (
    FULL,
    OutFile,
    asked,
    assigned,
    examples,
    given_options,
    shared_options,
    spin_of,
    working,
    written,
)
from darkfactory.cli.printing import emit_result
from darkfactory.cli.waiting import PATIENCE, tell
from darkfactory.verbs.words import SCANNED

__all__ = ["scan_of"]

GRID = "--grid mass=0:40:5"
SHOWN = 20
"""Rows of the table on the terminal."""
ESSENTIAL = {
    "rate": ("value", "error", "unit"),
    "spectrum": ("low", "high", "value", "error"),
    "reach": ("expected.", "observed.", "fit.branching_ratio", "fit.error", "fit.z", "discovery.", "limited_by"),
    "bounds recast": ("branching_ratio", "F_gev", "value", "converted", "cutoff_gev", "scale", "far_side", "cl"),
    "survey": (
        "rank",
        "name",
        "experiment",
        "F_gev",
        "f_a_gev",
        "epsilon",
        "g_",
        "U2",
        "cutoff",
        "far_side",
        "role",
        "ratio",
    ),
    "trigger": ("total_rate", "equal_rate", "max_stopping_rate"),
}
"""Columns of a verb that the table shows beside the axes; all of other verbs."""
EXAMPLES = {
    "rate": ('rate "mu -> e a" --grid model.mass=0:100:11 --grid model.chirality=V+A,V',),
    "reach": (
        "reach neutral-current --experiment nutev --grid model.dimension=2:6:9 --set model.gap_gev=1",
        "reach ee-resonance --model pseudoscalar --grid mass=10:60:6 --grid model.g_e=1e-6:1e-4:3:log --out plane/",
    ),
    "survey": ("survey --model dark-photon --grid mass=5:80:16 --out survey.csv",),
    "spectrum": ('spectrum "mu -> e nu nu" --bins 20 --grid beam.polarization=0:1:3',),
    "trigger": ("trigger meg2 --grid threshold=5:45:5 --grid beam.stopping_rate=1e7:1e8:4:log",),
    "target": ("target freeze-in --grid channel=mu-e,tau-e --grid mass=0.02:0.1:5",),
    "model": ("model anarchy --grid f_a_gev=1e9:1e11:3:log",),
    "bounds recast": ("bounds recast twist-2015 --grid mass=0:80:9 --grid model.chirality=V+A,V-A",),
    "bounds verdict": ("bounds verdict x-ray-lines --mass 0.02 --grid value=1e25:1e29:5:log",),
}


class Place(OutFile):
    """A file for the table, or a folder for the rows as they are found."""

    name = "file or folder"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Path of it, or an error of the user."""
        path = Path(value).expanduser()
        if str(value).endswith("/") or path.is_dir() or not path.suffix:
            return path
        return super().convert(value, param, ctx)


def scan_of(commands: Sequence[click.Command]) -> click.Group:
    """Make the group ``scan``: each of the commands with ``--grid`` and what else a scan has.

    Parameters
    ----------
    commands : sequence of click.Command
        Verbs, and groups of them.
    """

    def kept(command: click.Command, path: str) -> click.Command | None:
        if isinstance(command, click.Group):
            found = [made for one in command.commands.values() if (made := kept(one, f"{path}{command.name} "))]
            return click.Group(command.name, {str(one.name): one for one in found}, help=command.help)
        verb = f"{path}{command.name}"
        return _scanned(command, verb) if verb in SCANNED else None

    found = {str(command.name): kept(command, "") for command in commands}
    return click.Group(
        "scan",
        {name: command for name, command in found.items() if command is not None},
        help="Rows of another verb at every point of a grid; it takes all options of that verb.",
        epilog=examples(*(f"scan {example}" for verb in ("rate", "reach") for example in EXAMPLES[verb])),
    )


def _scanned(command: click.Command, verb: str) -> click.Command:
    """The command of a verb on a grid."""
    own = [copy.copy(param) for param in command.params if param.expose_value and param.name not in OTHERS]
    for param in own:
        param.required = param.required and isinstance(param, click.Argument)  # an option may be an axis

    def run(
        grids: tuple[str, ...],
        workers: int,
        scheduler: str | None,
        resume: bool,
        as_json: bool,
        out: Path | None,
        **options: Any,
    ) -> None:
        from darkfactory.scans import scan
        from darkfactory.settings import parse_assignments

        given = given_options(options)
        if "assignments" in given:
            given["settings"] = assigned(given.pop("assignments"))
        for name, read in (("polarization", spin_of), ("charge", int)):
            given |= {name: read(given[name])} if name in given else {}
        file = out if out is not None and out.suffix in FILES and not out.is_dir() else None
        folder = None if file is not None else out
        grid = parse_assignments(grids, GRID)
        given |= {"out": folder, "resume": resume, "workers": workers, "scheduler": scheduler}
        with _counting(f"scanning {verb}") as progress:
            found = scan(verb, grid=grid, progress=progress, **given)
        shown, more = _shown(verb, list(grid), found.rows)
        emit_result(found, as_json, file, shown=shown, notes=[*found.notes, *more])
        if folder is not None:
            written(f"{folder}/")

    made: Any = run
    for option in OPTIONS:
        made = option(made)
    epilog = examples(*(f"scan {example}" for example in EXAMPLES[verb]))
    found = click.command(command.name, help=command.help, epilog=epilog)(made)
    found.params = [*own, *found.params]
    return found


FILES = (".json", ".csv")
OTHERS = ("as_json", "out", "export_pyhf", "template", "figure")
OPTIONS = (
    shared_options(
        click.option(
            "--out", type=Place(*FILES), help="Also write FILE (.json or .csv), or keep rows in DIR/ as they come."
        )
    ),
    click.option(
        "--scheduler",
        metavar="ADDRESS",
        help="Let the workers of this scheduler of Dask compute, e.g. tcp://host:8786.",
    ),
    click.option("--workers", type=int, default=1, show_default=True, help="Processes on this machine."),
    click.option(
        "--resume",
        is_flag=True,
        help="Go on in DIR/ also with another state of the package; with the same one that needs no option.",
    ),
    click.option(
        "--grid",
        "grids",
        multiple=True,
        metavar="KEY=RANGE",
        type=SettingName(),
        help="Axis: an option or setting, with START:STOP:N, START:STOP:N:log or a list; several: their product.",
    ),
)
"""What every scan has."""


def _shown(
    verb: str, axes: Sequence[str], rows: Sequence[Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], tuple[str, ...]]:
    """The essential columns, and a line on the rows that are not shown."""
    essential = (*axes, *ESSENTIAL.get(verb, ("",)))
    status = ("status", *(("message",) if any(row["message"] for row in rows) else ()))
    first = rows if asked(FULL) else rows[:SHOWN]
    shown = [
        {key: row[key] for key in row if key.startswith(essential) and key not in ("status", "message")}
        | {key: row[key] for key in status}
        for row in first
    ]
    left = len(rows) - len(first)
    return shown, (f"{left} more rows: --json, --out FILE, or all of them and all columns with --full",) if left else ()


@contextmanager
def _counting(text: str) -> Iterator[Callable[[int, int], None] | None]:
    """Say how many points there are, how fast they come and how long it will take: a bar at a terminal, elsewhere lines."""
    if asked("darkfactory.quiet"):
        yield None
    elif sys.stderr.isatty():
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        rate = TextColumn("{task.fields[rate]}")
        columns = (TextColumn(text), BarColumn(), MofNCompleteColumn(), rate, TimeRemainingColumn())
        with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task(text, rate="")
            pace = Pace()

            def drawn(done: int, points: int) -> None:
                bar.update(task, completed=done, total=points, rate=pace(done))

            yield drawn
    else:
        with working(text):
            yield _Lines(text)


class Pace:
    """How fast points come, from the first report on."""

    def __init__(self) -> None:
        self.begin, self.first = time.monotonic(), -1

    def __call__(self, done: int) -> str:
        """Return it in words."""
        self.first = done if self.first < 0 else self.first
        new, seconds = done - self.first, time.monotonic() - self.begin
        return f"{new / seconds:.3g} points/s" if new and seconds > 0 else ""


class _Lines:
    """A line for each tenth of the points, at most one in some time."""

    def __init__(self, text: str) -> None:
        self.text, self.told, self.tenth, self.pace = text, time.monotonic(), 0, Pace()

    def __call__(self, done: int, points: int) -> None:
        pace, now = self.pace(done), time.monotonic()
        if done == self.pace.first and done:
            tell(f"{self.text}: {done} of {points} points are there already")
        tenth = 10 * done // points
        if tenth > self.tenth and now - self.told > 5 * PATIENCE and pace:
            left = (points - done) * (now - self.pace.begin) / (done - self.pace.first)
            tell(f"{self.text}: {done} of {points} points, {pace}, {left:.0f} s left")
            self.told, self.tenth = now, tenth
