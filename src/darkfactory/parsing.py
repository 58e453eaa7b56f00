"""How the text, number or list that a user gives becomes the value of a setting: one rule for each kind.

Every rule returns the typed value and a problem text, None if it is fine. A boolean is no number, and no value that is not
finite, or so large or small that products of it would not be, gets in.
"""

from __future__ import annotations

import itertools
import math
import os
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, one_of, require, shortened

__all__ = ["HUGE", "PARSERS", "TINY", "Chosen", "as_number", "begins", "canonical", "grid", "word_of"]

HUGE = 1e30
"""Largest magnitude of any number that is set; keeps products finite."""
TINY = 1e-60
"""Smallest magnitude of a number that is not taken as 0; products of it do not vanish."""
WORDS = {"true": True, "yes": True, "on": True, "false": False, "no": False, "off": False}
_TEXT = re.compile(r"[+-]?((\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|inf|infinity|nan)", re.IGNORECASE)


def as_number(raw: Any) -> float | None:
    """Number that ``raw`` is or spells, else None; it may be infinite or NaN, which no range allows.

    Parameters
    ----------
    raw : object
        A real number of Python or NumPy (also an array of one), a ``Decimal``, or its text (also YAML's ``'1e8'``). A boolean
        is no number.

    Examples
    --------
    >>> as_number("1e8"), as_number(True), as_number("1_0"), as_number(10**400)
    (100000000.0, None, None, inf)
    """
    if isinstance(raw, np.ndarray) and raw.size == 1:
        raw = raw.reshape(())[()]
    if isinstance(raw, (bool, np.bool_)) or not isinstance(raw, (Real, Decimal, str)):
        return None
    if isinstance(raw, str):
        raw = raw.strip()
        if len(raw) > 400 or not _TEXT.fullmatch(raw):
            return None
    try:
        return float(raw)
    except OverflowError:
        return math.inf
    except ValueError:  # a signalling NaN of decimal
        return math.nan


Described = Any
"""A :class:`darkfactory.settings.Setting`, which comes later and is made with these rules."""


def canonical(name: str) -> str:
    """Return ``name`` as names are compared: lower case, hyphens and underscores the same.

    Examples
    --------
    >>> canonical("MEGII-fwd") == canonical("megii_fwd")
    True
    """
    return str(name).strip().lower().replace("-", "_")


def end_text(value: float) -> str:
    """End of a range for people: what is only there to keep products finite is no end."""
    return f"{'-' if value < 0 else ''}inf" if abs(value) >= HUGE else f"{value:g}"


def _range_problem(setting: Described, label: str, value: Any) -> str | None:
    unit = "" if setting.unit == "1" else setting.unit
    remedy = setting.doc if not setting.choices else f"or {', '.join(setting.choices)}; {setting.doc}"
    ends = {"open_low": setting.open_low, "open_high": setting.open_high}
    problem = in_range(label, value, setting.low, setting.high, unit=unit, remedy=remedy, **ends)
    if problem is None and 0 < abs(value) < TINY and setting.low == 0 and setting.open_low:
        return f"{label} = {value:g}: allowed from {TINY:g} up; {setting.doc}"
    return problem


