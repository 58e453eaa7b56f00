"""Counts that know their bins: tables and pyhf workspaces, and how they get into the bins of a search.

A table has a column for each end of a bin, with its unit, and a column ``counts``, as the template of a search has them.
"""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, require, shortened
from darkfactory.searches.bins import Axis, Bins, ExpectedCounts, shared_bins
from darkfactory.statistics.pyhf_export import observations_of

__all__ = ["COUNTS", "FORMAT", "MASS", "TEMPLATE", "CountTable", "Data", "Workspace", "counts_in"]

Array = NDArray[np.float64]
FORMAT = "darkfactory counts 1"
"""Name and version of the tables of counts."""
COUNTS, MASS = "counts", "mass [MeV]"
"""Columns of counts, and of the mass where the bins depend on it."""
MOST_EVENTS = 1e15
"""Events in a bin that can still be told from one more."""
SURE = 20.0
"""Expected events of which some are seen, up to a chance of 2e-9."""
TOLERANCE = 1e-6
"""Relative difference up to which an edge is the same."""
EXPECTED = ("background", "signal_")
"""Beginnings of the columns of a template that say what is expected; they are not read."""
TEMPLATE = "`darkfactory reach SEARCH ... --template FILE` writes one"


class Data(abc.ABC):
    """Counts that know into which bins they belong."""

    def of(self, search: str, expectation: Any) -> Data:
        """The same for a search that is set up.

        Parameters
        ----------
        search : str
            Its name.
        expectation : Expectation
            What it expects.
        """
        return self

    @abc.abstractmethod
    def on(self, expected: Sequence[ExpectedCounts | None], masses: Array) -> list[Array]:
        """Counts in the bins of every mass, shape (B,) each; nothing at masses without bins.

        Parameters
        ----------
        expected : sequence
            One per mass, None where nothing is expected.
        masses : ndarray, shape (H,)
            Masses [MeV].

        Raises
        ------
        InvalidInput
            If the bins are not those of the search, or a count is not one.
        """


