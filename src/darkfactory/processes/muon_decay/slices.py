r"""Events on a slice of phase space, where the variable in which a signal is a line has one value.

On the slice m_ee = m_X, or m_miss^2 = m_a^2, signal and background have densities at the same events: one sample gives the
signal's branching ratio, the background per unit of the variable, and every gain from further variables. A slice holds the
events that a detector accepts, isotropic in space, with weights for the integral over phase space.

Every event is computed from its number, so a slice is stored on disk as the numbers of its accepted events.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from darkfactory.constants import M_E, M_MU
from darkfactory.errors import in_range, require
from darkfactory.kinematics import maps, pair_decays
from darkfactory.kinematics.energy_map import three_leptons_by_energy
from darkfactory.kinematics.orientation import isotropic, plane_frame, rotate
from darkfactory.numerics.cache import kept
from darkfactory.numerics.importance_grid import apply_grid, flat_grid, refine
from darkfactory.numerics.streams import stream_key, uniforms_of
from darkfactory.processes.muon_decay.on_slices import (
    alp_rate,
    conversion_per_mass,
    conversion_per_missing_mass2,
    missing_mass_importance,
    resonance_importance,
    resonance_rates,
)

__all__ = ["PARTS", "Acceptance", "Slice", "missing_mass_slice", "resonance_slice", "total"]

Array = NDArray[np.float64]
CHARGES = (1, 1, -1)
"""Charges of the tracks (e1, e2, e3)."""
BLOCK = 16384
"""Events that are computed at a time."""
PARTS = 16
"""Subsamples for errors; event i belongs to part (i // size) % PARTS, and samples grow in whole rounds of parts."""
SAMPLING = ((0.05, 1024, 4096), (0.015, 4096, 16384), (0.0, BLOCK, 16384))
"""By the precision from which on: trials of one part in one round, and events of one round of training."""
TIGHT = 6.0
"""Energy left to the tracks over the least energy of one: below, the map by energies is the better one."""
TRAINING_ROUNDS, MOST_TRAINING = 7, 40
ENOUGH = 0.02
"""Fraction of accepted events that a grid should reach before training ends."""
MOST_ROUNDS, EMPTY_ROUNDS = 32, 4
"""Rounds of parts at which to give up the precision, and without a single accepted event."""


class Acceptance(Protocol):
    """What decides which events are recorded: hashable, with a text that says what it does."""

    def accepts(self, tracks: Sequence[Array], charges: Sequence[int], u_z: Array, u_phi: Array) -> Any:
        """Whether the tracks, (n, 3) each, from a vertex of two uniform numbers are accepted."""

    @property
    def acceptance_key(self) -> str:
        """Text that is the same only for the same acceptance."""

    @property
    def least_momentum(self) -> float:
        """Momentum [MeV] that every accepted track exceeds."""


@dataclass(frozen=True)
class _Layout:
    """How the events of one kind of slice are made."""

    name: str
    dims: int
    draw: Callable[[Sequence[Array], float, float], tuple[Sequence[Any], Array]]
    importance: Callable[[Sequence[Array], float], tuple[Array, Array]]

    @property
    def adapted(self) -> int:
        """Uniform numbers that the importance grid adapts: body, and the cosine of its plane to the beam."""
        return self.dims + 1

    @property
    def numbers(self) -> int:
        """Uniform numbers of one event: those, two further angles, and the vertex."""
        return self.adapted + 4


def _draw_resonance(u: Sequence[Array], mass: float, least: float, share: float = 0.5) -> tuple[Sequence[Any], Array]:
    k = {"M": M_MU, "m": M_E, "mX": mass, "E_low": 2 * least, "E_high": M_MU - least}
    k |= {"q2_low": 0.0, "q2_high": M_MU**2}
    p, weight = maps.emission(u[:3], k, massless=False, pair=True)
    e2, e3, decay = pair_decays.pair_decay_about(u[3:6], p["X"], p["e"], mass, M_E, share)
    return (p["e"], e2, e3), weight * decay


def _draw_missing(u: Sequence[Array], mass: float, least: float) -> tuple[Sequence[Any], Array]:
    if M_MU - mass < TIGHT * least:
        p, weight = three_leptons_by_energy(u, {"M": M_MU, "m": M_E, "mQ": mass, "E_least": least})
        return (p["e1"], p["e2"], p["e3"]), weight
    k = {"M": M_MU, "m": M_E, "E_low": 0.0, "E_high": M_MU - 3 * least, "q2_low": mass**2, "q2_high": mass**2}
    p, weight = maps.three_leptons(u, k, pair=False)
    return (p["e1"], p["e2"], p["e3"]), weight


RESONANCE_LAYOUTS = {
    name: _Layout(f"m_ee, {name}", 6, functools.partial(_draw_resonance, share=share), resonance_importance)
    for name, share in (("mixed", 0.5), ("isotropic", 1.0), ("collinear", 0.0))
}
"""How the electron of the pair is distributed about the other positron; the results must not depend on it."""
_MISSING = _Layout("m_miss2", 5, _draw_missing, missing_mass_importance)


@dataclass(frozen=True, eq=False)
class Slice:
    """Accepted events on a slice.

    Attributes
    ----------
    variable : str
        ``m_ee`` or ``m_miss2``.
    mass : float
        Mass of the pair, or missing mass [MeV].
    momenta : tuple of ndarray, shape (n, 4)
        (e1, e2, e3) [MeV] of mu+ at rest: positrons and electron; with ``m_ee`` the pair of that mass is (e2, e3).
    weight : ndarray, shape (n,)
        The sum of weight times |M|^2 is the integral of |M|^2 dPhi over the accepted part of the slice.
    part : ndarray of int, shape (n,)
        Subsample of each event, for errors; :data:`PARTS` in all, of equal numbers of trials.
    trials : int
        Events tried.
    """

    variable: str
    mass: float
    momenta: tuple[Array, Array, Array]
    weight: Array
    part: NDArray[np.int64]
    trials: int

    def __len__(self) -> int:
        return len(self.weight)

    @functools.cached_property
    def background(self) -> Array:
        """Internal conversion per unit of the variable (MeV, or MeV^2) and event, (n, 2): spin average, and per degree P."""
        rate = conversion_per_mass if self.variable == "m_ee" else conversion_per_missing_mass2
        return np.concatenate([rate(p) for p in self._blocks()]) * self.weight[:, None]

    def resonance(self, model: Any) -> dict[str, Array]:
        """Signal of X -> e2 e3 per event, by monomial of the couplings (see :func:`resonance_rates`), (n, 2) each."""
        parts = [resonance_rates(p, model) for p in self._blocks()]
        return {name: self.weight[:, None] * np.concatenate([part[name] for part in parts]) for name in parts[0]}

    def alp(self, C_V: complex, C_A: complex) -> Array:
        """Signal of an LFV ALP of the missing mass at F = 1 GeV per event, (n, 2)."""
        return np.concatenate([alp_rate(p, self.mass, C_V, C_A) for p in self._blocks()]) * self.weight[:, None]

    def _blocks(self) -> list[list[Array]]:
        """Momenta of some events at a time, whose arrays a core has at hand: amplitudes take half the time."""
        return [[p[first : first + BLOCK] for p in self.momenta] for first in range(0, max(len(self), 1), BLOCK)]


@dataclass(frozen=True, eq=False)
class _Events:
    """Accepted events among those of some numbers: their places, momenta and weights dPhi/du; body numbers of all."""

    place: NDArray[np.intp]
    momenta: tuple[Array, Array, Array]
    weight: Array
    body: Sequence[Array]


def _events(
    layout: _Layout, mass: float, accept: Acceptance | None, key: np.uint64, grid: Array, numbers: Any
) -> _Events:
    u = uniforms_of(key, np.asarray(numbers, dtype=np.uint64), layout.numbers)
    adapted, jacobian = apply_grid(u[: layout.adapted], grid)
    least = M_E if accept is None else math.hypot(accept.least_momentum, M_E)
    tracks, weight = layout.draw(adapted[:-1], mass, least)
    # what no orientation makes acceptable is not turned
    place = np.flatnonzero((weight > 0) & (np.minimum(np.minimum(tracks[0][0], tracks[1][0]), tracks[2][0]) >= least))
    tracks = [[component[place] for component in p] for p in tracks]
    # the plane of the positrons first: its normal is what the thresholds in p_T ask of the orientation
    plane = plane_frame(tracks[0][1:], tracks[1][1:])
    cosine, phi, psi, *vertex = (number[place] for number in (adapted[-1], *u[layout.adapted :]))
    turn = isotropic([cosine, phi, psi])
    momenta = [np.stack([p[0], *rotate(turn, rotate(plane, p[1:]))], axis=-1) for p in tracks]
    if accept is not None:
        passed = np.flatnonzero(accept.accepts([p[:, 1:] for p in momenta], CHARGES, *vertex))
        place, momenta = place[passed], [p[passed] for p in momenta]
    return _Events(place, (momenta[0], momenta[1], momenta[2]), (weight * jacobian)[place], u[: layout.adapted])


def _sampling(precision: float) -> tuple[int, int]:
    """Trials of one part in one round, and events of one round of training."""
    part, training = next(sizes for least, *sizes in SAMPLING if precision >= least)
    return min(part, BLOCK), training


def _train(layout: _Layout, mass: float, accept: Acceptance | None, size: int) -> Array:
    """Importance grid for signal and background together, from rounds of ``size`` events."""
    grid = flat_grid(layout.adapted)
    key = np.uint64(stream_key(0, f"training slice {layout.name}"))
    for step in range(MOST_TRAINING):
        numbers = np.arange(step * size, (step + 1) * size)
        made = _events(layout, mass, accept, key, grid, numbers)
        squares = np.zeros(size)
        for density in layout.importance(made.momenta, mass):
            value = made.weight * density
            squares[made.place] += (value / max(value.sum(), 1e-300)) ** 2
        grid = refine(grid, made.body, squares)
        if step + 1 >= TRAINING_ROUNDS and len(made.place) > ENOUGH * size:
            break
    return grid


def _select(
    layout: _Layout, mass: float, accept: Acceptance | None, precision: float, key: np.uint64
) -> dict[str, Any]:
    """Grid, numbers of accepted events and number of trials, for a relative precision of sqrt(background) / signal."""
    part, training = _sampling(precision)
    grid = _train(layout, mass, accept, training)
    found: list[NDArray[np.int64]] = []
    sums, squares, trials = np.zeros(2), np.zeros((2, 2)), 0
    per_round = PARTS * part
    for number in range(MOST_ROUNDS):
        for first in range(number * per_round, (number + 1) * per_round, BLOCK):
            numbers = np.arange(first, min(first + BLOCK, (number + 1) * per_round))
            made = _events(layout, mass, accept, key, grid, numbers)
            found.append(numbers[made.place])
            values = made.weight * np.stack(layout.importance(made.momenta, mass))
            sums, squares = sums + values.sum(axis=1), squares + values @ values.T
            trials += len(numbers)
        if sums.all():
            # variance of ln(signal) - ln(background) / 2: both are known from the same events
            slope = np.array([1.0, -0.5]) / sums
            if math.sqrt(slope @ squares @ slope - 0.25 / trials) < precision:
                break
        elif number + 1 >= EMPTY_ROUNDS:
            break
    return {"grid": grid, "numbers": np.concatenate(found).astype(np.uint32), "trials": np.array(trials)}


def _slice(layout: _Layout, mass: float, accept: Acceptance | None, precision: float, seed: int) -> Slice:
    require(
        in_range("mass", mass, 0, M_MU, unit="MeV"),
        in_range("search.precision", precision, 1e-4, 1),
        in_range("seed", seed, 0),
    )
    key = np.uint64(stream_key(seed, f"slice {layout.name}"))
    text = accept.acceptance_key if accept is not None else "everything"
    what = [layout.name, float(mass), text, float(precision), int(seed)]
    chosen = kept("slices", what, lambda: _select(layout, mass, accept, precision, key))
    return _build(layout, mass, accept, key, chosen, _sampling(precision)[0])


def _build(
    layout: _Layout,
    mass: float,
    accept: Acceptance | None,
    key: np.uint64,
    chosen: Mapping[str, Array],
    size: int,
) -> Slice:
    numbers, trials = chosen["numbers"], int(chosen["trials"])
    made = _events(layout, mass, accept, key, chosen["grid"], numbers)
    part = (numbers.astype(np.int64) // size) % PARTS
    return Slice(layout.name.partition(",")[0], mass, made.momenta, made.weight / trials, part[made.place], trials)


def resonance_slice(
    mass: float, accept: Acceptance | None, *, precision: float = 0.004, seed: int = 0, sampling: str = "mixed"
) -> Slice:
    """Events with the pair (e2, e3) at a mass, as accepted by a detector.

    Parameters
    ----------
    mass : float
        Mass of the pair [MeV], between 2 m_e and m_mu - m_e.
    accept : Acceptance or None
        The detector; None keeps all events.
    precision : float
        Relative statistical error of sqrt(background)/signal of a dark photon at which to stop.
    seed : int
        Seed; the events depend on it alone.
    sampling : {"mixed", "isotropic", "collinear"}
        How the electron is distributed about the other positron.

    Returns
    -------
    Slice
        Empty if nothing is accepted.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.

    Examples
    --------
    >>> from darkfactory.models import DarkPhoton
    >>> made = resonance_slice(20.0, None, precision=0.01)
    >>> rate = made.resonance(DarkPhoton(mass=20.0))["epsilon^2"][:, 0].sum()
    >>> bool(abs(rate / 5.3123e-4 - 1) < 0.03)
    True
    """
    require(in_range("mass", mass, 2 * M_E, M_MU - M_E, unit="MeV", open_low=True, open_high=True))
    return _slice(RESONANCE_LAYOUTS[sampling], mass, accept, precision, seed)


def missing_mass_slice(mass: float, accept: Acceptance | None, *, precision: float = 0.004, seed: int = 0) -> Slice:
    """Events mu -> e e e + invisible of a missing mass, as accepted by a detector (see :func:`resonance_slice`).

    Parameters
    ----------
    mass : float
        Missing mass [MeV], from 0 to m_mu - 3 m_e.
    accept : Acceptance or None
        The detector; None keeps all events.
    precision : float
        Relative statistical error of sqrt(background)/signal of an ALP at which to stop.
    seed : int
        Seed.

    Returns
    -------
    Slice
        Empty if nothing is accepted.

    Raises
    ------
    InvalidInput
        For numbers outside their domain.
    """
    require(in_range("mass", mass, 0, M_MU - 3 * M_E, unit="MeV", open_high=True))
    return _slice(_MISSING, mass, accept, precision, seed)


def total(made: Slice, density: Array) -> tuple[float, float]:
    """Sum of a density over a slice, and its statistical error.

    Parameters
    ----------
    made : Slice
        The events.
    density : ndarray, shape (n,)
        Density times weight of each event.

    Returns
    -------
    value, error : float
        Error from the spread of all trials.
    """
    value = float(density.sum())
    return value, math.sqrt(max(float(density @ density) - value**2 / made.trials, 0.0))
