"""Process ``nu e -> nu e``: elastic scattering of neutrinos off electrons at rest, of one energy or any."""

from __future__ import annotations

import functools

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import neutrino_electron as amplitude
from darkfactory.constants import GEV, M_E
from darkfactory.kinematics.particles import PARTICLES, FinalState, Particle
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.produced import MASSLESS
from darkfactory.processes.recoil import ElasticScattering, Recoil
from darkfactory.processes.recoil_collision import Density, collision
from darkfactory.settings import Setting, Settings

__all__ = ["ANTINEUTRINO", "ENERGY", "PROCESSES", "per_electron"]

Array = NDArray[np.float64]
ENERGY = Setting(
    "beam.energy_gev",
    100.0,
    "energy of the neutrinos; the interaction is a contact one, electrons are free",
    unit="GeV",
    low=1e-6,
    high=1e4,
)
ANTINEUTRINO = Setting("beam.antineutrino", False, "antineutrinos instead", "flag")
FLAVOR = Setting("beam.flavor", "mu", "flavor of the neutrinos", "choice", choices=("e", "mu", "tau"))
ELECTRON = PARTICLES["e-"]


def _neutrino(flavor: str, anti: bool) -> Particle:
    return PARTICLES[f"nu{'bar' if anti else ''}_{flavor}"]


def _recoil(settings: Settings) -> Recoil:
    E, flavor, anti = GEV * settings[ENERGY.name], settings[FLAVOR.name], settings[ANTINEUTRINO.name]
    beam = _neutrino(flavor, anti)
    one, other = ("g_R", "g_L") if anti else ("g_L", "g_R")
    first, second = amplitude.couplings(flavor, anti)
    return Recoil(
        state=FinalState((beam, ELECTRON), (("e", ELECTRON), ("nu", beam)), (E + M_E, 0.0, 0.0, E)),
        monomials={f"{one}^2": first**2, f"{other}^2": second**2, "g_L g_R": first * second},
        density=functools.partial(amplitude.density, E=E),
        integral=functools.partial(amplitude.integral, E=E),
    )


def per_electron(flavor: str, anti: bool) -> Density:
    """D sigma/dT [cm^2/MeV] of an electron, per unit of dU^2."""
    one, other = amplitude.couplings(flavor, anti)
    values = np.array([one**2, other**2, one * other])
    return lambda T, E, M2: np.asarray(amplitude.density(T, E, M2) @ values)


def _elastic(model: None, settings: Settings, beam: BeamEnergies) -> Collision:
    flavor, anti = settings[FLAVOR.name], settings[ANTINEUTRINO.name]
    nu = _neutrino(flavor, anti)
    final = (("e", ELECTRON), ("nu", nu))
    return collision((nu, ELECTRON), final, beam, MASSLESS, per_electron(flavor, anti), {"1": 1.0}, (flavor, anti))


PROCESSES = (
    ElasticScattering(
        name="nu e -> nu e",
        title="elastic scattering of a neutrino off an electron at rest, exact mass, tree level",
        table=(ENERGY, FLAVOR, ANTINEUTRINO),
        recoil=_recoil,
        collision=_elastic,
        references=("ParticleDataGroup:2024cfk",),
    ),
)
