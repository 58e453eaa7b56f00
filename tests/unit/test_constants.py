"""One value per constant, against the tables of the ``particle`` package and against each other."""

import math

import pytest
from particle import Particle

from darkfactory import constants, units

PDG = {"e": 11, "mu": 13, "tau": 15}


@pytest.mark.parametrize(("name", "tolerance"), [("e", 2e-9), ("mu", 1e-9), ("tau", 1e-7)])
def test_masses_are_those_of_the_pdg(name, tolerance):
    assert constants.LEPTON_MASS[name] == pytest.approx(Particle.from_pdgid(PDG[name]).mass, rel=tolerance, abs=0)


@pytest.mark.parametrize(
    ("name", "pdg", "tolerance"),
    [("M_PROTON", 2212, 1e-7), ("M_NEUTRON", 2112, 1e-7), ("M_Z", 23, 1e-5), ("M_W", 24, 2e-4)],
)
def test_masses_of_nucleons_and_bosons(name, pdg, tolerance):
    assert getattr(constants, name) == pytest.approx(Particle.from_pdgid(pdg).mass, rel=tolerance, abs=0)


def test_mixing_of_two_families_is_almost_unitary():
    for row in (("ud", "us"), ("cd", "cs"), ("ud", "cd")):
        assert sum(constants.CKM[pair] ** 2 for pair in row) == pytest.approx(1.0, abs=2e-3)


@pytest.mark.parametrize(("name", "tolerance"), [("mu", 1e-7), ("tau", 1e-3)])
def test_lifetimes_are_those_of_the_pdg(name, tolerance):
    lifetime_ns = Particle.from_pdgid(PDG[name]).lifetime
    assert constants.LEPTON_LIFETIME_S[name] == pytest.approx(lifetime_ns * 1e-9, rel=tolerance, abs=0)


def test_constants_of_the_chapter():
    assert constants.HBAR_MEV_S == 6.582119569e-22
    assert constants.FERMI_CONSTANT == 1.1663788e-11
    assert pytest.approx(137.035999, rel=1e-12, abs=0) == 1 / constants.ALPHA
    assert (constants.BR_TAU_E_NU_NU, constants.BR_TAU_MU_NU_NU) == (0.17847, 0.17366)  # PDG 2026 fit


def test_constants_fit_each_other():
    light_mm_per_s = 299792458e3
    assert pytest.approx(constants.HBAR_MEV_S * light_mm_per_s, rel=1e-9, abs=0) == constants.HBAR_C_MEV_MM
    assert light_mm_per_s * 1e-12 == pytest.approx(constants.TESLA_MM_TO_MEV, rel=1e-12, abs=0)
    assert constants.HBAR_MEV_S / constants.MUON_LIFETIME_S == constants.MUON_WIDTH
    assert constants.HBAR_MEV_S / constants.TAU_LIFETIME_S == constants.TAU_WIDTH
    # lepton universality: B(tau -> e nu nu) = tau_tau/tau_mu (m_tau/m_mu)^5, to the corrections of a per cent
    ratio = constants.TAU_LIFETIME_S / constants.MUON_LIFETIME_S * (constants.M_TAU / constants.M_MU) ** 5
    assert ratio == pytest.approx(constants.BR_TAU_E_NU_NU, rel=0.01, abs=0)


def test_units():
    assert units.gev_to_mev(1.5) == 1500
    assert units.mev_to_gev(units.gev_to_mev(math.pi)) == pytest.approx(math.pi)
    assert 14 * units.SECONDS_PER_DAY == 1.2096e6
