r"""Thermal freeze-out: the coupling for which dark matter that annihilates through a mediator is all there is.

Included: Maxwell-Boltzmann averages of the full cross section, leptons and hadrons (dark photon), running g(T). The
theory uncertainty of y is about 10% above 140 MeV (hadrons) and 3% below. Not included: secluded annihilation, quantum
statistics.
"""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import DARK_MATTER_OMEGA_H2, HBAR_C_MEV_MM
from darkfactory.cosmology.annihilation import DARK_MATTER, Portal, ThermalAverage, dark_photon, spin_zero
from darkfactory.cosmology.boltzmann import relax_pairs
from darkfactory.cosmology.thermodynamics import TABLES, bath, omega_h2
from darkfactory.errors import DarkfactoryWarning, InvalidInput, in_range, one_of, positive, require

__all__ = [
    "Relic",
    "constant_cross_section",
    "spin_zero_target",
    "thermal_target",
]

Array = NDArray[np.float64]
X_START, X_STOP, _STEPS = 5.0, 1500.0, 4000
"""Range of x = m / T; stopping at 1500 is part of the definition (going on lowers an s-wave y by 0.6 to 1%)."""
_TOLERANCE = 1e-5
MASS_RANGE = (1.0, 1e4)
"""Dark-matter masses [MeV]: below, neutrinos decouple at the same time; above, the R ratio is not good enough."""
N_EFF_FLOOR = {"scalar": 5.0, "majorana": 6.5, "pseudo-dirac": 9.5, "asymmetric": 9.5}
"""Masses [MeV] below which BBN and the CMB disfavour electrophilic relics (1910.01649, recalled, +- 20%)."""
CM3_PER_S = HBAR_C_MEV_MM**2 * 2.99792458e11 * 1e-3
"""One MeV^-2 times c in cm^3/s."""


@dataclass(frozen=True, eq=False)
class Relic:
    """Couplings that give the relic density, one per mass.

    Attributes
    ----------
    dm : str
        Kind of dark matter.
    mass : ndarray
        Dark-matter masses [MeV].
    coupling : ndarray
        Visible coupling: epsilon of a dark photon, g_mu of a spin-0 mediator.
    y : ndarray
        epsilon^2 alpha_D (m_chi / m_A')^4; of a spin-0 mediator g_mu^2 g_chi^2 / (4 pi) (m_chi / m_phi)^4.
    x_f : ndarray
        m / T at which Y = 2.5 Y_eq.
    ratio : ndarray
        Antiparticles over particles at the end: 1 for symmetric dark matter.
    """

    dm: str
    mass: Array
    coupling: Array
    y: Array
    x_f: Array
    ratio: Array


class History:
    """Boltzmann equation of several masses, with everything that does not depend on the coupling done once."""

    def __init__(self, mass: Array, g: float, effective: float, table: str, steps: int = _STEPS) -> None:
        from scipy.special import kve

        self.mass = mass
        self.step = math.log(X_STOP / X_START) / steps
        self.ln_x = math.log(X_START) + self.step * (np.arange(steps) + 0.5)
        x = np.exp(self.ln_x)[:, None]
        T = mass / x
        state = bath(T, table)
        self.rate = effective * state.entropy / state.hubble * state.clock
        self.equilibrium = g * mass**2 * T / (2 * np.pi**2 * state.entropy) * kve(2, x) * np.exp(-x)
        first = bath(mass / X_START, table)
        at_start = g * mass**2 * (mass / X_START) / (2 * np.pi**2 * first.entropy)
        self.start = at_start * kve(2, X_START) * math.exp(-X_START)

    def final(self, sigma_v: Array, excess: Any = 0.0) -> tuple[Array, Array]:
        """Y at the end, and x where Y = 2.5 Y_eq; sigma_v of shape (steps, M) or (M,)."""
        excess = np.broadcast_to(np.asarray(excess, dtype=float), self.mass.shape)
        start = 2 * self.start**2 / (excess + np.sqrt(excess**2 + 4 * self.start**2))
        Y, history = relax_pairs(start, self.rate * sigma_v, self.equilibrium, self.step, excess)
        # the history stands at the ends of the steps, the equilibrium in their middles
        excess_ln = (
            np.log(np.maximum(history[:-1], 1e-300) / 2.5)
            - np.log(self.equilibrium[:-1] * self.equilibrium[1:] + 1e-300) / 2
        )
        n = np.maximum(np.argmax(excess_ln > 0, axis=0), 1)
        after, prior = (np.take_along_axis(excess_ln, k[None], axis=0)[0] for k in (n, n - 1))
        return Y, np.exp(self.ln_x[n] + self.step * (0.5 - after / (after - prior)))


