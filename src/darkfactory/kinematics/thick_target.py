r"""Track length of the primary electrons of a beam in a thick target, in radiation lengths (Tsai).

An electron of energy E0 has energy E after t radiation lengths with density I = L^{bt - 1} / (E0 Gamma(bt)) in E, where
L = ln(E0/E) and b = 4/3. Secondary electrons and positrons of the shower are not included.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline
from scipy.special import rgamma

from darkfactory.numerics.quadrature import panels, unit_legendre

__all__ = ["boson_energies", "electron_losses", "track_length"]

Array = NDArray[np.float64]
B = 4 / 3
LONGEST = 60.0
"""No electron of interest is left behind so many radiation lengths."""
LARGEST_LOG = 16.0
"""Of E0 / E in the table."""


@functools.cache
def _table(length: float) -> CubicSpline:
    """Spline of (1 + y^2) exp(-L) times the track length in y = ln L, against arcsinh(y)."""
    knot = np.linspace(-40.0, np.arcsinh(np.log(LARGEST_LOG)), 1200)
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

    >>> round(float(track_length(np.log(3.0), 100.0) / 3.0) * 4 / 3 / np.exp(3.0), 6)
    1.001295
    """
    y = np.asarray(log_loss, dtype=float)
    return (_table(min(float(length), LONGEST))(np.arcsinh(y)) * np.exp(np.exp(y)) / (1 + y * y))[()]


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
    log_low = np.log(top / 2) + 1 - 1 / v
    low = np.exp(log_low)
    last = np.log1p(top / (2 * peak))
    rest = peak * np.expm1(last * v)
    high = top - rest
    # d ln L = dv / v^2, and dL / L
    weights = np.concatenate([np.broadcast_to(weight / v**2, low.shape), weight * last * (rest + peak) / high], axis=1)
    return np.concatenate([log_low, np.log(high)], axis=1), np.concatenate([top - low, rest], axis=1), weights


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
    middle = (low + beam) / 2 if low > 0.2 * beam else 0.6 * beam
    node, weight = unit_legendre(nodes)
    first = low * (middle / low) ** node
    ratio = 1e-3 * beam * peak / (beam - middle)
    if ratio >= 1:  # no room between the middle and the end
        return first, first * weight * np.log(middle / low)
    left = (beam - middle) * ratio**node
    weights = [first * weight * np.log(middle / low), left * weight * -np.log(ratio)]
    return np.concatenate([first, beam - left]), np.concatenate(weights)
