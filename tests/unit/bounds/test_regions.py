"""Excluded regions of every kind: inside, outside, in a hole, on an island, in a gap, beyond the range."""

import numpy as np
import pytest

from darkfactory.bounds import load_coupling_bounds
from darkfactory.bounds.regions import Region

EDGE = np.array([(1.0, 1e-4), (10.0, 1e-6), (10.0, 1e-5), (100.0, 1e-5)])
FAR = np.array([(1.0, 1e-2), (10.0, 1e-3)])
SQUARE, HOLE, ISLAND = (
    np.array([(a, low), (b, low), (b, high), (a, high)])
    for a, b, low, high in ((1, 100, 1e-6, 1e-3), (10, 50, 1e-5, 1e-4), (200, 300, 1e-8, 1e-7))
)


def test_an_upper_limit_with_a_step_and_a_far_side():
    region = Region(lower=(EDGE,), upper=(FAR,))
    mass = 10**0.5
    assert region.intervals(mass) == pytest.approx(np.array([[1e-5, 10**-2.5]]))
    # where the edge is upright the end counts that excludes less; beyond the far side's masses nothing ends it
    assert region.intervals(10.0) == pytest.approx(np.array([[1e-5, 1e-3]]))
    assert region.intervals(10.0 * (1 - 1e-9))[0, 0] == pytest.approx(1e-6, rel=1e-6)
    assert region.intervals(50.0)[0, 1] == np.inf
    assert [len(region.intervals(m)) for m in (0.99, 1.0, 100.0, 101.0)] == [0, 1, 1, 0]
    assert region.ends == (1.0, 100.0)


def test_gaps_holes_and_islands():
    gap = Region(lower=(EDGE[:2], EDGE[2:] * [2, 1]))
    assert [len(gap.intervals(m)) for m in (5.0, 15.0, 25.0)] == [1, 0, 1]
    region = Region(outlines=(SQUARE, HOLE, ISLAND))
    assert region.intervals(20.0) == pytest.approx(np.array([[1e-6, 1e-5], [1e-4, 1e-3]]))
    assert region.intervals(5.0) == pytest.approx(np.array([[1e-6, 1e-3]]))
    assert region.intervals(250.0) == pytest.approx(np.array([[1e-8, 1e-7]]))
    assert len(region.intervals(150.0)) == len(region.intervals(0.5)) == 0
    # where one edge meets the other nothing is left
    assert len(Region(lower=(FAR * [1, 2],), upper=(FAR,)).intervals(5.0)) == 0


def _inside(path, mass, value):
    """Winding of a closed path round a point, in the plane of the logarithms."""
    z = np.log(path[:, 0] / mass) + 1j * np.log(path[:, 1] / value)
    turned = np.angle(np.roll(z, -1) / z)
    return round(turned.sum() / (2 * np.pi)) % 2 == 1


CLOSED = {
    name: bound
    for name, bound in load_coupling_bounds().items()
    if bound.limits[0].region and bound.limits[0].region.outlines
}


@pytest.mark.parametrize("name", CLOSED)
def test_edges_of_every_outline_are_those_of_its_polygon(name):
    """Against the winding number, which shares nothing with the crossings: 1% inside and outside of each edge."""
    bound = CLOSED[name]
    (limit,) = bound.limits
    low, high = limit.region.ends
    (path,) = limit.region.outlines
    rng = np.random.default_rng(0)
    masses = np.exp(rng.uniform(np.log(low), np.log(high), 12))
    for mass in masses:
        edges = limit.intervals(mass)
        assert len(edges) or not _inside(path, mass, np.sqrt(path[:, 1].min() * path[:, 1].max()))
        for one, other in edges:
            assert _inside(path, mass, one * 1.0001)
            assert not _inside(path, mass, one / 1.0001)
            assert _inside(path, mass, other / 1.0001)
            assert not _inside(path, mass, other * 1.0001)
            middle = np.sqrt(one * other)
            assert [bound.verdict(mass, x) for x in (middle, other * 1.0001)] == ["excluded", "allowed"]
    assert bound.verdict(low / 2, 1.0) == bound.verdict(high * 2, 1.0) == "no limit"


def test_the_step_of_e137():
    """At 34.5 MeV the edge is that of the polygon: 1.354e-8, where a table of masses once gave 1.522e-8."""
    assert CLOSED["e137"].value(34.5) == pytest.approx(1.354e-8, rel=1e-3)


def test_an_outline_whose_neighbours_are_in_the_wrong_order_in_the_source_has_one_interval_per_mass():
    (limit,) = CLOSED["orsay"].limits
    assert {len(limit.intervals(mass)) for mass in np.geomspace(2.06, 80, 300)} == {1}


def test_every_record_of_the_collection():
    """Masses and numbers in the range of what they are; publication, source and provenance stated; few without a CL say so."""
    found = {name: bound for name, bound in load_coupling_bounds().items() if bound.limits[0].form == "region"}
    assert len(found) > 160
    for bound in found.values():
        (limit,) = bound.limits
        assert 0 < limit.mass_min < limit.mass_max
        assert 0 < limit.values[0] <= limit.values[1] <= 10
        assert bound.reference
        assert limit.source
        assert limit.provenance in ("quoted", "digitised")
        assert bound.kind == ("projected" if bound.name.endswith("-projected") else "observed")
        assert limit.cl is not None or "not stated" in bound.notes or "not applicable" in bound.notes
        middle = np.sqrt(limit.mass_min * limit.mass_max)
        assert bound.verdict(middle, limit.values[0] / 2) in ("allowed", "no limit")
