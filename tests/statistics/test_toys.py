"""Toys: coverage, the Asimov median, and streams that do not depend on chunks."""

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.statistics import (
    BinnedModel,
    Linear,
    Norm,
    Nuisance,
    Product,
    coverage,
    expected_limit,
    toy_data,
    toy_limits,
)

X = np.linspace(0.0, 1.0, 30)
BACKGROUND = 6000.0 * (1.2 - X) / (1.2 - X).sum()
SIGNAL = np.exp(-0.5 * ((X - 0.5) / 0.06) ** 2)
MODEL = BinnedModel(
    SIGNAL,
    [BACKGROUND, BACKGROUND * (X - 0.5)],
    Product((Norm("norm"), Linear(("slope",)))),
    [Nuisance("norm", lower=-1.0), Nuisance("slope", 0.05)],
)
SIGMA = float(expected_limit(MODEL, 0.90, "fisher").sigma[0])


@pytest.mark.parametrize("strength", [0.0, 1.5, 6.0])
def test_coverage_of_the_90_percent_interval(strength):
    found = coverage(MODEL, strength * SIGMA, n_toys=4000, seed=11, cl=0.90, interval="central")
    assert found.n_toys == 4000
    assert 0.88 < found.fraction < 0.94
    assert found.error == pytest.approx((0.9 * 0.1 / 4000) ** 0.5, rel=0.1)


@pytest.mark.parametrize("strength", [1.0, 6.0])
def test_coverage_of_the_upper_limit(strength):
    found = coverage(MODEL, strength * SIGMA, n_toys=4000, seed=12, cl=0.90, interval="upper")
    assert 0.88 < found.fraction < 0.94


def test_coverage_of_poisson_data_with_empty_bins():
    """Few events: no fit fails, and coverage stays near the level although nothing is asymptotic."""
    sparse = BinnedModel(SIGNAL, MODEL.templates / 300.0, MODEL.basis, MODEL.nuisances)
    found = coverage(sparse, 3.0, n_toys=1000, seed=3, interval="upper")
    assert found.failed == 0
    assert 0.84 < found.fraction < 0.99


def test_median_and_bands_of_toys_are_those_of_asimov_data():
    toys = toy_limits(MODEL, n_toys=2000, seed=5, cl=0.90, method="cls")
    expected = expected_limit(MODEL, 0.90, "cls")
    assert toys.failed[0] == 0
    assert abs(toys.median[0] - expected.limit[0]) < 4 * toys.error[0] + 0.02 * expected.limit[0]
    assert toys.band[0, 1:4] == pytest.approx(expected.band[0, 1:4], rel=0.05)


def test_chunks_change_nothing():
    whole = toy_limits(MODEL, n_toys=64, seed=5, chunk=64)
    parts = toy_limits(MODEL, n_toys=64, seed=5, chunk=32)
    assert whole.limits == pytest.approx(parts.limits, rel=1e-9)
    shared = {coverage(MODEL, SIGMA, n_toys=64, seed=2, chunk=chunk).fraction for chunk in (32, 64)}
    assert len(shared) == 1


def test_streams():
    counts, centre = toy_data(MODEL, 0.0, 0, 600, seed=9)
    later, moved = toy_data(MODEL, 0.0, 250, 20, seed=9)
    assert np.array_equal(counts[:, 250:270], later)
    assert np.array_equal(centre[:, 250:270], moved)
    assert not np.array_equal(counts, toy_data(MODEL, 0.0, 0, 600, seed=10)[0])
    assert not np.array_equal(counts[0, :300], counts[0, 300:])


def test_toys_have_the_declared_moments():
    counts, centre = toy_data(MODEL, 20.0, 0, 4000, seed=1, theta=[0.1, 0.02])
    mean = MODEL.expectation(20.0, [0.1, 0.02])[0]
    pulls = (counts[0].mean(axis=0) - mean) / np.sqrt(mean / 4000)
    assert np.abs(pulls).max() < 4.5
    assert counts[0].var(axis=0) / mean == pytest.approx(1.0, abs=0.12)
    assert np.all(centre[0, :, 0] == 0.0)
    assert centre[0, :, 1].mean() == pytest.approx(0.02, abs=4 * 0.05 / 4000**0.5)
    assert centre[0, :, 1].std() == pytest.approx(0.05, rel=0.05)


def test_hypotheses_have_streams_of_their_own():
    twice = BinnedModel([SIGNAL, SIGNAL], MODEL.templates, MODEL.basis, MODEL.nuisances)
    counts, _ = toy_data(twice, 0.0, 0, 300, seed=4)
    assert not np.array_equal(counts[0], counts[1])


@pytest.mark.parametrize(
    ("call", "words"),
    [
        (lambda: coverage(MODEL, 0.0, interval="lower"), "interval = 'lower'"),
        (lambda: coverage(MODEL, -1.0, n_toys=10), "mu_true = -1"),
        (lambda: toy_limits(MODEL, n_toys=0), "n_toys = 0"),
        (lambda: toy_limits(MODEL, method="fisher"), "method = 'fisher'"),
        (lambda: toy_data(MODEL, 0.0, 0, 5, seed=-1), "seed = -1"),
        (lambda: toy_data(MODEL, 0.0, 0, 5, seed=1, theta=[-2.0, 0.0]), "expectation of the toys"),
    ],
)
def test_bad_input_names_the_quantity(call, words):
    with pytest.raises(InvalidInput, match=words):
        call()
