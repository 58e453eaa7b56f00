"""Dark sectors at flavor and neutrino factories: rates, spectra, limits and figures.

The verbs of the command line with the same words::

    darkfactory.rate("mu -> e a", model=darkfactory.LfvAlp.from_scale(F_gev=1e10, chirality="V+A"))
    darkfactory.reach("forward-positron", "megii-fwd", mass="0:40:21", settings={"search.focus": 100})

Names are loaded on first use, so that importing the package costs nothing.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from darkfactory.version import __version__ as __version__

_HOME = {
    "LfvAlp": "darkfactory.models",
    "load_card": "darkfactory.experiments",
    "list_cards": "darkfactory.experiments",
    "load_bounds": "darkfactory.bounds",
    "load_study": "darkfactory.report",
    "best_limit": "darkfactory.bounds",
    "rate": "darkfactory.verbs.rate",
    "spectrum": "darkfactory.verbs.spectrum",
    "events": "darkfactory.verbs.events",
    "write_events": "darkfactory.eventfiles",
    "read_events": "darkfactory.eventfiles",
    "DarkPhoton": "darkfactory.models",
    "VectorBoson": "darkfactory.models",
    "Scalar": "darkfactory.models",
    "Pseudoscalar": "darkfactory.models",
    "DerivativeAlp": "darkfactory.models",
    "reach": "darkfactory.verbs.reach",
    "audit": "darkfactory.auditing",
    "impacts": "darkfactory.sensitivity.impacts",
    "optimise": "darkfactory.verbs.optimise",
    "combine": "darkfactory.combining",
    "trigger": "darkfactory.verbs.trigger",
    "recast": "darkfactory.verbs.recast",
    "survey": "darkfactory.surveys.survey",
    "validate": "darkfactory.validation.literature",
    "figure": "darkfactory.figures",
    "explore": "darkfactory.explorer",
    "scan": "darkfactory.scans",
    "target": "darkfactory.targets",
    "model": "darkfactory.verbs.model",
    "cite": "darkfactory.catalogue",
    "cache_info": "darkfactory.verbs.cache",
    "cache_clear": "darkfactory.verbs.cache",
    "DarkfactoryError": "darkfactory.errors",
}

__all__ = [*sorted(_HOME), "__version__"]

if TYPE_CHECKING:
    from darkfactory.auditing import audit as audit
    from darkfactory.bounds import best_limit as best_limit
    from darkfactory.bounds import load_bounds as load_bounds
    from darkfactory.catalogue import cite as cite
    from darkfactory.combining import combine as combine
    from darkfactory.errors import DarkfactoryError as DarkfactoryError
    from darkfactory.eventfiles import read_events as read_events
    from darkfactory.eventfiles import write_events as write_events
    from darkfactory.experiments import list_cards as list_cards
    from darkfactory.experiments import load_card as load_card
    from darkfactory.explorer import explore as explore
    from darkfactory.figures import figure as figure
    from darkfactory.models import DarkPhoton as DarkPhoton
    from darkfactory.models import DerivativeAlp as DerivativeAlp
    from darkfactory.models import LfvAlp as LfvAlp
    from darkfactory.models import Pseudoscalar as Pseudoscalar
    from darkfactory.models import Scalar as Scalar
    from darkfactory.models import VectorBoson as VectorBoson
    from darkfactory.report import load_study as load_study
    from darkfactory.scans import scan as scan
    from darkfactory.sensitivity.impacts import impacts as impacts
    from darkfactory.surveys.survey import survey as survey
    from darkfactory.targets import target as target
    from darkfactory.validation.literature import validate as validate
    from darkfactory.verbs.cache import cache_clear as cache_clear
    from darkfactory.verbs.cache import cache_info as cache_info
    from darkfactory.verbs.events import events as events
    from darkfactory.verbs.model import model as model
    from darkfactory.verbs.optimise import optimise as optimise
    from darkfactory.verbs.rate import rate as rate
    from darkfactory.verbs.reach import reach as reach
    from darkfactory.verbs.recast import recast as recast
    from darkfactory.verbs.spectrum import spectrum as spectrum
    from darkfactory.verbs.trigger import trigger as trigger


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module 'darkfactory' has no attribute {name!r}")
    value = getattr(importlib.import_module(_HOME[name]), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
