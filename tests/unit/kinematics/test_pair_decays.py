"""Decays X -> l l in flight and rotations: kinematics, phase space against closed forms, uniformity."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkfactory.constants import M_E
from darkfactory.kinematics.orientation import isotropic, plane_frame, rotate
from darkfactory.kinematics.pair_decays import pair_decay, pair_decay_about

some = settings(max_examples=60)
N = 40_000


def uniform(dims, seed=1, n=N):
    return list(np.random.default_rng(seed).random((dims, n)))


def mass2(*momenta):
    E, x, y, z = (sum(components) for components in zip(*momenta, strict=True))
    return E**2 - x**2 - y**2 - z**2


def on_shell(m, x, z):
    return (math.sqrt(m**2 + x**2 + z**2), x, 0.0, z)


@given(
    mass=st.floats(1.03, 90),
    pz=st.floats(-40, 40),
    qx=st.floats(0, 40),
    qz=st.floats(-40, 40),
    share=st.sampled_from([0.0, 0.3, 0.5, 1.0]),
)
@some
def test_decay_about_another_lepton(mass, pz, qx, qz, share):
    parent, other = on_shell(mass, 0.0, pz), on_shell(M_E, qx, qz)
    one, second, weight = pair_decay_about(uniform(3, n=200), parent, other, mass, M_E, share)
    assert mass2(one) == pytest.approx(M_E**2, abs=1e-7)
    assert mass2(second) == pytest.approx(M_E**2, abs=1e-7)
    for i in range(4):
        assert one[i] + second[i] == pytest.approx(np.full(200, parent[i]), abs=1e-9)
    assert np.all(weight > 0)
    assert np.all(np.isfinite(weight))


@pytest.mark.parametrize("share", [0.0, 0.5, 1.0])
@pytest.mark.parametrize(("mass", "pz", "qx", "qz"), [(20.0, 15.0, 10.0, -20.0), (5.0, -30.0, 2.0, 30.0)])
def test_weights_add_up_to_phase_space(mass, pz, qx, qz, share):
    """The volume beta/(8 pi), the mean direction, and a peak 1/s against its closed form."""
    parent, other = on_shell(mass, 0.0, pz), on_shell(M_E, qx, qz)
    one, second, weight = pair_decay_about(uniform(3), parent, other, mass, M_E, share)
    beta = math.sqrt(1 - 4 * M_E**2 / mass**2)
    volume = beta / (8 * math.pi)

    def mean(values):
        product = weight * values
        return product.mean(), np.std(product) / math.sqrt(N) + 1e-9 * abs(product.mean())

    value, error = mean(np.ones(N))
    assert abs(value - volume) < 4 * error
    # isotropic: both leptons carry half of the parent on average, and <cos^2> in its frame is 1/3
    for p in (one, second):
        value, error = mean(p[3])
        assert abs(value - volume * pz / 2) < 4 * error
    gamma, energy = parent[0] / mass, np.asarray(second[0])
    c = (energy / gamma - mass / 2) / (pz / parent[0] * mass / 2 * beta)
    value, error = mean(c**2)
    assert abs(value - volume / 3) < 4 * error
    s = mass2(second, other)
    q_star = (parent[0] * other[0] - parent[3] * other[3]) / mass
    size = math.sqrt(q_star**2 - M_E**2) * mass / 2 * beta
    low, high = (2 * M_E**2 + 2 * (q_star * mass / 2 + sign * size) for sign in (-1, 1))
    value, error = mean(1 / s)
    assert abs(value - volume * math.log(high / low) / (high - low)) < 4 * error
    assert np.min(s) >= low * (1 - 1e-9)
    assert np.max(s) <= high * (1 + 1e-9)
    if share == 0:
        # flat in ln s: its density is known
        flat = np.log(s / low) / math.log(high / low)
        assert np.histogram(flat, 10, (0, 1))[0] / N == pytest.approx(0.1, abs=0.008)


def test_weights_are_bounded_for_both_kinds_of_integrand():
    parent, other = on_shell(20.0, 0.0, 15.0), on_shell(M_E, 10.0, 20.0)
    weight = pair_decay_about(uniform(3), parent, other, 20.0, M_E, 0.5)[2]
    beta = math.sqrt(1 - 4 * M_E**2 / 400)
    assert np.max(weight) <= 2 * beta / (8 * math.pi) * (1 + 1e-12)


def test_another_lepton_at_rest_has_no_direction():
    parent = on_shell(20.0, 0.0, 0.0)
    one, second, weight = pair_decay_about(uniform(3), parent, on_shell(M_E, 0.0, 0.0), 20.0, M_E, 0.5)
    beta = math.sqrt(1 - 4 * M_E**2 / 400)
    assert weight == pytest.approx(beta / (8 * math.pi), rel=1e-9)
    assert mass2(one, second) == pytest.approx(400, rel=1e-9)


@given(mass=st.floats(1.03, 90), px=st.floats(-40, 40), pz=st.floats(-40, 40))
@some
def test_isotropic_decay(mass, px, pz):
    parent = on_shell(mass, px, pz)
    one, second, weight = pair_decay(uniform(2, n=200), parent, mass, M_E)
    assert mass2(one) == pytest.approx(M_E**2, abs=1e-7)
    for i in range(4):
        assert one[i] + second[i] == pytest.approx(np.full(200, parent[i]), abs=1e-9)
    assert weight == pytest.approx(math.sqrt(1 - 4 * M_E**2 / mass**2) / (8 * math.pi), rel=1e-9)


# rotations


def matrices(rows):
    return np.moveaxis(np.array([[np.broadcast_to(c, np.shape(rows[0][0])) for c in row] for row in rows]), -1, 0)


def assert_rotations(found):
    assert found @ np.swapaxes(found, 1, 2) == pytest.approx(np.broadcast_to(np.eye(3), found.shape), abs=1e-12)
    assert np.linalg.det(found) == pytest.approx(1)


def test_isotropic_rotations_are_uniform():
    """Orthogonal; all moments of Haar's measure up to the second, and the distribution of the angle of rotation."""
    found = matrices(isotropic(uniform(3)))
    assert_rotations(found[:500])
    flat = found.reshape(N, 9)
    sigma = math.sqrt(1 / 3 / N)
    assert np.abs(flat.mean(axis=0)).max() < 4.5 * sigma
    assert flat.T @ flat / N == pytest.approx(np.eye(9) / 3, abs=4.5 * sigma)
    angle = np.arccos(np.clip((np.trace(found, axis1=1, axis2=2) - 1) / 2, -1, 1))
    for edge in (0.5, 1.0, 2.0, 2.8):
        expected = (edge - math.sin(edge)) / math.pi
        assert np.mean(angle < edge) == pytest.approx(expected, abs=4 / math.sqrt(4 * N))


