"""What no search can forget: few events, nuisances at a bound, couplings that are fixed too large, recalled numbers, cost."""

import dataclasses

import numpy as np
import pytest

import darkfactory
from darkfactory.errors import InvalidInput
from darkfactory.experiments import load_card
from darkfactory.searches.pointwise import Point, Pointwise
from darkfactory.searches.registry import SEARCHES
from darkfactory.searches.scan import run_search
from oracles.few_events import cls_limit, count_at

FEW = {
    "forward-positron": ({"mass": 20, "experiment": "megii-fwd"}, {"beam.exposure_muons": 1e3}),
    "missing-mass-photon": (
        {"mass": 20, "experiment": "meg2"},
        {"beam.exposure_muons": 1e7, "search.sampling": 0.5},
    ),
    "missing-mass-tracks": ({"mass": 20, "experiment": "mu3e-phase1"}, {"beam.exposure_muons": 1e4}),
    "ee-resonance": ({"mass": 95, "experiment": "mu3e-phase1", "model": "dark-photon"}, {"search.angles": "none"}),
}
# what counts in one window has laws of its own
ALL = [(name, method) for name in FEW for method in SEARCHES[name].methods]


def reach(name, method=None, *, cl=0.95, given=None, **more):
    options, settings = FEW[name]
    return darkfactory.reach(name, method=method, cl=cl, settings=settings | (given or {}), **(options | more))


@pytest.mark.parametrize(("name", "method"), ALL)
def test_every_search_and_method_has_the_rule(name, method):
    """With next to no background every method gives the exact limit, and says so once."""
    found = reach(name, method)
    assert found.result.poisson.tolist() == [True]
    notes = [note for note in found.result.notes if "exact Poisson CLs" in note]
    assert len(notes) == 1
    assert (f"in place of {method}" in notes[0]) == (method != "cls")
    if method not in ("window", "kappa"):
        assert found.branching_ratio == pytest.approx(reach(name, "cls").branching_ratio, rel=1e-12)
    exposure = load_card(
        found.experiment, {"beam.exposure_muons": FEW[name][1].get("beam.exposure_muons", 2.5e15)}
    ).exposure
    signal = found.result.extra.get("signal_events")
    signal = (
        float((found.branching_ratio * found.result.signal_efficiency)[0]) * exposure if signal is None else signal[0]
    )
    assert 2.995 < signal < 4.0  # all of the signal; a window holds a part of it


@pytest.mark.parametrize("method", ["fisher", "profile", "cls"])
def test_forward_positrons_without_background(method):
    """1e3 muons, 0.02 background events in all: 2.9957 events, a branching ratio of 5.66, which excludes nothing."""
    found = reach("forward-positron", method, given={"search.systematics": "none"})
    assert found.branching_ratio[0] == pytest.approx(5.66, abs=0.005)
    assert found.result.band[0] == pytest.approx(np.full(5, found.branching_ratio[0]), rel=1e-12)
    assert any("above 1" in note and "20 MeV" in note for note in found.result.notes)


def test_a_resonance_without_background():
    found = reach("ee-resonance", "profile")
    assert found.branching_ratio[0] == pytest.approx(1.836e-3, rel=2e-3)
    assert found.result.extra["signal_events"][0] == pytest.approx(2.995732, rel=1e-6)


def test_counting_has_the_exact_band():
    found = reach("missing-mass-photon", "cls", cl=0.90, given={"search.analysis": "counting"})
    b = float(found.result.background[0])
    assert 0.2 < b < 0.4
    exact = np.array([cls_limit(count_at(k, b), b, 0.90) for k in (-2, -1, 0, 1, 2)])
    assert found.result.band[0] / found.branching_ratio[0] == pytest.approx(exact / 2.302585, rel=1e-6)


def test_more_data_do_not_weaken_the_limit_of_a_photon_search():
    """The asymptotic limit of 1.35e9 muons was weaker than that of 1.2e9, which had lost its systematics."""
    given = {
        "search.systematics.rmd_norm": 0.3,
        "search.systematics.resolution": 0.3,
        "search.shift_prior": 1e-3,
        "search.sampling": 0.5,
    }
    made = [
        reach("missing-mass-photon", "cls", cl=0.9, mass=5, given=given | {"beam.exposure_muons": muons})
        for muons in (1.0e9, 1.2e9, 1.28e9, 1.35e9, 1.5e9)
    ]
    assert [bool(found.result.poisson[0]) for found in made][::4] == [True, False]
    assert np.all(np.diff([found.branching_ratio[0] for found in made]) < 0)


