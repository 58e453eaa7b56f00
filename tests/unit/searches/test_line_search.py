"""From counts to limits: what is common to bins, systematics, which of them limits, resolutions, points of a scan."""

import math

import numpy as np
import pytest
from scipy.special import ndtr

from darkfactory.constants import M_E
from darkfactory.errors import InvalidInput
from darkfactory.experiments import load_card
from darkfactory.processes.muon_decay.slices import PARTS, Slice
from darkfactory.recorded import track_setup as track_events
from darkfactory.recorded.track_setup import TrackSetup, cosine, line_width, missing_mass2, pair_mass
from darkfactory.searches.line.discrimination import Counts
from darkfactory.searches.line.limits import Edge, line_events
from darkfactory.searches.pointwise import Point, Pointwise
from darkfactory.statistics.line import FLAT_INFORMATION, edge_information, flat_information
from oracles import mu3e_detector
from support.mu3e import energies_of, setup

SETTINGS = {"analysis": "analytic", "floating": "fixed", "half_width": 10.0, "systematics.shape": 0.0}
N_B, SIGMA, SCALE = 2e-8, 0.4, 1e15


def counts(gain=1.0, cut=None, signal=1e-4):
    ones = np.ones(1 + PARTS)
    return Counts(signal * ones, N_B * ones, gain * ones, np.array([signal]), np.array([N_B]), cut)


def events(made=None, cl=0.95, method="cls", extra=0.0, edge=None, shift=0.0, **settings):
    given = SETTINGS | {key.replace("__", "."): value for key, value in settings.items()}
    return line_events(
        made or counts(),
        SIGMA,
        SCALE,
        given,
        cl,
        method,
        extra=extra,
        edge=None if edge is None else Edge(edge, True, shift),
    )


B = SIGMA * N_B * SCALE / FLAT_INFORMATION


def test_a_known_background():
    found = events()
    assert found.events == pytest.approx(np.full(1 + PARTS, 1.959964 * math.sqrt(B)), rel=1e-6)
    assert found.background == pytest.approx(B, rel=1e-12)
    assert (found.limited_by, found.poisson, found.model) == ("statistics", False, None)
    assert events(counts(1.5)).events[0] == pytest.approx(1.959964 * math.sqrt(B) / 1.5, rel=1e-6)
    assert events(extra=N_B).events[0] == pytest.approx(1.959964 * math.sqrt(2 * B), rel=1e-6)
    assert found.error(np.full(1 + PARTS, 1e-4)) == 0


def test_a_floating_level_is_common_to_the_bins():
    """I = j - (j - j_floating)/R^2: what the level takes is one number, whatever the angles gain; a cut has one bin."""
    for floating in ("level", "quadratic"):
        left = flat_information(floating, 10.0)
        alone = events(floating=floating).events[0]
        assert alone == pytest.approx(1.959964 * math.sqrt(SIGMA * N_B * SCALE / left), rel=1e-6)
        shared = FLAT_INFORMATION - (FLAT_INFORMATION - left) / 1.5**2
        binned = events(counts(1.5), floating=floating).events[0]
        assert binned == pytest.approx(1.959964 * math.sqrt(SIGMA * N_B * SCALE / shared) / 1.5, rel=1e-6)
        cut = events(counts(1.5, cut=0.75), floating=floating).events[0]
        assert cut == pytest.approx(alone / 1.5, rel=1e-9)


def test_an_edge():
    found = events(edge=0.8)
    j = float(edge_information(2.0))
    assert found.events[0] == pytest.approx(1.959964 * math.sqrt(SIGMA * N_B * SCALE / j), rel=1e-6)
    moved = events(edge=0.8, shift=0.02)
    j = float(edge_information(2.0, SIGMA * N_B * SCALE, 0.05))
    assert moved.events[0] == pytest.approx(1.959964 * math.sqrt(SIGMA * N_B * SCALE / j), rel=1e-6)
    assert events(edge=0.0, shift=math.inf) is None
    assert events(edge=0.0, shift=1.0).limited_by == "edge_shift"


