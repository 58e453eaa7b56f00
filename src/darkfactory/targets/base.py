"""What a target is: its keys, defaults and references, and a function from masses and settings to a table."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.cosmology.thermodynamics import TABLES
from darkfactory.settings import Setting, Settings

__all__ = ["OMEGA", "TABLE", "Asked", "Masses", "Rows", "TargetEntry", "table_rows"]

Rows = list[dict[str, Any]]
Masses = NDArray[np.float64]
Asked = Callable[..., Rows]
"""(masses [MeV], or None, **settings) -> rows of the target."""
TABLE = Setting("table", "fit", "degrees of freedom", "choice", choices=TABLES)
OMEGA = Setting("omega_h2", 0.12, "Omega h^2 of dark matter", low=1e-6, high=100.0)


@dataclass(frozen=True)
class TargetEntry:
    """A target as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    mass : str
        Masses by default [MeV].
    keys : tuple of Setting
        Its settings.
    compute : callable
        (masses, settings) -> (rows, notes).
    references : tuple of str
        Citation keys.
    drawn : tuple of str
        Columns that a plot shows: x and y.
    unused : callable
        settings -> keys that have no effect with them, and why: refused when given, not recorded otherwise.
    on : callable
        (model, mass [MeV], LFV channel, :data:`Asked`) -> what it says of a model at a mass, one row per kind of it, none if it
        is about others: ``kind``, ``quantity`` (one of the model's ``quantities``) and its ``value`` on the target, None where
        it has none, ``status``, and ``reason``, in words.
    """

    name: str
    title: str
    mass: str
    keys: tuple[Setting, ...]
    compute: Callable[[Masses, Settings], tuple[Rows, tuple[str, ...]]]
    references: tuple[str, ...]
    drawn: tuple[str, str]
    unused: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda settings: {}
    on: Callable[[Any, float, str, Asked], Rows] = lambda model, mass, channel, asked: []


def _floats(values: Any, count: int) -> list[float | None]:
    """Plain numbers of an array, None where infinite."""
    array = np.broadcast_to(np.asarray(values, dtype=float), (count,))
    return [float(v) if np.isfinite(v) else None for v in array]


def table_rows(**columns: Any) -> Rows:
    """Rows of columns of equal length, or of one value for all; ``mass`` is one of them, and None stands for infinity."""
    count = len(columns["mass"])
    plain = {name: _floats(values, count) for name, values in columns.items()}
    return [dict(zip(plain, row, strict=True)) for row in zip(*plain.values(), strict=True)]
