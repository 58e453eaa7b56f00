"""Fast forms against slow independent ones."""

import math

import mpmath
import numpy as np
import pytest
from scipy.integrate import quad

from darkfactory.bounds.quantities import magnetic_moment_epsilon
from darkfactory.cosmology import boltzmann, decay_lines, freeze_in, freeze_out, scattering, thermodynamics
from darkfactory.cosmology.annihilation import ThermalAverage, dark_photon
from darkfactory.models.flavor import from_charges, haar_unitary
from darkfactory.models.seesaw import InverseSeesawThree
from oracles import cosmology as slow


@pytest.mark.parametrize("x", [0.1, 1.0, 3.0, 6.0])
def test_shapes_of_the_fit_are_thermal_integrals(x):
    cases = (("_F_RHO", 1, False), ("_B_RHO", -1, False), ("_F_S", 1, True), ("_B_S", -1, True))
    for name, sign, entropy in cases:
        fit = float(thermodynamics._shape(np.array(x), getattr(thermodynamics, name)))
        assert fit == pytest.approx(slow.fermi_or_bose(x, sign, entropy), rel=1.5e-3), name


@pytest.mark.parametrize(
    ("i", "j", "T"), [("mu", "e", 10.0), ("mu", "e", 50.0), ("tau", "mu", 700.0), ("tau", "mu", 5000.0)]
)
@pytest.mark.parametrize("quantum", [True, False])
def test_reaction_density_against_adaptive_quadrature(i, j, T, quantum):
    found = freeze_in.reaction_density(f"{i}-{j}", T, 5e9, "quantum" if quantum else "mb")
    assert found * 1e-12 == pytest.approx(slow.reaction_density(i, j, T * 1e-3, 5e9, quantum), rel=2e-6)


@pytest.mark.parametrize(("i", "j"), [("mu", "e"), ("tau", "mu")])
def test_freeze_in_quadrature_against_an_ode(i, j):
    expected = slow.freeze_in_by_ode(i, j, thermodynamics.bath)
    assert freeze_in.freeze_in(f"{i}-{j}", "mb").omega_1 == pytest.approx(expected, rel=3e-5)


@pytest.mark.parametrize("tau", [50.0, 4.0, 1.5, 0.5, 0.05, 5.2, 4.8])
def test_loop_function_against_its_feynman_integral(tau):
    assert abs(decay_lines.loop_function(tau) - slow.loop_function(tau)) < 1e-9


@pytest.mark.parametrize(
    ("s", "kind"), [(6.0, "annihilation"), (40.0, "annihilation"), (3.0, "compton"), (30.0, "compton")]
)
def test_two_to_two_against_traces(s, kind):
    alpha = 0.302822**2 / (4 * math.pi)
    closed = {"annihilation": scattering.annihilation_cross_section, "compton": scattering.compton_cross_section}[kind]
    assert closed(s, 1.0, 1.0, alpha) == pytest.approx(slow.two_to_two(s, 1.0, kind), rel=1e-9)


@pytest.mark.parametrize("dm", ["scalar", "majorana", "pseudo-dirac"])
def test_relic_density_against_a_stiff_solver(dm):
    target = freeze_out.thermal_target(dm, 10.0)
    assert slow.electron_relic(dm, 0.01, float(target.coupling[0]), thermodynamics.bath) == pytest.approx(
        0.12, rel=1e-3
    )


def test_stepping_converges_to_second_order():
    fine = freeze_out.History(np.array([100.0]), 2.0, 1.0, "fit", steps=16000).final(np.array([1e-9]))[0]
    errors = [
        abs(freeze_out.History(np.array([100.0]), 2.0, 1.0, "fit", steps=n).final(np.array([1e-9]))[0] / fine - 1)
        for n in (1000, 2000, 4000)
    ]
    assert errors[0] / errors[1] == pytest.approx(4, rel=0.2)
    assert errors[2] < 3e-5


def test_pairs_and_singles_against_closed_solutions():
    # constant coefficients: logistic relaxation to Y_eq, exact for any step
    Y, _ = boltzmann.relax_pairs(np.array([3.0]), np.full((7, 1), 2.0), np.full((7, 1), 1.0), 0.1)
    z = (3 - 1) / (3 + 1) * math.exp(-2 * 2 * 0.7)
    assert Y[0] == pytest.approx((1 + z) / (1 - z), rel=1e-12)
    assert boltzmann.relax_singles(np.array([0.0]), np.full((5, 1), 3.0), np.full((5, 1), 2.0), 0.2)[
        0
    ] == pytest.approx(2 * (1 - math.exp(-3)), rel=1e-12)


