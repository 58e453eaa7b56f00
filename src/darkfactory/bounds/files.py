"""Curves in text files: columns of masses and limits, in one piece or several."""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from math import inf, nan
from pathlib import Path

from darkfactory.bounds.outlines import near_and_far, region_of
from darkfactory.bounds.regions import Region
from darkfactory.errors import InvalidInput, one_of, require, shortened
from darkfactory.yaml_files import plain_file

__all__ = ["LARGEST_CURVE", "MASS_UNITS", "Contour", "Piece", "contour_of", "read_curve", "text_pieces"]

MASS_UNITS = {"eV": 1e-6, "keV": 1e-3, "MeV": 1.0, "GeV": 1e3}
"""Units of a column of masses, in MeV."""
LARGEST_CURVE = 1 << 24
_ALLOWED = "must be a readable CSV file of at least 2 rows of numbers > 0: mass, limit[, far side]"
_NAMES = ("mass", "limit", "far side")
_COMMAS = "a decimal comma? write 1.5, not 1,5"
_MOST_PROBLEMS = 5
_MASS_IN_COMMENT = re.compile(r"\b[Mm](?:ass(?:es)?|_?\w'?|_\{\w+'?\})?\s*[\[(_/]\s*[kMGT]?eV\b")


@dataclass(frozen=True)
class Piece:
    """Rows of a file that belong together.

    Attributes
    ----------
    places : tuple of str
        Where each row stands, for messages.
    rows : tuple
        (mass, limit) or (mass, limit, far side).
    """

    places: tuple[str, ...]
    rows: tuple[tuple[float, ...], ...]

    def scaled(self, unit: float, root: bool) -> Piece:
        """With masses in MeV, and roots of the other numbers where the file holds squares."""
        power = 0.5 if root else 1.0
        return Piece(self.places, tuple((row[0] * unit, *(value**power for value in row[1:])) for row in self.rows))

    def closed(self) -> Piece:
        """With the first row at the end."""
        if self.rows[0] == self.rows[-1]:
            return self
        return Piece((*self.places, self.places[0]), (*self.rows, self.rows[0]))


@dataclass(frozen=True)
class Contour:
    """What a file excludes.

    Attributes
    ----------
    masses, values, far : tuple of float
        Increasing masses [MeV], limits, the far side of a closed region (else empty); all empty where there is a region.
    checksum : str
        SHA-256 of the file, hexadecimal.
    region : Region, optional
        Of a file with several pieces, or with a path that turns back.
    """

    masses: tuple[float, ...]
    values: tuple[float, ...]
    far: tuple[float, ...]
    checksum: str
    region: Region | None = None

    @property
    def ends(self) -> tuple[float, float]:
        """Smallest and largest mass [MeV]."""
        return self.region.ends if self.region is not None else (self.masses[0], self.masses[-1])


def read_curve(
    file: Path,
    sense: str = "upper",
    mass_unit: str = "MeV",
    *,
    root: bool = False,
    outline: bool = False,
    massless: bool = False,
) -> Contour:
    """What a text file excludes.

    Columns are separated by commas, semicolons, tabs or blanks; ``#`` begins a comment, one line of column titles may stand
    first; blank lines separate pieces. Rows in any order are sorted; an outline (a path round a closed region) is split into
    its near and far side. Several pieces, and outlines that turn back, make a region: inside an odd number of outlines is
    excluded, so that islands and holes are pieces too.

    Parameters
    ----------
    file : Path
        Plain text in UTF-8.
    sense : str
        ``upper`` or ``lower`` limits: at a mass that stands twice the weaker one counts.
    mass_unit : str
        A key of :data:`MASS_UNITS`.
    root : bool
        Whether the file holds squares of what is limited.
    outline : bool
        Whether the rows of each piece go once round a region though the last is not the first.
    massless : bool
        Whether a mass may be 0.

    Returns
    -------
    Contour
        Masses in MeV.

    Raises
    ------
    InvalidInput
        If it cannot be read or holds anything else, with the lines.
    """
    pieces, data = text_pieces(file, mass_unit, massless)
    try:
        paths = outline or len(pieces) > 1 or any(piece.rows[0] == piece.rows[-1] for piece in pieces)
        zeros = sum(row[0] == 0 for piece in pieces for row in piece.rows)
        require("mass = 0: allowed once in a curve, not in outlines or pieces" if zeros > (not paths) else None)
        return contour_of(pieces, data, sense, MASS_UNITS[mass_unit], root, outline)
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {'; '.join(str(error).splitlines())}; {_ALLOWED}") from None


def text_pieces(file: Path, mass_unit: str = "MeV", massless: bool = False) -> tuple[list[Piece], bytes]:
    """Rows of a text file as they stand there, and its content (see :func:`read_curve`).

    Raises
    ------
    InvalidInput
        If it cannot be read or holds anything else, with the lines.
    """
    require(one_of("mass_unit", mass_unit, MASS_UNITS))
    try:
        data = plain_file(file, LARGEST_CURVE)
        return _pieces(data.decode("utf-8-sig"), mass_unit, massless), data
    except csv.Error as error:
        raise InvalidInput(f"{file}: {error}; {_ALLOWED}") from None
    except UnicodeDecodeError:
        raise InvalidInput(f"{file}: not a text in UTF-8; {_ALLOWED}") from None
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {'; '.join(str(error).splitlines())}; {_ALLOWED}") from None


