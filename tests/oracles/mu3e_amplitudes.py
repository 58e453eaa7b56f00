"""Stokes vectors of mu+ -> e+ e+ e- with neutrinos, an LFV ALP or a resonance (chapter 04, sections 2 and 3).

A third form of the amplitudes: two-component chiral spinors, real momenta (4, n) with the event axis last, the muon at
rest. Built from the mu+ chain vbar(P) ... v(p1); ``helicity_spinors`` is the check of it, not its source.
"""

from __future__ import annotations

import numpy as np

M_MU, M_E = 105.6583755, 0.51099895
G_F, ALPHA = 1.1663788e-11, 1 / 137.035999
E2 = 4 * np.pi * ALPHA
HBAR, TAU = 6.582119569e-22, 2.1969811e-6
HBAR_C_MEV_MM = 1.973269804e-10
GAMMA_MU = HBAR / TAU
METRIC = np.array([1.0, -1.0, -1.0, -1.0])
PAULI = np.array([[[0, 1], [1, 0]], [[0, -1j], [1j, 0]], [[1, 0], [0, -1]]])
BAR = np.concatenate([np.eye(2)[None], -PAULI])  # sigma-bar^alpha
CHUNK = 8192


def dot(a, b):
    """Minkowski product of (4, ...) vectors."""
    return a[0] * b[0] - a[1] * b[1] - a[2] * b[2] - a[3] * b[3]


def muon_at_rest(like):
    """P with the shape of a momentum."""
    p = np.zeros_like(like)
    p[0] = M_MU
    return p


def _blocks(p):
    """p.sigma and p.sigma-bar, shape (2, 2, ...)."""
    plus, minus = p[0] + p[3], p[0] - p[3]
    left, right = p[1] - 1j * p[2], p[1] + 1j * p[2]
    return np.array([[minus, -left], [-right, plus]]), np.array([[plus, left], [right, minus]])


def _roots(p, mass):
    """Square roots of the two blocks, shape (2, 2, n)."""
    sigma, bar = _blocks(p)
    one = mass * np.eye(2)[:, :, None]
    size = np.sqrt(2 * (p[0] + mass))
    return (sigma + one) / size, (bar + one) / size


def _times(a, b):
    """Matrix (2, 2, ..., n) or (2, 2, n) on (2, ..., n)."""
    extra = b.ndim - a.ndim + 1
    a = a.reshape(2, 2, *a.shape[2:-1], *[1] * max(extra, 0), a.shape[-1])
    return a[:, 0] * b[0] + a[:, 1] * b[1]


def pair_current(p2, p3):
    """ubar(p3) gamma^beta v(p2), shape (4, s3 x s2, n)."""
    u_l, u_r = (np.conj(r) for r in _roots(p3, M_E))
    v_l, v_r = _roots(p2, M_E)
    n = p2.shape[1]
    left = np.einsum("atn,bsn->abtsn", u_l, v_l)
    right = np.einsum("atn,bsn->abtsn", u_r, -v_r)
    parts = []
    for a in range(4):
        sign = 1 if a == 0 else -1
        total = sum(
            BAR[a, x, y] * (left[x, y] + sign * right[x, y]) for x in (0, 1) for y in (0, 1) if BAR[a, x, y] != 0
        )
        parts.append(total.reshape(4, n))
    return np.array(parts)


def _ends(p1, k):
    """Spinor parts of v(p1), blocks of p1 + k and P - k, and both denominators."""
    v_l, v_r = _roots(p1, M_E)
    p = muon_at_rest(p1)
    sum_square = dot(k, k) + 2 * dot(p1, k)
    return v_l, -v_r, _blocks(p1 + k), _blocks(p - k), sum_square, dot(k, k) - 2 * M_MU * k[0]


def vector_line(p1, k, j):
    """Columns C (2, A, s1, n) and rows T (2, 2, A, n) of a current j (4, A, n), left and right; v(p1)_L, v(p1)_R."""
    v_l, v_r, (f_s, f_b), (g_s, g_b), bottom_e, bottom_mu = _ends(p1, k)
    j_s, j_b = _blocks(j)

    def act(block, v):  # (2, 2, A, n) on (2, s, n)
        return block[:, 0, :, None] * v[0][None, None] + block[:, 1, :, None] * v[1][None, None]

    upper, lower = act(j_s, v_r), act(j_b, v_l)
    c_l = (-_times(f_s, lower) + M_E * upper) / bottom_e
    c_r = (-_times(f_b, upper) + M_E * lower) / bottom_e

    def product(a, b):  # (2, 2, A, n) . (2, 2, n)
        return np.array([[a[x, 0] * b[0, y] + a[x, 1] * b[1, y] for y in (0, 1)] for x in (0, 1)])

    t_l = -(M_MU * j_s + product(j_b, g_s)) / bottom_mu
    t_r = (M_MU * j_b + product(j_s, g_b)) / bottom_mu
    return c_l, c_r, t_l, t_r, v_l, v_r


