"""Figure ``lfc-alp-plane``: a spin-0 particle that conserves flavor: displaced X -> e e against beam dumps, and prompt ones."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds.quantities import MOMENTS, magnetic_moment_coupling
from darkfactory.experiments import load_card
from darkfactory.figures import displaced
from darkfactory.figures.areas import Named, cards, excluded, projected, strokes
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import notes_of, reach_rows, statistics
from darkfactory.figures.displaced import (
    ELECTRON_DUMPS,
    KEYS,
    LEFT_OUT,
    NOTES,
    draw_regions,
    dump_regions,
    edge_rows,
    mu3e_regions,
    mu3e_settings,
    wins,
)
from darkfactory.figures.labels import label_curves
from darkfactory.figures.planes import CONDITIONS, OPTIONS, Plane, Question
from darkfactory.figures.points import at_mass, columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, PRECISION, draw_reaches, mass_axis, resonance_reach
from darkfactory.models import Mediator, Pseudoscalar, Scalar
from darkfactory.settings import Setting, Settings
from darkfactory.style import COLORS
from darkfactory.verbs.reach import Reach

__all__ = ["RECIPE"]

MASSES = np.array([2, 3, 5, 10, 14, 20, 30, 35, 40, 50, 60, 70, 80], dtype=float)
ANGLES: dict[str, tuple[Any, str]] = {"none": ((0, (5, 2)), "bump alone"), "2d": ("-", "two angles")}
MODELS: dict[str, type[Mediator]] = {"pseudoscalar": Pseudoscalar, "scalar": Scalar}
RECORDED = ("pseudoscalar",)
"""Models on whose couplings the registry has limits."""
COUPLINGS = {
    "g_ee": ("g_aee", "model", "$g_{ee}$", r"emitted by the electron, $g_{\mu\mu}$ = 0"),
    "g_mumu": ("g_amumu", "prompt", r"$g_{\mu\mu}$", r"emitted by the muon, taken to decay at once"),
}
"""Quantity of the registry, lifetime of the search, symbol and words by coupling."""
SEARCHES = ("ee-resonance", "ee-displaced", "beam-dump")
"""Searches that cards of the user are asked for."""
PROMPT = (1.1, 100.0)
"""Masses [MeV] of prompt pairs."""
AT = (10.0, 20.0, 40.0, 60.0)
COMPARED = (10.0, 15.0, 20.0, 30.0, 40.0, 50.0)
"""Masses [MeV] at which the table compares Mu3e with dumps."""
MOMENT_LABELS = {"g_ee": "$(g-2)_e$", "g_mumu": r"$(g-2)_\mu$"}
DISPLACED = "Mu3e phase I, displaced"


def _displaced(plane: Plane) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str], list[Reach]]:
    """Rows, table, notes and reaches of the plane at a fixed coupling to muons."""
    settings = plane.settings
    model, g_mu, same = settings["model"], settings["g_mu"], mu3e_settings(settings)
    fixed = {"model.g_mu": g_mu, **same}
    masses = plane.masses(displaced.MASSES)
    rows, results = mu3e_regions(
        model, "g_ee", fixed, masses, shows=lambda curve: plane.shows(curve) and len(masses) > 0, cl=plane.cl
    )
    masses = plane.masses(displaced.DUMP_MASSES, displaced.DUMP_SPAN)
    dumps = plane.shown(ELECTRON_DUMPS if len(masses) else ())
    found, more = dump_regions(model, "g_ee", settings["acceptance"], dumps, masses)
    rows += found
    masses = plane.masses(MASSES, PROMPT)
    for phase, (card, _) in PHASES.items():
        if plane.shows(f"Mu3e {phase}, prompt") and len(masses):
            prompt = resonance_reach(card, masses, model=model, coupling="g_ee", lifetime="model", cl=plane.cl, **fixed)
            results.append(prompt)
            rows += reach_rows(prompt, "g_ee", curve=f"Mu3e {phase}, prompt", phase=phase, kind="expected")
    table = edge_rows(rows, DISPLACED, dumps, COMPARED, "g_ee") if plane.shows(DISPLACED) else []
    rows = [{**row, "model": model, "panel": "plane"} for row in rows]
    return rows, table, _statement(plane, rows, table, dumps), [*results, *more]


def _statement(plane: Plane, rows: Any, table: Any, dumps: Any) -> list[str]:
    """What displaced pairs show, in words."""
    at = ", ".join(f"{row['ratio']:.2f} at {row['m_X [MeV]']:g}" for row in table if row["ratio"] and row["ratio"] > 1)
    where = wins(rows, DISPLACED, dumps)
    said = f"from {where[0]:.1f} to {where[1]:.1f} MeV; ratio to the strongest dump {at} MeV" if where else "nowhere"
    notes = [
        f"short baselines win over dumps for short displacements: at g_mumu = {plane.settings['g_mu']:g} the upper edge of Mu3e "
        f"phase I in g_ee is above that of every dump {said}"
    ]
    return [
        *(notes if table and dumps else []),
        "published contours of dumps: none in couplings of a spin-0 particle is shipped",
        *NOTES,
    ]


def _moments(plane: Plane, masses: Any) -> list[dict[str, Any]]:
    """Lines of the magnetic moments, which a pseudoscalar lowers."""
    rows: list[dict[str, Any]] = []
    model = plane.settings["model"]
    for coupling, (quantity, *_) in COUPLINGS.items() if model in RECORDED and plane.shows("g-2") else ():
        lepton, deviation = MOMENTS[quantity]
        line = [magnetic_moment_coupling(float(mass), deviation, lepton) for mass in masses]
        more = {"model": model, "provenance": "recalled"}
        rows += curve_rows("g-2", ("mass_mev", masses), (coupling, line), **more)
    return rows


def _prompt(
    plane: Plane, coupling: str, lifetime: str
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[Reach]]:
    """Rows, table and reaches of prompt pairs in one coupling, the other being 0."""
    model, masses = plane.settings["model"], plane.masses(MASSES, PROMPT)
    rows: list[dict[str, Any]] = []
    summary, results = [], []
    for phase, (card, _) in PHASES.items():
        for angles, (_, words) in ANGLES.items():
            curve = f"Mu3e {phase}, {words}"
            if not (plane.shows(curve) and len(masses)):
                continue
            same = {"model": model, "coupling": coupling, "lifetime": lifetime, "cl": plane.cl}
            found = resonance_reach(card, masses, angles, **same, **mu3e_settings(plane.settings))
            results.append(found)
            new = reach_rows(found, coupling, model=model, curve=curve, phase=phase, angles=angles)
            rows += new
            values = {row["mass_mev"]: row[coupling] for row in new}
            summary.append({"coupling": coupling, "curve": curve} | {f"at {m:g} MeV": values.get(m) for m in AT})
    return rows, summary, results


def _others(rows: Any, listed: Any) -> list[dict[str, Any]]:
    """Table of the curves that are no reach of the package."""
    summary = []
    for coupling in COUPLINGS:
        for curve in dict.fromkeys(row["curve"] for row in rows if coupling in row and row["curve"] not in listed):
            x, y = columns([row for row in picked(rows, curve=curve) if coupling in row], "mass_mev", coupling)
            found = {f"at {m:g} MeV": at_mass(x, y, m) for m in AT}
            summary.append({"coupling": coupling, "curve": curve} | found)
    return summary


def _of_cards(plane: Plane) -> tuple[list[dict[str, Any]], list[Reach]]:
    """Reaches of the user's cards: both couplings alone, and that to electrons beside the one to muons."""
    model = plane.settings["model"]
    prompt = plane.masses(MASSES, PROMPT)
    questions = []
    for coupling, (_, lifetime, _, _) in COUPLINGS.items():
        how = {"search.precision": PRECISION, "search.lifetime": lifetime}
        questions.append(Question("ee-resonance", coupling, prompt, model, how, coupling, {"model": model}))
    tags, fixed = {"model": model, "panel": "plane"}, {"model.g_mu": plane.settings["g_mu"]}
    late = plane.masses(displaced.MASSES, (displaced.MASSES[0], PROMPT[1]))
    questions += [
        Question("ee-displaced", "g_ee", late, model, fixed, "g_ee", tags),
        Question("beam-dump", "g_ee", plane.masses(displaced.DUMP_MASSES, displaced.DUMP_SPAN), model, tags=tags),
    ]
    return plane.of_cards(*questions)


