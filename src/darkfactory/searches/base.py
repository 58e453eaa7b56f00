"""What a search is: its name, its keys, and a function from card, settings and model to limits on a branching ratio."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.experiments import Card
from darkfactory.experiments.keys import Wanted
from darkfactory.models import offering
from darkfactory.settings import Setting, Settings

__all__ = ["LFV_SCANNED", "Search", "SearchResult"]

LFV_SCANNED = ("F_gev", "f_a_gev", "f_gev", "C_e", "total_width")
"""Keys of an LFV ALP that a search for a -> invisible scans (the scale) or does not see (other couplings)."""

Array = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class SearchResult:
    """Expected limits on a branching ratio and on couplings, one per mass hypothesis.

    Attributes
    ----------
    masses : ndarray, shape (H,)
        Mass hypotheses [MeV].
    branching_ratio : ndarray, shape (H,)
        Median expected upper limit; ``inf`` where there is none (see ``status``).
    band : ndarray, shape (H, 5)
        The limit at -2, -1, 0, +1, +2 standard deviations of the background.
    status : ndarray of str, shape (H,)
        ``ok``, ``closed``, ``no-acceptance``, ``uncalibrated``, ``degenerate``, ``nonlinear``, ``not-converged``,
        ``excluded-by-fixed`` (the couplings that are not scanned give more signal than is allowed) or ``out-of-reach`` (no
        size of the coupling gives as much).
    poisson : ndarray of bool, shape (H,)
        Whether there are so few background events that the limit is exact Poisson CLs, whatever the method.
    at_bound : ndarray of str, shape (H,)
        Nuisances that stand at an end of their range at the limit, with commas; empty if none does.
    error : ndarray, shape (H,)
        Statistical error of the Monte Carlo behind the limit; 0 for quadrature.
    signal_efficiency : ndarray, shape (H,)
        Fraction of the signal decays that is counted in the bins.
    background : ndarray, shape (H,)
        Expected background under the signal line.
    limited_by : ndarray of str, shape (H,)
        What the limit hangs on most: ``statistics`` or a systematic.
    nuisances : dict
        Name and prior width of every nuisance that was profiled (inf = free).
    process : str
        The decay that the branching ratio belongs to.
    couplings : dict
        The same limits on couplings, by name and unit: lower limits on scales (``F_gev``; 0 where nothing is quoted), upper
        limits on all others (inf where there is none).
    settings : dict
        What was used, by its key.
    references : tuple of str
        Citation keys.
    notes : tuple of str
        What the reader must know of this search; what is common to all is added by `searches.scan.run_search`.
    models : object
        The binned models behind the limits (for the pyhf export), or None.
    extra : dict
        Further arrays over H, by name (e.g. the bias of an unmodelled shift).
    seed : int, optional
        Seed of the Monte Carlo, where there is one.
    scanned : tuple of str
        Keys of the model that do not matter, since the search scans them or does not see them.
    """

    masses: Array
    branching_ratio: Array
    band: Array
    status: NDArray[np.str_]
    poisson: NDArray[np.bool_]
    at_bound: NDArray[np.str_]
    error: Array
    signal_efficiency: Array
    background: Array
    limited_by: NDArray[np.str_]
    nuisances: Mapping[str, float]
    process: str
    couplings: Mapping[str, Array]
    settings: Mapping[str, Any]
    references: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    models: Any = None
    extra: Mapping[str, Array] = field(default_factory=dict)
    seed: int | None = None
    scanned: tuple[str, ...] = ()


@dataclass(frozen=True)
class Search:
    """A search strategy as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and what it looks for.
    bins : str
        What it bins.
    cards : tuple of str
        Shipped experiments that it can use.
    keys : tuple of Setting
        Settings.
    takes : str
        What a model must offer for it.
    methods : tuple of str
        Statistical methods.
    cl, method : float, str
        Defaults where the card says nothing.
    couplings : tuple of str
        Names of the couplings that a reach is given in, or that can be scanned.
    run : callable
        (card, settings, model, masses, cl, method) -> SearchResult.
    references : tuple of str
        Citation keys.
    needs : sequence of types
        What a card with a section of this search must give: one of these kinds of beam, all that these kinds of detector and
        trigger need, or other keys (:class:`~darkfactory.experiments.declarations.Need`).
    """

    name: str
    title: str
    bins: str
    cards: tuple[str, ...]
    keys: tuple[Setting, ...]
    takes: str
    methods: tuple[str, ...]
    cl: float
    method: str
    couplings: tuple[str, ...]
    run: Callable[[Card, Settings, Any, Array, float, str], SearchResult]
    references: tuple[str, ...] = ()
    needs: Wanted = ()

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that it understands, the default first."""
        return offering(self.takes)
