"""Asimov Fisher information of a `BinnedModel` at mu = 0: errors, conditioning, and what limits a measurement."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.statistics.likelihood import BinnedModel

__all__ = ["MAX_CONDITION", "FisherInformation", "correlations", "fisher_information"]

Array = NDArray[np.float64]

MAX_CONDITION = 1e12
"""Condition number of the column-scaled Fisher matrix above which a result is refused as ``degenerate``."""


@dataclass(frozen=True, eq=False)
class FisherInformation:
    """Gaussian (Asimov) errors at mu = 0, arrays over H hypotheses; rows of closed hypotheses hold sigma = inf.

    Attributes
    ----------
    sigma : ndarray, shape (H,)
        Error of mu, (I^-1)_00^(1/2), all nuisances profiled, bounds ignored.
    sigma_statistics : ndarray, shape (H,)
        Error with all nuisances fixed, (sum s^2/b)^(-1/2).
    shift : ndarray, shape (H, K)
        Profiled nuisances per unit of mu when the data are the background: -(I_tt)^-1 I_tmu.
    impact : ndarray, shape (H, K)
        Error with one nuisance fixed over ``sigma``, in (0, 1].
    widths : ndarray, shape (H, K)
        Errors of the nuisances, prior and data together, mu and the others profiled.
    condition : ndarray, shape (H,)
        Condition number of the Fisher matrix after scaling its columns to 1.
    effective_background : ndarray, shape (H,)
        (sum s)^2 / (sum s^2/b): background events under the signal; Gaussian forms need it well above a few.
    gaussian : ndarray of bool, shape (H,)
        False where the signal enters a bin without background; there ``sigma`` is the error at mu = sigma instead.
    limited_by : ndarray of str, shape (H,)
        ``statistics`` if that alone gives more than 1/sqrt(2) of sigma, else the nuisance whose fixing helps most.
    """

    sigma: Array
    sigma_statistics: Array
    shift: Array
    impact: Array
    widths: Array
    condition: Array
    effective_background: Array
    gaussian: NDArray[np.bool_]
    limited_by: NDArray[np.str_]

    def select(self, rows: Any) -> FisherInformation:
        """Return the chosen hypotheses only."""
        return FisherInformation(**{field.name: getattr(self, field.name)[rows] for field in fields(self)})


def fisher_information(model: BinnedModel) -> FisherInformation:
    r"""Fisher matrix :math:`I_{ab} = \sum_i \partial_a n_i \partial_b n_i / n_i + \delta_{ab}/\sigma_a^2` at mu = theta
    = 0, inverted.

    Computed from a QR and singular values of the weighted, column-scaled design matrix with the prior rows appended, so
    that nothing is lost to squaring. NumPy only. Included: priors; not included: bounds and the curvature of the bases.

    Parameters
    ----------
    model : BinnedModel
        Model with H hypotheses.

    Returns
    -------
    FisherInformation
        Arrays over hypotheses; never NaN.

    Examples
    --------
    >>> counting = BinnedModel(signal=[[2.0, 1.0]], templates=[[100.0, 50.0]])
    >>> round(float(fisher_information(counting).sigma[0]) ** -2, 12)  # 2^2 / 100 + 1^2 / 50
    0.06
    """
    hypotheses, count = model.n_hypotheses, len(model.nuisances)
    result = FisherInformation(
        sigma=np.full(hypotheses, np.inf),
        sigma_statistics=np.full(hypotheses, np.inf),
        shift=np.zeros((hypotheses, count)),
        impact=np.ones((hypotheses, count)),
        widths=np.full((hypotheses, count), np.inf),
        condition=np.ones(hypotheses),
        effective_background=np.zeros(hypotheses),
        gaussian=np.ones(hypotheses, dtype=bool),
        limited_by=np.full(hypotheses, "closed", dtype=f"<U{max([10, *map(len, model.names)])}"),
    )
    rows = np.flatnonzero(~model.closed)
    step = max(1, int(4e6 / (model.n_bins * (count + 1))))
    for start in range(0, len(rows), step):
        _fill(model, rows[start : start + step], result)
    return result


def correlations(model: BinnedModel) -> Array:
    """Correlations of mu and the nuisances in the fit of the background (Asimov, mu = theta = 0), as `fisher_information` has it.

    Parameters
    ----------
    model : BinnedModel
        Model with H hypotheses.

    Returns
    -------
    ndarray, shape (H, 1 + K, 1 + K)
        Symmetric, 1 on the diagonal; of closed hypotheses nothing is correlated.

    Examples
    --------
    >>> from darkfactory.statistics.systematics import Norm, Nuisance
    >>> model = BinnedModel([[1.0, 0.0]], [[100.0, 100.0]], Norm("n"), [Nuisance("n")])
    >>> round(float(correlations(model)[0, 0, 1]), 6)  # the signal stands for half of what the norm can move
    -0.707107
    """
    out = np.tile(np.eye(1 + len(model.nuisances)), (model.n_hypotheses, 1, 1))
    for row in np.flatnonzero(~model.closed):
        covariance = _inverse(model, np.array([row]))[0][0]
        width = np.sqrt(np.diag(covariance))
        out[row] = covariance / np.outer(width, width)
    return out


def _inverse(model: BinnedModel, rows: NDArray[np.intp]) -> tuple[Array, Array, Array, NDArray[np.bool_]]:
    """Covariance (R, 1 + K, 1 + K), condition and statistical error of mu (R,), and bins with signal alone (R, B)."""
    signal, background = model._signal[rows], model.background[rows]
    empty = (signal > 0) & (background == 0)
    n = background + np.where(empty, signal * _scale(signal, background)[:, None], 0.0)
    design = weighted_design(model, rows, n)
    norm = np.linalg.norm(design, axis=1)
    norm = np.where(norm > 0, norm, 1.0)
    _, singular, vectors = np.linalg.svd(triangle(design / norm[:, None, :]))
    with np.errstate(divide="ignore", over="ignore"):
        condition = (singular[:, 0] / singular[:, -1]) ** 2
    # a null direction gets a huge but finite variance, so that what follows has no NaN; its status says degenerate
    inverse = 1.0 / np.maximum(singular, 1e-12 * singular[:, :1])
    half = vectors * inverse[:, :, None] / norm[:, None, :]
    return np.einsum("hia,hib->hab", half, half), condition, 1.0 / norm[:, 0], empty


def _fill(model: BinnedModel, rows: NDArray[np.intp], out: FisherInformation) -> None:
    """Compute ``rows`` of the result."""
    covariance, out.condition[rows], sigma_stat, empty = _inverse(model, rows)
    variance = covariance[:, 0, 0]
    diagonal = np.einsum("haa->ha", covariance)[:, 1:]
    fixed = np.maximum(variance[:, None] - covariance[:, 0, 1:] ** 2 / diagonal, sigma_stat[:, None] ** 2)
    out.sigma[rows] = np.sqrt(variance)
    out.sigma_statistics[rows] = sigma_stat
    out.shift[rows] = covariance[:, 0, 1:] / variance[:, None]
    out.widths[rows] = np.sqrt(diagonal)
    out.impact[rows] = np.minimum(np.sqrt(fixed / variance[:, None]), 1.0)
    signal = model._signal[rows]
    out.effective_background[rows] = np.where(empty.any(axis=1), 0.0, (signal.sum(axis=1) * sigma_stat) ** 2)
    out.gaussian[rows] = ~empty.any(axis=1)
    out.limited_by[rows] = "statistics"
    if model.names:
        systematic = sigma_stat <= np.sqrt(0.5 * variance)
        best = np.array(model.names)[np.argmin(out.impact[rows], axis=1)]
        out.limited_by[rows[systematic]] = best[systematic]


def weighted_design(model: BinnedModel, rows: NDArray[np.intp], n: Array) -> Array:
    """Derivatives of the expectation over sqrt(n) with the prior rows below, shape (rows, B + K, 1 + K)."""
    count = len(model.nuisances)
    templates = model._templates[rows] if model._templates.ndim == 3 else model._templates
    slopes, _ = model.weights_jacobian()
    root = np.sqrt(np.where(n > 0, n, 1.0))
    dead = n <= 0
    design = np.zeros((len(rows), model.n_bins + count, 1 + count))
    design[:, : model.n_bins, 0] = np.where(dead, 0.0, model._signal[rows] / root)
    moved = np.einsum("tk,...tb->...bk", slopes, templates)
    design[:, : model.n_bins, 1:] = np.where(dead[:, :, None], 0.0, moved / root[:, :, None])
    design[:, model.n_bins :, 1:] = np.diag(1.0 / model.priors)
    return design


def triangle(design: Array) -> Array:
    """Factor R of the QR decomposition of each matrix (H, M, P), by modified Gram-Schmidt, all hypotheses at once.

    R is as accurate as LAPACK's, whose threads can stall for seconds on a loaded machine with matrices of this size.
    """
    columns = np.ascontiguousarray(np.swapaxes(design, 1, 2))
    count = columns.shape[1]
    out = np.zeros((len(columns), count, count))
    for k in range(count):
        length = np.sqrt(np.sum(columns[:, k] ** 2, axis=1))
        unit = columns[:, k] / np.where(length > 0, length, 1.0)[:, None]
        overlap = np.einsum("hm,hjm->hj", unit, columns[:, k + 1 :])
        columns[:, k + 1 :] -= overlap[:, :, None] * unit[:, None, :]
        out[:, k, k], out[:, k, k + 1 :] = length, overlap
    return out


def _scale(signal: Array, background: Array) -> Array:
    """Solve sigma^-2 = sum s^2 / (b + sigma s): a finite size of mu also where a bin has no background."""
    sigma = 1.0 / signal.sum(axis=1)
    for _ in range(60):
        n = background + sigma[:, None] * signal
        information = np.sum(np.divide(signal**2, n, out=np.zeros_like(n), where=n > 0), axis=1)
        sigma = np.sqrt(sigma / np.sqrt(information))
    return np.asarray(sigma, dtype=float)
