"""Significance of an excess in given counts: best fit, local p-value and goodness of fit, all hypotheses at once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import gammaincc, ndtr, ndtri

from darkfactory.statistics._fits import Fits, Fitter
from darkfactory.statistics.counting import POISSON_BELOW
from darkfactory.statistics.expected import effective_events, relative_error, whole_bins
from darkfactory.statistics.fisher import MAX_CONDITION, triangle
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.observed import best_fits, checked_data
from darkfactory.statistics.poisson_significance import counting_discovery, poisson_p_value

__all__ = ["Significance", "significance"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]
WINDOW_Z = 3.0
"""Significance for which the window of a few events is the best one: it must not depend on the counts."""


@dataclass(frozen=True, eq=False)
class Significance:
    """What counts say of a signal at H hypotheses, each on its own (local); no field ever holds a NaN.

    Attributes
    ----------
    best_fit, error : ndarray, shape (H,)
        Best-fit mu, of either sign within n >= 0, and its error from the curvature of the likelihood there; 0 and inf where
        nothing is quoted (every status but ``ok`` and ``nonlinear``), and inf where no count says anything of mu.
    q0 : ndarray, shape (H,)
        2 ln L(best fit)/L(mu = 0), 0 for a downward fluctuation; inf for counts where no background is possible.
    z, p_value : ndarray, shape (H,)
        Local significance [standard deviations] of an excess, 0 for a downward fluctuation, and its one-sided probability
        without a signal: sqrt(q0) and the Gaussian tail (1/2 for a downward fluctuation), or the exact Poisson tail.
    poisson : ndarray of bool, shape (H,)
        Whether there are so few background events that p_value is the exact one of the count in a window.
    theta, theta_background : ndarray, shape (H, K)
        Nuisances of the best fit, and of the fit without a signal.
    deviance, deviance_background : ndarray, shape (H,)
        2 ln L(saturated)/L of both fits, pulls of the nuisances included; inf for counts where nothing is expected.
    ndf, ndf_background : ndarray of int, shape (H,)
        Bins less parameters; a nuisance with a prior adds one measurement and one parameter.
    goodness, goodness_background : ndarray, shape (H,)
        Probability of a larger deviance, of chi^2: for more than a few events per bin.
    status : ndarray of str, shape (H,)
        ``ok``, ``closed``, ``degenerate``, ``not-converged``, or ``nonlinear``: nuisances of the best fit leave their range.
    nuisances : tuple of str
        Names, the order of K.
    """

    best_fit: Array
    error: Array
    q0: Array
    z: Array
    p_value: Array
    poisson: Flags
    theta: Array
    theta_background: Array
    deviance: Array
    deviance_background: Array
    ndf: NDArray[np.intp]
    ndf_background: NDArray[np.intp]
    goodness: Array
    goodness_background: Array
    status: NDArray[np.str_]
    nuisances: tuple[str, ...]


def significance(model: BinnedModel, data: ArrayLike) -> Significance:
    r"""Local significance of an excess in given counts, all hypotheses at once.

    The test statistic is :math:`q_0 = -2 \ln L(0, \hat{\hat\theta}) / L(\hat\mu, \hat\theta)` for :math:`\hat\mu > 0`, else 0,
    with :math:`z = \sqrt{q_0}` for many events. With fewer than `POISSON_BELOW` effective background events p is the exact
    Poisson probability of the count in the window of whole bins that is best for a discovery at three standard deviations,
    averaged over the background's uncertainty as in `few_observed`.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances; their auxiliary measurements are at nominal.
    data : array_like, shape (B,) or (H, B)
        Observed counts, >= 0 (non-integer counts, e.g. Asimov data, are allowed).

    Returns
    -------
    Significance
        Arrays over hypotheses.

    Raises
    ------
    InvalidInput
        On a wrong shape or negative counts, and counts in a bin where the model expects nothing.

    References
    ----------
    :cite:`Cowan:2010js`, Eqs. (12), (52), (53)

    Examples
    --------
    >>> counting = BinnedModel(signal=[[1.0]], templates=[[1e4]])
    >>> found = significance(counting, [10300.0])
    >>> f"{found.best_fit[0]:.1f} +- {found.error[0]:.1f}, z = {found.z[0]:.3f}"  # 3 sigma up to 1/sqrt(B)
    '300.0 +- 101.5, z = 2.985'
    """
    counts = checked_data(model, data)
    hypotheses, count = model.n_hypotheses, len(model.nuisances)
    free = int(np.isinf(model.priors).sum())
    zeros = np.zeros(hypotheses)
    out = Significance(
        best_fit=zeros.copy(),
        error=np.full(hypotheses, np.inf),
        q0=zeros.copy(),
        z=zeros.copy(),
        p_value=np.ones(hypotheses),
        poisson=np.zeros(hypotheses, dtype=bool),
        theta=np.zeros((hypotheses, count)),
        theta_background=np.zeros((hypotheses, count)),
        deviance=zeros.copy(),
        deviance_background=zeros.copy(),
        ndf=model.live.sum(axis=1) - free - 1,
        ndf_background=(model.background > 0).sum(axis=1) - free,
        goodness=np.ones(hypotheses),
        goodness_background=np.ones(hypotheses),
        status=np.where(model.closed, "closed", "ok").astype("<U13"),
        nuisances=model.names,
    )
    rows = np.flatnonzero(~model.closed)
    if rows.size:
        _fill(model, counts, rows, out)
    return out


def _fill(model: BinnedModel, counts: Array, rows: NDArray[np.intp], out: Significance) -> None:
    """Compute the hypotheses ``rows`` that are open."""
    fitter = Fitter(model.select(rows))
    runs = excess_runs(fitter, counts[rows, None, :])
    singular = fitter.information.condition > MAX_CONDITION
    bad = singular | ~runs.solved[:, 0]
    out.status[rows[bad]] = np.where(singular[bad], "degenerate", "not-converged")
    kept, good = ~bad, rows[~bad]
    out.best_fit[good], out.error[good] = runs.best_fit[kept, 0], runs.error[kept, 0]
    out.q0[good], out.theta[good] = runs.q0[kept, 0], runs.best.theta[kept, 0]
    out.theta_background[good] = runs.null.theta[kept, 0]
    out.deviance[good] = 2.0 * runs.best.nll[kept, 0]
    # what no background can explain has no likelihood without a signal
    out.deviance_background[good] = np.where(np.isinf(out.q0[good]), np.inf, 2.0 * runs.null.nll[kept, 0])
    out.goodness[good] = _goodness(out.deviance[good], out.ndf[good])
    out.goodness_background[good] = _goodness(out.deviance_background[good], out.ndf_background[good])
    out.z[good], out.p_value[good] = np.sqrt(out.q0[good]), ndtr(-np.sqrt(out.q0[good]))
    few = good[effective_events(model)[good] < POISSON_BELOW]
    out.poisson[few] = True
    for h in few:
        out.p_value[h] = exact_p_values(model, int(h), counts[h])
    out.z[few] = np.maximum(-ndtri(out.p_value[few]), 0.0)
    out.status[good[np.any(np.abs(out.theta[good]) > model.linear_ranges, axis=1)]] = "nonlinear"


def exact_p_values(model: BinnedModel, h: int, counts: Array) -> Array:
    """Exact Poisson p-values of counts (..., B) in the window of whole bins that is best for a discovery, shape (...).

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances.
    h : int
        Hypothesis that is not closed.
    counts : ndarray, shape (..., B)
        Data.
    """
    order, S, b, variance = whole_bins(model, h)
    kappa = relative_error(variance, b)
    best = int(np.argmin(counting_discovery(b, WINDOW_Z, kappa) / S))
    return np.asarray(poisson_p_value(counts[..., order[: best + 1]].sum(axis=-1), b[best], kappa[best]))


def _goodness(deviance: Array, ndf: NDArray[np.intp]) -> Array:
    """Probability of a larger chi^2; 1 where nothing is left to test."""
    tested = ndf > 0
    return np.where(tested, gammaincc(0.5 * np.where(tested, ndf, 1), 0.5 * deviance), 1.0)


@dataclass(frozen=True, eq=False)
class ExcessRuns:
    """Fits of R data sets at H hypotheses, with and without a signal: ``best_fit``, ``error`` [units of mu], ``q0`` and
    ``solved`` (H, R).
    """

    best_fit: Array
    error: Array
    q0: Array
    solved: Flags
    best: Fits
    null: Fits


def excess_runs(fitter: Fitter, data: Array, centre: Array | None = None) -> ExcessRuns:
    """Fit ``data`` (H, R, B) with auxiliary measurements ``centre`` (H, R, K) with and without a signal."""
    model = fitter.model
    filled = model.background > 0
    best = best_fits(fitter, data, centre, x_lower=-np.inf)
    # without signal, bins that only the signal fills say nothing about the nuisances
    null = fitter(data, np.zeros(best.x.shape), frozen=True, start=best.theta, centre=centre, live=filled)
    impossible = np.any((data > 0) & (model.live & ~filled)[:, None, :], axis=2)
    q0 = np.where(best.x > 0, 2.0 * np.maximum(null.nll - best.nll, 0.0), 0.0)
    scale = fitter.scale[:, None]
    return ExcessRuns(
        best.x * scale,
        errors(model, data, best.x * scale, best.theta),
        np.where(impossible, np.inf, q0),
        best.converged & null.converged,
        best,
        null,
    )


def errors(model: BinnedModel, data: Array, mu: Array, theta: Array) -> Array:
    """Errors of mu at fits mu (H, R), theta (H, R, K) to ``data`` (H, R, B): the curvature d (dn/n)^2 of the likelihood."""
    count = len(model.nuisances)
    templates, signals = np.asarray(model.templates), np.asarray(model.signal)
    out = np.full(mu.shape, np.inf)
    for h in range(model.n_hypotheses):
        table = templates[h] if templates.ndim == 3 else templates
        weights = np.array([model.weights(row) for row in theta[h]])
        slopes, factors = (np.array(part) for part in zip(*map(model.weights_jacobian, theta[h]), strict=True))
        strength = np.array([model.signal_weight(row) for row in theta[h]])[:, None] * signals[h]
        n = mu[h, :, None] * strength + weights @ table
        moved = np.einsum("rtk,tb->rbk", slopes, table)
        moved += mu[h, :, None, None] * factors[:, None, :] * signals[h][:, None]
        design = np.zeros((len(mu[h]), model.n_bins + count, count + 1))
        counted = (data[h] > 0) & (n > 0)
        root = np.where(counted, np.sqrt(data[h]) / np.where(counted, n, 1.0), 0.0)[..., None]
        design[:, : model.n_bins] = root * np.concatenate([moved, strength[..., None]], axis=2)
        design[:, model.n_bins :, :count] = np.diag(1.0 / model.priors)
        # the last column is mu: what is left of it beside the others
        left, whole = triangle(design)[:, -1, -1], np.linalg.norm(design[:, :, -1], axis=1)
        known = left > 1e-9 * whole
        out[h, known] = 1.0 / left[known]
    return out
