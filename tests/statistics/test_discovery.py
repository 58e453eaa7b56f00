"""The discovery of the median experiment: few events in the best window, many by q0 of Asimov data, and what joins them."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from darkfactory.statistics import BinnedModel, Linear, Norm, NormSys, Nuisance, Product, expected_limit, z_value
from oracles.discovery import best_discovery, best_fit

X = np.linspace(0.025, 0.975, 20)
LINE = np.exp(-0.5 * ((X - 0.5) / 0.08) ** 2)
LINE /= LINE.sum()


def model_of(exposure, prior=0.3, norm=math.inf):
    background = exposure * (1.2 - X)
    basis = Product((Norm("norm"), Linear(("slope",))))
    nuisances = [Nuisance("norm", norm), Nuisance("slope", prior)]
    return BinnedModel(exposure * LINE, [background, background * (X - 0.5)], basis, nuisances)


def discovery(model, z):
    return expected_limit(model, float(ndtr(z)), "discovery")


@pytest.mark.parametrize("z", [1.0, 3.0, 5.0])
def test_asimov_data_against_an_independent_profile(z):
    model = model_of(1000.0)
    found = discovery(model, z)
    background = 1000.0 * (1.2 - X)

    data = background + found.limit[0] * 1000.0 * LINE

    def moved(theta):
        return (1 + theta[0]) * background * (1 + theta[1] * (X - 0.5))

    _, null = best_fit(data, 1000.0 * LINE, moved, lambda theta: 0.5 * (theta[1] / 0.3) ** 2, 2, held=0.0)
    assert found.status[0] == "ok"
    assert not found.poisson[0]
    assert 2 * (null - float(np.sum(data - data * np.log(data)))) == pytest.approx(z * z, rel=1e-5)
    assert found.z == pytest.approx(z, rel=1e-9)


@pytest.mark.parametrize("z", [2.0, 3.0])
@pytest.mark.parametrize("size", [0.05, 1.0])
def test_few_events_are_counted_in_the_best_window(size, z):
    signal, background = np.array([1.0, 5.0, 3.0]), size * np.array([1.0, 0.3, 2.0])
    found = discovery(BinnedModel(signal, background), z)
    assert found.poisson[0]
    assert found.limit[0] == pytest.approx(best_discovery(signal, background, z), rel=3e-3)


@pytest.mark.parametrize("z", [3.0, 5.0])
def test_more_data_never_weaken_a_discovery(z):
    """As 1/N where one event is enough, as N^-1/2 over much background."""
    exposures = np.geomspace(1e-6, 1e7, 27)
    limits = np.array([discovery(model_of(exposure, norm=0.1), z).limit[0] for exposure in exposures])
    assert np.all(np.diff(np.log(limits)) < 0.02)  # where exact counting ends
    step = math.log(exposures[1] / exposures[0])
    assert np.diff(np.log(limits))[[0, -1]] == pytest.approx([-step, -0.5 * step], rel=1e-2)


def test_what_is_not_known_of_the_background_counts_and_what_is_not_known_of_the_signal_does_not():
    free, known = (discovery(model_of(1e4, prior), 3.0).limit[0] for prior in (10.0, 1e-6))
    assert free > 1.0001 * known
    model = model_of(1e4)
    uncertain = BinnedModel(
        model.signal, model.templates, model.basis, (*model.nuisances, Nuisance("size", 1.0)), NormSys("size", 0.9, 1.1)
    )
    assert discovery(uncertain, 3.0).limit[0] == pytest.approx(discovery(model, 3.0).limit[0], rel=1e-6)


def test_it_is_the_gaussian_limit_of_much_background_and_closed_where_nothing_can_be_seen():
    model = model_of(1e9)
    fisher = expected_limit(model, float(ndtr(3.0)), "fisher").limit[0]
    assert discovery(model, 3.0).limit[0] == pytest.approx(fisher, rel=1e-3)
    closed = discovery(BinnedModel([np.zeros(20), LINE], np.full(20, 100.0)), 3.0)
    assert closed.status.tolist() == ["closed", "ok"]
    assert np.isinf(closed.limit[0])
    same = BinnedModel([np.ones(2)], [[50.0, 50.0], [1.0, 1.0]], Linear(("level",)), [Nuisance("level")])
    assert discovery(same, 3.0).status[0] == "degenerate"
    assert z_value(float(ndtr(7.0)), "discovery") == pytest.approx(7.0, rel=1e-4)