def test_a_shape_error():
    found = events(systematics__shape=1e-3)
    assert found.events[0] == pytest.approx(1.959964 * math.sqrt(B + (1e-3 * B) ** 2), rel=1e-6)
    assert found.limited_by == "shape"
    assert events(systematics__shape=1e-5).limited_by == "statistics"
    with pytest.raises(InvalidInput, match="a free shape leaves no limit"):
        events(systematics__shape=math.inf)


def test_error_of_the_limit():
    """Of events over signal, with parts left out."""
    rng = np.random.default_rng(1)
    noise = 1 + 0.01 * np.concatenate([[0.0], rng.normal(size=PARTS)])
    made = counts()
    noisy = Counts(made.signal * noise, made.background, made.gain, made.signal_bins, made.background_bins)
    expected = math.sqrt((PARTS - 1) * np.var(1 / noise[1:]))
    assert events(noisy).error(noisy.signal) == pytest.approx(expected, rel=1e-9)


# resolutions


def made_of(mass, momentum, n):
    """A pair of one mass in flight with isotropic decays, as a slice."""
    rng = np.random.default_rng(5)
    half = math.asin(mass / (2 * momentum))
    phi = rng.uniform(0, 2 * np.pi, n)
    two = momentum * np.stack(
        [math.sin(half) * np.cos(phi), math.sin(half) * np.sin(phi), np.full(n, math.cos(half))], 1
    )
    three = two * np.array([-1, -1, 1])
    one = np.tile([0.0, 0.0, -20.0], (n, 1))
    return Slice("m_ee", mass, tuple(energies_of(p) for p in (one, two, three)), np.ones(n), np.arange(n) % PARTS, n)


def test_row_17_by_smearing():
    """0.416 MeV at m = 20 MeV, E = 25 + 25 MeV: half of the central 68.27% is the Gaussian's width."""
    made = made_of(20.0, 25.0, 60000)
    detector = setup().detector
    found = line_width(made, np.ones(len(made)), detector, pair_mass)
    expected = mu3e_detector.sigma_pair_analytic(20.0, 25.0, 25.0)
    assert expected == pytest.approx(0.416, rel=2e-3)
    assert found == pytest.approx(expected, rel=1.2e-2)
    # weights count: events of weight zero do not
    weight = (np.arange(len(made)) % 2).astype(float)
    assert line_width(made, weight, detector, pair_mass) == pytest.approx(expected, rel=2e-2)
    # of many more events every n-th is smeared
    assert line_width(made_of(20.0, 25.0, 130000), np.ones(130000), detector, pair_mass) == pytest.approx(
        expected, rel=1.2e-2
    )


def test_masses_and_angles():
    one, two, three = (np.array([p]) for p in ((1.0, 2.0, 2.0), (-3.0, 0.0, 4.0), (0.0, 0.0, -5.0)))
    e = [math.hypot(s, M_E) for s in (3, 5, 5)]
    assert pair_mass([one, two, three])[0] ** 2 == pytest.approx((e[1] + e[2]) ** 2 - 10, rel=1e-12)
    total = np.array([-2.0, 2.0, 1.0])
    assert missing_mass2([one, two, three])[0] == pytest.approx((105.6583755 - sum(e)) ** 2 - total @ total, rel=1e-12)
    assert cosine(one, two)[0] == pytest.approx(5 / 15)
    assert cosine(two, two)[0] == 1
    assert cosine(two, -two)[0] == -1


def test_width_of_many_events(monkeypatch):
    """Statistical error 0.15%; the linear form is good to a tenth of that."""
    monkeypatch.setattr(track_events, "SMEARED_EVENTS", 400_000)
    made, detector = made_of(20.0, 25.0, 400_000), setup().detector
    found = line_width(made, np.ones(len(made)), detector, pair_mass)
    assert found == pytest.approx(mu3e_detector.sigma_pair_analytic(20.0, 25.0, 25.0), rel=5e-3)


# cards


