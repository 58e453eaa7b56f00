"""Records of the user's own: where they may stand, that every verb sees them, and that every result says which they were."""

import json
import os
from types import SimpleNamespace

import pytest
import yaml

import darkfactory
from darkfactory.bounds import (
    from_csv,
    limits,
    limits_of_continuum,
    load_coupling_bounds,
    new_record,
    show,
    table,
    verdict,
)
from darkfactory.bounds.own import own_records
from darkfactory.errors import InvalidInput
from darkfactory.figures import FIGURES, figure, meg2_reach, megii_fwd_reach
from darkfactory.figures.recipe import EXTRA, FigureData, Recipe
from darkfactory.numerics.parallel import ordered
from darkfactory.result import ROOT, sha256_of
from support.command_line import call
from support.records import SOURCE


@pytest.fixture
def folder(tmp_path):
    """Writer of a folder with one record on the kinetic mixing."""

    def write(name, value=1e-4, place="mine"):
        (tmp_path / place).mkdir(exist_ok=True)
        curve = tmp_path / place / f"{name}.csv"
        curve.write_text(f"5,{value}\n50,{value}\n", encoding="utf-8")
        text = from_csv(curve, name, "epsilon", citation="Doe 2031 [3101.01234]")
        (tmp_path / place / f"{name}.yaml").write_text(text, encoding="utf-8")
        return tmp_path / place

    return write


def test_the_variable_and_the_option_are_joined_and_the_option_counts(folder, monkeypatch):
    first, second = folder("mine", 1e-4, "a"), folder("other", 1e-5, "b")
    assert "mine" not in load_coupling_bounds()
    monkeypatch.setenv("DARKFACTORY_BOUNDS", f"{first}{os.pathsep}{second}")
    assert {"mine", "other"} <= load_coupling_bounds().keys()
    assert load_coupling_bounds(folder("mine", 3e-5, "c"))["mine"].value(10.0) == pytest.approx(3e-5)
    monkeypatch.delenv("DARKFACTORY_BOUNDS")
    assert {"mine", "other"} <= load_coupling_bounds(f"{first}{os.pathsep}{second}").keys()


def test_every_verb_says_which_records_were_the_users(folder, monkeypatch):
    place = folder("mine")
    file = place / "mine.yaml"
    told = [{"name": "mine", "path": str(file), "sha256": sha256_of(file)}]
    for result in (
        table(quantity="epsilon", extra=place),
        limits("mine", 10, extra=place),
        verdict("mine", 10, 1.0, extra=place),
        darkfactory.recast("mine", "vector", 10, settings={"model.g_V_e": 1}, extra=place),
    ):
        assert result.run["records"] == told
    assert "records" not in table(quantity="epsilon").run
    monkeypatch.setenv("DARKFACTORY_BOUNDS", str(place))
    assert verdict("mine", 10, 1.0).run["records"] == told
    # what asks no limit has none
    assert "records" not in darkfactory.target("inverse-seesaw").run
    assert darkfactory.target("x-ray-lines", 0.035, channel="mu-e").run["records"] == told
    with pytest.raises(InvalidInput, match="has no effect here"):
        darkfactory.target("inverse-seesaw", extra=place)


@pytest.mark.parametrize("where", ["variable", "option"])
def test_places_that_are_not_there_are_named(tmp_path, monkeypatch, where, capsys):
    missing = f"{tmp_path}{os.pathsep}{tmp_path / 'none'}"
    if where == "variable":
        monkeypatch.setenv("DARKFACTORY_BOUNDS", missing)
    code, out, err = call(capsys, "bounds", *(("--extra", missing) if where == "option" else ()))
    assert (code, out) == (2, "")
    name = "DARKFACTORY_BOUNDS" if where == "variable" else "extra"
    assert f"{name} = '{tmp_path / 'none'}': no such file or folder" in " ".join(err.split())


