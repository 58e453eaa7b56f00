"""Decays of chapter 06, sections 3.5 and 3.6: kernels from traces and phase space by numbers, masses integrated in M. GeV."""

import itertools
import math

import numpy as np
from scipy.integrate import quad

from oracles import composite_density as density
from oracles.composite_density import G_F, VEV

M_Z, M_W, M_H = 91.1876, 80.377, 125.25
M_MU, M_E = 0.1056583755, 0.51099895e-3
M_K, M_DS, M_B, M_TAU = 0.493677, 1.96835, 5.27934, 1.77693
HBAR_C_M = 1.973269804e-16


def two_body(parent, one, other):
    """Momentum of a decay at rest."""
    square = (parent**2 - (one + other) ** 2) * (parent**2 - (one - other) ** 2)
    return math.sqrt(max(square, 0.0)) / (2 * parent)


def vector_decay(parent, mass, lepton=0.0):
    """Width of a vector boson to a left-handed pair of masses (lepton, mass) over that to massless ones.

    The trace p1^mu p2^nu + p2^mu p1^nu - g p1.p2 with the sum of polarisations -g + P P/m^2.
    """

    def width(m1, m2):
        p = two_body(parent, m1, m2)
        e1, e2 = math.hypot(p, m1), math.hypot(p, m2)
        product = e1 * e2 + p * p
        trace = 2 * product + 2 * parent * e1 * parent * e2 / parent**2 - product
        # contraction of g: -(2 p1.p2 - 4 p1.p2) = 2 p1.p2; of PP/m^2: 2 e1 e2 - p1.p2
        return p * trace

    return width(lepton, mass) / width(0.0, 0.0)


def scalar_width(parent, mass):
    """h -> nu X of one mass, both charges, per (coupling)^2 = (m_hat/v)^2: 2 p.k p/(8 pi m^2) twice."""
    p = two_body(parent, 0.0, mass)
    product = p * math.hypot(p, mass) + p * p
    return 2 * 2 * product * p / (8 * math.pi * parent**2)


def meson_width(parent, lepton, mass):
    """Width of P -> l N per U^2, up to what all leptons share: trace of P-slash twice."""
    if mass >= parent - lepton:
        return 0.0
    p = two_body(parent, lepton, mass)
    e1, e2 = math.hypot(p, lepton), math.hypot(p, mass)
    return p * (2 * parent * e1 * parent * e2 - parent**2 * (e1 * e2 + p * p))


def meson_kernel(parent, lepton, mass):
    """Width of P -> l N over that of P -> l nu, per U^2."""
    return meson_width(parent, lepton, mass) / meson_width(parent, lepton, 0.0)


def three_body(ratio):
    """Width of l -> l' nu N over the massless one: the pair of massless leptons has mass^2 q^2 times m^2.

    Integrated pair tensor q^mu q^nu - g q^2 on the trace of the other line, over q^2 in (0, (1-m)^2).
    """
    if ratio >= 1:
        return 0.0
    m = math.sqrt(ratio)

    def integrand(q2):
        p = two_body(1.0, math.sqrt(q2), m)
        e_n, e_q = math.hypot(p, m), math.hypot(p, math.sqrt(q2))
        product_q = e_n * e_q + p * p  # N.q
        # (q^m q^n - g q^2)(P_m N_n + N_m P_n - g P.N)/... with P the parent at rest
        return p * (2 * e_q * product_q - q2 * e_n - q2 * (2 * e_n - 4 * e_n))

    # the parent meets N on one line: P.N = e_n
    return 12 * 2 * quad(integrand, 0.0, (1 - m) ** 2, epsabs=1e-13, limit=200)[0] / 3


