r"""Limits on a dark photon as limits on other couplings: production times branching ratio times what the lifetime leaves.

A scale x multiplies the given couplings. At the edges of what is published the number of events is the allowed one; the same
number is looked for as a function of x (:cite:`Ilten:2018crw`):

- ``prompt``: x^2 P B = epsilon^2 B', as long as the mean flight is not beyond the window of the search, or that of the dark
  photon itself at its limit, for which the search was made;
- ``two-edges``: decays between t0 and t0 (1 + d/L) of proper time, L and d the lengths of shield and decay volume. That both
  edges of the record have the same number of events says what t0 is, and with it where both edges of the vector are;
- ``dump``: edges of the record move as those of the same dump, computed, from the dark photon to the other;
- ``moment``: a magnetic moment, x^2 P = epsilon^2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.vector_charges import PUBLISHED_FOR
from darkfactory.bounds.vector_rules import NO_RULE, RULES, VectorRule
from darkfactory.constants import GEV, HBAR_C_MEV_MM
from darkfactory.errors import NotInRecord

__all__ = ["DumpEdges", "displaced_edges", "prompt_edge", "recast_couplings", "refusal"]

Array = NDArray[np.float64]
DumpEdges = Callable[[str, Any, float, tuple[str, ...]], Array]
"""(card, couplings, mass [MeV], final states that are seen) -> intervals of x that the dump of the card excludes."""
Edges = tuple[float, float]
_NOTHING: Edges = (math.inf, 0.0)


@dataclass(frozen=True)
class _Vector:
    """What counts of a vector at one mass, production and set of final states, all for x = 1."""

    production: float
    width: float
    branching: float

    @classmethod
    def of(cls, charges: Any, mass: float, mode: str, states: tuple[str, ...], rule: VectorRule) -> _Vector:
        if not rule.decays:
            return cls(charges.production(mode), 1.0, 1.0)
        widths = charges.widths(mass)
        width = math.fsum(widths.values())
        seen = math.fsum(widths[state] for state in states)
        return cls(charges.production(mode), width, seen / width if width > 0 else 0.0)

    @property
    def signal(self) -> float:
        """Production times branching ratio."""
        return self.production * self.branching


def _log_signal(z: float, ratio: float) -> float:
    """Logarithm of y (exp(-y) - exp(-y (1 + ratio))) at y = e^z: signal against the coupling, y = t0 Gamma."""
    y = math.exp(z)
    return z - y + math.log(-math.expm1(-ratio * y))


def _peak(ratio: float) -> float:
    """Where :func:`_log_signal` is largest."""

    def slope(z: float) -> float:
        y = math.exp(z)
        return 1 - y + ratio * y / math.expm1(min(ratio * y, 700.0))

    return float(brentq(slope, -40.0, math.log(2.0), xtol=1e-13))


def displaced_edges(
    low: float, high: float, ratio: float, published: tuple[float, float], wanted: tuple[float, float]
) -> Array:
    """Both edges of a displaced search, for a vector that is made and decays otherwise than the published one.

    Parameters
    ----------
    low, high : float
        Published edges of the coupling.
    ratio : float
        Length of the decay volume over that of the shield.
    published, wanted : tuple of float
        Production times branching ratio, and total width (any unit), at coupling 1; of the published vector and of the other.

    Returns
    -------
    ndarray, shape (k, 2)
        Excluded interval of the other coupling, none if it never makes enough events.

    Examples
    --------
    A lifetime shorter by 4 moves the lower edge by 1 / sqrt(2), where all are long-lived, and the upper edge by about 1/2:

    >>> displaced_edges(1e-7, 1e-5, 0.1, (1.0, 1.0), (1.0, 4.0)).round(9).tolist()
    [[7.1e-08, 4.782e-06]]
    """
    peak = _peak(ratio)
    z_low, z_high = (math.log(published[1] * edge**2) for edge in (low, high))

    def difference(log_t: float) -> float:
        return _log_signal(log_t + z_low, ratio) - _log_signal(log_t + z_high, ratio)

    log_t = brentq(difference, peak - z_high, peak - z_low, xtol=1e-13)
    if not wanted[0] * wanted[1] > 0:
        return np.empty((0, 2))
    # x^2 P B [...] of both are equal; x^2 is y over t0 Gamma
    level = _log_signal(log_t + z_low, ratio) + math.log(published[0] / published[1]) - math.log(wanted[0] / wanted[1])
    if level >= _log_signal(peak, ratio):
        return np.empty((0, 2))

    def excess(z: float) -> float:
        return _log_signal(z, ratio) - level

    first = (level - math.log(ratio)) / 2 - 1e-9  # the signal is below ratio y^2, and below exp(-y / 2)
    last = max(math.log(max(-2 * level, 1.0)), peak) + 1.0
    ends = (brentq(excess, min(first, peak), peak, xtol=1e-13), brentq(excess, peak, last, xtol=1e-13))
    return np.array([[math.exp((z - log_t - math.log(wanted[1])) / 2) for z in ends]])


def prompt_edge(
    low: float, slowest: float, published: tuple[float, float], wanted: tuple[float, float]
) -> tuple[float, bool]:
    """Lower edge of a prompt search, for a vector that is made and decays otherwise than the published one.

    Parameters
    ----------
    low : float
        Published limit on the coupling.
    slowest : float
        Smallest width that is prompt, in the unit of the widths.
    published, wanted : tuple of float
        As for :func:`displaced_edges`.

    Returns
    -------
    edge : float
        Limit on the other coupling, inf if it is never seen.
    by_lifetime : bool
        Whether the flight decides, not the number of events.

    Examples
    --------
    >>> prompt_edge(1e-3, 0.0, (1.0, 1.0), (0.25, 1.0)), prompt_edge(1e-3, 1e-6, (1.0, 1.0), (1.0, 0.25))
    ((0.002, False), (0.002, True))
    """
    if not wanted[0] * wanted[1] > 0:
        return math.inf, False
    enough = low * math.sqrt(published[0] / wanted[0])
    fast = math.sqrt(min(slowest, published[1] * low**2) / wanted[1])
    return max(enough, fast), fast > enough


@dataclass(frozen=True)
class _Recast:
    """One record, one mass, one vector."""

    record: CouplingBound
    rule: VectorRule
    charges: Any
    mass: float
    dump_edges: DumpEdges | None

    def rows(self) -> list[dict[str, Any]]:
        """One per interval that is excluded."""
        candidates = self.rule.candidates(self.mass)
        if not candidates:
            raise self._none("what makes the vector here is not in its rule")
        return [row for edges in self._published() if (row := self._row(edges, candidates))]

    def _none(self, reason: str) -> NotInRecord:
        return NotInRecord(f"{self.record.name}: mass = {self.mass:g} MeV: {reason}")

    def _published(self) -> list[Edges | None]:
        """Published intervals; None of a record whose contour is not shipped, but whose dump is computed."""
        try:
            return [(float(low), float(high)) for low, high in self.record.limit(self.mass).intervals(self.mass)]
        except NotInRecord:
            form = next((limit.form for limit in self.record.limits if limit.covers(self.mass)), "")
            if form in ("band", "user-file") and self.rule.dump and self.dump_edges:
                return [None]
            raise

    def _row(self, edges: Edges | None, candidates: list[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
        """What is left of a published interval with every candidate; empty if nothing is."""
        base, found = PUBLISHED_FOR[self.record.quantity], []
        for mode, states in candidates:
            one, other = (_Vector.of(each, self.mass, mode, states, self.rule) for each in (base, self.charges))
            if one.signal > 0:
                found.append((*self._interval(edges, one, other, states), mode, states, other))
        if not found:
            raise self._none("the vector of the record is not seen in any final state of its rule")
        low, _, limited_by, rule, mode, states, vector = max(found, key=lambda each: each[0])
        high = min(each[1] for each in found)
        if not low < high:
            return {}
        near, far = edges or (None, None)
        row = {"rule": rule, "scale": low, "far_side": high, "published": near, "published_far": far}
        row |= {"production": mode, "limited_by": limited_by}
        if self.rule.decays:
            ctau = HBAR_C_MEV_MM / (vector.width * low**2)
            row |= {"seen": "+".join(states), "branching_ratio": vector.branching, "ctau_mm": ctau}
        return row | {key: None for key, value in row.items() if value == math.inf}

    def _interval(
        self, edges: Edges | None, one: _Vector, other: _Vector, states: tuple[str, ...]
    ) -> tuple[float, float, str, str]:
        """Excluded interval of x (inf, 0 for none), what limits it, and the rule."""
        if self.rule.dump and self.dump_edges is not None:
            first, second = (
                _ends(self.dump_edges(self.rule.dump, each, self.mass, states))
                for each in (PUBLISHED_FOR[self.record.quantity], self.charges)
            )
            if edges is None:
                return *second, "rate", "dump"
            if first != _NOTHING:
                return edges[0] * second[0] / first[0], edges[1] * second[1] / first[1], "rate", "dump"
        if edges is None or self.charges.spin == 0:
            raise self._none("outside the masses of the computed dump, and no other rule holds")
        published, wanted = (one.signal, one.width), (other.signal, other.width)
        if self.rule.displaced:
            shield, volume = self.rule.displaced
            return *_ends(displaced_edges(*edges, volume / shield, published, wanted)), "rate", "two-edges"
        energy_gev, window_mm = self.rule.prompt or (0.0, math.inf)
        slowest = energy_gev * GEV / self.mass * HBAR_C_MEV_MM / window_mm
        low, by_lifetime = prompt_edge(edges[0], slowest, published, wanted)
        return low, math.inf, "lifetime" if by_lifetime else "rate", "prompt" if self.rule.prompt else "moment"


def _ends(intervals: Array) -> Edges:
    """Outer ends of intervals."""
    return (float(intervals[0, 0]), float(intervals[-1, 1])) if len(intervals) else _NOTHING


def refusal(record: CouplingBound, charges: Any) -> str:
    """Why a record cannot be recast to these couplings at any mass; empty if it can.

    Parameters
    ----------
    record : CouplingBound
        Any.
    charges : VectorCharges or YukawaCharges
        Couplings.

    Returns
    -------
    str
        The reason.
    """
    if record.quantity not in PUBLISHED_FOR:
        return f"limits {record.quantity}; a recast to couplings takes limits on {' or '.join(PUBLISHED_FOR)}"
    if record.name not in RULES:
        return NO_RULE.get(record.name, "nobody put in how the vector is made there, and where it must decay")
    rule = RULES[record.name]
    if charges.spin == 0 and not rule.of_any_spin:
        dumps = ", ".join(name for name, one in RULES.items() if one.of_any_spin)
        return f"spin 0 is made otherwise than a vector: only where a dump of electrons is computed ({dumps})"
    if not rule.decays and charges.g_A_e:
        return "the loop of an axial coupling is not included; leave out model.g_A_e"
    return ""


def recast_couplings(
    record: CouplingBound, charges: Any, mass: float, dump_edges: DumpEdges | None = None
) -> list[dict[str, Any]]:
    """Excluded intervals of the scale of all couplings at a mass, by one record.

    Parameters
    ----------
    record : CouplingBound
        A limit on a dark photon, or on the vector of L_mu - L_tau.
    charges : VectorCharges or YukawaCharges
        Couplings that the scale multiplies.
    mass : float
        Mass [MeV], > 0.
    dump_edges : callable, optional
        What a computed beam dump excludes: edges of a record of the same experiment move as those of the dump.

    Returns
    -------
    list of dict
        One row per interval, or one with ``status`` ``not-applicable``, ``not-in-record`` or ``allowed``, and the ``reason``.
    """
    about = {"name": record.name, "mass": float(mass), "quantity": record.quantity, "kind": record.kind}
    if said := refusal(record, charges):
        return [about | {"status": "not-applicable", "reason": said}]
    recast = _Recast(record, RULES[record.name], charges, mass, dump_edges)
    try:
        found = recast.rows()
    except NotInRecord as refused:
        return [about | {"status": "not-in-record", "reason": str(refused)}]
    if not found:
        reason = f"{record.name}: mass = {mass:g} MeV: no coupling gives the number of events that is excluded"
        return [about | {"status": "allowed", "reason": reason}]
    limit = next(one for one in record.limits if one.covers(mass))
    return [
        about
        | {"cl": limit.cl, "provenance": "computed" if row["published"] is None else limit.origin}
        | row
        | {"status": "ok", "reason": ""}
        for row in found
    ]
