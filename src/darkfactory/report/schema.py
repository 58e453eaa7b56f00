"""The border of study files: what the YAML of one must hold, as it is published with ``darkfactory schema study``."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import ConfigDict, Field

from darkfactory.bounds.schema import Card, Text
from darkfactory.figures.recipe import FORMATS
from darkfactory.verbs.words import SCANNED, VERBS

__all__ = ["RESULTS", "FigurePart", "ResultPart", "ScanPart", "StudyFile", "json_schema"]

RESULTS = tuple(
    verb for verb in VERBS if verb not in ("figure", "scan", "bounds recast couplings", "bounds recast continuum")
)
"""Verbs of results."""
ARGUMENTS = "the arguments of the verb stand beside it, as in Python"
Formats = Annotated[list[Text], Field(description=f"a list of {', '.join(FORMATS)}")]
Style = Annotated[str, Field(min_length=1, description="default, talk, paper, or a file .mplstyle")]
Names = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9_-]*$", description="small letters, digits, - and _")]


class ResultPart(Card):
    """A verb and its arguments."""

    model_config = ConfigDict(extra="allow")

    verb: Text = Field(description=f"one of {', '.join(RESULTS)}; {ARGUMENTS}", json_schema_extra={"enum": [*RESULTS]})


class ScanPart(Card):
    """A verb, its arguments and the axes of a grid."""

    model_config = ConfigDict(extra="allow")

    verb: Text = Field(description=f"one of {', '.join(SCANNED)}; {ARGUMENTS}", json_schema_extra={"enum": [*SCANNED]})
    grid: dict[Text, Any] = Field(description="values by key, a list or START:STOP:N or START:STOP:N:log")
    workers: int = Field(default=1, ge=1, description="processes on this machine, a whole number >= 1")


class FigurePart(Card):
    """A figure and how it is drawn."""

    figure: Text = Field(default="", description="name of the figure; the name of the part by default")
    settings: dict[Text, Any] = Field(default={}, description="settings of the figure by key")
    style: Style | None = Field(default=None, description="the look; that of the study by default")
    formats: Formats | None = Field(default=None, description="a list of pdf, png, svg; those of the study by default")


class StudyFile(Card):
    """A study: what is to be made, and of what."""

    name: Names = Field(description="small letters, digits, - and _; the folder that is made is called so")
    title: Text = Field(description="text: one line")
    notes: str = Field(default="", description="text: what a reader must know")
    cards: list[Text] = Field(
        default=[], description="a list of paths of experiment cards, from the folder of the study"
    )
    bounds: list[Text] = Field(default=[], description="a list of paths of your own limits, files or folders")
    style: Style = "default"
    formats: Formats = Field(default=["pdf", "png"])
    results: dict[Names, ResultPart] = Field(default={}, description="results by a name of yours: verb and arguments")
    scans: dict[Names, ScanPart] = Field(default={}, description="scans by a name of yours: verb, arguments and grid")
    figures: dict[Names, FigurePart | None] = Field(default={}, description="figures by a name of yours, or their own")


def json_schema() -> dict[str, Any]:
    """JSON schema of a study file, for editors that complete and check YAML."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **StudyFile.model_json_schema()}
