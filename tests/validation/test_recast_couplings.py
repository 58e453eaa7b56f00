"""Chapter 07, sections 3.6 and 5: limits on dark photons recast to other couplings, against themselves and a second form."""

import itertools
import math
import re
from dataclasses import replace

import numpy as np
import pytest

import darkfactory as df
from darkfactory.bounds import load_coupling_bounds
from darkfactory.bounds.regions import Region
from darkfactory.bounds.vector_charges import DARK_PHOTON, VectorCharges, YukawaCharges
from darkfactory.bounds.vector_recast import NOTHING, Displaced, prompt_edge, recast_couplings, shielded
from darkfactory.bounds.vector_rules import NO_RULE, RULES
from darkfactory.cosmology.hadrons import r_ratio
from darkfactory.errors import DarkfactoryError
from darkfactory.models.mediator import ELEMENTARY_CHARGE
from darkfactory.verbs.recast import dump_of
from oracles import vector_recast as oracle
from support.command_line import as_json, assert_answered, call

RECORDS = load_coupling_bounds()
CHARGES = {"g_V_e": "e", "g_V_mu": "mu", "g_V_tau": "tau", "g_V_u": "u", "g_V_d": "d"}
CHARGES |= {f"g_{name}": name for name in ("nu_e", "nu_mu", "nu_tau")}
E = ELEMENTARY_CHARGE


def keys(x, factor=E):
    """Settings of charges x in units of e."""
    return {f"model.{key}": factor * x[name] for key, name in CHARGES.items()}


def ask(name, mass, settings, model="vector"):
    return df.recast(name, model, mass, settings=settings).rows


def one(name, mass, settings, model="vector"):
    (row,) = ask(name, mass, settings, model)
    assert row["status"] == "ok", row["reason"]
    return row


@pytest.mark.parametrize("name", [name for name in RULES if RECORDS[name].quantity == "epsilon"])
def test_a_vector_with_the_charges_of_a_dark_photon_has_its_limits(name):
    """At every edge of every interval, where the record answers and its dark photon decays into what is seen."""
    limit = RECORDS[name].limits[0]
    masses = np.geomspace(limit.mass_min * 1.005, limit.mass_max / 1.005, 5)
    answered = 0
    for row in ask(name, masses, keys(oracle.DARK_PHOTON)):
        if row["status"] != "ok" or row["published"] is None:
            continue
        assert row["scale"] == pytest.approx(row["published"], rel=1e-11)
        assert row["far_side"] == (
            None if row["published_far"] is None else pytest.approx(row["published_far"], rel=1e-11)
        )
        intervals = RECORDS[name].limit(row["mass"]).intervals(row["mass"])
        assert np.any(np.isclose(intervals[:, 0], row["published"], rtol=1e-12, atol=0))
        answered += 1
    assert answered > 1 or name == "na64-visible-2020"  # no contour, but an own dump


def test_the_vector_of_l_mu_minus_l_tau_has_its_limit():
    charges = {"model.g_V_mu": 1, "model.g_V_tau": -1, "model.g_nu_mu": 1, "model.g_nu_tau": -1}
    row = one("babar-2016-4mu", 500, charges)
    assert row["scale"] == pytest.approx(RECORDS["babar-2016-4mu"].value(500), rel=1e-12)
    # twice the coupling of neutrinos: half of what is seen below two taus, both thirds of the width
    more = one("babar-2016-4mu", 500, charges | {"model.g_nu_mu": 2, "model.g_nu_tau": 2})
    assert more["branching_ratio"] < row["branching_ratio"]
    assert more["scale"] / row["scale"] == pytest.approx(
        math.sqrt(row["branching_ratio"] / more["branching_ratio"]), rel=1e-12
    )


PROMPT = [
    ("na48-2-2015", 30.0, ("pi0",), (("e",),)),
    ("a1-2014", 150.0, ("electron",), (("e",),)),
    ("babar-2014", 50.0, ("electron",), (("e",),)),
    ("babar-2014", 500.0, ("electron",), (("e", "mu"),)),
    ("kloe-2014-mumugamma", 750.0, ("electron",), (("mu",),)),
    ("kloe-2014-mumugamma", 600.0, ("electron",), (("mu",),)),
]


