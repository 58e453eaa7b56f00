"""Monte Carlo of collisions on NumPy arrays, in place of the compiled engine of decays: the same streams, grid and samples."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.importance_grid import apply_grid
from darkfactory.numerics.streams import stream_key, uniforms
from darkfactory.processes.generator.engine import Setup
from darkfactory.processes.generator.run import BLOCK, Run

__all__ = ["BeamEnergies", "Collision", "CollisionRun"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]


@dataclass(frozen=True, eq=False)
class BeamEnergies:
    """Energies of a beam, each with its part of it.

    Attributes
    ----------
    energies_gev : ndarray, shape (n,)
        Energies [GeV], rising.
    parts : ndarray, shape (n,)
        Their parts of the beam: a sum over them is the integral over the flux.
    spread : bool
        Whether events have all energies from the middle to the one below to the middle to the one above; else just these.
    """

    energies_gev: Array
    parts: Array
    spread: bool = False

    @classmethod
    def one(cls, energy_gev: float) -> BeamEnergies:
        """Beam of one energy [GeV]."""
        return cls(np.array([energy_gev]), np.ones(1))

    @property
    def highest_mev(self) -> float:
        """Largest energy [MeV]."""
        return GEV * float(self.energies_gev[-1])

    @property
    def wide(self) -> bool:
        """Whether there are several."""
        return len(self.energies_gev) > 1

    @property
    def identity(self) -> Hashable:
        """What tells it from other beams."""
        return (self.energies_gev.tobytes(), self.parts.tobytes(), self.spread)

    def draw(self, u: Array, cross_sections: Array, threshold_gev: float) -> tuple[Any, Any]:
        """Energies [GeV] of events with these cross sections, and the summed cross section over that at the energy.

        Parameters
        ----------
        u : ndarray, shape (n,)
            Uniform numbers.
        cross_sections : ndarray
            Those at the energies of the beam [cm^2].
        threshold_gev : float
            Energy from which they rise, as a power between two energies.
        """
        if not self.wide:
            return self.energies_gev[0], 1.0
        some = (cross_sections > 0) & (self.energies_gev > threshold_gev)
        E, values = self.energies_gev[some], cross_sections[some]
        rates = np.append(0.0, np.cumsum(self.parts[some] * values))
        index = np.minimum(np.searchsorted(rates, u * rates[-1], side="right"), len(E)) - 1
        if not self.spread:
            return E[index], rates[-1] / values[index]
        ends = np.concatenate([E[:1], (E[1:] + E[:-1]) / 2, E[-1:]])
        place = (u * rates[-1] - rates[index]) / np.diff(rates)[index]
        found = ends[index] + place * np.diff(ends)[index]
        # over the cross section there, so that the sum over the energies stays what it is
        at = np.interp(np.log(found - threshold_gev), np.log(E - threshold_gev), np.log(values))
        return found, rates[-1] * np.exp(-at)

    def momenta(self, energies_mev: Any) -> dict[str, Array]:
        """Four-momentum (n, 4) of the ``beam`` [MeV], where its energy differs from event to event."""
        if not self.wide:
            return {}
        return {"beam": np.stack([energies_mev, 0 * energies_mev, 0 * energies_mev, energies_mev], axis=-1)}


@dataclass(frozen=True, eq=False)
class Collision:
    """How a collision of a beam with a target at rest is generated.

    Attributes
    ----------
    state : FinalState
        Particles, with the momentum of beam and target; of the largest energy, where there are several.
    dims : int
        Uniform numbers of an event.
    draw : callable
        Uniform numbers -> cross section [cm^2] per unit of them, and whatever momenta are made of.
    momenta : callable
        The latter -> four-momenta (n, 4) [MeV] of what leaves, and of the ``beam`` where it has several energies.
    cross_section : callable
        Cross section [cm^2] with its numerical error and method.
    monomials : dict
        Value of the coupling that the cross section is linear in, by name.
    identity : hashable
        What it depends on.
    """

    state: FinalState
    dims: int
    draw: Callable[[Sequence[Array]], tuple[Array, Any]]
    momenta: Callable[[Any], dict[str, Array]]
    cross_section: Callable[[], tuple[float, float, str]]
    monomials: Mapping[str, float]
    identity: Hashable

    @property
    def numbers(self) -> int:
        """Uniform numbers of one event, with that of its acceptance."""
        return self.dims + 1

    def at(self, momenta: Momenta) -> FinalState:
        """Particles, with the momentum of beam and target in every event."""
        if "beam" not in momenta:
            return self.state
        m = self.state.initial[1].mass or 0.0
        return replace(self.state, p_in=tuple((momenta["beam"] + [m, 0.0, 0.0, 0.0]).T))

    def charged_pieces(self, momenta: Momenta, k: Mapping[str, float], charge: int) -> Array:
        """Stokes components (n, 1, 4): nothing is polarized, weights alone tell how often."""
        pieces = np.zeros((len(next(iter(momenta.values()))), 1, 4))
        pieces[..., 0] = 1 / sum(self.monomials.values())
        return pieces


@dataclass(frozen=True, eq=False)
class CollisionRun(Run):
    """Events of one collision and cut."""

    engine: Collision = field(kw_only=True)  # type: ignore[assignment]

    @classmethod
    def of(cls, name: str, collision: Collision, cut: Cut) -> CollisionRun:
        """Run of a collision."""
        setup = Setup("", {}, collision.monomials, ((1.0,),), 1.0)
        return cls(name=name, engine=collision, setup=setup, cut=cut)

    @property
    def key(self) -> tuple[Any, ...]:
        """What events depend on besides the seed."""
        return (self.name, self.engine.identity, self.cut)

    def _caller(
        self, observables: tuple[str, ...], full: bool, grid: Array, seed: int, purpose: str
    ) -> Callable[[int], Any]:
        key, collision = np.uint64(stream_key(seed, f"{purpose} {self.name}")), self.engine
        names = tuple(dict.fromkeys((*self.cut.names, *observables)))

        def call(block: int) -> tuple[Any, ...]:
            u = uniforms(key, np.uint64(block * BLOCK), BLOCK, collision.numbers)
            body, jacobian = apply_grid(u[: collision.dims], grid)
            weight, made = collision.draw(body)
            weight = np.where(weight > 0, weight * jacobian, 0.0)
            momenta = collision.momenta(made) if full or names else {}
            state = collision.at(momenta)
            with np.errstate(all="ignore"):
                values = {name: OBSERVABLES[name].of(momenta, state) for name in names}
                weight = np.where(self.cut.passes(values), weight, 0.0)
            shown = {name: values[name] for name in observables}
            if not full:
                return weight, shown
            return weight, shown, momenta, np.tile([1.0, 0.0, 0.0, 0.0], (BLOCK, 1)), u[-1]

        return call
