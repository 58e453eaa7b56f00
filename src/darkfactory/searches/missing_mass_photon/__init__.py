"""Search for a bump in the missing mass beside a photon."""

from darkfactory.searches.missing_mass_photon.search import SEARCH

__all__ = ["SEARCH"]
