"""First crossing of a helix with a cylinder: against the integrated equation of motion, symmetries and limits."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.integrate import solve_ivp

from darkfactory.backend import jax
from darkfactory.experiments.detectors.helix import components, double_cone_vertex, first_crossing

PROPERTY = settings(max_examples=150)
SPEED = 0.299792458  # MeV per T mm
angles = st.floats(0.0, 2 * math.pi)
signs = st.sampled_from([-1, 1])


def integrated(position, momentum, charge, field, radius):
    """z of the first crossing by integrating dp/ds = q 0.2998 (p/|p|) x B z along the path; inf if a turn has none."""
    size = math.sqrt(sum(p * p for p in momentum))
    transverse = math.hypot(momentum[0], momentum[1])
    bend = charge * SPEED * field

    def force(_, state):
        px, py, pz = state[3:]
        return [px / size, py / size, pz / size, bend * py / size, -bend * px / size, 0.0]

    def outside(_, state):
        return math.hypot(state[0], state[1]) - radius

    outside.terminal = True
    turn = 2 * math.pi * transverse / (SPEED * field) * size / transverse
    result = solve_ivp(
        force,
        (0.0, turn),
        [*position, *momentum],
        events=outside,
        method="DOP853",
        rtol=1e-11,
        atol=1e-11,
        max_step=turn / 200,
    )
    return result.y_events[0][0][2] if len(result.t_events[0]) else math.inf


@pytest.mark.parametrize("seed", range(60))
def test_against_the_equation_of_motion(seed):
    rng = np.random.default_rng(seed)
    radius = rng.uniform(20.0, 90.0)
    r, phi, f = radius * rng.uniform(0.0, 0.98), *rng.uniform(0.0, 2 * math.pi, 2)
    position = (r * math.cos(phi), r * math.sin(phi), rng.uniform(-50.0, 50.0))
    field, charge = rng.uniform(0.5, 2.0), (-1) ** seed
    # bending radii from a fraction of the cylinder to many times it, so that some never reach it
    transverse = SPEED * field * radius * 10 ** rng.uniform(-0.6, 1.0)
    momentum = (transverse * math.cos(f), transverse * math.sin(f), rng.normal() * 20.0)
    expected = integrated(position, momentum, charge, field, radius)
    reached, z = first_crossing(position, momentum, charge, field, radius)
    assert bool(reached) == math.isfinite(expected)
    assert z == pytest.approx(expected, rel=1e-7, abs=1e-7)


def test_less_and_more_than_half_a_turn():
    """From (50, 0) inwards with R = 30 mm: the circle around (50, 30) is at (50, 60) after half a turn."""
    bend = SPEED * 1.0
    reached, z = first_crossing((50.0, 0.0, 0.0), (-30 * bend, 0.0, bend), 1, 1.0, np.array([60.0, 80.0, 88.5]))
    assert reached.tolist() == [True, True, False]
    assert z[0] < math.pi < z[1]


def test_straight_line_limit():
    """p_T = 1e9 MeV: the crossing of a straight line, to all digits that the bending leaves."""
    x, y, radius = 12.0, -7.0, 86.3
    for f in np.linspace(0.0, 6.2, 9):
        ux, uy = math.cos(f), math.sin(f)
        along = x * ux + y * uy
        path = -along + math.sqrt(along**2 + radius**2 - x * x - y * y)
        for size in (1e9, 1e12):
            reached, z = first_crossing((x, y, 3.0), (size * ux, size * uy, 0.5 * size), 1, 1.0, radius)
            assert reached
            assert z == pytest.approx(3.0 + 0.5 * path, rel=1e-6 * 1e9 / size + 1e-11)


def test_slow_tracks_never_arrive():
    for transverse in (0.0, 1e-300, 1e-12, 1e-3):
        reached, z = first_crossing((5.0, 5.0, 0.0), (transverse, 0.0, 30.0), 1, 1.0, 23.3)
        assert not reached
        assert z == math.inf


def test_a_start_outside_is_not_reached():
    for r in (23.3, 23.4, 100.0):
        reached, z = first_crossing((r, 0.0, 0.0), (-30.0, 0.0, 1.0), 1, 1.0, 23.3)
        assert not reached
        assert z == math.inf


def test_positive_tracks_turn_clockwise():
    """From the origin along x with R = 100 mm, the crossing of r = 100 mm lies at 30 degrees below the x axis."""
    transverse = SPEED * 100.0
    # started displaced to the side to which it turns it arrives sooner; forward z counts the path
    below = first_crossing((0.0, -20.0, 0.0), (transverse, 0.0, 1.0), 1, 1.0, 100.0)[1]
    above = first_crossing((0.0, 20.0, 0.0), (transverse, 0.0, 1.0), 1, 1.0, 100.0)[1]
    origin = first_crossing((0.0, 0.0, 0.0), (transverse, 0.0, 1.0), 1, 1.0, 100.0)[1]
    assert below < origin < above
    assert origin == pytest.approx(2 * math.asin(0.5) / SPEED)


@PROPERTY
@given(st.floats(0.0, 0.999), angles, angles, st.floats(0.1, 200.0), st.floats(-100.0, 100.0), signs, angles)
def test_symmetries(share, phi, f, transverse, pz, charge, rotation):
    radius, field = 73.9, 1.0
    r = share * radius

    def crossing(turn=0.0, mirror=1, scale=1.0, shift=0.0, q=charge, direction=1):
        position = (r * math.cos(phi + turn) * scale, mirror * r * math.sin(phi + turn) * scale, shift)
        momentum = (transverse * math.cos(f + turn), mirror * transverse * math.sin(f + turn), direction * pz)
        return first_crossing(position, tuple(scale * p for p in momentum), q, field, scale * radius)

    reached, z = crossing()
    # grazing tracks are decided by rounding
    grazing = first_crossing(
        (r * math.cos(phi), r * math.sin(phi), 0.0),
        (transverse * math.cos(f), transverse * math.sin(f), pz),
        charge,
        field,
        radius * np.array([1 - 1e-7, 1 + 1e-7]),
    )
    assume(share < 1 - 1e-5)
    assume(bool(grazing[0][0]) == bool(grazing[0][1]))
    others = [
        crossing(turn=rotation),
        crossing(mirror=-1, q=-charge),
        tuple(value / (1 if k == 0 else 3.0) for k, value in enumerate(crossing(scale=3.0))),
        tuple(value - (0 if k == 0 else 17.0) for k, value in enumerate(crossing(shift=17.0))),
    ]
    for also, z_also in others:
        assert bool(also) == bool(reached)
        assert z_also == pytest.approx(z, rel=1e-4, abs=1e-4)
    _, back = crossing(direction=-1)
    assert back == (math.inf if not reached else pytest.approx(-z, rel=1e-9, abs=1e-9))


@PROPERTY
@given(st.floats(0.0, 0.999), angles, angles, st.floats(0.1, 200.0), signs)
def test_layers_are_reached_in_order(share, phi, f, transverse, charge):
    r = 23.3 * share
    position = (r * math.cos(phi), r * math.sin(phi), 0.0)
    momentum = (transverse * math.cos(f), transverse * math.sin(f), 1.0)
    reached, z = first_crossing(position, momentum, charge, 1.0, np.array([23.3, 29.8, 73.9, 86.3]))
    assert np.all(np.diff(reached.astype(int)) <= 0)
    assert np.all(np.diff(z[reached]) > 0)
    assert np.all(z > 0)
    # never longer than one turn
    assert np.all(z[reached] <= 2 * math.pi / SPEED)
    # the far end of the circle decides what is reached
    centre = np.array(position[:2]) + charge * np.array([momentum[1], -momentum[0]]) / SPEED
    far = np.hypot(*centre) + transverse / SPEED
    assert reached.tolist() == [far >= radius for radius in (23.3, 29.8, 73.9, 86.3)]


def test_forms_of_a_vector_and_jax():
    rng = np.random.default_rng(5)
    position, momentum = rng.normal(size=(2, 1000, 3)) * np.array([8.0, 8.0, 20.0])
    expected = first_crossing(position, momentum, 1, 1.0, 40.0)
    split = first_crossing(tuple(position.T), tuple(momentum.T), 1, 1.0, 40.0)
    jitted = jax().jit(lambda x, p: first_crossing(x, p, 1, 1.0, 40.0))(position, momentum)
    for other in (split, jitted):
        assert np.array_equal(expected[0], other[0])
        np.testing.assert_allclose(expected[1], other[1], rtol=1e-10)
    assert 0.05 < expected[0].mean() < 0.95
    assert np.array_equal(np.stack(components(position), axis=-1), position)


def test_vertices_lie_on_the_cone():
    rng = np.random.default_rng(1)
    x, y, z = double_cone_vertex(*rng.random((2, 200_000)), 19.0, 50.0)
    np.testing.assert_allclose(np.hypot(x, y), 19.0 * (1 - np.abs(z) / 50.0), rtol=1e-10, atol=1e-12)
    # uniform in z and in azimuth
    assert np.abs(z).max() <= 50.0
    assert np.mean(z) == pytest.approx(0.0, abs=0.3)
    assert np.var(z) == pytest.approx(50.0**2 / 3, rel=0.01)
    for k in (1, 2):
        assert abs(np.mean(np.exp(1j * k * np.arctan2(y, x)))) < 0.01
    assert double_cone_vertex(0.3, 0.7, 0.0, 0.0) == (0.0, 0.0, 0.0)
