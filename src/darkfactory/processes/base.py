"""What every process is, whatever kind: a rate, spectra and events, with the options and settings that it understands."""

from __future__ import annotations

import abc
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from darkfactory.errors import require
from darkfactory.kinematics.observables import Observable, observables_of
from darkfactory.kinematics.particles import FinalState
from darkfactory.models import offering
from darkfactory.processes.generator.sample import Sample
from darkfactory.settings import Setting, Settings, read_settings

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

    @property
    @abc.abstractmethod
    def options(self) -> frozenset[str]:
        """Options of a rate that have a meaning here."""

    @property
    @abc.abstractmethod
    def spectrum_options(self) -> frozenset[str]:
        """Options of a spectrum that have a meaning here."""

    @property
    @abc.abstractmethod
    def sample_options(self) -> frozenset[str]:
        """Options of events that have a meaning here."""

    @property
    @abc.abstractmethod
    def settings(self) -> tuple[Setting, ...]:
        """Settings of a rate, beside those of the model."""

    @property
    def spectrum_settings(self) -> tuple[Setting, ...]:
        """Settings of a spectrum, beside those of the model."""
        return self.settings

    @property
    def sample_settings(self) -> tuple[Setting, ...]:
        """Settings of events, beside those of the model."""
        return self.settings

    def denominator(self, norm: str) -> float:
        """What a rate is divided by: the total width [MeV] of a decay, else 1."""
        return 1.0

    @abc.abstractmethod
    def state(self, model: Any = None, settings: Settings | None = None) -> FinalState:
        """Particles of the process."""

    def observables(self, model: Any = None, settings: Settings | None = None) -> dict[str, Observable]:
        """Observables of its particles, by name."""
        return observables_of(self.state(model, settings))

    @abc.abstractmethod
    def total(self, model: Any, settings: Settings, **options: Any) -> Estimate:
        """Rate in :attr:`unit` (see :func:`darkfactory.rate` for the options)."""

    @abc.abstractmethod
    def spectrum(
        self, observable: str, model: Any, settings: Settings, binning: Binning, **options: Any
    ) -> dict[str, Any]:
        """Fields of a :class:`darkfactory.verbs.spectrum.Spectrum` (see :func:`darkfactory.spectrum`)."""

    @abc.abstractmethod
    def sample(self, n: int, model: Any = None, settings: Settings | None = None, **options: Any) -> Sample:
        """Events, whose weights add up to the rate (see :func:`darkfactory.events`)."""

    def understood(self, what: str, given: Mapping[str, Any], options: Collection[str]) -> dict[str, Any]:
        """Options that are given; an :class:`InvalidInput` lists those that mean nothing here.

        Parameters
        ----------
        what : str
            What is asked of the process.
        given : mapping
            Options by name, None where they are not given.
        options : collection of str
            Names of options that have a meaning there.

        Returns
        -------
        dict
            The given ones.
        """
        found = {name: value for name, value in given.items() if value is not None}
        listed = ", ".join(name for name in given if name in options) or "none"
        require(
            *(
                f"{name} = {value!r}: {what} does not take it; options: {listed}"
                for name, value in found.items()
                if name not in options
            )
        )
        return found

    def read(
        self, what: str, settings: Mapping[str, Any] | None, table: Sequence[Setting]
    ) -> tuple[dict[str, Any], Settings]:
        """Settings of the model, without their prefix, and typed ones of the process; all others are refused.

        Parameters
        ----------
        what : str
            What is asked of the process.
        settings : mapping or None
            What a user gives.
        table : sequence of Setting
            What has a meaning there; a key of the model that stands in it belongs to the process.

        Raises
        ------
        DarkfactoryError
            Listing unknown keys and values outside their range.
        """
        names = {setting.name for setting in table}
        of_model = {
            key.removeprefix("model."): value
            for key, value in (settings or {}).items()
            if key.startswith("model.") and key not in names
        }
        own = {key: value for key, value in (settings or {}).items() if key in names or not key.startswith("model.")}
        return of_model, read_settings(table, what, ("user", own))
