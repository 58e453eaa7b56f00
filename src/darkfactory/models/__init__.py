"""Models: the Lagrangians, one file each, as small frozen dataclasses."""

from darkfactory.models.alp import CHIRALITIES, LfvAlp
from darkfactory.models.mediator import DarkPhoton, DerivativeAlp, Mediator, Pseudoscalar, Scalar, VectorBoson
from darkfactory.models.registry import MODELS, Model, build_model, find_model, given_settings

__all__ = [
    "CHIRALITIES",
    "MODELS",
    "DarkPhoton",
    "DerivativeAlp",
    "LfvAlp",
    "Mediator",
    "Model",
    "Pseudoscalar",
    "Scalar",
    "VectorBoson",
    "build_model",
    "find_model",
    "given_settings",
]
