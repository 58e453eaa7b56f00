"""Photon emission (chapter 01, 3.3, 3.4): Kuno-Okada RMD, mu -> e a gamma and the O(alpha) Michel spectrum.

The Kuno-Okada functions are polynomials in d = 1 - beta cos(e, gamma) from d^-2 to d^2, integrated in d exactly.
"""

from __future__ import annotations

import itertools

import numpy as np
from scipy.special import spence

from oracles.helicity_spinors import ALPHA, G_F, HBAR, M_E, M_MU, TAU_MU, tree_width
from oracles.internal_conversion import axis, two_body_rate

T = (M_E / M_MU) ** 2
GAMMA_0 = G_F**2 * M_MU**5 / (192 * np.pi**3)
GAMMA_LO = tree_width()
GAMMA_EXP = HBAR / TAU_MU


def kuno_okada(x, y):
    """Coefficients of d^-2 ... d^2 of F, G, H, each (5, ...)."""
    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    zero = 0 * x

    def polynomial(p0, p1, p2):
        return [a + T * b + T**2 * c for a, b, c in zip(p0, p1, p2, strict=True)]

    F = polynomial(
        [
            zero,
            8 * (y**2 * (3 - 2 * y) + 6 * x * y * (1 - y) + 2 * x**2 * (3 - 4 * y) - 4 * x**3),
            8 * (-x * y * (3 - y - y**2) - x**2 * (3 - y - 4 * y**2) + 2 * x**3 * (1 + 2 * y)),
            2 * (x**2 * y * (6 - 5 * y - 2 * y**2) - 2 * x**3 * y * (4 + 3 * y)),
            2 * x**3 * y**2 * (2 + y),
        ],
        [
            32 * (-y * (3 - 2 * y) / x - (3 - 4 * y) + 2 * x),
            8 * (y * (6 - 5 * y) - 2 * x * (4 + y) + 6 * x**2),
            8 * (x * (4 - 3 * y + y**2) - 3 * x**2 * (1 + y)),
            6 * x**2 * y * (2 + y),
            zero,
        ],
        [32 * ((4 - 3 * y) / x - 3), 48 * y, zero, zero, zero],
    )
    G = polynomial(
        [
            zero,
            8 * (x * y * (1 - 2 * y) + 2 * x**2 * (1 - 3 * y) - 4 * x**3),
            4 * (-(x**2) * (2 - 3 * y - 4 * y**2) + 2 * x**3 * (2 + 3 * y)),
            -4 * x**3 * y * (2 + y),
            zero,
        ],
        [32 * (-1 + 2 * y + 2 * x), 8 * (-x * y + 6 * x**2), -12 * x**2 * (2 + y), zero, zero],
        [-96 + zero, zero, zero, zero, zero],
    )
    H = polynomial(
        [
            zero,
            8 * (y**2 * (1 - 2 * y) + x * y * (1 - 4 * y) - 2 * x**2 * y),
            4 * (2 * x * y**2 * (1 + y) - x**2 * y * (1 - 4 * y) + 2 * x**3 * y),
            2 * (x**2 * y**2 * (1 - 2 * y) - 4 * x**3 * y**2),
            2 * x**3 * y**3,
        ],
        [
            32 * (-y * (1 - 2 * y) / x + 2 * y),
            8 * (y * (2 - 5 * y) - x * y),
            4 * x * y * (2 * y - 3 * x),
            6 * x**2 * y**2,
            zero,
        ],
        [-96 * y / x, 48 * y, zero, zero, zero],
    )
    return np.array(F), np.array(G), np.array(H)


def radiative_stokes(k, q):
    """Stokes vectors of mu- -> e- nu nu gamma from the Kuno-Okada functions, as :mod:`helicity_spinors` gives them."""
    k, q = np.atleast_2d(k), np.atleast_2d(q)
    p_e = np.linalg.norm(k[:, 1:], axis=1)
    n_e, n_g = k[:, 1:] / p_e[:, None], q[:, 1:] / q[:, :1]
    x, y, beta = 2 * k[:, 0] / M_MU, 2 * q[:, 0] / M_MU, p_e / k[:, 0]
    d = 1 - beta * np.sum(n_e * n_g, axis=1)
    F, G, H = (np.sum(c * d ** np.arange(-2, 3)[:, None], axis=0) for c in kuno_okada(x, y))
    # dGamma = 1/(2M) S p_e dE_e dO_e E_g dE_g dO_g / (4 (2 pi)^6) against Gamma_0 alpha/(64 pi^3) beta dx dy/y dO dO
    scale = GAMMA_0 * ALPHA / (64 * np.pi**3) * beta / y * (2 / M_MU) ** 2
    scale = scale * 2 * M_MU * 4 * (2 * np.pi) ** 6 / (p_e * q[:, 0])
    vector = beta[:, None] * G[:, None] * n_e + H[:, None] * n_g
    return scale[:, None] * np.concatenate([F[:, None], vector], axis=1)


