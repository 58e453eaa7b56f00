"""A Gaussian line over a smooth background: closed forms against quadrature, least squares, exact Poisson limits, a fit."""

import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import optimize, stats

from darkfactory.errors import InvalidInput
from darkfactory.statistics import poisson_expected_limit
from darkfactory.statistics.counting import POISSON_BELOW
from darkfactory.statistics.line import (
    FLAT_INFORMATION,
    FLOATING,
    WINDOW_EFFICIENCY,
    WINDOW_HALF_WIDTH,
    edge_information,
    flat_information,
    line_limit,
)
from oracles import few_events
from oracles import mu3e_statistics as oracle

some = settings(max_examples=60)


def test_information_of_a_line_on_a_flat_background():
    exact = mpmath.quad(lambda t: mpmath.npdf(t) ** 2, [-mpmath.inf, 0, mpmath.inf])
    assert pytest.approx(float(exact), rel=1e-14) == FLAT_INFORMATION
    assert flat_information() == FLAT_INFORMATION
    half, _, sensitivity = oracle.best_window()
    assert pytest.approx((half, sensitivity), abs=5e-5) == (WINDOW_HALF_WIDTH, WINDOW_EFFICIENCY)


@pytest.mark.parametrize("half_width", [4.0, 5.0, 7.5, 10.0, 20.0, 100.0])
@pytest.mark.parametrize(("floating", "powers"), [("level", (0,)), ("quadratic", (0, 1, 2))])
def test_floating_backgrounds_against_least_squares(floating, powers, half_width):
    """The error of the line in a weighted fit with the polynomial's terms, its design matrix on a fine grid."""
    penalty = oracle.floating_penalty(half_width, powers)
    tolerance = 5e-4 if half_width < 5 else 1e-4  # tails beyond the window, and the ends of the grid
    assert FLAT_INFORMATION / flat_information(floating, half_width) == pytest.approx(penalty**2, rel=tolerance)


def test_a_slope_alone_costs_nothing():
    assert oracle.floating_penalty(10.0, (0, 1)) == pytest.approx(oracle.floating_penalty(10.0, (0,)), rel=1e-12)


def test_floating_backgrounds_are_arrays_and_ordered():
    widths = np.array([4.0, 10.0, 100.0])
    fixed, level, quadratic = (flat_information(floating, widths) for floating in FLOATING)
    assert fixed == pytest.approx(FLAT_INFORMATION)
    assert np.all((fixed > level) & (level > quadratic) & (quadratic > 0))
    assert np.all(np.diff(level) > 0)
    assert flat_information("level", math.inf) == pytest.approx(FLAT_INFORMATION)


@pytest.mark.parametrize("t0", [0.0, 0.3, 1.374, 5.0, 12.0, 300.0])
def test_information_at_an_edge(t0):
    def integrand(t):
        return mpmath.npdf(t - t0) ** 2 / mpmath.ncdf(t)

    exact = mpmath.quad(integrand, [t0 - 12, min(t0, 0) - 3, 0, t0, t0 + 12]) if t0 < 20 else FLAT_INFORMATION
    assert edge_information(t0) == pytest.approx(float(exact), rel=1e-8)
    if t0 == 0:
        assert edge_information(t0) == pytest.approx(0.9031973, abs=1e-7)


@given(t0=st.floats(0, 8), events=st.floats(1, 1e9), shift=st.floats(1e-6, 100))
@some
def test_a_shift_of_the_edge(t0, events, shift):
    """The yield's error from the inverse of the 2 x 2 information, with a prior."""
    fisher = oracle.edge_fisher(t0)
    own, mixed, moved = fisher[0, 0], fisher[0, 1], fisher[1, 1] * events + 1 / shift**2
    expected = own - mixed**2 * events / moved
    found = edge_information(t0, events, shift)
    assert found == pytest.approx(expected, abs=1e-7 * own)
    assert 0 <= found + 1e-12 <= edge_information(t0) + 1e-12


def test_a_free_edge():
    """It is the signal itself at the edge, and does nothing far away."""
    assert edge_information(0.0, 1e6, math.inf) == pytest.approx(0, abs=1e-10)
    assert edge_information(0.0, 1e6, 1e-12) == pytest.approx(edge_information(0.0), rel=1e-9)
    for t0 in (1.374, 5.56):
        expected = (oracle.edge_sigma_signal(1.0, 1.0, t0, shift=1e5)) ** -2
        assert edge_information(t0, 1.0, math.inf) == pytest.approx(expected, rel=1e-6)


def test_an_edge_is_an_array():
    t0 = np.array([0.0, 1.0, 8.0])
    assert edge_information(t0) == pytest.approx([float(edge_information(t)) for t in t0], rel=1e-12)
    together = edge_information(t0[:, None], np.array([1.0, 1e6]), 0.1)
    assert together.shape == (3, 2)
    assert together[1, 1] == pytest.approx(float(edge_information(1.0, 1e6, 0.1)), rel=1e-12)
    assert np.all(np.diff(edge_information(np.linspace(0, 10, 50))) < 1e-12)


# limits


