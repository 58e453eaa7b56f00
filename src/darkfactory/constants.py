"""Physical constants: one value each for the whole package (PDG 2024, CODATA), in MeV, mm, s.

A name says its unit unless it is MeV (masses, widths) or dimensionless.
"""

from __future__ import annotations

import math

__all__ = [
    "ALPHA",
    "ATOMIC_MASS_UNIT",
    "AVOGADRO",
    "BOLTZMANN_MEV_PER_K",
    "BR_TAU_E_NU_NU",
    "BR_TAU_MU_NU_NU",
    "CKM",
    "CLASSICAL_ELECTRON_RADIUS_CM",
    "CMB_TEMPERATURE",
    "CMB_TEMPERATURE_K",
    "CRITICAL_DENSITY_OVER_H2",
    "DARK_MATTER_OMEGA_H2",
    "ENTROPY_DOF_TODAY",
    "FERMI_CONSTANT",
    "GEV",
    "HBAR_C_MEV_MM",
    "HBAR_MEV_S",
    "HIGGS_VEV",
    "LEPTON_LIFETIME_S",
    "LEPTON_MASS",
    "MUON_LIFETIME_S",
    "MUON_WIDTH",
    "M_B",
    "M_D_S",
    "M_E",
    "M_HIGGS",
    "M_KAON",
    "M_MU",
    "M_NEUTRAL_PION",
    "M_NEUTRON",
    "M_NUCLEON",
    "M_PION",
    "M_PROTON",
    "M_TAU",
    "M_W",
    "M_Z",
    "NEUTRINO_MASS_SQUARED_EV2",
    "PION_DECAY_CONSTANT",
    "PLANCK_MASS",
    "PMNS_ANGLES",
    "RELIC_NEUTRINO_EV",
    "SIN2_THETA_W",
    "TAU_LIFETIME_S",
    "TAU_WIDTH",
    "TESLA_MM_TO_MEV",
]

GEV = 1e3
"""One GeV in MeV."""
M_E = 0.51099895
"""Electron mass [MeV], CODATA."""
M_MU = 105.6583755
"""Muon mass [MeV], PDG."""
M_TAU = 1776.93
"""Tau mass [MeV], PDG 2024."""
MUON_LIFETIME_S = 2.1969811e-6
"""Muon lifetime [s], PDG."""
TAU_LIFETIME_S = 290.3e-15
"""Tau lifetime [s], PDG 2024."""
HBAR_MEV_S = 6.582119569e-22
"""Reduced Planck constant [MeV s], CODATA."""
HBAR_C_MEV_MM = 1.973269804e-10
"""hbar c [MeV mm], CODATA."""
FERMI_CONSTANT = 1.1663788e-11
"""Fermi constant G_F [MeV^-2], PDG."""
ALPHA = 1 / 137.035999
"""Fine-structure constant, CODATA."""
SIN2_THETA_W = 0.2312
"""Weak mixing angle sin^2 theta_W of all neutral-current couplings (effective, MS-bar at M_Z)."""
M_Z = 91187.6
"""Z-boson mass [MeV], PDG."""
M_W = 80377.0
"""W-boson mass [MeV], PDG."""
M_HIGGS = 125250.0
"""Higgs-boson mass [MeV], PDG."""
CKM = {"ud": 0.97435, "us": 0.22500, "cd": 0.22486, "cs": 0.97349}
"""Moduli of the mixing of the quarks of two families, PDG."""
AVOGADRO = 6.02214076e23
"""Avogadro constant [1/mol], exact."""
BR_TAU_E_NU_NU = 0.17847
"""B(tau -> e nu nu), fit of PDG 2026, +- 0.00037."""
BR_TAU_MU_NU_NU = 0.17366
"""B(tau -> mu nu nu), fit of PDG 2026, +- 0.00036."""

MUON_WIDTH = HBAR_MEV_S / MUON_LIFETIME_S
"""Total muon width hbar/tau [MeV]: the denominator of every branching ratio with ``norm="exp"``."""
TAU_WIDTH = HBAR_MEV_S / TAU_LIFETIME_S
"""Total tau width hbar/tau [MeV]."""
TESLA_MM_TO_MEV = 0.299792458
"""Momentum [MeV] per field times bending radius [T mm]: p = 0.299792458 B R."""
CLASSICAL_ELECTRON_RADIUS_CM = ALPHA * HBAR_C_MEV_MM / M_E / 10
"""Classical electron radius alpha hbar c / m_e [cm]."""

LEPTON_MASS = {"e": M_E, "mu": M_MU, "tau": M_TAU}
"""Charged-lepton masses [MeV] by name."""
LEPTON_LIFETIME_S = {"mu": MUON_LIFETIME_S, "tau": TAU_LIFETIME_S}
"""Lifetimes [s] of the unstable charged leptons by name."""

HIGGS_VEV = 1 / math.sqrt(math.sqrt(2) * FERMI_CONSTANT)
"""Higgs vacuum expectation value v = (sqrt 2 G_F)^(-1/2) [MeV]; the Higgs doublet is (0, v / sqrt 2)."""
M_PION = 139.57039
"""Charged-pion mass [MeV], PDG 2024."""
ATOMIC_MASS_UNIT = 931.49410242
"""Atomic mass unit [MeV], CODATA."""
M_NEUTRAL_PION = 134.9768
"""Neutral-pion mass [MeV], PDG 2024."""
PION_DECAY_CONSTANT = 130.2
"""Decay constant f_pi [MeV] of the pion, FLAG."""
M_KAON = 493.677
"""Charged-kaon mass [MeV], PDG 2024."""
M_D_S = 1968.35
"""D_s mass [MeV], PDG 2024."""
M_B = 5279.34
"""Charged-B mass [MeV], PDG 2022."""
M_PROTON, M_NEUTRON = 938.27208816, 939.56542052
"""Masses of proton and neutron [MeV], CODATA."""
M_NUCLEON = (M_PROTON + M_NEUTRON) / 2
"""Mass of the average nucleon [MeV]."""
PLANCK_MASS = 1.220890e22
"""Planck mass G_N^(-1/2) [MeV], PDG."""
BOLTZMANN_MEV_PER_K = 8.617333262e-11
"""Boltzmann constant [MeV/K], CODATA."""
CMB_TEMPERATURE_K = 2.7255
"""Photon temperature today [K], PDG."""
CMB_TEMPERATURE = CMB_TEMPERATURE_K * BOLTZMANN_MEV_PER_K
"""Photon temperature today T_0 [MeV]."""
ENTROPY_DOF_TODAY = 3.931
"""Entropic degrees of freedom today, neutrino decoupling included (1803.01038)."""
CRITICAL_DENSITY_OVER_H2 = 8.0959e-35
"""Critical density over h^2 [MeV^4]."""
DARK_MATTER_OMEGA_H2 = 0.1200
"""Dark-matter density Omega h^2; Planck 2018, +- 0.0012."""
RELIC_NEUTRINO_EV = 93.14
"""Sum of the neutrino masses [eV] for which relic neutrinos would have Omega h^2 = 1."""
PMNS_ANGLES = {
    name: math.radians(degrees)
    for name, degrees in {"theta12": 33.68, "theta13": 8.56, "theta23": 43.3, "delta": 212.0}.items()
}
"""Leptonic mixing [rad], NuFIT 6.0, normal ordering: 33.68, 8.56, 43.3, 212 degrees."""
NEUTRINO_MASS_SQUARED_EV2 = {"21": 7.49e-5, "31": 2.513e-3}
"""Differences of the squared neutrino masses [eV^2], NuFIT 6.0, normal ordering."""
