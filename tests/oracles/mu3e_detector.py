"""Acceptance, smearing, prompt decays and Bhabha pairs of chapter 04, sections 5 and 6. Momenta are (4, n)."""

from __future__ import annotations

import numpy as np

from oracles.mu3e_amplitudes import ALPHA, M_E, M_MU

HBAR_C2_CM2 = 3.893793721e-22  # MeV^2 cm^2
ELECTRONS_PER_CM3 = 4.39e23
LAYERS = ((23.3, 62.35), (29.8, 62.35), (73.9, 175.95), (86.3, 186.3))
TARGET_RADIUS, TARGET_HALF_LENGTH = 19.0, 50.0


def transverse(p):
    """p_T."""
    return np.hypot(p[1], p[2])


def size(p):
    """|p|."""
    return np.sqrt(np.sum(p[1:] ** 2, axis=0))


def pt_only(tracks, pt_min=10.0):
    """Every track above ``pt_min``."""
    return np.all([transverse(p) > pt_min for p in tracks], axis=0)


def simple(tracks, pt_min=10.0, cos_max=0.8):
    """Every track above ``pt_min`` and within |cos theta| < ``cos_max``."""
    return pt_only(tracks, pt_min) & np.all([np.abs(p[3]) < cos_max * size(p) for p in tracks], axis=0)


# helices: the first crossing of every layer, by a march along the turn


def vertices(u):
    """Points of the hollow double cone from two uniform numbers, shape (3, n) [mm]."""
    z = TARGET_HALF_LENGTH * (2 * u[0] - 1)
    r = TARGET_RADIUS * (1 - np.abs(z) / TARGET_HALF_LENGTH)
    return np.array([r * np.cos(2 * np.pi * u[1]), r * np.sin(2 * np.pi * u[1]), z])


def crossing_height(p, charge, vertex, layer_radius, field=1.0, steps=240):
    """z [mm] where a helix first reaches a radius, NaN if it never does.

    The track is stepped around one turn from the vertex by rotating its direction; the crossing is the first step that
    ends outside, refined by bisection on the exact chord.
    """
    bend = 3.33564 * transverse(p) / field
    heading = np.arctan2(p[2], p[1])

    def radius2(turn):
        chord, direction = 2 * bend * np.sin(turn / 2), heading - charge * turn / 2
        x = vertex[0] + chord * np.cos(direction)
        y = vertex[1] + chord * np.sin(direction)
        return x**2 + y**2 - layer_radius**2

    low, found = np.zeros_like(bend), np.zeros(bend.shape, dtype=bool)
    for step in range(1, steps + 1):
        outside = ~found & (radius2(np.full_like(bend, 2 * np.pi * step / steps)) >= 0)
        low[outside] = 2 * np.pi * (step - 1) / steps
        found |= outside
    high = low + 2 * np.pi / steps
    for _ in range(30):
        middle = (low + high) / 2
        inside = radius2(middle) < 0
        low, high = np.where(inside, middle, low), np.where(inside, high, middle)
    return np.where(found, vertex[2] + bend * low * p[3] / transverse(p), np.nan)


def helix(tracks, charges, vertex, field=1.0, steps=240, layers=LAYERS):
    """Every track's first crossing of each layer lies within its half length; one vertex for all."""
    accepted = np.ones(tracks[0].shape[1], dtype=bool)
    for p, charge in zip(tracks, charges, strict=True):
        for radius, half in layers:
            index = np.nonzero(accepted)[0]
            if len(index):
                z = crossing_height(p[:, index], charge, vertex[:, index], radius, field, steps)
                accepted[index] = np.abs(z) < half  # NaN fails
    return accepted


# resolution


def sigma_momentum(p):
    """Resolution of |p| [MeV]."""
    return np.hypot(0.15, 0.0085 * p)


def smeared(p, rng, scale=1.0):
    """A track with Gaussian |p| and two Gaussian angles of 0.3/p [MeV]; electron mass kept. ``scale`` 0: no change."""
    old = size(p)
    unit = p[1:] / old
    new = old + scale * sigma_momentum(old) * rng.standard_normal(old.shape)
    helper = np.where(np.abs(unit[2]) < 0.9, np.array([[0.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]]))
    one = np.cross(unit, helper, axis=0)
    one /= np.sqrt(np.sum(one**2, axis=0))
    two = np.cross(unit, one, axis=0)
    a, b = scale * 0.3 / old * rng.standard_normal((2, *old.shape))
    tilt = np.hypot(a, b)
    turned = np.cos(tilt) * unit + np.sinc(tilt / np.pi) * (a * one + b * two)
    return np.array([np.sqrt(new**2 + M_E**2), *(new * turned)])


def quantiles(values, weights, at):
    """Weighted quantiles."""
    order = np.argsort(values)
    below = np.cumsum(weights[order]) - weights[order] / 2
    return np.interp(np.asarray(at) * weights.sum(), below, values[order])


def half_width(values, weights):
    """Half of the weighted interval from 16 to 84 per cent."""
    low, high = quantiles(values, weights, (0.16, 0.84))
    return (high - low) / 2


