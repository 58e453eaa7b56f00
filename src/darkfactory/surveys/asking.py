"""Reaches as surveys ask for them: kept on disk, and never an error that ends everything."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.errors import DarkfactoryError
from darkfactory.experiments import Card, list_cards
from darkfactory.numerics.cache import kept
from darkfactory.result import ROOT, sha256_of
from darkfactory.searches.base import Search
from darkfactory.tracing import listening
from darkfactory.verbs.reach import reach
from darkfactory.version import data_fingerprint

__all__ = ["Answer", "Asked"]


@dataclass(frozen=True)
class Answer:
    """What a search said at one mass.

    Attributes
    ----------
    row : dict
        Row of the reach; empty without one.
    problem : str
        Why there is none.
    about : dict
        Of the reach: process, cl, what to cite, and whether the card says how many events were allowed.
    """

    row: Mapping[str, Any] = field(default_factory=dict)
    problem: str = ""
    about: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, eq=False)
class Asked:
    """A search at a card, with all that is asked of it.

    Attributes
    ----------
    search : Search
        The search.
    card : Card
        The experiment, as its file has it.
    model : Model
        The model.
    coupling : str, optional
        That is scanned.
    settings : dict
        Of card and search.
    cl : float, optional
        Confidence level.
    """

    search: Search
    card: Card
    model: Any
    coupling: str | None
    settings: Mapping[str, Any]
    cl: float | None

    def at(self, masses: Sequence[float]) -> list[Answer]:
        """Answers at masses [MeV], which are asked for together; where one of them fails, the others by themselves."""
        found = self._answers(masses)
        if len(masses) == 1 or not found[0].problem:
            return found
        alone = [self._answers([mass])[0] for mass in masses]
        good = [mass for mass, answer in zip(masses, alone, strict=True) if not answer.problem]
        if self.search.together and 0 < len(good) < len(masses):
            again = dict(zip(good, self._answers(good), strict=True))
            return [again.get(mass, answer) for mass, answer in zip(masses, alone, strict=True)]
        return alone

    def with_exposure(self, key: str, value: float) -> Asked:
        """The same with another exposure."""
        return replace(self, settings={**self.settings, key: value})

    def _answers(self, masses: Sequence[float]) -> list[Answer]:
        try:
            told = self._told(masses)
        except DarkfactoryError as error:
            problem = " ".join(str(error).split())
        except Exception as error:  # a fault of one search may not end a survey
            problem = f"{type(error).__name__}: {error}"
        else:
            return [Answer(row, about=told) for row in told["rows"]]
        return [Answer(problem=problem)] * len(masses)

    @property
    def _fixed(self) -> bool:
        """Whether the answer follows from the code and the shipped cards: not from files of the user or what is installed."""
        shipped = self.card.path.is_relative_to(ROOT) and self.card.path.stem in list_cards()
        installed = any(key.name == "pdf" for key in self.search.keys)
        return shipped and not installed and not any(_is_file(value) for value in self.settings.values())

    def _told(self, masses: Sequence[float]) -> dict[str, Any]:
        """What the reach says, from disk where the same was asked before and nobody listens to what is read."""
        if listening() or not self._fixed:
            return self._computed(masses)
        settings = sorted((key, str(value)) for key, value in self.settings.items())
        what = [
            *(self.search.name, sha256_of(self.card.path), repr(self.model), self.coupling, settings, self.cl),
            *(list(masses), data_fingerprint()),
        ]
        text = kept("surveys", what, lambda: {"told": np.array(json.dumps(self._computed(masses)))})["told"]
        told: dict[str, Any] = json.loads(str(text))
        return told

    def _computed(self, masses: Sequence[float]) -> dict[str, Any]:
        how: dict[str, Any] = {"model": self.model, "coupling": self.coupling, "settings": self.settings}
        how["mass"] = np.asarray(masses, dtype=float)
        try:
            found = reach(self.search.name, str(self.card.path), cl=self.cl, **how)
        except DarkfactoryError as error:
            # a number of allowed events belongs to its own level
            if self.cl is None or not str(error).startswith("cl = "):
                raise
            found = reach(self.search.name, str(self.card.path), **how)
        return {
            "rows": found.rows,
            "process": found.result.process,
            "cl": found.cl,
            "references": list(found.references),
            "looked": found.run["settings"].get("search.events", {}).get("tag") == "card",
        }


def _is_file(value: Any) -> bool:
    return isinstance(value, os.PathLike) or (isinstance(value, str) and Path(value).is_file())
