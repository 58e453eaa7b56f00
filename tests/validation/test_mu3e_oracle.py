"""The searches with three tracks against the slow code written from chapter 04 alone: densities event by event, detector, sums.

Events are the oracle's, quasi-random; where it needs its own weights, sums agree within the statistical errors of both.
"""

import functools
import math

import numpy as np
import pytest

from darkfactory.models import DarkPhoton, DerivativeAlp, LfvAlp, Pseudoscalar, Scalar, VectorBoson
from darkfactory.processes.muon_decay.accidentals import bhabha_pair_probability
from darkfactory.processes.muon_decay.on_slices import (
    alp_rate,
    conversion_per_mass,
    conversion_per_missing_mass2,
    resonance_rates,
    resonance_total,
)
from darkfactory.processes.muon_decay.slices import PARTS, Slice, missing_mass_slice, total
from darkfactory.recorded.track_setup import missing_mass2, pair_mass
from darkfactory.searches.line.discrimination import by_bins
from darkfactory.searches.missing_mass_tracks import MissingMassTracks
from oracles import mu3e_amplitudes as amp
from oracles import mu3e_detector as det
from oracles import mu3e_phase_space as space
from oracles import mu3e_slices as oracle
from oracles import mu3e_statistics as stat
from support.mu3e import CHIRALITIES, angle_counts, bump, missing, pairs, polarised, reach, setup, signals, tracks

MUONS, EFFICIENCY = 2.5e15, 0.45


def rows(events):
    return tuple(np.ascontiguousarray(p.T) for p in events.tracks)


@functools.cache
def pair_events(mass, log2_n=9):
    return space.resonance_events(mass, log2_n, 7)


@functools.cache
def missing_events(mass, log2_n=9):
    return space.missing_mass_events(mass, log2_n, 7)


def assert_same(ours, theirs, tolerance=1e-6):
    """(S_0, coefficient of the degree of a spin along -z) against Stokes components, relative to S_0."""
    assert ours[:, 0] == pytest.approx(theirs[0], rel=tolerance, abs=0)
    assert np.max(np.abs(ours[:, 1] + theirs[3]) / theirs[0]) < tolerance


@pytest.mark.parametrize("mass", [5.0, 20.0, 60.0, 90.0])
def test_densities_at_a_pair_mass(mass):
    events = pair_events(mass)
    assert_same(conversion_per_mass(rows(events)), oracle.background_in_mass(events, mass))
    dark = resonance_rates(rows(events), DarkPhoton(mass=mass))["epsilon^2"]
    assert_same(dark, oracle.resonance_signal(events, mass, "vector"))
    vector = resonance_rates(rows(events), VectorBoson(mass=mass, g_V_e=0.3, g_V_mu=0.3))["g^2"]
    assert_same(vector * 4 * math.pi * amp.ALPHA, oracle.resonance_signal(events, mass, "vector"))


@pytest.mark.parametrize("mass", [5.0, 20.0, 60.0])
@pytest.mark.parametrize(("model", "name"), [(Pseudoscalar, "pseudoscalar"), (Scalar, "scalar")])
def test_densities_of_spin_0(mass, model, name):
    events = pair_events(mass)
    ours = resonance_rates(rows(events), model(mass=mass))
    by_e, by_mu, mixed = oracle.resonance_signal(events, mass, name)
    assert_same(ours["g_e^2"], by_e)
    assert_same(ours["g_mu^2"], by_mu)
    scale = np.sqrt(by_e[0] * by_mu[0])
    assert np.max(np.abs(ours["g_e g_mu"][:, 0] - mixed[0]) / scale) < 1e-6
    assert np.max(np.abs(ours["g_e g_mu"][:, 1] + mixed[3]) / scale) < 1e-6


def test_totals_of_derivative_couplings():
    by_e, by_mu, _ = oracle.total_production(30.0, "derivative", 20)
    for which, expected, mass in (("C_e", by_e, amp.M_E), ("C_mu", by_mu, amp.M_MU)):
        ours = resonance_total(DerivativeAlp(mass=30.0, f_a_gev=1.0, **{which: 1.0}))
        assert ours == pytest.approx(expected * (mass / 1e3) ** 2, rel=1e-3, abs=0)


