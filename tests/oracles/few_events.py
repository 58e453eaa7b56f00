"""Limits of counting experiments by direct sums over Poisson probabilities, the background averaged by a plain integral."""

import math

import numpy as np
from scipy import integrate, optimize, stats


def averaged_tail(n, signal, background, kappa):
    """P(N <= n) for a background whose logarithm is normal: one standard deviation up is a factor 1 + kappa."""

    def at(t):
        mean = signal + background * (1 + kappa) ** t
        terms = [
            k * math.log(mean) - mean - math.lgamma(k + 1) if mean > 0 else (0.0 if k == 0 else -math.inf)
            for k in range(n + 1)
        ]
        return math.exp(-0.5 * t * t) / math.sqrt(2 * math.pi) * sum(math.exp(x) for x in terms)

    if kappa == 0:
        return at(0.0) * math.sqrt(2 * math.pi)
    return integrate.quad(at, -7, 7, epsabs=1e-12, limit=400)[0]


def cls_limit(n, background, cl, kappa=0.0):
    """Signal events at which CLs = 1 - CL."""
    below = averaged_tail(n, 0.0, background, kappa)
    return optimize.brentq(lambda s: averaged_tail(n, s, background, kappa) / below - (1 - cl), 1e-9, 500, xtol=1e-10)


def count_at(sigmas, background):
    """Smallest count whose cumulative probability reaches that of ``sigmas`` Gaussian standard deviations."""
    n = 0
    while stats.poisson.cdf(n, background) < stats.norm.cdf(sigmas):
        n += 1
    return n


def best_counting(signal, background, cl):
    """Best median limit over all sets of bins (no nuisances), by trying every one of them."""
    signal, background = np.asarray(signal), np.asarray(background)
    best = math.inf
    for mask in range(1, 1 << len(signal)):
        chosen = np.array([bool(mask >> k & 1) for k in range(len(signal))])
        S, b = signal[chosen].sum(), float(background[chosen].sum())
        if S > 0:
            best = min(best, cls_limit(count_at(0, b), b, cl) / S)
    return best
