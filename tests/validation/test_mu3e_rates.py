"""Rows 1 to 14, 18 and 21 of chapter 04, section 11, and the numbers of sections 3, 6 and 9: rates, lifetimes, statistics.

Elsewhere: row 1 and the ratio of row 6 are rows 6 and 8 of chapter 01 (test_muon_decay_rates), as is row 2 at another norm;
rows 16 and 17 are tests of the detector (test_track_detector); rows 15, 19, 20 stand with the tables of section 10.
"""

import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.amplitudes import three_leptons
from darkfactory.constants import M_E, M_MU, MUON_WIDTH
from darkfactory.kinematics.flight import prompt_probability
from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, Scalar
from darkfactory.processes.muon_decay.on_slices import (
    alp_rate,
    conversion_per_mass,
    conversion_per_missing_mass2,
    resonance_rates,
    resonance_total,
)
from darkfactory.processes.muon_decay.slices import resonance_slice
from darkfactory.statistics.line import (
    FLAT_INFORMATION,
    WINDOW_EFFICIENCY,
    WINDOW_HALF_WIDTH,
    edge_information,
    flat_information,
    line_limit,
)
from support.mu3e import energies_of

FLUX = 1 / (2 * M_MU * MUON_WIDTH)


def within(rate, expected, tolerance):
    """The tolerance of the row and four of our errors."""
    assert rate.error < tolerance * expected
    assert rate.value == pytest.approx(expected, abs=math.hypot(tolerance * expected, 4 * rate.error))


@pytest.mark.parametrize(
    ("row", "cut", "expected", "tolerance"),
    [
        (2, f"E_miss < {20 * M_E:.10f}", 2.126e-11, 1e-2),
        (3, "min(E_e) > 10", 2.315e-6, 1e-2),
        (4, "min(p_T) > 10", 9.69e-7, 2e-2),
        (4, "min(p_T) > 10 and max(abs(cos_theta)) < 0.8", 9.1e-7, 3e-2),
    ],
)
def test_rows_2_to_4_cuts(row, cut, expected, tolerance):
    within(df.rate("mu -> e e e nu nu", cut=cut, precision=tolerance / 2.5), expected, tolerance)


@pytest.mark.parametrize(("mass", "expected"), [(0, 4.023e9), (20, 3.607e9), (50, 1.876e9)])
def test_row_5_inclusive_alp(mass, expected):
    model = LfvAlp.from_scale(F_gev=1.0, chirality="V-A", mass=float(mass))
    within(df.rate("mu -> e e e a", model=model, precision=1e-3), expected, 2e-3)


def test_row_6_over_the_two_body_rate():
    model = LfvAlp.from_scale(F_gev=1.0, chirality="V-A")
    within(df.rate("mu -> e e e a", model=model, relative_to="mu -> e a", precision=2e-3), 5.14e-5, 5e-3)


@pytest.mark.parametrize(
    ("row", "mass", "expected", "tolerance"),
    [
        (8, 10, 2.2938e-3, 2e-4),
        (8, 20, 5.3123e-4, 2e-4),
        (8, 40, 3.5475e-5, 2e-4),
        (8, 60, 1.4550e-6, 2e-4),
        (11, 2, 1.374e-2, 5e-4),
        (11, 90, 2.369e-10, 5e-4),
        (11, 100, 6.339e-14, 5e-4),
    ],
)
def test_rows_8_and_11_dark_photon(row, mass, expected, tolerance):
    assert resonance_total(DarkPhoton(mass=float(mass), epsilon=1.0)) == pytest.approx(expected, rel=tolerance, abs=0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [(Pseudoscalar, (9.882e-4, 8.878e-5, -1.432e-5)), (Scalar, (9.913e-4, 1.634e-3, -1.153e-4))],
)
def test_rows_9_and_10_spin_0(kind, expected):
    """a_e, a_mu, a_x: the signs of the interference too."""
    by_e, by_mu, both = (resonance_total(kind(mass=20.0, g_e=e, g_mu=mu)) for e, mu in ((1, 0), (0, 1), (1, 1)))
    assert (by_e, by_mu, both - by_e - by_mu) == pytest.approx(expected, rel=5e-4)


