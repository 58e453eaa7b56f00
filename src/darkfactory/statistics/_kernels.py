"""Compiled fits (JAX); imported inside functions only, so that importing the package does not load JAX.

One problem is: bins with data d, expectation n(phi) = W(phi) . E with phi = (x, theta), x = mu / scale, W = (x
f(theta), w(theta)) and E = (scale * signal, templates). Minimised is the deviance form of the negative log likelihood
plus half the prior pulls, by a Newton method with exact curvature, Levenberg-Marquardt damping and projected bounds.
Empty bins (d = 0) do not keep n positive by themselves; a logarithmic barrier does, that shrinks to `BARRIER`, below
what matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Any

from darkfactory.backend import jax as _load
from darkfactory.statistics.systematics import Basis, picked

jax = _load()
jnp = jax.numpy

BARRIER = 1e-10
TOLERANCE = 1e-12
"""Expected decrease of the negative log likelihood at which a fit has converged."""
ITERATIONS = 100


@dataclass(frozen=True)
class Weights:
    """W(phi) of a model: hashable, so that it is part of the key of a compiled kernel."""

    basis: Basis
    columns: tuple[int, ...]
    signal_basis: Basis | None
    signal_columns: tuple[int, ...]

    def __call__(self, phi: Any) -> Any:
        """Weights (x f, w_1, ..., w_T), shape (1 + T,)."""
        theta = phi[1:]
        x = phi[:1]
        if self.signal_basis is not None:
            x = x * self.signal_basis(picked(theta, self.signal_columns))
        return jnp.concatenate([x, self.basis(picked(theta, self.columns))])


def x_minus_log1p(x: Any) -> Any:
    """Return x - log(1 + x) to full relative precision (the built-in log1p of XLA is not good enough below 1e-4)."""
    small = jnp.abs(x) < 0.1
    y = jnp.where(small, x, 0.0)
    r = y / (2.0 + y)
    square = r * r
    tail = 0.0
    for k in range(17, 1, -2):
        tail = (tail + 1.0 / k) * square
    z = jnp.where(small, 1.0, x)
    return jnp.where(small, r * (y - 2.0 * tail), z - jnp.log1p(z))


def deviance(n: Any, data: Any) -> Any:
    """Return n - d - d log(n/d) per bin without cancellation; n where d = 0."""
    filled = data > 0
    d = jnp.where(filled, data, 1.0)
    return jnp.where(filled, d * x_minus_log1p((n - d) / d), n)


def _expectation(weights: Any, problem: dict[str, Any]) -> Any:
    return weights[..., :1] * problem["signal"] + weights[..., 1:] @ problem["templates"]


def _value(phi: Any, n: Any, barrier: Any, problem: dict[str, Any]) -> Any:
    """Negative log likelihood with barrier; inf outside its domain."""
    live, data = problem["live"], problem["data"]
    inside = jnp.all((n > 0) | ~live, axis=-1)
    n = jnp.where(live & inside[..., None], n, 1.0)
    terms = deviance(n, data) - barrier[..., None] * jnp.where(data > 0, 0.0, jnp.log(n))
    pull = problem["precision"] * (phi - problem["centre"]) ** 2
    return jnp.where(inside, jnp.sum(jnp.where(live, terms, 0.0), axis=-1) + 0.5 * jnp.sum(pull, axis=-1), jnp.inf)


def _step(phi: Any, damping: Any, barrier: Any, weights: Weights, problem: dict[str, Any]) -> tuple[Any, ...]:
    """Negative log likelihood and its gradient, a trial point and the decrease that it should bring."""
    signal, templates, live = problem["signal"], problem["templates"], problem["live"]
    slopes = _each(jax.jacfwd(weights), phi)
    n = _expectation(_each(weights, phi), problem)
    value = _value(phi, n, barrier, problem)
    n = jnp.where(live, n, 1.0)
    of_each = templates if templates.ndim == 2 else templates[:, None]
    jacobian = slopes[..., 0, :, None] * signal[..., None, :] + jnp.swapaxes(slopes[..., 1:, :], -1, -2) @ of_each
    jacobian = jnp.where(live[..., None, :], jacobian, 0.0)
    d = jnp.where(live, jnp.where(problem["data"] > 0, problem["data"], barrier[..., None]), 1.0)
    residual = (n - d) / n
    precision = problem["precision"]
    gradient = jnp.sum(jacobian * residual[..., None, :], axis=-1) + precision * (phi - problem["centre"])
    by_signal = jnp.sum(signal * residual, axis=-1, keepdims=True)
    fixed = jnp.concatenate([by_signal, residual @ jnp.swapaxes(templates, -1, -2)], axis=-1)
    curvature = _each(jax.hessian(lambda p, f: weights(p) @ f), phi, fixed)
    hessian = (jacobian * (d / n**2)[..., None, :]) @ jnp.swapaxes(jacobian, -1, -2) + curvature + jnp.diag(precision)
    fisher = jnp.sum(jacobian**2 / n[..., None, :], axis=-1) + precision
    stuck = ((phi <= problem["lower"]) & (gradient > 0)) | ((phi >= problem["upper"]) & (gradient < 0))
    free = ~(problem["frozen"] | stuck)
    scale = jnp.where(free & (fisher > 0), 1.0 / jnp.sqrt(jnp.where(fisher > 0, fisher, 1.0)), 0.0)
    diagonal = jnp.where(scale > 0, damping[..., None], 1.0)[..., None] * jnp.eye(phi.shape[-1])
    matrix = scale[..., :, None] * hessian * scale[..., None, :] + diagonal
    factor = jax.scipy.linalg.cho_factor(matrix, lower=True)
    direction = -scale * jax.scipy.linalg.cho_solve(factor, (scale * gradient)[..., None])[..., 0]
    # stay inside n > 0: go at most nine tenths of the way to the border that the linearised expectation sees
    change = jnp.sum(direction[..., None] * jacobian, axis=-2)
    towards = jnp.max(jnp.where(live, -change / n, 0.0), axis=-1)
    length = jnp.where(towards > 0.9, 0.9 / towards, 1.0)
    trial = jnp.clip(phi + length[..., None] * direction, problem["lower"], problem["upper"])
    return value, gradient, trial, -0.5 * jnp.sum(gradient * direction, axis=-1)


def _running(state: dict[str, Any]) -> Any:
    return ~state["done"] & (state["count"] < ITERATIONS) & (state["damping"] < 1e12)


def _each(function: Any, *arrays: Any) -> Any:
    """Apply a function of vectors to each of (H, R) vectors."""
    size = arrays[0].shape[:2]
    found = jax.vmap(function)(*(array.reshape(-1, array.shape[-1]) for array in arrays))
    return found.reshape(*size, *found.shape[1:])


@partial(jax.jit, static_argnames=("weights",))
def fit(
    signal: Any,
    templates: Any,
    live: Any,
    data: Any,
    x: Any,
    start: Any,
    centre: Any,
    shared: dict[str, Any],
    *,
    weights: Weights,
) -> dict[str, Any]:
    """Fit R data sets at each of H hypotheses in one call.

    ``signal`` (H, B), already times the scale of x; ``templates`` (T, B) or (H, T, B); ``live`` (H, B); ``data`` (H, R,
    B); ``x`` (H, R), where x is held or starts; ``start`` and ``centre`` (H, R, K); ``shared``: ``precision``,
    ``lower``, ``upper`` (1 + K,) and ``frozen`` (1 + K,). Returns phi (H, R, 1 + K), nll, d nll/dx, converged and
    iterations (H, R).
    """
    # all fits are one array, not one fit mapped twice: a mapped loop takes three times as long to trace
    problem = dict(shared, signal=signal[:, None], templates=templates, live=live[:, None], data=data)
    problem["centre"] = jnp.concatenate([jnp.zeros((*x.shape, 1)), centre], axis=-1)
    first = jnp.where(jnp.any(problem["live"] & (data <= 0), axis=-1), 1e-3, BARRIER)
    # a start extrapolated from another fit may lie outside the domain, or in the basin of a spurious minimum
    starts = [jnp.concatenate([x[..., None], theta], axis=-1) for theta in (start, jnp.zeros_like(start))]
    values = [_value(phi, _expectation(_each(weights, phi), problem), first, problem) for phi in starts]
    begin = jnp.where((values[0] <= values[1])[..., None], *starts)

    def body(state: dict[str, Any]) -> dict[str, Any]:
        phi, damping, barrier = state["phi"], state["damping"], state["barrier"]
        value, gradient, trial, decrease = _step(phi, damping, barrier, weights, problem)
        small = (jnp.abs(decrease) < TOLERANCE) & (damping < 0.1)
        # close to the minimum the gradient knows more than differences of rounded values do
        slack = jnp.where(jnp.abs(decrease) < 1e-7, 1e-7, 1e-11 * (1.0 + jnp.abs(value)))
        ahead = _value(trial, _expectation(_each(weights, trial), problem), barrier, problem)
        accepted = ahead <= value + slack
        calmer = jnp.where(damping > 1e-6, 0.1 * damping, 0.0)
        wilder = jnp.where(small, damping, jnp.maximum(10.0 * damping, 1e-3))
        relax = (jnp.abs(decrease) < jnp.maximum(barrier, TOLERANCE)) & accepted | small
        new = {
            "phi": jnp.where(accepted[..., None], trial, phi),
            "damping": jnp.where(accepted, calmer, wilder),
            "barrier": jnp.where(relax, jnp.maximum(0.01 * barrier, BARRIER), barrier),
            "count": state["count"] + 1,
            "done": small & (barrier <= BARRIER),
            "nll": value,
            "slope": gradient[..., 0],
        }
        going = _running(state)
        return {k: jnp.where(going[..., None] if k == "phi" else going, new[k], state[k]) for k in state}

    zero, none = jnp.zeros(x.shape), jnp.zeros(x.shape, dtype=int)
    state = {
        "phi": begin,
        "damping": zero,
        "barrier": first,
        "count": none,
        "done": none > 0,
        "nll": zero,
        "slope": zero,
    }
    state = jax.lax.while_loop(lambda state: jnp.any(_running(state)), body, state)
    nll = jnp.where(jnp.isnan(state["nll"]), jnp.inf, state["nll"])
    found = {"phi": state["phi"], "nll": nll, "slope": state["slope"], "iterations": state["count"]}
    return dict(found, converged=state["done"] & jnp.isfinite(nll))
