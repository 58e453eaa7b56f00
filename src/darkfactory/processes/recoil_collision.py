"""Events of neutrinos on a target that stays whole: the energy of its recoil, and the mass of what the neutrino becomes."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV
from darkfactory.kinematics.deep_inelastic import recoil_energies, scattered
from darkfactory.kinematics.particles import FinalState, Particle
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.produced import Produced
from darkfactory.settings import Setting

__all__ = ["ANTINEUTRINO", "ENERGY", "Density", "collision"]

Array = NDArray[np.float64]
Density = Callable[[Array, Any, Array], Array]
"""T, E [MeV], M^2 [MeV^2] -> d sigma/dT [cm^2/MeV] per unit of dU^2."""
ENERGY = Setting(
    "beam.energy_gev",
    100.0,
    "energy of the neutrinos; the interaction is a contact one, electrons are free",
    unit="GeV",
    low=1e-6,
    high=1e4,
)
ANTINEUTRINO = Setting("beam.antineutrino", False, "antineutrinos instead", "flag")
NODES, FEW_NODES = 96, 8
"""Energies of the recoil in a cross section; few without a form factor, which is then a polynomial."""
REACH = 10.0
"""Recoils of this times the scale of a form factor, above the lightest: the first zero of that of a nucleus; spectra end here."""


def _kinetic(u: Array, low: Array, high: Array, scale: float) -> tuple[Array, Array]:
    """Kinetic energy of the recoil [MeV], as dense as 1 / (T + scale)^2, and its derivative."""
    if math.isinf(scale):
        return low + u * (high - low), high - low
    first, last = 1 / (low + scale), 1 / (high + scale)
    whole = 1 / (first + u * (last - first))
    return np.clip(whole - scale, low, high), (first - last) * whole**2


def _highest(E: Any, m: float) -> Any:
    """(sqrt(s) - m)^2 [GeV^2], the largest M^2 at E [MeV] on a target of mass m [MeV]."""
    return (2 * m * E / (np.sqrt(m * (m + 2 * E)) + m) / GEV) ** 2


def collision(
    initial: tuple[Particle, Particle],
    final: tuple[tuple[str, Particle], tuple[str, Particle]],
    beam: BeamEnergies,
    produced: Produced,
    density: Density,
    monomials: Mapping[str, float],
    identity: Hashable,
    scale: float = math.inf,
) -> Collision:
    """Collision of neutrinos of some energies with a target that stays whole.

    Parameters
    ----------
    initial : tuple of Particle
        Neutrino and target, with its mass.
    final : tuple of (str, Particle)
        The target, and what the neutrino becomes, with their labels.
    beam : BeamEnergies
        Energies.
    produced : Produced
        Masses of that, per unit of the monomial.
    density : callable
        See :data:`Density`.
    monomials : mapping
        The coupling that the cross section is linear in.
    identity : hashable
        What all this depends on.
    scale : float
        Kinetic energy [MeV] above which a form factor suppresses recoils; inf without one.
    """
    m, (struck_label, _), (produced_label, _) = float(initial[1].mass or 0.0), *final
    (strength,), lowest = monomials.values(), GEV**2 * produced.lowest_gev2

    def spread(u: Array, E: Any, M2: Array) -> tuple[Array, Array]:
        T, slope = _kinetic(u, *recoil_energies(E, m, M2), scale)
        return T, density(T, E, M2) * slope

    def kernel(M2: Array, E: float, nodes: int) -> Array:
        node, weight = unit_legendre(nodes)
        return np.asarray(spread(node, E, np.asarray(M2)[..., None] * GEV**2)[1] @ weight)

    def at_energies(nodes: int) -> Array:
        return strength * np.array(
            [
                produced.integral(functools.partial(kernel, E=E, nodes=nodes), _highest(E, m))
                for E in GEV * beam.energies_gev
            ]
        )

    threshold = math.sqrt(lowest) * (1 + math.sqrt(lowest) / (2 * m)) / GEV
    nodes = FEW_NODES if math.isinf(scale) else NODES
    cross_sections = at_energies(nodes)
    total = float(beam.parts @ cross_sections)

    def draw(u: Sequence[Array]) -> tuple[Array, Any]:
        E, factor = beam.draw(u[-1], cross_sections, threshold)
        M2, mixed = produced.draw(u[0], _highest(GEV * E, m))
        T, weight = spread(u[1], GEV * E, M2 * GEV**2)
        return strength * factor * mixed * weight, (T, M2 * GEV**2, GEV * E, u[2])

    def momenta(made: tuple[Array, Array, Array, Array]) -> dict[str, Array]:
        T, M2, E, turn = made
        struck, rest = scattered(E, m, T, 2 * m * T, M2, 2 * np.pi * turn)
        return {struck_label: struck, produced_label: rest, **beam.momenta(E)}

    def cross_section() -> tuple[float, float, str]:
        error = abs(total - float(beam.parts @ at_energies(nodes // 2)))
        return total, error, "quadrature"

    E = beam.highest_mev
    hardest = REACH * (scale + float(recoil_energies(E, m, lowest)[0]))
    return Collision(
        state=FinalState(initial, final, (E + m, 0.0, 0.0, E), recoil_mev=hardest),
        dims=3 + beam.wide,
        draw=draw,
        momenta=momenta,
        cross_section=cross_section,
        monomials=monomials,
        identity=(identity, beam.identity),
    )
