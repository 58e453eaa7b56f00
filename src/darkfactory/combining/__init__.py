"""Several results of one model as one likelihood: the verb ``combine``."""

from darkfactory.combining.result import Combination
from darkfactory.combining.verb import combine

__all__ = ["Combination", "combine"]
