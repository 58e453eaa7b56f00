"""Which record a process leaves at an experiment: chosen by what is seen in its final state."""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any

from darkfactory.errors import CardError, InvalidInput, UnknownName, require
from darkfactory.experiments import Card
from darkfactory.experiments.sections import recording_settings
from darkfactory.models import build_model
from darkfactory.parsing import canonical
from darkfactory.processes import PROCESSES, Decay, Process
from darkfactory.recorded.base import Record
from darkfactory.recorded.dump_pairs import DumpPairs
from darkfactory.recorded.lepton_spectrum import LeptonAlone
from darkfactory.recorded.neutrino_interactions import NeutrinoInteractions
from darkfactory.recorded.photon_spectrum import ElectronAndPhoton
from darkfactory.recorded.track_spectrum import ThreeTracks
from darkfactory.settings import Setting, read_settings

__all__ = ["KINDS", "of_process", "recorded", "recording_keys", "visible_processes"]

KINDS: tuple[type[Record], ...] = (LeptonAlone, ElectronAndPhoton, ThreeTracks, DumpPairs, NeutrinoInteractions)
"""Every kind of record."""


@functools.cache
def _kind(process: Process) -> tuple[type[Record] | None, str]:
    """Kind of record of a process, None if no detector sees it, and its parent. Neither depends on the model."""
    try:
        state = process.state(None if process.model is None else build_model(process.model, {}))
    except InvalidInput:  # it has no particles
        return None, ""
    kinds = (kind for kind in KINDS if kind.takes(process) and kind.sees(state))
    return next(kinds, None), "nu" if state.initial[0].neutrino else state.parent


def visible_processes(card: Card) -> tuple[str, ...]:
    """Names of the processes that an experiment can record."""
    found = []
    for process in PROCESSES.values():
        kind, parent = _kind(process)
        if kind is not None and card.beam.parent == parent and card.has(kind.detector):
            found.append(process.name)
    return tuple(found)


def _can(card: Card) -> str:
    return f"{card.name} records " + (", ".join(f'"{name}"' for name in visible_processes(card)) or "no process")


def of_process(process: Process, verb: str, settings: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Settings of the process itself, which hold at an experiment too, and the rest, which belongs to the card.

    Parameters
    ----------
    process : Process
        Any.
    verb : {"spectrum", "events"}
        What is asked of it.
    settings : mapping
        Without those of the model.

    Raises
    ------
    UnknownName
        For one that has another name with an experiment than without.
    """
    kind, _ = _kind(process)
    keys = {key.name for key in kind.keys} if kind else set()
    names = {canonical(setting.name) for setting in _own_keys(process, verb)}
    other = {f"search.{name.replace('.', '_')}": name for name in names}
    for setting in process.settings(verb):
        if (short := setting.name.split(".")[-1]) in keys and setting.name.startswith("target."):
            other[canonical(setting.name)] = f"search.{short}"
    told = {key: other[canonical(key)] for key in settings if canonical(key) in other}
    problems = (f"{key}: unknown key of {process.name} at an experiment; it is {name}" for key, name in told.items())
    require(*problems, error=UnknownName)
    own = {key: value for key, value in settings.items() if canonical(key) in names}
    return own, {key: value for key, value in settings.items() if key not in own}


def recording_keys(process: Process) -> frozenset[str]:
    """Keys of a search, with prefix, that say how an experiment records a process."""
    kind, _ = _kind(process)
    return frozenset(f"search.{key.name}" for key in (kind.keys if kind else ()))


def _own_keys(process: Process, verb: str = "events") -> list[Setting]:
    kind, _ = _kind(process)
    return [] if kind is None else [key for key in process.settings(verb) if key.name in kind.of_process]


def recorded(process: Process, card: Card, own: Mapping[str, Any] | None = None) -> Record:
    """Record that a process leaves at an experiment.

    Parameters
    ----------
    process : Process
        Any.
    card : Card
        The experiment.
    own : mapping, optional
        Settings of the process itself, see :func:`of_process`.

    Returns
    -------
    Record
        Its spectra, and the response to its events.

    Raises
    ------
    CardError, InvalidInput
        If the experiment cannot see the process: why, and which processes it can see.

    Examples
    --------
    >>> from darkfactory.experiments import load_card
    >>> from darkfactory.processes import find_process
    >>> recorded(find_process("mu -> e e e a"), load_card("mu3e-phase1")).seen
    'three tracks'
    """
    kind, parent = _kind(process)
    if kind is None:
        seen = "such a final state" if isinstance(process, Decay) else "it"
        raise InvalidInput(f"process = {process.name}: no experiment here records {seen}; {_can(card)}")
    if card.beam.parent != parent:
        raise InvalidInput(
            f"process = {process.name}: the experiment {card.name} makes {card.beam.name}s; {_can(card)}"
        )
    try:
        card.quantity(kind.detector)
    except CardError as missing:
        raise CardError(
            f"process = {process.name}: {card.name} has no detector of {kind.seen} ({missing}); {_can(card)}"
        ) from None
    what = f"{process.name} at {card.name}"
    settings = recording_settings(card, kind.keys, kind.section, what)
    return kind(process, card, settings, read_settings(_own_keys(process), what, ("user", own or {})))
