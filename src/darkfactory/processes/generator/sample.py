"""Samples of events: weighted, or unweighted with overweights kept; couplings and spin change by reweighting."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import ClosedChannel, InvalidInput
from darkfactory.numerics.cache import remembered
from darkfactory.processes.generator.run import BLOCK

__all__ = ["Sample", "Select", "Trials", "draw"]

Array = NDArray[np.float64]
Select = Callable[[NDArray[np.uint64], Mapping[str, Array]], Array]
"""From numbers and momenta of events to the share of each that is kept, in [0, 1]."""
PILOT_BLOCKS = 4
CEILING, CEILING_SELECTED = 0.9999, 0.999
"""Quantile of the trial weights at which events are accepted with certainty; heavier ones keep a residual weight. What is
selected has ragged weights, so that a few more of them are heavy."""
MOST_TRIALS = 2**31


@dataclass(frozen=True, eq=False)
class Sample:
    """Events of a decay at rest.

    Attributes
    ----------
    process : str
        Its name.
    momenta : dict
        Four-momenta (n, 4) [MeV] by particle; ``nunu`` is the neutrino pair.
    weights : ndarray, shape (n,)
        Their sum is the partial width [MeV].
    stokes : ndarray, shape (n, 4)
        (S_0, S_x, S_y, S_z) of each event for its charge.
    pieces : dict
        Stokes components (n, 4) of each coupling monomial: S = sum of value times piece.
    monomials : dict
        Values of the monomials with which the events were made.
    polarization : tuple
        Spin vector of the parent.
    charge, seed : int
        Charge of the parent, seed.
    width, error : float
        Partial width and its statistical error [MeV] from all trials.
    trials : int
        Events tried.
    efficiency : float
        Accepted over tried.
    overweight : float
        Part of the sum of weights that lies above the ceiling; 0 for weighted events.
    numbers : ndarray of uint64, shape (n,)
        Number of each event among the trials; further random numbers of the event are keyed by it.
    """

    process: str
    momenta: Mapping[str, Array]
    weights: Array
    stokes: Array
    pieces: Mapping[str, Array]
    monomials: Mapping[str, float]
    polarization: tuple[float, float, float]
    charge: int
    seed: int
    width: float
    error: float
    trials: int
    efficiency: float
    overweight: float
    numbers: NDArray[np.uint64] = field(default_factory=lambda: np.zeros(0, dtype=np.uint64))

    def __len__(self) -> int:
        return len(self.weights)

    @property
    def effective(self) -> float:
        """Effective number of events (sum w)^2 / sum w^2."""
        return float(self.weights.sum() ** 2 / np.sum(self.weights**2))

    def normalized(self, width: float, error: float) -> Sample:
        """Events with weights that add up to a width [MeV] which is known otherwise, to ``error``."""
        return replace(self, weights=self.weights * (width / self.weights.sum()), width=width, error=error)

    def reweighted(
        self, monomials: Mapping[str, float] | None = None, polarization: tuple[float, float, float] | None = None
    ) -> Sample:
        """The same events for other couplings or another spin, by weight.

        Parameters
        ----------
        monomials : mapping, optional
            New values of some coupling monomials, by name.
        polarization : tuple, optional
            New spin vector.

        Returns
        -------
        Sample
            New weights; their sum is the new width.

        Raises
        ------
        InvalidInput
            For a monomial that the process does not have.
        """
        values = {**self.monomials, **(monomials or {})}
        unknown = set(values) - set(self.monomials)
        if unknown:
            known = ", ".join(self.monomials)
            raise InvalidInput(f"monomials: {', '.join(sorted(unknown))} unknown; monomials: {known}")
        stokes = self.stokes
        if monomials:
            stokes = np.asarray(sum(value * self.pieces[name] for name, value in values.items()))
        spin = self.polarization if polarization is None else polarization
        before = self.stokes[:, 0] + self.stokes[:, 1:] @ np.array(self.polarization)
        after = stokes[:, 0] + stokes[:, 1:] @ np.array(spin)
        weights = self.weights * after / np.where(before > 0, before, np.inf)
        return replace(
            self, weights=weights, stokes=stokes, monomials=values, polarization=spin, width=float(weights.sum())
        )


class Trials(Protocol):
    """What events are drawn from: :class:`~darkfactory.processes.generator.run.Run`, or what is like it."""

    @property
    def name(self) -> str:
        """Process, which keys the random numbers."""

    @property
    def about(self) -> str:
        """What all events pass, in words."""

    @property
    def key(self) -> tuple[Any, ...]:
        """What events depend on besides the seed."""

    @property
    def monomials(self) -> Mapping[str, float]:
        """Coupling monomials by name."""

    @property
    def spin(self) -> tuple[float, float, float]:
        """Spin vector of the parent."""

    @property
    def charge(self) -> int:
        """Charge of the parent."""

    def weighted(self, n: int, seed: int, *, full: bool = False, purpose: str = "events") -> Iterator[tuple[Any, ...]]:
        """Blocks of weights and values; if ``full`` of momenta, Stokes components and spare numbers too."""

    def pieces(self, momenta: Mapping[str, Array]) -> dict[str, Array]:
        """Stokes components of events per coupling monomial."""


def _selected(select: Select, numbers: NDArray[np.uint64], weight: Array, momenta: Mapping[str, Array]) -> Array:
    """Weights times the share of each event that is kept."""
    some = np.flatnonzero(weight > 0)
    kept = np.zeros(len(weight))
    kept[some] = weight[some] * select(numbers[some], {name: p[some] for name, p in momenta.items()})
    return kept


def _ceiling(run: Trials, select: Select | None = None) -> float:
    """Weight above which an event is accepted with certainty, from a pilot run of its own numbers."""
    blocks, quantile = (PILOT_BLOCKS, CEILING) if select is None else (1, CEILING_SELECTED)
    parts = []
    for weight, _, *rest in run.weighted(blocks * BLOCK, 0, full=select is not None, purpose="pilot"):
        numbers = np.arange(len(weight), dtype=np.uint64)
        parts.append(weight if select is None else _selected(select, numbers, weight, rest[0]))
    weights = np.concatenate(parts)
    positive = weights[weights > 0]
    # of few events the heaviest
    return (
        float(np.quantile(positive, quantile if len(positive) * (1 - quantile) > 1 else 1.0)) if len(positive) else 0.0
    )


def draw(run: Trials, n: int, seed: int, weighted: bool, select: Select | None = None) -> Sample:
    """Draw events (see :meth:`darkfactory.processes.decay.Decay.sample`).

    Parameters
    ----------
    run : Trials
        Prepared process.
    n : int
        Events, or trials if weighted.
    seed : int
        Seed.
    weighted : bool
        Keep every trial.
    select : callable, optional
        What a detector keeps of each event; multiplies the weights before events are accepted.

    Returns
    -------
    Sample
        Events.

    Raises
    ------
    ClosedChannel
        If nothing passes the cut.
    """
    ceiling = 0.0
    if not weighted:
        ceiling = _ceiling(run, select) if select else remembered(("ceiling", *run.key), lambda: _ceiling(run))
    total, squares, trials, kept, above = 0.0, 0.0, 0, 0, 0.0
    parts: list[tuple[Array, dict[str, Array], Array, NDArray[np.uint64]]] = []
    limit = n if weighted else MOST_TRIALS
    for weight, _, momenta, stokes, u in run.weighted(limit, seed, full=True):
        numbers = np.arange(trials, trials + len(weight), dtype=np.uint64)
        trials += len(weight)
        weight = weight if select is None else _selected(select, numbers, weight, momenta)
        total, squares = total + float(weight.sum()), squares + float(np.sum(weight * weight))
        if weighted:
            chosen, share = np.flatnonzero(weight > 0), weight
        else:
            if ceiling == 0:
                ceiling = float(weight.max())
            chosen = np.flatnonzero(u * ceiling < weight)
            share = np.maximum(weight / ceiling, 1.0) if ceiling else weight
            above += float(np.maximum(weight - ceiling, 0.0).sum())
        kept += len(chosen)
        kept_momenta = {name: p[chosen] for name, p in momenta.items()}
        parts.append((share[chosen], kept_momenta, stokes[chosen], numbers[chosen]))
        if (not weighted and kept >= n) or (kept == 0 and trials >= (2**23 if select is None else 2**21)):
            break
    if kept == 0:
        what = f"passes {run.about}" if select is None else "is accepted; more events, or no acceptance"
        raise ClosedChannel(f"{run.name}: none of {trials} events {what}")
    share, all_stokes = (np.concatenate([part[i] for part in parts])[:n] for i in (0, 2))
    all_momenta = {name: np.concatenate([part[1][name] for part in parts])[:n] for name in parts[0][1]}
    width = total / trials
    return Sample(
        process=run.name,
        momenta=all_momenta,
        weights=share / trials if weighted else share * (width / share.sum()),
        stokes=all_stokes,
        pieces=run.pieces(all_momenta),
        monomials=run.monomials,
        polarization=run.spin,
        charge=run.charge,
        seed=seed,
        width=width,
        error=float(np.sqrt(max(squares / trials - width**2, 0.0) / trials)),
        trials=trials,
        efficiency=kept / trials,
        overweight=above / total,
        numbers=np.concatenate([part[3] for part in parts])[:n],
    )
