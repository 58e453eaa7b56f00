"""A scan by workers of Dask: the same numbers, whoever computes."""

from __future__ import annotations

import gc
import logging
import os
import signal
import subprocess
import sys
import time

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.scans import cluster
from darkfactory.scans.call import Call
from darkfactory.scans.grid import axes_of
from support.command_line import as_json, assert_answered

distributed = pytest.importorskip("distributed")
pytest.importorskip("pyarrow")
RATE = {"model.mass": "-10:90:21", "model.chirality": "V+A,V"}
COMMAND = ("scan", "rate", "mu -> e a", "--grid", "model.mass=-10:90:21", "--grid", "model.chirality=V+A,V")


@pytest.fixture(scope="module")
def scheduler():
    """Address of a scheduler with two workers."""
    how = {"threads_per_worker": 1, "dashboard_address": ":0", "silence_logs": logging.CRITICAL}
    with distributed.LocalCluster(n_workers=2, **how) as local:
        yield local.scheduler_address
    gc.collect()  # what lost its worker complains now and not within another test


def test_the_same_numbers_with_two_workers_and_alone(capsys):
    alone = as_json(capsys, *COMMAND, "--workers", "1")
    shared = as_json(capsys, *COMMAND, "--workers", "2")
    assert shared["points"] == alone["points"]
    assert shared["notes"] == alone["notes"]
    assert shared["run"]["command"] == alone["run"]["command"]


def test_ctrl_c_ends_it_without_a_word_of_the_workers(tmp_path):
    """A terminal sends it to all processes; what was found by then is kept."""
    many = ("scan", "rate", "mu -> e a", "--grid", "model.mass=0:90:100000", "--workers", "2", "--out", f"{tmp_path}/")
    program = subprocess.Popen(
        [sys.executable, "-m", "darkfactory", *many, "-q"], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    while program.poll() is None and not list(tmp_path.glob("rows-*.parquet")):
        time.sleep(0.05)
    os.killpg(program.pid, signal.SIGINT)
    _, said = program.communicate()  # at the end of the last process
    assert program.returncode == 130
    assert "Traceback" not in said


def test_linear_algebra_has_one_thread(monkeypatch):
    """With more the last digits of a fit depend on how many there are: workers have one, and a process alone then too."""
    threadpoolctl = pytest.importorskip("threadpoolctl")
    seen = []
    piece = Call.piece

    def watched(self, chunk):
        seen.extend(pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas")
        return piece(self, chunk)

    monkeypatch.setattr(Call, "piece", watched)
    df.scan("rate", "mu -> e a", grid={"model.mass": [10]})
    assert seen
    assert set(seen) == {1}


def test_a_scheduler_goes_on_where_a_process_was_interrupted(tmp_path, scheduler, monkeypatch):
    alone = df.scan("rate", "mu -> e a", grid=RATE)
    assert sum(row["status"] == "failed" for row in alone.rows) == 4
    with monkeypatch.context() as patched:
        patched.setattr("darkfactory.scans.runner.SECONDS", 0.0)
        piece = Call.piece

        def interrupted(self, chunk):
            if chunk.number == 10:
                raise KeyboardInterrupt
            return piece(self, chunk)

        patched.setattr(Call, "piece", interrupted)
        with pytest.raises(KeyboardInterrupt):
            df.scan("rate", "mu -> e a", grid=RATE, out=tmp_path)
    told = []
    found = df.scan(
        "rate",
        "mu -> e a",
        grid=RATE,
        out=tmp_path,
        scheduler=scheduler,
        progress=lambda done, points: told.append((done, points)),
    )
    assert found.rows == alone.rows
    assert told[0] == (10, 42)
    assert told[-1] == (42, 42)


def test_mistakes_come_back_from_workers(scheduler):
    with pytest.raises(UnknownName, match=r"did you mean model\.mass"):
        df.scan("rate", "mu -> e a", grid={"model.maas": [1, 2]}, scheduler=scheduler)


def test_other_code_at_a_worker_is_refused(scheduler, monkeypatch):
    monkeypatch.setattr("darkfactory.scans.cluster.code_fingerprint", lambda module: "another")
    with pytest.raises(InvalidInput, match="a worker has another version of darkfactory"):
        df.scan("rate", "mu -> e a", grid=RATE, scheduler=scheduler)


def test_a_scheduler_that_does_not_answer(capsys, monkeypatch):
    monkeypatch.setattr(cluster, "PATIENCE", 0.5)
    assert_answered(
        capsys, (*COMMAND, "--scheduler", "tcp://127.0.0.1:1"), "scheduler = tcp://127.0.0.1:1: does not answer"
    )
    assert_answered(capsys, (*COMMAND, "--scheduler", "nonsense"), "does not answer")
    assert_answered(
        capsys, (*COMMAND, "--scheduler", "tcp://127.0.0.1:1", "--workers", "2"), "has no effect with a scheduler"
    )


def test_a_point_that_kills_its_worker_is_a_row(monkeypatch, scheduler):
    """Its neighbours in the same batch are computed."""

    def deadly(call, chunks, seconds, code):

        import os

        from darkfactory.scans.call import work

        if any(6 in chunk.points for chunk in chunks):
            os._exit(1)
        return work(call, chunks, seconds, code)

    monkeypatch.setattr(cluster, "work", deadly)
    monkeypatch.setattr(cluster, "DEATHS", 1)
    call = Call.bound("rate", ["mu -> e a"], {}, axes_of({"model.mass": "0:90:10"}))
    pieces = []
    cluster.spread(call, call.chunks(), pieces.extend, 1, scheduler)
    rows = {int(row["point"]): row for piece in pieces for row in piece.rows}
    assert len(rows) == 10
    assert [number for number, row in rows.items() if row["status"] == "failed"] == [6]
    assert "2 workers died here" in rows[6]["message"]
