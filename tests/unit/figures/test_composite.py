"""Figures of composite neutrinos: their tables have the numbers of independent calculations."""

from __future__ import annotations

import pytest

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
