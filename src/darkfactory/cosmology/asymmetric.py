r"""Asymmetric Dirac dark matter through a dark photon, and what the CMB says of its annihilation."""

from __future__ import annotations

import math
import warnings
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import DARK_MATTER_OMEGA_H2
from darkfactory.cosmology.annihilation import Portal, ThermalAverage, dark_photon
from darkfactory.cosmology.freeze_out import (
    CM3_PER_S,
    History,
    Relic,
    check_target,
    grid,
    on_steps,
    pairs_on_steps,
    thermal_target,
)
from darkfactory.cosmology.thermodynamics import yield_of
from darkfactory.errors import DarkfactoryWarning, InvalidInput, in_range, positive, require

__all__ = ["asymmetric_ratio", "asymmetric_target", "cosmic_microwave_background_limit"]

Array = NDArray[np.float64]
_NEXT = 1.01
"""(epsilon / epsilon_sym)^2 next to symmetric dark matter, from which on an asymmetry can be solved for."""


def cosmic_microwave_background_limit(mass: Any, efficiency: float = 0.5) -> Any:
    """Largest sigma v 2 r / (1 + r)^2 [cm^3/s] at recombination (Planck 2018, 95%): 3.2e-28 (m / GeV) / efficiency.

    Examples
    --------
    >>> f"{cosmic_microwave_background_limit(1000.0):.1e}"
    '6.4e-28'
    """
    require(positive("mass", mass, unit="MeV"), in_range("f_eff", efficiency, 0, 1, open_low=True))
    return 3.2e-28 * np.asarray(mass) * 1e-3 / efficiency


class _Asymmetric:
    """Asymmetric Dirac dark matter at several masses: its minority abundance as a function of epsilon."""

    def __init__(self, mass: Array, r: float, portal: Portal, omega: float, table: str) -> None:
        self.history = History(mass, 2.0, 1.0, table, steps=1500)
        self.average = ThermalAverage(portal, mass, r, grid())
        pairs = pairs_on_steps(portal, r, self.history)
        self.pairs: Any = 0.0 if pairs is None else pairs
        self.total = yield_of(mass, omega)

    def minority(self, epsilon: Array) -> tuple[Array, Array, Array]:
        """Y_-, Y_- / Y_+ and x_f for which both together have the density observed; epsilon above the symmetric one."""
        rate = on_steps(self.average, epsilon, self.history) + self.pairs

        def off(eta: Array) -> tuple[Array, Array, Array]:
            Y, x_f = self.history.final(rate, eta)
            return 2 * Y + eta - self.total, Y, x_f

        # Illinois rule on [0, Y_total]: without any asymmetry there is too little, with eta = Y_total too much
        low, high = np.zeros_like(self.total), self.total.copy()
        (f_low, _, _), (f_high, Y, x_f) = off(low), off(high)
        eta = high
        for _ in range(60):
            eta = np.clip((low * f_high - high * f_low) / np.where(f_high > f_low, f_high - f_low, 1.0), low, high)
            f, Y, x_f = off(eta)
            if np.all(np.abs(f) < 1e-7 * self.total):
                break
            above = f > 0
            f_low = np.where(above, np.where(f_high > 0, f_low * 0.5, f_low), f)
            f_high = np.where(above, f, f_high * 0.5)
            low, high = np.where(above, low, eta), np.where(above, eta, high)
        return Y, Y / (Y + eta), x_f


def asymmetric_ratio(
    mass: Any,
    epsilon_over_symmetric: Any,
    *,
    r: float = 3.0,
    alpha_D: float = 0.5,
    omega: float = DARK_MATTER_OMEGA_H2,
    table: str = "fit",
) -> Array:
    r"""Antiparticles over particles left of asymmetric Dirac dark matter that is all of dark matter.

    Parameters
    ----------
    mass, r, alpha_D, omega, table
        As for :func:`thermal_target`.
    epsilon_over_symmetric : array_like
        epsilon over that of symmetric Dirac dark matter of the same mass, >= 1.

    Returns
    -------
    ndarray
        r = Y_- / Y_+ at the end: 1 at the symmetric epsilon, falling fast above.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> [f"{ratio:.4f}" for ratio in asymmetric_ratio([10.0, 10.0], [1.3, 1.6])]
    ['0.0537', '0.0090']
    """
    masses = check_target(mass, r, omega, table, alpha_D=alpha_D)
    require(in_range("epsilon_over_symmetric", epsilon_over_symmetric, 1))
    masses, times = np.broadcast_arrays(masses, np.atleast_1d(np.asarray(epsilon_over_symmetric, dtype=float)))
    symmetric = thermal_target("pseudo-dirac", masses, r=r, alpha_D=alpha_D, omega=omega, table=table)
    none = [
        f"mass = {m:g}: no symmetric target" for m, s in zip(masses, symmetric.status, strict=True) if s == "no target"
    ]
    require(*none)
    solver = _Asymmetric(masses.copy(), r, dark_photon("pseudo-dirac", alpha_D), omega, table)
    return solver.minority(symmetric.coupling * times)[1]


