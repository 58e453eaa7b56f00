"""Processes ``pi0 -> gamma X`` and the same with X -> e e, for a vector X that couples to electric charges."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from darkfactory.amplitudes.pion_production import dark_photon_share
from darkfactory.constants import GEV
from darkfactory.kinematics.particles import FinalState, decay_state
from darkfactory.processes.base import Estimate
from darkfactory.processes.production import Production
from darkfactory.settings import Settings

__all__ = ["PROCESSES"]


@dataclass(frozen=True, eq=False)
class _ToPhoton(Production):
    quantity = "branching ratio"
    unit = "1"
    pair: bool = False
    """Whether X decays into e e."""

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles of the decay at rest."""
        if self.pair:
            state = decay_state("pi0", ("X", ("e2", "e3")), e2="e+", e3="e-", gamma="gamma")
        else:
            state = decay_state("pi0", gamma="gamma", X="X")
        return state if model is None else state.with_dark(model.mass, model.spin)

    def total(self, model: Any, settings: Settings) -> Estimate:
        """Branching ratio over the measured total width: that of two photons is measured."""
        value = model.epsilon**2 * float(dark_photon_share(model.mass / GEV))
        value *= model.branching_ratio_ee if self.pair else 1.0
        method = "closed form" if value > 0 else "closed channel"
        about = {"norm": "exp", "order": "born", "parameters": model.parameters(), "references": self.references}
        return Estimate(value, 0.0, method, unit=self.unit, **about)


ABOUT: dict[str, Any] = {"takes": "quarks", "references": ("ParticleDataGroup:2024cfk",)}
PROCESSES = (
    _ToPhoton("pi0 -> gamma X", "neutral pion to a photon and a vector that couples to electric charges", **ABOUT),
    _ToPhoton("pi0 -> gamma X, X -> e e", "the same with X decaying into e+ e-", pair=True, **ABOUT),
)
