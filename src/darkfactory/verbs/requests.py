"""What a reach is asked for, read and checked before anything is computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import in_range, one_of, require
from darkfactory.experiments import Card
from darkfactory.models import Model
from darkfactory.models.base import require_one_mass
from darkfactory.processes.requests import resolve_model
from darkfactory.searches.base import Search
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import find_search
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Settings, mass_points, split_settings

__all__ = ["Request", "requested"]

Array = NDArray[np.float64]


class Request(NamedTuple):
    """What a reach is asked for: names, as the objects that they stand for."""

    search: Search
    card: Card
    settings: Settings
    model: Any
    model_settings: Mapping[str, Any]
    masses: Array
    cl: float
    method: str


def requested(
    search: str,
    experiment: str | None = None,
    model: str | Model | None = None,
    mass: str | float | Sequence[float] | Array | None = None,
    cl: float | None = None,
    method: str | None = None,
    coupling: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Request:
    """What a reach is asked for, read and checked: all that is known before anything is computed.

    Parameters
    ----------
    search, experiment, model, mass, cl, method, coupling, settings
        See :func:`darkfactory.reach`.

    Raises
    ------
    DarkfactoryError
        For unknown names and values outside their domain.
    """
    strategy = find_search(search)
    model_settings, rest = split_settings(settings)
    built = resolve_model(strategy.name, strategy.takes, strategy.models[0], model, model_settings)
    if coupling is None and "search.coupling" not in rest:
        coupling = _other_coupling(strategy, built, model_settings)
    rest = strategy.scanning(coupling, rest)
    card = load_experiment(experiment or strategy.cards[0], rest)
    typed = card_settings(card, strategy.keys, strategy.name)
    cl = cl if cl is not None else typed["cl"] or strategy.cl
    method = str(method or typed["method"] or strategy.method).lower()
    require(one_of("method", method, strategy.methods), _level_problem(cl))
    require_one_mass(mass, model_settings, built.mass_setting)
    masses = mass_points(built.mass if mass is None else mass)
    return Request(strategy, card, typed, built, model_settings, masses, float(cl), method)


def _level_problem(cl: Any) -> str | None:
    remedy = "e.g. 0.90 or 0.95"
    outside = in_range("cl", cl, 0.5, 1, open_low=True, open_high=True, remedy=remedy)
    return outside or (None if np.ndim(cl) == 0 else f"cl = {cl!r}: must be one number, {remedy}")


def _other_coupling(strategy: Search, model: Any, given: Mapping[str, Any]) -> str | None:
    """Coupling that is scanned where the usual one has a value: the first without one; None leaves the choice to the search."""
    if not model.scannable or not strategy.chooses_coupling:
        return None

    def is_free(coupling: str | None) -> bool:
        return not {*model.scan(coupling, "prompt").scanned} & {*given}

    return None if is_free(None) else next(filter(is_free, model.scannable), None)
