"""Recasts of beam dumps against published contours: ``validate dumps``. Nothing is tuned; what disagrees is said."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from darkfactory.bounds import load_coupling_bounds
from darkfactory.bounds.own import own_records
from darkfactory.glossary import Column
from darkfactory.models import DarkPhoton
from darkfactory.searches.beam_dump import SEARCH, region_of
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.settings import card_settings
from darkfactory.validation.comparison import Compared

__all__ = ["REMARKS", "DumpContours", "compared", "dump_contours"]

MASSES = (2.06, 5.4, 10.3, 20.0, 49.3, 108.0, 201.0, 300.0)
"""Where floors and upper edges are compared [MeV]."""
ELECTRON = ("both", "energy", "line")
BEFORE = (
    "both is the default because an exclusion may err only that way; that its largest mass agrees is a choice of three."
)
REMARKS: dict[str, tuple[tuple[str, ...], str]] = {
    "e137": (
        ELECTRON,
        "The published line is the recast of 1802.03794, with annihilation of positrons (33 to 120 MeV) and a threshold of "
        "about 1 GeV; only the last rows have both. Public recasts differ among themselves by up to 5 in epsilon. "
        + BEFORE,
    ),
    "e141": (
        ("both", "energy", "one"),
        "The search looked for a positron; the radius of the face is assumed. Upper edges are 1.2 to 1.3 too high from "
        "2 MeV on: unexplained. The option one was added after the pair disagreed.",
    ),
    "e774": (
        ELECTRON,
        "The threshold was 27.5 GeV and became 2.75 GeV after a comparison with the published floor: agreement is no "
        "evidence. With secondary electrons floors would be 0.2 to 0.6 of the published ones.",
    ),
    "orsay": (
        ELECTRON,
        "Floors below 10 MeV are 2 to 3 times the published ones with the threshold of the card: unexplained. "
        + BEFORE,
    ),
    "kek": (
        ELECTRON,
        "No published contour with a licence that allows shipping. The published one ends at 51 MeV, and at 45 MeV has a "
        "tenth of the events: unexplained, whatever the acceptance. Do not use the recast above 25 MeV.",
    ),
    "nucal": (
        ("line",),
        "Neutral pions alone here; the published outline joins pions and bremsstrahlung of protons, hence its largest mass.",
    ),
    "charm": (("line",), "The published line is that of eta and eta': no reference for pions."),
    "na64": (
        ("line",),
        "No published contour with a licence that allows shipping. The efficiency of 0.5 was picked to match the published "
        "range at 16.7 MeV: no evidence.",
    ),
}
"""Acceptances that are compared, and what there is to say."""
ANNIHILATION = {"search.production": "iww+annihilation", "detector.threshold_gev": 1.0}
NO_REFERENCE = {"charm"}
"""Experiments whose published contour is that of other production."""
VARIANTS: dict[str, dict[str, dict[str, Any]]] = {
    "e137": {"energy, 1 GeV, annihilation": {"search.acceptance": "energy", **ANNIHILATION}},
}
"""Settings that are compared beside, by what stands for the acceptance."""


class DumpContours(Compared):
    """Our recasts of beam dumps beside published contours, for a dark photon.

    One row per experiment, acceptance and mass, and one with the largest masses (``mass`` None).
    """

    @property
    def title(self) -> str:
        """Line above the table."""
        return "recasts of beam dumps against published contours, dark photon"

    def own_columns(self) -> Mapping[str, Column]:
        """Edges and largest masses, ours and published."""
        ends = {"floor": "lower edge", "edge": "upper edge", "tip_mev": "largest excluded mass"}
        own = {
            name: Column(name, "MeV" if "mev" in name else "1", f"{what} of the recast") for name, what in ends.items()
        }
        for name, what in ends.items():
            unit = "MeV" if "mev" in name else "1"
            own[f"published_{name}"] = Column(name, unit, f"{what} of the published contour")
            own[f"{name}_ratio"] = Column(name, "1", f"{what}, recast over published")
        words = {"acceptance": "what is asked of the leptons", "experiment": "name of the card"}
        return own | {name: Column(name, "", doc) for name, doc in words.items()}

    def to_markdown(self) -> str:
        """The table as a page of documentation."""
        parts = [
            "# Beam dumps against published contours",
            "Made by `darkfactory validate dumps --out docs/dumps.md`; nothing is tuned. Recast, published contour and their "
            "ratio in epsilon of a dark photon: lower edge (floor), upper edge, and the largest excluded mass [MeV].",
        ]
        for name, (_, remark) in REMARKS.items():
            table = [
                "| acceptance | mass | floor | published | ratio | upper edge | published | ratio |",
                "|" + "---|" * 8,
            ]
            ends = []
            for row in (row for row in self.rows if row["experiment"] == name):
                if row["mass"] is None:
                    told = f"{row['acceptance']}: {row['tip_mev']:.4g}"
                    if row["published_tip_mev"]:
                        told += f" (published {row['published_tip_mev']:.4g}, ratio {row['tip_mev_ratio']:.2f})"
                    ends.append(told)
                    continue
                keys = ("floor", "published_floor", "floor_ratio", "edge", "published_edge", "edge_ratio")
                form = ("{:.3g}", "{:.3g}", "{:.2f}") * 2
                cells = [f.format(row[k]) if row[k] is not None else "" for k, f in zip(keys, form, strict=True)]
                table.append(f"| {row['acceptance']} | {row['mass']:g} | " + " | ".join(cells) + " |")
            parts += [f"## {name}", remark, "Largest masses [MeV]: " + "; ".join(ends) + ".", "\n".join(table)]
        return "\n\n".join(parts) + "\n"


def dump_contours(run: Mapping[str, Any]) -> DumpContours:
    """Compare recasts of all dumps with published contours, with every acceptance.

    Parameters
    ----------
    run : mapping
        How it was asked for.

    Returns
    -------
    DumpContours
        Floors, upper edges, largest masses, their ratios and what explains them.
    """
    points = [
        point
        for name, (acceptances, _) in REMARKS.items()
        for label, given in ({a: {"search.acceptance": a} for a in acceptances} | VARIANTS.get(name, {})).items()
        for point in compared(name, label, given)
    ]
    notes = tuple(f"{name}: {remark}" for name, (_, remark) in REMARKS.items())
    keys = dict.fromkeys(key for name in REMARKS for key in load_experiment(name).references)
    return DumpContours(tuple(points), notes, tuple(keys), run=run)


def compared(name: str, acceptance: str, given: dict[str, Any]) -> list[dict[str, Any]]:
    """Rows of an experiment and acceptance; the last one is that of the largest masses.

    Parameters
    ----------
    name, acceptance : str
        The experiment, and what the rows call the settings.
    given : dict
        The settings.
    """
    with own_records(environment=False):  # the reference is what is shipped
        bound = None if name in NO_REFERENCE else load_coupling_bounds().get(name)
    card = load_experiment(name, given)
    settings = card_settings(card, SEARCH.keys, SEARCH.name)
    region = region_of(card, settings, DarkPhoton(), settings["cl"])
    shipped = bound if bound is not None and bound.limits[0].form == "region" else None
    rows, inside = [], []
    for mass in MASSES:
        edges = region.excluded(mass)
        if len(edges):
            inside.append(mass)
        limits = (shipped.value(mass), shipped.far_side(mass)) if shipped else (None, None)
        if not len(edges) and limits[0] is None:
            continue
        ours = (float(edges[0, 0]), float(edges[-1, 1])) if len(edges) else (None, None)
        rows.append(_row(name, acceptance, mass, {"floor": (ours[0], limits[0]), "edge": (ours[1], limits[1])}))
    tip = region.largest_mass(inside[-1], 4 * max(inside))
    end = shipped.limits[0].mass_max if shipped else None
    return [*rows, _row(name, acceptance, None, {"tip_mev": (tip, end)})]


def _row(name: str, acceptance: str, mass: float | None, compared: Mapping[str, tuple[Any, Any]]) -> dict[str, Any]:
    row: dict[str, Any] = {"experiment": name, "acceptance": acceptance, "mass": mass}
    for key in ("floor", "edge", "tip_mev"):
        ours, theirs = compared.get(key, (None, None))
        ratio = ours / theirs if ours and theirs and math.isfinite(ours) else None
        row |= {key: ours, f"published_{key}": theirs, f"{key}_ratio": ratio}
    return row
