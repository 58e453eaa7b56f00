"""Entries of a survey: one search, published limit or cosmological target at one mass, in the common coupling."""

from __future__ import annotations

from dataclasses import dataclass

from darkfactory.surveys.intervals import Intervals

__all__ = ["EXCLUDES", "LIMIT", "REACHES", "SEARCH", "TARGET", "Entry"]

SEARCH, LIMIT, TARGET = "search", "limit", "target"
"""Kinds of entries."""
EXCLUDES, REACHES = "excludes", "reaches"
"""What an entry counts as in the verdict; empty for what does not count."""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One search, limit or target at one mass.

    Attributes
    ----------
    kind, name, experiment : str
        ``search``, ``limit`` or ``target``; what it is called; card or publication.
    mass : float
        Mass [MeV].
    intervals : tuple of (float, float)
        Couplings that it excludes, or would, 0 and inf where there is no end.
    value : float, optional
        Coupling of a target.
    role : str
        ``excludes``, ``reaches``, or empty.
    status, reason : str
        ``ok`` or why there is no number, in a word and in words; why a number does not count.
    process : str
        What is looked for.
    cl : float, optional
        Confidence level.
    limited_by, provenance, reference : str
        What limits it, where the number is from, and what to cite for it.
    exposure, days : float, optional
        Cost of a search: what the card has.
    exposure_unit : str
        Of the exposure.
    exposure_needed, days_needed : float, optional
        With which its reach is as far as the goal.
    cost_status : str
        How that was found, or why it was not.
    """

    kind: str
    name: str
    experiment: str
    mass: float
    intervals: Intervals = ()
    value: float | None = None
    role: str = ""
    status: str = "ok"
    reason: str = ""
    process: str = ""
    cl: float | None = None
    limited_by: str = ""
    provenance: str = "computed"
    reference: str = ""
    exposure: float | None = None
    exposure_unit: str = ""
    days: float | None = None
    exposure_needed: float | None = None
    days_needed: float | None = None
    cost_status: str = ""

    @property
    def label(self) -> str:
        """Name in a verdict: of a search with the card."""
        return f"{self.name} at {self.experiment}" if self.kind == SEARCH else self.name
