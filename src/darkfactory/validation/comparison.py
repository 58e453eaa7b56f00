"""One number of the literature beside ours: a small record, and what it says of the two."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Literal

from darkfactory.errors import require
from darkfactory.result import Result

__all__ = ["AGREES", "CHOSEN", "DISAGREES", "Compared", "Comparison", "Topic"]

AGREES, CHOSEN, DISAGREES = "agrees", "no evidence", "disagrees"
"""Verdicts: within the tolerance or two errors; the same, but something was chosen in view of the number; neither."""


@dataclass(frozen=True)
class Comparison:
    """A number that a publication states, and how we compute it.

    Attributes
    ----------
    name : str
        Unique in its topic.
    quantity : str
        What is compared.
    published : float or callable
        The number of the publication; a function where it stands in a record of limits.
    source : str
        Citation key.
    provenance : {"quoted", "recalled", "digitised"}
        Whether the number was read in the publication (or the PDG, its abstract), is from memory, or was read off a curve.
    ours : callable
        Our number, with the same unit.
    unit : str
        Unit of both.
    error : float
        One standard deviation of the published number; 0 where it states none.
    tolerance : float
        They agree if neither is larger than 1 + tolerance times the other, or if they differ by less than two errors.
    note : str
        Why they disagree, or what to know.
    chosen : bool
        Something was chosen in view of the published number: that they agree is no evidence.
    """

    name: str
    quantity: str
    published: float | Callable[[], float]
    source: str
    provenance: Literal["quoted", "recalled", "digitised"]
    ours: Callable[[], float]
    unit: str = "1"
    error: float = 0.0
    tolerance: float = 0.01
    note: str = ""
    chosen: bool = False

    def __post_init__(self) -> None:
        require(
            None if self.tolerance > 0 else f"{self.name}: tolerance = {self.tolerance:g}: allowed numbers > 0",
            None if self.error >= 0 else f"{self.name}: error = {self.error:g}: allowed numbers >= 0",
        )

    def verdict(self, published: float, ours: float) -> str:
        """Say whether two numbers agree.

        Parameters
        ----------
        published, ours : float
            The numbers.

        Examples
        --------
        >>> half = Comparison("a", "b", 2.0, "Jodidio:1986mz", "recalled", lambda: 1.9, error=0.2)
        >>> [half.verdict(2.0, ours) for ours in (1.99, 1.7, 1.5)]
        ['agrees', 'agrees', 'disagrees']
        """
        close = published * ours > 0 and abs(math.log(ours / published)) <= math.log1p(self.tolerance)
        if not close and not abs(ours - published) <= 2 * self.error:
            return DISAGREES
        return CHOSEN if self.chosen else AGREES

    def row(self, topic: str) -> dict[str, Any]:
        """Compute our number and compare.

        Parameters
        ----------
        topic : str
            Name of the topic.

        Returns
        -------
        dict
            Both numbers, their ratio, the pull in errors of the published one, the verdict and where the number is from.
        """
        published = float(self.published() if callable(self.published) else self.published)
        ours = float(self.ours())
        return {
            "topic": topic,
            "name": self.name,
            "quantity": self.quantity,
            "unit": self.unit,
            "published": published,
            "error": self.error or None,
            "ours": ours,
            "ratio": ours / published if published else None,
            "pull": (ours - published) / self.error if self.error else None,
            "tolerance": self.tolerance,
            "verdict": self.verdict(published, ours),
            "provenance": self.provenance,
            "source": self.source,
            "note": self.note,
        }


@dataclass(frozen=True)
class Topic:
    """Comparisons that belong together.

    Attributes
    ----------
    name, title : str
        Word of the command line, and what it is.
    comparisons : tuple of Comparison
        The records.
    """

    name: str
    title: str
    comparisons: tuple[Comparison, ...]

    def __post_init__(self) -> None:
        names = [one.name for one in self.comparisons]
        require(
            *(f"{self.name}: two comparisons are called {name}" for name in {n for n in names if names.count(n) > 1})
        )


@dataclass(frozen=True, eq=False, repr=False)
class Compared(Result):
    """What is published beside what is computed.

    Attributes
    ----------
    points : tuple of dict
        One per comparison.
    notes, references : tuple of str
        What a reader must know; citation keys.
    """

    kind: ClassVar[str] = "validate"

    points: tuple[Mapping[str, Any], ...]
    notes: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row per comparison."""
        return [dict(point) for point in self.points]

    @property
    def settings(self) -> Mapping[str, Any]:
        """None: every comparison has its own."""
        return {}
