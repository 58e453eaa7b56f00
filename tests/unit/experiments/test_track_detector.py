"""Detector of several tracks: acceptance of three profiles, resolutions, prompt weight, and what it refuses."""

import dataclasses
import math

import mpmath
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from darkfactory.backend import jax
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput
from darkfactory.experiments.detectors.tracks import PROFILES, TrackDetector
from darkfactory.kinematics.flight import prompt_probability
from oracles import mu3e_detector

PROPERTY = settings(max_examples=100)
SIMPLE = TrackDetector(
    profile="simple",
    p_T_min=10.0,
    efficiency=0.45,
    momentum_resolution=0.15,
    momentum_resolution_slope=0.0085,
    cos_theta_max=0.8,
    angle_resolution=0.3,
    layers=((23.3, 62.35), (29.8, 62.35), (73.9, 175.95), (86.3, 186.3)),
    field=1.0,
    target_radius=19.0,
    target_half_length=50.0,
)
PT_ONLY, HELIX = (dataclasses.replace(SIMPLE, profile=profile) for profile in ("pt-only", "helix"))
DETECTORS = {detector.profile: detector for detector in (SIMPLE, PT_ONLY, HELIX)}
CHARGES = (1, 1, -1)


def directions(rng, n):
    vector = rng.normal(size=(n, 3))
    return vector / np.linalg.norm(vector, axis=1, keepdims=True)


def phase_space(rng, n):
    """Three electrons from a muon at rest, flat in phase space: flat in the Dalitz plane and in orientation."""
    e1, e2 = rng.uniform(M_E, M_MU / 2, (2, n))
    e3 = M_MU - e1 - e2
    p1, p2, p3 = (np.sqrt(np.maximum(e * e - M_E**2, 0.0)) for e in (e1, e2, e3))
    cosine = (p3**2 - p1**2 - p2**2) / (2 * p1 * p2)
    allowed = (e3 > M_E) & (np.abs(cosine) < 1)
    p1, p2, cosine = p1[allowed], p2[allowed], cosine[allowed]
    axis = directions(rng, len(p1))
    side = np.cross(axis, directions(rng, len(p1)))
    side /= np.linalg.norm(side, axis=1, keepdims=True)
    first = p1[:, None] * axis
    second = p2[:, None] * (cosine[:, None] * axis + np.sqrt(1 - cosine**2)[:, None] * side)
    return first, second, -first - second


@pytest.fixture(scope="module")
def decays():
    rng = np.random.default_rng(4)
    tracks = phase_space(rng, 1_000_000)
    return tracks, rng.random((2, len(tracks[0])))


@pytest.mark.parametrize(("profile", "expected"), [("simple", 0.482), ("pt-only", 0.706), ("helix", 0.410)])
def test_phase_space_acceptance(decays, profile, expected):
    tracks, uniform = decays
    assert np.mean(DETECTORS[profile].accepts(tracks, CHARGES, *uniform)) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize(("p", "expected"), [(12, 0.075), (15, 0.485), (20, 0.723), (30, 0.806), (45, 0.822)])
@pytest.mark.parametrize("charge", [-1, 1])
def test_single_track_acceptance(p, expected, charge):
    rng = np.random.default_rng(p)
    tracks, uniform = p * directions(rng, 300_000), rng.random((2, 300_000))
    assert np.mean(HELIX.accepts([tracks], [charge], *uniform)) == pytest.approx(expected, abs=0.003)


def test_onset_of_transverse_tracks():
    """At 90 degrees the outer layer needs 2 R + r >= 86.3 mm with r <= 19 mm: p_T = 10.09 MeV; 50% at 12.9, 96% at 15."""
    onset = 0.299792458 * (86.3 - 19.0) / 2
    assert onset == pytest.approx(10.1, abs=0.05)
    rng = np.random.default_rng(9)
    phi, uniform = 2 * np.pi * rng.random(200_000), rng.random((2, 200_000))

    def share(p):
        return np.mean(HELIX.accepts([(p * np.cos(phi), p * np.sin(phi), 0.0 * phi)], [1], *uniform))

    assert share(onset * 0.9999) == 0.0
    assert 0 < share(onset * 1.02) < 0.02
    assert share(12.9) == pytest.approx(0.50, abs=0.01)
    assert share(15.0) == pytest.approx(0.96, abs=0.005)


