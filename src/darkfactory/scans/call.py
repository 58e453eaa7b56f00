"""One verb on a grid: what it is called with at a point, and the rows that come back."""

from __future__ import annotations

import inspect
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from typing import Any

from darkfactory.bounds.own import in_force
from darkfactory.errors import DarkfactoryError, InvalidInput, UnknownName, did_you_mean, is_mapping, one_of, require
from darkfactory.glossary import Column
from darkfactory.output import flattened, refuse_not_finite
from darkfactory.parsing import canonical
from darkfactory.result import Result, plain, sha256_of
from darkfactory.scans.grid import Axis, Chunk, chunks_of, point_of
from darkfactory.settings import Kind, Setting
from darkfactory.verbs.words import SCANNED, function_of
from darkfactory.version import code_fingerprint, data_fingerprint
from darkfactory.yaml_files import named_files

__all__ = ["FAILED", "SECONDS", "Call", "Piece", "described", "work"]

BLOCK = 20
"""Most values of one call, where they do not depend on each other."""
SECONDS = 1.0
"""Time [s] after which rows are handed over: as much is lost when a scan is killed, or one call if that takes longer."""
FAILED = "failed"
KINDS: Mapping[str, Kind] = {"int": "integer", "bool": "flag"}
"""How values of an axis are read for options that are no plain numbers or words, by their annotation."""
Point = Mapping[str, float | str]


