r"""Look-elsewhere effect of a scan over masses: how often the background alone exceeds a local significance somewhere.

In the limit of many events the local significance z(m) of the background is a Gaussian process of unit variance: the score
:math:`v(m) \cdot \epsilon` of unit vectors v (signal over the square root of the background, less what nuisances can do) and white
noise. Along the curve of v(m), of length L = int sqrt(v'^2) dm, it crosses a level u upwards (Rice)

.. math:: \langle N(u) \rangle = \frac{L}{2\pi} e^{-u^2/2}

times on average, which for q0 = z^2 (z > 0) is the form :math:`\langle N(c) \rangle = \langle N(c_0) \rangle e^{-(c-c_0)/2}` of
:cite:`Gross:2010qma`. The excess at the first mass or an upcrossing later, both rare and independent, give the global p-value
:math:`1 - \Phi(u)\, e^{-\langle N(u) \rangle}`, for small p their sum :math:`p + \langle N(u) \rangle`. The trial factor is global
over local p-value. A narrow line of Gaussian resolution sigma over a smooth background has correlations exp(-d^2/4 sigma^2), so
that L is the distance in units of sqrt(2) sigma.
"""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtr

from darkfactory.errors import InvalidInput
from darkfactory.statistics.fisher import weighted_design
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.poisson_significance import first_count, poisson_p_value
from darkfactory.statistics.toys import toy_data

__all__ = [
    "Upcrossings",
    "correlations",
    "count_in_window",
    "global_p_value",
    "line_length",
    "local_significance",
    "rice",
    "score_toys",
    "steps",
    "toy_upcrossings",
    "trial_factor",
]

Array = NDArray[np.float64]
Upcrossings = Callable[[float], float]
"""Local significance u -> mean number of upcrossings of that level."""
LOW_LEVEL = 0.5
"""Level at which toys are counted: there are many upcrossings, and the form of their number holds at any level."""


def _directions(model: BinnedModel) -> Array:
    """Unit vectors v of the score of every hypothesis, (H, B + K): bins over their error, then auxiliary measurements; 0 where
    the nuisances can do all that the signal does.
    """
    if np.ndim(model.templates) == 3:
        raise InvalidInput(
            "look-elsewhere: the bins differ from mass to mass, so that their correlation is unknown; take bins that are common "
            "to all masses (no search.window)"
        )
    design = weighted_design(model, np.arange(1), model.background[:1])[0]
    base, _ = np.linalg.qr(design[:, 1:] / np.maximum(np.linalg.norm(design[:, 1:], axis=0), 1e-300))
    filled = model.background[0] > 0
    signal = np.zeros((model.n_hypotheses, len(design)))
    signal[:, : model.n_bins] = np.where(
        filled, model.signal / np.sqrt(np.where(filled, model.background[0], 1.0)), 0.0
    )
    left = signal - (signal @ base) @ base.T
    size = np.linalg.norm(left, axis=1)
    known = size > 1e-6 * np.linalg.norm(signal, axis=1)
    return np.asarray(np.where(known[:, None], left / np.where(known, size, 1.0)[:, None], 0.0), dtype=float)


def correlations(model: BinnedModel) -> Array:
    """Correlation of the significances of neighbouring hypotheses, shape (H - 1,); 1 beside one that is not tested.

    Parameters
    ----------
    model : BinnedModel
        Hypotheses in the order of their mass, in bins and over a background that are common to all.

    Returns
    -------
    ndarray

    Raises
    ------
    InvalidInput
        If the hypotheses have templates of their own.
    """
    v = _directions(model)
    tested = np.any(v != 0, axis=1)
    return np.where(tested[1:] & tested[:-1], np.sum(v[1:] * v[:-1], axis=1), 1.0)


def steps(correlation: Array) -> Array:
    """Length of the curve of v(m) between neighbours: exact for Gaussian lines, the angle for any that are close.

    Examples
    --------
    >>> d = np.array([0.1, 1.0, 2.0])  # distance in resolutions
    >>> np.round(steps(np.exp(-(d**2) / 4)) * np.sqrt(2), 6)
    array([0.1, 1. , 2. ])
    """
    return np.sqrt(-2.0 * np.log(np.clip(correlation, 1e-300, 1.0)))


def line_length(position: Array, sigma: Array) -> float:
    """Length of the curve of v(m) for a narrow line over a smooth background.

    Parameters
    ----------
    position, sigma : ndarray, shape (H,)
        Place of the line, rising, and its resolution, in the unit of the variable.

    Examples
    --------
    >>> round(line_length(np.array([0.0, 50.0, 100.0]), np.array([0.5, 0.5, 0.5])), 3)
    141.421
    """
    return float(np.trapezoid(1.0 / sigma, position) / math.sqrt(2.0))


