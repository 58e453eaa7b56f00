"""Models: the Lagrangians, one file each, as small frozen dataclasses."""

from darkfactory.models.alp import CHIRALITIES, LfvAlp
from darkfactory.models.registry import MODELS, build_model, find_model

__all__ = ["CHIRALITIES", "MODELS", "LfvAlp", "build_model", "find_model"]
