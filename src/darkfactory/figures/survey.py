"""Figure ``survey``: all that excludes a model, and all that will reach it, in one coupling: at one mass, or against mass."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from darkfactory.figures.labels import label_curves
from darkfactory.figures.planes import CONDITIONS, OPTIONS
from darkfactory.figures.recipe import FigureData, Recipe
from darkfactory.glossary import Column, named
from darkfactory.models import MODELS
from darkfactory.settings import Setting, Settings, parse_assignments
from darkfactory.surveys.drawing import draw
from darkfactory.surveys.survey import survey

__all__ = ["RECIPE", "paint_survey"]

GIVEN = ("mass", "coupling", "channel", "cl", "experiment", "only", "without", "projections", "conditional")
"""Settings that the verb takes by the same name."""


def compute(settings: Settings) -> FigureData:
    """The survey of a model."""
    found = survey(
        settings["model"],
        settings=parse_assignments(settings["given"], "given model.C_e=1"),
        **{key: settings[key] for key in GIVEN},
    )
    rows = [{"coordinate": found.coordinate, **row} for row in found.rows]
    verdicts = list(found.verdicts)
    own = {**found.own_columns(), **named(Column("coordinate", "", "name of the common coupling"))}
    return FigureData(rows, verdicts, found.notes, found.references, own)


def paint_survey(figure: Any, rows: Sequence[Any], verdicts: Sequence[Any], coordinate: str) -> None:
    """Bars at one mass; against mass curves with their names.

    Parameters
    ----------
    figure : matplotlib figure
        To draw on.
    rows, verdicts : sequence of dict
        Of a survey.
    coordinate : str
        Name of the common coupling.
    """
    axes = figure.subplots()
    label_curves(axes, draw(axes, rows, verdicts, coordinate))


def paint(figure: Any, data: FigureData) -> None:
    """The rows of the survey."""
    first: Mapping[str, Any] = data.rows[0]
    paint_survey(figure, data.rows, data.summary, first["coordinate"])


RECIPE = Recipe(
    title="survey of a model: what excludes it and what will reach it",
    compute=compute,
    paint=paint,
    size=(8.0, 6.0),
    limits=True,
    keys=(
        Setting("model", "dark-photon", "model", "choice", choices=tuple(MODELS)),
        Setting("given", (), "settings of the survey, such as model.C_e=1", "words"),
        Setting("coupling", None, "common coupling, where the model has several", "text"),
        Setting("channel", None, "pair of leptons of an LFV model", "choice", choices=("mu-e", "tau-mu", "tau-e")),
        Setting("mass", None, "masses [MeV]: one, a list, START:STOP:N; the model's by default", "text"),
        *CONDITIONS,
        *(option for option in OPTIONS if option.name != "mass"),
    ),
)
