"""Limits of counting experiments: exact Poisson CLs, and the Gaussian window."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammainccinv, ndtr, pdtr, pdtrik

from darkfactory.errors import in_range, one_of, require
from darkfactory.statistics.limits import BANDS, z_value

__all__ = ["POISSON_BELOW", "poisson_expected_limit", "poisson_upper_limit", "window_limit"]

Array = NDArray[np.float64]

POISSON_BELOW = 50.0
"""Expected background events in the window below which Poisson CLs replaces the Gaussian form."""


def poisson_upper_limit(n: ArrayLike, background: ArrayLike, cl: float = 0.90) -> Array:
    r"""Exact CLs upper limit on a Poisson signal over a known background.

    Solves :math:`P(N \le n | s + b) / P(N \le n | b) = 1 - CL`; equal to the Bayesian limit with a flat prior in s. No
    uncertainty of the background.

    Parameters
    ----------
    n : array_like
        Observed events, >= 0; the continuation by the incomplete gamma function is used for non-integers (n = b gives a
        smooth "Asimov" limit).
    background : array_like
        Expected background events, >= 0; broadcasts with ``n``.
    cl : float
        Confidence level, in (0.5, 1).

    Returns
    -------
    ndarray
        Upper limit [events], shape of the broadcast inputs (0-d for scalars).

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    References
    ----------
    :cite:`Read:2002hq`

    Examples
    --------
    >>> np.round(poisson_upper_limit(0, [0.0, 3.0], [0.90, 0.95][0]), 6)     # -ln(1 - cl), whatever the background
    array([2.302585, 2.302585])
    >>> round(float(poisson_upper_limit(0, 0.0, 0.95)), 6)
    2.995732
    """
    z_value(cl, "cls")
    require(in_range("n", n, 0.0, unit="events"), in_range("background", background, 0.0, unit="events"))
    count, b = np.broadcast_arrays(np.asarray(n, dtype=float), np.asarray(background, dtype=float))
    tail = gammaincc(count + 1.0, b)
    usable = tail > 1e-290
    limit = gammainccinv(count + 1.0, (1.0 - cl) * np.where(usable, tail, 0.5)) - b
    return np.asarray(np.where(usable, limit, _far_tail(count, b, cl, ~usable)), dtype=float)


def _far_tail(n: Array, b: Array, cl: float, wanted: NDArray[np.bool_]) -> Array:
    """Limit where P(N <= n | b) underflows, by bisection of log P = n log x - x + log(1 + n/x + n(n-1)/x^2 + ...)."""
    out = np.zeros(n.shape)
    if not wanted.any():
        return out
    count, mean = n[wanted], b[wanted]

    def log_tail(x: Array) -> Array:
        ratios = np.maximum(count[:, None] - np.arange(2000.0), 0.0) / x[:, None]
        return np.asarray(count * np.log(x) - x + np.log1p(np.cumprod(ratios, axis=1).sum(axis=1)), dtype=float)

    goal = log_tail(mean) + np.log(1.0 - cl)
    # far below the background each event of signal costs at least 1 - n/b in log P
    low, high = mean.copy(), mean - np.log(1.0 - cl) / (1.0 - count / mean)
    for _ in range(80):
        middle = 0.5 * (low + high)
        above = log_tail(middle) > goal
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    out[wanted] = low - mean
    return out


def poisson_quantile(probability: ArrayLike, mean: ArrayLike) -> Array:
    """Smallest count n with P(N <= n | mean) >= probability (scipy.stats has it, but takes half a second to import)."""
    p, b = np.broadcast_arrays(np.asarray(probability, dtype=float), np.asarray(mean, dtype=float))
    count = np.ceil(np.where(b > 0, pdtrik(p, np.where(b > 0, b, 1.0)), 0.0))
    below = np.maximum(count - 1.0, 0.0)
    return np.where(pdtr(below, b) >= p, below, count)


def poisson_expected_limit(background: ArrayLike, cl: float = 0.90) -> tuple[Array, Array]:
    """Median and bands of the exact CLs limit over the Poisson counts of the background alone.

    Parameters
    ----------
    background : array_like
        Expected background events, >= 0.
    cl : float
        Confidence level, in (0.5, 1).

    Returns
    -------
    median : ndarray
        Limit at the median count [events], shape of ``background``.
    band : ndarray
        Limits at the counts of -2, -1, 0, +1, +2 standard deviations, shape (..., 5). Counts are discrete, so are
        these.

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    Examples
    --------
    >>> median, band = poisson_expected_limit(0.0, 0.90)
    >>> round(float(median), 6), bool(np.all(band == median))
    (2.302585, True)
    """
    z_value(cl, "cls")
    require(in_range("background", background, 0.0, unit="events"))
    b = np.asarray(background, dtype=float)[..., None]
    counts = poisson_quantile(ndtr(np.array(BANDS, dtype=float)), b)
    band = poisson_upper_limit(counts, np.broadcast_to(b, counts.shape), cl)
    return band[..., 2], band


def window_limit(
    signal_per_mu: ArrayLike, background: ArrayLike, cl: float = 0.90, *, kappa: float = 0.0, method: str = "window"
) -> Array:
    r"""Median expected upper limit of a counting window, :math:`z \sqrt{B + \kappa^2 B^2} / S`.

    Parameters
    ----------
    signal_per_mu : array_like
        Expected signal events per unit of mu; 0 gives inf (closed).
    background : array_like
        Expected background events B, >= 0.
    cl : float
        Confidence level, in (0.5, 1).
    kappa : float
        Relative systematic error of the background, >= 0.
    method : str
        ``window`` or ``kappa``: z one-sided. ``cls``: z of the median CLs, and below ``POISSON_BELOW`` background
        events the exact Poisson limit (median count) in place of z sqrt(B), with the systematic error added in
        quadrature.

    Returns
    -------
    ndarray
        Limit in the units of mu.

    Raises
    ------
    InvalidInput
        If a number is outside its domain, or if a ``window`` or ``kappa`` limit has no background at all.

    Examples
    --------
    >>> float(window_limit(1e8, 1e4, 0.95)) / (1.6448536 * 100 / 1e8)     # doctest: +ELLIPSIS
    1.0000000...
    >>> round(float(window_limit(1.0, 0.0, 0.95, method="cls")), 6)
    2.995732
    """
    require(
        in_range("signal_per_mu", signal_per_mu, 0.0, unit="events"),
        in_range("background", background, 0.0, unit="events"),
        in_range("kappa", kappa, 0.0),
        one_of("method", method, ("window", "kappa", "cls")),
    )
    z = z_value(cl, method)
    signal, b = np.broadcast_arrays(np.asarray(signal_per_mu, dtype=float), np.asarray(background, dtype=float))
    if method == "cls":
        events = np.where(
            b < POISSON_BELOW, poisson_expected_limit(np.minimum(b, POISSON_BELOW), cl)[0], z * np.sqrt(b)
        )
    else:
        remedy = "a Gaussian window needs background events; use method 'cls'"
        require(in_range("background", b, 0.0, open_low=True, unit="events", remedy=remedy))
        events = z * np.sqrt(b)
    events = np.hypot(events, z * kappa * b)
    return np.asarray(np.divide(events, signal, out=np.full(signal.shape, np.inf), where=signal > 0), dtype=float)
