"""Significance of given counts: an independent fit, exact counting, what a downward fluctuation and bad data give."""

import math

import numpy as np
import pytest
from scipy.stats import chi2, norm, poisson

from darkfactory.errors import InvalidInput
from darkfactory.statistics import (
    BinnedModel,
    Linear,
    Norm,
    NormSys,
    Nuisance,
    Product,
    counting_discovery,
    poisson_p_value,
    significance,
)
from oracles.discovery import best_fit, hessian_error, p_value, profiled_q0, seen

X = np.linspace(0.0, 1.0, 30)
SIGNAL = 60 * np.exp(-0.5 * ((X - 0.6) / 0.05) ** 2)
SHAPE = (1.2 - X) / (1.2 - X).sum()


def model_of(events):
    b = events * SHAPE
    basis = Product((Norm("norm"), Linear(("slope",))))
    return BinnedModel([SIGNAL, SIGNAL[::-1]], [b, b * (X - 0.5)], basis, [Nuisance("norm"), Nuisance("slope", 0.05)])


@pytest.mark.parametrize("mu", [0.6, -0.1])
def test_against_an_independent_fit(mu):
    model, b = model_of(3e3), 3e3 * SHAPE
    data = np.random.default_rng(3).poisson(b + mu * SIGNAL).astype(float)
    found = significance(model, data)

    def background(theta):
        return (1 + theta[0]) * (b + theta[1] * b * (X - 0.5))

    def pulls(theta):
        return 0.5 * (theta[1] / 0.05) ** 2

    free, at_best = best_fit(data, SIGNAL, background, pulls, 2)
    held, at_null = best_fit(data, SIGNAL, background, pulls, 2, held=0.0)
    saturated = float(np.sum(data - data * np.log(data)))
    assert found.best_fit[0] == pytest.approx(free[0], abs=1e-6)
    assert found.theta[0] == pytest.approx(free[1:], abs=1e-5)
    assert found.theta_background[0] == pytest.approx(held[1:], abs=1e-5)
    # the second derivatives of the background by two nuisances are left out
    assert found.error[0] == pytest.approx(hessian_error(free, 1e-3, data, SIGNAL, background, pulls), rel=2e-3)
    q0 = max(2 * (at_null - at_best), 0.0) if free[0] > 0 else 0.0
    assert found.q0[0] == pytest.approx(q0, abs=1e-6)
    assert (found.z[0], found.p_value[0]) == pytest.approx((math.sqrt(q0), norm.sf(math.sqrt(q0))), abs=1e-6)
    for deviance, level, ndf, goodness in (
        (found.deviance, at_best, found.ndf, found.goodness),
        (found.deviance_background, at_null, found.ndf_background, found.goodness_background),
    ):
        assert deviance[0] == pytest.approx(2 * (level - saturated), abs=1e-6)
        assert goodness[0] == pytest.approx(chi2.sf(deviance[0], ndf[0]), rel=1e-9)
    assert (found.ndf[0], found.ndf_background[0]) == (30 - 2, 30 - 1)  # the slope has a prior


def test_an_uncertain_signal_and_many_events():
    """q0 does not see a factor of the signal, and keeps its digits at 1e12 counts; the error of mu does see it."""
    signal, b = np.array([1e6, 3e6]), np.array([1e12, 1e12])
    plain = significance(BinnedModel(signal, b), b + 2 * signal)
    scaled = significance(
        BinnedModel(signal, b, Linear(()), [Nuisance("size", 1.0)], NormSys("size", 0.9, 1.1)), b + 2 * signal
    )
    assert scaled.q0[0] == pytest.approx(plain.q0[0], rel=1e-7)
    exact = sum(2 * (n * math.log1p(s / b0) - s) for n, s, b0 in zip(b + 2 * signal, 2 * signal, b, strict=True))
    assert plain.q0[0] == pytest.approx(exact, rel=1e-3)
    assert scaled.error[0] == pytest.approx(math.hypot(plain.error[0], 2 * 0.1), rel=2e-2)


