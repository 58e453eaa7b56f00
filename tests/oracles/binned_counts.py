r"""Expected counts per energy bin (chapter 03, sections 3.6-3.8 and 3.11), by slow and explicit quadrature.

The spectrum is integrated on uniform panels of one resolution width with Gauss-Legendre nodes, the first and the last
panel by tanh-sinh. Three independent forms are kept: normal CDFs on those panels (`background`), scipy's adaptive
quad (`background_by_quad`) and an explicit two-dimensional smearing integral (`background_by_smearing`).
"""

import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from scipy.integrate import quad
from scipy.special import ndtr

from oracles import michel_spectrum
from oracles.gamma_traces import beam_asymmetry
from oracles.inputs import ALPHA, ELECTRON_MASS_MEV, ENDPOINT_MEV, MUON_MASS_MEV, TWO_WEEKS_AT_1E8, X0, line_position


@dataclass(frozen=True)
class Setup:
    """One experiment: samples (c1, c2, sgn, fr), beam, response and bin edges in measured x."""

    samples: tuple
    edges: tuple
    polarization: float = 0.99
    dx: float = 0.01
    n_muons: float = TWO_WEEKS_AT_1E8
    order: str = "born"
    tail: str | None = None  # None, "soft" or "leading-log"
    multiplier: float = 1.0
    efficiency: float = 1.0
    resolution_power: float = 0.0  # sigma(x) = dx (1 + r) x^power

    def with_(self, **changes):
        """A copy with some fields replaced."""
        return replace(self, **changes)


# ---------------------------------------------------------------- geometry, section 3.8
def bare_cone(radius_mm=50.0, distance_mm=1500.0):
    """1 - cos(theta_c) of a disc of the given radius at the given distance."""
    return 1.0 - distance_mm / math.hypot(radius_mm, distance_mm)


def solenoid_one_minus_cos(field_tesla, radius_mm=50.0, momentum_mev=ENDPOINT_MEV):
    """1 - cos(theta_max) for positrons that stay within 2 r_L of the axis, by following the helix.

    The largest distance from the axis of a helix that starts on it is found numerically over one turn.
    """

    def largest_distance(sine):
        larmor = momentum_mev * sine / (0.299792458 * field_tesla)
        turn = np.linspace(0.0, 2.0 * math.pi, 721)
        return float(np.max(np.hypot(larmor * np.sin(turn), larmor * (1.0 - np.cos(turn)))))

    low, high = 0.0, 1.0
    if largest_distance(1.0) <= radius_mm:
        return 1.0
    for _ in range(60):
        middle = 0.5 * (low + high)
        low, high = (middle, high) if largest_distance(middle) < radius_mm else (low, middle)
    return 1.0 - math.sqrt(1.0 - low * low)


def solenoid_focus(field_tesla, radius_mm=50.0, distance_mm=1500.0):
    """F(B) = (1 - cos theta_max)/(1 - c0)."""
    return solenoid_one_minus_cos(field_tesla, radius_mm) / bare_cone(radius_mm, distance_mm)


def uniform_edges(x_lo=0.85, dx=0.01, x_hi=None, bins_per_dx=4):
    """Edges from x_lo to 1 + 5 dx (or x_hi), round((x_hi - x_lo)/(dx/4)) bins."""
    x_hi = 1.0 + 5.0 * dx if x_hi is None else x_hi
    return tuple(np.linspace(x_lo, x_hi, round((x_hi - x_lo) * bins_per_dx / dx) + 1))


def forward_setup(focus=1.0, mode="cone", *, x_lo=0.85, flip=0.0, dx=0.01, bins_per_dx=4, **fields):
    """The MEGII-fwd setup B0 of section 8: one cone, or two spin orientations of it for flip > 0."""
    opening = bare_cone() * (focus if mode == "cone" else 1.0)
    cone = (1.0 - opening, 1.0)
    samples = ((*cone, 1, 1.0),) if flip == 0.0 else ((*cone, 1, 1.0 - flip), (*cone, -1, flip))
    fields.setdefault("edges", uniform_edges(x_lo, dx, bins_per_dx=bins_per_dx))
    return Setup(samples=samples, dx=dx, multiplier=focus if mode == "lumi" else 1.0, **fields)


# ---------------------------------------------------------------- quadrature nodes
def _tanh_sinh(low, high, step=1.0 / 24.0, reach=3.6):
    """Nodes, distances to ``high``, weights of the tanh-sinh rule on [low, high]."""
    t = np.arange(-reach, reach + step / 2.0, step)
    s = 0.5 * math.pi * np.sinh(t)
    from_high = (high - low) / (1.0 + np.exp(2.0 * s))
    from_low = (high - low) / (1.0 + np.exp(-2.0 * s))
    weights = step * (high - low) / 2.0 * 0.5 * math.pi * np.cosh(t) / np.cosh(s) ** 2
    return low + from_low, from_high, weights


