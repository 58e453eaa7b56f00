"""Chapter 03, section 9: laws of l_i -> l_j a, of the polarised Michel spectrum, of their events, and of boosts."""

import cmath
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.special import roots_legendre

from darkfactory import rate
from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.constants import LEPTON_MASS, M_E, M_MU
from darkfactory.kinematics import lorentz
from darkfactory.models import LfvAlp
from oracles import michel_spectrum
from oracles.lepton_bins import line_bins, line_cosine_bins, michel_bins, michel_cosine_bins
from oracles.lepton_samples import sample_line, sample_michel
from support.forward_positron import (
    base_setup,
)

LAWS = settings(max_examples=60)
FEW = settings(LAWS, max_examples=12)

PAIRS = st.sampled_from([("mu", "e"), ("tau", "e"), ("tau", "mu")])
couplings = st.complex_numbers(max_magnitude=10, allow_nan=False, allow_infinity=False)
unit = st.floats(0, 1)
signed = st.floats(-1, 1)
chiralities = st.sampled_from(["V+A", "V-A", "V", "A"])
orders = st.sampled_from(michel.ORDERS)


def masses_of(pair):
    return tuple(LEPTON_MASS[name] for name in pair)


def not_both_zero(C_V, C_A):
    assume(abs(C_V) ** 2 + abs(C_A) ** 2 > 1e-6)


# widths and asymmetries


@LAWS
@given(pair=PAIRS, fraction=unit, C_V=couplings, C_A=couplings, factor=st.floats(1e-3, 1e3))
def test_branching_ratio_falls_with_the_square_of_the_scale(pair, fraction, C_V, C_A, factor):
    not_both_zero(C_V, C_A)
    m_i, m_j = masses_of(pair)
    mass = 0.99 * fraction * (m_i - m_j)
    name = f"{pair[0]} -> {pair[1]} a"
    near, far = (rate(name, model=LfvAlp(mass, f, C_V, C_A)).value for f in (1e8, 1e8 * factor))
    assert far == pytest.approx(near / factor**2, rel=1e-12, abs=0)


@LAWS
@given(pair=PAIRS, fraction=unit, C_V=couplings, C_A=couplings, phase=st.floats(0, 2 * math.pi))
def test_a_common_phase_changes_nothing(pair, fraction, C_V, C_A, phase):
    not_both_zero(C_V, C_A)
    m_i, m_j = masses_of(pair)
    mass, turn = fraction * (m_i - m_j), cmath.exp(1j * phase)
    before = two_body_alp.width(m_i, m_j, mass, C_V, C_A, 1.0), two_body_alp.asymmetry(m_i, m_j, mass, C_V, C_A)
    C_V, C_A = turn * C_V, turn * C_A
    after = two_body_alp.width(m_i, m_j, mass, C_V, C_A, 1.0), two_body_alp.asymmetry(m_i, m_j, mass, C_V, C_A)
    assert after == pytest.approx(before, rel=1e-10, abs=1e-10)


@LAWS
@given(pair=PAIRS, fraction=unit, C_V=couplings, C_A=couplings)
def test_the_sign_of_the_axial_coupling_flips_the_asymmetry_alone(pair, fraction, C_V, C_A):
    not_both_zero(C_V, C_A)
    m_i, m_j = masses_of(pair)
    mass = fraction * (m_i - m_j)
    one, other = (two_body_alp.asymmetry(m_i, m_j, mass, C_V, sign * C_A) for sign in (1, -1))
    assert one == -other
    assert -1 <= one <= 1
    widths = [two_body_alp.width(m_i, m_j, mass, C_V, sign * C_A, 1.0) for sign in (1, -1)]
    assert widths[0] == widths[1] >= 0


