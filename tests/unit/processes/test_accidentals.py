"""Bhabha pairs of Michel positrons and the accidental background made of them."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import dblquad, quad

from darkfactory.amplitudes.bhabha import pair_cross_section_cm2
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.processes.muon_decay.accidentals import (
    MASS_RANGE,
    MYLAR_ELECTRONS_PER_CM3,
    accidental_density,
    accidental_probability,
    bhabha_pair_probability,
    mean_pair_cross_section_cm2,
)
from oracles import bhabha as oracle

PROPERTY = settings(max_examples=50)
HIGHEST = (M_MU**2 + M_E**2) / (2 * M_MU)


def test_electron_density():
    """PET is C10 H8 O4; atomic weights 12.011, 1.008, 15.999."""
    molar = 10 * 12.011 + 8 * 1.008 + 4 * 15.999
    assert pytest.approx(1.40 * 6.02214076e23 * 100 / molar, rel=1e-4, abs=0) == MYLAR_ELECTRONS_PER_CM3
    assert pytest.approx(4.39e23, rel=2e-3, abs=0) == MYLAR_ELECTRONS_PER_CM3


@pytest.mark.parametrize("threshold", [3.0, 10.0, 20.0])
def test_mean_cross_section_against_spinors(threshold):
    """Michel spectrum with m_e, p (3 W E - 2 E^2 - m_e^2 ...), written out, times the spectrum from spinors."""

    def michel(energy):
        p = math.sqrt(max(energy**2 - M_E**2, 0.0))
        return p * (3 * energy * HIGHEST - 2 * energy**2 - M_E**2)

    norm, _ = quad(michel, M_E, HIGHEST, epsrel=1e-10)
    expected, _ = dblquad(
        lambda final, energy: michel(energy) / norm * oracle.spectrum_cm2_per_mev(final, energy),
        2 * threshold + M_E,
        HIGHEST,
        lambda energy: threshold + M_E,
        lambda energy: energy - threshold,
        epsrel=1e-6,
        epsabs=0,
    )
    assert mean_pair_cross_section_cm2(threshold) == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize(("shift", "expected"), [(M_E, 8.366e-27), (0.0, 9.31e-27)])
def test_mean_cross_section_of_a_massless_spectrum(shift, expected):
    """Kinetic and total energies above 10 MeV, spectrum 2 x^2 (3 - 2x)."""
    wide = M_MU / 2
    low = 2 * (10 + shift) - M_E
    found, _ = quad(
        lambda e: 2 * (e / wide) ** 2 * (3 - 2 * e / wide) / wide * pair_cross_section_cm2(e, 10 + shift), low, wide
    )
    assert found == pytest.approx(expected, rel=5e-4, abs=0)
    assert mean_pair_cross_section_cm2(10 + shift - M_E) == pytest.approx(expected, rel=1e-3, abs=0)


def test_pairs_in_the_target():
    assert bhabha_pair_probability(100.0) == pytest.approx(3.7e-5, rel=0.01, abs=0)
    assert bhabha_pair_probability(237.0) == pytest.approx(8.7e-5, rel=0.01, abs=0)


def test_working_points():
    """Chapter 04, section 6: 1.6e-10 per muon in phase I, four times that in phase II, 2e-12 per MeV."""
    phase_1 = accidental_probability(100.0, 1e8, 1e-9, 0.7, 2e-4, 0.3)
    assert phase_1 == pytest.approx(bhabha_pair_probability(100.0) * 0.07 * 2e-4 * 0.3, rel=1e-12, abs=0)
    assert phase_1 == pytest.approx(3.7e-5 * 0.07 * 2e-4 * 0.3, rel=0.01, abs=0)
    assert accidental_probability(100.0, 2e9, 0.2e-9, 0.7, 2e-4, 0.3) == pytest.approx(4 * phase_1, rel=1e-12, abs=0)
    assert accidental_density(80.0, phase_1) == pytest.approx(1.8e-12, rel=0.02, abs=0)


def test_density_is_flat_and_complete():
    mass = np.linspace(0.0, 100.0, 100001)
    density = accidental_density(mass, 3e-10)
    assert np.sum(density) * 1e-3 == pytest.approx(3e-10, rel=1e-4, abs=0)
    assert set(density.tolist()) == {0.0, 3e-10 / (MASS_RANGE[1] - MASS_RANGE[0])}
    assert accidental_density(10.0, 1.0, (9.0, 11.0)) == 0.5


@PROPERTY
@given(st.floats(1.0, 1000.0), st.floats(0.1, 25.0), st.floats(1.01, 3.0))
def test_pairs_grow_with_path_and_fall_with_threshold(path, threshold, factor):
    pairs = bhabha_pair_probability(path, threshold)
    assert bhabha_pair_probability(2 * path, threshold) == pytest.approx(2 * pairs, rel=1e-12, abs=0)
    assert 0 <= bhabha_pair_probability(path, threshold * factor) <= pairs < 1


def test_no_pairs_above_the_endpoint():
    assert bhabha_pair_probability(100.0, 26.5) == 0.0
    assert bhabha_pair_probability(0.0) == 0.0


def test_arrays():
    paths = np.array([100.0, 237.0])
    np.testing.assert_allclose(bhabha_pair_probability(paths), [bhabha_pair_probability(p) for p in paths])
    assert accidental_probability(paths, 1e8, 1e-9, 0.7, 2e-4, 0.3).shape == (2,)


GOOD = (100.0, 1e8, 1e-9, 0.7, 2e-4, 0.3, 10.0)
BAD = [
    (0, "path_um", (-1.0, 1e5, math.nan)),
    (1, "rate", (0.0, -1.0, math.nan, math.inf)),
    (2, "time_window", (0.0, -1e-9, math.nan)),
    (3, "single_acceptance", (0.0, 1.1, math.nan)),
    (4, "vertex_probability", (-0.1, 1.1, math.nan)),
    (5, "pair_acceptance", (-0.1, 1.1, math.nan)),
    (6, "threshold", (0.0, -1.0, math.nan)),
]


@pytest.mark.parametrize(("place", "name", "value"), [(k, name, value) for k, name, values in BAD for value in values])
def test_bad_input(place, name, value):
    given_values = list(GOOD)
    given_values[place] = value
    with pytest.raises(InvalidInput, match=rf"^{name} = .*allowed [\[(]"):
        accidental_probability(*given_values)


def test_bad_range_and_all_problems():
    with pytest.raises(InvalidInput, match=r"mass_range\[0\] = 9: allowed \[0, 9\) MeV"):
        accidental_density(8.0, 1.0, (9.0, 9.0))
    with pytest.raises(InvalidInput, match=r"(?s)rate.*time_window.*single_acceptance.*vertex.*pair_acceptance"):
        accidental_probability(100.0, -1, -1, -1, -1, -1)
