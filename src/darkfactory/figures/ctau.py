"""Figure ``ctau``: decay length of X -> e e against coupling and mass; prompt and displaced at Mu3e."""

from __future__ import annotations

import functools
import math
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from darkfactory.constants import HBAR_C_MEV_MM
from darkfactory.experiments import load_card
from darkfactory.figures.curves import notes_of, reach_rows, statistics
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import (
    PHASES,
    mass_axis,
    pair_slice,
    resonance_reach,
    setup_of,
)
from darkfactory.kinematics.flight import prompt_probability
from darkfactory.models import DarkPhoton, Mediator, Pseudoscalar
from darkfactory.numerics.parallel import ordered
from darkfactory.style import COLORS

__all__ = ["RECIPE", "coupling_of_ctau"]

Array = NDArray[np.float64]
CARD = "mu3e-phase1"
LENGTHS = (0.01, 0.1, 1.0, 10.0, 100.0)
"""Contours of c tau [mm]."""
MASSES = np.geomspace(2.0, 90.0, 60)
SLICES = np.array([2, 4, 7, 10, 15, 20, 30, 40, 50, 60, 70, 80, 90], dtype=float)
"""Masses [MeV] of reaches and of the flight path."""
PANELS: dict[str, tuple[str, type[Mediator], str, str]] = {
    "pseudoscalar": ("g_ee", Pseudoscalar, "g_e", "$g_{ee}$"),
    "dark-photon": ("epsilon", DarkPhoton, "epsilon", r"$\epsilon$"),
}
"""Coupling, model, its key, and its symbol."""
TITLES = {"pseudoscalar": "pseudoscalar, emitted by the electron", "dark-photon": "dark photon"}


def coupling_of_ctau(kind: type[Mediator], key: str, mass: float, ctau: float) -> float:
    """Coupling at which X -> e e has a decay length; the width is quadratic in it.

    Parameters
    ----------
    kind : type
        Model.
    key : str
        Its coupling to electrons.
    mass, ctau : float
        Mass [MeV] and c tau [mm].

    Examples
    --------
    >>> f"{coupling_of_ctau(DarkPhoton, 'epsilon', 10.0, 3.0):.3e}"
    '5.200e-05'
    """
    unit = kind(mass=mass, **{key: 1.0})
    return math.sqrt(HBAR_C_MEV_MM / (ctau * unit.width_ee))


def _half_length(distance: float, mass: float, momentum: Array, weight: Array) -> float:
    """Proper decay length c tau [mm] at which half of the accepted X decay within a distance [mm]."""

    def excess(log_ctau: float) -> float:
        inside = prompt_probability(distance, math.exp(log_ctau), momentum, mass)
        return float(np.average(inside, weights=weight)) - 0.5

    return math.exp(float(brentq(excess, math.log(1e-6), math.log(1e6), xtol=1e-6)))


def _paths(panel: str, distances: dict[str, float], h: int) -> list[dict[str, Any]]:
    """Where half of the accepted X of the mass number ``h`` decay within the distances, and the mean beta gamma."""
    coupling, kind, key, _ = PANELS[panel]
    mass = float(SLICES[h])
    events, signal = pair_slice(setup_of(CARD), kind(mass=mass, **{key: 1.0}))
    momentum = events.momentum
    boost = float(np.average(momentum, weights=signal)) / mass
    rows = []
    for name, distance in distances.items():
        ctau = _half_length(distance, mass, momentum, signal)
        more = {"ctau_mm": ctau, "distance_mm": distance, "mean_beta_gamma": boost, "provenance": "computed"}
        value = coupling_of_ctau(kind, key, mass, ctau)
        rows.append({"panel": panel, "curve": f"half, {name}", "mass_mev": mass, coupling: value, **more})
    return rows


