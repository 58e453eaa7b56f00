"""Rows of a combination: which parts speak at a mass, their joint limit, and what each of them adds."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.combining.limits import MEDIAN, Common, Solved, of_bins, of_both, of_counts
from darkfactory.combining.parts import Part, strength_of
from darkfactory.searches.base import is_scale, listed
from darkfactory.statistics import BinnedModel
from darkfactory.statistics.counting import POISSON_BELOW

__all__ = ["Rows", "combined_rows"]

Array = NDArray[np.float64]
NAMES = ("m2", "m1", "median", "p1", "p2")


@dataclass(frozen=True)
class Rows:
    """Rows by mass, the priors of all nuisances, notes, and the joint likelihood and its counts if there is one mass."""

    rows: list[dict[str, Any]]
    nuisances: Mapping[str, float]
    notes: list[str]
    joint: BinnedModel | None
    data: Array | None = None


def combined_rows(
    parts: Sequence[Part], masses: Array, coupling: str, cl: float, method: str, shared: Sequence[str]
) -> Rows:
    """Joint limits at all masses.

    Parameters
    ----------
    parts : sequence of Part
        What is combined.
    masses : ndarray, shape (H,)
        Masses [MeV].
    coupling : str
        Coupling that is limited.
    cl, method : float, str
        Confidence level and method.
    shared : sequence of str
        Nuisances that are common.

    Returns
    -------
    Rows
        In the order of the masses.
    """
    common, has_data = Common(cl, method, frozenset(shared)), all(part.has_data for part in parts)
    own = {part.label: _own(part, masses, coupling, cl, method) for part in parts}
    found: dict[int, dict[str, Any]] = {}
    nuisances: dict[str, float] = {}
    few, joint, data = [], None, None
    for speaking, rows in _groups(parts, masses):
        solved = _solved(speaking, masses[rows], common)
        nuisances |= solved.nuisances if solved else {}
        alone = solved if solved and len(masses) == 1 and solved.intervals is None else None
        joint, data = (alone.model, alone.data) if alone else (None, None)
        for r, h in enumerate(rows):
            own_at = {label: float(values[h]) for label, values in own.items()}
            found[h] = _row(solved, r, speaking, float(masses[h]), coupling, own_at, has_data)
            few += [masses[h]] if solved and solved.poisson[r] else []
    notes = _notes(parts, masses, shared, nuisances, has_data)
    if few:
        notes.append(
            f"fewer than {POISSON_BELOW:g} effective background events at {listed(sorted(few))} MeV: exact Poisson CLs with the "
            "median outcome"
        )
    return Rows([found[h] for h in range(len(masses))], nuisances, notes, joint, data)


def _own(part: Part, masses: Array, coupling: str, cl: float, method: str) -> Array:
    """Strengths of a part's own limits; inf where it says nothing."""
    out, rows = np.full(len(masses), np.inf), [h for h, mass in enumerate(masses) if part.usable(mass)]
    if rows:
        found = strength_of(coupling, part.own_limits(masses[rows], cl, method))
        out[rows] = np.where(found > 0, found, np.inf)
    return out


def _groups(parts: Sequence[Part], masses: Array) -> list[tuple[tuple[Part, ...], list[int]]]:
    """Parts that speak, with the masses at which they do; fits of the same bins go together."""
    found: dict[Any, tuple[tuple[Part, ...], list[int]]] = {}
    for h, mass in enumerate(masses):
        speaking = tuple(part for part in parts if part.usable(mass))
        together = all(part.together and not part.counts for part in speaking)
        key = (speaking, None if together else h)
        found.setdefault(key, (speaking, []))[1].append(h)
    return list(found.values())


def _solved(parts: Sequence[Part], masses: Array, common: Common) -> Solved | None:
    bins = {part.label: part.bins(masses) for part in parts if not part.counts}
    windows = {part.label: part.window(float(masses[0])) for part in parts if part.counts}
    if not parts:
        return None
    if not windows:
        return of_bins(bins, common)
    return of_both(bins, windows, common) if bins else of_counts(windows, common)


def _row(
    solved: Solved | None,
    r: int,
    parts: Sequence[Part],
    mass: float,
    coupling: str,
    own: Mapping[str, float],
    has_data: bool,
) -> dict[str, Any]:
    """A row as it is written to JSON; what is not quoted is None."""

    def number(y: float) -> float | None:
        value = float(strength_of(coupling, y))
        return value if math.isfinite(value) and not (is_scale(coupling) and value == 0) else None

    strength = solved.strength[r] if solved else np.full(len(NAMES), np.inf)
    y, best = float(strength[MEDIAN]), min(own, key=lambda label: own[label])
    limited = 0 < y < math.inf
    row: dict[str, Any] = {
        "mass": mass,
        "status": str(solved.status[r]) if solved else "closed",
        "expected": {coupling: number(y) if limited else None},
        "observed": None,
        "band": {name: number(float(value)) for name, value in zip(NAMES, strength, strict=True) if name != "median"},
        "parts": {label: number(value) for label, value in own.items()},
        "best": best if math.isfinite(own[best]) else None,
        "gain": own[best] / y if limited and math.isfinite(own[best]) else None,
        "information": dict.fromkeys(own),
        "correlation": {},
        "limited_by": None,
    }
    if solved is None:
        return row
    if has_data and solved.observed is not None:
        row["observed"] = {coupling: number(float(solved.observed[r]))}
    # of bins and counts together those of bins come first
    order = [*(part for part in parts if not part.counts), *(part for part in parts if part.counts)]
    information, total = solved.information[r], float(solved.information[r].sum())
    shares = {part.label: float(value) / total for part, value in zip(order, information, strict=True)} if total else {}
    row["information"] |= shares
    row["correlation"] = dict(zip(solved.nuisances, map(float, solved.correlations[r]), strict=False))
    row["limited_by"] = str(solved.limited_by[r]) or None
    if solved.intervals is not None:
        edges = strength_of(coupling, solved.intervals)
        pairs = np.sort(edges, axis=None).reshape(-1, 2)
        row["excluded"] = [[float(e) if 0 < e < math.inf else None for e in pair] for pair in pairs]
    return row


def _notes(
    parts: Sequence[Part], masses: Array, shared: Sequence[str], nuisances: Mapping[str, float], has_data: bool
) -> list[str]:
    notes = []
    if nuisances:
        alone = "every other nuisance belongs to one part alone (correlation 0)"
        notes.append(
            f"one and the same in all parts (correlation 1): {', '.join(shared)}; {alone}" if shared else alone
        )
    for part in parts:
        silent = [mass for mass in masses if not part.usable(mass)]
        if silent:
            notes.append(f"without {part.label} at {listed(silent)} MeV, where it is closed or says nothing")
    without = [part.label for part in parts if not part.has_data]
    if without and not has_data and len(without) < len(parts):
        notes.append(f"no observed limits: {', '.join(without)} without counts")
    return notes
