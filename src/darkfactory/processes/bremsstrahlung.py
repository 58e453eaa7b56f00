"""Processes ``e Z -> e Z X`` and the same with X -> e e: bremsstrahlung of a boson by an electron of one energy on a nucleus."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.amplitudes.dark_bremsstrahlung import (
    BRACKETS,
    effective_flux,
    integrated_bracket,
    lowest_virtuality,
    velocity,
)
from darkfactory.constants import GEV, M_E
from darkfactory.errors import positive, require
from darkfactory.kinematics.particles import PARTICLES, FinalState
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.processes.base import Estimate
from darkfactory.processes.scattering import Scattering, target_nucleus
from darkfactory.settings import Setting, Settings, read_settings
from darkfactory.units import GEV2_TO_CM2

__all__ = ["PROCESSES"]

SETTINGS = (
    Setting("beam.energy_gev", 20.0, "energy of the electrons", unit="GeV", low=0.0, high=1e6, open_low=True),
    Setting("target.Z", 74.0, "charge of the nucleus", low=1.0, high=118.0),
    Setting("target.A", 183.84, "mass number of the nucleus", low=1.0, high=300.0),
)
NODES = 64


@dataclass(frozen=True, eq=False)
class _Bremsstrahlung(Scattering):
    pair: bool = False
    """Whether X decays into e e."""

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Beam and target; X or what it decays into, and all else as one particle."""
        given = read_settings(self.table, self.name) if settings is None else settings
        target, E = target_nucleus(given), GEV * given["beam.energy_gev"]
        p = math.sqrt(max(E**2 - M_E**2, 0.0))
        made = {"e2": "e+", "e3": "e-"} if self.pair else {"X": "X"}
        state = FinalState(
            initial=(PARTICLES["e-"], target),
            final=tuple((label, PARTICLES[name]) for label, name in {**made, "rest": "rest"}.items()),
            p_in=(E + (target.mass or 0.0), 0.0, 0.0, p),
            resonance=(PARTICLES["X"], tuple(made)) if self.pair else None,
        )
        return state if model is None else state.with_dark(model.mass, model.spin)

    def total(self, model: Any, settings: Settings) -> Estimate:
        """Cross section [cm^2] for X of at least twice its mass, below which the collinear kernel means nothing."""
        require(positive("model.mass", model.mass, unit="MeV"))
        target_nucleus(settings)
        energy, charge, mass_number = (settings[key.name] for key in SETTINGS)
        mass = model.mass / GEV
        about = {"unit": self.unit, "order": "born", "parameters": model.parameters(), "references": self.references}
        if energy <= 2 * mass or (self.pair and not model.branching_ratio_ee):
            return Estimate(0.0, 0.0, "closed channel", **about)
        flux = float(effective_flux(energy, mass, charge, mass_number))
        unit = GEV2_TO_CM2 * (model.branching_ratio_ee if self.pair else 1.0)
        values = [flux * _integral(model, mass, energy, nodes) * unit for nodes in (NODES // 2, NODES)]
        notes = (
            "improved Weizsaecker-Williams photons: a factor of 1.5 at 2 MeV to 0.5 where the mass is near its limit",
        )
        error = max(abs(values[1] - values[0]), 1e-9 * values[1])
        return Estimate(values[1], error, "quadrature", notes=notes, **about)


def _integral(model: Any, mass: float, energy: float, nodes: int) -> float:
    """Integral over x of the cross section without the flux [GeV^-2]: even in ln x, and dense where X takes all."""
    node, weight = unit_legendre(nodes)
    low = 2 * mass / energy
    middle = max(0.5, (1 + low) / 2)
    peak = (M_E / GEV / mass) ** 2 if mass > 0 else 1.0
    last = math.log1p((1 - middle) / peak)
    rest = peak * np.expm1(last * node)
    lowest = max(low, 1e-12)
    x_low = lowest * (middle / lowest) ** node
    x = np.concatenate([x_low, 1 - rest])
    left = np.concatenate([1 - x_low, rest])
    measure = np.concatenate([weight * x_low * math.log(middle / lowest), weight * last * (rest + peak)])
    made = BRACKETS[model.spin](x, mass, *model.electron_vertices, left)
    shape = integrated_bracket(made, np.inf, lowest_virtuality(x, mass, left))
    return float(np.sum(measure * velocity(x * energy, mass) * shape))


ABOUT: dict[str, Any] = {
    "table": SETTINGS,
    "takes": "electrons",
    "usual": "dark-photon",
    "references": ("Tsai:1986tx", "Bjorken:2009mm"),
}
PROCESSES = (
    _Bremsstrahlung(
        "e Z -> e Z X", "bremsstrahlung of a boson by an electron on a nucleus, collinear, all angles", **ABOUT
    ),
    _Bremsstrahlung("e Z -> e Z X, X -> e e", "the same with X decaying into e+ e-", pair=True, **ABOUT),
)