@pytest.mark.parametrize("profile", PROFILES)
def test_same_under_jax_and_for_components(decays, profile):
    tracks, uniform = decays
    detector = DETECTORS[profile]
    tracks, uniform = [track[:20_000] for track in tracks], uniform[:, :20_000]
    expected = detector.accepts(tracks, CHARGES, *uniform)
    split = detector.accepts([tuple(track.T) for track in tracks], CHARGES, *uniform)
    jitted = jax().jit(lambda t, u: detector.accepts(t, CHARGES, u[0], u[1]))(tracks, uniform)
    assert np.array_equal(expected, split)
    assert np.array_equal(expected, jitted)
    assert detector.random_numbers == (2 if profile == "helix" else 0)


def test_every_layer_counts():
    """A track that leaves through the end of one layer is lost, and so is one that turns before the last."""
    steep = (10.0, 0.0, 30.0)
    assert not HELIX.accepts([steep], [1], 0.5, 0.0)
    longer = dataclasses.replace(HELIX, layers=tuple((r, 10 * half) for r, half in HELIX.layers))
    assert not longer.accepts([(9.0, 0.0, 0.0)], [1], 0.5, 0.25)
    assert longer.accepts([(20.0, 0.0, 60.0)], [1], 0.5, 0.0)
    for skip in range(4):
        layers = tuple((r, 0.1 if k == skip else 10 * half) for k, (r, half) in enumerate(HELIX.layers))
        assert not dataclasses.replace(HELIX, layers=layers).accepts([(20.0, 0.0, 60.0)], [1], 0.5, 0.0)


def test_cuts_of_simple():
    def accepted(p, cosine, detector=SIMPLE):
        sine = math.sqrt(1 - cosine**2)
        return bool(detector.accepts([(p * sine, 0.0, p * cosine)], [1]))

    assert accepted(20.0, 0.79)
    assert accepted(20.0, -0.79)
    assert not accepted(20.0, 0.81)
    assert not accepted(20.0, -0.81)
    assert accepted(10.01, 0.0)
    assert not accepted(9.99, 0.0)
    assert accepted(30.0, 0.9, PT_ONLY)
    assert not accepted(30.0, 0.95, PT_ONLY)
    assert not SIMPLE.accepts([(0.0, 0.0, 0.0)], [1])
    assert not dataclasses.replace(SIMPLE, p_T_min=0.0).accepts([(0.0, 0.0, 5.0)], [1])


def test_opening_angle():
    close = [(20.0, 0.0, 0.0), (20 * math.cos(0.1), 20 * math.sin(0.1), 0.0), (-20.0, 0.0, 3.0)]
    assert SIMPLE.accepts(close, CHARGES)
    assert dataclasses.replace(SIMPLE, min_opening_angle=0.0999).accepts(close, CHARGES)
    for order in ((0, 1, 2), (2, 0, 1), (1, 2, 0)):
        tracks = [close[k] for k in order]
        assert not dataclasses.replace(SIMPLE, min_opening_angle=0.1001).accepts(tracks, CHARGES)


@pytest.mark.parametrize("p", [10.0, 30.0, 52.0])
def test_smearing_has_the_widths(p):
    rng = np.random.default_rng(2)
    axis = directions(rng, 1)[0]
    measured = SIMPLE.smeared(np.broadcast_to(p * axis, (200_000, 3)), rng.normal(size=(200_000, 3)))
    size = np.linalg.norm(measured, axis=1)
    assert np.mean(size) == pytest.approx(p, abs=0.004)
    assert np.std(size) == pytest.approx(math.sqrt(0.15**2 + (0.0085 * p) ** 2), rel=0.01)
    assert SIMPLE.momentum_sigma(p) == pytest.approx(math.sqrt(0.15**2 + (0.0085 * p) ** 2))
    side = np.cross(axis, [0.3, 0.5, 0.8])
    side /= np.linalg.norm(side)
    for direction in (side, np.cross(axis, side)):
        angle = np.arcsin(measured @ direction / size)
        assert np.std(angle) == pytest.approx(0.3 / p, rel=0.01)
        assert np.mean(angle) == pytest.approx(0.0, abs=4 * 0.3 / p / math.sqrt(200_000))