@lru_cache(maxsize=32)
def panel_nodes(x_lo, panel):
    """(x, 1 - x, w) on [x_lo, 1]: uniform panels, 10 Gauss nodes each, tanh-sinh in the first and the last."""
    n = max(3, math.ceil((1.0 - x_lo) / panel))
    borders = np.linspace(x_lo, 1.0, n + 1)
    nodes, weights = np.polynomial.legendre.leggauss(10)
    half = (borders[1] - borders[0]) / 2.0
    middle = (borders[1:-2] + borders[2:-1]) / 2.0
    x = (middle[:, None] + half * nodes).ravel()
    w = np.tile(half * weights, len(middle))
    first, last = _tanh_sinh(borders[0], borders[1]), _tanh_sinh(borders[-2], 1.0)
    xs = np.concatenate([first[0], x, last[0]])
    ys = np.concatenate([1.0 - first[0], 1.0 - x, last[1]])
    return xs, ys, np.concatenate([first[2], w, last[2]])


@lru_cache(maxsize=32)
def _weighted_spectrum(order, x_lo, panel):
    x, y, w = panel_nodes(x_lo, panel)
    n0, n1 = michel_spectrum.spectrum(x, order, y)
    norm = michel_spectrum.normalisation(order)
    return x, w * n0 / norm, w * n1 / norm


def bin_probability(edges, x, sigma, eps=0.0):
    """Probability that true x is measured in each bin, shape (bins, len(x))."""
    u = (np.asarray(edges)[:, None] - np.atleast_1d(x) * (1.0 + eps)) / sigma
    lower, upper = u[:-1], u[1:]
    return np.where(lower > 0.0, ndtr(-lower) - ndtr(-upper), ndtr(upper) - ndtr(lower))


def _sigma(setup, x, r):
    return setup.dx * (1.0 + r) * np.atleast_1d(x) ** setup.resolution_power


def _angular(sample):
    c1, c2, sgn, fr = sample
    return c2 - c1, (c2 - c1) * (c2 + c1) / 2.0, sgn, fr


# ---------------------------------------------------------------- background
def background(setup, *, eps=0.0, r=0.0, d_p=0.0):
    """Expected Michel counts per bin, samples concatenated."""
    start = max(X0, setup.edges[0] - 12.0 * setup.dx)
    x, m0, m1 = _weighted_spectrum(setup.order, start, setup.dx)
    probability = bin_probability(setup.edges, x, _sigma(setup, x, r), eps)
    s0, s1 = probability @ m0, probability @ m1
    scale = setup.n_muons * setup.multiplier * setup.efficiency
    parts = []
    for sample in setup.samples:
        d0, d1, sgn, fr = _angular(sample)
        parts.append(scale * fr * (d0 * s0 - sgn * (setup.polarization + d_p) * d1 * s1))
    return np.concatenate(parts)


def background_by_quad(setup, *, eps=0.0, r=0.0, d_p=0.0):
    """The same with scipy.integrate.quad over x and an inner Gauss rule over c (slow; order "born" only)."""
    parts, norm = [], michel_spectrum.normalisation("born")
    scale = setup.n_muons * setup.multiplier * setup.efficiency / norm
    for c1, c2, sgn, fr in setup.samples:
        cosines = [(c1 + c2) / 2.0 - (c2 - c1) / math.sqrt(12.0), (c1 + c2) / 2.0 + (c2 - c1) / math.sqrt(12.0)]
        for low, high in zip(setup.edges[:-1], setup.edges[1:], strict=True):

            def integrand(x, low=low, high=high, cosines=cosines, c1=c1, c2=c2, sgn=sgn):
                n0, n1 = michel_spectrum.spectrum(x, "born")
                in_cone = sum((c2 - c1) / 2.0 * (n0 - sgn * (setup.polarization + d_p) * c * n1) for c in cosines)
                return float(in_cone * bin_probability((low, high), x, _sigma(setup, x, r), eps)[0, 0])

            reach = 9.0 * setup.dx
            left, right = max(X0, low - reach), min(1.0, high + reach)
            inner = [p for p in np.linspace(left, right, 9)[1:-1] if left < p < right]
            value = quad(integrand, left, right, points=inner, limit=200, epsrel=1e-10)[0] if left < right else 0.0
            parts.append(scale * fr * value)
    return np.array(parts)


