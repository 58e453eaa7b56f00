"""The verb ``bounds``: compact tables, options that count or are refused, curves from a file to a verdict."""

import json

import pytest
import yaml

from darkfactory.cli.app import main


@pytest.fixture
def typed(capsys):
    """Exit code and the two streams of a command."""

    def run(*arguments):
        with pytest.raises(SystemExit) as left:
            main([str(argument) for argument in arguments])
        streams = capsys.readouterr()
        return left.value.code or 0, streams.out, streams.err

    return run


def test_tables_are_compact_and_full_on_demand(typed, monkeypatch):
    code, out, _ = typed("bounds", "--channel", "mu-e")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) < 25
    assert max(map(len, lines[:16])) <= 80
    assert "5.488e+09" in out
    assert "quoted, 90%" in out
    assert "citation_key" in typed("bounds", "--channel", "mu-e", "--full")[1]
    assert "mass_min" in typed("bounds", "--quantity", "g_aee", "--full")[1]
    rows = json.loads(typed("bounds", "--channel", "mu-e", "--json")[1])["bounds"]
    assert {"mass_min", "cl", "assumes", "citation_key"} <= rows[0].keys()


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (["--quantity", "nonsense"], "quantity = 'nonsense': allowed g_aee, g_amumu"),
        (["--quantity", "epsilo"], "did you mean epsilon"),
        (["--quantity", "F_gev", "--channel", "tau-me"], "channel = 'tau-me': allowed mu -> e a"),
        (["--channel", "mu-tau"], "channel 'mu-tau' does not exist"),
        (["--channel", "mu-e", "recast", "jodidio-1986"], "--channel: no effect before recast"),
        (["--json", "verdict", "e137", "--mass", "1", "--value", "1"], "--json: no effect before verdict"),
        (["recast", "jodidio-1986", "--to", "f_a_gev"], "to = f_a_gev: a limit on a branching ratio comes with F_gev"),
        (["recast", "jodidio-1986", "--set", "model.mass=1"], "model.mass: changes nothing in a recast; leave it out"),
        (
            ["recast", "jodidio-1986", "--set", "model.F_gev=1"],
            "model.F_gev: changes nothing in a recast; leave it out",
        ),
        (["recast", "e137", "--mass", "50", "--set", "model.C=2"], "model.C: changes nothing without to; leave it out"),
        (
            ["recast", "e137", "--mass", "50", "--to", "epsilon2", "--set", "model.C=2"],
            "model.C: changes nothing in epsilon2; leave it out",
        ),
        (["recast", "e137", "--mass", "50", "--to", "g", "--set", "model.C=2"], "no conversion of epsilon to 'g'"),
    ],
)
def test_options_without_effect_or_meaning_are_errors(typed, arguments, text):
    code, out, err = typed("bounds", *arguments)
    assert (code, out) == (2, "")
    assert text in " ".join(err.split())


def test_channel_counts_beside_quantity(typed):
    rows = json.loads(typed("bounds", "--quantity", "F_gev", "--channel", "tau-e", "--json")[1])["bounds"]
    assert {row["channel"] for row in rows} == {"tau -> e a"}
    assert {row["name"] for row in rows} == {"planck-delta-n-eff-tau-e", "delta-n-eff-2026-tau-e"}


def test_from_a_file_in_gev_to_a_verdict(typed, tmp_path):
    """D5 typed: at 1 MeV excluded only between 3e7 and 2e9 GeV."""
    curve = tmp_path / "Fig 3, left.csv"
    curve.write_text("x;near;far\n0.0001;2e9;3e7\n0.001;2e9;3e7\n0.05;1e9;2e7\n", encoding="utf-8")
    base = ("bounds", "from-csv", curve, "--name", "mine", "--quantity", "F_gev", "--citation", 'A "quoted" paper')
    code, text, _ = typed(*base, "--mass-unit", "GeV")
    record = tmp_path / "mine.yaml"
    record.write_text(text, encoding="utf-8")
    assert code == 0
    assert typed("bounds", "check", record)[1].endswith("good\n")
    assert yaml.safe_load(text)["limits"][0]["mass_range"]["value"] == pytest.approx([0.1, 50])
    verdicts = []
    for F in (1e6, 1e8, 3e9):
        out = typed("bounds", "verdict", "mine", "--extra", record, "--mass", 1, "--value", F, "--json")[1]
        verdicts.append(json.loads(out)["verdict"])
    assert verdicts == ["allowed", "excluded", "allowed"]
    code, out, err = typed(*base, "--mass-unit", "gev")
    assert (code, out) == (2, "")
    assert "did you mean GeV" in err


def test_reasons_of_a_recast_stand_below_the_table(typed):
    out = typed("bounds", "recast", "twist-2015", "--mass", "90:100:2")[1]
    assert "mass = 90 MeV: published for [0, 13] and [13, 87] MeV" in out
    assert max(map(len, out.splitlines()[:6])) <= 80
