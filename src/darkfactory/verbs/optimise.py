"""The verb ``optimise``: the settings within given ranges with the strongest limit, under conditions."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from darkfactory.errors import DarkfactoryError, InvalidInput, UnknownName, one_of, require
from darkfactory.experiments.card import Card
from darkfactory.glossary import Column, named
from darkfactory.models import Model
from darkfactory.numerics.optimum import Interval
from darkfactory.parsing import HUGE, as_number
from darkfactory.result import run_block
from darkfactory.searches.base import is_scale
from darkfactory.settings import Setting, mass_points
from darkfactory.verbs.conditions import CONDITIONS, Condition, Constrained, conditions_of
from darkfactory.verbs.reach import Reach, reach
from darkfactory.verbs.varied import OfOneLimit, Varied, limits_of, setting_of

__all__ = ["Optimum", "optimise"]

COLUMNS = named(
    Column("setting", "", "key of the setting"),
    Column("unit", "", "unit of its values"),
    Column("best", "1", "value with the strongest limit; in the unit of the column unit"),
    Column("own", "1", "value of the card, or of the user; in the unit of the column unit"),
    Column("low", "1", "lowest value that was allowed; in the unit of the column unit"),
    Column("high", "1", "highest value that was allowed; in the unit of the column unit"),
    Column("scale", "", "log or linear: how the range was divided"),
    Column("flat_low", "1", "lowest value whose limit is within 1% of the best; in the unit of the column unit"),
    Column("flat_high", "1", "highest value whose limit is within 1% of the best; in the unit of the column unit"),
    Column("end", "", "low or high, if the best value is at that end of its range"),
    Column("follows", "", "condition that fixes this setting once the others are chosen"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Optimum(OfOneLimit):
    """The settings with the strongest limit.

    Attributes
    ----------
    search, experiment, model, mass, quantity
        As of :class:`~darkfactory.verbs.varied.OfOneLimit`; the limit that is made strong.
    limit, own_limit : float
        Limit at the best settings, and at those of the card (with the user's own); None where there is none.
    rows : sequence of dict
        One per setting.
    conditions : sequence of dict
        Condition, value at the best settings and at those of the card.
    evaluations : int
        How many limits were computed.
    refused : sequence of dict
        Parts of the ranges that have no limit: settings from and to, points that were tried, and why.
    told, references : tuple of str
        What the reach at the best settings says itself; citation keys.
    settings : dict
        Confidence level and method.
    """

    kind: ClassVar[str] = "optimise"
    rows_key: ClassVar[str] = "optimum"

    limit: float
    own_limit: float | None
    rows: Sequence[Mapping[str, Any]]
    conditions: Sequence[Mapping[str, Any]]
    evaluations: int
    refused: Sequence[Mapping[str, Any]]
    told: tuple[str, ...]
    references: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def best(self) -> dict[str, float]:
        """Best settings, as :func:`darkfactory.reach` takes them."""
        return {str(row["setting"]): float(row["best"]) for row in self.rows}

    @property
    def gain(self) -> float | None:
        """How much stronger the limit is than at the settings of the card."""
        if self.own_limit is None:
            return None
        return self.limit / self.own_limit if is_scale(self.quantity) else self.own_limit / self.limit

    @property
    def notes(self) -> tuple[str, ...]:
        """What is gained, where an end of a range is the best, which parts of it have no limit, and what the reach says itself."""
        before = "none" if self.own_limit is None else f"{self.own_limit:.4g}"
        gain = "" if self.gain is None else f", {self.gain:.4g} times as strong"
        said = [
            f"limit on {self.quantity}: {self.limit:.4g} in place of {before}{gain}; {self.evaluations} limits computed"
        ]
        for row in self.conditions:
            was = "" if row["own"] is None else f", {row['own']:.4g} before"
            said.append(f"condition {row['condition']}: {row['best']:.4g} {row['unit']}{was}".replace(" 1,", ","))
        for row in self.rows:
            if row["end"] and not row["follows"]:
                end = f"{row['setting']} = {row['best']:.4g} is the {row['end']} end of its range"
                said.append(f"{end}: a wider one may give a stronger limit")
        for part in self.refused:
            ranges = ", ".join(f"{key} {low:.4g} to {high:.4g}" for key, (low, high) in part["settings"].items())
            said.append(f"left out at {ranges} (points tried: {part['points']}): {part['reason']}")
        return (*said, *self.told)

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"best settings of {self.search} at {self.experiment}, {self.model} of {self.mass:g} MeV"

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        said = self.limit_of | {"limit": self.limit, "own_limit": self.own_limit, "gain": self.gain}
        return said | {
            "conditions": list(self.conditions),
            "evaluations": self.evaluations,
            "refused": list(self.refused),
            "settings": dict(self.settings),
        }

    def own_columns(self) -> Mapping[str, Column]:
        """What the columns mean here."""
        return COLUMNS

    @property
    def figure_size(self) -> tuple[float, float]:
        """Width and height [inch] of a figure that has room for all names."""
        return 6.5, 1.2 + 0.7 * len(self.rows)

    def plot(self, ax: Any = None) -> Any:
        """Draw the best values within their ranges, with what is as good to 1% and the values of the card; return the axes."""
        from darkfactory.plotting import axes_of, draw_ranges

        axes = axes_of(ax)
        if ax is None:
            axes.figure.set_size_inches(*self.figure_size)
        return draw_ranges(axes, self.rows)


def optimise(
    verb: str,
    search: str,
    experiment: str | None = None,
    *,
    over: Mapping[str, str | Sequence[float]],
    subject: Mapping[str, Any] | Sequence[str] = (),
    quantity: str | None = None,
    model: str | Model | None = None,
    mass: str | float | None = None,
    cl: float | None = None,
    method: str | None = None,
    coupling: str | None = None,
    settings: Mapping[str, Any] | None = None,
) -> Optimum:
    """Settings with the strongest limit: a coarse grid over their ranges, then a finer search without derivatives.

    Parameters
    ----------
    verb : str
        What has a limit: ``reach``.
    search, experiment, model, mass, cl, method, coupling, settings
        As for :func:`darkfactory.reach`, with one mass.
    over : mapping
        Range of each setting: ``LOW:HIGH``, with ``:log`` or ``:linear`` where the setting's own domain would suggest the other,
        or (low, high).
    subject : mapping or sequence of str
        Conditions ``trigger_rate=10``, ``days<=30``, or ``{"trigger_rate": 10, "days": "<=30"}``, on the quantities of
        :data:`~darkfactory.verbs.conditions.CONDITIONS`. An
        equation fixes that setting which changes the quantity most.
    quantity : str, optional
        ``branching_ratio`` or a coupling; the branching ratio by default, and the coupling where a region with both edges is
        excluded.

    Returns
    -------
    Optimum
        One row per setting.

    Raises
    ------
    DarkfactoryError
        For what a reach refuses; settings without a continuous range; conditions that nothing can meet.

    Examples
    --------
    >>> plain = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}
    >>> found = optimise("reach", "forward-positron", mass=20, method="fisher", settings=plain,
    ...                  over={"beam.days": "1:100"}, subject={"days": "<=30"})
    >>> round(found.best["beam.days"], 6), found.rows[0]["follows"]
    (30.0, 'days <= 30')
    """
    asked = dict(locals())
    require(
        one_of("optimise", verb, ("reach",)),
        None if over else "over = {}: give a setting and its range, e.g. trigger.threshold=5:45",
        None if mass is None or len(mass_points(mass)) == 1 else f"mass = {mass}: several; give one [MeV]",
    )
    conditions = conditions_of(subject)
    arguments = {key: value for key, value in asked.items() if key not in ("verb", "over", "subject", "quantity")}
    made = reach(**arguments)
    limits = limits_of(made)
    require(one_of("quantity", quantity, ("branching_ratio", *made.couplings)) if quantity else None)
    chosen = quantity or next(iter(limits), "branching_ratio")
    tables = {key: _table(key, given, made) for key, given in over.items()}
    study = Constrained(
        Varied(made, arguments, ()), chosen, {key: axis for key, (_, axis) in tables.items()}, conditions
    )
    best, follows = study.best()
    at, flat = study.complete(best.at, follows), study.flat(best, follows)
    rows = []
    for key, (setting, axis) in tables.items():
        about = {"setting": key, "unit": "" if setting.unit == "1" else setting.unit, "best": at[key]}
        about |= {"own": _own(study.own_card, made, key), "low": axis.low, "high": axis.high}
        about |= {"scale": "log" if axis.log else "linear", "flat_low": flat[key][0], "flat_high": flat[key][1]}
        rows.append(about | {"end": axis.end(at[key]), "follows": str(follows.get(key, ""))})
    return Optimum(
        search=made.search,
        experiment=made.experiment,
        model=made.model,
        mass=float(made.masses[0]),
        quantity=chosen,
        limit=math.exp(-best.value if is_scale(chosen) else best.value),
        own_limit=limits.get(chosen),
        rows=rows,
        conditions=[_said(condition, study.card(at), study.own_card) for condition in conditions],
        evaluations=study.varied.evaluations,
        refused=study.refusals,
        told=study.notes[tuple(at.values())],
        references=made.references,
        settings={"cl": made.cl, "method": made.method},
        run=run_block(optimise, asked, settings=made.run["settings"], seed=made.result.seed)
        | {"card": made.run["card"]},
    )


def _own(card: Card, made: Reach, key: str) -> Any:
    """Value of a setting before anything is optimised; None where it has none."""
    prefix, _, name = key.partition(".")
    if prefix == "model":
        return made.parameters.get(name)
    used = made.result.settings.get(name) if prefix == "search" else card.values().get(key)
    return used if isinstance(used, (int, float)) and math.isfinite(used) else None


def _said(condition: Condition, best: Card, own: Card) -> dict[str, Any]:
    try:
        before: float | None = condition.quantity(own)
    except DarkfactoryError:
        before = None
    unit = CONDITIONS[condition.name].unit
    return {"condition": str(condition), "unit": unit, "best": condition.quantity(best), "own": before}


def _table(key: str, given: str | Sequence[float], made: Reach) -> tuple[Setting, Interval]:
    """Description and range of a setting."""
    setting = setting_of(key, made.search, made.model)
    if setting is None:
        raise UnknownName(f"--over {key}: no setting of {made.search}; `darkfactory show {made.search}` lists them")
    example = f"--over {key}=LOW:HIGH"
    require(
        f"--over {key}: a level that is chosen, and no property of the experiment" if setting.name == "cl" else None,
        None
        if setting.kind in ("number", "prior")
        else f"{key}: {setting.kind}, no number with a range; {example} takes one",
    )
    words = given.split(":") if isinstance(given, str) else list(given)
    scale = words.pop() if len(words) == 3 and words[-1] in ("log", "linear") else ""
    ends = [as_number(word) for word in words]
    if len(ends) != 2 or None in ends or not ends[0] < ends[1]:  # type: ignore[operator]
        raise InvalidInput(f"--over {key} = {given}: must be LOW:HIGH with LOW < HIGH, and :log or :linear if you like")
    require(*(setting.parse(end, key)[1] for end in ends))
    low, high = float(ends[0] or 0.0), float(ends[1] or 0.0)
    positive = setting.kind == "prior" or (setting.low >= 0 and setting.high >= HUGE)
    log = scale == "log" or (not scale and positive and low > 0)
    require(f"--over {key} = {given}: a logarithmic range begins above 0" if log and low <= 0 else None)
    return setting, Interval(low, high, log)