def on_steps(average: ThermalAverage, coupling: Array, history: History) -> Array:
    """<sigma v> of shape (steps, M), from a spline over ln x."""
    from scipy.interpolate import CubicSpline

    values = np.log(average(coupling)).T
    return np.asarray(np.exp(CubicSpline(np.log(average.x), values)(history.ln_x)))


def grid() -> Array:
    return np.geomspace(X_START, X_STOP, 120)


def _solve(portal: Portal, history: History, ratio: float, omega: float, guess: Array) -> tuple[Array, Array]:
    """Visible couplings with Omega h^2 = omega, and x_f."""
    average = ThermalAverage(portal, history.mass, ratio, grid())
    goal = math.log(omega)
    ln_g, slope = np.log(guess), np.full(len(guess), -1.88)
    before: tuple[Array, Array] | None = None
    for _ in range(40):
        Y, x_f = history.final(on_steps(average, np.exp(ln_g), history))
        off = np.log(omega_h2(history.mass, Y)) - goal
        if np.all(np.abs(off) < _TOLERANCE):
            return np.exp(ln_g), x_f
        if before is not None:
            moved = ln_g - before[0]
            usable = np.abs(moved) > 1e-9
            secant = (off - before[1]) / np.where(usable, moved, 1.0)
            slope = np.where(usable & (secant < -0.2), secant, slope)
        before = (ln_g, off)
        ln_g = ln_g - np.clip(off / slope, -4.0, 4.0)
    worst = float(np.max(np.abs(off)))
    raise InvalidInput(
        f"r = {ratio:g}: no coupling gives Omega h^2 = {omega:g} (off by {worst:.1e} after 40 steps); the mediator"
        " would be wider than heavy, give a smaller r or a larger dark coupling"
    )


def check_target(mass: Any, r: float, omega: float, table: str, **couplings: float) -> Array:
    remedy = "below 1 MeV neutrinos decouple at the same time, above 10 GeV the R ratio is not known well enough here"
    secluded = "annihilation into mediators (secluded) is not a sharp target"
    require(
        in_range("mass", mass, *MASS_RANGE, unit="MeV", remedy=remedy),
        in_range("r", r, 1, open_low=True, remedy=f"r = m_mediator / m_chi; for r <= 1 {secluded}"),
        positive("omega_h2", omega),
        one_of("table", table, TABLES),
        *(positive(name, value) for name, value in couplings.items()),
    )
    if abs(r / 2 - 1) < 0.05:
        text = f"r = {r:g}: within 5% of the resonance r = 2; the target moves fast there, kinetic decoupling matters"
        warnings.warn(text, DarkfactoryWarning, stacklevel=3)
    return np.atleast_1d(np.asarray(mass, dtype=float))


def thermal_target(
    dm: str,
    mass: Any,
    *,
    r: float = 3.0,
    alpha_D: float = 0.5,
    omega: float = DARK_MATTER_OMEGA_H2,
    table: str = "fit",
) -> Relic:
    r"""Kinetic mixing of a dark photon for which symmetric dark matter freezes out with the density observed.

    Parameters
    ----------
    dm : str
        ``scalar`` (complex), ``majorana``, ``pseudo-dirac`` (splitting well below the temperature; also Dirac).
    mass : array_like
        Dark-matter mass [MeV], 1 MeV to 10 GeV.
    r : float
        m_A' / m_chi, > 1.
    alpha_D : float
        Dark fine-structure constant, > 0.
    omega : float
        Omega h^2.
    table : str
        Degrees of freedom, ``fit`` or ``lattice``.

    Returns
    -------
    Relic
        epsilon, y = epsilon^2 alpha_D / r^4 and x_f; Omega h^2 holds to 1e-5.

    Raises
    ------
    InvalidInput
        For numbers outside their domain, unknown names, a mediator not heavier than dark matter, no solution.

    Warns
    -----
    DarkfactoryWarning
        Within 5% of the resonance m_A' = 2 m_chi; if epsilon is above 1.

    Examples
    --------
    >>> target = thermal_target("pseudo-dirac", 10.0)
    >>> f"{target.y[0]:.3e} {target.x_f[0]:.2f}"
    '5.942e-13 17.28'
    """
    require(one_of("dm", dm, DARK_MATTER))
    masses = check_target(mass, r, omega, table, alpha_D=alpha_D)
    history = History(masses, *DARK_MATTER[dm], table)
    y_guess = {"scalar": 1.4e-11, "majorana": 7e-12, "pseudo-dirac": 6e-13}[dm] * (masses / 10) ** 2
    guess = np.sqrt(y_guess * r**4 / alpha_D)
    epsilon, x_f = _solve(dark_photon(dm, alpha_D), history, r, omega, guess)
    if np.any(epsilon > 1):
        text = f"epsilon = {epsilon.max():.3g}: a kinetic mixing above 1 is not perturbative"
        warnings.warn(text, DarkfactoryWarning, stacklevel=2)
    return Relic(dm, masses, epsilon, epsilon**2 * alpha_D / r**4, x_f, np.ones(len(masses)))