@pytest.mark.parametrize("charges", [oracle.B_MINUS_L, oracle.PROTOPHOBIC], ids=["B-L", "protophobic"])
@pytest.mark.parametrize(
    ("name", "mass", "modes", "seen"), PROMPT, ids=[f"{name}-{mass:g}" for name, mass, *_ in PROMPT]
)
def test_prompt_searches_against_a_second_form(name, mass, modes, seen, charges):
    expected = oracle.prompt(mass / 1e3, RECORDS[name].value(mass), charges, modes, seen)
    assert one(name, mass, keys(charges))["scale"] == pytest.approx(expected, rel=1e-5)


DISPLACED = [
    ("faser-2023-27fb", 30.0, "pi0", ("e",), (476.0, 1.5)),
    ("lsnd", 60.0, "pi0", ("e",), (26.0, 8.3)),
    ("na62-dump-ee-2023", 100.0, "pi0", ("e",), (82.0, 75.0)),
    ("charm", 100.0, "eta", ("e",), (480.0, 35.0)),
    ("nucal-tsai2019", 80.0, "proton", ("e",), (64.0, 23.0)),
]


@pytest.mark.parametrize("charges", [oracle.B_MINUS_L, oracle.PROTOPHOBIC], ids=["B-L", "protophobic"])
@pytest.mark.parametrize(("name", "mass", "mode", "seen", "lengths"), DISPLACED, ids=[row[0] for row in DISPLACED])
def test_both_edges_of_displaced_searches_against_a_second_form(name, mass, mode, seen, lengths, charges):
    ((low, high),) = RECORDS[name].limit(mass).intervals(mass)
    expected = oracle.displaced(mass / 1e3, low, high, charges, mode, seen, lengths)
    row = one(name, mass, keys(charges))
    assert (row["scale"], row["far_side"]) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("charges", [oracle.DARK_PHOTON, oracle.B_MINUS_L, oracle.PROTOPHOBIC])
@pytest.mark.parametrize("mass", [20.0, 300.0, 500.0, 775.0, 850.0])
def test_widths_against_a_second_form(mass, charges):
    expected, total = oracle.widths(mass / 1e3, charges)
    found = _charges(keys(charges)).widths(mass)
    of_oracle = {"ee": "e", "mumu": "mu", "pipi": "pipi", "hadrons": "omega", "neutrinos": "nu"}
    for state, name in of_oracle.items():
        assert found[state] == pytest.approx(1e3 * expected[name], rel=1e-6, abs=1e-12 * total)
    assert sum(found.values()) == pytest.approx(1e3 * total, rel=1e-6)


def test_every_quark_of_the_continuum_counts_as_its_charge():
    """Above all thresholds hadrons of a dark photon are those of the R ratio; of equal charges each of its quark's 1 / Q^2."""
    mass = 20e3
    photon, equal = (
        _charges(keys(x)).widths(mass)["hadrons"] for x in (oracle.DARK_PHOTON, dict.fromkeys(oracle.B_MINUS_L, 1.0))
    )
    assert photon == pytest.approx(mass * oracle.ALPHA / 3 * float(r_ratio(mass)), rel=1e-6)
    expected = 2.2 * (3 / (2 / 3)) + 1.44 / (4 / 9) + 0.353 / (1 / 9)
    assert equal / photon == pytest.approx(expected / (2.2 + 1.44 + 0.353), rel=1e-9)


def _own(name, mass):
    """The record with the edges of our own search for dark photons in place of the published ones."""
    ((low, high),) = df.reach("beam-dump", name, model="dark-photon", mass=mass).point(0)["excluded"]["epsilon"]
    box = np.array([(mass / 2, low), (mass * 2, low), (mass * 2, high), (mass / 2, high)])
    limit = replace(RECORDS[name].limits[0], region=Region(outlines=(box,)), mass_min=mass / 2, mass_max=mass * 2)
    return replace(RECORDS[name], limits=(limit,))


