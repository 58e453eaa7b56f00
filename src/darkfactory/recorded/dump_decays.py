"""Decays X -> e+ e- behind a beam dump, drawn at random: X starts on the beam axis at the start of the target, at time 0.

It decays behind the shield, and its leptons go straight to the face. Momenta are exact four-vectors; the correlation of the plane
of the decay with that of production is not included.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV, M_E
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.flight import decay_length
from darkfactory.kinematics.lorentz import boost
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.orientation import turned
from darkfactory.kinematics.pair_on_disc import DecayShape
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.cache import remembered
from darkfactory.numerics.importance_grid import apply_grid, flat_grid, refine
from darkfactory.numerics.streams import stream_key, uniforms
from darkfactory.processes.generator.run import BLOCK
from darkfactory.recorded.beam_dump import BeamDump
from darkfactory.recorded.dump_bosons import ElectronBosons, ProtonBosons

__all__ = ["DECAY", "PairsInFlight"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
MM_PER_M = 1e3
ROUNDS, TRAINING = 6, 16384
TOTAL_BLOCKS = 4
"""Blocks from which the number of decays is found."""
DECAY = "decay"
"""Where and when X decays (x, y, z, ct) [mm], next to the momenta."""


@dataclass(frozen=True)
class PairsInFlight:
    """Decays behind the shield, with weights that add up to their expected number.

    Attributes
    ----------
    name : str
        Process; keys the random numbers.
    dump : BeamDump
        The experiment.
    bosons : ElectronBosons or ProtonBosons
        What it makes.
    shape : DecayShape
        Of the decay.
    ctau_mm, branching_ratio : float
        Decay length of X, and branching ratio into e e.
    asked : bool
        Whether the detector decides which numbers are important; all decays are alike otherwise.
    """

    name: str
    dump: BeamDump
    bosons: ElectronBosons | ProtonBosons
    shape: DecayShape
    ctau_mm: float
    branching_ratio: float
    state: FinalState
    observables: tuple[str, ...]
    cut: Cut
    face: bool = True
    about = "the shield"
    spin = (0.0, 0.0, 0.0)
    charge = 0

    @property
    def key(self) -> tuple[Any, ...]:
        """What events depend on besides the seed."""
        dump = (self.dump.dump, self.dump.acceptance, self.cut) if self.face else ()
        return ("dump", self.bosons, self.shape, self.ctau_mm, self.branching_ratio, dump)

    @property
    def monomials(self) -> dict[str, float]:
        """No couplings to change: the flight depends on them."""
        return {"1": 1.0}

    def pieces(self, momenta: Momenta) -> dict[str, Array]:
        """The only one."""
        return {"1": self._stokes(len(momenta[DECAY]))}

    @staticmethod
    def _stokes(n: int) -> Array:
        return np.tile([1.0, 0.0, 0.0, 0.0], (n, 1))

    @property
    def dims(self) -> int:
        """Numbers of each event: of X, cosine and azimuth of the decay, distance."""
        return self.bosons.dims + 3

    def made(self, u: list[Array]) -> tuple[Array, dict[str, Array]]:
        """Weights, momenta [MeV], and vertices of uniform numbers."""
        found = self.bosons.made(u[:-3])
        X, m = found.momentum * GEV, self.bosons.mass_gev * GEV
        cosine = 2 * u[-3] - 1
        one, two, zero_one, zero_two = self.shape
        shape = (1 - found.zero) * (one + two * cosine**2) + found.zero * (zero_one + zero_two * cosine**2)
        lepton = turned(cosine, 2 * np.pi * u[-2], found.axis) * np.sqrt((m / 2 - M_E) * (m / 2 + M_E))
        positron = boost(np.concatenate([np.full((len(X), 1), m / 2), lepton], axis=1), X[:, 1:] / X[:, :1])
        size = np.linalg.norm(X[:, 1:], axis=1)
        # exponential in the distance along the beam, between shield and end of the decay volume; what flies back is lost
        along = np.maximum(X[:, 3] / size, 1e-9)
        mean = np.maximum(decay_length(self.ctau_mm, size, m) * along, 1e-280)
        shield, decay = self.dump.detector.shield_m * MM_PER_M, self.dump.detector.decay_m * MM_PER_M
        inside = -np.expm1(-decay / mean)
        path = (shield - mean * np.log1p(-u[-1] * inside)) / along
        weight = found.weight * shape * self.branching_ratio * np.exp(-shield / mean) * inside * (X[:, 3] > 0)
        at = np.concatenate([X[:, 1:], X[:, :1]], axis=1) * (path / size)[:, None]
        others = {name: p * GEV for name, p in found.others.items()}
        return weight, {"e2": positron, "e3": X - positron, DECAY: at} | others

    def share(self, numbers: Any, momenta: Momenta) -> Array:
        """Part of each event (n,) that the detector takes, without the flat efficiency (see ``search.acceptance``)."""
        leptons = (momenta["e2"], momenta["e3"])
        if not self.face:
            return np.ones(len(leptons[0]))
        passed = np.asarray(
            self.cut.passes({name: OBSERVABLES[name].of(momenta, self.state) for name in self.cut.names})
        )
        return np.asarray(passed * self._taken(momenta[DECAY][:, :3], leptons), dtype=float)

    def _taken(self, start: Array, leptons: tuple[Array, Array]) -> Array:
        """The same without the cut."""
        acceptance, threshold = self.dump.acceptance, self.dump.detector.threshold_gev * GEV
        X = leptons[0] + leptons[1]
        enough = X[:, 0] > threshold
        if self.dump.detector.face_radius_m is None:
            return np.asarray(enough, dtype=float)
        if acceptance == "line":
            return np.asarray(enough & self._hits(start, X))
        first, second = (self._hits(start, p) for p in leptons)
        if acceptance == "both":
            return np.asarray(enough & first & second)
        above = leptons[0][:, 0] * first, leptons[1][:, 0] * second
        if acceptance == "energy":
            return np.asarray(above[0] + above[1] > threshold)
        return np.asarray(((above[0] > threshold) * 1.0 + (above[1] > threshold)) / 2)

    def _hits(self, start: Array, p: Array) -> NDArray[np.bool_]:
        """Whether lines through some points hit the face."""
        detector = self.dump.detector
        steps = (detector.plane_m * MM_PER_M - start[:, 2]) / np.where(p[:, 3] > 0, p[:, 3], np.inf)
        x = start[:, 0] + steps * p[:, 1] - detector.off_axis_m * MM_PER_M
        y = start[:, 1] + steps * p[:, 2]
        distance = np.maximum(np.abs(x), np.abs(y)) if detector.face == "square" else np.hypot(x, y)
        return np.asarray((p[:, 3] > 0) & (distance < (detector.face_radius_m or np.inf) * MM_PER_M))

    @functools.cached_property
    def grid(self) -> Array:
        """Importance grid, trained once; the same for every seed."""
        return remembered(("grid", *self.key), self._train)

    def _train(self) -> Array:
        grid, key = flat_grid(self.dims), np.uint64(stream_key(0, f"training {self.name}"))
        for step in range(ROUNDS):
            u = uniforms(key, np.uint64(step * TRAINING), TRAINING, self.dims)
            weight, momenta = self._on(grid, u)
            grid = refine(grid, u, (weight * self.share(None, momenta)) ** 2)
        return grid

    def _on(self, grid: Array, u: list[Array]) -> tuple[Array, dict[str, Array]]:
        adapted, jacobian = apply_grid(u, grid)
        weight, momenta = self.made(adapted)
        return weight * jacobian, momenta

    def weighted(self, n: int, seed: int, *, full: bool = True, purpose: str = "events") -> Iterator[tuple[Any, ...]]:
        """Events block by block, as :meth:`darkfactory.processes.generator.run.Run.weighted`."""
        key = np.uint64(stream_key(seed, f"{purpose} {self.name}"))
        for first in range(0, n, BLOCK):
            count = min(BLOCK, n - first)
            *u, spare = uniforms(key, np.uint64(first), count, self.dims + 1)
            weight, momenta = self._on(self.grid, u)
            yield weight, None, momenta, self._stokes(count), spare

    def total(self, seed: int) -> float:
        """Expected number."""
        blocks = self.weighted(TOTAL_BLOCKS * BLOCK, seed, purpose="total")
        return sum(float(weight.sum()) for weight, *_ in blocks) / (TOTAL_BLOCKS * BLOCK)
