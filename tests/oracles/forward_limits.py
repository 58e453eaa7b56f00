r"""Limits of chapter 03, sections 3.9, 3.10 and 7, from numerical derivatives and explicit minimisation.

Nuisances are named "norm", "P", "eps", "r", "rc"; ``priors`` maps each one in use to its Gaussian width
(``math.inf`` = free). Design matrix and prior rows are solved by QR, or inverted in multiple precision.
"""

import functools
import math

import mpmath as mp
import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import norm as normal

from oracles.binned_counts import background, signal
from oracles.inputs import line_position

FREE = math.inf
STEPS = {"eps": 2e-5, "r": 1e-3, "P": 1e-3}


# ---------------------------------------------------------------- derivatives
def _five_point(function, step):
    """Central five-point first derivative at 0."""
    return (8.0 * (function(step) - function(-step)) - (function(2 * step) - function(-2 * step))) / (12.0 * step)


@functools.cache
def derivative(setup, name):
    """d b_i / d(nuisance) at the nominal point, by finite differences of the binned counts."""
    if name == "norm":
        return background(setup)
    if name == "P":
        return _five_point(lambda h: background(setup, d_p=h), STEPS["P"])
    if name == "eps":
        return _five_point(lambda h: background(setup, eps=h), STEPS["eps"])
    if name == "r":
        return _five_point(lambda h: background(setup, r=h), STEPS["r"])
    if name == "rc":
        return background(setup.with_(order="exp")) - background(setup.with_(order="oalpha"))
    raise ValueError(name)


def z_value(cl, method="one-sided"):
    """Number of standard deviations of the limit."""
    return float(normal.ppf(cl)) if method == "one-sided" else float(normal.ppf(1.0 - (1.0 - cl) / 2.0))


# ---------------------------------------------------------------- fisher
def design(setup, priors, **line):
    """Weighted design matrix with prior rows: first column BR, then the nuisances.

    Bins whose expectation underflows (x far above the endpoint: 0/0) carry no information and are dropped.
    """
    b = background(setup)
    filled = b > 1e-200
    columns = [signal(setup, **line)] + [derivative(setup, name) for name in priors]
    rows = [np.array(columns).T[filled] / np.sqrt(b[filled])[:, None]]
    for k, width in enumerate(priors.values()):
        if math.isfinite(width):
            row = np.zeros((1, len(columns)))
            row[0, k + 1] = 1.0 / width
            rows.append(row)
    return np.vstack(rows)


def sigma_branching_ratio(setup, priors=None, *, precise=False, **line):
    """Standard deviation of BR: (I^-1)_00^(1/2).

    By QR the last diagonal element of R belongs to the column placed last, BR; ``precise`` inverts in mpmath.
    """
    matrix = design(setup, priors or {}, **line)
    scale = np.linalg.norm(matrix, axis=0)
    if precise:
        with mp.workdps(40):
            m = mp.matrix((matrix / scale).tolist())
            return float(mp.sqrt(((m.T * m) ** -1)[0, 0])) / scale[0]
    order = [*range(1, matrix.shape[1]), 0]
    r = np.linalg.qr((matrix / scale)[:, order], mode="r")
    return 1.0 / (abs(r[-1, -1]) * scale[0])


def condition_number(setup, priors, **line):
    """Condition number of the column-scaled Fisher matrix."""
    matrix = design(setup, priors, **line)
    singular = np.linalg.svd(matrix / np.linalg.norm(matrix, axis=0), compute_uv=False)
    return float((singular[0] / singular[-1]) ** 2)


def fisher_limit(setup, priors=None, *, cl=0.95, precise=False, **line):
    """Expected one-sided BR limit z sigma_BR."""
    return z_value(cl) * sigma_branching_ratio(setup, priors, precise=precise, **line)


def window_limit(setup, *, kappa=0.0, cl=0.95, half_width=1.4, mass=0.0, chirality="V+A"):
    """z sqrt(B + kappa^2 B^2)/S in x_a +- 1.4 dx (all samples summed)."""
    x_a = line_position(mass)
    one_bin = setup.with_(edges=(x_a - half_width * setup.dx, x_a + half_width * setup.dx))
    b, s = background(one_bin).sum(), signal(one_bin, mass=mass, chirality=chirality).sum()
    return z_value(cl) * math.sqrt(b + (kappa * b) ** 2) / s


# ---------------------------------------------------------------- profile likelihood
def _half_deviance(observed, expected):
    """Sum of n - b + b ln(b/n), stable for n close to b."""
    delta = expected / observed - 1.0
    small = np.abs(delta) < 1e-3
    d = np.where(small, delta, 0.0)
    series = d**2 / 2.0 - d**3 / 3.0 + d**4 / 4.0 - d**5 / 5.0
    return float(np.sum(observed * np.where(small, series, delta - np.log1p(np.where(small, 0.0, delta)))))


def _best_norm(b, model, s):
    """(1 + nu) maximising the likelihood of data b for the expectation (1 + nu) model + s: root of the score."""

    def score(scale):
        return float(np.sum(model * (1.0 - b / (scale * model + s))))

    if not np.any(s > 0.0):
        return float(np.sum(b) / np.sum(model))
    high = 2.0 * float(np.sum(b) / np.sum(model))
    return brentq(score, 1e-9 * high, high, xtol=1e-15, rtol=1e-14)


