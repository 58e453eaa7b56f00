r"""Quadrature nodes for mu -> e gamma + nothing seen: radiative decay, ALP with photon, and unrelated pairs.

A node is an electron energy, a photon energy and their opening angle with the weight of its volume; acceptance,
resolution and cuts of a detector are functions of these and are multiplied afterwards. Nothing is sampled at random.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import alp_photon, radiative_michel
from darkfactory.constants import M_E, M_MU
from darkfactory.errors import InvalidInput, in_range, require
from darkfactory.quadrature import unit_legendre

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


def _log_axis(low: float, high: float, count: int) -> tuple[Array, Array]:
    """Nodes and weights of an integral over y, flat in ln y."""
    t, w = unit_legendre(count)
    y = low * (high / low) ** t
    return y, w * y * np.log(high / low)


def _check_minima(x_min: float, y_min: float, c_max: float) -> None:
    require(
        in_range("x_min", x_min, 0, 2),
        in_range("y_min", y_min, 0, 2, open_low=True, remedy="the photon spectrum is infinite at 0"),
        in_range("c_max", c_max, -1, 1, open_low=True),
    )


def radiative_nodes(
    x_min: float, y_min: float, c_max: float = 1.0, counts: tuple[int, int, int] = (48, 48, 64), y_max: float = 1.0
) -> EventNodes:
    r"""Nodes of mu -> e nu nu gamma above two energies and within an opening angle; weights are branching ratios.

    Tree level, exact electron mass, unpolarised. Gauss-Legendre in ln y, x and t = -ln(1 - beta c); the x range is split
    where the cosine limit and the kinematic one cross. The default counts are good to 1e-3 with windows in the angles.

    Parameters
    ----------
    x_min, y_min : float
        Lowest reduced energies; y_min > 0.
    c_max : float
        Largest cosine of the opening angle, in (-1, 1].
    counts : tuple of int
        Nodes in y, x, t.
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
        return EventNodes(*(np.zeros(0) for _ in range(5)))
    y, wy = _log_axis(y_min, y_high, counts[0])
    t, w = unit_legendre(counts[1] // 2)
    crossing = np.clip((1 - y) / (1 - y * (1 - c_max) / 2), x_low, 1 + R)[:, None]
    x = np.concatenate([x_low + (crossing - x_low) * t, crossing + (1 + R - crossing) * t], axis=1)
    wx = np.concatenate([(crossing - x_low) * w, (1 + R - crossing) * w], axis=1)
    y, wxy = np.broadcast_to(y[:, None], x.shape), wx * wy[:, None]
    beta = np.sqrt(np.maximum(1 - 4 * R / x**2, 0.0))
    limit = (1 + R - x - y + x * y / 2) / np.maximum(beta * x * y / 2, 1e-300)
    top = np.maximum(np.minimum(c_max, limit), -1.0)
    # 1 - beta c without cancellation where the two are collinear: 1 - beta = 4 r / (x^2 (1 + beta))
    small = 4 * R / (x**2 * (1 + beta)) + beta * (1 - top)
    s, ws = unit_legendre(counts[2])
    # t from that of c = -1 up; the square makes the root-like rise of the acceptance at c = -1 smooth
    start, span = np.log1p(beta), -np.log(small) + np.log1p(beta)
    d = np.exp(start[..., None] - span[..., None] * s**2)
    x3, y3, beta3 = (np.broadcast_to(a[..., None], d.shape) for a in (x, y, beta))
    z = x3 * y3 / 2 * d
    cosine = np.clip((1 - d) / np.where(beta3 > 0, beta3, 1.0), -1.0, 1.0)
    # dQ2 = (x y / 2) dd, dd = d 2 s span ds
    measure = wxy[..., None] * x3 * y3 / 2 * d * 2 * s * span[..., None] * ws
    density = radiative_michel.missing_mass_prefactor() * radiative_michel.missing_mass_density(x3, y3, z)
    missing = np.maximum(1 + R - x3 - y3 + z, 0.0)
    return EventNodes(*(a.ravel() for a in (x3, y3, cosine, missing, measure * np.maximum(density, 0.0))))


def pair_nodes(
    x_min: float, y_min: float, c_max: float, y_max: float, counts: tuple[int, int, int] = (48, 48, 64)
) -> EventNodes:
    """Nodes of unrelated electrons and photons: weights dx dy dc / 2, to be multiplied by the two spectra.

    Parameters
    ----------
    x_min, y_min, c_max, y_max : float
        Lowest reduced energies, largest cosine, largest reduced photon energy; electrons reach x = 1.
    counts : tuple of int
        Nodes in y, x, c.

    Returns
    -------
    EventNodes
        Q2 may be negative.
    """
    _check_minima(x_min, y_min, c_max)
    if y_min >= y_max or x_min >= 1:
        return EventNodes(*(np.zeros(0) for _ in range(5)))
    # a panel to y = 1, where the spectrum of one decay ends, and one beyond
    edges = [y_min, 1.0, y_max] if y_min < 1 < y_max else [y_min, y_max]
    parts = [_log_axis(a, b, counts[0] if k == 0 else 8) for k, (a, b) in enumerate(itertools.pairwise(edges))]
    y, wy = (np.concatenate(column) for column in zip(*parts, strict=True))
    t, w = unit_legendre(counts[1])
    s, ws = unit_legendre(counts[2])
    x, wx = x_min + (1 - x_min) * t, (1 - x_min) * w
    cosine, wc = -1 + (1 + c_max) * s**2, (1 + c_max) * 2 * s * ws
    y3, x3, c3 = (a.ravel() for a in np.meshgrid(y, x, cosine, indexing="ij"))
    weight = (wy[:, None, None] * wx[:, None] * wc / 2).ravel()
    return EventNodes(x3, y3, c3, missing_mass2(x3, y3, c3), weight)


def alp_nodes(
    eta: float, x_min: float, y_min: float, c_max: float = 1.0, counts: tuple[int, int] = (48, 48)
) -> EventNodes:
    r"""Nodes of mu -> e a gamma for a massless electron; the weights are branching ratios over BR0.

    Gauss-Legendre in ln y and ln z. The opening angle follows from the energies: c = 1 - 2 z / (x y).

    Parameters
    ----------
    eta : float
        (m_a / m_mu)^2, >= 0.
    x_min, y_min, c_max : float
        As for :func:`radiative_nodes`.
    counts : tuple of int
        Nodes in y and z.

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
    if eta >= (1 - x_min) * (1 - y_min) or x_min >= 1 or y_min >= 1:
        return EventNodes(*(np.zeros(0) for _ in range(5)))
    if c_max == 1 and x_min + y_min <= 1 - eta:
        raise InvalidInput(
            f"x_min + y_min = {x_min + y_min:g} with c_max = 1: collinear singularity, keep m_e; allowed above "
            f"1 - eta = {1 - eta:g}, or c_max < 1, or alp_nodes_massive"
        )
    k = (1 - c_max) / 2
    y_high = 1 - eta / (1 - x_min) if x_min < 1 else y_min
    split = (1 - eta - x_min) / (1 - k * x_min)  # below it the cosine limits x, above it x_min does
    edges = [y_min, split, y_high] if y_min < split < y_high else [y_min, y_high]
    panels = [_log_axis(a, b, counts[0]) for a, b in itertools.pairwise(edges)]
    y, wy = (np.concatenate(column)[:, None] for column in zip(*panels, strict=True))
    low = np.maximum(x_min, (1 - eta - y) / (1 - y * k))
    high = np.maximum(1 - eta / (1 - y), low)
    s, ws = unit_legendre(counts[1])
    first, last = np.log(low + y - 1 + eta), np.log(high + y - 1 + eta)
    z = np.exp(last - (last - first) * s**2)
    x = z - y + 1 - eta
    weight = wy * z * (last - first) * 2 * s * ws
    y2 = np.broadcast_to(y, x.shape)
    density = alp_photon.massless_electron_prefactor() * alp_photon.massless_electron_density(x, y2, eta)
    cosine = np.clip(1 - 2 * z / (x * y2), -1.0, 1.0)
    weight = weight * np.maximum(density, 0.0)
    return EventNodes(*(a.ravel() for a in (x, y2, cosine, np.full(x.shape, float(eta)), weight)))


def alp_nodes_massive(eta: float, x_min: float, y_min: float, counts: tuple[int, int] = (96, 96)) -> EventNodes:
    r"""Nodes of mu -> e a gamma with exact electron mass and all opening angles; weights are over BR0.

    For V+A or V-A couplings; other chiralities differ by terms of order m_e / m_mu.

    Parameters
    ----------
    eta, x_min, y_min, counts
        As for :func:`alp_nodes`.

    Returns
    -------
    EventNodes
        Empty if closed.

    Examples
    --------
    >>> I = alp_nodes_massive(0.0, 0.0, 20 / M_MU).weight.sum()
    >>> f"{I:.4e}"  # E_gamma > 10 MeV, collinear photons included
    '2.0369e-02'
    """
    _check_minima(x_min, y_min, 1.0)
    require(in_range("eta", eta, 0))
    y_high = 1 - (np.sqrt(eta) + np.sqrt(R)) ** 2
    if y_min >= y_high:
        return EventNodes(*(np.zeros(0) for _ in range(5)))
    y, wy = (a[:, None] for a in _log_axis(y_min, y_high, counts[0]))
    energy = (1 - y + R - eta) / (2 * np.sqrt(1 - y))
    momentum = np.sqrt(np.maximum(energy**2 - R, 0.0))
    ends = ((2 - y) * energy - y * momentum, (2 - y) * energy + y * momentum)
    low, high = (np.maximum(end / np.sqrt(1 - y), x_min) for end in ends)
    s, ws = unit_legendre(counts[1])
    first, last = (np.log(end + y - 1 - R + eta) for end in (low, high))
    z = np.exp(last - (last - first) * s**2)
    x = z - y + 1 + R - eta
    y2 = np.broadcast_to(y, x.shape)
    w_V, w_A, _ = alp_photon.coupling_weights(1, 1)
    density = alp_photon.massless_electron_prefactor() / 2 * alp_photon.invariant_density(x, y2, z, w_V, w_A)
    weight = wy * z * (last - first) * 2 * s * ws * np.maximum(density, 0.0)
    beta = np.sqrt(np.maximum(1 - 4 * R / x**2, 1e-30))
    cosine = np.clip((1 - 2 * z / (x * y2)) / beta, -1.0, 1.0)
    return EventNodes(*(a.ravel() for a in (x, y2, cosine, np.full(x.shape, float(eta)), weight)))
