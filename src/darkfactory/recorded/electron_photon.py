"""Trigger rates of a positron and a photon: radiative decays with acceptance, and random coincidences.

Here the physics of the decays meets a detector and a trigger. Radiative decays are integrated by quadrature with the
acceptance of the windows; random coincidences are the product of single-particle rates.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import radiative_michel_missing_mass
from darkfactory.constants import M_MU
from darkfactory.errors import in_range, require
from darkfactory.experiments import Card
from darkfactory.experiments.detectors.electron_photon import PairDetector
from darkfactory.experiments.trigger import Trigger, equal_rate, filling_rate
from darkfactory.numerics.quadrature import UnitPoints, random_points, tensor_points, unit_legendre
from darkfactory.numerics.streams import stream
from darkfactory.processes.muon_decay import single_photons as photon_spectrum
from darkfactory.processes.muon_decay.photon_nodes import (
    EventNodes,
    alp_nodes,
    alp_nodes_massive,
    heaviest_mass,
    pair_nodes,
    radiative_nodes,
)

__all__ = ["PhotonRates"]

Array = NDArray[np.float64]
HALF = M_MU / 2
"""Energy unit of x and y [MeV]."""
COUNTS = (40, 40, 48)
"""Quadrature nodes in photon energy, positron energy and angle at sampling 1."""


@dataclass(frozen=True)
class PhotonRates:
    """Detector and trigger with the decays that they see.

    Attributes
    ----------
    detector : PairDetector
        Windows, efficiencies and resolutions.
    trigger : Trigger
        Online selection.
    photon_min : float
        Offline photon threshold [MeV]; not above the trigger's it has no effect.
    sampling : float
        Multiplies the number of quadrature nodes in each dimension.
    random_size : int
        If > 0, events are that many random points instead of quadrature nodes.

    Examples
    --------
    >>> from darkfactory.experiments import load_card
    >>> rates = PhotonRates.from_card(load_card("meg2"))
    >>> f"{rates.radiative_coefficient:.3e} {rates.random_coefficient():.3e}"  # per muon, and [s]
    '3.488e-07 6.171e-13'
    """

    detector: PairDetector
    trigger: Trigger
    photon_min: float = 0.0
    sampling: float = 1.0
    random_size: int = 0

    @classmethod
    def from_card(cls, card: Card, photon_min: float = 0.0, sampling: float = 1.0) -> PhotonRates:
        """Read detector and trigger of a card (errors of :meth:`Card.quantity`)."""
        require(in_range("sampling", sampling, 0.2, 8))
        detector = PairDetector.from_card(card, round(96 * max(sampling, 0.5)))
        return cls(detector, Trigger.from_card(card), photon_min, sampling)

    def at_threshold(self, threshold: float) -> PhotonRates:
        """Return the same with another trigger threshold [MeV]."""
        return replace(self, trigger=replace(self.trigger, threshold=float(threshold)))

    def at_random(self, size: int) -> PhotonRates:
        """Return the same with ``size`` random points per kind of event, for histograms without smearing."""
        return replace(self, random_size=size)

    @property
    def x_min(self) -> float:
        """Lowest reduced positron energy."""
        return self.detector.positron_threshold / HALF

    @property
    def cosine_max(self) -> float:
        """Largest cosine of the opening angle that windows and trigger accept."""
        return min(self.detector.windows.largest_cosine, self.trigger.largest_cosine)

    @property
    def heaviest(self) -> float:
        """Heaviest ALP [MeV] that passes both thresholds."""
        photon = max(self.photon_min, self.trigger.threshold)
        return heaviest_mass(self.detector.positron_threshold, photon)

    def _points(self, *breaks: float | None) -> UnitPoints:
        """Quadrature, or random points, of as many dimensions as there are breaks."""
        if self.random_size:
            return random_points(self.random_size, len(breaks), stream(1, "electron and photon", len(breaks)))
        return tensor_points([2 * round(n * self.sampling / 2) for n in COUNTS[: len(breaks)]], breaks)

    def _y_min(self, offline: bool) -> float:
        low = self.trigger.lowest_energy
        return (max(low, self.photon_min) if offline else low) / HALF

    def _accept(self, nodes: EventNodes) -> EventNodes:
        """Weights times acceptance, turn-on and timing counter."""
        factor = self.detector.windows(nodes.cosine) * self.trigger.turn_on(nodes.y * HALF)
        return nodes.scaled(factor * self.detector.timing_efficiency(nodes.x * HALF))

    def radiative_events(self, offline: bool = True) -> EventNodes:
        """Radiative decays in the windows per muon, with timing counter and photon turn-on."""
        return self._accept(
            radiative_nodes(self.x_min, self._y_min(offline), self.cosine_max, self._points(None, 0.5, None))
        )

    def alp_events(self, mass: float) -> EventNodes:
        """Decays mu -> e a gamma in the windows per BR0 [mass in MeV], with timing counter and photon turn-on.

        The electron is massless, which does not matter away from collinear photons; it has its mass where the windows
        let those in.
        """
        eta, y_min = (mass / M_MU) ** 2, self._y_min(True)
        if self.cosine_max >= 1 and self.x_min + y_min <= 1 - eta:
            return self._accept(alp_nodes_massive(eta, self.x_min, y_min))
        return self._accept(alp_nodes(eta, self.x_min, y_min, self.cosine_max, self._points(0.5, None)))

    def random_events(self) -> EventNodes:
        """Unrelated positrons and photons per muon^2, in the windows and the trigger, offline selection."""
        low, high = self._y_min(True), photon_spectrum.HIGHEST_PHOTON
        nodes = pair_nodes(self.x_min, low, self.cosine_max, high, self._points(0.8, None, None))
        if not nodes.weight.size:
            return nodes
        unique, inverse = np.unique(nodes.y, return_inverse=True)
        nodes = nodes.scaled(photon_spectrum.michel_spectrum(nodes.x) * self._photons(unique)[inverse])
        return self._accept(nodes)

    def _photons(self, y: Array) -> Array:
        """Photon spectrum dB/dy per muon, all sources."""
        d = self.detector
        density = np.asarray(radiative_michel_missing_mass.inclusive_photon_spectrum(y))
        density = density + photon_spectrum.annihilation_spectrum(y, d.aif_density, d.aif_z_over_a)
        if d.bremsstrahlung_thickness:
            density = density + photon_spectrum.bremsstrahlung_spectrum(y, d.bremsstrahlung_thickness)
        return np.asarray(density)

    @functools.cached_property
    def photon_probability(self) -> float:
        """Probability per muon that a photon of any source fires the trigger."""
        low, end = self._y_min(False), photon_spectrum.HIGHEST_PHOTON
        total = 0.0
        t, w = unit_legendre(96)
        start = min(max(low, self.trigger.threshold / HALF), 1.0)
        for a, b in ((low, start), (start, 1.0), (max(1.0, low), end)):
            if b > a:
                y = a * (b / a) ** t
                weight = w * y * np.log(b / a) * self.trigger.turn_on(y * HALF * (1 + 1e-15))
                total += float(np.sum(weight * self._photons(y)))
        return self.detector.windows.photon_fraction * self.detector.photon * total

    @functools.cached_property
    def positron_probability(self) -> float:
        """Probability per muon that a positron hits the timing counter."""
        if self.x_min >= 1:
            return 0.0
        t, w = unit_legendre(64)
        x = self.x_min + (1 - self.x_min) * t
        spectrum = photon_spectrum.michel_spectrum(x) * self.detector.timing_efficiency(x * HALF)
        return float(self.detector.windows.positron_fraction * (1 - self.x_min) * np.sum(w * spectrum))

    @functools.cached_property
    def radiative_coefficient(self) -> float:
        """Trigger rate of radiative decays per muon, a."""
        total = float(self.radiative_events(offline=False).weight.sum())
        return self.trigger.rmd_scale * self.detector.photon * self.trigger.efficiency * total

    @functools.cached_property
    def direction_fraction(self) -> float:
        """Fraction of the random coincidences that passes the match of directions."""
        if self.trigger.largest_cosine >= 1:
            return 1.0
        windows = self.detector.windows
        return windows.below(self.trigger.largest_cosine) / windows.fraction

    def random_coefficient(self, scale: float | None = None) -> float:
        """Trigger rate of random coincidences over the squared muon rate, b [s].

        Parameters
        ----------
        scale : float, optional
            Factor on the model; the trigger's own by default. A measured table replaces the model, and then the
            factor is relative to the nominal one.

        Returns
        -------
        float
            [s].
        """
        scale = self.trigger.rc_scale if scale is None else scale
        measured = self.trigger.measured_coefficient()
        if measured is not None:
            return measured * scale / self.trigger.rc_scale
        product = self.positron_probability * self.photon_probability * self.trigger.window
        return scale * product * self.direction_fraction * self.trigger.efficiency

    @functools.cached_property
    def _pileup(self) -> float:
        """Photons that fire the trigger as two overlapping ones, each below the threshold: per muon and muon rate [s]."""
        d, top = self.detector, self.trigger.threshold / HALF
        low = d.pileup_threshold / HALF
        if d.pileup_window == 0 or low >= top:
            return 0.0
        t, w = unit_legendre(48)
        first, weight = low * (top / low) ** t, w * np.log(top / low)
        start = np.maximum(low, top - first)[:, None]
        second = start * (top / start) ** t
        inner = np.sum(w * np.log(top / start) * second * self._photons(second.ravel()).reshape(second.shape), axis=1)
        pairs = float(np.sum(weight * first * self._photons(first) * inner)) / 2
        return d.pileup_window * (d.windows.photon_fraction * d.photon) ** 2 * pairs

    def pileup_coefficient(self, scale: float | None = None) -> float:
        """Trigger rate of random coincidences with piled-up photons over the cubed muon rate, c [s^2].

        A measured table of random coincidences has them already; ``scale`` as for :meth:`random_coefficient`.
        """
        if self.trigger.rc_table or self._pileup == 0:
            return 0.0
        return self.random_coefficient(scale) * self._pileup / self.photon_probability

    def rate(self, stopping_rate: Any, scale: float | None = None) -> tuple[Any, Any]:
        """Trigger rates [1/s] of radiative decays and of random coincidences at muon rates [1/s]."""
        rate = np.asarray(stopping_rate, dtype=float)
        random = (self.random_coefficient(scale) + self.pileup_coefficient(scale) * rate) * rate**2
        return self.radiative_coefficient * rate, random

    def filling_rate(self, scale: float | None = None) -> float:
        """Muon rate [1/s] that fills the bandwidth; inf where nothing triggers."""
        b, c = self.random_coefficient(scale), self.pileup_coefficient(scale)
        return float(filling_rate(self.radiative_coefficient, b, self.trigger.rate_cap, c))

    def equal_rate(self, scale: float | None = None) -> float:
        """Muon rate [1/s] at which random coincidences overtake radiative decays; inf without random ones."""
        b, c = self.random_coefficient(scale), self.pileup_coefficient(scale)
        return float(equal_rate(self.radiative_coefficient, b, c))

    @property
    def parameters(self) -> dict[str, float | str]:
        """Numbers of the working point that results echo."""
        return {
            "trigger_mode": self.trigger.mode,
            "threshold": self.trigger.threshold,
            "rmd_coefficient": self.radiative_coefficient,
            "rc_coefficient": self.random_coefficient(),
            "pileup_coefficient": self.pileup_coefficient(),
            "rc_scale": self.trigger.rc_scale,
            "rmd_scale": self.trigger.rmd_scale,
            "p_positron": self.positron_probability,
            "p_photon": self.photon_probability,
        }
