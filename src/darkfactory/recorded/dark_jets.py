"""Dark jets that the neutrinos of an experiment break up into: their rate against mass, and how many decay along a path.

All is per charged current (or event) and per m_hat^2; what the jets are like does not depend on the cut-off scale, and every
limit is a sum over the same cells of mass. Energies in GeV.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.special import betainc, comb

from darkfactory.amplitudes.deep_inelastic import parton_points
from darkfactory.kinematics.dark_jet import decay_probability, multiplicity
from darkfactory.numerics.cache import kept
from darkfactory.recorded.neutrino_currents import Currents

__all__ = ["DarkJets", "InCells", "dark_jets", "in_cells"]

Array = NDArray[np.float64]
Kernel = Callable[[Array], Array]
CELLS, MASSES, ENERGIES = 800, 240, 48
"""Cells of the mass, in the logarithm of the distance to the gap; steps of (M^2)^(1/4) and of the logarithm of the energy of jets
in the table of both."""
NODES = (40, 24)
"""Points in x and y behind that table."""
NEAREST = 1e-6
"""End of the first cell, over that of the last."""
MOST_STEPS = 100
"""Masses 2 n M_N at which the number of lightest states grows that are ends of cells."""
SOFTEST = 1e-3
"""Energy of a jet, over the highest of the beam, below which energies are not told apart."""


class Moments(Protocol):
    """What of a mixing density is needed here (see :class:`darkfactory.models.mixing_density.MixingDensity`)."""

    gap_gev: float

    def moments(self, Y: Any) -> tuple[Any, Any]:
        """Integrals of dU^2 and of M^2 dU^2 up to M^2 = Y [GeV^2]."""


@dataclass(frozen=True, eq=False)
class InCells:
    """Rates in cells of mass.

    Attributes
    ----------
    gap_gev : float
        Lowest mass [GeV].
    edges_gev : ndarray, shape (n + 1,)
        Ends of the cells [GeV].
    masses_gev : ndarray, shape (n,)
        Root of the mean M^2 in each [GeV].
    parts : ndarray, shape (kinds, n)
        Rates of several kinds; n = 0 if nothing is light enough.
    """

    gap_gev: float
    edges_gev: Array
    masses_gev: Array
    parts: Array

    @property
    def rates(self) -> Array:
        """Rate in every cell, of all kinds, shape (n,)."""
        return np.asarray(self.parts.sum(axis=0))

    @property
    def total(self) -> float:
        """Rate of all masses; 0 if it is closed."""
        return float(self.parts.sum())

    @functools.cached_property
    def _distances(self) -> Array:
        """Logarithms of the distance to the gap, in M^2, of the upper ends of the cells."""
        return np.log(self.edges_gev[1:] ** 2 - self.gap_gev**2)

    def below(self, mass_gev: Any, rates: Array | None = None) -> Array:
        """Rate of masses below some [GeV], of any shape; of ``rates`` in the cells instead of :attr:`rates`."""
        distance = np.maximum(np.asarray(mass_gev, dtype=float) ** 2 - self.gap_gev**2, 0.0)
        # powers of the distance to the gap are straight lines in logarithms
        with np.errstate(divide="ignore"):
            known = np.log(np.cumsum(self.rates if rates is None else rates))
            return np.exp(np.interp(np.log(distance), self._distances, known, left=-np.inf))

    def quantile(self, share: float) -> float:
        """Mass [GeV] below which this share of the jets lies; 0 if it is closed."""
        if not self.total > 0:
            return 0.0
        cumulated = np.cumsum(self.rates) / self.total
        return float(np.sqrt(np.interp(share, np.append(0.0, cumulated), self.edges_gev**2)))


@dataclass(frozen=True, eq=False)
class DarkJets(InCells):
    """Rates of dark jets by the kind of neutrino that breaks up.

    Attributes
    ----------
    sources : tuple of (Currents, float)
        What makes them, and how much each counts.
    """

    sources: tuple[tuple[Currents, float], ...]

    def decaying(self, lifetimes: Any) -> Array:
        """Rate in every cell of jets of which at least one lightest state decays along a path.

        Parameters
        ----------
        lifetimes : array_like, shape (k,)
            Length of the path over c tau.

        Returns
        -------
        ndarray, shape (k, n)
        """
        lifetimes = np.atleast_1d(np.asarray(lifetimes, dtype=float))
        if self.gap_gev == 0:  # what has no mass never decays
            return np.zeros((len(lifetimes), len(self.masses_gev)))
        number = multiplicity(self.masses_gev, self.gap_gev)
        found = np.zeros((len(lifetimes), len(self.masses_gev)))
        for (energies, share), part in zip(self._energies, self.parts, strict=True):
            seen = [
                (
                    share
                    * decay_probability(np.maximum(energies[:, None], self.masses_gev), number, self.gap_gev, path)
                ).sum(axis=0)
                for path in lifetimes
            ]
            found += part * np.array(seen)
        return found

    def vertices(self, lifetime: float, most: int) -> Array:
        """Shares of the jets by how many of their lightest states decay along a path.

        Parameters
        ----------
        lifetime : float
            Length of the path over c tau.
        most : int
            At least 1.

        Returns
        -------
        ndarray, shape (most + 1,)
            Of 0, 1, ... decays, the last of ``most`` or more.
        """
        few, number = np.arange(most)[:, None, None], multiplicity(self.masses_gev, self.gap_gev)
        found = np.zeros(most + 1)
        for seen, count in self._decays(lifetime):
            shares = comb(number, few) * seen**few * (1 - seen) ** np.maximum(number - few, 0)
            rest = np.where(number >= most, betainc(most, np.maximum(number - most, 0) + 1, seen), 0.0)
            found += (np.append(shares, rest[None], axis=0) * count).sum(axis=(1, 2))
        return found / self.total

    def mean_vertices(self, lifetime: float) -> float:
        """Mean number of lightest states of a jet that decay along a path, its length over c tau."""
        number = multiplicity(self.masses_gev, self.gap_gev)
        return float(sum((seen * number * count).sum() for seen, count in self._decays(lifetime)) / self.total)

    def _decays(self, lifetime: float) -> Iterator[tuple[Array, Array]]:
        """Probability of a lightest state to decay along a path, and rate of its jets, shape (energies, n), by kind of neutrino."""
        number = multiplicity(self.masses_gev, self.gap_gev)
        for (energies, share), part in zip(self._energies, self.parts, strict=True):
            each = np.maximum(energies[:, None], self.masses_gev) / number
            yield decay_probability(each, 1, self.gap_gev, lifetime), share * part

    @functools.cached_property
    def _energies(self) -> list[tuple[Array, Array]]:
        """Energies [GeV] of jets of each kind of neutrino, and their shares in every cell, shape (energies, n)."""
        tables = [_energy_table(current) for current, _ in self.sources]
        return [(energies, _shares(table, self.masses_gev**2)) for energies, table in tables]


def in_cells(mixing: Moments, kernels: Sequence[Kernel], highest: float) -> InCells:
    """Rates in cells of mass, from those of heavy neutrinos.

    Parameters
    ----------
    mixing : MixingDensity
        What neutrinos are, per m_hat^2.
    kernels : sequence of callable
        M^2 [GeV^2] -> rate per dU^2.
    highest : float
        M^2 [GeV^2] up to which there are states, or room for them.
    """
    gap = mixing.gap_gev**2
    if gap >= highest:
        return InCells(mixing.gap_gev, np.array([mixing.gap_gev]), np.zeros(0), np.zeros((len(kernels), 0)))
    steps = np.arange(2, MOST_STEPS) * 2 * mixing.gap_gev
    edges = np.concatenate([[gap], gap + (highest - gap) * np.geomspace(NEAREST, 1, CELLS)])
    edges = np.union1d(edges, steps[(steps > 0) & (steps**2 < highest)] ** 2)
    edges = edges[np.append(True, edges[1:] > gap)]
    none, first = (np.diff(moment) for moment in mixing.moments(edges))
    inside = none > 0
    masses2 = np.where(inside, first / np.where(inside, none, 1.0), edges[1:])
    parts = np.array([none * kernel(masses2) for kernel in kernels])
    return InCells(mixing.gap_gev, np.sqrt(edges), np.sqrt(masses2), parts)


def dark_jets(sources: Sequence[tuple[Currents, float]], mixing: Moments, highest_gev: float = math.inf) -> DarkJets:
    """Dark jets of some neutrinos.

    Parameters
    ----------
    sources : sequence of (Currents, float)
        Kinds of neutrino, and how many charged currents of each there are.
    mixing : MixingDensity
        What the neutrinos are, per m_hat^2.
    highest_gev : float
        Mass [GeV] below which states count.
    """
    highest = min(max(current.heavy.highest_gev2 for current, _ in sources), highest_gev**2)
    cells = in_cells(mixing, [current.heavy for current, _ in sources], highest)
    counts = np.array([number / current.charged for current, number in sources])[:, None]
    return DarkJets(cells.gap_gev, cells.edges_gev, cells.masses_gev, counts * cells.parts, tuple(sources))


def _shares(table: Mapping[str, Array], masses2: Array) -> Array:
    """Shares of the energies among jets of some M^2, shape (energies, n): they add up to 1."""
    at = np.clip((masses2 / table["highest"]) ** 0.25 * MASSES, 0.0, MASSES * (1 - 1e-12))
    low = at.astype(int)
    none, first = (
        (1 - (at - low)) * table[name][:, low] + (at - low) * table[name][:, low + 1] for name in ("none", "first")
    )
    density = np.maximum(none - masses2 * first, 0.0)
    # the heaviest that the table does not resolve need the highest energy
    density[-1, density.sum(axis=0) == 0] = 1.0
    return np.asarray(density / density.sum(axis=0))


def _energy_table(current: Currents) -> tuple[Array, Mapping[str, Array]]:
    """Middles of bins of the jets' energies [GeV], and rates per dU^2 (``none`` - M^2 ``first``) above steps of M^2."""
    flux, target = current.flux, current.target
    E = flux.energies_gev
    identity = (target.densities.identity, target.protons, target.sin2_theta_w, flux.species)
    ends = [current.hadrons_gev[0], str(current.hadrons_gev[1])]
    edges = E.max() * np.geomspace(SOFTEST, 1, ENERGIES + 1)

    def made() -> dict[str, Array]:
        masses2 = current.heavy.highest_gev2 * np.linspace(0, 1, MASSES + 1) ** 4
        bins = [np.append(0.0, edges[1:]), np.append(masses2[:-1], math.inf)]
        sums = np.zeros((2, ENERGIES, MASSES + 1))
        for energy, weight in zip(E.tolist(), flux.weights, strict=True):
            y_range = tuple(min(end / energy, 1.0) for end in current.hadrons_gev)
            hard, y, left, right = parton_points(energy, target, flux.antineutrino, y_range, NODES)
            flat, falling = weight * left, weight * right * (1 - y)
            rates = (flat + falling * (1 - y), (flat + falling) / hard)
            for sum_, rate in zip(sums, rates, strict=True):
                sum_[:, :-1] += np.histogram2d((1 - y) * energy, hard * (1 - y), bins, weights=rate)[0]
        none, first = np.cumsum(sums[:, :, ::-1], axis=2)[:, :, ::-1]
        return {"none": none, "first": first, "highest": np.array(current.heavy.highest_gev2)}

    found = kept("dark-jet-energies", [*identity, E.tolist(), flux.weights.tolist(), *ends], made)
    return np.sqrt(edges[1:] * edges[:-1]), found
