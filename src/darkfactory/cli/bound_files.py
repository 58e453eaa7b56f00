"""The verbs of ``bounds`` that are about files: begin a record, check one, make one from a curve."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from darkfactory.cli.options import Command, OutFile, examples, say, written
from darkfactory.errors import DarkfactoryError, InvalidInput

__all__ = ["COMMANDS"]

FILE = click.argument("file", type=click.Path(path_type=Path))


def _curve_options(citation: str, *, cl: str) -> Callable[[Command], Command]:
    """What every importer asks for: name, publication and confidence level of the record."""

    def add(command: Command) -> Command:
        for option in (
            click.option("--cl", type=float, help=f"Published confidence level; {cl}."),
            click.option("--citation", default="", help=f"Such as 'Doe 2031 [3101.01234]'{citation}."),
            click.option("--name", required=True, help="Name of the record."),
            FILE,
        ):
            command = option(command)
        return command

    return add


QUANTITY = click.option("--quantity", required=True, help="What FILE limits, e.g. epsilon, epsilon2, g_agamma, U2_mu.")
CHANNEL = click.option(
    "--channel", default="", help="Process in words; of a branching ratio or F_gev the decay: mu-e, tau-e, tau-mu."
)
OUTLINE = click.option(
    "--outline", is_flag=True, help="The rows go once round a region, though the last is not the first."
)


@click.command(
    "from-csv",
    epilog=examples(
        "bounds from-csv curve.csv --name mine --quantity epsilon --citation 'Doe 2031 [3101.01234]' > mine.yaml",
        "bounds from-csv plot.txt --name old --quantity epsilon2 --mass-unit GeV --citation 'Doe 1985' > old.yaml",
        "bounds from-csv br.csv --name new --quantity branching_ratio --channel mu-e --citation 'Doe 2031' > new.yaml",
    ),
)
@_curve_options("", cl="0.90 by default")
@QUANTITY
@CHANNEL
@click.option("--mass-unit", default="MeV", show_default=True, help="Of the masses in FILE: eV, keV, MeV, GeV.")
@OUTLINE
def from_csv(file: Path, cl: float | None, **given: Any) -> None:
    """Print a record (YAML) for a digitised curve in FILE: mass, limit and, of a closed region, its far side.

    Columns are separated by blanks, tabs, commas or semicolons; blank lines separate pieces. An outline (rows once round a
    region, ending with the first) gives both sides, or an island. Save it as NAME.yaml beside FILE.
    """
    from darkfactory import bounds

    _print(bounds.from_csv, file, cl=0.90 if cl is None else cl, **given)


@click.command("from-darkcast", epilog=examples("bounds from-darkcast Lab_Doe2031.lmt --name lab > lab.yaml"))
@_curve_options("; that of the definition by default", cl="Darkcast does not say it")
@click.option(
    "--definition", type=click.Path(path_type=Path), help="Python file of the limit; the one beside it by default."
)
def from_darkcast(file: Path, **given: Any) -> None:
    """Print a record for a limit on dark photons, FILE.lmt of your own copy of Darkcast (GPL; nothing of it is shipped).

    Publication, production and decay are read in the Python file of the limit, which is not run.
    """
    from darkfactory import bounds

    _print(bounds.from_darkcast, file, **given)


@click.command(
    "from-axionlimits",
    epilog=examples("bounds from-axionlimits FASER.txt --name faser --quantity g_agamma > faser.yaml"),
)
@_curve_options("; the comments of FILE by default", cl="as the comments say by default")
@QUANTITY
@CHANNEL
@OUTLINE
def from_axionlimits(file: Path, **given: Any) -> None:
    """Print a record for a text table of AxionLimits in FILE: mass [eV], coupling (of photons in 1/GeV)."""
    from darkfactory import bounds

    _print(bounds.from_axionlimits, file, **given)


@click.command(
    "from-hepdata",
    epilog=examples(
        "bounds from-hepdata table.yaml --name new --quantity epsilon2 --column observed --citation 'Doe 2031' > new.yaml"
    ),
)
@_curve_options("", cl="without it the record has none")
@QUANTITY
@CHANNEL
@click.option(
    "--column", default="", help="Number or part of the name of a dependent variable; the observed one by default."
)
@click.option("--mass-unit", default="", help="Where the table says none: eV, keV, MeV, GeV.")
@OUTLINE
def from_hepdata(file: Path, **given: Any) -> None:
    """Print a record for a table of HEPData (YAML) in FILE: one independent variable, the mass, and a limit.

    An expected limit becomes a projection.
    """
    from darkfactory import bounds

    _print(bounds.from_hepdata, file, **given)


def _print(importer: Callable[..., str], file: Path, **given: Any) -> None:
    click.echo(importer(file, **given), nl=False)


@click.command(epilog=examples("bounds check my-limit.yaml"))
@FILE
def check(file: Path) -> None:
    """Say what is wrong with the record in FILE; exit code 2 if anything is."""
    from darkfactory.bounds import check_file

    problems = check_file(file)
    if problems:
        raise DarkfactoryError("\n".join(problems))
    click.echo(f"{file}: good")


@click.command(
    epilog=examples(
        "bounds new my-limit --quantity epsilon", "bounds new my-decay --channel mu-e --out limits/my-decay.yaml"
    )
)
@click.argument("name")
@click.option("--quantity", default="", help="What it limits, e.g. epsilon, U2_mu; or")
@click.option("--channel", default="", help="the decay, of which it limits the branching ratio: mu-e, tau-e, tau-mu.")
@click.option("--out", type=OutFile(".yaml", ".yml"), help="File to write; NAME.yaml by default.")
def new(name: str, quantity: str, channel: str, out: Path | None) -> None:
    """Write a record of a limit called NAME with every key and what it means; fill in what is empty."""
    from darkfactory.bounds import new_record
    from darkfactory.output import save_text

    path = out or OutFile(".yaml").convert(f"{name}.yaml", None, click.get_current_context())
    text = new_record(path.stem if out else name, quantity, channel)
    if path.exists():
        raise InvalidInput(f"{path}: exists already; give another --out, or remove it")
    save_text(path, text)
    written(path)
    say(f"fill in what is empty in {path}, then:\n  darkfactory bounds check {path}")


COMMANDS = (from_csv, from_darkcast, from_axionlimits, from_hepdata, new, check)
"""Commands of the group ``bounds``."""
