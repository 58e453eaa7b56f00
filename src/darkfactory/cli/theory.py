"""The verbs ``target``, ``model`` and ``validate`` of the command line."""

from __future__ import annotations

from pathlib import Path

import click

from darkfactory.cli.names import Name
from darkfactory.cli.options import (
    OutFile,
    assigned,
    examples,
    extra_option,
    output_options,
    say_options,
    set_option,
    working,
    written,
)
from darkfactory.cli.printing import emit_result
from darkfactory.discovery import files_of

__all__ = ["model", "target", "validate"]


@click.command(
    epilog=examples(
        "target freeze-in --channel mu-e --mass 0.02:0.1:9", "target freeze-out --dm scalar --mass 1:1000:7:log"
    )
)
@click.argument("name", type=Name("targets"))
@click.option("--mass", help="Mass [MeV], list, START:STOP:N or START:STOP:N:log; the target's own range by default.")
@click.option("--channel", help="mu-e, tau-mu or tau-e (freeze-in, x-ray-lines, warmness).")
@click.option("--mode", help="quantum, mb or paper (freeze-in, x-ray-lines, warmness).")
@click.option("--dm", help="scalar, majorana, pseudo-dirac or asymmetric (freeze-out).")
@extra_option
@set_option("Setting of the target; `darkfactory show NAME` lists them")
@output_options
def target(
    name: str,
    mass: str | None,
    channel: str | None,
    mode: str | None,
    dm: str | None,
    extra: str | None,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
) -> None:
    """Cosmological target NAME: freeze-in, freeze-out, x-ray-lines, warmness or inverse-seesaw, against mass."""
    from darkfactory.targets import target as compute

    given = {"channel": channel, "mode": mode, "dm": dm}
    options = {key: value for key, value in given.items() if value is not None}
    with working("integrating"):
        result = compute(name, mass, settings=assigned(assignments), extra=extra, **options)
    emit_result(result, as_json, out)


@click.command(epilog=examples("model anarchy --set f_a_gev=5e9", "model inverse-seesaw --set mass_N=50 --set U2=1e-6"))
@click.argument("name", type=Name("models"))
@set_option("Setting of the model; `darkfactory show NAME` lists them")
@output_options
def model(name: str, assignments: tuple[str, ...], as_json: bool, out: Path | None) -> None:
    """What model NAME predicts: coupling matrices, scales and branching ratios, neutrino masses, cross sections."""
    from darkfactory.verbs.model import model as compute

    result = compute(name, assigned(assignments))
    emit_result(result, as_json, out)


@click.command(epilog=examples("validate", "validate michel", "validate dumps --out docs/dumps.md"))
@click.argument("what", type=click.Choice(files_of("darkfactory.validation.topics")), required=False)
@click.option("--out", type=OutFile(".json", ".csv", ".md"), help="File to write; .md is a page of documentation.")
@say_options
def validate(what: str | None, out: Path | None, as_json: bool) -> None:
    """Compare our numbers with those of the literature, of one topic or of all.

    Of dumps alone it has the recasts of beam dumps with every acceptance and mass.
    """
    from darkfactory.output import save_text
    from darkfactory.validation.literature import DUMPS, compare

    result = compare(what, working)
    page = out is not None and out.suffix == ".md"
    if out is not None and page:
        save_text(out, result.to_markdown())
        written(out)
    contours = (
        "experiment",
        "acceptance",
        "mass",
        "floor",
        "floor_ratio",
        "edge",
        "edge_ratio",
        "tip_mev",
        "tip_mev_ratio",
    )
    numbers = ("quantity", "unit", "published", "error", "ours", "ratio", "pull", "verdict", "provenance", "source")
    essential = contours if what == DUMPS else numbers
    shown = [{key: row[key] for key in essential} for row in result.rows]
    emit_result(result, as_json, None if page else out, shown=shown)