def compute(settings: Settings) -> FigureData:
    """Regions of displaced pairs and of dumps, prompt reaches of both couplings and phases, and the records that can be drawn."""
    model = settings["model"]
    words = (*(w for _, w in ANGLES.values()), "displaced", "prompt")
    named = [f"Mu3e {phase}, {word}" for phase in PHASES for word in words]
    quantities = [quantity for quantity, *_ in COUPLINGS.values()] if model in RECORDED else []
    plane = Plane(settings, [*named, "c tau", "g-2", *ELECTRON_DUMPS], quantities, searches=SEARCHES)
    low, high = plane.span(MASSES[0], MASSES[-1])
    rows: list[dict[str, Any]] = []
    summary: list[dict[str, Any]] = []
    results: list[Reach] = []
    left_out: list[str] = []
    regions, compared, said, more = _displaced(plane)
    references: list[str] = []
    for coupling, (quantity, lifetime, _, _) in COUPLINGS.items():
        new, table, found = _prompt(plane, coupling, lifetime)
        rows, summary, results = rows + new, summary + table, results + found
        if quantity in quantities:
            limits, words_of, keys = plane.drawable(quantity, plane.fine(low, high), column=coupling)
            rows += [{**row, "model": model} for row in limits]
            left_out += [f"{coupling}: {text}" for text in words_of]
            references += keys
    if model not in RECORDED:
        left_out.append(f"the registry has no limits on couplings of a {model}")
    distance = load_card("mu3e-phase1").value("detector.prompt_distance")
    grid = plane.masses(MASSES, (1.1, 200.0))
    if plane.shows("c tau"):
        line = [coupling_of_ctau(MODELS[model], "g_e", float(mass), distance) for mass in grid]
        own = {"model": model, "ctau_mm": distance, "provenance": "computed"}
        rows += curve_rows("c tau", ("mass_mev", grid), ("g_ee", line), **own)
    mine, of_cards = _of_cards(plane)
    rows += [*_moments(plane, grid), *mine]
    summary += _others(rows, {row["curve"] for row in summary})
    rows += regions
    results += [*more, *of_cards]
    notes = (
        *(
            f"{model}; Mu3e: {statistics(found)}; limits at their own CL (column cl)"
            for found in results[:1]
            if any("phase" in row for row in rows)
        ),
        f"g_ee: g_mumu = 0; line: c tau = {distance:g} mm, detector.prompt_distance; the reach includes the loss of late "
        "decays",
        "g_mumu: X is taken to decay at once, and into e e only; that needs a g_ee above the line, whose own production is "
        "left out",
        "magnetic moments, recalled: Delta a_e > -1e-12, whatever alpha is, and Delta a_mu > -8.8e-10; X alone shifts them",
        *plane.finish(rows),
        *said,
        *left_out,
        *(note for note in notes_of(results) if not note.startswith(LEFT_OUT)),
    )
    references = [key for found in results for key in found.references] + references
    return FigureData(rows, [*summary, *compared], notes, tuple(dict.fromkeys(references)))


