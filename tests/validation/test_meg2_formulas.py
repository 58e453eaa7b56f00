"""Closed forms behind mu -> e a gamma at MEG II: the published points, and the same from numeric Dirac traces."""

import math

import mpmath
import numpy as np
import pytest

from darkfactory.amplitudes import alp_photon, alp_photon_missing_mass, annihilation, radiative_michel_missing_mass
from darkfactory.constants import ALPHA, M_E, M_MU
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.electron_photon import PairDetector
from oracles import photon_traces

R = (M_E / M_MU) ** 2
ETA_20 = (20 / M_MU) ** 2


def z_of(x, y, cosine):
    return x * y / 2 * (1 - math.sqrt(1 - 4 * R / x**2) * cosine)


def test_rows_1_2_normalisations():
    assert pytest.approx(1.0044044, rel=1e-5) == radiative_michel_missing_mass.REFERENCE_RATIO
    assert alp_photon_missing_mass.reference_branching_ratio(1e9) == pytest.approx(7.83254e-5, rel=1e-4)
    assert alp_photon_missing_mass.reference_scale_gev(2.6e-6) == pytest.approx(5.49e9, rel=1e-3)


@pytest.mark.parametrize(
    ("x", "y", "mass", "value"),
    [(0.9, 0.3, 0, 7.944444), (0.9, 0.3, 20, 3.162622), (0.7, 0.5, 30, 2.161515)],  # rows 3, 4
)
def test_rows_3_4_massless_electron_density(x, y, mass, value):
    eta = (mass / M_MU) ** 2
    assert alp_photon.massless_electron_density(x, y, eta) == pytest.approx(value, rel=1e-6)
    twice = alp_photon_missing_mass.invariant_density(x, y, x + y - 1 + eta, 0.5, 0.5, r=0.0)
    assert twice == pytest.approx(2 * value, rel=1e-6)


def test_rows_5_6_7_radiative_decay():
    z = z_of(0.9, 0.3, -0.9)
    assert z == pytest.approx(0.2564930, rel=1e-6)
    assert 1 + R - 1.2 + z == pytest.approx(0.0565164, rel=1e-6)
    assert radiative_michel_missing_mass.missing_mass_density(0.9, 0.3, z) == pytest.approx(1.4815381, rel=1e-6)
    assert radiative_michel_missing_mass.missing_mass_spin_terms(0.9, 0.3, z) == pytest.approx(
        (3.0775681, 1.6470834), rel=1e-6
    )
    assert radiative_michel_missing_mass.missing_mass_density(0.7, 0.5, z_of(0.7, 0.5, -0.5)) == pytest.approx(
        3.5456659, rel=1e-6
    )
    value = radiative_michel_missing_mass.missing_mass_density(0.95, 0.2, z_of(0.95, 0.2, -0.99))
    assert value == pytest.approx(0.41997664, rel=1e-6)


def test_row_8_the_cliff_has_the_shape_of_a_massless_alp():
    left = ALPHA / math.pi * radiative_michel_missing_mass.missing_mass_density(0.9, 0.3, 0.2, r=0.0)
    right = ALPHA / (2 * math.pi) * alp_photon_missing_mass.invariant_density(0.9, 0.3, 0.2, 0.5, 0.5, r=0.0)
    assert left == pytest.approx(0.01845351, rel=1e-6)
    assert right == pytest.approx(left, rel=1e-12)


def test_row_19_annihilation_cross_section():
    assert annihilation.total_cross_section_cm2(20.0) == pytest.approx(2.32114e-26, rel=1e-5, abs=0)
    assert annihilation.total_cross_section_cm2(50.0) == pytest.approx(1.12626e-26, rel=1e-5, abs=0)


def test_row_24_missing_mass_resolution():
    points = ((0.95, 0.3, -0.9), (0.9, 0.2, -0.6), (0.98, 0.6, -0.99))
    meg2 = PairDetector.from_card(load_card("meg2"))
    found = [float(meg2.missing_mass_sigma(*point)) * M_MU**2 for point in points]
    assert found == pytest.approx((17.953, 30.300, 9.177), rel=1e-3)
    meg = PairDetector.from_card(load_card("meg"))
    assert float(meg.missing_mass_sigma(*points[0])) * M_MU**2 == pytest.approx(48.467, rel=1e-3)


