"""Rows of chapter 01, section 8, by the package: total rates, cuts, ratios, moments.

Rows by Monte Carlo ask for the precision that their tolerance needs or that takes seconds, whichever is coarser, and
are compared within that tolerance and five of their errors, added in quadrature.
"""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.special import roots_legendre

import darkfactory as df
from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.constants import M_E, M_MU
from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, Scalar, VectorBoson

F_A_GEV = 1e9


def alp(mass, C_V=1.0, C_A=1.0):
    return LfvAlp(mass=float(mass), f_a_gev=F_A_GEV, C_V=C_V, C_A=C_A)


def lo(process, **options):
    return df.rate(process, norm="lo", **options).value


def over_two_body(process, model, **options):
    return df.rate(process, model=model, relative_to="mu -> e a", **options).value


def test_row_1_michel():
    born = {"search.background_order": "born"}
    assert df.rate("mu -> e nu nu", settings=born).value == pytest.approx(1.0042165, rel=1e-7)
    assert lo("mu -> e nu nu", settings=born) == pytest.approx(1.0, rel=1e-7)


def test_row_2_michel_asymmetry():
    t, w = roots_legendre(200)
    x0 = M_E / michel.endpoint_energy()
    t = (t + 1) / 2
    t, w = t * t * (3 - 2 * t), w * 6 * t * (1 - t)
    n0, n1 = michel.spectrum_functions(x0 + (1 - x0) * t, order="born")
    assert -np.sum(w * n1) / np.sum(w * n0) == pytest.approx(-0.3333945, rel=1e-6)


@pytest.mark.parametrize(
    ("cut", "expected", "tolerance"),
    [
        ("E_gamma > 10", 0.01302640, 1e-6),
        ("E_gamma > 1", 0.0497781, 1e-5),
        ("E_gamma > 5", 0.02290679, 1e-5),
        ("E_gamma > 40", 4.767532e-4, 1e-5),
        ("E_gamma > 50", 1.525465e-5, 1e-5),
    ],
)
def test_rows_3_and_4_radiative_decay(cut, expected, tolerance):
    assert lo("mu -> e nu nu gamma", cut=cut) == pytest.approx(expected, rel=tolerance)


def test_row_3_over_the_measured_width():
    assert df.rate("mu -> e nu nu gamma", cut="E_gamma > 10").value == pytest.approx(0.0130813, rel=5e-6)


def test_row_5_radiative_decay_at_the_edge():
    rate = df.rate("mu -> e nu nu gamma", cut="E_gamma > 40 and E_e > 45")
    assert rate.value == pytest.approx(6.2042e-8, rel=1e-4)


def agrees(rate, expected, tolerance):
    """Within the tolerance of the row, widened by five errors if these are larger; and the error is small."""
    assert rate.error <= 1.2e-3 * rate.value
    assert rate.value == pytest.approx(expected, abs=math.hypot(tolerance * expected, 5 * rate.error))


def test_row_6_three_electrons_with_neutrinos():
    rate = df.rate("mu -> e e e nu nu", norm="lo", precision=4e-4)
    agrees(rate, 3.5893e-5, 4e-4)


@pytest.mark.parametrize(("e_miss", "expected"), [(1, 2.889e-19), (10, 3.066e-13), (20, 2.109e-11), (40, 1.640e-9)])
def test_row_7_low_missing_energy(e_miss, expected):
    rate = df.rate("mu -> e e e nu nu", cut=f"E_miss < {e_miss * M_E:.10f}", norm="lo", precision=1e-3)
    agrees(rate, expected, 4e-3)


ROWS_8_9 = {
    0: (5.101, 5.183),
    10: (5.049, 5.132),
    30: (4.678, 4.764),
    50: (3.936, 4.018),
    70: (2.780, 2.865),
    90: (1.1153, 1.1908),
}


@pytest.mark.parametrize("axial", [False, True])
@pytest.mark.parametrize("mass", ROWS_8_9)
def test_rows_8_and_9_three_electrons_with_an_alp(mass, axial):
    model = alp(mass, 0.0, 1.0) if axial else alp(mass, 1.0, 0.0)
    rate = df.rate("mu -> e e e a", model=model, relative_to="mu -> e a", precision=1e-3)
    agrees(rate, ROWS_8_9[mass][axial] * 1e-5, 2e-3)


@pytest.mark.parametrize(
    ("mass", "vector", "axial"),
    [
        (0, 0.02032370, 0.02040617),
        (20, 0.01948694, 0.01957136),
        (50, 0.01494207, 0.01503818),
        (80, 0.005657874, 0.005774805),
    ],
)
def test_rows_11_and_12_alp_with_a_photon(mass, vector, axial):
    for model, expected in ((alp(mass, 1.0, 0.0), vector), (alp(mass, 0.0, 1.0), axial)):
        assert over_two_body("mu -> e a gamma", model, cut="E_gamma > 10") == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(("mass", "expected"), [(0, 0.01673686), (20, 0.01571915), (50, 0.009778183), (80, 0.0)])
