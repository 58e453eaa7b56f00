"""Spectra of named observables, at rest or as an experiment records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, one_of, require
from darkfactory.experiments import Card
from darkfactory.kinematics.observables import find_observable
from darkfactory.models import LfvAlp, Model
from darkfactory.processes import Process, find_process, spin_vector
from darkfactory.processes.histograms import histogram
from darkfactory.processes.spectra import line_bins, line_cosine_bins, michel_bins, michel_cosine_bins
from darkfactory.rates import NORMS, model_of, parameters
from darkfactory.result import Result, card_entries, entries, run_block
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.forward_model import ForwardPositron
from darkfactory.searches.forward_positron import KEYS
from darkfactory.searches.missing_mass_spectrum import find_photon_process, recorded_spectrum
from darkfactory.searches.recorded_tracks import TRACK_PROCESSES
from darkfactory.searches.settings import card_settings
from darkfactory.searches.track_spectrum import TrackSpectrum, track_spectrum
from darkfactory.settings import split_settings
from darkfactory.version import __version__

__all__ = ["OBSERVABLES", "Spectrum", "spectrum"]

Array = NDArray[np.float64]
OBSERVABLES = {"x": "1", "E_e": "MeV", "m_miss2": "MeV^2", "cos_theta": "1"}
"""Observables of a lepton alone that are integrated exactly, and their units."""
EXACT = ("mu -> e nu nu", "mu -> e a", "tau -> e a", "tau -> mu a")
KEYS_AT_REST = ["beam.polarization", "search.background_order", "search.signal_tail"]


@dataclass(frozen=True, eq=False)
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
        What the values are divided by; ``mev`` for widths.
    components : dict
        Backgrounds in the same bins, by name.
    component_errors : dict
        Statistical errors of those that come from Monte Carlo.
    """

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

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "process": self.process,
            "observable": self.observable,
            "unit": self.unit,
            "quantity": self.quantity,
            "experiment": self.experiment,
            "settings": dict(self.settings),
            "version": __version__,
            "references": list(self.references),
            "bins": self.rows(),
            "run": dict(self.run),
        }

    @property
    def quantity(self) -> str:
        """What the values are, in words."""
        if self.experiment:
            return "counts per bin"
        return "width per bin [MeV]" if self.norm == "mev" else "branching ratio per bin"

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


def spectrum(
    process: str,
    *,
    observable: str = "x",
    experiment: str | None = None,
    model: str | LfvAlp | None = None,
    settings: Mapping[str, Any] | None = None,
    bins: int = 100,
    low: float | None = None,
    high: float | None = None,
    cut: str | None = None,
    polarization: Any = None,
    charge: int = 1,
    events: int = 2**20,
    seed: int = 0,
    norm: str = "exp",
) -> Spectrum:
    """Spectrum of a named observable of a decay at rest, or of its lepton as an experiment records it.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e nu nu"``.
    observable : str
        Any observable of the process, e.g. E_e, E_gamma, m_miss2, m_ee; cos_theta is the cosine to the beam.
    experiment : str, optional
        Card whose beam, acceptance and resolution are applied; counts then. Of decays with three tracks any observable
        of the measured tracks, with the backgrounds of a signal as components; of a lepton alone not cos_theta.
    model : str or LfvAlp, optional
        As for :func:`rate`.
    settings : mapping, optional
        ``model.*``; ``beam.polarization`` and ``search.background_order`` (exp), ``search.signal_tail`` without an
        experiment; every key of card and search with one.
    bins : int
        Number of bins.
    low, high : float, optional
        Range of the observable.
    cut : str, optional
        Condition on named observables; by Monte Carlo then. At an experiment on those of the measured tracks.
    polarization : float or sequence, optional
        Spin vector of the parent, or its degree against the beam; ``beam.polarization`` of the settings otherwise.
    charge : {1, -1}
        Charge of the parent.
    events, seed : int
        Weighted events of a Monte Carlo, and its seed.
    norm : {"exp", "lo"}
        As for :func:`darkfactory.rates.rate`; without an experiment.

    Returns
    -------
    Spectrum
        Without an experiment the branching ratio per bin. x, E_e, m_miss2 and cos_theta of a lepton alone are
        integrated exactly over the bin (a line is in the bin that holds it, with its soft radiative tail); everything
        else is Monte Carlo at tree level with errors, and observables of several tracks have one entry per track.

    Raises
    ------
    DarkfactoryError
        For unknown names, keys, or values outside their domain.

    Examples
    --------
    >>> s = spectrum("mu -> e nu nu", observable="cos_theta", bins=2, settings={"beam.polarization": 1})
    >>> bool(s.values[0] > s.values[1])  # positrons go along the spin, against the beam
    True
    """
    asked = dict(locals())
    found = _spectrum(**asked)
    card = None if experiment is None else load_experiment(experiment, split_settings(settings)[1])
    given = {key.split(".", 1)[-1]: value for key, value in (settings or {}).items()}
    used = entries(found.settings, given) | (card_entries(card) if card else {})
    return replace(found, run=run_block(spectrum, asked, settings=used, card=card, seed=found.settings.get("seed")))


