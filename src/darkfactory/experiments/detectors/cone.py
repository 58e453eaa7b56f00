"""Geometry of a forward detector on the beam axis: the bare cone, and what a solenoid makes of it.

Cones are given by their opening 1 - cos(theta), which keeps all digits for narrow ones.
"""

from __future__ import annotations

import math

from darkfactory.constants import TESLA_MM_TO_MEV
from darkfactory.errors import in_range, positive, require

__all__ = ["cone_opening", "solenoid_focus", "solenoid_opening"]


def cone_opening(radius: float, distance: float) -> float:
    """1 - cos(theta) of the cone from a point target to a disc on the axis.

    Parameters
    ----------
    radius, distance : float
        Radius of the disc and its distance from the target [mm].

    Returns
    -------
    float
        Opening in (0, 1).

    Raises
    ------
    InvalidInput
        If a length is not positive.

    Examples
    --------
    >>> round(cone_opening(50.0, 1500.0), 10)
    0.000555093
    """
    require(positive("cone_radius", radius, unit="mm"), positive("cone_distance", distance, unit="mm"))
    hypotenuse = math.hypot(radius, distance)
    return radius**2 / (hypotenuse * (hypotenuse + distance))


def solenoid_opening(field: float, radius: float, momentum: float) -> float:
    """1 - cos(theta_max) of the tracks that a solenoid keeps within ``radius`` of the axis.

    A track from the axis never leaves twice its Larmor radius: sin(theta_max) = 0.2998 B R / (2 p).

    Parameters
    ----------
    field : float
        Field [T].
    radius : float
        Radius of the detector [mm].
    momentum : float
        Momentum [MeV]; the endpoint's, so that the cone does not depend on the ALP mass.

    Returns
    -------
    float
        Opening in (0, 1].

    Raises
    ------
    InvalidInput
        If an argument is not positive, or the field holds every forward track (sin(theta_max) > 1).
    """
    require(
        positive("field", field, unit="T"),
        positive("cone_radius", radius, unit="mm"),
        positive("momentum", momentum, unit="MeV"),
    )
    sine = TESLA_MM_TO_MEV * field * radius / (2 * momentum)
    require(in_range("sin(theta_max) of the solenoid", sine, 0, 1, remedy="lower detector.field or the radius"))
    return sine**2 / (1 + math.sqrt(1 - sine**2))


def solenoid_focus(field: float, radius: float, distance: float, momentum: float) -> float:
    """Focusing factor of a solenoid: its cone over the bare one, in solid angle.

    Parameters
    ----------
    field : float
        Field [T].
    radius, distance : float
        Radius of the detector and its distance from the target [mm].
    momentum : float
        Momentum [MeV].

    Returns
    -------
    float
        Below 1 if the field holds fewer tracks than the bare cone.

    Examples
    --------
    >>> round(solenoid_focus(2.0, 50.0, 1500.0, 52.830423), 1)
    74.0
    """
    return solenoid_opening(field, radius, momentum) / cone_opening(radius, distance)
