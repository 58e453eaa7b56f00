"""Which record a process leaves at an experiment: chosen by what is seen in its final state."""

from __future__ import annotations

from darkfactory.errors import CardError, InvalidInput
from darkfactory.experiments import Card
from darkfactory.experiments.sections import recording_settings
from darkfactory.models import build_model
from darkfactory.processes import PROCESSES, Decay, Process
from darkfactory.recorded.base import Record
from darkfactory.recorded.dump_pairs import DumpPairs
from darkfactory.recorded.lepton_spectrum import LeptonAlone
from darkfactory.recorded.neutrino_interactions import NeutrinoInteractions
from darkfactory.recorded.photon_spectrum import ElectronAndPhoton
from darkfactory.recorded.track_spectrum import ThreeTracks

__all__ = ["KINDS", "recorded", "visible_processes"]

KINDS: tuple[type[Record], ...] = (LeptonAlone, ElectronAndPhoton, ThreeTracks, DumpPairs, NeutrinoInteractions)
"""Every kind of record."""


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


def recorded(process: Process, card: Card) -> Record:
    """Record that a process leaves at an experiment.

    Parameters
    ----------
    process : Process
        Any.
    card : Card
        The experiment.

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
    settings = recording_settings(card, kind.keys, kind.section, f"{process.name} at {card.name}")
    return kind(process, card, settings)
