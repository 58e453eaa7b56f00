"""Figures of composite neutrinos: their tables have the numbers of independent calculations."""

from __future__ import annotations

import numpy as np
import pytest

from darkfactory.errors import UnknownName
from darkfactory.figures import dark_sector_landscape as landscape
from darkfactory.figures import figure, nu_electron_recoil, nu_missing_mass
from darkfactory.figures.points import picked
from support.figures import check_laws


def only(rows, **values):
    (row,) = picked(rows, **values)
    return row


def test_missing_mass(tmp_path, monkeypatch):
    monkeypatch.setattr(nu_missing_mass, "EVENTS", 2**17)
    made = figure("nu-missing-mass", tmp_path / "mass", {"dimension": 4.5})
    check_laws(made)
    # shares above 25 GeV^2 of an independent Monte Carlo, a few per cent of error
    for beam, neutral, jets in (("narrow", 0.0200, 0.580), ("wide", 0.0960, 0.350)):
        for curve, share in (("SM neutral currents", neutral), ("dark jets", jets)):
            row = only(made.data.summary, beam=beam, curve=curve)
            assert row["share above 25 GeV2"] == pytest.approx(share, rel=0.03)
        # sums of the bins: as many jets as asked for
        events = [row["events"] for row in picked(made.data.rows, panel=beam, curve="dark jets")]
        assert sum(events) == pytest.approx(1000, rel=1e-9)
    again = figure("nu-missing-mass", settings={"dimension": 4.5, "ratio": 2e-3}).data
    scales = [only(data.summary, beam="wide", curve="dark jets")["Lambda [GeV]"] for data in (made.data, again)]
    # m_hat^2 goes with Lambda^(3 - 2 dimension)
    assert scales[0] / scales[1] == pytest.approx(2 ** (1 / 6), rel=1e-9)


def test_masses_that_no_cut_leaves_room_for(monkeypatch):
    monkeypatch.setattr(nu_missing_mass, "EVENTS", 2**12)
    data = figure("nu-missing-mass", settings={"dimension": 4.5, "gap_gev": 8, "energy_gev": 40}).data
    assert only(data.summary, beam="narrow", curve="dark jets")["events"] == 0
    assert not picked(data.rows, panel="narrow", curve="dark jets")


def test_electron_recoil(tmp_path, monkeypatch):
    monkeypatch.setattr(nu_electron_recoil, "PANELS", {"T_e": (40, None), "E_theta2": (4, 1.05)})
    made = figure("nu-electron-recoil", tmp_path / "recoil", {"dimension": 3})
    check_laws(made)
    elastic, jets = made.data.summary
    assert elastic["cm^2"] == pytest.approx(1.5522e-40, rel=1e-4, abs=0)
    assert jets["cm^2 per m_hat^2"] == pytest.approx(3.4431e-42, rel=5e-3, abs=0)
    for row in picked(made.data.rows, panel="plane"):
        # 2 m_e (1 - T/E) - M^2/E at small angles
        expected = 2 * 0.51099895 * (1 - row["T_mev"] / row["energy_mev"]) - row["mass_x_mev"] ** 2 / row["energy_mev"]
        assert row["E_theta2_mev"] == pytest.approx(expected, abs=2e-3)
    # a jet takes energy away: electrons are slower
    means = []
    for curve in ("elastic", "jets"):
        rows = picked(made.data.rows, panel="T_e", curve=getattr(nu_electron_recoil, curve.upper()))
        means.append(sum(row["density"] * (row["high_mev"] ** 2 - row["low_mev"] ** 2) / 2 for row in rows))
    assert means[1] < 0.95 * means[0]


def test_electrons_are_subdominant():
    settings = {"dimension": [3, 3.5, 4.5], "gap_gev": 0.01, "energy_gev": 120}
    summary = figure("nu-electron-recoil", settings=settings).data.summary
    for dimension, ratio in ((3, 3.496e-5), (3.5, 1.710e-6), (4.5, 2.754e-9)):
        assert only(summary, dimension=dimension)["over nu N -> X"] == pytest.approx(ratio, rel=0.01, abs=0)


