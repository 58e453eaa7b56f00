"""Laws of every search: sums, closed masses, monotonic limits, exposure, settings, cards; and of the ways to count."""

from __future__ import annotations

import dataclasses
import functools
import math
from typing import Any

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError, UnknownName
from darkfactory.experiments import list_cards, load_card
from darkfactory.experiments.trigger import Trigger
from darkfactory.searches.expectations import Counting
from darkfactory.searches.registry import SEARCHES
from darkfactory.searches.scan import run_search

# mass [MeV] and settings of a card where those of the example are not for it: taus, an endpoint alone, an uncalibrated line
OTHERWISE: dict[tuple[str, str], tuple[float, dict[str, Any]]] = {
    ("forward-positron", "jodidio"): (0.0, {}),
    ("forward-positron", "mu3e-phase1"): (40.0, {}),
    ("forward-positron", "argus"): (20.0, {"search.channel": "tau-mu"}),
    ("forward-positron", "belle"): (20.0, {"search.channel": "tau-mu"}),
    ("forward-positron", "belle2"): (20.0, {"search.channel": "tau-mu"}),
}
BACKGROUND = [name for name, search in SEARCHES.items() if search.backgrounds]


def ask(name: str, *, mass: Any = None, cl: float = 0.95, method: str = "cls", **settings: Any) -> Any:
    example = SEARCHES[name].example
    more = {**example.settings, **example.plain} | {key.replace("__", "."): value for key, value in settings.items()}
    return df.reach(name, mass=example.mass if mass is None else mass, cl=cl, method=method, settings=more)


@functools.cache
def usual(name: str) -> Any:
    """The limit of a search at its mass and at one that is closed, read by several laws."""
    return ask(name, mass=[SEARCHES[name].example.mass, SEARCHES[name].example.closed])


@functools.cache
def of_one(name: str) -> tuple[tuple[str, ...], float, float]:
    """Keys that say how many decays there are; how many these are with a 1 for each key, and their background events."""
    card = load_card(SEARCHES[name].cards[0])
    way = min(card.beam.needs[0].alternatives, key=len)
    ones = dict.fromkeys(way, 1.0)
    return way, load_card(card.name, ones).beam.exposure, float(ask(name, **ones).result.background[0])


def exposed(name: str, background: float, **more: Any) -> Any:
    """A limit with as much exposure as gives so many background events, and that exposure."""
    way, exposure, events = of_one(name)
    found = ask(name, **{**dict.fromkeys(way, 1.0), way[0]: background / events}, **more)
    assert found.result.background[0] == pytest.approx(background, rel=1e-6)
    return found, exposure * background / events


@pytest.mark.parametrize("name", SEARCHES)
def test_backgrounds_by_name_sum_up(name):
    for row in usual(name).to_dict()["points"]:
        assert sum(row["backgrounds"].values()) == pytest.approx(row["background"], rel=1e-12)
        assert all(events >= 0 for events in row["backgrounds"].values())
        assert set(row["backgrounds"]) <= set(SEARCHES[name].backgrounds)
        assert bool(row["backgrounds"]) == (name in BACKGROUND)


@pytest.mark.parametrize("name", SEARCHES)
def test_a_closed_mass_is_a_row(name):
    row = usual(name).to_dict()["points"][1]
    assert row["status"] == "closed"
    assert row["expected"]["branching_ratio"] is None
    assert row["background"] == row["signal_efficiency"] == 0
    assert row["limited_by"] is None
    assert all(intervals == [] for intervals in row.get("excluded", {}).values())


@pytest.mark.parametrize("name", SEARCHES)
def test_a_mass_does_not_depend_on_its_neighbours_unless_the_search_says_so(name):
    """Scans compute blocks of masses, and of searches that say so all masses of an axis together."""
    mass = SEARCHES[name].example.mass
    alone, beside = (
        ask(name, mass=masses).result.branching_ratio[0] for masses in ([mass], [mass, 0.6 * mass, 1.5 * mass])
    )
    assert (abs(beside / alone - 1) > 1e-9) == SEARCHES[name].together


@pytest.mark.parametrize("name", SEARCHES)
def test_a_row_is_in_order(name):
    """Band around the median, couplings as declared, edges of what is excluded rising and beginning at the limit."""
    row = usual(name).to_dict()["points"][0]
    band, median = row["band"], row["expected"]["branching_ratio"]
    assert row["status"] == "ok"
    if name in BACKGROUND:
        assert 0 <= band["m2"] <= band["m1"] <= median <= band["p1"] <= band["p2"]
    else:  # what does not fluctuate has no band
        assert set(band.values()) == {None}
    couplings = set(row["expected"]) - {"branching_ratio"}
    assert couplings <= set(SEARCHES[name].couplings)
    for coupling, intervals in row.get("excluded", {}).items():
        edges = [edge for pair in intervals for edge in pair if edge is not None]
        assert edges == sorted(edges)
        assert row["expected"][coupling] == pytest.approx(
            intervals[-1][1] if coupling.endswith("_gev") else intervals[0][0]
        )


