"""Verdicts of a survey: what excludes a point or a range of couplings, what will reach it, and what nobody tests."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from darkfactory.surveys.entries import EXCLUDES, REACHES, Entry
from darkfactory.surveys.intervals import Interval, Intervals, factor, holds, joined, left
from darkfactory.surveys.line import Line

__all__ = ["Verdict"]


@dataclass(frozen=True)
class Verdict:
    """What is known at one mass.

    Attributes
    ----------
    line : Line
        Model and common coupling.
    mass : float
        Mass [MeV].
    value : float or None
        Coupling of the point; None for all couplings.
    entries : tuple of Entry
        All at this mass.
    """

    line: Line
    mass: float
    value: float | None
    entries: tuple[Entry, ...]

    def _of(self, role: str) -> list[Entry]:
        return [entry for entry in self.entries if entry.role == role]

    @property
    def excluded(self) -> Intervals:
        """Couplings that published limits, data and recasts exclude together."""
        return joined(interval for entry in self._of(EXCLUDES) for interval in entry.intervals)

    @property
    def open(self) -> Intervals:
        """Couplings that searches reach and nothing excludes."""
        return left((interval for entry in self._of(REACHES) for interval in entry.intervals), self.excluded)

    @property
    def outer(self) -> float | None:
        """The strongest limit: end of what is excluded from there to all stronger couplings."""
        ends = self.excluded[:1] if self.line.scale else self.excluded[-1:]
        far = ends and (ends[0][0] == 0 if self.line.scale else math.isinf(ends[0][1]))
        return self.line.weakest(ends) if far else None

    @property
    def limit(self) -> Entry | None:
        """Whose the strongest limit is."""
        outer = self.outer
        return next((e for e in self._of(EXCLUDES) if any(outer in interval for interval in e.intervals)), None)

    def opened(self, entry: Entry) -> Intervals:
        """Couplings that one search reaches and nothing excludes."""
        return left(entry.intervals, self.excluded)

    @property
    def best(self) -> Entry | None:
        """The search that opens most, by the factor in the coupling; of several with the same the one that reaches farthest."""
        opening = [(entry, self.opened(entry)) for entry in self._of(REACHES)]
        return max((one for one in opening if one[1]), key=lambda one: self._size(*one), default=(None,))[0]

    def _size(self, entry: Entry, parts: Intervals) -> tuple[float, ...]:
        ends = [self.line.weakest(intervals) or math.inf for intervals in (parts, entry.intervals)]
        return factor(parts), *(end if self.line.scale else 1 / end for end in ends)

    def _deepest(self, role: str, value: float) -> Entry | None:
        """The entry of a role that holds a value, farthest from the end of weak couplings."""
        inside = [e for e in self._of(role) if holds(e.intervals, value)]

        def depth(entry: Entry) -> float:
            around = [pair for pair in entry.intervals if pair[0] < value < pair[1]]
            end: Interval = around[0]
            return (end[1] / value) if self.line.scale else (value / end[0] if end[0] else math.inf)

        return max(inside, key=depth, default=None)

    def word(self) -> tuple[str, Entry | None]:
        """``excluded``, ``reachable`` or ``untested``, and by which entry."""
        if self.value is None:
            best = self.best
            everything = left([(0.0, math.inf)], self.excluded) == ()
            return (
                ("reachable", best)
                if best
                else ("excluded", self._of(EXCLUDES)[0])
                if everything
                else ("untested", None)
            )
        for word, role in (("excluded", EXCLUDES), ("reachable", REACHES)):
            found = self._deepest(role, self.value)
            if found is not None:
                return word, found
        return "untested", None

    @property
    def row(self) -> dict[str, Any]:
        """As it is written to JSON."""
        word, by = self.word()
        limit, best, outer = self.limit, self.best, self.outer
        weakest = self.line.weakest(self.opened(best)) if best else None
        text = {"excluded": "excluded by {}", "reachable": "reachable with {}"}.get(word, word)
        return {
            "mass": self.mass,
            "value": self.value,
            "verdict": text.format(by.label if by else ""),
            "word": word,
            "by": by.label if by else None,
            "strongest_limit": outer,
            "strongest_by": limit.label if limit else None,
            "best_reach": weakest,
            "best_by": best.label if best else None,
            "ratio": self.line.gain(weakest, outer) if weakest and outer else None,
            "excluded": written(self.excluded),
            "open": written(self.open),
        }

    def ranked(self) -> list[Entry]:
        """Entries from the one that goes to the weakest coupling; those without a number last."""
        kinds = {name: rank for rank, name in enumerate(("search", "limit", "target"))}

        def place(entry: Entry) -> tuple[bool, float, int, str, str]:
            at = entry.value or self.line.weakest(entry.intervals)
            strength = 0.0 if at is None else -at if self.line.scale else at
            return at is None and not entry.intervals, strength, kinds[entry.kind], entry.name, entry.experiment

        return sorted(self.entries, key=place)


def written(intervals: Iterable[Interval] | Sequence[Interval]) -> list[list[float | None]]:
    """Intervals for JSON, None where they have no end."""
    return [[low or None, None if math.isinf(high) else high] for low, high in intervals]
