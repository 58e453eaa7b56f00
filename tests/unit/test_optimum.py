"""Minima of bounded functions: every valley of the grid, curved ones, walls and plains, for a known number of calls."""

import math

import pytest

from darkfactory.numerics.optimum import Interval, minimum

UNIT = Interval(0.0, 1.0)


@pytest.mark.parametrize("axis", [Interval(-2.0, 5.0), Interval(0.5, 60.0, log=True)])
def test_places_and_values_are_the_same_points(axis):
    points = axis.points(9)
    assert [axis.value(k / 8) for k in range(9)] == pytest.approx(points.tolist(), rel=1e-12)
    assert [8 * axis.coordinate(x) for x in points] == pytest.approx(list(range(9)), abs=1e-9)
    assert (axis.value(-0.1), axis.value(1.1)) == (axis.low, axis.high)


def counted(function):
    calls = []

    def called(*x):
        calls.append(x)
        return function(*x)

    return called, calls


@pytest.mark.parametrize("bottom", [0.025, 0.32, 0.525, 0.775, 0.98])
def test_the_deepest_of_several_valleys_between_points_of_the_grid(bottom):
    """Four others look deeper on the grid: their bottoms are on its points."""

    def valleys(x):
        others = (0.15, 0.4, 0.65, 0.9)
        return -max(1.2 - 20 * abs(x - bottom), *(1.0 - 20 * abs(x - one) for one in others if abs(one - bottom) > 0.1))

    called, calls = counted(valleys)
    found = minimum(called, [UNIT])
    assert found.at[0] == pytest.approx(bottom, abs=2e-3)
    assert len(calls) < 120


@pytest.mark.parametrize("end", [0.0, 0.3, 1.0])
def test_along_the_floor_of_a_curved_valley(end):
    called, calls = counted(lambda x, y: 30 * (y - 0.2 - 0.6 * (x - 0.3) ** 2) ** 2 + 0.05 * (x - end) ** 2)
    found = minimum(called, [UNIT, UNIT])
    assert found.value == pytest.approx(0.0, abs=2e-5)
    assert len(calls) < 250


def test_a_wall_and_a_plain():
    """The lowest allowed point at a wall; a plain is a single valley, nowhere finite is none."""
    walled = minimum(lambda x: x if x > 0.123 else math.inf, [UNIT])
    assert walled.at[0] == pytest.approx(0.123, abs=2e-3)
    corner = minimum(lambda x, y: x + y if x + 2 * y > 0.7 else math.inf, [UNIT, UNIT])
    assert corner.value == pytest.approx(0.35, abs=5e-3)
    for intervals in ([UNIT], [UNIT, UNIT]):
        called, calls = counted(lambda *x: 1.0)
        assert minimum(called, intervals).value == 1.0
        assert len(calls) < 250
    assert math.isinf(minimum(lambda x: math.inf, [UNIT]).value)
