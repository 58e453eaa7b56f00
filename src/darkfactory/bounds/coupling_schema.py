"""The border of the registry of couplings: YAML text -> checked record; :mod:`darkfactory.bounds.couplings` uses it."""

from __future__ import annotations

import csv
import hashlib
from pathlib import Path
from typing import Annotated, Any, Literal

import yaml
from pydantic import BeforeValidator, Field, ValidationError, model_validator

from darkfactory.bounds.couplings import CouplingLimit
from darkfactory.bounds.quantities import FORMULAS, QUANTITIES
from darkfactory.bounds.schema import Card, MassRange, Tagged, check_table, problem_text, read_yaml
from darkfactory.errors import did_you_mean
from darkfactory.references import load_references

__all__ = ["parse"]

FORMS = ("value", "points", "band", "formula", "contour", "user_file")
Text = Annotated[str, Field(min_length=1, description="text")]
Positive = Annotated[
    float,
    BeforeValidator(lambda v: "not a number" if isinstance(v, bool) else v),
    Field(gt=0, description="a number > 0"),
]


class _Value(Tagged):
    value: Positive
    uncertainty_factor: float = Field(default=1.0, ge=1, description="[1, inf)")


class _Points(Tagged):
    masses: list[Positive] = Field(min_length=2, description="at least 2 masses, > 0 MeV, increasing")
    values: list[Positive] = Field(min_length=2, description="one number > 0 per mass")

    @model_validator(mode="after")
    def _matching(self) -> _Points:
        check_table(self.masses, self.values, len(self.masses), "as many as masses")
        return self


class _Band(Tagged):
    strongest: Positive
    weakest: Positive


class _Formula(Tagged):
    name: Literal[tuple(FORMULAS)] = Field(description=", ".join(FORMULAS))  # type: ignore[valid-type]
    parameters: dict[str, float] = Field(description="numbers of the formula, e.g. {deviation: 6.6e-13}")


class _Contour(Tagged):
    file: Text
    sha256: str = Field(min_length=64, max_length=64, description="checksum of the file, 64 hexadecimal digits")


class _UserFile(Tagged):
    why: Text


class _Recast(Card):
    rule: Literal["power", "fixed"] = Field(description="power, fixed")
    power: float | None = Field(default=None, gt=0, description="number > 0: rate ~ quantity^power")
    because: str = Field(default="", description="text")

    @model_validator(mode="after")
    def _complete(self) -> _Recast:
        if (self.rule == "power") != (self.power is not None):
            raise ValueError("recast.power: needed with rule power, and only there")
        if self.rule == "fixed" and not self.because:
            raise ValueError("recast.because: needed with rule fixed, the reason why no other CL can be had")
        return self


class _Limit(Card):
    cl: float | None = Field(gt=0.5, lt=1, description="(0.5, 1), e.g. 0.90; null for an estimate without one")
    mass_range: MassRange = Field(description="{value: [lowest, highest], unit: MeV, tag: ..., source: ...}")
    chirality: Literal["n/a", "any", "isotropic", "V+A", "V-A"] = Field(
        default="n/a", description="n/a, any, isotropic, V+A, V-A"
    )
    value: _Value | None = Field(default=None, description="{value: ..., tag: ..., source: ...}")
    points: _Points | None = Field(default=None, description="{masses: [...], values: [...], tag: ..., source: ...}")
    band: _Band | None = Field(default=None, description="{strongest: ..., weakest: ..., tag: ..., source: ...}")
    formula: _Formula | None = Field(default=None, description="{name: ..., parameters: {...}, tag: ..., source: ...}")
    contour: _Contour | None = Field(default=None, description="{file: x.csv, sha256: ..., tag: ..., source: ...}")
    user_file: _UserFile | None = Field(default=None, description="{why: ..., tag: ..., source: ...}")
    recast: _Recast = Field(description="{rule: power | fixed, ...}")
    note: str = Field(default="", description="text")

    @model_validator(mode="after")
    def _consistent(self) -> _Limit:
        given = [name for name in FORMS if getattr(self, name) is not None]
        low, high = self.mass_range.value
        if self.cl is None and self.recast.rule != "fixed":
            raise ValueError("cl = null: without a confidence level recast.rule must be fixed")
        if len(given) != 1:
            raise ValueError(f"{', '.join(given) or 'no value'}: give exactly one of {', '.join(FORMS)}")
        if low > high:
            raise ValueError(f"mass_range = [{low:g}, {high:g}] MeV: allowed lowest <= highest")
        if self.points and not self.points.masses[0] <= low <= high <= self.points.masses[-1]:
            raise ValueError(f"mass_range = [{low:g}, {high:g}] MeV: allowed within the masses of points")
        return self


