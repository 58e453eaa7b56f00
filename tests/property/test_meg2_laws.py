"""Laws of mu -> e a gamma and its backgrounds: positivity, limits, conservation, scaling, monotony."""

import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from darkfactory.amplitudes import alp_photon, alp_photon_missing_mass, radiative_michel_missing_mass
from darkfactory.constants import M_E, M_MU
from darkfactory.experiments import load_card
from darkfactory.experiments.detectors.pair_acceptance import PairAcceptance
from darkfactory.experiments.trigger import equal_rate, filling_rate
from darkfactory.processes.muon_decay.photon_nodes import alp_nodes, heaviest_mass, radiative_nodes
from darkfactory.recorded.missing_mass import smeared
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.searches.missing_mass_photon.search import KEYS, scan_masses
from darkfactory.searches.settings import card_settings

R = (M_E / M_MU) ** 2
HALF = M_MU / 2
laws = settings(max_examples=200)
some = settings(max_examples=15)


def numbers(low, high):
    return st.floats(low, high, allow_nan=False, allow_infinity=False)


def setup_of(experiment="meg2", **overrides):
    card = load_card(experiment, {"search.sampling": 0.5} | overrides)
    return MissingMassPhoton.from_card(card, card_settings(card, KEYS, "missing-mass-photon"))


@pytest.fixture(scope="module")
def default():
    return setup_of()


@given(x=numbers(0.02, 1), y=numbers(0.01, 0.99), c=numbers(-1, 1), spin=numbers(-1, 1), share=numbers(-1, 1))
@laws
def test_radiative_decay_is_positive_for_every_polarisation(x, y, c, spin, share):
    beta = math.sqrt(1 - 4 * R / x**2)
    z = x * y / 2 * (1 - beta * c)
    assume(1 + R - x - y + z > 1e-6)
    W = radiative_michel_missing_mass.missing_mass_density(x, y, z)
    assert W > -1e-9
    assume(W > 1e-3)
    # spin at cosine `spin` to the electron; the photon's cosine anywhere that the opening angle allows
    photon = spin * c + share * math.sqrt((1 - spin**2) * (1 - c**2))
    d_E, d_K = radiative_michel_missing_mass.missing_mass_spin_terms(x, y, z)
    assert abs(x / 2 * beta * spin * d_E + y / 2 * photon * d_K) < W * (1 + 1e-9)


@given(x=numbers(0.02, 1), y=numbers(0.01, 0.99), c=numbers(-1, 1), spin=numbers(-1, 1), share=numbers(-1, 1))
@laws
def test_signal_is_positive_for_every_polarisation_and_blind_to_chirality(x, y, c, spin, share):
    beta = math.sqrt(1 - 4 * R / x**2)
    z = x * y / 2 * (1 - beta * c)  # of the ALP whose mass squared is 1 + R - x - y + z
    assume(z > 1e-6)
    assume(1 + R - x - y + z >= 0)
    for couplings in ((1, 0), (0, 1), (1, 1), (1, -1)):
        w_V, w_A, h = alp_photon_missing_mass.coupling_weights(*couplings)
        U = alp_photon_missing_mass.invariant_density(x, y, z, w_V, w_A)
        assert U > -1e-9
        if U > 1e-3:
            photon = spin * c + share * math.sqrt((1 - spin**2) * (1 - c**2))
            c_E, c_K = alp_photon_missing_mass.invariant_spin_terms(x, y, z)
            assert abs(h * (x / 2 * beta * spin * c_E + y / 2 * photon * c_K)) < U * (1 + 1e-6)
    vector, axial = (alp_photon_missing_mass.invariant_density(x, y, z, *w) for w in ((1, 0), (0, 1)))
    scale = x / (y * z) + 1 / y**2 + 1
    assert abs(vector - axial) < 40 * math.sqrt(R) * scale


