"""Process ``e Z -> e Z X``: bremsstrahlung of a boson by an electron of one energy on a nucleus."""

from __future__ import annotations

import math
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
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.processes.base import Estimate
from darkfactory.processes.scattering import Scattering
from darkfactory.settings import Setting, Settings
from darkfactory.units import GEV2_TO_CM2

__all__ = ["PROCESSES"]

SETTINGS = (
    Setting("beam.energy_gev", 20.0, "energy of the electrons", unit="GeV", low=0.0, high=1e6, open_low=True),
    Setting("target.Z", 74.0, "charge of the nucleus", low=1.0, high=118.0),
    Setting("target.A", 183.84, "mass number of the nucleus", low=1.0, high=300.0),
)
NODES = 64


class _Bremsstrahlung(Scattering):
    def total(self, model: Any, settings: Settings) -> Estimate:
        """Cross section [cm^2] for X of at least twice its mass, below which the collinear kernel means nothing."""
        require(positive("model.mass", model.mass, unit="MeV"))
        energy, charge, mass_number = (settings[key.name] for key in SETTINGS)
        mass = model.mass / GEV
        about = {"unit": self.unit, "order": "born", "parameters": model.parameters(), "references": self.references}
        if energy <= 2 * mass:
            return Estimate(0.0, 0.0, "closed channel", **about)
        flux = float(effective_flux(energy, mass, charge, mass_number))
        values = [flux * _integral(model, mass, energy, nodes) * GEV2_TO_CM2 for nodes in (NODES // 2, NODES)]
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


PROCESSES = (
    _Bremsstrahlung(
        name="e Z -> e Z X",
        title="bremsstrahlung of a boson by an electron on a nucleus, collinear, all angles",
        table=SETTINGS,
        takes="electrons",
        usual="dark-photon",
        references=("Tsai:1986tx", "Bjorken:2009mm"),
    ),
)
