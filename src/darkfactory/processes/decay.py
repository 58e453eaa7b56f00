"""A decay at rest: its rate, its density and its events for a model, a polarisation, a charge and a cut."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel
from darkfactory.constants import LEPTON_MASS, MUON_WIDTH, TAU_WIDTH
from darkfactory.errors import ClosedChannel, InvalidInput, in_range, one_of, require
from darkfactory.kinematics.cuts import Cut, parse_cut
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes.base import Binning, Estimate, Process
from darkfactory.processes.branching import POLARIZATION, branching_ratio, order_setting, tail_setting
from darkfactory.processes.generator.engine import Engine, cached_engine
from darkfactory.processes.generator.run import Run
from darkfactory.processes.generator.sample import Sample, Select, draw
from darkfactory.processes.inputs import representable, spin_vector
from darkfactory.processes.muon_decay.lepton_alone import LeptonSpectrum
from darkfactory.processes.muon_decay.lepton_bins import spectrum_at_rest
from darkfactory.settings import Setting, Settings

__all__ = ["Decay"]

_TOTAL_WIDTH = {"mu": MUON_WIDTH, "tau": TAU_WIDTH}
_OPTIONS = {
    "rate": frozenset(("cut", "norm", "relative_to", "polarization", "charge", "precision", "seed", "method")),
    "spectrum": frozenset(("cut", "polarization", "charge", "norm", "events", "seed")),
    "events": frozenset(("cut", "polarization", "charge", "seed", "weighted", "norm", "neutrinos")),
}
METHODS = ("auto", "quadrature", "monte-carlo")
LOWEST_PHOTON = 1e-8
"""Photon energy [MeV] below which momenta of events, and with them squared amplitudes, are rounding."""
MOST_MEMORY = 8 * 2**30
"""Bytes that a sample of events may take."""
Array = NDArray[np.float64]


def _never_closed(model: Any) -> bool:
    return False


def _no_exact(process: Any, model: Any, cut: Cut, order: str, spin: float) -> None:
    return None


@dataclass(frozen=True, eq=False)
class Decay(Process):
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
    exact: Callable[[Decay, Any, Cut, str, float], tuple[float, float, str] | None] = field(
        default=_no_exact, repr=False
    )
    orders: tuple[str, ...] = ("born",)
    default_order: str = "born"
    tails: tuple[str, ...] = ()
    alone: Callable[[Decay, Any, str, float, str], LeptonSpectrum] | None = field(default=None, repr=False)
    references: tuple[str, ...] = ()
    default_observable: str = "x"

    def options(self, verb: str) -> frozenset[str]:
        """Options that have a meaning: the decay of an X has no norm, no spin and no charge, a quadrature draws no events."""
        found = _OPTIONS[verb] if self.total_width is not None else _OPTIONS[verb] - {"norm", "polarization", "charge"}
        return found - {"events", "seed"} if verb == "spectrum" and self.alone is not None else found

    def settings(self, verb: str) -> tuple[Setting, ...]:
        """Order in alpha; of spectra radiative tail and polarization along the beam; events are at tree level."""
        if verb == "events":
            return ()
        found = [order_setting(self.orders, self.default_order)] if self.orders[1:] else []
        if verb == "spectrum":
            found += [tail_setting(self.tails)] if self.tails else []
            found += [POLARIZATION] if self.total_width is not None else []
        return tuple(found)

    @property
    def quantity(self) -> str:
        """What its rate is, in words."""
        return "branching ratio" if self.total_width is not None else "width"

    @property
    def unit(self) -> str:
        """Of a branching ratio, or of a width."""
        return "1" if self.total_width is not None else "MeV"

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

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles of the decay."""
        found = self._engine(model).state
        return found if model is None else found.with_dark(float(model.mass), model.spin, float(model.sterile_mass))

    def cut(self, text: str | Cut | None, model: Any = None) -> Cut:
        """Parsed cut on the observables of this process (see :func:`darkfactory.kinematics.cuts.parse_cut`)."""
        if isinstance(text, Cut):
            return text
        return parse_cut(text, {name: o.count(self.state(model)) for name, o in self.observables(model).items()})

    def total(self, model: Any, settings: Settings, **options: Any) -> Estimate:
        """Branching ratio, ratio to another decay, or width of an X (see :func:`branching_ratio`)."""
        return branching_ratio(self, model, settings, **options)

    def spectrum(
        self, observable: str, model: Any, settings: Settings, binning: Binning, **options: Any
    ) -> dict[str, Any]:
        """Branching ratio, or width [MeV] of an X, per bin (see :func:`spectrum_at_rest`)."""
        return spectrum_at_rest(self, observable, model, settings, binning, **options)

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
    ) -> Estimate:
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
        Estimate
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
            return Estimate(0.0, 0.0, "closed channel")
        if run.cut.empty:
            return Estimate(0.0, 0.0, "closed channel", notes=("no event can pass the cut",))
        if method != "monte-carlo":
            with representable(self.name):
                found = self.exact(self, model, run.cut, order, run.spin[2] * run.charge)
            if found is not None:
                return Estimate(*found, notes=run.setup.notes)
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
        return Estimate(estimate.value, estimate.error, "monte-carlo", estimate.events, notes)

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
        settings: Settings | None = None,
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
        settings : Settings, optional
            There are none.
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
