"""The engine of one process: phase-space map and squared amplitude, compiled into kernels over events.

A kernel is a pure function of (key, number of the first event, parameters, coefficients, spin, grid): it draws the
uniform numbers of its events from their numbers, so that results do not depend on how events are divided among calls.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.backend import computed_once, jax
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.intervals import Interval
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.orientation import aim, orient, rotate
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.importance_grid import apply_grid
from darkfactory.numerics.streams import uniforms

__all__ = ["ORIENTATION_DIMS", "Engine", "Setup", "cached_engine", "kernel"]

ORIENTATION_DIMS = 3
SPARE_DIMS = 2
"""Numbers of every event behind the orientation: exchange of identical leptons, unweighting."""

NARROW = 0.5
"""Share of the directions of a single track below which they are drawn inside of what a cut allows."""

Parameters = Mapping[str, float]


@dataclass(frozen=True)
class Setup:
    """What an engine prepares for one model and one set of bounds.

    Attributes
    ----------
    variant : str
        Which phase-space map.
    parameters : dict
        Its parameters and the masses of the amplitude, by name; ``M`` is the mass of the parent.
    monomials : dict
        Values of the coupling monomials in which |M|^2 is linear, by name.
    matrix : tuple of tuple of float
        Row by monomial, column by piece of the amplitude: S = sum_n sum_p value_n matrix_np piece_p.
    factor : float
        Multiplies |M|^2 dPhi: flux, identical particles, narrow width.
    notes : tuple of str
        What a user should know about it.
    """

    variant: str
    parameters: Parameters
    monomials: Mapping[str, float]
    matrix: tuple[tuple[float, ...], ...]
    factor: float
    notes: tuple[str, ...] = ()

    @property
    def coefficients(self) -> tuple[float, ...]:
        """Factor of each piece of the amplitude."""
        values = list(self.monomials.values())
        return tuple(
            float(sum(value * row[n] for value, row in zip(values, self.matrix, strict=True)))
            for n in range(len(self.matrix[0]))
        )


@dataclass(frozen=True, eq=False)
class Engine:
    """How one process is integrated and generated.

    Attributes
    ----------
    state : FinalState
        Particles.
    dims : int
        Uniform numbers of the body-fixed configuration.
    samplers : dict
        Phase-space maps by variant: (u, parameters) -> (momenta, weight).
    pieces : callable
        (momenta, parameters) -> (..., pieces, 4), Stokes components for the negative parent.
    setup : callable
        (model, bounds of the cut) -> :class:`Setup`.
    unpolarised : callable, optional
        (momenta, parameters, coefficients) -> S_0 alone, where that is cheaper.
    summed : callable, optional
        (momenta, parameters, coefficients, charge) -> (..., 4), where that is cheaper than the sum over pieces.
    identical : tuple of str, optional
        Pair of particles that are exchanged at random.
    """

    state: FinalState
    dims: int
    samplers: Mapping[str, Callable[[Sequence[Any], Parameters], tuple[dict[str, Any], Any]]]
    pieces: Callable[[Mapping[str, Any], Parameters], Any]
    setup: Callable[[Any, Mapping[str, Interval]], Setup]
    unpolarised: Callable[[Mapping[str, Any], Parameters, Sequence[Any]], Any] | None = None
    summed: Callable[[Mapping[str, Any], Parameters, Sequence[Any], int], Any] | None = None
    identical: tuple[str, str] | None = None

    @property
    def numbers(self) -> int:
        """Uniform numbers of one event."""
        return self.dims + ORIENTATION_DIMS + SPARE_DIMS

    def charged_pieces(self, momenta: Mapping[str, Any], k: Parameters, charge: int) -> Any:
        """Pieces for either charge: for the positive parent at reversed momenta, couplings conserve CP."""
        if charge < 0:
            return self.pieces(momenta, k)
        reverse = np.array([1.0, -1.0, -1.0, -1.0])
        return self.pieces({name: p * reverse for name, p in momenta.items()}, k)

    def stokes(self, momenta: Mapping[str, Any], k: Parameters, coefficients: Sequence[Any], charge: int) -> Any:
        """Stokes components (..., 4) summed over the pieces."""
        if self.summed is not None:
            return self.summed(momenta, k, coefficients, charge)
        found = self.charged_pieces(momenta, k, charge)
        return sum(c * found[..., n, :] for n, c in enumerate(coefficients))

    def spin_average(self, momenta: Mapping[str, Any], k: Parameters, coefficients: Sequence[Any]) -> Any:
        """First Stokes component S_0."""
        if self.unpolarised is not None:
            return self.unpolarised(momenta, k, coefficients)
        found = self.pieces(momenta, k)
        return sum(c * found[..., n, 0] for n, c in enumerate(coefficients))


@functools.lru_cache(maxsize=64)
def _draw(engine: Engine, variant: str, full: bool, count: int) -> Any:
    """Compiled map: body-fixed momenta by component, weight dPhi/du, and the numbers left for what comes behind."""

    def compute(key: Any, first: Any, k: Any, grid: Any) -> Any:
        xp = jax().numpy
        u = uniforms(key, first, count, engine.numbers)
        body, jacobian = computed_once(apply_grid(u[: engine.dims], grid), xp.asarray(k["M"] > 0))
        components, weight = engine.samplers[variant](body, k)
        flat = [[xp.broadcast_to(c, (count,)) for c in components[name]] for name in engine.state.particles]
        weight = xp.broadcast_to(xp.where(weight > 0, weight * jacobian, 0.0), (count,))
        return flat, weight, u[engine.dims :] if full else []

    return jax().jit(compute)


def _stacked(engine: Engine, flat: Any) -> dict[str, Any]:
    xp = jax().numpy
    return {name: xp.stack(four, axis=-1) for name, four in zip(engine.state.particles, flat, strict=True)}


@functools.lru_cache(maxsize=64)
def _amplitude(engine: Engine, charge: int, full: bool) -> Any:
    """Compiled squared amplitude: Stokes components, or S_0 alone, as a list of arrays."""

    def compute(flat: Any, k: Any, coefficients: Any) -> Any:
        momenta = _stacked(engine, flat)
        if not full:
            return [engine.spin_average(momenta, k, coefficients)]
        stokes = engine.stokes(momenta, k, coefficients, charge)
        return [stokes[..., n] for n in range(4)]

    return jax().jit(compute)


@functools.lru_cache(maxsize=64)
def _turn(engine: Engine) -> Any:
    """Compiled orientation: identical leptons in random order, and everything rotated."""

    def compute(flat: Any, stokes: Any, rest: Any, spin: Any) -> Any:
        xp = jax().numpy
        if engine.identical is not None:
            swap = rest[ORIENTATION_DIMS] < 0.5
            one, other = (engine.state.particles.index(name) for name in engine.identical)
            pairs = list(zip(flat[one], flat[other], strict=True))
            flat = list(flat)
            flat[one] = [xp.where(swap, b, a) for a, b in pairs]
            flat[other] = [xp.where(swap, a, b) for a, b in pairs]
        rotation = orient(rest[:ORIENTATION_DIMS], stokes, (spin[0], spin[1], spin[2]))
        return [[p[0], *rotate(rotation, p[1:])] for p in flat], [stokes[0], *rotate(rotation, stokes[1:])]

    return jax().jit(compute)


def _aimed_at(engine: Engine, cut: Cut) -> Interval | None:
    """Range of cos(theta) of a single track in which it is drawn; None if the decay is turned as the spin asks."""
    low, high = cut.bounds.get("cos_theta", (-1.0, 1.0))
    low, high = max(low, -1.0), min(high, 1.0)
    return (low, high) if len(engine.state.tracks) == 1 and high - low < 2 * NARROW else None


@functools.lru_cache(maxsize=64)
def _aim(engine: Engine) -> Any:
    """Compiled orientation with the track between two cosines: everything rotated, and the weight of the direction."""
    track = engine.state.particles.index(engine.state.tracks[0])

    def compute(flat: Any, stokes: Any, rest: Any, spin: Any, low: Any, high: Any) -> Any:
        xp = jax().numpy
        rotation = aim(rest[:ORIENTATION_DIMS], flat[track][1:], low, high)
        S0, S = stokes[0], rotate(rotation, stokes[1:])
        along = spin[0] * S[0] + spin[1] * S[1] + spin[2] * S[2]
        density = (high - low) / 2 * (1 + along / xp.where(S0 > 0, S0, xp.inf))
        return [[p[0], *rotate(rotation, p[1:])] for p in flat], [S0, *S], density

    return jax().jit(compute)


@functools.lru_cache(maxsize=64)
def _finish(engine: Engine, cut: Cut, observables: tuple[str, ...], full: bool) -> Any:
    """Compiled end: weights with the cut, values of observables, momenta as four-vectors."""
    names = tuple(dict.fromkeys((*cut.names, *observables)))

    def compute(flat: Any, weight: Any, stokes: Any, k: Any) -> Any:
        xp = jax().numpy
        momenta = _stacked(engine, flat)
        state = engine.state.at_mass(k["M"])
        values = {name: OBSERVABLES[name].of(momenta, state) for name in names}
        weight = xp.where(weight > 0, weight * stokes[0], 0.0)
        weight = xp.where(cut.passes(values), weight, 0.0)
        shown = {name: values[name] for name in observables}
        return (weight, shown, momenta, xp.stack(stokes, axis=-1)) if full else (weight, shown)

    return jax().jit(compute)


def kernel(
    engine: Engine, variant: str, charge: int, cut: Cut, observables: tuple[str, ...], full: bool, count: int
) -> Callable[..., Any]:
    """Kernel over ``count`` events: map, squared amplitude, orientation and cut, each compiled once for itself.

    They are compiled apart because XLA, given all at once, computes common parts again for every result.

    Parameters
    ----------
    engine, variant, charge : Engine, str, int
        What is generated.
    cut : Cut
        Events that fail get weight 0.
    observables : tuple of str
        Observables whose values are returned.
    full : bool
        Whether momenta and Stokes components are returned.
    count : int
        Events per call.

    Returns
    -------
    callable
        (key, first, parameters, coefficients, spin, grid) -> (weights, values[, momenta, stokes, spare number]);
        weights are dPhi/du S_0, without the factor of the setup.
    """
    turns = full or any(OBSERVABLES[name].oriented for name in (*cut.names, *observables))
    draw, amplitude = _draw(engine, variant, turns, count), _amplitude(engine, charge, turns)
    finish, aimed = _finish(engine, cut, observables, full), _aimed_at(engine, cut)

    def compute(key: Any, first: Any, k: Any, coefficients: Any, spin: Any, grid: Any) -> Any:
        flat, weight, rest = draw(key, first, k, grid)
        stokes = amplitude(flat, k, coefficients)
        if aimed is not None:
            flat, stokes, density = _aim(engine)(flat, stokes, rest, spin, *aimed)
            weight = weight * density
        elif turns:
            flat, stokes = _turn(engine)(flat, stokes, rest, spin)
        found = finish(flat, weight, stokes, k)
        return (*found, rest[ORIENTATION_DIMS + 1]) if full else found

    return compute


@functools.lru_cache(maxsize=64)
def _engine_of_kind(process: Any, kind: Hashable) -> Engine:
    engine: Engine = process.engine(kind)
    return engine


def cached_engine(process: Any, model: Any) -> Engine:
    """Engine of a process for the kind of a model, made once, so that its kernels are compiled once.

    Parameters
    ----------
    process : Process
        The process.
    model : object
        A model, or None in the Standard Model; engines depend on its ``kind`` only.
    """
    return _engine_of_kind(process, None if model is None else model.kind)
