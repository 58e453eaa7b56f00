"""The verb ``audit``: every number behind a result that nobody has checked against a publication, and what it does to it.

A result is made again, and what is read on the way is written down (:mod:`darkfactory.tracing`): numbers of cards, settings,
published limits. Those of a publication that was read, or of a digitised figure, are counted and not listed.
"""

from __future__ import annotations

import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, ClassVar

from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.bounds.records import Limit, Record, same_cl
from darkfactory.errors import DarkfactoryError, UnknownName, did_you_mean, in_range, require
from darkfactory.experiments import list_cards
from darkfactory.experiments.card import Card, Quantity
from darkfactory.figures import FIGURES
from darkfactory.glossary import Column, named
from darkfactory.numerics.elasticity import elasticity
from darkfactory.parsing import canonical
from darkfactory.rerun import changes_since, made_again, read_result
from darkfactory.result import Made, Result, plain, result_file, run_block
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import Settings
from darkfactory.tracing import tracing
from darkfactory.verbs.varied import Varied, limits_of

__all__ = ["ORIGINS", "Audit", "Row", "audit", "made_and_audited", "numbers_behind", "unsettable"]

ORIGINS = ("recalled", "assumed", "derived", "user", "figure", "default")
"""What is listed, in this order; the others are ``quoted`` and ``digitised``."""
_OF_CARDS = ("beam.", "target.", "detector.", "trigger.", "search.")
_SETTABLE = (*_OF_CARDS, "model.")
_SOURCES = {"user": "set by the user", "figure": "set by the figure", "default": "default of the package"}
_COLUMNS = named(
    Column("number", "", "key of the number"),
    Column("value", "1", "value that was used; in the unit of the column unit"),
    Column("unit", "", "unit of the value"),
    Column("origin", "", "recalled, assumed, derived, or who chose it: user, figure, default"),
    Column("stands_in", "", "card, published limit or part of the package that holds it"),
    Column("source", "", "where the number is from, as it is written beside it"),
    Column("effect", "1", "relative change of the limit over that of the number: d ln(limit) / d ln(value)"),
    Column("effect_error", "1", "half the difference of a shift up and one down"),
    Column("effect_status", "", "computed, or why it is not"),
)

Row = dict[str, Any]


@dataclass(frozen=True, eq=False, repr=False)
class Audit(Result):
    """The numbers behind a result, a card or a figure that a user has to check.

    Attributes
    ----------
    audited : str
        What was audited.
    rows : sequence of dict
        One row per number, the recalled ones first.
    checked : dict
        How many numbers of each other origin there are.
    notes : tuple of str
        What a reader must know.
    references : tuple of str
        Citation keys of the audited result.
    settings : dict
        The budget.
    limit : str
        Name of the limit whose change ``effect`` is; empty where none is computed.
    """

    kind: ClassVar[str] = "audit"
    rows_key: ClassVar[str] = "numbers"

    audited: str
    rows: Sequence[Row]
    checked: Mapping[str, int]
    notes: tuple[str, ...]
    references: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    limit: str = ""

    @property
    def title(self) -> str:
        """Line above the table."""
        counts = Counter(row["origin"] for row in self.rows)
        return f"{self.audited}: {', '.join(f'{counts[o]} {o}' for o in ORIGINS if counts[o]) or 'nothing to check'}"

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {"audited": self.audited, "checked": dict(self.checked), "limit": self.limit or None}

    def own_columns(self) -> Mapping[str, Column]:
        """What the columns mean here."""
        return _COLUMNS


