"""Digitised curves: reading one, and making a record from it."""

from __future__ import annotations

import csv
import hashlib
import re
from math import inf, nan
from pathlib import Path
from typing import Any

from darkfactory.bounds.outlines import near_and_far
from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.errors import InvalidInput, in_range, one_of, require, shortened
from darkfactory.yaml_files import plain_file

__all__ = ["MASS_UNITS", "from_csv", "read_curve"]

MASS_UNITS = {"eV": 1e-6, "keV": 1e-3, "MeV": 1.0, "GeV": 1e3}
"""Units of a column of masses, in MeV."""
LARGEST_CURVE = 1 << 24
_ALLOWED = "must be a readable CSV file of at least 2 rows of numbers > 0: mass, limit[, far side]"
_NAMES = ("mass", "limit", "far side")
_COMMAS = "a decimal comma? write 1.5, not 1,5"
_MOST_PROBLEMS = 5
_MASS_IN_COMMENT = re.compile(r"[Mm]ass(?:es)?\s*[\[(_/]\s*[kMGT]?eV\b")


def read_curve(
    file: Path, sense: str = "upper", mass_unit: str = "MeV"
) -> tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...], str]:
    """Curve of a text file: increasing masses [MeV], limits, the far side of a closed region (else empty), and its checksum.

    Columns are separated by commas, semicolons, tabs or blanks; ``#`` begins a comment, one line of column titles may stand
    first. Rows in any order are sorted; an outline (a path round a closed region) is split into its near and far side.

    Parameters
    ----------
    file : Path
        Plain text in UTF-8.
    sense : str
        ``upper`` or ``lower`` limits: at a mass that stands twice the weaker one counts.
    mass_unit : str
        A key of :data:`MASS_UNITS`.

    Returns
    -------
    masses, values, far : tuple of float
    checksum : str
        SHA-256 of the file, hexadecimal.

    Raises
    ------
    InvalidInput
        If it cannot be read or holds anything else, with the lines.
    """
    require(one_of("mass_unit", mass_unit, MASS_UNITS))
    try:
        data = plain_file(file, LARGEST_CURVE)
        lines, rows = _rows(data.decode("utf-8-sig"), mass_unit)
        scaled = [(row[0] * MASS_UNITS[mass_unit], *row[1:]) for row in rows]
        masses, values, far = near_and_far(scaled, lines, sense)
    except csv.Error as error:
        raise InvalidInput(f"{file}: {error}; {_ALLOWED}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{file}: not a text in UTF-8; {_ALLOWED}") from None
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {'; '.join(str(error).splitlines())}; {_ALLOWED}") from None
    return masses, values, far, hashlib.sha256(data).hexdigest()


def _cells(line: str) -> list[str]:
    words = line.split()
    if len(words) > 1 and ";" not in line and all(_decimal_comma(word) or _number(word) is not None for word in words):
        return words
    for separator in (";", ",", "\t"):
        if separator in line:
            (cells,) = csv.reader([line.strip(separator + " ")], delimiter=separator, skipinitialspace=True)
            return [cell.strip() for cell in cells]
    return [word.strip('"') for word in words]


def _number(cell: str) -> float | None:
    try:
        return None if "_" in cell else float(cell)
    except ValueError:
        return None


def _rows(text: str, mass_unit: str) -> tuple[list[int], list[list[float]]]:
    """Numbers of each row and the lines that they stand in; all problems in one error."""
    lines: list[int] = []
    rows: list[list[float]] = []
    problems: list[str] = []
    comments: list[str] = []
    first = True
    for n, line in enumerate(text.splitlines(), 1):
        stripped, _, comment = (part.strip() for part in line.partition("#"))
        if not stripped:
            if not rows and comment:
                comments = _unit_of_title(n, " ".join(_MASS_IN_COMMENT.findall(comment)), mass_unit)
            continue
        cells = _cells(stripped)
        numbers = [_number(cell) for cell in cells]
        if first and all(number is None for number in numbers) and not any(map(_decimal_comma, cells)):
            problems += _unit_of_title(n, cells[0] if re.search("[;,\t]", stripped) else stripped, mass_unit)
        else:
            problems += _problems_of_row(n, cells, numbers)
            lines.append(n)
            rows.append([nan if number is None else number for number in numbers])
        first = False
    problems = [*comments, *problems]  # only the last comment before the rows is a title
    if len({len(row) for row in rows}) > 1:
        odd = next(n for n, row in zip(lines, rows, strict=True) if len(row) != len(rows[0]))
        problems.append(f"line {odd}: another number of columns than line {lines[0]}; {_COMMAS}")
    if len(rows) < 2:
        problems.append(f"{len(rows)} rows")
    if any(min(column) < 0 and max(column) <= 0 for column in zip(*rows, strict=False)):
        problems.append("a whole column is negative: if it holds log10 of the numbers, write the numbers themselves")
    if len(problems) > _MOST_PROBLEMS:
        problems[_MOST_PROBLEMS - 1 : -1] = [f"and {len(problems) - _MOST_PROBLEMS} more"]
    require(*problems)
    return lines, rows


