"""The polarised Michel spectrum against multiple precision, spinor traces, and its collinear logarithms."""

import math

import numpy as np
import pytest

from darkfactory.amplitudes import michel
from darkfactory.backend import jax
from darkfactory.constants import ALPHA, FERMI_CONSTANT, LEPTON_MASS, M_E, M_MU, M_TAU
from darkfactory.errors import InvalidInput
from oracles import gamma_traces, michel_spectrum

POINTS = (0.02, 0.1, 0.3, 0.5, 0.8, 0.95, 0.99, 0.9999, 1 - 1e-8)
OMEGA = math.log(M_MU / M_E)


@pytest.mark.parametrize("order", michel.ORDERS)
@pytest.mark.parametrize("x", POINTS)
def test_spectrum_against_multiple_precision(x, order):
    expected = [float(n) for n in michel_spectrum.spectrum_mp(x, order)]
    found = [float(n) for n in michel.spectrum_functions(x, order=order)]
    # n1 has a zero: compare with the size of n0
    assert found == pytest.approx(expected, rel=1e-10, abs=1e-11 * expected[0])


@pytest.mark.parametrize("x", POINTS)
def test_radiative_functions_against_multiple_precision(x):
    f, g = michel.kinoshita_sirlin(x)
    assert float(f) == pytest.approx(float(michel_spectrum.f_function(x)), rel=1e-10, abs=1e-9)
    assert float(g) == pytest.approx(float(michel_spectrum.g_function(x)), rel=1e-10, abs=1e-9)


@pytest.mark.parametrize("order", ["oalpha", "exp"])
@pytest.mark.parametrize("y", [1e-4, 1e-8, 1e-14])
def test_the_endpoint_with_y_carried_along(y, order):
    expected = [float(n) for n in michel_spectrum.spectrum_mp(1 - michel_spectrum.mp.mpf(y), order, y)]
    found = [float(n) for n in michel.spectrum_functions(1 - y, y=y, order=order)]
    assert found == pytest.approx(expected, rel=1e-10, abs=0)


@pytest.mark.parametrize("order", michel.ORDERS)
@pytest.mark.parametrize("P", [1.0, -0.85, 0.0])
@pytest.mark.parametrize("c", [-1.0, 0.3, 1.0])
def test_density_against_multiple_precision(order, P, c):
    assert float(michel.density(0.83, c, polarization=P, order=order)) == pytest.approx(
        michel_spectrum.density_mp(0.83, c, P, order), rel=1e-9, abs=0
    )


@pytest.mark.parametrize("charge", [-1, 1])
@pytest.mark.parametrize("x", [0.05, 0.4, 0.99])
@pytest.mark.parametrize("P", [0.8, 1.0])
def test_born_spectrum_against_spinor_traces(charge, x, P):
    """Absolute rate and both signs of the charge; the angle is to minus the spin of the antilepton."""
    W = michel.endpoint_energy()
    K = FERMI_CONSTANT**2 * M_MU * W**4 / (12 * math.pi**3)
    n0, n1 = michel.spectrum_functions(x, order="born")
    for c in (-0.9, 0.5):
        rate = gamma_traces.michel_rate(x, -charge * c, polarization=P, charge=charge)
        assert K * float(n0 - P * c * n1) == pytest.approx(rate, rel=1e-9, abs=0)


@pytest.mark.parametrize(("parent", "daughter"), [("tau", "e"), ("tau", "mu")])
def test_born_spectrum_of_the_tau_against_spinor_traces(parent, daughter):
    m_i, m_j = LEPTON_MASS[parent], LEPTON_MASS[daughter]
    W = michel.endpoint_energy(m_i, m_j)
    K = FERMI_CONSTANT**2 * m_i * W**4 / (12 * math.pi**3)
    n0, n1 = michel.spectrum_functions(0.6, order="born", m_i=m_i, m_j=m_j)
    rate = gamma_traces.michel_rate(0.6, -0.7, polarization=1.0, charge=1, parent_mass=m_i, daughter_mass=m_j)
    assert K * float(n0 - 0.7 * n1) == pytest.approx(rate, rel=1e-9, abs=0)


