"""Figure ``composite-reach``: the scale of composite neutrinos against dimension and gap, of all searches that there are."""

from __future__ import annotations

import itertools
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from darkfactory.bounds import load_coupling_bounds
from darkfactory.bounds.continuum import limits_of_continuum
from darkfactory.constants import GEV
from darkfactory.errors import DarkfactoryError
from darkfactory.figures.areas import EXCLUDED
from darkfactory.figures.curves import notes_of
from darkfactory.figures.labels import label_curves, say_closed
from darkfactory.figures.points import columns, ends, picked, spread
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.glossary import Column, named
from darkfactory.models.composite import FLAVORS
from darkfactory.models.mixing_density import NORMS
from darkfactory.references import load_references
from darkfactory.settings import Setting, mass_points
from darkfactory.style import COLORS
from darkfactory.verbs.reach import Reach, reach

__all__ = ["RECAST", "RECIPE", "areas_of_records", "scales"]

Rows = list[dict[str, Any]]
TAG = {"search.signal": "tagged"}
CURVES: dict[str, tuple[str, dict[str, Any], str]] = {
    "NuTeV": ("nutev", {}, "observed"),
    "NuTeV, expected": ("nutev", {}, "expected"),
    "SHiP, invisible": ("ship", {}, "expected"),
    "SHiP, tagged": ("ship", TAG, "expected"),
    "DUNE": ("dune", {}, "expected"),
    "FASERnu2, tagged": ("fasernu2", TAG, "expected"),
    "FLArE, tagged": ("flare", TAG, "expected"),
}
"""Card, settings of the search, and which of its limits, by the label of the curve."""
DECAYS = {"z": "Z -> nu X", "h": "h -> nu X", "w": "W -> l X", "k": "K -> mu X"}
RECAST = "heavy leptons"
LOOKS = {
    "NuTeV": ("NuTeV", "vermilion", "-", 2.4),
    "NuTeV, expected": ("NuTeV, expected", "vermilion", "--", 1.2),
    "SHiP, invisible": ("SHiP, invisible", "blue", "--", 1.6),
    "SHiP, tagged": ("SHiP, tagged", "blue", "-", 1.6),
    "DUNE": ("DUNE", "green", "--", 1.6),
    "FASERnu2, tagged": (r"FASER$\nu$2, tagged", "orange", "-", 1.6),
    "FLArE, tagged": ("FLArE, tagged", "purple", "-", 1.6),
    DECAYS["z"]: (r"$Z\to\nu X$", "black", "-", 1.6),
    DECAYS["h"]: (r"$h\to\nu X$", "black", "--", 1.6),
    DECAYS["w"]: (r"$W\to\ell X$", "black", "-.", 1.2),
    DECAYS["k"]: (r"$K\to\mu X$", "sky", "-", 2.0),
}
"""Words, colour, dashes and width."""
DESCRIBED = 0.99
"""Of a limit that states below Lambda alone must give, for a full line: about 95% of the signal."""
TEXT = "#444444"
LOW_GEV, HIGH_GEV = 1.0, 2e4
FAR = Column("far_side", "GeV", "scale below which a record excludes nothing: the lightest state decays too early")


def _point(row: Mapping[str, Any], level: Mapping[str, Any], cutoff: str) -> dict[str, Any] | None:
    """Both limits of a curve at a point, None if there is none; ``level`` has them under the names of a coupling."""
    truncated_name = cutoff.replace("_gev", "_truncated_gev")
    plain, truncated = level.get(cutoff), level.get(truncated_name) or 0.0
    if row["status"] != "ok" or not plain:
        return None
    return {"cutoff_gev": plain, "cutoff_truncated_gev": truncated, "described": truncated >= DESCRIBED * plain}


def _of_search(found: Reach, label: str, level: str, **place: Any) -> Rows:
    """Points of a search at all gaps, with the masses of its jets."""
    rows = []
    for row in found.rows:
        point = _point(row, row[level] or {}, "cutoff_gev")
        if point is not None:
            about = {"curve": label, "kind": level, **place, "gap_gev": row["mass"] / GEV, "cl": found.cl}
            more = {"f_val": row["f_val"], "m95_gev": row["m95_gev"], "provenance": "computed"}
            rows.append(about | point | more)
    return rows


