"""Chapter 03, sections 3.6, 3.7, 3.11: binned counts of the package against three slow forms of the oracle."""

import numpy as np
import pytest

from darkfactory.amplitudes import michel
from darkfactory.constants import LEPTON_MASS, M_TAU
from darkfactory.experiments.detectors.lepton_energy import EnergyResponse
from darkfactory.recorded.leptons import AngularSample, PositronCounts
from oracles import binned_counts, boosted_tau, forward_limits
from oracles.chapter03_rows import mu3e_setup, twist_setup
from oracles.inputs import line_position
from support.forward_positron import base_setup, setup_of


def sorted_samples(setup):
    """The oracle's samples in the order of a card's, by rising cosine."""
    return setup.with_(samples=tuple(sorted(setup.samples)))


CASES = {
    "F=1 born": (base_setup(), binned_counts.forward_setup(1)),
    "F=100 exp": (base_setup(focus=100, order="exp"), binned_counts.forward_setup(100, order="exp", tail="soft")),
    "F=100 oalpha": (
        base_setup(focus=100, order="oalpha"),
        binned_counts.forward_setup(100, order="oalpha", tail="soft"),
    ),
    "leading-log": (
        base_setup(order="exp", tail="leading-log"),
        binned_counts.forward_setup(1, order="exp", tail="leading-log"),
    ),
    "lumi": (
        base_setup(focus=100, mode="lumi", polarization=0.9, dx=0.005),
        binned_counts.forward_setup(100, "lumi", polarization=0.9, dx=0.005),
    ),
    "flip": (
        base_setup(focus=100, flip=0.1, polarization=0.97),
        binned_counts.forward_setup(100, flip=0.1, polarization=0.97),
    ),
    "twist": (setup_of("twist"), sorted_samples(twist_setup(20.0)).with_(n_muons=1318181818.18)),
    "mu3e": (setup_of("mu3e-phase1"), mu3e_setup(60.0).with_(dx=0.00946424)),
    "growing width": (
        setup_of("megii-fwd", {"detector.resolution_power": 0.5, "detector.efficiency": 0.5}),
        binned_counts.forward_setup(1, order="exp", tail="soft", resolution_power=0.5, efficiency=0.5),
    ),
}
SYSTEMATIC = {"norm": "normalization", "P": "polarization", "eps": "energy_scale", "r": "resolution"}


@pytest.fixture(params=CASES, ids=str)
def case(request):
    setup, oracle = CASES[request.param]
    return setup.counts, oracle, np.array(oracle.edges)


@pytest.mark.parametrize(
    "shift",
    [{}, {"scale": 2e-3}, {"broadening": -0.2}, {"scale": -1e-3, "broadening": 0.1, "polarization_shift": -0.2}],
)
def test_background(case, shift):
    counts, oracle, edges = case
    names = {"scale": "eps", "broadening": "r", "polarization_shift": "d_p"}
    expected = binned_counts.background(oracle, **{names[key]: value for key, value in shift.items()})
    found = counts.background(edges, **shift)
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-12 * expected.max())


@pytest.mark.parametrize("name", SYSTEMATIC)
def test_derivative(case, name):
    counts, oracle, edges = case
    expected = forward_limits.derivative(oracle, name)
    found = counts.background_derivatives(edges)[SYSTEMATIC[name]]
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=1e-7 * np.abs(expected).max())


@pytest.mark.parametrize("mass", [0.0, 15.0])
@pytest.mark.parametrize("asymmetry", [1.0, 0.0, -1.0])
def test_signal(case, mass, asymmetry):
    counts, oracle, edges = case
    expected = binned_counts.signal(oracle, mass=mass, asymmetry=asymmetry)
    found = counts.signal(edges, line_position(mass), asymmetry)
    tolerance = 1e-12 if oracle.tail is None else 1e-4
    np.testing.assert_allclose(found, expected, rtol=1e-6, atol=tolerance * max(expected.max(), 1e-30))


