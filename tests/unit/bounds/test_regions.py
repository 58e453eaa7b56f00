"""Excluded regions of every kind: inside, outside, in a hole, on an island, in a gap, beyond the range."""

from importlib import resources

import numpy as np
import pytest

from darkfactory import audit
from darkfactory.bounds import check_file, load_bounds, load_coupling_bounds, table
from darkfactory.bounds.couplings import CouplingBound, CouplingLimit
from darkfactory.bounds.regions import Region
from darkfactory.figures.curves import drawable

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


FACTS = {"channel": "test", "label": "x", "kind": "observed", "reference": "Doe 2031", "assumes": "x", "name": "x"}


def record(**parts):
    """A record of one region."""
    region = Region(**parts)
    low, high = region.ends
    about = {"cl": 0.9, "mass_min": low, "mass_max": high, "chirality": "n/a", "form": "region", "tag": "assumed"}
    limit = CouplingLimit(**about, source="test", values=(region.strongest, region.weakest), region=region)
    return CouplingBound(**FACTS, quantity="epsilon", limits=(limit,))


UPPER_LIMIT = record(lower=(EDGE,))
LOWER_EDGE = record(lower=(EDGE,), upper=(FAR,))
IN_PIECES = record(lower=(EDGE[:2], EDGE[2:] * [2, 1]))
CONTOUR = record(outlines=(SQUARE,))
WITH_HOLES = record(outlines=(SQUARE, HOLE, ISLAND))


@pytest.mark.parametrize(
    ("bound", "mass", "value", "expected"),
    [
        # an upper limit goes on for ever
        (UPPER_LIMIT, 50.0, 0.9e-5, "allowed"),
        (UPPER_LIMIT, 50.0, 1.1e-5, "excluded"),
        (UPPER_LIMIT, 50.0, 1e3, "excluded"),
        (UPPER_LIMIT, 0.99, 1.0, "no limit"),
        (UPPER_LIMIT, 101.0, 1.0, "no limit"),
        # a lower edge of a region with a far side
        (LOWER_EDGE, 10**0.5, 0.9e-5, "allowed"),
        (LOWER_EDGE, 10**0.5, 1.1e-5, "excluded"),
        (LOWER_EDGE, 10**0.5, 3e-3, "excluded"),
        (LOWER_EDGE, 10**0.5, 3.3e-3, "allowed"),
        (LOWER_EDGE, 0.9, 1e-3, "no limit"),
        # pieces: between them nothing is said
        (IN_PIECES, 5.0, 1e-4, "excluded"),
        (IN_PIECES, 15.0, 1e-4, "no limit"),
        (IN_PIECES, 25.0, 1e-4, "excluded"),
        # a closed contour
        (CONTOUR, 5.0, 0.9e-6, "allowed"),
        (CONTOUR, 5.0, 3e-5, "excluded"),
        (CONTOUR, 5.0, 1.1e-3, "allowed"),
        (CONTOUR, 0.9, 3e-5, "no limit"),
        (CONTOUR, 110.0, 3e-5, "no limit"),
        # the same with a hole, and an island beyond
        (WITH_HOLES, 20.0, 3e-6, "excluded"),
        (WITH_HOLES, 20.0, 3e-5, "allowed"),
        (WITH_HOLES, 20.0, 3e-4, "excluded"),
        (WITH_HOLES, 5.0, 3e-5, "excluded"),
        (WITH_HOLES, 150.0, 3e-8, "no limit"),
        (WITH_HOLES, 250.0, 3e-8, "excluded"),
        (WITH_HOLES, 250.0, 3e-6, "allowed"),
    ],
)
def test_verdict_of_every_kind(bound, mass, value, expected):
    assert bound.verdict(mass, value) == expected


COLLECTED = {name: bound for name, bound in load_coupling_bounds().items() if bound.limits[0].form == "region"}


