"""Decays of muons and taus, channel by channel."""

from typing import Any


def __getattr__(name: str) -> Any:
    # only when asked for: what a decay is (processes/decay.py) is made with the spectra of this folder
    if name != "PROCESSES":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from darkfactory.processes.muon_decay.processes import PROCESSES

    return PROCESSES
