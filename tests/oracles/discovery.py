"""Discovery significances in slow forms: likelihoods minimised by a simplex, Poisson probabilities summed one by one."""

import math

import numpy as np
from scipy import optimize, stats

from oracles.few_events import averaged_tail


def nll(parameters, data, signal, background, pulls):
    """-ln L of Poisson bins; ``background`` (theta) -> counts, ``pulls`` (theta) -> half the prior terms."""
    mu, *theta = parameters
    n = mu * signal + background(theta)
    return math.inf if np.any(n <= 0) else float(np.sum(n - data * np.log(n))) + pulls(theta)


def best_fit(data, signal, background, pulls, nuisances, held=None):
    """(mu, theta ...) and -ln L at the minimum; mu held if it is given."""

    def of(p):
        return nll(p if held is None else (held, *p), data, signal, background, pulls)

    start = np.zeros(nuisances + (held is None))
    if not len(start):
        return (held,), of(())
    options = {"xatol": 1e-9, "fatol": 1e-11, "maxiter": 20000, "maxfev": 20000}
    found = optimize.minimize(of, start, method="Nelder-Mead", options=options)
    found = optimize.minimize(of, found.x, method="Nelder-Mead", options=options)
    return (found.x if held is None else (held, *found.x)), float(found.fun)


def hessian_error(at, step, *likelihood):
    """Error of the first parameter from second differences of -ln L."""
    size = len(at)
    unit = np.eye(size) * step

    def second(i, j):
        signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
        return sum(a * b * nll(at + a * unit[i] + b * unit[j], *likelihood) for a, b in signs) / (4 * step * step)

    return math.sqrt(np.linalg.inv([[second(i, j) for j in range(size)] for i in range(size)])[0, 0])


def p_value(n, background, kappa=0.0):
    """P(N >= n) by the sum of what lies below, the background averaged by a plain integral."""
    return 1.0 - averaged_tail(n - 1, 0.0, background, kappa)


def seen(background, z, kappa=0.0):
    """First count with P(N >= n) <= that of z, and the signal whose median count it is."""
    n = 1
    while p_value(n, background, kappa) > stats.norm.sf(z):
        n += 1
    median = optimize.brentq(lambda mean: stats.poisson.sf(n - 1, mean) - 0.5, 1e-6, 1e3 + 10 * n, xtol=1e-12)
    return n, median - background


def profiled_q0(n, background, kappa):
    """q0 of n counts over a background whose logarithm is normal."""

    def of(t):
        mean = background * (1 + kappa) ** t
        return 2 * (mean - n - n * math.log(mean / n)) + t * t

    return float(optimize.minimize_scalar(of, bounds=(-1, 40), method="bounded", options={"xatol": 1e-10}).fun)


def scan_of_toys(data, signal, background):
    """Signed sqrt(q0) (H, R) of data (R, B) at signals (H, B) over a known background, by Newton's method in mu."""
    mu = np.zeros((len(signal), len(data)))
    for _ in range(40):
        n = background + mu[:, :, None] * signal[:, None, :]
        slope = np.sum(signal[:, None, :] * (data / n - 1), axis=2)
        curvature = np.sum(signal[:, None, :] ** 2 * data / n**2, axis=2)
        step = slope / np.maximum(curvature, 1e-300)
        lowest = -0.9 * np.min(np.where(signal > 0, background / np.maximum(signal, 1e-300), np.inf), axis=1)[:, None]
        mu = np.maximum(mu + step, 0.5 * (mu + lowest))
    n = background + mu[:, :, None] * signal[:, None, :]
    q = 2 * np.sum(data * np.log(n / background) - (n - background), axis=2)
    return np.sign(mu) * np.sqrt(np.maximum(q, 0.0))


def most_in_a_window(rng, background, width, length):
    """Largest count in a window that slides over events, of one toy."""
    x = np.sort(rng.uniform(0.0, length + width, rng.poisson(background * (length + width) / width)))
    return int(np.max(np.searchsorted(x, x + width, side="right") - np.arange(len(x)), initial=0))


def best_discovery(signal, background, z, steps=800):
    """Least signal that the median sees, over prefixes of bins by s/b of which the last one counts in part, on a fine grid."""
    order = np.argsort(-np.asarray(signal) / np.asarray(background))
    S, b = (np.concatenate([[0.0], np.cumsum(np.asarray(x)[order])]) for x in (signal, background))
    at, places, best = np.linspace(0.0, len(order), steps * len(order) + 1)[1:], np.arange(len(S)), math.inf
    n, mean = 1, math.log(2.0)
    for size, events in zip(np.interp(at, places, S), np.interp(at, places, b), strict=True):
        while p_value(n, events) > stats.norm.sf(z):
            n += 1
            mean = optimize.brentq(lambda m, k=n: stats.poisson.sf(k - 1, m) - 0.5, 1e-6, 1e3, xtol=1e-12)
        best = min(best, (mean - events) / size)
    return best
