r"""Acceptance of two back-to-back windows for a pair of directions with a given opening angle.

The photon window is |cos theta| < a_g, |phi| < d_g around one side of the detector, the positron window |cos theta| < a_e,
|phi| < d_e around the opposite side; theta is measured from the beam axis. Orientations are isotropic.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments.declarations import Declared, of_card, positive_number, share
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.settings import Setting

__all__ = ["PairAcceptance"]

Array = NDArray[np.float64]


def _half_width(name: str, doc: str) -> Setting:
    return positive_number(name, doc, "rad", math.pi)


@dataclass(frozen=True)
class PairAcceptance(Declared):
    r"""Probability A(c) that positron and photon are both in their windows, given the cosine c of their opening angle.

    Parameters
    ----------
    positron_cos_theta, photon_cos_theta : float
        Largest |cos theta|, in (0, 1].
    positron_phi, photon_phi : float
        Half widths in azimuth [rad], in (0, pi].
    sampling : int
        Quadrature nodes per dimension and eighth of the knots of the table.

    Raises
    ------
    InvalidInput
        Naming each window outside its range.

    Notes
    -----
    The mean of A over c is the product of the two solid angles; windows that mirror each other have A(-1) = that of one.
    No polarisation: for windows symmetric under z -> -z its terms cancel.

    Examples
    --------
    >>> windows = PairAcceptance(0.35, math.pi / 3, 0.35, math.pi / 3)
    >>> round(windows.fraction, 7), round(float(windows(-1.0)), 6)
    (0.0136111, 0.116667)
    """

    positron_cos_theta: float = of_card(
        share("detector.positron_cos_theta", "largest |cos_theta| of the positron window"), need="positron window"
    )
    positron_phi: float = of_card(
        _half_width("detector.positron_phi", "half width in azimuth of the positron window, opposite to the photon's"),
        need="positron window",
    )
    photon_cos_theta: float = of_card(
        share("detector.photon_cos_theta", "largest |cos_theta| of the photon window"), need="photon window"
    )
    photon_phi: float = of_card(
        _half_width("detector.photon_phi", "half width in azimuth of the photon window"), need="photon window"
    )
    sampling: int = 96

    @property
    def positron_fraction(self) -> float:
        """Solid angle of the positron window over 4 pi."""
        return self.positron_cos_theta * self.positron_phi / math.pi

    @property
    def photon_fraction(self) -> float:
        """Solid angle of the photon window over 4 pi."""
        return self.photon_cos_theta * self.photon_phi / math.pi

    @property
    def fraction(self) -> float:
        """Product of the two solid angles: acceptance of unrelated directions."""
        return self.positron_fraction * self.photon_fraction

    @property
    def whole(self) -> bool:
        """Whether both windows are the whole sphere."""
        return min(self.positron_cos_theta, self.photon_cos_theta) == 1 and (
            min(self.positron_phi, self.photon_phi) >= math.pi * (1 - 1e-12)
        )

    def __call__(self, cosine: Any) -> Any:
        """Acceptance at cosines of the opening angle, by linear interpolation in sqrt(1 + c)."""
        c = np.asarray(cosine, dtype=float)
        if self.whole:
            return np.ones(c.shape)[()]
        knots, values = _table(self)
        return np.where(c < self.largest_cosine, np.interp(np.sqrt(1 + c), knots, values), 0.0)[()]

    @property
    def largest_cosine(self) -> float:
        """Cosine of the smallest opening angle that fits into both windows.

        Examples
        --------
        >>> round(PairAcceptance(0.35, math.pi / 3, 0.35, math.pi / 3).largest_cosine, 5)
        0.56125
        """
        apart = math.pi - self.positron_phi - self.photon_phi
        if apart <= 0:
            return 1.0
        k, (small, large) = math.cos(apart), sorted((self.positron_cos_theta, self.photon_cos_theta))
        # best partner of the narrower window's edge: tan b = tan a / k, or the wider window's edge
        best = math.atan2(small, k * math.sqrt(1 - small**2))
        partner = min(large, math.sin(best)) if best < math.pi / 2 else large
        return min(1.0, small * partner + k * math.sqrt((1 - small**2) * (1 - partner**2)))

    def below(self, cosine: float) -> float:
        r"""Probability C(c) of unrelated directions to be both in their windows with an opening cosine below c.

        Exact in azimuth, Gauss-Legendre in the polar angles.

        Examples
        --------
        >>> windows = PairAcceptance(1.0, math.pi, 1.0, math.pi)
        >>> round(windows.below(0.3), 3)  # (1 + c) / 2 for the whole sphere
        0.65
        """
        t, w = unit_legendre(2 * self.sampling)
        u = self.positron_cos_theta * (2 * t - 1)
        v = self.photon_cos_theta * (2 * t - 1)[:, None]
        sines = np.sqrt((1 - u * u) * (1 - v * v))
        kappa = np.clip((cosine - u * v) / sines, -1.0, 1.0)
        half = np.arccos(-kappa)
        share = self._azimuths_within(half)
        if self.positron_phi + self.photon_phi > math.pi:
            share = share + 1 - self._azimuths_within(2 * math.pi - half)
        return float(self.fraction * (w @ share @ w))

    def _azimuths_within(self, half: Array) -> Array:
        """Fraction of azimuth pairs with |difference from opposite| < ``half``, unfolded."""
        d, e = max(self.positron_phi, self.photon_phi), min(self.positron_phi, self.photon_phi)
        corner = 1 - np.maximum(0.0, d + e - half) ** 2 / (4 * d * e)
        return np.asarray(np.where(half < d - e, half / d, corner))

    def exact(self, cosine: Any) -> Array:
        """Acceptance by direct quadrature over orientations, shape of ``cosine``; what the table is made of."""
        c = np.atleast_1d(np.asarray(cosine, dtype=float))
        t, w = unit_legendre(self.sampling)
        out = np.zeros(len(c))
        for start in range(0, len(c), 32):
            part = c[start : start + 32, None, None]
            out[start : start + 32] = np.einsum("cup,u->c", self._over_psi(part, t[:, None]), w)
        return out

    def _over_psi(self, c: Array, t: Array) -> Array:
        """Integrand over the azimuth psi of the photon about the positron, times its weight, shape (C, U, P)."""
        u = self.positron_cos_theta * t  # symmetric in u -> -u with psi -> pi - psi
        s, wide = np.sqrt(np.maximum(1 - c * c, 0.0)), np.sqrt(np.maximum(1 - u * u, 0.0))
        sw = np.maximum(s * wide, 1e-300)
        # the photon's cosine c u - s w cos(psi) lies within +-a_g between these two
        first = np.arccos(np.clip((c * u + self.photon_cos_theta) / sw, -1, 1))
        last = np.arccos(np.clip((c * u - self.photon_cos_theta) / sw, -1, 1))
        node, weight = unit_legendre(self.sampling)
        psi = first + (last - first) * node
        delta = np.abs(np.arctan2(s * np.sin(psi), -c * wide - s * u * np.cos(psi)))
        d, e = self.positron_phi, self.photon_phi
        overlap = self._overlap(delta)
        if d + e > math.pi:
            overlap = overlap + self._overlap(2 * math.pi - delta)
        return np.asarray(self.positron_fraction * overlap / (2 * d) * (last - first) / math.pi * weight)

    def _overlap(self, delta: Array) -> Array:
        d, e = self.positron_phi, self.photon_phi
        return np.asarray(np.maximum(0.0, np.minimum(d, e - delta) + np.minimum(d, e + delta)))


@functools.lru_cache(maxsize=32)
def _table(windows: PairAcceptance) -> tuple[Array, Array]:
    """Knots in sqrt(1 + c), in which the acceptance is smooth at c = -1, and the acceptance there."""
    knots = np.linspace(0.0, math.sqrt(2.0), 8 * windows.sampling + 1)
    values = windows.exact(np.clip(knots**2 - 1, -1.0, 1.0))
    return knots, values
