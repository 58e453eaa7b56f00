"""Repeat a run from what its result says about itself, and compare the numbers."""

from __future__ import annotations

import json
import os
import shlex
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from darkfactory.errors import DarkfactoryError, InvalidInput, require
from darkfactory.result import ROOT, Result, sha256_of
from darkfactory.verbs.words import VERBS, function_of
from darkfactory.version import __version__, code_fingerprint

__all__ = ["Comparison", "changes_since", "made_again", "read_result", "rerun"]

TYPED = ("list", "show")
"""Verbs of the command line alone."""
NO_NUMBERS = ("run", "version", "file", "notes", "references")


@dataclass(frozen=True, eq=False, repr=False)
class Comparison(Result):
    """A result and its repetition.

    Attributes
    ----------
    command : str
        What was repeated.
    compared : int
        How many numbers and words were compared.
    largest : float
        Largest relative difference of a number; infinite where a word, or the shape of the result, differs.
    where : str
        Where that is; empty if nothing differs.
    tolerance : float
        Relative difference up to which they agree.
    notes : tuple of str
        What is not as it was.
    references : tuple of str
        None.
    """

    kind: ClassVar[str] = "rerun"
    rows_key: ClassVar[str] = ""

    command: str
    compared: int
    largest: float
    where: str
    tolerance: float
    notes: tuple[str, ...]
    references: tuple[str, ...] = ()

    @property
    def agrees(self) -> bool:
        """Whether all numbers agree."""
        return self.largest <= self.tolerance

    @property
    def title(self) -> str:
        """Line above the table."""
        return self.command

    @property
    def settings(self) -> dict[str, Any]:
        """The tolerance."""
        return {"tolerance": self.tolerance}

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says: the row, and more."""
        return {"command": self.command, **self.rows[0], "tolerance": self.tolerance}

    @property
    def rows(self) -> list[dict[str, Any]]:
        """One row."""
        largest = self.largest if self.largest < float("inf") else None
        row = {"agrees": self.agrees, "compared": self.compared}
        return [row | {"largest_relative_difference": largest, "where": self.where}]


def rerun(
    file: Path, typed: Callable[[Sequence[str]], Any], *, anyway: bool = False, tolerance: float = 1e-9
) -> Comparison:
    """Repeat the run of a result and compare.

    Parameters
    ----------
    file : Path
        Result (JSON) of ``--out``, of ``--json``, of a figure, or of ``to_dict()``.
    typed : callable
        Runs a command line and returns what it prints as JSON.
    anyway : bool
        Go on where version or card are not those of the result.
    tolerance : float
        Relative difference up to which numbers agree.

    Raises
    ------
    InvalidInput
        If the file is no result that can be repeated, or version or card have changed.
    """
    old = read_result(file)
    run = old["run"]
    changes = changes_since(run)
    if changes and not anyway:
        raise InvalidInput("\n".join(f"{file}: {change}; --anyway repeats it all the same" for change in changes))
    new = _repeat(file, run, typed)
    differences = list(_differences(_numbers(old), _numbers(new), ""))
    worst = max(differences, default=(0.0, ""))
    notes = [*changes]
    if run.get("fingerprint") != code_fingerprint():
        notes.append("the code of the package is not that of the result")
    return Comparison(
        command=str(run["command"]),
        compared=len(differences),
        largest=worst[0],
        where=worst[1] if worst[0] > 0 else "",
        tolerance=tolerance,
        notes=tuple(notes),
    )


def read_result(file: Path) -> dict[str, Any]:
    """What a file of a result holds; its ``run`` says how it was made.

    Raises
    ------
    InvalidInput
        If the file is no result that says so.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise InvalidInput(f"{file}: {error.strerror}; give a result (JSON) that --out wrote") from None
    except (ValueError, RecursionError):
        raise InvalidInput(f"{file}: is no JSON; give a result (JSON) that --out wrote") from None
    run = found.get("run") if isinstance(found, dict) else None
    if not isinstance(run, dict) or not isinstance(run.get("verb"), str) or not isinstance(run.get("arguments"), dict):
        raise InvalidInput(f"{file}: does not say how it was made (no block `run`); make it again with --out")
    found["run"] = {"command": run["verb"], **run}
    return dict(found)