def asymmetric_target(
    mass: Any,
    *,
    r: float = 3.0,
    alpha_D: float = 0.5,
    leptophilic: bool = False,
    efficiency: float = 0.5,
    omega: float = DARK_MATTER_OMEGA_H2,
    table: str = "fit",
) -> Relic:
    r"""Smallest epsilon for which asymmetric Dirac dark matter passes the CMB: the lower edge of what is allowed.

    Parameters
    ----------
    mass, r, alpha_D, leptophilic, omega, table
        As for :func:`thermal_target`.
    efficiency : float
        Fraction f_eff of the annihilation energy that heats the gas, in (0, 1]; 0.5 assumed.

    Returns
    -------
    Relic
        epsilon, y, x_f of the minority, and the ratio of antiparticles to particles.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{asymmetric_target(10.0).y[0]:.2e}"
    '4.08e-12'
    """
    masses = check_target(mass, r, omega, table, alpha_D=alpha_D)
    require(in_range("f_eff", efficiency, 0, 1, open_low=True))
    # in logarithms: an efficiency next to 0 must not overflow
    limit = np.log(cosmic_microwave_background_limit(masses, 1.0) / CM3_PER_S) - math.log(efficiency)
    keys: dict[str, Any] = {"r": r, "alpha_D": alpha_D, "leptophilic": leptophilic, "omega": omega, "table": table}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DarkfactoryWarning)  # those of the range were given above
        symmetric = thermal_target("pseudo-dirac", masses, **keys)
    none = ~np.isfinite(symmetric.coupling)
    unit = np.where(none, 1.0, symmetric.coupling)
    solver = _Asymmetric(masses, r, dark_photon("pseudo-dirac", alpha_D, leptophilic), omega, table)
    # z = (epsilon / epsilon_sym)^2, in which ln r is nearly linear; it starts at the symmetric target
    z, slope, done = np.full(len(masses), 6.0), np.full(len(masses), -1.6), none
    before: tuple[Array, Array] | None = None
    for _ in range(60):
        epsilon = unit * np.sqrt(z)
        _, ratio, x_f = solver.minority(epsilon)
        heating = solver.average.at_rest(epsilon) * 2 * ratio / (1 + ratio) ** 2
        off = np.log(np.maximum(heating, 1e-300)) - limit
        done = none | (np.abs(off) < 1e-5) | ((z <= _NEXT) & (off < 0))
        if done.all():
            break
        if before is not None:
            moved = z - before[0]
            usable = np.abs(moved) > 1e-9 * z
            secant = (off - before[1]) / np.where(usable, moved, 1.0)
            # where mediators take most, the rate rises with epsilon at first: beyond its maximum is the edge
            slope = np.where(usable, np.where(secant < 0, secant, -np.abs(off) / (3 * z)), slope)
        before = (z, off)
        z = np.where(done, z, np.clip(z - off / slope, np.maximum(z / 4, _NEXT), 4 * z))
    else:
        raise InvalidInput(f"r = {r:g}: the edge of what the CMB allows was not found to 1e-5 in 60 steps")
    # where the CMB allows the symmetric relic, or where there is none, nothing bounds epsilon from below but its own
    epsilon = np.where(none, np.inf, np.where(z <= _NEXT, unit, epsilon))
    y = epsilon**2 * alpha_D / r**4
    return Relic("asymmetric", masses, epsilon, y, x_f, ratio, symmetric.status)
