r"""How much of a neutrino is composite, by the invariant mass M of what it breaks up into: dU^2/dM^2 = m^2 rho(M^2) / M^2.

A neutrino with m (Obar P_L nu) + h.c., O an operator of dimension Delta, contains a continuum of states of mass M. Every
rate with one insertion of m is that of a heavy neutrino of mass M, summed with this weight; for Delta -> 3/2 the continuum is
one state, a sterile neutrino. All is per m^2 (the model's ``insertion`` [GeV^(5 - 2 Delta)]), energies are in GeV.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InfraredDivergence, in_range, one_of, positive, require
from darkfactory.numerics.quadrature import panels

__all__ = ["GAP_MODELS", "NORMS", "MixingDensity", "amplitude"]

Array = NDArray[np.float64]
NORMS: dict[str, Callable[[float], float]] = {
    "free": lambda dimension: 1.0,
    "gff": lambda dimension: 2 / (2 * dimension - 1),
    "cft": lambda dimension: 4 * math.pi**2 / (2 * dimension - 1),
    "unparticle": lambda dimension: (4 * math.pi**2) ** (1.5 - dimension),
}
"""Normalisations of the operator by name: Delta -> kappa."""
GAP_MODELS = ("shift", "hard", "tower")
"""How it starts at the gap M_N: rho as (M^2 - M_N^2)^(Delta - 5/2), as (M^2)^(Delta - 5/2) above M_N, or narrow states."""
FREE = 1.5
"""Dimension of a free fermion."""
DEPTH = 40.0
"""Quadratures go down to a distance of e^-40 gaps from the gap; nearer a kernel is what it is there."""


@functools.cache
def _reciprocal() -> Array:
    """Coefficients c_k of 1 / (1 + t) = sum c_k t^k on [0, 1], its Chebyshev series: exact to 1e-15, and none above 1."""
    series = math.sqrt(2) * (2 * math.sqrt(2) - 3) ** np.arange(22)
    series[0] /= 2
    chebyshev = np.polynomial.Chebyshev(series, domain=[0, 1])
    return np.asarray(chebyshev.convert(domain=[-1, 1], kind=np.polynomial.Polynomial).coef)


def amplitude(dimension: float, kappa: float = 1.0) -> float:
    """A_Delta = kappa 4 / (4^d Gamma(d) Gamma(d - 1)), d = Delta - 1/2: rho = A_Delta (M^2 - M_N^2)^(Delta - 5/2).

    Examples
    --------
    >>> round(amplitude(2.0) * math.pi, 12), amplitude(2.5)
    (1.0, 0.25)
    """
    return (dimension - 1.5) * _over_rise(dimension, kappa)


def _over_rise(dimension: float, kappa: float) -> float:
    """A_Delta / (Delta - 3/2), which stays finite at Delta = 3/2."""
    d = dimension - 0.5
    return float(kappa * 4.0 ** (1 - d) * math.gamma(d) ** -2)


def _powers(log_x: Any, power: float) -> Any:
    """Integral of t^(power - 1) from 1 to x: (x^power - 1) / power, also where the power is 0."""
    return log_x if power == 0 else np.expm1(power * log_x) / power


def _root(integral: Any, power: float) -> Any:
    """The x of which :func:`_powers` is this."""
    return np.exp(integral if power == 0 else np.log1p(power * integral) / power)


def _shifted(z: Array, a: float) -> Array:
    """(a + 1) z^-a times the integral of t^a / (1 + t) from 0 to z, for z > 0, a > -1: a hypergeometric function of z.

    The series of 1 / (1 + t) serves below 1 in t and above 1 in 1/t, where the term of the power nearest to z^0 is integrated
    from 1 to z as a whole: it is a logarithm if a is an integer.
    """
    c, k, polyval = _reciprocal(), np.arange(22), np.polynomial.polynomial.polyval
    from_zero = c * (a + 1) / (a + 1 + k)
    whole = (k == round(a)) * c * (a + 1)
    from_one = (c * (a + 1) - whole) / np.where(k == round(a), 1.0, k - a)
    inside, beyond = np.minimum(z, 1.0), np.maximum(z, 1.0)
    at_one = from_zero.sum() + from_one.sum() + whole.sum() * _powers(np.log(beyond), a - round(a))
    above = at_one * beyond**-a - polyval(1 / beyond, from_one)
    return np.where(z > 1, above, inside * polyval(inside, from_zero))


@dataclass(frozen=True)
class MixingDensity:
    r"""dU^2/dM^2 over m^2: what every rate of a composite neutrino is a sum over.

    Parameters
    ----------
    dimension : float
        Delta of the operator, >= 3/2; at 3/2 there is one state of mass ``gap_gev``.
    gap_gev : float
        Mass M_N [GeV] of the lightest state, that of a tower; 0 only where Delta > 5/2.
    kappa : float
        Normalisation of rho, 1 for that which continues a free field.
    gap_model : {"shift", "hard", "tower"}
        See :data:`GAP_MODELS`.
    states : tuple of (float, float)
        Of a tower: masses M_i [GeV] and residues Z_i [GeV^(2 Delta - 3)], rho = kappa sum Z_i delta(M^2 - M_i^2).

    Raises
    ------
    InvalidInput
        Listing what lies outside its range.
    InfraredDivergence
        Without a gap where Delta <= 5/2.

    Examples
    --------
    >>> round(float(MixingDensity(3.5, 1.0).moments(100.0)[0]) / amplitude(3.5), 9)  # 99 - ln 100
    94.394829814
    """

    dimension: float
    gap_gev: float
    kappa: float = 1.0
    gap_model: str = "shift"
    states: tuple[tuple[float, float], ...] = ()

    def __post_init__(self) -> None:
        require(
            in_range("dimension", self.dimension, 1.5, 20, remedy="unitarity bound of an operator of spin 1/2"),
            in_range("gap_gev", self.gap_gev, 0, unit="GeV"),
            positive("kappa", self.kappa),
            one_of("gap_model", self.gap_model, GAP_MODELS),
        )
        if self.gap_model == "tower":
            masses, residues = [mass for mass, _ in self.states], [residue for _, residue in self.states]
            require(
                None if self.states else "states: none, a tower needs at least one (mass [GeV], residue)",
                positive("masses of states", masses, unit="GeV"),
                positive("residues of states", residues),
            )
            if self.gap_gev != min(masses):
                require(f"gap_gev = {self.gap_gev:g}: allowed {min(masses):g} GeV, that of the lightest of the states")
            return
        require(
            "states: allowed with gap_model = tower alone" if self.states else None,
            "dimension = 1.5: allowed above 1.5 with gap_model = hard; choose gap_model = shift"
            if self.dimension == 1.5 and self.gap_model == "hard"
            else None,
        )
        if self.power <= 0 and self.gap2 == 0:
            message = (
                f"gap_gev = {self.gap_gev:g}: IR divergent, allowed above 0 GeV for dimension <= 5/2; choose a gap"
            )
            raise InfraredDivergence(message)

    @property
    def power(self) -> float:
        """Power a = Delta - 5/2 of the density above the gap."""
        return self.dimension - 2.5

    @property
    def gap2(self) -> float:
        """Smallest M^2 [GeV^2]."""
        return self.gap_gev**2

    @property
    def amplitude(self) -> float:
        """A_Delta of the continuum (see :func:`amplitude`)."""
        return amplitude(self.dimension, self.kappa)

    @property
    def _scale(self) -> float:
        return _over_rise(self.dimension, self.kappa)

    @functools.cached_property
    def narrow(self) -> tuple[tuple[float, float], ...]:
        """Mass [GeV] and residue [GeV^(2 Delta - 3)] of narrow states, lightest first; empty for a continuum."""
        states = self.states if self.gap_model == "tower" else ((self.gap_gev, 1.0),) if self.dimension == FREE else ()
        return tuple(sorted((mass, self.kappa * residue) for mass, residue in states))

    @functools.cached_property
    def _lines(self) -> tuple[Array, Array]:
        """Squared masses and residues of narrow states."""
        mass, residue = np.array(self.narrow).T
        return mass**2, residue

    def rho(self, M2: Any) -> Any:
        """Spectral density of a continuum [GeV^(2 Delta - 5)] at M^2 [GeV^2]; 0 between narrow states."""
        M2 = np.asarray(M2, dtype=float)
        inside = self.gap2 < M2
        distance = np.where(inside, M2 - (self.gap2 if self.gap_model == "shift" else 0.0), 1.0)
        found = self.amplitude * distance**self.power if not self.narrow else 0.0
        return np.where(inside, found, 0.0)[()]

    def density(self, M2: Any) -> Any:
        """dU^2/dM^2 over m^2 of a continuum [GeV^(2 Delta - 7)] at M^2 [GeV^2]: rho / M^2."""
        M2 = np.asarray(M2, dtype=float)
        return self.rho(M2) / np.where(M2 > 0, M2, 1.0)

    def moments(self, Y: Any) -> tuple[Any, Any]:
        """Integrals up to M^2 = Y.

        Parameters
        ----------
        Y : array_like
            Upper ends [GeV^2].

        Returns
        -------
        none, first : array
            Integrals of rho / M^2 [GeV^(2 Delta - 5)] and of rho [GeV^(2 Delta - 3)], of the shape of ``Y``: A J_0 and A J_1
            of a continuum; exactly 0 up to the gap.
        """
        Y = np.asarray(Y, dtype=float)
        if self.narrow:
            M2, Z = self._lines
            none = np.append(0.0, np.cumsum(Z / M2))[np.searchsorted(M2, Y)]
        else:
            none = self._continuum(np.maximum(Y - self.gap2, 0.0))
        return none, self.summed(Y)

    def summed(self, Y: Any) -> Any:
        """Integral of rho over M^2 < Y [GeV^2], exactly 0 up to the gap: the second of :meth:`moments`."""
        Y = np.asarray(Y, dtype=float)
        if self.narrow:
            M2, Z = self._lines
            return np.append(0.0, np.cumsum(Z))[np.searchsorted(M2, Y)]
        rise, z = self.power + 1, np.maximum(Y - self.gap2, 0.0)
        if self.gap_model == "hard" and self.gap2 > 0:
            return self._scale * rise * self.gap2**rise * _powers(np.log1p(z / self.gap2), rise)
        return self._scale * z**rise

    def residue(self, s0_gev2: float) -> float:
        """Residue of the lightest state: of a continuum by duality, the integral of rho up to s_0 [GeV^2]."""
        return self.narrow[0][1] if self.narrow else float(self.summed(s0_gev2))

    def _continuum(self, z: Array) -> Any:
        """Integral of rho / M^2 of a continuum up to a distance z [GeV^2] from the gap, which is not lost beside it."""
        mu, a, inside = self.gap2, self.power, z > 0
        z = np.where(inside, z, 1.0)
        if mu == 0:
            found = (a + 1) / a * z**a
        elif self.gap_model == "hard":
            found = (a + 1) * mu**a * _powers(np.log1p(z / mu), a)
        else:
            found = z**a * _shifted(z / mu, a)
        return np.where(inside, self._scale * found, 0.0)[()]

    @property
    def total(self) -> float:
        """U^2 of all states over m^2 [GeV^(2 Delta - 5)]; inf of a continuum with Delta >= 5/2."""
        a, mu = self.power, self.gap2
        if self.narrow:
            return float(self.moments(np.inf)[0])
        if a >= 0:
            return math.inf
        return float(self._scale * mu**a * ((a + 1) / -a if self.gap_model == "hard" else 1 / np.sinc(a + 1)))

    def points(self, upper: Any, lower: float = 0.0) -> tuple[Array, Array]:
        """Masses and weights that make integrals over dU^2 sums; of narrow states, these states.

        Parameters
        ----------
        upper : array_like
            Upper ends of M^2 [GeV^2].
        lower : float
            Lower end [GeV^2]; below the gap there is nothing.

        Returns
        -------
        M2, weights : ndarray
            Shape of ``upper`` and an axis of points: M^2 [GeV^2], never above ``upper``, and weights.
        """
        end = np.asarray(upper, dtype=float)[..., None]
        start = max(self.gap2, lower)
        if self.narrow:
            M2, Z = self._lines
            inside = (start <= M2) & (end > M2)
            return np.where(inside, M2, np.minimum(M2, end)), np.where(inside, Z / M2, 0.0)
        # in the logarithm of the distance z to the gap, densest at the upper end, where kernels vanish as roots
        x, node = panels(30)
        highest = np.where(end > start, end - self.gap2, 0.0)
        above = start - self.gap2
        scale = above or self.gap2
        depth = np.log(np.maximum(highest / scale, 1.0)) if scale else np.zeros_like(highest)
        depth += DEPTH * (above == 0)
        z = highest * np.exp(-depth * np.append(x, 1.0) ** 2)
        M2 = np.minimum(self.gap2 + z, end)
        base, power = (M2, z) if self.gap_model == "hard" else (z, z)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = self.amplitude * base**self.power * power / M2 * 2 * depth
        rest = self._continuum(z[..., -1]) - self._continuum(np.asarray(above))
        weights = np.concatenate([each[..., :-1] * x * node, np.maximum(rest, 0.0)[..., None]], axis=-1)
        return M2, np.where(highest > 0, weights, 0.0)

    def integral(self, kernel: Callable[[Array], Any], upper: Any, lower: float = 0.0) -> Any:
        """Sum of a kernel over the states: of dU^2 kernel, per m^2.

        Parameters
        ----------
        kernel : callable
            M^2 [GeV^2] of shape (..., n) -> rate per U^2 of a heavy neutrino; smooth below its upper end.
        upper : array_like
            Where it closes: highest M^2 [GeV^2], shape (...).
        lower : float
            Lower end [GeV^2]; below the gap there is nothing.

        Returns
        -------
        array
            Shape (...), in units of the kernel times GeV^(2 Delta - 5); 0 where closed.

        Examples
        --------
        >>> density = MixingDensity(2.0, 0.7)
        >>> f"{density.integral(lambda M2: np.ones_like(M2), 1e30):.7f}", f"{density.total:.7f}"
        ('1.4285714', '1.4285714')
        """
        M2, weights = self.points(upper, lower)
        return np.sum(np.where(weights > 0, weights * kernel(M2), 0.0), axis=-1)[()]

    def draw(self, u: Any, Y: Any) -> tuple[Array, Array]:
        """Masses of events.

        Parameters
        ----------
        u : array_like
            Numbers in [0, 1), uniform for random masses.
        Y : array_like
            Highest M^2 [GeV^2] of each.

        Returns
        -------
        M2, weights : ndarray
            M^2 [GeV^2] between the gap and ``Y``, and weights whose mean is the integral of rho / M^2 up to ``Y``: 0 below
            the gap, and of a factor of two at most between those of one ``Y``.
        """
        u, Y = np.broadcast_arrays(np.asarray(u, dtype=float), np.asarray(Y, dtype=float))
        mixing = np.asarray(self.moments(Y)[0])
        mu, a, inside = self.gap2, self.power, mixing > 0
        if self.narrow:
            M2, Z = self._lines
            number = np.searchsorted(np.cumsum(Z / M2), u * mixing, side="right")
            return np.where(inside, M2[np.minimum(number, len(M2) - 1)], Y), mixing
        if mu == 0:
            return Y * u ** (1 / a), mixing
        if self.gap_model == "hard":
            return np.where(inside, mu * _root(u * _powers(np.log(np.where(inside, Y / mu, 1.0)), a), a), Y), mixing
        # z^a up to z = 1 and z^(a - 1) above: the density is this over 1 + min(z, 1/z)
        z = np.where(inside, (Y - mu) / mu, 0.0)
        first = np.minimum(z, 1.0) ** (a + 1)
        all_of_it = first + (a + 1) * _powers(np.log(np.maximum(z, 1.0)), a)
        place = u * all_of_it
        above = _root(np.maximum(place - first, 0.0) / (a + 1), a)
        z = np.where(place < first, np.minimum(place, 1.0) ** (1 / (a + 1)), above)
        weights = self._scale * mu**a * all_of_it / (1 + np.minimum(z, 1 / np.maximum(z, 1.0)))
        return np.where(inside, np.minimum(mu * (1 + z), Y), Y), np.where(inside, weights, 0.0)
