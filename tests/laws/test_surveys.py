"""Laws of surveys: of every model, over every search that takes it; and what is known of some models."""

from __future__ import annotations

import itertools
import json
import math

import pytest

import darkfactory as df
from darkfactory import bounds
from darkfactory.errors import DarkfactoryError
from darkfactory.models import MODELS, build_model
from darkfactory.searches.base import is_scale
from darkfactory.searches.registry import SEARCHES
from darkfactory.surveys import asking
from darkfactory.targets import TARGETS
from darkfactory.tracing import tracing

QUICK = {"search.precision": 0.1, "search.sampling": 0.3}
GIVEN = {
    "lfv-alp": {"C_e": 1.0},
    "vector": {"g_V_e": 1.0, "g_V_mu": 0.5},
    "derivative-alp": {"C_e": 1.0, "C_mu": 1.0},
    "scalar": {"g_mu": 3e-4},
    "pseudoscalar": {"g_mu": 3e-4},
    "charges": {"X_L": "1,0,0", "X_E": "2,1,0", "V_L": "0.2,0.1,0.4,0.5", "V_R": "0.1,0.1,0.2,0"},
    "composite-neutrino": {"dimension": 2.5},
}
MASS = {"composite-neutrino": 1000.0}
COUPLING = {"scalar": "g_ee", "pseudoscalar": "g_ee"}
NOTHING = ("portal", "inverse-seesaw", "mfv")
"""Models without a coupling that anybody searches for."""
THEORIES = tuple(name for name, entry in MODELS.items() if not isinstance(entry, type) and name not in NOTHING)
WHOLE = tuple(name for name in MODELS if name not in (*NOTHING, *THEORIES))


def settings_of(name):
    keys = {f"search.{key.name}" for s in SEARCHES.values() if s.takes in MODELS[name].offers for key in s.keys}
    quick = {key: value for key, value in QUICK.items() if key in keys}
    return {**quick, **{f"model.{key}": value for key, value in GIVEN.get(name, {}).items()}}


def surveyed(name, mass=None, more=None, **how):
    how = {"coupling": COUPLING.get(name), **how}
    return df.survey(name, mass or MASS.get(name, 20.0), settings={**settings_of(name), **(more or {})}, **how)


@pytest.fixture(scope="module", params=WHOLE)
def found(request):
    return request.param, surveyed(request.param)


def test_every_search_and_card_is_a_row(found):
    name, survey = found
    rows = [(row["name"], row["experiment"]) for row in survey.rows if row["kind"] == "search"]
    wanted = [(s.name, card) for s in SEARCHES.values() if s.takes in MODELS[name].offers for card in s.cards]
    assert sorted(rows) == sorted(wanted)
    for row in survey.rows:
        assert row["rank"] or row["reason"], row  # never silence
        assert row["role"] in ("excludes", "reaches", None)
        assert (row["role"] is None) or row["excluded"]


def test_ranks_go_from_weak_to_strong_couplings(found):
    _, survey = found
    ranked = [row for row in survey.rows if row["rank"]]
    assert [row["rank"] for row in ranked] == list(range(1, len(ranked) + 1))
    numbers = [row[survey.coordinate] for row in ranked if row[survey.coordinate]]
    assert numbers == sorted(numbers, reverse=is_scale(survey.coordinate))
    assert numbers
    for row in ranked:
        if row["ratio"] and row[survey.coordinate]:
            limit = survey.verdicts[0]["strongest_limit"]
            ratio = row[survey.coordinate] / limit
            assert row["ratio"] == pytest.approx(ratio if is_scale(survey.coordinate) else 1 / ratio, rel=1e-12)


