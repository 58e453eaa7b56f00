"""The registry: which record answers, when it refuses, and what its tables show."""

import json
import math
import subprocess
import sys
from importlib import resources

import pytest

from darkfactory.bounds import (
    Bound,
    best_limit,
    curve,
    get_bound,
    load_bounds,
    load_coupling_bounds,
    rows,
    select,
    verdict,
)
from darkfactory.errors import CardError, InvalidInput, NotInRecord, UnknownName
from darkfactory.references import load_references
from support.command_line import assert_answered

NAMES = {
    "jodidio-1986",
    "twist-2015",
    "pienu-2020",
    "bilger-1999",
    "derenzo-1969",
    "bryman-clifford-1986",
    "mu3e-online",
    "pioneer-x-projected",
    "argus-1995",
    "belle2-2023",
    "belle-2025",
    "belle2-50ab",
}


def test_a_record_of_another_kind_is_not_said_to_be_missing():
    with pytest.raises(
        UnknownName, match=r"bound 'jodidio-1986' limits a branching ratio, .* `bounds recast jodidio-1986`"
    ):
        verdict("jodidio_1986", 0.0, 1e-6)
    with pytest.raises(UnknownName, match="bound 'e137' limits epsilon, not a branching ratio"):
        get_bound("e137")


def test_the_records_and_their_references():
    bounds = load_bounds()
    assert set(bounds) >= NAMES
    for name, bound in bounds.items():
        assert bound.name == name
        assert bound.reference in load_references()
        assert bound.short_reference == load_references()[bound.reference].short
    assert {name for name, bound in bounds.items() if bound.kind == "projected"} == {
        "mu3e-online",
        "belle2-50ab",
        "pioneer-x-projected",
    }


def test_there_is_one_registry_of_both_kinds_of_record(write):
    decays, couplings = load_bounds(), load_coupling_bounds()
    data = resources.files("darkfactory.bounds").joinpath("data")
    files = [file.name.removesuffix(".yaml") for file in data.glob("*.yaml")]
    collected = [
        entry["name"] for entry in json.loads((data / "collection" / "index.json").read_text(encoding="utf-8"))
    ]
    assert sorted([*files, *collected]) == sorted([*decays, *couplings])
    assert not set(decays) & set(couplings)
    text = resources.files("darkfactory.bounds").joinpath("data/na64-visible-2020.yaml").read_text(encoding="utf-8")
    # a name belongs to one record: the user's own takes the place of a shipped one of either kind
    mine = write(text.replace("name: na64-visible-2020", "name: twist-2015"), "twist-2015.yaml")
    assert "twist-2015" in load_coupling_bounds(extra=mine)
    assert "twist-2015" not in load_bounds(extra=mine)
    # a broken record is never passed over in silence
    write(text.replace("quantity: epsilon", "quantity: eps"), "na64-visible-2020.yaml")
    for load in (load_bounds, load_coupling_bounds):
        with pytest.raises(CardError, match="quantity = 'eps': allowed g_aee"):
            load(extra=mine.parent)


def test_loading_is_cached_and_the_dictionary_is_the_callers_own():
    load_bounds().clear()
    assert load_bounds()["twist-2015"] is load_bounds()["twist-2015"]


def test_every_number_says_where_it_comes_from():
    for bound in load_bounds().values():
        for limit in bound.limits:
            assert limit.source
            assert limit.mass_range_source
            assert limit.tag != "paper" or limit.provenance in ("quoted", "recalled", "digitised")
            for number in (limit.polarization, limit.mean_cosine):
                assert number is None or number.source


def test_names_are_forgiving_and_unknown_ones_get_near_ones():
    assert get_bound("twist_2015").name == "twist-2015"
    with pytest.raises(UnknownName, match=r"bound 'twist' .*did you mean.*twist-2015"):
        get_bound("twist")


def test_a_record_of_two_channels_wants_one():
    argus = get_bound("argus-1995")
    with pytest.raises(InvalidInput, match="channel: argus-1995 limits tau -> e a, tau -> mu a"):
        argus.branching_ratio_limit(0, 1, 1)
    with pytest.raises(UnknownName, match="argus-1995: no limit on 'mu -> e a'; channels: tau -> e a"):
        argus.for_channel("mu -> e a")
    narrow = argus.for_channel("tau ->  mu a")
    assert narrow == argus.for_channel("tau-mu") == argus.for_channel("tau->mu a")
    assert narrow.branching_ratio_limit(0, 1, 1) == argus.branching_ratio_limit(0, 1, 1, channel="tau -> mu a")


