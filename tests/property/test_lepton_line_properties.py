"""Laws of the squared amplitudes (chapter 01, section 9) at random points, for every form of the package."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from darkfactory.amplitudes import alp_photon, bosons, dark_boson, lepton_line, neutrino_pair, three_leptons
from darkfactory.amplitudes import radiative_michel as rmd
from oracles import five_body
from oracles import helicity_spinors as hs
from oracles.five_body import flat_events
from oracles.internal_conversion import emission_points
from oracles.neutrino_tensor import boost
from support.lepton_line_cases import CASES, CHIRAL, FORMS

M_MU, M_E, E = hs.M_MU, hs.M_E, hs.E_CHARGE
EMISSIONS = [name for name, case in CASES.items() if case.visible == 2]
CP_VIOLATING = ("nunuS chiral", "eaV", "eaS")  # g_S g_P or complex C_V C_A*, with another phase to compare to
THREE = [name for name, case in CASES.items() if case.visible == 3]
SYMMETRIC = [name for name in THREE if "direct" not in name and "narrow" not in name]


def forms_of(names):
    return [(name, form) for name, form in FORMS if name in names]


def close(actual, expected, tolerance):
    """Every component to ``tolerance`` of S_0."""
    size = np.abs(expected[:, :1])
    np.testing.assert_array_less(np.abs(actual - expected) / size, tolerance)


def events(masses, n=100, seed=2):
    momenta, _ = flat_events(masses, n, np.random.default_rng(seed))
    return [momenta[:, i] for i in range(momenta.shape[1])]


def reflected(momenta):
    return [p * np.array([1.0, -1.0, -1.0, -1.0]) for p in momenta]


@pytest.mark.parametrize("charge", [-1, 1])
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_independent_spinors_agree(name, form, charge):
    case = CASES[name]
    momenta = case.events(500)
    close(case.package[form](*momenta, charge=charge), case.oracle(*momenta, charge=charge), 1e-9)


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_positivity_and_degree_of_polarization(name, form):
    case = CASES[name]
    stokes = case.package[form](*case.events(2000, seed=3))
    assert np.all(stokes[:, 0] > 0)
    assert np.all(np.linalg.norm(stokes[:, 1:], axis=1) <= stokes[:, 0] * (1 + 1e-9))


@pytest.mark.parametrize(("name", "form"), FORMS)
def test_rotation_turns_the_spin_vector(name, form):
    case = CASES[name]
    momenta = case.events(50, seed=4)
    turn = Rotation.from_rotvec([0.4, -1.1, 2.0]).as_matrix()

    def turned(four):
        return np.concatenate([four[:, :1], four[:, 1:] @ turn.T], axis=1)

    before, after = case.package[form](*momenta), case.package[form](*map(turned, momenta))
    close(after, turned(before), 1e-9)


def normal_part(name, form):
    k, q = CASES[name].events(200, seed=5)
    stokes = CASES[name].package[form](k, q)
    normal = np.cross(k[:, 1:], q[:, 1:])
    normal /= np.linalg.norm(normal, axis=1)[:, None]
    return np.max(np.abs(np.sum(normal * stokes[:, 1:], axis=1)) / stokes[:, 0])


@pytest.mark.parametrize(("name", "form"), forms_of([name for name in EMISSIONS if name not in CP_VIOLATING]))
def test_spin_vector_lies_in_the_decay_plane_if_cp_is_conserved(name, form):
    assert normal_part(name, form) < 1e-9


@pytest.mark.parametrize(("name", "form"), forms_of(CP_VIOLATING))
def test_cp_violation_shows_normal_to_the_decay_plane(name, form):
    assert normal_part(name, form) > 1e-4


@pytest.mark.parametrize(("name", "form"), forms_of(SYMMETRIC))
def test_exchange_of_identical_leptons(name, form):
    case = CASES[name]
    k1, k2, k3 = case.events(200, seed=6)
    close(case.package[form](k2, k1, k3), case.package[form](k1, k2, k3), 1e-9)


@pytest.mark.parametrize(
    "name", [name for name in CASES if "wide" not in name and "+" not in name and "a*" not in name]
)
def test_positive_muon_flips_the_spin_vector_without_widths(name):
    case = CASES[name]
    momenta = case.events(100, seed=7)
    for form in case.package.values():
        close(form(*momenta, charge=1), form(*momenta) * np.array([1, -1, -1, -1]), 1e-9)


def test_width_leaves_a_part_of_the_spin_vector_unflipped():
    case = CASES["3e2nu photon + wide V + wide S"]
    momenta = case.events(100, seed=7)
    line = case.package["line"]
    sum_of_charges = (line(*momenta, charge=1) + line(*momenta))[:, 1:]
    assert np.max(np.abs(sum_of_charges)) > 1e-3 * np.max(line(*momenta)[:, 0])


def test_photon_sum_and_gauge_invariance():
    """epsilon -> q gives zero; -g equals the transverse sum (the oracle), here in the oracle itself."""
    k, q = CASES["RMD"].events(200, seed=8)
    p = np.broadcast_to(hs.MUON_AT_REST, k.shape)
    photon = hs.PHOTON
    for heavy in (hs.Weak(), hs.LfvAlp(1, 0.5)):
        good = hs.stokes_emission(heavy, k, q, photon)[:, 0]
        states = np.broadcast_to(np.eye(4), (len(k), 4, 4))
        metric = 0
        for n in range(4):
            v = tuple(photon.vertex(lepton, states[:, n : n + 1]) for lepton in ("e", "mu"))
            metric = metric - hs.METRIC[n] * hs.stokes_emission(heavy, k, q, photon, vertices=v)
        close(metric, hs.stokes_emission(heavy, k, q, photon), 1e-10)
        v = tuple(photon.vertex(lepton, q[:, None]) for lepton in ("e", "mu"))
        zero = hs.stokes_emission(heavy, k, q, photon, vertices=v, p=p)[:, 0]
        assert np.max(zero / good / q[:, 0] ** 2) < 1e-20
    close(np.asarray(rmd.stokes(k, q)), metric_sum(k, q), 1e-9)


def metric_sum(k, q):
    """RMD by -g_munu over all four polarisations."""
    states = np.broadcast_to(np.eye(4), (len(k), 4, 4))
    return sum(
        -hs.METRIC[n]
        * hs.stokes_emission(
            hs.Weak(), k, q, hs.PHOTON, vertices=tuple(hs.PHOTON.vertex(x, states[:, n : n + 1]) for x in ("e", "mu"))
        )
        for n in range(4)
    )


def test_light_vector_becomes_the_photon():
    k, q = CASES["RMD"].events(100, seed=9)
    apart = hs.dot(k, q) > 10  # the correction is m_X^2 / k.q
    k, q = k[apart], q[apart]
    for mass, tolerance in ((0.1, 1e-2), (0.01, 1e-4)):
        vector = dark_boson.vector(k, hs.on_shell(q[:, 1:], mass), mass, g_V_e=E, g_V_mu=E)
        close(np.asarray(vector), np.asarray(rmd.stokes(k, q)), tolerance)
    k1, k2, k3 = CASES["3e2nu"].events(100, seed=9)
    dark = bosons.Vector(1e-6, 0.0, E, 0.0, E, 0.0)
    photon = np.asarray(three_leptons.nu_nu(k1, k2, k3))
    close(np.asarray(lepton_line.three_leptons(k1, k2, k3, [dark])), photon, 1e-10)


@pytest.mark.parametrize("phase", [0.0, 1.3])
def test_phase_and_conjugation_of_the_alp_couplings(phase):
    couplings = (0.7 + 0.1j, 0.2 - 0.9j)
    k, q = events([M_E, 0.0, 30.0])[:2]
    k1, k2, k3 = CASES["3ea"].events(100, seed=10)
    for function, momenta in ((alp_photon.stokes, (k, q)), (three_leptons.alp, (k1, k2, k3))):
        reference = np.asarray(function(*momenta, 30.0, *couplings, 1e12))
        for C_V, C_A in (couplings, np.conj(couplings)):
            turned = function(*momenta, 30.0, C_V * np.exp(1j * phase), C_A * np.exp(1j * phase), 1e12)
            close(np.asarray(turned), reference, 1e-11)


def test_vector_and_axial_swap_with_the_sign_of_the_electron_mass():
    k, q = events([M_E, 0.0, 30.0])[:2]
    k1, k2, k3 = CASES["3ea"].events(100, seed=11)
    for function, momenta in ((alp_photon.stokes, (k, q)), (three_leptons.alp, (k1, k2, k3))):
        vector = np.asarray(function(*momenta, 30.0, 1.0, 0.0, 1e12, m_j=M_E))[:, 0]
        axial = np.asarray(function(*momenta, 30.0, 0.0, 1.0, 1e12, m_j=-M_E))[:, 0]
        np.testing.assert_allclose(axial, vector, rtol=1e-9)


def test_couplings_scale_quadratically():
    k, q = events([M_E, 20.0, 0.0, 0.0])[:2]
    k1, k2, k3 = CASES["3ea"].events(50, seed=12)
    vector = np.asarray(dark_boson.vector(k, q, 20.0, g_V_e=0.1, g_V_mu=0.1))
    np.testing.assert_allclose(dark_boson.vector(k, q, 20.0, g_V_e=0.3, g_V_mu=0.3), 9 * vector, rtol=1e-12)
    alp = np.asarray(three_leptons.alp(k1, k2, k3, 30.0, 1.0, 0.5, 1e12))
    np.testing.assert_allclose(three_leptons.alp(k1, k2, k3, 30.0, 1.0, 0.5, 2e12), alp / 4, rtol=1e-12)
    narrow = [
        np.asarray(lepton_line.narrow_resonance(k1, k2, k3, bosons.Vector(20.0, 0.1, g, 0.0, 2 * g, 0.0)))
        for g in (0.1, 0.2)
    ]
    close(narrow[1], 16 * narrow[0], 1e-10)  # production times decay


@pytest.mark.parametrize("heavy", ["nu nu", "a"])
def test_soft_photon_factorises(heavy):
    direction = np.array([0.3, -0.5, 0.2])
    k_tree = hs.on_shell([[0.0, 12.0, 20.0]], M_E)
    if heavy == "a":
        momentum = np.sqrt(((M_MU**2 + M_E**2 - 30.0**2) / (2 * M_MU)) ** 2 - M_E**2)
        k_tree = hs.on_shell([[0.0, 0.6 * momentum, 0.8 * momentum]], M_E)
    for energy, tolerance in ((1e-2, 2e-3), (1e-4, 2e-5)):
        q = hs.on_shell(energy * direction[None] / np.linalg.norm(direction), 0.0)
        p = hs.MUON_AT_REST
        J = k_tree / hs.dot(k_tree, q)[:, None] - p / hs.dot(p, q)[:, None]
        factor = -(E**2) * hs.dot(J, J)
        if heavy == "nu nu":
            soft, tree = rmd.stokes(k_tree, q), neutrino_pair.michel(k_tree)
        else:
            k = _with_photon(k_tree, q)
            soft = alp_photon.stokes(k, q, 30.0, 1.0, 0.5, 1e12)
            tree = lepton_line.no_emission(k_tree, alp=bosons.LfvAlp(1.0, 0.5, 1e12))
        close(np.asarray(soft) / factor[:, None], np.asarray(tree), tolerance * 5)


def _with_photon(k, q, m_a=30.0):
    """Electron in the direction of k such that the ALP is on shell in the presence of a photon."""
    unit = k[:, 1:] / np.linalg.norm(k[:, 1:], axis=1)[:, None]
    size = np.linalg.norm(k[:, 1:], axis=1)
    for _ in range(50):
        trial = hs.on_shell(size[:, None] * unit, M_E)
        rest = hs.MUON_AT_REST - trial - q
        slope = -2 * M_MU * size / trial[:, 0] + 2 * q[:, 0] * size / trial[:, 0] - 2 * np.sum(unit * q[:, 1:], axis=1)
        size = size - (hs.dot(rest, rest) - m_a**2) / slope
    return hs.on_shell(size[:, None] * unit, M_E)


def test_derivative_alp_is_pseudoscalar_plus_contact():
    """Amplitude by amplitude in the oracle; in the package at equal couplings, where the contact vanishes."""
    k, q = events([M_E, 20.0, 0.0, 0.0])[:2]
    p = np.broadcast_to(hs.MUON_AT_REST, k.shape)
    f_a, C_e, C_mu = 1e3, 0.7, -0.4
    gamma = hs.heavy_vertex(hs.Weak(), p - k - q, -1)
    derivative = hs.line(p, k, q, *hs.DerivativeAlp(20.0, C_e, C_mu, f_a).vertices(q), gamma, -1)
    vertices = [-m * C / f_a * hs.GAMMA5[None, None] for m, C in ((M_E, C_e), (M_MU, C_mu))]
    pseudo = hs.line(p, k, q, *vertices, gamma, -1)
    contact = hs.bar(hs.u_spinors(k, M_E))[:, None] @ gamma @ hs.u_spinors(p, M_MU)[:, None]
    expected = pseudo - (C_e - C_mu) / (2 * f_a) * contact[:, None]
    assert np.max(np.abs(derivative - expected)) < 1e-11 * np.max(np.abs(derivative))
    equal = np.asarray(dark_boson.derivative_alp(k, q, 20.0, C_e=1.0, C_mu=1.0, f_a=f_a))
    yukawa = dark_boson.scalar(k, q, 20.0, g_P_e=M_E / f_a, g_P_mu=M_MU / f_a)
    close(np.asarray(yukawa), equal, 1e-9)
    unequal = np.asarray(dark_boson.derivative_alp(k, q, 20.0, C_e=1.0, C_mu=0.0, f_a=f_a))
    assert np.max(np.abs(np.asarray(dark_boson.scalar(k, q, 20.0, g_P_e=M_E / f_a)) / unequal - 1)[:, 0]) > 0.5


@pytest.mark.parametrize("charge", [-1, 1])
def test_gauge_independence_fixes_the_sign_of_scalars(charge):
    """A vector with -g + qq/m^2 equals the -g part plus a pseudoscalar with g_P = 2 m_l g_A / m_X, with exchange."""
    k1, k2, k3 = CASES["3e2nu"].events(100, seed=13)
    mass, width, g_V, g_A = 20.0, 3.0, 0.3, 0.4
    full = bosons.Vector(mass, width, g_V, g_A, g_V, g_A)
    pseudo = hs.Scalar(mass, 0.0, 2 * M_E * g_A / mass, 0.0, 2 * M_MU * g_A / mass, width)
    feynman = _Feynman(mass, g_V, g_A, g_V, g_A, width)
    expected = hs.stokes_three(hs.Weak(), k1, k2, k3, (hs.PHOTON, feynman, pseudo), charge=charge)
    actual = lepton_line.three_leptons(k1, k2, k3, [bosons.Photon(), full], charge=charge)
    close(np.asarray(actual), expected, 1e-9)
    wrong = dataclasses.replace(pseudo, g_P_e=-pseudo.g_P_e)
    other = hs.stokes_three(hs.Weak(), k1, k2, k3, (hs.PHOTON, feynman, wrong), charge=charge)
    assert np.max(np.abs(other - expected)) > 1e-2 * np.median(expected[:, 0])


class _Feynman(hs.Vector):
    """A vector without the longitudinal part of its propagator."""

    def _pair(self, q, left, right, resonant_only):
        matrices = hs.GAMMA @ (self.g_V_e * np.eye(4) + self.g_A_e * hs.GAMMA5)
        current = np.einsum("...sa,mab,...bt->...stm", left, matrices, right)
        current = current / (hs.dot(q, q) - self.mass**2 + 1j * self.mass * self.width)[..., None, None, None]
        return self.vertex("e", current), self.vertex("mu", current)


def test_longitudinal_vector_is_the_derivative_alp():
    """m_X^2 |M(V)|^2 with axial couplings tends to the derivative ALP with C / (2 f_a) = g."""
    k, q = events([M_E, 0.1, 0.0, 0.0])[:2]
    vector = 0.1**2 * np.asarray(dark_boson.vector(k, q, 0.1, g_A_e=0.3, g_A_mu=0.5))
    alp = np.asarray(dark_boson.derivative_alp(k, q, 0.1, C_e=0.3, C_mu=0.5, f_a=0.5))
    close(vector, alp, 5e-3)


def test_couplings_pieces_sum_to_the_squared_amplitude():
    k, q = events([M_E, 20.0, 0.0, 0.0])[:2]
    pieces = dark_boson.vector_pieces(k, q, 20.0)
    couplings = dict(zip(("g_V_e", "g_A_e", "g_V_mu", "g_A_mu"), CHIRAL, strict=True))
    whole = np.asarray(dark_boson.vector(k, q, 20.0, **couplings))
    close(np.asarray(dark_boson.combine(pieces, couplings)), whole, 1e-12)


def test_imaginary_part_of_the_alp_couplings_never_contributes():
    k1, k2, k3 = CASES["3ea"].events(100, seed=14)
    for function, momenta in ((three_leptons.alp, (k1, k2, k3)), (alp_photon.stokes, events([M_E, 0.0, 30.0])[:2])):
        one = np.asarray(function(*momenta, 30.0, 1.0, 0.5 + 0.8j, 1e12))
        other = np.asarray(function(*momenta, 30.0, 1.0, 0.5 - 0.8j, 1e12))
        close(one, other, 1e-12)


def test_reflection_reverses_the_spin_vector_of_stable_particles():
    """CP: S of mu+ is that of mu- at reflected momenta with conjugate couplings; without widths that is -S."""
    for name in ("RMD", "3e2nu", "3ea", "nunuV chiral"):
        case = CASES[name]
        momenta = case.events(50, seed=15)
        form = next(iter(case.package.values()))
        plus = form(*momenta, charge=1)
        if name != "3ea":  # complex couplings change there
            close(form(*reflected(momenta)), plus, 1e-9)


@pytest.mark.parametrize("heavy", ["nu nu", "a", "low missing energy"])
def test_three_leptons_stay_exact_at_the_peaks(heavy):
    """Points dense in the virtual-photon and electron poles, and where nearly nothing is missing."""
    if heavy == "low missing energy":
        *k, _, _ = five_body.chain_low_missing(10, 1, M_E)
    else:
        *k, _, _ = five_body.chain(10, 1, weak=heavy == "nu nu")
    if heavy == "a":
        closed = three_leptons.alp(*k, 0.0, 1.0, 0.5, 1e12)
        line = lepton_line.three_leptons(*k, [bosons.Photon()], alp=bosons.LfvAlp(1.0, 0.5, 1e12))
        expected = hs.stokes_three(hs.LfvAlp(1.0, 0.5), *k)
    else:
        closed, line = three_leptons.nu_nu(*k), lepton_line.three_leptons(*k, [bosons.Photon()])
        expected = hs.stokes_three(hs.Weak(), *k)
    close(np.asarray(closed), expected, 1e-6)
    close(np.asarray(line), expected, 1e-7)


def test_photons_stay_exact_at_the_peaks():
    """Soft photons down to 1 keV, collinear ones down to angles of m_e / E_e."""
    for weak, m_H in ((True, 0.0), (False, 30.0)):
        p, k, q, _ = emission_points(0.0, m_H, weak, 1e-3, 10 if weak else 40)
        mirror = p * np.array([1.0, -1.0, -1.0, -1.0])
        k, q = hs.on_shell(boost(k, mirror)[:, 1:], M_E), hs.on_shell(boost(q, mirror)[:, 1:], 0.0)
        heavy = hs.Weak() if weak else hs.LfvAlp(1.0, 0.5)
        stokes = rmd.stokes(k, q) if weak else alp_photon.stokes(k, q, m_H, 1.0, 0.5, 1e12)
        close(np.asarray(stokes), hs.stokes_emission(heavy, k, q, hs.PHOTON), 1e-4)
        assert np.median(np.asarray(stokes)[:, 0] / hs.stokes_emission(heavy, k, q, hs.PHOTON)[:, 0] - 1) < 1e-11
