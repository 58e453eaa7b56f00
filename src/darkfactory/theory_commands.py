"""The verbs ``target`` and ``model`` of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from darkfactory.command_line import emit, output_options, set_option, working

__all__ = ["model", "target"]


@click.command()
@click.argument("name")
@click.option("--mass", help="Mass [MeV], or START:STOP:N; the target's own range by default.")
@click.option("--channel", help="mu-e, tau-mu or tau-e (freeze-in, x-ray-lines, warmness).")
@click.option("--mode", help="quantum, mb or paper (freeze-in, x-ray-lines, warmness).")
@click.option("--dm", help="scalar, majorana, pseudo-dirac or asymmetric (freeze-out).")
@set_option
@output_options
def target(
    name: str,
    mass: str | None,
    channel: str | None,
    mode: str | None,
    dm: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Cosmological target NAME: freeze-in, freeze-out, x-ray-lines, warmness or inverse-seesaw, against mass."""
    from darkfactory.settings import parse_assignments
    from darkfactory.targets import target as compute

    given = {"channel": channel, "mode": mode, "dm": dm}
    options = {key: value for key, value in given.items() if value is not None}
    with working("integrating"):
        result = compute(name, mass, settings=parse_assignments(assignments), **options)
    data = result.to_dict()
    emit(data, result.points, f"target {result.name}", as_json, out, notes=result.notes)


@click.command()
@click.argument("name")
@set_option
@output_options
def model(name: str, assignments: tuple[str, ...], as_json: bool, out: Path | None) -> None:
    """What model NAME predicts: coupling matrices, scales and branching ratios, neutrino masses, cross sections."""
    from darkfactory.landscape import model as compute
    from darkfactory.settings import parse_assignments

    result = compute(name, parse_assignments(assignments))
    emit(result.to_dict(), result.rows, f"model {result.model}", as_json, out, notes=result.notes)
