r"""Cross sections of neutrinos on nucleons, integrated over x and y: Standard Model, a heavy neutrino, a continuum.

With v = 1 - y and xi = x v a neutrino of mass M can be made where xi s > M^2, so its cross section is one integral over xi,

    sigma(M) = |U|^2 (G_F^2 s/pi) Int_{M^2/s} dxi [g_0(xi) - M^2/(s xi) g_1(xi)],
    g_0 = Int dx/x (a_L + a_R v^2)/(1 + Q^2/m_Z^2)^2,    g_1 = xi Int dx/x^2 (a_L + a_R v)/(1 + Q^2/m_Z^2)^2,

and parton densities are needed once for each energy, whatever the masses. M = 0 is the Standard Model; a continuum dU^2/dM^2
integrates sigma(M) over it. Everything here is in GeV and cm^2.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.deep_inelastic import (
    NucleonTarget,
    charged_quarks,
    neutral_quarks,
    propagator,
    s_gev2,
    unit_cm2,
)
from darkfactory.constants import M_W, M_Z
from darkfactory.errors import in_range, positive, require
from darkfactory.numerics.cache import kept, remembered
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.partons import PartonDensities

__all__ = [
    "CrossSections",
    "HeavyNeutrino",
    "cross_sections",
    "sigma_cc",
    "sigma_hnl",
    "sigma_nc",
    "sigma_x",
    "two_panels",
]

Array = NDArray[np.float64]
ISOSCALAR = NucleonTarget()
INTERVALS, NODES_Q2, NODES_CC = 80, 20, (40, 12)
"""Intervals of (M^2/s)^(1/4); nodes of each of two panels of Q^2; nodes of x and of such panels."""
MANY = 8
"""Energies of which the cross sections are worth a file."""


class Continuum(Protocol):
    """What a neutrino becomes: a density dU^2/dM^2 (see :class:`darkfactory.models.mixing_density.MixingDensity`)."""

    def integral(self, kernel: Any, upper: float) -> Any:
        """Integral of dU^2/dM^2 times ``kernel(M2)`` up to M^2 = ``upper`` [GeV^2]."""


@dataclass(frozen=True, eq=False)
class HeavyNeutrino:
    """Cross section per |U|^2 of a neutrino of mass M, of one energy or averaged over a flux.

    Attributes
    ----------
    highest_gev2 : float
        M^2 [GeV^2] at which it is closed.
    values : ndarray
        Cross section [cm^2] at equal steps of (M^2/highest)^(1/4) from 0 to 1.
    """

    highest_gev2: float
    values: Array

    @functools.cached_property
    def _spline(self) -> Any:
        from scipy.interpolate import CubicSpline

        return CubicSpline(np.linspace(0, 1, len(self.values)), self.values)

    def __call__(self, mass_gev2: Any) -> Array:
        """Cross section [cm^2] per |U|^2 at squared masses [GeV^2]; exactly 0 where it is closed."""
        squares = np.asarray(mass_gev2, dtype=float)
        inside = squares < self.highest_gev2
        part = np.where(inside, squares, 0.0) / max(self.highest_gev2, 1e-300)
        return np.asarray(np.where(inside, np.maximum(self._spline(part**0.25), 0.0), 0.0))

    def continuum(self, mixing: Continuum, mcut_gev: float = math.inf) -> float:
        """Cross section [cm^2] per m_hat^2 of a continuum.

        Parameters
        ----------
        mixing : MixingDensity
            The continuum.
        mcut_gev : float
            Mass [GeV] up to which it counts.
        """
        return float(mixing.integral(self, min(self.highest_gev2, mcut_gev**2)))


@dataclass(frozen=True, eq=False)
class CrossSections:
    """Cross sections at some energies; first axis: neutrinos, antineutrinos.

    Attributes
    ----------
    energies_gev : ndarray, shape (n,)
        Energies [GeV].
    highest_gev2 : ndarray, shape (n,)
        M^2 [GeV^2] at which a heavy neutrino is closed.
    charged : ndarray, shape (2, n)
        Charged current [cm^2], of massless leptons.
    heavy : ndarray, shape (2, n, masses)
        Neutral current [cm^2] per |U|^2 (see :class:`HeavyNeutrino`); the first is that of the Standard Model.
    """

    energies_gev: Array
    highest_gev2: Array
    charged: Array
    heavy: Array

    def at(self, index: int, antineutrino: bool = False) -> HeavyNeutrino:
        """Heavy neutrinos at one of the energies."""
        return HeavyNeutrino(float(self.highest_gev2[index]), self.heavy[int(antineutrino), index])

    def averaged(self, weights: Any, antineutrino: bool = False) -> HeavyNeutrino:
        """Heavy neutrinos, summed over the energies with weights (those of a quadrature times a flux).

        Parameters
        ----------
        weights : array_like, shape (n,)
            Of the energies; ``charged @ weights`` is the same sum of charged currents.
        antineutrino : bool
            Antineutrinos instead.
        """
        weights = np.asarray(weights, dtype=float)
        highest = float(np.max(self.highest_gev2))
        masses = highest * np.linspace(0, 1, 4 * INTERVALS + 1) ** 4
        parts = (weight * self.at(i, antineutrino)(masses) for i, weight in enumerate(weights) if weight)
        return HeavyNeutrino(highest, np.asarray(sum(parts, start=np.zeros_like(masses))))


def cross_sections(
    energies_gev: Any, target: NucleonTarget = ISOSCALAR, hadrons_gev: tuple[float, float] = (0.0, math.inf)
) -> CrossSections:
    """Cross sections at some energies, computed once and kept in memory; those of a flux, of many energies, also on disk.

    Parameters
    ----------
    energies_gev : array_like
        Energies [GeV] of the neutrinos, > 0.
    target : NucleonTarget
        What they hit, an isoscalar target by default.
    hadrons_gev : tuple of float
        Range of the hadronic energy y E [GeV].

    Returns
    -------
    CrossSections
        Good to 1e-4 of the Standard Model, for given parton densities.

    Raises
    ------
    InvalidInput
        For energies that are not positive, and a range that is not one.
    """
    energies = np.atleast_1d(np.asarray(energies_gev, dtype=float))
    low, high = (float(end) for end in hadrons_gev)
    require(
        positive("energy_gev", energies, unit="GeV"),
        in_range("hadrons_gev", low, 0.0, high, open_high=True, unit="GeV", remedy="a lower and an upper end"),
    )
    densities = target.densities
    own = (densities.identity, target.protons, target.sin2_theta_w, target.charm_mass_gev)

    def made() -> Mapping[str, Array]:
        rows = [
            _at_energy(float(energy), low / energy, min(high / energy, 1.0), target, densities) for energy in energies
        ]
        return {name: np.stack([row[name] for row in rows], axis=-1) for name in rows[0]}

    what = [*own, energies.tolist(), low, str(high)]
    found = (
        remembered(("neutrino-nucleon", str(what)), made)
        if len(energies) < MANY
        else kept("neutrino-nucleon", what, made)
    )
    return CrossSections(energies, found["highest"], found["charged"], np.moveaxis(found["heavy"], -1, 1))


def _at_energy(
    energy: float, low: float, high: float, target: NucleonTarget, densities: PartonDensities
) -> dict[str, Array]:
    """Everything at one energy [GeV] and for y in [low, high]."""
    top = 1 - low
    if top <= 0:
        return {"highest": np.zeros(()), "charged": np.zeros(2), "heavy": np.zeros((2, INTERVALS + 1))}
    unit = unit_cm2(energy)
    return {
        "highest": np.asarray(s_gev2(energy) * top),
        "charged": unit * _charged(energy, low, high, target, densities),
        "heavy": unit * _heavy(energy, low, high, target, densities),
    }


def two_panels(low: Array, middle: Any, high: Any, n: int) -> tuple[Array, Array]:
    """Nodes and weights in Q^2, on a last axis; equally dense in the cube root.

    Parameters
    ----------
    low, high : ndarray
        Ends.
    middle : array_like
        Where the densities unfreeze: half of the nodes are on either side, or all between the ends that it is beyond.
    n : int
        Half of their number.
    """
    node, weight = unit_legendre(n)
    low, high = (np.cbrt(end)[..., None] for end in (low, high))
    middle = np.clip(np.cbrt(middle)[..., None], low, high)
    root = np.concatenate([low + (middle - low) * node, middle + (high - middle) * node], axis=-1)
    step = np.concatenate([(middle - low) * weight, (high - middle) * weight], axis=-1)
    return root**3, 3 * root**2 * step


def _heavy(energy: float, low: float, high: float, target: NucleonTarget, densities: PartonDensities) -> Array:
    """Integrals over xi in units of G_F^2 s/pi, shape (2, INTERVALS + 1)."""
    s, top = s_gev2(energy), 1 - low
    node, weight = unit_legendre(2)
    edge = np.linspace(0, 1, INTERVALS + 1)
    step = edge[:-1, None] + node / INTERVALS
    xi = top * step**4
    to_xi = top * 4 * step**3 * weight / INTERVALS
    last = np.minimum(1.0, xi / (1 - high)) if high < 1 else np.ones_like(xi)
    q2, to_q2 = two_panels(s * xi * low / top, densities.lowest_q2_gev2, s * (last - xi), NODES_Q2)
    x, to_x = xi[..., None] + q2 / s, to_q2 / s
    left = xi[..., None] / x
    sums = neutral_quarks(target.quarks(densities, x, q2), target) * propagator(q2, M_Z) * to_x / x
    none = np.stack([sums.sum(axis=-1), (sums * left**2).sum(axis=-1)])
    first = np.stack([(sums / x).sum(axis=-1), (sums * left / x).sum(axis=-1)])
    found = []
    for one, other in ((0, 1), (1, 0)):  # antineutrinos swap the sums
        g_0, g_1 = (to_xi * (g[0, one] + g[1, other]) for g in (none, first))
        above_0, above_1 = (np.cumsum(g.sum(axis=1)[::-1])[::-1] for g in (g_0, g_1))
        found.append(np.append(above_0 - top * edge[:-1] ** 4 * above_1, 0.0))
    return np.array(found)


def _charged(energy: float, low: float, high: float, target: NucleonTarget, densities: PartonDensities) -> Array:
    """Integrals over x and y in units of G_F^2 s/pi, shape (2,); charm over xi = x + m_c^2/(y s) instead of x."""
    s, free = s_gev2(energy), densities.lowest_q2_gev2
    node, weight = unit_legendre(NODES_CC[0])
    x, to_x = node[:, None] ** 3, (3 * node**2 * weight)[:, None]
    q2, to_q2 = two_panels(x[:, 0] * low * s, free, x[:, 0] * high * s, NODES_CC[1])
    y, measure = q2 / (x * s), propagator(q2, M_W) * to_q2 / (x * s) * to_x
    light = target.quarks(densities, x, q2)
    # charm: Q^2 = xi y s - m_c^2
    heavy = target.charm_mass_gev**2
    least = min(heavy / (s * high), 1.0)
    xi = least + (1 - least) * x
    lowest, highest = (np.maximum(xi[:, 0] * end * s - heavy, 0.0) for end in (low, high))
    q2, to_q2 = two_panels(lowest, free, highest, NODES_CC[1])
    charm = target.quarks(densities, xi, q2)
    suppressed = (1 - heavy / (s * xi)) * propagator(q2, M_W) * to_q2 / (xi * s) * (1 - least) * to_x
    found = []
    for anti in (False, True):
        flat, falling, _ = charged_quarks(light, anti)
        value = np.sum((flat + (1 - y) ** 2 * falling) * measure)
        found.append(value + np.sum(charged_quarks(charm, anti)[2] * suppressed))
    return np.array(found)


def sigma_cc(energy_gev: Any, antineutrino: bool = False, target: NucleonTarget = ISOSCALAR) -> Any:
    """Charged current of the Standard Model [cm^2]; massless leptons.

    Parameters
    ----------
    energy_gev : array_like
        Energies [GeV] of the neutrinos.
    antineutrino : bool
        Antineutrinos instead.
    target : NucleonTarget
        What they hit.

    Examples
    --------
    >>> f"{sigma_cc(100.0) / 100:.2e}"
    '6.96e-39'
    """
    return cross_sections(energy_gev, target).charged[int(antineutrino)].reshape(np.shape(energy_gev))[()]


def sigma_nc(energy_gev: Any, antineutrino: bool = False, target: NucleonTarget = ISOSCALAR) -> Any:
    """Neutral current of the Standard Model [cm^2] (see :func:`sigma_cc`)."""
    return cross_sections(energy_gev, target).heavy[int(antineutrino), :, 0].reshape(np.shape(energy_gev))[()]


def sigma_hnl(energy_gev: float, mass_gev: Any, antineutrino: bool = False, target: NucleonTarget = ISOSCALAR) -> Any:
    """Neutral current [cm^2] per |U|^2 into a heavy neutrino; 0 above the threshold M^2 = s.

    Parameters
    ----------
    energy_gev : float
        Energy [GeV] of the neutrino.
    mass_gev : array_like
        Masses [GeV].
    antineutrino : bool
        Antineutrinos instead.
    target : NucleonTarget
        What it hits.
    """
    found = cross_sections(energy_gev, target).at(0, antineutrino)(np.asarray(mass_gev, dtype=float) ** 2)
    return found[()]


def sigma_x(
    energies_gev: Any,
    mixing: Continuum,
    antineutrino: bool = False,
    target: NucleonTarget = ISOSCALAR,
    mcut_gev: float = math.inf,
) -> Any:
    """Cross section of nu N -> X [cm^2] per m_hat^2.

    Parameters
    ----------
    energies_gev : array_like
        Energies [GeV] of the neutrinos.
    mixing : MixingDensity
        The continuum.
    antineutrino : bool
        Antineutrinos instead.
    target : NucleonTarget
        What they hit.
    mcut_gev : float
        Mass [GeV] up to which the continuum counts.
    """
    made = cross_sections(energies_gev, target)
    values = [made.at(i, antineutrino).continuum(mixing, mcut_gev) for i in range(len(made.energies_gev))]
    return np.array(values).reshape(np.shape(energies_gev))[()]
