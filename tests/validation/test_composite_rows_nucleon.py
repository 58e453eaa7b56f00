"""Chapter 06, section 8: the rows of partons and of neutrinos on nucleons, and the accuracy that section 4 states."""

import functools
import itertools
import math

import numpy as np
import pytest
from scipy.optimize import brentq

from darkfactory.amplitudes.deep_inelastic import NucleonTarget, neutral_density, no_mass, parton_points
from darkfactory.amplitudes.neutrino_nucleon import (
    cross_sections,
    sigma_cc,
    sigma_hnl,
    sigma_nc,
    sigma_x,
)
from darkfactory.amplitudes.nucleon_target_mass import target_mass_neutrino
from darkfactory.models.mixing_density import MixingDensity
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.partons import find_densities
from darkfactory.processes.nucleon_spectra import Region

close = functools.partial(pytest.approx, abs=0)  # cross sections are far below its absolute tolerance
ISOSCALAR = NucleonTarget()
FIT = NucleonTarget(pdf="fit")


def test_sum_rules():
    node, weight = unit_legendre(400)
    x, measure = node**6, 6 * node**5 * weight
    f = find_densities().xf(x, 100.0)
    found = [measure @ ((f[i] - f[-i]) / x) for i in (2, 1)] + [measure @ sum(f.values())]
    assert found == close([1.9995, 0.9998, 0.9984], rel=3e-3)


def test_densities_at_a_point():
    f = find_densities().xf(0.1, 10.0)
    found = [f[i] for i in (2, 1, -2, -1, 3, 4, 21)]
    assert found == close([0.64401, 0.42007, 0.10345, 0.14023, 0.05582, 0.0185, 1.30196], rel=2e-3)


@pytest.mark.parametrize(
    ("energy", "nu", "nubar"),
    [(10, 0.7653, 0.3636), (100, 0.6962, 0.3512), (200, 0.6795, 0.3500), (1000, 0.6321, 0.3462)],
)
def test_charged_current(energy, nu, nubar):
    found = [1e38 * sigma_cc(float(energy), anti) / energy for anti in (False, True)]
    assert found == close([nu, nubar], rel=5e-3)


@pytest.mark.parametrize(("energy", "nu", "nubar"), [(100, 0.3201, 0.3674), (1000, 0.3188, 0.3559)])
def test_neutral_over_charged(energy, nu, nubar):
    found = [sigma_nc(float(energy), anti) / sigma_cc(float(energy), anti) for anti in (False, True)]
    assert found == close([nu, nubar], rel=5e-3)


def paschos_wolfenstein(target):
    """(NC - NC bar)/(CC - CC bar) at 100 GeV."""
    made = cross_sections(100.0, target)
    neutral, charged = made.heavy[:, 0, 0], made.charged[:, 0]
    return (neutral[0] - neutral[1]) / (charged[0] - charged[1])


def test_paschos_wolfenstein(monkeypatch):
    assert paschos_wolfenstein(ISOSCALAR) == pytest.approx(0.2719, abs=5e-4)
    monkeypatch.setattr("darkfactory.amplitudes.neutrino_nucleon.propagator", lambda q2, mass: np.ones_like(q2))
    monkeypatch.setattr("darkfactory.amplitudes.neutrino_nucleon.remembered", lambda key, make: make())
    assert paschos_wolfenstein(NucleonTarget(charm_mass_gev=0.0)) == pytest.approx(0.26883, abs=1e-4)
    for angle in (0.2230, 0.2312):  # the relation itself: strange quarks make 3e-5
        found = paschos_wolfenstein(NucleonTarget(charm_mass_gev=0.0, sin2_theta_w=angle))
        assert found == pytest.approx(0.5 - angle, abs=1e-4)


SIGMA_X = [
    (120, 2, 1, 0, 1.8188e-37),
    (120, 3.5, 1, 0, 1.14563e-37),
    (120, 4.5, 1, 0, 1.03538e-37),
    (120, 6, 1, 0, 7.35649e-38),
    (120, 4.5, 3, 0, 5.41219e-38),
    (50, 3.5, 0.5, 0, 2.3393e-38),
    (50, 3.5, 0.5, 1, 1.2747e-38),
    (10, 3, 0.3, 0, 3.7243e-39),
    (1000, 3, 1, 0, 3.3968e-36),
    (1000, 4.5, 1, 0, 4.9019e-35),
    (1000, 4.5, 1, 1, 2.7314e-35),
    (1000, 4.5, 3, 0, 4.4487e-35),
]


@pytest.mark.parametrize(("energy", "dimension", "gap", "anti", "expected"), SIGMA_X)
def test_continuum(energy, dimension, gap, anti, expected):
    assert sigma_x(float(energy), MixingDensity(dimension, gap), bool(anti)) == close(expected, rel=3e-3)


def test_heavy_neutrino():
    found = sigma_hnl(120.0, np.array([0.5, 2.0, 5.0]))
    assert found == close([2.56304e-37, 1.90643e-37, 6.17584e-38], rel=1e-3)


def test_continuum_near_a_free_fermion():
    found = sigma_x(120.0, MixingDensity(1.501, 2.0)) * 4 / sigma_hnl(120.0, 2.0)
    assert found == close(1.000635, rel=1e-4)
    exact = sigma_x(120.0, MixingDensity(1.5, 2.0)) * 4 / sigma_hnl(120.0, 2.0)
    assert exact == close(1.0, rel=1e-12)


@pytest.mark.parametrize(("dimension", "slope"), [(2, 1.002), (3, 1.483), (3.5, 1.920), (4.5, 2.874), (6, 4.337)])
def test_slope_in_energy(dimension, slope):
    low, high = sigma_x([100.0, 200.0], MixingDensity(dimension, 0.3))
    assert math.log2(high / low) == pytest.approx(slope, abs=0.01)


