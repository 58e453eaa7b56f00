"""Settings that every search has; those of a card are read by :mod:`darkfactory.experiments.sections`."""

from __future__ import annotations

from darkfactory.experiments.sections import card_settings, section_problems
from darkfactory.settings import Setting

__all__ = ["STATISTICS_KEYS", "card_settings", "section_problems"]

STATISTICS_KEYS = (
    Setting("cl", None, "confidence level", low=0.5, high=1.0, open_low=True, open_high=True),
    Setting("method", None, "statistical method", "choice", choices=("window", "kappa", "fisher", "profile", "cls")),
)
"""Settings that every search has: confidence level and method."""
