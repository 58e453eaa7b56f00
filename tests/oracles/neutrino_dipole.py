"""Recoil spectrum of nu e -> N e by a transition magnetic moment, from explicit traces at one point."""

import math

import numpy as np

from oracles.gamma_traces import GAMMA, LEFT, METRIC, bar_matrix, slash
from oracles.inputs import ALPHA, ELECTRON_MASS_MEV

HBAR_C_MEV_CM = 1.973269804e-11


def recoil_density(E, M, T):
    """D sigma/dT [cm^2/MeV] of a moment of one Bohr magneton; neutrino energy, mass of N and recoil [MeV]."""
    m, momentum = ELECTRON_MASS_MEV, math.sqrt(T * (T + 2 * ELECTRON_MASS_MEV))
    cosine = (momentum**2 + E**2 - (E - T) ** 2 + M**2) / (2 * momentum * E)
    before = np.array([E, 0.0, 0.0, E]), np.array([m, 0.0, 0.0, 0.0])
    recoil = np.array([m + T, momentum * math.sqrt(1 - cosine**2), 0.0, momentum * cosine])
    heavy = before[0] + before[1] - recoil
    photon = slash(before[0] - heavy)
    # sigma^{mu nu} q_nu = i (gamma^mu qslash - qslash gamma^mu) / 2
    vertices = [0.5j * (g @ photon - photon @ g) @ LEFT for g in GAMMA]
    one = np.eye(4)
    total = 0.0
    for i, first in enumerate(vertices):
        for j, second in enumerate(vertices):
            upper = np.trace((slash(heavy) + M * one) @ first @ slash(before[0]) @ bar_matrix(second))
            lower = np.trace((slash(recoil) + m * one) @ GAMMA[i] @ (slash(before[1]) + m * one) @ GAMMA[j])
            total += METRIC[i] * METRIC[j] * (upper * lower).real
    charge2 = 4 * math.pi * ALPHA
    squared = charge2 * charge2 / (4 * m**2) * total / (2 * m * T) ** 2 / 2
    return squared / (32 * math.pi * m * E**2) * HBAR_C_MEV_CM**2
