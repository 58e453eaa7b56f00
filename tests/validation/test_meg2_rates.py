"""Rates of MEG II: quadrature with acceptance against published numbers, adaptive quadrature and brute force."""

import math

import numpy as np
import pytest

import darkfactory
from darkfactory.amplitudes import radiative_michel_missing_mass
from darkfactory.constants import ALPHA, M_MU
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.pair_acceptance import PairAcceptance
from darkfactory.numerics.quadrature import tensor_points
from darkfactory.processes.muon_decay import single_photons as photon_spectrum
from darkfactory.processes.muon_decay.photon_nodes import R, alp_nodes, radiative_nodes
from darkfactory.recorded.electron_photon import PhotonRates
from oracles import photon_pairs

HALF = M_MU / 2
WINDOW = (0.35, math.pi / 3)
WINDOWS = PairAcceptance(*WINDOW, *WINDOW)


@pytest.fixture(scope="module")
def rates():
    return PhotonRates.from_card(load_card("meg2"), sampling=1.25)


@pytest.fixture(scope="module")
def accepted():
    nodes = radiative_nodes(45 / HALF, 10 / HALF, WINDOWS.largest_cosine)
    return nodes.scaled(WINDOWS(nodes.cosine))


def mean(nodes, values):
    return float(np.sum(nodes.weight * values) / np.sum(nodes.weight))


@pytest.mark.parametrize(("y", "value"), [(0.2, 6.41312e-2), (0.5, 1.501511e-2), (0.8, 3.52280e-3)])
def test_row_9_inclusive_photon_spectrum(y, value):
    step = 1e-3
    points = tensor_points((4, 192, 128), (None, 0.5, None))
    nodes = radiative_nodes(0.0, y * math.exp(-step / 2), 1.0, points, y_max=y * math.exp(step / 2))
    assert nodes.weight.sum() / (y * step) == pytest.approx(value, rel=5e-4)
    # the closed form leaves out terms of order m_e^2
    assert radiative_michel_missing_mass.inclusive_photon_spectrum(y) == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(
    ("electron", "photon", "value", "tolerance"),
    [
        (0, 10, 1.3081e-2, 1e-3),  # row 10
        (45, 40, 6.2042e-8, 1e-4),  # row 11
        (45, 10, 2.8329e-5, 5e-4),  # row 12
        (45, 20, 2.7448e-6, 5e-4),
    ],
)
def test_rows_10_11_12_radiative_decays_at_all_angles(electron, photon, value, tolerance):
    assert radiative_nodes(electron / HALF, photon / HALF).weight.sum() == pytest.approx(value, rel=tolerance, abs=0)


def test_row_13_pair_acceptance():
    assert pytest.approx(0.0136111, rel=1e-5) == WINDOWS.fraction
    assert [float(WINDOWS(c)) for c in (-1, -0.9, -0.5, 0)] == pytest.approx(
        (0.116667, 0.06041, 0.01641, 0.00679), rel=2e-3
    )
    assert float(WINDOWS(-1.0)) == pytest.approx(WINDOWS.positron_fraction, rel=1e-9)


@pytest.mark.parametrize(("degrees", "value"), [(10, 0.05655), (15, 0.11746), (20, 0.19201), (30, 0.35847)])
def test_row_14_match_of_directions(degrees, value):
    found = WINDOWS.below(-math.cos(math.radians(degrees))) / WINDOWS.fraction
    assert found == pytest.approx(value, rel=3e-3)


def test_rows_15_28_radiative_decays_in_the_windows(accepted):
    assert accepted.weight.sum() == pytest.approx(6.083e-7, rel=3e-3, abs=0)
    found = mean(accepted, accepted.y) * HALF, mean(accepted, accepted.x) * HALF, mean(accepted, accepted.cosine)
    assert found == pytest.approx((16.40, 47.24, -0.655), rel=3e-3)


@pytest.mark.parametrize(
    ("photon", "mass", "value"),
    [
        (10, 0, 6.3198e-06),
        (10, 10, 5.474e-06),
        (10, 20, 3.2396e-06),
        (10, 30, 7.322e-07),
        (20, 0, 1.747e-06),
        (20, 20, 5.771e-07),
        (20, 30, 1.167e-08),
    ],
)
def test_rows_16_17_signal_in_the_windows(photon, mass, value):
    nodes = alp_nodes((mass / M_MU) ** 2, 45 / HALF, photon / HALF, WINDOWS.largest_cosine)
    assert nodes.scaled(WINDOWS(nodes.cosine)).weight.sum() == pytest.approx(value, rel=1e-2, abs=0)


