"""Bhabha cross section against explicit spinors, quadrature, and limits."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from darkfactory.amplitudes import bhabha
from darkfactory.backend import jax
from darkfactory.constants import ALPHA, M_E
from darkfactory.errors import InvalidInput
from oracles import bhabha as oracle

PROPERTY = settings(max_examples=100)
energies = st.floats(1.0, 1000.0)
shares = st.floats(0.01, 0.99)


def _final(energy, share):
    """A positron energy that the kinematics allows."""
    return M_E + share * (energy - M_E)


@PROPERTY
@given(energies, shares, st.floats(0.0, 6.0))
def test_squared_amplitude_against_spinors(energy, share, azimuth):
    final = _final(energy, share)
    expected = oracle.squared_amplitude(*oracle.momenta(energy, final, azimuth))
    s, t = 2 * M_E * (M_E + energy), -2 * M_E * (energy - final)
    assert bhabha.squared_amplitude(s, t) == pytest.approx(expected, rel=1e-8, abs=0)


@PROPERTY
@given(energies, shares)
def test_spectrum_against_spinors(energy, share):
    final = _final(energy, share)
    expected = oracle.spectrum_cm2_per_mev(final, energy)
    assert bhabha.cross_section_cm2_per_mev(final, energy) == pytest.approx(expected, rel=1e-8, abs=0)
    assert expected > 0


@pytest.mark.parametrize(("energy", "threshold"), [(50.0, 10.0), (25.0, 10.0), (3.0, 0.6), (52.8, 26.0), (500.0, 10.0)])
def test_pair_cross_section_against_quadrature(energy, threshold):
    highest = energy + M_E - threshold
    expected, _ = quad(oracle.spectrum_cm2_per_mev, threshold, highest, args=(energy,), epsrel=1e-11, epsabs=0)
    assert bhabha.pair_cross_section_cm2(energy, threshold) == pytest.approx(expected, rel=1e-9, abs=0)


def test_pair_cross_section_opens_linearly():
    """Just above its threshold it is the spectrum at the symmetric point times the open range of energies."""
    threshold = 10.0
    for excess in (1e-3, 1e-6, 1e-9):
        energy = 2 * threshold - M_E + excess
        spectrum = oracle.spectrum_cm2_per_mev(threshold, energy)
        opened = energy + M_E - 2 * threshold
        assert bhabha.pair_cross_section_cm2(energy, threshold) == pytest.approx(spectrum * opened, rel=1e-3, abs=0)
    assert bhabha.pair_cross_section_cm2(2 * threshold - M_E - 1e-9, threshold) == 0.0
    assert bhabha.pair_cross_section_cm2(1.0, threshold) == 0.0


def test_massless_limit():
    s = 1e9
    for t in (-0.1 * s, -0.5 * s, -0.9 * s):
        u = -s - t
        expected = 2 * ((s * s + u * u) / t**2 + (t * t + u * u) / s**2 + 2 * u * u / (s * t))
        assert bhabha.squared_amplitude(s, t) / (4 * math.pi * ALPHA) ** 2 == pytest.approx(expected, rel=1e-7, abs=0)


def test_outside_the_spectrum():
    energy = 20.0
    values = bhabha.cross_section_cm2_per_mev(np.array([0.1, 20.1, 20.0]), energy)
    assert values.tolist() == [0.0, 0.0, np.inf]


@PROPERTY
@given(energies, st.floats(0.6, 30.0), st.floats(1.001, 2.0))
def test_a_higher_threshold_leaves_less(energy, threshold, factor):
    low, high = (bhabha.pair_cross_section_cm2(energy, cut) for cut in (threshold, threshold * factor))
    assert 0 <= high <= low


def test_same_under_jax():
    energy, final = np.linspace(21.0, 50.0, 7), np.linspace(10.0, 20.0, 7)
    jnp = jax().numpy
    spectrum = jax().jit(bhabha.cross_section_cm2_per_mev)(jnp.asarray(final), jnp.asarray(energy))
    np.testing.assert_allclose(spectrum, bhabha.cross_section_cm2_per_mev(final, energy), rtol=1e-12)
    pair = jax().jit(bhabha.pair_cross_section_cm2)(jnp.asarray(energy), 10.0)
    np.testing.assert_allclose(pair, bhabha.pair_cross_section_cm2(energy, 10.0), rtol=1e-11)


@pytest.mark.parametrize("bad", [M_E, 0.0, -1.0, math.nan, math.inf])
def test_bad_energies(bad):
    with pytest.raises(InvalidInput, match=r"^energy = .*allowed \(0\.510999, inf\) MeV"):
        bhabha.pair_cross_section_cm2(bad, 10.0)
    with pytest.raises(InvalidInput, match=r"threshold = .*allowed \(0\.510999, inf\) MeV"):
        bhabha.pair_cross_section_cm2(50.0, bad)
    with pytest.raises(InvalidInput, match=r"^energy = "):
        bhabha.cross_section_cm2_per_mev(5.0, bad)


def test_all_problems_are_listed():
    with pytest.raises(InvalidInput, match=r"(?s)energy = .*threshold = "):
        bhabha.pair_cross_section_cm2(-1.0, -1.0)