@LAWS
@given(pair=PAIRS, excess=st.floats(0, 10), C_V=couplings, C_A=couplings)
def test_closed_at_and_above_threshold_and_continuous_there(pair, excess, C_V, C_A):
    not_both_zero(C_V, C_A)
    m_i, m_j = masses_of(pair)
    threshold = m_i - m_j
    assert two_body_alp.width(m_i, m_j, threshold * (1 + excess), C_V, C_A, 1.0) == 0.0
    assert two_body_alp.asymmetry(m_i, m_j, threshold * (1 + excess), C_V, C_A) == 0.0
    shrinking = [two_body_alp.width(m_i, m_j, threshold * (1 - d), C_V, C_A, 1.0) for d in (1e-4, 1e-8, 1e-12)]
    assert shrinking[0] > shrinking[1] > shrinking[2] > 0
    assert shrinking[2] < 2e-4 * shrinking[0]  # the root of the distance, or faster


@LAWS
@given(fraction=st.floats(0, 0.95), C_V=couplings, C_A=couplings)
def test_massless_lepton(fraction, C_V, C_A):
    not_both_zero(C_V, C_A)
    mass, size = fraction * M_MU, abs(C_V) ** 2 + abs(C_A) ** 2
    expected = M_MU**3 * (1 - (mass / M_MU) ** 2) ** 2 / (64 * np.pi) * size  # F = 2 f_a / sqrt(size), f_a = 1
    for m_j, tolerance in ((1e-3, 1e-3), (1e-7, 1e-7), (0.0, 1e-12)):
        assert two_body_alp.width(M_MU, m_j, mass, C_V, C_A, 1.0) == pytest.approx(expected, rel=tolerance, abs=0)
    asymmetry = 2 * (C_V * C_A.conjugate()).real / size
    assert two_body_alp.asymmetry(M_MU, 0.0, mass, C_V, C_A) == pytest.approx(asymmetry, abs=1e-12)


@LAWS
@given(pair=PAIRS, C_V=couplings, C_A=couplings)
def test_massless_alp_with_exact_lepton_masses(pair, C_V, C_A):
    not_both_zero(C_V, C_A)
    m_i, m_j = masses_of(pair)
    size = abs(C_V) ** 2 + abs(C_A) ** 2
    expected = (m_i**2 - m_j**2) ** 3 / (64 * np.pi * m_i**3) * size
    assert two_body_alp.width(m_i, m_j, 0.0, C_V, C_A, 1.0) == pytest.approx(expected, rel=1e-12, abs=0)
    assert two_body_alp.asymmetry(m_i, m_j, 0.0, 1.0, 1.0) == pytest.approx(1.0, abs=1e-12)


# spectrum


@pytest.mark.parametrize("order", michel.ORDERS)
@pytest.mark.parametrize("polarization", [-1.0, 0.0, 0.85, 1.0])
def test_density_has_unit_integral(order, polarization):
    node, weight = roots_legendre(300)
    t, w = (node + 1) / 2, weight / 2
    total = t**8 + (1 - t) ** 4
    x0 = M_E / michel.endpoint_energy()
    x = 1 - (1 - x0) * t**8 / total
    jacobian = (1 - x0) * t**7 * (1 - t) ** 3 * (8 * (1 - t) + 4 * t) / total**2
    cosine, c_weight = np.polynomial.legendre.leggauss(2)
    rho = michel.density(x[:, None], cosine[None, :], polarization=polarization, order=order)
    assert float(np.einsum("x,xc,c->", w * jacobian, rho, c_weight)) == pytest.approx(1.0, abs=1e-7)


@LAWS
@given(x=st.floats(0.01, 1 - 1e-12), c=signed, P=signed, order=orders)
def test_density_symmetries_and_sign(x, c, P, order):
    rho = michel.density(x, c, polarization=P, order=order)
    assert rho >= 0
    assert rho == michel.density(x, -c, polarization=-P, order=order)
    marginal = (rho + michel.density(x, -c, polarization=P, order=order)) / 2
    assert marginal == pytest.approx(michel.density(x, 0.0, polarization=0.3, order=order), rel=1e-12, abs=0)


