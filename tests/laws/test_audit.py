"""Laws of ``audit``: nothing behind a result is left out, nothing is listed that changes nothing, effects are derivatives."""

from __future__ import annotations

import json
import re

import pytest

import darkfactory as df
from darkfactory import bounds
from darkfactory.auditing import ORIGINS
from darkfactory.errors import InvalidInput, UnknownName
from darkfactory.experiments import KEYS, load_card
from darkfactory.searches.registry import SEARCHES
from laws.test_searches import CARDS, OTHERWISE
from support.command_line import as_json, assert_answered, call

STATISTICS = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}


def shifted(setting, value):
    """A number a little up, or down where that is out of its range; None for what is no number."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value == 0:
        return None
    steps = (value * (1 + 1e-9), value * (1 - 1e-9))
    return next((new for new in steps if setting.parse(new)[1] is None), None)


@pytest.mark.parametrize(("name", "card"), CARDS)
def test_every_number_of_a_card_that_matters_is_listed_and_no_other(name, card, tmp_path):
    """What can be set without being refused is behind the result, whatever reads it; the rest is not."""
    search, loaded = SEARCHES[name], load_card(card)
    mass, given = OTHERWISE.get((name, card), (search.example.mass, {}))
    method = "fisher" if "fisher" in search.methods else search.method
    given = {**search.example.settings, **given}
    asked = {"search": name, "experiment": card, "mass": mass, "method": method, "settings": given}
    tables = {**KEYS, **{f"search.{key.name}": key for key in search.keys}}
    numbers = dict(loaded.quantities()) | {f"search.{key}": q for key, q in loaded.section(name).items()}
    moved = {key: shifted(tables[key], quantity.value) for key, quantity in numbers.items() if key not in given}
    moved = {key: value for key, value in moved.items() if value is not None}
    refused = ""
    try:
        df.reach(**{**asked, "settings": {**given, **moved}})
    except InvalidInput as error:
        refused = str(error)
    idle = set(re.findall(r"^(\S+): changes nothing", refused, flags=re.MULTILINE))
    assert len(idle) == len(refused.splitlines())
    file = tmp_path / "reach.json"
    file.write_text(json.dumps({"run": {"verb": "reach", "arguments": asked}}), encoding="utf-8")
    found = df.audit(file, budget=0)
    listed = {row["number"]: row for row in found.rows if row["stands_in"] == f"card {card}"}
    unchecked = {key for key in moved if (numbers[key].provenance or numbers[key].tag) in ORIGINS}
    assert unchecked - idle <= listed.keys()
    assert not idle & listed.keys()
    for key in listed.keys() & numbers.keys() - given.keys():
        quantity, row = numbers[key], listed[key]
        assert row["origin"] == (quantity.provenance or quantity.tag)
        assert (row["source"], row["unit"] or "1") == (quantity.source, quantity.unit)
        assert row["effect"] is None
        assert row["effect_status"].startswith("not computed: ")
    for key in given:
        assert any(row["number"] == key and row["origin"] == "user" for row in found.rows), key


def test_effects_are_derivatives():
    """Of statistics alone: F goes with the fourth root of the muons, and not at all with what a default says about bins."""
    made = df.reach("forward-positron", mass=20, method="fisher", settings={**STATISTICS, "beam.days": 28})
    found = {row["number"]: row for row in df.audit(made, budget=60).rows}
    for key in ("beam.days", "beam.stopping_rate"):
        assert found[key]["effect"] == pytest.approx(0.25, rel=1e-4)
        assert found[key]["effect_error"] < 1e-3
    assert found["beam.days"]["origin"] == "user"
    assert found["detector.efficiency"]["effect"] == pytest.approx(0.25, rel=1e-2)
    assert found["detector.efficiency"]["effect_status"].startswith("computed on one side: ")
    assert found["beam.particle"]["effect_status"] == "not computed: no number that can be set alone"
    assert found["search.flipped_fraction"]["effect_status"] == "not computed: a part of 0 is 0"


def test_the_limit_of_a_dump_goes_with_the_fourth_root_of_events_over_electrons():
    """Where X lives long: epsilon^2 makes it and epsilon^2 lets it decay in time."""
    found = df.audit(df.reach("beam-dump", "e141", mass=3, model="dark-photon"), budget=60)
    effects = {row["number"]: row["effect"] for row in found.rows}
    assert found.limit == "epsilon"
    assert effects["search.events"] == pytest.approx(-effects["beam.electrons"], rel=1e-3)
    assert effects["search.events"] == pytest.approx(0.25, abs=0.01)
    assert list(dict.fromkeys(row["origin"] for row in found.rows)) == ["recalled", "assumed", "derived", "default"]
    composite = df.audit(df.reach("neutral-current", "nutev", mass=1000, model="composite-neutrino"), budget=0)
    package = {row["number"]: row["origin"] for row in composite.rows if row["stands_in"] == "the package"}
    assert package == {"width of h in GeV": "recalled"}  # K is too light for this gap
    assert "model.epsilon" not in effects  # which is scanned


@pytest.mark.parametrize(
    ("search", "card", "model", "settings"),
    [
        ("beam-dump", "e141", "dark-photon", {"model.mass": 3}),
        ("neutral-current", "ship", "composite-neutrino", {"model.gap_gev": 1}),
    ],
)
def test_a_reach_at_the_mass_of_its_model(search, card, model, settings):
    found = df.audit(df.reach(search, card, model=model, settings=settings), budget=0)
    rows = {row["number"]: row for row in found.rows}
    (key,) = settings
    assert (rows[key]["value"], rows[key]["origin"]) == (settings[key], "user")


def test_numbers_of_published_limits():
    found = df.audit(bounds.limits("jodidio-1986", 0.0, cl=0.95, settings={"model.chirality": "V+A"}))
    rows = {row["number"].split(": ")[-1]: row for row in found.rows if row["stands_in"] == "limit jodidio-1986"}
    assert (rows["polarization"]["value"], rows["polarization"]["origin"]) == (0.99, "assumed")
    assert (rows["mass_range"]["value"], rows["mass_range"]["origin"]) == ([0.0, 1.0], "assumed")
    assert rows["mean_cosine"]["origin"] == "derived"
    assert rows["cl"]["source"] == "Gaussian rescaling of the limit from 0.9"
    assert found.checked == {"quoted": 1}  # the limit itself
    assert any(row["number"] == "model.chirality" and row["origin"] == "user" for row in found.rows)
    assert any(note.startswith("effects are not computed") for note in found.notes)
    for made in (bounds.limits("sn1987a-muons", 10.0), bounds.verdict("sn1987a-muons", 10.0, 1e-8)):
        (first, *_) = df.audit(made).rows
        assert (first["number"], first["origin"], first["value"]) == ("g_amumu: value", "recalled", 1.6e-9)
    given = {"model.dimension": 2, "model.flavor": "e"}
    continuum = df.audit(bounds.limits_of_continuum("pienu-2017", "composite-neutrino", 70.0, settings=given))
    (row,) = (row for row in continuum.rows if row["number"] == "search of pienu-2017")
    assert (row["origin"], row["source"]) == ("assumed", "resolution of 1 MeV in E_e and sidebands [assumed]")
    table = {row["stands_in"] for row in df.audit(bounds.table(quantity="all")).rows}
    loaded = bounds.load_coupling_bounds()
    wanted = {
        name for name, r in loaded.items() if any(set(ORIGINS) & {o[2] for o in one.origins()} for one in r.limits)
    }
    assert {f"limit {name}" for name in wanted} <= table


def test_a_card_has_all_its_numbers_and_what_a_user_changes_shows(tmp_path):
    card = load_card("meg2")
    found = df.audit("MEG2")
    expected = {row["key"] for row in card.provenance_table() if (row["provenance"] or row["tag"]) in ORIGINS}
    assert {row["number"] for row in found.rows} == expected
    assert sum(found.checked.values()) + len(found.rows) == len(card.provenance_table())
    own = tmp_path / "own.yaml"
    own.write_text(card.path.read_text(encoding="utf-8").replace("name: meg2", "name: own"), encoding="utf-8")
    assert df.audit(own).to_dict()["audited"] == "card own"
    made = df.reach("missing-mass-photon", str(own), mass=10, settings={"search.analysis": "counting"})
    own.write_text(
        own.read_text(encoding="utf-8").replace("value: 30, unit: d", "value: 31, unit: d"), encoding="utf-8"
    )
    changed = df.audit(made, budget=0)
    assert changed.notes[0].endswith("has changed since: these are the numbers as they are now")
    assert {"number": "beam.days", "value": 31.0}.items() <= changed.rows[
        [r["number"] for r in changed.rows].index("beam.days")
    ].items()


def test_figures_by_name_and_by_file(tmp_path, capsys):
    """Cards that a figure reads itself, limits that it draws, and its own choices, which are not the user's."""
    stem = tmp_path / "fwd"
    df.figure("michel-forward", stem)
    found = as_json(capsys, "audit", f"{stem}.png")
    assert found["numbers"] == json.loads(json.dumps(df.audit("michel_forward").rows))
    origins = {row["number"]: row["origin"] for row in found["numbers"]}
    assert origins["beam.polarization"] == "assumed"
    assert origins["search.focus"] == "figure"
    plane = df.audit("hnl-plane")
    assert {(row["number"], row["origin"]) for row in plane.rows} >= {("flavor", "default")}


def test_the_command_and_its_mistakes(tmp_path, capsys):
    code, out, _ = call(capsys, "audit", "e137")
    assert code == 0
    assert "Andreas, Niebuhr, Ringwald" in out
    assert out.index("recalled") < out.index("assumed")
    for word, told in (
        ("nonsense", "no file of a result (.json), card or figure"),
        ("dark-photon-plan", "did you mean dark-photon-plane"),
        (str(tmp_path / "a.png"), "a.json is not beside it"),
        (str(tmp_path / "a.json"), "No such file"),
    ):
        assert_answered(capsys, ("audit", word), told)
    assert_answered(capsys, ("audit", "e137", "--budget", "-1"), "budget = -1")
    (tmp_path / "list.json").write_text('{"run": {"verb": "list", "arguments": {}}}', encoding="utf-8")
    assert_answered(capsys, ("audit", str(tmp_path / "list.json")), "list cannot be repeated")
    with pytest.raises(UnknownName):
        df.audit("e1377")
