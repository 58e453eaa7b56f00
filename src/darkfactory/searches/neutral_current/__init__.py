"""Search for neutrinos that break up into dark jets, as an excess of neutral currents or with a tag."""

from darkfactory.searches.neutral_current.search import SEARCH

__all__ = ["SEARCH"]
