"""What can be chosen on the page: searches, cards and beginnings, shipped ones and those of a study."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from darkfactory.explorer.request import Request
from darkfactory.explorer.views import view_of
from darkfactory.searches.registry import SEARCHES

if TYPE_CHECKING:
    from darkfactory.report.study import Study

__all__ = ["Offers", "first_request", "offers_of"]


@dataclass(frozen=True)
class Offers:
    """What can be chosen.

    Attributes
    ----------
    title : str
        Of the study; empty without one.
    cards : mapping
        Paths of the cards of the study, by name.
    beginnings : mapping
        Requests with which one can begin, by their name.
    bounds : str
        Places of limits of the user's own.
    """

    title: str = ""
    cards: Mapping[str, str] = field(default_factory=dict)
    beginnings: Mapping[str, Request] = field(default_factory=dict)
    bounds: str = ""

    def experiments(self, search: str) -> dict[str, str]:
        """Cards that can be chosen for a search: names and what stands for them, those of the study first."""
        return {**self.cards, **{name: name for name in SEARCHES[search].cards}}

    @property
    def every(self) -> tuple[str, ...]:
        """All cards that can be chosen for any search."""
        own = [request.experiment for request in self.beginnings.values()]
        shipped = [name for search in SEARCHES.values() for name in search.cards]
        return tuple(dict.fromkeys([*self.cards.values(), *own, *shipped]))

    @property
    def given(self) -> dict[str, str]:
        """Settings that the study itself has."""
        return {key: value for request in self.beginnings.values() for key, value in request.settings}


def first_request(search: str = "") -> Request:
    """What the page asks first of a search; of the first one by default."""
    strategy = SEARCHES[search or next(iter(SEARCHES))]
    view = view_of(strategy.name)
    return Request("reach", strategy.name, strategy.cards[0], view.range, settings=tuple(view.quick.items()))


def offers_of(study: Study | None) -> Offers:
    """What can be chosen with a study, or without one.

    Parameters
    ----------
    study : Study or None
        Its cards, its limits, and every reach among its results and scans as a beginning.
    """
    if study is None:
        return Offers()
    found = {part.path: _request(part.arguments) for part in study.parts if part.verb == "reach"}
    return Offers(study.title, study.cards, found, study.bounds)


def _request(arguments: Mapping[str, Any]) -> Request:
    search = str(arguments.get("search", next(iter(SEARCHES)))).replace("_", "-")
    first = first_request(search)
    given = {key: _text(value) for key, value in arguments.items() if key != "settings" and value is not None}
    kept = {key: given[key] for key in ("model", "coupling", "method", "cl") if key in given}
    settings = tuple((key, _text(value)) for key, value in dict(arguments.get("settings") or {}).items())
    card, masses = given.get("experiment", first.experiment), given.get("mass", first.mass)
    return Request("reach", search, card, masses, **kept, settings=settings)


def _text(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
