"""Figures of displaced pairs: the two statements about baselines and missing energy, with the numbers of independent tables."""

from __future__ import annotations

import numpy as np
import pytest

from darkfactory.bounds.quantities import magnetic_moment_coupling
from darkfactory.errors import InvalidInput
from darkfactory.figures import (
    displaced,
    displaced_backgrounds,
    figure,
    lfc_alp_plane,
    sterile_dark_photon_plane,
)
from darkfactory.figures.points import picked
from support.figures import check_laws

EFFICIENCY = 0.771638
"""Of pairs, in the tables."""


def only(rows, **values):
    (row,) = picked(rows, **values)
    return row


@pytest.fixture(scope="module")
def patch():
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(displaced, "MASSES", (20.0, 30.0, 40.0, 60.0))
        patch.setattr(displaced, "DUMP_MASSES", (10.0, 15.0, 20.0, 30.0, 40.0, 80.0))
        patch.setattr(displaced, "FINER", 1)
        yield patch


@pytest.fixture(scope="module")
def plane(patch):
    patch.setattr(lfc_alp_plane, "MASSES", np.array([20.0]))
    patch.setattr(lfc_alp_plane, "ANGLES", {"none": ("-", "bump alone")})
    return figure("lfc-alp-plane", settings={"efficiency": EFFICIENCY}).data


@pytest.fixture(scope="module")
def sterile(patch, tmp_path_factory):
    patch.setattr(sterile_dark_photon_plane, "MASSES", (20.0, 30.0, 40.0))
    folder = tmp_path_factory.mktemp("sterile")
    made = figure("sterile-dark-photon-plane", folder / "plane", {"efficiency": EFFICIENCY, "acceptance": "line"})
    check_laws(made)
    return made.data


def test_short_baselines_win_over_dumps_for_short_displacements(plane):
    # edges of Mu3e: the chapter's with all directions alike are 0.92 and 0.97 (20 MeV), 0.99 (30, 40 MeV) of these
    for mass, low, high, orsay, ratio in (
        (20.0, 8.16e-7, 2.10e-5, 1.29e-5, 2.10 / 1.29),
        (30.0, 3.93e-7, 1.296e-5, 7.58e-6, 1.296 / 0.758),
        (40.0, 4.16e-7, 8.13e-6, 4.95e-6, 8.13 / 4.95),
    ):
        mine = only(plane.rows, curve="Mu3e phase I, displaced", mass_mev=mass)
        assert (mine["g_ee"], mine["far_side"]) == pytest.approx((low, high), rel=0.05)
        assert only(plane.rows, curve="Orsay", mass_mev=mass)["far_side"] == pytest.approx(orsay, rel=0.01)
        row = only(plane.summary, curve="Mu3e phase I, displaced", **{"m_X [MeV]": mass})
        assert row["strongest dump"] == "Orsay"
        assert row["ratio"] == pytest.approx(ratio, rel=0.05)
    (note,) = (note for note in plane.notes if note.startswith("short baselines win"))
    # E141 and NA64 end between 15 and 20 MeV, and Mu3e begins at 20 MeV in this test
    assert "from 20.0 to " in note


def test_edges_of_phase_two(plane):
    for mass, low, high in ((20.0, 5.0e-7, 2.34e-5), (30.0, 3.3e-7, 1.36e-5), (40.0, 3.8e-7, 8.4e-6)):
        row = only(plane.rows, curve="Mu3e phase II, displaced", mass_mev=mass)
        assert (row["g_ee"], row["far_side"]) == pytest.approx((low, high), rel=0.06)


def test_where_one_region_is_above_the_others():
    def region(curve, edges):
        return [{"curve": curve, "mass_mev": m, "far_side": edge} for m, edge in edges]

    rows = [*region("Mu3e", [(10, 1e-5), (40, 1e-5)]), *region("dump", [(5, 4e-5), (20, 1e-5), (80, 2.5e-6)])]
    low, high = displaced.wins(rows, "Mu3e", ["dump"])
    assert (low, high) == (pytest.approx(20, rel=0.01), pytest.approx(40))
    assert displaced.wins(rows, "dump", ["Mu3e"]) == (pytest.approx(5), pytest.approx(20, rel=0.01))
    assert displaced.wins(rows, "Mu3e", ["Mu3e"]) is None
    assert displaced.wins(rows, "nobody", ["dump"]) is None
    (row,) = displaced.edge_rows(rows, "Mu3e", ["dump"], (10.0,), "g_ee")
    assert row["ratio"] == pytest.approx(0.5)


