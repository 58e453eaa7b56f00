"""Scattering of a beam off a target: cross sections at an energy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from darkfactory.errors import InvalidInput
from darkfactory.kinematics.particles import FinalState
from darkfactory.processes.base import Process
from darkfactory.processes.generator.sample import Sample
from darkfactory.settings import Setting, Settings

__all__ = ["Scattering"]


@dataclass(frozen=True, eq=False)
class Scattering(Process):
    """Scattering of which the cross section is known; one that knows more has spectra and events too.

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

    quantity = "cross section"
    unit = "cm2"

    def options(self, verb: str) -> frozenset[str]:
        """Options that have a meaning (see :class:`~darkfactory.processes.base.Process`)."""
        return frozenset()

    def settings(self, verb: str) -> tuple[Setting, ...]:
        """Settings of the cross section, the same for spectra and events."""
        return self.table

    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles, with the momentum of beam and target."""
        raise self._unknown()

    def spectrum(self, *request: Any, **options: Any) -> dict[str, Any]:
        """Cross section [cm^2] per bin."""
        raise self._unknown()

    def sample(self, *request: Any, **options: Any) -> Sample:
        """Events, whose weights add up to the cross section [cm^2]."""
        raise self._unknown()

    def _unknown(self) -> InvalidInput:
        return InvalidInput(f"{self.name}: only its cross section is known, no spectra and no events; use rate")
