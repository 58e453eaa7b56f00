"""Bases that interpolate between tabulated templates: pyhf's two prescriptions, and exact Chebyshev tables."""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.backend import namespace
from darkfactory.errors import positive, require
from darkfactory.statistics.systematics import Basis

__all__ = ["Chebyshev", "HistoSys", "NormSys"]


@functools.cache
def _code4(low: float, high: float) -> tuple[float, ...]:
    """Coefficients a_1..a_6 of the polynomial that joins high^t and low^-t up to second derivatives at t = +-1."""
    rows = [[t**i for i in range(1, 7)] for t in (1.0, -1.0)]
    rows += [[i * t ** (i - 1) for i in range(1, 7)] for t in (1.0, -1.0)]
    rows += [[i * (i - 1) * t ** (i - 2) for i in range(1, 7)] for t in (1.0, -1.0)]
    up, down = math.log(high), math.log(low)
    values = [high - 1.0, low - 1.0, up * high, -down * low, up**2 * high, down**2 * low]
    return tuple(float(a) for a in np.linalg.solve(np.array(rows), np.array(values)))


@dataclass(frozen=True)
class NormSys(Basis):
    """Normalisation equal to ``high`` at t = +1 and ``low`` at t = -1, never negative: pyhf's `normsys`, code4.

    Exponential (log-normal) beyond one standard deviation, a polynomial of sixth degree between, twice differentiable.
    Its nuisance has prior 1.

    Raises
    ------
    InvalidInput
        If ``low`` or ``high`` is not positive.

    References
    ----------
    :cite:`Heinrich:2021gyp`, interpolation code 4

    Examples
    --------
    >>> float(NormSys("lumi", 0.9, 1.1)(np.array([1.0]))[0])
    1.1
    """

    name: str
    low: float
    high: float

    def __post_init__(self) -> None:
        remedy = "it is the factor at one standard deviation, 1 for no effect"
        require(
            positive(f"low of {self.name!r}", self.low, remedy=remedy),
            positive(f"high of {self.name!r}", self.high, remedy=remedy),
        )

    @property
    def names(self) -> tuple[str, ...]:
        """Its one nuisance."""
        return (self.name,)

    @property
    def size(self) -> int:
        """One weight."""
        return 1

    def __call__(self, theta: Any) -> Any:
        """Weight (f(t))."""
        xp = namespace(theta)
        polynomial = xp.zeros_like(theta)
        for coefficient in reversed(_code4(self.low, self.high)):
            polynomial = (polynomial + coefficient) * theta
        size = xp.abs(xp.real(theta))
        # the clip keeps the branch that is not taken finite: its derivative would poison the one that is
        tail = xp.where(size < 1.0, 1.0, theta)
        outside = xp.where(xp.real(theta) >= 0, xp.exp(tail * math.log(self.high)), xp.exp(-tail * math.log(self.low)))
        return xp.where(size < 1.0, 1.0 + polynomial, outside)


@dataclass(frozen=True)
class HistoSys(Basis):
    """Shape that is ``up`` at t = +1 and ``down`` at t = -1: weights of the templates up - nominal and down - nominal.

    Linear beyond one standard deviation on either side and a polynomial between: pyhf's `histosys`, code4p. If
    up - nominal = nominal - down it is exactly linear. Its nuisance has prior 1. Use it in a `Sum` behind
    ``Linear(())``.

    References
    ----------
    :cite:`Heinrich:2021gyp`, interpolation code 4p

    Examples
    --------
    >>> HistoSys("jes")(np.array([-1.0]))
    array([0., 1.])
    """

    name: str

    @property
    def names(self) -> tuple[str, ...]:
        """Its one nuisance."""
        return (self.name,)

    @property
    def size(self) -> int:
        """Two weights."""
        return 2

    def __call__(self, theta: Any) -> Any:
        """Weights (u(t), d(t))."""
        xp = namespace(theta)
        squared = theta * theta
        bend = squared * (15.0 - 10.0 * squared + 3.0 * squared * squared) / 16.0
        inside = xp.concatenate([bend + 0.5 * theta, bend - 0.5 * theta])
        sign = xp.real(theta) >= 0
        outside = xp.concatenate([xp.where(sign, theta, 0.0), xp.where(sign, 0.0, -theta)])
        return xp.where(xp.abs(xp.real(theta)) < 1.0, inside, outside)


@functools.cache
def _cardinal_matrix(degree: int) -> NDArray[np.float64]:
    """Matrix from (T_0, ..., T_n)(t) to the cardinal functions of the Chebyshev extrema."""
    k = np.arange(degree + 1)
    end = np.where((k == 0) | (k == degree), 0.5, 1.0)
    matrix = 2.0 / degree * np.outer(end, end) * np.cos(np.pi * np.outer(k, k) / degree)
    matrix.flags.writeable = False
    return matrix


@dataclass(frozen=True)
class Chebyshev(Basis):
    """Exact shape dependence on one nuisance, from templates tabulated at the Chebyshev nodes of [-a, a].

    The weights are the cardinal functions of the nodes, so the template with weight 1 at a node is the one tabulated
    there; the error falls geometrically with the degree for smooth shapes. Several nuisances: a `Product` of such
    factors, templates in the order of ``itertools.product`` of their nodes. Fits keep the nuisance inside [-a, a] and
    say when it hits the edge.

    Parameters
    ----------
    name : str
        Nuisance.
    half_range : float
        a > 0, in the units of the nuisance.
    degree : int
        Degree of the polynomial, even (so that the nominal value 0 is a node); degree + 1 nodes.

    Raises
    ------
    InvalidInput
        If the half range is not positive or the degree is odd or below 2.

    Examples
    --------
    >>> shift = Chebyshev("eps", half_range=0.1, degree=8)
    >>> table = np.exp(shift.nodes)          # a one-bin template tabulated at the nodes
    >>> bool(abs(shift(np.array([0.05])) @ table - np.exp(0.05)) < 1e-14)
    True
    """

    name: str
    half_range: float
    degree: int

    def __post_init__(self) -> None:
        ok = self.degree >= 2 and self.degree % 2 == 0
        require(
            positive(f"half_range of {self.name!r}", self.half_range),
            None if ok else f"degree of {self.name!r} = {self.degree}: allowed 2, 4, 6, ... (0 must be a node)",
        )

    @property
    def nodes(self) -> NDArray[np.float64]:
        """Values of the nuisance at which templates are to be tabulated, falling from a to -a, shape (degree + 1,)."""
        nodes = self.half_range * np.cos(np.pi * np.arange(self.degree + 1) / self.degree)
        nodes[self.degree // 2] = 0.0
        return nodes

    @property
    def names(self) -> tuple[str, ...]:
        """Its one nuisance."""
        return (self.name,)

    @property
    def size(self) -> int:
        """Number of nodes."""
        return self.degree + 1

    def __call__(self, theta: Any) -> Any:
        """Cardinal functions at t."""
        xp = namespace(theta)
        t = theta[0] / self.half_range
        series = [xp.ones_like(t), t]
        for _ in range(self.degree - 1):
            series.append(2.0 * t * series[-1] - series[-2])
        return _cardinal_matrix(self.degree) @ xp.stack(series)

    def half_ranges(self) -> dict[str, float]:
        """Its interval: outside, a polynomial means nothing."""
        return {self.name: self.half_range}
