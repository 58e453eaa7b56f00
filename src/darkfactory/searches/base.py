"""What a search is: its name, its keys, and what it expects at an experiment: signal, backgrounds, limits on a coupling."""

from __future__ import annotations

import abc
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import InvalidInput, one_of, require
from darkfactory.experiments import Card
from darkfactory.experiments.keys import Wanted
from darkfactory.models import offering
from darkfactory.searches.bins import ExpectedCounts
from darkfactory.searches.signal_curve import SignalCurve
from darkfactory.settings import Setting, Settings
from darkfactory.statistics.look_elsewhere import Upcrossings

__all__ = [
    "LFV_SCANNED",
    "Anew",
    "Example",
    "Expectation",
    "Limits",
    "Search",
    "SearchResult",
    "closed_notes",
    "intervals_by_coupling",
    "is_scale",
    "listed",
]

LFV_SCANNED = ("F_gev", "f_a_gev", "f_gev", "C_e", "total_width")
"""Keys of an LFV ALP that a search for a -> invisible scans (the scale) or does not see (other couplings)."""

Array = NDArray[np.float64]
Anew = Callable[[Array], "Expectation"]
"""Masses [MeV] -> what a search expects at them."""


def is_scale(coupling: str) -> bool:
    """Whether a coupling is a scale, by its name: limits on it are lower ones, and it is weak where it is large."""
    return coupling.endswith("_gev")


def intervals_by_coupling(
    reported: Callable[[Array], Mapping[str, Array]], intervals: Sequence[Array]
) -> dict[str, tuple[Array, ...]]:
    """Excluded intervals of couplings, from those of the parameter that is scanned.

    Parameters
    ----------
    reported : callable
        Values of the parameter, any shape -> couplings by name.
    intervals : sequence of ndarray, shape (k, 2)
        Edges of the parameter, one array per mass; 0 below and inf above where no edge was found.

    Returns
    -------
    dict
        By coupling, one array of rising pairs per mass; those of a scale run the other way.
    """
    with np.errstate(divide="ignore"):
        found = [(pairs, reported(pairs)) for pairs in intervals]
    return {
        name: tuple(
            np.sort(np.where(pairs == 0, np.inf, edges[name]) if is_scale(name) else edges[name], axis=None).reshape(
                -1, 2
            )
            for pairs, edges in found
        )
        for name in found[0][1]
    }


def listed(masses: Sequence[float] | Array) -> str:
    """Masses [MeV] of a note, the first six of them."""
    return ", ".join(f"{m:g}" for m in masses[:6]) + (" ..." if len(masses) > 6 else "")


def closed_notes(masses: Sequence[float] | Array) -> tuple[str, ...]:
    """Note that names the closed masses [MeV]; none if there are none."""
    return (f"kinematically closed at {listed(masses)} MeV",) if len(masses) else ()


