"""Records of limits on a coupling, mixing, scale or lifetime in YAML (see :mod:`darkfactory.bounds.schema`)."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal

from pydantic import BeforeValidator, Field, PrivateAttr, model_validator

from darkfactory.bounds.couplings import CouplingBound, CouplingLimit
from darkfactory.bounds.files import MASS_UNITS, read_curve
from darkfactory.bounds.hepdata import read_table
from darkfactory.bounds.quantities import FORMULAS, QUANTITIES, ROOTS, Quantity
from darkfactory.bounds.records import Record
from darkfactory.bounds.schema import (
    Band,
    LimitCard,
    Points,
    Positive,
    Real,
    RecastCard,
    RecordCard,
    Tagged,
    Text,
    Value,
    decay_or_words,
    outside,
)
from darkfactory.errors import InvalidInput, shortened

__all__ = ["CouplingRecord"]


class _Value(Value):
    uncertainty_factor: float = Field(default=1.0, ge=1, description="[1, inf)")

    def numbers(self, folder: Path) -> dict[str, Any]:
        return super().numbers(folder) | {"factor": self.uncertainty_factor}


class _Points(Points):
    masses: list[Positive] = Field(min_length=2, description="at least 2 masses, > 0 MeV, increasing")


class _Formula(Tagged):
    name: Literal[tuple(FORMULAS)] = Field(description=", ".join(FORMULAS))  # type: ignore[valid-type]
    parameters: dict[str, float] = Field(description="numbers of the formula, e.g. {deviation: 6.6e-13}")

    def numbers(self, folder: Path) -> dict[str, Any]:
        return {"formula": self.name, "parameters": self.parameters}


class _Contour(Tagged):
    file: Text
    sha256: str = Field(min_length=64, max_length=64, description="checksum of the file, 64 hexadecimal digits")
    mass_unit: Literal[tuple(MASS_UNITS)] = Field(default="MeV", description=", ".join(MASS_UNITS))  # type: ignore[valid-type]
    quantity: Literal[tuple(ROOTS)] | None = Field(default=None, description=", ".join(ROOTS))  # type: ignore[valid-type]
    outline: bool = Field(default=False, description="true, false")
    column: int | None = Field(default=None, gt=0, description="number of a column of a table of HEPData, from 1 on")
    _of: Quantity = PrivateAttr()

    def numbers(self, folder: Path) -> dict[str, Any]:
        file = folder / self.file
        try:
            inside = file.resolve().is_relative_to(folder.resolve())
        except (OSError, ValueError):
            inside = False
        if not inside:
            raise ValueError(f"contour.file = {shortened(self.file)}: allowed a file in the folder of the record")
        given = {"root": self.quantity is not None, "outline": self.outline}
        try:
            if self.column is None:
                found = read_curve(file, self._of.sense, self.mass_unit, **given)
            else:
                found = read_table(file, self._of.sense, self.mass_unit, self._of.unit, self.column, **given)
        except InvalidInput as error:
            raise ValueError(f"contour.file: {error}; it stands beside the record") from None
        if found.checksum != self.sha256:
            raise ValueError(f"contour.sha256: the file has {found.checksum}; it changed since it was digitised")
        if found.region is not None:
            return {"values": (found.region.strongest, found.region.weakest), "region": found.region}
        return {"masses": found.masses, "values": found.values, "far": found.far}


class _UserFile(Tagged):
    why: Text


class _Recast(RecastCard):
    rule: Literal["power", "fixed"] = Field(description="power, fixed")
    power: float | None = Field(
        default=None, gt=0, description="number > 0: rate ~ quantity^power, quantity^-power for a lower limit"
    )

    @model_validator(mode="after")
    def _complete(self) -> _Recast:
        if (self.rule == "power") != (self.power is not None):
            raise ValueError("recast.power: needed with rule power, and only there")
        if self.rule == "fixed" and not self.because:
            raise ValueError("recast.because: needed with rule fixed, the reason why no other CL can be had")
        return self


class _Limit(LimitCard):
    forms: ClassVar = ("value", "points", "band", "formula", "contour", "user_file")

    cl: Real | None = Field(gt=0.5, lt=1, description="(0.5, 1), e.g. 0.90; null for an estimate without one")
    chirality: Literal["n/a", "any", "isotropic", "V+A", "V-A"] = Field(
        default="n/a", description="n/a, any, isotropic, V+A, V-A"
    )
    value: _Value | None = Field(default=None, description="{value: ..., tag: ..., source: ...}")
    points: _Points | None = Field(default=None, description="{masses: [...], values: [...], tag: ..., source: ...}")
    band: Band | None = Field(default=None, description="{strongest: ..., weakest: ..., tag: ..., source: ...}")
    formula: _Formula | None = Field(default=None, description="{name: ..., parameters: {...}, tag: ..., source: ...}")
    contour: _Contour | None = Field(default=None, description="{file: x.csv, sha256: ..., tag: ..., source: ...}")
    user_file: _UserFile | None = Field(default=None, description="{why: ..., tag: ..., source: ...}")
    recast: _Recast = Field(description="{rule: power | fixed, ...}")
    _sense: str = PrivateAttr("upper")

    def _problems(self) -> list[str]:
        if self.cl is None and self.recast.rule != "fixed":
            return ["cl = null: without a confidence level recast.rule must be fixed"]
        return []

    def limit(self, folder: Path) -> CouplingLimit:
        limit = CouplingLimit(**self.fields(folder), power=self.recast.power, sense=self._sense)
        ends = limit.region.ends if limit.region is not None else limit.masses
        if self.contour and not ends[0] <= limit.mass_min <= limit.mass_max <= ends[-1]:
            raise ValueError(outside((limit.mass_min, limit.mass_max), ends, "contour"))
        return limit


class CouplingRecord(RecordCard):
    """Limits of one publication on one quantity."""

    record: ClassVar[type[Record]] = CouplingBound

    quantity: Literal[tuple(QUANTITIES)] = Field(description=", ".join(QUANTITIES))  # type: ignore[valid-type]
    channel: Annotated[Text, BeforeValidator(decay_or_words)]
    default: bool = Field(default=True, description="true, false")
    limits: list[_Limit] = Field(min_length=1, description="a list of limits")

    @model_validator(mode="after")
    def _ordered(self) -> CouplingRecord:
        order = 1 if QUANTITIES[self.quantity].sense == "upper" else -1
        for n, limit in enumerate(self.limits):
            band = limit.band
            if band and order * band.strongest > order * band.weakest:
                raise ValueError(f"limits[{n}].band.strongest = {band.strongest:g}: is weaker than weakest")
            limit._sense = QUANTITIES[self.quantity].sense
            if limit.contour:
                limit.contour._of = QUANTITIES[self.quantity]
                if ROOTS.get(limit.contour.quantity or "", self.quantity) != self.quantity:
                    raise ValueError(
                        f"limits[{n}].contour.quantity = {limit.contour.quantity}: is no square of {self.quantity}"
                    )
        return self
