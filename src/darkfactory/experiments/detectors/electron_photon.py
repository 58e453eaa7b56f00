"""A detector of one positron and one photon: windows, thresholds, efficiencies and resolutions, from a card."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_MU
from darkfactory.experiments.declarations import Numbers, number, of_card, positive_number, share
from darkfactory.experiments.detectors.base import Detector
from darkfactory.experiments.detectors.pair_acceptance import PairAcceptance

__all__ = ["CALIBRATION_ENERGY", "DETECTOR", "OFFLINE", "PairDetector"]

Array = NDArray[np.float64]
CALIBRATION_ENERGY = 52.83
"""Photon energy [MeV] at which the resolution of a card holds."""


@dataclass(frozen=True)
class PairDetector(Detector):
    """Response to a positron and a photon from a muon at rest. A detector does not know the decay."""

    name: ClassVar[str] = "electron-photon"
    scale: ClassVar[str] = "detector.photon_efficiency"
    windows: PairAcceptance = field(metadata={"part": PairAcceptance})
    positron_threshold: float = of_card(
        positive_number("detector.positron_threshold", "lowest positron energy that reaches the timing counter", "MeV"),
        need="positron threshold",
    )
    tracking: float = of_card(
        share("detector.tracking_efficiency", "offline tracking efficiency of positrons; not in the trigger"),
        need="tracking efficiency",
    )
    timing_counter: float = of_card(
        share(
            "detector.timing_counter_efficiency", "fraction of positrons with a timing-counter hit, online and offline"
        ),
        unset=1.0,
        need="timing-counter efficiency",
    )
    timing_counter_map: tuple[tuple[float, float], ...] = of_card(
        number(
            "detector.timing_counter_map",
            "timing-counter efficiency at positron energies [MeV], replaces timing_counter_efficiency; linear in between",
            low=0.0,
            high=1.0,
            kind="table",
        ),
        (),
        need="timing-counter efficiency",
        way=1,
        kw_only=True,
    )
    photon: float = of_card(
        share("detector.photon_efficiency", "detection efficiency of photons in the window, online and offline"),
        need="photon efficiency",
    )
    selection: float = of_card(
        share("detector.selection_efficiency", "further offline selection of signal and background alike"),
        1.0,
        kw_only=True,
    )
    positron_sigma: float = of_card(
        positive_number("detector.positron_energy_resolution", "Gaussian width of the positron energy", "MeV"),
        need="positron energy resolution",
    )
    photon_sigma: float = of_card(
        positive_number(
            "detector.photon_energy_resolution", "Gaussian width over energy of photons at 52.83 MeV", high=1.0
        ),
        need="photon energy resolution",
    )
    photon_power: float = of_card(
        number(
            "detector.photon_resolution_power",
            "exponent p of width/energy = photon_energy_resolution (52.83 MeV / E)^p",
            low=-1.0,
            high=2.0,
        ),
        0.5,
        kw_only=True,
    )
    angle_sigma: float = of_card(
        positive_number("detector.opening_angle_resolution", "Gaussian width of the opening angle", "rad", 1.0),
        need="opening-angle resolution",
    )
    time_sigma: float = of_card(
        positive_number(
            "detector.time_resolution", "Gaussian width of the time difference of positron and photon", "s"
        ),
        need="time resolution",
    )
    aif_density: float = of_card(
        number(
            "detector.aif_density", "areal density crossed by positrons in which they annihilate", "g/cm^2", 0.0, 1e3
        ),
        need="matter for annihilation in flight",
    )
    aif_z_over_a: float = of_card(share("detector.aif_z_over_a", "electrons per nucleon of that matter"), 0.54)
    bremsstrahlung_thickness: float = of_card(
        number(
            "detector.bremsstrahlung_thickness",
            "matter crossed by positrons that radiate external bremsstrahlung [radiation lengths]",
            low=0.0,
            high=0.5,
        ),
        0.0,
    )
    pileup_window: float = of_card(
        number(
            "detector.pileup_window",
            "time within which two photons in the calorimeter count as one online; 0 is no pile-up",
            "s",
            0.0,
            1e-3,
        ),
        0.0,
    )
    pileup_threshold: float = of_card(
        number("detector.pileup_threshold", "lowest photon energy that counts in a pile-up", "MeV", 1.0, 60.0), 2.0
    )

    @classmethod
    def from_card(cls, card: Numbers, sampling: int = 96) -> PairDetector:  # type: ignore[override]
        """Read the ``detector`` section of a card; ``sampling`` is that of the table of the windows.

        Raises
        ------
        CardError
            Naming a number that the card does not give.
        """
        return super().from_card(card, windows=PairAcceptance.from_card(card, sampling=sampling))

    @property
    def idle(self) -> tuple[str, ...]:
        """What a pile-up that there is not would ask for, and the efficiency that a map replaces."""
        unused = () if self.pileup_window else ("pileup_threshold",)
        return self.keys(*unused, *(("timing_counter",) if self.timing_counter_map else ()))

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


OFFLINE = PairDetector.keys(
    "tracking", "selection", "positron_sigma", "photon_sigma", "photon_power", "angle_sigma", "time_sigma"
)
"""Keys of a card that act on recorded events only, not in the trigger."""
DETECTOR = PairDetector
