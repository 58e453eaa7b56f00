"""Positron and photon in two windows by brute force: random directions, Gaussian smearing, and adaptive quadrature.

Nothing here imports ``darkfactory``; the density of radiative decays is handed in.
"""

import math

import numpy as np
from scipy.integrate import dblquad, quad

MUON = 105.6583755
ELECTRON = 0.51099895
R = (ELECTRON / MUON) ** 2


def rotated_pairs(cosine, rng, window_cosine=1.0, window_phi=math.pi):
    """Positrons uniform in their window around -x and photons at ``cosine`` from them, as unit vectors."""
    n = len(cosine)
    u = window_cosine * (2 * rng.random(n) - 1)
    phi = math.pi + window_phi * (2 * rng.random(n) - 1)
    s = np.sqrt(1 - u**2)
    e = np.stack([s * np.cos(phi), s * np.sin(phi), u], axis=-1)
    helper = np.where(np.abs(u)[:, None] < 0.9, np.array([0.0, 0, 1]), np.array([1.0, 0, 0]))
    first = np.cross(e, helper)
    first /= np.linalg.norm(first, axis=1)[:, None]
    second = np.cross(e, first)
    psi = 2 * math.pi * rng.random(n)
    sine = np.sqrt(1 - cosine**2)
    g = cosine[:, None] * e + sine[:, None] * (np.cos(psi)[:, None] * first + np.sin(psi)[:, None] * second)
    return e, g


def in_photon_window(g, window_cosine, window_phi):
    return (np.abs(g[:, 2]) < window_cosine) & (np.abs(np.arctan2(g[:, 1], g[:, 0])) < window_phi)


def acceptance(cosine, positron, photon, n, seed):
    """(acceptance, error) at one cosine from ``n`` random orientations; windows are (|cos theta|, half phi)."""
    rng = np.random.default_rng(seed)
    _, g = rotated_pairs(np.full(n, float(cosine)), rng, *positron)
    share = positron[0] * positron[1] / math.pi
    kept = in_photon_window(g, *photon).mean()
    return share * kept, share * math.sqrt(kept * (1 - kept) / n)


def radiative_events(density, x_min, y_min, c_max, n, seed):
    """Random x, y, cos with weights dB (density is K_N alpha/pi W), flat in x, ln y and cos."""
    rng = np.random.default_rng(seed)
    x = x_min + (1 + R - x_min) * rng.random(n)
    log = math.log((1 - R) / y_min)
    y = y_min * np.exp(log * rng.random(n))
    c = -1 + (1 + c_max) * rng.random(n)
    beta = np.sqrt(np.maximum(1 - 4 * R / x**2, 0))
    z = x * y / 2 * (1 - beta * c)
    Q2 = 1 + R - x - y + z
    volume = (1 + R - x_min) * log * y * (1 + c_max) * x * y * beta / 2
    return x, y, c, Q2, np.where(Q2 >= 0, volume * density(x, y, z), 0.0) / n


def smeared_missing_mass(x, y, c, positron_sigma, photon_share, angle_sigma, rng):
    """Measured Q2 and energies (reduced): independent Gaussians in both energies and in the opening angle."""
    n = len(x)
    x_m = x + 2 * positron_sigma / MUON * rng.normal(size=n)
    width = photon_share * np.sqrt(52.83 * y * MUON / 2) * 2 / MUON
    y_m = y + width * rng.normal(size=n)
    angle = np.arccos(c) + angle_sigma * rng.normal(size=n)
    return 1 + R - x_m - y_m + x_m * y_m / 2 * (1 - np.cos(angle)), x_m, y_m


def annihilation_above(k, density, z_over_a=0.54):
    """Photons of annihilation in flight above ``k`` per muon, by nested adaptive quadrature of the Heitler spectrum."""
    r2 = (2.8179403205e-13) ** 2

    def spectrum(photon, energy):
        g = energy / ELECTRON
        share = photon / (energy + ELECTRON)
        low = (1 - math.sqrt((g - 1) / (g + 1))) / 2
        if not low <= share <= 1 - low:
            return 0.0

        def shape(e):
            return (1 + 2 * g / (g + 1) ** 2 - e - 1 / ((g + 1) ** 2 * e)) / e

        return math.pi * r2 / ((g - 1) * (energy + ELECTRON)) * (shape(share) + shape(1 - share))

    def inner(energy):
        g = energy / ELECTRON
        top = (1 + math.sqrt((g - 1) / (g + 1))) / 2 * (energy + ELECTRON)
        if top <= k:
            return 0.0
        x = 2 * energy / MUON
        middle = max(k, top - 5 * ELECTRON)
        parts = quad(spectrum, k, middle, args=(energy,), limit=200)[0] if middle > k else 0.0
        parts += quad(spectrum, middle, top * (1 - 1e-13), args=(energy,), limit=200)[0]
        return 2 * x * x * (3 - 2 * x) * 2 / MUON * parts

    start = 2 * k * k / (2 * k - ELECTRON) - ELECTRON
    total = quad(inner, start, MUON / 2, limit=200, epsrel=1e-7)[0]
    return density * z_over_a * 6.02214076e23 * total


def random_rate(photon_spectrum, window, x_min, y_min, y_max):
    """Integral of Michel times photon spectrum over energies, times both solid angles, by adaptive quadrature."""
    value = dblquad(lambda x, y: 2 * x * x * (3 - 2 * x) * photon_spectrum(y), y_min, y_max, x_min, 1.0, epsrel=1e-6)[0]
    return value * window[0] * window[1]
