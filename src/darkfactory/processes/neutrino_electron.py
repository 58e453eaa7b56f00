"""Process ``nu e -> nu e``: elastic scattering of neutrinos off electrons at rest, of one energy or any."""

from __future__ import annotations

import functools

from darkfactory.amplitudes import neutrino_electron as amplitude
from darkfactory.constants import GEV, M_E
from darkfactory.kinematics.particles import PARTICLES, FinalState, Particle
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.produced import MASSLESS
from darkfactory.processes.recoil import ElasticScattering, Recoil
from darkfactory.processes.recoil_collision import ANTINEUTRINO, ENERGY, collision
from darkfactory.settings import Setting, Settings

__all__ = ["PROCESSES"]

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


def _elastic(model: None, settings: Settings, beam: BeamEnergies) -> Collision:
    flavor, anti = settings[FLAVOR.name], settings[ANTINEUTRINO.name]
    nu = _neutrino(flavor, anti)
    density = functools.partial(amplitude.of_beam, flavor=flavor, antineutrino=anti)
    final = (("e", ELECTRON), ("nu", nu))
    return collision((nu, ELECTRON), final, beam, MASSLESS, density, {"1": 1.0}, (flavor, anti))


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
