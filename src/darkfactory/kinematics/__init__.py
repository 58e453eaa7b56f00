"""Kinematics: four-vectors, phase space, observables and cuts, as pure array functions."""

from darkfactory.kinematics import cuts, lorentz, observables, phase_space

__all__ = ["cuts", "lorentz", "observables", "phase_space"]
