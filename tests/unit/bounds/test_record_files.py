"""A new bound is one YAML file: every problem of it is named, and a good one joins the registry."""

import copy
from importlib import resources

import pytest
import yaml

from darkfactory.bounds import best_limit, check_file, load_bounds, rows
from darkfactory.errors import CardError, InvalidInput
from support.records import DELETE, SOURCE, edited

GOOD = {
    "name": "doe-2031",
    "label": "Doe 2031",
    "citation": "Doe 2031 [3101.01234]",
    "kind": "observed",
    "assumes": "the ALP leaves no trace",
    "limits": [
        {
            "channel": "mu -> e a",
            "cl": 0.9,
            "chirality": "isotropic",
            "mass_range": {"value": [0, 30], "unit": "MeV", **SOURCE},
            "value": {"value": 1e-7, **SOURCE},
            "recast": {
                "rule": "angular",
                "polarization": {"value": 0.9, "tag": "assumed", "source": "beam"},
                "mean_cosine": {"value": 0.5, "tag": "derived", "source": "cone"},
            },
        }
    ],
}


def test_shipped_files_have_no_problem():
    for file in resources.files("darkfactory.bounds").joinpath("data").glob("*.yaml"):
        assert check_file(str(file)) == []


def test_a_good_file_joins_the_registry(write):
    file = write(GOOD)
    assert check_file(file) == []
    for place in (file, file.parent):
        bounds = load_bounds(extra=place)
        best = best_limit("mu -> e a", 20, 1, 1, bounds=bounds)
        assert (best.name, best.reference) == ("doe-2031", "Doe 2031 [3101.01234]")
        assert best.branching_ratio == pytest.approx(1e-7 / 1.45)
        assert {row["reference"] for row in rows(bounds={"doe-2031": bounds["doe-2031"]})} == {"Doe 2031 [3101.01234]"}
    assert "doe-2031" not in load_bounds()


def test_a_single_file_may_have_any_ending_and_a_folder_may_hold_other_files(write):
    file = write(GOOD, "doe-2031.txt")
    assert "doe-2031" in load_bounds(extra=file)
    assert "doe-2031" not in load_bounds(extra=file.parent)


def test_numbers_without_a_point_are_numbers(write):
    text = yaml.safe_dump(GOOD).replace("1.0e-07", "1e-7")
    assert "value: 1e-7" in text
    file = write(text)
    assert load_bounds(extra=file)["doe-2031"].limits[0].values == (1e-7,)


