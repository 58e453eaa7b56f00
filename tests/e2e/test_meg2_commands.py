"""Trigger, reach, spectrum, bounds and figures of the photon channel from the command line."""

from __future__ import annotations

import numpy as np
import pytest

from darkfactory.figures import FIGURES, figure
from support.command_line import as_json, assert_answered, call, read_csv
from support.figures import check_laws


def test_trigger_json_has_the_words_of_the_contract(capsys):
    found = as_json(capsys, "trigger", "meg2", "--threshold", "10", "--stopping-rate", "2e6")
    assert {"experiment", "trigger", "points"} <= set(found)
    assert (found["experiment"], found["trigger"]) == ("meg2", "proposed")
    (point,) = found["points"]
    words = {"threshold", "stopping_rate", "rmd_rate", "rc_rate", "max_stopping_rate", "equal_rate", "band"}
    assert words <= set(point)
    assert point["stopping_rate"] == 2e6
    assert point["rmd_rate"] == pytest.approx(2e6 * 3.4877e-7, rel=5e-3)
    assert point["rc_rate"] == pytest.approx(4e12 * 6.1726e-13, rel=5e-3)
    assert point["band"]["low"] < point["band"]["high"] == point["max_stopping_rate"]


def test_rates_are_linear_and_quadratic_in_the_intensity(capsys):
    one, two = (as_json(capsys, "trigger", "meg2", "--stopping-rate", rate)["points"][0] for rate in ("1e6", "3e6"))
    assert two["rmd_rate"] / one["rmd_rate"] == pytest.approx(3, rel=1e-12)
    assert two["rc_rate"] / one["rc_rate"] == pytest.approx(9, rel=1e-12)


def test_standard_and_proposed_trigger(capsys):
    standard = as_json(capsys, "trigger", "meg2", "--trigger", "standard")
    assert standard["trigger"] == "standard"
    assert standard["points"][0]["threshold"] == 45
    proposed = as_json(capsys, "trigger", "meg2", "--threshold", "45")["points"][0]
    ratio = standard["points"][0]["rc_rate"] / proposed["rc_rate"]
    assert ratio == pytest.approx(0.19201, rel=3e-3)
    rows = as_json(capsys, "trigger", "meg2", "--threshold", "5:45:9")["points"]
    assert [row["threshold"] for row in rows] == list(np.linspace(5, 45, 9))


def test_trigger_writes_tables(capsys, tmp_path):
    file = tmp_path / "trigger.csv"
    assert call(capsys, "trigger", "meg2", "--threshold", "10:20:3", "--out", str(file))[0] == 0
    rows = read_csv(file)
    assert [float(row["threshold"]) for row in rows] == [10, 15, 20]
    assert float(rows[0]["band.low"]) == pytest.approx(1.744e6, rel=5e-3)


def test_reach_json_has_the_words_of_the_contract(capsys):
    command = ["reach", "missing-mass-photon", "--experiment", "meg2", "--mass", "0:40:3"]
    found = as_json(capsys, *command, "--set", "trigger.threshold=12", "--set", "beam.days=30")
    assert (found["search"], found["cl"], found["method"]) == ("missing-mass-photon", 0.9, "cls")
    first, _, closed = found["points"]
    assert set(first["expected"]) == {"branching_ratio", "F_gev"}
    assert set(first["band"]) == {"m2", "m1", "p1", "p2"}
    assert closed["status"] == "closed"
    assert closed["expected"] == {"branching_ratio": None, "F_gev": 0.0}
    assert found["settings"]["rc_scale"] == 1
    assert "recalled" in " ".join(found["notes"])


def test_both_confidence_levels(capsys):
    command = ["reach", "missing-mass-photon", "--mass", "10", "--set", "search.sampling=0.5"]
    limits = [
        as_json(capsys, *command, "--cl", cl)["points"][0]["expected"]["branching_ratio"] for cl in ("0.90", "0.95")
    ]
    assert limits[1] / limits[0] == pytest.approx(1.959964 / 1.644854, rel=1e-2)


