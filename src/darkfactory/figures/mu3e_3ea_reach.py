"""Figure ``mu3e-3ea-reach``: F against m_a of three tracks at Mu3e, and what the edge and a polarised beam add."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from darkfactory import bounds
from darkfactory.experiments import Card, load_card
from darkfactory.figures.curves import limit_rows, reaches
from darkfactory.figures.points import columns, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.figures.three_tracks import PHASES, PRECISION
from darkfactory.models import CHIRALITIES, LfvAlp
from darkfactory.numerics.parallel import ordered
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.searches.line.limits import Edge, line_events
from darkfactory.searches.missing_mass_tracks import SEARCH, MissingMassTracks
from darkfactory.searches.settings import card_settings
from darkfactory.settings import Setting
from darkfactory.statistics import z_value
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

MASSES = np.array([0, 2, 4, 6, 8, 10, 13, 22, 32, 46, 54, 60, 66, 70, 74], dtype=float)
OTHERS = {"MEGII-fwd": "green", "MEGII-fwd, focusing": "black", "MEG II, photon": "purple"}
VARIANTS: dict[str, tuple[str, float, Any]] = {
    "flat edge, unpolarised": ("flat", 0.0, "-"),
    "edge template, unpolarised": ("template", 0.0, (0, (1, 1.2))),
    "flat edge, P = 0.9": ("flat", 0.9, (0, (6, 2))),
    "edge template, P = 0.9": ("template", 0.9, (0, (4, 1.5, 1, 1.5))),
}
"""Edge, polarisation and dashes; the first is what the others are compared with."""
FIRST = next(iter(VARIANTS))
AT = (0.0, 22.0, 46.0)


def _at(mass: float, cards: Mapping[str, Card], chirality: str) -> list[dict[str, Any]]:
    """Rows of one mass: every phase and variant, from the same events, as the search has them."""
    rows = []
    C_V, C_A = CHIRALITIES[chirality]
    model = LfvAlp(mass=mass, C_V=C_V, C_A=C_A)
    for polarization in dict.fromkeys(degree for _, degree, _ in VARIANTS.values()):
        made: MissingMassTracks | None = None
        for phase, card in cards.items():
            setup = replace(TrackSetup.from_card(card), polarization=polarization)
            settings = {**card_settings(card, SEARCH.keys, SEARCH.name), "precision": PRECISION}
            made = made or MissingMassTracks(setup, settings, model, mass)
            counts = made.counts(made.angles)
            for variant, (edge, degree, _) in VARIANTS.items():
                if degree != polarization:
                    continue
                place = Edge(mass**2, edge == "template", settings["systematics.edge_shift"])
                found = line_events(counts, made.sigma, setup.scale, settings, SEARCH.cl, SEARCH.method, edge=place)
                if found is None:
                    continue
                F_gev = math.sqrt(setup.scale * float(counts.signal[0]) / float(found.events[0]))
                about = {"kind": "expected", "curve": f"Mu3e {phase}", "variant": variant, "chirality": chirality}
                stated = {"limit_over_background": float(found.events[0]) / found.background, "provenance": "computed"}
                stated |= {"cl": SEARCH.cl, "method": SEARCH.method, "z": z_value(SEARCH.cl, SEARCH.method)}
                rows.append({**about, "mass_mev": mass, "F_gev": F_gev, **stated})
    return rows


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Both phases with and without edge template and polarisation; published limits and other reaches."""
    chirality = settings["chirality"]
    cards = {phase: load_card(card) for phase, (card, _) in PHASES.items()}
    found = ordered(lambda h: _at(float(MASSES[h]), cards, chirality), range(len(MASSES)))
    rows = sorted(itertools.chain(*found), key=lambda row: (row["curve"], list(VARIANTS).index(row["variant"])))
    summary = []
    for phase, variant in itertools.product(PHASES, VARIANTS):
        mine = {row["mass_mev"]: row["F_gev"] for row in picked(rows, curve=f"Mu3e {phase}", variant=variant)}
        summary.append({"Mu3e": phase, "variant": variant} | {f"F({m:g}) [GeV]": mine.get(m) for m in AT})
    reference = {(r["curve"], r["mass_mev"]): r["F_gev"] for r in rows if r["variant"] == FIRST}
    for row in rows:
        row["F_over_first"] = row["F_gev"] / reference[row["curve"], row["mass_mev"]]
    expected, references, left_out = reaches("mu-e", chirality, OTHERS)
    rows += [{**row, "variant": None} for row in expected if row["mass_mev"] <= MASSES[-1]]
    keys = []
    for bound in bounds.select("mu -> e a", kind="observed"):
        limits = limit_rows(bound, np.arange(0, 72.01, 0.5), chirality, variant=None, method="published")
        rows += limits
        keys += [bound.reference] if limits else []
    words = "; ".join(
        f"{label} {100 * points[0]['cl']:g}% {points[0]['method']}"
        for label in OTHERS
        if (points := picked(rows, curve=label))
    )
    tight = min(row["limit_over_background"] for row in picked(rows, variant=FIRST))
    recalled = dict.fromkeys(key for card in cards.values() for key in card.recalled)
    notes = (
        f"{chirality}; Mu3e: {100 * SEARCH.cl:g}% CL, median CLs, z = {rows[0]['z']:.4f}; published limits and the other "
        f"reaches keep their own: {words}",
        "edge template: the background's edge at zero is used, with its position known exactly (statistics only); "
        "P = 0.9 [assumed] bins the direction of all tracks to the spin",
        "published: searches for the positron alone, Crystal Box with a photon; those with a recalled number are marked, "
        "it is not checked against the publication",
        f"statistics only: with a flat edge limits go down to {tight:.1e} of the background under the line, whose smooth "
        "shape must be known that well",
        f"recalled, not checked against a publication: {', '.join(recalled)}",
        *left_out,
    )
    used = (*SEARCH.references, *(key for card in cards.values() for key in card.references), *references, *keys)
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(used)))


