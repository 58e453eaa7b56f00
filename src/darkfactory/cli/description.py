"""What stands behind a name: the numbers of a card, the settings of a search, model, target or figure, a published limit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from darkfactory.catalogue import KINDS, entries, names
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.settings import Setting

__all__ = ["describe"]

Section = dict[str, Any]


def describe(name: str) -> list[Section]:
    """Everything that a name stands for: one section for each kind of thing that has it.

    Parameters
    ----------
    name : str
        Name of a card, search, model, process, bound, target or figure, or the path of a card.

    Returns
    -------
    list of dict
        kind, name, title, facts, rows (numbers or settings), references.

    Raises
    ------
    UnknownName
        If nothing has this name; near ones are listed.
    CardError
        If the file is no good card.

    Examples
    --------
    >>> [section["kind"] for section in describe("inverse-seesaw")]
    ['models', 'targets']
    """
    if name.lower().endswith((".yaml", ".yml")):
        return [_experiment(name)]
    found = []
    for kind in KINDS:
        match = {_plain(known): known for known in names(kind)}.get(_plain(name))
        if match is not None:
            found.append(_OF_KIND[kind](match))
    if not found:
        known = list(dict.fromkeys(known for kind in KINDS for known in names(kind)))
        hint = did_you_mean(name, known) or "; `darkfactory list KIND` lists the names"
        raise UnknownName(f"{name!r}: nothing has this name{hint}")
    return found


def _plain(name: str) -> str:
    return name.strip().lower().replace("_", "-")


def _entry(kind: str, name: str) -> dict[str, Any]:
    return next(row for row in entries(kind) if row["name"] == name)


def _section(kind: str, row: Mapping[str, Any], rows: Any, **facts: Any) -> Section:
    known = {key: value for key, value in row.items() if key not in ("name", "title", "keys", "references")}
    references = list(row.get("references", ()))
    listed = {key: _listed(value) for key, value in (known | facts).items() if value not in (None, "", (), [])}
    return {
        "kind": kind,
        "name": row["name"],
        "title": row["title"],
        "facts": listed,
        "rows": rows,
        "references": references,
    }


def _listed(value: Any) -> Any:
    return list(value) if isinstance(value, tuple) else value


def _settings(keys: tuple[Setting, ...], prefix: str = "") -> list[dict[str, Any]]:
    """Settings with default, unit, allowed values and meaning."""
    rows = []
    for key in keys:
        told = key.describe()
        row = {"setting": prefix + told["name"], "default": told["default"], "allowed": told["allowed"]}
        rows.append(row | {"unit": told["unit"], "meaning": told["doc"]})
    return rows


def _experiment(name: str) -> Section:
    from darkfactory.experiments import load_card
    from darkfactory.searches.registry import SEARCHES

    card = load_card(name)
    fits = tuple(search.name for search in SEARCHES.values() if card.name in search.cards)
    rows = [{**row, "value": _listed(row["value"])} for row in card.provenance_table()]
    row = {"name": card.name, "title": card.title, "references": card.references}
    shipped = Path(name).suffix == ""
    return _section("experiments", row, rows, file=None if shipped else name, searches=fits, notes=card.notes)


def _search(name: str) -> Section:
    from darkfactory.searches.registry import SEARCHES

    search = SEARCHES[name]
    return _section(
        "searches",
        _entry("searches", name),
        _settings(search.keys, "search."),
        methods=search.methods,
        backgrounds=search.backgrounds,
    )


def _model(name: str) -> Section:
    from darkfactory.models import MODELS
    from darkfactory.processes import PROCESSES
    from darkfactory.searches.registry import SEARCHES

    entry = MODELS[name]
    processes = tuple(p.name for p in PROCESSES.values() if p.takes in entry.offers)
    searches = tuple(s.name for s in SEARCHES.values() if s.takes in entry.offers)
    row = _entry("models", name)
    return _section("models", row, _settings(entry.keys, "model."), processes=processes, searches=searches)


def _process(name: str) -> Section:
    from darkfactory.processes import PROCESSES

    process = PROCESSES[name]
    table = {setting.name: setting for verb in ("rate", "spectrum", "events") for setting in process.settings(verb)}
    return _section("processes", _entry("processes", name), _settings(tuple(table.values())))


def _bound(name: str) -> Section:
    from darkfactory.bounds import coupling_rows, load_bounds, load_coupling_bounds, rows

    couplings, ratios = load_coupling_bounds(), load_bounds()
    if name in couplings:
        table = coupling_rows(None, None, {name: couplings[name]})
        assumes = couplings[name].assumes
    else:
        table = rows(None, None, bounds={name: ratios[name]})
        assumes = ratios[name].assumes
    same = ("name", "label", "kind", "reference", "citation_key", "assumes", "reason", "status")
    kept = [{key: value for key, value in row.items() if key not in same} for row in table]
    return _section("bounds", _entry("bounds", name), kept, assumes=assumes)


def _target(name: str) -> Section:
    from darkfactory.targets import TARGETS

    return _section("targets", _entry("targets", name), _settings(TARGETS[name].keys), mass=TARGETS[name].mass)


def _figure(name: str) -> Section:
    from darkfactory.figures import FIGURES

    return _section("figures", _entry("figures", name), _settings(FIGURES[name].keys))


_OF_KIND: Mapping[str, Callable[[str], Section]] = {
    "processes": _process,
    "models": _model,
    "experiments": _experiment,
    "searches": _search,
    "bounds": _bound,
    "targets": _target,
    "figures": _figure,
}
