"""What a neutrino becomes in a collision: states of a mixing density, or the massless neutrino of the Standard Model."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

__all__ = ["MASSLESS", "Produced"]

Array = NDArray[np.float64]


class Produced(Protocol):
    """Masses of what a neutrino becomes (see :class:`darkfactory.models.mixing_density.MixingDensity`)."""

    @property
    def lowest(self) -> float:
        """Smallest M^2 [GeV^2]."""

    def moments(self, Y: Any) -> tuple[Any, Any]:
        """Integrals of dU^2 and of M^2 dU^2 over M^2 < Y [GeV^2]."""

    def draw(self, u: Any, Y: Any) -> tuple[Array, Array]:
        """M^2 [GeV^2] below Y, and dU^2/du of uniform numbers; 0 where there is none."""

    def integral(self, kernel: Callable[[Array], Any], upper: Any) -> Any:
        """Integral of dU^2 times ``kernel(M^2)`` over M^2 < ``upper`` [GeV^2]."""


class _Massless:
    lowest = 0.0

    def moments(self, Y: Any) -> tuple[Any, Any]:
        below = np.asarray(np.where(np.asarray(Y) > 0, 1.0, 0.0))
        return below, np.zeros_like(below)

    def draw(self, u: Any, Y: Any) -> tuple[Array, Array]:
        return np.zeros(np.shape(u)), np.broadcast_to(self.moments(Y)[0], np.shape(u))

    def integral(self, kernel: Callable[[Array], Any], upper: Any) -> Any:
        return kernel(np.zeros(1))[..., 0] if np.all(np.asarray(upper) > 0) else 0.0


MASSLESS: Produced = _Massless()
