"""What stands behind the page of `darkfactory explore`: requests, their commands and answers, sliders; without a browser."""

from __future__ import annotations

import cmath
import csv
import io
import json
import math
import shlex
import sys
import threading
from dataclasses import replace

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput
from darkfactory.experiments import load_card
from darkfactory.experiments.keys import KEYS
from darkfactory.explorer.answer import Answers, download, tables
from darkfactory.explorer.controls import control_of, controls, phased, start_cl
from darkfactory.explorer.latest import Latest
from darkfactory.explorer.offers import Offers, first_request, offers_of
from darkfactory.explorer.request import Request, checked, lines_of
from darkfactory.explorer.views import VIEWS, view_of
from darkfactory.models import find_model
from darkfactory.searches.registry import SEARCHES
from support.command_line import call

QUICK = (("search.systematics", "none"),)
REACH = Request("reach", "forward-positron", "megii-fwd", "0:40:3", method="fisher", settings=QUICK)


@pytest.fixture(scope="module")
def answers():
    return Answers(Offers().every)


def test_a_request_is_a_command_that_makes_the_same_figure(answers, tmp_path, capsys, monkeypatch):
    request = replace(REACH, cl="0.9", settings=(*QUICK, ("search.focus", "100")))
    found = answers(request)
    assert found.message == ""
    expected = df.reach(
        "forward-positron", mass="0:40:3", cl=0.9, method="fisher", settings=dict(request.settings)
    ).F_gev
    assert found.headline == (
        f"mu -> e a at megii-fwd, V+A: 90% CL, fisher, z = 1.2816; best F [GeV] = {expected.max():.4g} at 0 MeV"
    )
    monkeypatch.chdir(tmp_path)
    code, _, err = call(capsys, *shlex.split(found.command)[1:], "--format", "png")
    assert code == 0, err
    made = json.loads((tmp_path / "search-reach.json").read_text(encoding="utf-8"))
    told = json.load(download(found.figure, "json"))
    assert told["rows"] == made["rows"]
    assert told["run"]["command"] == found.command
    assert told["run"]["arguments"]["settings"] == request.arguments
    rows = list(csv.DictReader(line for line in io.TextIOWrapper(download(found.figure, "csv")) if line[:2] != "# "))
    assert len(rows) == len(made["rows"])
    assert download(found.figure, "png").read(8) == b"\x89PNG\r\n\x1a\n"
    assert download(found.figure, "pdf").read(5) == b"%PDF-"
    assert found.drawing.startswith("<?xml")
    assert "F_p1 [GeV]" in tables(found.figure)


def test_a_mistake_is_an_answer_with_its_message(answers):
    wrong = answers(replace(REACH, settings=(("search.focus", "0.5"),)))
    assert wrong.message.startswith("search.focus = 0.5: allowed [1, ")
    assert (wrong.figure, wrong.headline, wrong.notes) == (None, "", ())
    assert "40:0" in answers(replace(REACH, mass="40:0")).message
    assert "closed" in answers(replace(REACH, view="spectrum", mass="200")).message


def test_answers_are_kept(answers):
    first = answers(REACH)
    assert answers(REACH).figure is first.figure
    assert answers(replace(REACH, view="spectrum", mass="20")).figure.name == "search-spectrum"


@pytest.mark.parametrize("search", [name for name in VIEWS if name not in ("missing-mass-tracks", "ee-resonance")])
def test_what_the_page_asks_first_of_a_search_has_an_answer(search, answers):
    """Those of three tracks are asked in the browser, and take long where no events are kept."""
    found = answers(replace(first_request(search), mass="15"))
    assert found.message == ""
    assert found.command.startswith("darkfactory figure search-reach --experiment ")


def test_views_show_what_exists():
    for name, view in VIEWS.items():
        known = {*KEYS, *(f"search.{key.name}" for key in SEARCHES[name].keys)}
        assert {*view.keys, *view.quick} <= known
        assert view.masses[0] < view.masses[1] <= view.masses[2]
    assert view_of("neutral-current").keys == ()
    assert view_of("forward-positron", "tau -> mu a").masses[2] > 1000


def test_nothing_else_is_read():
    offered = Offers().every
    assert checked(REACH, offered, {}) is REACH
    with pytest.raises(InvalidInput, match=r"experiment"):
        checked(replace(REACH, experiment="/etc/passwd"), offered, {})
    for key in ("beam.flux_file", "beam.flux-file", "beam.flux_table"):
        with pytest.raises(InvalidInput, match="the page reads no files"):
            checked(replace(REACH, settings=((key, "/etc/passwd"),)), offered, {})
    displaced = replace(first_request("ee-displaced"), settings=(("search.background.accidentals", "events.csv"),))
    with pytest.raises(InvalidInput, match="the page reads no files"):
        checked(displaced, offered, {})
    assert checked(displaced, offered, dict(displaced.settings)) is displaced  # the study itself says so
    with pytest.raises(InvalidInput, match="keys begin with"):
        lines_of("focus=3")