def test_verdicts_of_the_collection_are_those_of_its_intervals():
    """Of every kind that is shipped: below, inside and above each interval, between two, and beyond both ends."""
    kinds = set()
    for bound in COLLECTED.values():
        (limit,) = bound.limits
        region = limit.region
        kinds.add("outline" if region.outlines else "both edges" if region.upper else "lower edge")
        for mass in np.geomspace(limit.mass_min, limit.mass_max, 9):
            edges = limit.intervals(mass)
            for low, high in edges:
                inside = 10 * low if np.isinf(high) else np.sqrt(low * high)
                assert bound.verdict(mass, inside) == "excluded" or high < low * (1 + 1e-9)  # a tip
            if not len(edges):
                assert bound.verdict(mass, 1e-3) == "no limit"
                continue
            outside = [edges[0, 0] / 1.01, *(np.sqrt(a * b) for a, b in zip(edges[:-1, 1], edges[1:, 0], strict=True))]
            outside += [edges[-1, 1] * 1.01] if np.isfinite(edges[-1, 1]) else []
            assert {bound.verdict(mass, value) for value in outside} == {"allowed"}
        assert bound.verdict(limit.mass_min * 0.99, 1e-3) == bound.verdict(limit.mass_max * 1.01, 1e-3) == "no limit"
    assert kinds == {"outline", "both edges", "lower edge"}


def test_every_shipped_record_passes_check():
    with resources.as_file(resources.files("darkfactory.bounds").joinpath("data")) as folder:
        files = sorted(folder.glob("*.yaml"))
        assert len(files) == len({**load_bounds(), **load_coupling_bounds()}) - len(COLLECTED)
        assert [problem for file in files for problem in check_file(file)] == []


def test_observed_and_projected_are_never_mixed():
    """One kind a record, said in its label, and drawn apart: no curve of one kind among those of the other."""
    records = load_coupling_bounds()
    for bound in (*load_bounds().values(), *records.values()):
        assert bound.kind == ("projected" if "(proj" in bound.label else "observed"), bound.name
    for quantity in {bound.quantity for bound in records.values()}:
        masses = np.geomspace(1e-3, 1e6, 60)
        drawn = {kind: drawable(quantity, masses, kind=kind, conditional=True)[0] for kind in ("observed", "projected")}
        for kind, rows in drawn.items():
            assert {row["kind"] for row in rows} <= {kind}
            for bound, row in ((records[row["record"]], row) for row in rows):
                assert (bound.quantity, bound.kind) == (quantity, kind)
                assert row["curve"] in (bound.label, bound.name)  # the name where two records have one label
        assert not {row["curve"] for row in drawn["observed"]} & {row["curve"] for row in drawn["projected"]}
        for row in drawable(quantity, masses)[0]:  # what a plane draws without being asked
            assert (records[row["record"]].kind, records[row["record"]].default) == ("observed", True)


def test_what_the_collection_doubts_is_marked_or_left_out():
    """A publication that is not stated, or inferred: said where the curve goes, and listed by audit; none is mis-attributed."""
    unsure = {name for name, bound in COLLECTED.items() if bound.unsure}
    assert {"lep", "primex", "pmns-non-unitarity-e", "microboone-2019", "atlas-2025-displaced-e"} <= unsure
    assert "na64e-visible-projected" not in COLLECTED
    for name, bound in COLLECTED.items():
        words = ("mis-attributed", "check", "not named", "not stated", "inferred", "doubtful", "identified", "or later")
        assert (name in unsure) == any(word in bound.reference for word in words), bound.reference
        if "another version" in bound.assumes or "doubtful" in bound.assumes or "not named" in bound.assumes:
            assert not bound.default
        licence = bound.limits[0].source.split("(")[1].split(")")[0]
        assert licence in ("MIT", "Apache-2.0", "BSD-3-Clause")
    for quantity in {COLLECTED[name].quantity for name in unsure}:
        rows = drawable(quantity, np.geomspace(1e-3, 1e6, 60), conditional=True)[0]
        for row in rows:
            assert row["reference"] == load_coupling_bounds()[row["record"]].reference
    listed = {row["stands_in"] for row in audit(table(quantity="all")).rows if row["number"].endswith("publication")}
    assert listed == {f"limit {name}" for name in unsure}
