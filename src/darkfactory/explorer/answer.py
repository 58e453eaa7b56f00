"""Answers to requests: the figure with its drawing, table, notes and command, or the message of a mistake."""

from __future__ import annotations

import io
import logging
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from darkfactory.bounds.own import own_records
from darkfactory.conversions import to_html
from darkfactory.errors import DarkfactoryError
from darkfactory.explorer.request import Request, checked
from darkfactory.figures import FIGURES
from darkfactory.figures.recipe import Figure
from darkfactory.glossary import Column
from darkfactory.output import cell
from darkfactory.result import stamped
from darkfactory.style import styled

__all__ = ["Answer", "Answers", "download", "drawn", "tables"]

KEPT = 128
"""Answers that are kept."""
EDGES = {"left": 0.095, "right": 0.97, "bottom": 0.115, "top": 0.94}
"""Places of the axes: to look for better ones takes as long as the drawing itself."""
TABLE = ("mass_mev", "branching_ratio", "limited_by", "status", "cl", "method", "z")
"""Columns of a reach that the page shows beside those of couplings."""
_LOG = logging.getLogger("darkfactory")


@dataclass(frozen=True)
class Answer:
    """What the page shows.

    Attributes
    ----------
    request : Request
        What was asked.
    command : str
        Command that makes the same figure.
    figure : Figure or None
        The figure; None where there is a message.
    drawing : str
        SVG.
    message : str
        What is wrong with the request.
    seconds : float
        How long it took.
    """

    request: Request
    command: str
    figure: Figure | None = None
    drawing: str = ""
    message: str = ""
    seconds: float = 0.0

    @property
    def headline(self) -> str:
        """The numbers that one looks at first."""
        if self.figure is None:
            return ""
        if self.request.view == "spectrum":
            return self.figure.notes[0]
        best = next(row for row in self.figure.summary)
        name = next(key for key in best if key.startswith("best "))
        first = self.figure.notes[0].partition("; nuisances")[0]
        return f"{first}; {name} = {cell(float(best[name]))} at {cell(float(best['at [MeV]']))} MeV"

    @property
    def notes(self) -> tuple[str, ...]:
        """What a reader must know."""
        return () if self.figure is None else self.figure.notes


class Answers:
    """Answers to requests, those of the last ones kept; one at a time.

    Parameters
    ----------
    experiments : collection of str
        Cards that are offered.
    given : mapping
        Settings that a study itself has.
    bounds : str
        Places of limits of the user's own.
    """

    def __init__(self, experiments: Collection[str], given: Mapping[str, Any] | None = None, bounds: str = "") -> None:
        self._experiments, self._given, self._bounds = experiments, given or {}, bounds
        self._kept: OrderedDict[Request, Answer] = OrderedDict()
        self._lock = threading.Lock()  # settings of Matplotlib hold for all threads

    def __call__(self, request: Request) -> Answer:
        """Answer a request; a mistake is an answer too."""
        with self._lock:
            start = time.perf_counter()
            if request not in self._kept:
                self._kept[request] = self._made(request)
                while len(self._kept) > KEPT:
                    self._kept.popitem(last=False)
            self._kept.move_to_end(request)
            return replace(self._kept[request], seconds=time.perf_counter() - start)

    def _made(self, request: Request) -> Answer:
        command = request.command(self._bounds)
        try:
            checked(request, self._experiments, self._given)
            with own_records(self._bounds or None):
                figure = FIGURES[request.figure].make(request.figure, request.arguments)
            run = stamped({"run": figure.run}, command)["run"]
            figure = replace(figure, data=replace(figure.data, run=run), run=run)
            return Answer(request, command, figure, drawn(figure))
        except DarkfactoryError as mistake:
            return Answer(request, command, message=str(mistake))
        except Exception as fault:  # a fault of the package must not end the thread that answers
            _LOG.exception("explore: %s", command)
            return Answer(
                request, command, message=f"{type(fault).__name__}: {fault}; please report it with the command"
            )


def drawn(figure: Figure) -> str:
    """Drawing of a figure of one pair of axes as SVG, by the code and in the style of all figures."""
    with styled() as figure_class, io.StringIO() as file:
        made = figure.draw(figure_class(figsize=figure.size))
        made.subplots_adjust(**EDGES)
        made.savefig(file, format="svg", metadata={"Date": None})
        return file.getvalue()


def tables(figure: Figure) -> str:
    """Tables of a figure (HTML): the reach at every mass, and where all curves are."""
    data = figure.data
    mine = [row for row in data.rows if row.get("card")]
    found = ""
    if mine:
        shown = [one for one in data.columns if one.name in TABLE or isinstance(mine[0].get(one.name), float)]
        found = to_html("reach", mine, shown, [], most=len(mine))
    keys = dict.fromkeys(key for row in data.summary for key in row)
    return found + to_html("curves", list(data.summary), [Column(key, "", "") for key in keys], [], len(data.summary))


def download(figure: Figure, ending: str) -> io.BytesIO:
    """File of a figure: png, pdf, csv or json, as the command writes it."""
    if ending in ("csv", "json"):
        text = figure.data.to_csv() if ending == "csv" else figure.data.to_json()
        return io.BytesIO(text.encode())
    with tempfile.TemporaryDirectory() as folder:
        saved = figure.save(Path(folder) / figure.name, ending)
        return io.BytesIO(saved.files[0].read_bytes())