def _weak_current(c, t, v):
    """J^alpha (4, s_mu, A, s1, n) with gamma^alpha P_L from a left column, row and v(p1)_L."""
    parts = []
    for a in range(4):
        tip = BAR[a]
        column = np.array([tip[m, 0] * c[0] + tip[m, 1] * c[1] for m in (0, 1)])
        end = np.array([tip[m, 0] * v[0] + tip[m, 1] * v[1] for m in (0, 1)])
        parts.append(column + t[:, 0, :, None] * end[0][None, None] + t[:, 1, :, None] * end[1][None, None])
    return np.sqrt(M_MU) * np.array(parts)


def _contracted(q, c, t, v, right):
    """Amplitude (s_mu, A, s1, n) with Q-slash P_L, or P_R."""
    block = _blocks(q)[0 if right else 1]
    end = _times(block, v)
    column = _times(block, c)
    if right:
        column = -column
    return np.sqrt(M_MU) * (column + t[:, 0, :, None] * end[0][None, None] + t[:, 1, :, None] * end[1][None, None])


def stokes(product):
    """(S_0, S_x, S_y, S_z) of mu+ from the products M_a M_b* of the labels a, b of the v spinor."""
    uu, dd, ud = product(0, 0).real, product(1, 1).real, product(0, 1)
    return np.array([(uu + dd) / 2, -ud.real, ud.imag, (dd - uu) / 2])


def _sum(a, b):
    return np.sum(a * np.conj(b), axis=tuple(range(a.ndim - 1)))


def _squared(amplitude):
    return stokes(lambda a, b: _sum(amplitude[a], amplitude[b]))


def neutrino_contracted(current, q, q2):
    """Stokes vector of J^alpha (4, s_mu, ..., n) with 8 G_F^2 / (12 pi) (Q Q - Q^2 g); q2 is passed in."""
    lower = (q * METRIC[:, None]).reshape(4, *[1] * (current.ndim - 2), q.shape[1])
    along = np.sum(lower * current, axis=0)

    def product(a, b):
        squares = sum(METRIC[m] * _sum(current[m, a], current[m, b]) for m in range(4))
        return 8 * G_F**2 / (12 * np.pi) * (_sum(along[a], along[b]) - q2 * squares)

    return stokes(product)


def _ordered(amplitude):
    """Split A = (s3, s2): (..., s3, s2, s1, n)."""
    return amplitude.reshape(*amplitude.shape[:-3], 2, 2, *amplitude.shape[-2:])


def _exchanged(build, p1, p2, p3, exchange):
    first = _ordered(build(p1, p2, p3))
    if not exchange:
        return first
    return first - np.swapaxes(_ordered(build(p2, p1, p3)), -2, -3)


def sm_stokes(p1, p2, p3, q2, exchange=True, current=pair_current, unit=False):
    """mu+ -> e+ e+ e- nu nu [MeV^-4]; ``current`` may replace the pair current, ``unit`` drops 1/k^2."""

    def build(a, b, c):
        k = b + c
        c_l, _, t_l, _, v_l, _ = vector_line(a, k, current(b, c))
        return E2 / (1.0 if unit else dot(k, k)) * _weak_current(c_l, t_l, v_l)

    q = muon_at_rest(p1) - p1 - p2 - p3
    return neutrino_contracted(_exchanged(build, p1, p2, p3, exchange), q, q2)


def lfv_stokes(p1, p2, p3, couplings, f_a=1e12, exchange=True, current=pair_current):
    """mu+ -> e+ e+ e- a [MeV^-2] for every (C_V, C_A) in ``couplings``, real."""
    q = muon_at_rest(p1) - p1 - p2 - p3

    def build(a, b, c):
        k = b + c
        c_l, c_r, t_l, t_r, v_l, v_r = vector_line(a, k, current(b, c))
        both = np.array([_contracted(q, c_l, t_l, v_l, False), _contracted(q, c_r, t_r, v_r, True)])
        return E2 / dot(k, k) * both

    left, right = _exchanged(build, p1, p2, p3, exchange)
    return [_squared(((v - a) * left + (v + a) * right) / (2 * f_a)) for v, a in couplings]