@pytest.mark.parametrize(("mass", "value"), [(0, 0.364354), (10, 0.287268), (20, 0.129015), (30, 0.016319)])
def test_row_18_signal_at_all_angles(mass, value):
    total = alp_nodes((mass / M_MU) ** 2, 45 / HALF, 10 / HALF).weight.sum()
    assert total * 2 * math.pi / ALPHA == pytest.approx(value, rel=1e-3)


@pytest.mark.parametrize(("k", "value"), [(10, 5.399e-4), (30, 2.593e-4), (45, 6.520e-5), (48, 3.424e-5)])
def test_row_20_annihilation_in_flight(k, value):
    found = photon_spectrum.annihilation_above(k, 0.1)
    assert found == pytest.approx(value, rel=1e-2)
    assert found == pytest.approx(photon_pairs.annihilation_above(k, 0.1), rel=1e-5)


TABLE = """
5|9.627e-7|1.0713e-12|1.7376e-3|2.639e6|2.54/7.46|1.2795e6|8.99e5
10|3.4877e-7|6.1726e-13|1.00116e-3|3.7524e6|1.309/8.691|1.7444e6|5.650e5
15|1.5265e-7|3.9095e-13|6.3409e-4|4.8661e6|0.743/9.257|2.2231e6|3.905e5
20|7.5754e-8|2.5324e-13|4.1074e-4|6.1361e6|0.465/9.535|2.7805e6|2.991e5
30|1.9017e-8|9.9245e-14|1.60968e-4|9.9426e6|0.189/9.811|4.4700e6|1.916e5
40|3.1125e-9|2.7352e-14|4.4363e-5|1.9064e7|0.059/9.941|8.5397e6|1.138e5
45|7.650e-10|9.8999e-15|1.6057e-5|3.1744e7|0.024/9.976|1.4206e7|7.727e4
"""


@pytest.mark.parametrize("line", TABLE.split())
def test_row_21_trigger_table(line):
    threshold, a, b, p_g, fill, shares, pessimistic, equal = line.split("|")
    (point,) = darkfactory.trigger("meg2", threshold=float(threshold)).points
    found = {
        "rmd_coefficient": a,
        "rc_coefficient_s": b,
        "p_photon": p_g,
        "max_stopping_rate": fill,
        "equal_rate": equal,
    }
    for key, text in found.items():
        assert point[key] == pytest.approx(float(text), rel=5e-3, abs=0), key
    assert point["p_positron"] == pytest.approx(3.0828e-2, rel=1e-4)
    assert point["band"]["low"] == pytest.approx(float(pessimistic), rel=5e-3)
    rmd, rc = (float(share) for share in shares.split("/"))
    benchmark = point["benchmarks"]["A"]
    # the table rounds its smallest rates to two digits
    assert benchmark["rmd_rate"] == pytest.approx(rmd, rel=5e-3, abs=6e-4)
    assert benchmark["rc_rate"] == pytest.approx(rc, rel=5e-3)


def test_trigger_at_the_intensity_of_the_runs_and_other_positron_thresholds():
    (point,) = darkfactory.trigger("meg2", threshold=10).points
    assert (point["rmd_rate"], point["rc_rate"]) == pytest.approx((10.46, 555.5), rel=5e-3)
    for minimum, a, b, fill in ((40, 1.0766e-6, 9.790e-13, 2.693e6), (50, 2.7206e-8, 2.2705e-13, 6.577e6)):
        settings = {"detector.positron_threshold": minimum}
        (point,) = darkfactory.trigger("meg2", threshold=10, settings=settings).points
        found = point["rmd_coefficient"], point["rc_coefficient_s"], point["max_stopping_rate"]
        assert found == pytest.approx((a, b, fill), rel=5e-3, abs=0)


def test_calibration_at_meg():
    """With k = 1 and full trigger efficiency the model makes 3.64 and 1.32 Hz of random coincidences at MEG."""
    for threshold, rc, rmd in ((40, 3.64, 0.065), (45, 1.32, 0.018)):
        settings = {"trigger.efficiency": 1, "trigger.threshold": threshold}
        (point,) = darkfactory.trigger("meg", threshold=threshold, settings=settings).points
        assert point["rc_rate"] == pytest.approx(rc, rel=5e-3)
        assert point["rmd_rate"] == pytest.approx(rmd, rel=3e-2)  # given with two digits