def test_density_in_mass():
    mixing, squares = MixingDensity(4.5, 1.0), np.array([25.0, 64.0])
    found = mixing.density(squares) * sigma_hnl(120.0, np.sqrt(squares))
    assert found == close([1.85275e-39, 7.61448e-40], rel=1e-3)


@pytest.mark.parametrize(
    ("energy", "dimension", "half", "most"),
    [
        (120, 3, 2.969, 6.742),
        (120, 4.5, 5.962, 9.523),
        (120, 7, 8.728, 11.489),
        (1000, 3, 6.434, 17.72),
        (1000, 4.5, 16.37, 26.80),
    ],
)
def test_masses_of_the_rate(energy, dimension, half, most):
    heavy, mixing = cross_sections(float(energy)).at(0), MixingDensity(dimension, 1.0)
    whole = heavy.continuum(mixing)

    def mass(part):
        return brentq(lambda m: heavy.continuum(mixing, m) / whole - part, 1.0, heavy.highest_gev2**0.5, xtol=1e-6)

    assert [mass(0.5), mass(0.95)] == close([half, most], rel=0.01)


@pytest.mark.parametrize(
    ("dimension", "y", "x"), [(None, 0.465, 0.216), (2, 0.428, 0.247), (4.5, 0.259, 0.425), (6, 0.195, 0.514)]
)
def test_means_of_x_and_y(dimension, y, x):
    moments = no_mass if dimension is None else MixingDensity(dimension, 1.0).moments
    region = Region(120.0, lowest_gev2=0.0 if dimension is None else 1.0)

    def mean(weight):
        return region.integral(lambda x, y: weight(x, y) * neutral_density(x, y, 120.0, ISOSCALAR, moments=moments))

    whole = mean(lambda x, y: 1.0)
    found = [mean(lambda x, y: y) / whole, mean(lambda x, y: x) / whole]
    assert found == close([y, x], rel=0.01)


@pytest.mark.parametrize(
    ("energy", "mass", "ratio"),
    [
        (5, 0, 0.9684),
        (5, 0.5, 0.9527),
        (5, 1, 0.8869),
        (20, 0, 0.9925),
        (20, 1, 0.9886),
        (120, 0, 0.9988),
        (120, 1, 0.9987),
    ],
)
def test_mass_of_the_target(energy, mass, ratio):
    found = target_mass_neutrino(float(energy))(mass**2) / sigma_hnl(float(energy), float(mass))
    assert found == pytest.approx(ratio, abs=1.5e-4)  # the row has four digits, and a tolerance of 0.002


@pytest.mark.parametrize(("energy", "part"), [(120, 0.08), (50, 0.15), (10, 0.47), (3, 0.93)])
def test_part_where_partons_are_an_average(energy, part):
    def density(x, y):
        return neutral_density(x, y, energy, ISOSCALAR)

    found = 1 - Region(energy).integral(density, 1.0, 2.0) / Region(energy).integral(density)
    assert found == pytest.approx(part, abs=0.006)


STANDARD = [(50, 0.017), (120, 0.017), (1000, 0.017), (10, 0.01)]
# section 4 says 4.5%, 11% and 16%, which holds for neutrinos; the wider numbers are what the note to a result says
DARK = [(50, 1, 0.045, 0.06), (120, 1, 0.045, 0.06), (1000, 1, 0.045, 0.06), (10, 1, 0.11, 0.2), (3, 0.3, 0.16, 0.2)]


@pytest.mark.parametrize(("energy", "accuracy"), STANDARD)
def test_fit_against_the_grid(energy, accuracy):
    for anti, sigma in itertools.product((False, True), (sigma_cc, sigma_nc)):
        assert sigma(float(energy), anti, FIT) == close(sigma(float(energy), anti), rel=accuracy)


@pytest.mark.parametrize(("energy", "gap", "nu", "nubar"), DARK)
@pytest.mark.parametrize("dimension", [2, 3, 4.5, 6])
def test_fit_against_the_grid_for_a_continuum(energy, gap, nu, nubar, dimension):
    mixing = MixingDensity(dimension, gap)
    for anti, accuracy in ((False, nu), (True, nubar)):
        found = sigma_x(float(energy), mixing, anti, FIT)
        assert found == close(sigma_x(float(energy), mixing, anti), rel=accuracy)


def test_points_of_the_chapter():
    """The grid of section 6.1 with the closed moments of 3.1 gives the same as the integral over masses."""
    for dimension, anti in ((2, False), (4.5, True)):
        mixing = MixingDensity(dimension, 1.0)
        hard, y, left, right = parton_points(120.0, ISOSCALAR, anti)
        none, first = mixing.moments(hard * (1 - y))
        found = left @ (none - first / hard) + (right * (1 - y)) @ ((1 - y) * none - first / hard)
        assert found == close(sigma_x(120.0, mixing, anti), rel=1e-4)


@pytest.mark.parametrize("dimension", [4.5])
def test_partonic_totals_without_gap_and_propagator(dimension):
    """Integrals over y of a_L and a_R alone are s^a I_LL and s^a I_LR."""
    a, mixing = dimension - 2.5, MixingDensity(dimension, 0.0)
    node, weight = unit_legendre(60)
    none, first = mixing.moments(1 - node)
    left = weight @ (none - first)
    right = weight @ ((1 - node) * ((1 - node) * none - first))
    assert left / mixing.amplitude == close(1 / 12, rel=1e-8)
    assert right / mixing.amplitude == close(1 / 30, rel=1e-8)
    assert (2 / (a * (a + 1) * (a + 2)), 1 / (a * (a + 1) * (a + 3))) == close((1 / 12, 1 / 30))
