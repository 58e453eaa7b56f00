"""Chapter 03, section 10: bad settings of a search, each a ValueError that says what is allowed."""

import math

import pytest

from darkfactory import LfvAlp, reach
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput, UnknownName
from support.bad_input import INF, NAN, assert_refused, forward, message, refused

# focus, spin, range and orders of the search


MIXED = ["search.signal_tail", "search.background_order", "search.mixed_orders=true"]


@refused(
    ("F < 1", lambda: forward(search__focus=0.5), InvalidInput, ["search.focus = 0.5: allowed [1,"]),
    ("F NaN", lambda: forward(search__focus=NAN), InvalidInput, ["search.focus = nan: allowed [1,"]),
    ("F word", lambda: forward(search__focus="big"), InvalidInput, ["search.focus = 'big': not a number"]),
    ("F list", lambda: forward(search__focus=[1, 2]), InvalidInput, ["search.focus = [1, 2]"]),
    (
        "F(1-c0) > 2",
        lambda: forward(search__focus=1e4),
        InvalidInput,
        ["search.focus = 10000: allowed [1, 3603]", "sphere"],
    ),
    (
        "F on a whole sphere",
        lambda: forward("mu3e-phase1", mass=30, search__focus=2),
        InvalidInput,
        ["search.focus = 2: allowed [1, 1]"],
    ),
    ("F on bins", lambda: forward("twist", search__focus=10), InvalidInput, ["search.focus = 10", "cos_theta_bins"]),
    (
        "focus mode",
        lambda: forward(search__focus_mode="wide"),
        InvalidInput,
        ["search.focus_mode = 'wide': allowed cone, lumi"],
    ),
    (
        "flip 1",
        lambda: forward(search__flipped_fraction=1),
        InvalidInput,
        ["search.flipped_fraction = 1: allowed [0, 1)"],
    ),
    (
        "flip < 0",
        lambda: forward(search__flipped_fraction=-0.1),
        InvalidInput,
        ["search.flipped_fraction = -0.1", "[0, 1)"],
    ),
    (
        "flip on bins",
        lambda: forward("twist", search__flipped_fraction=0.1),
        InvalidInput,
        ["search.flipped_fraction = 0.1", "cos_theta_bins"],
    ),
    (
        "optimal flip on bins",
        lambda: forward("twist", search__flipped_fraction="optimal"),
        InvalidInput,
        ["search.flipped_fraction = optimal", "single cone"],
    ),
    (
        "order",
        lambda: forward(search__background_order="nlo"),
        InvalidInput,
        ["search.background_order = 'nlo': allowed born, oalpha, exp"],
    ),
    (
        "tail",
        lambda: forward(search__signal_tail="hard"),
        InvalidInput,
        ["search.signal_tail = 'hard': allowed none, soft"],
    ),
    ("tail without order", lambda: forward(search__background_order="born"), InvalidInput, [*MIXED, "soft", "born"]),
    ("order without tail", lambda: forward(search__signal_tail="none"), InvalidInput, [*MIXED, "none", "exp"]),
    (
        "channel",
        lambda: forward(search__channel="mu-tau"),
        InvalidInput,
        ["search.channel = 'mu-tau': allowed mu-e, tau-e, tau-mu"],
    ),
    (
        "tau with muons",
        lambda: forward(search__channel="tau-e"),
        InvalidInput,
        ["search.channel = tau-e", "megii-fwd makes muons; allowed mu-e"],
    ),
    (
        "mu with taus",
        lambda: forward("belle2", search__channel="mu-e"),
        InvalidInput,
        ["search.channel = mu-e", "belle2 makes taus; allowed tau-e, tau-mu"],
    ),
    ("bins", lambda: forward(search__bins=1), InvalidInput, ["search.bins = 1: allowed [2,"]),
    ("half a bin", lambda: forward(search__bins=2.5), InvalidInput, ["search.bins = 2.5: allowed whole numbers"]),
    ("window without bins", lambda: forward(search__window=5e-4), InvalidInput, ["search.window"]),
    ("kappa", lambda: forward(method="kappa", search__kappa=-1), InvalidInput, ["search.kappa = -1: allowed [0,"]),
    (
        "calibration",
        lambda: forward(search__calibration="no"),
        InvalidInput,
        ["search.calibration = 'no': allowed edge, external"],
    ),
    (
        "prior < 0",
        lambda: forward(search__systematics__energy_scale=-1),
        InvalidInput,
        ["search.systematics.energy_scale = -1: allowed (0,", "free, none"],
    ),
    (
        "systematics",
        lambda: forward(search__systematics="all"),
        InvalidInput,
        ["search.systematics = 'all': allowed none"],
    ),
    ("unknown key", lambda: forward(search__focuss=2), UnknownName, ["search.focuss: unknown key of forward-positron"]),
    (
        "unknown search",
        lambda: reach("forward"),
        UnknownName,
        ["search 'forward' does not exist; searches: forward-positron"],
    ),
)
def test_search(call, kind, fragments):
    assert_refused(call, kind, fragments)


