"""Chapter 06, section 9: laws of deep inelastic cross sections of neutrinos, at points drawn by chance."""

import functools
import itertools
import math

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from darkfactory.amplitudes.deep_inelastic import NucleonTarget, charged_density, neutral_density, s_gev2
from darkfactory.amplitudes.neutrino_nucleon import (
    HeavyNeutrino,
    cross_sections,
    sigma_cc,
    sigma_hnl,
    sigma_nc,
    sigma_x,
)
from darkfactory.amplitudes.nucleon_target_mass import target_mass_neutrino
from darkfactory.errors import InvalidInput
from darkfactory.models.mixing_density import MixingDensity
from darkfactory.processes.nucleon_spectra import BINNED, Region

close = functools.partial(pytest.approx, abs=0)  # cross sections are far below its absolute tolerance
ENERGIES = np.geomspace(5.0, 3000.0, 8)
dimensions = st.floats(1.6, 7.0)
gaps = st.floats(0.05, 3.0)
energies = st.sampled_from(ENERGIES.tolist())  # each is tabulated once
few = settings(max_examples=40)


@few
@given(energies, dimensions, gaps)
def test_neutrinos_are_above_antineutrinos(energy, dimension, gap):
    mixing = MixingDensity(dimension, gap)
    assert sigma_x(energy, mixing) >= sigma_x(energy, mixing, antineutrino=True) >= 0


@few
@given(dimensions, gaps, st.floats(1.05, 3.0))
def test_rises_with_energy_and_falls_with_the_gap(dimension, gap, factor):
    values = sigma_x(ENERGIES, MixingDensity(dimension, gap))
    assert np.all(np.diff(values) >= 0)
    assert np.all(np.diff(values[s_gev2(ENERGIES) > gap**2]) > 0)
    heavier = sigma_x(ENERGIES, MixingDensity(dimension, gap * factor))
    assert np.all((heavier < values) | (values == 0))


@few
@given(energies, dimensions, gaps)
def test_masses_add_up(energy, dimension, gap):
    """The integral of d sigma/dM^2, from bins of it, is the cross section, which a cut on the mass makes smaller."""
    mixing, heavy = MixingDensity(dimension, gap), cross_sections(energy).at(0)
    assume(gap**2 < 0.6 * heavy.highest_gev2 or gap**2 > heavy.highest_gev2)  # near the threshold all of it is rounding
    ends = np.linspace(gap**2, max(heavy.highest_gev2, 1.01 * gap**2), 6)
    parts = [mixing.integral(heavy, high, low) for low, high in itertools.pairwise(ends)]
    whole = sigma_x(energy, mixing)
    assert sum(parts) == close(whole, rel=1e-5)
    below = [heavy.continuum(mixing, math.sqrt(end)) for end in ends]
    assert np.all(np.diff(below) >= -1e-9 * whole)
    assert below[-1] == close(whole, rel=1e-12)


@few
@given(energies, dimensions, st.floats(1e-3, 1e3))
def test_scales(energy, dimension, kappa):
    found = sigma_x(energy, MixingDensity(dimension, 0.5, kappa))
    assert found == close(kappa * sigma_x(energy, MixingDensity(dimension, 0.5)), rel=1e-12)


@pytest.mark.parametrize("anti", [False, True])
def test_heavy_neutrinos_between_massless_and_closed(anti):
    for energy in ENERGIES:
        masses = math.sqrt(s_gev2(energy)) * np.array([0.0, 1e-4, 0.3, 0.6, 0.9, 0.999999, 1.000001, 1.5])
        found = sigma_hnl(energy, masses, anti)
        assert found[0] == sigma_nc(energy, anti)
        assert found[1] == close(found[0], rel=1e-5)
        assert np.all(np.diff(found[:6]) < 0)
        assert found[6:].tolist() == [0.0, 0.0]
        assert target_mass_neutrino(energy, anti)(0.0) <= found[0]


def test_closed_is_exactly_zero():
    mixing = MixingDensity(3.0, 4.0)
    assert sigma_x(8.0, mixing) == 0.0
    assert sigma_x(120.0, mixing, mcut_gev=4.0) == 0.0
    closed = cross_sections(100.0, hadrons_gev=(120.0, 150.0))
    assert (closed.charged.tolist(), closed.at(0).continuum(mixing)) == ([[0.0], [0.0]], 0.0)
    assert closed.at(0)(np.array([0.0, 1.0])).tolist() == [0.0, 0.0]


