"""Bhabha scattering by explicit Dirac spinors: a positron on an electron at rest, every spin summed one by one."""

import itertools
import math

import numpy as np

from oracles.gamma_traces import GAMMA, METRIC, bar, u_spinor, v_spinor
from oracles.inputs import ELECTRON_MASS_MEV as M

ALPHA = 1 / 137.035999
HBAR_C_MEV_CM = 1.973269804e-11


def momenta(energy, final_energy, azimuth=0.3):
    """Positron and electron before, positron and electron after, in the rest frame of the first electron."""
    p = math.sqrt(energy**2 - M**2)
    q = math.sqrt(final_energy**2 - M**2)
    recoil = energy + M - final_energy
    # |p - q|^2 = recoil^2 - m^2
    cosine = (p * p + q * q - (recoil**2 - M**2)) / (2 * p * q)
    sine = math.sqrt(max(1 - cosine**2, 0.0))
    before = np.array([energy, 0.0, 0.0, p])
    target = np.array([M, 0.0, 0.0, 0.0])
    after = np.array([final_energy, q * sine * math.cos(azimuth), q * sine * math.sin(azimuth), q * cosine])
    return before, target, after, before + target - after


def squared_amplitude(before, target, after, electron):
    """|M|^2 averaged over the spins before, for any four momenta on shell."""
    transfer, total = before - after, before + target
    t, s = (float(np.sum(METRIC * k * k)) for k in (transfer, total))
    result = 0.0
    for s1, s2, s3, s4 in itertools.product((True, False), repeat=4):
        v1, u2 = v_spinor(before, M, s1), u_spinor(target, M, s2)
        v3, u4 = v_spinor(after, M, s3), u_spinor(electron, M, s4)
        scattering = sum(METRIC[k] * (bar(v1) @ GAMMA[k] @ v3) * (bar(u4) @ GAMMA[k] @ u2) for k in range(4))
        annihilation = sum(METRIC[k] * (bar(v1) @ GAMMA[k] @ u2) * (bar(u4) @ GAMMA[k] @ v3) for k in range(4))
        result += abs(scattering / t - annihilation / s) ** 2
    return (4 * math.pi * ALPHA) ** 2 * result / 4


def spectrum_cm2_per_mev(final_energy, energy):
    """d sigma / dE' from the flux 4 m p and the phase space dE' / (8 pi p) of the laboratory."""
    p = math.sqrt(energy**2 - M**2)
    amplitude = squared_amplitude(*momenta(energy, final_energy))
    return amplitude / (4 * M * p) / (8 * math.pi * p) * HBAR_C_MEV_CM**2
