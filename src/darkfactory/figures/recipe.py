"""What a figure is: a table of numbers with references, and a function that draws it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from darkfactory import output
from darkfactory.errors import InvalidInput
from darkfactory.settings import Setting, read_settings, refuse_unread
from darkfactory.version import __version__

__all__ = ["Drawn", "FigureData", "Recipe"]


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
class Drawn:
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
        from darkfactory.figures.style import styled

        stem = out.with_suffix("") if out.suffix in (".pdf", ".png", ".csv", ".json") else out
        files = tuple(stem.parent / f"{stem.name}{ending}" for ending in (".pdf", ".png", ".csv", ".json"))
        used = read_settings(self.keys, f"figure {name}", ("user", settings or {}))
        data = self.compute(used) if self.keys else self.compute()
        refuse_unread(f"figure {name} with these settings", used)
        drawn = Drawn(name, self.title, data, files)
        output.save_text(files[2], output.to_csv(data.rows))
        output.save_text(files[3], output.to_json(drawn.to_dict()) + "\n")
        with styled() as figure_class:
            figure = figure_class(figsize=self.size, layout="constrained")
            self.paint(figure, data)
            try:
                for file in files[:2]:
                    # no date inside: the same numbers give the same file
                    figure.savefig(file, metadata={"CreationDate": None} if file.suffix == ".pdf" else None)
            except OSError as error:
                raise InvalidInput(f"--out {out}: {error.strerror}; give a folder that can be written") from None
        return drawn