def test_working_points_know_the_rule():
    given = {"search.optimise": True, "search.optimise_low": 12, "search.optimise_high": 14}
    found = reach("missing-mass-photon", "fisher", given=given)
    assert found.result.extra["best_branching_ratio"][0] > 0.9 * found.branching_ratio[0]


def test_a_nuisance_at_its_bound_is_said():
    found = darkfactory.reach("forward-positron", "megii-fwd", mass=[5, 20], settings={"beam.polarization": 1})
    assert found.result.at_bound.tolist() == ["polarization", "polarization"]
    assert sum("polarization; the limit leans on that bound" in note for note in found.result.notes) == 1
    free = darkfactory.reach("forward-positron", "megii-fwd", mass=5)
    assert free.result.at_bound.tolist() == [""]


def test_a_point_that_a_fixed_coupling_excludes():
    given = {"search.angles": "none", "model.g_e": 1e-3}
    options = {"model": "pseudoscalar", "coupling": "g_mumu", "mass": [12, 20]}
    found = darkfactory.reach("ee-resonance", "mu3e-phase1", settings=given, **options)
    assert found.result.status[0] == "excluded-by-fixed"
    assert found.couplings["g_mumu"][0] == 0
    assert any(note.startswith("excluded-by-fixed at 12") for note in found.result.notes)
    smaller = darkfactory.reach("ee-resonance", "mu3e-phase1", settings=given | {"model.g_e": 1e-5}, **options)
    assert set(smaller.result.status) == {"ok"}


@pytest.mark.parametrize("name", SEARCHES)
def test_recalled_numbers_are_named_once(name):
    search = SEARCHES[name]
    card = "mu3e-phase1" if name == "forward-positron" else search.cards[0]
    given = FEW[name][1] if name in FEW else dict(search.example.settings)
    mass = 40 if name == "forward-positron" else search.example.mass
    found = darkfactory.reach(name, card, mass=mass, method=search.methods[0], settings=given)
    recalled = load_card(found.experiment).recalled
    told = [note for note in found.result.notes if "not checked against a publication" in note]
    assert len(told) == (1 if recalled else 0)
    for key in recalled:
        # what the user gives is no longer recalled
        assert key in told[0] or key in given


@pytest.mark.parametrize(
    ("experiment", "given", "words"),
    [
        ("megii-fwd", {"detector.x_resolution": 1e-5}, "6.002e.04 bins .* need about 115 GiB: allowed 4"),
        ("megii-fwd", {"search.bins": 1e8}, "1e.08 bins .* GiB"),
        ("megii-fwd", {"search.bins_per_resolution": 1e6}, "GiB: allowed 4; fewer bins"),
        ("megii-fwd", {"search.window_resolutions": 1e6}, "GiB: allowed 4; fewer bins"),
        ("jodidio", {"search.window": 1e3}, "GiB: allowed 4; fewer bins"),
    ],
)
def test_memory_is_asked_for_before_it_is_taken(experiment, given, words):
    with pytest.raises(InvalidInput, match=words):
        darkfactory.reach("forward-positron", experiment, mass=20, method="fisher", settings=given)


def test_time_and_histograms_of_the_photon_search_have_an_end():
    with pytest.raises(InvalidInput, match=r"search.sampling = 8: allowed \[0.2, 4\].* minutes a mass"):
        darkfactory.reach("missing-mass-photon", mass=20, settings={"search.sampling": 8})
    with pytest.raises(InvalidInput, match=r"2.757e.05 bins, allowed 20000"):
        darkfactory.reach("missing-mass-photon", mass=20, settings={"detector.positron_energy_resolution": 1e3})


def test_a_point_that_nothing_reaches_is_not_ok():
    def set_up(card, settings, model, masses, cl, method):
        return Pointwise(
            settings={}, at=lambda mass, cl, method: Point("ok"), couplings=lambda x: {"F_gev": 1 / x}, sources=()
        )

    search = dataclasses.replace(SEARCHES["missing-mass-tracks"], set_up=set_up)
    found = run_search(search, load_card("mu3e-phase1"), {}, None, np.array([20.0]), 0.95, "cls")
    assert found.status.tolist() == ["out-of-reach"]
    assert any(note.startswith("out-of-reach at 20 MeV") for note in found.notes)
