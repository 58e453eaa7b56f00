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
