"""Unpolarised rates of mu -> e H X by quadrature of spinor amplitudes, and the direct part of internal conversion.

The measure is that of chapter 01, section 6.2; every axis is stretched at both ends (t^2 (3 - 2 t)), where kinematics
has square roots. The direct part of mu -> e H e e is an integral over the mass of the virtual photon (section 3.3).
"""

from __future__ import annotations

import numpy as np

from oracles.helicity_spinors import (
    ALPHA,
    E_CHARGE,
    M_E,
    M_MU,
    PHOTON,
    LfvAlp,
    Vector,
    Weak,
    on_shell,
    stokes_emission,
    stokes_tree,
)

CHUNK = 8192


def axis(nodes, power=1):
    """Nodes and weights on [0, 1], stretched ``power`` times at both ends."""
    t, w = np.polynomial.legendre.leggauss(nodes)
    t, w = (t + 1) / 2, w / 2
    for _ in range(power):
        w, t = w * 6 * t * (1 - t), t * t * (3 - 2 * t)
    return t, w


def _grid(*axes):
    nodes = np.meshgrid(*[a[0] for a in axes], indexing="ij")
    weights = np.meshgrid(*[a[1] for a in axes], indexing="ij")
    return [n.ravel() for n in nodes], np.prod([w.ravel() for w in weights], axis=0)


def emission_points(m_X, m_H, weak, e_min, nodes):
    """Momenta p, k, q in the rest frame of e + H, q along z, and their phase-space weights."""
    highest = (M_MU**2 + m_X**2 - (M_E + m_H) ** 2) / (2 * M_MU)
    lowest = max(m_X, e_min)
    if lowest >= highest:
        return None
    axes = [axis(nodes), axis(nodes), axis(nodes)] if weak else [axis(nodes), axis(nodes)]
    u, weight = _grid(*axes)
    if m_X > 0:  # flat in rapidity
        low, high = (np.arccosh(e / m_X) for e in (lowest, highest))
        rapidity = low + (high - low) * u[0]
        E_X, p_X = m_X * np.cosh(rapidity), m_X * np.sinh(rapidity)
        weight = weight * (high - low) * p_X  # dE
    else:
        E_X = p_X = lowest * (highest / lowest) ** u[0]
        weight = weight * np.log(highest / lowest) * E_X
    weight = weight * p_X * 4 * np.pi / (2 * (2 * np.pi) ** 3)
    s = M_MU**2 + m_X**2 - 2 * M_MU * E_X
    root = np.sqrt(s)
    q2 = np.full_like(s, m_H**2)
    if weak:
        top = (root - M_E) ** 2
        q2 = top * u[1]
        weight = weight * top / (2 * np.pi)
    E_e = (s + M_E**2 - q2) / (2 * root)
    p_e = np.sqrt(np.maximum(E_e**2 - M_E**2, 0))
    E_star, p_star = (M_MU**2 - s - m_X**2) / (2 * root), M_MU * p_X / root
    keep = p_e * p_star > 1e-9  # rounding at the very ends
    E_e, p_e, E_star, p_star, root, weight, last = (a[keep] for a in (E_e, p_e, E_star, p_star, root, weight, u[-1]))
    # d = (k+q)^2 - m^2 from d_min (collinear) to d_max, flat in log
    d_min = m_X**2 + 2 * (M_E**2 * E_star**2 + m_X**2 * p_e**2) / (E_e * E_star + p_e * p_star)
    d_max = m_X**2 + 2 * (E_e * E_star + p_e * p_star)
    d = d_min * (d_max / d_min) ** last
    one_minus = (d - d_min) / (2 * p_e * p_star)
    weight = weight * d * np.log(d_max / d_min) / (2 * p_e * p_star)
    weight = weight * p_e * 2 * np.pi / (16 * np.pi**2 * root)
    cosine = 1 - one_minus
    sine = np.sqrt(np.maximum(one_minus * (2 - one_minus), 0))
    zero = np.zeros_like(root)
    k = np.stack([E_e, p_e * sine, zero, p_e * cosine], axis=-1)
    q = np.stack([E_star, zero, zero, p_star], axis=-1)
    p = q + np.stack([root, zero, zero, zero], axis=-1)
    return p, k, q, weight


def emission_rate(heavy, emission, *, m_H=0.0, e_min=0.0, nodes=24, select=None, squared=None):
    """Width [MeV] of mu -> e H X with E_X > ``e_min`` in the muon frame.

    ``select``(p, k, q) drops points; ``squared``(p, k, q, emission) -> S_0 replaces the spinor amplitude.
    """
    points = emission_points(emission.mass, m_H, isinstance(heavy, Weak), e_min, nodes)
    if points is None:
        return 0.0
    p, k, q, weight = points
    if select is not None:
        keep = select(p, k, q)
        p, k, q, weight = p[keep], k[keep], q[keep], weight[keep]
    total = 0.0
    for start in range(0, len(weight), CHUNK):
        part = slice(start, start + CHUNK)
        if squared is None:
            value = stokes_emission(heavy, k[part], q[part], emission, p=p[part])[:, 0]
        else:
            value = squared(p[part], k[part], q[part], emission)
        total += np.sum(weight[part] * value)
    return total / (2 * M_MU)


def two_body_rate(C_V, C_A, m_a, f_a):
    """Width [MeV] of mu -> e a, from the spinor amplitude."""
    if m_a >= M_MU - M_E:
        return 0.0
    energy = (M_MU**2 + M_E**2 - m_a**2) / (2 * M_MU)
    momentum = np.sqrt(energy**2 - M_E**2)
    k = on_shell((0, 0, momentum), M_E)
    return stokes_tree(LfvAlp(C_V, C_A, f_a), k)[0, 0] * momentum / (8 * np.pi * M_MU**2)


def direct_conversion_rate(heavy, *, m_H=0.0, mass_nodes=24, nodes=16, squared=None):
    """Width [MeV] of mu -> e H e e without exchange: int ds/s alpha/(3 pi) (1 + 2m^2/s) beta Gamma(mu -> e H V)."""
    s_low, s_high = 4 * M_E**2, (M_MU - M_E - m_H) ** 2
    if s_high <= s_low:
        return 0.0
    t, w = axis(mass_nodes)
    logarithm = np.log(s_high / s_low)
    total = 0.0
    for s, weight in zip(s_low * np.exp(logarithm * t), logarithm * w, strict=True):
        kernel = ALPHA / (3 * np.pi) * (1 + 2 * M_E**2 / s) * np.sqrt(1 - 4 * M_E**2 / s)
        vector = Vector(np.sqrt(s), g_V_e=E_CHARGE, g_V_mu=E_CHARGE)
        total += weight * kernel * emission_rate(heavy, vector, m_H=m_H, nodes=nodes, squared=squared)
    return total


def photon_rate(heavy, e_min, *, m_H=0.0, nodes=40, select=None):
    """Width [MeV] of mu -> e H gamma with E_gamma > e_min."""
    return emission_rate(heavy, PHOTON, m_H=m_H, e_min=e_min, nodes=nodes, select=select)
