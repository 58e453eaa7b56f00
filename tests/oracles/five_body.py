"""Phase space with explicit neutrinos, and Monte Carlo of three-lepton final states.

``flat_events`` is RAMBO (Kleiss, Stirling, Ellis 1986) with massive particles: it knows no peak. ``chain`` makes
mu -> (e e e) H with the maps of chapter 01, section 6.3, on quasi-random points; ``chain_low_missing`` those of 6.4.
"""

from __future__ import annotations

import numpy as np
from scipy.special import gamma as gamma_function
from scipy.stats import qmc

from oracles import helicity_spinors as hs
from oracles.helicity_spinors import M_E, M_MU, PHOTON, Weak, dot
from oracles.neutrino_tensor import boost, squared_emission_explicit, squared_three_explicit

MUON = np.array([M_MU, 0.0, 0.0, 0.0])


def mean_and_error(values):
    """Mean and its statistical error."""
    return float(np.mean(values)), float(np.std(values) / np.sqrt(len(values)))


def flat_events(masses, n, rng, energy=M_MU):
    """Momenta (n, particles, 4) and weights of n-body phase space of a particle at rest."""
    masses = np.asarray(masses, dtype=float)
    number = len(masses)
    u = rng.random((4, n, number))
    cosine, phi = 2 * u[0] - 1, 2 * np.pi * u[1]
    size = -np.log(u[2] * u[3])
    sine = np.sqrt(1 - cosine**2)
    raw = np.stack([size, size * sine * np.cos(phi), size * sine * np.sin(phi), size * cosine], axis=-1)
    total = raw.sum(axis=1)
    mass = np.sqrt(dot(total, total))
    b, x, g = -total[:, 1:] / mass[:, None], energy / mass, total[:, 0] / mass
    a = 1 / (1 + g)
    along = np.sum(b[:, None] * raw[..., 1:], axis=-1)
    light = x[:, None] * (g[:, None] * raw[..., 0] + along)
    space = raw[..., 1:] + b[:, None] * raw[..., :1] + (a[:, None] * along)[..., None] * b[:, None]
    space = x[:, None, None] * space
    # massive: momenta scaled by xi so that the energies add up
    xi = np.full(n, np.sqrt(max(1 - (masses.sum() / energy) ** 2, 1e-6)))
    for _ in range(60):
        energies = np.sqrt(masses**2 + (xi[:, None] * light) ** 2)
        step = (energies.sum(axis=1) - energy) / np.sum(xi[:, None] * light**2 / energies, axis=1)
        xi = xi - step
    energies = np.sqrt(masses**2 + (xi[:, None] * light) ** 2)
    momenta = np.concatenate([energies[..., None], xi[:, None, None] * space], axis=-1)
    size = xi[:, None] * light
    volume = (np.pi / 2) ** (number - 1) * energy ** (2 * number - 4)
    volume /= gamma_function(number) * gamma_function(number - 1)
    weight = volume * (2 * np.pi) ** (4 - 3 * number)
    weight = weight * (np.sum(size, axis=1) / energy) ** (2 * number - 3)
    weight = weight * np.prod(size / energies, axis=1) / np.sum(size**2 / energies, axis=1) * energy
    return momenta, weight


