"""Figure ``dark-jet``: decay length of the lightest dark state, and how many vertices a dark jet makes in a detector."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.constants import GEV
from darkfactory.experiments import load_card
from darkfactory.experiments.beams.neutrinos import Neutrinos
from darkfactory.figures.labels import say_closed
from darkfactory.figures.points import columns, curve_rows, ends, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.glossary import Column, named
from darkfactory.kinematics.dark_jet import multiplicity
from darkfactory.models import build_model
from darkfactory.recorded.dark_jets import DarkJets, dark_jets
from darkfactory.recorded.neutrino_currents import currents
from darkfactory.settings import Setting, mass_points
from darkfactory.style import COLORS
from darkfactory.verbs.reach import reach

__all__ = ["RECIPE"]

Rows = list[dict[str, Any]]
MM_PER_M = 1e3
PLACES = {"ship": ("SHiP", "blue"), "fasernu2": (r"FASER$\nu$2", "orange")}
"""Words and colour by card."""
PATHS = {"target": "detector.target_path_m", "volume": "detector.decay_volume_m"}
STYLES = (("black", "-"), ("vermilion", "--"), ("green", "-."), ("purple", ":"), ("sky", "-"))
LENGTHS_MM = np.geomspace(1e-1, 1e9, 41)
"""Decay lengths c tau [mm]."""
MOST = 9
"""Numbers from which on they are not told apart."""
COLUMNS = named(
    Column("path_mm", "mm", "length in which a state must decay"),
    Column("vertices", "1", "mean number of decays of a dark jet in that length"),
    Column("one_vertex", "1", "share of the dark jets with at least one decay there"),
    Column("two_vertices", "1", "share of the dark jets with at least two decays there"),
    Column("number", "1", "states of a dark jet, or those that decay; the last number is a lower end"),
)


def _jets(name: str, dimension: float, gap_gev: float) -> DarkJets:
    """Dark jets of muon neutrinos and antineutrinos at an experiment."""
    card = load_card(name)
    beam, mass = card.beam, card.value("detector.mass_t")
    assert isinstance(beam, Neutrinos)
    sources = [(one, beam.interactions(one.flux.species, mass) * one.kept) for one in currents(card, "mu")]
    model = build_model("composite-neutrino", {"dimension": dimension, "gap_gev": gap_gev, "cutoff_gev": 100 * gap_gev})
    return dark_jets(sources, model.mixing)


def _lifetimes(settings: Mapping[str, Any], dimension: float, gaps: Any) -> Rows:
    """Decay length at the scale that is asked for, or at the limit of NuTeV."""
    cutoff, key = settings["cutoff_gev"], "composite-neutrino"
    if cutoff is None:
        found = reach("neutral-current", "nutev", model=key, mass=gaps, settings={"model.dimension": dimension})
        points = [
            (row["mass"] / GEV, row["observed"]["cutoff_gev"], row["ctau_mm"])
            for row in found.rows
            if row["status"] == "ok"
        ]
    else:
        models = [
            build_model(key, {"dimension": dimension, "gap_gev": gap / GEV, "cutoff_gev": cutoff})
            for gap in gaps
            if gap / GEV < cutoff
        ]
        points = [(model.gap_gev, cutoff, model.ctau_mm) for model in models]
    about = {"panel": "ctau", "curve": "c tau", "dimension": dimension}
    return [about | {"gap_gev": gap, "cutoff_gev": scale, "ctau_mm": ctau} for gap, scale, ctau in points]


def _half(name: str, dimension: float, gaps: Any) -> Rows:
    """Decay lengths at which half of the dark jets of an experiment have a decay in its target, and in its decay volume."""
    rows = []
    for gap in gaps:
        jets = _jets(name, dimension, gap / GEV)
        if not jets.total > 0:
            continue
        for place, key in PATHS.items():
            path = MM_PER_M * load_card(name).value(key)
            seen = jets.decaying(path / LENGTHS_MM).sum(axis=1) / jets.total
            half = np.exp(np.interp(-0.5, -seen, np.log(LENGTHS_MM)))
            about = {"panel": "ctau", "curve": f"half, {name}, {place}", "dimension": dimension, "path_mm": path}
            rows.append(about | {"gap_gev": gap / GEV, "ctau_mm": float(half)})
    return rows


def _vertices(name: str, place: str, jets: DarkJets, lengths: Any, **about: Any) -> Rows:
    """Vertices of the dark jets of an experiment against their decay length."""
    path = MM_PER_M * load_card(name).value(PATHS[place])
    rows = []
    for ctau in np.atleast_1d(lengths):
        some, more = (jets.vertices(path / ctau, most)[most] for most in (1, 2))
        shares = {"vertices": jets.mean_vertices(path / ctau), "one_vertex": some, "two_vertices": more}
        rows.append(about | {"curve": f"{name}, {place}", "path_mm": path, "ctau_mm": float(ctau)} | shares)
    return rows


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Decay lengths against the gap, vertices against the decay length, and the numbers of states and of vertices."""
    gaps = mass_points(settings["mass"])
    gap, dimension, name = settings["gap_gev"], settings["dimension"], settings["experiment"]
    rows = [row for one in settings["dimensions"] for row in _lifetimes(settings, one, gaps)]
    rows += [row for card in PLACES for row in _half(card, dimension, gaps)]
    closed = []
    for card in PLACES:
        jets = _jets(card, dimension, gap)
        if not jets.total > 0:
            closed.append(card)
            continue
        for place in PATHS:
            rows += _vertices(card, place, jets, LENGTHS_MM, panel="vertices", dimension=dimension, gap_gev=gap)
    summary: Rows = []
    for one in settings["dimensions"]:
        jets = _jets(name, one, gap)
        at = _lifetimes(settings, one, np.array([GEV * gap]))
        if not at or not jets.total > 0:
            continue
        (seen,) = _vertices(name, "volume", jets, at[0]["ctau_mm"])
        states = np.bincount(np.minimum(multiplicity(jets.masses_gev, gap), MOST).astype(int), jets.rates, MOST + 1)
        decays = jets.vertices(seen["path_mm"] / seen["ctau_mm"], MOST)
        for curve, shares in (("states", states / jets.total), ("decays", decays)):
            about = {"panel": "number", "dimension": one, "gap_gev": gap}
            rows += curve_rows(curve, ("number", np.arange(MOST + 1)), ("share", shares), **about)
        entry = {"dimension": one, "Lambda [GeV]": at[0]["cutoff_gev"], "c tau [m]": at[0]["ctau_mm"] / MM_PER_M}
        words = {"vertices": "decays", "one_vertex": "one or more", "two_vertices": "two or more"}
        summary.append(entry | {word: seen[key] for key, word in words.items()})
    scale = "the observed limit of NuTeV" if settings["cutoff_gev"] is None else f"{settings['cutoff_gev']:g} GeV"
    notes = (
        f"Lambda is {scale}; c tau of the lightest state, a Dirac fermion whose mixing follows by duality (s_0 = 4 M_N^2)",
        f"table and right: gap {gap:g} GeV, decays in the decay volume of {name}; middle: dimension {dimension:g}",
        "a jet of mass M has floor(M / 2 M_N) states, at least one, that share its energy; bands: half of the jets of an "
        "experiment have a decay in its target (lower end) or up to the end of its decay volume (upper end)",
        *(f"closed at {card}: its neutrinos cannot make a state of {gap:g} GeV" for card in closed),
    )
    return FigureData(rows, summary, notes, ("Borrello:2026",), COLUMNS)


