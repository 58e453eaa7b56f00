"""What an experiment records of a process: the face that a lepton alone, electron and photon, and three tracks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments import Card
from darkfactory.experiments.sections import recording_settings
from darkfactory.kinematics.observables import FinalState
from darkfactory.processes import Process
from darkfactory.settings import Setting, Settings

__all__ = ["Binning", "Record", "Response"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
Numbers = NDArray[np.uint64]
Binning = tuple[int, float | None, float | None]
"""Number of bins, lower and upper end or None."""


class Response(Protocol):
    """What a detector makes of the events of one decay; every event has random numbers of its own, keyed by its number."""

    @property
    def efficiency(self) -> float:
        """Flat efficiency of accepted events."""

    @property
    def preselection(self) -> str | None:
        """Cut on true momenta that loses no event which could be accepted."""

    def measured(self, numbers: Numbers, momenta: Momenta) -> dict[str, Array]:
        """Measured four-momenta (n, 4) [MeV] of what is seen, tracks first."""

    def share(self, numbers: Numbers, momenta: Momenta) -> Array:
        """Probability of each event (n,) to be recorded, without the flat efficiency."""

    def prompt(self, momenta: Momenta) -> Array:
        """Probability of each event (n,) that an X decays promptly; 1 without an X."""


@dataclass(frozen=True)
class Record(ABC):
    """A process at an experiment that sees it.

    Attributes
    ----------
    process : Process
        A decay at rest.
    card : Card
        The experiment.
    """

    process: Process
    card: Card
    seen: ClassVar[str]
    """What is seen, in words."""
    detector: ClassVar[str]
    """Key that a card has whose detector sees it."""
    section: ClassVar[str]
    """Search whose section of the card holds the settings."""
    keys: ClassVar[tuple[Setting, ...]]
    """Settings, as ``search.*``."""
    observable: ClassVar[str] = "x"
    """Of spectra by default."""

    @staticmethod
    @abstractmethod
    def sees(state: FinalState) -> bool:
        """Whether such a detector sees a final state."""

    @property
    @abstractmethod
    def options(self) -> frozenset[str]:
        """Options of a spectrum that have a meaning."""

    @abstractmethod
    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Spectrum of an observable as it is measured: the fields of a spectrum by name.

        Parameters
        ----------
        observable : str
            Its name.
        model : object
            Model of the process, or None.
        binning : tuple
            Number of bins, lower and upper end or None.
        **options : object
            Some of :attr:`options`.
        """

    @abstractmethod
    def response(self, model: Any, *, cut: str | None, seed: int, charge: int) -> Response:
        """What the detector makes of events.

        Parameters
        ----------
        model : object
            Model of the process, or None.
        cut : str, optional
            Condition on observables of what is measured.
        seed, charge : int
            Seed of the random numbers, charge of the parent.
        """

    @property
    def polarization(self) -> Any:
        """Degree of polarization of the parents, or their spin vector."""
        return float(self.card.value("beam.polarization", 0.0))

    @property
    def title(self) -> str:
        """What was asked for, in messages."""
        return f"{self.process.name} at {self.card.name}"

    def settings(self) -> Settings:
        """Typed settings of the record."""
        return recording_settings(self.card, self.keys, self.section, self.title)

    def references(self) -> tuple[str, ...]:
        """Citation keys of process and experiment."""
        return tuple(dict.fromkeys((*self.process.references, *self.card.references)))