@pytest.mark.parametrize("name", SEARCHES)
def test_limits_are_monotonic_in_cl_and_a_stronger_coupling_is_more_signal(name):
    strict, usual_one = ask(name, cl=0.99), usual(name)
    assert strict.branching_ratio[0] > usual_one.branching_ratio[0]
    for coupling, values in strict.couplings.items():
        weaker, power = values[0] / usual_one.couplings[coupling][0], -2 if coupling.endswith("_gev") else 2
        power = 1 if coupling == "epsilon2" else power
        assert weaker**power == pytest.approx(strict.branching_ratio[0] / usual_one.branching_ratio[0], rel=1e-9)


@pytest.mark.parametrize("name", BACKGROUND)
def test_more_exposure_is_a_stronger_limit(name):
    """As N^-1/2 with much background, as 1/N with next to none, and never weaker in between."""
    much = [exposed(name, events)[0].branching_ratio[0] for events in (1e8, 1e10)]
    assert much[0] / much[1] == pytest.approx(10.0, rel=2e-3)
    few = [exposed(name, events)[0] for events in (1e-4, 1e-5)]
    assert few[1].branching_ratio[0] / few[0].branching_ratio[0] == pytest.approx(10.0, rel=1e-3)
    assert few[1].result.poisson.tolist() == [True]
    between = [exposed(name, events)[0].branching_ratio[0] for events in (1e-1, 1e1, 1e3, 1e5)]
    assert np.all(np.diff([few[0].branching_ratio[0], *between, much[0]]) < 0)


@pytest.mark.parametrize(("cl", "events"), [(0.90, 2.302585), (0.95, 2.995732)])
@pytest.mark.parametrize("name", [name for name in SEARCHES if name not in BACKGROUND])
def test_where_no_background_is_counted_the_limit_is_that_of_no_event(name, cl, events):
    """Whatever the exposure: number times share that counts. A share that grows with the coupling slows the limit down."""
    card = load_card(SEARCHES[name].cards[0])
    (key,), limits = card.beam.needs[0].alternatives[0], []
    for factor in (1.0, 100.0):
        found = ask(name, cl=cl, **{key: factor * card.value(key)})
        limits.append(found.branching_ratio[0])
        signal = limits[-1] * found.result.signal_efficiency[0] * factor * card.beam.exposure
        assert signal == pytest.approx(events, rel=1e-6)
        assert 0 < found.result.signal_efficiency[0] <= 1
    assert limits[0] > limits[1]


@pytest.mark.parametrize(("cl", "events"), [(0.90, 2.302585), (0.95, 2.995732)])
@pytest.mark.parametrize("name", BACKGROUND)
def test_without_background_the_limit_is_that_of_no_event(name, cl, events):
    found, exposure = exposed(name, 1e-5, cl=cl)
    signal = found.branching_ratio[0] * found.result.signal_efficiency[0] * exposure
    signal = found.result.extra.get("signal_events", [signal])[0]
    assert signal == pytest.approx(events, rel=2e-3)


@pytest.mark.parametrize("name", BACKGROUND)
def test_what_is_seen_goes_with_the_efficiency(name):
    """Half of it, half of the signal and of the background; a trigger sees less too, so that more muons fit."""
    card = load_card(SEARCHES[name].cards[0])
    keys = {getattr(need, "scale", "") for need in SEARCHES[name].needs} - {""}
    assert keys, "a search needs a detector"
    for key in keys:
        full = card.value(key, 1.0)
        fixed = dict.fromkeys(of_one(name)[0], 1e8)
        one, half = (ask(name, **fixed, **{key: factor * full}).result for factor in (1.0, 0.5))
        assert half.background[0] < one.background[0]
        if Trigger not in SEARCHES[name].needs:
            assert half.background[0] == pytest.approx(0.5 * one.background[0], rel=1e-9)
        assert half.signal_efficiency[0] == pytest.approx(0.5 * one.signal_efficiency[0], rel=1e-9)
        assert 0 < one.signal_efficiency[0] <= 1


@pytest.mark.parametrize("name", SEARCHES)
def test_an_unknown_setting_is_refused(name):
    with pytest.raises(UnknownName, match=r"search\.nonsense"):
        ask(name, search__nonsense=1)


CARDS = [(name, card) for name, search in SEARCHES.items() for card in search.cards]


@pytest.mark.parametrize(("name", "card"), CARDS)
def test_every_card_of_a_search_runs(name, card):
    mass, given = OTHERWISE.get((name, card), (SEARCHES[name].example.mass, {}))
    method = "fisher" if "fisher" in SEARCHES[name].methods else SEARCHES[name].method
    found = df.reach(name, card, mass=mass, method=method, settings={**SEARCHES[name].example.settings, **given})
    assert found.result.status.tolist() == ["ok"]
    assert found.branching_ratio[0] > 0


