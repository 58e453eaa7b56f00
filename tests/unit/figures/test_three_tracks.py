"""Figures of three tracks at Mu3e: their numbers are those of the searches, and of independent tables."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

from darkfactory.bounds import get_coupling_bound
from darkfactory.constants import HBAR_C_MEV_MM
from darkfactory.errors import InvalidInput
from darkfactory.figures import (
    angular_correlation,
    ctau,
    dark_photon_plane,
    displaced,
    ee_mass,
    figure,
    lfc_alp_plane,
    mu3e_3ea_missing_mass,
    mu3e_3ea_reach,
)
from darkfactory.figures.points import columns, picked
from darkfactory.figures.three_tracks import PRECISION, lines, pair_slice, setup_of
from darkfactory.models import DarkPhoton, Pseudoscalar
from darkfactory.verbs.reach import reach
from support.command_line import call
from support.figures import check_laws

EVENTS = 2.5e15 * 0.45
"""Events per accepted branching ratio at phase I."""


def draw(name, folder, **settings):
    """Rows and summary of a figure, after its files were looked at."""
    drawn = figure(name, folder / name, settings)
    assert all(file.stat().st_size > 1000 for file in drawn.files)
    check_laws(drawn)
    data = json.loads(drawn.files[3].read_text(encoding="utf-8"))
    assert any("recalled" in note for note in data["notes"]) or name == "angular-correlation"
    return data


@pytest.fixture(autouse=True)
def few_displaced_masses(monkeypatch):
    monkeypatch.setattr(displaced, "MASSES", (10.0, 20.0))
    monkeypatch.setattr(displaced, "DUMP_MASSES", (5.0, 20.0))


def only(rows, **values):
    (row,) = picked(rows, **values)
    return row


def test_smeared_lines_keep_their_area():
    x = np.arange(-50, 50, 0.1)
    total = lines(x, np.array([-3.0, 4.0]), np.array([1.0, 2.0]), np.array([5.0, 7.0]))
    assert total.sum() * 0.1 == pytest.approx(12.0, rel=1e-9)
    assert (x * total).sum() * 0.1 == pytest.approx(-3 * 5 + 4 * 7, rel=1e-6)


@pytest.fixture(scope="module")
def missing_mass(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(mu3e_3ea_missing_mass, "BACKGROUND_MASSES", (0.0, 10.0, 20.0, 30.0, 40.0, 55.0, 65.0))
        patch.setattr(mu3e_3ea_missing_mass, "RANGE", (-400.0, 3000.0, 5.0))
        return draw("mu3e-3ea-missing-mass", tmp_path_factory.mktemp("figure"))


def test_missing_mass(missing_mass):
    data = missing_mass
    rows = data["rows"]
    true = {row["x_mev2"]: row for row in picked(rows, curve="internal conversion, true")}
    for mass, density in ((0, 5.655e-10), (20, 4.867e-10), (40, 2.572e-10)):
        assert true[mass**2]["events_per_mev2"] == pytest.approx(EVENTS * density, rel=0.015)
    x, smeared = columns(picked(rows, panel="spectrum", curve="internal conversion"), "x_mev2", "events_per_mev2")
    at = dict(zip(x, smeared, strict=True))
    # half of the edge, less the slope over the upper half of the resolution
    slope = (true[0]["events_per_mev2"] - true[100]["events_per_mev2"]) / 100
    half = true[0]["events_per_mev2"] / 2 - slope * true[0]["resolution_mev2"] / math.sqrt(2 * math.pi)
    assert at[0.0] == pytest.approx(half, rel=0.005)
    assert at[400.0] == pytest.approx(true[400]["events_per_mev2"], rel=0.01)
    assert at[-400.0] < 1e-5 * at[0.0]
    for row, F, width in zip(data["summary"], (3.32e9, 3.07e9, 2.40e9), (73.1, 72.0, 68.0), strict=True):
        assert row["F at the reach [GeV]"] == pytest.approx(F, rel=0.02)
        assert row["resolution [MeV^2]"] == pytest.approx(width, rel=0.02)
        curve = f"{row['m_a [MeV]']:g} MeV"
        (drawn,) = columns(picked(rows, panel="spectrum", curve=curve), "events_per_mev2")
        assert drawn.sum() * 5 == pytest.approx(1000 * row["events at the reach"], rel=1e-3)
        # 1.96 standard deviations of a background that is known: 1.96 sqrt(2 sqrt(pi) sigma n)
        below = true[row["m_a [MeV]"] ** 2]["events_per_mev2"]
        expected = 1.959964 * math.sqrt(3.544908 * row["resolution [MeV^2]"] * below)
        assert row["events at the reach"] == pytest.approx(expected, rel=1e-3)


def test_direction_to_the_spin(missing_mass):
    rows = missing_mass["rows"]
    shares = {
        curve: columns(picked(rows, panel="direction", curve=curve), "share")[0]
        for curve in ("ALP, V+A", "ALP, V-A", "internal conversion")
    }
    background = shares["internal conversion"]
    assert shares["ALP, V-A"] == pytest.approx(background, rel=1e-9)  # identity at the end point
    gain = math.sqrt(np.sum(shares["ALP, V+A"] ** 2 / background))
    assert gain == pytest.approx(1.31, rel=0.015)
    # a positive muon sends what is visible along its spin, if the invisible rest is light, as in the Michel decay
    centers = np.arange(-0.95, 1, 0.1)
    assert np.sum(centers * background) > 0.1 > -0.1 > np.sum(centers * shares["ALP, V+A"])


def test_reach_of_three_tracks(tmp_path, monkeypatch):
    monkeypatch.setattr(mu3e_3ea_reach, "MASSES", np.array([0.0, 20.0]))
    monkeypatch.setattr(mu3e_3ea_reach, "OTHERS", {"MEGII-fwd": "green", "not there": "black"})
    data = draw("mu3e-3ea-reach", tmp_path, chirality="V-A")
    rows = data["rows"]
    for phase, card in (("phase I", "mu3e-phase1"), ("phase II", "mu3e-phase2")):
        for variant, more in (
            ("flat edge, unpolarised", {"search.edge": "flat"}),
            ("edge template, P = 0.9", {"search.edge": "template", "beam.polarization": 0.9}),
        ):
            used = {"model.chirality": "V-A", "search.precision": PRECISION, **more}
            found = reach("missing-mass-tracks", card, mass=[0.0, 20.0], settings=used)
            mine = picked(rows, curve=f"Mu3e {phase}", variant=variant)
            assert columns(mine, "F_gev")[0] == pytest.approx(found.F_gev, rel=1e-9)
            assert {(row["cl"], row["method"]) for row in mine} == {(0.95, "cls")}
            assert mine[0]["z"] == pytest.approx(1.959964)
    published = {row["curve"] for row in rows if row["kind"] == "observed"}
    assert {"Jodidio 1986", "TWIST 2015", "Crystal Box 1988"} <= published
    assert only(picked(rows, curve="MEGII-fwd"), mass_mev=0.0)["method"] == "profile"


def test_reach_of_three_tracks_agrees_with_the_table(tmp_path, monkeypatch):
    monkeypatch.setattr(mu3e_3ea_reach, "MASSES", np.array([0.0, 40.0]))
    monkeypatch.setattr(mu3e_3ea_reach, "OTHERS", {})
    rows = draw("mu3e-3ea-reach", tmp_path)["rows"]
    for phase, flat, edge, heavy in (("phase I", 3.32e9, 4.44e9, 2.40e9), ("phase II", 7.18e9, 9.61e9, 5.20e9)):
        mine = picked(rows, curve=f"Mu3e {phase}")
        assert only(mine, variant="flat edge, unpolarised", mass_mev=0.0)["F_gev"] == pytest.approx(flat, rel=0.01)
        assert only(mine, variant="edge template, unpolarised", mass_mev=0.0)["F_gev"] == pytest.approx(edge, rel=0.01)
        assert only(mine, variant="flat edge, unpolarised", mass_mev=40.0)["F_gev"] == pytest.approx(heavy, rel=0.01)
        for mass, gain in ((0.0, 1.31), (40.0, 1.12)):
            row = only(mine, variant="flat edge, P = 0.9", mass_mev=mass)
            assert row["F_over_first"] == pytest.approx(math.sqrt(gain), rel=0.01)


def test_decay_length(tmp_path, monkeypatch):
    assert ctau.coupling_of_ctau(Pseudoscalar, "g_e", 10.0, 4.985) == pytest.approx(1e-5, rel=1e-3)
    assert ctau.coupling_of_ctau(DarkPhoton, "epsilon", 10.0, 0.8113) == pytest.approx(1e-4, rel=1e-3)
    monkeypatch.setattr(ctau, "SLICES", np.array([5.0, 20.0]))
    rows = draw("ctau", tmp_path)["rows"]
    for panel, coupling, make in (
        ("pseudoscalar", "g_ee", lambda m, g: Pseudoscalar(mass=m, g_e=g)),
        ("dark-photon", "epsilon", lambda m, g: DarkPhoton(mass=m, epsilon=g)),
    ):
        for row in picked(rows, panel=panel, curve="1 mm")[::10]:
            assert HBAR_C_MEV_MM / make(row["mass_mev"], row[coupling]).width_ee == pytest.approx(1.0, rel=1e-9)
        for mass in (5.0, 20.0):
            row = only(rows, panel=panel, curve="half, prompt", mass_mev=mass)
            events, signal = pair_slice(setup_of("mu3e-phase1"), make(mass, row[coupling]))
            pair = events.made.momenta[1] + events.made.momenta[2]
            flight = row["ctau_mm"] * np.sqrt(pair[:, 0] ** 2 - mass**2) / mass
            assert np.average(1 - np.exp(-3.0 / flight), weights=signal) == pytest.approx(0.5, abs=1e-4)
            layer = only(rows, panel=panel, curve="half, first layer", mass_mev=mass)
            assert layer["ctau_mm"] / row["ctau_mm"] == pytest.approx(23.3 / 3, rel=1e-4)
        assert len(picked(rows, panel=panel, curve="Mu3e phase I")) == 2


def test_pair_mass(tmp_path, monkeypatch):
    monkeypatch.setattr(ee_mass, "MASSES", (2.5, 6.0, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0, 60.0, 70.0, 80.0, 88.0))
    data = draw("ee-mass", tmp_path)
    rows = data["rows"]
    true = {row["m_ee_mev"]: row["events_per_mev"] for row in picked(rows, curve="internal conversion, true")}
    for mass, density in ((10, 4.43e-8), (20, 1.991e-8), (40, 5.943e-9), (60, 3.327e-10), (80, 1.582e-12)):
        assert true[mass] == pytest.approx(EVENTS * density, rel=0.025)
    x, smeared = columns(picked(rows, curve="internal conversion"), "m_ee_mev", "events_per_mev")
    assert np.interp(40.0, x, smeared) == pytest.approx(true[40], rel=0.02)
    for row in picked(rows, curve="accidentals")[30::100]:
        assert row["events_per_mev"] == pytest.approx(EVENTS * 4.3e-12, rel=0.02)
    for row, limit in zip(data["summary"], (1.11e-7, 1.20e-7, 2.34e-7, 1.38e-6), strict=True):
        assert row["epsilon2 at the reach"] == pytest.approx(limit, rel=0.02)
        (drawn,) = columns(picked(rows, panel="spectrum", curve=f"{row['m_X [MeV]']:g} MeV"), "events_per_mev")
        assert drawn.sum() * ee_mass.RANGE[2] == pytest.approx(ee_mass.FACTOR * row["events at the reach"], rel=1e-3)
    assert data["summary"][1]["events at the reach"] == pytest.approx(EVENTS * 1.2e-7 * 5.264e-5, rel=0.025)


def test_angular_correlation(tmp_path, monkeypatch):
    monkeypatch.setattr(angular_correlation, "MASSES", (40.0,))
    data = draw("angular-correlation", tmp_path)
    rows = data["rows"]
    shares = {row["sample"]: row["share with c13 > 0.9"] for row in data["summary"]}
    assert shares["internal conversion"] == pytest.approx(0.553, abs=0.010)
    assert shares["dark photon"] == pytest.approx(0.066, abs=0.004)
    assert shares["ALP via e"] == pytest.approx(0.024, abs=0.002)
    for curve in shares:
        (density,) = columns(picked(rows, panel="plane", curve=curve), "density")
        assert density.sum() * (2 / angular_correlation.BINS) ** 2 == pytest.approx(1, rel=1e-9)
        low, high, density = columns(picked(rows, panel="c13", curve=curve), "c13_low", "c13_high", "density")
        assert np.sum(density * (high - low)) == pytest.approx(1, rel=1e-9)
        assert np.sum((density * (high - low))[low > 0.899]) == pytest.approx(shares[curve], rel=1e-6)
    for curve, mass, gains, c_max in (
        ("dark photon", 20.0, (1.45, 1.51, 1.54, 1.66), 0.75),
        ("dark photon", 40.0, (1.71, 1.81, 1.82, 2.11), 0.55),
        ("ALP via e", 20.0, (1.80, 1.95, 2.21, 2.47), 0.20),
    ):
        for angles, gain in zip(("cut", "1d", "2d", "lr"), gains, strict=True):
            row = only(rows, panel="gain", curve=curve, mass_mev=mass, angles=angles)
            assert row["gain"] == pytest.approx(gain, rel=0.015)
        row = only(rows, panel="gain", curve=curve, mass_mev=mass, angles="cut")
        assert row["c_max"] == pytest.approx(c_max, abs=0.12)
    with pytest.raises(InvalidInput, match="mass = 100"):
        figure("angular-correlation", tmp_path / "no", {"mass": 100})


def test_dark_photon_plane(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(dark_photon_plane, "MASSES", np.array([10.0, 20.0, 60.0]))
    data = draw("dark-photon-plane", tmp_path)
    rows = data["rows"]
    for phase, angles, limits in (
        ("phase I", "none", (1.53e-7, 1.84e-7, 2.91e-6)),
        ("phase I", "2d", (1.11e-7, 1.20e-7, 1.38e-6)),
        ("phase II", "none", (3.26e-8, 3.93e-8, 6.20e-7)),
    ):
        (values,) = columns(picked(rows, phase=phase, angles=angles), "epsilon2")
        # the table has no loss of late decays and no accidentals: 3% at 10 and 60 MeV of phase II
        assert values == pytest.approx(np.array(limits), rel=0.04 if phase == "phase II" else 0.02)
    used = {"search.precision": PRECISION, "search.angles": "lr"}
    found = reach("ee-resonance", "mu3e-phase2", mass=[10.0, 20.0, 60.0], settings=used)
    (values,) = columns(picked(rows, phase="phase II", angles="lr"), "epsilon2")
    assert values == pytest.approx(found.couplings["epsilon2"], rel=1e-9)
    line = picked(rows, curve="c tau")[0]
    assert HBAR_C_MEV_MM / DarkPhoton(mass=10.0, epsilon=line["epsilon2"] ** 0.5).width_ee == pytest.approx(3.0)
    observed = {row["curve"] for row in rows if row.get("kind") == "observed"}
    assert observed >= {"(g-2)_e", "E137", "E141", "Orsay", "nuCal", "NA48/2", "BaBar 2014", "KLOE", "A1 at MAMI 2014"}
    row = picked(rows, curve="(g-2)_e")[0]
    assert row["epsilon2"] == pytest.approx(get_coupling_bound("electron-magnetic-moment").value(10.0) ** 2, rel=1e-9)
    (note,) = (note for note in data["notes"] if "inconclusive" in note)
    assert "NA64 (visible) 2020" in note

    curve = tmp_path / "mine.csv"
    curve.write_text("mass,lower,upper\n5,1e-4,4e-4\n30,2e-4,3e-4\n", encoding="utf-8")
    arguments = ("--name", "mine", "--quantity", "epsilon", "--citation", "Doe 2031 [3101.01234]")
    record = tmp_path / "mine.yaml"
    record.write_text(call(capsys, "bounds", "from-csv", str(curve), *arguments)[1], encoding="utf-8")
    rows = draw("dark-photon-plane", tmp_path, quantity="epsilon", extra=str(record))["rows"]
    (value,) = columns(picked(rows, phase="phase II", angles="lr", mass_mev=20.0), "epsilon")
    assert value[0] == pytest.approx(values[1] ** 0.5, rel=1e-9)
    mine = picked(rows, curve="mine")
    assert "mine" not in observed
    assert mine[0]["epsilon"] < mine[0]["far_side"] < 4e-4


def test_spin_0_plane(tmp_path, monkeypatch):
    monkeypatch.setattr(lfc_alp_plane, "MASSES", np.array([10.0, 40.0]))
    data = draw("lfc-alp-plane", tmp_path)
    rows = data["rows"]
    for coupling, angles, limits in (
        ("g_ee", "none", (2.54e-4, 4.70e-4)),
        ("g_ee", "2d", (1.84e-4, 3.13e-4)),
        ("g_mumu", "none", (1.02e-3, 9.32e-4)),
        ("g_mumu", "2d", (6.48e-4, 6.70e-4)),
    ):
        mine = [row for row in picked(rows, phase="phase I", angles=angles) if coupling in row]
        assert columns(mine, coupling)[0] == pytest.approx(np.array(limits), rel=0.015)
    assert not [row for row in rows if row.get("kind") == "observed"]
    assert any("SN 1987A" in note and "conditional=yes" in note for note in data["notes"])
    assert any("other masses: " in note and "red giants 2020" in note for note in data["notes"])
    rows = draw("lfc-alp-plane", tmp_path, conditional="yes")["rows"]
    assert {row["g_mumu"] for row in picked(rows, curve="SN 1987A (muons)")} == {1.6e-9}


def test_spin_0_plane_of_a_scalar(tmp_path, monkeypatch):
    monkeypatch.setattr(lfc_alp_plane, "MASSES", np.array([20.0, 40.0]))
    data = draw("lfc-alp-plane", tmp_path, model="scalar")
    mine = [row for row in picked(data["rows"], phase="phase I", angles="none") if "g_mumu" in row]
    # from the bump of a dark photon: equal events, resolution of the scalar 5% better
    expected = math.sqrt(1.84e-7 * 5.264e-5 / 1.467e-4 * math.sqrt(0.95))
    assert mine[0]["g_mumu"] == pytest.approx(expected, rel=0.015)
    assert any("no limits on couplings of a scalar" in note for note in data["notes"])
    with pytest.raises(InvalidInput, match="axion"):
        figure("lfc-alp-plane", tmp_path / "no", {"model": "axion"})