@pytest.mark.parametrize("order", michel.ORDERS)
def test_density_is_positive_up_to_the_endpoint(order):
    y = np.concatenate([np.geomspace(1e-12, 0.5, 2000), np.linspace(0.5, 0.990327, 2000)])
    n0, n1 = michel.spectrum_functions(1 - y, y=y, order=order)
    assert np.all(n0 >= np.abs(n1))


@pytest.mark.parametrize("y", [1e-3, 1e-5])
def test_forward_born_density_is_a_ramp(y):
    ramp = michel.density(1 - y, 1.0, polarization=1.0, order="born") * michel.normalization("born")
    assert ramp == pytest.approx(4 * y, rel=10 * max(y, 1e-5), abs=0)


@pytest.mark.parametrize("order", michel.ORDERS)
def test_nothing_outside_the_spectrum(order):
    x = np.array([-1.0, 0.0, 0.009, 1.0 + 1e-9, 2.0])
    assert np.all(michel.density(x, 0.3, polarization=0.9, order=order) == 0)


@LAWS
@given(inner=st.lists(st.floats(0.001, 0.999), max_size=12, unique=True), order=orders, P=signed)
def test_bins_add_up_for_any_binning(inner, order, P):
    edges = np.array([0.0, *sorted(inner), 1.0])
    cosines = 2 * edges - 1
    alp = LfvAlp(mass=20.0)
    assert michel_bins(edges, order, M_MU, M_E).sum() == pytest.approx(1.0, abs=1e-9)
    assert np.all(michel_bins(edges, order, M_MU, M_E) >= 0)
    assert michel_cosine_bins(cosines, P, order, M_MU, M_E).sum() == pytest.approx(1.0, abs=1e-9)
    assert line_bins(edges, alp, "none", M_MU, M_E).sum() == 1.0
    assert line_cosine_bins(cosines, alp, P, M_MU, M_E).sum() == pytest.approx(1.0, abs=1e-12)


@LAWS
@given(P=signed)
def test_mean_cosine(P):
    bins = michel_cosine_bins(np.linspace(-1, 1, 3), P, "born", M_MU, M_E)
    assert 2 / 3 * (bins[1] - bins[0]) == pytest.approx(-0.1100202 * P / 0.99, abs=1e-7)


# events


def histogram(values, weights, edges):
    return np.histogram(values, bins=edges, weights=weights)[0] / len(values)


def pulls(counted, expected, n):
    return (counted - expected) / np.sqrt(np.maximum(expected, 10 / n) / n)


@pytest.mark.parametrize(("order", "polarization"), [("exp", 0.9), ("born", -0.99)])
def test_a_million_michel_events_fill_the_bins(order, polarization):
    sample = sample_michel(1_000_000, polarization=polarization, order=order, seed=5)
    n = len(sample.x)
    edges, cosines = np.linspace(0, 1, 51), np.linspace(-1, 1, 21)
    seen = histogram(sample.x, sample.weight, edges)
    assert np.abs(pulls(seen, michel_bins(edges, order, M_MU, M_E), n)).max() < 4
    seen = histogram(sample.cos_theta, sample.weight, cosines)
    assert np.abs(pulls(seen, michel_cosine_bins(cosines, polarization, order, M_MU, M_E), n)).max() < 4
    assert np.abs(pulls(histogram(sample.phi, sample.weight, np.linspace(0, 2 * np.pi, 9)), 1 / 8, n)).max() < 4


@pytest.mark.parametrize("order", michel.ORDERS)
def test_mean_cosine_of_hard_events(order):
    """A polarisation that is off by a per cent shifts this mean by six standard errors."""
    sample = sample_michel(1_000_000, polarization=-1.0, order=order, seed=6, x_low=0.95)
    n0, n1 = michel.spectrum_functions(sample.x, order=order)
    mean = np.mean(n1 / n0) / 3
    assert mean > 0.25
    assert abs(sample.cos_theta.mean() - mean) < 4 * sample.cos_theta.std() / 1000


