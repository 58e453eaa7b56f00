"""Power counting of portals: order of rates, and where they are unitary."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest

from darkfactory.figures import figure
from darkfactory.figures.points import picked
from darkfactory.models.portal import PORTALS, Portal


@pytest.mark.parametrize("name", PORTALS)
@pytest.mark.parametrize("c", [1e-3, 1.0, 30.0])
def test_unitarity_ends_where_the_rate_reaches_16_pi(name, c):
    portal = Portal.named(name, c, 1e3)
    low, high = portal.unitary_range_gev
    for sqrt_s in np.geomspace(1e-3, 1e3, 25):
        inside = portal.cross_section_gev2(sqrt_s) * sqrt_s**2 < 16 * math.pi
        assert inside == (low < sqrt_s < high)


def test_unitarity_of_an_irrelevant_portal():
    # s = Lambda^2 (16 pi / c^2)^(1 / (D - 4))
    portal = Portal(2, 4, c=20.0, cutoff_gev=1e3)
    assert portal.unitary_range_gev[1] ** 2 == pytest.approx(1e6 * (16 * math.pi / 400) ** 0.5, rel=1e-12)
    assert "below" in portal.unitarity_note
    assert "at all energies" in Portal(2, 2).unitarity_note
    assert "at no energy" in Portal(2, 2, c=8.0).unitarity_note
    assert "above" in Portal(1, 2).unitarity_note


def test_lowest_dimension_wins():
    data = figure("portals", settings={"c": 0.1, "cutoff_gev": 500, "dimension": 4.5}).data
    names = sorted(PORTALS, key=lambda name: picked(data.rows, curve=name)[0]["dimension"])
    assert picked(data.rows, curve="conformal")[0]["dimension"] == 7
    rates = [[row["cross_section_cm2"] for row in picked(data.rows, curve=name)][:-1] for name in names]
    for more, less in itertools.pairwise(rates):
        assert all(a >= b * (1 - 1e-9) for a, b in zip(more, less, strict=True))


@pytest.mark.parametrize("c", [0.1, 20.0])
def test_figure_is_the_power_counting(c):
    data = figure("portals", settings={"c": c, "cutoff_gev": 500, "dimension": 4.5}).data
    cm2 = 3.893794e-28  # of 1/GeV^2
    for row in picked(data.rows, curve="unitarity"):
        assert row["cross_section_cm2"] == pytest.approx(16 * math.pi / row["sqrt_s_gev"] ** 2 * cm2, rel=1e-6, abs=0)
    for entry in data.summary:
        mine = picked(data.rows, curve=entry["portal"])
        power = mine[0]["dimension"] - 4

        def expected(sqrt_s, power=power):
            return c**2 / sqrt_s**2 * (sqrt_s / 500) ** (2 * power) * cm2

        assert len(mine) == 61
        for row in mine:
            assert row["cross_section_cm2"] == pytest.approx(expected(row["sqrt_s_gev"]), rel=1e-6, abs=0)
        assert entry["power of s"] == power - 1
        assert entry["cm^2 at 0.1 Lambda"] == pytest.approx(expected(50.0), rel=1e-6, abs=0)
        if power:
            end = 500 * (16 * math.pi / c**2) ** (0.5 / power)
            ends = (end, 500) if power < 0 else (0, min(end, 500))
            assert (entry["unitary from [GeV]"], entry["to"]) == pytest.approx(ends, rel=1e-9)
