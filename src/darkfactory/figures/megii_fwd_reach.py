"""Figure ``megii-fwd-reach``: F against m_a of the forward positron search, next to existing limits."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from darkfactory.bounds.registry import with_own
from darkfactory.figures.curves import limit_rows, reach_rows
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.models import CHIRALITIES
from darkfactory.style import COLORS
from darkfactory.verbs.reach import Reach, reach

__all__ = ["RECIPE"]

CL = 0.95
MASSES = np.array([0, 1, 2, 3, 4, 5, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, 40], dtype=float)
FOCUS = (1, 100)
EXISTING = {
    "jodidio-1986": "vermilion",
    "twist-2015": "orange",
    "pienu-2020": "green",
    "bryman-clifford-1986": "purple",
    "derenzo-1969": "grey",
    "bilger-1999": "vermilion",
    "mu3e-online": "sky",
}
"""Records shown, and their colours."""
PANELS = {"V+A (right-handed)": ("V+A",), "V or A (isotropic)": ("V", "A"), "V\N{MINUS SIGN}A (left-handed)": ("V-A",)}


def _reach(chirality: str, focus: int, systematics: bool) -> Reach:
    settings = {"model.chirality": chirality, "search.focus": focus}
    if not systematics:
        settings["search.systematics"] = "none"
    return reach("forward-positron", "megii-fwd", mass=MASSES, cl=CL, method="profile", settings=settings)


def _summary(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """F at a few masses for every curve and chirality."""
    table: dict[tuple[str, str, str], dict[str, Any]] = {}
    columns = {
        0.0: "F(0) [GeV]",
        10.0: "F(10)",
        20.0: "F(20)",
        30.0: "F(30)",
        40.0: "F(40)",
        60.0: "F(60)",
        90.0: "F(90)",
    }
    for row in rows:
        key = (row["curve"], row["chirality"], row["systematics"])
        entry = table.setdefault(
            key, {"curve": key[0], "chirality": key[1], "systematics": key[2], **dict.fromkeys(columns.values())}
        )
        entry["provenance"] = row["provenance"]
        if row["mass_mev"] in columns:
            entry[columns[row["mass_mev"]]] = row["F_gev"]
    order = list(CHIRALITIES)
    return sorted(table.values(), key=lambda entry: order.index(entry["chirality"]))


def compute() -> FigureData:
    """Reach with and without systematics for every chirality and focusing, and every existing limit at the same CL."""
    rows: list[dict[str, Any]] = []
    references: list[str] = []
    published = np.sort(np.concatenate([np.arange(0, 105.01, 0.5), [47.8, 95.1, 39.3, 93.4, 98.1, 103.5]]))
    for chirality in CHIRALITIES:
        for focus in FOCUS:
            for systematics in (True, False):
                found = _reach(chirality, focus, systematics)
                about = {"curve": f"MEGII-fwd, focusing {focus}", "kind": "expected", "chirality": chirality}
                about |= {"systematics": "card" if systematics else "none", "reference": ""}
                rows += reach_rows(found, "F_gev", every=True, **about)
                references += found.references
        for bound in with_own(EXISTING, "mu -> e a"):
            rows += limit_rows(bound, published, chirality, CL, systematics="published", limited_by="")
            references.append(bound.reference)
    notes = (
        "95% CL throughout: reach one-sided profile likelihood (z = 1.6449); published 90% limits rescaled by 1.2835 (Gaussian)",
        "focusing 100 widens the cone (cone); systematics of the card megii-fwd: norm free, polarization 0.01, energy scale "
        "1e-5, resolution 5%",
        "provenance recalled: quoted from memory, not checked against the publication",
    )
    return FigureData(rows, _summary(rows), notes, tuple(dict.fromkeys(references)))


def _curves(
    rows: Any, chirality: str, curve: str, systematics: str | None = None
) -> tuple[Any, Any, Mapping[str, Any] | None]:
    picked = [
        r
        for r in rows
        if r["curve"] == curve
        and r["chirality"] == chirality
        and r["F_gev"]
        and (systematics is None or r["systematics"] == systematics)
    ]
    x, y = np.array([r["mass_mev"] for r in picked]), np.array([r["F_gev"] for r in picked], dtype=float)
    return x, y, picked[0] if picked else None


def paint(figure: Any, data: FigureData) -> None:
    """Three panels by chirality; F upward, so that higher is better."""
    axes = figure.subplots(1, 3, sharey=True)
    for axis, (title, chiralities) in zip(axes, PANELS.items(), strict=True):
        published = {row["record"]: row["curve"] for row in data.rows if "record" in row}
        for record, label in published.items():
            color = EXISTING.get(record, "black")
            x, y, first = _curves(data.rows, chiralities[0], label)
            if first is None:
                continue
            text = label + (
                "\N{DAGGER}" if any(r["provenance"] == "recalled" for r in data.rows if r["curve"] == label) else ""
            )
            style = {"color": COLORS[color], "label": text, "zorder": 2}
            if first["kind"] == "projected":
                axis.plot(x, y, ls=(0, (1, 1)), **style)
            elif np.ptp(x) < 1.5:
                axis.plot([x.mean()], [y.mean()], marker="D", ms=5, ls="none", clip_on=False, **style)
            else:
                axis.plot(x, y, ls="-", **style)
                axis.fill_between(x, 1e6, y, color=COLORS[color], alpha=0.12, lw=0)
        for focus, color in zip(FOCUS, ("blue", "black"), strict=True):
            curve = f"MEGII-fwd, focusing {focus}"
            for chirality in chiralities:
                dotted = chirality == "A"
                for systematics, dashes, width in (("card", "-", 2.2), ("none", (0, (4, 2)), 1.2)):
                    x, y, first = _curves(data.rows, chirality, curve, systematics)
                    if first is None or dotted:
                        continue
                    text = curve + ("" if systematics == "card" else ", statistics only")
                    axis.plot(x, y, ls=dashes, lw=width, color=COLORS[color], label=text, zorder=3)
        axis.set(title=title, yscale="log", xlim=(0, 106), ylim=(1e7, 3e11), xlabel=r"$m_a$ [MeV]")
    axes[0].set_ylabel(r"95% CL lower limit on $F_{\mu e}$ [GeV]")
    handles: dict[str, Any] = {}
    for axis in axes:
        for handle, label in zip(*axis.get_legend_handles_labels(), strict=True):
            handles.setdefault(label, handle)
    figure.legend(handles.values(), handles.keys(), loc="outside lower center", ncols=4)
    figure.suptitle(
        "\N{DAGGER} recalled, not checked against the publication; 90% limits rescaled to 95%",
        fontsize=8,
        x=0.99,
        ha="right",
    )


RECIPE = Recipe(
    title="F against m_a: MEGII-fwd with focusing 1 and 100, four chiralities, next to existing limits",
    compute=compute,
    paint=paint,
    size=(10.0, 5.0),
    limits=True,
)
