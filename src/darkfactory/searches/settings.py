"""Keys of a search: one table says what a card's ``search`` section and ``--set search.*`` may hold."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import DarkfactoryError, InvalidInput, UnknownName, did_you_mean, in_range, one_of
from darkfactory.experiments import Card

__all__ = ["STATISTICS_KEYS", "SearchKey", "card_settings", "parse_settings"]

_WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}


@dataclass(frozen=True)
class SearchKey:
    """One setting of a search.

    Attributes
    ----------
    name : str
        Without the prefix ``search.``.
    default : object
        Value where neither the card nor the user gives one; None means the search decides.
    doc : str
        What it is, with unit.
    kind : {"number", "integer", "flag", "choice", "prior"}
        A prior is a width > 0, ``free`` (infinite) or ``none`` (absent, 0).
    low, high : float
        Range of numbers.
    open_low, open_high : bool
        Whether an end is excluded.
    choices : tuple of str
        Words of a choice, or words that a number may be instead.
    synonyms : tuple of (str, str)
        Other words for a choice, and what they mean.
    """

    name: str
    default: Any
    doc: str
    kind: str = "number"
    low: float = -math.inf
    high: float = math.inf
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()

    def parse(self, value: Any) -> tuple[Any, str | None]:
        """Typed value and problem text (None if it is fine) of a raw ``value``."""
        label, text = f"search.{self.name}", str(value).strip().lower()
        if self.kind == "choice":
            text = dict(self.synonyms).get(text, text)
            return text, one_of(label, text, self.choices)
        if self.kind == "flag":
            known = text in _WORDS
            return _WORDS.get(text), None if known else f"{label} = {value!r}: allowed true, false"
        if self.kind == "prior" and text in ("none", "free", "inf"):
            return (0.0 if text == "none" else math.inf), None
        if text in self.choices:
            return text, None
        words = ("free", "none") if self.kind == "prior" else self.choices
        remedy = f"or {', '.join(words)}" if words else self.doc
        low, open_low = (0.0, True) if self.kind == "prior" else (self.low, self.open_low)
        problem = in_range(label, value, low, self.high, open_low=open_low, open_high=self.open_high, remedy=remedy)
        if problem is None and np.ndim(value) > 0:
            problem = f"{label} = {value!r}: must be one number; {self.doc}"
        if problem:
            return None, problem
        number = float(value)
        if self.kind == "integer":
            whole = None if number == int(number) else f"{label} = {value}: allowed whole numbers; {self.doc}"
            return int(number), whole
        return number, None


STATISTICS_KEYS = (
    SearchKey("cl", None, "confidence level", low=0.5, high=1.0, open_low=True, open_high=True),
    SearchKey("method", None, "statistical method", "choice", choices=("window", "kappa", "fisher", "profile", "cls")),
)
"""Settings that every search has: confidence level and method."""


def _without_systematics(keys: Sequence[SearchKey], layer: Mapping[str, Any]) -> tuple[dict[str, Any], list[str]]:
    """``systematics: none`` spelled out key by key; what the same layer gives by name stays."""
    layer = dict(layer)
    if "systematics" not in layer:
        return layer, []
    word = str(layer.pop("systematics")).strip().lower()
    if word != "none":
        return layer, [
            f"search.systematics = {word!r}: allowed none; or set one, e.g. search.systematics.resolution=0.05"
        ]
    return {key.name: "none" for key in keys if key.name.startswith("systematics.")} | layer, []


def parse_settings(
    keys: Sequence[SearchKey], search: str, card: Mapping[str, Any], user: Mapping[str, Any]
) -> dict[str, Any]:
    """Typed settings of a search: the table's defaults, overridden by the card's, overridden by the user's.

    ``systematics=none`` switches off every ``systematics.*`` that the same side does not give by name.

    Parameters
    ----------
    keys : sequence of SearchKey
        The table.
    search : str
        Name of the search, for the messages.
    card, user : mapping
        Raw values by key, without the prefix ``search.``.

    Returns
    -------
    dict
        A value for every key of the table.

    Raises
    ------
    UnknownName
        If one of the keys does not exist; near ones are listed, and all other problems too.
    InvalidInput
        Listing every value outside its range.
    """
    table = {key.name: key for key in keys}
    settings = {name: key.default for name, key in table.items()}
    problems: list[str] = []
    error: type[DarkfactoryError] = InvalidInput
    for layer in (card, user):
        values, found = _without_systematics(keys, layer)
        problems += found
        for name, value in values.items():
            if name not in table:
                error = UnknownName
                near = did_you_mean(name, list(table)).replace("did you mean ", "did you mean search.")
                hint = near.replace(", ", ", search.") or f"; keys: {', '.join(table)}"
                problems.append(f"search.{name}: unknown key of {search}{hint}")
                continue
            settings[name], problem = table[name].parse(value)
            if problem:
                problems.append(problem)
    if problems:
        raise error("\n".join(problems))
    return settings


def card_settings(card: Card, keys: Sequence[SearchKey], search: str) -> dict[str, Any]:
    """Typed settings of a search at an experiment (see :func:`parse_settings`): the card's own and the user's overrides."""
    quantities = card.search_settings(search)
    layers = [{key: q.value for key, q in quantities.items() if (q.tag == "user") is user} for user in (False, True)]
    return parse_settings(keys, search, *layers)
