"""The compiled fit itself: precision of the deviance, speed of its convergence, hard starts."""

import mpmath
import numpy as np
import pytest

from darkfactory.statistics import BinnedModel, Linear, Nuisance
from darkfactory.statistics._fits import Fitter
from darkfactory.statistics._roots import rising_root


@pytest.mark.parametrize("x", [1e-12, 3e-7, -9.9e-5, 1.01e-4, -2e-3, 0.0999, 0.1001, -0.3, 2.0, 1e6])
def test_x_minus_log1p_keeps_all_digits(x):
    from darkfactory.statistics._kernels import x_minus_log1p

    with mpmath.workdps(50):
        exact = float(mpmath.mpf(x) - mpmath.log(1 + mpmath.mpf(x)))
    assert float(x_minus_log1p(x)) == pytest.approx(exact, rel=3e-14)


def test_deviance_of_1e12_counts():
    from darkfactory.statistics._kernels import deviance

    counts, expected = 1e12, 1e12 + 1e6
    with mpmath.workdps(50):
        n, d = mpmath.mpf(expected), mpmath.mpf(counts)
        exact = float(n - d - d * mpmath.log(n / d))
    assert float(deviance(expected, counts)) == pytest.approx(exact, rel=1e-9)
    assert float(deviance(3.0, 0.0)) == 3.0


def fit(model, data, **options):
    """One fit of the first hypothesis, and how many steps it took."""
    from darkfactory.statistics import _kernels

    steps, kernel = [], _kernels.fit

    def counted(*arguments, **keywords):
        found = kernel(*arguments, **keywords)
        steps.append(int(np.asarray(found["iterations"]).max()))
        return found

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(_kernels, "fit", counted)
        fits = Fitter(model)(np.asarray(data, dtype=float)[None, None, :], np.ones((1, 1)), **options)
    return fits, max(steps)


def pulled():
    """A model whose bins cannot all be fitted, so that the curvature of its basis matters."""
    from darkfactory.statistics import Chebyshev

    x = np.linspace(-2.0, 2.0, 40)
    shift = Chebyshev("t", 1.0, 12)
    b = [100.0 * (np.exp(-0.5 * ((x - t) / 0.5) ** 2) + 0.5) for t in shift.nodes]
    model = BinnedModel(np.exp(-0.5 * ((x - 1.5) / 0.1) ** 2), b, shift, [Nuisance("t")])
    data = 50.0 + 60.0 * (np.abs(x) < 0.8) + 40.0 * (x > 0.3)
    return model, data


def test_convergence_is_quadratic_with_large_residuals():
    fits, steps = fit(*pulled(), frozen=False)
    assert fits.converged[0, 0]
    assert steps <= 9


def test_start_outside_the_domain_returns_to_nominal():
    b = np.full(10, 100.0)
    model = BinnedModel(b, [b, b * np.linspace(-1, 1, 10)], Linear(("t",)), [Nuisance("t", 1.0)])
    far = np.full((1, 1, 1), 5.0)  # expectation -400 in the first bin
    lost, _ = fit(model, b, frozen=True, start=far)
    found, _ = fit(model, b, frozen=True)
    assert lost.converged[0, 0]
    assert lost.nll == pytest.approx(found.nll, rel=1e-9)


def test_a_flat_direction_does_not_break_the_fit():
    b = np.full(10, 100.0)
    model = BinnedModel(b, [b, b, b], Linear(("s", "t")), [Nuisance("s", lower=-1.0), Nuisance("t", lower=-1.0)])
    fits, _ = fit(model, 1.3 * b, frozen=True)
    assert np.isfinite(fits.nll[0, 0])
    assert not np.any(np.isnan(fits.theta))


def test_roots_far_away_and_flat_starts():
    x, solved = rising_root(
        lambda x: (np.tanh(x - 30.0), np.cosh(np.clip(x - 30.0, -300, 300)) ** -2.0, np.ones(1, dtype=bool)),
        np.ones(1),
        np.zeros(1),
    )
    assert solved[0]
    assert x[0] == pytest.approx(30.0, abs=1e-8)


def test_invalid_points_are_given_up():
    _, solved = rising_root(lambda x: (x - 2.0, np.ones(1), np.zeros(1, dtype=bool)), np.ones(1), np.zeros(1))
    assert not solved[0]
