"""The oracle of the three-electron searches against chapter 04: point A, the rows of section 11, section 12.

Samples are small. A tolerance is that of the chapter, or, where a line says so, four statistical errors of the sample.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from oracles import helicity_spinors as hs
from oracles import mu3e_amplitudes as amp
from oracles import mu3e_detector as det
from oracles import mu3e_phase_space as space
from oracles import mu3e_slices as slices
from oracles import mu3e_statistics as stat
from oracles.mu3e_amplitudes import G_F, M_E, M_MU, dot

MUONS, EFFICIENCY = 2.5e15, 0.45
C_MAX = {10: 0.9, 20: 0.75, 40: 0.55}


def track(*p):
    return np.array([np.sqrt(np.dot(p, p) + M_E**2), *p])[:, None]


POINT_A = track(20, 5, -3), track(-12, 9, 6), track(-4, -15, 8)


def point_q2():
    q = amp.muon_at_rest(POINT_A[0]) - sum(POINT_A)
    return dot(q, q)


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


def any_events():
    """A few points of the whole phase space."""
    return space.missing_mass_events(None, 6, 11)


def error(weights):
    """Statistical error of a sum, relative."""
    return np.sqrt(np.sum(weights**2)) / np.sum(weights)


def within(value, expected, relative, weights=None):
    """``relative`` of the chapter, or four statistical errors where that is wider."""
    if weights is not None:
        relative = max(relative, 4 * error(weights))
    assert value == pytest.approx(expected, rel=relative)


class TestPointA:
    def test_kinematics(self):
        assert point_q2()[0] == pytest.approx(2481.81674, rel=1e-8)
        assert np.sqrt(space.pair_mass2(*POINT_A[1:]))[0] == pytest.approx(25.364014, rel=1e-7)
        assert np.sqrt(space.pair_mass2(*POINT_A[::2]))[0] == pytest.approx(32.965230, rel=1e-7)

    def test_standard_model(self):
        expected = [1.49247980e-23, 2.18610808e-24, -7.01373685e-25, 1.94290353e-24]
        assert amp.sm_stokes(*POINT_A, point_q2())[:, 0] == pytest.approx(expected, rel=1e-7)
        direct = amp.sm_stokes(*POINT_A, point_q2(), exchange=False)
        assert direct[0, 0] == pytest.approx(8.90574713e-24, rel=1e-8)

    def test_resonances(self):
        assert amp.vector_stokes(*POINT_A, point_q2())[0, 0] == pytest.approx(3.68588959e-18, rel=1e-8)
        k = POINT_A[1] + POINT_A[2]
        pieces = amp.spin0_stokes(POINT_A[0], k, point_q2(), "pseudoscalar")
        assert sum(pieces)[0, 0] * 2 * dot(k, k)[0] == pytest.approx(2.67593371e-16, rel=1e-8)

    def test_lfv_alp(self):
        left, vector = amp.lfv_stokes(*POINT_A, [(1, -1), (1, 0)])
        expected = [3.04253053e-25, 9.8180962e-26, 1.00126169e-25, 1.71938166e-25]
        assert left[:, 0] == pytest.approx(expected, rel=1e-8)
        assert vector[0, 0] == pytest.approx(1.49676286e-25, rel=1e-8)


class TestAmplitudes:
    def test_four_component_spinors(self):
        events = any_events()
        rows = [p.T for p in events.tracks]
        for exchange in (True, False):
            ours = amp.sm_stokes(*events.tracks, events.q2, exchange=exchange)
            theirs = hs.stokes_three(hs.Weak(), *rows, exchange=exchange, charge=1)
            assert pytest.approx(theirs, rel=1e-7, abs=1e-9 * theirs.max()) == ours.T
        couplings = [(1.0, 0.4), (0.3, -1.0)]
        for couple, ours in zip(couplings, amp.lfv_stokes(*events.tracks, couplings), strict=True):
            theirs = hs.stokes_three(hs.LfvAlp(*couple), *rows, charge=1)
            assert pytest.approx(theirs, rel=1e-7, abs=1e-9 * theirs.max()) == ours.T

    @pytest.mark.parametrize(("kind", "e", "mu"), [("pseudoscalar", "g_P_e", "g_P_mu"), ("scalar", "g_S_e", "g_S_mu")])
    def test_spin_0_against_four_components(self, kind, e, mu):
        events = space.resonance_events(20.0, 6, 2)
        k = events.p2 + events.p3
        pieces = amp.spin0_stokes(events.p1, k, events.q2, kind)
        ours = sum(c * piece for c, piece in zip((4.0, 0.25, -1.0), pieces, strict=True))
        theirs = hs.stokes_emission(
            hs.Weak(), events.p1.T, k.T, hs.Scalar(20.0, **{e: 2.0, mu: -0.5}), charge=1
        )  # fmt: skip
        assert pytest.approx(theirs, rel=1e-6, abs=1e-9 * theirs.max()) == ours.T

    def test_positive_and_bounded_spin(self):
        events = any_events()
        for stokes in (amp.sm_stokes(*events.tracks, events.q2), *amp.lfv_stokes(*events.tracks, [(1, 1), (1, 0.2)])):
            assert np.all(stokes[0] > 0)
            assert np.all(np.sqrt(np.sum(stokes[1:] ** 2, axis=0)) <= stokes[0] * (1 + 1e-9))

    def test_exchange_and_rotation(self):
        events = any_events()
        p1, p2, p3 = events.tracks
        stokes = amp.sm_stokes(p1, p2, p3, events.q2)
        assert amp.sm_stokes(p2, p1, p3, events.q2) == pytest.approx(stokes, rel=1e-8, abs=1e-12 * stokes.max())
        turn = space.rotations(np.tile([[0.2], [0.7], [0.4]], p1.shape[1]))
        turned = amp.sm_stokes(*[space.rotated(turn, p) for p in (p1, p2, p3)], events.q2)
        assert turned[0] == pytest.approx(stokes[0], rel=1e-8)
        spin = np.einsum("ijn,jn->in", turn, stokes[1:])
        assert np.max(np.abs(turned[1:] - spin) / stokes[0]) < 1e-7

    def test_gauge_invariance(self):
        events = any_events()

        def longitudinal(p2, p3):
            return np.repeat((p2 + p3)[:, None].astype(complex), 4, axis=1)

        p1, p2, p3 = events.tracks
        for first, second in ((p1, p2), (p2, p1)):
            full = amp.sm_stokes(first, second, p3, events.q2, exchange=False)[0]
            zero = amp.sm_stokes(first, second, p3, events.q2, exchange=False, current=longitudinal)[0]
            assert np.max(np.abs(zero) / full) < 1e-15
            full = amp.lfv_stokes(first, second, p3, [(1, 0.5)], exchange=False)[0][0]
            zero = amp.lfv_stokes(first, second, p3, [(1, 0.5)], exchange=False, current=longitudinal)[0][0]
            assert np.max(np.abs(zero) / full) < 1e-15

    def test_chirality_and_spin(self):
        events = any_events()
        left, right, vector, axial = amp.lfv_stokes(*events.tracks, list(slices.CHIRALITIES.values()))
        assert right[0] == pytest.approx(left[0], rel=1e-8)
        assert np.max(np.abs(right[1:] + left[1:]) / left[0]) < 1e-8
        assert np.max(np.abs(vector[1:]) / vector[0]) < 1e-8
        assert np.max(np.abs(axial[1:]) / axial[0]) < 1e-8

    def test_identity_at_the_end_point(self):
        events = space.missing_mass_events(0.0, 8, 4)
        background = slices.background_in_missing_mass(events)
        left = slices.alp_signal(events, ("V-A",), scale=1.0)[0]
        factor = G_F**2 / (6 * np.pi**2)
        assert factor * 1e12 == pytest.approx(2.297356e-12, rel=1e-6)  # GeV^-4
        assert np.max(np.abs(background - factor * left) / background[0]) < 1e-9

    def test_vector_is_the_photon_without_its_propagator(self):
        events = space.resonance_events(20.0, 6, 2)
        photon = amp.sm_stokes(*events.tracks, events.q2, exchange=False)
        assert amp.vector_stokes(*events.tracks, events.q2) == pytest.approx(400.0**2 * photon, rel=1e-9)

    def test_derivative_coupling(self):
        """Equal coefficients give the Yukawa density; one alone does not (section 3.6)."""
        events = space.resonance_events(20.0, 6, 2)
        k = events.p2 + events.p3
        yukawa, derivative = (
            sum(amp.spin0_stokes(events.p1, k, events.q2, kind)) for kind in ("pseudoscalar", "derivative")
        )
        mixed = amp.spin0_stokes(events.p1, k, events.q2, "pseudoscalar")
        # C_e = C_mu: g_l = C m_l / f, with couplings in units of m_l here
        pieces = amp.spin0_stokes(events.p1, k, events.q2, "derivative")
        equal = [M_E**2, M_MU**2, M_E * M_MU]
        ours = sum(c * p for c, p in zip(equal, pieces, strict=True))
        theirs = sum(c * p for c, p in zip(equal, mixed, strict=True))
        assert ours[0] == pytest.approx(theirs[0], rel=1e-6)
        assert np.all(derivative[0] > 10 * yukawa[0])


class TestTotals:
    def test_row_1_internal_conversion(self):
        """Direct part by quadrature; the interference, 7.3% of the rate, to its own error of 0.5%."""
        direct = slices.direct_conversion(20, 20)
        assert direct == pytest.approx(3.34148e-5, rel=1e-4)

        def interference(seed):
            events = space.missing_mass_events(None, 13, seed)
            other = space.Events(events.p2, events.p1, events.p3, events.q2, events.weight)
            alone = slices.sm_rate(events, exchange=False) + slices.sm_rate(other, exchange=False)
            return np.sum(events.weight * (slices.sm_rate(events) - alone)[0])

        value, spread = space.replicas(interference, range(4))
        assert spread < 0.03 * value
        assert value == pytest.approx(2.636e-6, abs=max(4 * spread, 5e-9))
        assert direct + value == pytest.approx(3.605e-5, rel=5e-3)

    def test_row_2_small_missing_energy(self):
        events = space.missing_mass_events(None, 14, 1, cut=20 * M_E)
        weights = events.weight * slices.sm_rate(events)[0]
        within(weights.sum(), 2.126e-11, 0.01, weights)

    def test_rows_3_and_4_cuts(self):
        events = space.missing_mass_events(None, 17, 1)
        events = events.select(np.min([p[0] for p in events.tracks], axis=0) > 10)
        weights = events.weight * slices.sm_rate(events)[0]
        within(weights.sum(), 2.315e-6, 0.01, weights)
        keep = det.pt_only(events.tracks)
        within(weights[keep].sum(), 9.69e-7, 0.02, weights[keep])
        keep = det.simple(events.tracks)
        within(weights[keep].sum(), 9.1e-7, 0.03, weights[keep])

    @pytest.mark.parametrize(("m_a", "expected"), [(0.0, 4.023e9), (20.0, 3.607e9), (50.0, 1.876e9)])
    def test_rows_5_and_6_inclusive_alp(self, m_a, expected):
        def total(seed):
            events = space.missing_mass_events(m_a, 12, seed)
            return np.sum(events.weight * slices.alp_signal(events, ("V-A",))[0][0])

        value, spread = space.replicas(total, range(4))
        assert value == pytest.approx(expected, abs=max(2e-3 * expected, 4 * spread))
        if m_a == 0:
            assert value / 7.8320e13 == pytest.approx(5.14e-5, abs=max(5e-3 * 5.14e-5, 4 * spread / 7.8320e13))

    def test_rows_8_and_11_vector(self):
        rows = {10: 2.2938e-3, 20: 5.3123e-4, 40: 3.5475e-5, 60: 1.4550e-6}
        for m_x, expected in rows.items():
            assert slices.total_production(m_x, "vector") == pytest.approx(expected, rel=1e-4)
        for m_x, expected in {2: 1.374e-2, 90: 2.369e-10, 100: 6.339e-14}.items():
            assert slices.total_production(m_x, "vector") == pytest.approx(expected, rel=5e-4)
        assert slices.total_production(M_MU - M_E, "vector") == 0

    def test_rows_9_and_10_spin_0(self):
        pseudoscalar, scalar = slices.total_production(20.0, "pseudoscalar"), slices.total_production(20.0, "scalar")
        assert pseudoscalar == pytest.approx([9.882e-4, 8.878e-5, -1.432e-5], rel=3e-4)
        assert scalar == pytest.approx([9.913e-4, 1.634e-3, -1.153e-4], rel=5e-4)
        assert scalar[0] / pseudoscalar[0] == pytest.approx(1.003, abs=1e-3)
        assert scalar[1] / pseudoscalar[1] == pytest.approx(18, abs=0.6)

    @pytest.mark.parametrize(
        ("m_x", "by_e", "by_mu"), [(10.0, 929, 0.335), (20.0, 1656, 0.275), (50.0, 4240, 0.184)]
    )  # fmt: skip
    def test_derivative_basis(self, m_x, by_e, by_mu):
        yukawa, derivative = (slices.total_production(m_x, kind, 20) for kind in ("pseudoscalar", "derivative"))
        assert derivative[0] / yukawa[0] == pytest.approx(by_e, rel=1e-3)
        assert derivative[1] / yukawa[1] == pytest.approx(by_mu, abs=5e-4)

    def test_rows_12_to_14_lifetimes(self):
        assert amp.ctau_mm("pseudoscalar", 10.0, 1e-5) == pytest.approx(4.985, rel=1e-3)
        assert amp.ctau_mm("scalar", 10.0, 1e-5) == pytest.approx(5.038, rel=1e-3)
        assert amp.ctau_mm("vector", 10.0, 1e-4) == pytest.approx(0.8113, rel=1e-3)
        p, weight = slices.spectrum_via_electron(10.0)
        prompt = det.prompt_weight(p, 10.0, amp.ctau_mm("pseudoscalar", 10.0, 1e-5))
        assert np.average(prompt, weights=weight) == pytest.approx(0.209, rel=2e-3)
        assert np.average(p, weights=weight) == pytest.approx(29.6, rel=2e-3)
        assert amp.width_to_electrons("vector", 2 * M_E) == 0

    def test_threshold_exponent(self):
        rates = [slices.total_production(m, "vector") for m in (90.0, 100.0)]
        gaps = [M_MU - M_E - m for m in (90.0, 100.0)]
        assert np.log(rates[0] / rates[1]) / np.log(gaps[0] / gaps[1]) == pytest.approx(7.6, abs=0.05)


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
        assert pytest.approx(1.85e-15, rel=3e-3) == 1 / (MUONS * EFFICIENCY * 0.482)

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
        a, b, c, d = (hs.on_shell([[sign * p * x, 0, sign * p * z]], M_E) for x, z in ((0, 1), (sine, cosine))
                      for sign in (1, -1))  # fmt: skip
        u_a, v_b, u_c, v_d = (f(k, M_E)[0] for f, k in ((hs.u_spinors, a), (hs.v_spinors, b), (hs.u_spinors, c),
                                                       (hs.v_spinors, d)))  # fmt: skip
        bar = [hs.bar(spinor[None])[0] for spinor in (u_c, v_b)]
        t = hs.dot(a - c, a - c)[0]

        def product(left, one, right, two):
            currents = (np.einsum("sa,mab,bt->mst", x, hs.GAMMA, y) for x, y in ((left, one), (right, two)))
            return np.einsum("m,mij,mkl->ijkl", hs.METRIC, *currents)

        amplitude = product(bar[0], u_a, bar[1], v_d) / t
        amplitude = amplitude - np.transpose(product(bar[1], u_a, bar[0], v_d), (2, 1, 0, 3)) / s
        squared = amp.E2**2 * np.sum(np.abs(amplitude) ** 2) / 4
        assert det.bhabha(s, t) == pytest.approx(squared / (16 * np.pi * s * (s - 4 * M_E**2)), rel=1e-9)


class TestResonance:
    @pytest.mark.parametrize(
        ("m_x", "acceptance"), [(10, 0.0431), (20, 0.0991), (40, 0.341), (60, 0.312)]
    )  # fmt: skip
    def test_row_15_acceptance(self, m_x, acceptance):
        events = space.resonance_events(float(m_x), 15, 3, log_s13=False)
        events = events.select(det.simple(events.tracks))
        weights = events.weight * slices.resonance_signal(events, m_x, "vector")[0]
        within(weights.sum() / slices.total_production(m_x, "vector", 16), acceptance, 0.015, weights)

    def test_slice_at_20(self):
        """The signal with isotropic directions, the background with s13 log-uniform (section 3.7)."""
        sample, vector, by_e, by_mu, _ = resonance(20.0, log_s13=False)
        sums = {}
        for name, density, expected in (("V", vector, 5.264e-5), ("e", by_e, 1.119e-4), ("mu", by_mu, 1.240e-5)):
            weights = sample.weight * density
            sums[name] = weights.sum()
            within(sums[name], expected, 0.01, weights)
        events, *_, density = resonance(20.0)
        background = events.weight * density
        within(background.sum(), 1.991e-8, 0.01, background)
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
            spread = np.hypot(*[error(w) * w.sum() for w in sums])
            assert sums[0].sum() == pytest.approx(sums[1].sum(), abs=4 * spread)

    @pytest.mark.parametrize(
        ("m_x", "signal", "background"),
        [(10.0, 9.88e-5, 4.43e-8), (40.0, 1.208e-5, 5.943e-9), (80.0, 1.294e-9, 1.582e-12)],
    )
    def test_rows_of_section_10(self, m_x, signal, background):
        events, vector, *_, density = resonance(m_x, log2_n=15)
        within(np.sum(events.weight * vector), signal, 0.01, events.weight * vector)
        within(np.sum(events.weight * density), background, 0.01, events.weight * density)

    def test_gains_at_20(self):
        """Sums of 8600 events: gains to 3%, the likelihood, with tails, to 6%."""
        events, vector, by_e, _, background = resonance(20.0)
        expected = {"none": 1.0, "cut": 1.45, "1d": 1.51, "2d": 1.54, "lr": 1.66}
        gains = {o: slices.gain(events, vector, background, o, cut=C_MAX[20]) for o in expected}
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
            within(weights.sum(), signal, 0.01, weights)
        weights = events.weight * sm[0]
        within(weights.sum(), background, 0.01, weights)
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
