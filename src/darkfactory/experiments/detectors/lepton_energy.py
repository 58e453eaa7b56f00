"""Response of a positron or lepton energy measurement: from the true x to bins of the measured one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from darkfactory.errors import in_range, positive, require

__all__ = ["EnergyResponse"]

Array = NDArray[np.float64]


def _phi(u: Array) -> Array:
    return np.exp(-0.5 * u * u) / math.sqrt(2 * math.pi)


def _step_integral(u: Array) -> Array:
    """Integral of the normal CDF from -inf to u."""
    return u * ndtr(u) + _phi(u)


@dataclass(frozen=True)
class EnergyResponse:
    r"""Gaussian response around x (1 + scale) with absolute width ``resolution * x**power * (1 + broadening)``.

    In the rest frame of the parent x = E/W; in the ``cm`` frame of a parent that flies, an unpolarised parent's lepton of
    rest-frame energy E fills a flat box in the laboratory energy, and the measured variable is that energy over the
    largest one of the spectrum.

    Parameters
    ----------
    resolution : float
        Width in units of the measured variable at x = 1, > 0.
    power : float
        Exponent of x in the width.
    boost_gamma : float
        Lorentz factor of the parent; 1 (the default) is the rest frame.
    x0 : float
        Mass of the lepton over W, needed for the box of a flying parent.

    Raises
    ------
    InvalidInput
        For a resolution <= 0 or a Lorentz factor < 1.

    Examples
    --------
    >>> response = EnergyResponse(0.01)
    >>> response.bin_fractions(np.array([0.9, 1.0, 1.1]), np.array([1.0])).round(6).ravel().tolist()
    [0.5, 0.5]
    """

    resolution: float
    power: float = 0.0
    boost_gamma: float = 1.0
    x0: float = 0.0

    def __post_init__(self) -> None:
        require(
            positive("detector.x_resolution", self.resolution, remedy="e.g. 0.01 for one percent"),
            in_range("detector.resolution_power", self.power),
            in_range("boost_gamma", self.boost_gamma, 1),
        )

    @property
    def boost_beta(self) -> float:
        """Velocity of the parent in units of c."""
        return math.sqrt(1 - self.boost_gamma**-2)

    @property
    def largest(self) -> float:
        """Largest energy of the spectrum in the frame of the measurement, in units of W."""
        return self.boost_gamma * (1 + self.boost_beta * math.sqrt(1 - self.x0**2))

    def width(self, x: Any, broadening: float = 0.0) -> Any:
        """Gaussian width at true ``x``."""
        return self.resolution * np.asarray(x, dtype=float) ** self.power * (1 + broadening)

    def box(self, x: Any) -> tuple[Any, Any]:
        """Ends of the flat box that true ``x`` fills, in units of the largest laboratory energy."""
        x = np.asarray(x, dtype=float)
        beta = self.boost_beta
        largest = self.largest / self.boost_gamma
        p = np.sqrt(np.maximum(x**2 - self.x0**2, 0.0))
        return (x - beta * p) / largest, (x + beta * p) / largest

    def cumulative(self, edges: Array, x: Array, scale: float = 0.0, broadening: float = 0.0) -> Array:
        """Probability to measure below each edge, shape (edges, x)."""
        e, sigma = edges[:, None], self.width(x, broadening)[None, :]
        if self.boost_gamma == 1.0:
            return np.asarray(ndtr((e - x[None, :] * (1 + scale)) / sigma))
        low, high = (end[None, :] * (1 + scale) for end in self.box(x))
        # a box narrower than this is a point to all digits
        span = np.maximum(high - low, 1e-6 * sigma)
        centre = (low + high) / 2
        u_low, u_high = (e - centre + span / 2) / sigma, (e - centre - span / 2) / sigma
        return np.asarray((_step_integral(u_low) - _step_integral(u_high)) * sigma / span)

    def bin_fractions(self, edges: Array, x: Array, scale: float = 0.0, broadening: float = 0.0) -> Array:
        """Probability to measure in each bin.

        Parameters
        ----------
        edges : ndarray
            Bin edges of the measured variable, shape (B + 1,).
        x : ndarray
            True values, shape (X,).
        scale, broadening : float
            Relative shift of the energy scale and of the width.

        Returns
        -------
        ndarray
            Shape (B, X).
        """
        return np.diff(self.cumulative(edges, x, scale, broadening), axis=0)

    def derivatives(self, edges: Array, x: Array) -> tuple[Array, Array]:
        """Derivatives of :meth:`bin_fractions` in ``scale`` and in ``broadening`` at nominal, shape (B, X) each.

        Exact in the rest frame; by a central difference of step 1e-5 for the box of a flying parent.
        """
        if self.boost_gamma > 1:
            h = 1e-5
            by_scale = self.bin_fractions(edges, x, scale=h) - self.bin_fractions(edges, x, scale=-h)
            by_width = self.bin_fractions(edges, x, broadening=h) - self.bin_fractions(edges, x, broadening=-h)
            return by_scale / (2 * h), by_width / (2 * h)
        sigma = self.width(x)[None, :]
        u = (edges[:, None] - x[None, :]) / sigma
        return np.diff(-x[None, :] / sigma * _phi(u), axis=0), np.diff(-u * _phi(u), axis=0)
