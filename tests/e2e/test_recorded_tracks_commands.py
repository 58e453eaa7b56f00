"""Events and spectra of three tracks at Mu3e from the command line."""

from __future__ import annotations

import json

import numpy as np
import pytest

from darkfactory.eventfiles import read_events
from support.command_line import as_json, assert_answered, call, read_csv

ALP = ["mu -> e e e a", "--set", "model.mass=20", "--set", "model.F_gev=1e9"]
PHOTON = [
    "mu -> e nu nu X, X -> e e",
    "--model",
    "dark-photon",
    "--set",
    "model.mass=20",
    "--set",
    "model.epsilon=1e-3",
]
MU3E = ["--experiment", "mu3e-phase1"]


@pytest.mark.parametrize("process", [ALP, PHOTON, ["mu -> e e e nu nu"]], ids=lambda words: words[0])
@pytest.mark.parametrize("ending", ["parquet", "lhe", "hepmc"])
def test_events_at_an_experiment(capsys, tmp_path, process, ending):
    path = tmp_path / f"events.{ending}"
    code, out, err = call(capsys, "events", *process, *MU3E, "-n", 200, "--seed", 4, "--out", path, "--json")
    assert code == 0, err
    told, record = json.loads(out), read_events(path)
    assert told["recorded"]["accepted"] == len(record) == 200
    assert told["recorded"]["experiment"] == "mu3e-phase1"
    assert record.rate == pytest.approx(told["rate"], rel=1e-12)
    assert record.polarization == (0.0, 0.0, -0.9)
    assert record.imbalance() < 1e-9
    assert 0 < record.rate < 0.45 * record.recorded.generated_rate
    p_T = np.hypot(record.recorded.momenta[..., 1], record.recorded.momenta[..., 2])
    assert p_T.min() > 10


def test_settings_and_rejected_events(capsys, tmp_path):
    path = tmp_path / "events.parquet"
    arguments = ["--set", "detector.profile=helix", "--set", "beam.polarization=0.5", "--keep-rejected", "--weighted"]
    code, out, err = call(capsys, "events", *ALP, *MU3E, *arguments, "-n", 3000, "--out", path)
    assert code == 0, err
    assert "before response" in out
    record = read_events(path)
    assert 0 < record.recorded.accepted.sum() < len(record) <= 3000
    assert record.polarization == (0.0, 0.0, -0.5)
    assert record.recorded.settings["detector.profile"] == "helix"
    assert record.weights.sum() == pytest.approx(0.45 * record.recorded.generated[record.recorded.accepted].sum())


def test_spectrum_has_signal_errors_and_backgrounds(capsys, tmp_path):
    file = tmp_path / "m_ee.csv"
    options = ["--observable", "m_ee", "--bins", 40, "--low", 10, "--high", 30, "--events", 2**16]
    found = as_json(capsys, "spectrum", *PHOTON, *MU3E, *options, "--out", file)
    rows = found["bins"]
    words = {"low", "high", "value", "error", "internal_conversion", "internal_conversion_error", "accidentals"}
    assert set(rows[0]) == words
    assert max(rows, key=lambda row: row["value"])["low"] in (19.5, 20.0)
    assert (found["quantity"], found["unit"], found["experiment"]) == ("counts per bin", "MeV", "mu3e-phase1")
    assert found["settings"]["epsilon"] == 1e-3
    assert found["settings"]["detector.profile"] == "simple"
    assert "Echenard:2014lma" in found["references"]
    assert [float(row["value"]) for row in read_csv(file)] == [row["value"] for row in rows]


def test_missing_mass_at_phase_two(capsys):
    options = ["--observable", "m_miss2", "--events", 2**16, "--experiment", "mu3e-phase2"]
    found = as_json(capsys, "spectrum", *ALP, *options)
    assert found["bins"][0]["low"] < 0
    assert max(found["bins"], key=lambda row: row["value"])["low"] < 400
    assert "accidentals" not in found["bins"][0]


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["events", "X -> e e", *MU3E, "--out", "x.parquet"], "no experiment here records"),
        (["events", *ALP, "--experiment", "twist", "--out", "x.parquet"], "detector.profile: missing"),
        (["events", *ALP, "--set", "detector.efficiency=0.5", "--out", "x.parquet"], "detector.efficiency"),
        (["events", *ALP, "--keep-rejected", "--out", "x.parquet"], "keep_rejected"),
        (["events", *ALP, *MU3E, "--set", "detector.efficiency=2", "--out", "x.parquet"], "detector.efficiency = 2"),
        (["spectrum", *ALP, *MU3E, "--observable", "m_gg"], "m_ee"),
        (["spectrum", *ALP, "--experiment", "meg2", "--observable", "m_ee"], "detector.profile: missing"),
        (["spectrum", *PHOTON, *MU3E, "--observable", "m_ee", "--set", "search.angle=1"], "search.angle"),
    ],
)
def test_mistakes_are_answered(capsys, tmp_path, monkeypatch, arguments, told):
    monkeypatch.chdir(tmp_path)
    assert_answered(capsys, arguments, told)
