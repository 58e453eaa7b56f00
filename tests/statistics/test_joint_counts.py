"""Joint counts: one is its own limit, identical ones are one of their exposure, outcomes counted one by one, coverage."""

import numpy as np
import pytest
from scipy.optimize import brentq

from darkfactory.errors import InvalidInput
from darkfactory.statistics.counting import counting_limit, counting_observed
from darkfactory.statistics.joint_counts import JointCounts
from oracles.joint_likelihood import false_exclusions, median_cls, observed_cls


def limit(joint, direction, level=2):
    """Size along a direction at which the signal is excluded."""
    direction = np.asarray(direction, dtype=float)
    return brentq(lambda s: joint.excess([s * direction])[0, level] - 1, 1e-3, 1e4, xtol=1e-9)


@pytest.mark.parametrize(
    ("background", "kappa"), [(0, 0), (0.3, 0), (0.69, 0), (3.7, 0.3), (45, 0), (9, 2), (200, 0.1)]
)
def test_one_window_is_its_own_limit(background, kappa):
    own = counting_limit(background, 0.95, kappa=kappa).band
    joint = JointCounts([background], [kappa], 0.95)
    assert [limit(joint, [1.0], level) for level in (0, 2, 4)] == pytest.approx(own[::2], rel=1e-6)


def test_many_events_follow_the_method():
    joint = JointCounts([1000.0], [0.0], 0.90, "profile")
    assert limit(joint, [1.0]) == pytest.approx(counting_limit(1000.0, 0.90, "profile").events, rel=1e-8)
    assert np.isfinite(joint.excess([[5.0]])).all()  # at -2 sigma all is excluded


@pytest.mark.parametrize(("n", "background", "kappa"), [(0, 0.0, 0), (1, 0.0, 0), (3, 1.2, 0.4), (60, 70.0, 0.1)])
def test_one_observed_count(n, background, kappa):
    joint = JointCounts([background], [kappa], 0.90)
    found = brentq(lambda s: joint.observed_excess([[s]], [n])[0] - 1, 1e-3, 1e3, xtol=1e-9)
    assert found == pytest.approx(float(counting_observed(n, background, 0.90, kappa)), rel=3e-5)


@pytest.mark.parametrize(("number", "background"), [(2, 0.0), (4, 0.0), (2, 0.3), (4, 0.3), (2, 3.0), (2, 30.0)])
def test_identical_windows_are_one_of_their_exposure(number, background):
    """Without background each may have 1/N of the events."""
    joint = JointCounts([background] * number, [0.0] * number, 0.95)
    for level in (2, 3):
        one = counting_limit(number * background, 0.95).band[level] / number
        assert limit(joint, [1.0] * number, level) == pytest.approx(one, rel=1e-6)
    if background == 0:
        assert limit(joint, [1.0] * number) == pytest.approx(-np.log(0.05) / number, rel=1e-6)


@pytest.mark.parametrize(
    ("signal", "background"), [((2.0, 1.5), (1.0, 2.5)), ((3.0, 0.7), (0.6, 0.2)), ((1.2, 1.1), (4.0, 0.5))]
)
def test_outcomes_are_counted_one_by_one(signal, background):
    joint = JointCounts(background, [0.0, 0.0], 0.90)
    counted = [np.log(median_cls(signal, background, sigma)) / np.log(0.1) for sigma in (-1, 0, 1, 2)]
    alone = [JointCounts([b], [0.0], 0.90).excess([[s]])[0] for s, b in zip(signal, background, strict=True)]
    best = max(alone, key=lambda band: band[2])
    # where one window alone does better in the median it is taken
    wanted = counted if counted[1] >= best[2] else list(best[1:])
    assert list(joint.excess([signal])[0, 1:]) == pytest.approx(wanted, rel=1e-6)
    if counted[1] >= best[2]:
        for counts in ((0, 0), (2, 1), (1, 4), (6, 0)):
            cls = observed_cls(signal, background, counts)
            assert joint.observed_excess([signal], counts)[0] == pytest.approx(
                max(np.log(cls) / np.log(0.1), 0), rel=1e-6, abs=1e-9
            )


@pytest.mark.parametrize("background", [(0.5, 0.5), (0.2, 3.0), (1.0, 0.05)])
def test_coverage_and_no_loss(background):
    """A true signal is excluded in no more than 1 - CL of all experiments, and another window never weakens the median."""
    joint = JointCounts(background, [0.0, 0.0], 0.90)
    for direction, size in (((1.0, 1.0), 1.5), ((1.0, 0.2), 3.0)):
        signal = size * np.array(direction)
        wrong = false_exclusions(signal, background, lambda n, s=signal: joint.observed_excess([s], n)[0] > 1, most=8)
        assert wrong <= 0.1
        alone = [limit(JointCounts([b], [0.0], 0.90), [d]) for b, d in zip(background, direction, strict=True)]
        assert limit(joint, direction) <= min(alone) * (1 + 1e-9)


def test_a_window_without_background_that_sees_nothing_changes_nothing():
    alone, beside = JointCounts([2000.0], [0.0], 0.95), JointCounts([2000.0, 0.0], [0.0, 0.0], 0.95)
    assert beside.excess([[80.0, 1e-30]]) == pytest.approx(alone.excess([[80.0]]), rel=1e-9)
    assert 1.001 < beside.excess([[80.0, 0.3]])[0, 2] / alone.excess([[80.0]])[0, 2] < 1.2


def test_events_where_none_are_expected_exclude_nothing():
    joint = JointCounts([0.0, 2.0], [0.0, 0.0], 0.90)
    strong, weak = joint.observed_excess([[3.0, 1.0]], [0, 2])[0], joint.observed_excess([[3.0, 1.0]], [2, 2])[0]
    assert strong > 1 > weak


def test_many_outcomes_are_merged_without_harm(monkeypatch):
    signal, background = [[1.0, 2.0, 3.0, 4.0]], [1.0, 3.0, 10.0, 20.0]
    found = JointCounts(background, [0.0, 0.2, 0.0, 0.1], 0.90).excess(signal)
    monkeypatch.setattr("darkfactory.statistics.joint_counts.MOST", 30_000)
    assert found == pytest.approx(JointCounts(background, [0.0, 0.2, 0.0, 0.1], 0.90).excess(signal), rel=3e-3)


def test_mistakes_are_answered():
    with pytest.raises(InvalidInput, match="background"):
        JointCounts([-1.0], [0.0], 0.90)
    with pytest.raises(InvalidInput, match="whole numbers"):
        JointCounts([1.0], [0.0], 0.90).observed_excess([[1.0]], [0.5])