def _decimal_comma(cell: str) -> bool:
    return re.fullmatch(r"[-+]?\d+,\d+([eE][-+]?\d+)?", cell) is not None


def _unit_of_title(n: int, title: str, mass_unit: str) -> list[str]:
    named = re.search(r"(?<![A-Za-z])[kMGT]?eV\b", title)
    if named is None or named[0] == mass_unit:
        return []
    return [f"line {n}: masses in {named[0]} by their title, read as {mass_unit}; give --mass-unit {named[0]}"]


def _problems_of_row(n: int, cells: list[str], numbers: list[float | None]) -> list[str]:
    if any(map(_decimal_comma, cells)):
        return [f"line {n}: {shortened(' '.join(cells), quoted=False)}: {_COMMAS}"]
    problems = []
    for name, cell, number in zip(_NAMES, cells, numbers, strict=False):
        if number is None:
            problems.append(f"line {n}: {name} = {shortened(cell)}: not a number; begin a comment with #")
        elif not 0 < number < inf:
            problems.append(f"line {n}: {name} = {number:g}: must be a number > 0; leave out a row without a limit")
    if len(cells) not in (2, 3):
        problems.append(f"line {n}: {len(cells)} columns: allowed mass, limit[, far side]; {_COMMAS}")
    return problems


def from_csv(
    path: str | Path,
    name: str,
    quantity: str,
    *,
    citation: str,
    cl: float = 0.90,
    channel: str = "",
    source: str = "",
    mass_unit: str = "MeV",
) -> str:
    """YAML text of a record for a digitised curve that stands beside it, with the checksum of the file.

    Parameters
    ----------
    path : path
        Text file that :func:`read_curve` reads: mass, limit and, for a closed region, its far side, or an outline.
    name : str
        Name of the record; save the text as NAME.yaml in the folder of the curve.
    quantity : str
        A key of :data:`darkfactory.bounds.quantities.QUANTITIES`.
    citation : str
        Such as ``Doe 2031 [3101.01234]``.
    cl : float
        Published confidence level.
    channel, source : str
        Process in words; where the curve is from.
    mass_unit : str
        Unit of the masses in the file: ``eV``, ``keV``, ``MeV``, ``GeV``.

    Returns
    -------
    str
        The record, which :func:`darkfactory.bounds.check_file` finds good.

    Raises
    ------
    InvalidInput
        For an unknown quantity or unit, an empty name, a file that :func:`read_curve` refuses.
    """
    from darkfactory.yaml_files import dump_yaml

    words = (("name", name), ("citation", citation), ("channel", channel or "unknown"), ("source", source or citation))
    require(
        *(_problem_of_words(what, text) for what, text in words),
        None
        if not set(name) & set("/\\")
        else f"name = {shortened(name)}: allowed the name of a file, without / and \\",
        one_of("quantity", quantity, QUANTITIES),
        in_range("cl", cl, 0.5, 1, open_low=True, open_high=True),
        one_of("mass_unit", mass_unit, MASS_UNITS),
    )
    file = Path(path)
    masses, *_, checksum = read_curve(file, QUANTITIES[quantity].sense, mass_unit)
    origin = {"tag": "paper", "provenance": "digitised", "source": source or citation}
    contour: dict[str, Any] = {"file": file.name, "sha256": checksum}
    if mass_unit != "MeV":
        contour["mass_unit"] = mass_unit
    return dump_yaml(
        {
            "name": name,
            "label": name,
            "citation": citation,
            "kind": "observed",
            "quantity": quantity,
            "channel": channel or "unknown",
            "assumes": "as in the paper",
            "limits": [
                {
                    "cl": float(cl),
                    "mass_range": {"value": [masses[0], masses[-1]], "unit": "MeV", **origin},
                    "contour": contour | origin,
                    "recast": {"rule": "fixed", "because": "a digitised curve is used at its own confidence level"},
                }
            ],
        }
    )


def _problem_of_words(what: str, text: str) -> str | None:
    if text.strip() and text.isprintable():
        return None
    return f"{what} = {shortened(text)}: allowed a text that can be printed"
