"""Every output says how it was made, and a run can be repeated from what its result says."""

from __future__ import annotations

import hashlib
import json
import struct
import zlib
from pathlib import Path

import pytest

import darkfactory
from darkfactory.eventfiles import read_events
from darkfactory.result import run_block, timeless
from darkfactory.version import __version__, code_fingerprint
from support.command_line import as_json, call, read_csv

REACH = ("reach", "forward-positron", "--mass", "20", "--method", "fisher", "--set", "search.systematics=none")
BLOCK = {
    "command",
    "verb",
    "arguments",
    "changed",
    "settings",
    "card",
    "version",
    "fingerprint",
    "seed",
    "packages",
    "time",
}
VERBS = [
    ("rate", "mu -> e a"),
    ("rate", "SM SM -> DS"),
    ("spectrum", "mu -> e nu nu", "--bins", "2"),
    REACH,
    ("trigger", "meg2"),
    ("survey", "--model", "dark-photon", "--mass", "20", "--only", "e137"),
    ("target", "inverse-seesaw"),
    ("model", "anarchy"),
    ("bounds", "--channel", "mu-e"),
    ("bounds", "recast", "pienu-2020", "--mass", "60"),
    ("bounds", "verdict", "x-ray-lines", "--mass", "0.02", "--value", "1e27"),
    ("scan", "rate", "mu -> e a", "--grid", "model.mass=10,20"),
    ("bounds", "show", "e137"),
    ("validate", "statistics"),
    ("impacts", "reach", "beam-dump", "--experiment", "e141", "--mass", "3"),
    ("optimise", "reach", "beam-dump", "--experiment", "e141", "--mass", "3", "--over", "target.Z=4:90"),
    ("list", "models"),
    ("show", "meg2"),
    ("cite", "meg2"),
]


@pytest.mark.parametrize("arguments", VERBS, ids=" ".join)
def test_every_verb_carries_the_block(arguments, capsys):
    run = as_json(capsys, *arguments)["run"]
    assert set(run) == BLOCK
    assert run["command"].split()[:2] == ["darkfactory", arguments[0]]
    assert "--json" not in run["command"]
    assert (run["version"], run["fingerprint"]) == (__version__, code_fingerprint())
    assert {"python", "numpy", "scipy", "jax"} <= set(run["packages"])
    assert run["time"].endswith("+00:00")


def test_settings_of_card_search_and_model_with_unit_and_tag(capsys):
    changed = ("--set", "beam.days=28", "--set", "detector.x_resolution=0.005", "--set", "model.chirality=V")
    run = as_json(capsys, *REACH, *changed)["run"]
    used = run["settings"]
    assert used["beam.days"] == {"value": 28.0, "unit": "d", "tag": "user"}
    assert used["detector.x_resolution"] == {"value": 0.005, "tag": "user"}
    assert used["beam.polarization"] == {"value": 0.99, "tag": "assumed"}
    assert used["search.focus"]["tag"] == "card"
    assert used["search.kappa"]["tag"] == "default"
    assert used["model.chirality"] == {"value": "V", "tag": "user"}
    assert used["search.method"]["value"] == "fisher"
    assert {"beam.days", "detector.x_resolution", "model.chirality", "mass", "method"} <= set(run["changed"])
    assert "beam.stopping_rate" not in run["changed"]


def test_the_card_is_named_with_its_checksum(capsys, tmp_path):
    shipped = darkfactory.load_card("megii-fwd").path
    run = as_json(capsys, *REACH)["run"]
    digest = hashlib.sha256(shipped.read_bytes()).hexdigest()
    assert run["card"] == {
        "name": "megii-fwd",
        "path": "darkfactory/experiments/cards/megii-fwd.yaml",
        "sha256": digest,
    }
    own = tmp_path / "own.yaml"
    own.write_bytes(shipped.read_bytes().replace(b"name: megii-fwd", b"name: own"))
    run = as_json(capsys, *REACH, "--experiment", str(own))["run"]
    assert run["card"]["path"] == str(own)
    assert run["card"]["sha256"] == hashlib.sha256(own.read_bytes()).hexdigest()


