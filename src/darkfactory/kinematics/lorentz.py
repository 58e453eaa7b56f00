"""Four-vectors as arrays with last axis (E, px, py, pz), metric (+, -, -, -), batch axes first."""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace

__all__ = ["boost", "dot", "four_vector", "mass_squared"]


def four_vector(mass: Any, momentum: Any) -> Any:
    """On-shell four-vector of a particle of ``mass`` [MeV] and three-momentum [MeV].

    Parameters
    ----------
    mass : array_like
        Mass [MeV], shape (...).
    momentum : array_like
        Three-momentum [MeV], shape (..., 3).

    Returns
    -------
    array
        (E, px, py, pz) [MeV], shape (..., 4).

    Examples
    --------
    >>> four_vector(3.0, [0.0, 0.0, 4.0]).tolist()
    [5.0, 0.0, 0.0, 4.0]
    """
    xp = namespace(mass, momentum)
    p = xp.asarray(momentum)
    energy = xp.sqrt(xp.asarray(mass) ** 2 + xp.sum(p * p, axis=-1))
    return xp.concatenate([energy[..., None], p], axis=-1)


def dot(p: Any, q: Any) -> Any:
    """Minkowski product p.q [MeV^2] over the last axis."""
    xp = namespace(p, q)
    product = xp.asarray(p) * xp.asarray(q)
    return product[..., 0] - xp.sum(product[..., 1:], axis=-1)


def mass_squared(p: Any) -> Any:
    """Invariant mass squared p.p [MeV^2]; negative for space-like sums and by rounding."""
    return dot(p, p)


def boost(p: Any, beta: Any) -> Any:
    """Four-vector ``p`` of a frame that moves with velocity ``beta``, seen from outside.

    A particle at rest comes out with velocity ``beta``; ``boost(boost(p, b), -b)`` is ``p``.

    Parameters
    ----------
    p : array_like
        Four-vectors [MeV], shape (..., 4).
    beta : array_like
        Velocity in units of c, shape (..., 3), with |beta| < 1.

    Returns
    -------
    array
        Boosted four-vectors [MeV].

    Examples
    --------
    >>> import numpy as np
    >>> boost(np.array([1.0, 0.0, 0.0, 0.0]), np.array([0.0, 0.0, 0.6])).round(12).tolist()
    [1.25, 0.0, 0.0, 0.75]
    """
    xp = namespace(p, beta)
    p, beta = xp.asarray(p), xp.asarray(beta)
    gamma = 1 / xp.sqrt(1 - xp.sum(beta * beta, axis=-1))
    along = xp.sum(beta * p[..., 1:], axis=-1)
    energy = gamma * (p[..., 0] + along)
    # gamma^2/(1+gamma) instead of (gamma-1)/beta^2: regular at rest
    factor = gamma * p[..., 0] + gamma**2 / (1 + gamma) * along
    return xp.concatenate([energy[..., None], p[..., 1:] + factor[..., None] * beta], axis=-1)
