"""Detector and statistics of the three-electron searches against chapter 04, sections 5, 6, 9 and 11."""

from __future__ import annotations

import numpy as np
import pytest

from oracles import helicity_spinors as hs
from oracles import mu3e_amplitudes as amp
from oracles import mu3e_detector as det
from oracles import mu3e_phase_space as space
from oracles import mu3e_statistics as stat
from oracles.mu3e_amplitudes import M_E, M_MU

MUONS, EFFICIENCY = 2.5e15, 0.45


def track(*p):
    return np.array([np.sqrt(np.dot(p, p) + M_E**2), *p])[:, None]


class TestDetector:
    def test_row_16_phase_space(self):
        """50 000 points, four errors 0.009; for the helices 8000."""
        rng = np.random.default_rng(1)
        tracks = det.flat_three(100_000, rng)
        n = tracks[0].shape[1]
        turn = space.rotations(rng.random((3, n)))
        tracks = [space.rotated(turn, p) for p in tracks]
        assert sum(tracks)[0] == pytest.approx(np.full(n, M_MU), rel=1e-12)
        assert det.simple(tracks).mean() == pytest.approx(0.482, abs=9e-3)
        assert det.pt_only(tracks).mean() == pytest.approx(0.706, abs=9e-3)
        some = [p[:, :8_000] for p in tracks]
        accepted = det.helix(some, (1, 1, -1), det.vertices(rng.random((2, 8_000))), steps=60)
        assert accepted.mean() == pytest.approx(0.410, abs=4 * np.sqrt(0.41 * 0.59 / 8_000))
        # 0.482 is 1.844e-15, which the chapter rounds up
        assert 1 / (MUONS * EFFICIENCY * det.simple(tracks).mean()) == pytest.approx(1.85e-15, rel=9e-3 / 0.482)

    @pytest.mark.parametrize(("p", "expected"), [(12.0, 0.075), (15.0, 0.485), (20.0, 0.723), (45.0, 0.822)])
    def test_single_tracks_on_a_helix(self, p, expected):
        n, rng = 8_000, np.random.default_rng(2)
        unit = space.rotations(rng.random((3, n)))[:, 2]
        one = np.array([np.full(n, np.hypot(p, M_E)), *(p * unit)])
        value = det.helix([one], (1,), det.vertices(rng.random((2, n))), steps=60).mean()
        assert value == pytest.approx(expected, abs=0.003 + 4 * np.sqrt(expected * (1 - expected) / n))

    def test_crossing_of_a_circle_through_the_axis(self):
        """From the origin the chord to a layer is its radius: turn = 2 asin(r / 2R), on both senses."""
        p = track(15, 0, 5)
        bend = 3.33564 * 15
        for charge in (1, -1):
            z = det.crossing_height(p, charge, np.zeros((3, 1)), 73.9)[0]
            assert z == pytest.approx(bend * 2 * np.arcsin(73.9 / (2 * bend)) / 3, rel=1e-6)
            assert np.isnan(det.crossing_height(p, charge, np.zeros((3, 1)), 2.01 * bend)[0])

    def test_row_17_resolution(self):
        """The chapter's 0.416 MeV; smearing of the same configuration to 2%."""
        analytic = det.sigma_pair_analytic(20.0, 25.0, 25.0)
        assert analytic == pytest.approx(0.416, rel=2e-3)
        half = np.arcsin(20.0 / 50.0)
        p2, p3 = (np.repeat(track(25 * np.cos(half), s * 25 * np.sin(half), 0), 20_000, axis=1) for s in (1, -1))
        value = det.sigma_pair(p2, p3, np.ones(20_000), np.random.default_rng(1))
        assert value == pytest.approx(analytic, rel=0.02)
        assert det.smeared(p2, np.random.default_rng(1), scale=0) == pytest.approx(p2)

    def test_bhabha(self):
        """Both kinetic energies above 10 MeV give the chapter's 3.7e-5, both total energies 4.1e-5."""
        assert det.bhabha_probability(e_min=10.0 + M_E) == pytest.approx(3.7e-5, rel=0.01)
        assert det.bhabha_probability() == pytest.approx(4.09e-5, rel=2e-3)
        assert det.bhabha_probability(237) == pytest.approx(2.37 * det.bhabha_probability(), rel=1e-12)

    @pytest.mark.parametrize("cosine", [-0.5, 0.9])
    def test_bhabha_against_spinors(self, cosine):
        s = 8.0
        p, sine = np.sqrt(s / 4 - M_E**2), np.sqrt(1 - cosine**2)
        a, b, c, d = (
            hs.on_shell([[sign * p * x, 0, sign * p * z]], M_E) for x, z in ((0, 1), (sine, cosine)) for sign in (1, -1)
        )
        u_a, v_b, u_c, v_d = (
            f(k, M_E)[0] for f, k in ((hs.u_spinors, a), (hs.v_spinors, b), (hs.u_spinors, c), (hs.v_spinors, d))
        )
        bar = [hs.bar(spinor[None])[0] for spinor in (u_c, v_b)]
        t = hs.dot(a - c, a - c)[0]

        def product(left, one, right, two):
            currents = (np.einsum("sa,mab,bt->mst", x, hs.GAMMA, y) for x, y in ((left, one), (right, two)))
            return np.einsum("m,mij,mkl->ijkl", hs.METRIC, *currents)

        amplitude = product(bar[0], u_a, bar[1], v_d) / t
        amplitude = amplitude - np.transpose(product(bar[1], u_a, bar[0], v_d), (2, 1, 0, 3)) / s
        squared = amp.E2**2 * np.sum(np.abs(amplitude) ** 2) / 4
        assert det.bhabha(s, t) == pytest.approx(squared / (16 * np.pi * s * (s - 4 * M_E**2)), rel=1e-9)


