r"""Limits on a dark photon as limits on other couplings: production times branching ratio times what the lifetime leaves.

A scale x multiplies the given couplings. At the edges of what is published the number of events is the allowed one; the same
number is looked for as a function of x (:cite:`Ilten:2018crw`):

- ``prompt``: x^2 P B = epsilon^2 B', as long as the mean flight is not beyond the window of the search, or that of the dark
  photon itself at its limit, for which the search was made;
- ``two-edges``: decays between t0 and t0 (1 + d/L) of proper time, L and d the lengths of shield and decay volume. That both
  edges of the record have the same number of events says what t0 is, and with it where both edges of the vector are;
- ``dump``: the same with the energies and angles of a computed dump instead of one energy; both edges of the record say how long
  the flight is. A record whose contour is not shipped is the computed dump itself;
- ``moment``: a magnetic moment, x^2 P = epsilon^2.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from scipy.optimize import brentq, minimize_scalar

from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.vector_charges import PUBLISHED_FOR
from darkfactory.bounds.vector_rules import NO_RULE, RULES, VectorRule
from darkfactory.constants import GEV, HBAR_C_MEV_MM
from darkfactory.errors import NotInRecord

__all__ = ["Displaced", "DumpOf", "prompt_edge", "recast_couplings", "refusal", "shielded"]

Edges = tuple[float, float]
NOTHING: Edges = (math.inf, 0.0)
"""Edges of what is not excluded anywhere."""


@dataclass(frozen=True, eq=False)
class Displaced:
    """Events of a boson that must fly before it decays, as a function of x^2: rate / width times exp(shape(ln(width x^2))).

    Attributes
    ----------
    shape : callable
        Of z: z and the logarithm of the share of bosons of width e^z that is seen; it has one maximum.
    rate, width : float
        Production times branching ratio, and the total width, at x = 1.
    start : float
        A z near the maximum.
    log_allowed : float
        Logarithm of the allowed events, where they are known.
    """

    shape: Callable[[float], float]
    rate: float
    width: float
    start: float = 0.0
    log_allowed: float = math.nan

    @property
    def peak(self) -> float:
        """Where the shape is largest."""
        return float(minimize_scalar(lambda z: -self.shape(z), bracket=(self.start - 1, self.start + 1)).x)

    def edges(self, log_events: float, log_stretch: float = 0.0) -> Edges:
        """Edges of x between which there are more events; :data:`NOTHING` if nowhere.

        Parameters
        ----------
        log_events : float
            Logarithm of their number.
        log_stretch : float
            Logarithm of a factor on the width, which stands for lengths and energies that are not known.
        """
        if not self.rate * self.width > 0:
            return NOTHING
        level = log_events - math.log(self.rate / self.width) + log_stretch
        peak = self.peak

        def excess(z: float) -> float:
            return self.shape(z) - level

        if not excess(peak) > 0:
            return NOTHING
        ends = []
        for step in (-1.0, 1.0):
            far = peak + step
            while excess(far) > 0:
                step, far = 2 * step, far + 2 * step
            z = brentq(excess, min(peak, far), max(peak, far), xtol=1e-13)
            ends.append(math.exp((z - log_stretch - math.log(self.width)) / 2))
        return ends[0], ends[1]

    def moved(self, edges: Edges, other: Displaced) -> Edges:
        """Edges of another boson where those of this one are published: the flight is such that both have as many events.

        Parameters
        ----------
        edges : tuple of float
            Published.
        other : Displaced
            The other boson, with a shape that is made for the same search.

        Examples
        --------
        A lifetime shorter by 4 moves the lower edge by 1 / sqrt(2), where all are long-lived, and the upper edge by about 1/2:

        >>> one, other = (Displaced(shielded(0.1), 1.0, width) for width in (1.0, 4.0))
        >>> [float(f"{edge:.4g}") for edge in one.moved((1e-7, 1e-5), other)]
        [7.074e-08, 4.782e-06]
        """
        low, high = (math.log(self.width * edge**2) for edge in edges)
        peak = self.peak

        def difference(stretch: float) -> float:
            return self.shape(stretch + low) - self.shape(stretch + high)

        stretch = brentq(difference, peak - high, peak - low, xtol=1e-13)
        events = self.shape(stretch + low) + math.log(self.rate / self.width) - stretch
        return other.edges(events, stretch)


def shielded(ratio: float) -> Callable[[float], float]:
    """Shape of bosons of one energy behind a shield: y (exp(-y) - exp(-y (1 + ratio))) at y = e^z.

    Parameters
    ----------
    ratio : float
        Length of the decay volume over that of the shield.

    Returns
    -------
    callable
        See :class:`Displaced`.
    """

    def shape(z: float) -> float:
        y = math.exp(z)
        return z - y + math.log(-math.expm1(-ratio * y))

    return shape


DumpOf = Callable[[str, Any, float], Displaced | None]
"""(card, couplings, mass [MeV]) -> what its computed dump sees, every decay counted; None where it makes or sees nothing."""


@dataclass(frozen=True)
class _Boson:
    """What counts of a boson at one mass, production and set of final states, all for x = 1."""

    production: float
    width: float
    branching: float

    @classmethod
    def of(cls, charges: Any, mass: float, mode: str, states: tuple[str, ...], rule: VectorRule) -> _Boson:
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
        Production times branching ratio, and total width, at coupling 1; of the published vector and of the other.

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
    dump_of: DumpOf | None

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
            if form in ("band", "user-file") and self.rule.dump and self.dump_of:
                return [None]
            raise

    def _row(self, edges: Edges | None, candidates: list[tuple[str, tuple[str, ...]]]) -> dict[str, Any]:
        """What is left of a published interval with every candidate; empty if nothing is."""
        base, found = PUBLISHED_FOR[self.record.quantity], []
        for mode, states in candidates:
            one, other = (_Boson.of(each, self.mass, mode, states, self.rule) for each in (base, self.charges))
            if one.signal > 0:
                found.append((*self._interval(edges, one, other), mode, states, other))
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

    def _interval(self, edges: Edges | None, one: _Boson, other: _Boson) -> tuple[float, float, str, str]:
        """Excluded interval of x (inf, 0 for none), what limits it, and the rule."""
        if self.rule.displaced and edges is not None and not math.isfinite(edges[1]):
            raise self._none("only one edge is published, and the rule of a displaced search needs both")
        dumps = [self._dumped(PUBLISHED_FOR[self.record.quantity], one), self._dumped(self.charges, other)]
        if dumps[1] and edges is None:
            return *dumps[1].edges(dumps[1].log_allowed), "rate", "dump"
        if dumps[0] and dumps[1] and edges is not None:
            return *dumps[0].moved(edges, dumps[1]), "rate", "dump"
        if edges is None or self.charges.spin == 0:
            raise self._none("outside the masses of the computed dump, and no other rule holds")
        if self.rule.displaced:
            shield, volume = self.rule.displaced
            first, second = (Displaced(shielded(volume / shield), each.signal, each.width) for each in (one, other))
            return *first.moved(edges, second), "rate", "two-edges"
        energy_gev, window_mm = self.rule.prompt or (0.0, math.inf)
        slowest = energy_gev * GEV / self.mass * HBAR_C_MEV_MM / window_mm
        low, by_lifetime = prompt_edge(edges[0], slowest, (one.signal, one.width), (other.signal, other.width))
        return low, math.inf, "lifetime" if by_lifetime else "rate", "prompt" if self.rule.prompt else "moment"

    def _dumped(self, charges: Any, boson: _Boson) -> Displaced | None:
        """What the computed dump sees of a boson, in the final states that count."""
        made = self.dump_of(self.rule.dump, charges, self.mass) if self.rule.dump and self.dump_of else None
        return replace(made, rate=made.rate * boson.branching) if made else None


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
    record: CouplingBound, charges: Any, mass: float, dump_of: DumpOf | None = None
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
    dump_of : callable, optional
        What computed beam dumps see: the shape of the signal in records of the same experiments.

    Returns
    -------
    list of dict
        One row per interval, or one with ``status`` ``not-applicable``, ``not-in-record`` or ``allowed``, and the ``reason``.
    """
    about = {"name": record.name, "mass": float(mass), "quantity": record.quantity, "kind": record.kind}
    if said := refusal(record, charges):
        return [about | {"status": "not-applicable", "reason": said}]
    recast = _Recast(record, RULES[record.name], charges, mass, dump_of)
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