def test_few_masses_are_stepped_as_many_are_bit_by_bit(monkeypatch):
    """As numbers, or as an array: no target may hang on how many masses were asked for."""
    masses = boltzmann.FEW + 3
    x = np.linspace(0.0, 1.0, 60)[:, None] + 0.3 * np.arange(masses)
    rate, equilibrium, step = np.exp(4 * np.sin(7 * x)), np.exp(-5 * x), 0.05
    start, excess = 1 + np.arange(masses) / 7, 0.1 * np.arange(masses)
    many = boltzmann.relax_pairs(start, rate, equilibrium, step, excess)
    for part in (slice(0, 1), slice(1, boltzmann.FEW + 1), slice(boltzmann.FEW + 1, None)):
        few = boltzmann.relax_pairs(start[part], rate[:, part], equilibrium[:, part], step, excess[part])
        for one, other in zip(few, many, strict=True):
            assert np.array_equal(one, other[..., part])
    as_numbers = freeze_out.thermal_target("majorana", [10.0, 100.0])
    monkeypatch.setattr(boltzmann, "FEW", 0)
    as_array = freeze_out.thermal_target("majorana", [10.0, 100.0])
    assert np.array_equal(as_numbers.coupling, as_array.coupling)
    assert np.array_equal(as_numbers.x_f, as_array.x_f)


@pytest.mark.parametrize("alpha_D", [1e-4, 1e-6])
def test_narrow_resonance_is_resolved(alpha_D):
    """In the narrow-width limit the average is that of a delta function at the pole."""
    mass, ratio, x = 10.0, 2.2, 15.0
    portal = dark_photon("pseudo-dirac", alpha_D)
    average = ThermalAverage(portal, np.array([mass]), ratio, np.array([x]))
    found = average(np.array([1e-9]))[0, 0]
    from scipy.special import kve

    M2, T = (ratio * mass) ** 2, mass / x
    velocity = math.sqrt(1 - 4 / ratio**2)
    width = float(portal.dark_width(ratio * mass, mass, velocity))
    pole = float(portal.numerator(M2, mass, velocity)) * 1e-18 * math.pi / (math.sqrt(M2) * width)
    bessel = kve(1, math.sqrt(M2) / T) / kve(2, x) ** 2 * math.exp(-(ratio - 2) * x)
    expected = pole * (M2 - 4 * mass**2) * math.sqrt(M2) * bessel / (8 * mass**4 * T)
    assert found == pytest.approx(expected, rel=30 * alpha_D + 2e-3)


def test_exact_neutrino_masses_against_the_hermitian_square():
    model = InverseSeesawThree(M=[[40, 5, 1], [2, 60, 3], [7, 1, 80]], mu_N=(2e-3, 3e-3, 5e-3))
    with mpmath.workdps(80):
        m = mpmath.matrix(model.matrix.tolist())
        squares = mpmath.eighe(m.H * m, eigvals_only=True)
        expected = sorted(float(mpmath.sqrt(abs(value))) for value in squares)
    assert model.exact_masses() == pytest.approx(expected, rel=1e-12)


def test_couplings_from_charges_index_by_index():
    X_L, X_E, V_L, V_R = (2.0, -1.0, 0.5), (1.0, 3.0, 0.0), haar_unitary(3), haar_unitary(4)
    model = from_charges(X_L, X_E, V_L, V_R, N=2.0)
    for i in range(3):
        for j in range(3):
            right = sum(np.conj(V_R[k, i]) * X_E[k] * V_R[k, j] for k in range(3)) / 4
            left = sum(np.conj(V_L[k, i]) * X_L[k] * V_L[k, j] for k in range(3)) / 4
            assert abs(model.C_V[i, j] - (right + left)) < 1e-14
            assert abs(model.C_A[i, j] - (right - left)) < 1e-14


