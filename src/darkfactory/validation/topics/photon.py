"""MEG, MEG II and Crystal Box: acceptance, radiative decays in the data, trigger rate, a limit that is recast."""

from darkfactory.bounds import get_bound
from darkfactory.experiments import load_card
from darkfactory.searches.missing_mass_photon.likelihood import MissingMassPhoton
from darkfactory.searches.missing_mass_photon.search import KEYS
from darkfactory.searches.settings import card_settings
from darkfactory.validation.comparison import Comparison, Topic
from darkfactory.verbs.trigger import trigger

SAMPLE_MUONS = 1.8e14
"""Muons of MEG's sample of radiative decays, abstract of MEG:2013kqc."""


def model_of_meg() -> MissingMassPhoton:
    """The search at MEG, with an online efficiency of 1."""
    card = load_card("meg", {"trigger.efficiency": 1})
    return MissingMassPhoton.from_card(card, card_settings(card, KEYS, "missing-mass-photon"))


def photon_acceptance() -> float:
    """Solid angle of the photon detector over 4 pi."""
    return float(model_of_meg().rates.detector.windows.photon_fraction)


def radiative_decays() -> float:
    """Radiative decays in that sample above the trigger threshold, before they are identified."""
    model = model_of_meg()
    return float(SAMPLE_MUONS * model.radiative.sum() / model.exposure)


def online_rate() -> float:
    """Rate of the trigger of MEG [Hz]."""
    (point,) = trigger("meg", threshold=45, stopping_rate=3e7).points
    return float(point["rmd_rate"] + point["rc_rate"])


TOPIC = Topic(
    "photon",
    "MEG, MEG II and Crystal Box",
    (
        Comparison(
            "photon-acceptance",
            "solid angle of the photon detector over 4 pi",
            0.11,
            "MEG:2016leq",
            "recalled",
            photon_acceptance,
            tolerance=0.08,
        ),
        Comparison(
            "radiative-sample",
            "radiative decays in 1.8e14 muons of MEG",
            1.3e4,
            "MEG:2013kqc",
            "quoted",
            radiative_decays,
            tolerance=0.1,
            note="published are those that are identified; the selection of that analysis is not in the model "
            "(detector.selection_efficiency = 0.215 is the ratio)",
        ),
        Comparison(
            "trigger-rate",
            "trigger rate of MEG at 3e7 muons/s, photons above 45 MeV",
            10.0,
            "MEG:2016leq",
            "recalled",
            online_rate,
            "Hz",
            tolerance=1.0,
            note="an order of magnitude; the online model is good to a factor of several, which benchmarks A and B of MEG II "
            "bracket (trigger.rc_scale 1 and 5)",
        ),
        Comparison(
            "crystal-box",
            "F that Crystal Box excludes, massless ALP, 90% CL",
            9.8e8,
            "Calibbi:2020jvd",
            "recalled",
            lambda: get_bound("crystal-box").branching_ratio_limit(0.0, 1, 1).F_gev,
            "GeV",
            tolerance=0.05,
        ),
    ),
)
