"""The border of the registry: what the YAML of every record must hold, and its line on each problem.

What is special to one kind of record stands in :mod:`darkfactory.bounds.branching_ratio_schema` and
:mod:`darkfactory.bounds.coupling_schema`; only :mod:`darkfactory.bounds.reading` imports those. Every key's description is
the text of its allowed values, so that a problem can name them.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from darkfactory.bounds.records import Limit, Record
from darkfactory.errors import UnknownName
from darkfactory.processes.muon_decay.scales import canonical

__all__ = ["Band", "Card", "LimitCard", "MassRange", "Points", "RecordCard", "Tagged", "Value", "decay_or_words"]


def _number(value: Any) -> Any:
    if isinstance(value, bool):
        raise PydanticCustomError("number", "not a number")
    return value  # text such as 1e-5, which YAML 1.1 does not read as a number, is one for pydantic


def decay_or_words(value: Any) -> Any:
    """A channel of LFV decays by its full name (``mu-e`` is ``mu -> e a``), and all else as it is.

    Parameters
    ----------
    value : object
        What the record says.

    Returns
    -------
    object
        The name, if it is one.
    """
    try:
        return canonical(value)
    except UnknownName:
        return value


Text = Annotated[str, Field(min_length=1, description="text")]
Real = Annotated[float, BeforeValidator(_number)]
Positive = Annotated[Real, Field(gt=0, description="a number > 0")]
Mass = Annotated[Real, Field(ge=0, description="[0, inf) MeV")]


class Card(BaseModel):
    """Part of a record: unknown keys, infinities and NaN are errors."""

    model_config = ConfigDict(extra="forbid", allow_inf_nan=False)


class Tagged(Card):
    """Part of a record that says where its numbers are from."""

    tag: Literal["paper", "derived", "assumed"] = Field(description="paper, derived, assumed")
    provenance: Literal["quoted", "recalled", "digitised"] | None = Field(
        default=None, description="quoted, recalled, digitised"
    )
    source: Text

    @model_validator(mode="after")
    def _provenance_of_papers(self) -> Tagged:
        if (self.tag == "paper") != (self.provenance is not None):
            allowed = "quoted, recalled or digitised with tag paper, else absent"
            raise ValueError(f"provenance = {self.provenance} with tag {self.tag}: allowed {allowed}")
        return self

    def numbers(self, folder: Path) -> dict[str, Any]:
        """The numbers as fields of a limit; files that they are in stand in ``folder``."""
        return {}


class Value(Tagged):
    """One number."""

    value: Positive

    def numbers(self, folder: Path) -> dict[str, Any]:
        """As of :class:`Tagged`."""
        return {"values": (self.value,)}


class Points(Tagged):
    """A curve by its points."""

    masses: list[Mass] = Field(min_length=2, description="at least 2 masses, [0, inf) MeV, increasing")
    values: list[Positive] = Field(min_length=2, description="one number > 0 per mass")

    @model_validator(mode="after")
    def _matching(self) -> Points:
        check_table(self.masses, self.values, len(self.masses), "as many as masses")
        return self

    def numbers(self, folder: Path) -> dict[str, Any]:
        """As of :class:`Tagged`."""
        return {"masses": tuple(self.masses), "values": tuple(self.values)}


class Band(Tagged):
    """Strongest and weakest of a limit of which no more is known."""

    strongest: Positive
    weakest: Positive

    def numbers(self, folder: Path) -> dict[str, Any]:
        """As of :class:`Tagged`."""
        return {"values": (self.strongest, self.weakest)}


def check_table(masses: Sequence[float], values: Sequence[float], expected: int, rule: str) -> None:
    """Raise ValueError unless ``masses`` increase and there are as many ``values`` as ``expected`` (see ``rule``)."""
    if len(values) != expected:
        raise ValueError(f"values has {len(values)} numbers: allowed {expected}, {rule}")
    for low, high in pairwise(masses):
        if high <= low:
            raise ValueError(f"mass {high:g} MeV follows {low:g} MeV: masses must increase")


def outside(mass_range: Sequence[float], table: Sequence[float], form: str) -> str:
    """Problem of a range of masses [MeV] that is wider than the table of its numbers."""
    (low, high), first, last = mass_range, table[0], table[-1]
    return f"mass_range = [{low:g}, {high:g}] MeV: allowed within [{first:.10g}, {last:.10g}] MeV, the masses of {form}"


class MassRange(Tagged):
    """Masses for which a limit holds."""

    value: list[Mass] = Field(min_length=2, max_length=2, description="[lowest, highest] MeV")
    unit: Literal["MeV"] = Field(description="MeV")


class RecastCard(Card):
    """How a limit goes to other couplings and other CL."""

    because: str = Field(default="", description="text")


class LimitCard(Card):
    """One limit: its CL, masses, chirality, recast, and its numbers in exactly one of several forms."""

    forms: ClassVar[tuple[str, ...]]

    cl: Real | None = Field(gt=0.5, lt=1, description="(0.5, 1), e.g. 0.90")
    mass_range: MassRange = Field(description="{value: [lowest, highest], unit: MeV, tag: ..., source: ...}")
    chirality: str
    value: Value | None = Field(default=None, description="{value: 1e-5, tag: paper, provenance: quoted, source: ...}")
    points: Points | None = Field(default=None, description="{masses: [...], values: [...], tag: ..., source: ...}")
    recast: RecastCard
    note: str = Field(default="", description="text")

    @model_validator(mode="after")
    def _consistent(self) -> LimitCard:
        problems = [*self._problems_of_masses(), *self._problems()]
        if problems:
            raise ValueError("\n".join(problems))
        return self

    def _problems_of_masses(self) -> list[str]:
        given = [name for name in self.forms if getattr(self, name) is not None]
        if len(given) != 1:
            return [f"{', '.join(given) or 'no value'}: give exactly one of {', '.join(self.forms)}"]
        (low, high), threshold = self.mass_range.value, self._threshold()
        shown, problems = f"mass_range = [{low:g}, {high:g}] MeV: allowed", []
        if not low <= high < threshold:
            below = f" < {threshold:.6g} MeV" if math.isfinite(threshold) else ""
            problems.append(f"{shown} lowest <= highest{below}")
        table = self._table()
        if table and (low < table[0] or high > table[-1]):
            problems.append(outside((low, high), table, given[0]))
        return problems

    # what a kind of record adds: problems of its keys, the mass below which a limit must end, the masses of a table

    def _problems(self) -> list[str]:
        return []

    def _threshold(self) -> float:
        return math.inf

    def _table(self) -> Sequence[float]:
        return self.points.masses if self.points else ()

    def fields(self, folder: Path) -> dict[str, Any]:
        """The fields that every :class:`~darkfactory.bounds.records.Limit` has."""
        form = next(name for name in self.forms if getattr(self, name) is not None)
        data: Tagged = getattr(self, form)
        return {
            "cl": self.cl,
            "mass_min": self.mass_range.value[0],
            "mass_max": self.mass_range.value[1],
            "mass_range_tag": self.mass_range.tag,
            "mass_range_provenance": self.mass_range.provenance or "",
            "mass_range_source": self.mass_range.source,
            "chirality": self.chirality,
            "form": form.replace("_", "-"),
            "tag": data.tag,
            "source": data.source,
            "provenance": data.provenance or "",
            "because": self.recast.because,
            "note": self.note,
            **data.numbers(folder),
        }

    def limit(self, folder: Path) -> Limit:
        """The limit; files of a curve stand in ``folder``."""
        raise NotImplementedError


class RecordCard(Card):
    """One publication."""

    record: ClassVar[type[Record]]

    name: Text
    label: Text
    reference: str = Field(default="", description="a citation key of references.bib")
    citation: str = Field(default="", description="text such as 'Doe 2031 [3101.01234]', instead of reference")
    kind: Literal["observed", "projected"] = Field(description="observed, projected")
    assumes: Text
    licence: str = Field(default="", description="text")
    notes: str = Field(default="", description="text")
    limits: Sequence[LimitCard]

    def made(self, folder: Path) -> Record:
        """The record; files of its curves stand in ``folder``."""
        fields = self.model_dump(exclude={"citation", "reference", "limits"})
        limits = tuple(card.limit(folder) for card in self.limits)
        return self.record(**fields, reference=self.reference or self.citation, limits=limits)
