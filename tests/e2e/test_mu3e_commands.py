"""The searches with three tracks of Mu3e, typed as chapter 04 types them: words and numbers of the contract."""

import json
import os
import subprocess
import sys

import pytest

from support.command_line import as_json, call, read_csv
from support.mu3e import small_slices

POINT = {
    "mass",
    "status",
    "expected",
    "observed",
    "error",
    "band",
    "signal_efficiency",
    "background",
    "limited_by",
    "relative_error",
    "gain",
    "signal_events",
    "limit_over_background",
}
ALL = {"search", "experiment", "model", "cl", "method", "version", "seed", "references", "settings", "notes", "points"}
RESONANCE = ["reach", "ee-resonance", "--experiment", "mu3e-phase1"]
TRACKS = ["reach", "missing-mass-tracks", "--experiment", "mu3e-phase1", "--model", "lfv-alp"]
COARSE = ["--set", "search.precision=0.1"]


@pytest.fixture(scope="module", autouse=True)
def _small():
    with small_slices():
        yield


def test_reach_of_missing_mass(capsys):
    command = [*TRACKS, "--set", "model.chirality=V+A", "--set", "beam.polarization=0.9", "--mass", "0:70:8", *COARSE]
    found = as_json(capsys, *command)
    assert set(found) >= ALL
    assert (found["search"], found["experiment"], found["model"]) == ("missing-mass-tracks", "mu3e-phase1", "lfv-alp")
    assert (found["cl"], found["method"]) == (0.95, "cls")
    assert found["model_parameters"]["chirality"] == "V+A"
    assert len(found["points"]) == 8
    for row in found["points"]:
        assert set(row) >= POINT | {"sigma_m_miss2", "F_relative_error"}
        assert set(row["expected"]) == {"branching_ratio", "F_gev"}
        assert set(row["band"]) == {"m2", "m1", "p1", "p2"}
        assert row["observed"] is None
        assert row["status"] == "ok"
        assert 0 < row["error"] < row["expected"]["branching_ratio"]
        assert row["band"]["m2"] < row["band"]["m1"] < row["expected"]["branching_ratio"] < row["band"]["p1"]
    first, last = found["points"][0], found["points"][-1]
    assert (first["mass"], last["mass"]) == (0.0, 70.0)
    # 3.32e9 GeV, better by the root of R = 1.31
    assert first["expected"]["F_gev"] == pytest.approx(3.32e9 * 1.31**0.5, rel=3e-2)
    assert first["expected"]["F_gev"] > last["expected"]["F_gev"]
    assert found["settings"]["polarization_used"] == 0.9
    assert "arXiv:2311.17915" in found["references"]


@pytest.mark.parametrize("angles", ["none", "cut", "1d", "2d", "lr"])
def test_reach_of_a_resonance(capsys, angles):
    command = [*RESONANCE, "--model", "dark-photon", "--mass", "10:80:3", "--set", f"search.angles={angles}", *COARSE]
    found = as_json(capsys, *command)
    assert set(found) >= ALL
    assert (found["cl"], found["method"], found["model"]) == (0.95, "cls", "dark-photon")
    assert [row["mass"] for row in found["points"]] == [10.0, 45.0, 80.0]
    expected = {"sigma_m_ee", "ctau_mm", "prompt_efficiency"} | ({"cos_max"} if angles == "cut" else set())
    for row in found["points"]:
        assert set(row) >= POINT | expected
        assert set(row["expected"]) == {"branching_ratio", "epsilon", "epsilon2"}
        assert row["expected"]["epsilon2"] == pytest.approx(row["expected"]["epsilon"] ** 2)
        assert (row["gain"] == 1) if angles == "none" else (row["gain"] > 1.2)
    if angles == "2d":
        assert found["points"][0]["expected"]["epsilon2"] == pytest.approx(1.11e-7, rel=5e-2)


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (["--model", "dark-photon", "--coupling", "epsilon2"], {"epsilon", "epsilon2"}),
        (["--model", "pseudoscalar", "--coupling", "g_ee"], {"g_ee"}),
        (["--model", "scalar", "--coupling", "g_mumu", "--set", "search.lifetime=prompt"], {"g_mumu"}),
        (["--model", "pseudoscalar", "--coupling", "g_mumu", "--set", "model.g_e=1e-4"], {"g_mumu"}),
        (
            ["--model", "derivative-alp", "--set", "model.C_e=1", "--set", "model.C_mu=1"],
            {"f_a_gev", "g_ee", "g_mumu"},
        ),
        (["--model", "vector", "--set", "model.g_V_e=1", "--set", "model.g_V_mu=1"], {"g_V_e", "g_V_mu"}),
    ],
    ids=lambda a: " ".join(a[1:4]) if isinstance(a, list) else "",
)
def test_couplings_have_their_names(capsys, words, names):
    row = as_json(capsys, *RESONANCE, "--mass", "20", *words, *COARSE)["points"][0]
    assert set(row["expected"]) == {"branching_ratio"} | names
    assert all(value > 0 for value in row["expected"].values())


