"""Figure ``lfc-alp-plane``: couplings to electrons and muons of a spin-0 particle against its mass, prompt X -> e e."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.experiments import load_card
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import drawable, excluded, notes_of, reach_rows, statistics
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import (
    PHASES,
    draw_reaches,
    mass_axis,
    resonance_reach,
)
from darkfactory.models import Mediator, Pseudoscalar, Scalar
from darkfactory.settings import Setting

__all__ = ["RECIPE"]

MASSES = np.array([2, 3, 5, 7, 10, 14, 20, 25, 30, 35, 40, 50, 60, 70, 80], dtype=float)
ANGLES: dict[str, tuple[Any, str]] = {"none": ((0, (5, 2)), "bump alone"), "2d": ("-", "two angles")}
MODELS: dict[str, type[Mediator]] = {"pseudoscalar": Pseudoscalar, "scalar": Scalar}
RECORDED = ("pseudoscalar",)
"""Models on whose couplings the registry has limits."""
COUPLINGS = {
    "g_ee": ("g_aee", "model", "$g_{ee}$", r"emitted by the electron, $g_{\mu\mu}$ = 0"),
    "g_mumu": ("g_amumu", "prompt", r"$g_{\mu\mu}$", r"emitted by the muon, taken to decay at once"),
}
"""Quantity of the registry, lifetime of the search, symbol and words by coupling."""
AT = (10.0, 20.0, 40.0, 60.0)


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Reaches of both couplings and phases, the line of the prompt distance, and the records that can be drawn."""
    model = settings["model"]
    rows: list[dict[str, Any]] = []
    summary, results, left_out = [], [], []
    references: list[str] = []
    grid = np.geomspace(MASSES[0], MASSES[-1], 80)
    for coupling, (quantity, lifetime, _, _) in COUPLINGS.items():
        for phase, (card, _) in PHASES.items():
            for angles, (_, words) in ANGLES.items():
                found = resonance_reach(card, MASSES, angles, model=model, coupling=coupling, lifetime=lifetime)
                results.append(found)
                curve = f"Mu3e {phase}, {words}"
                new = reach_rows(found, coupling, model=model, curve=curve, phase=phase, angles=angles)
                rows += new
                values = {row["mass_mev"]: row[coupling] for row in new}
                summary.append({"coupling": coupling, "curve": curve} | {f"at {m:g} MeV": values.get(m) for m in AT})
        if model in RECORDED:
            extra, conditional = settings["extra"], settings["conditional"]
            limits, words_of, keys = drawable(quantity, grid, column=coupling, extra=extra, conditional=conditional)
            rows += [{**row, "model": model} for row in limits]
            left_out += [f"{coupling}: {text}" for text in words_of]
            references += keys
    if model not in RECORDED:
        left_out.append(f"the registry has no limits on couplings of a {model}")
    distance = load_card("mu3e-phase1").value("detector.prompt_distance")
    line = [coupling_of_ctau(MODELS[model], "g_e", float(mass), distance) for mass in MASSES]
    more = {"model": model, "ctau_mm": distance, "provenance": "computed"}
    rows += curve_rows("c tau", ("mass_mev", MASSES), ("g_ee", line), **more)
    notes = (
        f"{model}; Mu3e: {statistics(results[0])}; limits at their own CL (column cl)",
        f"g_ee: g_mumu = 0; line: c tau = {distance:g} mm, detector.prompt_distance; the reach includes the loss of late "
        "decays",
        "g_mumu: X is taken to decay at once, and into e e only; that needs a g_ee above the line, whose own production is "
        "left out",
        *left_out,
        *(note for note in notes_of(results) if not note.startswith("beam.polarization")),
    )
    references = [key for found in results for key in found.references] + references
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def paint(figure: Any, data: FigureData) -> None:
    """Left g_ee, right g_mumu: excluded regions, the line of the prompt distance, reaches."""
    axes = figure.subplots(1, 2)
    model = data.rows[0]["model"]
    for axis, (coupling, (_, _, symbol, words)) in zip(axes, COUPLINGS.items(), strict=True):
        mine = [row for row in data.rows if coupling in row]
        excluded(axis, mine, coupling, 1.0)
        if coupling == "g_ee":
            points = picked(mine, curve="c tau")
            x, y = columns(points, "mass_mev", coupling)
            axis.plot(x, y, color="black", lw=1, ls="-.", label=rf"$c\tau$ = {points[0]['ctau_mm']:g} mm")
        draw_reaches(axis, mine, coupling, ANGLES)
        axis.set(yscale="log", ylim=(min(row[coupling] for row in mine) / 3, 1e-2), ylabel=symbol)
        mass_axis(axis, MASSES[0], MASSES[-1], "$m_X$")
        axis.set_title(f"{model}, {words}", fontsize=9)
    seen: dict[str, Any] = {}
    for axis in axes:
        seen |= {label: handle for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(list(seen.values()), list(seen), loc="outside lower center", ncols=3)
    figure.suptitle("prompt $X\\to ee$ at Mu3e: 95% CLs, z = 1.96", fontsize=8, x=0.99, ha="right")


RECIPE = Recipe(
    title="lepton-flavor-conserving ALP or scalar: g_ee and g_mumu against mass, prompt reach of Mu3e phases I and II",
    compute=compute,
    paint=paint,
    size=(9.5, 4.8),
    keys=(
        Setting("model", "pseudoscalar", "mediator", "choice", choices=tuple(MODELS)),
        Setting(
            "conditional",
            False,
            "also limits that hold under an assumption only, e.g. free escape from a supernova",
            "flag",
        ),
        Setting("extra", None, "file or folder of limits of your own, see `darkfactory bounds check`", "text"),
    ),
)