@given(x=numbers(0.1, 0.95), c=numbers(-0.99, 0.5))
@laws
def test_soft_photons_factorise(x, c):
    y = 1e-4
    z = x * y / 2 * (1 - math.sqrt(1 - 4 * R / x**2) * c)
    eikonal = 4 * x / (y * z) - 4 * R / z**2 - 4 / y**2
    W = radiative_michel_missing_mass.missing_mass_density(x, y, z)
    assert W / eikonal == pytest.approx(x * (3 - 2 * x) / 2, rel=2e-3)
    # an ALP has x = 1 - eta at y = 0, up to terms of order y
    U = alp_photon_missing_mass.invariant_density(x, y, z, *alp_photon_missing_mass.coupling_weights(1, 1)[:2])
    assert U / eikonal == pytest.approx(x, rel=2e-3)


@given(x=numbers(0.05, 0.99), y=numbers(0.05, 0.99))
@laws
def test_cliff_with_spin(x, y):
    z = x + y - 1
    assume(z > 1e-3)
    assume((1 - x) * (1 - y) > 1e-4)
    W = radiative_michel_missing_mass.missing_mass_density(x, y, z, r=0.0)
    assert pytest.approx(alp_photon.massless_electron_density(x, y, 0.0), rel=1e-8, abs=1e-9) == W
    d = radiative_michel_missing_mass.missing_mass_spin_terms(x, y, z, r=0.0)
    c = alp_photon_missing_mass.invariant_spin_terms(x, y, z, r=0.0)
    assert d == pytest.approx((c[0] / 4, c[1] / 4), rel=1e-7, abs=1e-7)


windows = st.tuples(numbers(0.05, 1), numbers(0.1, math.pi), numbers(0.05, 1), numbers(0.1, math.pi))


@given(edges=windows)
@some
def test_acceptance_averages_to_the_solid_angles(edges):
    acceptance = PairAcceptance(*edges)
    t = np.linspace(0, math.sqrt(2), 6001)
    values = acceptance(np.clip(t**2 - 1, -1, 1))
    assert np.all(values >= 0)
    assert np.trapezoid(values * t, t) == pytest.approx(acceptance.fraction, rel=5e-3)
    assert acceptance.below(1.0) == pytest.approx(acceptance.fraction, rel=1e-9)
    assert acceptance.below(-1.0) == pytest.approx(0, abs=1e-12)
    top = acceptance.largest_cosine
    assert np.all(acceptance(np.linspace(top, 1, 50)[1:]) == 0)


def test_the_whole_sphere_accepts_everything():
    sphere = PairAcceptance(1.0, math.pi, 1.0, math.pi)
    assert np.all(sphere(np.linspace(-1, 1, 41)) == 1.0)
    assert sphere.exact(np.array([-0.7, 0.1, 0.9])) == pytest.approx(1.0, rel=1e-9)
    assert sphere.below(0.3) == pytest.approx(0.65, rel=1e-3)


@given(a=numbers(1e-10, 1e-5), b=numbers(1e-16, 1e-10), cap=numbers(0.1, 1e4), factor=numbers(1.01, 10))
@laws
def test_filling_rate(a, b, cap, factor):
    rate = filling_rate(a, b, cap)
    assert a * rate + b * rate**2 == pytest.approx(cap, rel=1e-12)
    assert filling_rate(factor * a, b, cap) < rate
    assert filling_rate(a, factor * b, cap) < rate < filling_rate(a, b, factor * cap)
    assert filling_rate(a, 0.0, cap) == pytest.approx(cap / a, rel=1e-12)
    assert filling_rate(0.0, b, cap) == pytest.approx(math.sqrt(cap / b), rel=1e-12)
    equal = equal_rate(a, b)
    assert a * equal == pytest.approx(b * equal**2, rel=1e-12)


def test_filling_rate_rises_with_the_threshold_and_scales_of_window_and_factor_are_the_same(default):
    rates = default.rates
    fills = [
        filling_rate(r.radiative_coefficient, r.random_coefficient(), 10.0)
        for r in map(rates.at_threshold, (5, 10, 20, 30, 40, 48))
    ]
    assert np.all(np.diff(fills) > 0)
    wide = setup_of(**{"trigger.window": 60e-9}).rates.random_coefficient()
    scaled = setup_of(**{"trigger.rc_scale": 3, "trigger.rc_scale_high": 5}).rates.random_coefficient()
    assert wide == pytest.approx(scaled, rel=1e-12, abs=0)
    assert wide == pytest.approx(3 * rates.random_coefficient(), rel=1e-12, abs=0)


