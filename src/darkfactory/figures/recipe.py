"""What a figure is: a table of numbers with references, and a function that draws it."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darkfactory import output
from darkfactory.result import Result, entries, run_block, timeless
from darkfactory.settings import Setting, read_settings, refuse_unread
from darkfactory.version import __version__
from darkfactory.writing import atomic

__all__ = ["Drawn", "FigureData", "Recipe"]

ENDINGS = (".pdf", ".png", ".csv", ".json")
_LOG = logging.getLogger("darkfactory")


@dataclass(frozen=True)
class FigureData:
    """Numbers behind a figure.

    Attributes
    ----------
    rows : sequence of dict
        Every point of every curve: one row each, with units in the names of the columns.
    summary : sequence of dict
        The short table for the terminal.
    notes : tuple of str
        What a reader must know.
    references : tuple of str
        Citation keys of everything in the figure.
    """

    rows: Sequence[Mapping[str, Any]]
    summary: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]
    references: tuple[str, ...]


@dataclass(frozen=True)
class Drawn(Result):
    """A figure that was written.

    Attributes
    ----------
    name, title : str
        Of the figure.
    data : FigureData
        The numbers.
    files : tuple of Path
        PDF, PNG, CSV and JSON.
    """

    name: str
    title: str
    data: FigureData
    files: tuple[Path, ...]

    @property
    def summary(self) -> Sequence[Mapping[str, Any]]:
        """The short table."""
        return self.data.summary

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know."""
        return self.data.notes

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "figure": self.name,
            "title": self.title,
            "version": __version__,
            "notes": list(self.notes),
            "references": list(self.data.references),
            "summary": list(self.summary),
            "rows": list(self.data.rows),
            "run": dict(self.run),
        }


@dataclass(frozen=True)
class Recipe:
    """How a figure is made.

    Attributes
    ----------
    title : str
        One line.
    compute : callable
        () -> FigureData, or (settings) -> FigureData if it has keys.
    paint : callable
        (figure, data) -> None; draws, computes nothing.
    size : tuple of float
        Width and height [inch].
    keys : tuple of Setting
        Its settings.
    """

    title: str
    compute: Callable[..., FigureData]
    paint: Callable[[Any, FigureData], None]
    size: tuple[float, float] = (6.0, 4.2)
    keys: tuple[Setting, ...] = ()

    def draw(self, name: str, out: Path, settings: Mapping[str, Any] | None = None) -> Drawn:
        """Compute and write OUT.pdf, OUT.png, OUT.csv and OUT.json.

        Parameters
        ----------
        name : str
            Name of the figure.
        out : Path
            Path without ending.
        settings : mapping, optional
            Settings of the figure.

        Raises
        ------
        InvalidInput, UnknownName
            If a file cannot be written; for unknown settings.
        """
        stem = out.with_suffix("") if out.suffix in ENDINGS else out
        files = tuple(stem.parent / f"{stem.name}{ending}" for ending in ENDINGS)
        used = read_settings(self.keys, f"figure {name}", ("user", settings or {}))
        _LOG.info("numbers of the figure %s", name)
        data = self.compute(used) if self.keys else self.compute()
        refuse_unread(f"figure {name} with these settings", used)
        asked = {"name": name, "settings": dict(settings or {})}
        given = {key: value for key, value in asked.items() if value}
        run = run_block("figure", asked, given=given, settings=entries(used.echo(), settings or {}))
        drawn = Drawn(name, self.title, data, files, run=run)
        _LOG.info("drawing")
        self._write(drawn)
        return drawn

    def _write(self, drawn: Drawn) -> None:
        """Write all files of a figure or none: they take their names when the last one is complete."""
        from darkfactory.style import styled

        made = json.dumps(timeless(drawn.run))
        # no date inside: the same numbers give the same file
        inside = {".pdf": {"CreationDate": None, "Subject": drawn.title, "Keywords": made}}
        inside[".png"] = {"Title": drawn.title, "Comment": made}
        texts = {".csv": output.to_csv(drawn.data.rows, drawn.run), ".json": output.to_json(drawn.to_dict()) + "\n"}
        logging.getLogger("fontTools").setLevel(
            logging.ERROR
        )  # it remarks on the dates of fonts while a PDF is written
        with styled() as figure_class, ExitStack() as stack:
            figure = figure_class(figsize=self.size, layout="constrained")
            self.paint(figure, drawn.data)
            for file in drawn.files:
                output.make_folder(file)
                part = stack.enter_context(atomic(file))
                if file.suffix in texts:
                    part.write_text(texts[file.suffix], encoding="utf-8")
                else:
                    figure.savefig(part, metadata=inside[file.suffix])
