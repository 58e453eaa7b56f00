"""Published limits |U|^2(M) on heavy neutral leptons as limits on a continuum of masses.

A published point says: the signal of one narrow state of mass M and mixing |U|^2 is excluded. The recast asks the same of the
continuum dU^2/dM^2, by one of four rules, and refuses where none holds:

- ``peak``: searches for a line in the missing mass of P -> l N, with what their fit of the sidebands absorbs;
- ``displaced``: searches for decays of N; the lightest state alone is made and decays, which is exact for its lifetime;
- ``displaced-inclusive``: the same, fed by the whole continuum of Z decays; optimistic, for long lifetimes;
- ``count``: one signal region for all masses and a rate linear in |U|^2.
"""

from __future__ import annotations

import functools
import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.bounds.couplings import CouplingBound, CouplingLimit
from darkfactory.bounds.peak_searches import PEAK_SEARCHES
from darkfactory.constants import GEV, M_Z
from darkfactory.errors import DarkfactoryError, UnknownName, one_of, require
from darkfactory.kinematics.dark_jet import multiplicity
from darkfactory.kinematics.heavy_neutrino import boson_share
from darkfactory.numerics.crossings import last_crossing
from darkfactory.tracing import trace

__all__ = ["RULES", "default_rule", "recast_continuum"]

Array = NDArray[np.float64]
Row = dict[str, Any]

RULES = ("peak", "displaced", "displaced-inclusive", "count")
Z_GEV = M_Z / GEV
"""Mass of the Z [GeV]."""
COSMOLOGY = ("bbn-sabti2020-e", "bbn-sabti2020-mu", "bbn-sabti2020-tau")
SAME_SIGN = ("lhcb-2020-lnv", "cms-2018-dilepton")
Z_DECAYS = ("delphi-long-lived-e", "delphi-long-lived-mu", "delphi-long-lived-tau")
FLIGHT_M = 1.0
"""Length [m] that a long-lived state must outlast in Z decays [assumed]."""
INDIRECT = {
    "atmospheric": "oscillations see a loss of light neutrinos, not a state of mass M",
    "beta-spectra": "it compares rates of beta decays",
    "f-decay-spectrum": "it looks for a kink of a spectrum whose resolution is not in the record",
    "kenu-bryman-shrock": "it compares total rates, of all masses together",
    "pienu-low-mass-bryman-shrock": "it compares total rates, of all masses together",
    "muon-decay-spectrum": "it fits the Michel spectrum, whose bins are not in the record",
    "pmns-non-unitarity-e": "it is of the light neutrinos: unitarity=complete and eta",
    "pmns-non-unitarity-mu": "it is of the light neutrinos: unitarity=complete and eta",
    "pmns-non-unitarity-tau": "it is of the light neutrinos: unitarity=complete and eta",
}
UNKNOWN_PEAKS = (
    *("na62-2018-k-mu", "na62-pion-2025", "e949-2014", "kek-1982", "kek-k-to-e-nu", "kek-mu-bryman-shrock"),
    *("pienu-2019", "sin-1987", "sin-1987-v2", "triumf-1992"),
)
FREE_STATE = "at dimension 3/2 nothing depends on the cut-off: the published curve is the limit, of a state of mass M_N"
FARTHEST_GEV = 1e100
"""Scale from which on that is so."""
LEAST_SEEN = 0.3
"""Share of the effective mixing that the fit of the sidebands must leave."""
S0_BAND = (2.0, 9.0)
"""Range of s_0/M_N^2, up to which the lightest state takes the spectral density, around 4 [assumed]."""


class _NotApplicable(DarkfactoryError):
    """A rule does not hold; the text is the reason."""


def default_rule(name: str) -> str:
    """Rule that a record is recast by: a search for a peak, or for decays of the state itself."""
    return "peak" if name in PEAK_SEARCHES or name in UNKNOWN_PEAKS else "displaced"


