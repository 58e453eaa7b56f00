"""What a detector is: numbers that a card sets, an acceptance, and a key that is the same only for the same acceptance."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from darkfactory.experiments.declarations import Declared

__all__ = ["Detector"]


class Detector(Declared, ABC):
    """What is seen of particles, and how well; a kind is a frozen dataclass of declared fields.

    A detector does not know the physics: it is given momenta. How it smears them is its own matter (events one by one,
    or the bins of a spectrum), since it differs in what is seen.
    """

    @abstractmethod
    def accepts(self, momenta: Any, *where: Any) -> Any:
        """Weight in [0, 1] with which an event of these true momenta [MeV] is accepted, without flat efficiencies."""

    @property
    @abstractmethod
    def acceptance_key(self) -> str:
        """Text that is the same only for detectors that accept the same events."""