def _spectrum(
    process: str, observable: str, experiment: str | None, model: str | LfvAlp | None, **asked: Any
) -> Spectrum:
    """Spectrum without the block that says how it was made; ``asked`` is the rest of what :func:`spectrum` takes."""
    names = ("settings", "bins", "low", "high", "cut", "polarization", "charge", "events", "seed", "norm")
    settings, bins, low, high, cut, polarization, charge, events, seed, norm = (asked[name] for name in names)
    found = find_process(process)
    require(in_range("bins", bins, 1, 1e6), one_of("norm", norm, NORMS))
    model_settings, rest = split_settings(settings)
    if experiment is not None and find_photon_process(process):
        if cut is not None or polarization is not None or charge != 1:
            raise InvalidInput(f"{found.name}: at an experiment allowed without cut, polarization and charge")
        binning = (int(bins), low, high)
        alp, fields = recorded_spectrum(process, observable, experiment, model, model_settings, rest, binning)
        fields["settings"] |= parameters(alp)
        return Spectrum(observable=observable, unit=OBSERVABLES[observable], **fields)
    built = model_of(found, model, model_settings)
    options = {"cut": cut, "polarization": polarization, "charge": charge, "events": events, "seed": seed}
    if experiment is not None and found.name in TRACK_PROCESSES:
        require(None if norm == "exp" else f"norm = {norm!r}: counts at an experiment allowed exp, which is hbar/tau")
        what = TrackSpectrum(observable, load_experiment(experiment, rest), **options)
        fields = track_spectrum(what, found, built, (int(bins), low, high))
        fields["settings"] |= parameters(built)
        return Spectrum(**fields)
    plain = found.name in EXACT and cut is None and charge == 1 and polarization is None and norm == "exp"
    if experiment is None and not (plain and observable in OBSERVABLES):
        return _by_monte_carlo(found, observable, built, rest, (int(bins), low, high), norm, options)
    require(one_of("observable", observable, OBSERVABLES))
    require(
        None if plain else f"{found.name}: an experiment takes the inclusive lepton spectrum, no cut or polarization"
    )
    return _of_lepton(
        found, observable, built if isinstance(built, LfvAlp) else None, rest, (int(bins), low, high), experiment
    )


def _of_lepton(
    process: Process,
    observable: str,
    model: LfvAlp | None,
    given: Mapping[str, Any],
    binning: tuple[int, float | None, float | None],
    experiment: str | None,
) -> Spectrum:
    """Spectrum of the lepton alone, integrated over the bins."""
    edges = _edges(process, observable, *binning, measured=experiment is not None)
    if experiment is None:
        values, used = _at_rest(process, observable, model, given, edges)
        references, name = process.references, None
    else:
        if observable == "cos_theta":
            raise InvalidInput("observable = cos_theta: allowed x, E_e, m_miss2 with an experiment")
        card = load_experiment(experiment, given)
        values, used = _measured(process, model, card, _to_x(process, observable, edges))
        references, name = (*process.references, *card.references), card.name
    return Spectrum(
        process=process.name,
        observable=observable,
        unit=OBSERVABLES[observable],
        edges=edges,
        values=values,
        experiment=name,
        settings={**used, **parameters(model)},
        references=tuple(dict.fromkeys(references)),
    )


def _by_monte_carlo(
    process: Process,
    observable: str,
    model: Model | None,
    given: Mapping[str, Any],
    binning: tuple[int, float | None, float | None],
    norm: str,
    options: Mapping[str, Any],
) -> Spectrum:
    """Spectrum of any observable at rest from weighted events, streamed into the histogram."""
    unknown = [f"{key}: unknown key of a spectrum at rest{did_you_mean(key, KEYS_AT_REST)}" for key in given]
    require(*(t for key, t in zip(given, unknown, strict=True) if key != "beam.polarization"), error=UnknownName)
    require(in_range("events", options["events"], 1, 1e10), in_range("seed", options["seed"], 0))
    polarization = options["polarization"]
    if polarization is None:
        polarization = float(given.get("beam.polarization", 0.0))
    state = process.state(model)
    known = find_observable(observable, state)
    bins, low, high = binning
    limits = known.limits(state)
    start, stop = limits[0] if low is None else low, limits[1] if high is None else high
    require(in_range("low", start, high=stop, open_high=True, unit=known.unit))
    edges = np.linspace(start, stop, bins + 1)
    spin = spin_vector(polarization)
    denominator = process.denominator(norm)
    closed = process.rate(model, cut=options["cut"], polarization=spin, charge=options["charge"], precision=0.5).value
    values = errors = np.zeros(bins)
    if closed > 0:
        run = process.run(model, cut=options["cut"], polarization=spin, charge=options["charge"])
        values, errors = histogram(run, observable, edges, int(options["events"]), int(options["seed"]))
    used = {
        "polarization": list(spin),
        "cut": options["cut"] or "",
        "seed": options["seed"],
        "events": options["events"],
    }
    return Spectrum(
        process=process.name,
        observable=observable,
        unit=known.unit,
        edges=edges,
        values=values / denominator,
        experiment=None,
        settings={**used, **parameters(model)},
        references=process.references,
        errors=errors / denominator,
        norm="mev" if process.total_width is None else norm,
    )


