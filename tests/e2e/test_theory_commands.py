"""The verbs target, model and bounds, typed as users type them, and the figures behind them."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from darkfactory.figures import FIGURES, dark_sector_landscape, figure
from darkfactory.references import load_references
from support.command_line import as_json, assert_answered, call, read_csv
from support.figures import check_laws

NAMES = (
    "portals",
    "dark-sector-landscape",
    "seesaw",
    "thermal-targets",
    "freeze-in",
    "alp-landscape",
    "what-can-we-test",
)


def test_freeze_in_json_has_the_words_of_the_contract(capsys):
    data = as_json(capsys, "target", "freeze-in", "--channel", "mu-e", "--mass", "0.035", "--mode", "quantum")
    (point,) = data["points"]
    assert {"mass", "f_a_over_C_gev", "F_gev", "branching_ratio"} <= set(point)
    assert point["mass"] == 0.035
    assert point["f_a_over_C_gev"] == pytest.approx(3.654e9, rel=1e-3)
    assert point["F_gev"] == 2 * point["f_a_over_C_gev"]
    assert point["branching_ratio"] == pytest.approx(1.47e-6, rel=1e-2)
    assert set(data["references"]) <= set(load_references())


def test_freeze_out_json_has_the_words_of_the_contract(capsys):
    arguments = (
        "target",
        "freeze-out",
        "--dm",
        "scalar",
        "--mass",
        "20",
        "--set",
        "alpha_D=0.5",
        "--set",
        "r=3",
    )
    (point,) = as_json(capsys, *arguments)["points"]
    assert list(point) == ["mass", "y", "epsilon", "x_f", "status"]
    assert point["y"] == pytest.approx(0.5 * point["epsilon"] ** 2 / 81, rel=1e-12)


def test_target_writes_a_table(capsys, tmp_path):
    file = tmp_path / "line.csv"
    code, out, _ = call(
        capsys, "target", "freeze-in", "--channel", "tau-mu", "--mass", "0.02:0.1:5", "--out", str(file)
    )
    assert code == 0
    assert "reheating" in out
    rows = read_csv(file)
    assert [float(row["mass"]) for row in rows] == pytest.approx([0.02, 0.04, 0.06, 0.08, 0.1])
    assert {row["allowed"] for row in rows} == {"warm", "yes"}


@pytest.mark.parametrize(
    "arguments",
    [
        ("target", "x-ray-lines", "--channel", "mu-e", "--mass", "0.003:0.2:4"),
        ("target", "warmness"),
        ("target", "inverse-seesaw", "--mass", "10:100:3", "--set", "U2=1e-7"),
        ("target", "freeze-out", "--dm", "asymmetric", "--mass", "10"),
        (
            "target",
            "freeze-out",
            "--dm",
            "pseudo-dirac",
            "--mass",
            "200",
            "--set",
            "mediator=scalar",
            "--set",
            "leptophilic=true",
        ),
        ("model", "anarchy", "--set", "f_a_gev=5e9"),
        ("model", "charges", "--set", "X_L=1,0,0", "--set", "X_E=2,1,0", "--set", "V_L=haar:3"),
        ("model", "mfv"),
        ("model", "majoron"),
        ("model", "lfv-alp"),
        ("model", "inverse-seesaw", "--set", "mass_N=40,60,80"),
        ("model", "inverse-seesaw", "--set", "mass_N=40,5,1,2,60,3,7,1,80", "--set", "mu_N=2e-3,3e-3,5e-3"),
        ("model", "portal", "--set", "portal=vector", "--set", "sqrt_s_gev=100"),
        ("rate", "mu -> e a", "--model", "majoron"),
        ("list", "targets"),
        ("list", "models"),
        ("list", "figures"),
        ("bounds", "--quantity", "all"),
        ("bounds", "recast", "red-giants-2020", "--mass", "0:0.05:3", "--to", "f_a_gev", "--set", "model.C=0.5"),
        ("bounds", "recast", "crystal-box"),
        ("bounds", "recast", "e137", "--mass", "10", "--to", "epsilon2"),
        ("bounds", "verdict", "e137", "--mass", "10", "--value", "1e-5"),
    ],
)
def test_commands_print_tables_and_json(arguments, capsys):
    code, out, err = call(capsys, *arguments)
    assert (code, err) == (0, "")
    assert out.strip()
    assert as_json(capsys, *arguments)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("target", "freeze-in", "--mass", "30"), "error: mass = 30: allowed (0, 5.25737] MeV"),
        (("target", "freeze-out", "--dm", "wimp"), "error: dm = 'wimp'"),
        (("target", "freeze-out", "--set", "alfa_D=1"), "did you mean alpha_D"),
        (("model", "anarky"), "did you mean anarchy"),
        (("bounds", "verdict", "e13", "--mass", "1", "--value", "1"), "did you mean e137"),
        (("figure", "freeze-in", "--set", "colour=red"), "error: colour: unknown key of figure freeze-in; keys: none"),
        (("figure", "what-can-we-test", "--set", "model=mfv"), "no flavor violation"),
        (("reach", "forward-positron", "--model", "portal"), "model of forward-positron = 'portal': allowed lfv-alp"),
    ],
)
def test_mistakes_are_one_line_and_exit_code_2(arguments, text, capsys):
    assert_answered(capsys, arguments, text)


def test_a_warning_is_one_line_on_standard_error(capsys):
    code, out, err = call(capsys, "model", "inverse-seesaw", "--set", "mu_R=0.1")
    assert code == 0
    assert err.startswith("warning: mu_R = 0.1 MeV with mu_N = 0")
    assert len(err.splitlines()) == 1
    assert "neutrino_mass [eV]" in out


def test_a_warning_of_several_numbers_is_said_once(capsys):
    code, _, err = call(
        capsys, "scan", "target", "freeze-out", "--mass", "10", "--grid", "dm=scalar,majorana", "--set", "r=2.02"
    )
    assert (code, err.count("warning: r = 2.02: within 5% of the resonance")) == (0, 1)


def test_a_third_party_record_is_checked_imported_and_used(capsys, tmp_path):
    curve = tmp_path / "mine.csv"
    curve.write_text("mass,lower\n1,1e-4\n100,1e-3\n", encoding="utf-8")
    arguments = ("--name", "mine", "--quantity", "epsilon", "--citation", "Doe 2031 [3101.01234]")
    code, out, _ = call(capsys, "bounds", "from-csv", str(curve), *arguments)
    assert code == 0
    record = tmp_path / "mine.yaml"
    text = out
    record.write_text(text, encoding="utf-8")
    assert call(capsys, "bounds", "check", str(record))[0] == 0
    arguments = ("bounds", "verdict", "mine", "--mass", "10", "--value", "1e-2", "--extra", str(tmp_path))
    data = as_json(capsys, *arguments)
    assert data["verdict"] == "excluded"
    assert data["limit"] == pytest.approx(1e-4 * 10**0.5)
    record.write_text(text.replace("quantity", "quantty"), encoding="utf-8")
    assert call(capsys, "bounds", "check", str(record))[0] == 2


def test_reach_of_a_benchmark_is_that_of_its_couplings(capsys):
    keys = ("--mass", "0", "--method", "fisher")
    data = [
        as_json(capsys, "reach", "forward-positron", "--model", model, *more, *keys)
        for model, more in (
            ("anarchy", ("--set", "model.chirality=V-A")),
            ("lfv-alp", ("--set", "model.chirality=V-A")),
        )
    ]
    assert data[0]["points"][0]["expected"]["F_gev"] == pytest.approx(
        data[1]["points"][0]["expected"]["F_gev"], rel=1e-9
    )


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("alp-landscape", "what-can-we-test")])
def test_figures_write_their_numbers(name, tmp_path, monkeypatch):
    # fewer points on the curves of searches, which have tests of their own
    monkeypatch.setattr(dark_sector_landscape, "GAPS", np.geomspace(100.0, 2e4, 5))
    monkeypatch.setattr(dark_sector_landscape, "ALP_MASSES", (0.0, 20.0))
    monkeypatch.setattr(dark_sector_landscape, "PROMPT_MASSES", (10.0, 25.0))
    monkeypatch.setattr(dark_sector_landscape, "DISPLACED_MASSES", (8.4, 15.0))
    check_figure(name, tmp_path, {})


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("what-can-we-test", {"channel": "tau-e", "model": "lfv-axiflavon"}),
        ("what-can-we-test", {"channel": "mu-e", "tan_alpha": "1e-3", "chirality": "V-A"}),
        ("alp-landscape", {}),
    ],
)
def test_figures_with_reaches(name, settings, tmp_path, monkeypatch):
    from darkfactory.figures import curves

    # one reach by exact first derivatives stands for all: the fits are tested elsewhere
    fast = {
        "mu -> e a": (("Mu3e phase I, online", "forward-positron", "mu3e-phase1", {}), ("later", "not-there", "x", {})),
        "tau -> e a": (),
    }
    monkeypatch.setattr(curves, "PLANNED", fast)
    data = check_figure(name, tmp_path, settings)
    curves = {row["curve"] for row in data["rows"]}
    assert "laboratory" in curves
    if settings.get("channel") == "mu-e":
        assert {"stars", "supernova", "freeze-in", "Mu3e phase I, online", "QCD axion", "X-ray lines"} <= curves
        assert any("package has no search not-there" in note for note in data["notes"])


def check_figure(name, folder, settings):
    drawn = figure(name, folder / name, settings)
    check_laws(drawn)
    data = json.loads(drawn.files[3].read_text(encoding="utf-8"))
    assert len(data["rows"]) > 20
    return data


def test_every_figure_is_named_and_help_lists_the_verbs():
    assert set(NAMES) <= set(FIGURES)
    from darkfactory.cli.app import cli

    text = CliRunner().invoke(cli, ["--help"]).output
    for verb in ("target", "model", "bounds", "figure"):
        assert verb in text
