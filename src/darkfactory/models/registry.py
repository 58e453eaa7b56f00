"""Models by name, built from the ``model.*`` settings of a command line or a card."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from darkfactory.discovery import declared
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.models.base import Model, ModelEntry
from darkfactory.models.benchmarks import BENCHMARKS
from darkfactory.settings import read_settings

__all__ = ["COUPLINGS", "MODELS", "build_model", "find_model", "given_settings", "offering"]

FIRST = (
    "lfv-alp",
    "dark-photon",
    "vector",
    "scalar",
    "pseudoscalar",
    "derivative-alp",
    *BENCHMARKS,
    "charges",
    "inverse-seesaw",
    "portal",
)
"""The order of lists, and of what is taken where no model is named."""
MODELS: dict[str, type[Model] | ModelEntry] = declared("darkfactory.models", "MODELS", FIRST)
"""Every model by its name; a new one is a file in this folder with a ``MODELS``."""

COUPLINGS = tuple(dict.fromkeys(name for entry in MODELS.values() for name in entry.scannable))
"""Couplings that a scan can be asked for; models without any scale all of theirs together."""


def offering(capability: str) -> tuple[str, ...]:
    """Names of the models that offer a capability (see :class:`darkfactory.models.base.Model`), without the theories.

    Examples
    --------
    >>> offering("lfv-alp")
    ('lfv-alp',)
    """
    return tuple(
        name for name, entry in MODELS.items() if capability in entry.offers and not isinstance(entry, ModelEntry)
    )


def find_model(name: str) -> type[Model] | ModelEntry:
    """Entry of model ``name``; hyphens and underscores are the same.

    Raises
    ------
    UnknownName
        If there is none; near names are listed.
    """
    wanted = str(name).replace("_", "-")
    if wanted not in MODELS:
        hint = did_you_mean(wanted, list(MODELS))
        raise UnknownName(f"model {wanted!r} does not exist; models: {', '.join(MODELS)}{hint}")
    return MODELS[wanted]


def given_settings(entry: type[Model] | ModelEntry, settings: Mapping[str, Any] | None) -> dict[str, Any]:
    """Typed values of those settings of a model that are given (keys without the prefix ``model.``).

    Raises
    ------
    DarkfactoryError
        Listing unknown keys, values outside their range, and what is given twice.
    """
    typed = read_settings(entry.keys, entry.name, ("user", settings or {}), label="model.")
    return {key: value for key, value in typed.echo().items() if key in typed.origins and value is not None}


def build_model(name: str = "lfv-alp", settings: Mapping[str, Any] | None = None) -> Any:
    """Model ``name`` with ``settings`` (keys without the prefix ``model.``; values may be text).

    Raises
    ------
    UnknownName
        For an unknown model or key; near ones are listed.
    InvalidInput
        For values outside their domain or settings that contradict each other.

    Examples
    --------
    >>> build_model("lfv-alp", {"C_V": "1", "C_A": "-1", "mass": "20"}).chirality
    'V-A'
    """
    entry = find_model(name)
    return entry.build(given_settings(entry, settings))
