"""What counts say of a reach: fits, global p-values, pseudo-data by their seed, drawings, and how it is repeated."""

from __future__ import annotations

import csv
import functools
import json
from typing import Any

import numpy as np
import pytest

import darkfactory as df
from darkfactory.errors import DarkfactoryError
from darkfactory.output import flattened
from support.command_line import as_json, assert_answered, call

QUICK = {"search.sampling": 0.3}
FEW = {"beam.exposure_muons": 1e3, "search.bins": 12, "search.systematics": "none"}
SIZE = 2e-4


@functools.cache
def photon(**given: Any) -> Any:
    return df.reach("missing-mass-photon", mass=[10, 20], settings=QUICK, **given)


def test_a_signal_is_seen_at_its_mass_and_in_the_whole_scan():
    rows = photon(asimov=True, inject=SIZE, look_elsewhere="gross-vitells").rows
    for row in rows:
        fit = row["fit"]
        assert fit["branching_ratio"] == pytest.approx(SIZE, rel=1e-6)
        assert fit["branching_ratio"] / fit["error"] == pytest.approx(fit["z"], rel=0.05)
        assert fit["p_value"] < fit["global_p_value"] < 100 * fit["p_value"]
        assert fit["global_z"] < fit["z"]
        assert (fit["exact"], fit["goodness_from"], fit["status"]) == (False, "chi2", "ok")
        assert set(fit["pulls"]) == {"rmd_norm", "rc_norm"}
        assert row["observed"]["branching_ratio"] > SIZE > row["expected"]["branching_ratio"]


def test_a_coupling_is_injected_as_its_branching_ratio():
    rows = photon(asimov=True, inject="F_gev=1e9").rows
    for row in rows:
        scale = row["expected"]["F_gev"] / 1e9
        assert row["fit"]["branching_ratio"] == pytest.approx(row["expected"]["branching_ratio"] * scale**2, rel=1e-6)
    assert photon(asimov=True, inject=f"branching_ratio={SIZE}").rows == photon(asimov=True, inject=SIZE).rows


def test_toys_are_those_of_their_seed_whoever_asks_for_them():
    """Neither how many there are, nor which other masses, nor data beside them change a toy."""
    many = photon(toys=12, seed=3, inject=SIZE).rows
    few = df.reach("missing-mass-photon", mass=20, settings=QUICK, toys=5, seed=3, inject=SIZE, asimov=True).rows
    other = photon(toys=5, seed=4, inject=SIZE).rows
    for what in ("limit", "best_fit", "z"):
        drawn = [row["toys"]["experiments"][what] for row in (many[1], few[0], other[1])]
        assert drawn[1] == pytest.approx(drawn[0][:5], rel=1e-9)
        assert drawn[2] != drawn[1]
    toys = many[1]["toys"]
    best = np.array(toys["experiments"]["best_fit"])
    assert toys["best_fit"]["mean"] == pytest.approx(best.mean(), rel=1e-12)
    assert toys["best_fit"]["median"] == pytest.approx(np.median(best), rel=1e-12)
    assert (toys["n"], toys["failed"], toys["injected"]) == (12, 0, SIZE)
    assert abs(best.mean() - SIZE) < 5 * toys["best_fit"]["error"]
    assert "fit" not in many[0]


def test_few_events_have_exact_p_values_and_a_goodness_of_toys():
    options = {"mass": 20, "settings": FEW}
    found = df.reach("forward-positron", asimov=True, toys=40, seed=1, **options)
    (row,) = found.rows
    assert found.result.poisson.tolist() == [True]
    assert (row["fit"]["exact"], row["fit"]["goodness_from"]) == (True, "toys")
    assert 0 < row["fit"]["goodness"] <= 1
    limits = np.array(row["toys"]["experiments"]["limit"])
    assert len(np.unique(np.round(limits, 12))) < len(limits)  # a few counts in a window
    assert row["toys"]["limit"]["median"] == pytest.approx(row["expected"]["branching_ratio"], rel=0.2)


