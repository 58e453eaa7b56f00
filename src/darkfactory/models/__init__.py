"""Models: the Lagrangians, one file each, as small frozen dataclasses."""

from darkfactory.models.alp import CHIRALITIES, LfvAlp
from darkfactory.models.base import Decaying, Model
from darkfactory.models.derivative_alp import DerivativeAlp
from darkfactory.models.mediator import Mediator
from darkfactory.models.registry import COUPLINGS, MODELS, build_model, find_model, given_settings, offering
from darkfactory.models.scalar import Pseudoscalar, Scalar
from darkfactory.models.scan import CouplingScan
from darkfactory.models.vector import DarkPhoton, VectorBoson

__all__ = [
    "CHIRALITIES",
    "COUPLINGS",
    "MODELS",
    "CouplingScan",
    "DarkPhoton",
    "Decaying",
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
    "offering",
]