def audit(result: str | os.PathLike[str] | Made, *, budget: float = 20.0) -> Audit:
    """Every number behind a result that is recalled, assumed or derived, or that somebody chose.

    Parameters
    ----------
    result : str, path or result
        File of a result (JSON), name or path of a card, name of a figure or a file of one that was written; or what a verb
        returned.
    budget : float
        Seconds that may be spent on effects: of a reach, how the limit changes with each number, by shifting it by one
        percent up and down. Those of the other results are not computed.

    Returns
    -------
    Audit
        One row per number.

    Raises
    ------
    DarkfactoryError
        For what is no such thing, or cannot be made again.

    Examples
    --------
    >>> found = audit("e137")
    >>> found.rows[0]["number"], found.rows[0]["origin"], found.rows[0]["source"]
    ('beam.particle', 'recalled', 'Andreas, Niebuhr, Ringwald, arXiv:1209.6083')
    """
    require(in_range("budget", budget, 0, unit="s"))
    name = f"this result of {result.run.get('verb')}" if isinstance(result, Made) else os.fspath(result)
    run = run_block(audit, {"result": name, "budget": budget})
    if isinstance(result, Made):
        return _of_run(name, {"run": dict(result.run)}, budget, run)[1]
    path = result_file(name)
    if path.suffix.lower() == ".json":
        return _of_run(name, read_result(path), budget, run)[1]
    figure = name.replace("_", "-")
    if figure in FIGURES:
        arguments = {"name": figure, "settings": {}}
        return _of_run(f"figure {figure}", {"run": {"verb": "figure", "arguments": arguments}}, budget, run)[1]
    if path.suffix.lower() in (".yaml", ".yml") or canonical(name) in map(canonical, list_cards()):
        return _of_card(load_experiment(name), budget, run)
    hint = did_you_mean(name, [*list_cards(), *FIGURES])
    raise UnknownName(f"{name!r}: no file of a result (.json), card or figure{hint}")


def made_and_audited(name: str, verb: str, arguments: Mapping[str, Any]) -> tuple[Any, Audit]:
    """What a verb gives and its audit without effects, in the time that the verb itself takes.

    Parameters
    ----------
    name : str
        Name for messages.
    verb, arguments : str, mapping
        As in a run block.
    """
    made_by = {"verb": verb, "arguments": dict(arguments)}
    return _of_run(name, {"run": made_by}, None, run_block(audit, {"result": name, "budget": 0.0}))


def _of_card(card: Card, budget: float, run: Mapping[str, Any]) -> Audit:
    table = card.provenance_table()
    found = [_of_quantity(row.pop("key"), Quantity(**row), f"card {card.name}") for row in table]
    note = "effects are not computed: only a reach has a limit that a number can change; audit one that takes this card"
    return _audit(f"card {card.name}", found, (note,), card.references, budget, run)


def _of_run(name: str, old: Mapping[str, Any], budget: float | None, run: Mapping[str, Any]) -> tuple[Any, Audit]:
    made_by = old["run"]
    verb, arguments = str(made_by.get("verb")), dict(made_by.get("arguments") or {})
    changes = changes_since(made_by) if "version" in made_by else []
    notes = [f"{change}: these are the numbers as they are now" for change in changes]
    if verb == "reach" and budget is not None:  # one mass reads what all of them do
        mass = next((point["mass"] for point in old.get("points", ()) if point["status"] == "ok"), None)
        alone = arguments.get("mass") is None  # the mass of the model, which it may hold as a setting
        limit_alone = {"data": None, "asimov": False, "toys": None, "inject": None, "seed": 0, "discovery": None}
        arguments |= limit_alone | {"look_elsewhere": "none"} | ({} if mass is None or alone else {"mass": mass})
    made, found = numbers_behind(name, {**made_by, "arguments": arguments})
    data = made.data if verb == "figure" else made
    effects = _Effects(made, arguments, budget) if verb == "reach" and budget is not None else None
    if verb != "reach":
        notes.append(f"effects are not computed: only a reach has a limit that a number can change, {verb} has none")
    elif effects is None:
        notes.append("effects are not computed here: darkfactory audit FILE.json does")
    elif effects.limit:
        notes.append(f"effect: d ln({effects.limit}) / d ln(value) at {effects.mass:g} MeV, the rest as it is")
    references = tuple(getattr(data, "references", ()))
    return made, _audit(name, found, notes, references, budget or 0.0, run, effects)


def numbers_behind(name: str, run: Mapping[str, Any]) -> tuple[Any, list[Row]]:
    """What a verb gives, and a row for every number that was read on the way, those of publications too.

    Parameters
    ----------
    name : str
        Name for messages.
    run : mapping
        Verb and arguments as in a run block.
    """
    verb = str(run.get("verb"))
    with tracing() as events:
        made = made_again(name, run)
    # what a search scans, or does not see, is not behind its limit
    idle = {f"model.{key}" for key in made.result.scanned} if verb == "reach" else set()
    found = [row for row in _read(events, verb) if row["number"] not in idle]
    found += _given(run["arguments"].get("settings") or {}, found, name)
    records = {name for kind, *things in events if kind == "limit" for name in (things[0].name, things[0].label)}
    return made, found + _said(getattr(made.data if verb == "figure" else made, "rows", ()), records)


