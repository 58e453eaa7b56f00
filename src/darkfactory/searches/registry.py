"""Searches by name; a new one is a file in this folder and an entry here."""

from __future__ import annotations

from darkfactory.errors import UnknownName, did_you_mean
from darkfactory.searches import ee_resonance, missing_mass_tracks
from darkfactory.searches.base import Search
from darkfactory.searches.forward_positron import search as forward_positron
from darkfactory.searches.missing_mass_photon import search as missing_mass_photon

__all__ = ["SEARCHES", "find_search"]

_ALL = (forward_positron.SEARCH, missing_mass_photon.SEARCH, missing_mass_tracks.SEARCH, ee_resonance.SEARCH)
SEARCHES: dict[str, Search] = {search.name: search for search in _ALL}
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
