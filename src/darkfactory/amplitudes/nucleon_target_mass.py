"""Cross sections of neutrinos on nucleons with the mass of the nucleon kept: matters below 10 GeV."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import NUCLEON_GEV, NucleonTarget, s_gev2, target_mass_density
from darkfactory.amplitudes.neutrino_nucleon import ISOSCALAR, HeavyNeutrino, two_panels
from darkfactory.errors import positive, require
from darkfactory.kinematics.deep_inelastic import recoil_energies
from darkfactory.numerics.cache import remembered
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["target_mass_neutrino"]

INTERVALS, NODES_Y, NODES_Q2 = 80, 48, 12


def target_mass_neutrino(
    energy_gev: float,
    antineutrino: bool = False,
    target: NucleonTarget = ISOSCALAR,
    hadrons_gev: tuple[float, float] = (0.0, math.inf),
) -> HeavyNeutrino:
    """Cross section per |U|^2 of a heavy neutrino, with the mass of the nucleon.

    Parameters
    ----------
    energy_gev : float
        Energy [GeV] of the neutrino, > 0.
    antineutrino : bool
        Antineutrinos instead.
    target : NucleonTarget
        What it hits, an isoscalar target by default.
    hadrons_gev : tuple of float
        Range of the hadronic energy y E [GeV].
    """
    require(positive("energy_gev", energy_gev, unit="GeV"))
    E, (low, high) = float(energy_gev), hadrons_gev
    frozen = target.densities.lowest_q2_gev2
    highest = (s_gev2(E) / (math.sqrt(s_gev2(E) + NUCLEON_GEV**2) + NUCLEON_GEV)) ** 2

    def made() -> NDArray[np.float64]:
        masses = highest * np.linspace(0, 1, INTERVALS + 1) ** 4
        # hadrons have at least the energy of a nucleon that stays whole; dense at both ends
        least = recoil_energies(E, NUCLEON_GEV, masses)[0]
        first, last = (np.clip(end, low, high)[:, None] / E for end in (least, E - np.sqrt(masses)))
        node, weight = unit_legendre(NODES_Y)
        span = np.maximum(last - first, 0.0)
        y = first + span * node**3 * (10 - 15 * node + 6 * node**2)
        to_y = span * 30 * (node * (1 - node)) ** 2 * weight
        mass2 = masses[:, None]
        energy = np.maximum((1 - y) * E, np.sqrt(mass2))
        momentum = np.sqrt(np.maximum(energy**2 - mass2, 0.0))
        lowest = np.maximum(2 * E * mass2 / np.maximum(energy + momentum, 1e-300) - mass2, 0.0)
        most = np.maximum(np.minimum(2 * E * (energy + momentum) - mass2, 2 * NUCLEON_GEV * E * y), lowest)
        q2, to_q2 = two_panels(lowest, frozen, most, NODES_Q2)
        safe = np.maximum(y, 1e-300)[..., None]
        value = target_mass_density(safe, np.maximum(q2, 1e-300), np.sqrt(mass2)[..., None], E, target, antineutrino)
        return np.asarray(np.sum(np.where(to_q2 > 0, value * to_q2, 0.0).sum(axis=-1) * to_y, axis=-1))

    own = (target.densities.identity, target.protons, target.sin2_theta_w)
    key = ("neutrino-nucleon-target-mass", *own, E, antineutrino, low, high)
    return HeavyNeutrino(highest, remembered(key, made))