def missing_mass2(tracks):
    """(P - sum p)^2, signed."""
    total = sum(tracks)
    return (M_MU - total[0]) ** 2 - np.sum(total[1:] ** 2, axis=0)


def pair_mass(a, b):
    """Invariant mass of two tracks."""
    total = a + b
    return np.sqrt(total[0] ** 2 - np.sum(total[1:] ** 2, axis=0))


def sigma_pair(p2, p3, weights, rng):
    """Resolution of m_ee."""
    return half_width(pair_mass(smeared(p2, rng), smeared(p3, rng)) - pair_mass(p2, p3), weights)


def sigma_missing(tracks, weights, rng):
    """Resolution of m_miss^2."""
    return half_width(missing_mass2([smeared(p, rng) for p in tracks]) - missing_mass2(tracks), weights)


def sigma_pair_analytic(m, e1, e2):
    """Section 8, step 5: two massless tracks."""
    cosine = 1 - m**2 / (2 * e1 * e2)
    angle = (e1 * e2 * np.sqrt(1 - cosine**2) / m) ** 2 * sum((0.3 / e) ** 2 for e in (e1, e2))
    return np.sqrt((m / 2) ** 2 * sum((sigma_momentum(e) / e) ** 2 for e in (e1, e2)) + angle)


def prompt_weight(p_x, m_x, ctau_mm, d_max=3.0):
    """Probability to decay within d_max of flight."""
    return -np.expm1(-d_max * m_x / (p_x * ctau_mm))


def scale_shift(tracks):
    """d m_miss^2 / d eta of a common momentum scale, massless tracks."""
    total = sum(tracks)
    visible = sum(size(p) for p in tracks)
    return -2 * ((M_MU - visible) * visible + np.sum(total[1:] ** 2, axis=0))


# Bhabha pairs


def bhabha(s, t):
    """Tree dsigma/dt [MeV^-4] with the electron mass: exchange, annihilation and interference."""
    m2 = M_E**2
    u = 4 * m2 - s - t
    exchange = ((s**2 + u**2) / 2 + 4 * m2 * (t - m2)) / t**2
    annihilation = ((u**2 + t**2) / 2 + 4 * m2 * (s - m2)) / s**2
    interference = 4 / (s * t) * (u / 2 - m2) * (u / 2 - 3 * m2)
    return 4 * np.pi * ALPHA**2 / (s * (s - 4 * m2)) * (exchange + annihilation + interference)


def bhabha_above(energy, e_min=10.0, nodes=40):
    """Cross section [cm^2] on electrons at rest with both final energies above ``e_min``."""
    last = energy + M_E - e_min
    if last <= e_min:
        return 0.0
    x, w = np.polynomial.legendre.leggauss(nodes)
    recoil = e_min + (last - e_min) * (x + 1) / 2
    s = 2 * M_E * (M_E + energy)
    value = bhabha(s, 2 * M_E**2 - 2 * M_E * recoil) * 2 * M_E
    return float(np.sum(w * value) * (last - e_min) / 2 * HBAR_C2_CM2)


def bhabha_probability(path_um=100.0, e_min=10.0, nodes=200):
    """P_BB of a Michel positron (tree spectrum with m_e, normalised)."""
    top = (M_MU**2 + M_E**2) / (2 * M_MU)
    x, w = np.polynomial.legendre.leggauss(nodes)
    energies = M_E + (top - M_E) * (x + 1) / 2
    r, x0 = energies / top, M_E / top
    spectrum = np.sqrt(r**2 - x0**2) * (r * (1 - r) + (4 * r**2 - 3 * r - x0**2) / 6)
    sigma = np.array([bhabha_above(e, e_min) for e in energies])
    return float(np.sum(w * spectrum * sigma) / np.sum(w * spectrum) * ELECTRONS_PER_CM3 * path_um * 1e-4)


# flat phase space of three electrons


def flat_three(n, rng):
    """mu -> e e e by phase space: three tracks (not rotated), uniform in s_12 x s_23 within the Dalitz region."""
    low, high = 4 * M_E**2, (M_MU - M_E) ** 2
    s12, s23 = low + (high - low) * rng.random((2, n))
    energy = [(M_MU**2 + M_E**2 - s) / (2 * M_MU) for s in (s23, M_MU**2 + 3 * M_E**2 - s12 - s23, s12)]
    keep = np.all([e > M_E for e in energy], axis=0)
    p = [np.sqrt(np.where(keep, e**2 - M_E**2, 1.0)) for e in energy]
    cosine = (p[1] ** 2 - p[0] ** 2 - p[2] ** 2) / (2 * p[0] * p[2])  # angle of 1 and 3
    keep &= np.abs(cosine) < 1
    p, cosine, energy = [a[keep] for a in p], cosine[keep], [e[keep] for e in energy]
    sine, zero = np.sqrt(1 - cosine**2), 0 * cosine
    first = np.array([energy[0], p[0] * sine, zero, p[0] * cosine])
    third = np.array([energy[2], zero, zero, p[2]])
    second = np.array([energy[1], *(-first[1:] - third[1:])])
    return first, second, third
