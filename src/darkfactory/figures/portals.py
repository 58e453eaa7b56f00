"""Figure ``portals``: power counting of the cross section against energy; lowest dimension, largest rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.portal import PORTALS, Portal
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

CUTOFF_GEV = 1e4
COEFFICIENT = 1e-4
STYLE = {
    "scalar": ("black", "-"),
    "vector": ("blue", "-"),
    "fermion": ("sky", "--"),
    "axion": ("vermilion", "-"),
    "conformal": ("green", "-"),
}


def compute() -> FigureData:
    """Order of magnitude of the cross section for every portal."""
    sqrt_s = np.geomspace(1e-2, CUTOFF_GEV, 61)
    rows: list[dict[str, Any]] = []
    summary = []
    for name, (d_ds, d_sm, _) in PORTALS.items():
        portal = Portal.named(name, COEFFICIENT, CUTOFF_GEV)
        values = portal.cross_section_cm2(sqrt_s)
        rows += curve_rows(name, ("sqrt_s_gev", sqrt_s), ("cross_section_cm2", values), dimension=portal.dimension)
        summary.append(
            {
                "portal": name,
                "d_DS + d_SM": f"{d_ds:g} + {d_sm:g} = {portal.dimension:g}",
                "power of s": portal.dimension - 5,
                "cm^2 at 1 GeV": float(portal.cross_section_cm2(1.0)),
                "cm^2 at 100 GeV": float(portal.cross_section_cm2(100.0)),
            }
        )
    notes = (
        f"power counting (c / Lambda^(d-4))^2 s^(d-5) with c = {COEFFICIENT:g} and Lambda = {CUTOFF_GEV:g} GeV for all",
        "orders of magnitude only; the conformal portal is an example with an operator of dimension 3.5",
    )
    return FigureData(rows, summary, notes, ())


def paint(figure: Any, data: FigureData) -> None:
    """Cross section against energy, both logarithmic."""
    axis = figure.subplots()
    for name, (color, dashes) in STYLE.items():
        x, y = columns(picked(data.rows, curve=name), "sqrt_s_gev", "cross_section_cm2")
        dimension = picked(data.rows, curve=name)[0]["dimension"]
        label = f"{name}, {PORTALS[name][2]}, $d$ = {dimension:g}"
        axis.plot(x, y, color=COLORS[color], ls=dashes, label=label, lw=2.4 if dashes == "-" else 1.6)
    axis.set(xscale="log", yscale="log", xlabel=r"$\sqrt{s}$ [GeV]", ylabel=r"$\sigma(\mathrm{SM\,SM\to DS})$ [cm$^2$]")
    axis.set(xlim=(1e-2, CUTOFF_GEV), ylim=(1e-58, 1e-17))
    axis.legend(loc="upper right")
    axis.set_title(r"$c=10^{-4}$, $\Lambda=10$ TeV for all portals", fontsize=9)


RECIPE = Recipe(
    title="cross section into a dark sector against energy, by portal: power counting",
    compute=compute,
    paint=paint,
)
