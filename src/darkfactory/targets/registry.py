"""Cosmological targets: where a model is all of dark matter, or gives the neutrino masses, as tables against mass."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.cosmology.freeze_in import MODES
from darkfactory.cosmology.thermodynamics import TABLES
from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, one_of, require
from darkfactory.models import CHIRALITIES
from darkfactory.result import Result, entries, run_block
from darkfactory.settings import Setting, Settings, mass_points, read_settings, refuse_unread
from darkfactory.targets import tables

__all__ = ["TARGETS", "Target", "TargetEntry", "target"]

Rows = list[dict[str, Any]]
LEPTONS = ("e", "mu", "tau")


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


@dataclass(frozen=True)
class TargetEntry:
    """A target as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    mass : str
        Masses by default [MeV].
    keys : tuple of Setting
        Its settings.
    compute : callable
        (masses, settings) -> (rows, notes).
    references : tuple of str
        Citation keys.
    drawn : tuple of str
        Columns that a plot shows: x and y.
    unused : callable
        settings -> keys that have no effect with them, and why: refused when given, not recorded otherwise.
    """

    name: str
    title: str
    mass: str
    keys: tuple[Setting, ...]
    compute: Callable[[NDArray[np.float64], Settings], tuple[Rows, tuple[str, ...]]]
    references: tuple[str, ...]
    drawn: tuple[str, str]
    unused: Callable[[Mapping[str, Any]], Mapping[str, str]] = lambda settings: {}


_CHANNEL = Setting("channel", "mu-e", "pair of leptons", "choice", choices=("mu-e", "tau-mu", "tau-e"))
_MODE = Setting("mode", "quantum", "statistics in the bath, or as the paper has it", "choice", choices=MODES)
_TABLE = Setting("table", "fit", "degrees of freedom", "choice", choices=TABLES)
_OMEGA = Setting("omega_h2", 0.12, "Omega h^2 of dark matter", low=1e-6, high=100.0)
_COMMON = (
    _CHANNEL,
    _MODE,
    _TABLE,
    _OMEGA,
    Setting("diagonal", None, "lepton of the diagonal coupling; the daughter by default", "choice", choices=LEPTONS),
)


def _lifetime(default: float | None, doc: str) -> Setting:
    return Setting("lifetime_s", default, doc, unit="s", low=1.0, high=1e60)


TARGETS: dict[str, TargetEntry] = {
    entry.name: entry
    for entry in (
        TargetEntry(
            "freeze-in",
            "LFV ALP as all of dark matter: f_a/C, F and branching ratio against m_a",
            "0.02:0.1:9",
            (
                *_COMMON,
                Setting("tan_alpha", 0.0, "C_ll / C_ij, adds flavor-diagonal production", low=0.0, high=1e6),
                Setting("chirality", "V+A", "of the branching ratio", "choice", choices=tuple(CHIRALITIES)),
                Setting("warm_kev", 5.3, "lower limit on the mass of a thermal relic", unit="keV", low=0.01, high=1e4),
                _lifetime(1e28, "lower limit on the lifetime into photons"),
            ),
            tables.freeze_in,
            ("Panci:2022wlc", "Saikawa:2018rcs", "Planck:2018vyg", "Irsic:2017ixq"),
            ("mass", "F_gev"),
        ),
        TargetEntry(
            "freeze-out",
            "thermal dark matter through a dark photon or a spin-0 mediator: y and coupling against m_chi",
            "20",
            (
                Setting(
                    "dm",
                    None,
                    "kind of dark matter; scalar by default, pseudo-dirac for spin-0 mediators",
                    "choice",
                    choices=tables.DARK_MATTER["dark-photon"],
                ),
                Setting("mediator", "dark-photon", "mediator", "choice", choices=tables.MEDIATORS),
                Setting("r", 3.0, "mediator mass over dark-matter mass", low=1.0, high=1e3, open_low=True),
                Setting("alpha_D", 0.5, "dark fine-structure constant", low=1e-12, high=4 * math.pi),
                Setting("g_chi", 1.0, "coupling of a spin-0 mediator to dark matter", low=1e-6, high=4 * math.pi),
                Setting("leptophilic", False, "no hadrons, which spin-0 mediators need", "flag"),
                Setting(
                    "f_eff",
                    0.5,
                    "fraction of the annihilation energy that heats the gas (CMB)",
                    low=0.0,
                    high=1.0,
                    open_low=True,
                ),
                _OMEGA,
                _TABLE,
            ),
            tables.freeze_out,
            ("Berlin:2018bsc", "Gounaris:1968mw", "Saikawa:2018rcs", "Planck:2018vyg", "Sabti:2019mhn"),
            ("mass", "y"),
            tables.freeze_out_unused,
        ),
        TargetEntry(
            "x-ray-lines",
            "photon lifetime of ALP dark matter on the freeze-in line, and the largest diagonal coupling",
            "0.02:0.1:9",
            (
                *_COMMON,
                Setting("tan_alpha", 1e-2, "C_ll / C_ij", low=0.0, high=1e6),
                Setting("E", 0.0, "anomaly coefficient in the derivative basis", low=-1e6, high=1e6),
                _lifetime(None, "lower limit on the lifetime; the published lines by default"),
            ),
            tables.x_ray_lines,
            ("Panci:2022wlc", "OHare:AxionLimits", "Saikawa:2018rcs"),
            ("mass", "lifetime_s"),
        ),
        TargetEntry(
            "warmness",
            "smallest ALP mass that structure formation allows",
            "",
            (
                _CHANNEL,
                _MODE,
                _TABLE,
                Setting("warm_kev", None, "another lower limit on a thermal relic", unit="keV", low=0.01, high=1e4),
            ),
            tables.warmness,
            ("Irsic:2017ixq", "DES:2020fxi", "Saikawa:2018rcs"),
            ("thermal_relic_kev", "mass_min"),
        ),
        TargetEntry(
            "inverse-seesaw",
            "Majorana mass and Yukawa coupling that give a neutrino mass at a mixing U2",
            "50",
            (
                Setting(
                    "U2", 1e-6, "mixing squared, summed over the pseudo-Dirac pair", low=1e-40, high=1.0, open_high=True
                ),
                Setting("neutrino_mass_ev", 0.05, "neutrino mass", unit="eV", low=1e-12, high=1e3),
            ),
            tables.inverse_seesaw,
            ("Mohapatra:1986bd", "Esteban:2024eli"),
            ("mass", "mu_N_kev"),
        ),
    )
}
"""Every target by its name."""


def target(
    name: str,
    mass: str | float | Sequence[float] | NDArray[np.float64] | None = None,
    *,
    settings: Mapping[str, Any] | None = None,
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
    given = {key.removeprefix("model.").removeprefix("target."): value for key, value in (settings or {}).items()}
    used = read_settings(entry.keys, f"target {wanted}", ("user", given | keys))
    idle = entry.unused(used.echo())
    require(*(f"{key} = {used[key]}: has no effect here; {idle[key]}" for key in idle if key in used.origins))
    if mass is not None and not entry.mass:
        raise InvalidInput(f"mass = {mass}: target {wanted} takes no mass")
    masses = mass_points(entry.mass if mass is None else mass) if entry.mass else np.empty(0)
    points, notes = entry.compute(masses, used)
    refuse_unread(f"target {wanted} with these settings", used)
    recorded = {key: value for key, value in used.echo().items() if key not in idle}
    changed = {key.removeprefix("model.").removeprefix("target."): True for key in (*(settings or {}), *keys)}
    run = run_block(target, asked, settings=entries(recorded, changed))
    return Target(wanted, recorded, points, notes, entry.references, run=run)
