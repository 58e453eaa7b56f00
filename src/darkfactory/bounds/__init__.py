"""Published limits: one registry of records, their recast and tables of them.

A record limits LFV decays with an invisible ALP (``load_bounds``, by channel) or a ``quantity`` (``load_coupling_bounds``:
stars, supernova, dark radiation, X-ray lines, dark photons, heavy neutrinos). A new bound is one YAML file (see
``bounds/data``): ``check_file`` lists its problems, ``extra=...`` reads it.
"""

from darkfactory.bounds.continuum import ContinuumLimits, limits_of_continuum
from darkfactory.bounds.couplings import CouplingBound
from darkfactory.bounds.files import from_csv
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
from darkfactory.bounds.results import LimitCurve, LimitTable, Verdict, limits, table, verdict
from darkfactory.bounds.tables import coupling_rows, curve, rows

__all__ = [
    "Bound",
    "ContinuumLimits",
    "CouplingBound",
    "LimitCurve",
    "LimitTable",
    "RecastLimit",
    "Verdict",
    "best_limit",
    "check_file",
    "cl_factor",
    "coupling_rows",
    "curve",
    "from_csv",
    "get_bound",
    "get_coupling_bound",
    "limits",
    "limits_of_continuum",
    "load_bounds",
    "load_coupling_bounds",
    "rows",
    "select",
    "table",
    "verdict",
]
