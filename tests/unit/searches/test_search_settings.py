"""The table of a search's keys: parsing, layers, messages; the range of the fit."""

import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.experiments import load_card
from darkfactory.searches.forward_positron.search import KEYS, optimal_flipped_fraction, with_flipped_fraction
from darkfactory.searches.registry import SEARCHES, find_search
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Setting, read_settings
from support.forward_positron import base_setup, setup_of


def parse(card=None, user=None):
    layers = ("card", card or {}), ("user", user or {})
    return read_settings(KEYS, "forward-positron", *layers, label="search.")


def test_every_key_has_a_default_and_a_text():
    defaults = parse()
    assert set(defaults) == {key.name for key in KEYS}
    assert all(key.doc for key in KEYS)
    assert defaults["focus"] == 1
    assert defaults["background_order"] == "exp"


@pytest.mark.parametrize(
    ("name", "raw", "value"),
    [
        ("focus", "100", 100.0),
        ("focus", 29.5, 29.5),
        ("focus_mode", "LUMI", "lumi"),
        ("mixed_orders", "yes", True),
        ("mixed_orders", False, False),
        ("bins", "80", 80),
        ("bins", 80.0, 80),
        ("flipped_fraction", "optimal", "optimal"),
        ("flipped_fraction", "0.2", 0.2),
        ("systematics.energy_scale", "free", math.inf),
        ("systematics.energy_scale", "none", 0.0),
        ("systematics.energy_scale", "2.2e-5", 2.2e-5),
        ("cl", "0.9", 0.9),
        ("method", "Fisher", "fisher"),
    ],
)
def test_values(name, raw, value):
    found = parse(user={name: raw})[name]
    assert found == value
    assert type(found) is type(value)


@pytest.mark.parametrize(
    ("name", "raw", "message"),
    [
        ("focus", 0.5, "search.focus = 0.5: allowed [1,"),
        ("focus", "abc", "search.focus = 'abc': not a number, allowed [1,"),
        ("flipped_fraction", 1, "search.flipped_fraction = 1: allowed [0, 1); or optimal; fraction"),
        ("bins", 2.5, "search.bins = 2.5: allowed whole numbers"),
        ("mixed_orders", "maybe", "search.mixed_orders = 'maybe': allowed true, false"),
        ("focus_mode", "cones", "search.focus_mode = 'cones': allowed cone, lumi; did you mean cone?"),
        ("systematics.resolution", -1, "search.systematics.resolution = -1: allowed (0,"),
        ("systematics", "all", "search.systematics = 'all': allowed none"),
        ("x_low", 1.0, "search.x_low = 1: allowed [0, 1)"),
        ("kappa", -1e-4, "search.kappa = -0.0001: allowed [0,"),
        ("unmodelled_scale", 0.2, "search.unmodelled_scale = 0.2: allowed [-0.1, 0.1]"),
        ("cl", 95, "search.cl = 95: allowed (0.5, 1)"),
    ],
)
def test_refused_values(name, raw, message):
    with pytest.raises(InvalidInput) as caught:
        parse(user={name: raw})
    assert message in str(caught.value)


def test_the_user_overrides_the_card_overrides_the_table():
    found = parse({"focus": 10, "window": 0.06, "systematics.resolution": 0.02}, {"focus": 20})
    assert (found["focus"], found["window"], found["systematics.resolution"]) == (20, 0.06, 0.02)


def test_systematics_none_clears_a_layer_below_but_not_its_own():
    card = {"systematics.resolution": 0.02, "systematics.radiative": 1}
    found = parse(card, {"systematics": "none", "systematics.polarization": 0.3})
    assert {k: v for k, v in found.items() if k.startswith("systematics.") and v} == {"systematics.polarization": 0.3}


def test_all_problems_at_once_and_unknown_keys_are_unknown_names():
    with pytest.raises(UnknownName) as caught:
        parse({"focuss": 2}, {"focus": 0, "bins": 1})
    text = str(caught.value)
    assert "search.focuss: unknown key of forward-positron; did you mean search.focus" in text
    assert "search.focus = 0" in text
    assert "search.bins = 1" in text


def test_a_key_with_an_unlike_name_lists_all():
    """The common prefix must not make every key look near."""
    with pytest.raises(UnknownName, match=r"search\.zzz: unknown key of forward-positron; keys: cl, method, channel"):
        parse(user={"zzz": 1})


@pytest.mark.parametrize("card", ["megii-fwd", "jodidio", "twist", "mu3e-phase1", "belle", "belle2", "argus"])
def test_shipped_cards_parse(card):
    settings = card_settings(load_card(card), KEYS, "forward-positron")
    assert set(settings) == {key.name for key in KEYS}


def test_searches_by_name():
    for name, search in SEARCHES.items():
        assert find_search(name.replace("-", "_")) is search
        assert search.method in search.methods
    with pytest.raises(UnknownName, match="search 'forwards-positron' does not exist; searches: forward-positron"):
        find_search("forwards-positron")


