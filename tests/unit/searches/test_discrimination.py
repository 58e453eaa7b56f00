"""Gains of cuts, histograms and likelihoods on densities whose gains are known, and errors by leaving parts out."""

import math

import numpy as np
import pytest
from scipy import optimize

from darkfactory.processes.muon_decay.slices import PARTS
from darkfactory.searches.line import discrimination
from darkfactory.searches.line.discrimination import by_bins, by_cut, by_likelihood, by_total, jackknife_error

N = 320_000
X = (np.arange(N) * 0.618033988749895) % 1.0  # evenly spread over (0, 1)
PART = np.arange(N) % PARTS
ONE = np.ones(N)


def binned(signal, bins, background=ONE):
    return by_bins(signal, background, PART, (X * bins).astype(int), bins)


def test_likelihood_of_known_densities():
    """R^2 = int s^2/b int b / (int s)^2."""
    assert by_likelihood(X, ONE, PART).gain[0] == pytest.approx(math.sqrt(4 / 3), rel=1e-4)
    assert by_likelihood(X**3, ONE, PART).gain[0] == pytest.approx(4 / math.sqrt(7), rel=1e-4)
    # s = x, b = 1 + x: int x^2/(1+x) = ln 2 - 1/2
    expected = math.sqrt((math.log(2) - 0.5) * 1.5) / 0.5
    assert by_likelihood(X, 1 + X, PART).gain[0] == pytest.approx(expected, rel=1e-4)


@pytest.mark.parametrize("bins", [1, 2, 5, 50])
def test_histogram_of_known_densities(bins):
    """s ~ x in K bins: S_k = (2k + 1)/(2 K^2), so R^2 = 4/3 - 1/(3 K^2)."""
    found = binned(X, bins)
    assert found.gain[0] == pytest.approx(math.sqrt(4 / 3 - 1 / (3 * bins**2)), rel=1e-4)
    assert found.signal_bins.sum() == pytest.approx(found.signal[0], rel=1e-12)
    assert found.background_bins == pytest.approx(np.full(bins, N / bins), rel=1e-3)


def test_best_cut_of_known_densities():
    """Signal below c: c^2, background c; R = (1 - (1-c)^2)/sqrt(c) of s ~ 1 - x is largest at c = 2/3: 1.0887."""
    found = by_cut(1 - X, ONE, PART, 2 * X - 1)
    best = optimize.minimize_scalar(lambda c: -(1 - (1 - c) ** 2) / math.sqrt(c), bounds=(0.1, 1), method="bounded")
    assert found.gain[0] == pytest.approx(-best.fun, rel=1e-4)
    assert (found.cut + 1) / 2 == pytest.approx(2 / 3, abs=0.02)
    assert found.signal_bins[0] / found.signal[0] == pytest.approx(1 - (1 - (found.cut + 1) / 2) ** 2, rel=1e-3)
    assert found.background_bins[0] / found.background[0] == pytest.approx((found.cut + 1) / 2, rel=1e-3)


@pytest.mark.parametrize("cut", [-0.5, 0.0, 0.75, 0.9, 1.0])
def test_given_cut(cut):
    found = by_cut(1 - X, ONE, PART, 2 * X - 1, cut)
    c = (cut + 1) / 2
    assert found.cut == pytest.approx(cut, abs=1e-12)
    assert found.gain[0] == pytest.approx((1 - (1 - c) ** 2) / math.sqrt(c), rel=1e-3)


def test_events_at_the_ends_of_the_range_are_counted():
    edge = np.where(np.arange(N) % 2, 1.0, -1.0)
    found = by_cut(ONE, ONE, PART, edge)
    assert found.background[0] == pytest.approx(N)
    assert found.gain[0] == pytest.approx(1, rel=1e-12)


