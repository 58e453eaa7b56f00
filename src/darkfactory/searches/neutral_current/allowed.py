"""How many dark jets the data of an experiment allow: of counted events, and of measured ratios of neutral to charged currents."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.statistics.limits import band_values, values_at

__all__ = ["EXPECTED", "Allowed", "Counted", "Ratios"]

Array = NDArray[np.float64]
EXPECTED = 2
"""The level of the median among those of -2, -1, 0, +1, +2 standard deviations; an observed one follows where there is one."""

FAR = -1e4
"""Standard deviations below which what is allowed goes with their inverse, to a part in 1e8; differences lose their digits."""


class Allowed(Protocol):
    """What data allow at the levels of an expected band and, where there are data, observed."""

    @property
    def observed(self) -> int | None:
        """Level of what is observed, None without data."""

    def excess(self, signal: Array) -> Array:
        """Signal over what is allowed, at every level.

        Parameters
        ----------
        signal : ndarray, shape (kinds, ...)
            Of every kind of neutrino.

        Returns
        -------
        ndarray, shape (levels, ...)
            Above 1 where it is excluded; 0 for a signal that is negative.
        """


@dataclass(frozen=True, eq=False)
class Counted:
    """Counted events, of all kinds of neutrino together.

    Attributes
    ----------
    events : ndarray, shape (levels,)
        Allowed ones.
    observed : int, optional
        Level of what is observed.
    """

    events: Array
    observed: int | None = None

    def excess(self, signal: Array) -> Array:
        """See :meth:`Allowed.excess`."""
        return np.asarray(np.maximum(np.multiply.outer(1 / self.events, signal.sum(axis=0)), 0.0))


@dataclass(frozen=True, eq=False)
class Ratios:
    """Measured ratios, one of each kind of neutrino, with Gaussian errors that have nothing in common.

    Attributes
    ----------
    deviation, error : sequence of float
        Measured minus predicted ratio, and its error.
    cl, method : float, str
        Confidence level of CLs, or of an expected ``discovery``; what is observed allows by CLs in any case.
    """

    deviation: Sequence[float]
    error: Sequence[float]
    cl: float
    method: str = "cls"
    observed = EXPECTED + 3

    def excess(self, signal: Array) -> Array:
        """See :meth:`Allowed.excess`; in standard deviations of the size of this signal."""
        shape = (-1, *(1,) * (signal.ndim - 1))
        error, deviation = (np.reshape(numbers, shape) for numbers in (self.error, self.deviation))
        size = np.sqrt(np.sum(np.maximum(signal, 0.0) ** 2 / error**2, axis=0))
        pull = np.sum(np.maximum(signal, 0.0) * deviation / error**2, axis=0) / np.where(size > 0, size, 1.0)
        some = np.maximum(pull, FAR)
        allowed = values_at(some, self.cl, "cls") * np.minimum(FAR / np.minimum(pull, -1.0), 1.0)
        expected = np.multiply.outer(1 / band_values(self.cl, self.method), size)
        return np.concatenate([expected, [size / allowed]])
