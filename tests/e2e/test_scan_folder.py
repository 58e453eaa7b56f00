"""A scan in a folder: nothing but points in flight is lost, whoever computes and however often it is interrupted."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.scans import store
from darkfactory.scans.call import Call
from darkfactory.scans.cluster import Queue
from darkfactory.scans.grid import axes_of, chunks_of

pytest.importorskip("pyarrow")
GRID = {"model.mass": "0:90:20", "model.chirality": "V+A,V"}
COMMAND = ["scan", "rate", "mu -> e a", *(word for key, text in GRID.items() for word in ("--grid", f"{key}={text}"))]


def _rate(**how):
    return df.scan("rate", "mu -> e a", grid=GRID, **how)


@pytest.fixture(scope="module")
def undisturbed():
    return _rate().to_dict()["points"]


@pytest.fixture
def slow(monkeypatch):
    """Each chunk is handed over at once."""
    monkeypatch.setattr("darkfactory.scans.runner.SECONDS", 0.0)


def test_rows_come_back_as_they_are(tmp_path, undisturbed):
    folder = tmp_path / "plane"
    first, again = _rate(out=folder), _rate(out=folder)
    assert first.rows == again.rows == undisturbed
    assert first.columns == again.columns
    assert (first.notes, first.references) == (again.notes, again.references)
    assert first.run["settings"] == again.run["settings"]
    assert again.to_arrow().equals(first.to_arrow())
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["verb"] == "rate"
    assert manifest["axes"]["model.chirality"] == ["V+A", "V"]


def test_what_is_there_is_not_computed_again(tmp_path, monkeypatch, undisturbed, slow):
    """Whatever is interrupted, also where a file is not whole, and with many files."""
    monkeypatch.setattr(store, "LOOSE", 7)
    computed = []
    piece = Call.piece

    def counted(self, chunk):
        computed.append(chunk.number)
        if len(computed) in (15, 25):
            raise KeyboardInterrupt
        return piece(self, chunk)

    monkeypatch.setattr(Call, "piece", counted)
    for _ in range(2):
        with pytest.raises(KeyboardInterrupt):
            _rate(out=tmp_path)
    files = sorted(tmp_path.glob("rows-*"))
    assert len(files) < 10
    files[-1].write_bytes(files[-1].read_bytes()[:-100])
    assert _rate(out=tmp_path).rows == undisturbed
    twice = {number for number in computed if computed.count(number) > 1}
    assert len(twice) <= 9  # two in flight, and those of the file that was cut


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"grid": {**GRID, "model.mass": "0:90:21"}}, "axes.model.mass: 20 values there, 21 values here"),
        ({"grid": {"model.mass": "0:90:20"}}, "axes.model.chirality: ['V+A', 'V'] there, None here"),
        ({"norm": "lo"}, "arguments.norm: None there, 'lo' here"),
        (
            {"grid": dict(reversed(GRID.items()))},
            "axes: in the order model.mass, model.chirality there, model.chirality,",
        ),
    ],
)
def test_another_scan_is_refused(tmp_path, changed, told):
    _rate(out=tmp_path)
    with pytest.raises(InvalidInput, match="holds another scan; give another folder") as refused:
        df.scan("rate", "mu -> e a", out=tmp_path, **{"grid": GRID} | changed)
    assert told in str(refused.value)


def test_another_state_of_the_code_needs_a_word(tmp_path, monkeypatch, undisturbed):
    _rate(out=tmp_path)
    monkeypatch.setattr("darkfactory.scans.call.code_fingerprint", lambda module: "another")
    monkeypatch.setattr("darkfactory.scans.runner.code_fingerprint", lambda module: "another")
    with pytest.raises(InvalidInput, match=r"another state of the code of the package; .* --resume"):
        _rate(out=tmp_path)
    found = _rate(out=tmp_path, resume=True)
    assert found.rows == undisturbed
    assert "rows are of 2 states of the package" in found.notes


def test_rows_of_points_that_are_grouped_otherwise_are_computed_again(tmp_path, monkeypatch):
    """Another state of the package may make other chunks of the same grid."""
    grid = {"mass": "0:80:9"}
    undisturbed = df.scan("bounds recast", "twist-2015", grid=grid).rows
    for block in (4, 2):
        monkeypatch.setattr("darkfactory.scans.call.BLOCK", block)
        monkeypatch.setattr("darkfactory.scans.call.code_fingerprint", lambda module, block=block: str(block))
        monkeypatch.setattr("darkfactory.scans.runner.code_fingerprint", lambda module, block=block: str(block))
        found = df.scan("bounds recast", "twist-2015", grid=grid, out=tmp_path, resume=block == 2)
        assert found.rows == undisturbed


@pytest.mark.parametrize("text", ["", "5", "[1]", "null", "{}", '{"states": 3}'])
def test_manifests_of_others_are_refused(tmp_path, text):
    (tmp_path / "manifest.json").write_text(text)
    with pytest.raises(InvalidInput, match=r"manifest\.json: is none of a scan .*give another folder"):
        _rate(out=tmp_path)


def test_files_of_others_are_not_read(tmp_path, undisturbed):
    import pyarrow.parquet

    _rate(out=tmp_path)
    pyarrow.parquet.write_table(pyarrow.table({"value": [1.0]}), tmp_path / "rows-1.parquet")
    (tmp_path / "rows-2.parquet").mkdir()
    (tmp_path / "rows-3.parquet").touch()
    assert _rate(out=tmp_path).rows == undisturbed


def test_folders_that_are_none_of_a_scan(tmp_path):
    with pytest.raises(InvalidInput, match="there is no scan to go on with"):
        _rate(out=tmp_path / "none", resume=True)
    (tmp_path / "letter.txt").write_text("dear")
    with pytest.raises(InvalidInput, match="holds something else than a scan"):
        _rate(out=tmp_path)
    with pytest.raises(InvalidInput, match=r"letter\.txt"):
        _rate(out=tmp_path / "letter.txt")


def test_nobody_else_writes_meanwhile(tmp_path):
    def at_work(done, points):
        with pytest.raises(InvalidInput, match="another process is at this scan"):
            _rate(out=tmp_path)

    _rate(out=tmp_path, progress=at_work)


def test_files_of_ones_own_belong_to_the_scan(tmp_path):
    from darkfactory.experiments.new import new_card

    card = tmp_path / "mine.yaml"
    card.write_text(new_card("mine", "meg2"))
    grid = {"threshold": [10, 20]}
    df.scan("trigger", str(card), grid=grid, out=tmp_path / "plane")
    card.write_text(card.read_text() + "# another one\n")
    with pytest.raises(InvalidInput, match=r"files\..*mine.yaml"):
        df.scan("trigger", str(card), grid=grid, out=tmp_path / "plane")
    table = tmp_path / "table.csv"
    table.write_text("0,1\n100,2\n")
    given = {"settings": {"search.background.material": str(table)}, "grid": {"mass": [20]}, "out": tmp_path / "pairs"}
    df.scan("reach", "ee-displaced", "mu3e-phase1", **given)
    table.write_text("0,1\n100,3\n")
    with pytest.raises(InvalidInput, match=r"files\..*table.csv"):
        df.scan("reach", "ee-displaced", "mu3e-phase1", **given)
    records = {"grid": {"mass": [0, 40]}, "out": tmp_path / "limits", "extra": tmp_path / "records"}
    records["extra"].mkdir()
    df.scan("bounds recast", "twist-2015", **records)
    text = (Path(df.__file__).parent / "bounds" / "data" / "twist-2015.yaml").read_text(encoding="utf-8")
    (records["extra"] / "mine.yaml").write_text(text.replace("twist-2015", "mine"), encoding="utf-8")
    with pytest.raises(InvalidInput, match=r"files\..*mine.yaml"):
        df.scan("bounds recast", "twist-2015", **records)


def test_killed_scans_lose_only_points_in_flight(tmp_path, undisturbed):
    """kill -9, again and again: each time at the seventh point that is computed, which takes until then."""
    code = (
        "import itertools, sys, time; from darkfactory.scans import runner, call; from darkfactory.cli.app import main; "
        "runner.SECONDS = 0; made, computed = call.Call.piece, itertools.count(); "
        "call.Call.piece = lambda self, chunk: time.sleep(600) if next(computed) == 6 else made(self, chunk); "
        "main(sys.argv[1:])"
    )
    folder = tmp_path / "plane"
    for turn in range(1, 4):
        program = subprocess.Popen([sys.executable, "-c", code, *COMMAND, "--out", f"{folder}/", "-q"], text=True)
        while program.poll() is None and len(list(folder.glob("rows-*.parquet"))) < 6 * turn:
            time.sleep(0.01)
        assert program.poll() is None
        program.send_signal(signal.SIGKILL)
        program.wait()
    assert len(list(folder.glob("rows-*.parquet"))) == 18
    assert _rate(out=folder).rows == undisturbed


def test_dear_things_change_most_seldom():
    axes = axes_of({"mass": "0:40:50", "cl": "0.9,0.95", "model.g_e": "1,2", "detector.efficiency": "0.5,1"})
    chunks = chunks_of(axes, "mass", 20)
    assert [chunk.number for chunk in chunks] == list(range(24))
    assert [chunk.group for chunk in chunks] == [0] * 12 + [1] * 12
    assert sorted(point for chunk in chunks for point in chunk.points) == list(range(400))
    assert {len(chunk.points) for chunk in chunks} == {10, 20}
    # neighbours in mass are 8 numbers apart, as mass is the first axis
    assert chunks[0].points[:3] == (0, 8, 16)


@pytest.mark.parametrize(
    ("given", "axes", "together"),
    [
        ({"search": "forward_positron"}, {}, True),
        ({}, {"search": "beam-dump,forward-positron"}, True),
        ({"search": "beam-dump"}, {}, False),
        ({"search": "beam-dump", "look_elsewhere": "none"}, {}, False),
        ({"search": "beam-dump", "look_elsewhere": "toys"}, {}, True),
        ({"search": "beam-dump"}, {"look_elsewhere": "none,gross-vitells"}, True),
    ],
)
def test_masses_that_depend_on_each_other_are_asked_together(given, axes, together):
    chunks = Call.bound("reach", (), given, axes_of({**axes, "mass": "1:40:40"})).chunks()
    assert {len(chunk.points) for chunk in chunks} == {40 if together else 20}


def test_workers_stay_where_tables_are_there():
    chunks = chunks_of(axes_of({"detector.x": "0,1", "mass": "0:40:40"}), "mass", 1)
    queue = Queue(chunks)
    taken = {"a": [], "b": []}
    for turn in range(200):
        if not queue:
            break
        taken["ab"[turn % 2]] += queue.take("ab"[turn % 2], 2)
    assert sorted(chunk.number for some in taken.values() for chunk in some) == list(range(80))
    assert {chunk.group for chunk in taken["a"]} == {0}
    assert {chunk.group for chunk in taken["b"]} == {1}
    queue.give_back(chunks[3:5])
    queue.deaths = {3: 1}
    assert [queue.take("a", 2), queue.take("a", 2)] == [[chunks[3]], [chunks[4]]]  # that one alone
