"""Differences with controlled steps, ends of power laws, and minima of bounded numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.numerics.elasticity import DEVIATION, MOST, elasticity, power_law_end
from darkfactory.numerics.optimum import Interval, minimum, within


def of(function):
    """Changes of a function of the logarithm of a factor."""
    return lambda factor: (math.log(factor), np.array([function(math.log(factor))]))


def test_power_laws_are_exact_and_take_one_pair():
    calls = []

    def counted(x):
        calls.append(x)
        return -1.5 * x

    found = elasticity(of(counted))
    assert found.value[0] == pytest.approx(-1.5, rel=1e-12)
    assert found.error[0] < 1e-12
    assert (len(calls), found.step, found.smooth) == (2, 0.01, True)


def test_what_is_curved_gets_smaller_steps():
    found = elasticity(of(lambda x: x + 30 * x**2))
    assert (found.step, found.smooth) == (1e-3, True)
    assert found.value[0] == pytest.approx(1.0, rel=1e-3)
    assert found.up[0] > found.value[0] > found.down[0]
    assert found.error[0] == pytest.approx((found.up[0] - found.down[0]) / 2)


def test_noise_gets_larger_steps_and_is_said():
    """A sample whose events cross a threshold: its grain matters the more the smaller the step."""
    grain = np.random.default_rng(5).normal(0, 3e-3, 2001)
    found = elasticity(of(lambda x: 0.8 * x + (grain[round(1000 * x) + 1000] if x else 0.0)))
    assert (found.step, found.smooth) == (0.1, False)
    assert abs(found.value[0] - 0.8) < 3 * found.error[0] + 0.05


def test_one_side_and_none():
    def below(factor):
        if factor > 1:
            raise InvalidInput("above the end")
        return math.log(factor), 2 * np.log([factor])

    found = elasticity(below)
    assert (found.error, found.up, found.refused) == (None, None, "above the end")
    assert found.value[0] == pytest.approx(2.0)
    assert power_law_end(below, 2.0, 1) == 1.0

    def never(factor):
        raise InvalidInput("never")

    with pytest.raises(InvalidInput, match="never"):
        elasticity(never)
    with pytest.raises(InvalidInput, match="given as it is"):
        elasticity(lambda factor: (math.log(factor), np.array([0.3 + math.log(factor)])))


@pytest.mark.parametrize("curvature", [2.0, 0.3, 0.05, 0.02])
@pytest.mark.parametrize("sign", [1, -1])
def test_ends_of_power_laws(curvature, sign):
    change = of(lambda x: -0.5 * x + curvature * x**2)
    end = sign * math.log(power_law_end(change, -0.5, sign))
    assert curvature * end**2 == pytest.approx(DEVIATION, rel=0.15)


def test_ends_that_are_not_reached():
    change = of(lambda x: -x)
    assert power_law_end(change, -1.0, 1) == pytest.approx(math.exp(MOST), rel=1e-5)
    assert power_law_end(change, -1.0, -1, most=math.log(1.25)) == pytest.approx(0.8, rel=1e-5)
    jump = of(lambda x: -x + (0.5 if x > 0.4 else 0.0))
    assert math.log(power_law_end(jump, -1.0, 1)) == pytest.approx(0.4, rel=0.06)


def test_minima_of_one_and_two_numbers_and_at_an_end():
    found = minimum(lambda x: math.cos(x), [Interval(0.0, 6.0)])
    assert found.at[0] == pytest.approx(math.pi, abs=0.01)
    two = minimum(
        lambda x, y: (x - 2) ** 2 + (math.log(y) - 3) ** 2 + x * y / 1e3, [Interval(0, 5), Interval(1, 1e4, True)]
    )
    assert two.at[0] == pytest.approx(2, abs=0.05)
    assert math.log(two.at[1]) == pytest.approx(3, abs=0.05)
    end = minimum(lambda x: -x, [Interval(1.0, 1e6, True)])
    assert (end.at, Interval(1.0, 1e6, True).end(end.at[0])) == ((1e6,), "high")
    assert minimum(lambda x: math.inf, [Interval(0, 1)]).value == math.inf
    assert minimum(lambda x: math.inf if x < 0.52 else x, [Interval(0, 1)]).at[0] == pytest.approx(0.52, abs=0.02)


def test_ranges_around_a_minimum():
    low, high = within(lambda x: math.log(x / 10) ** 2, Interval(1, 1000, True), 10.0, 0.01)
    assert math.log(low / 10) == pytest.approx(-0.1, rel=0.06)
    assert math.log(high / 10) == pytest.approx(0.1, rel=0.06)
    assert within(lambda x: 0.0, Interval(2, 3), 2.5, 1.0) == (2.0, 3.0)
