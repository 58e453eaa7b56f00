"""Toy experiments, auxiliary measurements included: coverage of intervals, distributions of limits and of best fits."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtr, ndtri

from darkfactory.errors import in_range, one_of, require
from darkfactory.numerics.streams import stream
from darkfactory.statistics._fits import Fitter
from darkfactory.statistics.counting import POISSON_BELOW, counting_observed
from darkfactory.statistics.expected import effective_events, limit_window
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import BANDS, z_value
from darkfactory.statistics.observed import best_fits, observed_runs
from darkfactory.statistics.significance import exact_p_values, excess_runs

__all__ = ["Coverage", "ToyFits", "ToyLimits", "coverage", "toy_data", "toy_fits", "toy_limits"]

Array = NDArray[np.float64]

BLOCK = 256
"""Toys drawn from one random stream, always as a whole block: a toy does not depend on how many are asked for."""


@dataclass(frozen=True)
class Coverage:
    """Fraction of toys whose interval contains the true mu.

    Attributes
    ----------
    fraction : float
        Coverage.
    error : float
        Its binomial standard error.
    n_toys : int
        Toys with a converged fit.
    failed : int
        Toys without one, left out.
    """

    fraction: float
    error: float
    n_toys: int
    failed: int


@dataclass(frozen=True, eq=False)
class ToyLimits:
    """Distribution of observed limits over toys, for H hypotheses.

    Attributes
    ----------
    median, error : ndarray, shape (H,)
        Median limit and its standard error (half the distance of the order statistics one sigma away); inf without
        toys.
    band : ndarray, shape (H, 5)
        Quantiles at -2, -1, 0, +1, +2 standard deviations.
    limits : ndarray, shape (H, n_toys)
        Limit of each toy; inf where it failed.
    failed : ndarray of int, shape (H,)
        Toys without a converged fit, left out of the quantiles.
    """

    median: Array
    error: Array
    band: Array
    limits: Array
    failed: NDArray[np.intp]


def toy_data(
    model: BinnedModel, mu_true: ArrayLike, first: int, n_toys: int, seed: int, *, theta: ArrayLike | None = None
) -> tuple[Array, Array]:
    """Counts and auxiliary measurements of toys ``first`` ... ``first + n_toys - 1``.

    Every hypothesis and every block of toys has its own counter-based stream (see :mod:`darkfactory.numerics.streams`), so
    that a toy is the same whatever chunk it is asked in.

    Parameters
    ----------
    model : BinnedModel
        Model with H hypotheses.
    mu_true : array_like, scalar or shape (H,)
        True signal strength, >= 0.
    first, n_toys : int
        Range of toys.
    seed : int
        Seed, 0 <= seed < 2^64.
    theta : array_like, shape (K,), optional
        True nuisances, default nominal; auxiliary measurements scatter around them with the prior widths.

    Returns
    -------
    counts : ndarray, shape (H, n_toys, B)
        Poisson counts.
    centre : ndarray, shape (H, n_toys, K)
        Auxiliary measurements; 0 for free nuisances.

    Raises
    ------
    InvalidInput
        If a number is outside its domain or the expectation is negative at ``theta``.

    Examples
    --------
    >>> model = BinnedModel(signal=[[1.0]], templates=[[100.0]])
    >>> early, late = (toy_data(model, 0.0, first, 300, seed=1)[0] for first in (0, 100))
    >>> bool(np.all(early[:, 100:] == late[:, :200]))
    True
    """
    require(
        in_range("seed", seed, 0, 2**64, open_high=True),
        in_range("n_toys", n_toys, 1),
        in_range("mu_true", mu_true, 0.0),
    )
    truth = np.zeros(len(model.nuisances)) if theta is None else np.asarray(theta, dtype=float)
    expected = model.expectation(mu_true, truth)
    require(in_range("expectation of the toys", expected, 0.0, 9e18, unit="counts", remedy="counts per bin"))
    width = np.where(np.isfinite(model.priors), model.priors, 0.0)
    blocks = range(first // BLOCK, (first + n_toys - 1) // BLOCK + 1)
    counts = np.empty((model.n_hypotheses, len(blocks) * BLOCK, model.n_bins))
    centre = np.empty((*counts.shape[:2], len(width)))
    for h in range(model.n_hypotheses):
        for i, block in enumerate(blocks):
            generator = stream(seed, f"statistics.toys {h}", block)
            part = np.s_[h, i * BLOCK : (i + 1) * BLOCK]
            centre[part] = np.where(width > 0, truth, 0.0) + width * generator.standard_normal((BLOCK, len(width)))
            counts[part] = generator.poisson(expected[h], (BLOCK, model.n_bins))
    offset = first - blocks[0] * BLOCK
    return counts[:, offset : offset + n_toys], centre[:, offset : offset + n_toys]


def coverage(
    model: BinnedModel,
    mu_true: float,
    n_toys: int = 4000,
    seed: int = 0,
    cl: float = 0.90,
    interval: str = "upper",
    *,
    hypothesis: int = 0,
    chunk: int = 1024,
) -> Coverage:
    """Coverage of profile-likelihood intervals on toys.

    Parameters
    ----------
    model : BinnedModel
        Model; one of its hypotheses is used.
    mu_true : float
        True signal strength, >= 0.
    n_toys, seed : int
        Number of toys and their seed.
    cl : float
        Confidence level, in (0.5, 1).
    interval : str
        ``upper``: mu up to the one-sided profile limit. ``central``: all mu with q(mu) below the square of the
        two-sided z.
    hypothesis : int
        Row of the signal.
    chunk : int
        Toys fitted at once; the result does not depend on it.

    Returns
    -------
    Coverage
        Fraction with its binomial error.

    Raises
    ------
    InvalidInput
        If a number is outside its domain, or the hypothesis is closed.

    References
    ----------
    :cite:`Cowan:2010js`, Eqs. (8), (14)

    Examples
    --------
    >>> found = coverage(BinnedModel(signal=[[1.0]], templates=[[1e4]]), mu_true=100.0, n_toys=2000, seed=1)
    >>> abs(found.fraction - 0.90) < 4 * found.error
    True
    """
    require(
        one_of("interval", interval, ("upper", "central")), in_range("n_toys", n_toys, 1), in_range("chunk", chunk, 1)
    )
    z = z_value(cl, "cls" if interval == "central" else "profile")
    one = model.select(hypothesis)
    require("hypothesis is closed: it has no signal, so nothing to cover" if one.closed[0] else None)
    fitter = Fitter(one)
    truth = mu_true / fitter.scale[0]
    covered = kept = 0
    for first in range(0, n_toys, chunk):
        size = min(chunk, n_toys - first)
        data, centre = toy_data(one, mu_true, first, size, seed)
        best = best_fits(fitter, data, centre, x_lower=-np.inf)
        held = fitter(data, np.full((1, size), truth), frozen=True, start=best.theta, centre=centre)
        inside = 2.0 * (held.nll - best.nll) <= z * z
        if interval == "upper":
            inside |= best.x >= truth
        good = best.converged & held.converged
        covered += int(np.sum(inside & good))
        kept += int(np.sum(good))
    fraction = covered / max(kept, 1)
    error = max(float(np.sqrt(fraction * (1.0 - fraction) / max(kept, 1))), 1.0 / max(kept, 1))
    return Coverage(fraction, error, kept, n_toys - kept)


def toy_limits(
    model: BinnedModel,
    n_toys: int = 1000,
    seed: int = 0,
    cl: float = 0.90,
    method: str = "cls",
    *,
    mu_true: ArrayLike = 0.0,
    chunk: int = 1024,
) -> ToyLimits:
    """Distribution of the observed (asymptotic) limit over toys: a check of the Asimov median and bands.

    Parameters
    ----------
    model : BinnedModel
        Model with H hypotheses.
    n_toys, seed : int
        Number of toys per hypothesis and their seed.
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        ``cls`` or ``profile``, as for `observed_limit`.
    mu_true : array_like
        True signal strength, default background only.
    chunk : int
        Toys fitted at once; the result does not depend on it.

    Returns
    -------
    ToyLimits
        Median with its error, bands, and all limits; inf for closed hypotheses.

    Raises
    ------
    InvalidInput
        If a number is outside its domain or the method is unknown.

    Examples
    --------
    >>> found = toy_limits(BinnedModel(signal=[[1.0]], templates=[[1e4]]), n_toys=500, seed=1, method="profile")
    >>> bool(abs(found.median[0] - 128.8) < 5 * found.error[0])     # z sqrt(B) = 128.2 for large counts
    True
    """
    require(one_of("method", method, ("profile", "cls")), in_range("n_toys", n_toys, 1), in_range("chunk", chunk, 1))
    z_value(cl, method)
    limits = np.full((model.n_hypotheses, n_toys), np.inf)
    mu = np.broadcast_to(np.asarray(mu_true, dtype=float), model.n_hypotheses)
    for h in np.flatnonzero(~model.closed):
        fitter = Fitter(model.select(h))
        for first in range(0, n_toys, chunk):
            size = min(chunk, n_toys - first)
            data, centre = toy_data(fitter.model, mu[h], first, size, seed)
            found = observed_runs(fitter, data, cl, method, centre)
            limits[h, first : first + size] = np.where(found.solved[0], found.limit[0], np.inf)
    return _summary(limits, model)


@dataclass(frozen=True, eq=False)
class ToyFits:
    """Fits of toys of one hypothesis.

    Attributes
    ----------
    limit, best_fit, z : ndarray, shape (n_toys,)
        Observed limit and best fit of each [units of mu], and its significance [standard deviations].
    deviance, deviance_background : ndarray, shape (n_toys,)
        Of the fits with and without a signal.
    good : ndarray of bool, shape (n_toys,)
        Whether all fits have converged; the numbers of others are not to be used.
    """

    limit: Array
    best_fit: Array
    z: Array
    deviance: Array
    deviance_background: Array
    good: NDArray[np.bool_]


def toy_fits(
    model: BinnedModel,
    n_toys: int,
    seed: int = 0,
    cl: float = 0.90,
    method: str = "cls",
    *,
    mu_true: float = 0.0,
    theta: ArrayLike | None = None,
    few: bool = False,
) -> ToyFits:
    """Fit toys of one hypothesis, as data are fitted.

    Parameters
    ----------
    model : BinnedModel
        A single hypothesis that is not closed.
    n_toys, seed : int
        How many, and their seed.
    cl, method : float, str
        Of the limits; ``cls`` or ``profile``.
    mu_true, theta
        Truth, see :func:`toy_data`.
    few : bool
        Whether limits and significances are exact ones of few events; auxiliary measurements are at nominal then.

    Returns
    -------
    ToyFits

    Examples
    --------
    >>> found = toy_fits(BinnedModel(signal=[[1.0]], templates=[[1e4]]), 500, seed=1, mu_true=300.0)
    >>> bool(abs(found.best_fit.mean() - 300.0) < 5 * 101.5 / 500**0.5), bool(2.5 < np.median(found.z) < 3.5)
    (True, True)
    """
    parts, fitter = [], Fitter(model)
    for first in range(0, n_toys, BLOCK):
        data, centre = toy_data(model, mu_true, first, min(BLOCK, n_toys - first), seed, theta=theta)
        parts.append(_exact_fits(fitter, data, cl) if few else _fits(fitter, data, centre, cl, method))
    return ToyFits(*(np.concatenate(part) for part in zip(*parts, strict=True)))


def _fits(fitter: Fitter, data: Array, centre: Array, cl: float, method: str) -> tuple[Array, ...]:
    runs, limits = excess_runs(fitter, data, centre), observed_runs(fitter, data, cl, method, centre)
    deviances = (2.0 * runs.best.nll[0], 2.0 * runs.null.nll[0])
    return limits.limit[0], runs.best_fit[0], np.sqrt(runs.q0[0]), *deviances, runs.solved[0] & limits.solved[0]


def _exact_fits(fitter: Fitter, data: Array, cl: float) -> tuple[Array, ...]:
    model, runs = fitter.model, excess_runs(fitter, data)
    bins, S, b, kappa = limit_window(model, 0, cl)
    limit = counting_observed(data[0][:, bins].sum(axis=1), b, cl, kappa) / S
    z = np.sqrt(runs.q0[0])
    if effective_events(model)[0] < POISSON_BELOW:
        z = np.maximum(-ndtri(exact_p_values(model, 0, data[0])), 0.0)
    return limit, runs.best_fit[0], z, 2.0 * runs.best.nll[0], 2.0 * runs.null.nll[0], runs.solved[0]


def _summary(limits: Array, model: BinnedModel) -> ToyLimits:
    hypotheses = len(limits)
    band, error = np.full((hypotheses, len(BANDS)), np.inf), np.full(hypotheses, np.inf)
    finite = np.isfinite(limits)
    for h in np.flatnonzero(finite.any(axis=1)):
        kept = limits[h, finite[h]]
        band[h] = np.quantile(kept, ndtr(np.array(BANDS, dtype=float)))
        half = 0.5 / np.sqrt(len(kept))
        low, high = np.quantile(kept, [max(0.5 - half, 0.0), min(0.5 + half, 1.0)])
        error[h] = 0.5 * (high - low)
    failed = np.where(model.closed, 0, (~finite).sum(axis=1))
    return ToyLimits(band[:, 2], error, band, limits, failed)
