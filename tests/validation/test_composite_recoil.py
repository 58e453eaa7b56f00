"""Neutrinos that turn into a mass on an electron, a nucleus or a nucleon, against spinors and tensors of the diagrams."""

import math

import numpy as np
import pytest

from darkfactory.amplitudes import neutrino_electron, neutrino_nucleus
from darkfactory.kinematics import deep_inelastic
from oracles import composite_beams, composite_electron, composite_spinors
from oracles.composite_nucleon import M_N

PER_GEV = 1e3


def draws(seed, n=6):
    """Energies [GeV], masses as a part of the largest one, and cosines."""
    rng = np.random.default_rng(seed)
    return zip(np.exp(rng.uniform(-2, 6, n)), rng.uniform(0.02, 0.95, n), rng.uniform(-0.98, 0.98, n), strict=True)


@pytest.mark.parametrize(("flavor", "anti"), [("mu", False), ("mu", True), ("e", False), ("e", True)])
def test_electrons_by_spinors(flavor, anti):
    left, right = composite_electron.couplings(flavor)
    for energy, part, cosine in draws(1):
        top = math.sqrt(composite_electron.M_E**2 + 2 * composite_electron.M_E * energy) - composite_electron.M_E
        mass = part * top
        t = composite_electron.recoil(energy, mass, cosine)
        span = composite_electron.recoil(energy, mass, -1.0) - composite_electron.recoil(energy, mass, 1.0)
        expected = composite_electron.squared(energy, mass, cosine, left, right, anti)
        expected *= composite_electron.phase_space(energy, mass) * 2 / span
        one, other = neutrino_electron.couplings(flavor, anti)
        parts = neutrino_electron.density(np.float64(t * 1e3), energy * 1e3, mass**2 * 1e6)
        found = float(parts @ np.array([one**2, other**2, one * other])) * PER_GEV
        assert found == pytest.approx(expected, rel=1e-6, abs=0)


def test_ends_of_the_recoil():
    for energy, part, _ in draws(2):
        m_e = composite_electron.M_E
        mass = part * (math.sqrt(m_e**2 + 2 * m_e * energy) - m_e)
        expected = [composite_electron.recoil(energy, mass, cosine) for cosine in (1.0, -1.0)]
        assert deep_inelastic.recoil_energies(energy, m_e, mass**2) == pytest.approx(expected, rel=1e-5, abs=1e-12)


def test_missing_mass_of_the_electron():
    for energy, part, cosine in draws(3):
        m_e = composite_electron.M_E
        mass = part * (math.sqrt(m_e**2 + 2 * m_e * energy) - m_e)
        t = composite_electron.recoil(energy, mass, cosine)
        q = math.sqrt(t * t + 2 * m_e * t)
        angle = deep_inelastic.cos_theta_h(energy, t, 2 * m_e * t, mass**2)
        found, rebuilt = composite_electron.missing_mass2(energy, mass, cosine)
        assert deep_inelastic.missing_mass_squared(energy, t, q, angle) == pytest.approx(found, rel=1e-5, abs=0)
        assert deep_inelastic.beam_energy(t, q, angle) == pytest.approx(rebuilt, rel=1e-5, abs=0)
        assert rebuilt <= energy


def test_nuclei_by_tensors():
    for protons, nucleons in ((18, 40), (8, 16), (54, 132)):
        for energy, t, mass in ((0.05, 2e-6, 0.004), (1.3, 1.5e-4, 0.1), (4.0, 4e-4, 0.15), (25.0, 1e-3, 0.3)):
            expected = composite_electron.coherent(energy, t, mass, protons, nucleons)
            options = protons, nucleons - protons, 931.5 * nucleons
            found = neutrino_nucleus.coherent_density(t * 1e3, energy * 1e3, mass**2 * 1e6, *options)
            assert expected > 0
            assert float(found) * PER_GEV == pytest.approx(expected, rel=2e-6, abs=0)


@pytest.mark.parametrize("anti", [False, True])
@pytest.mark.parametrize("kind", ["p", "n"])
def test_nucleons_by_spinors(kind, anti):
    for energy, mass, t in ((0.8, 0.02, 0.05), (2.4, 0.5, 0.4), (7.0, 1.2, 1.1)):
        form = neutrino_nucleus.nucleon_form_factors(2 * 938.0 * t * 1e3, kind, 938.0)
        expected = composite_spinors.nucleon_elastic(energy, mass, t, 0.938, form, anti)
        found = neutrino_nucleus.nucleon_density(t * 1e3, energy * 1e3, mass**2 * 1e6, kind, 938.0, anti)
        assert float(found) * PER_GEV == pytest.approx(expected, rel=1e-6, abs=0)


def test_hadrons_of_a_broken_nucleon():
    rng = np.random.default_rng(4)
    e, x, y = rng.uniform(5, 800, 200), rng.uniform(0.05, 0.9, 200), rng.uniform(0.05, 0.6, 200)
    m2 = rng.uniform(0, 0.9, 200) * 2 * M_N * e * x * (1 - y)
    nu, q2, q, cosine = composite_beams.hadrons(e, x, y, m2)
    assert deep_inelastic.cos_theta_h(e, nu, q2, m2) == pytest.approx(cosine, rel=1e-12, abs=0)
    assert deep_inelastic.missing_mass_squared(e, nu, q, cosine) == pytest.approx(m2, rel=1e-8, abs=1e-9)
    physical = cosine < 1
    struck, produced = deep_inelastic.scattered(*(v[physical] for v in (e, np.full_like(e, M_N), nu, q2, m2)))
    square = produced[:, 0] ** 2 - np.sum(produced[:, 1:] ** 2, axis=1)
    assert square == pytest.approx(m2[physical], rel=1e-7, abs=1e-7)
    w2 = struck[:, 0] ** 2 - np.sum(struck[:, 1:] ** 2, axis=1)
    assert w2 == pytest.approx((M_N**2 + q2 * (1 / x - 1))[physical], rel=1e-7, abs=0)
