"""Figure ``sterile-dark-photon-plane``: mu -> e nu N, N -> nu X, X -> e e: missing energy extends the reach in kinetic mixing."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.figures.curves import drawable, notes_of, statistics
from darkfactory.figures.displaced import (
    DUMP_MASSES,
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
from darkfactory.figures.points import picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, mass_axis
from darkfactory.models.sterile import SterileDarkPhoton
from darkfactory.settings import Setting

__all__ = ["RECIPE"]

MASSES = (8.4, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0)
COMPARED = (20.0, 30.0, 40.0)
"""Masses [MeV] at which the table compares Mu3e with dumps."""
WORDS = "with N"
CURVE = f"Mu3e {{}}, {WORDS}"
MODEL = SterileDarkPhoton()


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Regions of Mu3e with the sterile neutrino and without, of dumps, and the published contours."""
    mass_N, same = settings["mass_N"], mu3e_settings(settings)
    of_model = {"model.mass_N": mass_N, "model.U2": settings["U2"], "model.alpha_D": settings["alpha_D"]}
    masses = [mass for mass in MASSES if mass < mass_N]
    rows, results = mu3e_regions(
        "sterile-dark-photon", "epsilon", {**of_model, **same, "search.coupling": "epsilon"}, masses, WORDS
    )
    alone, more = mu3e_regions("dark-photon", "epsilon", same, words="dark photon alone")
    recasts, dumps = dump_regions("dark-photon", "epsilon", settings["acceptance"])
    rows += [*alone, *recasts]
    summary = []
    for phase in PHASES:
        found = edge_rows(rows, CURVE.format(phase), SHIELDED, [m for m in COMPARED if m < mass_N], "epsilon")
        na64 = edge_rows(rows, CURVE.format(phase), ["NA64"], [row["m_X [MeV]"] for row in found], "epsilon")
        summary += [{**row, "NA64 up to": other["its upper edge"]} for row, other in zip(found, na64, strict=True)]
    gains = [row for row in summary if row["curve"] == CURVE.format("phase I") and row["ratio"]]
    said = ", ".join(f"{row['ratio']:.2f} at {row['m_X [MeV]']:g} MeV ({row['strongest dump']})" for row in gains)
    limits, left_out, keys = drawable("epsilon", np.geomspace(DUMP_MASSES[0], DUMP_MASSES[-1], 80))
    notes = (
        f"mass_N = {mass_N:g} MeV, U2 = {settings['U2']:g}; Mu3e: {statistics(results[0])}; limits at their own CL (column cl)",
        "much missing energy extends the reach: upper edge of Mu3e phase I in epsilon over that of the strongest dump behind a "
        f"shield: {said or 'none'}; NA64, thin, excludes more above, up to its largest mass (table)",
        *NOTES,
        *left_out,
        *(note for note in notes_of([*results, *more, *dumps]) if not note.startswith(LEFT_OUT)),
    )
    references = [key for found in [*results, *more, *dumps] for key in found.references]
    return FigureData([*rows, *limits], summary, notes, tuple(dict.fromkeys([*references, *keys])))


def paint(figure: Any, data: FigureData) -> None:
    """Left with the sterile neutrino, right the dark photon alone: the same dumps."""
    axes = figure.subplots(1, 2, sharey=True)
    ours = [row for row in data.rows if row.get("kind") != "observed"]
    regions = {label: (color, "-") for label, (_, color) in DUMPS.items()}
    titles = {
        CURVE: rf"$\mu\to e\nu N$, $N\to\nu X$: $m_N$ = {data.settings['mass_N']:g} MeV, $|U|^2$ = {data.settings['U2']:g}",
        "Mu3e {}, dark photon alone": r"$\mu\to e\nu\nu X$: dark photon alone",
    }
    seen: dict[str, Any] = {}
    for axis, (curve, title) in zip(axes, titles.items(), strict=True):
        mu3e = {curve.format(phase): (color, "-") for phase, (_, color) in reversed(PHASES.items())}
        draw_regions(axis, ours, "epsilon", {**regions, **mu3e})
        contours = draw_contours(axis, picked(data.rows, kind="observed"), "epsilon")
        axis.set(yscale="log", ylim=(1e-9, 1e-2))
        mass_axis(axis, DUMP_MASSES[0], DUMP_MASSES[-1], "$m_X$")
        label_curves(axis, contours)
        axis.set_title(title, fontsize=10)
        seen |= {label: handle for handle, label in zip(*axis.get_legend_handles_labels(), strict=True)}
    axes[0].set_ylabel(r"$\epsilon$")
    figure.legend(list(seen.values()), list(seen), loc="outside lower center", ncols=5)
    text = r"displaced $X\to ee$ at Mu3e: 95% CLs, z = 1.96; filled dumps: recasts with their own number of events"
    figure.suptitle(text, fontsize=8, x=0.99, ha="right")


def _like(name: str, **more: Any) -> Setting:
    """Setting of the model, as one of the figure."""
    (own,) = (key for key in MODEL.keys if key.name == name)
    return Setting(name, getattr(MODEL, name), own.doc, unit=own.unit, low=own.low, high=own.high, **more)


RECIPE = Recipe(
    title="sterile neutrino and dark photon: displaced pairs at Mu3e in kinetic mixing against mass, and beam dumps",
    compute=compute,
    paint=paint,
    size=(9.8, 5.6),
    limits=True,
    keys=(_like("mass_N", open_low=True), _like("U2", open_low=True), _like("alpha_D", open_low=True), *KEYS),
)