def test_counts_that_are_no_integers_are_said_to_be_pseudo_data():
    model = photon().result.models
    found = photon.__wrapped__(data=model.background[0])
    assert any(note.startswith("counts that are no integers (first ") for note in found.notes)
    whole = photon.__wrapped__(data=np.round(model.background[0]))
    assert not any("integers" in note for note in whole.notes)
    assert whole.rows[0]["fit"]["branching_ratio"] == pytest.approx(0, abs=1e-5)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"data": [1.0], "asimov": True}, "data, asimov: allowed one of them"),
        ({"inject": 1e-7}, "inject = 1e-07: a signal in pseudo-data; give asimov or toys too"),
        ({"asimov": True, "seed": 1}, "seed: changes nothing without look-elsewhere=toys, or toys"),
        ({"toys": -1}, r"toys = -1: allowed \[1, 100000\]"),
        ({"toys": 0}, r"toys = 0: allowed \[1, 100000\]"),
        ({"toys": 1, "seed": -1}, "seed = -1: allowed"),
        (
            {"asimov": True, "inject": "strong"},
            "inject = strong: must be a branching ratio such as 2e-7, or NAME=VALUE",
        ),
        ({"asimov": True, "inject": -1e-7}, "inject = -1e-07: allowed .0, 1.; a branching ratio such as 2e-7"),
        ({"asimov": True, "inject": 2}, "inject = 2: allowed .0, 1."),
        ({"toys": 2, "inject": "F_gev=1"}, "inject F_gev = 1: is a branching ratio of .*: allowed up to 1"),
        ({"asimov": True, "inject": "F_gev=0"}, "inject F_gev = 0: allowed"),
        ({"asimov": True, "inject": "F=1e9"}, "coupling = 'F': allowed branching_ratio, F_gev"),
        ({"look_elsewhere": "gross-vitells"}, "look-elsewhere = gross-vitells: changes nothing without discovery"),
        ({"asimov": True, "method": "fisher"}, "allowed profile, cls"),
        ({"toys": 3, "method": "fisher"}, "method of limits from toys = 'fisher': allowed profile, cls"),
    ],
)
def test_what_does_not_go_together_is_refused(given, words):
    with pytest.raises(DarkfactoryError, match=words):
        photon.__wrapped__(**given)


def test_a_signal_that_is_no_power_of_the_coupling_is_injected_as_a_branching_ratio():
    with pytest.raises(DarkfactoryError, match="cutoff_gev = 200: allowed branching_ratio in this search"):
        df.reach("neutral-current", "ship", mass=1000, asimov=True, inject="cutoff_gev=200")


def test_what_a_dump_counts_is_no_multiple_of_the_branching_ratio():
    """At both edges of the region 3 events; twice its branching ratio gives four times as many, and toys know it."""

    def seen(inject, **more):
        return df.reach("beam-dump", mass=5, inject=inject, **more)

    usual = df.reach("beam-dump", mass=5)
    (weak, strong), limit = usual.rows[0]["excluded"]["epsilon"][0], usual.branching_ratio[0]
    for inject in (f"epsilon={weak!r}", f"epsilon={strong!r}", f"epsilon2={weak**2!r}", limit):
        found = seen(inject, asimov=True)
        assert found.observation.counts[0] == pytest.approx(3.0, rel=1e-8)
        assert found.rows[0]["fit"]["branching_ratio"] == pytest.approx(limit, rel=1e-8, abs=0)
    doubled = seen(2 * limit, asimov=True)
    assert doubled.observation.counts[0] == pytest.approx(12.0, rel=1e-3)
    assert doubled.rows[0]["fit"]["branching_ratio"] == pytest.approx(2 * limit, rel=1e-8, abs=0)
    assert seen(f"epsilon={2 * strong!r}", asimov=True).observation.counts[0] < 1e-20
    toys = seen(f"epsilon={2 * weak!r}", toys=200).rows[0]["toys"]
    assert toys["injected"] == pytest.approx(4 * limit, rel=1e-9, abs=0)
    assert toys["best_fit"]["median"] == pytest.approx(4 * limit, rel=0.03, abs=0)
    with pytest.raises(DarkfactoryError, match="coupling = 'g_mu': allowed branching_ratio, epsilon"):
        seen("g_mu=1", asimov=True)


def test_more_events_than_any_coupling_gives_are_no_branching_ratio():
    """At 50 MeV E137 sees some thousand events at most."""
    (row,) = df.reach("beam-dump", mass=50, data=[10**9]).rows
    assert (row["fit"]["branching_ratio"], row["fit"]["error"]) == (None, None)
    assert row["fit"]["p_value"] == 0.0


def test_toys_that_nobody_can_draw_are_refused():
    """A line in closed form has no counts, and measured ratios have none; a closed mass is a row as ever."""
    with pytest.raises(DarkfactoryError, match="toys = 2: nothing is counted here that can be drawn"):
        df.reach("neutral-current", "nutev", mass=1000, toys=2)
    closed = df.reach("missing-mass-photon", mass=60, settings=QUICK, toys=2)
    assert closed.rows[0]["status"] == "closed"


