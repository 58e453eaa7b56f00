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
from darkfactory.kinematics.particles import PARTICLES, FinalState
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes import Sample

__all__ = ["JETS", "add_states", "states_of"]

Array = NDArray[np.float64]
JETS = tuple(PARTICLES[name] for name in ("dark_jet", "dark_jetbar"))
MOST = 40
"""States of one jet: their momenta are found by trial, of more it takes too long."""
CHUNK = 65536


def states_of(state: FinalState, model: Any, mother: int) -> list[Particle]:
    """Particles of the record that a dark jet becomes; as many as the heaviest that can be made.

    Parameters
    ----------
    state : FinalState
        Of the process that makes it.
    model : object
        With ``mixing``, whose lightest mass is that of psi.
    mother : int
        Place of the jet.

    Raises
    ------
    InvalidInput
        For a gap so small that there are too many.
    """
    gap = GEV * model.mixing.gap_gev
    heaviest = state.parent_mass - (state.initial[1].mass or 0.0)
    count = float(multiplicity(heaviest, gap)) if gap > 0 else math.inf
    remedy = "a larger model.gap_gev, or jet.states = false for jets that stay one particle"
    require(in_range("states of a dark jet", min(count, 1e9), 1, MOST, remedy=remedy))
    psi = PARTICLES["psi"]
    return [Particle(f"psi_{i + 1}", psi.pdg, mother=mother) for i in range(int(count))]


def add_states(momenta: Array, first: int, jet: int, sample: Sample, model: Any) -> dict[str, Array]:
    """Fill in the momenta of the states of a dark jet; return their proper decay lengths [mm] by name.

    The states of a jet are isotropic in its rest frame; a single one has its mass.

    Parameters
    ----------
    momenta : ndarray, shape (n, particles, 4)
        Four-momenta of all particles [MeV].
    first, jet : int
        Places of the first of the states, and of the jet.
    sample : Sample
        The events.
    model : object
        Its model, with ``mixing`` and ``ctau_mm``.
    """
    gap, count = GEV * model.mixing.gap_gev, momenta.shape[1] - first
    purpose = f"dark jet {sample.process}"
    for start in range(0, len(momenta), CHUNK):
        part = slice(start, start + CHUNK)
        parents = momenta[part, jet]
        mass = np.sqrt(np.maximum(parents[:, 0] ** 2 - np.sum(parents[:, 1:] ** 2, axis=-1), 0.0))
        numbers = np.minimum(multiplicity(mass, gap), count).astype(int)
        found = decay_isotropically(parents, numbers, gap, sample.numbers[part], sample.seed, purpose)
        momenta[part, first : first + found.shape[1]] = found
    if not math.isfinite(model.ctau_mm):
        return {}
    key = np.uint64(stream_key(sample.seed, f"flight {sample.process}"))
    u = uniforms_of(key, sample.numbers, count)
    there = momenta[:, first:, 0] > 0
    return {f"psi_{i + 1}": np.where(there[:, i], -np.log1p(-u[i]) * model.ctau_mm, 0.0) for i in range(count)}
