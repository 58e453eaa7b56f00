"""Quarks and nucleons that meet a neutrino of chapter 06, by explicit Dirac spinors with a massive outgoing neutrino. GeV."""

import itertools
import math

import numpy as np

from oracles import composite_density as density
from oracles.neutrino_electron import GAMMA, GAMMA_5, LEFT, METRIC, RIGHT, antiparticle, current, dot, particle


def centre_of_mass(s, struck, mass, cosine):
    """Momenta k, p, k', p' of neutrino + struck -> X(mass) + struck."""
    root = math.sqrt(s)
    k = (s - struck**2) / (2 * root)
    p = math.sqrt(max((s - (mass + struck) ** 2) * (s - (mass - struck) ** 2), 0.0)) / (2 * root)
    out = p * np.array([math.sqrt(1 - cosine**2), 0.0, cosine])
    return (
        np.array([k, 0, 0, k]),
        np.array([math.hypot(k, struck), 0, 0, -k]),
        np.concatenate([[math.hypot(p, mass)], out]),
        np.concatenate([[math.hypot(p, struck)], -out]),
    )


def quark(s, mass, y, left, right, anti=False):
    """d sigma/dy per U^2 on a massless quark [GeV^-2], contact interaction."""
    # y = p.q/p.k = 1 - (p.k')/(p.k), linear in the cosine
    cosine = 1 - 2 * y / (1 - mass**2 / s)
    k, p, k_out, p_out = centre_of_mass(s, 0.0, mass, cosine)
    neutrino = antiparticle if anti else particle
    total = 0.0
    for a, b, c, d in itertools.product((0, 1), repeat=4):
        nu, nu_out = neutrino(k, 0.0, a), neutrino(k_out, mass, b)
        bar, field = (nu, nu_out) if anti else (nu_out, nu)
        quarks = current(particle(p_out, 0.0, d), left * LEFT + right * RIGHT, particle(p, 0.0, c))
        total += abs(2 * math.sqrt(2) * density.G_F * dot(current(bar, LEFT, field), quarks)) ** 2
    return total / 2 / (16 * math.pi * s)


def nucleon_elastic(energy, mass, t, nucleon, form, anti=False):
    """d sigma/dT per U^2 [cm^2/GeV] of a nucleon that stays whole; form = (F_1, F_2, G_A, G_P) at Q^2 = 2 m T."""
    s = nucleon**2 + 2 * nucleon * energy
    k0 = (s - nucleon**2) / (2 * math.sqrt(s))
    p_out0 = centre_of_mass(s, nucleon, mass, 0.0)
    # Q^2 = -(k - k')^2 gives the cosine
    k_abs = np.linalg.norm(p_out0[2][1:])
    q2 = 2 * nucleon * t
    cosine = (2 * k0 * p_out0[2][0] - mass**2 - q2) / (2 * k0 * k_abs)
    k, p, k_out, p_out = centre_of_mass(s, nucleon, mass, cosine)
    q = p_out - p
    f1, f2, ga, gp = form
    slash_q = sum(sign * c * g for sign, c, g in zip(METRIC, q, GAMMA, strict=True))
    vertex = []
    for i, g in enumerate(GAMMA):
        sigma_q = 1j * (1j / 2) * (g @ slash_q - slash_q @ g)  # i sigma^{mu nu} q_nu
        vertex.append(f1 * g + f2 / (2 * nucleon) * sigma_q - ga * g @ GAMMA_5 - gp / nucleon * q[i] * GAMMA_5)
    neutrino = antiparticle if anti else particle
    total = 0.0
    for a, b, c, d in itertools.product((0, 1), repeat=4):
        nu, nu_out = neutrino(k, 0.0, a), neutrino(k_out, mass, b)
        bar, field = (nu, nu_out) if anti else (nu_out, nu)
        one, other = particle(p, nucleon, c), particle(p_out, nucleon, d)
        hadron = np.array([other.conj() @ GAMMA[0] @ v @ one for v in vertex])
        total += abs(math.sqrt(2) * density.G_F * dot(current(bar, LEFT, field), hadron)) ** 2
    # d sigma/dQ^2 = |M|^2/(16 pi (s - m^2)^2), dQ^2 = 2 m dT
    return total / 2 / (16 * math.pi * (s - nucleon**2) ** 2) * 2 * nucleon * density.CM2