def test_row_25_true_missing_mass(accepted):
    edges = [0, 0.01, 0.03, 0.06, 0.10, 0.13]
    found = np.histogram(accepted.missing, edges, weights=accepted.weight)[0] / accepted.weight.sum()
    # sharp edges on nodes: the quadrature is made for smeared ones, hence more points here
    points = tensor_points((96, 96, 256), (None, 0.5, None))
    fine = radiative_nodes(45 / HALF, 10 / HALF, WINDOWS.largest_cosine, points)
    fine = fine.scaled(WINDOWS(fine.cosine))
    found = np.histogram(fine.missing, edges, weights=fine.weight)[0] / fine.weight.sum()
    assert found == pytest.approx((0.1991, 0.3307, 0.3177, 0.1469, 0.00561), rel=3e-3)


def test_row_32_polarised_radiative_decays():
    nodes = radiative_nodes(45 / HALF, 10 / HALF)
    z = nodes.missing - 1 - R + nodes.x + nodes.y
    beta = np.sqrt(1 - 4 * R / nodes.x**2)
    W = radiative_michel_missing_mass.missing_mass_density(nodes.x, nodes.y, z)
    d_E, d_K = radiative_michel_missing_mass.missing_mass_spin_terms(nodes.x, nodes.y, z)
    # a node at Q2 = 0 to rounding has no density: it carries no weight
    share = np.where(nodes.weight > 0, nodes.weight / np.where(nodes.weight > 0, W, 1), 0.0)
    electron = -nodes.x / 2 * beta * d_E - nodes.y / 2 * nodes.cosine * d_K
    photon = -nodes.x / 2 * beta * nodes.cosine * d_E - nodes.y / 2 * d_K
    total = nodes.weight.sum()
    found = np.sum(share * electron) / total, np.sum(share * photon) / total
    assert found == pytest.approx((-0.87562, 0.26361), rel=1e-4)


@pytest.mark.parametrize(
    ("positron", "photon"),
    [(WINDOW, WINDOW), ((0.35, math.pi / 3), (0.6, 0.4)), ((0.9, 2.5), (0.5, 2.0)), ((0.2, 0.5), (1.0, math.pi))],
)
@pytest.mark.parametrize("cosine", [-0.999, -0.9, -0.4, 0.2])
def test_acceptance_against_random_orientations(positron, photon, cosine):
    value, error = photon_pairs.acceptance(cosine, positron, photon, 100_000, seed=7)
    assert float(PairAcceptance(*positron, *photon)(cosine)) == pytest.approx(value, abs=4 * error + 1e-5)


@pytest.fixture(scope="module")
def brute_force():
    """Radiative decays with random orientation, smearing and then cuts: independent of acceptance and quadrature."""
    rng = np.random.default_rng(11)
    prefactor = radiative_michel_missing_mass.missing_mass_prefactor()
    x, y, c, Q2, w = photon_pairs.radiative_events(
        lambda x, y, z: prefactor * radiative_michel_missing_mass.missing_mass_density(x, y, z),
        44 / HALF,
        7 / HALF,
        0.565,
        1_500_000,
        5,
    )
    e, g = photon_pairs.rotated_pairs(c, rng, *WINDOW)
    w = w * photon_pairs.in_photon_window(g, *WINDOW) * 0.35 / 3
    measured, x_m, y_m = photon_pairs.smeared_missing_mass(x, y, c, 0.089, 0.018, 7.4e-3, rng)
    return x, y, c, Q2, w, measured, x_m, y_m, e, g


def test_row_15_against_brute_force(brute_force):
    x, y, _, _, w, *_ = brute_force
    cut = (x > 45 / HALF) & (y > 10 / HALF)
    error = math.sqrt(np.sum(w[cut] ** 2))
    assert error < 0.01 * 6.083e-7
    assert w[cut].sum() == pytest.approx(6.083e-7, abs=4 * error)


