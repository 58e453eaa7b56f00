"""The verb ``impacts``: what a limit owes to each of its numbers, how far that holds, and which of them to better.

Elasticities d ln(limit) / d ln(number) are exact where a number enters the likelihood as the width of a prior or as a power of
signal and backgrounds (:mod:`darkfactory.statistics.gradient`), and differences of limits elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from darkfactory.auditing import Row, numbers_behind
from darkfactory.errors import in_range, one_of, require
from darkfactory.glossary import Column, named
from darkfactory.models import Model
from darkfactory.result import run_block
from darkfactory.sensitivity.ranking import Ranking
from darkfactory.settings import mass_points
from darkfactory.verbs.reach import Reach
from darkfactory.verbs.varied import OfOneLimit, Varied, limits_of

__all__ = ["Impacts", "impacts"]

COLUMNS = named(
    Column("number", "", "key of the number; likelihood.*: a factor on what the likelihood expects"),
    Column("value", "1", "value that was used; in the unit of the column unit"),
    Column("unit", "", "unit of the value"),
    Column("origin", "", "who says the number: quoted, recalled, assumed, derived, user, default; likelihood"),
    Column("stands_in", "", "card, published limit or part of the package that holds it"),
    Column("source", "", "where the number is from, as it is written beside it"),
    Column("elasticity", "1", "d ln(limit) / d ln(value) of the quantity"),
    Column("elasticity_error", "1", "half the difference of a shift up and one down; 0 where it is exact"),
    Column("elasticity_up", "1", "the same of a shift up alone"),
    Column("elasticity_down", "1", "the same of a shift down alone"),
    Column("computed", "", "exact: by derivatives of the likelihood; differences: by shifts of the number"),
    Column("change", "", "change behind up and down: one sigma of the nuisance after the fit, or a factor 1.1"),
    Column("up", "1", "relative change of the limit if the number is that much larger"),
    Column("down", "1", "relative change of the limit if the number is that much smaller"),
    Column("low", "1", "factor on the value down to which the limit is within 10% of the power law; 0.1 at least"),
    Column("high", "1", "factor on the value up to which the limit is within 10% of the power law; 10 at most"),
    Column(
        "better", "1", "value that is better by the factor, or the end of its range; in the unit of the column unit"
    ),
    Column("improved", "1", "limit with that value, in the unit of the quantity"),
    Column("gain", "1", "how much stronger that limit is"),
    Column("prior", "1", "width of the prior of the nuisance; none if it is free"),
    Column("postfit", "1", "its width after the fit"),
    Column("pull", "1", "where the fit with a signal at the limit puts the nuisance, in widths after the fit"),
    Column("status", "", "computed, or why something is not"),
)


@dataclass(frozen=True, eq=False, repr=False)
class Impacts(OfOneLimit):
    """What a limit owes to its numbers.

    Attributes
    ----------
    search, experiment, model, mass, quantity
        As of :class:`~darkfactory.verbs.varied.OfOneLimit`.
    limits : dict
        Limits of the reach by name.
    rows : sequence of dict
        One per number, by the size of its elasticity.
    improve : float, optional
        Factor by which numbers were bettered.
    evaluations : int
        How many other limits were computed.
    notes, references : tuple of str
        What a reader must know; citation keys.
    settings : dict
        Confidence level, method, factor.
    """

    kind: ClassVar[str] = "impacts"
    rows_key: ClassVar[str] = "impacts"

    limits: Mapping[str, float]
    rows: Sequence[Row]
    improve: float | None
    evaluations: int
    notes: tuple[str, ...]
    references: tuple[str, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """Line above the table."""
        limit = f"{self.quantity} = {self.limits[self.quantity]:.4g}"
        return f"impacts on {self.search} at {self.experiment}, {self.model} of {self.mass:g} MeV: {limit}"

    @property
    def improvements(self) -> list[Row]:
        """Bettered numbers, the one that helps most first; factors on the likelihood are no numbers that can be set."""
        kept = ("number", "value", "better", "improved", "gain")
        return [{key: row[key] for key in kept} for row in _bettered(self.rows)]

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        said = self.limit_of | {"limits": dict(self.limits), "settings": dict(self.settings)}
        return said | {"improve": self.improve, "improvements": self.improvements, "evaluations": self.evaluations}

    def own_columns(self) -> Mapping[str, Column]:
        """What the columns mean here."""
        names = {f"elasticities.{name}": name for name in self.limits}
        return COLUMNS | {key: Column(key, "1", f"elasticity of the limit on {name}") for key, name in names.items()}

    def plot(self, ax: Any = None, most: int = 20) -> Any:
        """Draw the impacts, largest first, with the widths of nuisances before and after the fit at the side.

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.
        most : int
            How many numbers.

        Returns
        -------
        Axes
            With labels.
        """
        from darkfactory.plotting import axes_of, draw_impacts

        axes = axes_of(ax)
        if ax is None:
            axes.figure.set_size_inches(*self.figure_size)
        return draw_impacts(axes, self._drawn(most), self.quantity)

    @property
    def figure_size(self) -> tuple[float, float]:
        """Width and height [inch] of a figure that has room for all names."""
        return 7.5, 1.0 + 0.25 * len(self._drawn())

    def _drawn(self, most: int = 20) -> list[Row]:
        drawn = [row for row in self.rows if row["up"] is not None or row["down"] is not None]
        return sorted(drawn, key=lambda row: -max(abs(row["up"] or 0), abs(row["down"] or 0)))[:most]


def impacts(
    verb: str,
    search: str,
    experiment: str | None = None,
    *,
    model: str | Model | None = None,
    mass: str | float | None = None,
    cl: float | None = None,
    method: str | None = None,
    coupling: str | None = None,
    settings: Mapping[str, Any] | None = None,
    quantity: str | None = None,
    improve: float | None = None,
    budget: float | None = 120.0,
    evaluations: int | None = None,
) -> Impacts:
    """Elasticity of a limit in every number behind it, with the range in which it holds.

    Parameters
    ----------
    verb : str
        What has a limit: ``reach``.
    search, experiment, model, mass, cl, method, coupling, settings
        As for :func:`darkfactory.reach`, with one mass.
    quantity : str, optional
        ``branching_ratio`` or a coupling; the branching ratio by default, and the coupling where a region with both edges is
        excluded.
    improve : float, optional
        Factor > 1: also the limit if each number alone is better by it (or at the end of its range).
    budget : float, optional
        Seconds that this may take, elasticities of all numbers first; None does not count them.
    evaluations : int, optional
        Most limits that may be computed. A result that the budget has cut says here where, so that it can be repeated.

    Returns
    -------
    Impacts
        One row per number.

    Raises
    ------
    DarkfactoryError
        For what a reach refuses; several masses; no limit there.

    Examples
    --------
    >>> plain = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}
    >>> found = impacts("reach", "forward-positron", mass=20, method="fisher", settings=plain)
    >>> next(round(row["elasticity"], 9) for row in found.rows if row["number"] == "beam.days")
    -0.5
    """
    asked = dict(locals())
    require(
        one_of("impacts of", verb, ("reach",)),
        None if mass is None or len(mass_points(mass)) == 1 else f"mass = {mass}: several; give one [MeV]",
        None if improve is None else in_range("improve", improve, 1.0, open_low=True, high=1e3, remedy="e.g. 2"),
        None if budget is None else in_range("budget", budget, 0, unit="s"),
        None if evaluations is None else in_range("evaluations", evaluations, 0),
    )
    own = ("verb", "quantity", "improve", "budget", "evaluations")
    arguments = {key: value for key, value in asked.items() if key not in own}
    made, found = numbers_behind("impacts", {"verb": "reach", "arguments": arguments})
    limits = limits_of(made)
    require(None if limits else f"no limit at {made.masses[0]:g} MeV ({made.result.status[0]}): nothing has an impact")
    require(None if quantity is None else one_of("quantity", quantity, limits))
    chosen = quantity or next(iter(limits))
    names = (chosen, *(name for name in limits if name != chosen))
    ranking = Ranking(Varied(made, arguments, names), improve)
    cut = ranking.run(found, budget, evaluations)
    if cut and evaluations is None:
        asked |= {"budget": None, "evaluations": ranking.varied.evaluations}
    return Impacts(
        search=made.search,
        experiment=made.experiment,
        model=made.model,
        mass=float(made.masses[0]),
        quantity=chosen,
        limits=limits,
        rows=ranking.sorted_rows(),
        improve=improve,
        evaluations=ranking.varied.evaluations,
        notes=(*_notes(made, chosen, ranking, cut), *made.notes),
        references=made.references,
        settings={"cl": made.cl, "method": made.method, "improve": improve},
        run=run_block(impacts, asked, settings=made.run["settings"], seed=made.result.seed)
        | {"card": made.run["card"]},
    )


def _bettered(rows: Sequence[Row]) -> list[Row]:
    found = [row for row in rows if row["gain"] is not None and row["origin"] != "likelihood"]
    return sorted(found, key=lambda row: -row["gain"])


def _notes(made: Reach, quantity: str, ranking: Ranking, cut: bool) -> Iterator[str]:
    yield f"elasticity: d ln({quantity}) / d ln(value) at {made.masses[0]:g} MeV, {made.cl:g} CL, method {made.method}"
    if made.result.poisson[0]:
        yield "few events: the median limit has a step wherever the median count changes, which the ranges show"
    for best in _bettered(ranking.rows)[:1]:
        better = f"{best['number']} = {best['better']:.4g} in place of {best['value']:.4g}"
        yield f"{better} helps most: the limit is {best['gain']:.4g} times as strong"
    if cut:
        yield f"stopped after {ranking.varied.evaluations} other limits: the rest says so; a larger --budget computes more"
