"""Figure survey: bars at one mass, curves against mass; the numbers are those of the verb."""

from __future__ import annotations

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.settings import mass_points
from support.figures import _check_drawing, _check_table, check_laws

ONLY = "e137,nucal,orsay,na48-2,freeze-out,beam-dump,kloe-combined"


def test_bars_at_one_mass(tmp_path):
    figure = df.figure("survey", tmp_path / "survey", only=ONLY, mass="20", given="model.epsilon=1e-6")
    check_laws(figure)
    axes = figure.draw().axes[0]
    found = df.survey("dark-photon", 20, settings={"model.epsilon": 1e-6}, only=ONLY)
    assert [{k: v for k, v in row.items() if k != "coordinate"} for row in figure.data.rows] == list(found.rows)
    drawn = [row for row in found.rows if row["rank"] and (row["role"] or row["kind"] == "target")]
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert len(names) == len(drawn)
    assert names[0] == "E137"
    assert "20 MeV: excluded by e137" in axes.get_title()
    bars = {line.get_ydata()[0]: tuple(line.get_xdata()) for line in axes.get_lines() if line.get_linewidth() == 5}
    (pair,) = drawn[0]["excluded"]
    assert bars[0] == tuple(pair)


@pytest.mark.parametrize(
    ("model", "given", "masses"), [("dark-photon", "model.epsilon=1e-5", "5:60:5"), ("lfv-alp", "model.C_e=1", "5,20")]
)
def test_curves_against_mass(model, given, masses):
    only = ONLY if model == "dark-photon" else "twist-2015,e137,sn1987a,beam-dump"
    figure = df.figure("survey", model=model, given=given, only=only, mass=masses)
    _check_table(figure.data)
    drawn = figure.draw()
    _check_drawing(drawn)
    axes = drawn.axes[0]
    assert (axes.get_xlabel(), axes.get_yscale()) == ("mass [MeV]", "log")
    assert len(axes.texts) > 1
    assert [row["mass"] for row in figure.data.summary] == mass_points(masses).tolist()


def test_wrong_settings_are_those_of_the_verb():
    with pytest.raises(InvalidInput, match=r"given 'model\.epsilon'"):
        df.figure("survey", given="model.epsilon")
    with pytest.raises(InvalidInput, match="mass"):
        df.figure("survey", mass="x", only="e137")
