"""Figures: each is a table of numbers with references, and a drawing of it."""

from __future__ import annotations

import functools
import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from darkfactory.discovery import declaring
from darkfactory.errors import UnknownName, did_you_mean, is_mapping, require

if TYPE_CHECKING:
    from darkfactory.figures.recipe import Figure, Recipe

__all__ = ["FIGURES", "figure"]

FIRST = (
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
    "displaced-backgrounds",
    "sterile-dark-photon-plane",
    "portals",
    "dark-sector-landscape",
    "seesaw",
    "thermal-targets",
    "freeze-in",
    "alp-landscape",
    "what-can-we-test",
    "nu-missing-mass",
    "nu-electron-recoil",
    "composite-reach",
    "dark-jet",
    "hnl-plane",
    "survey",
    "search-reach",
    "search-spectrum",
)
"""The order of lists."""


@functools.cache
def _names() -> tuple[str, ...]:
    found = [name.replace("_", "-") for name in declaring(__name__, "RECIPE")]
    return (*(name for name in FIRST if name in found), *(name for name in found if name not in FIRST))


class _Figures(Mapping[str, "Recipe"]):
    """Recipes by name; the file of a figure is imported when the figure is asked for."""

    def __getitem__(self, name: str) -> Recipe:
        if name not in _names():
            raise KeyError(name)
        recipe: Recipe = importlib.import_module(f"darkfactory.figures.{name.replace('-', '_')}").RECIPE
        return recipe

    def __iter__(self) -> Iterator[str]:
        return iter(_names())

    def __len__(self) -> int:
        return len(_names())


FIGURES: Mapping[str, Recipe] = _Figures()
"""Every figure by its name; a new one is a file in this folder with a RECIPE."""


def figure(name: str, out: str | Path | None = None, settings: Mapping[str, Any] | None = None, **keys: Any) -> Figure:
    """Compute the figure ``name``; write it, with the numbers behind it, where ``out`` is given.

    Parameters
    ----------
    name : str
        Name of a figure; hyphens and underscores are the same.
    out : str or Path, optional
        Path without ending for OUT.pdf, OUT.png, OUT.csv and OUT.json; without it nothing is written.
    settings : mapping, optional
        Settings of the figure, where it has any (``darkfactory list figures``).
    **keys
        The same as keyword arguments, e.g. ``r=3``.

    Returns
    -------
    Figure
        Its ``data`` are the numbers; it can ``draw`` on a figure of yours and ``save`` itself in other formats and styles.

    Raises
    ------
    UnknownName
        If there is no such figure, or setting of it.
    InvalidInput
        If the files cannot be written.

    Examples
    --------
    >>> figure("portals").data.columns[1]
    Column(name='sqrt_s_gev', unit='GeV', doc='centre-of-mass energy')
    """
    name = name.replace("_", "-")
    if name not in FIGURES:
        raise UnknownName(
            f"figure {name!r} does not exist; figures: {', '.join(FIGURES)}{did_you_mean(name, list(FIGURES))}"
        )
    settings = settings or {}
    require(is_mapping("settings", settings))
    made = FIGURES[name].make(name, {**settings, **keys})
    return made if out is None else made.save(out)
