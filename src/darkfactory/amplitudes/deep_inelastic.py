r"""Deep inelastic scattering of neutrinos off nucleons at leading order: massless quarks, Q^2 and Bjorken x exact.

With s = 2 m_N E and r = M^2/(x s) of what the neutrino becomes,

    d^2 sigma/dx dy = |U|^2 (G_F^2 s/pi) / (1 + Q^2/m_Z^2)^2 [a_L (1 - r) + a_R (1 - y)(1 - y - r)],   0 <= y <= 1 - r,

a_L and a_R sums of x q(x, Q^2) with the squared couplings of quarks that have the neutrino's helicity, and the other one. A
continuum of masses enters by its moments below Y = x s (1 - y): J_0 of dU^2 and J_1 of M^2 dU^2. Everything here is in GeV
and cm^2; no cut on Q^2 or on the hadronic mass W, below 1 GeV^2 and 2 GeV partons are an average over resonances (duality).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import CKM, FERMI_CONSTANT, GEV, M_NUCLEON, M_W, M_Z, SIN2_THETA_W
from darkfactory.errors import in_range, require
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.partons import PartonDensities, find_densities
from darkfactory.units import GEV2_TO_CM2

__all__ = [
    "Moments",
    "NucleonTarget",
    "charged_density",
    "charged_quarks",
    "neutral_density",
    "neutral_quarks",
    "no_mass",
    "parton_points",
    "propagator",
    "s_gev2",
    "target_mass_density",
    "unit_cm2",
]

Array = NDArray[np.float64]
Moments = Callable[[Array], tuple[Array, Array]]
"""Y [GeV^2] -> J_0 and J_1 of what the neutrino becomes."""

NUCLEON_GEV = M_NUCLEON / GEV
G_F = FERMI_CONSTANT * GEV**2


@dataclass(frozen=True)
class NucleonTarget:
    """The average nucleon of a target, and how a neutrino meets its quarks.

    Attributes
    ----------
    protons : float
        Part of the nucleons that are protons, Z/A; neutrons have u and d swapped. No other nuclear effects.
    pdf : str
        Parton densities (see :func:`darkfactory.partons.find_densities`).
    sin2_theta_w : float
        Of the neutral-current couplings.
    charm_mass_gev : float
        Of slow rescaling [GeV]; 0 for charm without a threshold.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    """

    protons: float = 0.5
    pdf: str = "auto"
    sin2_theta_w: float = SIN2_THETA_W
    charm_mass_gev: float = 1.3

    def __post_init__(self) -> None:
        require(
            in_range("protons", self.protons, 0.0, 1.0, remedy="it is Z/A of the target"),
            in_range("sin2_theta_w", self.sin2_theta_w, 0.0, 1.0),
            in_range("charm_mass_gev", self.charm_mass_gev, 0.0, 10.0, unit="GeV", remedy="0 for no threshold"),
        )

    @property
    def densities(self) -> PartonDensities:
        """Parton densities of the proton."""
        return find_densities(self.pdf)

    def quarks(self, densities: PartonDensities, x: Any, q2_gev2: Any) -> Mapping[int, Array]:
        """Momentum densities x q of the average nucleon by the number of the quark.

        Parameters
        ----------
        densities : PartonDensities
            Those of the proton.
        x, q2_gev2 : array_like
            Bjorken x and Q^2 [GeV^2].
        """
        found = dict(densities.xf(x, q2_gev2))
        for down, up in ((1, 2), (-1, -2)):
            found[down], found[up] = (
                self.protons * found[one] + (1 - self.protons) * found[other] for one, other in ((down, up), (up, down))
            )
        return found


def s_gev2(energy_gev: Any) -> Any:
    """S = 2 m_N E [GeV^2] of a massless target of this momentum."""
    return 2 * NUCLEON_GEV * energy_gev


def unit_cm2(energy_gev: Any) -> Any:
    """G_F^2 s/pi [cm^2].

    Examples
    --------
    >>> f"{unit_cm2(1.0):.4e}"
    '3.1664e-38'
    """
    return G_F**2 * s_gev2(energy_gev) / math.pi * GEV2_TO_CM2


def propagator(q2_gev2: Any, mass: float) -> Any:
    """1/(1 + Q^2/m^2)^2 of a boson of mass m [MeV]."""
    return (1 + q2_gev2 / (mass / GEV) ** 2) ** -2


def neutral_quarks(quarks: Mapping[int, Array], target: NucleonTarget, antineutrino: bool = False) -> Array:
    """Sums a_L and a_R of the neutral current, on a first axis.

    Parameters
    ----------
    quarks : mapping
        Momentum densities (see :meth:`NucleonTarget.quarks`).
    target : NucleonTarget
        Its weak mixing angle.
    antineutrino : bool
        Antineutrinos swap them.

    Returns
    -------
    ndarray, shape (2, ...)
        Dimensionless.
    """
    sums: list[Any] = [0.0, 0.0]
    for quark in range(1, 6):
        charge = 2 / 3 if quark in (2, 4) else -1 / 3
        right = -charge * target.sin2_theta_w
        left = math.copysign(0.5, charge) + right
        sums[0] = sums[0] + left**2 * quarks[quark] + right**2 * quarks[-quark]
        sums[1] = sums[1] + right**2 * quarks[quark] + left**2 * quarks[-quark]
    return np.stack(sums[::-1] if antineutrino else sums)


def charged_quarks(quarks: Mapping[int, Array], antineutrino: bool = False) -> Array:
    """Sums of the charged current: quarks that become light ones, those that meet (1 - y)^2, and those that become charm.

    The charm of slow rescaling is at xi = x (1 + m_c^2/Q^2) instead of x. The second sum has no mixing: its rows add up to 1.

    Parameters
    ----------
    quarks : mapping
        Momentum densities (see :meth:`NucleonTarget.quarks`).
    antineutrino : bool
        Antiquarks for quarks.

    Returns
    -------
    ndarray, shape (3, ...)
        Dimensionless.
    """
    sign = -1 if antineutrino else 1
    d, s = quarks[sign], quarks[3 * sign]
    light, charm = (CKM[f"{q}d"] ** 2 * d + CKM[f"{q}s"] ** 2 * s for q in "uc")
    return np.stack([light, quarks[-2 * sign] + quarks[-4 * sign], charm])


def no_mass(below: Array) -> tuple[Array, Array]:
    """Moments of the massless neutrino of the Standard Model (see :data:`Moments`)."""
    return np.where(np.asarray(below) > 0, 1.0, 0.0), np.zeros_like(below)


def neutral_density(
    x: Any, y: Any, energy_gev: float, target: NucleonTarget, antineutrino: bool = False, moments: Moments = no_mass
) -> Array:
    """D^2 sigma/dx dy of the neutral current [cm^2], per unit of what the moments are per unit of.

    Parameters
    ----------
    x, y : array_like
        Bjorken x and inelasticity, in (0, 1).
    energy_gev : float
        Of the neutrino [GeV].
    target : NucleonTarget
        What it hits.
    antineutrino : bool
        Antineutrinos instead.
    moments : callable
        J_0 and J_1 of what it becomes; a massless neutrino by default.

    Returns
    -------
    ndarray
        Of the common shape of ``x`` and ``y``; 0 where nothing is light enough.
    """
    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    hard = x * s_gev2(energy_gev)
    q2 = hard * y
    left, right = neutral_quarks(target.quarks(target.densities, x, q2), target, antineutrino)
    none, first = moments(hard * (1 - y))
    rest = (1 - y) * none - first / hard
    return np.asarray(
        unit_cm2(energy_gev) * propagator(q2, M_Z) * (left * (none - first / hard) + right * (1 - y) * rest)
    )


def parton_points(
    energy_gev: float,
    target: NucleonTarget,
    antineutrino: bool = False,
    y_range: tuple[float, float] = (0.0, 1.0),
    nodes: tuple[int, int] = (80, 60),
) -> tuple[Array, Array, Array, Array]:
    """Quadrature over x and y: cross sections are sums over its points for whatever a neutrino becomes.

    Parameters
    ----------
    energy_gev : float
        Of the neutrino [GeV].
    target : NucleonTarget
        What it hits.
    antineutrino : bool
        Antineutrinos instead.
    y_range : tuple of float
        Range of y.
    nodes : tuple of int
        Nodes in x, which are dense at 0, and in y.

    Returns
    -------
    hard, y, left, right : ndarray, flat
        s^ = x s [GeV^2], y, and a_L and a_R with all factors and weights [cm^2]: sigma is the sum of
        left (J_0 - J_1/s^) + right (1 - y) [(1 - y) J_0 - J_1/s^], moments taken below s^ (1 - y). Good to 1e-4 of a continuum
        of dimension >= 2.
    """
    (u, to_u), (v, to_v) = (unit_legendre(n) for n in nodes)
    low, high = y_range
    x, y = (axis.ravel() for axis in np.meshgrid(u**3, low + (high - low) * v, indexing="ij"))
    hard = x * s_gev2(energy_gev)
    left, right = neutral_quarks(target.quarks(target.densities, x, hard * y), target, antineutrino)
    weight = np.outer(3 * u**2 * to_u, (high - low) * to_v).ravel()
    weight = weight * unit_cm2(energy_gev) * propagator(hard * y, M_Z)
    return hard, y, left * weight, right * weight


def charged_density(x: Any, y: Any, energy_gev: float, target: NucleonTarget, antineutrino: bool = False) -> Array:
    """D^2 sigma/dx dy of the charged current [cm^2]; massless leptons, charm by slow rescaling.

    Parameters
    ----------
    x, y, energy_gev, target, antineutrino : object
        As for :func:`neutral_density`.
    """
    x, y = np.broadcast_arrays(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
    densities, s = target.densities, s_gev2(energy_gev)
    q2 = x * y * s
    xi = x + target.charm_mass_gev**2 / (y * s)
    flat, falling, _ = charged_quarks(target.quarks(densities, x, q2), antineutrino)
    charm = charged_quarks(target.quarks(densities, xi, q2), antineutrino)[2]
    slow = np.maximum(1 - target.charm_mass_gev**2 / (s * xi), 0.0)
    value = flat + (1 - y) ** 2 * falling + slow * charm
    return np.asarray(unit_cm2(energy_gev) * propagator(q2, M_W) * value)


def target_mass_density(
    y: Any, q2_gev2: Any, mass_gev: Any, energy_gev: float, target: NucleonTarget, antineutrino: bool = False
) -> Array:
    """D^2 sigma/dy dQ^2 of the neutral current [cm^2/GeV^2] per |U|^2 on a nucleon of its mass, from structure functions.

    With F_2 = 2 x F_1 = 2 x F_5 and F_4 = 0; what would be negative is 0. Without the mass of the nucleon over E it is
    :func:`neutral_density`. The arguments must lie where kinematics allow.

    Parameters
    ----------
    y, q2_gev2, mass_gev : array_like
        Inelasticity, Q^2 [GeV^2] and mass of the heavy neutrino [GeV].
    energy_gev, target, antineutrino : object
        As for :func:`neutral_density`.
    """
    m, E = NUCLEON_GEV, energy_gev
    x = q2_gev2 / (2 * m * E * y)
    a_left, a_right = neutral_quarks(target.quarks(target.densities, x, q2_gev2), target, antineutrino)
    f_2, f_3 = 2 * (a_left + a_right), 2 * (a_left - a_right) / x
    # F_1 = F_5 = F_2/2x; antineutrinos have swapped the sums, which is the sign of F_3
    square = np.asarray(mass_gev) ** 2
    bracket = (x * y**2 + square * y / (2 * E * m)) * f_2 / (2 * x)
    bracket += (1 - square / (4 * E**2) - (1 + m * x / (2 * E)) * y) * f_2
    bracket += (x * y * (1 - y / 2) - square * y / (4 * E * m)) * f_3
    bracket -= square / (E * m) * f_2 / (2 * x)
    value = np.maximum(bracket, 0.0) * propagator(q2_gev2, M_Z) / (4 * m * E * y)
    return np.asarray(unit_cm2(E) * value)