def test_templates_against_smear_then_cut(brute_force, rates):
    """Cuts on true energies, Gaussian smearing of Q2: total within 1%, shape within the published differences."""
    from darkfactory.recorded.missing_mass import smeared

    nodes = rates.radiative_events()
    sigma = rates.detector.missing_mass_sigma(nodes.x, nodes.y, nodes.cosine)
    edges = np.linspace(-0.03, 0.16, 381)
    template = smeared(nodes.missing, sigma, nodes.weight / 0.91, edges)
    _, _, _, _, w, measured, x_m, y_m, _, _ = brute_force
    cut = (x_m > 45 / HALF) & (y_m > 10 / HALF)
    coarse = np.array([-0.005, 0.0, 0.02, 0.04, 0.06, 0.08])
    found = np.histogram(measured[cut], coarse, weights=w[cut])[0]
    errors = np.sqrt(np.histogram(measured[cut], coarse, weights=w[cut] ** 2)[0])
    centres = (edges[1:] + edges[:-1]) / 2
    expected = np.histogram(centres, coarse, weights=template)[0]
    total = w[cut].sum()
    assert template.sum() == pytest.approx(total, rel=1e-2 + 4 * math.sqrt(np.sum(w[cut] ** 2)) / total)
    allowed = np.array([0.07, 0.01, 0.01, 0.01, 0.01]) * expected + 4 * errors
    assert np.all(np.abs(found - expected) < allowed), (found / expected, errors / expected)


def test_row_29_symmetric_windows_do_not_see_the_polarisation(brute_force):
    x, y, c, _, w, _, _, _, e, g = brute_force
    z = x * y / 2 * (1 - np.sqrt(1 - 4 * R / x**2) * c)
    kept = (w > 0) & (x > 45 / HALF) & (y > 10 / HALF)
    W = radiative_michel_missing_mass.missing_mass_density(x[kept], y[kept], z[kept])
    d_E, d_K = radiative_michel_missing_mass.missing_mass_spin_terms(x[kept], y[kept], z[kept])
    beta = np.sqrt(1 - 4 * R / x[kept] ** 2)
    spin = -(x[kept] / 2 * beta * d_E * e[kept, 2] + y[kept] / 2 * d_K * g[kept, 2]) / W
    part = 0.85 * w[kept] * spin
    assert abs(part.sum()) < 4 * math.sqrt(np.sum(part**2)) < 5e-9
    # each event and its mirror image along the beam cancel, and both are in the windows or both are not
    mirrored = -(x[kept] / 2 * beta * d_E * -e[kept, 2] + y[kept] / 2 * d_K * -g[kept, 2]) / W
    assert abs(np.sum(w[kept] * (spin + mirrored))) < 5e-10


def test_random_coincidences_against_adaptive_quadrature(rates):
    """The same integral over the nodes, without match of directions, and in closed form."""

    def photons(y):
        photon = float(radiative_michel_missing_mass.inclusive_photon_spectrum(y))
        return photon + float(photon_spectrum.annihilation_spectrum(y, 0.1))

    oracle = photon_pairs.random_rate(photons, (0.35 / 3, 0.35 / 3), 45 / HALF, 20 / HALF, 0.999)
    at_20 = rates.at_threshold(20.0)
    nodes = at_20.random_events()
    below = nodes.weight[nodes.y < 0.999].sum() / 0.91
    assert below == pytest.approx(oracle, rel=2e-3)
    product = at_20.positron_probability * at_20.photon_probability / at_20.detector.photon
    assert nodes.weight.sum() == pytest.approx(product, rel=2e-4)


@pytest.mark.parametrize(("mass", "vector", "axial"), [(0, 0.02032370, 0.02040617), (50, 0.01494207, 0.01503818)])
def test_signal_with_collinear_photons_keeps_the_electron_mass(mass, vector, axial):
    """E_gamma > 10 MeV at all angles over mu -> e a, for pure V and pure A; V+A is their mean up to m_e^2."""
    from darkfactory.processes.muon_decay.photon_nodes import alp_nodes_massive
    from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale

    eta = (mass / M_MU) ** 2
    nodes = alp_nodes_massive(eta, 0.0, 10 / HALF)
    two_body = branching_ratio_from_scale("mu -> e a", 1e9, mass) / 7.83254e-5
    assert nodes.weight.sum() / two_body == pytest.approx((vector + axial) / 2, rel=5e-5)
    # the cosine that goes with the energies gives the missing mass back
    from darkfactory.processes.muon_decay.photon_nodes import missing_mass2

    assert missing_mass2(nodes.x, nodes.y, nodes.cosine) == pytest.approx(nodes.missing, abs=1e-9)


def test_bremsstrahlung_against_adaptive_quadrature():
    from scipy.integrate import quad

    def integrand(energy, k=20.0):
        u, x = k / energy, energy / HALF
        return 2 * x * x * (3 - 2 * x) / HALF * (4 / 3 - 4 * u / 3 + u * u) / k

    expected = 0.01 * HALF * quad(integrand, 20.0, HALF)[0]
    assert photon_spectrum.bremsstrahlung_spectrum(20 / HALF, 0.01) == pytest.approx(expected, rel=1e-8)