def _edges(y):
    """x at which the neutrino mass vanishes for collinear and for back-to-back electron and photon."""
    # 2 (x + y - 1 - t) - x y = -+ y sqrt(x^2 - 4 t), squared: a x^2 + b x + c = 0
    a = (2 - y) ** 2 - y**2
    b = -4 * (2 - y) * (1 + T - y)
    c = 4 * (1 + T - y) ** 2 + 4 * T * y**2
    root = np.sqrt(max(b * b - 4 * a * c, 0.0))
    return (-b - root) / (2 * a), (-b + root) / (2 * a)


def radiative_branching_ratio(e_gamma_min, e_electron_min=0.0, *, nodes=60):
    """B(mu -> e nu nu gamma) over Gamma_LO with E_gamma and E_e above cuts [MeV]."""
    y_low, y_high = 2 * e_gamma_min / M_MU, 1 - T
    x_low = max(2 * e_electron_min / M_MU, 2 * M_E / M_MU)
    breaks = {y_low, 1 - M_E / M_MU}  # above the second the slow electron is not reached in all directions
    for target in (0, 1):  # photon energies at which an edge crosses the cut
        ys = np.linspace(y_low, y_high, 4001)
        values = np.array([_edges(y)[target] for y in ys]) - x_low
        for i in np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1])):
            breaks.add(_bisect(lambda y, t=target: _edges(y)[t] - x_low, ys[i], ys[i + 1]))
    breaks = sorted(b for b in breaks | {y_high} if y_low <= b <= y_high)
    u, w = axis(nodes, 2)
    total = 0.0
    for low, high in itertools.pairwise(breaks):
        if high - low < 1e-14:
            continue
        for y, weight in zip(low * (high / low) ** u, np.log(high / low) * w, strict=True):  # dy / y
            total += weight * _over_x(y, x_low, u, w)
    return GAMMA_0 / GAMMA_LO * ALPHA / (64 * np.pi**3) * 8 * np.pi**2 * total


def _bisect(f, low, high):
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if np.sign(f(middle)) == np.sign(f(low)) else (low, middle)
    return (low + high) / 2


def _over_x(y, x_low, u, w):
    first, second = _edges(y)
    # below `first` every angle is open if 1 + t - x - y + x y (1 - beta)/2 > 0 there, else none
    points = sorted({x_low, *(e for e in (first, second) if e > x_low)})
    total = 0.0
    for a, b in itertools.pairwise(points):
        x = a + (b - a) * u
        beta = np.sqrt(np.maximum(1 - 4 * T / x**2, 0))
        close = 4 * T / x**2 / (1 + beta)  # 1 - beta
        low = np.maximum(close, 2 * (x + y - 1 - T) / (x * y))
        high = 1 + beta
        coefficients = kuno_okada(x, y)[0]
        powers = [1 / low - 1 / high, np.log(high / low)] + [(high**n - low**n) / n for n in (1, 2, 3)]
        inside = high > low
        total += np.sum(np.where(inside, w * (b - a) * np.sum(coefficients * np.array(powers), axis=0), 0.0))
    return total


def alp_photon_functions(x, y, m_a):
    """F_S, F_P, the eikonal J, h and Delta of mu -> e a gamma."""
    r, m = (m_a / M_MU) ** 2, M_E / M_MU
    delta = x + y - 1 + r - T
    h = 1 - x - r + T
    eikonal = 4 * x / (delta * y) - 4 * T / delta**2 - 4 / y**2
    scalar, pseudo = (((1 + sign * m) ** 2 - r) * eikonal + 2 * h**2 / (y * delta) for sign in (1, -1))
    return scalar, pseudo, eikonal, h, delta


def alp_photon_stokes(k, q, m_a, C_V, C_A, f_a):
    """Stokes vectors of mu- -> e- a gamma, closed form."""
    k, q = np.atleast_2d(k), np.atleast_2d(q)
    x, y, m, r = 2 * k[:, 0] / M_MU, 2 * q[:, 0] / M_MU, M_E / M_MU, (m_a / M_MU) ** 2
    scalar, pseudo, eikonal, h, delta = alp_photon_functions(x, y, m_a)
    common = 4 * np.pi * ALPHA * M_MU**2 / (4 * f_a**2)
    s0 = common * (abs(C_V) ** 2 * (1 - m) ** 2 * scalar + abs(C_A) ** 2 * (1 + m) ** 2 * pseudo)
    along_k = (2 * eikonal + 4 * h / (y * delta))[:, None] * k[:, 1:] / M_MU
    tail = 2 * h / (y * delta**2) * ((1 - r) * delta - T * (1 + T - r - x + y))
    along_q = tail[:, None] * q[:, 1:] / q[:, :1]
    mixed = common * (1 - T) * 2 * np.real(C_V * np.conj(C_A))
    return np.concatenate([s0[:, None], mixed * (along_k + along_q)], axis=1)