def vector_stokes(p1, p2, p3, q2):
    """Numerator |N|^2 of a vector with coupling e: one assignment, propagator 1 (dimensionless)."""
    return sm_stokes(p1, p2, p3, q2, exchange=False, unit=True)


def polarised_vector_stokes(p1, k, q2):
    """Production with coupling e, summed over the three polarisations of a real vector of momentum k."""
    mass = np.sqrt(dot(k, k))
    space = k[1:]
    size = np.sqrt(np.sum(space**2, axis=0))
    unit = space / size
    helper = np.where(np.abs(unit[2]) < 0.9, np.array([[0.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]]))
    one = np.cross(unit, helper, axis=0)
    one /= np.sqrt(np.sum(one**2, axis=0))
    two = np.cross(unit, one, axis=0)
    zero = np.zeros_like(size)
    j = np.array([[zero, *one], [zero, *two], [size / mass, *(k[0] / mass * unit)]]).swapaxes(0, 1)
    c_l, _, t_l, _, v_l, _ = vector_line(p1, k, j)
    q = muon_at_rest(p1) - p1 - k
    return neutrino_contracted(np.sqrt(E2) * _weak_current(c_l, t_l, v_l), q, q2)


def spin0_stokes(p1, k, q2, kind):
    """Production of a real spin-0 X: pieces for (g_ee^2, g_mumu^2, g_ee g_mumu) at unit couplings.

    ``kind``: "pseudoscalar" and "scalar" of the Yukawa basis, "derivative" for C_l k-slash gamma_5 / (2 f_a) with
    C_l m_l / f_a = g_l.
    """
    v_l, v_r, (f_s, _), (g_s, _), bottom_e, bottom_mu = _ends(p1, k)
    identity = np.eye(2)[:, :, None]
    if kind == "derivative":
        k_s, k_b = _blocks(k)
        upper, lower = _times(k_s, v_r), -_times(k_b, v_l)
        inner = np.array([_times(k_b, g_s[:, y]) for y in (0, 1)]).swapaxes(0, 1)
        scales = 1 / (2 * M_E), 1 / (2 * M_MU)
        row = inner - M_MU * k_s
    elif kind == "pseudoscalar":
        upper, lower, row, scales = -v_l, v_r, M_MU * identity - g_s, (1, 1)
    elif kind == "scalar":
        upper, lower, row, scales = v_l, v_r, M_MU * identity + g_s, (1, 1)
    else:
        raise ValueError(kind)
    column = scales[0] * (-_times(f_s, lower) + M_E * upper)[:, None] / bottom_e
    row = scales[1] * row[:, :, None] / bottom_mu
    q = muon_at_rest(p1) - p1 - k
    by_e = _weak_current(column, 0 * row, v_l)
    by_mu = _weak_current(0 * column, row, v_l)
    first, second = (neutrino_contracted(c, q, q2) for c in (by_e, by_mu))
    return first, second, neutrino_contracted(by_e + by_mu, q, q2) - first - second


def chunked(function, *arrays, size=CHUNK):
    """``function`` on slices of the last axis, joined on the last axis (lists or tuples part by part)."""
    n = arrays[0].shape[-1]
    parts = [function(*[a[..., i : i + size] for a in arrays]) for i in range(0, max(n, 1), size)]
    if isinstance(parts[0], list | tuple):
        return [np.concatenate([p[i] for p in parts], axis=-1) for i in range(len(parts[0]))]
    return np.concatenate(parts, axis=-1)


def width_to_electrons(kind, m_x):
    """Width [MeV] to e e at eps = 1 (vector) or g_ee = 1 (pseudoscalar, scalar)."""
    if m_x <= 2 * M_E:
        return 0.0
    beta = np.sqrt(1 - 4 * M_E**2 / m_x**2)
    if kind == "vector":
        return ALPHA * m_x / 3 * (1 + 2 * M_E**2 / m_x**2) * beta
    return m_x / (8 * np.pi) * (beta**3 if kind == "scalar" else beta)


def ctau_mm(kind, m_x, coupling):
    """Decay length hbar c / Gamma [mm] for eps or g_ee."""
    return HBAR_C_MEV_MM / (coupling**2 * width_to_electrons(kind, m_x))
