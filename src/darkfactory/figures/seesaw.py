"""Figure ``seesaw``: mixing against heavy mass, type I (very heavy or very weakly coupled) and inverse seesaw."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.constants import GEV, HIGGS_VEV
from darkfactory.figures.areas import Named, cards, pieces
from darkfactory.figures.curves import drawable, notes_of
from darkfactory.figures.labels import label_curves
from darkfactory.figures.mixing_reaches import SEARCH, reaches_in_mixing
from darkfactory.figures.planes import OPTIONS, Plane
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.seesaw import InverseSeesaw, type_one_mixing
from darkfactory.settings import Settings
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

NEUTRINO_MASS_EV = 0.05
TYPE_I = "type I"
INVERSE = (1e-6, 1e-8)
"""Mixings of the inverse seesaw lines."""
COLOR_OF = {"e": ("blue", "$e$"), "mu": ("green", r"$\mu$")}
"""Colour and symbol of the flavors of the laboratory."""
LEAST_NAMED = 10
"""Points of a limit below which it is not named."""


def _seesaws(plane: Plane) -> list[dict[str, Any]]:
    """Yukawa couplings and mixings of both seesaws."""
    heavy = np.geomspace(*plane.span(1.0, 1e18), 73)
    mixing = np.array([type_one_mixing(m, NEUTRINO_MASS_EV) for m in heavy])
    yukawa = np.sqrt(2 * NEUTRINO_MASS_EV * 1e-6 * heavy) / HIGGS_VEV
    rows: list[dict[str, Any]] = []
    if plane.shows(TYPE_I):
        rows += curve_rows(TYPE_I, ("mass_mev", heavy), ("U2", mixing), panel="mixing", provenance="computed")
        rows += curve_rows(TYPE_I, ("mass_mev", heavy), ("y_N", yukawa), panel="yukawa", provenance="computed")
    for U2 in INVERSE:
        models = [
            InverseSeesaw.from_neutrino_mass(mass_N=float(m), U2=U2, neutrino_mass_ev=NEUTRINO_MASS_EV) for m in heavy
        ]
        light = [m for m in models if m.y_N < 3]
        if plane.shows(_inverse(U2)) and light:
            masses = np.array([m.mass_N for m in light])
            for panel, column, values in (
                ("yukawa", "y_N", [m.y_N for m in light]),
                ("mixing", "U2", [m.U2 for m in light]),
            ):
                more = {"panel": panel, "provenance": "computed"}
                rows += curve_rows(_inverse(U2), ("mass_mev", masses), (column, values), **more)
    return rows


def _inverse(U2: float) -> str:
    """Name of the line of an inverse seesaw, mu_N = m_nu / U2."""
    return f"inverse, mu_N = {NEUTRINO_MASS_EV / U2 * 1e-3:g} keV, U2 = {U2:g}"


def _strongest(plane: Plane, flavor: str) -> list[dict[str, Any]]:
    """The strongest observed limit on the mixing of a flavor at each mass, of the records that are drawn without being asked."""
    masses = np.geomspace(*plane.span(1.0, 1e6), 400)
    rows, _, _ = drawable(f"U2_{flavor}", masses, column="U2", records=plane.records, cl=plane.cl)
    best: dict[float, dict[str, Any]] = {}
    for row in sorted(rows, key=lambda row: float(row["U2"])):
        best.setdefault(row["mass_mev"], row)
    return [{**best[mass], "panel": "laboratory", "flavor": flavor} for mass in sorted(best)]


def compute(settings: Settings) -> FigureData:
    """Yukawa couplings and mixings of both seesaws, and the strongest limits of the laboratory."""
    names = (TYPE_I, *map(_inverse, INVERSE))
    plane = Plane(settings, names, tuple(f"U2_{flavor}" for flavor in COLOR_OF), searches=(SEARCH,))
    rows = _seesaws(plane)
    for flavor in COLOR_OF:
        rows += _strongest(plane, flavor)
    mine, results = reaches_in_mixing(plane, COLOR_OF, panel="cards")
    rows += mine
    model = InverseSeesaw.from_neutrino_mass(mass_N=50.0, U2=1e-6)
    summary = [
        {
            "model": "type I, y = 1",
            "M [GeV]": HIGGS_VEV**2 / (2 * NEUTRINO_MASS_EV * 1e-6) / GEV,
            "y_N": 1.0,
            "U2": None,
        },
        {
            "model": TYPE_I,
            "M [GeV]": 0.05,
            "y_N": float(np.sqrt(2 * NEUTRINO_MASS_EV * 1e-6 * 50) / HIGGS_VEV),
            "U2": type_one_mixing(50.0),
        },
        {"model": "inverse, mu_N = 50 keV", "M [GeV]": 0.05, "y_N": model.y_N, "U2": model.U2},
    ]
    notes = (
        f"neutrino mass {NEUTRINO_MASS_EV:g} eV; U2 summed over the pseudo-Dirac pair; theta = m_D / M",
        "laboratory: the strongest of the published limits at each mass; what lies above need not be excluded by it, see hnl-plane",
        *notes_of(results),
        *plane.finish(rows),
    )
    cited = [row["reference"] for row in picked(rows, panel="laboratory")]
    cited += [key for found in results for key in found.references]
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(("Mohapatra:1986bd", *cited))))


def paint(figure: Any, data: FigureData) -> None:
    """Left the Yukawa coupling over all masses, right the mixing at MeV masses with the laboratory."""
    left, right = figure.subplots(1, 2)
    curves = (TYPE_I, *map(_inverse, INVERSE))
    mass = data.settings["mass"]
    shown = [row["mass_mev"] for row in data.rows]
    low, high = (min(shown), max(shown)) if mass else (1.0, 1e6)
    wide = (low / GEV, high / GEV) if mass else (1e-3, 1e15)
    left.set(xscale="log", yscale="log", xlim=wide, ylim=(1e-10, 10), xlabel="$M$ [GeV]", ylabel="$y_N$")
    right.set(xscale="log", yscale="log", xlim=(low, high), ylim=(1e-13, 1e-1), xlabel="$M$ [MeV]")
    right.set(ylabel=r"$|U_{\ell N}|^2$")
    for axis, key, panel in ((left, "y_N", "yukawa"), (right, "U2", "mixing")):
        named = []
        for curve, color in zip(curves, ("black", "vermilion", "orange"), strict=True):
            points = picked(data.rows, curve=curve, panel=panel)
            if points:
                x, y = columns(points, "mass_mev", key)
                x = x / GEV if axis is left else x
                axis.plot(x, y, color=COLORS[color])
                words = curve.replace("mu_N", r"$\mu_N$").replace("U2", "$|U|^2$")
                named.append((x, y, words if axis is left else words.split(",")[0], COLORS[color]))
        if axis is right:
            named += _paint_laboratory(axis, picked(data.rows, panel="laboratory"))
            named += cards(axis, data.rows, "U2")
        label_curves(axis, named, 7)
    if picked(data.rows, curve=TYPE_I) and not mass:
        left.plot([6.06e14], [1], "o", color=COLORS["black"], ms=5)
        left.annotate(r"$y_N=1$", (6.06e14, 1), (-8, 5), textcoords="offset points", ha="right", fontsize=8)
    right.set_title("laboratory: strongest published limit, mixing with $e$ and $\\mu$", fontsize=9)
    left.set_title(r"$m_\nu$ = 0.05 eV", fontsize=9)


def _paint_laboratory(axis: Any, rows: Any) -> Named:
    """The strongest limit of each flavor; the name of each experiment where it holds it, the widest first."""
    named: list[tuple[int, Any]] = []
    for flavor, (color, symbol) in COLOR_OF.items():
        own = picked(rows, flavor=flavor)
        if not own:
            continue
        x, y = columns(own, "mass_mev", "U2")
        for part in pieces(x):
            axis.plot(x[part], y[part], color=COLORS[color], lw=1.2)
            axis.fill_between(x[part], y[part], 1.0, color=COLORS[color], alpha=0.12, lw=0)
        for curve in dict.fromkeys(row["curve"] for row in own):
            masses, mixings = columns(picked(own, curve=curve), "mass_mev", "U2")
            widest = max(pieces(masses), key=lambda part: part.stop - part.start)
            masses, mixings = masses[widest], mixings[widest]
            if len(masses) >= LEAST_NAMED:
                named.append((len(masses), (masses, mixings, f"{curve} {symbol}", COLORS[color])))
    return [curve for _, curve in sorted(named, key=lambda one: -one[0])]


RECIPE = Recipe(
    title="seesaw: Yukawa coupling and mixing against heavy mass, type I and inverse, with the laboratory",
    compute=compute,
    paint=paint,
    size=(9.5, 4.4),
    limits=True,
    keys=OPTIONS,
)
