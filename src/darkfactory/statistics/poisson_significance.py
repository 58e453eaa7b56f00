r"""Significance of counted events: exact Poisson tails below `POISSON_BELOW` background events, a profile likelihood above.

The background b is as uncertain as in `counting`: b' = b (1 + kappa)^t with t a standard normal number. The exact p-value of n
counts is P(N >= n | b'), averaged over t. The likelihood is Pois(n | s + b') exp(-t^2/2).
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammainc, gammaincinv, ndtr

from darkfactory.errors import in_range, require
from darkfactory.statistics._roots import rising_root
from darkfactory.statistics.limits import POISSON_BELOW

__all__ = ["counting_discovery", "discovery_steps", "first_count", "poisson_p_value"]

Array = NDArray[np.float64]
MOST_Z = 30.0
"""Largest significance that is looked for; tails below 1e-197 are no statement about an experiment."""
NO_WIDTH = 64.0
"""Largest kappa sqrt(n) at which the Poisson width still matters."""


def poisson_p_value(n: ArrayLike, background: ArrayLike, kappa: ArrayLike = 0.0) -> Array:
    r"""Probability of at least n counts without a signal, :math:`P(N \ge n | b)`.

    Parameters
    ----------
    n : array_like
        Observed events, >= 0; continued by the incomplete gamma function between integers.
    background : array_like
        Expected background events, >= 0; broadcasts with ``n``.
    kappa : array_like
        Relative uncertainty of the background, >= 0, over which the probability is averaged (see the module).

    Returns
    -------
    ndarray
        Shape of the broadcast inputs; 1 for no counts, 0 for counts where no background is possible.

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    Examples
    --------
    >>> np.round(poisson_p_value([0, 3, 3], [1.0, 1.0, 1.0], [0.0, 0.0, 0.5]), 6)  # 1 - 5/(2 e)
    array([1.      , 0.080301, 0.110299])
    """
    require(
        in_range("n", n, 0.0, unit="events"),
        in_range("background", background, 0.0, unit="events"),
        in_range("kappa", kappa, 0.0),
    )
    count, b, error = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (n, background, kappa)))
    some = (count > 0) & (b > 0)
    out = np.where(count > 0, 0.0, 1.0)
    out[some] = _tail(count[some], b[some], error[some])
    return out


def _tail(n: Array, b: Array, kappa: Array) -> Array:
    """P(N >= n) for n, b > 0, shape (K,)."""
    found = gammainc(n, b)
    ratio = kappa * np.sqrt(n)
    for k in np.flatnonzero((ratio > 0) & (ratio <= NO_WIDTH)):
        # steps of t that are smaller than the Poisson width, to where the background alone gives the count
        at = math.log(n[k] / b[k]) / math.log1p(kappa[k])
        step = min(0.125, 0.5 / float(ratio[k]))
        spread = np.arange(-9.0, min(max(at, 0.0) + 9.0, 39.0), step)
        weight = np.exp(-0.5 * spread**2) * (step / math.sqrt(2.0 * math.pi))
        found[k] = gammainc(n[k], b[k] * (1.0 + kappa[k]) ** spread) @ weight
    wide = ratio > NO_WIDTH  # the count is the background, whatever t is
    found[wide] = ndtr(-np.log(n[wide] / b[wide]) / np.log1p(kappa[wide]))
    return np.asarray(found, dtype=float)


def counting_discovery(background: ArrayLike, z: float, kappa: ArrayLike = 0.0) -> Array:
    r"""Signal events that the median experiment sees with a significance.

    Below :data:`POISSON_BELOW` background events: the smallest s with :math:`P(N \ge n | s + b) \ge 1/2`, n being the first
    count whose exact p-value is not above that of z. Above: the s at which n = s + b counts have q0 = z^2. The profiled
    background obeys :math:`t = L\,(n - b e^{Lt})`, L = ln(1 + kappa), so that n and q0 are functions of t/L alone; without an
    uncertainty :math:`q_0 = 2\,((s+b) \ln(1 + s/b) - s)`.

    Parameters
    ----------
    background : array_like
        Expected background events b, >= 0.
    z : float
        Significance [standard deviations], one-sided, in (0, 30].
    kappa : array_like
        Relative uncertainty of the background, >= 0; broadcasts.

    Returns
    -------
    ndarray
        Signal events. Without any background one event is a discovery, and s = ln 2.

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    References
    ----------
    :cite:`Cowan:2010js`, Eq. (97)

    Examples
    --------
    >>> np.round(counting_discovery([0.0, 1.0, 1e4], 5.0), 2)  # ln 2; up to a median count of 9 or more; 5 sqrt(B) + ...
    array([  0.69,   8.67, 504.15])
    """
    require(
        in_range("background", background, 0.0, unit="events"),
        in_range("kappa", kappa, 0.0),
        in_range("z", z, 0.0, MOST_Z, open_low=True, unit="standard deviations"),
    )
    b, error = np.broadcast_arrays(np.asarray(background, dtype=float), np.asarray(kappa, dtype=float))
    few = b < POISSON_BELOW
    out = np.empty(b.shape)
    out[few] = gammaincinv(first_count(b[few], z, error[few]), 0.5) - b[few]
    out[~few] = _asymptotic(b[~few], z, error[~few])
    return out


def first_count(b: Array, z: float, kappa: Array) -> Array:
    """Smallest integer n >= 1 whose exact p-value is not above that of z, by doubling and halving.

    Parameters
    ----------
    b, kappa : ndarray
        Background events and their relative uncertainty, of one shape.
    z : float
        Significance [standard deviations].
    """
    p = float(ndtr(-z))
    low, high = np.zeros(b.shape), np.ones(b.shape)
    while (above := poisson_p_value(high, b, kappa) > p).any():
        low, high = np.where(above, high, low), np.where(above, 2.0 * high, high)
    while (high - low > 1).any():
        middle = np.floor(0.5 * (low + high))
        above = (poisson_p_value(middle, b, kappa) > p) & (high - low > 1)
        low, high = np.where(above, middle, low), np.where(above | (high - low <= 1), high, middle)
    return high


def discovery_steps(count: ArrayLike, z: float) -> Array:
    """Largest background in which ``count`` events are seen with a significance z: just below, a window is best."""
    return np.asarray(gammaincinv(np.asarray(count, dtype=float), ndtr(-z)) * (1 - 1e-9), dtype=float)


def _asymptotic(b: Array, z: float, kappa: Array) -> Array:
    """Signal s with sqrt(q0) = z for n = s + b counts, shape (K,)."""
    log = np.log1p(kappa)

    # u = t/L, b' = b exp(L^2 u), n = b' + u; z bounds the pull t = L u
    def excess(u: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        moved = b * np.exp(np.minimum(log**2 * u, 500.0))
        n = moved + u
        share = -u / n
        root = np.sqrt(np.maximum(2.0 * n * (share - np.log1p(share)) + (log * u) ** 2, 0.0))
        slope = np.log(n / moved) * (log**2 * moved + 1.0) / np.where(root > 0, root, 1.0)
        return root / z - 1.0, slope / z, np.ones(u.shape, dtype=bool)

    start = z * np.sqrt(b) / np.hypot(1.0, log * np.sqrt(b))
    u, _ = rising_root(excess, start, np.zeros(start.shape))
    return np.asarray(b * np.expm1(log**2 * u) + u, dtype=float)
