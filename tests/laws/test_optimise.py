"""Laws of ``optimise``: nothing in the ranges is better, conditions hold, ends are said, the older optimisers agree."""

from __future__ import annotations

import itertools
import json
import math

import pytest

import darkfactory as df
from darkfactory.errors import InvalidInput, UnknownName
from support.command_line import as_json, assert_answered, call

PLAIN = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}
FORWARD = {"search": "forward-positron", "mass": 20, "method": "fisher"}
FLIP = {"search.focus": 100, "search.systematics.energy_scale": "free"}
DUMP = {"search": "beam-dump", "experiment": "e141", "mass": 3, "model": "dark-photon"}
PHOTON = {"search": "missing-mass-photon", "mass": 10, "method": "fisher", "settings": {"search.sampling": 0.3}}


@pytest.fixture(scope="module")
def flipped():
    asked = {"search": "forward-positron", "mass": 0, "method": "fisher", "settings": FLIP}
    return df.optimise("reach", **asked, over={"search.flipped_fraction": "0:0.9"})


def test_the_spin_flip_fraction_is_that_of_the_search(flipped):
    own = df.reach("forward-positron", mass=0, method="fisher", settings=FLIP | {"search.flipped_fraction": "optimal"})
    (row,) = flipped.rows
    assert row["best"] == pytest.approx(own.result.settings["flipped_fraction"], rel=0.05)
    assert flipped.limit == pytest.approx(own.branching_ratio[0], rel=1e-4)
    assert flipped.limit <= own.branching_ratio[0] * (1 + 1e-9)
    assert (row["scale"], row["own"], row["end"]) == ("linear", 0.0, "")
    # line and scale cannot be told apart without reversed spins
    assert (flipped.own_limit, flipped.gain) == (None, None)
    again = df.reach("forward-positron", mass=0, method="fisher", settings=FLIP | flipped.best)
    assert again.branching_ratio[0] == pytest.approx(flipped.limit, rel=1e-12)


def test_as_good_to_one_percent_means_that(flipped):
    (row,) = flipped.rows
    for end in ("flat_low", "flat_high"):
        given = FLIP | {"search.flipped_fraction": row[end]}
        limit = df.reach("forward-positron", mass=0, method="fisher", settings=given).branching_ratio[0]
        assert 1.006 < limit / flipped.limit <= 1.01


def test_nothing_on_a_grid_is_better():
    """To 1%: a valley between the points of the coarse grid may have a second bottom."""
    over = {"target.Z": "4:90:log", "beam.energy_gev": (5, 30)}
    found = df.optimise("reach", **DUMP, over=over, quantity="branching_ratio")
    for Z, energy in itertools.product((6, 8, 9, 10, 30), (5, 6, 9)):
        limit = df.reach(**DUMP, settings={"target.Z": Z, "beam.energy_gev": energy}).branching_ratio[0]
        assert limit >= found.limit * 0.99
    ends = {row["setting"]: row["end"] for row in found.rows}
    said = {note.split(" = ")[0] for note in found.notes if " end of its range" in note}
    assert said == {key for key, end in ends.items() if end} != set()
    # along the floor of a curved valley, whatever the coordinates, to a border on which the grid has no point
    linear = df.optimise("reach", **DUMP, over={**over, "target.Z": "4:90:linear"}, quantity="branching_ratio")
    assert linear.limit == pytest.approx(found.limit, rel=1e-4)
    assert max(linear.evaluations, found.evaluations) < 200
    scale = df.optimise("reach", **DUMP, over={"target.Z": "4:90:log"})  # the branching ratio is that at the edge
    assert (scale.rows[0]["scale"], scale.quantity) == ("log", "epsilon")


def test_what_is_refused_is_said(capsys):
    """A fit range that begins at the line, and an energy at which the search gives no limit; nothing where all is allowed."""
    found = df.optimise("reach", **FORWARD, settings=PLAIN, over={"search.x_low": (0.5, 0.99)})
    (part,) = found.refused
    low, high = part["settings"]["search.x_low"]
    assert 0.9242 < low < 0.94 < high == 0.99
    assert part["reason"].startswith(
        f"search.x_low = {low:g}: the line at x = 0.9642 needs 4 resolutions of 0.01 below it"
    )
    told = f"left out at search.x_low {low:.4g} to 0.99 (points tried: {part['points']}): {part['reason']}"
    assert told in found.notes
    command = ["optimise", "reach", "beam-dump", "--experiment", "e141", "--mass", "30", "--model", "dark-photon"]
    parts = as_json(capsys, *command, "--over", "beam.energy_gev=0.1:30", "--over", "target.Z=6:80")["refused"]
    energies = {part["reason"]: part["settings"]["beam.energy_gev"] for part in parts}
    assert energies["no limit on branching_ratio, no-acceptance"] == [0.1, 0.1]  # less than the mass
    assert energies["no limit on branching_ratio, out-of-reach"][1] == 30.0
    assert df.optimise("reach", **FORWARD, settings=PLAIN, over={"beam.days": (1, 2)}).refused == []


