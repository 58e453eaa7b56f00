"""The verb ``survey``: everything that can see a model, everything that excludes it, in one coupling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.bounds.own import OwnRecords, own_records
from darkfactory.errors import in_range, positive, require
from darkfactory.models import build_model, find_model
from darkfactory.models.base import require_one_mass
from darkfactory.parsing import Chosen, canonical, word_of
from darkfactory.processes.requests import name_of
from darkfactory.result import entries, run_block
from darkfactory.settings import mass_points, read_settings, split_settings
from darkfactory.surveys.aims import PREFIX, aims
from darkfactory.surveys.entries import EXCLUDES, REACHES, SEARCH, Entry
from darkfactory.surveys.exposure import exposure_of, needed
from darkfactory.surveys.limits import Published, decays_beside, published
from darkfactory.surveys.line import Line
from darkfactory.surveys.reaches import Searched, searched
from darkfactory.surveys.result import Survey, row_of
from darkfactory.surveys.verdicts import Verdict
from darkfactory.verbs.recast import more_keys

__all__ = ["survey"]


def survey(
    model: Any,
    mass: str | float | Sequence[float] | NDArray[np.float64] | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    coupling: str | None = None,
    channel: str | None = None,
    cl: float | None = None,
    gain: float = 1.0,
    experiment: str | Sequence[str] = (),
    only: str | Sequence[str] = (),
    without: str | Sequence[str] = (),
    projections: bool = False,
    conditional: bool = False,
    extra: str | Path | None = None,
) -> Survey:
    """Which searches can see a model, which limits and targets there are, what excludes it and what will reach it.

    Parameters
    ----------
    model : str or model object
        Name of a model (its parameters then come from ``model.*`` settings), or a model.
    mass : number, array or ``START:STOP:N``, optional
        Masses [MeV]; the model's by default. A search that fits all masses together is given all of them.
    settings : mapping, optional
        ``model.*``; of a vector also couplings of quarks and neutrinos, which recasts of limits know; ``search.*``, ``beam.*``,
        ``detector.*`` and ``trigger.*`` for every search or card that has them; ``target.*``.
    coupling : str, optional
        Common coupling, where the model has several to scan, e.g. ``g_ee`` or ``g_mumu``.
    channel : str, optional
        Pair of leptons of an LFV model, ``mu-e`` by default: F of other pairs is another coupling.
    cl : float, optional
        Confidence level of searches, and of limits that can be rescaled; their own by default.
    gain : float
        The exposure that is looked for makes a reach better than the strongest limit by this factor in the coupling.
    experiment : str or sequence of str, optional
        Cards of your own, beside the shipped ones.
    only, without : str or sequence of str, optional
        Searches, cards, records and targets that are surveyed, and those that are left out.
    projections : bool
        Whether published projections count as reaches.
    conditional : bool
        Whether limits that hold under an assumption only count as well.
    extra : path, optional
        Your own limits, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    Survey
        Rows of one table, ranked at each mass, and a verdict for each mass: about the model's coupling where it is given, else
        about all. What cannot run is a row with its reason.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain.

    Examples
    --------
    >>> found = survey("lfv-alp", 20, settings={"model.chirality": "V+A"}, only=["megii-fwd", "twist-2015", "jodidio-1986"])
    >>> found.verdicts[0]["verdict"], found.verdicts[0]["strongest_by"]
    ('reachable with forward-positron at megii-fwd', 'twist-2015')
    """
    asked = dict(locals())
    given, rest = split_settings(settings)
    built, charges = _built(model, given)
    line = Line.of(built, coupling, channel or _channel_of(model, given))
    require_one_mass(mass, given, built.mass_setting)
    masses = list(dict.fromkeys(float(m) for m in mass_points(built.mass if mass is None else mass)))
    require(
        positive("gain", gain),
        None if cl is None else in_range("cl", cl, 0.5, 1, open_low=True, open_high=True),
    )
    chosen = Chosen(_words(only), _words(without))
    known: dict[str, bool] = {}
    shows = partial(_shows, chosen, known)
    goals = {key: value for key, value in rest.items() if key.startswith(PREFIX)}
    others = {key: value for key, value in rest.items() if key not in goals}
    with own_records(extra) as own:
        every = published(line, masses, charges, cl, shows, projections=projections, conditional=conditional)
        searches = searched(line, masses, _words(experiment), others, cl, every.records, shows)
        searches = [_if_visible(one, charges) for one in searches]
        beside = next((one.answers for one in searches if one.asked.search.takes == "continuum"), ())
        limits = [*every.entries, *(decays_beside(line, beside, masses, shows) if beside else ())]
        targets = aims(line, masses, goals, shows)
    _require_some(chosen, known)
    mine = OwnRecords().with_places(extra, "extra").records
    idle = extra is not None and mine.keys().isdisjoint(entry.name for entry in limits)
    require(f"extra = {extra}: changes nothing: none of its limits has a number here, leave it out" if idle else None)
    value = line.value if _is_point(model, given, line) else None
    of_mass = partial(_verdict, line, value)
    plain = [of_mass(mass, searches, [*limits, *targets]) for mass in masses]
    searches = [_with_cost(one, line, plain, gain) for one in searches]
    verdicts = [of_mass(mass, searches, [*limits, *targets]) for mass in masses]
    used = entries(built.identity(), given, "model.") | entries({"gain": gain}, {} if gain == 1 else {"gain": gain})
    return Survey(
        model=model.replace("_", "-") if isinstance(model, str) else str(name_of(built)),
        parameters=built.identity(),
        line=line,
        rows=tuple(row for verdict in verdicts for row in _rows(verdict)),
        verdicts=tuple(verdict.row for verdict in verdicts),
        settings=dict(settings or {}),
        notes=(*_notes(line, every, charges, verdicts, cl), *_of_searches(searches)),
        references=tuple(dict.fromkeys(_references(built, searches, limits, targets))),
        run=run_block(survey, asked, settings=used, records=own.told),
    )


def _built(model: Any, given: Mapping[str, Any]) -> tuple[Any, dict[str, Any]]:
    """The model, and couplings that only recasts know."""
    if not isinstance(model, str):
        require(f"model.{next(iter(given))}: the model is already given as an object" if given else None)
        return model, {}
    entry = find_model(model)
    more = {canonical(key.name): key for key in (more_keys(entry) if isinstance(entry, type) else ())}
    own = {key: value for key, value in given.items() if canonical(key) not in more}
    typed = read_settings(tuple(more.values()), model, ("user", {key: given[key] for key in given if key not in own}))
    return build_model(model, own), {key: typed[key] for key in typed.origins}


def _channel_of(model: Any, given: Mapping[str, Any]) -> str | None:
    """Pair of leptons of a theory that gives one of several."""
    keys = {key.name: key for key in find_model(model).keys} if isinstance(model, str) else {}
    return str(given.get("channel", keys["channel"].default)) if "channel" in keys else None


def _words(names: str | Sequence[str]) -> tuple[str, ...]:
    """Names, also as one text with commas."""
    parts = [names] if isinstance(names, str) else names
    return tuple(word.strip() for part in parts for word in str(part).split(",") if word.strip())


def _require_some(chosen: Chosen, known: Mapping[str, bool]) -> None:
    """Refuse names of nothing, and names that leave nothing."""
    chosen.require_known(known, "name of this survey")
    left = any(known.values())
    require(None if left else f"without = {','.join(chosen.without)}: nothing is left to survey; take fewer names")


def _shows(chosen: Chosen, known: dict[str, bool], *names: str) -> bool:
    """Whether an entry is wanted; what it is called is written down, and whether any of that name is."""
    shown = chosen.shows(*names)
    known |= {word: shown or known.get(word, False) for word in map(word_of, names)}
    return shown


def _is_point(model: Any, given: Mapping[str, Any], line: Line) -> bool:
    """Whether the model carries a coupling of its own: an object, or one by name that was given it."""
    if line.value == 0 or (line.by_ratio and line.value >= 1):
        return False
    return not isinstance(model, str) or not line.keys.isdisjoint(given)


def _verdict(
    line: Line, value: float | None, mass: float, searches: Sequence[Searched], others: Sequence[Entry]
) -> Verdict:
    every = [*(entry for one in searches for entry in one.entries), *others]
    return Verdict(line, mass, value, tuple(entry for entry in every if entry.mass == mass))


def _if_visible(found: Searched, charges: Mapping[str, Any]) -> Searched:
    """Recasts count for nothing where X decays into neutrinos, too: a smaller share and a shorter life exclude less."""
    if not any(value and key.startswith("g_nu") for key, value in charges.items()):
        return found
    why = "takes X to decay into e e alone"
    entries = (replace(one, role="", reason=why) if one.role == EXCLUDES else one for one in found.entries)
    return replace(found, entries=tuple(entries))


def _with_cost(found: Searched, line: Line, verdicts: Sequence[Verdict], gain: float) -> Searched:
    """The same with the exposure of the card, and that with which it is better than the strongest limit by a factor."""
    exposure, unit, days = exposure_of(found.asked.card)
    goals = []
    for entry, verdict in zip(found.entries, verdicts, strict=True):
        ends = entry.role == REACHES and line.strongest(entry.intervals) is None and verdict.outer is not None
        goals.append((verdict.outer * gain if line.scale else verdict.outer / gain) if ends and verdict.outer else None)
    costs = needed(found, line, goals) if any(goals) else [(None, "")] * len(goals)
    priced = []
    for entry, (factor, told) in zip(found.entries, costs, strict=True):
        own: dict[str, Any] = (
            {"exposure": exposure, "exposure_unit": unit, "days": days} if entry.status != "other-channel" else {}
        )
        if factor is not None:
            own |= {"exposure_needed": factor * exposure, "days_needed": factor * days if days else None}
        priced.append(replace(entry, **own, cost_status=told))
    return replace(found, entries=tuple(priced))


def _rows(verdict: Verdict) -> Iterator[dict[str, Any]]:
    for number, entry in enumerate(verdict.ranked()):
        yield row_of(entry, number + 1 if entry.intervals or entry.value else None, verdict)


def _notes(
    line: Line, every: Published, charges: Mapping[str, Any], verdicts: Sequence[Verdict], cl: float | None
) -> Iterator[str]:
    """What a reader must know, the verdicts first."""
    for verdict in verdicts:
        row = verdict.row
        said = f" at {line.name} = {row['value']:.4g}" if row["value"] else ""
        if row["value"] is None and row["word"] == "untested" and row["excluded"]:  # of all couplings that are left
            ends = (f"{low or 0:.4g} to {'inf' if high is None else f'{high:.4g}'}" for low, high in row["excluded"])
            said = f" outside {', '.join(ends)}"
        limit = f"; strongest limit {row['strongest_limit']:.4g}, {row['strongest_by']}" if row["strongest_by"] else ""
        best = f"; best reach {row['best_reach']:.4g}, {row['best_by']}" if row["best_reach"] else ""
        yield f"{verdict.mass:g} MeV: {row['verdict']}{said}{limit}{best}"
    yield (
        "limits and reaches at their own CL, which differ (column cl), unless cl is given"
        if cl is None
        else f"limits and reaches at {cl:g} CL where that is known of them, else at their own (column cl)"
    )
    if every.silent:
        counts = ", ".join(f"{number} {reason}" for reason, number in sorted(every.silent.items()))
        yield f"published limits without a number here: {counts}"
    if any(key.startswith("g_nu") for key in charges):
        yield "couplings to neutrinos are in the recasts of published limits; searches take X to decay into e e alone"
    if line.channel and line.here.get("g_aee"):
        yield f"limits on {line.channel} take a not to be seen: for long-lived a"


def _of_searches(searches: Sequence[Searched]) -> Iterator[str]:
    """Notes of searches that came to nothing, together."""
    silent: dict[str, dict[str, None]] = {}
    for one in searches:
        for entry in one.entries:
            if entry.kind == SEARCH and not entry.intervals:
                silent.setdefault(entry.reason, {})[entry.label] = None
    yield from (f"no number: {', '.join(labels)}: {reason}" for reason, labels in silent.items())


def _references(
    model: Any, searches: Sequence[Searched], limits: Sequence[Entry], targets: Sequence[Entry]
) -> Iterator[str]:
    yield from model.references
    for one in searches:
        for answer in one.answers:
            yield from answer.about.get("references", ())
    yield from (entry.reference for entry in limits if entry.reference)
    for entry in targets:
        yield from filter(None, entry.reference.split(", "))
