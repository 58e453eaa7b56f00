"""Monte Carlo over the events of an engine: training of the grid, integrals to a precision, streams of events."""

from __future__ import annotations

import functools
import logging
import math
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.backend import jax
from darkfactory.kinematics.cuts import Cut
from darkfactory.numerics.cache import remembered
from darkfactory.numerics.importance_grid import flat_grid, refine
from darkfactory.numerics.parallel import ordered
from darkfactory.numerics.streams import stream_key, uniforms
from darkfactory.processes.generator.engine import Engine, Setup, kernel

__all__ = ["BLOCK", "Integral", "Run"]

BLOCK = 65536
"""Events of one call of a kernel: bounds the memory, changes no result."""
TRAINING_ROUNDS, TRAINING_EVENTS = 6, 65536
MOST_EVENTS = 2**31
Array = NDArray[np.float64]
Result = TypeVar("Result")
_LOG = logging.getLogger("darkfactory")


@dataclass(frozen=True)
class Integral:
    """Monte Carlo estimate of a partial width.

    Attributes
    ----------
    value, error : float
        Width and statistical error [MeV].
    events, passed : int
        Events tried, and those with a weight.
    effective : float
        Effective number of events (sum w)^2 / sum w^2.
    """

    value: float
    error: float
    events: int
    passed: int
    effective: float


