"""One rule on few events: exact Poisson CLs below 50 background events, for every method, with systematics."""

import math

import numpy as np
import pytest

from darkfactory.statistics import (
    BinnedModel,
    Linear,
    Norm,
    Nuisance,
    Product,
    asymptotic_limit,
    counting_limit,
    expected_limit,
    few_events,
    poisson_expected_limit,
    poisson_upper_limit,
    window_limit,
)
from darkfactory.statistics.line import line_limit
from oracles import few_events as oracle

X = np.linspace(0.025, 0.975, 20)
LINE = np.exp(-0.5 * ((X - 0.5) / 0.08) ** 2)
LINE /= LINE.sum()
FLOOR = {0.90: 2.302585, 0.95: 2.995732}


def model(exposure, nuisances=True):
    background = exposure * (1.2 - X)
    if not nuisances:
        return BinnedModel(exposure * LINE, background)
    basis = Product((Norm("norm"), Linear(("slope",))))
    return BinnedModel(
        exposure * LINE, [background, background * (X - 0.5)], basis, [Nuisance("norm"), Nuisance("slope", 0.3)]
    )


def test_the_exact_band():
    """Quantiles 0, 0, 0, 1, 2 of 0.2754 events; a Gaussian band had 1.17 to 4.61."""
    expected = [2.303, 2.303, 2.303, 3.655, 5.051]
    assert counting_limit(0.2754, 0.90).band == pytest.approx(expected, abs=6e-4)
    by_sums = [oracle.cls_limit(oracle.count_at(k, 0.2754), 0.2754, 0.90) for k in (-2, -1, 0, 1, 2)]
    assert counting_limit(0.2754, 0.90, "profile").band == pytest.approx(by_sums, rel=1e-6)


@pytest.mark.parametrize("cl", [0.90, 0.95])
@pytest.mark.parametrize("method", ["cls", "profile", "fisher", "window", "kappa"])
def test_no_background_is_the_same_for_every_method(cl, method):
    assert float(counting_limit(0.0, cl, method).events) == pytest.approx(FLOOR[cl], abs=1e-6)
    if method in ("window", "kappa"):
        assert float(window_limit(2.0, 1e-11, cl, method=method)) == pytest.approx(FLOOR[cl] / 2, abs=1e-6)
        return
    assert float(line_limit(6e-11, 1.0, cl, method).events) == pytest.approx(FLOOR[cl], abs=1e-6)
    found = expected_limit(BinnedModel([[2.0, 1.0]], [[1e-10, 3e-11]]), cl, method)
    assert 3 * found.limit[0] == pytest.approx(FLOOR[cl], abs=1e-6)
    assert found.poisson[0]


@pytest.mark.parametrize(
    ("n", "b", "kappa"), [(0, 0.5, 0.5), (2, 1.0, 0.3), (3, 3.5, 0.5), (20, 18.0, 0.1), (45, 45.0, 0.3)]
)
def test_averaged_limits_against_direct_sums(n, b, kappa):
    expected = oracle.cls_limit(n, b, 0.90, kappa)
    if n == 0:
        assert expected == pytest.approx(FLOOR[0.90], abs=1e-6)  # whatever the background
    median = oracle.count_at(0, b)
    found = float(poisson_expected_limit(b, 0.90, kappa)[0])
    assert found == pytest.approx(oracle.cls_limit(median, b, 0.90, kappa), rel=1e-5)


def test_an_uncertain_background_never_helps():
    b = np.linspace(0.01, 49.9, 60)
    limits = [counting_limit(b, 0.95, kappa=kappa).events for kappa in (0.0, 0.1, 0.3, 0.6, 1.0, 3.0)]
    assert np.all(np.diff(limits, axis=0) > -1e-9)


@pytest.mark.parametrize("cl", [0.90, 0.95])
def test_no_limit_is_below_that_of_no_events(cl):
    b = np.concatenate([[0.0], np.geomspace(1e-12, 1e4, 200)])
    for method in ("cls", "profile", "fisher", "window", "kappa"):
        for kappa in (0.0, 0.2, 2.0):
            found = counting_limit(b, cl, method, kappa=kappa)
            assert found.events.min() >= FLOOR[cl] - 1e-6
            # downward fluctuations of the Gaussian form may lie at 0, exact ones never
            assert found.band[found.poisson].min() >= FLOOR[cl] - 1e-6


