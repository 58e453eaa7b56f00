"""Process ``nu e -> N e``: a neutrino turns into a heavy one by exchange of a photon with an electron at rest."""

from __future__ import annotations

import math

from darkfactory.models.neutrino_dipole import NeutrinoDipole

from darkfactory.constants import ALPHA, GEV, HBAR_C_MEV_MM, M_E
from darkfactory.processes.base import Estimate
from darkfactory.processes.scattering import Scattering
from darkfactory.settings import Setting, Settings

__all__ = ["PROCESSES", "cross_section", "recoils"]

UNIT = math.pi * (ALPHA * HBAR_C_MEV_MM / M_E) ** 2 * 1e-2
"""Cross section of a moment of one Bohr magneton [cm^2], times a function of energies."""
SETTINGS = (
    Setting("beam.energy_gev", 10.0, "energy of the neutrinos", unit="GeV", low=1e-6, high=1e4),
    Setting("detector.recoil_threshold", 1.0, "lowest kinetic energy of the electron", unit="MeV", low=1e-3, high=1e7),
)


def recoils(E: float, M: float) -> tuple[float, float] | None:
    """Lowest and highest kinetic energy of the electron, None below threshold; all in MeV."""
    s = M_E * (M_E + 2 * E)
    if s <= (M_E + M) ** 2:
        return None
    # p^2 of the heavy neutrino in the centre of mass, as a product: it may be small
    p = math.sqrt((s - (M_E + M) ** 2) * (s - (M_E - M) ** 2) / (4 * s))
    energy = (s + M_E**2 - M**2) / (2 * math.sqrt(s))
    highest = ((E + M_E) * energy + E * p) / math.sqrt(s) - M_E
    return (M**4 / (4 * s * highest) if M else 0.0), highest


def cross_section(E: float, M: float, threshold: float) -> float:
    """Cross section [cm^2] of a moment of one Bohr magneton with a recoil above a threshold.

    Parameters
    ----------
    E, M, threshold : float
        Energy of the neutrino, mass of the heavy one and lowest kinetic energy of the electron [MeV].
    """
    ends = recoils(E, M)
    if ends is None or ends[1] <= threshold:
        return 0.0

    def integral(T: float) -> float:
        """Of 1/T - 1/E + M^2 (T - 2 E - m) / (4 E^2 T m) + M^4 (T - m) / (8 E^2 T^2 m^2)."""
        r, m = M**2 / (4 * E**2 * M_E), M_E
        return (1 - r * (2 * E + m) + 2 * r**2 * E**2) * math.log(T) + (r - 1 / E) * T + 2 * r**2 * E**2 * m / T

    return UNIT * (integral(ends[1]) - integral(max(ends[0], threshold)))


class _Dipole(Scattering):
    def total(self, model: NeutrinoDipole, settings: Settings) -> Estimate:
        """Cross section [cm^2] of what recoils above the threshold."""
        E, threshold = GEV * settings["beam.energy_gev"], settings["detector.recoil_threshold"]
        value = cross_section(E, model.mass, threshold) * model.mu_nu**2
        method = "closed form" if value > 0 else "closed channel"
        return Estimate(
            value, 0.0, method, unit=self.unit, order="born", parameters=model.parameters(), references=self.references
        )


PROCESSES = (
    _Dipole(
        name="nu e -> N e",
        title="a heavy neutrino from a neutrino and an electron at rest, by a magnetic moment, tree level",
        table=SETTINGS,
        takes="neutrino-dipole",
        references=("ParticleDataGroup:2024cfk",),
    ),
)
