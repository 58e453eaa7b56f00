"""What an experiment records of a process: the face that a lepton alone, electron and photon, and three tracks share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from darkfactory.errors import ClosedChannel
from darkfactory.eventfiles import EventRecord
from darkfactory.experiments import Card
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.particles import FinalState
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes import Decay, Process
from darkfactory.processes.generator.histograms import Histogram
from darkfactory.processes.generator.run import Run
from darkfactory.processes.requests import require_understood
from darkfactory.recorded.displaced import Drawn
from darkfactory.settings import Setting, Settings

__all__ = ["Binning", "Record", "Response", "as_seen", "histogram_of_measured"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
Numbers = NDArray[np.uint64]
Binning = tuple[int, float | None, float | None]
"""Number of bins, lower and upper end or None."""


@dataclass(frozen=True, kw_only=True)
class Response(ABC):
    """What a detector makes of the events of one decay; every event has random numbers of its own, keyed by its number.

    Attributes
    ----------
    process : str
        Name of the process; keys the random numbers.
    state : FinalState
        Its particles.
    seed : int
        Seed of the random numbers.
    cut : Cut
        Further condition on the measured momenta.
    """

    process: str
    state: FinalState
    seed: int = 0
    cut: Cut = field(default_factory=lambda: Cut(""))

    @property
    @abstractmethod
    def efficiency(self) -> float:
        """Flat efficiency of accepted events."""

    @property
    @abstractmethod
    def preselection(self) -> str | None:
        """Cut on true momenta that loses no event which could be accepted."""

    @abstractmethod
    def measured(self, numbers: Numbers, momenta: Momenta) -> dict[str, Array]:
        """Measured four-momenta (n, 4) [MeV] of what is seen, tracks first.

        Parameters
        ----------
        numbers : ndarray of uint64, shape (n,)
            Numbers of the events.
        momenta : mapping
            True four-momenta (n, 4) [MeV] by particle, in the rest frame of the parent.
        """

    @abstractmethod
    def share(self, numbers: Numbers, momenta: Momenta, measured: Momenta | None = None) -> Array:
        """Probability of each event (n,) to be recorded, without the flat efficiency; ``measured`` if it is there already."""

    def prompt(self, momenta: Momenta) -> Array:
        """Probability of each event (n,) that an X decays promptly; 1 without an X, and where it may decay elsewhere."""
        return np.ones(len(momenta[self.state.tracks[0]]))

    def stop(self, numbers: Numbers) -> tuple[Array, Array] | None:
        """Uniform numbers (n,) of the stop on the target, if what is measured depends on it."""
        return None

    def displaced(self, numbers: Numbers, momenta: Momenta) -> Drawn | None:
        """Vertices of the events, if they are those of a fiducial volume."""
        return None

    def uniforms(self, numbers: Numbers, count: int) -> list[Array]:
        """``count`` uniform numbers (n,) for each event."""
        key = np.uint64(stream_key(self.seed, f"response {self.process}"))
        return uniforms_of(key, np.asarray(numbers, dtype=np.uint64), count)

    def value(self, observable: str, measured: Momenta) -> Array:
        """Observable of the measured momenta of each event, (n,) or (n, k)."""
        return np.asarray(OBSERVABLES[observable].of(measured, self.state))

    def passes(self, measured: Momenta) -> NDArray[np.bool_]:
        """Whether the measured momenta of each event pass the cut; one word for all where there is none."""
        return np.asarray(self.cut.passes({name: self.value(name, measured) for name in self.cut.names}))

    def histogram(
        self, run: Run, value: Callable[[Momenta], Array], edges: Array, *, events: int, seed: int
    ) -> tuple[Array, Array]:
        """Mean weight per bin of what is measured of the events of a run, with statistical errors, both (B,).

        Parameters
        ----------
        run : Run
            Events that pass the preselection.
        value : callable
            From measured momenta, and ``flight`` of events with vertices, to the values that are binned, (n,) or (n, k).
        edges : ndarray, shape (B + 1,)
            Rising bin edges.
        events, seed : int
            Weighted events and their seed.
        """
        made, first = Histogram(edges), 0
        for weight, _, momenta, *_ in run.weighted(int(events), int(seed), full=True):
            some = np.flatnonzero(weight > 0)
            numbers = (first + some).astype(np.uint64)
            first += len(weight)
            true = {name: p[some] for name, p in momenta.items()}
            measured = self.measured(numbers, true)
            share = self.share(numbers, true, measured)
            kept = np.flatnonzero(share)
            seen = {name: p[kept] for name, p in measured.items()}
            drawn = self.displaced(numbers[kept], {name: p[kept] for name, p in true.items()})
            values = value(seen if drawn is None else seen | {"flight": drawn.flight})
            made.fill(weight[some][kept] * share[kept], values)
        return made.mean(first)


@dataclass(frozen=True)
class Record(ABC):
    """A process at an experiment that sees it.

    Attributes
    ----------
    process : Process
        What is recorded.
    card : Card
        The experiment.
    settings : Settings
        Values of :attr:`keys`; who asks for spectra or events refuses those that nobody read.
    own : Settings
        Values of :attr:`of_process`, as far as the process has them.
    """

    process: Any
    card: Card
    settings: Settings
    own: Settings
    seen: ClassVar[str]
    """What is seen, in words."""
    detector: ClassVar[str]
    """Key that a card has whose detector sees it."""
    section: ClassVar[str]
    """Search whose section of the card holds the settings."""
    keys: ClassVar[tuple[Setting, ...]]
    """Settings, as ``search.*``."""
    of_process: ClassVar[tuple[str, ...]] = ()
    """Settings of the process that no experiment fixes, by the name that they have without one."""
    observable: ClassVar[str] = "x"
    """Of spectra by default."""

    @staticmethod
    def takes(process: Process) -> bool:
        """Whether it is a record of this kind of process."""
        return isinstance(process, Decay)

    @staticmethod
    @abstractmethod
    def sees(state: FinalState) -> bool:
        """Whether such a detector sees a final state."""

    @property
    @abstractmethod
    def options(self) -> frozenset[str]:
        """Options of a spectrum that have a meaning."""

    @abstractmethod
    def spectrum(self, observable: str, model: Any, binning: Binning, **options: Any) -> dict[str, Any]:
        """Spectrum of an observable as it is measured: the fields of a spectrum by name.

        Parameters
        ----------
        observable : str
            Its name.
        model : object
            Model of the process, or None.
        binning : tuple
            Number of bins, lower and upper end or None.
        **options : object
            Some of :attr:`options`.
        """

    @abstractmethod
    def events(
        self,
        model: Any,
        n: int,
        *,
        cut: str | None = None,
        keep_rejected: bool = False,
        options: Mapping[str, Any],
        **form: Any,
    ) -> EventRecord:
        """Record of events as the experiment measures them.

        Parameters
        ----------
        model : object
            Model of the process, or None.
        n : int
            Number of events.
        cut : str, optional
            Condition on observables of what is measured.
        keep_rejected : bool
            Whether events that are not accepted stay in the record, with weight 0.
        options : mapping
            ``polarization`` (None for that of the experiment), ``charge``, ``seed`` and ``weighted``.
        **form : object
            ``norm`` and ``neutrinos`` of :func:`darkfactory.recorded.events.to_record`.

        Returns
        -------
        EventRecord
            Its weights add up to the recorded rate.
        """

    def require_no_more(self, options: Mapping[str, Any], form: Mapping[str, Any]) -> None:
        """Refuse what :meth:`events` is asked for besides seed and weights, where nothing is polarized, charged or a decay."""
        usual = {"charge": 1, "norm": "exp", "neutrinos": "pair"}
        asked = {**options, **form}
        given = {name: None if name in usual and asked[name] == usual[name] else asked[name] for name in asked}
        what = f"events of {self.process.name} at {self.card.name}"
        require_understood(what, {"cut": None} | given, {"cut", "seed", "weighted"})

    def references(self) -> tuple[str, ...]:
        """Citation keys of process and experiment."""
        return tuple(dict.fromkeys((*self.process.references, *self.card.references)))


def as_seen(state: FinalState) -> FinalState:
    """Final state as a detector sees it: what is not seen is missing, whatever it is."""
    seen = tuple((label, particle) for label, particle in state.final if particle.seen)
    return replace(state, final=seen, missing=bool(state.invisible))


def histogram_of_measured(
    response: Response,
    process: Decay,
    model: Any,
    value: Callable[[Momenta], Array],
    edges: Array,
    *,
    events: int,
    seed: int,
    **parent: Any,
) -> tuple[Array, Array]:
    """Partial width [MeV] per bin of what is measured, from weighted events streamed through a response.

    Parameters
    ----------
    response : Response
        What the detector makes of them.
    process : Decay
        The decay.
    model : object
        Its model, or None.
    value, edges, events, seed : object
        As for :meth:`Response.histogram`.
    **parent : object
        ``polarization`` and ``charge`` of :meth:`darkfactory.processes.Decay.run`.

    Returns
    -------
    values, errors : ndarray, shape (B,)
        Without the flat efficiency, with statistical errors; exactly 0 for a closed channel.
    """
    try:
        run = process.run(model, cut=response.preselection, **parent)
    except ClosedChannel:
        return np.zeros(len(edges) - 1), np.zeros(len(edges) - 1)
    return response.histogram(run, value, edges, events=events, seed=seed)
