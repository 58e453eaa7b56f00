"""Figure ``hnl-plane``: mixing against mass of a heavy neutral lepton of one flavor, published limits and seesaw lines."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.constants import GEV
from darkfactory.figures.areas import cards, excluded, projected
from darkfactory.figures.curves import notes_of
from darkfactory.figures.labels import label_curves
from darkfactory.figures.mixing_reaches import SEARCH, reaches_in_mixing
from darkfactory.figures.planes import CONDITIONS, OPTIONS, Plane
from darkfactory.figures.points import at_mass, columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.seesaw import type_one_mixing
from darkfactory.settings import Setting, Settings
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

SYMBOLS = {"e": "e", "mu": r"\mu", "tau": r"\tau"}
NEUTRINO_MASSES_EV = {0.05: "-", 0.0086: "--"}
"""Masses of light neutrinos [eV] whose type I seesaw is a line: roots of the two mass differences."""
AT = (100.0, 1e3, 1e4)
"""Masses [MeV] of the table."""


def compute(settings: Settings) -> FigureData:
    """Published limits of the flavor and what a seesaw of type I needs."""
    quantity = f"U2_{settings['flavor']}"
    lines = {f"type I, {mass_ev:g} eV": mass_ev for mass_ev in NEUTRINO_MASSES_EV}
    plane = Plane(settings, lines, (quantity,), searches=(SEARCH,))
    masses = np.geomspace(*plane.span(10.0, 1e5), 300)
    rows, notes, keys = plane.drawable(quantity, masses, column="U2")
    for curve in plane.shown(lines):
        line = [type_one_mixing(float(m), lines[curve]) for m in masses]
        same = {"provenance": "computed", "neutrino_mass_ev": lines[curve]}
        rows += curve_rows(curve, ("mass_mev", masses), ("U2", line), **same)
    mine, results = reaches_in_mixing(plane, (settings["flavor"],))
    rows += mine
    keys += [key for found in results for key in found.references]
    summary = []
    for label in dict.fromkeys(row["curve"] for row in rows):
        x, y = columns(picked(rows, curve=label), "mass_mev", "U2")
        summary.append({"curve": label} | {f"U2 at {m / GEV:g} GeV": at_mass(x, y, m) for m in AT})
    notes += [*notes_of(results), *plane.finish(rows)]
    notes.append(
        "limits at their own CL (column cl), for one flavor alone; Majorana or Dirac as the column assumes says"
    )
    return FigureData(rows, summary, tuple(notes), tuple(dict.fromkeys(keys)))


def paint(figure: Any, data: FigureData) -> None:
    """Limits in grey with their names, projections dashed, seesaws as lines."""
    axis = figure.subplots()
    rows = [{**row, "mass_mev": row["mass_mev"] / GEV} for row in data.rows]
    masses = [row["mass_mev"] for row in rows]
    axis.set(xscale="log", yscale="log", xlim=(min(masses), max(masses)), ylim=(1e-13, 1.0))
    lines = []
    for mass, dashes in NEUTRINO_MASSES_EV.items():
        points = picked(rows, neutrino_mass_ev=mass)
        if points:
            x, y = columns(points, "mass_mev", "U2")
            axis.plot(x, y, color=COLORS["vermilion"], ls=dashes, lw=1.4)
            lines.append((x, y, rf"type I, $m_\nu$ = {mass:g} eV", COLORS["vermilion"]))
    named = lines + excluded(axis, rows, "U2", 1.0) + projected(axis, rows, "U2") + cards(axis, rows, "U2")
    symbol = SYMBOLS[data.settings["flavor"]]
    axis.set(xlabel="$M_N$ [GeV]", ylabel=rf"$|U_{{{symbol} N}}|^2$")
    axis.set_title(
        rf"heavy neutral lepton mixed with $\nu_{symbol}$ alone: published limits, and seesaw of type I", fontsize=9
    )
    label_curves(axis, named, fontsize=6)


RECIPE = Recipe(
    title="heavy neutral lepton: mixing against mass, published limits of one flavor and seesaw lines",
    compute=compute,
    paint=paint,
    size=(7.4, 5.2),
    limits=True,
    keys=(
        Setting("flavor", "mu", "neutrino that it mixes with", "choice", choices=tuple(SYMBOLS)),
        *CONDITIONS,
        *OPTIONS,
    ),
)
