"""Expected limits of binned models for any number of events: asymptotic for many, exact counting in a window for few.

Observed limits for few events stand here too, since they are those of the same windows.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.statistics.counting import POISSON_BELOW, counting_limit, counting_observed, median_steps
from darkfactory.statistics.fisher import weighted_design
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import BANDS, DISCOVERY, ExpectedLimit, asymptotic_limit, z_value
from darkfactory.statistics.observed import checked_data
from darkfactory.statistics.poisson_significance import discovery_steps

__all__ = ["expected_limit", "few_events", "few_observed"]

Array = NDArray[np.float64]
BEST = 30
"""Windows that are counted exactly, of all that are tried."""


def expected_limit(model: BinnedModel, cl: float = 0.90, method: str = "profile") -> ExpectedLimit:
    """Median expected upper limit on mu, all hypotheses at once.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances.
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        ``profile``, ``cls``, ``fisher`` or ``discovery``, as for `asymptotic_limit`. With fewer than `POISSON_BELOW`
        effective background events limits are exact Poisson CLs and a discovery has an exact p-value (`few_events`);
        ``poisson`` says so.

    Returns
    -------
    ExpectedLimit
        Arrays over hypotheses.

    Raises
    ------
    InvalidInput
        If ``cl`` or ``method`` is outside its domain.

    Examples
    --------
    >>> few = expected_limit(BinnedModel(signal=[[10.0]], templates=[[1e-3]]), 0.95, "profile")
    >>> round(10 * float(few.limit[0]), 6)  # -ln(0.05) events
    2.995732
    """
    out = asymptotic_limit(model, cl, method)
    band = few_events(model, cl, DISCOVERY if method == DISCOVERY else "cls")
    few = np.isfinite(band[:, 2]) & (out.status != "degenerate")
    out.poisson[few] = True
    out.band[few], out.limit[few] = band[few], band[few, 2]
    out.status[few], out.theta[few], out.at_bound[few] = "ok", 0.0, False
    return out


def few_events(model: BinnedModel, cl: float = 0.90, method: str = "cls") -> Array:
    """Exact expected limits on mu of the hypotheses with few background events: counting in the window of the best limit.

    Bins enter the window in the order of their s/b, the last one perhaps in part. The background in it is as uncertain as
    the nuisances are, given their priors and the bins outside (where signal may be, too): `counting_limit` averages over
    that. Over windows, the limit never gets weaker with exposure; an uncertain size of the signal is left out.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances.
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        ``cls``, or ``discovery``: the signal that the median experiment sees.

    Returns
    -------
    ndarray, shape (H, 5)
        Limits at -2, -1, 0, +1, +2 standard deviations; inf where there are `POISSON_BELOW` effective background events or
        more, and for closed hypotheses.

    Examples
    --------
    >>> band = few_events(BinnedModel(signal=[[1.0, 9.0], [1.0, 9.0]], templates=[[[60.0, 0.0]], [[60.0, 60.0]]]), 0.90)
    >>> np.round(9 * band[:, 2], 3)  # the empty bin and a little of the other; too many events
    array([2.3, inf])
    """
    out = np.full((model.n_hypotheses, len(BANDS)), np.inf)
    for h in np.flatnonzero(~model.closed & (effective_events(model) < POISSON_BELOW)):
        out[h] = _best_window(*_windows(model, int(h), cl, method), cl, method)
    return out


def effective_events(model: BinnedModel) -> Array:
    """Background events under the signal, shape (H,), by which few are told from many."""
    signal, background = model._signal, model.background
    total = np.where(model.closed, 1.0, signal.sum(axis=1))
    # one signal event is added, so that an empty bin counts for no more than the signal in it
    share = signal / total[:, None]
    n = background + share
    return np.asarray(1.0 / np.maximum((share**2 / np.where(n > 0, n, 1.0)).sum(axis=1), 1e-300) - 1.0)


def few_observed(model: BinnedModel, data: ArrayLike, cl: float = 0.90) -> Array:
    """Observed limit on mu for few events: exact CLs, as `few_events`, in that window of whole bins that is best.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances.
    data : array_like, shape (B,) or (H, B)
        Observed counts, >= 0. The window does not depend on them.
    cl : float
        Confidence level, in (0.5, 1).

    Returns
    -------
    ndarray, shape (H,)
        Upper limits, inf for closed hypotheses.

    Raises
    ------
    InvalidInput
        On a wrong shape or negative counts.

    References
    ----------
    :cite:`Read:2002hq`

    Examples
    --------
    >>> model = BinnedModel(signal=[[1.0, 9.0]], templates=[[60.0, 0.0]])
    >>> [round(9 * float(few_observed(model, [60, n], 0.90)[0]), 3) for n in (0, 1)]  # of the bin without background
    [2.303, 3.89]
    """
    counts = checked_data(model, data)
    out = np.full(model.n_hypotheses, np.inf)
    for h in np.flatnonzero(~model.closed):
        bins, S, b, kappa = limit_window(model, int(h), cl)
        out[h] = float(counting_observed(counts[h, bins].sum(), b, cl, kappa)) / S
    return out


def limit_window(model: BinnedModel, h: int, cl: float) -> tuple[NDArray[np.intp], float, float, float]:
    """Whole bins in which a limit of few events is best; signal, background and its relative error there.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances.
    h : int
        Hypothesis that is not closed.
    cl : float
        Confidence level.
    """
    order, S, b, variance = whole_bins(model, h)
    best = int(np.argmin(_rough(S, b, variance, cl, "cls")))
    return order[: best + 1], float(S[best]), float(b[best]), float(relative_error(variance, b)[best])


def whole_bins(model: BinnedModel, h: int) -> tuple[NDArray[np.intp], Array, Array, Array]:
    """Bins in the order of their s/b, without empty ones; signal, background and its variance from nuisances in the
    windows of the first 1, 2, ... of them.
    """
    signal, background = model._signal[h], model.background[h]
    used = np.flatnonzero(signal > 0)
    ratio = signal[used] / np.maximum(background[used], 1e-300 * signal[used].max())
    order = used[np.argsort(-ratio, kind="stable")]
    return order, np.cumsum(signal[order]), np.cumsum(background[order]), _variance(model, h, order)


def _windows(model: BinnedModel, h: int, cl: float, method: str) -> tuple[Array, Array, Array]:
    """Signal, background and variance of the background from nuisances, in growing windows; without empty ones."""
    _, S, b, variance = whole_bins(model, h)
    # within a bin the window may end anywhere: where the count steps is where a limit is best
    counts = np.arange(2 * POISSON_BELOW)
    steps = discovery_steps(counts + 1.0, z_value(cl, method)) if method == DISCOVERY else median_steps(counts)
    partial = steps[(steps > b[0] * 1e-9) & (steps < b[-1])]
    whole = np.concatenate([[0.0], b])
    more = [np.interp(partial, whole, np.concatenate([[0.0], values])) for values in (S, variance)]
    return np.append(S, more[0]), np.append(b, partial), np.append(variance, more[1])


def _variance(model: BinnedModel, h: int, order: NDArray[np.intp]) -> Array:
    """Variance of the background in the first 1, 2, ... bins of ``order``, its nuisances measured in all others."""
    if not model.nuisances:
        return np.zeros(len(order))
    root = np.sqrt(model.background[h])
    design = weighted_design(model, np.array([h]), model.background[[h]])[0]
    bins, priors = design[: model.n_bins], design[model.n_bins :]
    norm = np.linalg.norm(design, axis=0)
    unit = np.where(norm > 0, norm, 1.0)
    rows, pulls = bins / unit, priors / unit
    inside = np.cumsum(rows[order, :, None] * rows[order, None, :], axis=0)
    outside = rows.T @ rows + pulls.T @ pulls - inside
    moved = np.cumsum(root[order, None] * rows[order], axis=0)[:, 1:]
    # what nothing outside measures gets a huge error, and its window no limit
    count = rows.shape[1]
    solved = np.linalg.solve(outside + 1e-9 * np.eye(count), np.eye(count))[:, 1:, 1:]
    return np.asarray(np.maximum(np.einsum("wk,wkl,wl->w", moved, solved, moved), 0.0), dtype=float)


def _best_window(S: Array, b: Array, variance: Array, cl: float, method: str) -> Array:
    """Band of the limit in the window where its median is best."""
    kappa = relative_error(variance, b)
    chosen = np.argsort(_rough(S, b, variance, cl, method), kind="stable")[:BEST]
    found = counting_limit(b[chosen], cl, method, kappa=kappa[chosen]).band / S[chosen, None]
    return np.asarray(found[np.argmin(found[:, 2])], dtype=float)


def _rough(S: Array, b: Array, variance: Array, cl: float, method: str) -> Array:
    """Limits in windows without the average over the background: quick to find, and nearly the same."""
    widths = z_value(cl, method) if method == DISCOVERY else 1.0
    return np.asarray(np.hypot(counting_limit(b, cl, method).events, widths * np.sqrt(variance)) / S)


def relative_error(variance: Array, b: Array) -> Array:
    """Relative error of backgrounds; 0 where there is none."""
    return np.divide(np.sqrt(variance), b, out=np.zeros_like(b), where=b > 0)
