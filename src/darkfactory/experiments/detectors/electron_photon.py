"""A detector of one positron and one photon: windows, thresholds, efficiencies and resolutions, from a card."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_MU
from darkfactory.errors import in_range, positive, require
from darkfactory.experiments.card import Card
from darkfactory.experiments.detectors.pair_acceptance import PairAcceptance

__all__ = ["CALIBRATION_ENERGY", "PairDetector"]

Array = NDArray[np.float64]
CALIBRATION_ENERGY = 52.83
"""Photon energy [MeV] at which the resolution of a card holds."""


OFFLINE = (
    "detector.tracking_efficiency",
    "detector.selection_efficiency",
    "detector.positron_energy_resolution",
    "detector.photon_energy_resolution",
    "detector.photon_resolution_power",
    "detector.opening_angle_resolution",
    "detector.time_resolution",
)
"""Keys of a card that act on recorded events only, not in the trigger."""


@dataclass(frozen=True)
class PairDetector:
    """Response to a positron and a photon from a muon at rest. A detector does not know the decay.

    Attributes
    ----------
    windows : PairAcceptance
        Windows in angle.
    positron_threshold : float
        Lowest positron energy [MeV].
    tracking, timing_counter, photon, selection : float
        Efficiencies; tracking and selection are offline only.
    timing_counter_map : tuple of (energy, efficiency)
        Replaces ``timing_counter`` if not empty.
    positron_sigma : float
        Width of the positron energy [MeV].
    photon_sigma : float
        Relative width of the photon energy at 52.83 MeV, falling as E^-``photon_power``.
    photon_power : float
        See ``photon_sigma``.
    angle_sigma : float
        Width of the opening angle [rad].
    time_sigma : float
        Width of the time difference [s].
    aif_density, aif_z_over_a : float
        Matter for annihilation in flight [g/cm^2], electrons per nucleon.
    bremsstrahlung_thickness : float
        Radiation lengths for external bremsstrahlung; 0 is none.
    pileup_window, pileup_threshold : float
        Time within which two photons above a threshold [MeV] add up online [s]; 0 is no pile-up.
    """

    windows: PairAcceptance
    positron_threshold: float
    tracking: float
    timing_counter: float
    photon: float
    positron_sigma: float
    photon_sigma: float
    angle_sigma: float
    time_sigma: float
    aif_density: float
    selection: float = 1.0
    timing_counter_map: tuple[tuple[float, float], ...] = ()
    photon_power: float = 0.5
    aif_z_over_a: float = 0.54
    bremsstrahlung_thickness: float = 0.0
    pileup_window: float = 0.0
    pileup_threshold: float = 2.0

    def __post_init__(self) -> None:
        shares = ("tracking", "timing_counter", "photon", "selection", "aif_z_over_a")
        widths = ("positron_threshold", "positron_sigma", "photon_sigma", "angle_sigma", "time_sigma")
        require(
            *(in_range(name, getattr(self, name), 0, 1, open_low=True) for name in shares),
            *(positive(name, getattr(self, name)) for name in widths),
            in_range("aif_density", self.aif_density, 0, unit="g/cm^2"),
            in_range("bremsstrahlung_thickness", self.bremsstrahlung_thickness, 0),
            in_range("pileup_window", self.pileup_window, 0, unit="s"),
            in_range("pileup_threshold", self.pileup_threshold, 1, unit="MeV"),
        )

    @classmethod
    def from_card(cls, card: Card, sampling: int = 96) -> PairDetector:
        """Read the ``detector`` section of a card; ``sampling`` is that of the table of the windows.

        Raises
        ------
        CardError
            Naming a number that the card does not give.
        """
        edges = ("positron_cos_theta", "positron_phi", "photon_cos_theta", "photon_phi")
        a_e, d_e, a_g, d_g = (float(card.value(f"detector.{edge}")) for edge in edges)
        detector = cls(
            windows=PairAcceptance(a_e, d_e, a_g, d_g, sampling),
            positron_threshold=card.value("detector.positron_threshold"),
            tracking=card.value("detector.tracking_efficiency"),
            timing_counter=card.value("detector.timing_counter_efficiency", 1.0),
            photon=card.value("detector.photon_efficiency"),
            positron_sigma=card.value("detector.positron_energy_resolution"),
            photon_sigma=card.value("detector.photon_energy_resolution"),
            angle_sigma=card.value("detector.opening_angle_resolution"),
            time_sigma=card.value("detector.time_resolution"),
            aif_density=card.value("detector.aif_density"),
            selection=card.value("detector.selection_efficiency", 1.0),
            timing_counter_map=card.value("detector.timing_counter_map", ()),
            photon_power=card.value("detector.photon_resolution_power", 0.5),
            aif_z_over_a=card.value("detector.aif_z_over_a", 0.54),
            bremsstrahlung_thickness=card.value("detector.bremsstrahlung_thickness", 0.0),
            pileup_window=card.value("detector.pileup_window", 0.0),
            pileup_threshold=card.value("detector.pileup_threshold", 2.0),
        )
        if not detector.pileup_window:
            card.ignores("detector.pileup_threshold")
        if detector.timing_counter_map:
            card.ignores("detector.timing_counter_efficiency")
        return detector

    def timing_efficiency(self, energy: Any) -> Any:
        """Timing-counter efficiency for positrons of ``energy`` [MeV]; the map is linear between its points."""
        energy = np.asarray(energy, dtype=float)
        if not self.timing_counter_map:
            return np.full(energy.shape, self.timing_counter)[()]
        nodes, values = np.array(self.timing_counter_map).T
        return np.interp(energy, nodes, values)[()]

    def time_efficiency(self, half_width: float) -> float:
        """Fraction of true coincidences within +- ``half_width`` time resolutions.

        Examples
        --------
        >>> round(math.erf(2.5 / 2**0.5), 5)
        0.98758
        """
        return math.erf(half_width / math.sqrt(2))

    def missing_mass_sigma(self, x: Any, y: Any, cosine: Any) -> Any:
        r"""Resolution of Q2, the missing mass squared over m_mu^2, by linear propagation; x, y = 2 E / m_mu.

        Parameters
        ----------
        x, y, cosine : array_like
            Reduced energies of positron and photon, cosine of the opening angle.

        Returns
        -------
        array
            Width of Q2. Back to back the photon term is multiplied by 1 - x: the calorimeter hardly matters there.

        Examples
        --------
        >>> windows = PairAcceptance(0.35, 1.0471975512, 0.35, 1.0471975512)
        >>> meg2 = PairDetector(windows, 45, 0.74, 0.91, 0.63, 0.089, 0.018, 7.4e-3, 78e-12, 0.1)
        >>> round(float(meg2.missing_mass_sigma(0.95, 0.3, -0.9)) * M_MU**2, 2)  # [MeV^2]
        17.95
        """
        x, y, c = (np.asarray(a, dtype=float) for a in (x, y, cosine))
        s_x = 2 * self.positron_sigma / M_MU
        reference = 2 * CALIBRATION_ENERGY / M_MU
        s_y = self.photon_sigma * reference**self.photon_power * np.maximum(y, 1e-12) ** (1 - self.photon_power)
        s_t = self.angle_sigma
        variance = ((-1 + y * (1 - c) / 2) * s_x) ** 2 + ((-1 + x * (1 - c) / 2) * s_y) ** 2
        variance += (x * y / 2) ** 2 * ((1 - c * c) * s_t**2 + s_t**4 / 2)
        return np.sqrt(variance)[()]
