"""The verbs on study files: ``run``, ``report``, ``schema``."""

from __future__ import annotations

from pathlib import Path

import click

from darkfactory.cli.options import examples, say, say_options, written
from darkfactory.cli.printing import emit_result
from darkfactory.cli.waiting import asked, tell, working

__all__ = ["report", "run", "schema"]

FILE = click.argument("file", metavar="[STUDY.yaml]", required=False, type=click.Path(path_type=Path))
OUT = click.option(
    "--out",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Folder of the study; its name by default.",
)


@click.command(epilog=examples("run examples/mu3e_study.yaml", "run --out output/talk"))
@FILE
@OUT
@say_options
@click.pass_context
def run(context: click.Context, file: Path | None, out: Path | None, as_json: bool) -> None:
    """Make all results, scans and figures of STUDY.yaml that are not up to date; exit code 2 if one fails.

    Without a file it is the whole talk. `darkfactory schema study` prints what the file may hold.
    """
    from darkfactory.report import load_study

    study = load_study(file)
    with working(f"running {study.name}"):
        found = study.run(out, None if asked("darkfactory.quiet") else tell)
    emit_result(found, as_json, None)
    written(found.settings["out"] + "/")
    context.exit(2 if found.failed else 0)


@click.command(epilog=examples("report examples/mu3e_study.yaml", "report --out output/talk"))
@FILE
@OUT
@click.option(
    "--hepdata",
    metavar="DIR",
    type=click.Path(path_type=Path, file_okay=False),
    help="Also write the tables as a submission to HEPData.",
)
def report(file: Path | None, out: Path | None, hepdata: Path | None) -> None:
    """Write one page (HTML) on what `darkfactory run STUDY.yaml` made, and all citations beside it (BibTeX).

    Without a file it is the whole talk.
    """
    from darkfactory.report import load_study

    study = load_study(file)
    with working(f"writing the page of {study.name}"):
        page = study.report(out, hepdata)
    written(page, *([] if hepdata is None else [hepdata / "submission.yaml"]))


@click.command(epilog=examples("schema study > study.schema.json"))
@click.argument("kind", type=click.Choice(["study"]))
def schema(kind: str) -> None:
    """Print the JSON schema of a study file, with which editors complete and check it."""
    from darkfactory.output import to_json
    from darkfactory.report.schema import json_schema

    say(to_json(json_schema()))