@pytest.mark.parametrize(
    ("card", "mass", "invisible"), [("e141", 8.0, 0.0), ("e141", 8.0, 2.0), ("orsay", 20.0, 1.0), ("e137", 50.0, 1.0)]
)
def test_a_dump_gives_what_our_search_gives(card, mass, invisible):
    """From its limits on dark photons to its limits on a vector, which with neutrinos asks for the total width at each edge."""
    settings = {"g_V_e": 0.6, "g_A_e": 0.8, "g_nu_e": invisible}
    (row,) = recast_couplings(_own(card, mass), VectorCharges(**settings), mass, dump_of)
    for x in (row["scale"], row["far_side"]):
        vector = df.VectorBoson(mass=mass, g_V_e=0.6 * x, g_A_e=0.8 * x)
        given = {"model.g_V_e": 0.6 * x, "model.g_A_e": 0.8 * x}
        given |= (
            {"model.total_width": vector.width_ee + mass * (invisible * x) ** 2 / (24 * math.pi)} if invisible else {}
        )
        found = df.reach("beam-dump", card, model="vector", mass=mass, settings=given).point(0)["excluded"]["g_V_e"]
        assert any(edge == pytest.approx(0.6 * x, rel=1e-6) for edge in itertools.chain(*found))


@pytest.mark.parametrize(
    ("name", "mass", "tolerance"), [("e137", 20.0, 0.01), ("orsay", 10.0, 0.01), ("nucal", 20.0, 0.04)]
)
def test_both_rules_of_dumps_agree_far_from_the_tip(name, mass, tolerance):
    """One knows the spectrum of X and the shower, the other has one energy."""
    charges = _charges(keys(oracle.B_MINUS_L))
    (first,), (second,) = (recast_couplings(RECORDS[name], charges, mass, rule) for rule in (dump_of, None))
    assert (first["rule"], second["rule"]) == ("dump", "two-edges")
    assert first["scale"] == pytest.approx(second["scale"], rel=2e-3)
    assert first["far_side"] == pytest.approx(second["far_side"], rel=tolerance)


def _charges(settings):
    return VectorCharges.of_settings({key.removeprefix("model."): value for key, value in settings.items()})


def test_a_dump_of_protons_makes_four_times_as_many_for_twice_the_anomaly():
    found = dump_of("nucal", _charges(keys(oracle.DARK_PHOTON | {"u": 7 / 6})), 30.0)
    more = {"beam.pot": 4 * 1.71e18}
    ((low, high),) = df.reach("beam-dump", "nucal", model="dark-photon", mass=30, settings=more).point(0)["excluded"][
        "epsilon"
    ]
    assert found.edges(found.log_allowed) == pytest.approx((low, high), rel=1e-8)


def test_a_dump_without_a_published_contour_is_our_search():
    row = one("na64-visible-2020", 10, {"model.g_V_e": 1})
    ((low, high),) = df.reach("beam-dump", "na64", model="vector", mass=10, settings={"model.g_V_e": 1}).point(0)[
        "excluded"
    ]["g_V_e"]
    assert (row["scale"], row["far_side"]) == pytest.approx((low, high), rel=1e-8)
    assert (row["published"], row["provenance"]) == (None, "computed")


def test_spin_0_where_dumps_are_computed():
    charges = YukawaCharges(df.Pseudoscalar(mass=30.0, g_e=1.0))
    (row,) = recast_couplings(_own("orsay", 30.0), charges, 30.0, dump_of)
    ((low, high),) = df.reach("beam-dump", "orsay", model="pseudoscalar", mass=30).point(0)["excluded"]["g_ee"]
    assert (row["scale"], row["far_side"]) == pytest.approx((low, high), rel=1e-8)
    first, second = (one("orsay", 30, {"model.g_e": g}, "pseudoscalar")["far_side"] for g in (1, -10))
    assert first / second == pytest.approx(10, rel=1e-9)
    assert ask("babar-2014", 50, {"model.g_e": 1}, "scalar")[0]["status"] == "not-applicable"


def test_a_dark_photon_is_what_productions_are_relative_to():
    for mode in ("electron", "pi0", "eta", "proton", "rho", "omega", "phi", "up", "down", "muon"):
        assert DARK_PHOTON.production(mode) == pytest.approx(1, rel=1e-12)
    # vector and axial couplings of electrons do not interfere
    both, vector = (
        one("babar-2014", 200, {"model.g_V_e": g_V, "model.g_A_e": g_A}) for g_V, g_A in ((0.6, 0.8), (1.0, 0.0))
    )
    assert both["scale"] == pytest.approx(vector["scale"], rel=1e-9)


# laws


