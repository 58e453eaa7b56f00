"""Labels at curves: where there is room for them, so that a figure with many curves needs no legend."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["label_curves", "say_closed"]

Array = NDArray[np.float64]
CANDIDATES = 60
"""Places along a curve at which a label is tried."""
MOST_COVERED = 0.1
"""Part of a name that may overlap with others."""
AWAY = ((0.0, 0.75), (0.0, -0.75), (0.0, 1.6), (0.0, -1.6), (-0.55, 0.0), (0.55, 0.0), (-0.5, -1.0), (0.5, 1.0))
"""Distances from the curve, in widths and heights of the text; nearer ones are tried first."""


def label_curves(axis: Any, curves: Iterable[tuple[Any, Any, str, str]], fontsize: float = 6.5) -> int:
    """Write the name of every curve beside it, where it covers least of other names and curves; none where there is no room.

    Parameters
    ----------
    axis : matplotlib axes
        With its final limits and scales.
    curves : iterable of (x, y, text, color)
        In the order of their importance: what comes first is placed first. A text that comes again, e.g. with more of its
        curve, is written once.
    fontsize : float
        Of the names [points].

    Returns
    -------
    int
        Number of names written; a curve outside the axes has none, nor one whose name would cover another.
    """
    from matplotlib.patheffects import withStroke

    figure = axis.figure.get_figure(root=True)
    box = axis.get_position() if axis.figure is figure else axis.bbox.transformed(figure.transFigure.inverted())
    width, height = figure.get_size_inches() * (box.width, box.height) * 72
    named = [(_inside(axis, x, y), text, color) for x, y, text, color in curves]
    points = np.concatenate([path[::6] for path, _, _ in named] or [np.empty((0, 2))])
    placed: list[Array] = []
    written: set[str] = set()
    for path, text, color in named:
        if not len(path) or text in written:
            continue
        size = np.array([0.62 * fontsize * len(_visible(text)) / width, 1.3 * fontsize / height])
        centres = _centres(path, size)
        if not len(centres):
            continue
        shared = _overlaps(centres, size, placed)
        best = int(np.argmin(1e5 * shared + _covered(centres, size, points)))
        if shared[best] > MOST_COVERED * np.prod(size):
            continue
        centre = centres[best]
        placed.append(np.array([centre - size / 2, centre + size / 2]))
        written.add(text)
        placed_text = axis.text(
            *centre, text, color=color, fontsize=fontsize, ha="center", va="center", transform=axis.transAxes, zorder=5
        )
        placed_text.set_path_effects([withStroke(linewidth=1.5, foreground="white", alpha=0.7)])
    return len(placed)


def say_closed(axis: Any) -> None:
    """Write that nothing is drawn since nothing is light enough, on axes without data."""
    axis.text(
        0.5, 0.5, "closed: no room for these masses", transform=axis.transAxes, ha="center", va="center", fontsize=9
    )


def _visible(text: str) -> str:
    """What a text of mathematics shows, roughly."""
    return "".join(letter for letter in text.replace("\\mu", "m") if letter not in "$\\{}^_")


def _inside(axis: Any, x: Any, y: Any) -> Array:
    """Points of a curve in units of the axes, evenly along it, that lie inside; of one mass its point."""
    with np.errstate(all="ignore"):
        path = axis.transAxes.inverted().transform(axis.transData.transform(np.column_stack([x, y])))
    path = path[np.isfinite(path).all(axis=1)]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(path, axis=0).T))])
    if along[-1] > 0:
        even = np.linspace(0, along[-1], 8 * CANDIDATES)
        path = np.column_stack([np.interp(even, along, part) for part in path.T])
    return np.asarray(path[((path > 0.0) & (path < 1.0)).all(axis=1)])


def _centres(path: Array, size: Array) -> Array:
    """Candidates: above, below and beside points of the curve, wholly inside the axes."""
    some = path[:: max(len(path) // CANDIDATES, 1)]
    found = np.concatenate([some + np.array(away) * size for away in AWAY])
    margin = size / 2 + 0.01
    return np.asarray(found[((found > margin) & (found < 1 - margin)).all(axis=1)])


def _overlaps(centres: Array, size: Array, placed: list[Array]) -> Array:
    """Area that a name at each of some centres shares with those that stand already: what counts first."""
    low, high = centres - size / 2, centres + size / 2
    found = np.zeros(len(centres))
    for a, b in placed:
        found += np.prod(np.maximum(np.minimum(high, b) - np.maximum(low, a), 0.0), axis=1)
    return found


def _covered(centres: Array, size: Array, points: Array) -> Array:
    """How many points of curves a name at each of some centres covers."""
    beside, above = (np.abs(points[:, i] - centres[:, i, None]) < size[i] / 2 for i in range(2))
    return np.asarray(np.count_nonzero(beside & above, axis=1), dtype=float)
