"""A line in the space of couplings: how a model moves along the coupling that a reach varies."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import HBAR_C_MEV_MM

__all__ = ["CouplingScan"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class CouplingScan:
    """A line in the space of couplings, by a parameter x > 0 in which rates are quadratic.

    Attributes
    ----------
    start : Model
        The model as given.
    kind : Model
        The same without what is scanned or fixed: events of the slice are made for it.
    at : callable
        x -> model.
    typical : float
        An x to start from.
    reported : callable
        Limits on x, shape (H,), inf where there is none -> limits on couplings by name: lower ones on scales (``f_a_gev``; 0
        where there is none), upper ones on all others.
    scanned : tuple of str
        Keys of the model whose given value does not matter.
    """

    start: Any
    kind: Any
    at: Callable[[float], Any]
    typical: float
    reported: Callable[[Array], Mapping[str, Array]]
    scanned: tuple[str, ...] = ()

    def monomials(self, x: float) -> dict[str, float]:
        """Values at x of what multiplies the rates of :func:`darkfactory.processes.muon_decay.on_slices.resonance_rates`."""
        return dict(self.at(x).resonance_monomials(self.kind))

    @property
    def one_shape(self) -> bool:
        """Whether every monomial goes with x^2, so that the signal has one shape."""
        one, two = self.monomials(1.0), self.monomials(2.0)
        return all(abs(two[name] - 4 * value) <= 1e-12 * abs(two[name]) for name, value in one.items())

    def decay(self, x: float) -> tuple[float, float]:
        """Decay length c tau [mm] and branching ratio into e+ e- at x; a total width is that given, or more if needed."""
        width_ee = self.at(x).width_ee
        width = max(width_ee, self.start.total_width or 0.0)
        return (HBAR_C_MEV_MM / width, width_ee / width) if width > 0 else (math.inf, 0.0)
