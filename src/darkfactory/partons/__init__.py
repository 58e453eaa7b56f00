"""Parton densities of the proton, from a grid of an LHAPDF file or from a fit."""

from darkfactory.partons.base import QUARKS, PartonDensities
from darkfactory.partons.find import PDF, find_densities

__all__ = ["PDF", "QUARKS", "PartonDensities", "find_densities"]
