"""The verbs ``impacts`` and ``optimise`` of the command line: what a limit owes to its numbers, and the best settings."""

from __future__ import annotations

import copy
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import click

from darkfactory.cli.names import SettingName
from darkfactory.cli.options import OutFile, assigned, examples, given_options, output_options, working, written
from darkfactory.cli.printing import emit_result

__all__ = ["impacts_of", "optimise_of"]

KEPT = ("search", "experiment", "model", "mass", "coupling", "cl", "method", "assignments")
"""Arguments and options of a verb that say what its limit is of."""
QUANTITY = click.option(
    "--quantity",
    help="branching_ratio or a coupling; the first by default, the second where regions have both edges.",
)
FIGURE = click.option("--figure", type=OutFile(".png", ".pdf", ".svg"), help="Also draw FILE (.png, .pdf or .svg).")


def impacts_of(commands: Sequence[click.Command]) -> click.Group:
    """Make the group ``impacts``: each of the commands with its own options, asked what its limit owes to every number.

    Parameters
    ----------
    commands : sequence of click.Command
        Verbs that give a limit.
    """
    told = "impacts reach forward-positron --mass 20 --improve 2", "impacts reach beam-dump --experiment e141 --mass 3"
    own = (
        click.option("--improve", type=float, metavar="FACTOR", help="Also better each number alone by this factor."),
        click.option("--budget", type=float, default=120.0, show_default=True, help="Seconds that it may take."),
        click.option("--evaluations", type=int, help="Most limits to compute; what --budget has cut says where."),
        QUANTITY,
        FIGURE,
    )

    def run(verb: str, **options: Any) -> None:
        from darkfactory.sensitivity.impacts import impacts

        def shown(found: Any) -> list[dict[str, Any]]:
            columns = ["number", "value", "unit", "origin", "elasticity", "up", "down", "low", "high"]
            columns += ["better", "gain"] if found.improve is not None else []
            return [
                {key: row[key] for key in columns}
                for row in found.rows
                if row["elasticity"] is not None or row["postfit"]
            ]

        _answer(lambda **given: impacts(verb, **given), "differentiating", shown, options)

    about = "What the limit of VERB owes to every number behind it: elasticities, their range, which one to better."
    return _group("impacts", about, commands, own, run, told)


def optimise_of(commands: Sequence[click.Command]) -> click.Group:
    """Make the group ``optimise``: each of the commands with its own options, asked for the settings with the best limit.

    Parameters
    ----------
    commands : sequence of click.Command
        Verbs that give a limit.
    """
    told = (
        "optimise reach missing-mass-photon --mass 10 --over trigger.threshold=5:45 --over beam.stopping_rate=1e6:1e8 "
        "--subject trigger_rate=10",
        "optimise reach forward-positron --mass 0 --over search.flipped_fraction=0:0.9 --set search.focus=100 "
        "--set search.systematics.energy_scale=free",
    )
    own = (
        click.option(
            "--over",
            "ranges",
            multiple=True,
            required=True,
            metavar="KEY=LOW:HIGH",
            type=SettingName(),
            help="Setting and its range; :log or :linear behind it, where its own domain would suggest the other.",
        ),
        click.option(
            "--subject",
            multiple=True,
            metavar="NAME=VALUE",
            help="Condition, also <= or >=, on trigger_rate, exposure_muons, electrons, days or stopping_rate.",
        ),
        QUANTITY,
        FIGURE,
    )

    def run(verb: str, ranges: tuple[str, ...], **options: Any) -> None:
        from darkfactory.settings import parse_assignments
        from darkfactory.verbs.optimise import optimise

        over = parse_assignments(ranges, "--over trigger.threshold=5:45")
        options["subject"] = list(options["subject"])

        def shown(found: Any) -> list[dict[str, Any]]:
            columns = ("setting", "unit", "best", "own", "low", "high", "flat_low", "flat_high", "follows")
            return [{key: row[key] for key in columns} for row in found.rows]

        _answer(lambda **given: optimise(verb, over=over, **given), "optimising", shown, options)

    about = "Settings within ranges with which the limit of VERB is strongest, under conditions."
    return _group("optimise", about, commands, own, run, told)


def _answer(
    compute: Callable[..., Any], text: str, shown: Callable[[Any], list[dict[str, Any]]], options: dict[str, Any]
) -> None:
    """Compute, draw, print and write."""
    as_json, out, figure = (options.pop(key) for key in ("as_json", "out", "figure"))
    given = given_options(options)
    if "assignments" in given:
        given["settings"] = assigned(given.pop("assignments"))
    with working(text):
        found = compute(**given)
    if figure is not None:
        _drawn(found, figure)
        written(figure)
    emit_result(found, as_json, out, shown=shown(found))


def _drawn(found: Any, file: Path) -> None:
    """Write the figure of a result."""
    from darkfactory.style import styled
    from darkfactory.writing import atomic

    with styled() as figure_class, atomic(file) as part:
        figure = figure_class(figsize=found.figure_size, layout="constrained")
        found.plot(figure.add_subplot())
        figure.savefig(part, format=file.suffix.lower()[1:])


def _group(
    name: str,
    about: str,
    commands: Sequence[click.Command],
    own: Sequence[Callable[[Any], Any]],
    run: Callable[..., None],
    told: Sequence[str],
) -> click.Group:
    """Group of the commands with the options of both."""

    def made(command: click.Command) -> click.Command:
        def answer(**options: Any) -> None:
            run(str(command.name), **options)

        decorated: Any = output_options(answer)
        for option in own:
            decorated = option(decorated)
        found = click.command(
            command.name, help=about.replace("VERB", f"{command.name} SEARCH"), epilog=examples(*told)
        )(decorated)
        kept = [copy.copy(param) for param in command.params if param.name in KEPT]
        for param in kept:
            if isinstance(param, click.Option) and param.name == "mass":
                param.help = "Mass [MeV]; the model's by default."
        found.params = [*kept, *found.params]
        return found

    verbs = {str(command.name): made(command) for command in commands}
    return click.Group(name, verbs, help=about.replace("VERB", "another verb"), epilog=examples(*told))