def _number(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    word = canonical(raw) if isinstance(raw, str) else ""
    found = next((choice for choice in setting.choices if canonical(choice) == word), None)
    if found is not None:
        return found, None
    value = as_number(raw)
    if value is None:
        unit = "" if setting.unit == "1" else f" {setting.unit}"
        return None, f"{label} = {shortened(raw)}: not a number, allowed {setting.range_text}{unit}; {setting.doc}"
    problem = _range_problem(setting, label, value)
    value = 0.0 if abs(value) < TINY else value
    if problem is None and setting.kind == "integer":
        if value != math.floor(value):
            return None, f"{label} = {value:g}: allowed whole numbers; {setting.doc}"
        return int(value), None
    return value, problem


def _complex(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    try:
        value = complex(raw.replace(" ", "").strip("()") if isinstance(raw, str) else raw)
    except (TypeError, ValueError, OverflowError):
        return None, f"{label} = {shortened(raw)}: must be a complex number, e.g. 1+0.5j; {setting.doc}"
    if isinstance(raw, bool):
        return None, f"{label} = {raw!r}: must be a complex number, e.g. 1+0.5j; {setting.doc}"
    problems = [_range_problem(setting, label, part) for part in (value.real, value.imag)]
    return value, next((problem for problem in problems if problem), None)


def _prior(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    word = canonical(raw) if isinstance(raw, str) else ""
    if word in ("none", "free", "inf"):
        return (0.0 if word == "none" else math.inf), None
    value = as_number(raw)
    if value == math.inf:
        return math.inf, None
    if value is None:
        return None, f"{label} = {shortened(raw)}: not a number, allowed (0, inf), or free, none; {setting.doc}"
    problem = in_range(label, value, 0.0, open_low=True, remedy="or free, none")
    return value, problem or _range_problem(setting, label, value)


def _flag(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    found = WORDS.get(str(raw).strip().lower()) if isinstance(raw, (str, bool, np.bool_)) else None
    return found, None if found is not None else f"{label} = {shortened(raw)}: allowed true, false; {setting.doc}"


def _choice(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    word = canonical(raw)
    word = {canonical(other): canonical(meant) for other, meant in setting.synonyms}.get(word, word)
    found = next((choice for choice in setting.choices if canonical(choice) == word), None)
    return found, None if found is not None else one_of(label, raw, setting.choices)


def _number_or_file(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    """A number, as text, or the name of a file."""
    return _text(setting, f"{raw:.12g}" if isinstance(raw, (int, float)) and not isinstance(raw, bool) else raw, label)


def _text(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    text = os.fspath(raw).strip() if isinstance(raw, (str, os.PathLike)) else ""
    return text, None if text else f"{label} = {shortened(raw)}: allowed a text; {setting.doc}"


def _words(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    """Texts, from a list or from one text with commas."""
    parts = raw.split(",") if isinstance(raw, str) else _as_list(raw)
    words = tuple(part.strip() if isinstance(part, str) else "" for part in parts)
    fine = words and all(words)
    return words, None if fine else f"{label} = {shortened(raw)}: allowed a text, or several with commas; {setting.doc}"


def _as_list(raw: Any) -> list[Any]:
    if hasattr(raw, "tolist"):
        raw = raw.tolist()
    return list(raw) if isinstance(raw, (list, tuple)) else []


def _numbers(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    if isinstance(raw, str):
        raw = raw.strip("()[] ").split(",")
    parts = _as_list(raw) or [raw]
    values = [as_number(part) for part in parts]
    if any(value is None for value in values) or (setting.length and len(values) != setting.length):
        shown = shortened(",".join(map(str, parts)), quoted=False)
        such = ",".join(str(place + 1) for place in range(setting.length or 3))
        many = f"{setting.length} " if setting.length else ""
        return None, f"{label} = {shown}: allowed {many}numbers such as {such}; {setting.doc}"
    problems = [_range_problem(setting, label, value) for value in values]
    return tuple(values), next((problem for problem in problems if problem), None)


def _brackets(text: str) -> Any:
    """Nested list of numbers from a text such as ``[[0, 1], [2, 3]]``; None if it is something else."""
    if len(text) > 10_000 or not re.fullmatch(r"[\[\](),\s\d.eE+\-]*", text) or text.count("[") + text.count("(") > 500:
        return None
    rows = re.findall(r"[\[(]([^\[\]()]*)[\])]", text)
    return [row.split(",") for row in rows] or None


def _pairs(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    what = "[[low, high], ...]" if setting.kind == "pairs" else "[[energy, value], ...] with values"
    allowed = f"allowed a list {what} within [{end_text(setting.low)}, {end_text(setting.high)}]; {setting.doc}"
    rows = _as_list(_brackets(raw) if isinstance(raw, str) else raw)
    pairs = [tuple(as_number(end) for end in _as_list(row)) for row in rows]
    if not rows or any(len(pair) != 2 or None in pair for pair in pairs):
        return (), f"{label} = {shortened(raw)}: {allowed}"
    value = tuple(sorted(pairs, key=lambda pair: (float(pair[0] or 0.0), float(pair[1] or 0.0))))
    limited = [end for pair in value for end in (pair if setting.kind == "pairs" else pair[1:])]
    for problem in (_range_problem(setting, label, end) for end in limited):
        if problem:
            return (), problem
    return value, _overlap_problem(label, value) if setting.kind == "pairs" else _rising_problem(label, value)


def _overlap_problem(label: str, pairs: Sequence[tuple[Any, ...]]) -> str | None:
    for low, high in pairs:
        if not low < high:
            return f"{label} = [{low:g}, {high:g}]: allowed low < high; write the lower end first"
    for (low, high), (next_low, next_high) in itertools.pairwise(pairs):
        if next_low < high - 1e-12:
            return (
                f"{label} = [{low:g}, {high:g}] and [{next_low:g}, {next_high:g}]: "
                "allowed bins that do not overlap; a muon must not be counted twice"
            )
    return None


def _rising_problem(label: str, rows: Sequence[tuple[Any, ...]]) -> str | None:
    energies = [energy for energy, _ in rows]
    if len(rows) < 2 or energies[0] < 0 or len(set(energies)) < len(energies):
        return f"{label}: energies {energies}: allowed at least two different ones, each finite and >= 0 MeV"
    return None


def _rotation(setting: Described, raw: Any, label: str) -> tuple[Any, str | None]:
    """Four angles, ``haar:SEED``, or a matrix from Python; the model checks that it is unitary."""
    if isinstance(raw, str) and raw.strip().lower().startswith("haar:"):
        seed = as_number(raw.partition(":")[2])
        if seed is None or not 0 <= seed < 2**32 or seed != int(seed):
            return None, f"{label} = {shortened(raw)}: allowed haar:SEED with a whole SEED in [0, {2**32 - 1}]"
        return f"haar:{int(seed)}", None
    if not isinstance(raw, str) and np.ndim(raw) == 2:
        return raw, None
    values, problem = _numbers(setting, raw, label)
    if problem is None and len(values) != 4:
        return None, f"{label} = {shortened(raw)}: must be theta12,theta13,theta23,delta [rad] or haar:SEED"
    return values, problem


PARSERS: dict[str, Callable[[Described, Any, str], tuple[Any, str | None]]] = {
    "number": _number,
    "integer": _number,
    "complex": _complex,
    "prior": _prior,
    "flag": _flag,
    "choice": _choice,
    "text": _text,
    "words": _words,
    "file": _number_or_file,
    "numbers": _numbers,
    "rotation": _rotation,
    "pairs": _pairs,
    "table": _pairs,
}


def grid(text: str, what: str = "mass", unit: str = "MeV", low: float = 0.0) -> NDArray[np.float64]:
    """Numbers from a number, a list such as ``0,10,20``, ``START:STOP:N`` or ``START:STOP:N:log``.

    Parameters
    ----------
    text : str
        The range.
    what, unit : str
        Quantity and its unit, for messages.
    low : float
        Smallest START and STOP.
    """
    parts = text.split(":")
    listed = len(parts) == 1
    log = len(parts) == 4 and parts[3].strip().lower() == "log"
    try:
        numbers = [float(part) for part in (text.split(",") if listed else parts[:3])]
    except ValueError:
        numbers = []
    if not numbers or not (listed or log or len(parts) == 3) or not (listed or numbers[2] % 1 == 0):
        one = f"a {what} [{unit}]" if unit else "a number"
        raise InvalidInput(
            f"{what} = {text!r}: must be {one}, a list, START:STOP:N or START:STOP:N:log with N whole, "
            "e.g. 45 or 0,10,20 or 1:100:25 or 0.1:100:25:log"
        )
    if listed:
        return np.array(numbers)
    count = "N of the masses" if what == "mass" else f"N of {what}"
    low = max(low, 0.0) if log else low
    require(in_range(what, numbers[:2], low, unit=unit, open_low=log), in_range(count, numbers[2], 1, 1e5))
    return (np.geomspace if log else np.linspace)(numbers[0], numbers[1], int(numbers[2]))


def word_of(name: str) -> str:
    """A name as names of curves are compared: ``Mu3e phase I, tracks`` is ``mu3e-phase-i-tracks``."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def begins(name: str, word: str) -> bool:
    """Whether a word of :func:`word_of` is the first of a name, or all of it."""
    return name == word or name.startswith(f"{word}-")


@dataclass(frozen=True)
class Chosen:
    """Names of curves and records that are shown, and those that are left out; a first word stands for all that begin so.

    Attributes
    ----------
    only, without : tuple of str
        Names; without ``only`` all are shown.
    """

    only: tuple[str, ...] = ()
    without: tuple[str, ...] = ()

    def shows(self, *names: str) -> bool:
        """Whether a curve is shown, by any of its names."""
        return (not self.only or self._among(self.only, names)) and not self.leaves_out(*names)

    def leaves_out(self, *names: str) -> bool:
        """Whether a curve is left out, by any of its names."""
        return self._among(self.without, names)

    def _among(self, chosen: tuple[str, ...], names: tuple[str, ...]) -> bool:
        words = [word_of(name) for name in names]
        return any(begins(word, word_of(name)) for name in chosen for word in words)

    def require_known(self, known: Iterable[str], place: str) -> None:
        """Refuse names that are those of nothing.

        Parameters
        ----------
        known : iterable of str
            Words of all names.
        place : str
            Where they would be, e.g. ``curve of this plane``.

        Raises
        ------
        UnknownName
            With near names.
        """
        every, problems = list(dict.fromkeys(known)), []
        for key, names in (("only", self.only), ("without", self.without)):
            for name in names:
                if not any(begins(other, word_of(name)) for other in every):
                    near = did_you_mean(word_of(name), every) or f"; {place.split()[0]}s: {', '.join(every)}"
                    problems.append(f"{key} = {name!r}: no {place}{near}")
        require(*problems, error=UnknownName)