def per_insertion(kernel, dimension, gap, top, over_mass=True, m_cut=np.inf):
    """Integral of dU^2 kernel(M) per m_hat^2 by quadrature in ln(M - gap)."""
    top = min(top, m_cut)
    if top <= gap:
        return 0.0
    a = dimension - 2.5

    def integrand(v):
        z = (top - gap) * math.exp(v)
        m = gap + z
        return 2 * m * (z * (m + gap)) ** a * kernel(m) / (m * m if over_mass else 1.0) * z

    low = -60.0 / (1 + a) if a < 0 else -40.0
    points = np.linspace(low, 0, 13)
    total = sum(quad(integrand, lo, hi, epsabs=0, epsrel=1e-10)[0] for lo, hi in itertools.pairwise(points))
    return density.amplitude(dimension) * total


def z_excess(dimension, gap, m_cut=np.inf):
    return 2 * per_insertion(lambda m: vector_decay(M_Z, m), dimension, gap, M_Z, m_cut=m_cut)


def z_complete(dimension, gap, m_cut):
    """delta N_nu with the loss of light neutrinos, support below m_cut."""
    return -2 * per_insertion(lambda m: 1 - vector_decay(M_Z, m), dimension, gap, m_cut)


def w_excess(dimension, gap, m_cut=np.inf):
    return per_insertion(lambda m: vector_decay(M_W, m), dimension, gap, M_W, m_cut=m_cut)


def h_width(dimension, gap, m_cut=np.inf):
    """Width per m_hat^2 [GeV]."""
    return per_insertion(lambda m: scalar_width(M_H, m) / VEV**2, dimension, gap, M_H, over_mass=False, m_cut=m_cut)


def meson(parent, lepton, dimension, gap, m_cut=np.inf):
    return per_insertion(lambda m: meson_kernel(parent, lepton, m), dimension, gap, parent - lepton, m_cut=m_cut)


def k_factor(mass, sw2=0.2312):
    """K(M) of a state mixed with the muon neutrino, from the channels of section 3.6 in units of G_F^2 M^5/192 pi^3."""

    def neutral(sign):
        return 0.25 * (1 + sign * 4 * sw2 + 8 * sw2**2)

    total = 1 + neutral(-1) + neutral(1) * three_body(4 * M_MU**2 / mass**2) + three_body(M_MU**2 / mass**2)
    if mass < 1:
        unit, f = G_F**2 * mass**5 / (192 * math.pi**3), 0.1302
        pi0, pi = 0.135, 0.1396
        if mass > pi0:
            total += G_F**2 * f**2 * mass**3 / (32 * math.pi) * (1 - pi0**2 / mass**2) ** 2 / unit
        if mass > pi + M_MU:
            # width ~ p [2 (P.l)(P.pi... ] from the trace with the momentum of the pion
            p = two_body(mass, M_MU, pi)
            e_l, e_pi = math.hypot(p, M_MU), math.hypot(p, pi)
            trace = 2 * mass * e_pi * (e_l * e_pi + p * p) - pi**2 * mass * e_l
            total += G_F**2 * f**2 * 0.949 * p * trace / (4 * math.pi * mass**2) / unit
        return total
    up = (0.5 - 2 * sw2 / 3) ** 2 + (2 * sw2 / 3) ** 2
    down = (0.5 - sw2 / 3) ** 2 + (sw2 / 3) ** 2
    return total + 3.3 * three_body(M_MU**2 / mass**2) * (0.949 + 0.0506) + 3.3 * (up + 2 * down)


def residue(dimension, gap, s0_over_gap2=4.0):
    """Z_1 by quadrature."""
    a, width = dimension - 2.5, (s0_over_gap2 - 1) * gap**2
    value = quad(lambda t: 1.0, 0, width ** (a + 1))[0] / (a + 1)
    return density.amplitude(dimension) * value


def ctau_m(gap, dimension, cutoff, y=1.0, sw2=0.2312):
    """Length of the lightest state [m]."""
    mixing = density.insertion(cutoff, dimension, y) * residue(dimension, gap) / gap**2
    return HBAR_C_M / (G_F**2 * gap**5 / (192 * math.pi**3) * mixing * k_factor(gap, sw2))
