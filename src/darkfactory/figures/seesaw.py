"""Figure ``seesaw``: mixing against heavy mass, type I (very heavy or very weakly coupled) and inverse seesaw."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.constants import GEV, HIGGS_VEV
from darkfactory.figures.curves import pieces, strongest
from darkfactory.figures.labels import label_curves
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.seesaw import InverseSeesaw, type_one_mixing
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

NEUTRINO_MASS_EV = 0.05
INVERSE = {1e-6: "vermilion", 1e-8: "orange"}
"""Mixings of the inverse seesaw lines."""
COLOR_OF = {"e": ("blue", "$e$"), "mu": ("green", r"$\mu$")}
"""Colour and symbol of the flavors of the laboratory."""
LEAST_NAMED = 10
"""Points of a limit below which it is not named."""


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
    for flavor in COLOR_OF:
        rows += strongest(f"U2_{flavor}", np.geomspace(1.0, 1e6, 400), panel="laboratory", flavor=flavor)
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
        "laboratory: the strongest of the published limits at each mass; what lies above need not be excluded by it, see hnl-plane",
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
    left.set(xscale="log", yscale="log", xlim=(1e-3, 1e15), ylim=(1e-10, 10), xlabel="$M$ [GeV]", ylabel="$y_N$")
    left.plot([6.06e14], [1], "o", color=COLORS["black"], ms=5)
    left.annotate(r"$y_N=1$", (6.06e14, 1), (-8, 5), textcoords="offset points", ha="right", fontsize=8)
    left.legend(loc="lower right")
    right.set(
        xscale="log", yscale="log", xlim=(1, 1e6), ylim=(1e-13, 1e-1), xlabel="$M$ [MeV]", ylabel=r"$|U_{\ell N}|^2$"
    )
    right.set_title("laboratory: strongest published limit, mixing with $e$ and $\\mu$", fontsize=9)
    left.set_title(r"$m_\nu$ = 0.05 eV", fontsize=9)
    _paint_laboratory(right, picked(data.rows, panel="laboratory"))


def _paint_laboratory(axis: Any, rows: list[Any]) -> None:
    """The strongest limit of each flavor, with the name of each experiment where it holds it."""
    named = []
    for flavor, (color, symbol) in COLOR_OF.items():
        own = picked(rows, flavor=flavor)
        x, y = columns(own, "mass_mev", "U2")
        for part in pieces(x):
            axis.plot(x[part], y[part], color=COLORS[color], lw=1.2)
            axis.fill_between(x[part], y[part], 1.0, color=COLORS[color], alpha=0.12, lw=0)
        for curve in dict.fromkeys(row["curve"] for row in own):
            masses, mixings = columns(picked(own, curve=curve), "mass_mev", "U2")
            if len(masses) >= LEAST_NAMED:
                named.append((masses, mixings, f"{curve} {symbol}", COLORS[color]))
    label_curves(axis, named)


RECIPE = Recipe(
    title="seesaw: Yukawa coupling and mixing against heavy mass, type I and inverse, with the laboratory",
    compute=compute,
    paint=paint,
    size=(9.5, 4.4),
    limits=True,
)
