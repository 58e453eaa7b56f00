"""Neutrinos that turn into a dark jet X on a target that stays whole: an electron, a nucleon, a nucleus of spin 0.

All masses M of X contribute, each as a heavy neutrino of mixing dU^2 = m_hat^2 rho(M^2)/M^2 dM^2.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import neutrino_electron
from darkfactory.amplitudes import neutrino_nucleus as amplitude
from darkfactory.constants import GEV
from darkfactory.kinematics.particles import PARTICLES, Particle
from darkfactory.processes.base import Estimate
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.produced import Continuum
from darkfactory.processes.recoil_collision import ANTINEUTRINO, ENERGY, Density, collision
from darkfactory.processes.sampled import SampledScattering
from darkfactory.processes.scattering import target_nucleus
from darkfactory.settings import Setting, Settings

__all__ = ["PROCESSES"]

Array = NDArray[np.float64]
NUCLEUS = (
    Setting("target.Z", 18, "protons of the nucleus", "integer", low=1, high=118),
    Setting("target.A", 40, "protons and neutrons of the nucleus", "integer", low=2, high=300),
)


def _on(
    target: Particle,
    density: Density,
    model: Any,
    settings: Settings,
    beam: BeamEnergies,
    label: str = "h",
    scale: float = math.inf,
) -> Collision:
    bar = "bar" if settings[ANTINEUTRINO.name] else ""
    return collision(
        (PARTICLES[f"nu{bar}_{model.flavor}"], target),
        ((label, target), ("X", PARTICLES[f"dark_jet{bar}"])),
        beam,
        Continuum(model.mixing, model.highest_gev),
        density,
        {"m_hat^2": float(model.insertion())},
        (model, target, bar),
        scale,
    )


def _electron(model: Any, settings: Settings, beam: BeamEnergies) -> Collision:
    anti = settings[ANTINEUTRINO.name]
    density = functools.partial(neutrino_electron.of_beam, flavor=model.flavor, antineutrino=anti)
    return _on(PARTICLES["e-"], density, model, settings, beam, "e")


def _nucleus(model: Any, settings: Settings, beam: BeamEnergies) -> Collision:
    Z, A = settings["target.Z"], settings["target.A"]
    target = target_nucleus(settings)
    m = float(target.mass or 0.0)

    def density(T: Array, E: Any, M2: Array) -> Array:
        return np.asarray(amplitude.coherent_density(T, E, M2, Z, A - Z, m))

    scale = 1 / (m * amplitude.helm_radius(A) ** 2)
    return _on(target, density, model, settings, beam, scale=scale)


def _nucleon(kind: str) -> Callable[[Any, Settings, BeamEnergies], Collision]:
    target = PARTICLES[kind]
    m = float(target.mass or 0.0)

    def made(model: Any, settings: Settings, beam: BeamEnergies) -> Collision:
        anti = settings[ANTINEUTRINO.name]

        def density(T: Array, E: Any, M2: Array) -> Array:
            return np.asarray(amplitude.nucleon_density(T, E, M2, kind, m, anti))

        return _on(target, density, model, settings, beam, scale=amplitude.DIPOLE_MASS2 / (2 * m))

    return made


class _Recoil(SampledScattering):
    def total(
        self, model: Any, settings: Settings, *, cut: str | None = None, precision: float = 1e-3, seed: int = 0
    ) -> Estimate:
        """Cross section [cm^2], with what is to say of the model (see :meth:`SampledScattering.total`)."""
        found = super().total(model, settings, cut=cut, precision=precision, seed=seed)
        state = self.state(model, settings)
        heaviest = (state.parent_mass - (state.initial[1].mass or 0.0)) / GEV
        return replace(found, notes=found.notes + model.notes_to(heaviest)) if found.value > 0 else found


def _process(name: str, title: str, made: Any, *more: Setting, observable: str = "E_h") -> SampledScattering:
    return _Recoil(
        name=name,
        title=title,
        table=(ENERGY, ANTINEUTRINO, *more),
        takes="continuum",
        default_observable=observable,
        collision=made,
        references=("ParticleDataGroup:2024cfk",),
    )


PROCESSES = (
    _process("nu e -> X e", "a neutrino turns into a dark jet on an electron at rest", _electron, observable="T_e"),
    _process("nu A -> X A", "the same on a nucleus of spin 0 that stays whole, Helm form factor", _nucleus, *NUCLEUS),
    _process("nu p -> X p", "the same on a free proton that stays whole, dipole form factors", _nucleon("p")),
    _process("nu n -> X n", "the same on a free neutron that stays whole, dipole form factors", _nucleon("n")),
)
