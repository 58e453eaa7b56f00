"""Figures of any search at any experiment: they show what the verbs say, limits on the same coupling, and targets."""

from __future__ import annotations

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.figures.points import columns, picked
from support.command_line import call
from support.figures import _check_drawing, check_laws

QUICK = {"search.systematics": "none", "method": "fisher"}


def test_reach_is_that_of_the_verb(tmp_path):
    made = df.figure("search-reach", tmp_path / "a", {**QUICK, "mass": "0:40:3", "cl": 0.9, "search.focus": 100})
    check_laws(made)
    settings = {"search.systematics": "none", "search.focus": 100}
    found = df.reach("forward-positron", "megii-fwd", mass="0:40:3", cl=0.9, method="fisher", settings=settings)
    rows = picked(made.data.rows, curve="megii-fwd, forward-positron")
    assert [row["F_gev"] for row in rows] == list(found.F_gev)
    # the branching ratio goes with 1 / F^2: a weaker limit on it is a lower F
    for row, point in zip(rows, found.rows, strict=True):
        assert row["F_p1"] == pytest.approx(row["F_gev"] * (row["branching_ratio"] / point["band"]["p1"]) ** 0.5)
        assert row["F_p1"] < row["F_gev"] < row["F_m1"]
    assert {"TWIST 2015", "Jodidio 1986", "freeze-in"} <= {row["curve"] for row in made.data.rows}
    line = picked(made.data.rows, curve="freeze-in")
    at, scale = columns(line, "mass_mev", "F_gev")
    assert scale[-1] == pytest.approx(df.target("freeze-in", mass=at[-1]).rows[0]["F_gev"])
    assert any(note.startswith("mu -> e a at megii-fwd, V+A: 90% CL, fisher, z = ") for note in made.notes)


def test_limits_know_the_phase_of_the_couplings():
    """Without a phase it is V+A, at 90 degrees as weak as V alone: only Re(C_V C_A*) makes an asymmetry."""

    def curve(**couplings):
        made = df.figure("search-reach", settings={"only": "jodidio-1986", "mass": "0.1:0.9", **couplings})
        return np.array([row["F_gev"] for row in made.data.rows])

    named = curve(**{"model.chirality": "V+A"})
    assert curve(**{"model.C_V": 1, "model.C_A": 1}) == pytest.approx(named, rel=1e-12)
    isotropic = curve(**{"model.chirality": "V"})
    assert curve(**{"model.C_V": 1, "model.C_A": 1j}) == pytest.approx(isotropic, rel=1e-3)  # the mass of the electron
    assert not np.allclose(curve(**{"model.chirality": "V-A"}), named, rtol=0.01)


def test_couplings_with_both_edges_and_several_cards():
    made = df.figure("search-reach", settings={"search": "beam-dump", "experiment": "e137,e141", "mass": "3:12:3"})
    assert {"e137, beam-dump", "e141, beam-dump"} <= {row["curve"] for row in made.data.rows}
    rows = picked(made.data.rows, curve="e137, beam-dump")
    found = df.reach("beam-dump", "e137", mass="3:12:3")
    assert [[row["epsilon"], row["far_side"]] for row in rows] == [row["excluded"]["epsilon"][0] for row in found.rows]
    _check_drawing(made.draw())


def test_one_mass_shows_and_names_every_reach():
    settings = {"search": "missing-mass-tracks", "experiment": "mu3e-phase1,mu3e-phase2", "only": "mu3e", "mass": "25"}
    axis = df.figure("search-reach", settings=settings).draw().axes[0]
    curves = [f"mu3e-phase{n}, missing-mass-tracks" for n in (1, 2)]
    assert [text.get_text() for text in axis.texts] == curves
    assert [(line.get_xdata().tolist(), line.get_marker()) for line in axis.lines] == [([25.0], "o")] * 2
    assert axis.get_title() == "missing-mass-tracks"  # nothing is grey


@pytest.mark.parametrize(("mass", "open_at"), [("100,120,200", [100, 120, 200]), ("70:400", [70, 80, 98, 120, 146])])
def test_masses_that_are_asked_for_are_computed_and_shown(mass, open_at):
    """Also beyond those that are usual, up to 80 MeV: E137 reaches 331."""
    asked = {"search": "beam-dump", "model": "dark-photon", "experiment": "e137", "only": "e137-beam-dump"}
    made = df.figure("search-reach", settings=asked | {"mass": mass})
    (found,) = columns(made.data.rows, "mass_mev")
    assert found[: len(open_at)] == pytest.approx(open_at, rel=0.01)
    assert found[-1] == pytest.approx(200 if "," in mass else 327, rel=0.01)
    low, high = made.draw().axes[0].get_xlim()
    assert (low, high) == ((100, 200) if "," in mass else (70, 400))


def test_dumps_of_a_plane_go_as_far_as_the_user_looks():
    rows = df.figure("dark-photon-plane", settings={"only": "e137", "mass": "60:300"}).data.rows
    assert max(row["mass_mev"] for row in picked(rows, kind="recast")) == 300


def test_other_couplings_are_drawn_too():
    made = df.figure("search-reach", settings={"search": "neutral-current", "experiment": "nutev", "mass": "500,1000"})
    assert made.data.settings["coupling"] == "cutoff_gev"
    assert "[GeV]" in made.draw().axes[0].get_ylabel()
    with pytest.raises(InvalidInput, match=r"composite-neutrino has no model\.mass"):
        df.figure("search-spectrum", search="neutral-current")


def test_spectrum_is_that_of_the_verb_at_the_limit(tmp_path):
    made = df.figure("search-spectrum", tmp_path / "a", {**QUICK, "mass": 20, "bins": 40, "beam.days": 28})
    check_laws(made)
    settings = {"search.systematics": "none", "beam.days": 28}
    limit = df.reach("forward-positron", "megii-fwd", mass=20, method="fisher", settings=settings).F_gev[0]
    low, high, counts = columns(picked(made.data.rows, curve="signal"), "low", "high", "counts")
    how = {"experiment": "megii-fwd", "bins": 40, "low": low[0], "high": high[-1]}
    settings = {"model.mass": 20, "model.F_gev": limit, "beam.days": 28}
    assert counts == pytest.approx(df.spectrum("mu -> e a", settings=settings, **how).values, rel=1e-12)
    (behind,) = columns(picked(made.data.rows, curve="mu -> e nu nu"), "counts")
    assert behind == pytest.approx(df.spectrum("mu -> e nu nu", settings={"beam.days": 28}, **how).values, rel=1e-12)
    photons = df.figure("search-spectrum", search="missing-mass-photon", bins=20).data
    assert [row["curve"] for row in photons.summary] == ["radiative", "random", "signal"]


def test_what_does_not_fit_is_answered(capsys):
    with pytest.raises(InvalidInput, match=r"search.focus = 0: allowed \[1, "):
        df.figure("search-reach", settings={"mass": "20", "search.focus": 0})
    with pytest.raises(UnknownName, match="focsu"):
        df.figure("search-reach", settings={"mass": "20", "search.focsu": 2})
    with pytest.raises(InvalidInput, match="closed"):
        df.figure("search-spectrum", mass=120)
    code, _, err = call(capsys, "figure", "portals", "--set", "search.focus=2")
    assert (code, "search.focus: unknown key of figure portals" in err) == (2, True)
