"""Decays in flight: limits, scaling and all digits for short and long decay lengths; vertices that follow the law."""

import numpy as np
import pytest

from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S
from darkfactory.errors import InvalidInput
from darkfactory.kinematics.flight import (
    decay_length,
    decays_between,
    fly,
    prompt_probability,
    seen_probability,
)

EDGES = np.array([1.0, 2.0, 5.0, 6.0, 40.0])
SEEN = np.array([0.2, 0.9, 0.4, 0.1])
WIDTHS = np.diff(EDGES)
MM_PER_NS = HBAR_C_MEV_MM / HBAR_MEV_S * 1e-9


def test_one_bin_from_the_start_is_the_prompt_probability():
    length = np.array([0.1, 3.0, 1e4, 1e15])
    found = seen_probability([0.0, 3.0], [1.0], length)
    assert found == pytest.approx(prompt_probability(3.0, length, 1.0, 1.0), rel=1e-14, abs=0)


def test_ends():
    """Nothing survives to the first edge; of what lives long, the seen length over the decay length decays."""
    assert seen_probability(EDGES, SEEN, [0.0, 1e-300, np.inf]).tolist() == [0.0, 0.0, 0.0]
    assert seen_probability([0.0, 1.0], [0.7], 0.0) == pytest.approx(0.7, rel=1e-12, abs=0)
    assert seen_probability(EDGES, SEEN, 1e20) * 1e20 == pytest.approx(WIDTHS @ SEEN, rel=1e-12, abs=0)
    # a deep shield: exp(-500), and not the rounding of a difference
    assert seen_probability([500.0, 501.0], [1.0], 1.0) == pytest.approx(np.exp(-500) * -np.expm1(-1), rel=1e-12, abs=0)


def test_shapes():
    assert np.shape(seen_probability(EDGES, SEEN, 3.0)) == ()
    length = np.linspace(0.1, 20, 9000).reshape(3, 3000)  # more than a chunk
    found = seen_probability(EDGES, SEEN, length)
    assert found.shape == length.shape
    assert found[2, 2999] == pytest.approx(seen_probability(EDGES, SEEN, length[2, 2999]), rel=1e-14, abs=0)


def test_decays_between_edges():
    """All of them somewhere, and their mean distance is the mean decay length."""
    edges = np.concatenate([[0.0], np.geomspace(1e-4, 1e3, 4000)])
    found = decays_between(edges, np.array([0.0, 0.3, 7.0, np.inf]))
    assert found.sum(axis=1) == pytest.approx([1.0, 1.0, 1.0, 0.0], rel=1e-12, abs=0)
    assert found[1:3] @ (edges[1:] + edges[:-1]) / 2 == pytest.approx([0.3, 7.0], rel=1e-5, abs=0)


def test_vertices_follow_the_exponential():
    u = (np.arange(20000) + 0.5) / 20000
    p = np.tile([0.0, 3.0, 4.0], (len(u), 1))
    made = fly(u, [1.0, 0.0, 0.0], p, 2.0, 8.0)  # 20 mm
    moved = made.position - [1.0, 0.0, 0.0]
    distance = np.linalg.norm(moved, axis=1)
    assert distance.mean() == pytest.approx(20.0, rel=1e-3, abs=0)
    assert np.exp(-distance / 20).mean() == pytest.approx(0.5, rel=1e-3, abs=0)
    assert np.cross(moved, p) == pytest.approx(0.0, abs=1e-10)
    assert made.time_ns == pytest.approx(distance * np.hypot(5, 2) / 5 / MM_PER_NS, rel=1e-12, abs=0)
    assert np.all(made.weight == 1)


def test_a_part_of_the_path():
    u = (np.arange(20000) + 0.5) / 20000
    p = np.tile([0.0, 0.0, 1.0], (len(u), 1))
    for ctau in (1e-3, 5.0, 1e12, np.inf):
        made = fly(u, np.zeros(3), p, 1.0, ctau, start_ns=2.0, between=(3.0, 30.0))
        assert np.all((made.position[:, 2] >= 3) & (made.position[:, 2] <= 30))
        assert made.weight == pytest.approx(seen_probability([3.0, 30.0], [1.0], ctau), rel=1e-12, abs=0)
        assert np.all(np.isfinite(made.time_ns) & (made.time_ns > 2))
    assert made.position[:, 2].mean() == pytest.approx(16.5, rel=1e-12, abs=0)


def test_at_rest():
    """What rests decays where it is, after its lifetime."""
    made = fly([0.5], np.ones(3), np.zeros((1, 3)), 2.0, 300.0)
    assert made.position.tolist() == [[1.0, 1.0, 1.0]]
    assert made.time_ns == pytest.approx(300 * np.log(2) / MM_PER_NS, rel=1e-12, abs=0)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: seen_probability([1.0, 1.0], [1.0], 3.0), "must rise"),
        (lambda: seen_probability([1.0, 2.0], [1.0, 1.0], 3.0), "2 bins"),
        (lambda: seen_probability([1.0, 2.0], [1.5], 3.0), "seen = 1.5"),
        (lambda: seen_probability([1.0, 2.0], [1.0], -3.0), "decay length = -3"),
        (lambda: seen_probability([1.0, 2.0], [1.0], np.nan), "decay length = nan"),
        (lambda: decay_length(-1.0, 1.0, 1.0), "ctau = -1"),
        (lambda: decay_length(1.0, 1.0, 0.0), "mass = 0"),
        (lambda: fly(0.5, np.zeros(3), np.ones(3), 1.0, np.inf), "needs an end"),
        (lambda: fly(1.0, np.zeros(3), np.ones(3), 1.0, 1.0), "u = 1"),
        (lambda: fly(0.5, np.zeros(3), np.ones(3), 1.0, 1.0, between=(3.0, 2.0)), "between"),
    ],
)
def test_bad_numbers(call, says):
    with pytest.raises(InvalidInput, match=says):
        call()