def test_a_figure_shows_them_and_says_so(folder, tmp_path, monkeypatch):
    place = folder("mine")
    mixing = yaml.safe_load((place / "mine.yaml").read_text())
    text = yaml.safe_dump(mixing | {"name": "heavy", "label": "heavy", "quantity": "U2_mu"})
    (place / "heavy.yaml").write_text(text, encoding="utf-8")
    for given in ({"extra": str(place)}, {}):
        monkeypatch.setenv("DARKFACTORY_BOUNDS", "" if given else str(place))
        data = figure("hnl-plane", settings=given).data
        assert {row["curve"] for row in data.rows} >= {"heavy"}
        assert "records of your own: heavy" in data.notes
        assert "records of your own that have no place in this figure: mine" in data.notes
        assert [record["name"] for record in data.run["records"]] == ["heavy", "mine"]
        assert "Doe 2031 [3101.01234]" in data.references


def test_figures_that_name_their_limits_draw_others_too(tmp_path, monkeypatch):
    """A new record on mu -> e a, and one that replaces a shipped one under another label; the reaches are left out."""
    for name, label in (("mine", "my limit"), ("twist-2015", "TWIST again")):
        text = new_record(name, channel="mu-e").replace("[null, null]", "[0, 30]").replace("null", "1e-7")
        text = text.replace("''", "'Doe 2031'").replace(f"label: {name}", f"label: {label}")
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    monkeypatch.setattr(megii_fwd_reach, "_reach", lambda *given: SimpleNamespace(references=()))
    monkeypatch.setattr(megii_fwd_reach, "reach_rows", lambda *given, **more: [])
    monkeypatch.setattr(meg2_reach, "POINTS", {})
    monkeypatch.setattr(meg2_reach, "THRESHOLDS", ())
    for name in ("megii-fwd-reach", "meg2-reach"):
        made = figure(name, extra=tmp_path)
        rows = [row for row in made.data.rows if row["curve"] == "my limit" and row["mass_mev"] == 20]
        (value,) = {row["branching_ratio"] for row in rows}
        assert value == pytest.approx(1e-7 * (1.2835 if "fwd" in name else 1), rel=1e-4)
        assert "records of your own: mine, twist-2015" in made.data.notes
        labels = [text.get_text() for text in made.draw().legends[0].get_texts()]
        assert {"my limit", "TWIST again"} <= set(labels)


def test_figures_with_limits_have_the_setting_and_others_do_not(monkeypatch):
    """By their source: whatever reads the registry, itself or through the curves that figures share, takes records."""
    words = (
        "with_own(",
        "load_bounds",
        "load_coupling_bounds",
        "get_bound",
        "get_coupling_bound",
        "bounds.select",
        "limits_of_",
    )
    shared = ("drawable(", "laboratory(", "strongest(", "limit_rows(", "survey(")
    for name, recipe in FIGURES.items():
        source = (ROOT / "figures" / f"{name.replace('-', '_')}.py").read_text()
        assert recipe.limits == any(word in source for word in (*words, *shared)), name
        assert (EXTRA in recipe.keys) == recipe.limits


def test_a_figure_without_other_settings_is_computed_without_arguments():
    def compute():
        return FigureData([{"mass_mev": 1.0}], [], tuple(load_coupling_bounds())[:1], ())

    recipe = Recipe("title", compute, lambda figure, data: None, limits=True)
    assert [key.name for key in recipe.keys] == ["extra"]
    assert recipe.make("x").data.settings == {"extra": None}


def test_a_result_is_repeated_with_the_records_that_it_had(folder, tmp_path, monkeypatch, capsys):
    place = folder("mine")
    monkeypatch.setenv("DARKFACTORY_BOUNDS", str(place))
    result = tmp_path / "result.json"
    assert call(capsys, "bounds", "recast", "mine", "--mass", "10", "--out", result)[0] == 0
    monkeypatch.delenv("DARKFACTORY_BOUNDS")
    code, out, _ = call(capsys, "rerun", result)
    assert (code, "numbers agree" in out) == (0, True)
    assert json.loads(result.read_text())["run"]["records"][0]["name"] == "mine"
    # records of a later day change nothing
    monkeypatch.setenv("DARKFACTORY_BOUNDS", str(folder("mine", 1e-3, "later")))
    assert call(capsys, "rerun", result)[0] == 0
    folder("mine", 2e-4)
    code, _, err = call(capsys, "rerun", result)
    assert code == 2
    assert "has changed since" in err