def alp_photon_ratio(m_a, C_V, C_A, e_gamma_min, e_electron_min=0.0, *, nodes=200):
    """Gamma(mu -> e a gamma) over Gamma(mu -> e a), E_gamma and E_e above cuts [MeV], by the Dalitz integral."""
    r, m = (m_a / M_MU) ** 2, M_E / M_MU
    y_low, y_high, cut = 2 * e_gamma_min / M_MU, 1 - (np.sqrt(r) + m) ** 2, 2 * e_electron_min / M_MU

    def limits(y):
        energy = (1 - y + T - r) / (2 * np.sqrt(1 - y))
        momentum = np.sqrt(np.maximum(energy**2 - T, 0))
        return [((2 - y) * energy + sign * y * momentum) / np.sqrt(1 - y) for sign in (-1, 1)]

    breaks = [y_low]
    ys = np.linspace(y_low, y_high, 4001)
    for which in (0, 1):
        values = limits(ys)[which] - cut
        for i in np.flatnonzero(np.sign(values[1:]) != np.sign(values[:-1])):
            breaks.append(_bisect(lambda y, j=which: limits(y)[j] - cut, ys[i], ys[i + 1]))
    breaks = sorted([*breaks, y_high])
    u, w = axis(nodes, 2)
    total = 0.0
    for low, high in itertools.pairwise(breaks):
        y = low * (high / low) ** u
        x_minus, x_plus = limits(y)
        x_minus = np.maximum(x_minus, cut)
        width = np.maximum(x_plus - x_minus, 0)
        # flat in log Delta
        shift = y - 1 + r - T
        d_low, d_high = x_minus + shift, np.maximum(x_plus, x_minus) + shift
        delta = d_low[:, None] * (d_high / d_low)[:, None] ** u
        x = delta - shift[:, None]
        scalar, pseudo, *_ = alp_photon_functions(x, y[:, None], m_a)
        s0 = abs(C_V) ** 2 * (1 - m) ** 2 * scalar + abs(C_A) ** 2 * (1 + m) ** 2 * pseudo
        inner = np.sum(w * delta * s0, axis=1) * np.log(d_high / d_low)
        total += np.sum(np.where(width > 0, w * np.log(high / low) * y * inner, 0.0))
    rate = M_MU / (256 * np.pi**3) * 4 * np.pi * ALPHA * M_MU**2 / 4 * total
    return rate / two_body_rate(C_V, C_A, m_a, 1.0)


def kinoshita_sirlin(x):
    """O(alpha) functions f, g at x = 2 E / M."""
    omega = np.log(M_MU / M_E)
    lx, ly = np.log(x), np.log1p(-x)
    R = 2 * spence(1 - x) - np.pi**2 / 3 - 2 + omega * (1.5 + 2 * (ly - lx)) - lx * (2 * lx - 1)
    R = R + (3 * lx - 1 - 1 / x) * ly
    edge = (1 - x) / (3 * x**2)
    f = (6 - 4 * x) * R + (6 - 6 * x) * lx + edge * ((5 + 17 * x - 34 * x**2) * (omega + lx) - 22 * x + 34 * x**2)
    g = (1 + x + 34 * x**2) * (omega + lx) + 3 - 7 * x - 32 * x**2 + 4 * (1 - x) ** 2 / x * ly
    return f, (2 - 4 * x) * R + (2 - 6 * x) * lx - edge * g


def fraction_above(x_min, order):
    """Fraction of Michel positrons above x_min, massless electron: ``tree`` or O(alpha) over O(alpha)."""
    u, w = axis(200, 3)
    x = np.minimum(x_min + (1 - x_min) * u, 1 - 1e-15)
    density = 2 * x**2 * (3 - 2 * x)
    total = 1.0
    if order == "alpha":
        density = density + 2 * x**2 * ALPHA / (2 * np.pi) * kinoshita_sirlin(x)[0]
        total += ALPHA / (2 * np.pi) * (25 / 4 - np.pi**2)
    return float(np.sum(w * density) * (1 - x_min) / total)