REACH = {
    3.0: (157.1, 121.0, 83.4, 1006, 30.0, 375.6, 545.5, 305.6, 4411),
    4.5: (12.85, 11.26, 7.58, 26.3, 3.69, 59.5, 97.4, 50.4, 37.4),
    6.0: (5.74, 5.26, 3.47, 7.96, 1.87, 30.7, 48.7, 26.4, 6.59),
}
"""Lambda [GeV] by dimension for a gap of 1 GeV: independent numbers, to 0.7%."""
ORDER = (
    *("NuTeV", "NuTeV, expected", "SHiP, invisible", "SHiP, tagged", "DUNE"),
    *("Z -> nu X", "h -> nu X", "W -> l X", "heavy leptons"),
)
TRUNCATED = {"Z -> nu X": 48.2, "h -> nu X": 83.6, "DUNE": 3.38, "FASERnu2, tagged": 50.4, "FLArE, tagged": 43.6}
"""The same of states below Lambda alone at dimension 4.5, to 1%."""


def test_reach(tmp_path):
    settings = {"dimensions": sorted(REACH), "mass": "100,1000,3000"}
    made = figure("composite-reach", tmp_path / "reach", settings)
    check_laws(made)
    rows = made.data.rows
    for dimension, expected in REACH.items():
        mine = picked(rows, panel="dimension", dimension=dimension)
        found = [max(row["cutoff_gev"] for row in picked(mine, curve=curve)) for curve in ORDER]
        assert found == pytest.approx(expected, rel=8e-3)
    line = picked(rows, panel="dimension", dimension=4.5)
    for curve, cutoff in TRUNCATED.items():
        assert only(line, curve=curve)["cutoff_truncated_gev"] == pytest.approx(cutoff, rel=0.01)
    # full lines: NuTeV describes its own limit at 4.5, decays of Z and h do not
    assert [only(line, curve=name)["described"] for name in ("NuTeV", *ORDER[5:7])] == [True, False, False]
    at_light = only(rows, panel="gap", curve="K -> mu X", gap_gev=0.1)
    assert at_light["cutoff_gev"] == pytest.approx(9.3, rel=0.02)
    assert only(rows, panel="gap", curve="NuTeV", gap_gev=0.1)["cutoff_gev"] == pytest.approx(13.0, rel=8e-3)
    strongest = max(picked(rows, panel="gap", curve="heavy leptons", gap_gev=3.0), key=lambda row: row["cutoff_gev"])
    assert strongest["cutoff_gev"] == pytest.approx(43.1, rel=0.01)
    assert "CMS" in strongest["record"]


def test_reach_with_decays_and_other_norms():
    settings = {"dimensions": [4.5], "mass": "3000", "decay": "target", "norm": "unparticle"}
    rows = figure("composite-reach", settings=settings).data.rows
    # rates go with kappa Lambda^(3 - 2 dimension): here all scales shrink by 2 pi
    found = only(rows, panel="dimension", curve="NuTeV")["cutoff_gev"]
    assert found == pytest.approx(12.85 / 6.2831853, rel=8e-3)
    near = figure("composite-reach", settings=settings | {"norm": "free"}).data.rows
    for curve, cutoff in (("FASERnu2, tagged", 37.1), ("FLArE, tagged", 34.7)):
        assert only(near, panel="gap", curve=curve)["cutoff_gev"] == pytest.approx(cutoff, rel=0.02)


def test_what_cannot_be_drawn_is_said():
    settings = {"dimensions": [3], "mass": "1000", "flavor": "e", "decay": "volume", "truncated": True}
    made = figure("composite-reach", settings=settings)
    notes = " ".join(made.notes)
    assert "NuTeV: not drawn" in notes
    assert "FLArE, tagged: not drawn" in notes
    assert made.draw().axes
    with pytest.raises(UnknownName, match="gap_gev"):
        figure("composite-reach", settings={"gap": 2})


