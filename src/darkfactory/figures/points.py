"""Rows of curves: how a figure's table is written, and read again for drawing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["at_mass", "columns", "curve_rows", "ends", "picked", "spread"]


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


def at_mass(masses: Any, values: Any, mass: float) -> float | None:
    """Value of a curve at a mass, log-log between its points; None beyond its ends.

    Parameters
    ----------
    masses, values : array_like, shape (n,)
        Of the curve, rising masses; 0 counts as 1e-9.
    mass : float
        In the unit of ``masses``.

    Examples
    --------
    >>> round(at_mass([1.0, 100.0], [1.0, 1e-4], 10.0), 12), at_mass([1.0, 100.0], [1.0, 1e-4], 101.0)
    (0.01, None)
    """
    x = np.asarray(masses, dtype=float)
    if not x[0] <= mass <= x[-1]:
        return None
    return float(np.exp(np.interp(np.log(mass), np.log(np.maximum(x, 1e-9)), np.log(values))))


def columns(rows: Iterable[Mapping[str, Any]], *names: str) -> tuple[NDArray[np.float64], ...]:
    """Columns of rows as arrays."""
    table = list(rows)
    return tuple(np.array([row[name] for row in table], dtype=float) for name in names)


def ends(values: Any) -> tuple[float, float]:
    """Ends of an axis that shows these values > 0: room around a single one.

    Examples
    --------
    >>> ends([3.0, 1.0, 2.0]), ends([10.0])
    ((1.0, 3.0), (9.0, 11.0))
    """
    low, high = float(np.min(values)), float(np.max(values))
    return (low, high) if low < high else (0.9 * low, 1.1 * high)


def spread(heights: Any, gap: float) -> Any:
    """Places of labels at least ``gap`` apart, as near as possible to their heights (least squares).

    Parameters
    ----------
    heights : array_like
        Where the labels belong, rising.
    gap : float
        Least distance, in the same units.

    Examples
    --------
    >>> spread([0.0, 1.0, 1.0, 9.0], 2.0).round(3).tolist()
    [-1.333, 0.667, 2.667, 9.0]
    """
    offset = gap * np.arange(len(heights))
    blocks: list[tuple[float, int]] = []
    for value in np.asarray(heights, dtype=float) - offset:
        blocks.append((float(value), 1))
        # labels that would come too near move together
        while len(blocks) > 1 and blocks[-2][0] >= blocks[-1][0]:
            (a, n), (b, m) = blocks[-2:]
            blocks[-2:] = [((a * n + b * m) / (n + m), n + m)]
    return np.concatenate([np.zeros(0), *(np.full(n, value) for value, n in blocks)]) + offset
