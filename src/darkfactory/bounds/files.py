"""Digitised curves: reading one, and making a record from it."""

from __future__ import annotations

import csv
import hashlib
from math import inf
from pathlib import Path

from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.errors import InvalidInput, in_range, one_of, require

__all__ = ["from_csv", "read_curve"]


def read_curve(file: Path) -> tuple[list[tuple[float, ...]], str]:
    """Columns mass [MeV], limit and, of a closed contour, its far side of a CSV file, and the checksum of the file.

    Raises
    ------
    InvalidInput
        If it cannot be read or holds anything else.
    """
    allowed = "must be a readable CSV file of at least 2 rows of numbers > 0: mass, limit[, far side]"
    try:
        data = file.read_bytes()
        rows = [row for row in csv.reader(data.decode("utf-8").splitlines()) if row]
        table = [tuple(float(cell) for cell in row) for row in rows if not row[0].startswith(("#", "mass"))]
    except OSError as error:
        raise InvalidInput(f"{file}: cannot be read ({error.strerror}); {allowed}") from None
    except (ValueError, csv.Error) as error:
        raise InvalidInput(f"{file}: {allowed} ({error})") from None
    numbers = all(0 < number < inf for row in table for number in row)
    if len(table) < 2 or {len(row) for row in table} not in ({2}, {3}) or not numbers:
        raise InvalidInput(f"{file}: {len(table)} rows; {allowed}")
    return list(zip(*table, strict=True)), hashlib.sha256(data).hexdigest()


def from_csv(
    path: str | Path, name: str, quantity: str, *, citation: str, cl: float = 0.90, channel: str = "", source: str = ""
) -> str:
    """YAML text of a record for a digitised curve that stands beside it, with the checksum of the file.

    Parameters
    ----------
    path : path
        CSV file with columns mass [MeV], limit and, for a closed contour, its far side; ``#`` begins a comment.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the CSV file.
    quantity : str
        A key of :data:`darkfactory.bounds.quantities.QUANTITIES`.
    citation : str
        Such as ``Doe 2031 [3101.01234]``.
    cl : float
        Published confidence level.
    channel, source : str
        Process in words; where the curve is from.

    Returns
    -------
    str
        The record.

    Raises
    ------
    InvalidInput
        For an unknown quantity, a file that :func:`read_curve` refuses.
    """
    require(one_of("quantity", quantity, QUANTITIES), in_range("cl", cl, 0.5, 1, open_low=True, open_high=True))
    file = Path(path)
    (masses, *_), checksum = read_curve(file)
    origin = f'{{tag: paper, provenance: digitised, source: "{source or citation}"}}'
    return f"""name: {name}
label: {name}
citation: "{citation}"
kind: observed
quantity: {quantity}
channel: "{channel or "unknown"}"
assumes: "as in the paper"
limits:
  - cl: {cl:g}
    mass_range: {{value: [{min(masses):g}, {max(masses):g}], unit: MeV, {origin[1:]}
    contour: {{file: {file.name}, sha256: {checksum}, {origin[1:]}
    recast: {{rule: fixed, because: "a digitised curve is used at its own confidence level"}}
"""