@dataclass(frozen=True, eq=False)
class CountTable(Data):
    """Counts of a file, bin by bin.

    Attributes
    ----------
    name : str
        Of the file.
    columns : dict
        Columns by heading, all of one length.
    where : sequence of str
        What to call each row in a message.
    about : dict
        ``format``, ``search``, ``mass`` as far as the file says them.
    """

    name: str
    columns: Mapping[str, Sequence[Any]]
    where: Sequence[str]
    about: Mapping[str, Any] = field(default_factory=dict)

    @property
    def content(self) -> dict[str, Any]:
        """What :func:`~darkfactory.searches.counts.read_data` takes in place of the file."""
        kept = {name: list(values) for name, values in self.columns.items() if not name.startswith(EXPECTED)}
        return {**self.about, "bins": kept}

    def of(self, search: str, expectation: Any) -> CountTable:
        """Itself, if it is not the table of another search, or of another version of the format."""
        said, of = self.about.get("format", FORMAT), self.about.get("search", search)
        require(
            None
            if said == FORMAT
            else f"{self.name}: format = {shortened(said)}: allowed {FORMAT!r}; write the template again with --template",
            None
            if of == search
            else f"{self.name}: search = {shortened(of)}: allowed {search}; each search has its own bins, {TEMPLATE}",
        )
        return self

    def on(self, expected: Sequence[ExpectedCounts | None], masses: Array) -> list[Array]:
        """See :meth:`Data.on`."""
        counts, every, shared = self._counts(), np.arange(len(self.where)), shared_bins(expected)
        self._check_filled(counts, expected)
        if shared is not None and MASS not in self.columns:
            live = np.any([one.model.live[0] for one in expected if one is not None], axis=0)
            return [self._placed(shared, live, counts, every)] * len(masses)
        found = []
        for mass, one in zip(masses, expected, strict=True):
            if one is None:
                found.append(np.zeros(0))
                continue
            rows = every
            if MASS in self.columns:
                rows = np.flatnonzero(np.isclose(self._numbers(MASS), mass, rtol=TOLERANCE, atol=0))
                require(None if rows.size else f"{self.name}: no rows of mass = {mass:g} MeV; {TEMPLATE}")
            found.append(self._placed(one.bins, one.model.live[0], counts, rows))
        return found

    def _check_filled(self, counts: Array, expected: Sequence[ExpectedCounts | None]) -> None:
        """Refuse a template in which every count is still 0."""
        background = max((one.background.sum() for one in expected if one is not None), default=0.0)
        if "format" in self.about and not counts.any() and background > SURE:
            raise InvalidInput(
                f"{self.name}: every count is 0 where {background:.4g} background events are expected: the template is not "
                "filled in; put the counts in place of the zeros"
            )

    def _counts(self) -> Array:
        """The counts as numbers >= 0."""
        require(None if COUNTS in self.columns else f"{self.name}: column {COUNTS}: missing; {TEMPLATE}")
        counts = self._numbers(COUNTS)
        bad = np.flatnonzero(~((counts >= 0) & (counts <= MOST_EVENTS)))
        if bad.size:
            value = self.columns[COUNTS][bad[0]]
            empty = value is None or value == ""
            most = f" and <= {MOST_EVENTS:g}" if counts[bad[0]] > MOST_EVENTS else ""
            most = ", 0 where none was seen" if empty else most
            raise InvalidInput(
                f"{self.name}: {self.where[bad[0]]}: {COUNTS} {'is empty' if empty else f'= {value}'}: allowed numbers of events "
                f">= 0{most}; {bad.size} of {len(counts)} rows are like that"
            )
        return counts

    def _numbers(self, heading: str) -> Array:
        """A column as numbers, NaN where a cell is empty."""
        found = np.full(len(self.where), np.nan)
        for row, value in enumerate(self.columns[heading]):
            try:
                found[row] = np.nan if value in (None, "") else float(value)
            except (TypeError, ValueError):
                raise InvalidInput(
                    f"{self.name}: {self.where[row]}: {heading} = {shortened(value)}: must be a number"
                ) from None
        return found

    def _placed(self, bins: Bins, live: NDArray[np.bool_], counts: Array, rows: NDArray[np.intp]) -> Array:
        """Counts of some rows in the order of the bins, of which those are ``live`` in which anything is expected."""
        self._check_columns(bins)
        places = [self._places(axis, rows) for axis in bins.axes]
        every = np.ravel_multi_index(tuple(places), bins.shape) if places else np.zeros(len(rows), dtype=np.intp)
        order = np.argsort(every, kind="stable")
        twice = np.flatnonzero(np.diff(every[order]) == 0)
        if twice.size:
            one, other = rows[order[twice[0]]], rows[order[twice[0] + 1]]
            raise InvalidInput(f"{self.name}: {self.where[other]}: the same bin as {self.where[one]}; keep one of them")
        grid = np.full(int(np.prod(bins.shape, dtype=int)), np.nan)
        grid[every] = counts[rows]
        kept = grid[bins.numbers]
        if missing := int(np.isnan(kept).sum()):
            first = _in_words(bins, int(np.flatnonzero(np.isnan(kept))[0]))
            raise InvalidInput(
                f"{self.name}: {len(kept) - missing} of {len(kept)} bins: allowed all of them, with 0 where nothing was seen; the "
                f"first that is missing: {first}; {TEMPLATE}"
            )
        left_out = np.ones(len(grid), dtype=bool)
        left_out[bins.numbers[live]] = False
        more = np.flatnonzero(left_out[every] & (counts[rows] > 0))
        if more.size:
            row = rows[more[0]]
            raise InvalidInput(
                f"{self.name}: {self.where[row]}: {COUNTS} = {counts[row]:g}: allowed 0, for neither signal nor background is "
                "expected there; leave them out"
            )
        return np.asarray(kept)

    def _check_columns(self, bins: Bins) -> None:
        wanted = [heading for axis in bins.axes for heading in axis.headings]
        near = {name.partition(" [")[0]: name for name in self.columns}
        problems = [
            f"{self.name}: {_column_problem(heading, near)}; {TEMPLATE}"
            for heading in wanted
            if heading not in self.columns
        ]
        known = {*wanted, COUNTS, MASS}
        extra = [name for name in self.columns if name not in known and not name.startswith(EXPECTED)]
        if extra and not problems:
            problems = [f"{self.name}: column {extra[0]}: allowed {', '.join([*wanted, COUNTS])}; leave it out"]
        require(*problems)

    def _places(self, axis: Axis, rows: NDArray[np.intp]) -> NDArray[np.intp]:
        """Bin of an axis in which each row stands."""
        if axis.labels:
            words = [str(self.columns[axis.name][row]).strip() for row in rows]
            for row, word in zip(rows, words, strict=True):
                if word not in axis.labels:
                    raise InvalidInput(
                        f"{self.name}: {self.where[row]}: {axis.name} = {shortened(word)}: allowed {', '.join(axis.labels)}"
                    )
            return np.array([axis.labels.index(word) for word in words], dtype=np.intp)
        ends = np.stack([self._numbers(heading)[rows] for heading in axis.headings], axis=1)
        middle = axis.intervals.mean(axis=1)
        place = np.abs(ends.mean(axis=1)[:, None] - middle).argmin(axis=1)
        nearest = axis.intervals[place]
        allowed = TOLERANCE * np.maximum(np.abs(nearest), (nearest[:, 1] - nearest[:, 0])[:, None])
        wrong = np.argwhere(~(np.abs(ends - nearest) <= allowed))
        if len(wrong):
            row, end = wrong[0]
            raise InvalidInput(
                f"{self.name}: {self.where[rows[row]]}: {axis.headings[end]} = {ends[row, end]:.10g}: allowed "
                f"{nearest[row, end]:.10g}, of the nearest bin, {nearest[row, 0]:.10g} to {nearest[row, 1]:.10g}; "
                f"edges must agree to {TOLERANCE:g}, {TEMPLATE}"
            )
        return np.asarray(place, dtype=np.intp)


