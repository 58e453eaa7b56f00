"""What planes draw: published limits as one grey area with its outline, projections and reaches of a user's cards as lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.figures.points import columns, picked
from darkfactory.style import COLORS

__all__ = ["EXCLUDED", "Named", "cards", "excluded", "pieces", "projected", "strokes"]

Array = NDArray[np.float64]
Named = list[tuple[Array, Array, str, str]]
"""Curves (x, y, text, color) whose names :func:`darkfactory.figures.labels.label_curves` writes."""
EXCLUDED = "#eeeeee"
"""Grey of what is excluded."""
OUTER, INNER = "#333333", "#888888"
"""Of the names of limits that bound the excluded area, and of those that lie inside it."""
MARKS = {"recalled": "\N{DAGGER}", "derived": " [derived]", "assumed": " [assumed]"}
"""Behind the name of a limit, by where its numbers are from."""
CARDS = ("purple", "green", "orange", "black", "sky")
"""Colours of the cards of a user."""


def excluded(axis: Any, rows: Sequence[Any], column: str, top: float) -> Named:
    """Regions that observed limits exclude as one grey area, up to ``top`` or the far side of a region.

    Records that assume more than others are lines.

    Parameters
    ----------
    axis : matplotlib axes
        To draw on.
    rows : sequence of dict
        Rows of :func:`darkfactory.figures.curves.drawable`, among others.
    column : str
        The coupling.
    top : float
        Upper end of a region without a far side.

    Returns
    -------
    list of (x, y, text, color)
        The names: those of limits that bound the area first, at the part of their curve that does; a dagger for recalled
        numbers, and the CL of a rescaled limit.
    """
    mine = [row for row in picked(rows, kind="observed") if column in row]
    regions: dict[float, list[tuple[float, float, str]]] = {}
    for row in mine:
        if not row["conditional"]:
            edges = (row[column], row.get("far_side", top), row["curve"])
            regions.setdefault(row["mass_mev"], []).append(edges)
    outer: Named = []
    inner: Named = []
    for curve in dict.fromkeys(row["curve"] for row in mine):
        points = picked(mine, curve=curve)
        x, near = columns(points, "mass_mev", column)
        far = np.array([row.get("far_side", top) for row in points])
        for part in pieces(x):
            if points[0]["conditional"]:
                axis.plot(x[part], near[part], color=COLORS["grey"], ls=(0, (3, 1, 1, 1)), lw=1.2)
            else:
                _fill(axis, x[part], near[part], far[part])
        path, words = _outline(x, near, far, top), _words(points[0])
        seen = np.array([not _inside(regions.get(m, ()), y, curve) for m, y in zip(*path, strict=True)])
        if seen.any():
            outer.append((path[0][seen], path[1][seen], words, OUTER))
        inner.append((*path, words, OUTER if seen.any() else INNER))
    return outer + inner


def _fill(axis: Any, x: Array, near: Array, far: Array) -> None:
    """A region, of which other regions hide the outline, and a faint line that shows it there."""
    grey = COLORS["grey"]
    axis.fill_between(x, near, far, facecolor=EXCLUDED, edgecolor=grey, lw=1.6, zorder=0.8)
    axis.fill_between(x, near, far, facecolor=EXCLUDED, lw=0, zorder=0.9)
    axis.plot(x, near, color=grey, lw=0.5, alpha=0.5, zorder=1)


def _words(row: Mapping[str, Any]) -> str:
    """Name of a published limit with what a reader must know of its numbers."""
    rescaled = f", {100 * row['cl']:g}% CL, rescaled" if row.get("rescaled") else ""
    return str(row["curve"]) + MARKS.get(row["provenance"], "") + rescaled


def _inside(regions: Sequence[tuple[float, float, str]], value: float, curve: str) -> bool:
    """Whether a point lies inside the region of another curve."""
    return any(near < value * (1 - 1e-9) and value * (1 + 1e-9) < far for near, far, own in regions if own != curve)


def pieces(x: Array) -> list[slice]:
    """Parts of a curve on an even grid of the logarithm, which ends where masses are left out.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Masses, rising.
    """
    steps = np.diff(np.log(x))
    ends = [0, *(np.flatnonzero(steps > 1.5 * np.median(steps)) + 1 if len(steps) else ()), len(x)]
    return [slice(start, end) for start, end in pairwise(ends)]


def _outline(x: Array, near: Array, far: Array, top: float) -> tuple[Array, Array]:
    """The edges that bound a region: both, or the lower one if nothing ends it below the top."""
    inside = far < top
    return np.concatenate([x, x[inside]]), np.concatenate([near, far[inside]])


def projected(axis: Any, rows: Sequence[Any], column: str) -> Named:
    """Published projections as dashed lines without an area.

    Parameters
    ----------
    axis, rows, column
        As of :func:`excluded`.
    """
    named = []
    for curve in dict.fromkeys(row["curve"] for row in picked(rows, kind="projected") if column in row):
        points = picked(rows, curve=curve, kind="projected")
        x, y = columns(points, "mass_mev", column)
        far = np.array([row.get("far_side", np.nan) for row in points])
        for part in pieces(x):
            axis.plot(x[part], y[part], color=COLORS["blue"], ls="--", lw=0.9)
            axis.plot(x[part], far[part], color=COLORS["blue"], ls="--", lw=0.9)
        named.append((x, y, _words(points[0]), COLORS["blue"]))
    return named


def cards(axis: Any, rows: Sequence[Any], column: str, scale: float = 1.0, lowest: float = 0.0) -> Named:
    """Reaches of a user's cards: regions filled, others as lines.

    Parameters
    ----------
    axis, rows, column
        As of :func:`excluded`; rows of :meth:`darkfactory.figures.planes.Plane.of_cards` among them.
    scale : float
        What the axis has for 1 MeV.
    lowest : float
        Mass [MeV] at which massless particles are drawn.
    """
    named = []
    mine = [row for row in rows if row.get("card") and column in row]
    for k, curve in enumerate(dict.fromkeys(row["curve"] for row in mine)):
        color = COLORS[CARDS[k % len(CARDS)]]
        points = picked(mine, curve=curve)
        for n in dict.fromkeys(row.get("interval") for row in points):
            own = picked(points, interval=n) if n is not None else points
            at, y = columns(own, "mass_mev", column)
            at = scale * np.maximum(at, lowest)
            if "far_side" in own[0]:
                (far,) = columns(own, "far_side")
                axis.fill_between(at, y, far, facecolor=(color, 0.25), edgecolor=color, lw=1.6, zorder=2.1)
            else:
                axis.plot(at, y, color=color, ls=(0, (7, 2)), lw=2.0, marker="o" if len(at) == 1 else "", ms=3)
        at, y = columns(points, "mass_mev", column)
        named.append((scale * np.maximum(at, lowest), y, curve, color))
    return named


def strokes(axis: Any, styles: Mapping[str, Any], **where: Any) -> None:
    """A small legend of dashes, whatever the colour.

    Parameters
    ----------
    axis : matplotlib axes
        To draw on.
    styles : mapping
        Dashes by what they mean.
    **where
        Of the legend.
    """
    from matplotlib.lines import Line2D

    if not styles:
        return
    handles = [Line2D([], [], color=COLORS["black"], ls=dash, lw=1.2, label=words) for words, dash in styles.items()]
    axis.legend(handles=handles, fontsize=7, **where)
