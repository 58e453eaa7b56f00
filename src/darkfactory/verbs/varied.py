"""The limits of one reach as its numbers change: what ``audit``, ``impacts`` and ``optimise`` ask again and again."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, require
from darkfactory.experiments.keys import KEYS
from darkfactory.models import find_model
from darkfactory.numerics.elasticity import Change
from darkfactory.parsing import canonical
from darkfactory.result import Result
from darkfactory.searches.expectations import UNQUOTED, Binned
from darkfactory.searches.registry import SEARCHES
from darkfactory.settings import Setting
from darkfactory.statistics import BinnedModel
from darkfactory.verbs.reach import Reach, reach

__all__ = ["OfOneLimit", "Varied", "limits_of", "nuisance_key", "setting_of"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False, repr=False)
class OfOneLimit(Result):
    """What is said of one limit of a reach.

    Attributes
    ----------
    search, experiment, model : str
        Names.
    mass : float
        Mass hypothesis [MeV].
    quantity : str
        Limit that is meant: ``branching_ratio`` or a coupling.
    """

    search: str
    experiment: str
    model: str
    mass: float
    quantity: str

    @property
    def limit_of(self) -> dict[str, Any]:
        """Of which limit, as JSON says it."""
        return {name: getattr(self, name) for name in ("search", "experiment", "model", "mass", "quantity")}


def limits_of(made: Reach) -> dict[str, float]:
    """Limits of the first mass by name; those that say something.

    The branching ratio comes first, and last where it is only the one at an edge of the coupling, which changes with the edge: of
    a region with both edges, behind a beam dump or of displaced pairs.

    Parameters
    ----------
    made : Reach
        A reach.
    """
    if made.result.status[0] != "ok":
        return {}
    rate = {"branching_ratio": made.branching_ratio}
    known = rate | {**made.couplings} if made.result.excluded is None else {**made.couplings} | rate
    first = {name: float(values[0]) for name, values in known.items()}
    return {name: value for name, value in first.items() if math.isfinite(value) and value > 0}


def setting_of(key: str, search: str, model: str) -> Setting | None:
    """Description of a number by its key; None if it is none that can be set.

    Parameters
    ----------
    key : str
        Such as ``beam.days``, ``search.kappa`` or ``model.C_V``.
    search, model : str
        Names.
    """
    prefix, _, name = key.partition(".")
    if prefix == "search":
        return next((one for one in SEARCHES[search].keys if canonical(one.name) == canonical(name)), None)
    if prefix == "model":
        return next((one for one in find_model(model).keys if canonical(one.name) == canonical(name)), None)
    return KEYS.get(key)


def nuisance_key(name: str) -> tuple[str, ...]:
    """Keys of a search that may hold the width of a nuisance's prior."""
    kind = name.partition("[")[0]  # one of several categories
    return f"search.systematics.{kind}", f"search.{kind}_prior"


