"""What a beam is: keys of a card that set it, what a card must give of it, and how many decays there are."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from darkfactory.experiments.declarations import Need, Numbers
from darkfactory.settings import Setting

__all__ = ["Beam"]


@dataclass(frozen=True)
class Beam(ABC):
    """The beam of a card. It reads a number when it is asked for what depends on it, and no sooner.

    Parameters
    ----------
    card : Numbers
        The experiment.
    """

    card: Numbers
    name: ClassVar[str]
    """Word of ``beam.particle``."""
    counted: ClassVar[str]
    """What a card counts of it: an attribute of this class and of the card."""
    settings: ClassVar[tuple[Setting, ...]]
    """Keys of a card, with ``beam.`` or, of what it hits, ``target.``; several kinds may have the same one."""
    needs: ClassVar[tuple[Need, ...]]
    """What a card with this beam must give; the first of them says how many decays there are."""
    parent: ClassVar[str] = ""
    """Particle whose decays, or whose radiation, are recorded, as the parent of processes; empty if there is none."""

    def __init_subclass__(cls) -> None:
        cls.settings = tuple(replace(setting, particles=(cls.name,)) for setting in cls.settings)

    @property
    @abstractmethod
    def exposure(self) -> float:
        """Number of decays (or of collisions) that a detector could see, or of particles on target."""

    @property
    def exposure_keys(self) -> tuple[str, ...]:
        """Keys of a card that say how many decays there are, which changes nothing in events of one."""
        return tuple(dict.fromkeys(key for way in self.needs[0].alternatives for key in way))

    @property
    def polarization(self) -> float:
        """Degree of polarization in [0, 1] of what decays."""
        return 0.0

    @classmethod
    def card_problems(cls, values: Mapping[str, Any]) -> list[str]:
        """What does not fit this beam in the values of a card, each within its range."""
        return []
