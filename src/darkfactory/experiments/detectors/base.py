"""What a detector is: a frozen dataclass of numbers that a card sets, each with its range and meaning."""

from __future__ import annotations

from typing import ClassVar

from darkfactory.experiments.declarations import Declared, number, positive_number, share

__all__ = ["EFFICIENCY", "FIELD", "TARGET_HALF_LENGTH", "TARGET_RADIUS", "Detector"]

EFFICIENCY = share("detector.efficiency", "fraction of accepted leptons that is recorded")
"""Key of every detector of charged leptons."""
FIELD = positive_number("detector.field", "solenoid field along the beam, at the target", "T")
"""Key of every detector in a solenoid."""
TARGET_RADIUS = number("detector.target_radius", "largest radius of the hollow double cone of the target", "mm", 0.0)
TARGET_HALF_LENGTH = number("detector.target_half_length", "half length of that target", "mm", 0.0)
"""Keys of every detector that knows where on its target particles start."""


class Detector(Declared):
    """What is seen of particles, and how well. A detector does not know the physics: it is given momenta.

    A kind is a frozen dataclass of fields ``of_card(...)``; ``from_card``, checks, completeness and the keys of a card are
    made from them. What it accepts and how it smears (events one by one, directions, or the bins of a spectrum) differs
    with what is seen, and is its own.
    """

    name: ClassVar[str]
    """Word for this kind."""
    scale: ClassVar[str] = EFFICIENCY.name
    """Key of a card that all that is counted goes with."""
