"""Discoveries on the command line: table, JSON, rerun, and scans whose masses belong together."""

import json

import pytest

import darkfactory as df
from support.command_line import as_json, call

ASKED = ["reach", "ee-displaced", "--mass", "10,14", "--set", "search.precision=0.1", "--discovery", "3"]
SCANNED = [*ASKED, "--look-elsewhere", "gross-vitells"]


def test_a_discovery_has_columns_and_repeats(capsys, tmp_path):
    file = tmp_path / "seen.json"
    code, out, _ = call(capsys, *SCANNED, "--out", str(file))
    assert code == 0
    assert "seen epsilon" in out
    assert "3 standard deviations in a scan from 10 to 14 MeV" in out
    first = json.loads(file.read_text())["points"][0]
    assert set(first["discovery"]) == {"branching_ratio", "epsilon", "epsilon2", "z", "z_local", "trial_factor"}
    assert first["discovery"]["epsilon"] == first["discoverable"]["epsilon"][0][0] > first["expected"]["epsilon"]
    assert as_json(capsys, "rerun", str(file))["agrees"]
    plain = as_json(capsys, *ASKED)["points"][0]
    assert (plain["discovery"]["z_local"], plain["discovery"]["trial_factor"]) == (3.0, 1.0)
    assert plain["expected"] == first["expected"]
    without = as_json(capsys, *ASKED[:-2])["points"][0]
    assert without == {key: value for key, value in plain.items() if not key.startswith("discover")}


def test_a_scan_keeps_the_masses_of_a_range_together():
    """Even where a search would be computed block by block."""
    given = {"settings": {"search.precision": 0.1}, "discovery": 3, "look_elsewhere": "gross-vitells"}
    masses = [10.0, 12.0, 14.0]
    rows = df.scan("reach", "ee-displaced", grid={"mass": masses}, **given).rows
    whole = df.reach("ee-displaced", mass=masses, **given)
    assert [row["discovery.z_local"] for row in rows] == pytest.approx([whole.discovery.z_local] * 3)


def test_what_is_wrong_is_said(capsys):
    code, _, err = call(capsys, *ASKED, "--seed", "1")
    assert (code, "changes nothing without look-elsewhere=toys" in err) == (2, True)
    code, _, err = call(capsys, *ASKED[:-1], "9")
    assert (code, "discovery = 9" in err, "Traceback" in err) == (2, True, False)
