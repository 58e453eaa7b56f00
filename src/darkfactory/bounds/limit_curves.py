"""Tables of published limits, and limits against mass that can be drawn."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from darkfactory.bounds.quantities import QUANTITIES
from darkfactory.errors import one_of, require
from darkfactory.glossary import Column, column
from darkfactory.result import Result

__all__ = ["LimitCurve", "LimitCurves", "LimitTable", "Rows", "Verdict"]

Rows = list[dict[str, Any]]


@dataclass(frozen=True, eq=False, repr=False)
class LimitTable(Result):
    """Every published number of the registry, or those of a channel or quantity.

    Attributes
    ----------
    title : str
        Line above the table.
    rows : list of dict
        One per published number.
    settings : dict
        What was asked for.
    notes : tuple of str
        What a reader must know.
    references : tuple of str
        Citation keys.
    """

    kind: ClassVar[str] = "bounds"
    rows_key: ClassVar[str] = "bounds"

    title: str
    rows: Rows
    settings: Mapping[str, Any]
    notes: tuple[str, ...]
    references: tuple[str, ...]

    def own_columns(self) -> Mapping[str, Column]:
        """Numbers of several quantities stand as text, in the unit of each."""
        return {"value": Column("value", "", "number or range, in the unit of the quantity")}


@dataclass(frozen=True, eq=False, repr=False)
class LimitCurve(LimitTable):
    """One record against mass.

    Attributes
    ----------
    about : dict
        Name of the record, its reference, and the chirality or quantity of the limit.
    """

    rows_key: ClassVar[str] = "points"
    axis: ClassVar[str] = "mass"

    about: Mapping[str, Any]

    @property
    def words(self) -> Mapping[str, Any]:
        """What JSON says beside the rows."""
        return self.about

    def own_columns(self) -> Mapping[str, Column]:
        """The quantity of the record."""
        return _of_quantity(self.about.get("quantity"), self.settings.get("to", ""))

    def plot(self, ax: Any = None, quantity: str | None = None) -> Any:
        """Draw the limit against mass, of a closed region both sides.

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.
        quantity : str, optional
            ``branching_ratio`` (the default) or ``F_gev`` of a decay; of a coupling there is one, ``converted`` if asked for.

        Returns
        -------
        Axes
            With labels and units.

        Raises
        ------
        InvalidInput
            For another quantity.
        """
        from darkfactory.plotting import axes_of, draw_against, numbers_of

        of_record = self.about.get("quantity")
        known = (self.settings.get("to") or of_record,) if of_record else ("branching_ratio", "F_gev")
        chosen = quantity or known[0]
        require(one_of("quantity", chosen, known))
        name = ("converted" if self.settings.get("to") else "value") if of_record else chosen
        far_side = {"value": "far_side", "converted": "converted_far"}.get(name, "")
        y, far = numbers_of(self.rows, name), numbers_of(self.rows, far_side)
        bands = [(y, far, "excluded")] if np.isfinite(far).any() else []
        x = ("mass", numbers_of(self.rows, "mass"))
        return draw_against(axes_of(ax), x, (chosen, y), label=str(self.about["bound"]), bands=bands)


class LimitCurves(LimitCurve):
    """Several records against mass, each as a limit on the same quantity."""

    drawn: ClassVar[str]
    """Column with the limits; the far side stands in ``far_side``."""

    def plot(self, ax: Any = None, quantity: str | None = None) -> Any:
        """Draw the limits against mass, of closed regions both sides; masses without a number are gaps.

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.
        quantity : str, optional
            The only one there is.

        Returns
        -------
        Axes
            With labels and units.

        Raises
        ------
        InvalidInput
            For another quantity.
        """
        from darkfactory.plotting import axes_of, draw_against, numbers_of

        require(None if quantity is None else one_of("quantity", quantity, (self.drawn,)))
        axes = axes_of(ax)
        for name in dict.fromkeys(row["name"] for row in self.rows if row["status"] == "ok"):
            rows = [row for row in self.rows if row["name"] == name]
            x, near, far = (numbers_of(rows, key) for key in ("mass", self.drawn, "far_side"))
            bands = [(near, far, "excluded")] if np.isfinite(far).any() else []
            draw_against(axes, ("mass", x), (self.drawn, near), label=name, bands=bands)
        return axes


class Verdict(LimitCurve):
    """What a record says about a point."""

    rows_key: ClassVar[str] = ""

    @property
    def words(self) -> Mapping[str, Any]:
        """What JSON says: the row, and more."""
        return {**self.about, **self.rows[0]}


def _of_quantity(quantity: str | None, to: str = "") -> dict[str, Column]:
    """Columns whose unit and meaning are those of a quantity."""
    if quantity is None:
        return {}
    title, unit = QUANTITIES[quantity].title, QUANTITIES[quantity].unit
    told = {"value": title, "limit": f"limit on the {title}", "far_side": "far side of the excluded region"}
    found = {name: Column(name, unit, doc) for name, doc in told.items()}
    other = column(to) if to and to != quantity else Column(quantity, unit, title)
    found |= {quantity: Column(quantity, unit, title), "converted": Column("converted", other.unit, other.doc)}
    return found | {
        "converted_far": Column("converted_far", other.unit, f"far side of the excluded region: {other.doc}")
    }
