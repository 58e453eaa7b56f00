"""Rates of processes at rest, within cuts, over the total width or over another process."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.glossary import Column
from darkfactory.models import Model, find_model
from darkfactory.processes import PROCESSES, Process, Width, find_process
from darkfactory.processes.inputs import NORMS
from darkfactory.processes.portal import PORTAL
from darkfactory.processes.requests import (
    ORDER_KEY,
    excess_notes,
    model_of,
    name_of,
    order_keys,
    order_of,
    parameters,
    require_finite,
    require_keys,
    require_understood,
    resolve_model,
)
from darkfactory.result import Result, entries, run_block, setting_columns
from darkfactory.settings import split_settings

__all__ = ["NORMS", "RATED", "Rate", "model_of", "name_of", "parameters", "rate"]

RATED: dict[str, Any] = {**PROCESSES, PORTAL.name: PORTAL}
"""Every process that has a rate: decays, and a cross section."""


@dataclass(frozen=True, repr=False)
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
    order : str or None
        Order in alpha: ``born`` is tree level; None of power counting.
    lifetime_s, ctau_mm : float or None
        Lifetime [s] and decay length c tau [mm] at rest of an X from its total width; None otherwise.
    """

    kind: ClassVar[str] = "rate"
    rows_key: ClassVar[str] = ""

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
    order: str | None = None
    lifetime_s: float | None = None
    ctau_mm: float | None = None

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says: the row, and more."""
        return {
            "process": self.process,
            "model": self.model,
            "model_parameters": dict(self.parameters),
            "cut": self.cut,
            "value": self.value,
            "error": self.error,
            "unit": self.unit,
            "norm": self.norm,
            "order": self.order,
            "relative_to": self.relative_to,
            "width_mev": self.width,
            **({} if self.lifetime_s is None else {"lifetime_s": self.lifetime_s, "ctau_mm": self.ctau_mm}),
            "method": self.method,
            "seed": self.seed,
        }

    @property
    def title(self) -> str:
        """Line above the table."""
        within = f" with {self.cut}" if self.cut else ""
        over = f" over {self.relative_to}" if self.relative_to else ""
        return f"rate of {self.process}{within}{over}" + (f", {self.model}" if self.model else "")

    @property
    def settings(self) -> Mapping[str, Any]:
        """Couplings of the model."""
        return self.parameters

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row: the rate and the couplings of the model."""
        names = ("process", "model", "value", "error", "unit", "norm", "order", "width", "method")
        row = {"width_mev" if name == "width" else name: getattr(self, name) for name in names}
        return [row | dict(self.parameters)]

    def own_columns(self) -> Mapping[str, Column]:
        """Unit of the value, and keys of the model."""
        own = {} if self.model is None else setting_columns(find_model(self.model).keys)
        what = "cross section" if self.unit == "cm2" else "width" if self.unit == "MeV" else "branching ratio or ratio"
        value = Column("value", self.unit, what)
        return own | {"value": value, "error": Column("error", self.unit, "error of the value")}


