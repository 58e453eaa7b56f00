"""Neutrinos on nucleons and electrons, and the beams of the cards."""

import functools
import math
from typing import Any

from darkfactory.amplitudes.neutrino_nucleon import cross_sections, sigma_cc
from darkfactory.constants import SIN2_THETA_W
from darkfactory.experiments import load_card
from darkfactory.recorded.neutrino_currents import currents
from darkfactory.validation.comparison import Comparison, Topic
from darkfactory.verbs.rate import rate

CC, ELASTIC = "1e-38 cm2/GeV", "1e-42 cm2/GeV"
TEV = 1000.0
BUBBLE, BROOKHAVEN = "Baker:1989sq", "Ahrens:1990fp"


def charged(energy_gev: float, anti: bool) -> float:
    """Charged currents on an isoscalar nucleon, over the energy."""
    return float(1e38 * sigma_cc(energy_gev, anti) / energy_gev)


def both() -> float:
    """The mean of neutrinos and antineutrinos at 1 TeV."""
    return (charged(TEV, False) + charged(TEV, True)) / 2


def elastic(flavor: str, anti: bool = False) -> float:
    """Elastic scattering on electrons, over the energy."""
    settings = {"beam.energy_gev": 20.0, "beam.flavor": flavor, "beam.antineutrino": anti}
    return rate("nu e -> nu e", settings=settings).value / 20.0 / 1e-42


def paschos_wolfenstein() -> float:
    """(NC - NC bar) / (CC - CC bar) at 100 GeV."""
    made = cross_sections(100.0)
    neutral, charged_ = made.heavy[:, 0, 0], made.charged[:, 0]
    return float((neutral[0] - neutral[1]) / (charged_[0] - charged_[1]))


def mean_energy(mode: str) -> float:
    """Mean energy [GeV] of charged currents of NuTeV, of any hadronic energy."""
    anything = {"detector.e_h_low_gev": 0, "detector.e_h_high_gev": 1e6}
    (found,) = currents(load_card("nutev", {"beam.mode": mode, **anything}), "mu")
    return float(found.mean_energy_gev)


def fasernu(flavor: str) -> float:
    """Charged currents of neutrinos and antineutrinos of a flavor in FASERnu."""
    card: Any = load_card("fasernu")
    return float(sum(card.beam.flux(c.flux.species).weights.sum() for c in currents(card, flavor)))


FORWARD = "Ariga:2021pos"
GENERATORS = "electron and tau neutrinos come from charm, where generators differ by 1.5 and 2"

TOPIC = Topic(
    "neutrinos",
    "neutrinos on nucleons and electrons, and beams",
    (
        Comparison(
            "charged-nu",
            "sigma_CC / E of neutrinos, 100 GeV here, 30 to 200 GeV there",
            0.677,
            "ParticleDataGroup:2024cfk",
            "recalled",
            functools.partial(charged, 100.0, False),
            CC,
            error=0.014,
            tolerance=0.05,
            note="parton densities differ by 5%",
        ),
        Comparison(
            "charged-nubar",
            "sigma_CC / E of antineutrinos, 100 GeV here, 30 to 200 GeV there",
            0.334,
            "ParticleDataGroup:2024cfk",
            "recalled",
            functools.partial(charged, 100.0, True),
            CC,
            error=0.008,
            tolerance=0.05,
            note="parton densities differ by 5%; 2 errors high",
        ),
        Comparison(
            "faser-mu",
            "sigma_CC / E of muon neutrinos and antineutrinos, 520 to 1760 GeV there, 1 TeV here",
            0.5,
            "FASER:2024hoe",
            "quoted",
            both,
            CC,
            error=0.2,
        ),
        Comparison(
            "faser-e",
            "sigma_CC / E of electron neutrinos and antineutrinos, 560 to 1740 GeV there, 1 TeV here",
            1.2,
            "FASER:2024hoe",
            "quoted",
            both,
            CC,
            error=0.7,
        ),
        Comparison(
            "paschos-wolfenstein",
            "(NC - NC bar) / (CC - CC bar) at 100 GeV against 1/2 - sin^2 theta_W",
            0.5 - SIN2_THETA_W,
            "NuTeV:2001whx",
            "recalled",
            paschos_wolfenstein,
            tolerance=0.015,
            note="the relation has neither propagators nor the threshold of charm",
        ),
        Comparison(
            "electron-mu", "sigma(nu_mu e) / E", 1.67, BUBBLE, "quoted", lambda: elastic("mu"), ELASTIC, error=0.44
        ),
        Comparison(
            "electron-mu-734",
            "sigma(nu_mu e) / E",
            1.80,
            BROOKHAVEN,
            "recalled",
            lambda: elastic("mu"),
            ELASTIC,
            error=math.hypot(0.20, 0.25),
        ),
        Comparison(
            "electron-mubar-734",
            "sigma(nu_mu bar e) / E",
            1.17,
            BROOKHAVEN,
            "recalled",
            lambda: elastic("mu", True),
            ELASTIC,
            error=math.hypot(0.116, 0.13),
        ),
        Comparison(
            "electron-e",
            "sigma(nu_e e) / E",
            10.1,
            "LSND:2001akn",
            "quoted",
            lambda: elastic("e"),
            ELASTIC,
            error=math.hypot(1.1, 1.0),
            note="at 20 GeV here; of muons at rest there",
        ),
        Comparison(
            "nutev-mean",
            "mean energy of charged currents of NuTeV, neutrinos",
            120.0,
            "NuTeV:2001whx",
            "recalled",
            lambda: mean_energy("neutrino"),
            "GeV",
            tolerance=0.05,
        ),
        Comparison(
            "nutev-mean-bar",
            "mean energy of charged currents of NuTeV, antineutrinos",
            112.0,
            "NuTeV:2001whx",
            "recalled",
            lambda: mean_energy("antineutrino"),
            "GeV",
            tolerance=0.05,
        ),
        *(
            Comparison(
                f"fasernu-{flavor}",
                f"interactions of nu_{flavor} in FASERnu, 150/fb",
                number,
                FORWARD,
                "quoted",
                functools.partial(fasernu, flavor),
                tolerance=0.1,
                note=note,
            )
            for flavor, number, note in (("e", 1300.0, GENERATORS), ("mu", 5800.0, ""), ("tau", 20.0, GENERATORS))
        ),
    ),
)
