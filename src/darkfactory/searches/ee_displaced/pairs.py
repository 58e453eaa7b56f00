r"""Pairs e+ e- beside a positron, as accepted by the track detector, and where they decay: one sample for all couplings.

What makes the pairs follows from what a model offers. Of the events only the signal per monomial of the couplings and per
bin of the flight is kept: whatever the couplings are, the sample is the same. Pairs are accepted more often when X flies
across the axis, so each event flies in its own direction. Acceptance is that of the momenta; that a pair starts away from
the target changes it little inside of the first layer, and is not included.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU, MUON_WIDTH
from darkfactory.experiments.detectors.decay_volume import DecayVolume
from darkfactory.models import Model
from darkfactory.numerics.cache import kept
from darkfactory.processes.muon_decay.on_slices import resonance_totals
from darkfactory.processes.muon_decay.slices import Slice, resonance_slice
from darkfactory.processes.registry import find_process
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.recorded.tracks import TrackResponse
from darkfactory.searches.ee_displaced.vertices import after_one_flight, after_two_flights, flight_edges

__all__ = ["CHAINS", "Chain", "Pairs", "accepted_pairs", "chain_of"]

Array = NDArray[np.float64]
TRIALS = 65536
"""Events of a decay that is not taken from a slice, at a precision of 0.02."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Accepted pairs of one mass.

    Attributes
    ----------
    signal : dict
        Accepted branching ratio whose decay would be fiducial, by monomial of the couplings and bin of the flight of X, shape
        (T,) each; (T, T) by bins of the flights of N and X if both fly.
    accepted, total : dict
        Branching ratio by monomial with and without acceptance, wherever X decays.
    edges : ndarray, shape (T + 1,)
        Of those bins: distance over momentum [mm/MeV], see :func:`.vertices.flight_edges`.
    conversion : float
        Accepted internal conversion per MeV of the pair's mass.
    error : float
        Relative statistical error of the accepted signal.
    """

    signal: dict[str, Array]
    accepted: dict[str, float]
    total: dict[str, float]
    edges: Array
    conversion: float
    error: float

    def branching_ratio(self, values: dict[str, float]) -> float:
        """Branching ratio without acceptance for values of the monomials."""
        return float(sum(value * self.total[name] for name, value in values.items()))

    def acceptance(self, values: dict[str, float]) -> float:
        """Accepted share of the signal; 0 where there is none."""
        total = self.branching_ratio(values)
        return float(sum(value * self.accepted[name] for name, value in values.items())) / total if total > 0 else 0.0


@dataclass(frozen=True)
class Chain:
    """How muons make pairs.

    Attributes
    ----------
    process : str
        Decay of the muon with the pair at its end.
    neutrinos : bool
        Whether there are any: without, mass and momentum of the muon are reconstructed.
    flights : int
        How many particles fly, one after the other.
    sample : callable
        (chain, model, setup, precision) -> densities by monomial (n,), momenta (n, 3) of all that flies, totals.
    """

    process: str
    neutrinos: bool
    flights: int
    sample: Callable[..., tuple[dict[str, Array], tuple[Array, ...], dict[str, float]]]


@functools.lru_cache(maxsize=2)
def _slice(mass: float, setup: TrackSetup, precision: float) -> Slice:
    return resonance_slice(mass, setup.detector, precision=precision)


def _on_slice(
    chain: Chain, model: Any, setup: TrackSetup, precision: float
) -> tuple[dict[str, Array], tuple[Array, ...], dict[str, float]]:
    """X from the lepton line, with spin correlations: from the slice of phase space at its mass."""
    made = _slice(model.mass, setup, precision)
    found = {name: setup.along_spin(density) for name, density in made.resonance(model).items()}
    return found, (made.momenta[1][:, 1:] + made.momenta[2][:, 1:],), resonance_totals(model)


def _of_events(
    chain: Chain, model: Any, setup: TrackSetup, precision: float
) -> tuple[dict[str, Array], tuple[Array, ...], dict[str, float]]:
    """Events of the decay itself."""
    process = find_process(chain.process)
    response = TrackResponse.of(setup.detector, process, model)
    run = process.run(model, cut=response.preselection, polarization=setup.polarization)
    trials, first = int(TRIALS * (0.02 / precision) ** 2), 0
    weights: list[Array] = []
    flown: list[tuple[Array, ...]] = []
    for weight, _, p, *_ in run.weighted(trials, 0, full=True):
        some = np.flatnonzero(weight > 0)
        numbers = (first + some).astype(np.uint64)
        first += len(weight)
        tracks = {name: np.asarray(p[name])[some] for name in p}
        passed = response.accepts(numbers, tracks)
        pair = (tracks["e2"] + tracks["e3"])[passed, 1:]
        weights.append(np.asarray(weight)[some][passed])
        flown.append((pair,) if chain.flights == 1 else (pair + tracks["nu_N"][passed, 1:], pair))
    (name, value) = next(iter(model.resonance_monomials(model).items()))
    density = np.concatenate(weights) / (trials * MUON_WIDTH * value)
    total = process.rate(model).value / (MUON_WIDTH * value)
    return {name: density}, tuple(np.concatenate(p) for p in zip(*flown, strict=True)), {name: total}


CHAINS = {
    "mediator": Chain("mu -> e nu nu X, X -> e e", True, 1, _on_slice),
    "lfv-alp": Chain("mu -> e a, a -> e e", False, 1, _of_events),
    "sterile": Chain("mu -> e nu N, N -> nu X, X -> e e", True, 2, _of_events),
}
"""By what a model offers."""


def chain_of(model: Model) -> Chain:
    """How muons make pairs through a model."""
    return next(chain for capability, chain in CHAINS.items() if capability in model.offers)


def accepted_pairs(model: Any, setup: TrackSetup, volume: DecayVolume, precision: float) -> Pairs | None:
    """Accepted pairs of a model at its mass, from the disk if they were made before; None without acceptance.

    Parameters
    ----------
    model : object
        The model that the events are made for (see :attr:`darkfactory.models.CouplingScan.kind`).
    setup : TrackSetup
        Detector and polarization.
    volume : DecayVolume
        Where decays are fiducial.
    precision : float
        Relative statistical error to aim at.

    Returns
    -------
    Pairs or None
    """
    if not 2 * M_E < model.mass < M_MU - M_E:
        return None
    what = [repr(model), setup.detector.acceptance_key, setup.polarization, repr(volume), precision]
    found = kept("displaced pairs", what, lambda: _made(model, setup, volume, precision))
    if not found:
        return None
    names = [key.removeprefix("signal ") for key in found if key.startswith("signal ")]
    return Pairs(
        {name: found[f"signal {name}"] for name in names},
        {name: float(found[f"accepted {name}"]) for name in names},
        {name: float(found[f"total {name}"]) for name in names},
        found["edges"],
        float(found["conversion"]),
        float(found["error"]),
    )


def _made(model: Any, setup: TrackSetup, volume: DecayVolume, precision: float) -> dict[str, Array]:
    # two tracks above threshold are more energy than any X has
    if 2 * math.hypot(setup.detector.least_momentum, M_E) >= (M_MU**2 + model.mass**2) / (2 * M_MU):
        return {}
    chain = chain_of(model)
    density, flown, total = chain.sample(chain, model, setup, precision)
    if not len(flown[0]):
        return {}

    def fiducial(values: Array) -> Array:
        if chain.flights == 1:
            return after_one_flight(volume, flown[0], values)
        return after_two_flights(volume, flown[0], flown[1], values)

    size = np.abs(np.stack(list(density.values()))).sum(axis=0)
    conversion = setup.along_spin(_slice(model.mass, setup, precision).background).sum()
    return {
        **{f"signal {name}": fiducial(values) for name, values in density.items()},
        **{f"accepted {name}": values.sum() for name, values in density.items()},
        **{f"total {name}": np.array(value) for name, value in total.items()},
        "edges": flight_edges(volume, chain.flights),
        "conversion": np.array(conversion),
        "error": np.array(np.sqrt(np.sum(size**2)) / size.sum()),
    }
