"""Limits on couplings: what a record answers, what it refuses, and what is wrong with a third party's file."""

import hashlib
import math
import re

import pytest

from darkfactory.bounds import (
    check_file,
    coupling_rows,
    from_csv,
    get_coupling_bound,
    load_bounds,
    load_coupling_bounds,
)
from darkfactory.bounds.quantities import FORMULAS, QUANTITIES
from darkfactory.bounds.results import limits
from darkfactory.errors import CardError, InvalidInput, NotInRecord, UnknownName
from support.records import DELETE, SOURCE, edited

GOOD = {
    "name": "doe-2031",
    "label": "Doe 2031",
    "citation": "Doe 2031 [3101.01234]",
    "kind": "observed",
    "quantity": "epsilon",
    "channel": "e e -> gamma A'",
    "assumes": "A' is invisible",
    "limits": [
        {
            "cl": 0.9,
            "mass_range": {"value": [1, 100], "unit": "MeV", **SOURCE},
            "points": {"masses": [1, 10, 100], "values": [1e-4, 1e-3, 1e-3], **SOURCE},
            "recast": {"rule": "power", "power": 2},
        }
    ],
}
LIMIT = ("limits", 0)
FIXED = {"rule": "fixed", "because": "it is a test"}


def test_shipped_records_are_valid_and_honest():
    records = load_coupling_bounds()
    assert len(records) >= 30
    assert {bound.quantity for bound in records.values()} == set(QUANTITIES)
    for bound in records.values():
        assert bound.assumes
        assert bound.short_reference
        for limit in bound.limits:
            assert limit.source
            assert (limit.tag == "paper") == bool(limit.provenance)
            if limit.form in ("band", "user-file"):
                assert bound.verdict(max(limit.mass_min, 1e-9), 1e3) == "inconclusive"
                with pytest.raises(NotInRecord, match="inconclusive"):
                    bound.row(limit.mass_min)


def test_a_third_party_record_joins(write):
    file = write(GOOD)
    assert check_file(file) == []
    for place in (file, file.parent):
        mine = get_coupling_bound("doe-2031", load_coupling_bounds(extra=place))
        assert mine.row(10.0)["value"] == pytest.approx(1e-3)
        assert mine.row(math.sqrt(10.0))["value"] == pytest.approx(math.sqrt(1e-7))  # log-log
        # a record of the other kind in the same folder does not disturb
        assert "doe-2031" not in load_bounds(extra=place)
    assert "doe-2031" not in load_coupling_bounds()


def test_rescaling_and_conversion(write):
    mine = get_coupling_bound("doe-2031", load_coupling_bounds(extra=write(GOOD)))
    row = mine.row(10.0, 0.95, to="epsilon2")
    # rate ~ epsilon^2: the Gaussian factor 1.2835 under a square root
    assert row["value"] == pytest.approx(1e-3 * math.sqrt(1.644853627 / 1.281551566), rel=1e-8)
    assert row["converted"] == pytest.approx(row["value"] ** 2)
    assert (row["cl"], row["published_cl"], row["rescaled"]) == (0.95, 0.9, True)
    stars = get_coupling_bound("red_giants_2020")
    assert stars.row(0.0, to="f_a_gev", coupling=0.1)["converted"] == pytest.approx(3.93e8, rel=1e-3)
    assert stars.row(0.0, to="F_gev")["converted"] == pytest.approx(7.86e9, rel=1e-3)
    assert stars.row(0.0439)["value"] == pytest.approx(5.98e-13)
    with pytest.raises(UnknownName, match="no conversion of g_aee to 'epsilon'; allowed g_aee, f_a_gev, F_gev"):
        stars.row(0.0, to="epsilon")