def contour_of(pieces: Sequence[Piece], data: bytes, sense: str, unit: float, root: bool, outline: bool) -> Contour:
    """What the pieces of a file with this content exclude (see :func:`read_curve`); the unit of masses in MeV."""
    used = [piece.scaled(unit, root) for piece in pieces]
    used = [piece.closed() for piece in used] if outline else used
    checksum = hashlib.sha256(data).hexdigest()
    if len(used) == 1:
        (piece,) = used
        try:
            return Contour(*near_and_far(piece.rows, piece.places, sense), checksum)
        except InvalidInput:
            if piece.rows[0] != piece.rows[-1]:
                raise
    return Contour((), (), (), checksum, region_of([(piece.rows, piece.places) for piece in used], sense))


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


def _pieces(text: str, mass_unit: str, massless: bool) -> list[Piece]:
    """Rows of numbers with their lines, a new piece behind every blank line; all problems in one error."""
    found: list[tuple[int, int, list[float]]] = []
    problems: list[str] = []
    comments: list[str] = []
    first, blank = True, 0
    for n, line in enumerate(text.splitlines(), 1):
        stripped, _, comment = (part.strip() for part in line.partition("#"))
        blank += not line.strip() and bool(found)
        if not stripped:
            if not found and comment:
                comments = _unit_of_title(n, " ".join(_MASS_IN_COMMENT.findall(comment)), mass_unit)
            continue
        cells = _cells(stripped)
        numbers = [_number(cell) for cell in cells]
        if first and all(number is None for number in numbers) and not any(map(_decimal_comma, cells)):
            problems += _unit_of_title(n, cells[0] if re.search("[;,\t]", stripped) else stripped, mass_unit)
        else:
            problems += _problems_of_row(f"line {n}", cells, numbers, massless)
            found.append((blank, n, [nan if number is None else number for number in numbers]))
        first = False
    # only the last comment before the rows is a title
    problems = [*comments, *problems, *_problems_of_table([n for _, n, _ in found], [row for *_, row in found])]
    pieces = [[(n, row) for _, n, row in group] for _, group in groupby(found, key=lambda row: row[0])]
    for piece in pieces if len(pieces) > 1 else []:
        if len(piece) < 2:
            problems.append(f"line {piece[0][0]}: a piece of 1 row; blank lines separate pieces: take them out, or #")
    if len(problems) > _MOST_PROBLEMS:
        problems[_MOST_PROBLEMS - 1 : -1] = [f"and {len(problems) - _MOST_PROBLEMS} more"]
    require(*problems)
    return [Piece(tuple(f"line {n}" for n, _ in piece), tuple(tuple(row) for _, row in piece)) for piece in pieces]


def _problems_of_table(lines: Sequence[int], rows: Sequence[Sequence[float]]) -> Iterator[str]:
    if len({len(row) for row in rows}) > 1:
        odd = next(n for n, row in zip(lines, rows, strict=True) if len(row) != len(rows[0]))
        yield f"line {odd}: another number of columns than line {lines[0]}; {_COMMAS}"
    if len(rows) < 2:
        yield f"{len(rows)} rows"
    if any(min(column) < 0 and max(column) <= 0 for column in zip(*rows, strict=False)):
        yield "a whole column is negative: if it holds log10 of the numbers, write the numbers themselves"


def _decimal_comma(cell: str) -> bool:
    return re.fullmatch(r"[-+]?\d+,\d+([eE][-+]?\d+)?", cell) is not None


def _unit_of_title(n: int, title: str, mass_unit: str) -> list[str]:
    named = re.search(r"(?<![A-Za-z])[kMGT]?eV\b", title)
    if named is None or named[0] == mass_unit:
        return []
    return [f"line {n}: masses in {named[0]} by their title, read as {mass_unit}; give --mass-unit {named[0]}"]


def _problems_of_row(place: str, cells: Sequence[str], numbers: Sequence[float | None], massless: bool) -> list[str]:
    if any(map(_decimal_comma, cells)):
        return [f"{place}: {shortened(' '.join(cells), quoted=False)}: {_COMMAS}"]
    problems = []
    for name, cell, number in zip(_NAMES, cells, numbers, strict=False):
        if number is None:
            problems.append(f"{place}: {name} = {shortened(cell)}: not a number; begin a comment with #")
        elif not 0 < number < inf and not (massless and name == "mass" and number == 0):
            problems.append(f"{place}: {name} = {number:g}: must be a number > 0; leave out a row without a limit")
    if len(cells) not in (2, 3):
        problems.append(f"{place}: {len(cells)} columns: allowed mass, limit[, far side]; {_COMMAS}")
    return problems
