"""The result of a survey: a ranked table, verdicts, and a drawing of it."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from darkfactory.glossary import GLOSSARY, Column, column, named
from darkfactory.result import Result
from darkfactory.surveys.entries import Entry
from darkfactory.surveys.intervals import factor
from darkfactory.surveys.line import Line
from darkfactory.surveys.verdicts import Verdict, written

__all__ = ["Survey", "row_of"]

_COLUMNS = named(
    Column("rank", "1", "place at this mass, from the weakest coupling; none without a number"),
    Column("kind", "", "search, limit or target"),
    Column("name", "", "search, record of the published limit, or target"),
    Column("experiment", "", "card of a search, publication of a limit, kind of a target"),
    Column("role", "", "excludes or reaches: what counts in the verdict; empty for what does not"),
    Column("ratio", "1", "weaker than the strongest limit by this factor in the coupling; below 1 it is stronger"),
    Column("opens", "1", "factor in the coupling that it reaches and nothing excludes; none where that has no end"),
    Column(
        "excluded",
        "",
        "intervals [low, high] of the coupling that it excludes, or would; no number where there is no end",
    ),
    Column("exposure", "1", "exposure of the card, in the unit of the column exposure_unit"),
    Column("exposure_unit", "", "stopped muons, tau pairs, 1/fb, electrons or protons on target"),
    Column("days", "d", "days that the exposure takes; none where the card does not say"),
    Column("exposure_needed", "1", "exposure with which it reaches the goal: the strongest limit, over gain"),
    Column("days_needed", "d", "days that this takes"),
    Column("cost_status", "", "how the exposure was found, or why not"),
    Column("reason", "", "why there is no number, or why it does not count"),
    Column("reference", "", "what to cite for it"),
)


def row_of(entry: Entry, rank: int | None, verdict: Verdict) -> dict[str, Any]:
    """Row of the table.

    Parameters
    ----------
    entry : Entry
        One search, limit or target.
    rank : int or None
        Its place.
    verdict : Verdict
        Of its mass.
    """
    line, outer = verdict.line, verdict.outer
    at = entry.value or line.weakest(entry.intervals)
    far = line.strongest(entry.intervals)
    size = factor(parts) if (parts := verdict.opened(entry)) else math.inf
    return {
        "mass": entry.mass,
        "rank": rank,
        "kind": entry.kind,
        "name": entry.name,
        "experiment": entry.experiment,
        "role": entry.role or None,
        line.name: at,
        "far_side": far,
        "ratio": line.gain(at, outer) if at and outer else None,
        "opens": size if math.isfinite(size) else None,
        "limited_by": entry.limited_by or None,
        "cl": entry.cl,
        "exposure": entry.exposure,
        "exposure_unit": entry.exposure_unit or None,
        "days": entry.days,
        "exposure_needed": entry.exposure_needed,
        "days_needed": entry.days_needed,
        "cost_status": entry.cost_status or None,
        "status": entry.status,
        "reason": entry.reason or None,
        "process": entry.process,
        "excluded": written(entry.intervals),
        "provenance": entry.provenance if entry.intervals or entry.value else None,
        "reference": entry.reference or None,
    }


@dataclass(frozen=True, eq=False, repr=False)
class Survey(Result):
    """Everything that can see a model, and everything that excludes it, in one coupling.

    Attributes
    ----------
    model : str
        Name of the model.
    parameters : dict
        Its couplings.
    line : Line
        Model and common coupling.
    rows : tuple of dict
        The ranked table: one row per search and card, published limit and target at each mass.
    verdicts : tuple of dict
        One per mass: the verdict, whose it is, the strongest limit, the best reach, and the intervals that are excluded and open.
    settings : dict
        As they were given.
    notes, references : tuple of str
        What a reader must know; citation keys.
    """

    kind: ClassVar[str] = "survey"

    model: str
    parameters: Mapping[str, Any]
    line: Line
    rows: Sequence[Mapping[str, Any]]
    verdicts: Sequence[Mapping[str, Any]]
    settings: Mapping[str, Any]
    notes: tuple[str, ...]
    references: tuple[str, ...]

    @property
    def coordinate(self) -> str:
        """Name of the common coupling."""
        return self.line.name

    @property
    def title(self) -> str:
        """Line above the table."""
        channel = f", {self.line.channel}" if self.line.channel else ""
        return f"{self.model}{channel}: searches, limits and targets in {self.coordinate}"

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        about = {"model": self.model, "model_parameters": dict(self.parameters), "coordinate": self.coordinate}
        return about | {
            "channel": self.line.channel or None,
            "settings": dict(self.settings),
            "verdicts": list(self.verdicts),
        }

    def own_columns(self) -> Mapping[str, Column]:
        """What these columns mean here."""
        unit = column(self.coordinate).unit or "1"
        end = "at the weakest coupling that it excludes or would; of a target where it lies"
        told = GLOSSARY[self.coordinate].doc if self.coordinate in GLOSSARY else "coupling"
        own = {self.coordinate: Column(self.coordinate, unit, f"{told}: {end}")}
        return _COLUMNS | own | {"far_side": Column("far_side", unit, "its other end, at the strongest coupling")}

    def plot(self, ax: Any = None) -> Any:
        """Draw the couplings of all entries: one bar each at a single mass, against mass otherwise.

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.

        Returns
        -------
        Axes
            With labels and units.
        """
        from darkfactory.plotting import axes_of
        from darkfactory.surveys.drawing import draw

        axes = axes_of(ax)
        if draw(axes, self.rows, self.verdicts, self.coordinate):
            axes.legend(fontsize=7)
        return axes
