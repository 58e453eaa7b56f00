"""Exact limits and invariants of the squared amplitudes (physics chapter 01, section 9)."""

import numpy as np
import pytest

from darkfactory.amplitudes import (
    alp_photon,
    dark_boson,
    lepton_line,
    neutrino_pair,
    radiative_michel,
    three_leptons,
    two_body_alp,
)
from darkfactory.amplitudes import stokes as st
from darkfactory.amplitudes.bosons import LfvAlp, Photon, Scalar, Vector
from darkfactory.amplitudes.spinor_line import Currents, contract, line, sigma
from darkfactory.constants import ALPHA, FERMI_CONSTANT, M_E, M_MU
from darkfactory.kinematics.lorentz import dot, four_vector

E = np.sqrt(4 * np.pi * ALPHA)
VECTOR = {"g_V_e": 0.3, "g_A_e": 0.2, "g_V_mu": -0.1, "g_A_mu": 0.5}
SCALAR = {"g_S_e": 0.7, "g_P_e": -0.4, "g_S_mu": 0.3, "g_P_mu": 0.9}
COUPLINGS = {"C_V": 0.8 + 0.3j, "C_A": 0.5 - 0.5j, "f_a": 1e12}
MEDIATORS = [Photon(), Vector(25.0, 3.0, 0.2, 0.1, -0.1, 0.3), Scalar(15.0, 4.0, 0.3, 0.2, -0.5, 0.4)]
P_MUON = np.array([M_MU, 0.0, 0.0, 0.0])


def close(a, b, tolerance):
    assert np.max(np.abs(np.asarray(a) - b) / np.asarray(b)[..., :1]) < tolerance


def processes(points):
    """Name -> (function of momenta, momenta) for everything with a Stokes vector."""
    electrons = (M_E, M_E, M_E)
    return {
        "michel": (neutrino_pair.michel, points([M_E])),
        "rmd": (radiative_michel.stokes, points([M_E, 0.0])),
        "vector": (lambda k, r: dark_boson.vector(k, r, 20.0, **VECTOR), points([M_E, 20.0])),
        "scalar": (lambda k, r: dark_boson.scalar(k, r, 20.0, **SCALAR), points([M_E, 20.0])),
        "alp": (lambda k, r: dark_boson.derivative_alp(k, r, 20.0, C_e=0.8, C_mu=-0.3, f_a=1e3), points([M_E, 20.0])),
        "alp photon": (lambda k, q: alp_photon.stokes(k, q, 30.0, **COUPLINGS), points([M_E, 0.0], heavy=30.0)),
        "3e 2nu": (three_leptons.nu_nu, points(electrons)),
        "3e a": (lambda *k: three_leptons.alp(*k, 30.0, **COUPLINGS), points(electrons, heavy=30.0)),
        "mediators": (lambda *k: lepton_line.three_leptons(*k, MEDIATORS), points(electrons)),
    }


NAMES = ["michel", "rmd", "vector", "scalar", "alp", "alp photon", "3e 2nu", "3e a", "mediators"]


@pytest.mark.parametrize("name", NAMES)
def test_positive_and_polarisation_at_most_one(points, name):
    function, momenta = processes(points)[name]
    S = function(*momenta)
    assert np.all(S[:, 0] > 0)
    assert np.all(np.linalg.norm(S[:, 1:], axis=1) <= S[:, 0] * (1 + 1e-12))


@pytest.mark.parametrize("name", NAMES)
def test_rotations_turn_the_vector(points, name):
    function, momenta = processes(points)[name]
    axis, angle = np.array([1.0, -2.0, 0.5]) / np.linalg.norm([1.0, -2.0, 0.5]), 1.1
    cross = np.array([[0, -axis[2], axis[1]], [axis[2], 0, -axis[0]], [-axis[1], axis[0], 0]])
    rotation = np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross

    def turn(p):
        return np.concatenate([p[:, :1], p[:, 1:] @ rotation.T], axis=1)

    close(function(*[turn(p) for p in momenta]), turn(function(*momenta)), 1e-11)


@pytest.mark.parametrize("name", ["rmd", "vector", "alp", "alp photon"])
def test_polarisation_lies_in_the_decay_plane(points, name):
    function, momenta = processes(points)[name]
    S, normal = function(*momenta), np.cross(momenta[0][:, 1:], momenta[1][:, 1:])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    assert np.max(np.abs(np.sum(S[:, 1:] * normal, axis=1)) / S[:, 0]) < 1e-13


