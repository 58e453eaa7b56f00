r"""tau -> l a and tau -> l nu nubar seen in the e+e- centre-of-mass frame (chapter 03, section 3.11), unpolarised.

Both spectra are obtained by summing numerically over the rest-frame (line) or centre-of-mass (continuum) angle.
"""

import math
from functools import lru_cache

import numpy as np

from oracles.gamma_traces import two_body_momentum
from oracles.inputs import MASS_MEV, TAU_MASS_MEV


@lru_cache(maxsize=4)
def _gauss(n):
    return np.polynomial.legendre.leggauss(n)


def tau_boost(sqrt_s_mev):
    """(gamma, beta) of a tau of energy sqrt(s)/2."""
    gamma = sqrt_s_mev / (2.0 * TAU_MASS_MEV)
    return gamma, math.sqrt(1.0 - 1.0 / gamma**2)


def boosted_line(edges_mev, *, mass_mev, daughter="e", sqrt_s_mev=10580.0, n_angles=400_000):
    """Fraction of tau -> l a leptons per bin of E_CM, by a midpoint sum over cos(theta*)."""
    gamma, beta = tau_boost(sqrt_s_mev)
    p = two_body_momentum(TAU_MASS_MEV, MASS_MEV[daughter], mass_mev)
    energy = math.sqrt(p * p + MASS_MEV[daughter] ** 2)
    cosines = -1.0 + (np.arange(n_angles) + 0.5) * 2.0 / n_angles
    counts, _ = np.histogram(gamma * (energy + beta * p * cosines), bins=np.asarray(edges_mev))
    return counts / n_angles


def _shape(energy_mev, daughter):
    m = MASS_MEV[daughter]
    endpoint = (TAU_MASS_MEV**2 + m * m) / (2.0 * TAU_MASS_MEV)
    x, x0 = energy_mev / endpoint, m / endpoint
    inside = (x > x0) & (x < 1.0)
    return np.where(inside, np.sqrt(np.maximum(x * x - x0 * x0, 0.0)) * (3 * x - 2 * x * x - x0 * x0), 0.0)


@lru_cache(maxsize=4)
def _rest_norm(daughter):
    m = MASS_MEV[daughter]
    endpoint = (TAU_MASS_MEV**2 + m * m) / (2.0 * TAU_MASS_MEV)
    nodes, weights = _gauss(200)
    t = 0.5 * (nodes + 1.0)  # e = m + (W - m) t^2 removes the square root at threshold
    return float(np.sum(weights * t * (endpoint - m) * _shape(m + (endpoint - m) * t**2, daughter)))


def rest_frame_spectrum(energy_mev, daughter="e"):
    """dN/dE* [1/MeV] of tau -> l nu nubar, unit integral, tree level with exact lepton mass."""
    return _shape(np.asarray(energy_mev, dtype=float), daughter) / _rest_norm(daughter)


def boosted_michel(energy_mev, *, daughter="e", sqrt_s_mev=10580.0, n_angles=200):
    """dN/dE_CM [1/MeV] of tau -> l nu nubar at one E_CM.

    p^-1 dN/(dE dOmega) is invariant: boost every (E, cos theta) back to the tau frame and sum over cos theta.
    """
    gamma, beta = tau_boost(sqrt_s_mev)
    m = MASS_MEV[daughter]
    endpoint = (TAU_MASS_MEV**2 + m * m) / (2.0 * TAU_MASS_MEV)
    if energy_mev <= m:
        return 0.0
    p = math.sqrt(energy_mev**2 - m * m)
    # only cos theta with E* <= endpoint contributes; the integrand has a step there
    lowest = (gamma * energy_mev - endpoint) / (gamma * beta * p)
    if lowest >= 1.0:
        return 0.0
    start = max(-1.0, lowest)
    nodes, weights = _gauss(n_angles)
    cosines = start + (1.0 - start) * (nodes + 1.0) / 2.0
    rest = gamma * (energy_mev - beta * p * cosines)
    density = 0.5 * p / np.sqrt(np.maximum(rest**2 - m * m, 1e-300)) * rest_frame_spectrum(rest, daughter)
    return float(np.sum(weights * (1.0 - start) / 2.0 * density))


def box_edges(mass_mev, daughter="e", sqrt_s_mev=10580.0):
    """Extreme lepton energies in the CM frame [MeV] of tau -> l a (forward and backward emission)."""
    gamma, beta = tau_boost(sqrt_s_mev)
    p = two_body_momentum(TAU_MASS_MEV, MASS_MEV[daughter], mass_mev)
    energy = math.sqrt(p * p + MASS_MEV[daughter] ** 2)
    return gamma * (energy - beta * p), gamma * (energy + beta * p)
