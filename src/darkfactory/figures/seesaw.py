"""Figure ``seesaw``: mixing against heavy mass, type I (very heavy or very weakly coupled) and inverse seesaw."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds import load_coupling_bounds
from darkfactory.constants import GEV, HIGGS_VEV
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.seesaw import InverseSeesaw, type_one_mixing
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

NEUTRINO_MASS_EV = 0.05
INVERSE = {1e-6: "vermilion", 1e-8: "orange"}
"""Mixings of the inverse seesaw lines."""


def compute() -> FigureData:
    """Yukawa couplings and mixings of both seesaws, and the laboratory bands of the registry."""
    heavy = np.geomspace(1.0, 1e18, 73)
    mixing = np.array([type_one_mixing(m, NEUTRINO_MASS_EV) for m in heavy])
    yukawa = np.sqrt(2 * NEUTRINO_MASS_EV * 1e-6 * heavy) / HIGGS_VEV
    rows = curve_rows("type I", ("mass_mev", heavy), ("U2", mixing), panel="mixing", provenance="computed")
    rows += curve_rows("type I", ("mass_mev", heavy), ("y_N", yukawa), panel="yukawa", provenance="computed")
    for U2 in INVERSE:
        models = [
            InverseSeesaw.from_neutrino_mass(mass_N=float(m), U2=U2, neutrino_mass_ev=NEUTRINO_MASS_EV) for m in heavy
        ]
        light = [m for m in models if m.y_N < 3]
        masses = np.array([m.mass_N for m in light])
        label = f"inverse, mu_N = {1e3 * models[0].mu_N:g} keV, U2 = {U2:g}"
        rows += curve_rows(
            label, ("mass_mev", masses), ("y_N", [m.y_N for m in light]), panel="yukawa", provenance="computed"
        )
        rows += curve_rows(
            label, ("mass_mev", masses), ("U2", [m.U2 for m in light]), panel="mixing", provenance="computed"
        )
    references = ["Mohapatra:1986bd"]
    for bound in load_coupling_bounds().values():
        limit = bound.limits[0]
        if bound.quantity in ("U2_e", "U2_mu") and limit.form == "band":
            for low in (limit.mass_min, limit.mass_max):
                rows.append(
                    {
                        "curve": bound.label,
                        "mass_mev": low,
                        "U2": min(limit.values),
                        "U2_weakest": max(limit.values),
                        "panel": "laboratory",
                        "flavor": bound.quantity,
                        "provenance": limit.provenance,
                        "reference": bound.reference,
                    }
                )
    model = InverseSeesaw.from_neutrino_mass(mass_N=50.0, U2=1e-6)
    summary = [
        {
            "model": "type I, y = 1",
            "M [GeV]": HIGGS_VEV**2 / (2 * NEUTRINO_MASS_EV * 1e-6) / GEV,
            "y_N": 1.0,
            "U2": None,
        },
        {
            "model": "type I",
            "M [GeV]": 0.05,
            "y_N": float(np.sqrt(2 * NEUTRINO_MASS_EV * 1e-6 * 50) / HIGGS_VEV),
            "U2": type_one_mixing(50.0),
        },
        {"model": "inverse, mu_N = 50 keV", "M [GeV]": 0.05, "y_N": model.y_N, "U2": model.U2},
    ]
    notes = (
        f"neutrino mass {NEUTRINO_MASS_EV:g} eV; U2 summed over the pseudo-Dirac pair; theta = m_D / M",
        "laboratory: ranges over masses of the registry, bands and not contours: they exclude no point",
    )
    return FigureData(rows, summary, notes, tuple(references))


def paint(figure: Any, data: FigureData) -> None:
    """Left the Yukawa coupling over all masses, right the mixing at MeV masses with the laboratory."""
    left, right = figure.subplots(1, 2)
    curves = dict.fromkeys(row["curve"] for row in data.rows if row["panel"] == "mixing")
    colors = dict(zip(curves, ("black", "vermilion", "orange"), strict=False))
    for curve, color in colors.items():
        label = curve.replace("mu_N", r"$\mu_N$").replace("U2", "$|U|^2$")
        for axis, key, panel in ((left, "y_N", "yukawa"), (right, "U2", "mixing")):
            x, y = columns(picked(data.rows, curve=curve, panel=panel), "mass_mev", key)
            axis.plot(x / GEV if axis is left else x, y, color=COLORS[color], label=label)
    _paint_laboratory(right, [row for row in data.rows if row["panel"] == "laboratory"])
    left.set(xscale="log", yscale="log", xlim=(1e-3, 1e15), ylim=(1e-10, 10), xlabel="$M$ [GeV]", ylabel="$y_N$")
    left.plot([6.06e14], [1], "o", color=COLORS["black"], ms=5)
    left.annotate(r"$y_N=1$", (6.06e14, 1), (-8, 5), textcoords="offset points", ha="right", fontsize=8)
    left.legend(loc="lower right")
    right.set(
        xscale="log", yscale="log", xlim=(1, 1e3), ylim=(1e-11, 1e-1), xlabel="$M$ [MeV]", ylabel=r"$|U_{\ell N}|^2$"
    )
    right.set_title("bands: laboratory, range over the masses (blue $e$, green $\\mu$)", fontsize=8)
    left.set_title(r"$m_\nu$ = 0.05 eV", fontsize=9)


def _paint_laboratory(axis: Any, rows: list[Any]) -> None:
    """Bands, with one label where several are the same."""
    labels: dict[tuple[float, ...], list[str]] = {}
    for curve in dict.fromkeys(row["curve"] for row in rows):
        low, high = picked(rows, curve=curve)
        top = max(low["U2_weakest"], 1.6 * low["U2"])
        color = COLORS["blue"] if low["flavor"] == "U2_e" else COLORS["green"]
        axis.fill_between([low["mass_mev"], high["mass_mev"]], low["U2"], top, color=color, alpha=0.25, lw=0.8)
        labels.setdefault((low["mass_mev"], high["mass_mev"], top), []).append(curve)
    for (start, stop, top), names in labels.items():
        text = ", ".join(dict.fromkeys(name.split(" (")[0] for name in names))
        middle = np.sqrt(start * stop) if text != "PS191" else 1.6 * start
        height = top if text != "KEK 1982" else 1.1 * top
        axis.annotate(text, (middle, height), (0, 3), textcoords="offset points", ha="center", fontsize=7)


RECIPE = Recipe(
    title="seesaw: Yukawa coupling and mixing against heavy mass, type I and inverse, with the laboratory",
    compute=compute,
    paint=paint,
    size=(9.5, 4.4),
)