def profile_q(setup, br, priors=None, **line):
    """q(BR) on Asimov data b; priors may hold "norm": inf and "P": width."""
    priors = priors or {}
    b, s = background(setup), br * signal(setup, **line)
    free_norm = "norm" in priors
    if (free_norm and math.isfinite(priors["norm"])) or math.isinf(priors.get("P", 1.0)) or set(priors) - {"norm", "P"}:
        raise ValueError("profile_q knows a free norm and a Gaussian P only")

    def half_q(d_p):
        model = background(setup, d_p=d_p) if d_p else b
        scale = _best_norm(b, model, s) if free_norm else 1.0
        penalty = 0.5 * (d_p / priors["P"]) ** 2 if d_p else 0.0
        return _half_deviance(b, scale * model + s) + penalty

    if "P" not in priors:
        return 2.0 * half_q(0.0)
    low, high = -8.0 * priors["P"], min(8.0 * priors["P"], 1.0 - setup.polarization)
    found = minimize_scalar(half_q, bounds=(low, high), method="bounded", options={"xatol": 1e-7 * priors["P"]})
    return 2.0 * min(found.fun, half_q(0.0), half_q(high))


def profile_limit(setup, priors=None, *, cl=0.95, **line):
    """BR with q = z^2."""
    start = fisher_limit(setup, priors, cl=cl, **line)
    target = z_value(cl) ** 2
    return brentq(lambda br: profile_q(setup, br, priors, **line) - target, 0.2 * start, 5.0 * start, rtol=1e-6)


def toy_spread(setup, priors, *, n_toys=1000, seed=3, **line):
    """Standard deviation of BR fitted to Poisson toys by one Gauss-Newton step from BR = 0, priors fluctuated.

    The linear estimator has the Fisher variance by construction: this tests the algebra, not the asymptotics.
    """
    rng = np.random.default_rng(seed)
    b = background(setup)
    matrix = design(setup, priors, **line)
    scale = np.linalg.norm(matrix, axis=0)
    finite = [w for w in priors.values() if math.isfinite(w)]
    fitted = []
    for _ in range(n_toys):
        pulls = np.concatenate([(rng.poisson(b) - b) / np.sqrt(b), rng.standard_normal(len(finite))])
        fitted.append(np.linalg.lstsq(matrix / scale, pulls, rcond=None)[0][0] / scale[0])
    return float(np.std(fitted))


# ---------------------------------------------------------------- closed form 3.9
def j_function(rho):
    """j(rho) of section 3.9, by adaptive quadrature on both sides of the edge."""

    def integrand(u):
        phi = math.exp(-0.5 * u * u) / math.sqrt(2.0 * math.pi)
        below = 0.5 * math.erfc(u / math.sqrt(2.0))
        ramp = phi - u * below
        if u > 25.0:  # phi - u Phi(-u) ~ phi/u^2 (1 - 3/u^2), Phi(-u) ~ phi/u
            return phi / (rho / u + (1.0 - 3.0 / u**2) / u**2)
        if u > 5.0:  # the difference phi - u Phi(-u) as an integral, free of cancellation
            below = float(mp.ncdf(-u))
            ramp = float(mp.npdf(u) - mp.mpf(u) * mp.ncdf(-u))
        return phi * phi / (rho * below + ramp)

    pieces = [(-12.0, -4.0), (-4.0, 0.0), (0.0, 4.0), (4.0, 12.0)]
    return sum(quad(integrand, low, high, epsabs=1e-13, epsrel=1e-11, limit=200)[0] for low, high in pieces)


def closed_form_limit(opening, *, polarization=0.99, dx=0.01, n_muons, multiplier=1.0, asymmetry=1.0, cl=0.95):
    """Massless reach of section 3.9; ``opening`` is 1 - c0 of the cone in use."""
    c_bar = 1.0 - opening / 2.0
    rho = (1.0 - polarization * c_bar) / (4.0 * polarization * c_bar * dx)
    acceptance = opening * (1.0 + asymmetry * polarization * c_bar) / 2.0
    variance = opening * 4.0 * polarization * c_bar / (n_muons * multiplier * acceptance**2 * j_function(rho))
    return z_value(cl) * dx * math.sqrt(variance)


def closed_form_away_from_edge(opening, b_density, *, dx, n_muons, polarization, asymmetry, cl=0.95):
    """sigma = sqrt(2 sqrt(pi) dx b/N)/acc of section 3.9; ``b_density`` = int_cone rho(x_a, c) dc."""
    acceptance = opening * (1.0 + asymmetry * polarization * (1.0 - opening / 2.0)) / 2.0
    return z_value(cl) * math.sqrt(2.0 * math.sqrt(math.pi) * dx * b_density / n_muons) / acceptance


# ---------------------------------------------------------------- bias 3.10
def scale_bias(setup, eps, *, exact=True, **line):
    """BR faked by an unmodelled scale error in the fit of (BR, norm): I^-1 D^T [(b(eps) - b(0))/b].

    ``exact`` uses the difference of counts; otherwise eps times the derivative.
    """
    b, s = background(setup), signal(setup, **line)
    shift = background(setup, eps=eps) - b if exact else eps * derivative(setup, "eps")
    matrix = np.array([s, b]).T / np.sqrt(b)[:, None]
    scale = np.linalg.norm(matrix, axis=0)
    return float(np.linalg.lstsq(matrix / scale, shift / np.sqrt(b), rcond=None)[0][0] / scale[0])
