r"""Polarised Michel spectrum n0, n1 of chapter 03, sections 3.2-3.5, in multiple precision, and in floats.

``order`` is "born", "oalpha" or "exp" everywhere. The variable y = 1 - x may be given separately.
"""

from functools import cache

import mpmath as mp
import numpy as np
from scipy.special import spence

from oracles.inputs import ALPHA, BETA, ELECTRON_MASS_MEV, MUON_MASS_MEV, OMEGA, X0

ORDERS = ("born", "oalpha", "exp")
DIGITS = 30


# ---------------------------------------------------------------- multiple precision
def radiator(x, omega=OMEGA, y=None):
    """R(x) of section 3.3 (mpmath)."""
    x = mp.mpf(x)
    y = 1 - x if y is None else mp.mpf(y)
    lx, ly = mp.log(x), mp.log(y)
    return (
        2 * mp.re(mp.polylog(2, x))
        - mp.pi**2 / 3
        - 2
        + omega * (mp.mpf(3) / 2 + 2 * (ly - lx))
        - lx * (2 * lx - 1)
        + (3 * lx - 1 - 1 / x) * ly
    )


def f_function(x, omega=OMEGA, y=None):
    """f(x) of section 3.3 (mpmath)."""
    x = mp.mpf(x)
    y = 1 - x if y is None else mp.mpf(y)
    lx = mp.log(x)
    hard = y / (3 * x**2) * ((5 + 17 * x - 34 * x**2) * (omega + lx) - 22 * x + 34 * x**2)
    return (6 - 4 * x) * radiator(x, omega, y) + (6 - 6 * x) * lx + hard


def g_function(x, omega=OMEGA, y=None):
    """g(x) of section 3.3 (mpmath)."""
    x = mp.mpf(x)
    y = 1 - x if y is None else mp.mpf(y)
    lx = mp.log(x)
    inner = (1 + x + 34 * x**2) * (omega + lx) + 3 - 7 * x - 32 * x**2 + 4 * y**2 / x * mp.log(y)
    return (2 - 4 * x) * radiator(x, omega, y) + (2 - 6 * x) * lx - y / (3 * x**2) * inner


def spectrum_mp(x, order="born", y=None):
    """(n0, n1) at one x (mpmath)."""
    x = mp.mpf(x)
    y = 1 - x if y is None else mp.mpf(y)
    x0 = mp.mpf(ELECTRON_MASS_MEV) * 2 * MUON_MASS_MEV / (mp.mpf(MUON_MASS_MEV) ** 2 + mp.mpf(ELECTRON_MASS_MEV) ** 2)
    s2 = (x - x0) * (x + x0)
    if s2 <= 0:
        return mp.mpf(0), mp.mpf(0)
    n0 = mp.sqrt(s2) * (3 * x - 2 * x**2 - x0**2)
    n1 = s2 * (2 * x - 2 + mp.sqrt(1 - x0**2))
    if order == "born":
        return n0, n1
    factor = mp.mpf(ALPHA) / (2 * mp.pi)
    n0 += factor * x**2 * f_function(x, OMEGA, y)
    n1 -= factor * x**2 * g_function(x, OMEGA, y)
    if order == "oalpha":
        return n0, n1
    if order != "exp":
        raise ValueError(order)
    log_y = mp.log(y)
    n0 -= BETA * log_y * x**2 * (3 - 2 * x)
    n1 -= BETA * log_y * x**2 * (2 * x - 1)
    return y**BETA * n0, y**BETA * n1


@cache
def moment(component, order="born", x_lo=X0, x_hi=1.0):
    """Integral of n0 (component 0) or n1 (1) over [x_lo, x_hi], by tanh-sinh quadrature in mpmath."""
    with mp.workdps(DIGITS):
        points = [mp.mpf(x_lo)] + [mp.mpf(p) for p in (0.3, 0.7, 0.95) if x_lo < p < x_hi] + [mp.mpf(x_hi)]
        if order == "born" or x_hi < 1.0:
            value = mp.quad(lambda x: spectrum_mp(x, order)[component], points)
        else:  # carry y: the last piece is integrated in y
            value = mp.quad(lambda x: spectrum_mp(x, order)[component], points[:-1]) if len(points) > 2 else mp.mpf(0)
            value += mp.quad(lambda y: spectrum_mp(1 - y, order, y)[component], [0, 1 - points[-2]])
        return float(value)


def normalisation(order="born"):
    """Nrm = 2 int n0 dx."""
    return 2.0 * moment(0, order)


def born_normalisation_closed_form():
    """(1 - 8r + 8r^3 - r^4 - 12 r^2 ln r)/(1+r)^4."""
    r = (mp.mpf(ELECTRON_MASS_MEV) / mp.mpf(MUON_MASS_MEV)) ** 2
    return float((1 - 8 * r + 8 * r**3 - r**4 - 12 * r**2 * mp.log(r)) / (1 + r) ** 4)


def density_mp(x, c, polarization, order="born"):
    """rho(x, c), c measured from minus the mu+ spin (mpmath)."""
    n0, n1 = spectrum_mp(x, order)
    return float((n0 - polarization * c * n1) / normalisation(order))


