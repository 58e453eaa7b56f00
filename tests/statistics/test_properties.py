"""Laws over random models (Hypothesis): what may only ever make a limit worse."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkfactory.statistics import BinnedModel, Linear, Nuisance, expected_limit, poisson_upper_limit

BINS = 8
SEEDS = st.integers(0, 2**32 - 1)
PRIORS = st.floats(0.01, 0.1)


def random_model(seed, priors, events):
    """Steeply varying shapes on a positive background; five nuisances whatever their number of priors."""
    rng = np.random.default_rng(seed)
    b = events * rng.uniform(0.5, 2.0, BINS)
    s = rng.uniform(0.0, 1.0, BINS) * events / 10
    shapes = b * rng.uniform(-1.0, 1.0, (5, BINS))
    names = tuple(f"t{k}" for k in range(len(priors)))
    nuisances = [Nuisance(name, prior, lower=-0.19, upper=0.19) for name, prior in zip(names, priors, strict=True)]
    return BinnedModel(s, [b, *shapes[: len(priors)]], Linear(names), nuisances)


@settings(max_examples=25)
@given(SEEDS, PRIORS, st.sampled_from(["fisher", "profile", "cls"]), st.sampled_from([30.0, 1e6]))
def test_more_nuisances_never_improve_a_limit(seed, prior, method, events):
    fewer = expected_limit(random_model(seed, [prior] * 4, events), 0.95, method).limit[0]
    more = expected_limit(random_model(seed, [prior] * 5, events), 0.95, method).limit[0]
    assert more >= fewer * (1 - 1e-8)


@settings(max_examples=25)
@given(SEEDS, PRIORS, st.floats(1.0, 5.0), st.sampled_from(["fisher", "profile", "cls"]), st.sampled_from([30.0, 1e6]))
def test_wider_priors_never_improve_a_limit(seed, prior, factor, method, events):
    tight = expected_limit(random_model(seed, [prior] * 5, events), 0.95, method).limit[0]
    wide = expected_limit(random_model(seed, [prior, prior * factor, prior, prior, prior], events), 0.95, method).limit[
        0
    ]
    assert wide >= tight * (1 - 1e-8)


@settings(max_examples=15)
@given(SEEDS, st.floats(0.6, 0.98), st.floats(0.001, 0.019), st.sampled_from(["fisher", "profile", "cls"]))
def test_higher_confidence_needs_a_higher_limit(seed, cl, step, method):
    model = random_model(seed, [0.1] * 5, 100.0)
    low, high = (expected_limit(model, level, method) for level in (cl, cl + step))
    assert high.limit[0] > low.limit[0]
    assert np.all(np.diff(low.band[0]) >= 0)


@settings(max_examples=50)
@given(st.integers(0, 200), st.floats(0.0, 300.0), st.floats(0.6, 0.99))
def test_poisson_limits_rise_with_events_and_fall_with_background(n, b, cl):
    limit = float(poisson_upper_limit(n, b, cl))
    assert limit >= -np.log(1 - cl) - 1e-9
    assert float(poisson_upper_limit(n + 1, b, cl)) > limit
    assert float(poisson_upper_limit(n, b + 1.0, cl)) <= limit + 1e-9
    assert limit <= float(poisson_upper_limit(n, 0.0, cl)) + 1e-9


@settings(max_examples=20)
@given(SEEDS)
def test_no_nan_leaves_a_wild_model(seed):
    """Few events, shapes of any sign, bins that may be empty: every number is a number."""
    rng = np.random.default_rng(seed)
    b = rng.poisson(1.0, BINS).astype(float)
    s = rng.poisson(0.5, BINS) * rng.uniform(0, 1e9)
    names = tuple(f"t{k}" for k in range(5))
    templates = [b, *(b * rng.uniform(-1, 1, (5, BINS)))]
    model = BinnedModel(s, templates, Linear(names), [Nuisance(name, 0.5, lower=-2.0, upper=2.0) for name in names])
    for method in ("fisher", "profile", "cls"):
        found = expected_limit(model, 0.90, method)
        for field in ("limit", "band", "sigma", "condition", "theta", "impact", "effective_background"):
            assert not np.any(np.isnan(getattr(found, field))), field
        assert found.status[0] == "ok" or found.status[0] == "nonlinear" or np.isinf(found.limit[0])
        assert found.limit[0] > 0


def test_permuted_bins_give_the_same_random_model():
    model = random_model(5, [0.1] * 5, 40.0)
    order = np.random.default_rng(1).permutation(BINS)
    shuffled = BinnedModel(model.signal[:, order], model.templates[:, order], model.basis, model.nuisances)
    found = expected_limit(shuffled, 0.9, "profile").band
    assert found == pytest.approx(expected_limit(model, 0.9, "profile").band, rel=1e-9)
