"""The verb ``scan``: the rows of another verb at every point of a grid."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

import pytest

import darkfactory as df
from darkfactory.cli.scan import EXAMPLES
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.output import flattened
from support.command_line import as_json, assert_answered, call

NUTEV = ("reach", "neutral-current", "--experiment", "nutev", "--model", "composite-neutrino")
RATE = ("scan", "rate", "mu -> e a", "--grid", "model.mass=0:90:4")


def _assert_same(row, alone):
    """But for last digits: a scan computes with one thread."""
    assert {key: row[key] for key in alone} == {
        key: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value for key, value in alone.items()
    }


def test_dimension_and_gap_of_composite_neutrinos(capsys):
    """Every point is the reach that one gets alone."""
    grid = ("--grid", "model.dimension=2:6:3", "--grid", "model.gap_gev=0.5:1:2")
    found = as_json(capsys, "scan", *NUTEV, *grid)
    assert found["axes"] == {"model.dimension": [2, 4, 6], "model.gap_gev": [0.5, 1]}
    places = [(row["model.dimension"], row["model.gap_gev"]) for row in found["points"]]
    assert places == [(d, gap) for d in (2, 4, 6) for gap in (0.5, 1)]
    for dimension, gap in ((2, 0.5), (6, 1)):
        settings = ("--set", f"model.dimension={dimension}", "--set", f"model.gap_gev={gap}")
        alone = flattened(as_json(capsys, *NUTEV, *settings)["points"][0])
        row = found["points"][places.index((dimension, gap))]
        _assert_same(row, alone)
        assert row["message"] is None


def test_a_mass_axis_is_the_masses_of_one_reach():
    """The fit of forward-positron begins where the heaviest mass says: the scan asks for all masses at once."""
    masses = [10.0, 105.5, 40.0]
    found = df.scan("reach", "forward-positron", grid={"model.chirality": "V+A,V", "mass": masses}, method="fisher")
    for chirality in ("V+A", "V"):
        settings = {"model.chirality": chirality}
        rows = [
            flattened(row) for row in df.reach("forward-positron", mass=masses, method="fisher", settings=settings).rows
        ]
        mine = [row for row in found.rows if row["model.chirality"] == chirality]
        for row, alone in zip(mine, rows, strict=True):
            _assert_same(row, alone)
    assert [row["status"] for row in found.rows[:3]] == ["ok", "closed", "ok"]


@pytest.mark.parametrize("name", ["together", "alone"])
def test_a_point_that_fails_is_a_row(name):
    """Also where its neighbours share a call: they are as they are without it."""
    if name == "together":
        options = {"search": "forward-positron", "method": "fisher"}
        found = df.scan("reach", grid={"mass": [-1, 10, 40]}, **options)
        others = df.scan("reach", grid={"mass": [10, 40]}, **options)
    else:
        found = df.scan("rate", "mu -> e a", grid={"model.mass": [-1, 10, 40]})
        others = df.scan("rate", "mu -> e a", grid={"model.mass": [10, 40]})
    failed, *good = found.rows
    assert failed["status"] == "failed"
    assert "= -1: allowed [0," in failed["message"]
    assert good == [{key: row[key] for key in good[0]} for row in others.rows]
    assert "1 of 3 points failed: column message" in found.notes


def test_how_it_was_made_is_said_where_the_first_points_fail():
    grid = {"detector.x_resolution": [-1, 1e-3], "mass": [0, 20]}
    found = df.scan("reach", "forward-positron", "megii-fwd", grid=grid, method="fisher")
    assert [row["status"] for row in found.rows] == ["failed", "failed", "ok", "ok"]
    assert found.run["card"]["name"] == "megii-fwd"
    alone = df.reach("forward-positron", "megii-fwd", method="fisher", settings={"detector.x_resolution": 1e-3})
    assert found.run["settings"].keys() == alone.run["settings"].keys() - grid.keys()


def test_tables_of_other_packages():
    xarray = pytest.importorskip("xarray")
    found = df.scan("rate", "mu -> e a", grid={"model.chirality": "V+A,V", "model.mass": "0:90:4"})
    data = found.to_xarray()
    assert isinstance(data, xarray.Dataset)
    assert dict(data.sizes) == {"model.chirality": 2, "model.mass": 4}
    alone = df.rate("mu -> e a", settings={"model.chirality": "V", "model.mass": 60}).value
    assert float(data["value"].sel({"model.chirality": "V", "model.mass": 60})) == alone
    assert data["model.mass"].attrs["units"] == "MeV"
    frame, table = found.to_pandas(), found.to_arrow()
    assert list(frame["value"]) == table["value"].to_pylist() == [row["value"] for row in found.rows]
    # several rows of a point have no place on the grid
    spectra = df.scan("spectrum", "mu -> e nu nu", bins=3, grid={"beam.polarization": [0, 1]})
    assert dict(spectra.to_xarray().sizes) == {"row": 6}


def _shown():
    """Scans of the help and of the documentation, with two points on each axis and without a folder."""
    text = (Path(__file__).parents[2] / "docs" / "scans.md").read_text(encoding="utf-8").replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.startswith("darkfactory scan")]
    lines += [f"darkfactory scan {line}" for verb in EXAMPLES.values() for line in verb]
    for line in lines:
        line = re.sub(r" --(out|scheduler) \S+", "", line)
        yield re.sub(r"(--grid \S+=[^:\s]+:[^:\s]+):\d+", r"\1:2", line)


@pytest.mark.parametrize("line", [*_shown()])
def test_scans_that_are_shown_have_no_point_that_fails(capsys, line):
    found = as_json(capsys, *shlex.split(line)[1:])
    assert [row["message"] for row in found["points"] if row["status"] == "failed"] == []


@pytest.mark.parametrize(
    ("verb", "arguments", "grid", "unit"),
    [
        ("target", {"name": "warmness"}, {"warm_kev": [5, 10]}, "keV"),
        ("model", {"name": "majoron"}, {"f_gev": [1e9, 1e10]}, "GeV"),
        ("model", {"name": "majoron"}, {"model.f_gev": [1e9, 1e10]}, "GeV"),
        ("reach", {"search": "ee_displaced", "mass": 20}, {"search.window": [1, 2]}, "MeV"),
        ("reach", {"search": "forward-positron", "method": "fisher"}, {"search.window": [0.1, 0.2]}, "1"),
        (
            "rate",
            {"process": "nu N -> l", "settings": {"beam.energy_gev": 50}},
            {"target.charm_mass_gev": [1.3]},
            "GeV",
        ),
    ],
)
def test_axes_have_the_units_of_what_is_asked(verb, arguments, grid, unit):
    (key,) = grid
    columns = {column.name: column for column in df.scan(verb, grid=grid, **arguments).columns}
    assert columns[key].unit == unit
    assert columns[key].doc != "axis of the scan"


def test_options_are_axes_too(capsys):
    found = as_json(capsys, "scan", "spectrum", "mu -> e nu nu", "--grid", "bins=2,3", "--set", "beam.polarization=1")
    assert [row["bins"] for row in found["points"]] == [2, 2, 3, 3, 3]
    found = as_json(capsys, "scan", "trigger", "meg2", "--grid", "threshold=10,20", "--grid", "mode=standard,proposed")
    assert [(row["threshold"], row["mode"]) for row in found["points"]][1:3] == [(10, "proposed"), (20, "standard")]
    found = as_json(
        capsys, "scan", "bounds", "verdict", "x-ray-lines", "--mass", "0.02", "--grid", "value=1e25:1e29:3:log"
    )
    assert [row["verdict"] for row in found["points"]] == ["excluded", "excluded", "allowed"]
    found = as_json(capsys, "scan", "model", "anarchy", "--grid", "f_a_gev=1e9,1e10")
    assert {row["f_a_gev"] for row in found["points"]} == {1e9, 1e10}
    found = as_json(capsys, "scan", "target", "freeze-in", "--grid", "channel=mu-e,tau-e", "--grid", "mass=0.02,0.05")
    assert [row["status"] for row in found["points"]] == ["ok"] * 4


def test_files_and_rerun(capsys, tmp_path):
    file = tmp_path / "scan.json"
    assert call(capsys, *RATE, "--out", file)[0] == 0
    data = json.loads(file.read_text())
    assert data["run"]["command"] == "darkfactory scan rate 'mu -> e a' --grid model.mass=0:90:4"
    assert data["run"]["verb"] == "scan"
    assert as_json(capsys, "rerun", file)["agrees"] is True
    recast = (
        "bounds",
        "recast",
        "pienu_2017",
        "--model",
        "composite-neutrino",
        "--set",
        "model.flavor=e",
        "--mass",
        "70",
    )
    assert call(capsys, *recast, "--out", tmp_path / "recast.json")[0] == 0
    assert as_json(capsys, "rerun", tmp_path / "recast.json")["agrees"] is True
    assert call(capsys, *RATE, "--out", tmp_path / "scan.csv")[0] == 0
    assert sum(not line.startswith("#") for line in (tmp_path / "scan.csv").read_text().splitlines()) == 5
    code, out, _ = call(capsys, "scan", "rate", "mu -> e a", "--grid", "model.mass=0:90:50")
    assert code == 0
    assert "30 more rows" in out


def test_flags_and_whole_numbers_are_read_as_what_they_are():
    found = df.scan("reach", "forward-positron", mass=0, grid={"asimov": [True, False, "maybe"]})
    assert [row["observed.F_gev"] is None for row in found.rows] == [False, True, True]
    assert found.rows[2]["message"] == "asimov = 'maybe': allowed true, false; option of reach"
    found = df.scan("spectrum", "mu -> e nu nu", grid={"bins": [2.5, 1]})
    assert [row["message"] for row in found.rows] == ["bins = 2.5: allowed whole numbers; option of spectrum", None]


def test_rows_without_a_number_keep_that_of_the_axis():
    """A limit that is not in the record has no CL of its own."""
    found = df.scan("bounds recast", "twist-2015", grid={"mass": [50, 100], "cl": [0.9, 0.95]})
    assert [(row["cl"], row["status"]) for row in found.rows] == [
        (0.9, "ok"),
        (0.95, "ok"),
        (0.9, "not-in-record"),
        (0.95, "not-in-record"),
    ]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("scan", "rate", "mu -> e a"), "a scan needs an axis"),
        ((*RATE[:3], "--grid", "model.mass"), "--grid 'model.mass': must be key=value"),
        ((*RATE[:3], "--grid", "model.mass=0:x:4"), "model.mass = '0:x:4': must be a number, a list, START:STOP:N"),
        ((*RATE[:3], "--grid", "model.mass=-1:5:4:log"), "model.mass = -1: allowed (0,"),
        ((*RATE[:3], "--grid", "model.mass=1,2,1"), "model.mass = 1.0: is on its axis twice"),
        ((*RATE[:3], "--grid", "model.mass=1,nan"), "model.mass = nan: allowed finite numbers"),
        ((*RATE[:3], "--grid", "model.maas=1,2"), "did you mean model.mass"),
        ((*RATE[:3], "--grid", "maas=1,2"), "rate has no such option"),
        ((*RATE, "--set", "model.mass=3"), "model.mass: is given and an axis of the grid too"),
        (("scan", "bounds", "verdict", "x-ray-lines", "--grid", "mass=1,2"), "value: is missing"),
        (
            (*RATE[:3], "--grid", "model.mass=-2,-1"),
            "every point of the scan failed, the first one with: model.mass = -2",
        ),
        (
            ("scan", "spectrum", "mu -> e nu nu", "--observable", "E_e", "--bins", "2", "--grid", "low=1,2"),
            "cannot be an axis",
        ),
        ((*RATE, "--resume"), "resume: has no effect without a folder"),
        ((*RATE, "--workers", "0"), "workers = 0: allowed [1,"),
        ((*RATE[:3], "--grid", "settings=1,2"), "settings: cannot be an axis; name one of them"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_mistakes_are_answered(capsys, arguments, told):
    assert_answered(capsys, arguments, told)


def test_verbs_and_words_of_python():
    with pytest.raises(UnknownName, match=r"verb of a scan = 'reahc'.*did you mean reach"):
        df.scan("reahc", grid={"mass": [1]})
    for options, told in (
        ({"mas": 1}, "scan of rate: got an unexpected keyword argument 'mas'"),
        ({"settings": "model.F_gev=1"}, "settings = 'model.F_gev=1': must be a mapping"),
        ({"workers": 1.5}, "workers = 1.5: allowed whole numbers"),
        ({"grid": "model.mass=1,2"}, "a scan needs an axis"),
        ({"grid": {"model.mass": 1, " model.mass": 2}}, "model.mass: is an axis of the grid twice"),
    ):
        with pytest.raises(InvalidInput, match=told):
            df.scan("rate", "mu -> e a", **{"grid": {"model.mass": [1]}} | options)
