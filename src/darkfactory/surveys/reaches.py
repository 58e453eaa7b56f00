"""Entries of searches: every card of every search that takes the model, and the user's own."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from darkfactory.bounds.recast import Bound
from darkfactory.bounds.records import Record
from darkfactory.errors import DarkfactoryError, InvalidInput, UnknownName, did_you_mean, require
from darkfactory.experiments import Card
from darkfactory.numerics.parallel import ordered
from darkfactory.parsing import canonical
from darkfactory.processes.muon_decay.scales import leptons
from darkfactory.searches.base import Search
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import read_settings
from darkfactory.surveys.asking import Answer, Asked
from darkfactory.surveys.entries import EXCLUDES, REACHES, SEARCH, Entry
from darkfactory.surveys.intervals import Intervals
from darkfactory.surveys.line import Line
from darkfactory.tracing import listening

__all__ = ["TRUSTED", "Searched", "intervals_of", "searched"]

TRUSTED = {"kek": 25.0}
"""Largest mass [MeV] at which a recast of a card is trusted."""
WORDS = {
    "closed": "kinematically closed",
    "no-acceptance": "nothing passes the acceptance",
    "uncalibrated": "the line lies where the background calibrates itself: no limit",
    "degenerate": "what the systematics leave free is the same as the signal",
    "nonlinear": "the profile of the likelihood is not monotonic",
    "not-converged": "the fit did not converge",
    "excluded-by-fixed": "the couplings that are not scanned give more signal than is allowed",
    "unbracketed": "every coupling that was looked at gives more signal than is allowed",
    "out-of-reach": "no coupling gives as many events as are needed",
    "none": "the signal stays below its limit at every coupling",
}
"""Status of a reach in words."""


@dataclass(frozen=True, eq=False)
class Searched:
    """A search at a card: what was asked, and its entries, one for each mass.

    Attributes
    ----------
    asked : Asked
        The call.
    answers : tuple of Answer
        One for each mass; none where it was not asked.
    entries : tuple of Entry
        One for each mass.
    """

    asked: Asked
    answers: tuple[Answer, ...]
    entries: tuple[Entry, ...]
    given: Mapping[str, Any] = field(default_factory=dict)


def intervals_of(answer: Answer, line: Line, *, observed: bool) -> Intervals:
    """Couplings that a search excludes.

    Parameters
    ----------
    answer : Answer
        Of the search at one mass.
    line : Line
        The common coupling.
    observed : bool
        Those that its data exclude, if there are any; else the median expectation.
    """
    row = answer.row
    seen = row.get("observed") if observed else None
    if row and not seen and line.name in (edges := row.get("excluded") or {}):
        return tuple((low or 0.0, float("inf") if high is None else high) for low, high in edges[line.name])
    limits = seen or row.get("expected") or {}
    return line.beyond(limits.get(line.name, row.get(line.name)))


def searched(
    line: Line,
    masses: Sequence[float],
    cards: Sequence[str],
    settings: Mapping[str, Any],
    cl: float | None,
    published: Iterable[Record],
    shows: Any,
) -> list[Searched]:
    """Ask every search that takes the model at its shipped cards and at the user's.

    Parameters
    ----------
    line : Line
        Model and common coupling.
    masses : sequence of float
        Masses [MeV].
    cards : sequence of str
        Names or paths of further cards.
    settings : mapping
        Of cards and searches; each is given to those that have it.
    cl : float, optional
        Confidence level; their own by default.
    published : iterable of Record
        Observed limits of the survey: a search whose publication is among them does not count.
    shows : callable
        Names of an entry -> whether it is wanted.

    Raises
    ------
    DarkfactoryError
        For a card that is none, a setting that nobody has, and one that everybody refuses.
    """
    own = {name: load_experiment(name) for name in cards}
    known = list(published)
    asked = []
    for search in SEARCHES.values():
        if search.takes in line.model.offers:
            shipped = [(name, load_experiment(name)) for name in search.cards]
            mine = [(Path(card.path).stem, card) for name, card in own.items() if name not in search.cards]
            every = [(n, card) for n, card in (*shipped, *mine) if shows(search.name, n, f"{n}, {search.name}")]
            asked.append((search, every))

    def of_search(number: int) -> list[Searched]:
        search, every = asked[number]
        return [_of_card(line, search, name, card, masses, settings, cl, known) for name, card in every]

    # cards of one search share what they compute; who listens wants it in order
    found = [one for many in ordered(of_search, range(len(asked)), 1 if listening() else 0) for one in many]
    _require_used(found, settings)
    return found


def _of_card(
    line: Line,
    search: Search,
    name: str,
    card: Card,
    masses: Sequence[float],
    settings: Mapping[str, Any],
    cl: float | None,
    published: Sequence[Record],
) -> Searched:
    given = {key: value for key, value in settings.items() if _takes(search, card, key)}
    channel, elsewhere = _channel(line, search, card)
    refused = elsewhere
    try:
        card = load_experiment(card.path, {key: value for key, value in given.items() if not key.startswith("search.")})
    except DarkfactoryError as error:
        refused = elsewhere or " ".join(str(error).split())
    has = any(key.name == "coupling" for key in search.keys)
    asked = Asked(search, card, line.model, line.scanned if has else None, {**given, **channel}, cl)
    answers = [Answer(problem=refused)] * len(masses) if refused else asked.at(masses)
    stands = next((record for record in published if _same(record, name, card)), None)
    pairs = zip(masses, answers, strict=True)
    entries = tuple(_entry(line, search, name, mass, answer, bool(elsewhere), stands) for mass, answer in pairs)
    return Searched(asked, tuple(answers), entries, given)


def _entry(
    line: Line, search: Search, name: str, mass: float, answer: Answer, elsewhere: bool, stands: Record | None
) -> Entry:
    """Entry of a search at a card at one mass."""
    about: dict[str, Any] = {"kind": SEARCH, "name": search.name, "experiment": name, "mass": mass}
    if answer.problem:
        status = "other-channel" if elsewhere else "not-asked"
        return Entry(**about, status=status, reason=answer.problem, process=search.process)
    row = answer.row
    seen = bool(row.get("observed"))
    intervals = intervals_of(answer, line, observed=True)
    role, reason, status = REACHES, "", "ok"
    if not intervals:
        # a row that was asked about intervals and has none, or a search that is about other couplings
        status = (
            str(row["status"]) if row["status"] != "ok" else "out-of-reach" if "excluded" in row else "other-coupling"
        )
        role, reason = "", WORDS.get(status, f"gives no limit on {line.name}")
    elif seen:
        role = EXCLUDES
    elif stands is not None:
        role, reason = "", f"its published limit counts instead: {stands.name}"
    elif mass > TRUSTED.get(name, mass):
        role, reason = "", f"not trusted above {TRUSTED[name]:g} MeV"
    elif answer.about["looked"]:
        role = EXCLUDES
    return Entry(
        **about,
        intervals=intervals,
        role=role,
        status=status,
        reason=reason,
        process=answer.about["process"],
        cl=answer.about["cl"],
        limited_by=row["limited_by"] or "",
        provenance="observed" if seen else "recast" if answer.about["looked"] else "computed",
        reference=", ".join(answer.about["references"]),
    )


def _same(record: Record, name: str, card: Card) -> bool:
    """Whether a published limit is that of the search of a card."""
    return record.reference in card.references if isinstance(record, Bound) else record.name == name


def _channel(line: Line, search: Search, card: Card) -> tuple[dict[str, str], str]:
    """Setting that says which LFV decay is searched for, and why a search cannot see it."""
    parent = search.process.partition(" -> ")[0]
    if not line.channel or parent not in ("mu", "tau"):
        return {}, ""
    heavier = leptons(line.channel)[0]
    if any(key.name == "channel" for key in search.keys):
        if card.beam.parent != heavier:
            other = card.beam.parent or card.beam.name
            return {}, f"the beam gives decays of {other}, the survey is of {line.channel}"
        return ({} if line.channel == "mu-e" else {"search.channel": line.channel}), ""
    return {}, "" if parent == heavier else f"looks for {search.process}, the survey is of {line.channel}"


def _takes(search: Search, card: Card, key: str) -> bool:
    """Whether a setting is one of a search, or of what a card has."""
    prefix, _, name = canonical(key).partition(".")
    if prefix == "search":
        return any(canonical(one.name) == name or one.name.startswith(f"{name}.") for one in search.keys)
    return canonical(key) in (*card.keys(), *card.beam.exposure_keys)


def _require_used(found: Sequence[Searched], settings: Mapping[str, Any]) -> None:
    """Refuse settings that nobody has, and those with which nobody answers."""
    from darkfactory.experiments.keys import KEYS

    known = [*KEYS, *(f"search.{key.name}" for one in found for key in one.asked.search.keys)]
    for key, value in settings.items():
        takers = [one for one in found if key in one.given]
        if not takers:
            near = did_you_mean(key, [one for one in dict.fromkeys(known) if canonical(one) != canonical(key)])
            raise UnknownName(f"{key}: no search or card of this survey has it{near}")
        if key.startswith("search."):
            searches = {one.asked.search.name: one.asked.search for one in takers}
            for name, search in searches.items():
                read_settings(search.keys, name, ("user", {key.removeprefix("search."): value}), label="search.")
        answers = [answer for one in takers for answer in one.answers]
        problems = [answer.problem for answer in answers if canonical(key) in canonical(answer.problem)]
        require(problems[0] if problems and len(problems) == len(answers) else None, error=InvalidInput)
