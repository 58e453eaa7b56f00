"""Kinematics: four-vectors and phase space, as pure array functions."""

from darkfactory.kinematics import lorentz, phase_space

__all__ = ["lorentz", "phase_space"]
