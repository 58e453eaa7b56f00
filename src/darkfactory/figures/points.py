"""Rows of curves: how a figure's table is written, and read again for drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["columns", "curve_rows", "picked"]


def curve_rows(curve: str, x: tuple[str, Any], y: tuple[str, Any], **common: Any) -> list[dict[str, Any]]:
    """Rows of one curve.

    Parameters
    ----------
    curve : str
        Name of the curve.
    x, y : tuple
        Column (with its unit) and values; where y is not finite or not positive there is no row.
    **common
        The same in every row, e.g. provenance and reference.

    Returns
    -------
    list of dict
        One row per point.
    """
    pairs = zip(np.asarray(x[1], dtype=float), np.asarray(y[1], dtype=float), strict=True)
    return [{"curve": curve, x[0]: float(a), y[0]: float(b), **common} for a, b in pairs if np.isfinite(b) and b > 0]


def picked(rows: Sequence[Mapping[str, Any]], **values: Any) -> list[Mapping[str, Any]]:
    """Rows that have these values."""
    return [row for row in rows if all(row.get(key) == value for key, value in values.items())]


def columns(rows: Iterable[Mapping[str, Any]], *names: str) -> tuple[NDArray[np.float64], ...]:
    """Columns of rows as arrays."""
    table = list(rows)
    return tuple(np.array([row[name] for row in table], dtype=float) for name in names)