def background_by_smearing(setup, *, eps=0.0, r=0.0, d_p=0.0):
    """The same as an explicit double integral: Gaussian density in measured x, Gauss rule inside every bin."""
    start = max(X0, setup.edges[0] - 12.0 * setup.dx)
    x, m0, m1 = _weighted_spectrum(setup.order, start, setup.dx)
    sigma = _sigma(setup, x, r)
    nodes, weights = np.polynomial.legendre.leggauss(6)
    scale, parts = setup.n_muons * setup.multiplier * setup.efficiency, []
    for sample in setup.samples:
        d0, d1, sgn, fr = _angular(sample)
        true = d0 * m0 - sgn * (setup.polarization + d_p) * d1 * m1
        for low, high in zip(setup.edges[:-1], setup.edges[1:], strict=True):
            measured = (low + high) / 2.0 + (high - low) / 2.0 * nodes
            gauss = np.exp(-0.5 * ((measured[:, None] - x * (1.0 + eps)) / sigma) ** 2) / (
                sigma * math.sqrt(2 * math.pi)
            )
            parts.append(scale * fr * (high - low) / 2.0 * float(weights @ (gauss @ true)))
    return np.array(parts)


# ---------------------------------------------------------------- signal
def tail_exponent(x_a):
    """beta_a of section 3.6, 0 where there is no tail."""
    log = math.log(x_a * MUON_MASS_MEV / ELECTRON_MASS_MEV)
    return 2.0 * ALPHA / math.pi * (log - 1.0) if log > 1.0 else 0.0


def tail_weight(x_a, t, tail="soft"):
    """Integrated weight of z in [1 - t, 1]."""
    beta = tail_exponent(x_a)
    if tail == "soft":
        return np.asarray(t, dtype=float) ** beta
    return (1.0 + 0.75 * beta) * np.asarray(t, dtype=float) ** beta - beta * t + beta * np.asarray(t) ** 2 / 4.0


def line_profile(setup, x_a, *, eps=0.0, r=0.0):
    """Fraction of signal positrons measured in each bin (one column of weights, no angle).

    With a tail the integral is done by parts: W(T) K(T) - int_0^T W dK/dt dt with t = 1 - z, W the cumulative
    weight of `tail_weight` and K the bin probability at x = x_a (1 - t); T = 1/2 (soft) or 0.98 (leading-log).
    """
    if setup.tail is None or tail_exponent(x_a) == 0.0:
        return bin_probability(setup.edges, x_a, _sigma(setup, x_a, r), eps)[:, 0]
    top = 0.5 if setup.tail == "soft" else 0.98
    n = math.ceil(top * x_a / setup.dx)
    borders = np.linspace(0.0, top, n + 1)
    nodes, weights = np.polynomial.legendre.leggauss(10)
    half = borders[1] / 2.0
    middle = (borders[1:-1] + borders[2:]) / 2.0
    first = _tanh_sinh(-borders[1], 0.0)  # distance to the upper end is t itself
    t = np.concatenate([first[1], (middle[:, None] + half * nodes).ravel()])
    w = np.concatenate([first[2], np.tile(half * weights, len(middle))])
    x = x_a * (1.0 - t)
    sigma = _sigma(setup, x, r)
    u = (np.asarray(setup.edges)[:, None] - x * (1.0 + eps)) / sigma
    du_dt = x_a * ((1.0 + eps) / sigma + setup.resolution_power * u / x)
    slope = np.diff(np.exp(-0.5 * u**2) / math.sqrt(2.0 * math.pi) * du_dt, axis=0)
    end = bin_probability(setup.edges, x_a * (1.0 - top), _sigma(setup, x_a * (1.0 - top), r), eps)[:, 0]
    return tail_weight(x_a, top, setup.tail) * end - slope @ (w * tail_weight(x_a, t, setup.tail))


def signal(setup, *, mass=0.0, chirality="V+A", asymmetry=None, eps=0.0, r=0.0):
    """Expected signal counts per bin and unit BR; ``asymmetry`` overrides the exact A of ``chirality``."""
    a = beam_asymmetry(chirality, mass) if asymmetry is None else asymmetry
    line = line_profile(setup, line_position(mass), eps=eps, r=r)
    scale = setup.n_muons * setup.multiplier * setup.efficiency
    parts = []
    for sample in setup.samples:
        d0, d1, sgn, fr = _angular(sample)
        parts.append(scale * fr * 0.5 * (d0 + a * sgn * setup.polarization * d1) * line)
    return np.concatenate(parts)


def true_counts(x_lo, x_hi, samples, *, polarization, n_muons, order="born"):
    """Michel counts with true x in [x_lo, x_hi], no resolution (rates of section 5)."""
    norm = michel_spectrum.normalisation(order)
    i0 = michel_spectrum.moment(0, order, max(x_lo, X0), x_hi)
    i1 = michel_spectrum.moment(1, order, max(x_lo, X0), x_hi)
    total = 0.0
    for sample in samples:
        d0, d1, sgn, fr = _angular(sample)
        total += n_muons * fr * (d0 * i0 - sgn * polarization * d1 * i1) / norm
    return total