def test_reaches_are_those_of_reach(found):
    name, survey = found
    model = build_model(name, GIVEN.get(name))
    for row in survey.rows:
        if row["kind"] != "search" or not row["rank"]:
            continue
        search = SEARCHES[row["name"]]
        quick = {key: v for key, v in QUICK.items() if key.partition(".")[2] in {k.name for k in search.keys}}
        scanned = survey.line.scanned if any(key.name == "coupling" for key in search.keys) else None
        alone = df.reach(
            row["name"], row["experiment"], model=model, mass=row["mass"], settings=quick, coupling=scanned
        )
        point = alone.rows[0]
        limit = (point["observed"] or point["expected"])[survey.coordinate]
        assert row[survey.coordinate] == limit
        assert row["cl"] == alone.cl
        assert row["limited_by"] == point["limited_by"]
        assert set(alone.references) <= set(survey.references)


def test_verdicts_are_those_of_the_rows(found):
    _, survey = found
    (verdict,) = survey.verdicts
    rows = [row for row in survey.rows if row["role"]]
    ends = sorted({end for row in rows for pair in row["excluded"] for end in pair if end})
    assert ends
    points = [math.sqrt(a * b) for a, b in itertools.pairwise([ends[0] / 10, *ends, ends[-1] * 10])]

    def inside(pairs, value):
        return any((low or 0.0) < value < (high or math.inf) for low, high in pairs)

    for value in points:
        by_role = {
            role: [r for r in rows if r["role"] == role and inside(r["excluded"], value)]
            for role in ("excludes", "reaches")
        }
        assert inside(verdict["excluded"], value) == bool(by_role["excludes"])
        assert inside(verdict["open"], value) == (bool(by_role["reaches"]) and not by_role["excludes"])
    assert bool(verdict["open"]) == (verdict["word"] == "reachable")
    limit, unit = verdict["strongest_limit"], 1 if is_scale(survey.coordinate) else -1
    if limit:
        assert inside(verdict["excluded"], limit * 1.0001**-unit)
        assert not inside(verdict["excluded"], limit * 1.0001**unit)
        assert any(limit in pair for row in rows if row["role"] == "excludes" for pair in row["excluded"])


def test_what_it_says_is_json_and_drawn(found):
    _, survey = found
    told = json.loads(survey.to_json())
    assert told["verdicts"] == json.loads(json.dumps(survey.verdicts))
    assert survey.notes[0].startswith(f"{survey.verdicts[0]['mass']:g} MeV: {survey.verdicts[0]['verdict']}")
    from matplotlib.figure import Figure

    axes = Figure().subplots()
    survey.plot(axes)
    assert axes.get_xlabel().startswith(survey.coordinate) or "[" in axes.get_xlabel()


@pytest.mark.parametrize("name", THEORIES)
def test_theories_are_surveyed_as_the_alp_that_they_give(name):
    only = ("forward-positron", "twist-2015", "jodidio-1986", "missing-mass-tracks")
    given = {f"model.{key}": value for key, value in GIVEN.get(name, {}).items()}
    survey = df.survey(name, 20.0, settings={"search.precision": 0.1, **given}, only=only)
    alp = df.survey(build_model(name, GIVEN.get(name)), 20.0, settings={"search.precision": 0.1}, only=only)
    for row, other in zip(survey.rows, alp.rows, strict=True):
        assert row == other
    assert survey.verdicts[0]["value"] is None
    assert alp.verdicts[0]["value"] == build_model(name, GIVEN.get(name)).F_gev


@pytest.mark.parametrize("name", NOTHING)
def test_models_that_nobody_searches_are_refused(name):
    with pytest.raises(DarkfactoryError, match=r"coupling|violation"):
        df.survey(name, 20.0)


def test_every_target_is_asked():
    """Those that are about no model here say so."""
    rows = [row for name in ("lfv-alp", "dark-photon") for row in df.survey(name, 20.0, only=tuple(TARGETS)).rows]
    rows += df.survey("composite-neutrino", 1e3, settings={"model.dimension": 1.5}, only=("inverse-seesaw",)).rows
    assert {row["name"] for row in rows} == set(TARGETS)


# --- what is known ----------------------------------------------------------------------------------------------------------


def row_of(survey, name, experiment=None):
    return next(row for row in survey.rows if row["name"] == name and experiment in (None, row["experiment"]))


