"""Curves that figures share: reaches, published limits, the best laboratory limit, regions that couplings exclude."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory import bounds
from darkfactory.errors import DarkfactoryError, NotInRecord
from darkfactory.figures.points import columns, picked
from darkfactory.models import CHIRALITIES
from darkfactory.processes.muon_decay.scales import canonical, is_closed
from darkfactory.searches.registry import SEARCHES
from darkfactory.style import COLORS
from darkfactory.verbs.reach import Reach, reach

__all__ = [
    "PLANNED",
    "drawable",
    "excluded",
    "laboratory",
    "limit_rows",
    "notes_of",
    "pieces",
    "reach_rows",
    "reaches",
    "statistics",
    "strongest",
]

Array = NDArray[np.float64]
PLANNED: dict[str, tuple[tuple[str, str, str, dict[str, Any]], ...]] = {
    "mu -> e a": (
        ("MEGII-fwd", "forward-positron", "megii-fwd", {}),
        ("MEGII-fwd, focusing", "forward-positron", "megii-fwd", {"search.focus": 100}),
        ("Mu3e phase I, online", "forward-positron", "mu3e-phase1", {}),
        ("MEG II, photon", "missing-mass-photon", "meg2", {}),
        ("Mu3e phase I, tracks", "missing-mass-tracks", "mu3e-phase1", {"search.precision": 0.02}),
        ("Mu3e phase II, tracks", "missing-mass-tracks", "mu3e-phase2", {"search.precision": 0.02}),
    ),
    "tau -> mu a": (("Belle II", "forward-positron", "belle2", {"search.channel": "tau-mu"}),),
    "tau -> e a": (("Belle II", "forward-positron", "belle2", {"search.channel": "tau-e"}),),
}
"""Label, search, card and settings by channel; one that is not in the registry is left out and named in the notes."""
TRACKS_UP_TO = 75.0
"""Largest mass [MeV] with three tracks: above, they can hardly all pass the thresholds."""
_MASSES = {
    "mu -> e a": (0.0, 1.0, 3.0, 6.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0),
    "tau -> mu a": (0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0),
    "tau -> e a": (0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0),
}


def reach_rows(found: Reach, coupling: str, *, every: bool = False, **common: Any) -> list[dict[str, Any]]:
    """Rows of a reach: mass, branching ratio and coupling, what limits, CL, method and z.

    Parameters
    ----------
    found : Reach
        The reach.
    coupling : str
        Name of its coupling.
    every : bool
        Also the masses without a limit.
    **common
        The same in every row.
    """
    stated = {"cl": found.cl, "method": found.method, "z": found.z, "provenance": "computed"} | common
    rows = []
    for point in found.rows:
        if not (every or (point["status"] == "ok" and point["expected"][coupling])):
            continue
        limits = {name: point["expected"][name] for name in ("branching_ratio", coupling)}
        row = {"mass_mev": point["mass"], **limits, "status": point["status"], "limited_by": point["limited_by"]}
        row |= {key: point[key] for key in ("gain", "ctau_mm", "prompt_efficiency") if key in point}
        rows.append(row | stated)
    return rows


def limit_rows(
    bound: bounds.Bound, masses: Any, chirality: str, cl: float | None = None, **common: Any
) -> list[dict[str, Any]]:
    """Rows of a published limit on l -> l' a, where its record answers.

    Parameters
    ----------
    bound : Bound
        The record.
    masses : array_like
        ALP masses [MeV].
    chirality : str
        ``V+A``, ``V-A``, ``V``, ``A``.
    cl : float, optional
        Rescale to this confidence level; the published one by default.
    **common
        The same in every row.
    """
    rows = []
    for row in bounds.curve(bound, masses, *CHIRALITIES[chirality], cl, channel="mu -> e a"):
        if row["status"] == "ok":
            how = f"published at {row['published_cl']:g}" + (", rescaled" if row["rescaled"] else "")
            about = {
                "curve": bound.label,
                "record": bound.name,
                "kind": bound.kind,
                "chirality": chirality,
                "mass_mev": row["mass"],
            }
            about |= {key: row[key] for key in ("branching_ratio", "F_gev", "cl", "status", "provenance")}
            rows.append(about | {"method": how, "z": None, "reference": row["citation_key"]} | common)
    return rows


def reaches(
    channel: str, chirality: str, only: Collection[str] | None = None, masses: Sequence[float] = ()
) -> tuple[list[dict[str, Any]], list[str], list[str]]:
    """Reaches of the searches in the package on one channel, at their own CL and method.

    Parameters
    ----------
    channel : str
        ``mu-e``, ``tau-mu``, ``tau-e``.
    chirality : str
        ``V+A``, ``V-A``, ``V``, ``A``.
    only : collection of str, optional
        Labels of the reaches; all by default.
    masses : sequence of float
        ALP masses [MeV]; a grid of each channel by default.

    Returns
    -------
    rows, references, notes
        Points with curve, mass_mev, F_gev, cl, method; citation keys; what was left out and why, and where a limit is far
        below its background.
    """
    name = canonical(channel)
    rows: list[dict[str, Any]] = []
    references: list[str] = []
    notes: list[str] = []
    for label, search, card, settings in PLANNED[name]:
        if only is not None and label not in only:
            continue
        if search not in SEARCHES:
            notes.append(f"{label}: not drawn, the package has no search {search}")
            continue
        given = {**settings, "model.chirality": chirality}
        used = [m for m in masses or _MASSES[name] if search != "missing-mass-tracks" or m <= TRACKS_UP_TO]
        try:
            found = reach(search, card, mass=np.array(used), settings=given)
        except DarkfactoryError as error:
            notes.append(f"{label}: not drawn, {str(error).splitlines()[0]}")
            continue
        rows += reach_rows(found, "F_gev", curve=label, kind="expected", chirality=chirality, reference="")
        references += found.references
        notes += [f"{label}: {note}" for note in found.result.notes if note.startswith("limits down to")]
    return rows, references, notes


def laboratory(channel: str, chirality: str, masses: Any) -> tuple[list[dict[str, Any]], list[str]]:
    """Strongest published limit on F at each mass [MeV] for one chirality, at its own CL.

    Parameters
    ----------
    channel, chirality
        As for :func:`reaches`.
    masses : array_like
        ALP masses [MeV].

    Returns
    -------
    rows, references
        Points with the record that is strongest; citation keys. Where no record answers there is no point.
    """
    rows, keys = [], []
    for mass in masses:
        if is_closed(channel, mass):
            continue
        best = bounds.best_limit(channel, float(mass), *CHIRALITIES[chirality])
        if best.status == "no-limit":
            continue
        more = {"kind": "observed", "chirality": chirality, "cl": best.cl, "method": "published", "record": best.name}
        more |= {"provenance": best.provenance, "reference": best.reference}
        rows.append({"curve": "laboratory", "mass_mev": float(mass), "F_gev": float(best.F_gev), **more})
        keys.append(best.reference)
    return rows, list(dict.fromkeys(keys))


def drawable(
    quantity: str,
    masses: Any,
    *,
    to: str = "",
    column: str = "",
    conditional: bool = False,
    kind: str = "observed",
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
    conditional : bool
        Also the records that figures draw only when asked, because of what they assume.
    kind : str
        ``observed`` or ``projected``.

    Returns
    -------
    rows, notes, references
        One row per point, with cl, provenance and far side of a contour; which records were not drawn and why; what to cite.
    """
    target = to or quantity
    name = column or target
    rows: list[dict[str, Any]] = []
    inconclusive, elsewhere, unasked, keys = [], [], [], []
    for bound in bounds.load_coupling_bounds().values():
        if bound.quantity != quantity or bound.kind != kind:
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
            stated |= {"kind": kind, "assumes": bound.assumes, "reference": bound.reference}
            power = 2 if to == "epsilon2" else 1
            more = {"conditional": not bound.default} | ({} if far is None else {"far_side": far**power})
            rows.append({"curve": bound.label, "mass_mev": row["mass"], name: row["converted"], **more, **stated})
        if found and not (bound.default or conditional):
            unasked.append(f"{bound.label} (assumes {bound.assumes})")
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
    assumed: dict[str, list[str]] = {}
    for row in rows:
        assumed.setdefault(row["assumes"], []).append(row["curve"])
    notes += [f"{', '.join(dict.fromkeys(labels))}: assumes {words}" for words, labels in assumed.items()]
    return rows, notes, list(dict.fromkeys(keys))