def test_cp_violating_scalar_polarises_along_the_normal(points):
    k, r = points([M_E, 20.0])
    S = dark_boson.scalar(k, r, 20.0, g_S_e=1.0, g_P_mu=1.0) - dark_boson.scalar(k, r, 20.0, g_S_e=1.0)
    S -= dark_boson.scalar(k, r, 20.0, g_P_mu=1.0)
    normal = np.cross(k[:, 1:], r[:, 1:])
    np.testing.assert_allclose(np.linalg.norm(np.cross(S[:, 1:], normal), axis=1) / np.linalg.norm(normal, axis=1)
                               / np.abs(dark_boson.scalar(k, r, 20.0, g_S_e=1.0)[:, 0]), 0, atol=1e-13)  # fmt: skip
    assert np.max(np.linalg.norm(S[:, 1:], axis=1)) > 0


def vector_currents(p, g=E):
    slash = g * sigma(p)
    return Currents(slash, slash, slash, slash)


@pytest.mark.parametrize("alp", [None, LfvAlp(**COUPLINGS)])
def test_gauge_invariance_and_transverse_sum(points, alp):
    k, q = points([M_E, 0.0], heavy=30.0 if alp else None)
    flat_k, flat_q = k.T, q.T
    heavy = P_MUON[:, None] - flat_k - flat_q

    def squared(polarization):
        amplitude = line(flat_k, flat_q, vector_currents(polarization), alp is not None, M_MU, M_E)
        return contract(amplitude, heavy, alp)

    unit = flat_q[1:] / flat_q[0]
    helper = np.where(np.abs(unit[2:]) < 0.9, np.array([[0.0], [0.0], [1.0]]), np.array([[1.0], [0.0], [0.0]]))
    first = np.cross(unit, helper, axis=0)
    first /= np.linalg.norm(first, axis=0)
    second = np.cross(unit, first, axis=0)
    zero = np.zeros((1, unit.shape[1]))
    transverse = sum(squared(np.concatenate([zero, e])) for e in (first, second))
    close(lepton_line.emission(k, q, Photon(), alp=alp), transverse.T, 1e-11)
    # squared, so 1e-10 in the amplitude is 1e-20; the scale is the amplitude times the energy of the photon
    assert np.max(np.abs(squared(flat_q)[0]) / (transverse[0] * flat_q[0] ** 2)) < 1e-20


def test_light_vector_is_a_photon(points, three_electrons):
    k, q = points([M_E, 0.0])
    r = four_vector(1e-6, q[:, 1:])
    close(dark_boson.vector(k, r, 1e-6, g_V_e=E, g_V_mu=E), radiative_michel.stokes(k, q), 1e-9)
    k = three_electrons()
    light = Vector(1e-6, g_V_e=E, g_V_mu=E)
    close(lepton_line.three_leptons(*k, [light]), three_leptons.nu_nu(*k), 1e-11)


def test_exchange_of_the_two_leptons(three_electrons):
    k1, k2, k3 = three_electrons()
    close(three_leptons.nu_nu(k2, k1, k3), three_leptons.nu_nu(k1, k2, k3), 1e-12)
    swapped = lepton_line.three_leptons(k2, k1, k3, MEDIATORS)
    close(swapped, lepton_line.three_leptons(k1, k2, k3, MEDIATORS), 1e-12)
    k1, k2, k3 = three_electrons(30.0)
    close(three_leptons.alp(k2, k1, k3, 30.0, **COUPLINGS), three_leptons.alp(k1, k2, k3, 30.0, **COUPLINGS), 1e-12)


@pytest.mark.parametrize("change", [np.conj, lambda c: c * np.exp(0.7j)])
def test_phases_of_lfv_couplings_do_not_matter(three_electrons, change):
    """With photons only: Im(C_V C_A*) never contributes; the kernel knows nothing of it."""
    k = three_electrons(30.0)
    changed = LfvAlp(change(COUPLINGS["C_V"]), change(COUPLINGS["C_A"]), COUPLINGS["f_a"])
    close(lepton_line.three_leptons(*k, [Photon()], alp=changed), three_leptons.alp(*k, 30.0, **COUPLINGS), 1e-11)


def test_pieces_rebuild_the_whole(points, three_electrons):
    k, r = points([M_E, 20.0])
    for pieces, whole, couplings in (
        (dark_boson.vector_pieces, dark_boson.vector, VECTOR),
        (dark_boson.scalar_pieces, dark_boson.scalar, SCALAR),
    ):
        close(dark_boson.combine(pieces(k, r, 20.0), couplings), whole(k, r, 20.0, **couplings), 1e-12)
    couplings = {"C_e": 0.8, "C_mu": -0.3}
    whole = dark_boson.derivative_alp(k, r, 20.0, **couplings, f_a=7.0)
    close(dark_boson.combine(dark_boson.alp_pieces(k, r, 20.0), couplings) / 49.0, whole, 1e-12)
    k = three_electrons(30.0)
    weights = alp_photon.coupling_monomials(COUPLINGS["C_V"], COUPLINGS["C_A"])
    rebuilt = np.einsum("n,pnc->pc", weights, three_leptons.alp_pieces(*k, 30.0)) / COUPLINGS["f_a"] ** 2
    close(rebuilt, three_leptons.alp(*k, 30.0, **COUPLINGS), 1e-12)


