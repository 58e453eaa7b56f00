"""Pages of the documentation that are made from the package: gallery, settings, columns, API."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import darkfactory
from darkfactory import catalogue, glossary
from darkfactory.figures import FIGURES
from darkfactory.models import MODELS
from darkfactory.searches.registry import SEARCHES
from darkfactory.targets import TARGETS

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
    "bounds": "published limits",
    "cosmology": "the early universe and stars",
    "targets": "what a search must reach",
    "eventfiles": "Parquet, LHE and HepMC",
    "figures": "figures of the package",
}


def write(folder: Path) -> None:
    """Write all of them; a page that is the same stays untouched, so that Sphinx need not read it again."""
    folder.mkdir(exist_ok=True)
    made = {"gallery": _gallery(folder), "settings": _settings(), "columns": _columns(), "api": _api()}
    for name, text in made.items():
        path = folder / f"{name}.md"
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")


def _gallery(folder: Path) -> str:
    """Every figure with its caption and command; those that are there already are kept for the same code."""
    from darkfactory.version import code_fingerprint

    parts = ["# Gallery\n\nEvery figure writes PDF, PNG, CSV and JSON; `darkfactory show NAME` lists its settings."]
    stamp = folder / "figures" / "of"
    known = stamp.exists() and stamp.read_text() == code_fingerprint()
    for name, recipe in FIGURES.items():
        path = folder / "figures" / f"{name}.png"
        if not (known and path.exists()):
            path.parent.mkdir(parents=True, exist_ok=True)
            darkfactory.figure(name).save(path.with_suffix(""), "png")
        parts.append(
            f"## {name}\n\n{recipe.title}\n\n```sh\ndarkfactory figure {name} --out output/{name}\n```\n\n"
            f"```{{image}} figures/{name}.png\n:alt: {recipe.title}\n:width: 100%\n```"
        )
    stamp.write_text(code_fingerprint())
    return "\n\n".join(parts) + "\n"


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


def _api() -> str:
    parts = [
        "# API\n\nThe verbs of the command line with the same words:",
        _summary("darkfactory", darkfactory.__all__),
    ]
    for place, words in PLACES.items():
        package = importlib.import_module(f"darkfactory.{place}")
        parts.append(f"## {place}: {words}\n\n{(package.__doc__ or '').strip()}")
        for module in pkgutil.walk_packages(package.__path__, f"darkfactory.{place}."):
            if ".generated" in module.name or module.name.rpartition(".")[2].startswith("_"):
                continue
            loaded = importlib.import_module(module.name)
            own = [
                n
                for n in getattr(loaded, "__all__", ())
                if getattr(getattr(loaded, n), "__module__", "") == module.name
            ]
            if own:
                parts.append(f"### {module.name}\n\n{(loaded.__doc__ or '').strip()}\n\n{_summary(module.name, own)}")
    return "\n\n".join(parts) + "\n"


def _summary(module: str, names: Iterable[str]) -> str:
    listed = "\n".join(f"   {module}.{name}" for name in names if not name.startswith("__"))
    return f"```{{eval-rst}}\n.. autosummary::\n   :toctree: reference\n   :nosignatures:\n\n{listed}\n```"


if __name__ == "__main__":
    write(Path(sys.argv[1]))
