"""What the page asks for: one figure of one search, with its settings, and the command that makes the same."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.experiments.keys import KEYS, find_key
from darkfactory.parsing import as_number
from darkfactory.searches.registry import find_search
from darkfactory.settings import Setting, parse_assignments

__all__ = ["FIGURES", "Request", "checked", "lines_of"]

FIGURES = {"reach": "search-reach", "spectrum": "search-spectrum"}
"""Figure by what is looked at."""
OPTIONS = ("experiment", "mass", "cl")
"""Settings of the figures that the command has options for."""
READ = ("file", "text")
"""Kinds of settings of cards and searches that may name a file."""


@dataclass(frozen=True)
class Request:
    """A figure that is asked for.

    Attributes
    ----------
    view : {"reach", "spectrum"}
        Which.
    search, experiment, model, coupling, method : str
        Names, of the experiment also the path of a card; empty for what holds by default.
    mass : str
        Masses [MeV] of a reach, mass of a spectrum.
    cl : str
        Confidence level; empty for that of the search.
    settings : tuple of (str, str)
        What the user changed of model, card and search, by key.
    """

    view: str
    search: str
    experiment: str
    mass: str
    model: str = ""
    coupling: str = ""
    method: str = ""
    cl: str = ""
    settings: tuple[tuple[str, str], ...] = ()

    @property
    def figure(self) -> str:
        """Name of the figure."""
        return FIGURES[self.view]

    @property
    def arguments(self) -> dict[str, str]:
        """Settings of the figure."""
        own = ("search", "experiment", "mass", "model", "coupling", "method", "cl")
        return {key: getattr(self, key) for key in own if getattr(self, key)} | dict(self.settings)

    def command(self, bounds: str = "") -> str:
        """Command that makes the same figure; ``bounds`` are the places of limits of the user's own.

        Examples
        --------
        >>> Request("reach", "forward-positron", "megii-fwd", "0:40:21", settings=(("search.focus", "100"),)).command()
        'darkfactory figure search-reach --experiment megii-fwd --mass 0:40:21 --set search=forward-positron --set search.focus=100'
        """
        words = ["darkfactory", "figure", self.figure]
        given = self.arguments
        for key in OPTIONS:
            words += [f"--{key}", given.pop(key)] if key in given else []
        for key, value in given.items():
            words += ["--set", f"{key}={value}"]
        before = f"DARKFACTORY_BOUNDS={shlex.quote(bounds)} " if bounds else ""
        return before + shlex.join(words)


def lines_of(text: str) -> dict[str, str]:
    r"""Settings from lines ``KEY=VALUE``; a key needs its prefix.

    Parameters
    ----------
    text : str
        Lines; empty ones do not count, and ``--set`` may stand in front.

    Raises
    ------
    InvalidInput
        For a line that is no assignment, and a key that has no prefix.

    Examples
    --------
    >>> lines_of("beam.days = 28\n--set search.focus=100")
    {'beam.days': '28', 'search.focus': '100'}
    """
    lines = (line.strip().removeprefix("--set ").strip() for line in text.splitlines())
    found = parse_assignments(line for line in lines if line)
    require(
        *(f"{key}: keys begin with model., beam., detector., trigger. or search." for key in found if "." not in key)
    )
    return found


def checked(request: Request, experiments: Collection[str], given: Mapping[str, Any]) -> Request:
    """Return the request, if nothing in it reads a file that is not offered.

    Parameters
    ----------
    request : Request
        What came from the browser.
    experiments : collection of str
        Names and paths of the cards that are offered.
    given : mapping
        Settings that the study itself has.

    Raises
    ------
    InvalidInput
        For another card, and for a setting that names a file.
    """
    strategy = find_search(request.search)
    table: dict[str, Setting] = {f"search.{key.name}": key for key in strategy.keys}
    problems = [one_of("view", request.view, FIGURES), one_of("experiment", request.experiment, tuple(experiments))]
    for key, value in request.settings:
        setting = KEYS.get(find_key(key) or "") or table.get(key.replace("-", "_"))
        if setting is not None and setting.kind in READ and as_number(value) is None and given.get(key) != value:
            problems.append(f"{key} = {value}: the page reads no files; give it in a card of a study")
    require(*problems, error=InvalidInput)
    return request
