"""Counts with bins: what is read, and what is refused with file, place, value, what is allowed and the remedy."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.searches.bins import Axis, Bins, ExpectedCounts, counted_once
from darkfactory.searches.counts import read_data
from darkfactory.searches.histograms import histogram_of
from darkfactory.statistics import BinnedModel, to_pyhf
from support.command_line import assert_answered

# two spin samples and three bins, one of which is left out
BINS = Bins(
    (Axis("spin", labels=("beam", "flipped")), Axis.of_edges("m_miss2", "MeV^2", [-10.0, 0.0, 20.0, 60.0])),
    np.array([True, True, True, True, True, False]),
)
MODEL = BinnedModel([[1.0, 2.0, 3.0, 4.0, 5.0]], [[10.0, 10.0, 10.0, 10.0, 0.0]])
EXPECTED = ExpectedCounts(BINS, MODEL)
HEAD = "spin,m_miss2_low [MeV^2],m_miss2_high [MeV^2],counts\n"
ROWS = "beam,-10,0,1\nbeam,0,20,2\nbeam,20,60,3\nflipped,-10,0,4\nflipped,0,20,5\n"
COUNTS = [1, 2, 3, 4, 5]


def read(path: Any, search: str = "some-search", expected: Any = (EXPECTED,)) -> list[list[float]]:
    found = read_data(path).of(search, None).on(expected, np.array([20.0, 30.0])[: len(expected)])
    return [counts.tolist() for counts in found]


def test_flattening_has_the_last_axis_fastest():
    columns = BINS.columns()
    assert columns["spin"] == ["beam"] * 3 + ["flipped"] * 2
    assert columns["m_miss2_low [MeV^2]"] == [-10.0, 0.0, 20.0, -10.0, 0.0]
    assert BINS.full(COUNTS).tolist() == [[1, 2, 3], [4, 5, 0]]
    assert BINS.along_line(COUNTS).tolist() == [5, 7, 3]
    assert (len(BINS), len(Bins()), Bins().columns()) == (5, 1, {})


def histogram(counts: Any = COUNTS, **about: Any) -> dict[str, Any]:
    return histogram_of(BINS, counts, about)


def with_flow() -> dict[str, Any]:
    """As hist writes it: bins of underflow and overflow, and a further category."""
    made = histogram()
    for axis in made["axes"]:
        axis.pop("underflow", None), axis.pop("overflow", None), axis.pop("flow", None)
    made["storage"] = {"type": "int", "values": np.pad(BINS.full(COUNTS), ((0, 1), (1, 1)), constant_values=9).tolist()}
    return made


GOOD = {
    "a.csv": HEAD + ROWS,
    "with-comments.csv": '# format: "darkfactory counts 1"\n# search: "some-search"\n# mine\n' + HEAD + ROWS,
    "other-order.csv": HEAD + "\n".join(ROWS.splitlines()[::-1]),
    "near.csv": HEAD + ROWS.replace("20,60", "20.00001,60.00002"),
    "a.json": json.dumps(histogram()),
    "flow.json": json.dumps(with_flow()),
    "named.json": json.dumps({"mine": histogram(format="darkfactory counts 1", search="some-search")}),
    "workspace.json": json.dumps(to_pyhf(MODEL, COUNTS)),
    "a.yaml": "bins:\n"
    + "\n".join(
        f"- {{spin: {spin}, 'm_miss2_low [MeV^2]': {low}, 'm_miss2_high [MeV^2]': {high}, counts: {n}}}"
        for spin, low, high, n in (row.split(",") for row in ROWS.splitlines())
    ),
}


@pytest.mark.parametrize("name", GOOD)
def test_tables_histograms_and_workspaces(name, tmp_path):
    (tmp_path / name).write_text(GOOD[name])
    assert read(tmp_path / name) == [COUNTS]
    content = json.loads(json.dumps(read_data(tmp_path / name).content))
    assert read(content) == [COUNTS]


def test_hist_reads_and_writes_the_same_histogram(tmp_path):
    hist, uhi = pytest.importorskip("hist"), pytest.importorskip("uhi.io.json")
    made = hist.Hist(json.loads(json.dumps(histogram()), object_hook=uhi.object_hook))
    assert made.axes[1].edges.tolist() == [-10.0, 0.0, 20.0, 60.0]
    (tmp_path / "a.json").write_text(json.dumps(made, default=uhi.default))
    assert read(tmp_path / "a.json") == [COUNTS]


def test_masses_have_their_own_rows(tmp_path):
    """A table of several masses, of which some may be asked for in any order; a single count of all masses has one row."""
    near = Bins((Axis.of_edges("m_ee", "MeV", [19.0, 21.0]),))
    far = Bins((Axis.of_edges("m_ee", "MeV", [29.0, 31.0]),))
    (tmp_path / "a.csv").write_text(
        "mass [MeV],m_ee_low [MeV],m_ee_high [MeV],background,counts\n30,29,31,1,7\n20,19,21,1,6\n"
    )
    both = [counted_once(1.0, 1.0, bins=bins) for bins in (near, far)]
    assert read(tmp_path / "a.csv", expected=both) == [[6], [7]]
    assert read(tmp_path / "a.csv", expected=both[:1]) == [[6]]
    (tmp_path / "b.csv").write_text("mass [MeV],m_ee_low [MeV],m_ee_high [MeV],counts\n20,19,21,6\n")
    with pytest.raises(InvalidInput, match="no rows of mass = 30 MeV"):
        read(tmp_path / "b.csv", expected=both)
    (tmp_path / "c.csv").write_text("background,counts\n2.5,3\n")
    assert read(tmp_path / "c.csv", expected=[counted_once(1.0, 2.5), None]) == [[3], [3]]


def changed(**more: Any) -> str:
    return json.dumps({**histogram(), **more})


def storage(**more: Any) -> str:
    return changed(storage={**histogram()["storage"], **more})


BAD = {
    "fewer bins": (
        "a.csv",
        HEAD + ROWS.replace("beam,20,60,3\n", ""),
        "4 of 5 bins: .* missing: spin beam, m_miss2 20 to 60",
    ),
    "one bin twice": ("a.csv", HEAD + ROWS + "beam,0,20,9\n", "line 7: the same bin as line 3; keep one"),
    "negative": (
        "a.csv",
        HEAD + ROWS.replace("0,20,2", "0,20,-2"),
        "line 3: counts = -2: allowed numbers of events >= 0",
    ),
    "nan": ("a.csv", HEAD + ROWS.replace("0,20,2", "0,20,nan"), "line 3: counts = nan: allowed numbers"),
    "huge": (
        "a.csv",
        HEAD + ROWS.replace("0,20,2", "0,20,1e300"),
        "counts = 1e300: allowed numbers of events >= 0 and <= 1e.15",
    ),
    "infinite": ("a.csv", HEAD + ROWS.replace("0,20,2", "0,20,inf"), "line 3: counts = inf: allowed numbers"),
    "no number": ("a.csv", HEAD + ROWS.replace("0,20,2", "0,20,two"), "line 3: counts = 'two': must be a number"),
    "empty": (
        "a.csv",
        HEAD + ROWS.replace("0,20,2", "0,20,"),
        "line 3: counts is empty: .* 0 where none was seen; 1 of 5 rows",
    ),
    "wrong edge": (
        "a.csv",
        HEAD + ROWS.replace("beam,20,60", "beam,20,61"),
        r"line 4: m_miss2_high \[MeV\^2\] = 61: allowed 60, of the nearest bin, 20 to 60; edges must agree to 1e-06, .*--template",
    ),
    "unit missing": (
        "a.csv",
        HEAD.replace("_low [MeV^2]", "_low") + ROWS,
        r"column m_miss2_low: unit missing, allowed \[MeV\^2\]",
    ),
    "other unit": (
        "a.csv",
        HEAD.replace("_low [MeV^2]", "_low [GeV^2]") + ROWS,
        r"column m_miss2_low \[GeV\^2\]: unit GeV\^2, allowed MeV\^2; convert the numbers",
    ),
    "column missing": ("a.csv", HEAD.replace("spin", "run") + ROWS, "column spin: missing"),
    "counts missing": ("a.csv", HEAD.replace("counts", "events") + ROWS, "column counts: missing"),
    "column too many": (
        "a.csv",
        HEAD.replace("counts", "counts,weight") + ROWS.replace("\n", ",1\n"),
        "column weight: allowed spin, ",
    ),
    "column twice": (
        "a.csv",
        HEAD.replace("counts", "counts,counts") + ROWS.replace("\n", ",1\n"),
        "column counts: given twice",
    ),
    "ragged": ("a.csv", HEAD + ROWS + "beam,0\n", "line 7: 2 columns, allowed 4 as in the header"),
    "header alone": ("a.csv", HEAD, "line 1: no rows below the header"),
    "wrong spin": ("a.csv", HEAD + ROWS.replace("flipped,0", "up,0"), "line 6: spin = 'up': allowed beam, flipped"),
    "where nothing is expected": (
        "a.csv",
        HEAD + ROWS + "flipped,20,60,1\n",
        "line 7: counts = 1: allowed 0, for neither signal",
    ),
    "other search": (
        "a.csv",
        '# search: "ee-resonance"\n' + HEAD + ROWS,
        "search = 'ee-resonance': allowed some-search",
    ),
    "other version": (
        "a.csv",
        '# format: "darkfactory counts 7"\n' + HEAD + ROWS,
        "format = .* 7': allowed 'darkfactory counts 1'",
    ),
    "not filled": (
        "a.json",
        json.dumps(histogram([0] * 5, format="darkfactory counts 1")),
        "every count is 0 where 40 background",
    ),
    "no JSON": ("a.json", '{"axes": [', "line 1: not JSON"),
    "no YAML": ("a.yaml", "{bins: [", "not YAML"),
    "not UTF-8": ("a.csv", b"\xff\xfe1,2", "not a text in UTF-8"),
    "no file": ("a.csv", None, "cannot be read: No such file"),
    "no histogram": ("a.json", '{"x": 1, "y": 2}', "entries .*: allowed one histogram with axes and storage"),
    "other schema": ("a.json", changed(uhi_schema=2), "uhi_schema = 2: allowed 1"),
    "no axes": ("a.json", changed(axes=[]), "axes: missing"),
    "axis without name": (
        "a.json",
        changed(axes=[{"type": "regular", "lower": 0, "upper": 1, "bins": 3}]),
        r"axes\[0\]: name missing",
    ),
    "axis of another type": (
        "a.json",
        changed(axes=[{"type": "boolean", "metadata": {"name": "x"}}]),
        r"axes\[0\]: type 'boolean'",
    ),
    "axis without edges": (
        "a.json",
        changed(axes=[{"type": "variable", "metadata": {"name": "x"}}]),
        r"axes\[0\] \(x\): KeyError",
    ),
    "profile": ("a.json", storage(type="mean"), "storage: allowed type int, double, weighted"),
    "other shape": ("a.json", storage(values=[1, 2]), r"storage.values has shape \(2,\): allowed \(2, 3\)"),
    "no numbers": ("a.json", storage(values=[["a"]]), "storage.values: must be numbers"),
    "weights": ("a.json", storage(type="weighted", variances=[[1, 1, 1], [1, 1, 1]]), "counts of data have no weights"),
    "negative in a histogram": (
        "a.json",
        json.dumps(histogram([1, -2, 3, 4, 5])),
        r"storage.values\[0\]\[1\]: counts = -2",
    ),
    "workspace of another size": (
        "a.json",
        '{"observations": [{"name": "a", "data": [1, 2]}]}',
        "observations have 2 bins: allowed 5",
    ),
    "workspace without numbers": (
        "a.json",
        '{"observations": [{"name": "a"}]}',
        "observations: must be a list of channels",
    ),
    "negative observation": ("a.json", '{"observations": [{"data": [1, 2, -3, 4, 5]}]}', "observations = -3: allowed"),
}


@pytest.mark.parametrize("case", BAD)
def test_bad_files_are_refused_by_name(case, tmp_path):
    name, text, words = BAD[case]
    if text is not None:
        (tmp_path / name).write_bytes(text if isinstance(text, bytes) else text.encode())
    with pytest.raises(InvalidInput, match=words) as refused:
        read(tmp_path / name)
    assert str(tmp_path / name) in str(refused.value)


def test_a_workspace_is_of_one_mass(tmp_path):
    (tmp_path / "a.json").write_text(GOOD["workspace.json"])
    other = ExpectedCounts(Bins(BINS.axes, BINS.kept), MODEL)
    with pytest.raises(InvalidInput, match="a pyhf workspace is of one mass: allowed with a single --mass"):
        read(tmp_path / "a.json", expected=[EXPECTED, other])


def test_a_bad_file_on_the_command_line(capsys, tmp_path):
    (tmp_path / "a.csv").write_text(HEAD + ROWS)
    words = ("reach", "forward-positron", "--mass", "20", "--data", tmp_path / "a.csv")
    assert_answered(
        capsys, words, "a.csv: column cos_theta_low: missing; `darkfactory reach SEARCH ... --template FILE`"
    )
    words = ("reach", "ee-resonance", "--mass", "20", "--set", "search.precision=0.1", "--template", "a.csv")
    assert_answered(capsys, words, "take search.analysis=binned")
