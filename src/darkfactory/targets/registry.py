"""Cosmological targets: where a model is all of dark matter, or gives the neutrino masses, as tables against mass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, UnknownName, did_you_mean, in_range, require
from darkfactory.settings import mass_points
from darkfactory.targets import tables

__all__ = ["TARGETS", "Target", "TargetEntry", "target"]

Rows = list[dict[str, Any]]
_WORDS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass(frozen=True)
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

    name: str
    settings: Mapping[str, Any]
    points: Rows
    notes: tuple[str, ...]
    references: tuple[str, ...]

    def column(self, key: str) -> NDArray[np.float64]:
        """One column of the points as an array; NaN-free: None becomes infinity."""
        return np.array([np.inf if row[key] is None else row[key] for row in self.points], dtype=float)

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        from darkfactory.version import __version__

        return {
            "target": self.name,
            "settings": dict(self.settings),
            "version": __version__,
            "notes": list(self.notes),
            "references": list(self.references),
            "points": self.points,
            "run": dict(self.run),
        }


@dataclass(frozen=True)
class TargetEntry:
    """A target as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and a line that says what it is.
    mass : str
        Masses by default [MeV].
    keys : dict
        Settings: (default, meaning with unit).
    compute : callable
        (masses, settings) -> (rows, notes).
    references : tuple of str
        Citation keys.
    """

    name: str
    title: str
    mass: str
    keys: Mapping[str, tuple[Any, str]]
    compute: Callable[[NDArray[np.float64], dict[str, Any]], tuple[Rows, tuple[str, ...]]]
    references: tuple[str, ...]


_CHANNEL = ("mu-e", "mu-e, tau-mu or tau-e")
_MODE = ("quantum", "quantum, mb or paper")
_TABLE = ("fit", "degrees of freedom: fit or lattice")
_OMEGA = (0.12, "Omega h^2")
_COMMON = {
    "channel": _CHANNEL,
    "mode": _MODE,
    "table": _TABLE,
    "omega_h2": _OMEGA,
    "diagonal": ("", "lepton of the diagonal coupling: e, mu or tau; the daughter by default"),
}
TARGETS: dict[str, TargetEntry] = {
    entry.name: entry
    for entry in (
        TargetEntry(
            "freeze-in",
            "LFV ALP as all of dark matter: f_a/C, F and branching ratio against m_a",
            "0.02:0.1:9",
            {
                **_COMMON,
                "tan_alpha": (0.0, "C_ll / C_ij, adds flavor-diagonal production"),
                "chirality": ("V+A", "of the branching ratio: V+A, V-A, V or A"),
                "warm_kev": (5.3, "lower limit on the mass of a thermal relic [keV]: 3.5, 5.3 or 6.5"),
                "lifetime_s": (1e28, "lower limit on the lifetime into photons [s]"),
            },
            tables.freeze_in,
            ("Panci:2022wlc", "Saikawa:2018rcs", "Planck:2018vyg", "Irsic:2017ixq"),
        ),
        TargetEntry(
            "freeze-out",
            "thermal dark matter through a dark photon or a spin-0 mediator: y and coupling against m_chi",
            "20",
            {
                "dm": ("scalar", "scalar, majorana, pseudo-dirac or asymmetric"),
                "mediator": ("dark-photon", "dark-photon, scalar or pseudoscalar"),
                "r": (3.0, "mediator mass over dark-matter mass"),
                "alpha_D": (0.5, "dark fine-structure constant"),
                "g_chi": (1.0, "coupling of a spin-0 mediator to dark matter"),
                "leptophilic": (False, "true: leptons only, which spin-0 mediators need"),
                "f_eff": (0.5, "fraction of the annihilation energy that heats the gas (CMB)"),
                "omega_h2": _OMEGA,
                "table": _TABLE,
            },
            tables.freeze_out,
            ("Berlin:2018bsc", "Gounaris:1968mw", "Saikawa:2018rcs", "Planck:2018vyg", "Sabti:2019mhn"),
        ),
        TargetEntry(
            "x-ray-lines",
            "photon lifetime of ALP dark matter on the freeze-in line, and the largest diagonal coupling",
            "0.02:0.1:9",
            {
                **_COMMON,
                "tan_alpha": (1e-2, "C_ll / C_ij"),
                "E": (0.0, "anomaly coefficient in the derivative basis"),
                "lifetime_s": (0.0, "lower limit on the lifetime [s]; the published lines by default"),
            },
            tables.x_ray_lines,
            ("Panci:2022wlc", "OHare:AxionLimits", "Saikawa:2018rcs"),
        ),
        TargetEntry(
            "warmness",
            "smallest ALP mass that structure formation allows",
            "",
            {
                "channel": _CHANNEL,
                "mode": _MODE,
                "table": _TABLE,
                "warm_kev": (0.0, "another lower limit on a thermal relic [keV]"),
            },
            tables.warmness,
            ("Irsic:2017ixq", "DES:2020fxi", "Saikawa:2018rcs"),
        ),
        TargetEntry(
            "inverse-seesaw",
            "Majorana mass and Yukawa coupling that give a neutrino mass at a mixing U2",
            "50",
            {
                "U2": (1e-6, "mixing squared, summed over the pseudo-Dirac pair"),
                "neutrino_mass_ev": (0.05, "neutrino mass [eV]"),
            },
            tables.inverse_seesaw,
            ("Mohapatra:1986bd", "Esteban:2024eli"),
        ),
    )
}
"""Every target by its name."""


def _value(key: str, default: Any, given: Any) -> Any:
    """A setting in the type of its default."""
    if isinstance(default, bool):
        found = _WORDS.get(str(given).lower())
        if found is None:
            raise InvalidInput(f"{key} = {given!r}: allowed true, false")
        return found
    if isinstance(default, float):
        try:
            number = float(given)
        except (TypeError, ValueError):
            raise InvalidInput(f"{key} = {given!r}: must be a number, e.g. {default:g}") from None
        require(in_range(key, number))
        return number
    return str(given).replace("_", "-") if key != "channel" else str(given)


def _settings(entry: TargetEntry, given: Mapping[str, Any]) -> dict[str, Any]:
    known = list(entry.keys)
    bare = {key.removeprefix("model.").removeprefix("target."): value for key, value in given.items()}
    unknown = [
        f"{key}: unknown key of target {entry.name}; keys: {', '.join(known)}{did_you_mean(key, known)}"
        for key in bare
        if key not in entry.keys
    ]
    require(*unknown, error=UnknownName)
    return {
        key: _value(key, default, bare[key]) if bare.get(key) is not None else default
        for key, (default, _) in entry.keys.items()
    }


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
    used = _settings(entry, {**(settings or {}), **keys})
    if mass is not None and not entry.mass:
        raise InvalidInput(f"mass = {mass}: target {wanted} takes no mass")
    masses = mass_points(entry.mass if mass is None else mass) if entry.mass else np.empty(0)
    points, notes = entry.compute(masses, used)
    run = run_block(target, asked, settings=entries(used, {**(settings or {}), **keys}))
    return Target(wanted, used, points, notes, entry.references, run=run)
