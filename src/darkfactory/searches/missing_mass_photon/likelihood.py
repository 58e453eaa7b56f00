"""Likelihood of the missing-mass search with a photon: templates of what is recorded, their systematics and categories."""

from __future__ import annotations

import functools
import itertools
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_MU
from darkfactory.experiments import Card
from darkfactory.numerics.cache import remembered
from darkfactory.processes.muon_decay.photon_nodes import EventNodes
from darkfactory.recorded.missing_mass import RecordedPairs
from darkfactory.searches.bins import Axis, Bins
from darkfactory.settings import Settings
from darkfactory.statistics import BinnedModel, Nuisance
from darkfactory.statistics.systematics import Linear, Norm, Product, Sum

__all__ = ["SHAPES", "MissingMassPhoton"]

Array = NDArray[np.float64]
SHAPES = {"shift": 1e-4, "positron_scale": 1e-4, "photon_scale": 1e-3, "resolution": 1e-2}
"""Shape systematics and the steps of their derivatives: rigid shift in Q2, relative energy scales, relative width."""


@dataclass(frozen=True)
class MissingMassPhoton(RecordedPairs):
    """The search set up for one experiment at one working point.

    Attributes
    ----------
    settings : dict
        Typed settings of the search.
    """

    settings: Settings

    @classmethod
    def from_card(cls, card: Card, settings: Settings) -> MissingMassPhoton:
        """Set the search up from an experiment's card and typed settings (see :meth:`RecordedPairs.from_card`)."""
        found = RecordedPairs.from_card(card, settings)
        return cls(found.rates, found.stopping_rate, found.live_time, found.time_window, settings)

    @functools.cached_property
    def _unit_templates(self) -> tuple[Array, Array]:
        # they take longest, and depend on neither beam nor model
        key = ("missing-mass-photon", self.rates, self.settings["categories"])
        return remembered(key, lambda: (self.by_category(self._radiative), self.by_category(self._random)))

    @property
    def radiative(self) -> Array:
        """Expected radiative decays per bin."""
        return self.signal_scale * self._unit_templates[0]

    @property
    def random(self) -> Array:
        """Expected random coincidences per bin."""
        return self.random_scale * self._unit_templates[1]

    @functools.cached_property
    def _boundaries(self) -> Array:
        """Boundaries of the categories in the resolution: equal signal of a massless ALP in each."""
        count = int(self.settings["categories"])
        if count == 1 or self.rates.heaviest == 0:
            return np.zeros(0)
        nodes = self.rates.alp_events(0.0)
        sigma = self.rates.detector.missing_mass_sigma(nodes.x, nodes.y, nodes.cosine)
        order = np.argsort(sigma)
        share = np.cumsum(nodes.weight[order])
        return np.asarray(np.interp(np.arange(1, count) / count * share[-1], share, sigma[order]))

    @property
    def bins(self) -> Bins:
        """Bins of the categories in the resolution of each event, and of the missing mass squared."""
        ends = [f"{sigma * M_MU**2:.6g}" for sigma in self._boundaries]
        words = (f"below {ends[0]}", *map(" to ".join, itertools.pairwise(ends)), f"above {ends[-1]}") if ends else ()
        categories = (Axis("sigma_m_miss2", "MeV^2", labels=words),) if words else ()
        return Bins((*categories, Axis.of_edges("m_miss2", "MeV^2", self.edges * M_MU**2)))

    def by_category(self, nodes: EventNodes, **shifts: float) -> Array:
        """Histograms of all categories in the per-event resolution, one after another; see :meth:`histogram`."""
        if not self._boundaries.size or not nodes.weight.size:
            return np.tile(self.histogram(nodes, None, **shifts), len(self._boundaries) + 1)
        sigma = self.rates.detector.missing_mass_sigma(nodes.x, nodes.y, nodes.cosine)
        category = np.searchsorted(self._boundaries, sigma)
        parts = [nodes.scaled(category == k) for k in range(len(self._boundaries) + 1)]
        return np.concatenate([self.histogram(part, None, **shifts) for part in parts])

    def shape_derivative(self, name: str) -> Array:
        """Derivative of the background [events per bin] in a shape of :data:`SHAPES`."""
        step = SHAPES[name]
        up, down = (
            self.signal_scale * self.by_category(self._radiative, **{name: sign * step})
            + self.random_scale * self.by_category(self._random, **{name: sign * step})
            for sign in (1, -1)
        )
        return (up - down) / (2 * step)

    def signal(self, mass: float) -> tuple[Array, float]:
        """Signal events per bin and unit BR(mu -> e a), and its mean resolution in Q2; zeros where closed."""
        sigma = self.mean_sigma(mass)
        if sigma == 0:
            return np.zeros((len(self.edges) - 1) * (len(self._boundaries) + 1)), 0.0
        events = self.by_category(self.rates.alp_events(mass))
        return self.signal_scale / (1 - (mass / M_MU) ** 2) ** 2 * events, sigma

    def signals(self, masses: Array) -> tuple[Array, Array]:
        """Stacked :meth:`signal` of all masses, shapes (H, B) and (H,)."""
        rows = [self.signal(float(mass)) for mass in masses]
        return np.stack([events for events, _ in rows]), np.array([sigma for _, sigma in rows])

    @functools.cached_property
    def _norms(self) -> dict[str, Array]:
        """Backgrounds whose normalisations are nuisances: both, or both in every category."""
        norms = {"rmd_norm": self.radiative, "rc_norm": self.random}
        count = len(self._boundaries) + 1
        if count == 1 or self.settings["category_norms"] == "common":
            return norms
        category = np.repeat(np.arange(count), len(self.edges) - 1)
        split = {f"{name}[{k}]": events * (category == k) for name, events in norms.items() for k in range(count)}
        return {name: events for name, events in split.items() if events.any()}

    @property
    def nuisances(self) -> tuple[Nuisance, ...]:
        """Active systematics with their priors."""
        s = self.settings
        priors = {name: s[f"systematics.{name.partition('[')[0]}"] for name in self._norms}
        priors |= {"shift": s["shift_prior"]}
        priors |= {name: s[f"systematics.{name}"] for name in SHAPES if name != "shift"}
        return tuple(
            Nuisance(name, prior, lower=-0.99 if name in self._norms else -math.inf)
            for name, prior in priors.items()
            if prior > 0
        )

    @functools.cached_property
    def _derivatives(self) -> dict[str, Array]:
        shapes = [n.name for n in self.nuisances if n.name in SHAPES]
        return {name: self.shape_derivative(name) for name in shapes}

    def binned_model(self, signal: Array) -> BinnedModel:
        """Likelihood of all masses: signal rows per unit BR(mu -> e a) over radiative decays and random coincidences.

        With normalisations alone every background is a sample of its own, which pyhf can express.
        """
        names = tuple(n.name for n in self.nuisances)
        if set(names) == set(self._norms):
            terms = tuple(Product((Norm(name), Linear(()))) for name in names)
            return BinnedModel(signal, np.stack([self._norms[name] for name in names]), Sum(terms), self.nuisances)
        moved = self._norms | self._derivatives
        templates = np.stack([self.radiative + self.random, *(moved[name] for name in names)])
        return BinnedModel(signal, templates, Linear(names), self.nuisances)
