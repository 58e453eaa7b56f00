"""The ``search`` sections of a card: what they and ``--set search.*`` give to a table of settings, checked and typed."""

from __future__ import annotations

from collections.abc import Sequence

from darkfactory.errors import CardError, did_you_mean
from darkfactory.experiments.card import Card, Quantity
from darkfactory.parsing import canonical
from darkfactory.settings import Setting, Settings, read_settings
from darkfactory.tracing import trace

__all__ = ["card_settings", "recording_settings", "section_problems"]


def card_settings(card: Card, keys: Sequence[Setting], search: str) -> Settings:
    """Typed settings of a search at an experiment: the table's defaults, the card's own, the user's overrides.

    Parameters
    ----------
    card : Card
        The experiment.
    keys : sequence of Setting
        What the search has.
    search : str
        Its name.

    Returns
    -------
    Settings
        A value for every key.

    Raises
    ------
    DarkfactoryError
        Listing unknown keys, units that are not those of the keys, and values outside their range.
    """
    own = card.section(search)
    problems = _unit_problems(keys, search, own)
    if problems:
        raise CardError("\n".join(f"{card.path.name}: {problem}" for problem in problems))
    layers = [("card", own), ("user", card.search_overrides())]
    values = [(who, {key: quantity.value for key, quantity in layer.items()}) for who, layer in layers]
    typed = read_settings(keys, search, *values, label="search.")
    trace("settings", card, search, typed)
    return typed


def recording_settings(card: Card, keys: Sequence[Setting], section: str, what: str) -> Settings:
    """Typed settings of what an experiment records: a part of the settings of a search, whose section the card has.

    Parameters
    ----------
    card : Card
        The experiment.
    keys : sequence of Setting
        What enters the record.
    section : str
        The search whose section of the card holds them; its other keys are those of a fit and do not matter here.
    what : str
        What is asked for, for messages.

    Returns
    -------
    Settings
        A value for every key.

    Raises
    ------
    DarkfactoryError
        Listing keys of the user that do not enter, and values outside their range.
    """
    names = {canonical(key.name) for key in keys}
    own = {name: quantity.value for name, quantity in card.section(section).items() if canonical(name) in names}
    given = {name: quantity.value for name, quantity in card.search_overrides().items()}
    typed = read_settings(keys, what, ("card", own), ("user", given), label="search.")
    trace("settings", card, section, typed)
    return typed


def _unit_problems(keys: Sequence[Setting], search: str, quantities: dict[str, Quantity]) -> list[str]:
    units = {canonical(key.name): key.unit for key in keys}
    problems = []
    for name, quantity in quantities.items():
        expected = units.get(canonical(name), quantity.unit)
        if quantity.unit != expected and not isinstance(quantity.value, str):
            problems.append(
                f"search.{search}.{name}.unit = {quantity.unit!r}: allowed {expected}; convert the value to {expected}"
            )
    return problems


def section_problems(card: Card, tables: dict[str, Sequence[Setting]]) -> list[str]:
    """What is wrong with the ``search`` sections of a card: unknown searches and keys, units, values.

    Parameters
    ----------
    card : Card
        The experiment.
    tables : dict
        Keys of every search by its name.
    """
    problems = []
    for name in card.sections:
        if name not in tables:
            hint = did_you_mean(name, list(tables)) or f"; searches: {', '.join(tables)}"
            problems.append(f"{card.path.name}: search.{name}: no such search{hint}")
            continue
        own = card.section(name)
        problems += [f"{card.path.name}: {text}" for text in _unit_problems(tables[name], name, own)]
        layer = ("card", {key: quantity.value for key, quantity in own.items()})
        try:
            read_settings(tables[name], name, layer, label=f"search.{name}.")
        except ValueError as error:
            problems += [f"{card.path.name}: {text}" for text in str(error).splitlines()]
    return problems