def compute() -> FigureData:
    """Contours of c tau, where half decay before the prompt distance or the first layer, and the prompt reach."""
    card = load_card(CARD)
    distances = {"prompt": card.value("detector.prompt_distance"), "first layer": card.value("detector.layers")[0][0]}
    rows: list[dict[str, Any]] = []
    summary, results = [], []
    for panel, (coupling, kind, key, _) in PANELS.items():
        for length in LENGTHS:
            values = [coupling_of_ctau(kind, key, float(mass), length) for mass in MASSES]
            rows += curve_rows(
                f"{length:g} mm",
                ("mass_mev", MASSES),
                (coupling, values),
                panel=panel,
                ctau_mm=length,
                provenance="computed",
            )
        found_paths = ordered(functools.partial(_paths, panel, distances), range(len(SLICES)))
        rows += [row for paths in found_paths for row in paths]
        for phase, (name, _) in PHASES.items():
            found = resonance_reach(name, SLICES, model=panel)
            results.append(found)
            rows += reach_rows(found, coupling, panel=panel, curve=f"Mu3e {phase}", phase=phase, angles="2d")
        for mass in (10.0, 20.0, 60.0):
            at = {row["curve"]: row for row in picked(rows, panel=panel, mass_mev=mass)}
            if {"half, prompt", *(f"Mu3e {phase}" for phase in PHASES)} <= set(at):
                entry = {"model": panel, "m_X [MeV]": mass, "half decay promptly": at["half, prompt"][coupling]}
                reach_I = at["Mu3e phase I"]
                entry |= {"mean beta gamma": at["half, prompt"]["mean_beta_gamma"], "reach phase I": reach_I[coupling]}
                summary.append(entry | {"c tau there [mm]": reach_I["ctau_mm"]})
    notes = (
        "tree-level width into e e, no other decays; prompt: half of the X of accepted events decay within "
        f"detector.prompt_distance = {distances['prompt']:g} mm of flight, the conservative form of d0 <= "
        f"{distances['prompt']:g} mm; first layer: within {distances['first layer']:g} mm of flight",
        f"prompt reach, histogram in two angles: {statistics(results[0])}; it includes the loss of late decays",
        *(note for note in notes_of(results) if not note.startswith("beam.polarization")),
    )
    references = [key for found in results for key in found.references]
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def _paint_panel(axis: Any, rows: Any, panel: str) -> None:
    coupling, _, _, symbol = PANELS[panel]
    mine = picked(rows, panel=panel)
    low, high = 1e-6, 1e-2
    x, half = columns(picked(mine, curve="half, prompt"), "mass_mev", coupling)
    _, layer = columns(picked(mine, curve="half, first layer"), "mass_mev", coupling)
    axis.fill_between(x, half, high, color=COLORS["green"], alpha=0.16, lw=0, label="prompt: most decay within 3 mm")
    axis.fill_between(x, low, half, color=COLORS["orange"], alpha=0.2, lw=0, label="displaced: most decay later")
    axis.plot(x, layer, color=COLORS["orange"], lw=1.4, ls="--", label="half decay before the first layer")
    for length in LENGTHS:
        points = picked(mine, curve=f"{length:g} mm")
        a, b = columns(points, "mass_mev", coupling)
        axis.plot(a, b, color="black", lw=0.8)
        at = 2.6
        axis.annotate(
            f"{length:g} mm",
            (at, float(np.exp(np.interp(np.log(at), np.log(a), np.log(b))))),
            fontsize=7,
            rotation=-14,
            ha="center",
            va="center",
            rotation_mode="anchor",
            bbox={"boxstyle": "square,pad=0.1", "fc": "white", "ec": "none"},
        )
    for phase, (_, color) in PHASES.items():
        a, b = columns(picked(mine, curve=f"Mu3e {phase}"), "mass_mev", coupling)
        axis.plot(a, b, color=COLORS[color], lw=2, label=f"prompt reach of Mu3e {phase}")
    axis.set(yscale="log", ylim=(low, high), ylabel=symbol)
    mass_axis(axis, 2, 90, "$m_X$")
    axis.set_title(TITLES[panel], fontsize=10)


def paint(figure: Any, data: FigureData) -> None:
    """Left g_ee of a pseudoscalar, right epsilon of a dark photon."""
    axes = figure.subplots(1, 2)
    for axis, panel in zip(axes, PANELS, strict=True):
        _paint_panel(axis, data.rows, panel)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    text = r"black lines: $c\tau$ of $X\to ee$; reach: 95% CLs, z = 1.96, two angles"
    figure.suptitle(text, fontsize=8, x=0.99, ha="right")


RECIPE = Recipe(
    title="decay length of X -> e e against coupling and mass: prompt and displaced at Mu3e, with the prompt reach",
    compute=compute,
    paint=paint,
    size=(9.5, 5.0),
)
