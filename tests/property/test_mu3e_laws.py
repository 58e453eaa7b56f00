"""Laws of the searches with three tracks, chapter 04, section 12: identities of the densities, order of the gains."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkfactory.constants import FERMI_CONSTANT, M_E, M_MU
from darkfactory.models import DarkPhoton, DerivativeAlp, Pseudoscalar, Scalar, VectorBoson
from darkfactory.processes.muon_decay import slices
from darkfactory.processes.muon_decay.on_slices import resonance_rates
from darkfactory.processes.muon_decay.slices import PARTS
from darkfactory.recorded.track_setup import cosine
from darkfactory.searches.line.discrimination import by_bins, by_cut, by_likelihood, by_total
from support.mu3e import CHIRALITIES, angle_counts, missing, pairs, signals, small_slices

some = settings(max_examples=30)


@pytest.fixture(scope="module", autouse=True)
def _small():
    with small_slices():
        yield


# signal and background at the end point


def test_background_at_the_end_point_is_a_massless_left_handed_alp():
    """Section 3.4, at every event and for every spin component: dGamma_SM/dQ^2 = G_F^2 F^2/(6 pi^2) Gamma(V-A)."""
    made = missing(0)
    left = made.alp(1, -1)
    factor = (FERMI_CONSTANT * 1e6) ** 2 / (6 * math.pi**2)  # GeV^-4
    assert factor == pytest.approx(2.297356e-12, rel=1e-6, abs=0)
    difference = np.abs(made.background * 1e6 / factor - left)
    # Q^2 by subtraction costs digits where |J.Q|^2 is small
    assert np.max(difference / left[:, :1]) < 1e-5
    assert np.quantile(difference / left[:, :1], 0.99) < 1e-9
    # on average nothing is left: no bias
    assert np.sum(made.background[:, 0]) * 1e6 / factor == pytest.approx(left[:, 0].sum(), rel=1e-9)


def test_chirality():
    """V+A and V-A have the same average and opposite spin terms; V or A alone have none."""
    made = missing(20)
    right, left, vector, axial = (made.alp(*CHIRALITIES[name]) for name in ("V+A", "V-A", "V", "A"))
    assert right[:, 0] == pytest.approx(left[:, 0], rel=1e-9, abs=0)
    scale = left[:, :1]
    assert np.max(np.abs(right[:, 1:] + left[:, 1:]) / scale) < 1e-9
    assert np.max(np.abs(vector[:, 1:]) / scale) < 1e-9
    assert np.max(np.abs(axial[:, 1:]) / scale) < 1e-9
    assert vector[:, 0] + axial[:, 0] == pytest.approx(2 * left[:, 0], rel=1e-9, abs=0)


@pytest.mark.parametrize("mass", [20, 60])
def test_densities_are_positive_for_every_degree_of_polarization(mass):
    made = pairs(mass)
    model = Pseudoscalar(mass=float(mass))
    found = [made.background, made.resonance(DarkPhoton(mass=float(mass)))["epsilon^2"]]
    found += [rate for name, rate in made.resonance(model).items() if "^2" in name]
    found += [missing(mass).background, missing(mass).alp(1, 1), missing(mass).alp(1, 0.3)]
    for density in found:
        assert np.all(density[:, 0] > 0)
        assert np.all(np.abs(density[:, 1]) <= density[:, 0] * (1 + 1e-9))


def test_background_does_not_know_which_positron_is_which():
    made = missing(20)
    e1, e2, e3 = (p[:2000] for p in made.momenta)
    swapped = slices.conversion_per_missing_mass2((e2, e1, e3))
    assert swapped == pytest.approx(slices.conversion_per_missing_mass2((e1, e2, e3)), rel=1e-7, abs=1e-30)


@given(f_a=st.floats(1.0, 1e3), C=st.floats(0.1, 10))
@some
def test_derivative_and_yukawa_couplings_agree_if_universal(f_a, C):
    """At every event, with g_l = C m_l / f_a."""
    made = pairs(20)
    momenta = tuple(p[:500] for p in made.momenta)
    derivative = DerivativeAlp(mass=20.0, f_a_gev=f_a, C_e=C, C_mu=C)
    yukawa = Pseudoscalar(mass=20.0, g_e=C * M_E / (1e3 * f_a), g_mu=C * M_MU / (1e3 * f_a))
    one, other = (
        sum(value * rates[name] for name, value in model.monomials()[0].items())
        for model, rates in ((m, resonance_rates(momenta, m)) for m in (derivative, yukawa))
    )
    assert one[:, 0] == pytest.approx(other[:, 0], rel=1e-5, abs=0)
    assert np.max(np.abs(one[:, 1] - other[:, 1]) / other[:, 0]) < 1e-5


def test_a_vector_of_equal_charges_is_a_dark_photon():
    made = pairs(20)
    momenta = tuple(p[:500] for p in made.momenta)
    dark = resonance_rates(momenta, DarkPhoton(mass=20.0))["epsilon^2"]
    charge2 = 4 * math.pi / 137.035999
    vector = resonance_rates(momenta, VectorBoson(mass=20.0, g_V_e=0.3, g_V_mu=0.3))["g^2"]
    assert vector[:, 0] * charge2 == pytest.approx(dark[:, 0], rel=1e-6, abs=0)
    assert np.max(np.abs(vector[:, 1] * charge2 - dark[:, 1]) / dark[:, 0]) < 1e-6


def test_scalars_and_pseudoscalars_from_the_electron():
    """Equal up to m_e^2/m_X^2."""
    made = pairs(20)
    one, other = (made.resonance(kind(mass=20.0))["g_e^2"][:, 0].sum() for kind in (Scalar, Pseudoscalar))
    assert one / other == pytest.approx(1, abs=5e-3)


# gains


@pytest.mark.parametrize("name", ["vector", "alp via e", "alp via mu", "scalar via mu"])
def test_order_of_gains(name):
    """1 <= cut <= histogram as fine as the cut's steps <= likelihood; 15 bins <= 15 x 15."""
    made, signal = pairs(20), signals(20)[name]
    background = made.background[:, 0]
    e1, _, e3 = (p[:, 1:] for p in made.momenta)
    fine = np.clip(((cosine(e3, e1) + 1) * 200).astype(int), 0, 399)
    gains = {option: angle_counts(made, signal, background, option).gain for option in ("cut", "1d", "2d", "lr")}
    histogram = by_bins(signal, background, made.part, fine, 400).gain
    bound = gains["lr"] * (1 + 1e-12)
    assert np.all(gains["cut"] > 1)
    assert np.all(gains["cut"] <= histogram * (1 + 1e-12))
    assert np.all(histogram <= bound)
    assert np.all(gains["1d"] <= gains["2d"] * (1 + 1e-12))
    assert np.all(gains["2d"] <= bound)
    assert np.all(angle_counts(made, signal, background, "none").gain == 1)


