"""Reaches and laboratory limits on F of one channel and chirality, for figures that put them side by side."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

import numpy as np

from darkfactory import bounds
from darkfactory.errors import DarkfactoryError
from darkfactory.models import CHIRALITIES
from darkfactory.processes.muon_decay.scales import canonical, is_closed
from darkfactory.searches.registry import SEARCHES
from darkfactory.verbs.reach import reach

__all__ = ["PLANNED", "laboratory", "reaches"]

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


def _row(curve: str, mass: float, F_gev: float, **more: Any) -> dict[str, Any]:
    return {"curve": curve, "mass_mev": float(mass), "F_gev": float(F_gev), **more}


def reaches(
    channel: str, chirality: str, only: Collection[str] | None = None
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
        masses = [m for m in _MASSES[name] if search != "missing-mass-tracks" or m <= TRACKS_UP_TO]
        try:
            found = reach(search, card, mass=np.array(masses), settings=given)
        except DarkfactoryError as error:
            notes.append(f"{label}: not drawn, {str(error).splitlines()[0]}")
            continue
        for point in found.to_dict()["points"]:
            if point["status"] == "ok" and point["expected"]["F_gev"]:
                row = _row(label, point["mass"], point["expected"]["F_gev"], kind="expected", chirality=chirality)
                rows.append(row | {"cl": found.cl, "method": found.method, "provenance": "computed", "reference": ""})
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
        rows.append(_row("laboratory", mass, best.F_gev, **more, provenance=best.provenance, reference=best.reference))
        keys.append(best.reference)
    return rows, list(dict.fromkeys(keys))
