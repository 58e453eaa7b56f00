"""Closed forms against the spinor kernel (1e-12 of S_0) and against the independent oracle, on random points."""

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
from darkfactory.amplitudes.bosons import DerivativeAlp, LfvAlp, LfvResonance, Photon, Scalar, Vector
from darkfactory.constants import M_E
from oracles import helicity_spinors as oracle

VECTOR = {"g_V_e": 0.3, "g_A_e": 0.2, "g_V_mu": -0.1, "g_A_mu": 0.5}
SCALAR = {"g_S_e": 0.7, "g_P_e": -0.4, "g_S_mu": 0.3, "g_P_mu": 0.9}
COUPLINGS = {"C_V": 0.8 + 0.3j, "C_A": 0.5 - 0.5j}
F_A = 1e12
HEAVY = oracle.LfvAlp(**COUPLINGS, f_a=F_A)
ALP = LfvAlp(**COUPLINGS, f_a=F_A)


def close(a, b, tolerance=1e-12):
    """Agreement of all four components in units of S_0."""
    a, b = np.asarray(a), np.asarray(b)
    assert np.max(np.abs(a - b) / b[..., :1]) < tolerance


def test_no_emission(points):
    (k,) = points([M_E])
    close(neutrino_pair.michel(k), lepton_line.no_emission(k))
    close(neutrino_pair.michel(k), oracle.stokes_tree(oracle.Weak(), k))
    (k,) = points([M_E], heavy=40.0)
    close(two_body_alp.stokes(k, **COUPLINGS, f_a=F_A), lepton_line.no_emission(k, alp=ALP))
    close(two_body_alp.stokes(k, **COUPLINGS, f_a=F_A), oracle.stokes_tree(HEAVY, k))


def test_photon(points):
    k, q = points([M_E, 0.0], n=1000)
    close(radiative_michel.stokes(k, q), lepton_line.emission(k, q, Photon()))
    close(radiative_michel.stokes(k, q), oracle.stokes_emission(oracle.Weak(), k, q, oracle.PHOTON))


@pytest.mark.parametrize("m_a", [0.0, 30.0, 90.0])
def test_alp_photon(points, m_a):
    k, q = points([M_E, 0.0], heavy=m_a, n=1000)
    closed = alp_photon.stokes(k, q, m_a, **COUPLINGS, f_a=F_A)
    close(closed, lepton_line.emission(k, q, Photon(), alp=ALP), 1e-11)
    close(closed, oracle.stokes_emission(HEAVY, k, q, oracle.PHOTON), 1e-11)


@pytest.mark.parametrize("m_X", [1.0, 20.0, 80.0])
def test_bosons(points, m_X):
    k, r = points([M_E, m_X], n=1000)
    close(dark_boson.vector(k, r, m_X, **VECTOR), lepton_line.emission(k, r, Vector(m_X, **VECTOR)))
    close(dark_boson.scalar(k, r, m_X, **SCALAR), lepton_line.emission(k, r, Scalar(m_X, **SCALAR)))
    closed = dark_boson.derivative_alp(k, r, m_X, C_e=0.8, C_mu=-0.3, f_a=1e3)
    close(closed, lepton_line.emission(k, r, DerivativeAlp(m_X, 0.8, -0.3, 1e3)))
    weak = oracle.Weak()
    close(dark_boson.vector(k, r, m_X, **VECTOR), oracle.stokes_emission(weak, k, r, oracle.Vector(m_X, **VECTOR)))
    close(dark_boson.scalar(k, r, m_X, **SCALAR), oracle.stokes_emission(weak, k, r, oracle.Scalar(m_X, **SCALAR)))


@pytest.mark.parametrize("exchange", [True, False])
def test_three_leptons_with_neutrinos(three_electrons, exchange):
    k = three_electrons(n=1000)
    closed = three_leptons.nu_nu(*k, exchange=exchange)
    close(closed, lepton_line.three_leptons(*k, [Photon()], exchange=exchange))
    close(closed, oracle.stokes_three(oracle.Weak(), *k, exchange=exchange))
    np.testing.assert_allclose(three_leptons.nu_nu_unpolarised(*k, exchange=exchange), closed[:, 0], rtol=1e-12)
    np.testing.assert_allclose(three_leptons.nu_nu_pairings(*k)[exchange], closed[:, 0], rtol=1e-12)


