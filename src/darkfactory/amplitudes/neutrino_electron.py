r"""Scattering of neutrinos off electrons at rest, into a massless neutrino or a state of mass M, per unit of mixing U^2.

d sigma/dT = (2 G_F^2 m / pi) [g_L^2 (1 - r) + g_R^2 (1 - T/E)(1 - T/E - r) - g_L g_R (m T + M^2/2) / E^2], r = M^2 / 2 m E
and T the kinetic energy of the electron; M = 0 is elastic scattering. Tree level, contact interaction, exact in the
electron mass. g_L and g_R are those of the electron at Q^2 = 0, with the exchange of a W for electron neutrinos;
antineutrinos swap them. Energies and masses in MeV.
"""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace
from darkfactory.constants import FERMI_CONSTANT, HBAR_C_MEV_MM, M_E, SIN2_THETA_W
from darkfactory.units import MM2_TO_CM2

__all__ = ["couplings", "density", "integral", "of_beam"]

UNIT = 2 * FERMI_CONSTANT**2 * M_E / 3.141592653589793 * HBAR_C_MEV_MM**2 * MM2_TO_CM2
"""2 G_F^2 m / pi [cm^2/MeV]."""


def couplings(flavor: str, antineutrino: bool = False) -> tuple[float, float]:
    """Couplings of the electron that multiply 1 and (1 - T/E)^2.

    Examples
    --------
    >>> [round(g, 4) for g in (*couplings("mu"), *couplings("e", antineutrino=True))]
    [-0.2688, 0.2312, 0.2312, 0.7312]
    """
    left = SIN2_THETA_W + (0.5 if flavor == "e" else -0.5)
    return (SIN2_THETA_W, left) if antineutrino else (left, SIN2_THETA_W)


def density(T: Any, E: Any, M2: Any = 0.0) -> Any:
    """D sigma/dT [cm^2/MeV] per monomial of the couplings, shape (..., 3).

    Parameters
    ----------
    T, E : array_like
        Kinetic energy of the electron and energy of the neutrino [MeV].
    M2 : array_like
        M^2 [MeV^2] of what it becomes.
    """
    xp = namespace(T)
    part, r = T / E, M2 / (2 * M_E * E)
    left, right = 1 - r + 0 * part, (1 - part) * (1 - part - r)
    return UNIT * xp.stack([left, right, -(M_E * T + M2 / 2) / E**2], axis=-1)


def of_beam(T: Any, E: Any, M2: Any, *, flavor: str, antineutrino: bool = False) -> Any:
    """Sum of :func:`density` with the couplings of a beam [cm^2/MeV].

    Parameters
    ----------
    T, E, M2 : array_like
        As for :func:`density`.
    flavor : {"e", "mu", "tau"}
        Of the neutrinos.
    antineutrino : bool
        Antineutrinos instead.
    """
    one, other = couplings(flavor, antineutrino)
    parts = density(T, E, M2)
    return one**2 * parts[..., 0] + other**2 * parts[..., 1] + one * other * parts[..., 2]


def integral(T: Any, E: float) -> Any:
    """Integral of :func:`density` of massless neutrinos from 0 to T [cm^2], shape (..., 3)."""
    xp = namespace(T)
    part = T / E
    return UNIT * xp.stack([T, T * (1 - part + part**2 / 3), -M_E * part**2 / 2], axis=-1)
