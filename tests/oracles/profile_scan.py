"""Slow, independent profile-likelihood limits: the plain Poisson likelihood, scipy minimisers, a scalar root finder.

Written from the definition; shares no code with ``darkfactory.statistics``. ``expectation(mu, theta)`` gives counts per bin.
"""

import numpy as np
from scipy.optimize import brentq, minimize


def negative_log_likelihood(counts, expected, theta, priors, centre):
    """Minus log of Poisson times Gaussian, constants dropped."""
    if np.any(expected < 0) or np.any((expected <= 0) & (counts > 0)):
        return 1e30
    filled = counts > 0
    poisson = expected.sum() - np.sum(counts[filled] * np.log(expected[filled]))
    poisson -= counts.sum() - np.sum(counts[filled] * np.log(counts[filled]))
    return poisson + 0.5 * np.sum(((theta - centre) / priors) ** 2)


def minimum(function, start, scale):
    """Smallest value of a function of a few variables, by simplices and quasi-Newton steps in turn."""
    if len(start) == 0:
        return function(np.zeros(0)), np.zeros(0)
    scaled = lambda u: function(u * scale)  # noqa: E731
    u = np.asarray(start, dtype=float) / scale
    for _ in range(2):
        u = minimize(scaled, u, method="Powell", options={"xtol": 1e-5, "ftol": 1e-12, "maxiter": 20000}).x
    u = minimize(scaled, u, method="Nelder-Mead", options={"xatol": 1e-6, "fatol": 1e-11, "maxiter": 4000}).x
    return float(scaled(u)), u * scale


def profiled(expectation, counts, mu, priors, scale, centre=None):
    """Smallest negative log likelihood at fixed ``mu``."""
    centre = np.zeros(len(priors)) if centre is None else centre

    def function(theta):
        return negative_log_likelihood(counts, expectation(mu, theta), theta, priors, centre)

    return minimum(function, np.zeros(len(priors)), scale)


def profile_limit(expectation, counts, priors, scale, z, guess, centre=None):
    """Upper limit where 2 (nll(mu) - min nll) = z^2 above the best fit."""
    counts = np.asarray(counts, dtype=float)
    priors = np.asarray(priors, dtype=float)
    centre = np.zeros(len(priors)) if centre is None else centre

    def joint(phi):
        return negative_log_likelihood(counts, expectation(phi[0] * guess, phi[1:]), phi[1:], priors, centre)

    best, at = minimum(joint, np.zeros(len(priors) + 1), np.concatenate([[1.0], scale]))
    best_mu = at[0] * guess

    def excess(mu):
        return 2.0 * (profiled(expectation, counts, mu, priors, scale, centre)[0] - best) - z**2

    high = best_mu + guess
    while excess(high) < 0:
        high += guess
    return brentq(excess, best_mu, high, xtol=1e-7 * guess), best_mu


def statistics_only_limit(signal, background, z):
    """Root of q = 2 sum[mu s - b ln(1 + mu s / b)] = z^2, in extended precision."""
    s, b = np.asarray(signal, dtype=np.longdouble), np.asarray(background, dtype=np.longdouble)

    def excess(mu):
        ratio = np.longdouble(mu) * s / b
        small = np.abs(ratio) < 1e-3
        series = sum((-1) ** k * ratio**k / k for k in range(2, 9))
        exact = ratio - np.log1p(ratio)
        return float(2 * np.sum(b * np.where(small, series, exact)) - z**2)

    scale = float(z / np.sqrt(np.sum(s**2 / b)))
    return brentq(excess, 0.0, 100 * scale + float(100 / s.sum()), xtol=1e-14 * scale, rtol=1e-13)
