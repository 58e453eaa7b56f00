r"""A Gaussian line of known position over a smooth background: limits in closed form.

The background is flat under the line, or begins with a step (an edge) that the resolution smears. What counts is the
information of the spectrum about the number of signal events, I = sum s^2/b for unit signal s. Everything is in units of
the resolution sigma of the line, over sigma times the background density: ``information`` j means I = j / (sigma n_b).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

from darkfactory.errors import in_range, one_of, require
from darkfactory.statistics.counting import counting_limit
from darkfactory.statistics.limits import DISCOVERY

__all__ = [
    "FLAT_INFORMATION",
    "FLOATING",
    "WINDOW_EFFICIENCY",
    "WINDOW_HALF_WIDTH",
    "LineLimit",
    "edge_information",
    "flat_information",
    "flat_information_near_edge",
    "line_limit",
]

Array = NDArray[np.float64]
FLAT_INFORMATION = 1 / (2 * math.sqrt(math.pi))
"""Information of a line over a known flat background; its inverse 3.544908 is the width of the equivalent window."""
WINDOW_HALF_WIDTH, WINDOW_EFFICIENCY = 1.400, 0.9435
"""Best counting window [sigma], and its sensitivity relative to the full spectrum."""
FLOATING = ("fixed", "level", "quadratic")
"""What the fit may change of the flat background: nothing, its level, level and quadratic shape."""
_GRID = np.linspace(-10.0, 10.0, 8001)


def flat_information(floating: str = "fixed", half_width: ArrayLike = math.inf) -> Array:
    r"""Information about a line over a flat background whose level or shape is fitted within a window.

    Parameters
    ----------
    floating : {"fixed", "level", "quadratic"}
        What is fitted. A slope alone costs nothing, the line being symmetric in its window.
    half_width : array_like
        Half width W of the window in resolutions, >= 4; inf for all of the spectrum.

    Returns
    -------
    ndarray
        0.282095 - 1/(2W) - (5/2W) ((3/W^2 - 1)/2)^2, the last term for ``quadratic`` only.

    Raises
    ------
    InvalidInput
        For an unknown word or a window that is too narrow.

    Examples
    --------
    >>> [round(float(np.sqrt(FLAT_INFORMATION / flat_information(f, 10))), 3) for f in FLOATING]
    [1.0, 1.102, 1.276]
    """
    require(
        one_of("floating", floating, FLOATING),
        in_range("half_width", np.minimum(half_width, 1e300), 4, remedy="resolutions; the line alone needs 3"),
    )
    W = np.asarray(half_width, dtype=float)
    if floating == "fixed":
        return np.full(W.shape, FLAT_INFORMATION)
    found = FLAT_INFORMATION - 1 / (2 * W)
    if floating == "quadratic":
        found = found - 5 / (2 * W) * ((3 / W**2 - 1) / 2) ** 2
    return np.asarray(found, dtype=float)


def edge_information(position: ArrayLike, events: ArrayLike = math.inf, shift: float = 0.0) -> Array:
    r"""Information about a line near the edge of a background that is 0 below and flat above it.

    The background is Phi(t), t in resolutions from the edge: the line at the edge itself sees little of it.

    Parameters
    ----------
    position : array_like
        Distance t0 of the line above the edge, in resolutions, >= 0.
    events : array_like
        Background events per resolution, sigma n_b; counts with a shift only.
    shift : float
        Prior width of a shift of the edge, in resolutions; 0 fixes it, inf leaves it to the data.

    Returns
    -------
    ndarray
        int phi(t - t0)^2 / Phi(t) dt, less what the shift takes.

    Raises
    ------
    InvalidInput
        For a negative position or shift.

    Examples
    --------
    >>> [round(float(edge_information(t0)), 6) for t0 in (0.0, 8.0)]
    [0.903197, 0.282095]
    """
    shift_problem = None if shift == math.inf else in_range("shift", shift, 0)
    require(in_range("position", position, 0), shift_problem)
    t0, n = np.broadcast_arrays(np.asarray(position, dtype=float), np.asarray(events, dtype=float))
    flat = np.minimum(t0, 12.0)[..., None]
    t = _GRID + flat / 2
    line, edge = -0.5 * (t - flat) ** 2, -0.5 * t**2
    step = (_GRID[1] - _GRID[0]) / (2 * math.pi)

    def integral(exponent: Array) -> Array:
        return np.asarray(np.sum(np.exp(exponent - log_ndtr(t)), axis=-1) * step)

    own = integral(2 * line)
    if shift == 0:
        return own
    mixed, moved = integral(line + edge), integral(2 * edge)
    prior = 0.0 if shift == math.inf else 1 / shift**2
    # information on the number of signal events and on the shift, over 1/n: rows (own, mixed; mixed, moved + prior/n)
    share = mixed**2 / (moved + prior / np.maximum(n, 1e-300))
    return np.asarray(own - share, dtype=float)


def flat_information_near_edge(position: ArrayLike, events: ArrayLike, shift: float) -> Array:
    r"""Information about a line over a background taken as flat, which in truth has an edge that may be shifted.

    A shifted edge is a spurious line at the edge, of as many events as the background has in the shift.

    Parameters
    ----------
    position : array_like
        Distance t0 of the line above the edge, in resolutions, >= 0.
    events : array_like
        Background events per resolution, sigma n_b, > 0.
    shift : float
        Prior width of the shift, in resolutions; 0 fixes the edge, inf leaves it to the data.

    Returns
    -------
    ndarray
        j - (j e^(-t0^2/4))^2 / (j + 1 / (n shift^2)) with j of a flat background.

    Raises
    ------
    InvalidInput
        For a negative position or shift.

    Examples
    --------
    >>> n, shift = 1e4, 0.05
    >>> j = flat_information_near_edge(0.0, n, shift)  # the variances of line and shift add
    >>> bool(np.isclose(n / j, n / FLAT_INFORMATION + (n * shift) ** 2))
    True
    """
    require(in_range("position", position, 0), None if shift == math.inf else in_range("shift", shift, 0))
    t0, n = np.broadcast_arrays(np.asarray(position, dtype=float), np.asarray(events, dtype=float))
    if shift == 0:
        return np.full(t0.shape, FLAT_INFORMATION)
    prior = 0.0 if shift == math.inf else 1 / shift**2
    mixed = FLAT_INFORMATION * np.exp(-0.25 * t0**2)
    return np.asarray(FLAT_INFORMATION - mixed**2 / (FLAT_INFORMATION + prior / np.maximum(n, 1e-300)), dtype=float)


@dataclass(frozen=True, eq=False)
class LineLimit:
    """Expected upper limits on signal events.

    Attributes
    ----------
    events : ndarray, shape (...)
        Median limit.
    band : ndarray, shape (..., 5)
        At -2, -1, 0, +1, +2 standard deviations of the background.
    effective_background : ndarray
        Events whose Poisson fluctuation is the error of the signal.
    poisson : ndarray of bool
        Whether the exact Poisson CLs was used.
    """

    events: Array
    band: Array
    effective_background: Array
    poisson: NDArray[np.bool_]


def line_limit(
    density: ArrayLike,
    sigma: ArrayLike,
    cl: float,
    method: str,
    *,
    information: ArrayLike = FLAT_INFORMATION,
    gain: ArrayLike = 1.0,
    kappa: float = 0.0,
) -> LineLimit:
    r"""Median expected limit on the events of a line, z sqrt(B + kappa^2 B^2) with B = sigma n_b / (j R^2).

    Parameters
    ----------
    density : array_like
        Background events n_b per unit of the variable, >= 0.
    sigma : array_like
        Resolution, > 0, in that unit.
    cl : float
        Confidence level.
    method : {"cls", "profile", "fisher", "discovery"}
        Its z; below 50 effective background events every method is exact Poisson CLs (`counting_limit`).
    information : array_like
        j from :func:`flat_information` or :func:`edge_information`.
    gain : array_like
        R >= 1, what further variables gain over the line alone.
    kappa : float
        Relative error of the background that looks like the line, e.g. of its shape.

    Returns
    -------
    LineLimit
        Shapes of the broadcast arguments.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    References
    ----------
    :cite:`Cowan:2010js`, :cite:`Read:2002hq`

    Examples
    --------
    >>> limit = line_limit(1e6, 0.4, 0.95, "cls")
    >>> round(float(limit.events / (1.959964 * np.sqrt(3.544908 * 0.4 * 1e6))), 6)
    1.0
    >>> round(float(line_limit(0.0, 0.4, 0.95, "cls").events), 6)
    2.995732
    """
    require(
        in_range("density", density, 0),
        in_range("sigma", sigma, 0, open_low=True),
        in_range("information", information, 0, open_low=True),
        in_range("gain", gain, 0, open_low=True),
        in_range("kappa", kappa, 0),
        one_of("method", method, ("cls", "profile", "fisher", DISCOVERY)),
    )
    n_b, width, j, R = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in (density, sigma, information, gain)))
    B = n_b * width / (j * R**2)
    found = counting_limit(B, cl, method, kappa=kappa)
    return LineLimit(found.events, found.band, B, found.poisson)
