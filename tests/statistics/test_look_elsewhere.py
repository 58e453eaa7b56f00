"""Trial factors: closed forms against toys of the background that are fitted or counted everywhere."""

import functools
import math

import numpy as np
import pytest
from scipy.special import ndtr

from darkfactory.errors import InvalidInput
from darkfactory.statistics import BinnedModel, Linear, Norm, Nuisance, Product, toy_data
from darkfactory.statistics._fits import Fitter
from darkfactory.statistics.look_elsewhere import (
    correlations,
    count_in_window,
    global_p_value,
    line_length,
    local_significance,
    rice,
    score_toys,
    steps,
    toy_upcrossings,
    trial_factor,
)
from darkfactory.statistics.poisson_significance import first_count, poisson_p_value
from darkfactory.statistics.significance import excess_runs
from oracles.discovery import most_in_a_window, scan_of_toys

EDGES = np.linspace(0.0, 1.0, 31)
CENTRES = 0.5 * (EDGES[1:] + EDGES[:-1])
SIGMA = 0.05


def model_of(masses, free=True):
    signal = 300.0 * np.array([np.diff(ndtr((EDGES - m) / SIGMA)) for m in masses])
    b = 900.0 * (1.3 - CENTRES)
    if not free:
        return BinnedModel(signal, b)
    basis = Product((Norm("norm"), Linear(("slope",))))
    return BinnedModel(signal, [b, b * (CENTRES - 0.5)], basis, [Nuisance("norm"), Nuisance("slope", 0.05)])


@functools.cache
def fitted_toys():
    """2,000 toys of the background, fitted at 40 masses."""
    model = model_of(np.linspace(0.1, 0.9, 40), free=False)
    data, _ = toy_data(model.select(0), 0.0, 0, 2000, seed=11)
    return model, scan_of_toys(data[0], np.asarray(model.signal), model.background[0])


@pytest.mark.parametrize("u", [1.8, 2.1])
def test_the_trial_factor_of_fitted_toys(u):
    model, z = fitted_toys()
    found = np.mean(z.max(axis=0) > u) / ndtr(-u)
    closed = global_p_value(u, rice(float(steps(correlations(model)).sum()))) / ndtr(-u)
    counted = global_p_value(u, toy_upcrossings(z)) / ndtr(-u)
    assert found > 4
    assert closed == pytest.approx(found, rel=0.1)
    assert counted == pytest.approx(found, rel=0.1)


def test_the_number_of_upcrossings_falls_as_it_should():
    model, z = fitted_toys()
    expected = rice(float(steps(correlations(model)).sum()))
    for u in (0.5, 1.0, 1.5, 2.0):
        counts = np.sum((z[:-1] < u) & (z[1:] >= u), axis=0)
        assert expected(u) == pytest.approx(
            counts.mean(), abs=4 * counts.std() / math.sqrt(2000) + 0.05 * counts.mean()
        )


def test_scores_are_what_fits_find_with_free_nuisances_too():
    model = model_of(np.linspace(0.2, 0.8, 5))
    data, centre = toy_data(model.select(0), 0.0, 0, 100, seed=3)
    shape = (5, 100)
    runs = excess_runs(Fitter(model), np.broadcast_to(data, (*shape, 30)), np.broadcast_to(centre, (*shape, 2)))
    z = np.sqrt(2 * np.maximum(runs.null.nll - runs.best.nll, 0)) * np.sign(runs.best_fit)
    assert np.abs(z - score_toys(model, 100, 3)).max() < 0.15


def test_correlations_of_narrow_lines_and_what_nuisances_do_to_them():
    masses = np.array([0.3, 0.4, 0.5])
    fine = np.linspace(0.0, 1.0, 401)
    signal = np.array([np.diff(ndtr((fine - m) / SIGMA)) for m in masses])
    found = correlations(BinnedModel(signal, np.ones(400)))
    assert found == pytest.approx(np.exp(-((0.1 / SIGMA) ** 2) / 4), rel=1e-3)
    assert float(steps(found).sum()) == pytest.approx(line_length(masses, np.full(3, SIGMA)), rel=1e-3)
    # with a free template of the first line nothing of it is left, and what is left of the second is as far from the third
    free = BinnedModel(signal, [np.ones(400), signal[0]], Linear(("same",)), [Nuisance("same")])
    assert correlations(free)[0] == 1.0
    own = np.stack([np.ones(400), signal[0]])
    with pytest.raises(InvalidInput, match="bins differ"):
        correlations(BinnedModel(signal, np.stack([own] * 3), Linear(("same",)), [Nuisance("same")]))


@pytest.mark.parametrize(("background", "u"), [(1.0, 2.5), (5.0, 2.5), (60.0, 2.7), (400.0, 2.8)])
def test_a_sliding_window(background, u):
    """Largest counts of 2,000 toys, for few and for many events."""
    rng = np.random.default_rng(5)
    most = np.array([most_in_a_window(rng, background, 2.0, 30.0) for _ in range(2000)])
    expected = count_in_window(np.array([0.0, 30.0]), np.full(2, background), 1.0)
    count = float(first_count(np.array([background]), u, np.zeros(1))[0])
    local = float(poisson_p_value(count, background))
    found = np.mean(most >= count)
    assert found > 0.1
    assert 1 - (1 - local) * math.exp(-expected(u)) == pytest.approx(found, rel=0.1)


def test_crossings_of_zero_and_of_one_event_are_known_exactly():
    """Two numbers of correlation rho: P(z_1 < 0 < z_2) = arccos(rho) / 2 pi; a first event in an empty window."""
    rho = np.array([0.9999, 0.999])
    for one in rho:
        assert rice(float(steps(np.array([one])).sum()))(0.0) == pytest.approx(math.acos(one) / (2 * math.pi), rel=1e-3)
    b, length = 1e-3, 30.0
    first = count_in_window(np.array([0.0, length]), np.full(2, b), 1.0)(2.9)  # P(N >= 1) = 1e-3 < 1.9e-3
    assert first == pytest.approx(length / 2 * b * math.exp(-b) * (1 - b), rel=1e-9)


def test_global_and_local_significances():
    few, many = rice(10.0), rice(1e4)
    for z in (1.0, 3.0, 5.0, 7.0):
        u = local_significance(z, few)
        assert z < u < local_significance(z, many)
        assert global_p_value(u, few) == pytest.approx(float(ndtr(-z)), rel=1e-6)
        assert trial_factor(z, u) > 1
        # for small probabilities the sum of Gross and Vitells
        assert global_p_value(6.0, few) == pytest.approx(float(ndtr(-6.0)) + few(6.0), rel=1e-6)
    assert local_significance(4.0, rice(0.0)) == 4.0
    assert 0.5 < global_p_value(0.0, many) <= 1.0
