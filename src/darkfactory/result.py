"""How a result was made: one block that every output carries, and the base of the results that carry it.

The verbs know their arguments, the card and the settings they used; :func:`run_block` turns them into plain data. It holds
nothing that changes between two equal runs but the field ``time``.
"""

from __future__ import annotations

import dataclasses
import functools
import hashlib
import importlib.metadata
import inspect
import platform
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from darkfactory.errors import require
from darkfactory.glossary import Column, column
from darkfactory.output import cell, flattened, to_csv, to_json
from darkfactory.tracing import trace
from darkfactory.version import __version__, code_fingerprint

__all__ = [
    "Made",
    "Result",
    "card_entries",
    "entries",
    "result_file",
    "run_block",
    "setting_columns",
    "stamped",
    "timeless",
]

PACKAGES = ("numpy", "scipy", "jax", "matplotlib")
ROOT = Path(__file__).parent
DRAWN = (".png", ".pdf", ".svg", ".csv")
"""Endings of what stands beside the JSON of a result, as of a figure."""


@dataclass(frozen=True, eq=False)
class Made:
    """Base of what the verbs return, tables and event records.

    Attributes
    ----------
    run : dict
        How it was made, see :func:`run_block`; empty where no verb made it.
    """

    run: Mapping[str, Any] = field(default_factory=dict, kw_only=True, repr=False, compare=False)


@dataclass(frozen=True, eq=False, repr=False)
class Result(Made):
    """Base of the tables that verbs return: rows of named columns, and what belongs to them.

    A class of results says its ``kind``, the column ``axis`` that the others depend on (empty for none) and where its rows
    stand in JSON (``rows_key``, empty where its ``words`` hold them), and has ``title``, ``rows`` (mappings, also nested
    ones), ``settings``, ``notes`` and ``references``.
    """

    kind: ClassVar[str] = "result"
    axis: ClassVar[str] = ""
    rows_key: ClassVar[str] = "points"

    if TYPE_CHECKING:
        # fields of some classes and properties of others

        @property
        def title(self) -> str:
            """Line above the table."""
            ...

        @property
        def rows(self) -> Sequence[Mapping[str, Any]]:
            """Mappings, one a row."""
            ...

        @property
        def settings(self) -> Mapping[str, Any]:
            """What it was made with."""
            ...

        @property
        def notes(self) -> Sequence[str]:
            """What a reader must know."""
            ...

        @property
        def references(self) -> Sequence[str]:
            """Citation keys."""
            ...

    @property
    def words(self) -> Mapping[str, Any]:
        """What JSON says beside the rows: names, settings and the like."""
        return {}

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        common = {"version": __version__, "notes": list(self.notes), "references": list(self.references)}
        rows = {self.rows_key: list(self.rows)} if self.rows_key else {}
        return {**self.words, **common, **rows, "run": dict(self.run)}

    def own_columns(self) -> Mapping[str, Column]:
        """Columns that mean something else here than in the glossary, or are not in it."""
        return {}

    @property
    def columns(self) -> tuple[Column, ...]:
        """Every column of the rows, of nested ones ``outer.inner``, with unit and meaning."""
        own = self.own_columns()
        return tuple(column(name, own) for name in dict.fromkeys(name for row in self.rows for name in flattened(row)))

    def to_json(self) -> str:
        """Text of the file that ``--out FILE.json`` writes."""
        return to_json(self.to_dict()) + "\n"

    def to_csv(self) -> str:
        """Text of the file that ``--out FILE.csv`` writes; lines ``# key: JSON`` above the header say how it was made."""
        return to_csv(self.rows, self.run or None)

    def to_arrow(self) -> Any:
        """Table of Arrow (package pyarrow); unit and meaning of each column, and all else as JSON, are in the metadata."""
        from darkfactory.conversions import to_arrow

        return to_arrow(self.rows, self.columns, self._about())

    def to_pandas(self) -> Any:
        """Data frame (package pandas); units, meanings and all else are in ``attrs``. NaN where a number is missing."""
        from darkfactory.conversions import to_pandas

        return to_pandas(self.rows, self.columns, self._about())

    def to_xarray(self) -> Any:
        """Data set (package xarray) against the mass or threshold; NaN where a number is missing."""
        from darkfactory.conversions import to_xarray

        return to_xarray(self.rows, self.columns, self._about(), self.axis)

    def _about(self) -> dict[str, Any]:
        words = {"kind": self.kind, "title": self.title, "settings": plain(self.settings)}
        return words | {"notes": list(self.notes), "references": list(self.references), "run": dict(self.run)}

    def __repr__(self) -> str:
        rows = self.rows
        if len(rows) == 1:
            shown = {name: value for name, value in flattened(rows[0]).items() if value not in (None, "")}
            said = ", ".join(f"{name} = {cell(value)}" for name, value in shown.items())
        else:
            said = f"{len(rows)} rows of {', '.join(c.name for c in self.columns)}"
        return f"{type(self).__name__}: {_short(self.title, 100)}\n  {_short(said, 110)}"

    def _repr_html_(self) -> str:
        from darkfactory.conversions import to_html

        return to_html(self.title, self.rows, self.columns, self.notes)


