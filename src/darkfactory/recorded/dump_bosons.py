"""Single bosons X that a beam dump makes, with weights that add up to their number: the integrals of the yields, drawn at random.

Energies and masses in GeV; X starts on the beam axis z, at the start of the target.
"""

from __future__ import annotations

import functools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, NamedTuple

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.dark_bremsstrahlung import BRACKETS, M_E_GEV, lowest_virtuality, velocity
from darkfactory.amplitudes.pion_production import NEUTRAL_PION_GEV, dark_photon_share, pion_density
from darkfactory.amplitudes.resonant_annihilation import resonance_energy_gev
from darkfactory.constants import AVOGADRO
from darkfactory.kinematics.lorentz import boost, four_vector
from darkfactory.kinematics.orientation import turned
from darkfactory.kinematics.shower import positron_track, shower_over_primary
from darkfactory.kinematics.thick_target import boson_energy_at, electron_loss_at, track_length
from darkfactory.recorded.electron_dump import SCATTERING_GEV, ElectronDump
from darkfactory.recorded.proton_dump import ProtonDump, least_pion_gev
from darkfactory.units import GEV2_TO_CM2

if TYPE_CHECKING:
    from scipy.interpolate import CubicSpline

__all__ = ["Bosons", "ElectronBosons", "ProtonBosons"]

Array = NDArray[np.float64]
ANNIHILATED = 0.25
"""Part of the numbers that is for annihilation, where there is some."""
LOG_LOSSES = (-20.0, math.log(16.0))
"""Logarithms of the losses in the table of the shower; smaller ones are those of the primary electron."""


class Bosons(NamedTuple):
    """Some X.

    Attributes
    ----------
    weight : ndarray, shape (n,)
        Number of X per trial.
    momentum : ndarray, shape (n, 4)
        [GeV].
    axis : ndarray, shape (n, 3)
        Unit vector in the rest frame of X along which it has a helicity.
    zero : ndarray, shape (n,)
        Share of helicity 0 in it.
    others : dict
        Momenta (n, 4) [GeV] of particles that come with it, by name.
    """

    weight: Array
    momentum: Array
    axis: Array
    zero: Array
    others: dict[str, Array]


@functools.cache
def _log_shower() -> CubicSpline:
    """Logarithm of the track length of a shower over that of the primary electron, against that of the loss: to 1e-5."""
    from scipy.interpolate import CubicSpline

    knots = np.linspace(*LOG_LOSSES, 400)
    return CubicSpline(knots, np.log(shower_over_primary(np.exp(knots))))


@dataclass(frozen=True)
class ElectronBosons:
    """Bremsstrahlung, and on demand annihilation, in an electron dump.

    Attributes
    ----------
    dump : ElectronDump
        The experiment.
    mass_gev : float
        Mass of X [GeV].
    spin : int
        Its spin.
    vertices : tuple of float
        Its vertices to electrons.
    secondaries : bool
        Whether the electrons and positrons of the shower radiate too.
    resonance : float, optional
        Integral of the cross section of annihilation [GeV^-1], if positrons annihilate.
    """

    dump: ElectronDump
    mass_gev: float
    spin: int
    vertices: tuple[float, float]
    secondaries: bool = False
    resonance: float | None = None
    dims: ClassVar[int] = 4

    @property
    def possible(self) -> bool:
        """Whether there is room between the lowest energy that counts and that of the beam."""
        beam, peak = self.dump.beam_energy_gev, (M_E_GEV / self.mass_gev) ** 2
        return self.dump.lowest_gev(self.mass_gev) < beam * (1 - 1e-3 * peak)

    @functools.cached_property
    def flux(self) -> CubicSpline:
        """See :meth:`ElectronDump.log_flux`."""
        return self.dump.log_flux(self.mass_gev, self.dump.lowest_gev(self.mass_gev))

    def made(self, u: Sequence[Array]) -> Bosons:
        """X of uniform numbers: energy, loss of the electron, angle, azimuth."""
        mass = self.mass_gev
        annihilated = ANNIHILATED if self.resonance is not None and self.dump.annihilates(mass) else 0.0
        resonant = u[0] < annihilated
        energy, weight, slope, zero = self._radiated(
            np.maximum(u[0] - annihilated, 1e-12) / (1 - annihilated), u[1], u[2]
        )
        weight /= 1 - annihilated
        if annihilated:
            of_resonance, slope_of = self._annihilated(u[2])
            energy = np.where(resonant, resonance_energy_gev(mass), energy)
            weight = np.where(resonant, of_resonance / annihilated, weight)
            slope, zero = np.where(resonant, slope_of, slope), np.where(resonant, 0.0, zero)
        phi = 2 * np.pi * u[3]
        direction = np.stack([slope * np.cos(phi), slope * np.sin(phi), np.ones_like(phi)], axis=1)
        direction /= np.linalg.norm(direction, axis=1)[:, None]
        momentum = energy * velocity(energy, mass)
        return Bosons(weight, four_vector(np.full_like(phi, mass), momentum[:, None] * direction), direction, zero, {})

    def _radiated(self, u_energy: Array, u_loss: Array, y: Array) -> tuple[Array, Array, Array, Array]:
        """Energy, weight, tangent of the angle, and share of helicity 0 of X that are radiated."""
        dump, mass, peak = self.dump, self.mass_gev, (M_E_GEV / self.mass_gev) ** 2
        beam = dump.beam_energy_gev
        energy, weight = boson_energy_at(u_energy, dump.lowest_gev(mass), beam, peak)
        log_loss, log_share, of_loss = electron_loss_at(u_loss, np.log(beam / energy), peak)
        x, rest = np.exp(-log_share), -np.expm1(-log_share)
        electron = energy / x
        density = dump.nuclei_per_area * track_length(log_loss, dump.target_lengths) / beam * of_loss
        density *= self.flux(np.log(electron)) * velocity(energy, mass) * weight
        if self.secondaries:
            density *= np.exp(_log_shower()(np.maximum(log_loss, LOG_LOSSES[0])))
        # y = u / U is even in the integral of 1 / U^2
        made, u0 = BRACKETS[self.spin](x, mass, *self.vertices, rest), lowest_virtuality(x, mass, rest)
        falling = y * (1 - y) / u0
        all_of_it = made.a - made.b * falling
        zero = (made.zero_a + made.zero_b * falling) / np.where(all_of_it > 0, all_of_it, np.inf)
        slope = np.sqrt(u0 * y / (1 - y) / (electron * energy))
        return energy, density * np.maximum(all_of_it, 0.0) / u0, slope, zero

    def _annihilated(self, y: Array) -> tuple[float, Array]:
        """Number of X of positrons that annihilate, and the tangents of their angles."""
        dump, positron = self.dump, float(resonance_energy_gev(self.mass_gev)) - M_E_GEV
        per_area = dump.electrons * AVOGADRO * dump.charge * dump.radiation_length / dump.mass_number * GEV2_TO_CM2
        track = float(positron_track(math.log(dump.beam_energy_gev / positron))) / positron
        return per_area * track * (self.resonance or 0.0), SCATTERING_GEV / positron * np.sqrt(-np.log1p(-y))


