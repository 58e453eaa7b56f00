"""Figure ``dark-photon-plane``: kinetic mixing against mass of a dark photon, prompt and displaced at Mu3e, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.experiments import load_card
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import drawable, excluded, notes_of, reach_rows, statistics
from darkfactory.figures.displaced import (
    DUMPS,
    KEYS,
    LEFT_OUT,
    NOTES,
    SHIELDED,
    draw_contours,
    draw_regions,
    dump_regions,
    edge_rows,
    mu3e_regions,
    mu3e_settings,
)
from darkfactory.figures.labels import label_curves
from darkfactory.figures.points import at_mass, columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import (
    PHASES,
    draw_reaches,
    mass_axis,
    resonance_reach,
)
from darkfactory.models import DarkPhoton
from darkfactory.settings import Setting

__all__ = ["RECIPE"]

MASSES = np.array([2, 3, 5, 7, 10, 14, 20, 25, 30, 35, 40, 50, 60, 70, 80], dtype=float)
ANGLES: dict[str, tuple[Any, str]] = {
    "none": ((0, (5, 2)), "bump alone"),
    "2d": ("-", "two angles"),
    "lr": ((0, (1, 1.2)), "all variables (bound)"),
}
"""Choices of angles: dashes and words."""
SYMBOLS = {"epsilon": r"$\epsilon$", "epsilon2": r"$\epsilon^2$"}
AT = (10.0, 20.0, 40.0, 60.0)
COMPARED = (10.0, 15.0, 20.0)
"""Masses [MeV] at which the table compares Mu3e with dumps."""


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Prompt and displaced reaches of both phases, recasts of dumps, the line of the prompt distance, and the records."""
    quantity = settings["quantity"]
    rows: list[dict[str, Any]] = []
    summary, results = [], []
    for phase, (card, _) in PHASES.items():
        for angles, (_, words) in ANGLES.items():
            found = resonance_reach(card, MASSES, angles, **mu3e_settings(settings))
            results.append(found)
            new = reach_rows(found, quantity, curve=f"Mu3e {phase}, {words}", phase=phase, angles=angles)
            rows += new
            values = {row["mass_mev"]: row[quantity] for row in new}
            summary.append({"curve": f"Mu3e {phase}, {words}"} | {f"{quantity}({m:g})": values.get(m) for m in AT})
    distance = load_card("mu3e-phase1").value("detector.prompt_distance")
    line = np.array([coupling_of_ctau(DarkPhoton, "epsilon", float(mass), distance) for mass in MASSES])
    power = 2 if quantity == "epsilon2" else 1
    rows += curve_rows("c tau", ("mass_mev", MASSES), (quantity, line**power), ctau_mm=distance, provenance="computed")
    masses = np.geomspace(MASSES[0], MASSES[-1], 80)
    limits, left_out, keys = drawable("epsilon", masses, to=quantity)
    rows += limits
    for label in dict.fromkeys(row["curve"] for row in limits):
        (x, y) = columns(picked(limits, curve=label), "mass_mev", quantity)
        summary.append({"curve": label} | {f"{quantity}({m:g})": at_mass(x, y, m) for m in AT})
    plane, regions = mu3e_regions("dark-photon", quantity, mu3e_settings(settings))
    recasts, dumps = dump_regions("dark-photon", quantity, settings["acceptance"])
    plane += recasts
    for phase in PHASES:
        summary += edge_rows(plane, f"Mu3e {phase}, displaced", SHIELDED, COMPARED, quantity)
    rows += [{**row, "panel": "displaced"} for row in plane]
    results += [*regions, *dumps]
    notes = (
        f"Mu3e: {statistics(results[0])}; limits at their own CL (column cl)",
        f"line: c tau = {distance:g} mm, detector.prompt_distance; the reach includes the loss of late decays",
        *left_out,
        *NOTES,
        *(note for note in notes_of(results) if not note.startswith(LEFT_OUT)),
    )
    references = [key for found in results for key in found.references]
    return FigureData(rows, summary, notes, tuple(dict.fromkeys([*references, *keys])))


def paint(figure: Any, data: FigureData) -> None:
    """Left prompt pairs and published limits; right displaced pairs, recasts of dumps, and the published contours as lines."""
    left, right = figure.subplots(1, 2)
    quantity = next(name for name in SYMBOLS if name in data.rows[0])
    low, high = (1.4e-5, 1e-2) if quantity == "epsilon" else (2e-10, 1e-4)
    others = [row for row in data.rows if "panel" not in row]
    published = excluded(left, others, quantity, high)
    draw_reaches(left, others, quantity, ANGLES)
    left.set(yscale="log", ylim=(low, high), ylabel=SYMBOLS[quantity])
    left.set_title("prompt pairs; filled: published limits", fontsize=10)
    plane = picked(data.rows, panel="displaced")
    regions = {label: (color, "-") for label, (_, color) in DUMPS.items()}
    mu3e = {f"Mu3e {phase}, displaced": (color, "-") for phase, (_, color) in reversed(PHASES.items())}
    draw_regions(right, plane, quantity, {**regions, **mu3e})
    contours = draw_contours(right, picked(others, kind="observed"), quantity)
    draw_reaches(right, others, quantity, {"2d": ANGLES["2d"]})
    right.set(yscale="log", ylim=(1e-8, 1e-2) if quantity == "epsilon" else (1e-16, 1e-4), ylabel=SYMBOLS[quantity])
    right.set_title("displaced pairs; filled: recasts of dumps", fontsize=10)
    points = picked(data.rows, curve="c tau")
    x, y = columns(points, "mass_mev", quantity)
    for axis, named in ((left, published), (right, contours)):
        axis.plot(x, y, color="black", lw=1, ls="-.", label=rf"$c\tau$ = {points[0]['ctau_mm']:g} mm")
        mass_axis(axis, MASSES[0], MASSES[-1], "$m_X$")
        axis.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=2, fontsize=7)
        label_curves(axis, named)
    figure.suptitle("dark photon; Mu3e: 95% CLs (z = 1.96)", fontsize=8, x=0.99, ha="right")


RECIPE = Recipe(
    title="dark photon: kinetic mixing against mass, prompt and displaced pairs at Mu3e phases I and II, and limits",
    compute=compute,
    paint=paint,
    size=(9.8, 6.6),
    limits=True,
    keys=(
        Setting("quantity", "epsilon2", "of the axis", "choice", choices=tuple(SYMBOLS)),
        *KEYS,
    ),
)