def test_row_13_alp_with_a_photon_and_an_electron_cut(mass, expected):
    value = over_two_body("mu -> e a gamma", alp(mass), cut="E_gamma > 10 and E_e > 20")
    assert value == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("mass", "expected"),
    [
        (2, 0.0136800),
        (5, 5.85740e-3),
        (10, 2.284189e-3),
        (20, 5.289938e-4),
        (30, 1.388655e-4),
        (50, 7.965193e-6),
        (70, 1.846724e-7),
    ],
)
def test_row_14_dark_photon(mass, expected):
    model = DarkPhoton(mass=float(mass), epsilon=1e-3)
    assert lo("mu -> e nu nu X", model=model) == pytest.approx(expected * 1e-6, rel=1e-5)


ROWS_15_16 = {
    10: (3.38304e-3, 3.36070e-3, 6.78541e-3, 1.73673e-4, 3.49901e-3),
    30: (2.92341e-4, 2.91713e-4, 4.22051e-4, 3.88200e-5, 3.24817e-4),
}
SPIN_0 = [(Scalar, 1, 0), (Pseudoscalar, 1, 0), (Scalar, 0, 1), (Pseudoscalar, 0, 1), (Pseudoscalar, 1, 1)]


@pytest.mark.parametrize("which", range(5))
@pytest.mark.parametrize("mass", ROWS_15_16)
def test_rows_15_and_16_scalars(mass, which):
    kind, g_e, g_mu = SPIN_0[which]
    model = kind(mass=float(mass), g_e=g_e * 1e-3, g_mu=g_mu * 1e-3)
    assert lo("mu -> e nu nu X", model=model) == pytest.approx(ROWS_15_16[mass][which] * 1e-6, rel=1e-4)


@pytest.mark.parametrize(
    ("model", "expected"),
    [
        (VectorBoson(mass=10.0, g_A_e=1e-3), 0.0393877e-6),
        (VectorBoson(mass=10.0, g_A_e=1e-3, g_A_mu=1e-3), 0.0944449e-6),
        (VectorBoson(mass=10.0, g_V_mu=1e-3), 0.0263572e-6),
        (DerivativeAlp(mass=10.0, f_a_gev=1.0, C_e=1.0, C_mu=1.0), 1.937796e-6),
        (DerivativeAlp(mass=10.0, f_a_gev=1.0, C_e=1.0), 8.14981e-7),
        (DerivativeAlp(mass=10.0, f_a_gev=1.0, C_mu=1.0), 6.50246e-7),
    ],
    ids=["g_A_e", "g_A", "g_V_mu", "C", "C_e", "C_mu"],
)
def test_rows_17_and_18_axial_vector_and_derivative_alp(model, expected):
    assert lo("mu -> e nu nu X", model=model) == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize(
    ("mass", "expected"), [(0, 3.915994e-5), (30, 3.310000e-5), (60, 1.797465e-5), (90, 2.947225e-6)]
)
def test_row_19_two_body(mass, expected):
    assert df.rate("mu -> e a", model=alp(mass)).value == pytest.approx(expected, rel=1e-6)


def test_row_20_asymmetry():
    assert two_body_alp.asymmetry(M_MU, M_E, 90.0, 1.0, 1.0) == pytest.approx(0.99967280, rel=1e-7)


def test_row_24_functions_of_order_alpha():
    f, g = michel.kinoshita_sirlin(np.array([0.3, 0.5, 0.9]))
    np.testing.assert_allclose(f, [114.504715, 34.670430, -31.688755], rtol=1e-7)
    np.testing.assert_allclose(g, [-26.823071, -23.639000, 15.491160], rtol=1e-7)


@pytest.mark.parametrize(("mass", "expected"), [(0.3, 1.0010), (0.1, 1.0001)])
def test_row_25_longitudinal_vector_is_the_derivative_alp(mass, expected):
    g = 1e-3
    vector = lo("mu -> e nu nu X", model=VectorBoson(mass=mass, g_A_e=g, g_A_mu=g))
    derivative = lo("mu -> e nu nu X", model=DerivativeAlp(mass=mass, f_a_gev=5e-4 / g, C_e=1.0, C_mu=1.0))
    assert mass**2 * vector / derivative == pytest.approx(expected, rel=3e-4)


@pytest.mark.parametrize(("e_gamma", "expected"), [(1, 0.06308612), (5, 0.03234648), (20, 0.01004499)])
def test_row_26_alp_with_a_photon(e_gamma, expected):
    assert over_two_body("mu -> e a gamma", alp(0), cut=f"E_gamma > {e_gamma}") == pytest.approx(expected, rel=1e-6)


def test_row_27_fraction_of_hard_positrons():
    """Massless electron except in logarithms, as the row has it."""
    t, w = roots_legendre(400)
    t = (t + 1) / 2
    y, w = 0.1 * t**4, 0.05 * w * 4 * t**3
    tree = 2 * (1 - y) ** 2 * (1 + 2 * y)
    assert np.sum(w * tree) == pytest.approx(0.1981000, rel=1e-6)
    f, _ = michel.kinoshita_sirlin(1 - y, y)
    alpha = tree + 2 * (1 - y) ** 2 * f / (2 * np.pi * 137.035999)
    total = 1 + (25 / 4 - np.pi**2) / (2 * np.pi * 137.035999)
    assert np.sum(w * alpha) / total == pytest.approx(0.1886284, rel=1e-6)
