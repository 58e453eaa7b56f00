"""Curves of the registry against numbers that their publications state in words: abstracts, and PDG 2026 where it is named.

None of these numbers was read off a curve. Tolerances are of the coupling: the last digit that is stated, or a factor where only
an order of magnitude is; most are those of the topic ``records`` of `validate`. Ends are those of the masses for which a limit is
stated.
"""

from __future__ import annotations

import numpy as np
import pytest

from darkfactory.bounds import load_coupling_bounds
from darkfactory.validation.topics import records

RECORDS = load_coupling_bounds()


def values(name, low, high):
    """Limits at the points of a record with masses between two [MeV]."""
    region = RECORDS[name].limits[0].region
    points = np.concatenate([*region.lower, *region.outlines])
    return points[(low <= points[:, 0]) & (points[:, 0] <= high), 1]


@pytest.mark.parametrize(("name", "masses", "stated", "power", "tolerance", "source", "words"), records.STRONGEST)
def test_strongest_value(name, masses, stated, power, tolerance, source, words):
    assert values(name, *masses).min() == pytest.approx(stated**power, rel=tolerance)


@pytest.mark.parametrize(("name", "masses", "stated", "power", "tolerance", "source", "words"), records.WEAKEST)
def test_weakest_value(name, masses, stated, power, tolerance, source, words):
    assert values(name, *masses).max() == pytest.approx(stated**power, rel=tolerance)


@pytest.mark.parametrize(("name", "masses", "stated", "power", "tolerance", "source", "words"), records.USUAL)
def test_usual_level(name, masses, stated, power, tolerance, source, words):
    level, factor = stated**power, 1 + tolerance
    assert level / factor < np.median(values(name, *masses)) < level * factor


@pytest.mark.parametrize(
    ("name", "ends", "tolerance"),
    [
        ("a1-2014", (40, 300), 0.04),  # abstracts: numbers as above
        ("apex-2011", (175, 250), 0.02),
        ("pienu-2017", (60, 135), 0.04),  # abstract of 1712.03275
        ("pienu-2019", (15.7, 33.8), 0.003),
        ("na62-2020", (144, 462), 1e-3),
        ("na62-2021", (200, 384), 1e-3),
        ("na62-pion-2025", (95, 126), 2e-3),
        ("e949-2014", (175, 300), 0.02),
        ("microboone-2019", (260, 385), 2e-3),
        ("belle2-2020", (200, 9700), 0.05),
        ("sn1987a-mu-e-heavy", (115, 280), 1e-12),
    ],
)
def test_ends_of_the_masses(name, ends, tolerance):
    limits = RECORDS[name].limits
    assert (limits[0].mass_min, limits[-1].mass_max) == pytest.approx(ends, rel=tolerance)


@pytest.mark.parametrize(("name", "mass", "far_side", "tolerance", "source", "words"), records.CORNERS)
def test_corners_of_what_is_excluded(name, mass, far_side, tolerance, source, words):
    assert RECORDS[name].far_side(mass) == pytest.approx(far_side, rel=tolerance)


@pytest.mark.parametrize(("name", "mass", "stated", "source"), records.SINGLE)
def test_single_numbers(name, mass, stated, source):
    """They are these numbers: the records say so, and no conversion moves them."""
    record = RECORDS[name]
    assert record.value(mass) == pytest.approx(stated, rel=1e-12)
    assert record.limit(mass).provenance == "quoted"


@pytest.mark.parametrize(
    ("name", "cl"),
    [("a1-2014", 0.95), ("belle2-2020", 0.95), ("na48-2-2015", 0.9), ("babar-2014", 0.9), ("white-dwarfs-2014", 0.99)],
)
def test_confidence_levels(name, cl):
    """PDG 2026 of A1 and white dwarfs; abstracts of 2007.13071, 1406.2980 and of the HEPData record of NA48/2."""
    assert {limit.cl for limit in RECORDS[name].limits} == {cl}
