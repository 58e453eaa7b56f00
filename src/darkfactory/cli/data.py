"""Options of ``reach`` for counts of one's own and pseudo-data, and the files that belong to them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from darkfactory.cli.options import Command, OutFile, written
from darkfactory.errors import InvalidInput, require

if TYPE_CHECKING:
    from darkfactory.verbs.reach import Reach

__all__ = ["data_options", "in_short", "keep", "require_single", "write_beside"]

_OPTIONS = (
    click.option(
        "--figure", type=OutFile(".pdf", ".png", ".svg"), help="Also draw counts, background and signal to FILE."
    ),
    click.option(
        "--template",
        type=OutFile(".csv", ".json", ".yaml"),
        help="Also write the bins and what is expected in them, with a column for counts (.csv, .json, .yaml).",
    ),
    click.option("--inject", metavar="BR | NAME=VALUE", help="Signal in pseudo-data: a branching ratio, or F_gev=1e9."),
    click.option("--seed", type=int, default=0, show_default=True, help="Of --toys and of --look-elsewhere toys."),
    click.option("--toys", type=int, metavar="N", help="Also fit N pseudo-experiments at each mass."),
    click.option("--asimov", is_flag=True, help="Take what is expected in place of data."),
    click.option(
        "--data",
        metavar="FILE",
        type=click.Path(),
        help="Your counts, for observed limits and fits: a template filled in, a histogram, a pyhf workspace or numbers.",
    ),
)


def data_options(command: Command) -> Command:
    """``--data``, ``--asimov``, ``--toys``, ``--seed``, ``--inject``, ``--template`` and ``--figure``."""
    for option in _OPTIONS:
        command = option(command)
    return command


def keep(data: str | None, *files: Path | None) -> None:
    """Refuse to write over the counts that are read.

    Parameters
    ----------
    data : str, optional
        File of counts.
    *files : Path, optional
        Files that will be written.
    """
    for file in files:
        if data is not None and file is not None and file.resolve() == Path(data).expanduser().resolve():
            raise InvalidInput(f"{file}: holds the counts of --data, which writing it would lose; give another file")


def require_single(mass: str | None) -> None:
    """Refuse several masses for a workspace before they are computed.

    Parameters
    ----------
    mass : str, optional
        As given; the one of the model by default.
    """
    from darkfactory.settings import mass_points

    several = mass is not None and len(mass_points(mass)) > 1
    require(f"mass = {mass}: several; a pyhf workspace holds one, give a single --mass" if several else None)


def write_beside(result: Reach, template: Path | None, figure: Path | None) -> None:
    """Write the template of a reach, and draw its counts.

    Parameters
    ----------
    result : Reach
        With counts, for a drawing.
    template, figure : Path, optional
        Where.
    """
    if template is not None:
        from darkfactory.output import save_text

        save_text(template, result.template.text(template.suffix.lower()))
        written(template)
    if figure is not None:
        from darkfactory.writing import atomic

        drawn = result.plot_data()
        with atomic(figure) as file:
            drawn.savefig(file, format=figure.suffix.lower()[1:])
        written(figure)


def in_short(point: Mapping[str, Any]) -> dict[str, Any]:
    """Essential columns of a point for what its counts say.

    Parameters
    ----------
    point : mapping
        Row of a reach.
    """
    found = {f"observed {name}": value for name, value in (point["observed"] or {}).items()}
    if fit := point.get("fit"):
        found |= {"best fit": fit["branching_ratio"], "+-": fit["error"], "z": fit["z"], "local p": fit["p_value"]}
        found |= {"global p": fit["global_p_value"]} if "global_p_value" in fit else {}
        found["goodness"] = fit["goodness"]
    if toys := point.get("toys"):
        found |= {f"toys: {name}": toys[name]["median"] for name in ("limit", "best_fit", "z")}
    return found
