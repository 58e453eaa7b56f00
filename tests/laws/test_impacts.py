"""Laws of ``impacts``: every number is there, elasticities are derivatives of true limits, bettered limits are true ones."""

from __future__ import annotations

import json
import math

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.searches.registry import SEARCHES
from support.command_line import as_json, assert_answered, call

PLAIN = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}
SYSTEMATIC = {"search.systematics.normalization": 0.01, "search.systematics.energy_scale": 3e-4}
DUMP = {"search": "beam-dump", "experiment": "e141", "mass": 3, "model": "dark-photon"}
FORWARD = {"search": "forward-positron", "mass": 20}


def by_number(found):
    return {row["number"]: row for row in found.rows}


@pytest.fixture(scope="module")
def plain():
    return df.impacts("reach", **FORWARD, method="fisher", settings=PLAIN, improve=2)


@pytest.fixture(scope="module")
def dump():
    return df.impacts("reach", **DUMP, improve=2, quantity="branching_ratio")


@pytest.mark.parametrize("name", ["beam-dump", "ee-resonance", "forward-positron", "neutral-current"])
def test_every_number_that_an_audit_sees_is_there(name):
    """Also those of publications that were read, which an audit does not list; nothing is computed without evaluations."""
    search = SEARCHES[name]
    asked = {"mass": search.example.mass, "settings": dict(search.example.settings)}
    found = df.impacts("reach", name, **asked, evaluations=0)
    audited = {row["number"] for row in df.audit(df.reach(name, **asked), budget=0).rows}
    assert audited <= by_number(found).keys()
    assert found.evaluations == 0
    assert all(row["elasticity"] is None or row["computed"] == "exact" for row in found.rows)
    assert all(row["status"] for row in found.rows)


@pytest.mark.parametrize(
    ("method", "keys", "evaluations"),
    [
        ("profile", ["search.systematics.energy_scale"], 0),
        ("fisher", [*SYSTEMATIC, "beam.days", "beam.stopping_rate"], 60),
    ],
)
def test_exact_elasticities_are_those_of_true_limits(method, keys, evaluations):
    """Widths of priors and what signal and background go with, by reaches with these settings: they tabulate anew."""
    found = by_number(df.impacts("reach", **FORWARD, method=method, settings=SYSTEMATIC, evaluations=evaluations))
    for key in keys:
        row = found[key]
        assert row["computed"] == "exact"
        factors = (1 + 5e-3, 1 - 5e-3)
        up, down = (df.reach(**FORWARD, method=method, settings=SYSTEMATIC | {key: row["value"] * f}) for f in factors)
        moved = math.log(factors[0] / factors[1])
        wanted = math.log(up.branching_ratio[0] / down.branching_ratio[0]) / moved
        assert row["elasticity"] == pytest.approx(wanted, rel=1e-4, abs=1e-6)
        assert row["elasticities.F_gev"] == pytest.approx(
            math.log(up.F_gev[0] / down.F_gev[0]) / moved, rel=1e-4, abs=1e-6
        )


def test_exposure_of_statistics_alone(plain):
    """A square root over background, in whatever way it is said; linear where nothing is expected."""
    rows = by_number(plain)
    for key in ("beam.days", "beam.stopping_rate", "likelihood.exposure"):
        assert rows[key]["elasticity"] == pytest.approx(-0.5, abs=1e-9)
        assert rows[key]["computed"] == "exact"
        assert (rows[key]["low"], rows[key]["high"]) == (0.1, 10.0)
        assert rows[key]["elasticities.F_gev"] == pytest.approx(0.25, abs=1e-6)
        assert rows[key]["up"] == pytest.approx(1.1**-0.5 - 1, rel=1e-9)
        assert rows[key]["gain"] == pytest.approx(2**0.5, rel=1e-9)
    assert rows["likelihood.background"]["elasticity"] == pytest.approx(0.5, abs=1e-9)
    none = df.impacts("reach", **FORWARD, settings=PLAIN | {"beam.days": 1e-9}, evaluations=40)
    found = by_number(none)
    for key in ("beam.days", "likelihood.exposure", "likelihood.signal"):
        assert found[key]["elasticity"] == pytest.approx(-1.0, abs=1e-6)
        assert found[key]["computed"] == "differences"
    assert any(note.startswith("few events") for note in none.notes)