def test_python_results_carry_it_too():
    found = darkfactory.reach("forward-positron", mass=[1, 2], method="fisher", settings={"beam.days": 28})
    assert found.run["command"] == (
        "darkfactory.reach(search='forward-positron', mass=[1, 2], method='fisher', settings={'beam.days': 28})"
    )
    assert found.to_dict()["run"] == found.run
    assert json.loads(json.dumps(found.run)) == found.run
    for other in (
        darkfactory.rate("mu -> e a", model=darkfactory.LfvAlp.from_scale(F_gev=1e10, chirality="V+A")),
        darkfactory.events("mu -> e a", n=10, seed=3),
        darkfactory.target("inverse-seesaw"),
    ):
        assert set(other.run) == BLOCK
    assert other.run["seed"] is None


def test_two_blocks_differ_in_their_time_alone():
    one, two = (run_block("verb", {"a": 1.0, "b": object()}) for _ in range(2))
    assert timeless(one) == timeless(two)
    assert "time" in one


def test_csv_events_and_figures_carry_it(capsys, tmp_path):
    csv, lhe, figure = tmp_path / "r.csv", tmp_path / "e.lhe", tmp_path / "portals"
    assert call(capsys, *REACH, "--out", csv)[0] == 0
    head = dict(line[2:].split(": ", 1) for line in csv.read_text().splitlines() if line.startswith("# "))
    assert set(head) == BLOCK
    assert json.loads(head["settings"])["beam.days"] == {"value": 14.0, "unit": "d", "tag": "assumed"}
    assert float(read_csv(csv)[0]["mass"]) == 20
    code, _, err = call(capsys, "events", "mu -> e a", "-n", "10", "--out", lhe)
    assert (code, err) == (0, f"written: {lhe}\n")
    assert read_events(lhe).run["command"] == "darkfactory events 'mu -> e a' -n 10"
    code, _, err = call(capsys, "figure", "portals", "--out", figure)
    assert code == 0
    assert err.splitlines()[-1].startswith("written: ")
    data = json.loads(figure.with_suffix(".json").read_text())
    assert _text_of_png(figure.with_suffix(".png"))["Comment"] == json.dumps(timeless(data["run"]))
    assert b"code_fingerprint" not in figure.with_suffix(".pdf").read_bytes()
    assert code_fingerprint().encode() in figure.with_suffix(".pdf").read_bytes()
    assert figure.with_suffix(".csv").read_text().startswith("# command: ")


def test_pictures_and_events_are_the_same_whenever_they_are_made(tmp_path, monkeypatch):
    contents = []
    for number in ("1", "2"):
        monkeypatch.setattr("darkfactory.result._now", lambda number=number: f"time {number}")
        drawn = darkfactory.figure("portals", tmp_path / f"p{number}")
        events = darkfactory.write_events(darkfactory.events("mu -> e a", n=10, seed=1), tmp_path / f"e{number}.lhe")
        contents.append([*(file.read_bytes() for file in drawn.files), events.read_bytes()])
    (pdf, png, csv, text, lhe), (pdf2, png2, csv2, text2, lhe2) = contents
    assert (pdf, png, lhe) == (pdf2, png2, lhe2)
    assert csv.replace(b"time 1", b"time 2") == csv2 != csv
    assert text.replace(b"time 1", b"time 2") == text2 != text


def _text_of_png(path):
    """The text chunks of a PNG by their keys."""
    content, place, found = path.read_bytes(), 8, {}
    while place < len(content):
        (length,) = struct.unpack(">I", content[place : place + 4])
        kind, body = content[place + 4 : place + 8], content[place + 8 : place + 8 + length]
        if kind == b"tEXt":
            key, _, text = body.partition(b"\0")
            found[key.decode("latin-1")] = text.decode("latin-1")
        elif kind == b"zTXt":
            key, _, text = body.partition(b"\0")
            found[key.decode("latin-1")] = zlib.decompress(text[1:]).decode("latin-1")
        place += 12 + length
    return found


# rerun

REPEATABLE = [
    REACH,
    ("rate", "mu -> e nu nu gamma", "--cut", "E_gamma > 10"),
    ("trigger", "meg2", "--threshold", "10,20"),
    ("target", "freeze-out", "--dm", "scalar", "--mass", "20", "--set", "alpha_D=0.4"),
    ("model", "anarchy", "--set", "f_a_gev=5e9"),
    ("spectrum", "mu -> e nu nu", "--bins", "3", "--set", "beam.polarization=0.5"),
    ("bounds", "recast", "twist-2015", "--mass", "0:80:3", "--set", "model.chirality=V-A"),
    ("validate", "michel"),
    ("bounds", "recast", "pienu-2017", "--model", "composite-neutrino", "--set", "model.flavor=e", "--mass", "70"),
]


