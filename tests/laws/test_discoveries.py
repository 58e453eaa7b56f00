"""Laws of the discovery reach of every search: with its significance, beside its limit, and of whole scans."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
import pytest
from scipy.special import ndtr

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.searches.registry import SEARCHES

CLEAN = [name for name, search in SEARCHES.items() if not search.backgrounds]
BUSY = [name for name in SEARCHES if name not in CLEAN]


@functools.cache
def ask(name: str, masses: tuple[float, ...] = (), **given: Any) -> Any:
    example = SEARCHES[name].example
    wanted = {**example.settings, **example.plain}
    return df.reach(name, mass=list(masses) or example.mass, settings=wanted, **given)


def seen(name: str, z: float, **given: Any) -> Any:
    return ask(name, discovery=z, **given).discovery


@pytest.mark.parametrize("name", SEARCHES)
def test_a_discovery_is_a_stronger_coupling_with_its_significance(name):
    found = [seen(name, z) for z in (1.0, 3.0, 5.0)]
    rates = np.array([one.branching_ratio[0] for one in found])
    assert np.all(np.isfinite(rates))
    assert np.all(np.diff(rates) > 0) or name in CLEAN
    for coupling in found[0].couplings:
        x = np.array([one.couplings[coupling][0] for one in found])
        power = -2 if coupling.endswith("_gev") else 1 if coupling == "epsilon2" else 2
        assert x**power / x[0] ** power == pytest.approx(rates / rates[0], rel=1e-9)
    for one in found:
        assert (one.z_local, one.trial_factor) == (one.z, 1.0)


@pytest.mark.parametrize("name", BUSY)
def test_over_much_background_it_is_the_limit_of_the_same_significance_and_far_above_that_of_95_percent(name):
    """Both are z times the error of the signal, up to z^2 counts."""
    limit = ask(name, cl=float(ndtr(1.959964)) * 2 - 1, method="cls")
    events = limit.result.background[0]
    assert events > 1e3
    same = seen(name, 1.959964, cl=float(ndtr(1.959964)) * 2 - 1, method="cls").branching_ratio[0]
    assert same / limit.branching_ratio[0] == pytest.approx(1.0, abs=3 / math.sqrt(events))
    five = seen(name, 5.0, cl=float(ndtr(1.959964)) * 2 - 1, method="cls").branching_ratio[0]
    assert five / limit.branching_ratio[0] == pytest.approx(5 / 1.959964, rel=0.2)


@pytest.mark.parametrize("name", CLEAN)
def test_without_any_background_one_event_is_a_discovery(name):
    """In the median: ln 2 expected events, whatever the significance. Of long-lived X more are made, and more of them decay."""
    found = ask(name, cl=0.95, discovery=5.0)
    more = found.result.branching_ratio[0] / found.discovery.branching_ratio[0]
    assert more**2 == pytest.approx(-math.log(0.05) / math.log(2.0), rel=1e-3)
    assert found.discovery.branching_ratio[0] == seen(name, 3.0).branching_ratio[0]
    assert any("exact Poisson" in note for note in found.notes)


def test_both_edges_of_what_is_discoverable_lie_inside_those_of_what_is_excluded():
    row = ask("beam-dump", discovery=3.0).rows[0]
    (inner,), (outer,) = row["excluded"]["epsilon"], row["discoverable"]["epsilon"]
    assert outer[0] < inner[0] < inner[1] < outer[1]  # ln 2 events are less than 3
    settings = {"search.precision": 0.1}
    row = df.reach("ee-displaced", mass=10, discovery=3, settings=settings).rows[0]
    (limits,), (seen_ones,) = row["excluded"]["epsilon"], row["discoverable"]["epsilon"]
    assert limits[0] < seen_ones[0] < seen_ones[1] < limits[1]
    assert row["discovery"]["epsilon"] == seen_ones[0]
    nothing = df.reach("ee-displaced", mass=10, discovery=7, settings=settings).rows[0]
    assert (nothing["discovery"]["epsilon"], nothing["discoverable"]["epsilon"]) == (None, [])


@pytest.mark.parametrize("name", SEARCHES)
def test_a_scan_asks_for_more(name):
    """Everywhere by one local significance; none where one count serves all masses."""
    mass = SEARCHES[name].example.mass
    masses = (0.8 * mass, mass, 1.2 * mass)
    found = ask(name, masses, discovery=3.0, look_elsewhere="gross-vitells")
    alone = ask(name, masses, discovery=found.discovery.z_local)
    assert found.discovery.branching_ratio == pytest.approx(alone.discovery.branching_ratio, rel=1e-9)
    factor = found.discovery.trial_factor
    assert factor == pytest.approx(float(ndtr(-3.0) / ndtr(-found.discovery.z_local)))
    assert factor == 1.0 if name in ("beam-dump", "neutral-current") else factor > 3
    row = found.rows[0]["discovery"]
    assert (row["z"], row["z_local"], row["trial_factor"]) == (3.0, found.discovery.z_local, factor)


def test_toys_agree_with_the_closed_form():
    closed, toys, others = (
        ask("missing-mass-photon", (20.0, 26.0), discovery=3.0, look_elsewhere=how, seed=seed).discovery.trial_factor
        for how, seed in (("gross-vitells", 0), ("toys", 0), ("toys", 1))
    )
    assert toys == pytest.approx(closed, rel=0.1)
    assert toys != others


def test_a_scan_ends_at_its_last_open_mass():
    """Closed masses are no part of it: it is not said that they are, and one open mass alone is no scan."""
    given = {"discovery": 3.0, "look_elsewhere": "gross-vitells"}
    open_alone, more = (ask("missing-mass-photon", masses, **given) for masses in ((20.0, 26.0), (20.0, 26.0, 60.0)))
    assert more.discovery.z_local == open_alone.discovery.z_local
    assert any("in a scan from 20 to 26 MeV are" in note for note in more.notes)
    with pytest.raises(InvalidInput, match=r"masses that are open.*here only 20 MeV"):
        ask("missing-mass-photon", (20.0, 60.0), **given)


@pytest.mark.parametrize(
    ("name", "given", "said"),
    [
        ("forward-positron", {"discovery": 0}, "discovery = 0"),
        ("forward-positron", {"discovery": 8}, r"allowed \(0, 7\]"),
        ("forward-positron", {"discovery": math.nan}, "discovery"),
        ("forward-positron", {"look_elsewhere": "toys"}, "changes nothing without discovery"),
        ("forward-positron", {"seed": 1}, "changes nothing without look-elsewhere"),
        ("forward-positron", {"discovery": 3, "seed": 1}, "changes nothing without look-elsewhere"),
        ("forward-positron", {"discovery": 3, "look_elsewhere": "gross-vitels", "mass": [1, 2]}, "gross-vitells"),
        ("forward-positron", {"discovery": 3, "look_elsewhere": "gross-vitells"}, "allowed with several masses"),
        (
            "missing-mass-tracks",
            {"discovery": 3, "look_elsewhere": "toys", "mass": [20, 30]},
            "window around each mass",
        ),
        ("beam-dump", {"discovery": 3, "settings": {"search.events": 3}}, "a discovery takes search.events=poisson"),
    ],
)
def test_what_cannot_be_said_is_refused(name, given, said):
    settings = {**SEARCHES[name].example.settings, **given.pop("settings", {})}
    with pytest.raises(InvalidInput, match=said):
        df.reach(name, **{"mass": SEARCHES[name].example.mass, **given}, settings=settings)