@pytest.mark.parametrize(("chirality", "C_A"), [("V+A", 1.0), ("V-A", -1.0), ("V", 0.0)])
@pytest.mark.parametrize("mass", [0.0, 20.0, 60.0])
def test_strongest_limit_of_a_decay_is_the_best_limit(chirality, C_A, mass):
    records = [record.name for record in bounds.select("mu-e", "observed")]
    searches = [name for name, search in SEARCHES.items() if search.takes in MODELS["lfv-alp"].offers]
    given = {"model.chirality": chirality}
    survey = df.survey("lfv-alp", mass, settings=given, only=records, without=searches)
    best = bounds.best_limit("mu -> e a", mass, 1.0, C_A)
    assert (survey.verdicts[0]["strongest_by"], survey.verdicts[0]["strongest_limit"]) == (best.name, best.F_gev)


def test_an_lfv_alp_of_20_mev():
    """MEGII-fwd beats TWIST for right-handed electrons, by a factor of 4 in F; forward it is blind to left-handed ones."""
    only = ("twist-2015", "megii-fwd")
    right = df.survey("lfv-alp", 20, only=only)
    assert right.verdicts[0]["verdict"] == "reachable with forward-positron at megii-fwd"
    assert right.verdicts[0]["strongest_by"] == "twist-2015"
    assert right.verdicts[0]["ratio"] == pytest.approx(4.16, rel=0.01)
    left = df.survey("lfv-alp", 20, settings={"model.chirality": "V-A"}, only=only)
    assert row_of(left, "forward-positron")["ratio"] < 0.5 * right.verdicts[0]["ratio"]
    massless = df.survey("lfv-alp", 0, only=(*only, "jodidio-1986"))
    assert massless.verdicts[0]["strongest_by"] == "jodidio-1986"
    assert row_of(massless, "forward-positron", "megii-fwd")["F_gev"] > 5e9


def test_a_model_of_a_search_that_was_made_does_not_count():
    survey = df.survey("lfv-alp", 20, only=("twist",))
    card = row_of(survey, "forward-positron", "twist")
    assert (card["role"], card["reason"]) == (None, "its published limit counts instead: twist-2015")
    assert card["F_gev"] > row_of(survey, "twist-2015")["F_gev"]
    assert survey.verdicts[0]["word"] == "untested"


ONLY = ("e137", "nucal", "na48-2-2015", "na64", "ee-resonance")


@pytest.mark.parametrize(
    ("epsilon", "verdict"),
    [
        (1e-6, "excluded by e137"),
        (2e-4, "excluded by beam-dump at na64"),
        (1e-2, "excluded by na48-2-2015"),
        (5.5e-4, "reachable with ee-resonance at mu3e-phase2"),
        (1e-4, "untested"),
        (1e-9, "untested"),
    ],
)
def test_a_dark_photon_of_20_mev(epsilon, verdict):
    survey = df.survey("dark-photon", 20, settings={"model.epsilon": epsilon}, only=ONLY)
    assert survey.verdicts[0]["verdict"] == verdict
    assert survey.verdicts[0]["value"] == epsilon
    words = {name: bounds.verdict(name, 20.0, epsilon).rows[0]["verdict"] for name in ("e137", "na48-2-2015")}
    for name, word in words.items():
        assert (word == "excluded") == any(
            low < epsilon < (high or 1e9) for low, high in row_of(survey, name)["excluded"]
        )


