"""Search for a line over the polarised Michel spectrum."""

from darkfactory.searches.forward_positron.search import SEARCH

__all__ = ["SEARCH"]
