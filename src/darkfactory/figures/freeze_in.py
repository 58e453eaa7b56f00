"""Figure ``freeze-in``: lines of all dark matter, warmness, photon lifetimes, and momenta today."""

from __future__ import annotations

from typing import Any

import numpy as np

from darkfactory.cosmology.decay_lines import photon_lifetime
from darkfactory.cosmology.freeze_in import minimum_mass, momentum_distribution
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.processes.muon_decay.scales import leptons
from darkfactory.style import COLORS
from darkfactory.targets import target

__all__ = ["RECIPE"]

CHANNELS = {
    "mu-e": ("vermilion", r"$\mu\to e\,a$"),
    "tau-mu": ("blue", r"$\tau\to\mu\,a$"),
    "tau-e": ("sky", r"$\tau\to e\,a$"),
}
TAN_ALPHA = (1.0, 1e-1, 1e-2, 1e-3)
LIFETIME_S = 1e28


def compute() -> FigureData:
    """Lines of the three channels in two modes, warmness, and lines of constant photon lifetime."""
    masses = np.geomspace(0.005, 1.0, 70)
    rows: list[dict[str, Any]] = []
    summary = []
    references: list[str] = []
    for channel in CHANNELS:
        warm = minimum_mass(channel)
        for mode in ("quantum", "paper"):
            result = target("freeze-in", masses, channel=channel, mode=mode)
            line = result.column("f_a_over_C_gev")
            new = curve_rows(f"{channel}, {mode}", ("mass_mev", masses), ("f_a_over_C_gev", line), panel="lines")
            for row in new:
                row["status"] = "ok" if row["mass_mev"] >= warm else "warm"
            rows += new
            references += result.references
        edges, density = momentum_distribution(channel, edges=np.linspace(0, 8, 81))
        middles = (edges[1:] + edges[:-1]) / 2
        rows += curve_rows(channel, ("p_over_T0", middles), ("density", density), panel="momenta")
        at = {
            f"f_a/C({1e3 * m:g} keV) [GeV]": target("freeze-in", m, channel=channel).points[0]["f_a_over_C_gev"]
            for m in (0.035, 0.1)
        }
        summary.append({"channel": channel, "m_min [keV]": 1e3 * warm, **at})
    for tan_alpha in TAN_ALPHA:
        # lifetime ~ (f_a / C)^2: the line of constant lifetime in the mu-e plane
        unit = photon_lifetime(masses, 1.0, {leptons("mu-e")[1]: tan_alpha})
        line = np.sqrt(LIFETIME_S / unit)
        rows += curve_rows(
            f"tan {tan_alpha:g}", ("mass_mev", masses), ("f_a_over_C_gev", line), panel="lines", status="ok"
        )
    notes = (
        "lines: Omega h^2 = 0.12; solid quantum statistics and running g(T), dashed the closed form of the papers; "
        "dotted part too warm for a thermal relic above 5.3 keV",
        f"grey: C_ee / C_mue = tan(alpha) gives a photon lifetime of {LIFETIME_S:g} s, shorter below the line (E = 0)",
    )
    return FigureData(rows, summary, notes, tuple(dict.fromkeys([*references, "OHare:AxionLimits", "Capozzi:2020cbu"])))


def paint(figure: Any, data: FigureData) -> None:
    """Left the lines, right the momenta."""
    left, right = figure.subplots(1, 2, width_ratios=(1.5, 1))
    widths = {"mu-e": 2.4, "tau-mu": 3.4, "tau-e": 1.4}
    for channel, (color, label) in CHANNELS.items():
        for mode, dashes, scale in (("quantum", "-", 1.0), ("paper", "--", 0.4)):
            rows = picked(data.rows, curve=f"{channel}, {mode}", panel="lines")
            x, y = columns(rows, "mass_mev", "f_a_over_C_gev")
            left.plot(1e3 * x, y, color=COLORS[color], ls=":", lw=1.0)
            x, y = columns(picked(rows, status="ok"), "mass_mev", "f_a_over_C_gev")
            text = label if mode == "quantum" else None
            left.plot(1e3 * x, y, color=COLORS[color], ls=dashes, lw=scale * widths[channel], label=text)
        x, y = columns(picked(data.rows, curve=channel, panel="momenta"), "p_over_T0", "density")
        right.plot(x, y, color=COLORS[color], label=label, lw=widths[channel])
    for height, tan_alpha in zip((3e11, 1.5e11, 3e11, 1.5e11), TAN_ALPHA, strict=True):
        x, y = columns(picked(data.rows, curve=f"tan {tan_alpha:g}"), "mass_mev", "f_a_over_C_gev")
        left.plot(1e3 * x, y, color=COLORS["grey"], lw=1.0)
        at = int(np.argmin(np.abs(np.log(y / height))))
        place: dict[str, Any] = {
            "textcoords": "offset points",
            "fontsize": 8,
            "ha": "right",
            "va": "center",
            "zorder": 5,
        }
        place["bbox"] = {"facecolor": "white", "edgecolor": "none", "pad": 0.5}
        text = rf"$\tan\alpha$={tan_alpha:g}"
        left.annotate(text, (1e3 * x[at], y[at]), (-5, 0), color=COLORS["black"], **place)
    left.set(
        xscale="log", yscale="log", xlim=(5, 1000), ylim=(3e8, 1e12), xlabel="$m_a$ [keV]", ylabel="$f_a/C_{ij}$ [GeV]"
    )
    left.set_title(
        r"$\Omega_a h^2$ = 0.12; grey: $\tau(a\to\gamma\gamma)=10^{28}$ s for $C_{ee}=\tan\alpha\,C_{\mu e}$",
        fontsize=9,
    )
    left.legend(loc="lower right")
    right.set(xlim=(0, 6), ylim=(0, None), xlabel="$p/T_0$ today", ylabel="$dN/d(p/T_0)/N$", title="momenta")
    right.legend(loc="upper right")


RECIPE = Recipe(
    title="freeze-in: f_a/C against m_a for three channels, warmness, lifetimes, and the momenta today",
    compute=compute,
    paint=paint,
    size=(9.5, 4.4),
)