def test_bettered_limits_are_true_ones(plain, dump):
    for found, asked in ((plain, {**FORWARD, "method": "fisher", "settings": PLAIN}), (dump, DUMP)):
        first, *rest = found.improvements
        assert first["number"].startswith(("detector.", "target."))
        assert all(row["gain"] <= first["gain"] for row in rest)
        assert not any(row["number"].startswith("likelihood.") for row in found.improvements)
        for row in (first, rest[2]):
            settings = asked.get("settings", {}) | {row["number"]: row["better"]}
            again = df.reach(**{**asked, "settings": settings})
            assert again.branching_ratio[0] == pytest.approx(row["improved"], rel=1e-9)
            assert found.limits["branching_ratio"] / row["improved"] == pytest.approx(row["gain"], rel=1e-12)
            assert max(row["better"] / row["value"], row["value"] / row["better"]) <= 2 * (1 + 1e-12)
    ended = by_number(plain)["beam.polarization"]
    assert (ended["better"], ended["high"]) == (pytest.approx(1.0), pytest.approx(1 / 0.99, rel=1e-5))


def test_ranges_are_where_the_true_limit_leaves_the_power_law(dump):
    row = by_number(dump)["target.Z"]
    for end in ("low", "high"):
        limit = df.reach(**DUMP, settings={"target.Z": row["value"] * row[end]}).branching_ratio[0]
        off = math.log(limit / dump.limits["branching_ratio"]) - row["elasticity"] * math.log(row[end])
        at_end = row[end] == pytest.approx(118 / row["value"], rel=1e-5)
        assert abs(off) < math.log(1.1) * 1.05
        assert at_end or abs(off) > math.log(1.1) * 0.7


def test_nuisances_before_and_after_the_fit():
    found = df.impacts("reach", **FORWARD, settings=SYSTEMATIC, evaluations=0)
    rows = by_number(found)
    scale, free = rows["search.systematics.energy_scale"], rows["search.systematics.polarization"]
    assert scale["prior"] == 3e-4
    assert 0 < scale["postfit"] < scale["prior"]
    assert abs(scale["pull"]) < 5
    assert scale["change"] == "one sigma"
    # data in which the scale is off hide or fake a line
    assert scale["up"] * scale["down"] < 0
    assert abs(free["up"]) < abs(scale["up"])


def test_a_coupling_is_asked_for(dump):
    found = df.impacts("reach", **DUMP, quantity="epsilon", improve=2)
    for name in ("beam.electrons", "target.X0"):
        one, other = by_number(dump)[name], by_number(found)[name]
        assert other["elasticity"] == pytest.approx(one["elasticities.epsilon"], rel=1e-9)
        assert other["elasticities.branching_ratio"] == pytest.approx(one["elasticity"], rel=1e-9)
    scale = df.impacts("reach", **FORWARD, method="fisher", settings=PLAIN, quantity="F_gev", improve=2, evaluations=80)
    rows = by_number(scale)
    assert rows["beam.days"]["elasticity"] == pytest.approx(0.25, abs=1e-6)  # F is stronger where it is larger
    assert rows["beam.days"]["gain"] == pytest.approx(2**0.25, rel=1e-6)


def test_what_cannot_be_set_alone_says_so(plain):
    rows = by_number(plain)
    assert rows["beam.particle"]["status"] == "not computed: no number that can be set alone"
    assert rows["search.flipped_fraction"]["status"] == "not computed: a part of 0 is 0"
    assert rows["model.C_V"]["status"].startswith("not computed: given as it is it changes the limit")
    assert rows["detector.efficiency"]["status"].startswith("computed on one side")


