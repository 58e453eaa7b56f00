r"""Limits of counting experiments: exact Poisson CLs below :data:`POISSON_BELOW` background events, Gaussian above.

That holds for expected (:func:`counting_limit`) and observed limits (:func:`counting_observed`) alike. Exact, a background b of
relative uncertainty kappa is averaged over: b' = b (1 + kappa)^t with t a standard normal number (log-normal, one standard
deviation up is a factor 1 + kappa), in both probabilities of CLs = P(N <= n | s + b')/P(N <= n | b'). No count at all then
excludes s = -ln(1 - CL), whatever is known of the background.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, gammainccinv, gammaln, ndtr, ndtri, pdtr, pdtrik

from darkfactory.errors import in_range, one_of, require
from darkfactory.statistics._roots import rising_root
from darkfactory.statistics.limits import BANDS, DISCOVERY, METHODS, POISSON_BELOW, band_values, values_at, z_value
from darkfactory.statistics.poisson_significance import counting_discovery

__all__ = [
    "POISSON_BELOW",
    "CountingLimit",
    "counting_limit",
    "counting_observed",
    "poisson_expected_limit",
    "poisson_upper_limit",
    "window_limit",
]

Array = NDArray[np.float64]

_SPREADS = (
    (4.0, -2.2, np.linspace(-5.0, 5.0, 81)),
    (4.0, -np.inf, np.linspace(-9.0, 9.0, 145)),
    (64.0, -np.inf, np.linspace(-9.0, 9.0, 2305)),
)
"""Largest kappa sqrt(b), and lowest t that a count makes likely; values of t that are nearer to each other than the Poisson
width then is."""


def median_steps(count: ArrayLike) -> Array:
    """Largest mean at which the median Poisson count is still ``count``: just below, a window gives the best limit."""
    return np.asarray(gammainccinv(np.asarray(count, dtype=float) + 1.0, 0.5) * (1 - 1e-9), dtype=float)


def poisson_upper_limit(n: ArrayLike, background: ArrayLike, cl: float = 0.90, kappa: ArrayLike = 0.0) -> Array:
    r"""Exact CLs upper limit on a Poisson signal over a background.

    Solves :math:`P(N \le n | s + b) / P(N \le n | b) = 1 - CL`; of a known background equal to the Bayesian limit with a
    flat prior in s.

    Parameters
    ----------
    n : array_like
        Observed events, >= 0; the continuation by the incomplete gamma function is used for non-integers (n = b gives a
        smooth "Asimov" limit).
    background : array_like
        Expected background events, >= 0; broadcasts with ``n``.
    cl : float
        Confidence level, in (0.5, 1).
    kappa : array_like
        Relative uncertainty of the background, >= 0, over which both probabilities are averaged (see the module).

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
    require(
        in_range("n", n, 0.0, unit="events"),
        in_range("background", background, 0.0, unit="events"),
        in_range("kappa", kappa, 0.0),
    )
    count, b, error = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (n, background, kappa)))
    tail = gammaincc(count + 1.0, b)
    usable = tail > 1e-290
    limit = gammainccinv(count + 1.0, (1.0 - cl) * np.where(usable, tail, 0.5)) - b
    found = np.asarray(np.where(usable, limit, _far_tail(count, b, cl, ~usable)), dtype=float)
    moved = (error > 0) & (b > 0)
    if moved.any():
        found[moved] = _averaged_upper_limit(count[moved], b[moved], error[moved], cl)
    return found


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


def _averaged_upper_limit(n: Array, background: Array, kappa: Array, cl: float) -> Array:
    """CLs limit on s at counts ``n``, the background averaged over its uncertainty; arrays of one shape."""
    found, done = np.empty(n.shape), np.zeros(n.shape, dtype=bool)
    ratio = kappa * np.sqrt(background)  # of what is not known of it to its Poisson width
    likely = np.log(np.maximum(n, 1e-300) / background) / np.log1p(kappa) * ratio**2 / (1.0 + ratio**2)
    for most, lowest, spread in _SPREADS:
        some = ~done & (ratio <= most) & (likely >= lowest)
        if some.any():
            found[some], done[some] = _over_spread(n[some], background[some], kappa[some], cl, spread)
    if not done.all():
        found[~done] = _without_width(n[~done], background[~done], kappa[~done], cl)
    return found


