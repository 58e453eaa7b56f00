"""Rates of processes at rest, within cuts, over the total width or over another process."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.amplitudes import michel
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, one_of, require
from darkfactory.models import LfvAlp, Mediator, Model, build_model, find_model
from darkfactory.processes import Process, Width, find_process
from darkfactory.processes.portal import PORTAL_PROCESS, is_portal_process, portal_cross_section
from darkfactory.result import Result, entries, run_block
from darkfactory.settings import split_settings
from darkfactory.version import __version__

__all__ = ["NORMS", "Rate", "model_of", "parameters", "rate"]

NORMS = ("exp", "lo")


@dataclass(frozen=True)
class Rate(Result):
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
        Branching ratio, ratio or width, and its error (statistical for Monte Carlo, else numerical).
    norm : str or None
        ``exp``: over hbar/tau; ``lo``: over the tree-level width of l -> e nu nu; None for a ratio or a width.
    width : float or None
        Partial width within the cut [MeV]; None of a cross section.
    method : str
        How it was computed.
    references : tuple of str
        Citation keys.
    unit : str
        ``1``; ``MeV`` for the width of an X, ``cm2`` for a cross section.
    cut : str
        Condition on observables; empty for none.
    relative_to : str or None
        Process in the denominator.
    seed : int or None
        Seed, where events were drawn.
    notes : tuple of str
        What a user should know.
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
    cut: str = ""
    relative_to: str | None = None
    seed: int | None = None
    notes: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "process": self.process,
            "model": self.model,
            "model_parameters": dict(self.parameters),
            "cut": self.cut,
            "value": self.value,
            "error": self.error,
            "unit": self.unit,
            "norm": self.norm,
            "relative_to": self.relative_to,
            "width_mev": self.width,
            "method": self.method,
            "seed": self.seed,
            "notes": list(self.notes),
            "version": __version__,
            "references": list(self.references),
            "run": dict(self.run),
        }


def model_of(process: Process, model: str | Model | None, settings: Mapping[str, Any]) -> Model | None:
    """Model of a process from an object, a name, or the process's own, with ``settings`` for a named one.

    Parameters
    ----------
    process : Process
        The process.
    model : str or model object, optional
        Name or object.
    settings : mapping
        Keys without the prefix ``model.``.

    Returns
    -------
    model object or None
        None in the Standard Model.

    Raises
    ------
    DarkfactoryError
        If the process does not take it, or settings come without a model.
    """
    if not process.models:
        if model is not None or settings:
            raise InvalidInput(f"model = {model or 'model.' + next(iter(settings))}: {process.name} takes no model")
        return None
    if isinstance(model, (LfvAlp, Mediator)):
        require(one_of(f"model of {process.name}", name_of(model), process.models))
        return model
    if model is None and process.model is None:
        if settings:
            options = ", ".join(process.models)
            raise InvalidInput(f"model.{next(iter(settings))}: {process.name} needs a model for it; models: {options}")
        return None
    name = str(model or process.model).replace("_", "-")
    built: Model = build_model(name, settings)
    if find_model(name).acts_as not in process.models:
        require(one_of(f"model of {process.name}", name, process.models))
    return built


def name_of(model: Model | None) -> str | None:
    """Name of a model on the command line."""
    if model is None:
        return None
    return model.name if isinstance(model, Mediator) else "lfv-alp"


def parameters(model: Model | None) -> dict[str, Any]:
    """Couplings of a model, ready for JSON."""
    if model is None:
        return {}
    if isinstance(model, Mediator):
        found = {key: value for key, value in dataclasses.asdict(model).items() if value is not None}
        return found | {"width_ee_mev": model.width_ee}
    return {
        "mass": model.mass,
        "F_gev": model.F_gev,
        "f_a_gev": model.f_a_gev,
        "C_V": str(complex(model.C_V)).strip("()"),
        "C_A": str(complex(model.C_A)).strip("()"),
        "chirality": model.chirality,
    } | ({"C_e": model.C_e} if model.C_e else {})


def _over(width: Width, other: Width) -> tuple[float, float]:
    """Ratio of two widths and its error."""
    if not other.value > 0:
        raise InvalidInput("relative_to: the rate of the process in the denominator is 0")
    value = width.value / other.value
    return value, math.hypot(width.error / other.value, value * other.error / other.value)


def rate(
    process: str,
    *,
    model: str | Model | None = None,
    settings: Mapping[str, Any] | None = None,
    norm: str = "exp",
    cut: str | None = None,
    relative_to: str | None = None,
    polarization: Any = (0.0, 0.0, 0.0),
    charge: int = 1,
    precision: float = 1e-3,
    seed: int = 0,
    method: str = "auto",
) -> Rate:
    """Branching ratio of a process, within a cut.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e a"``.
    model : str or model object, optional
        The process's own model with its defaults otherwise.
    settings : mapping, optional
        ``model.*`` keys, and ``search.background_order`` for the order of mu -> e nu nu (born by default).
    norm : {"exp", "lo"}
        Over hbar/tau, or over the tree-level width of l -> e nu nu; the two differ by 0.42% for the muon.
    cut : str, optional
        Condition on named observables, e.g. ``"E_gamma > 10 and E_e > 45"``.
    relative_to : str, optional
        Another process, of the same model: the value is the ratio of the two rates; the cut holds for the first only.
    polarization : float or sequence
        Spin vector of the parent, or its degree against the beam; matters for cuts on directions only.
    charge : {1, -1}
        Charge of the parent.
    precision : float
        Relative error at which a Monte Carlo stops.
    seed : int
        Its seed.
    method : {"auto", "quadrature", "monte-carlo"}
        Quadrature or closed form where there is one, or one of them.

    Returns
    -------
    Rate
        Value, error, width, method; exactly 0 for a closed channel. For X -> e e the value is the partial
        width into e e [MeV], not the inverse lifetime of an X that has other channels.

    Raises
    ------
    DarkfactoryError
        For unknown names, keys, or values outside their domain, and for infrared divergences.

    Examples
    --------
    >>> f"{rate('mu -> e a', settings={'model.F_gev': 1e10, 'model.mass': 50, 'model.chirality': 'V'}).value:.5e}"
    '4.72992e-07'
    >>> f"{rate('mu -> e nu nu gamma', cut='E_gamma > 10', norm='lo').value:.6e}"
    '1.302640e-02'
    """
    asked = dict(locals())
    model_settings, rest = split_settings(settings)
    if is_portal_process(process):
        require(*(f"{key}: unknown key of {PORTAL_PROCESS}" for key in rest), error=UnknownName)
        require(one_of(f"model of {PORTAL_PROCESS}", model or "portal", ("portal",)))
        value, used = portal_cross_section(model_settings)
        run = run_block(rate, asked, settings=entries(used, settings or {}, "model."))
        return Rate(PORTAL_PROCESS, "portal", used, value, 0.0, None, None, "power counting", (), "cm2", run=run)
    found = find_process(process)
    order = str(rest.pop("search.background_order", "born"))
    unknown = [f"{key}: unknown key of a rate{did_you_mean(key, ['search.background_order'])}" for key in rest]
    require(*unknown, error=UnknownName)
    require(one_of("norm", norm, NORMS), one_of("search.background_order", order, michel.ORDERS))
    built = model_of(found, model, model_settings)
    spin: dict[str, Any] = {"polarization": polarization, "charge": charge}
    options: dict[str, Any] = {**spin, "precision": precision, "seed": seed}
    width = found.rate(built, cut=cut, order=order, method=method, **options)
    references, notes = found.references, width.notes
    used = entries({"search.background_order": order}, settings or {})
    used |= entries(parameters(built), model_settings, "model.")
    if relative_to is None:
        denominator = found.denominator(norm)
        value, error = width.value / denominator, width.error / denominator
        label = norm if found.total_width is not None else None
    else:
        other = find_process(relative_to)
        below = other.rate(model_of(other, built if other.models else None, {}), **options)
        (value, error), label = _over(width, below), None
        references = tuple(dict.fromkeys((*references, *other.references)))
    return Rate(
        process=found.name,
        model=name_of(built),
        parameters=parameters(built) or {"order": order},
        value=value,
        error=error,
        norm=label,
        width=width.value,
        method=width.method,
        references=references,
        unit="MeV" if relative_to is None and found.total_width is None else "1",
        cut=cut or "",
        relative_to=None if relative_to is None else find_process(relative_to).name,
        seed=seed if width.events else None,
        notes=notes,
        run=run_block(rate, asked, settings=used, seed=seed if width.events else None),
    )
