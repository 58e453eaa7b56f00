"""Limits on a coupling from the registry for figures: curves of the records that can be drawn, and words for the others."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.bounds import load_coupling_bounds
from darkfactory.errors import NotInRecord
from darkfactory.figures.points import columns, picked
from darkfactory.references import load_references
from darkfactory.style import COLORS

__all__ = ["drawable", "excluded"]

FILLS = ("grey", "yellow", "sky", "purple", "green", "orange")


def drawable(
    quantity: str,
    masses: Any,
    *,
    to: str = "",
    column: str = "",
    extra: str | Path | None = None,
    conditional: bool = False,
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Curves of all observed limits on a quantity at the masses where their records answer.

    Parameters
    ----------
    quantity : str
        Quantity of the records, e.g. ``epsilon`` or ``g_amumu``.
    masses : array_like
        Masses [MeV].
    to : str
        Quantity to convert to; none by default.
    column : str
        Name of the column; that of the quantity by default.
    extra : path, optional
        Records of the user's own.
    conditional : bool
        Also the records that figures draw only when asked, because of what they assume.

    Returns
    -------
    rows, notes, references
        One row per point, with cl, provenance and far side of a contour; which records were not drawn and why; citation keys.
    """
    target = to or quantity
    name = column or target
    rows: list[dict[str, Any]] = []
    inconclusive, elsewhere, unasked, keys = [], [], [], []
    for bound in load_coupling_bounds(extra).values():
        if bound.quantity != quantity or bound.kind != "observed":
            continue
        found, banded = [], False
        for mass in masses:
            try:
                row = bound.row(float(mass), to=target)
            except NotInRecord as refused:
                banded = banded or "inconclusive" in str(refused)
                continue
            found.append(row)
        for row in found:
            far = row["far_side"]
            stated = {key: row[key] for key in ("cl", "uncertainty_factor", "provenance")}
            stated |= {"kind": "observed", "assumes": bound.assumes, "reference": bound.reference}
            power = 2 if to == "epsilon2" else 1
            more = {"conditional": not bound.default} | ({} if far is None else {"far_side": far**power})
            rows.append({"curve": bound.label, "mass_mev": row["mass"], name: row["converted"], **more, **stated})
        if found and not (bound.default or conditional):
            unasked.append(f"{bound.label} (assumes that {bound.assumes})")
            del rows[-len(found) :]
        elif found:
            keys.append(bound.reference)
        elif banded:
            inconclusive.append(bound.label)
        else:
            elsewhere.append(bound.label)
    notes = []
    if inconclusive:
        notes.append(
            f"not drawn, inconclusive (an order of magnitude, or a contour that is not shipped): {', '.join(inconclusive)}; "
            "give a digitised file of your own"
        )
    if unasked:
        notes.append(f"not drawn unless conditional=yes: {', '.join(unasked)}")
    if elsewhere:
        notes.append(f"not drawn, published for other masses: {', '.join(elsewhere)}")
    notes += [
        f"{label}: assumes that {next(row['assumes'] for row in rows if row['curve'] == label)}"
        for label in dict.fromkeys(row["curve"] for row in rows)
    ]
    known = load_references()
    return rows, notes, [key for key in dict.fromkeys(keys) if key in known]


def excluded(axis: Any, rows: Sequence[Any], column: str, top: float) -> None:
    """Regions that observed limits exclude, up to ``top`` or the far side of a contour; a dagger for recalled numbers.

    Records that assume more than others are lines.

    Parameters
    ----------
    axis : matplotlib axes
        To draw on.
    rows : sequence of dict
        Rows of :func:`drawable`, among others.
    column : str
        The coupling.
    top : float
        Upper end of a region without a far side.
    """
    curves = dict.fromkeys(row["curve"] for row in picked(rows, kind="observed") if column in row)
    for n, curve in enumerate(curves):
        points = picked(rows, curve=curve)
        x, near = columns(points, "mass_mev", column)
        far = np.array([row.get("far_side", top) for row in points])
        color = COLORS[FILLS[n % len(FILLS)]]
        level = f", {100 * points[0]['cl']:g}% CL" if points[0]["cl"] else ""
        marks = {"recalled": "\N{DAGGER}", "derived": " [derived]", "assumed": " [assumed]"}
        words = curve + marks.get(points[0]["provenance"], "") + level
        if points[0]["conditional"]:
            axis.plot(x, near, color=color, ls=(0, (3, 1, 1, 1)), lw=1.4, label=words)
        else:
            axis.fill_between(x, near, far, color=color, alpha=0.35, lw=0.8, label=words)