def test_a_number_key_may_exclude_its_ends():
    key = Setting("search.z", 1.0, "a test", low=0, high=1, open_low=True)
    assert key.parse("1") == (1.0, None)
    assert key.parse(0)[1] == "search.z = 0: allowed (0, 1]; a test"


# range of the fit


def test_default_range_is_common_to_a_mass_scan():
    setup = setup_of("megii-fwd", {"search.x_low": 0.85})
    edges = setup.edges(np.array([0.0, 20.0]))
    assert (edges[0], edges[-1], len(edges)) == (0.85, pytest.approx(1.05), 81)
    free = setup_of("megii-fwd")
    for masses, low in (([0.0, 20.0], 0.85), ([0.0, 40.0], 1 - 40**2 / (105.6583755**2 + 0.511**2) - 0.1)):
        assert free.edges(np.array(masses))[0] == pytest.approx(low, abs=1e-6)
    # a closed mass has no line and does not widen the range
    assert free.edges(np.array([0.0, 200.0]))[0] == 0.85
    assert free.edges(np.array([200.0]))[0] == 0.85


@pytest.mark.parametrize("dx", [0.003, 0.005, 0.007, 0.01, 0.011, 0.02])
def test_number_of_bins_is_never_random(dx):
    edges = base_setup(dx=dx).edges(np.zeros(1))
    assert len(edges) - 1 == round((1 + 5 * dx - 0.85) / (dx / 4))
    assert edges[-1] == pytest.approx(1 + 5 * dx, rel=1e-14, abs=0)


def test_windows_follow_the_line():
    setup = setup_of("mu3e-phase1")
    edges = setup.edges(np.array([30.0, 60.0]))
    assert edges.shape == (2, 81)
    np.testing.assert_allclose((edges[:, 0] + edges[:, -1]) / 2, setup.line(np.array([30.0, 60.0])), rtol=1e-12)
    np.testing.assert_allclose(edges[:, -1] - edges[:, 0], 20 * 0.00946424, rtol=1e-9)


def test_optimal_flip_is_the_best_one():
    priors = {"norm": math.inf, "P": 0.01, "eps": math.inf, "r": 0.05}
    setup = base_setup(focus=100, priors=priors)
    from darkfactory.models import LfvAlp
    from darkfactory.statistics import fisher_information

    best = optimal_flipped_fraction(setup, LfvAlp(), 0.0)

    def sigma(fraction):
        model = with_flipped_fraction(setup, fraction).binned_model(LfvAlp(), np.zeros(1), linear=True)
        return float(fisher_information(model).sigma[0])

    assert best == pytest.approx(0.17, abs=0.05)
    assert all(sigma(best) <= sigma(f) * (1 + 1e-6) for f in (0.05, 0.1, 0.15, 0.2, 0.3, 0.5))
    # with the scale known nothing is gained by the background of the other spin
    assert optimal_flipped_fraction(base_setup(focus=1), LfvAlp(), 0.0) == 0.0


def test_who_gave_a_setting_and_what_nobody_read():
    """A word that sets many keys is used if one of them is; repeating what holds anyway asks for nothing."""
    found = parse({"focus": 10, "systematics": "none"}, {"focus": 10, "kappa": 0.1, "systematics": "none"})
    assert (found.origins["focus"], found.origins["systematics.resolution"]) == ("user", "user")
    assert found.unread() == ["search.kappa", "search.systematics"]
    assert found["systematics.resolution"] == 0
    assert found.unread() == ["search.kappa"]
    assert parse({"systematics": "none"}).origins["systematics.resolution"] == "card"
    assert found["kappa"] == 0.1
    assert found.unread() == []
    found.ignores("kappa")
    assert (found | {"focus": 3.0}).unread() == ["search.kappa"]


def test_a_coupling_with_a_value_is_not_the_one_that_is_scanned():
    """Of g_e and g_mu the one that is free is limited; where both have values, one must be named."""
    given = {"search.precision": 0.1, "model.g_e": 1e-5}

    def limit(**more):
        return df.reach("ee-resonance", model="pseudoscalar", mass=20, **more)

    found, named = limit(settings=given), limit(settings=given, coupling="g_mumu")
    assert found.rows == named.rows
    assert "g_mumu" in found.rows[0]["expected"]
    assert "g_ee" in limit(settings={"search.precision": 0.1}).rows[0]["expected"]
    with pytest.raises(InvalidInput, match=r"model\.g_e: changes nothing in ee-resonance, which scans it"):
        limit(settings=given | {"model.g_mu": 1e-5})
    with pytest.raises(InvalidInput, match=r"model\.g_e: changes nothing in ee-resonance, which scans it"):
        limit(settings=given, coupling="g_ee")
