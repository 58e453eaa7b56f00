"""Reach: a search at an experiment, turned from a limit on a rate into a limit on the model's coupling."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, one_of, require
from darkfactory.experiments import load_card
from darkfactory.models import LfvAlp, build_model, find_model
from darkfactory.processes.lfv_decay import scale_from_branching_ratio
from darkfactory.searches.base import Search, SearchResult
from darkfactory.searches.registry import find_search
from darkfactory.searches.settings import card_settings
from darkfactory.settings import mass_points, split_settings
from darkfactory.statistics import to_pyhf, z_value
from darkfactory.version import __version__

__all__ = ["Reach", "reach"]

Array = NDArray[np.float64]
BAND_NAMES = ("m2", "m1", "median", "p1", "p2")


@dataclass(frozen=True, eq=False)
class Reach:
    """Expected reach of one search at one experiment for one model.

    Attributes
    ----------
    search, experiment, model : str
        Names.
    cl, z : float
        Confidence level and the number of standard deviations at which the method sets its median limit.
    method : str
        Statistical method.
    parameters : dict
        The model's couplings and, for named chiralities, the chirality.
    result : SearchResult
        Limits on the branching ratio over hbar/tau, with status and what limits them.
    F_gev : ndarray, shape (H,)
        The same as lower limits on F [GeV]; 0 where the channel is closed or nothing is quoted.
    version : str
        Version of the package.
    """

    search: str
    experiment: str
    model: str
    cl: float
    z: float
    method: str
    parameters: Mapping[str, Any]
    result: SearchResult
    F_gev: Array
    version: str

    @property
    def masses(self) -> Array:
        """Mass hypotheses [MeV]."""
        return self.result.masses

    @property
    def branching_ratio(self) -> Array:
        """Median expected upper limit on the branching ratio; inf where none is quoted."""
        return self.result.branching_ratio

    @property
    def references(self) -> tuple[str, ...]:
        """Citation keys of everything used."""
        return tuple(dict.fromkeys(self.result.references))

    def point(self, h: int) -> dict[str, Any]:
        """Row ``h`` as it is written to JSON; what is not quoted is None."""
        r = self.result
        closed = r.status[h] == "closed"
        F = float(self.F_gev[h])
        row: dict[str, Any] = {
            "mass": float(r.masses[h]),
            "status": str(r.status[h]),
            "expected": {
                "branching_ratio": _finite(r.branching_ratio[h]),
                "F_gev": F if F > 0 or closed else None,
            },
            "observed": None,
            "error": float(r.error[h]),
            "band": {
                name: _finite(value) for name, value in zip(BAND_NAMES, r.band[h], strict=True) if name != "median"
            },
            "signal_efficiency": float(r.signal_efficiency[h]),
            "background": float(r.background[h]),
            "limited_by": str(r.limited_by[h]) or None,
        }
        return row | {name: _finite(values[h]) for name, values in r.extra.items()}

    def to_pyhf(self) -> dict[str, Any]:
        """The likelihood of a single mass as a pyhf workspace; its parameter of interest is the branching ratio, scaled.

        Raises
        ------
        InvalidInput
            If the reach has several masses.
        DarkfactoryError
            If a nuisance is of a kind that pyhf cannot express (a free shape), or the channel is closed.
        """
        if len(self.masses) != 1:
            raise InvalidInput(f"mass: {len(self.masses)} points; a pyhf workspace holds one, give a single --mass")
        return to_pyhf(self.result.models)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "search": self.search,
            "experiment": self.experiment,
            "model": self.model,
            "model_parameters": dict(self.parameters),
            "process": f"{self.result.parent} -> {self.result.daughter} a",
            "cl": self.cl,
            "method": self.method,
            "z": self.z,
            "version": self.version,
            "seed": None,
            "settings": {
                key: _finite_or_word(v) for key, v in self.result.settings.items() if key not in ("cl", "method")
            },
            "nuisances": {name: _finite_or_word(prior) for name, prior in self.result.nuisances.items()},
            "notes": list(self.result.notes),
            "references": list(self.references),
            "points": [self.point(h) for h in range(len(self.masses))],
        }


def _finite(value: Any) -> float | None:
    return float(value) if math.isfinite(value) else None


def _finite_or_word(value: Any) -> Any:
    return "free" if isinstance(value, float) and math.isinf(value) else value


def reach(
    search: str,
    experiment: str | None = None,
    *,
    model: str | LfvAlp = "lfv-alp",
    mass: str | float | Sequence[float] | Array | None = None,
    cl: float | None = None,
    method: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Reach:
    """Expected reach of a search at an experiment.

    Parameters
    ----------
    search : str
        Name of the search, e.g. ``forward-positron``.
    experiment : str, optional
        Name of a shipped card or path of your own; the search's first card by default.
    model : str or LfvAlp
        Name of a model (its parameters then come from ``model.*`` settings), or a model.
    mass : number, array or ``START:STOP:N``
        Mass hypotheses [MeV]; the model's mass by default.
    cl, method : float, str, optional
        Confidence level and statistical method; what the card, then the search, says by default.
    settings : mapping, optional
        Overrides with prefixes ``model.``, ``beam.``, ``detector.``, ``search.``.

    Returns
    -------
    Reach
        One row per mass. A closed channel is a row with status ``closed``; no exception.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain; all problems at once.

    Examples
    --------
    >>> r = reach("forward-positron", "megii-fwd", method="fisher",
    ...           settings={"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"})
    >>> f"{r.branching_ratio[0]:.3e} {r.F_gev[0]:.2e}"  # two weeks, no focusing, statistics only
    '1.234e-07 2.52e+10'
    """
    strategy = find_search(search)
    model_settings, rest = split_settings(settings)
    alp, model_name = _resolve_model(model, model_settings, strategy)
    card = load_card(experiment or strategy.cards[0], rest)
    typed = card_settings(card, strategy.keys, strategy.name)
    cl = cl if cl is not None else typed["cl"] or strategy.cl
    method = str(method or typed["method"] or strategy.method).lower()
    remedy = "e.g. 0.90 or 0.95"
    require(
        one_of("method", method, strategy.methods),
        in_range("cl", cl, 0.5, 1, open_low=True, open_high=True, remedy=remedy),
        None if np.ndim(cl) == 0 else f"cl = {cl!r}: must be one number, {remedy}",
    )
    cl = float(cl)
    masses = mass_points(alp.mass if mass is None else mass)
    result = strategy.run(card, typed, alp, masses, cl, method)
    C_V, C_A = complex(alp.C_V), complex(alp.C_A)
    return Reach(
        search=strategy.name,
        experiment=card.name,
        model=model_name,
        cl=cl,
        z=z_value(cl, method),
        method=method,
        parameters={"chirality": alp.chirality, "C_V": _plain(C_V), "C_A": _plain(C_A)},
        result=result,
        F_gev=_scales(result, C_V, C_A),
        version=__version__,
    )


def _scales(result: SearchResult, C_V: complex, C_A: complex) -> Array:
    """Lower limits on F [GeV]; 0 where the channel is closed or nothing is quoted."""
    channel = f"{result.parent}-{result.daughter}"
    quoted = np.isfinite(result.branching_ratio)
    pairs = zip(result.branching_ratio[quoted], result.masses[quoted], strict=True)
    scales = np.zeros(len(quoted))
    scales[quoted] = [scale_from_branching_ratio(channel, float(b), float(m), C_V, C_A) for b, m in pairs]
    return scales


def _plain(value: complex) -> float | str:
    """Real numbers as numbers, complex ones as text: JSON has none."""
    return value.real if value.imag == 0 else str(value).strip("()")


def _resolve_model(model: str | LfvAlp, settings: Mapping[str, Any], strategy: Search) -> tuple[LfvAlp, str]:
    if isinstance(model, LfvAlp):
        if settings:
            raise InvalidInput(f"settings model.{next(iter(settings))}: the model is already given as an object")
        return model, "lfv-alp"
    name = model.replace("_", "-")
    built = build_model(name, settings)
    if find_model(name).acts_as not in strategy.models:
        require(one_of(f"model of {strategy.name}", name, strategy.models))
    if not isinstance(built, LfvAlp):
        raise InvalidInput(f"model = {name}: {strategy.name} takes lfv-alp")
    return built, name
