"""Limits of chapter 04, section 9: flat and edge backgrounds, floating shapes, Poisson CLs, couplings."""

from __future__ import annotations

import numpy as np
from scipy import integrate, optimize, stats
from scipy.special import log_ndtr

TWO_ROOT_PI = 2 * np.sqrt(np.pi)
QUANTILE = {0.95: 1.959964, 0.90: 1.644854}
POISSON_BELOW = 50.0


def normal(x):
    """phi."""
    return np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi)


def sigma_signal(sigma, density):
    """Error of the yield of a Gaussian on a flat background density."""
    return np.sqrt(TWO_ROOT_PI * sigma * density)


def window(half):
    """Signal fraction of +-half sigma and sensitivity relative to the optimal analysis."""
    fraction = 2 * stats.norm.cdf(half) - 1
    return fraction, fraction / np.sqrt(2 * half) * np.sqrt(TWO_ROOT_PI)


def best_window():
    """The half width of the best counting window, its fraction and relative sensitivity."""
    half = optimize.minimize_scalar(lambda h: -window(h)[1], bounds=(0.5, 3), method="bounded", options={"xatol": 1e-9})
    return float(half.x), *window(half.x)


# edge


def _edge_integral(function, centre):
    """int function(t) / Phi(t) dt, the log of the numerator given."""
    value, _ = integrate.quad(
        lambda t: np.exp(function(t) - log_ndtr(t)),
        centre - 14,
        centre + 14,
        points=[0, centre],
        limit=400,
        epsabs=1e-13,
        epsrel=1e-11,
    )
    return value


def _log_normal(t):
    return -(t**2) / 2 - np.log(2 * np.pi) / 2


def edge_constant(t0=0.0):
    """J(t0) = int phi(t - t0)^2 / Phi(t) dt of a signal t0 sigma above an edge."""
    return _edge_integral(lambda t: 2 * _log_normal(t - t0), t0)


def edge_fisher(t0):
    """2 x 2 matrix of (signal yield, edge shift in sigma): background n_b sigma Phi(t + shift), per unit n_b sigma."""
    cross = _edge_integral(lambda t: _log_normal(t - t0) + _log_normal(t), t0 / 2)
    shift = _edge_integral(lambda t: 2 * _log_normal(t), 0.0)
    return np.array([[edge_constant(t0), cross], [cross, shift]])


def edge_sigma_signal(sigma, density, t0=0.0, shift=0.0):
    """Error of the yield with a Gaussian nuisance of width ``shift`` (units of the variable) on the edge position."""
    norm = sigma * density
    fisher = edge_fisher(t0) * np.array([[1 / norm, 1.0], [1.0, norm]])
    if shift == 0:
        return fisher[0, 0] ** -0.5
    prior = (sigma / shift) ** 2
    return (fisher[0, 0] - fisher[0, 1] ** 2 / (fisher[1, 1] + prior)) ** -0.5


# floating backgrounds


def floating_penalty(half_width, powers, steps=40001):
    """Growth of sigma_S on a flat background in +-half_width sigma if the polynomial terms x^powers float.

    A weighted least-squares fit on a fine grid: the design matrix holds the signal and the terms.
    """
    x = np.linspace(-half_width, half_width, steps)
    step = x[1] - x[0]
    columns = [normal(x), *[(x / half_width) ** p for p in powers]]
    design = np.array(columns).T * np.sqrt(step)
    covariance = np.linalg.inv(design.T @ design)
    return float(np.sqrt(covariance[0, 0] / TWO_ROOT_PI))


def closed_penalty(half_width, quadratic):
    """The closed form of section 9."""
    w = half_width
    left = 1 / TWO_ROOT_PI - 1 / (2 * w)
    if quadratic:
        left -= 2.5 / w * (0.5 * (3 / w**2 - 1)) ** 2
    return float((left * TWO_ROOT_PI) ** -0.5)


def shape_sigma(sigma, density, relative):
    """Error of the yield with one relative nuisance common to the background under the peak."""
    b = TWO_ROOT_PI * sigma * density
    return np.sqrt(b + (relative * b) ** 2)


# limits


def poisson_cls_limit(background, level=0.95, observed=None):
    """CLs limit on the expected signal counts; observed: the median count of the background by default."""
    if observed is None:
        observed = median_count(background)
    below = stats.poisson.cdf(observed, background)

    def excess(signal):
        return stats.poisson.cdf(observed, background + signal) / below - (1 - level)

    return float(optimize.brentq(excess, 0.0, 20 + 10 * np.sqrt(background + 1) + 2 * observed))


def median_count(background):
    """The smallest n with P(<= n) >= 1/2."""
    n = 0
    while stats.poisson.cdf(n, background) < 0.5:
        n += 1
    return n


def yield_limit(sigma, density, level=0.95, gain=1.0, poisson=True):
    """Expected limit on the signal counts of section 9."""
    b = TWO_ROOT_PI * sigma * density
    if poisson and b < POISSON_BELOW:
        return poisson_cls_limit(b, level) / gain
    return QUANTILE[level] * np.sqrt(b) / gain


def coupling2_limit(branching, background, sigma, muons, efficiency, level=0.95, gain=1.0):
    """Limit on eps^2 or g^2: ``branching`` accepted per unit coupling squared, ``background`` per unit mass."""
    number = muons * efficiency
    return yield_limit(sigma, number * background, level, gain) / (number * branching)


def scale_limit(branching_f2, background, sigma, muons, efficiency, level=0.95, gain=1.0):
    """Limit on F in the units of ``branching_f2``."""
    number = muons * efficiency
    return np.sqrt(number * branching_f2 / yield_limit(sigma, number * background, level, gain))
