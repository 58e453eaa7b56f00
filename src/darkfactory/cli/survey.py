"""The verb ``survey`` of the command line."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darkfactory.cli.names import Name
from darkfactory.cli.options import (
    OutFile,
    assigned,
    examples,
    extra_option,
    given_options,
    set_option,
    shared_options,
    with_run,
    working,
    written,
)
from darkfactory.cli.printing import emit_result

if TYPE_CHECKING:
    from darkfactory.surveys.result import Survey

__all__ = ["survey"]

DRAWN = (".pdf", ".png", ".svg")
SIZE = (8.0, 6.0)
"""Width and height of a drawing [inch]."""


def _draw(found: Survey, out: Path) -> None:
    """Write the drawing, and the result as JSON beside it."""
    from darkfactory.figures.survey import paint_survey
    from darkfactory.output import save_text, to_json
    from darkfactory.style import styled
    from darkfactory.writing import atomic

    with styled() as figure_class, atomic(out) as part:
        figure = figure_class(figsize=SIZE, layout="constrained")
        paint_survey(figure, found.rows, found.verdicts, found.coordinate)
        figure.savefig(part)
    beside = out.with_suffix(".json")
    save_text(beside, to_json(with_run(found.to_dict())) + "\n")
    written(out, beside)


@click.command(
    epilog=examples(
        "survey --model lfv-alp --mass 20 --set model.chirality=V+A",
        "survey --model dark-photon --mass 20 --set model.epsilon=1e-6",
        "survey --model vector --mass 17 --set model.g_V_e=1 --set model.g_V_u=-1 --set model.g_V_d=2",
        "survey --model pseudoscalar --mass 5:80:6 --set model.g_mu=3e-4 --coupling g_ee --out output/survey.pdf",
        "survey --model lfv-alp --mass 20 --only megii-fwd,twist-2015 --gain 2 --experiment my-card.yaml",
    )
)
@click.option("--model", required=True, type=Name("models"), help="Model, e.g. lfv-alp or dark-photon.")
@click.option("--mass", help="Mass [MeV], list, START:STOP:N or START:STOP:N:log; the model's by default.")
@click.option("--coupling", help="Common coupling, where the model has several to scan: g_ee, g_mumu, U2 ...")
@click.option("--channel", help="Pair of leptons of an LFV model: mu-e (the default), tau-mu or tau-e.")
@click.option("--cl", type=float, help="CL of searches, and of limits that can be rescaled; their own by default.")
@click.option(
    "--gain",
    type=float,
    default=1.0,
    show_default=True,
    help="The exposure is asked with which a reach is better than the strongest limit by this factor.",
)
@click.option(
    "--experiment",
    multiple=True,
    type=Name("experiments"),
    metavar="CARD",
    help="Also a card of your own; may be repeated.",
)
@click.option("--only", multiple=True, metavar="NAME[,NAME]", help="These searches, cards, records and targets alone.")
@click.option("--without", multiple=True, metavar="NAME[,NAME]", help="All but these.")
@click.option("--projections", is_flag=True, help="Published projections count as reaches.")
@click.option("--conditional", is_flag=True, help="Limits that hold under an assumption only count too.")
@extra_option
@set_option("Setting: model.*, search.*, target.*; beam.*, detector.* and trigger.* of every card that has them")
@shared_options(
    click.option(
        "--out",
        type=OutFile(".json", ".csv", *DRAWN),
        help="Also write FILE: .json, .csv, or a drawing (.pdf, .png, .svg) with its .json beside it.",
    )
)
def survey(
    model: str,
    assignments: tuple[str, ...],
    as_json: bool,
    out: Path | None,
    **options: Any,
) -> None:
    """Which searches can see a model, what excludes it, what will reach it, and at what cost: one table, ranked.

    All in one coupling of the model: F of an LFV ALP, epsilon, g_ee, U2, the scale of an operator.
    """
    from darkfactory import survey as compute

    with working("surveying"):
        found = compute(model, settings=assigned(assignments), **given_options(options))
    drawing = out is not None and out.suffix.lower() in DRAWN
    if out is not None and drawing:
        _draw(found, out)
    several = len(found.verdicts) > 1
    shown = [
        ({"mass": row["mass"]} if several else {})
        | {"#": row["rank"], "name": row["name"], "at": row["experiment"] if row["kind"] != "limit" else "published"}
        | {found.coordinate: row[found.coordinate], "to": row["far_side"], "ratio": row["ratio"]}
        | {"limited by": row["limited_by"], "exposure": row["exposure"], "needed": row["exposure_needed"]}
        | {"counts": row["role"] or ("target" if row["kind"] == "target" else "")}
        for row in found.rows
        if row["rank"] and (row["role"] or row["kind"] != "limit")
    ]
    emit_result(found, as_json, None if drawing else out, shown=shown)
