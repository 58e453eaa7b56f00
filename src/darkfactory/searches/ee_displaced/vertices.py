r"""Where accepted pairs decay in the fiducial volume, by what no coupling changes: distance of flight over momentum.

A particle of mass m and momentum p decays after a distance y p with the density exp(-y m / c tau) m / c tau in y. So the
accepted pairs of one mass, each with the direction in which it flies, are folded with the volume once: the signal at a
coupling is a sum over bins of y, and over two of them if the particle that makes X flies before.
"""

from __future__ import annotations

import functools
import math

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_MU
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.numerics.streams import stream

__all__ = ["after_one_flight", "after_two_flights", "flight_edges"]

Array = NDArray[np.float64]
BINS = 256
FINEST = 0.01
"""Bins of y [mm/MeV] that are this far from the first edge are twice as wide as the first ones."""
MOST, LEAST = M_MU / 2, 0.5
"""Momenta [MeV]: no X has more, and next to none has less."""
MOMENTA = 128
"""Bins of the momentum."""
TRIES = (12, 8)
"""Stops and flights of each event of two flights: by the distance of both, and by how it is shared."""
AT_ONCE, NEAR = 1e-3, 0.3
"""Share of the distance, and distance [mm] beyond the least one, up to which they are tried evenly."""
BLOCK = 8192
"""Events at a time: bounded memory."""


def flight_edges(volume: DecayVolume, flights: int) -> Array:
    """Edges of the bins of y [mm/MeV]: of one flight from where the first vertex is fiducial, of two from 0.

    Parameters
    ----------
    volume : DecayVolume
        Fiducial volume.
    flights : int
        How many particles fly, one after the other.

    Returns
    -------
    ndarray, shape (T + 1,)
    """
    start = volume.wall_distance / MOST if flights == 1 else 0.0
    span = math.log1p((volume.longest / LEAST - start) / FINEST)
    return np.asarray(start + FINEST * np.expm1(np.linspace(0.0, span, BINS + 1)))


@functools.lru_cache(maxsize=8)
def _kernel(volume: DecayVolume, flights: int) -> Array:
    """Share of stops from which a vertex is fiducial, by bins of y (T), momentum (B) and direction (C): (T, B C)."""
    y, (edges, _, _), seen = flight_edges(volume, flights), volume.table, volume.by_direction
    # integral of the share over the distance
    before = np.concatenate([np.zeros((1, seen.shape[1])), np.cumsum(np.diff(edges)[:, None] * seen, axis=0)])
    p = (np.arange(MOMENTA) + 0.5) * MOST / MOMENTA
    within = np.stack([np.interp(np.outer(y, p), edges, column) for column in before.T], axis=-1)
    return np.asarray(np.diff(within, axis=0) / (np.diff(y)[:, None, None] * p[:, None])).reshape(len(y) - 1, -1)


def after_one_flight(volume: DecayVolume, momentum: Array, density: Array, flights: int = 1) -> Array:
    """Accepted density whose decay at y would be fiducial.

    Parameters
    ----------
    volume : DecayVolume
        Fiducial volume.
    momentum : ndarray, shape (n, 3)
        Of what flies [MeV].
    density : ndarray, shape (n,)
        Of the events.
    flights : int
        Whose bins of y.

    Returns
    -------
    ndarray, shape (T,)
        By bins of :func:`flight_edges`.
    """
    size = np.linalg.norm(momentum, axis=1)
    along = np.abs(momentum[:, 2]) / np.maximum(size, 1e-300)
    cones = volume.by_direction.shape[1]
    place = np.minimum((size / MOST * MOMENTA).astype(int), MOMENTA - 1) * cones
    place += np.minimum((along * cones).astype(int), cones - 1)
    # not as a product of matrices: threads of BLAS wait for the next one, and take the cores from those of the masses
    return np.asarray(np.einsum("tp,p->t", _kernel(volume, flights), np.bincount(place, density, MOMENTA * cones)))


def after_two_flights(volume: DecayVolume, first: Array, second: Array, density: Array) -> Array:
    """Accepted density whose decays at y of two particles, one after the other in its own direction, would be fiducial.

    Stops and distances are tried at random; the limit in which either decays at once is that of one flight.

    Parameters
    ----------
    volume : DecayVolume
        Fiducial volume.
    first, second : ndarray, shape (n, 3)
        Momenta [MeV] of both.
    density : ndarray, shape (n,)
        Of the events.

    Returns
    -------
    ndarray, shape (T, T)
        By bins of :func:`flight_edges` of the first and of the second.
    """
    edges, found = flight_edges(volume, 2), np.zeros(BINS * BINS)
    for block in range(0, len(density), BLOCK):
        some = slice(block, block + BLOCK)
        found += _tried(volume, edges, first[some], second[some], density[some], block // BLOCK)
    shares = found.reshape(BINS, BINS) / np.outer(np.diff(edges), np.diff(edges))
    shares[0] = after_one_flight(volume, second, density, 2)
    shares[:, 0] = after_one_flight(volume, first, density, 2)
    return shares


def _tried(volume: DecayVolume, edges: Array, first: Array, second: Array, density: Array, block: int) -> Array:
    """Integral over both y of the density with a fiducial vertex, by bins of both, from random stops and distances."""
    rng, found = stream(0, "vertices of two flights", block), np.zeros(BINS * BINS)
    sizes = [np.maximum(np.linalg.norm(p, axis=1), 1e-300) for p in (first, second)]
    d = volume.wall_distance
    span, half = math.log1p((3 * volume.longest - d) / NEAR), math.log1p(0.5 / AT_ONCE)
    for i, j in np.ndindex(*TRIES):
        u = rng.random((4, len(density)))
        # both distances together, close to the least one; most of it flown by one of the two
        beyond = np.exp(span * (i + u[0]) / TRIES[0]) * NEAR
        side = 2 * (j + u[1]) / TRIES[1] - 1
        less = np.exp(half * (1 - np.abs(side))) * AT_ONCE
        share = np.where(side < 0, less - AT_ONCE, 1 - (less - AT_ONCE))
        both = d + beyond - NEAR
        weight = density * both * (span * beyond) * (2 * half * less) / (TRIES[0] * TRIES[1] * sizes[0] * sizes[1])
        y = [both * part / size for part, size in zip((share, 1 - share), sizes, strict=True)]
        position = volume.stops(u[2], u[3]) + y[0][:, None] * first + y[1][:, None] * second
        one, other = (np.searchsorted(edges, at, side="right") - 1 for at in y)
        kept = volume.contains(position) & (one < BINS) & (other < BINS)
        found += np.bincount((one * BINS + other)[kept], weights=weight[kept], minlength=BINS * BINS)
    return found
