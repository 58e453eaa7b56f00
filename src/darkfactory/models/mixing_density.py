"""What a neutrino mixes with: masses of new states, and how much of each, dU^2/dM^2.

One engine for composite neutrinos and for ordinary heavy neutral leptons, which are a tower of one state. A current that makes
a neutrino makes a state of mass M instead, at the rate of a heavy neutral lepton of that mass times

    dU^2/dM^2 = m_hat^2 rho(M^2) / M^2.

Everything here is per unit of m_hat^2, whose dimension is GeV^(5 - 2 Delta), and in GeV.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import hyp2f1

from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["GAP_MODELS", "NORMS", "MixingDensity", "amplitude"]

Array = NDArray[np.float64]

NORMS: dict[str, Callable[[float], float]] = {
    "free": lambda dimension: 1.0,
    "gff": lambda dimension: 2 / (2 * dimension - 1),
    "cft": lambda dimension: 4 * math.pi**2 / (2 * dimension - 1),
    "unparticle": lambda dimension: (4 * math.pi**2) ** (1.5 - dimension),
}
"""Normalisations of the operator by name: dimension -> kappa."""
GAP_MODELS = ("shift", "hard", "tower")
"""How the continuum begins at its gap."""
FREE = 1.5
"""Dimension of a free fermion."""
_TERMS = 64
_NODES = 32
_PANEL = 5.0
_DEPTH = 40.0


def amplitude(dimension: float, kappa: float = 1.0) -> float:
    """Amplitude A of the spectral density of an operator of dimension Delta > 3/2.

    Parameters
    ----------
    dimension : float
        Scaling dimension Delta.
    kappa : float
        Normalisation, see :data:`NORMS`.

    Returns
    -------
    float
        kappa 4 / (4^d Gamma(d) Gamma(d - 1)) with d = Delta - 1/2.

    Examples
    --------
    >>> round(amplitude(2.0) * math.pi, 12)
    1.0
    """
    d = dimension - 0.5
    return kappa * 4 * math.exp(-d * math.log(4) - math.lgamma(d) - math.lgamma(d - 1))


@dataclass(frozen=True)
class MixingDensity:
    """Spectral density of what the neutrino mixes with, and integrals over it.

    Attributes
    ----------
    dimension : float
        Scaling dimension Delta >= 3/2 of the operator; at 3/2 it is one state at the gap.
    gap_gev : float
        Lowest mass M_N [GeV], > 0 unless Delta > 5/2.
    kappa : float
        Normalisation of the operator, see :data:`NORMS`.
    gap_model : str
        ``shift``: rho = A (M^2 - M_N^2)^(Delta - 5/2); ``hard``: A M^(2 Delta - 5) above the gap; ``tower``: ``states``.
    states : tuple of (float, float)
        Mass [GeV] and residue of each narrow state of a tower.

    Examples
    --------
    The mixing of Delta = 2 with a gap of 0.7 GeV is finite:

    >>> round(MixingDensity(2.0, 0.7).total, 7)
    1.4285714
    """

    dimension: float
    gap_gev: float
    kappa: float = 1.0
    gap_model: str = "shift"
    states: tuple[tuple[float, float], ...] = ()

    @property
    def power(self) -> float:
        """Power a = Delta - 5/2 of the density above the gap."""
        return self.dimension - 2.5

    @property
    def amplitude(self) -> float:
        """Amplitude A of the continuum (see :func:`amplitude`)."""
        return amplitude(self.dimension, self.kappa)

    @property
    def gap2(self) -> float:
        """Smallest M^2 [GeV^2]."""
        return min(mass for mass, _ in self.narrow) ** 2 if self.narrow else self.gap_gev**2

    @property
    def narrow(self) -> tuple[tuple[float, float], ...]:
        """Mass [GeV] and residue of the states, where it is made of narrow ones; empty for a continuum."""
        if self.gap_model == "tower":
            return self.states
        return ((self.gap_gev, self.kappa),) if self.dimension == FREE else ()

    @property
    def total(self) -> float:
        """Total mixing, the integral of dU^2 over all masses; inf for Delta >= 5/2."""
        if self.narrow:
            return sum(residue / mass**2 for mass, residue in self.narrow)
        a = self.power
        if a >= 0:
            return math.inf
        part = -1 / a if self.gap_model == "hard" else math.pi / math.sin(math.pi * (a + 1))
        return self.amplitude * self.gap2**a * part

    def rho(self, M2: Any) -> Array:
        """Spectral density rho(M^2) of a continuum, 0 below the gap; of narrow states it is no function.

        Parameters
        ----------
        M2 : array_like
            M^2 [GeV^2].
        """
        above = np.asarray(M2, dtype=float) - (self.gap2 if self.gap_model == "shift" else 0.0)
        inside = np.asarray(M2, dtype=float) > self.gap2
        return np.where(inside, self.amplitude * np.where(inside, above, 1.0) ** self.power, 0.0)

    def density(self, M2: Any) -> Array:
        """dU^2/dM^2 per m_hat^2 of a continuum at M^2 [GeV^2]."""
        return self.rho(M2) / np.where(np.asarray(M2) > 0, M2, 1.0)

    def moments(self, Y: Any) -> tuple[Array, Array]:
        """Integrals of dU^2 and of M^2 dU^2 over M^2 < Y, per m_hat^2, in closed form.

        Parameters
        ----------
        Y : array_like
            Upper end of M^2 [GeV^2].

        Returns
        -------
        none, first : ndarray
            A J_0 and A J_1, exactly 0 below the gap.
        """
        Y = np.asarray(Y, dtype=float)
        if self.narrow:
            parts = ((Y > mass**2) * residue / mass**2 for mass, residue in self.narrow)
            return sum(parts, np.zeros(Y.shape)), self.summed(Y)
        a, mu = self.power, self.gap2
        inside = mu < Y
        upper = np.where(inside, Y, mu + 1.0)
        if self.gap_model == "hard":
            ratio = np.log(upper / mu) if mu > 0 else np.full(Y.shape, np.inf)
            none = upper**a * -_expm1_over(-ratio, a) if mu > 0 else upper**a / a
        else:
            none = _shifted(upper - mu, mu, a)
        return np.where(inside, self.amplitude, 0.0) * none, self.summed(Y)

    def summed(self, Y: Any) -> Array:
        """Integral of rho over M^2 < Y [GeV^2], exactly 0 below the gap: the second of :meth:`moments`."""
        Y = np.asarray(Y, dtype=float)
        if self.narrow:
            return sum(((Y > mass**2) * residue for mass, residue in self.narrow), np.zeros(Y.shape))
        rise = self.power + 1
        above = np.maximum(Y, self.gap2)
        rest = above**rise - self.gap2**rise if self.gap_model == "hard" else (above - self.gap2) ** rise
        return np.asarray(self.amplitude / rise * rest)

    def residue(self, s0_gev2: float) -> float:
        """Residue of the lightest state by duality: the integral of rho up to s_0 [GeV^2]; its own for narrow states."""
        if self.narrow:
            return min(self.narrow)[1]
        return float(self.summed(s0_gev2))

    def integral(self, kernel: Callable[[Array], Any], upper: float, lower: float = 0.0) -> float:
        """Integral of dU^2 kernel(M^2), per m_hat^2.

        Parameters
        ----------
        kernel : callable
            M^2 [GeV^2], shape (n,) -> what is averaged; smooth up to the upper end.
        upper, lower : float
            Ends of M^2 [GeV^2]; below the gap there is nothing.

        Returns
        -------
        float
            To about 1e-10 for kernels without steps.
        """
        if self.narrow:
            found = [(m**2, residue) for m, residue in self.narrow if lower <= m**2 < upper]
            return float(sum(z / s * np.asarray(kernel(np.array([s])))[0] for s, z in found))
        start = self.gap2 if self.gap_model == "shift" else 0.0
        low, high = max(lower, self.gap2) - start, upper - start
        if high <= low:
            return 0.0
        # z = M^2 - start in steps of its logarithm; far below the gap and the upper end the rest is a power
        deep = math.log(min(1.0, start / high)) - _DEPTH if start > 0 else -_DEPTH / min(1.0, max(self.power, 0.05))
        first = math.log(low / high) if low > 0 else deep
        panels = math.ceil(-first / _PANEL)
        node, weight = unit_legendre(_NODES)
        v = first * (1 - (np.arange(panels)[:, None] + node) / panels)
        z = high * np.exp(v)
        values = np.reshape(kernel((z + start).ravel()), z.shape) / (z + start)
        found = self.amplitude * float(np.sum(weight * z ** (self.power + 1) * values)) * -first / panels
        return found + (self._rest(kernel, high * math.exp(first), start) if low <= 0 else 0.0)

    def _rest(self, kernel: Callable[[Array], Any], z: float, start: float) -> float:
        """The part of an integral below z above its start, where kernel and M^2 no longer change."""
        at_start = float(np.asarray(kernel(np.array([start])))[0])
        if start > 0:
            return self.amplitude * z ** (self.power + 1) / (self.power + 1) * at_start / start
        return self.amplitude * z**self.power / self.power * at_start

    def draw(self, u: Any, Y: Any) -> Array:
        """M^2 [GeV^2] below Y, distributed as rho, from uniform numbers.

        Parameters
        ----------
        u, Y : array_like
            Uniform numbers in [0, 1), and upper ends [GeV^2] above the gap.
        """
        u, Y = np.broadcast_arrays(np.asarray(u, dtype=float), np.asarray(Y, dtype=float))
        if self.narrow:
            squares, residues = np.array(sorted((mass**2, residue) for mass, residue in self.narrow)).T
            summed = np.cumsum(residues)
            open_states = np.searchsorted(squares, Y, "left")
            chosen = np.searchsorted(summed, u * summed[np.maximum(open_states, 1) - 1], "right")
            return squares[np.minimum(chosen, len(squares) - 1)]
        rise = self.power + 1
        if self.gap_model == "shift":
            return np.asarray(self.gap2 + (Y - self.gap2) * u ** (1 / rise))
        bottom = self.gap2**rise
        return np.asarray((bottom + u * (Y**rise - bottom)) ** (1 / rise))


def _expm1_over(x: Array, a: float) -> Array:
    """(e^(a x) - 1) / a, which is x for a = 0."""
    return np.expm1(a * x) / a if a != 0 else np.asarray(x)


def _shifted(T: Array, mu: float, a: float) -> Array:
    """Integral of t^a / (t + mu) over 0 < t < T, for a > -1, and a > 0 if mu = 0."""
    if mu == 0:
        return T**a / a
    near = T < 2 * mu
    t = np.where(near, T, mu)
    close = t ** (a + 1) / ((a + 1) * (t + mu)) * hyp2f1(1.0, 1.0, a + 2, t / (t + mu))
    if near.all():
        return close
    return np.where(near, close, _far(np.where(near, 4 * mu, T), mu, a))


def _far(T: Array, mu: float, a: float) -> Array:
    """The same for T >= 2 mu: a series in mu/T, and what is left of the pole of its term nearest to a.

    For a close to an integer n the term k = n and the constant have poles that cancel; together they are regular.
    """
    n = round(a)
    delta = a - n
    ratio, total = mu / T, np.zeros_like(T)
    for k in range(_TERMS):
        if k != n:
            total += (-ratio) ** k / (a - k)
    total *= T**a
    if n >= 0:
        pole = _expm1_over(np.log(T / mu), delta) - _pole(delta)
        return total + (-1) ** n * mu**a * pole
    return total + mu**a * math.pi / math.sin(math.pi * (a + 1))


def _pole(delta: float) -> float:
    """(pi delta / sin(pi delta) - 1) / delta, for |delta| <= 1/2."""
    x = math.pi * delta
    if abs(x) < 1e-2:
        return math.pi * (x / 6 + 7 * x**3 / 360)
    return (x / math.sin(x) - 1) / delta
