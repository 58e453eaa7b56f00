"""Export of a `BinnedModel` as a pyhf (HistFactory JSON) workspace; pyhf itself is not needed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import DarkfactoryError, InvalidInput, in_range, require
from darkfactory.statistics.fisher import fisher_information, weighted_design
from darkfactory.statistics.interpolation import NormSys
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import asymptotic_limit
from darkfactory.statistics.systematics import Basis, Linear, Norm, Nuisance, Product, Sum

__all__ = ["MOST_COUNTS", "UNIT", "NotExpressible", "conditioned", "observations_of", "pyhf_scale", "to_pyhf"]

Array = NDArray[np.float64]
Modifier = dict[str, Any]
MOST_COUNTS = 1e5
"""Counts of a bin above which an exported likelihood is conditioned (`conditioned`)."""
UNIT = "unit_of_mu"
"""Name of the parameter of a workspace whose ``inits`` hold the unit of mu; no modifier reads it."""


class NotExpressible(DarkfactoryError, ValueError):
    """The model has a feature that HistFactory does not know."""


def pyhf_scale(model: BinnedModel, hypothesis: int = 0) -> float:
    """Value of mu at which the exported parameter of interest is 1, to three digits: its Fisher error, or one signal event.

    The larger of the two.

    Examples
    --------
    >>> pyhf_scale(BinnedModel(signal=[[2e11]], templates=[[1e4]]))
    5e-10
    >>> pyhf_scale(BinnedModel(signal=[[2e11]], templates=[[1e-4]]))
    5e-12
    """
    one = model.select(hypothesis)
    sigma = max(float(fisher_information(one).sigma[0]), 1.0 / float(one._signal.sum()))
    return float(f"{sigma:.2e}")


def conditioned(model: BinnedModel, data: ArrayLike | None = None) -> tuple[BinnedModel, Array]:
    r"""One hypothesis with at most `MOST_COUNTS` events in a bin and the same information: what minimisers can handle.

    A likelihood of 1e10 counts is known to 1e-6 only in double precision, and its numerical gradient not at all. In a bin
    of b > `MOST_COUNTS` = b/c events, b becomes b/c while signal, nuisances and data minus b are divided by sqrt(c), so
    that s^2/b and all else that a Gaussian bin can know stays. The background becomes linear in the nuisances, between
    nominal and where the limit leaves them; free ones get a Gaussian prior of a thousand times their error. Limits change
    by less than 1/1000 (tests).

    Parameters
    ----------
    model : BinnedModel
        A single hypothesis.
    data : array_like, shape (B,), optional
        Observed counts; default the nominal background.

    Returns
    -------
    model : BinnedModel
        The conditioned one, or the model itself if no bin is that full.
    data : ndarray, shape (B,)
        The counts that belong to it.

    Raises
    ------
    NotExpressible
        If counts of a full bin lie so far from the background that a Gaussian bin does not hold.

    Examples
    --------
    >>> found, data = conditioned(BinnedModel(signal=[[1e6, 50.0]], templates=[[1e9, 40.0]]), [1e9 + 1e5, 41.0])
    >>> [array.tolist() for array in (found.signal[0], found.background[0], data)]
    [[10000.0, 50.0], [100000.0, 40.0], [101000.0, 41.0]]
    """
    background = model.background[0]
    counts = background if data is None else np.asarray(data, dtype=float)
    if not np.any(background > MOST_COUNTS):
        return model, counts
    c = np.maximum(background / MOST_COUNTS, 1.0)
    full, root = c > 1, np.sqrt(c)
    moved = np.where(full, background / c + (counts - background) / root, counts)
    far = full & (np.abs(moved - background / c) > 0.1 * MOST_COUNTS)
    text = f"data of a bin with over {MOST_COUNTS:g} counts are over 30 standard deviations from the background: no Gaussian"
    require(text if far.any() else None, error=NotExpressible)
    design = weighted_design(model, np.array([0]), model.background)[0]
    slopes = design[: model.n_bins, 1:] * np.sqrt(background)[:, None]
    errors = np.sqrt(np.diag(np.linalg.pinv(design[:, 1:].T @ design[:, 1:])))
    slopes = _secants(model, slopes, errors) / root[:, None]
    nuisances = [
        replace(nuisance, prior=min(nuisance.prior, 1000.0 * float(error))) if nuisance.free else nuisance
        for nuisance, error in zip(model.nuisances, errors, strict=True)
    ]
    templates = np.stack([background / c, *slopes.T])
    return BinnedModel(model._signal / root, templates, Linear(model.names), nuisances, model.signal_basis), moved


def observations_of(workspace: Mapping[str, Any], model: BinnedModel) -> Array:
    """Counts in the bins of a model, of the observations of a pyhf workspace: the inverse of what :func:`to_pyhf` does to data.

    Parameters
    ----------
    workspace : mapping
        Written by :func:`to_pyhf`, with observations of its kind; of any other one the counts are taken as they are.
    model : BinnedModel
        A single hypothesis.

    Returns
    -------
    ndarray, shape (B,)
        0 in bins in which nothing is expected, which no workspace has.

    Raises
    ------
    InvalidInput
        For another number of bins, and numbers that are no counts.

    Examples
    --------
    >>> model = BinnedModel(signal=[[1e6, 0.0, 50.0]], templates=[[1e9, 0.0, 40.0]])
    >>> np.round(observations_of(to_pyhf(model, [1e9 + 1e5, 0.0, 41.0]), model))
    array([1.0001e+09, 0.0000e+00, 4.1000e+01])
    """
    try:
        found = np.concatenate([np.atleast_1d(np.asarray(o["data"], dtype=float)) for o in workspace["observations"]])
    except (KeyError, TypeError, ValueError):
        raise InvalidInput("observations: must be a list of channels with name and data, numbers of events") from None
    live, background = model.live[0], model.background[0]
    sizes = dict.fromkeys((model.n_bins, int(live.sum())))
    require(
        None
        if found.shape in {(size,) for size in sizes}
        else f"observations have {found.size} bins: allowed {' or '.join(map(str, sizes))}, those of the search",
        in_range("observations", found, 0.0, unit="counts"),
    )
    counts = np.zeros(model.n_bins)
    counts[live if found.size != model.n_bins else slice(None)] = found
    measured = workspace.get("measurements") or ()
    own = any(p.get("name") == UNIT for m in measured for p in m.get("config", {}).get("parameters", ()))
    c = np.maximum(background / MOST_COUNTS, 1.0)
    if not own or not np.any(c > 1):
        return counts
    far = (c > 1) & (np.abs(counts - background / c) > 0.1 * MOST_COUNTS)
    require(
        f"observations = {counts[far][0]:g} in a bin of {background[far][0]:.6g}: the workspace has {MOST_COUNTS:g} there, and "
        "its data moved with them; give counts as a table"
        if far.any()
        else None
    )
    return np.where(c > 1, background + (counts - background / c) * np.sqrt(c), counts)


def _secants(model: BinnedModel, slopes: Array, errors: Array) -> Array:
    """Slopes of the background in its nuisances, shape (B, K), between nominal and where a limit leaves them.

    So the linear background is right at both.
    """
    theta = asymptotic_limit(model, 0.95, "cls").theta[0]
    found, templates = slopes.copy(), model._templates.reshape(-1, model.n_bins)
    at = np.zeros(len(theta))
    before = model.weights(at) @ templates
    for k in np.flatnonzero(np.abs(theta) > 1e-3 * errors):
        at[k] = theta[k]
        after = model.weights(at) @ templates
        found[:, k] = (after - before) / theta[k]
        before = after
    return found


def to_pyhf(
    model: BinnedModel, data: ArrayLike | None = None, *, hypothesis: int = 0, reach: float = 0.0
) -> dict[str, Any]:
    r"""One hypothesis of the model as a pyhf workspace (schema 1.0.0).

    Exact: `NormSys` (normsys), free `Norm` (normfactor), `HistoSys` and `Linear` with a prior (histosys), one `Norm`
    with a prior (histosys, or lumi if other uncertainties multiply it). Approximate: `Chebyshev` with a prior becomes
    the histosys of its shapes at :math:`\pm 1` prior width; products of two shape factors lose their cross terms. Bins
    in which nothing is expected are left out. Bins of more than `MOST_COUNTS` events are `conditioned` first, so that
    pyhf's default (numpy) backend finds the limit, too.

    Parameters
    ----------
    model : BinnedModel
        Model.
    data : array_like, shape (B,), optional
        Observed counts; default the nominal background (Asimov data).
    hypothesis : int
        Row of the signal.
    reach : float
        A value of mu, e.g. a limit, that the range of the parameter of interest must hold twice.

    Returns
    -------
    dict
        Workspace; the parameter of interest ``mu`` is in units of `pyhf_scale`. The unit stands in the ``inits`` of the
        parameter :data:`UNIT` of the measurement, which pyhf passes over, and in the measurement's name.

    Raises
    ------
    NotExpressible
        For a free shape nuisance, two `Norm` with priors that multiply other uncertainties, or a closed hypothesis.
    InvalidInput
        If the data have another shape or are negative.

    References
    ----------
    :cite:`Heinrich:2021gyp`

    Examples
    --------
    >>> model = BinnedModel([[1.0, 2.0]], [[10.0, 20.0]], Norm("norm"), [Nuisance("norm")])
    >>> background = to_pyhf(model)["channels"][0]["samples"][1]
    >>> [modifier["type"] for modifier in background["modifiers"]]
    ['normfactor']
    """
    one = model.select(hypothesis)
    closed = "hypothesis without signal: there is no parameter of interest to export" if one.closed[0] else None
    require(closed, error=NotExpressible)
    counts = one.background[0] if data is None else np.asarray(data, dtype=float)
    require(
        None if counts.shape == (one.n_bins,) else f"data have shape {counts.shape}: must be ({one.n_bins},)",
        in_range("data", counts, 0.0, unit="counts"),
    )
    unit = pyhf_scale(one)
    one, counts = conditioned(one, counts)
    writer = _Writer(one, unit, reach)
    live = one.live[0]
    samples = [writer.signal(live)]
    templates = one._templates[0] if one._templates.ndim == 3 else one._templates
    offset = 0
    for factors, shape in _terms(one._basis):
        stack = templates[offset : offset + shape.size]
        offset += shape.size
        samples.append(writer.sample(f"background_{len(samples)}", factors, shape, stack[:, live]))
    return {
        "channels": [{"name": "bins", "samples": samples}],
        "observations": [{"name": "bins", "data": counts[live].tolist()}],
        "measurements": [
            {
                "name": f"darkfactory, mu in units of {unit!r}",
                "config": {"poi": "mu", "parameters": writer.parameters()},
            }
        ],
        "version": "1.0.0",
    }


def _flat(basis: Product) -> Iterator[Basis]:
    for factor in basis.factors:
        if isinstance(factor, Product):
            yield from _flat(factor)
        else:
            yield factor


def _has_norm(basis: Basis) -> bool:
    parts = basis.factors if isinstance(basis, Product) else basis.terms if isinstance(basis, Sum) else ()
    return isinstance(basis, Norm | NormSys) or any(_has_norm(part) for part in parts)


def _terms(basis: Basis) -> Iterator[tuple[tuple[Basis, ...], Basis]]:
    """Split a basis into samples: multiplicative factors and a shape, in the order of the templates."""
    if isinstance(basis, Sum) and _has_norm(basis):
        for term in basis.terms:
            yield from _terms(term)
        return
    parts = tuple(_flat(basis)) if isinstance(basis, Product) else (basis,)
    factors = tuple(part for part in parts if isinstance(part, Norm | NormSys))
    shapes = tuple(part for part in parts if not isinstance(part, Norm | NormSys))
    if len(shapes) == 1 and _has_norm(shapes[0]):
        for inner, shape in _terms(shapes[0]):
            yield factors + inner, shape
        return
    mixed = "a product of two sums with normalisations inside: write it as one Sum of Products"
    require(mixed if any(_has_norm(shape) for shape in shapes) else None, error=NotExpressible)
    yield factors, shapes[0] if len(shapes) == 1 else Product(shapes) if shapes else Linear(())


class _Writer:
    """Collects modifiers and the parameter settings that they need."""

    def __init__(self, model: BinnedModel, unit: float, reach: float) -> None:
        self.model = model
        self.known: dict[str, Nuisance] = {n.name: n for n in model.nuisances}
        self.scale = unit
        self.top = max(30.0, 2.0 * reach / self.scale)
        self.lumi: str | None = None
        self.kinds: dict[str, str] = {}

    def signal(self, live: NDArray[np.bool_]) -> dict[str, Any]:
        """Signal sample."""
        row = self.model._signal[0][live] * self.scale
        basis = self.model.signal_basis
        factors = next(_terms(basis))[0] if basis is not None else ()
        built = self.sample("signal", factors, Linear(()), row[None, :])
        built["modifiers"].insert(0, {"name": "mu", "type": "normfactor", "data": None})
        return built

    def sample(self, name: str, factors: tuple[Basis, ...], shape: Basis, templates: Array) -> dict[str, Any]:
        """One sample with its modifiers."""

        def counts(theta: Array) -> Array:
            return np.asarray(shape(theta), dtype=float) @ templates

        nominal = counts(np.zeros(len(shape.names)))
        nominal = np.where(np.abs(nominal) <= 1e-15 * np.abs(templates).sum(axis=0), 0.0, nominal)
        alone = len(factors) == 1 and not shape.names and name != "signal"
        modifiers = [self._norm(factor, nominal, alone) for factor in factors]
        for k, nuisance in enumerate(shape.names):
            self._constrained(nuisance)
            step = np.where(np.arange(len(shape.names)) == k, self.known[nuisance].prior, 0.0)
            modifiers.append(_histosys(nuisance, counts(-step), counts(step)))
            self.kinds[nuisance] = "alpha"
        return {"name": name, "data": nominal.tolist(), "modifiers": modifiers}

    def _constrained(self, name: str) -> None:
        text = (
            f"nuisance {name!r} moves a shape and is free: give it a finite prior, e.g. search.systematics."
            f"{name.rpartition('/')[2]}=10; pyhf constrains every histosys"
        )
        require(text if self.known[name].free else None, error=NotExpressible)

    def _norm(self, factor: Basis, nominal: Array, alone: bool) -> Modifier:
        """Modifier of a normalisation."""
        (name,) = factor.names
        prior = self.known[name].prior
        if isinstance(factor, NormSys):
            text = f"nuisance {name!r} of a NormSys has prior {prior:g}: pyhf knows 1 only; rescale low and high"
            require(text if prior != 1.0 else None, error=NotExpressible)
            self.kinds[name] = "alpha"
            return {"name": name, "type": "normsys", "data": {"lo": factor.low, "hi": factor.high}}
        if math.isinf(prior):
            self.kinds[name] = "factor"
            return {"name": name, "type": "normfactor", "data": None}
        if alone and self.lumi != name:
            self.kinds[name] = "alpha"
            return _histosys(name, (1.0 - prior) * nominal, (1.0 + prior) * nominal)
        taken = self.lumi not in (None, name) or self.kinds.get(name) == "alpha"
        text = f"normalisation {name!r} has a Gaussian prior and multiplies other uncertainties: pyhf allows one; use NormSys"
        require(text if taken else None, error=NotExpressible)
        self.lumi = name
        self.kinds[name] = "lumi"
        return {"name": "lumi", "type": "lumi", "data": None}

    def parameters(self) -> list[dict[str, Any]]:
        """Bounds, starting values and the one lumi constraint."""
        # at the background: far from it, a gradient that is mostly noise may stop a minimiser at once
        out: list[dict[str, Any]] = [{"name": "mu", "inits": [0.0], "bounds": [[0.0, self.top]]}]
        out.append({"name": UNIT, "inits": [self.scale], "fixed": True})
        lower, upper = self.model.bounds
        for name, low, high in zip(self.model.names, lower, upper, strict=True):
            kind, prior = self.kinds[name], self.known[name].prior
            if kind == "alpha":
                edges = [max(low / prior, -8.0), min(high / prior, 8.0)]
                out.append({"name": name, "inits": [0.0], "bounds": [edges]})
            elif kind == "factor":
                out.append({"name": name, "inits": [1.0], "bounds": [[max(1.0 + low, 0.0), min(1.0 + high, 10.0)]]})
            else:
                edges = [max(1.0 + low, 1.0 - 8.0 * prior, 0.0), min(1.0 + high, 1.0 + 8.0 * prior)]
                setting = {"name": "lumi", "inits": [1.0], "bounds": [edges], "auxdata": [1.0], "sigmas": [prior]}
                out.append(setting)
        return out


def _histosys(name: str, down: Array, up: Array) -> Modifier:
    return {"name": name, "type": "histosys", "data": {"lo_data": down.tolist(), "hi_data": up.tolist()}}
