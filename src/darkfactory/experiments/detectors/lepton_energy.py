"""Response of a positron or lepton energy measurement: from the true x to bins of the measured one."""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import in_range, require
from darkfactory.experiments.declarations import check, choice, number, of_card, positive_number, share
from darkfactory.experiments.detectors.base import EFFICIENCY, FIELD, Detector

__all__ = ["DETECTOR", "FAR", "EnergyResponse", "LeptonDetector"]

Array = NDArray[np.float64]
X_RESOLUTION = positive_number(
    "detector.x_resolution", "Gaussian width sigma of the lepton energy, in units of x, e.g. 0.01 for one percent"
)
RESOLUTION_POWER = number("detector.resolution_power", "exponent p of sigma = x_resolution * x^p", low=-10, high=10)

FAR = 12.0
"""A Gaussian further away than this many widths contributes nothing (1e-33)."""


def _ndtr(u: Array) -> Array:
    from scipy.special import ndtr  # loading a card needs no SciPy

    out, near = (u > 0).astype(float), np.abs(u) < FAR
    out[near] = ndtr(u[near])
    return out


def _phi(u: Array) -> Array:
    return np.exp(-0.5 * u * u) / math.sqrt(2 * math.pi)


def _step_integral(u: Array) -> Array:
    """Integral of the normal CDF from -inf to u."""
    return u * _ndtr(u) + _phi(u)


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
            check(X_RESOLUTION, self.resolution),
            check(RESOLUTION_POWER, self.power),
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
            return _ndtr((e - x[None, :] * (1 + scale)) / sigma)
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


def _cosine(name: str, doc: str) -> Any:
    return number(name, doc, low=-1.0, high=1.0, kind="pairs" if name.endswith("bins") else "number")


@dataclass(frozen=True)
class LeptonDetector(Detector):
    """A detector of one charged lepton: the angles that it covers, and how well it measures the energy."""

    name: ClassVar[str] = "lepton"
    resolution: float = of_card(X_RESOLUTION, need="energy resolution")
    power: float = of_card(RESOLUTION_POWER, 0.0)
    efficiency: float = of_card(EFFICIENCY, 1.0)
    cone_radius: float | None = of_card(
        positive_number("detector.cone_radius", "radius of the forward calorimeter", "mm"),
        None,
        need="angular acceptance",
        particle="muon",
    )
    cone_distance: float | None = of_card(
        positive_number("detector.cone_distance", "distance from the target to the forward calorimeter", "mm"),
        None,
        need="angular acceptance",
        particle="muon",
    )
    cos_theta_low: float = of_card(
        _cosine("detector.cos_theta_low", "lower end of the accepted cos_theta, measured from the beam axis"),
        -1.0,
        need="angular acceptance",
        way=1,
        particle="muon",
    )
    cos_theta_high: float = of_card(
        _cosine("detector.cos_theta_high", "upper end of the accepted cos_theta, measured from the beam axis"),
        1.0,
        need="angular acceptance",
        way=1,
        particle="muon",
    )
    cos_theta_bins: tuple[tuple[float, float], ...] = of_card(
        _cosine("detector.cos_theta_bins", "bins [low, high] of cos_theta, measured from the beam axis"),
        (),
        need="angular acceptance",
        way=2,
        particle="muon",
    )
    field: float | None = of_card(FIELD, None)
    energy_frame: str = of_card(
        choice("detector.energy_frame", "frame in which x is measured", "rest", "cm", "pseudo-rest"), "rest"
    )
    tag_efficiency: float = of_card(
        share("detector.tag_efficiency", "fraction of tau pairs tagged and reconstructed", particles=("tau",)), 1.0
    )

    def contradictions(self) -> list[str | None]:
        """An interval whose ends are in the wrong order."""
        return [_order_problem(self.cos_theta_low, self.cos_theta_high)]

    @classmethod
    def card_problems(cls, values: Mapping[str, Any], user: Set[str]) -> list[str]:
        """An interval whose ends are in the wrong order."""
        low, high = (values.get(f"detector.cos_theta_{end}", sign) for end, sign in (("low", -1.0), ("high", 1.0)))
        problem = _order_problem(low, high)
        return [problem] if problem else []

    @property
    def idle(self) -> tuple[str, ...]:
        """A field that has no cone to hold."""
        return self.keys("field") if self.cone_radius is None else ()

    def response(self, boost_gamma: float, x0: float) -> EnergyResponse:
        """Response to the lepton of a parent that flies with a Lorentz factor; arguments as for :class:`EnergyResponse`."""
        return EnergyResponse(self.resolution, self.power, boost_gamma=boost_gamma, x0=x0)


def _order_problem(low: float, high: float) -> str | None:
    if low < high:
        return None
    return f"detector.cos_theta_low = {low:g}: allowed below detector.cos_theta_high = {high:g}; swap or widen them"


DETECTOR = LeptonDetector