@pytest.mark.parametrize("method", ["cls", "profile", "fisher", "window", "kappa"])
@pytest.mark.parametrize("kappa", [0.0, 0.1, 0.5, 2.0])
def test_more_data_across_the_switch_do_not_weaken_a_limit(method, kappa):
    below, above = (counting_limit(b, 0.90, method, kappa=kappa) for b in (49.999, 50.001))
    assert below.poisson
    assert not above.poisson
    assert below.events / 49.999 > above.events / 50.001 * (1 - 1e-4 * (kappa > 1))


@pytest.mark.parametrize("method", ["fisher", "cls"])
@pytest.mark.parametrize("nuisances", [False, True])
def test_limits_fall_with_exposure(method, nuisances):
    """From no events to thousands, by steps of 5%: no sawtooth of the median count, no step up to the asymptotic form."""
    exposure = np.geomspace(0.01, 3e3, 40 if method == "cls" else 250)
    if method == "cls":
        exposure = np.geomspace(3, 1e2, 12)
    found = [expected_limit(model(e, nuisances), 0.90, method) for e in exposure]
    limit, poisson = np.array([f.limit[0] for f in found]), np.array([f.poisson[0] for f in found])
    assert poisson[0]
    assert not poisson[-1]
    assert np.all(np.diff(limit) < 0)
    assert np.all(limit * exposure > FLOOR[0.90] - 1e-6)


def test_the_window_is_the_best_of_all_sets_of_bins():
    signal, background = np.array([3.0, 2.0, 1.0, 0.4, 2.5]), np.array([0.3, 0.9, 2.0, 4.0, 0.05])
    found = few_events(BinnedModel(signal, background), 0.90)[0]
    best = oracle.best_counting(signal, background, 0.90)
    # the last bin may be cut: never worse, and not much better
    assert 0.85 * best < found[2] <= best * (1 + 1e-9)


def test_a_sliver_of_signal_without_background_does_not_make_the_rest_free():
    """0.1% of the signal in an empty bin, the rest over 100 events: 2.3 events in the empty bin are 2300 in all."""
    found = few_events(BinnedModel([0.1, 99.9], [0.0, 100.0]), 0.90)
    assert np.isinf(found[0, 2])  # not few events
    mixed = expected_limit(BinnedModel([10.0, 90.0], [0.0, 40.0]), 0.90, "profile")
    assert mixed.poisson[0]
    whole = oracle.cls_limit(40, 40.0, 0.9)
    assert oracle.cls_limit(0, 0.0, 0.9) / 0.1 > whole
    # a little better where the window ends just before the median count steps to 40
    assert 0.95 * whole < 100 * mixed.limit[0] < whole


def test_many_events_are_asymptotic_as_before():
    many = model(1e4)
    for method in ("fisher", "cls"):
        one, two = expected_limit(many, 0.95, method), asymptotic_limit(many, 0.95, method)
        assert np.array_equal(one.band, two.band)
        assert not one.poisson.any()


@pytest.mark.parametrize(
    ("b", "s", "asymptotic"), [(0.0, 1.0, 0.635), (0.1, 1.0, 0.66), (0.5, 1.0, 0.78), (1.0, 2.3, 0.83)]
)
def test_coverage_by_toys(b, s, asymptotic):
    """90% limits cover; the profile form covered ``asymptotic`` only."""
    rng = np.random.default_rng(5)
    counts = rng.poisson(s + b, 20000)
    limits = poisson_upper_limit(counts, b, 0.90)
    error = math.sqrt(0.09 / 20000)
    covered = np.mean(limits >= s)
    assert covered > 0.90 - 3 * error > asymptotic


@pytest.mark.parametrize(("b", "s", "kappa"), [(0.5, 8.0, 0.3), (1.0, 4.0, 0.5), (10.0, 8.0, 0.2), (30.0, 20.0, 0.2)])
def test_coverage_with_an_uncertain_background(b, s, kappa):
    """Toys of the background and of the counts: exact sums over what each count would exclude."""
    rng = np.random.default_rng(6)
    size = 20000
    counts = rng.poisson(s + b * (1 + kappa) ** rng.standard_normal(size))
    seen, times = np.unique(counts, return_counts=True)
    limits = np.array([oracle.cls_limit(int(n), b, 0.90, kappa) for n in seen[seen < 40 + s]])
    covered = (times[: len(limits)] * (limits >= s)).sum() + times[len(limits) :].sum()
    assert covered / size > 0.90 - 3 * math.sqrt(0.09 / size)
