"""Published limits: a registry of records of two kinds, their recast and tables of them.

LFV decays with an invisible ALP (``load_bounds``, by channel), everything else by quantity (``load_coupling_bounds``:
stars, supernova, dark radiation, X-ray lines, dark photons, heavy neutrinos). A new bound is one YAML file (see
``bounds/data`` and ``bounds/coupling_data``): ``check_file`` lists its problems, ``extra=...`` reads it.
"""

from darkfactory.bounds.couplings import (
    CouplingBound,
    coupling_rows,
    get_coupling_bound,
    load_coupling_bounds,
)
from darkfactory.bounds.files import check_file, from_csv
from darkfactory.bounds.recast import cl_factor
from darkfactory.bounds.records import RecastLimit
from darkfactory.bounds.registry import Bound, best_limit, get_bound, load_bounds, select
from darkfactory.bounds.tables import curve, rows

__all__ = [
    "Bound",
    "CouplingBound",
    "RecastLimit",
    "best_limit",
    "check_file",
    "cl_factor",
    "coupling_rows",
    "curve",
    "from_csv",
    "get_bound",
    "get_coupling_bound",
    "load_bounds",
    "load_coupling_bounds",
    "rows",
    "select",
]
