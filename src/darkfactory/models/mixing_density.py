r"""How much of a neutrino is composite, by the invariant mass M of what it breaks up into: dU^2/dM^2 = m^2 rho(M^2) / M^2.

A neutrino with m (Obar P_L nu) + h.c., O an operator of dimension Delta, contains a continuum of states of mass M. Every
rate with one insertion of m is that of a heavy neutrino of mass M, summed with this weight; for Delta -> 3/2 the continuum is
one state, a sterile neutrino. All is per m^2 (the model's ``insertion`` [GeV^(5 - 2 Delta)]), energies are in GeV.
"""

from __future__ import annotations

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.polynomial import Chebyshev, Polynomial
from numpy.polynomial.polynomial import polyval
from numpy.typing import NDArray
from scipy.special import rgamma

from darkfactory.errors import InfraredDivergence, in_range, one_of, positive, require
from darkfactory.numerics.quadrature import panels

__all__ = ["GAP_MODELS", "MixingDensity"]

Array = NDArray[np.float64]
GAP_MODELS = ("shift", "hard", "tower")
"""How it starts at the gap M_N: rho as (M^2 - M_N^2)^(Delta - 5/2), as (M^2)^(Delta - 5/2) above M_N, or narrow states."""
DEPTH = 40.0
"""Quadratures go down to e^-40 of the highest distance to the gap; below it a kernel is what it is there."""