@pytest.mark.parametrize("tail", ["soft", "leading-log"])
@pytest.mark.parametrize("dx", [0.01, 0.002])
def test_tail_bin_by_bin(dx, tail):
    """Also far from the line and at a fine resolution the tail is smooth: no comb of quadrature nodes."""
    oracle = binned_counts.forward_setup(1, order="exp", tail=tail, dx=dx)
    edges = np.array(oracle.edges)
    found = base_setup(order="exp", tail=tail, dx=dx).counts.signal(edges, 1.0, 1.0)
    below = edges[1:] < 1
    np.testing.assert_allclose(found[below], binned_counts.signal(oracle, asymmetry=1.0)[below], rtol=1e-3)


def test_background_against_two_more_forms_of_the_oracle():
    edges = np.array([0.9, 0.905, 0.97, 0.9975, 1.0, 1.0025, 1.03])
    oracle = binned_counts.forward_setup(100, flip=0.2, edges=tuple(edges))
    shift = {"scale": 5e-4, "broadening": 0.1, "polarization_shift": -0.05}
    found = base_setup(focus=100, flip=0.2).counts.background(edges, **shift)
    named = {"eps": 5e-4, "r": 0.1, "d_p": -0.05}
    np.testing.assert_allclose(found, binned_counts.background_by_quad(oracle, **named), rtol=1e-6)
    smeared = binned_counts.background_by_smearing(oracle.with_(edges=(0.9975, 1.0)), **named)
    np.testing.assert_allclose(found[[3, 9]], smeared, rtol=1e-6)


def test_radiative_difference():
    oracle = binned_counts.forward_setup(1, order="exp", tail="soft")
    expected = forward_limits.derivative(oracle, "rc")
    found = base_setup(order="exp").counts.radiative_difference(np.array(oracle.edges))
    np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-8 * np.abs(expected).max())


def tau_response(daughter, resolution=1e-6):
    gamma, _ = boosted_tau.tau_boost(10580.0)
    x0 = LEPTON_MASS[daughter] / michel.endpoint_energy(M_TAU, LEPTON_MASS[daughter])
    return EnergyResponse(resolution, boost_gamma=gamma, x0=x0)


def largest_energy(daughter):
    """Largest lepton energy in the e+e- frame [MeV], that of a massless ALP: the unit of the measured variable."""
    return boosted_tau.box_edges(0.0, daughter)[1]


@pytest.mark.parametrize("daughter", ["e", "mu"])
@pytest.mark.parametrize("mass", [0.0, 500.0, 1400.0])
def test_line_of_a_flying_tau(daughter, mass):
    energies = np.linspace(200.0, 5400.0, 27)
    m_j = LEPTON_MASS[daughter]
    x_a = 1 - mass**2 / (M_TAU**2 + m_j**2)
    found = tau_response(daughter).bin_fractions(energies / largest_energy(daughter), np.array([x_a]))[:, 0]
    expected = boosted_tau.boosted_line(energies, mass_mev=mass, daughter=daughter)
    np.testing.assert_allclose(found, expected, atol=1e-5)
    low, high = tau_response(daughter).box(x_a)
    assert [low, high] == pytest.approx(np.array(boosted_tau.box_edges(mass, daughter)) / largest_energy(daughter))


@pytest.mark.parametrize("daughter", ["e", "mu"])
def test_continuum_of_a_flying_tau(daughter):
    m_j = LEPTON_MASS[daughter]
    counts = PositronCounts(
        m_i=M_TAU,
        m_j=m_j,
        exposure=1.0,
        polarization=0.0,
        samples=(AngularSample.interval(-1, 1),),
        response=tau_response(daughter, 1e-3),
        order="born",
        tail="none",
    )
    energies = np.array([300.0, 1200.0, 2500.0, 4000.0])
    width = 40.0
    for energy in energies:
        edges = np.array([energy - width, energy + width]) / largest_energy(daughter)
        expected = boosted_tau.boosted_michel(energy, daughter=daughter) * 2 * width
        assert counts.background(edges)[0] == pytest.approx(expected, rel=3e-3, abs=0)