@dataclass(frozen=True)
class ProtonBosons:
    """Dark photons of neutral pions, which are made by protons.

    Attributes
    ----------
    dump : ProtonDump
        The experiment.
    mass_gev, epsilon : float
        Mass [GeV] and mixing of X.
    """

    dump: ProtonDump
    mass_gev: float
    epsilon: float
    dims: ClassVar[int] = 5

    @property
    def possible(self) -> bool:
        """Whether pions of less than the energy of the beam make X above the threshold."""
        return least_pion_gev(self.dump, self.mass_gev) < self.dump.beam_energy_gev

    def made(self, u: Sequence[Array]) -> Bosons:
        """X of uniform numbers: momentum of the pion, angle and azimuth of X, cosine and azimuth of the decay.

        The direction of X is drawn, and that of the pion follows from the decay about it: the same measure.
        """
        dump, mass = self.dump, self.mass_gev
        lowest = least_pion_gev(dump, mass)
        log_range = math.log(dump.beam_energy_gev / lowest)
        size = lowest * np.exp(log_range * u[0])
        energy = np.hypot(size, NEUTRAL_PION_GEV)
        star = (NEUTRAL_PION_GEV**2 - mass**2) / (2 * NEUTRAL_PION_GEV)
        cosine = 2 * u[3] - 1
        along = (size * np.hypot(star, mass) + energy * star * cosine) / NEUTRAL_PION_GEV
        momentum = np.hypot(along, star * np.sqrt((1 - cosine) * (1 + cosine)))
        # 1 - cos of the angle to the beam: half of the numbers are inside the outer edge of the face
        scale = ((dump.off_axis_m + dump.face_radius_m) / (dump.shield_m + dump.decay_m)) ** 2 / 2
        fall = 1 - u[1] + scale * u[1] / 2
        less = scale * u[1] / fall
        way = turned(1 - less, 2 * np.pi * u[2], np.broadcast_to([0.0, 0.0, 1.0], (len(size), 3)))
        pion = turned(along / momentum, 2 * np.pi * u[4], way)
        density = pion_density(dump.beam_energy_gev, size, np.minimum(pion[:, 2], 1.0))
        weight = density * size**3 / energy * log_range * 2 * np.pi * scale / fall**2
        weight *= dump.protons * self.epsilon**2 * float(dark_photon_share(mass))
        X = four_vector(np.full_like(size, mass), momentum[:, None] * way)
        before = four_vector(np.full_like(size, NEUTRAL_PION_GEV), size[:, None] * pion)
        photon = before - X
        # the two helicities +-1 are along the line on which the photon goes away
        axis = -boost(photon, -X[:, 1:] / X[:, :1])[:, 1:]
        axis /= np.linalg.norm(axis, axis=1)[:, None]
        return Bosons(weight, X, axis, np.zeros_like(size), {"beam": before, "gamma": photon})
