r"""Events of a resonance on its slice, with signal, background and angles, and the coefficients that are kept of them.

The electron of the background likes to fly with the *other* positron, because a soft virtual photon makes the wrong pair;
the signal has no such region. c13 is the cosine of electron and other positron, c12 that of the two positrons, in the
muon's rest frame.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.models import Mediator
from darkfactory.numerics.cache import kept
from darkfactory.processes.muon_decay.on_slices import resonance_total
from darkfactory.processes.muon_decay.slices import Slice, resonance_slice
from darkfactory.recorded.track_setup import TrackSetup, cosine, line_widths, pair_mass
from darkfactory.searches.bins import Axis
from darkfactory.searches.line.discrimination import (
    Counts,
    SplitCounts,
    by_bins,
    by_cut,
    by_likelihood,
    by_total,
    information,
)

__all__ = ["ANGLES", "ANGLE_BINS", "Coefficients", "ResonanceEvents", "angle_axes", "coefficients", "resonance_events"]

Array = NDArray[np.float64]
ANGLES = ("none", "cut", "1d", "2d", "lr")
"""Use of angles: none, a cut on c13, 15 bins of c13, 15 x 15 bins of c13 and c12, likelihood ratio of every event."""
ANGLE_BINS = 15
MOMENTUM_BINS = 64
"""Bins of the momentum of X, in which its decay length is the same."""


def angle_axes(angles: str, cut: float | None) -> tuple[Axis, ...]:
    """Axes of the bins of a use of angles, of which each further one is faster.

    Parameters
    ----------
    angles : str
        One of :data:`ANGLES`.
    cut : float or None
        Largest c13 of a cut.
    """
    edges = np.linspace(-1, 1, ANGLE_BINS + 1)
    both = tuple(Axis.of_edges(name, "1", edges) for name in ("c13", "c12"))
    if angles == "cut":
        return (Axis.of_edges("c13", "1", [-1.0, 1.0 if cut is None else cut]),)
    return {"1d": both[:1], "2d": both}.get(angles, ())


def _bins(c: Array) -> NDArray[np.int64]:
    return np.minimum(((c + 1) / 2 * ANGLE_BINS).astype(np.int64), ANGLE_BINS - 1)


@dataclass(frozen=True, eq=False)
class ResonanceEvents:
    """Accepted events with the pair (e2, e3) at the mass of a model.

    Attributes
    ----------
    made : Slice
        The events.
    setup : TrackSetup
        Detector and polarization.
    model : Mediator
        What is produced; of its couplings only what :func:`darkfactory.processes.muon_decay.on_slices.resonance_rates` says.
    """

    made: Slice
    setup: TrackSetup
    model: Mediator

    @functools.cached_property
    def background(self) -> Array:
        """Internal conversion per MeV of each event."""
        return self.setup.along_spin(self.made.background)

    @functools.cached_property
    def monomials(self) -> dict[str, Array]:
        """Signal of each event by monomial of the couplings."""
        return {name: self.setup.along_spin(density) for name, density in self.made.resonance(self.model).items()}

    @functools.cached_property
    def momentum(self) -> Array:
        """Momentum of X [MeV] of each event."""
        return np.asarray(np.linalg.norm(self.made.momenta[1][:, 1:] + self.made.momenta[2][:, 1:], axis=1))

    @functools.cached_property
    def c13(self) -> Array:
        """Cosine of electron and other positron."""
        return cosine(self.made.momenta[2][:, 1:], self.made.momenta[0][:, 1:])

    @functools.cached_property
    def c12(self) -> Array:
        """Cosine of the two positrons."""
        return cosine(self.made.momenta[1][:, 1:], self.made.momenta[0][:, 1:])

    @functools.cached_property
    def _bins13(self) -> NDArray[np.int64]:
        return _bins(self.c13)

    @functools.cached_property
    def _plane(self) -> NDArray[np.int64]:
        return self._bins13 * ANGLE_BINS + _bins(self.c12)

    def signal(self, values: Mapping[str, float]) -> Array:
        """Signal of each event for values of the monomials."""
        return np.asarray(sum(value * self.monomials[name] for name, value in values.items()))

    def bins(self, angles: str, cut: float | None = None) -> tuple[NDArray[np.int64], int]:
        """Bin of each event in a use of angles, and how many there are; kept (0) and dropped (1) for a cut."""
        if angles == "1d":
            return self._bins13, ANGLE_BINS
        if angles == "2d":
            return self._plane, ANGLE_BINS**2
        if angles == "cut":
            return (self.c13 >= (1.0 if cut is None else cut)).astype(np.int64), 2
        return np.zeros(len(self.made), dtype=np.int64), 1

    def counts(self, signal: Array, angles: str, cos_max: float | None = None) -> Counts:
        """Signal, background and gain of a use of angles.

        Parameters
        ----------
        signal : ndarray, shape (n,)
            Of each event.
        angles : str
            One of :data:`ANGLES`.
        cos_max : float, optional
            Largest c13 of the cut; the best one by default.

        Returns
        -------
        Counts
        """
        part, background = self.made.part, self.background
        if angles == "none":
            return by_total(signal, background, part)
        if angles == "lr":
            return by_likelihood(signal, background, part)
        if angles == "cut":
            return by_cut(signal, background, part, self.c13, cos_max)
        return by_bins(signal, background, part, *self.bins(angles))

    def split(self, signal: Array, angles: str, cos_max: float | None, momentum: NDArray[np.int64]) -> SplitCounts:
        """Counts with the signal kept apart by bins of the momentum of X (see :meth:`counts`)."""
        counts = self.counts(signal, angles, cos_max)
        bins, count = self.bins(angles, counts.cut)
        sums = np.bincount(momentum * count + bins, weights=signal, minlength=MOMENTUM_BINS * count)
        by_momentum = np.zeros(0)
        if angles == "lr":
            ratio = information(signal, self.background)
            by_momentum = np.asarray(np.bincount(momentum, weights=ratio, minlength=MOMENTUM_BINS), dtype=float)
        return SplitCounts(counts, np.asarray(sums, dtype=float).reshape(MOMENTUM_BINS, count), by_momentum)

    def momentum_bins(self, signal: Array) -> tuple[NDArray[np.int64], Array]:
        """Bin of the momentum of X of each event, and mean momentum [MeV] of the signal in each bin."""
        edges = np.linspace(self.momentum.min(), self.momentum.max(), MOMENTUM_BINS + 1)
        index = np.clip(np.searchsorted(edges, self.momentum, side="right") - 1, 0, MOMENTUM_BINS - 1)
        share = np.bincount(index, weights=signal, minlength=MOMENTUM_BINS)
        moment = np.bincount(index, weights=signal * self.momentum, minlength=MOMENTUM_BINS)
        middle = (edges[1:] + edges[:-1]) / 2
        return index, np.where(share > 0, moment / np.where(share > 0, share, 1.0), middle)

    def sigma(self, signal: Array) -> Array:
        """Resolution of m_ee [MeV] for a signal, of all events and with each subsample left out."""
        return line_widths(self.made, signal, self.setup.detector, pair_mass)


@functools.lru_cache(maxsize=4)
def resonance_events(model: Mediator, setup: TrackSetup, precision: float) -> ResonanceEvents:
    """Events of a model at a detector, to a Monte Carlo precision (see :func:`resonance_slice`)."""
    return ResonanceEvents(resonance_slice(model.mass, setup.detector, precision=precision), setup, model)


@dataclass(frozen=True, eq=False)
class Coefficients:
    """What is kept of the events of a model whose signal has one shape, before the decay in flight.

    Attributes
    ----------
    split : SplitCounts
        Signal (of the model's couplings) by momentum of X, background and gain.
    momentum : ndarray
        Momentum of X [MeV] of each bin.
    sigma : ndarray, shape (1 + PARTS,)
        Resolution of m_ee [MeV], of all events and with each subsample left out.
    total : float
        Branching ratio of the model without acceptance.
    """

    split: SplitCounts
    momentum: Array
    sigma: Array
    total: float


def coefficients(
    kind: Mediator, unit: Mediator, values: Mapping[str, float], setup: TrackSetup, settings: Mapping[str, Any]
) -> Coefficients | None:
    """Coefficients of a model, from the disk if they were computed before; None without acceptance.

    Parameters
    ----------
    kind : Mediator
        What the events are made for.
    unit : Mediator
        The model with its couplings.
    values : mapping
        Their monomials.
    setup : TrackSetup
        Detector and polarization.
    settings : mapping
        ``angles``, ``cos_max`` and ``precision`` of the search.

    Returns
    -------
    Coefficients or None
    """
    angles, precision = settings["angles"], settings["precision"]
    cut = settings["cos_max"] if angles == "cut" else None
    what = [repr(kind), dict(values), repr(setup.detector), setup.polarization, cut, precision]

    def make() -> dict[str, Array]:
        events = resonance_events(kind, setup, precision)
        if not len(events.made):
            return {}
        signal = events.signal(values)
        index, momentum = events.momentum_bins(signal)
        found = {"momentum": momentum, "sigma": events.sigma(signal), "total": np.array(resonance_total(unit))}
        # all uses of angles at once: the events need not be made again for another
        for name in ANGLES:
            split = events.split(signal, name, cut, index)
            parts = split.counts.arrays() | {"split": split.signal, "information": split.information}
            found |= {f"{name} {field}": value for field, value in parts.items()}
        return found

    found = kept("coefficients", what, make)
    if not found:
        return None
    own = {field.partition(" ")[2]: value for field, value in found.items() if field.startswith(f"{angles} ")}
    split = SplitCounts(Counts.from_arrays(own), own["split"], own["information"])
    return Coefficients(split, found["momentum"], found["sigma"], float(found["total"]))