def strongest(quantity: str, masses: Any, **common: Any) -> list[dict[str, Any]]:
    """The strongest observed limit at each mass, of the records that figures draw without being asked.

    Parameters
    ----------
    quantity : str
        A coupling or mixing, whose limits are upper ones.
    masses : array_like
        Masses [MeV].
    **common
        The same in every row.

    Returns
    -------
    list of dict
        Rows with ``curve``, the label of the record, where there is a limit.
    """
    known = [bound for bound in bounds.load_coupling_bounds().values() if bound.quantity == quantity]
    known = [bound for bound in known if bound.kind == "observed" and bound.default]
    rows = []
    for mass in masses:
        found = [(value, bound) for bound in known if (value := bound.value(float(mass))) is not None]
        if found:
            value, bound = min(found, key=lambda pair: pair[0])
            about = {"provenance": bound.limits[0].origin, "reference": bound.reference, "cl": bound.limits[0].cl}
            rows.append(
                {"curve": bound.label, "mass_mev": float(mass), quantity.split("_")[0]: value, **about, **common}
            )
    return rows


def excluded(axis: Any, rows: Sequence[Any], column: str, top: float) -> list[tuple[Array, Array, str, str]]:
    """Regions that observed limits exclude, in one grey, up to ``top`` or the far side of a region.

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

    Returns
    -------
    list of (x, y, text, color)
        What :func:`darkfactory.figures.labels.label_curves` writes beside them: a dagger for recalled numbers.
    """
    named = []
    for curve in dict.fromkeys(row["curve"] for row in picked(rows, kind="observed") if column in row):
        points = picked(rows, curve=curve)
        x, near = columns(points, "mass_mev", column)
        far = np.array([row.get("far_side", top) for row in points])
        marks = {"recalled": "\N{DAGGER}", "derived": " [derived]", "assumed": " [assumed]"}
        words = curve + marks.get(points[0]["provenance"], "")
        for part in pieces(x):
            if points[0]["conditional"]:
                axis.plot(x[part], near[part], color=COLORS["grey"], ls=(0, (3, 1, 1, 1)), lw=1.2)
            else:
                axis.fill_between(
                    x[part], near[part], far[part], facecolor=(COLORS["grey"], 0.18), edgecolor=COLORS["grey"], lw=0.7
                )
        named.append((*_outline(x, near, far, top), words, "#444444"))
    return named