def paint(figure: Any, data: FigureData) -> None:
    """Decay length against the gap, vertices against decay length, numbers of states and vertices."""
    left, middle, right = figure.subplots(1, 3)
    used = data.settings
    styles = dict(zip(used["dimensions"], itertools.cycle(STYLES), strict=False))
    _paint_lifetimes(left, data, styles)
    for curve in dict.fromkeys(row["curve"] for row in picked(data.rows, panel="vertices")):
        name, place = curve.split(", ")
        words, color = PLACES[name]
        mine = picked(data.rows, panel="vertices", curve=curve)
        ctau, mean, two = columns(mine, "ctau_mm", "vertices", "two_vertices")
        label = f"{words}, {mine[0]['path_mm'] / MM_PER_M:g} m"
        full = place == "volume"
        middle.plot(ctau / MM_PER_M, mean, color=COLORS[color], lw=2.2 if full else 1.1, label=label)
        middle.plot(ctau / MM_PER_M, two, color=COLORS[color], lw=1.4 if full else 0.8, ls=":")
    middle.plot([], [], color=COLORS["grey"], ls=":", label="share with two or more")
    most = max((row["vertices"] for row in picked(data.rows, panel="vertices")), default=0.0)
    middle.set(xscale="log", yscale="log", ylim=(1e-4, max(20, 2 * most)), xlim=(1e-4, 1e6), xlabel=r"$c\tau$ [m]")
    middle.set_ylabel("mean number of decays of a dark jet [1]")
    if picked(data.rows, panel="vertices"):
        middle.legend(loc="lower left")
    else:
        say_closed(middle)
    middle.set_title(rf"$\Delta_N$ = {used['dimension']:g}, $M_N$ = {used['gap_gev']:g} GeV", fontsize=9)
    for dimension, (color, dashes) in styles.items():
        for curve, width in (("states", 1.2), ("decays", 2.4)):
            mine = picked(data.rows, panel="number", dimension=dimension, curve=curve)
            if mine:
                x, y = columns(mine, "number", "share")
                name = rf"$\Delta_N$ = {dimension:g}" if curve == "decays" else None
                right.plot(x, y, color=COLORS[color], ls=dashes, lw=width, marker="o", ms=width + 1, label=name)
    right.set(
        yscale="log",
        ylim=(1e-4, 2),
        xlabel=f"number per dark jet, the last {MOST} or more [1]",
        ylabel="share of the dark jets",
    )
    if picked(data.rows, panel="number"):
        right.legend(loc="best")
    else:
        say_closed(right)
    right.set_title(f"thin: states; thick: decays in {PLACES[used['experiment']][0]}", fontsize=9)


