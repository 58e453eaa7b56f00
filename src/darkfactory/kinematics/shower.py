r"""Electrons and positrons of an electromagnetic shower in approximation A: how far they go, in radiation lengths.

Only bremsstrahlung and pair production at complete screening, no losses by ionisation: for energies far above the critical
one, and a target that stops the shower. With L = ln(E0/E), the track length f(L) = E dT/dE of electrons of both charges obeys
linear equations whose Laplace transform in L is a ratio of elementary functions:

    primary: 1 / A(s),    all: 1 / [A(s) - B(s) C(s) / sigma],

A of what an electron loses, C of the photons it makes, sigma of their pairs, B of the electrons in these (Rossi 1952). Pairs are
half positrons; a positron that radiates stays one.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import digamma

__all__ = ["positron_track", "shower_over_primary"]

Array = NDArray[np.float64]
SCREENING = 0.0122
"""1 / (18 ln(183 Z^{-1/3})) of air, as usual in approximation A; from carbon to lead it moves tracks below 0.5%."""
NODES = 24
SMALLEST = 1e-9
"""Of L: below, only the primary electron has this energy."""


def _moments(s: Any) -> tuple[Any, Any]:
    """A(s), and B(s) C(s) / sigma."""
    c = 4 / 3 + 2 * SCREENING
    lost = c * (digamma(s + 2) + np.euler_gamma - 1) + 1 / 2 - 1 / ((s + 1) * (s + 2))
    in_pairs = 2 * (1 / (s + 1) - c / ((s + 2) * (s + 3)))
    photons = c / (s * (s + 1)) + 1 / (s + 2)
    return lost, in_pairs * photons / (7 / 9 - SCREENING / 3)


def _primary(s: Any) -> Any:
    return 1 / _moments(s)[0]


def _secondary(s: Any) -> Any:
    lost, made = _moments(s)
    return made / (lost * (lost - made))


def _inverse(transform: Callable[[Any], Any], log_loss: Any) -> Array:
    """Inverse Laplace transform at L > 0 on Talbot's contour about the singularities, all at s <= 1: to 1e-7."""
    length = np.maximum(np.asarray(log_loss, dtype=float), SMALLEST)
    angle = (np.arange(NODES) + 0.5) * math.pi / NODES
    slope = 1 / np.tan(angle)
    radius = 2 * NODES / 5
    z = radius * angle * (slope + 1j)
    weight = np.exp(z) * radius / NODES * (1 + 1j * (angle + (angle * slope - 1) * slope))
    values = transform(1 + z / length[..., None])
    return np.asarray(np.exp(length) / length * np.sum((values * weight).real, axis=-1))


def positron_track(log_loss: Any) -> Any:
    """Track length E dT/dE of the positrons in the shower of one electron.

    Parameters
    ----------
    log_loss : array_like
        L = ln(E0/E), >= 0.

    Returns
    -------
    array
        In radiation lengths.

    Examples
    --------
    At a tenth of the energy, and its limit 0.437/2 E0/E far below:

    >>> [round(float(positron_track(np.log(ratio))), 4) for ratio in (10.0, 1e3)]
    [1.8621, 218.4211]
    """
    return (_inverse(_secondary, log_loss) / 2)[()]


def shower_over_primary(log_loss: Any) -> Any:
    """Track length of all electrons and positrons in a shower over that of the primary electron alone.

    Parameters
    ----------
    log_loss : array_like
        L = ln(E0/E), >= 0.

    Returns
    -------
    array
        1 at L = 0.

    Examples
    --------
    >>> round(float(shower_over_primary(np.log(10.0))), 4)
    7.0211
    """
    return (1 + _inverse(_secondary, log_loss) / _inverse(_primary, log_loss))[()]
