r"""Decay leptons X -> e+ e- in flight on a disc that stands across the axis of a beam: which of them hit it.

X crosses the plane of the disc at distance rho from its centre and decays a distance D before it; c is the cosine of the e+
in the rest frame of X to its flight. The two leptons lie opposite to each other about the line of X, at
delta = D p_T / p_z, so that the azimuth of the decay is integrated in closed form. The direction of X in p_T / p_z is that of
the axis (small angles). The correlation of the plane of the decay with that of production is not included.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import one_of, require
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["OPTIONS", "DecayShape", "hit_moments", "scalar_shape", "vector_shape"]

Array = NDArray[np.float64]

OPTIONS = {
    "both": "both leptons hit the face, and X has more than the threshold",
    "energy": "the energies of the leptons that hit the face add up to more than the threshold",
    "one": "a given lepton hits the face and has itself more than the threshold; mean of the two charges",
}
"""What a detector may ask of the leptons."""
FAR = 1e12


class DecayShape(NamedTuple):
    """Distribution of c, normalised to mean 1: constant + quadratic c^2, of X with helicity +-1 or spin 0, and helicity 0."""

    constant: Any
    quadratic: Any
    zero_constant: Any
    zero_quadratic: Any


def scalar_shape() -> DecayShape:
    """Isotropic decay of spin 0.

    Examples
    --------
    >>> scalar_shape().quadratic
    0.0
    """
    return DecayShape(1.0, 0.0, 1.0, 0.0)


def vector_shape(lepton_velocity: Any, axial_share: Any = 0.0) -> DecayShape:
    """Decay of a vector; linear terms in c (parity violation) cancel in the sum over the charges.

    Parameters
    ----------
    lepton_velocity : array_like
        Velocity sqrt(1 - 4 m_l^2/m^2) of the leptons in the rest frame of X.
    axial_share : array_like
        Share of the axial coupling in the width.

    Returns
    -------
    DecayShape
        Helicity +-1 and 0 in the ratio 2 : 1 are isotropic.

    Examples
    --------
    >>> [float(number) for number in vector_shape(1.0)]
    [0.75, 0.75, 1.5, -1.5]
    """
    b2 = lepton_velocity**2
    norm = (1 - axial_share) / (1 - b2 / 3)
    return DecayShape(
        norm * (1 - b2 / 2) + axial_share * 0.75,
        norm * b2 / 2 + axial_share * 0.75,
        norm + axial_share * 1.5,
        -norm * b2 - axial_share * 1.5,
    )


def hit_moments(
    option: str,
    energy: Any,
    mass: float,
    lepton_mass: float,
    distance: Any,
    offset: Any,
    radius: float,
    threshold: float,
    nodes: int = 40,
) -> tuple[Array, Array]:
    """Shares of decays that a detector takes, averaged over c: of isotropic decays, and weighted with c^2.

    Parameters
    ----------
    option : str
        One of ``OPTIONS``.
    energy : array_like, shape (k,)
        Energies of X, above its mass.
    mass, lepton_mass : float
        Masses, in the unit of ``energy``.
    distance : array_like, shape (z,)
        From the decay to the face along the axis, >= 0.
    offset : array_like, shape (j,)
        Where the line of X crosses the plane of the face, from the centre; >= 0.
    radius : float
        Of the face, in the unit of ``distance``.
    threshold : float
        Energy threshold.
    nodes : int
        Gauss nodes in c, of each part of (0, 1) if the threshold splits it.

    Returns
    -------
    tuple of ndarray, shape (k, z, j)
        Integrals of a dc/2 and of a c^2 dc/2 over (-1, 1), where a is the share at fixed c.

    Raises
    ------
    InvalidInput
        For an unknown option.
    """
    require(one_of("acceptance", option, OPTIONS))
    energy, distance = np.atleast_1d(energy).astype(float), np.atleast_1d(distance).astype(float)
    scaled = np.maximum(np.atleast_1d(offset).astype(float) / radius, 1e-9)
    # leptons on either side of the line of X cannot both hit a disc that the line misses
    reached = scaled < 1 if option == "both" else np.full(scaled.shape, True)
    s = scaled[reached]
    result = np.zeros((2, energy.size, distance.size, scaled.size))
    for k, x_energy in enumerate(energy):
        result[:, k][..., reached] = _at_energy(
            option, x_energy, mass, lepton_mass, distance / radius, s, threshold, nodes
        )
    return result[0], result[1]


def _cosines(break_at: float, nodes: int) -> tuple[Array, Array]:
    """Nodes and weights of c on (0, 1), split where a lepton crosses the threshold."""
    c, weight = unit_legendre(nodes)
    if not 0 < break_at < 1:
        return c, weight
    left = 1 - break_at
    return np.concatenate([break_at * c, break_at + left * c]), np.concatenate([break_at * weight, left * weight])


def _at_energy(
    option: str, energy: float, mass: float, lepton_mass: float, distance: Array, s: Array, threshold: float, nodes: int
) -> Array:
    """Both moments at one energy of X, (2, z, j); lengths in units of the radius of the face."""
    gamma, velocity = energy / mass, np.sqrt((1 - mass / energy) * (1 + mass / energy))
    star = np.sqrt((1 - 2 * lepton_mass / mass) * (1 + 2 * lepton_mass / mass))
    asymmetry = velocity * star
    middle = (2 * threshold / energy - 1) / asymmetry  # c above which the e+ is above the threshold
    c, weight = _cosines(-1.0 if option == "both" else abs(middle), nodes)
    transverse = star * np.sqrt((1 - c) * (1 + c)) / gamma
    miss_plus = _missing_azimuth(transverse, velocity + star * c, distance, s)
    miss_minus = _missing_azimuth(transverse, velocity - star * c, distance, s)
    hit_both = np.maximum(1 - miss_plus - miss_minus, 0.0)
    plus, minus = c > middle, c < -middle  # above the threshold
    if option == "both":
        taken = hit_both * float(energy > threshold)
    elif option == "energy":
        taken = hit_both * float(energy > threshold)
        taken += (1 - miss_plus - hit_both) * plus + (1 - miss_minus - hit_both) * minus
    else:
        taken = ((1 - miss_plus) * plus + (1 - miss_minus) * minus) / 2
    return np.moveaxis(taken @ np.stack([weight, weight * c * c], axis=1), -1, 0)


def _missing_azimuth(transverse: Array, forward: Array, distance: Array, s: Array) -> Array:
    """Share of the azimuth at which a lepton misses the unit disc, (z, j, c)."""
    slope = np.where(forward > 0, transverse / np.where(forward > 0, forward, 1.0), FAR)
    delta = np.clip(distance[:, None] * slope, 1e-12, FAR)[:, None, :]
    half = (0.5 / s)[:, None]
    cosine = ((1 - s) * (1 + s))[:, None] * half / delta
    cosine -= half * delta
    np.clip(cosine, -1.0, 1.0, out=cosine)
    np.arccos(cosine, out=cosine)
    cosine *= 1 / np.pi
    return cosine
