"""Events of neutrinos that break up a nucleon, and turn into a dark jet X or stay massless: x, y and the mass of X.

Partons are on a massless nucleon, four-momenta on one with its mass: where no angle exists for x, y and M there are no events,
and the others share the cross section (1.8% of it at 120 GeV, dimension 4.5, gap 1 GeV).
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import (
    NUCLEON_GEV,
    NucleonTarget,
    neutral_quarks,
    propagator,
    s_gev2,
    unit_cm2,
)
from darkfactory.constants import GEV, M_Z
from darkfactory.kinematics.deep_inelastic import scattered
from darkfactory.kinematics.particles import PARTICLES, FinalState
from darkfactory.numerics.cache import remembered
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.produced import MASSLESS, Produced

__all__ = ["NucleonCollision", "collision"]

Array = NDArray[np.float64]
LOWEST_X = 1e-7
FEW = 64
"""Energies between which the cross section that events have is interpolated."""
NEAREST = 1e-9
"""Distance to an end, relative, below which a number is at it."""
NODES_X, NODES_Q2, HIGHEST_Q2 = 320, 80, 1e7
"""Nodes of the table of quarks, and its largest Q^2 [GeV^2]."""


def _stretched(x: Array) -> Array:
    """Coordinate of the table: logarithmic at small x, linear at large x."""
    return np.log(x) + 5 * x


@dataclass(frozen=True, eq=False)
class _Quarks:
    """Sums a_L and a_R of a target on a grid in x and Q^2, for cubic interpolation."""

    coefficients: tuple[Array, Array]
    low: tuple[float, float]
    steps: tuple[float, float]

    @classmethod
    def of(cls, target: NucleonTarget) -> _Quarks:
        densities = target.densities
        key = ("quarks of events", densities.identity, target.protons, target.sin2_theta_w)
        return remembered(key, lambda: cls._made(target))

    @classmethod
    def _made(cls, target: NucleonTarget) -> _Quarks:
        from scipy.ndimage import spline_filter

        fine = np.geomspace(LOWEST_X, 1.0, 20_000)
        low, high = (float(end) for end in _stretched(fine)[[0, -1]])
        x = np.interp(np.linspace(low, high, NODES_X), _stretched(fine), fine)
        log_q2 = np.linspace(np.log(target.densities.lowest_q2_gev2), np.log(HIGHEST_Q2), NODES_Q2)
        found = neutral_quarks(target.quarks(target.densities, x[:, None], np.exp(log_q2)), target)
        one, other = (spline_filter(np.asarray(sums), order=3, mode="nearest") for sums in found)
        steps = ((high - low) / (NODES_X - 1), float(log_q2[1] - log_q2[0]))
        return cls((one, other), (low, float(log_q2[0])), steps)

    def __call__(self, x: Array, q2: Array) -> tuple[Array, Array]:
        """A_L and a_R of neutrinos at x and Q^2 [GeV^2]."""
        from scipy.ndimage import map_coordinates

        at = np.broadcast_arrays(_stretched(np.maximum(x, LOWEST_X)), np.log(np.maximum(q2, np.exp(self.low[1]))))
        place = [(value - low) / step for value, low, step in zip(at, self.low, self.steps, strict=True)]
        one, other = (
            map_coordinates(sums, place, order=3, mode="nearest", prefilter=False) for sums in self.coefficients
        )
        return np.maximum(one, 0.0), np.maximum(other, 0.0)


@dataclass(frozen=True, eq=False)
class NucleonCollision:
    """Neutrinos of one flavor that break up a nucleon at rest.

    Attributes
    ----------
    target : NucleonTarget
        What they hit.
    antineutrino : bool
        Antineutrinos instead.
    produced : Produced
        What they become.
    hadrons_gev : tuple of float
        Range of the hadronic energy y E [GeV].
    """

    target: NucleonTarget
    antineutrino: bool = False
    produced: Produced = MASSLESS
    hadrons_gev: tuple[float, float] = (0.0, math.inf)

    @functools.cached_property
    def quarks(self) -> Callable[[Array, Array], tuple[Array, Array]]:
        """A_L and a_R at x and Q^2 [GeV^2]."""
        table = _Quarks.of(self.target)
        return (lambda x, q2: table(x, q2)[::-1]) if self.antineutrino else table

    def _place(self, u: Array, v: Array, E: Any) -> tuple[Array, Array, Array]:
        """Bjorken x and y where something is light enough, from numbers in [0, 1], and the area per unit of these."""
        low, high = (np.minimum(end / E, 1.0) for end in self.hadrons_gev)
        lightest = self.produced.lowest_gev2 / s_gev2(E)
        least = np.minimum(lightest / np.maximum(1 - low, 1e-300), 1.0)
        root = np.cbrt(least) + (1 - np.cbrt(least)) * u
        x = root**3
        span = np.maximum(np.minimum(1 - lightest / np.maximum(x, LOWEST_X**2), high) - low, 0.0)
        return x, low + span * v, 3 * root**2 * (1 - np.cbrt(least)) * span

    def _highest(self, x: Array, y: Array, E: Any) -> Array:
        """Largest M^2 [GeV^2] that partons can make, and for which an angle of the hadrons exists."""
        hard = x * s_gev2(E)
        nu, q2 = y * E, y * hard
        return np.asarray(
            np.minimum(hard * (1 - y), q2 * (2 * E / np.maximum(np.hypot(nu, np.sqrt(q2)) + nu, 1e-300) - 1))
        )

    def _density(self, x: Array, y: Array, E: Any) -> tuple[Array, Array]:
        """Coefficients of dU^2 and of M^2 dU^2 in d^2 sigma/dx dy [cm^2]."""
        hard = x * s_gev2(E)
        left, right = self.quarks(x, y * hard)
        common = unit_cm2(E) * propagator(y * hard, M_Z)
        return common * (left + right * (1 - y) ** 2), common * (left + right * (1 - y)) / np.maximum(hard, 1e-300)

    @property
    def threshold_gev(self) -> float:
        """Energy [GeV] from which on there are events: with room for the lightest X beside a nucleon with its mass."""
        gap2, m = self.produced.lowest_gev2, NUCLEON_GEV
        nu = float(np.clip(gap2 / (2 * (math.sqrt(gap2) + m)), *self.hadrons_gev))
        return (gap2 + 2 * m * nu) / (2 * (math.sqrt(nu**2 + 2 * m * nu) - nu)) if nu > 0 else 0.0

    def kept(self, energies_gev: Any, nodes: tuple[int, int] = (96, 64)) -> Array:
        """Cross section [cm^2] with an angle of the hadrons, at energies [GeV]."""
        (u, to_u), (v, to_v) = (unit_legendre(n) for n in nodes)
        found = []
        for E in np.atleast_1d(energies_gev):
            x, y, area = self._place(u[:, None], v, E)
            none, first = self._density(x, y, E)
            zeroth, moment = self.produced.moments(self._highest(x, y, E))
            found.append(np.sum((none * zeroth - first * moment) * area * to_u[:, None] * to_v))
        return np.array(found)

    def kept_between(self, energies_gev: Array) -> Callable[[Any], Any]:
        """The same as a function, from the first of rising energies [GeV] at which it is not 0 to the last; 0 below."""
        from scipy.interpolate import PchipInterpolator

        start = self.threshold_gev
        some = energies_gev[energies_gev > (1 + NEAREST) * start]
        if len(some) < 2:
            value = float(self.kept(some).sum())
            return lambda E: np.where(np.asarray(E) > start, value, 0.0)
        # powers of the distance to the threshold are straight lines in logarithms
        at = np.linspace(np.log(some[0] - start), np.log(some[-1] - start), FEW)
        found = self.kept(start + np.exp(at))
        at, found = at[found > 0], found[found > 0]
        if len(at) < 2:  # nothing but the threshold itself
            return lambda E: np.zeros(np.shape(E))
        curve = PchipInterpolator(at, np.log(found))

        def between(E: Any) -> Any:
            place = np.log(np.maximum(np.asarray(E) - start, 1e-300))
            return np.where(place > at[0] - NEAREST, np.exp(curve(np.clip(place, at[0], at[-1]))), 0.0)

        return between

    def draw(self, u: Sequence[Array], E: Any) -> tuple[Array, tuple[Array, Array, Array]]:
        """Cross section [cm^2] of events per unit of three numbers in [0, 1]; x, y and M^2 [GeV^2]."""
        x, y, area = self._place(u[0], u[1], E)
        none, first = self._density(x, y, E)
        M2, mixed = self.produced.draw(u[2], self._highest(x, y, E))
        return np.maximum(none - first * M2, 0.0) * area * mixed, (x, y, M2)


def collision(
    name: str,
    partons: NucleonCollision,
    beam: BeamEnergies,
    cross_sections: Array,
    flavor: str,
    monomials: Mapping[str, float],
    identity: Hashable,
) -> Collision:
    """Collision of neutrinos of some energies with a nucleon that breaks up.

    Parameters
    ----------
    name : str
        What the neutrino becomes is called: ``X``, or ``nu`` for a massless one.
    partons : NucleonCollision
        How it meets quarks.
    beam : BeamEnergies
        Energies.
    cross_sections : ndarray
        Cross sections [cm^2] at these energies.
    flavor : str
        Of the neutrinos.
    monomials : mapping
        The coupling that the cross section is linear in; ``partons`` are per unit of it.
    identity : hashable
        What all this depends on.
    """
    anti = "bar" if partons.antineutrino else ""
    neutrino, nucleon = PARTICLES[f"nu{anti}_{flavor}"], PARTICLES["nucleon"]
    final = PARTICLES[f"dark_jet{anti}"] if name == "X" else neutrino
    m, E = float(nucleon.mass or 0.0), beam.highest_mev
    about = ("kept between", name, identity, beam.identity)
    kept = remembered(about, lambda: partons.kept_between(beam.energies_gev))
    drawn = np.where(kept(beam.energies_gev) > 0, cross_sections, 0.0)
    total = float(beam.parts @ cross_sections) if np.any(drawn > 0) else 0.0

    def draw(u: Sequence[Array]) -> tuple[Array, Any]:
        energy, _ = beam.draw(u[-1], drawn, partons.threshold_gev)
        weight, place = partons.draw(u, energy)
        share = kept(energy)  # 0 next to the threshold, where the weight is 0 too
        return total * weight / np.where(share > 0, share, 1.0), (*place, energy, u[3])

    def momenta(made: Any) -> dict[str, Array]:
        x, y, M2, energy, turn = made
        struck, produced = scattered(
            GEV * energy, m, GEV * y * energy, 2 * m * GEV * energy * x * y, GEV**2 * M2, 2 * np.pi * turn
        )
        return {"h": struck, name: produced, **beam.momenta(GEV * energy)}

    return Collision(
        state=FinalState((neutrino, nucleon), (("h", PARTICLES["hadrons"]), (name, final)), (E + m, 0.0, 0.0, E)),
        dims=4 + beam.wide,
        draw=draw,
        momenta=momenta,
        cross_section=lambda: (total, 0.0, "quadrature"),
        monomials=monomials,
        identity=(identity, beam.identity),
    )
