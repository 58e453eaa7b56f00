"""Cones and solenoids (chapter 03, section 3.8)."""

import math

import pytest

from darkfactory.errors import InvalidInput
from darkfactory.experiments.detectors import cone as geometry
from oracles import binned_counts

W = 52.830423


@pytest.mark.parametrize(("radius", "distance"), [(50, 1500), (1e-3, 1e5), (300, 100), (1, 1)])
def test_cone(radius, distance):
    exact = 2 * math.sin(math.atan2(radius, distance) / 2) ** 2
    assert geometry.cone_opening(radius, distance) == pytest.approx(exact, rel=1e-14, abs=0)


def test_cone_of_the_chapter():
    assert geometry.cone_opening(50, 1500) == pytest.approx(5.550930e-4, rel=1e-6, abs=0)
    assert geometry.cone_opening(50, 1500) == pytest.approx(binned_counts.bare_cone(), rel=1e-12, abs=0)


@pytest.mark.parametrize(("field", "focus"), [(1.27, 29.5), (2.0, 74.0), (2.5, 117)])
def test_solenoid_of_the_chapter(field, focus):
    assert geometry.solenoid_focus(field, 50, 1500, W) == pytest.approx(focus, rel=2e-3, abs=0)


@pytest.mark.parametrize("field", [0.5, 2.0, 5.0])
def test_solenoid_against_the_helix(field):
    found = geometry.solenoid_opening(field, 50, W)
    assert found == pytest.approx(binned_counts.solenoid_one_minus_cos(field, 50.0, W), rel=1e-9, abs=0)


def test_jodidio_cone():
    assert geometry.solenoid_opening(78 / 50, 50, W) == pytest.approx(0.025, rel=0.01, abs=0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: geometry.cone_opening(0, 1500), r"cone_radius = 0: allowed \(0, inf.* mm"),
        (lambda: geometry.cone_opening(50, -1), r"cone_distance = -1: allowed \(0, inf.* mm"),
        (lambda: geometry.solenoid_opening(0, 50, W), r"field = 0: allowed \(0, inf.* T"),
        (lambda: geometry.solenoid_opening(2, 50, math.nan), r"momentum = nan: allowed \(0, inf.* MeV"),
        (
            lambda: geometry.solenoid_opening(20, 50, W),
            r"sin\(theta_max\).* = 2\.8.*: allowed \[0, 1\]; lower detector.field",
        ),
    ],
)
def test_refused(call, message):
    with pytest.raises(InvalidInput, match=message):
        call()
