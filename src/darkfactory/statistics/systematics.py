r"""Nuisance parameters and the bases through which they move the expected background.

A background is :math:`b(\theta) = \sum_t w_t(\theta)\, T_t` with fixed templates :math:`T_t` (counts per bin) and
weights :math:`w(\theta)` given by a *basis*. Bases are small frozen dataclasses, hence hashable, and run under NumPy
and JAX:

==============  ==============================  ==========================================================
basis           weights                         use
==============  ==============================  ==========================================================
`Norm`          (1 + t)                         normalisation, free or with a Gaussian prior
`NormSys`       (f(t))                          normalisation with a log-normal-like prior (pyhf `normsys`)
`Linear`        (1, t_1, ..., t_K)              nominal template and its derivatives
`HistoSys`      (u(t), d(t))                    up - nominal, down - nominal (pyhf `histosys`, code4p)
`Chebyshev`     cardinal functions at nodes     exact shapes tabulated at Chebyshev nodes of one nuisance
`Product`       flattened outer product         factors that multiply; first factor slowest
`Sum`           concatenation                   terms that add
==============  ==============================  ==========================================================
"""

from __future__ import annotations

import functools
import math
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from darkfactory.backend import namespace
from darkfactory.errors import require

__all__ = ["Basis", "Linear", "Norm", "Nuisance", "Product", "Sum"]


@dataclass(frozen=True)
class Nuisance:
    """A parameter of the background, centred on 0, with Gaussian prior and box bounds.

    Parameters
    ----------
    name : str
        Name by which bases refer to it.
    prior : float
        Standard deviation of the Gaussian constraint, > 0; ``inf`` leaves it free.
    lower, upper : float
        Bounds kept by every fit, ``lower < 0 < upper`` or 0 at one end; the Fisher method ignores them.
    linear_range : float
        Largest shift for which the templates hold; a limit whose profiled shift lies beyond gets the status
        ``nonlinear``.

    Raises
    ------
    InvalidInput
        If the prior is not positive or the bounds exclude 0.

    Examples
    --------
    >>> Nuisance("dP", prior=0.01, upper=0.002).free
    False
    """

    name: str
    prior: float = math.inf
    lower: float = -math.inf
    upper: float = math.inf
    linear_range: float = math.inf

    def __post_init__(self) -> None:
        label = f"nuisance {self.name!r}"
        require(
            None if self.name else "nuisance name = '': give it a name",
            None if self.prior > 0 else f"prior of {label} = {self.prior:g}: allowed (0, inf]; inf leaves it free",
            None
            if self.lower <= 0 <= self.upper and self.lower < self.upper
            else f"bounds of {label} = [{self.lower:g}, {self.upper:g}]: must contain 0, the nominal value",
            None
            if self.linear_range > 0
            else f"linear_range of {label} = {self.linear_range:g}: allowed (0, inf]; inf switches the check off",
        )

    @property
    def free(self) -> bool:
        """Whether no prior constrains it."""
        return math.isinf(self.prior)


class Basis(ABC):
    """Weights of templates as a function of nuisances; written once, runs under NumPy and JAX.

    A subclass is a frozen dataclass of hashable fields (it becomes part of the key of a compiled kernel).
    """

    @property
    @abstractmethod
    def names(self) -> tuple[str, ...]:
        """Nuisances that it reads, in the order in which ``__call__`` takes them."""

    @property
    @abstractmethod
    def size(self) -> int:
        """Number of weights, i.e. of templates that it multiplies."""

    @abstractmethod
    def __call__(self, theta: Any) -> Any:
        """Weights, shape (size,), at ``theta``, shape (len(names),)."""

    def half_ranges(self) -> dict[str, float]:
        """Largest shift of each nuisance for which the weights hold; a missing name has no such border."""
        return {}

    def renamed(self, names: Mapping[str, str]) -> Self:
        """Return the same basis over other names, wherever its fields hold them.

        Examples
        --------
        >>> Product((Norm("n"), Linear(("a",)))).renamed({"n": "here/n"}).names
        ('here/n', 'a')
        """

        def renamed(value: Any) -> Any:
            if isinstance(value, Basis):
                return value.renamed(names)
            if isinstance(value, tuple):
                return tuple(renamed(item) for item in value)
            return names.get(value, value) if isinstance(value, str) else value

        changed = {field.name: renamed(getattr(self, field.name)) for field in fields(self)}  # type: ignore[arg-type]
        return replace(self, **changed)  # type: ignore[type-var]

    def jacobian(self, theta: NDArray[np.float64]) -> NDArray[np.float64]:
        """Derivatives of the weights, shape (size, len(names)), by a complex step: exact to rounding, without JAX.

        Examples
        --------
        >>> Product((Norm("n"), Linear(("a",)))).jacobian(np.array([0.5, 2.0]))
        array([[1. , 0. ],
               [2. , 1.5]])
        """
        step = 1e-60
        columns = []
        for k in range(len(self.names)):
            shifted = np.asarray(theta, dtype=complex).copy()
            shifted[k] += 1j * step
            columns.append(np.imag(self(shifted)) / step)
        return np.stack(columns, axis=-1) if columns else np.zeros((self.size, 0))


