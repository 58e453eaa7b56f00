"""A local page on which one moves the numbers of a search and sees its reach, limits and spectra follow."""

from darkfactory.explorer.serve import explore

__all__ = ["explore"]
