"""Processes by the name that physicists write, e.g. ``"mu -> e a"``: decays and scatterings."""

from __future__ import annotations

from typing import Any

from darkfactory.discovery import declared
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.processes import muon_decay
from darkfactory.processes.base import Process

__all__ = ["PROCESSES", "find_process"]

FIRST = [process.name for process in muon_decay.PROCESSES]
PROCESSES: dict[str, Process] = declared("darkfactory.processes", "PROCESSES", FIRST)
"""Every process by its name; a new one is a file or a folder here with a ``PROCESSES``."""


def find_process(name: str) -> Any:
    """Process called ``name``; blanks do not matter.

    Parameters
    ----------
    name : str
        As physicists write it.

    Raises
    ------
    UnknownName
        If there is none; the list and near names are given.

    Examples
    --------
    >>> find_process("mu->e a").daughter
    'e'
    """
    spelled = {"".join(known.split()): process for known, process in PROCESSES.items()}
    found = spelled.get("".join(str(name).split()))
    if found is None:
        listed = ", ".join(f'"{known}"' for known in PROCESSES)
        raise UnknownName(
            f"process {name!r} does not exist; processes: {listed}{did_you_mean(str(name), list(PROCESSES))}"
        )
    return found
