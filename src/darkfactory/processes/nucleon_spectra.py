"""Integrals of d^2 sigma/dx dy of neutrinos on nucleons: points where something is light enough, and bins of observables."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import NUCLEON_GEV, s_gev2
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["BINNED", "Region"]

Array = NDArray[np.float64]
Density = Callable[[Array, Array], Array]
"""x, y -> d^2 sigma/dx dy [cm^2]."""
BINNED = ("x", "y", "E_h", "W", "Q2")
"""Observables of which bins are integrals over one more variable."""
NODES, NODES_IN_BINS, NODES_ACROSS = (80, 60), 800, 48
"""Nodes in x and y; those of all bins together (at least 6 in each), and those across a bin."""


@dataclass(frozen=True)
class Region:
    """Where x and y of a neutrino on a nucleon lie: y in a range, and M^2 < x s (1 - y).

    Attributes
    ----------
    energy_gev : float
        Of the neutrino.
    low, high : float
        Range of y.
    lowest_gev2 : float
        Smallest M^2 [GeV^2] of what the neutrino becomes.
    """

    energy_gev: float
    low: float = 0.0
    high: float = 1.0
    lowest_gev2: float = 0.0

    @property
    def s(self) -> float:
        """2 m_N E [GeV^2]."""
        return float(s_gev2(self.energy_gev))

    def integral(self, density: Density, least_q2: float = 0.0, least_w: float = 0.0) -> float:
        """Cross section [cm^2] above a Q^2 [GeV^2] and a mass W [GeV] of the hadrons.

        Parameters
        ----------
        density : callable
            See :data:`Density`.
        least_q2, least_w : float
            Smallest Q^2 [GeV^2] and W [GeV].
        """
        (u, to_u), (v, to_v) = (unit_legendre(n) for n in NODES)
        u, to_u = u[:, None], to_u[:, None]
        first = self.lowest_gev2 / self.s / max(1 - self.low, 1e-300)
        if first >= 1 or self.low >= self.high:
            return 0.0
        x = first + (1 - first) * u**3
        least = np.maximum(least_q2 / x, (least_w**2 - NUCLEON_GEV**2) / (1 - x)) / self.s
        start = np.maximum(self.low, least)
        span = np.maximum(np.minimum(self.high, 1 - self.lowest_gev2 / (x * self.s)) - start, 0.0)
        return float(np.sum(density(x, start + span * v) * span * to_v * 3 * u**2 * (1 - first) * to_u))

    def binned(self, density: Density, observable: str, edges: Array) -> Array:
        """Cross section [cm^2] per bin.

        Parameters
        ----------
        density : callable
            See :data:`Density`.
        observable : str
            One of :data:`BINNED`.
        edges : ndarray
            Of the bins: x, y, E_h [GeV], W [GeV], Q^2 [GeV^2].
        """
        in_bin = max(6, min(64, NODES_IN_BINS // (len(edges) - 1)))
        (u, to_u), (v, to_v) = unit_legendre(in_bin), unit_legendre(NODES_ACROSS)
        # equally dense in the cube root, for what rises at 0; there are no hadrons lighter than a nucleon
        ends = np.cbrt(np.maximum(edges, NUCLEON_GEV if observable == "W" else 0.0))
        root = ends[:-1, None, None] + np.diff(ends)[:, None, None] * u[:, None]
        value, step = root**3, 3 * root**2 * np.diff(ends)[:, None, None] * to_u[:, None]
        with np.errstate(divide="ignore", invalid="ignore"):
            first, last = (np.clip(np.nan_to_num(end), 0.0, 1.0) for end in self._across(observable, value))
            span = np.maximum(last - first, 0.0)
            other = first + span * v**3
            x, y, slope = self._place(observable, value, other)
            weight = np.where((span > 0) & (value > 0), slope * span * 3 * v**2 * to_v * step, 0.0)
        inside = weight > 0
        made = density(np.where(inside, x, 0.5), np.where(inside, y, 0.5))
        return np.asarray(np.sum(made * weight, axis=(1, 2)))

    def _place(self, observable: str, value: Array, other: Array) -> tuple[Array, Array, Any]:
        """X and y where an observable has a value, and the area per unit of it and of the other variable."""
        if observable == "x":
            return value, other, 1.0
        if observable in ("y", "E_h"):
            scale = self.energy_gev if observable == "E_h" else 1.0
            return other, value / scale, 1 / scale
        if observable == "Q2":
            return other, value / (self.s * other), 1 / (self.s * other)
        hadrons = value**2 - NUCLEON_GEV**2
        return other, hadrons / (self.s * (1 - other)), 2 * value / (self.s * (1 - other))

    def _across(self, observable: str, value: Array) -> tuple[Array, Array]:
        """Range of the other variable: of y at an x, else of x."""
        heavy = self.lowest_gev2 / self.s
        if observable == "x":
            return np.full_like(value, self.low), np.minimum(self.high, 1 - heavy / value)
        if observable in ("y", "E_h"):
            y = value / (self.energy_gev if observable == "E_h" else 1.0)
            inside = (y >= self.low) & (y <= self.high) & (y < 1)
            return heavy / np.maximum(1 - y, 1e-300), np.where(inside, 1.0, 0.0)
        if observable == "Q2":
            part = value / self.s
            return np.maximum(part / self.high, part + heavy), np.minimum(1.0, part / self.low)
        # y = part/(1 - x); enough energy where x (1 - x - part) > heavy (1 - x)
        part = np.maximum(value**2 - NUCLEON_GEV**2, 0.0) / self.s
        half = (1 - part + heavy) / 2
        root = np.sqrt(np.maximum(half**2 - heavy, 0.0))
        open_here = (half**2 > heavy) & (part > 0)
        last = np.minimum(half + root, 1 - part / self.high)
        return np.maximum(heavy / (half + root), 1 - part / self.low), np.where(open_here, last, 0.0)
