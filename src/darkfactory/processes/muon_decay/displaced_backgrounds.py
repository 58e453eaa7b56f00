"""Backgrounds of a displaced e+ e- pair beside a positron, per stopped muon and before the acceptance of a detector.

Photons of radiative decays that convert in the gas point to the target, are in time and have a real positron; Bhabha pairs
are light; pairs of internal conversion and of matter leak out of a mis-measured vertex; three tracks of different muons meet
by accident. The first two are calculated, the conversions to about 30%; what enters the others is assumed: their
defaults are choices to be replaced by a simulation or by a sideband.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np

from darkfactory.amplitudes import pair_conversion
from darkfactory.amplitudes.radiative_michel_missing_mass import inclusive_photon_spectrum
from darkfactory.backend import special
from darkfactory.constants import AVOGADRO, M_E, M_MU
from darkfactory.errors import in_range, positive, require
from darkfactory.numerics.quadrature import unit_legendre
from darkfactory.processes.muon_decay.accidentals import mean_pair_cross_section_cm2

__all__ = [
    "accidental_triples",
    "bhabha_pair_mass",
    "bhabha_pairs",
    "conversions",
    "misvertex_probability",
]


def conversions(
    mass: Any, half_width: float, thickness: float, charge: float, mass_number: float, softest: float = 20.0
) -> Any:
    """Radiative decays whose photon converts into a pair of a mass, per stopped muon.

    Parameters
    ----------
    mass : array_like
        Centre of the window of the pair's mass [MeV].
    half_width : float
        Half of the window [MeV]; its lower end is above 2 m_e.
    thickness : float
        Areal density in which a conversion is fiducial [g/cm^2], >= 0: density times the seen length.
    charge, mass_number : float
        Z and A of the gas.
    softest : float
        Lowest photon energy [MeV] that can make two tracks above threshold: twice that threshold.

    Returns
    -------
    array
        The shape of ``mass``; exactly 0 where no photon has the energy.

    Raises
    ------
    InvalidInput
        For numbers outside their range.

    Examples
    --------
    >>> f"{conversions(20.0, 1.0, 3.158e-4, 2, 4.0026):.2e}"
    '3.41e-12'
    """
    mass = np.asarray(mass, dtype=float)
    require(
        positive("half_width", half_width, unit="MeV"),
        in_range("mass - half_width", mass - half_width, 2 * M_E, unit="MeV"),
        in_range("thickness", thickness, 0, unit="g/cm^2"),
        in_range("softest", softest, 0, unit="MeV"),
    )
    node, weight = unit_legendre(8)
    t, w = unit_legendre(24)
    m = mass[..., None] + half_width * (2 * node - 1)
    # the spectrum ends as (1 - y) ln(1 - y): nodes dense there
    low = np.maximum(m, softest)[..., None]
    span = np.maximum(M_MU / 2 - low, 0.0)
    energy = low + span * t * (2 - t)
    photons = inclusive_photon_spectrum(2 * energy / M_MU) * 2 / M_MU * span * 2 * (1 - t)
    pairs = pair_conversion.cross_section_cm2_per_mev(m[..., None], energy, charge, mass_number)
    rate = np.sum(photons * pairs * w, axis=-1) @ (2 * half_width * weight)
    return (AVOGADRO * thickness / mass_number * rate)[()]


def bhabha_pair_mass(energy: Any) -> Any:
    """Invariant mass [MeV] of what a positron of total energy [MeV] makes with an electron at rest.

    Examples
    --------
    >>> round(float(bhabha_pair_mass((M_MU**2 + M_E**2) / (2 * M_MU))), 3)  # no Michel positron makes a heavier pair
    7.383
    """
    return np.sqrt(2 * M_E * (M_E + np.asarray(energy, dtype=float)))[()]


def bhabha_pairs(thickness: float, z_over_a: float, threshold: float = 10.0) -> float:
    """Bhabha pairs of Michel positrons in matter, per stopped muon; none is heavier than :func:`bhabha_pair_mass`.

    Parameters
    ----------
    thickness : float
        Mean areal density that a positron crosses [g/cm^2], >= 0; thin.
    z_over_a : float
        Electrons per nucleon.
    threshold : float
        Lowest kinetic energy of both the positron and the electron [MeV].

    Returns
    -------
    float
        Pairs per muon.

    Raises
    ------
    InvalidInput
        For numbers outside their range.

    Examples
    --------
    >>> f"{bhabha_pairs(3.158e-4, 0.5):.1e}"
    '8.0e-07'
    """
    require(in_range("thickness", thickness, 0, unit="g/cm^2"), positive("z_over_a", z_over_a))
    return thickness * z_over_a * AVOGADRO * mean_pair_cross_section_cm2(threshold)


def misvertex_probability(
    distance: Any, resolution: float = 0.3, tail_fraction: float = 1e-6, tail_length: float = 2.0
) -> Any:
    """Probability that a pair from the wall seems to come from further away than a distance; its factors are assumed.

    Multiplies the rate of internal conversion in the mass window, and that of pairs made in the wall.

    Parameters
    ----------
    distance : array_like
        Least distance from the wall [mm], >= 0.
    resolution : float
        Standard deviation of the vertex [mm], assumed.
    tail_fraction, tail_length : float
        Size and length [mm] of an exponential tail, assumed.

    Returns
    -------
    array
        erfc(d / sqrt(2) resolution) + tail_fraction exp(-d / tail_length), at most 1.

    Raises
    ------
    InvalidInput
        For numbers outside their range.

    Examples
    --------
    >>> f"{misvertex_probability(2.0):.4g}"
    '3.679e-07'
    """
    require(
        in_range("distance", distance, 0, unit="mm"),
        positive("resolution", resolution, unit="mm"),
        in_range("tail_fraction", tail_fraction, 0, 1),
        positive("tail_length", tail_length, unit="mm"),
    )
    d = np.asarray(distance, dtype=float)
    core = special(d).erfc(d / (math.sqrt(2) * resolution))
    return np.minimum(core + tail_fraction * np.exp(-d / tail_length), 1.0)[()]


def accidental_triples(
    rate: Any,
    time_window: Any,
    wall_area: float,
    *,
    electrons: float = 1.2e-4,
    crossing: float = 0.03,
    pointing: float = 1.0,
    mass_share: float = 0.05,
) -> Any:
    """Three tracks of different muons that look like a displaced pair and a positron, per stopped muon; all is assumed.

    Parameters
    ----------
    rate : array_like
        Muons stopped per second [1/s], > 0.
    time_window : array_like
        Coincidence of tracks [s], > 0.
    wall_area : float
        Area of the target from which tracks come [mm^2].
    electrons : float
        Electrons seen per muon: Bhabha pairs in the target, internal conversion and conversions.
    crossing : float
        Chance that two helices cross within the resolution in the fiducial volume.
    pointing : float
        Distance [mm] within which the pair points back to the stop of the positron.
    mass_share : float
        Share of such pairs in the mass window.

    Returns
    -------
    array
        Per muon: the electron, (rate time_window)^2 for the two others, and the chances.

    Raises
    ------
    InvalidInput
        For numbers outside their range.

    Examples
    --------
    >>> f"{accidental_triples(1e8, 1e-9, 6385.46):.3g}"
    '8.86e-13'
    """
    require(
        positive("rate", rate, unit="1/s"),
        positive("time_window", time_window, unit="s"),
        positive("wall_area", wall_area, unit="mm^2"),
        in_range("electrons", electrons, 0),
        in_range("crossing", crossing, 0, 1),
        in_range("pointing", pointing, 0, math.sqrt(wall_area / math.pi), unit="mm"),
        in_range("mass_share", mass_share, 0, 1),
    )
    others = np.asarray(rate, dtype=float) * time_window
    return (electrons * others**2 * crossing * math.pi * pointing**2 / wall_area * mass_share)[()]
