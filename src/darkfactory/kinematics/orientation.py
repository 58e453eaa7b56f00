"""Orientation of a decay: rotations drawn from the distribution that the polarisation of the parent makes.

A body-fixed configuration with Stokes components (S_0, S) has, at polarisation P, the density 1 + P.R(S)/S_0 over
rotations R: linear in the cosine between P and R(S). That cosine is drawn by inversion, the two azimuths are uniform.
So the weights of events do not depend on the polarisation, and nothing is rejected. Where only a narrow range of directions
of one particle counts, that direction is drawn inside of the range, and the density is a weight.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from darkfactory.backend import computed_once, namespace

__all__ = ["aim", "isotropic", "linear_cosine", "orient", "plane_frame", "rotate", "turned"]

Vector = tuple[Any, Any, Any]
PI = 3.141592653589793


def linear_cosine(u: Any, slope: Any) -> Any:
    """Cosine with density (1 + slope c)/2 at cumulative probability ``u``; ``slope`` in [-1, 1].

    Examples
    --------
    >>> round(float(linear_cosine(0.75, 0.0)), 12), round(float(linear_cosine(0.25, 1.0)), 12)
    (0.5, 0.0)
    """
    xp = namespace(u, slope)
    top = xp.sqrt((1 - slope) ** 2 + 4 * slope * u)
    return xp.clip((slope - 2 + 4 * u) / (1 + top), -1.0, 1.0)


def _frame(axis: Vector) -> tuple[Vector, Vector, Vector]:
    """Right-handed orthonormal frame whose third vector is ``axis``, a unit vector; smooth but at the south pole."""
    x, y, z = axis
    xp = namespace(x, y, z)
    sign = xp.where(z >= 0, 1.0, -1.0)
    a = -1 / (sign + z)
    b = x * y * a
    return (1 + sign * x * x * a, sign * b, -sign * x), (b, sign + y * y * a, -y), axis


def _unit(vector: Vector) -> tuple[Vector, Any]:
    """Direction and length; z for a vector of length 0."""
    x, y, z = vector
    xp = namespace(x, y, z)
    length = xp.sqrt(x * x + y * y + z * z)
    is_null = ~(length > 0)
    safe = xp.where(is_null, 1.0, length)
    return (x / safe, y / safe, xp.where(is_null, 1.0, z / safe)), length


def orient(u: Sequence[Any], stokes: Sequence[Any], polarization: Vector) -> tuple[Vector, Vector, Vector]:
    """Rotation matrix drawn from the density 1 + P.R(S)/S_0.

    Parameters
    ----------
    u : sequence of arrays
        Three uniform numbers.
    stokes : sequence of arrays
        (S_0, S_x, S_y, S_z) of the body-fixed configuration.
    polarization : tuple
        Spin vector P, its length in [0, 1].

    Returns
    -------
    tuple of tuples
        Rows of R.
    """
    S0, Sx, Sy, Sz = stokes
    xp = namespace(S0, *u)
    body, length = _unit((Sx, Sy, Sz))
    spin, degree = _unit(tuple(xp.asarray(p) for p in polarization))
    slope = xp.clip(degree * length / xp.where(S0 > 0, S0, 1.0), -1.0, 1.0)
    slope = xp.where(S0 > 0, slope, 0.0)
    return _brought(u[1:], linear_cosine(u[0], slope), body, spin, degree >= 0)


def aim(u: Sequence[Any], body: Vector, low: Any, high: Any) -> tuple[Vector, Vector, Vector]:
    """Rotation matrix, drawn uniformly from all that bring a direction between two cosines to z.

    Parameters
    ----------
    u : sequence of arrays
        Three uniform numbers.
    body : tuple
        Vector of the body-fixed configuration.
    low, high : array_like
        Ends of its cosine after the rotation, in [-1, 1].

    Returns
    -------
    tuple of tuples
        Rows of R.
    """
    xp = namespace(*u)
    body, length = _unit(body)
    z = (xp.zeros_like(length), xp.zeros_like(length), xp.ones_like(length))
    return _brought(u[1:], low + (high - low) * u[0], body, z, xp.all(length >= 0))


def _brought(u: Sequence[Any], c: Any, body: Vector, axis: Vector, always: Any) -> tuple[Vector, Vector, Vector]:
    """Rotation that brings a unit vector to cosine ``c`` with an axis; both azimuths from ``u``."""
    xp = namespace(c, *u)
    sine = xp.sqrt(xp.maximum(1 - c * c, 0.0))
    phi, psi = 2 * PI * u[0], 2 * PI * u[1]
    parts = (c, sine, xp.cos(phi), xp.sin(phi), xp.cos(psi), xp.sin(psi), body)
    c, sine, cos_phi, sin_phi, cos, sin, body = computed_once(parts, always)
    f1, f2, f3 = _frame(axis)
    target = tuple(sine * cos_phi * f1[i] + sine * sin_phi * f2[i] + c * f3[i] for i in range(3))
    t1, t2, t3 = _frame(target)
    b1, b2, b3 = _frame(body)
    # body axis 3 goes to the target axis; around it the frame turns by psi
    b1, b2 = (
        tuple(cos * b1[i] - sin * b2[i] for i in range(3)),
        tuple(sin * b1[i] + cos * b2[i] for i in range(3)),
    )
    rows: Any = tuple(tuple(t1[i] * b1[j] + t2[i] * b2[j] + t3[i] * b3[j] for j in range(3)) for i in range(3))
    first, second, third = computed_once(rows, always)
    return first, second, third


def isotropic(u: Sequence[Any]) -> tuple[Vector, Vector, Vector]:
    """Rotation matrix drawn uniformly from all rotations.

    Parameters
    ----------
    u : sequence of arrays
        Three uniform numbers.

    Returns
    -------
    tuple of tuples
        Rows of R.
    """
    xp = namespace(*u)
    c, phi, psi = 2 * u[0] - 1, 2 * PI * u[1], 2 * PI * u[2]
    sine = 2 * xp.sqrt(u[0] * (1 - u[0]))
    cos_phi, sin_phi, cos, sin = xp.cos(phi), xp.sin(phi), xp.cos(psi), xp.sin(psi)
    a, b = c * cos, c * sin
    return (
        (cos_phi * a - sin_phi * sin, -cos_phi * b - sin_phi * cos, cos_phi * sine),
        (sin_phi * a + cos_phi * sin, cos_phi * cos - sin_phi * b, sin_phi * sine),
        (-sine * cos, sine * sin, c),
    )


def plane_frame(p: Sequence[Any], q: Sequence[Any]) -> tuple[Vector, Vector, Vector]:
    """Rows of the rotation that brings ``p`` along x and the normal of the plane of ``p`` and ``q`` along z.

    Parameters
    ----------
    p, q : sequences of arrays
        Components of two vectors; any rotation with ``p`` along x if they are parallel.

    Examples
    --------
    >>> rows = plane_frame((0.0, 0.0, 2.0), (3.0, 0.0, 1.0))
    >>> [round(float(c), 12) for c in rotate(rows, (3.0, 0.0, 1.0))]
    [1.0, 3.0, 0.0]
    """
    (a, length), xp = _unit((p[0], p[1], p[2])), namespace(*p, *q)
    normal = (a[1] * q[2] - a[2] * q[1], a[2] * q[0] - a[0] * q[2], a[0] * q[1] - a[1] * q[0])
    size = xp.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)
    other = _frame(a)[0]
    flat = size > 1e-12 * xp.abs(length)
    safe = xp.where(flat, size, 1.0)
    n = tuple(xp.where(flat, component / safe, spare) for component, spare in zip(normal, other, strict=True))
    b = (n[1] * a[2] - n[2] * a[1], n[2] * a[0] - n[0] * a[2], n[0] * a[1] - n[1] * a[0])
    return a, b, n


def turned(cosine: Any, azimuth: Any, axis: Any) -> Any:
    """Unit vectors at an angle to others, at an azimuth about them.

    Parameters
    ----------
    cosine, azimuth : array_like, shape (...)
        Cosine of the angle, and the azimuth [rad].
    axis : array_like, shape (..., 3)
        Unit vectors.

    Returns
    -------
    array, shape (..., 3)

    Examples
    --------
    >>> import numpy as np
    >>> np.round(turned(0.6, np.pi / 2, np.array([0.0, 0.0, 1.0])), 12).tolist()
    [0.0, 0.8, 0.6]
    """
    xp = namespace(cosine, azimuth, axis)
    first, second, third = _frame((axis[..., 0], axis[..., 1], axis[..., 2]))
    sine = xp.sqrt(xp.maximum((1 - cosine) * (1 + cosine), 0.0))
    along, across = sine * xp.cos(azimuth), sine * xp.sin(azimuth)
    return xp.stack([along * first[i] + across * second[i] + cosine * third[i] for i in range(3)], axis=-1)


def rotate(rotation: tuple[Vector, Vector, Vector], vector: Sequence[Any]) -> Vector:
    """Rotated three-vector.

    Examples
    --------
    >>> rotate(((0, -1, 0), (1, 0, 0), (0, 0, 1)), (1.0, 0.0, 0.0))
    (0.0, 1.0, 0.0)
    """
    x, y, z = vector
    return tuple(row[0] * x + row[1] * y + row[2] * z for row in rotation)