def test_sliders_are_what_settings_declare():
    card = load_card("megii-fwd")
    made = {
        one.key: one for one in controls("forward-positron", card, "lfv-alp", "", view_of("forward-positron").keys, {})
    }
    rate = made["beam.stopping_rate"]
    assert (rate.kind, rate.label, rate.start, rate.origin) == ("slider", "stopping rate [1/s]", "1e+08", "assumed")
    steps = [float(text) for text in rate.values]
    assert steps == sorted(steps)
    assert rate.start in rate.values
    assert steps[0] == pytest.approx(1e6)
    assert steps[-1] == pytest.approx(1e10)
    assert "muons stopped per second" in rate.help
    own = {f"search.{key.name}": key for key in SEARCHES["forward-positron"].keys}
    for one in made.values():
        if one.kind == "slider":
            setting = KEYS.get(one.key) or own[one.key]
            assert all(setting.parse(text)[1] is None for text in one.values), one.key
    assert made["search.focus_mode"].values == ("cone", "lumi")
    assert made["search.systematics.polarization"].kind == "text"
    assert not any(key.startswith("model.") for key in made)
    # what the scan goes along has no field, what it goes beside has one
    pairs = controls("ee-resonance", load_card("mu3e-phase1"), "pseudoscalar", "", (), {})
    assert [one.key for one in pairs] == ["model.g_mu"]
    recalled = controls("ee-resonance", load_card("mu3e-phase1"), "dark-photon", "", ("beam.exposure_muons",), {})
    assert recalled[0].origin == "paper, recalled"
    assert start_cl("forward-positron", "mu3e-phase1").start == "0.9"
    none = control_of(KEYS["detector.x_resolution"], None, "default")
    assert (none.kind, none.start) == ("text", "")


def test_couplings_have_the_phase_and_mixing_that_are_set():
    for mixing, phase in ((45, 0), (30, 90), (60, -135), (90, 180), (0, 45)):
        given = {key.removeprefix("model."): value for key, value in phased(mixing, phase).items()}
        alp = find_model("lfv-alp").build({key: complex(value) for key, value in given.items()})
        assert math.degrees(math.atan2(abs(alp.C_A), abs(alp.C_V))) == pytest.approx(mixing, abs=0.02)
        if mixing:
            assert math.cos(math.radians(phase)) == pytest.approx(math.cos(cmath.phase(alp.C_A)), abs=2e-3)


def test_a_study_offers_its_cards_reaches_and_limits(tmp_path):
    card = tmp_path / "mine.yaml"
    card.write_text(load_card("megii-fwd").path.read_text(encoding="utf-8").replace("name: megii-fwd", "name: mine"))
    study = tmp_path / "study.yaml"
    study.write_text(
        "name: one\ntitle: mine\ncards: [mine.yaml]\nresults:\n  best:\n    verb: reach\n    search: forward-positron\n"
        "    experiment: mine\n    mass: [10, 20]\n    method: fisher\n"
        "    settings: {search.focus: 100, search.systematics: none}\n"
        "figures:\n  shown: {figure: search-reach, settings: {experiment: mine, mass: '10', search.focus: 4}}\n"
    )
    offers = offers_of(df.load_study(study))
    assert offers.experiments("forward-positron")["mine"] == str(card)
    begun = offers.beginnings["results/best"]
    assert (begun.experiment, begun.mass, begun.method) == (str(card), "10,20", "fisher")
    assert dict(begun.settings) == {"search.focus": "100", "search.systematics": "none"}
    assert str(card) in offers.every
    assert offers_of(None) == Offers()
    found = Answers(offers.every, offers.given)(begun)
    assert found.headline.startswith("mu -> e a at mine, V+A")
    assert str(card) in found.command


def test_the_newest_request_wins():
    started, go, done, delivered = threading.Event(), threading.Event(), threading.Event(), []

    def compute(request):
        started.set()
        assert go.wait(5)
        return request

    def deliver(answer):
        delivered.append(answer)
        if answer == 9:
            done.set()

    latest = Latest(compute, deliver, pause=0.001)
    latest.ask(0)
    assert started.wait(5)
    for number in range(1, 10):
        latest.ask(number)
    go.set()
    assert done.wait(5)
    assert delivered == [0, 9]
    latest.close()
    latest._thread.join(5)
    assert not latest._thread.is_alive()


def test_without_the_package_it_says_what_to_install(monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "panel", None)
    code, _, err = call(capsys, "explore", "--no-browser")
    assert code == 2
    assert "pip install 'darkfactory[explore]'" in err