def changes_since(run: Mapping[str, Any]) -> list[str]:
    """What is not as it was when a result was made, of what must be: version and card."""
    found = []
    if run.get("version") != __version__:
        found.append(f"made with version {run.get('version')}, this is {__version__}")
    card = run.get("card")
    if isinstance(card, dict):
        path = Path(str(card.get("path")))
        shipped = ROOT.parent / path
        path = shipped if not path.is_absolute() and path.parts[:1] == (ROOT.name,) else path
        if not path.is_file():
            found.append(f"its card {card.get('path')} is not there")
        elif sha256_of(path) != card.get("sha256"):
            found.append(f"its card {card.get('path')} has changed since")
    for record in run.get("records") or ():
        if not Path(record["path"]).is_file():
            found.append(f"its limit {record['path']} is not there")
        elif sha256_of(Path(record["path"])) != record["sha256"]:
            found.append(f"its limit {record['path']} has changed since")
    parts = (run.get("arguments") or {}).get("results") or ()  # of a combination, with run blocks of their own
    return found + [change for part in parts if isinstance(part, dict) for change in changes_since(part)]


def _repeat(file: Path, run: Mapping[str, Any], typed: Callable[[Sequence[str]], Any]) -> dict[str, Any]:
    verb = run["verb"]
    if verb in TYPED:
        words = shlex.split(str(run["command"]))
        require(
            None
            if " ".join(words[1:]).startswith(verb) and "--out" not in " ".join(words)
            else f"{file}: its command is not one of {verb}; make the result again"
        )
        return dict(typed(words[1:]))
    made = made_again(str(file), run)
    return dict(made.metadata() if verb == "events" else (made.data if verb == "figure" else made).to_dict())


def made_again(file: str, run: Mapping[str, Any]) -> Any:
    """What a verb gives for the arguments of a run block, with the same records of the user's own.

    Parameters
    ----------
    file : str
        Name for messages.
    run : mapping
        Verb, one of :data:`VERBS`, its arguments by name, and the records if there are any.

    Raises
    ------
    InvalidInput
        For another verb, and for arguments that no file can hold or that the verb does not take.
    """
    from darkfactory.bounds.own import own_records

    verb, arguments = run["verb"], dict(run["arguments"])
    if verb == "reach" and "observed" in arguments:  # as it was called
        counts = arguments.pop("observed")
        arguments.setdefault("data", counts)
    require(None if verb in VERBS else f"{file}: {verb} cannot be repeated; results of {', '.join(VERBS)} can")
    objects = [name for name, value in arguments.items() if isinstance(value, dict) and set(value) == {"object"}]
    require(*(f"{file}: {name} was given as an object of Python; repeat the call in Python" for name in objects))
    limits = os.pathsep.join(record["path"] for record in run.get("records") or ())
    try:
        # what no file says anything of was not made yet: it takes the records of the environment
        with own_records(limits or None, environment="version" not in run):
            return function_of(verb, arguments)(**arguments)
    except (TypeError, ValueError, KeyError) as error:
        if isinstance(error, DarkfactoryError):
            raise
        raise InvalidInput(f"{file}: {verb} does not take these arguments ({error}); make the result again") from None


def _numbers(result: Mapping[str, Any]) -> Any:
    """The part of a result that is compared, as JSON gives it back."""
    kept = {key: value for key, value in result.items() if key not in NO_NUMBERS}
    return json.loads(json.dumps(kept, default=lambda value: value.tolist()))


def _differences(old: Any, new: Any, path: str) -> Iterator[tuple[float, str]]:
    """Relative difference of every number, 0 or infinity of everything else, each with its place."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in dict.fromkeys((*old, *new)):
            place = f"{path}.{key}" if path else key
            if key in old and key in new:
                yield from _differences(old[key], new[key], place)
            else:
                yield float("inf"), f"{place} (only in one of them)"
    elif isinstance(old, list) and isinstance(new, list):
        if len(old) != len(new):
            yield float("inf"), f"{path} ({len(old)} and {len(new)} entries)"
        for number, (one, other) in enumerate(zip(old, new, strict=False)):
            yield from _differences(one, other, f"{path}[{number}]")
    elif _is_number(old) and _is_number(new):
        scale = max(abs(old), abs(new))
        yield (abs(old - new) / scale if scale else 0.0), f"{path} ({old:.10g} and {new:.10g})"
    else:
        yield (0.0 if old == new else float("inf")), f"{path} ({old!r:.60} and {new!r:.60})"


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