@pytest.mark.parametrize("option", ["none", "1d", "2d", "lr"])
def test_nothing_is_gained_if_signal_and_background_look_alike(option):
    made = pairs(20)
    background = made.background[:, 0]
    assert angle_counts(made, 7e3 * background, background, option).gain == pytest.approx(1, abs=1e-12)


def test_a_cut_gains_nothing_if_signal_and_background_look_alike():
    made = pairs(20)
    background = made.background[:, 0]
    found = angle_counts(made, 7e3 * background, background, "cut")
    assert (found.gain[0], found.cut) == (pytest.approx(1), 1.0)


@given(seed=st.integers(0, 2**32 - 1), slope=st.floats(-1, 1), n=st.integers(200, 2000))
@some
def test_gains_of_any_densities(seed, slope, n):
    rng = np.random.default_rng(seed)
    x, part = rng.uniform(-1, 1, n), np.arange(n) % PARTS
    background, signal = rng.exponential(size=n), rng.exponential(size=n) * (1.01 + slope * x)
    coarse, fine = (
        by_bins(signal, background, part, ((x + 1) / 2 * k).astype(int).clip(0, k - 1), k).gain for k in (10, 20)
    )
    bound = by_likelihood(signal, background, part).gain
    assert np.all(coarse >= 1 - 1e-12)
    assert np.all(coarse <= fine * (1 + 1e-12))
    assert np.all(fine <= bound * (1 + 1e-12))
    assert by_cut(signal, background, part, x).gain[0] >= 1 - 1e-12
    scaled = by_bins(3 * signal, 5 * background, part, ((x + 1) * 5).astype(int).clip(0, 9), 10)
    assert scaled.gain == pytest.approx(coarse, rel=1e-12)
    assert np.all(by_total(signal, background, part).gain == 1)
