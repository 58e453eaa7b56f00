"""Figure ``lfc-alp-plane``: a spin-0 particle that conserves flavor: displaced X -> e e against beam dumps, and prompt ones."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.bounds.quantities import magnetic_moment_coupling
from darkfactory.experiments import load_card
from darkfactory.figures.ctau import coupling_of_ctau
from darkfactory.figures.curves import drawable, excluded, notes_of, reach_rows, statistics
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
AT = (10.0, 20.0, 40.0, 60.0)
COMPARED = (10.0, 15.0, 20.0, 30.0, 40.0, 50.0)
"""Masses [MeV] at which the table compares Mu3e with dumps."""
MOMENTS = {"pseudoscalar": {"g_ee": ("e", 1e-12), "g_mumu": ("mu", 8.8e-10)}}
"""Lepton and largest -Delta a by coupling, of the models that lower magnetic moments."""
MOMENT_LABELS = {"g_ee": "$(g-2)_e$", "g_mumu": r"$(g-2)_\mu$"}
DISPLACED = "Mu3e phase I, displaced"


def _displaced(
    settings: Mapping[str, Any],
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[str], list[Reach]]:
    """Rows, table, notes and reaches of the plane at a fixed coupling to muons."""
    model, g_mu, same = settings["model"], settings["g_mu"], mu3e_settings(settings)
    fixed = {"model.g_mu": g_mu, **same}
    rows, results = mu3e_regions(model, "g_ee", fixed)
    found, dumps = dump_regions(model, "g_ee", settings["acceptance"], ELECTRON_DUMPS)
    rows += found
    for phase, (card, _) in PHASES.items():
        prompt = resonance_reach(card, MASSES, model=model, coupling="g_ee", lifetime="model", **fixed)
        results.append(prompt)
        rows += reach_rows(prompt, "g_ee", curve=f"Mu3e {phase}, prompt", phase=phase, kind="expected")
    where = wins(rows, DISPLACED, ELECTRON_DUMPS)
    table = edge_rows(rows, DISPLACED, ELECTRON_DUMPS, COMPARED, "g_ee")
    at = ", ".join(f"{row['ratio']:.2f} at {row['m_X [MeV]']:g}" for row in table if row["ratio"] and row["ratio"] > 1)
    said = f"from {where[0]:.1f} to {where[1]:.1f} MeV; ratio to the strongest dump {at} MeV" if where else "nowhere"
    notes = [
        f"short baselines win over dumps for short displacements: at g_mumu = {g_mu:g} the upper edge of Mu3e phase I in g_ee is "
        f"above that of every dump {said}",
        "published contours of dumps: none in couplings of a spin-0 particle is shipped",
        *NOTES,
    ]
    rows = [{**row, "model": model, "panel": "plane"} for row in rows]
    return rows, table, notes, [*results, *dumps]


def _moments(model: str) -> list[dict[str, Any]]:
    """Lines of the magnetic moments, which a pseudoscalar lowers."""
    rows: list[dict[str, Any]] = []
    for coupling, (lepton, deviation) in MOMENTS.get(model, {}).items():
        line = [magnetic_moment_coupling(float(mass), deviation, lepton) for mass in MASSES]
        more = {"model": model, "provenance": "recalled"}
        rows += curve_rows("g-2", ("mass_mev", MASSES), (coupling, line), **more)
    return rows


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Regions of displaced pairs and of dumps, prompt reaches of both couplings and phases, and the records that can be drawn."""
    model = settings["model"]
    rows: list[dict[str, Any]] = []
    summary, results, left_out = [], [], []
    plane, compared, said, regions = _displaced(settings)
    references: list[str] = []
    grid = np.geomspace(MASSES[0], MASSES[-1], 80)
    for coupling, (quantity, lifetime, _, _) in COUPLINGS.items():
        for phase, (card, _) in PHASES.items():
            for angles, (_, words) in ANGLES.items():
                found = resonance_reach(
                    card, MASSES, angles, model=model, coupling=coupling, lifetime=lifetime, **mu3e_settings(settings)
                )
                results.append(found)
                curve = f"Mu3e {phase}, {words}"
                new = reach_rows(found, coupling, model=model, curve=curve, phase=phase, angles=angles)
                rows += new
                values = {row["mass_mev"]: row[coupling] for row in new}
                summary.append({"coupling": coupling, "curve": curve} | {f"at {m:g} MeV": values.get(m) for m in AT})
        if model in RECORDED:
            conditional = settings["conditional"]
            limits, words_of, keys = drawable(quantity, grid, column=coupling, conditional=conditional)
            rows += [{**row, "model": model} for row in limits]
            left_out += [f"{coupling}: {text}" for text in words_of]
            references += keys
    if model not in RECORDED:
        left_out.append(f"the registry has no limits on couplings of a {model}")
    distance = load_card("mu3e-phase1").value("detector.prompt_distance")
    line = [coupling_of_ctau(MODELS[model], "g_e", float(mass), distance) for mass in MASSES]
    more = {"model": model, "ctau_mm": distance, "provenance": "computed"}
    rows += curve_rows("c tau", ("mass_mev", MASSES), ("g_ee", line), **more)
    rows += [*_moments(model), *plane]
    summary += compared
    notes = (
        f"{model}; Mu3e: {statistics(results[0])}; limits at their own CL (column cl)",
        f"g_ee: g_mumu = 0; line: c tau = {distance:g} mm, detector.prompt_distance; the reach includes the loss of late "
        "decays",
        "g_mumu: X is taken to decay at once, and into e e only; that needs a g_ee above the line, whose own production is "
        "left out",
        "magnetic moments, recalled: Delta a_e > -1e-12, whatever alpha is, and Delta a_mu > -8.8e-10; X alone shifts them",
        *said,
        *left_out,
        *(note for note in notes_of([*results, *regions]) if not note.startswith(LEFT_OUT)),
    )
    references = [key for found in [*results, *regions] for key in found.references] + references
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def _paint_plane(axis: Any, rows: Any) -> None:
    regions = {label: (color, "-") for label, (_, color) in ELECTRON_DUMPS.items()}
    mu3e = {f"Mu3e {phase}, displaced": (color, "-") for phase, (_, color) in reversed(PHASES.items())}
    draw_regions(axis, rows, "g_ee", {**regions, **mu3e})
    for phase, (_, color) in PHASES.items():
        x, y = columns(picked(rows, curve=f"Mu3e {phase}, prompt"), "mass_mev", "g_ee")
        axis.plot(x, y, color=COLORS[color], ls="-", lw=2)