def _to_x(process: Process, observable: str, values: Array) -> Array:
    """Reduced energy x of values of an observable; falls with m_miss2."""
    m_i, m_j = process.masses
    if observable == "E_e":
        return values / michel.endpoint_energy(m_i, m_j)
    return 1 - values / (m_i**2 + m_j**2) if observable == "m_miss2" else values


def _edges(
    process: Process, observable: str, bins: int, low: float | None, high: float | None, measured: bool
) -> Array:
    """Bin edges; by default the whole spectrum, and what a resolution adds above the endpoint."""
    m_i, m_j = process.masses
    top = 1.05 if measured else 1.0
    W = michel.endpoint_energy(m_i, m_j)
    default = {
        "x": (0.0, top),
        "E_e": (0.0, top * W),
        "m_miss2": ((1 - top) * (m_i**2 + m_j**2), m_i**2 + m_j**2),
        "cos_theta": (-1.0, 1.0),
    }[observable]
    start, stop = default[0] if low is None else low, default[1] if high is None else high
    ends = (-1.0, 1.0) if observable == "cos_theta" else (-np.inf, np.inf)
    unit = "" if OBSERVABLES[observable] == "1" else OBSERVABLES[observable]
    require(in_range("low", start, unit=unit), in_range("high", stop, unit=unit))
    start, stop = float(start), float(stop)
    require(
        in_range("low", start, ends[0], stop, open_high=True, unit=unit),
        in_range("high", stop, start, ends[1], open_low=True, unit=unit),
    )
    return np.linspace(start, stop, bins + 1)


def _at_rest(
    process: Process, observable: str, model: LfvAlp | None, given: Mapping[str, Any], edges: Array
) -> tuple[Array, dict[str, Any]]:
    """Branching ratio per bin of a decay at rest, and the settings used."""
    allowed: dict[str, Any] = {"beam.polarization": 0.0}
    allowed |= {"search.background_order": "exp"} if model is None else {"search.signal_tail": "soft"}
    used = {**allowed, **given}
    unknown = [f"{key}: unknown key of a spectrum at rest{did_you_mean(key, list(allowed))}" for key in given]
    require(*(text for key, text in zip(given, unknown, strict=True) if key not in allowed), error=UnknownName)
    problem = in_range("beam.polarization", used["beam.polarization"], -1, 1)
    P, order, tail = used["beam.polarization"], used.get("search.background_order"), used.get("search.signal_tail")
    require(
        problem,
        one_of("search.background_order", order, michel.ORDERS) if model is None else None,
        one_of("search.signal_tail", tail, ("none", "soft")) if model is not None else None,
    )
    m_i, m_j = process.masses
    total = process.partial_width(model, str(order)) / process.denominator("exp")
    if total == 0:
        fractions = np.zeros(len(edges) - 1)
    elif observable == "cos_theta":
        fractions = (
            michel_cosine_bins(edges, float(P), str(order), m_i, m_j)
            if model is None
            else line_cosine_bins(edges, model, float(P), m_i, m_j)
        )
    else:
        x = np.sort(_to_x(process, observable, edges))
        fractions = michel_bins(x, str(order), m_i, m_j) if model is None else line_bins(x, model, str(tail), m_i, m_j)
        fractions = fractions[::-1] if observable == "m_miss2" else fractions
    return total * fractions, {key.split(".")[1]: value for key, value in used.items()}


def _measured(process: Process, model: LfvAlp | None, card: Card, x: Array) -> tuple[Array, dict[str, Any]]:
    """Counts per bin at an experiment, summed over its samples, and the settings used."""
    falling = x[0] > x[-1]
    edges = np.sort(x)
    typed = card_settings(card, KEYS, "forward-positron") | {"channel": f"{process.parent}-{process.daughter}"}
    counts = ForwardPositron.from_card(card, typed).counts
    if model is None:
        per_bin = counts.background(edges)
    else:
        m_i, m_j = process.masses
        value = process.partial_width(model, "born") / process.denominator("exp")
        x_a = 1 - model.mass**2 / (m_i**2 + m_j**2)
        A = float(two_body_alp.asymmetry(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A)))
        per_bin = value * counts.signal(edges, x_a, A) if value > 0 else np.zeros((len(x) - 1) * len(counts.samples))
    total = per_bin.reshape(len(counts.samples), len(x) - 1).sum(axis=0)
    used = {"background_order": counts.order, "signal_tail": counts.tail, "polarization": counts.polarization}
    return (total[::-1] if falling else total), used