def test_models_of_the_same_couplings_agree(capsys):
    """A vector of equal charges is a dark photon; a universal derivative ALP a pseudoscalar."""
    dark = as_json(capsys, *RESONANCE, "--mass", "20", *COARSE)["points"][0]["expected"]
    vector = as_json(
        capsys,
        *RESONANCE,
        "--mass",
        "20",
        "--model",
        "vector",
        "--set",
        "model.g_V_e=1",
        "--set",
        "model.g_V_mu=1",
        *COARSE,
    )["points"][0]["expected"]
    assert vector["g_V_e"] == pytest.approx(0.302822 * dark["epsilon"], rel=1e-4)


def test_confidence_levels_methods_and_phase_2(capsys):
    one = as_json(capsys, *TRACKS, "--mass", "20", *COARSE)["points"][0]["expected"]["branching_ratio"]
    two = as_json(capsys, *TRACKS, "--mass", "20", "--cl", "0.90", *COARSE)["points"][0]["expected"]["branching_ratio"]
    assert one / two == pytest.approx(1.959964 / 1.644854, rel=1e-6)
    fisher = as_json(capsys, *TRACKS, "--mass", "20", "--method", "fisher", *COARSE)
    assert fisher["z"] == pytest.approx(1.644854, rel=1e-6)
    command = ["reach", "missing-mass-tracks", "--experiment", "mu3e-phase2", "--mass", "20", *COARSE]
    later = as_json(capsys, *command)["points"][0]["expected"]
    assert one / later["branching_ratio"] == pytest.approx(22**0.5, rel=1e-6)


def test_the_same_words_with_underscores_and_by_default(capsys):
    one = as_json(capsys, *RESONANCE, "--mass", "20", *COARSE)
    other = as_json(capsys, "reach", "ee_resonance", "--mass", "20", "--model", "dark_photon", *COARSE)
    assert one["points"] == other["points"]


def test_tables_and_files(capsys, tmp_path):
    file = tmp_path / "reach.csv"
    code, _, err = call(capsys, *RESONANCE, "--mass", "10:20:2", *COARSE, "--out", file)
    assert code == 0, err
    rows = read_csv(file)
    assert [float(row["mass"]) for row in rows] == [10, 20]
    assert float(rows[1]["expected.epsilon2"]) == pytest.approx(1.2e-7, rel=5e-2)
    code, out, _ = call(capsys, *RESONANCE, "--mass", "20", *COARSE)
    assert code == 0
    assert "epsilon" in out


def test_searches_are_listed(capsys):
    rows = {row["name"]: row for row in as_json(capsys, "list", "searches")["searches"]}
    assert {"ee-resonance", "missing-mass-tracks"} <= set(rows)


@pytest.mark.filterwarnings("ignore")
def test_a_pyhf_workspace(capsys, tmp_path):
    file = tmp_path / "workspace.json"
    command = [*RESONANCE, "--mass", "20", "--set", "search.angles=none", "--set", "search.analysis=binned", *COARSE]
    code, _, err = call(capsys, *command, "--export-pyhf", file)
    assert code == 0, err
    assert json.loads(file.read_text())["channels"]


def test_the_installed_command(tmp_path):
    """In a process of its own, with a cache of its own: JSON on standard output, a slice on disk."""
    environment = os.environ | {"XDG_CACHE_HOME": str(tmp_path)}
    command = [
        sys.executable,
        "-c",
        "from darkfactory.cli.app import main; main()",
        *TRACKS,
        "--mass",
        "40",
        *COARSE,
        "--json",
    ]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert json.loads(done.stdout)["points"][0]["expected"]["F_gev"] == pytest.approx(2.40e9, rel=3e-2)
    stored = list((tmp_path / "darkfactory" / "slices").iterdir())
    assert len(stored) == 2
    assert sum(path.stat().st_size for path in stored) < 5e6
    again = subprocess.run(command, capture_output=True, text=True, env=environment, check=False)
    first, second = json.loads(done.stdout), json.loads(again.stdout)
    assert first.pop("run").pop("time") <= second.pop("run").pop("time")
    assert second == first