LIMIT = ("limits", 0)
CURVE = {"masses": [0, 10, 30], "values": [1e-6, 2e-6, 3e-6], **SOURCE}
PROBLEMS = [
    (("colour",), "red", ["colour: unknown key; keys: name, label"]),
    (("lable",), "x", ["lable: unknown key", "did you mean label"]),
    (("label",), DELETE, ["label: missing"]),
    (("label",), "", ["label = ''"]),
    (("kind",), "observe", ["kind = 'observe': allowed observed, projected; did you mean observed"]),
    (("name",), "other", ["name = 'other': allowed 'doe-2031'"]),
    (("limits",), [], ["limits = []: allowed a list of limits"]),
    (("limits",), 3, ["limits = 3: allowed a list of limits"]),
    (("citation",), DELETE, ["reference: give a citation key, or citation"]),
    (("reference",), "Bayes:2014lxz", ["one of the two"]),
    (
        (*LIMIT, "channel"),
        "mu -> e  gamma",
        ["limits[0].channel = 'mu -> e  gamma'", "tau -> mu a", "did you mean mu -> e a"],
    ),
    ((*LIMIT, "channel"), "tau -> e a", []),
    ((*LIMIT, "channel"), "mu->e a", []),
    ((*LIMIT, "cl"), 90, ["limits[0].cl = 90: allowed (0.5, 1)"]),
    ((*LIMIT, "cl"), True, ["limits[0].cl = True: allowed (0.5, 1)"]),
    ((*LIMIT, "cl"), "high", ["limits[0].cl = 'high': allowed (0.5, 1)"]),
    ((*LIMIT, "cl"), DELETE, ["limits[0].cl: missing; allowed (0.5, 1)"]),
    ((*LIMIT, "cl"), float("nan"), ["limits[0].cl = nan"]),
    (
        (*LIMIT, "confidence"),
        0.9,
        ["limits[0].confidence: unknown key; keys: cl, mass_range, chirality, value, points", "channel"],
    ),
    ((*LIMIT, "chirality"), "V-a", ["limits[0].chirality = 'V-a'", "did you mean V-A"]),
    ((*LIMIT, "chirality"), "any", ["limits[0]: chirality = any: recast.rule angular allows isotropic, V+A, V-A"]),
    ((*LIMIT, "observable"), "ratio", ["limits[0]: observable = ratio: allowed for tau channels"]),
    (
        (*LIMIT, "mass_range", "value"),
        [30, 0],
        ["limits[0]: mass_range = [30, 0] MeV: allowed lowest <= highest < 105.147"],
    ),
    ((*LIMIT, "mass_range", "value"), [0, 106], ["mass_range = [0, 106] MeV"]),
    ((*LIMIT, "mass_range", "value"), [0], ["limits[0].mass_range.value = [0]: allowed [lowest, highest] MeV"]),
    ((*LIMIT, "mass_range", "value", 0), -1, ["limits[0].mass_range.value[0] = -1"]),
    ((*LIMIT, "mass_range", "unit"), "GeV", ["limits[0].mass_range.unit = 'GeV': allowed MeV"]),
    ((*LIMIT, "value", "value"), 0, ["limits[0].value.value = 0: allowed (0, 1]"]),
    ((*LIMIT, "value", "value"), 1.5, ["limits[0].value.value = 1.5: allowed (0, 1]"]),
    ((*LIMIT, "value", "value"), float("inf"), ["limits[0].value.value = inf"]),
    ((*LIMIT, "value"), 1e-7, ["limits[0].value = 1e-07: allowed {value: 1e-5, tag: paper"]),
    (
        (*LIMIT, "value", "tag"),
        "papers",
        ["limits[0].value.tag = 'papers': allowed paper, derived, assumed; did you mean paper"],
    ),
    ((*LIMIT, "value", "provenance"), "recaled", ["limits[0].value.provenance = 'recaled'", "did you mean recalled"]),
    ((*LIMIT, "value", "provenance"), DELETE, ["limits[0].value: provenance = None with tag paper"]),
    ((*LIMIT, "value", "source"), DELETE, ["limits[0].value.source: missing"]),
    ((*LIMIT, "value"), DELETE, ["limits[0]: no value: give exactly one of value, points, steps, range"]),
    ((*LIMIT, "points"), CURVE, ["limits[0]: value, points: give exactly one of"]),
    ((*LIMIT, "recast"), {"rule": "angular"}, ["limits[0]: recast.rule = angular: needs recast.polarization"]),
    ((*LIMIT, "recast", "rule"), "none", ["limits[0]: recast.rule = none: polarization, mean_cosine belong to"]),
    ((*LIMIT, "recast", "rule"), "angle", ["limits[0].recast.rule = 'angle'", "did you mean angular"]),
    ((*LIMIT, "recast", "polarization", "value"), 1.1, ["limits[0].recast.polarization.value = 1.1: allowed [0, 1]"]),
    ((*LIMIT, "recast", "mean_cosine", "value"), 1, ["limits[0].recast.mean_cosine.value = 1: allowed (-1, 1)"]),
    ((*LIMIT, "recast", "mean_cos"), 1, ["limits[0].recast.mean_cos: unknown key", "did you mean mean_cosine"]),
    ((*LIMIT, "alternative"), "mine", ["limits on mu -> e a: all are alternatives"]),
]


@pytest.mark.parametrize(("path", "value", "parts"), PROBLEMS)
def test_each_problem_names_file_key_value_and_what_is_allowed(write, path, value, parts):
    file = write(edited(GOOD, path, value))
    problems = check_file(file)
    assert bool(problems) == bool(parts)
    text = "\n".join(problems)
    for part in parts:
        assert part in text
    for line in problems:
        assert line.startswith(str(file))
    if parts:
        with pytest.raises(CardError) as refused:
            load_bounds(extra=file)
        assert str(refused.value) == text


@pytest.mark.parametrize(
    ("form", "data", "part"),
    [
        ("points", {**CURVE, "values": [1e-6]}, "limits[0].points.values"),
        ("points", {**CURVE, "values": [1e-6, 2e-6]}, "values has 2 numbers: allowed 3"),
        ("points", {**CURVE, "masses": [0, 30, 10]}, "mass 10 MeV follows 30 MeV: masses must increase"),
        ("points", {**CURVE, "masses": [0, 10, 20]}, "mass_range = [0, 30] MeV: allowed within [0, 20] MeV"),
        ("points", {**CURVE, "values": [1e-6, 2e-6, -1]}, "limits[0].points.values[2] = -1"),
        ("steps", {"edges": [0, 30], "values": [1e-6, 2e-6], **SOURCE}, "values has 2 numbers: allowed 1"),
        ("range", {"strongest": 2e-6, "weakest": 1e-6, **SOURCE}, "strongest = 2e-06: allowed up to weakest = 1e-06"),
    ],
)
def test_problems_of_tables(write, form, data, part):
    record = edited(GOOD, (*LIMIT, "value"), DELETE)
    record["limits"][0][form] = data
    assert part in "\n".join(check_file(write(record)))


