"""Vertices of an X away from the target, drawn with the events: where they start, how far they fly, and how probable it is.

Of each event several stops and flights are tried, and one that ends in the fiducial volume is kept; the share that does is
the probability of the event. So events have nearly equal weights, whatever the decay length.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.kinematics.flight import MM_PER_NS, fly
from darkfactory.numerics.streams import stream_key, uniforms_of

__all__ = ["Drawn", "FiducialVertices", "Flyer"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
Numbers = NDArray[np.uint64]
TRIES = 8
"""Stops and flights that are tried for each event."""
BELOW_ONE = 1 - 2.0**-53
BLOCK = 4096
"""Events at a time: bounded memory."""


@dataclass(frozen=True)
class Flyer:
    """Particle that flies before it decays.

    Attributes
    ----------
    mass, ctau : float
        Mass [MeV] and proper decay length [mm].
    daughters : tuple of str
        Labels of what it becomes in the end.
    """

    mass: float
    ctau: float
    daughters: tuple[str, ...]

    def momentum(self, momenta: Momenta) -> Array:
        """Four-momentum (n, 4) [MeV]."""
        return np.asarray(sum(momenta[name] for name in self.daughters))


@dataclass(frozen=True, eq=False)
class Drawn:
    """Vertices of events.

    Attributes
    ----------
    share : ndarray, shape (n,)
        Probability that the last decay is fiducial, from the tries.
    start : ndarray, shape (n, 3)
        Stop [mm].
    lengths : tuple of ndarray, shape (n,)
        Proper length [mm] of each flight.
    flight : ndarray, shape (n, 4)
        Step (c t, x, y, z) [mm] from the stop to the last vertex.
    """

    share: Array
    start: Array
    lengths: tuple[Array, ...]
    flight: Array


@dataclass(frozen=True)
class FiducialVertices:
    """Decays in a fiducial volume.

    Attributes
    ----------
    volume : DecayVolume
        Where they are seen.
    flyers : tuple of Flyer
        One after the other; the last one must decay in the volume.
    process : str
        Name of the process; keys the random numbers.
    seed : int
        Seed of the random numbers.
    """

    volume: DecayVolume
    flyers: tuple[Flyer, ...]
    process: str
    seed: int

    def draw(self, numbers: Numbers, momenta: Momenta, stop: tuple[Array, Array] | None = None) -> Drawn:
        """Draw stops and flights.

        Parameters
        ----------
        numbers : ndarray of uint64, shape (n,)
            Numbers of the events.
        momenta : mapping
            True four-momenta (n, 4) [MeV] by particle.
        stop : tuple of ndarray, shape (n,), optional
            Uniform numbers of the stop, where what is accepted depends on it; as likely as any otherwise.

        Returns
        -------
        Drawn
            Of an event without a fiducial decay, any.
        """
        flown = [flyer.momentum(momenta) for flyer in self.flyers]
        parts = []
        for first in range(0, max(len(numbers), 1), BLOCK):
            some = slice(first, first + BLOCK)
            at = None if stop is None else (stop[0][some], stop[1][some])
            parts.append(self._tried(numbers[some], [p[some] for p in flown], at))
        share, start, lengths = zip(*parts, strict=True)
        flights = np.concatenate(lengths, axis=1)
        steps = (of_one[:, None] * p / flyer.mass for of_one, p, flyer in zip(flights, flown, self.flyers, strict=True))
        return Drawn(np.concatenate(share), np.concatenate(start), tuple(flights), np.asarray(sum(steps)))

    def _tried(
        self, numbers: Numbers, flown: list[Array], stop: tuple[Array, Array] | None
    ) -> tuple[Array, Array, Array]:
        """Share, stops, and proper lengths (flights, n) of some events."""
        n, dims = len(numbers), 2 + len(flown)
        key = np.uint64(stream_key(self.seed, f"vertex {self.process}"))
        u = uniforms_of(key, np.asarray(numbers, dtype=np.uint64), 1 + dims * TRIES)
        of_stop = [np.stack(u[1 + i :: dims], axis=1) for i in (0, 1)]
        if stop is not None:
            of_stop = [np.broadcast_to(given[:, None], (n, TRIES)) for given in stop]
        start = position = self.volume.stops(*of_stop)
        # nothing decays in the volume that is further from its stop than its longest extension
        end = self.volume.longest
        reach = [(self.volume.wall_distance, end)] if len(flown) == 1 else [(0.0, end), (0.0, 2 * end)]
        weight, lengths = np.ones(n), []
        for i, (flyer, p, between) in enumerate(zip(self.flyers, flown, reach, strict=True)):
            of_flight = np.stack(u[3 + i :: dims], axis=1)
            if i == len(flown) - 1:
                # one try in each part of equal probability
                of_flight = np.minimum((of_flight + np.arange(TRIES)) / TRIES, BELOW_ONE)
            made = fly(of_flight, position, p[:, None, 1:], flyer.mass, flyer.ctau, between=between)
            position, weight = made.position, weight * made.weight[:, 0]
            lengths.append(made.time_ns * MM_PER_NS * flyer.mass / p[:, None, 0])
        fiducial = self.volume.contains(position)
        count = fiducial.sum(axis=1)
        chosen = np.argmax(np.cumsum(fiducial, axis=1) > np.floor(u[0] * count)[:, None], axis=1)
        rows = np.arange(n)
        return weight * count / TRIES, start[rows, chosen], np.stack([length[rows, chosen] for length in lengths])
