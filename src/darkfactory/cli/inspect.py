"""The verbs that look things up: ``list``, ``show``, ``card``, ``cite``, ``rerun``, ``audit``, ``completion``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from darkfactory.cli.names import Name
from darkfactory.cli.options import (
    OutFile,
    examples,
    extra_option,
    output_options,
    say,
    say_options,
    with_run,
    working,
    written,
)
from darkfactory.cli.printing import emit, emit_result, print_table
from darkfactory.errors import DarkfactoryError, InvalidInput

__all__ = ["audit", "card", "cite", "completion", "list_command", "rerun", "show"]

LISTS = ("processes", "models", "experiments", "searches", "bounds", "targets", "figures")
BASH = """COMPREPLY+=("$value")
            [[ $value == *" "* ]] && compopt -o filenames
            [[ $value == *= ]] && compopt -o nospace"""
"""What bash does with a name: quote the ``>`` of a process, which would write to a file, and let a value follow a key."""
SHELLS = ("bash", "zsh", "fish")


@click.command("list", epilog=examples("list searches", "list experiments --json"))
@click.argument("kind", type=click.Choice(LISTS))
@output_options
def list_command(kind: str, as_json: bool, out: Path | None) -> None:
    """Say what exists: processes, models, experiments, searches, bounds, targets or figures."""
    from darkfactory import catalogue

    rows = catalogue.entries(kind)
    essential = ("name", "title", "kind")
    shown = [{key: row[key] for key in essential if key in row} for row in rows]
    listed = [{key: value for key, value in row.items() if key not in ("keys", "references")} for row in rows]
    notes = ["darkfactory show NAME: its numbers or settings, with defaults, ranges and sources"]
    emit({kind: rows}, listed, kind, as_json, out, shown=shown, notes=notes)


@click.command(epilog=examples("show meg2", "show ee-resonance --json", "show my-card.yaml"))
@click.argument("name", type=Name(*LISTS))
@output_options
def show(name: str, as_json: bool, out: Path | None) -> None:
    """Show what NAME is: numbers of a card with unit, tag and source; settings with default, range and meaning."""
    from darkfactory.cli.description import describe

    sections = describe(name)
    rows = [{"kind": part["kind"], **row} for part in sections for row in part["rows"]]
    if as_json or out is not None:
        emit({"name": name, "sections": sections}, rows, name, as_json, out)
    if as_json:
        return
    for part in sections:
        facts = {key: "; ".join(value) if isinstance(value, list) else value for key, value in part["facts"].items()}
        references = ", ".join(part["references"])
        print_table(
            f"{part['kind']}: {part['name']}", [{"title": part["title"], **facts, "references": references or None}]
        )
        if part["rows"]:
            print_table("numbers" if part["kind"] in ("experiments", "bounds") else "settings", part["rows"])


@click.group()
def card() -> None:
    """Experiment cards of your own: begin one, check one."""


@card.command(
    "new",
    epilog=examples("card new my-detector --from megii-fwd", "card new better-meg --from meg2 --out cards/better.yaml"),
)
@click.argument("name")
@click.option("--from", "shipped", required=True, type=Name("experiments"), help="Card to begin with.")
@click.option("--out", type=OutFile(".yaml", ".yml"), help="File to write; NAME.yaml by default.")
def new_card(name: str, shipped: str, out: Path | None) -> None:
    """Write a card called NAME that begins as a copy of another; change it with an editor."""
    from darkfactory.experiments.new import new_card as compose
    from darkfactory.output import save_text

    path = out or OutFile(".yaml").convert(f"{name}.yaml", None, click.get_current_context())
    if path.exists():
        raise InvalidInput(f"{path}: exists already; give another --out, or remove it")
    save_text(path, compose(name, shipped))
    written(path)
    say(f"edit {path}, then:\n  darkfactory card check {path}")


@card.command("check", epilog=examples("card check my-detector.yaml"))
@click.argument("file", type=click.Path(path_type=Path))
def check_card(file: Path) -> None:
    """Say what is wrong with the card in FILE; exit code 2 if anything is."""
    from darkfactory.searches.cards import load_experiment

    loaded = load_experiment(file)
    searches = ", ".join(loaded.sections) or "none configured"
    say(f"{file}: good\n{len(loaded.keys())} numbers of beam, detector and trigger; searches: {searches}")


@click.command(
    epilog=examples("cite result.json", "cite meg2 missing-mass-photon", "cite Jodidio:1986mz --out refs.bib")
)
@click.argument("names", nargs=-1, metavar="[RESULT.json | RECORD.yaml | NAME | KEY]...", type=Name(*LISTS[:-1]))
@click.option("--out", type=OutFile(".bib", ".bibtex", ".txt"), help="Also write FILE (BibTeX).")
@extra_option
@say_options
def cite(names: tuple[str, ...], extra: str | None, as_json: bool, out: Path | None) -> None:
    """BibTeX of what a run used: give its JSON file, a name (experiment, search, bound, process), or citation keys.

    A record of your own is cited by its name or file, the package as darkfactory.
    """
    from darkfactory import catalogue, output
    from darkfactory.references import bibtex, cited

    keys = catalogue.cited_keys(*names, extra=extra)
    text = bibtex(keys)
    if out is not None:
        output.save_text(out, text + "\n")
    if as_json:
        found = [cited(key) for key in keys]
        data = {"references": [{"key": r.key, "short": r.short, "bibtex": r.bibtex} for r in found]}
        text = output.to_json(with_run(data))
    say(text)
    if out is not None:
        written(out)


@click.command(epilog=examples("rerun output/megii-fwd-reach.json", "rerun result.json --tolerance 1e-3 --anyway"))
@click.argument("file", metavar="RESULT.json", type=click.Path(path_type=Path))
@click.option("--anyway", is_flag=True, help="Go on where the version or the card is not that of the result.")
@click.option("--tolerance", type=float, default=1e-9, show_default=True, help="Relative difference that still agrees.")
@say_options
@click.pass_context
def rerun(context: click.Context, file: Path, anyway: bool, tolerance: float, as_json: bool) -> None:
    """Repeat the run of RESULT.json from what the file says about it, and compare: exit code 0 agrees, 1 differs."""
    from darkfactory import output
    from darkfactory.rerun import rerun as repeat

    def typed(arguments: Sequence[str]) -> Any:
        return _captured(context.find_root().command, arguments)

    with working("repeating"):
        found = repeat(file, typed, anyway=anyway, tolerance=tolerance)
    if as_json:
        say(output.to_json(with_run(found.to_dict())))
    else:
        how = "agree" if found.agrees else "DIFFER"
        size = "a word or the shape" if found.largest == float("inf") else f"{found.largest:.2g}"
        largest = f"largest relative difference {size} at {found.where}" if found.where else "every one is identical"
        say(f"{found.command}\nnumbers {how}: {found.compared} compared, {largest}")
        for note in found.notes:
            say(f"  {note}")
    context.exit(0 if found.agrees else 1)


@click.command(epilog=examples("audit reach.json", "audit meg2", "audit dark-photon-plane --out audit.csv"))
@click.argument("result", metavar="RESULT.json | CARD | FIGURE", type=Name("experiments", "figures"))
@click.option("--budget", type=float, default=20.0, show_default=True, help="Seconds for effects on a limit.")
@output_options
def audit(result: str, budget: float, as_json: bool, out: Path | None) -> None:
    """List every number behind a result that is recalled, assumed or chosen, with source and effect on the limit.

    The result is made again; a card, or a figure by name or by a file of it, can be audited too.
    """
    from darkfactory.auditing import audit as compute

    with working("auditing"):
        found = compute(result, budget=budget)
    columns = ("number", "value", "unit", "origin", "stands_in", "source")
    shown = [{column: row[column] for column in columns} for row in found.rows]
    if found.limit:
        effects = ["not computed" if row["effect"] is None else row["effect"] for row in found.rows]
        shown = [row | {"effect": effect} for row, effect in zip(shown, effects, strict=True)]
    emit_result(found, as_json, out, shown=shown)


def _captured(command: click.Command, arguments: Sequence[str]) -> Any:
    """What a command prints as JSON."""
    import io
    import json
    from contextlib import redirect_stdout

    words = [*arguments, "--json"]
    text = io.StringIO()
    with redirect_stdout(text), command.make_context("darkfactory", list(words), obj=words) as context:
        command.invoke(context)
    return json.loads(text.getvalue())


@click.command(
    epilog=examples("completion bash >> ~/.bashrc", "completion fish > ~/.config/fish/completions/darkfactory.fish")
)
@click.argument("shell", type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str) -> None:
    """Print the script that lets SHELL complete verbs, options, names and keys."""
    from click.shell_completion import get_completion_class

    of_shell = get_completion_class(shell)
    if of_shell is None:
        raise DarkfactoryError(f"{shell}: no completion; shells: {', '.join(SHELLS)}")
    script = of_shell(context.find_root().command, {}, "darkfactory", "_DARKFACTORY_COMPLETE").source()
    say(script.replace("COMPREPLY+=($value)", BASH))
