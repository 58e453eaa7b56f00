"""What a neutrino becomes in a collision: a continuum of masses, or the massless neutrino of the Standard Model."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import no_mass

__all__ = ["MASSLESS", "Continuum", "Produced"]

Array = NDArray[np.float64]


class Produced(Protocol):
    """Masses of what a neutrino becomes."""

    @property
    def lowest_gev2(self) -> float:
        """Smallest M^2 [GeV^2]."""

    def moments(self, Y: Any) -> tuple[Array, Array]:
        """Integrals of dU^2 and of M^2 dU^2 over M^2 < Y [GeV^2]."""

    def draw(self, u: Array, Y: Any) -> tuple[Array, Array]:
        """M^2 [GeV^2] below Y, and dU^2/du of uniform numbers; 0 where there is none."""

    def integral(self, kernel: Callable[[Array], Any], upper: Any) -> Any:
        """Integral of dU^2 times ``kernel(M^2)`` over M^2 < ``upper`` [GeV^2]."""


class _Massless:
    lowest_gev2 = 0.0

    def moments(self, Y: Any) -> tuple[Array, Array]:
        return no_mass(Y)

    def draw(self, u: Any, Y: Any) -> tuple[Array, Array]:
        return np.zeros(np.shape(u)), np.broadcast_to(self.moments(Y)[0], np.shape(u))

    def integral(self, kernel: Callable[[Array], Any], upper: Any) -> Any:
        return kernel(np.zeros(1))[..., 0] if np.all(np.asarray(upper) > 0) else 0.0


MASSLESS: Produced = _Massless()


@dataclass(frozen=True)
class Continuum:
    """States of a mixing density, per unit of m_hat^2.

    Attributes
    ----------
    mixing : MixingDensity
        See :class:`darkfactory.models.mixing_density.MixingDensity`.
    highest_gev : float
        Mass [GeV] above which they do not count.
    """

    mixing: Any
    highest_gev: float = math.inf

    @property
    def lowest_gev2(self) -> float:
        """Smallest M^2 [GeV^2]."""
        return float(self.mixing.gap2)

    def moments(self, Y: Any) -> tuple[Array, Array]:
        """Integrals of dU^2 and of M^2 dU^2 over M^2 < Y [GeV^2]."""
        found: tuple[Array, Array] = self.mixing.moments(np.minimum(Y, self.highest_gev**2))
        return found

    def draw(self, u: Array, Y: Any) -> tuple[Array, Array]:
        """M^2 [GeV^2] below Y, and dU^2/du of uniform numbers; 0 where there is none."""
        found: tuple[Array, Array] = self.mixing.draw(u, np.minimum(Y, self.highest_gev**2))
        return found

    def integral(self, kernel: Callable[[Array], Any], upper: Any) -> Any:
        """Integral of dU^2 times ``kernel(M^2)`` over M^2 < ``upper`` [GeV^2]."""
        return self.mixing.integral(kernel, np.minimum(upper, self.highest_gev**2))
