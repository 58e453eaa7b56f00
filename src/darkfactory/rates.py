"""Rates and spectra of processes, at rest or as an experiment records them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, one_of, require
from darkfactory.experiments import Card, load_card
from darkfactory.models import LfvAlp, build_model, find_model
from darkfactory.processes import Process, find_process
from darkfactory.processes.portal import PORTAL_PROCESS, is_portal_process, portal_cross_section
from darkfactory.processes.spectra import line_bins, line_cosine_bins, michel_bins, michel_cosine_bins
from darkfactory.searches.forward_model import ForwardPositron
from darkfactory.searches.forward_positron import KEYS
from darkfactory.searches.missing_mass_spectrum import find_photon_process, recorded_spectrum
from darkfactory.searches.settings import card_settings
from darkfactory.settings import split_settings
from darkfactory.version import __version__

__all__ = ["OBSERVABLES", "Rate", "Spectrum", "rate", "spectrum"]

Array = NDArray[np.float64]
NORMS = ("exp", "lo")
OBSERVABLES = {"x": "1", "E_e": "MeV", "m_miss2": "MeV^2", "cos_theta": "1"}
"""Observables of the visible lepton and their units."""


@dataclass(frozen=True)
class Rate:
    """A rate with its error and where it comes from.

    Attributes
    ----------
    process : str
        As physicists write it.
    model : str or None
        Model name.
    parameters : dict
        Its couplings.
    value, error : float
        Branching ratio and its statistical error (0: no Monte Carlo).
    norm : str or None
        ``exp``: over hbar/tau; ``lo``: over the tree-level width of l -> e nu nu; None of a cross section.
    width : float or None
        Partial width [MeV]; None of a cross section.
    method : str
        How it was computed.
    references : tuple of str
        Citation keys.
    unit : str
        ``1`` of a branching ratio, ``cm2`` of a cross section.
    """

    process: str
    model: str | None
    parameters: Mapping[str, Any]
    value: float
    error: float
    norm: str | None
    width: float | None
    method: str
    references: tuple[str, ...]
    unit: str = "1"

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "process": self.process,
            "model": self.model,
            "model_parameters": dict(self.parameters),
            "value": self.value,
            "error": self.error,
            "unit": self.unit,
            "norm": self.norm,
            "width_mev": self.width,
            "method": self.method,
            "seed": None,
            "version": __version__,
            "references": list(self.references),
        }


@dataclass(frozen=True, eq=False)
class Spectrum:
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
    components : dict
        Backgrounds in the same bins, by name.
    """

    process: str
    observable: str
    unit: str
    edges: Array
    values: Array
    experiment: str | None
    settings: Mapping[str, Any]
    references: tuple[str, ...]
    components: Mapping[str, Array] = field(default_factory=dict)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "process": self.process,
            "observable": self.observable,
            "unit": self.unit,
            "quantity": "counts per bin" if self.experiment else "branching ratio per bin",
            "experiment": self.experiment,
            "settings": dict(self.settings),
            "version": __version__,
            "references": list(self.references),
            "bins": [
                {"low": float(self.edges[k]), "high": float(self.edges[k + 1]), "value": float(self.values[k])}
                | {name: float(counts[k]) for name, counts in self.components.items()}
                for k in range(len(self.values))
            ],
        }


def _model_of(process: Process, model: str | LfvAlp | None, settings: Mapping[str, Any]) -> LfvAlp | None:
    if process.model is None:
        if model is not None or settings:
            raise InvalidInput(f"model = {model or 'model.' + next(iter(settings))}: {process.name} takes no model")
        return None
    if isinstance(model, LfvAlp):
        return model
    name = (model or process.model).replace("_", "-")
    built = build_model(name, settings)
    if find_model(name).acts_as != process.model:
        require(one_of(f"model of {process.name}", name, (process.model,)))
    alp: LfvAlp = built
    return alp


def _parameters(model: LfvAlp | None) -> dict[str, Any]:
    if model is None:
        return {}
    return {
        "mass": model.mass,
        "F_gev": model.F_gev,
        "f_a_gev": model.f_a_gev,
        "C_V": str(complex(model.C_V)).strip("()"),
        "C_A": str(complex(model.C_A)).strip("()"),
        "chirality": model.chirality,
    }