@pytest.mark.parametrize("mass", [0.0, 20.0, 60.0])
def test_densities_at_a_missing_mass(mass):
    """The oracle's weights have c, with which every pair is counted once; ours the 1/2 of identical positrons."""
    events = missing_events(mass)
    background = oracle.background_in_missing_mass(events)
    assert_same(2 * conversion_per_missing_mass2(rows(events)), background, 1e-5)
    theirs = oracle.alp_signal(events, tuple(CHIRALITIES))
    for (C_V, C_A), density in zip(CHIRALITIES.values(), theirs, strict=True):
        assert_same(2 * alp_rate(rows(events), mass, C_V, C_A), density)


# the same events through both


def as_slice(events, mass, variable, batches=PARTS):
    part = np.arange(len(events.weight)) % batches
    return Slice(variable, mass, rows(events), events.weight, part, len(events.weight))


def test_gains_of_the_same_events():
    events = space.resonance_events(20.0, 15, 3)
    accepted = det.simple(events.tracks)
    detector = setup().detector
    assert np.array_equal(detector.accepts([p[:, 1:] for p in rows(events)], (1, 1, -1)), accepted)
    events = events.select(accepted)
    made = as_slice(events, 20.0, "m_ee")
    background = oracle.background_in_mass(events, 20.0)[0]
    for density in (
        oracle.resonance_signal(events, 20.0, "vector")[0],
        oracle.resonance_signal(events, 20.0, "scalar")[1][0],
    ):
        for angles in ("none", "1d", "2d", "lr"):
            ours = angle_counts(made, events.weight * density, events.weight * background, angles).gain[0]
            assert ours == pytest.approx(oracle.gain(events, density, background, angles), rel=1e-9)
        cut = angle_counts(made, events.weight * density, events.weight * background, "cut", 0.55)
        assert cut.gain[0] == pytest.approx(oracle.gain(events, density, background, "cut", 0.55), rel=1e-9)


def test_gains_by_polarization_of_the_same_events():
    events = space.missing_mass_events(0.0, 15, 3)
    events = events.select(det.simple(events.tracks))
    made = as_slice(events, 0.0, "m_miss2")
    background = oracle.background_in_missing_mass(events)
    for name, (C_V, C_A) in CHIRALITIES.items():
        search = MissingMassTracks(polarised(0.9), {"precision": 0.1}, LfvAlp(C_V=C_V, C_A=C_A), 0.0)
        search.__dict__["made"] = made  # the oracle's events instead of ours
        expected = oracle.polarisation_gain(events, oracle.alp_signal(events, (name,))[0], background, 0.9)
        assert [search.counts(angles).gain[0] for angles in ("spin", "lr")] == pytest.approx(expected, rel=1e-6)


def test_helices():
    """One event in a thousand may differ: the oracle steps along the turn."""
    events = missing_events(10.0, 13)
    u = np.random.default_rng(2).random((2, len(events.weight)))
    theirs = det.helix(events.tracks, (1, 1, -1), det.vertices(u), steps=90)
    ours = setup("helix").detector.accepts([p[:, 1:] for p in rows(events)], (1, 1, -1), *u)
    assert np.mean(ours != theirs) < 1e-3
    assert theirs.mean() > 0.01
    loose = setup("pt-only").detector.accepts([p[:, 1:] for p in rows(events)], (1, 1, -1))
    assert np.array_equal(loose, det.pt_only(events.tracks))


def test_masses_of_measured_momenta():
    events = missing_events(10.0)
    three = [p[:, 1:] for p in rows(events)]
    assert missing_mass2(three) == pytest.approx(det.missing_mass2(events.tracks), abs=1e-8)
    assert missing_mass2(three) == pytest.approx(100, rel=1e-7)
    assert pair_mass(three) == pytest.approx(det.pair_mass(events.p2, events.p3), rel=1e-9)


@pytest.mark.parametrize("mass", [10.0, 30.0])
def test_resolutions(mass):
    """The oracle smears with its own code and numbers; 16 to 84 per cent."""
    events = space.resonance_events(mass, 17, 5, log_s13=False)
    events = events.select(det.simple(events.tracks))
    weight = events.weight * oracle.resonance_signal(events, mass, "vector")[0]
    effective = weight.sum() ** 2 / (weight @ weight)
    many = [det.sigma_pair(events.p2, events.p3, weight, np.random.default_rng(seed)) for seed in range(3)]
    ours = bump(mass, search__angles="none").result.extra["sigma_m_ee"][0]
    error = math.hypot(1.0 / math.sqrt(effective), 0.006)
    assert ours * 0.99446 == pytest.approx(np.mean(many), rel=3 * error)


