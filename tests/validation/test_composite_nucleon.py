"""Partons and neutrinos on nucleons against an oracle that integrates in other variables, at points drawn by chance."""

import math

import numpy as np
import pytest

from darkfactory.amplitudes import neutrino_nucleon
from darkfactory.amplitudes.deep_inelastic import NucleonTarget, charged_density, neutral_density
from darkfactory.amplitudes.nucleon_target_mass import target_mass_neutrino
from darkfactory.partons import find_densities
from oracles import composite_nucleon as oracle
from oracles import composite_partons, composite_spinors

pytestmark = pytest.mark.skipif(
    composite_partons.grid_path() is None, reason="no parton densities: pip install pythia8mc"
)

ENERGIES = np.exp(np.random.default_rng(606).uniform(math.log(8.0), math.log(2500.0), 6))
FINE = {"n": (96, 64)}


def test_partons_between_the_nodes():
    rng = np.random.default_rng(1)
    x = np.exp(rng.uniform(math.log(1e-4), math.log(0.85), 400))
    q2 = np.exp(rng.uniform(math.log(3.0), math.log(3e4), 400))
    found = find_densities().xf(x, q2)
    for parton in (1, 2, 3, -1, -2, 21):
        assert found[parton] == pytest.approx(composite_partons.xf(parton, x, q2), rel=2e-3, abs=2e-6)


def test_partons_at_the_nodes_and_beyond_them():
    log_x, log_q, tables = composite_partons.read()
    rng = np.random.default_rng(2)
    ix, iq = rng.integers(20, len(log_x) - 1, 60), rng.integers(0, len(log_q), 60)
    found = find_densities().xf(np.exp(log_x[ix]), np.exp(2 * log_q[iq]))
    for parton in (1, -2, 3, 4, -5, 21):
        assert found[parton] == pytest.approx(tables[parton][ix, iq], rel=1e-7, abs=1e-10)
    for q2, node in ((0.3, 0), (1e12, -1)):  # frozen
        frozen = find_densities().xf(np.exp(log_x[ix]), q2)
        assert frozen[2] == pytest.approx(tables[2][ix, node], rel=1e-7, abs=0)
    assert not np.any(find_densities().xf(np.array([1.0, 1.5]), 10.0)[2])


@pytest.mark.parametrize("index", range(len(ENERGIES)))
def test_standard_model(index):
    energy, protons = ENERGIES[index], (0.5, 0.4, 1.0)[index % 3]
    target, anti = NucleonTarget(protons=protons), bool(index % 2)
    options = {"anti": anti, "protons": protons}
    expected = oracle.cc(energy, **options, **FINE), oracle.nc(energy, **options, **FINE)
    assert neutrino_nucleon.sigma_cc(energy, anti, target) == pytest.approx(expected[0], rel=1e-4, abs=0)
    assert neutrino_nucleon.sigma_nc(energy, anti, target) == pytest.approx(expected[1], rel=1e-4, abs=0)


def test_heavy_neutrinos():
    rng = np.random.default_rng(3)
    for index, energy in enumerate(ENERGIES):
        anti, protons = bool(index % 2), (0.5, 0.4, 1.0)[index % 3]
        mass = math.sqrt(2 * oracle.M_N * energy) * rng.uniform(0.02, 0.8, 3)
        found = neutrino_nucleon.sigma_hnl(energy, mass, anti, NucleonTarget(protons=protons))
        expected = [oracle.hnl(energy, m, anti=anti, protons=protons, **FINE) for m in mass]
        light = oracle.nc(energy, anti=anti, protons=protons)
        assert found == pytest.approx(expected, rel=1e-4, abs=1e-5 * light)


def test_hadronic_energy_within_a_range():
    for low, high in ((20.0, 180.0), (5.0, 40.0)):
        made = neutrino_nucleon.cross_sections(ENERGIES, hadrons_gev=(low, high))
        for i, energy in enumerate(ENERGIES):
            expected = [oracle.cc(energy, anti=anti, cut=(low, high), **FINE) for anti in (False, True)]
            assert made.charged[:, i] == pytest.approx(expected, rel=1e-4, abs=1e-44)
            mass = 0.3 * math.sqrt(2 * oracle.M_N * energy)
            expected = [oracle.hnl(energy, mass, anti=anti, cut=(low, high), **FINE) for anti in (False, True)]
            found = [float(made.at(i, anti)(mass**2)) for anti in (False, True)]
            assert found == pytest.approx(expected, rel=2e-4, abs=1e-44)


def test_density_in_x_and_y_from_spinors_of_quarks():
    energy, mass = 63.0, 4.2
    s = 2 * oracle.M_N * energy
    up, down = composite_partons.couplings()
    for x, y, anti in ((0.4, 0.2, False), (0.25, 0.05, True), (0.7, 0.5, False)):
        f = {
            i: composite_partons.interpolate(t[..., None], x, x * y * s)[0]
            for i, t in composite_partons.nucleon().items()
        }
        expected = 0.0
        for i in (1, 2, 3, 4, 5):
            left, right = up if i in (2, 4) else down
            # an antiquark is a quark of the other helicity
            expected += f[i] * composite_spinors.quark(x * s, mass, y, left, right, anti)
            expected += f[-i] * composite_spinors.quark(x * s, mass, y, right, left, anti)
        expected *= oracle.propagator(x * y * s, oracle.M_Z) / x * oracle.density.CM2
        heavy = neutral_density(
            x, y, energy, NucleonTarget(), anti, lambda top: (np.ones_like(top), np.full_like(top, mass**2))
        )
        assert float(heavy) == pytest.approx(expected, rel=1e-3, abs=0)


def test_charged_density_adds_up():
    energy = 77.0
    x, wx = oracle.gauss(160, 0.0, 1.0)
    y, wy = oracle.gauss(160, 0.0, 1.0)
    grid = charged_density(x[:, None] ** 3, y, energy, NucleonTarget())
    total = float(np.sum(3 * (x**2 * wx)[:, None] * wy * grid))
    assert total == pytest.approx(float(neutrino_nucleon.sigma_cc(energy)), rel=1e-3, abs=0)


def test_mass_of_the_nucleon():
    for energy, part, anti in ((3.7, 0.3, False), (9.0, 0.5, True), (33.0, 0.1, False), (6.0, 0.0, True)):
        mass = part * math.sqrt(2 * oracle.M_N * energy)
        expected = oracle.target_mass(energy, mass, anti=anti, n=(240, 160))
        assert float(target_mass_neutrino(energy, anti)(mass**2)) == pytest.approx(expected, rel=2e-3, abs=0)
