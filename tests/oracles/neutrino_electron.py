"""Elastic scattering of neutrinos off electrons from Feynman diagrams, with spinors: no traces, no Fierz identity.

Contact interactions of Z and W at tree level, L = -2 sqrt2 G_F [nu gamma P_L nu][e gamma (l P_L + r P_R) e]
- 2 sqrt2 G_F [e gamma P_L nu_e][nu_e gamma P_L e] with l = -1/2 + s_W^2, r = s_W^2. The squared amplitude is summed over
all spins at each angle in the centre of mass, and the cross section integrated over that angle. GeV and cm^2.
"""

import itertools

import numpy as np

G_F = 1.1663788e-5
M = 0.51099895e-3
SIN2 = 0.2312
GEV_MINUS_2_CM2 = 0.3893793721e-27

_PAULI = (np.array([[0, 1], [1, 0]]), np.array([[0, -1j], [1j, 0]]), np.array([[1, 0], [0, -1]]))
_ZERO, _ONE = np.zeros((2, 2)), np.eye(2)
GAMMA = [np.block([[_ONE, _ZERO], [_ZERO, -_ONE]])] + [np.block([[_ZERO, s], [-s, _ZERO]]) for s in _PAULI]
METRIC = (1, -1, -1, -1)
GAMMA_5 = 1j * GAMMA[0] @ GAMMA[1] @ GAMMA[2] @ GAMMA[3]
LEFT, RIGHT = (np.eye(4) - GAMMA_5) / 2, (np.eye(4) + GAMMA_5) / 2


def slash(p):
    return sum(sign * component * g for sign, component, g in zip(METRIC, p, GAMMA, strict=True))


def particle(p, m, spin):
    """Spinor u of a particle."""
    return (slash(p) + m * np.eye(4)) @ np.eye(4)[spin] / np.sqrt(p[0] + m)


def antiparticle(p, m, spin):
    """Spinor v of an antiparticle."""
    return (m * np.eye(4) - slash(p)) @ np.eye(4)[2 + spin] / np.sqrt(p[0] + m)


def current(one, vertex, other):
    """(one-bar gamma^mu vertex other)."""
    return np.array([one.conj() @ GAMMA[0] @ g @ vertex @ other for g in GAMMA])


def dot(one, other):
    return sum(sign * a * b for sign, a, b in zip(METRIC, one, other, strict=True))


def squared(k, p, k_out, p_out, flavor, anti):
    """|M|^2 summed over spins, averaged over those of the electron."""
    neutrino = antiparticle if anti else particle
    total = 0.0
    for a, b, c, d in itertools.product((0, 1), repeat=4):
        nu, nu_out = neutrino(k, 0.0, a), neutrino(k_out, 0.0, b)
        e, e_out = particle(p, M, c), particle(p_out, M, d)
        # the field nu-bar makes a neutrino that leaves, or takes an antineutrino that enters
        bar, field = (nu, nu_out) if anti else (nu_out, nu)
        amplitude = dot(current(bar, LEFT, field), current(e_out, (SIN2 - 0.5) * LEFT + SIN2 * RIGHT, e))
        if flavor == "e":  # the same fields joined the other way: one exchange of fermions
            amplitude = amplitude - dot(current(e_out, LEFT, field), current(bar, LEFT, e))
        total += abs(2 * np.sqrt(2) * G_F * amplitude) ** 2
    return total / 2


def at_angle(energy, cosine, flavor="mu", anti=False):
    """D sigma / d cos theta [cm^2] of the electron in the centre of mass, and its kinetic energy [GeV] before the boost.

    The kinetic energy is that in the laboratory, where the electron was at rest.
    """
    s = M**2 + 2 * M * energy
    q = M * energy / np.sqrt(s)
    sine = np.sqrt(1 - cosine**2)
    k, p = np.array([q, 0, 0, q]), np.array([np.hypot(q, M), 0, 0, -q])
    away = q * np.array([sine, 0, cosine])
    k_out, p_out = np.array([q, *away]), np.array([np.hypot(q, M), *-away])
    transfer = (p_out - p)[0] ** 2 - np.sum((p_out - p)[1:] ** 2)
    return GEV_MINUS_2_CM2 * squared(k, p, k_out, p_out, flavor, anti) / (32 * np.pi * s), -transfer / (2 * M)


def per_energy(energy, cosine, flavor="mu", anti=False):
    """T [GeV] and d sigma/dT [cm^2/GeV] at an angle in the centre of mass."""
    value, T = at_angle(energy, cosine, flavor, anti)
    q2 = (M * energy) ** 2 / (M**2 + 2 * M * energy)
    return T, value * M / q2


def cross_section(energy, flavor="mu", anti=False, low=0.0, high=np.inf, nodes=4):
    """Cross section [cm^2] for T [GeV] between two values: Gauss-Legendre over the angle in the centre of mass."""
    largest = 2 * energy**2 / (2 * energy + M)
    ends = [1 - 2 * np.clip(T, 0, largest) / largest for T in (high, low)]
    x, w = np.polynomial.legendre.leggauss(nodes)
    cosines = ends[0] + (ends[1] - ends[0]) * (x + 1) / 2
    values = [at_angle(energy, c, flavor, anti)[0] for c in cosines]
    return (ends[1] - ends[0]) / 2 * float(w @ np.array(values))