def test_bhabha_pairs():
    """From kinetic energies above 10 MeV."""
    expected = det.bhabha_probability(237.0, 10.0 + amp.M_E)
    assert bhabha_pair_probability(237.0) == pytest.approx(expected, rel=3e-3, abs=0)


# sums and limits at masses that no table has


@pytest.mark.parametrize("mass", [15.0, 50.0])
def test_sums_over_a_slice(mass):
    made = pairs(mass)
    for log_s13, ours, density in (
        (False, signals(mass)["vector"], lambda e: oracle.resonance_signal(e, mass, "vector")[0]),
        (False, signals(mass)["alp via e"], lambda e: oracle.resonance_signal(e, mass, "pseudoscalar")[0][0]),
        (True, made.background[:, 0], lambda e: oracle.background_in_mass(e, mass)[0]),
    ):
        events = space.resonance_events(mass, 16, 6, log_s13=log_s13)
        events = events.select(det.simple(events.tracks))
        weight = events.weight * density(events)
        value, error = total(made, ours)
        assert space.relative_error(weight) < 0.04
        assert abs(value - weight.sum()) < 3 * math.hypot(error, space.relative_error(weight) * weight.sum())


@pytest.mark.parametrize("mass", [30.0, 50.0])
def test_sums_over_a_slice_of_missing_mass(mass):
    made = missing(mass)
    events = space.missing_mass_events(mass, 16, 6)
    events = events.select(det.simple(events.tracks))
    for ours, theirs in (
        (made.alp(1, 0)[:, 0], oracle.alp_signal(events, ("V",))[0][0]),
        (made.background[:, 0], oracle.background_in_missing_mass(events)[0]),
    ):
        weight = events.weight * theirs
        value, error = total(made, ours)
        assert abs(value - weight.sum()) < 3 * math.hypot(error, space.relative_error(weight) * weight.sum())


def test_limits_from_coefficients():
    """The formulas of section 9 on our own coefficients."""
    found = bump([20.0, 60.0], search__angles="2d")
    for h, mass in enumerate((20.0, 60.0)):
        made, extra = pairs(mass), found.result.extra
        S, b = signals(mass)["vector"].sum(), made.background[:, 0].sum()
        expected = stat.coupling2_limit(S, b, extra["sigma_m_ee"][h], MUONS, EFFICIENCY, gain=extra["gain"][h])
        assert found.couplings["epsilon2"][h] == pytest.approx(expected, rel=1e-4, abs=0)
        assert found.result.background[h] == pytest.approx(
            3.544908 * extra["sigma_m_ee"][h] * b * MUONS * EFFICIENCY, rel=1e-6
        )
    alp = tracks(20.0, "mu3e-phase2", cl=0.90)
    S, b = (x.sum() for x in (missing(20).alp(1, 1)[:, 0], missing(20).background[:, 0]))
    expected = stat.scale_limit(S, b, alp.result.extra["sigma_m_miss2"][0], 5.5e16, EFFICIENCY, 0.90)
    assert alp.F_gev[0] == pytest.approx(expected, rel=1e-6)
    few = reach("ee-resonance", 20.0, beam__exposure_muons=1e8, search__angles="none")
    S, b = signals(20)["vector"].sum(), pairs(20).background[:, 0].sum()
    expected = stat.coupling2_limit(S, b, few.result.extra["sigma_m_ee"][0], 1e8, EFFICIENCY)
    # prompt to 1e-3 at this coupling
    assert few.couplings["epsilon2"][0] == pytest.approx(expected, rel=2e-3)


