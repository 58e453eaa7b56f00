"""Figure ``meg2-missing-mass``: missing mass squared of positron and photon at MEG II, backgrounds and bumps."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.style import COLORS
from darkfactory.verbs.spectrum import spectrum

__all__ = ["RECIPE"]

BRANCHING_RATIO = 1e-3
"""BR(mu -> e a) of the bumps, high enough to be seen."""
MASSES = {0.0: "vermilion", 10.0: "purple", 20.0: "blue", 30.0: "black"}
RANGES = {"whole": (-300.0, 1500.0, 180), "step": (-160.0, 300.0, 92)}
"""Panels: range of the missing mass squared [MeV^2] and number of bins."""


def compute() -> FigureData:
    """Events per bin of radiative decays, random coincidences and ALPs of several masses."""
    from darkfactory.processes.muon_decay.scales import scale_from_branching_ratio

    rows: list[dict[str, Any]] = []
    references: tuple[str, ...] = ()
    used: dict[str, Any] = {}
    for panel, (low, high, bins) in RANGES.items():
        for mass in MASSES:
            F_gev = scale_from_branching_ratio("mu -> e a", BRANCHING_RATIO, mass)
            settings = {"model.mass": mass, "model.F_gev": F_gev}
            found = spectrum(
                "mu -> e a gamma",
                observable="m_miss2",
                experiment="meg2",
                settings=settings,
                bins=bins,
                low=low,
                high=high,
            )
            curves = {f"{mass:g} MeV": found.values} | (dict(found.components) if mass == 0 else {})
            references, used = found.references, dict(found.settings)
            for curve, values in curves.items():
                rows += [
                    {"panel": panel, "curve": curve, "low_mev2": float(a), "high_mev2": float(b), "events": float(v)}
                    for a, b, v in zip(found.edges[:-1], found.edges[1:], values, strict=True)
                ]
    summary = [
        {
            "curve": curve,
            "events in range": sum(r["events"] for r in rows if r["panel"] == "whole" and r["curve"] == curve),
        }
        for curve in dict.fromkeys(row["curve"] for row in rows)
    ]
    notes = (
        f"30 days at {used['stopping_rate']:.3g} muons/s, E_gamma > 10 MeV, E_e > 45 MeV; bumps for BR(mu -> e a) = "
        f"{BRANCHING_RATIO:g}",
        "radiative decays begin with a step at zero, of the shape of a massless V-A ALP: only resolution separates them",
    )
    return FigureData(rows, summary, notes, references)


def paint(figure: Any, data: FigureData) -> None:
    """Whole spectrum on a logarithmic axis; the step at zero on a linear one."""
    axes = figure.subplots(1, 2, width_ratios=(1.5, 1))
    for axis, panel in zip(axes, RANGES, strict=True):
        curves: dict[str, tuple[Any, Any]] = {}
        for curve in dict.fromkeys(row["curve"] for row in data.rows):
            picked = [row for row in data.rows if row["panel"] == panel and row["curve"] == curve]
            edges = np.array([row["low_mev2"] for row in picked] + [picked[-1]["high_mev2"]])
            curves[curve] = edges, np.array([row["events"] for row in picked])
        edges, random = curves["random"]
        total = random + curves["radiative"][1]
        axis.stairs(total, edges, fill=True, color=COLORS["sky"], alpha=0.5, label=r"$\mu\to e\nu\bar\nu\gamma$")
        axis.stairs(random, edges, fill=True, color=COLORS["orange"], alpha=0.8, label="random coincidences")
        for mass, color in MASSES.items():
            edges, events = curves[f"{mass:g} MeV"]
            if panel == "step" and mass > 10:
                continue
            shown = events + total if panel == "step" else events
            label = rf"$m_a$ = {mass:g} MeV" + (" on top" if panel == "step" else "")
            axis.stairs(shown, edges, color=COLORS[color], lw=1.5, label=label)
        axis.set(xlabel=r"$m_{\rm miss}^2$ [MeV$^2$]", xlim=(edges[0], edges[-1]))
        axis.set_ylabel(f"events per {np.diff(edges)[0]:.0f} MeV$^2$ in 30 days")
    axes[0].set(yscale="log", ylim=(10, 3e5), title=r"bumps for BR($\mu\to ea$) = $10^{-3}$")
    axes[0].legend(loc="upper right", ncols=2)
    axes[1].set(ylim=(0, 1.45 * axes[1].dataLim.y1), title="the step at zero")
    axes[1].legend(loc="upper left")


RECIPE = Recipe(
    title="MEG II: missing mass squared of mu -> e a gamma over radiative decays and random coincidences",
    compute=compute,
    paint=paint,
    size=(9.5, 4.2),
)
