"""Rates of processes, within cuts, over the total width or over another process."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S
from darkfactory.errors import InvalidInput, require, whole
from darkfactory.glossary import Column
from darkfactory.models import Model, find_model
from darkfactory.processes import Process, find_process
from darkfactory.processes.inputs import NORMS
from darkfactory.processes.requests import model_of, name_of, parameters, require_finite
from darkfactory.result import Result, entries, run_block, setting_columns
from darkfactory.settings import Settings

__all__ = ["NORMS", "Rate", "model_of", "name_of", "parameters", "rate"]


COLLIDES = ("beam", "target")
"""Prefixes of settings that say what hits what."""


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
    collision : dict
        Of a cross section, what hits what: settings of beam and target; empty of a decay.
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
    collision: Mapping[str, Any] = field(default_factory=dict)

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
        ``model.*`` keys, and those of the process (``darkfactory show PROCESS``): ``beam.energy_gev`` of a cross section,
        ``search.background_order`` for the order of l -> l' nu nu, which is inclusive in photons (exp by default, as in
        spectra and searches). All other processes are at tree level.
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
        Relative error at which a Monte Carlo stops, 1e-3 by default; refused where there is none.
    seed : int
        Its seed, 0 by default; refused where there is none.
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
    found = find_process(process)
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
    require(None if seed is None else whole("seed", seed, 0))
    given, of_model, own = found.request("rate", given, settings)
    built = model_of(found, model, of_model)
    if "relative_to" in given:
        other = find_process(given["relative_to"])
        if "relative_to" not in other.options("rate"):
            raise InvalidInput(f"relative_to = {other.name}: a {other.quantity}; give a process with a width")
        given |= {"relative_to": other, "other_model": model_of(other, built if other.models else None, {})}
    made = found.total(built, own, **given)
    if not made.events and made.method != "closed channel":
        remedy = f"changes nothing, {found.name} is no Monte Carlo here ({made.method}); leave it out"
        require(*(f"{name} = {given[name]:g}: {remedy}" for name in ("precision", "seed") if name in given))
    require_finite(f"the rate of {found.name}", built, made.value, made.error)
    used = entries(own.echo(), settings or {}) | entries(made.parameters, settings or {}, "model.")
    return Rate(
        process=found.name,
        model=name_of(built),
        parameters=made.parameters,
        value=made.value,
        error=made.error,
        norm=made.norm,
        width=made.width,
        method=made.method,
        references=made.references,
        unit=made.unit,
        cut=cut or "",
        relative_to=given["relative_to"].name if "relative_to" in given else None,
        seed=given.get("seed", 0) if made.events else None,
        notes=made.notes,
        order=made.order,
        **_lifetime(found, built),
        collision=_collision(found, own),
        run=run_block(rate, asked, settings=used, seed=given.get("seed", 0) if made.events else None),
    )


def _collision(process: Process, own: Settings) -> dict[str, Any]:
    """Settings of beam and target that a cross section is for, without those that others replace."""
    if process.unit != "cm2":
        return {}
    replaced = {other for key in process.settings("rate") if key.name in own.origins for other in key.instead_of}
    known = {name: value for name, value in own.echo().items() if value is not None and name.split(".")[0] in COLLIDES}
    return {name: value for name, value in known.items() if name in own.origins or name not in replaced}


def _lifetime(process: Any, model: Any) -> dict[str, Any]:
    """Lifetime of what decays, if this is the width of a new particle and it has one."""
    width = model.width_of(process.parent) if process.unit == "MeV" else 0.0
    return {"lifetime_s": HBAR_MEV_S / width, "ctau_mm": HBAR_C_MEV_MM / width} if width > 0 else {}
