"""A study: a file that says what is to be made, read and checked as a whole."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from darkfactory.bounds.own import in_force, own_records
from darkfactory.bounds.reading import problem_of
from darkfactory.errors import CardError
from darkfactory.report.checks import OF_REACH, check_look, check_part, collected
from darkfactory.report.schema import FigurePart, ResultPart, ScanPart, StudyFile
from darkfactory.searches.cards import load_experiment
from darkfactory.yaml_files import is_file, named_files, read_yaml

if TYPE_CHECKING:
    from darkfactory.report.run import StudyRun

__all__ = ["Part", "Study", "load_study"]

TALK = Path(__file__).parent / "studies" / "talk.yaml"
"""The study that comes with the package: every figure of the talk."""


@dataclass(frozen=True)
class Part:
    """One result, scan or figure of a study.

    Attributes
    ----------
    section : str
        ``results``, ``scans`` or ``figures``.
    name : str
        As the user calls it.
    verb : str
        What makes it.
    arguments : dict
        What that is called with, paths from the root.
    grid : dict
        Axes of a scan.
    workers : int
        Processes of a scan.
    style : str
        Look of a figure.
    formats : tuple of str
        Of its drawing; one that the page can show is always among them.
    written : dict
        What the file says of all this, which its numbers and drawing depend on.
    """

    section: str
    name: str
    verb: str
    arguments: Mapping[str, Any]
    grid: Mapping[str, Any]
    workers: int
    style: str
    formats: tuple[str, ...]
    written: Mapping[str, Any]

    @property
    def path(self) -> str:
        """Section and name: its place in the folder, without ending."""
        return f"{self.section}/{self.name}"

    def files(self) -> list[Path]:
        """Files that it reads."""
        return named_files([self.arguments, self.grid, self.style])


@dataclass(frozen=True)
class Study:
    """A study file that was read and found good.

    Attributes
    ----------
    path : Path
        The file.
    name, title, notes : str
        What it says of itself.
    bounds : str
        Places of limits of the user's own, separated as in PATH.
    parts : tuple of Part
        Everything that is to be made, in order: results, scans, figures.
    cards : mapping
        Paths of its own cards, by name.
    """

    path: Path
    name: str
    title: str
    notes: str
    bounds: str
    parts: tuple[Part, ...]
    cards: Mapping[str, str]

    @property
    def command(self) -> str:
        """What makes it."""
        return "darkfactory run" if self.path == TALK else f"darkfactory run {self.path}"

    def run(self, out: str | os.PathLike[str] | None = None, progress: Callable[[str], None] | None = None) -> StudyRun:
        """Make everything that is not up to date.

        Parameters
        ----------
        out : path, optional
            Folder; the name of the study in the current folder by default.
        progress : callable, optional
            Called with a line on each part when it is there.

        Returns
        -------
        StudyRun
            One row per part; one that fails does not stop the others.

        Raises
        ------
        InvalidInput
            If the folder holds something else, or cannot be written.
        """
        from darkfactory.report.run import run_study

        return run_study(self, Path(out or self.name), progress)

    def report(self, out: str | os.PathLike[str] | None = None, hepdata: str | os.PathLike[str] | None = None) -> Path:
        """Write one page (HTML) on what :meth:`run` made, and the citations beside it (BibTeX).

        Parameters
        ----------
        out : path, optional
            Folder that was given to :meth:`run`.
        hepdata : path, optional
            Folder for the tables as a submission to HEPData.

        Returns
        -------
        Path
            Of the page.

        Raises
        ------
        InvalidInput
            If nothing was made there.
        """
        from darkfactory.report.page import write_page

        page = write_page(self, Path(out or self.name))
        if hepdata is not None:
            from darkfactory.report.hepdata import write_submission

            write_submission(self, Path(out or self.name), Path(hepdata))
        return page


def load_study(path: str | os.PathLike[str] | None = None) -> Study:
    """Read a study file (YAML) and check all of it; ``darkfactory schema study`` prints what it may hold.

    Parameters
    ----------
    path : path, optional
        The file; paths in it begin at its folder. The whole talk by default.

    Returns
    -------
    Study
        It can be ``run``, and then makes a ``report``.

    Raises
    ------
    CardError
        Listing everything that is wrong: keys, names of verbs, figures, experiments, settings, ranges, styles, files.
    """
    file = TALK if path is None else Path(path)
    raw, problems = read_yaml(file)
    if isinstance(raw, dict):
        try:
            said = StudyFile.model_validate(raw)
        except ValidationError as error:
            problems += [problem_of(one, StudyFile) for one in error.errors()]
            said = _readable(raw, error)
        reader = _Reader(file, said)
        problems += reader.problems
        if not problems and not reader.study.parts:
            problems = ["results, scans, figures: none; a study makes at least one"]
    elif not problems:
        problems = [f"not a study: it has the keys {', '.join(StudyFile.model_fields)}"]
    if problems:
        lines = dict.fromkeys(line for problem in problems for line in problem.splitlines())
        raise CardError("\n".join(f"{file}: {line}" for line in lines))
    return reader.study


def _readable(raw: Mapping[str, Any], error: ValidationError) -> StudyFile:
    """What is left of a file without the places that break the schema: there may be more to say of it."""
    left: dict[str, Any] = {"name": "study", "title": "study", **raw}
    for one in error.errors():
        top, *rest = (*one["loc"], "")
        place = left.get(str(top))
        if rest[0] and isinstance(place, Mapping):
            left[str(top)] = {key: value for key, value in place.items() if key != rest[0]}
        elif top in ("name", "title"):
            left[str(top)] = "study"
        else:
            left.pop(str(top), None)
    return StudyFile.model_validate(left)


class _Reader:
    """Makes a study of a file that keeps to the schema, and collects what else is wrong with it.

    Parameters
    ----------
    file : Path
        The file.
    said : StudyFile
        What it holds.
    """

    def __init__(self, file: Path, said: StudyFile) -> None:
        # whole paths: what is written down about a part makes it again from any folder
        self.folder, self.said = Path(os.path.abspath(file.parent)), said
        self.problems: list[str] = []
        self.cards: dict[str, str] = {}
        for number, text in enumerate(said.cards):
            with collected(self.problems, f"cards[{number}]"):
                self.cards[load_experiment(self.folder / text).name] = str(self.folder / text)
        bounds = os.pathsep.join(str(self.folder / text) for text in said.bounds)
        self.limits = False
        with collected(self.problems, "bounds"):
            in_force(bounds or None)
            self.limits = True
        self.problems += check_look(self._look(said.style), said.formats)
        parts = []
        with collected(self.problems, ""), own_records(bounds if self.limits and bounds else None):
            for section in ("results", "scans", "figures"):
                for name, part in getattr(said, section).items():
                    parts.append(self._part(section, name, part or FigurePart()))
        self.study = Study(file, said.name, said.title, said.notes.strip(), bounds, tuple(parts), self.cards)

    def _part(self, section: str, name: str, part: ResultPart | ScanPart | FigurePart) -> Part:
        written = part.model_dump(exclude={"workers"})
        style, formats = self.said.style, tuple(self.said.formats)
        if isinstance(part, FigurePart):
            verb, own = "figure", {"name": (part.figure or name).replace("_", "-"), "settings": part.settings}
            style, formats = part.style or style, tuple(part.formats or formats)
            written |= {"style": style, "formats": formats}
        else:
            verb, own = part.verb, dict(part.model_extra or {})
            own |= {"verb": "reach"} if verb in OF_REACH else {}  # which in the file is the key of the verb itself
        grid = self._placed(getattr(part, "grid", {}))
        workers, look = getattr(part, "workers", 1), self._look(style)
        made = Part(section, name, verb, self._placed(own), grid, workers, look, formats, written)
        found = check_part(made, self.limits)
        # what the study says of all figures is checked once
        own_style, own_formats = style != self.said.style, list(formats) != self.said.formats
        found += check_look(look if own_style else "default", formats if own_formats else ("png",))
        self.problems += [f"{section}.{name}: {line}" for line in found]
        return made

    def _look(self, style: str) -> str:
        return str(self.folder / style) if style.endswith(".mplstyle") else style

    def _placed(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """The same with files, and cards that are called by their name, as whole paths."""
        return {str(key): self._place(key, value) for key, value in given.items()}

    def _place(self, key: str, value: Any) -> Any:
        if isinstance(value, Mapping):
            return self._placed(value)
        if isinstance(value, list):
            return [self._place(key, each) for each in value]
        if isinstance(value, str) and key == "experiment":
            return ",".join(self._card(word.strip()) for word in value.split(","))
        return self._here(value) if isinstance(value, str) else value

    def _card(self, name: str) -> str:
        return self.cards.get(name) or self._here(name)

    def _here(self, text: str) -> str:
        """Path of a file that stands in the folder of the study; any other text as it is."""
        return str(self.folder / text) if Path(text).suffix and is_file(self.folder / text) else text
