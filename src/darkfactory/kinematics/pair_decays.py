"""Phase-space maps of decays in flight: isotropic, or of X -> l l collinear with another lepton where backgrounds peak."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from darkfactory.backend import namespace
from darkfactory.kinematics.maps import triangle_momentum

__all__ = ["decay_in_flight", "pair_decay", "pair_decay_about"]

Components = tuple[Any, Any, Any, Any]
PI = 3.141592653589793


def decay_in_flight(
    u: Sequence[Any], parent: Components, mass: Any, m1: Any, m2: Any
) -> tuple[Components, Components, Any]:
    """Isotropic decay of ``parent`` of mass ``mass``, flying anywhere, into particles of masses ``m1`` and ``m2``.

    Parameters
    ----------
    u : sequence of arrays
        Two uniform numbers: cosine and azimuth to fixed axes in the rest frame.
    parent : tuple of arrays
        (E, px, py, pz) [MeV].
    mass, m1, m2 : array_like
        Masses [MeV], ``mass`` > 0.

    Returns
    -------
    one, other : tuples of arrays
        Momenta.
    weight : array
        dPhi_2/du = p* / (4 pi mass).

    Examples
    --------
    >>> one, other, _ = decay_in_flight((0.5, 0.0), (5.0, 0.0, 3.0, 0.0), 4.0, 1.0, 2.0)
    >>> [round(float(a + b), 12) for a, b in zip(one, other)]
    [5.0, 0.0, 3.0, 0.0]
    """
    xp = namespace(mass, *u, *parent)
    p_star = triangle_momentum(xp.asarray(mass) ** 2, m1, m2)
    c, azimuth = 2 * u[0] - 1, 2 * PI * u[1]
    sine = 2 * xp.sqrt(u[0] * (1 - u[0]))
    q = (p_star * sine * xp.cos(azimuth), p_star * sine * xp.sin(azimuth), p_star * c)
    E, *p = parent
    along = (q[0] * p[0] + q[1] * p[1] + q[2] * p[2]) / (mass * (E + mass))

    def daughter(sign: float, m: Any) -> Components:
        shift = sign * along + xp.sqrt(m**2 + p_star**2) / mass
        x, y, z = (sign * part + shift * component for part, component in zip(q, p, strict=True))
        return xp.sqrt(m**2 + x**2 + y**2 + z**2), x, y, z

    return daughter(1.0, m1), daughter(-1.0, m2), p_star / (4 * PI * mass) + 0.0 * E


def pair_decay(u: Sequence[Any], parent: Components, mass: Any, m: Any) -> tuple[Components, Components, Any]:
    """Isotropic decay of ``parent`` of mass ``mass`` into two leptons of mass ``m``.

    Parameters
    ----------
    u : sequence of arrays
        Two uniform numbers: cosine and azimuth to the direction of flight.
    parent : tuple of arrays
        (E, px, py, pz), moving in the xz plane.
    mass, m : array_like
        Masses [MeV]; a lepton is massive.

    Returns
    -------
    one, other : tuples of arrays
        Momenta.
    weight : array
        dPhi_2/du = p* / (4 pi mass).
    """
    xp = namespace(mass, *u)
    p_star = triangle_momentum(xp.asarray(mass) ** 2, m, m)
    c = 2 * u[0] - 1
    sine = 2 * xp.sqrt(u[0] * (1 - u[0]))
    azimuth = 2 * PI * u[1]
    E, px, _, pz = parent
    p = xp.sqrt(px**2 + pz**2)
    still = p > 0
    nx, nz = xp.where(still, px / xp.where(still, p, 1.0), 0.0), xp.where(still, pz / xp.where(still, p, 1.0), 1.0)
    half = E / 2
    along = p / 2
    shift = p_star * c * E / mass
    x_prime, y = p_star * sine * xp.cos(azimuth), p_star * sine * xp.sin(azimuth)

    def lepton(sign: float) -> Components:
        z_prime = along + sign * shift
        lx = sign * x_prime * nz + z_prime * nx
        lz = -sign * x_prime * nx + z_prime * nz
        return xp.sqrt(m**2 + lx**2 + y**2 + lz**2), lx, sign * y, lz

    return lepton(1.0), lepton(-1.0), p_star / (4 * PI * mass) + 0.0 * half


def pair_decay_about(
    u: Sequence[Any], parent: Components, other: Components, mass: Any, m: Any, share: float = 0.5
) -> tuple[Components, Components, Any]:
    r"""Decay of ``parent`` into leptons, the second often collinear with a lepton ``other`` in the rest frame of the parent.

    A part of the numbers is isotropic, the rest flat in ln s with s the mass squared of ``other`` and the second lepton.
    The weight is that of both together, so that it is bounded for either kind of integrand.

    Parameters
    ----------
    u : sequence of arrays
        Three uniform numbers: choice, cosine to ``other``, azimuth.
    parent, other : tuple of arrays
        (E, px, py, pz) of X along z and of another lepton in the xz plane, x >= 0.
    mass, m : array_like
        Masses of X and of every lepton [MeV].
    share : float
        Part of the numbers that is isotropic, in [0, 1].

    Returns
    -------
    one, second : tuples of arrays
        Momenta of the leptons.
    weight : array
        dPhi_2/du.
    """
    xp = namespace(mass, *u)
    p_star = triangle_momentum(xp.asarray(mass) ** 2, m, m)
    half = mass / 2
    gamma, gamma_beta = parent[0] / mass, parent[3] / mass
    qx, qz = other[1], gamma * other[3] - gamma_beta * other[0]
    q = xp.sqrt(qx * qx + qz * qz)
    Eq = xp.sqrt(m * m + q * q)
    moves = q > 0
    nx, nz = xp.where(moves, qx / xp.where(moves, q, 1.0), 0.0), xp.where(moves, qz / xp.where(moves, q, 1.0), 1.0)
    # s = least + 2 q p* (1 - c); the difference of energies and momenta without cancellation
    least = 2 * m * m + 2 * (m * m * (half * half + q * q)) / (Eq * half + q * p_star)
    slope = 2 * xp.maximum(q * p_star, 1e-300)
    span = xp.log1p(2 * slope / least)
    flat = u[0] < share
    versine = xp.where(flat, 2 * u[1], least / slope * xp.expm1(u[1] * span))
    versine = xp.clip(versine, 0.0, 2.0)
    density = share / 2 + (1 - share) * slope / ((least + slope * versine) * span)
    c, sine = 1 - versine, xp.sqrt(versine * (2 - versine))
    azimuth = 2 * PI * u[2]
    across, y = p_star * sine * xp.cos(azimuth), p_star * sine * xp.sin(azimuth)
    x, z = p_star * c * nx + across * nz, p_star * c * nz - across * nx

    def lepton(sign: float) -> Components:
        lz = gamma * sign * z + gamma_beta * half
        return xp.sqrt(m**2 + x**2 + y**2 + lz**2), sign * x, sign * y, lz

    return lepton(-1.0), lepton(1.0), p_star / (8 * PI * mass) / density
