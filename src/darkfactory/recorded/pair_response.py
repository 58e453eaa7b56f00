"""Events with a positron and a photon as an experiment records them: windows, thresholds, efficiencies and resolutions."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from darkfactory.constants import M_E
from darkfactory.experiments.detectors.electron_photon import CALIBRATION_ENERGY
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.recorded.base import Response
from darkfactory.recorded.missing_mass import RecordedPairs

__all__ = ["PairResponse"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
Numbers = NDArray[np.uint64]


def _lengths(p: Array) -> Array:
    return np.asarray(np.maximum(np.linalg.norm(p, axis=1), 1e-300))


@dataclass(frozen=True)
class PairResponse(Response):
    """What a detector makes of the positron and the photon of one decay at rest.

    Windows, thresholds and efficiencies act on true momenta, as in the histograms of :class:`RecordedPairs`; a further
    cut acts on measured ones. Random coincidences are not events of one decay and are not here.

    Attributes
    ----------
    setup : RecordedPairs
        Detector, trigger and working point.
    process : str
        Name of the process; keys the random numbers.
    state : FinalState
        Its particles.
    seed : int
        Seed of the random numbers.
    cut : Cut
        Further condition on the measured momenta.
    """

    setup: RecordedPairs
    process: str
    state: FinalState
    seed: int = 0
    cut: Cut = field(default_factory=lambda: Cut(""))

    @property
    def efficiency(self) -> float:
        """Flat efficiency of accepted events, with the time window and the prescale of the trigger."""
        return self.setup.signal_scale / self.setup.exposure

    @property
    def lowest_photon(self) -> float:
        """Lowest photon energy [MeV] that is recorded."""
        return max(self.setup.rates.photon_min, self.setup.rates.trigger.lowest_energy)

    @property
    def preselection(self) -> str | None:
        """Cut on true momenta that loses no event which could be accepted."""
        return f"E_e > {self.setup.rates.detector.positron_threshold:.12g} and E_gamma > {self.lowest_photon:.12g}"

    def measured(self, numbers: Numbers, momenta: Momenta) -> dict[str, Array]:
        """Measured four-momenta (n, 4) [MeV] of positron and photon.

        The error of the opening angle turns the photon in the plane of the two. Arguments as in
        :meth:`darkfactory.recorded.base.Response.measured`.
        """
        d = self.setup.rates.detector
        key = np.uint64(stream_key(self.seed, f"response {self.process}"))
        normals = [ndtri(u) for u in uniforms_of(key, np.asarray(numbers, dtype=np.uint64), 3)]
        e, gamma = (np.asarray(momenta[name]) for name in (self.state.tracks[0], self.state.photons[0]))
        energy = e[:, 0] + d.positron_sigma * normals[0]
        length = np.sqrt(np.maximum(energy**2 - M_E**2, 0.0)) * (energy > 0)
        along, photon = e[:, 1:] / _lengths(e[:, 1:])[:, None], gamma[:, 1:] / _lengths(gamma[:, 1:])[:, None]
        true = np.maximum(gamma[:, 0], 1e-12)
        width = d.photon_sigma * CALIBRATION_ENERGY**d.photon_power * true ** (1 - d.photon_power)
        seen = gamma[:, 0] + width * normals[1]
        # across: the unit vector in the plane of the two, perpendicular to the photon
        across = along - np.einsum("ij,ij->i", along, photon)[:, None] * photon
        across = across / _lengths(across)[:, None]
        angle = d.angle_sigma * normals[2]
        direction = np.cos(angle)[:, None] * photon - np.sin(angle)[:, None] * across
        return {
            self.state.tracks[0]: np.concatenate([energy[:, None], length[:, None] * along], axis=1),
            self.state.photons[0]: np.concatenate([seen[:, None], seen[:, None] * direction], axis=1),
        }

    def share(self, numbers: Numbers, momenta: Momenta, measured: Momenta | None = None) -> Array:
        """Probability of each event (n,) to be recorded, without the flat efficiency: windows, turn-on, timing counter.

        Arguments as in :meth:`darkfactory.recorded.base.Response.share`.
        """
        rates, windows = self.setup.rates, self.setup.rates.detector.windows
        e, gamma = (np.asarray(momenta[name]) for name in (self.state.tracks[0], self.state.photons[0]))
        along, photon = e[:, 1:] / _lengths(e[:, 1:])[:, None], gamma[:, 1:] / _lengths(gamma[:, 1:])[:, None]
        cosine = np.einsum("ij,ij->i", along, photon)
        # the windows face each other: the positron's is around phi = 0, the photon's around pi
        inside = (np.abs(along[:, 2]) <= windows.positron_cos_theta) & (
            np.abs(photon[:, 2]) <= windows.photon_cos_theta
        )
        inside &= np.abs(np.arctan2(along[:, 1], along[:, 0])) <= min(windows.positron_phi, math.pi)
        inside &= np.abs(np.arctan2(photon[:, 1], -photon[:, 0])) <= min(windows.photon_phi, math.pi)
        inside &= (e[:, 0] >= rates.detector.positron_threshold) & (gamma[:, 0] >= self.lowest_photon)
        inside &= cosine <= rates.trigger.largest_cosine
        if self.cut.names:
            measured = self.measured(numbers, momenta) if measured is None else measured
            inside &= self.cut.passes({name: OBSERVABLES[name].of(measured, self.state) for name in self.cut.names})
        share = rates.trigger.turn_on(gamma[:, 0]) * rates.detector.timing_efficiency(e[:, 0])
        return np.asarray(inside * share, dtype=float)
