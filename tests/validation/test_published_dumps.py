"""Chapter 05, section 9b: recasts of beam dumps against published contours, and the page made of them."""

from __future__ import annotations

from pathlib import Path

import pytest

import darkfactory as df
from darkfactory.validation.literature import TOPICS

PAGE = Path(__file__).parents[2] / "docs" / "dumps.md"


@pytest.fixture(scope="module")
def found():
    return df.validate("dumps")


def ratios(found, name, acceptance, mass):
    (row,) = [r for r in found.rows if (r["experiment"], r["acceptance"], r["mass"]) == (name, acceptance, mass)]
    return row


@pytest.mark.parametrize(
    ("name", "acceptance", "mass", "floor", "edge"),
    [
        ("e141", "both", 2.06, 1.44, 1.20),
        ("e141", "both", 5.4, 0.92, 1.25),
        ("e141", "both", 10.3, 0.73, 1.29),
        ("e141", "energy", 10.3, 0.60, 1.39),
        ("e141", "one", 10.3, 0.87, 1.30),
        ("e774", "both", 2.06, 1.44, 1.03),
        ("e774", "line", 5.4, 0.99, 1.06),
        ("orsay", "both", 2.06, 3.07, 1.02),
        ("orsay", "both", 49.3, 1.36, 1.06),
        ("orsay", "energy", 49.3, 1.10, 1.19),
    ],
)
def test_ratios_to_published_edges(found, name, acceptance, mass, floor, edge):
    row = ratios(found, name, acceptance, mass)
    assert row["floor_ratio"] == pytest.approx(floor, rel=3e-2)
    assert row["edge_ratio"] == pytest.approx(edge, rel=3e-2)


@pytest.mark.parametrize(
    ("name", "acceptance", "tip", "published"),
    [
        ("e137", "both", 330, 379),
        ("e141", "one", 25.9, 19.2),
        ("orsay", "line", 110, 80.3),
        ("e774", "both", 10.0, 9.86),
    ],
)
def test_largest_masses(found, name, acceptance, tip, published):
    row = ratios(found, name, acceptance, None)
    assert row["tip_mev"] == pytest.approx(tip, rel=1e-2)
    assert row["published_tip_mev"] == pytest.approx(published, rel=1e-2)
    assert row["tip_mev_ratio"] == pytest.approx(tip / published, rel=2e-2)


def test_what_is_unexplained_or_picked_is_said(found):
    said = dict(note.split(": ", 1) for note in found.notes)
    assert "unexplained" in said["kek"]
    assert "Do not use the recast above 25 MeV" in said["kek"]
    assert "27.5 GeV" in said["e774"]
    assert "picked" in said["na64"]


def test_the_page_is_what_the_command_makes(found):
    assert PAGE.read_text() == found.to_markdown()


def test_the_topic_has_numbers_of_the_table(found):
    numbers = {one.name: one for one in TOPICS["dumps"].comparisons}
    floor = numbers["e141-lower-edge-10.3"]
    row = ratios(found, "e141", "both", 10.3)
    assert (floor.published(), floor.ours()) == (row["published_floor"], row["floor"])
    assert numbers["orsay-largest-mass"].ours() == ratios(found, "orsay", "both", None)["tip_mev"]
