"""Observed upper limits: one-sided profile likelihood and CLs with the q-tilde statistic, asymptotic."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import log_ndtr

from darkfactory.errors import in_range, one_of, require
from darkfactory.statistics._fits import Fits, Fitter, backgrounds
from darkfactory.statistics._roots import rising_root
from darkfactory.statistics.fisher import MAX_CONDITION
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import solve_profile, z_value

__all__ = ["ObservedLimit", "observed_limit"]

Array = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class ObservedLimit:
    """Observed upper limits on mu at H hypotheses; no field ever holds a NaN.

    Attributes
    ----------
    limit : ndarray, shape (H,)
        Upper limit in the units of mu, >= 0; inf where none is quoted (every status but ``ok`` and ``nonlinear``). With
        ``profile`` a deep downward fluctuation gives 0: an empty interval; ``cls`` never does.
    best_fit : ndarray, shape (H,)
        Best-fit mu, of either sign for ``profile`` (within n >= 0), not below 0 for ``cls``; 0 where there is no limit.
    status : ndarray of str, shape (H,)
        As in `ExpectedLimit`.
    theta : ndarray, shape (H, K)
        Profiled nuisances at the limit.
    at_bound : ndarray of bool, shape (H, K)
        Whether that nuisance sits at a bound.
    nuisances : tuple of str
        Names, the order of K.
    cl, z : float
        Confidence level and the number of standard deviations of the median expected limit.
    method : str
        ``profile`` or ``cls``.
    """

    limit: Array
    best_fit: Array
    status: NDArray[np.str_]
    theta: Array
    at_bound: Flags
    nuisances: tuple[str, ...]
    cl: float
    z: float
    method: str


def observed_limit(model: BinnedModel, data: ArrayLike, cl: float = 0.90, method: str = "cls") -> ObservedLimit:
    r"""Observed upper limit on mu for given counts, all hypotheses at once.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances; their auxiliary measurements are at nominal.
    data : array_like, shape (B,) or (H, B)
        Observed counts, >= 0 (non-integer counts, e.g. Asimov data, are allowed).
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        ``profile``: :math:`q_\mu = z^2` above the best fit, z one-sided. ``cls``: :math:`CL_{s+b}/CL_b = 1 - CL` with
        the asymptotic distributions of :math:`\tilde q_\mu`, Asimov data at the nuisances fitted for mu = 0.

    Returns
    -------
    ObservedLimit
        Arrays over hypotheses.

    Raises
    ------
    InvalidInput
        On a wrong shape or negative counts, counts in a bin where the model expects nothing, an unknown method.

    Notes
    -----
    Asymptotic: for a handful of events use `poisson_upper_limit` (counting) or `toy_limits`.

    References
    ----------
    :cite:`Cowan:2010js`, Eqs. (14), (16), (65), (66); :cite:`Read:2002hq`

    Examples
    --------
    >>> counting = BinnedModel(signal=[[1.0]], templates=[[1e6]])
    >>> median = observed_limit(counting, [1e6], 0.90, "cls").limit[0] / 1e3
    >>> round(float(median), 3)     # 1.645 sqrt(B), up to 1/sqrt(B)
    1.646
    """
    require(one_of("method", method, ("profile", "cls")))
    z = z_value(cl, method)
    hypotheses, count = model.n_hypotheses, len(model.nuisances)
    counts = checked_data(model, data)
    limit, best = np.full(hypotheses, np.inf), np.zeros(hypotheses)
    theta = np.zeros((hypotheses, count))
    status = np.where(model.closed, "closed", "ok").astype("<U13")
    rows = np.flatnonzero(~model.closed)
    if rows.size:
        fitter = Fitter(model.select(rows))
        found = observed_runs(fitter, counts[rows, None, :], cl, method)
        singular = fitter.information.condition > MAX_CONDITION
        bad = singular | ~found.solved[:, 0]
        status[rows[bad]] = np.where(singular[bad], "degenerate", "not-converged")
        good = rows[~bad]
        limit[good], best[good] = found.limit[~bad, 0], found.best_fit[~bad, 0]
        theta[good] = found.theta[~bad, 0]
    beyond = np.any(np.abs(theta) > model.linear_ranges, axis=1) & (status == "ok")
    status[beyond] = "nonlinear"
    lower, upper = model.bounds
    at_bound = (theta <= lower) | (theta >= upper)
    return ObservedLimit(limit, best, status, theta, at_bound, model.names, cl, z, method)


def checked_data(model: BinnedModel, data: ArrayLike) -> Array:
    """Counts of shape (H, B), or an error that says what is wrong with them."""
    counts = np.asarray(data, dtype=float)
    shapes = ((model.n_bins,), (model.n_hypotheses, model.n_bins))
    require(None if counts.shape in shapes else f"data have shape {counts.shape}: allowed {shapes[0]} or {shapes[1]}")
    counts = np.broadcast_to(counts, shapes[1])
    require(in_range("data", counts, 0.0, unit="counts"))
    orphan = (counts > 0) & ~model.live & ~model.closed[:, None]
    where = np.argwhere(orphan)
    found = (
        ""
        if not len(where)
        else f"data in bin {where[0][1]} (hypothesis {where[0][0]}) = {counts[tuple(where[0])]:g}: "
    )
    require(found + "neither signal nor background is expected there; give that bin a background" if found else None)
    return counts


@dataclass(frozen=True, eq=False)
class ObservedRuns:
    """Limits of R data sets at H hypotheses: ``limit``, ``best_fit`` and ``solved`` (H, R), ``theta`` (H, R, K)."""

    limit: Array
    best_fit: Array
    solved: Flags
    theta: Array


def observed_runs(fitter: Fitter, data: Array, cl: float, method: str, centre: Array | None = None) -> ObservedRuns:
    """Limits for ``data`` (H, R, B) with auxiliary measurements ``centre`` (H, R, K); units of mu, floored at 0."""
    best = best_fits(fitter, data, centre, x_lower=0.0 if method == "cls" else -np.inf)
    if method == "cls":
        x, fits, solved = _solve_cls(fitter, data, best, 1.0 - cl, centre)
    else:
        target = np.full(best.x.shape, z_value(cl, method))
        x, fits, solved = solve_profile(
            fitter, data, target, x_best=best.x, nll_best=best.nll, centre=centre, start=best.theta
        )
    scale = fitter.scale[:, None]
    return ObservedRuns(np.maximum(x, 0.0) * scale, best.x * scale, solved & best.converged, fits.theta)


def best_fits(fitter: Fitter, data: Array, centre: Array | None, x_lower: float) -> Fits:
    """Global fits with mu free above ``x_lower``."""
    # a positive start: a bin without background but with data needs some signal to be inside the domain
    ones = np.ones(data.shape[:2])
    return fitter(data, ones, frozen=False, start=centre, centre=centre, x_lower=x_lower)


def _solve_cls(
    fitter: Fitter, data: Array, best: Fits, alpha: float, centre: Array | None
) -> tuple[Array, Fits, Flags]:
    """Solve CLs(x) = alpha."""
    model = fitter.model
    zero = np.zeros(best.x.shape)
    # without signal, bins that only the signal fills say nothing about the nuisances
    null = fitter(data, zero, frozen=True, start=best.theta, centre=centre, live=model.background > 0)
    asimov = backgrounds(model, null.theta)
    last: dict[str, Fits] = {}

    def excess(x: Array) -> tuple[Array, Array, Flags]:
        seen = last.get("data", best)
        fits = fitter(data, x, frozen=True, start=seen.theta, centre=centre)
        start = last["asimov"].theta if last else null.theta
        reference = fitter(asimov, x, frozen=True, start=start, centre=null.theta)
        last.update(data=fits, asimov=reference)
        t = np.sqrt(2.0 * np.maximum(fits.nll - best.nll, 0.0))
        a = np.sqrt(2.0 * np.maximum(reference.nll, 0.0))
        tiny = 1e-12
        t_slope = np.where(t > tiny, fits.slope / np.maximum(t, tiny), 0.0)
        a_slope = reference.slope / np.maximum(a, tiny)
        value, by_t, by_a = log_cls(t, np.maximum(a, tiny))
        return np.log(alpha) - value, -(by_t * t_slope + by_a * a_slope), fits.converged & reference.converged

    low = np.maximum(best.x, 0.0)
    unit = (fitter.information.sigma / fitter.scale)[:, None]
    x, solved = rising_root(excess, low + z_value(1.0 - alpha, "cls") * unit, low)
    return x, last["data"], solved & null.converged


def log_cls(t: Array, a: Array) -> tuple[Array, Array, Array]:
    r"""Log of the asymptotic CLs and its derivatives by t and a, with t^2 = q-tilde and a^2 = q-tilde of the Asimov
    data.

    :cite:`Cowan:2010js`, Eqs. (65) and (66): above q-tilde = a^2 the best fit is negative and the tail changes form.
    """
    inside = t <= a
    up = np.where(inside, -t, -(t * t + a * a) / (2.0 * a))
    down = np.where(inside, a - t, -(t * t - a * a) / (2.0 * a))
    bend = 0.5 * (t / a) ** 2
    up_t, up_a = np.where(inside, -1.0, -t / a), np.where(inside, 0.0, bend - 0.5)
    down_t, down_a = np.where(inside, -1.0, -t / a), np.where(inside, 1.0, bend + 0.5)
    hazard_up, hazard_down = _hazard(up), _hazard(down)
    value = log_ndtr(up) - log_ndtr(down)
    return value, hazard_up * up_t - hazard_down * down_t, hazard_up * up_a - hazard_down * down_a


def _hazard(u: Array) -> Array:
    """Derivative of log Phi(u)."""
    return np.asarray(np.exp(-0.5 * u * u - log_ndtr(u)) / np.sqrt(2.0 * np.pi), dtype=float)
