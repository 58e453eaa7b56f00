r"""Proton beam dumps: p -> pi0 -> gamma A', the flight of A' through a shield and its decay, by quadrature.

Every decay of an A' whose line hits the face counts (no decay acceptance); production in the first interaction, at the start of
the shield; neutral pions only, so that the mass must be below theirs. Lengths in m, energies in GeV.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from darkfactory.amplitudes.pion_production import (
    NEUTRAL_PION_GEV,
    dark_photon_share,
    pion_density,
    pions_per_interaction,
)
from darkfactory.errors import in_range, positive, require
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.recorded.electron_dump import DumpYield

__all__ = ["ProtonDump", "disc_points", "least_pion_gev", "proton_dump_yield", "square_points"]

Array = NDArray[np.float64]
MOMENTA, DECAYS, AZIMUTHS = 64, 32, 24


@dataclass(frozen=True)
class ProtonDump:
    """Numbers of a proton beam dump.

    Attributes
    ----------
    beam_energy_gev : float
        Energy of the protons [GeV].
    protons : float
        Number of protons on target, each of which interacts.
    shield_m, decay_m : float
        Lengths of the shield and of the decay volume behind it [m]; the face stands at its end.
    threshold_gev : float
        Energy threshold of A' [GeV].
    face_radius_m : float
        Radius of a disc, or half the side of a square if ``square`` [m].
    off_axis_m : float
        Distance of the centre of the face from the beam [m].
    square : bool
        Whether the face is a square, two sides of which point to the beam.
    """

    beam_energy_gev: float
    protons: float
    shield_m: float
    decay_m: float
    threshold_gev: float
    face_radius_m: float
    off_axis_m: float = 0.0
    square: bool = False

    def __post_init__(self) -> None:
        for name in ("beam_energy_gev", "protons", "decay_m", "face_radius_m"):
            require(positive(name, getattr(self, name)))
        for name in ("shield_m", "threshold_gev", "off_axis_m"):
            require(in_range(name, getattr(self, name), 0))


def disc_points(radius: float, off_axis: float, nodes: int = 8) -> tuple[Array, Array]:
    """Points of a disc, as distances from the beam, and their areas; of one on the axis only the distance matters.

    Parameters
    ----------
    radius, off_axis : float
        Radius, and distance of the centre from the beam.
    nodes : int
        Gauss nodes in the squared radius, and over half the azimuth off the axis.

    Returns
    -------
    tuple of ndarray, shape (n,)
        Distances and areas, which add up to pi radius^2.

    Examples
    --------
    >>> round(float(disc_points(1.5, 5.0)[1].sum() / np.pi), 12)
    2.25
    """
    t, weight = unit_legendre(nodes)
    size, area = radius * np.sqrt(t), np.pi * radius**2 * weight
    if off_axis == 0:
        return size, area
    x = off_axis + size[:, None] * np.cos(np.pi * t)
    return np.hypot(x, size[:, None] * np.sin(np.pi * t)).ravel(), (area[:, None] * weight).ravel()


def square_points(half_side: float, off_axis: float, nodes: int = 6) -> tuple[Array, Array]:
    """Points of a square as distances from the beam, and their areas; see :func:`disc_points`."""
    t, weight = unit_legendre(nodes)
    x, y = off_axis + half_side * (2 * t - 1), half_side * t
    return np.hypot(x[:, None], y).ravel(), 4 * half_side**2 * np.outer(weight, weight).ravel()


def least_pion_gev(dump: ProtonDump, mass_gev: float) -> float:
    """Lowest momentum [GeV] of a pion that can make an A' of a mass [GeV] above the threshold."""
    star = (NEUTRAL_PION_GEV**2 - mass_gev**2) / (2 * NEUTRAL_PION_GEV)
    star_energy = (NEUTRAL_PION_GEV**2 + mass_gev**2) / (2 * NEUTRAL_PION_GEV)
    fastest = np.arctanh(star / star_energy)
    least = np.arccosh(max(dump.threshold_gev / mass_gev, 1.0)) - fastest
    return float(NEUTRAL_PION_GEV * np.sinh(max(least, 1e-3)))


def proton_dump_yield(dump: ProtonDump, mass_gev: float) -> DumpYield:
    """Dark photons of epsilon = 1 that cross the face.

    The direction of A' is a point of the face; that of the pion follows from the angle and azimuth of the decay about it: the
    same measure, and everything is smooth.

    Parameters
    ----------
    dump : ProtonDump
        The experiment.
    mass_gev : float
        Mass of A' [GeV], below that of the neutral pion.

    Returns
    -------
    DumpYield
        Of epsilon = 1, at all energies above the threshold.

    Raises
    ------
    InvalidInput
        For a mass that neutral pions cannot make.
    """
    remedy = "neutral pions only"
    require(in_range("mass", mass_gev, 0, NEUTRAL_PION_GEV, unit="GeV", open_low=True, open_high=True, remedy=remedy))
    plane = dump.shield_m + dump.decay_m
    points = square_points if dump.square else disc_points
    radius, area = points(dump.face_radius_m, dump.off_axis_m)
    slope = radius / plane
    cosine_x = 1 / np.sqrt(1 + slope**2)
    solid_angle = area * cosine_x**3 / plane**2
    star = (NEUTRAL_PION_GEV**2 - mass_gev**2) / (2 * NEUTRAL_PION_GEV)
    star_energy = (NEUTRAL_PION_GEV**2 + mass_gev**2) / (2 * NEUTRAL_PION_GEV)
    position = np.array([0.0, dump.decay_m])
    low = least_pion_gev(dump, mass_gev)
    if low >= dump.beam_energy_gev:
        return DumpYield(np.empty(0), position, np.empty((0, 2)), dump.shield_m, 0.0)
    t, weight = unit_legendre(MOMENTA)
    log_range = np.log(dump.beam_energy_gev / low)
    pion = (low * np.exp(log_range * t))[:, None]
    energy = np.hypot(pion, NEUTRAL_PION_GEV)
    gamma, boost = energy / NEUTRAL_PION_GEV, pion / NEUTRAL_PION_GEV
    # cosine of A' in the rest frame of the pion, from the threshold on
    first = np.clip((dump.threshold_gev - gamma * star_energy) / (boost * star), -1.0, 1.0)
    d, decay_weight = unit_legendre(DECAYS)
    c = first + (1 - first) * d
    along = boost * star_energy + gamma * star * c
    across = star * np.sqrt((1 - c) * (1 + c))
    momentum = np.hypot(along, across)
    number = weight[:, None] * log_range * pion**3 / energy * (1 - first) / 2 * decay_weight
    phi = np.pi * (np.arange(AZIMUTHS) + 0.5) / AZIMUTHS
    crossing = np.zeros(momentum.shape)
    for at, slope_at, omega in zip(cosine_x, slope, solid_angle, strict=True):
        cosine = at * (along + slope_at * across * np.cos(phi)[:, None, None]) / momentum
        crossing += omega * np.mean(pion_density(dump.beam_energy_gev, pion, np.minimum(cosine, 1.0)), axis=0)
    share = dump.protons * float(dark_photon_share(mass_gev))
    seen = share * (number * crossing).ravel()
    total = share * pions_per_interaction(dump.beam_energy_gev)
    boost = (momentum / mass_gev).ravel()
    return DumpYield(boost, position, np.repeat(seen[:, None], 2, axis=1), dump.shield_m, total)
