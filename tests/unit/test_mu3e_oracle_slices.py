"""Slices of the three-electron searches against chapter 04, sections 10 and 11.

Samples are small: a tolerance is that of the chapter or four statistical errors of the sample.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from oracles import mu3e_detector as det
from oracles import mu3e_phase_space as space
from oracles import mu3e_slices as slices
from oracles import mu3e_statistics as stat
from oracles.mu3e_amplitudes import M_E
from oracles.mu3e_phase_space import agrees, relative_error

MUONS, EFFICIENCY = 2.5e15, 0.45


@cache
def resonance(m_x, log2_n=17, seed=3, log_s13=True):
    """Accepted events of ``simple``, densities of the vector, of the pseudoscalar via e and mu, and of the SM."""
    events = space.resonance_events(m_x, log2_n, seed, log_s13=log_s13)
    events = events.select(det.simple(events.tracks))
    vector = slices.resonance_signal(events, m_x, "vector")[0]
    alp = slices.resonance_signal(events, m_x, "pseudoscalar")
    return events, vector, alp[0][0], alp[1][0], slices.background_in_mass(events, m_x)[0]


@cache
def alp_events(m_a, log2_n=16, seed=5):
    """Accepted events of ``simple``, Stokes densities of the four chiralities and of the SM."""
    events = space.missing_mass_events(m_a, log2_n, seed)
    events = events.select(det.simple(events.tracks))
    signal = dict(zip(slices.CHIRALITIES, slices.alp_signal(events), strict=True))
    return events, signal, slices.background_in_missing_mass(events)


class TestResonance:
    @pytest.mark.parametrize(("m_x", "acceptance"), [(10, 0.0431), (20, 0.0991), (40, 0.341), (60, 0.312)])
    def test_row_15_acceptance(self, m_x, acceptance):
        events = space.resonance_events(float(m_x), 15, 3, log_s13=False)
        events = events.select(det.simple(events.tracks))
        weights = events.weight * slices.resonance_signal(events, m_x, "vector")[0]
        assert agrees(weights.sum() / slices.total_production(m_x, "vector", 16), acceptance, 0.015, weights)

    def test_slice_at_20(self):
        """The signal with isotropic directions, the background with s13 log-uniform (section 3.7)."""
        sample, vector, by_e, by_mu, _ = resonance(20.0, log_s13=False)
        sums = {}
        for name, density, expected in (("V", vector, 5.264e-5), ("e", by_e, 1.119e-4), ("mu", by_mu, 1.240e-5)):
            weights = sample.weight * density
            sums[name] = weights.sum()
            assert agrees(sums[name], expected, 0.01, weights)
        events, *_, density = resonance(20.0)
        background = events.weight * density
        assert agrees(background.sum(), 1.991e-8, 0.01, background)
        sigma = det.sigma_pair(sample.p2, sample.p3, sample.weight * vector, np.random.default_rng(1))
        assert sigma == pytest.approx(0.390, rel=0.05)  # 1.4% of 4700 effective events
        # row 19, with the statistical errors of S, b and sigma: 1.5%, 0.5%, 0.7%
        limit = stat.coupling2_limit(sums["V"], background.sum(), sigma, MUONS, EFFICIENCY)
        assert limit == pytest.approx(1.84e-7, rel=0.06)

    def test_both_samplings_agree(self):
        """A check of the Jacobian of s13."""
        for index in (1, 4):
            sums = []
            for log_s13 in (True, False):
                sample = resonance(20.0, log_s13=log_s13)
                sums.append(sample[0].weight * sample[index])
            spread = np.hypot(*[relative_error(w) * w.sum() for w in sums])
            assert sums[0].sum() == pytest.approx(sums[1].sum(), abs=4 * spread)

    @pytest.mark.parametrize(
        ("m_x", "signal", "background"),
        [(10.0, 9.88e-5, 4.43e-8), (40.0, 1.208e-5, 5.943e-9), (80.0, 1.294e-9, 1.582e-12)],
    )
    def test_rows_of_section_10(self, m_x, signal, background):
        events, vector, *_, density = resonance(m_x, log2_n=15)
        assert agrees(np.sum(events.weight * vector), signal, 0.01, events.weight * vector)
        assert agrees(np.sum(events.weight * density), background, 0.01, events.weight * density)

    def test_gains_at_20(self):
        """Sums of 8600 events: gains to 3%, the likelihood, with tails, to 6%."""
        events, vector, by_e, _, background = resonance(20.0)
        expected = {"none": 1.0, "cut": 1.45, "1d": 1.51, "2d": 1.54, "lr": 1.66}
        gains = {o: slices.gain(events, vector, background, o, cut=0.75) for o in expected}
        for option, value in expected.items():
            assert gains[option] == pytest.approx(value, rel=0.06 if option == "lr" else 0.03)
        assert gains["cut"] <= slices.gain(events, vector, background, "1d", bins=60) <= gains["lr"]
        assert slices.gain(events, by_e, background, "2d") == pytest.approx(2.21, rel=0.05)
        c13, _ = slices.angles(events)
        for density, fraction in ((background, 0.553), (vector, 0.066), (by_e, 0.024)):
            weights = events.weight * density
            assert weights[c13 > 0.9].sum() / weights.sum() == pytest.approx(fraction, abs=0.02)

    def test_no_gain_if_the_signal_looks_like_the_background(self):
        events, *_, background = resonance(20.0)
        for option in ("1d", "2d", "lr"):
            assert slices.gain(events, 3 * background, background, option) == pytest.approx(1.0, abs=1e-12)


class TestMissingMass:
    @pytest.mark.parametrize(("m_a", "signal", "background"), [(0.0, 2.461e8, 5.655e-10), (20.0, 1.945e8, 4.867e-10)])
    def test_slices(self, m_a, signal, background):
        """Row 7 at m_a = 0."""
        events, densities, sm = alp_events(m_a)
        for name in ("V-A", "V+A"):
            weights = events.weight * densities[name][0]
            assert agrees(weights.sum(), signal, 0.01, weights)
        weights = events.weight * sm[0]
        assert agrees(weights.sum(), background, 0.01, weights)
        if m_a == 0:
            ratio = weights.sum() / np.sum(events.weight * densities["V-A"][0])
            assert ratio * 1e6 == pytest.approx(2.29736e-12, rel=1e-5)  # MeV^-2 to GeV^-2

    def test_row_20_reach(self):
        events, densities, sm = alp_events(20.0)
        weights = events.weight * densities["V+A"][0]
        sigma = det.sigma_missing(events.tracks, weights, np.random.default_rng(1))
        assert sigma == pytest.approx(72.0, rel=0.03)
        limit = stat.scale_limit(weights.sum(), np.sum(events.weight * sm[0]), sigma, MUONS, EFFICIENCY)
        assert limit == pytest.approx(3.07e9, rel=0.02)

    def test_polarisation_gain(self):
        events, densities, sm = alp_events(0.0)
        expected = {"V+A": 1.31, "V": 1.085, "A": 1.085, "V-A": 1.0}
        for name, value in expected.items():
            one, _ = slices.polarisation_gain(events, densities[name], sm, 0.9)
            other, _ = slices.polarisation_gain(events, densities[name], sm, -0.9)
            assert one == pytest.approx(value, abs=0.02)
            assert other == pytest.approx(value, abs=0.02)
        assert slices.gain(events, densities["V-A"][0], sm[0], "lr") == pytest.approx(1.0, abs=1e-9)

    def test_tracks_of_the_massless_signal(self):
        events, densities, _ = alp_events(0.0)
        weights = events.weight * densities["V-A"][0]
        ordered = np.sort([det.size(p) for p in events.tracks], axis=0)[::-1]
        for values, expected in zip(ordered, (25.0, 17.5, 13.3), strict=True):
            assert det.quantiles(values, weights, 0.5) == pytest.approx(expected, rel=0.02)
        visible = sum(p[0] for p in events.tracks)
        assert det.quantiles(visible, weights, (0.16, 0.5, 0.84)) == pytest.approx([53, 54.4, 63], rel=0.02)
        assert 1e-3 * det.quantiles(det.scale_shift(events.tracks), weights, 0.5) == pytest.approx(-11, abs=0.2)

    def test_scale_shift_is_the_derivative(self):
        events, *_ = alp_events(0.0)
        tracks, eta = [p[:, :500] for p in events.tracks], 1e-6
        longer = [(1 + eta) * p[1:] for p in tracks]
        moved = [np.array([np.sqrt(M_E**2 + np.sum(p**2, axis=0)), *p]) for p in longer]
        slope = (det.missing_mass2(moved) - det.missing_mass2(tracks)) / eta
        assert slope == pytest.approx(det.scale_shift(tracks), abs=10)

    def test_nothing_is_accepted_near_threshold(self):
        events = space.missing_mass_events(76.0, 12, 1)
        assert not np.any(det.pt_only(events.tracks))