@pytest.mark.parametrize(("cl", "z"), [(0.95, 1.959964), (0.90, 1.644854)])
def test_gaussian_limits(cl, z):
    found = line_limit(2e6, 0.4, cl, "cls", gain=1.5)
    B = 3.544908 * 0.4 * 2e6 / 1.5**2
    assert found.events == pytest.approx(z * math.sqrt(B), rel=1e-6)
    assert found.effective_background == pytest.approx(B, rel=1e-6)
    assert not found.poisson
    assert found.band[2] == pytest.approx(found.events, rel=1e-12)
    one_sided = stats.norm.ppf(cl)
    for method in ("profile", "fisher"):
        assert line_limit(2e6, 0.4, cl, method, gain=1.5).events == pytest.approx(one_sided * math.sqrt(B), rel=1e-6)
    assert line_limit(2e6, 0.4, cl, "cls", gain=1.5).events == pytest.approx(
        oracle.yield_limit(0.4, 2e6, cl, 1.5), rel=1e-6
    )


def test_bands_of_cls():
    """Cowan et al.: sigma (Phi^-1(1 - a Phi(N)) + N)."""
    band = line_limit(1e6, 1.0, 0.95, "cls").band / math.sqrt(3.544908e6)
    expected = [stats.norm.ppf(1 - 0.05 * stats.norm.cdf(n)) + n for n in (-2, -1, 0, 1, 2)]
    assert band == pytest.approx(expected, rel=1e-6)


def test_systematics():
    B = 3.544908 * 0.4 * 2e6
    found = line_limit(2e6, 0.4, 0.95, "cls", kappa=1e-3)
    assert found.events == pytest.approx(1.959964 * math.sqrt(B + (1e-3 * B) ** 2), rel=1e-6)
    assert found.events == pytest.approx(1.959964 * oracle.shape_sigma(0.4, 2e6, 1e-3), rel=1e-6)
    few = line_limit(1.0, 1.0, 0.95, "cls", kappa=0.5)
    n = oracle.median_count(3.544908)
    assert few.events == pytest.approx(few_events.cls_limit(n, 3.544908, 0.95, 0.5), rel=1e-5)


@pytest.mark.parametrize("cl", [0.90, 0.95])
@pytest.mark.parametrize("B", [0.0, 0.3, 2.0, 10.0, 49.0])
def test_poisson_limits(B, cl):
    found = line_limit(B / 3.5449077, 1.0, cl, "cls")
    assert found.poisson
    assert found.events == pytest.approx(float(poisson_expected_limit(B, cl)[0]), rel=1e-6)
    # the median count of B, by an exact CLs
    n = oracle.median_count(B)
    exact = optimize.brentq(
        lambda s: stats.poisson.cdf(n, B + s) / stats.poisson.cdf(n, B) - (1 - cl), 1e-9, 200, xtol=1e-12
    )
    assert found.events == pytest.approx(exact, rel=1e-6)
    if B == 0:
        assert found.events == pytest.approx(-math.log(1 - cl), rel=1e-9)
    # whatever the method
    for method in ("fisher", "profile"):
        assert line_limit(B / 3.5449077, 1.0, cl, method).events == found.events


def test_where_poisson_ends():
    assert POISSON_BELOW == 50
    below, above = (line_limit(50 * f / 3.5449077, 1.0, 0.95, "cls") for f in (0.999, 1.001))
    assert (bool(below.poisson), bool(above.poisson)) == (True, False)
    # the asymptotic form, sigma = sqrt(B) whatever the signal, is 13% below the exact limit there
    assert below.events / above.events == pytest.approx(1.13, abs=0.01)
    # of the effective background, which a gain makes smaller
    assert line_limit(51 / 3.5449077, 1.0, 0.95, "cls", gain=1.5).poisson
    mixed = line_limit(np.array([1.0, 1e4]), 1.0, 0.95, "cls")
    assert mixed.poisson.tolist() == [True, False]
    assert mixed.events[1] == pytest.approx(1.959964 * math.sqrt(3.5449077e4), rel=1e-6)


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (lambda: flat_information("linear"), "floating = 'linear': allowed fixed, level, quadratic"),
        (lambda: flat_information("level", 3.0), "half_width = 3: allowed [4,"),
        (lambda: flat_information("level", math.nan), "half_width = nan"),
        (lambda: edge_information(-1.0), "position = -1: allowed [0,"),
        (lambda: edge_information(0.0, 1.0, -1.0), "shift = -1: allowed [0,"),
        (lambda: edge_information(math.nan), "position = nan"),
        (lambda: line_limit(-1.0, 1.0, 0.95, "cls"), "density = -1: allowed [0,"),
        (lambda: line_limit(1.0, 0.0, 0.95, "cls"), "sigma = 0: allowed (0,"),
        (lambda: line_limit(1.0, math.nan, 0.95, "cls"), "sigma = nan: allowed (0,"),
        (lambda: line_limit(1.0, 1.0, 0.95, "bayes"), "method = 'bayes': allowed cls, profile, fisher"),
        (lambda: line_limit(1.0, 1.0, 0.95, "cls", gain=0.0), "gain = 0: allowed (0,"),
        (lambda: line_limit(1.0, 1.0, 0.95, "cls", information=0.0), "information = 0: allowed (0,"),
        (lambda: line_limit(1.0, 1.0, 0.95, "cls", kappa=-1.0), "kappa = -1: allowed [0,"),
        (lambda: line_limit(1.0, 1.0, 0.4, "cls"), "cl = 0.4: allowed (0.5, 1)"),
    ],
)
def test_bad_input(call, told):
    with pytest.raises(InvalidInput) as caught:
        call()
    assert told in str(caught.value)