def test_what_a_budget_cuts_can_be_repeated(tmp_path, capsys):
    cut = df.impacts("reach", **DUMP, budget=0.0)
    assert cut.quantity == "epsilon"  # the branching ratio is the one at the edge of the region
    assert cut.run["arguments"]["evaluations"] == cut.evaluations == 0
    assert cut.run["arguments"]["budget"] is None
    assert any(note.startswith("stopped after 0 other limits") for note in cut.notes)
    file = tmp_path / "some.json"
    command = ["impacts", "reach", "beam-dump", "--experiment", "e141", "--mass", "3", "--evaluations", "20"]
    assert call(capsys, *command, "--out", str(file), "--figure", str(tmp_path / "some.png"))[0] == 0
    data = json.loads(file.read_text())
    assert data["evaluations"] == 20
    statuses = [row["status"] for row in data["impacts"]]
    assert any("the time is used up" in status for status in statuses)
    assert (tmp_path / "some.png").stat().st_size > 5000
    assert "--figure" not in data["run"]["command"]
    code, out, _ = call(capsys, "rerun", str(file))
    assert (code, "every one is identical" in out) == (0, True)


def test_the_figure(plain):
    from matplotlib.figure import Figure

    axes = plain.plot(Figure().add_subplot())
    names = [label.get_text() for label in axes.get_yticklabels()]
    assert names[0].startswith("beam.polarization")
    assert axes.get_xlabel() == "change of the limit on branching_ratio [%]"
    up, down = axes.containers
    days = names.index("beam.days (10%)")
    assert up[days].get_width() == pytest.approx(100 * (1.1**-0.5 - 1))
    assert down[days].get_width() == pytest.approx(100 * (1.1**0.5 - 1))
    assert up[0].get_facecolor() != down[0].get_facecolor()
    few = df.impacts("reach", **FORWARD, settings=SYSTEMATIC, evaluations=0).plot(Figure().add_subplot())
    (side,) = (other for other in few.figure.axes if other is not few)
    assert side.get_xlabel() == "pull / prior"
    assert np.isfinite(few.get_xlim()).all()


def test_the_command_and_its_mistakes(capsys):
    command = ["impacts", "reach", "beam-dump", "--experiment", "e141", "--model", "dark-photon"]
    found = as_json(capsys, *command, "--mass", "3", "--improve", "2", "--set", "beam.electrons=1e15")
    assert found["limits"].keys() == {"branching_ratio", "epsilon", "epsilon2"}
    (row,) = (row for row in found["impacts"] if row["number"] == "beam.electrons")
    assert (row["value"], row["origin"]) == (1e15, "user")
    assert found["improvements"][0]["gain"] > 1.2
    for more, told in (
        (("--mass", "1:5:3"), "several"),
        (("--mass", "3", "--improve", "1"), "improve = 1"),
        (("--mass", "3", "--budget", "-1"), "budget = -1"),
        (("--mass", "3", "--quantity", "F_gev"), "allowed epsilon, epsilon2, branching_ratio"),
        (("--mass", "40"), "nothing has an impact"),
        (("--mass", "3", "--set", "electrons=3"), "beam.electrons"),
    ):
        assert_answered(capsys, [*command, *more], told)
    with pytest.raises(InvalidInput, match="impacts of"):
        df.impacts("rate", "mu -> e a")
    with pytest.raises(DarkfactoryError):
        df.impacts("reach", "no-such-search", mass=3)


def test_a_confidence_level_is_no_number_to_better():
    """The level of a card is chosen: half of it makes a limit stronger, and nothing better."""
    found = by_number(df.impacts("reach", **DUMP, settings={"search.events": "poisson"}, evaluations=0))
    assert found["search.cl"]["status"].startswith("not computed: a level that is chosen")
    assert not found["beam.electrons"]["status"].startswith("not computed: a level")
    with pytest.raises(InvalidInput, match=r"search\.cl: a level that is chosen"):
        df.optimise("reach", **DUMP, over={"search.cl": "0.6:0.9"})
