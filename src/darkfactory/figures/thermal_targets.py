"""Figure ``thermal-targets``: y against the dark-matter mass for four kinds of dark matter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.cosmology.freeze_out import N_EFF_FLOOR
from darkfactory.figures.points import columns, curve_rows, picked
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.settings import Setting
from darkfactory.style import COLORS
from darkfactory.targets import target

__all__ = ["RECIPE"]

KINDS = {
    "scalar": ("blue", "complex scalar"),
    "majorana": ("green", "Majorana"),
    "asymmetric": ("orange", "asymmetric Dirac (smallest, CMB)"),
    "pseudo-dirac": ("vermilion", "pseudo-Dirac"),
}
DASHES: dict[str, Any] = {"asymmetric": "--", "majorana": (0, (3, 2))}
"""Near the resonance Majorana fermions need what scalars need: one line must show through the other."""
MASSES = np.unique(
    np.concatenate(
        [
            np.geomspace(1.0, 1e4, 49),
            np.linspace(90.0, 150.0, 9),
            np.linspace(280.0, 480.0, 51),
            np.linspace(480.0, 530.0, 26),
            np.linspace(540.0, 900.0, 19),
        ]
    ).round(6)
)
"""Dark-matter masses [MeV], dense at thresholds and where annihilation (sqrt(s) = 2 m) meets rho, omega and phi."""


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Thermal target of every kind, in or out of conflict with N_eff."""
    masses = MASSES
    keys = {key: settings[key] for key in ("r", "alpha_D")}
    rows: list[dict[str, Any]] = []
    summary = []
    references: list[str] = []
    gaps: list[str] = []
    for dm in KINDS:
        result = target("freeze-out", masses, dm=dm, settings=keys)
        y, epsilon = result.column("y"), result.column("epsilon")
        exists = np.isfinite(y)
        points = curve_rows(dm, ("mass_mev", masses[exists]), ("y", y[exists]), provenance="computed")
        for row, eps in zip(points, epsilon[exists], strict=True):
            status = "N_eff" if row["mass_mev"] < N_EFF_FLOOR[dm] else "ok"
            rows.append(row | {"epsilon": float(eps), "status": status})
        at = {f"y({m:g} MeV)": float(y[np.searchsorted(masses, m)]) for m in (10, 100, 1000)}
        shown = {key: value if np.isfinite(value) else None for key, value in at.items()}
        gaps += [f"{dm}: {note}" for note in result.notes if note.split(":")[0] in ("no target", "incomplete")]
        summary.append({"dark matter": dm, **shown})
        references += result.references
    notes = (
        f"m_A' = {settings['r']:g} m_chi, alpha_D = {settings['alpha_D']:g}, Omega h^2 = 0.12; "
        "y = epsilon^2 alpha_D (m_chi / m_A')^4",
        "asymmetric: smallest y that the CMB allows (Planck 2018, f_eff = 0.5 [assumed]), larger ones are good",
        "thin: in conflict with N_eff of BBN and CMB for electrophilic relics (1910.01649) [recalled, +- 20%]",
        "uncertainty 3% below 140 MeV, 10% above (hadrons)",
        *gaps,
    )
    return FigureData(rows, summary, notes, tuple(dict.fromkeys(references)))


def paint(figure: Any, data: FigureData) -> None:
    """Target lines; thin where N_eff is against them."""
    axis = figure.subplots()
    for dm, (color, label) in KINDS.items():
        x, y = columns(picked(data.rows, curve=dm), "mass_mev", "y")
        axis.plot(x, y, color=COLORS[color], lw=0.9, ls=":")
        x, y = columns(picked(data.rows, curve=dm, status="ok"), "mass_mev", "y")
        axis.plot(x, y, color=COLORS[color], lw=2.2, ls=DASHES.get(dm, "-"), label=label)
        if dm == "asymmetric":
            axis.fill_between(x, y, 3 * y, color=COLORS[color], alpha=0.15, lw=0)
    axis.set(xscale="log", yscale="log", xlim=(1, 1e4), xlabel=r"$m_\chi$ [MeV]")
    axis.set_ylabel(r"$y=\epsilon^2\alpha_D\,(m_\chi/m_{A'})^4$")
    axis.legend(loc="lower right")
    axis.set_title(
        data.notes[0]
        .split(";")[0]
        .replace("m_A'", "$m_{A'}$")
        .replace("m_chi", r"$m_\chi$")
        .replace("alpha_D", r"$\alpha_D$")
        .replace("Omega h^2", r"$\Omega h^2$"),
        fontsize=9,
    )
    text = "dotted: in conflict with $N_{eff}$ (recalled, \N{PLUS-MINUS SIGN}20%)"
    axis.text(0.03, 0.97, text, transform=axis.transAxes, va="top", fontsize=8)


RECIPE = Recipe(
    title="thermal targets: y against the dark-matter mass for four kinds of dark matter",
    compute=compute,
    paint=paint,
    keys=(
        Setting("r", 3.0, "m_A' / m_chi", low=1.0, high=1e3, open_low=True),
        Setting("alpha_D", 0.5, "dark fine-structure constant", low=1e-12, high=10.0),
    ),
)
