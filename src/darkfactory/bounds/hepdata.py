"""Tables of HEPData in YAML: a mass, and limits of which one column is chosen."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import Any

from darkfactory.bounds.files import LARGEST_CURVE, MASS_UNITS, Contour, Piece, contour_of
from darkfactory.errors import InvalidInput, require, shortened
from darkfactory.yaml_files import parse_yaml, plain_file

__all__ = ["Column", "choose_column", "is_table", "read_table"]

LARGEST_TABLE = 2_000_000
"""Most values of a table."""
_SCALES = {"gev": {"mev": 1e-3, "gev": 1.0, "tev": 1e3}, "s": {"s": 1.0, "ns": 1e-9, "ps": 1e-12}}


@dataclass(frozen=True)
class Column:
    """One variable of a table.

    Attributes
    ----------
    name, unit : str
        Of its header.
    about : str
        Name and qualifiers, by which it can be chosen.
    values : tuple of (float or None)
        Numbers; None where it has none.
    """

    name: str
    unit: str
    about: str
    values: tuple[float | None, ...]


def is_table(content: Any) -> bool:
    """Whether the content of a YAML file is a table of HEPData."""
    return isinstance(content, Mapping) and {"independent_variables", "dependent_variables"} <= content.keys()


def mass_unit_of(mass: Column, given: str = "") -> str:
    """Unit of masses as the table says it, else as it is given.

    Parameters
    ----------
    mass : Column
        The independent variable.
    given : str
        A key of :data:`~darkfactory.bounds.files.MASS_UNITS`, or empty.

    Raises
    ------
    InvalidInput
        If the table says another one, or no unit of mass, or nobody says any.
    """
    said = re.sub(r"/\s*c.*|[\s$]", "", mass.unit)
    named = next((unit for unit in MASS_UNITS if unit.lower() == said.lower() and said != "meV"), "")
    if (named or given) and (not said or named) and given in ("", named or given):
        return named or given
    allowed = f"allowed {', '.join(MASS_UNITS)}, one for table and record"
    raise InvalidInput(
        f"{mass.name}: masses in {said or 'no unit'}{f', read as {given}' if given else ''}: {allowed}; --mass-unit"
    )


def _number(entry: Any) -> float | None:
    """Value of an entry, of a bin without one its centre; None where it is no number."""
    if not isinstance(entry, Mapping):
        return None
    given: list[Any] = [entry["value"]] if "value" in entry else [entry.get("low"), entry.get("high")]
    try:
        numbers = [float(value) for value in given if not isinstance(value, bool)]
    except (TypeError, ValueError):
        return None
    return sum(numbers) / len(numbers) if numbers else None


def _variables(content: Mapping[str, Any], key: str) -> list[Column]:
    found = []
    listed = content[key] if isinstance(content[key], list) else []
    for variable in (entry for entry in listed if isinstance(entry, Mapping)):
        header = variable.get("header") or {}
        qualifiers = variable.get("qualifiers") or []
        said = [f"{q.get('name', '')} {q.get('value', '')}".strip() for q in qualifiers if isinstance(q, Mapping)]
        name, unit = str(header.get("name", "")), str(header.get("units") or "")
        about = "; ".join([name, *said])
        found.append(Column(name, unit, about, tuple(_number(entry) for entry in variable.get("values") or ())))
    return found


def _read(file: Path) -> tuple[bytes, Column, list[Column]]:
    data = plain_file(file, LARGEST_CURVE)
    content, problems = parse_yaml(data.decode("utf-8-sig"), LARGEST_TABLE)
    require(*problems)
    if not is_table(content):
        raise InvalidInput("no table of HEPData: must hold the keys independent_variables, dependent_variables")
    axes, limits = (_variables(content, f"{word}dependent_variables") for word in ("in", ""))
    if len(axes) != 1:
        raise InvalidInput(
            f"{len(axes)} independent variables ({', '.join(a.name for a in axes)}): allowed one, the mass; cut the others out"
        )
    return data, axes[0], limits


def _listed(columns: Sequence[Column]) -> str:
    return "; ".join(f"{n}: {shortened(column.about, quoted=False)}" for n, column in enumerate(columns, 1))


def choose_column(file: Path, wanted: str = "", mass_unit: str = "") -> tuple[int, Column, str]:
    """Number and content of a column of limits, and the unit of masses.

    Parameters
    ----------
    file : Path
        Table.
    wanted : str
        Number from 1 on, or a part of the name or qualifiers; without it the only column, or the only observed one.
    mass_unit : str
        Where the table says none.

    Raises
    ------
    InvalidInput
        If the file is no such table, or several columns or none fit; they are listed.
    """
    try:
        _, mass, columns = _read(file)
        word = wanted.strip().lower()
        fits = [n for n, c in enumerate(columns) if (word in c.about.lower() if word else _observed(c))]
        if word.isdigit():
            fits = [int(word) - 1] if 0 < int(word) <= len(columns) else []
        if not word and len(columns) == 1:
            fits = [0]
        if len(fits) != 1:
            many = "several columns fit" if fits else "no column fits"
            raise InvalidInput(f"{many} --column {wanted or '(none given)'}; give one of {_listed(columns)}")
        unit = mass_unit_of(mass, mass_unit)
    except UnicodeDecodeError:
        raise InvalidInput(f"{file}: not a text in UTF-8") from None
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {error}") from None
    return fits[0] + 1, columns[fits[0]], unit


def _observed(column: Column) -> bool:
    words = column.about.lower()
    return ("observed" in words or re.search(r"\bobs\b", words) is not None) and "expected" not in words


def _scale(unit: str, of_quantity: str) -> float | None:
    """Factor from a unit of the table to that of a quantity; None if it is another kind of unit."""
    plain = re.sub(r"[\s${}()]|\\(?:mathrm|text|rm)", "", unit.lower()).replace("**", "^").replace("/c^2", "")
    inverse = re.fullmatch(r"1/([a-z]+)|([a-z]+)\^-1", plain)
    wanted = of_quantity.lower().removeprefix("1/")
    if not plain:
        return 1.0
    if of_quantity.startswith("1/"):
        factor = _SCALES.get(wanted, {}).get(inverse[1] or inverse[2]) if inverse else None
        return 1 / factor if factor else None
    return 1.0 if plain == wanted else _SCALES.get(wanted, {}).get(plain)


def read_table(
    file: Path, sense: str, mass_unit: str, unit: str, column: int, *, root: bool = False, outline: bool = False
) -> Contour:
    """What a column of a table excludes.

    Parameters
    ----------
    file : Path
        Table of HEPData (YAML).
    sense : str
        ``upper`` or ``lower`` limits.
    mass_unit : str
        A key of :data:`~darkfactory.bounds.files.MASS_UNITS`; that of the table, if it says one.
    unit : str
        Of the quantity; the table's is converted.
    column : int
        Number of the column, from 1 on.
    root, outline : bool
        As for :func:`~darkfactory.bounds.files.read_curve`.

    Raises
    ------
    InvalidInput
        If it cannot be read or holds anything else, with the rows.
    """
    try:
        data, mass, columns = _read(file)
        require(None if 0 < column <= len(columns) else f"column = {column}: allowed 1 to {len(columns)}")
        chosen = columns[column - 1]
        scale = MASS_UNITS[mass_unit_of(mass, mass_unit)]
        factor = _scale(chosen.unit, unit)
        require(
            None if factor else f"{chosen.name} [{chosen.unit}]: allowed numbers in {unit}",
            None
            if len(mass.values) == len(chosen.values)
            else f"{len(chosen.values)} values, {len(mass.values)} masses",
        )
        pairs = zip(mass.values, chosen.values, strict=True)
        rows = {n: (m, v * (factor or 1.0)) for n, (m, v) in enumerate(pairs, 1) if m is not None and v is not None}
        bad = [
            f"row {n}: {m:g}, {v:g}: must be numbers > 0"
            for n, (m, v) in rows.items()
            if not all(0 < x < inf for x in (m, v))
        ]
        require(*bad[:5], None if len(rows) > 1 else f"{len(rows)} rows with numbers: allowed at least 2")
        piece = Piece(tuple(f"row {n}" for n in rows), tuple(rows.values()))
        return contour_of([piece], data, sense, scale, root, outline)
    except UnicodeDecodeError:
        raise InvalidInput(f"{file}: not a text in UTF-8") from None
    except InvalidInput as error:
        raise InvalidInput(f"{file}: {'; '.join(str(error).splitlines())}") from None
