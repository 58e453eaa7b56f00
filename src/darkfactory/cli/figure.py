"""The command ``figure``, with the options that all planes of coupling and mass take."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from darkfactory.cli.names import Name, StyleName
from darkfactory.cli.options import (
    OutFile,
    assigned,
    examples,
    extra_option,
    given_options,
    say,
    say_options,
    set_option,
    with_run,
    working,
    written,
)
from darkfactory.cli.printing import print_table

__all__ = ["figure"]


@click.command(
    epilog=examples(
        "figure meg2-reach --out output/meg2-reach",
        "figure thermal-targets --set r=3",
        "figure hnl-plane --flavor tau --mass 100:1e4 --without delphi --extra my-limits",
        "figure dark-photon-plane --experiment my-card.yaml --only my-card,na48-2,e137",
    )
)
@click.argument("name", type=Name("figures"))
@click.option("--out", type=OutFile(), help="Where to write, without ending; the name by default.")
@click.option("--format", "formats", default="pdf,png", show_default=True, help="Of the drawing: pdf, png, svg.")
@click.option(
    "--style", type=StyleName(), default="default", show_default=True, help="The look: a name, or a file .mplstyle."
)
@click.option(
    "--experiment",
    multiple=True,
    type=Name("experiments"),
    metavar="CARD",
    help="Of a plane: also draw the reach of a card, shipped or your own; may be repeated.",
)
@click.option("--only", multiple=True, metavar="NAME[,NAME]", help="Of a plane: these curves and records, no others.")
@click.option("--without", multiple=True, metavar="NAME[,NAME]", help="Of a plane: all but these curves and records.")
@click.option("--mass", metavar="RANGE", help="Of a plane: masses [MeV], LOW:HIGH or START:STOP:N.")
@click.option("--cl", metavar="X", help="Of a plane: CL of reaches, and of limits that can be rescaled.")
@extra_option
@click.option("--flavor", metavar="NAME", help="Of figures that have one, as --set flavor=NAME.")
@set_option("Setting of the figure; `darkfactory show NAME` lists them")
@say_options
def figure(
    name: str,
    out: Path | None,
    formats: str,
    style: str,
    assignments: tuple[str, ...],
    as_json: bool,
    **options: Any,
) -> None:
    """Draw the figure NAME: PDF and PNG, and the numbers behind it as CSV and JSON with references.

    Names of curves are those of the table, in small letters with hyphens (mu3e-phase-i-tracks), or names of records; a first
    word stands for all names that begin with it (mu3e).
    """
    from darkfactory import output
    from darkfactory.errors import InvalidInput, require
    from darkfactory.figures import figure as draw
    from darkfactory.figures.recipe import chosen_formats

    wanted = chosen_formats(formats)
    settings: dict[str, Any] = dict(assigned(assignments))
    given = {key: value for key, value in given_options(options).items() if value not in (None, ())}
    twice = [f"{key} is given twice, as --{key} and --set {key}; keep one" for key in given if key in settings]
    require(*twice, error=InvalidInput)
    for key, value in given.items():
        settings[key] = ",".join(value) if isinstance(value, tuple) else value
    with working(f"computing {name}"):
        result = draw(name, settings=settings).save(out, wanted, style)
    if as_json:
        say(output.to_json(with_run(result.data.to_dict())))
    else:
        print_table(result.title, result.summary, result.notes)
    written(*result.files)
