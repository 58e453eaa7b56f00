"""Electrons that hit a thick target."""

from __future__ import annotations

from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.declarations import Need, number, positive_number

__all__ = ["BEAM", "ENERGY", "TARGET", "ElectronsOnTarget"]

ELECTRONS = positive_number("beam.electrons", "electrons on target")
ENERGY = positive_number("beam.energy_gev", "energy of the beam", "GeV", high=1e6)
TARGET = (
    number("target.Z", "charge of the nuclei of the target", low=1.0, high=118.0),
    number("target.A", "mass number of the target", low=1.0, high=300.0),
    positive_number("target.X0", "radiation length of the target", "g/cm^2"),
    positive_number("target.thickness", "thickness of the target in radiation lengths", "X0"),
)


class ElectronsOnTarget(Beam):
    """Electrons that shower in a thick target."""

    name = "electron"
    counted = "electrons"
    parent = "e"
    settings = (ELECTRONS, ENERGY, *TARGET)
    needs = (
        Need("number of electrons", ((ELECTRONS.name,),)),
        Need("energy of the beam", ((ENERGY.name,),)),
        Need("target", (tuple(setting.name for setting in TARGET),)),
    )

    @property
    def electrons(self) -> float:
        """Electrons on target."""
        return float(self.card.value(ELECTRONS.name))

    @property
    def exposure(self) -> float:
        """Electrons on target."""
        return self.electrons


BEAM = ElectronsOnTarget