def test_counting():
    found = by_total(3 * ONE, 2 * ONE, PART)
    assert (found.signal[0], found.background[0]) == pytest.approx((3 * N, 2 * N))
    assert np.all(found.gain == 1)
    assert (found.signal_bins, found.background_bins) == (pytest.approx([3 * N]), pytest.approx([2 * N]))
    # leaving out one of equal parts, scaled to all, changes nothing
    assert found.signal == pytest.approx(np.full(1 + PARTS, 3 * N))


def test_bins_without_background_are_dropped():
    background = np.where(X < 0.5, 1.0, 0.0)
    found = binned(ONE, 10, background)
    # half of the signal in half of the bins, all of the background: R = sqrt(5 S_k^2/b_k b)/S
    assert found.gain[0] == pytest.approx(0.5, rel=1e-3)
    assert by_likelihood(ONE, background, PART).gain[0] == pytest.approx(0.5, rel=1e-3)


def test_a_signal_of_nothing_gains_nothing():
    for found in (binned(0 * ONE, 5), by_likelihood(0 * ONE, ONE, PART), by_cut(0 * ONE, ONE, PART, X)):
        assert np.all(np.isfinite(found.gain))
        assert found.signal[0] == 0


def test_left_out_parts():
    rng = np.random.default_rng(3)
    signal, background = rng.exponential(size=N), rng.exponential(size=N)
    found = by_bins(signal, background, PART, (X * 7).astype(int), 7)
    without = PART != 4
    again = by_bins(signal[without], background[without], PART[without], (X * 7).astype(int)[without], 7)
    scale = PARTS / (PARTS - 1)
    assert found.signal[5] == pytest.approx(again.signal[0] * scale, rel=1e-12)
    assert found.background[5] == pytest.approx(again.background[0] * scale, rel=1e-12)
    assert found.gain[5] == pytest.approx(again.gain[0], rel=1e-12)


def test_jackknife_error():
    """Of a mean: the standard deviation of the parts over sqrt(PARTS)."""
    parts = np.random.default_rng(1).normal(size=PARTS)
    left_out = (parts.sum() - parts) / (PARTS - 1)
    assert jackknife_error(left_out) == pytest.approx(np.std(parts, ddof=1) / math.sqrt(PARTS), rel=1e-12)
    assert jackknife_error(np.full(PARTS, 2.0)) == 0


def test_split_counts_are_those_of_the_weighted_events():
    """An efficiency by bins of a further variable gives what the events, weighted one by one, give."""
    rng = np.random.default_rng(7)
    n, steps = 40000, 8
    signal, background, part = rng.random(n), 0.2 + rng.random(n), np.arange(n) % discrimination.PARTS
    variable, other = 2 * rng.random(n) - 1, rng.integers(0, steps, n)
    bins = (5 * (variable + 1) / 2).astype(int)
    efficiency = np.linspace(0.2, 0.9, steps)
    late = signal * efficiency[other]
    kept = (variable >= 0.3).astype(int)

    def split(of, count):
        return np.bincount(other * count + of, weights=signal, minlength=steps * count).reshape(steps, count)

    ratio = np.bincount(other, weights=discrimination.information(signal, background), minlength=steps)
    cases = [
        (discrimination.by_total, (), split(0 * bins, 1), np.zeros(0)),
        (discrimination.by_bins, (bins, 5), split(bins, 5), np.zeros(0)),
        (discrimination.by_cut, (variable, 0.3), split(kept, 2), np.zeros(0)),
        (discrimination.by_likelihood, (), split(0 * bins, 1), ratio),
    ]
    for count, more, sums, by_variable in cases:
        found = discrimination.SplitCounts(count(signal, background, part, *more), sums, by_variable)
        found, direct = found.weighted(efficiency), count(late, background, part, *more)
        assert found.signal[0] == pytest.approx(direct.signal[0], rel=1e-9)
        assert found.gain[0] == pytest.approx(direct.gain[0], rel=1e-9)
        np.testing.assert_allclose(found.signal_bins, direct.signal_bins, rtol=1e-9)