def rate(
    process: str,
    *,
    model: str | Model | None = None,
    settings: Mapping[str, Any] | None = None,
    norm: str | None = None,
    cut: str | None = None,
    relative_to: str | None = None,
    polarization: Any = None,
    charge: int | None = None,
    precision: float | None = None,
    seed: int | None = None,
    method: str | None = None,
) -> Rate:
    """Branching ratio of a process, within a cut.

    Parameters
    ----------
    process : str
        Such as ``"mu -> e a"``.
    model : str or model object, optional
        The process's own model with its defaults otherwise.
    settings : mapping, optional
        ``model.*`` keys, and ``search.background_order`` for the order of l -> l' nu nu, which is inclusive in photons
        (exp by default, as in spectra and searches). All other processes are at tree level.
    norm : {"exp", "lo"}
        Over hbar/tau (the default), or over the tree-level width of l -> e nu nu; they differ by 0.42% for the muon.
    cut : str, optional
        Condition on named observables, e.g. ``"E_gamma > 10 and E_e > 45"``.
    relative_to : str, optional
        Another process, of the same model and at the same order: the value is the ratio of the two rates; the cut holds
        for the first only.
    polarization : float or sequence
        Spin vector of the parent, or its degree against the beam (0); matters for cuts on directions only.
    charge : {1, -1}
        Charge of the parent, 1 by default.
    precision : float
        Relative error at which a Monte Carlo stops, 1e-3 by default.
    seed : int
        Its seed, 0 by default.
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
        For unknown names, keys, or values outside their domain, for infrared divergences, and for options that have no
        meaning for the process.

    Examples
    --------
    >>> f"{rate('mu -> e a', settings={'model.F_gev': 1e10, 'model.mass': 50, 'model.chirality': 'V'}).value:.5e}"
    '4.72992e-07'
    >>> f"{rate('mu -> e nu nu gamma', cut='E_gamma > 10', norm='lo').value:.6e}"
    '1.302640e-02'
    """
    asked = dict(locals())
    found = find_process(process, RATED)
    model_settings, rest = split_settings(settings)
    given = {
        "cut": cut,
        "norm": norm,
        "relative_to": relative_to,
        "polarization": polarization,
        "charge": charge,
        "precision": precision,
        "seed": seed,
        "method": method,
    }
    given = require_understood(f"{found.name} (a {found.quantity})", given, found.options)
    require_keys(f"the rate of {found.name}", rest, order_keys(found))
    built = resolve_model(found.name, found.takes, found.model, model, model_settings)
    if isinstance(found, Process):
        made = _of_decay(found, built, order_of(found, rest), **given)
        more = entries({ORDER_KEY: made.order}, rest)
    else:
        value, used = found.cross_section(built, model_settings)
        more = {}
        made = Rate(found.name, name_of(built), used, value, 0.0, None, None, "power counting", found.references, "cm2")
    used = more | entries(made.parameters, model_settings, "model.")
    return replace(made, run=run_block(rate, asked, settings=used, seed=made.seed))


def _of_decay(
    process: Process, model: Any, order: str, *, norm: str = "exp", relative_to: str | None = None, **options: Any
) -> Rate:
    """Branching ratio, ratio or width of a decay."""
    require(one_of("norm", norm, NORMS))
    width = process.rate(model, order=order, **options)
    references, notes, label = process.references, width.notes, norm if process.total_width is not None else None
    denominator = Width(process.denominator(norm), 0.0, "")
    if relative_to is not None:
        other, label = find_process(relative_to), None
        relative_to = other.name
        below = {name: value for name, value in options.items() if name not in ("cut", "method")}
        same = order if order in other.orders else "born"
        if same != order:
            notes = (*notes, f"order {order} over {other.name} at tree level, which is all that it has")
        denominator = other.rate(model_of(other, model if other.models else None, {}), order=same, **below)
        if not denominator.value > 0:
            raise InvalidInput("relative_to: the rate of the process in the denominator is 0")
        references = tuple(dict.fromkeys((*references, *other.references)))
    value = width.value / denominator.value
    error = math.hypot(width.error, value * denominator.error) / denominator.value
    require_finite(f"the rate of {process.name}", model, value, error)
    if label is not None:
        notes = (*notes, *excess_notes(process, value, label, order))
    return Rate(
        process=process.name,
        model=name_of(model),
        parameters=parameters(model),
        value=value,
        error=error,
        norm=label,
        width=width.value,
        method=width.method,
        references=references,
        unit="MeV" if relative_to is None and process.total_width is None else "1",
        cut=options.get("cut", ""),
        relative_to=relative_to,
        seed=options.get("seed", 0) if width.events else None,
        notes=notes,
        order=order,
        **_lifetime(process, model),
    )


def _lifetime(process: Process, model: Any) -> dict[str, Any]:
    """Lifetime of an X whose decay this is, where it has one."""
    if process.total_width is not None or not model.width > 0:
        return {}
    decay = model.decay()
    return {"lifetime_s": decay["lifetime_s"], "ctau_mm": decay["ctau_mm"]}
