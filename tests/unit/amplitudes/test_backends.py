"""The same code under NumPy, under JAX, and on a GPU; inputs as arrays, scalars or tuples of components."""

import numpy as np
import pytest

from darkfactory.amplitudes import alp_photon, dark_boson, lepton_line, radiative_michel, three_leptons
from darkfactory.amplitudes.bosons import LfvAlp, Photon, Scalar, Vector
from darkfactory.backend import jax
from darkfactory.constants import M_E

VECTOR = {"g_V_e": 0.3, "g_A_e": 0.2, "g_V_mu": -0.1, "g_A_mu": 0.5}
MEDIATORS = [Photon(), Vector(25.0, 3.0, 0.2, 0.1, -0.1, 0.3), Scalar(15.0, 4.0, 0.3, 0.2, -0.5, 0.4)]


def functions(points):
    electrons = (M_E, M_E, M_E)
    return {
        "rmd": (radiative_michel.stokes, points([M_E, 0.0], n=50)),
        "vector": (lambda k, r: dark_boson.vector(k, r, 20.0, **VECTOR), points([M_E, 20.0], n=50)),
        "scalar pieces": (lambda k, r: dark_boson.scalar_pieces(k, r, 20.0), points([M_E, 20.0], n=50)),
        "alp photon": (lambda k, q: alp_photon.pieces(k, q, 30.0), points([M_E, 0.0], heavy=30.0, n=50)),
        "3e 2nu S_0": (three_leptons.nu_nu_unpolarised, points(electrons, n=50)),
        "3e 2nu": (three_leptons.nu_nu, points(electrons, n=50)),
        "3e a": (lambda *k: three_leptons.alp_pieces(*k, 30.0), points(electrons, heavy=30.0, n=50)),
        "mediators": (lambda *k: lepton_line.three_leptons(*k, MEDIATORS), points(electrons, n=50)),
        "mediators alp": (
            lambda *k: lepton_line.three_leptons(*k, [Photon()], alp=LfvAlp(1.0, 0.5, 1e12)),
            points(electrons, heavy=30.0, n=50),
        ),
    }


NAMES = ["rmd", "vector", "scalar pieces", "alp photon", "3e 2nu S_0", "3e 2nu", "3e a", "mediators", "mediators alp"]


@pytest.mark.parametrize("name", NAMES)
def test_jit_agrees_with_numpy(points, name):
    function, momenta = functions(points)[name]
    expected = function(*momenta)
    found = jax().jit(function)(*momenta)
    assert found.dtype == np.float64
    assert found.shape == expected.shape
    np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())


@pytest.mark.parametrize("name", NAMES)
def test_scalars_in_scalars_out_and_any_batch_shape(points, name):
    function, momenta = functions(points)[name]
    expected = function(*momenta)
    one = function(*[p[3] for p in momenta])
    np.testing.assert_allclose(one, expected[3], rtol=1e-10, atol=1e-13 * np.abs(expected[3]).max())
    square = function(*[p.reshape(5, 10, 4) for p in momenta])
    np.testing.assert_allclose(
        square.reshape(expected.shape), expected, rtol=1e-10, atol=1e-13 * np.abs(expected).max()
    )


def test_components_instead_of_arrays(points):
    k = points((M_E, M_E, M_E), n=20)
    split = [tuple(np.moveaxis(p, -1, 0)) for p in k]
    np.testing.assert_array_equal(three_leptons.nu_nu_unpolarised(*split), three_leptons.nu_nu_unpolarised(*k))
    np.testing.assert_array_equal(three_leptons.nu_nu(*split), three_leptons.nu_nu(*k))


def test_couplings_can_be_traced(points):
    k, r = points([M_E, 20.0], n=20)
    traced = jax().jit(lambda g: dark_boson.vector(k, r, 20.0, g_V_e=g, g_A_mu=0.5))(0.3)
    np.testing.assert_allclose(traced, dark_boson.vector(k, r, 20.0, g_V_e=0.3, g_A_mu=0.5), rtol=1e-10)
    k = points((M_E, M_E, M_E), n=20)
    boson = Vector(25.0, 3.0, 0.2, 0.1, -0.1, 0.3)
    traced = jax().jit(lambda b: lepton_line.three_leptons(*k, [Photon(), b]))(boson)
    expected = lepton_line.three_leptons(*k, [Photon(), boson])
    np.testing.assert_allclose(traced, expected, rtol=1e-8, atol=1e-12 * np.abs(expected).max())


def test_same_code_on_a_gpu(points):
    try:
        device = jax().devices("gpu")[0]
    except RuntimeError:
        pytest.skip("no GPU that JAX can use")
    for function, momenta in functions(points).values():
        placed = [jax().device_put(p, device) for p in momenta]
        expected = function(*momenta)
        found = jax().jit(function)(*placed)
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12 * np.abs(expected).max())
