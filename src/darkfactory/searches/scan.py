"""What all searches have in common: limits of a binned likelihood, and the notes that no search can forget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments import Card
from darkfactory.searches.base import Search, SearchResult
from darkfactory.settings import Settings
from darkfactory.statistics.counting import POISSON_BELOW, counting_limit
from darkfactory.statistics.expected import expected_limit
from darkfactory.statistics.likelihood import BinnedModel

__all__ = ["binned_limits", "counted_limits", "listed", "recalled_notes", "run_search"]

Array = NDArray[np.float64]
UNQUOTED = ("nonlinear", "degenerate", "not-converged")
"""Status of limits that are not shown."""


def recalled_notes(card: Card) -> tuple[str, ...]:
    """Note that names the numbers of a card which nobody has checked against their publication; none if there are none."""
    return (f"recalled, not checked against a publication: {', '.join(card.recalled)}",) if card.recalled else ()


def listed(masses: Sequence[float] | Array) -> str:
    """Masses [MeV] of a note, the first six of them."""
    return ", ".join(f"{m:g}" for m in masses[:6]) + (" ..." if len(masses) > 6 else "")


def binned_limits(model: BinnedModel, cl: float, method: str) -> dict[str, Any]:
    """Limits of a binned likelihood as the fields of a `SearchResult`.

    Parameters
    ----------
    model : BinnedModel
        One hypothesis per mass; its parameter of interest is the branching ratio.
    cl, method : float, str
        Confidence level and method, as for `statistics.expected_limit`.

    Returns
    -------
    dict
        ``branching_ratio``, ``band``, ``status``, ``poisson``, ``at_bound``, ``limited_by``, ``nuisances``, ``models``.
    """
    found = expected_limit(model, cl, method)
    unquoted = np.isin(found.status, UNQUOTED)
    ends = [", ".join(np.array(found.nuisances)[row]) if np.any(row) else "" for row in found.at_bound]
    return {
        "branching_ratio": np.where(unquoted, np.inf, found.limit),
        "band": np.where(unquoted[:, None], np.inf, found.band),
        "status": found.status.astype("<U20"),
        "poisson": found.poisson,
        "at_bound": np.where(np.isfinite(found.limit), ends, ""),
        "limited_by": found.limited_by,
        "nuisances": {nuisance.name: nuisance.prior for nuisance in model.nuisances},
        "models": model,
    }


def counted_limits(
    signal: Array, background: Array, is_open: NDArray[np.bool_], cl: float, method: str, kappa: float
) -> dict[str, Any]:
    """Limits of counting in a window as the fields of a `SearchResult`; nuisances are not fitted.

    Parameters
    ----------
    signal, background : ndarray, shape (H,)
        Signal events per unit of branching ratio, and background events, in the window of each mass.
    is_open : ndarray of bool, shape (H,)
        Whether the decay is open; without signal in the window an open mass has no limit.
    cl, method : float, str
        Confidence level and method, as for `statistics.counting.counting_limit`.
    kappa : float
        Relative systematic of the background.

    Returns
    -------
    dict
        As of `binned_limits`, but for ``models``.
    """
    counted = counting_limit(background, cl, method, kappa=kappa)
    seen = is_open & (signal > 0)
    band = np.where(seen[:, None], counted.band / np.where(seen, signal, 1.0)[:, None], np.inf)
    return {
        "branching_ratio": band[:, 2].copy(),
        "band": band,
        "status": np.where(is_open, "ok", "closed").astype("<U20"),
        "poisson": counted.poisson & is_open,
        "at_bound": np.full(len(signal), "", dtype="<U1"),
        "limited_by": np.where(kappa**2 * background > 1, "background systematic", "statistics"),
        "nuisances": {},
    }


def run_search(
    search: Search, card: Card, settings: Settings, model: Any, masses: Array, cl: float, method: str
) -> SearchResult:
    """Run a search and say what is common to all: few events, nuisances at a bound, branching ratios above 1, recalled
    numbers.

    Parameters
    ----------
    search : Search
        The search.
    card, settings, model : Card, Settings, model
        Experiment, typed settings and model.
    masses : ndarray, shape (H,)
        Mass hypotheses [MeV].
    cl, method : float, str
        Confidence level and method.

    Returns
    -------
    SearchResult
        With all notes.
    """
    found = search.run(card, settings, model, masses, cl, method)
    notes, limit, status = list(found.notes), found.branching_ratio, found.status.astype("<U20")
    hidden = (status == "ok") & ~np.isfinite(limit)
    if hidden.any():
        status[hidden] = "out-of-reach"
        notes.append(
            f"out-of-reach at {listed(masses[hidden])} MeV: no size of the coupling gives as much signal as is allowed"
        )
    if found.poisson.any():
        notes.append(
            f"fewer than {POISSON_BELOW:g} effective background events at {listed(masses[found.poisson])} MeV: exact Poisson "
            f"CLs with the median count{'' if method == 'cls' else f' in place of {method}'}"
        )
    for names in dict.fromkeys(found.at_bound[found.at_bound != ""]):
        where = listed(masses[found.at_bound == names])
        notes.append(f"at the end of its range in the fit at {where} MeV: {names}; the limit leans on that bound")
    fixed = status == "excluded-by-fixed"
    if fixed.any():
        notes.append(
            f"excluded-by-fixed at {listed(masses[fixed])} MeV: the couplings that are not scanned give more signal than is "
            "allowed, whatever the scanned one; make them smaller"
        )
    if np.any(np.isfinite(limit) & (limit > 1)):
        notes.append(
            f"limits on the branching ratio above 1 at {listed(masses[np.isfinite(limit) & (limit > 1)])} MeV exclude "
            "nothing: the search has no sensitivity there"
        )
    return replace(found, status=status, notes=tuple(dict.fromkeys((*notes, *recalled_notes(card)))))
