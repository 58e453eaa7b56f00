"""Experiment cards: beam, detector and search settings of an experiment, every number with its unit, tag and source.

A card is one YAML file. The shipped ones lie in ``experiments/cards``; a user's own file works the same way, and any
number can be overridden when a card is loaded (``--set beam.days=30`` on the command line).
"""

from __future__ import annotations

import functools
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from darkfactory.errors import CardError, InvalidInput, UnknownName, did_you_mean
from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.beams.registry import BEAMS
from darkfactory.experiments.keys import KEYS, Wanted, find_key, parse_value, structure_problems, superseded
from darkfactory.parsing import canonical
from darkfactory.tracing import trace

if TYPE_CHECKING:
    from darkfactory.experiments.schema import Leaf, Parsed

__all__ = ["Card", "Quantity", "check_card", "list_cards", "load_card"]

CARDS = Path(__file__).parent / "cards"
_REQUIRED: Final = object()


@dataclass(frozen=True)
class Quantity:
    """A value with where it comes from.

    Parameters
    ----------
    value : object
        Float, word, boolean, or a tuple of (low, high) pairs.
    unit : str
        Its unit, ``1`` if dimensionless.
    tag : str
        ``paper``, ``derived``, ``assumed``, or ``user`` for an override.
    source : str
        Paper or reason.
    provenance : str or None
        ``quoted``, ``recalled`` or ``digitised`` for tag ``paper``, else None. A recalled number was never checked
        against its publication.
    """

    value: Any
    unit: str
    tag: str
    source: str
    provenance: str | None = None


@dataclass(frozen=True)
class Card:
    """A checked experiment card; get one from :func:`load_card`.

    Parameters
    ----------
    name, title : str
        Name of the card and one line that says what it is.
    references : tuple of str
        BibTeX keys.
    path : Path
        The file that was read.
    notes : str
        Free text of the card.
    """

    name: str
    title: str
    references: tuple[str, ...]
    path: Path
    notes: str = ""
    _quantities: tuple[tuple[str, Quantity], ...] = field(default=(), repr=False)
    _searches: tuple[tuple[str, tuple[tuple[str, Quantity], ...]], ...] = field(default=(), repr=False)
    _overrides: tuple[tuple[str, Quantity], ...] = field(default=(), repr=False)
    _read: set[str] = field(default_factory=set, repr=False, compare=False)
    """Keys that somebody asked for: what a user set and nobody reads changes nothing, and is refused."""

    def keys(self) -> tuple[str, ...]:
        """Return the ``beam.*``, ``target.*``, ``detector.*`` and ``trigger.*`` keys of the card, in the order of the key table."""
        return tuple(name for name, _ in self._quantities)

    def _known(self, key: str) -> str:
        name = find_key(key)
        if name is None:
            raise UnknownName(f"{key}: unknown key{_near_key(key, self.path)}")
        return name

    def values(self) -> dict[str, Any]:
        """Return the values of all these keys, by key."""
        return {name: entry.value for name, entry in self._quantities}

    def quantities(self) -> dict[str, Quantity]:
        """Return all these numbers, by key; this reads none."""
        return dict(self._quantities)

    @property
    def read(self) -> frozenset[str]:
        """Keys that somebody asked for."""
        return frozenset(self._read)

    @property
    def recalled(self) -> tuple[str, ...]:
        """Keys whose numbers were recalled and never checked against their publication."""
        return tuple(name for name, entry in self._quantities if entry.provenance == "recalled")

    def has(self, key: str) -> bool:
        """Whether the card gives ``key``; an unknown key raises :class:`~darkfactory.errors.UnknownName`."""
        name = self._known(key)
        self._read.add(name)
        return name in self.keys()

    def quantity(self, key: str) -> Quantity:
        """Return the quantity of a ``beam.*``, ``detector.*`` or ``trigger.*`` key.

        Raises
        ------
        UnknownName
            If no card can have this key.
        CardError
            If this card does not give it.
        """
        name = self._known(key)
        self._read.add(name)
        found = dict(self._quantities).get(name)
        if found is None:
            raise CardError(f"{self.path.name}: {name}: missing; add it to the card or set it ({KEYS[name].doc})")
        return found

    def value(self, key: str, default: Any = _REQUIRED) -> Any:
        """Return the value of a key, or ``default`` if the card does not give it (errors of :meth:`quantity`)."""
        if default is not _REQUIRED and not self.has(key):
            return default
        return self.quantity(key).value

    @property
    def sections(self) -> tuple[str, ...]:
        """Names of the searches that the card configures."""
        return tuple(name for name, _ in self._searches)

    def section(self, search: str) -> dict[str, Quantity]:
        """Settings that the card itself gives for one search, by key; nested ones flattened (``systematics.polarization``)."""
        return dict(dict(self._searches).get(canonical(search).replace("_", "-"), ()))

    def search_overrides(self) -> dict[str, Quantity]:
        """The user's ``search.*`` as they were written: whoever asks parses them and answers for those that change nothing."""
        self._read.update(f"search.{key}" for key, _ in self._overrides)
        return dict(self._overrides)

    def ignores(self, *keys: str) -> None:
        """Say that nothing depends on these keys here, though they were read with the rest."""
        self._read.difference_update(keys)

    def unread(self) -> list[str]:
        """Keys that the user set and nobody asked for."""
        asked = [name for name, entry in self._quantities if entry.tag == "user"]
        return [key for key in (*asked, *(f"search.{name}" for name, _ in self._overrides)) if key not in self._read]

    def changed(self) -> dict[str, Any]:
        """What the user set, by key; to be written down."""
        return {name: q.value for name, q in self._quantities if q.tag == "user"} | {
            f"search.{name}": q.value for name, q in self._overrides
        }

    @property
    def beam(self) -> Beam:
        """The beam: its exposure and polarization."""
        return BEAMS[self.value("beam.particle")](self)

    @property
    def exposure(self) -> float:
        """Number of stopped and decayed muons; an error where the beam makes something else."""
        return self._counted("exposure")

    @property
    def tau_pairs(self) -> float:
        """Number of tau pairs produced, two taus each, before any tag; an error where the beam makes something else."""
        return self._counted("tau_pairs")

    def _counted(self, what: str) -> float:
        beam = self.beam
        if beam.counted != what:
            raise InvalidInput(f"{what} of the card {self.name}: beam.particle = {beam.name}; ask for {beam.counted}")
        return float(getattr(beam, what))

    def provenance_table(self) -> list[dict[str, Any]]:
        """Return one row (key, value, unit, tag, provenance, source) for every number of the card."""
        rows = dict(self._quantities)
        for name in self.sections:
            rows |= {f"search.{name}.{key}": entry for key, entry in self.section(name).items()}
        rows |= {f"search.{key}": entry for key, entry in self._overrides}
        fields = ("value", "unit", "tag", "provenance", "source")
        return [{"key": key} | {name: getattr(entry, name) for name in fields} for key, entry in rows.items()]


