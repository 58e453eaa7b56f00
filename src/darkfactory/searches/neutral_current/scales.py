r"""Limits on the cut-off scale Lambda from a signal that goes with m_hat^2(Lambda): plain, and with what changes with Lambda.

With a signal of m_hat^2 alone the limit is a closed form. A support M < Lambda, jets that decay on the way, and couplings of
the light neutrino that are lost only take away from it: these limits lie below, and are edges along a scan.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.recorded.dark_jets import DarkJets
from darkfactory.searches.neutral_current.allowed import Allowed
from darkfactory.statistics.exclusion import excluded

__all__ = ["Scales", "largest_scale"]

Array = NDArray[np.float64]
LOWEST_GEV, POINTS = 1.2, 121
"""Smallest Lambda that is looked at, and points of a scan from there to the plain limit."""


def largest_scale(excess: Callable[[Array], Array], highest: float) -> float:
    """Largest scale [GeV] at which a signal over its limit falls below 1; 0 if it is below 1 everywhere.

    Parameters
    ----------
    excess : callable
        Scales [GeV] -> signal over limit.
    highest : float
        Scale from which on it is below 1.
    """
    if highest <= LOWEST_GEV:
        return 0.0
    scan = np.geomspace(LOWEST_GEV, highest * (1 + 1e-9), POINTS)
    found = float(excluded(lambda scale, rows: excess(scale), 1.0, scan).lower_limit[0])
    return found if math.isfinite(found) else highest


@dataclass(frozen=True, eq=False)
class Scales:
    """Limits on Lambda at one gap.

    Attributes
    ----------
    model : CompositeNeutrino
        What neutrinos are, with this gap.
    jets : DarkJets
        Per m_hat^2, in the unit of ``allowed``.
    allowed : Allowed
        What the data allow.
    light : ndarray, shape (kinds,)
        Neutral currents of the Standard Model of every kind of neutrino, in the same unit.
    path_m : float
        Path along which jets must decay [m]; inf if they need not.
    truncated : bool
        Whether states of M < Lambda alone count, in every limit.
    """

    model: Any
    jets: DarkJets
    allowed: Allowed
    light: Array
    path_m: float = math.inf
    truncated: bool = False

    def insertion_limits(self) -> Array:
        """Allowed m_hat^2 at every level, of a signal that goes with it; inf if it is closed."""
        excess = self.allowed.excess(self.jets.parts.sum(axis=1)[:, None])[:, 0]
        return np.divide(1.0, excess, out=np.full(len(excess), np.inf), where=excess > 0)

    def signal(self, cutoff: Array, truncated: bool) -> Array:
        """Signal of every kind of neutrino at scales [GeV], shape (kinds, len(cutoff))."""
        insertion = np.array([self.model.insertion(float(scale)) for scale in cutoff])
        highest = cutoff if truncated else np.full(len(cutoff), np.inf)
        if math.isinf(self.path_m):
            rates = np.array([self.jets.below(highest, part) for part in self.jets.parts])
        else:
            lifetimes = [self.path_m * 1e3 / self.model.ctau_at(float(scale)) for scale in cutoff]
            decaying = self.jets.decaying(lifetimes)
            rates = np.array([[self.jets.below(end, row) for end, row in zip(highest, decaying, strict=True)]])
        if self.model.unitarity == "emission":
            return insertion * rates
        lost = [self.model.lost_mixing(float(scale), float(end)) for scale, end in zip(cutoff, highest, strict=True)]
        return insertion * rates - np.multiply.outer(self.light, lost)

    def limit(self, level: int, truncated: bool) -> float:
        """Largest Lambda [GeV] below which all that is described is excluded; 0 if there is none.

        Parameters
        ----------
        level : int
            See :class:`Allowed`.
        truncated : bool
            Whether states of M < Lambda alone count.
        """
        plain = self.plain_limit(level)
        truncated = truncated or self.truncated
        beyond = not truncated or plain >= self.jets.edges_gev[-1]
        if beyond and math.isinf(self.path_m) and self.model.unitarity == "emission":
            return plain
        return largest_scale(lambda scale: self.allowed.excess(self.signal(scale, truncated))[level], plain)

    def plain_limit(self, level: int) -> float:
        """Largest Lambda [GeV] of a signal that goes with m_hat^2; 0 if it is closed."""
        insertion = self.insertion_limits()[level]
        return float(self.model.cutoff_from(insertion)) if math.isfinite(insertion) else 0.0
