"""Prompt e+e- resonances at Mu3e: every number of the tables of chapter 04, section 10, and what sections 5 to 9 say of them.

The chapter gives coefficients to 0.3%, resolutions to 0.5% and gains to 0.01; ours are those of the searches' precision, 0.4%.
Its resolution is half of the interval from 16 to 84 per cent, 0.9945 of ours; its tables leave accidentals out.
"""

import math

import numpy as np
import pytest

from darkfactory.experiments import load_card
from darkfactory.models import DarkPhoton
from darkfactory.processes.muon_decay.accidentals import accidental_density
from darkfactory.processes.muon_decay.slices import resonance_slice, total
from darkfactory.recorded.track_setup import cosine, line_width, pair_mass
from darkfactory.searches.line.discrimination import jackknife_error
from support.mu3e import (
    COLUMNS,
    OF_16_TO_84,
    SMEARED,
    angle_counts,
    assert_agrees,
    bump,
    pairs,
    setup,
    signals,
    width_of,
)

COEFFICIENTS = {
    10: (9.88e-5, 2.343e-4, 1.450e-5, 1.431e-4, 4.43e-8, 0.425),
    20: (5.264e-5, 1.119e-4, 1.240e-5, 1.467e-4, 1.991e-8, 0.390),
    30: (3.343e-5, 6.02e-5, 1.134e-5, 1.393e-4, 1.332e-8, 0.356),
    40: (1.208e-5, 2.332e-5, 5.941e-6, 4.669e-5, 5.943e-9, 0.370),
    60: (4.534e-7, 9.37e-7, 3.922e-7, 1.516e-6, 3.327e-10, 0.432),
    80: (1.294e-9, 2.527e-9, 1.737e-9, 3.825e-9, 1.582e-12, 0.525),
}
# m_X: epsilon^2 bump and 2d; g_ee bump, 2d; g_mumu bump, 2d; epsilon^2 bump of phase II
LIMITS = {
    10: (1.53e-7, 1.11e-7, 2.54e-4, 1.84e-4, 1.02e-3, 6.48e-4, 3.26e-8),
    20: (1.84e-7, 1.20e-7, 2.94e-4, 1.98e-4, 8.84e-4, 5.91e-4, 3.93e-8),
    30: (2.27e-7, 1.37e-7, 3.55e-4, 2.35e-4, 8.17e-4, 5.85e-4, 4.83e-8),
    40: (4.27e-7, 2.34e-7, 4.70e-4, 3.13e-4, 9.32e-4, 6.70e-4, 9.10e-8),
    60: (2.91e-6, 1.38e-6, 1.19e-3, 7.72e-4, 1.83e-3, 1.26e-3, 6.20e-7),
}
MASSES = list(LIMITS)
OPTIONS = ("cut", "1d", "2d", "lr")
GAINS = {
    (10, "vector"): (1.30, 1.34, 1.38, 1.47),
    (20, "vector"): (1.45, 1.51, 1.54, 1.66),
    (30, "vector"): (1.57, 1.65, 1.66, 1.84),
    (40, "vector"): (1.71, 1.81, 1.82, 2.11),
    (60, "vector"): (1.92, 2.08, 2.11, 2.40),
    (20, "alp via e"): (1.80, 1.95, 2.21, 2.47),
    (20, "alp via mu"): (1.79, 1.95, 2.24, 2.79),
    (20, "scalar via mu"): (1.75, 1.91, 2.38, 3.34),
    (40, "alp via e"): (1.85, 2.03, 2.26, 2.61),
}
CUTS = {10: 0.9, 20: 0.75, 30: 0.65, 40: 0.55, 50: 0.45, 60: 0.35}


def counts(mass, name, angles, cut=None):
    made = pairs(mass)
    return angle_counts(made, signals(mass)[name], made.background[:, 0], angles, cut)