def recast_continuum(record: CouplingBound, model: Any, rule: str | None = None) -> Row:
    """Limit on the cut-off of a composite neutrino from a published limit on a heavy neutral lepton.

    Parameters
    ----------
    record : CouplingBound
        Limits on |U|^2 of one flavor against mass.
    model : object
        A model that offers ``continuum``; its cut-off does not matter but for a decay length that is given.
    rule : str, optional
        One of :data:`RULES`; see :func:`default_rule`.

    Returns
    -------
    dict
        With ``status``: ``ok``, or ``not-applicable`` and a ``reason`` instead of numbers.

    Raises
    ------
    UnknownName
        For another rule.
    """
    require(None if rule is None else one_of("rule", rule, RULES), error=UnknownName)
    chosen = rule or default_rule(record.name)
    about = {
        "name": record.name,
        "rule": chosen,
        "dimension": model.dimension,
        "gap_gev": model.mixing.gap_gev,
        "cl": record.limits[0].cl,
        "provenance": record.limits[0].origin,
        "reference": record.short_reference,
    }
    try:
        _check(record, model, chosen)
        found = _BY_RULE[chosen](record, model)
        if found["cutoff_gev"] < 2 * model.mixing.gap_gev:
            raise _NotApplicable(f"cutoff_gev = {found['cutoff_gev']:.4g}: below 2 M_N, where there is no continuum")
    except _NotApplicable as refused:
        return {**about, "status": "not-applicable", "reason": str(refused), "cutoff_gev": None}
    if found["cutoff_gev"] > FARTHEST_GEV:
        kept = {key: value for key, value in found.items() if "cutoff" not in key and key not in ("notes", "far_side")}
        return {**about, "status": "not-applicable", "reason": FREE_STATE, "cutoff_gev": None, **kept}
    trace("limit", record, record.limits[0], None)
    if chosen == "peak":
        trace("number", f"search of {record.name}", None, "assumed", PEAK_SEARCHES[record.name].source)
    return {**about, "status": "ok", "reason": "", **found}


def _check(record: CouplingBound, model: Any, rule: str) -> None:
    """Refuse what no rule allows."""
    name, mine = record.name, f"U2_{model.flavor}"
    reasons = [
        None if record.quantity == mine else f"it limits {record.quantity}, the model mixes with nu_{model.flavor}",
        None if record.kind == "observed" else "it is a projection, not an observed limit",
        "a thermal history with a continuum differs" if name in COSMOLOGY else None,
        "leptons of the same sign need a Majorana state, the lightest one is a Dirac fermion"
        if name in SAME_SIGN
        else None,
        INDIRECT.get(name),
        "the resolution and the sidebands of this search are not in the package"
        if rule == "peak" and name not in PEAK_SEARCHES
        else None,
        "a search for a peak sees no decays of N" if rule.startswith("displaced") and name in PEAK_SEARCHES else None,
        "the rule is for long-lived states in Z decays: " + ", ".join(Z_DECAYS)
        if rule == "displaced-inclusive" and name not in Z_DECAYS
        else None,
        "ctau is set by hand: mixing and lifetime of the lightest state are not related"
        if rule.startswith("displaced") and model.ctau is not None
        else None,
        "decays of N need a lifetime that belongs to |U|^2; give model.ctau for a rate that is linear in |U|^2"
        if rule == "count" and name not in PEAK_SEARCHES and model.ctau is None
        else None,
        FREE_STATE if model.dimension == 1.5 else None,
    ]
    if found := [reason for reason in reasons if reason]:
        raise _NotApplicable(found[0])


def _limit_at(record: CouplingBound, mass_gev: float) -> tuple[CouplingLimit, Array]:
    """Limit and excluded |U|^2 at a mass [GeV], ln |U|^2 linear in ln M; refused off the table."""
    for limit in record.limits:
        if limit.form in ("region", "contour") and limit.covers(GEV * mass_gev):
            return limit, limit.intervals(GEV * mass_gev)
    low, high = record.limits[0].mass_min / GEV, record.limits[-1].mass_max / GEV
    raise _NotApplicable(f"M = {mass_gev:.4g} GeV: published for [{low:.4g}, {high:.4g}] GeV, no further")


