"""Figure ``hnl-plane``: mixing against mass of a heavy neutral lepton of one flavor, published limits and seesaw lines."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.constants import GEV
from darkfactory.figures.curves import drawable, excluded, pieces
from darkfactory.figures.labels import label_curves
from darkfactory.figures.points import at_mass, columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.seesaw import type_one_mixing
from darkfactory.settings import Setting
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

SYMBOLS = {"e": "e", "mu": r"\mu", "tau": r"\tau"}
NEUTRINO_MASSES_EV = {0.05: "-", 0.0086: "--"}
"""Masses of light neutrinos [eV] whose type I seesaw is a line: roots of the two mass differences."""
AT = (100.0, 1e3, 1e4)
"""Masses [MeV] of the table."""


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Published limits of the flavor and what a seesaw of type I needs."""
    flavor = settings["flavor"]
    masses = np.geomspace(settings["mass_low"], settings["mass_high"], 300)
    rows: list[dict[str, Any]] = []
    notes: list[str] = []
    keys: list[str] = []
    for kind in ("observed", *(("projected",) if settings["projections"] else ())):
        found, told, cited = drawable(
            f"U2_{flavor}", masses, column="U2", conditional=settings["conditional"], kind=kind
        )
        rows += found
        notes += told
        keys += cited
    summary = []
    for label in dict.fromkeys(row["curve"] for row in rows):
        x, y = columns(picked(rows, curve=label), "mass_mev", "U2")
        summary.append({"curve": label} | {f"U2 at {m / GEV:g} GeV": at_mass(x, y, m) for m in AT})
    for mass_ev in NEUTRINO_MASSES_EV:
        line = [type_one_mixing(float(m), mass_ev) for m in masses]
        rows += curve_rows(
            f"type I, {mass_ev:g} eV",
            ("mass_mev", masses),
            ("U2", line),
            provenance="computed",
            neutrino_mass_ev=mass_ev,
        )
    notes.append(
        "limits at their own CL (column cl), for one flavor alone; Majorana or Dirac as the column assumes says"
    )
    return FigureData(rows, summary, tuple(notes), tuple(dict.fromkeys(keys)))


def paint(figure: Any, data: FigureData) -> None:
    """Limits in grey with their names, projections dashed, seesaws as lines."""
    axis = figure.subplots()
    low, high = (data.settings[key] / GEV for key in ("mass_low", "mass_high"))
    rows = [{**row, "mass_mev": row["mass_mev"] / GEV} for row in data.rows]
    axis.set(xscale="log", yscale="log", xlim=(low, high), ylim=(1e-13, 1.0))
    named = excluded(axis, rows, "U2", 1.0)
    for curve in dict.fromkeys(row["curve"] for row in picked(rows, kind="projected")):
        x, y = columns(picked(rows, curve=curve, kind="projected"), "mass_mev", "U2")
        for part in pieces(x):
            axis.plot(x[part], y[part], color=COLORS["blue"], ls="--", lw=0.9)
        named.append((x, y, curve, COLORS["blue"]))
    for mass, dashes in NEUTRINO_MASSES_EV.items():
        x, y = columns(picked(rows, neutrino_mass_ev=mass), "mass_mev", "U2")
        axis.plot(x, y, color=COLORS["vermilion"], ls=dashes, lw=1.4)
        named.append((x, y, rf"type I, $m_\nu$ = {mass:g} eV", COLORS["vermilion"]))
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
        Setting("mass_low", 10.0, "smallest mass", unit="MeV", low=0.0, open_low=True),
        Setting("mass_high", 1e5, "largest mass", unit="MeV", low=0.0, open_low=True),
        Setting("projections", False, "also projections, dashed", "flag"),
        Setting("conditional", False, "also limits that hold under an assumption only", "flag"),
    ),
)
