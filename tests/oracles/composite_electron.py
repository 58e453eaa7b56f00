"""Composite neutrinos off electrons and nuclei (chapter 06, sections 3.3, 3.4) from Feynman diagrams.

The electron by Dirac spinors, angle by angle in the centre of mass; the nucleus by the tensor of the lepton contracted
with the momentum of a scalar. Mass of the outgoing neutrino kept everywhere. GeV and cm^2.
"""

import itertools
import math

import numpy as np

from oracles import composite_density as density
from oracles.neutrino_electron import LEFT, RIGHT, SIN2, M, antiparticle, current, dot, particle

M_E = M


def couplings(flavor="mu", anti=False, sw2=SIN2):
    left, right = -0.5 + sw2 + (1.0 if flavor == "e" else 0.0), sw2
    return (right, left) if anti else (left, right)


def vectors(energy, mass, cosine):
    """Momenta k, p, k', p' in the centre of mass."""
    s = M_E**2 + 2 * M_E * energy
    root = math.sqrt(s)
    k = (s - M_E**2) / (2 * root)
    p = math.sqrt(max((s - (mass + M_E) ** 2) * (s - (mass - M_E) ** 2), 0.0)) / (2 * root)
    out = p * np.array([math.sqrt(1 - cosine**2), 0.0, cosine])
    return (
        np.array([k, 0, 0, k]),
        np.array([math.hypot(k, M_E), 0, 0, -k]),
        np.concatenate([[math.hypot(p, mass)], out]),
        np.concatenate([[math.hypot(p, M_E)], -out]),
    )


def squared(energy, mass, cosine, left, right, anti=False):
    """|M|^2 by spinors, summed over final spins and averaged over the electron's."""
    k, p, k_out, p_out = vectors(energy, mass, cosine)
    neutrino = antiparticle if anti else particle
    total = 0.0
    for a, b, c, d in itertools.product((0, 1), repeat=4):
        nu, nu_out = neutrino(k, 0.0, a), neutrino(k_out, mass, b)
        bar, field = (nu, nu_out) if anti else (nu_out, nu)
        amplitude = dot(
            current(bar, LEFT, field),
            current(particle(p_out, M_E, d), left * LEFT + right * RIGHT, particle(p, M_E, c)),
        )
        total += abs(2 * math.sqrt(2) * density.G_F * amplitude) ** 2
    return total / 2


def phase_space(energy, mass):
    """d sigma/d cos of the centre of mass per |M|^2."""
    s = M_E**2 + 2 * M_E * energy
    k, _, k_out, _ = vectors(energy, mass, 1.0)
    return np.linalg.norm(k_out[1:]) / k[3] / (32 * math.pi * s) * density.CM2


def recoil(energy, mass, cosine):
    """Kinetic energy of the electron in the laboratory."""
    _, p, _, p_out = vectors(energy, mass, cosine)
    return dot(p, p_out) / M_E - M_E


def spectrum(energy, mass, t, left, right):
    """d sigma/dT per U^2 [cm^2/GeV] at the angle that gives this recoil."""
    low, high = recoil(energy, mass, 1.0), recoil(energy, mass, -1.0)
    if not low <= t <= high:
        return 0.0
    cosine = 1 - 2 * (t - low) / (high - low)
    return squared(energy, mass, cosine, left, right) * phase_space(energy, mass) * 2 / (high - low)


def cross_section(energy, mass, flavor="mu", anti=False, n=6, sw2=SIN2):
    """Per U^2; the angle enters as a polynomial of second degree, so few points are exact."""
    if math.sqrt(M_E**2 + 2 * M_E * energy) <= mass + M_E:
        return 0.0
    left, right = couplings(flavor, False, sw2)
    u, w = np.polynomial.legendre.leggauss(n)
    return phase_space(energy, mass) * sum(
        wi * squared(energy, mass, ui, left, right, anti) for ui, wi in zip(u, w, strict=True)
    )


def cross_section_x(energy, dimension, gap, flavor="mu", anti=False, n_mass=24):
    """Per m_hat^2, over masses last; the cross section in M^2 is a polynomial of Chebyshev."""
    top = math.sqrt(M_E**2 + 2 * M_E * energy) - M_E
    table = np.polynomial.chebyshev.Chebyshev.interpolate(
        lambda v: np.array([cross_section(energy, top * (1 - x**2), flavor, anti, 3) for x in v]), n_mass, [0, 1]
    )
    return density.over_density(lambda m: table(np.sqrt(np.maximum(1 - m / top, 0.0))), dimension, gap, top**2)


def missing_mass2(energy, mass, cosine):
    """(M^2 recoiled from p', theta, E_rec) from the electron alone, boosted from the centre of mass."""
    _, p, _, p_out = vectors(energy, mass, cosine)
    gamma, along = p[0] / M_E, -p[3] / M_E
    z = gamma * p_out[3] + along * p_out[0]
    t = recoil(energy, mass, cosine)
    return 2 * energy * (z - t) - 2 * M_E * t, M_E * t / (z - t)


def helm(q2, a):
    """Form factor of Helm."""
    q, s = math.sqrt(q2) / 0.1973269804, 0.9
    r = math.sqrt((1.23 * a ** (1 / 3) - 0.6) ** 2 + 7 / 3 * math.pi**2 * 0.52**2 - 5 * s**2)
    x = q * r
    bessel = (math.sin(x) / x - math.cos(x)) / x
    return 3 * bessel / x * math.exp(-((q * s) ** 2) / 2)


def coherent(energy, t, mass, z=18, a=40, sw2=SIN2):
    """d sigma/dT per U^2 off a nucleus of spin 0, from the vectors of the laboratory [cm^2/GeV]."""
    m_a = 0.9315 * a
    e_x = energy - t
    if e_x <= mass:
        return 0.0
    p_x, q = math.sqrt(e_x**2 - mass**2), math.sqrt(t**2 + 2 * m_a * t)
    cosine = (energy**2 + p_x**2 - q**2) / (2 * energy * p_x)
    if abs(cosine) > 1:
        return 0.0
    k = np.array([energy, 0, 0, energy])
    k_out = np.array([e_x, p_x * math.sqrt(1 - cosine**2), 0, p_x * cosine])
    p = np.array([m_a, 0, 0, 0])
    total = p + (p + k - k_out)
    # (G_F/sqrt2)(1/2)Q_W F (p+p')_mu u-bar gamma^mu (1-gamma5)/... u: sum over spins 8[2 (k.P)(k'.P) - (k.k') P^2]
    squared_sum = 8 * (2 * dot(k, total) * dot(k_out, total) - dot(k, k_out) * dot(total, total))
    charge = (a - z) - (1 - 4 * sw2) * z
    value = (density.G_F / math.sqrt(2) / 2 * charge * helm(2 * m_a * t, a)) ** 2 * squared_sum
    return value / (32 * math.pi * m_a * energy**2) * density.CM2