@pytest.mark.parametrize(
    ("name", "channel", "mass", "shown"),
    [
        ("jodidio-1986", None, 20.0, "[0, 1] MeV"),
        ("twist-2015", None, 90.0, "[0, 13] and [13, 87] MeV"),
        ("pienu-2020", None, 40.0, "[47.8, 95.1] MeV"),
        ("bilger-1999", None, 102.9, "[103, 105] MeV"),
        ("mu3e-online", None, 24.0, "[25, 95] MeV"),
        ("belle2-2023", "tau -> e a", 1601.0, "[0, 1600] and [0, 100] MeV"),
        ("belle-2025", "tau -> mu a", 1650.0, "[0, 1600] and [0, 100] MeV"),
    ],
)
def test_mass_off_the_published_range(name, channel, mass, shown):
    with pytest.raises(NotInRecord) as refused:
        get_bound(name).branching_ratio_limit(mass, 1, 0, channel=channel)
    for part in (name, f"mass = {mass:g} MeV", shown, "never extrapolated"):
        assert part in str(refused.value)


def test_cl_is_rescaled_only_when_asked_and_only_where_allowed():
    twist = get_bound("twist-2015")
    assert not twist.branching_ratio_limit(30, 1, 1).rescaled
    assert not twist.branching_ratio_limit(30, 1, 1, 0.90).rescaled
    asked = twist.branching_ratio_limit(30, 1, 1, 0.95)
    assert (asked.rescaled, asked.cl, asked.published_cl) == (True, 0.95, 0.90)
    assert asked.branching_ratio == pytest.approx(8e-6 * 1.2835, rel=1e-4)
    with pytest.raises(
        NotInRecord, match=r"belle2-50ab, tau -> e a: cl = 0.9: published at 0.95 and not rescaled, because"
    ):
        get_bound("belle2-50ab").branching_ratio_limit(0, 1, 1, 0.90, channel="tau -> e a")
    with pytest.raises(NotInRecord, match=r"cl = 0.99: .*not rescaled"):
        get_bound("belle2-2023").branching_ratio_limit(0, 1, 1, 0.99, channel="tau -> e a")


def test_number_published_at_the_cl_asked_for_is_used():
    belle2 = get_bound("belle2-2023").for_channel("tau -> mu a")
    assert belle2.branching_ratio_limit(0, 1, 1).published_cl == 0.90
    assert belle2.branching_ratio_limit(1000, 1, 1).branching_ratio == pytest.approx(1.80e-3)
    at_95 = belle2.branching_ratio_limit(1000, 1, 1, 0.95)
    assert (at_95.rescaled, at_95.provenance) == (False, "quoted")
    assert at_95.branching_ratio == pytest.approx(12.2e-3 * 0.17366)
    assert "weakest end" in at_95.basis


def test_range_gives_its_weakest_end_labelled():
    limit = get_bound("belle-2025").branching_ratio_limit(300, 1, 1, channel="tau -> e a")
    assert limit.branching_ratio == 6.4e-4
    assert "weakest end of the published range" in limit.basis


def test_assumed_reach_in_mass_is_said():
    jodidio = get_bound("jodidio-1986")
    assert "used up to 1 MeV [assumed]" in jodidio.branching_ratio_limit(0.5, 1, 1).basis
    assert "used up to" not in jodidio.branching_ratio_limit(0, 1, 1).basis
    assert "P = 0.99 [assumed], cbar = 0.9875 [derived]" in jodidio.branching_ratio_limit(0, 1, 1).basis


def test_alternatives_are_used_only_when_asked_for():
    jodidio = get_bound("jodidio-1986")
    assert jodidio.branching_ratio_limit(0, 1, 1).branching_ratio == pytest.approx(1.3147e-6, rel=1e-4)
    alternative = jodidio.branching_ratio_limit(0, 1, 1, alternative="source-paper")
    assert (alternative.branching_ratio, alternative.alternative) == (2.5e-6, "source-paper")
    with pytest.raises(NotInRecord, match="published for V"):
        jodidio.branching_ratio_limit(0, 1, -1, alternative="source-paper")
    with pytest.raises(UnknownName, match="source-paper"):
        jodidio.branching_ratio_limit(0, 1, 1, alternative="paper")


def test_select():
    assert {bound.name for bound in select("mu -> e a", "projected")} == {"mu3e-online", "pioneer-x-projected"}
    assert [bound.channels for bound in select("tau -> mu a")] == [("tau -> mu a",)] * 4
    assert {b.name for b in select("mu -> e a", mass=60)} == {
        "twist-2015",
        "pienu-2020",
        "bryman-clifford-1986",
        "mu3e-online",
        "pioneer-x-projected",
    }
    assert select("tau-e") == select("tau -> e a") != []
    assert select(mass=1700.0) == []
    with pytest.raises(InvalidInput, match="kind = 'observe': allowed observed, projected; did you mean observed"):
        select(kind="observe")
    with pytest.raises(InvalidInput, match="mass = -3"):
        select(mass=-3)