def _near_key(key: str, path: Path, search_keys: tuple[str, ...] = ()) -> str:
    name = path.stem if path.parent == CARDS else path
    listed = f"; `darkfactory show {name}` lists the keys that this experiment has"
    return did_you_mean(canonical(key), (*KEYS, *search_keys)) + listed


def list_cards() -> tuple[str, ...]:
    """Return the names of the shipped cards.

    Examples
    --------
    >>> "megii-fwd" in list_cards()
    True
    """
    return tuple(sorted(path.stem for path in CARDS.glob("*.yaml")))


def load_card(
    name_or_path: str | os.PathLike[str],
    overrides: Mapping[str, Any] | None = None,
    wanted: Mapping[str, Wanted] | None = None,
) -> Card:
    """Load an experiment card and check every quantity in it.

    Parameters
    ----------
    name_or_path : str or path
        Name of a shipped card (case does not matter, hyphens and underscores are the same), or the path of a YAML file:
        whatever has a path separator or ends in ``.yaml`` or ``.yml``.
    overrides : mapping, optional
        Settings with the prefixes ``beam.``, ``target.``, ``detector.``, ``trigger.`` and ``search.``; values may be
        strings. Those of a search are kept as given. An overridden quantity has the tag ``user``. Setting one way to give a
        quantity removes the other: ``beam.exposure_muons`` removes ``beam.stopping_rate`` and ``beam.days``.
    wanted : mapping, optional
        What a card with a ``search`` section of some name must give, by that name: kinds of beam, detector and trigger, or
        keys (:class:`~darkfactory.experiments.declarations.Need`).

    Returns
    -------
    Card
        Complete and within the allowed ranges.

    Raises
    ------
    UnknownName
        If no such card is shipped, or if unknown override keys are all that is wrong; near names are listed.
    CardError
        If anything else is wrong; all problems of card and overrides are listed at once, one a line.

    Examples
    --------
    >>> card = load_card("megii-fwd", {"beam.days": "28"})
    >>> f"{card.exposure:.5g}"
    '2.4192e+14'
    >>> card.quantity("beam.days").tag, card.quantity("beam.polarization").tag
    ('user', 'assumed')
    """
    path, shown = _locate(name_or_path)
    card = _assemble(path, shown, _parsed(path, _stamp(path)), overrides or {}, wanted or {})
    trace("card", card)
    return card


def _stamp(path: Path) -> tuple[int, int]:
    """When a file was changed, and its size; zeros for one that cannot be read, which the reader says."""
    try:
        found = path.stat()
    except OSError:
        return 0, 0
    return found.st_mtime_ns, found.st_size


