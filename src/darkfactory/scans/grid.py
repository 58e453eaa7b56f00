"""The grid of a scan: its axes, its points, and the chunks of points that are computed in one go."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.parsing import as_number
from darkfactory.parsing import grid as numbers_of

__all__ = ["Axis", "Chunk", "axes_of", "chunks_of", "point_of"]

MOST = 1e6
"""Most points of a scan."""
COST = ("experiment", "detector.", "beam.", "trigger.", "search.", "model.")
"""What is worth computing once, the dearest first: tables of an experiment are shared by all models at it."""


@dataclass(frozen=True)
class Axis:
    """One axis of a grid.

    Attributes
    ----------
    key : str
        Option or setting.
    values : tuple of float or str
        Its values, all different.
    """

    key: str
    values: tuple[float | str, ...]


@dataclass(frozen=True)
class Chunk:
    """Points that are computed in one go: neighbours along the axis that a verb takes many values of, or one point.

    Attributes
    ----------
    number : int
        Place in the order of computing.
    group : int
        Chunks of the same group share what is dear.
    points : tuple of int
        Numbers of the points, in the order of the grid.
    """

    number: int
    group: int
    points: tuple[int, ...]


def axes_of(grid: Mapping[str, Any]) -> tuple[Axis, ...]:
    """Axes of a grid.

    Parameters
    ----------
    grid : mapping
        Values by key: a sequence, or a text ``START:STOP:N``, ``START:STOP:N:log`` or a list of numbers or words with
        commas (with semicolons where the words have commas themselves).

    Raises
    ------
    InvalidInput
        For an empty grid, a text that is no range, a value that is given twice, or more than a million points.

    Examples
    --------
    >>> [axis.values for axis in axes_of({"model.dimension": "2:3:3", "model.flavor": "e,mu", "cl": [0.9, 0.95]})]
    [(2.0, 2.5, 3.0), ('e', 'mu'), (0.9, 0.95)]
    """
    if not grid or not isinstance(grid, Mapping):
        raise InvalidInput("a scan needs an axis, e.g. --grid mass=0:40:5 or grid={'model.g_e': '1e-6:1e-3:31:log'}")
    keys = [str(key).strip() for key in grid]
    require(*(f"{key}: is an axis of the grid twice" for key in dict.fromkeys(keys) if keys.count(key) > 1))
    axes = tuple(Axis(key, _values(key, given)) for key, given in zip(keys, grid.values(), strict=True))
    for axis in axes:
        twice = next((value for value, count in Counter(axis.values).items() if count > 1), None)
        require(None if twice is None else f"{axis.key} = {twice}: is on its axis twice; give each value once")
    require(in_range("points of the grid", math.prod(len(axis.values) for axis in axes), 1, MOST))
    return axes


def _values(key: str, given: Any) -> tuple[float | str, ...]:
    if isinstance(given, str):
        separator = ";" if ";" in given else ","
        if ":" in given and separator == ",":
            return tuple(numbers_of(given, key, unit="", low=-math.inf).tolist())
        given = [part.strip() for part in given.split(separator)]
    values = np.atleast_1d(np.asarray(given, dtype=object)).tolist()
    values = [str(value).lower() if isinstance(value, (bool, np.bool_)) else value for value in values]
    found = tuple(value if (number := as_number(value)) is None else number for value in values)
    if not found or not all(isinstance(value, (float, str)) and value != "" for value in found):
        raise InvalidInput(f"{key} = {given!r}: must be numbers or words, e.g. 2:6:9, 1e-6:1e-3:31:log, 1,2,5 or e,mu")
    require(
        *(
            f"{key} = {value:g}: allowed finite numbers"
            for value in found
            if isinstance(value, float) and not math.isfinite(value)
        )
    )
    return found


def point_of(axes: Sequence[Axis], number: int) -> dict[str, float | str]:
    """Values of the axes at a point; the last axis runs fastest.

    Parameters
    ----------
    axes : sequence of Axis
        The grid.
    number : int
        Of the point.
    """
    places = np.unravel_index(number, [len(axis.values) for axis in axes])
    return {axis.key: axis.values[int(place)] for axis, place in zip(axes, places, strict=True)}


def chunks_of(axes: Sequence[Axis], vector: str | None, block: int) -> list[Chunk]:
    """All points in the order of computing: what is dear changes most seldom.

    Parameters
    ----------
    axes : sequence of Axis
        The grid.
    vector : str, optional
        Key of which the verb takes many values in one call.
    block : int
        Most values of a call; 0 for the whole axis.

    Examples
    --------
    >>> axes = axes_of({"mass": [1, 2, 3], "beam.days": [10, 20]})
    >>> [(chunk.group, chunk.points) for chunk in chunks_of(axes, "mass", 2)]
    [(0, (0, 2)), (0, (4,)), (1, (1, 3)), (1, (5,))]
    """
    numbers = np.arange(math.prod(len(axis.values) for axis in axes)).reshape([len(axis.values) for axis in axes])
    order = sorted(range(len(axes)), key=lambda i: len(COST) + 1 if axes[i].key == vector else _rank(axes[i].key))
    along = next((len(axis.values) for axis in axes if axis.key == vector), 1)
    shared = math.prod(len(axes[i].values) for i in order if _rank(axes[i].key) < len(COST) - 1)
    runs = numbers.transpose(order).reshape(-1, along)
    pieces = [run[start : start + (block or along)] for run in runs for start in range(0, along, block or along)]
    of_group = len(pieces) // shared
    return [Chunk(n, n // of_group, tuple(map(int, piece))) for n, piece in enumerate(pieces)]


def _rank(key: str) -> int:
    return next((rank for rank, dear in enumerate(COST) if key.startswith(dear)), len(COST))
