r"""Resonant annihilation e+ e- -> X of positrons on electrons at rest, in the narrow width of X. Energies in GeV.

X carries m^2 / (2 m_e), all of the energy. The cross section is a line in the energy of the positron,

    integral of sigma dE = (2 J + 1) 2 pi^2 Gamma_ee / (m m_e beta^2),    beta^2 = 1 - 4 m_e^2 / m^2,

which is 2 pi^2 alpha epsilon^2 / m_e for a dark photon and pi g^2 / (4 m_e) for spin 0. A vector has helicity +-1 along the beam,
up to a share 2 m_e^2 / m^2 that is left out.
"""

from __future__ import annotations

import math
from typing import Any

from darkfactory.amplitudes.dark_bremsstrahlung import M_E_GEV

__all__ = ["resonance_energy_gev", "resonance_integral"]


def resonance_energy_gev(mass_gev: Any) -> Any:
    """Energy of X, that of the positron and of the electron at rest [GeV].

    Parameters
    ----------
    mass_gev : array_like
        Mass of X [GeV].

    Returns
    -------
    array
        [GeV].

    Examples
    --------
    >>> round(resonance_energy_gev(0.033), 3)
    1.066
    """
    return mass_gev**2 / (2 * M_E_GEV)


def resonance_integral(spin: int, mass_gev: Any, width_ee_gev: Any) -> Any:
    """Cross section integrated over the energy of the positron.

    Parameters
    ----------
    spin : int
        Spin J of X.
    mass_gev, width_ee_gev : array_like
        Mass of X, above 2 m_e, and its width into e+ e- [GeV].

    Returns
    -------
    array
        [GeV^-1].

    Examples
    --------
    A pseudoscalar of coupling 1 and 100 MeV, with pi / (4 m_e) = 1536.98:

    >>> round(resonance_integral(0, 0.1, 0.1 / (8 * math.pi)), 1)
    1537.1
    """
    electron_velocity_squared = 1 - (2 * M_E_GEV / mass_gev) ** 2
    return (2 * spin + 1) * 2 * math.pi**2 * width_ee_gev / (mass_gev * M_E_GEV * electron_velocity_squared)