def _column_problem(heading: str, near: Mapping[str, str]) -> str:
    """Why a column is not there: its unit, or nothing like it."""
    name, _, unit = heading.partition(" [")
    if name not in near:
        return f"column {heading}: missing"
    given = near[name].partition(" [")[2].rstrip("]")
    if not given:
        return f"column {name}: unit missing, allowed [{unit}"
    return f"column {near[name]}: unit {given}, allowed {unit.rstrip(']') or 'none'}; convert the numbers"


def _in_words(bins: Bins, number: int) -> str:
    """A bin in words."""
    return ", ".join(
        f"{axis.name} {axis.words()[place[number]]}" for axis, place in zip(bins.axes, bins.places, strict=True)
    )


@dataclass(frozen=True, eq=False)
class Workspace(Data):
    """Observations of a pyhf workspace.

    Attributes
    ----------
    name : str
        Of the file.
    content : dict
        The workspace.
    """

    name: str
    content: Mapping[str, Any]

    def on(self, expected: Sequence[ExpectedCounts | None], masses: Array) -> list[Array]:
        """Counts in the bins of the one mass that there is, see :meth:`Data.on`."""
        known = [one for one in expected if one is not None]
        shared = shared_bins(expected)
        if len(known) > 1 and shared is None:
            raise InvalidInput(
                f"{self.name}: a pyhf workspace is of one mass: allowed with a single --mass; {TEMPLATE}, for all masses"
            )
        try:
            counts = observations_of(self.content, known[0].model) if known else np.zeros(0)
        except InvalidInput as problem:
            raise InvalidInput(f"{self.name}: {problem}") from None
        return [counts] * len(masses)


def counts_in(observed: Any, expected: Callable[[], Sequence[ExpectedCounts | None]], masses: Array) -> Any:
    """Counts in the bins of each mass, of a file; numbers without bins as they are.

    Parameters
    ----------
    observed : Data or array_like
        What :func:`~darkfactory.searches.counts.read_data` returns.
    expected : callable
        Gives what a search expects, one per mass.
    masses : ndarray, shape (H,)
        Masses [MeV].
    """
    return observed.on(expected(), masses) if isinstance(observed, Data) else observed