@pytest.mark.parametrize(
    ("couplings", "eta", "value"),
    [((1, 0), 0, 15.889816), ((0, 1), 0, 15.896268), ((1, 0), ETA_20, 6.329386), ((0, 1), ETA_20, 6.327174)],
)
def test_row_30_exact_electron_mass(couplings, eta, value):
    w_V, w_A, _ = alp_photon_missing_mass.coupling_weights(*couplings)
    assert alp_photon_missing_mass.invariant_density(0.9, 0.3, 0.2 - R + eta, w_V, w_A) == pytest.approx(
        value, rel=1e-6
    )


@pytest.mark.parametrize(("eta", "values"), [(0, (75.578947, 44.457960)), (ETA_20, (33.031124, 23.330024))])
def test_row_31_spin_terms(eta, values):
    assert alp_photon_missing_mass.invariant_spin_terms(0.9, 0.3, 0.2 - R + eta) == pytest.approx(values, rel=1e-6)


COUPLINGS = [(1, 0), (0, 1), (1, 1), (1, -1), (0.3 + 0.5j, -0.2 + 0.9j)]


@pytest.mark.parametrize(("C_V", "C_A"), COUPLINGS)
@pytest.mark.parametrize(("x", "y", "mass"), [(0.9, 0.3, 0), (0.7, 0.5, 30), (0.95, 0.4, 5), (0.5, 0.8, 20)])
def test_signal_against_numeric_traces(C_V, C_A, x, y, mass):
    eta = (mass / M_MU) ** 2
    z = x + y - 1 - R + eta
    cosine = (1 - 2 * z / (x * y)) / math.sqrt(1 - 4 * R / x**2)
    w_V, w_A, h = alp_photon_missing_mass.coupling_weights(C_V, C_A)
    U = alp_photon_missing_mass.invariant_density(x, y, z, w_V, w_A)
    for derivative in (True, False):
        trace = photon_traces.alp_density(x, y, cosine, C_V, C_A, derivative=derivative)
        assert trace == pytest.approx(U, rel=1e-9)
    c_E, c_K = alp_photon_missing_mass.invariant_spin_terms(x, y, z)
    _, electron, photon = photon_traces.momenta(x, y, cosine)
    for spin in ((0, 0, 1), (1, 0, 0), (0, 1, 0), (0.6, 0, -0.8)):
        s = np.array([0, *spin])
        expected = U + h * (c_E * photon_traces.minkowski(s, electron) + c_K * photon_traces.minkowski(s, photon))
        assert photon_traces.alp_density(x, y, cosine, C_V, C_A, spin) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("x", "y", "cosine"), [(0.9, 0.3, -0.9), (0.7, 0.5, -0.5), (0.3, 0.6, 0.8), (0.05, 0.9, -0.2)])
def test_radiative_decay_against_numeric_traces(x, y, cosine):
    z = z_of(x, y, cosine)
    W = radiative_michel_missing_mass.missing_mass_density(x, y, z)
    assert photon_traces.radiative_density(x, y, cosine) == pytest.approx(W, rel=1e-9)
    d_E, d_K = radiative_michel_missing_mass.missing_mass_spin_terms(x, y, z)
    _, electron, photon = photon_traces.momenta(x, y, cosine)
    for spin in ((0, 0, 1), (1, 0, 0), (0, 1, 0)):
        s = np.array([0, *spin])
        expected = W + d_E * photon_traces.minkowski(s, electron) + d_K * photon_traces.minkowski(s, photon)
        assert photon_traces.radiative_density(x, y, cosine, spin) == pytest.approx(expected, rel=1e-8)


@pytest.mark.parametrize("edge", [0.0, 1e-12, 1e-6])
@pytest.mark.parametrize(("x", "y"), [(0.95, 0.2), (0.999, 2e-3), (0.3, 0.75), (0.02, 0.9), (0.6, 2e-3)])
def test_no_digits_are_lost_at_the_ends_of_phase_space(x, y, edge):
    """Missing mass near 0, else photons along the electron: double precision against forty digits."""
    collinear = 2 * R * y / (x * (1 + math.sqrt(1 - 4 * R / x**2))) * (1 + edge)
    z = max(edge + x + y - 1 - R, collinear)
    formulas = (
        lambda *at: radiative_michel_missing_mass.missing_mass_density(*at),
        lambda *at: alp_photon_missing_mass.invariant_density(*at[:3], 0.5, 0.5, *at[3:]),
        lambda *at: radiative_michel_missing_mass.missing_mass_spin_terms(*at),
        lambda *at: alp_photon_missing_mass.invariant_spin_terms(*at),
    )
    for formula in formulas:
        with mpmath.workdps(40):
            exact = np.array(formula(*map(mpmath.mpf, (x, y, z, R))), dtype=float)
        np.testing.assert_allclose(formula(x, y, z), exact, rtol=1e-10)
