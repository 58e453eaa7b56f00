r"""Widths of l -> l' X Q by Gauss-Legendre quadrature: three dimensions for a neutrino pair Q, two for a particle.

The variables are those that cuts bound: energy of X, energy of the lepton, angle between them. Kinematic edges are ends
of panels, and the peaks are flattened (soft photons in ln E_X, collinear ones in ln[(k+q)^2 - m^2]), so that
convergence is geometric.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.kinematics.intervals import Interval
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["EmissionRange", "emission_width"]

Array = NDArray[np.float64]
Stokes = Callable[[Mapping[str, Any]], Any]
_NODES = ((12, 12, 10), (16, 16, 14), (28, 28, 22), (40, 40, 32), (80, 64, 48))
"""Nodes per panel in (E_X, E_lepton, angle) of rules tried in turn, until two agree; their difference is the error."""
AGREEMENT = 2e-7


@dataclass(frozen=True)
class EmissionRange:
    """Region of integration.

    Attributes
    ----------
    M, m, mX : float
        Masses of parent, lepton and X [MeV].
    energy_X, energy : tuple of float
        Allowed energies of X and of the lepton [MeV].
    cosine : tuple of float
        Allowed cosine between them.
    q2 : tuple of float
        Allowed mass squared of Q [MeV^2]; both ends equal for a particle.
    """

    M: float
    m: float
    mX: float
    energy_X: Interval
    energy: Interval
    cosine: Interval = (-1.0, 1.0)
    q2: Interval = (0.0, math.inf)

    @property
    def pair(self) -> bool:
        """Whether Q is integrated over its mass."""
        return self.q2[1] > self.q2[0]

    def lepton_edges(self, E: Array, q2: float) -> tuple[Array, Array, Array]:
        """Least and largest lepton energy at a mass squared of Q, and whether the least one flies along X."""
        s = self.M**2 + self.mX**2 - 2 * self.M * E
        W = np.sqrt(np.maximum(s, 1e-300))
        E_star = (s + self.m**2 - q2) / (2 * W)
        root_q = math.sqrt(q2)
        is_open = self.m + root_q < W
        product = (W - self.m - root_q) * (W + self.m + root_q) * (W - self.m + root_q) * (W + self.m - root_q)
        p_star = np.sqrt(np.where(is_open, product, 0.0)) / (2 * W)
        gamma, gamma_beta = (self.M - E) / W, np.sqrt(np.maximum(E**2 - self.mX**2, 0.0)) / W
        low, high = gamma * E_star - gamma_beta * p_star, gamma * E_star + gamma_beta * p_star
        return np.maximum(low, self.m), np.maximum(high, self.m), gamma * p_star > gamma_beta * E_star


def _nodes(low: Array, high: Array, n: int) -> tuple[Array, Array]:
    """Nodes between arrays of ends, on a new last axis, and weights; empty ranges have weight 0."""
    t, w = unit_legendre(n)
    span = np.maximum(high - low, 0.0)[..., None]
    return low[..., None] + span * t, span * w


def _breaks(region: EmissionRange, low: float, high: float) -> list[float]:
    """Energies of X at which an edge of the lepton energy crosses a cut, or a kinematic region ends."""
    cuts = [edge for edge in region.energy if region.m < edge < region.M]
    grid = np.linspace(low, high, 400)
    found = []
    tops = [region.q2[0]] + ([region.q2[1]] if region.pair and region.q2[1] < region.M**2 else [])
    for q2 in tops:

        def edges(E: Array, q2: float = q2) -> Array:
            below, above, forward = region.lepton_edges(np.atleast_1d(E), q2)
            return np.stack([below, above, np.where(forward, 1.0, -1.0)])

        values = edges(grid)
        levels = [(row, cut) for cut in cuts for row in (0, 1)] + [(2, 0.0)]
        for row, cut in levels:
            change = np.flatnonzero(np.diff(np.sign(values[row] - cut)) != 0)
            for i in change:
                a, b = float(grid[i]), float(grid[i + 1])
                sign = np.sign(values[row][i] - cut)
                for _ in range(60):
                    middle = (a + b) / 2
                    a, b = (middle, b) if np.sign(edges(np.array(middle))[row, 0] - cut) == sign else (a, middle)
                found.append((a + b) / 2)
    return sorted({low, high, *found})


def _energy_nodes(region: EmissionRange, low: float, high: float, n: int) -> tuple[Array, Array]:
    """Nodes in the energy of X between two breaks: logarithm for massless X, rapidity for massive, and weights p dE."""
    t, w = unit_legendre(n)
    # graded to both ends, where edges of the lepton energy come together with a square root
    t, w = t**2 * (3 - 2 * t), w * 6 * t * (1 - t)
    if region.mX == 0:
        span = math.log(high / low)
        E = low * np.exp(span * t)
        return E, w * span * E * E
    start, stop = (math.acosh(max(end / region.mX, 1.0)) for end in (low, high))
    E = region.mX * np.cosh(start + (stop - start) * t)
    return E, w * (stop - start) * (E**2 - region.mX**2)


def _momenta(region: EmissionRange, E: Array, E_e: Array, c: Array) -> dict[str, Array]:
    p, p_e = np.sqrt(np.maximum(E**2 - region.mX**2, 0.0)), np.sqrt(np.maximum(E_e**2 - region.m**2, 0.0))
    sine = np.sqrt(np.maximum((1 - c) * (1 + c), 0.0))
    zero = np.zeros(np.broadcast(E, E_e, c).shape)
    k = np.stack([E_e + zero, p_e * sine + zero, zero, p_e * c + zero], axis=-1)
    X = np.stack([E + zero, zero, zero, p + zero], axis=-1)
    Q = np.stack([region.M - E - E_e + zero, -k[..., 1], zero, -p - k[..., 3]], axis=-1)
    return {"e": k, "X": X, "Q": Q}


def _collinear(region: EmissionRange, E: Array, E_e: Array, low: Array, high: Array, n: int) -> tuple[Array, Array]:
    """Nodes in the cosine between ``low`` and ``high``, flat in ln[(k+q)^2 - m^2], and weights dc."""
    p, p_e = np.sqrt(np.maximum(E**2 - region.mX**2, 0.0)), np.sqrt(np.maximum(E_e**2 - region.m**2, 0.0))
    product = np.maximum(2 * p * p_e, 1e-300)
    least = region.mX**2 + 2 * (region.m**2 * E**2 + region.mX**2 * p_e**2) / (E * E_e + p * p_e)
    bottom, top = least + product * (1 - high), least + product * (1 - low)
    t, w = unit_legendre(n)
    span = np.log(top / bottom)[..., None]
    d = bottom[..., None] * np.exp(span * t)
    c = 1 - (d - least[..., None]) / product[..., None]
    return np.clip(c, -1.0, 1.0), np.where((high > low)[..., None], w * span * d / product[..., None], 0.0)


def _edge_nodes(region: EmissionRange, E: Array, low: Array, high: Array, n: int) -> tuple[Array, Array]:
    """Nodes in the lepton energy above the collinear edge, flat in ln[(k+q)^2 - m^2] at the least mass of Q, and dE."""
    m, M, q2 = region.m, region.M, region.q2[0]
    p = np.sqrt(np.maximum(E**2 - region.mX**2, 0.0))
    shift = q2 - M**2 - m**2 + 2 * M * E
    s = M**2 + region.mX**2 - 2 * M * E
    W = np.sqrt(np.maximum(s, 1e-300))
    E_star, EX_star, pX_star = (s + m**2 - q2) / (2 * W), (M * E - region.mX**2) / W, M * p / W
    p_star = np.sqrt(np.maximum((E_star - m) * (E_star + m), 0.0))
    least = region.mX**2 + 2 * (m**2 * EX_star**2 + region.mX**2 * p_star**2) / (E_star * EX_star + p_star * pX_star)
    bottom, top = np.maximum(shift + 2 * M * low, least), np.maximum(shift + 2 * M * high, least)
    t, w = unit_legendre(n)
    span = np.where(high > low, np.log(top / bottom), 0.0)[:, None]
    d = bottom[:, None] * np.exp(span * t)
    return np.maximum((d - shift[:, None]) / (2 * M), m), w * span * d / (2 * M)


def _slow_nodes(region: EmissionRange, low: Array, high: Array, n: int) -> tuple[Array, Array]:
    """Nodes in the rapidity of the lepton, and dE."""
    m = region.m
    start, stop = (np.arccosh(np.maximum(end / m, 1.0)) for end in (low, high))
    rapidity, weight = _nodes(start, stop, n)
    return m * np.cosh(rapidity), weight * m * np.sinh(rapidity)


def _pair_slice(stokes: Stokes, region: EmissionRange, E: Array, n_e: int, n_c: int) -> Array:
    """Integral over lepton energy and angle at energies E of X, for a pair of neutrinos."""
    m, M = region.m, region.M
    p = np.sqrt(np.maximum(E**2 - region.mX**2, 0.0))
    least, most, forward = region.lepton_edges(E, region.q2[0])
    bounded = region.q2[1] < (M - m) ** 2
    ends = [np.where(forward, m, least), least, most]
    if bounded:
        below, above, _ = region.lepton_edges(E, region.q2[1])
        ends = list(np.sort(np.stack([*ends, below, above]), axis=0))
    total: Any = 0.0
    for number, (low, high) in enumerate(itertools.pairwise(ends)):
        low, high = np.clip(low, *region.energy), np.clip(high, *region.energy)
        if number == 0 or bounded:
            E_e, weight = _slow_nodes(region, low, high, n_e)
        else:
            E_e, weight = _edge_nodes(region, E, low, high, 2 * n_e)
        p_e = np.sqrt(np.maximum((E_e - m) * (E_e + m), 0.0))
        energy = E[:, None]
        rest = M**2 + region.mX**2 + m**2 - 2 * M * (energy + E_e) + 2 * energy * E_e
        product = np.maximum(2 * p[:, None] * p_e, 1e-300)
        c_high = np.clip((rest - region.q2[0]) / product, *region.cosine)
        c_low = np.full_like(c_high, region.cosine[0])
        if bounded:
            c_low = np.clip((rest - region.q2[1]) / product, *region.cosine)
        c, c_weight = _collinear(region, energy, E_e, c_low, c_high, n_c)
        S0 = stokes(_momenta(region, energy[..., None], E_e[..., None], c))[..., 0]
        total = total + np.einsum("ijk...,ijk->i...", S0, c_weight * (weight * p_e)[..., None])
    return np.asarray(total * 2 * np.pi / (2 * (2 * np.pi) ** 3))


def _particle_slice(stokes: Stokes, region: EmissionRange, E: Array, n_e: int) -> Array:
    """Integral over the lepton energy at energies E of X, for Q of fixed mass."""
    p = np.sqrt(np.maximum(E**2 - region.mX**2, 0.0))
    low, high, _ = region.lepton_edges(E, region.q2[0])
    low, high = np.clip(low, *region.energy), np.clip(high, *region.energy)
    E_e, weight = _edge_nodes(region, E, low, high, n_e)
    p_e = np.sqrt(np.maximum((E_e - region.m) * (E_e + region.m), 0.0))
    energy = E[:, None]
    rest = region.M**2 + region.mX**2 + region.m**2 - 2 * region.M * (energy + E_e) + 2 * energy * E_e
    c = np.clip((rest - region.q2[0]) / np.maximum(2 * p[:, None] * p_e, 1e-300), -1.0, 1.0)
    S0 = stokes(_momenta(region, energy, E_e, c))[..., 0]
    # p_e dE_e dc delta(Q^2 - q2) 2 pi
    return np.asarray(
        np.einsum("ij...,ij->i...", S0, weight / (2 * p)[:, None]) * (2 * np.pi) ** 2 / (2 * (2 * np.pi) ** 3)
    )


def emission_width(stokes: Stokes, region: EmissionRange, agreement: float = AGREEMENT) -> tuple[Any, Any]:
    """Integral of S_0 dPhi / (2 M) over a region.

    Parameters
    ----------
    stokes : callable
        Momenta (``e``, ``X``, ``Q`` -> (..., 4)) to Stokes components (..., 4), or (..., N, 4) of N pieces.
    region : EmissionRange
        Where.
    agreement : float
        Relative difference of two rules at which to stop.

    Returns
    -------
    value, error : float or ndarray, shape (N,)
        Width [MeV] and the difference to a rule with fewer nodes, of each piece; exactly 0 where nothing is open.
    """
    floor = (region.m + math.sqrt(region.q2[0])) ** 2
    low = max(region.energy_X[0], region.mX)
    high = min(region.energy_X[1], (region.M**2 + region.mX**2 - floor) / (2 * region.M))
    if not (low < high and region.energy[0] < region.energy[1] and region.cosine[0] < region.cosine[1]):
        return 0.0, 0.0
    breaks = _breaks(region, low, high)
    value: Any = None
    error: Any = np.inf
    is_open: Any = True
    for n_x, n_e, n_c in _NODES:
        total: Any = 0.0
        for start, stop in itertools.pairwise(breaks):
            if not stop > start * (1 + 1e-14):
                continue
            E, weight = _energy_nodes(region, start, stop, n_x)
            for part in range(0, n_x, 8):
                block = slice(part, part + 8)
                if region.pair:
                    values = _pair_slice(stokes, region, E[block], n_e, n_c)
                else:
                    values = _particle_slice(stokes, region, E[block], 2 * n_e)
                total = total + weight[block] @ values
        total = total * 4 * np.pi / (2 * (2 * np.pi) ** 3) / (2 * region.M)
        if value is None:
            value = total
            continue
        # each piece as if it were alone: it keeps the first rule that it agrees with
        error, value = np.where(is_open, abs(total - value), error), np.where(is_open, total, value)
        is_open = is_open & (error > agreement * abs(value))
        if not np.any(is_open):
            break
    return value[()], error[()]
