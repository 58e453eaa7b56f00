r"""The radiation bath: effective degrees of freedom g(T), Hubble rate, entropy, and the relic density of a yield.

Two tables: ``fit`` (the fits of :cite:`Saikawa:2018rcs`, default) and ``lattice`` (:cite:`Borsanyi:2016ksw`), whose
difference is the systematic uncertainty: at most 2% below 0.4 GeV, 5% at 1 to 20 GeV, 1% at 100 GeV.
"""

from __future__ import annotations

import functools
import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import CMB_TEMPERATURE, CRITICAL_DENSITY_OVER_H2, ENTROPY_DOF_TODAY, PLANCK_MASS
from darkfactory.errors import DarkfactoryWarning, one_of, positive, require

__all__ = [
    "TABLES",
    "Bath",
    "degrees_of_freedom",
    "omega_h2",
    "yield_of",
]

Array = NDArray[np.float64]
TABLES = ("fit", "lattice")
"""Tables of g(T)."""
T_MIN, T_MAX = 1e-2, 1e19
"""Range of the fit [MeV]; outside, the end values hold, above it the free gas of the Standard Model, 106.75."""
_NODES = np.geomspace(T_MIN, 1e8, 801)
_FREE_GAS = 106.75
_SWITCH_GEV = 0.12

# 1803.01038, appendix C, t = ln(T / GeV) above 0.12 GeV
_A = (
    1,
    1.11724,
    3.12672e-1,
    -4.68049e-2,
    -2.65004e-2,
    -1.19760e-3,
    1.82812e-4,
    1.36436e-4,
    8.55051e-5,
    1.22840e-5,
    3.82259e-7,
    -6.87035e-9,
)
_B = (
    1.43382e-2,
    1.37559e-2,
    2.92108e-3,
    -5.38533e-4,
    -1.62496e-4,
    -2.87906e-5,
    -3.84278e-6,
    2.78776e-6,
    7.40342e-7,
    1.17210e-7,
    3.72499e-9,
    -6.74107e-11,
)
_C = (
    1,
    6.07869e-1,
    -1.54485e-1,
    -2.24034e-1,
    -2.82147e-2,
    2.90620e-2,
    6.86778e-3,
    -1.00005e-3,
    -1.69104e-4,
    1.06301e-5,
    1.69528e-6,
    -9.33311e-8,
)
_D = (
    7.07388e1,
    9.18011e1,
    3.31892e1,
    -1.39779,
    -1.52558,
    -1.97857e-2,
    -1.60146e-1,
    8.22615e-5,
    2.02651e-2,
    -1.82134e-5,
    7.83943e-5,
    7.13518e-5,
)
# e^(-k x) (1 + a x + b x^2 + c x^3) for fermions and bosons, energy and entropy
_F_RHO = (1.04855, 1.03757, 0.508630, 0.0893988)
_B_RHO = (1.03149, 1.03317, 0.398264, 0.0648056)
_F_S = (1.04190, 1.03400, 0.456426, 0.0595249)
_B_S = (1.03365, 1.03397, 0.342548, 0.0506182)
# masses [GeV] of the fit (its own, rounded), and weights in energy and entropy
_ELECTRON, _MUON = 511e-6, 0.1056
_HADRONS = (
    (0.135, 1.05, 1.034),
    (0.140, 2.08, 2.068),
    (0.5, 4.165, 4.16),
    (0.77, 30.55, 30.55),
    (1.2, 89.4, 90.0),
    (2.0, 8209.0, 6209.0),
)
# 1606.07494, table S2: log10(T / MeV), g_rho, g_rho / g_s
_LATTICE = np.array(
    [
        (0.00, 10.71, 1.00228),
        (0.50, 10.74, 1.00029),
        (1.00, 10.76, 1.00048),
        (1.25, 11.09, 1.00505),
        (1.60, 13.68, 1.02159),
        (2.00, 17.61, 1.02324),
        (2.15, 24.07, 1.05423),
        (2.20, 29.84, 1.07578),
        (2.40, 47.83, 1.06118),
        (2.50, 53.04, 1.04690),
        (3.00, 73.48, 1.01778),
        (4.00, 83.10, 1.00123),
        (4.30, 85.56, 1.00389),
        (4.60, 91.97, 1.00887),
        (5.00, 102.17, 1.00750),
        (5.45, 104.98, 1.00023),
    ]
)