def test_exposure_and_polarization_of_a_card():
    found = TrackSetup.from_card(load_card("mu3e-phase1"))
    assert found.scale == pytest.approx(2.5e15 * 0.45)
    assert found.polarization == 0
    assert any("assumed and not used" in note for note in found.notes)
    given = TrackSetup.from_card(load_card("mu3e-phase1", {"beam.polarization": 0.9}))
    assert given.polarization == 0.9
    assert not any("assumed" in note for note in given.notes)
    density = np.array([[1.0, 0.5], [2.0, -1.0]])
    assert given.along_spin(density) == pytest.approx([1.45, 1.1])
    assert found.along_spin(density) == pytest.approx([1.0, 2.0])
    assert TrackSetup.from_card(load_card("mu3e-phase2")).exposure == 5.5e16


# scans


@pytest.mark.parametrize("method", ["cls", "profile", "fisher"])
@pytest.mark.parametrize("kappa", [0.0, 0.2])
def test_more_data_never_weaken_the_limit_of_a_line(method, kappa):
    """Over the steps of the median count and over the end of exact counting at 50 events, by steps of 3%."""
    scales = np.geomspace(1e-3, 200, 400) / (B / SCALE)
    found = [
        line_events(counts(), SIGMA, scale, SETTINGS | {"systematics.shape": kappa}, 0.90, method) for scale in scales
    ]
    assert found[0].poisson
    assert not found[-1].poisson
    limits = np.array([f.events[0] for f in found])
    assert limits.min() >= 2.302585 - 1e-6
    # as strong as before where the part of the data that is used shrinks as they grow
    assert np.all(np.diff(np.log(limits / scales)) < 1e-9)
    assert all(np.all(np.diff(f.band) >= 0) for f in found)
    # subsamples that differ do not see the steps
    assert max(np.ptp(f.events) for f in found) < 1e-9


@pytest.mark.parametrize("z", [3.0, 5.0])
def test_more_data_never_weaken_the_discovery_of_a_line(z):
    """By the part of the line before the count steps; where exact counting ends, to a step of it."""
    scales = np.geomspace(1e-3, 200, 200) / (B / SCALE)
    found = [line_events(counts(), SIGMA, scale, SETTINGS, float(ndtr(z)), "discovery").events[0] for scale in scales]
    steps = np.diff(np.log(np.array(found) / scales))
    assert np.sum(steps > 1e-9) <= 1
    assert steps.max() < 0.02
    assert min(found) > 0.69  # ln 2 less a little background


def test_points_of_a_scan():
    def at(mass, cl, method):
        if mass < 1:
            return Point("closed")
        if mass > 99:
            return Point("no-acceptance")
        extra = {"limit_over_background": 5e-5, "gain": mass}
        return Point("ok", 1 / mass, mass * 1e-9, np.full(5, mass), 0.01, 0.1, 3.0, "statistics", mass < 20, extra)

    def limits(at, masses):
        return Pointwise(settings={}, at=at, couplings=lambda x: {"g": x}, sources=("b",)).limits(masses, 0.9, "cls")

    found = limits(at, np.array([0.5, 10.0, 30.0, 100.0]))
    assert found.status.tolist() == ["closed", "ok", "ok", "no-acceptance"]
    assert found.branching_ratio == pytest.approx([math.inf, 1e-8, 3e-8, math.inf], rel=1e-9, abs=0)
    assert found.error == pytest.approx([0, 1e-10, 3e-10, 0], rel=1e-9, abs=0)
    assert found.extra["gain"].tolist() == [math.inf, 10, 30, math.inf]
    notes = " | ".join(found.notes)
    assert found.poisson.tolist() == [False, True, False, False]
    assert "no acceptance at 100 MeV" in notes
    assert "kinematically closed at 0.5 MeV" in notes
    assert "limits down to 5.0e-05 of the background" in notes
    assert (
        limits(lambda mass, cl, method: Point("ok", 1.0, 1e-9, extra={"limit_over_background": 2e-4}), np.ones(1)).notes
        == ()
    )
