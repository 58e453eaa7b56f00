"""Figure ``displaced-backgrounds``: backgrounds of displaced e+ e- pairs at Mu3e by source and class of the signal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.experiments.detectors.decay_volume import GASES
from darkfactory.figures.curves import notes_of
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, mass_axis
from darkfactory.settings import Setting
from darkfactory.style import COLORS
from darkfactory.verbs.reach import reach

__all__ = ["RECIPE"]

MASSES = (3.0, 8.3, 8.5, 10.0, 15.0, 20.0, 30.0, 40.0, 50.0)
"""Centres [MeV] of the window: Bhabha pairs leave it between 8.3 and 8.5."""
PRECISION = 0.05
"""Relative error of the acceptance: the backgrounds are known to no better."""
AT = (10.0, 20.0, 30.0, 40.0, 50.0)
CLASSES: dict[str, tuple[str, dict[str, Any], str]] = {
    "whole": ("lfv-alp", {"model.C_e": 1.0}, r"(i) $\mu\to eX$: mass and momentum of a muon"),
    "pointing": ("pseudoscalar", {"model.g_mu": 3e-4}, r"(ii) $\mu\to e\nu\nu X$: points to the stop"),
    "missing": (
        "sterile-dark-photon",
        {"model.mass_N": 60.0},
        r"(iii) $\mu\to e\nu N$, $N\to\nu X$: more missing energy",
    ),
}
"""Model, its settings and words by class of the signal."""
SOURCES = {
    "conversions": ("blue", "-", "photons that convert in the gas"),
    "bhabha": ("orange", "--", "Bhabha pairs in the gas"),
    "misvertex": ("vermilion", "-.", "internal conversion, vertex missed"),
    "accidentals": ("green", (0, (5, 1, 1, 1, 1, 1)), "tracks of three muons"),
    "material": ("purple", ":", "pairs of the target, vertex missed"),
    "all": ("black", "-", "all"),
}
"""Colour, dashes and words."""
LOWEST = 1e-4
"""Fewest events that are drawn."""


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Expected events in the window of m_ee, by class, phase and source."""
    same = {f"search.{key}": settings[key] for key in ("d_min", "window")} | {
        "detector.gas": settings["gas"],
        "search.precision": PRECISION,
    }
    if settings["efficiency"] is not None:
        same["detector.efficiency"] = settings["efficiency"]
    rows: list[dict[str, Any]] = []
    summary, results = [], []
    for name, (model, given, _) in CLASSES.items():
        for phase, (card, _) in PHASES.items():
            found = reach("ee-displaced", card, model=model, mass=np.array(MASSES), settings={**given, **same})
            results.append(found)
            for point in found.rows:
                events = {**point["backgrounds"], "all": point["background"]}
                common = {"phase": phase, "signal_class": name, "model": model, "m_ee_mev": point["mass"]}
                common |= {"status": point["status"], "provenance": "computed"}
                rows += [{"source": source, "background": number, **common} for source, number in events.items()]
                if point["mass"] in AT:
                    summary.append({"phase": phase, "class": name, "m_ee [MeV]": point["mass"], **events})
    notes = (
        f"events in m_ee +- {settings['window']:g} MeV with a vertex {settings['d_min']:g} mm from the wall, gas "
        f"{settings['gas']}; the acceptance of a background is that of the signal: a proxy",
        "below 8.4 MeV Bhabha pairs of muon decay positrons are in the window, all of them",
        "class missing: N decays at once here, so the pair points to the stop as well",
        "accidentals and the resolution of the vertex are assumed: replace them by data, search.background.*",
        *(note for note in notes_of(results) if note.startswith("recalled")),
    )
    references = [key for found in results for key in found.references]
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def paint(figure: Any, data: FigureData) -> None:
    """Phases above each other, classes side by side."""
    panels = figure.subplots(len(PHASES), len(CLASSES), sharex=True, sharey=True)
    high = 10 * max(row["background"] for row in data.rows)
    for axes, phase in zip(panels, PHASES, strict=True):
        for axis, (name, (_, _, words)) in zip(axes, CLASSES.items(), strict=True):
            mine = picked(data.rows, phase=phase, signal_class=name)
            for source, (color, dash, label) in SOURCES.items():
                x, y = columns(picked(mine, source=source), "m_ee_mev", "background")
                width = 0.9 if source == "all" else 1.8
                drawn = np.where(y > 0, y, np.nan)
                axis.plot(x, drawn, color=COLORS[color], ls=dash, lw=width, label=label)
            axis.axhline(1.0, color=COLORS["grey"], lw=0.6)
            axis.set(yscale="log", ylim=(LOWEST, high))
            mass_axis(axis, MASSES[0], MASSES[-1], "$m_{ee}$")
            axis.label_outer()
            if phase == next(iter(PHASES)):
                axis.set_title(words, fontsize=9)
            axis.text(0.97, 0.95, phase, transform=axis.transAxes, ha="right", va="top", fontsize=9)
        axes[0].set_ylabel(f"background events per {2 * data.settings['window']:g} MeV")
    handles, labels = panels[0][0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)


RECIPE = Recipe(
    title="backgrounds of displaced pairs at Mu3e against m_ee: by source, class of the signal and phase",
    compute=compute,
    paint=paint,
    size=(11.0, 6.2),
    keys=(
        Setting("d_min", 2.0, "least distance of the vertex from the wall of the target", unit="mm", low=0.0),
        Setting("window", 1.0, "half width of the window of m_ee", unit="MeV", low=0.0, open_low=True),
        Setting("gas", "He", "around the target", "choice", choices=tuple(GASES)),
        Setting("efficiency", None, "of pairs; that of the cards by default", low=0.0, high=1.0, open_low=True),
    ),
)
