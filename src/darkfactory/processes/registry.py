"""Processes by the name that physicists write, e.g. ``"mu -> e a"``: decays and scatterings."""

from __future__ import annotations

import importlib.util
import pkgutil
from collections.abc import Iterator
from typing import Any

from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.processes.base import Process

__all__ = ["PROCESSES", "find_process"]

_HERE = __name__.rpartition(".")[0]


def _registered() -> Iterator[Process]:
    """Every process of the modules in this folder that define PROCESSES; those of a folder are in its ``processes``."""
    found = list(pkgutil.iter_modules(importlib.import_module(_HERE).__path__))
    for module in sorted(found, key=lambda module: not module.ispkg):
        name = f"{_HERE}.{module.name}" + (".processes" if module.ispkg else "")
        if name != __name__ and importlib.util.find_spec(name):
            yield from getattr(importlib.import_module(name), "PROCESSES", ())


PROCESSES: dict[str, Process] = {process.name: process for process in _registered()}
"""Every process by its name; a new one is a file in this folder."""


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
