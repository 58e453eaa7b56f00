"""Figure ``nu-missing-mass``: missing mass squared of neutral currents in narrow and wide beams, with those of dark jets."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.amplitudes.deep_inelastic import s_gev2
from darkfactory.constants import GEV
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models import build_model
from darkfactory.settings import Setting
from darkfactory.style import COLORS
from darkfactory.verbs.spectrum import Spectrum, spectrum

__all__ = ["RECIPE"]

CARD = "nutev"
EVENTS = 2**18
WIDTH_GEV2, HEAVY_GEV2 = 5.0, 25.0
"""Width of the bins, and M^2 above which a share is counted: a multiple of it."""
RANGE = (-0.7, 1.2)
"""Missing masses squared that are drawn, over s."""
CURRENTS = 1e6
"""Charged currents that events are counted for."""
SM = "SM neutral currents"
SIGNALS = (("vermilion", "-"), ("blue", "--"), ("green", "-."), ("purple", ":"), ("orange", "-"))
PANELS = ("narrow", "wide")


def _spectra(panel: str, settings: Mapping[str, Any]) -> dict[float | None, Spectrum]:
    """Spectra of one beam: of the Standard Model (None), and by the dimension of the operator."""
    energy = settings["energy_gev"]
    given: dict[str, Any] = {"beam.mode": "neutrino", "detector.e_h_high_gev": 1e4}
    if panel == "narrow":
        given |= {"beam.flux": "monochromatic", "beam.energy_gev": energy}
        given |= {"search.energy_error": settings["energy_error"]}
    else:
        given |= {"search.reference_energy_gev": energy}
    low, high = (HEAVY_GEV2 * math.floor(end * s_gev2(energy) / HEAVY_GEV2) for end in RANGE)
    ends = {"bins": round((high - low) / WIDTH_GEV2), "low": low * GEV**2, "high": high * GEV**2, "events": EVENTS}
    shared: dict[str, Any] = {"observable": "m_miss2", "experiment": CARD, **ends}
    found: dict[float | None, Spectrum] = {None: spectrum("nu N -> nu", settings=given, **shared)}
    for dimension in settings["dimension"]:
        model = {"model.dimension": dimension, "model.gap_gev": settings["gap_gev"]}
        found[dimension] = spectrum("nu N -> X", model="composite-neutrino", settings=given | model, **shared)
    return found


def _cutoff(dimension: float, settings: Mapping[str, Any], rate: float) -> float:
    """Lambda [GeV] at which there are as many dark jets as asked for, from their rate at the model's own."""
    model = build_model("composite-neutrino", {"dimension": dimension, "gap_gev": settings["gap_gev"]})
    return float(model.cutoff_from(model.insertion() * settings["ratio"] / rate))


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Events per bin of the missing mass squared, of neutral currents and of as many dark jets as asked for."""
    rows: list[dict[str, Any]] = []
    summary: list[dict[str, Any]] = []
    references: list[str] = []
    for panel in PANELS:
        for dimension, found in _spectra(panel, settings).items():
            rate = float(found.values.sum())
            about: dict[str, Any] = {"panel": panel, "curve": SM if dimension is None else "dark jets"}
            scale = CURRENTS
            if dimension is not None and rate > 0:
                scale *= settings["ratio"] / rate
                about |= {"dimension": dimension, "cutoff_gev": _cutoff(dimension, settings, rate)}
            if rate > 0:
                bins = zip(found.edges[:-1], found.edges[1:], found.values * scale, strict=True)
                rows += [about | {"low_mev2": float(a), "high_mev2": float(b), "events": float(v)} for a, b, v in bins]
            heavy = float(found.values[found.edges[:-1] >= HEAVY_GEV2 * GEV**2].sum())
            entry = {"beam": panel, "curve": about["curve"], "dimension": dimension}
            entry |= {"Lambda [GeV]": about.get("cutoff_gev"), "events": rate * scale}
            summary.append(entry | {f"share above {HEAVY_GEV2:g} GeV2": heavy / rate if rate > 0 else 0.0})
            references += found.references
    notes = (
        f"events per {CURRENTS:g} charged currents, with {settings['ratio']:g} dark jets for each of them in the range of "
        "hadronic energies of the card (above 20 GeV, no upper end); Lambda is the scale that gives as many",
        f"narrow: each neutrino has {settings['energy_gev']:g} GeV, and that is known to {settings['energy_error']:.0%}; wide: the "
        f"flux of {CARD}, {settings['energy_gev']:g} GeV is taken for all",
        "the calorimeter's energy and angle are smeared, the momentum of the hadrons scales with their energy: for one that gives "
        "energy and direction alone this is optimistic",
    )
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def paint(figure: Any, data: FigureData) -> None:
    """Narrow beam left, wide beam right."""
    energy = data.settings["energy_gev"]
    titles = {
        "narrow": rf"narrow beam: $E_\nu$ = {energy:g} GeV, known to {data.settings['energy_error']:.0%}",
        "wide": rf"wide beam of NuTeV: $E_\nu$ = {energy:g} GeV taken for all",
    }
    axes = figure.subplots(1, 2, sharex=True, sharey=True)
    for axis, panel in zip(axes, PANELS, strict=True):
        mine = picked(data.rows, panel=panel)
        _stairs(axis, picked(mine, curve=SM), label=SM, color=COLORS["grey"], fill=True, alpha=0.35)
        dimensions = dict.fromkeys(row["dimension"] for row in mine if "dimension" in row)
        for dimension, (color, dashes) in zip(dimensions, itertools.cycle(SIGNALS), strict=False):
            curve = picked(mine, dimension=dimension)
            label = rf"$\Delta_N$ = {dimension:g}, $\Lambda$ = {curve[0]['cutoff_gev']:.3g} GeV"
            _stairs(axis, curve, label=label, color=COLORS[color], ls=dashes, lw=1.6)
        axis.axvline(s_gev2(energy), ymax=0.6, color=COLORS["black"], lw=0.7, ls=":")
        axis.set(yscale="log", xlabel=r"reconstructed $M_X^2$ [GeV$^2$]")
        axis.set_title(titles[panel], fontsize=9)
        axis.legend(loc="upper right", fontsize=7.5)
    top = max(row["events"] for row in data.rows)
    axes[0].set(ylim=(top * 1e-5, top * 20), ylabel=rf"events per $10^6$ charged currents [1 / {WIDTH_GEV2:g} GeV$^2$]")
    axes[0].set_xlim(*(HEAVY_GEV2 * np.floor(np.array(RANGE) * s_gev2(energy) / HEAVY_GEV2)))
    axes[0].annotate(
        "$s$", (s_gev2(energy), top * 3e-5), (3, 0), textcoords="offset points", fontsize=9, va="center", ha="left"
    )


def _stairs(axis: Any, rows: Any, **style: Any) -> None:
    low, high, events = columns(rows, "low_mev2", "high_mev2", "events")
    axis.stairs(events, np.append(low, high[-1]) / GEV**2, **style)


RECIPE = Recipe(
    title="missing mass squared of neutrinos on nucleons: narrow and wide beam, neutral currents and dark jets",
    compute=compute,
    paint=paint,
    size=(9.5, 4.4),
    keys=(
        Setting("dimension", (3.0, 4.5, 6.0), "dimensions of the operator", "numbers", low=1.5, open_low=True, high=12),
        Setting("gap_gev", 1.0, "mass of the lightest dark state", unit="GeV", low=0.0, high=10.0),
        Setting("energy_gev", 120.0, "of the neutrinos, or taken for them", unit="GeV", low=40.0, high=400.0),
        Setting("energy_error", 0.05, "relative error of the energy in the narrow beam", low=0.0, high=1.0),
        Setting("ratio", 1e-3, "dark jets that are drawn, over charged currents", low=0.0, open_low=True, high=1.0),
    ),
)