def test_the_protophobic_vector_of_17_mev():
    """Pions do not make it: NA48/2 says nothing, and what is open is between E141 and NA64, and below the magnetic moment."""
    survey = df.survey(
        "vector", 17, settings={"model.g_V_e": 1, "model.g_V_u": -1, "model.g_V_d": 2, "search.precision": 0.1}
    )
    assert "na48-2-2015" not in {row["name"] for row in survey.rows}
    assert survey.verdicts[0]["value"] is None  # couplings of 1 are ratios
    alone = df.recast("e141", "vector", 17, settings={"model.g_V_e": 1, "model.g_V_u": -1, "model.g_V_d": 2}).rows[0]
    assert row_of(survey, "e141")["g_V_e"] == alone["scale"]
    assert survey.verdicts[0]["strongest_by"] == "electron-magnetic-moment"
    assert survey.verdicts[0]["word"] == "reachable"
    charged = df.survey(
        "vector", 17, settings={"model.g_V_e": -1, "model.g_V_u": 2 / 3, "model.g_V_d": -1 / 3}, only=("na48-2-2015",)
    )
    charge = math.sqrt(4 * math.pi / 137.035999)
    assert row_of(charged, "na48-2-2015")["g_V_e"] == pytest.approx(
        charge * bounds.get_coupling_bound("na48-2-2015").value(17.0), rel=1e-6
    )


def test_limits_on_the_coupling_of_a_pseudoscalar_become_limits_on_f_a():
    given = {"model.C_e": 2.0}
    survey = df.survey("derivative-alp", 0.01, settings=given, only=("red-giants-2020",))
    expected = bounds.limits("red-giants-2020", 0.01, to="f_a_gev", settings={"model.C": 2.0}).rows[0]["converted"]
    assert row_of(survey, "red-giants-2020")["f_a_gev"] == pytest.approx(expected, rel=1e-12)
    alp = df.survey(
        "lfv-alp", 0.01, settings={"model.C_e": 2.0, "model.C_V": 3.0, "model.C_A": 4.0}, only=("red-giants-2020",)
    )
    assert row_of(alp, "red-giants-2020")["F_gev"] == pytest.approx(2 * expected / 5, rel=1e-12)


def test_a_heavy_neutral_lepton_is_surveyed_in_its_mixing():
    survey = surveyed("composite-neutrino", 1000.0, {"model.dimension": 1.5}, only=("nutev", "ship", "inverse-seesaw"))
    assert survey.coordinate == "U2_total"
    assert row_of(survey, "nutev")["U2_total"] == bounds.get_coupling_bound("nutev").value(1000.0)
    assert row_of(survey, "inverse-seesaw")["U2_total"] == pytest.approx(5e-11, rel=1e-3)


def test_a_recast_counts_where_its_publication_was_left_out():
    """Of E137 the recast of this package excludes what its published curve does; what is excluded is said beside the verdict."""
    alone, beside = (
        df.survey("dark-photon", 20, only=("beam-dump", *more), without=("kek", "na64", "charm", "nucal", "orsay"))
        for more in ((), ("e137",))
    )
    assert row_of(alone, "beam-dump", "e137")["role"] == "excludes"
    assert row_of(beside, "beam-dump", "e137")["reason"] == "its published limit counts instead: e137"
    low, high = row_of(alone, "beam-dump", "e137")["excluded"][0]
    assert alone.notes[0] == f"20 MeV: untested outside {low:.4g} to {high:.4g}"
    given = df.survey(
        "dark-photon", 20, settings={"model.epsilon": 1e-6}, only=("beam-dump",), without=("kek", "na64"), cl=0.9
    )
    assert given.notes[0] == "20 MeV: excluded by beam-dump at e137 at epsilon = 1e-06"
    assert given.notes[1].startswith("limits and reaches at 0.9 CL where that is known")


def test_other_pairs_of_leptons_are_another_survey():
    survey = df.survey("lfv-alp", 500, channel="tau-mu", only=("belle2", "megii-fwd"))
    assert row_of(survey, "forward-positron", "belle2")["reason"] == "its published limit counts instead: belle2-2023"
    best = bounds.best_limit("tau-mu", 500, 1.0, 1.0, bounds={"belle2-2023": bounds.get_bound("belle2-2023")})
    assert row_of(survey, "belle2-2023")["F_gev"] == survey.verdicts[0]["strongest_limit"] == best.F_gev
    assert "the beam gives decays of mu" in row_of(survey, "forward-positron", "megii-fwd")["reason"]