class TestStatistics:
    def test_flat_background(self):
        assert stat.sigma_signal(1.0, 1.0) ** 2 == pytest.approx(3.544908, rel=1e-6)
        half, fraction, sensitivity = stat.best_window()
        assert (half, fraction, sensitivity) == pytest.approx((1.400, 0.8385, 0.9435), abs=6e-5)

    def test_row_18_edge(self):
        assert stat.edge_constant() == pytest.approx(0.9031973, abs=1e-7)
        assert stat.edge_constant(12.0) == pytest.approx(1 / stat.TWO_ROOT_PI, rel=1e-9)
        gain = np.sqrt(stat.edge_constant() * stat.TWO_ROOT_PI)
        assert (gain, np.sqrt(gain)) == pytest.approx((1.789, 1.338), abs=5e-4)
        far = [stat.edge_constant(t) for t in (0, 0.5, 1, 2, 4)]
        assert far == sorted(far, reverse=True)

    def test_a_shift_of_the_edge_is_a_signal(self):
        """At m_a = 0 the two are proportional: only the prior on the shift separates them."""
        fisher = stat.edge_fisher(0.0)
        assert np.linalg.det(fisher) == pytest.approx(0.0, abs=1e-9)
        sigma, density = 73.1, MUONS * EFFICIENCY * 5.655e-10
        fixed = stat.edge_sigma_signal(sigma, density)
        for shift in (1e-3, 0.1, 11.0):
            moved = stat.edge_sigma_signal(sigma, density, shift=shift)
            assert moved == pytest.approx(np.hypot(fixed, density * shift), rel=1e-5)
        assert fixed / stat.sigma_signal(sigma, density) == pytest.approx(1 / 1.789, rel=1e-3)

    def test_a_free_edge_costs_little_away_from_it(self):
        """At m_a = 10 MeV, 1.37 sigma from the edge, 7% more than a flat background; at 20 MeV nothing."""
        for t0, expected in ((1.374, 1.072), (5.56, 1.0)):
            ratio = stat.edge_sigma_signal(1.0, 1.0, t0, shift=1e4) / stat.sigma_signal(1.0, 1.0)
            assert ratio == pytest.approx(expected, abs=2e-3)

    @pytest.mark.parametrize(
        ("half", "level", "quadratic"), [(10, 1.102, 1.276), (20, 1.048, 1.116), (5, 1.245, 1.819)]
    )
    def test_floating_background(self, half, level, quadratic):
        for powers, expected in (((0,), level), ((0, 1, 2), quadratic)):
            assert stat.floating_penalty(half, powers) == pytest.approx(expected, rel=1e-3)
            assert stat.closed_penalty(half, len(powers) > 1) == pytest.approx(expected, rel=1e-3)

    def test_poisson(self):
        """-ln(0.05) without background; towards the Gaussian limit from above."""
        assert stat.poisson_cls_limit(1e-6) == pytest.approx(-np.log(0.05), rel=1e-6)
        assert stat.poisson_cls_limit(5.0) > 1.959964 * np.sqrt(5)
        assert stat.poisson_cls_limit(5000.0) == pytest.approx(1.959964 * np.sqrt(5000), rel=0.02)

    def test_scaling(self):
        one = stat.coupling2_limit(5e-5, 2e-8, 0.39, MUONS, EFFICIENCY)
        assert stat.coupling2_limit(5e-5, 2e-8, 0.39, 4 * MUONS, EFFICIENCY) == pytest.approx(one / 2)
        assert stat.coupling2_limit(5e-5, 2e-8, 0.39, MUONS, EFFICIENCY, gain=1.5) == pytest.approx(one / 1.5)
        scale = stat.scale_limit(2e8, 5e-10, 72.0, MUONS, EFFICIENCY)
        assert stat.scale_limit(2e8, 5e-10, 72.0, 22 * MUONS, EFFICIENCY) / scale == pytest.approx(2.166, rel=1e-3)

    def test_shape_nuisance(self):
        density, sigma = 1e8, 0.4
        b = stat.TWO_ROOT_PI * density * sigma
        assert stat.shape_sigma(sigma, density, 0.0) == pytest.approx(np.sqrt(b))
        assert stat.shape_sigma(sigma, density, 1e-3) == pytest.approx(1e-3 * b, rel=1e-2)
