"""Searches for a peak in the missing mass of P -> l N, applied to a continuum: what a fit of a smooth background leaves of it."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import erf

from darkfactory.amplitudes.continuum_decays import DECAYS, ContinuumDecay
from darkfactory.constants import GEV, M_PION
from darkfactory.models.mixing_density import MixingDensity

__all__ = ["PEAK_SEARCHES", "PeakSearch"]

Array = NDArray[np.float64]
STEP = 0.05
"""Distance of the points of the sidebands, in widths."""
CANDIDATES = np.linspace(-2.0, 6.0, 81)
"""Where the best mass is looked for: from the gap, in widths."""


@dataclass(frozen=True)
class PeakSearch:
    """How a search for P -> l N looks at a spectrum of missing mass; masses in GeV.

    It counts in a window of some widths around a mass, less a polynomial through the sidebands.

    Attributes
    ----------
    decay : ContinuumDecay
        P -> l X.
    width_at : callable
        Missing mass [GeV] -> its Gaussian resolution [GeV].
    window, sideband : float
        Half widths of the window and of what the fit sees, in units of the resolution.
    degree : int
        Of the polynomial.
    source : str
        Where this is from.
    shortest_ctau_m : float
        Decay length c tau [m] above which N is invisible, as the publication assumes.
    """

    decay: ContinuumDecay
    width_at: Callable[[Any], Any]
    window: float
    sideband: float
    degree: int
    source: str
    shortest_ctau_m: float = 0.0

    def scaled(self, factor: float) -> PeakSearch:
        """Return the same with another resolution."""
        width = self.width_at
        return replace(self, width_at=lambda mass: factor * width(mass))

    def counted(self, mass: float, states: Any, sidebands: bool = True) -> Array:
        """Share of narrow states that counts at a mass.

        Parameters
        ----------
        mass : float
            Where is looked [GeV].
        states : array_like
            Masses of the states [GeV].
        sidebands : bool
            Less the polynomial through the sidebands.
        """
        states = np.asarray(states, dtype=float)
        width, own = float(self.width_at(mass)), self.width_at(states)
        low, high = ((mass + end * self.window * width - states) / own / math.sqrt(2) for end in (-1, 1))
        inside = (erf(high) - erf(low)) / 2
        if not sidebands:
            return np.asarray(inside)
        points, weights = _sidebands(self.window, self.sideband, self.degree)
        away = (mass + width * points - states[..., None]) / own[..., None]
        beside = np.exp(-(away**2) / 2) / (own[..., None] * math.sqrt(2 * math.pi))
        return np.asarray(inside - width * beside @ weights)

    def effective_mixing(self, density: MixingDensity, mass: float, sidebands: bool = True) -> float:
        """Mixing per m_hat^2 that a narrow state of this mass would need to count as much as the continuum.

        Parameters
        ----------
        density : MixingDensity
            The continuum.
        mass : float
            Where is looked [GeV].
        sidebands : bool
            See :meth:`counted`.
        """
        end = min(self.decay.highest_gev, mass + (self.sideband + 12) * float(self.width_at(mass)))
        seen = density.integral(lambda M2: self.decay.kernel(M2) * self.counted(mass, np.sqrt(M2), sidebands), end**2)
        here = float(self.decay.kernel(mass**2) * self.counted(mass, mass, sidebands))
        return float(seen / here)

    def best_mass(self, density: MixingDensity, ends: tuple[float, float]) -> float | None:
        """Mass [GeV] of the largest effective mixing, which is chosen without a look at the limit.

        Parameters
        ----------
        density : MixingDensity
            The continuum.
        ends : tuple of float
            Masses [GeV] between which there is a limit.

        Returns
        -------
        float or None
            None if no candidate is inside with its sidebands.
        """
        gap = density.gap_gev
        found = gap + float(self.width_at(gap)) * CANDIDATES
        inside = (found >= ends[0]) & (found <= ends[1])
        inside &= found + self.sideband * self.width_at(found) < self.decay.highest_gev
        masses = found[inside]
        values = [self.effective_mixing(density, float(mass)) for mass in masses]
        return float(masses[int(np.argmax(values))]) if len(masses) else None


@functools.cache
def _sidebands(window: float, sideband: float, degree: int) -> tuple[Array, Array]:
    """Points of both sidebands in widths, and weights of a spectrum there: the integral over the window of its fit."""
    first, last = math.ceil(window / STEP - 1e-9), math.floor(sideband / STEP + 1e-9)
    steps = STEP * np.arange(first, last + 1)
    points = np.concatenate([-steps[::-1], steps])
    scale = sideband  # the fit is well conditioned on [-1, 1]
    design = np.vander(points / scale, degree + 1, increasing=True)
    powers = np.arange(degree + 1)
    moments = scale * ((window / scale) ** (powers + 1) - (-window / scale) ** (powers + 1)) / (powers + 1)
    return points, np.linalg.pinv(design).T @ moments


def _kaon(flavor: str) -> PeakSearch:
    return PeakSearch(
        DECAYS["K -> l X"](flavor),
        lambda mass: 1e-3 / (2 * mass),
        1.5,
        11.25,
        3,
        "resolution of 1e-3 GeV^2 in M^2 and sidebands [assumed, recalled]; lifetime above 50 ns [quoted]",
        15.0,
    )


PEAK_SEARCHES = {
    "pienu-2017": PeakSearch(
        DECAYS["pi -> l X"]("e"),
        lambda mass: 1e-3 * M_PION / GEV / mass,
        2.0,
        6.0,
        1,
        "resolution of 1 MeV in E_e and sidebands [assumed]",
    ),
    "na62-2020": _kaon("e"),
    "na62-2021": _kaon("mu"),
}
"""Searches that are known well enough, by the name of their record."""
