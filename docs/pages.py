"""Pages of the documentation that are made from the package: gallery, validation, settings, columns, API."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import pkgutil
import re
import sys
from collections.abc import Iterable, Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import darkfactory
from darkfactory import catalogue, glossary
from darkfactory.figures import FIGURES
from darkfactory.models import MODELS
from darkfactory.searches.registry import SEARCHES
from darkfactory.targets import TARGETS
from darkfactory.version import code_fingerprint

__all__ = ["write"]

PLACES = {
    "statistics": "limits, intervals and likelihoods on arrays",
    "kinematics": "four-vectors, phase space, observables and cuts",
    "amplitudes": "squared amplitudes as functions of arrays",
    "models": "Lagrangians",
    "processes": "rates, spectra and events",
    "experiments": "cards, beams, triggers and detectors",
    "recorded": "what an experiment records of a process",
    "searches": "strategies",
    "sensitivity": "what a limit owes to its numbers, and which are best",
    "surveys": "everything that sees or excludes a model",
    "combining": "several results as one likelihood",
    "bounds": "published limits",
    "cosmology": "the early universe and stars",
    "targets": "what a search must reach",
    "eventfiles": "Parquet, LHE and HepMC",
    "figures": "figures of the package",
}


def write(folder: Path) -> None:
    """Write all of them; a page that is the same stays untouched, so that Sphinx need not read it again."""
    _compute(folder)
    made = {"gallery": _gallery(), "settings": _settings(), "columns": _columns(), "api": _api(folder / "api")}
    made["contributing"] = _contributing()
    for name, text in made.items():
        _write(folder / f"{name}.md", text)


def _write(path: Path, text: str) -> None:
    if not path.exists() or path.read_text(encoding="utf-8") != text:
        path.write_text(text, encoding="utf-8")


def _compute(folder: Path) -> None:
    """Figures and the page of validation, in a few processes; those that are there already are kept for the same code."""
    drawn, stamp = folder / "figures", folder / "of"
    drawn.mkdir(parents=True, exist_ok=True)
    validation = folder / "validation.md"
    if not stamp.exists() or stamp.read_text() != code_fingerprint():
        for path in (*drawn.glob("*"), validation):
            path.unlink(missing_ok=True)
        stamp.write_text(code_fingerprint())
    missing = [name for name in FIGURES if not (drawn / f"{name}.png").exists()]
    # threads of JAX do not survive a fork
    with ProcessPoolExecutor(min(4, os.cpu_count() or 1), multiprocessing.get_context("spawn")) as pool:
        tasks = [pool.submit(_draw, name, drawn / name) for name in missing]
        if not validation.exists():
            tasks.append(pool.submit(_validate, validation))
        for task in tasks:
            task.result()


def _draw(name: str, path: Path) -> None:
    darkfactory.figure(name).save(path, "png")


def _validate(path: Path) -> None:
    path.write_text(darkfactory.validate().to_markdown(), encoding="utf-8")


def _gallery() -> str:
    """Every figure with its caption and command."""
    parts = ["# Gallery\n\nEvery figure writes PDF, PNG, CSV and JSON; `darkfactory show NAME` lists its settings."]
    for name, recipe in FIGURES.items():
        parts.append(
            f"## {name}\n\n{recipe.title}\n\n```sh\ndarkfactory figure {name} --out output/{name}\n```\n\n"
            f"```{{image}} figures/{name}.png\n:alt: {recipe.title}\n:width: 100%\n```"
        )
    return "\n\n".join(parts) + "\n"


def _contributing() -> str:
    """CONTRIBUTING.md; its links are those of the repository, of which the site has no copy."""
    text = (Path(__file__).parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return re.sub(r"\[([^]]*)\]\((?!https?:)([^)]*)\)", r"`\2`", text)


def _table(head: Iterable[str], rows: Iterable[Iterable[Any]]) -> str:
    def line(cells: Iterable[Any]) -> str:
        return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

    head = list(head)
    return "\n".join([line(head), line("---" for _ in head), *map(line, rows)])


def _keys(keys: Iterable[Any], prefix: str = "") -> str:
    rows = [(f"`{prefix}{key.name}`", key.default, key.unit, key.doc) for key in keys]
    return _table(("key", "default", "unit", "meaning"), rows) if rows else "No settings."


def _settings() -> str:
    kinds: Mapping[str, tuple[Mapping[str, Any], str]] = {
        "Models": (MODELS, "model."),
        "Searches": (SEARCHES, "search."),
        "Targets": (TARGETS, ""),
        "Figures": (FIGURES, ""),
    }
    parts = [
        "# Settings\n\nWhat `--set KEY=VALUE` takes; numbers of experiments are those of their cards (`darkfactory show CARD`). "
        "An unknown key, a wrong unit and a setting that changes nothing are errors."
    ]
    for kind, (known, prefix) in kinds.items():
        parts.append(f"## {kind}")
        parts += [f"### {name}\n\n{thing.title}\n\n{_keys(thing.keys, prefix)}" for name, thing in known.items()]
    cards = [(f"`{row['name']}`", row["title"]) for row in catalogue.entries("experiments")]
    parts.append("## Experiments\n\n" + _table(("card", "what it is"), cards))
    return "\n\n".join(parts) + "\n"


def _columns() -> str:
    known = [glossary.GLOSSARY[name] for name in sorted(glossary.GLOSSARY)]
    rows = [(f"`{one.name}`", one.unit, one.doc) for one in known]
    return "# Columns\n\nWords of all tables.\n\n" + _table(("column", "unit", "meaning"), rows) + "\n"


def _api(folder: Path) -> str:
    """A page for the public names and one for every folder: a page for every object would be a thousand of them."""
    folder.mkdir(exist_ok=True)
    names = "\n".join(
        f".. auto{_kind(getattr(darkfactory, name))}:: darkfactory.{name}\n" + _members(getattr(darkfactory, name))
        for name in darkfactory.__all__
        if not name.startswith("__")
    )
    parts = [
        "# API\n\nThe verbs of the command line with the same words stand below; every folder has a page of its own.",
        _table(("folder", "what it is"), [(f"[{place}](api/{place}.md)", words) for place, words in PLACES.items()]),
        "```{toctree}\n:hidden:\n\n" + "\n".join(f"api/{place}" for place in PLACES) + "\n```",
        f"## darkfactory\n\n```{{eval-rst}}\n{names}\n```",
    ]
    for place, words in PLACES.items():
        package = importlib.import_module(f"darkfactory.{place}")
        page = [f"# {place}: {words}", (package.__doc__ or "").strip()]
        for module in pkgutil.walk_packages(package.__path__, f"darkfactory.{place}."):
            if ".generated" in module.name or module.name.rpartition(".")[2].startswith("_"):
                continue
            loaded = importlib.import_module(module.name)
            if own := [name for name in getattr(loaded, "__all__", ()) if _home(loaded, name)]:
                directive = f".. automodule:: {module.name}\n   :members: {', '.join(own)}\n"
                page.append(f"## {module.name}\n\n```{{eval-rst}}\n{directive}```")
        _write(folder / f"{place}.md", "\n\n".join(page) + "\n")
    return "\n\n".join(parts) + "\n"


def _home(module: Any, name: str) -> bool:
    return getattr(getattr(module, name), "__module__", "") == module.__name__


def _kind(thing: Any) -> str:
    return "class" if isinstance(thing, type) else "function"


def _members(thing: Any) -> str:
    return "   :members:\n" if isinstance(thing, type) else ""


if __name__ == "__main__":
    write(Path(sys.argv[1]))
