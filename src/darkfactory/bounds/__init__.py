"""Published limits: one registry of records, their recast and tables of them.

A record limits LFV decays with an invisible ALP (``load_bounds``, by channel) or a ``quantity`` (``load_coupling_bounds``:
stars, supernova, dark radiation, X-ray lines, dark photons, heavy neutrinos). A new bound is one YAML file (see
``bounds/data``): ``new_record`` begins it, ``from_csv`` and its like make it from a user's file, ``check_file`` lists its
problems. Records of the user's own come by ``extra=...`` and the environment variable ``DARKFACTORY_BOUNDS``.
"""

from typing import Any

from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.importers import from_axionlimits, from_csv, from_darkcast, from_hepdata
from darkfactory.bounds.limit_curves import LimitCurve, LimitTable, Verdict
from darkfactory.bounds.new import new_record
from darkfactory.bounds.recast import Bound, RecastLimit
from darkfactory.bounds.records import cl_factor
from darkfactory.bounds.registry import (
    best_limit,
    check_file,
    get_bound,
    get_coupling_bound,
    load_bounds,
    load_coupling_bounds,
    select,
)
from darkfactory.bounds.results import limits, table, verdict
from darkfactory.bounds.sheet import RecordSheet, show
from darkfactory.bounds.tables import coupling_rows, curve, rows

__all__ = [
    "Bound",
    "ContinuumLimits",
    "CouplingBound",
    "LimitCurve",
    "LimitTable",
    "RecastLimit",
    "RecordSheet",
    "Verdict",
    "best_limit",
    "check_file",
    "cl_factor",
    "coupling_rows",
    "curve",
    "from_axionlimits",
    "from_csv",
    "from_darkcast",
    "from_hepdata",
    "get_bound",
    "get_coupling_bound",
    "limits",
    "limits_of_continuum",
    "load_bounds",
    "load_coupling_bounds",
    "new_record",
    "rows",
    "select",
    "show",
    "table",
    "verdict",
]


def __getattr__(name: str) -> Any:
    # a continuum asks models and special functions, which a list of records does not need
    if name in ("ContinuumLimits", "limits_of_continuum"):
        from darkfactory.bounds import continuum

        return getattr(continuum, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
