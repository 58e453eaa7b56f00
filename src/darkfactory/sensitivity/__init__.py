"""What a limit owes to its numbers: the verb ``impacts``."""

from darkfactory.sensitivity.impacts import Impacts, impacts

__all__ = ["Impacts", "impacts"]
