"""Exact derivatives of expected limits: closed forms, differences of refitted limits, laws of scale."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from darkfactory.statistics import (
    BinnedModel,
    Linear,
    Norm,
    NormSys,
    Nuisance,
    Product,
    Sum,
    asymptotic_limit,
    expected_limit,
    fisher_information,
)
from darkfactory.statistics.gradient import limit_gradient, normalised_by
from oracles.limit_elasticity import gaussian_with_error, known_background

METHODS = ("profile", "cls", "fisher")


def several():
    """Three masses over two backgrounds: one normalised by the data, one with a prior, both with a common tilt."""
    x = (np.arange(12) + 0.5) / 12
    signal = np.stack([3e4 * np.exp(-0.5 * ((x - at) / 0.08) ** 2) for at in (0.2, 0.5, 0.9)])
    flat, falling = np.full(12, 4000.0), 6000.0 * np.exp(-2 * x)
    basis = Sum((Product((Norm("flat"), Linear(("tilt",)))), Product((NormSys("falling", 0.9, 1.1), Linear(())))))
    templates = np.stack([flat, flat * (x - 0.5), falling])
    nuisances = [Nuisance("flat", lower=-0.99), Nuisance("tilt", prior=0.03), Nuisance("falling", prior=1.0)]
    return BinnedModel(signal, templates, basis, nuisances, NormSys("falling", 0.97, 1.03))


def differences(change, cl, method):
    """d ln(limit) / d ln(number) by a central difference of limits of changed models."""
    step = 2e-3
    up, down = (np.log(asymptotic_limit(change(f), cl, method).limit) for f in (1 + step, 1 - step))
    return (up - down) / math.log((1 + step) / (1 - step))


def scaled(model, signal, templates):
    return lambda f: BinnedModel(
        model.signal * f**signal,
        model.templates * (f ** np.broadcast_to(templates, model.basis.size))[:, None],
        model.basis,
        model.nuisances,
        model.signal_basis,
    )


def with_prior(model, k):
    def changed(f):
        nuisances = list(model.nuisances)
        nuisances[k] = replace(nuisances[k], prior=nuisances[k].prior * f)
        return BinnedModel(model.signal, model.templates, model.basis, nuisances, model.signal_basis)

    return changed


@pytest.mark.parametrize("method", METHODS)
def test_derivatives_are_differences_of_refitted_limits(method):
    model = several()
    gradient = limit_gradient(model, asymptotic_limit(model, 0.9, method))
    assert gradient.known.all()
    own = normalised_by(model, "flat")
    assert own.tolist() == [True, True, False]
    for signal, templates in ((1.0, 1.0), (1.0, 0.0), (0.0, 1.0), (0.0, own.astype(float)), (2.0, [1.0, -1.0, 0.5])):
        wanted = differences(scaled(model, signal, np.asarray(templates)), 0.9, method)
        assert gradient.elasticity(signal, templates) == pytest.approx(wanted, rel=1e-4, abs=1e-6)
    for k in (1, 2):
        wanted = differences(with_prior(model, k), 0.9, method)
        assert gradient.of_priors()[:, k] == pytest.approx(wanted, rel=1e-4, abs=1e-6)
        assert np.abs(wanted).max() > 1e-3
    assert not gradient.of_priors()[:, 0].any()


@pytest.mark.parametrize("cl", [0.9, 0.95])
@pytest.mark.parametrize("b", [60.0, 1e3, 1e6])
def test_counting_over_a_known_background(b, cl):
    model = BinnedModel([[7.0]], [[b]])
    gradient = limit_gradient(model, asymptotic_limit(model, cl, "profile"))
    background, exposure = known_background(b, cl)
    assert gradient.elasticity(0.0, 1.0)[0] == pytest.approx(background, rel=1e-7)
    assert gradient.elasticity(1.0, 1.0)[0] == pytest.approx(exposure, rel=1e-7)
    assert gradient.elasticity(1.0, 0.0)[0] == pytest.approx(-1.0, rel=1e-9)


@pytest.mark.parametrize("kappa", [1e-4, 1e-3, 0.1])
def test_counting_over_a_background_that_is_not_known_well(kappa):
    b = 1e6
    model = BinnedModel([[7.0]], [[b]], Norm("norm"), [Nuisance("norm", kappa)])
    gradient = limit_gradient(model, asymptotic_limit(model, 0.95, "fisher"))
    background, exposure, error = gaussian_with_error(b, kappa)
    assert gradient.elasticity(0.0, 1.0)[0] == pytest.approx(background, rel=1e-9)
    assert gradient.elasticity(1.0, 1.0)[0] == pytest.approx(exposure, rel=1e-9, abs=1e-12)
    assert gradient.of_priors()[0, 0] == pytest.approx(error, rel=1e-9)


def test_exposure_alone_is_a_square_root_with_background_and_linear_without():
    many = BinnedModel([[1.0, 3.0, 1.0]], [[1e7, 1e7, 1e7]])
    gradient = limit_gradient(many, expected_limit(many, 0.95, "profile"))
    assert gradient.elasticity(1.0, 1.0)[0] == pytest.approx(-0.5, abs=1e-3)
    none = BinnedModel([[1.0, 3.0]], [[0.0, 0.0]])
    one, two = (float(expected_limit(scaled(none, 1.0, 1.0)(f), 0.95).limit[0]) for f in (1.0, 2.0))
    assert math.log(two / one) / math.log(2) == pytest.approx(-1.0, rel=1e-12)


def test_where_there_are_no_derivatives():
    few = BinnedModel([[1.0], [1.0], [0.0]], [[[3.0]], [[1e5]], [[1e5]]])
    gradient = limit_gradient(few, expected_limit(few, 0.9, "profile"))
    assert gradient.known.tolist() == [False, True, False]  # exact Poisson, many events, closed
    assert gradient.elasticity(1.0, 1.0)[[0, 2]].tolist() == [0.0, 0.0]
    bound = BinnedModel([[1.0, 0.0]], [[1e4, 1e4], [-1e4, 0.0]], None, [Nuisance("down", upper=1e-9)])
    assert not limit_gradient(bound, asymptotic_limit(bound, 0.9, "profile")).known.any()


def test_widths_after_the_fit():
    """Of a background that a bin without signal measures: prior and data add as inverse squares."""
    model = BinnedModel([[1.0, 0.0]], [[1e4, 1e4]], Norm("norm"), [Nuisance("norm", 0.02)])
    assert fisher_information(model).widths[0, 0] == pytest.approx((0.02**-2 + 1e4) ** -0.5, rel=1e-9)