@dataclass(frozen=True, eq=False, kw_only=True)
class Limits:
    """Limits on a branching ratio and on couplings, one per mass hypothesis.

    Attributes
    ----------
    branching_ratio : ndarray, shape (H,)
        Median expected upper limit; ``inf`` where there is none (see ``status``).
    band : ndarray, shape (H, 5)
        The limit at -2, -1, 0, +1, +2 standard deviations of the background.
    status : ndarray of str, shape (H,)
        ``ok``, ``closed``, ``no-acceptance``, ``uncalibrated``, ``degenerate``, ``nonlinear``, ``not-converged``,
        ``excluded-by-fixed`` (the couplings that are not scanned give more signal than is allowed), ``unbracketed`` (all
        couplings that were looked at, the weakest too, give more) or ``out-of-reach`` (none gives as much).
    poisson : ndarray of bool, shape (H,)
        Whether there are so few background events that the limit is exact Poisson CLs, whatever the method.
    at_bound : ndarray of str, shape (H,)
        Nuisances that stand at an end of their range at the limit, with commas; empty if none does.
    limited_by : ndarray of str, shape (H,)
        What the limit hangs on most: ``statistics`` or a systematic.
    error : ndarray, shape (H,)
        Statistical error of the Monte Carlo behind the limit; 0 for quadrature.
    signal_efficiency : ndarray, shape (H,)
        Fraction of the signal decays that is counted in the bins.
    background : ndarray, shape (H,)
        Expected background under the signal line.
    backgrounds : dict
        The same by its source, shape (H,) each; their sum is ``background``.
    couplings : dict
        The same limits on couplings, by name and unit: lower limits on scales (``F_gev``; 0 where nothing is quoted), upper
        limits on all others (inf where there is none).
    nuisances : dict
        Name and prior width of every nuisance that was profiled (inf = free).
    excluded : dict, optional
        Excluded intervals of every coupling, one array (k, 2) per mass (0 and inf are edges that were not found), of a
        search that looks for both edges.
    observed : dict, optional
        Observed limits, ``branching_ratio`` and couplings by name, where there are counts.
    models : object
        The binned models behind the limits of a search that fits all masses in one, or None; see :meth:`SearchResult.likelihood`.
    extra : dict
        Further arrays over H, by name (e.g. the bias of an unmodelled shift).
    counts : callable
        What is expected in the bins of each mass (`ExpectedCounts`, None where there are none), for data and templates; with a
        signal that is no multiple of itself, the one at the limit.
    notes : tuple of str
        What the reader must know.
    """

    branching_ratio: Array
    band: Array
    status: NDArray[np.str_]
    poisson: NDArray[np.bool_]
    at_bound: NDArray[np.str_]
    limited_by: NDArray[np.str_]
    error: Array
    signal_efficiency: Array
    background: Array
    backgrounds: Mapping[str, Array]
    couplings: Mapping[str, Array]
    nuisances: Mapping[str, float]
    excluded: Mapping[str, tuple[Array, ...]] | None = None
    observed: Mapping[str, Array] | None = None
    models: Any = None
    extra: Mapping[str, Array] = field(default_factory=dict)
    counts: Callable[[], tuple[ExpectedCounts | None, ...]] = tuple
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, eq=False, kw_only=True)
class SearchResult(Limits):
    """Limits of a search, and how they came about.

    Attributes
    ----------
    masses : ndarray, shape (H,)
        Mass hypotheses [MeV].
    process : str
        The decay that the branching ratio belongs to.
    settings : dict
        What was used, by its key.
    references : tuple of str
        Citation keys.
    scanned : tuple of str
        Keys of the model that do not matter, since the search scans them or does not see them.
    seed : int, optional
        Seed of the Monte Carlo, where there is one.
    tip : callable, optional
        Gives the largest mass [MeV] of an excluded region that ends between the masses; it costs as much as some more masses.
    anew : callable
        Masses -> what the search expects at them.
    expectation : Expectation
        What the limits are of: signal and backgrounds, for whatever else is asked of them (discovery, data, combinations).
    """

    masses: Array
    process: str
    settings: Mapping[str, Any]
    expectation: Expectation
    anew: Anew
    references: tuple[str, ...] = ()
    scanned: tuple[str, ...] = ()
    seed: int | None = None
    tip: Callable[[], float] | None = None

    def likelihood(self, h: int) -> Any:
        """Binned model behind the limit at mass number ``h``, as it is with all masses together; None without bins."""
        if self.models is not None:
            return self.models.select(h)
        one = next(iter(self.counts()[h : h + 1]), None)
        return one.model if one is not None and one.bins.axes else None


@dataclass(frozen=True, eq=False, kw_only=True)
class Expectation(abc.ABC):
    """A search set up at an experiment for a model and masses; of a kind that knows its limits.

    Attributes
    ----------
    settings : dict
        Settings as used, and numbers derived from them; those of the card are added.
    notes : callable
        Limits -> what the reader must know of this search; by default what the limits say themselves.
    process : str, optional
        Process where it depends on the settings.
    scanned : tuple of str
        Keys of the model that the search scans or does not see.
    seed : int, optional
        Seed of the Monte Carlo.
    tip : callable, optional
        (excluded mass, allowed mass) -> largest excluded mass between them [MeV]; by default masses are halved.
    """

    settings: Mapping[str, Any]
    notes: Callable[[Limits], Sequence[str]] = lambda found: found.notes
    process: str | None = None
    scanned: tuple[str, ...] = ()
    seed: int | None = None
    tip: Callable[[float, float], float] | None = None

    @abc.abstractmethod
    def limits(self, masses: Array, cl: float, method: str, observed: Any = None) -> Limits:
        """Limits at all masses [MeV], shape (H,), expected and for ``observed`` counts, if there are any.

        Of the method ``discovery``: the weakest signal whose median experiment rejects the background alone at this CL.
        """

    def upcrossings(self, masses: Array, found: Limits, how: str, anew: Anew, seed: int) -> Upcrossings:
        """Mean number of upcrossings of a local significance by the background along the masses.

        Parameters
        ----------
        masses : ndarray, shape (H,)
            Masses [MeV], rising; the range that is scanned.
        found : Limits
            Those of a discovery at these masses.
        how : str
            ``gross-vitells`` (in closed form) or ``toys``.
        anew : callable
            Masses -> this expectation at them.
        seed : int
            Of the toys.

        Returns
        -------
        callable
            Local significance -> mean number.

        Raises
        ------
        InvalidInput
            If this kind does not know it.
        """
        raise InvalidInput(
            f"look-elsewhere = {how}: not known for this search, whose counts at two masses are not said to have anything in common"
        )

    def curve(self, h: int, mass: float) -> SignalCurve | None:
        """Signal over the coupling at mass number h [MeV], of events that are counted once; None where it is fitted, or closed."""
        return None

    def branching_ratios(self, coupling: str, value: float) -> Array:
        """Branching ratios at a coupling, shape (H,), of a signal that is a multiple of itself; refused for others.

        Parameters
        ----------
        coupling : str
            Name with its unit.
        value : float
            Its size, > 0.
        """
        raise InvalidInput(f"{coupling} = {value:g}: allowed branching_ratio in this search, e.g. 2e-7")