def _shape(x: Array, k: tuple[float, float, float, float]) -> Array:
    return np.exp(-k[0] * x) * (1 + k[1] * x + k[2] * x**2 + k[3] * x**3)


def _fit(T: Array) -> tuple[Array, Array]:
    """(g_rho, g_s) of the fit itself; T [MeV] within its range."""
    T_gev = np.asarray(T, dtype=float) / 1e3
    t = np.log(np.maximum(T_gev, _SWITCH_GEV))
    powers = t[..., None] ** np.arange(12)
    hot_rho = (powers @ np.array(_A)) / (powers @ np.array(_B))
    hot_s = hot_rho / (1 + (powers @ np.array(_C)) / (powers @ np.array(_D)))
    cold = np.minimum(T_gev, _SWITCH_GEV)
    x_e, x_mu = _ELECTRON / cold, _MUON / cold
    S = 1 + 7 / 4 * _shape(x_e, _F_S)
    g_rho = 2.030 + 1.353 * S ** (4 / 3) + 3.495 * _shape(x_e, _F_RHO) + 3.446 * _shape(x_mu, _F_RHO)
    # S to the first power in the entropy: with 4/3, as some transcriptions have it, g_s(1 MeV) would be 12.6
    g_s = 2.008 + 1.923 * S + 3.442 * _shape(x_e, _F_S) + 3.468 * _shape(x_mu, _F_S)
    for mass, in_rho, in_s in _HADRONS:
        g_rho = g_rho + in_rho * _shape(mass / cold, _B_RHO)
        g_s = g_s + in_s * _shape(mass / cold, _B_S)
    is_hot = T_gev >= _SWITCH_GEV
    return np.where(is_hot, hot_rho, g_rho), np.where(is_hot, hot_s, g_s)


@dataclass(frozen=True, eq=False)
class Bath:
    """The state of the bath at given temperatures.

    Attributes
    ----------
    T : ndarray
        Photon temperature [MeV].
    g_rho, g_s : ndarray
        Effective degrees of freedom in energy and in entropy.
    slope : ndarray
        d ln g_s / d ln T.
    """

    T: Array
    g_rho: Array
    g_s: Array
    slope: Array

    @property
    def hubble(self) -> Array:
        """Hubble rate H [MeV]."""
        return np.sqrt(4 * np.pi**3 * self.g_rho / 45) * self.T**2 / PLANCK_MASS

    @property
    def entropy(self) -> Array:
        """Entropy density s [MeV^3]."""
        return 2 * np.pi**2 / 45 * self.g_s * self.T**3

    @property
    def clock(self) -> Array:
        """(1 + (1/3) d ln g_s / d ln T), the factor between d ln T and H dt."""
        return 1 + self.slope / 3

    def redshifted(self) -> Array:
        """Factor from a momentum at T to the same momentum today, per T: p_0 = p / T * T_0 (g_s0 / g_s)^(1/3) [MeV]."""
        return CMB_TEMPERATURE * (ENTROPY_DOF_TODAY / self.g_s) ** (1 / 3)


@functools.cache
def _splines(table: str) -> tuple[Any, Any, Any]:
    """Interpolations over ln T of g_rho and ln g_s (g_rho / g_s of the lattice), and their derivative."""
    from scipy.interpolate import PchipInterpolator

    if table == "lattice":
        ln_T = _LATTICE[:, 0] * math.log(10)
        rho, ratio = PchipInterpolator(ln_T, _LATTICE[:, 1]), PchipInterpolator(ln_T, _LATTICE[:, 2])
        return rho, ratio, (rho.derivative(), ratio.derivative())
    g_rho, g_s = _fit(_NODES)
    second = PchipInterpolator(np.log(_NODES), np.log(g_s))
    return PchipInterpolator(np.log(_NODES), g_rho), second, second.derivative()


