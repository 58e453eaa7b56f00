"""Process ``pi0 -> gamma X``: decay of the neutral pion into a photon and a vector that couples to electric charges."""

from __future__ import annotations

from typing import Any

from darkfactory.amplitudes.pion_production import dark_photon_share
from darkfactory.constants import GEV
from darkfactory.processes.base import Estimate
from darkfactory.processes.production import Production
from darkfactory.settings import Settings

__all__ = ["PROCESSES"]


class _ToPhoton(Production):
    quantity = "branching ratio"
    unit = "1"

    def total(self, model: Any, settings: Settings) -> Estimate:
        """Branching ratio over the measured total width: that of two photons is measured."""
        value = model.epsilon**2 * float(dark_photon_share(model.mass / GEV))
        method = "closed form" if value > 0 else "closed channel"
        about = {"norm": "exp", "order": "born", "parameters": model.parameters(), "references": self.references}
        return Estimate(value, 0.0, method, unit=self.unit, **about)


PROCESSES = (
    _ToPhoton(
        name="pi0 -> gamma X",
        title="neutral pion to a photon and a vector that couples to electric charges",
        takes="quarks",
        references=("ParticleDataGroup:2024cfk",),
    ),
)