def spin_zero_target(
    kind: str,
    mass: Any,
    *,
    r: float = 3.0,
    g_chi: float = 1.0,
    leptophilic: bool = False,
    omega: float = DARK_MATTER_OMEGA_H2,
    table: str = "fit",
) -> Relic:
    r"""Coupling g_mu of a spin-0 mediator for which Dirac dark matter freezes out; g_l = g_mu m_l / m_mu.

    Parameters
    ----------
    kind : str
        ``scalar`` or ``pseudoscalar``.
    mass, r, omega, table
        As for :func:`thermal_target`.
    g_chi : float
        Coupling to dark matter, > 0.
    leptophilic : bool
        Must be True: hadronic channels are not in.

    Returns
    -------
    Relic
        g_mu as coupling, y = g_mu^2 g_chi^2 / (4 pi r^4), x_f.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    NotImplementedError
        Without ``leptophilic=True``.

    Examples
    --------
    >>> target = spin_zero_target("scalar", 200.0, leptophilic=True)
    >>> f"{target.coupling[0]:.3e}"
    '1.310e-03'
    """
    require(one_of("kind", kind, ("scalar", "pseudoscalar")))
    masses = check_target(mass, r, omega, table, g_chi=g_chi)
    if not leptophilic:
        raise NotImplementedError(
            "hadronic channels of spin-0 mediators are not in: set leptophilic=true for leptons only"
        )
    history = History(masses, *DARK_MATTER["pseudo-dirac"], table)
    guess = np.full(len(masses), (1e-3 if kind == "scalar" else 2e-4) * r**2 / (9 * g_chi))
    g_mu, x_f = _solve(spin_zero(kind, g_chi), history, r, omega, guess)
    return Relic(kind, masses, g_mu, g_mu**2 * g_chi**2 / (4 * np.pi * r**4), x_f, np.ones(len(masses)))


def constant_cross_section(
    mass: Any, *, g: float = 2.0, omega: float = DARK_MATTER_OMEGA_H2, table: str = "fit"
) -> Any:
    """Constant <sigma v> [cm^3/s] for which self-conjugate dark matter has Omega h^2 = ``omega``.

    Parameters
    ----------
    mass : array_like
        Mass [MeV], > 0.
    g : float
        Degrees of freedom.
    omega : float
        Omega h^2.
    table : str
        Degrees of freedom of the bath.

    Returns
    -------
    ndarray
        <sigma v> [cm^3/s].

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> f"{constant_cross_section(100.0)[0]:.3e}"
    '4.376e-26'
    """
    require(
        positive("mass", mass, unit="MeV"),
        positive("g", g),
        positive("omega_h2", omega),
        one_of("table", table, TABLES),
    )
    masses = np.atleast_1d(np.asarray(mass, dtype=float))
    history = History(masses, g, 1.0, table)
    ln_sigma = np.full(len(masses), math.log(4e-26 / CM3_PER_S))
    for _ in range(40):
        off = np.log(omega_h2(masses, history.final(np.exp(ln_sigma))[0]) / omega)
        ln_sigma = ln_sigma + off / 0.95
        if np.all(np.abs(off) < _TOLERANCE):
            break
    return np.exp(ln_sigma) * CM3_PER_S
