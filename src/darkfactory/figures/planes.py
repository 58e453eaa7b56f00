"""What all planes of coupling and mass take: which curves are shown, masses, CL, and experiments and limits of the user's own.

A plane names its curves and the quantities of the registry that it shows before it computes anything; what a user names and
does not exist, and what changes nothing, is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory import bounds
from darkfactory.bounds.own import OwnRecords
from darkfactory.errors import CardError, InvalidInput, in_range, require
from darkfactory.experiments import Card
from darkfactory.figures.curves import drawable, reach_rows
from darkfactory.figures.displaced import region_rows
from darkfactory.parsing import Chosen, as_number, word_of
from darkfactory.processes.muon_decay.scales import canonical
from darkfactory.result import sha256_of
from darkfactory.searches.cards import load_experiment
from darkfactory.settings import Setting, Settings, mass_points
from darkfactory.verbs.reach import Reach, reach

__all__ = ["CONDITIONS", "OPTIONS", "Plane", "Question", "asked_masses"]

Array = NDArray[np.float64]
Rows = list[dict[str, Any]]
OPTIONS = (
    Setting("experiment", (), "cards, shipped or your own, whose reaches are drawn too", "words"),
    Setting(
        "only", (), "curves or records that are shown, no others; a first word stands for all that begin so", "words"
    ),
    Setting("without", (), "curves or records that are left out; a first word stands for all that begin so", "words"),
    Setting("mass", None, "masses [MeV]: LOW:HIGH, START:STOP:N or a list, at which reaches are then computed", "text"),
    Setting(
        "cl",
        None,
        "confidence level of reaches, and of published limits that can be rescaled; their own by default",
        low=0.5,
        high=1.0,
        open_low=True,
        open_high=True,
    ),
)
"""Settings that every plane takes."""
CONDITIONS = (
    Setting("projections", False, "also published projections, dashed", "flag"),
    Setting("conditional", False, "also limits that hold under an assumption only", "flag"),
)
"""Settings of planes with published limits one by one."""


@dataclass(frozen=True)
class Question:
    """What a plane asks a card: the reach of a search in one coupling.

    Attributes
    ----------
    search, coupling : str
        Search, and the column of its coupling.
    masses : sequence of float
        Masses [MeV].
    model : str, optional
        Model; the search's own by default.
    settings : mapping
        Of search and model.
    scan : str, optional
        Coupling that is scanned, where the search offers several.
    tags : mapping
        The same in every row, e.g. the panel.
    fewer : sequence of float
        Masses [MeV] for cards that cannot see all.
    rows : callable, optional
        (reach, column, **common) -> rows, where the coupling is not the one that is scanned.
    label : str
        What tells several of one search apart, behind its name.
    """

    search: str
    coupling: str
    masses: Sequence[float] | Array
    model: str | None = None
    settings: Mapping[str, Any] = field(default_factory=dict)
    scan: str | None = None
    tags: Mapping[str, Any] = field(default_factory=dict)
    fewer: Sequence[float] | Array = ()
    rows: Callable[..., Rows] | None = None
    label: str = ""


@dataclass(frozen=True, eq=False)
class Plane:
    """What a user asked of a plane.

    Attributes
    ----------
    settings : Settings
        Of the figure, with :data:`OPTIONS` among them.
    curves : iterable of str
        Names of the curves that are no records.
    quantities : sequence of str
        Quantities of the registry whose records are shown.
    channel : str
        LFV decay whose records are shown.
    searches : sequence of str
        Searches that cards of the user are asked for.

    Raises
    ------
    UnknownName
        For names that are no curve of the plane; near ones are listed.
    """

    settings: Settings
    curves: Iterable[str]
    quantities: Sequence[str] = ()
    channel: str = ""
    searches: Sequence[str] = ()

    def __post_init__(self) -> None:
        self._chosen.require_known(self._known, "curve of this plane")

    @cached_property
    def _chosen(self) -> Chosen:
        return Chosen(self.settings["only"], self.settings["without"])

    @cached_property
    def _known(self) -> dict[str, None]:
        """Words of all names."""
        names = [*self.curves]
        for record in (*self._records.values(), *self._decays.values()):
            names += [record.label, record.name]
        names += [f"{name}, {search}" for name in self.cards for search in self.searches]
        return dict.fromkeys(map(word_of, names))

    @cached_property
    def _records(self) -> dict[str, bounds.CouplingBound]:
        known = bounds.load_coupling_bounds() if self.quantities else {}
        return {name: record for name, record in known.items() if record.quantity in self.quantities}

    @cached_property
    def _decays(self) -> dict[str, bounds.Bound]:
        known = bounds.load_bounds() if self.channel else {}
        return {name: record for name, record in known.items() if canonical(self.channel) in record.channels}

    @cached_property
    def cards(self) -> dict[str, Card]:
        """Cards by the name of their file: a copy may still say the name of what it is a copy of."""
        cards = [load_experiment(name) for name in self.settings["experiment"]] if self.searches else []
        found = {Path(card.path).stem: card for card in cards}
        require("experiment: two cards of the same name; rename a file" if len(found) < len(cards) else None)
        return found

    @property
    def cl(self) -> float | None:
        """Confidence level that is asked for; None for each limit's own."""
        cl: float | None = self.settings["cl"]
        return cl

    def shows(self, *names: str) -> bool:
        """Whether a curve is shown, by any of its names."""
        return self._chosen.shows(*names)

    def shown(self, names: Iterable[str]) -> tuple[str, ...]:
        """Those of some curves that are shown."""
        return tuple(name for name in names if self.shows(name))

    @cached_property
    def records(self) -> dict[str, bounds.CouplingBound]:
        """Records of couplings that are shown, by name."""
        return {name: record for name, record in self._records.items() if self.shows(name, record.label)}

    @cached_property
    def decays(self) -> dict[str, bounds.Bound]:
        """Records of the LFV decay that are shown one by one, by name."""
        return {name: record for name, record in self._decays.items() if self.shows(name, record.label)}

    @cached_property
    def laboratory(self) -> dict[str, bounds.Bound]:
        """Records of the LFV decay of which the strongest counts: all that are not left out."""
        gone = self._chosen.leaves_out
        return {name: record for name, record in self._decays.items() if not gone(name, record.label)}

    @cached_property
    def _asked(self) -> tuple[float, float, Array | None] | None:
        """Ends of the masses [MeV] that the user gave, and the masses themselves if there are more than two ends."""
        return asked_masses(self.settings["mass"])

    def span(self, low: float, high: float) -> tuple[float, float]:
        """Ends of an axis of masses [MeV] > 0: those asked for, or these."""
        if self._asked is None:
            return low, high
        first, last, _ = self._asked
        if not 0 < first < last:
            raise InvalidInput(
                f"mass = {self.settings['mass']}: a plane needs LOW:HIGH [MeV] with 0 < LOW < HIGH, e.g. 1:100"
            )
        return first, last

    def fine(self, low: float, high: float) -> Array:
        """Masses [MeV] of published curves from one end of the axis to the other."""
        return np.geomspace(low, high, max(80, round(50 * np.log10(high / low))))

    def one_mass(self) -> float:
        """The single mass [MeV] that is asked for; 0 by default."""
        if self._asked is None:
            return 0.0
        low, high, _ = self._asked
        if low != high:
            raise InvalidInput(f"mass = {self.settings['mass']}: this plane is for one mass, e.g. --mass 10")
        return low

    def masses(self, usual: Sequence[float] | Array, within: tuple[float, float] | None = None) -> Array:
        """Masses [MeV] of a reach: those asked for, or the usual ones and the ends of the axis among them.

        Parameters
        ----------
        usual : sequence of float
            Masses by default, rising.
        within : (float, float), optional
            Masses for which the reach is trusted; those of the usual ones by default.
        """
        every = np.asarray(usual, dtype=float)
        if self._asked is None:
            return every
        low, high, points = self._asked
        first, last = within or (every[0], every[-1])
        low, high = max(low, first), min(high, last)
        found = np.concatenate([every, [low, high], *_beyond(every, low, high)]) if points is None else points
        return np.unique(found[(found >= low) & (found <= high)])

    def drawable(self, quantity: str, masses: Any, **how: Any) -> tuple[Rows, list[str], list[str]]:
        """Curves of the records that are shown (see :func:`darkfactory.figures.curves.drawable`); projections if asked for."""
        rows: Rows = []
        notes: list[str] = []
        keys: list[str] = []
        how = {"records": self.records, "cl": self.cl, "conditional": self.settings["conditional"], **how}
        for kind in ("observed", "projected") if self.settings["projections"] else ("observed",):
            found, told, cited = drawable(quantity, masses, kind=kind, **how)
            rows, notes, keys = rows + found, notes + told, keys + cited
        return rows, notes, keys

    def of_cards(self, *questions: Question) -> tuple[Rows, list[Reach]]:
        """Reaches of the user's cards: of every search that can use a card.

        Parameters
        ----------
        *questions : Question
            What is asked of each card.

        Returns
        -------
        rows, reaches
            With the name of the card in column ``card``.

        Raises
        ------
        CardError
            For a card that no search can use, with what each of them lacks.
        InvalidInput
            For a card whose searches reach nothing at these masses.
        """
        rows: Rows = []
        results: list[Reach] = []
        for name, card in self.cards.items():
            found: Rows = []
            refused: list[str] = []
            status: list[str] = []
            for asked in questions:
                curve = ", ".join(filter(None, (name, asked.search, asked.label)))
                if not (self.shows(curve) and len(asked.masses)):
                    continue
                one = self._reach(card, asked, refused)
                if one is None:
                    continue
                status += [f"{asked.search}: {', '.join(dict.fromkeys(map(str, one.result.status)))}"]
                results.append(one)
                about = {"curve": curve, "kind": "expected", "card": name, **asked.tags}
                rows_of = asked.rows or (_rows_of_regions if _closed(one, asked.coupling) else reach_rows)
                found += rows_of(one, asked.coupling, **about)
            if not found and status:
                raise InvalidInput(f"experiment = {name}: reaches nothing at these masses ({'; '.join(status)})")
            if not found and refused:
                raise CardError(
                    f"experiment = {name}: no search of this plane can use it\n" + "\n".join(dict.fromkeys(refused))
                )
            rows += found
        return rows, results

    def _reach(self, card: Card, asked: Question, refused: list[str]) -> Reach | None:
        """Reach of a card; None, with the reason in ``refused``, if the search cannot use it."""
        # the number of events of a dump belongs to its own CL
        cl = None if asked.search == "beam-dump" else self.cl
        how: dict[str, Any] = {"model": asked.model, "cl": cl, "coupling": asked.scan, "settings": asked.settings}
        for masses in (asked.masses, asked.fewer):
            try:
                if len(masses):
                    return reach(asked.search, str(card.path), mass=np.asarray(masses, dtype=float), **how)
            except (CardError, InvalidInput) as lacks:
                refused.append(f"{asked.search}: {lacks}")
        return None

    def finish(self, rows: Sequence[Mapping[str, Any]]) -> list[str]:
        """Refuse what changed nothing, and say what a reader must know of the rest.

        Parameters
        ----------
        rows : sequence of dict
            The table of the plane.

        Returns
        -------
        list of str
            Notes.

        Raises
        ------
        InvalidInput
            If no curve is left; for a CL that no curve has and a folder of limits of which none is drawn.
        """
        if not rows:
            raise InvalidInput(
                "nothing to draw: no curve that is shown has a number at these masses; change only, without or mass "
                "(records that hold under an assumption need conditional=yes, projections projections=yes)"
            )
        notes = [
            f"experiment {name}: {card.path}, sha256 {sha256_of(Path(card.path))}" for name, card in self.cards.items()
        ]
        if self.cl is not None:
            stated = [row for row in rows if row.get("cl") is not None]
            levels = {row["curve"] for row in stated if abs(row["cl"] - self.cl) < 1e-9}
            kept = dict.fromkeys(str(row["curve"]) for row in stated if abs(row["cl"] - self.cl) > 1e-9)
            if not levels:
                raise InvalidInput(
                    f"cl = {self.cl:g}: changes nothing: no curve that is shown can be rescaled, leave it out"
                )
            scaled = dict.fromkeys(str(row["curve"]) for row in stated if row.get("rescaled"))
            notes += [f"rescaled to {self.cl:.0%} CL, Gaussian: {', '.join(scaled)}"] if scaled else []
            notes += [f"at their own CL, since nothing says how they go to another: {', '.join(kept)}"] if kept else []
        extra = self.settings["extra"]
        own = OwnRecords().with_places(extra, "extra").records
        if extra is not None and own.keys().isdisjoint(row.get("record") for row in rows):
            raise InvalidInput(f"extra = {extra}: changes nothing: none of its limits is drawn here, leave it out")
        return notes