class _Record(Card):
    name: Text
    label: Text
    reference: str = Field(default="", description="a citation key of references.bib")
    citation: str = Field(default="", description="text such as 'Doe 2031 [3101.01234]', instead of reference")
    kind: Literal["observed", "projected"] = Field(description="observed, projected")
    quantity: Literal[tuple(QUANTITIES)] = Field(description=", ".join(QUANTITIES))  # type: ignore[valid-type]
    channel: Text
    assumes: Text
    default: bool = Field(default=True, description="true, false")
    notes: str = Field(default="", description="text")
    limits: list[_Limit] = Field(min_length=1, description="a list of limits")

    @model_validator(mode="after")
    def _cited(self) -> _Record:
        if bool(self.reference) == bool(self.citation):
            raise ValueError("reference: give a citation key, or citation: 'Author Year [arXiv]', one of the two")
        known = load_references()
        if self.reference and self.reference not in known:
            hint = did_you_mean(self.reference, list(known))
            raise ValueError(f"reference = {self.reference!r}: not in references.bib (or give citation: text){hint}")
        for n, limit in enumerate(self.limits):
            band = limit.band
            order = 1 if QUANTITIES[self.quantity].sense == "upper" else -1
            if band and order * band.strongest > order * band.weakest:
                raise ValueError(f"limits[{n}].band.strongest = {band.strongest:g}: is weaker than weakest")
        return self


_NESTED: dict[str, type[Card]] = {
    "limits": _Limit,
    "mass_range": MassRange,
    "value": _Value,
    "points": _Points,
    "band": _Band,
    "formula": _Formula,
    "contour": _Contour,
    "user_file": _UserFile,
    "recast": _Recast,
}


def _contour(card: _Contour, folder: Path) -> dict[str, tuple[float, ...]]:
    """Columns mass, lower and, where it is closed, upper of a CSV file whose checksum must be right."""
    file = folder / card.file
    try:
        data = file.read_bytes()
    except OSError as error:
        raise ValueError(
            f"contour.file = {card.file!r}: cannot be read ({error.strerror}), it stands beside the record"
        ) from None
    found = hashlib.sha256(data).hexdigest()
    if found != card.sha256:
        raise ValueError(f"contour.sha256: the file has {found}; it changed since it was digitised")
    rows = [
        row for row in csv.reader(data.decode("utf-8").splitlines()) if row and not row[0].startswith(("#", "mass"))
    ]
    try:
        table = [tuple(float(cell) for cell in row) for row in rows]
    except ValueError:
        raise ValueError(f"contour.file = {card.file!r}: must hold numbers mass, lower[, upper]") from None
    widths = {len(row) for row in table}
    if len(table) < 2 or len(widths) != 1 or not widths <= {2, 3} or any(min(row) <= 0 for row in table):
        raise ValueError(f"contour.file = {card.file!r}: must hold at least 2 rows of 2 or 3 numbers > 0")
    columns = list(zip(*table, strict=True))
    check_table(list(columns[0]), list(columns[1]), len(columns[0]), "one per mass")
    return {"masses": columns[0], "values": columns[1], "upper": columns[2] if len(columns) == 3 else ()}


def _limit(card: _Limit, folder: Path) -> CouplingLimit:
    form = next(name for name in FORMS if getattr(card, name) is not None)
    data = getattr(card, form)
    numbers: dict[str, Any] = {}
    if card.value:
        numbers = {"values": (card.value.value,), "factor": card.value.uncertainty_factor}
    elif card.points:
        numbers = {"values": tuple(card.points.values), "masses": tuple(card.points.masses)}
    elif card.band:
        numbers = {"values": (card.band.strongest, card.band.weakest)}
    elif card.formula:
        numbers = {"formula": card.formula.name, "parameters": card.formula.parameters}
    elif card.contour:
        numbers = _contour(card.contour, folder)
    return CouplingLimit(
        cl=card.cl,
        mass_min=card.mass_range.value[0],
        mass_max=card.mass_range.value[1],
        form=form.replace("_", "-"),
        tag=data.tag,
        source=data.source,
        provenance=data.provenance or "",
        power=card.recast.power,
        because=card.recast.because,
        chirality=card.chirality,
        note=card.note,
        **numbers,
    )


def parse(path: Path) -> tuple[dict[str, Any] | None, list[str]]:
    """Fields of the record in a file (None if it has problems), and the problems, each beginning with the file."""
    try:
        raw = read_yaml(path)
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{path}: cannot be read ({error})"]
    except yaml.YAMLError as error:
        return None, [f"{path}: not valid YAML: {' '.join(str(error).split())}"]
    if not isinstance(raw, dict):
        return None, [f"{path}: must hold the keys {', '.join(_Record.model_fields)}"]
    problems = []
    if "name" in raw and raw["name"] != path.stem:
        problems.append(f"name = {raw['name']!r}: allowed {path.stem!r}, the name of the file")
    record, limits = None, []
    try:
        record = _Record.model_validate(raw)
        limits = [_limit(card, path.parent) for card in record.limits]
    except ValidationError as error:
        problems += [problem_text(one, _Record, _NESTED) for one in error.errors()]
    except ValueError as error:
        problems.append(str(error))
    if problems or record is None:
        return None, [f"{path}: {line}" for problem in problems for line in problem.splitlines()]
    keys = {"name", "label", "kind", "assumes", "notes", "quantity", "channel", "default"}
    fields = record.model_dump(include=keys)
    return {**fields, "reference": record.reference or record.citation, "limits": tuple(limits)}, []
