"""Figure ``alp-landscape``: F_mue against F_ee for the flavor benchmarks, with stars, laboratory and reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds import get_coupling_bound
from darkfactory.figures.areas import EXCLUDED
from darkfactory.figures.curves import CHANNEL_MASSES, laboratory, published_rows
from darkfactory.figures.labels import label_curves
from darkfactory.figures.lfv_decays import LFV_SEARCHES, labels_of, searched
from darkfactory.figures.planes import OPTIONS, Plane
from darkfactory.figures.points import columns, curve_rows, picked, spread
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.benchmarks import BENCHMARKS
from darkfactory.models.theories import build_flavor
from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale
from darkfactory.settings import Settings
from darkfactory.style import COLORS

__all__ = ["RECIPE"]

DRAWS = 300
RANDOM = ("lfv-qcd-axion", "lfv-axiflavon", "leptonic-familon")
STYLE = {
    "anarchy": ("black", "-"),
    "lfv-qcd-axion": ("blue", "-"),
    "lfv-axiflavon": ("vermilion", "-"),
    "leptonic-familon": ("orange", "--"),
    "majoron": ("green", "-"),
}
CHIRALITIES = {"V+A": "-", "V-A": ":"}


def _benchmark(name: str) -> dict[str, Any]:
    """Median and 68% range of C_ee / C_mue, and the median asymmetry."""
    draws = (
        [build_flavor(name, {"seed": seed}) for seed in range(DRAWS)] if name in RANDOM else [build_flavor(name, {})]
    )
    ratios = [alp.tan_alpha("mu", "e") for alp in draws]
    asymmetry = float(np.median([alp.asymmetry("mu", "e") for alp in draws]))
    low, middle, high = np.quantile(ratios, [0.16, 0.5, 0.84]) if np.isfinite(ratios).all() else (np.inf,) * 3
    return {"benchmark": name, "low": low, "median": middle, "high": high, "asymmetry": asymmetry}


def _lines(plane: Plane, chirality: str, mass: float) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Limits and reaches on F at one mass, references and notes."""
    limits: list[dict[str, Any]] = []
    keys: list[str] = []
    if plane.shows("laboratory"):
        limits, keys = laboratory("mu-e", chirality, [mass], plane.laboratory, plane.cl)
    if plane.settings["only"]:  # records that are named, by themselves
        limits += published_rows("mu-e", chirality, [mass], "observed", plane.decays, plane.cl)
    expected, used, notes = searched(plane, "mu -> e a", chirality, CHANNEL_MASSES["mu -> e a"], np.array([mass]))
    rows = [{**row, "F_mue_gev": row["F_gev"]} for row in [*limits, *expected]]
    return rows, [*keys, *used], notes


