"""Events with a lepton alone as an experiment records them: angular acceptance and energy resolution."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from darkfactory.amplitudes import michel
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.lorentz import boost
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.recorded.base import Response
from darkfactory.recorded.leptons import PositronCounts

__all__ = ["LeptonResponse"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
Numbers = NDArray[np.uint64]


@dataclass(frozen=True)
class LeptonResponse(Response):
    """What a detector of a lepton makes of the events of one decay at rest.

    The direction is measured without error, the energy with the resolution of the card. A measured energy below the mass
    of the lepton has no momentum. Where energies are measured in the frame of the beams, the parent flies in a direction
    that is as likely as any other, and the measured momentum is that of the lepton of a parent in flight.

    Attributes
    ----------
    counts : PositronCounts
        Acceptance and energy response.
    process : str
        Name of the process; keys the random numbers.
    state : FinalState
        Its particles.
    seed : int
        Seed of the random numbers.
    cut : Cut
        Further condition on the measured momentum.
    """

    counts: PositronCounts
    process: str
    state: FinalState
    seed: int = 0
    cut: Cut = field(default_factory=lambda: Cut(""))

    @property
    def efficiency(self) -> float:
        """Flat efficiency of accepted events."""
        return self.counts.efficiency

    @property
    def intervals(self) -> tuple[tuple[float, float], ...]:
        """Accepted intervals of cos(theta), each once."""
        ends = []
        for sample in self.counts.samples:
            middle, half = sample.first_moment / sample.solid, sample.solid / 2
            ends.append((middle - half, middle + half))
        return tuple(dict.fromkeys(ends))

    @property
    def preselection(self) -> str | None:
        """Cut on true momenta that loses no event which could be accepted."""
        if self.counts.response.boost_gamma > 1:
            return None  # the direction of a lepton changes with the flight of its parent
        low, high = min(a for a, _ in self.intervals), max(b for _, b in self.intervals)
        # a little wider: the ends themselves are compared in :meth:`share`
        parts = [f"cos_theta > {low - 1e-9:.12g}"] if low > -1 else []
        parts += [f"cos_theta < {high + 1e-9:.12g}"] if high < 1 else []
        return " and ".join(parts) or None

    def _uniforms(self, numbers: Numbers) -> list[Array]:
        """A number for the energy, and two for the flight of the parent."""
        key = np.uint64(stream_key(self.seed, f"response {self.process}"))
        return uniforms_of(key, np.asarray(numbers, dtype=np.uint64), 3)

    def _seen(self, momenta: Momenta, along: Array, around: Array) -> Array:
        """Four-momenta (n, 4) [MeV] of the lepton in the frame of the measurement."""
        (name,) = self.state.tracks
        p, beta = np.asarray(momenta[name]), self.counts.response.boost_beta
        if beta == 0:
            return p
        cosine, phi = 2 * along - 1, 2 * np.pi * around
        sine = np.sqrt(1 - cosine**2)
        flight = np.stack([sine * np.cos(phi), sine * np.sin(phi), cosine], axis=-1)
        return np.asarray(boost(p, beta * flight))

    def measured(self, numbers: Numbers, momenta: Momenta) -> dict[str, Array]:
        """Measured four-momentum (n, 4) [MeV] of the lepton.

        Parameters
        ----------
        numbers : ndarray of uint64, shape (n,)
            Numbers of the events.
        momenta : mapping
            True four-momenta (n, 4) [MeV] by particle, in the rest frame of the parent.
        """
        (name,) = self.state.tracks
        u, *flight = self._uniforms(numbers)
        seen, counts = self._seen(momenta, *flight), self.counts
        unit = michel.endpoint_energy(counts.m_i, counts.m_j)
        # the width is that of the energy in the rest frame, in units of the largest energy of the measurement
        width = counts.response.largest * unit * counts.response.width(np.asarray(momenta[name])[:, 0] / unit)
        energy = seen[:, 0] + width * ndtri(u)
        length = np.sqrt(np.maximum(energy**2 - counts.m_j**2, 0.0)) * (energy > 0)
        direction = seen[:, 1:] / np.maximum(np.linalg.norm(seen[:, 1:], axis=1), 1e-300)[:, None]
        return {name: np.concatenate([energy[:, None], length[:, None] * direction], axis=1)}

    def share(self, numbers: Numbers, momenta: Momenta, measured: Momenta | None = None) -> Array:
        """Whether each event (n,) is recorded, as a number: in the acceptance, and the measured momentum passes the cut.

        Arguments as in :meth:`darkfactory.recorded.base.Response.share`.
        """
        p = self._seen(momenta, *self._uniforms(numbers)[1:])[:, 1:]
        cosine = p[:, 2] / np.maximum(np.linalg.norm(p, axis=1), 1e-300)
        inside = np.any([(cosine >= low) & (cosine <= high) for low, high in self.intervals], axis=0)
        tracks = self.measured(numbers, momenta) if measured is None else measured
        values = {name: OBSERVABLES[name].of(tracks, self.state) for name in self.cut.names}
        return np.asarray(inside & self.cut.passes(values), dtype=float)
