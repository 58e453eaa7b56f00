"""Observed limits: exact forms of one bin, an independent profile, few events, and bad data."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import norm

from darkfactory.errors import InvalidInput
from darkfactory.statistics import BinnedModel, Linear, Norm, Nuisance, Product, expected_limit, observed_limit
from oracles.profile_scan import profile_limit

X = np.linspace(0.0, 1.0, 40)
SIGNAL = 100 * np.exp(-0.5 * ((X - 0.6) / 0.05) ** 2)


def model_of(events):
    b = events * (1.2 - X) / (1.2 - X).sum()
    basis = Product((Norm("norm"), Linear(("slope",))))
    nuisances = [Nuisance("norm", lower=-1.0), Nuisance("slope", 0.05)]
    return BinnedModel([SIGNAL, SIGNAL[::-1]], [b, b * (X - 0.5)], basis, nuisances)


@pytest.mark.parametrize("method", ["profile", "cls"])
def test_asimov_data_give_the_expected_limit(method):
    model = model_of(3e3)
    observed = observed_limit(model, model.background, 0.90, method)
    assert observed.limit == pytest.approx(expected_limit(model, 0.90, method).limit, rel=1e-8)
    assert np.abs(observed.best_fit * model.signal.max()).max() < 1e-3


@pytest.mark.parametrize("n", [70, 100, 130])
def test_one_bin_profile(n):
    """q = 2 (m - n ln m) between the maximum m = n and the limit."""
    b, z = 100.0, 1.2815515655
    found = observed_limit(BinnedModel([2.0], [b]), [n], 0.90, "profile")

    def excess(mean):
        return 2 * (mean - n - n * math.log(mean / n)) - z * z

    root = brentq(excess, n, n + 50)
    assert found.limit[0] == pytest.approx(max(root - b, 0.0) / 2, abs=1e-7)
    assert found.best_fit[0] == pytest.approx((n - b) / 2, abs=1e-6)


@pytest.mark.parametrize("n", [80, 100, 125])
def test_one_bin_cls(n):
    """Asymptotic CLs of one bin, from the definition."""
    b = 100.0
    found = observed_limit(BinnedModel([2.0], [b]), [n], 0.95, "cls").limit[0]
    best = max(n, b)

    def q(count, mean, at):
        return 2 * ((mean - count * math.log(mean)) - (at - count * math.log(at)))

    mean = b + 2 * found
    seen, asimov = q(n, mean, best), q(b, mean, b)
    if seen <= asimov:
        tails = norm.sf(math.sqrt(seen)), norm.sf(math.sqrt(seen) - math.sqrt(asimov))
    else:
        tails = tuple(norm.sf((seen + sign * asimov) / (2 * math.sqrt(asimov))) for sign in (1, -1))
    assert tails[0] / tails[1] == pytest.approx(0.05, rel=1e-6)


@pytest.mark.parametrize("events", [60.0, 5e3])
def test_profile_against_plain_minimisation(events):
    model = model_of(events)
    b = model.background[0]
    counts = np.random.default_rng(8).poisson(b)
    found = observed_limit(model, counts, 0.95, "profile")

    def expectation(mu, theta):
        return mu * SIGNAL + (1 + theta[0]) * b * (1 + theta[1] * (X - 0.5))

    guess = expected_limit(model, 0.95, "profile").limit[0]
    limit, best = profile_limit(expectation, counts, [np.inf, 0.05], np.array([0.1, 0.05]), found.z, guess)
    assert found.limit[0] == pytest.approx(limit, abs=2e-5 * guess)
    assert found.best_fit[0] == pytest.approx(best, abs=2e-3 * guess)


def test_an_excess_raises_the_limit_and_a_deficit_lowers_it():
    model = model_of(3e3)
    b = model.background[0]
    limits = [observed_limit(model, b + shift * SIGNAL, 0.95, "cls").limit[0] for shift in np.linspace(-0.5, 0.5, 5)]
    assert np.all(np.diff(limits) > 0)
    assert limits[0] > 0


def test_no_events_at_all():
    """Every bin empty: the best fit sits at the border n = 0, and numbers stay numbers."""
    model = model_of(20.0)
    for method in ("profile", "cls"):
        found = observed_limit(model, np.zeros(40), 0.90, method)
        assert np.all(np.isfinite(found.limit))
        assert set(found.status) == {"ok"}
        assert not np.any(np.isnan(found.theta))


def test_empty_bins_bound_a_negative_signal():
    """One empty bin of three: q = 2 (n - 0) there, so the limit is z^2/2 above the border; the others are fitted."""
    model = BinnedModel([[1.0, 0.0, 0.0]], [[4.0, 50.0, 50.0]])
    found = observed_limit(model, [0, 50, 50], 0.95, "profile")
    assert found.best_fit[0] == pytest.approx(-4.0, abs=1e-6)
    assert found.limit[0] == pytest.approx(max(-4.0 + 1.6448536**2 / 2, 0.0), abs=1e-6)


def test_bins_without_background():
    model = BinnedModel([[4.0, 1.0]], [[0.0, 10.0]])
    none, some = (observed_limit(model, [n, 10], 0.90, "cls") for n in (0, 3))
    assert none.status[0] == some.status[0] == "ok"
    assert some.limit[0] > none.limit[0] > 0


def test_closed_and_degenerate_hypotheses_have_a_status():
    b = np.array([100.0, 80.0])
    model = BinnedModel([[1.0, 2.0], [0.0, 0.0]], [b, b], Linear(("a",)), [Nuisance("a")])
    found = observed_limit(model, [100, 80], 0.9, "cls")
    assert list(found.status) == ["ok", "closed"]
    twins = BinnedModel([[1.0, 2.0]], [b, b, b], Linear(("a", "b")), [Nuisance("a"), Nuisance("b")])
    found = observed_limit(twins, [100, 80], 0.9, "cls")
    assert found.status[0] == "degenerate"
    assert math.isinf(found.limit[0])


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ([1, 2], "data have shape"),
        ([1, -2, 3], "data = -2"),
        ([1, float("nan"), 3], "data = nan"),
        ([1, 2, 3], "give that bin a background"),
    ],
)
def test_bad_data(data, words):
    with pytest.raises(InvalidInput, match=words):
        observed_limit(BinnedModel([[1.0, 0.0, 0.0]], [[4.0, 50.0, 0.0]]), data)
