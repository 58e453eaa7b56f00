"""What a figure is: a table of numbers with references, and a function that draws it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar

from darkfactory import output
from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.glossary import Column
from darkfactory.result import Made, Result, entries, run_block, timeless
from darkfactory.settings import Setting, read_settings, refuse_unread
from darkfactory.style import styled
from darkfactory.version import __version__
from darkfactory.writing import atomic

__all__ = ["FORMATS", "Figure", "FigureData", "Recipe"]

FORMATS = ("pdf", "png", "svg")
"""Formats of the drawing."""
ENDINGS = (*(f".{name}" for name in FORMATS), ".csv", ".json")
_LOG = logging.getLogger("darkfactory")


@dataclass(frozen=True, eq=False, repr=False)
class FigureData(Result):
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
    own : dict
        Columns that mean something else here than in the glossary.
    name, title : str
        Of the figure.
    settings : dict
        Its settings as they were used.
    """

    kind: ClassVar[str] = "figure"

    rows: Sequence[Mapping[str, Any]]
    summary: Sequence[Mapping[str, Any]]
    notes: tuple[str, ...]
    references: tuple[str, ...]
    own: Mapping[str, Column] = field(default_factory=dict)
    name: str = ""
    title: str = ""
    settings: Mapping[str, Any] = field(default_factory=dict)

    def own_columns(self) -> Mapping[str, Column]:
        """Columns that mean something else here than in the glossary."""
        return self.own

    def to_dict(self) -> dict[str, Any]:
        """Everything, as it is written to JSON."""
        return {
            "figure": self.name,
            "title": self.title,
            "version": __version__,
            "notes": list(self.notes),
            "references": list(self.references),
            "summary": list(self.summary),
            "rows": list(self.rows),
            "run": dict(self.run),
        }


@dataclass(frozen=True, eq=False, repr=False)
class Figure(Made):
    """A figure: its numbers, and how they are drawn.

    Attributes
    ----------
    data : FigureData
        The numbers.
    paint : callable
        (matplotlib figure, data) -> None.
    size : tuple of float
        Width and height [inch].
    files : tuple of Path
        What :meth:`save` wrote: the drawings, CSV and JSON.
    """

    data: FigureData
    paint: Callable[[Any, FigureData], None]
    size: tuple[float, float]
    files: tuple[Path, ...] = ()

    @property
    def name(self) -> str:
        """Of the figure."""
        return self.data.name

    @property
    def title(self) -> str:
        """One line."""
        return self.data.title

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
        return self.data.to_dict()

    def __repr__(self) -> str:
        return f"Figure: {self.name}\n  {self.title}; {len(self.data.rows)} rows"

    def _repr_png_(self) -> bytes:
        with styled(), io.BytesIO() as file:
            self.draw().savefig(file, format="png")
            return file.getvalue()

    def draw(self, on: Any = None, style: str = "default") -> Any:
        """Draw on a figure of matplotlib.

        Parameters
        ----------
        on : Figure, SubFigure or Axes, optional
            Where. Axes give up their place in the grid to a figure in the figure, since many figures have several panels. A
            new figure, without a display, by default.
        style : {"default", "talk", "paper"}
            The look.

        Returns
        -------
        Figure or SubFigure
            That it was drawn on.

        Raises
        ------
        InvalidInput
            For an unknown style; for axes that are in no grid.
        """
        with styled(style) as figure_class:
            if on is None:
                on = figure_class(figsize=self.size, layout="constrained")
            elif hasattr(on, "get_subplotspec"):
                place = on.get_subplotspec()
                if place is None:
                    raise InvalidInput("axes: are in no grid; give axes of subplots, or a figure")
                whole = on.get_figure(root=False)
                on.remove()
                on = whole.add_subfigure(place)
            self.paint(on, self.data)
        return on

    def save(
        self, out: str | Path | None = None, formats: str | Sequence[str] = ("pdf", "png"), style: str = "default"
    ) -> Figure:
        """Write OUT.pdf, OUT.png, and the numbers as OUT.csv and OUT.json; all files or none.

        Parameters
        ----------
        out : str or Path, optional
            Path without ending; the name in the current folder by default.
        formats : sequence of str
            Of the drawing: pdf, png, svg; also as one text with commas.
        style : {"default", "talk", "paper"}
            The look.

        Returns
        -------
        Figure
            The same, with its ``files``.

        Raises
        ------
        InvalidInput
            If a file cannot be written; for an unknown format or style.
        """
        words = formats.split(",") if isinstance(formats, str) else formats
        wanted = tuple(dict.fromkeys(word.strip().lower() for word in words))
        require(None if wanted else "format: none", *(one_of("format", word, FORMATS) for word in wanted))
        path = Path(out or self.name)
        stem = path.with_suffix("") if path.suffix in ENDINGS else path
        files = tuple(stem.parent / f"{stem.name}.{ending}" for ending in (*wanted, "csv", "json"))
        _LOG.info("drawing")
        self._write(files, style)
        return replace(self, files=files)

    def _write(self, files: Sequence[Path], style: str) -> None:
        """Write all files or none: they take their names when the last one is complete."""
        made = json.dumps(timeless(self.run))
        # no date inside: the same numbers give the same file
        inside: dict[str, Any] = {".pdf": {"CreationDate": None, "Subject": self.title, "Keywords": made}}
        inside[".png"] = {"Title": self.title, "Comment": made}
        inside[".svg"] = {"Date": None, "Title": self.title, "Description": made}
        texts = {".csv": output.to_csv(self.data.rows, self.run), ".json": output.to_json(self.to_dict()) + "\n"}
        # fontTools remarks on the dates of fonts while a PDF is written
        logging.getLogger("fontTools").setLevel(logging.ERROR)
        with styled(style), ExitStack() as stack:
            figure = self.draw(style=style)
            for file in files:
                output.make_folder(file)
                part = stack.enter_context(atomic(file))
                if file.suffix in texts:
                    part.write_text(texts[file.suffix], encoding="utf-8")
                else:
                    figure.savefig(part, metadata=inside[file.suffix])


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

    def make(self, name: str, settings: Mapping[str, Any] | None = None) -> Figure:
        """Compute the numbers of a figure.

        Parameters
        ----------
        name : str
            Name of the figure.
        settings : mapping, optional
            Settings of the figure.

        Raises
        ------
        UnknownName
            For unknown settings.
        """
        used = read_settings(self.keys, f"figure {name}", ("user", settings or {}))
        _LOG.info("numbers of the figure %s", name)
        data = self.compute(used) if self.keys else self.compute()
        refuse_unread(f"figure {name} with these settings", used)
        asked = {"name": name, "settings": dict(settings or {})}
        given = {key: value for key, value in asked.items() if value}
        run = run_block("figure", asked, given=given, settings=entries(used.echo(), settings or {}))
        data = replace(data, name=name, title=self.title, settings=used.echo(), run=run)
        return Figure(data, self.paint, self.size, run=run)