def test_branching_ratios_of_the_limits():
    """Of all of phase space, at the coupling of the limit."""
    found = bump(20.0, model="pseudoscalar", coupling="g_ee", model__g_mu=1e-3)
    at_limit = Pseudoscalar(mass=20.0, g_e=found.couplings["g_ee"][0], g_mu=1e-3)
    assert found.branching_ratio[0] == pytest.approx(resonance_total(at_limit), rel=1e-6, abs=0)
    assert found.result.band[0, 2] == pytest.approx(found.branching_ratio[0], rel=1e-9, abs=0)
    dark = bump(20.0)
    expected = oracle.total_production(20.0, "vector") * dark.couplings["epsilon2"][0]
    assert dark.branching_ratio[0] == pytest.approx(expected, rel=2e-4, abs=0)
    alp = tracks(20.0)
    whole = missing_mass_slice(20.0, None, precision=0.01).alp(1, 1)[:, 0].sum()
    assert whole == pytest.approx(3.607e9, rel=2e-2)
    assert alp.branching_ratio[0] == pytest.approx(whole / alp.F_gev[0] ** 2, rel=1e-9, abs=0)
    error = math.hypot(2 * alp.result.extra["F_relative_error"][0], 0.01)
    assert alp.result.extra["relative_error"][0] == pytest.approx(error, rel=1e-9)
    assert alp.result.error[0] == pytest.approx(error * alp.branching_ratio[0], rel=1e-9, abs=0)
    assert alp.result.band[0, 2] == pytest.approx(alp.branching_ratio[0], rel=1e-9, abs=0)
    assert alp.result.signal_efficiency[0] == pytest.approx(0.45 * 1.945e8 / 3.607e9, rel=2e-2)


def test_prompt_decays_of_accepted_events():
    """A share between 0 and 1: the mean over the signal, with the chapter's weight; its limit is weaker by that."""
    found = bump(10.0, model="pseudoscalar", coupling="g_mumu", model__g_e=1e-5, search__angles="none")
    made = pairs(10.0)
    g_e, g_mu = 1e-5, found.couplings["g_mumu"][0]
    values = {"g_e^2": g_e**2, "g_e g_mu": g_e * g_mu, "g_mu^2": g_mu**2}
    rates = made.resonance(Pseudoscalar(mass=10.0))
    density = sum(value * rates[name][:, 0] for name, value in values.items())
    size = np.linalg.norm((made.momenta[1] + made.momenta[2])[:, 1:], axis=1)
    prompt = det.prompt_weight(size, 10.0, amp.ctau_mm("pseudoscalar", 10.0, g_e))
    share = np.average(prompt, weights=density)
    assert 0.1 < share < 0.5
    assert found.result.extra["prompt_efficiency"][0] == pytest.approx(share, rel=1e-6)
    assert found.result.extra["ctau_mm"][0] == pytest.approx(4.985, rel=1e-3)
    accepted = float(density @ prompt) * MUONS * EFFICIENCY
    assert accepted == pytest.approx(found.result.extra["signal_events"][0], rel=1e-5)


def test_the_edge_in_the_limit():
    """1.36 resolutions above the edge."""
    found = tracks(10.0, search__edge="template")
    sigma, b = found.result.extra["sigma_m_miss2"][0], missing(10).background[:, 0].sum() * MUONS * EFFICIENCY
    expected = 1.959964 * stat.edge_sigma_signal(sigma, b, 100.0 / sigma)
    assert found.result.extra["signal_events"][0] == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("floating", ["level", "quadratic"])
def test_floating_backgrounds_in_the_limit(floating):
    fixed, moved = tracks(20.0), tracks(20.0, search__floating=floating, search__half_width=7)
    penalty = stat.floating_penalty(7.0, (0,) if floating == "level" else (0, 1, 2))
    assert (fixed.F_gev[0] / moved.F_gev[0]) ** 2 == pytest.approx(penalty, rel=1e-4)


def test_a_common_float_costs_less_with_angles():
    """Bins of angles share the level of the background: a fit of all bins at once, by least squares."""
    found = {
        f: bump(20.0, search__angles="1d", search__floating=f).couplings["epsilon2"][0] for f in ("fixed", "level")
    }
    made = pairs(20.0)
    c13, _ = oracle.angles(space.Events(*[p.T for p in made.momenta], np.zeros(len(made)), made.weight))
    index = np.clip(((c13 + 1) / 2 * 15).astype(int), 0, 14)
    s, b = (np.bincount(index, w, 15) for w in (signals(20)["vector"], made.background[:, 0]))
    s, b = s / s.sum(), b / b.sum()
    x = np.linspace(-10, 10, 2001)
    line = np.outer(s, stat.normal(x)).ravel()
    flat = np.outer(b, np.ones_like(x)).ravel()
    fisher = np.array([[(u * v / flat).sum() for u in (line, flat)] for v in (line, flat)])
    penalty = math.sqrt(np.linalg.inv(fisher)[0, 0] * fisher[0, 0])
    assert found["level"] / found["fixed"] == pytest.approx(penalty, rel=1e-3)
    assert by_bins(signals(20)["vector"], made.background[:, 0], made.part, index, 15).gain[0] > 1.4