def test_moments_of_isotropic_rotations_exactly():
    """On a grid that integrates the first and second moments without error."""
    node, share = np.polynomial.legendre.leggauss(6)
    angle = (np.arange(6) + 0.5) / 6
    u = np.array(np.meshgrid((node + 1) / 2, angle, angle, indexing="ij")).reshape(3, -1)
    weight = np.repeat(share / 2, 36) / 36
    flat = matrices(isotropic(u)).reshape(-1, 9)
    assert weight @ flat == pytest.approx(np.zeros(9), abs=1e-12)
    assert (flat * weight[:, None]).T @ flat == pytest.approx(np.eye(9) / 3, abs=1e-12)


def test_the_first_number_is_the_cosine_of_the_normal():
    """What the importance grid of slices relies on."""
    u = uniform(3, n=100)
    assert rotate(isotropic(u), (0.0, 0.0, 1.0))[2] == pytest.approx(2 * u[0] - 1)


vectors = st.tuples(*[st.floats(-50, 50) for _ in range(3)])


@given(p=vectors, q=vectors)
@some
def test_plane_frame(p, q):
    size = np.linalg.norm(p)
    if size < 1e-6:
        return
    rows = plane_frame(*(tuple(np.array([c]) for c in v) for v in (p, q)))
    assert_rotations(matrices(rows))
    turned = np.array(rotate(rows, [np.array([c]) for c in p]))[:, 0]
    assert turned == pytest.approx([size, 0, 0], abs=1e-9 * size)
    other = np.array(rotate(rows, [np.array([c]) for c in q]))[:, 0]
    assert other[2] == pytest.approx(0, abs=1e-9 * max(np.linalg.norm(q), 1e-30) + 1e-12 * size)
    if np.linalg.norm(np.cross(p, q)) > 1e-6 * size:
        assert other[1] >= 0


def test_plane_frame_of_parallel_vectors():
    for q in ((2.0, 4.0, 6.0), (-1.0, -2.0, -3.0), (0.0, 0.0, 0.0)):
        rows = plane_frame(*(tuple(np.array([c]) for c in v) for v in ((1.0, 2.0, 3.0), q)))
        assert_rotations(matrices(rows))
        assert np.array(rows[0])[:, 0] == pytest.approx(np.array([1, 2, 3]) / math.sqrt(14))