def test_scalars_and_pseudoscalars():
    """Section 12: alike from the electron, up to 0.3% at 20 MeV; 18 times apart from the muon."""
    ratio = {
        lepton: resonance_total(Scalar(mass=20.0, **{lepton: 1.0}))
        / resonance_total(Pseudoscalar(mass=20.0, **{lepton: 1.0}))
        for lepton in ("g_e", "g_mu")
    }
    assert ratio["g_e"] == pytest.approx(1.003, abs=5e-4)
    assert ratio["g_mu"] == pytest.approx(18, abs=0.6)


@pytest.mark.parametrize(
    ("mass", "by_e", "by_mu"), [(10, 929, 0.335), (20, 1656, 0.275), (50, 4240, 0.184)], ids=["10", "20", "50"]
)
def test_derivative_coupling(mass, by_e, by_mu):
    """Section 3.6: the Yukawa couplings m_l C / f_a give the same only for C_e = C_mu."""

    def ratio(C_e, C_mu):
        derivative = DerivativeAlp(mass=float(mass), f_a_gev=1.0, C_e=C_e, C_mu=C_mu)
        yukawa = Pseudoscalar(mass=float(mass), g_e=C_e * M_E / 1e3, g_mu=C_mu * M_MU / 1e3)
        return resonance_total(derivative) / resonance_total(yukawa)

    assert ratio(1.0, 1.0) == pytest.approx(1, abs=1e-4)
    assert ratio(1.0, 0.0) == pytest.approx(by_e, rel=1e-3)
    assert ratio(0.0, 1.0) == pytest.approx(by_mu, abs=5e-4)


def ctau(model):
    scan = model.scan(None, "model")
    return scan.decay(next(iter(model.couplings.values())))[0]


def test_rows_12_and_13_lifetimes():
    assert ctau(Pseudoscalar(mass=10.0, g_e=1e-5)) == pytest.approx(4.985, rel=1e-4)
    assert ctau(Scalar(mass=10.0, g_e=1e-5)) == pytest.approx(5.038, rel=1e-4)
    assert ctau(DarkPhoton(mass=10.0, epsilon=1e-4)) == pytest.approx(0.8113, rel=1e-4)


def test_row_14_prompt_decays():
    made = resonance_slice(10.0, None, precision=0.01)
    model = Pseudoscalar(mass=10.0, g_e=1e-5)
    weight = made.resonance(model)["g_e^2"][:, 0]
    momentum = np.linalg.norm((made.momenta[1] + made.momenta[2])[:, 1:], axis=1)
    assert np.average(momentum, weights=weight) == pytest.approx(29.6, rel=5e-3)
    prompt = prompt_probability(3.0, ctau(model), momentum, 10.0)
    assert np.average(prompt, weights=weight) == pytest.approx(0.209, rel=5e-3)


# statistics


def test_row_18_edge():
    assert edge_information(0.0) == pytest.approx(0.9031973, abs=1e-7)
    gain = math.sqrt(edge_information(0.0) / FLAT_INFORMATION)
    assert (gain, math.sqrt(gain)) == pytest.approx((1.789, 1.338), abs=5e-4)


def test_flat_background():
    assert pytest.approx(3.544908, rel=1e-6) == 1 / FLAT_INFORMATION
    window = math.erf(WINDOW_HALF_WIDTH / math.sqrt(2))
    assert window == pytest.approx(0.8385, abs=5e-5)
    assert window / math.sqrt(2 * WINDOW_HALF_WIDTH * FLAT_INFORMATION) == pytest.approx(WINDOW_EFFICIENCY, abs=5e-5)
    assert (WINDOW_HALF_WIDTH, WINDOW_EFFICIENCY) == (1.400, 0.9435)
    for cl, z in ((0.95, 1.959964), (0.90, 1.644854)):
        assert line_limit(1e8, 0.4, cl, "cls").events == pytest.approx(z * math.sqrt(3.544908 * 0.4e8), rel=1e-6)


