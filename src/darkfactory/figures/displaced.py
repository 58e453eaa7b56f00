"""What the planes of displaced pairs share: closed regions of Mu3e and of beam dumps, and how their upper edges compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.figures.areas import Named, pieces
from darkfactory.figures.points import columns, picked
from darkfactory.figures.three_tracks import PHASES
from darkfactory.recorded.electron_dump import ACCEPTANCES
from darkfactory.settings import Setting
from darkfactory.style import COLORS
from darkfactory.surveys.reaches import TRUSTED
from darkfactory.verbs.reach import Reach, reach

__all__ = [
    "DUMPS",
    "DUMP_MASSES",
    "DUMP_SPAN",
    "ELECTRON_DUMPS",
    "KEYS",
    "LEFT_OUT",
    "NOTES",
    "SHIELDED",
    "draw_contours",
    "draw_regions",
    "dump_regions",
    "edge_rows",
    "mu3e_regions",
    "mu3e_settings",
    "region_rows",
    "wins",
]

Array = NDArray[np.float64]
Shows = Callable[[str], bool]
MASSES = (8.4, 10.0, 15.0, 20.0, 25.0, 30.0, 40.0, 50.0, 60.0)
"""Masses [MeV] at Mu3e: below the first one Bhabha pairs are in the window."""
DUMP_MASSES = (2.0, 3.0, 5.0, 7.0, 10.0, 12.0, 15.0, 17.0, 20.0, 25.0, 30.0, 40.0, 50.0, 65.0, 80.0)
DUMP_SPAN = (1.1, 600.0)
"""Masses [MeV] up to which dumps are asked, if the user looks there: no region reaches farther."""
FINER = 3
"""Masses between the last one that is excluded and the next, to see where a region ends."""
ELECTRON_DUMPS = {
    "E137": ("e137", "grey"),
    "E141": ("e141", "sky"),
    "Orsay": ("orsay", "green"),
    "KEK": ("kek", "purple"),
    "E774": ("e774", "yellow"),
    "NA64": ("na64", "orange"),
}
DUMPS = {**ELECTRON_DUMPS, "nuCal": ("nucal", "black")}
"""Card and colour; those of electrons make any X, that of protons a dark photon."""
SHIELDED = tuple(label for label in DUMPS if label != "NA64")
"""Dumps whose regions Mu3e extends to stronger couplings; that of NA64, which is thin, lies above them."""
NOTES = (
    "dumps: recasts with the number of events and the leptons that their cards ask for, or acceptance; those with short shields, "
    "E141 and NA64, reach to larger masses with acceptance=one, energy or line; KEK is not trusted above 25 MeV",
    "displaced pairs: masses from 8.4 MeV, since Bhabha pairs fill the window below; an event can be prompt and displaced",
)
"""What a reader of a plane must know."""
LEFT_OUT = ("beam.polarization", "out-of-reach")
"""How notes of reaches begin that a plane shows anyway."""
KEYS = (
    Setting(
        "acceptance",
        None,
        "what beam dumps ask of the leptons, see search beam-dump; by default what their cards ask",
        "choice",
        choices=ACCEPTANCES,
    ),
    Setting(
        "efficiency",
        None,
        "of pairs at Mu3e; that of the cards by default",
        low=0.0,
        high=1.0,
        open_low=True,
    ),
)
"""Settings of the planes."""


def mu3e_settings(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Settings of searches at Mu3e that follow from those of a figure."""
    return {} if settings["efficiency"] is None else {"detector.efficiency": settings["efficiency"]}


def region_rows(found: Iterable[Reach], coupling: str, **common: Any) -> list[dict[str, Any]]:
    """Rows of excluded intervals in the order of the masses, one per mass and interval.

    Parameters
    ----------
    found : iterable of Reach
        Reaches with both edges.
    coupling : str
        Name of the coupling, the column of the near edge; the other is ``far_side``.
    **common
        The same in every row.
    """
    rows = []
    for one in found:
        stated = {"cl": one.cl, "method": one.method, "z": one.z, "provenance": "computed"} | common
        for point in one.rows:
            for k, (low, high) in enumerate(point["excluded"][coupling]):
                if low is not None and high is not None:
                    edges = {"mass_mev": point["mass"], coupling: low, "far_side": high, "interval": k}
                    rows.append(edges | stated)
    return sorted(rows, key=lambda row: float(row["mass_mev"]))


