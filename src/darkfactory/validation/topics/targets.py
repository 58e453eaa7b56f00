"""Cosmology: freeze-in and freeze-out, degrees of freedom, warmness, hadrons."""

import math

from darkfactory.constants import ENTROPY_DOF_TODAY
from darkfactory.cosmology import freeze_in, freeze_out, hadrons, thermalization
from darkfactory.cosmology.thermodynamics import bath
from darkfactory.validation.comparison import Comparison, Topic

ALL_SPECIES = 106.75
"""Degrees of freedom of the standard model."""


def warmness_of_the_literature() -> float:
    """Smallest mass [keV] of freeze-in by a decay: Maxwell-Boltzmann and all species, as papers have it; WDM of 5.3 keV."""
    rms = math.sqrt(35 / 4) * (ENTROPY_DOF_TODAY / ALL_SPECIES) ** (1 / 3)
    return float(1e3 * freeze_in.minimum_mass("mu-e", 5.3) / freeze_in.freeze_in("mu-e").rms * rms)


def omega(mode: str) -> float:
    """Omega h^2 of tau -> e a at 50 keV, f_a / C = 5e9 GeV."""
    return float(freeze_in.freeze_in("tau-e", mode).omega_1)


def cross_section(mass: float) -> float:
    """Constant <sigma v> [cm^3/s] of self-conjugate dark matter [mass in MeV]."""
    return float(freeze_out.constant_cross_section([mass], omega=0.11)[0])


TOPIC = Topic(
    "targets",
    "cosmological targets",
    (
        Comparison(
            "freeze-in",
            "Omega h^2 of tau -> l a, 50 keV, f_a / C = 5e9 GeV, mode paper",
            0.12,
            "Panci:2022wlc",
            "recalled",
            lambda: omega("paper"),
            chosen=True,
            note="the mode paper makes their approximations: Maxwell-Boltzmann, constant g",
        ),
        Comparison(
            "freeze-in-default",
            "Omega h^2 of tau -> l a, 50 keV, f_a / C = 5e9 GeV, mode quantum (default)",
            0.12,
            "Panci:2022wlc",
            "recalled",
            lambda: omega("quantum"),
            tolerance=0.05,
            note="with Fermi statistics and the running of g, which is smaller where the axions are made; f_a changes by 1.17",
        ),
        Comparison(
            "warmness",
            "smallest mass of freeze-in by a decay, g = 106.75, warm dark matter of 5.3 keV",
            15.5,
            "Panci:2022wlc",
            "recalled",
            warmness_of_the_literature,
            "keV",
            tolerance=0.05,
            note="15 to 16 keV; with the g of the muon channel it is 34.9 keV",
        ),
        Comparison(
            "delta-n-eff",
            "Delta N_eff of an axion that thermalises and decouples after the muons",
            4 / 7,
            "Calibbi:2020jvd",
            "recalled",
            lambda: float(thermalization.delta_n_eff("mu-e", 1e6)),
            tolerance=0.05,
            note="4/7 is instantaneous decoupling",
        ),
        Comparison(
            "relic-0.3",
            "<sigma v> of thermal dark matter of 0.3 GeV",
            5.2e-26,
            "Steigman:2012nb",
            "quoted",
            lambda: cross_section(300.0),
            "cm3/s",
            tolerance=0.1,
            note="about; Omega h^2 = 0.11, as there [recalled]",
        ),
        Comparison(
            "relic-10",
            "<sigma v> of thermal dark matter of 10 GeV",
            2.2e-26,
            "Steigman:2012nb",
            "quoted",
            lambda: cross_section(1e4),
            "cm3/s",
            tolerance=0.1,
            note="theirs is the plateau above 10 GeV, where ours ends and still falls; Omega h^2 = 0.11, as there [recalled]",
        ),
        Comparison(
            "vacuum-polarization",
            "hadronic vacuum polarisation in g-2 of the muon, leading order",
            693.1e-10,
            "Aoyama:2020ynm",
            "recalled",
            lambda: float(hadrons.hadronic_vacuum_polarization()),
            error=4.0e-10,
            tolerance=0.015,
            chosen=True,
            note="the continuum of the compact R ratio was chosen for it: good to 1% on average, 10 to 20% locally",
        ),
        Comparison(
            "bath-10-mev",
            "g of photons, electrons and neutrinos, at 10 MeV",
            10.75,
            "ParticleDataGroup:2024cfk",
            "recalled",
            lambda: float(bath(10.0).g_rho),
            tolerance=2e-3,
        ),
        Comparison(
            "bath-all",
            "g of all species of the standard model, at 1e15 GeV",
            ALL_SPECIES,
            "ParticleDataGroup:2024cfk",
            "recalled",
            lambda: float(bath(1e18).g_rho),
            tolerance=0.02,
            note="that of the table, with interactions",
        ),
    ),
)