class Varied:
    """Limits of a reach with other settings; what was computed once is kept.

    Parameters
    ----------
    made : Reach
        The reach at one mass.
    arguments : mapping
        Its arguments, by name.
    names : sequence of str
        Limits that are wanted.

    Attributes
    ----------
    limits : dict
        Limits of the reach itself.
    likelihood : BinnedModel, optional
        Likelihood behind them, where all of it is fitted.
    powers : dict
        By key and value of a number, for which the likelihood of a reach was the same but for factors: the powers of that
        change with which signal and templates go.
    evaluations : int
        How many others were computed.
    before : callable
        Called before each of them; it may raise.
    """

    def __init__(self, made: Reach, arguments: Mapping[str, Any], names: tuple[str, ...]) -> None:
        self.made, self.arguments, self.names = made, dict(arguments), names
        known = limits_of(made)
        self.limits = {name: known[name] for name in names}
        self.evaluations = 0
        self.before: Callable[[], None] = lambda: None
        self.powers: dict[tuple[str, float], Array] = {}
        self._kept: dict[tuple[str, float], Array] = {}
        expectation = made.result.expectation
        self.likelihood: BinnedModel | None = None
        if isinstance(expectation, Binned) and expectation.kappa is None:
            self.likelihood = expectation.model

    def with_settings(self, changed: Mapping[str, Any]) -> Reach:
        """The reach with some other settings."""
        own = {canonical(key) for key in changed}
        given = self.arguments.get("settings") or {}
        kept = {name: value for name, value in given.items() if canonical(name) not in own}
        self.before()
        self.evaluations += 1
        return reach(**{**self.arguments, "settings": kept | dict(changed)})

    def nuisances(self, key: str) -> list[int]:
        """Places of the nuisances of the likelihood whose prior has the width that a key says."""
        model = self.likelihood
        return [] if model is None else [k for k, n in enumerate(model.names) if key in nuisance_key(n)]

    def change(self, key: str, value: float) -> Change:
        """Change of the limits with one number, for derivatives.

        Parameters
        ----------
        key, value : str, float
            The number, and what it is in the reach.
        """
        setting = setting_of(key, self.made.search, self.made.model)
        whole = setting is not None and setting.kind == "integer"

        def changed(factor: float) -> tuple[float, Array]:
            new = value * factor
            if whole:
                away = max(1.0, float(round(abs(new - value))))
                new = value + math.copysign(away, new - value)
            kept = self._kept.get((key, new))
            if kept is None:
                kept = self._kept[key, new] = self._logs(key, value, int(new) if whole else new)
            return math.log(new / value) if new / value > 0 else math.inf, kept

        return changed

    def of_likelihood(self, signal: float, templates: Array) -> Change:
        """Change of the limits if signal and templates are multiplied by powers of a factor."""
        model = self.likelihood
        assert model is not None

        def changed(factor: float) -> tuple[float, Array]:
            tables = model._templates * (factor**templates)[:, None]
            scaled = BinnedModel(model._signal * factor**signal, tables, *_rest(model))
            return math.log(factor), self._refitted(scaled)

        return changed

    def _logs(self, key: str, value: float, new: float) -> Array:
        places = self.nuisances(key)
        if places and self.likelihood is not None:
            model = self.likelihood
            nuisances = list(model.nuisances)
            for k in places:
                nuisances[k] = replace(nuisances[k], prior=nuisances[k].prior * new / value)
            setting = setting_of(key, self.made.search, self.made.model)
            require(None if setting is None else setting.parse(new, key)[1])
            try:
                return self._refitted(BinnedModel(model._signal, model._templates, model.basis, nuisances))
            except InvalidInput:  # beyond what the templates are tabulated for
                pass
        other = self.with_settings({key: new})
        found = limits_of(other)
        powers = self._powers(other, math.log(new / value)) if new / value > 0 else None
        if powers is not None:
            self.powers[key, new] = powers
        missing = [name for name in self.names if name not in found]
        require(f"{key} = {new:g}: no limit there" if missing else None)
        return np.array([math.log(found[name] / self.limits[name]) for name in self.names])

    def _powers(self, other: Reach, moved: float) -> Array | None:
        """Powers of signal and templates, shape (1 + T,), if the likelihood of a reach differs by factors alone."""
        model, expectation = self.likelihood, other.result.expectation
        if model is None or not isinstance(expectation, Binned):
            return None
        new = expectation.model
        same = _rest(model) == _rest(new) and model._templates.shape == new._templates.shape and moved != 0
        if not same or model._signal.shape != new._signal.shape:
            return None
        pairs = [(model._signal, new._signal)]
        pairs += [(model._templates[..., t, :], new._templates[..., t, :]) for t in range(model._basis.size)]
        found = []
        for before, after in pairs:
            k = np.unravel_index(int(np.argmax(np.abs(before))), before.shape)
            factor = after[k] / before[k] if before[k] else 1.0
            if factor <= 0 or not np.allclose(after, factor * before, rtol=1e-9, atol=1e-12 * float(abs(after[k]))):
                return None
            found.append(math.log(factor) / moved)
        return np.array(found)

    def slopes(self) -> Array:
        """Logarithmic derivatives of the limits in the branching ratio, as they are converted."""
        expectation = self.made.result.expectation
        assert isinstance(expectation, Binned)
        one = self.made.branching_ratio
        up, down = ({"branching_ratio": x, **expectation.couplings(x)} for x in (one * (1 + 1e-4), one * (1 - 1e-4)))
        moved = math.log((1 + 1e-4) / (1 - 1e-4))
        return np.array([math.log(float(up[name][0] / down[name][0])) / moved for name in self.names])

    def _refitted(self, model: BinnedModel) -> Array:
        """Logarithms of the limits of another likelihood of the same search over those of the reach."""
        expectation, made = self.made.result.expectation, self.made
        assert isinstance(expectation, Binned)
        self.before()
        self.evaluations += 1
        found = replace(expectation, model=model).limits(made.masses, made.cl, made.method)
        limits = {"branching_ratio": found.branching_ratio, **found.couplings}
        good = found.status[0] not in UNQUOTED and all(0 < limits[name][0] < math.inf for name in self.names)
        require(None if good else "no limit there")
        return np.array([math.log(float(limits[name][0]) / self.limits[name]) for name in self.names])


def _rest(model: BinnedModel) -> tuple[Any, ...]:
    return model.basis, model.nuisances, model.signal_basis
