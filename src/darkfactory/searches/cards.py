"""Experiment cards as the verbs load them: the ``search`` sections checked against the searches that exist."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import Any

from darkfactory.errors import CardError
from darkfactory.experiments import Card, load_card
from darkfactory.searches import registry
from darkfactory.searches.settings import section_problems

__all__ = ["lacking", "load_experiment"]


def load_experiment(name_or_path: str | os.PathLike[str], overrides: Mapping[str, Any] | None = None) -> Card:
    """Load a card as :func:`darkfactory.experiments.load_card` does, and check its ``search`` sections and what those need too.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped card, or path of a YAML file.
    overrides : mapping, optional
        Settings with the prefixes ``beam.``, ``detector.``, ``trigger.`` and ``search.``.

    Returns
    -------
    Card

    Raises
    ------
    UnknownName
        If no such card is shipped, or only unknown override keys are wrong.
    CardError
        Listing everything else that is wrong: also a misspelt search, a unit or a value in its section.
    """
    card = load_card(name_or_path, overrides, {name: search.needs for name, search in registry.SEARCHES.items()})
    # by the module: it is still being made when it imports the files of its folder
    problems = section_problems(card, {name: search.keys for name, search in registry.SEARCHES.items()})
    if problems:
        raise CardError("\n".join(problems))
    return card


def lacking(card: Card, what: str, missing: CardError, fitting: Iterable[str]) -> CardError:
    """Error for a card that cannot do what it is asked for: what it lacks, and which shipped cards have it.

    Parameters
    ----------
    card : Card
        The card.
    what : str
        What is the matter with it, e.g. ``has no photon trigger``.
    missing : CardError
        What the missing number said.
    fitting : iterable of str
        Names of the shipped cards that have it.
    """
    names = list(fitting)
    if card.name in names:
        return missing  # of the right kind, but incomplete: the missing number says it best
    return CardError(f"{card.name}: this card {what}; cards that have it: {', '.join(names)} ({missing})")