def _up_to_the_end(at: Callable[[Any], Reach], masses: Sequence[float] | Array, coupling: str) -> list[Reach]:
    """Reaches at masses, and at more of them between the last one that is excluded and the next."""
    found = at(masses)
    inside = [bool(point["excluded"][coupling]) for point in found.rows]
    last = max((h for h, yes in enumerate(inside) if yes), default=len(masses) - 1)
    if last + 1 == len(masses):
        return [found]
    return [found, at(np.geomspace(masses[last], masses[last + 1], FINER + 2)[1:-1])]


def mu3e_regions(
    model: str,
    coupling: str,
    settings: Mapping[str, Any],
    masses: Sequence[float] | Array = (),
    words: str = "displaced",
    shows: Shows = bool,
    cl: float | None = None,
) -> tuple[list[dict[str, Any]], list[Reach]]:
    """Regions that displaced pairs at both phases of Mu3e exclude.

    Parameters
    ----------
    model : str
        Model.
    coupling : str
        Column of its coupling.
    settings : mapping
        Of the search, card and model.
    masses : sequence of float
        Masses [MeV]; :data:`MASSES` by default.
    words : str
        Behind the phase, in the name of the curve.
    shows : callable
        Name of a curve -> whether it is wanted.
    cl : float, optional
        Confidence level; that of the search by default.

    Returns
    -------
    rows, reaches
        One row per mass and interval, with its edges as ``coupling`` and ``far_side``; one reach for each phase.
    """
    rows: list[dict[str, Any]] = []
    results = []
    for phase, (card, _) in PHASES.items():
        curve = f"Mu3e {phase}, {words}"
        if not shows(curve):
            continue

        def at(m: Any, card: str = card) -> Reach:
            used = {key: value for key, value in settings.items() if value is not None}
            return reach("ee-displaced", card, model=model, mass=np.asarray(m, dtype=float), cl=cl, settings=used)

        found = _up_to_the_end(at, masses if len(masses) else MASSES, coupling)
        rows += region_rows(found, coupling, curve=curve, phase=phase, kind="expected")
        results.append(found[0])
    return rows, results


def dump_regions(
    model: str,
    coupling: str,
    acceptance: str | None,
    dumps: Iterable[str] = DUMPS,
    masses: Sequence[float] | Array = (),
) -> tuple[list[dict[str, Any]], list[Reach]]:
    """Regions that beam dumps exclude, as computed by the package.

    Parameters
    ----------
    model, coupling
        As of :func:`mu3e_regions`.
    acceptance : str, optional
        As of the search; that of the cards by default.
    dumps : iterable of str
        Some of :data:`DUMPS`.
    masses : sequence of float
        Masses [MeV]; :data:`DUMP_MASSES` by default.

    Returns
    -------
    rows, reaches
        As of :func:`mu3e_regions`, one reach for each dump.
    """
    rows: list[dict[str, Any]] = []
    results = []
    for label in dumps:
        card, _ = DUMPS[label]
        given = {} if acceptance is None or card == "nucal" else {"search.acceptance": acceptance}

        def at(m: Any, card: str = card, given: Mapping[str, Any] = given) -> Reach:
            return reach("beam-dump", card, model=model, mass=np.asarray(m, dtype=float), settings=given)

        used = [m for m in (masses if len(masses) else DUMP_MASSES) if m <= TRUSTED.get(card, np.inf)]
        if not used:
            continue
        found = _up_to_the_end(at, used, coupling)
        rows += region_rows(found, coupling, curve=label, kind="recast")
        results.append(found[0])
    return rows, results


def _upper(rows: Sequence[Mapping[str, Any]], curve: str, masses: Any) -> Array:
    """Upper edge of a region at masses, log-log in between; 0 where nothing is excluded."""
    edges = {row["mass_mev"]: row["far_side"] for row in picked(rows, curve=curve)}
    if not edges:
        return np.zeros(len(masses))
    x, y = np.log([*edges]), np.log([*edges.values()])
    return np.asarray(np.exp(np.interp(np.log(masses), x, y, left=-np.inf, right=-np.inf)))


def _strongest(rows: Sequence[Mapping[str, Any]], dumps: Iterable[str], masses: Any) -> tuple[Array, list[str]]:
    """Largest upper edge of dumps at masses, and whose it is."""
    names = list(dumps)
    edges = np.stack([_upper(rows, name, masses) for name in names] or [np.zeros(len(masses))])
    if not names:
        return edges[0], [""] * len(masses)
    return edges.max(axis=0), [names[k] for k in edges.argmax(axis=0)]