@pytest.mark.parametrize("energy", [30.0, 150.0])
def test_ranges_of_the_hadronic_energy_add_up(energy):
    mixing, ends = MixingDensity(3.0, 1.0), (0.0, 7.0, 20.0, 100.0, math.inf)
    whole, parts = (
        cross_sections(energy),
        [cross_sections(energy, hadrons_gev=r) for r in itertools.pairwise(ends)],
    )
    for anti in (0, 1):
        assert sum(part.charged[anti, 0] for part in parts) == close(whole.charged[anti, 0], rel=1e-4)
        found = sum(part.at(0, bool(anti)).continuum(mixing) for part in parts)
        assert found == close(whole.at(0, bool(anti)).continuum(mixing), rel=1e-4)
        heavy = sum(target_mass_neutrino(energy, bool(anti), hadrons_gev=r)(1.0) for r in itertools.pairwise(ends))
        assert heavy == close(target_mass_neutrino(energy, bool(anti))(1.0), rel=3e-4)


def test_isospin():
    p, n, d = (NucleonTarget(protons=z) for z in (1.0, 0.0, 0.5))
    for sigma in (sigma_cc, sigma_nc):
        for anti in (False, True):
            mean = (sigma(50.0, anti, p) + sigma(50.0, anti, n)) / 2
            assert mean == close(sigma(50.0, anti, d), rel=1e-9)
    assert sigma_cc(50.0, False, n) > 1.5 * sigma_cc(50.0, False, p)  # d quarks
    assert sigma_cc(50.0, True, p) > 1.5 * sigma_cc(50.0, True, n)


def test_charm_needs_energy():
    free = NucleonTarget(charm_mass_gev=0.0)
    parts = [sigma_cc(energy) / sigma_cc(energy, target=free) for energy in ENERGIES]
    assert parts == sorted(parts)
    assert parts[0] < 0.97 < 0.99 < parts[-1] < 1


def test_averages_are_sums():
    weights, mixing = np.linspace(1.0, 0.2, len(ENERGIES)), MixingDensity(4.0, 0.7)
    made = cross_sections(ENERGIES)
    for anti in (False, True):
        found = made.averaged(weights, anti).continuum(mixing)
        assert found == close(weights @ sigma_x(ENERGIES, mixing, anti), rel=2e-6)
        assert 3 * found == close(made.averaged(3 * weights, anti).continuum(mixing), rel=1e-12)


@pytest.mark.parametrize("observable", BINNED)
@pytest.mark.parametrize(("energy", "dimension", "gap"), [(120.0, 2.0, 0.7), (120.0, 4.5, 2.0), (12.0, 2.0, 2.0)])
def test_bins_add_up(observable, energy, dimension, gap):
    mixing, s = MixingDensity(dimension, gap), s_gev2(energy)
    top = {"E_h": energy, "W": 1.01 * math.sqrt(s + 0.9), "Q2": s}.get(observable, 1.0)
    region = Region(energy, 0.2, 0.7, gap**2)
    found = region.binned(
        lambda x, y: neutral_density(x, y, energy, NucleonTarget(), moments=mixing.moments),
        observable,
        np.linspace(0, top, 31),
    )
    assert np.all(found >= 0)
    made = cross_sections(energy, hadrons_gev=(0.2 * energy, 0.7 * energy))
    assert found.sum() == close(made.at(0).continuum(mixing), rel=2e-4)


@pytest.mark.parametrize("anti", [False, True])
@pytest.mark.parametrize("energy", [5.0, 120.0])
def test_charged_density_adds_up(energy, anti):
    def density(x, y):
        return charged_density(x, y, energy, NucleonTarget(), anti)

    expected = sigma_cc(energy, anti)
    assert Region(energy).integral(density) == close(expected, rel=2e-4)
    assert Region(energy).binned(density, "E_h", np.linspace(0, energy, 11)).sum() == close(expected, rel=3e-4)


def test_bad_numbers():
    for energy in (0.0, -1.0, math.nan, math.inf):
        with pytest.raises(InvalidInput, match=r"energy_gev = .*allowed \(0, inf\) GeV"):
            cross_sections([10.0, energy])
        with pytest.raises(InvalidInput, match="energy_gev"):
            target_mass_neutrino(energy)
    with pytest.raises(InvalidInput, match=r"hadrons_gev = 30: allowed \[0, 20\)"):
        cross_sections(10.0, hadrons_gev=(30.0, 20.0))
    with pytest.raises(InvalidInput, match=r"protons = 2: allowed \[0, 1\].*Z/A"):
        NucleonTarget(protons=2.0)
    with pytest.raises(InvalidInput, match=r"charm_mass_gev = nan.*0 for no threshold"):
        NucleonTarget(charm_mass_gev=math.nan)
    assert isinstance(cross_sections(10.0).at(0), HeavyNeutrino)
