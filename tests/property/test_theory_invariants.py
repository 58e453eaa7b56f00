"""Invariants of thermodynamics, freeze-in, freeze-out, couplings and seesaw."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkfactory.cosmology import asymmetric, decay_lines, freeze_in, freeze_out, thermalization
from darkfactory.cosmology.annihilation import ThermalAverage, dark_photon
from darkfactory.cosmology.thermodynamics import bath, degrees_of_freedom, omega_h2, yield_of
from darkfactory.models.flavor import from_charges, haar_unitary
from darkfactory.models.seesaw import InverseSeesaw, InverseSeesawThree
from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale

relaxed = settings(max_examples=40)
few = settings(max_examples=6)
channels = st.sampled_from(["mu-e", "tau-e", "tau-mu"])
seeds = st.integers(0, 10**6)
charges = st.tuples(*[st.floats(-5, 5)] * 3)


@relaxed
@given(T=st.floats(1.0, 1e19), table=st.sampled_from(["fit", "lattice"]))
def test_entropy_has_fewer_degrees_of_freedom_than_energy(T, table):
    found = degrees_of_freedom(T, table)
    assert found.g_s <= found.g_rho * 1.001
    assert 3 < found.g_s < 107


@relaxed
@given(T=st.floats(1e-2, 1e18), step=st.floats(1.0, 10.0))
def test_degrees_of_freedom_do_not_fall_with_temperature(T, step):
    low, high = bath(T), bath(T * step)
    assert high.g_rho >= low.g_rho * 0.998
    assert high.g_s >= low.g_s * 0.998


@relaxed
@given(T=st.floats(0.02, 1e7))
def test_slope_is_the_derivative(T):
    step = 1e-4
    numeric = np.log(bath(T * (1 + step)).g_s / bath(T * (1 - step)).g_s) / np.log((1 + step) / (1 - step))
    assert bath(T).slope == pytest.approx(numeric, rel=2e-2, abs=2e-4)


def test_neutrinos_are_colder_today():
    cold = bath(1e-6)
    assert cold.g_s > cold.g_rho
    assert cold.slope == 0


@relaxed
@given(channel=channels, mass=st.floats(1e-4, 5.0), scale=st.floats(1e6, 1e12), k=st.floats(0.1, 10))
def test_density_scales_with_mass_and_coupling(channel, mass, scale, k):
    density = freeze_in.relic_density(channel, mass, scale)
    assert freeze_in.relic_density(channel, mass, k * scale) == pytest.approx(density / k**2, rel=1e-12)
    line = freeze_in.target_scale(channel, mass)
    assert freeze_in.relic_density(channel, mass, line) == pytest.approx(0.12, rel=1e-12)
    assert omega_h2(mass, yield_of(mass, density)) == pytest.approx(density, rel=1e-12)


@relaxed
@given(channel=channels, fraction=st.floats(0.0, 0.99), F=st.floats(1e6, 1e12))
def test_chiral_rates_are_the_mean_of_vector_and_axial(channel, fraction, F):
    mass = fraction * {"mu-e": 105.14, "tau-e": 1776.4, "tau-mu": 1671.2}[channel]
    V, A = (branching_ratio_from_scale(channel, F, mass, *C) for C in ((1, 0), (0, 1)))
    for C_A in (1, -1):
        assert branching_ratio_from_scale(channel, F, mass, 1, C_A) == pytest.approx((V + A) / 2, rel=1e-9)


@relaxed
@given(channel=channels, x=st.floats(0.02, 3.0))
def test_statistics_lower_the_rate_and_more_so_when_hot(channel, x):
    m = 105.66 if channel == "mu-e" else 1776.93
    T = np.array([x, 1.1 * x]) * m
    ratio = freeze_in.reaction_density(channel, T) / freeze_in.reaction_density(channel, T, mode="mb")
    assert ratio[1] <= ratio[0] <= 1
    assert freeze_in.freeze_in(channel).omega_1 < freeze_in.freeze_in(channel, "mb").omega_1


def test_cold_leptons_are_classical():
    ratio = freeze_in.reaction_density("mu-e", 2.0) / freeze_in.reaction_density("mu-e", 2.0, mode="mb")
    assert ratio == pytest.approx(1, abs=1e-6)


@relaxed
@given(mass=st.floats(1e-4, 2e-2), f=st.floats(1e8, 1e12), C=st.floats(0.01, 10), k=st.floats(1.1, 2.0))
def test_photon_lifetime_scales(mass, f, C, k):
    tau = decay_lines.photon_lifetime(mass, f, {"e": C})
    assert decay_lines.photon_lifetime(mass, k * f, {"e": C}) == pytest.approx(k**2 * tau, rel=1e-12)
    assert decay_lines.photon_lifetime(mass, f, {"e": k * C}) == pytest.approx(tau / k**2, rel=1e-12)
    assert decay_lines.photon_lifetime(k * mass, f, {"e": C}) == pytest.approx(tau / k**7, rel=5e-3)
    anomalous = decay_lines.photon_lifetime(mass, f, {}, 1.0)
    assert decay_lines.photon_lifetime(k * mass, f, {}, 1.0) == pytest.approx(anomalous / k**3, rel=1e-12)


@relaxed
@given(tau=st.floats(1e-6, 1e9))
def test_loop_function_limits_and_continuity(tau):
    value, near = decay_lines.loop_function(tau), decay_lines.loop_function(tau * (1 + 1e-9))
    # the imaginary part opens as a square root at threshold
    assert abs(value - near) <= 1e-4 * max(abs(value), 1e-9)
    assert (value.imag == 0) == (tau >= 1)
    if tau > 1e4:
        assert value.real == pytest.approx(-1 / (3 * tau), rel=1e-4)
    if tau < 1e-5:
        assert abs(value - 1) < 1e-2


@few
@given(mass=st.floats(2.0, 3000.0), dm=st.sampled_from(["scalar", "majorana", "pseudo-dirac"]), k=st.floats(1.2, 3.0))
def test_more_coupling_leaves_less_dark_matter(mass, dm, k):
    light, heavy = (freeze_out.thermal_target(dm, mass, omega=omega) for omega in (0.12, 0.12 / k))
    assert heavy.coupling[0] > light.coupling[0]
    assert heavy.x_f[0] > light.x_f[0]


@few
@given(mass=st.floats(2.0, 40.0), alpha_D=st.floats(0.05, 0.4))
def test_y_does_not_depend_on_alpha_for_heavy_mediators(mass, alpha_D):
    first, second = (freeze_out.thermal_target("scalar", mass, r=20.0, alpha_D=a).y[0] for a in (alpha_D, 2 * alpha_D))
    # but for its width, (alpha_D / 12)^2 of its mass squared
    assert first == pytest.approx(second, rel=2e-3 + 3 * (alpha_D / 12) ** 2)
    # finite for a contact interaction
    further = freeze_out.thermal_target("scalar", mass, r=60.0, alpha_D=alpha_D).y[0]
    assert further == pytest.approx(first, rel=5e-2)


def test_opening_a_channel_lowers_the_coupling(monkeypatch):
    from darkfactory.cosmology import annihilation

    with_hadrons = freeze_out.thermal_target("scalar", 350.0).coupling[0]
    monkeypatch.setattr(annihilation, "r_ratio", lambda E: 0.0 * E)
    assert freeze_out.thermal_target("scalar", 350.0).coupling[0] > 1.5 * with_hadrons


def test_scalar_needs_twice_the_majorana_rate():
    scalar, majorana = (freeze_out.thermal_target(dm, [5.0, 50.0, 900.0], r=6.0).y for dm in ("scalar", "majorana"))
    assert scalar / majorana == pytest.approx(2.0, rel=1e-2)


def test_asymmetry_falls_with_the_coupling_and_starts_at_one():
    times = np.array([1.0, 1.02, 1.1, 1.3, 1.6, 2.0, 2.4])
    found = asymmetric.asymmetric_ratio(np.full(7, 30.0), times)
    assert np.all(np.diff(found) < 0)
    assert found[0] == pytest.approx(1, abs=0.02)


def test_threshold_cross_section_of_heavy_mediators():
    portal = dark_photon("pseudo-dirac", 0.5)
    average = ThermalAverage(portal, np.array([10.0]), 1000.0, np.array([20.0]))
    epsilon = 1e-3
    y = epsilon**2 * 0.5 / 1000.0**4
    # R = 1 - O((m_e / m_chi)^4): electrons only; the width of the mediator is alpha_D / 3 of its mass
    heavy = 16 * math.pi * y / 137.035999 / 100 / (1 + (0.5 / 3) ** 2)
    assert average.at_rest(np.array([epsilon]))[0] == pytest.approx(heavy, rel=1e-3)


@few
@given(F=st.floats(1e7, 1e11), k=st.floats(1.5, 5.0))
def test_dark_radiation_falls_with_the_scale(F, k):
    first, second = thermalization.delta_n_eff("mu-e", np.array([F, k * F]))
    assert 0 < second < first < 0.6


@relaxed
@given(X_L=charges, X_E=charges, left=seeds, right=seeds, shift=st.floats(-3, 3), N=st.none() | st.floats(0.5, 10))
def test_couplings_from_charges(X_L, X_E, left, right, shift, N):
    V_L, V_R = haar_unitary(left), haar_unitary(right)
    model = from_charges(X_L, X_E, V_L, V_R, N=N)
    kappa = 1.0 if N is None else 1 / (2 * N)
    for matrix in (model.C_V, model.C_A):
        assert np.allclose(matrix, matrix.conj().T, atol=1e-12)
    norm = np.sum(abs(model.C_V) ** 2) + np.sum(abs(model.C_A) ** 2)
    assert norm == pytest.approx(2 * kappa**2 * (np.dot(X_L, X_L) + np.dot(X_E, X_E)), abs=1e-10)
    assert np.trace(model.C_A).real == pytest.approx(kappa * (sum(X_E) - sum(X_L)), abs=1e-10)
    moved = from_charges(np.array(X_L) + shift, np.array(X_E) + shift, V_L, V_R, N=N)
    phases = np.diag(np.exp(1j * np.array([0.3, -1.0, 2.0])))
    rephased = from_charges(X_L, X_E, V_L @ phases, V_R @ phases, N=N)
    for pair in (("mu", "e"), ("tau", "e"), ("tau", "mu")):
        assert moved.coupling(*pair) == pytest.approx(model.coupling(*pair), abs=1e-10)
        assert rephased.coupling(*pair) == pytest.approx(model.coupling(*pair), abs=1e-10)
        if model.coupling(*pair) > 1e-6:
            assert rephased.asymmetry(*pair) == pytest.approx(model.asymmetry(*pair), abs=1e-9)
            assert -1 - 1e-12 <= model.asymmetry(*pair) <= 1 + 1e-12


@relaxed
@given(X=st.floats(-4, 4), Y=charges, seed=seeds)
def test_one_universal_field_is_chiral(X, Y, seed):
    left, right = haar_unitary(seed), haar_unitary(seed + 1)
    right_handed = from_charges((X, X, X), Y, left, right)
    left_handed = from_charges(Y, (X, X, X), left, right)
    if right_handed.coupling("mu", "e") > 1e-6:
        assert right_handed.chirality("mu", "e") == "V+A"
    if left_handed.coupling("mu", "e") > 1e-6:
        assert left_handed.chirality("mu", "e") == "V-A"


@relaxed
@given(theta=st.floats(0, 1.5), delta=st.floats(0.1, 5))
def test_two_flavors(theta, delta):
    c, s = math.cos(theta), math.sin(theta)
    V = np.array([[c, s, 0], [-s, c, 0], [0, 0, 1]])
    model = from_charges((delta, 0, 0), (0, 0, 0), V, np.eye(3))
    vector, axial = model.pair("mu", "e")
    assert abs(vector) == pytest.approx(delta * s * c, abs=1e-12)
    assert abs(axial) == pytest.approx(abs(vector), abs=1e-12)


@few
@given(mass=st.floats(1.0, 1e4), theta=st.floats(1e-5, 0.3), mu=st.floats(1e-6, 1e-2))
def test_seesaw_of_one_generation(mass, theta, mu):
    model = InverseSeesaw(mass, theta, mu)
    masses, shares = model.exact()
    assert masses[0] * 1e6 == pytest.approx(model.neutrino_mass_ev, rel=1e-3)
    assert masses[1:] == pytest.approx(model.heavy_masses, rel=1e-6)
    assert sum(shares[1:]) == pytest.approx(model.U2, rel=1e-3)
    double = InverseSeesaw(mass, theta, 2 * mu)
    assert double.U2 == model.U2
    assert double.neutrino_mass_ev == pytest.approx(2 * model.neutrino_mass_ev, rel=1e-12)


def test_no_majorana_mass_no_neutrino_mass():
    assert InverseSeesaw(50.0, 0.1).exact()[0][0] < 1e-40
    with pytest.warns(UserWarning, match="mu_R = 0.1 MeV with mu_N = 0"):
        trap = InverseSeesaw(50.0, 0.1, mu_R=0.1)
    assert trap.exact()[0][0] < 1e-40
    assert trap.neutrino_mass_ev == 0


@few
@given(seed=seeds, mu=st.floats(1e-4, 1e-2))
def test_trace_identity_of_three_generations(seed, mu):
    rng = np.random.default_rng(seed)
    M = np.diag([40.0, 60, 80]) + rng.normal(scale=5, size=(3, 3))
    light = np.array([1e-3, 8.7e-3, 5e-2])
    model = InverseSeesawThree(M=M, mu_N=(mu, mu, mu), neutrino_masses_ev=light)
    assert np.trace(model.eta).real == pytest.approx(light.sum() * 1e-6 / mu, rel=1e-12)
    # the light mass matrix is reproduced to leading order
    inverse = np.linalg.inv(M)
    m_nu = model.m_D @ inverse.T @ (mu * np.eye(3)) @ inverse @ model.m_D.T
    U = model.matrices[1]
    assert np.allclose(m_nu, U.conj() @ np.diag(light * 1e-6) @ U.conj().T, rtol=1e-9, atol=1e-20)