def test_few_events_are_counted_exactly():
    """The window is the bin with the best s/b; the normalisation that the other bins measure is averaged over."""
    known = BinnedModel([[1.0, 9.0]], [[40.0, 0.5]])
    for n in (0, 1, 2, 4, 7):
        found = significance(known, [40, n])
        assert found.poisson[0]
        assert found.p_value[0] == pytest.approx(poisson.sf(n - 1, 0.5), rel=1e-9)
        assert found.z[0] == pytest.approx(max(norm.isf(found.p_value[0]), 0.0), abs=1e-9)
    uncertain = BinnedModel([[1.0, 9.0]], [[40.0, 0.5], [0.0, 0.25]], Linear(("bin",)), [Nuisance("bin", 1.0)])
    assert significance(uncertain, [40, 4]).p_value[0] == pytest.approx(p_value(4, 0.5, 0.5), rel=1e-3)
    impossible = significance(BinnedModel([[1.0, 9.0]], [[40.0, 0.0]]), [40, 1])
    assert (impossible.q0[0], impossible.p_value[0], impossible.deviance_background[0]) == (math.inf, 0.0, math.inf)
    nothing = significance(known, [0, 0])
    assert (nothing.z[0], nothing.p_value[0]) == (0.0, 1.0)
    assert not any(np.isnan(getattr(nothing, name)).any() for name in ("best_fit", "error", "q0", "deviance"))


@pytest.mark.parametrize(
    ("n", "b", "kappa"), [(1, 0.1, 0.0), (12, 3.0, 0.2), (30, 9.0, 0.6), (5, 1.0, 2.0), (60, 40.0, 0.1)]
)
def test_exact_p_values(n, b, kappa):
    assert float(poisson_p_value(n, b, kappa)) == pytest.approx(p_value(n, b, kappa), rel=1e-6, abs=1e-11)


@pytest.mark.parametrize("z", [1.0, 3.0])
@pytest.mark.parametrize(("b", "kappa"), [(0.01, 0.0), (0.7, 0.0), (4.0, 0.0), (4.0, 0.3), (20.0, 0.05)])
def test_counted_discovery(b, kappa, z):
    _, signal = seen(b, z, kappa)
    assert float(counting_discovery(b, z, kappa)) == pytest.approx(signal, rel=1e-8)


@pytest.mark.parametrize(("b", "kappa"), [(60.0, 0.0), (1e4, 0.0), (60.0, 0.2), (1e4, 0.05)])
def test_asymptotic_discovery(b, kappa):
    for z in (0.5, 3.0, 5.0):
        found = float(counting_discovery(b, z, kappa))
        assert profiled_q0(found + b, b, kappa) == pytest.approx(z * z, rel=1e-6)


def test_a_discovery_needs_more_signal_with_z_background_and_its_error():
    b = np.geomspace(1e-3, 1e9, 60)
    z = np.linspace(0.5, 8.0, 16)
    by_z = np.array([counting_discovery(b, float(at), 0.1) for at in z])
    assert np.all(np.diff(by_z, axis=0) >= -1e-9 * by_z[1:])
    by_kappa = np.array([counting_discovery(b, 3.0, kappa) for kappa in (0.0, 0.01, 0.1, 1.0, 10.0)])
    assert np.all(np.diff(by_kappa, axis=0) >= -1e-9 * by_kappa[1:])
    assert counting_discovery(1e12, 3.0) == pytest.approx(3e6, rel=1e-5)


def test_bad_data_and_numbers():
    model = model_of(1e3)
    with pytest.raises(InvalidInput, match="shape"):
        significance(model, np.ones(3))
    with pytest.raises(InvalidInput, match="data"):
        significance(model, -np.ones(30))
    with pytest.raises(InvalidInput, match="z = 0"):
        counting_discovery(1.0, 0.0)
    with pytest.raises(InvalidInput, match="kappa"):
        poisson_p_value(1, 1.0, -0.1)


def test_closed_and_degenerate_hypotheses_are_named():
    closed = significance(BinnedModel([[1.0, 2.0], [0.0, 0.0]], [[50.0, 60.0]]), [55, 60])
    assert closed.status.tolist() == ["ok", "closed"]
    assert (closed.best_fit[1], closed.error[1], closed.p_value[1]) == (0.0, math.inf, 1.0)
    same = BinnedModel([[1.0, 1.0]], [[50.0, 50.0], [1.0, 1.0]], Linear(("level",)), [Nuisance("level")])
    assert significance(same, [55, 60]).status[0] == "degenerate"