def _paint_published(axis: Any, rows: Any) -> None:
    names = list(dict.fromkeys(row["curve"] for row in rows if row["kind"] == "observed"))
    dashes: Any = ((0, (1, 1)), (0, (3, 1, 1, 1)), (0, (5, 1)), "-.", ":")
    for n, name in enumerate(names):
        points = picked(rows, curve=name)
        x, y = columns(points, "mass_mev", "F_gev")
        mark = "\N{DAGGER}" if picked(points, provenance="recalled") else ""
        if np.ptp(x) < 2:
            axis.plot([0.7], [y[0]], marker="D", ms=5, ls="none", color=COLORS["grey"], label=name + mark)
            continue
        axis.fill_between(x, 1e7, y, color="#eeeeee", lw=0, zorder=0)
        axis.plot(x, y, color=COLORS["grey"], lw=1.2, ls=dashes[n % len(dashes)], label=name + mark)


def _signs(text: str) -> str:
    return text.replace("V-A", "V\N{MINUS SIGN}A")


def paint(figure: Any, data: FigureData) -> None:
    """Left: F against mass. Right: gain in F over a flat edge without polarisation."""
    left, right = figure.subplots(1, 2, width_ratios=(1.6, 1))
    _paint_published(left, data.rows)
    for curve, color in OTHERS.items():
        points = picked(data.rows, curve=curve)
        if points:
            left.plot(*columns(points, "mass_mev", "F_gev"), color=COLORS[color], lw=1.1, label=curve)
    for phase, (_, color) in PHASES.items():
        for variant, (_, _, dash) in VARIANTS.items():
            points = picked(data.rows, curve=f"Mu3e {phase}", variant=variant)
            x, y = columns(points, "mass_mev", "F_gev")
            label = f"Mu3e {phase}" if variant == FIRST else None
            left.plot(x, y, color=COLORS[color], ls=dash, lw=2.2 if variant == FIRST else 1.3, label=label)
            if phase == "phase I":
                x, gain = columns(points, "mass_mev", "F_over_first")
                right.plot(x, gain, color=COLORS[color], ls=dash, label=variant)
    left.set(yscale="log", xlim=(0, 72), ylim=(2e8, 6e10), xlabel="$m_a$ [MeV]")
    left.set_ylabel(r"lower limit on $F_{\mu e}$ [GeV]")
    chirality = _signs(data.rows[0]["chirality"])
    left.set_title(rf"$\mu\to eeea$, {chirality}, Mu3e 95% CLs (z = 1.96)", fontsize=10)
    top = max(1.2, right.dataLim.y1)
    right.set(xlim=(0, 72), ylim=(0.98, 1 + 1.45 * (top - 1)), xlabel="$m_a$ [MeV]")
    right.set_ylabel("F over F with flat edge, unpolarised")
    right.set_title("gain, the same in both phases; dashes also left", fontsize=10)
    right.legend(loc="upper right")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    figure.suptitle("\N{DAGGER} recalled, not checked; shaded: published", fontsize=8, x=0.99, ha="right")


RECIPE = Recipe(
    title="Mu3e: reach of mu -> e e e a in F against m_a, phases I and II, with edge template and polarisation",
    compute=compute,
    paint=paint,
    size=(10.0, 5.0),
    limits=True,
    keys=(Setting("chirality", "V+A", "of the ALP", "choice", choices=tuple(CHIRALITIES)),),
)
