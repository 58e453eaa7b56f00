"""Four-vectors, boosts and two-body phase space; NumPy and JAX give the same numbers."""

import mpmath as mp
import numpy as np
import pytest

from darkfactory.backend import jax
from darkfactory.constants import M_E, M_MU, M_TAU
from darkfactory.kinematics import lorentz, phase_space


def test_kallen_is_symmetric_and_factorises():
    a, b, c = 7.0, 1.3, 0.4
    values = {round(phase_space.kallen(*order), 10) for order in ((a, b, c), (c, a, b), (b, c, a), (b, a, c))}
    assert len(values) == 1
    assert values.pop() == pytest.approx(a * a + b * b + c * c - 2 * (a * b + b * c + c * a))
    assert phase_space.kallen(9.0, 4.0, 1.0) == 0  # threshold


@pytest.mark.parametrize(("parent", "daughter"), [(M_MU, M_E), (M_TAU, M_E), (M_TAU, M_MU)])
def test_two_body_kinematics_close(parent, daughter):
    masses = np.linspace(0, 0.999, 40) * (parent - daughter)
    p = phase_space.two_body_momentum(parent, daughter, masses)
    first = phase_space.two_body_energy(parent, daughter, masses)
    second = phase_space.two_body_energy(parent, masses, daughter)
    np.testing.assert_allclose(first + second, parent, rtol=1e-14)
    np.testing.assert_allclose(first**2 - p**2, daughter**2, rtol=1e-9, atol=1e-12 * parent**2)
    np.testing.assert_allclose(second**2 - p**2, masses**2, rtol=1e-9, atol=1e-12 * parent**2)
    lam = phase_space.kallen(parent**2, daughter**2, masses**2)
    np.testing.assert_allclose(p, np.sqrt(lam) / (2 * parent), rtol=1e-9)


@pytest.mark.parametrize("distance", [1e-3, 1e-6, 1e-9])
def test_momentum_keeps_its_digits_at_threshold(distance):
    mass = (M_MU - M_E) * (1 - distance)
    with mp.workdps(40):
        i, j, a = mp.mpf(M_MU), mp.mpf(M_E), mp.mpf(mass)
        exact = mp.sqrt((i * i - (j + a) ** 2) * (i * i - (j - a) ** 2)) / (2 * i)
    # the distance itself is known to one rounding of the masses
    assert phase_space.two_body_momentum(M_MU, M_E, mass) == pytest.approx(
        float(exact), rel=1e-15 / distance + 1e-13, abs=0
    )


def test_closed_decays_have_no_momentum_and_scalars_stay_scalars():
    assert phase_space.two_body_momentum(M_MU, M_E, M_MU - M_E) == 0.0
    assert phase_space.two_body_momentum(M_MU, M_E, 1e9) == 0.0
    assert np.ndim(phase_space.two_body_momentum(M_MU, M_E, 20.0)) == 0
    assert phase_space.two_body_momentum(M_MU, M_E, np.zeros((2, 3))).shape == (2, 3)


def test_the_endpoint_is_the_line_of_a_massless_alp():
    assert phase_space.two_body_energy(M_MU, M_E, 0.0) == pytest.approx(52.830423, abs=5e-7)


def test_products_and_shapes():
    p = np.array([5.0, 0.0, 3.0, 0.0])
    q = np.array([[2.0, 1.0, 0.0, 0.0], [1.0, 0.0, 1.0, 0.0]])
    assert lorentz.dot(p, q).tolist() == [10.0, 2.0]
    assert lorentz.mass_squared(p) == 16
    assert lorentz.four_vector(np.ones((4, 2)), np.ones((4, 2, 3))).shape == (4, 2, 4)
    assert lorentz.boost(q, np.array([0.0, 0.0, 0.5])).shape == (2, 4)


def test_a_boost_along_z_by_hand():
    beta, gamma = 0.6, 1.25
    moved = lorentz.boost(np.array([10.0, 1.0, 2.0, 3.0]), np.array([0.0, 0.0, beta]))
    assert moved == pytest.approx([gamma * (10 + beta * 3), 1.0, 2.0, gamma * (3 + beta * 10)])


def test_no_boost_is_no_change():
    p = np.array([10.0, 1.0, 2.0, 3.0])
    assert lorentz.boost(p, np.zeros(3)).tolist() == p.tolist()


def test_jax_agrees_with_numpy():
    jnp = jax().numpy
    mass, k, beta = np.array([0.5, 105.7]), np.array([[1.0, 2.0, 3.0], [-4.0, 0.0, 9.0]]), np.array([0.1, -0.5, 0.7])
    for module in (lorentz,):
        plain = module.boost(module.four_vector(mass, k), beta)
        traced = jax().jit(lambda m, p, b: lorentz.boost(lorentz.four_vector(m, p), b))(mass, jnp.asarray(k), beta)
        np.testing.assert_allclose(traced, plain, rtol=1e-14)
    heavy = np.array([0.0, 50.0, 105.0, 200.0])
    traced = jax().jit(lambda m: phase_space.two_body_momentum(M_MU, M_E, m))(heavy)
    np.testing.assert_allclose(traced, phase_space.two_body_momentum(M_MU, M_E, heavy), rtol=1e-13)
