"""Settings as text, and ranges of masses."""

import numpy as np
import pytest

from darkfactory.errors import InvalidInput
from darkfactory.settings import mass_points, parse_assignments, split_settings


def test_assignments():
    assert parse_assignments(["a.b = 1 ", "c=x=y"]) == {"a.b": "1", "c": "x=y"}
    assert parse_assignments([]) == {}


@pytest.mark.parametrize("text", ["a", "=1", "a=", " = "])
def test_assignments_without_key_or_value(text):
    with pytest.raises(InvalidInput, match=r"must be key=value, e\.g\. --set beam\.days=28"):
        parse_assignments([text])


def test_all_bad_assignments_are_listed():
    with pytest.raises(InvalidInput) as caught:
        parse_assignments(["a=1", "a=2", "b"])
    assert "--set a is given twice: 1 and 2" in str(caught.value)
    assert "--set 'b': must be key=value" in str(caught.value)


def test_split():
    assert split_settings(None) == ({}, {})
    assert split_settings({"model.mass": 1, "search.focus": 2, "beam.days": 3}) == (
        {"mass": 1},
        {"search.focus": 2, "beam.days": 3},
    )


@pytest.mark.parametrize(
    ("given", "points"),
    [
        (5, [5]),
        (np.float64(5), [5]),
        ("45", [45]),
        ([1, 2], [1, 2]),
        (np.array([3.0]), [3]),
        ("1:3:3", [1, 2, 3]),
        ("3:1:2", [3, 1]),
        ("7:9:1", [7]),
        ("0:1e2:2", [0, 100]),
    ],
)
def test_masses(given, points):
    found = mass_points(given)
    assert found.tolist() == points
    assert found.dtype == float