@pytest.mark.parametrize("forward", [True, False])
def test_a_million_smeared_michel_events_fill_the_bins_of_the_search(forward):
    setup = base_setup(order="exp", focus=100, polarization=0.9, n_muons=1.0)
    cone = setup.counts.samples[0]
    sample = sample_michel(1_000_000, polarization=0.9 if forward else -0.9, order="exp", seed=8, x_low=0.8)
    inside = sample.cos_theta > 1 - cone.solid
    noise = np.random.default_rng(3).standard_normal(len(sample.x)) * 0.01
    edges = np.linspace(0.9, 1.05, 31)
    seen = histogram((sample.x + noise)[inside], sample.weight[inside], edges) * inside.sum() / len(sample.x)
    flipped = base_setup(order="exp", focus=100, polarization=0.9, n_muons=1.0, flip=0.5)
    both = flipped.counts.background(edges).reshape(2, -1) * 2
    scale = float(sample.weight[0])
    assert np.abs(pulls(seen / scale, both[0 if forward else 1] / scale, len(sample.x))).max() < 4


@pytest.mark.parametrize("chirality", ["V+A", "V-A", "V"])
@pytest.mark.parametrize(("mass", "tail"), [(0.0, True), (60.0, True), (100.0, False)])
def test_a_million_line_events_fill_the_bins(mass, tail, chirality):
    alp = LfvAlp.from_scale(F_gev=1e10, chirality=chirality, mass=mass)
    sample = sample_line(1_000_000, alp, polarization=0.9, tail=tail, seed=2)
    n = len(sample.x)
    edges, cosines = np.linspace(0, 1, 41), np.linspace(-1, 1, 21)
    expected = line_bins(edges, alp, "soft" if tail else "none", M_MU, M_E)
    assert np.abs(pulls(histogram(sample.x, sample.weight, edges), expected, n)).max() < 4
    expected = line_cosine_bins(cosines, alp, 0.9, M_MU, M_E) * sample.weight[0]
    assert np.abs(pulls(histogram(sample.cos_theta, sample.weight, cosines), expected, n)).max() < 4


@pytest.mark.parametrize("order", ["born", "exp"])
def test_events_against_the_rejection_sampler(order):
    n = 200_000
    x, c = michel_spectrum.rejection_sampler(n, polarization=0.9, order=order, seed=7)
    sample = sample_michel(n, polarization=0.9, order=order, seed=7)
    bins = (np.linspace(0.05, 1, 11), np.linspace(-1, 1, 11))
    slow, fast = np.histogram2d(x, c, bins=bins)[0], np.histogram2d(sample.x, sample.cos_theta, bins=bins)[0]
    chi2 = float(np.sum((slow - fast) ** 2 / (slow + fast)))
    assert abs(chi2 - 100) < 4 * math.sqrt(200)


@FEW
@given(pair=PAIRS, fraction=unit, C_V=couplings, C_A=couplings, P=signed, seed=st.integers(0, 1000))
def test_events_are_on_shell_and_conserve_momentum(pair, fraction, C_V, C_A, P, seed):
    not_both_zero(C_V, C_A)
    m_i, m_j = masses_of(pair)
    mass = 0.99 * fraction * (m_i - m_j)
    alp = LfvAlp(mass=mass, C_V=C_V, C_A=C_A)
    sample = sample_line(500, alp, polarization=P, tail=False, seed=seed, parent=pair[0], daughter=pair[1])
    p = sample.momentum
    parent = np.array([m_i, 0.0, 0.0, 0.0])
    np.testing.assert_allclose(lorentz.mass_squared(p), m_j**2, rtol=1e-9, atol=1e-9 * m_i**2)
    np.testing.assert_allclose(lorentz.mass_squared(parent - p), mass**2, rtol=1e-9, atol=1e-9 * m_i**2)
    np.testing.assert_allclose(p[:, 3], sample.cos_theta * np.linalg.norm(p[:, 1:], axis=1), atol=1e-9 * m_i)
    assert np.all(np.abs(sample.cos_theta) <= 1)


