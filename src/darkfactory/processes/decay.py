"""A process: its rate, its density and its events for a model, a polarisation, a charge and a cut."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel
from darkfactory.constants import LEPTON_MASS, MUON_WIDTH, TAU_WIDTH
from darkfactory.errors import ClosedChannel, InvalidInput, in_range, one_of, require
from darkfactory.kinematics.cuts import Cut, parse_cut
from darkfactory.kinematics.observables import FinalState, observables_of
from darkfactory.models import offering
from darkfactory.processes.generator.engine import Engine, cached_engine
from darkfactory.processes.generator.run import Run
from darkfactory.processes.generator.sample import Sample, Select, draw
from darkfactory.processes.inputs import representable, spin_vector
from darkfactory.processes.muon_decay.lepton_alone import LeptonSpectrum

__all__ = ["Process", "Width"]

_TOTAL_WIDTH = {"mu": MUON_WIDTH, "tau": TAU_WIDTH}
METHODS = ("auto", "quadrature", "monte-carlo")
_OPTIONS = frozenset(("cut", "norm", "relative_to", "polarization", "charge", "precision", "seed", "method"))
LOWEST_PHOTON = 1e-8
"""Photon energy [MeV] below which momenta of events, and with them squared amplitudes, are rounding."""
MOST_MEMORY = 8 * 2**30
"""Bytes that a sample of events may take."""
Array = NDArray[np.float64]


@dataclass(frozen=True)
class Width:
    """A partial width with its error and where it comes from.

    Attributes
    ----------
    value, error : float
        [MeV]; the error is statistical for Monte Carlo, numerical for quadrature, 0 for closed forms.
    method : str
        ``closed form``, ``quadrature``, ``monte-carlo`` or ``closed channel``.
    events : int
        Monte Carlo events spent.
    notes : tuple of str
        What a user should know.
    """

    value: float
    error: float
    method: str
    events: int = 0
    notes: tuple[str, ...] = ()


def _never_closed(model: Any) -> bool:
    return False


def _no_exact(process: Any, model: Any, cut: Cut, order: str, spin: float) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Process:
    """A decay at rest.

    Attributes
    ----------
    name, title : str
        As physicists write it, and in words.
    engine : callable
        Kind of a model, or None -> :class:`~darkfactory.processes.generator.engine.Engine`.
    parent, daughter : str
        Decaying particle and visible lepton.
    takes : str
        What a model must offer for it; empty in the Standard Model.
    usual : str
        Model that it takes if none is given; the first that offers it by default.
    optional : bool
        Whether it also exists without a model.
    closed : callable
        Model -> whether it is kinematically closed.
    exact : callable
        (process, model, cut, order, spin) -> (width, error, method), or None where only Monte Carlo can answer.
    orders : tuple of str
        Orders in alpha that ``exact`` knows; Monte Carlo is at tree level, ``born``.
    default_order : str
        The one that the verbs take if none is given.
    tails : tuple of str
        Radiative tails that the spectrum of the lepton may have, the default last.
    alone : callable, optional
        (process, model, order, spin, tail) -> spectrum of the lepton, if it is all that is seen.
    references : tuple of str
        Citation keys.
    """

    name: str
    title: str
    engine: Callable[[Hashable], Engine] = field(repr=False)
    parent: str = "mu"
    daughter: str = "e"
    takes: str = ""
    usual: str = ""
    optional: bool = False
    closed: Callable[[Any], bool] = field(default=_never_closed, repr=False)
    exact: Callable[[Process, Any, Cut, str, float], tuple[float, float, str] | None] = field(
        default=_no_exact, repr=False
    )
    orders: tuple[str, ...] = ("born",)
    default_order: str = "born"
    tails: tuple[str, ...] = ()
    alone: Callable[[Process, Any, str, float, str], LeptonSpectrum] | None = field(default=None, repr=False)
    references: tuple[str, ...] = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that it takes; empty in the Standard Model."""
        return offering(self.takes) if self.takes else ()

    @property
    def model(self) -> str | None:
        """Name of the model that it takes if none is given; None in the Standard Model."""
        return None if self.optional or not self.takes else self.usual or self.models[0]

    @property
    def options(self) -> frozenset[str]:
        """Options of a rate that have a meaning here: the decay of an X has no norm, no spin and no charge."""
        return _OPTIONS if self.total_width is not None else _OPTIONS - {"norm", "polarization", "charge"}

    @property
    def quantity(self) -> str:
        """What its rate is, in words."""
        return "branching ratio" if self.total_width is not None else "width"

    @property
    def masses(self) -> tuple[float, float]:
        """Masses of parent and visible lepton [MeV]."""
        return LEPTON_MASS[self.parent], LEPTON_MASS[self.daughter]

    @property
    def total_width(self) -> float | None:
        """Total width hbar/tau of the parent [MeV]; None for an X, which has no measured one."""
        return _TOTAL_WIDTH.get(self.parent)

    @property
    def tree_width(self) -> float | None:
        """Tree-level leptonic width l_i -> e nu nu [MeV], the denominator of ``norm="lo"``; None for an X."""
        if self.parent not in _TOTAL_WIDTH:
            return None
        return michel.total_width("born", LEPTON_MASS[self.parent], LEPTON_MASS["e"])

    def denominator(self, norm: str) -> float:
        """Width [MeV] that a branching ratio of this ``norm`` is divided by; 1 for an X, whose rate is its width.

        Examples
        --------
        >>> from darkfactory.processes import find_process
        >>> mu = find_process("mu -> e a")
        >>> round(mu.denominator("lo") / mu.denominator("exp"), 7)
        1.0042165
        """
        if self.total_width is None or self.tree_width is None:
            return 1.0
        return self.total_width if norm == "exp" else self.tree_width

    def _engine(self, model: Any) -> Engine:
        return cached_engine(self, model)

    def state(self, model: Any = None) -> FinalState:
        """Particles of the decay."""
        found = self._engine(model).state
        return found if found.parent != "X" else replace(found, parent_mass=model.mass)

    def cut(self, text: str | Cut | None, model: Any = None) -> Cut:
        """Parsed cut on the observables of this process (see :func:`darkfactory.kinematics.cuts.parse_cut`)."""
        if isinstance(text, Cut):
            return text
        state = self.state(model)
        return parse_cut(text, {name: o.count(state) for name, o in observables_of(state).items()})

    def partial_width(self, model: Any, order: str = "born") -> float:
        """Partial width [MeV] without cuts (see :meth:`rate`)."""
        return self.rate(model, order=order).value

    def rate(
        self,
        model: Any = None,
        *,
        cut: str | Cut | None = None,
        polarization: Any = (0.0, 0.0, 0.0),
        charge: int = 1,
        precision: float = 1e-3,
        seed: int = 0,
        method: str = "auto",
        order: str = "born",
        workers: int = 0,
    ) -> Width:
        """Partial width [MeV] of what passes the cut.

        Parameters
        ----------
        model : object, optional
            Model; None in the Standard Model.
        cut : str, optional
            Condition on named observables.
        polarization : float or sequence
            Spin vector of the parent, or its degree; matters for cuts on directions only.
        charge : {1, -1}
            Charge of the parent.
        precision : float
            Relative statistical error at which a Monte Carlo stops, in [1e-6, 1).
        seed : int
            Seed of a Monte Carlo.
        method : {"auto", "quadrature", "monte-carlo"}
            Quadrature or closed form where there is one, or one of them.
        order : str
            Order in alpha of the Michel decay.
        workers : int
            Threads; changes no result.

        Returns
        -------
        Width
            Exactly 0 for a closed channel or a cut that nothing can pass.

        Raises
        ------
        InvalidInput
            For numbers outside their domain, and for an infrared divergence without a photon threshold.
        """
        run = self._run(model, cut, polarization, charge, workers)
        require(
            in_range("precision", precision, 1e-6, 1, open_high=True),
            in_range("seed", seed, 0),
            one_of("method", method, METHODS),
            one_of(f"order of {self.name}", order, self.orders),
        )
        if run is None:
            return Width(0.0, 0.0, "closed channel")
        if run.cut.empty:
            return Width(0.0, 0.0, "closed channel", notes=("no event can pass the cut",))
        if method != "monte-carlo":
            with representable(self.name):
                found = self.exact(self, model, run.cut, order, run.spin[2] * run.charge)
            if found is not None:
                return Width(*found, notes=run.setup.notes)
            if method == "quadrature":
                raise InvalidInput(f"method = quadrature: {self.name} with cut {run.cut.text!r} takes monte-carlo only")
        if order != "born":
            raise InvalidInput(
                f"order = {order}: {self.name} by Monte Carlo, with cut {run.cut.text!r}: allowed born only"
            )
        self._require_hard_photons(run)
        estimate = run.estimate(precision, seed)
        notes = run.setup.notes
        if estimate.passed == 0:
            notes = (*notes, f"none of {estimate.events} events passed the cut")
        elif estimate.error > precision * estimate.value:
            notes = (*notes, f"precision {precision:g} was not reached with {estimate.events} events")
        return Width(estimate.value, estimate.error, "monte-carlo", estimate.events, notes)

    def _run(self, model: Any, cut: str | Cut | None, polarization: Any, charge: int, workers: int = 0) -> Run | None:
        """Checked and prepared run; None where closed."""
        require(one_of("charge", charge, (1, -1)), in_range("workers", workers, 0))
        spin = spin_vector(polarization)
        if (self.models and not self.optional) and model is None:
            raise InvalidInput(f"model = None: {self.name} takes one of {', '.join(self.models)}")
        if self.closed(model):
            self.cut(cut, model)
            return None
        parsed = self.cut(cut, model)
        engine = self._engine(model)
        with representable(self.name):
            setup = engine.setup(model, parsed.bounds)
        return Run(self.name, engine, setup, parsed, spin, int(charge), workers)

    def run(self, model: Any = None, *, cut: Any = None, polarization: Any = (0.0, 0.0, 0.0), charge: int = 1,
            workers: int = 0) -> Run:  # fmt: skip
        """Prepared Monte Carlo, for streams of weighted events.

        Parameters
        ----------
        model, cut, polarization, charge, workers : object
            As for :meth:`rate`.

        Returns
        -------
        Run
            Its :meth:`~darkfactory.processes.generator.run.Run.weighted` yields events block by block.

        Raises
        ------
        ClosedChannel
            If the channel is closed or nothing can pass the cut.
        """
        found = self._run(model, cut, polarization, charge, workers)
        if found is None or found.cut.empty or not found.setup.factor > 0:
            mass = f"model.mass = {model.mass:g} MeV: " if model is not None else ""
            reason = "no event can pass the cut" if found is not None and found.cut.empty else "closed channel"
            raise ClosedChannel(f"{mass}{self.name} has no events: {reason}")
        self._require_hard_photons(found)
        return found

    def _require_hard_photons(self, run: Run) -> None:
        low = run.setup.parameters.get("E_low", 1.0) if run.engine.state.photons else 1.0
        if low < LOWEST_PHOTON:
            raise InvalidInput(
                f"E_gamma > {low:g} MeV: Monte Carlo of {self.name} allowed above {LOWEST_PHOTON:g} MeV; below only rates with "
                "cuts on the energies of photon and lepton"
            )

    def density(
        self, momenta: Mapping[str, Any], model: Any = None, *, polarization: Any = (0.0, 0.0, 0.0), charge: int = 1
    ) -> Array:
        """|M|^2 = S_0 + P.S at given momenta, neutrinos integrated, identical leptons not divided by 2.

        Parameters
        ----------
        momenta : mapping
            Four-momenta (..., 4) [MeV] of every visible particle and X, by the names of :meth:`state`.
        model, polarization, charge : object
            As for :meth:`rate`.

        Returns
        -------
        ndarray
            Shape (...).
        """
        run = self.run(model, cut=None if not self.state(model).photons else "E_gamma > 1e-6", charge=charge)
        needed = [name for name in run.engine.state.particles if name not in ("nunu", "a")]
        missing = [name for name in needed if name not in momenta]
        require(*(f"momenta: {name} is missing; particles: {', '.join(needed)}" for name in missing))
        values = {name: np.asarray(p, dtype=float) for name, p in momenta.items()}
        stokes = np.asarray(run.engine.stokes(values, run.setup.parameters, run.setup.coefficients, charge))
        return np.asarray(stokes[..., 0] + stokes[..., 1:] @ np.array(spin_vector(polarization)))

    def sample(
        self,
        n: int,
        model: Any = None,
        *,
        cut: str | Cut | None = None,
        polarization: Any = (0.0, 0.0, 0.0),
        charge: int = 1,
        seed: int = 0,
        weighted: bool = False,
        workers: int = 0,
        select: Select | None = None,
    ) -> Sample:
        """Events of the decay at rest.

        Parameters
        ----------
        n : int
            Number of events; of trials if ``weighted``.
        model, cut, polarization, charge, workers : object
            As for :meth:`rate`.
        seed : int
            Seed; the events do not depend on chunks or threads.
        weighted : bool
            Whether every trial is kept with its weight, or events are accepted to have equal ones.
        select : callable, optional
            From numbers and momenta of events to the share of each that is kept, e.g. by a detector.

        Returns
        -------
        Sample
            The sum of its weights is the partial width [MeV] within the cut, of what is kept.

        Raises
        ------
        ClosedChannel
            If the channel is closed, or no event passes the cut.
        InvalidInput
            For numbers outside their domain.
        """
        require(in_range("n", n, 1, 1e12), in_range("seed", seed, 0))
        run = self.run(model, cut=cut, polarization=polarization, charge=charge, workers=workers)
        # momenta, Stokes components and pieces in double precision, and as much again while they are joined
        size = 2 * 8 * 4 * (len(run.engine.state.particles) + 2 + len(run.setup.monomials))
        remedy = (
            f"{n:g} events would take {n * size / 2**30:.3g} GiB of memory; make several samples with different seeds"
        )
        require(in_range("n", n, 1, MOST_MEMORY // size, remedy=remedy))
        sample = draw(run, int(n), int(seed), weighted, select)
        known = not weighted and select is None
        exact = self.exact(self, model, run.cut, "born", run.spin[2] * run.charge) if known else None
        # unweighted events know their shape, and the rate is known better than from their trials
        return sample if exact is None else sample.normalized(exact[0], exact[1])
