"""Decays with three tracks as an experiment records them: measured momenta, selection, and counts per bin.

Every event has its own random numbers, keyed by its number: what is measured does not depend on how events are divided
among blocks. The vertex on the target is one of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from darkfactory.constants import HBAR_C_MEV_MM, M_E
from darkfactory.errors import InvalidInput
from darkfactory.experiments.detectors.tracks import TrackDetector
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import observables_of
from darkfactory.processes import Decay
from darkfactory.recorded.base import Response, as_seen
from darkfactory.recorded.displaced import Drawn, FiducialVertices

__all__ = ["TrackResponse"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
Numbers = NDArray[np.uint64]


@dataclass(frozen=True, kw_only=True)
class TrackResponse(Response):
    """What a detector makes of the events of one decay into three tracks.

    Attributes
    ----------
    detector : TrackDetector
        Acceptance and resolution.
    charge : int
        Charge of the parent: that of the first two tracks, the third has the opposite one.
    resonance : tuple of float, optional
        Mass [MeV] and decay length c tau [mm] of an X that decays into the last two tracks: it must decay promptly.
    vertices : FiducialVertices, optional
        Where it must decay instead.
    """

    detector: TrackDetector
    charge: int = 1
    resonance: tuple[float, float] | None = None
    vertices: FiducialVertices | None = None

    @classmethod
    def of(
        cls,
        detector: TrackDetector,
        process: Decay,
        model: Any,
        *,
        cut: str | None = None,
        seed: int = 0,
        charge: int = 1,
    ) -> TrackResponse:
        """Response for a process, with a cut on the observables that can be measured.

        Parameters
        ----------
        detector : TrackDetector
            Acceptance and resolution.
        process : Decay
            A decay into three tracks.
        model : object
            Its model, or None.
        cut : str, optional
            Condition on named observables of the measured momenta.
        seed, charge : int
            As for the class.

        Raises
        ------
        DarkfactoryError
            For a cut that cannot be read, and an X that does not decay.
        """
        state = as_seen(process.state(model))
        condition = parse_cut(cut, {name: o.count(state) for name, o in observables_of(state).items()})
        resonance = None
        if state.resonance is not None and model.mass > 2 * M_E:
            if not model.width_ee > 0:
                raise InvalidInput(
                    f"width of {state.resonance[0].name} into e e = 0 MeV: allowed (0, inf) MeV; give its coupling to electrons"
                )
            resonance = (model.mass, HBAR_C_MEV_MM / model.width)
        return cls(
            detector=detector,
            process=process.name,
            state=state,
            seed=int(seed),
            cut=condition,
            charge=int(charge),
            resonance=resonance,
        )

    @property
    def efficiency(self) -> float:
        """Flat efficiency of accepted events."""
        return self.detector.efficiency

    @property
    def preselection(self) -> str | None:
        """Cut on true momenta that loses no event which could be accepted: for an efficient generation."""
        least = self.detector.least_p_T()
        return f"min(p_T) > {least:.6g}" if least > 0 else None

    def _uniforms(self, numbers: Numbers) -> list[Array]:
        """Two numbers for the vertex, and three for each track."""
        return self.uniforms(numbers, 2 + 3 * len(self.state.tracks))

    def measured(self, numbers: Numbers, momenta: Momenta) -> dict[str, Array]:
        """Measured four-momenta (n, 4) [MeV] of the tracks, on their mass shell.

        Parameters
        ----------
        numbers : ndarray of uint64, shape (n,)
            Numbers of the events.
        momenta : mapping
            True four-momenta (n, 4) [MeV] by particle.

        Returns
        -------
        dict
            By track.
        """
        u = self._uniforms(numbers)[2:]
        found = {}
        for i, name in enumerate(self.state.tracks):
            normals = ndtri(np.stack(u[3 * i : 3 * i + 3], axis=-1))
            p = np.asarray(self.detector.smeared(np.asarray(momenta[name])[:, 1:], normals))
            energy = np.sqrt(M_E**2 + np.einsum("ij,ij->i", p, p))
            found[name] = np.concatenate([energy[:, None], p], axis=1)
        return found

    def accepts(self, numbers: Numbers, tracks: Momenta) -> NDArray[np.bool_]:
        """Whether events are selected, by the momenta of their tracks (measured ones; true ones to compare with).

        ``numbers`` and ``tracks`` as in :meth:`measured`.
        """
        u_z, u_phi = self._uniforms(numbers)[:2]
        charges = (self.charge, self.charge, -self.charge)
        p = [tracks[name][:, 1:] for name in self.state.tracks]
        accepted = self.detector.accepts(p, charges, u_z, u_phi)
        return np.asarray(accepted & self.passes(tracks), dtype=bool)

    def prompt(self, momenta: Momenta) -> Array:
        """Probability of each event (n,) that X decays promptly; 1 without an X that must."""
        if self.resonance is None:
            return super().prompt(momenta)
        mass, ctau = self.resonance
        momentum = np.linalg.norm(momenta["e2"][:, 1:] + momenta["e3"][:, 1:], axis=1)
        return np.asarray(self.detector.prompt_weight(ctau, momentum, mass))

    def stop(self, numbers: Numbers) -> tuple[Array, Array] | None:
        """Uniform numbers (n,) of the vertex on the target."""
        u_z, u_phi = self._uniforms(numbers)[:2]
        return u_z, u_phi

    def displaced(self, numbers: Numbers, momenta: Momenta) -> Drawn | None:
        """Vertices in the fiducial volume, if they must be there."""
        if self.vertices is None:
            return None
        return self.vertices.draw(numbers, momenta, self.stop(numbers) if self.detector.random_numbers else None)

    def share(self, numbers: Numbers, momenta: Momenta, measured: Momenta | None = None) -> Array:
        """Probability of each event (n,) to be recorded, without the flat efficiency: selected, and X where it must decay.

        ``numbers`` and true ``momenta`` as in :meth:`measured`, which is asked for what was ``measured`` if it is not given.
        """
        tracks = self.measured(numbers, momenta) if measured is None else measured
        accepted = self.accepts(numbers, tracks)
        if self.vertices is None:
            return accepted * self.prompt(momenta)
        some, share = np.flatnonzero(accepted), np.zeros(len(accepted))
        made = self.displaced(np.asarray(numbers)[some], {name: p[some] for name, p in momenta.items()})
        share[some] = 0.0 if made is None else made.share
        return share
