r"""Quadrature nodes for mu -> e gamma + nothing seen: radiative decay, ALP with photon, and unrelated pairs.

A node is an electron energy, a photon energy and their opening angle with the weight of its volume; acceptance,
resolution and cuts of a detector are functions of these and are multiplied afterwards. Nothing is sampled at random.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import alp_photon, alp_photon_missing_mass, radiative_michel_missing_mass
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.numerics.quadrature import UnitPoints, tensor_points

__all__ = [
    "EventNodes",
    "R",
    "alp_nodes",
    "alp_nodes_massive",
    "heaviest_mass",
    "missing_mass2",
    "pair_nodes",
    "radiative_nodes",
]

Array = NDArray[np.float64]
R = (M_E / M_MU) ** 2
"""(m_e / m_mu)^2."""


@dataclass(frozen=True, eq=False)
class EventNodes:
    """Points of the phase space of electron and photon with weights.

    Attributes
    ----------
    x, y : ndarray
        Reduced energies 2 E_e / m_mu, 2 E_gamma / m_mu.
    cosine : ndarray
        Cosine of the opening angle.
    missing : ndarray
        Q2, missing mass squared over m_mu^2.
    weight : ndarray
        Probability per muon decay (radiative decay), per reference branching ratio BR0 (ALP), or the volume
        dx dy dc / 2 (pairs).
    """

    x: Array
    y: Array
    cosine: Array
    missing: Array
    weight: Array

    def scaled(self, factor: Array) -> EventNodes:
        """Return the nodes with their weights multiplied; those of weight 0 are dropped."""
        weight = self.weight * factor
        kept = weight != 0
        return EventNodes(self.x[kept], self.y[kept], self.cosine[kept], self.missing[kept], weight[kept])


def missing_mass2(x: Array, y: Array, cosine: Array, r: float = R) -> Array:
    """Missing mass squared over m_mu^2, Q2 = 1 + r - x - y + (x y / 2)(1 - beta cos).

    Parameters
    ----------
    x, y, cosine : array_like
        Reduced energies and cosine of the opening angle.
    r : float
        (m_e / m_mu)^2; 0 for a massless electron.

    Returns
    -------
    ndarray
        Q2, negative for pairs that no single decay makes.

    Examples
    --------
    >>> round(float(missing_mass2(0.9, 0.3, -0.9)), 7)
    0.0565164
    """
    beta = np.sqrt(np.maximum(1 - 4 * r / np.asarray(x, dtype=float) ** 2, 0.0))
    return np.asarray(1 + r - x - y + x * y / 2 * (1 - beta * cosine))


def heaviest_mass(electron_min: float, photon_min: float) -> float:
    """Heaviest ALP [MeV] with which mu -> e a gamma passes two energy thresholds (massless electron).

    Parameters
    ----------
    electron_min, photon_min : float
        Lowest energies [MeV].

    Returns
    -------
    float
        m_mu sqrt((1-x)(1-y)); 0 if a threshold is above m_mu / 2.

    Examples
    --------
    >>> round(heaviest_mass(45.0, 10.0), 3)
    36.623
    """
    return float(M_MU * np.sqrt(max(1 - 2 * electron_min / M_MU, 0.0) * max(1 - 2 * photon_min / M_MU, 0.0)))


COUNTS = (48, 48, 64)
"""Default quadrature nodes in photon energy, electron energy and opening angle."""


def _none() -> EventNodes:
    return EventNodes(*(np.zeros(0) for _ in range(5)))


def _flat(weight: Array, *columns: Array) -> EventNodes:
    x, y, cosine, missing = (np.broadcast_to(column, weight.shape).ravel() for column in columns)
    return EventNodes(x, y, cosine, missing, weight.ravel())


def _check_minima(x_min: float, y_min: float, c_max: float) -> None:
    require(
        in_range("x_min", x_min, 0, 2),
        in_range("y_min", y_min, 0, 2, open_low=True, remedy="the photon spectrum is infinite at 0"),
        in_range("c_max", c_max, -1, 1, open_low=True),
    )


def _two_panels(u: Array, at: float, low: Array, middle: Array, high: Array) -> tuple[Array, Array]:
    """Map of [0, 1] on [low, high] that takes ``at`` to ``middle``, linear on both sides, and its derivative."""
    first = u < at
    value = np.where(first, low + (middle - low) * u / at, middle + (high - middle) * (u - at) / (1 - at))
    return value, np.where(first, (middle - low) / at, (high - middle) / (1 - at))


def radiative_nodes(
    x_min: float, y_min: float, c_max: float = 1.0, points: UnitPoints | None = None, y_max: float = 1.0
) -> EventNodes:
    r"""Nodes of mu -> e nu nu gamma above two energies and within an opening angle; weights are branching ratios.

    Tree level, exact electron mass, unpolarised. Flat in ln y, x and t = -ln(1 - beta c); the x range is split where the
    cosine limit and the kinematic one cross. Default quadratures are good to 1e-3 with windows in the angles.

    Parameters
    ----------
    x_min, y_min : float
        Lowest reduced energies; y_min > 0.
    c_max : float
        Largest cosine of the opening angle, in (-1, 1].
    points : UnitPoints, optional
        Points in three dimensions: quadrature (with a break at 1/2 in the second) or random.
    y_max : float
        Largest reduced photon energy.

    Returns
    -------
    EventNodes
        Empty if closed.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> nodes = radiative_nodes(2 * 45 / M_MU, 2 * 10 / M_MU)
    >>> f"{nodes.weight.sum():.3e}"  # B(mu -> e nu nu gamma; E_e > 45 MeV, E_gamma > 10 MeV)
    '2.833e-05'
    """
    _check_minima(x_min, y_min, c_max)
    x_low, y_high = max(x_min, 2 * np.sqrt(R)), min(1 - R, y_max)
    if y_min >= y_high or x_low >= 1 + R:
        return _none()
    points = points or tensor_points(COUNTS, (None, 0.5, None))
    u, v, s = points.axes
    log = np.log(y_high / y_min)
    y = y_min * np.exp(log * u)
    crossing = np.clip((1 - y) / (1 - y * (1 - c_max) / 2), x_low, 1 + R)
    x, dx = _two_panels(v, 0.5, np.full_like(crossing, x_low), crossing, np.full_like(crossing, 1 + R))
    beta = np.sqrt(np.maximum(1 - 4 * R / x**2, 0.0))
    limit = (1 + R - x - y + x * y / 2) / np.maximum(beta * x * y / 2, 1e-300)
    top = np.maximum(np.minimum(c_max, limit), -1.0)
    # 1 - beta c without cancellation where the two are collinear: 1 - beta = 4 r / (x^2 (1 + beta))
    small = 4 * R / (x**2 * (1 + beta)) + beta * (1 - top)
    # from c = -1 up; the square makes the root-like rise of the acceptance there smooth
    span = np.log1p(beta) - np.log(small)
    d = np.exp(np.log1p(beta) - span * s**2)
    z = x * y / 2 * d
    # dQ2 = (x y / 2) dd, dd = d 2 s span ds
    measure = points.weight * log * y * dx * z * 2 * s * span
    density = (
        radiative_michel_missing_mass.missing_mass_prefactor()
        * radiative_michel_missing_mass.missing_mass_density(x, y, z)
    )
    cosine = np.clip((1 - d) / np.where(beta > 0, beta, 1.0), -1.0, 1.0)
    return _flat(measure * np.maximum(density, 0.0), x, y, cosine, np.maximum(1 + R - x - y + z, 0.0))


def pair_nodes(x_min: float, y_min: float, c_max: float, y_max: float, points: UnitPoints | None = None) -> EventNodes:
    """Nodes of unrelated electrons and photons: weights dx dy dc / 2, to be multiplied by the two spectra.

    Parameters
    ----------
    x_min, y_min, c_max, y_max : float
        Lowest reduced energies, largest cosine, largest reduced photon energy; electrons reach x = 1.
    points : UnitPoints, optional
        Points in three dimensions (quadrature with a break at 0.8 in the first, where y = 1).

    Returns
    -------
    EventNodes
        Q2 may be negative.
    """
    _check_minima(x_min, y_min, c_max)
    if y_min >= y_max or x_min >= 1:
        return _none()
    points = points or tensor_points(COUNTS, (0.8, None, None))
    u, v, s = points.axes
    # the spectrum of one decay ends at y = 1: a panel up to there, and one beyond
    middle = min(max(1.0, y_min), y_max)
    log_y, dlog = _two_panels(u, 0.8, *(np.full_like(u, np.log(end)) for end in (y_min, middle, y_max)))
    y = np.exp(log_y)
    x, cosine = x_min + (1 - x_min) * v, -1 + (1 + c_max) * s**2
    weight = points.weight * dlog * y * (1 - x_min) * (1 + c_max) * s
    return _flat(weight, x, y, cosine, missing_mass2(x, y, cosine))


def alp_nodes(
    eta: float, x_min: float, y_min: float, c_max: float = 1.0, points: UnitPoints | None = None
) -> EventNodes:
    r"""Nodes of mu -> e a gamma for a massless electron; the weights are branching ratios over BR0.

    Flat in ln y and ln z. The opening angle follows from the energies: c = 1 - 2 z / (x y).

    Parameters
    ----------
    eta : float
        (m_a / m_mu)^2, >= 0.
    x_min, y_min, c_max : float
        As for :func:`radiative_nodes`.
    points : UnitPoints, optional
        Points in two dimensions (quadrature with a break at 1/2 in the first).

    Returns
    -------
    EventNodes
        Empty if closed. All of them have Q2 = eta.

    Raises
    ------
    InvalidInput
        For numbers outside their domain, or cuts that let collinear photons in, where a massless electron diverges.

    Examples
    --------
    >>> I = alp_nodes(0.0, 76 / M_MU, 76 / M_MU, np.cos(np.radians(140))).weight.sum()
    >>> f"{I:.5e}"  # the cuts of Crystal Box
    '1.26008e-05'
    """
    _check_minima(x_min, y_min, c_max)
    require(in_range("eta", eta, 0))
    if x_min >= 1 or y_min >= 1 or eta >= (1 - x_min) * (1 - y_min):
        return _none()
    if c_max == 1 and x_min + y_min <= 1 - eta:
        raise InvalidInput(
            f"x_min + y_min = {x_min + y_min:g} with c_max = 1: collinear singularity, keep m_e; allowed above "
            f"1 - eta = {1 - eta:g}, or c_max < 1, or alp_nodes_massive"
        )
    points = points or tensor_points((2 * COUNTS[0], COUNTS[1]), (0.5, None))
    u, s = points.axes
    k = (1 - c_max) / 2
    y_high = 1 - eta / (1 - x_min)
    # below the split the cosine limits x, above it x_min does
    split = np.clip((1 - eta - x_min) / (1 - k * x_min), y_min, y_high)
    log_y, dlog = _two_panels(u, 0.5, *(np.full_like(u, np.log(end)) for end in (y_min, split, y_high)))
    y = np.exp(log_y)
    low = np.maximum(x_min, (1 - eta - y) / (1 - y * k))
    high = np.maximum(1 - eta / (1 - y), low)
    first, last = np.log(low + y - 1 + eta), np.log(high + y - 1 + eta)
    z = np.exp(last - (last - first) * s**2)
    x = z - y + 1 - eta
    measure = points.weight * dlog * y * z * (last - first) * 2 * s
    density = alp_photon_missing_mass.massless_electron_prefactor() * alp_photon.massless_electron_density(x, y, eta)
    cosine = np.clip(1 - 2 * z / (x * y), -1.0, 1.0)
    return _flat(measure * np.maximum(density, 0.0), x, y, cosine, np.array(float(eta)))


def alp_nodes_massive(eta: float, x_min: float, y_min: float, points: UnitPoints | None = None) -> EventNodes:
    r"""Nodes of mu -> e a gamma with exact electron mass and all opening angles; weights are over BR0.

    For V+A or V-A couplings; other chiralities differ by terms of order m_e / m_mu.

    Parameters
    ----------
    eta, x_min, y_min, points
        As for :func:`alp_nodes`.

    Returns
    -------
    EventNodes
        Empty if closed.

    Examples
    --------
    >>> I = alp_nodes_massive(0.0, 0.0, 20 / M_MU).weight.sum()
    >>> f"{I:.4e}"  # E_gamma > 10 MeV, collinear photons included
    '2.0364e-02'
    """
    _check_minima(x_min, y_min, 1.0)
    require(in_range("eta", eta, 0))
    y_high = 1 - (np.sqrt(eta) + np.sqrt(R)) ** 2
    if y_min >= y_high:
        return _none()
    points = points or tensor_points((96, 96), (None, None))
    u, s = points.axes
    log = np.log(y_high / y_min)
    y = y_min * np.exp(log * u)
    energy = (1 - y + R - eta) / (2 * np.sqrt(1 - y))
    momentum = np.sqrt(np.maximum(energy**2 - R, 0.0))
    ends = ((2 - y) * energy - y * momentum, (2 - y) * energy + y * momentum)
    low, high = (np.maximum(end / np.sqrt(1 - y), x_min) for end in ends)
    first, last = (np.log(end + y - 1 - R + eta) for end in (low, high))
    z = np.exp(last - (last - first) * s**2)
    x = z - y + 1 + R - eta
    w_V, w_A, _ = alp_photon_missing_mass.coupling_weights(1, 1)
    density = (
        alp_photon_missing_mass.massless_electron_prefactor()
        / 2
        * alp_photon_missing_mass.invariant_density(x, y, z, w_V, w_A)
    )
    measure = points.weight * log * y * z * (last - first) * 2 * s
    beta = np.sqrt(np.maximum(1 - 4 * R / x**2, 1e-30))
    cosine = np.clip((1 - 2 * z / (x * y)) / beta, -1.0, 1.0)
    return _flat(measure * np.maximum(density, 0.0), x, y, cosine, np.array(float(eta)))
