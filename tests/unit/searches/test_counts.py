"""Observed counts: from numbers and from files, and what limits they give."""

import json

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.searches.counts import read_counts
from support.command_line import as_json, assert_answered

FILES = {
    "a.csv": "# counts\n3, 0, 2.5\n",
    "b.txt": "3\n0\n2.5  # the last\n",
    "c.yaml": "[3, 0, 2.5]",
    "d.json": "[[3, 0, 2.5]]",
}


@pytest.mark.parametrize("name", FILES)
def test_files_of_counts(name, tmp_path):
    (tmp_path / name).write_text(FILES[name])
    assert read_counts(tmp_path / name).ravel().tolist() == [3, 0, 2.5]


def test_a_row_for_each_mass(tmp_path):
    (tmp_path / "a.csv").write_text("1,2,3\n4,5,6\n")
    assert read_counts(str(tmp_path / "a.csv")).tolist() == [[1, 2, 3], [4, 5, 6]]


@pytest.mark.parametrize(
    ("name", "text", "words"),
    [
        ("a.csv", "1,2\n3\n", "not rows of numbers of one length"),
        ("a.csv", "1,two\n", "not rows of numbers"),
        ("a.csv", "", r"shape \(0,\); allowed counts >= 0"),
        ("a.csv", "1,-2\n", "-2"),
        ("a.csv", "1,nan\n", "nan"),
        ("a.yaml", "{bins: [1, 2]}", "not rows of numbers"),
        ("a.yaml", "[1, 2", "not YAML"),
        ("b.csv", None, "cannot be read"),
    ],
)
def test_bad_files(name, text, words, tmp_path):
    if text is not None:
        (tmp_path / name).write_text(text)
    with pytest.raises(InvalidInput, match=words) as refused:
        read_counts(tmp_path / name)
    assert name in str(refused.value)


@pytest.mark.parametrize("method", ["cls", "profile"])
def test_data_like_the_expected_ones_give_the_expected_limit(method):
    search, options = "missing-mass-photon", {"mass": [10, 20], "method": method, "settings": {"search.sampling": 0.3}}
    expected = df.reach(search, **options)
    made = df.reach(search, data=expected.result.models.background[0], **options)
    assert made.branching_ratio == pytest.approx(expected.branching_ratio, rel=1e-12)
    assert made.result.observed["branching_ratio"] == pytest.approx(expected.branching_ratio, rel=1e-6)
    row = made.to_dict()["points"][0]
    assert set(row["observed"]) == set(row["expected"])
    assert json.loads(json.dumps(made.to_dict()["run"]))["arguments"]["data"] is not None


def test_few_observed_events_are_counted_exactly():
    """The same window with none seen: 2.3 events; one more event there weakens the limit, one elsewhere does not."""
    options = {"mass": 20, "cl": 0.9, "settings": {"beam.exposure_muons": 1e2, "search.systematics": "none"}}
    expected = df.reach("forward-positron", **options)
    bins = len(expected.result.models.background[0])
    line = int(np.argmax(expected.result.models.signal[0]))

    def limit(*seen: int) -> float:
        counts = np.zeros(bins)
        counts[list(seen)] = 1
        return float(df.reach("forward-positron", data=counts, **options).result.observed["branching_ratio"][0])

    assert limit() == pytest.approx(expected.branching_ratio[0], rel=2e-3)
    assert limit(line) / limit() == pytest.approx(3.8897 / 2.3026, rel=2e-2)


@pytest.mark.parametrize(
    ("search", "more", "words"),
    [
        ("missing-mass-tracks", {}, "whose bins are the same at all masses"),
        ("ee-resonance", {}, "whose bins are the same at all masses"),
        ("forward-positron", {}, r"shape \(2,\): allowed \(\d+,\), or one row .* for each of the 1 masses"),
        ("forward-positron", {"method": "fisher"}, "allowed profile, cls"),
        (
            "missing-mass-photon",
            {"settings": {"search.analysis": "counting", "search.sampling": 0.3}},
            "analysis=binned",
        ),
    ],
)
def test_where_counts_are_refused(search, more, words):
    with pytest.raises(DarkfactoryError, match=words):
        df.reach(search, mass=20, data=[1, 2], **more)


def test_counts_on_the_command_line(capsys, tmp_path):
    options = {"mass": 20, "settings": {"beam.exposure_muons": 1e3}}
    bins = len(df.reach("forward-positron", **options).result.models.background[0])
    (tmp_path / "n.csv").write_text("\n".join(["0"] * bins))
    words = ("reach", "forward-positron", "--mass", "20", "--set", "beam.exposure_muons=1e3", "--data")
    (row,) = as_json(capsys, *words, tmp_path / "n.csv")["points"]
    assert row["observed"]["branching_ratio"] > 0
    assert row["observed"]["F_gev"] > 0
    assert_answered(capsys, (*words, tmp_path / "none.csv"), "none.csv: cannot be read")