def _peak(record: CouplingBound, model: Any) -> Row:
    search, density = PEAK_SEARCHES[record.name], model.mixing
    (limit,) = record.limits
    ends = limit.mass_min / GEV, limit.mass_max / GEV

    def looked(factor: float) -> tuple[float, float, float]:
        """Mass, limit there, effective mixing, for a resolution that is better or worse."""
        scaled = search.scaled(factor)
        mass = scaled.best_mass(density, ends)
        if mass is None:
            raise _NotApplicable("no mass above the gap lies in the table with its sidebands")
        return mass, float(_limit_at(record, mass)[1][0, 0]), scaled.effective_mixing(density, mass)

    mass, published, net = looked(1.0)
    naive = search.effective_mixing(density, mass, sidebands=False)
    if net / naive < LEAST_SEEN:
        raise _NotApplicable(
            f"the fit of the sidebands absorbs all but {net / naive:.2g} of the continuum, at least "
            f"{LEAST_SEEN:g} must be left"
        )
    cutoff = model.cutoff_from(published / net)
    _check_invisible(record, model, cutoff, search.shortest_ctau_m)
    table = np.concatenate(limit.region.lower) if limit.region else np.empty((0, 2))
    near = np.abs(table[:, 0] / GEV - mass) <= 3 * float(search.width_at(mass))
    scaled_cutoffs = [model.cutoff_from(u2 / seen) for _, u2, seen in map(looked, (0.5, 2.0))]
    return {
        "mass_gev": mass,
        "U2_published": published,
        "effective_mixing": net,
        "sideband_ratio": net / naive,
        "cutoff_gev": cutoff,
        "cutoff_median_gev": model.cutoff_from(float(np.median(table[near, 1])) / net),
        "cutoff_low_gev": min(cutoff, *scaled_cutoffs),
        "cutoff_high_gev": max(cutoff, *scaled_cutoffs),
        "notes": f"{search.source}; band: resolution halved and doubled",
    }


def _check_invisible(record: CouplingBound, model: Any, cutoff: float, shortest_m: float) -> None:
    ctau = model.ctau_at(cutoff) / GEV
    if ctau < shortest_m:
        raise _NotApplicable(
            f"c tau = {ctau:.3g} m at the limit, the search assumes that N is invisible: above {shortest_m:g} m"
        )


def _displaced(record: CouplingBound, model: Any) -> Row:
    density, gap = model.mixing, model.mixing.gap_gev
    _limit, edges = _limit_at(record, gap)
    low, high = (float(edge) for edge in edges[0])

    def cutoff(u2: float, s0: float | None = None) -> float:
        residue = model.residue if s0 is None else density.residue(s0 * gap**2)
        return float(model.cutoff_from(u2 * gap**2 / residue))

    band = sorted(cutoff(low, s0) for s0 in S0_BAND)
    return {
        "mass_gev": gap,
        "U2_published": low,
        "residue": model.residue,
        "cutoff_gev": cutoff(low),
        "cutoff_low_gev": band[0],
        "cutoff_high_gev": band[1],
        # a coupling beyond the upper edge decays too early: weaker scales than this are not excluded
        "far_side": cutoff(high) if math.isfinite(high) else None,
        "ctau_mm": model.ctau_at(cutoff(low)),
        "notes": "the lightest state alone, made and decaying with one mixing; band: s_0 of 2 to 9 M_N^2 around 4 [assumed]"
        + (f"; {note}" if (note := _majorana(record)) else ""),
    }


def _majorana(record: CouplingBound) -> str:
    return (
        "published for a Majorana state, whose width is twice that of a Dirac one"
        if "Majorana" in record.assumes
        else ""
    )


