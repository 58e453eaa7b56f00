r"""Width of a heavy neutrino that mixes with one flavor and decays by the weak interaction alone, Gamma = U^2 K Gamma_unit.

Gamma_unit = G_F^2 M^5 / 192 pi^3. A Dirac state; a Majorana one has twice the width. Final states with a pair of tau leptons,
or with one if the flavor is another, are left out; above 1 GeV hadrons are quarks, which makes K jump there.
"""

from __future__ import annotations

import math

from darkfactory.constants import (
    CKM,
    FERMI_CONSTANT,
    GEV,
    LEPTON_MASS,
    M_E,
    M_MU,
    M_NEUTRAL_PION,
    M_PION,
    PION_DECAY_CONSTANT,
    SIN2_THETA_W,
)
from darkfactory.kinematics.heavy_neutrino import leptonic_share
from darkfactory.kinematics.phase_space import kallen

__all__ = ["open_channels", "unit_width_gev"]

QUARKS_FROM_GEV = 1.0
"""Mass from which on hadrons are quarks."""
COLORS = 3.3
"""Colors of a quark, with the strong correction of about 10%."""
CHARGED = 0.25 * (1 + 4 * SIN2_THETA_W + 8 * SIN2_THETA_W**2), 0.25 * (1 - 4 * SIN2_THETA_W + 8 * SIN2_THETA_W**2)
"""Of nu l l over three neutrinos: l of the flavor of N, with charged and neutral currents, and another."""


def unit_width_gev(mass_gev: float) -> float:
    """G_F^2 M^5 / 192 pi^3 [GeV] at a mass M [GeV]."""
    return (FERMI_CONSTANT * GEV**2) ** 2 * mass_gev**5 / (192 * math.pi**3)


def _closing(lightest_sum: float, mass: float) -> float:
    return float(leptonic_share(min((lightest_sum / mass) ** 2, 1.0)))


def _pions(mass: float, lepton: float) -> dict[str, float]:
    """Two-body decays below :data:`QUARKS_FROM_GEV`; masses in MeV."""
    neutral, pion, light = (m**2 / mass**2 for m in (M_NEUTRAL_PION, M_PION, lepton))
    scale = 6 * (math.pi * PION_DECAY_CONSTANT / mass) ** 2
    found = {"nu pi0": scale * (1 - neutral) ** 2 if neutral < 1 else 0.0, "l pi": 0.0}
    if mass > M_PION + lepton:
        shape = ((1 - light) ** 2 - pion * (1 + light)) * math.sqrt(kallen(1.0, light, pion))
        found["l pi"] = 2 * scale * CKM["ud"] ** 2 * shape
    return found


def _quarks(mass: float, lepton: float) -> dict[str, float]:
    """Decays into quarks; masses in MeV."""
    up = (0.5 - 2 / 3 * SIN2_THETA_W) ** 2 + (2 / 3 * SIN2_THETA_W) ** 2
    down = (0.5 - SIN2_THETA_W / 3) ** 2 + (SIN2_THETA_W / 3) ** 2
    charged = CKM["ud"] ** 2 + CKM["us"] ** 2
    return {"nu quarks": COLORS * (up + 2 * down), "l quarks": COLORS * charged * _closing(lepton, mass)}


def open_channels(mass_gev: float, flavor: str) -> dict[str, float]:
    """Widths of its decays over U^2 and :func:`unit_width_gev`; their sum is K.

    Parameters
    ----------
    mass_gev : float
        Mass [GeV], > 0.
    flavor : {"e", "mu", "tau"}
        Light neutrino that it mixes with.

    Returns
    -------
    dict
        By final state; ``l`` is of its flavor. Three neutrinos are not seen.

    Examples
    --------
    >>> round(sum(open_channels(3.0, "mu").values()), 2)
    7.64
    """
    mass, lepton = mass_gev * GEV, LEPTON_MASS[flavor]
    found = {"nu nu nu": 1.0}
    for other, m in (("e", M_E), ("mu", M_MU)):
        found[f"nu {other} {other}"] = CHARGED[other != flavor] * _closing(2 * m, mass)
        if other != flavor:
            found[f"l {other} nu"] = _closing(max(lepton, m), mass)
    return found | (_pions if mass_gev < QUARKS_FROM_GEV else _quarks)(mass, lepton)
