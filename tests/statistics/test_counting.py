"""Counting limits: the exact numbers of the field, and the definition summed term by term."""

import math

import numpy as np
import pytest
from scipy.special import gammaincc

from darkfactory.errors import InvalidInput
from darkfactory.statistics import (
    counting_limit,
    counting_observed,
    feldman_cousins,
    feldman_cousins_sensitivity,
    poisson_expected_limit,
    poisson_upper_limit,
    window_limit,
    z_value,
)
from darkfactory.validation.topics.statistics import UNIFIED


def poisson_sum(n, mean):
    return math.fsum(math.exp(k * math.log(mean) - mean - math.lgamma(k + 1)) for k in range(n + 1)) if mean else 1.0


@pytest.mark.parametrize(("cl", "expected"), [(0.90, 2.302585), (0.95, 2.995732)])
def test_no_events_and_no_background(cl, expected):
    assert float(poisson_upper_limit(0, 0.0, cl)) == pytest.approx(expected, abs=1e-6)
    median, band = poisson_expected_limit(0.0, cl)
    assert float(median) == pytest.approx(expected, abs=1e-6)
    assert band == pytest.approx(expected, abs=1e-6)
    assert float(window_limit(2.0, 0.0, cl, method="cls")) == pytest.approx(expected / 2, abs=1e-6)


@pytest.mark.parametrize(("n", "b"), [(0, 5.0), (1, 0.0), (3, 4.5), (10, 2.0), (50, 61.0)])
def test_definition_of_cls(n, b):
    limit = float(poisson_upper_limit(n, b, 0.95))
    assert poisson_sum(n, limit + b) / poisson_sum(n, b) == pytest.approx(0.05, rel=1e-9)


def test_no_background_upper_limits_of_the_particle_data_group():
    """Classical (b = 0) limits at 90%: 2.30, 3.89, 5.32, 6.68, 7.99."""
    assert poisson_upper_limit(np.arange(5), 0.0, 0.90) == pytest.approx([2.30, 3.89, 5.32, 6.68, 7.99], abs=0.005)


def test_smooth_median_of_chapter_05():
    """Chapter 05: the count continued to n = B, 95%."""
    found = poisson_upper_limit([0.0, 1.0], [0.0, 1.0], 0.95)
    assert found == pytest.approx([2.996, 4.113], abs=2e-3)


def test_underflowing_background_probability():
    """Far fewer events than expected: P(n | b) is below the smallest double, the ratio is not."""
    assert float(poisson_upper_limit(0, 2000.0, 0.90)) == pytest.approx(-math.log(0.1), rel=1e-9)
    n, b = 3, 1500.0
    s = float(poisson_upper_limit(n, b, 0.90))
    log_ratio = -s + math.log(
        sum((s + b) ** k / math.factorial(k) for k in range(n + 1))
        / sum(b**k / math.factorial(k) for k in range(n + 1))
    )
    assert log_ratio == pytest.approx(math.log(0.1), rel=1e-6)


def test_underflow_joins_smoothly():
    limits = poisson_upper_limit(100, np.linspace(900.0, 1300.0, 41), 0.90)
    assert np.all(np.isfinite(limits))
    assert np.all(np.diff(limits) < 0)
    assert np.abs(np.diff(limits, 2)).max() < 1e-3


@pytest.mark.parametrize(
    ("b", "kappa"), [(100.0, 0.2), (4e4, 0.01), (1e6, 0.01), (3e7, 0.02), (1e10, 0.01)]
)  # what is not known over the Poisson width: 2, 2, 10, 110, 1000
def test_a_background_that_is_not_well_known(b, kappa):
    """Also far below it: against the same average in steps that are small for both widths."""
    t = np.linspace(-9, 9, 60_001)
    weight, mean = np.exp(-(t**2) / 2), b * (1 + kappa) ** t

    def log_tail(n, s):
        return float(np.log(gammaincc(n + 1.0, mean + s) @ weight))

    for pull in (1.0, 0.0, -1.0, -2.5, -4.0):
        n = round(b * (1 + kappa) ** pull)
        s = float(poisson_upper_limit(n, b, 0.95, kappa))
        assert log_tail(n, s) - log_tail(n, 0.0) == pytest.approx(math.log(0.05), rel=1e-4)


def test_far_below_a_background_that_is_not_well_known():
    for b, kappa in ((1e3, 0.01), (1e6, 0.063), (1e7, 0.01), (1e9, 0.1)):
        limits = poisson_upper_limit(b * np.array([0.0, 1e-3, 0.1, 0.5, 0.9, 1.0]), b, 0.95, kappa)
        assert np.all(np.isfinite(limits) & (limits >= -math.log(0.05) * (1 - 1e-9)))
        assert np.all(np.diff(limits[3:]) > 0)


def test_expected_limit_approaches_the_gaussian_form():
    b = 1e6
    median, band = poisson_expected_limit(b, 0.90)
    assert float(median) == pytest.approx(z_value(0.90, "cls") * math.sqrt(b), rel=2e-3)
    assert band[3] / band[2] == pytest.approx(2.38345 / 1.644854, rel=5e-3)


def test_expected_limit_is_the_median_over_counts():
    b = 3.7
    rng = np.random.default_rng(2)
    toys = poisson_upper_limit(rng.poisson(b, 20001), b, 0.95)
    assert float(poisson_expected_limit(b, 0.95)[0]) == pytest.approx(np.median(toys), rel=1e-12)


