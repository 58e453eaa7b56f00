"""Figure ``meg2-rate``: muon rate that fills the bandwidth against photon threshold, and trigger rates against muon rate."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.style import COLORS
from darkfactory.verbs.trigger import trigger

__all__ = ["RECIPE"]

THRESHOLDS = np.linspace(5.0, 48.0, 44)
BENCHMARK = 10.0
"""Photon threshold [MeV] of the benchmarks; below it the calorimeter's noise is not modelled."""
MUON_RATES = np.geomspace(1e5, 1e8, 31)
NOMINAL = 3e7
"""Muon rate [1/s] of the mu -> e gamma runs."""


def _threshold_rows() -> list[dict[str, Any]]:
    rows = []
    for point in trigger("meg2", threshold=THRESHOLDS).points:
        for curve, value in (
            ("fills 10 Hz, A", point["band"]["high"]),
            ("fills 10 Hz, B", point["band"]["low"]),
            ("RMD = RC, A", point["equal_rate"]),
        ):
            row = {"panel": "threshold", "curve": curve, "threshold_mev": point["threshold"]}
            rows.append(row | {"muons_per_s": value, "rate_hz": None})
    return rows


def _rate_rows() -> list[dict[str, Any]]:
    (point,) = trigger("meg2", threshold=BENCHMARK).points
    a, b = point["rmd_coefficient"], point["rc_coefficient_s"]
    high = point["benchmarks"]["B"]["rc_scale"] / point["benchmarks"]["A"]["rc_scale"]
    curves = {"RMD": a * MUON_RATES, "RC, A": b * MUON_RATES**2, "RC, B": high * b * MUON_RATES**2}
    return [
        {"panel": "muon rate", "curve": curve, "threshold_mev": BENCHMARK, "muons_per_s": float(r), "rate_hz": float(v)}
        for curve, values in curves.items()
        for r, v in zip(MUON_RATES, values, strict=True)
    ]


def compute() -> FigureData:
    """Filling and equal rates against threshold; trigger rates at the threshold of the benchmarks."""
    result = trigger("meg2", threshold=[5, 10, 15, 20, 30, 40, 45])
    summary = [
        {
            "threshold [MeV]": point["threshold"],
            "A: muons/s": point["band"]["high"],
            "A: RMD [Hz]": point["benchmarks"]["A"]["rmd_rate"],
            "A: RC [Hz]": point["benchmarks"]["A"]["rc_rate"],
            "B: muons/s": point["band"]["low"],
            "RMD = RC: muons/s": point["equal_rate"],
        }
        for point in result.points
    ]
    return FigureData(_threshold_rows() + _rate_rows(), summary, result.notes, result.references)


def _line(data: FigureData, panel: str, curve: str, x: str, y: str) -> tuple[Any, Any]:
    picked = [row for row in data.rows if row["panel"] == panel and row["curve"] == curve]
    return np.array([row[x] for row in picked]), np.array([row[y] for row in picked])


def paint(figure: Any, data: FigureData) -> None:
    """Two panels: filling muon rate against threshold, trigger rates against muon rate."""
    left, right = figure.subplots(1, 2)
    x, top = _line(data, "threshold", "fills 10 Hz, A", "threshold_mev", "muons_per_s")
    _, bottom = _line(data, "threshold", "fills 10 Hz, B", "threshold_mev", "muons_per_s")
    left.fill_between(x, bottom, top, color=COLORS["sky"], alpha=0.35, lw=0)
    solid = x >= BENCHMARK
    for values, name, color in (
        (top, "A: model of random coincidences", "blue"),
        (bottom, "B: five times the model", "vermilion"),
    ):
        left.plot(x[solid], values[solid], color=COLORS[color], label=name)
        left.plot(x[~solid | (x == BENCHMARK)], values[~solid | (x == BENCHMARK)], color=COLORS[color], ls=":")
        at = float(values[x == BENCHMARK][0])
        left.plot([BENCHMARK], [at], "o", color=COLORS[color], ms=6, zorder=4)
        left.annotate(
            rf"{at / 1e6:.2f}$\times10^6$/s", (BENCHMARK, at), (8, -11), textcoords="offset points", fontsize=8
        )
    x, equal = _line(data, "threshold", "RMD = RC, A", "threshold_mev", "muons_per_s")
    left.plot(x, equal, color=COLORS["green"], ls="--", label="RMD = RC (A); below, RMD dominates")
    left.axhline(NOMINAL, color=COLORS["grey"], lw=1)
    left.text(5.5, NOMINAL * 1.08, r"$\mu\to e\gamma$ runs", fontsize=8, color=COLORS["grey"])
    left.set(yscale="log", xlim=(5, 48), ylim=(6e3, 1e8), xlabel=r"photon threshold $E_\gamma^{\rm thr}$ [MeV]")
    left.set(ylabel=r"$R_\mu$ that fills 10 Hz [1/s]", title="no match of directions")
    left.legend(loc="lower left")
    for curve, color, dashes in (("RMD", "green", "-"), ("RC, A", "blue", "-"), ("RC, B", "vermilion", "--")):
        right.plot(
            *_line(data, "muon rate", curve, "muons_per_s", "rate_hz"), color=COLORS[color], ls=dashes, label=curve
        )
    right.axhline(10, color=COLORS["black"], lw=1)
    right.text(1.2e5, 12, "10 Hz can be written", fontsize=8)
    right.set(xscale="log", yscale="log", xlim=(1e5, 1e8), ylim=(1e-2, 1e4), xlabel=r"$R_\mu$ [1/s]")
    right.set(ylabel="trigger rate [Hz]", title=rf"$E_\gamma$ > {BENCHMARK:g} MeV, $E_e$ > 45 MeV")
    right.legend(loc="upper left")


RECIPE = Recipe(
    title="MEG II: muon rate that fills 10 Hz against photon threshold with both benchmarks, and what fills it",
    compute=compute,
    paint=paint,
    size=(9.0, 4.2),
)
