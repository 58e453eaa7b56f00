"""Kinds of detector by name; a card may describe several of them."""

from __future__ import annotations

from darkfactory.discovery import declared
from darkfactory.experiments.detectors.base import Detector

__all__ = ["DETECTORS"]

DETECTORS: dict[str, type[Detector]] = declared(
    "darkfactory.experiments.detectors", "DETECTOR", ("lepton", "electron-photon", "tracks")
)
"""Every kind of detector by its name."""