def test_counts_of_a_dump_whose_card_allows_many_are_those_of_few_events():
    """E141 allows 3419 events: five are weighed where five can be seen, also where the card alone limits nothing."""
    found = df.reach("beam-dump", "e141", mass=[5, 20], data=[5])
    none = df.reach("beam-dump", "e141", mass=[5, 20], asimov=True, toys=2)
    for row, empty in zip(found.rows, none.rows, strict=True):
        best, limit = row["fit"]["branching_ratio"], row["observed"]["branching_ratio"]
        assert 0.6 < best / limit < 1  # 5 events against 10.5, and X that decay earlier
        assert empty["toys"]["limit"]["median"] == pytest.approx(empty["observed"]["branching_ratio"], rel=1e-9)
    assert any("a single count: best fits" in note for note in found.notes)
    assert "signal_at_limit" not in found.template.text(".csv")


def test_a_drawing_has_counts_background_signal_and_what_is_left():
    found = photon(asimov=True, inject=SIZE)
    figure = found.plot_data()
    top, below = figure.axes
    assert "10 MeV" in top.get_title() or "20 MeV" in top.get_title()
    assert [text.get_text() for text in top.get_legend().get_texts()][:2] == [
        "background of the fit",
        "best fit, BR = 0.0002",
    ]
    assert below.get_xlabel() == "m_miss2 [MeV^2]"
    left = below.lines[0].get_ydata()
    assert left.max() == pytest.approx(SIZE * max(one.signal.max() for one in found.result.counts()), rel=0.7)
    assert photon(asimov=True, inject=SIZE).plot_data(10.0).axes[0].get_title().endswith("10 MeV")
    with pytest.raises(DarkfactoryError, match="no counts to draw; give data or asimov"):
        photon().plot_data()
    with pytest.raises(DarkfactoryError, match=r"mass = 15\.0: allowed 10\.0, 20\.0"):
        found.plot_data(15)


def test_from_a_template_to_limits_on_the_command_line(capsys, tmp_path):
    """The worked example of docs/data.md: template, counts, limits and a drawing, and the run repeated without the file."""
    words = ("reach", "forward-positron", "--mass", "20", "--set", "search.bins=20")
    template, table, out, drawn = (tmp_path / name for name in ("t.csv", "n.csv", "o.json", "n.pdf"))
    call(capsys, *words, "--template", template)
    rows = list(csv.DictReader(line for line in template.read_text().splitlines() if not line.startswith("#")))
    with table.open("w") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "counts": round(float(row["background"]))} for row in rows)
    (row,) = as_json(capsys, *words, "--data", table, "--figure", drawn, "--out", out)["points"]
    assert row["observed"]["branching_ratio"] == pytest.approx(row["expected"]["branching_ratio"], rel=0.02)
    assert drawn.read_bytes().startswith(b"%PDF")
    table.unlink()
    assert as_json(capsys, "rerun", out)["largest_relative_difference"] == 0
    old = json.loads(out.read_text())
    old["run"]["arguments"]["observed"] = old["run"]["arguments"].pop("data")
    out.write_text(json.dumps(old))
    assert as_json(capsys, "rerun", out)["agrees"]
    assert_answered(capsys, (*words, "--figure", drawn), "no counts to draw; give data or asimov")


def test_every_entry_of_counts_has_a_meaning():
    found = photon(asimov=True, inject=SIZE, look_elsewhere="gross-vitells")
    toys = photon(toys=12, seed=3, inject=SIZE)
    for one in (found, toys):
        about = {column.name: column for column in one.columns}
        for name in flattened(one.rows[0]):
            assert about[name].doc, name


def test_displaced_pairs_are_injected_at_either_edge():
    """A coupling at which pairs live long, and one at which few of them get far enough, give the same counts."""
    settings = {"search.precision": 0.1}
    usual = df.reach("ee-displaced", mass=10, settings=settings)
    weak, strong = usual.rows[0]["excluded"]["epsilon"][0]
    one, other = (
        df.reach("ee-displaced", mass=10, settings=settings, asimov=True, inject=f"epsilon={edge!r}")
        for edge in (weak, strong)
    )
    assert one.observation.counts[0] == pytest.approx(other.observation.counts[0], rel=1e-9)
    for found in (one, other):
        assert found.rows[0]["fit"]["branching_ratio"] == pytest.approx(usual.branching_ratio[0], rel=1e-8)