def _of_decays(found: Reach, **place: Any) -> Rows:
    """Limits of Z, h, W and K, which every reach of the search brings along."""
    rows = []
    for name, label in DECAYS.items():
        for row in found.rows:
            point = _point({"status": "ok"}, row, f"cutoff_{name}_gev")
            if point is not None:
                about = {"curve": label, "kind": "observed", **place, "gap_gev": row["mass"] / GEV}
                rows.append(about | point | {"cl": 0.90 if name == "k" else 0.95, "provenance": "recast"})
    return rows


def _of_records(model: Mapping[str, Any], masses: Any, **place: Any) -> tuple[Rows, tuple[str, ...]]:
    """Records on heavy neutral leptons, those that have a limit at a gap; their references."""
    found = limits_of_continuum("all", "composite-neutrino", masses, settings=model)
    known = load_coupling_bounds()
    rows: Rows = []
    for row in picked(found.rows, status="ok"):
        about = {
            "curve": RECAST,
            "kind": "observed",
            **place,
            "gap_gev": row["mass"] / GEV,
            "record": known[row["name"]].label,
        }
        rows.append(
            about | {key: row[key] for key in ("cl", "cutoff_gev", "far_side", "rule", "provenance", "reference")}
        )
    return rows, found.references


def scales(
    settings: Mapping[str, Any], dimension: float, masses: Any, panel: str, only: Collection[str] = ()
) -> tuple[Rows, list[str], list[str]]:
    """Points of all curves for one dimension at some gaps.

    Parameters
    ----------
    settings : mapping
        ``norm``, ``flavor`` and ``decay`` of the figure.
    dimension : float
        Of the operator.
    masses : array_like
        Gaps [MeV].
    panel : str
        Word for the rows.
    only : collection of str
        Curves of the searches; all by default.

    Returns
    -------
    rows, references, notes
        Points with curve, dimension, gap_gev and cutoff_gev; citation keys; what could not be drawn and why.
    """
    model = {"model.dimension": dimension, "model.norm": settings["norm"], "model.flavor": settings["flavor"]}
    place = {"panel": panel, "dimension": dimension}
    rows: Rows = []
    references: list[str] = []
    notes: list[str] = []
    known: dict[str, Reach] = {}
    for label, (card, given, level) in CURVES.items():
        if only and label not in only:
            continue
        key = f"{card} {given}"
        decay = {"search.decay": settings["decay"]} if given else {}
        try:
            if key not in known:
                known[key] = reach(
                    "neutral-current",
                    card,
                    model="composite-neutrino",
                    mass=masses,
                    settings={**model, **given, **decay},
                )
        except DarkfactoryError as error:
            notes.append(f"{label}: not drawn, {str(error).splitlines()[0]}")
            continue
        rows += _of_search(known[key], label, level, **place)
        references += known[key].references
    if known:
        rows += _of_decays(next(iter(known.values())), **place)
    notes += [note for note in notes_of(known.values()) if note.startswith("recalled")]
    made, keys = _of_records(model, masses, **place)
    shipped = load_references()
    return rows + made, references + [key for key in keys if key in shipped], notes


def compute(settings: Mapping[str, Any]) -> FigureData:
    """Limits on Lambda against the dimension at one gap, and against the gap at one dimension."""
    one_gap = np.array([settings["gap_gev"] * GEV])
    lines = [scales(settings, dimension, one_gap, "dimension") for dimension in sorted(settings["dimensions"])]
    lines.append(scales(settings, settings["dimension"], mass_points(settings["mass"]), "gap"))
    rows, references, notes = (list(itertools.chain(*parts)) for parts in zip(*lines, strict=True))
    drawn = {row["panel"] for row in rows}
    heavy = {"dimension": f"{settings['gap_gev']:g} GeV", "gap": f"{settings['mass']} MeV"}
    closed = [f"every search and decay is closed at a gap of {heavy[panel]}" for panel in heavy if panel not in drawn]
    decay = "whatever the decay length" if settings["decay"] == "none" else f"one decay in the {settings['decay']}"
    told = (
        "Lambda at 95% CL, neutrinos and antineutrinos at NuTeV and SHiP; Z, h and W from invisible widths; K -> mu X and recasts "
        f"of heavy leptons at the CL of their publication, mostly 90%; tagged: three events, no background, {decay}",
        "full lines: states with M < Lambda alone give at least 99% of the limit; dotted: the effective theory does not describe "
        "all of it, column cutoff_truncated_gev has what it does" + "; drawn are these" * settings["truncated"],
        "heavy leptons: the lightest state is a fermion that decays through its mixing; grey is what published searches exclude "
        "then, named is the strongest; does not hold for a boson",
        *closed,
        *dict.fromkeys(notes),
    )
    return FigureData(rows, _summary(rows), told, tuple(dict.fromkeys(references)), named(FAR))


