"""The slice method of chapter 04, section 3.7: events at fixed m_ee or missing mass squared, densities and sums.

Momenta are (4, n) with p1 the "other" positron and (p2, p3) the pair; z is the beam (and spin) axis. Weights include
1/n, so that sums over events are integrals. Quasi-random points with a fixed seed; errors come from the scatter of
independently scrambled batches.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.stats import qmc

from oracles import mu3e_amplitudes as amp
from oracles.mu3e_amplitudes import GAMMA_MU, M_E, M_MU, dot

CHIRALITIES = {"V-A": (1.0, -1.0), "V+A": (1.0, 1.0), "V": (1.0, 0.0), "A": (0.0, 1.0)}


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


def _visible_mass(u, m_k, m_h):
    low, high = (m_k + M_E) ** 2 - M_E**2, (M_MU - m_h) ** 2 - M_E**2
    d = low * (high / low) ** u
    return d + M_E**2, d * np.log(high / low) / (2 * np.pi)


def resonance_events(m_x, log2_n, seed, *, log_s13=True):
    """Events of section 3.1 at (p2 + p3)^2 = m_X^2, no dk^2/(2 pi)."""
    u = points(8, log2_n, seed)
    m2, weight = _visible_mass(u[0], m_x, 0.0)
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
        m2, weight = _visible_mass(u[0], 2 * M_E, m_a or 0.0)
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


# densities: (S_0, S_x, S_y, S_z) of dBR per unit weight


def resonance_signal(events, m_x, model):
    """Narrow-width density; "vector" per eps^2, spin 0 a list of pieces (g_ee^2, g_mumu^2, g_ee g_mumu)."""
    if model == "vector":
        stokes = amp.chunked(amp.vector_stokes, *events.tracks, events.q2)
        return stokes / (2 * M_MU * GAMMA_MU * 2 * m_x * amp.width_to_electrons("vector", m_x))
    k = events.p2 + events.p3
    pieces = amp.chunked(lambda p, k, q2: amp.spin0_stokes(p, k, q2, model), events.p1, k, events.q2)
    beta = np.sqrt(1 - 4 * M_E**2 / m_x**2)  # the two-body factor of the isotropic decay is in the weight
    return [piece * 8 * np.pi / beta / (2 * M_MU * GAMMA_MU) for piece in pieces]


def background_in_mass(events, m_x):
    """dBR_SM/dm_ee density, both combinations counted."""
    stokes = amp.chunked(amp.sm_stokes, *events.tracks, events.q2)
    return 2 * m_x / (2 * np.pi) * stokes / (2 * M_MU * GAMMA_MU)


def alp_signal(events, chiralities=tuple(CHIRALITIES), scale=1e3):
    """BR x F^2 densities of 3ea [``scale`` MeV]^2, one per chirality."""
    couplings = [CHIRALITIES[name] for name in chiralities]
    f_a = 1e12
    stokes = amp.chunked(lambda *p: amp.lfv_stokes(*p, couplings, f_a), *events.tracks)
    sizes = [(2 * f_a / scale) ** 2 / (v * v + a * a) for v, a in couplings]
    return [s * size / (2 * M_MU * GAMMA_MU) for s, size in zip(stokes, sizes, strict=True)]


def sm_rate(events, exchange=True):
    """SM dBR density, for free Q^2."""
    stokes = amp.chunked(lambda *a: amp.sm_stokes(*a, exchange=exchange), *events.tracks, events.q2)
    return stokes / (2 * M_MU * GAMMA_MU)


def background_in_missing_mass(events):
    """dBR_SM/dQ^2 density on a slice of Q^2."""
    return sm_rate(events) / (2 * np.pi)


# sums and gains


def cosine(a, b):
    """Cosine of the angle of two momenta."""
    return np.sum(a[1:] * b[1:], axis=0) / np.sqrt(np.sum(a[1:] ** 2, axis=0) * np.sum(b[1:] ** 2, axis=0))


def angles(events):
    """c13 and c12: electron and positron of the pair to the other positron."""
    return cosine(events.p1, events.p3), cosine(events.p1, events.p2)


def _bins(values, number):
    return np.clip(((values + 1) / 2 * number).astype(int), 0, number - 1)


def binned_gain(index, signal, background):
    """R = sqrt(sum_k S_k^2/b_k b) / S, empty-background bins dropped."""
    s, b = np.bincount(index, signal), np.bincount(index, background)
    keep = b > 0
    return float(np.sqrt(np.sum(s[keep] ** 2 / b[keep]) * b.sum()) / s.sum())


def gain(events, signal, background, option, cut=None, bins=15):
    """R of options none, cut, 1d, 2d, lr; signal and background are densities of the events (S_0)."""
    ws, wb = events.weight * signal, events.weight * background
    if option == "none":
        return 1.0
    if option == "lr":
        return float(np.sqrt(np.sum(ws * signal / background) * wb.sum()) / ws.sum())
    c13, c12 = angles(events)
    if option == "cut":
        keep = c13 < cut
        return float(ws[keep].sum() / ws.sum() / np.sqrt(wb[keep].sum() / wb.sum()))
    index = _bins(c13, bins)
    if option == "2d":
        index = index * bins + _bins(c12, bins)
    return binned_gain(index, ws, wb)


def polarised(stokes, degree):
    """Density for a spin along -z with a degree."""
    return stokes[0] - degree * stokes[3]


def polarisation_gain(events, signal, background, degree, bins=20):
    """R with bins of cos(p1 + p2 + p3, spin axis), and R of the likelihood; Stokes densities."""
    total = events.p1 + events.p2 + events.p3
    along = total[3] / np.sqrt(np.sum(total[1:] ** 2, axis=0))
    s, b = polarised(signal, degree), polarised(background, degree)
    binned = binned_gain(_bins(along, bins), events.weight * s, events.weight * b)
    return binned, gain(events, s, b, "lr")


# totals by quadrature


def total_production(m_x, model, nodes=24):
    """Uncut BR at BR(X -> ee) = 1: a number per eps^2 for "vector", three pieces for spin 0 (row 8 of section 11)."""
    k2, weight = m_x**2, None
    t, w = np.polynomial.legendre.leggauss(nodes)
    grid = np.array(np.meshgrid((t + 1) / 2, (t + 1) / 2, (t + 1) / 2, indexing="ij")).reshape(3, -1)
    weight = np.einsum("i,j,k->ijk", w / 2, w / 2, w / 2).ravel()
    events, k, weight = _production(m_x, k2, grid, weight)
    if model == "vector":
        stokes = amp.polarised_vector_stokes(events[0], k, events[1])
        return float(np.sum(weight * stokes[0]) / (2 * M_MU * GAMMA_MU))
    pieces = amp.spin0_stokes(events[0], k, events[1], model)
    return [float(np.sum(weight * piece[0]) / (2 * M_MU * GAMMA_MU)) for piece in pieces]


def _production(m_x, k2, u, weight):
    """p1 and Q^2, k, weights of mu -> e Q X for u = (M^2, Q^2, cos1)."""
    m2, measure = _visible_mass(u[0], m_x, 0.0)
    top = (M_MU - np.sqrt(m2)) ** 2
    q2 = top * u[1]
    weight = weight * measure * top / (2 * np.pi) * two_body(m2, M_E**2, k2) * two_body(M_MU**2 + 0 * m2, q2, m2)
    size, c1 = momentum(m2, M_E**2, k2), 2 * u[2] - 1
    n1 = size * np.array([np.sqrt(1 - c1**2), 0 * c1, c1])
    recoil = momentum(M_MU**2 + 0 * m2, q2, m2)
    frame = np.array([np.sqrt(m2 + recoil**2), 0 * recoil, 0 * recoil, recoil])
    p1 = boosted(np.array([np.sqrt(M_E**2 + size**2), *n1]), frame)
    k = boosted(np.array([np.sqrt(k2 + size**2), *(-n1)]), frame)
    return (p1, q2), k, weight


def production_points(m_x, model, nodes=24):
    """Momentum of X and production weight (first coupling squared) over the uncut spectrum."""
    t, w = np.polynomial.legendre.leggauss(nodes)
    grid = np.array(np.meshgrid((t + 1) / 2, (t + 1) / 2, (t + 1) / 2, indexing="ij")).reshape(3, -1)
    events, k, weight = _production(m_x, m_x**2, grid, np.einsum("i,j,k->ijk", w / 2, w / 2, w / 2).ravel())
    if model == "vector":
        density = amp.polarised_vector_stokes(events[0], k, events[1])[0]
    else:
        density = amp.spin0_stokes(events[0], k, events[1], model)[0][0]
    return np.sqrt(np.sum(k[1:] ** 2, axis=0)), weight * density / (2 * M_MU * GAMMA_MU)


def replicas(function, seeds):
    """Mean and error of the mean of function(seed) (numbers or arrays) over independent batches."""
    values = np.array([function(seed) for seed in seeds], dtype=float)
    return values.mean(axis=0), values.std(axis=0, ddof=1) / np.sqrt(len(values))
