"""Scattering of which events are drawn: the rate in closed form or by quadrature, cuts and spectra by Monte Carlo."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import ClosedChannel, in_range, require
from darkfactory.kinematics.cuts import parse_cut
from darkfactory.kinematics.observables import observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes.base import Binning, Estimate
from darkfactory.processes.generator.collisions import CollisionRun
from darkfactory.processes.generator.histograms import histogram
from darkfactory.processes.generator.sample import Sample, Select, draw
from darkfactory.processes.scattering import Scattering
from darkfactory.settings import Setting, Settings

__all__ = ["JET_STATES", "SampledScattering"]

_OPTIONS = {
    "rate": frozenset(("cut", "precision", "seed")),
    "spectrum": frozenset(("cut", "events", "seed")),
    "events": frozenset(("cut", "seed", "weighted")),
}
JET_STATES = Setting(
    "jet.states", True, "whether events have the states psi that a dark jet becomes, or it is one particle", "flag"
)
"""What is written of a dark jet."""
MOST_MEMORY = 8 * 2**30
"""Bytes that a sample of events may take."""


@dataclass(frozen=True, eq=False)
class SampledScattering(Scattering):
    """Scattering off a target at rest with as many variables as it takes: ``collision`` draws them."""

    def options(self, verb: str) -> frozenset[str]:
        """Options that have a meaning (see :class:`~darkfactory.processes.base.Process`)."""
        return _OPTIONS[verb]

    def settings(self, verb: str) -> tuple[Setting, ...]:
        """Those of the rate; of events with a dark jet also what is written of it."""
        return (*self.table, JET_STATES) if verb == "events" and self.takes == "continuum" else self.table

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles, with the momentum of beam and target."""
        return self.collide(model, settings).state

    def run(self, model: Any, settings: Settings | None, cut: str | None = None) -> CollisionRun:
        """Prepared Monte Carlo of what passes a cut, for streams of weighted events."""
        collision = self.collide(model, settings)
        return CollisionRun.of(self.name, collision, parse_cut(cut, dict.fromkeys(observables_of(collision.state), 1)))

    def total(
        self, model: Any, settings: Settings, *, cut: str | None = None, precision: float = 1e-3, seed: int = 0
    ) -> Estimate:
        """Cross section [cm^2], of what passes a cut by Monte Carlo."""
        require(in_range("precision", precision, 1e-6, 1, open_high=True), in_range("seed", seed, 0))
        run = self.run(model, settings, cut)
        about = {
            "unit": self.unit,
            "order": self.order,
            "parameters": {} if model is None else model.parameters(),
            "references": self.references,
        }
        value, error, method = run.engine.cross_section()
        if not value > 0 or run.cut.tree is None:
            return Estimate(value, error, method if value > 0 else "closed channel", **about)
        if run.cut.empty:
            return Estimate(0.0, 0.0, "closed channel", notes=("no event can pass the cut",), **about)
        found = run.estimate(precision, seed)
        notes = () if found.passed else (f"none of {found.events} events passed the cut",)
        return Estimate(found.value, found.error, "monte-carlo", found.events, notes, **about)

    def spectrum(
        self,
        observable: str,
        model: Any,
        settings: Settings,
        binning: Binning,
        *,
        cut: str | None = None,
        events: int = 2**20,
        seed: int = 0,
    ) -> dict[str, Any]:
        """Cross section [cm^2] per bin with statistical errors: the fields of a spectrum.

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
        events, seed : int
            Weighted events, and the seed.

        Returns
        -------
        dict
            By name; exactly 0 for a closed channel.
        """
        require(in_range("events", events, 1), in_range("seed", seed, 0))
        run = self.run(model, settings, cut)
        edges, fields = self.bins(observable, observables_of(run.engine.state), run.engine.state, binning)
        found = np.zeros(binning[0]), np.zeros(binning[0])
        if run.engine.cross_section()[0] > 0:
            found = histogram(run, observable, edges, int(events), int(seed))
        written = {**self.echo(settings), "cut": cut or "", "events": int(events), "seed": int(seed)}
        return {**fields, "values": found[0], "errors": found[1], "settings": written}

    def sample(
        self,
        n: int,
        model: Any = None,
        settings: Settings | None = None,
        *,
        cut: str | None = None,
        seed: int = 0,
        weighted: bool = False,
        select: Select | None = None,
    ) -> Sample:
        """Events with the beam along z and the target at rest.

        Parameters
        ----------
        n : int
            Number of events; of trials if ``weighted``.
        model, settings, cut : object
            As for :meth:`spectrum`.
        seed : int
            Seed; an event depends on it and on its number alone.
        weighted : bool
            Whether every trial is kept with its weight, or events are accepted to have equal ones.
        select : callable, optional
            From numbers and momenta of events to the share of each that is kept.

        Returns
        -------
        Sample
            Weights add up to the cross section [cm^2] of what is kept.

        Raises
        ------
        ClosedChannel
            If no event passes the cut.
        """
        run = self.run(model, settings, cut)
        size = 2 * 8 * 4 * (len(run.engine.state.particles) + 3)
        require(in_range("n", n, 1, MOST_MEMORY // size), in_range("seed", seed, 0))
        value, error, _ = run.engine.cross_section()
        if not value > 0 or run.cut.empty:
            raise ClosedChannel(f"{self.name}: {'no event can pass the cut' if value > 0 else 'closed channel'}")
        made = draw(run, int(n), int(seed), weighted, select)
        whole = not weighted and select is None and run.cut.tree is None
        return made.normalized(value, error) if whole else made
