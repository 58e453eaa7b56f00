"""Drawings of a survey: a bar for each entry at one mass, curves against mass otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from darkfactory.glossary import heading
from darkfactory.searches.base import is_scale
from darkfactory.style import COLORS
from darkfactory.surveys.entries import EXCLUDES, REACHES, TARGET

__all__ = ["draw"]

Rows = Sequence[Mapping[str, Any]]
MOST = 30
"""Bars that are drawn: the first in the ranking."""
AREA = "#eeeeee"
REACHED = ("blue", "orange", "green", "purple", "sky", "vermilion", "yellow", "black")
MARGIN = 30.0
"""Factor in the coupling around the numbers."""


def draw(axes: Any, rows: Rows, verdicts: Rows, coordinate: str) -> list[tuple[Any, Any, str, str]]:
    """Draw the rows of a survey.

    Parameters
    ----------
    axes : matplotlib axes
        To draw on.
    rows, verdicts : sequence of dict
        Of a survey.
    coordinate : str
        Name of the common coupling.

    Returns
    -------
    list of (x, y, text, color)
        Curves with their names, for labels beside them; none of bars.
    """
    masses = list(dict.fromkeys(verdict["mass"] for verdict in verdicts))
    counted = [row for row in rows if row["rank"] and (row["role"] or row["kind"] == TARGET)]
    low, high = _span(counted, coordinate)
    if len(masses) == 1:
        _bars(axes, counted[:MOST], verdicts[0], coordinate, low, high)
        return []
    return _curves(axes, counted, verdicts, masses, coordinate, low, high)


def _span(rows: Rows, coordinate: str) -> tuple[float, float]:
    """Ends of the axis of the coupling."""
    known = [end for row in rows for pair in (*row["excluded"], [row[coordinate]]) for end in pair if end]
    return (min(known) / MARGIN, max(known) * MARGIN) if known else (0.1, 10.0)


def _bars(axes: Any, rows: Rows, verdict: Mapping[str, Any], coordinate: str, low: float, high: float) -> None:
    """One bar for each row, the weakest coupling on top."""
    for low_end, high_end in verdict["excluded"]:
        axes.axvspan(low_end or low, high_end or high, color=AREA, lw=0, zorder=0)
    for place, row in enumerate(rows):
        color = COLORS["vermilion" if row["kind"] == TARGET else "grey" if row["role"] == EXCLUDES else "blue"]
        for pair in row["excluded"]:
            ends = pair[0] or low, pair[1] or high
            axes.plot(ends, (place, place), color=color, lw=5, solid_capstyle="butt", zorder=2)
        if not row["excluded"]:
            axes.plot([row[coordinate]], [place], color=color, marker="D", ls="", zorder=3)
    if verdict["value"]:
        axes.axvline(verdict["value"], color=COLORS["black"], ls="--", lw=1, zorder=4)
    axes.set(
        xscale="log",
        xlim=(low, high),
        ylim=(len(rows) - 0.4, -0.6),
        xlabel=heading(coordinate),
        ylabel="place in the ranking [1]",
    )
    axes.set_yticks(range(len(rows)), [_name(row) for row in rows], fontsize=7)
    axes.tick_params(axis="y", which="minor", left=False, right=False)
    axes.set_title(f"{verdict['mass']:g} MeV: {verdict['verdict']}", fontsize=9)


def _name(row: Mapping[str, Any]) -> str:
    """What a row is called in a drawing."""
    if row["kind"] == TARGET:
        return ", ".join(filter(None, (row["name"], row["experiment"])))
    return f"{row['experiment']}, {row['name']}" if row["kind"] == "search" else str(row["experiment"])


def _curves(
    axes: Any, rows: Rows, verdicts: Rows, masses: list[float], coordinate: str, low: float, high: float
) -> list[tuple[Any, Any, str, str]]:
    """Grey what is excluded, a curve in colour for each search, dots for targets."""
    named = []
    found: dict[str, dict[float, list[Mapping[str, Any]]]] = {}
    for row in rows:
        found.setdefault(_name(row), {}).setdefault(row["mass"], []).append(row)
    colors = iter(REACHED * len(found))
    for name, at in found.items():
        first = next(iter(at.values()))[0]
        color = AREA if first["role"] == EXCLUDES else COLORS["vermilion" if first["kind"] == TARGET else next(colors)]
        # of several intervals at a mass each number is one region
        count = max(len(row["excluded"]) for each in at.values() for row in each)
        for number in range(max(count, 1)):
            ends = [_ends(at.get(mass, ()), number, coordinate) for mass in masses]
            bottom, top = np.array([(a or low, b or high) if known else (np.nan, np.nan) for known, a, b in ends]).T
            near = np.array([(b or a) if is_scale(coordinate) else (a or b) for _, a, b in ends], dtype=float)
            if first["role"] == EXCLUDES:
                axes.fill_between(masses, bottom, top, color=AREA, lw=0.8, zorder=0)
                axes.plot(masses, near, color=COLORS["grey"], lw=0.5, zorder=1)
                named.append((masses, near, name, "#444444"))
            else:
                style = {"ls": ":"} if first["kind"] == TARGET else {"marker": "o", "ms": 2.5}
                style |= {"label": name} if number == 0 else {}
                axes.plot(masses, near, color=color, lw=1.8, zorder=3, **style)
                if (
                    first["role"] == REACHES
                    and np.isfinite([a and b for known, a, b in ends if known and a and b]).any()
                ):
                    axes.fill_between(masses, bottom, top, color=color, alpha=0.2, lw=0, zorder=2)
                named.insert(0, (masses, near, name, color))
    values = [verdict["value"] for verdict in verdicts if verdict["value"]]
    if values:
        axes.axhline(values[0], color=COLORS["black"], ls="--", lw=1, zorder=4)
    spread = masses[0] > 0 and masses[-1] > 10 * masses[0]
    axes.set(xscale="log" if spread else "linear", yscale="log", ylim=(low, high), xlim=(masses[0], masses[-1]))
    axes.set(xlabel=heading("mass"), ylabel=heading(coordinate))
    return named


def _ends(rows: Sequence[Mapping[str, Any]], number: int, coordinate: str) -> tuple[bool, float | None, float | None]:
    """Whether there is an interval of this number at a mass, and its ends."""
    for row in rows:
        if number < len(row["excluded"]):
            return (True, *row["excluded"][number])
        if not row["excluded"] and row[coordinate]:
            return True, row[coordinate], None
    return False, None, None