def test_the_exposure_that_is_needed_reaches_the_limit():
    survey = df.survey("lfv-alp", 20, only=("megii-fwd", "mu3e-phase1", "twist-2015"), gain=1.5)
    goal = 1.5 * survey.verdicts[0]["strongest_limit"]
    for name, card in (("forward-positron", "megii-fwd"), ("missing-mass-tracks", "mu3e-phase1")):
        row = row_of(survey, name, card)
        key = "beam.days" if row["days_needed"] else "beam.exposure_muons"
        again = df.reach(name, card, mass=20, settings={key: row["days_needed"] or row["exposure_needed"]})
        assert again.F_gev[0] == pytest.approx(goal, rel=0.01)
        # a limit on the branching ratio goes with the square root of the background
        assert row["exposure_needed"] / row["exposure"] == pytest.approx((goal / row["F_gev"]) ** 4, rel=0.15)


def test_systematics_are_not_overcome():
    row = row_of(surveyed("composite-neutrino", only=("ship", "nutev")), "neutral-current", "ship")
    assert row["exposure_needed"] is None
    assert row["cost_status"] == "more exposure does not help, limited by systematic"


def test_masses_that_fail_leave_the_others():
    masses = [0.0, 5.0, 20.0, 110.0]
    survey = df.survey("lfv-alp", masses, only=("jodidio", "twist"))
    rows = {row["mass"]: row for row in survey.rows if row["experiment"] == "jodidio"}
    assert "x_low" in rows[20.0]["reason"]
    assert rows[110.0]["reason"] == "kinematically closed"
    # those that do not fail are fitted together, as the search does it
    together = df.reach("forward-positron", "jodidio", mass=[0.0, 5.0, 110.0]).F_gev
    assert [rows[mass]["F_gev"] or 0.0 for mass in (0.0, 5.0, 110.0)] == together.tolist()
    assert [verdict["mass"] for verdict in survey.verdicts] == masses


def test_conditional_limits_and_projections_count_when_asked():
    plain = df.survey("dark-photon", 20, only=("sn1987a",))
    assert plain.verdicts[0]["excluded"] == []
    more = df.survey("dark-photon", 20, only=("sn1987a", "hike"), conditional=True, projections=True)
    assert more.verdicts[0]["strongest_limit"] is None  # stars let strong couplings through
    assert len(more.verdicts[0]["excluded"]) == 1
    assert more.verdicts[0]["verdict"] == "reachable with hike-projected"


def test_numbers_are_the_same_from_the_cache_and_in_order():
    one, two = (surveyed("dark-photon", only=("ee-resonance", "ee-displaced", "e137")) for _ in range(2))
    with tracing() as events:  # who listens gets everything computed, in order
        three = surveyed("dark-photon", only=("ee-resonance", "ee-displaced", "e137"))
    assert one.rows == two.rows == three.rows
    assert one.verdicts == two.verdicts == three.verdicts
    assert {"card", "settings", "limit", "run"} <= {kind for kind, *_ in events}


