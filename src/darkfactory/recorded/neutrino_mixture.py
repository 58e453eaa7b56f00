"""Trials of several kinds of neutrino as one: chance says of which kind each is, in proportion to their rates."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.numerics.streams import stream_key, uniforms
from darkfactory.processes.generator.collisions import CollisionRun

__all__ = ["KIND", "Mixture", "chosen"]

Array = NDArray[np.float64]
KIND = "kind"
"""Among the momenta of events: the place (n,) of the kind of neutrino that each is of."""


def chosen(kind: Any, arrays: Sequence[Any]) -> Any:
    """Of arrays (n, ...), one of each kind, the entries of the kind that each event is of."""
    return np.stack(arrays)[kind, np.arange(len(kind))]


@dataclass(frozen=True, eq=False)
class Mixture:
    """Trials of one or several kinds of neutrino (see :class:`darkfactory.processes.generator.sample.Trials`).

    Attributes
    ----------
    runs : tuple of CollisionRun
        Events of each kind.
    cross_sections : ndarray, shape (kinds,)
        The mean of their weights [cm^2], each > 0.
    parts : ndarray, shape (kinds,)
        Parts of the beam, which add up to 1.
    """

    runs: tuple[CollisionRun, ...]
    cross_sections: Array
    parts: Array

    @property
    def cross_section(self) -> float:
        """Mean cross section [cm^2] of the beam."""
        return float(self.parts @ self.cross_sections)

    @property
    def name(self) -> str:
        """Process, which keys the random numbers."""
        return self.runs[0].name

    @property
    def about(self) -> str:
        """What all events pass, in words."""
        return self.runs[0].about

    @property
    def key(self) -> tuple[Any, ...]:
        """What events depend on besides the seed."""
        return (*(run.key for run in self.runs), self.parts.tobytes(), self.cross_sections.tobytes())

    @property
    def monomials(self) -> Mapping[str, float]:
        """Coupling monomials by name, the same for all kinds."""
        return self.runs[0].monomials

    @property
    def spin(self) -> tuple[float, float, float]:
        """Nothing is polarized."""
        return self.runs[0].spin

    @property
    def charge(self) -> int:
        """That of a neutral beam means nothing."""
        return self.runs[0].charge

    def pieces(self, momenta: Mapping[str, Array]) -> dict[str, Array]:
        """Stokes components of events per coupling monomial."""
        return self.runs[0].pieces(momenta)

    def weighted(self, n: int, seed: int, *, full: bool = False, purpose: str = "events") -> Iterator[tuple[Any, ...]]:
        """Blocks of weights [cm^2] whose mean is that of the beam, and if ``full`` of momenta and the rest.

        Parameters
        ----------
        n, seed, full, purpose : object
            As for :meth:`darkfactory.processes.generator.run.Run.weighted`.
        """
        key, first = np.uint64(stream_key(seed, f"kind {purpose} {self.name}")), 0
        ends = np.cumsum(self.parts * self.cross_sections)[:-1] / self.cross_section
        factors = self.cross_section / self.cross_sections
        for blocks in zip(*(run.weighted(n, seed, full=full, purpose=purpose) for run in self.runs), strict=True):
            weights, *rest = zip(*blocks, strict=True)
            (u,) = uniforms(key, np.uint64(first), len(weights[0]), 1)
            first += len(u)
            kind = np.searchsorted(ends, u, side="right")
            weight = chosen(kind, [factor * w for factor, w in zip(factors, weights, strict=True)])
            if not full:
                yield (weight, {})
                continue
            _, momenta, stokes, spare = rest
            mixed = {name: chosen(kind, [made[name] for made in momenta]) for name in momenta[0]}
            yield (weight, {}, mixed | {KIND: kind}, stokes[0], spare[0])
