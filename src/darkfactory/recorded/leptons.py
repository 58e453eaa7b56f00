r"""Expected counts in bins of the positron energy: Michel background and two-body line, after a detector.

Counts of a bin are N M eff sum over samples of fraction * int dx [n0 D0 - spin P n1 D1] / norm * response(bin | x),
with the integral over the cosine done exactly (D0, D1) and that over x by Gauss-Legendre quadrature graded to the
endpoint. Bins of all samples are concatenated.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel
from darkfactory.amplitudes.soft_radiation import tail_quadrature
from darkfactory.experiments.detectors.lepton_energy import FAR, EnergyResponse
from darkfactory.numerics.quadrature import panels, unit_legendre

__all__ = ["AngularSample", "PositronCounts"]

Array = NDArray[np.float64]
PANEL_NODES = 16
"""Nodes of each panel of `quadrature.panels`."""
_GRADED = 500  # nodes up to the endpoint


@dataclass(frozen=True)
class AngularSample:
    """One interval of cos(theta) and one spin direction, for a fraction of the muons.

    Attributes
    ----------
    solid : float
        D0 = c2 - c1, the opening in cos(theta).
    first_moment : float
        D1 = (c2^2 - c1^2) / 2.
    spin : int
        +1 for the spin of a surface beam, -1 reversed.
    fraction : float
        Fraction of the muons taken with this spin direction.
    """

    solid: float
    first_moment: float
    spin: int = 1
    fraction: float = 1.0

    @property
    def cos_theta(self) -> tuple[float, float]:
        """Ends of the interval."""
        middle = self.first_moment / self.solid
        return middle - self.solid / 2, middle + self.solid / 2

    @classmethod
    def cone(cls, opening: float, *, spin: int = 1, fraction: float = 1.0) -> AngularSample:
        """Forward cone of 1 - cos(theta) = ``opening``."""
        return cls(opening, opening * (1 - opening / 2), spin, fraction)

    @classmethod
    def interval(cls, low: float, high: float) -> AngularSample:
        """All muons, ``low`` < cos(theta) < ``high``."""
        return cls(high - low, (high - low) * (high + low) / 2)


@dataclass(frozen=True)
class PositronCounts:
    """Expected counts for one beam, acceptance and response.

    Attributes
    ----------
    m_i, m_j : float
        Masses of the decaying and of the charged final lepton [MeV].
    exposure : float
        Number of decays N.
    polarization : float
        Degree of polarisation P in [0, 1].
    samples : tuple of AngularSample
        Angular and spin samples.
    response : EnergyResponse
        Energy response.
    order : str
        Order of the background spectrum (born, oalpha, exp).
    tail : str
        Radiative tail of the signal: none, soft or leading-log.
    multiplier : float
        Counting multiplier M (``lumi`` focusing).
    efficiency : float
        Overall efficiency.
    background_branching_ratio : float
        B(l_i -> l_j nu nu): 1 for the muon.
    """

    m_i: float
    m_j: float
    exposure: float
    polarization: float
    samples: tuple[AngularSample, ...]
    response: EnergyResponse
    order: str = "exp"
    tail: str = "soft"
    multiplier: float = 1.0
    efficiency: float = 1.0
    background_branching_ratio: float = 1.0

    @property
    def x0(self) -> float:
        """Lower end of the spectrum, m_j / W."""
        return self.m_j / michel.endpoint_energy(self.m_i, self.m_j)

    @property
    def decays(self) -> float:
        """Effective number of decays N M eff."""
        return self.exposure * self.multiplier * self.efficiency

    def _range(self, low: float, high: float) -> tuple[float, float, float]:
        """Where bins from ``low`` to ``high`` see the spectrum: lower end, where it is graded to the endpoint, upper end."""
        if self.response.boost_gamma > 1:
            low, high, sigma = self.x0, 1.0, self.response.resolution
        else:
            sigma = float(np.max(self.response.width(np.array([1.0, max(low, self.x0)]))))
            low = min(max(self.x0, low - FAR * sigma), 1.0)
            high = min(high + FAR * sigma, 1.0)
        return low, min(max(low, 1 - 8 * sigma), 1.0), high

    def _panels(self, low: float, top: float) -> int:
        narrow = float(np.min(self.response.width(np.array([1.0, max(low, 0.05)]))))
        return max(8, math.ceil((top - low) / (3 * narrow)))

    def points(self, low: float, high: float) -> int:
        """Points of the spectrum that bins from ``low`` to ``high`` in x need."""
        start, graded_from, end = self._range(low, high)
        top = min(end, graded_from)
        return (_GRADED if end > graded_from else 0) + (PANEL_NODES * self._panels(start, top) if top > start else 0)

    def _nodes(self, edges: Array) -> tuple[Array, Array, Array]:
        """Nodes x, 1 - x and weights that cover what the bins can see of the spectrum."""
        low, graded_from, high = self._range(edges[0], edges[-1])
        x, y, w = [], [], []
        if high > graded_from:  # fourth power grades to the endpoint, where the spectrum ends in a step or a logarithm
            t, wt = unit_legendre(_GRADED)
            span = 1 - graded_from
            x.append(1 - span * t**4)
            y.append(span * t**4)
            w.append(wt * 4 * t**3 * span)
        top = min(high, graded_from)
        if top > low:  # the square grades to the threshold, where the spectrum starts as a square root
            t, wt = panels(self._panels(low, top))
            x.append(low + (top - low) * t**2)
            y.append(1 - x[-1])
            w.append(wt * 2 * t * (top - low))
        return np.concatenate(x), np.concatenate(y), np.concatenate(w)

    def _assemble(self, isotropic: Array, polarized: Array, polarization: float) -> Array:
        """Counts of all samples from the smeared isotropic and polarised parts."""
        scale = self.decays * self.background_branching_ratio / michel.normalization(self.order, self.m_i, self.m_j)
        parts = [
            s.fraction * (isotropic * s.solid - s.spin * polarization * polarized * s.first_moment)
            for s in self.samples
        ]
        return scale * np.concatenate(parts)

    def _spectrum(self, edges: Array) -> tuple[Array, Array]:
        """Nodes x and weighted [n0, n1], shape (X, 2)."""
        x, y, w = self._nodes(edges)
        n0, n1 = michel.spectrum_functions(x, y=y, order=self.order, m_i=self.m_i, m_j=self.m_j)
        return x, np.stack([w * n0, w * n1], axis=1)

    def background(
        self, edges: Array, *, scale: float = 0.0, broadening: float = 0.0, polarization_shift: float = 0.0
    ) -> Array:
        """Michel counts per bin, all samples concatenated.

        Parameters
        ----------
        edges : ndarray
            Bin edges in x, shape (B + 1,).
        scale, broadening : float
            Relative shifts of the energy scale and of the resolution.
        polarization_shift : float
            Added to the degree of polarisation.

        Returns
        -------
        ndarray
            Counts, shape (samples * B,).
        """
        x, spectrum = self._spectrum(edges)
        smeared = self.response.bin_fractions(edges, x, scale, broadening) @ spectrum
        return self._assemble(smeared[:, 0], smeared[:, 1], self.polarization + polarization_shift)

    def background_table(self, edges: Array, scales: Array, broadenings: Array) -> tuple[Array, Array]:
        """Counts and their derivative in the polarisation, on a grid of scales and resolutions.

        Returns
        -------
        counts, slope : ndarray
            Shape (scales, broadenings, samples * B).
        """
        x, spectrum = self._spectrum(edges)
        counts, slopes = [], []
        for scale in scales:
            for broadening in broadenings:
                smeared = self.response.bin_fractions(edges, x, scale, broadening) @ spectrum
                counts.append(self._assemble(smeared[:, 0], smeared[:, 1], self.polarization))
                slopes.append(self._assemble(np.zeros(len(edges) - 1), smeared[:, 1], 1.0))
        shape = (len(scales), len(broadenings), -1)
        return np.reshape(counts, shape), np.reshape(slopes, shape)

    def background_derivatives(self, edges: Array) -> dict[str, Array]:
        """Counts and first derivatives at nominal, by the name of the systematic.

        Returns
        -------
        dict
            ``normalization`` (the counts themselves), ``polarization``, ``energy_scale`` and ``resolution``; each of
            shape (samples * B,).
        """
        x, spectrum = self._spectrum(edges)
        by_scale, by_width = self.response.derivatives(edges, x)
        kernels = {
            "normalization": self.response.bin_fractions(edges, x),
            "energy_scale": by_scale,
            "resolution": by_width,
        }
        smeared = {name: kernel @ spectrum for name, kernel in kernels.items()}
        found = {name: self._assemble(s[:, 0], s[:, 1], self.polarization) for name, s in smeared.items()}
        nominal = smeared["normalization"]
        found["polarization"] = self._assemble(np.zeros(len(nominal)), nominal[:, 1], 1.0)
        return found

    def radiative_difference(self, edges: Array) -> Array:
        """Exponentiated minus O(alpha) background: the size of the unknown O(alpha^2) at the endpoint."""
        return replace(self, order="exp").background(edges) - replace(self, order="oalpha").background(edges)

    def signal(self, edges: Array, x_a: float, asymmetry: float) -> Array:
        """Counts per unit branching ratio of the line at ``x_a`` with decay asymmetry A.

        Parameters
        ----------
        edges : ndarray
            Bin edges in x, shape (B + 1,).
        x_a : float
            Position of the line, E_e / W.
        asymmetry : float
            Decay asymmetry A in [-1, 1].

        Returns
        -------
        ndarray
            Counts for branching ratio 1, shape (samples * B,).
        """
        if self.tail == "none":
            x, weight = np.array([x_a]), np.array([1.0])
        else:
            x, weight = tail_quadrature(x_a, self.tail, resolution=self.response.resolution, m_i=self.m_i, m_j=self.m_j)
        line = self.response.bin_fractions(edges, x) @ weight
        forward = asymmetry * self.polarization
        return self.decays * np.concatenate(
            [s.fraction * 0.5 * (s.solid + s.spin * forward * s.first_moment) * line for s in self.samples]
        )