@pytest.mark.parametrize(
    ("form", "data", "expected"),
    [
        ("points", CURVE, [1e-6, 1.5e-6, 2e-6, 2.5e-6, 3e-6]),
        ("steps", {"edges": [0, 10, 30], "values": [1e-6, 2e-6], **SOURCE}, [1e-6, 1e-6, 2e-6, 2e-6, 2e-6]),
        ("range", {"strongest": 1e-6, "weakest": 4e-6, **SOURCE}, [4e-6] * 5),
    ],
)
def test_forms_of_a_curve(write, form, data, expected):
    record = edited(GOOD, (*LIMIT, "value"), DELETE)
    record["limits"][0][form] = data
    bound = load_bounds(extra=write(record))["doe-2031"]
    found = [bound.branching_ratio_limit(mass, 1, 0).branching_ratio for mass in (0, 5, 10, 20, 30)]
    assert found == pytest.approx(expected, rel=1e-12)


def test_all_problems_of_all_files_stand_in_one_error(write):
    record = edited(GOOD, (*LIMIT, "cl"), 2)
    record["kind"] = "seen"
    record["limits"][0]["value"]["sauce"] = 1
    first = write(record)
    second = write(edited(GOOD, ("label",), DELETE), "roe-2032.yaml")
    assert len(check_file(first)) == 3
    with pytest.raises(CardError) as refused:
        load_bounds(extra=first.parent)
    text = str(refused.value)
    for part in (
        str(first),
        str(second),
        "cl = 2",
        "kind = 'seen'",
        "sauce: unknown key",
        "did you mean source",
        "label",
    ):
        assert part in text


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "must hold the keys name, label"),
        ("- 1\n- 2\n", "must hold the keys name, label"),
        ("name: [unclosed\n", "not YAML"),
        ("name: a\nlabel: b\nname: c\n", "line 3: name is given twice, first in line 1"),
        ("1: a\n", "line 1: key 1: must be text"),
        ("[a, b]: c\n", "not YAML"),
        ("? {a: 1}\n: c\n", "not YAML"),
        ("name: &a [*a]\n", "not YAML"),
        ("name: !!python/object/apply:os.getcwd []\n", "not YAML"),
        ("name: \x00\n", "not YAML"),
    ],
)
def test_a_file_that_is_no_record(write, text, part):
    file = write(text)
    problems = check_file(file)
    assert len(problems) == 1
    assert problems[0].startswith(str(file))
    assert part in problems[0]


def test_files_that_cannot_be_read(tmp_path):
    assert "cannot be read" in check_file(tmp_path / "none.yaml")[0]
    assert "cannot be read" in check_file(tmp_path)[0]
    latin = tmp_path / "doe-2031.yaml"
    latin.write_bytes(b"name: d\xf6e\n")
    assert "cannot be read" in check_file(latin)[0]
    with pytest.raises(InvalidInput, match="no such file or folder"):
        load_bounds(extra=tmp_path / "none")


def test_an_experiment_card_among_records_is_left_alone(write):
    card = resources.files("darkfactory.experiments").joinpath("cards/meg2.yaml").read_text(encoding="utf-8")
    file, mine = write(card, "meg2.yaml"), write(GOOD)
    assert "doe-2031" in load_bounds(extra=mine.parent)
    assert "an experiment card, not a record of a limit" in check_file(file)[0]
    with pytest.raises(CardError, match="an experiment card"):
        load_bounds(extra=file)


def test_aliases_and_long_values_make_no_long_messages(write):
    bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
        f"{new}: &{new} [{','.join(9 * [f'*{old}'])}]\n" for old, new in zip("abcdefg", "bcdefgh", strict=True)
    )
    (problem,) = check_file(write(bomb))
    assert "aliases" in problem
    record = edited(GOOD, ("kind",), "x" * 100_000)
    record["limits"][0]["cl"] = list(range(100_000))
    problems = check_file(write(record))
    assert len(problems) == 1  # more values than any record needs
    record["limits"][0]["cl"] = list(range(10_000))
    problems = check_file(write(record))
    assert len(problems) == 2
    assert len("".join(problems)) < 1000


def test_unknown_citation_key_gets_near_ones(write):
    record = edited(GOOD, ("citation",), DELETE)
    record["reference"] = "Bayes:2014lx"
    problems = "\n".join(check_file(write(record)))
    assert "reference = 'Bayes:2014lx': not in references.bib" in problems
    assert "did you mean Bayes:2014lxz" in problems


def test_two_endings_of_one_name_are_two_records_of_one_name(write):
    write(GOOD)
    file = write(GOOD, "doe-2031.yml")
    with pytest.raises(CardError, match="another file of this folder has this name"):
        load_bounds(extra=file.parent)


def test_a_range_is_the_last_resort_wherever_it_stands(write):
    record = copy.deepcopy(GOOD)
    whole = copy.deepcopy(record["limits"][0])
    del whole["value"]
    whole["range"] = {"strongest": 1e-8, "weakest": 4e-6, **SOURCE}
    record["limits"].insert(0, whole)
    bound = load_bounds(extra=write(record))["doe-2031"]
    assert bound.branching_ratio_limit(10, 1, 0).branching_ratio == 1e-7