def test_universal_derivative_alp_is_a_pseudoscalar(points):
    k, r = points([M_E, 20.0])
    derivative = dark_boson.derivative_alp(k, r, 20.0, C_e=1.0, C_mu=1.0, f_a=1e3)
    close(derivative, dark_boson.scalar(k, r, 20.0, g_P_e=M_E / 1e3, g_P_mu=M_MU / 1e3), 1e-12)
    lonely = dark_boson.derivative_alp(k, r, 20.0, C_e=1.0, f_a=1e3)
    naive = dark_boson.scalar(k, r, 20.0, g_P_e=M_E / 1e3)
    assert np.median(np.abs(lonely[:, 0] / naive[:, 0] - 1)) > 1  # the contact amplitude is not small


def test_light_axial_vector_is_a_derivative_alp(points):
    k, q = points([M_E, 0.0])
    m_X = 1e-4
    r = four_vector(m_X, q[:, 1:])
    for couplings in ({"e": 1.0, "mu": 1.0}, {"e": 1.0, "mu": 0.0}, {"e": 0.0, "mu": 1.0}):
        vector = dark_boson.vector(k, r, m_X, g_A_e=couplings["e"], g_A_mu=couplings["mu"])
        alp = dark_boson.derivative_alp(k, r, m_X, C_e=couplings["e"], C_mu=couplings["mu"], f_a=0.5)
        close(m_X**2 * vector, alp, 1e-6)


def test_longitudinal_exchange_is_a_pseudoscalar(three_electrons):
    """Full numerator = -g part + pseudoscalar with g_P = 2 m g_A / m_X: fixes the sign of scalar exchange."""
    k = three_electrons()
    mass, g_V, g_A = 25.0, 0.3, 0.2
    full = Vector(mass, 0.0, g_V, g_A, g_V, g_A)
    metric = full._replace(mass=1e12)
    pseudo = Scalar(mass, g_P_e=2 * M_E * g_A / mass, g_P_mu=2 * M_MU * g_A / mass)
    options = {"on_shell": True, "exchange": False}
    whole = lepton_line.three_leptons(*k, [full], **options)
    close(lepton_line.three_leptons(*k, [metric, pseudo], **options), whole, 1e-12)
    wrong = pseudo._replace(g_P_mu=-pseudo.g_P_mu)
    assert np.max(np.abs(lepton_line.three_leptons(*k, [metric, wrong], **options) / whole - 1)) > 1e-3


@pytest.mark.parametrize("alp", [False, True])
def test_soft_photons_factorise(points, alp):
    (k,) = points([M_E], heavy=30.0 if alp else None)
    energy = 1e-6
    direction = np.array([0.6, 0.0, 0.8])
    q = np.broadcast_to(energy * np.array([1.0, *direction]), k.shape)
    if alp:
        tree, emitted = two_body_alp.stokes(k, **COUPLINGS), alp_photon.stokes(k, q, 30.0, **COUPLINGS)
    else:
        tree, emitted = neutrino_pair.michel(k), radiative_michel.stokes(k, q)
    J = k / dot(k, q)[:, None] - P_MUON / dot(P_MUON, q)[:, None]
    close(emitted, -(E**2) * dot(J, J)[:, None] * tree, 1e-5)


@pytest.mark.parametrize("charge", [-1, 1])
def test_kuno_okada_pointwise(points, charge):
    k, q = points([M_E, 0.0], n=1000)
    x, y = 2 * k[:, 0] / M_MU, 2 * q[:, 0] / M_MU
    p = np.linalg.norm(k[:, 1:], axis=1)
    d = dot(k, q) / (k[:, 0] * q[:, 0])
    spin = np.array([0.3, -0.5, 0.6])
    along_k, along_q = k[:, 1:] @ spin / p, q[:, 1:] @ spin / q[:, 0]
    published = radiative_michel.density(x, y, d, spin_electron=along_k, spin_photon=along_q, charge=charge)
    squared = st.average(radiative_michel.stokes(k, q), spin, charge)
    phase_space = (p / 2 * M_MU / 2) * (q[:, 0] / 2 * M_MU / 2) / (2 * np.pi) ** 6
    width = FERMI_CONSTANT**2 * M_MU**5 / (192 * np.pi**3)
    np.testing.assert_allclose(squared / (2 * M_MU) * phase_space / width, published, rtol=1e-10)


