"""What every process is, whatever kind: a rate, spectra and events, with the options and settings that it understands."""

from __future__ import annotations

import abc
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from darkfactory.errors import is_mapping, require
from darkfactory.kinematics.observables import Observable, observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.models import offering
from darkfactory.parsing import canonical
from darkfactory.processes.generator.sample import Sample
from darkfactory.processes.requests import require_keys, require_understood
from darkfactory.settings import Setting, Settings, read_settings, split_settings

__all__ = ["Binning", "Estimate", "Process"]

Binning = tuple[int, float | None, float | None]
"""Number of bins, lower and upper end; None for where the spectrum ends."""


@dataclass(frozen=True)
class Estimate:
    """A rate with its error and where it comes from.

    Attributes
    ----------
    value, error : float
        The error is statistical for Monte Carlo, numerical for quadrature, 0 for closed forms.
    method : str
        ``closed form``, ``quadrature``, ``monte-carlo``, ``power counting`` or ``closed channel``.
    events : int
        Monte Carlo events spent.
    notes : tuple of str
        What a user should know.
    unit : str
        Of the value: ``MeV`` for a width, ``1`` for a ratio, ``cm2`` for a cross section.
    norm : str or None
        What a branching ratio is over; None for everything else.
    order : str or None
        Order in alpha; None of power counting.
    width : float or None
        Partial width [MeV] of a decay.
    parameters : dict
        Couplings, energies and whatever else it was computed with.
    references : tuple of str
        Citation keys.
    """

    value: float
    error: float
    method: str
    events: int = 0
    notes: tuple[str, ...] = ()
    unit: str = "MeV"
    norm: str | None = None
    order: str | None = None
    width: float | None = None
    parameters: Mapping[str, Any] = field(default_factory=dict)
    references: tuple[str, ...] = ()


class Process(abc.ABC):
    """A process: initial and final state, the models that it takes, and what can be asked of it.

    Attributes
    ----------
    name, title : str
        As physicists write it, and in words.
    takes : str
        What a model must offer for it (see :class:`darkfactory.models.base.Model`); empty in the Standard Model.
    usual : str
        Model that it takes if none is given; the first that offers it by default.
    optional : bool
        Whether it also exists without a model.
    references : tuple of str
        Citation keys.
    default_observable : str
        The one of a spectrum if none is given.
    """

    name: str
    title: str
    takes: str
    usual: str
    optional: bool
    references: tuple[str, ...]
    default_observable: str

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that it takes; empty in the Standard Model."""
        return offering(self.takes) if self.takes else ()

    @property
    def model(self) -> str | None:
        """Name of the model that it takes if none is given; None in the Standard Model."""
        return None if self.optional or not self.takes else self.usual or self.models[0]

    @property
    @abc.abstractmethod
    def quantity(self) -> str:
        """What its rate is, in words."""

    @property
    @abc.abstractmethod
    def unit(self) -> str:
        """Unit of its rate: ``1``, ``MeV`` or ``cm2``."""

    @abc.abstractmethod
    def options(self, verb: str) -> frozenset[str]:
        """Options of ``rate``, ``spectrum`` or ``events`` that have a meaning here."""

    @abc.abstractmethod
    def settings(self, verb: str) -> tuple[Setting, ...]:
        """Settings of the same, beside those of the model."""

    def denominator(self, norm: str) -> float:
        """What a rate is divided by: the total width [MeV] of a decay, else 1."""
        return 1.0

    @abc.abstractmethod
    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles of the process."""

    def observables(self, model: Any = None, settings: Settings | None = None) -> dict[str, Observable]:
        """Observables of its particles, by name."""
        return observables_of(self.state(model, settings))

    # what follows takes the options of its verb by name; which these are says `options`
    @abc.abstractmethod
    def total(self, *request: Any, **options: Any) -> Estimate:
        """Rate in :attr:`unit` from model and settings (see :func:`darkfactory.rate` for the options)."""

    @abc.abstractmethod
    def spectrum(self, *request: Any, **options: Any) -> dict[str, Any]:
        """Fields of a spectrum from observable, model, settings and binning (see :func:`darkfactory.spectrum`)."""

    @abc.abstractmethod
    def sample(self, *request: Any, **options: Any) -> Sample:
        """Events whose weights add up to the rate, from their number, model and settings (see :func:`darkfactory.events`)."""

    def request(
        self, verb: str, options: Mapping[str, Any], settings: Mapping[str, Any] | None
    ) -> tuple[dict[str, Any], dict[str, Any], Settings]:
        """What a user asks for; all that means nothing here is refused.

        Parameters
        ----------
        verb : {"rate", "spectrum", "events"}
            What is asked of the process.
        options : mapping
            By name, None where they are not given.
        settings : mapping or None
            ``model.*`` and those of the process.

        Returns
        -------
        options : dict
            The given ones.
        of_model : dict
            Settings of the model, without their prefix.
        settings : Settings
            Typed ones of the process; a key of the model that stands among them belongs to the process.

        Raises
        ------
        DarkfactoryError
            Listing what is not understood, and values outside their range.
        """
        what = f"the {verb} of {self.name}"
        given = require_understood(f"{what} (a {self.quantity})", options, self.options(verb))
        table, settings = self.settings(verb), settings or {}
        require(is_mapping("settings", settings))
        names = {canonical(setting.name) for setting in table}
        of_model, rest = split_settings({key: value for key, value in settings.items() if canonical(key) not in names})
        bare = what if verb == "rate" else f"{what} without an experiment"  # a card has more keys
        require_keys(bare, rest, [setting.name for setting in table])
        own = {key: value for key, value in settings.items() if canonical(key) in names}
        return given, of_model, read_settings(table, what, ("user", own))
