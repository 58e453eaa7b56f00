"""Curves that figures share: reaches, published limits, the best laboratory limit, regions that couplings exclude."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import numpy as np

from darkfactory import bounds
from darkfactory.bounds.recast import no_limit
from darkfactory.bounds.records import cl_or_own
from darkfactory.errors import DarkfactoryError, NotInRecord
from darkfactory.models import CHIRALITIES
from darkfactory.processes.muon_decay.scales import canonical
from darkfactory.searches.registry import SEARCHES
from darkfactory.verbs.reach import Reach, reach

__all__ = [
    "CHANNEL_MASSES",
    "PLANNED",
    "drawable",
    "laboratory",
    "limit_rows",
    "notes_of",
    "published_rows",
    "reach_rows",
    "reaches",
    "statistics",
]

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
CHANNEL_MASSES = {
    "mu -> e a": (0.0, 1.0, 3.0, 6.0, 10.0, 15.0, 20.0, 25.0, 30.0, 35.0, 40.0, 50.0, 60.0, 70.0, 80.0, 90.0),
    "tau -> mu a": (0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0),
    "tau -> e a": (0.0, 250.0, 500.0, 750.0, 1000.0, 1250.0, 1500.0),
}
"""ALP masses [MeV] of the reaches by channel."""


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
    channel: str,
    chirality: str,
    only: Collection[str] | None = None,
    masses: Sequence[float] = (),
    cl: float | None = None,
    tracks_at: Collection[float] | None = None,
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
        ALP masses [MeV]; :data:`CHANNEL_MASSES` by default.
    cl : float, optional
        Confidence level; that of each search by default.
    tracks_at : collection of float, optional
        Those of the masses at which three tracks are asked, which fit each mass by itself; all by default.

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
        used = list(masses or CHANNEL_MASSES[name])
        if search == "missing-mass-tracks":
            used = [m for m in used if m <= TRACKS_UP_TO and (tracks_at is None or m in tracks_at)]
        if not used:
            continue
        try:
            found = reach(search, card, mass=np.array(used), cl=cl, settings=given)
        except DarkfactoryError as error:
            notes.append(f"{label}: not drawn, {str(error).splitlines()[0]}")
            continue
        rows += reach_rows(found, "F_gev", curve=label, kind="expected", chirality=chirality, reference="")
        references += found.references
        notes += [f"{label}: {note}" for note in found.result.notes if note.startswith("limits down to")]
    return rows, references, notes


def laboratory(
    channel: str,
    chirality: str,
    masses: Any,
    records: Mapping[str, bounds.Bound] | None = None,
    cl: float | None = None,
) -> tuple[list[dict[str, Any]], list[str]]:
    """Strongest published limit on F at each mass [MeV] for one chirality, at its own CL.

    Parameters
    ----------
    channel, chirality
        As for :func:`reaches`.
    masses : array_like
        ALP masses [MeV].
    records : mapping, optional
        Records by name; the shipped ones by default.
    cl : float, optional
        Rescale to this confidence level those that allow it.

    Returns
    -------
    rows, references
        Points with the record that is strongest; citation keys. Where no record answers there is no point.
    """
    rows = []
    known = bounds.select(channel, "observed", bounds=records)
    for mass in masses:
        found = [limit for bound in known if (limit := _limit(bound, float(mass), chirality, cl)).status == "ok"]
        if found:
            best = max(found, key=lambda limit: limit.F_gev)
            rows.append({"curve": "laboratory", **_published(best, chirality)})
    return rows, list(dict.fromkeys(row["reference"] for row in rows))


def published_rows(
    channel: str,
    chirality: str | tuple[complex, complex],
    masses: Any,
    kind: str = "observed",
    records: Mapping[str, bounds.Bound] | None = None,
    cl: float | None = None,
) -> list[dict[str, Any]]:
    """Every published limit on F by itself, where its record answers.

    Parameters
    ----------
    channel, masses, records, cl
        As for :func:`laboratory`.
    chirality : str or (complex, complex)
        Its name, or C_V and C_A.
    kind : str
        ``observed`` or ``projected``.
    """
    return [
        {"curve": bound.label, **_published(limit, chirality)}
        for bound in bounds.select(channel, kind, bounds=records)
        for mass in masses
        if (limit := _limit(bound, float(mass), chirality, cl)).status == "ok"
    ]


def _limit(bound: bounds.Bound, mass: float, chirality: Any, cl: float | None) -> bounds.RecastLimit:
    """Limit of one record at a CL if it allows that, else at its own; status ``no-limit`` where it has none."""
    C_V, C_A = CHIRALITIES[chirality] if isinstance(chirality, str) else chirality
    try:
        return cl_or_own(lambda level: bound.branching_ratio_limit(mass, C_V, C_A, level), cl)
    except NotInRecord:
        return no_limit(bound.limits[0].channel, mass, cl, "")


def _published(limit: bounds.RecastLimit, chirality: Any) -> dict[str, Any]:
    same = ("kind", "cl", "published_cl", "rescaled", "provenance", "reference", "branching_ratio", "F_gev")
    words = chirality if isinstance(chirality, str) else "C_V = {}, C_A = {}".format(*chirality)
    about = {"mass_mev": limit.mass, "chirality": words, "method": "published", "record": limit.name}
    return about | {key: getattr(limit, key) for key in same}


def drawable(
    quantity: str,
    masses: Any,
    *,
    to: str = "",
    column: str = "",
    records: Mapping[str, bounds.CouplingBound] | None = None,
    conditional: bool = False,
    kind: str = "observed",
    cl: float | None = None,
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
    records : mapping, optional
        Records by name; the shipped ones by default.
    conditional : bool
        Also the records that figures draw only when asked, because of what they assume.
    kind : str
        ``observed`` or ``projected``.
    cl : float, optional
        Rescale to this confidence level those that allow it.

    Returns
    -------
    rows, notes, references
        One row per point, with cl, provenance and far side of a contour; which records were not drawn and why; what to cite.
    """
    target = to or quantity
    name = column or target
    rows: list[dict[str, Any]] = []
    inconclusive, elsewhere, unasked, keys, split = [], [], [], [], []
    labels: set[str] = set()
    for bound in (bounds.load_coupling_bounds() if records is None else records).values():
        if bound.quantity != quantity or bound.kind != kind:
            continue
        found, banded = [], False
        for mass in masses:
            try:
                row = cl_or_own(partial(bound.row, float(mass), to=target), cl)
            except NotInRecord as refused:
                banded = banded or "inconclusive" in str(refused)
                continue
            found.append(row)
        label = bound.name if bound.label in labels else bound.label
        for row in found:
            far = row["far_side"]
            stated = {key: row[key] for key in ("cl", "published_cl", "rescaled", "uncertainty_factor", "provenance")}
            stated |= {"kind": kind, "assumes": bound.assumes, "reference": bound.reference, "record": bound.name}
            power = 2 if to == "epsilon2" else 1
            more = {"conditional": not bound.default} | ({} if far is None else {"far_side": far**power})
            rows.append({"curve": label, "mass_mev": row["mass"], name: row["converted"], **more, **stated})
        if found and not (bound.default or conditional):
            unasked.append(f"{bound.label} (assumes {bound.assumes})")
            del rows[-len(found) :]
        elif found:
            keys.append(bound.reference)
            labels.add(label)
            several = [m for m in (row["mass"] for row in found) if len(bound.limit(m).intervals(m)) > 1]
            if several:
                ends = f"from {several[0]:.4g} to {several[-1]:.4g} MeV"
                split.append(f"{label}: of several excluded intervals at one mass the strongest is drawn, {ends}")
        elif banded:
            inconclusive.append(bound.label)
        else:
            elsewhere.append(bound.label)
    notes = [*_not_drawn(inconclusive, unasked, elsewhere), *split]
    assumed: dict[str, list[str]] = {}
    for row in rows:
        assumed.setdefault(row["assumes"], []).append(row["curve"])
    notes += [f"{', '.join(dict.fromkeys(labels))}: assumes {words}" for words, labels in assumed.items()]
    return rows, notes, list(dict.fromkeys(keys))


def _not_drawn(inconclusive: Sequence[str], unasked: Sequence[str], elsewhere: Sequence[str]) -> list[str]:
    """Which records are not drawn, and why."""
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
    return notes


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
