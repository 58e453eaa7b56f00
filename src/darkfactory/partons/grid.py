"""Parton densities on a grid in x and Q, read from a file of the LHAPDF library's text format.

A header, then blocks that ``---`` ends: a line of x, one of Q [GeV], one of the numbers of the partons, and the values x f,
a line for each x and Q, that of Q running first. Files in use repeat nodes of x and print numbers without a space between.
"""

from __future__ import annotations

import functools
import hashlib
import itertools
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput
from darkfactory.partons.base import QUARKS, PartonDensities

__all__ = ["GridDensities", "read_grid"]

Array = NDArray[np.float64]
_GLUED = re.compile(r"([eE][-+]\d\d)(?=[-+]?\d*\.)")
NEEDED = set(QUARKS) - {5, -5}
"""What every grid must have; what else it lacks is 0."""
REMEDY = "the file must be a member (.dat) of an LHAPDF 6 set; download it again, or leave pdf out"


@dataclass(frozen=True, eq=False)
class _Block:
    """One block: nodes in ln x and ln Q, and values (x, Q, parton)."""

    log_x: Array
    log_q: Array
    partons: tuple[int, ...]
    values: Array

    @functools.cached_property
    def spline(self) -> Any:
        """Bicubic spline of all partons at once."""
        from scipy.interpolate import NdBSpline, make_interp_spline

        in_x = make_interp_spline(self.log_x, self.values, axis=0)
        in_q = make_interp_spline(self.log_q, np.moveaxis(in_x.c, 1, 0), axis=0)
        return NdBSpline((in_x.t, in_q.t), np.ascontiguousarray(np.moveaxis(in_q.c, 0, 1)), 3)


@dataclass(frozen=True, eq=False)
class GridDensities(PartonDensities):
    """Densities on a grid; bicubic in (ln x, ln Q), frozen in Q and in small x beyond its ends.

    Attributes
    ----------
    name, identity, notes : object
        As for every :class:`~darkfactory.partons.base.PartonDensities`.
    content : bytes
        The file.
    path : str
        Its name, for messages.
    """

    name: str
    identity: str
    content: bytes = field(repr=False)
    path: str
    notes: tuple[str, ...] = ()

    @functools.cached_property
    def blocks(self) -> tuple[_Block, ...]:
        """Blocks of rising Q; read when they are first needed."""
        return _blocks(self.content.decode("utf-8", "replace").splitlines(), self.path)

    @property
    def lowest_q2_gev2(self) -> float:  # type: ignore[override]
        """First node of Q, squared [GeV^2]."""
        return float(np.exp(2 * self.blocks[0].log_q[0]))

    def xf(self, x: Any, q2_gev2: Any) -> Mapping[int, Array]:
        """Momentum densities (see :meth:`darkfactory.partons.base.PartonDensities.xf`)."""
        x, q2 = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(q2_gev2, dtype=float))
        first, last = self.blocks[0], self.blocks[-1]
        log_x = np.log(np.clip(x, np.exp(first.log_x[0]), 1.0))
        log_q = np.clip(0.5 * np.log(np.maximum(q2, 1e-300)), first.log_q[0], last.log_q[-1])
        which = np.searchsorted([block.log_q[0] for block in self.blocks[1:]], log_q, side="right")
        found = {parton: np.zeros(x.shape) for parton in (*QUARKS, 21)}
        for i, block in enumerate(self.blocks):
            here = (which == i) & (x < 1)
            points = np.column_stack([np.clip(log_x[here], block.log_x[0], block.log_x[-1]), log_q[here]])
            values = block.spline(points)
            for k, parton in enumerate(block.partons):
                if parton in found:
                    found[parton][here] = values[:, k]
        return found


@functools.lru_cache(maxsize=8)
def _made(path: Path, changed: int) -> GridDensities:
    content = path.read_bytes()
    return GridDensities(path.stem, hashlib.blake2b(content, digest_size=16).hexdigest(), content, str(path))