def flat_emission_rate(emission, n, seed=1):
    """Width [MeV] and error of mu -> e nu nu X from flat four-body phase space with explicit neutrinos."""
    rng = np.random.default_rng(seed)
    values = []
    for _ in range(-(-n // 10000)):
        momenta, weight = flat_events([M_E, emission.mass, 0, 0], 10000, rng)
        k, q, first, second = np.swapaxes(momenta, 0, 1)
        values.append(weight * squared_emission_explicit(k, q, emission, first, second)[:, 0])
    return mean_and_error(np.concatenate(values) / (2 * M_MU))


def _momentum(s, a2, b2):
    """Momentum of the daughters of masses^2 a2, b2 in the decay of mass^2 s."""
    return np.sqrt(np.maximum((s - a2 - b2) ** 2 - 4 * a2 * b2, 0) / (4 * s))


def _two_body(s, a2, b2):
    """Two-body phase space over the full sphere."""
    return _momentum(s, a2, b2) / (4 * np.pi * np.sqrt(s))


def _pair(parent, s, a2, b2, cosine, phi):
    """Momenta of the daughters of ``parent`` (mass^2 s), angles in its rest frame."""
    p = _momentum(s, a2, b2)
    sine = np.sqrt(np.maximum(1 - cosine**2, 0))
    unit = np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=-1)
    space = p[:, None] * unit
    first = np.concatenate([np.sqrt(p**2 + a2)[:, None], space], axis=-1)
    second = np.concatenate([np.sqrt(p**2 + b2)[:, None], -space], axis=-1)
    return boost(first, parent), boost(second, parent)


def _leptons(s123, q2, s23, u, weight, limits):
    """k1, k2, k3 with the visible momentum along z; the weight of the channel in s_23 and in s_13 combined."""
    pv = _momentum(np.full_like(s123, M_MU**2), s123, q2)
    zero = np.zeros_like(pv)
    visible = np.stack([np.sqrt(s123 + pv**2), zero, zero, pv], axis=-1)
    k1, pair = _pair(visible, s123, M_E**2, s23, 2 * u[0] - 1, zero)
    k2, k3 = _pair(pair, s23, M_E**2, M_E**2, 2 * u[1] - 1, 2 * np.pi * u[2])
    weight = weight * _two_body(M_MU**2, s123, q2) / (2 * np.pi) ** 2
    k13 = k1 + k3
    s13 = dot(k13, k13)

    def channel(s):
        return s * _two_body(s123, s, M_E**2) * _two_body(s, M_E**2, M_E**2)

    direct, other = channel(s23), channel(s13)
    both = weight * limits * 2 * direct * other / (direct + other)
    return k1, k2, k3, both, weight * limits * direct


def _uniform(dimensions, log2_n, seed):
    return qmc.Sobol(dimensions, rng=np.random.default_rng(seed)).random_base2(log2_n).T


def chain(log2_n, seed, *, m_H=0.0, weak=True):
    """k1, k2, k3, weight (for symmetric integrands), weight (for any integrand)."""
    return _chain(_uniform(6 if weak else 5, log2_n, seed), m_H, weak)


def _chain(u, m_H=0.0, weak=True):
    low, high = 8 * M_E**2, (M_MU - m_H) ** 2 - M_E**2
    t = low * (high / low) ** u[0]
    s123, weight = t + M_E**2, t * np.log(high / low)
    q2 = np.full_like(s123, m_H**2)
    if weak:
        top = (M_MU - np.sqrt(s123)) ** 2
        q2, weight = top * u[5], weight * top / (2 * np.pi)
    return _with_pair(s123, q2, weight, u)


def _with_pair(s123, q2, weight, u):
    lowest, highest = 4 * M_E**2, (np.sqrt(s123) - M_E) ** 2
    logarithm = np.log(highest / lowest)
    s23 = lowest * np.exp(logarithm * u[1])
    return _leptons(s123, q2, s23, u[2:5], weight, logarithm)


def chain_low_missing(log2_n, seed, e_max):
    """The same for missing energy below e_max [MeV]."""
    u = _uniform(6, log2_n, seed)
    energy = e_max * u[0]
    q2 = energy**2 * u[5]
    s123 = M_MU**2 + q2 - 2 * M_MU * energy
    weight = 2 * M_MU * e_max * energy**2 / (2 * np.pi)
    return _with_pair(s123, q2, weight, u)


def chunked(function, momenta, size=4096):
    """``function`` over slices of the momenta, concatenated: the temporaries stay small."""
    n = len(momenta[0])
    parts = [function(*[p[i : i + size] for p in momenta]) for i in range(0, n, size)]
    return np.concatenate(parts)


def three_lepton_rate(heavy, log2_n, seed, *, m_H=0.0, mediators=(PHOTON,), interference_only=False, e_miss_max=None):
    """Width [MeV] of mu -> e e e H, with the factor 1/2 of identical particles, and its naive statistical error."""
    weak = isinstance(heavy, Weak)
    if e_miss_max is None:
        *k, weight, _ = chain(log2_n, seed, m_H=m_H, weak=weak)
    else:
        *k, weight, _ = chain_low_missing(log2_n, seed, e_miss_max)

    def squared(k1, k2, k3):
        full = hs.stokes_three(heavy, k1, k2, k3, mediators)[:, 0]
        if not interference_only:
            return full
        for a, b in ((k1, k2), (k2, k1)):
            full = full - hs.stokes_three(heavy, a, b, k3, mediators, exchange=False)[:, 0]
        return full

    return mean_and_error(weight * chunked(squared, k) / (4 * M_MU))


def explicit_three_lepton_rate(log2_n, seed, mediators=(PHOTON,)):
    """Width [MeV] and error of mu -> 3e 2nu with explicit neutrinos: charge-changing order, five-body Monte Carlo."""
    u = _uniform(8, log2_n, seed)
    k1, k2, k3, weight, _ = _chain(u)
    Q = MUON - k1 - k2 - k3
    cosine, phi = 2 * u[6] - 1, 2 * np.pi * u[7]
    sine = np.sqrt(1 - cosine**2)
    unit = np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=-1)
    half = np.sqrt(np.maximum(dot(Q, Q), 0)) / 2
    first = boost(np.concatenate([half[:, None], half[:, None] * unit], axis=-1), Q)
    momenta = (k1, k2, k3, first, Q - first)

    def squared(*p):
        return squared_three_explicit(*p, mediators=mediators)[:, 0]

    return mean_and_error(weight / (8 * np.pi) * chunked(squared, momenta) / (4 * M_MU))


