"""Make what a study asks for into a folder, and only what is not there as it would be made now."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import json
import shutil
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from darkfactory.auditing import Audit, made_and_audited
from darkfactory.bounds.own import in_force, own_records
from darkfactory.errors import DarkfactoryError, InvalidInput
from darkfactory.eventfiles import write_events
from darkfactory.figures import FIGURES
from darkfactory.glossary import Column, named
from darkfactory.output import save_text, to_json
from darkfactory.report.likelihoods import write_likelihoods
from darkfactory.result import Result, plain, run_block, sha256_of
from darkfactory.scans import Scan, scan
from darkfactory.scans.call import FAILED, Call
from darkfactory.scans.grid import axes_of, point_of
from darkfactory.verbs.reach import Reach
from darkfactory.verbs.words import function_of
from darkfactory.version import __version__, code_fingerprint, data_fingerprint

if TYPE_CHECKING:
    from darkfactory.report.study import Part, Study

__all__ = ["MANIFEST", "StudyRun", "key_of", "manifest_of", "run_study"]

MANIFEST = "manifest.json"
FIRST = 12
"""Rows of a table that the page shows."""
CODE = {"results": "darkfactory.verbs", "scans": "darkfactory.scans", "figures": "darkfactory.figures"}
"""What of the package the numbers of a part come from, with everything before it."""
AUDITED = ("number", "value", "unit", "origin", "stands_in", "source")
"""Columns of an audit that the page shows."""
OF_SCANS = "a scan keeps numbers and no likelihoods; the reach of one of its points, among the results, has one"
_COLUMNS = named(
    Column("part", "", "section and name in the study"),
    Column("status", "", "made, up to date, or failed"),
    Column("seconds", "s", "time that making it took"),
    Column("message", "", "why it failed"),
)


@dataclass(frozen=True, eq=False, repr=False)
class StudyRun(Result):
    """What became of the parts of a study.

    Attributes
    ----------
    name, title : str
        Of the study.
    rows : sequence of dict
        One row per part: what was made, was up to date, or failed and why.
    notes : tuple of str
        How many failed.
    settings : dict
        The folder.
    references : tuple of str
        None: those of the parts stand in their files.
    """

    kind: ClassVar[str] = "run"
    rows_key: ClassVar[str] = "parts"

    name: str
    title: str
    rows: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]
    settings: Mapping[str, Any]
    references: tuple[str, ...] = ()

    @property
    def failed(self) -> tuple[str, ...]:
        """Parts that failed."""
        return tuple(row["part"] for row in self.rows if row["status"] == "failed")

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {"study": self.name, "title": self.title}

    def own_columns(self) -> Mapping[str, Column]:
        """What the columns mean here."""
        return _COLUMNS


def run_study(study: Study, folder: Path, progress: Callable[[str], None] | None = None) -> StudyRun:
    """Make the parts of a study that are not up to date.

    Parameters
    ----------
    study : Study
        What is to be made.
    folder : Path
        Where.
    progress : callable, optional
        Called with a line on each part.

    Returns
    -------
    StudyRun
        One row per part.

    Raises
    ------
    InvalidInput
        If the folder holds something else, or cannot be written.
    """
    manifest = manifest_of(folder, study.name)
    # what was taken out of the study is forgotten; its files stay
    manifest["parts"] = {part.path: manifest["parts"].get(part.path, {}) for part in study.parts}
    manifest |= {"study": study.name, "title": study.title, "version": __version__}
    # said before anything is made: whose folder it is, should the first part be interrupted
    save_text(folder / MANIFEST, to_json(manifest) + "\n")
    rows = []
    with own_records(study.bounds or None):
        for number, part in enumerate(study.parts, 1):
            begin, key, old = time.monotonic(), key_of(part), manifest["parts"][part.path]
            if old.get("key") == key and _complete(folder, old):
                row = {"status": "up to date", "seconds": 0.0, "message": None}
            else:
                entry, message = _tried(part, folder, study.bounds)
                row = {"status": "failed" if message else "made", "seconds": time.monotonic() - begin}
                manifest["parts"][part.path] = {"key": key, **row, **entry, "message": message}
                save_text(folder / MANIFEST, to_json(manifest) + "\n")
                row["message"] = message
            rows.append({"part": part.path, **row})
            if progress:
                told = row["message"] or (f"{row['seconds']:.1f} s" if row["status"] == "made" else "")
                progress(f"{number}/{len(study.parts)} {part.path}: {row['status']}{told and ', '}{told}")
    failed = [str(row["part"]) for row in rows if row["status"] == "failed"]
    notes = (f"{len(failed)} of {len(rows)} parts failed: {', '.join(failed)}",) if failed else ()
    asked = {"study": str(study.path), "out": str(folder)}
    run = run_block("run", asked, given=asked)
    return StudyRun(study.name, study.title, rows, notes, {"out": str(folder)}, run=run)


def manifest_of(folder: Path, name: str) -> dict[str, Any]:
    """What a folder says of the study that was made there; nothing of an empty or new one.

    Parameters
    ----------
    folder : Path
        Of a study.
    name : str
        Of the study.

    Raises
    ------
    InvalidInput
        If it holds something else.
    """
    try:
        found = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
        parts = {name: entry if _readable(entry) else {} for name, entry in found["parts"].items()}
        other, _ = found["study"], found["version"]
    except FileNotFoundError:
        if folder.is_dir() and any(folder.iterdir()):
            raise InvalidInput(f"{folder}: holds something else than a study; give another folder with --out") from None
        return {"parts": {}}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise InvalidInput(f"{folder / MANIFEST}: is none of a study ({error}); give another folder") from None
    if other != name:
        raise InvalidInput(f"{folder}: holds the study {other}, not {name}; give another folder with --out")
    return {**found, "parts": parts}


def _readable(entry: Any) -> bool:
    """Whether what a manifest says of a part is that of this version."""
    made = isinstance(entry, dict) and "key" in entry
    return made and bool(entry.get("message") or isinstance(entry.get("files"), dict))


def key_of(part: Part) -> str:
    """Text that changes with everything that a part depends on: what the study says, files, own limits, code and data.

    Parameters
    ----------
    part : Part
        Of a study, with the limits of the user's own in force.
    """
    if part.section == "figures":
        limits = FIGURES[part.arguments["name"]].limits
    else:
        limits = "extra" in inspect.signature(function_of(part.verb, part.arguments)).parameters
    depends = {
        "verb": part.verb,
        "written": plain(part.written),
        "files": [sha256_of(path) for path in part.files()],
        "limits": [sha256_of(path) for path in in_force().files.values()] if limits else [],
        "code": code_fingerprint(CODE[part.section]),
        "data": data_fingerprint(),
    }
    return hashlib.sha256(json.dumps(depends, sort_keys=True).encode()).hexdigest()


def _complete(folder: Path, entry: Mapping[str, Any]) -> bool:
    """Whether the files of a part are there as they were written."""
    files = {folder / name: digest for name, digest in entry.get("files", {}).items()}
    return bool(files) and all(path.is_file() and sha256_of(path) == digest for path, digest in files.items())


def _tried(part: Part, folder: Path, bounds: str) -> tuple[dict[str, Any], str | None]:
    """What the manifest says of a part that is made now, and why it failed if it did."""
    try:
        files = _made(part, folder, bounds)
    except Exception as error:  # one part must not stop the others
        said = str(error) if isinstance(error, DarkfactoryError) else f"{type(error).__name__}: {error}"
        return {}, " ".join(said.split())
    return {"files": {path.relative_to(folder).as_posix(): sha256_of(path) for path in files}}, None


def _made(part: Part, folder: Path, bounds: str) -> list[Path]:
    """Files of a part, written now."""
    stem = folder / part.path
    about = Path(f"{stem}.about.json")
    if part.section == "scans":
        made, audit = _scanned(part, folder, bounds)
    else:
        made, audit = made_and_audited(part.path, part.verb, part.arguments)
    if part.section == "figures":
        # the page shows a PNG or SVG
        formats = part.formats if {"png", "svg"} & set(part.formats) else (*part.formats, "png")
        files = list(made.save(Path(f"{stem}.json"), formats, part.style).files)
        made = made.data
    elif part.verb == "events":
        files = [Path(f"{stem}.json"), Path(write_events(made, Path(f"{stem}.parquet")))]
        save_text(files[0], to_json(made.metadata()) + "\n")
    else:
        files = [Path(f"{stem}.json"), Path(f"{stem}.csv")]
        save_text(files[0], made.to_json())
        save_text(files[1], made.to_csv())
    said = _about(made, audit)
    if isinstance(made, Reach):
        archive = Path(f"{stem}.pyhf.zip")
        masses, missing = write_likelihoods(made, archive)
        said["likelihoods"] = {"masses": masses, "missing": missing}
        files += [archive] if masses else []
    elif part.verb == "reach":
        said["likelihoods"] = {"masses": [], "missing": [OF_SCANS]}
    save_text(about, to_json(said) + "\n")
    return [*files, about]


def _scanned(part: Part, folder: Path, bounds: str) -> tuple[Any, Audit]:
    """A scan, whose rows are kept until all are there, and the audit of its first point that did not fail."""
    kept = folder / "rows" / f"{part.name}-{key_of(part)[:12]}" if importlib.util.find_spec("pyarrow") else None
    arguments = dict(part.arguments)
    if bounds and "extra" in inspect.signature(function_of(part.verb, arguments)).parameters:
        arguments.setdefault("extra", bounds)  # other processes do not know what is in force here
    data = scan(part.verb, grid=part.grid, out=kept, workers=part.workers, **arguments)
    if kept is not None:
        for old in kept.parent.glob(f"{part.name}-{'?' * 12}"):
            shutil.rmtree(old, ignore_errors=True)
        with suppress(OSError):  # those of other scans, which were interrupted, stay
            kept.parent.rmdir()
    call = Call.bound(part.verb, (), part.arguments, axes_of(part.grid))
    # points that failed have one row each: before the first good row stand as many points
    first = next(number for number, row in enumerate(data.rows) if row["status"] != FAILED)
    place = "first point" if first == 0 else f"point {first + 1}"
    return data, made_and_audited(f"{part.path}, {place}", part.verb, call.at(point_of(call.axes, first)))[1]


def _about(made: Any, audit: Audit) -> dict[str, Any]:
    """What the page shows of a part."""
    table = isinstance(made, Result)
    rows = list(made.rows) if table else []
    columns = [[column.name, column.unit, column.doc] for column in made.columns] if table else []
    return {
        "title": made.title if table else f"{len(made)} events",
        "rows": rows[:FIRST],
        "count": len(rows),
        "columns": columns,
        "axes": [axis.key for axis in made.axes] if isinstance(made, Scan) else [made.axis] if table else [],
        "notes": list(made.notes) if table else [],
        "references": list(made.references),
        "run": dict(made.run),
        "audit": {"title": audit.title, "notes": list(audit.notes)}
        | {"rows": [{column: row[column] for column in AUDITED} for row in audit.rows]},
    }