@pytest.mark.parametrize(
    ("name", "mass", "cl", "text"),
    [
        ("red-giants-2020", 0.2, None, r"mass = 0.2 MeV: no limit; published for \[0, 0.0027\].*never extrapolated"),
        ("na64-visible-2020", 10.0, None, "inconclusive: only an order of magnitude.*8.2e-05 to 0.01"),
        ("sn1987a-mu-e", 0.0, 0.95, "cl = 0.95: not rescaled because it is an estimate"),
        ("x-ray-lines", 0.02, 0.90, "cl = 0.9: not rescaled because it joins several searches"),
    ],
)
def test_refusals(name, mass, cl, text):
    with pytest.raises(NotInRecord, match=text):
        get_coupling_bound(name).row(mass, cl)


def test_verdicts():
    stars, lines = get_coupling_bound("red-giants-2020"), get_coupling_bound("x-ray-lines")
    assert [stars.verdict(0.001, g) for g in (1.2e-13, 1.4e-13)] == ["allowed", "excluded"]
    assert stars.verdict(0.2, 1e-10) == "no limit"
    assert [lines.verdict(0.02, tau) for tau in (1e27, 1e29)] == ["excluded", "allowed"]
    assert get_coupling_bound("charm").verdict(10.0, 1e-5) == "excluded"
    for bad in (0.0, -1.0, math.nan):
        with pytest.raises(InvalidInput, match="g_aee ="):
            stars.verdict(0.001, bad)


def test_unknown_record_and_rows():
    with pytest.raises(UnknownName, match="did you mean red-giants-2020"):
        get_coupling_bound("red-giant-2020")
    rows = coupling_rows("U2_e", "observed")
    assert {row["quantity"] for row in rows} == {"U2_e"}
    assert coupling_rows(kind="projected")[0]["kind"] == "projected"


PROBLEMS = [
    (("quantity",), "eps", ["quantity = 'eps': allowed g_aee", "did you mean epsilon"]),
    (("colour",), 1, ["colour: unknown key; keys: name, label"]),
    (("label",), DELETE, ["label: missing"]),
    (("citation",), DELETE, ["reference: give a citation key, or citation"]),
    (("name",), "other", ["name = 'other': allowed 'doe-2031'"]),
    ((*LIMIT, "cl"), 90, ["limits[0].cl = 90: allowed (0.5, 1)"]),
    ((*LIMIT, "cl"), None, ["cl = null: without a confidence level recast.rule must be fixed"]),
    ((*LIMIT, "mass_range", "value"), [100, 1], ["mass_range = [100, 1] MeV: allowed lowest <= highest"]),
    (
        (*LIMIT, "mass_range", "value"),
        [1, 200],
        ["mass_range = [1, 200] MeV: allowed within [1, 100] MeV, the masses of points"],
    ),
    ((*LIMIT, "points", "values"), [1e-4, 1e-3], ["values has 2 numbers: allowed 3, as many as masses"]),
    ((*LIMIT, "points", "masses"), [10, 1, 100], ["masses must increase"]),
    ((*LIMIT, "points", "values"), [1e-4, -1, 1e-3], ["limits[0].points.values[1] = -1"]),
    ((*LIMIT, "points", "provenance"), DELETE, ["provenance = None with tag paper"]),
    ((*LIMIT, "value"), {"value": 1e-3, **SOURCE}, ["value, points: give exactly one of value, points, band"]),
    ((*LIMIT, "recast"), {"rule": "power"}, ["recast.power: needed with rule power"]),
    ((*LIMIT, "recast"), {"rule": "fixed"}, ["recast.because: needed with rule fixed"]),
    ((*LIMIT, "chirality"), "left", ["limits[0].chirality = 'left': allowed n/a, any"]),
]


@pytest.mark.parametrize(("path", "value", "texts"), PROBLEMS)
def test_problems_of_a_file_are_named(path, value, texts, write):
    file = write(edited(GOOD, path, value))
    problems = "\n".join(check_file(file))
    for text in texts:
        assert text in problems
    assert problems.startswith(str(file))
    with pytest.raises(CardError):
        load_coupling_bounds(extra=file)