def asked_masses(text: str | None) -> tuple[float, float, Array | None] | None:
    """What the option ``mass`` of a plane says; None where it is not given.

    Parameters
    ----------
    text : str, optional
        ``LOW:HIGH``, or masses [MeV] as everywhere.

    Returns
    -------
    low, high : float
        Ends [MeV].
    masses : ndarray or None
        The masses, if they are more than two ends.

    Examples
    --------
    >>> asked_masses("5:60"), asked_masses("30,20")[:2]
    ((5.0, 60.0, None), (20.0, 30.0))
    """
    if text is None:
        return None
    ends = [as_number(part) for part in text.split(":")]
    points = mass_points(text) if len(ends) != 2 or None in ends else np.array(ends, dtype=float)
    require(in_range("mass", points, 0, unit="MeV"))
    return float(points.min()), float(points.max()), points if len(ends) != 2 else None


def _beyond(usual: Array, low: float, high: float) -> list[Array]:
    """Masses from the usual ones to ends beyond them, in the last steps of the usual ones."""
    found = []
    for end, inner, far in ((usual[0], usual[1], low), (usual[-1], usual[-2], high)):
        way = np.log(far / end) / np.log(end / inner) if min(far, end, inner) > 0 else 0.0
        if way > 0:
            found.append(np.geomspace(end, far, int(np.ceil(way)) + 1))
    return found


def _closed(found: Reach, coupling: str) -> bool:
    """Whether every excluded interval of a reach has both edges."""
    if found.result.excluded is None:
        return False
    return not any(None in pair for row in found.rows for pair in row["excluded"][coupling])


def _rows_of_regions(found: Reach, coupling: str, **common: Any) -> Rows:
    return region_rows([found], coupling, **common)
