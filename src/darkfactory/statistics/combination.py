"""Several likelihoods as one: bins side by side, one parameter of interest, and the nuisances that they have in common."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import in_range, positive, require
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.systematics import Basis, Linear, Nuisance, Sum

__all__ = ["gaussian_term", "joint_model", "private_name"]

Array = NDArray[np.float64]
MANY = 1e10
"""Counts of a bin that stands for a Gaussian measurement: Poisson is Gaussian there to 1e-5 standard deviations."""


def private_name(label: str, name: str) -> str:
    """Name of a nuisance that belongs to one of several likelihoods alone."""
    return f"{label}/{name}"


def joint_model(
    models: Sequence[BinnedModel], factors: Sequence[ArrayLike], labels: Sequence[str], shared: Collection[str] = ()
) -> BinnedModel:
    r"""Product of likelihoods: bins :math:`n_i = \mu\, k_i s_i + w_i(\theta) \cdot T_i` side by side.

    Parameters
    ----------
    models : sequence of BinnedModel
        With the same number H of hypotheses.
    factors : sequence of array_like, shape (H,)
        What each model's own parameter of interest is per unit of the common one, k.
    labels : sequence of str
        One for each: nuisances that are not shared are called ``label/name``, so that they are independent.
    shared : collection of str
        Nuisances that are one and the same in all models that have them.

    Returns
    -------
    BinnedModel
        Bounds of a shared nuisance are those that all allow.

    Raises
    ------
    InvalidInput
        If a shared nuisance has two priors, or an uncertainty of the signal is not common to all.

    Examples
    --------
    >>> one = BinnedModel([[1.0]], [[100.0], [10.0]], nuisances=[Nuisance("level", 1.0)])
    >>> joint_model([one, one], [[1.0], [3.0]], ["a", "b"]).names
    ('a/level', 'b/level')
    >>> joint_model([one, one], [[1.0], [3.0]], ["a", "b"], {"level"}).expectation(2.0)
    array([[102., 106.]])
    """
    renamed = [
        {name: name if name in shared else private_name(label, name) for name in model.names}
        for model, label in zip(models, labels, strict=True)
    ]
    found: dict[str, tuple[str, Nuisance]] = {}
    for model, label, names in zip(models, labels, renamed, strict=True):
        for own in model.nuisances:
            name = names[own.name]
            before, known = found.setdefault(name, (label, replace(own, name=name)))
            require(
                None
                if known.prior == own.prior
                else f"share {name}: its prior is {_prior(known)} in {before} and {_prior(own)} in {label}; the same in both, or "
                "do not share it"
            )
            found[name] = before, _both(known, own)
    signals = [
        model.signal_basis and model.signal_basis.renamed(names) for model, names in zip(models, renamed, strict=True)
    ]
    one_signal = all(basis == signals[0] for basis in signals)
    require(
        None if one_signal else "uncertainties of the signal: allowed where they are common to all parts; share them"
    )
    bases = tuple(model._basis.renamed(names) for model, names in zip(models, renamed, strict=True))
    signal = np.concatenate(
        [model._signal * np.reshape(k, (-1, 1)) for model, k in zip(models, factors, strict=True)], axis=1
    )
    nuisances = [nuisance for _, nuisance in found.values()]
    return BinnedModel(signal, _side_by_side(models), _sum(bases), nuisances, signals[0])


def _sum(bases: tuple[Basis, ...]) -> Basis:
    return Sum(bases) if len(bases) > 1 else bases[0]


def _prior(nuisance: Nuisance) -> str:
    return "free" if nuisance.free else f"{nuisance.prior:g}"


def _both(one: Nuisance, other: Nuisance) -> Nuisance:
    """A nuisance with the bounds of two."""
    return replace(
        one,
        lower=max(one.lower, other.lower),
        upper=min(one.upper, other.upper),
        linear_range=min(one.linear_range, other.linear_range),
    )


def _side_by_side(models: Sequence[BinnedModel]) -> Array:
    """Templates of all models, each in its own bins."""
    several = any(model._templates.ndim == 3 for model in models)
    sizes = [(model._basis.size, model.n_bins) for model in models]
    rows, columns = (sum(size) for size in zip(*sizes, strict=True))
    out = np.zeros((models[0].n_hypotheses, rows, columns) if several else (rows, columns))
    top = left = 0
    for model, (height, width) in zip(models, sizes, strict=True):
        out[..., top : top + height, left : left + width] = model._templates
        top, left = top + height, left + width
    return out


def gaussian_term(best_fit: float, error: float) -> tuple[BinnedModel, Array]:
    """A measurement with a Gaussian error as a likelihood: one bin of so many counts that its Poisson is a Gaussian.

    Parameters
    ----------
    best_fit, error : float
        Measured parameter of interest, of either sign, and its standard deviation.

    Returns
    -------
    model : BinnedModel
        One hypothesis, one bin, no nuisance.
    data : ndarray, shape (1,)
        Its counts.

    Examples
    --------
    >>> from darkfactory.statistics import observed_limit
    >>> model, data = gaussian_term(1e-6, 2e-6)
    >>> round(1e6 * float(observed_limit(model, data, 0.90, "profile").limit[0]), 3)  # 1 + 1.2816 * 2
    3.563
    """
    require(positive("error", error), in_range("best_fit / error", best_fit / error, -1e3, 1e3))
    root = np.sqrt(MANY)
    return BinnedModel([[root / error]], [[MANY]], Linear(())), np.array([MANY + best_fit / error * root])