def _summary(rows: Rows) -> Rows:
    """Lambda of every curve at some dimensions, of the strongest record where there are several."""
    line = picked(rows, panel="dimension")
    known = sorted({row["dimension"] for row in line})
    shown = [d for d in (3.0, 3.5, 4.5, 6.0) if d in known] or known[:: max(len(known) // 3, 1)]
    found = []
    for curve in dict.fromkeys(row["curve"] for row in line):
        mine = picked(line, curve=curve)
        best = [max((row["cutoff_gev"] for row in picked(mine, dimension=d)), default=None) for d in shown]
        cl = {row["cl"] for row in mine}
        entry = {"curve": curve, "cl": cl.pop() if len(cl) == 1 else None}
        found.append(entry | {f"dim. {d:g}": value for d, value in zip(shown, best, strict=True)})
    return found


def paint(figure: Any, data: FigureData) -> None:
    """Against the dimension left, with the names of the curves at their ends; against the gap right."""
    left, right = figure.subplots(1, 2, width_ratios=(1, 1.1))
    used = data.settings
    for axis, panel, x in ((left, "dimension", "dimension"), (right, "gap", "gap_gev")):
        mine = picked(data.rows, panel=panel)
        if not mine:
            say_closed(axis)
            continue
        at, cutoffs = columns(mine, x, "cutoff_gev")
        low, high = max(cutoffs.min() / 3, LOW_GEV), 2 * cutoffs.max()
        high = min(high, HIGH_GEV) if panel == "dimension" else high
        axis.set(yscale="log", ylim=(low, high), xlim=ends(at), ylabel=r"$\Lambda_{UV}$ [GeV]")
        axis.set_xscale("log" if panel == "gap" else "linear")
        records = _paint_records(axis, picked(mine, curve=RECAST), x)
        for curve, (_, *look) in LOOKS.items():
            _paint_curve(axis, picked(mine, curve=curve), x, look, used["truncated"])
        _paint_invalid(axis, mine, x)
        names = (
            [] if panel == "dimension" else [_named(picked(mine, curve=curve), x, used["truncated"]) for curve in LOOKS]
        )
        label_curves(axis, [*names, *records], 7.0)
    left.set_xlabel(r"dimension $\Delta_N$ of the operator [1]")
    right.set_xlabel("gap $M_N$ [GeV]")
    left.set_title(f"$M_N$ = {used['gap_gev']:g} GeV", fontsize=9)
    right.set_title(rf"$\Delta_N$ = {used['dimension']:g}", fontsize=9)
    words = "dotted: the effective theory does not describe all of the limit; grey, N: published decays of heavy leptons, recast"
    figure.suptitle("" if used["truncated"] else words, fontsize=8, x=0.99, ha="right")
    _name_ends(left, picked(data.rows, panel="dimension"), used["truncated"])


def _named(rows: Sequence[Any], x: str, truncated: bool) -> tuple[Any, Any, str, str]:
    """A curve with its name and colour, as labels take it."""
    at, value = columns(rows, x, "cutoff_truncated_gev" if truncated else "cutoff_gev")
    words, color, *_ = LOOKS[rows[0]["curve"]] if rows else ("", "black")
    return at, np.where(value > 0, value, np.nan), words, COLORS[color]


def _paint_curve(axis: Any, rows: Sequence[Any], x: str, look: Sequence[Any], truncated: bool) -> None:
    """A line, dotted where the effective theory does not describe all of it."""
    if not rows:
        return
    color, dashes, width = look
    at, value, cut = columns(rows, x, "cutoff_gev", "cutoff_truncated_gev")
    style = {"color": COLORS[color], "marker": "o" if len(rows) == 1 else None}
    if truncated:
        axis.plot(at, np.where(cut > 0, cut, np.nan), ls=dashes, lw=width, **style)
        return
    good = np.array([row["described"] for row in rows])
    axis.plot(at, np.where(good, value, np.nan), ls=dashes, lw=width, **style)
    # one point of the full line too, so that both meet
    bad = ~good | np.append(~good[1:], False) | np.append(False, ~good[:-1])
    axis.plot(at, np.where(bad, value, np.nan), ls=":", lw=1.2, **style)


def _paint_invalid(axis: Any, rows: Sequence[Any], x: str) -> None:
    """Where 5% of the jets of the first search are heavier than Lambda."""
    first = next((row["curve"] for row in rows if "m95_gev" in row), None)
    if first is None:
        return
    at, heavy = columns(picked(rows, curve=first), x, "m95_gev")
    if heavy.max() < axis.get_ylim()[0]:
        return
    axis.fill_between(at, LOW_GEV, heavy, facecolor="none", edgecolor=COLORS["grey"], hatch="///", lw=0.0, alpha=0.5)
    words = rf"effective theory not valid for {first.split(',')[0]}: $\Lambda < M_{{95}}$ of its jets"
    around = {"boxstyle": "square,pad=0.2", "fc": "white", "ec": "none"}
    axis.annotate(words, (0.02, 0.02), xycoords="axes fraction", fontsize=7, bbox=around)


def areas_of_records(rows: Sequence[Any], x: str, lowest: float) -> Iterator[tuple[Any, Any, Any]]:
    """What each record on heavy neutral leptons excludes.

    Parameters
    ----------
    rows : sequence of dict
        Rows of :data:`RECAST`.
    x : str
        Column that they are drawn against.
    lowest : float
        Scale [GeV] down to which they exclude where no far side is known.

    Yields
    ------
    at, cutoff_gev, far_side : ndarray
        Of one record.
    """
    for record in dict.fromkeys(row["record"] for row in rows):
        mine = picked(rows, record=record)
        at, cutoff = columns(mine, x, "cutoff_gev")
        yield at, cutoff, np.array([row["far_side"] or lowest for row in mine])


def _paint_records(axis: Any, rows: Sequence[Any], x: str) -> list[tuple[Any, Any, str, str]]:
    """What records on heavy neutral leptons exclude together; those that reach highest, as labels take them."""
    for at, value, far in areas_of_records(rows, x, LOW_GEV):
        axis.fill_between(at, np.maximum(far, LOW_GEV), value, color=EXCLUDED, lw=0.8)
    best: dict[float, Any] = {}
    for row in rows:
        if row["cutoff_gev"] > best.get(row[x], {"cutoff_gev": 0.0})["cutoff_gev"]:
            best[row[x]] = row
    line = [best[at] for at in sorted(best)]
    names = dict.fromkeys(row["record"] for row in line)
    named = []
    for name in names:
        at, value = columns(picked(line, record=name), x, "cutoff_gev")
        named.append((at, value, f"{name}: $N$", TEXT))
    return named


def _name_ends(axis: Any, rows: Sequence[Any], truncated: bool) -> None:
    """Names beside the right ends of the curves, apart from each other."""
    column = "cutoff_truncated_gev" if truncated else "cutoff_gev"
    last: dict[str, tuple[float, float]] = {}
    for curve in LOOKS:
        drawn = [row for row in picked(rows, curve=curve) if row[column] > LOW_GEV]
        if drawn:
            last[curve] = (np.log10(drawn[-1][column]), drawn[-1]["dimension"])
    last = dict(sorted(last.items(), key=lambda item: item[1][0]))
    low, high = np.log10(axis.get_ylim())
    places = spread([height for height, _ in last.values()], 0.026 * (high - low))
    for (curve, (_, end)), place in zip(last.items(), places, strict=True):
        words, color, *_ = LOOKS[curve]
        axis.annotate(
            words, (end, 10**place), (5, 0), textcoords="offset points", va="center", fontsize=7.5,
            color=COLORS[color], annotation_clip=False,
        )  # fmt: skip


RECIPE = Recipe(
    title="scale of composite neutrinos against dimension and gap: neutrino beams, decays of Z, h, W, K, and heavy leptons",
    compute=compute,
    paint=paint,
    size=(12.0, 6.0),
    limits=True,
    keys=(
        Setting("dimension", 4.5, "dimension of the operator, right", low=1.5, open_low=True, high=12),
        Setting("gap_gev", 1.0, "mass of the lightest dark state, left", unit="GeV", low=1e-3, high=100.0),
        Setting(
            "dimensions",
            tuple(np.arange(2.5, 7.01, 0.25).tolist()),
            "dimensions, left",
            "numbers",
            low=1.5,
            open_low=True,
            high=12,
        ),
        Setting("mass", "100:30000:31:log", "gaps [MeV], right", "text"),
        Setting("norm", "free", "normalisation of the operator", "choice", choices=tuple(NORMS)),
        Setting("flavor", "mu", "neutrino that it mixes with", "choice", choices=FLAVORS),
        Setting("decay", "none", "where a tagged jet must decay", "choice", choices=("none", "target", "volume")),
        Setting("truncated", False, "draw what states with M < Lambda alone give", "flag"),
    ),
)
