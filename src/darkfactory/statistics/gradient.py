r"""Exact derivatives of an expected limit in everything that its likelihood holds: signal, templates, widths of priors.

The limit is where :math:`q(\mu, p) = z^2`. At the profiled nuisances q does not depend on them to first order (they minimise it,
within fixed bounds), so that :math:`d\mu/dp = -(\partial q/\partial p) / (\partial q/\partial\mu)`; the Asimov data are the nominal
background and move with p.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.statistics.fisher import fisher_information
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import ExpectedLimit

__all__ = ["LimitGradient", "limit_gradient", "normalised_by"]

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LimitGradient:
    """Derivatives of the median expected limit on mu at H hypotheses.

    Attributes
    ----------
    model : BinnedModel
        The likelihood.
    limit : ndarray, shape (H,)
        Median limit.
    known : ndarray of bool, shape (H,)
        Where there are derivatives: not for exact Poisson limits, nor where none is quoted or a nuisance is at a bound, which
        may move; 0 elsewhere.
    signal : ndarray, shape (H, B)
        In the signal counts per unit of mu.
    templates : ndarray, shape (H, T, B)
        In the counts of the templates.
    priors : ndarray, shape (H, K)
        In the widths of the priors; 0 for a free nuisance.
    """

    model: BinnedModel
    limit: Array
    known: NDArray[np.bool_]
    signal: Array
    templates: Array
    priors: Array

    def elasticity(self, signal: float, templates: ArrayLike) -> Array:
        """Logarithmic derivative in a number that signal and templates go with powers of.

        Parameters
        ----------
        signal : float
            Power of the signal.
        templates : array_like, scalar or shape (T,)
            Power of each template.

        Returns
        -------
        ndarray, shape (H,)
        """
        model = self.model
        tables = np.broadcast_to(model._templates, self.templates.shape)
        powers = np.broadcast_to(np.asarray(templates, dtype=float), tables.shape[1])
        moved = signal * np.sum(self.signal * model._signal, axis=1)
        moved = moved + np.einsum("t,htb,htb->h", powers, self.templates, tables)
        found: Array = np.divide(moved, self.limit, out=np.zeros_like(moved), where=self.known)
        return found

    def of_priors(self) -> Array:
        """Logarithmic derivatives in the widths of the priors, shape (H, K)."""
        widths = np.where(np.isfinite(self.model.priors), self.model.priors, 0.0)
        moved = self.priors * widths
        found: Array = np.divide(moved, self.limit[:, None], out=np.zeros_like(moved), where=self.known[:, None])
        return found


def limit_gradient(model: BinnedModel, found: ExpectedLimit) -> LimitGradient:
    """Derivatives of an expected limit.

    Parameters
    ----------
    model : BinnedModel
        The likelihood.
    found : ExpectedLimit
        Its limits by `expected_limit` or `asymptotic_limit`, of method ``profile``, ``cls`` or ``fisher``.

    Returns
    -------
    LimitGradient
        Arrays over hypotheses.

    References
    ----------
    :cite:`Cowan:2010js`

    Examples
    --------
    >>> from darkfactory.statistics import asymptotic_limit
    >>> counting = BinnedModel(signal=[[1.0]], templates=[[1e6]])
    >>> gradient = limit_gradient(counting, asymptotic_limit(counting, 0.95, "fisher"))
    >>> float(gradient.elasticity(1.0, 1.0)[0])  # of the exposure
    -0.5
    """
    hypotheses, bins = model.n_hypotheses, model.n_bins
    known = (found.status == "ok") & ~found.poisson & np.isfinite(found.limit) & ~found.at_bound.any(axis=1)
    gradient = LimitGradient(
        model=model,
        limit=found.limit,
        known=known,
        signal=np.zeros((hypotheses, bins)),
        templates=np.zeros((hypotheses, model._basis.size, bins)),
        priors=np.zeros((hypotheses, len(model.nuisances))),
    )
    fill = _gaussian if found.method == "fisher" else _profiled
    for h in np.flatnonzero(known):
        fill(gradient, found, int(h))
    return gradient


def _profiled(gradient: LimitGradient, found: ExpectedLimit, h: int) -> None:
    """Derivatives at one hypothesis: nll = sum n - d - d log(n/d) + pulls, with d the nominal background."""
    model, mu, theta = gradient.model, float(found.limit[h]), found.theta[h]
    tables = model._templates[h] if model._templates.ndim == 3 else model._templates
    d, f, w = model.background[h], model.signal_weight(theta), model.weights(theta)
    n = mu * f * model._signal[h] + w @ tables
    live, filled = model.live[h], (d > 0) & model.live[h]
    of_n = np.where(live, 1.0, 0.0) - np.divide(d, n, out=np.zeros(len(d)), where=filled)
    of_d = -np.log(np.divide(n, d, out=np.ones(len(d)), where=filled))
    of_mu = f * float(of_n @ model._signal[h])
    nominal = model.weights(np.zeros(len(theta)))
    gradient.signal[h] = -mu * f * of_n / of_mu
    gradient.templates[h] = -(w[:, None] * of_n + nominal[:, None] * of_d) / of_mu
    finite = np.isfinite(model.priors)
    gradient.priors[h, finite] = theta[finite] ** 2 / model.priors[finite] ** 3 / of_mu


def _gaussian(gradient: LimitGradient, found: ExpectedLimit, h: int) -> None:
    """Derivatives at one hypothesis of z sigma, where sigma^2 is the first element of the inverse of the Fisher matrix I:
    d sigma^2 = -v.dI.v with v = I^-1 e_mu.
    """
    model = gradient.model
    information = fisher_information(model.select(h))
    variance = float(information.sigma[0]) ** 2
    v_mu, v = variance, variance * information.shift[0]
    tables = model._templates[h] if model._templates.ndim == 3 else model._templates
    n, slopes = model.background[h], model.weights_jacobian()[0]
    nominal = model.weights(np.zeros(len(v)))
    live = n > 0
    inverse = np.divide(1.0, n, out=np.zeros(len(n)), where=live)
    moved = (v_mu * model._signal[h] + (slopes @ v) @ tables) * inverse
    scale = float(found.limit[h]) / (2 * variance)
    gradient.signal[h] = -2 * scale * v_mu * moved
    gradient.templates[h] = scale * (nominal[:, None] * moved**2 - 2 * (slopes @ v)[:, None] * moved)
    finite = np.isfinite(model.priors)
    gradient.priors[h, finite] = 2 * scale * v[finite] ** 2 / model.priors[finite] ** 3


def normalised_by(model: BinnedModel, name: str) -> NDArray[np.bool_]:
    """Which templates a nuisance normalises, with a factor 1 + theta; shape (T,).

    Parameters
    ----------
    model : BinnedModel
        The likelihood.
    name : str
        The nuisance.

    Examples
    --------
    >>> from darkfactory.statistics import Norm, Nuisance, Sum
    >>> both = Sum((Norm("one"), Norm("other")))
    >>> model = BinnedModel([1.0], [[10.0], [5.0]], both, [Nuisance("one"), Nuisance("other")])
    >>> normalised_by(model, "other")
    array([False,  True])
    """
    # anywhere but at nominal and at the nodes of tables, where other weights are 0
    lower, upper = model.bounds
    theta = np.clip(0.1 / (1.0 + np.arange(len(model.nuisances))), 0.37 * lower, 0.37 * upper)
    basis = model._basis
    if name not in basis.names:
        return np.zeros(basis.size, dtype=bool)
    own = theta[model._columns(basis)]
    slope = basis.jacobian(own)[:, basis.names.index(name)]
    found: NDArray[np.bool_] = np.isclose(
        slope * (1.0 + theta[model.names.index(name)]), basis(own), rtol=1e-9, atol=0.0
    )
    return found