def paint(figure: Any, data: FigureData) -> None:
    """Left g_ee with displaced pairs and dumps; then prompt: g_ee alone, and g_mumu."""
    left, *axes = figure.subplots(1, 3, width_ratios=(1.25, 1, 1))
    model = data.rows[0]["model"]
    plane = picked(data.rows, panel="plane")
    _paint_plane(left, plane)
    left.set(yscale="log", ylim=(1e-8, 1e-2), ylabel=COUPLINGS["g_ee"][2])
    left.set_title(rf"{model}, displaced, $g_{{\mu\mu}}$ = {data.settings['g_mu']:g}", fontsize=9)
    for axis, (coupling, (_, _, symbol, words)) in zip(axes, COUPLINGS.items(), strict=True):
        mine = [row for row in data.rows if coupling in row and row.get("panel") != "plane"]
        published = excluded(axis, mine, coupling, 1.0)
        draw_reaches(axis, mine, coupling, ANGLES)
        axis.set(yscale="log", ylim=(1e-6, 1e-2), xscale="log", xlim=(MASSES[0], MASSES[-1]), ylabel=symbol)
        label_curves(axis, published)
        axis.set_title(f"{words}", fontsize=9)
    for axis, coupling in ((left, "g_ee"), (axes[0], "g_ee"), (axes[1], "g_mumu")):
        mass_axis(axis, MASSES[0], MASSES[-1], "$m_X$")
        for curve, dash in (("c tau", "-."), ("g-2", ":")):
            points = [row for row in picked(data.rows, curve=curve) if coupling in row]
            if points:
                x, y = columns(points, "mass_mev", coupling)
                name = rf"$c\tau$ = {points[0]['ctau_mm']:g} mm" if curve == "c tau" else MOMENT_LABELS[coupling]
                axis.plot(x, y, color="black", lw=1.2, ls=dash, label=name)
    seen: dict[str, Any] = {}
    for axis in (left, *axes):
        seen |= {label: handle for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    figure.legend(list(seen.values()), list(seen), loc="outside lower center", ncols=6)
    figure.suptitle(
        "Mu3e: 95% CLs, z = 1.96; dumps: recast with their own number of events", fontsize=8, x=0.99, ha="right"
    )


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
        Setting(
            "conditional",
            False,
            "also limits that hold under an assumption only, e.g. free escape from a supernova",
            "flag",
        ),
    ),
)