def _audit(
    name: str,
    found: Iterable[Row],
    notes: Iterable[str],
    references: Iterable[str],
    budget: float,
    run: Mapping[str, Any],
    effects: _Effects | None = None,
) -> Audit:
    """The rows that are listed, each once and in order, and how many are not."""
    rows = list({(row["stands_in"], row["number"], str(row["value"]), row["origin"]): row for row in found}.values())
    kept = sorted((row for row in rows if row["origin"] in ORIGINS), key=lambda row: ORIGINS.index(row["origin"]))
    checked = Counter(row["origin"] for row in rows if row["origin"] not in ORIGINS)
    if checked:
        counted = ", ".join(f"{number} {origin}" for origin, number in sorted(checked.items()))
        notes = [*notes, f"read and not listed: {counted}"]
    listed = [row | (effects.of(row) if effects else _not_computed("no reach")) for row in kept]
    limit = effects.limit if effects else ""
    settings = {"budget": float(budget)}
    return Audit(name, listed, checked, tuple(notes), tuple(references), settings, limit, run=run)


def _row(number: str, value: Any, origin: str, stands_in: str, source: str, unit: str = "1") -> Row:
    row = {"number": number, "value": plain(value), "unit": "" if unit == "1" else unit, "origin": origin}
    return row | {"stands_in": stands_in, "source": source}


def _told(origin: str, doc: str | None = None) -> str:
    """Source of a number that somebody chose, with its meaning."""
    return _SOURCES[origin] + (f": {doc}" if doc else "")


def _of_quantity(key: str, quantity: Quantity, stands_in: str, chosen_by: str = "user") -> Row:
    origin = chosen_by if quantity.tag == "user" else quantity.provenance or quantity.tag
    source = _told(origin) if quantity.tag == "user" else quantity.source
    return _row(key, quantity.value, origin, stands_in, source, quantity.unit)


def _read(events: Sequence[tuple[Any, ...]], verb: str) -> Iterator[Row]:
    """Rows of what was read; what a figure gives to a search or model is its own choice, not the user's."""
    chosen_by = "figure" if verb == "figure" else "user"
    for number, (kind, *things) in enumerate(events):
        if kind == "card":
            (card,) = things
            for key, quantity in card.quantities().items():
                if key in card.read:
                    yield _of_quantity(key, quantity, f"card {card.name}", chosen_by)
        elif kind == "settings":
            card, search, settings = things
            yield from _of_settings(card, search, settings, chosen_by)
        elif kind == "limit":
            yield from _of_limit(*things)
        elif kind == "number":
            what, value, origin, source = things
            yield _row(what, value, origin, "the package", source)
        else:
            name, entries = things
            own = number == len(events) - 1
            yield from _of_entries(name, entries, "user" if own else chosen_by)


def _of_settings(card: Card, search: str, settings: Settings, chosen_by: str) -> Iterator[Row]:
    """Settings of a search that were read, of the card, of the user or of nobody."""
    section = {canonical(key): quantity for key, quantity in card.section(search).items()}
    keys = SEARCHES[search].keys if search in SEARCHES else ()
    docs, units = {key.name: key.doc for key in keys}, {key.name: key.unit for key in keys}
    for key, value in settings.echo().items():
        who = settings.origins.get(key, "default")
        if key not in settings.read or value is None:
            continue
        if who == "card":
            quantity = section[canonical(key)]
            yield _of_quantity(f"search.{key}", quantity, f"card {card.name}")
        else:
            origin = chosen_by if who == "user" else who
            yield _row(
                f"search.{key}", value, origin, f"search {search}", _told(origin, docs.get(key)), units.get(key, "1")
            )