def test_an_infinite_prior_is_free_or_refused_without_contradiction():
    """inf = free in the chapter; a message that shows an allowed range must not contain the value it refuses."""
    try:
        found = forward(search__systematics__energy_scale=INF)
    except InvalidInput as error:
        assert "inf]" not in str(error)  # noqa: PT017
    else:
        assert found.result.nuisances["energy_scale"] == INF


def test_infinite_values_are_never_shown_as_allowed():
    for call in (lambda: LfvAlp(mass=INF), lambda: forward(search__focus=INF), lambda: forward(mass=INF)):
        assert "inf]" not in message(call, InvalidInput)


def test_mixed_orders_on_request():
    for order, tail in (("exp", "none"), ("born", "soft")):
        found = forward(
            search__background_order=order,
            search__signal_tail=tail,
            search__mixed_orders=True,
            search__systematics="none",
        )
        assert found.result.status[0] == "ok"


@pytest.mark.parametrize(
    ("mass", "x_low", "allowed"), [(33, 0.87, "0.8625"), (33, 0.9, "0.8625"), (40, 0.82, "0.8167")]
)
def test_a_range_that_leaves_out_the_line(mass, x_low, allowed):
    text = message(lambda: forward(mass=mass, search__x_low=x_low), InvalidInput)
    assert f"search.x_low = {x_low}" in text
    assert f"allowed up to {allowed}" in text
    assert "leave it out" in text
    # what the message suggests works
    assert forward(mass=mass, search__x_low=math.floor(float(allowed) * 1e3) / 1e3).result.status[0] == "ok"
    assert forward(mass=mass).result.status[0] == "ok"


def test_a_scan_without_a_range_takes_one_that_holds_every_line():
    together = forward(mass=[0, 33, 40])
    assert together.result.status.tolist() == ["ok"] * 3
    low = 1 - 40**2 / (M_MU**2 + M_E**2) - 0.1
    assert forward(mass=0, search__x_low=low).branching_ratio[0] == pytest.approx(
        together.branching_ratio[0], rel=5e-3, abs=0
    )


# statistics


@refused(
    ("cl .5", lambda: forward(cl=0.5), InvalidInput, ["cl = 0.5: allowed (0.5, 1)"]),
    ("cl 1", lambda: forward(cl=1), InvalidInput, ["cl = 1: allowed (0.5, 1)"]),
    ("cl 0", lambda: forward(cl=0), InvalidInput, ["cl = 0: allowed (0.5, 1)"]),
    ("cl in per cent", lambda: forward(cl=95), InvalidInput, ["cl = 95: allowed (0.5, 1)", "0.95"]),
    ("cl NaN", lambda: forward(cl=NAN), InvalidInput, ["cl = nan: allowed (0.5, 1)"]),
    ("cl word", lambda: forward(cl="high"), InvalidInput, ["cl = 'high'", "allowed (0.5, 1)"]),
    ("cl list", lambda: forward(cl=[0.9, 0.95]), InvalidInput, ["cl"]),
    ("cl setting", lambda: forward(search__cl=0.3), InvalidInput, ["search.cl = 0.3: allowed (0.5, 1)"]),
    (
        "method",
        lambda: forward(method="bayes"),
        InvalidInput,
        ["method = 'bayes': allowed window, kappa, fisher, profile, cls"],
    ),
    ("method number", lambda: forward(method=5), InvalidInput, ["method", "allowed window"]),
    ("method setting", lambda: forward(search__method="x"), InvalidInput, ["search.method = 'x': allowed window"]),
)
def test_statistics(call, kind, fragments):
    assert_refused(call, kind, fragments)


def test_a_confidence_level_as_text_is_a_number():
    """Settings may be text everywhere; a level given to the verb itself too."""
    assert forward(cl="0.9").branching_ratio[0] == pytest.approx(forward(cl=0.9).branching_ratio[0])