@dataclass(frozen=True)
class Piece:
    """Rows of one chunk.

    Attributes
    ----------
    chunk : int
        Number of the chunk.
    rows : list of dict
        Without nesting; ``point`` is the number of the point in the grid.
    columns : tuple of Column
        What the columns mean.
    notes, references : tuple of str
        Of the results.
    run : dict
        How the first result was made; empty of all chunks but the first.
    """

    chunk: int
    rows: list[dict[str, Any]]
    columns: tuple[Column, ...] = ()
    notes: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    run: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A verb with all that is the same at all points, and the axes of the grid.

    Attributes
    ----------
    verb : str
        One of :data:`darkfactory.verbs.words.SCANNED`.
    arguments : dict
        By name, with the settings in ``settings``.
    axes : tuple of Axis
        Of the grid.
    """

    verb: str
    arguments: Mapping[str, Any]
    axes: tuple[Axis, ...]

    @classmethod
    def bound(cls, verb: str, given: Sequence[Any], options: Mapping[str, Any], axes: tuple[Axis, ...]) -> Call:
        """Check the words of a call.

        Parameters
        ----------
        verb : str
            Its name.
        given, options : sequence, mapping
            Arguments by place and by name, as the verb takes them.
        axes : tuple of Axis
            Of the grid.

        Raises
        ------
        DarkfactoryError
            For another verb, an argument or axis that it does not have, one that is missing or given twice.
        """
        require(one_of("verb of a scan", verb, SCANNED), error=UnknownName)
        keys = [axis.key for axis in axes]
        function = function_of(verb, {**options, **dict.fromkeys(keys, "")})
        known = inspect.signature(function).parameters
        try:
            bound = inspect.signature(function).bind_partial(*given, **options).arguments
        except TypeError as error:
            raise InvalidInput(f"scan of {verb}: {error}") from None
        arguments = bound.pop("keys", {}) | bound
        settings = arguments.get("settings") or {}
        require(is_mapping("settings", settings))
        both = [key for key in keys if key in settings or arguments.get(key) is not None]
        require(*(f"{key}: is given and an axis of the grid too; leave one of them out" for key in both))
        lists = verb in ("target", "model")  # they take settings without a prefix
        require("settings: cannot be an axis; name one of them, e.g. model.mass" if "settings" in keys else None)
        strange = [key for key in keys if "." not in key and key not in known and not lists]
        require(
            *(f"{key}: {verb} has no such option{did_you_mean(key, [*known])}; settings are model.*, beam.*, detector.*, "
              "trigger.*, search.*" for key in strange), error=UnknownName)  # fmt: skip
        needed = [name for name, one in known.items() if one.default is one.empty and one.kind is not one.VAR_KEYWORD]
        missing = [name for name in needed if name not in arguments and name not in keys]
        require(*(f"{name}: is missing; give it, or an axis of it (--grid {name}=...)" for name in missing))
        return cls(verb, arguments, axes)

    @property
    def vector(self) -> str | None:
        """Key of the axis of which the verb takes many values in one call."""
        name = SCANNED[self.verb]
        return name if name in [axis.key for axis in self.axes] else None

    @property
    def together(self) -> bool:
        """Whether what comes out for one value of this axis depends on which others are asked for."""
        from darkfactory.searches.registry import SEARCHES

        def asked(name: str) -> set[str]:
            on_axis = [value for axis in self.axes if axis.key == name for value in axis.values]
            return {canonical(str(value)) for value in (*on_axis, self.arguments.get(name) or "none")}

        everywhere = asked("look_elsewhere") != {"none"}
        return everywhere or any(
            search.together and canonical(name) in asked("search") for name, search in SEARCHES.items()
        )

    def chunks(self) -> list[Chunk]:
        """All that is to be computed; the first chunk has the first point."""
        return chunks_of(self.axes, self.vector, 0 if self.together else BLOCK)

    def at(self, point: Point) -> dict[str, Any]:
        """Arguments of the verb at a point."""
        known = inspect.signature(function_of(self.verb, {**self.arguments, **point})).parameters
        found, settings = dict(self.arguments), dict(self.arguments.get("settings") or {})
        for key, value in point.items():
            if key not in known:
                settings[key] = value
            else:
                kind = KINDS.get(str(known[key].annotation).split(" ")[0])
                found[key] = (
                    value if kind is None else _typed(Setting(key, None, f"option of {self.verb}", kind), value)
                )
        return found | ({"settings": settings} if settings else {})

    def result_at(self, number: int) -> Result:
        """What the verb gives at a point alone."""
        arguments = self.at(point_of(self.axes, number))
        found: Result = function_of(self.verb, arguments)(**arguments)
        return found

    def piece(self, chunk: Chunk) -> Piece:
        """Rows of a chunk; a point that fails is a row with the message.

        Parameters
        ----------
        chunk : Chunk
            Of this scan.

        Raises
        ------
        UnknownName
            If the first chunk has a name or key that does not exist: then no point has it.
        """
        points = {number: point_of(self.axes, number) for number in chunk.points}
        made = self._made(points, first=chunk.number == 0)
        rows = sorted((row for one in made for row in one[1]), key=lambda row: int(row["point"]))
        results = [result for result, _ in made if result is not None]
        columns = {column.name: column for result in results for column in result.columns}
        return Piece(
            chunk.number,
            rows,
            tuple(columns.values()),
            tuple(dict.fromkeys(note for result in results for note in result.notes)),
            tuple(dict.fromkeys(key for result in results for key in result.references)),
            results[0].run if results and chunk.number == 0 else {},
        )

    def failed(self, chunk: Chunk, said: str) -> Piece:
        """Rows of a chunk that failed as a whole.

        Parameters
        ----------
        chunk : Chunk
            Of this scan.
        said : str
            Why.
        """
        return Piece(chunk.number, [_failed(number, point_of(self.axes, number), said) for number in chunk.points])

    def _made(
        self, points: Mapping[int, Point], first: bool = False
    ) -> list[tuple[Result | None, list[dict[str, Any]]]]:
        """Results and rows: of one call if that works, else of those that can do."""
        try:
            return [self._one_call(points)]
        except Exception as error:
            if first and isinstance(error, UnknownName):
                raise
            if len(points) == 1:
                said = str(error) if isinstance(error, DarkfactoryError) else f"{type(error).__name__}: {error}"
                return [(None, [_failed(*one, said) for one in points.items()])]
        alone = {number: self._made({number: point}) for number, point in points.items()}
        good = {number: points[number] for number, [(result, _)] in alone.items() if result is not None}
        if self.together and 0 < len(good) < len(points):
            failed = [one for number, [one] in alone.items() if number not in good]
            return failed + self._made(good)
        return [one for [one] in alone.values()]

    def _one_call(self, points: Mapping[int, Point]) -> tuple[Result, list[dict[str, Any]]]:
        point = next(iter(points.values()))
        arguments = self.at(point)
        name = self.vector
        if name is not None:
            arguments[name] = [each[name] for each in points.values()]
        result: Result = function_of(self.verb, arguments)(**arguments)
        found = result.rows
        refuse_not_finite(found)
        of_value: dict[Any, list[Mapping[str, Any]]] = {}
        for row in found:
            of_value.setdefault(row[name] if name is not None and len(points) > 1 else None, []).append(row)
        rows = []
        for number, each in points.items():
            own = of_value.get(each[name] if name is not None and len(points) > 1 else None)
            require(None if own else f"{name} = {each.get(name or '')}: {self.verb} has no row for it")
            rows += [_joined(number, each, row) for row in own or ()]
        return result, rows


def _typed(option: Setting, value: float | str) -> Any:
    found, problem = option.parse(value)
    require(problem)
    return found


def _joined(number: int, point: Point, row: Mapping[str, Any]) -> dict[str, Any]:
    """A row of a result with the place of its point; numbers are floating-point ones, as tables of other programs have them."""
    flat = {key: _number(value) for key, value in flattened(row).items()}
    for key, value in point.items():
        if flat.get(key) is None:
            flat.pop(key, None)  # no number in the row: that of the axis stays
        elif not isinstance(value, str) and flat[key] != value:
            raise InvalidInput(f"{key}: the rows have a column {key} of their own; it cannot be an axis")
    return {"point": float(number), **point, **flat, "status": flat.get("status", "ok"), "message": None}


def _failed(number: int, point: Point, said: str) -> dict[str, Any]:
    return {"point": float(number), **point, "status": FAILED, "message": " ".join(said.split())}


def _number(value: Any) -> Any:
    value = value.item() if hasattr(value, "item") else value
    return float(value) if isinstance(value, int) and not isinstance(value, bool) else value


def work(call: Call, chunks: Sequence[Chunk], seconds: float, code: str) -> list[Piece]:
    """Compute some chunks, as many as can be in a time but at least one: what a worker is sent.

    Parameters
    ----------
    call : Call
        The scan.
    chunks : sequence of Chunk
        What to compute, in order.
    seconds : float
        After this time [s] what is left is given back.
    code : str
        Fingerprint of the code that asks.

    Raises
    ------
    InvalidInput
        If the code here is another one.
    """
    if code != code_fingerprint(__name__):
        raise InvalidInput("a worker has another version of darkfactory: install the same code on all machines")
    end, pieces = time.monotonic() + seconds, []
    with _one_thread():
        for chunk in chunks:
            pieces.append(call.piece(chunk))
            if time.monotonic() > end:
                break
    return pieces


def _one_thread() -> AbstractContextManager[Any]:
    """Linear algebra with one thread: the last digits depend on how many there are, which is not the same everywhere."""
    try:
        from threadpoolctl import threadpool_limits
    except ImportError:  # comes with what several workers need
        return nullcontext()
    limits: AbstractContextManager[Any] = threadpool_limits(1, "blas")
    return limits


def described(call: Call) -> dict[str, Any]:
    """What the numbers of a scan depend on, as plain data: only with the same do rows belong to the same scan.

    Parameters
    ----------
    call : Call
        The scan.
    """
    axes = {axis.key: list(axis.values) for axis in call.axes}
    paths = named_files([call.arguments, axes])
    if "extra" in inspect.signature(function_of(call.verb, call.arguments)).parameters:  # it reads published limits
        paths += in_force(call.arguments.get("extra")).files.values()
    files = {str(path): sha256_of(path) for path in paths}
    made = {"code": code_fingerprint(__name__), "data": data_fingerprint()}
    return {"verb": call.verb, "arguments": plain(call.arguments), "axes": axes, "files": files, **made}
