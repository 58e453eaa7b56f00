"""Particles: name, number of the Particle Data Group, charge, mass, and whether they are seen; one table for all."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from darkfactory.constants import ATOMIC_MASS_UNIT, LEPTON_MASS, M_NEUTRAL_PION, M_NEUTRON, M_NUCLEON, M_PROTON

__all__ = ["PARTICLES", "X_NUMBER", "FinalState", "Particle", "conjugate", "decay_state", "nucleus", "numbered"]


@dataclass(frozen=True)
class Particle:
    """One kind of particle.

    Attributes
    ----------
    name : str
        With the sign of its charge, e.g. ``e+``.
    pdg : int
        Number in the scheme of the Particle Data Group; 81-100 are for pseudo-particles such as a neutrino pair.
    charge : int
        In units of e.
    mass : float or None
        Mass [MeV]; None if it differs from event to event, or a model has to say it.
    seen : bool
        Whether a detector sees it.
    anti : str
        Name of its antiparticle; its own by default.
    hadronic : bool
        Whether it is a nucleon, a nucleus or a shower of hadrons: seen, but as no track of a lepton.
    """

    name: str
    pdg: int
    charge: int = 0
    mass: float | None = 0.0
    seen: bool = False
    anti: str = ""
    hadronic: bool = False

    @property
    def kind(self) -> str:
        """Name without the sign of the charge."""
        return self.name.rstrip("+-")

    @property
    def neutrino(self) -> bool:
        """Whether it is a neutrino or a pair of them."""
        return self.name.startswith(("nu_", "nubar_", "nunu"))


def _lepton(flavor: str, pdg: int) -> tuple[Particle, ...]:
    mass = LEPTON_MASS[flavor]
    return (
        Particle(f"{flavor}-", pdg, -1, mass, True, f"{flavor}+"),
        Particle(f"{flavor}+", -pdg, 1, mass, True, f"{flavor}-"),
        Particle(f"nu_{flavor}", pdg + 1, anti=f"nubar_{flavor}"),
        Particle(f"nubar_{flavor}", -pdg - 1, anti=f"nu_{flavor}"),
    )


def _hadron(name: str, pdg: int, charge: int, mass: float) -> tuple[Particle, Particle]:
    anti = f"{name}bar"
    return (
        Particle(name, pdg, charge, mass, True, anti, hadronic=True),
        Particle(anti, -pdg, -charge, mass, True, name, hadronic=True),
    )


NUCLEI = 1_000_000_000
"""Numbers of nuclei begin here."""
X_NUMBER = {0: 54, 1: 55}
"""Number of an X by its spin."""
PARTICLES: dict[str, Particle] = {
    particle.name: particle
    for particle in (
        *_lepton("e", 11),
        *_lepton("mu", 13),
        *_lepton("tau", 15),
        Particle("gamma", 22, seen=True),
        Particle("pi0", 111, mass=M_NEUTRAL_PION),
        Particle("nunu", 81, mass=None),
        Particle("rest", 86, mass=None),
        Particle("a", 54, mass=None),
        Particle("X", X_NUMBER[0], mass=None),
        Particle("N", 9900014, mass=None, anti="Nbar"),
        Particle("Nbar", -9900014, mass=None, anti="N"),
        Particle("dark_jet", 82, mass=None, anti="dark_jetbar"),
        Particle("dark_jetbar", -82, mass=None, anti="dark_jet"),
        Particle("psi", 85, mass=None),
        Particle("psi_products", 87, mass=None),
        *_hadron("p", 2212, 1, M_PROTON),
        *_hadron("n", 2112, 0, M_NEUTRON),
        Particle("nucleon", 83, mass=M_NUCLEON, seen=True, hadronic=True),
        Particle("hadrons", 84, mass=None, seen=True, hadronic=True),
    )
}
"""Every particle by its name; ``nunu`` is a neutrino pair, ``rest`` what is left of a shower and its nucleus, masses of ``a``,
``X``, ``N`` are those of a model.

