"""Asymptotic expected upper limits on the signal strength, for many events: Fisher, profile likelihood, CLs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import log_ndtr, ndtri, ndtri_exp

from darkfactory.errors import in_range, one_of, require
from darkfactory.statistics._fits import Fits, Fitter, backgrounds
from darkfactory.statistics._roots import rising_root
from darkfactory.statistics.fisher import MAX_CONDITION, FisherInformation, fisher_information
from darkfactory.statistics.likelihood import BinnedModel

__all__ = ["BANDS", "DISCOVERY", "METHODS", "POISSON_BELOW", "ExpectedLimit", "asymptotic_limit", "z_value"]

Array = NDArray[np.float64]

BANDS = (-2, -1, 0, 1, 2)
"""Standard deviations of the background fluctuation of the columns of `ExpectedLimit.band`."""

DISCOVERY = "discovery"
"""The "limit" above which a signal is seen: the median experiment rejects the background alone at the confidence level."""
METHODS = ("cls", "profile", "fisher", "window", "kappa", DISCOVERY)
"""Limit methods; ``window`` and ``kappa`` are counting methods (`window_limit`)."""
POISSON_BELOW = 50.0
"""Background events below which exact Poisson probabilities replace Gaussian and asymptotic forms, of every method."""


def z_value(cl: float, method: str) -> float:
    """Number of Gaussian standard deviations at which a method sets its median expected limit.

    Parameters
    ----------
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        ``cls``: Phi^-1(1 - (1 - cl)/2), since the background-only tail is 1/2 at the median. ``profile``, ``fisher``,
        ``window``, ``kappa``, ``discovery``: one-sided Phi^-1(cl).

    Returns
    -------
    float
        z [standard deviations].

    Raises
    ------
    InvalidInput
        If ``cl`` is outside (0.5, 1) or the method is unknown.

    References
    ----------
    :cite:`Cowan:2010js`, :cite:`Read:2002hq`

    Examples
    --------
    >>> round(z_value(0.90, "cls"), 6), round(z_value(0.90, "profile"), 6), round(z_value(0.95, "profile"), 6)
    (1.644854, 1.281552, 1.644854)
    """
    require(
        in_range("cl", cl, 0.5, 1.0, open_low=True, open_high=True, remedy="a confidence level such as 0.90"),
        one_of("method", method, METHODS),
    )
    return float(ndtri(1.0 - 0.5 * (1.0 - cl)) if method == "cls" else ndtri(cl))


def band_values(cl: float, method: str) -> Array:
    """Values of sqrt(q_A) at which the -2 ... +2 sigma limits lie, shape (5,); 0 for a limit that is 0; a discovery has no
    band but the median.
    """
    if method == DISCOVERY:
        return np.full(len(BANDS), z_value(cl, method))
    return values_at(np.array(BANDS, dtype=float), cl, method)


def values_at(pull: Array | float, cl: float, method: str) -> Array:
    """The same for data that are ``pull`` standard deviations above the background."""
    if method == "cls":
        return np.asarray(pull - ndtri_exp(np.log1p(-cl) + log_ndtr(pull)), dtype=float)
    return np.maximum(z_value(cl, method) + pull, 0.0)


@dataclass(frozen=True, eq=False)
class ExpectedLimit:
    """Median expected upper limits on mu at H hypotheses, with bands and what limits them; no field ever holds a NaN.

    Attributes
    ----------
    limit : ndarray, shape (H,)
        Median limit in the units of mu; inf where no limit is quoted (every status but ``ok`` and ``nonlinear``).
    band : ndarray, shape (H, 5)
        Limits for background fluctuations of -2, -1, 0, +1, +2 standard deviations.
    sigma : ndarray, shape (H,)
        Gaussian error of mu (Fisher); inf where there is no limit.
    status : ndarray of str, shape (H,)
        ``ok``; ``closed`` (no signal); ``degenerate`` (condition number above 1e12); ``not-converged``; ``nonlinear``:
        the profiled nuisances leave their ``linear_range`` or the table of a `Chebyshev` (the limit is shown but only
        formal), or ``fisher`` was asked where a signal bin has no background (limit inf).
    condition : ndarray, shape (H,)
        Condition number of the scaled Fisher matrix.
    theta : ndarray, shape (H, K)
        Profiled nuisances at the limit, for background data.
    at_bound : ndarray of bool, shape (H, K)
        Whether that nuisance sits at a bound.
    impact : ndarray, shape (H, K)
        sigma with the nuisance fixed over sigma: 1 for no effect (Fisher).
    limited_by : ndarray of str, shape (H,)
        ``statistics``, the nuisance that matters most, or ``closed``.
    effective_background : ndarray, shape (H,)
        Background events under the signal, (sum s)^2 / (sum s^2/b).
    poisson : ndarray of bool, shape (H,)
        Whether the limit is exact Poisson CLs in a window, because there are few events (`expected_limit`).
    nuisances : tuple of str
        Names, the order of K.
    cl, z : float
        Confidence level and the number of standard deviations of the median.
    method : str
        ``fisher``, ``profile``, ``cls`` or ``discovery``.
    """

    limit: Array
    band: Array
    sigma: Array
    status: NDArray[np.str_]
    condition: Array
    theta: Array
    at_bound: NDArray[np.bool_]
    impact: Array
    limited_by: NDArray[np.str_]
    effective_background: Array
    poisson: NDArray[np.bool_]
    nuisances: tuple[str, ...]
    cl: float
    z: float
    method: str


def asymptotic_limit(model: BinnedModel, cl: float = 0.90, method: str = "profile") -> ExpectedLimit:
    r"""Median expected upper limit on mu in the limit of many events, all hypotheses at once, on Asimov background data.

    Too strong for few events: `expected_limit` asks how many there are.

    Parameters
    ----------
    model : BinnedModel
        Signal, background and nuisances.
    cl : float
        Confidence level, in (0.5, 1).
    method : str
        ``profile``: solve :math:`q(\mu) = -2 \ln L(\mu, \hat{\hat\theta}) / L(0, 0) = z^2`, z one-sided. ``cls``: the
        same curve at the z of the median CLs. ``fisher``: z times the Gaussian error, for large counts; needs no JAX.
        ``discovery``: the signal whose Asimov data have :math:`q_0 = -2 \ln L(0, \hat{\hat\theta}) / L(\mu, 0) = z^2`; bins
        that only the signal fills are left out.

    Returns
    -------
    ExpectedLimit
        Arrays over hypotheses.

    Raises
    ------
    InvalidInput
        If ``cl`` or ``method`` is outside its domain.

    Notes
    -----
    Bands: :math:`\sqrt{q_A(\mu_N)} = z + N`, floored at 0 (``profile``, ``fisher``), and
    :math:`N + \Phi^{-1}(1 - (1 - CL)\,\Phi(N))` (``cls``). The Asimov data are those of nominal nuisances (pre-fit). q is
    right to 1e-6 for bins of up to 1e12 counts.

    References
    ----------
    :cite:`Cowan:2010js`, Eqs. (14), (16), (88), (89); :cite:`Read:2002hq`

    Examples
    --------
    >>> counting = BinnedModel(signal=[[1.0]], templates=[[1e6]])
    >>> z = float(asymptotic_limit(counting, 0.95, "fisher").limit[0]) / 1e3     # z sqrt(B)
    >>> round(z, 6)
    1.644854
    """
    require(one_of("method", method, ("profile", "cls", "fisher", DISCOVERY)))
    z = z_value(cl, method)
    targets = band_values(cl, method)
    information = fisher_information(model)
    out = _empty(model, information, cl, z, method)
    good = (out.status == "ok") & (information.condition < MAX_CONDITION)
    out.status[~good & ~model.closed] = "degenerate"
    rows = np.flatnonzero(good)
    if method == "fisher":
        bad = rows[~information.gaussian[rows]]
        out.status[bad] = "nonlinear"
        rows = rows[information.gaussian[rows]]
        out.band[rows] = information.sigma[rows, None] * targets
        out.theta[rows] = information.shift[rows] * (z * information.sigma[rows])[:, None]
    elif rows.size and method == DISCOVERY:
        _discover(Fitter(model.select(rows), information.select(rows)), z, rows, out)
    elif rows.size:
        _profile(Fitter(model.select(rows), information.select(rows)), targets, rows, out)
    out.limit[:] = out.band[:, 2]
    out.sigma[~np.isfinite(out.limit)] = np.inf
    lower, upper = model.bounds
    out.at_bound[:] = (out.theta <= lower) | (out.theta >= upper)
    beyond = np.any(np.abs(out.theta) > model.linear_ranges, axis=1)
    out.status[beyond & (out.status == "ok")] = "nonlinear"
    return out


def _empty(model: BinnedModel, information: FisherInformation, cl: float, z: float, method: str) -> ExpectedLimit:
    """Result with nothing computed: every limit inf."""
    hypotheses, count = model.n_hypotheses, len(model.nuisances)
    return ExpectedLimit(
        limit=np.full(hypotheses, np.inf),
        band=np.full((hypotheses, len(BANDS)), np.inf),
        sigma=information.sigma.copy(),
        status=np.where(model.closed, "closed", "ok").astype("<U13"),
        condition=information.condition,
        theta=np.zeros((hypotheses, count)),
        at_bound=np.zeros((hypotheses, count), dtype=bool),
        impact=information.impact,
        limited_by=information.limited_by,
        effective_background=information.effective_background,
        poisson=np.zeros(hypotheses, dtype=bool),
        nuisances=model.names,
        cl=cl,
        z=z,
        method=method,
    )


def _profile(fitter: Fitter, targets: Array, rows: NDArray[np.intp], out: ExpectedLimit) -> None:
    """Fill bands, profiled nuisances and status of ``rows`` with the solutions of sqrt(q) = targets."""
    model = fitter.model
    shape = (model.n_hypotheses, len(targets))
    data = np.broadcast_to(model.background[:, None, :], (*shape, model.n_bins))
    goal = np.broadcast_to(targets, shape)
    x, fits, solved = solve_profile(fitter, data, goal)
    out.band[rows] = np.where(goal > 0, x * fitter.scale[:, None], 0.0)
    out.theta[rows] = fits.theta[:, 2]
    failed = ~solved.all(axis=1)
    out.band[rows[failed]] = np.inf
    out.theta[rows[failed]] = 0.0
    out.status[rows[failed]] = "not-converged"


def _discover(fitter: Fitter, z: float, rows: NDArray[np.intp], out: ExpectedLimit) -> None:
    """Fill limits, nuisances of the fit without a signal and status of ``rows`` where the Asimov data have sqrt(q0) = z."""
    model, information = fitter.model, fitter.information
    filled = model.background > 0
    background, zeros = model.background[:, None, :], np.zeros((model.n_hypotheses, 1))
    signal = np.where(filled, model._signal * fitter.scale[:, None], 0.0)[:, None, :]
    last: list[Fits] = []

    def excess(x: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        data = background + x[..., None] * signal
        theta = last[-1].theta if last else -z * (information.shift * information.sigma[:, None])[:, None, :]
        fits = fitter(data, zeros, frozen=True, start=theta, live=filled)
        last[:] = [fits]
        root = np.sqrt(2.0 * np.maximum(fits.nll, 0.0))
        # by the envelope theorem, what the counts change at fixed nuisances
        n = backgrounds(model, fits.theta)
        known = (n > 0) & (data > 0)
        slope = np.sum(signal * np.log(np.where(known, data, 1.0) / np.where(known, n, 1.0)), axis=2)
        return root / z - 1.0, slope / (np.where(root > 0, root, 1.0) * z), fits.converged

    x, solved = rising_root(excess, z * (information.sigma / fitter.scale)[:, None], zeros)
    out.band[rows] = np.where(solved, x * fitter.scale[:, None], np.inf)
    out.theta[rows] = np.where(solved, last[-1].theta[:, 0], 0.0)
    out.status[rows[~solved[:, 0]]] = "not-converged"


def solve_profile(
    fitter: Fitter,
    data: Array,
    target: Array,
    *,
    x_best: Array | None = None,
    nll_best: Array | None = None,
    centre: Array | None = None,
    start: Array | None = None,
) -> tuple[Array, Fits, NDArray[np.bool_]]:
    """Find x above ``x_best`` with sqrt(2 (nll(x) - nll_best)) = target, all (H, R) at once.

    Newton on the root of q, whose slope is the partial derivative of nll at the profiled point. The root of q is
    concave in x to a good approximation, so that steps from below stay below. Defaults: ``x_best`` = ``nll_best`` = 0
    (Asimov data).

    Returns
    -------
    x : ndarray, shape (H, R)
        Solution.
    fits : Fits
        Profiled fits there.
    solved : ndarray of bool, shape (H, R)
        Whether fit and root have converged.
    """
    best = np.zeros(target.shape) if x_best is None else x_best
    floor = np.zeros(target.shape) if nll_best is None else nll_best
    information = fitter.information
    goal = np.where(target > 0, target, 1.0)
    shift = information.shift * information.sigma[:, None]
    last: list[Fits] = []

    def excess(x: Array) -> tuple[Array, Array, NDArray[np.bool_]]:
        theta = last[-1].theta if last else goal[..., None] * shift[:, None, :] if start is None else start
        fits = fitter(data, x, frozen=True, start=theta, centre=centre)
        last[:] = [fits]
        root = np.sqrt(2.0 * np.maximum(fits.nll - floor, 0.0))
        slope = np.divide(fits.slope, root, out=np.zeros_like(root), where=root > 0)
        return root / goal - 1.0, slope / goal, fits.converged

    x, solved = rising_root(excess, best + goal * (information.sigma / fitter.scale)[:, None], best)
    return x, last[-1], solved
