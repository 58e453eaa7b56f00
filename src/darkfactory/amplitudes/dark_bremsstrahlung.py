r"""Bremsstrahlung of a light boson X by electrons on nuclei, e Z -> e Z X, with improved Weizsaecker-Williams photons.

Collinear, for E >> m >> the momentum transfer; x = E_X / E, U = U0 + u with U0 = m^2 (1 - x)/x + m_e^2 x and
u = E^2 x theta^2. For every coupling of X_mu ebar g^mu (g_V + g_A g5) e and X ebar (g_S + i g_P g5) e

    d sigma / dx du = chi beta [a / U^2 - b u / U^4],

where a and b follow from the traces of e gamma -> e X; vector and axial couplings, scalar and pseudoscalar ones do not
interfere. Of a vector, (l_a / U^2 + l_b u / U^4) chi beta has helicity 0: l_b to leading order in m_e / m (also of the
axial coupling, whose corrections of relative order m_e^2 / m^2 are left out), l_a exactly: the Goldstone boson of the axial
coupling, a pseudoscalar with g_P = 2 m_e g_A / m. Energies and masses in GeV, as in the literature of beam dumps.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from darkfactory.backend import namespace
from darkfactory.constants import ALPHA, GEV, M_E, M_PROTON
from darkfactory.numerics.quadrature import unit_legendre

__all__ = [
    "BRACKETS",
    "Bracket",
    "angular_integrals",
    "cross_section_gev2",
    "effective_flux",
    "form_factor_squared",
    "integrated_bracket",
    "scalar_bracket",
    "vector_bracket",
]

M_E_GEV = M_E / GEV
PROTON_GEV = M_PROTON / GEV
PROTON_MOMENT = 2.79
FLUX_NODES = 48


def form_factor_squared(t: Any, charge: float, mass_number: float) -> Any:
    """Squared form factor G_2 of an atom, elastic plus inelastic: Z^2 and Z times screening and size.

    Parameters
    ----------
    t : array_like
        Squared momentum transfer [GeV^2], > 0.
    charge, mass_number : float
        Z and A of the nucleus.

    Returns
    -------
    array
        Dimensionless.

    Examples
    --------
    >>> round(float(form_factor_squared(1e-6, 13, 26.9815)), 3)
    181.941
    """
    a2 = (111 * charge ** (-1 / 3) / M_E_GEV) ** 2
    inelastic_a2 = (773 * charge ** (-2 / 3) / M_E_GEV) ** 2
    size = 0.164 * mass_number ** (-2 / 3)
    elastic = charge**2 * (a2 * t / (1 + a2 * t)) ** 2 / (1 + t / size) ** 2
    nucleon = (1 + t * (PROTON_MOMENT**2 - 1) / (4 * PROTON_GEV**2)) / (1 + t / 0.71) ** 4
    return elastic + charge * (inelastic_a2 * t / (1 + inelastic_a2 * t)) ** 2 * nucleon**2


def effective_flux(energy_gev: Any, mass_gev: Any, charge: float, mass_number: float) -> Any:
    """Flux of quasi-real photons chi: the integral of (t - t_min) / t^2 G_2 from t_min = (m^2/2E)^2 to m^2 + m_e^2.

    Parameters
    ----------
    energy_gev, mass_gev : array_like
        Energy of the electron and mass of X [GeV], broadcast together.
    charge, mass_number : float
        Z and A of the nucleus.

    Returns
    -------
    array
        Dimensionless, to about 1e-9; 0 where t_min is above the upper end.

    Examples
    --------
    >>> round(float(effective_flux(20.0, 0.01, 13, 26.9815)), 2)
    2316.65
    """
    xp = namespace(energy_gev, mass_gev)
    energy, mass = xp.asarray(energy_gev, dtype=float), xp.asarray(mass_gev, dtype=float)
    low = (mass**2 / (2 * energy)) ** 2
    span = xp.maximum(xp.log((mass**2 + M_E_GEV**2) / low), 0.0)
    node, weight = unit_legendre(FLUX_NODES)
    y = span[..., None] * node
    g2 = form_factor_squared(low[..., None] * xp.exp(y), charge, mass_number)
    return (span * xp.sum(-xp.expm1(-y) * g2 * weight, axis=-1))[()]


class Bracket(NamedTuple):
    """Coefficients of 1/U^2 and -u/U^4 of all X, and of 1/U^2 and +u/U^4 of X with helicity 0 (see the module).

    Everything about X of spin 0 counts as the first two, and the last two are 0.
    """

    a: Any
    b: Any
    zero_a: Any
    zero_b: Any


def vector_bracket(x: Any, mass_gev: Any, g_V: Any, g_A: Any = 0.0, rest: Any = None) -> Bracket:
    """Coefficients for a vector with couplings g_V + g_A gamma5 to the electron; a dark photon has g_V = epsilon e.

    Parameters
    ----------
    x : array_like
        Energy fraction of X.
    mass_gev : array_like
        Mass of X [GeV].
    g_V, g_A : array_like
        Couplings.
    rest : array_like, optional
        1 - x where x is too near to 1.

    Returns
    -------
    Bracket
        a of order 1, b in GeV^2.
    """
    one = 1 - x if rest is None else rest
    norm = ALPHA**2 / math.pi
    both, axial = norm * (g_V**2 + g_A**2), norm * g_A**2
    goldstone = axial * (M_E_GEV * x / mass_gev) ** 2
    vertex = norm * (g_V**2 * (mass_gev**2 + 2 * M_E_GEV**2) + g_A**2 * (mass_gev**2 - 4 * M_E_GEV**2))
    return Bracket(
        both * (one + x**2 / 2) + goldstone, x * one * vertex, goldstone, both * 2 * one**2 * mass_gev**2 / x
    )


def scalar_bracket(x: Any, mass_gev: Any, g_S: Any, g_P: Any = 0.0, rest: Any = None) -> Bracket:
    """Coefficients for spin 0 with couplings g_S + i g_P gamma5 to the electron; see :func:`vector_bracket`."""
    one = 1 - x if rest is None else rest
    norm = ALPHA**2 / (4 * math.pi)
    vertex = g_S**2 * (mass_gev**2 - 4 * M_E_GEV**2) + g_P**2 * mass_gev**2
    return Bracket(norm * (g_S**2 + g_P**2) * x**2, norm * 2 * x * one * vertex, 0.0 * x, 0.0 * x)


BRACKETS: dict[int, Callable[..., Bracket]] = {0: scalar_bracket, 1: vector_bracket}
"""The same by the spin of X."""


def lowest_virtuality(x: Any, mass_gev: Any, rest: Any = None) -> Any:
    """U0 = m^2 (1 - x)/x + m_e^2 x [GeV^2], with 1 - x in ``rest`` where x is too near to 1; see the module."""
    return mass_gev**2 * (1 - x if rest is None else rest) / x + M_E_GEV**2 * x


def angular_integrals(u: Any, u0: Any) -> tuple[Any, Any]:
    """Integrals of 1/U^2 and of u/U^4 over u from 0 to ``u``: F_a = u/(U0 U), F_b = y^2 (3 - 2y)/(6 U0^2), y = u/U.

    Parameters
    ----------
    u : array_like
        E^2 x theta^2 [GeV^2], >= 0; inf for all angles.
    u0 : array_like
        U0 [GeV^2].

    Returns
    -------
    tuple of array
        F_a [GeV^-2] and F_b [GeV^-4].

    Examples
    --------
    >>> [float(f) for f in angular_integrals(np.inf, 2.0)]
    [0.5, 0.041666666666666664]
    """
    xp = namespace(u, u0)
    y = 1 / (1 + u0 / xp.maximum(u, 1e-300))
    return y / u0, y * y * (3 - 2 * y) / (6 * u0 * u0)


def integrated_bracket(bracket: Bracket, u_below: Any, u0: Any) -> Any:
    """Bracket [a F_a - b F_b] for all X at angles below that of ``u_below``, which is inf for all angles.

    Parameters
    ----------
    bracket : Bracket
        Of :func:`vector_bracket` or :func:`scalar_bracket`.
    u_below, u0 : array_like
        E^2 x theta^2 and U0 [GeV^2].

    Returns
    -------
    array
        [GeV^-2], to be multiplied by chi and beta.
    """
    first, second = angular_integrals(u_below, u0)
    return bracket.a * first - bracket.b * second


def velocity(x_energy_gev: Any, mass_gev: Any) -> Any:
    """Velocity of X of a given energy [GeV]; 0 below its mass."""
    xp = namespace(x_energy_gev, mass_gev)
    return xp.sqrt(xp.maximum((1 - mass_gev / x_energy_gev) * (1 + mass_gev / x_energy_gev), 0.0))


def cross_section_gev2(
    bracket: Bracket, x: Any, energy_gev: Any, mass_gev: Any, charge: float, mass_number: float
) -> Any:
    """Cross section d sigma / dx of e Z -> e Z X, integrated over angles.

    Parameters
    ----------
    bracket : Bracket
        At the same x and mass.
    x : array_like
        Energy fraction of X, in (0, 1).
    energy_gev, mass_gev : array_like
        Energy of the electron and mass of X [GeV].
    charge, mass_number : float
        Z and A of the nucleus.

    Returns
    -------
    array
        [GeV^-2], per unit of x.

    Examples
    --------
    Of a dark photon of 10 MeV with epsilon = 1 at x = 1/2, from 20 GeV on aluminium:

    >>> vector = vector_bracket(0.5, 0.01, math.sqrt(4 * math.pi * ALPHA))
    >>> round(float(cross_section_gev2(vector, 0.5, 20.0, 0.01, 13, 26.9815)), 4)
    20.9723
    """
    flux = effective_flux(energy_gev, mass_gev, charge, mass_number)
    shape = integrated_bracket(bracket, np.inf, lowest_virtuality(x, mass_gev))
    return flux * velocity(x * energy_gev, mass_gev) * shape
