"""Figure ``meg2-reach``: F against m_a of the photon missing-mass search, and the limit against photon threshold."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.bounds.registry import with_own
from darkfactory.figures.curves import limit_rows, reach_rows
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.style import COLORS
from darkfactory.verbs.reach import reach

__all__ = ["RECIPE"]

CL = 0.90
MASSES = np.array(
    [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 35, 36], dtype=float
)
POINTS: dict[str, tuple[str, dict[str, Any], str, Any]] = {
    "MEG II, > 10 MeV, A": ("meg2", {"trigger.threshold": 10}, "blue", "-"),
    "MEG II, > 10 MeV, B": ("meg2", {"trigger.threshold": 10, "trigger.rc_scale": 5}, "sky", "-"),
    "MEG II, > 20 MeV, A": ("meg2", {"trigger.threshold": 20}, "green", "-"),
    "MEG II, > 40 MeV, A": ("meg2", {"trigger.threshold": 40}, "orange", "-"),
    "MEG II, > 5 MeV, A": ("meg2", {"trigger.threshold": 5}, "black", (0, (4, 2))),
    "MEG data, recast": ("meg", {}, "purple", "-"),
}
"""Working points: experiment, settings, colour and dashes; below 10 MeV the calorimeter is unproven."""
PUBLISHED = {"crystal-box": "vermilion", "twist-2015": "grey", "jodidio-1986": "grey"}
"""Records shown, and their colours."""
SHIFT = 1e-4
"""Prior of the rigid shift of the missing mass in the second curve [m_mu^2]."""
THRESHOLDS = (5.0, 7.0, 10.0, 12.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 45.0)
LINES = {0.0: "vermilion", 10.0: "purple", 20.0: "blue", 30.0: "black"}


def _rows(panel: str, curve: str, experiment: str, settings: dict[str, Any], masses: Any, shift: float) -> list[Any]:
    used = settings | ({"search.shift_prior": shift} if shift else {})
    found = reach("missing-mass-photon", experiment, mass=masses, cl=CL, settings=used)
    about = {"panel": panel, "curve": curve, "shift_prior": shift}
    about |= {"threshold_mev": found.settings["threshold"], "stopping_rate": found.settings["stopping_rate"]}
    return reach_rows(found, "F_gev", every=True, **about)


def _published() -> list[dict[str, Any]]:
    """Crystal Box in this channel; single-positron limits for comparison, isotropic couplings."""
    about = {"panel": "mass", "shift_prior": None, "threshold_mev": None, "stopping_rate": None, "method": "published"}
    masses = np.arange(0, 37.01, 0.5)
    return [row for bound in with_own(PUBLISHED, "mu -> e a") for row in limit_rows(bound, masses, "V", CL, **about)]


def compute() -> FigureData:
    """Every working point with and without the shift; limits against threshold; published limits."""
    rows: list[dict[str, Any]] = []
    for curve, (experiment, settings, _, _) in POINTS.items():
        for shift in (0.0, SHIFT):
            rows += _rows("mass", curve, experiment, settings, MASSES, shift)
    for threshold in THRESHOLDS:
        rows += _rows("threshold", "A", "meg2", {"trigger.threshold": threshold}, list(LINES), 0.0)
    rows += _published()
    summary = []
    for curve in dict.fromkeys(row["curve"] for row in rows if row["panel"] == "mass"):
        for shift in dict.fromkeys(row["shift_prior"] for row in rows if row["curve"] == curve):
            mine = {
                r["mass_mev"]: r
                for r in rows
                if r["panel"] == "mass" and (r["curve"], r["shift_prior"]) == (curve, shift)
            }
            first = next(iter(mine.values()))
            entry = {"curve": curve, "shift prior": shift, "muons/s": first["stopping_rate"]}
            entry |= {f"F({mass:g}) [GeV]": mine[mass]["F_gev"] if mass in mine else None for mass in LINES}
            summary.append(entry | {"provenance": first["provenance"]})
    notes = (
        "90% CL (median CLs, z = 1.6449), 30 days for MEG II at the muon rate that fills 10 Hz; benchmark B has five times "
        "the random coincidences of A",
        f"thin lines: rigid shift of the missing mass squared with prior {SHIFT:g} m_mu^2; thick: statistics only",
        "published limits keep their own CL; recalled ones are not checked against the publication; TWIST and Jodidio are "
        "searches for the positron alone, isotropic couplings",
    )
    keys = [bound.reference for bound in with_own(PUBLISHED, "mu -> e a")]
    references = ("Jho:2022snj", "Hirsch:2009ee", "Kuno:1999jp", "MEGII:2023fog", "MEG:2016leq", *keys)
    return FigureData(rows, summary, notes, references)


def _paint_masses(axis: Any, data: FigureData) -> None:
    styles = {curve: (color, dashes) for curve, (_, _, color, dashes) in POINTS.items()}
    for curve, (color, dashes) in styles.items():
        for shift, width in ((0.0, 1.9), (SHIFT, 0.9)):
            picked = [r for r in data.rows if r["curve"] == curve and r["shift_prior"] == shift and r["F_gev"]]
            points = [r["mass_mev"] for r in picked], [r["F_gev"] for r in picked]
            text = curve if shift == 0 else None
            axis.plot(*points, color=COLORS[color], ls=dashes, lw=width, label=text)
    for record in dict.fromkeys(r["record"] for r in data.rows if "record" in r):
        picked, color = [r for r in data.rows if r.get("record") == record], PUBLISHED.get(record, "black")
        curve = picked[0]["curve"]
        x, y = np.array([r["mass_mev"] for r in picked]), np.array([r["F_gev"] for r in picked])
        label = curve + ("\N{DAGGER}" if picked[0]["provenance"] == "recalled" else "")
        if np.ptp(x) < 1.5:
            axis.plot([0.3], [y[0]], marker="D", ms=5, ls="none", color=COLORS[color], label=label)
        elif record == "crystal-box":
            axis.fill_between(x, 1e7, y, color=COLORS[color], alpha=0.15, lw=0, label=label)
        else:
            axis.plot(x, y, color=COLORS[color], ls=":", label=label)
    axis.set(yscale="log", xlim=(0, 37), ylim=(1e8, 1e10), xlabel="$m_a$ [MeV]")
    axis.set(
        ylabel=r"90% CL lower limit on $F_{\mu e}$ [GeV]",
        title=r"$\mu\to ea\gamma$ by photon threshold and benchmark of random coincidences",
    )


def paint(figure: Any, data: FigureData) -> None:
    """Left: F against mass. Right: limit on the branching ratio against photon threshold."""
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    _paint_masses(left, data)
    for mass, color in LINES.items():
        picked = [r for r in data.rows if r["panel"] == "threshold" and r["mass_mev"] == mass and r["branching_ratio"]]
        x, y = (np.array([r[key] for r in picked]) for key in ("threshold_mev", "branching_ratio"))
        right.plot(x[x >= 10], y[x >= 10], color=COLORS[color], marker="o", ms=3, label=f"$m_a$ = {mass:g} MeV")
        right.plot(x[x <= 10], y[x <= 10], color=COLORS[color], ls=":")
    right.set(yscale="log", xlim=(4, 46), ylim=(1e-5, 1e-2), xlabel=r"photon threshold $E_\gamma^{\rm thr}$ [MeV]")
    right.set(ylabel=r"90% CL limit on BR($\mu\to ea$)", title="MEG II, 30 days, A")
    right.legend(loc="upper left")
    handles, labels = left.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    text = "thick: statistics only; thin: shift of $m_{\\rm miss}^2$ with prior $10^{-4}\\,m_\\mu^2$"
    figure.get_layout_engine().set(w_pad=0.08)
    figure.suptitle(text + "; \N{DAGGER} recalled, not checked", fontsize=8, x=0.99, ha="right")


RECIPE = Recipe(
    title="MEG II: reach of mu -> e a gamma in F against m_a for several working points, and against photon threshold",
    compute=compute,
    paint=paint,
    size=(10.0, 5.0),
    limits=True,
)
