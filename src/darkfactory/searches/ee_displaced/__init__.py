"""Search for displaced vertices of e+ e- pairs in muon decay."""

from darkfactory.searches.ee_displaced.search import SEARCH

__all__ = ["SEARCH"]
