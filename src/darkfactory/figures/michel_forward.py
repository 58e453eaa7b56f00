"""Figure ``michel-forward``: the polarised Michel spectrum forward and backward, and the lines of V+A and V-A in it."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.amplitudes.michel import endpoint_energy
from darkfactory.experiments import load_card
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models import LfvAlp
from darkfactory.searches.forward_positron.likelihood import ForwardPositron
from darkfactory.searches.forward_positron.search import KEYS, SEARCH, with_flipped_fraction
from darkfactory.searches.settings import card_settings
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

BRANCHING_RATIO = 1e-4
"""Branching ratio for which the lines are drawn."""
MASSES = {0.0: "-", 20.0: "--"}
"""Masses [MeV] of the lines, and how they are dashed."""
FOCUS = 100
EDGES_MEV = np.linspace(46.0, 54.5, 69)
LINES = {"V+A": "vermilion", "V-A": "green"}
SPINS = {"forward, natural spin": 0.0, "forward, spin reversed": 1.0}
"""Panels: fraction of the muons with reversed spin."""


def compute() -> FigureData:
    """Counts per bin at MEGII-fwd for both spin directions, background and lines."""
    card = load_card("megii-fwd", {"search.focus": FOCUS})
    search = ForwardPositron.from_card(card, card_settings(card, KEYS, SEARCH.name))
    edges = EDGES_MEV / endpoint_energy()
    rows: list[dict[str, Any]] = []
    for panel, flipped in SPINS.items():
        counts = with_flipped_fraction(search, flipped).counts
        curves = {"Michel": counts.background(edges)}
        for chirality in LINES:
            A = search.asymmetry(LfvAlp.from_scale(F_gev=1e9, chirality=chirality), np.array(list(MASSES)))
            for mass, a in zip(MASSES, A, strict=True):
                line = counts.signal(edges, float(search.line(mass)), float(a))
                curves[f"{chirality}, {mass:g} MeV"] = BRANCHING_RATIO * line
        for curve, values in curves.items():
            total = values.reshape(len(counts.samples), -1).sum(axis=0)
            for low, high, value in zip(EDGES_MEV[:-1], EDGES_MEV[1:], total, strict=True):
                row = {"panel": panel, "curve": curve, "E_low_mev": low, "E_high_mev": high, "counts": float(value)}
                rows.append(row)
    summary = [
        {
            "panel": panel,
            "curve": curve,
            "counts above 46 MeV": sum(r["counts"] for r in rows if r["panel"] == panel and r["curve"] == curve),
        }
        for panel, curve in dict.fromkeys((r["panel"], r["curve"]) for r in rows)
    ]
    notes = (
        f"14 days at 1e8 muons/s, P = 0.99, resolution 1%, focusing {FOCUS} (cone); exponentiated O(alpha) spectrum",
        f"lines for a branching ratio of {BRANCHING_RATIO:g}, with their radiative tail",
    )
    references = (*card.references, "Kinoshita:1958ru", *SEARCH.references)
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def paint(figure: Any, data: FigureData) -> None:
    """Two panels by spin direction, counts per bin on a logarithmic axis."""
    axes = figure.subplots(1, 2, sharey=True)
    for axis, panel in zip(axes, SPINS, strict=True):
        for curve in dict.fromkeys(r["curve"] for r in data.rows):
            picked = [r for r in data.rows if r["panel"] == panel and r["curve"] == curve]
            edges = np.array([r["E_low_mev"] for r in picked] + [picked[-1]["E_high_mev"]])
            counts = np.array([r["counts"] for r in picked])
            if curve == "Michel":
                axis.stairs(counts, edges, fill=True, color=COLORS["sky"], alpha=0.5, label=r"$\mu\to e\nu\bar\nu$")
                continue
            chirality, mass = curve.split(", ")
            dashes = MASSES[float(mass.split()[0])]
            label = f"{chirality}, $m_a$ = {mass}"
            axis.stairs(counts, edges, color=COLORS[LINES[chirality]], ls=dashes, lw=1.6, label=label)
        axis.set(title=panel, yscale="log", xlim=(EDGES_MEV[0], EDGES_MEV[-1]), ylim=(1e3, 1e11), xlabel="$E_e$ [MeV]")
    axes[0].set_ylabel(f"positrons per {np.diff(EDGES_MEV)[0] * 1e3:.0f} keV in 14 days")
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    title = "MEGII-fwd, focusing 100, $P$ = 0.99, resolution 1%; lines for a branching ratio of $10^{-4}$"
    figure.suptitle(title, fontsize=9)


RECIPE = Recipe(
    title="forward positron spectrum of polarised muons with the lines of V+A and V-A, both spin directions",
    compute=compute,
    paint=paint,
    size=(8.5, 4.2),
)
