"""Searches by name; a new one is a file or folder in this folder with a ``SEARCH``."""

from __future__ import annotations

from darkfactory.discovery import declared
from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.searches.base import Search

__all__ = ["SEARCHES", "find_search"]

FIRST = ("forward-positron", "missing-mass-photon", "missing-mass-tracks", "ee-resonance", "ee-displaced")
"""The order of lists; others follow."""
SEARCHES: dict[str, Search] = declared("darkfactory.searches", "SEARCH", FIRST)
"""Every search by its name."""


def find_search(name: str) -> Search:
    """Search called ``name``; hyphens and underscores are the same.

    Raises
    ------
    UnknownName
        If there is none.
    """
    search = SEARCHES.get(name.replace("_", "-"))
    if search is None:
        hint = did_you_mean(name, list(SEARCHES))
        raise UnknownName(f"search {name!r} does not exist; searches: {', '.join(SEARCHES)}{hint}")
    return search
