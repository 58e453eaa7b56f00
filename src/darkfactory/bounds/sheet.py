"""One record as a result: its publication, licence and provenance, and every point of its curves."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np

from darkfactory.bounds.limit_curves import LimitTable
from darkfactory.bounds.own import own_records
from darkfactory.bounds.quantities import FORMULAS, QUANTITIES
from darkfactory.bounds.records import Limit
from darkfactory.bounds.registry import get_record
from darkfactory.glossary import Column
from darkfactory.references import cited, numbers_in
from darkfactory.result import run_block

__all__ = ["RecordSheet", "show"]

OF_FORMULA = 25
"""Points of a limit that is a formula."""


@dataclass(frozen=True, eq=False, repr=False)
class RecordSheet(LimitTable):
    """A record with the points of its curves.

    Attributes
    ----------
    about : dict
        What the record is: publication with DOI and arXiv number, licence, where it stands, and its limits with CL, form, tag,
        provenance and source.
    """

    rows_key: ClassVar[str] = "points"

    about: Mapping[str, Any]

    @property
    def words(self) -> Mapping[str, Any]:
        """What JSON says beside the points."""
        return self.about

    def own_columns(self) -> Mapping[str, Column]:
        """The quantity of the record."""
        quantity = self.about.get("quantity")
        title, unit = (QUANTITIES[quantity].title, QUANTITIES[quantity].unit) if quantity else ("branching ratio", "1")
        words = {"value": f"limit on the {title}", "far_side": "far side of the excluded region"}
        found = {name: Column(name, unit, doc) for name, doc in words.items()}
        found["limit"] = Column("limit", "1", "number of the limit in the record, from 1 on")
        return found | {"part": Column("part", "", "curve, edge or outline that the point belongs to")}


def show(name: str, *, extra: str | Path | None = None) -> RecordSheet:
    """A record of a published limit: what it is, and its curve.

    Parameters
    ----------
    name : str
        Name of the record.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    RecordSheet
        One row per point, as published.

    Raises
    ------
    UnknownName
        If there is none; near names are listed.

    Examples
    --------
    >>> sheet = show("na48-2-2015")
    >>> sheet.about["arxiv"], sheet.about["licence"], len(sheet.rows)
    ('1504.00607', 'Apache-2.0, NewPhysicsLive/DarkMatterLive', 272)
    """
    asked = dict(locals())
    with own_records(extra) as own:
        record = get_record(name)
    rows = [{"limit": n, **point} for n, limit in enumerate(record.limits, 1) for point in _points(limit)]
    publication = cited(record.reference)
    numbers = numbers_in(publication.text or publication.bibtex)
    taken = any(limit.provenance == "digitised" for limit in record.limits)
    path = own.files.get(record.name)
    about = {
        "bound": record.name,
        "label": record.label,
        "quantity": getattr(record, "quantity", None),
        "kind": record.kind,
        "publication": publication.short,
        "reference": record.reference,
        "arxiv": numbers.get("eprint"),
        "doi": numbers.get("doi"),
        "licence": record.licence or ("not stated" if taken else "a published number"),
        "file": None if path is None else str(path),
        "assumes": record.assumes,
        "drawn": "always" if getattr(record, "default", True) else "only when asked",
        "limits": [_about(limit) for limit in record.limits],
    }
    notes = tuple(text for text in (record.notes, *dict.fromkeys(limit.note for limit in record.limits)) if text)
    run = run_block(show, asked, word="bounds show", records=own.told)
    title = f"{record.name}: points of its curve"
    return RecordSheet(title, rows, {}, notes, (record.reference,), about, run=run)


def _about(limit: Limit) -> dict[str, Any]:
    words = ("channel", "observable", "cl", "mass_min", "mass_max", "chirality", "form", "alternative")
    found = {word: getattr(limit, word) for word in words if getattr(limit, word, "") not in ("", "n/a")}
    return found | {"tag": limit.tag, "provenance": limit.origin, "source": limit.source, "because": limit.because}


def _points(limit: Any) -> Iterator[dict[str, Any]]:
    """Points of a limit in the form in which it is published."""
    region = getattr(limit, "region", None)
    if region is not None:
        for part in ("lower", "upper", "outlines"):
            for n, curve in enumerate(getattr(region, part), 1):
                named = f"{part.removesuffix('s')} {'edge ' if part != 'outlines' else ''}{n}"
                yield from ({"part": named, "mass": float(m), "value": float(v), "far_side": None} for m, v in curve)
    elif limit.form == "formula":
        for mass in np.geomspace(limit.mass_min, limit.mass_max, OF_FORMULA):
            value = FORMULAS[limit.formula](float(mass), limit.parameters or {})
            yield {"part": limit.formula, "mass": float(mass), "value": value, "far_side": None}
    elif limit.masses:
        values = limit.values if limit.form != "steps" else (*limit.values, limit.values[-1])
        for mass, value, far in zip(
            limit.masses, values, getattr(limit, "far", ()) or [None] * len(values), strict=True
        ):
            yield {"part": limit.form, "mass": mass, "value": value, "far_side": far}
    else:
        parts = ("strongest", "weakest") if len(limit.values) == 2 else ("value",)
        for part, value in zip(parts, limit.values, strict=False):
            for mass in dict.fromkeys((limit.mass_min, limit.mass_max)):
                yield {"part": part, "mass": mass, "value": value, "far_side": None}
