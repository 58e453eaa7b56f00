r"""Electron beam dumps: bremsstrahlung of X in a thick target, its flight through a shield, and its decay X -> e+ e-.

Improved Weizsaecker-Williams production by the primary electrons; on demand also by the secondaries of the shower, and the
resonant annihilation of its positrons on electrons at rest. The yield K(E_k, z) does not know the coupling: one yield serves all
couplings that have the same production and decay shape.
Lengths in m, energies and masses in GeV, as in the literature.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.dark_bremsstrahlung import (
    M_E_GEV,
    Bracket,
    angular_integrals,
    effective_flux,
    lowest_virtuality,
    velocity,
)
from darkfactory.amplitudes.resonant_annihilation import resonance_energy_gev
from darkfactory.constants import AVOGADRO
from darkfactory.errors import in_range, one_of, positive, require
from darkfactory.kinematics.pair_on_disc import OPTIONS, DecayShape, hit_moments
from darkfactory.kinematics.shielded_flight import log_decays_seen
from darkfactory.kinematics.shower import positron_track, shower_over_primary
from darkfactory.kinematics.thick_target import boson_energies, electron_losses, track_length
from darkfactory.units import GEV2_TO_CM2

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

__all__ = ["ACCEPTANCES", "DumpKernel", "DumpYield", "ElectronDump", "Grid", "electron_dump_kernel"]

Array = NDArray[np.float64]
ACCEPTANCES = (*OPTIONS, "line")
"""What is asked of the leptons, or of the line of X alone (``line``: no decay acceptance)."""
SCATTERING_GEV = 0.0205
"""Multiple scattering of a positron in one radiation length: root mean square of the angle in space, times the energy."""
SHOWER_LENGTHS = 20.0
"""A target that stops the shower has at least so many radiation lengths."""


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

    @property
    def nuclei_per_area(self) -> float:
        """Electrons times nuclei in one radiation length, so that cross sections are in GeV^-2."""
        return self.electrons * AVOGADRO * self.radiation_length / self.mass_number * GEV2_TO_CM2

    def log_flux(self, mass_gev: float, lowest_gev: float) -> CubicSpline:
        """Effective flux of photons, smooth in the logarithm of the electron's energy [GeV]: a spline from ``lowest_gev`` on."""
        from scipy.interpolate import CubicSpline

        knots = np.linspace(np.log(lowest_gev) - 1e-9, np.log(self.beam_energy_gev) + 1e-9, 64)
        return CubicSpline(knots, effective_flux(np.exp(knots), mass_gev, self.charge, self.mass_number))

    def lowest_gev(self, mass_gev: float) -> float:
        """Lowest energy of an X that counts [GeV]: the threshold, or twice the mass."""
        return max(self.threshold_gev, 2 * mass_gev)

    def annihilates(self, mass_gev: float) -> bool:
        """Whether positrons of the shower annihilate into an X that counts."""
        return bool(self.lowest_gev(mass_gev) < resonance_energy_gev(mass_gev) < self.beam_energy_gev)


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
    made : float
        Number of bosons above the threshold, at all angles.
    """

    boost: Array
    position_m: Array
    seen: Array
    shield_m: float
    made: float

    def log_events(self, square: Any, ctau_m: Any, branching_ratio: Any = 1.0) -> Any:
        """Logarithm of the number of events at some couplings.

        Parameters
        ----------
        square : array_like
            Squares of couplings, > 0, that production is proportional to.
        ctau_m : array_like
            Proper decay lengths at these couplings [m], > 0.
        branching_ratio : array_like
            Into e+ e-, at these couplings.

        Returns
        -------
        array
            Natural logarithm, the shape of ``square``; -inf where there are none.
        """
        square, ctau = np.asarray(square, dtype=float), np.asarray(ctau_m, dtype=float)
        if self.boost.size == 0:
            return np.full(square.shape, -np.inf)[()]
        length = self.boost * ctau[..., None]
        return log_decays_seen(self.seen, self.position_m, self.shield_m, length) + np.log(square * branching_ratio)


@dataclass(frozen=True, eq=False)
class DumpKernel:
    """Bosons of several couplings of production, each 1, and what the detector takes of simple decays: no shape of decay yet.

    Attributes
    ----------
    boost, position_m, shield_m : object
        As of :class:`DumpYield`.
    seen : ndarray, shape (c, h, m, k, z)
        By coupling; helicity +-1 (or spin 0) and 0; decays isotropic, and weighted with c^2.
    made : ndarray, shape (c,)
        Number of bosons above the threshold, at all angles.
    """

    boost: Array
    position_m: Array
    seen: Array
    shield_m: float
    made: Array

    def yield_of(self, squares: Sequence[float], shape: DecayShape) -> DumpYield:
        """Yield of couplings, whose squares are given in the order of the kernel, for a shape of the decay."""
        weight = np.asarray(squares, dtype=float)
        moments = np.array([shape[:2], shape[2:]], dtype=float)
        seen = np.einsum("chmkz,c,hm->kz", self.seen, weight, moments)
        return DumpYield(self.boost, self.position_m, np.maximum(seen, 0.0), self.shield_m, float(self.made @ weight))


def electron_dump_kernel(
    dump: ElectronDump,
    mass_gev: float,
    brackets: Sequence[Callable[[Array, Array], Bracket]],
    acceptance: str = "both",
    grid: Grid = Grid(),
    secondaries: bool = False,
    resonances: Sequence[float] | None = None,
    scattering_gev: float = SCATTERING_GEV,
) -> DumpKernel:
    """What a dump makes and sees at one mass, for all couplings.

    Parameters
    ----------
    dump : ElectronDump
        The experiment.
    mass_gev : float
        Mass of X [GeV], above 2 m_e.
    brackets : sequence of callable
        Production by couplings of 1, from x and 1 - x: :func:`darkfactory.amplitudes.dark_bremsstrahlung.vector_bracket`
        or ``scalar_bracket`` at this mass, for couplings that do not interfere.
    acceptance : str
        One of ``ACCEPTANCES``.
    grid : Grid
        Numbers of nodes; the default gives 0.5% in the number of events, twice as many in z with annihilation.
    secondaries : bool
        Whether the electrons and positrons of the shower radiate X like the primary electron, along its direction.
    resonances : sequence of float, optional
        Of each coupling, :func:`darkfactory.amplitudes.resonant_annihilation.resonance_integral` [GeV^-1]; without, no
        annihilation.
    scattering_gev : float
        Multiple scattering of the positrons that annihilate; 0: along the beam.

    Returns
    -------
    DumpKernel
        Without energies where the threshold, or twice the mass (below which the collinear kernel means nothing), is above
        the energy of the beam.

    Raises
    ------
    InvalidInput
        For an unknown acceptance, a mass below 2 m_e, or a target that does not stop the shower that is asked for.
    """
    shortest = SHOWER_LENGTHS if secondaries or resonances is not None else 0.0
    require(
        in_range("target.thickness", dump.target_lengths, shortest, unit="X0", remedy="or search.production = iww"),
        one_of("search.acceptance", acceptance, ACCEPTANCES),
        in_range("mass", mass_gev, 2 * M_E_GEV, unit="GeV", open_low=True, remedy="no e+e- decay"),
    )
    beam, radius = dump.beam_energy_gev, dump.face_radius_m
    low = dump.lowest_gev(mass_gev)
    energy, weight = boson_energies(low, beam, (M_E_GEV / mass_gev) ** 2, grid.boson)
    no_decay = acceptance == "line" or math.isinf(radius)
    if no_decay:
        edges, position = np.array([0.0, radius]), np.array([0.0, dump.decay_m])
    else:
        edges = np.linspace(0.0, 1.5 * radius, grid.near + 1)
        if acceptance == "both":  # leptons on either side of a line that misses the disc cannot both hit it
            edges = edges[edges <= radius * (1 + 1e-9)]
        else:
            edges = np.append(edges, 1.5 * radius * 40 ** (np.arange(1, grid.far + 1) / grid.far))
        position = dump.decay_m * (1 - np.cos(np.linspace(0.0, np.pi, grid.position))) / 2
    if energy.size == 0:
        seen = np.empty((len(brackets), 2, 2, 0, position.size))
        return DumpKernel(energy, position, seen, dump.shield_m, np.zeros(len(brackets)))
    # the last bin, to all angles, is made but not seen
    edges = np.append(edges, np.inf)
    made = weight[:, None] * _production(dump, mass_gev, brackets, energy, edges, grid.electron, secondaries)
    if resonances is not None and dump.annihilates(mass_gev):
        energy = np.append(energy, resonance_energy_gev(mass_gev))
        made = np.concatenate([made, _annihilation(dump, energy[-1], resonances, edges, scattering_gev)], axis=2)
    boost = energy / mass_gev * velocity(energy, mass_gev)
    total = made[:, 0].sum(axis=(1, 2))
    made = np.stack([made[:, 0] - made[:, 1], made[:, 1]], axis=1)[..., :-1]
    if no_decay:
        # every decay is seen: the mean of c^2 is 1/3
        seen = made[:, :, None] * np.array([1.0, 1 / 3])[:, None, None] * np.ones(2)
        return DumpKernel(boost, position, seen, dump.shield_m, total)
    moments = hit_moments(
        acceptance,
        energy,
        mass_gev,
        M_E_GEV,
        dump.face_distance_m - dump.shield_m - position,
        (edges[1:-1] + edges[:-2]) / 2,
        radius,
        dump.threshold_gev,
        grid.cosine,
    )
    seen = np.stack([np.einsum("kzj,chkj->chkz", moment, made) for moment in moments], axis=2)
    return DumpKernel(boost, position, seen, dump.shield_m, total)


def _production(
    dump: ElectronDump,
    mass: float,
    brackets: Sequence[Callable[..., Bracket]],
    energy: Array,
    edges: Array,
    nodes: int,
    secondaries: bool,
) -> Array:
    """Bosons per GeV of their energy and bin of rho, all and those of helicity 0, of shape (c, 2, k, j)."""
    beam = dump.beam_energy_gev
    log_loss, log_share, weight = electron_losses(np.log(beam / energy), (M_E_GEV / mass) ** 2, nodes)
    x, rest = np.exp(-log_share), -np.expm1(-log_share)
    flux = dump.log_flux(mass, energy.min())
    electron = energy[:, None] / x
    density = (
        dump.nuclei_per_area * track_length(log_loss, dump.target_lengths) / beam * weight * flux(np.log(electron))
    )
    density *= velocity(energy, mass)[:, None]
    if secondaries:
        density *= shower_over_primary(np.exp(log_loss))
    u = (electron * energy[:, None])[..., None] * (edges[1:] / dump.face_distance_m) ** 2
    first, second = angular_integrals(u, lowest_virtuality(x, mass, rest)[..., None])
    made = [bracket(x, rest) for bracket in brackets]
    of_first = np.stack([(one.a, one.zero_a) for one in made])  # (c, 2, k, i)
    of_second = np.stack([(-one.b, one.zero_b) for one in made])
    below = np.einsum("kij,chki->chkj", first, density * of_first)
    below += np.einsum("kij,chki->chkj", second, density * of_second)
    return np.diff(below, axis=-1, prepend=0.0)


def _annihilation(
    dump: ElectronDump, energy: float, resonances: Sequence[float], edges: Array, scattering_gev: float
) -> Array:
    """Bosons of the energy at which positrons annihilate, all and those of helicity 0 (none), of shape (c, 2, 1, j)."""
    positron = energy - M_E_GEV
    per_area = dump.electrons * AVOGADRO * dump.charge * dump.radiation_length / dump.mass_number * GEV2_TO_CM2
    track = positron_track(math.log(dump.beam_energy_gev / positron)) / positron
    width = max(scattering_gev / positron * dump.face_distance_m, 1e-300)
    inside = -np.diff(np.exp(-(np.minimum(edges / width, 1e3) ** 2)))
    made = per_area * track * np.asarray(resonances, dtype=float)[:, None, None, None] * inside
    return np.concatenate([made, np.zeros_like(made)], axis=1)
