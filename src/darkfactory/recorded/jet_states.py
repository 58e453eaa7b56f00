"""What a dark jet X becomes: some states psi, the lightest of the dark sector, each of which flies before it decays."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import GEV
from darkfactory.errors import in_range, require
from darkfactory.eventfiles import Particle
from darkfactory.kinematics.dark_jet import multiplicity
from darkfactory.kinematics.many_bodies import decay_isotropically
from darkfactory.kinematics.particles import PARTICLES
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes import Sample

__all__ = ["add_states", "numbers_of_states", "states_of"]

Array = NDArray[np.float64]
MOST_MEMORY, MOST = 4 * 2**30, 1000
"""Bytes that the momenta of all states may take, and most states of a jet: of more, each number of them takes too long."""
CHUNK = 65536


def numbers_of_states(jets: Array, model: Any) -> NDArray[np.int64]:
    """Number of states of each jet (n,), from their four-momenta (n, 4) [MeV].

    Raises
    ------
    InvalidInput
        For a gap so small that there are too many.
    """
    squared = jets[:, 0] ** 2 - np.sum(jets[:, 1:] ** 2, axis=-1)
    gap = GEV * float(model.mixing.gap_gev)
    remedy = "fewer events, a larger model.gap_gev, or jet.states=false"
    mass = np.sqrt(np.maximum(squared, 0.0))
    most = min(MOST, MOST_MEMORY / (32 * max(len(jets), 1)))
    require(in_range("states of a dark jet", float(mass.max(initial=0.0)) / max(2 * gap, 1e-9), 0, most, remedy=remedy))
    return np.asarray(multiplicity(mass, gap), dtype=np.int64)


def states_of(count: int, mother: int) -> list[Particle]:
    """Particles of the record that a dark jet at the place ``mother`` becomes, as many as the largest one has."""
    psi = PARTICLES["psi"]
    return [Particle(f"psi_{i + 1}", psi.pdg, mother=mother) for i in range(count)]


def add_states(momenta: Array, first: int, jet: int, counts: Any, sample: Sample, model: Any) -> dict[str, Array]:
    """Fill in the momenta of the states of a dark jet; return their proper decay lengths [mm] by name.

    The states of a jet are isotropic in its rest frame; a single one has its mass.

    Parameters
    ----------
    momenta : ndarray, shape (n, particles, 4)
        Four-momenta of all particles [MeV].
    first, jet : int
        Places of the first of the states, and of the jet.
    counts : ndarray of int, shape (n,)
        States of each jet.
    sample : Sample
        The events.
    model : object
        Its model, with ``mixing`` and ``ctau_mm``.
    """
    purpose = f"dark jet {sample.process}"
    for start in range(0, len(momenta), CHUNK):
        part = slice(start, start + CHUNK)
        found = decay_isotropically(
            momenta[part, jet], counts[part], GEV * model.mixing.gap_gev, sample.numbers[part], sample.seed, purpose
        )
        momenta[part, first : first + found.shape[1]] = found
    flights = {}
    for i in range(momenta.shape[1] - first if math.isfinite(model.ctau_mm) else 0):
        key = np.uint64(stream_key(sample.seed, f"flight {i} {sample.process}"))
        (u,) = uniforms_of(key, sample.numbers, 1)
        flights[f"psi_{i + 1}"] = np.where(i < counts, -np.log1p(-u) * model.ctau_mm, 0.0)
    return flights
