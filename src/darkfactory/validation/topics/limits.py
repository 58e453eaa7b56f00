"""Limits on mu -> e a and tau -> l a: models of the experiments, and scales that reviews quote."""

import functools
from typing import Any

from darkfactory.bounds import get_bound
from darkfactory.constants import BR_TAU_E_NU_NU, BR_TAU_MU_NU_NU
from darkfactory.processes.muon_decay.scales import scale_from_branching_ratio
from darkfactory.validation.comparison import Comparison, Topic
from darkfactory.verbs.reach import reach

REVIEW = "Calibbi:2020jvd"
CHIRALITIES = {"V": (1.0, 0.0), "V+A": (1.0, 1.0), "V-A": (1.0, -1.0)}
ENDPOINT = "the model lacks what limits TWIST at the endpoint but the energy scale: the published limit is to be used"


def model_limit(experiment: str, chirality: str, mass: float = 0.0) -> float:
    """Limit on B(mu -> e a) of the model of an experiment."""
    found = reach("forward-positron", experiment, mass=mass, settings={"model.chirality": chirality})
    return float(found.branching_ratio[0])


def scale_at_95(name: str, chirality: str, **options: Any) -> float:
    """Published limit as a limit on F [GeV] at 95% CL."""
    return float(get_bound(name).branching_ratio_limit(0.0, *CHIRALITIES[chirality], cl=0.95, **options).F_gev)


def statistics_only() -> float:
    """Reach in F [GeV] of MEGII-fwd without focusing and without nuisances."""
    settings = {"model.chirality": "V+A", "search.systematics": "none"}
    return float(reach("forward-positron", "megii-fwd", mass=0, settings=settings).F_gev[0])


def model(experiment: str, chirality: str, mass: float = 0.0) -> Any:
    """The same as :func:`model_limit`, to be called later."""
    return functools.partial(model_limit, experiment, chirality, mass)


TOPIC = Topic(
    "limits",
    "mu -> e a and tau -> l a",
    (
        Comparison(
            "jodidio",
            "limit on B(mu -> e a), massless, isotropic, 90% CL: model of Jodidio et al.",
            2.6e-6,
            "Jodidio:1986mz",
            "quoted",
            model("jodidio", "V"),
            tolerance=0.3,
            chosen=True,
            note="statistics only; resolution and polarization are assumed, within 2.0 to 3.8e-6",
        ),
        Comparison(
            "twist-v-a",
            "limit on B(mu -> e a), massless, V-A, 90% CL: model of TWIST",
            5.8e-5,
            "Bayes:2014lxz",
            "quoted",
            model("twist", "V-A"),
            tolerance=0.05,
            chosen=True,
            note="the prior of the energy scale was fitted to this number",
        ),
        Comparison(
            "twist-isotropic",
            "limit on B(mu -> e a), massless, isotropic, 90% CL: model of TWIST",
            2.1e-5,
            "Bayes:2014lxz",
            "recalled",
            model("twist", "V"),
            tolerance=0.5,
            note=ENDPOINT,
        ),
        Comparison(
            "twist-v+a",
            "limit on B(mu -> e a), massless, V+A, 90% CL: model of TWIST",
            1.0e-5,
            "Bayes:2014lxz",
            "recalled",
            model("twist", "V+A"),
            tolerance=0.5,
            note=ENDPOINT,
        ),
        Comparison(
            "twist-40",
            "limit on B(mu -> e a) at 40 MeV, isotropic, 90% CL: model of TWIST",
            1e-5,
            "Bayes:2014lxz",
            "quoted",
            model("twist", "V", 40.0),
            tolerance=1.5,
            note="an order of magnitude for 13 to 80 MeV (mean 9e-6 [recalled]); without systematics of the detector the model is "
            "optimistic by 2",
        ),
        Comparison(
            "f-jodidio",
            "F of 2.6e-6, isotropic, 95% CL",
            4.8e9,
            REVIEW,
            "recalled",
            lambda: scale_at_95("jodidio-1986", "V"),
            "GeV",
            tolerance=0.02,
            chosen=True,
            note="the factor from 90% to 95% was chosen so that three such numbers come out",
        ),
        Comparison(
            "f-jodidio-v+a",
            "F of 2.5e-6, V+A, 95% CL",
            4.9e9,
            REVIEW,
            "recalled",
            lambda: scale_at_95("jodidio-1986", "V+A", alternative="source-paper"),
            "GeV",
            tolerance=0.02,
            chosen=True,
            note="the factor from 90% to 95% was chosen so that three such numbers come out",
        ),
        Comparison(
            "f-jodidio-recast",
            "F of Jodidio et al., V+A, 95% CL, recast",
            4.9e9,
            REVIEW,
            "recalled",
            lambda: scale_at_95("jodidio-1986", "V+A"),
            "GeV",
            tolerance=0.1,
            note="our default: a right-handed line has twice the rate of an isotropic one where the Michel spectrum vanishes, "
            "which the published number leaves out",
        ),
        Comparison(
            "f-twist",
            "F of 5.8e-5, V-A, 95% CL",
            1.0e9,
            REVIEW,
            "recalled",
            lambda: scale_at_95("twist-2015", "V-A"),
            "GeV",
            tolerance=0.03,
            chosen=True,
            note="the factor from 90% to 95% was chosen so that three such numbers come out",
        ),
        Comparison(
            "f-argus-e",
            "F of ARGUS, tau -> e a, 95% CL",
            4.3e6,
            REVIEW,
            "recalled",
            lambda: scale_from_branching_ratio("tau-e", 0.015 * BR_TAU_E_NU_NU, 0.0, 1.0, 0.0),
            "GeV",
            tolerance=0.015,
        ),
        Comparison(
            "f-argus-mu",
            "F of ARGUS, tau -> mu a, 95% CL",
            3.3e6,
            REVIEW,
            "recalled",
            lambda: scale_from_branching_ratio("tau-mu", 0.026 * BR_TAU_MU_NU_NU, 0.0, 1.0, 0.0),
            "GeV",
            tolerance=0.015,
        ),
        Comparison(
            "megii-fwd",
            "F that MEGII-fwd reaches without focusing, V+A, 95% CL",
            2.1e10,
            REVIEW,
            "recalled",
            statistics_only,
            "GeV",
            tolerance=0.25,
            chosen=True,
            note="the upper end of 1.3 to 2.1e10; statistics only here, and the geometry is assumed",
        ),
    ),
)
