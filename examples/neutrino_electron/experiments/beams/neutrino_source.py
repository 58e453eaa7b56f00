"""Neutrinos of one energy and flavor, made by protons on a target."""

from __future__ import annotations

from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.declarations import Need, choice, number, positive_number

__all__ = ["BEAM", "NeutrinoSource"]

PROTONS = positive_number("beam.protons_on_target", "protons on target")
YIELD = positive_number("beam.neutrinos_per_proton", "neutrinos through the detector, per proton on target")
ENERGY = number("beam.energy_gev", "energy of the neutrinos", "GeV", 1e-6, 1e4)
FLAVOR = choice("beam.flavor", "flavor of the neutrinos", "e", "mu")


class NeutrinoSource(Beam):
    """Neutrinos that fly through a detector."""

    name = "neutrino-source"
    counted = "exposure"
    settings = (PROTONS, YIELD, ENERGY, FLAVOR)
    needs = (
        Need("number of neutrinos", ((PROTONS.name, YIELD.name),)),
        Need("energy of the neutrinos", ((ENERGY.name,),)),
        Need("flavor of the neutrinos", ((FLAVOR.name,),)),
    )

    @property
    def exposure(self) -> float:
        """Neutrinos through the detector."""
        return float(self.card.value(PROTONS.name) * self.card.value(YIELD.name))


BEAM = NeutrinoSource