def edge_rows(
    rows: Sequence[Mapping[str, Any]], curve: str, dumps: Iterable[str], masses: Sequence[float], coupling: str
) -> list[dict[str, Any]]:
    """Upper edges of a region of Mu3e and of the strongest dump at some masses, for the table.

    Parameters
    ----------
    rows : sequence of dict
        Rows of regions.
    curve : str
        Region of Mu3e.
    dumps : iterable of str
        Dumps.
    masses : sequence of float
        Masses [MeV].
    coupling : str
        Name of the coupling.
    """
    mine, (best, names) = _upper(rows, curve, masses), _strongest(rows, dumps, masses)
    return [
        {
            "curve": curve,
            "m_X [MeV]": mass,
            f"upper edge in {coupling}": float(a) or None,
            "strongest dump": name if b else None,
            "its upper edge": float(b) or None,
            "ratio": float(a / b) if a and b else None,
        }
        for mass, a, b, name in zip(masses, mine, best, names, strict=True)
    ]


def wins(rows: Sequence[Mapping[str, Any]], curve: str, dumps: Iterable[str]) -> tuple[float, float] | None:
    """Masses [MeV] between which the upper edge of a region is above that of every dump; None where it never is.

    Parameters
    ----------
    rows, curve, dumps
        As of :func:`edge_rows`.
    """
    mine = [row["mass_mev"] for row in picked(rows, curve=curve)]
    if not mine:
        return None
    fine = np.geomspace(min(mine), max(mine), 400)
    edge, best = _upper(rows, curve, fine), _strongest(rows, dumps, fine)[0]
    lost = np.flatnonzero(edge <= best)
    most = int(np.argmax(edge / np.maximum(best, 1e-300)))
    if most in lost:
        return None
    low, high = np.max(lost[lost < most], initial=-1) + 1, np.min(lost[lost > most], initial=len(fine)) - 1
    return float(fine[low]), float(fine[high])


def draw_regions(
    axis: Any, rows: Sequence[Mapping[str, Any]], column: str, curves: Mapping[str, tuple[str, Any]]
) -> Named:
    """Filled regions with their edges, closed at both ends.

    Parameters
    ----------
    axis : matplotlib axes
        To draw on.
    rows : sequence of dict
        Rows of regions.
    column : str
        The coupling.
    curves : mapping
        Colour and style of the edge by curve, in the order in which they are drawn.

    Returns
    -------
    list of (x, y, text, color)
        Their names, those that were drawn last first.
    """
    named: Named = []
    for curve, (color, dash) in curves.items():
        own = picked(rows, curve=curve)
        strong = curve.startswith("Mu3e")
        for k in dict.fromkeys(row["interval"] for row in own):
            x, low, high = columns(picked(own, interval=k), "mass_mev", column, "far_side")
            axis.fill_between(
                x,
                low,
                high,
                facecolor=(COLORS[color], 0.4 if strong else 0.06 if color == "black" else 0.25),
                edgecolor=COLORS[color],
                ls=dash,
                lw=1.8 if strong else 0.9,
                zorder=2 if strong else 1.5,
                label=curve if k == own[0]["interval"] else None,
            )
            if k == own[0]["interval"]:
                text = "#444444" if color in ("yellow", "sky", "grey") else COLORS[color]
                named.append((np.r_[x, x[::-1]], np.r_[low, high[::-1]], curve, text))
    return named[::-1]


def draw_contours(axis: Any, rows: Sequence[Mapping[str, Any]], column: str) -> Named:
    """Published contours of dumps as dots in the colours of their recasts, and other published limits as grey lines.

    Parameters
    ----------
    axis : matplotlib axes
        To draw on.
    rows : sequence of dict
        Rows of :func:`darkfactory.figures.curves.drawable`.
    column : str
        The coupling.

    Returns
    -------
    list of (x, y, text, color)
        The others, for :func:`darkfactory.figures.labels.label_curves`.
    """
    dots, named, others = (0, (1, 1.5)), False, []
    for curve in dict.fromkeys(row["curve"] for row in rows):
        own = picked(rows, curve=curve)
        x, near = columns(own, "mass_mev", column)
        if "far_side" not in own[0]:
            for part in pieces(x):
                axis.plot(x[part], near[part], color=COLORS["grey"], lw=0.8)
            others.append((x, near, curve, "#444444"))
            continue
        (far,) = columns(own, "far_side")
        outline = np.r_[x, x[::-1], x[:1]], np.r_[near, far[::-1], near[:1]]
        if curve in DUMPS:
            label = None if named else "dots: published contour"
            axis.plot(*outline, color=COLORS[DUMPS[curve][1]], ls=dots, lw=1.3, label=label)
            named = True
        else:
            axis.plot(*outline, color=COLORS["grey"], lw=0.8)
            others.append((*outline, curve, "#444444"))
    return others
