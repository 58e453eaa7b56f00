"""The verb survey on the command line: table, JSON, CSV, drawing, repetition, audit, citations, scan, completion."""

from __future__ import annotations

import json

import darkfactory as df
from support.command_line import as_json, assert_answered, call, read_csv

FEW = ("--only", "e137,na48-2-2015,kek", "--set", "model.epsilon=1e-6")
COMMAND = ("survey", "--model", "dark-photon", "--mass", "20", *FEW)


def test_json_is_that_of_python(capsys):
    told = as_json(capsys, *COMMAND)
    only = ("e137", "na48-2-2015", "kek")
    found = df.survey("dark-photon", 20, settings={"model.epsilon": 1e-6}, only=only)
    assert told["points"] == json.loads(json.dumps(found.rows))
    assert told["verdicts"][0]["verdict"] == "excluded by e137"
    assert told["coordinate"] == "epsilon"


def test_files_and_what_other_verbs_do_with_them(capsys, tmp_path):
    for ending in ("json", "csv", "png", "pdf"):
        code, _, err = call(capsys, *COMMAND, "--out", str(tmp_path / f"{ending}-survey.{ending}"), "-q")
        assert code == 0, err
    told = json.loads((tmp_path / "json-survey.json").read_text(encoding="utf-8"))
    rows = read_csv(tmp_path / "csv-survey.csv")
    assert [row["name"] for row in rows] == [row["name"] for row in told["points"]]
    assert (tmp_path / "png-survey.png").read_bytes().startswith(b"\x89PNG")
    assert (tmp_path / "pdf-survey.pdf").read_bytes().startswith(b"%PDF")
    drawn = json.loads((tmp_path / "png-survey.json").read_text(encoding="utf-8"))
    assert drawn["points"] == told["points"]
    again = as_json(capsys, "rerun", str(tmp_path / "json-survey.json"))
    assert (again["agrees"], again["largest_relative_difference"]) == (True, 0.0)
    numbers = as_json(capsys, "audit", str(tmp_path / "png-survey.png"))["numbers"]
    stands = {row["stands_in"] for row in numbers}
    assert {"card e137", "card kek"} <= stands
    assert not any("kloe" in place for place in stands)  # what is not asked for is not read
    code, cited, _ = call(capsys, "cite", str(tmp_path / "json-survey.json"))
    assert code == 0
    assert "Bjorken:1988as" in cited


def test_the_table_has_what_counts_and_the_verdict_below(capsys):
    code, out, _ = call(capsys, *COMMAND)
    assert code == 0
    assert "20 MeV: excluded by e137 at epsilon = 1e-06; strongest limit 0.0006596, na48-2-2015" in out
    assert "epsilon" in out
    code, full, _ = call(capsys, *COMMAND, "--full")
    assert len(full) > len(out)


def test_scan(capsys):
    found = as_json(
        capsys, "scan", "survey", "--model", "dark-photon", "--grid", "mass=10,20", "--only", "e137,na48-2-2015"
    )
    alone = [df.survey("dark-photon", mass, only=("e137", "na48-2-2015")).rows for mass in (10.0, 20.0)]
    rows = found[next(key for key in ("points", "rows") if key in found)]
    assert [row["epsilon"] for row in rows] == [row["epsilon"] for each in alone for row in each]
    _, table, _ = call(capsys, "scan", "survey", "--model", "dark-photon", "--grid", "mass=10,20", "--only", "e137")
    assert "epsilon" in table


def test_mistakes(capsys):
    assert_answered(capsys, ["survey", "--model", "dark-foton"], "dark-photon")
    assert_answered(capsys, ["survey", "--model", "dark-photon", "--only", "e13"], "e137")
    assert_answered(capsys, ["survey", "--model", "dark-photon", "--channel", "mu-e"], "channel = mu-e")
    assert_answered(capsys, ["survey", "--model", "dark-photon", "--mass", "a:b"], "START:STOP:N")
    assert_answered(capsys, ["survey", "--model", "dark-photon", "--set", "precision=0.1"], "search.precision")
    assert_answered(capsys, ["survey", "--model", "dark-photon", "--out", "survey.txt"], ".json")
    assert_answered(capsys, ["survey", "--model", "vector"], "model.g_V_e")
    assert_answered(capsys, ["survey", "--mass", "20"], "--model")
    few = ["survey", "--model", "dark-photon", "--only", "e141"]
    assert_answered(capsys, [*few, "--set", "target.alpha_D=0.2"], "no target of this survey has it")
    assert_answered(capsys, [*few, "--set", "beam.days=5"], "no search of this survey has it; did you mean beam.tail")
    assert_answered(capsys, [*few, "--without", "e141"], "without = e141: nothing is left to survey")


def test_keys_are_completed():
    from darkfactory.catalogue import keys_of

    keys = keys_of("survey", {"model": "dark-photon"})
    assert {"model.epsilon", "target.alpha_D", "search.precision", "beam.days"} <= set(keys)
    assert "model.F_gev" not in keys
