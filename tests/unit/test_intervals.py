"""Unions of intervals and what is left of them, told point by point."""

import math

import numpy as np
import pytest

from darkfactory.surveys.intervals import factor, holds, joined, left

TICKS = np.geomspace(1.0, 1.5, 121)  # 0.3% apart
MIDDLES = np.sqrt(TICKS[1:] * TICKS[:-1])


def some(rng, number):
    """Intervals between ticks, a few of them without an end."""
    ends = np.sort(TICKS[rng.integers(0, len(TICKS), (number, 2))], axis=1)
    ends[rng.random(number) < 0.03, 0] = 0.0
    ends[rng.random(number) < 0.03, 1] = math.inf
    return [(low, high) for low, high in ends[ends[:, 1] < 1.1 * np.maximum(ends[:, 0], 1.0)].tolist()]


@pytest.mark.parametrize("seed", range(20))
def test_unions_and_what_is_left_point_by_point(seed):
    rng = np.random.default_rng(seed)
    several, gone = some(rng, 12), some(rng, 12)
    union, rest = joined(several), left(several, gone)
    inside = np.array([any(low < x < high for low, high in several) for x in MIDDLES])
    outside = np.array([not any(low < x < high for low, high in gone) for x in MIDDLES])
    assert [holds(union, x) for x in MIDDLES] == inside.tolist()
    assert [holds(rest, x) for x in MIDDLES] == (inside & outside).tolist()
    for found in (union, rest):
        ends = [end for pair in found for end in pair]
        assert ends == sorted(ends)
    if rest and rest[0][0] > 0 and rest[-1][1] < math.inf:
        cells = (TICKS[1:] / TICKS[:-1])[inside & outside]
        assert factor(rest) == pytest.approx(math.prod(cells), rel=1e-12)