def test_magnetic_moment_against_adaptive_quadrature():
    m, M = 0.51099895, 50.0
    value = quad(lambda z: 2 * m**2 * z * (1 - z) ** 2 / (m**2 * (1 - z) ** 2 + M**2 * z), 0, 1, points=[1e-4, 1e-2])[0]
    expected = math.sqrt(6.6e-13 * 2 * math.pi * 137.035999 / value)
    assert magnetic_moment_epsilon(M, 6.6e-13) == pytest.approx(expected, rel=1e-6)
    # heavy: Delta a = alpha eps^2 m^2 / (3 pi M^2)
    heavy = math.sqrt(6.6e-13 * 3 * math.pi * 137.035999) * 1e4 / m
    assert magnetic_moment_epsilon(1e4, 6.6e-13) == pytest.approx(heavy, rel=1e-3)


def test_the_edge_of_the_cmb_satisfies_the_bound():
    from darkfactory.cosmology.asymmetric import asymmetric_ratio, asymmetric_target

    target = asymmetric_target([20.0])
    symmetric = freeze_out.thermal_target("pseudo-dirac", [20.0])
    ratio = asymmetric_ratio([20.0], target.coupling / symmetric.coupling)
    average = ThermalAverage(dark_photon("pseudo-dirac", 0.5), np.array([20.0]), 3.0, np.array([20.0]))
    # electrons only: sigma v = 16 pi alpha alpha_D eps^2 m^2 R / ((s - m_A'^2)^2 + m_A'^2 Gamma^2) at s = 4 m^2, m_A' = 3 m, with
    # Gamma = alpha_D m_A' / 3 sqrt(1 - 4/9) (1 + 2/9), which is 7%; and 1 / MeV^2 = 1.16733e-11 cm^3/s
    m, me = 20.0, 0.51099895
    R = math.sqrt(1 - me**2 / m**2) * (1 + me**2 / (2 * m**2))
    width = 0.5 * 3 * m / 3 * math.sqrt(5 / 9) * 11 / 9
    propagator = (5 * m**2) ** 2 + (3 * m * width) ** 2
    sigma_v = 16 * math.pi / 137.035999 * 0.5 * target.coupling**2 * m**2 * R / propagator
    assert average.at_rest(target.coupling) == pytest.approx(sigma_v, rel=1e-3)
    heating = 0.5 * sigma_v * 1.16733e-11 * 2 * ratio / (1 + ratio) ** 2
    assert heating[0] == pytest.approx(3.2e-28 * 0.020, rel=2e-3)


def test_majoron_from_its_lagrangian():
    """i J / (16 pi^2 v) lbar [m tr K g5 + 2 m K P_L - 2 K m P_R] l with K = m_D m_D^dagger / (v f), as matrices."""
    from darkfactory.models.benchmarks import majoron

    rng = np.random.default_rng(5)
    y = rng.normal(size=(3, 3)) + 1j * rng.normal(size=(3, 3))
    yy, f, v = y @ y.conj().T, 1e3, 246.22
    alp = majoron(f, yukawa2=yy)
    K = yy * (v**2 / 2) / (v * f)
    masses = np.diag([0.511e-3, 0.1057, 1.777])
    # pseudoscalar (g5) and scalar parts of the bracket, P_L,R = (1 -+ g5) / 2
    scalar = (masses @ K - K @ masses) / (16 * math.pi**2 * v)
    pseudo = (masses * np.trace(K) - masses @ K - K @ masses) / (16 * math.pi**2 * v)
    # d_mu a / (2 f) (C_V g^mu + C_A g^mu g5) on shell: i a / (2 f) [(m_i - m_j) C_V + (m_i + m_j) C_A g5]
    m_i, m_j = np.diag(masses)[:, None], np.diag(masses)
    assert np.allclose((m_i - m_j) * alp.C_V / (2 * f), scalar, atol=1e-18)
    assert np.allclose((m_i + m_j) * alp.C_A / (2 * f), pseudo, atol=1e-18)


@pytest.mark.parametrize(
    ("name", "power"), [("scalar", -2), ("vector", -1), ("fermion", -1), ("axion", 0), ("conformal", 1)]
)
def test_portals_scale_with_energy_and_cutoff(name, power):
    from darkfactory.models.portal import Portal

    low, high = (Portal.named(name, 1e-3, 1e4).cross_section_cm2(E) for E in (1.0, 10.0))
    assert high / low == pytest.approx(100.0**power, rel=1e-12)
    # at s = Lambda^2 all portals are c^2 / Lambda^2, and one GeV^-2 is 3.894e-28 cm^2
    assert Portal.named(name, 1e-3, 1e4).cross_section_cm2(1e4) == pytest.approx(1e-6 / 1e8 * 3.8938e-28, rel=1e-4)