def _of_entries(verb: str, entries: Mapping[str, Mapping[str, Any]], chosen_by: str) -> Iterator[Row]:
    """Settings of a run that stand in no card: those of its model, or its own."""
    for key, entry in entries.items():
        if entry["tag"] in ("user", "default") and entry["value"] is not None and not key.startswith(_OF_CARDS):
            origin = chosen_by if entry["tag"] == "user" else "default"
            place = "model" if key.startswith("model.") else verb
            yield _row(key, entry["value"], origin, place, _told(origin), entry.get("unit", "1"))


def _of_limit(record: Record, limit: Limit, cl: float | None) -> Iterator[Row]:
    """Numbers of a published limit that answered."""
    quantity = getattr(record, "quantity", "")
    what = quantity or getattr(limit, "channel", "")
    unit = QUANTITIES[quantity].unit if quantity else "1"
    for name, value, origin, source in limit.origins():
        of_mass = "MeV" if name == "mass_range" else unit if name == limit.form else "1"
        yield _row(f"{what}: {name}", value, origin, f"limit {record.name}", source, of_mass)
    if record.unsure:
        yield _row(f"{what}: publication", None, "assumed", f"limit {record.name}", record.reference)
    if limit.cl is not None and not same_cl(cl, limit.cl):
        source = f"Gaussian rescaling of the limit from {limit.cl:g}"
        yield _row(f"{what}: cl", cl, "assumed", f"limit {record.name}", source)


def _given(settings: Mapping[str, Any], found: Sequence[Row], name: str) -> list[Row]:
    """What the user set and no other row holds: the mass of a model, a word for several settings."""
    known = {canonical(row["number"]) for row in found}
    rest = [key for key in settings if not known & {canonical(key), canonical(key.split(".", 1)[-1])}]
    return [_row(key, settings[key], "user", name, _told("user")) for key in rest]


def _said(rows: Iterable[Mapping[str, Any]], records: Set[str]) -> list[Row]:
    """Curves of a result that say themselves that they are recalled or assumed, and come from none of these records."""
    said = {}
    for row in rows:
        name = str(row.get("record") or row.get("curve") or row.get("name") or "")
        if row.get("provenance") in ("recalled", "assumed") and name not in records:
            said[name] = _row(name, None, row["provenance"], "curve of the result", str(row.get("reference", "")))
    return list(said.values())


class _Effects:
    """Relative change of the first limit of a reach with its numbers, as long as the time lasts.

    Parameters
    ----------
    made : Reach
        The reach at one mass.
    arguments : mapping
        Its arguments.
    budget : float
        Seconds.
    """

    def __init__(self, made: Any, arguments: Mapping[str, Any], budget: float) -> None:
        self.mass = float(made.masses[0])
        known = limits_of(made)
        self.limit = next((name for name in (*made.couplings, "branching_ratio") if name in known), "")
        self.varied = Varied(made, arguments, (self.limit,) if self.limit else ())
        self.last, self.cost = time.monotonic() + budget, 0.0

    def of(self, row: Row) -> Row:
        """Columns of the effect of a number."""
        if not self.limit:
            return _not_computed(f"no limit at {self.mass:g} MeV")
        if reason := unsettable(row):
            return _not_computed(reason)
        start = time.monotonic()
        if start + self.cost > self.last:
            return _not_computed("the time is used up (budget)")
        try:
            found = elasticity(self.varied.change(row["number"], row["value"]))
        except DarkfactoryError as error:
            return _not_computed(str(error).splitlines()[0])
        finally:
            self.cost = time.monotonic() - start
        return {
            "effect": float(found.value[0]),
            "effect_error": None if found.error is None else float(found.error[0]),
            "effect_status": f"computed on one side: {found.refused}" if found.refused else "computed",
        }


def unsettable(row: Row) -> str:
    """Why a number cannot be changed by a part of it; empty if it can.

    Parameters
    ----------
    row : mapping
        Of :func:`numbers_behind`.
    """
    key, value = row["number"], row["value"]
    if not key.startswith(_SETTABLE) or isinstance(value, (bool, str)) or not isinstance(value, (int, float)):
        return "no number that can be set alone"
    if key == "search.cl":
        return "a level that is chosen, and no property of the experiment"
    return "a part of 0 is 0" if value == 0 else ""


def _not_computed(reason: str) -> Row:
    return {"effect": None, "effect_error": None, "effect_status": f"not computed: {reason}"}