@dataclass(frozen=True)
class Example:
    """A quick use of a search at its first card, for its first model: what the laws of all searches ask it.

    Attributes
    ----------
    mass : float
        Mass [MeV] that it can see.
    settings : dict
        Settings that make it quick.
    plain : dict
        Further ones with which the signal goes with the square of the coupling, and statistics alone limits it.
    closed : float
        Mass [MeV] at which it is closed.
    """

    mass: float
    settings: Mapping[str, Any] = field(default_factory=dict)
    plain: Mapping[str, Any] = field(default_factory=dict)
    closed: float = 2000.0


@dataclass(frozen=True)
class Search:
    """A search strategy as users name it.

    Attributes
    ----------
    name, title : str
        Name on the command line and what it looks for.
    process : str
        Decay that the branching ratio belongs to.
    bins : str
        What it bins.
    cards : tuple of str
        Shipped experiments that it can use.
    backgrounds : tuple of str
        Names of the backgrounds that it can have.
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
    set_up : callable
        (card, settings, model, masses, cl, method) -> Expectation: one of :mod:`darkfactory.searches.expectations` or
        :mod:`darkfactory.searches.pointwise`.
    example : Example
        A quick use of it.
    usual : str
        Model that it takes if none is named; the first that it understands by default.
    references : tuple of str
        Citation keys.
    needs : sequence of types
        What a card with a section of this search must give: one of these kinds of beam, all that these kinds of detector and
        trigger need, or other keys (:class:`~darkfactory.experiments.declarations.Need`).
    shown : tuple of str
        Further columns that a table on the terminal shows.
    together : bool
        Whether the limit at a mass depends on which other masses are asked for, e.g. through the range of a fit.
    """

    name: str
    title: str
    process: str
    bins: str
    cards: tuple[str, ...]
    backgrounds: tuple[str, ...]
    keys: tuple[Setting, ...]
    takes: str
    methods: tuple[str, ...]
    cl: float
    method: str
    couplings: tuple[str, ...]
    set_up: Callable[[Card, Settings, Any, Array, float, str], Expectation]
    example: Example
    usual: str = ""
    references: tuple[str, ...] = ()
    needs: Wanted = ()
    shown: tuple[str, ...] = ()
    together: bool = False

    def scanning(self, coupling: str | None, settings: Mapping[str, Any]) -> dict[str, Any]:
        """Settings with the coupling that is scanned, where the search can scan several.

        Parameters
        ----------
        coupling : str or None
            One of ``couplings``; None leaves the settings as they are.
        settings : mapping
            With prefixes.
        """
        if coupling is None:
            return dict(settings)
        name = coupling.strip()
        require(one_of(f"coupling of {self.name}", name, self.couplings))
        return {**settings, "search.coupling": name} if self.chooses_coupling else dict(settings)

    @property
    def chooses_coupling(self) -> bool:
        """Whether it is told which coupling of a model to scan."""
        return any(key.name == "coupling" for key in self.keys)

    @property
    def models(self) -> tuple[str, ...]:
        """Names of the models that it understands, the default first."""
        found = offering(self.takes)
        return (self.usual, *(name for name in found if name != self.usual)) if self.usual else found