def _from_lattice(T: Array) -> Bath:
    rho, ratio, (d_rho, d_ratio) = _splines("lattice")
    ends = _LATTICE[[0, -1], 0] * math.log(10)
    t = np.clip(np.log(T), *ends)
    inside = (np.log(T) > ends[0]) & (np.log(T) < ends[1])
    g_rho, r = rho(t), ratio(t)
    return Bath(T, g_rho, g_rho / r, np.where(inside, d_rho(t) / g_rho - d_ratio(t) / r, 0.0))


def bath(T: Any, table: str = "fit") -> Bath:
    """Bath at T [MeV] without a warning outside the range of the table (see :func:`degrees_of_freedom`)."""
    T = np.asarray(T, dtype=float)
    if table == "lattice":
        return _from_lattice(T)
    rho, ln_s, slope = _splines("fit")
    t = np.log(np.clip(T, T_MIN, _NODES[-1]))
    g_rho, g_s, d = rho(t), np.exp(ln_s(t)), np.where(T_MIN <= T, slope(t), 0.0)
    high = _NODES[-1] < T
    if np.any(high):
        above, step = np.clip(T, _NODES[-1], T_MAX), 1e-4
        up, down = _fit(np.minimum(above * (1 + step), T_MAX))[1], _fit(above * (1 - step))[1]
        width = np.log(np.minimum(above * (1 + step), T_MAX) / (above * (1 - step)))
        free = T_MAX < T
        g_rho = np.where(free, _FREE_GAS, np.where(high, _fit(above)[0], g_rho))
        g_s = np.where(free, _FREE_GAS, np.where(high, _fit(above)[1], g_s))
        d = np.where(free, 0.0, np.where(high, np.log(up / down) / width, d))
    return Bath(T, g_rho, g_s, d)


def degrees_of_freedom(T: Any, table: str = "fit") -> Bath:
    r"""Effective relativistic degrees of freedom of the Standard Model bath.

    Parameters
    ----------
    T : array_like
        Photon temperature [MeV], > 0. The fit holds from 10 keV to 1e16 GeV; outside the end values are used, with a
        :class:`~darkfactory.errors.DarkfactoryWarning`.
    table : str
        ``fit`` or ``lattice``.

    Returns
    -------
    Bath
        g_rho, g_s, d ln g_s / d ln T, and from them the Hubble rate [MeV] and the entropy density [MeV^3].

    Raises
    ------
    InvalidInput
        For T <= 0, NaN, or another table.

    Examples
    --------
    >>> bath = degrees_of_freedom([10.0, 1e5])
    >>> bath.g_rho.round(2).tolist(), bath.g_s.round(2).tolist()
    ([10.74, 101.32], [10.74, 100.69])
    """
    require(positive("T", T, unit="MeV"), one_of("table", table, TABLES))
    values = np.asarray(T, dtype=float)
    outside = (values < T_MIN) | (values > T_MAX)
    if np.any(outside):
        text = (
            f"T = {values[outside].flat[0]:g} MeV: g(T) is known in [{T_MIN:g}, {T_MAX:g}] MeV; the end value is used"
        )
        warnings.warn(text, DarkfactoryWarning, stacklevel=2)
    return bath(values, table)


ENTROPY_TODAY = 2 * math.pi**2 / 45 * ENTROPY_DOF_TODAY * CMB_TEMPERATURE**3
"""Entropy density today s_0 [MeV^3]."""


def omega_h2(mass: Any, abundance: Any) -> Any:
    """Density today Omega h^2 of particles of mass [MeV] with yield Y = n / s.

    Examples
    --------
    >>> f"{omega_h2(1e3, 1.0):.5e}"
    '2.75939e+08'
    """
    return mass * abundance * ENTROPY_TODAY / CRITICAL_DENSITY_OVER_H2


def yield_of(mass: Any, density: Any) -> Any:
    """Yield Y = n / s of particles of mass [MeV] that have Omega h^2 = ``density``; inverse of :func:`omega_h2`."""
    return density * CRITICAL_DENSITY_OVER_H2 / ENTROPY_TODAY / mass
