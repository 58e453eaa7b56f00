"""Elastic scattering off a target at rest: cross section, spectra and events from the recoil's kinetic energy alone."""

from __future__ import annotations

import functools
import itertools
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import ClosedChannel, in_range, require
from darkfactory.kinematics.cuts import Cut, parse_cut
from darkfactory.kinematics.deep_inelastic import recoil_energies, scattered
from darkfactory.kinematics.intervals import edges_of
from darkfactory.kinematics.observables import OBSERVABLES, Observable, observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes.base import Binning, Estimate
from darkfactory.processes.generator.sample import Sample
from darkfactory.processes.scattering import Scattering
from darkfactory.settings import Settings, read_settings

__all__ = ["ElasticScattering", "Recoil"]

Array = NDArray[np.float64]
MOST_EVENTS = 2**26
"""Events of one sample: 8 GiB of memory."""
STEPS = 64
"""Halvings of the interval in which the energy of a recoil is found: all digits of a double."""
KNOWN = ("T_e", "E_e", "p_e", "p_T", "y", "cos_theta", "theta_e", "E_theta2")
"""Observables that follow from the energy of the recoil; what is missing follows from them."""
_OPTIONS = {
    "rate": frozenset(("cut",)),
    "spectrum": frozenset(("cut",)),
    "events": frozenset(("cut", "seed", "weighted")),
}
_SMALL = np.geomspace(1e-9, 0.1, 500)
_SCAN = np.unique(np.concatenate([[0.0, 1.0], _SMALL, np.linspace(0.1, 0.9, 500), 1 - _SMALL]))
"""Parts of the largest energy at which observables and cuts are looked at: turning points and gaps lie between."""


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
    passing : ndarray, shape (n, 2)
        Intervals of T [MeV] that a cut lets pass; all of them by default.
    """

    state: FinalState
    monomials: Mapping[str, float]
    density: Callable[[Array], Array]
    integral: Callable[[Array], Array]
    passing: Array = field(default_factory=lambda: np.array([[0.0, np.inf]]))

    @property
    def energy(self) -> float:
        """Energy of the beam [MeV]."""
        return float(self.state.p_initial[0][0])

    @property
    def highest(self) -> float:
        """Largest kinetic energy T of the recoil [MeV]."""
        return float(recoil_energies(self.energy, self.state.track_mass, 0.0)[1])

    @property
    def values(self) -> Array:
        """Values of the monomials."""
        return np.array(list(self.monomials.values()))

    @property
    def total(self) -> float:
        """Cross section of what passes [cm^2]."""
        return float(self.below(self.highest))

    def below(self, T: Any) -> Array:
        """Cross section [cm^2] of what passes with a recoil below T [MeV]."""
        total = np.zeros(np.shape(T))
        for low, high in np.clip(self.passing, 0.0, self.highest):
            ends = np.clip(T, low, high), np.full(np.shape(T), low)
            total += (self.integral(ends[0]) - self.integral(ends[1])) @ self.values
        return np.asarray(total)

    def value(self, observable: str, T: Any) -> Array:
        """Observable of a recoil of T [MeV]."""
        return np.asarray(OBSERVABLES[observable].of(self.momenta(np.asarray(T, dtype=float)), self.state))

    def passes(self, cut: Cut, T: Any) -> NDArray[np.bool_]:
        """Whether a recoil of T [MeV] passes a cut."""
        with np.errstate(all="ignore"):
            passed = cut.passes({name: self.value(name, T) for name in cut.names})
        return np.broadcast_to(np.asarray(passed, dtype=bool), np.shape(T))

    def within(self, cut: Cut) -> Recoil:
        """Return the same with what passes a cut alone."""
        if cut.tree is None:
            return self
        marks = [self.crossings(name, np.array([value])).ravel() for name, value in edges_of(cut.tree)]
        T = np.unique(np.concatenate([_SCAN * self.highest, *marks]))
        T = np.sort(np.concatenate([T, (T[1:] + T[:-1]) / 2]))
        inside = self.passes(cut, T)
        (changes,) = np.nonzero(inside[1:] != inside[:-1])
        before = inside[changes]
        edges = _bisect(lambda t: self.passes(cut, t) == before, T[changes], T[changes + 1])
        edges = np.concatenate([T[:1][inside[:1]], edges, T[-1:][inside[-1:]]])
        return replace(self, passing=edges.reshape(-1, 2))

    def turning(self, observable: str) -> Array:
        """Energies T [MeV] between which an observable rises or falls, with both ends."""
        T = _SCAN * self.highest
        slope = np.sign(np.diff(self.value(observable, T)))
        found = []
        for i, j in itertools.pairwise(np.flatnonzero(slope)):
            if slope[i] == slope[j]:
                continue
            sign, low, high = slope[i], T[i], T[j + 1]
            for _ in range(STEPS):
                one, other = low + (high - low) / 3, high - (high - low) / 3
                rising = sign * (self.value(observable, other) - self.value(observable, one)) > 0
                low, high = (one, high) if rising else (low, other)
            found.append((low + high) / 2)
        return np.array([0.0, *found, self.highest])

    def crossings(self, observable: str, values: Array) -> Array:
        """Energies T [MeV] at which an observable has some values, in each part where it is monotonous: shape (parts, n).

        Where a part does not reach a value, the end of it that is nearer.
        """
        turning, found = self.turning(observable), []
        for low, high in itertools.pairwise(turning):
            rises = bool(self.value(observable, high) > self.value(observable, low))
            holds = functools.partial(self._before, observable, values, rises)
            found.append(_bisect(holds, np.full(len(values), low), np.full(len(values), high)))
        return np.array(found)

    def _before(self, observable: str, values: Array, rises: bool, T: Array) -> Array:
        return np.asarray((self.value(observable, T) < values) == rises)

    def binned(self, observable: str, edges: Array) -> Array:
        """Cross section [cm^2] of what passes, per bin of an observable."""
        return np.asarray(np.abs(np.diff(self.below(self.crossings(observable, edges)), axis=1)).sum(axis=0))

    def drawn(self, u: Array) -> Array:
        """T [MeV] below which lies the part ``u`` of what passes."""
        wanted = u * self.total
        return _bisect(lambda T: self.below(T) <= wanted, np.zeros_like(u), np.full_like(u, self.highest))

    def momenta(self, T: Array, phi: Any = 0.0) -> dict[str, Array]:
        """Four-momenta (..., 4) [MeV] of recoil and scattered beam; the beam is along z."""
        m = self.state.track_mass
        recoil, rest = scattered(self.energy, m, T, 2 * m * T, 0.0, phi)
        return {"e": recoil, "nu": rest}


def _bisect(holds: Callable[[Array], Any], low: Array, high: Array) -> Array:
    """Points between ``low`` and ``high`` where what ``holds`` at the low end stops to do so."""
    for _ in range(STEPS):
        middle = (low + high) / 2
        kept = holds(middle)
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    return np.asarray((low + high) / 2)


def _no_recoil(settings: Settings) -> Recoil:
    raise NotImplementedError


@dataclass(frozen=True, eq=False)
class ElasticScattering(Scattering):
    """Elastic scattering of a massless beam off a target at rest, with spectra and events.

    Attributes
    ----------
    recoil : callable
        Settings -> :class:`Recoil`.
    """

    default_observable: str = "T_e"
    recoil: Callable[[Settings], Recoil] = field(default=_no_recoil, repr=False)

    def options(self, verb: str) -> frozenset[str]:
        """Options that have a meaning (see :class:`~darkfactory.processes.base.Process`)."""
        return _OPTIONS[verb]

    def _recoil(self, settings: Settings | None, cut: str | None = None) -> Recoil:
        made = self.recoil(read_settings(self.table, self.name) if settings is None else settings)
        return made.within(parse_cut(cut, dict.fromkeys(KNOWN, 1)))

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles, with the momentum of beam and target."""
        return self._recoil(settings).state

    def observables(self, model: Any = None, settings: Settings | None = None) -> dict[str, Observable]:
        """Observables of spectra and cuts: those of the recoil."""
        known = observables_of(self.state(model, settings))
        return {name: known[name] for name in KNOWN}

    def total(self, model: Any, settings: Settings, *, cut: str | None = None) -> Estimate:
        """Cross section [cm^2] of what passes the cut."""
        value = self._recoil(settings, cut).total
        return Estimate(
            value,
            0.0,
            "closed form" if value > 0 else "closed channel",
            notes=() if value > 0 else ("no event can pass the cut",),
            unit=self.unit,
            order=self.order,
            references=self.references,
        )

    def spectrum(
        self, observable: str, model: Any, settings: Settings, binning: Binning, *, cut: str | None = None
    ) -> dict[str, Any]:
        """Cross section [cm^2] per bin, from differences of its integral.

        Parameters
        ----------
        observable : str
            One of :meth:`observables`.
        model, settings : object
            As for :meth:`total`.
        binning : tuple
            Number of bins and ends.
        cut : str, optional
            Condition on the same observables.

        Returns
        -------
        dict
            Fields of a spectrum.
        """
        recoil = self._recoil(settings, cut)
        edges, fields = self.bins(observable, self.observables(model, settings), recoil.state, binning)
        written = {"settings": {**self.echo(settings), "cut": cut or ""}}
        return {**fields, "values": recoil.binned(observable, edges), **written}

    def sample(
        self,
        n: int,
        model: Any = None,
        settings: Settings | None = None,
        *,
        cut: str | None = None,
        seed: int = 0,
        weighted: bool = False,
    ) -> Sample:
        """Events with the beam along z and the target at rest.

        Parameters
        ----------
        n : int
            Number of events.
        model, settings, cut : object
            As for :meth:`spectrum`.
        seed : int
            Seed; an event depends on it and on its number alone.
        weighted : bool
            Flat in the energy of the recoil with weights, instead of equal weights.

        Returns
        -------
        Sample
            Weights add up to the cross section [cm^2].

        Raises
        ------
        ClosedChannel
            If no event passes the cut.
        """
        require(in_range("n", n, 1, MOST_EVENTS), in_range("seed", seed, 0))
        recoil = self._recoil(settings, cut)
        if not recoil.total > 0:
            raise ClosedChannel(f"{self.name}: no event can pass the cut {cut!r}")
        numbers = np.arange(int(n), dtype=np.uint64)
        u, v = (np.asarray(x) for x in uniforms_of(np.uint64(stream_key(int(seed), self.name)), numbers, 2))
        T = u * recoil.highest if weighted else recoil.drawn(u)
        parts = recoil.density(T)
        density = parts @ recoil.values
        inside = ((T[:, None] >= recoil.passing[:, 0]) & (T[:, None] <= recoil.passing[:, 1])).any(axis=1)
        weights = inside * density * recoil.highest / n if weighted else np.full(len(T), recoil.total / n)
        rest = np.zeros((len(T), 3))
        return Sample(
            process=self.name,
            momenta=recoil.momenta(T, 2 * np.pi * v),
            weights=weights,
            stokes=np.column_stack([density, rest]),
            pieces={name: np.column_stack([parts[:, i], rest]) for i, name in enumerate(recoil.monomials)},
            monomials=recoil.monomials,
            polarization=(0.0, 0.0, 0.0),
            charge=0,
            seed=int(seed),
            width=recoil.total,
            error=float(np.std(weights) * np.sqrt(n)) if weighted else 0.0,
            trials=int(n),
            efficiency=1.0,
            overweight=0.0,
            numbers=numbers,
        )