@dataclass(frozen=True, eq=False)
class Run:
    """Events of one process, model, cut, spin and charge.

    Attributes
    ----------
    name : str
        Process, which keys the random numbers.
    engine : Engine
        What generates.
    setup : Setup
        Prepared for the model and the cut.
    cut : Cut
        Events that fail have weight 0.
    spin : tuple of float
        Spin vector of the parent.
    charge : int
        Charge of the parent, or of its lepton.
    workers : int
        Threads; changes no result.
    """

    name: str
    engine: Engine
    setup: Setup
    cut: Cut
    spin: tuple[float, float, float] = (0.0, 0.0, 0.0)
    charge: int = 1
    workers: int = 0

    def kernel(self, observables: tuple[str, ...] = (), full: bool = False) -> Any:
        """Compiled kernel of this run (see :func:`darkfactory.processes.generator.engine.kernel`)."""
        return kernel(self.engine, self.setup.variant, self.charge, self.cut, observables, full, BLOCK)

    def _caller(
        self, observables: tuple[str, ...], full: bool, grid: Array, seed: int, purpose: str
    ) -> Callable[[int], Any]:
        """From the number of a block to what the kernel makes of it."""
        compiled = self.kernel(observables, full)
        xp = jax().numpy
        key = np.uint64(stream_key(seed, f"{purpose} {self.name}"))
        parameters = {name: float(value) for name, value in self.setup.parameters.items()}
        constants = (parameters, self.setup.coefficients, xp.asarray(self.spin), xp.asarray(grid))

        def call(block: int) -> Any:
            return jax().device_get(compiled(key, np.uint64(block * BLOCK), *constants))

        return call

    @property
    def key(self) -> tuple[Any, ...]:
        """What events depend on besides the seed: runs of the same key share grid and ceiling."""
        setup = self.setup
        parameters = tuple(sorted(setup.parameters.items()))
        return (self.engine, setup.variant, parameters, setup.coefficients, self.cut, self.spin, self.charge)

    @property
    def about(self) -> str:
        """What all events pass, in words."""
        return f"the cut {self.cut.text!r}"

    @property
    def monomials(self) -> Mapping[str, float]:
        """Values of the coupling monomials by name."""
        return self.setup.monomials

    def pieces(self, momenta: Mapping[str, Array]) -> dict[str, Array]:
        """Stokes components (n, 4) of events per coupling monomial, for the charge of the run."""
        n = len(next(iter(momenta.values())))
        matrix = np.array(self.setup.matrix)
        parts = []
        for start in range(0, n, BLOCK):
            block = {name: p[start : start + BLOCK] for name, p in momenta.items()}
            found = np.asarray(self.engine.charged_pieces(block, self.setup.parameters, self.charge))
            parts.append(np.einsum("np,ipc->inc", matrix, found))
        joined = np.concatenate(parts)
        return {name: joined[:, i] for i, name in enumerate(self.monomials)}

    @functools.cached_property
    def grid(self) -> Array:
        """Importance grid, trained once; the same for every seed."""
        return remembered(("grid", *self.key), self._train)

    def _train(self) -> Array:
        grid = flat_grid(self.engine.dims)
        if self.engine.dims == 0:
            return grid
        _LOG.info("training the generator of %s", self.name)
        key = np.uint64(stream_key(0, f"training {self.name}"))
        per_round = max(TRAINING_EVENTS // BLOCK, 1)
        for step in range(TRAINING_ROUNDS):
            numbers, squares = [], []
            call = self._caller((), False, grid, 0, "training")
            for block in range(step * per_round, (step + 1) * per_round):
                weight, _ = call(block)
                u = uniforms(key, np.uint64(block * BLOCK), BLOCK, self.engine.numbers)[: self.engine.dims]
                numbers.append(u)
                squares.append(np.asarray(weight) ** 2)
            joined = [np.concatenate([u[d] for u in numbers]) for d in range(self.engine.dims)]
            grid = refine(grid, joined, np.concatenate(squares))
        return grid

    def estimate(self, precision: float, seed: int, most_events: int = MOST_EVENTS) -> Integral:
        """Partial width [MeV] to a relative statistical precision.

        Parameters
        ----------
        precision : float
            Relative error at which to stop.
        seed : int
            Seed.
        most_events : int
            Events at which to give up; the error says what was reached.

        Returns
        -------
        Integral
            Value 0 with the error of an unseen event if none passes.
        """
        call = self._caller((), False, self.grid, seed, "rate")
        _LOG.info("integrating %s", self.name)
        events, passed, total, squares, block, largest = 0, 0, 0.0, 0.0, 0, 0.0
        size = 4
        while True:
            for weight, _ in ordered(call, range(block, block + size), self.workers):
                total += float(weight.sum())
                # not by a dot product, which adds up in an order that depends on the threads of the linear algebra
                squares += float(np.sum(weight * weight))
                passed += int(np.count_nonzero(weight))
                largest = max(largest, float(weight.max()))
            block += size
            events = block * BLOCK
            error = math.sqrt(max(squares / events - (total / events) ** 2, 0.0) / events)
            if total > 0 and (self.engine.dims == 0 or error <= precision * total / events):
                break
            if not math.isfinite(total):
                raise FloatingPointError(f"{self.name}: the sum of weights is {total}")
            if events >= most_events or (total <= 0 and events >= 2**22):
                break
            if total > 0:
                # as many blocks as are missing for the precision, and not more than as many again
                missing = math.ceil((error / (precision * total / events)) ** 2 * block * 1.02) - block
                size = int(min(max(missing, 1), 3 * block))
        factor = self.setup.factor
        effective = total**2 / squares if squares > 0 else 0.0
        return Integral(factor * total / events, factor * error, events, passed, effective)

    def weighted(
        self,
        n: int,
        seed: int,
        observables: tuple[str, ...] = (),
        full: bool = False,
        first_block: int = 0,
        purpose: str = "events",
    ) -> Iterator[tuple[Any, ...]]:
        """Weighted events block by block, in order: weights [MeV] whose mean is the width, values, momenta.

        Parameters
        ----------
        n : int
            Number of events.
        seed : int
            Seed.
        observables : tuple of str
            Observables whose values are wanted.
        full : bool
            Whether momenta, Stokes components and spare numbers come as well.
        first_block : int
            Number of the block to start with.
        purpose : str
            Keys the random numbers, with seed and process.

        Yields
        ------
        tuple
            As the kernel returns; the last block is cut to length.
        """
        call = self._caller(observables, full, self.grid, seed, purpose)
        _LOG.info("generating %s", self.name)
        blocks = range(first_block, first_block + -(-n // BLOCK))
        left = n
        # the first alone: a caller who wants few events needs no more
        for weight, *rest in chain(map(call, blocks[:1]), ordered(call, blocks[1:], self.workers)):
            count = min(left, BLOCK)
            left -= count
            cut = jax().tree_util.tree_map(lambda array, stop=count: array[:stop], rest)
            yield (self.setup.factor * weight[:count], *cut)
