"""The oracle of the three-electron searches against chapter 04: point A, total rates, invariants of section 12.

A tolerance is that of the chapter, or, where weights or replicas are given, four statistical errors of the sample.
"""

from __future__ import annotations

import numpy as np
import pytest

from oracles import helicity_spinors as hs
from oracles import mu3e_amplitudes as amp
from oracles import mu3e_detector as det
from oracles import mu3e_phase_space as space
from oracles import mu3e_slices as slices
from oracles.mu3e_amplitudes import G_F, M_E, M_MU, dot
from oracles.mu3e_phase_space import agrees


def track(*p):
    return np.array([np.sqrt(np.dot(p, p) + M_E**2), *p])[:, None]


POINT_A = track(20, 5, -3), track(-12, 9, 6), track(-4, -15, 8)


def point_q2():
    q = amp.muon_at_rest(POINT_A[0]) - sum(POINT_A)
    return dot(q, q)


def any_events():
    """A few points of the whole phase space."""
    return space.missing_mass_events(None, 6, 11)


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
        theirs = hs.stokes_emission(hs.Weak(), events.p1.T, k.T, hs.Scalar(20.0, **{e: 2.0, mu: -0.5}), charge=1)
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
        """C_e = C_mu gives the Yukawa density with g_l = C m_l / f_a (section 3.6)."""
        events = space.resonance_events(20.0, 6, 2)
        k = events.p2 + events.p3
        derivative, yukawa = (
            sum(c * p for c, p in zip((M_E**2, M_MU**2, M_E * M_MU), pieces, strict=True))
            for pieces in (amp.spin0_stokes(events.p1, k, events.q2, kind) for kind in ("derivative", "pseudoscalar"))
        )
        assert derivative[0] == pytest.approx(yukawa[0], rel=1e-6)


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
        assert agrees(weights.sum(), 2.126e-11, 0.01, weights)

    def test_rows_3_and_4_cuts(self):
        events = space.missing_mass_events(None, 17, 1)
        events = events.select(np.min([p[0] for p in events.tracks], axis=0) > 10)
        weights = events.weight * slices.sm_rate(events)[0]
        assert agrees(weights.sum(), 2.315e-6, 0.01, weights)
        keep = det.pt_only(events.tracks)
        assert agrees(weights[keep].sum(), 9.69e-7, 0.02, weights[keep])
        keep = det.simple(events.tracks)
        assert agrees(weights[keep].sum(), 9.1e-7, 0.03, weights[keep])

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

    @pytest.mark.parametrize(("m_x", "by_e", "by_mu"), [(10.0, 929, 0.335), (20.0, 1656, 0.275), (50.0, 4240, 0.184)])
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