def pieces(x: Array) -> list[slice]:
    """Parts of a curve on an even grid of the logarithm, which ends where masses are left out.

    Parameters
    ----------
    x : ndarray, shape (n,)
        Masses, rising.
    """
    steps = np.diff(np.log(x))
    ends = [0, *(np.flatnonzero(steps > 1.5 * np.median(steps)) + 1 if len(steps) else ()), len(x)]
    return [slice(start, end) for start, end in pairwise(ends)]


def _outline(x: Array, near: Array, far: Array, top: float) -> tuple[Array, Array]:
    """The edges that bound a region: both, or the lower one if nothing ends it below the top."""
    inside = far < top
    return np.concatenate([x, x[inside]]), np.concatenate([near, far[inside]])


def statistics(found: Reach) -> str:
    """Confidence level, method and z in words."""
    method = {"cls": "median CLs"}.get(found.method, found.method)
    return f"{100 * found.cl:g}% CL, {method}, z = {found.z:.4f}"


def notes_of(results: Iterable[Reach]) -> list[str]:
    """Notes of reaches, each once: recalled inputs together, and the most extreme limit relative to the background."""
    notes = list(dict.fromkeys(note for found in results for note in found.result.notes))
    recalled = [note for note in notes if note.startswith("recalled")]
    tight = [note for note in notes if note.startswith("limits down to")]
    kept = [note for note in notes if note not in recalled and note not in tight]
    if recalled:
        start = recalled[0].split(": ")[0]
        keys = dict.fromkeys(key for note in recalled for key in note.split(": ", 1)[1].split(", "))
        kept.append(f"{start}: {', '.join(keys)}")
    return kept + sorted(tight, key=lambda note: float(note.split()[3]))[:1]
