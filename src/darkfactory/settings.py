"""What a user can set: one description of a setting, its values with where they come from, and ranges of masses.

A :class:`Setting` describes a number, word or list wherever it stands: experiment card, search, model, target or figure.
Ranges, units, help and messages are made from it. :class:`Settings` are the values of a table of them; they remember
which were read, so that a setting which changes nothing is an error and never silence.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, is_mapping, require
from darkfactory.parsing import HUGE, PARSERS, canonical, end_text, grid

__all__ = [
    "Setting",
    "Settings",
    "mass_points",
    "parse_assignments",
    "read_settings",
    "refuse_unread",
    "split_settings",
]

Kind = (
    Literal["number", "integer", "complex", "flag", "choice", "prior", "numbers", "rotation", "pairs", "table"]
    | Literal["text", "words", "file"]
)


@dataclass(frozen=True)
class Setting:
    """One thing that a user can set.

    Attributes
    ----------
    name : str
        As it is written, e.g. ``detector.x_resolution``; keys of a search, model, target or figure without prefix.
    default : object
        Value where nobody gives one; None means that whoever asks decides.
    doc : str
        What it is.
    kind : str
        ``number``, ``integer``, ``complex``, ``flag`` (true, false), ``choice`` of words, ``prior`` (a width > 0,
        ``free`` = infinite, ``none`` = 0), ``numbers`` (a list), ``rotation`` (angles or a matrix), ``pairs`` (list of
        [low, high] that do not overlap), ``table`` (list of [energy in MeV, value], rising), ``text`` or ``words`` (several
        texts: a list, or with commas).
    unit : str
        ``1`` if dimensionless.
    low, high : float
        Range of a number, of those of a list or pairs, or of the values of a table.
    open_low, open_high : bool
        Whether an end itself is forbidden.
    choices : tuple of str
        Words of a choice, or words that a number may be instead.
    synonyms : tuple of (str, str)
        Other words for a choice, and what they mean.
    particles : tuple of str
        Kinds of beam (``beam.particle``) that the key of a card belongs to; empty for any.
    length : int
        How many ``numbers`` there are; 0 for any.
    instead_of : tuple of str
        Other settings that say the same thing; who sets one takes back the card's others.
    """

    name: str
    default: Any
    doc: str
    kind: Kind = "number"
    unit: str = "1"
    low: float = -HUGE
    high: float = HUGE
    open_low: bool = False
    open_high: bool = False
    choices: tuple[str, ...] = ()
    synonyms: tuple[tuple[str, str], ...] = ()
    particles: tuple[str, ...] = ()
    length: int = 0
    instead_of: tuple[str, ...] = ()

    def parse(self, raw: Any, label: str = "") -> tuple[Any, str | None]:
        """Typed value and problem text (None if it is fine) of what a user wrote.

        Parameters
        ----------
        raw : object
            Number, text or list, from YAML, Python or the command line.
        label : str
            Name for the message; the setting's own by default.

        Examples
        --------
        >>> Setting("detector.efficiency", 1.0, "recorded fraction", low=0, high=1, open_low=True).parse("1.5")[1]
        'detector.efficiency = 1.5: allowed (0, 1]; recorded fraction'
        """
        label = label or self.name
        word = canonical(raw) if isinstance(raw, str) else ""
        if self.default is None and word in ("none", "default") and word not in self.choices:
            return None, None
        return PARSERS[self.kind](self, raw, label)

    @property
    def range_text(self) -> str:
        """Allowed values in words, for help and messages."""
        words = ", ".join(self.choices)
        plain = {"choice": words, "flag": "true, false", "text": "text", "words": "texts, with commas"}
        plain["file"] = "a number or a file"
        if self.kind in plain:
            return plain[self.kind]
        if self.kind == "prior":
            return "(0, inf), free, none"
        left = "(" if self.open_low or self.low <= -HUGE else "["
        right = ")" if self.open_high or self.high >= HUGE else "]"
        ends = f"{left}{end_text(self.low)}, {end_text(self.high)}{right}"
        if self.kind == "complex":
            ends = "complex, e.g. 1+0.5j"
        return f"{ends}, or {words}" if words else ends

    def describe(self) -> dict[str, Any]:
        """Name, default, unit, allowed values and meaning, for tables and JSON."""
        default = "free" if isinstance(self.default, float) and math.isinf(self.default) else self.default
        default = str(default).strip("()") if isinstance(default, complex) else default
        default = list(default) if isinstance(default, tuple) else default
        return {
            "name": self.name,
            "default": default,
            "unit": self.unit,
            "kind": self.kind,
            "allowed": self.range_text,
            "doc": self.doc,
        }


class Settings(Mapping[str, Any]):
    """Typed values by key that know where each comes from and which were read.

    Parameters
    ----------
    values : mapping
        Value of every key.
    origins : mapping, optional
        Who gave it: ``card`` or ``user``; a key that is missing has its default.
    label : str
        Prefix of the keys in messages, e.g. ``search.``.
    taken_back : sequence of str
        Notes on what the user's settings replaced in the card.
    words : mapping
        Of the user's words that set many keys at once, these keys; an empty word: keys that repeat what holds anyway.

    Examples
    --------
    >>> s = Settings({"focus": 9.0, "kappa": 0.1}, dict.fromkeys(("focus", "kappa"), "user"), "search.")
    >>> s["focus"], s.unread()
    (9.0, ['search.kappa'])
    """

    def __init__(
        self,
        values: Mapping[str, Any],
        origins: Mapping[str, str] | None = None,
        label: str = "",
        taken_back: Sequence[str] = (),
        words: Mapping[str, set[str]] | None = None,
    ) -> None:
        self._values = dict(values)
        self.read: set[str] = set()
        self.origins = dict(origins or {})
        self.label = label
        self.taken_back = tuple(taken_back)
        self._words = dict(words or {})

    def __getitem__(self, key: str) -> Any:
        value = self._values[key]
        self.read.add(key)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)

    def __repr__(self) -> str:
        return f"Settings({self._values!r})"

    def __or__(self, other: Mapping[str, Any]) -> Settings:
        """These settings with other values; what is read of either is read of both."""
        found = Settings(self._values | dict(other), self.origins, self.label, self.taken_back, self._words)
        found.read = self.read
        return found

    def decide(self, key: str, value: Any) -> None:
        """Fill in what nobody gave and the others decide."""
        if self._values[key] is None:
            self._values[key] = value

    def echo(self) -> dict[str, Any]:
        """All values, to be written down: this reads none."""
        return dict(self._values)

    def ignores(self, *keys: str) -> None:
        """Say that nothing depends on these keys here, though they were read with the rest."""
        self.read.difference_update(keys)

    def unread(self) -> list[str]:
        """Keys that the user set and nobody read, and words of which nobody read any key."""
        asked = {key for key, who in self.origins.items() if who == "user"}.difference(*self._words.values())
        words = [word for word, keys in self._words.items() if word and not keys & self.read]
        return [f"{self.label}{key}" for key in (*(key for key in self.origins if key in asked - self.read), *words)]


def refuse_unread(what: str, *sources: Any) -> None:
    """Refuse what a user set and nobody read: a setting that changes nothing is an error.

    Parameters
    ----------
    what : str
        Who was asked, e.g. ``forward-positron at megii-fwd``.
    *sources : Settings or Card
        Whatever has ``unread()``, a list of keys.

    Raises
    ------
    InvalidInput
        Listing every such key.
    """
    unread = [key for source in sources for key in source.unread()]
    require(*(f"{key}: changes nothing in {what}; leave it out" for key in dict.fromkeys(unread)))


def read_settings(
    table: Sequence[Setting], what: str, *layers: tuple[str, Mapping[str, Any]], label: str = ""
) -> Settings:
    """Typed values of a table of settings: its defaults, overridden by each layer in turn.

    ``systematics=none`` switches off every ``systematics.*`` that the same layer does not give by name, and a setting that
    a later layer gives takes back what an earlier one said in another way (:attr:`Setting.instead_of`).

    Parameters
    ----------
    table : sequence of Setting
        What exists.
    what : str
        Whose settings they are, for messages.
    *layers : (str, mapping)
        Who gives them (``card`` or ``user``) and raw values by key.
    label : str
        Prefix in messages, e.g. ``search.``.

    Returns
    -------
    Settings
        A value for every setting of the table.

    Raises
    ------
    UnknownName
        If one of the keys does not exist; near ones are listed, and all other problems too.
    InvalidInput
        Listing every value outside its range, and what is given twice.
    """
    known = {canonical(setting.name): setting for setting in table}
    values = {setting.name: setting.default for setting in table}
    origins: dict[str, str] = {}
    problems: list[str] = []
    taken_back: list[str] = []
    words: dict[str, set[str]] = {}
    error: type[InvalidInput | UnknownName] = InvalidInput
    for who, raw_layer in layers:
        layer, spelled, found = _spelled(known, raw_layer, label)
        problems += found
        words = {"": set()} | ({"systematics": spelled} if spelled else {}) if who == "user" else words
        given: dict[str, str] = {}
        for written, raw in layer.items():
            setting = known.get(canonical(written))
            if setting is None:
                error = UnknownName
                problems.append(f"{label}{written}: unknown key of {what}{_near(written, table, label)}")
                continue
            name = setting.name
            if name in given:
                problems.append(f"{label}{name} is given twice, as {given[name]} and {written}; keep one")
            given[name] = written
            before = values[name]
            values[name], problem = setting.parse(raw, f"{label}{name}")
            if problem:
                problems.append(problem)
            elif who == "user" and setting.kind != "rotation" and before == values[name]:
                words[""].add(name)  # who repeats what holds anyway asks for nothing
            for other in setting.instead_of:
                if other in given:
                    problems.append(
                        f"{label}{other} and {label}{name} are both given: they fix the same thing, keep one"
                    )
                elif other in origins and who == "user":
                    taken_back.append(f"{label}{name} of the command replaces {label}{other} of the card")
                    values[other] = known[canonical(other)].default
                    del origins[other]
            origins[name] = who
    if problems:
        raise error("\n".join(dict.fromkeys(problems)))
    return Settings(values, origins, label, taken_back, words)


def _near(written: str, table: Sequence[Setting], label: str) -> str:
    names = [setting.name for setting in table]
    near = did_you_mean(written, names).replace("did you mean ", f"did you mean {label}").replace(", ", f", {label}")
    few = len(names) <= 20 or not near
    return (f"; keys: {', '.join(names) or 'none'}" if few else "") + near


def _spelled(
    known: Mapping[str, Setting], layer: Mapping[str, Any], label: str
) -> tuple[dict[str, Any], set[str], list[str]]:
    """``systematics: none`` spelled out key by key; what the same layer gives by name stays. The layer, these keys, problems."""
    layer = dict(layer)
    word = next((key for key in layer if canonical(key) == "systematics"), None)
    priors = [setting.name for setting in known.values() if setting.name.startswith("systematics.")]
    if word is None or not priors:
        return layer, set(), []
    raw = layer.pop(word)
    if canonical(raw) != "none":
        example = f"{label}{priors[-1]}=0.05"
        return layer, set(), [f"{label}systematics = {raw!r}: allowed none; or set one, e.g. {example}"]
    named = {canonical(key) for key in layer}
    spelled = {name: "none" for name in priors if canonical(name) not in named}
    return spelled | layer, set(spelled), []


def parse_assignments(assignments: Iterable[str], option: str = "--set beam.days=28") -> dict[str, str]:
    """Settings from texts ``key=value`` of an option, which messages name with its example.

    Raises
    ------
    InvalidInput
        For a text without ``=``, or a key that is given twice.

    Examples
    --------
    >>> parse_assignments(["model.mass=20", "beam.days = 28"])
    {'model.mass': '20', 'beam.days': '28'}
    """
    found: dict[str, str] = {}
    problems = []
    for text in assignments:
        key, equals, value = (part.strip() for part in text.partition("="))
        if not (key and equals and value):
            problems.append(f"{option.split()[0]} {text!r}: must be key=value, e.g. {option}")
        elif key in found:
            problems.append(f"{option.split()[0]} {key} is given twice: {found[key]} and {value}")
        found[key] = value
    require(*problems)
    return found


def split_settings(settings: Mapping[str, Any] | None) -> tuple[dict[str, Any], dict[str, Any]]:
    """Model settings (without the prefix ``model.``) and the rest, which belongs to the experiment's card and the search.

    Examples
    --------
    >>> split_settings({"model.mass": 20, "beam.days": 28})
    ({'mass': 20}, {'beam.days': 28})
    """
    require(is_mapping("settings", settings := settings or {}))
    model = {key.removeprefix("model."): value for key, value in settings.items() if key.startswith("model.")}
    return model, {key: value for key, value in settings.items() if not key.startswith("model.")}


def mass_points(mass: str | float | Sequence[float] | NDArray[np.float64]) -> NDArray[np.float64]:
    """Masses [MeV] from a number, an array, a list such as ``0,10,20``, or ``START:STOP:N``, ``START:STOP:N:log``.

    N points with both ends, equally far apart or, with ``log``, with equal ratios.

    Raises
    ------
    InvalidInput
        For anything else, a negative mass, too many points, N < 1.

    Examples
    --------
    >>> mass_points("1:100:4").tolist(), mass_points("0,10,35").tolist(), mass_points("1:100:3:log").tolist()
    ([1.0, 34.0, 67.0, 100.0], [0.0, 10.0, 35.0], [1.0, 10.0, 100.0])
    """
    if isinstance(mass, str):
        masses = grid(mass)
    else:
        try:
            masses = np.atleast_1d(np.asarray(mass, dtype=float))
        except (TypeError, ValueError):
            raise InvalidInput(f"mass = {mass!r}: must be a mass [MeV] or a sequence of them") from None
        if masses.ndim != 1 or masses.size == 0:
            raise InvalidInput(f"mass has shape {np.shape(mass)}: must be one mass [MeV] or a sequence of them")
    require(in_range("mass", masses, 0, unit="MeV"))
    return masses
