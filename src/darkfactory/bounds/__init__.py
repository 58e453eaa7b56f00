"""Published limits on LFV decays with an invisible ALP: a registry of records, their recast and tables of them.

A new bound is one YAML file (see ``bounds/data``): ``check_file`` lists its problems,
``load_bounds(extra=...)`` reads it.
"""

from darkfactory.bounds.recast import cl_factor
from darkfactory.bounds.records import RecastLimit
from darkfactory.bounds.registry import Bound, best_limit, check_file, get_bound, load_bounds, select
from darkfactory.bounds.tables import curve, rows

__all__ = [
    "Bound",
    "RecastLimit",
    "best_limit",
    "check_file",
    "cl_factor",
    "curve",
    "get_bound",
    "load_bounds",
    "rows",
    "select",
]
