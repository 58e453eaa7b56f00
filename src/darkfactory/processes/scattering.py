"""Scattering of a beam off a target: cross sections at an energy."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import UnknownName, in_range, one_of, require
from darkfactory.kinematics.observables import Observable
from darkfactory.kinematics.particles import FinalState, Particle, nucleus
from darkfactory.processes.base import Binning
from darkfactory.processes.generator.collisions import BeamEnergies, Collision
from darkfactory.processes.production import Production
from darkfactory.processes.requests import model_of
from darkfactory.settings import Settings, read_settings

__all__ = ["Scattering", "target_nucleus"]

Array = NDArray[np.float64]


def target_nucleus(settings: Settings) -> Particle:
    """Nucleus of ``target.Z`` and ``target.A``.

    Raises
    ------
    InvalidInput
        If there is none: one of the two was changed, and the other is still that of another nucleus.

    Examples
    --------
    >>> target_nucleus({"target.Z": 13, "target.A": 183.84})
    Traceback (most recent call last):
        ...
    darkfactory.errors.InvalidInput: target.Z = 13, target.A = 183.84: no such nucleus, allowed A from Z to 3 Z; give both
    """
    Z, A = settings["target.Z"], settings["target.A"]
    text = f"target.Z = {Z:g}, target.A = {A:g}: no such nucleus, allowed A from Z to 3 Z; give both"
    require(None if Z <= A <= 3 * Z else text)
    return nucleus(Z, A)


@dataclass(frozen=True, eq=False)
class Scattering(Production):
    """Scattering of which the cross section is known; one that knows more has spectra and events too.

    Attributes
    ----------
    order : str
        Order in alpha.
    collision : callable, optional
        (model, settings, energies of the beam) -> :class:`~darkfactory.processes.generator.collisions.Collision`.
    """

    order: str = "born"
    collision: Callable[[Any, Settings, BeamEnergies], Collision] | None = field(default=None, repr=False)
    quantity = "cross section"
    unit = "cm2"

    @property
    def collides(self) -> bool:
        """Whether its events can be drawn for a beam of any energies."""
        return self.collision is not None

    def collide(
        self,
        model: Any = None,
        settings: Settings | None = None,
        beam: BeamEnergies | None = None,
        hadrons_gev: tuple[float, float] = (0.0, math.inf),
    ) -> Collision:
        """How its events are drawn.

        Parameters
        ----------
        model, settings : object, optional
            The defaults otherwise.
        beam : BeamEnergies, optional
            Energies instead of that of the settings.
        hadrons_gev : tuple of float
            Range of the hadronic energy [GeV] of a target that breaks up; means nothing to one that stays whole.
        """
        if self.collision is None:
            raise self._unknown()
        model = model_of(self, None, {}) if model is None else model
        settings = read_settings(self.table, self.name) if settings is None else settings
        return self.collision(model, settings, beam or BeamEnergies.one(settings["beam.energy_gev"]))

    def bins(
        self, observable: str, known: dict[str, Observable], state: FinalState, binning: Binning
    ) -> tuple[Array, dict[str, Any]]:
        """Edges of the bins of an observable, and the fields of a spectrum that do not depend on its values.

        Parameters
        ----------
        observable : str
            Its name.
        known : dict
            Observables that there are.
        state : FinalState
            Particles.
        binning : tuple
            Number of bins and ends.
        """
        require(one_of(f"observable of {self.name}", observable, known), error=UnknownName)
        found = known[observable]
        bins, *ends = binning
        low, high = (end if given is None else given for given, end in zip(ends, found.limits(state), strict=True))
        require(in_range("low", low, unit=found.unit), in_range("high", high, unit=found.unit))
        require(in_range("low", low, high=high, open_high=True, unit=found.unit))
        edges = np.linspace(low, high, bins + 1)
        return edges, {
            "process": self.name,
            "observable": observable,
            "unit": found.unit,
            "edges": edges,
            "experiment": None,
            "references": self.references,
            "norm": self.unit,
            "order": self.order,
        }

    @staticmethod
    def echo(settings: Settings) -> dict[str, Any]:
        """Settings without their prefix, to be written down."""
        return {key.split(".", 1)[-1]: value for key, value in settings.items()}
