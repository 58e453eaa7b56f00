"""Decay in flight: mean decay lengths, where particles decay, and the probability that this is where one can see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.backend import namespace
from darkfactory.constants import HBAR_C_MEV_MM, HBAR_MEV_S
from darkfactory.errors import in_range, positive, require

__all__ = ["Flight", "decay_length", "decays_between", "fly", "prompt_probability", "seen_probability"]

Array = NDArray[np.float64]
MM_PER_NS = HBAR_C_MEV_MM / HBAR_MEV_S * 1e-9
"""Speed of light [mm/ns]."""
CHUNK = 4096
"""Decay lengths that are folded with a table at a time: bounded memory."""


def prompt_probability(distance: Any, ctau: Any, momentum: Any, mass: Any) -> Any:
    """Probability to decay within a distance along the flight path, 1 - exp(-d m / (p c tau)).

    Parameters
    ----------
    distance : array_like
        Longest flight path [mm], >= 0.
    ctau : array_like
        Proper decay length c tau [mm], >= 0; 0 decays at once (1), inf never (0).
    momentum, mass : array_like
        Momentum and mass of what decays [MeV], momentum >= 0 and mass > 0.

    Returns
    -------
    array
        In [0, 1], broadcast shape; all digits are kept for long decay lengths.

    Raises
    ------
    InvalidInput
        Naming what lies outside its range; not for JAX arrays, which compiled kernels pass.

    Examples
    --------
    >>> round(float(prompt_probability(3.0, 5.0, 30.0, 10.0)), 6)
    0.181269
    >>> [float(prompt_probability(3.0, ctau, 30.0, 10.0)) for ctau in (0.0, float("inf"))]
    [1.0, 0.0]
    """
    xp = namespace(distance, ctau, momentum, mass)
    if xp is np:
        finite = np.where(np.isposinf(np.asarray(ctau, dtype=float)), 0.0, ctau)
        require(
            in_range("distance", distance, 0, unit="mm"),
            in_range("ctau", finite, 0, unit="mm", remedy="inf is allowed: a stable particle"),
            in_range("momentum", momentum, 0, unit="MeV"),
            positive("mass", mass, unit="MeV"),
        )
    ctau = xp.asarray(ctau, dtype=float)
    # mean decay length; longer ones than the cap give 0 to all digits
    length = xp.minimum(ctau, 1e200) * (xp.asarray(momentum) / mass)
    at_once = ~(750 * length > distance)
    inside = -xp.expm1(-distance / xp.where(at_once, 1.0, length))
    return xp.where(ctau == xp.inf, 0.0, xp.where(at_once, 1.0, inside))[()]


def decay_length(ctau: Any, momentum: Any, mass: Any) -> Any:
    """Mean decay length in the laboratory, p c tau / m: not gamma c tau, which is longer for slow particles.

    Parameters
    ----------
    ctau : array_like
        Proper decay length c tau [mm], >= 0; inf for what does not decay.
    momentum, mass : array_like
        Momentum and mass [MeV], momentum >= 0 and mass > 0.

    Returns
    -------
    array
        [mm], broadcast shape; 0 at rest, inf for what does not decay.

    Raises
    ------
    InvalidInput
        Naming what lies outside its range.

    Examples
    --------
    >>> float(decay_length(5.0, 30.0, 10.0)), float(decay_length(np.inf, 0.0, 10.0))
    (15.0, inf)
    """
    ctau = np.asarray(ctau, dtype=float)
    stable = np.isposinf(ctau)
    require(
        in_range("ctau", np.where(stable, 0.0, ctau), 0, unit="mm", remedy="inf is allowed: a stable particle"),
        in_range("momentum", momentum, 0, unit="MeV"),
        positive("mass", mass, unit="MeV"),
    )
    ratio = np.asarray(momentum, dtype=float) / np.asarray(mass, dtype=float)
    return np.where(stable, np.inf, np.where(stable, 0.0, ctau) * ratio)[()]


def decays_between(edges: Array, length: Array) -> Array:
    """Probability to decay in each bin of the distance, with all digits for short and long decay lengths.

    Parameters
    ----------
    edges : ndarray, shape (n + 1,)
        Distances from where a particle starts, >= 0 and rising.
    length : ndarray, shape (K,)
        Mean decay lengths in the same unit, >= 0; inf for what does not decay.

    Returns
    -------
    ndarray, shape (K, n)

    Examples
    --------
    >>> decays_between(np.array([0.0, 3.0, 9.0]), np.array([0.0, 3.0, 1e12])).round(4).tolist()[:2]
    [[1.0, 0.0], [0.6321, 0.3181]]
    """
    # a length of 0 is as good as nothing
    rate = -1 / np.maximum(length, 1e-280)
    return np.asarray(np.exp(np.outer(rate, edges[:-1])) * -np.expm1(np.outer(rate, np.diff(edges))))


def seen_probability(edges: Any, seen: Any, length: Any) -> Any:
    """Probability that a particle decays where one sees it, sum of f_k (exp(-l_k / lambda) - exp(-l_k+1 / lambda)).

    Parameters
    ----------
    edges : array_like, shape (n + 1,)
        Distances from where it starts [mm], >= 0 and rising.
    seen : array_like, shape (n,)
        Probability f that a decay in each bin is seen, in [0, 1]: of a fiducial volume, or 1 behind a shield.
    length : array_like
        Mean decay lengths lambda [mm], >= 0, inf for what does not decay.

    Returns
    -------
    array
        In [0, 1], the shape of ``length``; exact for f constant in each bin, with all digits for short and long lengths.

    Raises
    ------
    InvalidInput
        For edges that do not rise and numbers outside their range.

    Examples
    --------
    A decay volume from 1 to 3 mm behind a shield:

    >>> [f"{p:.6g}" for p in seen_probability([1.0, 3.0], [1.0], [0.0, 2.0, 1e12, np.inf])]
    ['0', '0.3834', '2e-12', '0']
    """
    edges, seen, given = (np.asarray(part, dtype=float) for part in (edges, seen, length))
    rising = edges.ndim == 1 and edges.size == seen.size + 1 and bool(np.all(np.diff(edges) > 0))
    require(
        None if rising else f"edges: shape {edges.shape}, must rise and be one more than the {seen.size} bins",
        in_range("edges", edges, 0, unit="mm"),
        in_range("seen", seen, 0, 1),
        in_range("decay length", np.where(np.isposinf(given), 0.0, given), 0, unit="mm"),
    )
    lengths = given.ravel()
    result = np.empty(lengths.size)
    for start in range(0, lengths.size, CHUNK):
        part = slice(start, start + CHUNK)
        result[part] = decays_between(edges, lengths[part]) @ seen
    return np.minimum(result, 1.0).reshape(given.shape)[()]


@dataclass(frozen=True, eq=False)
class Flight:
    """Where and when particles decay.

    Attributes
    ----------
    position : ndarray, shape (..., 3)
        Decay vertex [mm].
    time_ns : ndarray, shape (...)
        Time of the decay [ns].
    weight : ndarray, shape (...)
        Probability to decay on the part of the path from which the vertex was drawn.
    """

    position: Array
    time_ns: Array
    weight: Array


def fly(
    u: Any,
    start: Any,
    momentum: Any,
    mass: Any,
    ctau: Any,
    *,
    start_ns: Any = 0.0,
    between: tuple[float, float] = (0.0, np.inf),
) -> Flight:
    """Decay vertices along the momenta, drawn from the exponential law on a part of the path.

    Parameters
    ----------
    u : array_like
        Uniform numbers in [0, 1), shape (...).
    start : array_like
        Where the particles start [mm], shape (..., 3).
    momentum : array_like
        Momenta [MeV], shape (..., 3).
    mass : float
        Mass [MeV], > 0.
    ctau : float
        Proper decay length [mm], >= 0; finite unless the path ends.
    start_ns : array_like
        When they start [ns].
    between : tuple of float
        Ends of the part of the path [mm]; with weights nothing is wasted on decays that are never seen.

    Returns
    -------
    Flight
        Vertices, times and weights.

    Raises
    ------
    InvalidInput
        For numbers outside their range.

    Examples
    --------
    >>> made = fly(0.5, [0.0, 0.0, 0.0], [30.0, 0.0, 0.0], 10.0, 5.0)
    >>> made.position.round(4).tolist(), round(float(made.time_ns), 5), float(made.weight)
    ([10.3972, 0.0, 0.0], 0.03656, 1.0)
    """
    p = np.asarray(momentum, dtype=float)
    size = np.sqrt(np.einsum("...i,...i->...", p, p))
    low, high = between
    require(
        in_range("between[0]", low, 0, high, unit="mm", open_high=True),
        in_range("ctau", np.where(np.isinf(high), ctau, 0.0), 0, unit="mm", remedy="a stable particle needs an end"),
        in_range("u", u, 0, 1, open_high=True),
    )
    # a finite length that is longer than any path is as good as none
    mean = decay_length(ctau, size, mass)
    length = np.clip(mean, 1e-280, 1e280)
    inside = -np.expm1(-(high - low) / length)
    steps = -np.log1p(-np.asarray(u, dtype=float) * inside)
    distance = low + length * steps
    weight = np.where(np.isposinf(mean), 0.0, np.exp(-low / length) * inside)
    moving = np.where(size > 0, size, 1.0)
    # c times the proper time; of what rests it does not follow from the distance
    proper = np.where(size > 0, distance * mass / moving, np.minimum(ctau, 1e280) * steps)
    time = start_ns + proper * np.hypot(size, mass) / (mass * MM_PER_NS)
    vertex = np.asarray(start, dtype=float) + distance[..., None] * p / moving[..., None]
    return Flight(vertex, np.asarray(time), weight)
