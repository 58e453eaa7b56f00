"""The verb ``combine``: results are made again, checked to be of one model, and profiled as one likelihood."""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darkfactory.bounds.own import own_records
from darkfactory.combining.agreement import (
    common_coupling,
    common_masses,
    common_value,
    require_one_model,
    shared_names,
)
from darkfactory.combining.parts import Part, ReachPart
from darkfactory.combining.published import PREFIX, PublishedPart
from darkfactory.combining.result import Combination
from darkfactory.combining.table import combined_rows
from darkfactory.errors import in_range, require
from darkfactory.models import LfvAlp
from darkfactory.processes.muon_decay.scales import CHANNELS
from darkfactory.rerun import changes_since, made_again, read_result
from darkfactory.result import run_block
from darkfactory.statistics import z_value
from darkfactory.verbs.reach import Reach

__all__ = ["combine"]

Given = str | os.PathLike[str] | Mapping[str, Any] | Reach
KEPT = ("command", "verb", "arguments", "card", "records", "version", "fingerprint")
"""What a combination keeps of the run blocks of its parts: enough to make them again."""
ADDED = ("toys", "seed", "discovery", "look_elsewhere")
"""Arguments of a reach that a combination does not need."""
SAME = 1e-6
"""Relative difference from which on a limit that was made again is said to differ from the file."""


@dataclass(frozen=True)
class _Source:
    """A reach that is to be combined: its run block, and what is known of it."""

    name: str
    run: Mapping[str, Any]
    cl: float | None
    method: str | None
    reach: Reach | None = None
    points: Sequence[Mapping[str, Any]] = ()

    def made(self, cl: float, method: str) -> Reach:
        """The reach at a confidence level and with a method; made again if it is another, or not there."""
        if self.reach is not None and (self.reach.cl, self.reach.method) == (cl, method):
            return self.reach
        arguments = {**_needed(self.run["arguments"]), "cl": cl, "method": method}
        made = made_again(self.name, {**self.run, "arguments": arguments})
        assert isinstance(made, Reach)
        return made

    def notes(self, made: Reach) -> list[str]:
        """What is not as it was when the file was written."""
        changes = changes_since(self.run) if self.reach is None and "version" in self.run else []
        found = [f"{self.name}: {change}; these are the numbers as they are now" for change in changes]
        if (self.cl, self.method) == (made.cl, made.method):
            for old, new in zip(self.points, made.rows, strict=False):
                pairs = [(old["expected"].get(name), value) for name, value in new["expected"].items()]
                if any(a is not None and b is not None and abs(a - b) > SAME * abs(b) for a, b in pairs):
                    return [*found, f"{self.name}: its limits differ from those in the file at {new['mass']:g} MeV"]
        return found


