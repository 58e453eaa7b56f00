"""Running a search: what all of them have in common, and the notes that none can forget.

A search sets up an expectation of one of three kinds, which knows its limits. `Binned`: a likelihood with one signal shape per
mass, whose size is the branching ratio. `Counting`: events in one window, as a function of the coupling. `Pointwise`: anything,
one mass at a time. Status, references, settings and notes are added here.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments import Card
from darkfactory.searches.base import Expectation, Limits, Search, SearchResult, is_scale, listed
from darkfactory.searches.data import Data
from darkfactory.settings import Settings
from darkfactory.statistics.counting import POISSON_BELOW

__all__ = ["recalled_notes", "run_search"]

Array = NDArray[np.float64]
_LOG = logging.getLogger("darkfactory")


def recalled_notes(card: Card) -> tuple[str, ...]:
    """Note that names the numbers of a card which nobody has checked against their publication; none if there are none."""
    return (f"recalled, not checked against a publication: {', '.join(card.recalled)}",) if card.recalled else ()


def run_search(
    search: Search,
    card: Card,
    settings: Settings,
    model: Any,
    masses: Array,
    cl: float,
    method: str,
    observed: Any = None,
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
    observed : array_like or Data, optional
        Observed counts; which, the kind of expectation says.

    Returns
    -------
    SearchResult
        With all notes.
    """
    _LOG.info("%s at %s", search.name, card.name)

    def anew(others: Array) -> Expectation:
        return search.set_up(card, settings, model, others, cl, method)

    expected = anew(masses)
    observed = observed.of(search.name, expected) if isinstance(observed, Data) else observed
    found = expected.limits(masses, cl, method, observed)
    notes, limit, status = list(expected.notes(found)), found.branching_ratio, found.status.astype("<U20")
    hidden = (status == "ok") & ~np.isfinite(limit)
    status[hidden] = "out-of-reach"
    notes += _common_notes(found, status, masses, method)

    def is_excluded(mass: float) -> bool:
        one = np.array([mass])
        return bool(_closed(anew(one).limits(one, cl, method))[0])

    about = {
        "status": status,
        "limited_by": np.where(found.status == "ok", found.limited_by, ""),
        "notes": tuple(dict.fromkeys((*notes, *recalled_notes(card)))),
    }
    return SearchResult(
        **({f.name: getattr(found, f.name) for f in fields(found)} | about),
        masses=masses,
        expectation=expected,
        anew=anew,
        process=expected.process or search.process,
        settings={**expected.settings, **card.values()},
        references=tuple(dict.fromkeys((*search.references, *card.references))),
        scanned=expected.scanned,
        seed=expected.seed,
        tip=_tip(found, masses, expected.tip or _halving(is_excluded)),
    )


def _common_notes(found: Limits, status: NDArray[np.str_], masses: Array, method: str) -> list[str]:
    """Notes that no search can forget."""
    notes, limit = [], found.branching_ratio
    if "out-of-reach" in status:
        notes.append(
            f"out-of-reach at {listed(masses[status == 'out-of-reach'])} MeV: no size of the coupling gives as much signal "
            "as is allowed"
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
    if "unbracketed" in status:
        notes.append(
            f"unbracketed at {listed(masses[status == 'unbracketed'])} MeV: excluded at the weakest couplings that were looked "
            "at, so that there is no limit"
        )
    endless = _endless(found)
    if endless.any():
        notes.append(
            f"excluded at {listed(masses[endless])} MeV however strong the coupling, as far as was looked: that edge is null"
        )
    if found.observed is not None:
        unseen = np.isfinite(limit) & ~np.isfinite(found.observed["branching_ratio"])
        if unseen.any():
            notes.append(f"no observed limit at {listed(masses[unseen])} MeV: these counts allow none")
    above = np.isfinite(limit) & (limit > 1)
    if above.any():
        notes.append(
            f"limits on the branching ratio above 1 at {listed(masses[above])} MeV exclude nothing: the search has no "
            "sensitivity there"
        )
    return notes


def _closed(found: Limits) -> NDArray[np.bool_]:
    """Whether what is excluded at a mass has both edges."""
    out = np.zeros(len(found.status), dtype=bool)
    for intervals in (found.excluded or {}).values():
        out |= [len(e) > 0 and bool(np.all((e > 0) & np.isfinite(e))) for e in intervals]
    return out


def _tip(found: Limits, masses: Array, between: Callable[[float, float], float]) -> Callable[[], float] | None:
    """Largest mass of a closed region, where the masses reach beyond it."""
    order = np.argsort(masses)
    closed, heavy = _closed(found)[order], masses[order]
    if not closed.any() or closed[-1]:
        return None
    last = int(np.flatnonzero(closed)[-1])
    beyond = order[last + 1]
    if any(len(intervals[beyond]) for intervals in (found.excluded or {}).values()):
        return None  # the region goes on, with an edge that was not found
    return lambda: between(float(heavy[last]), float(heavy[last + 1]))


def _halving(is_excluded: Callable[[float], bool]) -> Callable[[float, float], float]:
    """Largest excluded mass between one that is excluded and one that is not, to 1e-3."""

    def tip(low: float, high: float) -> float:
        while high > 1.001 * low:
            middle = float(np.sqrt(low * high))
            low, high = (middle, high) if is_excluded(middle) else (low, middle)
        return low

    return tip


def _endless(found: Limits) -> NDArray[np.bool_]:
    """Whether the excluded couplings of a mass have no edge on the side where the coupling is strong."""
    out = np.zeros(len(found.status), dtype=bool)
    for name, intervals in (found.excluded or {}).items():
        out |= [len(e) > 0 and bool(e[0, 0] == 0 if is_scale(name) else np.isinf(e[-1, 1])) for e in intervals]
    return out