def test_kuno_okada_domain():
    assert radiative_michel.density(0.9, 0.8, 1.9) == 0.0
    assert radiative_michel.density(1e-3, 0.5, 1.0) == 0.0
    assert radiative_michel.density(0.5, 0.5, 2.01) == 0.0
    assert radiative_michel.neutrino_mass_squared(1.0, 1.0, 2.0) > 0


@pytest.mark.parametrize("m_a", [0.0, 30.0, 80.0])
def test_alp_photon_spectrum(points, m_a):
    """Reduced variables against four-momenta; the massless form is the limit of the exact one."""
    k, q = points([M_E, 0.0], heavy=m_a)
    x, y = 2 * k[:, 0] / M_MU, 2 * q[:, 0] / M_MU
    width = alp_photon.width_density(x, y, m_a, 1.0, 0.5, 1e12)
    S_0 = alp_photon.stokes(k, q, m_a, 1.0, 0.5, 1e12)[:, 0]
    np.testing.assert_allclose(width, M_MU / (256 * np.pi**3) * S_0, rtol=1e-8)
    low, high = alp_photon.dalitz_limits(y, m_a)
    assert np.all((x > low) & (x < high))
    light = 1e-5
    low, high = alp_photon.dalitz_limits(0.3, m_a, m_j=light)
    x = np.linspace(low + 0.1 * (high - low), high - 0.1 * (high - low), 7)
    ratio = alp_photon.width_density(x, 0.3, m_a, 1.0, 0.0, 1e12, m_j=light) / two_body_alp.width(
        M_MU, light, m_a, 1.0, 0.0, 1e12
    )
    np.testing.assert_allclose(ratio, alp_photon.massless_density(x, 0.3, m_a), rtol=1e-5)


def test_alp_photon_is_closed_beyond_its_region():
    low, high = alp_photon.dalitz_limits(0.95, 60.0)
    assert low == high
    assert alp_photon.width_density(0.5, 0.95, 60.0, 1, 1, 1e12) == 0.0
    assert alp_photon.massless_density(0.5, 0.99, 60.0) == 0.0
    with np.errstate(all="raise"):
        assert np.all(alp_photon.width_density(np.linspace(0, 1, 5), 0.0, 0.0, 1, 1, 1e12) == 0.0)


def test_charge_conjugation_without_widths(points):
    k, r = points([M_E, 20.0])
    direct = lepton_line.emission(k, r, Vector(20.0, **VECTOR), charge=1)
    close(st.conjugate(dark_boson.vector(k, r, 20.0, **VECTOR)), direct, 1e-12)


def test_widths_leave_a_part_that_does_not_flip(three_electrons):
    k = three_electrons(n=1000)
    mediators = [Photon(), Scalar(40.0, 10.0, g_P_e=0.3, g_P_mu=0.3)]
    minus, plus = (lepton_line.three_leptons(*k, mediators, charge=charge) for charge in (-1, 1))
    # at fixed momenta S_0 changes too, by a term odd in k1.(k2 x k3)
    reflected = lepton_line.three_leptons(*[p * [1.0, -1.0, -1.0, -1.0] for p in k], mediators)
    np.testing.assert_allclose(reflected[:, 0], plus[:, 0], rtol=1e-11)
    assert np.max(np.abs(minus[:, 0] / plus[:, 0] - 1)) > 1e-3
    assert np.max(np.linalg.norm(minus[:, 1:] + plus[:, 1:], axis=1) / minus[:, 0]) > 1e-3


def test_low_missing_energy_keeps_digits():
    """|M|^2 is quadratic in the momentum of the neutrinos: no cancellation when they take a keV."""
    rng = np.random.default_rng(3)
    direction = rng.normal(size=3)
    k1, k2 = four_vector(M_E, [40.0, 3.0, 2.0]), four_vector(M_E, 20 * direction / np.linalg.norm(direction))
    for missing in (1.0, 1e-3):
        # k3 takes what is left but for a small momentum
        lost = missing * np.array([0.3, 0.2, -0.1])
        k3 = four_vector(M_E, -k1[1:] - k2[1:] - lost)
        scale = (M_MU - missing) / (k1[0] + k2[0] + k3[0])
        momenta = [four_vector(M_E, scale * p[1:]) for p in (k1, k2, k3)]
        closed, spinors = three_leptons.nu_nu(*momenta), lepton_line.three_leptons(*momenta, [Photon()])
        close(closed, spinors, 1e-7)
