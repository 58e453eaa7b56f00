"""Limits from binned and counted events; gets arrays and knows no physics.

A `BinnedModel` (signal, templates, nuisances) enters `expected_limit` (exact Poisson CLs for few events), `observed_limit` or,
for few events, `few_observed`; `significance` says how much of an excess counts are. Counting experiments have `counting_limit`
and `counting_observed`, `poisson_upper_limit`, `window_limit`, `feldman_cousins` and `poisson_p_value`; `excluded` turns limits
on events into intervals of a coupling; `coverage` and `toy_limits` check all of them. JAX is loaded by the first fit, not by
this import; ``method="fisher"`` and counting never load it.
"""

from darkfactory.statistics.counting import (
    POISSON_BELOW,
    counting_limit,
    counting_observed,
    poisson_expected_limit,
    poisson_upper_limit,
    window_limit,
)
from darkfactory.statistics.exclusion import Exclusion, excluded
from darkfactory.statistics.expected import expected_limit, few_events, few_observed
from darkfactory.statistics.feldman_cousins import feldman_cousins, feldman_cousins_sensitivity
from darkfactory.statistics.fisher import MAX_CONDITION, FisherInformation, fisher_information
from darkfactory.statistics.interpolation import Chebyshev, HistoSys, NormSys
from darkfactory.statistics.likelihood import BinnedModel
from darkfactory.statistics.limits import BANDS, METHODS, ExpectedLimit, asymptotic_limit, z_value
from darkfactory.statistics.observed import ObservedLimit, observed_limit
from darkfactory.statistics.poisson_significance import counting_discovery, poisson_p_value
from darkfactory.statistics.pyhf_export import NotExpressible, pyhf_scale, to_pyhf
from darkfactory.statistics.samples import Sample
from darkfactory.statistics.significance import Significance, significance
from darkfactory.statistics.systematics import Basis, Linear, Norm, Nuisance, Product, Sum
from darkfactory.statistics.toys import Coverage, ToyFits, ToyLimits, coverage, toy_data, toy_fits, toy_limits

__all__ = [
    "BANDS",
    "MAX_CONDITION",
    "METHODS",
    "POISSON_BELOW",
    "Basis",
    "BinnedModel",
    "Chebyshev",
    "Coverage",
    "Exclusion",
    "ExpectedLimit",
    "FisherInformation",
    "HistoSys",
    "Linear",
    "Norm",
    "NormSys",
    "NotExpressible",
    "Nuisance",
    "ObservedLimit",
    "Product",
    "Sample",
    "Significance",
    "Sum",
    "ToyFits",
    "ToyLimits",
    "asymptotic_limit",
    "counting_discovery",
    "counting_limit",
    "counting_observed",
    "coverage",
    "excluded",
    "expected_limit",
    "feldman_cousins",
    "feldman_cousins_sensitivity",
    "few_events",
    "few_observed",
    "fisher_information",
    "observed_limit",
    "poisson_expected_limit",
    "poisson_p_value",
    "poisson_upper_limit",
    "pyhf_scale",
    "significance",
    "to_pyhf",
    "toy_data",
    "toy_fits",
    "toy_limits",
    "window_limit",
    "z_value",
]
