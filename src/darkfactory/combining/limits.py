"""Limits on the strength of a coupling from several likelihoods at once: bins, counts, or both."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.combining.parts import Bins, Window
from darkfactory.errors import one_of, require
from darkfactory.searches.bins import counted_once
from darkfactory.searches.expectations import binned_limits, binned_observed
from darkfactory.statistics import BinnedModel
from darkfactory.statistics.combination import joint_model
from darkfactory.statistics.exclusion import excluded
from darkfactory.statistics.fisher import correlations, fisher_information
from darkfactory.statistics.joint_counts import JointCounts
from darkfactory.statistics.limits import BANDS

__all__ = ["Common", "Solved", "of_bins", "of_both", "of_counts"]

Array = NDArray[np.float64]
MEDIAN = len(BANDS) // 2
WEAKER, STRONGER = np.geomspace(1e-2, 1.0, 12), np.geomspace(1.0, 2.0, 5)
"""Strengths, over the ends of what the parts look at, at which to look too."""
NEGLIGIBLE = 1e-4
"""Events, over the width of their Poisson distribution, that are none beside bins."""
FEWEST = 8
"""Strengths that are fitted at once, at least."""
FAR = 1e3
"""Largest number that says how far a strength is beyond what is allowed."""


@dataclass(frozen=True)
class Common:
    """What holds for the whole combination.

    Attributes
    ----------
    cl, method : float, str
        Confidence level and method.
    shared : collection of str
        Nuisances that are common.
    """

    cl: float
    method: str
    shared: Collection[str] = ()


@dataclass(frozen=True, eq=False)
class Solved:
    """Combined limits at R masses.

    Attributes
    ----------
    strength : ndarray, shape (R, 5)
        At -2 ... +2 standard deviations of the background; inf where there is none.
    observed : ndarray, shape (R,), optional
        The same for observed counts.
    status, limited_by, at_bound : ndarray of str, shape (R,)
        As of a search.
    poisson : ndarray of bool, shape (R,)
        Whether there are few events, counted exactly.
    information : ndarray, shape (R, P)
        Of each part alone on the strength, in a common unit.
    nuisances : dict
        Priors by name.
    correlations : ndarray, shape (R, K)
        Of the strength with each nuisance.
    intervals : ndarray, shape (k, 2), optional
        Excluded strengths, where they were scanned.
    model : BinnedModel, optional
        The joint likelihood of bins.
    data : ndarray, shape (R, B), optional
        Observed counts in its bins.
    """

    strength: Array
    observed: Array | None
    status: NDArray[np.str_]
    limited_by: NDArray[np.str_]
    at_bound: NDArray[np.str_]
    poisson: NDArray[np.bool_]
    information: Array
    nuisances: Mapping[str, float] = field(default_factory=dict)
    correlations: Array = field(default_factory=lambda: np.zeros((1, 0)))
    intervals: Array | None = None
    model: BinnedModel | None = None
    data: Array | None = None


def of_bins(parts: Mapping[str, Bins], common: Common) -> Solved:
    """Combine binned likelihoods whose signals go with one power of the strength.

    Parameters
    ----------
    parts : mapping
        By label, all with R masses.
    common : Common
        Confidence level, method, shared nuisances.

    Returns
    -------
    Solved
        Its model has the branching ratio of the first part as parameter of interest.
    """
    several = list(parts.values())
    power = several[0].power
    unit = several[0].unit
    factors = np.stack([(unit / part.unit) ** power for part in several])
    joint = joint_model([part.model for part in several], list(factors), list(parts), common.shared)
    found = binned_limits(joint, common.cl, common.method)
    observed = data = None
    if all(part.data is not None for part in several):
        data = np.concatenate([part.data for part in several if part.data is not None], axis=1)
        limit = binned_observed(joint, data, common.cl, common.method, found["poisson"])
        observed = unit * limit ** (1 / power)
    errors = np.stack([fisher_information(part.model).sigma for part in several])
    return Solved(
        strength=unit[:, None] * found["band"] ** (1 / power),
        observed=observed,
        information=(factors / errors).T ** 2,
        correlations=correlations(joint)[:, 0, 1:],
        model=joint,
        data=data,
        **{name: found[name] for name in ("status", "limited_by", "at_bound", "poisson", "nuisances")},
    )


def of_counts(parts: Mapping[str, Window], common: Common) -> Solved:
    """Combine counts at one mass, by scanning the strength (see :class:`JointCounts`).

    Parameters
    ----------
    parts : mapping
        By label.
    common : Common
        Confidence level and method; no nuisance is shared.

    Returns
    -------
    Solved
        At one mass.
    """
    several = list(parts.values())
    background = [part.background for part in several]
    joint = JointCounts(background, [part.kappa for part in several], common.cl, common.method)

    def signal(y: Array) -> Array:
        return np.stack([part.signal(y) for part in several], axis=1)

    seen = [part.data for part in several if part.data is not None]
    of_data = None
    if len(seen) == len(several):
        of_data = lambda y: joint.observed_excess(signal(y), seen)[:, None]  # noqa: E731
    found = _scanned(several, lambda y: joint.excess(signal(y)), of_data)
    y = found.strength[:, MEDIAN]
    few = found.status[0] == "ok" and joint.few(signal(y)[0])
    return replace(found, poisson=np.array([few]))


def of_both(bins: Mapping[str, Bins], windows: Mapping[str, Window], common: Common) -> Solved:
    """Combine bins and counts at one mass: counts are single bins, and the strength is scanned.

    Parameters
    ----------
    bins, windows : mapping
        By label.
    common : Common
        Confidence level, method, shared nuisances.

    Returns
    -------
    Solved
        At one mass.
    """
    require(one_of("method of counts and bins together", common.method, ("profile", "cls", "fisher")))
    labels = [*bins, *windows]

    def model(y: Array) -> BinnedModel:
        models = [_at_strengths(part, y) for part in bins.values()]
        models += [counted_once(part.signal(y), part.background, part.kappa).model for part in windows.values()]
        return joint_model(models, [np.ones(len(y))] * len(models), labels, common.shared)

    alone, power = of_bins(bins, common).strength[0], next(iter(bins.values())).power

    def excess(y: Array) -> Array:
        with np.errstate(divide="ignore", over="ignore"):
            out = np.minimum((y[:, None] / alone) ** power, FAR)
        # bins alone say it where there is nothing to count, and where they exclude it anyway
        counted = [part.signal(y) > NEGLIGIBLE * math.sqrt(1 + part.background) for part in windows.values()]
        needed = np.any(counted, axis=0) & (out.min(axis=1) < 2)
        if needed.any():
            some = y[needed]
            # a kernel is compiled for each number of strengths: few of them
            several = np.pad(some, (0, max(FEWEST - len(some), 0)), mode="edge")
            found = binned_limits(model(several), common.cl, common.method)["band"][: len(some)]
            out[needed] = np.where(np.isfinite(found), 1.0 / np.maximum(found, 1 / FAR), 0.0)
        return np.asarray(out)

    data: list[Any] = [*(part.data for part in bins.values()), *(part.data for part in windows.values())]
    of_data = None
    if all(counts is not None for counts in data):
        together = np.concatenate([np.ravel(np.asarray(counts, dtype=float)) for counts in data])

        def of_data(y: Array) -> Array:
            joint = model(y)
            few = binned_limits(joint, common.cl, common.method)["poisson"]
            limit = binned_observed(joint, together, common.cl, common.method, few)
            return (1.0 / np.maximum(limit, 1 / FAR))[:, None]

    found = _scanned(list(windows.values()), excess, of_data)
    y = found.strength[:, MEDIAN]
    if found.status[0] != "ok":
        return replace(found, information=np.zeros((1, len(labels))))
    joint = model(y)
    about = binned_limits(joint, common.cl, common.method)
    errors = [fisher_information(_at_strengths(part, y)).sigma[0] for part in bins.values()]
    return Solved(
        strength=found.strength,
        observed=found.observed,
        information=np.concatenate([[np.array(errors) ** -2.0], found.information], axis=1),
        correlations=correlations(joint)[:, 0, 1:],
        intervals=found.intervals,
        model=joint,
        **{name: about[name] for name in ("status", "limited_by", "at_bound", "poisson", "nuisances")},
    )


def _at_strengths(part: Bins, y: Array) -> BinnedModel:
    """Bins at one mass, with one hypothesis for each strength, whose parameter of interest is 1."""
    signal = np.asarray(part.model.signal) * ((y / part.unit[0]) ** part.power)[:, None]
    templates = np.asarray(part.model.templates)
    templates = templates[0] if templates.ndim == 3 else templates
    return BinnedModel(signal, templates, part.model.basis, part.model.nuisances, part.model.signal_basis)


def _scanned(
    windows: Sequence[Window], excess: Callable[[Array], Array], of_data: Callable[[Array], Array] | None
) -> Solved:
    """Limits at one mass from how far each strength is beyond what is allowed."""
    scan = np.unique(np.concatenate([part.scan for part in windows]))
    # together they exclude couplings that each alone need not look at
    scan = np.unique(np.concatenate([scan[0] * WEAKER, scan, scan[-1] * STRONGER]))
    scan = scan[np.append(True, np.diff(np.log(scan)) > 1e-3)]
    intervals = _excluded(excess, scan)
    strength = np.array([_lowest(found) for found in intervals])
    observed = None if of_data is None else np.array([_lowest(_excluded(of_data, scan)[0])])
    y, ok = strength[[MEDIAN]], 0 < strength[MEDIAN] < np.inf
    signal = np.array([float(part.signal(y)[0]) if ok else 0.0 for part in windows])
    background = np.array([part.background for part in windows])
    variance = signal + background + np.array([part.kappa * part.background for part in windows]) ** 2
    status = "ok" if ok else "unbracketed" if strength[MEDIAN] == 0 else "out-of-reach"
    return Solved(
        strength=strength[None],
        observed=observed,
        status=np.array([status], dtype="<U20"),
        limited_by=np.array(["statistics" if ok else ""], dtype="<U20"),
        at_bound=np.array([""]),
        poisson=np.array([False]),
        information=np.divide(signal**2, variance, out=np.zeros_like(signal), where=variance > 0)[None],
        intervals=intervals[MEDIAN],
    )


def _excluded(excess: Callable[[Array], Array], scan: Array) -> tuple[Array, ...]:
    """Excluded intervals at every level, all at once."""
    known = excess(scan)
    levels = known.shape[1]

    def at(y: Array, rows: NDArray[np.intp]) -> Array:
        return excess(y)[np.arange(len(y)), rows] if len(y) else np.zeros(0)

    return excluded(at, np.ones(levels), scan, known.T).intervals


def _lowest(intervals: Array) -> float:
    """Upper limit on the strength: the smallest lower edge; inf if nothing is excluded, 0 if all from 0 on is."""
    return float(intervals[0, 0]) if len(intervals) else np.inf