def test_best_limit_is_observed_and_lists_all_reasons():
    assert best_limit("mu -> e a", 55, 1, 1).name == "twist-2015"
    assert best_limit("mu -> e a", 94, 1, 1).name == "pienu-2020"
    assert best_limit("mu -> e a", 103.2, 1, 1).name == "derenzo-1969"
    gap = best_limit("mu -> e a", 97, 1, 1)
    assert (gap.status, gap.branching_ratio, gap.F_gev, gap.cl) == ("no-limit", math.inf, 0.0, None)
    assert len(gap.basis.splitlines()) == len(select("mu -> e a", "observed"))
    only = best_limit("mu-e", 60, 1, 1, bounds={"mu3e-online": get_bound("mu3e-online")})
    assert (only.status, only.channel) == ("no-limit", "mu -> e a")
    assert "no observed limit" in only.basis
    assert best_limit("mu -> e a", 106, 1, 1).status == "closed"


def test_curve_has_a_row_per_mass_with_a_reason_where_null():
    table = curve(get_bound("bilger-1999"), [100, 103, 104, 105, 105.2, 120], 1, 1, 0.95)
    assert [row["status"] for row in table] == ["not-in-record", "ok", "ok", "ok", "closed", "closed"]
    for row in table:
        assert (row["branching_ratio"] is None) == (row["status"] != "ok") == bool(row["reason"])
    assert table[0]["F_gev"] is None
    assert table[-1]["F_gev"] == 0.0
    assert table[1]["rescaled"]
    assert "never extrapolated" in table[0]["reason"]
    json.dumps(table, allow_nan=False)


def test_curve_refuses_bad_input_and_ambiguous_channels():
    with pytest.raises(InvalidInput, match="mass = -1"):
        curve(get_bound("bilger-1999"), [104, -1], 1, 1)
    with pytest.raises(InvalidInput, match="give channel="):
        curve(get_bound("argus-1995"), [0], 1, 1)
    assert len(curve(get_bound("argus-1995"), [0], 1, 1, channel="tau -> e a")) == 1


KEYS = {
    "name",
    "label",
    "channel",
    "chirality",
    "mass_min",
    "mass_max",
    "cl",
    "kind",
    "provenance",
    "branching_ratio",
    "F_gev",
    "reference",
}


def test_rows_as_published_and_recast():
    published = rows("mu -> e a")
    assert all(set(row) >= KEYS for row in published)
    assert all(row["status"] == "ok" for row in published)
    assert sum(row["name"] == "twist-2015" for row in published) == 4
    assert [row["alternative"] for row in published if row["name"] == "jodidio-1986"] == ["", "source-paper"]
    recast = rows("mu -> e a", "observed", mass=0, C_V=1, C_A=-1, cl=0.95)
    assert [row["name"] for row in recast if row["status"] == "ok"] == [
        "bryman-clifford-1986",
        "crystal-box",
        "jodidio-1986",
        "twist-2015",
    ]
    assert {row["chirality"] for row in recast} == {"V-A"}
    assert all(row["reason"] for row in recast if row["status"] == "not-in-record")
    json.dumps([*published, *recast], allow_nan=False)
    with pytest.raises(InvalidInput, match="C_V, C_A: give both"):
        rows(C_V=1)


def test_rows_at_a_mass_keep_the_published_chirality():
    table = {(row["name"], row["chirality"]): row for row in rows("mu -> e a", mass=60.0)}
    assert table["jodidio-1986", "isotropic"]["status"] == "not-in-record"
    assert table["pienu-2020", "any"]["mass"] == 60.0
    assert rows("mu -> e a", mass=60.0, C_V=1, C_A=0.3j)[0]["chirality"] == "mixed"


def test_import_is_light():
    code = (
        "import sys, darkfactory.bounds; print([m for m in ('jax', 'yaml', 'pydantic', 'scipy') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_bound_is_hashable():
    assert isinstance(next(iter({*load_bounds().values()})), Bound)


@pytest.mark.parametrize("verb", ["recast", "verdict", "show"])
@pytest.mark.parametrize(("wrong", "right"), [("e173", "e137"), ("twst-2015", "twist-2015")])
def test_names_near_an_unknown_one_are_of_any_kind(capsys, verb, wrong, right):
    value = ["--mass", "1", "--value", "1"] if verb == "verdict" else []
    told = f"bound '{wrong}' does not exist; did you mean {right}"
    assert_answered(capsys, ["bounds", verb, wrong, *value], told)
