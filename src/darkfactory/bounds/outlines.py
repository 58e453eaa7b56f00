"""Rows of a digitised curve in any order -> a limit and its far side as functions of mass, or a region."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from itertools import groupby, pairwise

import numpy as np

from darkfactory.bounds.regions import Region
from darkfactory.errors import InvalidInput

__all__ = ["near_and_far", "region_of"]

Points = Sequence[tuple[float, ...]]
Curve = tuple[tuple[float, ...], tuple[float, ...], tuple[float, ...]]
BESIDE = 1e-9
"""Distance, over the mass, from an upright step to the masses just beside it."""


def near_and_far(rows: Points, places: Sequence[str], sense: str) -> Curve:
    """Increasing masses, the limit and its far side (empty without) from rows in any order.

    Rows of three numbers and rows along a curve are sorted; where a mass stands twice, the weaker limit counts at it, and on
    either side the end of the step that stands there. Rows round a closed region are split at the lightest and the heaviest
    point. Both sides are joined at all masses, log-log in between.

    Parameters
    ----------
    rows : sequence
        (mass, limit) or (mass, limit, far side), all > 0.
    places : sequence of str
        Where each row stands in its file, for messages.
    sense : str
        ``upper``: excluded above the limit and below the far side, or ``lower``: the other way.

    Returns
    -------
    masses, values, far : tuple of float

    Raises
    ------
    InvalidInput
        If the far side is on the wrong side, or the rows are neither a curve nor two sides of a region.

    Examples
    --------
    >>> near_and_far([(1, 1e-6), (9, 1e-6), (9, 1e-4), (1, 1e-3)], "abcd", "upper")
    ((1, 9), (1e-06, 1e-06), (0.001, 0.0001))
    """
    closed = len(rows) > 3 and tuple(rows[0]) == tuple(rows[-1])
    path = list(rows[:-1] if closed else rows)
    if len(path[0]) == 2:
        sides = _sides(path, closed)
        if sides is not None:
            return _region(*sides, sense)
    along = path if path[0][0] < path[-1][0] else path[::-1]
    step = all(a[0] <= b[0] for a, b in pairwise(along))  # else nobody knows which end of it comes first
    along = sorted(along, key=lambda row: row[0])
    if along[0][0] == along[-1][0]:
        raise InvalidInput("all rows have one mass")
    curve = _joined([_line([(row[0], row[k]) for row in along], sense, k == 2, step) for k in range(1, len(path[0]))])
    if curve[2]:
        _check_far_side(*curve, sense, places, path)
    return curve


def region_of(pieces: Sequence[tuple[Points, Sequence[str]]], sense: str) -> Region:
    """What several pieces exclude: curves, and paths round regions, which may turn back.

    Parameters
    ----------
    pieces : sequence
        Of each the rows as for :func:`near_and_far`, and where they stand.
    sense : str
        ``upper`` or ``lower``.

    Raises
    ------
    InvalidInput
        If a piece is neither a curve nor a path that ends where it begins.

    Examples
    --------
    A band in three columns, and an island beside it:

    >>> band, island = [(1, 1e-6, 1e-3), (9, 1e-6, 1e-3)], [(20, 1e-5), (30, 1e-6), (40, 1e-5), (30, 1e-4), (20, 1e-5)]
    >>> region = region_of([(band, "ab"), (island, "cdefg")], "upper")
    >>> [len(region.intervals(mass)) for mass in (5.0, 15.0, 30.0)]
    [1, 0, 1]
    """
    edges, outlines = [], []
    for rows, places in pieces:
        try:
            masses, near, far = near_and_far(rows, places, sense)
        except InvalidInput as error:
            if (
                len({*rows}) < 3
                or len(rows[0]) > 2
                or tuple(rows[0]) != tuple(rows[-1])
                or len({r[0] for r in rows}) < 2
            ):
                where = "" if str(error).startswith(tuple(places)) else f"{places[0]}: "
                raise InvalidInput(f"{where}{error}") from None
            outlines.append(np.array(rows[:-1], dtype=float))
            continue
        if far:
            outlines.append(np.array([*zip(masses, near, strict=True), *list(zip(masses, far, strict=True))[::-1]]))
        else:
            edges.append(np.array([masses, near]).T)
    return Region(
        lower=tuple(edges if sense == "upper" else ()),
        upper=tuple(edges if sense == "lower" else ()),
        outlines=tuple(outlines),
    )


def _weaker(sense: str) -> Callable[[float, float, bool], float]:
    """Of two limits (or two far sides) the one that excludes less."""
    return lambda a, b, far: max(a, b) if (sense == "upper") != far else min(a, b)


def _line(rows: Points, sense: str, far: bool, step: bool = True) -> dict[float, float]:
    """Limit, or its far side, against mass from rows by rising mass. At an upright step the end that excludes less counts,
    and beside it the end on that side, if the rows tell which it is.
    """
    line: dict[float, float] = {}
    for mass, group in groupby(rows, lambda row: row[0]):
        values = [value for _, value in group]
        worst = functools.reduce(lambda a, b: _weaker(sense)(a, b, far), values)
        if step and line and values[0] != worst:
            line[mass * (1 - BESIDE)] = values[0]
        line[mass] = worst
        if step and mass < rows[-1][0] and values[-1] != worst:
            line[mass * (1 + BESIDE)] = values[-1]
    return line


def _joined(lines: Sequence[Mapping[float, float]]) -> Curve:
    """Limit and far side (empty without) at the masses of both."""
    if len(lines) == 1:
        masses = sorted(lines[0])
        return tuple(masses), tuple(lines[0][mass] for mass in masses), ()
    masses = sorted({mass for line in lines for mass in line})
    logs = [np.interp(np.log(masses), np.log([*line]), np.log([*line.values()])) for line in lines]
    columns = [
        tuple(line.get(mass, math.exp(value)) for mass, value in zip(masses, log, strict=True))
        for line, log in zip(lines, logs, strict=True)
    ]
    return tuple(masses), columns[0], columns[1]


def _check_far_side(
    masses: Sequence[float],
    near: Sequence[float],
    far: Sequence[float],
    sense: str,
    places: Sequence[str],
    rows: Points,
) -> None:
    for mass, one, other in zip(masses, near, far, strict=True):
        if (other < one) if sense == "upper" else (other > one):
            near_it = (at for at, row in zip(places, rows, strict=False) if abs(row[0] - mass) <= 2 * BESIDE * mass)
            where, allowed = next(near_it, ""), "above" if sense == "upper" else "below"
            raise InvalidInput(
                f"{where + ': ' if where else ''}far side = {other:g} beside the limit {one:g} at {mass:g} MeV: the far side of"
                f" such a limit lies {allowed} it; a decimal comma? write 1.5, not 1,5"
            )


def _length(points: Points) -> float:
    """Length of a path in the plane of the logarithms."""
    return sum(math.dist([*map(math.log, a)], [*map(math.log, b)]) for a, b in pairwise(points))


def _sides(path: Points, closed: bool) -> tuple[Points, Points] | None:
    """The two sides of a path round a region, both from the lightest mass on; None for the rows of a curve."""
    masses = [row[0] for row in path]
    lightest, heaviest, distinct = min(masses), max(masses), len({*masses}) == len(masses)
    ordered = masses in (sorted(masses), sorted(masses, reverse=True))
    if lightest == heaviest or (not closed and (ordered or (distinct and len(path) == 3))):
        return None
    start = next(i for i, mass in enumerate(masses) if mass == lightest and masses[i - 1] != lightest)
    turned = [*path[start:], *path[:start]]
    low = next(i for i, row in enumerate(turned) if row[0] != lightest) - 1
    high = [i for i, row in enumerate(turned) if row[0] == heaviest]
    # upright pieces at both ends close the region and belong to neither side
    out, back = turned[low : high[0] + 1], [*turned[high[-1] :], turned[0]][::-1]
    two_sided = all(a[0] <= b[0] for side in (out, back, turned[high[0] : high[-1] + 1]) for a, b in pairwise(side))
    around, in_order = _length([*path, path[0]]), _length(sorted(path))
    if two_sided and (closed or around < in_order or (low > 0 and len(high) > 1)):
        return out, back
    if not closed and in_order <= (around / 2 if two_sided else around) and (distinct or not two_sided):
        return None
    raise InvalidInput(
        "neither a curve nor the outline of a region: masses go up and down. Sort the rows of a curve by mass; for a region"
        " give three columns mass, limit, far side, or rows once round it that end with the first one (or --outline)"
    )


def _region(out: Points, back: Points, sense: str) -> Curve:
    """Limit and far side of a region from its two sides."""
    sizes = [sum(map(math.log, values)) for values in _joined([_line(side, sense, False) for side in (out, back)])[1:]]
    near, far = (out, back) if (sizes[0] <= sizes[1]) == (sense == "upper") else (back, out)
    curve = _joined([_line(near, sense, False), _line(far, sense, True)])
    order = 1 if sense == "upper" else -1
    if any(order * b < order * a * (1 - order * 1e-9) for a, b in zip(*curve[1:], strict=True)):
        raise InvalidInput("the two sides of the outline cross; give three columns mass, limit, far side")
    return curve