def test_records_in_force_are_read_once_and_taken_back(folder):
    place = folder("mine")
    with own_records(place) as own:
        assert own.told == []
        assert all(ordered(lambda _: "mine" in load_coupling_bounds(), range(2), workers=2))  # in threads too
        (place / "mine.yaml").write_text("broken: [", encoding="utf-8")
        assert load_coupling_bounds()["mine"].value(10.0) == pytest.approx(1e-4)
        assert [record["name"] for record in own.told] == ["mine"]
    assert "mine" not in load_coupling_bounds()


def test_a_broken_record_of_the_variable_is_named_with_all_its_problems(folder, monkeypatch):
    place = folder("mine")
    (place / "bad.yaml").write_text(yaml.safe_dump({"name": "worse", "value": SOURCE}), encoding="utf-8")
    monkeypatch.setenv("DARKFACTORY_BOUNDS", str(place))
    with pytest.raises(darkfactory.DarkfactoryError) as refused:
        load_coupling_bounds()
    assert "bad.yaml: name = 'worse': allowed 'bad'" in str(refused.value)
    assert "bad.yaml: label: missing" in str(refused.value)


def test_a_copy_of_a_shipped_curve_is_recast_to_the_same_scale(tmp_path):
    """What ``bounds show`` lists, as a record of the user's own: the limit on Lambda of a composite neutrino is the same."""
    model = {"model.dimension": 4.5}
    shipped = limits_of_continuum("nutev", "composite-neutrino", 1000, settings=model)
    lines = [f"{row['mass']!r} {row['value']!r}" for row in show("nutev").rows]
    (tmp_path / "curve.txt").write_text("\n".join(lines), encoding="utf-8")
    text = from_csv(tmp_path / "curve.txt", "mine", "U2_mu", citation="Doe 2031", outline=True)
    (tmp_path / "mine.yaml").write_text(text, encoding="utf-8")
    mine = limits_of_continuum("mine", "composite-neutrino", 1000, settings=model, extra=tmp_path)
    assert mine.rows[0]["rule"] == shipped.rows[0]["rule"]
    assert mine.rows[0]["cutoff_gev"] == pytest.approx(shipped.rows[0]["cutoff_gev"], rel=1e-9)
    assert [record["name"] for record in mine.run["records"]] == ["mine"]


def test_a_scale_of_ones_own_counts_for_its_decay(tmp_path):
    """Whatever the record is called: a figure went by the name of the file, a survey by the long name of the channel."""
    curve = tmp_path / "curve.csv"
    curve.write_text("5,2e9\n60,7e8\n", encoding="utf-8")
    for name, channel in (("mine", "mu-e"), ("heavier", "tau-mu")):
        text = from_csv(curve, name, "F_gev", citation="Doe 2031", channel=channel)
        (tmp_path / f"{name}.yaml").write_text(text, encoding="utf-8")
    settings = {"mass": "20", "extra": str(tmp_path), "search.systematics": "none", "method": "fisher"}
    rows = figure("search-reach", settings=settings).data.rows
    assert {row["curve"] for row in rows} & {"mine", "heavier"} == {"mine"}
    for channel, name in (("mu-e", "mine"), ("tau-mu", "heavier")):
        found = darkfactory.survey("lfv-alp", 20, channel=channel, only=(name,), extra=tmp_path)
        assert [row["name"] for row in found.rows] == [name]
    assert "one of mu -> e a, " in new_record("mine", "F_gev")
