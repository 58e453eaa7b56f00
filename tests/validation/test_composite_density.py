"""Density of what a neutrino mixes with, and the cross section of the continuum, against mpmath and integrals over masses."""

import math

import mpmath
import numpy as np
import pytest

from darkfactory.amplitudes import neutrino_nucleon
from darkfactory.models.mixing_density import NORMS, MixingDensity, amplitude
from oracles import composite_density as oracle
from oracles import composite_nucleon, composite_partons

DIMENSIONS = (1.5007, 1.83, 2.2, 2.4999, 2.5, 2.50003, 2.77, 3.5, 3.5000001, 4.9, 6.31)


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_moments_by_quadrature(dimension):
    rng = np.random.default_rng(int(1e4 * dimension))
    for gap, top2 in zip(np.exp(rng.uniform(-5, 2, 2)), np.exp(rng.uniform(-2, 9, 2)), strict=True):
        found = MixingDensity(dimension, gap).moments(np.array([top2, 0.99 * gap**2]))
        expected = oracle.amplitude(dimension) * np.array(oracle.j_moments(dimension, gap, top2))
        assert [float(f[0]) for f in found] == pytest.approx(expected, rel=1e-9, abs=0)
        assert [float(f[1]) for f in found] == [0.0, 0.0]


@pytest.mark.parametrize("dimension", [1.7, 2.5, 3.3, 5.0])
def test_hard_gap(dimension):
    gap, top2, a = 0.83, 47.0, dimension - 2.5
    none, first = MixingDensity(dimension, gap, gap_model="hard").moments(top2)
    factor = oracle.amplitude(dimension)
    assert float(none) == pytest.approx(
        factor * float(mpmath.quad(lambda m: m ** (a - 1), [gap**2, 5, top2])), rel=1e-10
    )
    assert float(first) == pytest.approx(
        factor * float(mpmath.quad(lambda m: m**a, [gap**2, 5, top2])), rel=1e-10, abs=0
    )


@pytest.mark.parametrize("dimension", [1.52, 1.9, 2.13, 2.44])
def test_total_mixing(dimension):
    assert MixingDensity(dimension, 0.37).total == pytest.approx(oracle.total_mixing(dimension, 0.37), rel=1e-8, abs=0)


def test_normalizations():
    for dimension in (1.61, 3.2):
        for name in ("free", "gff", "cft", "unparticle"):
            assert amplitude(dimension, NORMS[name](dimension)) == pytest.approx(
                oracle.amplitude(dimension, name), rel=1e-12
            )
        georgi = oracle.amplitude_from_phase_space(dimension)
        assert amplitude(dimension, NORMS["unparticle"](dimension)) == pytest.approx(georgi, rel=1e-11, abs=0)
        assert float(oracle.wightman(dimension, 1.3)) == pytest.approx(1.0, rel=1e-9, abs=0)


@pytest.mark.parametrize("dimension", [1.501, 1.9, 2.5, 3.1, 5.7])
def test_integrals_of_kernels(dimension):
    for gap, top, kernel in ((0.3, 4.0, lambda m: (1 - m * m / 16) ** 2), (2.2, 90.0, lambda m: np.exp(-m / 20))):
        expected = oracle.over_density(kernel, dimension, gap, top**2)
        found = MixingDensity(dimension, gap).integral(lambda m2, k=kernel: k(np.sqrt(m2)), top**2)
        assert found == pytest.approx(expected, rel=1e-8, abs=0)


def test_drawn_masses_follow_the_density():
    u = (np.arange(40_000) + 0.5) / 40_000
    for dimension, gap, top2 in ((1.7, 0.7, 30.0), (4.1, 0.7, 30.0), (2.5, 2.2, 11.0)):
        m2, weight = MixingDensity(dimension, gap).draw(u, np.full_like(u, top2))
        for share in (0.3, 0.6, 1.0):
            below2 = gap**2 + share * (top2 - gap**2)
            expected = oracle.amplitude(dimension) * oracle.j_moments(dimension, gap, below2)[0]
            assert float(np.mean(weight * (m2 < below2))) == pytest.approx(expected, rel=2e-3, abs=0)


# --- on nucleons --------------------------------------------------------------------------------------------------------

grid_needed = pytest.mark.skipif(
    composite_partons.grid_path() is None, reason="no parton densities: pip install pythia8mc"
)


@grid_needed
def test_continuum_on_nucleons():
    rng = np.random.default_rng(8)
    for energy, anti in ((6.1, False), (31.0, True), (173.0, False), (1410.0, True)):
        spectrum = composite_nucleon.MassSpectrum(energy, 36, anti=anti, n=(64, 40))
        for dimension in rng.uniform(1.6, 6.5, 4):
            gap = spectrum.top * rng.uniform(0.005, 0.4)
            cut = rng.choice([math.inf, gap + 0.4 * (spectrum.top - gap)])
            expected = spectrum.sigma_x(dimension, gap, m_cut=cut)
            found = neutrino_nucleon.sigma_x(energy, MixingDensity(dimension, gap), anti, mcut_gev=cut)
            assert float(found) == pytest.approx(expected, rel=1e-4, abs=0)


@grid_needed
def test_continuum_by_random_points():
    for dimension, gap in ((2.6, 0.8), (4.3, 1.7)):
        value, error = composite_nucleon.monte_carlo(240.0, dimension, gap, 300_000, seed=5)
        assert float(neutrino_nucleon.sigma_x(240.0, MixingDensity(dimension, gap))) == pytest.approx(
            value, abs=4 * error
        )
        assert error < 0.03 * value


@grid_needed
def test_sterile_limit_and_closed_channel():
    state = MixingDensity(1.5, 1.9)
    expected = composite_nucleon.hnl(88.0, 1.9, n=(96, 64)) / 1.9**2
    assert float(neutrino_nucleon.sigma_x(88.0, state)) == pytest.approx(expected, rel=1e-4, abs=0)
    assert float(neutrino_nucleon.sigma_x(88.0, MixingDensity(1.50001, 1.9))) == pytest.approx(
        expected, rel=1e-3, abs=0
    )
    assert float(neutrino_nucleon.sigma_x(1.0, MixingDensity(3.0, 1.9))) == 0.0
