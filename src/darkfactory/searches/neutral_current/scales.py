r"""Limits on the cut-off scale Lambda from a signal that goes with m_hat^2(Lambda): plain, and with what changes with Lambda.

With a signal of m_hat^2 alone the limit is a closed form. A support M < Lambda, jets that decay on the way, and couplings of
the light neutrino that are lost only take away from it: these limits lie below, and are edges along a scan.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.models.mixing_density import FREE
from darkfactory.numerics.crossings import last_crossing
from darkfactory.recorded.dark_jets import DarkJets
from darkfactory.searches.neutral_current.allowed import Allowed

__all__ = ["LOWEST_GEV", "Scales", "beyond", "scale_of", "scan_to"]

Array = NDArray[np.float64]
LOWEST_GEV, POINTS = 1.2, 121
"""Smallest Lambda that is looked at, and points of a scan from there to the plain limit."""
LARGEST_GEV = 1e100
"""Lambda beyond which it is no scale: close to dimension 3/2 nothing depends on it."""
MM_PER_M = 1e3


def beyond(model: Any) -> float:
    """How far beyond the plain limit to look: light neutrinos may gain couplings, all else only takes away."""
    return 1e3 if model.unitarity == "complete" else 1 + 1e-9


def scale_of(model: Any, insertion: Any) -> Array:
    """Lambda [GeV] of m_hat^2; inf where it is no scale, since at dimension 3/2 m_hat^2 does not depend on it.

    Parameters
    ----------
    model : CompositeNeutrino
        What neutrinos are.
    insertion : array_like
        m_hat^2.
    """
    if model.dimension == FREE:
        return np.full(np.shape(insertion), np.inf)
    found = np.asarray(model.cutoff_from(insertion))
    return np.where(found < LARGEST_GEV, found, np.inf)


def scan_to(highest: float) -> Array:
    """Scales [GeV] at which to look, up to a highest one."""
    return np.geomspace(min(LOWEST_GEV, highest / 2), highest, POINTS)


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

    @functools.cached_property
    def insertions(self) -> Array:
        """Largest m_hat^2 that is allowed at every level, of a signal that goes with it; inf if it is closed."""
        excess = self.allowed.excess(self.jets.parts.sum(axis=1)[:, None])[:, 0]
        return np.where(excess > 0, 1 / np.where(excess > 0, excess, 1.0), np.inf)

    @functools.cached_property
    def plain(self) -> Array:
        """Largest Lambda [GeV] at every level, of such a signal; 0 if it is closed, inf if m_hat^2 hardly depends on it."""
        some = np.isfinite(self.insertions)
        return np.where(some, scale_of(self.model, np.where(some, self.insertions, 1.0)), 0.0)

    def limits(self, truncated: bool) -> Array:
        """Largest Lambda [GeV] that is excluded, at every level of what is allowed; 0 if none is, inf if all are.

        Parameters
        ----------
        truncated : bool
            Whether states of M < Lambda alone count; they do in any case if the model says so.
        """
        truncated = truncated or self.model.truncated
        bound = (self.plain > 0) & np.isfinite(self.plain)
        cut = truncated and bool(np.any(self.plain[bound] < self.jets.edges_gev[-1]))
        if not bound.any() or not (cut or self.loses or math.isfinite(self.path_m)):
            return self.plain
        found = {0.0: 0.0, math.inf: math.inf}
        scan = self._scan
        scanned = self.allowed.excess(self._signal(scan, truncated, self._scanned))
        for level, plain in enumerate(self.plain.tolist()):
            if plain not in found:
                excess = functools.partial(self._excess, level, truncated)
                found[plain] = last_crossing(excess, scan, scanned[level])
        return np.array([found[plain] for plain in self.plain.tolist()])

    def _excess(self, level: int, truncated: bool, cutoff: Array) -> Array:
        """Signal over what is allowed at one level, at scales [GeV]."""
        return np.asarray(self.allowed.excess(self._signal(cutoff, truncated, self._rates(cutoff)))[level])

    @functools.cached_property
    def _scan(self) -> Array:
        return scan_to(float(self.plain[np.isfinite(self.plain)].max()) * beyond(self.model))

    @functools.cached_property
    def _scanned(self) -> Array:
        return self._rates(self._scan)

    def _rates(self, cutoff: Array) -> Array:
        """Rates in cells at scales [GeV], shape (kinds, 1, n), or of all together that decay, (1, len(cutoff), n)."""
        if math.isinf(self.path_m):
            return self.jets.parts[:, None]
        return self.jets.decaying([self.path_m * MM_PER_M / self.model.ctau_at(float(scale)) for scale in cutoff])[None]

    def _signal(self, cutoff: Array, truncated: bool, rates: Array) -> Array:
        """Signal of every kind of neutrino at scales [GeV], shape (kinds, len(cutoff)); of all together if they must decay."""
        highest = cutoff if truncated else np.full(len(cutoff), np.inf)
        if math.isinf(self.path_m):
            below = np.array([self.jets.below(highest, part[0]) for part in rates])
        else:
            below = np.array([[self.jets.below(end, row) for end, row in zip(highest, rates[0], strict=True)]])
        signal = self.model.insertion(cutoff) * below
        if self.loses:
            signal = signal - np.multiply.outer(self.light, self.model.lost_mixing(cutoff, highest))
        return np.asarray(signal)

    def seen(self, cutoff: float) -> float:
        """Share of the jets of which one state decays along the path, at Lambda [GeV]; 1 if they need not."""
        return float(self._rates(np.array([cutoff])).sum()) / self.jets.total

    def below(self, cutoff: float) -> float:
        """Share of the signal (of jets that decay along the path, if they must) with M < Lambda [GeV]; 0 without a signal."""
        rates = self._rates(np.array([cutoff])).sum(axis=(0, 1))
        total = float(rates.sum())
        return min(float(self.jets.below(cutoff, rates)) / total, 1.0) if total > 0 else 0.0

    @property
    def loses(self) -> bool:
        """Whether it counts that light neutrinos lose couplings."""
        return self.model.unitarity == "complete" and bool(np.any(self.light))
