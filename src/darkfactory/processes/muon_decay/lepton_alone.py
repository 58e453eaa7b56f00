r"""Decays of which one charged lepton is all that is seen: what passes any cut, by quadrature over x and cos(theta).

Every observable is a function of the reduced energy x = E/W and of the cosine c to the beam axis, and the spectrum is
linear in c: w0(x) + w1(x) c. At each x the cosines that pass are intervals, whose edges are found by bisection, so that
the integral over c is exact; the integral over x is Gauss-Legendre between the points where the intervals change.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes import michel, two_body_alp
from darkfactory.amplitudes.soft_radiation import LOWEST_Z, tail_exponent
from darkfactory.kinematics.cuts import Cut
from darkfactory.kinematics.intervals import edges_of
from darkfactory.kinematics.observables import OBSERVABLES
from darkfactory.kinematics.particles import FinalState
from darkfactory.models import LfvAlp
from darkfactory.numerics.quadrature import unit_legendre

__all__ = ["LeptonSpectrum", "Line", "Michel", "passing_fraction", "spectrum_fractions"]

Array = NDArray[np.float64]
Passes = Callable[[Array, Array], Any]
_RULES = ((16, 33, 300), (24, 65, 700))
"""Nodes in x per panel, scan points in c and in x, of two rules; their difference is the error."""
_CHUNK = 512
_DEEPEST, _AGREEMENT = 20, 3e-8


def _first(c: Array) -> Array:
    return c


def _second(c: Array) -> Array:
    return c * c / 2


_POWERS = (_first, _second)
"""Integrals of 1 and of c."""


class LeptonSpectrum(Protocol):
    """Spectrum w0(x) + w1(x) c of a lepton, of unit integral over x and c (but for what a tail loses)."""

    @property
    def support(self) -> tuple[float, float]:
        """Range of x."""

    def nodes(self, low: Array, high: Array, n: int) -> tuple[Array, Array, Array]:
        """Nodes x between arrays of ends (k,), with the weights of w0 and w1: three arrays (k, n)."""


@dataclass(frozen=True)
class Michel:
    """Spectrum of l_i -> l_j nu nu.

    Attributes
    ----------
    order : {"born", "oalpha", "exp"}
        Order in alpha, inclusive in photons.
    m_i, m_j : float
        Masses of the decaying and of the final lepton [MeV].
    spin : float
        Component of the spin vector along the beam axis for the positive parent, its opposite for the negative one.
    """

    order: str
    m_i: float
    m_j: float
    spin: float = 0.0

    @property
    def support(self) -> tuple[float, float]:
        """Range of x: from the lepton at rest to the endpoint."""
        return self.m_j / michel.endpoint_energy(self.m_i, self.m_j), 1.0

    def nodes(self, low: Array, high: Array, n: int) -> tuple[Array, Array, Array]:
        """Nodes graded to both ends: square roots at edges, a logarithm at the endpoint."""
        t, w = unit_legendre(n)
        top = (high == 1.0)[:, None]
        shape = np.where(top, t**6 / (t**6 + (1 - t) ** 3), t**2 * (3 - 2 * t))
        slope = np.where(top, t**5 * (1 - t) ** 2 * (6 - 3 * t) / (t**6 + (1 - t) ** 3) ** 2, 6 * t * (1 - t))
        span = (high - low)[:, None]
        y = (1 - high)[:, None] + span * shape
        n0, n1 = michel.spectrum_functions(1 - y, y=y, order=self.order, m_i=self.m_i, m_j=self.m_j)
        weight = w * slope * span / michel.normalization(self.order, self.m_i, self.m_j)
        return 1 - y, weight * n0, weight * n1 * self.spin


@dataclass(frozen=True)
class Line:
    """Spectrum of l_i -> l_j a: a line, or with its soft radiative tail down to half its energy.

    Attributes
    ----------
    model : LfvAlp
        Its mass places the line, its couplings fix the asymmetry.
    tail : {"none", "soft"}
        Whether soft photons take energy away.
    m_i, m_j, spin : float
        As in :class:`Michel`.
    """

    model: LfvAlp
    tail: str
    m_i: float
    m_j: float
    spin: float = 0.0

    @property
    def position(self) -> float:
        """Place of the line in x."""
        return 1 - self.model.mass**2 / (self.m_i**2 + self.m_j**2)

    @property
    def support(self) -> tuple[float, float]:
        """Range of x that holds the line and its tail."""
        return LOWEST_Z * self.position, self.position

    def nodes(self, low: Array, high: Array, n: int) -> tuple[Array, Array, Array]:
        """Nodes in u = (1 - z)^beta, in which the tail is flat; the line itself where there is no tail."""
        x_a = self.position
        couplings = complex(self.model.C_V), complex(self.model.C_A)
        slope = -self.spin * float(two_body_alp.asymmetry(self.m_i, self.m_j, self.model.mass, *couplings))
        beta = float(tail_exponent(x_a, self.m_i, self.m_j)) if self.tail == "soft" else 0.0
        if beta == 0:
            x, weight = np.full((len(low), 1), x_a), ((low < x_a) & (x_a <= high)).astype(float)[:, None]
        else:
            t, w = unit_legendre(n)
            start, stop = (np.clip(1 - end / x_a, 0.0, 1.0)[:, None] ** beta for end in (high, low))
            x, weight = x_a * (1 - (start + (stop - start) * t) ** (1 / beta)), w * (stop - start)
        return x, weight / 2, weight / 2 * slope


@dataclass(frozen=True, eq=False)
class _Region:
    """Which (x, c) pass a cut, and which observable of the direction they are binned in."""

    state: FinalState
    cut: Cut
    binned: str = "cos_theta"
    bins: Array = field(default_factory=lambda: np.array([-1.0, 1.0]))

    def momentum(self, x: Any, c: Any) -> dict[str, Array]:
        M, m = self.state.parent_mass, self.state.track_mass
        E = np.asarray(x) * (M**2 + m**2) / (2 * M)
        p = np.sqrt(np.maximum((E - m) * (E + m), 0.0))
        four = np.broadcast_arrays(E, p * np.sqrt(np.maximum((1 - c) * (1 + c), 0.0)), 0.0 * E, p * c)
        return {self.state.tracks[0]: np.stack(four, axis=-1)}

    def value(self, name: str, x: Any, c: Any = 0.0) -> Array:
        return np.asarray(OBSERVABLES[name].of(self.momentum(x, c), self.state))

    def passes(self, x: Any, c: Any) -> NDArray[np.bool_]:
        momentum = self.momentum(x, c)
        values = {name: OBSERVABLES[name].of(momentum, self.state) for name in self.cut.names}
        with np.errstate(all="ignore"):
            return np.broadcast_to(np.asarray(self.cut.passes(values), dtype=bool), np.broadcast(x, c).shape)

    @property
    def oriented(self) -> bool:
        return self.binned == "p_T" or any(OBSERVABLES[name].oriented for name in self.cut.names)

    def marks(self, name: str | None = None) -> list[tuple[str, float]]:
        """Values at which single observables, or one of them, are compared."""
        found = list(edges_of(self.cut.tree)) if self.cut.tree is not None else []
        found += [(self.binned, float(edge)) for edge in self.bins]
        return [mark for mark in found if name in (None, mark[0])]


def _bisect(same: Callable[[Array], Array], low: Array, high: Array) -> Array:
    """Points between ``low`` and ``high`` where ``same`` (as at the low end) turns false."""
    for _ in range(52):
        middle = (low + high) / 2
        kept = same(middle)
        low, high = np.where(kept, middle, low), np.where(kept, high, middle)
    return np.asarray((low + high) / 2)


def _solve(region: _Region, name: str, values: Array, support: tuple[float, float]) -> Array:
    """Reduced energies at which an observable takes some values at c = 0, at the ends where it does not reach them."""
    at_ends = region.value(name, np.array(support))
    rising = at_ends[1] > at_ends[0]
    low, high = (np.full(len(values), end) for end in support)
    found = _bisect(lambda x: (region.value(name, x) < values) == rising, low, high)
    below, above = (values <= at_ends.min()), (values >= at_ends.max())
    return np.where(below, support[0 if rising else 1], np.where(above, support[1 if rising else 0], found))


def _refined(points: Sequence[float], low: float, high: float) -> Array:
    """Sorted points in a range with its ends and the middles between neighbours: no interval between edges is missed."""
    inside = np.unique([low, high, *(point for point in points if low < point < high)])
    return np.unique([*inside, *(inside[1:] + inside[:-1]) / 2])


def _still(region: _Region, x: Array, before: NDArray[np.bool_], c: Array) -> Array:
    return np.asarray(region.passes(x, c) == before)


def _rows(region: _Region, x: Array, scan: Array) -> Array:
    """Points in c to look at, for each x: common ones, and those where p_T takes a value that the cut compares it with."""
    marks = [value for _, value in region.marks("p_T") if value > 0]
    if not marks:
        return np.broadcast_to(scan, (len(x), len(scan)))
    p = np.maximum(region.value("p_e", x), 1e-300)[:, None]
    sine = np.minimum(_refined(marks, 0.0, 2 * max(marks)) / p, 1.0)
    c = np.clip(np.sqrt((1 - sine) * (1 + sine)), scan[0], scan[-1])
    mirrored = np.clip(-c, scan[0], scan[-1])
    return np.sort(np.concatenate([np.broadcast_to(scan, (len(x), len(scan))), c, mirrored], axis=1), axis=1)


def _cosine_moments(region: _Region, x: Array, scan: Array) -> tuple[Array, Array]:
    """Integrals of 1 and c over the cosines that pass at each x, in the bins of the region."""
    bins = region.bins
    if not region.oriented:
        inside = region.passes(x, 0.0)[:, None]
        return inside * np.diff(bins), inside * np.diff(bins**2) / 2
    count = len(bins) - 1
    found: tuple[list[Array], list[Array]] = ([], [])
    for start in range(0, len(x), _CHUNK):
        here = x[start : start + _CHUNK]
        c = _rows(region, here, scan)
        inside = region.passes(here[:, None], c)
        left, both = inside[:, :-1], inside[:, :-1] & inside[:, 1:]
        i, j = np.nonzero(left != inside[:, 1:])
        edge = _bisect(functools.partial(_still, region, here[i], left[i, j]), c[i, j], c[i, j + 1])
        middle = (c[:, 1:] + c[:, :-1]) / 2
        at = middle if region.binned == "cos_theta" else region.value(region.binned, here[:, None], middle)
        # the first and the last of count + 2 are what lies outside the bins
        place = np.searchsorted(bins, at, side="right") + (count + 2) * np.arange(len(here))[:, None]
        for rows, power in zip(found, _POWERS, strict=True):
            cells = np.where(both, np.diff(power(c), axis=1), 0.0)
            cells[i, j] = np.where(left[i, j], power(edge) - power(c[i, j]), power(c[i, j + 1]) - power(edge))
            sums: Array = np.bincount(place.ravel(), cells.ravel(), (count + 2) * len(here)).astype(float)
            rows.append(sums.reshape(len(here), -1)[:, 1:-1])
    return np.concatenate(found[0]), np.concatenate(found[1])


def _breaks(region: _Region, scan: Array, support: tuple[float, float], points: int) -> Array:
    """Reduced energies at which the intervals of cosines that pass appear, vanish, or change in number."""
    if region.cut.tree is None and region.binned == "cos_theta":
        return np.zeros(0)
    marks = [
        float(_solve(region, name, np.array([value]), support)[0])
        for name, value in region.marks()
        if name != "cos_theta" and np.ptp(region.value(name, np.array(support))) > 0
    ]
    grid = _refined([*marks, *np.linspace(*support, points)], *support)

    def signature(x: Array) -> Array:
        inside = region.passes(x[:, None], _rows(region, x, scan) if region.oriented else np.zeros(1))
        return np.asarray(2 * np.count_nonzero(inside[:, 1:] != inside[:, :-1], axis=1) + inside[:, 0])

    found = np.concatenate([signature(grid[k : k + 256]) for k in range(0, len(grid), 256)])
    change = np.flatnonzero(found[1:] != found[:-1])
    before = found[change]
    return np.concatenate([marks, _bisect(lambda x: signature(x) == before, grid[change], grid[change + 1])])


def _fractions(
    density: LeptonSpectrum,
    region: _Region,
    edges: Array,
    rule: tuple[int, int, int] = _RULES[1],
    agreement: float = _AGREEMENT,
) -> Array:
    """Fractions of the leptons that pass, shape (X, C), in bins of x with rising edges and in those of the region."""
    nodes, in_c, in_x = rule
    low, high = density.support
    even = np.linspace(0, np.pi, in_c)  # in the angle: what is even in the cosine misses narrow rings around the beam
    scan = _refined([value for _, value in region.marks("cos_theta")] + [*np.cos(even), 0.0], -1.0, 1.0)
    # the O(alpha) spectrum rises like 1/x^2 towards x = 0
    steps = [high / 2**k for k in range(1, 7)]
    inner = np.clip([*edges, *steps, *_breaks(region, scan, density.support, in_x)], low, high)
    ends = np.unique([low, high, *inner])
    starts, stops, total = ends[:-1], ends[1:], np.zeros((len(edges) - 1, len(region.bins) - 1))

    def integral(low: Array, high: Array) -> Array:
        x, w0, w1 = density.nodes(low, high, nodes)
        length, moment = (f.reshape(*x.shape, -1) for f in _cosine_moments(region, x.ravel(), scan))
        return np.asarray(np.einsum("pn,pnc->pc", w0, length) + np.einsum("pn,pnc->pc", w1, moment))

    whole = integral(starts, stops)
    scale = float(np.sum(np.abs(whole)))
    for level in range(_DEEPEST + 1):
        middle = (starts + stops) / 2
        left, right = integral(starts, middle), integral(middle, stops)
        # kinks that the scan does not see are closed in upon by halving
        again = (np.sum(np.abs(left + right - whole), axis=1) > agreement * scale) & (level < _DEEPEST)
        place = np.searchsorted(edges, middle, side="right") - 1
        done = ~again & (place >= 0) & (place < len(total))
        np.add.at(total, place[done], (left + right)[done])
        if not again.any():
            break
        starts, stops = np.concatenate([starts[again], middle[again]]), np.concatenate([middle[again], stops[again]])
        whole = np.concatenate([left[again], right[again]])
    return total


_ALL_X = np.array([-np.inf, np.inf])


def passing_fraction(density: LeptonSpectrum, state: FinalState, cut: Cut) -> tuple[float, float]:
    """Fraction of the leptons that pass a cut, and its error.

    Parameters
    ----------
    density : LeptonSpectrum
        Spectrum.
    state : FinalState
        Particles, for the observables.
    cut : Cut
        Condition on any observables.

    Returns
    -------
    fraction, error : float
        The error is the difference of two rules.

    Examples
    --------
    >>> from darkfactory.constants import M_E, M_MU
    >>> from darkfactory.processes import find_process
    >>> process = find_process("mu -> e nu nu")
    >>> found, _ = passing_fraction(Michel("born", M_MU, M_E), process.state(), process.cut("cos_theta > 0.5"))
    >>> round(found, 6)
    0.25
    """
    region = _Region(state, cut)
    coarse, fine = (float(_fractions(density, region, _ALL_X, rule)[0, 0]) for rule in _RULES)
    return max(fine, 0.0), abs(fine - coarse)


def spectrum_fractions(density: LeptonSpectrum, state: FinalState, cut: Cut, observable: str, edges: Array) -> Array:
    """Fraction of the leptons that pass a cut in bins of an observable.

    Parameters
    ----------
    density, state, cut : LeptonSpectrum, FinalState, Cut
        As for :func:`passing_fraction`.
    observable : str
        Any observable of the lepton.
    edges : ndarray, shape (B + 1,)
        Rising bin edges.

    Returns
    -------
    ndarray, shape (B,)
        Fractions.
    """
    plain, support = _Region(state, cut), density.support
    # many bins of the direction within a cut have many kinks; without a cut there are none in x
    agreement = 1e-6 if cut.tree is not None or observable == "p_T" else 1e-11
    if OBSERVABLES[observable].oriented:
        region = _Region(state, cut, observable, edges)
        return np.asarray(np.maximum(_fractions(density, region, _ALL_X, agreement=agreement)[0], 0.0))
    ends = plain.value(observable, np.array(support))
    if observable == "m_vis":  # the mass of the lepton
        place = np.searchsorted(edges, state.track_mass, side="right") - 1
        return np.where(np.arange(len(edges) - 1) == place, passing_fraction(density, state, cut)[0], 0.0)
    rising = ends[1] > ends[0]
    x = _solve(plain, observable, edges, support)
    # what lies beyond the spectrum holds its ends, where a line stands
    x = np.where(edges <= ends.min(), -np.inf if rising else np.inf, x)
    x = np.where(edges >= ends.max(), np.inf if rising else -np.inf, x)
    values = np.maximum(_fractions(density, plain, np.sort(x), agreement=agreement)[:, 0], 0.0)
    return values if rising else values[::-1]
