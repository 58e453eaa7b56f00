r"""Accidental e+ e+ e- of a muon beam: a Michel positron that makes a Bhabha pair in the target, and another positron.

P = P_BB * (rate * time window * A_1) * P_vertex * A_pair per stopped muon: P_BB is calculated here, from the tree-level
Michel spectrum and Bhabha cross section (no radiative corrections, vacuum polarisation among them); the other factors
are parameters. Not included: conversions of photons, pairs from other layers, energy loss before the scattering.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np

from darkfactory.amplitudes import bhabha, michel
from darkfactory.backend import namespace
from darkfactory.constants import AVOGADRO, M_E
from darkfactory.errors import in_range, positive, require
from darkfactory.numerics.quadrature import unit_legendre

__all__ = [
    "MASS_RANGE",
    "MYLAR_DENSITY",
    "MYLAR_ELECTRONS_PER_CM3",
    "MYLAR_Z_OVER_A",
    "accidental_density",
    "accidental_probability",
    "bhabha_pair_probability",
    "mean_pair_cross_section_cm2",
]

MYLAR_DENSITY = 1.40
"""Density of Mylar [g/cm^3]; tables give 1.39 to 1.40."""
MYLAR_Z_OVER_A = 100 / 192.17
"""Electrons per nucleon of Mylar, C10 H8 O4: 100 electrons at 192.17 g/mol, 0.520."""
MYLAR_ELECTRONS_PER_CM3 = MYLAR_DENSITY * MYLAR_Z_OVER_A * AVOGADRO
"""Electron density of Mylar, 4.39e23 [1/cm^3]."""
MASS_RANGE = (5.0, 90.0)
"""Ends [MeV] of the invariant e+ e- mass over which accidentals are taken as flat: an assumption."""
CM_PER_UM = 1e-4


@functools.cache
def mean_pair_cross_section_cm2(threshold: float = 10.0) -> float:
    """Cross section of a Michel positron on an electron at rest to leave a pair above threshold, spectrum-averaged.

    Parameters
    ----------
    threshold : float
        Lowest kinetic energy of both the positron and the electron [MeV], > 0.

    Returns
    -------
    float
        [cm^2], from unpolarised positrons with exact m_e at tree level; 0 if no positron of muon decay has the energy.

    Raises
    ------
    InvalidInput
        For a threshold that is not positive.

    Examples
    --------
    >>> f"{mean_pair_cross_section_cm2(10.0):.3e}"
    '8.367e-27'
    """
    require(positive("threshold", threshold, unit="MeV"))
    highest = michel.endpoint_energy()
    lowest = 2 * threshold + M_E
    if lowest >= highest:
        return 0.0
    node, weight = unit_legendre(64)
    energy = lowest + (highest - lowest) * node
    spectrum = 2 * michel.density(energy / highest, 0.0, order="born") / highest
    sigma = bhabha.pair_cross_section_cm2(energy, threshold + M_E)
    return float((highest - lowest) * np.sum(weight * spectrum * sigma))


def bhabha_pair_probability(path_um: Any, threshold: float = 10.0) -> Any:
    """Probability that a Michel positron makes a Bhabha pair above threshold on its path through Mylar.

    Parameters
    ----------
    path_um : array_like
        Mean path in Mylar [um], >= 0; thin: the probability is proportional to it.
    threshold : float
        Lowest kinetic energy of both the positron and the electron [MeV], > 0. A threshold E on total energies is
        ``E - M_E``; at 10 MeV that gives 11% more.

    Returns
    -------
    array
        Probability per positron.

    Raises
    ------
    InvalidInput
        For a negative path (or one of more than 1 cm) or a threshold that is not positive.

    Examples
    --------
    >>> f"{bhabha_pair_probability(100.0):.2e}"
    '3.67e-05'
    """
    require(
        in_range("path_um", path_um, 0, 1e4, unit="um", remedy="the target is thin: pairs add up along the path"),
        positive("threshold", threshold, unit="MeV"),
    )
    path_cm = np.asarray(path_um, dtype=float) * CM_PER_UM
    return (MYLAR_ELECTRONS_PER_CM3 * path_cm * mean_pair_cross_section_cm2(float(threshold)))[()]


def accidental_probability(
    path_um: Any,
    rate: Any,
    time_window: Any,
    single_acceptance: Any,
    vertex_probability: Any,
    pair_acceptance: Any,
    threshold: float = 10.0,
) -> Any:
    """Accidental e+ e+ e- per stopped muon: a Bhabha pair with a positron of another muon, within time and vertex.

    Parameters
    ----------
    path_um : array_like
        Mean path of a Michel positron in Mylar [um].
    rate : array_like
        Muon decays per second [1/s], > 0.
    time_window : array_like
        Full time within which tracks count as one event [s], > 0.
    single_acceptance : array_like
        A_1, share of positrons of other muons that are recorded, in (0, 1].
    vertex_probability : array_like
        P_vtx, chance that the other positron seems to come from the vertex of the pair, in [0, 1].
    pair_acceptance : array_like
        A_pair, share of the pairs that are recorded, in [0, 1].
    threshold : float
        Lowest kinetic energy of both tracks of the pair [MeV].

    Returns
    -------
    array
        Probability per stopped muon, broadcast shape. Linear in the number of other positrons, also where that exceeds 1.

    Raises
    ------
    InvalidInput
        Listing every argument outside its range, and if the probability exceeds 1.

    Examples
    --------
    >>> f"{accidental_probability(100.0, 1e8, 1e-9, 0.7, 2e-4, 0.3):.2e}"
    '1.54e-10'
    """
    require(
        positive("rate", rate, unit="1/s"),
        positive("time_window", time_window, unit="s"),
        in_range("single_acceptance", single_acceptance, 0, 1, open_low=True),
        in_range("vertex_probability", vertex_probability, 0, 1),
        in_range("pair_acceptance", pair_acceptance, 0, 1),
    )
    others = np.asarray(rate, dtype=float) * time_window * single_acceptance
    probability = bhabha_pair_probability(path_um, threshold) * others * vertex_probability * pair_acceptance
    remedy = "smaller rate or time_window (their unit?): there is more than one accidental pair in every window"
    require(in_range("probability of accidentals", probability, 0, 1, remedy=remedy))
    return probability[()]


def accidental_density(mass: Any, probability: Any, mass_range: tuple[float, float] = MASS_RANGE) -> Any:
    """Accidentals per MeV of invariant e+ e- mass, taken as flat over a range and 0 outside.

    Parameters
    ----------
    mass : array_like
        Invariant mass [MeV].
    probability : array_like
        Total per stopped muon, of :func:`accidental_probability`.
    mass_range : tuple of float
        Ends [MeV], the lower one first.

    Returns
    -------
    array
        [1/MeV] per stopped muon, broadcast shape.

    Raises
    ------
    InvalidInput
        If the range is empty.

    Examples
    --------
    >>> f"{accidental_density(80.0, 1.6e-10):.2e}", float(accidental_density(91.0, 1.6e-10))
    ('1.88e-12', 0.0)
    """
    low, high = mass_range
    require(in_range("mass_range[0]", low, 0, high, unit="MeV", open_high=True, remedy="the lower end comes first"))
    xp = namespace(mass, probability)
    mass = xp.asarray(mass, dtype=float)
    return xp.where((mass >= low) & (mass <= high), probability / (high - low), 0.0)[()]
