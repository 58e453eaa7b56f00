"""Laws of the fiducial volume of displaced vertices, its sampler, and what it refuses."""

from dataclasses import replace

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.kinematics.flight import seen_probability

VOLUME = DecayVolume(19.0, 50.0, 22.0, 60.0, 2.0, first_layer=23.3)
LENGTHS = np.geomspace(0.03, 1e6, 60)


def test_table():
    edges, seen, error = VOLUME.table
    assert edges[0] == 2
    assert edges[-1] == pytest.approx(VOLUME.longest, rel=1e-12, abs=0)
    assert np.all((seen >= 0) & (seen <= 1) & (error >= 0))
    assert np.diff(edges) @ error < 1e-3 * VOLUME.seen_length
    assert DecayVolume(19.0, 50.0, 22.0, 60.0, 2.0, 23.3).table[1] is seen  # computed once


def test_probability_is_the_fold_with_the_table():
    edges, seen, _ = VOLUME.table
    assert VOLUME.probability(LENGTHS) == pytest.approx(seen_probability(edges, seen, LENGTHS), rel=1e-5, abs=0)
    assert VOLUME.probability(LENGTHS[3]) == VOLUME.probability(LENGTHS)[3]


@pytest.mark.parametrize("cosine", [0.0, 0.35, 0.8, 0.98])
def test_a_direction(cosine):
    """Stops one by one: the share of fiducial points at a distance, in a cone about the axis."""
    edges, seen, n = VOLUME.table[0], VOLUME.by_direction, 400_000
    assert seen.mean(axis=1) == pytest.approx(VOLUME.table[1], rel=1e-12, abs=1e-15)
    cone, rng = int(cosine * seen.shape[1]), np.random.default_rng(4)
    along = (cone + rng.random(n)) / seen.shape[1] * rng.choice([-1, 1], n)
    across, turn = np.sqrt(1 - along**2), 2 * np.pi * rng.random(n)
    direction = np.stack([across * np.cos(turn), across * np.sin(turn), along], axis=1)
    stops = VOLUME.stops(rng.random(n), rng.random(n))
    for k in (150, 230):
        at = edges[k] + (edges[k + 1] - edges[k]) * rng.random((n, 1))
        assert seen[k, cone] == pytest.approx(VOLUME.contains(stops + at * direction).mean(), abs=0.004)


def test_limits():
    assert VOLUME.probability([0.0, np.inf]).tolist() == [0.0, 0.0]
    scaled = LENGTHS * VOLUME.probability(LENGTHS)
    assert np.all(scaled < VOLUME.seen_length * (1 + 1e-5))
    assert scaled[-1] == pytest.approx(VOLUME.seen_length, rel=1e-4, abs=0)
    assert 0.4 < VOLUME.probability(LENGTHS).max() < 0.5


def test_less_is_seen_further_from_the_wall():
    closer, further = replace(VOLUME, wall_distance=1.0), replace(VOLUME, wall_distance=3.0)
    assert np.all(closer.probability(LENGTHS) > VOLUME.probability(LENGTHS))
    assert np.all(further.probability(LENGTHS) < VOLUME.probability(LENGTHS))
    on_the_wall = replace(VOLUME, wall_distance=0.0)
    assert on_the_wall.probability(1e-6) == pytest.approx(1.0, abs=1e-3)


def test_what_is_fiducial():
    """On the wall, inside and outside of the cone, near its apex and beyond, and out of the cylinder."""
    normal = np.array([50.0, 0.0, 19.0]) / np.hypot(50, 19)
    wall = np.array([9.5, 0.0, 25.0])
    assert VOLUME.contains(wall + np.outer([-2.01, -1.99, 0.0, 1.99, 2.01], normal)).tolist() == [1, 0, 0, 0, 1]
    points = [
        [0, 0, 0],
        [0, 0, 44],
        [0, 0, 45.5],
        [0, 0, -51.9],
        [0, 0, -52.1],
        [0, 0, 60.1],
        [22.1, 0, 0],
        [21.1, 0, 0],
    ]
    assert VOLUME.contains(points).tolist() == [1, 1, 0, 0, 1, 0, 0, 1]
    assert VOLUME.contains([0.0, 21.5, 0.0])


def test_sampled_vertices_make_the_probability():
    rng = np.random.default_rng(5)
    n = 40000
    direction = rng.standard_normal((n, 3))
    p = 30 * direction / np.linalg.norm(direction, axis=1)[:, None]
    for ctau in (0.3, 3.0, 1e5):
        made = VOLUME.vertices(rng.random((n, 3)), p, 20.0, ctau)
        error = made.weight.std() / n**0.5
        assert made.weight.mean() == pytest.approx(VOLUME.probability(1.5 * ctau), abs=4 * error)
        assert np.all(VOLUME.contains(made.position[made.weight > 0]))


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"radius": 24.0}, "fiducial_radius = 24.*material"),
        ({"radius": 18.0}, "fiducial_radius = 18.*encloses"),
        ({"half_length": 40.0}, "fiducial_half_length = 40"),
        ({"wall_distance": -1.0}, "search.d_min = -1"),
        ({"wall_distance": 40.0}, "search.d_min = 40 mm: no vertex"),
        ({"wall_distance": 500.0}, "search.d_min = 500 mm: no vertex"),
        ({"target_radius": 0.0}, "target_radius = 0"),
        ({"target_half_length": float("nan")}, "target_half_length = nan"),
    ],
)
def test_bad_volumes(change, says):
    with pytest.raises(InvalidInput, match=says):
        replace(VOLUME, **change)


@pytest.mark.parametrize("length", [-1.0, float("nan")])
def test_bad_lengths(length):
    with pytest.raises(InvalidInput, match="decay length"):
        VOLUME.probability(length)