def rice(length: float) -> Upcrossings:
    """Mean number of upcrossings along a curve of this length."""
    return lambda u: length / (2.0 * math.pi) * math.exp(-0.5 * u * u)


def count_in_window(masses: Array, background: Array, half_width: float, kappa: float = 0.0) -> Upcrossings:
    r"""Mean number of upcrossings of the count in a window that slides over the masses.

    The count reaches n when an event enters while there are n - 1: with b events expected in a window of width 2w that happens
    :math:`\int dm\, b/(2w)\, P(N = n-1 | b)` times. Near n the count goes up at a rate b and down at a rate n, a random walk
    that comes back: only the share 1 - b/n of these crossings is the last of its excess, and that is counted. n is the first
    count of that significance.

    Parameters
    ----------
    masses, background : ndarray, shape (H,)
        Masses, rising, and events that are expected in the window around them.
    half_width : float
        w, in the unit of the masses; inf if the count is the same at all masses.
    kappa : float
        Relative uncertainty of the background.
    """
    kappas = np.full(len(masses), kappa)

    def found(u: float) -> float:
        n = first_count(background, u, kappas)
        at = poisson_p_value(n - 1, background, kappas) - poisson_p_value(n, background, kappas)
        return float(np.trapezoid(np.maximum(1.0 - background / n, 0.0) * background * at / (2.0 * half_width), masses))

    return found


def score_toys(model: BinnedModel, n_toys: int, seed: int) -> Array:
    """Significances (H, n_toys) of toys of the background, each at all masses: Poisson counts, scores instead of fits.

    Parameters
    ----------
    model : BinnedModel
        Hypotheses in the order of their mass, in bins that are common to all.
    n_toys, seed : int
        How many, and their seed.
    """
    data, centre = toy_data(model.select(0), 0.0, 0, n_toys, seed)
    background = model.background[0]
    root = np.where(background > 0, np.sqrt(background), 1.0)
    noise = np.concatenate([(data[0] - background) / root, centre[0] / model.priors], axis=1)
    v = _directions(model)
    return np.asarray(v[np.any(v != 0, axis=1)] @ noise.T, dtype=float)


def toy_upcrossings(z: Array) -> Upcrossings:
    """Mean number of upcrossings of toys (H, n_toys), counted at a low level and continued as theirs of any level.

    Parameters
    ----------
    z : ndarray, shape (H, n_toys)
        Significances, in the order of the masses.
    """
    number = float(np.mean(np.sum((z[:-1] < LOW_LEVEL) & (z[1:] >= LOW_LEVEL), axis=0)))
    return lambda u: number * math.exp(-0.5 * (u * u - LOW_LEVEL**2))


def global_p_value(u: float, upcrossings: Upcrossings) -> float:
    """Probability that the background alone reaches a local significance u somewhere.

    Parameters
    ----------
    u : float
        Local significance [standard deviations].
    upcrossings : callable
        Mean number of upcrossings of a level.

    Examples
    --------
    >>> round(global_p_value(4.0, rice(100.0)) / float(ndtr(-4.0)))  # u sqrt(2 pi) L / (2 pi) (1 + ...)
    169
    """
    return float(-np.expm1(log_ndtr(u) - upcrossings(u)))


def local_significance(z: float, upcrossings: Upcrossings) -> float:
    """Local significance that is a global one of z; at least z.

    Parameters
    ----------
    z : float
        Global significance [standard deviations].
    upcrossings : callable
        Mean number of upcrossings of a level, falling with it.

    Examples
    --------
    >>> u = local_significance(3.0, rice(100.0))
    >>> round(u, 3), round(global_p_value(u, rice(100.0)) / float(ndtr(-3.0)), 6)
    (4.331, 1.0)
    """
    from scipy.optimize import brentq

    wanted = math.log(float(ndtr(-z)))

    def excess(u: float) -> float:
        return wanted - math.log(max(global_p_value(u, upcrossings), 1e-300))

    high = z + 1.0
    while excess(high) < 0:
        high += 1.0
    return z if excess(z) >= 0 else float(brentq(excess, z, high, xtol=1e-10))


def trial_factor(z: float, z_local: float) -> float:
    """Global over local p-value of significances [standard deviations]."""
    return float(ndtr(-z) / ndtr(-z_local))