@pytest.mark.parametrize("arguments", REPEATABLE, ids=lambda a: a[0])
def test_a_result_repeats_itself(arguments, capsys, tmp_path):
    file = tmp_path / "r.json"
    assert call(capsys, *arguments, "--out", file)[0] == 0
    before = file.read_bytes()
    found = as_json(capsys, "rerun", file)
    assert found["agrees"]
    assert found["largest_relative_difference"] == 0
    assert found["compared"] >= 5
    assert file.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["r.json"]


def test_a_combination_repeats_itself(capsys, tmp_path):
    part, both = tmp_path / "part.json", tmp_path / "both.json"
    assert call(capsys, *REACH, "--out", part)[0] == 0
    run = as_json(capsys, "combine", part, part, "--out", both)["run"]
    assert set(run) == BLOCK
    assert [one["verb"] for one in run["arguments"]["results"]] == ["reach", "reach"]
    part.unlink()
    assert as_json(capsys, "rerun", both)["largest_relative_difference"] == 0


def test_events_and_figures_repeat(capsys, tmp_path):
    figure = tmp_path / "portals"
    assert call(capsys, "figure", "portals", "--out", figure)[0] == 0
    assert as_json(capsys, "rerun", figure.with_suffix(".json"))["agrees"]
    printed = as_json(capsys, "events", "mu -> e a", "-n", "20", "--seed", "4", "--out", tmp_path / "e.lhe")
    (tmp_path / "e.json").write_text(json.dumps(printed))
    assert as_json(capsys, "rerun", tmp_path / "e.json")["agrees"]


def test_what_differs_is_told_and_exits_with_1(capsys, tmp_path):
    file = tmp_path / "r.json"
    call(capsys, *REACH, "--out", file)
    data = json.loads(file.read_text())
    data["points"][0]["expected"]["branching_ratio"] *= 1.001
    file.write_text(json.dumps(data))
    code, out, _ = call(capsys, "rerun", file)
    assert code == 1
    assert "DIFFER" in out
    assert "0.001" in out
    assert "points[0].expected.branching_ratio" in out
    assert call(capsys, "rerun", file, "--tolerance", "1e-2")[0] == 0


def test_a_changed_card_or_version_is_refused(capsys, tmp_path):
    own, file = tmp_path / "own.yaml", tmp_path / "r.json"
    assert call(capsys, "card", "new", "own", "--from", "megii-fwd", "--out", own)[0] == 0
    assert call(capsys, *REACH, "--experiment", own, "--out", file)[0] == 0
    assert call(capsys, "rerun", file)[0] == 0
    own.write_text(own.read_text().replace("value: 0.99,", "value: 0.90,"))
    code, _, err = call(capsys, "rerun", file)
    assert code == 2
    assert f"its card {own} has changed since; --anyway" in err
    code, out, _ = call(capsys, "rerun", file, "--anyway")
    assert code == 1
    assert "has changed since" in out
    data = json.loads(file.read_text())
    data["run"]["version"] = "0.0.9"
    file.write_text(json.dumps(data))
    code, _, err = call(capsys, "rerun", file)
    assert code == 2
    assert "made with version 0.0.9" in err
    assert "has changed since" in err


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{}", "does not say how it was made"),
        ("[1]", "does not say how it was made"),
        ("not json", "is no JSON"),
        ('{"run": {"verb": "cite", "arguments": {}, "command": "darkfactory cite"}}', "cannot be repeated"),
        ('{"run": {"verb": "rate", "arguments": {"process": "mu -> e a", "x": 1}}}', "does not take"),
        (
            '{"run": {"verb": "rate", "arguments": {"process": "mu -> e a", "model": {"object": "M"}}}}',
            "object of Python",
        ),
        ('{"run": {"verb": "list", "arguments": {}, "command": "darkfactory cite --out x"}}', "is not one of list"),
    ],
)
def test_what_cannot_be_repeated_is_answered(text, told, capsys, tmp_path):
    file = tmp_path / "r.json"
    file.write_text(text)
    code, _, err = call(capsys, "rerun", file, "--anyway")
    assert code == 2
    assert told in err
    assert call(capsys, "rerun", Path("missing.json"))[0] == 2
