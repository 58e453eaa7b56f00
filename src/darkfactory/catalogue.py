"""What exists, by kind: the rows of ``darkfactory list``, and the citations behind a name or a result."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, one_of, require

if TYPE_CHECKING:
    from darkfactory.bounds.records import Record

__all__ = ["KINDS", "citations", "cite", "cited_keys", "entries", "keys_of", "names"]

PACKAGE = "darkfactory"
"""Citation key of the package itself."""


def _processes() -> list[dict[str, Any]]:
    from darkfactory.processes import PROCESSES

    shown = ("name", "models", "title", "references")
    return [{key: getattr(process, key) for key in shown} for process in PROCESSES.values()]


def _models() -> list[dict[str, Any]]:
    from darkfactory.models import MODELS

    return [
        {
            "name": m.name,
            "title": m.title,
            "keys": [f"model.{key.name}: {key.doc}" for key in m.keys],
            "references": m.references,
        }
        for m in MODELS.values()
    ]


def _experiments() -> list[dict[str, Any]]:
    from darkfactory.experiments import list_cards, load_card

    cards = [load_card(name) for name in list_cards()]
    return [{"name": card.name, "title": card.title, "references": card.references} for card in cards]


def _searches() -> list[dict[str, Any]]:
    from darkfactory.searches.registry import SEARCHES

    return [
        {
            "name": s.name,
            "title": s.title,
            "bins": s.bins,
            "experiments": s.cards,
            "models": s.models,
            "couplings": s.couplings,
            "cl": s.cl,
            "method": s.method,
            "keys": [f"search.{key.name}: {key.doc}" for key in s.keys],
            "references": s.references,
        }
        for s in SEARCHES.values()
    ]


def _bounds() -> list[dict[str, Any]]:
    from darkfactory.references import load_references

    known = load_references()
    records: list[Any] = list(_records().values())
    return [
        {
            "name": b.name,
            "title": b.label,
            "limits": b.subjects,
            "kind": b.kind,
            "references": (b.reference,) if b.reference in known else (),
        }
        for b in records
    ]


def _targets() -> list[dict[str, Any]]:
    from darkfactory.targets import TARGETS

    return [
        {
            "name": t.name,
            "title": t.title,
            "keys": [f"{t.name}, {key.name} ({key.default}): {key.doc}" for key in t.keys],
            "references": t.references,
        }
        for t in TARGETS.values()
    ]


def _figures() -> list[dict[str, Any]]:
    from darkfactory.figures import FIGURES

    return [
        {
            "name": name,
            "title": recipe.title,
            "keys": [f"{name}, {key.name} ({key.default}): {key.doc}" for key in recipe.keys],
        }
        for name, recipe in FIGURES.items()
    ]


KINDS = {
    "processes": _processes,
    "models": _models,
    "experiments": _experiments,
    "searches": _searches,
    "bounds": _bounds,
    "targets": _targets,
    "figures": _figures,
}


def names(kind: str) -> tuple[str, ...]:
    """Names of everything of one kind, without loading what is behind them where that takes time.

    Examples
    --------
    >>> names("searches")[0]
    'forward-positron'
    """
    if kind == "experiments":
        from darkfactory.experiments import list_cards

        return list_cards()
    if kind == "figures":
        from darkfactory.figures import FIGURES

        return tuple(FIGURES)
    return tuple(row["name"] for row in entries(kind))


def keys_of(verb: str, options: Mapping[str, Any]) -> tuple[str, ...]:
    """Keys that ``--set`` of a verb takes, as far as the rest of the command says.

    Parameters
    ----------
    verb : str
        Such as ``reach``.
    options : mapping
        Arguments of the verb that are known, by name.

    Examples
    --------
    >>> keys_of("figure", {"name": "thermal-targets"})
    ('r', 'alpha_D')
    """
    from darkfactory.models import MODELS

    def plain(name: str) -> str:
        return str(options.get(name) or "").replace("_", "-")

    if verb in ("figure", "target"):
        from darkfactory.figures import FIGURES
        from darkfactory.targets import TARGETS

        tables: Mapping[str, Any] = FIGURES if verb == "figure" else TARGETS
        if plain("name") not in tables:
            return ()
        entry = tables[plain("name")]
        more = keys_of("reach", {}) if getattr(entry, "handed", ()) else ()
        return (*(key.name for key in entry.keys), *more)
    model = plain("name") if verb == "model" else plain("model")
    models = [MODELS[model]] if model in MODELS else list(MODELS.values())
    of_models = tuple(dict.fromkeys(f"model.{key.name}" for entry in models for key in entry.keys))
    if verb == "model":
        return tuple(key.removeprefix("model.") for key in of_models)
    if verb == "recast":
        return _keys_of_recasts(model, of_models)
    from darkfactory.experiments.keys import KEYS
    from darkfactory.searches.registry import SEARCHES

    if verb == "trigger":
        return tuple(KEYS)
    if verb == "survey":
        from darkfactory.targets import TARGETS

        of_targets = (f"target.{key.name}" for entry in TARGETS.values() for key in entry.keys)
        of_models = tuple(dict.fromkeys((*of_models, *of_targets)))
    search = plain("search")
    searches = [SEARCHES[search]] if search in SEARCHES else list(SEARCHES.values())
    of_searches = tuple(dict.fromkeys(f"search.{key.name}" for entry in searches for key in entry.keys))
    return (*of_models, *KEYS, *of_searches)


def _keys_of_recasts(model: str, of_model: tuple[str, ...]) -> tuple[str, ...]:
    """Keys of ``bounds recast``: a vector has quarks and more leptons there; the width follows from the couplings."""
    from darkfactory.bounds.vector_charges import VectorCharges

    if not model:
        return ("model.chirality", "model.C_V", "model.C_A", "model.C")
    if model == "vector":
        return ("model.mass", *(f"model.{key.name}" for key in VectorCharges.keys))
    return tuple(key for key in of_model if key != "model.total_width")


def entries(kind: str) -> list[dict[str, Any]]:
    """Rows of everything of one kind: processes, models, experiments, searches, bounds, targets or figures.

    Raises
    ------
    InvalidInput
        For another kind.

    Examples
    --------
    >>> [row["name"] for row in entries("models")][:3]
    ['lfv-alp', 'dark-photon', 'vector']
    """
    require(one_of("kind", kind, KINDS))
    return KINDS[kind]()


@functools.cache
def _references_of_names() -> dict[str, tuple[str, ...]]:
    """Citation keys by name, of everything that is shipped but limits."""
    known: dict[str, tuple[str, ...]] = {}
    for kind in ("processes", "models", "experiments", "searches", "targets"):
        known |= {row["name"]: tuple(row["references"]) for row in entries(kind)}
    return known


def _records(extra: str | Path | None = None) -> Mapping[str, Record]:
    """Published limits by name, the user's own included."""
    from darkfactory.bounds import load_bounds, load_coupling_bounds

    return {**load_bounds(extra), **load_coupling_bounds(extra)}


