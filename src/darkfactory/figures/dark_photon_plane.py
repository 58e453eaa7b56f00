"""Figure ``dark-photon-plane``: kinetic mixing against mass of a dark photon, prompt and displaced at Mu3e, and limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.experiments import load_card
from darkfactory.figures import displaced
from darkfactory.figures.areas import cards, excluded, projected, strokes
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import notes_of, reach_rows, statistics
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
from darkfactory.figures.planes import CONDITIONS, OPTIONS, Plane, Question
from darkfactory.figures.points import at_mass, columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, PRECISION, draw_reaches, mass_axis, resonance_reach
from darkfactory.models import DarkPhoton
from darkfactory.settings import Setting, Settings
from darkfactory.verbs.reach import Reach

__all__ = ["RECIPE"]

MASSES = np.array([2, 3, 5, 7, 10, 14, 20, 25, 30, 35, 40, 50, 60, 70, 80], dtype=float)
ANGLES: dict[str, tuple[Any, str]] = {
    "none": ((0, (5, 2)), "bump alone"),
    "2d": ("-", "two angles"),
    "lr": ((0, (1, 1.2)), "all variables (bound)"),
}
"""Choices of angles: dashes and words."""
SEARCHES = ("ee-resonance", "ee-displaced", "beam-dump")
"""Searches that cards of the user are asked for."""
HEAVIEST = 200.0
"""Largest mass [MeV] of a dark photon that decays into e+ e- alone."""
SYMBOLS = {"epsilon": r"$\epsilon$", "epsilon2": r"$\epsilon^2$"}
AT = (10.0, 20.0, 40.0, 60.0)
COMPARED = (10.0, 15.0, 20.0)
"""Masses [MeV] at which the table compares Mu3e with dumps."""


def _searched(plane: Plane, settings: Mapping[str, Any]) -> tuple[list[dict[str, Any]], list[Reach]]:
    """Reaches of prompt pairs at both phases, and of the user's cards."""
    quantity, masses = settings["quantity"], plane.masses(MASSES, (1.1, 100.0))
    rows: list[dict[str, Any]] = []
    results = []
    for phase, (card, _) in PHASES.items():
        for angles, (_, words) in ANGLES.items():
            curve = f"Mu3e {phase}, {words}"
            if plane.shows(curve) and len(masses):
                found = resonance_reach(card, masses, angles, cl=plane.cl, **mu3e_settings(settings))
                results.append(found)
                rows += reach_rows(found, quantity, curve=curve, phase=phase, angles=angles)
    prompt = {"search.precision": PRECISION}
    late = plane.masses(displaced.MASSES, (displaced.MASSES[0], 100.0))
    questions = (
        Question("ee-resonance", quantity, masses, "dark-photon", prompt, tags={"panel": "prompt"}),
        Question("ee-displaced", quantity, late, "dark-photon", tags={"panel": "displaced"}),
        Question(
            "beam-dump",
            quantity,
            plane.masses(displaced.DUMP_MASSES, displaced.DUMP_SPAN),
            "dark-photon",
            tags={"panel": "displaced"},
        ),
    )
    mine, more = plane.of_cards(*questions)
    return rows + mine, results + more