def test_dark_jet(tmp_path):
    made = figure("dark-jet", tmp_path / "jet", {"dimensions": [3, 4.5], "mass": "1000"})
    check_laws(made)
    rows = made.data.rows
    # c tau [m] at the limit of NuTeV goes with Lambda^(2 dimension - 3): 10.10 m at 12 GeV
    line = only(rows, panel="ctau", curve="c tau", dimension=4.5, gap_gev=1.0)
    assert line["ctau_mm"] == pytest.approx(10.10e3 * (line["cutoff_gev"] / 12) ** 6, rel=0.01)
    for curve in ("states", "decays"):
        for dimension in (3, 4.5):
            shares = picked(rows, panel="number", curve=curve, dimension=dimension)
            assert sum(row["share"] for row in shares) == pytest.approx(1, rel=1e-9)
    for curve in ("ship, target", "ship, volume", "fasernu2, target", "fasernu2, volume"):
        mine = picked(rows, panel="vertices", curve=curve)
        assert all(1.0001 >= row["one_vertex"] >= row["two_vertices"] >= 0 for row in mine)
        assert all(row["vertices"] >= row["one_vertex"] + row["two_vertices"] - 1e-9 for row in mine)
        means = [row["vertices"] for row in mine]
        assert means == sorted(means, reverse=True)
    near, far = (only(rows, curve=f"half, ship, {place}", gap_gev=1.0) for place in ("target", "volume"))
    assert near["ctau_mm"] * 50 / 2 == pytest.approx(far["ctau_mm"], rel=0.05)


def test_dark_jet_at_a_scale():
    settings = {"dimensions": [7], "dimension": 7, "gap_gev": 3, "mass": "1000,3000", "cutoff_gev": 4.3}
    made = figure("dark-jet", settings=settings)
    line = only(made.data.rows, panel="ctau", curve="c tau", gap_gev=3.0)
    # on detector scales: 2.9 cm, and 150 km for a gap of 1 GeV
    assert line["ctau_mm"] == pytest.approx(29.2, rel=0.01)
    assert only(made.data.rows, panel="ctau", curve="c tau", gap_gev=1.0)["ctau_mm"] == pytest.approx(1.5e8, rel=0.05)


def test_landscape(monkeypatch):
    monkeypatch.setattr(landscape, "GAPS", np.array([1000.0, 3000.0]))
    monkeypatch.setattr(landscape, "PHASES", {})
    monkeypatch.setattr(landscape, "searched", lambda *_: ([], [], []))
    monkeypatch.setattr(landscape, "mu3e_regions", lambda *_: ([], []))
    data = figure("dark-sector-landscape").data
    at = {(row["plane"], row["curve"]): row["value"] for row in data.summary}
    # Delta N_eff < 0.3 and the freeze-in line at 50 keV of independent integrals
    assert at["ALP", "thermal contact"] == pytest.approx(1.60e8, rel=0.01)
    assert at["ALP", "freeze-in"] == pytest.approx(8.734e9, rel=5e-3)
    assert at["dark photon", "thermal contact"] < 1e-4 * at["dark photon", "thermal target"]
    assert at["composite", "NuTeV"] == pytest.approx(12.85, rel=8e-3)
    # alpha epsilon^2 m/3 = 1.66 sqrt(g) m^2/M_Pl, the electron mass neglected, g = 11.3 at 20 MeV
    expected = np.sqrt(1.66 * np.sqrt(11.3) * 20.0 / 1.2209e22 * 3 * 137.036)
    assert at["pairs", "thermal contact"] == pytest.approx(expected, rel=0.01)
    # the same of a lightest state of 1 GeV, which has c tau = 10.10 m at 12 GeV
    hubble_gev = 1.66 * np.sqrt(73.5) / 1.2209e19
    cutoff = 12 * (1.9733e-16 / hubble_gev / 10.10) ** (1 / 6)
    assert at["composite", "thermal contact"] == pytest.approx(cutoff, rel=0.01)
