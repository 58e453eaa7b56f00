"""Accidental background of three tracks: a Bhabha pair and the positron of another muon."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.experiments import Card
from darkfactory.processes.muon_decay.accidentals import accidental_probability
from darkfactory.settings import Setting

__all__ = ["ACCIDENTAL_KEYS", "accidentals_per_muon"]

ACCIDENTAL_KEYS = (
    Setting("accidentals.rate", 0.0, "muons stopped per second; 0 is no accidental background", unit="1/s", low=0.0),
    Setting("accidentals.time_window", 1e-9, "coincidence of tracks", unit="s", low=0.0, open_low=True),
    Setting("accidentals.acceptance", 0.7, "of the unrelated positron", low=0.0, high=1.0, open_low=True),
    Setting("accidentals.vertex", 2e-4, "chance of a common vertex", low=0.0, high=1.0),
    Setting("accidentals.pair_acceptance", 0.3, "of the Bhabha pair", low=0.0, high=1.0),
)
"""Settings of the accidental background of three tracks: a Bhabha pair and the positron of another muon."""


def accidentals_per_muon(card: Card, settings: Mapping[str, Any]) -> float:
    """Accidental events per stopped muon from the settings of :data:`ACCIDENTAL_KEYS`; 0 without a rate or a target.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    """
    path = card.value("detector.target_path_um", 0.0)
    if not (settings["accidentals.rate"] > 0 and path > 0):
        return 0.0
    names = ("rate", "time_window", "acceptance", "vertex", "pair_acceptance")
    return float(accidental_probability(path, *(settings[f"accidentals.{name}"] for name in names)))
