"""Phase space of three tracks and a recoil at a muon at rest (chapter 04, section 3.1), quasi-random, with a fixed seed.

Momenta are (4, n) with p1 the "other" positron and (p2, p3) the pair; z is the beam (and spin) axis. Weights include
1/n, so that sums over events are integrals; errors come from the scatter of independently scrambled batches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from oracles.mu3e_amplitudes import M_E, M_MU, dot


@dataclass(frozen=True)
class Events:
    """Phase-space points: tracks, Q^2 and weights (MeV powers of the measure, 1/n included)."""

    p1: np.ndarray
    p2: np.ndarray
    p3: np.ndarray
    q2: np.ndarray
    weight: np.ndarray

    def select(self, keep):
        """The events of a mask."""
        return Events(*[a[..., keep] for a in (self.p1, self.p2, self.p3, self.q2, self.weight)])

    @property
    def tracks(self):
        """The three momenta."""
        return self.p1, self.p2, self.p3


# kinematics


def momentum(s, a2, b2):
    """Momentum in the decay of mass^2 s into a2 and b2."""
    return np.sqrt(np.maximum((s - a2 - b2) ** 2 - 4 * a2 * b2, 0) / (4 * s))


def two_body(s, a2, b2):
    """dPhi_2 / (dOmega / 4 pi) = sqrt(lambda) / (8 pi s)."""
    return momentum(s, a2, b2) / (4 * np.pi * np.sqrt(s))


def boosted(p, frame):
    """Momenta of the rest frame of ``frame`` in the frame where ``frame`` is given."""
    mass = np.sqrt(dot(frame, frame))
    energy = (frame[0] * p[0] + np.sum(frame[1:] * p[1:], axis=0)) / mass
    space = p[1:] + frame[1:] * ((p[0] + energy) / (frame[0] + mass))
    return np.array([energy, *space])


def rotations(u):
    """Uniform rotation matrices (3, 3, n) from three uniform numbers (Shoemake's quaternions)."""
    a, b = np.sqrt(1 - u[0]), np.sqrt(u[0])
    x, y, z, w = (
        a * np.sin(2 * np.pi * u[1]),
        a * np.cos(2 * np.pi * u[1]),
        b * np.sin(2 * np.pi * u[2]),
        b * np.cos(2 * np.pi * u[2]),
    )
    return np.array(
        [
            [1 - 2 * (y * y + z * z), 2 * (x * y - z * w), 2 * (x * z + y * w)],
            [2 * (x * y + z * w), 1 - 2 * (x * x + z * z), 2 * (y * z - x * w)],
            [2 * (x * z - y * w), 2 * (y * z + x * w), 1 - 2 * (x * x + y * y)],
        ]
    )


def rotated(matrix, p):
    """Four-momenta with rotated space parts."""
    return np.array([p[0], *np.einsum("ijn,jn->in", matrix, p[1:])])


def points(dimensions, log2_n, seed):
    """Scrambled Sobol points, shape (dimensions, 2^log2_n)."""
    return qmc.Sobol(dimensions, rng=np.random.default_rng(seed)).random_base2(log2_n).T


def _directions(m2, k2, u, weight, log_s13):
    """p1, p2, p3 in the rest frame of their sum from (cos1, cos3, phi3), and the weight with both two-body factors."""
    zero = np.zeros_like(m2)
    weight = weight * two_body(m2, M_E**2, k2) * two_body(k2, M_E**2, M_E**2)
    mass, mass_k = np.sqrt(m2), np.sqrt(k2)
    size = momentum(m2, M_E**2, k2)
    c1 = 2 * u[0] - 1
    s1 = np.sqrt(1 - c1**2)
    n1 = np.array([s1, zero, c1])
    x, y = np.array([c1, zero, -s1]), np.array([zero, zero + 1, zero])
    # k frame: p1 has energy e1, p3 half of the mass
    e1, e3 = (m2 - k2 - M_E**2) / (2 * mass_k), mass_k / 2
    q1, q3 = mass * size / mass_k, momentum(k2, M_E**2, M_E**2)
    if log_s13:
        low = 2 * M_E**2 + 2 * (M_E**2 * (e1**2 + e3**2) - M_E**4) / (e1 * e3 + q1 * q3)
        high = 2 * M_E**2 + 2 * (e1 * e3 + q1 * q3)
        s13 = low * (high / low) ** u[1]
        versine = (s13 - low) / (2 * q1 * q3)
        weight = weight * s13 * np.log(high / low) / (4 * q1 * q3)
    else:
        versine = 2 * u[1]
    c3 = 1 - versine
    s3 = np.sqrt(np.maximum(versine * (2 - versine), 0))
    phi = 2 * np.pi * u[2]
    unit = s3 * (np.cos(phi) * x + np.sin(phi) * y) + c3 * n1
    k = np.array([np.sqrt(k2 + size**2), *(-size * n1)])
    p1 = np.array([np.sqrt(M_E**2 + size**2), *(size * n1)])
    p3 = boosted(np.array([e3, *(q3 * unit)]), k)
    p2 = boosted(np.array([e3, *(-q3 * unit)]), k)
    return (p1, p2, p3), weight


def _in_muon_frame(m2, q2, tracks, u, weight, keep_axis=False):
    """Boost along z by the recoil, rotate, add the outermost two-body factor."""
    weight = weight * two_body(M_MU**2 + 0 * m2, q2, m2)
    size = momentum(M_MU**2 + 0 * m2, q2, m2)
    frame = np.array([np.sqrt(m2 + size**2), 0 * size, 0 * size, size])
    tracks = [boosted(p, frame) for p in tracks]
    if not keep_axis:
        matrix = rotations(u)
        tracks = [rotated(matrix, p) for p in tracks]
    return Events(*tracks, q2, weight / weight.size)


def visible_mass(u, m_k, m_h):
    low, high = (m_k + M_E) ** 2 - M_E**2, (M_MU - m_h) ** 2 - M_E**2
    d = low * (high / low) ** u
    return d + M_E**2, d * np.log(high / low) / (2 * np.pi)


def resonance_events(m_x, log2_n, seed, *, log_s13=True):
    """Events of section 3.1 at (p2 + p3)^2 = m_X^2, no dk^2/(2 pi)."""
    u = points(8, log2_n, seed)
    m2, weight = visible_mass(u[0], m_x, 0.0)
    top = (M_MU - np.sqrt(m2)) ** 2
    q2 = top * u[1]
    tracks, weight = _directions(m2, m_x**2 + 0 * m2, u[2:5], weight * top / (2 * np.pi), log_s13)
    return _in_muon_frame(m2, q2, tracks, u[5:8], weight)


def missing_mass_events(m_a, log2_n, seed, *, cut=None):
    """Events at Q^2 = m_a^2 (``m_a`` None: free Q^2 with dQ^2/(2 pi)); the weight includes c, not 1/2.

    ``cut``: missing energy below this [MeV], free Q^2.
    """
    u = points(9, log2_n, seed)
    if cut is None:
        m2, weight = visible_mass(u[0], 2 * M_E, m_a or 0.0)
        if m_a is None:
            top = (M_MU - np.sqrt(m2)) ** 2
            q2, weight = top * u[8], weight * top / (2 * np.pi)
        else:
            q2 = m_a**2 + 0 * m2
    else:
        energy = cut * u[0]
        q2 = energy**2 * u[8]
        m2 = M_MU**2 + q2 - 2 * M_MU * energy
        weight = 2 * M_MU * cut * energy**2 / (2 * np.pi) ** 2
    low, high = 4 * M_E**2, (np.sqrt(m2) - M_E) ** 2
    k2 = low * (high / low) ** u[1]
    tracks, weight = _directions(m2, k2, u[2:5], weight * k2 * np.log(high / low) / (2 * np.pi), False)
    events = _in_muon_frame(m2, q2, tracks, u[5:8], weight)
    s13, s23 = pair_mass2(events.p1, events.p3), pair_mass2(events.p2, events.p3)
    return Events(*events.tracks, q2, events.weight * s13**2 / (s13**2 + s23**2))


def pair_mass2(a, b):
    """(a + b)^2."""
    return dot(a + b, a + b)


def production(m_x, u, weight):
    """p1, k, Q^2, weights of mu -> e Q X for u = (M^2, Q^2, cos1)."""
    k2 = m_x**2
    m2, measure = visible_mass(u[0], m_x, 0.0)
    top = (M_MU - np.sqrt(m2)) ** 2
    q2 = top * u[1]
    weight = weight * measure * top / (2 * np.pi) * two_body(m2, M_E**2, k2) * two_body(M_MU**2 + 0 * m2, q2, m2)
    size, c1 = momentum(m2, M_E**2, k2), 2 * u[2] - 1
    n1 = size * np.array([np.sqrt(1 - c1**2), 0 * c1, c1])
    recoil = momentum(M_MU**2 + 0 * m2, q2, m2)
    frame = np.array([np.sqrt(m2 + recoil**2), 0 * recoil, 0 * recoil, recoil])
    p1 = boosted(np.array([np.sqrt(M_E**2 + size**2), *n1]), frame)
    k = boosted(np.array([np.sqrt(k2 + size**2), *(-n1)]), frame)
    return p1, k, q2, weight


def replicas(function, seeds):
    """Mean and error of the mean of function(seed) (numbers or arrays) over independent batches."""
    values = np.array([function(seed) for seed in seeds], dtype=float)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))


def relative_error(weights):
    """Relative statistical error of a sum of weights."""
    return np.sqrt(np.sum(weights**2)) / np.sum(weights)


def agrees(value, expected, relative, weights):
    """Whether a value is within ``relative``, or four statistical errors of the weights where that is wider."""
    return bool(abs(value - expected) <= max(relative, 4 * relative_error(weights)) * abs(expected))
