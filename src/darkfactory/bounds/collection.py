"""Published curves that are shipped as columns: an index of records, and the numbers of all of them in one file.

The files are written by ``tools/collect_limits.py``; attribution and licences stand in ``data/NOTICE.md``.
"""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from darkfactory.bounds.couplings import CouplingBound, CouplingLimit
from darkfactory.bounds.regions import Region

__all__ = ["collected"]

PARTS = ("lower", "upper", "outlines")


@functools.cache
def collected(folder: Path) -> Mapping[str, CouplingBound]:
    """Records of a folder with ``index.json`` and ``columns.npz``, by name.

    Parameters
    ----------
    folder : Path
        Where they stand.

    Returns
    -------
    dict
        Name -> record.
    """
    with np.load(folder / "columns.npz") as columns:
        curves = np.split(np.column_stack([columns["mass"], columns["value"]]), columns["start"][1:-1])
    entries = json.loads((folder / "index.json").read_text(encoding="utf-8"))
    return {entry["name"]: _record(entry, curves) for entry in entries}


def _record(entry: dict[str, Any], curves: list[Any]) -> CouplingBound:
    region = Region(**{part: tuple(curves[k] for k in entry.get(part, ())) for part in PARTS})
    low, high = region.ends
    limit = CouplingLimit(
        cl=entry["cl"],
        mass_min=low,
        mass_max=high,
        chirality="n/a",
        form="region",
        tag="paper",
        provenance=entry["provenance"],
        source=entry["source"],
        mass_range_provenance=entry["provenance"],
        mass_range_source=entry["source"],
        values=(region.strongest, region.weakest),
        because="a curve is used at its own confidence level",
        region=region,
    )
    about = {key: entry[key] for key in ("name", "label", "quantity", "channel", "kind", "notes")}
    return CouplingBound(
        **about,
        reference=entry["citation"],
        licence=re.sub(r"^([^(]*) \((.*?)\).*", r"\2, \1", entry["source"]),
        assumes=entry["assumes"] + (f"; not drawn unless asked: {entry['why']}" if "why" in entry else ""),
        default=entry.get("default", True),
        limits=(limit,),
    )