@pytest.mark.parametrize("mass", COEFFICIENTS)
def test_accepted_branching_ratios(mass):
    for name, expected in zip(COLUMNS, COEFFICIENTS[mass], strict=False):
        assert_agrees(pairs(mass), signals(mass)[name], expected, 3e-3)


@pytest.mark.parametrize("mass", COEFFICIENTS)
def test_background_and_resolution(mass):
    assert_agrees(pairs(mass), pairs(mass).background[:, 0], COEFFICIENTS[mass][4], 3e-3)
    assert width_of(mass) * OF_16_TO_84 == pytest.approx(COEFFICIENTS[mass][5], rel=3 * math.hypot(5e-3, SMEARED))


def test_row_15_acceptance():
    found = bump([10, 20, 40, 60], search__angles="none")
    shares = found.result.signal_efficiency / 0.45
    assert shares == pytest.approx([0.0431, 0.0991, 0.341, 0.312], rel=1.5e-2)


@pytest.mark.parametrize(("mass", "name"), GAINS)
def test_gains(mass, name):
    for option, expected in zip(OPTIONS, GAINS[mass, name], strict=True):
        found = counts(mass, name, option)
        error = jackknife_error(found.gain[1:])
        assert error < 0.02
        # 0.01 and half a digit of the chapter
        assert found.gain[0] == pytest.approx(expected, abs=0.015 + 2 * error)


@pytest.mark.parametrize("mass", CUTS)
def test_cuts_of_section_7(mass):
    """The listed cuts are the best ones to 0.3%."""
    best, listed = counts(mass, "vector", "cut"), counts(mass, "vector", "cut", CUTS[mass])
    assert listed.cut == pytest.approx(CUTS[mass], abs=2.6e-3)
    assert best.gain[0] * (1 - 3.5e-3) < listed.gain[0] <= best.gain[0]


def test_cuts_of_other_models():
    for name, cut, gain in (("alp via e", 0.20, 1.63), ("alp via mu", 0.14, 1.61), ("scalar via mu", 0.21, 1.60)):
        best = counts(20, name, "cut").gain[0]
        assert counts(20, name, "cut", cut).gain[0] == pytest.approx(best, rel=3.5e-3)
        assert counts(20, name, "cut", 0.75).gain[0] == pytest.approx(gain, abs=0.015)
    assert counts(40, "alp via e", "cut", 0.25).gain[0] == pytest.approx(1.85, abs=0.015)


def test_fractions_of_collinear_events():
    """With the statistical errors of the chapter's 3e4 events."""
    made = pairs(20)
    e1, _, e3 = made.momenta
    near = cosine(e3[:, 1:], e1[:, 1:]) > 0.9
    densities = {"background": made.background[:, 0], **signals(20)}
    for name, expected in (("background", 0.553), ("vector", 0.066), ("alp via e", 0.024)):
        share = densities[name][near].sum() / densities[name].sum()
        assert share == pytest.approx(expected, abs=3 * math.sqrt(expected * (1 - expected) / 3e4) + 5e-4)


def test_resolutions_of_other_models():
    """At 20 MeV, relative to the vector: +4%, +1%, -5%, and +1% for the background."""
    made, detector = pairs(20), setup().detector
    densities = {**signals(20), "background": made.background[:, 0]}
    for name, expected in (("alp via e", 0.04), ("alp via mu", 0.01), ("scalar via mu", -0.05), ("background", 0.01)):
        ratio = line_width(made, densities[name], detector, pair_mass) / width_of(20)
        # 1.5% of the few effective events of an ALP
        assert ratio - 1 == pytest.approx(expected, abs=0.03)


# limits


@pytest.fixture(scope="module")
def bumps():
    return bump(MASSES, search__angles="none")


def column(number):
    return [LIMITS[mass][number] for mass in MASSES]


def test_row_19_and_the_bump(bumps):
    assert (bumps.cl, bumps.method) == (0.95, "cls")
    assert bumps.couplings["epsilon2"] == pytest.approx(column(0), rel=2e-2)
    assert bumps.couplings["epsilon"] ** 2 == pytest.approx(bumps.couplings["epsilon2"], rel=1e-12)
    assert np.all(bumps.result.extra["gain"] == 1)


