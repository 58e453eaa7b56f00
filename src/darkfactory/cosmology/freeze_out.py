r"""Thermal freeze-out: the coupling for which dark matter that annihilates through a mediator is all there is.

Included: Maxwell-Boltzmann averages of the full cross section, leptons and hadrons (dark photon), running g(T), and
annihilation into two mediators, which the tail of the thermal distribution reaches for 1 < r < 2. The theory
uncertainty of y is about 10% above 140 MeV (hadrons) and 3% below. Not included: mediators lighter than dark matter,
quantum statistics, widths that run with s.
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
from darkfactory.cosmology.mediator_pairs import pair_thermal_average
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
HEAVIEST_RATIO = 1e3
"""Largest mediator mass over dark-matter mass; the target in y is that of a contact interaction long before."""
DARK_COUPLINGS = {"alpha_D": (1e-12, 4 * math.pi), "g_chi": (1e-6, 4 * math.pi)}
"""Ranges of the dark couplings: up to where perturbation theory ends."""
OMEGA_RANGE = (1e-6, 100.0)
"""Range of Omega h^2."""
_LARGEST = math.log(1e6)
"""Logarithm of the largest visible coupling that is looked at."""
MASS_RANGE = (1.0, 1e4)
"""Dark-matter masses [MeV]: below, neutrinos decouple at the same time; above, the R ratio is not good enough."""
N_EFF_FLOOR = {"scalar": 5.0, "majorana": 6.5, "pseudo-dirac": 9.5, "asymmetric": 9.5}
"""Masses [MeV] below which BBN and the CMB disfavour electrophilic relics (1910.01649, recalled, +- 20%)."""
_NEEDED = 3.4e-15
"""<sigma v> [MeV^-2] that freeze-out needs, 4e-26 cm^3/s: what two mediators add is kept above 1e-5 of it at x = 12."""
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
        Visible coupling: epsilon of a dark photon, g_mu of a spin-0 mediator; infinite where there is no target.
    y : ndarray
        epsilon^2 alpha_D (m_chi / m_A')^4; of a spin-0 mediator g_mu^2 g_chi^2 / (4 pi) (m_chi / m_phi)^4.
    x_f : ndarray
        m / T at which Y = 2.5 Y_eq.
    ratio : ndarray
        Antiparticles over particles at the end: 1 for symmetric dark matter.
    status : tuple of str
        ``ok``; ``no target`` (annihilation into two mediators alone leaves less than asked, or passes the CMB, whatever
        the coupling); ``incomplete`` (that channel changes the density by more than 1% and needs a dark Higgs boson);
        ``resonance`` (a width that runs with s changes <sigma v> at freeze-out by more than a factor of two).
    """

    dm: str
    mass: Array
    coupling: Array
    y: Array
    x_f: Array
    ratio: Array
    status: tuple[str, ...]


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


def pairs_on_steps(portal: Portal, ratio: float, history: History) -> Array | None:
    """<sigma v> into two mediators of shape (steps, M); None where it is too slow to matter, see ``_NEEDED``."""
    from scipy.interpolate import CubicSpline

    def falling(x: Array) -> Array:
        return np.exp(-2 * (ratio - 1) * x)

    x = grid()
    scale = portal.dark_coupling**4 / history.mass**2
    early = np.array([12.0])
    if np.max(scale * pair_thermal_average(portal.pairs, ratio, early) * falling(early)) < 1e-5 * _NEEDED:
        return None
    smooth = CubicSpline(np.log(x), np.log(pair_thermal_average(portal.pairs, ratio, x)))
    fine = history.ln_x
    return np.asarray((np.exp(smooth(fine)) * falling(np.exp(fine)))[:, None] * scale)


def _solve(
    portal: Portal, history: History, ratio: float, omega: float, guess: Array, pairs: Array | None
) -> tuple[Array, Array, NDArray[np.bool_]]:
    """Visible couplings with Omega h^2 = omega, x_f, and where none has it: annihilation into mediators leaves less."""
    average = ThermalAverage(portal, history.mass, ratio, grid())
    goal, least, none = np.full(len(guess), -math.log(omega)), np.zeros(len(guess)), np.zeros(len(guess), dtype=bool)
    extra: Any = 0.0
    if pairs is not None:
        extra = pairs
        Y, only = history.final(pairs)
        least = 1 / omega_h2(history.mass, Y)
        none = least * omega >= 1 - _TOLERANCE
        goal = np.log(np.where(none, 1.0, 1 / omega - least))
    ln_g, slope = np.log(guess), np.full(len(guess), 1.88)
    before: tuple[Array, Array] | None = None
    off = np.zeros(len(guess))
    for _ in range(0 if none.all() else 60):
        Y, x_f = history.final(on_steps(average, np.exp(ln_g), history) + extra)
        inverse = 1 / omega_h2(history.mass, Y)
        # 1 / Omega less that of the mediators alone is very nearly a power of the coupling
        off = np.where(none, 0.0, np.log(np.maximum(inverse - least, 1e-12 * inverse)) - goal)
        if np.all((np.abs(np.log(inverse * omega)) < _TOLERANCE) | none):
            break
        if before is not None:
            moved = ln_g - before[0]
            usable = np.abs(moved) > 1e-9
            secant = (off - before[1]) / np.where(usable, moved, 1.0)
            slope = np.where(usable & (secant > 0.2), secant, slope)
        before = (ln_g, off)
        ln_g = np.minimum(ln_g - np.clip(off / slope, -4.0, 4.0), _LARGEST)
    else:
        if not none.all():
            raise InvalidInput(
                f"r = {ratio:g}: no coupling gives Omega h^2 = {omega:g} (off by {np.max(np.abs(off)):.1e} after 60"
                " steps); the mediator would be wider than heavy, give a smaller r or a larger dark coupling"
            )
    if none.any():
        x_f = np.where(none, only, only if none.all() else x_f)
    return np.exp(ln_g), x_f, none