def rate(
    process: str,
    *,
    model: str | LfvAlp | None = None,
    settings: Mapping[str, Any] | None = None,
    norm: str = "exp",
) -> Rate:
    """Branching ratio of a process.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e a"``.
    model : str or LfvAlp, optional
        The process's own model with its defaults otherwise.
    settings : mapping, optional
        ``model.*`` keys, and ``search.background_order`` for the order of mu -> e nu nu (born by default).
    norm : {"exp", "lo"}
        Over hbar/tau, or over the tree-level width of l -> e nu nu; the two differ by 0.42% for the muon.

    Returns
    -------
    Rate
        Value, error (0), width; exactly 0 for a closed channel.

    Raises
    ------
    DarkfactoryError
        For unknown names, keys, or values outside their domain.

    Examples
    --------
    >>> f"{rate('mu -> e a', settings={'model.F_gev': 1e10, 'model.mass': 50, 'model.chirality': 'V'}).value:.5e}"
    '4.72992e-07'
    """
    model_settings, rest = split_settings(settings)
    if is_portal_process(process):
        require(*(f"{key}: unknown key of {PORTAL_PROCESS}" for key in rest), error=UnknownName)
        require(one_of(f"model of {PORTAL_PROCESS}", model or "portal", ("portal",)))
        value, used = portal_cross_section(model_settings)
        return Rate(PORTAL_PROCESS, "portal", used, value, 0.0, None, None, "power counting", (), "cm2")
    found = find_process(process)
    order = str(rest.pop("search.background_order", "born"))
    unknown = [f"{key}: unknown key of a rate{did_you_mean(key, ['search.background_order'])}" for key in rest]
    require(*unknown, error=UnknownName)
    require(one_of("norm", norm, NORMS), one_of("search.background_order", order, michel.ORDERS))
    alp = _model_of(found, model, model_settings)
    width = found.partial_width(alp, order)
    return Rate(
        process=found.name,
        model=found.model,
        parameters=_parameters(alp) or {"order": order},
        value=width / (found.total_width if norm == "exp" else found.tree_width),
        error=0.0,
        norm=norm,
        width=width,
        method=found.method,
        references=found.references,
    )


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
) -> Spectrum:
    """Spectrum of the visible lepton, at rest, or as an experiment records it.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e nu nu"``; with a photon, ``"mu -> e a gamma"`` or ``"mu -> e nu nu gamma"``, the missing mass
        at an experiment, next to its backgrounds.
    observable : {"x", "E_e", "m_miss2", "cos_theta"}
        Reduced energy, energy [MeV], missing mass squared [MeV^2], cosine to the beam of a surface mu+.
    experiment : str, optional
        Card whose beam, acceptance and resolution are applied (not with cos_theta); counts then.
    model : str or LfvAlp, optional
        As for :func:`rate`.
    settings : mapping, optional
        ``model.*``; ``beam.polarization`` and ``search.background_order`` (exp), ``search.signal_tail`` without an
        experiment; every key of card and search with one.
    bins : int
        Number of bins.
    low, high : float, optional
        Range of the observable.

    Returns
    -------
    Spectrum
        Without an experiment the branching ratio (over hbar/tau) per bin, integrated exactly over the bin; a line is
        in the bin that holds it, with its soft radiative tail.

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
    require(one_of("observable", observable, OBSERVABLES), in_range("bins", bins, 1, 1e6))
    model_settings, rest = split_settings(settings)
    if find_photon_process(process):
        alp, fields = recorded_spectrum(
            process, observable, experiment, model, model_settings, rest, (int(bins), low, high)
        )
        fields["settings"] |= _parameters(alp)
        return Spectrum(observable=observable, unit=OBSERVABLES[observable], **fields)
    found = find_process(process)
    alp = _model_of(found, model, model_settings)
    edges = _edges(found, observable, int(bins), low, high, measured=experiment is not None)
    if experiment is None:
        values, used = _at_rest(found, observable, alp, rest, edges)
        references, name = found.references, None
    else:
        if observable == "cos_theta":
            raise InvalidInput("observable = cos_theta: allowed x, E_e, m_miss2 with an experiment")
        card = load_card(experiment, rest)
        values, used = _measured(found, alp, card, _to_x(found, observable, edges))
        references, name = (*found.references, *card.references), card.name
    return Spectrum(
        process=found.name,
        observable=observable,
        unit=OBSERVABLES[observable],
        edges=edges,
        values=values,
        experiment=name,
        settings={**used, **_parameters(alp)},
        references=tuple(dict.fromkeys(references)),
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
    total = process.partial_width(model, str(order)) / process.total_width
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
        value = process.partial_width(model, "born") / process.total_width
        x_a = 1 - model.mass**2 / (m_i**2 + m_j**2)
        A = float(two_body_alp.asymmetry(m_i, m_j, model.mass, complex(model.C_V), complex(model.C_A)))
        per_bin = value * counts.signal(edges, x_a, A) if value > 0 else np.zeros((len(x) - 1) * len(counts.samples))
    total = per_bin.reshape(len(counts.samples), len(x) - 1).sum(axis=0)
    used = {"background_order": counts.order, "signal_tail": counts.tail, "polarization": counts.polarization}
    return (total[::-1] if falling else total), used
