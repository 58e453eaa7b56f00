"""Cosmological targets: where a model is all of dark matter, or gives the neutrino masses, as tables against mass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.discovery import declared
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, is_mapping, one_of, require
from darkfactory.result import Result, entries, run_block
from darkfactory.settings import mass_points, read_settings, refuse_unread
from darkfactory.targets.base import Rows, TargetEntry

__all__ = ["TARGETS", "Target", "target"]


@dataclass(frozen=True, repr=False)
class Target(Result):
    """A target as a table.

    Attributes
    ----------
    name : str
        Name of the target.
    settings : dict
        Everything that it depends on, defaults included.
    points : list of dict
        One row per mass.
    notes : tuple of str
        What is included, and what is not.
    references : tuple of str
        Citation keys.
    """

    kind: ClassVar[str] = "target"
    axis: ClassVar[str] = "mass"

    name: str
    settings: Mapping[str, Any]
    points: Rows
    notes: tuple[str, ...]
    references: tuple[str, ...]

    def column(self, key: str) -> NDArray[np.float64]:
        """One column of the points as an array; NaN-free: None becomes infinity."""
        return np.array([np.inf if row[key] is None else row[key] for row in self.points], dtype=float)

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {"target": self.name, "settings": dict(self.settings)}

    @property
    def title(self) -> str:
        """Line above the table."""
        return f"target {self.name}"

    @property
    def rows(self) -> Rows:
        """One row per mass."""
        return self.points

    def plot(self, ax: Any = None, quantity: str | None = None) -> Any:
        """Draw a column against mass (of ``warmness`` against the limit on a thermal relic).

        Parameters
        ----------
        ax : Axes, optional
            Where; a new figure otherwise.
        quantity : str, optional
            A column of numbers; the one that the target is about by default.

        Returns
        -------
        Axes
            With labels and units.

        Raises
        ------
        InvalidInput
            For another column.
        """
        from darkfactory.plotting import axes_of, draw_against, numbers_of

        x, shown = TARGETS[self.name].drawn
        numeric = [name for name in self.rows[0] if not any(isinstance(row[name], str) for row in self.rows)]
        require(one_of("quantity", quantity or shown, [name for name in numeric if name != x]))
        points = [(name, numbers_of(self.rows, name)) for name in (x, quantity or shown)]
        return draw_against(axes_of(ax), points[0], points[1], label=self.name)


FIRST = ("freeze-in", "freeze-out", "x-ray-lines", "warmness", "inverse-seesaw")
"""The order of lists; others follow."""
TARGETS: dict[str, TargetEntry] = declared("darkfactory.targets", "TARGET", FIRST)
"""Every target by its name; a new one is a file in this folder with a ``TARGET``."""


def target(
    name: str,
    mass: str | float | Sequence[float] | NDArray[np.float64] | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
    extra: str | Path | None = None,
    **keys: Any,
) -> Target:
    """Where a model is all of dark matter, or gives the neutrino masses.

    Parameters
    ----------
    name : str
        ``freeze-in``, ``freeze-out``, ``x-ray-lines``, ``warmness``, ``inverse-seesaw``.
    mass : number, array or ``START:STOP:N``, optional
        Masses [MeV] of the ALP, the dark matter or the heavy neutrino; ``warmness`` takes none.
    settings : mapping, optional
        Keys of the target, as ``--set`` gives them; :data:`TARGETS` lists them with their defaults.
    extra : path, optional
        Your own limits, see :func:`~darkfactory.bounds.load_bounds`, where the target compares with published ones.
    **keys
        The same as keyword arguments, e.g. ``channel="tau-mu"``, ``dm="majorana"``, ``alpha_D=0.1``.

    Returns
    -------
    Target
        One row per mass.

    Raises
    ------
    DarkfactoryError
        For unknown names and keys, and values outside their domain.

    Examples
    --------
    >>> point = target("freeze-in", 0.035, channel="mu-e").points[0]
    >>> f"{point['f_a_over_C_gev']:.3e} {point['branching_ratio']:.2e} {point['allowed']}"
    '3.654e+09 1.47e-06 yes'
    """
    asked = {key: value for key, value in locals().items() if key != "keys"} | keys
    wanted = name.replace("_", "-")
    if wanted not in TARGETS:
        hint = did_you_mean(wanted, list(TARGETS))
        raise UnknownName(f"target {name!r} does not exist; targets: {', '.join(TARGETS)}{hint}")
    entry = TARGETS[wanted]
    require(is_mapping("settings", settings or {}))
    given = {key.removeprefix("model.").removeprefix("target."): value for key, value in (settings or {}).items()}
    used = read_settings(entry.keys, f"target {wanted}", ("user", given | keys))
    idle = entry.unused(used.echo())
    require(*(f"{key} = {used[key]}: has no effect here; {idle[key]}" for key in idle if key in used.origins))
    if mass is not None and not entry.mass:
        raise InvalidInput(f"mass = {mass}: target {wanted} takes no mass")
    masses = mass_points(entry.mass if mass is None else mass) if entry.mass else np.empty(0)
    from darkfactory.bounds.own import own_records  # which a list of targets does not need

    with own_records(extra) as own:
        points, notes = entry.compute(masses, used)
    require(None if extra is None or own.asked else f"extra = {extra}: has no effect here; it compares with no limit")
    refuse_unread(f"target {wanted} with these settings", used)
    recorded = {key: value for key, value in used.echo().items() if key not in idle}
    changed = {key.removeprefix("model.").removeprefix("target."): True for key in (*(settings or {}), *keys)}
    run = run_block(target, asked, settings=entries(recorded, changed), records=own.told)
    return Target(wanted, recorded, points, notes, entry.references, run=run)
