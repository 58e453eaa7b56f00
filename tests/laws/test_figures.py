"""Laws of every figure, and what a figure can do as an object."""

from __future__ import annotations

from pathlib import Path

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.figures import FIGURES
from support.command_line import assert_answered, call
from support.figures import check_laws

HERE = ("michel-forward",)
ELSEWHERE = {
    "e2e/test_readme.py": ("megii-fwd-reach",),
    "e2e/test_meg2_commands.py": tuple(name for name in FIGURES if name.startswith("meg2-")),
    "e2e/test_theory_commands.py": (
        *("portals", "dark-sector-landscape", "seesaw", "thermal-targets", "freeze-in", "alp-landscape"),
        "what-can-we-test",
    ),
    "unit/figures/test_composite.py": (*("nu-missing-mass", "nu-electron-recoil", "composite-reach", "dark-jet"),),
    "unit/figures/test_hnl_plane.py": ("hnl-plane",),
    "unit/figures/test_survey.py": ("survey",),
    "unit/figures/test_displaced.py": ("displaced-backgrounds", "sterile-dark-photon-plane"),
    "unit/figures/test_search_figures.py": ("search-reach", "search-spectrum"),
    "unit/figures/test_three_tracks.py": (
        *("mu3e-3ea-missing-mass", "mu3e-3ea-reach", "ctau", "ee-mass", "angular-correlation"),
        *("dark-photon-plane", "lfc-alp-plane"),
    ),
}
"""Figures that a test of their numbers computes anyway: it asks for the laws too."""


@pytest.mark.parametrize("name", HERE)
def test_laws(name, tmp_path):
    check_laws(df.figure(name, tmp_path / name))


def test_every_figure_is_asked():
    named = [name for names in (HERE, *ELSEWHERE.values()) for name in names]
    assert sorted(named) == sorted(FIGURES)
    for file, names in ELSEWHERE.items():
        text = (Path(__file__).parents[1] / file).read_text(encoding="utf-8")
        assert "check_laws(" in text
        for name in names:
            assert f'"{name}"' in text or f'startswith("{name.split("-")[0]}-")' in text, name


@pytest.fixture(scope="module")
def portals():
    return df.figure("portals")


def test_the_same_numbers_give_the_same_table(portals):
    again = df.figure("portals")
    assert again.data.rows == portals.data.rows
    assert [line for line in again.data.to_csv().splitlines() if not line.startswith("# time")] == [
        line for line in portals.data.to_csv().splitlines() if not line.startswith("# time")
    ]


def test_settings_are_keywords_too():
    one, two = df.figure("freeze-in"), df.figure("thermal-targets", r=2.5)
    assert one.data.settings == {}
    assert two.data.settings["r"] == 2.5
    assert two.run["arguments"] == {"name": "thermal-targets", "settings": {"r": 2.5}}
    with pytest.raises(df.DarkfactoryError, match="colour"):
        df.figure("portals", colour="red")


def test_it_draws_in_a_figure_of_the_user(portals):
    from matplotlib.figure import Figure

    whole = Figure(layout="constrained")
    left, right = whole.subplots(1, 2)
    right.set_title("mine")
    part = portals.draw(left)
    assert part.figure is whole
    assert [axes.get_title() for axes in whole.get_axes()].count("mine") == 1
    assert any("sqrt" in axes.get_xlabel() for axes in part.axes)
    assert portals.draw(Figure()).axes
    with pytest.raises(InvalidInput, match="no grid"):
        portals.draw(Figure().add_axes((0, 0, 1, 1)))


def test_it_writes_only_what_is_asked_for(portals, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert portals.files == ()
    saved = portals.save("mine", "svg,png", "talk")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["mine.csv", "mine.json", "mine.png", "mine.svg"]
    assert [file.name for file in saved.files] == ["mine.svg", "mine.png", "mine.csv", "mine.json"]
    assert "<svg" in (tmp_path / "mine.svg").read_text(encoding="utf-8")
    assert portals._repr_png_().startswith(b"\x89PNG")
    assert len(repr(portals)) < 240
    with pytest.raises(InvalidInput, match=r"gif.*pdf"):
        portals.save("mine", "gif")
    with pytest.raises(InvalidInput, match="format"):
        portals.save("mine", ())


def test_styles(portals, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    own = tmp_path / "own.mplstyle"
    own.write_text("axes.linewidth: 3\nlines.linewidth: 7\nbackend: agg\n", encoding="utf-8")
    code, _, err = call(capsys, "figure", "portals", "--format", "png", "--style", "own.mplstyle", "--out", "a")
    assert (code, err.splitlines()[-1]) == (0, "written: a.png, a.csv, a.json")
    assert portals.draw(style=str(own)).axes[0].spines["left"].get_linewidth() == 3
    sizes = [portals.draw(style=style).axes[0].xaxis.label.get_size() for style in ("default", "talk")]
    assert sizes[1] > sizes[0]
    for style in ("other.mplstyle", "no-such-style"):
        told = "styles: default, talk, paper, or the path of a file .mplstyle"
        assert_answered(capsys, ["figure", "portals", "--style", style], told)
    own.write_text("lines.linewidth: thick\n", encoding="utf-8")
    with pytest.raises(InvalidInput, match="is no style"):
        portals.draw(style=str(own))
    assert_answered(capsys, ["figure", "portals", "--format", "gif"], "pdf")
    assert not list(tmp_path.glob("portals*"))
