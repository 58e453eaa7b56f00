"""Observed counts as a user gives them: numbers or a file of numbers, tables, histograms and workspaces with their bins."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.searches.data import TEMPLATE, CountTable, Workspace
from darkfactory.searches.histograms import rows_of_histogram
from darkfactory.yaml_files import parse_yaml, plain_file, read_yaml

__all__ = ["read_counts", "read_data"]

Array = NDArray[np.float64]
Given = str | os.PathLike[str] | Sequence[Any] | Mapping[str, Any] | Array
LARGEST = 1 << 24
ALLOWED = "allowed counts >= 0: one list, or one row for each mass; YAML or JSON, or text with commas or blanks"


def read_counts(given: str | os.PathLike[str] | Sequence[Any] | Array) -> Array:
    """Counts per bin.

    Parameters
    ----------
    given : path or array_like
        Numbers, or a file: YAML or JSON (``.yaml``, ``.yml``, ``.json``) with a list of numbers or of rows; any other is text
        with numbers between commas or blanks, all in one column, or a line for each mass; ``#`` begins a comment.

    Returns
    -------
    ndarray, shape (bins,) or (masses, bins)

    Raises
    ------
    InvalidInput
        If a file cannot be read, or there is anything but finite numbers >= 0 in rows of one length.
    """
    path = Path(given) if isinstance(given, (str, os.PathLike)) else None
    name = "observed" if path is None else str(path)
    try:
        found = np.array(given if path is None else _content(path), dtype=float)
    except InvalidInput as problem:
        raise InvalidInput(f"{name}: {problem}") from None
    except (TypeError, ValueError):
        raise InvalidInput(f"{name}: not rows of numbers of one length; {ALLOWED}") from None
    require(None if found.size and found.ndim <= 2 else f"{name}: shape {found.shape}; {ALLOWED}")
    require(in_range(name, found, 0.0, unit="counts"))
    return found


def _content(path: Path) -> Any:
    if path.suffix.lower() in (".yaml", ".yml", ".json"):
        content, problems = read_yaml(path)
        require(*problems)
        return content
    try:
        text = plain_file(path, LARGEST).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise InvalidInput(f"not a text in UTF-8; {ALLOWED}") from None
    lines = [line.partition("#")[0].replace(",", " ").split() for line in text.splitlines()]
    rows = [[float(word) for word in line] for line in lines if line]
    return [row[0] for row in rows] if all(len(row) == 1 for row in rows) else rows[0] if len(rows) == 1 else rows


def read_data(given: Given) -> CountTable | Workspace | Array:
    """Counts of a user, from a file or from Python.

    Parameters
    ----------
    given : path, array_like or mapping
        File: a template that is filled in (CSV, YAML, JSON), a histogram (JSON of UHI, as hist and boost-histogram write it), a
        pyhf workspace, or numbers without bins (:func:`read_counts`). Numbers, or the content of
        such a file as a mapping.

    Returns
    -------
    CountTable, Workspace or ndarray
        What the search puts into its bins.

    Raises
    ------
    InvalidInput
        If it cannot be read; it names file, line or entry, value, what is allowed and the remedy.
    """
    if isinstance(given, Mapping):
        return _of_mapping("data", given)
    if not isinstance(given, (str, os.PathLike)):
        return read_counts(given)
    path = Path(given)
    name, ending = str(path), path.suffix.lower()
    try:
        content: Any = None
        if ending in (".yaml", ".yml"):
            content, problems = parse_yaml(plain_file(path, LARGEST).decode("utf-8-sig"), LARGEST)
            require(*problems)
        elif ending == ".json":
            content = _json(path)
        else:
            lines = plain_file(path, LARGEST).decode("utf-8-sig").splitlines()
            if table := _table(name, lines):
                return table
    except UnicodeDecodeError:
        raise InvalidInput(f"{name}: not a text in UTF-8; save it as plain text in UTF-8") from None
    except InvalidInput as problem:
        raise InvalidInput(f"{name}: {problem}") from None
    return _of_mapping(name, content) if isinstance(content, Mapping) else read_counts(path)


def _json(path: Path) -> Any:
    try:
        return json.loads(plain_file(path, LARGEST).decode("utf-8-sig"))
    except json.JSONDecodeError as error:
        raise InvalidInput(f"line {error.lineno}: not JSON: {error.msg}; mend the syntax") from None


def _of_mapping(name: str, content: Mapping[str, Any]) -> CountTable | Workspace:
    """Counts of a file of JSON or YAML that is no list."""
    if "observations" in content:
        return Workspace(name, content)
    bins = content.get("bins")
    about = {key: content[key] for key in ("format", "search", "mass") if key in content}
    if isinstance(bins, Mapping) and bins and len({len(column) for column in bins.values()}) == 1:
        rows = len(next(iter(bins.values())))
        return CountTable(name, bins, [f"bin {row + 1}" for row in range(rows)], about)
    if isinstance(bins, list) and bins and all(isinstance(row, Mapping) for row in bins):
        headings = list(dict.fromkeys(key for row in bins for key in row))
        columns = {heading: [row.get(heading) for row in bins] for heading in headings}
        return CountTable(name, columns, [f"bins[{row}]" for row in range(len(bins))], about)
    try:
        columns, where, about = rows_of_histogram(content)
    except InvalidInput as problem:
        raise InvalidInput(f"{name}: {problem}") from None
    return CountTable(name, columns, where, about)


def _table(name: str, lines: Sequence[str]) -> CountTable | None:
    """A table with a header; None if the first line is one of numbers."""
    about: dict[str, Any] = {}
    numbered: list[tuple[int, list[str]]] = []
    for number, line in enumerate(lines, start=1):
        if line.startswith("#"):
            about |= dict(_said(line))
        elif line.strip():
            numbered.append((number, [cell.strip() for cell in next(csv.reader([line]))]))
    if not numbered or _is_number(numbered[0][1][0]):
        return None
    header, rows = numbered[0][1], numbered[1:]
    twice = next((heading for heading in header if header.count(heading) > 1), None)
    require(
        None if twice is None else f"line {numbered[0][0]}: column {twice}: given twice; keep one",
        None if rows else f"line {numbered[0][0]}: no rows below the header; {TEMPLATE}",
        *(
            f"line {number}: {len(row)} columns, allowed {len(header)} as in the header"
            for number, row in rows
            if len(row) != len(header)
        ),
    )
    columns = {heading: [row[k] for _, row in rows] for k, heading in enumerate(header)}
    return CountTable(name, columns, [f"line {number}" for number, _ in rows], about)


def _said(line: str) -> Iterator[tuple[str, Any]]:
    """Entry of a line ``# key: JSON``."""
    key, colon, text = line[1:].partition(":")
    if colon and key.strip() in ("format", "search", "mass"):
        try:
            yield key.strip(), json.loads(text)
        except ValueError:
            yield key.strip(), text.strip()


def _is_number(text: str) -> bool:
    try:
        float(text.split()[0] if text.split() else text)
    except ValueError:
        return False
    return True
