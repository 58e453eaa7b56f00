"""The keys of an experiment card: all that beams, detectors and triggers declare, and what a complete card gives of them.

A new key is declared next to the class that uses it. The keys of a ``search`` section belong to the searches and are not
listed; what a search wants of a card is given to :func:`structure_problems` by whoever knows the searches.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from typing import Any

from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.beams.registry import BEAMS, PARTICLE
from darkfactory.experiments.declarations import Declared, Need
from darkfactory.experiments.detectors.registry import DETECTORS
from darkfactory.experiments.trigger import Trigger
from darkfactory.parsing import canonical
from darkfactory.settings import Setting

__all__ = ["KEYS", "SECTIONS", "Wanted", "find_key", "parse_value", "structure_problems", "superseded"]

SECTIONS = ("beam", "target", "detector", "trigger")
"""Sections of a card whose keys are listed in :data:`KEYS`."""
Wanted = Sequence[type[Beam] | type[Declared] | Need]
"""What somebody wants of a card: one of the kinds of beam, if any is named, and all else that is named."""
_PARTS: tuple[type[Declared], ...] = (*DETECTORS.values(), Trigger)


def _union(settings: Iterable[Setting]) -> dict[str, Setting]:
    """Settings by name; a key of several kinds of beam belongs to all of them."""
    found: dict[str, Setting] = {}
    for setting in settings:
        shared = found.get(setting.name, setting)
        found[setting.name] = replace(setting, particles=tuple(dict.fromkeys((*shared.particles, *setting.particles))))
    return found


KEYS: dict[str, Setting] = _union(
    (
        PARTICLE,
        *(setting for beam in BEAMS.values() for setting in beam.settings),
        *(setting for part in _PARTS for setting in part.settings()),
    )
)
"""Every allowed ``beam.*``, ``target.*``, ``detector.*`` and ``trigger.*`` key."""

_CANONICAL = {canonical(name): name for name in KEYS}


def find_key(name: str) -> str | None:
    """Return the key of :data:`KEYS` that ``name`` spells, or None."""
    return _CANONICAL.get(canonical(name))


def parse_value(name: str, raw: Any) -> tuple[Any, str | None]:
    """Turn what a user wrote into the value of a key.

    Parameters
    ----------
    name : str
        A key of :data:`KEYS`.
    raw : object
        Number, string or list, from YAML, Python or the command line.

    Returns
    -------
    value : object
        A float, a word, or a tuple of two numbers each for ``pairs`` and ``table``; meaningless with a problem.
    problem : str or None
        What is wrong, with the allowed range.

    Examples
    --------
    >>> parse_value("beam.stopping_rate", "1e8")
    (100000000.0, None)
    >>> parse_value("detector.efficiency", 1.5)[1]
    'detector.efficiency = 1.5: allowed (0, 1]; fraction of accepted leptons that is recorded'
    """
    value, problem = KEYS[name].parse(raw)
    if value is None and problem is None:  # the words none and default, which say nothing of an experiment
        setting = KEYS[name]
        unit = "" if setting.unit == "1" else f" {setting.unit}"
        problem = f"{name} = {raw!r}: allowed {setting.range_text}{unit}; {setting.doc}"
    return value, problem


def _needs() -> Iterator[Need]:
    for beam in BEAMS.values():
        yield from beam.needs
    for part in _PARTS:
        yield from part.needs()


def superseded(present: Set[str], user: Set[str]) -> set[str]:
    """Keys that lose their effect because the user gives the same thing in another way.

    Parameters
    ----------
    present, user : set of str
        Keys of the card and keys that the user overrides.

    Returns
    -------
    set of str
        Empty for a way that stays incomplete with the user's keys: that is a problem to report.

    Examples
    --------
    >>> sorted(superseded({"beam.stopping_rate", "beam.days"}, {"beam.exposure_muons"}))
    ['beam.days', 'beam.stopping_rate']
    >>> superseded({"beam.exposure_muons"}, {"beam.days"})
    set()
    """
    return set().union(*(need.superseded(present, user) for need in _needs()))


def structure_problems(
    present: Set[str], values: Mapping[str, Any], wanted: Mapping[str, Wanted], user: Set[str]
) -> list[str]:
    """Missing keys, half-given and competing alternatives, keys of another beam, and values that contradict.

    Parameters
    ----------
    present : set of str
        Keys that are given, also those whose value was refused.
    values : mapping
        The values that are within their own range.
    wanted : mapping
        What the card must give beside what its beam needs, by the name of whoever wants it.
    user : set of str
        Keys that the user overrides.
    """
    particle = values.get("beam.particle")
    problems = []
    if "beam.particle" not in present:
        problems.append(f"beam.particle: missing; allowed {', '.join(PARTICLE.choices)}")
    if particle is not None:
        beam = BEAMS[particle]
        for name, setting in KEYS.items():
            if name in present and setting.particles and particle not in setting.particles:
                belongs = " or ".join(setting.particles)
                problems.append(f"{name}: allowed only with beam.particle = {belongs}, not {particle}; leave it out")
        for need in beam.needs:
            problems += need.problems(present, required=True)
        for name, things in wanted.items():
            problems += _wanted_problems(name, things, particle, present)
        for part in _PARTS:
            for need in part.needs():
                problems += need.problems(present, required=False)
        problems += beam.card_problems(values)
    for part in _PARTS:
        problems += part.card_problems(values, user)
    return problems


def _wanted_problems(name: str, things: Wanted, particle: str, present: Set[str]) -> list[str]:
    beams = [thing.name for thing in things if isinstance(thing, type) and issubclass(thing, Beam)]
    if beams and particle not in beams:
        return [f"{name}: allowed only with beam.particle = {' or '.join(beams)}, not {particle}; leave it out"]
    problems = []
    for thing in things:
        if isinstance(thing, type) and issubclass(thing, Beam):
            continue  # its needs are those of any card with this beam
        for need in (thing,) if isinstance(thing, Need) else thing.needs():
            problems += need.problems(present, required=need.particle in ("", particle))
    return problems
