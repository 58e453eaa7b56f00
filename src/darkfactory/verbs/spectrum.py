"""Spectra of named observables, at rest or as an experiment records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import one_of, require, whole
from darkfactory.glossary import Column, named
from darkfactory.histogram import Histogram, HistogramAxis
from darkfactory.models import LfvAlp
from darkfactory.processes import Process, find_process
from darkfactory.processes.requests import model_of, require_finite, require_understood
from darkfactory.recorded.base import Record
from darkfactory.recorded.kinds import of_process, recorded
from darkfactory.result import Result, card_entries, entries, run_block
from darkfactory.searches.cards import load_experiment
from darkfactory.settings import refuse_unread, split_settings

__all__ = ["Spectrum", "spectrum"]

Array = NDArray[np.float64]
ENDS = {"low": "lower", "high": "upper"}
MOST_BINS = 100_000
NOT_RATIOS = {"mev": "width per bin [MeV]", "cm2": "cross section per bin [cm2]"}
"""What spectra are whose ``norm`` is the unit of their values."""


@dataclass(frozen=True, eq=False, repr=False)
class Spectrum(Result):
    """A binned spectrum.

    Attributes
    ----------
    process, observable, unit : str
        What and in which unit the edges are.
    edges : ndarray, shape (B + 1,)
        Bin edges.
    values : ndarray, shape (B,)
        Branching ratio per bin; with an experiment, expected counts per bin.
    experiment : str or None
        Experiment whose acceptance and response are in.
    settings : dict
        What was used.
    references : tuple of str
        Citation keys.
    errors : ndarray, optional
        Statistical errors of the values, where they come from Monte Carlo.
    norm : str
        What the values are divided by; ``mev`` for widths, ``cm2`` for cross sections.
    components : dict
        Backgrounds in the same bins, by name.
    component_errors : dict
        Statistical errors of those that come from Monte Carlo.
    order : str
        Order in alpha; ``born`` is tree level.
    notes : tuple of str
        What a user should know.
    """

    kind: ClassVar[str] = "spectrum"
    axis: ClassVar[str] = "low"
    rows_key: ClassVar[str] = "bins"

    process: str
    observable: str
    unit: str
    edges: Array
    values: Array
    experiment: str | None
    settings: Mapping[str, Any]
    references: tuple[str, ...]
    errors: Array | None = None
    norm: str = "exp"
    components: Mapping[str, Array] = field(default_factory=dict)
    component_errors: Mapping[str, Array] = field(default_factory=dict)
    order: str = "born"
    notes: tuple[str, ...] = ()

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {
            "process": self.process,
            "observable": self.observable,
            "unit": self.unit,
            "quantity": self.quantity,
            "experiment": self.experiment,
            "norm": None if self.experiment or self.norm in NOT_RATIOS else self.norm,
            "order": self.order,
            "settings": dict(self.settings),
        }

    @property
    def quantity(self) -> str:
        """What the values are, in words."""
        if self.experiment:
            return "counts per bin"
        return NOT_RATIOS.get(self.norm, "branching ratio per bin")

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"{self.process}: {self.quantity} against {self.observable}, order {self.order}"

    @property
    def rows(self) -> list[dict[str, float]]:
        """One mapping per bin: low, high, value, error where there is one; components with ``<name>_error``."""
        ends = zip(self.edges[:-1], self.edges[1:], self.values, strict=True)
        rows = [{"low": float(low), "high": float(high), "value": float(value)} for low, high, value in ends]
        if self.errors is not None:
            rows = [row | {"error": float(error)} for row, error in zip(rows, self.errors, strict=True)]
        errors = {f"{name}_error": error for name, error in self.component_errors.items()}
        for name, counts in {**self.components, **errors}.items():
            rows = [row | {name: float(count)} for row, count in zip(rows, counts, strict=True)]
        return rows

    def own_columns(self) -> Mapping[str, Column]:
        """Bins in the unit of the observable; what the values are."""
        unit = "1" if self.experiment else {"mev": "MeV", "cm2": "cm2"}.get(self.norm, "1")
        ends = [Column(end, self.unit, f"{side} end of the bin in {self.observable}") for end, side in ENDS.items()]
        values = [Column("value", unit, self.quantity), Column("error", unit, "statistical error of the value")]
        values += [Column(name, unit, f"{self.quantity}: {name}") for name in self.components]
        values += [Column(f"{name}_error", unit, f"statistical error of {name}") for name in self.component_errors]
        return named(*ends, *values)

    def histogram(self, component: str | None = None) -> Histogram:
        """The bins as a histogram for the packages that draw or add them.

        Parameters
        ----------
        component : str, optional
            One of the components instead of the values.

        Raises
        ------
        InvalidInput
            If there is no such component.
        """
        require(None if component is None else one_of("component", component, tuple(self.components)))
        axis = HistogramAxis(self.edges, self.observable, self.unit)
        if component is None:
            return Histogram((axis,), self.values, self.errors, self.title)
        return Histogram((axis,), self.components[component], self.component_errors.get(component), component)

    def to_hist(self) -> Any:
        """Histogram of the package hist, see :meth:`darkfactory.histogram.Histogram.to_hist`."""
        return self.histogram().to_hist()

    def plot(self, ax: Any = None) -> Any:
        """Draw the bins, their errors and the components; return the axes."""
        from darkfactory.plotting import axes_of, draw_bins

        found = draw_bins(axes_of(ax), self.edges, self.values, self.errors, self.process, self.components)
        unit = "" if self.unit == "1" else f" [{self.unit}]"
        found.set(xlabel=f"{self.observable}{unit}", ylabel=self.quantity)
        return found


def spectrum(
    process: str,
    *,
    observable: str | None = None,
    experiment: str | None = None,
    model: str | LfvAlp | None = None,
    settings: Mapping[str, Any] | None = None,
    bins: int = 100,
    low: float | None = None,
    high: float | None = None,
    cut: str | None = None,
    polarization: Any = None,
    charge: int | None = None,
    events: int | None = None,
    seed: int | None = None,
    norm: str | None = None,
) -> Spectrum:
    """Spectrum of a named observable of a process, or of its lepton as an experiment records it.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e nu nu"``.
    observable : str
        Any observable of the process, e.g. E_e, E_gamma, m_miss2, m_ee; cos_theta is the cosine to the beam. By default
        x, of a photon at an experiment m_miss2.
    experiment : str, optional
        Card whose beam, acceptance and resolution are applied; counts then. Of decays with three tracks any observable
        of the measured tracks, with the backgrounds of a signal as components; of a lepton alone not cos_theta.
    model : str or LfvAlp, optional
        As for :func:`rate`.
    settings : mapping, optional
        ``model.*``; without an experiment ``beam.polarization``, and ``search.background_order`` of l -> l' nu nu (exp),
        ``search.signal_tail`` of l -> l' a (soft); every key of card and search with one.
    bins : int
        Number of bins, up to 100000.
    low, high : float, optional
        Range of the observable.
    cut : str, optional
        Condition on named observables. At an experiment on those of the measured tracks.
    polarization : float or sequence, optional
        Spin vector of the parent, or its degree against the beam; ``beam.polarization`` of the settings otherwise.
    charge : {1, -1}
        Charge of the parent, 1 by default.
    events, seed : int
        Weighted events of a Monte Carlo (2**20), and its seed (0).
    norm : {"exp", "lo"}
        As for :func:`darkfactory.verbs.rate.rate`; without an experiment.

    Returns
    -------
    Spectrum
        Without an experiment the branching ratio per bin. Any observable of a lepton alone is integrated over the bin,
        with any cut and spin (a line is in the bin that holds it, with its soft radiative tail); everything else is
        Monte Carlo at tree level with errors, and observables of several tracks have one entry per track.

    Raises
    ------
    DarkfactoryError
        For unknown names, keys, or values outside their domain, and for options that have no meaning there.

    Examples
    --------
    >>> s = spectrum("mu -> e nu nu", observable="cos_theta", bins=2, settings={"beam.polarization": 1})
    >>> bool(s.values[0] > s.values[1])  # positrons go along the spin, against the beam
    True
    """
    asked = dict(locals())
    found, record = _spectrum(**asked)
    card = None if record is None else record.card
    given = {key.split(".", 1)[-1]: value for key, value in (settings or {}).items()}
    used = entries(found.settings, given) | (card_entries(card) if card else {})
    return replace(found, run=run_block(spectrum, asked, settings=used, card=card, seed=found.settings.get("seed")))


def _spectrum(
    process: str, observable: str | None, experiment: str | None, model: str | LfvAlp | None, **asked: Any
) -> tuple[Spectrum, Record | None]:
    """Spectrum without the block that says how it was made, and its record; ``asked`` is the rest of :func:`spectrum`'s."""
    names = ("settings", "bins", "low", "high")
    settings, bins, low, high = (asked.pop(name) for name in names)
    found: Process = find_process(process)
    require(whole("bins", bins, 1, MOST_BINS, remedy="fewer bins, or a part of the range with low and high"))
    binning = (int(bins), low, high)
    if experiment is None:
        given, of_model, own = found.request("spectrum", asked, settings)
        built, record = model_of(found, model, of_model), None
        made = Spectrum(**found.spectrum(observable or found.default_observable, built, own, binning, **given))
    else:
        of_model, rest = split_settings(settings)
        asked_of_process, rest = of_process(found, "spectrum", rest)
        record = recorded(found, load_experiment(experiment, rest), asked_of_process)
        given = require_understood(f"the spectrum of {found.name} at an experiment", asked, record.options)
        built = model_of(found, model, of_model)
        made = Spectrum(**record.spectrum(observable or record.observable, built, binning, **given))
        refuse_unread(f"a spectrum of {made.observable} at {made.experiment}", record.card, record.settings)
    require_finite(f"the spectrum of {found.name}", built, made.edges, made.values)
    return made, record
