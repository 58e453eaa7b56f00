"""Injected signals are found: best fits, pulls and intervals of toys of real searches, and how often a discovery is seen."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

import darkfactory as df
from darkfactory.searches.registry import SEARCHES
from darkfactory.statistics import BinnedModel, coverage, poisson_p_value, significance, toy_data
from darkfactory.statistics._fits import Fitter
from darkfactory.statistics.fisher import fisher_information
from darkfactory.statistics.significance import excess_runs

TOYS, FIRST, SEED = 1024, 500, 3
BINNED = ("forward-positron", "missing-mass-photon")
STRENGTHS = (1.0, 3.0, 6.0)
"""Injected signals, in standard deviations."""


@functools.cache
def searched(name: str) -> Any:
    """A search at its example, with the branching ratio that is discovered at three standard deviations."""
    return df.reach(name, mass=SEARCHES[name].example.mass, discovery=3.0)


@functools.cache
def injected(name: str, strength: float) -> tuple[float, Any]:
    """A branching ratio, and fits of toys that have it."""
    model = searched(name).result.likelihood(0)
    truth = strength * float(fisher_information(model).sigma[0])
    data, centre = toy_data(model, truth, 0, TOYS, SEED)
    return truth, excess_runs(Fitter(model), data, centre)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("name", BINNED)
def test_the_mean_of_500_toys_is_the_injected_signal(name, strength):
    truth, found = injected(name, strength)
    fits = found.best_fit[0, :FIRST]
    assert found.solved.all()
    assert abs(fits.mean() - truth) < 2 * fits.std() / math.sqrt(FIRST)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("name", BINNED)
def test_pulls_are_normal(name, strength):
    truth, found = injected(name, strength)
    pulls = (found.best_fit[0] - truth) / found.error[0]
    assert abs(pulls.mean()) < 2 / math.sqrt(TOYS)
    assert pulls.std() == pytest.approx(1.0, abs=0.05)


@pytest.mark.parametrize("strength", STRENGTHS)
@pytest.mark.parametrize("name", BINNED)
def test_intervals_cover(name, strength):
    model = searched(name).result.likelihood(0)
    truth = strength * float(fisher_information(model).sigma[0])
    found = coverage(model, truth, n_toys=TOYS, seed=SEED, cl=0.90, interval="central")
    assert (found.n_toys, found.failed) == (TOYS, 0)
    assert 0.88 < found.fraction < 0.94


@pytest.mark.parametrize("name", BINNED)
def test_half_of_the_experiments_see_what_is_discovered(name):
    """And their significance is normal around that; one data set alone says the same as among others."""
    found = searched(name)
    data, centre = toy_data(found.result.likelihood(0), found.discovery.branching_ratio, 0, TOYS, seed=17)
    z = np.sqrt(excess_runs(Fitter(found.result.likelihood(0)), data, centre).q0[0])
    assert np.mean(z > 3.0) == pytest.approx(0.5, abs=3 * 0.5 / math.sqrt(TOYS))
    assert (np.median(z), z.std()) == pytest.approx((3.0, 1.0), abs=0.1)
    asimov = found.result.likelihood(0).expectation(found.discovery.branching_ratio)
    one = significance(found.result.likelihood(0), asimov)
    assert one.z[0] == pytest.approx(3.0, abs=1e-6)
    assert one.best_fit[0] == pytest.approx(found.discovery.branching_ratio[0], rel=1e-6)


@pytest.mark.parametrize("name", ["missing-mass-photon", "ee-displaced"])
def test_the_verb_finds_what_it_injects(name):
    """500 pseudo-experiments of ``reach``, of a fit and of a count."""
    example = SEARCHES[name].example
    more = {"search.ctau": 10.0} if name == "ee-displaced" else {}
    asked: dict[str, Any] = {"mass": example.mass, "settings": {**example.settings, **more}}
    size = float(df.reach(name, discovery=3.0, **asked).discovery.branching_ratio[0])
    found = df.reach(name, toys=FIRST, seed=SEED, inject=size, **asked).rows[0]["toys"]
    assert (found["n"], found["failed"]) == (FIRST, 0)
    assert abs(found["best_fit"]["mean"] - size) < 2 * found["best_fit"]["error"]
    assert found["z"]["median"] == pytest.approx(3.0, abs=3 * 1.2533 / math.sqrt(FIRST))


def test_the_background_alone_is_seen_as_often_as_it_says():
    model = searched("missing-mass-photon").result.likelihood(0)
    data, centre = toy_data(model, 0.0, 0, TOYS, seed=18)
    z = np.sqrt(excess_runs(Fitter(model), data, centre).q0[0])
    for level in (0.5, 1.0, 1.5, 2.0):
        expected = float(ndtr(-level))
        assert np.mean(z > level) == pytest.approx(expected, abs=3 * math.sqrt(expected / TOYS))


@pytest.mark.parametrize("days", [1e-4, 1e-3, 3e-2])
def test_few_events_of_a_counting_search(days):
    """Displaced pairs: with the coupling that is discovered half of all experiments see it, with 0.8 of its events fewer."""
    settings = {
        "search.precision": 0.1,
        "search.ctau": 10.0,
        "search.d_min": 4.0,
        "beam.days": days,
        "beam.stopping_rate": 1e8,
    }
    found = df.reach("ee-displaced", mass=20, discovery=3.0, settings=settings)
    made, b = found.result.expectation, float(found.result.background[0])
    (x,) = found.discovery.couplings["epsilon"]
    signal = float(made.signal(np.array([x]), np.array([0]))[0])
    assert found.discovery.notes[0].startswith("discovery at 20 MeV: exact Poisson") == (b < 50)
    rng = np.random.default_rng(19)
    share = [np.mean(poisson_p_value(rng.poisson(b + part * signal, 20000), b) <= ndtr(-3.0)) for part in (0.8, 1.0)]
    assert share[0] < 0.47
    assert share[1] > 0.48
    fits = rng.poisson(b + signal, TOYS) - b
    assert abs(fits.mean() - signal) < 2 * fits.std() / math.sqrt(TOYS)


def test_few_events_in_bins():
    """Exact p-values are never smaller than their frequency, and the discovered signal is seen by at least half."""
    shape = np.exp(-0.5 * np.linspace(-3, 3, 12) ** 2)
    model = BinnedModel(shape / shape.sum(), np.full(12, 0.4))
    background, _ = toy_data(model, 0.0, 0, FIRST, seed=20)
    repeated = model.select(np.zeros(FIRST, dtype=int))
    p = significance(repeated, background[0]).p_value
    for level in (0.02, 0.1, 0.3):
        assert np.mean(p <= level) < level + 3 * math.sqrt(level / FIRST)
