"""What makes a new particle, of which a rate is known, and events at an experiment at most: decays of parents, beams."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from darkfactory.errors import InvalidInput
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes.base import Process
from darkfactory.processes.generator.sample import Sample
from darkfactory.settings import Setting, Settings

__all__ = ["Production"]


@dataclass(frozen=True, eq=False)
class Production(Process):
    """A process of which the rate is known; one that knows more has spectra and events too.

    Attributes
    ----------
    name, title : str
        As physicists write it, and in words.
    table : tuple of Setting
        Energy of the beam and whatever else it depends on.
    takes, usual, optional, references, default_observable : object
        As for every :class:`~darkfactory.processes.base.Process`.
    """

    name: str
    title: str
    table: tuple[Setting, ...] = field(default=(), repr=False)
    takes: str = ""
    usual: str = ""
    optional: bool = False
    references: tuple[str, ...] = ()
    default_observable: str = ""

    def options(self, verb: str) -> frozenset[str]:
        """Options that have a meaning (see :class:`~darkfactory.processes.base.Process`)."""
        return frozenset()

    def settings(self, verb: str) -> tuple[Setting, ...]:
        """Settings of the rate, the same for spectra and events."""
        return self.table

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles, with the momentum of what comes in."""
        raise self._unknown()

    def spectrum(self, *request: Any, **options: Any) -> dict[str, Any]:
        """Rate per bin."""
        raise self._unknown()

    def sample(self, *request: Any, **options: Any) -> Sample:
        """Events, whose weights add up to the rate."""
        raise self._unknown()

    def _unknown(self) -> InvalidInput:
        known = f"only its {self.quantity} is known, no spectra and no events but at an experiment that sees it"
        return InvalidInput(f"{self.name}: {known}; use rate")
