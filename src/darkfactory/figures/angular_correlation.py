"""Figure ``angular-correlation``: angles between the electron, the positron of X and the other positron at Mu3e."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import pair_slice, setup_of
from darkfactory.models import DarkPhoton, Mediator, Pseudoscalar
from darkfactory.numerics.parallel import ordered
from darkfactory.settings import Setting
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

Array = NDArray[np.float64]
CARD = "mu3e-phase1"
BINS, FINE = 20, 40
PLANE_PRECISION = 0.004
COLLINEAR = 0.9
MASSES = (5.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0, 50.0, 55.0, 60.0)
"""Masses [MeV] of gains and cuts."""
MODELS: dict[str, tuple[type[Mediator], dict[str, float], str]] = {
    "dark photon": (DarkPhoton, {"epsilon": 1.0}, "blue"),
    "ALP via e": (Pseudoscalar, {"g_e": 1.0}, "vermilion"),
}
GAINS: dict[str, tuple[str, Any]] = {
    "lr": ("black", ":"),
    "2d": ("blue", "-"),
    "1d": ("green", "--"),
    "cut": ("orange", "-."),
}
WORDS = {"lr": "likelihood ratio (bound)", "2d": "histogram in $c_{13}, c_{12}$", "1d": "histogram in $c_{13}$"}
BACKGROUND = "internal conversion"


def _angles(mass: float) -> tuple[list[dict[str, Any]], dict[str, float]]:
    """Densities in the plane and in c13 at one mass, and the share of collinear events."""
    rows: list[dict[str, Any]] = []
    collinear: dict[str, float] = {}
    for name, (kind, couplings, _) in MODELS.items():
        events, signal = pair_slice(setup_of(CARD), kind(mass=mass, **couplings), PLANE_PRECISION)
        c13, c12 = events.c13, events.c12
        samples = {name: signal} | ({BACKGROUND: events.background} if not rows else {})
        for curve, weight in samples.items():
            share = weight / weight.sum()
            collinear[curve] = float(share[c13 > COLLINEAR].sum())
            plane, x, y = np.histogram2d(c13, c12, BINS, ((-1, 1), (-1, 1)), weights=share)
            for i, j in np.ndindex(BINS, BINS):
                place = {"c13_low": x[i], "c13_high": x[i + 1], "c12_low": y[j], "c12_high": y[j + 1]}
                density = plane[i, j] * (BINS / 2) ** 2
                rows.append({"panel": "plane", "curve": curve, "mass_mev": mass, **place, "density": density})
            line, x = np.histogram(c13, FINE, (-1, 1), weights=share)
            for low, high, value in zip(x[:-1], x[1:], line * FINE / 2, strict=True):
                place = {"c13_low": low, "c13_high": high}
                rows.append({"panel": "c13", "curve": curve, "mass_mev": mass, **place, "density": value})
    return rows, collinear


def _gains(mass: float) -> list[dict[str, Any]]:
    """Gain of every choice of angles, and the best cut on c13, at one mass."""
    rows = []
    for name, (kind, couplings, _) in MODELS.items():
        events, signal = pair_slice(setup_of(CARD), kind(mass=mass, **couplings))
        for angles in GAINS:
            found = events.counts(signal, angles)
            row = {"panel": "gain", "curve": name, "mass_mev": mass, "angles": angles, "gain": float(found.gain[0])}
            rows.append(row | ({"c_max": found.cut} if found.cut is not None else {}))
    return rows


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Angles at one mass; gains and cuts at several."""
    mass = settings["mass"]
    rows, collinear = _angles(mass)
    masses = sorted({*MASSES, mass})
    for found in ordered(lambda h: _gains(masses[h]), range(len(masses))):
        rows += found
    summary = []
    for curve, share in collinear.items():
        entry: dict[str, Any] = {"at [MeV]": mass, "sample": curve, f"share with c13 > {COLLINEAR:g}": share}
        for angles in GAINS if curve in MODELS else ():
            (row,) = picked(rows, panel="gain", curve=curve, mass_mev=mass, angles=angles)
            entry |= {f"R {angles}": row["gain"]} | ({"c_max": row["c_max"]} if "c_max" in row else {})
        summary.append(entry)
    notes = (
        f"phase I, m_ee = {mass:g} MeV; c13: electron and other positron, c12: positron of X and other positron, in the rest "
        "frame of the muon, accepted events, unpolarised",
        "internal conversion has the electron along the other positron, a soft virtual photon made them; the signal has not",
        "gain R: limit on signal events of the bump alone over that with angles; on couplings sqrt(R)",
        "best cut: where the gain is largest; it is flat there, and c_max known to about 0.1",
    )
    return FigureData(rows, summary, notes, ("Echenard:2014lma", "Perrevoort:2018ttp"))


