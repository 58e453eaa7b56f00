"""Curves of the registry against numbers that their publications state in words: abstracts, and PDG 2026 where it is named.

None of these numbers was read off a curve. Tolerances are of the coupling: the last digit that is stated, or a factor where only
an order of magnitude is. Ends are those of the masses for which a limit is stated.
"""

from __future__ import annotations

import math

import numpy as np
import pytest

from darkfactory.bounds import load_coupling_bounds

RECORDS = load_coupling_bounds()
EPSILON = 1.0
SQUARED = 0.5
"""Power that turns what is stated, epsilon or its square, into the quantity of the record."""


def values(name, low, high):
    """Limits at the points of a record with masses between two [MeV]."""
    region = RECORDS[name].limits[0].region
    points = np.concatenate([*region.lower, *region.outlines])
    return points[(low <= points[:, 0]) & (points[:, 0] <= high), 1]


@pytest.mark.parametrize(
    ("name", "masses", "stated", "power", "tolerance"),
    [
        ("a1-2014", (40, 300), 8e-7, SQUARED, 0.03),  # abstract of 1404.5502: as little as
        ("apex-2011", (175, 250), 1e-6, SQUARED, 0.1),  # abstract of 1108.2750: about
        ("wasa-2013", (20, 100), 5e-6, SQUARED, 0.05),  # abstract of 1304.0671
        ("babar-2014", (20, 10200), 3.5e-4, EPSILON, 0.02),  # PDG 2026
        ("na48-2-2015", (9, 120), 4.25e-4, EPSILON, 0.02),  # PDG 2026
        ("kloe-2015-eegamma", (5, 320), 1.7e-3, EPSILON, 0.05),  # PDG 2026
        ("kloe-2016-pipigamma", (519, 987), 4.4e-4, EPSILON, 0.02),  # PDG 2026
        ("pienu-2019", (15.7, 29), 1.7e-6, EPSILON, 0.02),  # PDG 2026
        ("pienu-low-mass-bryman-shrock", (2, 55), 2e-7, EPSILON, 0.2),  # PDG 2026
        ("e949-2014", (175, 300), 1e-9, EPSILON, 0.25),  # abstract of 1411.3963: level
        ("microboone-2019", (260, 385), 0.7e-7, EPSILON, 0.07),  # abstract of 1911.10545, Majorana
        ("mu3e-phase1-projected", (10, 80), 1e-7, SQUARED, 0.2),  # abstract of 1411.1770: about
        ("mu3e-phase2-projected", (10, 80), 1e-8, SQUARED, 0.4),  # the same
    ],
)
def test_strongest_value(name, masses, stated, power, tolerance):
    assert values(name, *masses).min() == pytest.approx(stated**power, rel=tolerance)


@pytest.mark.parametrize(
    ("name", "masses", "stated", "power", "tolerance"),
    [
        ("na48-2-2015", (9, 120), 8.8e-3, EPSILON, 0.06),  # PDG 2026
        ("kloe-2015-eegamma", (5, 320), 1e-2, EPSILON, 0.05),  # PDG 2026
        ("kloe-2016-pipigamma", (519, 987), 4.3e-3, EPSILON, 0.02),  # PDG 2026
        ("kloe-2012-phi-eta", (50, 210), 8e-6, SQUARED, 0.03),  # abstract of 1210.3927; that of 1110.0411 has 2e-5
        ("pienu-low-mass-bryman-shrock", (2, 55), 1e-4, EPSILON, 0.15),  # PDG 2026
        ("e949-2014", (175, 300), 1e-7, EPSILON, 0.15),  # abstract of 1411.3963: level
        ("microboone-2019", (260, 385), 4.7e-7, EPSILON, 0.07),  # abstract of 1911.10545, Majorana; Dirac 6.6e-7
    ],
)
def test_weakest_value(name, masses, stated, power, tolerance):
    assert values(name, *masses).max() == pytest.approx(stated**power, rel=tolerance)


@pytest.mark.parametrize(
    ("name", "masses", "level", "factor"),
    [
        ("na62-2020", (144, 462), 1e-9, 1.7),  # abstract of 2005.09575: over most of the masses
        ("na62-2021", (200, 384), 1e-8, 1.2),  # abstract of 2101.12304: of the order
        ("na62-pion-2025", (95, 126), 1e-8, 1.6),  # abstract of 2507.07345: level
        ("belle2-2020", (200, 9700), 1e-3, 1.5),  # abstract of 2007.13071: level
        ("babar-2014", (20, 10200), math.sqrt(1e-4 * 1e-3), 3.2),  # abstract of 1406.2980: 1e-4 to 1e-3
    ],
)
def test_usual_level(name, masses, level, factor):
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


@pytest.mark.parametrize(
    ("name", "mass", "far_side", "tolerance"),
    [
        ("faser-2023-27fb", 17.0, 1e-4, 0.3),  # abstract of 2308.05587: about 2e-5 to 1e-4 for about 17 to 70 MeV
        ("faser-2023-27fb", 70.0, 2e-5, 0.1),
        ("na62-dump-2025", 50.0, 4e-5, 0.2),  # 2312.12055: 50 to 600 MeV, 1e-6 to 4e-5
        ("na62-dump-2025", 600.0, 1e-6, 0.2),
    ],
)
def test_corners_of_what_is_excluded(name, mass, far_side, tolerance):
    assert RECORDS[name].far_side(mass) == pytest.approx(far_side, rel=tolerance)


@pytest.mark.parametrize(
    ("name", "mass", "stated"),
    [
        ("red-giants-2020", 0.0, 1.3e-13),  # PDG 2026, of 2007.03694
        ("red-giants-straniero-2020", 0.0, 1.48e-13),  # PDG 2026, of 2010.03833
        ("white-dwarfs-2014", 0.0, 2.8e-13),  # PDG 2026, of 1406.7712
        ("muonic-bosons-2021", 0.05, 3.1e-9),  # abstract of 2109.03244
        ("muonic-bosons-2021", 1.0, 0.9e-10),
    ],
)
def test_single_numbers(name, mass, stated):
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