@given(electron=numbers(30, 52), photon=numbers(1, 50), low=numbers(0, 1), high=numbers(0, 1))
@laws
def test_signal_falls_with_mass_and_thresholds_and_ends_where_it_must(electron, photon, low, high):
    x, y, top = electron / HALF, photon / HALF, heaviest_mass(electron, photon)
    light, heavy = sorted((low, high))

    def total(fraction, x=x, y=y):
        return alp_nodes((fraction * top / M_MU) ** 2, x, y, 0.56).weight.sum()

    assert total(light) >= total(heavy) * (1 - 1e-9) >= 0
    assert total(1.0001) == 0
    assert total(light, x=min(x * 1.01, 0.999)) <= total(light) * (1 + 1e-9)
    assert total(light, y=y * 1.01) <= total(light) * (1 + 1e-9)


def test_closure():
    assert [heaviest_mass(45, photon) for photon in (10, 20, 40)] == pytest.approx((36.623, 32.064, 20.044), rel=1e-4)
    assert heaviest_mass(45, 53) == 0.0


@given(centre=numbers(0.0, 0.13), sigma=numbers(1e-4, 5e-3), weight=numbers(1e-3, 1e6))
@laws
def test_smearing_conserves_the_total(centre, sigma, weight):
    edges = np.linspace(-0.03, 0.16, 381)
    found = smeared(np.array([centre]), np.array([sigma]), np.array([weight]), edges)
    assert found.sum() == pytest.approx(weight, rel=1e-8)
    middle = (edges[1:] + edges[:-1]) / 2
    assert found @ middle / weight == pytest.approx(centre, abs=1e-6 if sigma > 5e-4 else 2.5e-4)


def test_missing_mass_of_one_decay_and_of_two(default):
    radiative, random = default.rates.radiative_events(), default.rates.random_events()
    assert radiative.missing.min() >= 0
    assert radiative.missing.max() <= (1 - math.sqrt(R)) ** 2
    assert random.missing.min() < -5 * default.mean_sigma(0.0)
    signal = default.rates.alp_events(20.0)
    assert np.all(signal.missing == (20 / M_MU) ** 2)


def test_scaling_with_rate_and_time(default):
    twice = default.at_rate(2 * default.stopping_rate)
    written = twice.prescale / default.prescale
    assert twice.radiative.sum() == pytest.approx(2 * written * default.radiative.sum(), rel=1e-12)
    assert twice.random.sum() == pytest.approx(4 * written * default.random.sum(), rel=1e-12)
    longer = setup_of(**{"beam.days": 120})
    signal, _ = default.signals(np.array([10.0]))
    more, _ = longer.signals(np.array([10.0]))
    from darkfactory.statistics import fisher_information

    one = fisher_information(default.binned_model(signal)).sigma
    four = fisher_information(longer.binned_model(more)).sigma
    assert one / four == pytest.approx(2.0, rel=1e-9)


def test_limit_falls_with_the_square_root_of_the_rate_where_radiative_decays_dominate():
    from darkfactory.statistics import fisher_information

    sigma = []
    for rate in (1e3, 4e3):
        setup = setup_of(**{"beam.stopping_rate": rate, "beam.days": 3e4, "search.systematics.rc_norm": "none"})
        signal, _ = setup.signals(np.array([15.0]))
        sigma.append(fisher_information(setup.binned_model(signal)).sigma[0])
    assert sigma[0] / sigma[1] == pytest.approx(2.0, rel=2e-3)


def test_quadrature_agrees_with_random_points(default):
    nodes, points = default.rates.radiative_events(), default.rates.at_random(200_000).radiative_events()
    error = math.sqrt(np.sum(points.weight**2))
    assert points.weight.sum() == pytest.approx(nodes.weight.sum(), abs=4 * error)
    assert error < 0.02 * nodes.weight.sum()


def test_bump_hunt_steps_are_one_resolution_apart(default):
    masses = scan_masses(default)
    steps = np.diff((masses / M_MU) ** 2)
    assert steps == pytest.approx([default.mean_sigma(m) for m in masses[:-1]], rel=1e-9)


def test_radiative_nodes_are_empty_beyond_phase_space():
    assert radiative_nodes(0.9, 1.0).weight.size == 0
    assert radiative_nodes(1.1, 0.1).weight.size == 0
