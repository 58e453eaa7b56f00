"""Process ``nu e -> nu e``: elastic scattering of neutrinos of one energy off electrons at rest."""

from __future__ import annotations

import functools

from darkfactory.amplitudes import neutrino_electron as amplitude
from darkfactory.constants import GEV, M_E
from darkfactory.kinematics.particles import PARTICLES, FinalState
from darkfactory.processes.recoil import ElasticScattering, Recoil
from darkfactory.settings import Setting, Settings

__all__ = ["PROCESSES"]

SETTINGS = (
    Setting(
        "beam.energy_gev",
        100.0,
        "energy of the neutrinos; the interaction is a contact one, electrons are free",
        unit="GeV",
        low=1e-6,
        high=1e4,
    ),
    Setting("beam.flavor", "mu", "flavor of the neutrinos", "choice", choices=("e", "mu", "tau")),
    Setting("beam.antineutrino", False, "antineutrinos instead", "flag"),
)


def _recoil(settings: Settings) -> Recoil:
    E, flavor, anti = GEV * settings["beam.energy_gev"], settings["beam.flavor"], settings["beam.antineutrino"]
    beam, electron = PARTICLES[f"nu{'bar' if anti else ''}_{flavor}"], PARTICLES["e-"]
    one, other = ("g_R", "g_L") if anti else ("g_L", "g_R")
    first, second = amplitude.couplings(flavor, anti)
    return Recoil(
        state=FinalState((beam, electron), (("e", electron), ("nu", beam)), (E + M_E, 0.0, 0.0, E)),
        monomials={f"{one}^2": first**2, f"{other}^2": second**2, "g_L g_R": first * second},
        density=functools.partial(amplitude.density, E=E),
        integral=functools.partial(amplitude.integral, E=E),
    )


PROCESSES = (
    ElasticScattering(
        name="nu e -> nu e",
        title="elastic scattering of a neutrino off an electron at rest, exact mass, tree level",
        table=SETTINGS,
        recoil=_recoil,
        references=("ParticleDataGroup:2024cfk",),
    ),
)
