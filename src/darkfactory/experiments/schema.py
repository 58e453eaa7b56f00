"""The YAML border of experiment cards: file to checked quantities, with every problem collected.

Only this module knows YAML and pydantic; :mod:`darkfactory.experiments.card` loads it on first use.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, StringConstraints, ValidationError

from darkfactory.errors import did_you_mean
from darkfactory.experiments.keys import KEYS, SECTIONS, find_key, parse_value
from darkfactory.parsing import as_number, canonical
from darkfactory.yaml_files import read_yaml

__all__ = ["Parsed", "read_card"]

Text = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1)]
Unit = Annotated[Text, BeforeValidator(lambda unit: str(unit) if type(unit) is int else unit)]
TAGS = ("paper", "derived", "assumed")
PROVENANCES = ("quoted", "recalled", "digitised")
SEARCH_DEPTH = 3
EXAMPLE = "{value: ..., unit: ..., tag: assumed, source: why}"


class Leaf(BaseModel):
    """A quantity as written in a card."""

    model_config = ConfigDict(extra="forbid", strict=True)

    value: Any
    tag: Literal["paper", "derived", "assumed"]
    source: Text
    unit: Unit = "1"
    provenance: Literal["quoted", "recalled", "digitised"] | None = None


class Top(BaseModel):
    """A card as written; the sections are checked leaf by leaf."""

    model_config = ConfigDict(extra="forbid", strict=True)

    name: Text
    title: Text
    references: list[Text]
    beam: dict[Any, Any]
    detector: dict[Any, Any]
    target: dict[Any, Any] = {}
    trigger: dict[Any, Any] = {}
    notes: str = ""
    search: dict[Any, Any] = {}


FIELDS = frozenset(Leaf.model_fields)


@dataclass
class Parsed:
    """What a file gives: plain text fields, leaves whose value is parsed, and the problems."""

    name: str = ""
    title: str = ""
    references: tuple[str, ...] = ()
    notes: str = ""
    quantities: dict[str, Leaf] = field(default_factory=dict)
    searches: dict[str, dict[str, Leaf]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    readable: bool = False
    present: set[str] = field(default_factory=set)
    """Keys that the file has, also those whose value was refused."""


def read_card(path: Path) -> Parsed:
    """Read one card; whatever is wrong lands in ``problems``, nothing is raised.

    Parameters
    ----------
    path : Path
        YAML file.

    Returns
    -------
    Parsed
        With ``problems`` empty if the file keeps to the schema.
    """
    card = Parsed()
    data, card.problems = read_yaml(path)
    if not isinstance(data, dict):
        if not card.problems:
            card.problems.append(f"not a mapping: a card has the keys {', '.join(Top.model_fields)}")
        return card
    card.readable = True
    card.problems += _validate(Top, data)
    card.name, card.title, card.notes = (str(data.get(key) or "").strip() for key in ("name", "title", "notes"))
    references = data.get("references")
    card.references = tuple(map(str, references)) if isinstance(references, list) else ()
    for section in SECTIONS:
        for key, raw in _mapping(data.get(section)).items():
            _read_key(f"{section}.{key}", raw, card)
    for search, raw in _mapping(data.get("search")).items():
        _read_search(str(search), raw, card)
    return card


def _mapping(raw: Any) -> dict[Any, Any]:
    return raw if isinstance(raw, dict) else {}


def _validate(model: type[BaseModel], raw: dict[Any, Any], prefix: str = "") -> list[str]:
    """Problems of a mapping against a pydantic model, in the words of this package."""
    try:
        model.model_validate({str(key): value for key, value in raw.items()})
    except ValidationError as failure:
        return [_words(model, error, prefix) for error in failure.errors()]
    return []


def _words(model: type[BaseModel], error: Any, prefix: str) -> str:
    where = prefix + ".".join(map(str, error["loc"]))
    last = str(error["loc"][-1])
    if error["type"] == "missing":
        return f"{where}: missing; {_remedy(last)}"
    if error["type"] == "extra_forbidden":
        near = did_you_mean(last, list(model.model_fields))
        return f"{where}: unknown key, allowed {', '.join(model.model_fields)}{near}"
    if error["type"] == "literal_error":
        allowed = TAGS if last == "tag" else PROVENANCES
        return f"{where} = {error['input']!r}: allowed {', '.join(allowed)}{did_you_mean(str(error['input']), allowed)}"
    kind = {"dict_type": "a mapping of keys", "list_type": "a list"}.get(error["type"], "a non-empty text")
    return f"{where} = {error['input']!r}: allowed {kind}; {_remedy(last)}"


def _remedy(name: str) -> str:
    return {
        "references": "list BibTeX keys, or write []",
        "value": f"a quantity is {EXAMPLE}",
        "tag": f"say where the number is from: {', '.join(TAGS)}",
        "source": "say where the number is from",
        "unit": "a text such as 1/s",
        "search": "fill it or leave it out",
        "beam": f"a section of quantities {EXAMPLE}",
        "detector": f"a section of quantities {EXAMPLE}",
        "target": f"a section of quantities {EXAMPLE}, or leave it out",
        "trigger": f"a section of quantities {EXAMPLE}, or leave it out",
    }.get(name, "add it")


def _leaf(name: str, raw: Any, problems: list[str]) -> Leaf | None:
    if not isinstance(raw, dict):
        problems.append(f"{name} = {raw!r}: not a quantity; write {EXAMPLE}")
        return None
    found = _validate(Leaf, raw, f"{name}.")
    tag, provenance = raw.get("tag"), raw.get("provenance")
    if tag == "paper" and provenance is None:
        found.append(f"{name}.provenance: missing; a number of tag paper is one of {', '.join(PROVENANCES)}")
    if tag in ("derived", "assumed") and provenance is not None:
        found.append(f"{name}.provenance = {provenance!r}: allowed only with tag paper; leave it out")
    problems += found
    return None if found else Leaf.model_validate(raw)


def _read_key(written: str, raw: Any, card: Parsed) -> None:
    name = find_key(written)
    if name is None:
        listed = "; `darkfactory show NAME` lists those of a shipped card NAME"
        card.problems.append(f"{written}: unknown key{did_you_mean(written, list(KEYS))}{listed}")
        return
    if name in card.present:
        card.problems.append(f"{name} is given twice (hyphens and underscores are the same); keep one")
    card.present.add(name)
    leaf = _leaf(name, raw, card.problems)
    unit = raw.get("unit") if isinstance(raw, dict) else None
    expected = KEYS[name].unit
    if isinstance(raw, dict) and ("1" if unit is None else str(unit)) != expected:
        what = "unit: missing" if unit is None else f"unit = {unit!r}"
        card.problems.append(f"{name}.{what}: allowed {expected}; convert the value to {expected}")
        leaf = None
    if not isinstance(raw, dict) or "value" not in raw:
        return
    value, problem = parse_value(name, raw["value"])
    if problem:
        card.problems.append(problem)
    elif leaf is not None:
        card.quantities[name] = leaf.model_copy(update={"value": value, "unit": expected})


def _read_search(written: str, raw: Any, card: Parsed) -> None:
    search = canonical(written).replace("_", "-")
    if not isinstance(raw, dict):
        card.problems.append(f"search.{search} = {raw!r}: allowed a mapping of keys, each a quantity {EXAMPLE}")
        return
    if search in card.searches:
        card.problems.append(f"search.{search} is given twice (hyphens and underscores are the same); keep one")
    target = card.searches.setdefault(search, {})
    for name, node in _flatten("", raw, SEARCH_DEPTH):
        where = f"search.{search}.{name}"
        if name in target:
            card.problems.append(f"{where} is given twice (hyphens and underscores are the same); keep one")
        leaf = _leaf(where, node, card.problems)
        if leaf is None:
            continue
        value, problem = _search_value(where, leaf.value)
        if problem:
            card.problems.append(problem)
        target[name] = leaf.model_copy(update={"value": value})


def _flatten(prefix: str, raw: dict[Any, Any], depth: int) -> Iterator[tuple[str, Any]]:
    for key, node in raw.items():
        name = f"{prefix}{canonical(key)}"
        if depth > 1 and isinstance(node, dict) and node and not FIELDS & node.keys():
            yield from _flatten(f"{name}.", node, depth - 1)
        else:
            yield name, node


def _search_value(where: str, raw: Any) -> tuple[Any, str | None]:
    """Accept a number (numeric strings too), a boolean or a word; the search itself knows which it wants."""
    number = as_number(raw)
    if isinstance(raw, bool) or (number is None and isinstance(raw, str) and raw.strip()):
        return raw, None
    if number is None or not math.isfinite(number):
        return raw, f"{where} = {raw!r}: allowed a finite number, true, false or a word"
    return number if isinstance(raw, (str, float)) else raw, None
