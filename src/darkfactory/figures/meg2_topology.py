"""Figure ``meg2-topology``: energies and opening angle of signal and backgrounds, and what mu -> e gamma triggers keep."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.constants import M_MU
from darkfactory.experiments import load_card
from darkfactory.experiments.trigger import Trigger
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.processes.muon_decay.photon_nodes import EventNodes
from darkfactory.recorded.electron_photon import PhotonRates
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

SAMPLES = {
    "signal, 0 MeV": ("vermilion", "-"),
    "signal, 20 MeV": ("purple", "-"),
    "radiative decays": ("blue", "--"),
    "random coincidences": ("orange", "-."),
}
VARIABLES = {
    "E_gamma": (r"$E_\gamma$ [MeV]", np.linspace(10, 54, 45)),
    "E_e": (r"$E_e$ [MeV]", np.linspace(45, 53, 33)),
    "theta": (r"opening angle $\theta_{e\gamma}$ [degrees]", np.linspace(60, 180, 41)),
}
KEPT = "kept by the standard trigger"
SIZE = 400_000
"""Random points per sample."""


def _values(nodes: EventNodes) -> dict[str, Any]:
    half = M_MU / 2
    return {"E_gamma": nodes.y * half, "E_e": nodes.x * half, "theta": np.degrees(np.arccos(nodes.cosine))}


def compute() -> FigureData:
    """Normalised distributions in the windows of MEG II above 10 MeV, and fractions that the standard trigger keeps."""
    card, standard = load_card("meg2"), Trigger.from_card(load_card("meg2", {"trigger.mode": "standard"}))
    rates = PhotonRates.from_card(card).at_random(SIZE)
    samples = {
        "signal, 0 MeV": rates.alp_events(0.0),
        "signal, 20 MeV": rates.alp_events(20.0),
        "radiative decays": rates.radiative_events(),
        "random coincidences": rates.random_events(),
    }
    rows: list[dict[str, Any]] = []
    summary = []
    for name, nodes in samples.items():
        values, total = _values(nodes), nodes.weight.sum()
        for variable, (_, edges) in VARIABLES.items():
            counts = np.histogram(values[variable], edges, weights=nodes.weight)[0] / total / np.diff(edges)
            rows += [
                {"variable": variable, "sample": name, "low": float(a), "high": float(b), "density": float(v)}
                for a, b, v in zip(edges[:-1], edges[1:], counts, strict=True)
            ]
        energy = values["E_gamma"] > standard.threshold
        kept = energy & (nodes.cosine < standard.largest_cosine)
        summary.append(
            {
                "sample": name,
                f"E_gamma > {standard.threshold:g} MeV": float(nodes.weight[energy].sum() / total),
                "and directions match": float(nodes.weight[kept].sum() / total),
            }
        )
    ends = {"E_gamma": (standard.threshold, 54.0), "theta": (180 - np.degrees(standard.direction_match), 180.0)}
    rows += [
        {"variable": variable, "sample": KEPT, "low": float(a), "high": float(b), "density": None}
        for variable, (a, b) in ends.items()
    ]
    notes = (
        "windows of MEG II, E_e > 45 MeV, E_gamma > 10 MeV; fractions are of what these keep",
        f"standard trigger: E_gamma > {standard.threshold:g} MeV and within "
        f"{np.degrees(standard.direction_match):.0f} degrees of back to back",
    )
    return FigureData(rows, summary, notes, ("Jho:2022snj", "Kuno:1999jp", *card.references))


def paint(figure: Any, data: FigureData) -> None:
    """Three panels; the region that the standard trigger keeps is shaded."""
    axes = figure.subplots(1, 3)
    kept = {row["variable"]: (row["low"], row["high"]) for row in data.rows if row["sample"] == KEPT}
    for axis, (variable, (label, edges)) in zip(axes, VARIABLES.items(), strict=True):
        for sample, (color, dashes) in SAMPLES.items():
            picked = [row["density"] for row in data.rows if row["variable"] == variable and row["sample"] == sample]
            axis.stairs(picked, edges, color=COLORS[color], ls=dashes, lw=1.6, label=sample)
        if variable in kept:
            axis.axvspan(
                *kept[variable], color=COLORS["green"], alpha=0.2, lw=0, label=r"$\mu\to e\gamma$ trigger keeps"
            )
        axis.set(xlabel=label, xlim=(edges[0], edges[-1]), yscale="log" if variable == "E_gamma" else "linear")
        axis.set_ylabel("fraction per degree" if variable == "theta" else "fraction per MeV")
    axes[0].set_ylim(1e-6, 1)
    for axis in axes[1:]:
        axis.set_ylim(0, None)
    handles, labels = axes[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)


RECIPE = Recipe(
    title="energies and opening angle of mu -> e a gamma and its backgrounds, and what the mu -> e gamma trigger keeps",
    compute=compute,
    paint=paint,
    size=(10.0, 3.8),
)
