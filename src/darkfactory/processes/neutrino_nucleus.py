"""Neutrinos that turn into a dark jet X on a nucleon or a nucleus of spin 0 that stays whole.

All masses M of X contribute, each as a heavy neutrino of mixing dU^2 = m_hat^2 rho(M^2)/M^2 dM^2.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import neutrino_nucleus as amplitude
from darkfactory.kinematics.particles import PARTICLES, Particle, nucleus
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.neutrino_electron import ANTINEUTRINO, ENERGY, dark_jet_beam
from darkfactory.processes.recoil_collision import Density, collision
from darkfactory.processes.sampled import SampledScattering
from darkfactory.settings import Setting, Settings

__all__ = ["PROCESSES"]

Array = NDArray[np.float64]
NUCLEON_MASS = 931.5
"""Mass of a nucleus per nucleon [MeV]."""
NUCLEUS = (
    Setting("target.Z", 18, "protons of the nucleus", "integer", low=1, high=118),
    Setting("target.A", 40, "protons and neutrons of the nucleus", "integer", low=2, high=300),
)


def _on(
    target: Particle, density: Density, scale: float, model: Any, settings: Settings, beam: BeamEnergies
) -> Collision:
    neutrino, jet = dark_jet_beam(model, settings)
    return collision(
        (neutrino, target),
        (("h", target), ("X", jet)),
        beam,
        model.mixing,
        density,
        {"m_hat^2": float(model.insertion())},
        (model, target, settings[ANTINEUTRINO.name]),
        scale,
    )


def _nucleus(model: Any, settings: Settings, beam: BeamEnergies) -> Collision:
    Z, A = settings["target.Z"], settings["target.A"]
    m = NUCLEON_MASS * A

    def density(T: Array, E: Any, M2: Array) -> Array:
        return np.asarray(amplitude.coherent_density(T, E, M2, Z, A - Z, m))

    scale = 1 / (m * amplitude.helm_radius(A) ** 2)
    return _on(nucleus(Z, A, m), density, scale, model, settings, beam)


def _nucleon(kind: str) -> Callable[[Any, Settings, BeamEnergies], Collision]:
    target = PARTICLES[kind]
    m = float(target.mass or 0.0)

    def made(model: Any, settings: Settings, beam: BeamEnergies) -> Collision:
        anti = settings[ANTINEUTRINO.name]

        def density(T: Array, E: Any, M2: Array) -> Array:
            return np.asarray(amplitude.nucleon_density(T, E, M2, kind, m, anti))

        return _on(target, density, amplitude.DIPOLE_MASS2 / (2 * m), model, settings, beam)

    return made


def _process(name: str, title: str, made: Any, *more: Setting) -> SampledScattering:
    return SampledScattering(
        name=name,
        title=title,
        table=(ENERGY, ANTINEUTRINO, *more),
        takes="continuum",
        default_observable="E_h",
        collision=made,
        references=("ParticleDataGroup:2024cfk",),
    )


PROCESSES = (
    _process(
        "nu A -> X A", "a neutrino turns into a dark jet on a nucleus of spin 0 that stays whole", _nucleus, *NUCLEUS
    ),
    _process("nu p -> X p", "the same on a free proton that stays whole, dipole form factors", _nucleon("p")),
    _process("nu n -> X n", "the same on a free neutron that stays whole, dipole form factors", _nucleon("n")),
)