def chain_resonant(log2_n, seed, m_X, *, m_H=0.0, weak=True):
    """k1, k2, k3, weight with (k2 + k3)^2 = m_X^2 fixed, for the narrow width (no ds_23 / 2 pi)."""
    u = _uniform(5, log2_n, seed)
    low, high = (m_X + M_E) ** 2 - M_E**2, (M_MU - m_H) ** 2 - M_E**2
    t = low * (high / low) ** u[0]
    s123, weight = t + M_E**2, t * np.log(high / low)
    q2 = np.full_like(s123, m_H**2)
    if weak:
        top = (M_MU - np.sqrt(s123)) ** 2
        q2, weight = top * u[4], weight * top / (2 * np.pi)
    s23 = np.full_like(s123, m_X**2)
    k1, k2, k3, _, direct = _leptons(s123, q2, s23, u[1:4], weight, 1.0)
    return k1, k2, k3, direct / m_X**2 * (2 * np.pi)  # _leptons has (2 pi)^-2 and the channel's s_23


def helicity_cosine(k2, k3):
    """Cosine of k2 in the rest frame of the pair to the pair's direction of flight."""
    pair = k2 + k3
    opposite = np.concatenate([pair[:, :1], -pair[:, 1:]], axis=1)
    k = boost(k2, opposite)[:, 1:]
    return np.sum(k * pair[:, 1:], axis=1) / np.linalg.norm(k, axis=1) / np.linalg.norm(pair[:, 1:], axis=1)


def resonant_moments(heavy, mediator, log2_n, seed, *, m_H=0.0):
    """Narrow-width rate [MeV] times the width of X (to be divided by it), its error, and <cos^2 theta*>."""
    *k, weight = chain_resonant(log2_n, seed, mediator.mass, m_H=m_H, weak=isinstance(heavy, Weak))

    def squared(*p):
        return hs.stokes_three(heavy, *p, (mediator,), exchange=False, resonant_only=True)[:, 0]

    value = weight * chunked(squared, k)
    rate, error = mean_and_error(value / (2 * M_MU) / (2 * mediator.mass))
    return rate, error, float(np.sum(value * helicity_cosine(k[1], k[2]) ** 2) / np.sum(value))


def polarised_moments(heavy, log2_n, seed, *, m_H=0.0):
    """<S.n>/<S_0> with n along the visible momentum and along k3, and <E_visible> [MeV], of mu- -> e e e H."""
    *k, weight, _ = chain(log2_n, seed, m_H=m_H, weak=isinstance(heavy, Weak))
    value = chunked(lambda *p: hs.stokes_three(heavy, *p), k) * weight[:, None]
    visible = k[0] + k[1] + k[2]
    total = np.sum(value[:, 0])
    along = [
        float(np.sum(value[:, 1:] * n[:, 1:] / np.linalg.norm(n[:, 1:], axis=1)[:, None]) / total)
        for n in (visible, k[2])
    ]
    return *along, float(np.sum(value[:, 0] * visible[:, 0]) / total)
