"""Scattering of a beam off a target: cross sections at an energy, spectra of the recoil, events."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, one_of, require
from darkfactory.kinematics.lorentz import four_vector
from darkfactory.kinematics.observables import Observable, observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes.base import Binning, Estimate, Process
from darkfactory.processes.generator.sample import Sample
from darkfactory.settings import Setting, Settings

__all__ = ["Recoil", "Scattering"]

Array = NDArray[np.float64]
MOST_EVENTS = 2**26
"""Events of one sample: 8 GiB of memory."""
STEPS = 64
"""Halvings of the interval in which the energy of a recoil is found: all digits of a double."""


@dataclass(frozen=True, eq=False)
class Recoil:
    """Elastic scattering of a massless beam off a target at rest; all follows from the recoil's kinetic energy T.

    Attributes
    ----------
    state : FinalState
        Beam and target, recoil ``e`` and the scattered beam ``nu``.
    monomials : dict
        Values of the coupling monomials by name.
    density, integral : callable
        T [MeV] -> d sigma/dT [cm^2/MeV] and its integral from 0 to T [cm^2] of every monomial, shape (..., monomials).
    """

    state: FinalState
    monomials: Mapping[str, float]
    density: Callable[[Array], Array]
    integral: Callable[[Array], Array]

    @property
    def energy(self) -> float:
        """Energy of the beam [MeV]."""
        return float(self.state.p_initial[0][0])

    @property
    def highest(self) -> float:
        """Largest kinetic energy T of the recoil [MeV]."""
        return 2 * self.energy**2 / (2 * self.energy + self.state.track_mass)

    @property
    def values(self) -> Array:
        """Values of the monomials."""
        return np.array(list(self.monomials.values()))

    def below(self, T: Any) -> Array:
        """Cross section [cm^2] with a recoil below T [MeV]."""
        return np.asarray(self.integral(np.clip(np.asarray(T, dtype=float), 0.0, self.highest)) @ self.values)

    def kinetic(self, observable: str, value: Array) -> Array:
        """T [MeV] at which an observable that rises with T has a value."""
        m, E = self.state.track_mass, self.energy
        if observable == "cos_theta":
            forward = np.clip(value, 0.0, 1.0)
            return np.asarray(2 * m * (E * forward) ** 2 / ((E + m) ** 2 - (E * forward) ** 2))
        return np.asarray(value - (m if observable == "E_e" else 0.0))

    def drawn(self, u: Array) -> Array:
        """T [MeV] below which lies the part ``u`` of the cross section."""
        wanted = u * self.below(self.highest)
        low, high = np.zeros_like(u), np.full_like(u, self.highest)
        for _ in range(STEPS):
            middle = (low + high) / 2
            above = self.below(middle) > wanted
            low, high = np.where(above, low, middle), np.where(above, middle, high)
        return np.asarray((low + high) / 2)

    def momenta(self, T: Array, phi: Array) -> dict[str, Array]:
        """Four-momenta (n, 4) [MeV] of recoil and scattered beam; the beam is along z."""
        m, E = self.state.track_mass, self.energy
        p = np.sqrt(T * (T + 2 * m))
        along = (E + m) * T / E
        # of p^2 - along^2 in the form without a difference of large numbers
        across = np.sqrt(np.maximum(m * (2 * E + m) * (self.highest - T) * T, 0.0)) / E
        p3 = np.stack([across * np.cos(phi), across * np.sin(phi), np.minimum(along, p)], axis=-1)
        recoil = np.asarray(four_vector(np.full_like(T, m), p3))
        return {"e": recoil, "nu": np.array(self.state.p_in) - recoil}


def _no_recoil(settings: Settings) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Scattering(Process):
    """Scattering of a beam off a target.

    Attributes
    ----------
    name, title : str
        As physicists write it, and in words.
    cross_section : callable
        (model, settings) -> :class:`~darkfactory.processes.base.Estimate` [cm^2].
    table : tuple of Setting
        Energy of the beam and whatever else it depends on.
    recoil : callable
        Settings -> :class:`Recoil`; None where only the cross section is known.
    takes, usual, optional, references, default_observable : object
        As for every :class:`~darkfactory.processes.base.Process`.
    """

    name: str
    title: str
    cross_section: Callable[[Any, Settings], Estimate] = field(repr=False)
    table: tuple[Setting, ...] = field(default=(), repr=False)
    recoil: Callable[[Settings], Recoil | None] = field(default=_no_recoil, repr=False)
    takes: str = ""
    usual: str = ""
    optional: bool = False
    references: tuple[str, ...] = ()
    default_observable: str = "T"

    quantity = "cross section"
    unit = "cm2"
    options = frozenset[str]()
    spectrum_options = frozenset[str]()
    sample_options = frozenset(("seed", "weighted"))

    @property
    def settings(self) -> tuple[Setting, ...]:
        """Settings of the cross section, the same for spectra and events."""
        return self.table

    def _recoil(self, settings: Settings | None) -> Recoil:
        from darkfactory.settings import read_settings

        found = self.recoil(read_settings(self.table, self.name) if settings is None else settings)
        if found is None:
            raise InvalidInput(f"{self.name}: only its cross section is known, no spectra and no events; use rate")
        return found

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles, with the momentum of beam and target."""
        return self._recoil(settings).state

    def observables(self, model: Any = None, settings: Settings | None = None) -> dict[str, Observable]:
        """Observables whose spectrum is known: those that rise with the energy of the recoil."""
        known = observables_of(self.state(model, settings))
        return {name: known[name] for name in ("T", "E_e", "cos_theta")}

    def total(self, model: Any, settings: Settings, **options: Any) -> Estimate:
        """Cross section [cm^2]."""
        return replace(self.cross_section(model, settings), unit=self.unit, references=self.references)

    def spectrum(
        self, observable: str, model: Any, settings: Settings, binning: Binning, **options: Any
    ) -> dict[str, Any]:
        """Cross section [cm^2] per bin, from differences of its integral.

        Parameters
        ----------
        observable : str
            T, E_e or cos_theta of the recoil.
        model, settings : object
            As for :meth:`total`.
        binning : tuple
            Number of bins and ends.
        **options
            None.

        Returns
        -------
        dict
            Fields of a spectrum.
        """
        recoil = self._recoil(settings)
        known = self.observables(model, settings)
        require(one_of(f"observable of a spectrum of {self.name}", observable, known))
        bins, low, high = binning
        ends = known[observable].limits(recoil.state)
        start, stop = ends[0] if low is None else low, ends[1] if high is None else high
        require(in_range("low", start), in_range("high", stop))
        require(in_range("low", start, -np.inf, stop, open_high=True))
        edges = np.linspace(start, stop, bins + 1)
        below = recoil.below(recoil.kinetic(observable, edges))
        made = self.total(model, settings)
        return {
            "process": self.name,
            "observable": observable,
            "unit": known[observable].unit,
            "edges": edges,
            "values": np.diff(below),
            "experiment": None,
            "settings": dict(made.parameters),
            "references": self.references,
            "norm": self.unit,
            "order": made.order or "",
        }

    def sample(
        self,
        n: int,
        model: Any = None,
        settings: Settings | None = None,
        *,
        seed: int = 0,
        weighted: bool = False,
        **options: Any,
    ) -> Sample:
        """Events with the beam along z and the target at rest.

        Parameters
        ----------
        n : int
            Number of events.
        model, settings : object
            As for :meth:`total`.
        seed : int
            Seed; an event depends on it and on its number alone.
        weighted : bool
            Flat in the energy of the recoil with weights, instead of equal weights.
        **options
            None.

        Returns
        -------
        Sample
            Weights add up to the cross section [cm^2].
        """
        require(in_range("n", n, 1, MOST_EVENTS), in_range("seed", seed, 0))
        recoil = self._recoil(settings)
        numbers = np.arange(int(n), dtype=np.uint64)
        u, v = (np.asarray(x) for x in uniforms_of(np.uint64(stream_key(int(seed), self.name)), numbers, 2))
        T = u * recoil.highest if weighted else recoil.drawn(u)
        parts = recoil.density(T)
        density = parts @ recoil.values
        total = float(recoil.below(recoil.highest))
        weights = density * recoil.highest / n if weighted else np.full(len(T), total / n)
        rest = np.zeros((len(T), 3))
        pieces = {name: np.column_stack([parts[:, i], rest]) for i, name in enumerate(recoil.monomials)}
        return Sample(
            process=self.name,
            momenta=recoil.momenta(T, 2 * np.pi * v),
            weights=weights,
            stokes=np.column_stack([density, rest]),
            pieces=pieces,
            monomials=recoil.monomials,
            polarization=(0.0, 0.0, 0.0),
            charge=0,
            seed=int(seed),
            width=total,
            error=float(np.std(weights) * np.sqrt(n)) if weighted else 0.0,
            trials=int(n),
            efficiency=1.0,
            overweight=0.0,
            numbers=numbers,
        )
