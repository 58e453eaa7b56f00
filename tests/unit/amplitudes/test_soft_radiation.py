"""The radiative tail of the line against its closed cumulative form."""

import numpy as np
import pytest

from darkfactory.amplitudes.soft_radiation import TAILS, tail_exponent, tail_quadrature
from darkfactory.errors import InvalidInput
from oracles.binned_counts import tail_exponent as oracle_exponent
from oracles.binned_counts import tail_weight

LINES = (1.0, 0.9, 0.5, 0.1)


@pytest.mark.parametrize("x_a", LINES)
def test_exponent(x_a):
    assert float(tail_exponent(x_a)) == pytest.approx(oracle_exponent(x_a), rel=1e-12, abs=0)


@pytest.mark.parametrize("form", TAILS)
@pytest.mark.parametrize("x_a", LINES)
def test_weight_above_half_the_energy(x_a, form):
    x, weight = tail_quadrature(x_a, form)
    assert weight.sum() == pytest.approx(float(tail_weight(x_a, 0.5, form)), rel=1e-5, abs=0)
    assert np.all((x >= 0.5 * x_a - 1e-12) & (x <= x_a))
    assert np.all(weight > 0)


@pytest.mark.parametrize("form", TAILS)
@pytest.mark.parametrize("power", [1, 2, 5])
def test_moments_of_the_tail(form, power):
    """int D (1-z)^k dz over [1/2, 1], by parts from the cumulative weight."""
    x, weight = tail_quadrature(1.0, form)
    t, w = np.polynomial.legendre.leggauss(200)
    t, w = (t + 1) / 4, w / 4
    expected = tail_weight(1.0, 0.5, form) * 0.5**power - np.sum(
        w * tail_weight(1.0, t, form) * power * t ** (power - 1)
    )
    assert np.sum(weight * (1 - x) ** power) == pytest.approx(float(expected), rel=1e-4, abs=0)


def test_leading_log_has_unit_integral_and_less_loss():
    assert float(tail_weight(1.0, 1.0, "leading-log")) == pytest.approx(1.0, abs=1e-12)
    soft, log = (tail_quadrature(1.0, form) for form in TAILS)
    lost = [1 - float(w[x > 0.95].sum()) for x, w in (soft, log)]
    assert 0.04 < lost[1] < lost[0] < 0.07


def test_a_line_too_soft_to_radiate_stays_where_it_is():
    x, weight = tail_quadrature(0.012)
    assert np.all(x == 0.012)
    assert weight.sum() == pytest.approx(1.0)
    assert x.shape == weight.shape


def test_unknown_form():
    with pytest.raises(InvalidInput, match="signal_tail = 'hard': allowed soft, leading-log"):
        tail_quadrature(1.0, "hard")