def _without_width(n: Array, background: Array, kappa: Array, cl: float) -> Array:
    """The same where the Poisson width does not matter: the probability that the background is below n - s."""
    at = np.log(np.maximum(n, 1e-300) / background) / np.log1p(kappa)
    far = at < -35.0  # where the probability underflows
    moved = ndtri((1.0 - cl) * ndtr(np.where(far, 0.0, at)))
    moved = np.where(far, -np.sqrt(at**2 - 2.0 * np.log(1.0 - cl)), moved)
    return np.asarray(np.maximum(n - background * (1.0 + kappa) ** moved, -np.log(1.0 - cl)))


def _over_spread(
    n: Array, background: Array, kappa: Array, cl: float, spread: Array
) -> tuple[Array, NDArray[np.bool_]]:
    """The same as a sum over steps of t that are smaller than the Poisson width; not where nothing of it is left."""
    weight = np.exp(-0.5 * spread**2) / np.exp(-0.5 * spread**2).sum()
    means = background[..., None] * (1.0 + kappa[..., None]) ** spread
    count = n[..., None] + np.zeros_like(means)
    known = gammaincc(count + 1.0, means) @ weight
    left = known > 1e-290
    goal = np.log(1.0 - cl) + np.log(np.where(left, known, 1.0))

    def excess(s: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        mean = s[..., None] + means
        tail = np.maximum(gammaincc(count + 1.0, mean) @ weight, 1e-300)
        density = np.exp(count * np.log(mean) - mean - gammaln(count + 1.0)) @ weight
        return goal - np.log(tail), density / tail, left

    found, _ = rising_root(excess, -np.log(1.0 - cl) + np.sqrt(n), np.zeros(n.shape))
    return found, left


def poisson_expected_limit(background: ArrayLike, cl: float = 0.90, kappa: ArrayLike = 0.0) -> tuple[Array, Array]:
    """Median and bands of the exact CLs limit over the Poisson counts of the background alone.

    Parameters
    ----------
    background : array_like
        Expected background events, >= 0.
    cl : float
        Confidence level, in (0.5, 1).
    kappa : array_like
        Relative uncertainty of the background, >= 0, over which each limit averages (see the module); broadcasts.

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
    require(in_range("background", background, 0.0, unit="events"), in_range("kappa", kappa, 0.0))
    mean, error = np.broadcast_arrays(np.asarray(background, dtype=float), np.asarray(kappa, dtype=float))
    b = np.repeat(mean[..., None], len(BANDS), axis=-1)
    counts = poisson_quantile(ndtr(np.array(BANDS, dtype=float)), b)
    band = poisson_upper_limit(counts, b, cl, error[..., None])
    return band[..., 2], band


@dataclass(frozen=True, eq=False)
class CountingLimit:
    """Expected upper limits on signal events over counted backgrounds.

    Attributes
    ----------
    events : ndarray, shape (...)
        Median limit.
    band : ndarray, shape (..., 5)
        At -2, -1, 0, +1, +2 standard deviations of the background.
    poisson : ndarray of bool
        Whether the exact Poisson CLs was used.
    """

    events: Array
    band: Array
    poisson: NDArray[np.bool_]


def counting_limit(
    background: ArrayLike, cl: float = 0.90, method: str = "cls", *, kappa: ArrayLike = 0.0
) -> CountingLimit:
    r"""Median expected limit on signal events: the one rule on few events, for every method.

    From :data:`POISSON_BELOW` background events B on it is :math:`z \sqrt{B + \kappa^2 B^2}` with the method's z. Below,
    whatever the method, it is exact CLs with the background averaged over its uncertainty, and not less than the Gaussian
    form of CLs (which an error of the background of about its own size exceeds), so that more data never weaken a limit
    where the two meet. A ``discovery`` is that of :func:`counting_discovery`.

    Parameters
    ----------
    background : array_like
        Expected background events B, >= 0.
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        One of `METHODS`.
    kappa : array_like
        Relative systematic error of the background, >= 0.

    Returns
    -------
    CountingLimit
        Shapes of the broadcast arguments.

    Raises
    ------
    InvalidInput
        If a number is outside its domain or the method is unknown.

    References
    ----------
    :cite:`Read:2002hq`, :cite:`Cowan:2010js`

    Examples
    --------
    >>> [round(float(counting_limit(0.0, cl, "profile").events), 6) for cl in (0.90, 0.95)]
    [2.302585, 2.995732]
    >>> np.round(counting_limit(0.2754, 0.90).band, 3)
    array([2.303, 2.303, 2.303, 3.655, 5.051])
    """
    require(
        in_range("background", background, 0.0, unit="events"),
        in_range("kappa", kappa, 0.0),
        one_of("method", method, METHODS),
    )
    z_value(cl, method)
    B, error = np.broadcast_arrays(np.asarray(background, dtype=float), np.asarray(kappa, dtype=float))
    few = np.asarray(B < POISSON_BELOW)
    if method == DISCOVERY:
        events = counting_discovery(B, z_value(cl, method), error)
        return CountingLimit(events, np.repeat(events[..., None], len(BANDS), axis=-1), few)
    spread = np.hypot(np.sqrt(B), error * B)[..., None]
    band = np.where(few[..., None], spread * band_values(cl, "cls"), spread * band_values(cl, method))
    if few.any():
        exact = poisson_expected_limit(np.where(few, B, 0.0), cl, np.where(few, error, 0.0))[1]
        band = np.where(few[..., None], np.maximum(exact, band), band)
    return CountingLimit(band[..., 2], band, few)


def counting_observed(n: ArrayLike, background: ArrayLike, cl: float = 0.90, kappa: ArrayLike = 0.0) -> Array:
    r"""Observed CLs limit on signal events by the rule of :func:`counting_limit`: for the median count the expected one.

    From :data:`POISSON_BELOW` background events B on, n - B is a measurement of the signal with error :math:`\sigma`,
    :math:`\sigma^2 = \max(n, B) + \kappa^2 B^2`: :math:`\Phi((n - B - s)/\sigma) = (1 - CL)\,\Phi((n - B)/\sigma)`, and s is
    not below the limit of no count, nor above that of n counts without any background, which an error of more than half of the
    background would exceed. Of fewer events it is :func:`poisson_upper_limit`, and not less than that.

    Parameters
    ----------
    n : array_like
        Observed events, >= 0.
    background : array_like
        Expected background events B, >= 0; broadcasts with ``n``.
    cl : float
        Confidence level, in (0.5, 1).
    kappa : array_like
        Relative systematic error of the background, >= 0.

    Returns
    -------
    ndarray
        Upper limit [events].

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    Examples
    --------
    >>> np.round(counting_observed([400.0, 480.0], 400.0, 0.95, 0.1), 2)  # 1.96 (400 + 40^2)^(1/2)
    array([ 87.65, 155.91])
    """
    require(
        in_range("n", n, 0.0, unit="events"),
        in_range("background", background, 0.0, unit="events"),
        in_range("kappa", kappa, 0.0),
    )
    count, B, error = np.broadcast_arrays(*(np.asarray(given, dtype=float) for given in (n, background, kappa)))
    few = np.asarray(B < POISSON_BELOW)
    spread = np.sqrt(np.maximum(np.maximum(count, B), 1.0) + (error * B) ** 2)
    gaussian = spread * values_at((count - B) / spread, cl, "cls")
    limit = np.clip(gaussian, -np.log1p(-cl), poisson_upper_limit(count, 0.0, cl))
    if few.any():
        exact = poisson_upper_limit(count, np.where(few, B, 0.0), cl, np.where(few, error, 0.0))
        limit = np.where(few, np.maximum(exact, limit), limit)
    return np.asarray(limit)


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
        ``window`` or ``kappa``: z one-sided. ``cls``: z of the median CLs. Below ``POISSON_BELOW`` background events all of
        them are exact, see `counting_limit`.

    Returns
    -------
    ndarray
        Limit in the units of mu.

    Raises
    ------
    InvalidInput
        If a number is outside its domain.

    Examples
    --------
    >>> float(window_limit(1e8, 1e4, 0.95)) / (1.6448536 * 100 / 1e8)     # doctest: +ELLIPSIS
    1.0000000...
    >>> round(float(window_limit(1.0, 0.0, 0.95)), 6)
    2.995732
    """
    require(
        in_range("signal_per_mu", signal_per_mu, 0.0, unit="events"),
        one_of("method", method, ("window", "kappa", "cls")),
    )
    signal, b = np.broadcast_arrays(np.asarray(signal_per_mu, dtype=float), np.asarray(background, dtype=float))
    events = counting_limit(b, cl, method, kappa=kappa).events
    return np.asarray(np.divide(events, signal, out=np.full(signal.shape, np.inf), where=signal > 0), dtype=float)
