r"""Pairs e+ e- beside a positron, as accepted by the track detector before they fly: one sample for all couplings.

What makes the pairs follows from what a model offers. Of the events only the signal per monomial of the couplings and per
bin of the momentum of X is kept: whatever the couplings are, the sample is the same. Acceptance is that of the momenta;
that a pair starts away from the target changes it little inside of the first layer, and is not included.
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
from darkfactory.models import Model
from darkfactory.numerics.cache import kept
from darkfactory.processes.muon_decay.on_slices import resonance_totals
from darkfactory.processes.muon_decay.slices import Slice, resonance_slice
from darkfactory.processes.registry import find_process
from darkfactory.recorded.track_setup import TrackSetup
from darkfactory.recorded.tracks import TrackResponse

__all__ = ["CHAINS", "Chain", "Pairs", "accepted_pairs", "chain_of"]

Array = NDArray[np.float64]
BINS = 64
"""Bins of the momentum of X, in which its decay length is the same."""
TRIALS = 65536
"""Events of a decay that is not taken from a slice, at a precision of 0.02."""


@dataclass(frozen=True, eq=False)
class Pairs:
    """Accepted pairs of one mass.

    Attributes
    ----------
    signal : dict
        Accepted branching ratio by monomial of the couplings and momentum of X, shape (B,) each.
    total : dict
        Branching ratio by monomial, without acceptance.
    momentum, parent : ndarray, shape (B,)
        Mean momentum of X [MeV] in each bin, and that of the particle that it comes from (0 if it is the muon).
    conversion : float
        Accepted internal conversion per MeV of the pair's mass.
    error : float
        Relative statistical error of the accepted signal.
    """

    signal: dict[str, Array]
    total: dict[str, float]
    momentum: Array
    parent: Array
    conversion: float
    error: float

    def weights(self, values: dict[str, float]) -> Array:
        """Accepted branching ratio (B,) for values of the monomials."""
        return np.asarray(sum(value * self.signal[name] for name, value in values.items()))

    def branching_ratio(self, values: dict[str, float]) -> float:
        """Branching ratio without acceptance for values of the monomials."""
        return float(sum(value * self.total[name] for name, value in values.items()))

    def acceptance(self, values: dict[str, float]) -> float:
        """Accepted share of the signal; 0 where there is none."""
        total = self.branching_ratio(values)
        return float(self.weights(values).sum()) / total if total > 0 else 0.0


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
        (chain, model, setup, precision) -> densities by monomial (n,), momenta of X and of its parent (n,), totals.
    """

    process: str
    neutrinos: bool
    flights: int
    sample: Callable[..., tuple[dict[str, Array], Array, Array, dict[str, float]]]


@functools.lru_cache(maxsize=2)
def _slice(mass: float, setup: TrackSetup, precision: float) -> Slice:
    return resonance_slice(mass, setup.detector, precision=precision)


def _on_slice(
    chain: Chain, model: Any, setup: TrackSetup, precision: float
) -> tuple[dict[str, Array], Array, Array, dict[str, float]]:
    """X from the lepton line, with spin correlations: from the slice of phase space at its mass."""
    made = _slice(model.mass, setup, precision)
    found = {name: setup.along_spin(density) for name, density in made.resonance(model).items()}
    momentum = np.linalg.norm(made.momenta[1][:, 1:] + made.momenta[2][:, 1:], axis=1)
    return found, momentum, np.zeros(len(made)), resonance_totals(model)


