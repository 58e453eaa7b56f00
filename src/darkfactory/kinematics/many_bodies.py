"""Isotropic decays into any number of equal masses: flat in the phase space of n bodies, with equal weights.

The method of Kleiss, Stirling and Ellis (1986): massless momenta in closed form, scaled to the masses. Of a few bodies they
are accepted by weight; of many, for which that takes too long, pairs at random decay again and again, each isotropic at fixed
mass, which leaves the phase space flat and makes it flat.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.kinematics.lorentz import boost
from darkfactory.numerics.streams import stream_key, uniforms_of

__all__ = ["decay_isotropically"]

Array = NDArray[np.float64]
FEW, ROUNDS = 8, 16
"""Bodies up to which momenta are accepted by weight; how often each of more of them decays again."""
STEPS = 7
"""Newton's steps to the scale of the momenta: all digits of a double."""


def _massless(u: list[Array]) -> Array:
    """Momenta (events, n, 3) at rest together, whose sizes add up to 1, flat in massless phase space."""
    n = len(u) // 4
    energy = -np.log(np.stack(u[:n], axis=-1) * np.stack(u[n : 2 * n], axis=-1))
    cosine, turn = 2 * np.stack(u[2 * n : 3 * n], axis=-1) - 1, 2 * np.pi * np.stack(u[3 * n :], axis=-1)
    sine = np.sqrt(1 - cosine**2)
    p = energy[..., None] * np.stack([np.ones_like(sine), sine * np.cos(turn), sine * np.sin(turn), cosine], axis=-1)
    total = p.sum(axis=1, keepdims=True)
    mass = np.sqrt(total[..., 0] ** 2 - np.sum(total[..., 1:] ** 2, axis=-1))
    rest = boost(p, -total[..., 1:] / total[..., :1])[..., 1:] / mass[..., None]
    return np.asarray(rest - rest.mean(axis=1, keepdims=True))


def _scaled(p: Array, masses: Array, m: float) -> tuple[Array, Array]:
    """The same with masses m and the energies of decays of these masses; weight over that of equal momenta."""
    size = np.sqrt(np.sum(p * p, axis=-1))
    n = p.shape[1]
    scale = np.sqrt(masses**2 - (n * m) ** 2) / size.sum(axis=1)
    for _ in range(STEPS):
        E = np.sqrt(m * m + (scale[:, None] * size) ** 2)
        scale -= (E.sum(axis=1) - masses) / (scale * (size * size / E).sum(axis=1))
    k = scale[:, None] * size
    E = np.sqrt(m * m + k * k)
    equal = np.sqrt((masses / n) ** 2 - m * m)
    # (sum k)^(2n-3) prod(k/E) / sum(k^2/E), over its value where all momenta are equal
    log = (2 * n - 3) * np.log(k.sum(axis=1) / (n * equal)) + np.log(k / E).sum(axis=1)
    log -= n * np.log(equal * n / masses) + np.log((k * k / E).sum(axis=1) / (n * n * equal**2 / masses))
    return np.concatenate([E[..., None], scale[:, None, None] * p], axis=-1), np.exp(log)


def _decayed_again(p: Array, mass: float, numbers: Any, seed: int, purpose: str) -> Array:
    """The same momenta (events, n, 4) after pairs of them have decayed again."""
    n, half = p.shape[1], p.shape[1] // 2
    for step in range(ROUNDS):
        key = np.uint64(stream_key(seed, f"{purpose} {n} again {step}"))
        u = np.stack(uniforms_of(key, numbers, n + 2 * half), axis=-1)
        order = np.argsort(u[:, :n], axis=1)
        one, other = (
            np.take_along_axis(p, some[..., None], axis=1) for some in np.split(order[:, : 2 * half], 2, axis=1)
        )
        both = one + other
        squared = np.maximum(both[..., 0] ** 2 - np.sum(both[..., 1:] ** 2, axis=-1), 4 * mass**2)
        k = np.sqrt(squared / 4 - mass**2)
        cosine, turn = 2 * u[:, n : n + half] - 1, 2 * np.pi * u[:, n + half :]
        sine = np.sqrt(1 - cosine**2)
        q = k[..., None] * np.stack([sine * np.cos(turn), sine * np.sin(turn), cosine], axis=-1)
        rest = np.concatenate([np.sqrt(squared)[..., None] / 2, q], axis=-1)
        one = boost(rest, both[..., 1:] / both[..., :1])
        decayed = np.concatenate([one, both - one], axis=1)
        np.put_along_axis(p, order[:, : 2 * half, None], decayed, axis=1)
    return p


def decay_isotropically(parents: Array, counts: Any, mass: float, numbers: Any, seed: int, purpose: str) -> Array:
    """Four-momenta of equal particles into which others decay, flat in phase space.

    Parameters
    ----------
    parents : ndarray, shape (n, 4)
        Four-momenta of what decays [MeV].
    counts : array_like of int, shape (n,)
        Into how many particles; one stays what it is, of whatever mass.
    mass : float
        Mass of each of several [MeV].
    numbers : array_like of uint64, shape (n,)
        Numbers of the events: their random numbers depend on nothing else.
    seed : int
        Seed.
    purpose : str
        Keys the random numbers.

    Returns
    -------
    ndarray, shape (n, largest count, 4)
        [MeV]; 0 beyond the count of an event.
    """
    counts, numbers = np.asarray(counts), np.asarray(numbers, dtype=np.uint64)
    found = np.zeros((len(parents), int(counts.max(initial=1)), 4))
    found[:, 0] = np.where((counts == 1)[:, None], parents, 0.0)
    for n in np.unique(counts[counts > 1]):
        left, attempt = np.flatnonzero(counts == n), 0
        while len(left):
            key = np.uint64(stream_key(seed, f"{purpose} {n} {attempt}"))
            *u, chance = uniforms_of(key, numbers[left], 4 * n + 1)
            P = parents[left]
            masses = np.sqrt(np.maximum(P[:, 0] ** 2 - np.sum(P[:, 1:] ** 2, axis=-1), 0.0))
            rest, weight = _scaled(_massless(u), masses, mass)
            if n > FEW:
                rest, weight = _decayed_again(rest, mass, numbers[left], seed, purpose), np.ones(len(left))
            ok = chance < weight
            made = boost(rest[ok], (P[ok, 1:] / P[ok, :1])[:, None, :])
            # of a light and fast parent the mass is rounded
            found[left[ok], :n] = made + (P[ok] - made.sum(axis=1))[:, None, :] / n
            left, attempt = left[~ok], attempt + 1
    return found
