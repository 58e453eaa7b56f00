"""What a figure is: a table of numbers with references, and a function that draws it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from darkfactory import output
from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.glossary import Column
from darkfactory.result import Made, Result, entries, run_block, timeless
from darkfactory.settings import Setting, Settings, read_settings, refuse_unread
from darkfactory.style import chosen_style, styled
from darkfactory.writing import atomic

if TYPE_CHECKING:
    from darkfactory.bounds.own import OwnRecords

__all__ = ["FORMATS", "Figure", "FigureData", "Recipe", "chosen_formats"]

FORMATS = ("pdf", "png", "svg")
"""Formats of the drawing."""
ENDINGS = (*(f".{name}" for name in FORMATS), ".csv", ".json")
EXTRA = Setting("extra", None, "file or folder of limits of your own, see `darkfactory bounds check`", "text")
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
    rows_key: ClassVar[str] = "rows"

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

    @property
    def words(self) -> dict[str, Any]:
        """What JSON says beside the rows."""
        return {"figure": self.name, "title": self.title, "summary": list(self.summary)}


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

    def __repr__(self) -> str:
        return f"Figure: {self.name}\n  {self.title}; {len(self.data.rows)} rows"

    def _repr_png_(self) -> bytes:
        with styled(), io.BytesIO() as file:
            self.draw().savefig(file, format="png")
            return file.getvalue()

    def draw(self, ax: Any = None, style: str = "default") -> Any:
        """Draw on a figure of matplotlib.

        Parameters
        ----------
        ax : Figure, SubFigure or Axes, optional
            Where. Axes give up their place in the grid to a figure in the figure, since many figures have several panels. A
            new figure, without a display, by default.
        style : str
            The look: ``default``, ``talk``, ``paper``, or the path of a file ``.mplstyle``.

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
            if ax is None:
                figure = figure_class(figsize=self.size, layout="constrained")
            elif hasattr(ax, "get_subplotspec"):
                place = ax.get_subplotspec()
                if place is None:
                    raise InvalidInput("ax: is in no grid; give axes of subplots, or a figure")
                whole = ax.get_figure(root=False)
                ax.remove()
                figure = whole.add_subfigure(place)
            else:
                figure = ax
            self.paint(figure, self.data)
        return figure

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
        style : str
            The look: ``default``, ``talk``, ``paper``, or the path of a file ``.mplstyle``.

        Returns
        -------
        Figure
            The same, with its ``files``.

        Raises
        ------
        InvalidInput
            If a file cannot be written; for an unknown format or style.
        """
        wanted = chosen_formats(formats)
        chosen_style(style)
        path = Path(out or self.name)
        stem = path.with_suffix("") if path.suffix in ENDINGS else path
        files = tuple(stem.parent / f"{stem.name}.{ending}" for ending in (*wanted, "csv", "json"))
        _LOG.info("drawing %s", self.name)
        self._write(files, style)
        return replace(self, files=files)

    def _write(self, files: Sequence[Path], style: str) -> None:
        """Write all files or none: they take their names when the last one is complete."""
        made = json.dumps(timeless(self.run))
        # no date inside: the same numbers give the same file
        inside: dict[str, Any] = {".pdf": {"CreationDate": None, "Subject": self.title, "Keywords": made}}
        inside[".png"] = {"Title": self.title, "Comment": made}
        inside[".svg"] = {"Date": None, "Title": self.title, "Description": made}
        texts = {".csv": self.data.to_csv(), ".json": self.data.to_json()}
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
                    figure.set_layout_engine("none")  # places are found once for all formats


def chosen_formats(formats: str | Sequence[str]) -> tuple[str, ...]:
    """Formats of a drawing, each once.

    Parameters
    ----------
    formats : str or sequence of str
        pdf, png, svg; also as one text with commas.

    Raises
    ------
    InvalidInput
        For another, or none.

    Examples
    --------
    >>> chosen_formats("png, PDF,png")
    ('png', 'pdf')
    """
    words = formats.split(",") if isinstance(formats, str) else formats
    wanted = tuple(dict.fromkeys(word.strip().lower() for word in words))
    require(None if wanted else "format: none", *(one_of("format", word, FORMATS) for word in wanted))
    return wanted


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
    limits : bool
        Whether it draws published limits, and so those of the user's own too: it then has the setting ``extra``.
    handed : tuple of str
        Beginnings of settings, such as ``beam.``, that it hands to a verb as they are: ``compute`` gets them as a second
        argument, a mapping.
    """

    title: str
    compute: Callable[..., FigureData]
    paint: Callable[[Any, FigureData], None]
    size: tuple[float, float] = (6.0, 4.2)
    keys: tuple[Setting, ...] = ()
    limits: bool = False
    handed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if self.limits and EXTRA not in self.keys:
            object.__setattr__(self, "keys", (*self.keys, EXTRA))

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
        used, verbatim = self.read(name, settings or {})
        _LOG.info("numbers of the figure %s", name)
        data, records = self._computed(used, *((verbatim,) if self.handed else ()))
        refuse_unread(f"figure {name} with these settings", used)
        asked = {"name": name, "settings": dict(settings or {})}
        given = {key: value for key, value in asked.items() if value}
        changed = entries(used.echo() | verbatim, settings or {})
        run = run_block("figure", asked, given=given, settings=changed, records=records)
        data = replace(data, name=name, title=self.title, settings=used.echo() | verbatim, run=run)
        return Figure(data, self.paint, self.size, run=run)

    def read(self, name: str, settings: Mapping[str, Any]) -> tuple[Settings, dict[str, Any]]:
        """Typed settings of the figure, and those that it hands to a verb.

        Parameters
        ----------
        name : str
            Name of the figure, for messages.
        settings : mapping
            What the user gave.
        """
        verbatim = {key: value for key, value in settings.items() if key.startswith(self.handed)}
        own = {key: value for key, value in settings.items() if key not in verbatim}
        return read_settings(self.keys, f"figure {name}", ("user", own)), verbatim

    def _computed(self, used: Settings, *verbatim: Any) -> tuple[FigureData, list[dict[str, str]]]:
        """The numbers, and which records of the user's own were in force where it draws limits."""
        given = () if self.keys in ((), (EXTRA,)) else (used, *verbatim)
        if not self.limits:
            return self.compute(*given), []
        from darkfactory.bounds.own import own_records

        with own_records(used["extra"]) as own:
            data = _with_own(self.compute(*given), own)
        return data, own.told


def _with_own(data: FigureData, own: OwnRecords) -> FigureData:
    """The same with notes on which of the user's records it shows, and their references."""
    if not own.asked:
        return data
    shown = {row.get(key) for row in data.rows for key in ("curve", "record")}
    drawn = [name for name, record in own.records.items() if not shown.isdisjoint((name, record.label))]
    others = [name for name in own.records if name not in drawn]
    words = {"records of your own": drawn, "records of your own that have no place in this figure": others}
    notes = [f"{text}: {', '.join(names)}" for text, names in words.items() if names]
    cited = dict.fromkeys((*data.references, *(own.records[name].reference for name in drawn)))
    return replace(data, notes=(*data.notes, *notes), references=tuple(cited))
