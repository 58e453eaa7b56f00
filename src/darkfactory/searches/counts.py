"""Observed counts as a user gives them: numbers, or a file of numbers."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.yaml_files import plain_file, read_yaml

__all__ = ["read_counts"]

Array = NDArray[np.float64]
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
