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

__all__ = ["LOWEST_GEV", "Scales", "beyond", "largest_scale", "lost_mixing"]

Array = NDArray[np.float64]
LOWEST_GEV, POINTS = 1.2, 121
"""Smallest Lambda that is looked at, and points of a scan from there to the plain limit."""
MM_PER_M = 1e3


def beyond(model: Any) -> float:
    """How far beyond the plain limit to look: light neutrinos may gain couplings, all else only takes away."""
    return 1e3 if model.unitarity == "complete" else 1 + 1e-9


def lost_mixing(model: Any, cutoff: Array, highest: Array) -> Array:
    """What light neutrinos lose of their couplings at scales [GeV], with states below ``highest`` [GeV]; 0 for emission."""
    return np.array([model.lost_mixing(float(scale), float(end)) for scale, end in zip(cutoff, highest, strict=True)])


def largest_scale(excess: Callable[[Array], Array], highest: float) -> float:
    """Largest scale [GeV] at which a signal over its limit falls below 1; 0 if it is below 1 everywhere, inf if it never falls.

    Parameters
    ----------
    excess : callable
        Scales [GeV] -> signal over limit.
    highest : float
        Scale up to which to look.
    """
    if highest <= LOWEST_GEV:
        return 0.0
    scan = np.geomspace(LOWEST_GEV, highest, POINTS)
    return float(excluded(lambda scale, rows: excess(scale), 1.0, scan).lower_limit[0])


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
        Neutral currents of the Standard Model of every kind of neutrino, in the same unit; 0 where they do not count.
    path_m : float
        Path along which jets must decay [m]; inf if they need not.
    """

    model: Any
    jets: DarkJets
    allowed: Allowed
    light: Array
    path_m: float = math.inf

    def insertion_limits(self) -> Array:
        """Allowed m_hat^2 at every level, of a signal that goes with it; inf if it is closed."""
        excess = self.allowed.excess(self.jets.parts.sum(axis=1)[:, None])[:, 0]
        return np.divide(1.0, excess, out=np.full(len(excess), np.inf), where=excess > 0)

    def signal(self, cutoff: Array, truncated: bool) -> Array:
        """Signal of every kind of neutrino at scales [GeV], shape (kinds, len(cutoff)); of all together if they must decay."""
        highest = cutoff if truncated else np.full(len(cutoff), np.inf)
        insertion, parts = self.model.insertion(cutoff), self.jets.parts
        if math.isinf(self.path_m):
            rates = np.array([self.jets.below(highest, part) for part in parts])
        else:
            lifetimes = [self.path_m * MM_PER_M / self.model.ctau_at(float(scale)) for scale in cutoff]
            decaying = self.jets.decaying(lifetimes)
            rates = np.array([[self.jets.below(end, row) for end, row in zip(highest, decaying, strict=True)]])
        if not self.loses:
            return insertion * rates
        return insertion * rates - np.multiply.outer(self.light, lost_mixing(self.model, cutoff, highest))

    def limit(self, level: int, truncated: bool) -> float:
        """Largest Lambda [GeV] that is excluded; 0 if none is, inf if all are.

        Parameters
        ----------
        level : int
            See :class:`~darkfactory.searches.neutral_current.allowed.Allowed`.
        truncated : bool
            Whether states of M < Lambda alone count; they do in any case if the model says so.
        """
        plain, truncated = self.plain_limit(level), truncated or self.model.mcut_gev == "cutoff"
        if not self.changes(truncated, plain):
            return plain
        return largest_scale(
            lambda scale: self.allowed.excess(self.signal(scale, truncated))[level], plain * beyond(self.model)
        )

    def changes(self, truncated: bool, plain: float) -> bool:
        """Whether more than m_hat^2 depends on Lambda at the plain limit [GeV]."""
        cut = truncated and plain < self.jets.edges_gev[-1]
        return cut or self.loses or not math.isinf(self.path_m)

    def seen(self, cutoff: float) -> float:
        """Share of the jets of which one state decays along the path, at Lambda [GeV]; 1 if they need not."""
        if math.isinf(self.path_m):
            return 1.0
        lifetimes = self.path_m * MM_PER_M / self.model.ctau_at(cutoff)
        return float(self.jets.decaying(lifetimes).sum()) / self.jets.total

    @property
    def loses(self) -> bool:
        """Whether it counts that light neutrinos lose couplings."""
        return self.model.unitarity == "complete" and bool(np.any(self.light))

    def plain_limit(self, level: int) -> float:
        """Largest Lambda [GeV] of a signal that goes with m_hat^2; 0 if it is closed."""
        insertion = self.insertion_limits()[level]
        return float(self.model.cutoff_from(insertion)) if math.isfinite(insertion) else 0.0