@pytest.mark.parametrize("name", ["na48-2-2015", "faser-2023-27fb", "e141", "nucal", "electron-magnetic-moment"])
def test_the_scale_is_a_factor_on_all_couplings(name):
    mass = 12.0
    first, second, turned = (one(name, mass, keys(oracle.B_MINUS_L, factor)) for factor in (1.0, 10.0, -1.0))
    for key in ("scale", "far_side"):
        assert first[key] is None or first[key] / second[key] == pytest.approx(10, rel=1e-9)
        assert first[key] is None or first[key] == pytest.approx(turned[key], rel=1e-12)
    assert second["scale"] < (second["far_side"] or math.inf)


def test_production_width_and_branching_ratio_of_displaced_searches():
    """Many long-lived X: N ~ x^4 P B Gamma; a shorter life shifts the far side, and too few events leave nothing."""
    low, high = 1e-8, 1e-4

    def moved(rate, width):
        return Displaced(shielded(0.2), 1.0, 1.0).moved((low, high), Displaced(shielded(0.2), rate, width))

    assert moved(1.0, 1.0) == pytest.approx((low, high), rel=1e-11)
    for factor in (4.0, 0.25):
        near, far = moved(1.0, factor)
        assert near == pytest.approx(low * factor**-0.25, rel=1e-4)
        assert far == pytest.approx(high * factor**-0.5, rel=0.1)
        near, far = moved(factor, 1.0)
        assert near == pytest.approx(low * factor**-0.25, rel=1e-4)
        assert (far > high) == (factor > 1)
    assert moved(1e-14, 1.0) == moved(0.0, 1.0) == NOTHING


def test_where_the_flight_is_too_long_for_a_prompt_search():
    """Pions make it by quarks, and it lives long by a small coupling to electrons: the window decides."""
    x = {"model.g_V_u": 1.0, "model.g_V_e": 1e-5}
    row = one("na48-2-2015", 30, x)
    assert row["limited_by"] == "lifetime"
    assert 30e3 / 30 * row["ctau_mm"] == pytest.approx(100.0, rel=1e-9)
    vector = df.VectorBoson(mass=30.0, g_V_e=1e-5 * row["scale"])
    assert vector.ctau_mm == pytest.approx(row["ctau_mm"], rel=1e-9)
    assert one("na48-2-2015", 30, x | {"model.g_V_e": 1.0})["limited_by"] == "rate"
    assert prompt_edge(1e-3, 1.0, (1.0, 1.0), (1.0, 1.0)) == (
        1e-3,
        False,
    )  # the search was made for its own dark photon


def test_what_makes_no_vector_excludes_none():
    protophobic = keys(oracle.PROTOPHOBIC | {"u": -1 / 3, "d": 2 / 3, "s": 2 / 3})
    assert ask("na48-2-2015", 30, protophobic)[0]["status"] == "allowed"
    assert ask("faser-2023-27fb", 30, protophobic)[0]["status"] == "allowed"
    assert ask("kloe-2016-pipigamma", 750, keys(oracle.B_MINUS_L))[0]["status"] == "allowed"
    assert ask("babar-2014", 30, {"model.g_V_mu": 1})[0]["status"] == "allowed"
    assert ask("e141", 8, {"model.g_nu_e": 1})[0]["status"] == "allowed"


def test_several_productions_exclude_only_what_each_does():
    """Above the pion mass eta and protons make it: by eta alone nothing is left of a vector of down quarks."""
    assert ask("na62-dump-ee-2023", 200, {"model.g_V_e": 1, "model.g_V_d": 1})[0]["status"] == "allowed"
    row = one("na62-dump-ee-2023", 200, keys(oracle.B_MINUS_L))
    assert row["production"] == "eta"  # a quarter of that by protons


def test_a_magnetic_moment_asks_for_no_decay():
    row = one("electron-magnetic-moment", 20, {"model.g_V_e": 2, "model.g_nu_e": 50})
    assert row["scale"] == pytest.approx(RECORDS["electron-magnetic-moment"].value(20) * E / 2, rel=1e-12)
    assert row.get("ctau_mm") is None
    assert "loop" in ask("electron-magnetic-moment", 20, {"model.g_V_e": 1, "model.g_A_e": 1})[0]["reason"]


# the command and what it refuses


def test_a_recast_to_a_continuum_is_repeated_too(capsys, tmp_path):
    file = tmp_path / "limits.json"
    typed = [
        "bounds",
        "recast",
        "nutev",
        "--model",
        "composite-neutrino",
        "--set",
        "model.dimension=4.5",
        "--mass",
        "1000",
    ]
    assert call(capsys, *typed, "--out", file)[0] == 0
    code, out, err = call(capsys, "rerun", file)
    assert code == 0, out + err


