"""Elasticities of limits in closed form, where there is one: counting in one bin."""

import math

from scipy.optimize import brentq
from scipy.special import ndtri


def known_background(b, cl):
    """d ln(mu) in the background and in the exposure, of the one-sided profile limit over a known background b.

    With x = mu s / b the limit is where 2 b (x - ln(1 + x)) = z^2, so that d ln(x) / d ln(b) = -(x - ln(1 + x)) (1 + x) / x^2.
    """
    z = ndtri(cl)
    x = brentq(lambda u: 2 * b * (u - math.log1p(u)) - z**2, 1e-9, 1e9)
    slope = -(x - math.log1p(x)) * (1 + x) / x**2
    return 1 + slope, slope


def gaussian_with_error(b, kappa):
    """d ln(mu) in the background, the exposure and the relative error kappa of the background (Gaussian)."""
    share = (kappa * b) ** 2 / (b + (kappa * b) ** 2)
    return 0.5 + share / 2, -0.5 + share / 2, share
