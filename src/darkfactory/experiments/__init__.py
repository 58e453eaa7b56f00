"""Experiments: beams and detectors, read from data cards in which every number has a unit, a tag and a source.

A detector does not know the physics: nothing here imports a model, a process or a search.
"""

from darkfactory.experiments.card import Card, Quantity, check_card, list_cards, load_card
from darkfactory.experiments.keys import KEYS

__all__ = ["KEYS", "Card", "Quantity", "check_card", "list_cards", "load_card"]
