"""Protons that hit a target in which all of them interact."""

from __future__ import annotations

from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.beams.electrons_on_target import ENERGY
from darkfactory.experiments.declarations import Need, positive_number

__all__ = ["BEAM", "ProtonsOnTarget"]

PROTONS = positive_number("beam.pot", "protons on target, each of which interacts")


class ProtonsOnTarget(Beam):
    """Protons on a thick target; what it is made of cancels in a yield per interaction, to a few percent."""

    name = "proton"
    counted = "pot"
    parent = "pi0"
    settings = (PROTONS, ENERGY)
    needs = (Need("number of protons", ((PROTONS.name,),)), Need("energy of the beam", ((ENERGY.name,),)))

    @property
    def pot(self) -> float:
        """Protons on target."""
        return float(self.card.value(PROTONS.name))

    @property
    def exposure(self) -> float:
        """Protons on target."""
        return self.pot


BEAM = ProtonsOnTarget