def _benchmarks(plane: Plane, stars: float | None) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Lines of the benchmarks, one point per f_a, and where each crosses the limit of the stars."""
    scale = np.geomspace(1e6, 1e13, 40)
    rows: list[dict[str, Any]] = []
    summary = []
    for name in plane.shown(BENCHMARKS):
        found = _benchmark(name)
        finite = np.isfinite(found["median"])
        at_stars = stars * found["median"] if finite and stars else None
        summary.append(
            {
                "benchmark": name,
                "C_ee / C_mue": found["median"] if finite else None,
                "asymmetry": found["asymmetry"],
                "F_mue at the stars' limit [GeV]": at_stars,
                "BR there": branching_ratio_from_scale("mu-e", at_stars) if at_stars else 0.0,
            }
        )
        if finite:
            for edge in ("low", "median", "high"):
                more = {"edge": edge, "asymmetry": found["asymmetry"], "provenance": "computed"}
                rows += curve_rows(name, ("F_ee_gev", scale), ("F_mue_gev", found[edge] * scale), **more)
    return rows, summary


def compute(settings: Settings) -> FigureData:
    """Lines of the benchmarks, and horizontal lines of limits and reaches, for one mass of the ALP."""
    names = [*BENCHMARKS, "stars", "laboratory", *labels_of("mu -> e a")]
    plane = Plane(settings, names, channel="mu-e", searches=LFV_SEARCHES["mu -> e a"])
    mass = plane.one_mass()
    red_giants = get_coupling_bound("red-giants-2020")
    stars = red_giants.row(mass, plane.cl, to="F_gev") if red_giants.value(mass) else None
    rows, summary = _benchmarks(plane, stars["converted"] if stars else None)
    references = ["Calibbi:2020jvd", "Calibbi:2016hwq", "Feng:1997tn", "Heeck:2017xbu"]
    if stars and plane.shows("stars", red_giants.name):
        same = {key: stars[key] for key in ("cl", "published_cl", "rescaled", "provenance")}
        rows.append({"curve": "stars", "F_ee_gev": stars["converted"], "record": red_giants.name, **same})
        references.insert(0, stars["citation_key"])
        summary.append({"curve": "stars", "F_ee [GeV]": stars["converted"], "CL": stars["cl"]})
    notes: list[str] = []
    for chirality in CHIRALITIES:
        found, used, left_out = _lines(plane, chirality, mass)
        rows += found
        references += used
        notes += left_out
        for row in found:
            about = {"curve": f"{row['curve']}, {chirality}", "F_mue [GeV]": row["F_gev"]}
            summary.append({**about, "BR": row["branching_ratio"], "CL": row["cl"]})
    texts = (
        "F_ij = 2 f_a / C_ij; a benchmark is a line along which f_a changes; bands: 68% of random rotations or "
        f"coefficients ({DRAWS} draws)",
        f"mfv has no flavor violation: only stars see it; ALP of {mass:g} MeV; limits and reaches at their own CL",
        *plane.finish(rows),
        *dict.fromkeys(notes),
    )
    return FigureData(rows, summary, texts, tuple(dict.fromkeys(references)))


def _name_lines(axis: Any, labels: dict[tuple[str, str], tuple[float, float]]) -> None:
    """Names beside the horizontal lines, a thin line from each to its place; chiralities of the same height together."""
    merged: dict[tuple[str, int, float], list[str]] = {}
    for (curve, chirality), (height, cl) in labels.items():
        merged.setdefault((curve, round(50 * np.log10(height)), cl), []).append(chirality.replace("-", chr(8722)))
    ordered = sorted(merged, key=lambda item: item[1])
    for (curve, height, cl), place in zip(ordered, spread([h / 50 for _, h, _ in ordered], 0.25), strict=True):
        text = f"{curve}, {' and '.join(merged[curve, height, cl])}, {100 * cl:.0f}% CL"
        arrow = {"arrowstyle": "-", "lw": 0.5, "color": COLORS["grey"], "relpos": (0.0, 0.5)}
        style = {"fontsize": 7, "va": "center", "annotation_clip": False, "arrowprops": arrow}
        axis.annotate(text, (1e13, 10 ** (height / 50)), (1.9e13, 10**place), **style)


def paint(figure: Any, data: FigureData) -> None:
    """Diagonal benchmarks, the stars from the left, laboratory and reaches from below."""
    axis = figure.subplots()
    axis.set(xscale="log", yscale="log", xlim=(1e7, 1e13), ylim=(1e7, 1e14))
    axis.set(xlabel="$F_{ee}$ [GeV]", ylabel=r"$F_{\mu e}$ [GeV]")
    named = []
    for name, (color, dashes) in STYLE.items():
        points = picked(data.rows, curve=name)
        if not points:
            continue
        x, middle = columns(picked(points, edge="median"), "F_ee_gev", "F_mue_gev")
        _, low = columns(picked(points, edge="low"), "F_ee_gev", "F_mue_gev")
        _, high = columns(picked(points, edge="high"), "F_ee_gev", "F_mue_gev")
        axis.plot(x, middle, color=COLORS[color], ls=dashes)
        axis.fill_between(x, low, high, color=COLORS[color], alpha=0.12, lw=0)
        free = (x > 1e11) & (middle < 1e13)
        named.append((x[free], middle[free], f"{name} ($A$ = {points[0]['asymmetry']:+.2f})", COLORS[color]))
    for stars in picked(data.rows, curve="stars"):
        edge = stars["F_ee_gev"]
        axis.axvspan(1e6, edge, facecolor=EXCLUDED, edgecolor=COLORS["grey"], lw=0.8, zorder=0.5)
        words = f"red giants, {100 * stars['cl']:g}% CL" + ", rescaled" * stars["rescaled"]
        heights = np.geomspace(1e11, 1e13, 30)
        named.insert(0, (np.full(30, edge), heights, words, "#444444"))
    labels: dict[tuple[str, str], tuple[float, float]] = {}
    for row in data.rows:
        if "F_gev" in row:
            color = "grey" if row["kind"] == "observed" else "green" if row.get("card") else "purple"
            axis.axhline(row["F_mue_gev"], color=COLORS[color], ls=CHIRALITIES[row["chirality"]], lw=1.4)
            words = row["curve"] + ", rescaled" * bool(row.get("rescaled"))
            labels.setdefault((words, row["chirality"]), (row["F_mue_gev"], row["cl"]))
    _name_lines(axis, labels)
    label_curves(axis, named, 8)


RECIPE = Recipe(
    title="landscape of lepton flavor: F_mue against F_ee for the benchmarks, with limits and reaches",
    compute=compute,
    paint=paint,
    size=(7.8, 4.8),
    limits=True,
    keys=OPTIONS,
)