def compute(settings: Settings) -> FigureData:
    """Prompt and displaced reaches of both phases, recasts of dumps, the line of the prompt distance, and the records."""
    quantity = settings["quantity"]
    named = [f"Mu3e {phase}, {words}" for phase in PHASES for words in (*(w for _, w in ANGLES.values()), "displaced")]
    plane = Plane(settings, [*named, "c tau", *DUMPS], ("epsilon",), searches=SEARCHES)
    low, high = plane.span(MASSES[0], MASSES[-1])
    rows, results = _searched(plane, settings)
    distance = load_card("mu3e-phase1").value("detector.prompt_distance")
    if plane.shows("c tau"):
        masses = plane.masses(MASSES, (1.1, HEAVIEST))
        line = np.array([coupling_of_ctau(DarkPhoton, "epsilon", float(mass), distance) for mass in masses])
        power = 2 if quantity == "epsilon2" else 1
        rows += curve_rows(
            "c tau", ("mass_mev", masses), (quantity, line**power), ctau_mm=distance, provenance="computed"
        )
    limits, left_out, keys = plane.drawable("epsilon", plane.fine(low, high), to=quantity)
    rows += limits
    summary = []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        (x, y) = columns(picked(rows, curve=curve), "mass_mev", quantity)
        summary.append({"curve": curve} | {f"{quantity}({m:g})": at_mass(x, y, m) for m in AT})
    at = plane.masses(displaced.MASSES)
    regions, more = mu3e_regions(
        "dark-photon",
        quantity,
        mu3e_settings(settings),
        at,
        shows=lambda c: plane.shows(c) and len(at) > 0,
        cl=plane.cl,
    )
    results += more
    at = plane.masses(displaced.DUMP_MASSES, displaced.DUMP_SPAN)
    recasts, more = dump_regions(
        "dark-photon", quantity, settings["acceptance"], plane.shown(DUMPS if len(at) else ()), at
    )
    regions += recasts
    for phase in PHASES:
        if plane.shows(f"Mu3e {phase}, displaced"):
            summary += edge_rows(regions, f"Mu3e {phase}, displaced", plane.shown(SHIELDED), COMPARED, quantity)
    rows += [{**row, "panel": "displaced"} for row in regions]
    results += more
    notes = (
        *(
            f"Mu3e: {statistics(found)}; limits at their own CL (column cl)"
            for found in results[:1]
            if any("phase" in row for row in rows)
        ),
        f"line: c tau = {distance:g} mm, detector.prompt_distance; the reach includes the loss of late decays",
        *plane.finish(rows),
        *left_out,
        *NOTES,
        *(note for note in notes_of(results) if not note.startswith(LEFT_OUT)),
    )
    references = [key for found in results for key in found.references]
    return FigureData(rows, summary, notes, tuple(dict.fromkeys([*references, *keys])))


def paint(figure: Any, data: FigureData) -> None:
    """Left prompt pairs and published limits; right displaced pairs, recasts of dumps, and the published contours as lines."""
    left, right = figure.subplots(1, 2)
    quantity = data.settings["quantity"]
    low, high = (1.4e-5, 1e-2) if quantity == "epsilon" else (2e-10, 1e-4)
    others = [row for row in data.rows if row.get("panel") != "displaced"]
    line = picked(data.rows, curve="c tau")
    masses = [row["mass_mev"] for row in data.rows]
    for axis, bottom in ((left, low), (right, 1e-8 if quantity == "epsilon" else 1e-16)):
        axis.set(yscale="log", ylim=(bottom, high), ylabel=SYMBOLS[quantity])
        mass_axis(axis, min(masses), max(masses), "$m_X$")
        if line:
            x, y = columns(line, "mass_mev", quantity)
            axis.plot(x, y, color="black", lw=1, ls="-.")
    named = draw_reaches(left, others, quantity, ANGLES) + cards(left, others, quantity)
    named += excluded(left, others, quantity, high) + projected(left, others, quantity)
    strokes(
        left,
        {words: dash for angles, (dash, words) in ANGLES.items() if picked(others, angles=angles)},
        loc="upper left",
    )
    left.set_title("prompt pairs; grey: published limits", fontsize=10)
    plane = picked(data.rows, panel="displaced")
    mu3e = {f"Mu3e {phase}, displaced": (color, "-") for phase, (_, color) in reversed(PHASES.items())}
    regions = {label: (color, "-") for label, (_, color) in DUMPS.items()}
    shown = draw_regions(right, plane, quantity, {**regions, **mu3e}) + cards(right, plane, quantity)
    shown += draw_reaches(right, others, quantity, {"2d": ANGLES["2d"]})
    contours = [row for row in others if row["curve"] in DUMPS]
    shown += excluded(right, [row for row in others if row["curve"] not in DUMPS], quantity, high)
    draw_contours(right, picked(contours, kind="observed"), quantity)
    strokes(right, {"filled: recast by the package": "-", "published contour": (0, (1, 1.5))}, loc="lower left")
    right.set_title("displaced pairs; filled: recasts of dumps", fontsize=10)
    for axis, curves in ((left, named), (right, shown)):
        if line:
            curves.insert(2, (x, y, rf"$c\tau$ = {line[0]['ctau_mm']:g} mm", "black"))
        label_curves(axis, curves)


RECIPE = Recipe(
    title="dark photon: kinetic mixing against mass, prompt and displaced pairs at Mu3e phases I and II, and limits",
    compute=compute,
    paint=paint,
    size=(9.8, 6.6),
    limits=True,
    keys=(
        Setting("quantity", "epsilon2", "of the axis", "choice", choices=tuple(SYMBOLS)),
        *KEYS,
        *CONDITIONS,
        *OPTIONS,
    ),
)
