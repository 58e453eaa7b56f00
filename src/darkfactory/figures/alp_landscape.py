"""Figure ``alp-landscape``: F_mue against F_ee for the flavor benchmarks, with stars, laboratory and reaches."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds import get_coupling_bound
from darkfactory.figures.curves import laboratory, reaches
from darkfactory.figures.points import columns, curve_rows, picked, spread
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models.benchmarks import BENCHMARKS
from darkfactory.models.theories import build_flavor
from darkfactory.processes.muon_decay.scales import branching_ratio_from_scale
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


def compute() -> FigureData:
    """Lines of the benchmarks, one point per f_a, and horizontal lines of limits and reaches for massless ALPs."""
    scale = np.geomspace(1e6, 1e13, 40)
    rows: list[dict[str, Any]] = []
    summary = []
    stars = get_coupling_bound("red-giants-2020").row(0.0, to="F_gev")
    for name in BENCHMARKS:
        found = _benchmark(name)
        finite = np.isfinite(found["median"])
        at_stars = stars["converted"] * found["median"] if finite else None
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
    rows.append(
        {"curve": "stars", "F_ee_gev": stars["converted"], "cl": stars["cl"], "provenance": stars["provenance"]}
    )
    references = [stars["citation_key"], "Calibbi:2020jvd", "Calibbi:2016hwq", "Feng:1997tn", "Heeck:2017xbu"]
    notes = []
    for chirality in CHIRALITIES:
        limits, keys = laboratory("mu-e", chirality, [0.0])
        expected, used, left_out = reaches("mu-e", chirality)
        for row in [*limits, *(point for point in expected if point["mass_mev"] == 0)]:
            rows.append({**row, "F_mue_gev": row["F_gev"]})
        references += [*keys, *used]
        notes += left_out
    texts = (
        "F_ij = 2 f_a / C_ij; a benchmark is a line along which f_a changes; bands: 68% of random rotations or "
        f"coefficients ({DRAWS} draws)",
        "mfv has no flavor violation: only stars see it; massless ALP; limits and reaches at their own CL",
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
    for name, (color, dashes) in STYLE.items():
        points = [row for row in data.rows if row["curve"] == name]
        x, middle = columns(picked(points, edge="median"), "F_ee_gev", "F_mue_gev")
        _, low = columns(picked(points, edge="low"), "F_ee_gev", "F_mue_gev")
        _, high = columns(picked(points, edge="high"), "F_ee_gev", "F_mue_gev")
        asymmetry = points[0]["asymmetry"]
        label = f"{name} (A = {asymmetry:+.2f})"
        axis.plot(x, middle, color=COLORS[color], ls=dashes, label=label)
        axis.fill_between(x, low, high, color=COLORS[color], alpha=0.12, lw=0)
    stars = picked(data.rows, curve="stars")[0]
    axis.axvspan(1e6, stars["F_ee_gev"], color=COLORS["yellow"], alpha=0.3, lw=0)
    axis.text(1.3e7, 3e13, "excluded by red giants, 95% CL", fontsize=8, va="top")
    labels: dict[tuple[str, str], tuple[float, float]] = {}
    for row in data.rows:
        if "F_gev" in row:
            published = row["kind"] == "observed"
            color = COLORS["grey" if published else "purple"]
            axis.axhline(row["F_mue_gev"], color=color, ls=CHIRALITIES[row["chirality"]], lw=1.4)
            labels.setdefault((row["curve"], row["chirality"]), (row["F_mue_gev"], row["cl"]))
    _name_lines(axis, labels)
    axis.set(
        xscale="log",
        yscale="log",
        xlim=(1e7, 1e13),
        ylim=(1e7, 1e14),
        xlabel="$F_{ee}$ [GeV]",
        ylabel=r"$F_{\mu e}$ [GeV]",
    )
    axis.legend(loc="lower right")


RECIPE = Recipe(
    title="landscape of lepton flavor: F_mue against F_ee for the benchmarks, with limits and reaches",
    compute=compute,
    paint=paint,
    size=(7.8, 4.8),
    limits=True,
)