def _paint_lifetimes(axis: Any, data: FigureData, styles: Mapping[float, tuple[str, str]]) -> None:
    """Decay lengths, and bands where detectors see decays."""
    for card, (words, color) in PLACES.items():
        near, far = (picked(data.rows, curve=f"half, {card}, {place}") for place in PATHS)
        if near:
            x, low = columns(near, "gap_gev", "ctau_mm")
            _, high = columns(far, "gap_gev", "ctau_mm")
            axis.fill_between(
                x, low / MM_PER_M, high / MM_PER_M, color=COLORS[color], alpha=0.3, lw=0, label=f"half decay in {words}"
            )
    for dimension, (color, dashes) in styles.items():
        mine = picked(data.rows, panel="ctau", curve="c tau", dimension=dimension)
        if mine:
            x, ctau = columns(mine, "gap_gev", "ctau_mm")
            axis.plot(x, ctau / MM_PER_M, color=COLORS[color], ls=dashes, label=rf"$\Delta_N$ = {dimension:g}")
    axis.set(xscale="log", yscale="log", xlabel="gap $M_N$ [GeV]", ylabel=r"$c\tau$ of the lightest state [m]")
    gaps = [row["gap_gev"] for row in picked(data.rows, panel="ctau")]
    if gaps:
        axis.set(xlim=ends(gaps), ylim=(1e-5, 1e12))
        axis.legend(loc="upper right", ncols=2)
    else:
        say_closed(axis)
    cutoff = data.settings["cutoff_gev"]
    axis.set_title(r"at the NuTeV limit on $\Lambda$" if cutoff is None else rf"$\Lambda$ = {cutoff:g} GeV", fontsize=9)


RECIPE = Recipe(
    title="dark jets: decay length of the lightest state against gap, number of vertices against decay length",
    compute=compute,
    paint=paint,
    size=(13.0, 4.4),
    keys=(
        Setting(
            "dimensions",
            (3.0, 4.5, 6.0, 7.0),
            "of the operator, left and right",
            "numbers",
            low=1.5,
            open_low=True,
            high=12,
        ),
        Setting("dimension", 4.5, "of the operator, for bands and middle", low=1.5, high=12),
        Setting("gap_gev", 1.0, "mass of the lightest dark state, middle and right", unit="GeV", low=0.01, high=100.0),
        Setting("mass", "100:10000:25:log", "gaps [MeV], left", "text"),
        Setting("cutoff_gev", None, "scale Lambda; the limit of NuTeV by default", unit="GeV", low=0.0, open_low=True),
        Setting("experiment", "ship", "of the numbers of decays", "choice", choices=tuple(PLACES)),
    ),
)