def read_grid(path: Path | str) -> GridDensities:
    """Densities of a file, read again only if it has changed.

    Parameters
    ----------
    path : path
        A ``.dat`` file of an LHAPDF set.

    Raises
    ------
    InvalidInput
        If it cannot be read, or, at the first use, is no such grid; the line is named.
    """
    try:
        return _made(Path(path), Path(path).stat().st_mtime_ns)
    except OSError as error:
        raise InvalidInput(f"pdf = {path}: {error.strerror}; give a file that can be read") from None


def _blocks(lines: list[str], path: str) -> tuple[_Block, ...]:
    ends = [index for index, line in enumerate(lines) if line.strip() == "---"]
    if not ends:
        raise _corrupt(path, 0, "no line '---' ends the header")
    for index, line in enumerate(lines[: ends[0]]):
        if line.strip() and ":" not in line:
            raise _corrupt(path, index, "the header must have lines 'Key: value', up to a line '---'")
    if len(ends) == 1 or "".join(lines[ends[-1] + 1 :]).strip():
        raise _corrupt(path, len(lines) - 1, "the file ends within a block")
    blocks = tuple(_block(lines, before + 1, end, path) for before, end in itertools.pairwise(ends))
    for index, (one, other) in zip(ends[1:], itertools.pairwise(blocks), strict=False):
        if not np.isclose(one.log_q[-1], other.log_q[0]):
            raise _corrupt(path, index + 2, "Q does not begin where that of the block before ends")
    return blocks


def _block(lines: list[str], start: int, end: int, path: str) -> _Block:
    """Block of the lines from ``start`` to before ``end``."""
    if end - start < 4:
        raise _corrupt(path, end, "a block of fewer than four lines")
    x, q, partons = (_numbers(lines[start + i], start + i, path) for i in range(3))
    for i, nodes in enumerate((x, q)):
        if np.unique(nodes).size < 4 or np.any(np.diff(nodes) < 0) or nodes[0] <= 0:
            raise _corrupt(path, start + i, f"{'xQ'[i]} must be positive and rise, with at least four nodes")
    if x[-1] > 1:
        raise _corrupt(path, start, f"x = {x[-1]:g}, must be at most 1")
    if missing := sorted(NEEDED - set(partons)):
        raise _corrupt(
            path, start + 2, f"no parton {missing[0]:g}, there must be {', '.join(map(str, sorted(NEEDED)))}"
        )
    rows = lines[start + 3 : end]
    values = _values(rows, len(partons), start + 3, path)
    if len(rows) != len(x) * len(q):
        raise _corrupt(path, end, f"{len(rows)} lines of values, there must be {len(x)} x {len(q)}")
    (nodes_x, at_x), (nodes_q, at_q) = (np.unique(nodes, return_index=True) for nodes in (x, q))
    table = values.reshape(len(x), len(q), len(partons))[at_x][:, at_q]
    return _Block(np.log(nodes_x), np.log(nodes_q), tuple(int(parton) for parton in partons), table)


def _values(rows: list[str], columns: int, start: int, path: str) -> Array:
    """Values of a block; all lines at once, and one by one to find which is wrong."""
    try:
        values = np.array(_GLUED.sub(r"\1 ", " \n".join(rows)).split(), dtype=float)
        whole = values.size == columns * len(rows) and bool(np.all(np.isfinite(values)))
    except ValueError:
        whole = False
    if whole:
        return values.reshape(len(rows), columns)
    for i, row in enumerate(rows):
        if (found := len(_numbers(row, start + i, path))) != columns:
            raise _corrupt(path, start + i, f"{found} numbers, there must be {columns}")
    return np.zeros((0, columns))


def _numbers(line: str, index: int, path: str) -> Array:
    try:
        values = np.array(_GLUED.sub(r"\1 ", line).split(), dtype=float)
    except ValueError as error:
        raise _corrupt(path, index, str(error)) from None
    if not np.all(np.isfinite(values)):
        raise _corrupt(path, index, "a value that is not a finite number")
    return values


def _corrupt(path: str, index: int, what: str) -> InvalidInput:
    """Error that names the line, counted from 1 where ``index`` is from 0."""
    return InvalidInput(f"pdf = {path}, line {index + 1}: {what}; {REMEDY}")