A ``dark_jet`` is the state X of any mass that a neutrino turns into; it carries its lepton number.
It becomes some ``psi``, the lightest dark states; ``psi_products`` are what one decays into, which is not told.
A ``nucleon`` is the average one of a target and becomes ``hadrons``, a system of any mass; their charge is not told."""
_NUMBERED = {particle.pdg: particle for particle in reversed(PARTICLES.values())} | {
    X_NUMBER[1]: replace(PARTICLES["X"], pdg=X_NUMBER[1])
}


def nucleus(Z: float, A: float) -> Particle:
    """Nucleus of the mean charge and mass number of a material; its own number is that of the nearest integers.

    Examples
    --------
    >>> nucleus(13, 26.9815).pdg, round(nucleus(13, 26.9815).mass)
    (1000130270, 25133)
    """
    number = NUCLEI + 10_000 * round(Z) + 10 * round(A)
    return Particle("ion", number, round(Z), A * ATOMIC_MASS_UNIT, True, hadronic=True)


def numbered(pdg: int) -> Particle:
    """Particle with a number of the Particle Data Group.

    Raises
    ------
    KeyError
        If the table has none.

    Examples
    --------
    >>> numbered(-13).name, numbered(-13).charge
    ('mu+', 1)
    """
    if pdg > NUCLEI:
        return nucleus(pdg // 10_000 % 1000, pdg // 10 % 1000)
    return _NUMBERED[pdg]


def conjugate(particle: Particle) -> Particle:
    """Antiparticle, with the mass that a model gave it; what is its own stays as it is.

    Examples
    --------
    >>> conjugate(PARTICLES["nu_mu"]).name
    'nubar_mu'
    """
    return replace(PARTICLES[particle.anti], mass=particle.mass) if particle.anti else particle


@dataclass(frozen=True)
class FinalState:
    """Which particles a process has.

    Attributes
    ----------
    initial : tuple of Particle
        What decays, of positive charge if it has one; or beam and target.
    final : tuple of (str, Particle)
        Particles that leave, by the label that momenta and observables use: tracks, photons, what is not seen.
    p_in : tuple of float
        Four-momentum (E, px, py, pz) [MeV] of the initial particles together.
    resonance : tuple of (Particle, tuple of str), optional
        Intermediate particle, and the labels of those that it decays into.
    before : tuple of (Particle, tuple of str), optional
        What the intermediate particle comes from, if it is not the parent, and the labels of all that it becomes.
    missing : bool
        Whether something is missing although all particles of ``final`` are seen.
    recoil_mev : float
        Kinetic energy [MeV] of a target that stays whole above which a form factor leaves hardly any: where spectra end.
    """

    initial: tuple[Particle, ...]
    final: tuple[tuple[str, Particle], ...]
    p_in: tuple[Any, Any, Any, Any]
    resonance: tuple[Particle, tuple[str, ...]] | None = None
    before: tuple[Particle, tuple[str, ...]] | None = None
    missing: bool = False
    recoil_mev: float = math.inf

    @property
    def p_initial(self) -> tuple[tuple[Any, ...], ...]:
        """Four-momenta [MeV] of the initial particles; the target is at rest."""
        if self.decays:
            return (self.p_in,)
        m = self.initial[1].mass or 0.0
        return ((self.p_in[0] - m, *self.p_in[1:]), (m, 0.0, 0.0, 0.0))

    @property
    def decays(self) -> bool:
        """Whether it is a decay at rest."""
        return len(self.initial) == 1

    @property
    def parent(self) -> str:
        """What decays (``mu``, ``tau``, ``X``), or the beam, without the sign of its charge."""
        return self.initial[0].kind

    @property
    def parent_mass(self) -> Any:
        """Mass of what decays, or of the system of beam and target [MeV]."""
        return self.p_in[0] if self.decays else self.mass_squared**0.5

    @property
    def mass_squared(self) -> Any:
        """Its square [MeV^2]."""
        if self.decays:
            return self.p_in[0] ** 2
        # not the square of p_in, a small difference of large numbers
        beam, target = (particle.mass or 0.0 for particle in self.initial)
        return beam**2 + target**2 + 2 * self.p_initial[0][0] * target

    @property
    def particles(self) -> tuple[str, ...]:
        """Labels of all that leave."""
        return tuple(label for label, _ in self.final)

    @property
    def tracks(self) -> tuple[str, ...]:
        """Labels of the charged leptons that are seen."""
        return tuple(label for label, p in self.final if p.seen and p.charge and not p.hadronic)

    @property
    def photons(self) -> tuple[str, ...]:
        """Labels of the neutral ones that are seen."""
        return tuple(label for label, p in self.final if p.seen and not p.charge and not p.hadronic)

    @property
    def hadrons(self) -> tuple[str, ...]:
        """Labels of the hadrons that are seen."""
        return tuple(label for label, particle in self.final if particle.hadronic)

    @property
    def invisible(self) -> tuple[str, ...]:
        """Labels of what is not seen."""
        return tuple(label for label, particle in self.final if not particle.seen)

    @property
    def track_mass(self) -> float:
        """Mass of the charged particles [MeV]."""
        return float(self[self.tracks[0]].mass or 0.0)

    def __getitem__(self, label: str) -> Particle:
        return dict(self.final)[label]

    def at_mass(self, mass: Any) -> FinalState:
        """Return the same decay of a particle of another mass [MeV]."""
        return replace(self, p_in=(mass, 0.0, 0.0, 0.0))

    def with_dark(self, mass: float, spin: int = 0, mass_N: float = 0.0) -> FinalState:
        """Return the state with mass [MeV] and spin of its ``a`` or ``X``, mass of its ``N``; all of it, if one of them decays.

        Examples
        --------
        >>> state = decay_state("X", e1="e+", e3="e-").with_dark(20.0, spin=1)
        >>> state.parent_mass, state.initial[0].pdg
        (20.0, 55)
        """
        dark = {
            "a": replace(PARTICLES["a"], mass=mass),
            "X": replace(PARTICLES["X"], mass=mass, pdg=X_NUMBER[spin]),
            "N": replace(PARTICLES["N"], mass=mass_N),
            "Nbar": replace(PARTICLES["Nbar"], mass=mass_N),
        }
        found = replace(
            self,
            initial=tuple(dark.get(particle.name, particle) for particle in self.initial),
            final=tuple((label, dark.get(particle.name, particle)) for label, particle in self.final),
            resonance=self.resonance and (dark[self.resonance[0].name], self.resonance[1]),
            before=self.before and (dark[self.before[0].name], self.before[1]),
        )
        parent = self.initial[0].name
        return found.at_mass(dark[parent].mass) if parent in dark else found


def decay_state(parent: str, resonance: tuple[str, tuple[str, ...]] | None = None, /, **final: str) -> FinalState:
    """State of a decay at rest.

    Parameters
    ----------
    parent : str
        Name of what decays.
    resonance : tuple of (str, tuple of str), optional
        Name of an intermediate particle, and labels of what it decays into.
    **final : str
        Names of the particles by label: tracks first, photons, what is not seen.

    Examples
    --------
    >>> decay_state("mu+", e="e+", nunu="nunu").invisible
    ('nunu',)
    """
    particles: Mapping[str, Particle] = PARTICLES
    return FinalState(
        initial=(particles[parent],),
        final=tuple((label, particles[name]) for label, name in final.items()),
        p_in=(particles[parent].mass or 0.0, 0.0, 0.0, 0.0),
        resonance=resonance and (particles[resonance[0]], resonance[1]),
    )