def _relic(dm: str, portal: Portal, history: History, ratio: float, omega: float, guess: Array) -> Relic:
    """Target of symmetric dark matter with the status of every point."""
    pairs = pairs_on_steps(portal, ratio, history)
    # the axial coupling of Majorana dark matter is no complete model where the channel matters
    incomplete = pairs is not None and portal.pairs == "majorana"
    coupling, x_f, none = _solve(portal, history, ratio, omega, guess, None if incomplete else pairs)
    status = np.where(none, "no target", "ok").astype(object)
    if abs(ratio / 2 - 1) < 0.05 and not none.all():
        average = ThermalAverage(portal, history.mass, ratio, np.array([float(np.median(x_f))]))
        change = (average.running(coupling) / average(coupling))[:, 0]
        status[(status == "ok") & (np.abs(np.log(change)) > math.log(2))] = "resonance"
    if incomplete and pairs is not None:
        visible = on_steps(ThermalAverage(portal, history.mass, ratio, grid()), coupling, history)
        changed = 1 - history.final(visible + pairs)[0] / history.final(visible)[0]
        status[changed > 0.01] = "incomplete"
    found = np.isin(status, ("ok", "resonance"))
    coupling = np.where(found, coupling, np.inf)
    y = coupling**2 * portal.dark_coupling**2 / (4 * np.pi * ratio**4)
    return Relic(dm, history.mass, coupling, y, x_f, np.ones(len(coupling)), tuple(status.tolist()))


def check_target(mass: Any, r: float, omega: float, table: str, **couplings: float) -> Array:
    remedy = "below 1 MeV neutrinos decouple at the same time, above 10 GeV the R ratio is not known well enough here"
    secluded = "annihilation into mediators (secluded) is not a sharp target"
    require(
        in_range("mass", mass, *MASS_RANGE, unit="MeV", remedy=remedy),
        in_range("r", r, 1, HEAVIEST_RATIO, open_low=True, remedy=f"r = m_mediator / m_chi; for r <= 1 {secluded}"),
        in_range("omega_h2", omega, *OMEGA_RANGE),
        one_of("table", table, TABLES),
        *(in_range(name, value, *DARK_COUPLINGS[name]) for name, value in couplings.items()),
    )
    if abs(r / 2 - 1) < 0.05:
        text = (
            f"r = {r:g}: within 5% of the resonance r = 2; the target moves fast there, kinetic decoupling and a width"
            " that runs with s matter"
        )
        warnings.warn(text, DarkfactoryWarning, stacklevel=3)
    return np.atleast_1d(np.asarray(mass, dtype=float))


def thermal_target(
    dm: str,
    mass: Any,
    *,
    r: float = 3.0,
    alpha_D: float = 0.5,
    leptophilic: bool = False,
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
        m_A' / m_chi, in (1, 1000].
    alpha_D : float
        Dark fine-structure constant, 1e-12 to 4 pi.
    leptophilic : bool
        Leave out hadrons.
    omega : float
        Omega h^2.
    table : str
        Degrees of freedom, ``fit`` or ``lattice``.

    Returns
    -------
    Relic
        epsilon, y = epsilon^2 alpha_D / r^4 and x_f; Omega h^2 holds to 1e-5; the status says where there is no target.

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
    relic = _relic(dm, dark_photon(dm, alpha_D, leptophilic), history, r, omega, guess)
    largest = float(np.max(relic.coupling[np.isfinite(relic.coupling)], initial=0.0))
    if largest > 1:
        text = f"epsilon = {largest:.3g}: a kinetic mixing above 1 is not perturbative"
        warnings.warn(text, DarkfactoryWarning, stacklevel=2)
    return relic


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
        Coupling to dark matter, 1e-6 to 4 pi.
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
    return _relic(kind, spin_zero(kind, g_chi), history, r, omega, guess)


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