def test_a_search_that_fails_is_a_row(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    real = asking.reach

    def broken(search, *arguments, **options):
        if search == "beam-dump":
            raise ZeroDivisionError("a fault")
        return real(search, *arguments, **options)

    monkeypatch.setattr(asking, "reach", broken)
    only = ("e141", "kek", "ee-displaced")
    survey = df.survey("dark-photon", 12.5, settings={"search.precision": 0.1}, only=only)
    assert row_of(survey, "beam-dump", "kek")["reason"] == "ZeroDivisionError: a fault"
    assert row_of(survey, "ee-displaced", "mu3e-phase1")["rank"]
    monkeypatch.setattr(asking, "reach", real)
    again = df.survey("dark-photon", 12.5, settings={"search.precision": 0.1}, only=only)
    assert row_of(again, "beam-dump", "kek")["rank"]


def test_cards_of_the_user_are_asked_too(tmp_path):
    mine = tmp_path / "mine.yaml"
    lines = (asking.ROOT / "experiments" / "cards" / "e137.yaml").read_text(encoding="utf-8").splitlines()
    # without the number of events that are allowed it says nothing of what was seen
    mine.write_text("\n".join(line for line in lines if not line.startswith("    events:")), encoding="utf-8")
    survey = df.survey("dark-photon", 20, experiment=str(mine), only=("mine", "e137"))
    row = row_of(survey, "beam-dump", "mine")
    assert row["role"] == "reaches"
    assert row["epsilon"] == pytest.approx(row_of(survey, "beam-dump", "e137")["epsilon"], rel=0.01)


def test_limits_of_the_user_count(tmp_path):
    origin = "tag: paper, provenance: quoted, source: page 1"
    lines = (
        *("name: mine", "label: mine", "quantity: epsilon", 'citation: "Doe 2031"', "kind: observed", "channel: mine"),
        *("assumes: nothing", "limits:", "- cl: 0.9"),
        f"  mass_range: {{value: [1, 500], unit: MeV, {origin}}}",
        f"  value: {{value: 1.0e-4, {origin}}}",
        "  recast: {rule: fixed, because: it is a test}",
    )
    (tmp_path / "mine.yaml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    how = {"only": ("mine", "na48-2-2015"), "extra": str(tmp_path)}
    survey = df.survey("dark-photon", 20, **how)
    assert (survey.verdicts[0]["strongest_by"], survey.verdicts[0]["strongest_limit"]) == ("mine", 1e-4)
    assert "Doe 2031" in survey.references
    assert [record["name"] for record in survey.run["records"]] == ["mine"]
    with pytest.raises(DarkfactoryError, match=r"extra = .*: changes nothing"):
        df.survey("dark-photon", 600, **how)


@pytest.mark.parametrize(
    ("model", "how", "message"),
    [
        ("dark-photon", {"only": "no-such"}, "only = 'no-such': no name of this survey"),
        ("dark-photon", {"channel": "mu-e"}, "channel = mu-e: dark-photon has no coupling of two different leptons"),
        ("lfv-alp", {"channel": "mu-mu"}, "mu-mu"),
        ("dark-photon", {"coupling": "g_ee"}, "coupling = 'g_ee': allowed epsilon"),
        ("dark-photon", {"gain": 0.0}, "gain = 0"),
        ("dark-photon", {"cl": 1.5}, "cl = 1.5"),
        ("dark-photon", {"mass": -1.0}, "mass = -1"),
        ("dark-photon", {"settings": {"search.precison": 1}}, "did you mean search.precision"),
        ("dark-photon", {"settings": {"search.precision": -1}}, "search.precision = -1"),
        ("dark-photon", {"settings": {"target.nothing": 1}}, "target.nothing: no target has it"),
        ("dark-photon", {"settings": {"beam.bends": 1}}, "beam.bends: no search of this survey has it"),
        ("dark-photon", {"settings": {"beam.electrons": -1}, "only": ("e137",)}, "beam.electrons = -1"),
        ("dark-photon", {"experiment": "no-such.yaml"}, "no-such.yaml"),
        ("dark-foton", {}, "did you mean dark-photon"),
        ("vector", {}, "give their ratios"),
    ],
)
def test_mistakes_are_named(model, how, message):
    with pytest.raises(DarkfactoryError, match=message):
        df.survey(model, **{"mass": 20.0, "only": ("kek", "ee-resonance"), **how})


def test_recasts_exclude_no_vector_that_also_decays_into_neutrinos():
    """They take it to decay into e e alone; published limits are recast to the share of that and the shorter life."""
    charges = {f"model.g_nu_{flavor}": -1e-6 for flavor in ("e", "mu", "tau")}
    alone, shared = (
        df.survey("vector", 10, settings={"model.g_V_e": -1e-6, **more}, only="kek") for more in ({}, charges)
    )
    assert alone.verdicts[0]["verdict"] == "excluded by beam-dump at kek"
    assert [row["role"] for row in shared.rows if row["experiment"] == "kek"] == [None]
    assert shared.verdicts[0]["verdict"] == "untested"