@PROPERTY
@given(st.lists(st.floats(-100, 100), min_size=3, max_size=3), st.lists(st.floats(-5, 5), min_size=3, max_size=3))
def test_smearing_is_a_stretch_and_a_turn(momentum, normals):
    """The size depends on the first number alone, the angle on the other two; all is finite, also at rest."""
    p = math.sqrt(sum(x * x for x in momentum))
    measured = SIMPLE.smeared(tuple(momentum), tuple(normals))
    size = math.sqrt(sum(x * x for x in measured))
    expected = max(p + math.hypot(0.15, 0.0085 * p) * normals[0], 0.0)
    assert size == pytest.approx(expected, rel=1e-9, abs=1e-12)
    if p > 1 and expected > 0:
        angle = math.hypot(normals[1], normals[2]) * 0.3 / p
        assert sum(a * b for a, b in zip(momentum, measured, strict=True)) == pytest.approx(
            p * size * math.cos(angle), abs=1e-9 * p * size
        )
    array = SIMPLE.smeared(np.array(momentum), np.array(normals))
    np.testing.assert_allclose(array, measured, rtol=1e-12)


def test_smearing_under_jax():
    rng = np.random.default_rng(3)
    momentum, normals = 20 * rng.normal(size=(1000, 3)), rng.normal(size=(1000, 3))
    np.testing.assert_allclose(
        jax().jit(SIMPLE.smeared)(momentum, normals), SIMPLE.smeared(momentum, normals), rtol=1e-11
    )


@pytest.mark.parametrize(("p_1", "p_2", "cosine"), [(25.0, 25.0, 0.68), (15.0, 40.0, -0.3), (20.0, 12.0, 0.1)])
def test_pair_mass_resolution_against_smeared_pairs(p_1, p_2, cosine):
    rng = np.random.default_rng(6)
    n = 200_000
    tracks = [np.array([0.0, 0.0, p_1]), p_2 * np.array([math.sqrt(1 - cosine**2), 0.0, cosine])]
    a, b = (SIMPLE.smeared(np.broadcast_to(track, (n, 3)), rng.normal(size=(n, 3))) for track in tracks)
    product = np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1) - np.sum(a * b, axis=1)
    low, high = np.quantile(np.sqrt(2 * np.maximum(product, 0)), [0.1586553, 0.8413447])
    expected = mu3e_detector.sigma_pair_analytic(math.sqrt(2 * p_1 * p_2 * (1 - cosine)), p_1, p_2)
    assert (high - low) / 2 == pytest.approx(expected, rel=0.015)


@PROPERTY
@given(st.floats(0.01, 1e3), st.floats(-12, 12), st.floats(0.01, 1e3), st.floats(0.01, 100.0))
def test_prompt_probability_against_mpmath(distance, log_ctau, momentum, mass):
    ctau = 10**log_ctau
    with mpmath.workdps(40):
        expected = float(1 - mpmath.exp(-mpmath.mpf(distance) * mass / (mpmath.mpf(momentum) * ctau)))
    assert prompt_probability(distance, ctau, momentum, mass) == pytest.approx(expected, rel=1e-12, abs=0)


def test_prompt_probability_at_the_ends():
    assert prompt_probability(3.0, 0.0, 30.0, 10.0) == 1.0
    assert prompt_probability(3.0, math.inf, 30.0, 10.0) == 0.0
    assert prompt_probability(3.0, 5.0, 0.0, 10.0) == 1.0
    assert prompt_probability(3.0, math.inf, 0.0, 10.0) == 0.0
    assert prompt_probability(0.0, 5.0, 30.0, 10.0) == 0.0
    assert prompt_probability(3.0, 1e-320, 30.0, 10.0) == 1.0
    assert prompt_probability(3.0, 1e308, 1e5, 10.0) >= 0.0
    assert prompt_probability(3.0, 1e20, 30.0, 10.0) == pytest.approx(3.0 * 10.0 / (30.0 * 1e20), rel=1e-14, abs=0)
    np.testing.assert_allclose(SIMPLE.prompt_weight(5.0, np.array([30.0]), 10.0), 1 - math.exp(-0.2))
    shorter = dataclasses.replace(SIMPLE, prompt_distance=1.5)
    assert shorter.prompt_weight(5.0, 30.0, 10.0) == pytest.approx(1 - math.exp(-0.1))
    jitted = jax().jit(lambda p: SIMPLE.prompt_weight(5.0, p, 10.0))(np.array([30.0, 0.0]))
    np.testing.assert_allclose(jitted, [1 - math.exp(-0.2), 1.0])