# ---------------------------------------------------------------- floats, for many nodes
def spectrum(x, order="born", y=None):
    """(n0, n1) as float arrays; the dilogarithm is scipy's Spence function of 1 - x."""
    x = np.asarray(x, dtype=float)
    y = 1.0 - x if y is None else np.asarray(y, dtype=float)
    s2 = np.maximum((x - X0) * (x + X0), 0.0)
    inside = (s2 > 0.0) & (y > 0.0)
    n0 = np.where(inside, np.sqrt(s2) * (3.0 * x - 2.0 * x**2 - X0**2), 0.0)
    n1 = np.where(inside, s2 * (2.0 * x - 2.0 + np.sqrt(1.0 - X0**2)), 0.0)
    if order == "born":
        return n0, n1
    if order not in ORDERS:
        raise ValueError(order)
    x, y = np.where(inside, x, 0.5), np.where(inside, y, 0.5)
    lx, ly = np.log(x), np.log(y)
    r = 2 * spence(y) - np.pi**2 / 3 - 2 + OMEGA * (1.5 + 2 * (ly - lx)) - lx * (2 * lx - 1) + (3 * lx - 1 - 1 / x) * ly
    f = (6 - 4 * x) * r + 6 * y * lx
    f += y / (3 * x**2) * ((5 + 17 * x - 34 * x**2) * (OMEGA + lx) - 22 * x + 34 * x**2)
    g = (2 - 4 * x) * r + (2 - 6 * x) * lx
    g -= y / (3 * x**2) * ((1 + x + 34 * x**2) * (OMEGA + lx) + 3 - 7 * x - 32 * x**2 + 4 * y**2 / x * ly)
    n0 = n0 + np.where(inside, ALPHA / (2 * np.pi) * x**2 * f, 0.0)
    n1 = n1 - np.where(inside, ALPHA / (2 * np.pi) * x**2 * g, 0.0)
    if order == "exp":
        n0 = y**BETA * (n0 - np.where(inside, BETA * ly * x**2 * (3 - 2 * x), 0.0))
        n1 = y**BETA * (n1 - np.where(inside, BETA * ly * x**2 * (2 * x - 1), 0.0))
    return n0, n1


def density(x, c, polarization, order="born"):
    """rho(x, c) as floats."""
    n0, n1 = spectrum(x, order)
    return (n0 - polarization * np.asarray(c) * n1) / normalisation(order)


# ---------------------------------------------------------------- checks of section 3.5
def rate_moment(omega=OMEGA):
    """2 int_0^1 x^2 f dx; must be 25/4 - pi^2 for every omega."""
    with mp.workdps(DIGITS):
        low = mp.quad(lambda x: x**2 * f_function(x, omega), [0, 0.2, 0.5])
        return float(2 * (low + mp.quad(lambda y: (1 - y) ** 2 * f_function(1 - y, omega, y), [0, 0.1, 0.5])))


def asymmetry_moment(omega=OMEGA):
    """int_0^1 x^2 g dx; must be -(617/36 - 7 pi^2/3)/6 for every omega."""
    with mp.workdps(DIGITS):
        low = mp.quad(lambda x: x**2 * g_function(x, omega), [0, 0.2, 0.5])
        return float(low + mp.quad(lambda y: (1 - y) ** 2 * g_function(1 - y, omega, y), [0, 0.1, 0.5]))


def omega_coefficient(x, which="f"):
    """d(x^2 f)/d omega or d(x^2 g)/d omega, from two values of omega."""
    function = f_function if which == "f" else g_function
    with mp.workdps(DIGITS):
        x = mp.mpf(x)
        return float(x**2 * (function(x, mp.mpf(6)) - function(x, mp.mpf(5))))


def splitting_convolution(x, which="f"):
    """2 (P (x) h)(x), P = [(1+z^2)/(1-z)]_+ and h the massless tree spectrum, plus-distribution done numerically.

    int_x^1 dz P(z) G(z) = int_x^1 dz (1+z^2)/(1-z) [G(z) - G(1)] - G(1) int_0^x dz (1+z^2)/(1-z), G(z) = h(x/z)/z.
    """
    with mp.workdps(DIGITS):
        x = mp.mpf(x)

        def tree(t):
            return t**2 * (3 - 2 * t) if which == "f" else t**2 * (1 - 2 * t)

        def kernel(z):
            return (1 + z**2) / (1 - z)

        end = tree(x)
        regular = mp.quad(lambda z: kernel(z) * (tree(x / z) / z - end), [x, (1 + x) / 2, 1])
        return float(2 * (regular - end * mp.quad(kernel, [0, x])))


# ---------------------------------------------------------------- Monte Carlo
def rejection_sampler(n_events, *, polarization=1.0, order="born", seed=1, x_lo=X0):
    """(x, c) drawn from rho by von Neumann rejection in the rectangle [x_lo, 1] x [-1, 1]."""
    rng = np.random.default_rng(seed)
    ceiling = 1.02 * float(np.max(density(np.linspace(x_lo, 1.0, 4001)[1:-1], -1.0, abs(polarization), order)))
    kept_x, kept_c, kept = [], [], 0
    while kept < n_events:
        x = x_lo + (1.0 - x_lo) * rng.random(200_000)
        c = 2.0 * rng.random(200_000) - 1.0
        keep = rng.random(200_000) * ceiling < density(x, c, polarization, order)
        kept_x.append(x[keep])
        kept_c.append(c[keep])
        kept += int(keep.sum())
    return np.concatenate(kept_x)[:n_events], np.concatenate(kept_c)[:n_events]
