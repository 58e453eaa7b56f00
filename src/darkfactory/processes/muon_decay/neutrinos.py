r"""The neutrino pair of an event as two neutrinos, drawn from the exact amplitude at the momenta of everything else.

In the rest frame of the pair its current is transverse and of one helicity, J = Q eps(n), so that |M|^2 is a polynomial
of degree 2 in the direction n and at most three times its mean: max |L.eps|^2 = 2 |L|^2, mean 2/3 |L|^2 for any L.
Directions are accepted against that bound; the mean is the amplitude of the integrated pair. Spin of the parent and
correlations with all other particles are those of the amplitude.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import bosons, lepton_line
from darkfactory.constants import LEPTON_MASS
from darkfactory.errors import InvalidInput
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes.decay import Decay
from darkfactory.processes.generator.sample import Sample
from darkfactory.processes.muon_decay.emission import emitted

__all__ = ["squared_amplitude", "two_neutrinos"]

Array = NDArray[np.float64]
Momenta = Mapping[str, Array]
_LARGEST_OVER_MEAN = 3.0
_BLOCK = 8192
"""Events of which amplitudes are held at once."""


def squared_amplitude(process: Decay, model: Any, charge: int) -> Callable[..., Array]:
    """|M|^2 as Stokes components: (momenta, neutrinos=None) -> (..., 4), as the lepton line gives it.

    Parameters
    ----------
    process : Decay
        One with a neutrino pair.
    model : object
        Its model, or None.
    charge : {1, -1}
        Charge of the parent.

    Raises
    ------
    InvalidInput
        For a process without a neutrino pair.
    """
    if "nunu" not in process.state(model).invisible:
        raise InvalidInput(f"neutrinos = two: {process.name} has no neutrino pair; leave the option out")
    options = {"charge": charge, "m_i": LEPTON_MASS[process.parent], "m_j": LEPTON_MASS[process.daughter]}
    state = process.state(model)
    line = lepton_line
    X: Any = emitted(model.kind) if model is not None and "mediator" in model.offers else None

    def compute(p: Momenta, neutrinos: Any = None) -> Array:
        more = {**options, "neutrinos": neutrinos}
        if len(state.tracks) == 3:
            k1, k2, k3 = (p[name] for name in state.tracks)
            if not process.name.endswith(", X -> e e"):
                mediators = [bosons.Photon()] + ([] if X is None else [X.boson(model)])
                found = line.three_leptons(k1, k2, k3, mediators, **more)
            elif X.resonance is not None:
                found = line.narrow_resonance(k1, k2, k3, X.boson(model), **more)
            else:  # without spin the decay of X knows nothing of the rest
                found = line.emission(k1, k2 + k3, X.boson(model), **more)
        elif "X" in state.invisible:
            found = line.emission(p["e"], p["X"], X.boson(model), **more)
        elif state.photons:
            found = line.emission(p["e"], p["gamma"], bosons.Photon(), **more)
        else:
            found = line.no_emission(p[state.tracks[0]], **more)
        return np.asarray(found)

    return compute


def _pair(total: Array, cosine: Array, azimuth: Array) -> tuple[Array, Array]:
    """Two massless momenta (n, 4) of a given sum, the first in a direction of its rest frame."""
    sine = np.sqrt((1 - cosine) * (1 + cosine))
    n = np.stack([sine * np.cos(azimuth), sine * np.sin(azimuth), cosine], axis=-1)
    Q, E = total[:, 1:], total[:, 0]
    mass = np.sqrt(np.maximum(E**2 - np.einsum("ij,ij->i", Q, Q), 0.0))
    along = np.einsum("ij,ij->i", Q, n)
    one = n * (mass / 2)[:, None] + Q * ((E + along + mass) / (2 * (E + mass)))[:, None]
    first = np.concatenate([np.linalg.norm(one, axis=1)[:, None], one], axis=1)
    return first, total - first


def two_neutrinos(sample: Sample, process: Decay, model: Any = None) -> tuple[Array, Array]:
    """Momenta of the two neutrinos of each event of a sample.

    Parameters
    ----------
    sample : Sample
        Events of a decay with a neutrino pair.
    process : Decay
        Its process.
    model : object, optional
        Its model.

    Returns
    -------
    own, other : ndarray, shape (n, 4)
        Momenta [MeV] of the neutrino that goes with the parent (nu_mu of mu-, anti-nu_mu of mu+), and of the one that
        goes with the charged lepton (anti-nu_e of mu-, nu_e of mu+). They depend on seed and number of the event alone.

    Raises
    ------
    InvalidInput
        For a process without a neutrino pair.
    """
    compute = squared_amplitude(process, model, sample.charge)
    total = sample.momenta["nunu"]
    own, other = np.zeros_like(total), np.zeros_like(total)
    for start in range(0, len(total), _BLOCK):
        part = slice(start, start + _BLOCK)
        momenta = {name: p[part] for name, p in sample.momenta.items()}
        draw = functools.partial(_draw, compute, sample.polarization, f"neutrinos {sample.process}", sample.seed)
        own[part], other[part] = draw(momenta, sample.numbers[part])
    return own, other


def _draw(
    compute: Callable[..., Array], spin: Any, purpose: str, seed: int, momenta: Momenta, numbers: NDArray[np.uint64]
) -> tuple[Array, Array]:
    """Neutrinos of some events; the numbers of every attempt are keyed by it and by the event."""
    total = np.asarray(momenta["nunu"])
    # dPhi_2 = 1/(8 pi) times the mean over directions
    stokes = compute(momenta)
    bound = _LARGEST_OVER_MEAN * 8 * math.pi * (stokes[:, 0] + stokes[:, 1:] @ np.array(spin))
    own, other = np.zeros_like(total), np.zeros_like(total)
    left = np.arange(len(total))
    attempt = 0
    while len(left):
        key = np.uint64(stream_key(seed, f"{purpose} {attempt}"))
        cosine, azimuth, u = uniforms_of(key, numbers[left], 3)
        own[left], other[left] = _pair(total[left], 2 * cosine - 1, 2 * math.pi * azimuth)
        some = {name: p[left] for name, p in momenta.items()}
        stokes = compute(some, (own[left], other[left]))
        density = stokes[:, 0] + stokes[:, 1:] @ np.array(spin)
        left = left[u * bound[left] > density]
        attempt += 1
    return own, other
