r"""Elastic scattering of neutrinos off electrons at rest, tree level, contact interaction, exact in the electron mass.

d sigma/dT = (2 G_F^2 m / pi) [g_L^2 + g_R^2 (1 - T/E)^2 - g_L g_R m T / E^2], T the kinetic energy of the electron. g_L and
g_R are those of the electron at Q^2 = 0, with the exchange of a W for electron neutrinos; antineutrinos swap them.
"""

from __future__ import annotations

from typing import Any

from darkfactory.backend import namespace
from darkfactory.constants import FERMI_CONSTANT, HBAR_C_MEV_MM, M_E, SIN2_THETA_W

__all__ = ["couplings", "density", "integral"]

MM2_IN_CM2 = 1e-2
UNIT = 2 * FERMI_CONSTANT**2 * M_E / 3.141592653589793 * HBAR_C_MEV_MM**2 * MM2_IN_CM2
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


def density(T: Any, E: float) -> Any:
    """D sigma/dT [cm^2/MeV] per monomial of the couplings, shape (..., 3), at energies T and E [MeV]."""
    xp = namespace(T)
    return UNIT * xp.stack([xp.ones_like(T), (1 - T / E) ** 2, -M_E * T / E**2], axis=-1)


def integral(T: Any, E: float) -> Any:
    """Integral of :func:`density` from 0 to T [cm^2], shape (..., 3)."""
    xp = namespace(T)
    part = T / E
    return UNIT * xp.stack([T, T * (1 - part + part**2 / 3), -M_E * part**2 / 2], axis=-1)
