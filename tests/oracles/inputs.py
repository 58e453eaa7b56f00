"""Constants of chapter 03, section 4, typed again for the oracles (MeV, s; G_F in MeV^-2)."""

import math

MUON_MASS_MEV = 105.6583755
ELECTRON_MASS_MEV = 0.51099895
TAU_MASS_MEV = 1776.93
MASS_MEV = {"e": ELECTRON_MASS_MEV, "mu": MUON_MASS_MEV, "tau": TAU_MASS_MEV}
LIFETIME_S = {"mu": 2.1969811e-6, "tau": 290.3e-15}
HBAR_MEV_S = 6.582119569e-22
FERMI_CONSTANT_MEV2 = 1.1663788e-11
ALPHA = 1.0 / 137.035999
TAU_TO_E_NU_NU = 0.17847  # PDG 2026 fit; the chapters were written with 0.1782, 0.1739
TAU_TO_MU_NU_NU = 0.17366
TWO_WEEKS_AT_1E8 = 1.2096e14

ENDPOINT_MEV = (MUON_MASS_MEV**2 + ELECTRON_MASS_MEV**2) / (2.0 * MUON_MASS_MEV)
X0 = ELECTRON_MASS_MEV / ENDPOINT_MEV
OMEGA = math.log(MUON_MASS_MEV / ELECTRON_MASS_MEV)
BETA = 2.0 * ALPHA / math.pi * (OMEGA - 1.0)

# (C_V, C_A) of the four named chiralities
CHIRALITY = {"V+A": (1.0, 1.0), "V-A": (1.0, -1.0), "V": (1.0, 0.0), "A": (0.0, 1.0)}


def line_position(mass_mev):
    """x_a = E/W of the positron of mu -> e a."""
    energy = (MUON_MASS_MEV**2 + ELECTRON_MASS_MEV**2 - mass_mev**2) / (2.0 * MUON_MASS_MEV)
    return energy / ENDPOINT_MEV
