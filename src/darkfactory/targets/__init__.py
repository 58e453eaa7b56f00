"""Cosmological targets, the verb ``target``: tables against mass with notes and references."""

from darkfactory.targets.base import TargetEntry
from darkfactory.targets.registry import TARGETS, Target, target

__all__ = ["TARGETS", "Target", "TargetEntry", "target"]