@FEW
@given(pair=PAIRS, P=signed, seed=st.integers(0, 1000), order=orders)
def test_michel_events_leave_a_neutrino_pair(pair, P, seed, order):
    m_i, m_j = masses_of(pair)
    assume(order == "born" or pair == ("mu", "e"))
    sample = sample_michel(500, polarization=P, order=order, seed=seed, parent=pair[0], daughter=pair[1])
    missing = np.array([m_i, 0.0, 0.0, 0.0]) - sample.momentum
    np.testing.assert_allclose(lorentz.mass_squared(sample.momentum), m_j**2, rtol=1e-9, atol=1e-9 * m_i**2)
    assert np.all(lorentz.mass_squared(missing) >= -1e-9 * m_i**2)
    assert np.all(sample.x <= 1)
    assert np.all(sample.x >= m_j / michel.endpoint_energy(m_i, m_j))


# boosts

components = st.floats(-100, 100)
vectors = st.tuples(components, components, components).map(np.array)


@st.composite
def velocities(draw):
    speed, cosine, phi = draw(st.floats(0, 0.999)), draw(signed), draw(st.floats(0, 2 * math.pi))
    sine = math.sqrt(1 - cosine**2)
    return speed * np.array([sine * math.cos(phi), sine * math.sin(phi), cosine])


@LAWS
@given(mass=st.floats(0.01, 200), k=vectors, q=vectors, beta=velocities())
def test_boosts(mass, k, q, beta):
    p, other = lorentz.four_vector(mass, k), lorentz.four_vector(0.5, q)
    gamma = 1 / math.sqrt(1 - beta @ beta)
    scale = gamma**2 * p[0] * other[0] + gamma**2 * p[0] ** 2 + mass**2
    moved, other_moved = lorentz.boost(p, beta), lorentz.boost(other, beta)
    assert lorentz.mass_squared(p) == pytest.approx(mass**2, abs=1e-12 * scale)
    assert lorentz.mass_squared(moved) == pytest.approx(mass**2, abs=1e-12 * scale)
    assert lorentz.dot(moved, other_moved) == pytest.approx(lorentz.dot(p, other), abs=1e-12 * scale)
    np.testing.assert_allclose(lorentz.boost(moved, -beta), p, rtol=1e-9, atol=1e-12 * scale / mass)
    np.testing.assert_allclose(lorentz.boost(p + other, beta), moved + other_moved, rtol=1e-9, atol=1e-9 * gamma)


@LAWS
@given(mass=st.floats(0.01, 200), beta=velocities())
def test_a_boosted_particle_at_rest_has_the_velocity_of_the_boost(mass, beta):
    moving = lorentz.boost(np.array([mass, 0.0, 0.0, 0.0]), beta)
    np.testing.assert_allclose(moving[1:] / moving[0], beta, atol=1e-14)
    gamma = moving[0] / mass
    assert beta @ beta + gamma**-2 == pytest.approx(1.0, abs=1e-12)
    # into its own rest frame
    np.testing.assert_allclose(lorentz.boost(moving, -beta), [mass, 0, 0, 0], atol=1e-10 * gamma * mass)


@LAWS
@given(first=st.floats(-0.99, 0.99), second=st.floats(-0.99, 0.99))
def test_boosts_along_one_axis_add_rapidities(first, second):
    p = np.array([2.0, 0.3, 0.4, -1.0])
    one, two = np.array([0, 0, first]), np.array([0, 0, second])
    both = np.array([0, 0, math.tanh(math.atanh(first) + math.atanh(second))])
    np.testing.assert_allclose(lorentz.boost(lorentz.boost(p, one), two), lorentz.boost(p, both), rtol=1e-9, atol=1e-9)
