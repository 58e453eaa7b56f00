"""Every number of the literature beside ours: where it is from, what the verdict is, and that a verdict can change."""

from __future__ import annotations

import dataclasses
import functools

import pytest

import darkfactory as df
from darkfactory.discovery import files_of
from darkfactory.errors import InvalidInput
from darkfactory.references import load_references
from darkfactory.validation.comparison import AGREES, CHOSEN, DISAGREES, Comparison, Topic
from darkfactory.validation.literature import TOPICS

ALL = [(topic.name, one) for topic in TOPICS.values() for one in topic.comparisons]
# what disagrees; each has a note
DISAGREE = {
    "decays": {"radiative-30-degrees", "radiative-edge-next"},
    "photon": {"radiative-sample", "trigger-rate"},
    "mu3e": {"dark-photon-phase-2"},
    "limits": {"twist-isotropic", "twist-v+a", "f-jodidio-recast"},
    "targets": {"freeze-in-default", "relic-10"},
    "neutrinos": {"charged-nubar", "fasernu-e", "fasernu-tau"},
    "dumps": {
        "e137-lower-edge-20",
        "e137-lower-edge-108",
        "e137-annihilation-largest-mass",
        "e141-lower-edge-2.06",
        "e141-lower-edge-10.3",
        "e141-upper-edge-10.3",
        "orsay-lower-edge-10.3",
        "orsay-lower-edge-49.3",
        "nucal-lower-edge-20",
    },
}


@functools.cache
def rows(topic):
    return [one.row(topic) for one in TOPICS[topic].comparisons]


def test_every_file_is_a_topic():
    assert set(TOPICS) == set(files_of("darkfactory.validation.topics"))
    assert 120 <= len(ALL) <= 180


@pytest.mark.parametrize(("topic", "one"), ALL, ids=lambda value: value if isinstance(value, str) else value.name)
def test_every_number_says_where_it_is_from(topic, one):
    assert one.source in load_references()
    assert one.provenance in ("quoted", "recalled", "digitised")
    assert "recalled" not in one.source
    # a number that was read off a curve is one of a record
    assert (one.provenance == "digitised") == callable(one.published)


@pytest.mark.parametrize("topic", TOPICS)
def test_verdicts(topic):
    found = {row["name"]: row for row in rows(topic)}
    assert {name for name, row in found.items() if row["verdict"] == DISAGREES} == DISAGREE.get(topic, set())
    for one in TOPICS[topic].comparisons:
        row = found[one.name]
        assert row["note"] or row["verdict"] == AGREES
        assert row["verdict"] != AGREES or not one.chosen
        inside = row["ratio"] and abs(row["ratio"] - 1) <= 0.99 * one.tolerance * min(row["ratio"], 1)
        assert not inside or row["verdict"] != DISAGREES


def test_one_percent_is_seen_where_the_tolerance_allows():
    sharp = [
        (one, row)
        for topic in ("decays", "michel", "statistics")
        for one, row in zip(TOPICS[topic].comparisons, rows(topic), strict=True)
        if one.tolerance < 4e-3 and 3 * one.error < 5e-3 * abs(row["published"]) and row["verdict"] == AGREES
    ]
    assert len(sharp) >= 15
    for one, row in sharp:
        assert {one.verdict(row["published"], x * row["ours"]) for x in (0.99, 1.01)} == {DISAGREES}, one.name


def test_what_validate_returns():
    found = df.validate("statistics")
    assert [dict(row) for row in found.rows] == rows("statistics")
    assert found.notes[0].startswith(f"{len(found.rows)} numbers: {len(found.rows)} agree")
    assert "| upper limit on the mean of 0 events, no background, 90% CL | 2.3 | 2.3026 |" in found.to_markdown()
    assert set(found.references) <= set(load_references())


def test_words_that_do_not_exist():
    with pytest.raises(InvalidInput, match="validate = 'muons': allowed decays"):
        df.validate("muons")
    one = TOPICS["michel"].comparisons[0]
    with pytest.raises(InvalidInput, match="tolerance = 0: allowed numbers > 0"):
        dataclasses.replace(one, tolerance=0.0)
    with pytest.raises(InvalidInput, match="error = -1: allowed numbers >= 0"):
        dataclasses.replace(one, error=-1.0)
    with pytest.raises(InvalidInput, match="two comparisons are called rho"):
        Topic("twice", "title", (one, one))


def test_verdict_of_something_chosen():
    one = Comparison("name", "quantity", 1.0, "source", "recalled", lambda: 1.0, chosen=True)
    assert [one.verdict(1.0, ours) for ours in (1.0, 0.9)] == [CHOSEN, DISAGREES]
