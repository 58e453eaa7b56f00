"""The forward-positron search of the package, set up in the words of chapter 03 (base B0 of section 8 by default)."""

import math

import numpy as np

from darkfactory import reach
from darkfactory.experiments import load_card
from darkfactory.models import LfvAlp
from darkfactory.processes.muon_decay.scales import scale_from_branching_ratio
from darkfactory.searches.forward_positron.likelihood import ForwardPositron
from darkfactory.searches.forward_positron.search import KEYS
from darkfactory.searches.settings import card_settings
from darkfactory.statistics import asymptotic_limit, expected_limit, fisher_information

SEARCH = "forward-positron"
FREE = math.inf
NORM_AND_P = {"norm": FREE, "P": 0.01}
SYSTEMATICS = {"norm": FREE, "P": 0.01, "r": 0.05}
SYSTEMATIC = {
    "norm": "normalization",
    "P": "polarization",
    "eps": "energy_scale",
    "r": "resolution",
    "rc": "radiative",
}
COUPLINGS = {"V+A": (1.0, 1.0), "V-A": (1.0, -1.0), "V": (1.0, 0.0), "A": (0.0, 1.0)}


def priors_as_settings(priors):
    """``search.systematics.*`` of a mapping from the short names of the oracles to prior widths."""
    widths = {name: "free" if math.isinf(width) else width for name, width in (priors or {}).items()}
    named = {f"search.systematics.{SYSTEMATIC[name]}": width for name, width in widths.items()}
    return {"search.systematics": "none", **named}


def base_settings(
    *,
    chirality="V+A",
    focus=1.0,
    mode="cone",
    x_low=0.85,
    order="born",
    tail=None,
    flip=0.0,
    polarization=0.99,
    dx=0.01,
    n_muons=1.2096e14,
    priors=None,
    bins_per_dx=4,
):
    """Settings that turn the card megii-fwd into B0 of section 8 with changes."""
    natural = "none" if order == "born" else "soft"
    return {
        "model.chirality": chirality,
        "beam.exposure_muons": n_muons,
        "beam.polarization": polarization,
        "detector.x_resolution": dx,
        "search.focus": focus,
        "search.focus_mode": mode,
        "search.x_low": x_low,
        "search.background_order": order,
        "search.signal_tail": tail or natural,
        "search.mixed_orders": (tail or natural) == "none" and order != "born",
        "search.flipped_fraction": flip,
        "search.bins_per_resolution": bins_per_dx,
        **priors_as_settings(priors),
    }


def recorded_settings(**changes):
    """Those of :func:`base_settings` that say what is recorded: a spectrum refuses those of the fit, the background a model."""
    fit = ("search.systematics", "search.x_low", "search.bins_per_resolution")
    others = ("model.", "search.signal_tail", "search.mixed_orders", *fit)
    return {key: value for key, value in base_settings(**changes).items() if not key.startswith(others)}


def base_reach(*, mass=0.0, cl=0.95, method="fisher", more=None, **changes):
    """Reach of B0 with changes; ``more`` are further settings."""
    return reach(
        SEARCH, "megii-fwd", mass=mass, cl=cl, method=method, settings={**base_settings(**changes), **(more or {})}
    )


def limit(**changes):
    """BR limit of B0 with changes, one mass."""
    return float(base_reach(**changes).branching_ratio[0])


def asymptotic(*, method="fisher", **changes):
    """BR limit of B0 with changes as for many events, whatever their number."""
    return float(asymptotic_limit(base_reach(method=method, **changes).result.models, 0.95, method).limit[0])


def f95(**changes):
    """Limit on F [GeV] of B0 with changes, one mass."""
    return float(base_reach(**changes).F_gev[0])


def card_reach(card, *, mass=0.0, chirality="V+A", priors=None, **settings):
    """Reach of a shipped card at its own method, confidence level and settings, with changes."""
    changed = {key.replace("__", "."): value for key, value in settings.items()}
    named = {} if priors is None else priors_as_settings(priors)
    return reach(SEARCH, card, mass=mass, settings={"model.chirality": chirality, **named, **changed})


def card_limit(card, **changes):
    """BR limit of a shipped card, one mass."""
    return float(card_reach(card, **changes).branching_ratio[0])


def scale(branching_ratio, *, parent="mu", daughter="e", mass=0.0, chirality="V"):
    """F [GeV] of a branching ratio."""
    return scale_from_branching_ratio(f"{parent}-{daughter}", branching_ratio, mass, *COUPLINGS[chirality])


def setup_of(card="megii-fwd", settings=None) -> ForwardPositron:
    """The search at a card with settings (``model.*`` are left out)."""
    own = {key: value for key, value in (settings or {}).items() if not key.startswith("model.")}
    loaded = load_card(card, own)
    return ForwardPositron.from_card(loaded, card_settings(loaded, KEYS, SEARCH))


def base_setup(**changes) -> ForwardPositron:
    """The search at B0 with changes."""
    return setup_of("megii-fwd", base_settings(**changes))


def _linear_model(mass, chirality, changes):
    alp = LfvAlp.from_scale(F_gev=1e10, chirality=chirality)
    return base_setup(**changes).binned_model(alp, np.array([float(mass)]), linear=True)


def formal_limit(*, mass=0.0, chirality="V+A", **changes):
    """Linearised 95% limit also where it leaves the linear regime, in which ``reach`` quotes none."""
    return float(expected_limit(_linear_model(mass, chirality, changes), 0.95, "fisher").limit[0])


def condition(*, mass=0.0, chirality="V+A", **changes):
    """Condition number of the scaled Fisher matrix of B0 with changes."""
    return float(fisher_information(_linear_model(mass, chirality, changes)).condition[0])