def test_much_missing_energy_extends_the_reach(sterile):
    for mass, high, orsay, gain in (
        (20.0, 2.04e-4, 5.63e-5, 3.6),
        (30.0, 1.35e-4, 3.41e-5, 4.0),
        (40.0, 9.8e-5, 2.35e-5, 4.2),
    ):
        mine = only(sterile.rows, curve="Mu3e phase I, with N", mass_mev=mass)["far_side"]
        dump = only(sterile.rows, curve="Orsay", mass_mev=mass)["far_side"]
        assert (mine, dump) == pytest.approx((high, orsay), rel=0.05)
        assert mine / dump == pytest.approx(gain, rel=0.05)
    for mass in (30.0, 40.0):
        row = only(sterile.summary, curve="Mu3e phase I, with N", **{"m_X [MeV]": mass})
        assert row["NA64 up to"] is None
        assert f"at {mass:g} MeV ({row['strongest dump']})" in " ".join(sterile.notes)
    assert not picked(sterile.rows, curve="Mu3e phase I, dark photon alone")
    assert {row["mass_mev"] for row in picked(sterile.rows, curve="KEK")} <= {10.0, 15.0, 20.0}


def test_backgrounds(tmp_path, monkeypatch):
    monkeypatch.setattr(displaced_backgrounds, "MASSES", (5.0, 20.0, 40.0))
    made = figure("displaced-backgrounds", tmp_path / "backgrounds", {"efficiency": EFFICIENCY})
    check_laws(made)
    rows = made.data.rows
    for phase, mass, source, events, tolerance in (
        ("phase I", 20.0, "conversions", 8.9e2, 0.05),
        ("phase I", 20.0, "accidentals", 2.4e2, 0.05),
        ("phase I", 40.0, "conversions", 23.0, 0.06),
        ("phase I", 40.0, "accidentals", 7.1e2, 0.05),
        ("phase II", 20.0, "accidentals", 8.3e4, 0.05),
        ("phase II", 40.0, "conversions", 5.1e2, 0.06),
    ):
        row = only(rows, phase=phase, signal_class="pointing", m_ee_mev=mass, source=source)
        assert row["background"] == pytest.approx(events, rel=tolerance)
    for row in picked(rows, source="all"):
        parts = [one["background"] for one in rows if _same(one, row) and one["source"] != "all"]
        assert row["background"] == pytest.approx(sum(parts), rel=1e-12)
        assert (only([one for one in rows if _same(one, row)], source="bhabha")["background"] > 0) == (
            row["m_ee_mev"] < 8
        )
        # B << 1 in phase I and about 1 in phase II, where mass and momentum of a muon are reconstructed
        if row["signal_class"] == "whole" and row["m_ee_mev"] > 8:
            assert row["background"] < (0.1 if row["phase"] == "phase I" else 5)


def _same(one, row):
    return all(one[key] == row[key] for key in ("phase", "signal_class", "m_ee_mev"))


def test_a_wider_wall_leaves_fewer_missed_vertices(monkeypatch):
    monkeypatch.setattr(displaced_backgrounds, "MASSES", (20.0,))
    monkeypatch.setattr(displaced_backgrounds, "CLASSES", {"pointing": displaced_backgrounds.CLASSES["pointing"]})
    near, far = (figure("displaced-backgrounds", settings={"d_min": d}).data.rows for d in (1.0, 3.0))
    for source in ("misvertex", "conversions"):
        a, b = (only(rows, source=source, phase="phase I")["background"] for rows in (near, far))
        assert b < a
    with pytest.raises(InvalidInput, match="gas"):
        figure("displaced-backgrounds", settings={"gas": "mud"})


def test_magnetic_moments():
    # Delta a / g^2 of a pseudoscalar
    assert 1 / magnetic_moment_coupling(20.0, 1.0, "mu") ** 2 == pytest.approx(5.869341e-3, rel=1e-5)
    assert 1 / magnetic_moment_coupling(10.0, 1.0, "e") ** 2 == pytest.approx(1.380247e-4, rel=1e-5)