def test_born_width():
    assert michel.normalization("born") == pytest.approx(
        michel_spectrum.born_normalisation_closed_form(), rel=1e-12, abs=0
    )
    r = (M_E / M_MU) ** 2
    phase_space = 1 - 8 * r + 8 * r**3 - r**4 - 12 * r**2 * math.log(r)
    expected = FERMI_CONSTANT**2 * M_MU**5 / (192 * math.pi**3) * phase_space
    assert michel.total_width("born") == pytest.approx(expected, rel=1e-12, abs=0)
    assert michel.total_width("born", M_TAU, M_MU) < michel.total_width("born", M_TAU, M_E)


@pytest.mark.parametrize("order", michel.ORDERS)
def test_normalization(order):
    assert michel.normalization(order) == pytest.approx(michel_spectrum.normalisation(order), rel=1e-9, abs=0)


def graded_integral(function):
    node, weight = np.polynomial.legendre.leggauss(400)
    t, w = (node + 1) / 2, weight / 2
    total = t**8 + (1 - t) ** 8
    return float(np.sum(w * 8 * t**7 * (1 - t) ** 7 / total**2 * function(t**8 / total, (1 - t) ** 8 / total)))


@pytest.mark.parametrize("omega", [0.0, OMEGA, 12.0])
def test_moments_do_not_depend_on_the_logarithm(omega):
    """The logarithm of the mass cancels in the total rate (KLN) and in the integrated asymmetry; 3.5."""
    rate = 2 * graded_integral(lambda x, y: x**2 * michel.kinoshita_sirlin(x, y, omega=omega)[0])
    asymmetry = graded_integral(lambda x, y: x**2 * michel.kinoshita_sirlin(x, y, omega=omega)[1])
    assert rate == pytest.approx(25 / 4 - math.pi**2, rel=1e-9, abs=0)
    assert asymmetry == pytest.approx(-(617 / 36 - 7 * math.pi**2 / 3) / 6, rel=1e-9, abs=0)


@pytest.mark.parametrize("which", ["f", "g"])
@pytest.mark.parametrize("x", [0.08, 0.37, 0.9])
def test_collinear_logarithm_is_the_splitting_convolution(which, x):
    index = "fg".index(which)
    functions = [float(michel.kinoshita_sirlin(x, omega=omega)[index]) for omega in (5.0, 6.0)]
    coefficient = x**2 * (functions[1] - functions[0])
    assert coefficient == pytest.approx(michel_spectrum.splitting_convolution(x, which), rel=1e-9, abs=0)


def test_exponentiation_expands_to_first_order():
    """(1-x)^beta [n - beta ln(1-x) n_tree] = n + O(alpha^2)."""
    y = np.array([0.5, 0.1, 1e-2])
    difference = []
    for k in (0, 1):
        exp, oalpha = (michel.spectrum_functions(1 - y, y=y, order=order)[k] for order in ("exp", "oalpha"))
        difference.append(np.abs(exp - oalpha))
    size = (ALPHA / math.pi * np.log(y) * 2 * (OMEGA - 1)) ** 2
    assert np.all(difference < 1.5 * size + 1e-12)


def test_the_endpoint_is_finite_and_cancels_forward():
    y = np.array([1e-6, 1e-10, 1e-14])
    n0, n1 = michel.spectrum_functions(1 - y, y=y, order="exp")
    assert np.all(n0 > 0)
    assert np.all(np.abs(n0 - n1) < 30 * y * np.abs(np.log(y)))


def test_exponent_and_ranges():
    assert michel.endpoint_exponent() == pytest.approx(0.02012304, abs=5e-9)
    for bad in (1.01, -1.01, math.nan):
        with pytest.raises(InvalidInput, match=r"polarization = .*: allowed \[-1, 1\]"):
            michel.density(0.5, 0.0, polarization=bad)
        with pytest.raises(InvalidInput, match=r"cos_theta = .*: allowed \[-1, 1\]"):
            michel.density(0.5, bad)
    with pytest.raises(InvalidInput, match="order = 'nlo': allowed born, oalpha, exp"):
        michel.spectrum_functions(0.5, order="nlo")


@pytest.mark.parametrize("order", michel.ORDERS)
def test_jax_agrees_with_numpy(order):
    x = np.concatenate([np.linspace(0, 1.1, 45), [1 - 1e-9]])
    traced = jax().jit(lambda x: michel.spectrum_functions(x, order=order))(jax().numpy.asarray(x))
    for found, expected in zip(traced, michel.spectrum_functions(x, order=order), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-12)
