"""The verbs by their words, as a run block, a scan and the command line name them."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

__all__ = ["SCANNED", "VERBS", "function_of"]

VERBS = {name: name for name in ("rate", "spectrum", "events", "reach", "trigger", "target", "model", "figure", "scan")}
VERBS |= {"bounds": "bounds.table", "bounds recast": "bounds.limits", "bounds verdict": "bounds.verdict"}
VERBS |= {"bounds recast couplings": "recast", "bounds recast continuum": "bounds.limits_of_continuum"}
VERBS |= {"bounds show": "bounds.show"}
VERBS |= {name: name for name in ("validate", "impacts", "optimise", "combine", "survey")}
"""Verbs of the Python interface; their run blocks hold its arguments."""

SCANNED: Mapping[str, str | None] = {
    "rate": None,
    "spectrum": None,
    "reach": "mass",
    "survey": None,
    "trigger": "threshold",
    "target": "mass",
    "model": None,
    "bounds recast": "mass",
    "bounds verdict": None,
}
"""Verbs that return rows, each with what it takes many values of in one call."""


def function_of(verb: str, arguments: Mapping[str, Any]) -> Callable[..., Any]:
    """Return the function of the Python interface behind a verb.

    Parameters
    ----------
    verb : str
        One of :data:`VERBS`.
    arguments : mapping
        What it is to be called with: with a model, ``bounds recast`` is about its couplings or its continuum of masses.

    Examples
    --------
    >>> function_of("bounds verdict", {}).__name__
    'verdict'
    """
    import darkfactory.bounds
    from darkfactory.models import find_model

    if verb == "bounds recast" and (model := arguments.get("model")) is not None:
        verb += " continuum" if "continuum" in find_model(model).offers else " couplings"
    found: Callable[..., Any] = operator.attrgetter(VERBS[verb])(darkfactory)
    return found
