r"""Track length of the primary electrons of a beam in a thick target, in radiation lengths (Tsai).

An electron of energy E0 has energy E after t radiation lengths with density I = L^{bt - 1} / (E0 Gamma(bt)) in E, where
L = ln(E0/E) and b = 4/3. Secondary electrons and positrons of the shower are not included.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import rgamma

from darkfactory.numerics.quadrature import panels, unit_legendre

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

__all__ = ["boson_energies", "boson_energy_at", "electron_loss_at", "electron_losses", "track_length"]

Array = NDArray[np.float64]
B = 4 / 3
LONGEST = 60.0
"""No electron of interest is left behind so many radiation lengths."""
LARGEST_LOG = 16.0
"""Of E0 / E in the table."""
LOWEST_KNOT = -16.0
"""The table starts at L = exp(-4e6); below, the track length is 1 / (b y^2) to all digits."""


@functools.cache
def _table(length: float) -> CubicSpline:
    """Spline of (1 + y^2) exp(-L) times the track length in y = ln L, against arcsinh(y)."""
    from scipy.interpolate import CubicSpline

    knot = np.linspace(LOWEST_KNOT, np.arcsinh(np.log(LARGEST_LOG)), 900)
    y = np.sinh(knot)
    node, weight = panels(8)
    longest = np.minimum(B * length, np.where(y < -0.8, 40 / np.maximum(-y, 0.5), 50.0))
    s = longest[:, None] * node
    moment = longest * np.sum(weight * np.exp(s * y[:, None]) * rgamma(s), axis=-1) / B
    return CubicSpline(knot, (1 + y * y) * np.exp(-np.exp(y)) * moment)


def track_length(log_loss: Any, length: float) -> Any:
    """Track length E0 L times the integral of I over t, which is d T / d ln L, of electrons in a target.

    Parameters
    ----------
    log_loss : array_like
        ln L of the energy loss L = ln(E0/E), L up to 16; the logarithm, because L may be too small for a float.
    length : float
        Thickness of the target in radiation lengths; from 60 on it makes no difference.

    Returns
    -------
    array
        In radiation lengths, to 1e-5 or better: divided by E0 L it is the track length per unit of energy, dT/dE.

    Examples
    --------
    Far below the energy of the beam d T / dE falls as 3/(4 E):

    >>> round(float(track_length(np.log(3.0), 100.0) / 3.0 * 4 / 3 / np.exp(3.0)), 6)
    1.001296
    """
    y = np.asarray(log_loss, dtype=float)
    return (
        _table(min(float(length), LONGEST))(np.maximum(np.arcsinh(y), LOWEST_KNOT)) * np.exp(np.exp(y)) / (1 + y * y)
    )[()]


def electron_losses(largest: Any, peak: float, nodes: int) -> tuple[Array, Array, Array]:
    """Nodes in the energy loss L = ln(E0/E) of electrons between the beam and a boson of energy E_k, in two halves.

    At L -> 0 the track length in L falls as 1/(L ln^2 L) only: there L = (L_max/2) exp(1 - 1/v). At the other end the boson
    takes all the energy, with a peak of relative width ``peak``: there L_max - L = peak (e^w - 1).

    Parameters
    ----------
    largest : array_like, shape (n,)
        L_max = ln(E0/E_k) > 0.
    peak : float
        Width of the peak, m_e^2 / m^2.
    nodes : int
        Nodes of each half.

    Returns
    -------
    tuple of ndarray, shape (n, 2 nodes)
        ln L, ln(E / E_k) = L_max - L without loss of digits, and weights of an integral over ln L.
    """
    top = np.asarray(largest, dtype=float)[:, None]
    v, weight = unit_legendre(nodes)
    halves = [half(v, weight, top, peak) for half in (_small_loss, _large_loss)]
    log_loss, log_share, weights = (np.concatenate(parts, axis=1) for parts in zip(*halves, strict=True))
    return log_loss, log_share, weights


def _small_loss(v: Array, weight: Any, top: Array, peak: float) -> tuple[Array, Array, Array]:
    """Ln L, ln(E / E_k), and the weight of an integral over ln L, in the half of small losses."""
    log_loss = np.log(top / 2) + 1 - 1 / v
    return log_loss, top - np.exp(log_loss), np.broadcast_to(weight / v**2, log_loss.shape)


def _large_loss(v: Array, weight: Any, top: Array, peak: float) -> tuple[Array, Array, Array]:
    """The same in the half of large ones."""
    last = np.log1p(top / (2 * peak))
    rest = peak * np.expm1(last * v)
    loss = top - rest
    return np.log(loss), rest, weight * last * (rest + peak) / loss


def electron_loss_at(u: Any, largest: Any, peak: float) -> tuple[Array, Array, Array]:
    """One energy loss for each uniform number: ln L, ln(E / E_k), weights of an integral over ln L; see :func:`electron_losses`.

    Parameters
    ----------
    u : array_like, shape (n,)
        In (0, 1).
    largest, peak : object
        As there.

    Returns
    -------
    tuple of ndarray, shape (n,)
    """
    v = 2 * np.asarray(u, dtype=float)
    below = v < 1
    first = _small_loss(np.where(below, v, 0.5), 2.0, largest, peak)
    second = _large_loss(np.where(below, 0.5, v - 1), 2.0, largest, peak)
    log_loss, log_share, weight = (np.where(below, one, other) for one, other in zip(first, second, strict=True))
    return log_loss, log_share, weight


def boson_energies(low: float, beam: float, peak: float, nodes: int) -> tuple[Array, Array]:
    """Nodes in the energy of a boson between a threshold and that of the beam, dense near that of the beam.

    Parameters
    ----------
    low, beam : float
        Threshold and energy of the beam, the same unit.
    peak : float
        m_e^2 / m^2: the last 1e-3 of this share of the beam energy is left out.
    nodes : int
        Nodes of each half: even in the logarithm of the energy, and of what is left of the beam's.

    Returns
    -------
    tuple of ndarray, shape (2 nodes,)
        Energies and weights; empty where the threshold is at or above the beam.
    """
    if low >= beam * (1 - 1e-3 * peak):
        return np.empty(0), np.empty(0)
    v, weight = unit_legendre(nodes)
    parts = [part(v, weight, low, beam, peak) for part in _energy_parts(low, beam, peak)]
    return np.concatenate([energy for energy, _ in parts]), np.concatenate([weights for _, weights in parts])


def _middle(low: float, beam: float) -> float:
    return (low + beam) / 2 if low > 0.2 * beam else 0.6 * beam


def _lower_energies(v: Array, weight: Any, low: float, beam: float, peak: float) -> tuple[Array, Array]:
    middle = _middle(low, beam)
    energy = low * (middle / low) ** v
    return energy, energy * weight * np.log(middle / low)


def _upper_energies(v: Array, weight: Any, low: float, beam: float, peak: float) -> tuple[Array, Array]:
    middle = _middle(low, beam)
    ratio = 1e-3 * beam * peak / (beam - middle)
    left = (beam - middle) * ratio**v
    return beam - left, left * weight * -np.log(ratio)


def _energy_parts(low: float, beam: float, peak: float) -> tuple[Any, ...]:
    """Maps of (0, 1) to the energies: there may be no room between the middle and the end."""
    room = 1e-3 * beam * peak < beam - _middle(low, beam)
    return (_lower_energies, _upper_energies) if room else (_lower_energies,)


def boson_energy_at(u: Any, low: float, beam: float, peak: float) -> tuple[Array, Array]:
    """One energy for each uniform number, and weights of an integral over it; see :func:`boson_energies`.

    Parameters
    ----------
    u : array_like, shape (n,)
        In (0, 1).
    low, beam, peak : float
        As there, with room between ``low`` and ``beam``.

    Returns
    -------
    tuple of ndarray, shape (n,)
    """
    parts = _energy_parts(low, beam, peak)
    place = len(parts) * np.asarray(u, dtype=float)
    last = len(parts) - 1
    at_last = place >= last
    first, second = (
        part(np.clip(place - i, 0.0, 1.0), float(len(parts)), low, beam, peak)
        for i, part in ((0, parts[0]), (last, parts[last]))
    )
    energy, weight = (np.where(at_last, other, one) for one, other in zip(first, second, strict=True))
    return energy, weight