def _of_events(
    chain: Chain, model: Any, setup: TrackSetup, precision: float
) -> tuple[dict[str, Array], Array, Array, dict[str, float]]:
    """Events of the decay itself."""
    process = find_process(chain.process)
    response = TrackResponse.of(setup.detector, process, model)
    run = process.run(model, cut=response.preselection, polarization=setup.polarization)
    trials, first = int(TRIALS * (0.02 / precision) ** 2), 0
    weights, momenta, parents = [], [], []
    for weight, _, p, *_ in run.weighted(trials, 0, full=True):
        some = np.flatnonzero(weight > 0)
        numbers = (first + some).astype(np.uint64)
        first += len(weight)
        tracks = {name: np.asarray(p[name])[some] for name in p}
        passed = response.accepts(numbers, tracks)
        pair = (tracks["e2"] + tracks["e3"])[passed, 1:]
        before = pair + tracks["nu_N"][passed, 1:] if "nu_N" in tracks else 0 * pair
        weights.append(np.asarray(weight)[some][passed])
        momenta.append(np.linalg.norm(pair, axis=1))
        parents.append(np.linalg.norm(before, axis=1))
    (name, value) = next(iter(model.resonance_monomials(model).items()))
    density = np.concatenate(weights) / (trials * MUON_WIDTH * value)
    total = process.rate(model).value / (MUON_WIDTH * value)
    return {name: density}, np.concatenate(momenta), np.concatenate(parents), {name: total}


CHAINS = {
    "mediator": Chain("mu -> e nu nu X, X -> e e", True, 1, _on_slice),
    "lfv-alp": Chain("mu -> e a, a -> e e", False, 1, _of_events),
    "sterile": Chain("mu -> e nu N, N -> nu X, X -> e e", True, 2, _of_events),
}
"""By what a model offers."""


def chain_of(model: Model) -> Chain:
    """How muons make pairs through a model."""
    return next(chain for capability, chain in CHAINS.items() if capability in model.offers)


def accepted_pairs(model: Any, setup: TrackSetup, precision: float) -> Pairs | None:
    """Accepted pairs of a model at its mass, from the disk if they were made before; None without acceptance.

    Parameters
    ----------
    model : object
        The model that the events are made for (see :attr:`darkfactory.models.CouplingScan.kind`).
    setup : TrackSetup
        Detector and polarization.
    precision : float
        Relative statistical error to aim at.

    Returns
    -------
    Pairs or None
    """
    if not 2 * M_E < model.mass < M_MU - M_E:
        return None
    what = [repr(model), setup.detector.acceptance_key, setup.polarization, precision]
    found = kept("displaced pairs", what, lambda: _made(model, setup, precision))
    if not found:
        return None
    names = [key.removeprefix("signal ") for key in found if key.startswith("signal ")]
    return Pairs(
        {name: found[f"signal {name}"] for name in names},
        {name: float(found[f"total {name}"]) for name in names},
        found["momentum"],
        found["parent"],
        float(found["conversion"]),
        float(found["error"]),
    )


def _made(model: Any, setup: TrackSetup, precision: float) -> dict[str, Array]:
    # two tracks above threshold are more energy than any X has
    if 2 * math.hypot(setup.detector.least_momentum, M_E) >= (M_MU**2 + model.mass**2) / (2 * M_MU):
        return {}
    chain = chain_of(model)
    density, momentum, parent, total = chain.sample(chain, model, setup, precision)
    if not len(momentum):
        return {}
    edges = np.linspace(momentum.min(), momentum.max() + 1e-9, BINS + 1)
    index = np.clip(np.searchsorted(edges, momentum, side="right") - 1, 0, BINS - 1)
    size = np.abs(np.stack(list(density.values()))).sum(axis=0)

    def binned(values: Array) -> Array:
        return np.asarray(np.bincount(index, weights=values, minlength=BINS), dtype=float)

    share = binned(size)
    safe, middle = np.where(share > 0, share, 1.0), (edges[1:] + edges[:-1]) / 2
    conversion = setup.along_spin(_slice(model.mass, setup, precision).background).sum()
    return {
        **{f"signal {name}": binned(values) for name, values in density.items()},
        **{f"total {name}": np.array(value) for name, value in total.items()},
        "momentum": np.where(share > 0, binned(size * momentum) / safe, middle),
        "parent": binned(size * parent) / safe,
        "conversion": np.array(conversion),
        "error": np.array(np.sqrt(np.sum(size**2)) / size.sum()),
    }