def setting_columns(keys: Iterable[Any]) -> dict[str, Column]:
    """Columns that hold settings, by name, from the settings themselves."""
    return {key.name: Column(key.name, key.unit, key.doc) for key in keys}


def _short(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 4].rstrip(', ')} ..."


class _Quantity(Protocol):
    @property
    def value(self) -> Any: ...
    @property
    def unit(self) -> str: ...
    @property
    def tag(self) -> str: ...


class _Card(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def path(self) -> Path: ...
    def quantities(self) -> Mapping[str, Any]: ...


def result_file(name: str) -> Path:
    """File of a result; of what is drawn or tabulated beside one, as of a figure, the JSON there.

    Parameters
    ----------
    name : str
        Any name or path.

    Raises
    ------
    InvalidInput
        If there is no JSON beside it.
    """
    path = Path(name)
    if path.suffix.lower() not in DRAWN:
        return path
    beside = path.with_suffix(".json")
    require(None if beside.is_file() else f"{name}: {beside.name} is not beside it, which says how it was made")
    return beside


def entries(values: Mapping[str, Any], given: Mapping[str, Any], prefix: str = "") -> dict[str, dict[str, Any]]:
    """Settings that have no card: each with its value and a tag, ``user`` where it was given, else ``default``.

    Parameters
    ----------
    values : mapping
        What was used.
    given : mapping
        What the user gave, with or without the prefix.
    prefix : str
        Put before the names, e.g. ``model.``.

    Examples
    --------
    >>> entries({"mass": 20.0}, {"model.mass": "20"}, "model.")
    {'model.mass': {'value': 20.0, 'tag': 'user'}}
    """
    named = {key.removeprefix(prefix) for key in given}
    return {
        f"{prefix}{key}": {"value": plain(value), "tag": "user" if key in named else "default"}
        for key, value in values.items()
    }


def card_entries(
    card: _Card, typed: Mapping[str, Any] | None = None, origins: Mapping[str, str] | None = None
) -> dict[str, dict[str, Any]]:
    """Every number of a card with unit and tag, and the settings of a search with who gave them.

    Parameters
    ----------
    card : Card
        The card, with the user's settings in it.
    typed : mapping, optional
        All settings of the search that was run, as they were used.
    origins : mapping, optional
        Who gave them: ``card`` or ``user``; a key that is missing has its default.
    """
    found = {key: _entry(quantity) for key, quantity in card.quantities().items()}
    origins = origins or {}
    for key, value in (typed or {}).items():
        found[f"search.{key}"] = {"value": plain(value), "tag": origins.get(key, "default")}
    return found


def _entry(quantity: _Quantity) -> dict[str, Any]:
    unit = {} if quantity.unit == "1" else {"unit": quantity.unit}
    return {"value": plain(quantity.value), **unit, "tag": quantity.tag}


def plain(value: Any) -> Any:
    """Return ``value`` as JSON can hold it: what has no such form as its text."""
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, Mapping):
        return {str(key): plain(entry) for key, entry in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(entry) for entry in value]
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return "free" if value > 0 else "-inf"
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    if isinstance(value, complex):
        return str(value).strip("()")
    return str(value) if isinstance(value, Path) else {"object": _name_of(value)}


