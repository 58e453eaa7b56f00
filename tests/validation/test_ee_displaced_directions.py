"""Displaced pairs in the directions in which they fly: the search against events that are flown one by one.

Accepted pairs fly across the axis more often than along it, where the volume is short: against the chapter, which takes all
directions alike, signals of long lives become smaller, and those of short lives, which must leave the wall, larger.
"""

import functools

import numpy as np
import pytest

import darkfactory as df
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.kinematics.flight import decays_between
from darkfactory.models import Pseudoscalar, build_model
from darkfactory.processes import find_process
from darkfactory.processes.muon_decay.on_slices import resonance_total
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.ee_displaced.pairs import CHAINS, accepted_pairs
from darkfactory.statistics.counting import counting_limit
from oracles import displaced as chapter

VOLUME = DecayVolume(19.0, 50.0, 22.0, 60.0, 2.0, first_layer=23.3)
TRACKS = "min(p_T) > 10 and max(abs(cos_theta)) < 0.8"
MASSES = (10.0, 20.0, 40.0)
COUPLINGS = {"pseudoscalar": {"g_mu": 3e-4, "g_e": 1e-9}, "dark-photon": {"epsilon": 1e-4}}


@functools.cache
def pairs(name, **given):
    """Accepted pairs of a model, and the values of its monomials."""
    model = build_model(name, given)
    setup = TrackSetup.from_card(load_experiment("mu3e-phase1", {}))
    kind = model.scan(None, "model").kind
    return accepted_pairs(
        kind, setup, VOLUME, 0.02 if name == "sterile-dark-photon" else 0.01
    ), model.resonance_monomials(kind)


def seen(name, ctau, masses, **given):
    """Share of accepted pairs whose decay is fiducial."""
    made, values = pairs(name, **given)
    found = sum(value * made.signal[monomial] for monomial, value in values.items())
    for length, mass in zip(ctau, masses, strict=True):
        found = decays_between(made.edges, np.array([length / mass]))[0] @ found
    return found / sum(value * made.accepted[monomial] for monomial, value in values.items())


@functools.cache
def sampled(name, mass):
    """Tracks of accepted events of the decay itself, their weights, and the accepted share."""
    process, model = find_process("mu -> e nu nu X, X -> e e"), build_model(name, {"mass": mass, **COUPLINGS[name]})
    events = process.sample(2**16, model, cut=TRACKS, seed=3, weighted=True)
    passed = events.weights > 0
    tracks = [events.momenta[track][passed] for track in ("e1", "e2", "e3")]
    assert np.all(chapter.track_cut(tracks))
    return tracks, events.weights[passed], events.weights.sum() / process.rate(model).value


@pytest.mark.parametrize("mass", MASSES)
@pytest.mark.parametrize("name", COUPLINGS)
def test_pairs_of_a_lepton_line(name, mass):
    """With events of the decay itself."""
    tracks, weight, _ = sampled(name, mass)
    for ctau in (2.0, 10.0, 100.0):
        share, error = chapter.flown([tracks[1] + tracks[2]], [ctau], [mass], weight)
        assert error < 0.02 * share
        assert seen(name, [ctau], [mass], mass=mass, **COUPLINGS[name]) == pytest.approx(share, rel=0.02, abs=0)


@pytest.mark.parametrize("mass", MASSES)
def test_pairs_without_neutrinos(mass):
    """Also what is excluded: 3 events without background."""
    tracks, (alp,), weight = chapter.alp_chain(mass, 150_000, 5)
    passed = chapter.track_cut(tracks)
    for ctau in (2.0, 10.0, 100.0):
        share, error = chapter.flown([alp[passed]], [ctau], [mass], weight[passed])
        assert error < 0.02 * share
        settings = {"search.ctau": ctau, "detector.efficiency": 0.771638, "search.precision": 0.01}
        found = df.reach("ee-displaced", "mu3e-phase1", model="lfv-alp", mass=mass, settings=settings)
        expected = 2.9957 / (2.5e15 * 0.771638 * passed.mean() * share)
        assert found.branching_ratio[0] == pytest.approx(expected, rel=0.02, abs=0)


@pytest.mark.parametrize(("mass_N", "mass_A"), [(30.0, 10.0), (60.0, 20.0), (60.0, 40.0)])
def test_pairs_of_a_sterile_neutrino(mass_N, mass_A):
    """N at once, as long-lived as X, and longer: each flies in its own direction."""
    tracks, flying, weight = chapter.sterile_chain(mass_N, mass_A, "mu", 150_000, 5)
    passed = chapter.track_cut(tracks)
    flying = [p[passed] for p in flying]
    for ctau in ((0.0, 2.0), (0.0, 10.0), (0.0, 100.0), (2.0, 2.0), (10.0, 10.0), (3.0, 0.3), (10.0, 0.0)):
        share, error = chapter.flown(flying, ctau, [mass_N, mass_A], weight[passed])
        assert error < 0.02 * share
        assert seen("sterile-dark-photon", ctau, [mass_N, mass_A], mass_N=mass_N, mass_A=mass_A) == pytest.approx(
            share, rel=0.02, abs=0
        )


@pytest.mark.parametrize(
    ("mass", "edges"), [(10.0, (2.72e-6, 3.95e-5)), (20.0, (8.16e-7, 2.10e-5)), (40.0, (4.16e-7, 8.13e-6))]
)
def test_edges_follow_from_flown_events(mass, edges):
    """Rows of section 8 at g_mumu = 3e-4: at both edges flown events are as many as the background allows."""
    settings = {"detector.efficiency": 0.771638, "model.g_mu": 3e-4, "search.precision": 0.01}
    row = df.reach("ee-displaced", "mu3e-phase1", model="pseudoscalar", mass=mass, settings=settings).rows[0]
    found = row["excluded"]["g_ee"][0]
    assert found == pytest.approx(edges, rel=0.01, abs=0)
    allowed = counting_limit(np.array([row["background"]]), 0.95, "cls").band[0, 2]
    tracks, weight, share = sampled("pseudoscalar", mass)
    for g_e in found:
        model = Pseudoscalar(mass=mass, g_mu=3e-4, g_e=g_e)
        decayed, error = chapter.flown([tracks[1] + tracks[2]], [model.ctau_mm], [mass], weight, tries=20)
        assert error < 0.03 * decayed
        made = 2.5e15 * 0.771638 * resonance_total(model) * share * decayed
        assert made == pytest.approx(allowed, rel=0.05, abs=0)


def test_a_sterile_neutrino_and_its_dark_photon_fly_as_they_are_made():
    # N -> nu X with a massless neutrino: its energy is its momentum, for both at their masses
    model = build_model("sterile-dark-photon", {"mass_N": 60.0, "mass_A": 20.0})
    setup, chain = TrackSetup.from_card(load_experiment("mu3e-phase1", {})), CHAINS["sterile"]
    _, (heavy, photon), _ = chain.sample(chain, model.scan(None, "model").kind, setup, 0.05)
    energy_N, energy_X = (np.hypot(np.linalg.norm(p, axis=1), m) for p, m in ((heavy, 60.0), (photon, 20.0)))
    assert len(heavy) > 500
    np.testing.assert_allclose(np.linalg.norm(heavy - photon, axis=1), energy_N - energy_X, rtol=1e-6)
