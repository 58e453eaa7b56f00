"""The tables of a study as a submission to HEPData: a file ``submission.yaml`` and one file for each table."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Mapping, Sequence
from itertools import dropwhile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkfactory.errors import InvalidInput
from darkfactory.glossary import Column
from darkfactory.output import flattened, save_text
from darkfactory.parsing import as_number
from darkfactory.report.page import about_of
from darkfactory.report.run import manifest_of
from darkfactory.version import __version__
from darkfactory.yaml_files import dump_yaml

if TYPE_CHECKING:
    from darkfactory.report.study import Study

__all__ = ["write_submission"]

LONGEST = {"name": 64, "location": 256, "keyword": 128}
"""Characters that HEPData allows."""
MISSING = "-"
"""What HEPData writes where there is no number."""


def write_submission(study: Study, folder: Path, target: Path) -> Path:
    """Write the tables of a study that was made as a submission to HEPData.

    Parameters
    ----------
    study : Study
        What was made.
    folder : Path
        Where.
    target : Path
        Folder of the submission.

    Returns
    -------
    Path
        Of ``submission.yaml``.

    Raises
    ------
    InvalidInput
        If there is no table, or the folder holds something else.
    """
    if (
        target.exists()
        and not (target / "submission.yaml").is_file()
        and (not target.is_dir() or any(target.iterdir()))
    ):
        raise InvalidInput(f"{target}: holds something else than a submission; give another folder with --hepdata")
    entries = manifest_of(folder, study.name)["parts"]
    documents: list[dict[str, Any]] = [{"comment": "\n\n".join(text for text in (study.title, study.notes) if text)}]
    # paths are those that the study has, and none of this machine
    here = os.path.join(os.path.abspath(study.path.parent), "")
    for part in study.parts:
        table = folder / f"{part.path}.csv"
        said = json.dumps(about_of(folder, part, entries.get(part.path, {})))
        about = json.loads(said.replace(json.dumps(here)[1:-1], ""))
        if about and table.is_file():
            file = f"{part.path.replace('/', '-')}.yaml"
            columns = {name: Column(name, unit, doc) for name, unit, doc in about["columns"]}
            data = _table(_rows(table, here), columns, about)
            save_text(target / file, dump_yaml(data))
            observables = [column["header"]["name"][: LONGEST["keyword"]] for column in data["dependent_variables"]]
            meanings = [f"{column.name}: {column.doc}" for column in columns.values() if column.doc]
            made = f"darkfactory {__version__}: {about['run']['command']}"
            document = {"name": part.path[: LONGEST["name"]], "location": made[: LONGEST["location"]]}
            document |= {"description": ". ".join([about["title"], *about["notes"], *meanings])}
            documents.append(
                document | {"keywords": [{"name": "observables", "values": observables}], "data_file": file}
            )
    if len(documents) == 1:
        raise InvalidInput(f"{folder}: no table of the study was made there; first: {study.command}")
    save_text(target / "submission.yaml", "---\n".join(map(dump_yaml, documents)))
    return target / "submission.yaml"


def _rows(table: Path, here: str) -> list[dict[str, str]]:
    """Rows of a table, without the lines above that say how it was made, and without the folder of the study in paths."""
    with table.open(encoding="utf-8", newline="") as file:
        lines = dropwhile(lambda line: line.startswith("# "), file)
        return list(csv.DictReader(line.replace(here, "") for line in lines))


def _table(
    rows: Sequence[Mapping[str, str]], columns: Mapping[str, Column], about: Mapping[str, Any]
) -> dict[str, Any]:
    """Independent and dependent variables."""
    names = list(rows[0]) if rows else list(columns)
    known = ("low", "high") if {"low", "high"} <= set(names) else about["axes"]  # bins have two ends
    axes = [name for name in known if name in names] or _leading(rows, names)
    asked = flattened(about["run"]["arguments"])
    qualifiers = [{"name": key, "value": _plain(value)} for key, value in asked.items() if value is not None]
    rest = [name for name in names if name not in axes]
    return {
        "independent_variables": [_variable(rows, columns[name]) for name in axes],
        "dependent_variables": [_variable(rows, columns[name]) | {"qualifiers": qualifiers} for name in rest],
    }


def _leading(rows: Sequence[Mapping[str, str]], names: Sequence[str]) -> list[str]:
    """Words at the left, and the first column of numbers; never all columns."""
    for number, name in enumerate(names[:-1], 1):
        if any(as_number(row[name]) is not None for row in rows):
            return list(names[:number])
    return list(names[:1]) if len(names) > 1 else []


def _variable(rows: Sequence[Mapping[str, str]], column: Column) -> dict[str, Any]:
    units = {} if column.unit in ("", "1") else {"units": column.unit}
    return {"header": {"name": column.name, **units}, "values": [{"value": _value(row[column.name])} for row in rows]}


def _plain(value: Any) -> float | str:
    return str(value) if isinstance(value, bool) or not isinstance(value, (int, float)) else value


def _value(text: str) -> float | str:
    number = as_number(text)
    return (text or MISSING) if number is None else number
