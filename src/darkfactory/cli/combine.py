"""The verb ``combine``: several results of one model as one likelihood."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from darkfactory.cli.names import PartName
from darkfactory.cli.options import OutFile, examples, extra_option, output_options, working, written
from darkfactory.cli.printing import emit_result, intervals_in_words

__all__ = ["combine"]


@click.command(
    epilog=examples(
        "combine megii.json mu3e.json --cl 0.90 --method cls",
        "combine up.json down.json --share polarization,energy_scale --export-pyhf both.json",
        "combine e137.json mu3e.json --out epsilon.json",
        "combine mine.json bound:my-record --extra records/",
    )
)
@click.argument("results", nargs=-1, required=True, metavar="RESULT.json... [bound:NAME]...", type=PartName())
@click.option("--share", default="", metavar="NAME,NAME", help="Nuisances that are common; all others are independent.")
@click.option("--cl", type=float, help="Confidence level; that of the results by default, if it is one.")
@click.option(
    "--method",
    help="Statistical method: profile, cls or fisher, of counts those of their search; that of the results by default.",
)
@click.option("--coupling", help="Coupling that is limited; the first that all results know by default.")
@click.option("--export-pyhf", type=OutFile(".json"), help="Also write the joint model of one mass for pyhf (.json).")
@extra_option
@output_options
def combine(
    results: tuple[str, ...], share: str, export_pyhf: Path | None, as_json: bool, out: Path | None, **options: Any
) -> None:
    """Limits on one coupling from several results of `reach`, of one model, profiled as one likelihood.

    A result is made again from its file. bound:NAME is a published limit whose record holds what was measured.
    """
    from darkfactory.combining import combine as compute

    with working("combining"):
        found = compute(results, share=share, **options)
    if export_pyhf is not None:
        from darkfactory.output import save_text, to_json

        save_text(export_pyhf, to_json(found.to_pyhf()) + "\n")
        written(export_pyhf)
    shown = [
        {"mass": row["mass"], **row["expected"], "-1 sigma": row["band"]["m1"], "+1 sigma": row["band"]["p1"]}
        | {f"observed {name}": value for name, value in (row["observed"] or {}).items()}
        | (intervals_in_words({found.coupling: row["excluded"]}) if "excluded" in row else {})
        | {f"{label} alone": value for label, value in row["parts"].items()}
        | {"gain": row["gain"]}
        | {f"share of {label}": value for label, value in row["information"].items()}
        | {"limited by": row["limited_by"], "status": row["status"]}
        for row in found.rows
    ]
    correlated = [f"{name} {value:+.3f}" for name, value in found.rows[0]["correlation"].items()]
    head = [f"{found.cl:g} CL, method {found.method}, z = {found.z:.4f}; limits on {found.coupling}"]
    if correlated:
        head.append(f"correlation with the signal at {found.rows[0]['mass']:g} MeV: {', '.join(correlated)}")
    emit_result(found, as_json, out, shown=shown, notes=[*head, *found.notes])
