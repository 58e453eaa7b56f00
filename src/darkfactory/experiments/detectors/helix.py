r"""Helix of a charged track in a field along z: where it first crosses a cylinder, in closed form.

In the transverse plane the track is a circle of radius R = p_T / (0.2998 B) [mm]; with half the turning angle as
t = tan(alpha/2) its crossing of a circle around the z axis is a quadratic equation in t. Nothing is divided by p_T or by
differences, so that straight tracks (large R) and tracks along z (p_T -> 0) keep their digits.

Not included: energy loss, multiple scattering, inhomogeneous fields. Arguments are not checked here (the functions run
inside compiled kernels); :class:`darkfactory.experiments.detectors.tracks.TrackDetector` checks what a user gives.
"""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace
from darkfactory.constants import TESLA_MM_TO_MEV

__all__ = ["components", "double_cone_vertex", "first_crossing"]

Components = tuple[Any, Any, Any]
TWO_PI = 6.283185307179586


def components(vector: Any) -> Components:
    """Return the three components of a vector: of a tuple of three arrays, or of an array of shape (..., 3).

    Examples
    --------
    >>> import numpy as np
    >>> [float(c) for c in components(np.array([1.0, 2.0, 3.0]))]
    [1.0, 2.0, 3.0]
    """
    if isinstance(vector, (tuple, list)):
        x, y, z = vector
        return x, y, z
    return vector[..., 0], vector[..., 1], vector[..., 2]


def first_crossing(position: Any, momentum: Any, charge: Any, field: Any, radius: Any) -> tuple[Any, Any]:
    """Whether a track reaches a cylinder around the z axis, and where it first does; forward along its helix.

    Parameters
    ----------
    position : array_like or tuple of array_like
        Start (x, y, z) of the track [mm], shape (..., 3) or three components; inside the cylinder.
    momentum : array_like or tuple of array_like
        Momentum (p_x, p_y, p_z) [MeV], shape (..., 3) or three components.
    charge : array_like
        +1 or -1. A positive track turns clockwise seen from +z.
    field : array_like
        Field along +z [T], > 0.
    radius : array_like
        Radius of the cylinder [mm].

    Returns
    -------
    reached : array of bool
        Whether the helix ever crosses; False for a start on or outside the cylinder and for p_T = 0.
    z : array
        z of the first crossing [mm]; inf if there is none.

    Examples
    --------
    A track of p_T = 30 MeV at 1 T bends with R = 100.07 mm: from the axis it reaches 200 mm but not 201 mm.

    >>> import numpy as np
    >>> reached, z = first_crossing((0.0, 0.0, 0.0), (30.0, 0.0, 10.0), 1, 1.0, np.array([1.0, 200.0, 201.0]))
    >>> reached.tolist(), [round(float(value), 3) for value in z]
    ([True, True, False], [0.333, 102.311, inf])
    """
    (x, y, z), (px, py, pz) = components(position), components(momentum)
    xp = namespace(x, y, z, px, py, pz, charge, field, radius)
    bend = TESLA_MM_TO_MEV * field
    # all lengths squared [mm^2]: what is left to the cylinder, and twice R times the start along and left of the track
    left = radius * radius - x * x - y * y
    along = 2 * (x * px + y * py) / bend
    across = -2 * charge * (y * px - x * py) / bend
    turn = 4 * (px * px + py * py) / bend**2 + 2 * across - left
    # turn t^2 + 2 along t - left = 0; of its roots the first one on the way is left / (along + root)
    square = along * along + turn * left
    reached = (square >= 0) & (left > 0)
    root = xp.sqrt(xp.where(reached, square, 0.0))
    outward = along >= 0
    # for an inward start the same root without cancellation; turn < 0 then means more than half a turn
    numerator = xp.where(outward, left, root - along)
    denominator = xp.where(outward, along + root, turn)
    alpha = 2 * xp.arctan2(xp.where(reached, numerator, 0.0), xp.where(reached, denominator, 1.0))
    return reached, xp.where(reached, z + pz * alpha / bend, xp.inf)


def double_cone_vertex(u_z: Any, u_phi: Any, radius: Any, half_length: Any) -> Components:
    """Point on a hollow double cone r = radius (1 - |z| / half_length), uniform in z and in azimuth.

    Parameters
    ----------
    u_z, u_phi : array_like
        Uniform numbers in [0, 1], shape (...).
    radius, half_length : float
        Radius at z = 0 and half the length along z [mm]; zeros are a point at the origin.

    Returns
    -------
    x, y, z : arrays
        Position [mm], shape (...) each.

    Examples
    --------
    >>> [round(float(c), 9) for c in double_cone_vertex(0.25, 0.25, 19.0, 50.0)]
    [0.0, 9.5, -25.0]
    """
    xp = namespace(u_z, u_phi)
    share = 2 * xp.asarray(u_z) - 1
    r = radius * (1 - xp.abs(share))
    phi = TWO_PI * xp.asarray(u_phi)
    return r * xp.cos(phi), r * xp.sin(phi), half_length * share
