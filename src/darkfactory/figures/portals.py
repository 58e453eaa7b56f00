"""Figure ``portals``: power counting of the cross section against energy; lowest dimension, largest rate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.portal import GEV_MINUS_2_CM2, LARGEST, PORTALS, Portal
from darkfactory.settings import Setting
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

UNITARITY = "unitarity"
STYLE = {
    "scalar": ("black", "-"),
    "vector": ("blue", "-"),
    "fermion": ("sky", "--"),
    "axion": ("vermilion", "-"),
    "conformal": ("green", "-"),
}


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Order of magnitude of the cross section for every portal, and the largest that unitarity allows."""
    c, cutoff = settings["c"], settings["cutoff_gev"]
    sqrt_s = np.geomspace(1e-6 * cutoff, cutoff, 61)
    rows: list[dict[str, Any]] = []
    summary = []
    for name in PORTALS:
        portal = Portal.named(name, c, cutoff)
        if name == "conformal":
            portal = replace(portal, d_ds=settings["dimension"])
        values = portal.cross_section_cm2(sqrt_s)
        rows += curve_rows(name, ("sqrt_s_gev", sqrt_s), ("cross_section_cm2", values), dimension=portal.dimension)
        low, high = portal.unitary_range_gev
        summary.append(
            {
                "portal": name,
                "d_DS + d_SM": f"{portal.d_ds:g} + {portal.d_sm:g} = {portal.dimension:g}",
                "power of s": portal.dimension - 5,
                "cm^2 at 0.1 Lambda": float(portal.cross_section_cm2(0.1 * cutoff)),
                "unitary from [GeV]": low,
                "to": min(high, cutoff),
            }
        )
    allowed = LARGEST / sqrt_s**2 * GEV_MINUS_2_CM2
    rows += curve_rows(UNITARITY, ("sqrt_s_gev", sqrt_s), ("cross_section_cm2", allowed))
    notes = (
        f"power counting (c / Lambda^(d-4))^2 s^(d-5) with c = {c:g} and Lambda = {cutoff:g} GeV for all",
        "orders of magnitude only: no phase space, no thresholds; what does not depend on them is the order: below Lambda one more "
        "unit of dimension costs s/Lambda^2, the lowest dimension wins",
        "rough unitarity: sigma s < 16 pi; a relevant portal (scalar) ends at low energies, an irrelevant one at high ones",
        f"the conformal portal has an operator of dimension {settings['dimension']:g}: what makes neutrinos composite",
    )
    return FigureData(rows, summary, notes, ())


def paint(figure: Any, data: FigureData) -> None:
    """Cross section against energy, both logarithmic."""
    axis = figure.subplots()
    for name, (color, dashes) in STYLE.items():
        x, y = columns(picked(data.rows, curve=name), "sqrt_s_gev", "cross_section_cm2")
        dimension = picked(data.rows, curve=name)[0]["dimension"]
        words = rf"$\mathcal{{O}}\,LH/\Lambda^{{{dimension - 4:g}}}$" if name == "conformal" else PORTALS[name][2]
        label = f"{name}, {words}, $d$ = {dimension:g}"
        axis.plot(x, y, color=COLORS[color], ls=dashes, label=label, lw=2.4 if dashes == "-" else 1.6)
    x, allowed = columns(picked(data.rows, curve=UNITARITY), "sqrt_s_gev", "cross_section_cm2")
    top = 1e5 * max(row["cross_section_cm2"] for row in data.rows)
    axis.fill_between(x, allowed, top, color=COLORS["grey"], alpha=0.2, lw=0, label=r"$\sigma s>16\pi$: not unitary")
    axis.set(xscale="log", yscale="log", xlabel=r"$\sqrt{s}$ [GeV]", ylabel=r"$\sigma(\mathrm{SM\,SM\to DS})$ [cm$^2$]")
    low = min(row["cross_section_cm2"] for row in data.rows if row["curve"] != UNITARITY)
    axis.set(xlim=(x[0], x[-1]), ylim=(max(low / 3, 1e-42 * top), top))  # the lowest line stands off the frame
    axis.legend(loc="upper right", fontsize=8)
    used = data.settings
    axis.set_title(rf"$c$ = {used['c']:g}, $\Lambda$ = {used['cutoff_gev']:g} GeV for all portals", fontsize=9)


RECIPE = Recipe(
    title="cross section into a dark sector against energy, by portal: power counting",
    compute=compute,
    paint=paint,
    keys=(
        Setting("c", 1e-4, "coefficient of all portals", low=1e-12, high=1e3),
        Setting("cutoff_gev", 1e4, "scale Lambda of all portals", unit="GeV", low=1e-3, high=1e18),
        Setting("dimension", 3.5, "of the operator of the conformal portal", low=1.5, high=12),
    ),
)
