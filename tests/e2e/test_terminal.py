"""What every verb shows at 80 columns: no number is cut, no line is broken by the terminal, data are no markup."""

from __future__ import annotations

import pytest

from darkfactory.errors import InvalidInput
from darkfactory.output import cell, table_text
from support.terminal import in_terminal

COMMANDS = {
    "rate": (["rate", "mu -> e a", "--set", "model.mass=50"], lambda d: [d["value"], d["error"]]),
    "rate, wide": (["rate", "SM SM -> DS", "--set", "model.portal=vector"], lambda d: [d["value"]]),
    "spectrum": (
        ["spectrum", "mu -> e nu nu", "--observable", "E_e", "--bins", "5"],
        lambda d: [row[key] for row in d["bins"] for key in ("low", "high", "value")],
    ),
    "spectrum, components": (
        ["spectrum", "mu -> e a gamma", "--observable", "m_miss2", "--experiment", "meg2", "--bins", "3"],
        lambda d: [value for row in d["bins"] for key, value in row.items() if not key.endswith("_error")],
    ),
    "reach": (
        ["reach", "forward-positron", "--mass", "0:20:2", "--method", "fisher"],
        lambda d: [
            value
            for p in d["points"]
            for value in (p["mass"], *p["expected"].values(), p["band"]["m1"], p["band"]["p1"])
        ],
    ),
    "trigger": (
        ["trigger", "meg2", "--threshold", "10,20"],
        lambda d: [p[key] for p in d["points"] for key in ("threshold", "stopping_rate", "rc_rate", "equal_rate")],
    ),
    "target": (
        ["target", "x-ray-lines", "--channel", "mu-e", "--mass", "0.02:0.1:3"],
        lambda d: [value for p in d["points"] for value in p.values() if isinstance(value, float)],
    ),
    "model": (["model", "anarchy"], lambda d: [r["branching_ratio"] for r in d["rows"]]),
    "model, one row": (
        ["model", "inverse-seesaw"],
        lambda d: [value for r in d["rows"] for value in r.values() if isinstance(value, float)],
    ),
    "bounds": (["bounds", "--channel", "mu-e"], lambda d: [r["branching_ratio"] for r in d["bounds"]]),
    "bounds recast": (
        ["bounds", "recast", "twist-2015", "--mass", "0:80:3", "--set", "model.chirality=V-A"],
        lambda d: [p[key] for p in d["points"] for key in ("mass", "branching_ratio", "F_gev")],
    ),
    "bounds verdict": (
        ["bounds", "verdict", "x-ray-lines", "--mass", "0.02", "--value", "1e27"],
        lambda d: [d["mass"], d["limit"], d["lifetime_s"]],
    ),
    "events": (
        ["events", "mu -> e a", "-n", "10", "--out", "{folder}/a.lhe"],
        lambda d: [d["events"], d["rate"], d["model"]["trials"]],
    ),
    "figure": (
        ["figure", "portals", "--out", "{folder}/portals"],
        lambda d: [v for row in d["summary"] for v in row.values() if isinstance(v, float)],
    ),
    "list": (["list", "experiments"], lambda d: []),
    "show": (
        ["show", "meg2"],
        lambda d: [r["value"] for s in d["sections"] for r in s["rows"] if isinstance(r["value"], float)],
    ),
}


@pytest.fixture(scope="module")
def screens(tmp_path_factory):
    folder = tmp_path_factory.mktemp("terminal")
    commands = [[word.replace("{folder}", str(folder)) for word in words] for words, _ in COMMANDS.values()]
    found = in_terminal(commands, folder / "found.json")
    return dict(zip(COMMANDS, found, strict=True))


@pytest.mark.parametrize("name", COMMANDS)
def test_every_number_is_there_in_full(screens, name):
    lines, code, data = screens[name]
    assert code == 0, lines
    words = {word for line in lines for word in line.split()}
    missing = [value for value in COMMANDS[name][1](data) if value is not None and cell(value) not in words]
    assert not missing, "\n".join(lines)
    assert max(len(line) for line in lines if "/" not in line) <= 80  # a path is as long as it is
    assert "…" not in "".join(lines)


def test_the_same_table_at_forty_columns_is_written_row_by_row():
    rows = [{"mass": 20.0, "BR limit": 6.349e-11, "-1 sigma": 4.574e-11, "epsilon": 3.457e-4, "status": "ok"}] * 2
    wide, narrow = table_text("t", rows, width=80), table_text("t", rows, width=40)
    for text in (wide, narrow):
        assert text.split().count("6.349e-11") == 2
        assert text.split().count("3.457e-04" if "3.457e-04" in text else "0.0003457") == 2
    assert len(wide.splitlines()) < len(narrow.splitlines())
    assert max(map(len, narrow.splitlines())) <= 40


def test_data_are_never_read_as_markup():
    reference = "Bilger 1999 [hep-ph/9811333]"
    text = table_text("[bold]", [{"reference": reference, "x": 1.0}, {"reference": "[/bold]", "x": 2.0}], ["[red]"])
    for part in ("[bold]", reference, "[/bold]", "[red]"):
        assert part in text
    assert reference in table_text("t", [{"reference": reference}])


@pytest.mark.parametrize("bad", [float("nan"), float("inf"), [1.0, float("-inf")]])
def test_what_is_not_finite_is_an_error_in_every_form(bad):
    from darkfactory.output import to_csv, to_json

    for write in (lambda rows: table_text("t", rows), to_csv, to_json):
        with pytest.raises(InvalidInput, match=r"value.*no finite number"):
            write([{"mass": 1.0, "value": bad}])
