"""Slow joint likelihoods with scipy: minimised numerically, and counts enumerated one by one. Independent of the package."""

from __future__ import annotations

import itertools
import math

import numpy as np
from scipy.optimize import brentq, minimize
from scipy.stats import norm


def profile_limit(parts, priors, z):
    """Median one-sided limit of a product of likelihoods on background data: q(mu) = z^2.

    Parameters
    ----------
    parts : list of callables
        (mu, nuisances by name) -> expected counts.
    priors : dict
        Width of the Gaussian constraint by name; inf for none.
    z : float
        Standard deviations.
    """
    names = list(priors)
    data = [np.asarray(part(0.0, dict.fromkeys(names, 0.0))) for part in parts]

    def deviance(theta, mu):
        values = dict(zip(names, theta, strict=True))
        total = sum((values[name] / priors[name]) ** 2 for name in names if math.isfinite(priors[name]))
        for part, seen in zip(parts, data, strict=True):
            n = np.asarray(part(mu, values))
            if np.any(n <= 0):
                return 1e12
            total += 2 * float(np.sum(n - seen - seen * np.log(n / seen)))
        return total

    def profiled(mu):
        if not names:
            return deviance((), mu)
        found = minimize(deviance, np.zeros(len(names)), (mu,), method="BFGS", options={"gtol": 1e-7})
        return found.fun

    top = 1.0
    while profiled(top) < z * z:
        top *= 2
    return brentq(lambda mu: profiled(mu) - z * z, 0.0, top, rtol=1e-8)


def _poisson(n, mean):
    return mean**n * math.exp(-mean) / math.factorial(n)


def _outcomes(signal, background, most):
    """Counts of all windows, with likelihood ratio and both probabilities, one outcome at a time."""
    found = []
    for counts in itertools.product(range(most), repeat=len(signal)):
        both = math.prod(_poisson(n, s + b) for n, s, b in zip(counts, signal, background, strict=True))
        alone = math.prod(_poisson(n, b) for n, b in zip(counts, background, strict=True))
        ratio = sum(n * math.log1p(s / b) - s for n, s, b in zip(counts, signal, background, strict=True))
        found.append((ratio, both, alone, counts))
    return sorted(found)


def _cls(ordered, ratio):
    passed = [one for one in ordered if one[0] <= ratio + 1e-9]
    return sum(one[1] for one in passed) / sum(one[2] for one in passed)


def median_cls(signal, background, sigma=0.0, most=30):
    """CLs of the outcome that is the median of the background, or ``sigma`` standard deviations above."""
    ordered, passed = _outcomes(signal, background, most), 0.0
    for ratio, _, alone, _ in ordered:
        passed += alone
        if passed >= norm.cdf(sigma) - 1e-12:
            return _cls(ordered, ratio)
    raise ValueError(most)


def observed_cls(signal, background, counts, most=30):
    """CLs of observed counts."""
    ratio = sum(n * math.log1p(s / b) - s for n, s, b in zip(counts, signal, background, strict=True))
    return _cls(_outcomes(signal, background, most), ratio)


def false_exclusions(signal, background, excluded, most=30):
    """Probability of the counts, with the signal, at which ``excluded`` says that it is not there."""
    return sum(both for _, both, _, counts in _outcomes(signal, background, most) if excluded(counts))
