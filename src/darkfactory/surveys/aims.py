"""Entries of cosmological targets: where on the line of the model it is dark matter, or gives the neutrino masses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkfactory.errors import DarkfactoryError, UnknownName, did_you_mean
from darkfactory.parsing import canonical
from darkfactory.surveys.entries import TARGET, Entry
from darkfactory.surveys.line import Line
from darkfactory.targets import TARGETS, target

__all__ = ["aims"]

PREFIX = "target."


def aims(line: Line, masses: Sequence[float], settings: Mapping[str, Any], shows: Any) -> list[Entry]:
    """What every target says of a model.

    Parameters
    ----------
    line : Line
        Model and common coupling.
    masses : sequence of float
        Masses [MeV].
    settings : mapping
        Of targets, with the prefix ``target.``; each is given to those that have it.
    shows : callable
        Names of an entry -> whether it is wanted.

    Raises
    ------
    UnknownName
        For a setting that none of them has, or none of those that are wanted.
    """
    keys = {canonical(key.name): key.name for entry in TARGETS.values() for key in entry.keys}
    given = {keys.get(canonical(key.removeprefix(PREFIX)), ""): value for key, value in settings.items()}
    if "" in given:
        unknown = [key for key in settings if canonical(key.removeprefix(PREFIX)) not in keys]
        near = did_you_mean(unknown[0].removeprefix(PREFIX), list(keys.values()))
        raise UnknownName(f"{unknown[0]}: no target has it{near}")
    wanted = {name: entry for name, entry in TARGETS.items() if shows(name)}
    used = {key.name for entry in wanted.values() for key in entry.keys}
    for key in settings:
        if keys[canonical(key.removeprefix(PREFIX))] not in used:
            raise UnknownName(f"{key}: no target of this survey has it; leave it out, or ask for more with --only")
    found = []
    for name, entry in wanted.items():
        own = {key.name: given[key.name] for key in entry.keys if key.name in given}

        def asked(at: Any, name: str = name, own: Mapping[str, Any] = own, **chosen: Any) -> Any:
            return target(name, at, **{**chosen, **own}).points

        for mass in masses:
            about: dict[str, Any] = {"kind": TARGET, "name": name, "mass": mass, "process": entry.title}
            try:
                rows = entry.on(line.model, mass, line.channel, asked)
            except DarkfactoryError as error:
                reason = " ".join(str(error).split())
                found.append(Entry(**about, experiment="", status="not-asked", reason=reason))
                continue
            for row in rows:
                told = {"experiment": row["kind"], "status": row["status"], "reason": row["reason"]}
                told["reference"] = ", ".join(entry.references)
                if row["value"] is None or row["quantity"] == line.name:
                    found.append(Entry(**about, **told, value=row["value"]))
    return found