@dataclass(frozen=True)
class Norm(Basis):
    """Normalisation ``1 + t`` of everything it multiplies in a `Product`.

    Examples
    --------
    >>> Norm("norm")(np.array([0.1]))
    array([1.1])
    """

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """Its one nuisance."""
        return (self.name,)

    @property
    def size(self) -> int:
        """One weight."""
        return 1

    def __call__(self, theta: Any) -> Any:
        """Weights (1 + t)."""
        return 1.0 + theta


@dataclass(frozen=True)
class Linear(Basis):
    """Nominal template and one derivative template per nuisance: weights (1, t_1, ..., t_K).

    Parameters
    ----------
    parameters : tuple of str
        Nuisances; empty for a fixed template.
    constant : bool
        Whether the leading 1 is there; without it the basis adds templates that vanish at nominal.

    Examples
    --------
    >>> Linear(("dP", "eps"))(np.array([0.5, -1.0]))
    array([ 1. ,  0.5, -1. ])
    """

    parameters: tuple[str, ...] = ()
    constant: bool = True

    def __post_init__(self) -> None:
        object.__setattr__(self, "parameters", tuple(self.parameters))

    @property
    def names(self) -> tuple[str, ...]:
        """Its nuisances."""
        return self.parameters

    @property
    def size(self) -> int:
        """Number of weights."""
        return len(self.parameters) + self.constant

    def __call__(self, theta: Any) -> Any:
        """Weights (1, t_1, ..., t_K), or (t_1, ..., t_K)."""
        xp = namespace(theta)
        return xp.concatenate([xp.ones(1), theta]) if self.constant else theta


def _union(parts: tuple[Basis, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for part in parts for name in part.names))


def picked(theta: Any, columns: Sequence[int]) -> Any:
    """Entries of ``theta``; a slice where they follow one another, which a kernel is compiled for sooner and does faster.

    Parameters
    ----------
    theta : array_like, shape (K,)
        Nuisances.
    columns : sequence of int
        Their numbers.

    Returns
    -------
    array_like
        The entries in the order of the numbers.

    Examples
    --------
    >>> picked(np.array([0.5, 1.0, 2.0]), (1, 2)), picked(np.array([0.5, 1.0, 2.0]), (2, 0))
    (array([1., 2.]), array([2. , 0.5]))
    """
    first = columns[0] if columns else 0
    if list(columns) == list(range(first, first + len(columns))):
        return theta[first : first + len(columns)]
    return theta[np.array(columns)]


def _values(parts: tuple[Basis, ...], names: tuple[str, ...], theta: Any) -> list[Any]:
    return [part(picked(theta, [names.index(n) for n in part.names])) for part in parts]


def _merge(parts: tuple[Basis, ...]) -> dict[str, float]:
    ranges: dict[str, float] = {}
    for part in parts:
        for name, a in part.half_ranges().items():
            ranges[name] = min(a, ranges.get(name, math.inf))
    return ranges


@dataclass(frozen=True)
class Product(Basis):
    """Factors that multiply: the flattened outer product of their weights, the first factor varying slowest.

    Examples
    --------
    >>> background = Product((Norm("norm"), Linear(("dP", "eps"))))
    >>> background.names, background.size
    (('norm', 'dP', 'eps'), 3)
    """

    factors: tuple[Basis, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "factors", tuple(self.factors))

    @property
    def names(self) -> tuple[str, ...]:
        """Nuisances of all factors, in order of first appearance."""
        return _union(self.factors)

    @property
    def size(self) -> int:
        """Product of the factors' sizes."""
        return math.prod(factor.size for factor in self.factors)

    def __call__(self, theta: Any) -> Any:
        """Flattened outer product."""
        values = _values(self.factors, self.names, theta)
        return functools.reduce(lambda left, right: (left[:, None] * right[None, :]).reshape(-1), values)

    def half_ranges(self) -> dict[str, float]:
        """Tightest range of any factor."""
        return _merge(self.factors)


@dataclass(frozen=True)
class Sum(Basis):
    """Terms that add: their weights one after another, as the templates must be stacked; nuisances may be shared.

    Examples
    --------
    >>> Sum((Norm("b1"), Linear(("rc",), constant=False)))(np.array([0.5, 2.0]))
    array([1.5, 2. ])
    """

    terms: tuple[Basis, ...]

    def __post_init__(self) -> None:
        object.__setattr__(self, "terms", tuple(self.terms))

    @property
    def names(self) -> tuple[str, ...]:
        """Nuisances of all terms, in order of first appearance."""
        return _union(self.terms)

    @property
    def size(self) -> int:
        """Sum of the terms' sizes."""
        return sum(term.size for term in self.terms)

    def __call__(self, theta: Any) -> Any:
        """Concatenated weights."""
        return namespace(theta).concatenate(_values(self.terms, self.names, theta))

    def half_ranges(self) -> dict[str, float]:
        """Tightest range of any term."""
        return _merge(self.terms)
