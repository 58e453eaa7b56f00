"""The command line as users meet it: JSON of the contract, files, and mistakes that are answered and not traced back."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from darkfactory.figures import megii_fwd_reach
from support.command_line import as_json, assert_answered, call, read_csv


def test_rate_json_has_the_words_of_the_contract(capsys):
    found = as_json(
        capsys, "rate", "mu -> e a", "--set", "model.mass=50", "--set", "model.F_gev=1e10", "--set", "model.chirality=V"
    )
    words = {"process", "model", "value", "error", "unit", "norm", "method", "seed", "version", "references"}
    assert words <= set(found)
    assert found["value"] == pytest.approx(4.72992e-7, rel=1e-5)
    assert found["error"] == 0
    assert found["norm"] == "exp"


def test_norm_lo_differs_by_the_measured_width(capsys):
    exp = as_json(capsys, "rate", "mu -> e a")["value"]
    lo = as_json(capsys, "rate", "mu -> e a", "--norm", "lo")["value"]
    assert exp / lo == pytest.approx(1.0042165, rel=1e-7)
    born = ["--set", "search.background_order=born"]
    assert as_json(capsys, "rate", "mu -> e nu nu", "--norm", "lo", *born)["value"] == pytest.approx(1, rel=1e-12)
    assert as_json(capsys, "rate", "mu -> e nu nu", "--norm", "lo")["value"] == pytest.approx(0.9959295, rel=1e-7)


def test_reach_json_has_the_words_of_the_contract(capsys):
    found = as_json(capsys, "reach", "forward-positron", "--experiment", "megii-fwd", "--mass", "0:106:3")
    words = {"search", "experiment", "model", "cl", "method", "version", "seed", "references", "points"}
    assert words <= set(found)
    assert (found["search"], found["experiment"], found["model"]) == ("forward-positron", "megii-fwd", "lfv-alp")
    assert (found["cl"], found["method"]) == (0.95, "profile")
    first, _, closed = found["points"]
    words = {"mass", "status", "expected", "observed", "error", "band", "signal_efficiency", "background", "limited_by"}
    assert words <= set(first)
    assert set(first["expected"]) == {"branching_ratio", "F_gev"}
    assert set(first["band"]) == {"m2", "m1", "p1", "p2"}
    assert first["observed"] is None
    assert first["band"]["m1"] < first["expected"]["branching_ratio"] < first["band"]["p1"]
    assert closed["status"] == "closed"
    assert closed["expected"] == {"branching_ratio": None, "F_gev": 0.0}


def test_settings_change_what_they_name(capsys):
    base = ["reach", "forward-positron", "--mass", "20", "--method", "fisher", "--set", "search.systematics=none"]
    one = as_json(capsys, *base)["points"][0]["expected"]["branching_ratio"]
    for setting, ratio in (
        ("beam.days=56", 0.5),
        ("beam.stopping_rate=4e8", 0.5),
        ("beam.exposure_muons=4.8384e14", 0.5),
    ):
        other = as_json(capsys, *base, "--set", setting)["points"][0]["expected"]["branching_ratio"]
        assert other == pytest.approx(ratio * one, rel=1e-9), setting
    for setting in (
        "beam.polarization=0.9",
        "detector.x_resolution=0.02",
        "search.focus=100",
        "search.focus_mode=lumi",
        "search.background_order=born",
        "search.signal_tail=leading-log",
        "search.flipped_fraction=0.3",
        "search.systematics.energy_scale=1e-4",
        "detector.field=2.0",
        "model.chirality=V",
    ):
        extra = ["--set", "search.signal_tail=none"] if setting.endswith("born") else []
        extra += ["--set", "search.focus=10"] if setting.endswith("lumi") else []
        other = as_json(capsys, *base, "--set", setting, *extra)["points"][0]["expected"]["branching_ratio"]
        assert abs(other / one - 1) > 1e-3, setting


def test_out_writes_csv_and_json(capsys, tmp_path):
    for ending in ("csv", "json"):
        file = tmp_path / "new folder" / f"reach.{ending}"
        command = ["reach", "forward-positron", "--experiment", "jodidio", "--out", str(file)]
        assert call(capsys, *command)[0] == 0
        assert file.stat().st_size > 100
    rows = read_csv(tmp_path / "new folder" / "reach.csv")
    data = json.loads((tmp_path / "new folder" / "reach.json").read_text())
    assert float(rows[0]["expected.F_gev"]) == data["points"][0]["expected"]["F_gev"]
    for ending in ("json", "csv"):  # which has its JSON beside it, as figures have
        code, out, _ = call(capsys, "cite", str(tmp_path / "new folder" / f"reach.{ending}"))
        assert code == 0
        assert "Jodidio:1986mz" in out
    (tmp_path / "new folder" / "reach.json").unlink()
    assert "reach.json is not beside it" in call(capsys, "cite", str(tmp_path / "new folder" / "reach.csv"))[2]


def test_a_card_of_ones_own(capsys, tmp_path):
    import darkfactory.experiments as experiments

    text = (Path(experiments.__file__).parent / "cards" / "megii-fwd.yaml").read_text()
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("name: megii-fwd", "name: mine").replace("value: 0.99,", "value: 0.90,"))
    found = as_json(capsys, "reach", "forward-positron", "--experiment", str(mine))
    shipped = as_json(capsys, "reach", "forward-positron", "--experiment", "megii-fwd")
    assert found["experiment"] == "mine"
    assert found["points"][0]["background"] > 1.5 * shipped["points"][0]["background"]


def test_bounds_show_what_is_recalled(capsys):
    rows = as_json(capsys, "bounds")["bounds"]
    provenance = {row["name"]: row["provenance"] for row in rows}
    assert provenance["jodidio-1986"] == "recalled"
    assert provenance["pienu-2020"] == "quoted"
    code, out, _ = call(capsys, "bounds")
    assert code == 0
    assert "recalled" in out


def test_figure_sidecar_carries_provenance_and_references(capsys, tmp_path, monkeypatch):
    # few masses: with all of them test_readme.py runs it
    monkeypatch.setattr(megii_fwd_reach, "MASSES", np.array([0.0, 20.0]))
    found = as_json(capsys, "figure", "megii-fwd-reach", "--out", str(tmp_path / "fig"))
    for ending in ("pdf", "png", "csv", "json"):
        assert (tmp_path / f"fig.{ending}").stat().st_size > 1000
    assert {"Jodidio:1986mz", "Bayes:2014lxz", "PIENU:2020loi", "Bilger:1998rp"} <= set(found["references"])
    rows = read_csv(tmp_path / "fig.csv")
    assert {"recalled", "quoted", "digitised", "computed"} == {row["provenance"] for row in rows}
    assert {row["chirality"] for row in rows} == {"V+A", "V-A", "V", "A"}
    curves = {row["curve"] for row in rows}
    assert {"MEGII-fwd, focusing 1", "MEGII-fwd, focusing 100", "Jodidio 1986", "TWIST 2015", "PIENU 2020"} <= curves
    statistics = {
        (row["curve"], row["chirality"], float(row["mass_mev"])): float(row["F_gev"])
        for row in rows
        if row["systematics"] == "none" and row["F_gev"]
    }
    assert statistics["MEGII-fwd, focusing 1", "V+A", 0.0] == pytest.approx(2.45e10, rel=5e-3)


MISTAKES = [
    (["rate", "mu -> e b"], "mu -> e a"),
    (["rate", "mu -> e a", "--set", "model.F=3"], "F_gev"),
    (["rate", "mu -> e a", "--set", "model.mass=-1"], "model.mass = -1"),
    (["rate", "mu -> e a", "--set", "model.mass"], "key=value"),
    (["rate", "mu -> e a", "--model", "scalar"], "lfv-alp"),
    (["rate", "mu -> e nu nu", "--set", "model.mass=2"], "takes no model"),
    (["rate", "mu -> e a", "--set", "beam.days=2"], "beam.days"),
    (["rate", "mu -> e a", "--norm", "tree"], "exp"),
    (["spectrum", "mu -> e a", "--observable", "pT"], "p_T"),
    (["spectrum", "mu -> e a", "--bins", "0"], "bins = 0"),
    (["spectrum", "mu -> e a", "--low", "0.9", "--high", "0.5"], "low = 0.9"),
    (["spectrum", "mu -> e a", "--experiment", "belle2"], "taus"),
    (["reach", "forward"], "forward-positron"),
    (["reach", "forward-positron", "--experiment", "meg3"], "megii-fwd"),
    (["reach", "forward-positron", "--mass", "a:b"], "START:STOP:N"),
    (["reach", "forward-positron", "--mass", "nan"], "mass = nan"),
    (["reach", "forward-positron", "--cl", "1.5"], "cl = 1.5"),
    (["reach", "forward-positron", "--method", "bayes"], "profile"),
    (["reach", "forward-positron", "--set", "search.focsu=2"], "search.focus"),
    (["reach", "forward-positron", "--set", "search.focus=0.5"], "search.focus = 0.5"),
    (["reach", "forward-positron", "--set", "search.focus=1e4"], "sphere"),
    (["reach", "forward-positron", "--set", "polarization=0.9"], "beam.polarization"),
    (["reach", "forward-positron", "--set", "beam.polarization=1.1"], "beam.polarization = 1.1"),
    (["reach", "forward-positron", "--set", "search.x_low=0.9", "--mass", "40"], "search.x_low"),
    (["reach", "forward-positron", "--set", "search.background_order=born"], "search.signal_tail"),
    (["reach", "forward-positron", "--set", "search.systematics=all"], "none"),
    (["reach", "forward-positron", "--mass", "0:20:3", "--export-pyhf", "x.json"], "single --mass"),
    (["reach", "nothing", "--mass", "0,20", "--export-pyhf", "x.json"], "single --mass"),  # before anything is computed
    (["reach", "forward-positron", "--out", "x.txt"], ".json, .csv"),
    (["bounds", "--channel", "mu-tau"], "mu -> e a"),
    (["bounds", "recast", "jodido"], "jodidio-1986"),
    (["bounds", "recast", "twist-2015", "--set", "model.C_V=0", "--set", "model.C_A=0"], "not both 0"),
    (["bounds", "check", "no-such-file.yaml"], "no-such-file.yaml"),
    (["figure", "megii"], "megii-fwd-reach"),
    (["cite", "Nobody:1900"], "Nobody:1900"),
    (["cite", "missing.json"], "missing.json"),
    (["list", "cards"], "experiments"),
]


@pytest.mark.parametrize(("arguments", "told"), MISTAKES, ids=lambda a: " ".join(a) if isinstance(a, list) else "")
def test_a_mistake_is_answered(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_answered(capsys, arguments, told)


def test_all_mistakes_of_a_call_are_listed(capsys):
    code, _, err = call(
        capsys,
        "reach",
        "forward-positron",
        "--set",
        "beam.polarization=2",
        "--set",
        "detector.x_resolution=0",
        "--set",
        "beam.dayz=3",
    )
    assert code == 2
    for text in ("beam.polarization = 2", "detector.x_resolution = 0", "beam.days"):
        assert text in err


def test_help_is_fast_and_lists_what_exists():
    fastest = float("inf")  # processor time: other work on the machine is not ours
    for _ in range(3):
        start = resource.getrusage(resource.RUSAGE_CHILDREN)
        done = subprocess.run(
            [sys.executable, "-c", "from darkfactory.cli.app import main; main(['--help'])"],
            capture_output=True,
            text=True,
            check=True,
            env=os.environ,
        )
        stop = resource.getrusage(resource.RUSAGE_CHILDREN)
        fastest = min(fastest, stop.ru_utime - start.ru_utime + stop.ru_stime - start.ru_stime)
    assert fastest < 0.5
    for verb in ("list", "rate", "spectrum", "reach", "bounds", "figure", "cite"):
        assert f"  {verb} " in done.stdout
