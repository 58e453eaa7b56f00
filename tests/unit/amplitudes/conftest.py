"""Random kinematic points of muon decays, by chains of two-body decays."""

import numpy as np
import pytest

from darkfactory.constants import M_E, M_MU
from darkfactory.kinematics.lorentz import boost
from darkfactory.kinematics.phase_space import two_body_energy


def _two_body(rng, parent, m_1, m_2):
    """Split momenta of mass sqrt(parent^2) isotropically into masses m_1 and m_2 (arrays)."""
    mass = np.sqrt(parent[:, 0] ** 2 - np.sum(parent[:, 1:] ** 2, axis=1))
    direction = rng.normal(size=(len(parent), 3))
    direction /= np.linalg.norm(direction, axis=1)[:, None]
    energy = two_body_energy(mass, m_1, m_2)
    momentum = np.sqrt(np.maximum(energy**2 - m_1**2, 0))
    first = np.concatenate([energy[:, None], momentum[:, None] * direction], axis=1)
    second = np.concatenate([(mass - energy)[:, None], -momentum[:, None] * direction], axis=1)
    beta = parent[:, 1:] / parent[:, :1]
    return boost(first, beta), boost(second, beta)


def chain(masses, heavy, n, seed, m_i=M_MU):
    """n points of m_i -> masses + heavy (None: neutrino pair of any mass); list of momenta of ``masses``."""
    rng = np.random.default_rng(seed)
    parent = np.tile([m_i, 0.0, 0.0, 0.0], (n, 1))
    low = sum(masses)
    heavy_mass = np.full(n, heavy) if heavy is not None else rng.uniform(0.02, 0.9, n) * (m_i - low)
    upper = m_i - heavy_mass
    visible_mass = low + rng.uniform(0.05, 0.95, n) * (upper - low)
    if len(masses) == 1:
        visible_mass = np.full(n, masses[0])
    system, _ = _two_body(rng, parent, visible_mass, heavy_mass)
    found = []
    for position in range(len(masses) - 1):
        rest = sum(masses[position + 1 :])
        mass = np.sqrt(system[:, 0] ** 2 - np.sum(system[:, 1:] ** 2, axis=1))
        last = position == len(masses) - 2
        others = np.full(n, rest) if last else rest + rng.uniform(0.05, 0.95, n) * (mass - masses[position] - rest)
        one, system = _two_body(rng, system, masses[position], others)
        found.append(one)
    return [*found, system]


@pytest.fixture
def points():
    """Function (masses, heavy, n, seed) -> momenta; see chain."""

    def make(masses, heavy=None, n=200, seed=1, m_i=M_MU):
        return [_shell(p, m) for p, m in zip(chain(masses, heavy, n, seed, m_i), masses, strict=True)]

    return make


def _shell(p, mass):
    """Energies recomputed from momenta, so that points are on shell to rounding."""
    energy = np.sqrt(mass**2 + np.sum(p[:, 1:] ** 2, axis=1))
    return np.concatenate([energy[:, None], p[:, 1:]], axis=1)


ELECTRONS = (M_E, M_E, M_E)


@pytest.fixture
def three_electrons(points):
    """Function (heavy, n, seed) -> k1, k2, k3."""
    return lambda heavy=None, n=200, seed=1: points(ELECTRONS, heavy, n, seed)