def _inclusive(record: CouplingBound, model: Any) -> Row:
    """Fed by the whole continuum: U_psi^2 times the mixing that ends in psi is U^4 of the publication."""
    density, gap = model.mixing, model.mixing.gap_gev
    _, edges = _limit_at(record, gap)
    published = float(edges[0, 0])
    residue = model.residue

    @functools.cache  # no jet is heavier than a Z
    def fed(highest: float) -> float:
        return _fed(density, highest)

    def cutoff(highest: float) -> float:
        product = residue / gap**2 * fed(min(highest, Z_GEV))
        return float(model.cutoff_from(published / math.sqrt(product))) if product > 0 else 0.0

    found = cutoff(Z_GEV)
    flight = Z_GEV / (2 * gap) * model.ctau_at(found) / GEV
    if flight < 10 * FLIGHT_M:
        raise _NotApplicable(
            f"decay length {flight:.3g} m at the limit: the rule is for states that live longer than the detector"
        )
    scan = np.geomspace(1.2, max(2000.0, 2 * found), 80)
    return {
        "mass_gev": gap,
        "U2_published": published,
        "residue": residue,
        "effective_mixing": fed(Z_GEV),
        "cutoff_gev": found,
        # of states below Lambda alone
        "truncated_cutoff_gev": last_crossing(lambda scales: np.array([cutoff(s) / s for s in scales]), scan),
        "ctau_mm": model.ctau_at(found),
        "notes": "optimistic: acceptance of slower states as of the one [assumed]",
    }


def _fed(density: Any, highest: float) -> float:
    """Mixing per m_hat^2 of Z -> nu X below a mass [GeV], times the number of lightest states and their slower flight."""
    gap = density.gap_gev
    one = (Z_GEV**2 - gap**2) / (2 * Z_GEV)
    own = float(boson_share(gap**2 / Z_GEV**2))

    def kernel(M2: Array) -> Array:
        number = multiplicity(np.sqrt(M2), gap)
        energy = (Z_GEV**2 + M2) / (2 * Z_GEV) / number
        slow = np.sqrt(np.maximum(energy**2 - gap**2, 1e-12))
        return np.asarray(boson_share(M2 / Z_GEV**2) / own * number * one / slow)

    steps = 2 * gap * np.arange(2, math.ceil(highest / (2 * gap)) + 1)
    edges = [gap, *(float(step) for step in steps if step < highest), highest]
    pairs = itertools.pairwise(edges)
    return float(sum(density.integral(kernel, high**2, lower=low**2) for low, high in pairs if high > gap))


def _count(record: CouplingBound, model: Any) -> Row:
    """Rate linear in |U|^2 in one signal region: the integral of dU^2/U^2_published is below 1."""
    density = model.mixing
    limit = record.limits[0]
    low, high = limit.mass_min / GEV, limit.mass_max / GEV
    if not density.gap_gev < high:
        raise _NotApplicable(f"gap_gev = {density.gap_gev:g}: the table ends at {high:g} GeV")

    def kernel(M2: Array) -> Array:
        found = [limit.intervals(GEV * float(mass)) for mass in np.sqrt(M2)]
        return np.array([1 / edges[0, 0] if len(edges) else 0.0 for edges in found])

    masses = np.concatenate([curve[:, 0] for curve in limit.region.lower]) / GEV if limit.region else np.empty(0)
    edges = np.unique([max(low, density.gap_gev), *masses[masses > density.gap_gev]])
    total = sum(density.integral(kernel, b**2, lower=a**2) for a, b in itertools.pairwise(edges))
    return {"effective_mixing": float(total), "cutoff_gev": model.cutoff_from(1 / float(total)), "notes": ""}


_BY_RULE: dict[str, Callable[[CouplingBound, Any], Row]] = {
    "peak": _peak,
    "displaced": _displaced,
    "displaced-inclusive": _inclusive,
    "count": _count,
}
