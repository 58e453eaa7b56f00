"""What results must have in common to be combined: model, coupling, masses, level, and the nuisances that are shared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.combining.parts import Part
from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.models import MODELS, LfvAlp
from darkfactory.searches.base import listed
from darkfactory.verbs.reach import Reach

__all__ = ["common_coupling", "common_masses", "common_value", "require_one_model", "shared_names"]

Array = NDArray[np.float64]


def _each(values: Mapping[str, Any]) -> str:
    return ", ".join(f"{value} ({label})" for label, value in values.items())


def common_value(name: str, values: Mapping[str, Any]) -> Any:
    """Value of an option that all results have.

    Raises
    ------
    InvalidInput
        If there are several, or one is not known.
    """
    found = set(values.values())
    if len(found) != 1 or None in found:
        raise InvalidInput(f"{name} = {_each(values)}: not the same; give --{name}, with which all are made again")
    return found.pop()


def require_one_model(reaches: Mapping[str, Reach]) -> None:
    """Refuse results of different models.

    Raises
    ------
    InvalidInput
        Naming everything that differs.
    """
    names = {label: made.model for label, made in reaches.items()}
    require(f"model: {_each(names)}: must be one" if len(set(names.values())) > 1 else None)
    keys = dict.fromkeys(key for made in reaches.values() for key in made.parameters)
    problems = []
    for key in keys:
        # what a search scans, or does not see, may be anything there
        seen = {label: made.parameters.get(key) for label, made in reaches.items() if key not in made.result.scanned}
        if len({repr(value) for value in seen.values()}) > 1:
            problems.append(f"model.{key}: {_each(seen)}: must be the same in results that are combined")
    if next(iter(names.values())) == LfvAlp.name:
        pairs = {label: _leptons(made.result.process) for label, made in reaches.items()}
        if len(set(pairs.values()) - {""}) > 1:
            problems.append(f"leptons: {_each(pairs)}: each pair has a coupling of its own, so there is no common one")
    require(*problems)


def _leptons(process: str) -> str:
    """Pair of leptons of a decay such as mu -> e e e a; empty for what is no decay of a lepton."""
    words = process.split()
    return f"{words[0]} -> {words[2]}" if words[0] in ("mu", "tau") else ""


def common_coupling(reaches: Mapping[str, Reach], wanted: str | None) -> str:
    """Name of the coupling that is limited.

    Parameters
    ----------
    reaches : mapping
        Results by label.
    wanted : str, optional
        The one that was asked for; the first that all know by default.

    Raises
    ------
    InvalidInput
        If they have none in common, or move along different lines in the space of couplings.
    """
    known = {label: tuple(made.couplings) for label, made in reaches.items()}
    first, *others = known.values()
    common = [name for name in first if all(name in other for other in others)]
    shown = _each({label: "/".join(names) for label, names in known.items()})
    model = MODELS.get(next(iter(reaches.values())).model)
    one_line = len({frozenset(names) for names in known.values()}) == 1 or not (model and model.scannable)
    require(
        None
        if common and one_line
        else f"coupling: {shown}: the results scan different couplings; make them with one and the same --coupling"
    )
    require(None if wanted is None else one_of("coupling", wanted, common))
    return wanted or common[0]


def common_masses(reaches: Mapping[str, Reach]) -> tuple[Array, list[str]]:
    """Masses [MeV] that all results have, and a note on those that are left out.

    Raises
    ------
    InvalidInput
        If there is none.
    """
    first, *others = (made.masses for made in reaches.values())
    kept = [m for m in first if all(np.any(np.isclose(m, other, rtol=1e-9, atol=1e-12)) for other in others)]
    if not kept:
        shown = "; ".join(f"{listed(made.masses)} ({label})" for label, made in reaches.items())
        raise InvalidInput(
            f"mass [MeV]: {shown}: no mass is in all results; make them at the same masses, none is interpolated"
        )
    every = np.unique(np.concatenate([first, *others]))
    lost = [m for m in every if not np.any(np.isclose(m, kept, rtol=1e-9, atol=1e-12))]
    return np.array(kept), [f"left out, since not all results have them: {listed(lost)} MeV"] if lost else []


def shared_names(parts: Sequence[Part], share: str | Sequence[str]) -> tuple[str, ...]:
    """Names of the shared nuisances.

    Parameters
    ----------
    parts : sequence of Part
        What is combined.
    share : str or sequence of str
        Names, in a text with commas in between.

    Raises
    ------
    InvalidInput
        For a name that less than two parts have; those that can be shared are listed.
    """
    names = share.split(",") if isinstance(share, str) else list(share)
    wanted = dict.fromkeys(name.strip() for name in names if name.strip())
    owners = {
        name: [part.label for part in parts if name in part.nuisances] for part in parts for name in part.nuisances
    }
    can = sorted(name for name, labels in owners.items() if len(labels) > 1)
    allowed = f"can be shared: {', '.join(can) or 'none'}"
    require(
        *(
            f"share = {name}: {f'only {owners[name][0]} has it' if name in owners else 'no result has it'}; {allowed}"
            for name in wanted
            if name not in can
        )
    )
    return tuple(wanted)
