"""What is wrong with a part of a study, as far as that can be said without computing."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from darkfactory.bounds import show
from darkfactory.errors import DarkfactoryError, did_you_mean, is_mapping, one_of
from darkfactory.figures import FIGURES
from darkfactory.figures.recipe import chosen_formats
from darkfactory.models.registry import find_model, given_settings
from darkfactory.processes.registry import find_process
from darkfactory.processes.requests import model_of
from darkfactory.report.schema import RESULTS
from darkfactory.scans.call import Call
from darkfactory.scans.grid import axes_of, point_of
from darkfactory.searches.cards import load_experiment
from darkfactory.searches.registry import find_search
from darkfactory.settings import read_settings
from darkfactory.style import chosen_style
from darkfactory.targets import TARGETS
from darkfactory.verbs.requests import requested
from darkfactory.verbs.words import function_of

if TYPE_CHECKING:
    from darkfactory.report.study import Part

__all__ = ["OF_REACH", "check_look", "check_part", "collected"]

_OF_PROCESSES = ("rate", "spectrum", "events")
OF_REACH = ("impacts", "optimise")
"""Verbs that are asked what a limit owes to its numbers: they take the arguments of a reach, and which verb has the limit."""
_QUICK = ("model", "bounds", "bounds show", "bounds verdict")
"""Verbs that are as quick as a check of what they are asked."""
_OF_CARDS = ("beam.", "target.", "detector.", "trigger.", "search.")
LOOKED_AT = 200
"""Most points of a scan that are looked at for one that can be computed."""


def check_part(part: Part, limits: bool = True) -> list[str]:
    """Problems of a part, one a line.

    Parameters
    ----------
    part : Part
        Of a study, with the limits of the user's own in force.
    limits : bool
        Whether these could be read; which names there are is not known otherwise.
    """
    if part.verb.startswith("bounds") and not limits:
        return []
    check = {"results": _check_result, "scans": _check_scan, "figures": _check_figure}[part.section]
    return [line for problem in check(part) for line in problem.splitlines()]


def check_look(style: str, formats: Sequence[str]) -> list[str]:
    """Problems of the look and the formats of drawings.

    Parameters
    ----------
    style : str
        Its name or file.
    formats : sequence of str
        Endings.
    """
    return [*_said_by(lambda: chosen_style(style)), *_said_by(lambda: chosen_formats(formats))]


class collected:
    """Errors of a ``with`` block as lines of a list, with the place in front.

    Parameters
    ----------
    problems : list of str
        Takes the lines.
    place : str
        Of the file.
    """

    def __init__(self, problems: list[str], place: str) -> None:
        self.problems, self.place = problems, place

    def __enter__(self) -> None: ...

    def __exit__(self, kind: Any, error: Any, trace: Any) -> bool:
        if isinstance(error, DarkfactoryError):
            prefix = f"{self.place}: " if self.place else ""
            self.problems += [f"{prefix}{line}" for line in str(error).splitlines()]
        return isinstance(error, DarkfactoryError)


def _said_by(action: Callable[[], Any]) -> list[str]:
    """Problems that an action raises."""
    try:
        action()
    except DarkfactoryError as error:
        return str(error).splitlines()
    except Exception as error:  # a value of another type than the verb expects, which it would say when it runs
        return [f"{type(error).__name__}: {error}"]
    return []


def _check_result(part: Part) -> list[str]:
    problem = one_of("verb", part.verb, RESULTS)
    return [problem] if problem else _check_arguments(part.verb, part.arguments)


def _check_scan(part: Part) -> list[str]:
    """A point that fails is a row; what no point can be computed with is a mistake."""
    calls: list[Call] = []
    found = _said_by(lambda: calls.append(Call.bound(part.verb, (), part.arguments, axes_of(part.grid))))
    for call in calls:
        total = math.prod(len(axis.values) for axis in call.axes)
        step = round(0.618 * total) or 1  # through the whole grid, and not along its first line
        while math.gcd(step, total) > 1:
            step += 1
        for place in range(min(total, LOOKED_AT)):
            problems = _check_point(call, place * step % total)
            if not problems:
                return []
            found = found or problems
    return found


def _check_point(call: Call, number: int) -> list[str]:
    found: list[str] = []
    said = _said_by(lambda: found.extend(_check_arguments(call.verb, call.at(point_of(call.axes, number)))))
    return said + found


def _check_arguments(verb: str, arguments: Mapping[str, Any]) -> list[str]:
    """Names and single values first; where these are fine, what the verb itself says before it computes."""
    found = [problem for problem in _check_names(verb, arguments) if problem]
    return found or _said_by(lambda: _check_together(verb, arguments))


def _check_names(verb: str, arguments: Mapping[str, Any]) -> Iterator[str]:
    known = inspect.signature(function_of(verb, arguments)).parameters
    anything = any(one.kind is one.VAR_KEYWORD for one in known.values())
    names = [name for name, one in known.items() if one.kind is not one.VAR_KEYWORD]
    for key in arguments:
        if key not in names and not anything:
            yield f"{key}: {verb} has no such argument; arguments: {', '.join(names)}{did_you_mean(key, names)}"
    for name in names:
        if known[name].default is inspect.Parameter.empty and known[name].kind is not inspect.Parameter.VAR_POSITIONAL:
            yield f"{name}: missing; {verb} needs it" if name not in arguments else ""
    for key, find in (("process", find_process), ("search", find_search)):
        if key in arguments:
            yield from _said_by(lambda find=find, key=key: find(str(arguments[key])))  # type: ignore[misc]
    settings = arguments.get("settings", {})
    if problem := is_mapping("settings", settings):
        yield problem
        return
    if verb == "target":
        name = str(arguments.get("name")).replace("_", "-")
        yield one_of("target", name, TARGETS) or ""
        given = {**settings, **{key: value for key, value in arguments.items() if key not in names}}
        if name in TARGETS:
            yield from _said_by(lambda: read_settings(TARGETS[name].keys, f"target {name}", ("user", given)))
    experiment, model = arguments.get("experiment"), str(arguments.get("model") or "")
    of_card = {key: value for key, value in settings.items() if key.startswith(_OF_CARDS)}
    several = "experiment" in known and "Sequence" in str(known["experiment"].annotation)
    for card in experiment if several and isinstance(experiment, list) else [experiment] if experiment else []:
        if isinstance(card, str):
            yield from _said_by(lambda card=card: load_experiment(card, of_card))  # type: ignore[misc]
        else:
            yield f"experiment = {card!r}: must be the name or the path of a card"
    if model and verb in ("reach", *_OF_PROCESSES, *OF_REACH):  # limits know couplings to quarks too
        of_model = {key[6:]: value for key, value in settings.items() if key.startswith("model.")}
        yield from _said_by(lambda: given_settings(find_model(model), of_model))


def _check_together(verb: str, arguments: Mapping[str, Any]) -> None:
    if verb in ("reach", *OF_REACH):
        known = inspect.signature(requested).parameters
        requested(**{name: value for name, value in arguments.items() if name in known})
    elif verb in _OF_PROCESSES and not arguments.get("experiment"):
        process = find_process(arguments["process"])
        _, of_model, _ = process.request(verb, {}, arguments.get("settings"))
        model_of(process, arguments.get("model"), of_model)
    elif verb in _QUICK:
        function_of(verb, arguments)(**arguments)
    elif verb == "bounds recast" and arguments["name"] != "all":
        show(arguments["name"])


def _check_figure(part: Part) -> Iterator[str]:
    name = part.arguments["name"]
    yield one_of("figure", name, FIGURES) or ""
    if name in FIGURES:
        given = part.arguments["settings"]
        yield from _said_by(lambda: FIGURES[name].read(name, given))