def citations(name: str, extra: str | Path | None = None) -> tuple[str, ...]:
    """What to cite for a result file, a record of a limit, the name of anything that :func:`entries` lists, or a key.

    Parameters
    ----------
    name : str
        Path of a result (.json) or of a record (.yaml), a name, or a citation key; ``darkfactory`` is the package.
    extra : path, optional
        Your own limits, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    tuple of str
        Citation keys; of records outside the bibliography the citation itself. A result cites the package too.

    Raises
    ------
    UnknownName
        If ``name`` is none of these.
    InvalidInput
        If a result file cannot be read or holds no references.

    Examples
    --------
    >>> citations("jodidio-1986")
    ('Jodidio:1986mz',)
    """
    from darkfactory.references import load_references
    from darkfactory.result import result_file

    if name in load_references():
        return (name,)
    file = result_file(name)
    if file.suffix.lower() == ".json":
        try:
            found = json.loads(file.read_text(encoding="utf-8"))["references"]
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise InvalidInput(
                f"{name}: no result with references ({type(error).__name__}); give a file of --out"
            ) from None
        return (*found, PACKAGE)
    if name.endswith((".yaml", ".yml")):
        from darkfactory.bounds.own import OwnRecords

        return tuple(record.reference for record in OwnRecords().with_places(name, "file").records.values())
    known = dict(_references_of_names())
    for record, bound in _records(extra).items():  # a card and a limit may have one name
        known[record] = tuple(dict.fromkeys((*known.get(record, ()), bound.reference)))
    wanted = name if name in known else name.replace("_", "-")
    if wanted not in known:
        raise UnknownName(
            f"{name!r}: no file, name or citation key{did_you_mean(wanted, [*known, *load_references()])}"
        )
    return known[wanted]


def cited_keys(*names: str, extra: str | Path | None = None) -> tuple[str, ...]:
    """What to cite for all ``names`` (see :func:`citations`), each once; every key there is without names."""
    from darkfactory.references import load_references

    found = [key for name in names for key in citations(name, extra)] if names else list(load_references())
    return tuple(dict.fromkeys(found))


def cite(*names: str, extra: str | Path | None = None) -> str:
    """BibTeX of what a result file used, or of names of experiments, searches, bounds, processes, or citation keys.

    Parameters
    ----------
    *names : str
        See :func:`citations`.
    extra : path, optional
        Your own limits, see :func:`~darkfactory.bounds.load_bounds`.

    Examples
    --------
    >>> cite("forward-positron").splitlines()[0]
    '@article{Calibbi:2020jvd,'
    """
    from darkfactory.references import bibtex

    return bibtex(cited_keys(*names, extra=extra))