def test_angles_by_default():
    found = bump(MASSES)
    assert found.result.settings["angles"] == "2d"
    assert found.couplings["epsilon2"] == pytest.approx(column(1), rel=2e-2)


@pytest.mark.parametrize("option", OPTIONS)
def test_gains_in_the_limit(bumps, option):
    """A limit on epsilon^2 improves by R."""
    found = bump(20, search__angles=option)
    gain = bumps.couplings["epsilon2"][1] / found.couplings["epsilon2"][0]
    assert gain == pytest.approx(GAINS[20, "vector"][OPTIONS.index(option)], abs=0.02)
    assert gain == pytest.approx(found.result.extra["gain"][0], rel=1e-3)
    assert ("upper bound" in " ".join(found.result.notes)) == (option == "lr")
    if option == "cut":
        assert found.result.extra["cos_max"][0] == pytest.approx(0.75, abs=0.06)


@pytest.mark.parametrize(("angles", "number"), [("none", 2), ("2d", 3)])
def test_alp_by_its_coupling_to_electrons(angles, number):
    found = bump(MASSES, model="pseudoscalar", search__angles=angles)
    assert set(found.couplings) == {"g_ee"}
    # the chapter takes the resolution of the vector for every model
    own = found.result.extra["sigma_m_ee"] / [width_of(mass) for mass in MASSES]
    assert found.couplings["g_ee"] / own**0.25 == pytest.approx(column(number), rel=1e-2)
    # with its own, at 30 MeV 6% wider, the limit on g is 1.4% weaker
    assert found.couplings["g_ee"] == pytest.approx(column(number), rel=2.5e-2)


@pytest.mark.parametrize(("angles", "number"), [("none", 4), ("2d", 5)])
def test_alp_by_its_coupling_to_muons(angles, number):
    found = bump(MASSES, model="pseudoscalar", coupling="g_mumu", search__angles=angles, search__lifetime="prompt")
    assert set(found.couplings) == {"g_mumu"}
    own = found.result.extra["sigma_m_ee"] / [width_of(mass) for mass in MASSES]
    assert found.couplings["g_mumu"] / own**0.25 == pytest.approx(column(number), rel=1e-2)
    assert found.couplings["g_mumu"] == pytest.approx(column(number), rel=2e-2)
    # g_ee = 0: nothing decays by itself
    assert found.result.extra["prompt_efficiency"] == pytest.approx(1)


def test_phase_2(bumps):
    found = bump(MASSES, "mu3e-phase2", search__angles="none", search__lifetime="prompt")
    assert found.couplings["epsilon2"] == pytest.approx(column(6), rel=2e-2)
    ratio = bumps.couplings["epsilon2"] / found.couplings["epsilon2"]
    assert ratio == pytest.approx(np.sqrt(5.5e16 / 2.5e15), rel=1e-3)


def test_lifetimes_at_the_limit(bumps):
    """Phase I: c tau <= 0.06 mm. Phase II at 10 MeV: about 0.25 mm, which costs a few per cent."""
    assert np.all(bumps.result.extra["ctau_mm"] <= 0.06)
    assert np.all(bumps.result.extra["prompt_efficiency"] > 0.999)
    prompt, real = (
        bump(10, "mu3e-phase2", search__angles="none", search__lifetime=lifetime) for lifetime in ("prompt", "model")
    )
    assert real.result.extra["ctau_mm"][0] == pytest.approx(0.25, rel=0.05)
    assert 1.01 < real.couplings["epsilon2"][0] / prompt.couplings["epsilon2"][0] < 1.06


def test_published_scale(bumps):
    """1e-7 and 1e-8 of the proposal: 1.1 to 1.8e-7, and a factor of 2 to 4 weaker in phase II."""
    assert np.all((bumps.couplings["epsilon2"][:2] > 1.1e-7) & (bumps.couplings["epsilon2"][:2] < 1.9e-7))


