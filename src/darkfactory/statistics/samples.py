"""Backgrounds as a physicist lists them: counts, normalisation and shape uncertainties by name.

For likelihoods that a user writes down, next to pyhf's; the searches compute their templates and have no lists to read.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from darkfactory.errors import in_range, require
from darkfactory.statistics.interpolation import HistoSys, NormSys
from darkfactory.statistics.systematics import Basis, Linear, Norm, Nuisance, Product, Sum

__all__ = ["Sample", "assemble"]


@dataclass(frozen=True, eq=False)
class Sample:
    """One background with its uncertainties; the meaning of each is pyhf's, interpolations its defaults (code4,
    code4p).

    Parameters
    ----------
    counts : array_like, shape (B,)
        Expected counts, >= 0.
    normalisations : mapping of str to float or (float, float)
        Relative uncertainty d of the whole sample (factors 1 - d and 1 + d at one standard deviation), or the two
        factors (low, high) themselves, or ``inf`` for a free normalisation (bounded to be positive).
    shapes : mapping of str to (array_like, array_like)
        Counts at -1 and +1 standard deviation, each of shape (B,).
    bin_errors : array_like, shape (B,), optional
        Relative uncertainty of each bin on its own (Gaussian, pyhf's `staterror` for one sample); 0 for none.
    name : str
        Prefix of the nuisances of ``bin_errors``; needed if two samples have them.

    Raises
    ------
    InvalidInput
        On shapes that do not fit, negative counts, or relative uncertainties outside (0, 1).

    Examples
    --------
    >>> Sample([10.0, 20.0], normalisations={"lumi": 0.1}).normalisations["lumi"]
    0.1
    """

    counts: ArrayLike
    normalisations: Mapping[str, float | tuple[float, float]] = field(default_factory=dict)
    shapes: Mapping[str, tuple[ArrayLike, ArrayLike]] = field(default_factory=dict)
    bin_errors: ArrayLike | None = None
    name: str = "bin"

    def __post_init__(self) -> None:
        counts = np.array(self.counts, dtype=float)
        shapes = {k: (np.array(d, dtype=float), np.array(u, dtype=float)) for k, (d, u) in self.shapes.items()}
        errors = None if self.bin_errors is None else np.array(self.bin_errors, dtype=float)
        others = [array for pair in shapes.values() for array in pair] + ([] if errors is None else [errors])
        wrong = [array.shape for array in others if array.shape != counts.shape]
        require(
            None if counts.ndim == 1 and counts.size else f"counts have shape {counts.shape}: must be (bins,)",
            f"shapes or bin_errors have shape {wrong[0]}: counts have {counts.shape}" if wrong else None,
            in_range("counts", counts, 0.0),
            *(in_range(f"shape {name!r}", pair) for name, pair in shapes.items() if not wrong),
            *(_norm_problem(name, value) for name, value in self.normalisations.items()),
            None if errors is None else in_range("bin_errors", errors, 0.0, 1.0),
        )
        object.__setattr__(self, "counts", counts)
        object.__setattr__(self, "shapes", shapes)
        object.__setattr__(self, "bin_errors", errors)


def _norm_problem(name: str, value: float | tuple[float, float]) -> str | None:
    if isinstance(value, tuple):
        return in_range(f"normalisation {name!r}", value, 0.0, open_low=True, remedy="factors (low, high)")
    if value == math.inf:
        return None
    remedy = "relative uncertainty; (low, high) factors and inf (free) are allowed too"
    return in_range(f"normalisation {name!r}", value, 0.0, 1.0, open_low=True, open_high=True, remedy=remedy)


def _norm_basis(name: str, value: float | tuple[float, float]) -> Basis:
    if isinstance(value, tuple):
        return NormSys(name, float(value[0]), float(value[1]))
    return Norm(name) if value == math.inf else NormSys(name, 1.0 - value, 1.0 + value)


def _term(sample: Sample) -> tuple[Basis, list[NDArray[np.float64]], list[Nuisance]]:
    """Basis, templates and nuisances of one sample."""
    counts = np.asarray(sample.counts, dtype=float)
    nuisances = [
        Nuisance(name) if value == math.inf else Nuisance(name, prior=1.0)
        for name, value in sample.normalisations.items()
    ]
    factors = [_norm_basis(name, value) for name, value in sample.normalisations.items()]
    parts: list[Basis] = [Linear(())]
    templates = [counts]
    for name, (down, up) in sample.shapes.items():
        parts.append(HistoSys(name))
        templates += [np.asarray(up) - counts, np.asarray(down) - counts]
        nuisances.append(Nuisance(name, prior=1.0))
    errors = np.zeros_like(counts) if sample.bin_errors is None else np.asarray(sample.bin_errors, dtype=float)
    moved = np.flatnonzero(errors * counts > 0)
    if moved.size:
        names = tuple(f"{sample.name}[{i}]" for i in moved)
        parts.append(Linear(names, constant=False))
        templates += [np.where(np.arange(counts.size) == i, counts * errors, 0.0) for i in moved]
        nuisances += [Nuisance(name, prior=1.0) for name in names]
    shape = Sum(tuple(parts)) if len(parts) > 1 else parts[0]
    return Product((*factors, shape)) if factors else shape, templates, nuisances


def assemble(
    samples: Sequence[Sample], signal_normalisations: Mapping[str, float | tuple[float, float]]
) -> tuple[NDArray[np.float64], Basis, tuple[Nuisance, ...], Basis | None]:
    """Templates, basis, nuisances and signal factor of a list of samples (see `BinnedModel.from_samples`)."""
    free = [name for name, value in signal_normalisations.items() if value == math.inf]
    lengths = {np.asarray(sample.counts).size for sample in samples}
    require(
        None if samples else "samples = []: at least one background is needed",
        f"samples have {sorted(lengths)} bins: must be one number" if len(lengths) > 1 else None,
        f"signal normalisation {free[0]!r} = inf: a free signal normalisation is the parameter of interest"
        if free
        else None,
        *(_norm_problem(name, value) for name, value in signal_normalisations.items()),
    )
    terms = [_term(sample) for sample in samples]
    listed = [n for _, _, nuisances in terms for n in nuisances]
    listed += [Nuisance(name, prior=1.0) for name in signal_normalisations]
    found: dict[str, Nuisance] = {}
    for nuisance in listed:
        known = found.setdefault(nuisance.name, nuisance)
        both = f"nuisance {nuisance.name!r} is free in one sample and constrained in another; give them two names"
        require(both if known.free != nuisance.free else None)
    bases = tuple(basis for basis, _, _ in terms)
    factors = tuple(_norm_basis(name, value) for name, value in signal_normalisations.items())
    templates = np.array([template for _, stack, _ in terms for template in stack])
    # a free factor 1 + t stays positive; the bound is common to every sample that names it
    nuisances = tuple(Nuisance(n.name, lower=-1.0) if n.free else n for n in found.values())
    return templates, Sum(bases) if len(bases) > 1 else bases[0], nuisances, Product(factors) if factors else None
