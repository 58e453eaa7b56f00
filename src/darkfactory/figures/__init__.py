"""Figures: each is a table of numbers with references, and a drawing of it."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkfactory.errors import UnknownName, did_you_mean

if TYPE_CHECKING:
    from darkfactory.figures.recipe import Drawn, Recipe

__all__ = ["FIGURES", "figure"]

_NAMES = (
    "megii-fwd-reach",
    "michel-forward",
    "meg2-topology",
    "meg2-rate",
    "meg2-missing-mass",
    "meg2-reach",
    "mu3e-3ea-missing-mass",
    "mu3e-3ea-reach",
    "ctau",
    "ee-mass",
    "angular-correlation",
    "dark-photon-plane",
    "lfc-alp-plane",
    "portals",
    "dark-sector-landscape",
    "seesaw",
    "thermal-targets",
    "freeze-in",
    "alp-landscape",
    "what-can-we-test",
)


class _Figures(Mapping[str, "Recipe"]):
    """Recipes by name; the file of a figure is imported when the figure is asked for."""

    def __getitem__(self, name: str) -> Recipe:
        if name not in _NAMES:
            raise KeyError(name)
        recipe: Recipe = importlib.import_module(f"darkfactory.figures.{name.replace('-', '_')}").RECIPE
        return recipe

    def __iter__(self) -> Iterator[str]:
        return iter(_NAMES)

    def __len__(self) -> int:
        return len(_NAMES)


FIGURES: Mapping[str, Recipe] = _Figures()
"""Every figure by its name; a new one is a file in this folder with a RECIPE, and its name above."""


def figure(name: str, out: str | Path | None = None, settings: Mapping[str, Any] | None = None) -> Drawn:
    """Make the figure ``name``: OUT.pdf, OUT.png, and the numbers behind it as OUT.csv and OUT.json.

    Parameters
    ----------
    name : str
        Name of a figure; hyphens and underscores are the same.
    out : str or Path, optional
        Path without ending; the name in the current folder by default.
    settings : mapping, optional
        Settings of the figure, where it has any (``darkfactory list figures``).

    Returns
    -------
    Drawn
        The numbers and the paths written.

    Raises
    ------
    UnknownName
        If there is no such figure, or setting of it.
    InvalidInput
        If the files cannot be written.
    """
    name = name.replace("_", "-")
    if name not in FIGURES:
        raise UnknownName(f"figure {name!r} does not exist; figures: {', '.join(_NAMES)}{did_you_mean(name, _NAMES)}")
    return FIGURES[name].draw(name, Path(out or name), settings)
