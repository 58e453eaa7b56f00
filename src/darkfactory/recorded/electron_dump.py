r"""Electron beam dumps: bremsstrahlung of X in a thick target, its flight through a shield, and its decay X -> e+ e-.

Primary electrons only (no secondaries of the shower, no e+ e- annihilation), improved Weizsaecker-Williams production. The
yield K(E_k, z) does not know the coupling: one yield serves all couplings that have the same production and decay shape.
Lengths in m, energies and masses in GeV, as in the literature.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import CubicSpline

from darkfactory.amplitudes.dark_bremsstrahlung import (
    M_E_GEV,
    Bracket,
    angular_integrals,
    effective_flux,
    lowest_virtuality,
    velocity,
)
from darkfactory.constants import AVOGADRO
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.kinematics.pair_on_disc import OPTIONS, DecayShape, hit_moments
from darkfactory.kinematics.shielded_flight import log_decays_seen
from darkfactory.kinematics.thick_target import boson_energies, electron_losses, track_length

__all__ = ["ACCEPTANCES", "DumpYield", "ElectronDump", "Grid", "electron_dump_yield", "log_events"]

Array = NDArray[np.float64]
GEV2_TO_CM2 = 3.893793721e-28
ACCEPTANCES = (*OPTIONS, "line")
"""What is asked of the leptons, or of the line of X alone (``line``: no decay acceptance)."""


@dataclass(frozen=True)
class ElectronDump:
    """Numbers of an electron beam dump.

    Attributes
    ----------
    charge, mass_number : float
        Z and A of the target.
    radiation_length : float
        Of the target [g/cm^2].
    beam_energy_gev : float
        Energy of the electrons [GeV].
    electrons : float
        Number of electrons on target.
    shield_m, decay_m : float
        Lengths of the shield (target included) and of the decay volume behind it [m].
    target_lengths : float
        Thickness of the target in radiation lengths.
    threshold_gev : float
        Energy threshold [GeV].
    face_radius_m, face_distance_m : float
        Radius of the face of the detector, and its distance from the start of the target [m]; the radius may be inf.
    """

    charge: float
    mass_number: float
    radiation_length: float
    beam_energy_gev: float
    electrons: float
    shield_m: float
    decay_m: float
    target_lengths: float
    threshold_gev: float
    face_radius_m: float
    face_distance_m: float

    def __post_init__(self) -> None:
        for name in ("charge", "mass_number", "radiation_length", "beam_energy_gev", "electrons", "target_lengths"):
            require(positive(name, getattr(self, name)))
        ends = self.shield_m + self.decay_m
        require(
            in_range("shield_m", self.shield_m, 0, unit="m"),
            positive("decay_m", self.decay_m, unit="m"),
            in_range("threshold_gev", self.threshold_gev, 0, unit="GeV"),
            positive("face_radius_m", min(self.face_radius_m, 1e300), unit="m"),
            in_range("face_distance_m", self.face_distance_m, ends * (1 - 1e-12), unit="m", remedy="behind the decays"),
        )


@dataclass(frozen=True)
class Grid:
    """Numbers of nodes: per half of the energies of X and of the electrons, in z, bins of rho (to 1.5 r, to 60 r), in c."""

    boson: int = 30
    electron: int = 24
    position: int = 33
    near: int = 18
    far: int = 12
    cosine: int = 24


@dataclass(frozen=True, eq=False)
class DumpYield:
    """Bosons of coupling 1 that would be seen if they decayed at z behind the shield.

    Attributes
    ----------
    boost : ndarray, shape (k,)
        p_k / m.
    position_m : ndarray, shape (z,)
        Distances from the end of the shield [m].
    seen : ndarray, shape (k, z)
        Number of bosons in the k-th part of the spectrum times the probability to be seen.
    shield_m : float
        Length of the shield [m].
    """

    boost: Array
    position_m: Array
    seen: Array
    shield_m: float


def electron_dump_yield(
    dump: ElectronDump,
    mass_gev: float,
    bracket: Callable[[Array, Array], Bracket],
    shape: DecayShape,
    acceptance: str = "both",
    grid: Grid = Grid(),
) -> DumpYield:
    """Yield of a dump at one mass, for all couplings.

    Parameters
    ----------
    dump : ElectronDump
        The experiment.
    mass_gev : float
        Mass of X [GeV], above 2 m_e.
    bracket : callable
        Production at coupling 1, from x and 1 - x: :func:`darkfactory.amplitudes.dark_bremsstrahlung.vector_bracket` or
        ``scalar_bracket`` at this mass.
    shape : DecayShape
        Decay, of :mod:`darkfactory.kinematics.pair_on_disc`.
    acceptance : str
        One of ``ACCEPTANCES``.
    grid : Grid
        Numbers of nodes; the default gives 0.5% in the number of events.

    Returns
    -------
    DumpYield
        Without energies where the threshold, or twice the mass (below which the collinear kernel means nothing), is above
        the energy of the beam.

    Raises
    ------
    InvalidInput
        For an unknown acceptance or a mass below 2 m_e.
    """
    require(
        one_of("search.acceptance", acceptance, ACCEPTANCES),
        in_range("mass", mass_gev, 2 * M_E_GEV, unit="GeV", open_low=True, remedy="no e+e- decay"),
    )
    beam, radius = dump.beam_energy_gev, dump.face_radius_m
    low = max(dump.threshold_gev, 2 * mass_gev)
    energy, weight = boson_energies(low, beam, (M_E_GEV / mass_gev) ** 2, grid.boson)
    boost = energy / mass_gev * velocity(energy, mass_gev)
    if acceptance == "line" or math.isinf(radius):
        edges, position = np.array([0.0, radius]), np.array([0.0, dump.decay_m])
    else:
        near = np.linspace(0.0, 1.5 * radius, grid.near + 1)
        edges = (
            near
            if acceptance == "both"
            else np.append(near, 1.5 * radius * 40 ** (np.arange(1, grid.far + 1) / grid.far))
        )
        edges = edges[edges <= radius * (1 + 1e-9)] if acceptance == "both" else edges
        position = dump.decay_m * (1 - np.cos(np.linspace(0.0, np.pi, grid.position))) / 2
    if energy.size == 0:
        return DumpYield(boost, position, np.empty((0, position.size)), dump.shield_m)
    all_of_them, zero = _production(dump, mass_gev, bracket, energy, edges, grid.electron)
    all_of_them, zero = all_of_them * weight[:, None], zero * weight[:, None]
    if acceptance == "line" or math.isinf(radius):
        return DumpYield(boost, position, np.repeat(all_of_them, 2, axis=1), dump.shield_m)
    even, square = hit_moments(
        acceptance,
        energy,
        mass_gev,
        M_E_GEV,
        dump.face_distance_m - dump.shield_m - position,
        (edges[1:] + edges[:-1]) / 2,
        radius,
        dump.threshold_gev,
        grid.cosine,
    )
    other = all_of_them - zero
    seen = np.einsum("kzj,kj->kz", even, shape.constant * other + shape.zero_constant * zero)
    seen += np.einsum("kzj,kj->kz", square, shape.quadratic * other + shape.zero_quadratic * zero)
    return DumpYield(boost, position, np.maximum(seen, 0.0), dump.shield_m)


def _production(
    dump: ElectronDump, mass: float, bracket: Callable[..., Bracket], energy: Array, edges: Array, nodes: int
) -> tuple[Array, Array]:
    """Bosons per GeV of their energy and bin of rho, all and those of helicity 0, of shape (k, j)."""
    beam = dump.beam_energy_gev
    log_loss, log_share, weight = electron_losses(np.log(beam / energy), (M_E_GEV / mass) ** 2, nodes)
    x, rest = np.exp(-log_share), -np.expm1(-log_share)
    # the flux is smooth in the logarithm of the electron's energy: a spline for all nodes
    knots = np.linspace(np.log(energy.min()) - 1e-9, np.log(beam) + 1e-9, 64)
    flux = CubicSpline(knots, effective_flux(np.exp(knots), mass, dump.charge, dump.mass_number))
    electron = energy[:, None] / x
    per_area = dump.electrons * AVOGADRO * dump.radiation_length / dump.mass_number * GEV2_TO_CM2
    density = per_area * track_length(log_loss, dump.target_lengths) / beam * weight * flux(np.log(electron))
    density *= velocity(energy, mass)[:, None]
    made = bracket(x, rest)
    u = (electron * energy[:, None])[..., None] * (edges[1:] / dump.face_distance_m) ** 2
    first, second = angular_integrals(u, lowest_virtuality(x, mass, rest)[..., None])
    below = np.einsum("kij,ki->kj", first, density * made.a) - np.einsum("kij,ki->kj", second, density * made.b)
    zero = np.einsum("kij,ki->kj", first, density * made.zero_a) + np.einsum(
        "kij,ki->kj", second, density * made.zero_b
    )
    return np.diff(below, axis=1, prepend=0.0), np.diff(zero, axis=1, prepend=0.0)


def log_events(made: DumpYield, coupling: Any, ctau_m: float, branching_ratio: float = 1.0) -> Any:
    """Logarithm of the number of events at some couplings.

    Parameters
    ----------
    made : DumpYield
        Of coupling 1.
    coupling : array_like
        Couplings > 0; production and width are proportional to their squares.
    ctau_m : float
        Proper decay length at coupling 1 [m].
    branching_ratio : float
        Into e+ e-.

    Returns
    -------
    array
        Natural logarithm, the shape of ``coupling``; -inf where there are none.
    """
    square = np.asarray(coupling, dtype=float) ** 2
    require(positive("coupling", coupling), positive("ctau", ctau_m, unit="m"))
    if made.boost.size == 0:
        return np.full(square.shape, -np.inf)[()]
    length = made.boost * ctau_m / square[..., None]
    return log_decays_seen(made.seen, made.position_m, made.shield_m, length) + np.log(square * branching_ratio)
