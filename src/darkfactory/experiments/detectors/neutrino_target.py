"""A massive target in a beam of neutrinos: what it is made of, which hadronic energies count, where dark jets can decay."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, ClassVar

from darkfactory.experiments.declarations import number, of_card, positive_number, share
from darkfactory.experiments.detectors.base import EFFICIENCY, Detector
from darkfactory.parsing import HUGE

__all__ = ["DETECTOR", "NeutrinoTarget"]


@dataclass(frozen=True)
class NeutrinoTarget(Detector):
    """A target whose hadrons are seen. Energies in GeV, lengths in m.

    The range of the hadronic energy is one of the true y E: charged and neutral currents alike, nothing moves across its ends.
    """

    name: ClassVar[str] = "neutrino-target"
    mass_t: float = of_card(positive_number("detector.mass_t", "fiducial mass", "t"), need="fiducial mass")
    e_h_low_gev: float = of_card(
        number("detector.e_h_low_gev", "lowest hadronic energy that counts", "GeV", low=0.0), 0.0
    )
    e_h_high_gev: float = of_card(
        positive_number(
            "detector.e_h_high_gev", "highest hadronic energy that counts; by default there is none", "GeV"
        ),
        HUGE,
    )
    efficiency: float = of_card(EFFICIENCY, 1.0)
    signal_efficiency: float = of_card(
        share("detector.signal_efficiency", "share of the signal that a tag without background keeps"), 1.0
    )
    energy_resolution: float | None = of_card(
        positive_number("detector.hadron_energy_resolution", "hadronic energy: sigma_E/E times sqrt(E/GeV)"), None
    )
    angle_constant: float | None = of_card(
        number("detector.hadron_angle_constant", "constant part of the error of the hadronic angle", "rad", low=0.0),
        None,
    )
    angle_stochastic: float | None = of_card(
        number("detector.hadron_angle_stochastic", "part of that error that falls as 1/E", "rad GeV", low=0.0), None
    )
    target_path_m: float | None = of_card(
        positive_number("detector.target_path_m", "path in which a dark jet can decay inside the target", "m"), None
    )
    decay_volume_m: float | None = of_card(
        positive_number(
            "detector.decay_volume_m", "path in which it can decay, with a decay volume behind the target", "m"
        ),
        None,
    )

    @property
    def hadrons_gev(self) -> tuple[float, float]:
        """Range of the hadronic energy that counts [GeV]."""
        return self.e_h_low_gev, math.inf if self.e_h_high_gev >= HUGE else self.e_h_high_gev

    def contradictions(self) -> list[str | None]:
        """A range of hadronic energies that is none."""
        return list(_problems(self.e_h_low_gev, self.e_h_high_gev))

    @classmethod
    def card_problems(cls, values: Mapping[str, Any], user: Set[str]) -> list[str]:
        """A range of hadronic energies that is none."""
        return _problems(values.get("detector.e_h_low_gev", 0.0), values.get("detector.e_h_high_gev", HUGE))


def _problems(low: float, high: float) -> list[str]:
    if low < high:
        return []
    return [f"detector.e_h_low_gev = {low:g} GeV: allowed [0, {high:g}) GeV, below detector.e_h_high_gev"]


DETECTOR = NeutrinoTarget