@pytest.mark.parametrize("kappa", [0.0, 0.005, 0.1, 0.3, 0.5])
def test_the_median_count_gives_the_median_limit(kappa):
    """Of few events and of many, by one rule; a mean that is a whole number is its own median."""
    counts = np.array([0, 3, 20, 49, 50, 300, 10**4, 10**6])
    median = counting_limit(counts, 0.95, kappa=kappa).events
    assert counting_observed(counts, counts, 0.95, kappa) == pytest.approx(median, rel=1e-9)


def test_observed_counts_far_from_the_background():
    """The band, up to the width of an excess that is its own; -ln(1 - CL) of none; the larger the count, the weaker."""
    for b, kappa in ((400.0, 0.0), (1e4, 0.0), (1e6, 0.0), (1e4, 0.2)):
        counts = b + np.arange(-2, 3) * math.hypot(math.sqrt(b), kappa * b)
        observed = counting_observed(counts, b, 0.95, kappa)
        band = counting_limit(b, 0.95, kappa=kappa).band
        assert observed[:3] == pytest.approx(band[:3], rel=1e-9)
        assert np.all(observed[3:] > band[3:] * (1 - 1e-9))
        assert observed[4] == pytest.approx(band[4], rel=2.0 / math.sqrt(b))
    for b, kappa in ((0.5, 1.0), (60.0, 0.0), (1e6, 0.0), (1e6, 0.3)):
        observed = counting_observed(b * np.linspace(0.0, 3.0, 60), b, 0.95, kappa)
        assert observed[0] == pytest.approx(-math.log(0.05), rel=1e-5)
        assert np.all(np.diff(observed) > -1e-9)
    # many events that are known well are no matter of the method
    for n in (95_000, 100_000, 107_000):
        assert float(counting_observed(n, 1e5, 0.95)) == pytest.approx(
            float(poisson_upper_limit(n, 1e5, 0.95)), rel=4e-3
        )


def test_window_forms():
    assert float(window_limit(1e9, 400.0, 0.95)) == pytest.approx(1.6448536 * 20 / 1e9, rel=1e-6)
    kappa = window_limit(1.0, 400.0, 0.95, kappa=0.1, method="kappa")
    assert float(kappa) == pytest.approx(1.6448536 * math.hypot(20, 40), rel=1e-6)
    assert np.isinf(window_limit([0.0, 1.0], 100.0)[0])
    poisson, gauss = (float(window_limit(1.0, b, 0.90, method="cls")) for b in (49.999, 50.001))
    assert poisson == pytest.approx(float(poisson_expected_limit(49.999, 0.90)[0]))
    assert gauss == pytest.approx(1.644854 * math.sqrt(50.001), rel=1e-6)
    # z sqrt(B) lacks the z^2/2 that a Poisson tail adds: 12% at 50 events, on the optimistic side
    assert gauss < poisson < gauss + 0.55 * 1.644854**2


@pytest.mark.parametrize(("n", "b", "low", "high"), UNIFIED)
def test_published_unified_intervals(n, b, low, high):
    """:cite:`Feldman:1997qc`, Table IV (90%); the authors' grid is 0.005 wide."""
    found = feldman_cousins(n, b, 0.90)
    assert float(found[0]) == pytest.approx(low, abs=0.006)
    assert float(found[1]) == pytest.approx(high, abs=0.006)


def test_unified_intervals_cover():
    """Exact coverage, summed over counts: never below the level, up to the step of the discrete counts above it."""
    b, n = 2.0, np.arange(60)
    low, high = feldman_cousins(n, b, 0.90)
    for s in np.linspace(0.0, 15.0, 40):
        probability = np.exp(n * np.log(s + b) - s - b - np.array([math.lgamma(k + 1) for k in n]))
        covered = probability[(low <= s + 1e-9) & (s <= high + 1e-9)].sum()
        assert 0.90 - 1e-9 < covered < 0.985


def test_sensitivity_is_the_mean_upper_end():
    b, n = 2.0, np.arange(60)
    high = feldman_cousins(n, b, 0.90)[1]
    weights = np.exp(n * np.log(b) - b - np.array([math.lgamma(k + 1) for k in n]))
    assert feldman_cousins_sensitivity(b, 0.90) == pytest.approx(float(weights @ high), rel=1e-6)


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: poisson_upper_limit(-1, 0.0), "n = -1"),
        (lambda: poisson_upper_limit(0, float("nan")), "background = nan"),
        (lambda: poisson_upper_limit(0, 0.0, 0.3), "cl = 0.3"),
        (lambda: poisson_expected_limit(-2.0), "background = -2"),
        (lambda: window_limit(1.0, -1.0), "background = -1"),
        (lambda: window_limit(1.0, 1.0, kappa=-1), "kappa = -1"),
        (lambda: window_limit(1.0, 1.0, method="fisher"), "method = 'fisher'"),
        (lambda: feldman_cousins(1.5, 0.0), "integer"),
        (lambda: feldman_cousins_sensitivity(-1.0), "background = -1"),
        (lambda: z_value(0.9, "bayes"), "method = 'bayes'"),
        (lambda: z_value(1.0, "cls"), "cl = 1"),
    ],
)
def test_bad_input_names_the_quantity(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()