@pytest.mark.parametrize(
    ("place", "name", "value"),
    [
        (place, name, value)
        for place, name in enumerate(("distance", "ctau", "momentum", "mass"))
        for value in (-1.0, math.nan, -math.inf)
    ]
    + [(3, "mass", 0.0), (0, "distance", math.inf)],
)
def test_prompt_probability_refuses(place, name, value):
    arguments = [3.0, 5.0, 30.0, 10.0]
    arguments[place] = value
    with pytest.raises(InvalidInput, match=rf"^{name} = .*allowed [\[(]0, inf\) M?[me]"):
        prompt_probability(*arguments)


BAD = {
    "profile": ["round"],
    "p_T_min": [-1.0, math.nan, math.inf],
    "efficiency": [0.0, -0.1, 1.01, math.nan],
    "momentum_resolution": [-0.1, math.nan],
    "momentum_resolution_slope": [-0.1, math.nan],
    "cos_theta_max": [0.0, 1.1, math.nan],
    "angle_resolution": [-0.1, math.nan],
    "layers": [((23.3, 0.0),), ((-1.0, 5.0),), ((math.nan, 5.0),), ((1.0, 2.0, 3.0),), 5.0, (1.0,), ()],
    "field": [-1.0, 0.0, math.nan],
    "target_radius": [-1.0, 23.3, math.nan],
    "target_half_length": [-1.0, math.nan],
    "min_opening_angle": [-0.1, 3.2, math.nan],
    "prompt_distance": [0.0, -1.0, math.nan],
}
KEY = {"cos_theta_max": "track_cos_theta"}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in BAD.items() for value in values])
def test_bad_input(name, value):
    with pytest.raises(InvalidInput, match=rf"^detector\.{KEY.get(name, name)} = .*allowed "):
        dataclasses.replace(HELIX, **{name: value})


def test_all_problems_at_once():
    with pytest.raises(InvalidInput) as caught:
        TrackDetector("simple", -1.0, 2.0, -1.0, prompt_distance=0.0)
    assert len(str(caught.value).splitlines()) == 4
    with pytest.raises(InvalidInput, match=r"momentum_resolution = 0: allowed \(0, inf\) MeV"):
        TrackDetector("simple", 10.0, 0.45, 0.0)
    assert TrackDetector("simple", 10.0, 0.45, 0.0, 0.01).momentum_sigma(10.0) == pytest.approx(0.1)


@pytest.mark.parametrize(("tracks", "charges"), [(1, (1, 1)), (3, (1, 1, 0)), (2, (1, 2)), (0, ())])
def test_tracks_need_charges(tracks, charges):
    with pytest.raises(InvalidInput, match="allowed"):
        SIMPLE.accepts([(20.0, 0.0, 0.0)] * tracks, charges)


class FakeCard:
    """As much of a card as a detector reads."""

    def __init__(self, **values):
        self.values = {f"detector.{name}": value for name, value in values.items()}

    def has(self, key):
        return key in self.values

    def value(self, key, *default):
        return self.values.get(key, *default) if default else self.values[key]

    def ignores(self, *keys):
        """A card remembers what was read; this one does not."""


def test_from_card():
    values = dataclasses.asdict(HELIX) | {"layers": [list(layer) for layer in HELIX.layers]}
    values["track_cos_theta"] = values.pop("cos_theta_max")
    assert TrackDetector.from_card(FakeCard(**values)) == HELIX
    short = FakeCard(profile="pt-only", p_T_min=5.0, efficiency=1.0, momentum_resolution=0.2)
    assert TrackDetector.from_card(short) == TrackDetector("pt-only", 5.0, 1.0, 0.2)
    # every number of the card matters
    for name, value in values.items():
        changed = FakeCard(
            **values | {name: "simple" if name == "profile" else [[30.0, 5.0]] if name == "layers" else 0.7}
        )
        assert TrackDetector.from_card(changed) != HELIX, (name, value)
