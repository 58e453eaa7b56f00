"""Quick drawings of results on axes of the user, with the package's look where there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.glossary import heading
from darkfactory.style import COLORS, styled

__all__ = ["axes_of", "draw_against", "draw_bins", "draw_counts", "draw_impacts", "draw_ranges", "numbers_of"]

Array = NDArray[np.float64]
TAIL = 0.15865525393145707
"""Probability beyond one standard deviation on a side."""
LOG_FROM = 30.0
"""Ratio of largest and smallest positive number from which a scale is logarithmic."""


def axes_of(ax: Any = None) -> Any:
    """Return ``ax``, or the axes of a new figure that a notebook shows."""
    if ax is not None:
        return ax
    with styled():
        from matplotlib import pyplot

        return pyplot.subplots(figsize=(6.0, 4.2), layout="constrained")[1]


def numbers_of(rows: Sequence[Mapping[str, Any]], name: str) -> Array:
    """A column as numbers; NaN, which is not drawn, where there is none."""
    return np.array([np.nan if row.get(name) is None else row[name] for row in rows], dtype=float)


def draw_against(
    ax: Any,
    x: tuple[str, Array],
    y: tuple[str, Array],
    *,
    label: str = "",
    bands: Sequence[tuple[Array, Array, str]] = (),
) -> Any:
    """Draw one column against another.

    Parameters
    ----------
    ax : Axes
        Where.
    x, y : tuple of str and ndarray
        Names of the columns, from which the labels with units are made, and their values.
    label : str
        For a legend.
    bands : sequence of (low, high, label)
        Bands around the line.

    Returns
    -------
    Axes
        The same.
    """
    marker = "o" if np.isfinite(y[1]).sum() == 1 else None
    (line,) = ax.plot(x[1], y[1], label=label or None, marker=marker)
    for low, high, name in bands:
        ax.fill_between(x[1], low, high, color=line.get_color(), alpha=0.2, linewidth=0, label=name)
    for axis, (name, values) in (("x", x), ("y", y)):
        ax.set(**{f"{axis}label": heading(name)})
        known = values[np.isfinite(values)]
        if known.size and known.min() > 0 and known.max() > LOG_FROM * known.min():
            ax.set(**{f"{axis}scale": "log"})
    if label or bands:
        ax.legend()
    return ax


def draw_bins(
    ax: Any, edges: Array, values: Array, errors: Array | None, label: str, components: Mapping[str, Array]
) -> Any:
    """Draw a histogram and its components.

    Parameters
    ----------
    ax : Axes
        Where.
    edges, values : ndarray
        Of the histogram.
    errors : ndarray or None
        Its statistical errors.
    label : str
        For the legend.
    components : mapping
        More histograms in the same bins, by name.
    """
    ax.stairs(values, edges, label=label)
    if errors is not None:
        middle = (edges[1:] + edges[:-1]) / 2
        ax.errorbar(middle, values, errors, fmt="none", ecolor=COLORS["grey"], elinewidth=1)
    for name, counts in components.items():
        ax.stairs(counts, edges, label=name, linestyle="--")
    ax.legend()
    return ax


def draw_counts(intervals: Array, drawn: Array, xlabel: str, *, title: str, label: str, figure: Any = None) -> Any:
    """Draw counts with a fit, and below both less its background.

    Parameters
    ----------
    intervals : ndarray, shape (B, 2)
        Ends of the bins.
    drawn : ndarray, shape (3, B)
        Data, and the fit without and with its signal.
    xlabel : str
        What is binned.
    title, label : str
        Above, and of the signal in the legend.
    figure : Figure, optional
        Where; a new one otherwise.

    Returns
    -------
    Figure
        Errors are central 68% intervals of a Poisson mean.
    """
    from scipy.special import gammaincinv

    counts, background, both = drawn
    with styled() as Figure:
        figure = Figure(figsize=(6.0, 5.0), layout="constrained") if figure is None else figure
        top, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        edges = np.append(intervals[:, 0], intervals[-1, 1])
        middle = intervals.mean(axis=1)
        low = np.where(counts > 0, gammaincinv(np.maximum(counts, 1e-9), TAIL), 0.0)
        errors = np.stack([counts - low, gammaincinv(counts + 1.0, 1.0 - TAIL) - counts])
        style: Any = {
            "fmt": "o",
            "markersize": 2,
            "elinewidth": 0.6,
            "color": COLORS["black"],
            "ecolor": COLORS["grey"],
        }
        top.errorbar(middle, counts, errors, label="data", **style)
        top.stairs(background, edges, color=COLORS["blue"], label="background of the fit")
        top.stairs(both, edges, color=COLORS["vermilion"], linestyle="--", label=label, zorder=3)
        known = np.concatenate([counts, background])
        if known.min() > 0 and known.max() > LOG_FROM * known.min():
            top.set_yscale("log")
        below.errorbar(middle, counts - background, errors, **style)
        below.stairs(both - background, edges, color=COLORS["vermilion"], zorder=3)
        below.axhline(0.0, color=COLORS["blue"], linewidth=1)
        top.set(title=title, ylabel="events per bin")
        below.set(xlabel=xlabel, ylabel="less background")
        top.legend()
    return figure


def draw_impacts(ax: Any, rows: Sequence[Mapping[str, Any]], quantity: str) -> Any:
    """Draw relative changes of a limit as bars, and the widths of nuisances after the fit at the side.

    Parameters
    ----------
    ax : Axes
        Where.
    rows : sequence of dict
        With ``number``, ``up``, ``down``, ``change``, ``prior``, ``postfit`` and ``pull``; from top to bottom.
    quantity : str
        Limit that changes.

    Returns
    -------
    Axes
        The same.
    """
    place = np.arange(len(rows), dtype=float)
    for name, color, label in (("up", "vermilion", "number up"), ("down", "blue", "number down")):
        ax.barh(
            place, 100 * np.nan_to_num(numbers_of(rows, name)), height=0.7, color=COLORS[color], alpha=0.8, label=label
        )
    change = {True: r"1$\sigma$", False: "10%"}
    names = [f"{row['number']} ({change[row['change'] == 'one sigma']})" for row in rows]
    ax.set_yticks(place, names)
    ax.tick_params(axis="y", which="minor", left=False, right=False)
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlabel=f"change of the limit on {quantity} [%]")
    ax.axvline(0.0, color=COLORS["black"], linewidth=0.8)
    ax.legend(loc="lower right")
    known = [k for k, row in enumerate(rows) if row["postfit"] is not None]
    if known:
        from mpl_toolkits.axes_grid1 import make_axes_locatable  # type: ignore[import-untyped,unused-ignore]

        side = make_axes_locatable(ax).append_axes("right", size="30%", pad=0.1, sharey=ax)
        side.tick_params(axis="y", which="both", labelleft=False, left=False, right=False)
        shown = [rows[k] for k in known]
        width = [1.0 if row["prior"] is None else row["postfit"] / row["prior"] for row in shown]
        pull = [row["pull"] * w for row, w in zip(shown, width, strict=True)]
        side.axvspan(-1, 1, color=COLORS["grey"], alpha=0.15, linewidth=0)
        side.errorbar(pull, known, xerr=width, fmt="o", color=COLORS["black"], markersize=3)
        side.set(xlim=(-2.2, 2.2), xlabel="pull / prior")
    return ax


def draw_ranges(ax: Any, rows: Sequence[Mapping[str, Any]]) -> Any:
    """Draw best values of settings within their ranges, each range as long as the others.

    Parameters
    ----------
    ax : Axes
        Where.
    rows : sequence of dict
        With ``setting``, ``unit``, ``low``, ``high``, ``scale``, ``best``, ``own``, ``flat_low`` and ``flat_high``.

    Returns
    -------
    Axes
        The same.
    """

    def place(row: Mapping[str, Any], name: str) -> float:
        scaled = np.log if row["scale"] == "log" else np.asarray
        low, high, value = (float(scaled(row[key])) for key in ("low", "high", name))
        return (value - low) / (high - low)

    for k, row in enumerate(rows):
        flat = place(row, "flat_low"), place(row, "flat_high")
        ax.plot([0, 1], [k, k], color=COLORS["grey"], linewidth=0.8)
        ax.barh(
            k,
            flat[1] - flat[0],
            left=flat[0],
            height=0.2,
            color=COLORS["sky"],
            alpha=0.6,
            label="within 1%" if not k else None,
        )
        ax.plot(place(row, "best"), k, "o", color=COLORS["vermilion"], label="best" if not k else None)
        if row["own"] is not None and row["low"] <= row["own"] <= row["high"]:
            ax.plot(place(row, "own"), k, "s", color=COLORS["blue"], label="before")
        for u, name in ((0, "low"), (1, "high")):
            ax.annotate(f"{row[name]:.4g} {row['unit']}", (u, k), (0, -12), textcoords="offset points", ha="center")
    ax.set_yticks(range(len(rows)), [row["setting"] for row in rows])
    ax.set(xticks=[], xlim=(-0.1, 1.1), ylim=(len(rows) - 0.4, -0.6))
    ax.set_xlabel("place in the allowed range")
    ax.legend(loc="upper right", ncols=3)
    return ax
