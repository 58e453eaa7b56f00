"""Recoils of single electrons above a threshold, in a block of matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from darkfactory.experiments.declarations import number, of_card, positive_number
from darkfactory.experiments.detectors.base import EFFICIENCY, Detector

__all__ = ["DETECTOR", "RecoilDetector"]


@dataclass(frozen=True)
class RecoilDetector(Detector):
    """A detector that counts electrons.

    Parameters
    ----------
    column_density : float
        Electrons per area that a neutrino passes [1/cm^2].
    threshold : float
        Lowest kinetic energy that is counted [MeV].
    efficiency : float
        Share of the recoils above it that is counted.
    """

    name: ClassVar[str] = "recoil"
    column_density: float = of_card(
        positive_number("detector.column_density", "electrons per area in the way of a neutrino", "1/cm^2"),
        need="recoil detector",
    )
    threshold: float = of_card(
        number("detector.recoil_threshold", "lowest kinetic energy of an electron that is counted", "MeV", 1e-3, 1e7),
        need="recoil detector",
    )
    efficiency: float = of_card(EFFICIENCY, 1.0)


DETECTOR = RecoilDetector