def _paint_planes(figure: Any, axes: Any, rows: Any) -> None:
    from matplotlib.colors import LogNorm

    names = (BACKGROUND, *MODELS)
    for axis, name in zip(axes, names, strict=True):
        (density,) = columns(picked(rows, panel="plane", curve=name), "density")
        edges = np.linspace(-1, 1, BINS + 1)
        shown = np.maximum(density.reshape(BINS, BINS).T, 1e-3)
        image = axis.pcolormesh(edges, edges, shown, norm=LogNorm(1e-2, 10), cmap="viridis", rasterized=True)
        axis.set(xlabel="$c_{13}$ (e$^-$, other e$^+$)", xticks=(-1, -0.5, 0, 0.5, 1), yticks=(-1, -0.5, 0, 0.5, 1))
        axis.set_title(name, fontsize=10)
    axes[0].set_ylabel("$c_{12}$ (e$^+$ of X, other e$^+$)")
    figure.colorbar(image, ax=list(axes), label="density", extend="both", pad=0.01)


def paint(figure: Any, data: FigureData) -> None:
    """Above the plane of two cosines; below c13 with cuts, the best cut and the gains against mass."""
    axes = figure.subplots(2, 3)
    _paint_planes(figure, axes[0], data.rows)
    line, cut, gain = axes[1]
    mass = picked(data.rows, panel="plane")[0]["mass_mev"]
    styles = {BACKGROUND: "grey", **{name: color for name, (_, _, color) in MODELS.items()}}
    for name, color in styles.items():
        low, high, density = columns(picked(data.rows, panel="c13", curve=name), "c13_low", "c13_high", "density")
        fill: dict[str, Any] = {"fill": True, "alpha": 0.4} if name == BACKGROUND else {"lw": 1.4}
        line.stairs(density, np.append(low, high[-1]), color=COLORS[color], label=name, **fill)
    for name, (_, _, color) in MODELS.items():
        points = picked(data.rows, panel="gain", curve=name, angles="cut")
        x, y = columns(points, "mass_mev", "c_max")
        cut.plot(x, y, "o-", ms=3, color=COLORS[color], label=name)
        line.axvline(y[x == mass][0], color=COLORS[color], ls=(0, (4, 3)), lw=1, ymax=0.76)
    line.set(
        yscale="log", xlim=(-1, 1), ylim=(0.05, 60), xlabel="$c_{13}$", ylabel="density", xticks=(-1, -0.5, 0, 0.5, 1)
    )
    line.set_title(f"$m_{{ee}}$ = {mass:g} MeV; dashed: best cut", fontsize=9)
    line.legend(loc="upper left", fontsize=7)
    cut.set(ylim=(-0.2, 1), xlabel="$m_X$ [MeV]", ylabel=r"best cut $c_{\rm max}$")
    cut.set_title(r"keep $c_{13} < c_{\rm max}$", fontsize=9)
    cut.legend(loc="upper right")
    for angles, (color, dash) in GAINS.items():
        for name, width in zip(MODELS, (1.8, 0.9), strict=True):
            points = picked(data.rows, panel="gain", curve=name, angles=angles)
            label = WORDS.get(angles, r"cut on $c_{13}$") if width > 1 else None
            gain.plot(*columns(points, "mass_mev", "gain"), color=COLORS[color], ls=dash, lw=width, label=label)
    gain.set(ylim=(1, 1.6 * gain.dataLim.y1 - 0.6), xlabel="$m_X$ [MeV]", ylabel="gain R on signal events")
    gain.set_title("thick: dark photon; thin: ALP via e", fontsize=9)
    gain.legend(loc="upper left", fontsize=7)


RECIPE = Recipe(
    title="Mu3e: angular correlations of e+ e+ e-, the collinear region of internal conversion, and what angles gain",
    compute=compute,
    paint=paint,
    size=(10.0, 6.2),
    keys=(Setting("mass", 20.0, "mass of the pair", unit="MeV", low=2.0, high=90.0),),
)
