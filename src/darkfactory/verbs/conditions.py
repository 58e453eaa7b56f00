"""A limit as a function of settings, under conditions on what these fix, such as a trigger rate: what ``optimise`` asks."""

from __future__ import annotations

import itertools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from darkfactory.errors import DarkfactoryError, InvalidInput, UnknownName, did_you_mean, require
from darkfactory.experiments.card import Card
from darkfactory.numerics.optimum import Interval, Minimum, minimum, within
from darkfactory.parsing import HUGE, as_number
from darkfactory.recorded.electron_photon import PhotonRates
from darkfactory.searches.base import is_scale
from darkfactory.searches.cards import load_experiment
from darkfactory.settings import split_settings
from darkfactory.verbs.varied import Varied, limits_of

__all__ = ["CONDITIONS", "Condition", "Constrained", "Quantity", "conditions_of"]

CLOSE = 1e-6
"""Relative difference up to which a condition is kept."""
FLAT = 1.01
"""Limit over the best one up to which a setting counts as being as good."""
SENSES = ("=", "<=", ">=")


@dataclass(frozen=True)
class Quantity:
    """Something that settings of an experiment fix, and that a condition may be about.

    Attributes
    ----------
    unit, doc : str
        Unit and meaning.
    of : callable
        Card -> value.
    """

    unit: str
    doc: str
    of: Callable[[Card], float]


def _trigger_rate(card: Card) -> float:
    return float(sum(map(float, PhotonRates.from_card(card).rate(card.value("beam.stopping_rate")))))


CONDITIONS: Mapping[str, Quantity] = {
    "trigger_rate": Quantity("Hz", "rate of the photon trigger at beam.stopping_rate", _trigger_rate),
    "exposure_muons": Quantity("1", "stopped and decayed muons", lambda card: card.exposure),
    "electrons": Quantity("1", "electrons on target", lambda card: float(card.beam.exposure)),
    "days": Quantity("d", "live time", lambda card: float(card.value("beam.days"))),
    "stopping_rate": Quantity("1/s", "muons stopped per second", lambda card: float(card.value("beam.stopping_rate"))),
}
"""What a condition may be about."""


@dataclass(frozen=True)
class Condition:
    """A condition on a quantity.

    Attributes
    ----------
    name : str
        One of :data:`CONDITIONS`.
    sense : str
        ``=``, ``<=`` or ``>=``.
    value : float
        Value, in the unit of the quantity.
    """

    name: str
    sense: str
    value: float

    def __str__(self) -> str:
        return f"{self.name} {self.sense} {self.value:g}"

    def quantity(self, card: Card) -> float:
        """The quantity at an experiment; an error where its card does not fix it."""
        try:
            return CONDITIONS[self.name].of(card)
        except DarkfactoryError as missing:
            raise InvalidInput(f"--subject {self.name}: {card.name} does not have it ({missing})") from None

    def excess(self, card: Card) -> float:
        """Logarithm of the quantity over the value."""
        found = self.quantity(card)
        return math.log(found / self.value) if found > 0 else -math.inf

    def kept(self, card: Card) -> bool:
        """Whether it holds."""
        x = self.excess(card)
        return abs(x) <= CLOSE if self.sense == "=" else x <= CLOSE if self.sense == "<=" else x >= -CLOSE


def conditions_of(subject: Mapping[str, Any] | Sequence[str]) -> list[Condition]:
    """Conditions as a user writes them.

    Parameters
    ----------
    subject : mapping or sequence of str
        ``{"trigger_rate": 10, "days": "<=30"}`` or ``["trigger_rate=10", "days<=30"]``.

    Raises
    ------
    InvalidInput
        For another form, or a value that is not positive.
    UnknownName
        For a quantity that is not in :data:`CONDITIONS`.

    Examples
    --------
    >>> [str(one) for one in conditions_of({"trigger_rate": 10, "days": "<=30"})]
    ['trigger_rate = 10', 'days <= 30']
    """
    if isinstance(subject, Mapping):
        texts = [
            f"{name}{value}" if str(value).strip().startswith(SENSES) else f"{name}={value}"
            for name, value in subject.items()
        ]
    else:
        texts = [subject] if isinstance(subject, str) else list(subject)
    found = []
    for text in texts:
        parts = re.fullmatch(r"\s*(\w+)\s*(<=|>=|=)\s*(\S+)\s*", str(text))
        value = as_number(parts[3]) if parts else None
        if parts is None or value is None or not 0 < value < HUGE:
            raise InvalidInput(f"--subject {text!r}: must be NAME=VALUE, NAME<=VALUE or NAME>=VALUE with a value > 0")
        if parts[1] not in CONDITIONS:
            known = ", ".join(f"{name} [{about.unit}]" for name, about in CONDITIONS.items())
            raise UnknownName(
                f"--subject {parts[1]}: unknown{did_you_mean(parts[1], list(CONDITIONS))}; known: {known}"
            )
        found.append(Condition(parts[1], parts[2], value))
    return found


