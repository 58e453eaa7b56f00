"""YAML file -> checked record, or the problems of the file in the house style."""

from __future__ import annotations

from pathlib import Path
from typing import Any, get_args

from pydantic import ValidationError

from darkfactory.bounds.branching_ratio_schema import BranchingRatioRecord
from darkfactory.bounds.coupling_schema import CouplingRecord
from darkfactory.bounds.hepdata import is_table
from darkfactory.bounds.records import Record
from darkfactory.bounds.schema import Card, RecordCard
from darkfactory.errors import did_you_mean, shortened
from darkfactory.references import load_references
from darkfactory.yaml_files import read_yaml

__all__ = ["parse"]


def _key(location: tuple[int | str, ...]) -> str:
    text = ""
    for part in location:
        word = f"[{part}]" if isinstance(part, int) else shortened(part, quoted=False)
        text += f".{word}" if text and not isinstance(part, int) else word
    return text


def _schema_in(annotation: Any) -> type[Card] | None:
    """Schema that a key's type holds, also within a list or an option."""
    if isinstance(annotation, type) and issubclass(annotation, Card):
        return annotation
    return next((found for part in get_args(annotation) if (found := _schema_in(part))), None)


def _problem(error: Any, schema: type[Card]) -> str:
    """One line from one error of pydantic in a record of this schema."""
    location, value = error["loc"], error.get("input")
    if error["type"] == "value_error":
        prefix = f"{_key(location)}: " if location else ""
        return "\n".join(prefix + line for line in str(error["ctx"]["error"]).splitlines())
    names = [part for part in location if isinstance(part, str)]
    for name in names[:-1]:
        schema = _schema_in(schema.model_fields[name].annotation) or schema
    keys, last = schema.model_fields, names[-1] if names else ""
    allowed = keys[last].description if last in keys else ""
    if error["type"] == "extra_forbidden":
        return f"{_key(location)}: unknown key; keys: {', '.join(keys)}{did_you_mean(last[:80], list(keys))}"
    if error["type"] == "missing":
        return f"{_key(location)}: missing; allowed {allowed}"
    options = [] if not isinstance(value, str) else [option.strip() for option in (allowed or "").split(",")]
    hint = did_you_mean(value[:80], options) if isinstance(value, str) else ""
    return f"{_key(location)} = {shortened(value)}: allowed {allowed or error['msg']}{hint}"


def _problems_of_citation(reference: Any, citation: Any) -> list[str]:
    """What is wrong with the two keys of which a record has one; said beside all other problems."""
    if bool(reference) == bool(citation):
        return ["reference: give a citation key, or citation: 'Author Year [arXiv]', one of the two"]
    known = load_references()
    if not isinstance(reference, str) or not reference or reference in known:
        return []
    hint = did_you_mean(reference[:80], list(known))
    return [f"reference = {shortened(reference)}: not in references.bib (or give citation: text){hint}"]


def parse(path: Path, in_folder: bool = False) -> tuple[Record | None, list[str]]:
    """Return the record in a file (None if it has problems), and the problems, each beginning with the file.

    An experiment card and a table of HEPData are neither record nor problem ``in_folder``, among other files.
    """
    raw, problems = read_yaml(path)
    if problems or not isinstance(raw, dict):
        keys = f"must hold the keys {', '.join(BranchingRatioRecord.model_fields)}"
        return None, [f"{path}: {problem}" for problem in problems or [keys]]
    if {"beam", "detector"} <= raw.keys():
        return None, [] if in_folder else [
            f"{path}: an experiment card, not a record of a limit; give it as --experiment"
        ]
    if is_table(raw):
        return None, [] if in_folder else [f"{path}: a table of HEPData; make a record of it with bounds from-hepdata"]
    if "name" in raw and raw["name"] != path.stem:
        problems.append(f"name = {shortened(raw['name'])}: allowed {path.stem!r}, the name of the file")
    problems += _problems_of_citation(raw.get("reference") or "", raw.get("citation") or "")
    schema: type[RecordCard] = CouplingRecord if "quantity" in raw else BranchingRatioRecord
    record = None
    try:
        record = schema.model_validate(raw).made(path.parent)
    except ValidationError as error:
        problems += [_problem(one, schema) for one in error.errors()]
    except ValueError as error:  # of a file that the record names
        problems.append(str(error))
    if problems:
        return None, [f"{path}: {line}" for problem in problems for line in problem.splitlines()]
    return record, []
