"""Where pairs decay, by bins of distance over momentum: against event by event, and flights of two particles one by one."""

import numpy as np
import pytest

from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.kinematics.flight import decays_between, seen_probability
from darkfactory.searches.ee_displaced.vertices import after_one_flight, after_two_flights, flight_edges
from oracles import displaced as chapter

VOLUME = DecayVolume(19.0, 50.0, 22.0, 60.0, 2.0, first_layer=23.3)


def momenta(n, seed, low=5.0, high=50.0):
    """Momenta that prefer to fly across the axis."""
    rng = np.random.default_rng(seed)
    size, along, turn = rng.uniform(low, high, n), rng.beta(3, 3, n) * 2 - 1, rng.uniform(0, 2 * np.pi, n)
    across = np.sqrt(1 - along**2)
    return size[:, None] * np.stack([across * np.cos(turn), across * np.sin(turn), along], axis=1)


@pytest.mark.parametrize("d_min", [0.0, 2.0])
def test_one_flight_is_the_sum_over_events(d_min):
    volume = DecayVolume(19.0, 50.0, 22.0, 60.0, d_min)
    p, weight = momenta(2000, 1), np.random.default_rng(2).normal(1.0, 0.5, 2000)  # an interference has both signs
    found, size = after_one_flight(volume, p, weight), np.linalg.norm(p, axis=1)
    cone = (np.abs(p[:, 2]) / size * volume.by_direction.shape[1]).astype(int)
    for ctau in (0.01, 0.1, 1.0, 1e4):  # over the mass
        events = [
            share * seen_probability(volume.table[0], volume.by_direction[:, column], ctau * q)
            for share, q, column in zip(weight, size, cone, strict=True)
        ]
        (decays,) = decays_between(flight_edges(volume, 1), np.array([ctau]))
        assert decays @ found == pytest.approx(sum(events), rel=4e-3, abs=0)


@pytest.mark.parametrize("opening", [0.0, 1.0, 2.5])
def test_two_flights_are_flown_one_by_one(opening):
    """From the same direction to nearly back to back."""
    first = momenta(20_000, 3)
    across = np.cross(first, [0.0, 0.0, 1.0])
    second = (
        np.cos(opening) * first
        + np.sin(opening) * across * (np.linalg.norm(first, axis=1) / np.linalg.norm(across, axis=1))[:, None]
    )
    weight = np.full(len(first), 1 / len(first))
    found, edges = after_two_flights(VOLUME, first, second, weight), flight_edges(VOLUME, 2)
    fours = [np.column_stack([np.zeros(len(p)), p]) for p in (first, second)]
    for ctau in ((0.1, 0.1), (0.05, 1.0), (1.0, 0.05), (0.2, 0.0)):
        share, error = chapter.flown(fours, ctau, (1.0, 1.0), weight, tries=20)
        one, two = (decays_between(edges, np.array([length]))[0] for length in ctau)
        assert error < 0.005 * share
        assert one @ found @ two == pytest.approx(share, rel=0.012, abs=0)