@pytest.mark.parametrize("m_a", [0.0, 50.0])
@pytest.mark.parametrize("exchange", [True, False])
def test_three_leptons_with_alp(three_electrons, m_a, exchange):
    k = three_electrons(m_a, n=1000)
    closed = three_leptons.alp(*k, m_a, **COUPLINGS, f_a=F_A, exchange=exchange)
    close(closed, lepton_line.three_leptons(*k, [Photon()], alp=ALP, exchange=exchange), 1e-11)
    close(closed, oracle.stokes_three(HEAVY, *k, exchange=exchange), 1e-11)


MEDIATORS = (
    [Photon(), Vector(25.0, 3.0, 0.2, 0.1, -0.1, 0.3), Scalar(15.0, 4.0, 0.3, 0.2, -0.5, 0.4)],
    [oracle.PHOTON, oracle.Vector(25.0, 0.2, 0.1, -0.1, 0.3, width=3.0),
     oracle.Scalar(15.0, 0.3, 0.2, -0.5, 0.4, width=4.0)],
)  # fmt: skip


@pytest.mark.parametrize("charge", [-1, 1])
@pytest.mark.parametrize("exchange", [True, False])
def test_sums_of_mediators_with_widths_for_both_charges(three_electrons, charge, exchange):
    """The oracle computes vbar ... v for mu+; the kernel applies CP to the mu- formula."""
    k = three_electrons()
    kernel = lepton_line.three_leptons(*k, MEDIATORS[0], exchange=exchange, charge=charge)
    close(kernel, oracle.stokes_three(oracle.Weak(), *k, MEDIATORS[1], exchange=exchange, charge=charge), 3e-12)
    k = three_electrons(20.0)
    kernel = lepton_line.three_leptons(*k, MEDIATORS[0], alp=ALP, exchange=exchange, charge=charge)
    close(kernel, oracle.stokes_three(HEAVY, *k, MEDIATORS[1], exchange=exchange, charge=charge), 1e-11)


@pytest.mark.parametrize("charge", [-1, 1])
def test_resonance_and_emission_for_both_charges(points, charge):
    boson = LfvResonance(40.0, 5.0, **COUPLINGS, f_a=F_A, g_S_e=0.1, g_P_e=0.3)
    twin = oracle.Scalar(40.0, 0.1, 0.3, width=5.0)
    k1, k2 = points([M_E, M_E], heavy=M_E)
    k3 = oracle.MUON_AT_REST - k1 - k2
    kernel = lepton_line.resonance(k1, k2, k3, boson, charge=charge)
    close(kernel, oracle.stokes_resonance(HEAVY, k1, k2, k3, twin, charge=charge), 1e-11)
    k, r = points([M_E, 20.0])
    kernel = lepton_line.emission(k, r, Scalar(20.0, **SCALAR), charge=charge)
    close(kernel, oracle.stokes_emission(oracle.Weak(), k, r, oracle.Scalar(20.0, **SCALAR), charge=charge))


@pytest.mark.parametrize("boson", [0, 1])
def test_narrow_resonance(three_electrons, boson):
    k = three_electrons()
    X, twin = (
        (Vector(25.0, 3.0, 0.2, 0.1, -0.1, 0.3), oracle.Vector(25.0, 0.2, 0.1, -0.1, 0.3)),
        (Scalar(15.0, 4.0, 0.3, 0.2, -0.5, 0.4), oracle.Scalar(15.0, 0.3, 0.2, -0.5, 0.4)),
    )[boson]
    kernel = lepton_line.narrow_resonance(*k, X)
    close(kernel, oracle.stokes_three(oracle.Weak(), *k, [twin], exchange=False, resonant_only=True))


def test_other_masses(points):
    """The closed forms hold for any masses, as tau -> mu."""
    m_i, m_j = 1776.93, 105.6583755
    k, q = points([m_j, 0.0], n=100, m_i=m_i)
    masses = {"m_i": m_i, "m_j": m_j}
    close(radiative_michel.stokes(k, q, **masses), lepton_line.emission(k, q, Photon(), **masses))
    k = points([m_j, m_j, m_j], n=100, m_i=m_i)
    close(three_leptons.nu_nu(*k, **masses), lepton_line.three_leptons(*k, [Photon()], **masses))
