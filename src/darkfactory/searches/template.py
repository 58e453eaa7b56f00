"""Templates of counts: the bins of a search with what is expected there and a column for what a user has seen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from darkfactory.errors import InvalidInput
from darkfactory.output import to_csv, to_json
from darkfactory.searches.base import SearchResult
from darkfactory.searches.bins import Bins, ExpectedCounts, shared_bins
from darkfactory.searches.data import COUNTS, FORMAT, MASS
from darkfactory.searches.histograms import histogram_of
from darkfactory.yaml_files import dump_yaml

__all__ = ["ENDINGS", "Template"]

ENDINGS = (".csv", ".json", ".yaml")
"""Files of templates."""


@dataclass(frozen=True, eq=False)
class Template:
    """Bins of a search at its masses, and what is expected in them.

    Attributes
    ----------
    search : str
        Name.
    result : SearchResult
        Limits, which know the bins.
    run : dict
        How they were made.
    """

    search: str
    result: SearchResult
    run: Mapping[str, Any]

    def text(self, ending: str) -> str:
        """Content of a file.

        Parameters
        ----------
        ending : str
            One of :data:`ENDINGS`: a table (CSV, YAML), or a histogram (JSON of UHI) with 0 in every bin.

        Raises
        ------
        InvalidInput
            If the search has no bins as it is set; for JSON if the bins are others at each mass.
        """
        if ending == ".csv":
            return to_csv(self._rows(), {**self._about(), **self.run})
        if ending == ".yaml":
            return dump_yaml({**self._about(), "bins": self._rows()})
        known = self._known()
        bins = shared_bins([one for _, one in known])
        if bins is None or not bins.axes:
            raise InvalidInput(
                f"template of {self.search} in JSON: allowed where all masses have the same bins, on one axis at least; give a "
                "single --mass, or FILE.csv"
            )
        expected = {name: bins.full(values).tolist() for name, values in self._expected(known).items()}
        return to_json(histogram_of(bins, np.zeros(len(bins)), {**self._about(), **expected})) + "\n"

    def _about(self) -> dict[str, Any]:
        masses = [float(self.result.masses[h]) for h, _ in self._known()]
        return {"format": FORMAT, "search": self.search, "mass": masses[0] if len(masses) == 1 else masses}

    def _known(self) -> list[tuple[int, ExpectedCounts]]:
        """Masses with a signal in bins, by their number."""
        expected = enumerate(self.result.counts())
        found = [(h, one) for h, one in expected if one is not None and not one.model.closed[0]]
        if not found:
            status = ", ".join(dict.fromkeys(map(str, self.result.status)))
            raise InvalidInput(
                f"template of {self.search}: nothing is counted in bins (status {status}); take search.analysis=binned where the "
                "search has that, counted events in place of measured ratios, or another mass"
            )
        return found

    def _rows(self) -> list[dict[str, Any]]:
        known = self._known()
        bins = shared_bins([one for _, one in known])
        if bins is not None:
            return _table(bins, self._expected(known))
        rows = []
        for h, one in known:
            mass = float(self.result.masses[h])
            rows += [{MASS: mass, **row} for row in _table(one.bins, self._expected([(h, one)]))]
        return rows

    def _expected(self, known: list[tuple[int, ExpectedCounts]]) -> dict[str, Any]:
        """Columns of what is expected: background, and signal of every mass."""
        found = {"background": known[0][1].background}
        for h, one in known:
            of_mass = f".{self.result.masses[h]:g}" if len(known) > 1 else ""
            found[f"signal_per_branching_ratio{of_mass}"] = one.signal
            if one.at_limit and np.isfinite(limit := self.result.branching_ratio[h]):
                found[f"signal_at_limit{of_mass}"] = one.signal * limit
        return found


def _table(bins: Bins, expected: Mapping[str, Any]) -> list[dict[str, Any]]:
    columns = {**bins.columns(), **{name: values.tolist() for name, values in expected.items()}}
    rows = [dict(zip(columns, values, strict=True)) for values in zip(*columns.values(), strict=True)]
    return [{**row, COUNTS: None} for row in rows]
