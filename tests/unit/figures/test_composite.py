"""Figures of composite neutrinos: their tables have the numbers of independent calculations."""

from __future__ import annotations

import pytest

from darkfactory.figures import figure, nu_missing_mass
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