def test_the_command_and_its_repetition(capsys, tmp_path):
    typed = ["bounds", "recast", "all", "--model", "vector", "--mass", "17", "--set", "model.g_V_e=1"]
    found = as_json(capsys, *typed)
    scales = [row["scale"] for row in found["points"] if row["status"] == "ok"]
    assert scales == sorted(scales)
    assert len(scales) > 5
    assert {"Ilten:2018crw"} <= set(found["references"])
    file = tmp_path / "limits.json"
    assert call(capsys, *typed, "--out", file)[0] == 0
    code, out, err = call(capsys, "rerun", file)
    assert code == 0, out + err
    axes = df.recast("e137", "vector", "5:300:9:log", settings={"model.g_V_e": 1}).plot()
    assert len(axes.collections) == 1


@pytest.mark.parametrize(
    ("typed", "told"),
    [
        (("e141", "--model", "vector"), "= 0: give their ratios"),
        (("e141", "--model", "scalar"), "give their ratios"),
        (("e141", "--model", "vectr"), "did you mean vector"),
        (("e141", "--model", "vector", "--set", "model.g_V_q=1"), "did you mean model.g_V_u"),
        (("e141", "--model", "vector", "--set", "model.g_V_e=inf"), "model.g_V_e"),
        (("e141", "--model", "vector", "--set", "model.g_nu_e=1e20"), "allowed [-10000"),
        (("e141", "--model", "vector", "--set", "model.g_V_e=1e-200"), "give their ratios"),
        (("e141", "--model", "pseudoscalar", "--set", "model.g_e=1e20"), "allowed [-10000"),
        (("all", "--model", "dark-photon", "--set", "model.epsilon=0"), "model.epsilon = 0"),
        (("e141", "--model", "vector", "--set", "model.g_V_e=1", "--mass", "0"), "mass = 0"),
        (
            ("e141", "--model", "vector", "--set", "model.g_V_e=1", "--set", "model.total_width=1"),
            "follows from the couplings",
        ),
        (("e141", "--model", "vector", "--set", "model.g_V_e=1", "--cl", "0.9"), "--cl"),
        (("e141", "--model", "vector", "--set", "model.g_V_e=1", "--rule", "peak"), "--rule"),
        (("pienu-2017", "--model", "vector", "--set", "model.g_V_e=1"), "limits U2_e"),
        (("e14", "--model", "vector", "--set", "model.g_V_e=1"), "e141"),
        (("e141", "--model", "vector", "--set", "beam.days=1", "--set", "model.g_V_e=1"), "model.* only"),
    ],
)
def test_bad_input(typed, told, capsys):
    assert_answered(capsys, ("bounds", "recast", *typed), told)


def test_records_without_a_rule_say_why():
    for name, reason in NO_RULE.items():
        (row,) = ask(name, 20, {"model.g_V_e": 1})
        assert (row["status"], row["reason"]) == ("not-applicable", reason)
    (row,) = ask("seaquest-projected", 20, {"model.g_V_e": 1})
    assert re.search("nobody put in", row["reason"])
    (row,) = ask("e141", 100, {"model.g_V_e": 1})
    assert row["status"] == "not-in-record"
    half = replace(RECORDS["e141"].limits[0], region=Region(lower=(np.array([(3.0, 1e-5), (9.0, 1e-5)]),)))
    (row,) = recast_couplings(replace(RECORDS["e141"], limits=(half,)), VectorCharges(g_V_e=1), 5.0, dump_of)
    assert "needs both" in row["reason"]
    with pytest.raises(DarkfactoryError, match="dark-photon"):
        df.recast("e141", "portal", 10)
    assert set(RULES) | set(NO_RULE) <= set(RECORDS)


def test_a_limit_beyond_perturbation_theory_says_so():
    almost = {"model.g_V_u": -1, "model.g_V_d": 2 * (1 - 1e-9), "model.g_V_e": 1e-6}  # a vector that pions hardly make
    found = df.recast("na48-2-2015", "vector", 30, settings=almost)
    strong = [row["status"] == "ok" and 2 * row["scale"] > 3.5449 for row in found.rows]
    assert any(strong) == any("above sqrt(4 pi)" in note for note in found.notes)
    assert any(strong)