def test_more_muons_up_to_a_condition():
    asked = {**FORWARD, "settings": PLAIN, "over": {"beam.stopping_rate": "1e7:1e9", "beam.days": "1:100"}}
    found = df.optimise("reach", **asked, subject=["exposure_muons<=1e14", "days<=20"])
    best = found.best
    assert best["beam.stopping_rate"] * best["beam.days"] * 86400 == pytest.approx(1e14, rel=1e-5)
    assert best["beam.days"] <= 20 * (1 + 1e-6)
    alone = df.reach(**FORWARD, settings=PLAIN | {"beam.exposure_muons": 1e14}).branching_ratio[0]
    assert found.limit == pytest.approx(alone, rel=1e-5)
    for condition in found.conditions:
        assert condition["best"] > 0
    equal = df.optimise("reach", **asked, subject={"exposure_muons": 1e14, "days": 10})
    assert equal.best == pytest.approx({"beam.days": 10, "beam.stopping_rate": 1e14 / 864000}, rel=1e-6)
    assert {row["follows"] for row in equal.rows} == {"exposure_muons = 1e+14", "days = 10"}
    assert equal.evaluations == 1
    F = df.optimise("reach", **asked, subject={"days": ">=3", "exposure_muons": "<=1e14"}, quantity="F_gev")
    assert F.limit == pytest.approx(df.reach(**FORWARD, settings=PLAIN | F.best).F_gev[0], rel=1e-12)
    assert F.gain == pytest.approx((1e14 / (14 * 86400 * 1e8)) ** 0.25, rel=1e-4)


def test_threshold_and_intensity_under_a_trigger_rate():
    """As the optimiser of the search does: the muon rate that fills the bandwidth, or less."""
    over = {"trigger.threshold": "12:30", "beam.stopping_rate": "1e5:1e8"}
    found = df.optimise("reach", **PHOTON, over=over, subject="trigger_rate=10")
    rows = {row["setting"]: row for row in found.rows}
    assert rows["trigger.threshold"]["best"] == pytest.approx(12)
    point = df.trigger("meg2", threshold=12).points[0]
    assert rows["beam.stopping_rate"]["best"] == pytest.approx(point["max_stopping_rate"], rel=1e-6)
    assert found.conditions[0]["own"] == pytest.approx(10, rel=1e-4)  # the search fills the bandwidth by itself
    given = PHOTON["settings"] | {"search.optimise": True, "search.optimise_low": 12, "search.optimise_high": 30}
    older = df.reach(**{**PHOTON, "settings": given})
    assert older.result.extra["best_branching_ratio"][0] == pytest.approx(found.limit, rel=1e-3)
    assert any("best threshold at the low end of its range, 12 MeV, at 10 MeV" in note for note in older.notes)


def test_json_table_figure_and_repetition(flipped, tmp_path, capsys):
    from matplotlib.figure import Figure

    axes = flipped.plot(Figure().add_subplot())
    assert [label.get_text() for label in axes.get_yticklabels()] == ["search.flipped_fraction"]
    place = axes.lines[1].get_xdata()[0]
    assert place == pytest.approx(flipped.rows[0]["best"] / 0.9)
    file = tmp_path / "best.json"
    command = ["optimise", "reach", "forward-positron", "--mass", "20", "--method", "fisher"]
    command += [word for key, value in PLAIN.items() for word in ("--set", f"{key}={value}")]
    command += ["--over", "beam.days=1:100", "--subject", "days<=30"]
    assert call(capsys, *command, "--out", str(file), "--figure", str(tmp_path / "best.pdf"))[0] == 0
    data = json.loads(file.read_text())
    assert data["optimum"][0]["best"] == pytest.approx(30)
    assert data["gain"] == pytest.approx((30 / 14) ** 0.5, rel=1e-6)
    assert (tmp_path / "best.pdf").stat().st_size > 1000
    code, out, _ = call(capsys, "rerun", str(file))
    assert (code, "every one is identical" in out) == (0, True)
    assert as_json(capsys, *command)["optimum"] == data["optimum"]


def test_mistakes(capsys):
    command = ["optimise", "reach", "forward-positron", "--mass", "20", "--method", "fisher", "--over"]
    for more, told in (
        (("beam.dayz=1:9",), "beam.dayz"),
        (("beam.days=9:1",), "LOW < HIGH"),
        (("beam.days=1",), "LOW:HIGH"),
        (("detector.efficiency=0.5:2",), "allowed (0, 1]"),
        (("search.channel=1:2",), "no number with a range"),
        (("search.bins=100:200",), "integer"),
        (("search.flipped_fraction=0:0.5:log",), "begins above 0"),
        (("beam.days=1:9", "--subject", "dayz=3"), "days [d]"),
        (("beam.days=1:9", "--subject", "days~3"), "NAME<=VALUE"),
        (("beam.days=1:9", "--subject", "days=-3"), "value > 0"),
        (("beam.days=1:9", "--subject", "days=30"), "no beam.days in its range gives days = 30"),
        (("beam.days=1:9", "--subject", "days>=30"), "no settings in these ranges"),
        (("beam.days=1:9", "--subject", "trigger_rate=3"), "--subject trigger_rate: megii-fwd does not have it"),
        (("search.focus=1:9", "--subject", "days=3"), "nothing of --over changes it"),
        (("beam.days=1:9", "--quantity", "epsilon"), "F_gev"),
    ):
        assert_answered(capsys, [*command, *more], told)
    photon = ["optimise", "reach", "missing-mass-photon", "--mass", "10", "--over", "trigger.threshold=10:20"]
    assert_answered(capsys, [*photon, "--subject", "trigger_rate=3"], "add --over beam.stopping_rate")
    with pytest.raises(InvalidInput, match="give a setting and its range"):
        df.optimise("reach", "forward-positron", over={})
    with pytest.raises(UnknownName):
        df.optimise("reach", "no-such-search", over={"beam.days": (1, 2)})
    assert math.isfinite(df.optimise("reach", **FORWARD, over={"beam.days": (1, 2)}).limit)