def test_spectrum_has_signal_and_backgrounds(capsys):
    command = ["spectrum", "mu -> e a gamma", "--observable", "m_miss2", "--experiment", "meg2", "--bins", "40"]
    found = as_json(capsys, *command, "--set", "model.mass=20", "--set", "model.F_gev=1e9")
    rows = found["bins"]
    assert set(rows[0]) == {"low", "high", "value", "radiative", "random"}
    peak = max(rows, key=lambda row: row["value"])
    assert peak["low"] < 400 < peak["high"]
    assert found["unit"] == "MeV^2"


def test_recast_of_crystal_box(capsys):
    rows = as_json(capsys, "bounds", "recast", "crystal-box", "--mass", "0:20:3")["points"]
    assert [row["F_gev"] for row in rows] == pytest.approx([9.472e8, 8.231e8, 4.443e8], rel=1e-3)
    assert all(row["provenance"] == "quoted" and "E_gamma > 38 MeV" in row["basis"] for row in rows)
    code, _, err = call(capsys, "bounds", "recast", "crystal-box", "--mass", "60", "--json")
    assert code == 0, err


MISTAKES = [
    (["trigger", "meg2", "--threshold", "0"], "threshold = 0"),
    (["trigger", "meg2", "--threshold", "10", "--set", "trigger.rate_cap=0"], "trigger.rate_cap = 0"),
    (["trigger", "meg3"], "meg2"),
    (["trigger", "twist"], "detector.positron_cos_theta: missing"),
    (["trigger", "meg2", "--trigger", "new"], "standard, proposed"),
    (["trigger", "meg2", "--set", "trigger.tresh=3"], "trigger.threshold"),
    (["spectrum", "mu -> e a gamma"], "E_gamma > 10"),
    (["reach", "missing-mass-photon", "--set", "search.shift=1"], "search.shift_prior"),
    (["reach", "missing-mass-photon", "--mass", "-1"], "mass = -1"),
]


@pytest.mark.parametrize(("arguments", "told"), MISTAKES, ids=lambda a: " ".join(a) if isinstance(a, list) else "")
def test_a_mistake_is_answered(arguments, told, capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert_answered(capsys, arguments, told)


def small(monkeypatch):
    """Fewer points on the curves: the drawing is tested, not the physics."""
    from darkfactory.figures import meg2_reach, meg2_topology

    points = {name: meg2_reach.POINTS[name] for name in ("MEG II, > 10 MeV, A", "MEG data, recast")}
    monkeypatch.setattr(meg2_reach, "POINTS", points)
    monkeypatch.setattr(meg2_reach, "MASSES", np.array([0.0, 20.0]))
    monkeypatch.setattr(meg2_reach, "THRESHOLDS", (10.0, 20.0))
    monkeypatch.setattr(meg2_topology, "SIZE", 20_000)


@pytest.mark.parametrize("name", [name for name in FIGURES if name.startswith("meg2-")])
def test_figures_are_drawn_with_their_numbers(name, tmp_path, monkeypatch):
    small(monkeypatch)
    drawn = figure(name, tmp_path / "figure")
    check_laws(drawn)
    found = drawn.data.to_dict()
    assert "Jho:2022snj" in found["references"]
    if name == "meg2-reach":
        curves = {row["curve"]: row["provenance"] for row in found["rows"]}
        assert curves["Crystal Box 1988"] == "quoted"
        priors = {row["shift_prior"] for row in found["rows"] if row["curve"] == "MEG II, > 10 MeV, A"}
        assert priors == {0.0, 1e-4}
    if name == "meg2-topology":
        kept = {row["sample"]: row for row in found["summary"]}
        assert kept["signal, 20 MeV"]["E_gamma > 45 MeV"] == 0