def _name_of(thing: Any) -> str:
    if dataclasses.is_dataclass(thing):
        return repr(thing)
    return getattr(thing, "__qualname__", type(thing).__qualname__)  # a repr may hold an address


def run_block(
    verb: Callable[..., Any] | str,
    arguments: Mapping[str, Any],
    *,
    settings: Mapping[str, Mapping[str, Any]] | None = None,
    card: _Card | None = None,
    seed: int | None = None,
    given: Mapping[str, Any] | None = None,
    command: str | None = None,
    word: str = "",
    records: Sequence[Mapping[str, str]] = (),
) -> dict[str, Any]:
    """How a result was made, as plain data.

    Parameters
    ----------
    verb : function or str
        The verb; of a function the arguments that are not its defaults count as changed.
    arguments : mapping
        All arguments of the call, by name.
    settings : mapping, optional
        Everything that was used, from :func:`card_entries` and :func:`entries`.
    card : Card, optional
        The experiment.
    seed : int, optional
        Seed of the Monte Carlo.
    given : mapping, optional
        Arguments that the user gave, where ``verb`` is a name.
    command : str, optional
        What was typed; the call in Python otherwise.
    word : str
        Verb of the command line, where the function has another name.
    records : sequence of dict
        Records of published limits of the user's own that were in force: name, path, sha256.

    Returns
    -------
    dict
        command, verb, arguments, changed, settings, card (name, path, sha256), version, fingerprint, seed, packages, time;
        records where the user had any.
    """
    name = verb if isinstance(verb, str) else verb.__name__
    if given is None:
        given = {} if isinstance(verb, str) else _given(verb, arguments)
    trace("run", word or name, dict(settings or {}))
    own = arguments.get("settings")
    user = {key for key, entry in (settings or {}).items() if entry.get("tag") == "user"}
    user |= {str(key) for key in own} if isinstance(own, Mapping) else set()
    return {
        "command": command or _call(f"{word.split()[0]}.{name}" if word else name, given),
        "verb": word or name,
        "arguments": plain(arguments),
        "changed": sorted({key for key in given if key != "settings"} | user),
        "settings": dict(settings or {}),
        "card": None if card is None else _card(card),
        **({"records": [dict(record) for record in records]} if records else {}),
        "version": __version__,
        "fingerprint": code_fingerprint(),
        "seed": plain(seed),
        "packages": packages(),
        "time": _now(),
    }


def packages() -> dict[str, str]:
    """Versions of Python and of the packages that numbers depend on."""
    return {"python": platform.python_version(), **_versions()}


@functools.cache
def _versions() -> dict[str, str]:
    """Versions of packages: files are read for them, once."""
    return {name: importlib.metadata.version(name) for name in PACKAGES}


def _given(verb: Callable[..., Any], arguments: Mapping[str, Any]) -> dict[str, Any]:
    defaults = {name: parameter.default for name, parameter in inspect.signature(verb).parameters.items()}
    return {name: value for name, value in arguments.items() if not _same(value, defaults.get(name))}


def _same(value: Any, default: Any) -> bool:
    return value is default or plain(value) == plain(default)


def _call(name: str, given: Mapping[str, Any]) -> str:
    """The call as one writes it in Python; for reading, it is never evaluated."""
    shown = {key: plain(value) for key, value in given.items()}
    texts = {key: v["object"] if isinstance(v, dict) and set(v) == {"object"} else repr(v) for key, v in shown.items()}
    return f"darkfactory.{name}({', '.join(f'{key}={text}' for key, text in texts.items())})"


def _card(card: _Card) -> dict[str, str]:
    path = Path(card.path)
    shown = path.relative_to(ROOT.parent) if path.is_relative_to(ROOT) else path
    return {"name": card.name, "path": shown.as_posix(), "sha256": sha256_of(path)}


def sha256_of(path: Path) -> str:
    """Checksum of a file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def stamped(data: Mapping[str, Any], command: str) -> dict[str, Any]:
    """Return ``data`` with the typed ``command`` in its run block."""
    return {**data, "run": {**data["run"], "command": command}}


def timeless(run: Mapping[str, Any]) -> dict[str, Any]:
    """Return the run block without its time, for files that must be the same whenever they are made."""
    return {key: value for key, value in run.items() if key != "time"}


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