@functools.cache
def _reciprocal() -> Array:
    """Coefficients c_k of 1 / (1 + t) = sum c_k t^k on [0, 1], its Chebyshev series: exact to 1e-15, and none above 1."""
    series = math.sqrt(2) * (2 * math.sqrt(2) - 3) ** np.arange(22)
    series[0] /= 2
    return np.asarray(Chebyshev(series, domain=[0, 1]).convert(domain=[-1, 1], kind=Polynomial).coef)


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
    c, k = _reciprocal(), np.arange(22)
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
        Of a tower: masses M_i [GeV] and weights Z_i [GeV^(2 Delta - 3)] with rho = kappa sum Z_i delta(M^2 - M_i^2).
    cut_gev : float
        States of mass M below it alone are there; inf for all.

    Raises
    ------
    InvalidInput
        Listing what lies outside its range.
    InfraredDivergence
        Without a gap where Delta <= 5/2.

    Examples
    --------
    >>> MixingDensity(3.5, 1.0).moments(100.0)[0] / 0.03125  # 99 - ln 100
    np.float64(94.39482981401191)
    """

    dimension: float
    gap_gev: float
    kappa: float = 1.0
    gap_model: str = "shift"
    states: tuple[tuple[float, float], ...] = ()
    cut_gev: float = math.inf

    def __post_init__(self) -> None:
        require(
            in_range("dimension", self.dimension, 1.5, 20, remedy="unitarity bound of an operator of spin 1/2"),
            in_range("gap_gev", self.gap_gev, 0, unit="GeV"),
            positive("kappa", self.kappa),
            one_of("gap_model", self.gap_model, GAP_MODELS),
            None if self.cut_gev == math.inf else positive("cut_gev", self.cut_gev, unit="GeV"),
        )
        if self.gap_model == "tower":
            masses, weights = [mass for mass, _ in self.states], [weight for _, weight in self.states]
            require(
                None if self.states else "states: none, a tower needs at least one (mass [GeV], weight)",
                positive("masses of states", masses, unit="GeV"),
                positive("weights of states", weights),
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
        if self._power <= 0 and self.lowest == 0:
            message = (
                f"gap_gev = {self.gap_gev:g}: IR divergent, allowed above 0 GeV for dimension <= 5/2; choose a gap"
            )
            raise InfraredDivergence(message)

    @property
    def _power(self) -> float:
        """Exponent a = Delta - 5/2."""
        return self.dimension - 2.5

    @property
    def lowest(self) -> float:
        """Square of the lowest mass [GeV^2]."""
        return self.gap_gev**2

    @property
    def _scale(self) -> float:
        """A_Delta / (Delta - 3/2) [1], which stays finite at Delta = 3/2."""
        d = self.dimension - 0.5
        return float(self.kappa * 4.0 ** (1 - d) * rgamma(d) ** 2)

    @property
    def amplitude(self) -> float:
        """A_Delta: rho = A_Delta (M^2 - M_N^2)^(Delta - 5/2) [1]; 0 at Delta = 3/2."""
        return self._scale * (self.dimension - 1.5)

    @functools.cached_property
    def _narrow(self) -> tuple[Array, Array] | None:
        """Squared masses, rising, and weights of narrow states; None of a continuum."""
        if self.gap_model != "tower" and self.dimension > 1.5:
            return None
        states = np.array(sorted(self.states or ((self.gap_gev, 1.0),)))
        return states[:, 0] ** 2, self.kappa * states[:, 1]

    def rho(self, M2: Any) -> Any:
        """Spectral density of a continuum [GeV^(2 Delta - 5)] at M^2 [GeV^2]; 0 between narrow states."""
        M2 = np.asarray(M2, dtype=float)
        inside = (self.lowest < M2) & (self.cut_gev**2 > M2)
        distance = np.where(inside, M2 - (self.lowest if self.gap_model == "shift" else 0.0), 1.0)
        found = self.amplitude * distance**self._power if self._narrow is None else 0.0
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
        mixing, weight : array
            Integrals of rho / M^2 [GeV^(2 Delta - 5)] and of rho [GeV^(2 Delta - 3)], of the shape of ``Y``: A J_0 and A J_1
            of a continuum; 0 up to the gap.
        """
        Y = np.minimum(np.asarray(Y, dtype=float), self.cut_gev**2)
        if self._narrow is not None:
            M2, Z = self._narrow
            number = np.searchsorted(M2, Y)
            return tuple(np.append(0.0, np.cumsum(part))[number] for part in (Z / M2, Z))  # type: ignore[return-value]
        return self._continuum(np.maximum(Y - self.lowest, 0.0))

    def _continuum(self, z: Array) -> tuple[Any, Any]:
        """The same of a continuum up to a distance z [GeV^2] from the gap, which is not lost beside it."""
        mu, a, inside = self.lowest, self._power, z > 0
        z = np.where(inside, z, 1.0)
        if mu == 0:
            zero, one = (a + 1) / a * z**a, z ** (a + 1)
        elif self.gap_model == "hard":
            ratio = np.log1p(z / mu)
            zero, one = (a + 1) * mu**a * _powers(ratio, a), (a + 1) * mu ** (a + 1) * _powers(ratio, a + 1)
        else:
            zero, one = z**a * _shifted(z / mu, a), z ** (a + 1)
        return np.where(inside, self._scale * zero, 0.0)[()], np.where(inside, self._scale * one, 0.0)[()]

    @property
    def total(self) -> float:
        """U^2 of all states over m^2 [GeV^(2 Delta - 5)]; inf where no cut ends it and Delta >= 5/2."""
        a, mu = self._power, self.lowest
        if self._narrow is not None or self.cut_gev < math.inf:
            return float(self.moments(np.inf)[0])
        if a >= 0:
            return math.inf
        return float(self._scale * mu**a * ((a + 1) / -a if self.gap_model == "hard" else 1 / np.sinc(a + 1)))

    def points(self, upper: Any, lower: float | None = None, weight: int = 0) -> tuple[Array, Array]:
        """Masses and weights that make integrals over the continuum sums; of narrow states, these states.

        Parameters
        ----------
        upper : array_like
            Upper ends of M^2 [GeV^2].
        lower : float, optional
            Lower end, the gap by default.
        weight : {0, 1}
            Power of M^2 that multiplies dU^2: 1 for sums over rho.

        Returns
        -------
        M2, weights : ndarray
            Shape of ``upper`` and an axis of points: M^2 [GeV^2], never above ``upper``, and weights.
        """
        end = np.minimum(np.asarray(upper, dtype=float), self.cut_gev**2)[..., None]
        start = max(self.lowest, lower or 0.0)
        if self._narrow is not None:
            M2, Z = self._narrow
            inside = (start <= M2) & (end > M2)
            return np.where(inside, M2, np.minimum(M2, end)), np.where(inside, Z * M2 ** (weight - 1.0), 0.0)
        # the logarithm of the distance z to the gap, densest at the upper end, where kernels vanish as roots; one point for the rest
        x, node = panels(30)
        highest = np.where(end > start, end - self.lowest, 0.0)
        nearest = start - self.lowest
        shorter = (highest > nearest * math.exp(DEPTH)) | (highest == 0)
        depth = np.where(shorter, DEPTH, np.log(highest / (nearest or 1.0), where=~shorter, out=np.zeros_like(highest)))
        z = highest * np.exp(-depth * np.append(x, 1.0) ** 2)
        M2 = np.minimum(self.lowest + z, end)
        base, power = (M2, z) if self.gap_model == "hard" else (z, z)
        with np.errstate(divide="ignore", invalid="ignore"):
            each = self.amplitude * base**self._power * power * M2 ** (weight - 1.0) * 2 * depth
        rest = self._continuum(z[..., -1])[weight] - self._continuum(np.asarray(nearest))[weight]
        weights = np.concatenate([each[..., :-1] * x * node, np.maximum(rest, 0.0)[..., None]], axis=-1)
        return M2, np.where(highest > 0, weights, 0.0)

    def integral(self, kernel: Callable[[Array], Any], upper: Any, lower: float | None = None, weight: int = 0) -> Any:
        """Sum of a kernel over the states: of dU^2 kernel, per m^2.

        Parameters
        ----------
        kernel : callable
            M^2 [GeV^2] of shape (..., n) -> rate per U^2 of a heavy neutrino; smooth below its upper end.
        upper : array_like
            Where it closes: highest M^2 [GeV^2], shape (...).
        lower : float, optional
            Lowest M^2 [GeV^2], the gap by default.
        weight : {0, 1}
            Power of M^2 that multiplies dU^2: 1 for sums over rho.

        Returns
        -------
        array
            Shape (...), in units of the kernel times GeV^(2 Delta - 5 + 2 weight); 0 where closed.

        Examples
        --------
        >>> density = MixingDensity(2.0, 0.7)
        >>> f"{density.integral(lambda M2: np.ones_like(M2), 1e30):.7f}", f"{density.total:.7f}"
        ('1.4285714', '1.4285714')
        """
        M2, weights = self.points(upper, lower, weight)
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
            M^2 [GeV^2] between the gap and ``Y``, and weights whose mean is the integral of rho / M^2 up to ``Y``; for one ``Y`` they
            differ by less than a factor of two. Weight 0 below the gap.
        """
        u, Y = np.broadcast_arrays(np.asarray(u, dtype=float), np.minimum(np.asarray(Y, dtype=float), self.cut_gev**2))
        mixing = np.asarray(self.moments(Y)[0])
        mu, a, inside = self.lowest, self._power, mixing > 0
        if self._narrow is not None:
            M2, Z = self._narrow
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
