"""Kinds of beam by the word of ``beam.particle``, and that key."""

from __future__ import annotations

from darkfactory.discovery import declared
from darkfactory.experiments.beams.base import Beam
from darkfactory.experiments.declarations import choice

__all__ = ["BEAMS", "PARTICLE"]

BEAMS: dict[str, type[Beam]] = declared(
    "darkfactory.experiments.beams", "BEAM", ("muon", "tau", "electron", "proton", "neutrino")
)
"""Every kind of beam by its word."""
PARTICLE = choice("beam.particle", "what decays, or hits a target", *BEAMS)
"""The key that chooses."""