@pytest.mark.parametrize(("half", "level", "quadratic"), [(10, 1.102, 1.276), (20, 1.048, 1.116), (5, 1.245, 1.819)])
def test_floating_background(half, level, quadratic):
    for floating, expected in (("level", level), ("quadratic", quadratic)):
        found = math.sqrt(FLAT_INFORMATION / flat_information(floating, half))
        assert found == pytest.approx(expected, abs=6e-4)


# point A


def on_shell(*p):
    return energies_of(np.array([p], dtype=float))


POINT = on_shell(20, 5, -3), on_shell(-12, 9, 6), on_shell(-4, -15, 8)
Q2 = 2481.81674
M_23 = 25.364014
SM = (1.49247980e-23, 2.18610808e-24, -7.01373685e-25, 1.94290353e-24)
ALP = (3.04253053e-25, 9.8180962e-26, 1.00126169e-25, 1.71938166e-25)


def mass2(p):
    return (p[:, 0] ** 2 - np.sum(p[:, 1:] ** 2, axis=1))[0]


def test_row_21_kinematics():
    total = sum(POINT)
    assert (M_MU - total[0, 0]) ** 2 - np.sum(total[0, 1:] ** 2) == pytest.approx(Q2, rel=1e-8)
    assert math.sqrt(mass2(POINT[1] + POINT[2])) == pytest.approx(M_23, rel=1e-7)
    assert math.sqrt(mass2(POINT[0] + POINT[2])) == pytest.approx(32.965230, rel=1e-7)


def test_row_21_conversion():
    """|M|^2 and its spin component along z, from what is summed over slices."""
    per_mass2 = conversion_per_missing_mass2(POINT)[0] * 4 * math.pi / FLUX
    assert per_mass2 == pytest.approx((SM[0], -SM[3]), rel=1e-7, abs=0)
    per_mass = conversion_per_mass(POINT)[0] * math.pi / M_23 / FLUX
    assert per_mass == pytest.approx((SM[0], -SM[3]), rel=1e-7, abs=0)


def test_row_21_every_component():
    mirrored = [p * np.array([1, -1, -1, -1]) for p in POINT]
    assert three_leptons.nu_nu(*mirrored)[0] == pytest.approx(SM, rel=1e-7, abs=0)
    assert three_leptons.nu_nu(*mirrored, exchange=False)[0, 0] == pytest.approx(8.90574713e-24, rel=1e-8, abs=0)
    found = three_leptons.alp(*mirrored, math.sqrt(Q2), 1, -1, 1e12)[0]
    assert found == pytest.approx(ALP, rel=1e-7, abs=0)


def test_row_21_resonances():
    dark = DarkPhoton(mass=M_23, epsilon=1.0)
    numerator = resonance_rates(POINT, dark)["epsilon^2"][0, 0] * 2 * M_23 * dark.width_ee / FLUX
    assert numerator == pytest.approx(3.68588959e-18, rel=1e-6, abs=0)
    both = Pseudoscalar(mass=M_23, g_e=1.0, g_mu=1.0)
    rate = sum(rate[0, 0] for rate in resonance_rates(POINT, both).values())
    assert rate * 2 * M_23 * both.width_ee / FLUX == pytest.approx(2.67593371e-16, rel=1e-6, abs=0)


def test_row_21_alp():
    scale = 2 / FLUX * (500 / 1e12) ** 2  # |M|^2 at f_a = 1e12 MeV from F = 1 GeV, f_a = 500 MeV hypot(C_V, C_A)
    left = alp_rate(POINT, math.sqrt(Q2), 1, -1)[0] * scale * 2
    assert left == pytest.approx((ALP[0], -ALP[3]), rel=1e-7, abs=0)
    vector = alp_rate(POINT, math.sqrt(Q2), 1, 0)[0] * scale
    assert vector[0] == pytest.approx(1.49676286e-25, rel=1e-7, abs=0)
    assert abs(vector[1]) < 1e-9 * vector[0]
