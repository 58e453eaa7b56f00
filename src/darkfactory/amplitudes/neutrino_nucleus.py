r"""Neutrinos off a nucleus or a nucleon that stays whole, into a massless neutrino or a state of mass M, per unit of U^2.

Tree level, exchange of a Z at low Q^2. Form factors: Helm for a nucleus of spin 0 [assumed: neutrons and protons alike];
of a nucleon dipoles of 0.71 GeV^2 for the magnetic ones and the electric one of the proton, none for the electric one of
the neutron [assumed], an axial dipole with g_A = 1.2754 [PDG] and M_A = 1.026 GeV [recalled: average of neutrino data],
no axial strangeness [assumed], the pseudoscalar one from the pole of the pion. Energies and masses in MeV.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darkfactory.constants import FERMI_CONSTANT, HBAR_C_MEV_MM, M_PION, SIN2_THETA_W
from darkfactory.units import MM2_TO_CM2

__all__ = ["DIPOLE_MASS2", "coherent_density", "helm", "helm_radius", "nucleon_density", "weak_charge"]

FERMI_SQUARED = FERMI_CONSTANT**2 * HBAR_C_MEV_MM**2 * MM2_TO_CM2
"""G_F^2 [cm^2/MeV^2]."""
FERMI_MM = 1e-12 / HBAR_C_MEV_MM
"""One fm [1/MeV]."""
SKIN, DIFFUSENESS = 0.9 * FERMI_MM, 0.52 * FERMI_MM
DIPOLE_MASS2, AXIAL_MASS2 = 0.71e6, 1026.0**2
MAGNETIC = {"p": 2.792847, "n": -1.913043}
"""Magnetic moments [nuclear magnetons], PDG."""
AXIAL = 1.2754


def weak_charge(Z: float, N: float) -> float:
    """Weak charge Q_W = N - (1 - 4 s_W^2) Z of a nucleus."""
    return N - (1 - 4 * SIN2_THETA_W) * Z


def helm_radius(A: float) -> float:
    """Radius R of a sphere of ``A`` nucleons before it is smeared [1/MeV]."""
    square = ((1.23 * A ** (1 / 3) - 0.6) * FERMI_MM) ** 2 + 7 / 3 * (math.pi * DIFFUSENESS) ** 2 - 5 * SKIN**2
    return math.sqrt(square)


def helm(Q2: Any, A: float) -> Any:
    """Helm form factor at Q^2 [MeV^2]: a sphere with a soft skin, 1 at Q^2 = 0.

    Examples
    --------
    >>> [round(float(helm(q2, 40.0)), 4) for q2 in (0.0, 1e4)]
    [1.0, 0.5953]
    """
    z = np.sqrt(Q2) * helm_radius(A)
    small = z < 1e-2
    safe = np.where(small, 1.0, z)
    sphere = np.where(small, 1 - z * z / 10, 3 * (np.sin(safe) - safe * np.cos(safe)) / safe**3)
    return sphere * np.exp(-Q2 * SKIN**2 / 2)


def coherent_density(T: Any, E: Any, M2: Any, Z: float, N: float, mass: float) -> Any:
    """D sigma/dT [cm^2/MeV] off a nucleus of spin 0.

    Parameters
    ----------
    T, E, M2 : array_like
        Kinetic energy of the nucleus, energy of the beam [MeV], squared mass of what it turns into [MeV^2].
    Z, N, mass : float
        Protons and neutrons of the nucleus, its mass [MeV].
    """
    beam_and_both = 2 * mass * E - mass * T - M2 / 2
    both = 4 * mass**2 + 2 * mass * T
    tensor = (2 * beam_and_both**2 - (mass * T + M2 / 2) * both) / (8 * mass**2 * E**2)
    strength = FERMI_SQUARED * mass / (4 * math.pi) * weak_charge(Z, N) ** 2
    return strength * helm(2 * mass * T, Z + N) ** 2 * tensor


def _sachs(Q2: Any, kind: str, m: float) -> tuple[Any, Any]:
    """Form factors F_1 and F_2 of a nucleon in photon exchange."""
    dipole = (1 + Q2 / DIPOLE_MASS2) ** -2
    electric, magnetic = dipole * (kind == "p"), MAGNETIC[kind] * dipole
    tau = Q2 / (4 * m**2)
    return (electric + tau * magnetic) / (1 + tau), (magnetic - electric) / (1 + tau)


def nucleon_form_factors(Q2: Any, kind: str, m: float) -> tuple[Any, Any, Any, Any]:
    """F_1, F_2, G_A and G_P of the neutral current of a nucleon ``p`` or ``n`` of mass m [MeV] at Q^2 [MeV^2]."""
    other = "n" if kind == "p" else "p"
    F1, F2 = (
        (0.5 - 2 * SIN2_THETA_W) * own - 0.5 * its
        for own, its in zip(_sachs(Q2, kind, m), _sachs(Q2, other, m), strict=True)
    )
    axial = (0.5 if kind == "p" else -0.5) * AXIAL * (1 + Q2 / AXIAL_MASS2) ** -2
    return F1, F2, axial, 2 * m**2 * axial / (M_PION**2 + Q2)


def nucleon_density(T: Any, E: Any, M2: Any, kind: str, m: float, antineutrino: bool = False) -> Any:
    """D sigma/dT [cm^2/MeV] off a free nucleon: the formula of Llewellyn Smith with M for the mass of the lepton.

    Parameters
    ----------
    T, E, M2 : array_like
        Kinetic energy of the nucleon, energy of the beam [MeV], squared mass of what it turns into [MeV^2].
    kind : {"p", "n"}
        Nucleon.
    m : float
        Its mass [MeV].
    antineutrino : bool
        Whether the beam is one of antineutrinos.
    """
    Q2 = 2 * m * T
    F1, F2, GA, GP = nucleon_form_factors(Q2, kind, m)
    tau, r = Q2 / (4 * m**2), M2 / m**2
    sum_of_both = F1 + F2
    mass_terms = sum_of_both**2 + (GA + 2 * GP) ** 2 - 4 * (1 + tau) * GP**2
    bracket = (1 + tau) * GA**2 - (1 - tau) * (F1**2 - tau * F2**2) + 4 * tau * F1 * F2 - r / 4 * mass_terms
    A, B, C = (r + 4 * tau) * bracket, 4 * tau * GA * sum_of_both, (GA**2 + F1**2 + tau * F2**2) / 4
    w = 4 * E / m - 4 * tau - r
    return FERMI_SQUARED * m**3 / (4 * math.pi * E**2) * (A + (-B if antineutrino else B) * w + C * w**2)