class Constrained:
    """The limit as a function of some settings, under conditions.

    Parameters
    ----------
    varied : Varied
        The reach.
    quantity : str
        Limit that is made strong.
    axes : dict
        Range of each setting.
    conditions : sequence of Condition
        What must hold.

    Attributes
    ----------
    own_card : Card
        The experiment before anything is optimised, with the muon rate that the search takes.
    notes : dict
        What the reaches at some values of the settings say.
    """

    def __init__(
        self, varied: Varied, quantity: str, axes: Mapping[str, Interval], conditions: Sequence[Condition]
    ) -> None:
        self.varied, self.quantity, self.axes, self.conditions = varied, quantity, axes, conditions
        self.sign = -1.0 if is_scale(quantity) else 1.0
        self.refused = ""
        self.notes: dict[tuple[float, ...], tuple[str, ...]] = {}
        self._limits: dict[tuple[float, ...], float] = {}
        self._reasons: dict[tuple[float, ...], str] = {}
        arguments = varied.arguments
        self.experiment = arguments["experiment"] or varied.made.experiment
        self.given = split_settings(arguments["settings"])[1]
        # a search may choose its own muon rate, unless the user does
        used = varied.made.result.settings.get("stopping_rate")
        self.own_card = self._load({})
        chosen = used is not None and used != self.own_card.value("beam.stopping_rate", used)
        self.own_card = self._load({"beam.stopping_rate": used}) if chosen else self.own_card
        about = [c.name for c in conditions if c.name in ("trigger_rate", "stopping_rate", "exposure_muons")]
        require(
            f"--subject {about[0]}: the search takes the muon rate that fills the bandwidth; add --over beam.stopping_rate=LOW:HIGH"
            if chosen and about and "beam.stopping_rate" not in axes
            else None
        )

    def _load(self, more: Mapping[str, Any]) -> Card:
        return load_experiment(self.experiment, {**self.given, **more})

    def card(self, values: Mapping[str, float]) -> Card:
        """The experiment with these settings."""
        return self._load({key: value for key, value in values.items() if not key.startswith("model.")})

    def best(self) -> tuple[Minimum, dict[str, Condition]]:
        """Best values of the settings that are free, and the settings that conditions fix: inequalities hold as they are, or as
        equations at their border.
        """
        equations = [c for c in self.conditions if c.sense == "="]
        others = [c for c in self.conditions if c.sense != "="]
        found: list[tuple[Minimum, dict[str, Condition]]] = []
        for count in range(len(others) + 1):
            for active in itertools.combinations(others, count):
                if (
                    len(equations) + count <= len(self.axes)
                    and (follows := self._follows([*equations, *active])) is not None
                ):
                    free = [axis for key, axis in self.axes.items() if key not in follows]
                    found.append((minimum(lambda *x, f=follows: self.value(x, f), free), follows))
        best = min(found, key=lambda one: one[0].value, default=None)
        if best is None or not math.isfinite(best[0].value):
            raise InvalidInput(
                f"optimise: no settings in these ranges give a limit on {self.quantity}"
                + (f" with {', '.join(map(str, self.conditions))}" if self.conditions else "")
                + (f"; the last one that was refused: {self.refused}" if self.refused else "")
            )
        return best

    def _follows(self, equations: Sequence[Condition]) -> dict[str, Condition] | None:
        """Which setting each equation fixes: the one that changes its quantity most."""
        found: dict[str, Condition] = {}
        middle = {key: axis.value(0.5) for key, axis in self.axes.items()}
        for condition in equations:
            change: dict[str, float] = {}
            for key, axis in self.axes.items():
                if key not in found:
                    ends = [condition.excess(self.card({**middle, key: end})) for end in (axis.low, axis.high)]
                    change[key] = 0.0 if not all(map(math.isfinite, ends)) else abs(ends[1] - ends[0])
            key = max(change, key=change.__getitem__, default="")
            if not key or change[key] == 0:
                require(f"--subject {condition}: nothing of --over changes it" if condition.sense == "=" else None)
                return None
            found[key] = condition
        return found

    def complete(self, free: Sequence[float], follows: Mapping[str, Condition]) -> dict[str, float]:
        """All settings: the free ones, and those that follow from conditions; an error where those cannot be met."""
        keys = [key for key in self.axes if key not in follows]
        return self._solved(dict(zip(keys, free, strict=True)), list(follows.items()))

    def _solved(self, values: Mapping[str, float], follows: Sequence[tuple[str, Condition]]) -> dict[str, float]:
        if not follows:
            return {key: values[key] for key in self.axes}
        from scipy.optimize import brentq

        (key, condition), *rest = follows
        axis = self.axes[key]

        def solved(u: float) -> dict[str, float]:
            return self._solved({**values, key: axis.value(u)}, rest)

        def excess(u: float) -> float:
            return max(condition.excess(self.card(solved(u))), -700.0)

        ends = excess(0.0), excess(1.0)
        require(f"no {key} in its range gives {condition}" if ends[0] * ends[1] > 0 else None)
        return solved(float(brentq(excess, 0.0, 1.0, xtol=1e-12, rtol=1e-12)))

    def value(self, free: Sequence[float], follows: Mapping[str, Condition]) -> float:
        """Logarithm of the limit, of a scale with the other sign; inf where a condition does not hold or nothing is found."""
        place: tuple[float, ...] | None = None
        try:
            at = self.complete(free, follows)
            place = tuple(at.values())
            kept = [c for c in self.conditions if c not in follows.values()]
            if kept and not all(condition.kept(card) for card in [self.card(at)] for condition in kept):
                return math.inf
            if place not in self._limits:
                made = self.varied.with_settings(at)
                self.notes[place] = made.notes
                limit = limits_of(made).get(self.quantity)
                self._limits[place] = math.inf if limit is None else self.sign * math.log(limit)
                if limit is None:
                    self.refused = self._reasons[place] = f"no limit on {self.quantity}, {made.result.status[0]}"
        except DarkfactoryError as error:
            self.refused = str(error).splitlines()[0]
            if place is None:  # a condition cannot be met
                return math.inf
            self._limits[place], self._reasons[place] = math.inf, self.refused
        return self._limits[place]

    @property
    def refusals(self) -> list[dict[str, Any]]:
        """Parts of the ranges that have no limit: ``settings`` from and to, ``points`` that were tried, and the ``reason``.

        Of one setting every piece is a part of its own; of several all points with one reason are.
        """

        def kind(place: tuple[float, ...]) -> str:
            return re.sub(r"\d[\d.]*(e[-+]?\d+)?", "#", self._reasons.get(place, ""))

        found, alone = [], len(self.axes) == 1
        for reason, group in itertools.groupby(sorted(self._limits, key=None if alone else kind), kind):
            places = list(group)
            if reason:
                ranges = {key: [min(x), max(x)] for key, x in zip(self.axes, zip(*places, strict=True), strict=True)}
                found.append({"settings": ranges, "points": len(places), "reason": self._reasons[places[0]]})
        return found

    def flat(self, best: Minimum, follows: Mapping[str, Condition]) -> dict[str, tuple[float, float]]:
        """Range of each setting in which the limit is as good to 1%, the other free ones as they are."""
        level = best.value + math.log(FLAT)
        found = {key: (value, value) for key, value in self.complete(best.at, follows).items()}
        for k, key in enumerate(key for key in self.axes if key not in follows):

            def along(x: float, k: int = k) -> tuple[float, ...]:
                return (*best.at[:k], x, *best.at[k + 1 :])

            def limit(x: float, k: int = k) -> float:
                return self.value(along(x, k), follows)

            ends = within(limit, self.axes[key], best.at[k], level)
            found[key] = ends
            for x in ends:  # what follows goes along
                for other, value in self.complete(along(x), follows).items():
                    if other in follows:
                        found[other] = min(found[other][0], value), max(found[other][1], value)
        return found