@functools.lru_cache(maxsize=64)
def _parsed(path: Path, stamp: tuple[int, int]) -> Parsed:
    """What a file says, read again when it changes: a search in a loop reads its card once."""
    from darkfactory.experiments.schema import read_card

    return read_card(path)


def _assemble(
    path: Path, shown: str, parsed: Parsed, overrides: Mapping[str, Any], wanted: Mapping[str, Wanted]
) -> Card:
    user = _Overrides(overrides, parsed, path)
    dropped = superseded(parsed.present, user.given)
    merged = {name: _quantity(leaf) for name, leaf in parsed.quantities.items() if name not in user.given}
    merged |= user.quantities
    quantities = {name: merged[name] for name in KEYS if name in merged and name not in dropped}
    problems = list(parsed.problems)
    if parsed.readable:
        values = {name: entry.value for name, entry in quantities.items()}
        asked = {f"search.{search}": wanted[search] for search in parsed.searches if search in wanted}
        problems += structure_problems((parsed.present | user.given) - dropped, values, asked, user.given)
    if problems or user.problems:
        raise CardError(_lines(shown, problems, user.problems + user.unknown))
    if user.unknown:
        raise UnknownName(_lines(shown, [], user.unknown))
    return Card(
        name=parsed.name,
        title=parsed.title,
        references=parsed.references,
        path=path,
        notes=parsed.notes,
        _quantities=tuple(quantities.items()),
        _searches=tuple(
            (search, tuple((key, _quantity(leaf)) for key, leaf in leaves.items()))
            for search, leaves in parsed.searches.items()
        ),
        _overrides=tuple(user.search.items()),
        # who repeats what the card says asks for nothing
        _read={
            name
            for name, entry in user.quantities.items()
            if name in parsed.quantities and parsed.quantities[name].value == entry.value
        },
    )


def check_card(path: str | os.PathLike[str]) -> list[str]:
    """Return all problems of a card (name or path as in :func:`load_card`), one text each; empty if it is good.

    Examples
    --------
    >>> check_card("twist")
    []
    """
    try:
        load_card(path)
    except CardError as error:
        return str(error).splitlines()
    return []


def _locate(name_or_path: str | os.PathLike[str]) -> tuple[Path, str]:
    """Path of a card and the name that messages use for it."""
    text = os.fspath(name_or_path)
    separators = [mark for mark in (os.sep, os.altsep) if mark]
    is_path = isinstance(name_or_path, os.PathLike) or any(mark in text for mark in separators)
    if is_path or text.lower().endswith((".yaml", ".yml")):
        return Path(text).expanduser(), text
    shipped = {canonical(name): name for name in list_cards()}
    name = shipped.get(canonical(text))
    if name is None:
        near = did_you_mean(text, list(shipped.values()))
        raise UnknownName(
            f"experiment {text!r}: no such card{near}; shipped are {', '.join(shipped.values())}; "
            "for your own card give a path that ends in .yaml"
        )
    return CARDS / f"{name}.yaml", f"{name}.yaml"


def _lines(shown: str, file_problems: list[str], override_problems: list[str]) -> str:
    lines = [f"{shown}: {problem}" for problem in file_problems]
    return "\n".join(dict.fromkeys(lines + [f"override: {problem}" for problem in override_problems]))


class _Overrides:
    """The user's settings, sorted into quantities, search settings, problems and unknown keys."""

    def __init__(self, given: Mapping[str, Any], parsed: Parsed, path: Path) -> None:
        self.quantities: dict[str, Quantity] = {}
        self.given: set[str] = set()
        self.search: dict[str, Quantity] = {}
        self.problems: list[str] = []
        self.unknown: list[str] = []
        search_keys = tuple(f"search.{key}" for leaves in parsed.searches.values() for key in leaves)
        for written, raw in given.items():
            name = find_key(written)
            prefix, _, rest = canonical(written).partition(".")
            if prefix == "search" and rest:
                if rest in self.search:
                    self.problems.append(f"search.{rest} is given twice (case, hyphens and underscores are the same)")
                self.search[rest] = Quantity(raw, "1", "user", "override")
            elif name is None:
                self.unknown.append(f"{written}: unknown key{_near_key(written, path, search_keys)}")
            else:
                value, problem = parse_value(name, raw)
                if name in self.given:
                    self.problems.append(
                        f"{name} is given twice (case, hyphens and underscores are the same); keep one"
                    )
                self.given.add(name)
                if problem:
                    self.problems.append(problem)
                else:
                    self.quantities[name] = Quantity(value, KEYS[name].unit, "user", "override")


def _quantity(leaf: Leaf) -> Quantity:
    return Quantity(leaf.value, leaf.unit, leaf.tag, leaf.source, leaf.provenance)
