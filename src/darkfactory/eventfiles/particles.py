"""Particles of a sample: what each is, and where it comes from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from darkfactory.errors import one_of
from darkfactory.kinematics.particles import PARTICLES

__all__ = ["DECAYED", "FINAL", "INCOMING", "JETS", "PRODUCTS", "PSI", "Particle", "particle_problems", "together"]

FINAL = 1
"""Status of a particle that leaves the event (the codes are HepMC's)."""
DECAYED = 2
"""Status of an intermediate particle."""
INCOMING = 4
"""Status of the decaying particle or of a beam."""

JETS = tuple(PARTICLES[name].pdg for name in ("dark_jet", "dark_jetbar"))
"""Numbers of a dark jet, which becomes some psi."""
PSI = PARTICLES["psi"].pdg
"""Number of a dark state that flies to a decay of which the record tells the vertex alone."""
PRODUCTS = PARTICLES["psi_products"].pdg
"""Number of all that it becomes, where a format needs something that leaves the vertex."""


@dataclass(frozen=True)
class Particle:
    """One particle of every event of a sample.

    Attributes
    ----------
    name : str
        Its name in the sample, unique, e.g. ``e+_1``.
    pdg_id : int
        Number in the scheme of the Particle Data Group; 81-100 are for pseudo-particles such as a neutrino pair.
    status : int
        1 final, 2 decayed, 4 incoming, as in HepMC.
    mother : int or None
        Place of the mother in the list of particles, of beam and target the first; None for an incoming one.
    mass : float or None
        Mass [MeV]; None if it differs from event to event (a neutrino pair).

    An event lacks some of the last ones if their momentum there is 0: of a dark jet, which has a few states or many.
    """

    name: str
    pdg_id: int
    status: int = FINAL
    mother: int | None = 0
    mass: float | None = None


def together(particles: Sequence[Particle], mother: int) -> list[int]:
    """Places of the particles that meet where the daughters of ``mother`` are made: beam and target, or it alone."""
    if particles[mother].status != INCOMING:
        return [mother]
    return [i for i, particle in enumerate(particles) if particle.status == INCOMING]


def particle_problems(particles: tuple[Particle, ...]) -> list[str | None]:
    """Texts of what does not fit together: names, mothers and status."""
    found: list[str | None] = [] if particles else ["particles: at least one is needed"]
    names = [p.name for p in particles]
    found += [f"particles: the name {name!r} occurs twice" for name in sorted({n for n in names if names.count(n) > 1})]
    for place, particle in enumerate(particles):
        found.append(one_of(f"status of {particle.name}", particle.status, (FINAL, DECAYED, INCOMING)))
        if (particle.mother is None) != (particle.status == INCOMING):
            found.append(
                f"mother of {particle.name} = {particle.mother}: None for incoming particles, and only for them"
            )
        elif particle.mother is not None and not 0 <= particle.mother < place:
            found.append(f"mother of {particle.name} = {particle.mother}: must stand before it, 0 to {place - 1}")
    mothers = {i for p in particles if p.mother is not None for i in together(particles, p.mother)}
    found += [
        f"status of {p.name} = {p.status}: {'has' if i in mothers else 'has no'} daughters"
        for i, p in enumerate(particles)
        if (p.status == FINAL) == (i in mothers)
    ]
    return found
