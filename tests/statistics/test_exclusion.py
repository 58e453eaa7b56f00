"""Excluded intervals: edges of known signals, several regions, tips, and what is not bracketed."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import lambertw

from darkfactory.errors import InvalidInput
from darkfactory.statistics.exclusion import excluded

GRID = np.geomspace(1e-8, 1e4, 49)


def late(c, a):
    return lambda x, rows: c * x**2 * np.exp(-a * x**2)


def edges(c, a, limit):
    """c x^2 exp(-a x^2) = limit: -a x^2 = W(-a limit / c)."""
    z = -a * limit / c
    return np.sqrt(np.array([-lambertw(z, 0).real, -lambertw(z, -1).real]) / a)


@settings(max_examples=60)
@given(st.floats(-3, 3), st.floats(-4, 8), st.floats(-6, -1e-3))
def test_both_edges_of_a_signal_that_decays_away(log_limit, log_a, log_z):
    """Over the range from far apart to close to the tip, -a limit / c = -exp(-1 + log_z)."""
    limit, a = 10**log_limit, 10**log_a
    c = a * limit / np.exp(-1 + log_z)
    found = excluded(late(c, a), [limit], GRID)
    assert found.status.tolist() == ["ok"]
    assert found.intervals[0] == pytest.approx(edges(c, a, limit)[None], rel=1e-10)
    assert found.upper_limit[0] == found.intervals[0][0, 0]
    assert found.lower_limit[0] == found.intervals[0][0, 1]


@pytest.mark.parametrize("above", [1e-3, 1e-6, 1e-9, 1e-12])
def test_edges_that_meet_at_the_tip(above):
    """The tip of x^2 exp(-x^2), 1/e at x = 1, over a limit: edges at 1 -+ sqrt(above / 2), between points of the scan."""
    found = excluded(late(1.0, 1.0), [np.exp(-1) * (1 - above)], np.geomspace(3e-5, 2e5, 19))
    assert len(found.intervals[0]) == 1
    assert np.log(found.intervals[0][0]) == pytest.approx(np.sqrt(above / 2) * np.array([-1, 1]), rel=2e-2)
    missed = excluded(late(1.0, 1.0), [np.exp(-1) * (1 + above)], np.geomspace(3e-5, 2e5, 19))
    assert missed.intervals[0].shape == (0, 2)


def test_many_hypotheses_at_once():
    """Nothing, a closed one, two edges, an upper limit without an upper edge, everything."""

    def signal(x, rows):
        shape = np.array([1e-3, 1.0, 1.0, 0.0, 0.0])[rows]
        return np.array([1e-3, 0.0, 100.0, 100.0, 0.0])[rows] * x**2 * np.exp(-shape * x**2) + 10.0 * (rows == 4)

    limit = np.array([3.0, np.inf, 3.0, 3.0, 3.0])
    found = excluded(signal, limit, GRID)
    assert found.status.tolist() == ["none", "none", "ok", "unbracketed", "unbracketed"]
    assert found.intervals[2] == pytest.approx(edges(100.0, 1.0, 3.0)[None], rel=1e-10)
    assert found.intervals[3] == pytest.approx(np.array([[np.sqrt(0.03), np.inf]]), rel=1e-10)
    assert found.intervals[4].tolist() == [[0.0, np.inf]]
    assert found.upper_limit == pytest.approx(
        [np.inf, np.inf, edges(100.0, 1.0, 3.0)[0], np.sqrt(0.03), 0.0], rel=1e-10
    )
    assert found.lower_limit == pytest.approx([0.0, 0.0, edges(100.0, 1.0, 3.0)[1], np.inf, np.inf], rel=1e-10)
    for h in range(5):
        alone = excluded(lambda x, rows, h=h: signal(x, rows + h), limit[[h]], GRID)
        assert alone.intervals[0].tolist() == found.intervals[h].tolist()


def test_disjoint_regions_and_a_hidden_gap():
    """Two bumps in log x; and interference (x - 1)^2 that opens a gap narrower than the scan."""

    def bumps(x, rows):
        u = np.log10(x)
        return 10 * np.exp(-((u + 4) ** 2) * 2) + 10 * np.exp(-((u - 1) ** 2) * 2)

    found = excluded(bumps, [3.0], GRID).intervals[0]
    half = np.sqrt(np.log(10 / 3) / 2)
    assert np.log10(found) == pytest.approx(np.array([[-4 - half, -4 + half], [1 - half, 1 + half]]), abs=1e-9)
    gap = excluded(lambda x, rows: 100 * (x - 1) ** 2, [1e-2], np.geomspace(3e-5, 2e5, 19))
    assert gap.intervals[0] == pytest.approx(np.array([[0.0, 0.99], [1.01, np.inf]]), rel=1e-10)
    # what is allowed again above the smallest couplings has an upper limit
    assert gap.upper_limit[0] == pytest.approx(1.01, rel=1e-10)
    assert gap.status.tolist() == ["unbracketed"]


def test_a_scale_has_a_largest_edge():
    """Signal 1/Lambda^4: excluded below the scale at which it is the limit; the lower end is not looked for."""
    found = excluded(lambda x, rows: 30.0 * x**-4.0, [3.0], GRID)
    assert found.lower_limit[0] == pytest.approx(10**0.25, rel=1e-10)
    assert found.intervals[0][0, 0] == 0


@pytest.mark.parametrize(
    ("limit", "grid", "words"),
    [
        ([0.0], GRID, "limit = 0: must be > 0"),
        ([1.0], GRID[::-1], "must rise"),
        ([1.0], [1.0, 2.0], "three at least"),
        ([1.0], [0.0, 1.0, 2.0], "couplings"),
    ],
)
def test_bad_input(limit, grid, words):
    with pytest.raises(InvalidInput, match=words):
        excluded(late(1.0, 1.0), limit, grid)