def combine(
    results: Sequence[Given],
    *,
    share: str | Sequence[str] = (),
    cl: float | None = None,
    method: str | None = None,
    coupling: str | None = None,
    extra: str | Path | None = None,
) -> Combination:
    """Limits on one coupling from several results of one model, profiled as one likelihood.

    Parameters
    ----------
    results : sequence of path, Reach, or ``bound:NAME``
        Files of ``reach`` (JSON), which are made again, or what it returned; names of records of published limits that hold a
        measurement (observed ones only enter with it, see docs/combine.md). Two at least, and one reach.
    share : str or sequence of str
        Nuisances that are one and the same in all parts that have them (correlation 1). All others are independent, and are
        named after their part.
    cl, method : float, str, optional
        Confidence level and method; those of the results by default, if they agree.
    coupling : str, optional
        Coupling that is limited; the first that all results know by default.
    extra : path, optional
        Your own records, see :func:`~darkfactory.bounds.load_bounds`.

    Returns
    -------
    Combination
        One row per mass that all results have.

    Raises
    ------
    DarkfactoryError
        For results of different models, couplings or masses; for one without a likelihood that can be combined; for a shared
        nuisance that is not the same in two of them.

    Examples
    --------
    >>> import darkfactory
    >>> plain = {"search.systematics": "none", "search.background_order": "born", "search.signal_tail": "none"}
    >>> one = darkfactory.reach("forward-positron", mass=20, settings=plain)
    >>> found = combine([one, one])
    >>> round(found.rows[0]["gain"], 3)  # twice the data: the fourth root of 2
    1.189
    """
    with own_records(extra) as own:
        given = [results] if isinstance(results, (str, os.PathLike, Mapping, Reach)) else list(results)
        records = [one for one in given if isinstance(one, str) and one.startswith(PREFIX)]
        sources = [_source(one, number) for number, one in enumerate(given, 1) if one not in records]
        require(
            None if len(given) > 1 else f"results: {len(given)} given; two at least are combined",
            None if sources else "results: published records alone; at least one result of reach says model and masses",
            None
            if cl is None
            else in_range("cl", cl, 0.5, 1, open_low=True, open_high=True, remedy="e.g. 0.90 or 0.95"),
        )
        level = float(cl if cl is not None else common_value("cl", {s.name: s.cl for s in sources}))
        how = str(method or common_value("method", {s.name: s.method for s in sources})).lower()
        reaches = [source.made(level, how) for source in sources]
        labels = _labels(reaches)
        require_one_model(dict(zip(labels, reaches, strict=True)))
        name = common_coupling(dict(zip(labels, reaches, strict=True)), coupling)
        parts: list[Part] = [ReachPart(label, made, name) for label, made in zip(labels, reaches, strict=True)]
        masses, lost = common_masses(dict(zip(labels, reaches, strict=True)))
        parts += [_published(record, reaches[0]) for record in records]
        shared = shared_names(parts, share)
        rows = combined_rows(parts, masses, name, level, how, shared)
    notes = [note for source, made in zip(sources, reaches, strict=True) for note in source.notes(made)]
    notes += [*lost, *rows.notes, *_repeated(labels, reaches)]
    notes += [f"{label}: {note}" for label, made in zip(labels, reaches, strict=True) for note in made.notes]
    runs = [{**{key: made.run[key] for key in KEPT if key in made.run}} for made in reaches]
    for run, made in zip(runs, reaches, strict=True):
        run["arguments"] = {**_needed(run["arguments"]), "cl": made.cl, "method": made.method}
    asked = {"results": [*runs, *records], "share": list(shared), "cl": level, "method": how, "coupling": name}
    return Combination(
        labels=tuple(part.label for part in parts),
        model=reaches[0].model,
        parameters=dict(reaches[0].parameters),
        coupling=name,
        cl=level,
        z=z_value(level, how),
        method=how,
        shared=shared,
        nuisances=rows.nuisances,
        rows=rows.rows,
        notes=tuple(dict.fromkeys(notes)),
        references=tuple(dict.fromkeys(key for part in parts for key in part.references)),
        joint=rows.joint,
        data=rows.data,
        run=run_block(combine, asked, records=own.told),
    )


def _source(given: Given, number: int) -> _Source:
    """Where a result comes from."""
    if isinstance(given, Reach):
        return _Source(f"results[{number}]", given.run, given.cl, given.method, given)
    if isinstance(given, Mapping):
        arguments = given.get("arguments") or {}
        name = f"results[{number}]"
        found = _Source(name, given, arguments.get("cl"), arguments.get("method"))
    else:
        name = os.fspath(given)
        read = read_result(Path(name))
        found = _Source(name, read["run"], read.get("cl"), read.get("method"), None, read.get("points") or ())
    verb = found.run.get("verb")
    require(None if verb == "reach" else f"{name}: a result of {verb}; results of reach can be combined")
    return found


def _needed(arguments: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments of a reach without what adds to its limits, and takes its time."""
    dropped = {*ADDED} if arguments.get("asimov") else {*ADDED, "inject"}
    return {key: value for key, value in arguments.items() if key not in dropped}


def _labels(reaches: Sequence[Reach]) -> list[str]:
    """A name for each: experiment and search, with a number where that is not enough."""
    plain_names = [f"{made.experiment}/{made.search}" for made in reaches]
    count, seen, found = Counter(plain_names), Counter[str](), []
    for name in plain_names:
        seen[name] += 1
        found.append(f"{name}#{seen[name]}" if count[name] > 1 else name)
    return found


def _repeated(labels: Sequence[str], reaches: Sequence[Reach]) -> Iterator[str]:
    """Notes on results that are the same: nothing says whether the experiment was done twice."""
    for (one, first), (other, second) in itertools.combinations(zip(labels, reaches, strict=True), 2):
        if first.run["arguments"] == second.run["arguments"]:
            yield f"{one} and {other} are the same result: it counts twice, as one of two such experiments"


def _published(record: str, first: Reach) -> PublishedPart:
    """A record as a part, for the model and the leptons of a result."""
    if first.model != LfvAlp.name:
        return PublishedPart(record, None, "")
    C_V, C_A = (complex(first.parameters[name]) for name in ("C_V", "C_A"))
    process = first.result.process
    channel = process if process in CHANNELS else next(iter(CHANNELS))
    return PublishedPart(record, LfvAlp(C_V=C_V, C_A=C_A), channel)