def _paint_plane(axis: Any, rows: Any) -> Named:
    """Displaced pairs and dumps; their names."""
    regions = {label: (color, "-") for label, (_, color) in ELECTRON_DUMPS.items()}
    mu3e = {f"Mu3e {phase}, displaced": (color, "-") for phase, (_, color) in reversed(PHASES.items())}
    named = draw_regions(axis, rows, "g_ee", {**regions, **mu3e})
    for phase, (_, color) in PHASES.items():
        points = picked(rows, curve=f"Mu3e {phase}, prompt")
        if points:
            x, y = columns(points, "mass_mev", "g_ee")
            axis.plot(x, y, color=COLORS[color], ls="-", lw=2)
            named.insert(0, (x, y, f"Mu3e {phase}, prompt", COLORS[color]))
    return named + cards(axis, rows, "g_ee")


def paint(figure: Any, data: FigureData) -> None:
    """Left g_ee with displaced pairs and dumps; then prompt: g_ee alone, and g_mumu."""
    axes = figure.subplots(1, 3, width_ratios=(1.25, 1, 1))
    masses = [row["mass_mev"] for row in data.rows]
    panels = (("g_ee", True, (1e-8, 1e-2)), ("g_ee", False, (1e-6, 1e-2)), ("g_mumu", False, (1e-6, 1e-2)))
    for axis, (coupling, late, (low, high)) in zip(axes, panels, strict=True):
        _, _, symbol, words = COUPLINGS[coupling]
        axis.set(yscale="log", ylim=(low, high), ylabel=symbol)
        mass_axis(axis, min(masses), max(masses), "$m_X$")
        lines = []
        for curve, dash in (("c tau", "-."), ("g-2", ":")):
            points = [row for row in picked(data.rows, curve=curve) if coupling in row]
            if points:
                x, y = columns(points, "mass_mev", coupling)
                name = rf"$c\tau$ = {points[0]['ctau_mm']:g} mm" if curve == "c tau" else MOMENT_LABELS[coupling]
                axis.plot(x, y, color="black", lw=1.2, ls=dash)
                lines.append((x, y, name, "black"))
        if late:
            named = _paint_plane(axis, picked(data.rows, panel="plane"))
            words = rf"{data.settings['model']}, displaced, $g_{{\mu\mu}}$ = {data.settings['g_mu']:g}"
        else:
            mine = [row for row in data.rows if coupling in row and row.get("panel") != "plane"]
            named = draw_reaches(axis, mine, coupling, ANGLES) + cards(axis, mine, coupling)
            lines += excluded(axis, mine, coupling, high) + projected(axis, mine, coupling)
            used = {meaning: dash for angles, (dash, meaning) in ANGLES.items() if picked(mine, angles=angles)}
            strokes(axis, used, loc="upper left")
        axis.set_title(words, fontsize=9)
        label_curves(axis, named + lines)
    levels = ", ".join(dict.fromkeys(f"{row['cl']:.0%}" for row in data.rows if row.get("phase")))
    text = "filled: computed; dumps recast with their own number of events" + f"; Mu3e: {levels} CL" * bool(levels)
    figure.suptitle(text, fontsize=8, x=0.99, ha="right")


RECIPE = Recipe(
    title="lepton-flavor-conserving ALP or scalar: displaced pairs at Mu3e against beam dumps, and prompt reach in g_ee and g_mumu",
    compute=compute,
    paint=paint,
    size=(12.5, 5.4),
    limits=True,
    keys=(
        Setting("model", "pseudoscalar", "mediator", "choice", choices=tuple(MODELS)),
        Setting("g_mu", 3e-4, "coupling to muons beside which displaced pairs limit that to electrons", low=0.0),
        *KEYS,
        *CONDITIONS,
        *OPTIONS,
    ),
)