def test_a_band_must_be_ordered_and_excludes_nothing(write):
    record = edited(GOOD, (*LIMIT, "points"), DELETE)
    record["limits"][0]["band"] = {"strongest": 1e-3, "weakest": 1e-4, **SOURCE}
    assert "is weaker than weakest" in "\n".join(check_file(write(record)))


def test_digitised_contour_from_csv(tmp_path):
    curve = tmp_path / "dump.csv"
    curve.write_text("# mass, lower, upper\n1, 1e-7, 1e-4\n10,1e-7,1e-5\n100,1e-6,2e-6\n", encoding="utf-8")
    record = tmp_path / "e137.yaml"
    text = from_csv(curve, "e137", "epsilon", citation="Bjorken et al. 1988", cl=0.95, channel="beam dump")
    record.write_text(text, encoding="utf-8")
    assert check_file(record) == []
    mine = load_coupling_bounds(extra=record)["e137"]  # replaces the shipped one
    assert [mine.verdict(10.0, eps) for eps in (1e-8, 1e-6, 1e-3)] == ["allowed", "excluded", "allowed"]
    assert mine.row(10.0)["far_side"] == pytest.approx(1e-5)
    with pytest.raises(NotInRecord, match="digitised curve is used at its own confidence level"):
        mine.row(10.0, 0.90)
    curve.write_text(curve.read_text(encoding="utf-8") + "200,1e-6,2e-6\n", encoding="utf-8")
    digest = hashlib.sha256(curve.read_bytes()).hexdigest()
    assert f"contour.sha256: the file has {digest}; it changed since it was digitised" in check_file(record)[0]
    curve.unlink()
    assert "cannot be read" in check_file(record)[0]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("1,2\n", "1 rows; must be .* at least 2 rows"),
        ("a,b\n1,2\n", "1 rows; must be .* at least 2 rows"),
        ("1,2\n'a,b\n2,3\n", r"line 2: mass = .*: not a number; .*must be a readable CSV"),
        ("1,2\n2,-3\n", "numbers > 0"),
        ("1,2\n2,nan\n", "numbers > 0"),
        ("1,2\n2,3,4\n", "mass, limit"),
        ("1\n2\n", "mass, limit"),
        (None, "cannot be read: .*must be a readable CSV"),
    ],
)
def test_a_bad_curve_is_refused_when_it_is_imported_and_in_a_record(tmp_path, write, content, text):
    file = tmp_path / "x.csv"
    if content is not None:
        file.write_text(content, encoding="utf-8")
    with pytest.raises(InvalidInput, match=text):
        from_csv(file, "x", "epsilon", citation="Doe 2031")
    record = edited(GOOD, (*LIMIT, "points"), DELETE)
    record["limits"][0] |= {"contour": {"file": "x.csv", "sha256": 64 * "0", **SOURCE}, "recast": FIXED}
    (problem,) = check_file(write(record))
    assert re.search(f"contour.file: .*x.csv: .*{text}", problem)


def test_bad_input_of_an_import(tmp_path):
    file = tmp_path / "x.csv"
    file.write_text("1,2\n2,3\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="quantity = 'eps': allowed g_aee"):
        from_csv(file, "x", "eps", citation="Doe 2031")
    with pytest.raises(InvalidInput, match="cl = 2"):
        from_csv(file, "x", "epsilon", citation="Doe 2031", cl=2)


def test_formulas():
    assert FORMULAS["muon-magnetic-moment"](100.0, {"deviation": 1e-9}) > 0
    with pytest.raises(InvalidInput, match="mass = 0"):
        FORMULAS["electron-magnetic-moment"](0.0, {"deviation": 6.6e-13})


def test_a_conversion_takes_both_sides_of_a_region():
    row = limits("e137", 20.0, to="epsilon2").rows[0]
    assert row["converted"] == pytest.approx(row["value"] ** 2, rel=1e-12)
    assert row["converted_far"] == pytest.approx(row["far_side"] ** 2, rel=1e-12)
    with pytest.raises(UnknownName, match="no conversion of epsilon to 'g_agamma'"):
        limits("e137", 1e6, to="g_agamma")  # at a mass where there is no number either
