r"""A positron and a photon as an experiment records them: working point, events and histograms in the missing mass squared.

Everything is a weighted set of quadrature nodes: the histogram of Q2 = m_miss^2 / m_mu^2 adds, node by node, the Gaussian
bin fractions of that node's own resolution. Cuts act on true energies. An ALP sits at Q2 = (m_a / m_mu)^2.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from darkfactory.errors import InvalidInput
from darkfactory.experiments import Card
from darkfactory.processes.muon_decay.photon_nodes import EventNodes
from darkfactory.recorded.electron_photon import HALF, PhotonRates
from darkfactory.settings import Setting, Settings
from darkfactory.units import SECONDS_PER_DAY

__all__ = ["PAIR_KEYS", "SECTION", "RecordedPairs", "smeared"]

Array = NDArray[np.float64]
SECTION = "missing-mass-photon"
"""Section of a card that has the settings of :data:`PAIR_KEYS`."""
LOW, HIGH, WIDTH = -0.03, 0.16, 5e-4
"""Histogram in Q2: lower and upper end, extended if resolution or phase space ask for it, and width of a bin."""
MOST_BINS = 20000
"""Bins that a histogram may have: beyond, the resolution is larger than all that it should resolve."""
TAIL = 5.0
"""Resolutions that the histogram must hold beyond the phase space."""
FAR = 6.5
"""Widths from the centre of a Gaussian to where it is cut off."""
AT_ONCE = 4096
"""Gaussians of similar width that are added at a time."""

PAIR_KEYS = (
    Setting(
        "intensity",
        "fill",
        "muon rate: the one that fills the bandwidth, or that of the beam",
        "choice",
        choices=("fill", "card"),
    ),
    Setting("time_window", 2.5, "half width of the offline time window, in resolutions", low=0.0, open_low=True),
    Setting("photon_min", 0.0, "offline photon threshold; none if below the trigger's", unit="MeV", low=0.0, high=60.0),
    Setting(
        "sampling",
        1.0,
        "multiplies the quadrature nodes in each dimension; the time grows with its cube, some 2 minutes a mass at 4",
        low=0.2,
        high=4.0,
    ),
)
"""Settings of what an experiment with a positron and a photon records."""


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
    for start in range(0, len(order), AT_ONCE):
        part = order[start : start + AT_ONCE]
        q, s = missing[part], sigma[part]
        first = np.floor((q - FAR * s - edges[0]) / width).astype(np.int64)
        span = math.ceil(2 * FAR * float(s.max()) / width) + 2
        # a Gaussian wider than the histogram covers all of it; one beside it falls into the margins
        first, span = (np.zeros_like(first), bins) if span >= bins else (np.clip(first, -span, bins), span)
        cdf = np.arange(span + 1) * (width / s)[:, None]
        cdf += ((edges[0] + width * first - q) / s)[:, None]
        share = np.diff(ndtr(cdf, out=cdf), axis=1)
        share *= weight[part, None]
        index = (first + span)[:, None] + np.arange(span)
        out += np.bincount(index.ravel(), share.ravel(), bins + 2 * span)[span : span + bins]
    return out


@dataclass(frozen=True)
class RecordedPairs:
    """Positron and photon at one experiment and one working point.

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
    """

    rates: PhotonRates
    stopping_rate: float
    live_time: float
    time_window: float

    @classmethod
    def from_card(cls, card: Card, settings: Settings) -> Self:
        """Read a card, with the settings of :data:`PAIR_KEYS`.

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
        return cls(rates, rate, live, settings["time_window"])

    def at_rate(self, stopping_rate: float) -> Self:
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
        """Histogram of smeared nodes in Q2, with shifts of scales and resolution.

        Parameters
        ----------
        nodes : EventNodes
            Events with weights.
        edges : ndarray, optional
            Equidistant edges; those of :attr:`edges` by default.
        **shifts : float
            Size of ``shift`` in Q2, ``positron_scale``, ``photon_scale`` and ``resolution`` (relative).

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
