r"""Setting up the missing-mass search with a photon: working point, events and templates in the missing mass squared.

Everything is a weighted set of quadrature nodes: the histogram of Q2 = m_miss^2 / m_mu^2 adds, node by node, the Gaussian
bin fractions of that node's own resolution. Cuts act on true energies. The signal sits at Q2 = (m_a / m_mu)^2.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from darkfactory.constants import M_MU
from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.processes.muon_decay.photon_nodes import EventNodes
from darkfactory.recorded.electron_photon import HALF, PhotonRates
from darkfactory.settings import Settings
from darkfactory.statistics import BinnedModel, Nuisance
from darkfactory.statistics.systematics import Linear, Norm, Product, Sum
from darkfactory.units import SECONDS_PER_DAY

__all__ = ["SHAPES", "MissingMassPhoton", "smeared"]

Array = NDArray[np.float64]
LOW, HIGH, WIDTH = -0.03, 0.16, 5e-4
"""Histogram in Q2: lower and upper end, extended if resolution or phase space ask for it, and width of a bin."""
MOST_BINS = 20000
"""Bins that a histogram may have: beyond, the resolution is larger than all that it should resolve."""
TAIL = 5.0
"""Resolutions that the histogram must hold beyond the phase space."""
SHAPES = {"shift": 1e-4, "positron_scale": 1e-4, "photon_scale": 1e-3, "resolution": 1e-2}
"""Shape systematics and the steps of their derivatives: rigid shift in Q2, relative energy scales, relative width."""


def smeared(missing: Array, sigma: Array, weight: Array, edges: Array) -> Array:
    """Histogram of a weighted set of values, each smeared with its own Gaussian width; even bins.

    Parameters
    ----------
    missing, sigma, weight : ndarray, shape (N,)
        Values, widths > 0 and weights.
    edges : ndarray, shape (B + 1,)
        Equidistant bin edges.

    Returns
    -------
    ndarray, shape (B,)
        What falls outside is dropped.

    Examples
    --------
    >>> total = smeared(np.array([0.02]), np.array([0.003]), np.array([5.0]), np.linspace(-0.03, 0.16, 381)).sum()
    >>> round(float(total), 9)
    5.0
    """
    bins, width = len(edges) - 1, (edges[-1] - edges[0]) / (len(edges) - 1)
    out = np.zeros(bins)
    order = np.argsort(sigma)
    reach = 6.5
    for start in range(0, len(order), 4096):
        part = order[start : start + 4096]
        q, s, w = missing[part, None], sigma[part, None], weight[part, None]
        span = math.ceil(2 * reach * float(s.max()) / width) + 2
        first = np.floor((q - reach * s - edges[0]) / width).astype(np.int64)
        # a chunk wider than the histogram covers all of it
        if span >= bins:
            first, span = np.zeros_like(first), bins
        index = first + np.arange(span)
        cdf = ndtr((edges[0] + width * (first + np.arange(span + 1)) - q) / s)
        inside = (index >= 0) & (index < bins)
        out += np.bincount(np.where(inside, index, 0).ravel(), (w * np.diff(cdf, axis=1) * inside).ravel(), bins)
    return out


@dataclass(frozen=True)
class MissingMassPhoton:
    """The search set up for one experiment at one working point.

    Attributes
    ----------
    rates : PhotonRates
        Detector, trigger and the decays that they see.
    stopping_rate : float
        Muons stopped per second.
    live_time : float
        Live time [s].
    time_window : float
        Half width of the offline time window in resolutions.
    settings : dict
        Typed settings of the search.
    """

    rates: PhotonRates
    stopping_rate: float
    live_time: float
    time_window: float
    settings: Settings

    @classmethod
    def from_card(cls, card: Card, settings: Settings) -> MissingMassPhoton:
        """Set the search up from an experiment's card and typed settings.

        The muon rate is the one that fills the bandwidth (``search.intensity = fill``), or that of the beam; what the
        user sets as ``beam.stopping_rate`` always counts.

        Raises
        ------
        CardError, InvalidInput
            If the card lacks a number, or nothing at all triggers and no muon rate is given.
        """
        rates = PhotonRates.from_card(card, settings["photon_min"], settings["sampling"])
        if 0 < rates.photon_min <= rates.trigger.lowest_energy:
            raise InvalidInput(
                f"search.photon_min = {rates.photon_min:g} MeV: allowed above {rates.trigger.lowest_energy:g} MeV, the lowest "
                "energy that triggers; raise it or leave it out"
            )
        given = card.has("beam.stopping_rate")
        fixed = given and (card.quantity("beam.stopping_rate").tag == "user" or settings["intensity"] == "card")
        if fixed:
            rate = card.value("beam.stopping_rate")
        elif settings["intensity"] == "card":
            raise InvalidInput(
                "search.intensity = card: the experiment gives no beam.stopping_rate; set it with beam.days, or take "
                "search.intensity=fill"
            )
        else:
            rate = rates.filling_rate()
            rate = rate if math.isfinite(rate) else card.value("beam.stopping_rate", 1.0)
        days = card.value("beam.days", None)
        live = days * SECONDS_PER_DAY if days is not None else card.exposure / rate
        return cls(rates, rate, live, settings["time_window"], settings)

    def at_rate(self, stopping_rate: float) -> MissingMassPhoton:
        """Return the same with another muon rate [1/s]."""
        return replace(self, stopping_rate=stopping_rate)

    @property
    def exposure(self) -> float:
        """Stopped muons."""
        return self.stopping_rate * self.live_time

    @property
    def prescale(self) -> float:
        """Fraction of the triggers that can be written: 1, or rate cap over trigger rate above it."""
        total = sum(self.rates.rate(self.stopping_rate))
        return min(1.0, self.rates.trigger.rate_cap / total) if total > 0 else 1.0

    @property
    def _efficiency(self) -> float:
        """Offline efficiency of a pair in the windows, beyond what the nodes carry (timing counter, turn-on)."""
        d = self.rates.detector
        return d.tracking * d.photon * d.selection * self.rates.trigger.efficiency * self.prescale

    @property
    def signal_scale(self) -> float:
        """Events per unit of accepted branching ratio."""
        return self.exposure * self._efficiency * self.rates.detector.time_efficiency(self.time_window)

    @property
    def random_scale(self) -> float:
        """Events per unit of accepted single-particle probabilities: R^2 T times the offline time window."""
        window = 2 * self.time_window * self.rates.detector.time_sigma
        return self.exposure * self.stopping_rate * window * self._efficiency

    @functools.cached_property
    def _radiative(self) -> EventNodes:
        return self.rates.radiative_events()

    @functools.cached_property
    def _random(self) -> EventNodes:
        return self.rates.random_events()

    @functools.cached_property
    def edges(self) -> Array:
        """Bin edges in Q2."""
        y_min = max(self.rates.photon_min, self.rates.trigger.lowest_energy) / HALF
        sigma = self.mean_sigma(0.0)
        top = max(1 - self.rates.x_min, 0.0) * max(1 - y_min, 0.0) + TAIL * sigma
        low = min(LOW, -WIDTH * math.ceil(TAIL * sigma / WIDTH))
        bins = round((max(HIGH, top) - low) / WIDTH + 0.499)
        if bins > MOST_BINS:
            raise InvalidInput(
                f"resolution of the missing mass squared = {sigma:.4g} m_mu^2: a histogram of {bins:.4g} bins, allowed "
                f"{MOST_BINS}; give the detector a better resolution"
            )
        return np.asarray(low + WIDTH * np.arange(bins + 1), dtype=float)

    def mean_sigma(self, mass: float) -> float:
        """Resolution in Q2, averaged over the signal of a mass [MeV]; 0 where closed."""
        if mass >= self.rates.heaviest:
            return 0.0
        nodes = self.rates.alp_events(mass)
        total = float(nodes.weight.sum())
        if not total > 0:
            return 0.0
        sigma = self.rates.detector.missing_mass_sigma(nodes.x, nodes.y, nodes.cosine)
        return float(np.sum(sigma * nodes.weight)) / total

    def histogram(self, nodes: EventNodes, edges: Array | None = None, **shifts: float) -> Array:
        """Histogram of smeared nodes in Q2, with the shifts of :data:`SHAPES`.

        Parameters
        ----------
        nodes : EventNodes
            Events with weights.
        edges : ndarray, optional
            Equidistant edges; those of the search by default.
        **shifts : float
            Size of each shift, by name.

        Returns
        -------
        ndarray
            Weight per bin.
        """
        edges = self.edges if edges is None else edges
        if not nodes.weight.size:
            return np.zeros(len(edges) - 1)
        x, y, c = nodes.x, nodes.y, nodes.cosine
        missing = nodes.missing + shifts.get("shift", 0.0)
        missing = missing + shifts.get("positron_scale", 0.0) * x * (-1 + y * (1 - c) / 2)
        missing = missing + shifts.get("photon_scale", 0.0) * y * (-1 + x * (1 - c) / 2)
        sigma = self.rates.detector.missing_mass_sigma(x, y, c) * (1 + shifts.get("resolution", 0.0))
        return smeared(missing, sigma, nodes.weight, edges)

    @functools.cached_property
    def _unit_templates(self) -> tuple[Array, Array]:
        return self.by_category(self._radiative), self.by_category(self._random)

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