def test_every_card_with_a_section_of_a_search_is_among_its_cards():
    for card in list_cards():
        for name in load_card(card).sections:
            assert card in SEARCHES[name].cards


# a counting search of two edges: g^2 exp(-g^2 / late^2) of the decays; and one for a scale
B0 = np.array([0.0, 3.0, 400.0, 3.0])
OPEN = np.array([True, True, True, False])
SIZE = np.array([1e4, 1e4, 1e4, 0.0])


def counting(coupling: str = "g_ee", late: float = 1.0, **more: Any) -> Counting:
    sign = -2.0 if coupling.endswith("_gev") else 2.0
    late = math.inf if coupling.endswith("_gev") else late
    given = {
        "settings": {},
        "signal": lambda x, rows: SIZE[rows] * x**sign * np.exp(-((x / late) ** 2)),
        "branching_ratio": lambda x, rows: 1e-3 * x**sign,
        "backgrounds": {"one": 0.25 * B0, "two": 0.75 * B0},
        "is_open": OPEN,
        "signal_efficiency": np.full(4, 0.1),
        "coupling": coupling,
        "scan": np.geomspace(1e-6, 1e6, 73),
    }
    return Counting(**({"tip": lambda low, high: (low + high) / 2} | given | more))


def counted(made: Counting, **more: Any) -> Any:
    search = dataclasses.replace(
        SEARCHES["ee-resonance"], set_up=lambda *_: made, couplings=(made.coupling,), backgrounds=("one", "two")
    )
    return run_search(search, load_card("mu3e-phase1"), {}, None, np.arange(4.0), 0.90, "cls", **more)


def test_counting_finds_both_edges():
    found = counted(counting())
    assert found.status.tolist() == ["ok", "ok", "ok", "closed"]
    assert found.poisson.tolist() == [True, True, False, False]
    assert found.tip() == 2.5
    assert found.background.tolist() == np.where(OPEN, B0, 0.0).tolist()
    assert found.signal_efficiency.tolist() == np.where(OPEN, 0.1, 0.0).tolist()
    for h in range(3):
        (edges,) = found.excluded["g_ee"][h]
        signal = SIZE[h] * edges**2 * np.exp(-(edges**2))
        assert signal[0] == pytest.approx(signal[1], rel=1e-9)
        assert found.couplings["g_ee"][h] == edges[0]
        assert found.branching_ratio[h] == pytest.approx(1e-3 * edges[0] ** 2, rel=1e-12)
    assert SIZE[0] * found.excluded["g_ee"][0][0][1] ** 2 * math.exp(
        -(found.excluded["g_ee"][0][0][1] ** 2)
    ) == pytest.approx(2.302585, rel=1e-6)
    assert np.all(np.diff(found.band[:3], axis=1) >= 0)
    assert len(found.excluded["g_ee"][3]) == 0
    assert not any("however strong" in note for note in found.notes)


def test_counting_for_a_scale_and_what_is_not_bracketed():
    found = counted(counting("cutoff_gev"))
    assert found.couplings["cutoff_gev"][0] == pytest.approx((1e4 / 2.302585) ** 0.5, rel=1e-6)
    assert found.excluded["cutoff_gev"][0].tolist() == [[0.0, found.couplings["cutoff_gev"][0]]]
    assert any("excluded at 0, 1, 2 MeV however strong the coupling" in note for note in found.notes)
    short = counted(counting("cutoff_gev", scan=np.geomspace(1e-6, 1.0, 37)))
    assert short.status.tolist() == ["unbracketed"] * 3 + ["closed"]
    assert short.couplings["cutoff_gev"].tolist() == [0.0] * 4
    assert any(note.startswith("unbracketed at 0, 1, 2 MeV") for note in short.notes)
    fixed = counted(counting(signal=lambda x, rows: np.full(len(x), 1e3) + 0 * x))
    assert fixed.status.tolist() == ["excluded-by-fixed"] * 3 + ["closed"]
    small = counted(counting(signal=lambda x, rows: 1e-3 * x / (1 + x)))
    assert small.status.tolist() == ["out-of-reach"] * 3 + ["closed"]


def test_counting_of_observed_events():
    """None seen over none expected is the expected limit; an excess weakens it; a wrong number of counts is refused."""
    found = counted(counting(), observed=0)
    assert found.observed["g_ee"][0] == pytest.approx(found.couplings["g_ee"][0], rel=1e-9)
    assert counted(counting(), observed=[0, 9, 400, 0]).observed["g_ee"][1] > found.couplings["g_ee"][1]
    lost = counted(counting(late=4e-2), observed=[30, 3, 400, 0])
    assert np.isinf(lost.observed["branching_ratio"][0])
    assert any(note.startswith("no observed limit at 0") for note in lost.notes)
    with pytest.raises(DarkfactoryError, match="allowed one number, or one of each of the 4 masses"):
        counted(counting(), observed=[1, 2])
