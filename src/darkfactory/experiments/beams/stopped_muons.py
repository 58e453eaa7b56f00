"""Muons that stop in a target and decay at rest."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.declarations import Need, number, positive_number
from darkfactory.units import SECONDS_PER_DAY

__all__ = ["BEAM", "StoppedMuons"]

RATE = positive_number("beam.stopping_rate", "muons stopped per second", "1/s")
DAYS = positive_number("beam.days", "live time", "d")
MUONS = positive_number("beam.exposure_muons", "stopped and decayed muons; replaces stopping_rate and days")
POLARIZATION = number(
    "beam.polarization", "degree of polarization of the muon spin, which is antiparallel to the beam", low=0, high=1
)


class StoppedMuons(Beam):
    """Muons that stop in a target and decay at rest, polarised along the beam."""

    name = "muon"
    counted = "exposure"
    parent = "mu"
    settings = (RATE, DAYS, MUONS, POLARIZATION)
    needs = (
        Need("number of stopped muons", ((RATE.name, DAYS.name), (MUONS.name,))),
        Need("polarization of the beam", ((POLARIZATION.name,),)),
    )

    @property
    def exposure(self) -> float:
        """Stopped and decayed muons: exposure_muons, or stopping_rate * days * 86400."""
        if self.card.has(MUONS.name):
            return float(self.card.value(MUONS.name))
        return float(self.card.value(RATE.name) * self.card.value(DAYS.name) * SECONDS_PER_DAY)

    @property
    def polarization(self) -> float:
        """Degree of polarization of the muon spin, which is antiparallel to the beam."""
        return float(self.card.value(POLARIZATION.name))

    @classmethod
    def card_problems(cls, values: Mapping[str, Any]) -> list[str]:
        """An energy that is not measured where the muon rests."""
        frame = values.get("detector.energy_frame", "rest")
        if frame == "rest":
            return []
        return [f"detector.energy_frame = {frame}: allowed rest; stopped muons decay at rest"]


BEAM = StoppedMuons
