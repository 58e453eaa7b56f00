"""How beams, triggers and detectors say what sets them: each number once, next to the class that uses it.

A field made by :func:`of_card` carries its :class:`~darkfactory.settings.Setting`. Reading from a card, the check of a
direct construction, the table of all keys and what a complete card must give are made from that.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Set
from dataclasses import MISSING, dataclass
from typing import Any, ClassVar, Protocol, Self

from darkfactory.errors import in_range, one_of, require
from darkfactory.parsing import HUGE
from darkfactory.settings import Kind, Setting

__all__ = ["Declared", "Need", "Numbers", "check", "choice", "number", "of_card", "positive_number", "share"]


class Numbers(Protocol):
    """What gives the numbers of an experiment by their keys, and remembers which of them were read: a card."""

    def has(self, key: str) -> bool:
        """Whether the key is given."""

    def quantity(self, key: str) -> Any:
        """Value, unit, tag and source of a key."""

    def value(self, key: str, default: Any = ...) -> Any:
        """Value of a key; the default if it is not given."""

    def ignores(self, *keys: str) -> None:
        """Say that these keys change nothing."""


@dataclass(frozen=True)
class Need:
    """What a card gives in exactly one of several ways.

    Parameters
    ----------
    doc : str
        What is needed.
    alternatives : tuple of tuple of str
        Ways to give it, each a set of keys that only make sense together.
    particle : str
        Word of ``beam.particle`` of the cards that must give it; empty for all. Who has begun one way must finish it with
        any beam.
    """

    doc: str
    alternatives: tuple[tuple[str, ...], ...]
    particle: str = ""

    def problems(self, present: Set[str], *, required: bool) -> list[str]:
        """What is missing, given by halves or given twice; ``required`` if it may not be left out altogether."""
        ways = ", or ".join(" and ".join(way) for way in self.alternatives)
        begun = [way for way in self.alternatives if present & set(way)]
        if not begun:
            return [f"{ways}: missing; the card needs the {self.doc}"] if required else []
        found = [
            f"{name}: missing; {' and '.join(sorted(present & set(way)))} needs it for the {self.doc} ({ways})"
            for way in begun
            for name in way
            if name not in present
        ]
        if len(begun) > 1 and not found:
            found.append(f"{', '.join(name for way in begun for name in way)}: allowed only {ways}; keep one of them")
        return found

    def superseded(self, present: Set[str], user: Set[str]) -> set[str]:
        """Keys that lose their effect because the user gives the same thing in another way.

        Examples
        --------
        >>> need = Need("number of muons", (("rate", "days"), ("muons",)))
        >>> sorted(need.superseded({"rate", "days"}, {"muons"})), need.superseded({"muons"}, {"days"})
        (['days', 'rate'], set())
        """
        touched = [way for way in self.alternatives if user & set(way)]
        # a way that stays incomplete with the user's keys is a problem to report
        if len(touched) != 1 or not (present | user) >= set(touched[0]):
            return set()
        return {name for way in self.alternatives if way != touched[0] for name in way}


def number(
    name: str,
    doc: str,
    unit: str = "1",
    low: float = -HUGE,
    high: float = HUGE,
    *,
    open_low: bool = False,
    open_high: bool = False,
    kind: Kind = "number",
    particles: tuple[str, ...] = (),
) -> Setting:
    """Key of a card, without a default of its own; for its attributes see :class:`~darkfactory.settings.Setting`."""
    return Setting(name, None, doc, kind, unit, low, high, open_low=open_low, open_high=open_high, particles=particles)


def positive_number(name: str, doc: str, unit: str = "1", high: float = HUGE) -> Setting:
    """Number in (0, high]; see :func:`number`."""
    return number(name, doc, unit, 0.0, high, open_low=True)


def share(name: str, doc: str, *, particles: tuple[str, ...] = ()) -> Setting:
    """Number in (0, 1]; see :func:`number`."""
    return number(name, doc, "1", 0.0, 1.0, open_low=True, particles=particles)


def choice(name: str, doc: str, *choices: str) -> Setting:
    """One of several words; see :class:`~darkfactory.settings.Setting`."""
    return Setting(name, None, doc, "choice", choices=choices)


def of_card(
    setting: Setting,
    default: Any = MISSING,
    *,
    unset: Any = MISSING,
    need: str = "",
    way: int = 0,
    particle: str = "",
    kw_only: bool = False,
) -> Any:
    """Field of a dataclass that a card sets.

    Parameters
    ----------
    setting : Setting
        Key, unit, range and meaning.
    default : object
        Where nobody gives it; a value is required without.
    unset : object
        Where a card does not give it, though a direct construction must; ``default`` otherwise.
    need : str
        What a card must give with it; fields of the same need and way only make sense together. Empty if it may be left out.
    way : int
        Which of the alternative ways of that need.
    particle : str
        Word of ``beam.particle`` of the cards that must give it; empty for all.
    kw_only : bool
        Whether it is given by name only; it may then stand before those that are required, next to what it belongs to.
    """
    unset = default if unset is MISSING else unset
    told = {"setting": setting, "unset": unset, "need": need, "way": way, "particle": particle}
    return dataclasses.field(default=default, metadata=told, kw_only=kw_only)


def check(setting: Setting, value: Any) -> str | None:
    """Problem text of a number or word that was given directly, None if it is fine (or another kind)."""
    if setting.kind == "choice":
        return one_of(setting.name, value, setting.choices)
    if setting.kind != "number":
        return None
    return in_range(
        setting.name,
        value,
        setting.low if setting.low > -HUGE else -float("inf"),
        setting.high if setting.high < HUGE else float("inf"),
        unit="" if setting.unit == "1" else setting.unit,
        remedy=setting.doc,
        open_low=setting.open_low,
        open_high=setting.open_high,
    )


class Declared:
    """Base of dataclasses whose fields a card sets; a field with the metadata ``part`` is itself such a class."""

    others: ClassVar[tuple[Setting, ...]] = ()
    """Keys that belong here, and that only those ask for who need them."""

    def __post_init__(self) -> None:
        # what holds where nobody gives it is fine, also where it means that there is none
        problems = [
            check(field.metadata["setting"], value)
            for field in dataclasses.fields(self)  # type: ignore[arg-type]
            if "setting" in field.metadata and (value := getattr(self, field.name)) != field.default
        ]
        require(*(problems if any(problems) else self.contradictions()))

    def contradictions(self) -> list[str | None]:
        """What is wrong with numbers that are each within their range."""
        return []

    @classmethod
    def _fields(cls) -> dict[str, Setting]:
        return {f.name: f.metadata["setting"] for f in dataclasses.fields(cls) if "setting" in f.metadata}  # type: ignore[arg-type]

    @classmethod
    def _parts(cls) -> dict[str, type[Declared]]:
        return {f.name: f.metadata["part"] for f in dataclasses.fields(cls) if "part" in f.metadata}  # type: ignore[arg-type]

    @classmethod
    def settings(cls) -> tuple[Setting, ...]:
        """Every key of a card that belongs here."""
        of_parts = (setting for part in cls._parts().values() for setting in part.settings())
        return (*of_parts, *cls._fields().values(), *cls.others)

    @classmethod
    def needs(cls) -> tuple[Need, ...]:
        """What a card must give for this to be complete."""
        ways: dict[tuple[str, str], dict[int, tuple[str, ...]]] = {}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            told = field.metadata
            if told.get("need"):
                of_need = ways.setdefault((told["need"], told["particle"]), {})
                of_need[told["way"]] = (*of_need.get(told["way"], ()), told["setting"].name)
        of_parts = (need for part in cls._parts().values() for need in part.needs())
        own = (Need(doc, tuple(of_need.values()), particle) for (doc, particle), of_need in ways.items())
        return (*of_parts, *own)

    @classmethod
    def keys(cls, *fields: str) -> tuple[str, ...]:
        """Keys of a card that set these fields."""
        own = cls._fields()
        return tuple(own[field].name for field in fields)

    @classmethod
    def card_problems(cls, values: Mapping[str, Any], user: Set[str]) -> list[str]:
        """What contradicts in the values of a card, each within its range; ``user`` are the keys that the user set."""
        return []

    @classmethod
    def from_card(cls, card: Numbers, **chosen: Any) -> Self:
        """Read what a card says.

        Parameters
        ----------
        card : Numbers
            The experiment.
        **chosen : object
            Fields that no card sets, or other values than the card's.

        Raises
        ------
        CardError
            Naming a number that the card does not give.
        InvalidInput
            For numbers that contradict.
        """
        found: dict[str, Any] = {name: part.from_card(card) for name, part in cls._parts().items()}
        for field in dataclasses.fields(cls):  # type: ignore[arg-type]
            if "setting" not in field.metadata:
                continue
            setting: Setting = field.metadata["setting"]
            unset = field.metadata["unset"]
            value = card.value(setting.name, *(() if unset is MISSING else (unset,)))
            if setting.kind in ("table", "pairs"):
                value = tuple((float(first), float(second)) for first, second in value)
            found[field.name] = value
        made = cls(**found | chosen)
        card.ignores(*made.idle)
        return made

    @property
    def idle(self) -> tuple[str, ...]:
        """Keys of a card that change nothing, as the other numbers are."""
        return ()