def test_limit_over_background(bumps):
    """S_95/B = 3.5e-4 at 20 MeV, smaller by sqrt(22) in phase II."""
    assert bumps.result.extra["limit_over_background"][1] == pytest.approx(3.5e-4, rel=2e-2)
    other = bump(20, "mu3e-phase2", search__angles="none")
    ratio = bumps.result.extra["limit_over_background"][1] / other.result.extra["limit_over_background"][0]
    assert ratio == pytest.approx(math.sqrt(22), rel=1e-3)
    assert any("of the background under the line" in note for note in other.result.notes)
    assert not any("of the background under the line" in note for note in bumps.result.notes)


@pytest.mark.parametrize(("mass", "cost"), [(10, 1.87), (20, 1.68), (40, 1.17)])
def test_cost_of_the_helix(bumps, mass, cost):
    found = bump(mass, search__angles="none", detector__profile="helix")
    place = MASSES.index(mass)
    # the chapter's factors hold at the resolution of `simple`; at 20 MeV it is 1.695(6), with its own resolution 1.71
    same = (bumps.result.extra["sigma_m_ee"][place] / found.result.extra["sigma_m_ee"][0]) ** 0.5
    ratio = found.couplings["epsilon2"][0] / bumps.couplings["epsilon2"][place]
    assert ratio * same == pytest.approx(cost, rel=2e-2)


def test_accidentals(bumps):
    """Per muon 3.7e-10 with 237 um of Mylar, 1.6e-10 with 100; four times larger in phase II; comparable at 80 MeV."""
    card = load_card("mu3e-phase1")
    assert card.value("detector.target_path_um") == 237
    by_default = bump([60, 80], search__angles="none", search__accidentals__rate=1e8)
    probability = by_default.result.settings["accidental_probability"]
    assert probability == pytest.approx(3.7e-10, rel=2e-2)
    assert accidental_density(80.0, probability) == pytest.approx(4.3e-12, rel=1e-2, abs=0)
    thin = bump(80, search__accidentals__rate=1e8, search__angles="none", detector__target_path_um=100)
    assert thin.result.settings["accidental_probability"] == pytest.approx(1.6e-10, rel=4e-2)
    later = bump(80, "mu3e-phase2", search__accidentals__rate=2e9, search__angles="none")
    assert later.result.settings["accidental_probability"] / probability == pytest.approx(4, rel=1e-9)
    # about 1% more background at 60 MeV, 3.7 times as much at 80
    clean = bump([60, 80], search__angles="none")
    more = by_default.result.background / clean.result.background
    assert more == pytest.approx([1 + 4.32e-12 / 3.327e-10, 1 + 4.32e-12 / 1.582e-12], rel=1e-2)
    weaker = by_default.couplings["epsilon2"] / clean.couplings["epsilon2"]
    assert weaker == pytest.approx(np.sqrt(more), rel=1e-6)
    assert clean.couplings["epsilon2"][0] == pytest.approx(bumps.couplings["epsilon2"][-1], rel=1e-12)


def test_selection_by_measured_momenta():
    """Selecting on smeared momenta changes signal and background by less than 0.4%."""
    made = resonance_slice(20.0, None, precision=0.01)
    detector, rng = setup().detector, np.random.default_rng(3)
    true = [p[:, 1:] for p in made.momenta]
    measured = [detector.smeared(p, rng.standard_normal(p.shape)) for p in true]
    kept = [detector.accepts(p, (1, 1, -1)) for p in (true, measured)]
    for density in (made.background[:, 0], made.resonance(DarkPhoton(mass=20.0))["epsilon^2"][:, 0]):
        before, after = (density[k].sum() for k in kept)
        _, error = total(made, density * (kept[1].astype(float) - kept[0]))
        assert error < 0.006 * before
        assert after / before == pytest.approx(1, abs=4e-3 + 2 * error / before)
